"""Lambert's W on its real branches, Wright's omega, and zeta functions (DLMF 4.13, 25.2, 25.11)."""

from __future__ import annotations

from typing import Any

import numpy as np

from symdiff.primitives import zeta_kernels as kernels
from symdiff.primitives.exponential import exp
from symdiff.primitives.row import SPECIAL, UNKNOWN, Primitive


def _hurwitz(s: Any, q: Any) -> Any:
    try:
        return kernels.hurwitz(s, q)
    except OverflowError:  # of a power, where compiled code has inf
        return np.float64(np.inf)


def _zeta_mp(mp: Any, s: Any, q: Any) -> Any:
    """The error of mpmath's zeta is absolute: digits are counted from q**(-s) on."""
    with mp.extraprec(20 + int(abs(s * mp.log(q, 2)))):
        return mp.zeta(s, q)


def _lambertw_mp(mp: Any, x: Any, k: int) -> Any:
    inside = x >= -1 / mp.e if k == 0 else -1 / mp.e <= x < 0
    return mp.re(mp.lambertw(x, k)) if inside and k in (0, -1) else mp.nan


lambertw: Primitive = Primitive(
    "lambertw", 2, lambda x, k, f: (exp(-f) / (1 + f), 0), code="lambertw({0}, {1})", kernel=kernels.lambertw,
    sympy=lambda sp, x, k: sp.LambertW(x, k), mpmath=_lambertw_mp, numeric=kernels.lambertw, literals=(1,),
    sample=((-0.3, -0.05), (-1, 0)), weight=SPECIAL, domain="x >= -1/e; branch -1: x < 0", error=8, conditioning=4,
)  # fmt: skip
wrightomega: Primitive = Primitive(
    "wrightomega", 1, lambda x, f: (f / (1 + f),), code="wrightomega({0})", scipy="__pyx_fuse_1wrightomega",
    sympy=lambda sp, x: sp.LambertW(sp.exp(x)), mpmath=lambda mp, x: mp.lambertw(mp.exp(x)),
    spellings=("scipy.special.wrightomega",), sample=((-4.0, 6.0),), weight=SPECIAL, error=8, conditioning=4,
)  # fmt: skip
hurwitz: Primitive = Primitive(
    "hurwitz", 2, lambda s, q, f: (UNKNOWN, -s * hurwitz(s + 1, q)), code="hurwitz({0}, {1})", kernel=kernels.hurwitz,
    sympy="zeta", mpmath=_zeta_mp, numeric=_hurwitz, sample=((1.2, 6.0), (0.3, 4.0)), weight=SPECIAL,
    domain="s > 1, q > 0", error=16, conditioning=4,
)  # fmt: skip
zetac: Primitive = Primitive(
    "zetac", 1, lambda x, f: (UNKNOWN,), code="zetac({0})", scipy="zetac", sympy=lambda sp, x: sp.zeta(x) - 1,
    mpmath=lambda mp, x: _zeta_mp(mp, x, mp.mpf(2)) if x > 1 else mp.zeta(x) - 1,
    spellings=("scipy.special.zetac",), sample=((1.2, 6.0),), weight=SPECIAL,
    domain="x != 1", error=16,
)  # fmt: skip

ROWS: tuple[Primitive, ...] = (lambertw, wrightomega, hurwitz, zetac)
