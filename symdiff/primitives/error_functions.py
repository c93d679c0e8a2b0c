"""Error functions, Dawson's integral, Fresnel integrals (DLMF 7)."""

from __future__ import annotations

from typing import Any

from symdiff.primitives import special_kernels
from symdiff.primitives.constant import PI, TWO
from symdiff.primitives.exponential import exp, sqrt
from symdiff.primitives.ieee import ieee
from symdiff.primitives.named import named
from symdiff.primitives.row import SPECIAL, Primitive, order
from symdiff.primitives.trigonometric import cos, sin

_ANY = (-3.0, 3.0)


def _erfcxdiff(sp: Any, x: Any, n: Any) -> Any:
    """DLMF 7.6.? by its differential equation: y' = 2*x*y - 2/sqrt(pi). For SymPy and mpmath."""
    y = sp.exp(x**2) * sp.erfc(x)
    before, y = y, 2 * x * y - 2 / sp.sqrt(sp.pi)
    for k in range(2, int(n) + 1):
        before, y = y, 2 * x * y + 2 * (k - 1) * before
    return y


def _dawsn(sp: Any, x: Any) -> Any:
    return sp.sqrt(sp.pi) / 2 * sp.exp(-(x**2)) * sp.erfi(x)


def _dawsndiff(sp: Any, x: Any, n: Any) -> Any:
    """Y' = 1 - 2*x*y (DLMF 7.10.?). For SymPy and mpmath."""
    y = _dawsn(sp, x)
    before, y = y, 1 - 2 * x * y
    for k in range(2, int(n) + 1):
        before, y = y, -2 * x * y - 2 * (k - 1) * before
    return y


def _widely(compute: Any) -> Any:
    """A recurrence for mpmath with the digits that it loses."""

    def value(mp: Any, x: Any, n: Any) -> Any:
        with mp.extraprec(4 * (int(n) + 1) * (20 + abs(mp.mag(x)) if x else 20)):
            return compute(mp, x, n)

    return value


erfcx: Primitive = Primitive(
    "erfcx", 1, lambda x, f: (erfcxdiff(x, 1),), code="erfcx({0})", scipy="__pyx_fuse_1erfcx", error=4, conditioning=4,
    sympy=lambda sp, x: sp.exp(x**2) * sp.erfc(x), mpmath=lambda mp, x: mp.exp(x**2) * mp.erfc(x),
    spellings=("scipy.special.erfcx",), sample=((-2.0, 6.0),), weight=SPECIAL,
)  # fmt: skip
erfcxdiff: Primitive = Primitive(
    "erfcxdiff", 2, lambda x, n, f: (erfcxdiff(x, order(n) + 1), 0), code="erfcxdiff({0}, {1})", literals=(1,),
    kernel=special_kernels.erfcxdiff, needs=("erfcx",), numeric=ieee(special_kernels.erfcxdiff, "erfcx"), error=16,
    conditioning=8, sympy=_erfcxdiff, mpmath=_widely(_erfcxdiff), sample=((-2.0, 6.0), (1, 3)), weight=SPECIAL,
)  # fmt: skip
# 1/erfcx, whose derivatives are 0 where erfcx overflows: a quotient would be 0*inf there.
rerfcx: Primitive = Primitive(
    "rerfcx", 1, lambda x, f: (-(f * erfcxrel(x, 1)),), code="rerfcx({0})", kernel=special_kernels.rerfcx,
    needs=("erfcx",), numeric=ieee(special_kernels.rerfcx, "erfcx"), error=6, conditioning=4,
    sympy=lambda sp, x: 1 / erfcx.symbolic(x), mpmath=lambda mp, x: 1 / erfcx.high_precision(x),
    sample=((-2.0, 6.0),), weight=SPECIAL,
)  # fmt: skip
erfcxrel: Primitive = Primitive(
    "erfcxrel", 2, lambda x, n, f: (erfcxrel(x, order(n) + 1) - f * erfcxrel(x, 1), 0), code="erfcxrel({0}, {1})", literals=(1,),
    kernel=special_kernels.erfcxrel, needs=("erfcx",), numeric=ieee(special_kernels.erfcxrel, "erfcx"), error=16,
    conditioning=8, sympy=lambda sp, x, n: _erfcxdiff(sp, x, n) / erfcx.symbolic(x),
    mpmath=lambda mp, x, n: _widely(_erfcxdiff)(mp, x, n) / erfcx.high_precision(x), sample=((-2.0, 6.0), (1, 3)), weight=SPECIAL,
)  # fmt: skip
logerfc: Primitive = Primitive(
    "logerfc", 1, lambda x, f: (-2 / sqrt(PI) * rerfcx(x),), code="logerfc({0})", kernel=special_kernels.logerfc,
    needs=("erfcx",), numeric=ieee(special_kernels.logerfc, "erfcx"), error=8, conditioning=4,
    sympy=lambda sp, x: sp.log(sp.erfc(x)), mpmath=lambda mp, x: mp.log(mp.erfc(x)), sample=((-2.0, 6.0),), weight=SPECIAL,
)  # fmt: skip
erfi: Primitive = Primitive(
    "erfi", 1, lambda x, f: (2 / sqrt(PI) * exp(x * x),), code="erfi({0})", scipy="__pyx_fuse_1erfi", error=64, conditioning=4,
    sympy="erfi", mpmath="erfi", spellings=("scipy.special.erfi",), sample=(_ANY,), weight=SPECIAL,
)  # fmt: skip
erfinv: Primitive = Primitive(
    "erfinv", 1, lambda x, f: (sqrt(PI) / 2 * exp(f * f),), code="erfinv({0})", scipy="__pyx_fuse_0erfinv", error=4,
    conditioning=4, sympy="erfinv", mpmath="erfinv", spellings=("scipy.special.erfinv",), sample=((-0.9, 0.9),),
    domain="-1 <= x <= 1", weight=SPECIAL,
)  # fmt: skip
# exp(f*f) = erfcx(f)/erfc(f) and erfc(f) = x: accurate for tiny x, where f*f is large.
erfcinv: Primitive = Primitive(
    "erfcinv", 1, lambda x, f: (-(sqrt(PI) / 2) * (erfcx(f) / x),), code="erfcinv({0})", scipy="erfcinv", error=8,
    conditioning=4, sympy=named("erfcinv"), mpmath=lambda mp, x: mp.erfinv(1 - x), spellings=("scipy.special.erfcinv",),
    sample=((0.1, 1.9),), domain="0 <= x <= 2", weight=SPECIAL,
)  # fmt: skip
dawsn: Primitive = Primitive(
    "dawsn", 1, lambda x, f: (dawsndiff(x, 1),), code="dawsn({0})", scipy="__pyx_fuse_1dawsn", error=8, conditioning=4,
    sympy=_dawsn, mpmath=_dawsn, spellings=("scipy.special.dawsn",), sample=(_ANY,), weight=SPECIAL,
)  # fmt: skip
dawsndiff: Primitive = Primitive(
    "dawsndiff", 2, lambda x, n, f: (dawsndiff(x, order(n) + 1), 0), code="dawsndiff({0}, {1})", literals=(1,),
    kernel=special_kernels.dawsndiff, needs=("dawsn",), numeric=ieee(special_kernels.dawsndiff, "dawsn"), error=64,
    conditioning=16, absolute=64, sympy=_dawsndiff, mpmath=_widely(_dawsndiff), sample=(_ANY, (1, 3)), weight=SPECIAL,
)  # fmt: skip
fresnels: Primitive = Primitive(
    "fresnels", 1, lambda x, f: (sin(PI / 2 * (x * x)),), code="fresnels({0})", scipy="__pyx_fuse_1fresnel:0", error=8,
    conditioning=8, sympy="fresnels", mpmath="fresnels", sample=(_ANY,), weight=SPECIAL,
)  # fmt: skip
fresnelc: Primitive = Primitive(
    "fresnelc", 1, lambda x, f: (cos(PI / 2 * (x * x)),), code="fresnelc({0})", scipy="__pyx_fuse_1fresnel:1", error=8,
    conditioning=8, sympy="fresnelc", mpmath="fresnelc", sample=(_ANY,), weight=SPECIAL,
)  # fmt: skip

# The standard normal distribution. sqrt(2*pi)*exp(f*f/2) is 1/density, and Phi(-y)/density(y) = sqrt(pi/2)*erfcx(y/sqrt(2)).
ndtr: Primitive = Primitive(
    "ndtr", 1, lambda x, f: (exp(-(x * x) / 2) / sqrt(2 * PI),), code="ndtr({0})", scipy="__pyx_fuse_1ndtr", error=8,
    conditioning=4, sympy=named("ndtr", r"\Phi"), mpmath="ncdf", spellings=("scipy.special.ndtr",), sample=(_ANY,),
    weight=SPECIAL,
)  # fmt: skip
log_ndtr: Primitive = Primitive(
    "log_ndtr", 1, lambda x, f: (sqrt(2 / PI) * rerfcx(-x / sqrt(TWO)),), code="log_ndtr({0})", scipy="__pyx_fuse_1log_ndtr",
    error=8, conditioning=8, sympy=lambda sp, x: sp.log(ndtr.symbolic(x)),
    mpmath=lambda mp, x: mp.log(mp.erfc(-x / mp.sqrt(2)) / 2), spellings=("scipy.special.log_ndtr",), sample=(_ANY,),
    weight=SPECIAL,
)  # fmt: skip
ndtri: Primitive = Primitive(
    "ndtri", 1, lambda x, f: (sqrt(PI / 2) * (erfcx(-f / sqrt(TWO)) / x),), code="ndtri({0})", scipy="ndtri", error=8,
    conditioning=4, absolute=8, sympy=named("ndtri", r"\Phi^{-1}"), mpmath=lambda mp, x: mp.sqrt(2) * mp.erfinv(2 * x - 1),
    spellings=("scipy.special.ndtri",), sample=((0.05, 0.95),), domain="0 <= x <= 1", weight=SPECIAL,
)  # fmt: skip
ndtri_exp: Primitive = Primitive(
    "ndtri_exp", 1, lambda x, f: (sqrt(PI / 2) * erfcx(-f / sqrt(TWO)),), code="ndtri_exp({0})", scipy="ndtri_exp", error=16,
    conditioning=16, absolute=8, sympy=lambda sp, x: ndtri.symbolic(sp.exp(x)),
    mpmath=lambda mp, x: mp.sqrt(2) * mp.erfinv(2 * mp.exp(x) - 1), spellings=("scipy.special.ndtri_exp",),
    sample=((-4.0, -0.1),), domain="x <= 0", weight=SPECIAL,
)  # fmt: skip

ROWS: tuple[Primitive, ...] = (
    erfcx, erfcxdiff, rerfcx, erfcxrel, logerfc, erfi, erfinv, erfcinv, dawsn, dawsndiff, fresnels, fresnelc, ndtr, log_ndtr,
    ndtri, ndtri_exp,
)  # fmt: skip
