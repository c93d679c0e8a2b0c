"""Literals and single operations of a graph as SymPy expressions. Imports SymPy: import it inside functions only."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import reduce
from typing import Any

import sympy as sp
from sympy.core.relational import Relational

from symdiff.graph.graph import Const
from symdiff.graph.integrals import Integral
from symdiff.primitives.row import Primitive
from symdiff.printing import notation

_DIGITS = 30  # of decimals: enough that 3*0.1 is 0.3 on paper


def product(a: Any, b: Any) -> Any:
    """Multiply without multiplying out: SymPy by itself turns ``2*(x + 2)`` into ``2*x + 4``.

    (Its switch for that, ``sympy.core.parameters.distribute``, sends odd functions of sums into an endless recursion.)
    """
    (first, one), (second, other) = a.as_coeff_Mul(), b.as_coeff_Mul()
    third, rest = (one * other).as_coeff_Mul()
    coefficient = first * second * third
    whole = rest.is_Add and coefficient.is_finite and coefficient not in (0, 1)
    return sp.Mul(coefficient, rest, evaluate=not whole)


def rebuilt(node: Any, args: Sequence[Any]) -> Any:
    """Make a node again with other operands, multiplying nothing out and deciding no condition."""
    if isinstance(node, sp.Mul):
        return reduce(product, args)
    if isinstance(node, _INERT):
        return node.func(*args, evaluate=False)
    return node.func(*args)


_INERT = (sp.Piecewise, Relational, sp.Max, sp.Min)


def replaced(expr: Any, values: Mapping[Any, Any]) -> Any:
    """Put values in the place of subexpressions, the outermost ones first."""
    if expr in values:
        return values[expr]
    args = [replaced(arg, values) for arg in expr.args]
    return expr if all(new is old for new, old in zip(args, expr.args, strict=True)) else rebuilt(expr, args)


_ARITHMETIC: dict[str, Callable[..., Any]] = {
    "mul": product,
    "neg": lambda x: product(sp.Integer(-1), x),
    "sub": lambda x, y: x + product(sp.Integer(-1), y),
    "div": lambda x, y: product(x, 1 / y),
}


def written(op: Primitive, operands: list[Any]) -> Any:
    """One operation as SymPy expression, in its textbook form."""
    exact = op.name in notation.GROWING and all(operand.is_Rational for operand in operands)
    if exact and any(abs(operand) > notation.LARGEST for operand in operands):
        operands = [sp.Float(operand, _DIGITS) for operand in operands]
    if op.name in _ARITHMETIC:
        return _ARITHMETIC[op.name](*operands)
    if isinstance(op, Integral):
        from symdiff.printing.integrals import integral

        return integral(op, operands)
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
