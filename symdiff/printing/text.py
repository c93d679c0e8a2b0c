"""Formulas as plain text: Python syntax on the right, textbook notation on the left.

Imports SymPy: import it inside functions only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

import sympy as sp
from sympy.printing.precedence import PRECEDENCE
from sympy.printing.str import StrPrinter

from symdiff.graph.graph import Graph
from symdiff.graph.structure import Items, Structure
from symdiff.printing import notation
from symdiff.printing.cases import chained
from symdiff.printing.convert import Formula
from symdiff.printing.heading import Heading, Label, Line, equations
from symdiff.printing.tidy import positive_first, roots

Item = TypeVar("Item")

_SUPERSCRIPTS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


class TextPrinter(StrPrinter):  # type: ignore[misc]
    """SymPy's text with Python's spellings, so that it can be pasted back: ``max``, ``abs``, ``a if c else b``.

    Constants are ``math.pi`` and so on where their short name is ``taken`` by an argument.
    """

    def __init__(self, taken: Iterable[str] = ()) -> None:
        super().__init__()
        self.taken = frozenset(taken)

    def _print_Mul(self, expr: Any) -> str:  # noqa: N802
        shown = roots(expr)
        return str(super()._print_Mul(expr) if shown == expr else self._print(shown))

    def _print_Float(self, expr: Any) -> str:  # noqa: N802
        return decimal(expr)

    def _call(self, name: str, expr: Any) -> str:
        return f"{name}({', '.join(self._print(arg) for arg in sorted(expr.args, key=sp.default_sort_key))})"

    def _print_Max(self, expr: Any) -> str:  # noqa: N802
        return self._call("max", expr)

    def _print_Min(self, expr: Any) -> str:  # noqa: N802
        return self._call("min", expr)

    def _print_Abs(self, expr: Any) -> str:  # noqa: N802
        return self._call("abs", expr)

    def _print_ceiling(self, expr: Any) -> str:
        return self._call("ceil", expr)

    def _print_polygamma(self, expr: Any) -> str:
        order, x = expr.args
        return f"digamma({self._print(x)})" if order == 0 else f"polygamma({self._print(order)}, {self._print(x)})"

    def _print_expint(self, expr: Any) -> str:
        order, x = expr.args
        return f"exp1({self._print(x)})" if order == 1 else f"expn({self._print(order)}, {self._print(x)})"

    def _print_betainc_regularized(self, expr: Any) -> str:
        *_, low, high = operands = list(map(self._print, expr.args))
        if expr.args[2] == 0:
            return f"betainc({operands[0]}, {operands[1]}, {high})"
        return f"betaincc({operands[0]}, {operands[1]}, {low})"

    def _print_loggamma(self, expr: Any) -> str:
        return self._call("lgamma", expr)

    def _as_ordered_terms(self, expr: Any, order: Any = None) -> list[Any]:
        return positive_first(super()._as_ordered_terms(expr, order))

    def _print_Pow(self, expr: Any, rational: bool = False) -> str:  # noqa: N802
        if expr.exp.is_Rational and expr.exp.is_negative:
            return f"1/{self.parenthesize(expr.base**-expr.exp, PRECEDENCE['Mul'])}"
        return str(super()._print_Pow(expr, rational))

    def _print_CubeRoot(self, expr: Any) -> str:  # noqa: N802
        return self._call("cbrt", expr)

    def _print_Root(self, expr: Any) -> str:  # noqa: N802
        return self._call("sqrt", expr)

    def parenthesize(self, item: Any, level: int, strict: bool = False) -> str:
        """Put parentheses where Python needs them; ``%`` binds like ``*`` and gets them in every product."""
        return f"({self._print(item)})" if isinstance(item, sp.Mod) else str(super().parenthesize(item, level, strict))

    def stringify(self, args: Any, sep: str, level: int = 0) -> str:
        """Print operands of a call."""
        if sep == ", " and len(args) == 1 and isinstance(args[0], sp.Piecewise):
            return self.choice(args[0])
        return str(super().stringify(args, sep, level))

    def _print_Mod(self, expr: Any) -> str:  # noqa: N802
        left, right = expr.args
        return f"{self.parenthesize(left, PRECEDENCE['Mul'], strict=True)} % {self.parenthesize(right, PRECEDENCE['Mul'])}"

    def _constant(self, name: str) -> str:
        return f"math.{name}" if name in self.taken else name

    def _print_Pi(self, expr: Any) -> str:  # noqa: N802
        return self._constant("pi")

    def _print_Exp1(self, expr: Any) -> str:  # noqa: N802
        return self._constant("e")

    def _print_Infinity(self, expr: Any) -> str:  # noqa: N802
        return self._constant("inf")

    def _print_NegativeInfinity(self, expr: Any) -> str:  # noqa: N802
        return "-" + self._constant("inf")

    def _print_BooleanTrue(self, expr: Any) -> str:  # noqa: N802
        return "True"

    def _print_Relational(self, expr: Any) -> str:  # noqa: N802
        return f"{self._print(expr.lhs)} {expr.rel_op} {self._print(expr.rhs)}"

    def _print_And(self, expr: Any) -> str:  # noqa: N802
        return " and ".join(
            self.operand(part[0]) if len(part) == 1 else f"{self._print(part[0])} {part[1].rel_op} {self._print(part[1].rhs)}"
            for part in chained(expr)
        )

    def _print_Or(self, expr: Any) -> str:  # noqa: N802
        return " or ".join(self._print(arg) for arg in sorted(expr.args, key=sp.default_sort_key))

    def _print_Not(self, expr: Any) -> str:  # noqa: N802
        return f"not {self.operand(expr.args[0], sp.And | sp.Or)}"

    def operand(self, expr: Any, loose: Any = sp.Or) -> str:
        """Return a condition as operand of ``and`` or ``not``, in parentheses if it binds less."""
        return f"({self._print(expr)})" if isinstance(expr, loose) else str(self._print(expr))

    def _print_Piecewise(self, expr: Any) -> str:  # noqa: N802
        return f"({self.choice(expr)})"

    def choice(self, expr: Any) -> str:
        """Cases as a conditional expression."""
        parts = [f"{self._print(value)} if {self._print(condition)} else " for value, condition in expr.args]
        last, condition = expr.args[-1]
        parts[-1] = self._print(last) if condition == sp.true else parts[-1] + "nan"
        return "".join(parts)


def decimal(expr: Any) -> str:
    """Return the shortest decimal that is the same double."""
    value = float(expr)
    if abs(value) in (0.0, float("inf")) and expr != 0:  # beyond the range of doubles
        return str(expr)
    return repr(value).removesuffix(".0")


def as_text(graph: Graph, heading: Heading, found: Formula) -> str:
    """Return the equations of a graph, one result a line, then the where-list."""
    printer = TextPrinter(graph.inputs)
    lines = [
        block for line in equations(heading, graph) for block in equation(printer, label_text(heading, line.label), line, found)
    ]
    lines = elided(lines, str, ".formula")
    if found.domain:
        lines.append("for " + " and ".join(map(printer.operand, found.domain)))
    entries = elided(found.where, lambda entry: hang(f"{entry[0]} = ", _cells(printer, entry[1])), ".where")
    lines += [hang("      " if index else "where ", entry) for index, entry in enumerate(entries)]
    return "\n".join(lines)


def elided(items: Sequence[Item], show: Callable[[Item], str], where: str) -> list[str]:
    """Return a list as text, a long one with its middle left out."""
    hidden = len(items) - notation.SHOWN_FIRST - notation.SHOWN_LAST
    if hidden <= 1:
        return [show(item) for item in items]
    first, last = items[: notation.SHOWN_FIRST], items[-notation.SHOWN_LAST :]
    return [*map(show, first), f"... ({hidden} more, see {where})", *map(show, last)]


def hang(prefix: str, text: str) -> str:
    """Return a text of several lines after a prefix, its lines aligned."""
    return prefix + text.replace("\n", "\n" + " " * len(prefix))


def _cells(printer: TextPrinter, expr: Any) -> str:
    """One scalar: on one line, or its cases one below the other."""
    if not isinstance(expr, sp.Piecewise):
        return str(printer.doprint(expr))
    flat = printer.choice(expr)
    if len(expr.args) <= 2 and len(flat) <= notation.WIDTH - 30:
        return flat
    values = [str(printer.doprint(value)) for value, _ in expr.args]
    width = max((len(value) for value in values if len(value) <= notation.WIDTH // 2), default=0)
    words = ["otherwise" if condition == sp.true else f"if {printer.doprint(condition)}" for _, condition in expr.args]
    return "\n".join(f"{value:<{width}}    {word}" for value, word in zip(values, words, strict=True))


def equation(printer: TextPrinter, left: str, line: Line, found: Formula) -> list[str]:
    """Return one equation between scalars, or a container of them."""
    structure = line.structure
    exprs = found.exprs[line.start : line.start + structure.size]
    prefix = f"{left} = "
    if structure.is_scalar:
        return [hang(prefix, _cells(printer, exprs[0]))]
    cells = [_cells(printer, expr) for expr in exprs]
    shape = structure.shape
    if not any("\n" in cell for cell in cells):
        if shape is not None and len(shape) == 2 and shape[1] > 0:
            rows = _matrix(cells, shape[1])
            if len(prefix) + len(rows.split("\n", 1)[0]) <= notation.WIDTH:
                return [hang(prefix, rows)]
        flat = prefix + _nested(structure, cells)
        if len(flat) <= notation.WIDTH and (shape is None or len(shape) != 2):
            return [flat]
    return _entries(left, structure, exprs, cells)


def _matrix(cells: Sequence[str], columns: int) -> str:
    rows = [cells[start : start + columns] for start in range(0, len(cells), columns)]
    widths = [max(len(row[column]) for row in rows) for column in range(columns)]
    lines = [", ".join(f"{cell:>{width}}" for cell, width in zip(row, widths, strict=True)) for row in rows]
    return "\n".join(f"[{line}]" for line in lines)


def _nested(structure: Structure, cells: Sequence[str]) -> str:
    if structure.is_scalar:
        return cells[0]
    if isinstance(structure, Items):
        parts, start = [], 0
        for item in structure.items:
            parts.append(_nested(item, cells[start : start + item.size]))
            start += item.size
        if structure.container == "dict":
            return "{" + ", ".join(f"{key!r}: {part}" for key, part in zip(structure.keys, parts, strict=True)) + "}"
        inside = ", ".join(parts)
        if structure.container == "tuple":
            return f"({inside},)" if len(parts) == 1 else f"({inside})"
        return f"[{inside}]"
    shape = structure.shape or (len(cells),)
    if len(shape) <= 1:
        return f"[{', '.join(cells)}]"
    step = len(cells) // shape[0] if shape[0] else 0
    inner = type(structure)(shape[1:])  # type: ignore[call-arg]
    return f"[{', '.join(_nested(inner, cells[k * step : (k + 1) * step]) for k in range(shape[0]))}]"


def _entries(left: str, structure: Structure, exprs: Sequence[Any], cells: Sequence[str]) -> list[str]:
    """Return a result too wide for one line: its entries that are not 0, one a line."""
    lines = []
    for path, expr, cell in zip(structure.indices(), exprs, cells, strict=True):
        if expr != 0:
            lines.append(hang(f"{left}[{', '.join(map(repr, path))}] = ", cell))
    if len(lines) < len(exprs):
        lines.append(f"all other entries of {left} are 0")
    return lines


def label_text(heading: Heading, label: Label) -> str:
    """Return a left-hand side as text."""
    name = heading.name
    arguments = ", ".join(heading.parameters)
    if label.form == "call":
        return f"{name}({arguments})"
    if label.form == "prime":
        marks = "'" * label.order if label.order <= 3 else f"^({label.order})"
        return f"{name}{marks}({arguments})"
    if label.form == "partial":
        below = "".join(f"∂{variable}{superscript(order)}" for variable, order in label.variables)
        return f"∂{superscript(label.order)}{name}/{below}"
    if label.form == "nabla":
        return f"∇{name}({arguments})" if len(heading.parameters) == 1 else f"∇_{label.variables[0][0]} {name}({arguments})"
    text = f"{label.form}({arguments})"
    if label.before:
        text = f"{_together(label.before)}·{text}"
    if label.after:
        text = f"{text}·{_together(label.after)}"
    return f"({text})_{label.component}" if label.component else text


def superscript(order: int) -> str:
    """Return an order above a sign of differentiation."""
    return "" if order == 1 else str(order).translate(_SUPERSCRIPTS)


def _together(names: tuple[str, ...]) -> str:
    return names[0] if len(names) == 1 else f"({', '.join(names)})"
