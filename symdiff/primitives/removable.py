"""Quotients with a removable singularity, right there to every order: (exp(x) - 1)/x, log(x)/(x - 1), sinh(x)/x; and Box-Cox."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from symdiff.primitives import special_kernels
from symdiff.primitives.exponential import exp, log, log1p
from symdiff.primitives.ieee import ieee
from symdiff.primitives.named import named
from symdiff.primitives.operators import pow_
from symdiff.primitives.row import DIVISION, ELEMENTARY, Primitive, order

_ANY = (-3.0, 3.0)
_POSITIVE = (0.3, 5.0)


def _quotient(top: Callable[[Any, Any, int], Any], at_zero: Callable[[Any, int], Any]) -> tuple[Any, Any]:
    """Derivative n of h(t)/t for SymPy and for mpmath: t*g[k] + k*g[k-1] = h[k], where ``top(sp, t, k)`` is h[k]."""

    def value(sp: Any, t: Any, n: int) -> Any:
        g = top(sp, t, 0) / t
        for k in range(1, n + 1):
            g = (top(sp, t, k) - k * g) / t
        return g

    def symbolic(sp: Any, t: Any, n: Any) -> Any:
        if not t.has(sp.Symbol) and t == 0:
            return at_zero(sp, int(n))
        return (
            value(sp, t, int(n))
            if t.is_nonzero
            else sp.Piecewise((at_zero(sp, int(n)), sp.Eq(t, 0)), (value(sp, t, int(n)), True))
        )

    def exact(mp: Any, t: Any, n: Any) -> Any:
        if t == 0:
            return at_zero(mp, int(n))
        with mp.extraprec(30 + (int(n) + 1) * (10 + max(0, -mp.mag(t)))):
            return value(mp, t, int(n))

    return symbolic, exact


def _exp_top(sp: Any, t: Any, k: int) -> Any:
    return sp.exp(t) - 1 if k == 0 else sp.exp(t)


def _sinh_top(sp: Any, t: Any, k: int) -> Any:
    return sp.cosh(t) if k % 2 else sp.sinh(t)


def _log_top(sp: Any, t: Any, k: int) -> Any:
    return sp.log(1 + t) if k == 0 else (-1) ** (k - 1) * sp.factorial(k - 1) / (1 + t) ** k


_EXP = _quotient(_exp_top, lambda sp, n: sp.exp(0) / (n + 1))
_SINH = _quotient(_sinh_top, lambda sp, n: (1 - n % 2) * sp.exp(0) / (n + 1))
_LOG = _quotient(_log_top, lambda sp, n: (-1) ** n * sp.factorial(n) / (n + 1))


def _boxcox_partials(x: Any, y: Any, f: Any) -> tuple[Any, Any]:
    """The value is L*exprel(y*L) with L = log(x)."""
    logarithm = log(x)
    return pow_(x, y - 1), logarithm * logarithm * expreldiff(y * logarithm, 1)


def _boxcox1p_partials(x: Any, y: Any, f: Any) -> tuple[Any, Any]:
    logarithm = log1p(x)
    return exp((y - 1) * logarithm), logarithm * logarithm * expreldiff(y * logarithm, 1)


def _inv_boxcox_partials(y: Any, k: Any, f: Any) -> tuple[Any, Any]:
    """The value is exp(y*logrel(1 + k*y)) (logrel: log(x)/(x - 1))."""
    base = 1 + k * y
    return f / base, f * (y * y * logrel(base, 1))


def _inv_boxcox1p_partials(y: Any, k: Any, f: Any) -> tuple[Any, Any]:
    return _inv_boxcox_partials(y, k, inv_boxcox(y, k))


exprel: Primitive = Primitive(
    "exprel", 1, lambda x, f: (expreldiff(x, 1),), code="exprel({0})", scipy="exprel", error=4, conditioning=2,
    sympy=named("exprel"), mpmath=lambda mp, x: mp.expm1(x) / x if x else mp.one,
    spellings=("scipy.special.exprel",), sample=(_ANY,), weight=ELEMENTARY,
)  # fmt: skip
expreldiff: Primitive = Primitive(
    "expreldiff", 2, lambda x, n, f: (expreldiff(x, order(n) + 1), 0), code="expreldiff({0}, {1})", literals=(1,),
    kernel=special_kernels.expreldiff, numeric=ieee(special_kernels.expreldiff), error=8, conditioning=4, sympy=_EXP[0],
    mpmath=_EXP[1], sample=(_ANY, (1, 3)), weight=5 * DIVISION,
)  # fmt: skip
sinhcdiff: Primitive = Primitive(
    "sinhcdiff", 2, lambda x, n, f: (sinhcdiff(x, order(n) + 1), 0), code="sinhcdiff({0}, {1})", literals=(1,),
    kernel=special_kernels.sinhcdiff, numeric=ieee(special_kernels.sinhcdiff), error=8, conditioning=4, sympy=_SINH[0],
    mpmath=_SINH[1], sample=(_ANY, (0, 3)), weight=5 * DIVISION,
)  # fmt: skip
logrel: Primitive = Primitive(
    "logrel", 2, lambda x, n, f: (logrel(x, order(n) + 1), 0), code="logrel({0}, {1})", literals=(1,),
    kernel=special_kernels.logrel, numeric=ieee(special_kernels.logrel), error=64, conditioning=4,
    sympy=lambda sp, x, n: _LOG[0](sp, x - 1, n), mpmath=lambda mp, x, n: _LOG[1](mp, x - 1, n),
    sample=((0.2, 4.0), (0, 3)), domain="x > 0", weight=5 * DIVISION,
)  # fmt: skip
boxcox: Primitive = Primitive(
    "boxcox", 2, _boxcox_partials, code="boxcox({0}, {1})", scipy="boxcox", error=8, conditioning=4,
    sympy=lambda sp, x, y: (x**y - 1) / y if y != 0 else sp.log(x),
    mpmath=lambda mp, x, y: (x**y - 1) / y if y else mp.log(x),
    spellings=("scipy.special.boxcox",), sample=(_POSITIVE, (0.3, 2.0)), domain="x >= 0",
)  # fmt: skip
boxcox1p: Primitive = Primitive(
    "boxcox1p", 2, _boxcox1p_partials, code="boxcox1p({0}, {1})", scipy="boxcox1p", error=8, conditioning=4,
    sympy=lambda sp, x, y: ((1 + x) ** y - 1) / y if y != 0 else sp.log(1 + x),
    mpmath=lambda mp, x, y: ((1 + x) ** y - 1) / y if y else mp.log1p(x),
    spellings=("scipy.special.boxcox1p",), sample=((-0.6, 3.0), (0.3, 2.0)), domain="x >= -1",
)  # fmt: skip
inv_boxcox: Primitive = Primitive(
    "inv_boxcox", 2, _inv_boxcox_partials, code="inv_boxcox({0}, {1})", scipy="inv_boxcox", error=8, conditioning=4,
    sympy=lambda sp, y, k: (1 + k * y) ** (1 / k) if k != 0 else sp.exp(y),
    mpmath=lambda mp, y, k: (1 + k * y) ** (1 / k) if k else mp.exp(y),
    spellings=("scipy.special.inv_boxcox",), sample=((0.1, 3.0), (0.3, 2.0)), domain="1 + lmbda*y >= 0",
)  # fmt: skip
inv_boxcox1p: Primitive = Primitive(
    "inv_boxcox1p", 2, _inv_boxcox1p_partials, code="inv_boxcox1p({0}, {1})", scipy="inv_boxcox1p", error=8, conditioning=4,
    sympy=lambda sp, y, k: (1 + k * y) ** (1 / k) - 1 if k != 0 else sp.exp(y) - 1,
    mpmath=lambda mp, y, k: (1 + k * y) ** (1 / k) - 1 if k else mp.expm1(y),
    spellings=("scipy.special.inv_boxcox1p",), sample=((0.1, 3.0), (0.3, 2.0)), domain="1 + lmbda*y >= 0",
)  # fmt: skip

ROWS: tuple[Primitive, ...] = (
    exprel, expreldiff, sinhcdiff, logrel, boxcox, boxcox1p, inv_boxcox, inv_boxcox1p,
)  # fmt: skip
