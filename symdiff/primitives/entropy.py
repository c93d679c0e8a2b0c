"""Functions that are 0 at 0 times log(0): entropies; and logit, its kin, and Huber's losses."""

from __future__ import annotations

from typing import Any

import numpy as np

from symdiff.primitives import special_kernels
from symdiff.primitives.exponential import hypot, log, log1p
from symdiff.primitives.ieee import ieee
from symdiff.primitives.kinks import abs_, maximum, minimum
from symdiff.primitives.named import named
from symdiff.primitives.row import ARITHMETIC, DIVISION, ELEMENTARY, Primitive

_ANY = (-3.0, 3.0)
_POSITIVE = (0.3, 5.0)


def _huber_partials(d: Any, r: Any, f: Any) -> tuple[Any, Any]:
    return within(maximum(abs_(r) - d, 0), d), within(minimum(maximum(r, -d), d), d)


def _huber_sympy(sp: Any, d: Any, r: Any) -> Any:
    return sp.Piecewise((r**2 / 2, sp.Abs(r) <= d), (d * (sp.Abs(r) - d / 2), True))


def _pseudo_huber_partials(d: Any, r: Any, f: Any) -> tuple[Any, Any]:
    """With h = hypot(d, r) the value is d*(h - d), and h - d = r*r/(h + d)."""
    h = hypot(d, r)
    excess = r * (r / (h + d))
    return within(excess * (excess / h), d), within(d * (r / h), d)


# A function that is inf outside its domain has no derivative there.
within: Primitive = Primitive(
    "within", 2, lambda x, bound, f: (within(1, bound), 0), code="within({0}, {1})", kernel=special_kernels.within,
    weight=ARITHMETIC, error=0, sympy=lambda sp, x, bound: x, mpmath=lambda mp, x, bound: x if bound >= 0 else mp.nan,
    numeric=lambda x, bound: x if bound >= 0 else np.float64(np.nan), sample=(_ANY, _POSITIVE), kink="NaN outside",
)  # fmt: skip
xlogy: Primitive = Primitive(
    "xlogy", 2, lambda x, y, f: (log(y), x / y), code="xlogy({0}, {1})", kernel=special_kernels.xlogy, error=4,
    sympy=lambda sp, x, y: x * sp.log(y), mpmath=lambda mp, x, y: x if x == 0 else x * mp.log(y),
    numeric=ieee(special_kernels.xlogy), spellings=("scipy.special.xlogy",), sample=(_ANY, _POSITIVE),
    domain="y > 0, or x == 0",
)  # fmt: skip
xlog1py: Primitive = Primitive(
    "xlog1py", 2, lambda x, y, f: (log1p(y), x / (1 + y)), code="xlog1py({0}, {1})", kernel=special_kernels.xlog1py, error=4,
    sympy=lambda sp, x, y: x * sp.log(1 + y), mpmath=lambda mp, x, y: x if x == 0 else x * mp.log1p(y),
    numeric=ieee(special_kernels.xlog1py), spellings=("scipy.special.xlog1py",), sample=(_ANY, (-0.7, 3.0)),
    domain="y > -1, or x == 0",
)  # fmt: skip
logratio: Primitive = Primitive(
    "logratio", 2, lambda x, y, f: (1 / x, -1 / y), code="logratio({0}, {1})", kernel=special_kernels.logratio, error=4,
    sympy=lambda sp, x, y: sp.log(x / y), mpmath=lambda mp, x, y: mp.log(x / y), numeric=ieee(special_kernels.logratio),
    sample=(_POSITIVE, _POSITIVE),
)  # fmt: skip
entr: Primitive = Primitive(
    "entr", 1, lambda x, f: (-log(x) - 1,), code="entr({0})", scipy="entr", error=4, sympy=named("entr"),
    mpmath=lambda mp, x: -x * mp.log(x) if x > 0 else x if x == 0 else -mp.inf, spellings=("scipy.special.entr",),
    sample=(_POSITIVE,), domain="x >= 0", kink="inf at 0",
)  # fmt: skip
rel_entr: Primitive = Primitive(
    "rel_entr", 2, lambda x, y, f: (logratio(x, y) + 1, within(-x / y, x)), code="rel_entr({0}, {1})", scipy="rel_entr",
    error=8, sympy=named("rel_entr"), mpmath=lambda mp, x, y: x * mp.log(x / y) if x > 0 else x,
    spellings=("scipy.special.rel_entr",), sample=(_POSITIVE, _POSITIVE), domain="x >= 0, y > 0",
)  # fmt: skip
kl_div: Primitive = Primitive(
    "kl_div", 2, lambda x, y, f: (logratio(x, y), within((y - x) / y, x)), code="kl_div({0}, {1})", scipy="kl_div", error=8,
    absolute=16, sympy=named("kl_div"), mpmath=lambda mp, x, y: x * mp.log(x / y) - x + y if x > 0 else y,
    spellings=("scipy.special.kl_div",), sample=(_POSITIVE, _POSITIVE), domain="x >= 0, y > 0",
)  # fmt: skip
logit: Primitive = Primitive(
    "logit", 1, lambda x, f: (1 / (x * (1 - x)),), code="logit({0})", scipy="__pyx_fuse_0logit", error=8, absolute=4,
    sympy=lambda sp, x: sp.log(x / (1 - x)), mpmath=lambda mp, x: mp.log(x / (1 - x)), spellings=("scipy.special.logit",),
    sample=((0.05, 0.95),), domain="0 <= x <= 1", weight=ELEMENTARY,
)  # fmt: skip
huber: Primitive = Primitive(
    "huber", 2, _huber_partials, code="huber({0}, {1})", scipy="huber", weight=DIVISION, error=8, sympy=_huber_sympy,
    mpmath=lambda mp, d, r: r * r / 2 if abs(r) <= d else d * (abs(r) - d / 2), spellings=("scipy.special.huber",),
    sample=((0.3, 2.0), _ANY), domain="delta >= 0",
)  # fmt: skip
pseudo_huber: Primitive = Primitive(
    "pseudo_huber", 2, _pseudo_huber_partials, code="pseudo_huber({0}, {1})", scipy="pseudo_huber", error=16,
    sympy=lambda sp, d, r: d**2 * (sp.sqrt(1 + (r / d) ** 2) - 1),
    mpmath=lambda mp, d, r: d**2 * (mp.sqrt(1 + (r / d) ** 2) - 1), spellings=("scipy.special.pseudo_huber",),
    sample=((0.3, 2.0), _ANY), domain="delta >= 0",
)  # fmt: skip

ROWS: tuple[Primitive, ...] = (
    within, xlogy, xlog1py, logratio, entr, rel_entr, kl_div, logit, huber, pseudo_huber,
)  # fmt: skip
