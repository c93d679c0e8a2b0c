"""Functions built on gamma: incomplete gamma functions."""

from __future__ import annotations

from typing import Any

import numpy as np

from symdiff.primitives import kernels
from symdiff.primitives.exponential import exp, log
from symdiff.primitives.row import SPECIAL, UNKNOWN, Primitive
from symdiff.primitives.special import lgamma

_POSITIVE = (0.3, 5.0)


def _density(a: Any, x: Any) -> Any:
    """x**(a - 1)*exp(-x)/gamma(a), the derivative of gammainc in x (DLMF 8.8.13)."""
    return exp(xlogy(a - 1, x) - x - lgamma(a))


xlogy: Primitive = Primitive(
    "xlogy", 2, lambda x, y, f: (log(y), x / y), code="xlogy({0}, {1})", kernel=kernels.xlogy, error=2,
    sympy=lambda sp, x, y: x * sp.log(y), mpmath=lambda mp, x, y: x if x == 0 else x * mp.log(y),
    numeric=lambda x, y: np.float64(0) if x == 0 and not np.isnan(y) else x * np.log(y),
    spellings=("scipy.special.xlogy",), sample=((-3, 3), _POSITIVE), domain="y > 0, or x == 0",
)  # fmt: skip
gammainc: Primitive = Primitive(
    "gammainc", 2, lambda a, x, f: (UNKNOWN, _density(a, x)), code="gammainc({0}, {1})", scipy="gammainc",
    sympy=lambda sp, a, x: sp.lowergamma(a, x) / sp.gamma(a), mpmath=lambda mp, a, x: mp.gammainc(a, 0, x, regularized=True),
    spellings=("scipy.special.gammainc",), sample=(_POSITIVE, _POSITIVE), domain="a > 0, x >= 0", weight=SPECIAL, error=16,
)  # fmt: skip
gammaincc: Primitive = Primitive(
    "gammaincc", 2, lambda a, x, f: (UNKNOWN, -_density(a, x)), code="gammaincc({0}, {1})", scipy="gammaincc",
    sympy=lambda sp, a, x: sp.uppergamma(a, x) / sp.gamma(a),
    mpmath=lambda mp, a, x: mp.gammainc(a, x, mp.inf, regularized=True),
    spellings=("scipy.special.gammaincc",), sample=(_POSITIVE, _POSITIVE), domain="a > 0, x >= 0", weight=SPECIAL, error=16,
)  # fmt: skip

ROWS: tuple[Primitive, ...] = (xlogy, gammainc, gammaincc)
