"""Special functions: error functions, gamma and its logarithmic derivatives."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from symdiff.errors import DomainError
from symdiff.primitives import kernels
from symdiff.primitives.constant import PI
from symdiff.primitives.exponential import exp, sqrt
from symdiff.primitives.row import SPECIAL, Primitive, order

MAX_ORDER = 50  # of polygamma: its coefficients stay within the range of floats

_ANY = (-3.0, 3.0)


def _gamma(x: Any) -> Any:
    try:
        return np.float64(math.gamma(x))
    except OverflowError:
        return np.float64(math.copysign(math.inf, x))
    except ValueError:  # poles and -inf
        return np.float64(math.copysign(math.inf, x) if x == 0 else math.nan)


def _lgamma(x: Any) -> Any:
    try:
        return np.float64(math.lgamma(x))
    except (OverflowError, ValueError):  # beyond 1e305, and at the poles
        return np.float64(math.inf)


def _polygamma_partials(n: Any, x: Any, f: Any) -> tuple[int, Any]:
    following = order(n) + 1
    if following > MAX_ORDER:
        raise DomainError(f"derivatives of gamma and lgamma are known to order {MAX_ORDER + 1}")
    return 0, polygamma(following, x)


erf: Primitive = Primitive(
    "erf", 1, lambda x, f: (2 / sqrt(PI) * exp(-(x * x)),), code="math.erf({0})", sympy="erf", mpmath="erf",
    numeric=lambda x: np.float64(math.erf(x)), spellings=("math.erf", "scipy.special.erf"), sample=(_ANY,),
    weight=SPECIAL, error=2,
)  # fmt: skip
erfc: Primitive = Primitive(
    "erfc", 1, lambda x, f: (-2 / sqrt(PI) * exp(-(x * x)),), code="math.erfc({0})", sympy="erfc", mpmath="erfc",
    numeric=lambda x: np.float64(math.erfc(x)), spellings=("math.erfc", "scipy.special.erfc"), sample=(_ANY,),
    weight=SPECIAL, error=4, conditioning=4,
)  # fmt: skip
gamma: Primitive = Primitive(
    "gamma", 1, lambda x, f: (f * digamma(x),), code="math.gamma({0})", sympy="gamma", mpmath="gamma",
    numeric=_gamma, spellings=("math.gamma", "scipy.special.gamma"), sample=((0.3, 5.0),), weight=SPECIAL,
    domain="no integer <= 0", error=16, conditioning=4,
)  # fmt: skip
lgamma: Primitive = Primitive(
    "lgamma", 1, lambda x, f: (digamma(x),), code="math.lgamma({0})", sympy="loggamma",
    mpmath=lambda mp, x: mp.log(abs(mp.gamma(x))), numeric=_lgamma, spellings=("math.lgamma", "scipy.special.gammaln"),
    sample=((0.3, 5.0),), weight=SPECIAL, domain="no integer <= 0", error=16, conditioning=16, absolute=16,
)  # fmt: skip
digamma: Primitive = Primitive(
    "digamma", 1, lambda x, f: (polygamma(1, x),), code="digamma({0})", scipy="__pyx_fuse_1psi", sympy="digamma",
    mpmath="digamma", spellings=("scipy.special.digamma",), sample=((0.3, 5.0),), weight=SPECIAL, domain="no integer <= 0",
    error=16, conditioning=16, absolute=8,
)  # fmt: skip
polygamma: Primitive = Primitive(
    "polygamma", 2, _polygamma_partials, code="polygamma({0}, {1})", kernel=kernels.polygamma, literals=(0,),
    spellings=("scipy.special.polygamma",),
    sympy="polygamma", mpmath="polygamma", numeric=kernels.polygamma, sample=((0, 3), (0.3, 5.0)), weight=SPECIAL,
    domain="no integer <= 0; n an integer literal", error=64, conditioning=16,
)  # fmt: skip

ROWS: tuple[Primitive, ...] = (erf, erfc, gamma, lgamma, digamma, polygamma)
