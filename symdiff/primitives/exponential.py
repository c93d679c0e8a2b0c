"""Roots, exponentials and logarithms."""

from __future__ import annotations

from typing import Any

import numpy as np

from symdiff.primitives import kernels
from symdiff.primitives.constant import TEN, TWO
from symdiff.primitives.row import DIVISION, Primitive

_ANY = (-3.0, 3.0)
_POSITIVE = (0.2, 4.0)


def _unit_sympy(sp: Any, x: Any, length: Any) -> Any:
    return sp.Piecewise((0, sp.Eq(length, 0)), (x / length, True))


def _sigmoid(x: Any) -> Any:
    small = np.exp(-np.abs(x))
    return (np.float64(1) if x >= 0 else small) / (1 + small)


sqrt: Primitive = Primitive(
    "sqrt", 1, lambda x, f: (1 / (2 * f),), code="math.sqrt({0})", weight=DIVISION, sympy="sqrt", mpmath="sqrt",
    numeric=np.sqrt, spellings=("math.sqrt", "numpy.sqrt"), sample=(_POSITIVE,), domain="x >= 0", kink="inf at 0",
)  # fmt: skip
cbrt: Primitive = Primitive(
    "cbrt", 1, lambda x, f: (1 / (3 * (f * f)),), code="cbrt({0})", kernel=kernels.cbrt,
    sympy=lambda sp, x: sp.sign(x) * sp.cbrt(sp.Abs(x)), mpmath=lambda mp, x: mp.sign(x) * mp.cbrt(abs(x)),
    numeric=np.cbrt, spellings=("math.cbrt", "numpy.cbrt"), sample=((-3, -0.2),), kink="inf at 0", error=4,
)  # fmt: skip
unit: Primitive = Primitive(
    "unit", 2, lambda x, length, f: (1 / length, -(f * (1 / length))), code="unit({0}, {1})", kernel=kernels.unit,
    weight=DIVISION, sympy=_unit_sympy, mpmath=lambda mp, x, length: mp.zero if length == 0 else x / length,
    numeric=lambda x, length: np.float64(0) if length == 0 else x / length, sample=(_ANY, _POSITIVE),
    kink="0 where the length is 0",
)  # fmt: skip
hypot: Primitive = Primitive(
    "hypot", 2, lambda x, y, f: (unit(x, f), unit(y, f)), code="math.hypot({0}, {1})", commutative=True,
    sympy=lambda sp, x, y: sp.sqrt(x**2 + y**2), mpmath="hypot", numeric=np.hypot,
    spellings=("math.hypot", "numpy.hypot"), sample=(_ANY, _POSITIVE), kink="0 at (0, 0)", error=2,
)  # fmt: skip

exp: Primitive = Primitive(
    "exp", 1, lambda x, f: (f,), code="math.exp({0})", sympy="exp", mpmath="exp", numeric=np.exp,
    spellings=("math.exp", "numpy.exp"), sample=(_ANY,), error=2,
)  # fmt: skip
log: Primitive = Primitive(
    "log", 1, lambda x, f: (1 / x,), code="math.log({0})", sympy="log", mpmath="log", numeric=np.log,
    spellings=("math.log", "numpy.log"), sample=(_POSITIVE,), domain="x > 0", error=2,
)  # fmt: skip
_LN2, _LN10 = log(TWO), log(TEN)
exp2: Primitive = Primitive(
    "exp2", 1, lambda x, f: (f * _LN2,), code="math.exp2({0})", sympy=lambda sp, x: 2**x,
    mpmath=lambda mp, x: mp.mpf(2) ** x, numeric=np.exp2, spellings=("math.exp2", "numpy.exp2"), sample=(_ANY,),
    error=2,
)  # fmt: skip
expm1: Primitive = Primitive(
    "expm1", 1, lambda x, f: (exp(x),), code="math.expm1({0})", sympy=lambda sp, x: sp.exp(x) - 1, mpmath="expm1",
    numeric=np.expm1, spellings=("math.expm1", "numpy.expm1"), sample=(_ANY,), error=2,
)  # fmt: skip
log1p: Primitive = Primitive(
    "log1p", 1, lambda x, f: (1 / (1 + x),), code="math.log1p({0})", sympy=lambda sp, x: sp.log(1 + x), mpmath="log1p",
    numeric=np.log1p, spellings=("math.log1p", "numpy.log1p"), sample=((-0.9, 3),), domain="x > -1", error=2,
)  # fmt: skip
log2: Primitive = Primitive(
    "log2", 1, lambda x, f: (1 / (x * _LN2),), code="math.log2({0})", sympy=lambda sp, x: sp.log(x) / sp.log(2),
    mpmath=lambda mp, x: mp.log(x, 2), numeric=np.log2, spellings=("math.log2", "numpy.log2"), sample=(_POSITIVE,),
    domain="x > 0", error=2,
)  # fmt: skip
log10: Primitive = Primitive(
    "log10", 1, lambda x, f: (1 / (x * _LN10),), code="math.log10({0})", sympy=lambda sp, x: sp.log(x) / sp.log(10),
    mpmath="log10", numeric=np.log10, spellings=("math.log10", "numpy.log10"), sample=(_POSITIVE,), domain="x > 0",
    error=2,
)  # fmt: skip

# The accurate forms that naive compositions of exp and log are rewritten to.
sigmoid: Primitive = Primitive(
    "sigmoid", 1, lambda x, f: (f * sigmoid(-x),), code="sigmoid({0})", kernel=kernels.sigmoid, error=4,
    sympy=lambda sp, x: 1 / (1 + sp.exp(-x)), mpmath=lambda mp, x: 1 / (1 + mp.exp(-x)), numeric=_sigmoid,
    sample=(_ANY,),
)  # fmt: skip
softplus: Primitive = Primitive(
    "softplus", 1, lambda x, f: (sigmoid(x),), code="softplus({0})", kernel=kernels.softplus, error=4,
    sympy=lambda sp, x: sp.log(1 + sp.exp(x)), mpmath=lambda mp, x: mp.log1p(mp.exp(x)),
    numeric=lambda x: np.logaddexp(x, 0), sample=(_ANY,),
)  # fmt: skip
logaddexp: Primitive = Primitive(
    "logaddexp", 2, lambda x, y, f: (sigmoid(x - y), sigmoid(y - x)), code="logaddexp({0}, {1})", commutative=True,
    kernel=kernels.logaddexp, sympy=lambda sp, x, y: sp.log(sp.exp(x) + sp.exp(y)), error=2, conditioning=4,
    mpmath=lambda mp, x, y: max(x, y) + mp.log1p(mp.exp(-abs(x - y))), numeric=np.logaddexp,
    spellings=("numpy.logaddexp",), sample=(_ANY, _ANY),
)  # fmt: skip
log1mexp: Primitive = Primitive(
    "log1mexp", 1, lambda x, f: (exp(x) / expm1(x),), code="log1mexp({0})", kernel=kernels.log1mexp, error=4,
    sympy=lambda sp, x: sp.log(1 - sp.exp(x)), mpmath=lambda mp, x: mp.log(-mp.expm1(x)),
    numeric=lambda x: np.log(-np.expm1(x)) if x > -0.6931471805599453 else np.log1p(-np.exp(x)),
    sample=((-4.0, -0.1),), domain="x < 0",
)  # fmt: skip
ROWS: tuple[Primitive, ...] = (
    sqrt, cbrt, unit, hypot, exp, exp2, expm1, log, log1p, log2, log10, sigmoid, softplus, logaddexp, log1mexp,
)  # fmt: skip
