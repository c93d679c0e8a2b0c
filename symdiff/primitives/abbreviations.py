"""Abbreviations: functions that are written out in terms of other rows when they are read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from symdiff.primitives.comparisons import and_, eq, lt, not_, or_
from symdiff.primitives.constant import PI, TWO, Constant
from symdiff.primitives.exponential import log
from symdiff.primitives.kinks import copysign, maximum, minimum
from symdiff.primitives.logistic import logaddexp
from symdiff.primitives.row import Kind, Primitive

_ANY = (-3.0, 3.0)
_INF = Constant(float("inf"), "inf")
_LN2 = log(TWO)


def _abbreviation(
    name: str,
    arity: int,
    expansion: Callable[..., Any],
    *spellings: str,
    result: Kind = "float",
    operands: Kind = "float",
) -> Primitive:
    return Primitive(
        name, arity, expansion=expansion, spellings=spellings, sample=(_ANY,) * arity, result=result, operands=operands
    )


ROWS: tuple[Primitive, ...] = (
    _abbreviation("pos", 1, lambda x: x, "numpy.positive", "operator.pos"),
    _abbreviation("square", 1, lambda x: x * x, "numpy.square"),
    _abbreviation("reciprocal", 1, lambda x: 1 / x, "numpy.reciprocal"),
    _abbreviation("degrees", 1, lambda x: x * (180 / PI), "math.degrees", "numpy.degrees", "numpy.rad2deg"),
    _abbreviation("radians", 1, lambda x: x * (PI / 180), "math.radians", "numpy.radians", "numpy.deg2rad"),
    _abbreviation("clip", 3, lambda x, low, high: minimum(maximum(x, low), high), "numpy.clip"),
    _abbreviation("logaddexp2", 2, lambda x, y: logaddexp(x * _LN2, y * _LN2) / _LN2, "numpy.logaddexp2"),
    _abbreviation("xor", 2, lambda x, y: and_(or_(x, y), not_(and_(x, y))), "numpy.logical_xor", operands="bool", result="bool"),
    _abbreviation("isposinf", 1, lambda x: eq(x, _INF), "numpy.isposinf", result="bool"),
    _abbreviation("isneginf", 1, lambda x: eq(x, -_INF), "numpy.isneginf", result="bool"),
    _abbreviation("signbit", 1, lambda x: lt(copysign(1, x), 0), "numpy.signbit", result="bool"),
)
