"""Abbreviations: functions that are written out in terms of other rows when they are read."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

from symdiff.primitives.comparisons import and_, eq, lt, not_, or_
from symdiff.primitives.constant import PI, TEN, TWO, Constant
from symdiff.primitives.exponential import log
from symdiff.primitives.gamma_functions import betainc, gammainc, gammaincc, gammainccinv
from symdiff.primitives.kinks import copysign, floor, maximum, minimum
from symdiff.primitives.logistic import logaddexp, softplus
from symdiff.primitives.operators import pow_
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
    sample: tuple[tuple[float, float], ...] = (),
    domain: str = "real",
) -> Primitive:
    return Primitive(
        name, arity, expansion=expansion, spellings=spellings, sample=sample or (_ANY,) * arity, result=result,
        operands=operands, domain=domain,
    )  # fmt: skip


def _distribution(name: str, expansion: Callable[..., Any], *last: tuple[float, float]) -> Primitive:
    """A distribution function of scipy.special with positive parameters; ``last`` are the intervals of its last arguments."""
    arity = len(inspect.signature(expansion).parameters)
    sample = (*((0.5, 4.0),) * (arity - len(last)), *last)
    spelling = f"scipy.special.{name}"
    return _abbreviation(name, arity, expansion, spelling, sample=sample, domain="as in SciPy, parameters > 0")


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
    _abbreviation("log_expit", 1, lambda x: -softplus(-x), "scipy.special.log_expit"),
    _abbreviation("exp10", 1, lambda x: pow_(TEN, x), "scipy.special.exp10"),
    _abbreviation("radian", 3, lambda d, m, s: ((s / 60 + m) / 60 + d) * (PI / 180), "scipy.special.radian"),
    _distribution("chdtr", lambda v, x: gammainc(v / 2, x / 2)),
    _distribution("chdtrc", lambda v, x: gammaincc(v / 2, x / 2)),
    _distribution("chdtri", lambda v, p: 2 * gammainccinv(v / 2, p), (0.1, 0.9)),
    _distribution("pdtr", lambda k, m: gammaincc(floor(k) + 1, m)),
    _distribution("pdtrc", lambda k, m: gammainc(floor(k) + 1, m)),
    _distribution("gdtr", lambda a, b, x: gammainc(b, a * x)),
    _distribution("gdtrc", lambda a, b, x: gammaincc(b, a * x)),
    _distribution("fdtr", lambda m, n, x: betainc(m / 2, n / 2, m * x / (n + m * x))),
    _distribution("fdtrc", lambda m, n, x: betainc(n / 2, m / 2, n / (n + m * x))),
    _abbreviation("signbit", 1, lambda x: lt(copysign(1, x), 0), "numpy.signbit", result="bool"),
)
