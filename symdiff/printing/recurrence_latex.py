r"""Recurrences as LaTeX: ``q_{k+1} = q_{k} + h p_{k}, k = 0, \ldots, n - 1``. Imports SymPy: import it inside functions only."""

from __future__ import annotations

from collections.abc import Iterator

import sympy as sp

from symdiff.printing.indexed_latex import IndexedTexPrinter, sequence_latex
from symdiff.printing.latex import elided_rows, name_latex
from symdiff.printing.recurrence import Equation, Recurrence, negated

_LONGEST_STARTS = 120  # characters of LaTeX in one row


def recurrence_latex(printer: IndexedTexPrinter, found: Recurrence, indent: str = "") -> list[str]:
    """A recurrence as rows: where it starts, its rules, and for which iterations they hold."""
    nested = found.assigns or any(isinstance(rule, Recurrence) for rule in found.rules) or not found.rules
    rows = _starts(printer, found, indent)
    scope = _scope(printer, found)
    inner = f"{indent}\\quad " if nested else indent
    rules = list(_rules(printer, found, inner, aligned=not nested and not indent))
    if nested:
        turn = "\\text{ (in turn)}" if found.assigns else ""
        colon = "\\colon " if rules else ""
        rows.append(f"& {indent}\\text{{for }} {scope}{colon}{turn}".rstrip())
        rows += rules
    else:
        rows += [*rules[:-1], f"{rules[-1]}, \\qquad {scope}"]
    if found.count is not None:
        none = "" if found.enters in (sp.true, None) else f", \\text{{ 0 unless }} {printer.doprint(found.enters)}"
        rows.append(f"& {indent}{printer.doprint(found.count)} \\text{{ the number of iterations}}{none}")
    return rows


def _rules(printer: IndexedTexPrinter, found: Recurrence, indent: str, *, aligned: bool) -> Iterator[str]:
    def written(rule: Equation | Recurrence) -> str:
        if isinstance(rule, Recurrence):
            return " \\\\\n".join(recurrence_latex(printer, rule, indent))
        return _equation(printer, rule, indent, aligned=aligned)

    yield from elided_rows(found.rules, written, ".where")


def _starts(printer: IndexedTexPrinter, found: Recurrence, indent: str) -> list[str]:
    rows: list[str] = []
    for start in found.starts:
        text = _equation(printer, start, indent, aligned=not indent)
        if rows and len(rows[-1]) + len(text) <= _LONGEST_STARTS:
            rows[-1] += f", \\quad {text.replace(' &= ', ' = ', 1).removeprefix('& ')}"
        else:
            rows.append(text)
    return rows


def _equation(printer: IndexedTexPrinter, equation: Equation, indent: str, *, aligned: bool) -> str:
    name = sequence_latex(str(equation.left.args[0] if equation.left.args else equation.left))
    printer.first = tuple(f"{each}{mark}{{" for each in (name, f"{{{name}}}") for mark in "_^")
    left, right = printer.doprint(equation.left), printer.doprint(equation.right)
    printer.first = ()
    sign = "\\mathrel{+}=" if equation.adds else "="
    text = f"{left} &{sign} {right}" if aligned else f"& {indent}{left} {sign} {right}"
    if equation.test != sp.true:
        text += f" \\text{{ for }} {printer.doprint(equation.test)}"
    return f"{text} \\text{{ initially}}" if equation.initially else text


def _scope(printer: IndexedTexPrinter, found: Recurrence) -> str:
    r"""``k = 0, \ldots, n - 1``; with what ends it."""
    low, counter = printer.doprint(found.first), name_latex(found.counter.name)
    if found.last is None:
        text = f"{counter} = {low}, {printer.doprint(found.first + 1)}, \\ldots"
    else:
        ends = (low, printer.doprint(found.last))
        first, last = reversed(ends) if found.backward else ends
        text = f"{counter} = {first}, \\ldots, {last}"
    if found.when == "before":
        text += f" \\text{{ while }} {printer.doprint(found.test)}"
    elif found.when:
        text += f" \\text{{ until }} {printer.doprint(negated(found.test))}"
    if found.domain:
        text += " \\text{ for } " + " \\wedge ".join(map(printer.doprint, found.domain))
    return text
