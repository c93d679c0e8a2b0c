"""Literals and single operations of a graph as SymPy expressions. Imports SymPy: import it inside functions only."""

from __future__ import annotations

from typing import Any

import sympy as sp

from symdiff.graph.graph import Const
from symdiff.primitives.row import Primitive
from symdiff.printing import notation

_DIGITS = 30  # of decimals: enough that 3*0.1 is 0.3 on paper


def written(op: Primitive, operands: list[Any]) -> Any:
    """One operation as SymPy expression, in its textbook form."""
    exact = op.name in notation.GROWING and all(operand.is_Rational for operand in operands)
    if exact and any(abs(operand) > notation.LARGEST for operand in operands):
        operands = [sp.Float(operand, _DIGITS) for operand in operands]
    form = notation.DISPLAY.get(op.name)
    return form(sp, *operands) if form is not None else op.symbolic(*operands)


def number(const: Const) -> Any:
    """Return a literal on paper: 2.0 is 2, 0.5 is 1/2, 0.1 stays 0.1 (as a decimal, not as the nearest double)."""
    if const.symbol in notation.CONSTANTS:
        return getattr(sp, notation.CONSTANTS[const.symbol])
    if const.symbol == "tau":
        return 2 * sp.pi
    value = const.value
    if isinstance(value, bool):
        return sp.true if value else sp.false
    if isinstance(value, int):
        return sp.Integer(value)
    if value != value or abs(value) == float("inf"):
        return sp.nan if value != value else sp.oo * (1 if value > 0 else -1)
    above, below = value.as_integer_ratio()
    if (below == 1 and abs(above) < 10**15) or (below <= 8 and abs(above) < 100):
        return sp.Rational(above, below)
    return sp.Float(repr(value), _DIGITS)
