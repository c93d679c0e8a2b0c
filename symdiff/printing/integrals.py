"""Integrals on paper: SymPy's ``Integral`` of the formula of what is integrated. Imports SymPy: import inside functions only."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

import sympy as sp

from symdiff.graph.graph import Loop, Sum, walk
from symdiff.graph.integrals import Integral
from symdiff.printing.terms import replaced


def integral(row: Integral, operands: Sequence[Any]) -> Any:
    """An integral over operands that are expressions. An integrand with loops or sums stands there by its name only."""
    from symdiff.printing import formula

    low, high, *given = operands
    graph = row.integrand
    variable, *others = graph.inputs
    letter = _letter(variable, {str(symbol) for each in operands for symbol in each.free_symbols})
    if any(isinstance(statement, Loop | Sum) or getattr(statement, "axes", ()) for statement in walk(graph.body)):
        inside = sp.Function(graph.name)(letter, *given)
    else:
        found = formula(graph)
        values: dict[Any, Any] = {}
        for symbol, expr in found.where:
            values[symbol] = replaced(expr, values)
        names = dict(zip((variable, *others), (letter, *given), strict=True))
        inside = replaced(replaced(found.exprs[0], values), {sp.Symbol(name, real=True): each for name, each in names.items()})
    whole = sp.Integral(inside, (letter, low, high))
    return sp.Function("error")(whole) if row.estimate else whole


def _letter(name: str, taken: set[str]) -> Any:
    """The symbol of the variable: another than any outside (by an assumption), called otherwise, too, if need be."""
    names = itertools.chain([name], (f"{name}_{number}" for number in itertools.count(1)))
    return sp.Symbol(next(each for each in names if each not in taken), real=True, zero=False)
