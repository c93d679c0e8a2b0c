"""Airy functions of a real argument, plain and scaled, and Struve functions (DLMF 9.2, 9.7, 11.2, 11.4).

``airy(x)`` and ``airye(x)`` return four numbers: each is a row of its own.
"""

from __future__ import annotations

from typing import Any

from symdiff.primitives.constant import PI, Constant
from symdiff.primitives.exponential import sqrt
from symdiff.primitives.kinks import maximum
from symdiff.primitives.named import named
from symdiff.primitives.row import SPECIAL, UNKNOWN, Primitive, literal
from symdiff.primitives.special import gamma

_ANY = (-5.0, 4.0)
_POSITIVE = (0.2, 5.0)
_ORDER = (0.3, 4.0)


def _plain(name: str, output: int, partial: Any, mpmath: Any, **facts: Any) -> Primitive:
    return Primitive(
        name, 1, partial, code=f"{name}({{0}})", scipy=f"__pyx_fuse_1airy:{output}", sympy=name, mpmath=mpmath, sample=(_ANY,),
        weight=SPECIAL, **facts,
    )  # fmt: skip


airyai: Primitive = _plain(
    "airyai", 0, lambda x, f: (airyaiprime(x),), lambda mp, x: mp.airyai(x), error=128, absolute=32
)  # fmt: skip
airyaiprime: Primitive = _plain(
    "airyaiprime", 1, lambda x, f: (x * airyai(x),), lambda mp, x: mp.airyai(x, derivative=1), error=128, absolute=32
)  # fmt: skip
airybi: Primitive = _plain(
    "airybi", 2, lambda x, f: (airybiprime(x),), lambda mp, x: mp.airybi(x), error=128, absolute=32
)  # fmt: skip
airybiprime: Primitive = _plain(
    "airybiprime", 3, lambda x, f: (x * airybi(x),), lambda mp, x: mp.airybi(x, derivative=1), error=128, absolute=32
)  # fmt: skip


# Scaled by exp(2/3*x*sqrt(x)), Bi by its inverse; where x < 0, Bi is not scaled and SciPy's scaled Ai is no real number.


def _scaled(name: str, output: int, partial: Any) -> Primitive:
    rising = output < 2

    def exponent(namespace: Any, x: Any) -> Any:
        return (2 if rising else -2) * x * namespace.sqrt(x) / 3

    def high_precision(mp: Any, x: Any) -> Any:
        if x < 0:
            return mp.nan if rising else getattr(mp, f"airy{name[:2]}")(x, derivative=output % 2)
        return mp.exp(exponent(mp, x)) * getattr(mp, f"airy{name[:2]}")(x, derivative=output % 2)

    return Primitive(
        f"airy{name}", 1, partial, code=f"airy{name}({{0}})", scipy=f"__pyx_fuse_1airye:{output}",
        sympy=lambda sp, x: sp.exp(exponent(sp, x if rising else sp.Max(x, 0))) * getattr(sp, f"airy{name[:-1]}")(x),
        mpmath=high_precision, sample=(_POSITIVE,), weight=SPECIAL, domain="x >= 0" if rising else "real", error=512,
        absolute=32,
    )  # fmt: skip


def _root(x: Any) -> Any:
    return sqrt(maximum(x, 0))


airyaie: Primitive = _scaled("aie", 0, lambda x, f: (airyaiprimee(x) + sqrt(x) * f,))
airyaiprimee: Primitive = _scaled("aiprimee", 1, lambda x, f: (x * airyaie(x) + sqrt(x) * f,))
airybie: Primitive = _scaled("bie", 2, lambda x, f: (airybiprimee(x) - _root(x) * f,))
airybiprimee: Primitive = _scaled("biprimee", 3, lambda x, f: (x * airybie(x) - _root(x) * f,))


# Struve functions


def _inhomogeneous(v: Any, x: Any) -> Any:
    """(x/2)**v/(sqrt(pi)*gamma(v + 3/2)), the term that Bessel functions do not have (11.4.23 to 11.4.29)."""
    known = literal(v)
    above = v + 1.5 if known is None else Constant(known + 1.5)
    return (x / 2) ** v / (sqrt(PI) * gamma(above))


def _struve_slope(v: Any, x: Any) -> Any:
    if literal(v) == 0:
        return 2 / PI - struve(1, x)
    return (struve(v - 1, x) - struve(v + 1, x) + _inhomogeneous(v, x)) / 2


def _modstruve_slope(v: Any, x: Any) -> Any:
    if literal(v) == 0:
        return 2 / PI + modstruve(1, x)
    return (modstruve(v - 1, x) + modstruve(v + 1, x) + _inhomogeneous(v, x)) / 2


struve: Primitive = Primitive(
    "struve", 2, lambda v, x, f: (UNKNOWN, _struve_slope(v, x)), code="struve({0}, {1})", scipy="struve",
    mpmath="struveh", sympy=named("struve", "H"), spellings=("scipy.special.struve",),
    sample=(_ORDER, _POSITIVE), weight=SPECIAL, domain="x >= 0, or an integer v", error=64, absolute=32,
)  # fmt: skip
modstruve: Primitive = Primitive(
    "modstruve", 2, lambda v, x, f: (UNKNOWN, _modstruve_slope(v, x)), code="modstruve({0}, {1})", scipy="modstruve",
    mpmath="struvel", sympy=named("modstruve", "L"), spellings=("scipy.special.modstruve",),
    sample=(_ORDER, _POSITIVE), weight=SPECIAL, domain="x >= 0, or an integer v", error=64, absolute=32,
)  # fmt: skip

ROWS: tuple[Primitive, ...] = (
    airyai, airyaiprime, airybi, airybiprime, airyaie, airyaiprimee, airybie, airybiprimee, struve, modstruve,
)  # fmt: skip
