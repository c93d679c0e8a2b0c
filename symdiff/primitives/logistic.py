"""The logistic function and its kin: what naive compositions of exp and log are rewritten to."""

from __future__ import annotations

from typing import Any

import numpy as np

from symdiff.primitives import kernels
from symdiff.primitives.row import Primitive
from symdiff.primitives.trigonometric import tanh

_ANY = (-3.0, 3.0)


def _sigmoid(x: Any) -> Any:
    small = np.exp(-np.abs(x))
    return (np.float64(1) if x >= 0 else small) / (1 + small)


def _expratio(x: Any, y: Any) -> Any:
    d = x - y
    rest = (x - (d + (x - d))) + ((x - d) - y)
    return np.exp(d) * (1 + rest) if abs(d) < 800 else np.exp(d)


def _share(x: Any, y: Any) -> Any:
    small = _expratio(y, x) if x >= y else _expratio(x, y)
    return (np.float64(1) if x >= y else small) / (1 + small)


def _shareslope(x: Any, y: Any) -> Any:
    small = _expratio(y, x) if x >= y else _expratio(x, y)
    return small / ((1 + small) * (1 + small))


def _shareslope_partials(x: Any, y: Any, f: Any) -> tuple[Any, Any]:
    slope = f * tanh((x - y) / 2)
    return -slope, slope


sigmoid: Primitive = Primitive(
    "sigmoid", 1, lambda x, f: (shareslope(x, 0),), code="sigmoid({0})", kernel=kernels.sigmoid, error=4,
    sympy=lambda sp, x: 1 / (1 + sp.exp(-x)), mpmath=lambda mp, x: 1 / (1 + mp.exp(-x)), numeric=_sigmoid,
    spellings=("scipy.special.expit",), sample=(_ANY,),
)  # fmt: skip
softplus: Primitive = Primitive(
    "softplus", 1, lambda x, f: (sigmoid(x),), code="softplus({0})", kernel=kernels.softplus, error=4,
    sympy=lambda sp, x: sp.log(1 + sp.exp(x)), mpmath=lambda mp, x: mp.log1p(mp.exp(x)),
    numeric=lambda x: np.logaddexp(x, 0), spellings=("scipy.special.softplus",), sample=(_ANY,),
)  # fmt: skip
logaddexp: Primitive = Primitive(
    "logaddexp", 2, lambda x, y, f: (share(x, y), share(y, x)), code="logaddexp({0}, {1})", commutative=True,
    kernel=kernels.logaddexp, sympy=lambda sp, x, y: sp.log(sp.exp(x) + sp.exp(y)), error=2, conditioning=4,
    mpmath=lambda mp, x, y: max(x, y) + mp.log1p(mp.exp(-abs(x - y))), numeric=np.logaddexp,
    spellings=("numpy.logaddexp",), sample=(_ANY, _ANY),
)  # fmt: skip
# Between two: the first as share of the sum of their exponentials. All with the rounding error of x - y.
expratio: Primitive = Primitive(
    "expratio", 2, lambda x, y, f: (f, -f), code="expratio({0}, {1})", kernel=kernels.expratio, error=4,
    sympy=lambda sp, x, y: sp.exp(x) / sp.exp(y), mpmath=lambda mp, x, y: mp.exp(x - y), numeric=_expratio,
    sample=(_ANY, _ANY),
)  # fmt: skip
share: Primitive = Primitive(
    "share", 2, lambda x, y, f: (shareslope(x, y), -shareslope(x, y)), code="share({0}, {1})", kernel=kernels.share,
    needs=("expratio",), sympy=lambda sp, x, y: sp.exp(x) / (sp.exp(x) + sp.exp(y)), numeric=_share, sample=(_ANY, _ANY),
    mpmath=lambda mp, x, y: 1 / (1 + mp.exp(y - x)), error=6,
)  # fmt: skip
shareslope: Primitive = Primitive(
    "shareslope", 2, _shareslope_partials, code="shareslope({0}, {1})", kernel=kernels.shareslope, needs=("expratio",),
    sympy=lambda sp, x, y: sp.exp(x) * sp.exp(y) / (sp.exp(x) + sp.exp(y)) ** 2, numeric=_shareslope, commutative=True,
    mpmath=lambda mp, x, y: 1 / ((1 + mp.exp(y - x)) * (1 + mp.exp(x - y))), sample=(_ANY, _ANY), error=8,
)  # fmt: skip
bose: Primitive = Primitive(
    "bose", 1, lambda x, f: (f * bose(-x),), code="bose({0})", kernel=kernels.bose, sympy=lambda sp, x: 1 / (sp.exp(x) - 1),
    mpmath=lambda mp, x: 1 / mp.expm1(x), numeric=lambda x: np.exp(-x) / -np.expm1(-x) if x > 1 else 1 / np.expm1(x),
    sample=((0.3, 3),), domain="x != 0", error=6,
)  # fmt: skip
log1mexp: Primitive = Primitive(
    "log1mexp", 1, lambda x, f: (-bose(-x),), code="log1mexp({0})", kernel=kernels.log1mexp, error=4,
    sympy=lambda sp, x: sp.log(1 - sp.exp(x)), mpmath=lambda mp, x: mp.log(-mp.expm1(x)),
    numeric=lambda x: np.log(-np.expm1(x)) if x > -0.6931471805599453 else np.log1p(-np.exp(x)),
    sample=((-4.0, -0.1),), domain="x < 0",
)  # fmt: skip

ROWS: tuple[Primitive, ...] = (sigmoid, softplus, logaddexp, log1mexp, expratio, share, shareslope, bose)
