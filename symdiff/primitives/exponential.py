"""Roots, exponentials and logarithms."""

from __future__ import annotations

from typing import Any

import numpy as np

from symdiff.primitives import kernels
from symdiff.primitives.constant import TEN, TWO
from symdiff.primitives.row import DIVISION, Primitive, literal

_ANY = (-3.0, 3.0)
_POSITIVE = (0.2, 4.0)


def _unit_sympy(sp: Any, x: Any, length: Any) -> Any:
    return sp.Piecewise((0, sp.Eq(length, 0)), (x / length, True))


def _compoundm1_partials(x: Any, n: Any, f: Any) -> tuple[Any, Any]:
    """Those of (1 + x)**n; the one in n by log1p alone, because 1 + x has lost a small x."""
    if literal(n) is not None:
        return n * (1 + x) ** (n - 1), 0
    logarithm = log1p(x)
    return n * (1 + x) ** (n - 1), exp(n * logarithm) * logarithm


def _compoundm1_mp(mp: Any, x: Any, n: Any) -> Any:
    with mp.extraprec(2 * mp.prec):
        return (1 + mp.mpf(x)) ** (int(n) if n == int(n) else n) - 1


def _compoundm1(x: Any, n: Any) -> Any:
    base = 1 + x
    growth = n * np.log1p(x)
    if abs(x) < 0.5 and abs(growth) < 0.7:
        return np.expm1(growth)
    rest = (x - (base - (base - x))) + (1 - (base - x))
    whole = np.power(base, n)
    return whole * (1 + n * rest / base) - 1 if base > 0 and whole < np.inf else whole - 1


sqrt: Primitive = Primitive(
    "sqrt", 1, lambda x, f: (1 / (2 * f),), code="math.sqrt({0})", weight=DIVISION, sympy="sqrt", mpmath="sqrt",
    numeric=np.sqrt, spellings=("math.sqrt", "numpy.sqrt"), sample=(_POSITIVE,), domain="x >= 0", kink="inf at 0",
)  # fmt: skip
cbrt: Primitive = Primitive(
    "cbrt", 1, lambda x, f: (1 / (3 * (f * f)),), code="cbrt({0})", kernel=kernels.cbrt,
    sympy=lambda sp, x: sp.sign(x) * sp.cbrt(sp.Abs(x)), mpmath=lambda mp, x: mp.sign(x) * mp.cbrt(abs(x)),
    numeric=np.cbrt, spellings=("math.cbrt", "numpy.cbrt", "scipy.special.cbrt"), sample=((-3, -0.2),), kink="inf at 0", error=4,
)  # fmt: skip
unit: Primitive = Primitive(
    "unit", 2, lambda x, length, f: (1 / length, -(f * (1 / length))), code="unit({0}, {1})", kernel=kernels.unit,
    weight=DIVISION, sympy=_unit_sympy, mpmath=lambda mp, x, length: mp.zero if length == 0 else x / length,
    numeric=lambda x, length: np.float64(0) if length == 0 else x / length, sample=(_ANY, _POSITIVE),
    kink="0 where the length is 0",
)  # fmt: skip
root: Primitive = Primitive(  # of a sum of squares, so that 0 is the point where a norm is least
    "root", 1, lambda x, f: (unit(1, 2 * f),), code="math.sqrt({0})", weight=DIVISION, sympy="sqrt", mpmath="sqrt",
    numeric=np.sqrt, sample=(_POSITIVE,), domain="x >= 0", kink="0 at 0",
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
    mpmath=lambda mp, x: mp.mpf(2) ** x, numeric=np.exp2, spellings=("math.exp2", "numpy.exp2", "scipy.special.exp2"),
    sample=(_ANY,), error=2,
)  # fmt: skip
expm1: Primitive = Primitive(
    "expm1", 1, lambda x, f: (exp(x),), code="math.expm1({0})", sympy=lambda sp, x: sp.exp(x) - 1, mpmath="expm1",
    numeric=np.expm1, spellings=("math.expm1", "numpy.expm1", "scipy.special.expm1"), sample=(_ANY,), error=2,
)  # fmt: skip
log1p: Primitive = Primitive(
    "log1p", 1, lambda x, f: (1 / (1 + x),), code="math.log1p({0})", sympy=lambda sp, x: sp.log(1 + x), mpmath="log1p",
    numeric=np.log1p, spellings=("math.log1p", "numpy.log1p", "scipy.special.log1p"), sample=((-0.9, 3),), domain="x > -1",
    error=2,
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

# What (1 + x)**n - 1, sqrt(1 + x) - 1 and the like are rewritten to.
compoundm1: Primitive = Primitive(
    "compoundm1", 2, _compoundm1_partials, code="compoundm1({0}, {1})", kernel=kernels.compoundm1, error=8,
    sympy=lambda sp, x, n: (1 + x) ** n - 1, mpmath=_compoundm1_mp, numeric=_compoundm1, sample=((-0.9, 3), (-3, 3)),
    conditioning=2, domain="x > -1, or n an integer",
)  # fmt: skip
ROWS: tuple[Primitive, ...] = (sqrt, cbrt, unit, root, hypot, exp, exp2, expm1, log, log1p, log2, log10, compoundm1)
