"""Recurrences as plain text: ``q[k+1] = q[k] + h*p[k],  k = 0..n-1``. Imports SymPy: import it inside functions only."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import sympy as sp

from symdiff.printing import notation
from symdiff.printing.indexed_text import IndexedPrinter, value_lines
from symdiff.printing.recurrence import Equation, Recurrence, negated
from symdiff.printing.text import elided

_INDENT = "    "


def recurrence_text(printer: IndexedPrinter, found: Recurrence) -> str:
    """A recurrence as lines: where it starts, its rules, and for which iterations they hold."""
    starts = [_equation(printer, start) for start in found.starts]
    rules = elided(found.rules, lambda rule: _rule(printer, rule), ".where")
    lines = _joined(starts)
    loose = found.assigns or any(isinstance(rule, Recurrence) for rule in found.rules) or not rules
    scope = _scope(printer, found)
    if loose:
        lines.append(f"for {scope}" + (":" if rules else "") + (" (in turn)" if found.assigns else ""))
        lines += [_INDENT + line for rule in rules for line in rule.split("\n")]
    else:
        lines += [line for rule in rules for line in rule.split("\n")]
        last = rules[-1].split("\n")
        if len(last) == 1 and len(lines[-1]) + len(scope) + 3 <= notation.WIDTH:
            lines[-1] += f",  {scope}"
        else:
            lines.append(f"for {scope}")
    if found.count is not None:
        first = "" if found.enters in (sp.true, None) else f", 0 unless {printer.doprint(found.enters)}"
        lines.append(f"{found.count} the number of iterations{first}")
    return "\n".join(lines)


def _rule(printer: IndexedPrinter, rule: Equation | Recurrence) -> str:
    return recurrence_text(printer, rule) if isinstance(rule, Recurrence) else _equation(printer, rule)


def _equation(printer: IndexedPrinter, equation: Equation) -> str:
    sign = "+=" if equation.adds else "="
    printer.first = (f"{equation.left.args[0]}[",) if equation.left.args else ()
    text = value_lines(printer, f"{printer.doprint(equation.left)} {sign} ", equation.right)
    printer.first = ()
    if equation.test != sp.true:
        text += f" for {printer.doprint(equation.test)}"
    return f"{text} initially" if equation.initially else text


def _joined(parts: Sequence[str]) -> list[str]:
    """Short equations in one line."""
    lines: list[str] = []
    for part in parts:
        if lines and "\n" not in part + lines[-1] and len(lines[-1]) + len(part) + 2 <= notation.WIDTH - 20:
            lines[-1] += f", {part}"
        else:
            lines += part.split("\n")
    return lines


def _scope(printer: IndexedPrinter, found: Recurrence) -> str:
    """``k = 0..n-1``, ``k = n-1..0``, ``k = 0, 1, ... while x[k] > tol``."""
    return " ".join(_parts(printer, found))


def _parts(printer: IndexedPrinter, found: Recurrence) -> Iterator[str]:
    low = printer.compact(found.first)
    if found.last is None:
        yield f"{found.counter} = {low}, {printer.compact(found.first + 1)}, ..."
    else:
        high = printer.compact(found.last)
        yield f"{found.counter} = {high}..{low}" if found.backward else f"{found.counter} = {low}..{high}"
    if found.when == "before":
        yield f"while {printer.doprint(found.test)}"
    elif found.when:
        yield f"until {printer.doprint(negated(found.test))}"
    if found.domain:
        yield "for " + " and ".join(map(printer.doprint, found.domain))
