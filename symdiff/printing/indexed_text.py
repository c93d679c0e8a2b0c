"""Formulas with arrays as plain text: ``sum(A[i, j]*x[j], j = 0..n-1)``. Imports SymPy: import it inside functions only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sympy as sp

from symdiff.graph.graph import Graph
from symdiff.graph.structure import Items, Structure, Tensor
from symdiff.printing import notation
from symdiff.printing.convert import Formula
from symdiff.printing.heading import Heading, Label, Line, equations
from symdiff.printing.recurrence import Recurrence
from symdiff.printing.reductions import Every, Maximum, Minimum, Product, Reduction, Some, Sum, Where
from symdiff.printing.shapes import unclear
from symdiff.printing.solutions import Solution
from symdiff.printing.standins import StandIn, guarded_terms, image, is_guarded, is_triangle, led, ranges
from symdiff.printing.text import TextPrinter, elided, equation, hang, label_text, superscript

_NAMES: dict[type[Reduction], str] = {Sum: "sum", Product: "prod", Maximum: "max", Minimum: "min", Every: "all", Some: "any"}


class IndexedPrinter(TextPrinter):
    """The text of scalar formulas, with elements and reductions."""

    first: tuple[str, ...] = ()  # what comes first in a sum: what is advanced, in x[k] + h*v[k]

    def _as_ordered_terms(self, expr: Any, order: Any = None) -> list[Any]:
        return led(super()._as_ordered_terms(expr, order), self.first)

    def doprint(self, expr: Any) -> str:
        """An expression as text."""
        return str(super().doprint(image(expr, self.draw)))

    def _print_StandIn(self, expr: StandIn) -> str:  # noqa: N802
        return str(expr.text)

    def draw(self, expr: Any) -> str:
        """An element or a reduction as text."""
        if expr.is_Symbol:
            return str(expr.name)
        if isinstance(expr, sp.Indexed):
            return f"{expr.base.label}[{', '.join(map(self.compact, expr.indices))}]"
        if isinstance(expr, Where):
            return self.doprint(expr.as_piecewise())
        if isinstance(expr, sp.floor):
            above, below = expr.args[0].as_numer_denom()
            return f"{f'({self.doprint(above)})' if above.is_Add or above.is_Mul else self.doprint(above)}//{below}"
        body, spaces, tests = ranges(expr)
        text = self.doprint(body)
        shown = [text[1:-1] if isinstance(body, sp.Piecewise | Where) else text, *self._spaces(spaces)]
        return f"{_NAMES[type(expr)]}({', '.join([*shown, *map(self.doprint, tests)])})"

    def _spaces(self, spaces: list[tuple[Any, Any, Any]]) -> list[str]:
        side = is_triangle(spaces)
        if side:
            (first, low, high), (second, *_) = spaces
            pair = (first, second) if side > 0 else (second, first)
            return [f"{self.compact(low)} <= {pair[0]} < {pair[1]} <= {self.compact(high)}"]
        return [f"{index} = {self.compact(low)}..{self.compact(high)}" for index, low, high in spaces]

    def compact(self, expr: Any) -> str:
        """An index or bound, without spaces; a quotient is exact, so it is one of integers."""
        coefficient, rest = expr.as_coeff_Mul()
        if coefficient.is_Rational and coefficient.q > 1:
            above = self.doprint(coefficient.p * rest)
            return f"({above})//{coefficient.q}".replace(" ", "") if rest.is_Add else f"{above}//{coefficient.q}".replace(" ", "")
        return self.doprint(expr).replace(" ", "")


def as_text(graph: Graph, heading: Heading, found: Formula) -> str:
    """Return the equations of a graph, one result a line, then the where-list and the shapes that are not clear from it."""
    printer = IndexedPrinter(graph.inputs)
    lines = [block for line in equations(heading, graph) for block in _equation(printer, graph, heading, line, found)]
    lines = elided(lines, str, ".formula")
    if found.domain:
        lines.append("for " + " and ".join(map(printer.operand, (image(test, printer.draw) for test in found.domain))))
    entries = elided(found.where, lambda entry: _definition(printer, *entry), ".where")
    lines += [hang("      " if index else "where ", entry) for index, entry in enumerate(entries)]
    shapes = unclear(graph, found)
    if shapes:
        lines.append("with " + ", ".join(f"{name} {_shape(printer, lengths)}" for name, lengths in shapes))
    return "\n".join(lines)


def _definition(printer: IndexedPrinter, left: Any, right: Any) -> str:
    from symdiff.printing.recurrence_text import recurrence_text

    if isinstance(right, Recurrence):
        return recurrence_text(printer, right)
    if isinstance(right, Solution):
        names, verb = ", ".join(map(printer.doprint, right.unknowns or (left,))), "solve" if right.unknowns else "solves"
        equation = value_lines(printer, f"{names} {verb} ", right.residual) + " = 0"
        return equation if "\n" not in equation else value_lines(printer, f"{names} {verb} 0 = ", right.residual)
    return value_lines(printer, f"{printer.doprint(left)} = ", right)


def _shape(printer: IndexedPrinter, lengths: Sequence[Any]) -> str:
    shown = list(map(printer.doprint, lengths))
    return f"of length {shown[0]}" if len(shown) == 1 else " × ".join(shown)  # noqa: RUF001


def _equation(printer: IndexedPrinter, graph: Graph, heading: Heading, line: Line, found: Formula) -> list[str]:
    if isinstance(line.structure, Tensor):
        left = label(graph, heading, line.label, found.indices[line.start])
        return [value_lines(printer, f"{left} = ", found.exprs[line.start])]
    if isinstance(line.structure, Items) and any(isinstance(leaf, Tensor) for leaf in line.structure.leaves()):
        return [
            value_lines(printer, f"{label_text(heading, line.label)}{path}{_index(found.indices[place])} = ", found.exprs[place])
            for place, path in zip(range(line.start, line.start + line.structure.size), _paths(line.structure), strict=True)
        ]
    if line.structure.is_scalar:
        return [value_lines(printer, f"{label_text(heading, line.label)} = ", found.exprs[line.start])]
    return equation(printer, label_text(heading, line.label), line, found)


def _paths(structure: Structure) -> list[str]:
    return ["".join(f"[{key!r}]" for key in path) for path in structure.indices()]


def _index(indices: Sequence[Any]) -> str:
    return f"[{', '.join(map(str, indices))}]" if indices else ""


def value_lines(printer: IndexedPrinter, prefix: str, expr: Any) -> str:
    """One value: on one line, or its guarded terms (or cases) one below the other."""
    if isinstance(expr, sp.Piecewise):
        return hang(prefix, _cases(printer, expr))
    terms = list(guarded_terms(expr))
    if len(terms) == 1:
        return prefix + printer.doprint(expr)
    flat = printer.doprint(expr)
    if len(prefix + flat) <= notation.WIDTH // 2:
        return prefix + flat
    shown = [printer.doprint(body) for _, body, _ in terms]
    marks = [("- " if negative else "+ ") if place or negative else "" for place, (negative, *_) in enumerate(terms)]
    parts = [
        f"({text})" if body.is_Add and (negative or place == -1) else text
        for place, (text, (negative, body, _)) in enumerate(zip(shown, terms, strict=True))
    ]
    indent = " " * max(len(prefix) - 2, 0)
    rows = [
        (prefix if not place else indent) + (mark if place else mark.replace(" ", "")) + part
        for place, (mark, part) in enumerate(zip(marks, parts, strict=True))
    ]
    width = max(len(row) for row in rows)
    words = ["" if test == sp.true else f"    if {printer.doprint(test)}" for *_, test in terms]
    return "\n".join(f"{row:<{width}}{word}".rstrip() for row, word in zip(rows, words, strict=True))


def _cases(printer: IndexedPrinter, expr: Any) -> str:
    """Cases in a row, or one below the other."""
    flat = printer.doprint(expr)[1:-1]
    if is_guarded(expr, sp.Integer(0)) or (len(expr.args) <= 2 and len(flat) <= notation.WIDTH - 30):
        return flat
    values = [printer.doprint(value) for value, _ in expr.args]
    width = max((len(value) for value in values if len(value) <= notation.WIDTH // 2), default=0)
    words = ["otherwise" if test == sp.true else f"if {printer.doprint(test)}" for _, test in expr.args]
    return "\n".join(f"{value:<{width}}    {word}" for value, word in zip(values, words, strict=True))


def label(graph: Graph, heading: Heading, what: Label, indices: Sequence[Any]) -> str:
    """A left-hand side with the free indices: ``f(x)[i]``, ``∂f/∂x[k]``, ``(H(x)·v)[k]``."""
    if what.form not in ("partial", "nabla"):
        text = label_text(heading, what)
        product = bool(what.before or what.after) and not what.component
        return f"({text}){_index(indices)}" if product else f"{text}{_index(indices)}"
    ranks = {param.name: len(param.structure.axes) if isinstance(param.structure, Tensor) else 0 for param in graph.params}
    variables = [name for name, order in what.variables for _ in range(order)]
    own = len(indices) - sum(ranks[name] for name in variables)
    above, rest = f"{heading.name}{_index(indices[:own])}", list(indices[own:])
    below = []
    for name in variables:
        below.append(f"∂{name}{_index(rest[: ranks[name]])}")
        del rest[: ranks[name]]
    if len(set(below)) < len(below):
        return label_text(heading, what)
    return f"∂{superscript(what.order)}{above}/{''.join(below)}"
