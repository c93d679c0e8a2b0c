"""Arithmetic, comparisons and logic: what Python writes with operators."""

from __future__ import annotations

from typing import Any

from symdiff.primitives.row import ARITHMETIC, DIVISION, ELEMENTARY, Primitive

_AWAY_FROM_ZERO = (0.5, 3.0)

add = Primitive(
    "add", 2, lambda x, y, f: (1, 1), code="{0} + {1}", precedence=60, commutative=True, weight=ARITHMETIC,
    sympy=lambda sp, x, y: sp.Add(x, y), mpmath=lambda mp, x, y: x + y, numeric=lambda x, y: x + y,
    spellings=("numpy.add", "operator.add"), sample=((-3, 3), (-3, 3)),
)  # fmt: skip
sub = Primitive(
    "sub", 2, lambda x, y, f: (1, -1), code="{0} - {1}", precedence=60, weight=ARITHMETIC,
    sympy=lambda sp, x, y: sp.Add(x, sp.Mul(-1, y)), mpmath=lambda mp, x, y: x - y, numeric=lambda x, y: x - y,
    spellings=("numpy.subtract", "operator.sub"), sample=((-3, 3), (-3, 3)),
)  # fmt: skip
mul = Primitive(
    "mul", 2, lambda x, y, f: (y, x), code="{0}*{1}", precedence=70, commutative=True, weight=ARITHMETIC,
    sympy=lambda sp, x, y: sp.Mul(x, y), mpmath=lambda mp, x, y: x * y, numeric=lambda x, y: x * y,
    spellings=("numpy.multiply", "operator.mul"), sample=((-3, 3), (-3, 3)),
)  # fmt: skip
div = Primitive(
    "div", 2, lambda x, y, f: (1 / y, -(f * (1 / y))), code="{0}/{1}", precedence=70, weight=DIVISION,
    sympy=lambda sp, x, y: sp.Mul(x, sp.Pow(y, -1)), mpmath=lambda mp, x, y: x / y, numeric=lambda x, y: x / y,
    spellings=("numpy.divide", "numpy.true_divide", "operator.truediv"), sample=((-3, 3), _AWAY_FROM_ZERO), domain="y != 0",
)  # fmt: skip
neg = Primitive(
    "neg", 1, lambda x, f: (-1,), code="-{0}", precedence=75, weight=ARITHMETIC,
    sympy=lambda sp, x: sp.Mul(-1, x), mpmath=lambda mp, x: -x, numeric=lambda x: -x,
    spellings=("numpy.negative", "operator.neg"), sample=((-3, 3),),
)  # fmt: skip

ROWS: tuple[Primitive, ...] = (add, sub, mul, div, neg)
