"""Exponential, sine and cosine integrals, the dilogarithm, and Owen's T (DLMF 6, 25.12)."""

from __future__ import annotations

from typing import Any

from symdiff.primitives.constant import PI, TWO
from symdiff.primitives.exponential import exp, sqrt
from symdiff.primitives.named import named
from symdiff.primitives.removable import logrel, sinhcdiff
from symdiff.primitives.row import SPECIAL, Primitive, order
from symdiff.primitives.special import erf
from symdiff.primitives.trigonometric import cos, cosh, sinc

_ANY = (-3.0, 3.0)
_POSITIVE = (0.3, 5.0)


def _expn_partials(n: Any, x: Any, f: Any) -> tuple[int, Any]:
    """E_n' = -E_(n-1) (DLMF 8.19.13), and E_0(x) = exp(-x)/x."""
    return 0, -expn(order(n) - 1, x) if order(n) > 0 else -f * (1 + 1 / x)


def _owens_t_partials(h: Any, a: Any, f: Any) -> tuple[Any, Any]:
    by_h = -(exp(-(h * h) / 2) * erf(a * h / sqrt(TWO))) / (2 * sqrt(2 * PI))
    scale = 1 + a * a
    return by_h, exp(-(h * h) * scale / 2) / (2 * PI * scale)


def _owens_t_mp(mp: Any, h: Any, a: Any) -> Any:
    if abs(a) < 0.9:  # Owen's series
        half, term, total = h * h / 2, mp.exp(-h * h / 2), mp.atan(a)
        cumulated, power, j = term, a, 0
        while abs(power) > mp.eps:
            total -= (-1) ** j * power / (2 * j + 1) * (1 - cumulated)
            j += 1
            term *= half / j
            cumulated += term
            power *= a * a
        return total / (2 * mp.pi)
    return mp.quad(lambda t: mp.exp(-h * h * (1 + t * t) / 2) / (1 + t * t), [0, a]) / (2 * mp.pi)


exp1: Primitive = Primitive(
    "exp1", 1, lambda x, f: (-expn(0, x),), code="exp1({0})", scipy="__pyx_fuse_1exp1", error=8, conditioning=2,
    sympy=lambda sp, x: sp.expint(1, x), mpmath="e1", spellings=("scipy.special.exp1",), sample=(_POSITIVE,), domain="x > 0",
    weight=SPECIAL,
)  # fmt: skip
expn: Primitive = Primitive(
    "expn", 2, _expn_partials, code="expn({0}, {1})", scipy="__pyx_fuse_1expn", literals=(0,), error=16, conditioning=2,
    sympy="expint", mpmath="expint", spellings=("scipy.special.expn",), sample=((0, 4), _POSITIVE),
    domain="n an integer >= 0, x > 0", weight=SPECIAL,
)  # fmt: skip
expi: Primitive = Primitive(
    "expi", 1, lambda x, f: (exp(x) / x,), code="expi({0})", scipy="__pyx_fuse_1expi", error=8, conditioning=4, absolute=4,
    sympy="Ei", mpmath="ei", spellings=("scipy.special.expi",), sample=(_POSITIVE,), kink="-inf at 0", weight=SPECIAL,
)  # fmt: skip
sine_integral: Primitive = Primitive(
    "sine_integral", 1, lambda x, f: (sinc(x / PI),), code="sine_integral({0})", scipy="__pyx_fuse_1sici:0", error=8,
    conditioning=4, sympy="Si", mpmath="si", sample=(_ANY,), weight=SPECIAL,
)  # fmt: skip
cosine_integral: Primitive = Primitive(
    "cosine_integral", 1, lambda x, f: (cos(x) / x,), code="cosine_integral({0})", scipy="__pyx_fuse_1sici:1", error=8,
    conditioning=4, absolute=8, sympy=lambda sp, x: sp.Ci(sp.Abs(x)), mpmath=lambda mp, x: mp.ci(abs(x)), sample=(_POSITIVE,),
    weight=SPECIAL,
)  # fmt: skip
sinh_integral: Primitive = Primitive(
    "sinh_integral", 1, lambda x, f: (sinhcdiff(x, 0),), code="sinh_integral({0})", scipy="__pyx_fuse_1shichi:0", error=8,
    conditioning=4, sympy="Shi", mpmath="shi", sample=(_ANY,), weight=SPECIAL,
)  # fmt: skip
cosh_integral: Primitive = Primitive(
    "cosh_integral", 1, lambda x, f: (cosh(x) / x,), code="cosh_integral({0})", scipy="__pyx_fuse_1shichi:1", error=8,
    conditioning=4, absolute=4, sympy=lambda sp, x: sp.Chi(sp.Abs(x)), mpmath=lambda mp, x: mp.chi(abs(x)), sample=(_POSITIVE,),
    weight=SPECIAL,
)  # fmt: skip
spence: Primitive = Primitive(
    "spence", 1, lambda x, f: (-logrel(x, 0),), code="spence({0})", scipy="__pyx_fuse_1spence", error=16, conditioning=8,
    absolute=8, sympy=lambda sp, x: sp.polylog(2, 1 - x), mpmath=lambda mp, x: mp.polylog(2, 1 - x),
    spellings=("scipy.special.spence",), sample=(_POSITIVE,), domain="x >= 0", weight=SPECIAL,
)  # fmt: skip
owens_t: Primitive = Primitive(
    "owens_t", 2, _owens_t_partials, code="owens_t({0}, {1})", scipy="owens_t", error=16, conditioning=8,
    sympy=named("owens_t", "T"), mpmath=_owens_t_mp, spellings=("scipy.special.owens_t",), sample=(_ANY, (-0.8, 0.8)),
    weight=SPECIAL,
)  # fmt: skip

ROWS: tuple[Primitive, ...] = (
    exp1, expn, expi, sine_integral, cosine_integral, sinh_integral, cosh_integral, spence, owens_t,
)  # fmt: skip
