r"""Formulas with arrays as LaTeX: ``\sum_{j=0}^{n - 1} A_{i,j} x_{j}``. Imports SymPy: import it inside functions only."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import sympy as sp
from sympy.logic.boolalg import Boolean

from symdiff.graph.graph import Graph
from symdiff.graph.structure import Items, Structure, Tensor
from symdiff.printing.convert import Formula
from symdiff.printing.heading import Heading, Label, Line, equations
from symdiff.printing.latex import (
    TexPrinter,
    elided_rows,
    equation,
    function_latex,
    key_latex,
    label_latex,
    name_latex,
    power_latex,
)
from symdiff.printing.materialize import SequenceBase
from symdiff.printing.recurrence import Recurrence
from symdiff.printing.reductions import Every, Maximum, Minimum, Product, Reduction, Some, Sum, Where
from symdiff.printing.shapes import unclear
from symdiff.printing.solutions import Solution
from symdiff.printing.standins import StandIn, image, is_triangle, led, ranges

_SIGNS: dict[type[Reduction], str] = {
    Sum: "\\sum",
    Product: "\\prod",
    Maximum: "\\max",
    Minimum: "\\min",
    Every: "\\bigwedge",
    Some: "\\bigvee",
}


class IndexedTexPrinter(TexPrinter):
    """The LaTeX of scalar formulas, with elements and reductions."""

    first: tuple[str, ...] = ()  # what comes first in a sum: what is advanced, in x_k + h v_k

    def _as_ordered_terms(self, expr: Any, order: Any = None) -> list[Any]:
        return led(super()._as_ordered_terms(expr, order), self.first)

    def doprint(self, expr: Any) -> str:
        """Return an expression as LaTeX."""
        return str(super().doprint(image(expr, self.draw, bare=True)))

    def _print_StandIn(self, expr: StandIn, style: str = "plain") -> str:  # noqa: N802
        return str(expr.text)

    def _needs_mul_brackets(self, expr: Any, first: bool = False, last: bool = False) -> bool:
        if not last and any(isinstance(symbol, StandIn) and symbol.bare for symbol in _open_ends(expr)):
            return True
        return bool(super()._needs_mul_brackets(expr, first, last))

    def _print_Pow(self, expr: Any) -> str:  # noqa: N802
        root = expr.exp.is_Rational and (expr.exp.p == 1 or expr.exp < 0)  # or a quotient
        if isinstance(expr.base, StandIn) and expr.base.bare and not root:
            return f"\\left({expr.base.text}\\right)^{{{self._print(expr.exp)}}}"
        return str(super()._print_Pow(expr))

    def draw(self, expr: Any) -> str:
        """An element or a reduction as LaTeX."""
        if expr.is_Symbol:
            return name_latex(expr.name)
        if isinstance(expr, sp.Indexed):
            index = [self.index(part) for part in expr.indices]
            if isinstance(expr.base, SequenceBase):
                return iterate(str(expr.base.label), index)
            return indexed(str(expr.base.label), index)
        if isinstance(expr, Where):
            return self.doprint(expr.as_piecewise())
        if isinstance(expr, sp.floor):
            above, below = map(self.doprint, expr.args[0].as_numer_denom())
            return f"\\left\\lfloor \\frac{{{above}}}{{{below}}} \\right\\rfloor"
        body, spaces, tests = ranges(expr)
        inside = image(body, self.draw, bare=True)
        shown = str(super().doprint(inside))
        if inside.is_Add or isinstance(inside, Boolean):
            shown = f"\\left({shown}\\right)"
        return f"{self._signs(_SIGNS[type(expr)], spaces, [self.doprint(test) for test in tests])} {shown}"

    def index(self, part: Any) -> str:
        """Return an index."""
        return self.doprint(part).replace(" ", "") if "\\" not in (shown := self.doprint(part)) else shown

    def _signs(self, sign: str, spaces: list[tuple[Any, Any, Any]], tests: list[str]) -> str:
        side = is_triangle(spaces)
        if side:
            (first, low, high), (second, *_) = spaces
            left, right = (first, second) if side > 0 else (second, first)
            chain = f"{self.doprint(low)} \\leq {left} < {right} \\leq {self.doprint(high)}"
            return f"{sign}_{{{_stacked([chain, *tests])}}}"
        if sign in ("\\max", "\\min"):
            chains = [f"{self.doprint(low)} \\leq {index} \\leq {self.doprint(high)}" for index, low, high in spaces]
            return f"{sign}_{{{_stacked([*chains, *tests])}}}"
        made = []
        for place, (index, low, high) in enumerate(spaces):
            below = [f"{index}={self.doprint(low)}", *(tests if place == len(spaces) - 1 else ())]
            made.append(f"{sign}_{{{_stacked(below)}}}^{{{self.doprint(high)}}}")
        return " ".join(made)


def _open_ends(expr: Any) -> list[Any]:
    """What stands at the end of a factor, where a sum in it would go on."""
    if isinstance(expr, StandIn):
        return [expr]
    return list(expr.args) if expr.is_Mul else []


def _stacked(rows: list[str]) -> str:
    return rows[0] if len(rows) == 1 else "\\substack{" + " \\\\ ".join(rows) + "}"


def indexed(name: str, indices: Sequence[str]) -> str:
    """A name with indices; one that has indices of its own is put in braces."""
    shown = name_latex(name)
    if not indices:
        return shown
    return f"{{{shown}}}_{{{','.join(indices)}}}" if "_{" in shown else f"{shown}_{{{','.join(indices)}}}"


def iterate(name: str, indices: Sequence[str]) -> str:
    """An element of a sequence; of one of arrays, the number of the iteration stands above."""
    shown = sequence_latex(name)
    if len(indices) > 1:
        return f"{{{shown}}}^{{({indices[0]})}}_{{{','.join(indices[1:])}}}"
    return f"{{{shown}}}_{{{indices[0]}}}" if shown != name_latex(name) or "_{" in shown else f"{shown}_{{{indices[0]}}}"


def sequence_latex(name: str) -> str:
    """The name of a sequence: ``d2x_da2`` is a derivative."""
    found = re.fullmatch(r"d(\d*)([^\W\d]\w*?)_d([^\W\d]\w*?)\1", name)
    if found is None:
        return name_latex(name)
    power = f"^{{{found[1]}}}" if found[1] else ""
    return f"\\tfrac{{\\partial{power} {name_latex(found[2])}}}{{\\partial {name_latex(found[3])}{power}}}"


def as_latex(graph: Graph, heading: Heading, found: Formula) -> str:
    """Return the equations of a graph, its where-list, and the shapes that are not clear from them."""
    printer = IndexedTexPrinter()
    rows: list[str] = []
    for line in equations(heading, graph):
        rows += _equation(printer, graph, heading, line, found)
    if found.domain:
        rows[-1] += " \\qquad \\text{for } " + " \\wedge ".join(map(printer.doprint, found.domain))
    rows = elided_rows(rows, str, ".formula")
    entries = elided_rows(found.where, lambda entry: _definition(printer, *entry), ".where")
    rows += [entry if index else f"\\text{{where }} {entry}" for index, entry in enumerate(entries)]
    shapes = [f"{name_latex(name)} \\in {_space(printer, lengths)}" for name, lengths in unclear(graph, found)]
    if shapes and len(rows) == 1:
        return rows[0].replace(" &= ", " = ", 1) + " \\qquad \\text{with } " + ", ".join(shapes)
    if shapes:
        rows.append("& \\text{with } " + ", ".join(shapes))
    if len(rows) == 1:
        return rows[0].replace(" &= ", " = ", 1)
    return "\\begin{aligned}\n" + " \\\\\n".join(rows) + "\n\\end{aligned}"


def _definition(printer: IndexedTexPrinter, left: Any, right: Any) -> str:
    from symdiff.printing.recurrence_latex import recurrence_latex

    if isinstance(right, Recurrence):
        return " \\\\\n".join(recurrence_latex(printer, right))
    if isinstance(right, Solution):
        names = ", ".join(map(printer.doprint, right.unknowns or (left,)))
        return f"{names} &\\colon {printer.doprint(right.residual)} = 0"
    return f"{printer.doprint(left)} &= {printer.doprint(right)}"


def _space(printer: IndexedTexPrinter, lengths: Sequence[Any]) -> str:
    return "\\mathbb{R}^{" + " \\times ".join(map(printer.doprint, lengths)) + "}"


def _equation(printer: IndexedTexPrinter, graph: Graph, heading: Heading, line: Line, found: Formula) -> list[str]:
    places = range(line.start, line.start + line.structure.size)
    if isinstance(line.structure, Tensor):
        left = label(graph, heading, line.label, found.indices[line.start])
        return [f"{left} &= {printer.doprint(found.exprs[line.start])}"]
    if isinstance(line.structure, Items) and any(isinstance(leaf, Tensor) for leaf in line.structure.leaves()):
        left = label_latex(heading, line.label)
        return [
            f"{{{left}}}_{{{','.join([*path, *map(str, found.indices[place])])}}} &= {printer.doprint(found.exprs[place])}"
            for place, path in zip(places, _paths(line.structure), strict=True)
        ]
    if line.structure.is_scalar:
        return [f"{label_latex(heading, line.label)} &= {printer.doprint(found.exprs[line.start])}"]
    return equation(printer, label_latex(heading, line.label), line, found)


def _paths(structure: Structure) -> list[list[str]]:
    return [[key_latex(key) for key in path] for path in structure.indices()]


def label(graph: Graph, heading: Heading, what: Label, indices: Sequence[Any]) -> str:
    """A left-hand side with the free indices."""
    names = list(map(str, indices))
    if what.form not in ("partial", "nabla"):
        text = label_latex(heading, what)
        product = bool(what.before or what.after) and not what.component
        text = f"\\left({text}\\right)" if product else f"{{{text}}}" if what.component else text
        return f"{text}_{{{','.join(names)}}}"
    ranks = {param.name: len(param.structure.axes) if isinstance(param.structure, Tensor) else 0 for param in graph.params}
    variables = [name for name, order in what.variables for _ in range(order)]
    own = len(names) - sum(ranks[name] for name in variables)
    function = function_latex(heading.name)
    above = f"{function}_{{{','.join(names[:own])}}}" if own else function
    rest = names[own:]
    below = []
    for name in variables:
        below.append(f"\\partial {indexed(name, rest[: ranks[name]])}")
        del rest[: ranks[name]]
    if len(set(below)) < len(below):
        return label_latex(heading, what)
    together = "\\,".join(below)
    return f"\\frac{{\\partial{power_latex(what.order)} {above}}}{{{together}}}"
