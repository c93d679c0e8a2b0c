"""Formulas as LaTeX, for display mode. Imports SymPy: import it inside functions only."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from sympy import Or
from sympy.printing.latex import LatexPrinter

from symdiff.graph.graph import Graph
from symdiff.graph.structure import Array, Items, Structure
from symdiff.printing import notation
from symdiff.printing.cases import chained
from symdiff.printing.convert import Formula
from symdiff.printing.heading import Heading, Label, Line, equations
from symdiff.printing.text import decimal, elided
from symdiff.printing.tidy import positive_first, roots

Item = TypeVar("Item")

_RELATIONS = {"==": "=", "!=": "\\neq", "<": "<", "<=": "\\leq", ">": ">", ">=": "\\geq"}


class TexPrinter(LatexPrinter):  # type: ignore[misc]
    """SymPy's LaTeX with symdiff's names, decimals and conditions."""

    def __init__(self) -> None:
        super().__init__({"inv_trig_style": "full"})

    def _print_Symbol(self, expr: Any, style: str = "plain") -> str:  # noqa: N802
        return name_latex(expr.name)

    def _print_Mul(self, expr: Any) -> str:  # noqa: N802
        shown = roots(expr)
        return str(super()._print_Mul(expr) if shown == expr else self._print(shown))

    def _as_ordered_terms(self, expr: Any, order: Any = None) -> list[Any]:
        return positive_first(super()._as_ordered_terms(expr, order))

    def _print_CubeRoot(self, expr: Any, exp: Any = None) -> str:  # noqa: N802
        power = "" if exp is None else f"^{{{exp}}}"
        return f"\\sqrt[3]{{{self._print(expr.args[0])}}}{power}"

    def _print_Root(self, expr: Any) -> str:  # noqa: N802
        return f"\\sqrt{{{self._print(expr.args[0])}}}"

    def _print_AppliedUndef(self, expr: Any, exp: Any = None) -> str:  # noqa: N802
        name = getattr(expr.func, "latex", "") or function_latex(expr.func.__name__)
        power = "" if exp is None else f"^{{{exp}}}"
        return f"{name}{power}{{\\left({','.join(map(self._print, expr.args))} \\right)}}"

    def _print_polygamma(self, expr: Any, exp: Any = None) -> str:
        order, x = expr.args
        written = rf"\psi{'' if order == 0 else f'^{{({self._print(order)})}}'}\left({self._print(x)}\right)"
        return written if exp is None else rf"\left({written}\right)^{{{exp}}}"

    def _print_Float(self, expr: Any) -> str:  # noqa: N802
        digits, _, exponent = decimal(expr).partition("e")
        return digits if not exponent else f"{digits} \\cdot 10^{{{int(exponent)}}}"

    def _print_Relational(self, expr: Any) -> str:  # noqa: N802
        return f"{self._print(expr.lhs)} {_RELATIONS[expr.rel_op]} {self._print(expr.rhs)}"

    def _print_And(self, expr: Any) -> str:  # noqa: N802
        parts = chained(expr)
        if all(len(part) == 1 for part in parts):
            return str(super()._print_And(expr))
        loose = [f"\\left({self._print(part[0])}\\right)" if isinstance(part[0], Or) else self._print(part[0]) for part in parts]
        ends = [f" {_RELATIONS[part[1].rel_op]} {self._print(part[1].rhs)}" if len(part) > 1 else "" for part in parts]
        return " \\wedge ".join(map("".join, zip(loose, ends, strict=True)))


def name_latex(name: str) -> str:
    """Return a Python name as LaTeX: ``sigma_0`` a letter with an index, ``x_bar`` an accent, long names upright."""
    head, *tail = [part for part in name.strip("_").split("_") if part] or ["\\_"]
    accents = [part for part in tail if part in notation.ACCENTS]
    indices = [part for part in tail if part not in notation.ACCENTS]
    letters = re.fullmatch(r"(\D+)(\d+)", head)
    if letters:
        head = letters[1]
        indices.insert(0, letters[2])
    text = _word(head)
    for accent in accents:
        text = f"{notation.ACCENTS[accent]}{{{text}}}"
    return f"{text}_{{{','.join(map(_word, indices))}}}" if indices else text


def _word(word: str) -> str:
    if word in notation.GREEK:
        return notation.GREEK[word]
    if len(word) == 1:
        return _letter(word)
    return word if word.isdigit() or word == "\\_" else f"\\mathrm{{{''.join(map(_letter, word))}}}"


def _letter(character: str) -> str:
    """Return a letter; a Greek one by its LaTeX name."""
    kind, _, rest = unicodedata.name(character, "").partition(" LETTER ")
    name = {"GREEK SMALL": rest.lower(), "GREEK CAPITAL": rest.capitalize()}.get(kind, "").replace("amda", "ambda")
    return notation.GREEK.get(name, character)


def as_latex(graph: Graph, heading: Heading, found: Formula) -> str:
    """Return the equations of a graph and its where-list: one equation plain, several aligned."""
    printer = TexPrinter()
    rows: list[str] = []
    for line in equations(heading, graph):
        rows += equation(printer, label_latex(heading, line.label), line, found)
    if found.domain:
        rows[-1] += " \\qquad \\text{for } " + " \\wedge ".join(map(printer.doprint, found.domain))
    rows = elided_rows(rows, str, ".formula")
    entries = elided_rows(found.where, lambda entry: " &= ".join(map(printer.doprint, entry)), ".where")
    rows += [entry if index else f"\\text{{where }} {entry}" for index, entry in enumerate(entries)]
    if len(rows) == 1:
        return rows[0].replace(" &= ", " = ", 1)
    return "\\begin{aligned}\n" + " \\\\\n".join(rows) + "\n\\end{aligned}"


def elided_rows(items: Sequence[Item], show: Callable[[Item], str], where: str) -> list[str]:
    """Return rows, a long list with its middle left out."""
    return [f"& \\text{{{row}}}" if row.startswith("... (") else row for row in elided(items, show, where)]


def equation(printer: TexPrinter, left: str, line: Line, found: Formula) -> list[str]:
    """Return the rows of one equation between scalars, or a container of them."""
    exprs = found.exprs[line.start : line.start + line.structure.size]
    cells = [str(printer.doprint(expr)) for expr in exprs]
    shape = line.structure.shape
    large = len(cells) > notation.CELLS or any(len(cell) > notation.CELL_WIDTH for cell in cells)
    if not line.structure.is_scalar and (large or (shape is not None and len(shape) > 2)):
        return _entries(left, line.structure, exprs, cells)
    return [f"{left} &= {_nested(line.structure, cells)}"]


def _nested(structure: Structure, cells: Sequence[str]) -> str:
    if structure.is_scalar:
        return cells[0]
    shape = structure.shape
    flat = isinstance(structure, Array) or structure.container == "list" if isinstance(structure, Array | Items) else False
    if flat and shape is not None and len(shape) <= 2:
        step = shape[1] if len(shape) == 2 else 1
        rows = [" & ".join(cells[start : start + step]) for start in range(0, len(cells), max(step, 1))]
        return "\\begin{bmatrix}" + " \\\\ ".join(rows) + "\\end{bmatrix}"
    parts, start = [], 0
    for item in structure.items if isinstance(structure, Items) else ():
        parts.append(_nested(item, cells[start : start + item.size]))
        start += item.size
    if isinstance(structure, Items) and structure.container == "dict":
        pairs = (f"{key_latex(key)}: {part}" for key, part in zip(structure.keys, parts, strict=True))
        return f"\\left\\{{{', '.join(pairs)}\\right\\}}"
    return f"\\left({', '.join(parts)}\\right)"


def key_latex(key: Any) -> str:
    """A position, or the key of a dict."""
    return str(key) if isinstance(key, int) else "\\text{" + str(key).replace("_", "\\_") + "}"


def _entries(left: str, structure: Structure, exprs: Sequence[Any], cells: Sequence[str]) -> list[str]:
    """Return a large result entry by entry, without its zeros."""
    rows = [
        f"{{{left}}}_{{{','.join(map(key_latex, path))}}} &= {cell}"
        for path, expr, cell in zip(structure.indices(), exprs, cells, strict=True)
        if expr != 0
    ]
    return rows if len(rows) == len(exprs) else [*rows, "& \\text{all other entries are 0}"]


def label_latex(heading: Heading, label: Label) -> str:
    """Return a left-hand side as LaTeX."""
    name = function_latex(heading.name)
    arguments = ", ".join(map(name_latex, heading.parameters))
    if label.form == "call":
        return f"{name}({arguments})"
    if label.form == "prime":
        marks = "'" * label.order if label.order <= 3 else f"^{{({label.order})}}"
        return f"{name}{marks}({arguments})"
    if label.form == "partial":
        below = "\\,".join(f"\\partial {name_latex(variable)}{power_latex(order)}" for variable, order in label.variables)
        return f"\\frac{{\\partial{power_latex(label.order)} {name}}}{{{below}}}"
    if label.form == "nabla":
        index = "" if len(heading.parameters) == 1 else f"_{{{name_latex(label.variables[0][0])}}}"
        return f"\\nabla{index} {name}({arguments})"
    text = f"{label.form}({arguments})"
    if label.before:
        text = f"{_together(label.before)} \\cdot {text}"
    if label.after:
        text = f"{text} \\cdot {_together(label.after)}"
    return f"\\left({text}\\right)_{{{name_latex(label.component)}}}" if label.component else text


def function_latex(name: str) -> str:
    """Return the name of a function: a letter in italics, a word upright."""
    text = name_latex(name)
    word = re.fullmatch(r"\\mathrm\{(\w+)\}", text)
    return f"\\operatorname{{{word[1]}}}" if word else text


def power_latex(order: int) -> str:
    """Return an order above a sign of differentiation."""
    return "" if order == 1 else f"^{{{order}}}"


def _together(names: tuple[str, ...]) -> str:
    return name_latex(names[0]) if len(names) == 1 else f"({', '.join(map(name_latex, names))})"
