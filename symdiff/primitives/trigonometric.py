"""Circular and hyperbolic functions and their inverses."""

from __future__ import annotations

from typing import Any

import numpy as np

from symdiff.primitives import kernels
from symdiff.primitives.exponential import hypot, sqrt
from symdiff.primitives.row import DIVISION, Primitive, order

_ANY = (-3.0, 3.0)
_INSIDE = (-0.9, 0.9)


def _atan2_partials(y: Any, x: Any, f: Any) -> tuple[Any, Any]:
    length = hypot(x, y)  # the sum of squares would overflow from 1e154 on, and underflow below 1e-154
    return x / length / length, -(y / length / length)


def _sincdiff_partials(x: Any, n: Any, f: Any) -> tuple[Any, int]:
    return sincdiff(x, order(n) + 1), 0


def _waves(s: Any, c: Any) -> tuple[Any, Any, Any, Any]:
    return s, c, -s, -c


def _sincdiff_sympy(sp: Any, x: Any, n: Any) -> Any:
    t, order = sp.pi * x, int(n)
    wave, value = _waves(sp.sin(t), sp.cos(t)), sp.sin(t) / t
    for k in range(1, order + 1):
        value = (wave[k % 4] - k * value) / t
    at_zero = sp.Integer((-1) ** (order // 2)) / (order + 1) if order % 2 == 0 else sp.Integer(0)
    return sp.pi**order * sp.Piecewise((at_zero, sp.Eq(x, 0)), (value, True))


def _sincdiff(x: Any, n: int) -> Any:
    return kernels.sincdiff(x, n) if np.isfinite(x) else np.float64(np.nan)


def _sincdiff_mp(mp: Any, x: Any, n: int) -> Any:
    with mp.extraprec(30 * n + 20):
        t = mp.pi * x
        if t == 0:
            return mp.pi**n * (mp.mpf((-1) ** (n // 2)) / (n + 1) if n % 2 == 0 else 0)
        wave, value = _waves(mp.sin(t), mp.cos(t)), mp.sin(t) / t
        for k in range(1, n + 1):
            value = (wave[k % 4] - k * value) / t
        return mp.pi**n * value


def _logcosh_mp(mp: Any, x: Any) -> Any:
    return mp.log1p(2 * mp.sinh(x / 2) ** 2) if abs(x) < 1 else abs(x) + mp.log1p(mp.exp(-2 * abs(x))) - mp.log(2)


def _logcosh(x: Any) -> Any:
    size = np.abs(x)
    return np.log1p(2 * np.sinh(x / 2) ** 2) if size < 1 else size + (np.log1p(np.exp(-2 * size)) - np.log(2))


def _sinc_sympy(sp: Any, x: Any) -> Any:
    return sp.sinc(sp.pi * x)


sin: Primitive = Primitive(
    "sin", 1, lambda x, f: (cos(x),), code="math.sin({0})", sympy="sin", mpmath="sin", numeric=np.sin,
    spellings=("math.sin", "numpy.sin"), sample=(_ANY,), error=2,
)  # fmt: skip
cos: Primitive = Primitive(
    "cos", 1, lambda x, f: (-sin(x),), code="math.cos({0})", sympy="cos", mpmath="cos", numeric=np.cos,
    spellings=("math.cos", "numpy.cos"), sample=(_ANY,), error=2,
)  # fmt: skip
tan: Primitive = Primitive(
    "tan", 1, lambda x, f: (1 + f * f,), code="math.tan({0})", sympy="tan", mpmath="tan", numeric=np.tan,
    spellings=("math.tan", "numpy.tan"), sample=((-1.4, 1.4),), error=2, domain="no odd multiple of pi/2",
)  # fmt: skip
semicircle: Primitive = Primitive(
    "semicircle", 1, lambda x, f: (-x / f,), code="semicircle({0})", kernel=kernels.semicircle, weight=DIVISION,
    sympy=lambda sp, x: sp.sqrt(1 - x**2), mpmath=lambda mp, x: mp.sqrt((1 - x) * (1 + x)), error=3,
    numeric=lambda x: np.sqrt((1 - x) * (1 + x)), sample=(_INSIDE,), domain="-1 <= x <= 1", kink="infinite at -1 and 1",
)  # fmt: skip
asin: Primitive = Primitive(
    "asin", 1, lambda x, f: (1 / semicircle(x),), code="math.asin({0})", sympy="asin", mpmath="asin",
    numeric=np.arcsin, spellings=("math.asin", "numpy.arcsin", "numpy.asin"), sample=(_INSIDE,), domain="-1 <= x <= 1",
    error=2,
)  # fmt: skip
acos: Primitive = Primitive(
    "acos", 1, lambda x, f: (-1 / semicircle(x),), code="math.acos({0})", sympy="acos", mpmath="acos",
    numeric=np.arccos, spellings=("math.acos", "numpy.arccos", "numpy.acos"), sample=(_INSIDE,), domain="-1 <= x <= 1",
    error=2,
)  # fmt: skip
atan: Primitive = Primitive(
    "atan", 1, lambda x, f: (1 / (1 + x * x),), code="math.atan({0})", sympy="atan", mpmath="atan", numeric=np.arctan,
    spellings=("math.atan", "numpy.arctan", "numpy.atan"), sample=(_ANY,), error=2,
)  # fmt: skip
atan2: Primitive = Primitive(
    "atan2", 2, _atan2_partials, code="math.atan2({0}, {1})", sympy="atan2", mpmath="atan2", numeric=np.arctan2,
    spellings=("math.atan2", "numpy.arctan2", "numpy.atan2"), sample=(_ANY, (0.2, 3.0)), domain="not (0, 0)", error=2,
)  # fmt: skip
sinh: Primitive = Primitive(
    "sinh", 1, lambda x, f: (cosh(x),), code="math.sinh({0})", sympy="sinh", mpmath="sinh", numeric=np.sinh,
    spellings=("math.sinh", "numpy.sinh"), sample=(_ANY,), error=4,
)  # fmt: skip
cosh: Primitive = Primitive(
    "cosh", 1, lambda x, f: (sinh(x),), code="math.cosh({0})", sympy="cosh", mpmath="cosh", numeric=np.cosh,
    spellings=("math.cosh", "numpy.cosh"), sample=(_ANY,), error=4,
)  # fmt: skip
tanh: Primitive = Primitive(
    "tanh", 1, lambda x, f: (sech(x) * sech(x),), code="math.tanh({0})", sympy="tanh", mpmath="tanh",
    numeric=np.tanh, spellings=("math.tanh", "numpy.tanh"), sample=(_ANY,), error=4,
)  # fmt: skip
sech: Primitive = Primitive(
    "sech", 1, lambda x, f: (-(f * tanh(x)),), code="sech({0})", kernel=kernels.sech, sympy=lambda sp, x: 1 / sp.cosh(x),
    mpmath="sech", numeric=kernels.sech, sample=(_ANY,), error=6,
)  # fmt: skip
logcosh: Primitive = Primitive(
    "logcosh", 1, lambda x, f: (tanh(x),), code="logcosh({0})", kernel=kernels.logcosh,
    sympy=lambda sp, x: sp.log(sp.cosh(x)), mpmath=_logcosh_mp, numeric=_logcosh, sample=(_ANY,), error=6,
)  # fmt: skip
asinh: Primitive = Primitive(
    "asinh", 1, lambda x, f: (1 / hypot(1, x),), code="math.asinh({0})", sympy="asinh", mpmath="asinh",
    numeric=np.arcsinh, spellings=("math.asinh", "numpy.arcsinh", "numpy.asinh"), sample=(_ANY,), error=4,
)  # fmt: skip
acosh: Primitive = Primitive(
    "acosh", 1, lambda x, f: (1 / (sqrt(x - 1) * sqrt(x + 1)),), code="math.acosh({0})", sympy="acosh", mpmath="acosh",
    numeric=np.arccosh, spellings=("math.acosh", "numpy.arccosh", "numpy.acosh"), sample=((1.2, 4.0),), domain="x >= 1",
    error=4,
)  # fmt: skip
atanh: Primitive = Primitive(
    "atanh", 1, lambda x, f: (1 / (semicircle(x) * semicircle(x)),), code="math.atanh({0})", sympy="atanh", mpmath="atanh",
    numeric=np.arctanh, spellings=("math.atanh", "numpy.arctanh", "numpy.atanh"), sample=(_INSIDE,),
    domain="-1 < x < 1", error=4,
)  # fmt: skip
sinc: Primitive = Primitive(
    "sinc", 1, lambda x, f: (sincdiff(x, 1),), code="sinc({0})", kernel=kernels.sinc, sympy=_sinc_sympy,
    mpmath="sincpi", numeric=np.sinc, spellings=("numpy.sinc",), sample=(_ANY,), error=4, conditioning=4,
)  # fmt: skip
sincdiff: Primitive = Primitive(
    "sincdiff", 2, _sincdiff_partials, code="sincdiff({0}, {1})", kernel=kernels.sincdiff, literals=(1,),
    sympy=_sincdiff_sympy, mpmath=_sincdiff_mp, numeric=_sincdiff, sample=(_ANY, (1, 3)), weight=5 * DIVISION,
    error=16, conditioning=16,
)  # fmt: skip

ROWS: tuple[Primitive, ...] = (
    sin, cos, tan, semicircle, asin, acos, atan, atan2, sinh, cosh, tanh, sech, logcosh, asinh, acosh, atanh, sinc, sincdiff,
)  # fmt: skip
