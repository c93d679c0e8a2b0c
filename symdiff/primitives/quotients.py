"""Quotients with a removable singularity at 0, right there and near it to every order: sin(x)/x, log(1 + x)/x, x/(exp(x) - 1).

Users write them with a branch at 0; near it the derivatives of the quotient as written cancel and overflow.
"""

from __future__ import annotations

import math
import types
from collections.abc import Callable
from typing import Any

import numpy as np

from symdiff.primitives import quotient_kernels
from symdiff.primitives.exponential import compoundm1
from symdiff.primitives.row import DIVISION, ELEMENTARY, UNKNOWN, Primitive, order

_ANY = (-3.0, 3.0)
_ORDERS = (0, 3)
_WEIGHT = ELEMENTARY + DIVISION
Numerator = Callable[[Any, Any, int], Any]


def _symbolic(numerator: Numerator, sp: Any, x: Any, n: Any) -> Any:
    """Derivative n of h(x)/x, where ``numerator(sp, x, k)`` is derivative k of h."""
    g = numerator(sp, x, 0) / x
    for k in range(1, int(n) + 1):
        g = (numerator(sp, x, k) - k * g) / x
    return g


def _exact(numerator: Numerator, mp: Any, x: Any, n: int) -> Any:
    """The same for mpmath, with the digits that the recurrence loses; at 0 its limit, h[n + 1]/(n + 1)."""
    if x == 0:
        return numerator(mp, x, n + 1) / (n + 1)
    with mp.extraprec((n + 1) * (30 + max(0, -2 * mp.mag(x)))):
        return _symbolic(numerator, mp, x, n)


def _waves(m: Any, x: Any, k: int) -> Any:
    return (m.sin(x), m.cos(x), -m.sin(x), -m.cos(x))[k % 4]


def _logs(m: Any, x: Any, k: int) -> Any:
    return m.log(1 + x) if k == 0 else (-1) ** (k - 1) * m.factorial(k - 1) / (1 + x) ** k


def _powers(power: Any) -> Numerator:
    def numerator(m: Any, x: Any, k: int) -> Any:
        if k == 0:
            return (1 + x) ** power - 1
        factor = power
        for i in range(1, k):
            factor = factor * (power - i)
        return factor * (1 + x) ** (power - k)

    return numerator


def _bernoulli(m: Any, x: Any, n: int) -> Any:
    """From (exp(x) - 1)*B(x) = x, by Leibniz."""
    found: list[Any] = []
    for k in range(n + 1):
        total = x if k == 0 else int(k == 1)
        found.append((total - sum(m.binomial(k, j) * m.exp(x) * found[j] for j in range(k))) / (m.exp(x) - 1))
    return found[n]


def _bernoulli_mp(mp: Any, x: Any, n: int) -> Any:
    if x == 0:
        return mp.bernoulli(n)
    with mp.extraprec((n + 1) * (30 + max(0, -2 * mp.mag(x)))):
        return _bernoulli(mp, x, n)


_IEEE = {
    "math": types.SimpleNamespace(
        gamma=math.gamma, pi=math.pi, sin=np.sin, cos=np.cos, exp=np.exp, expm1=np.expm1, log1p=np.log1p,
    ),
    "compoundm1": compoundm1.numeric,
}  # fmt: skip


def _ieee(kernel: Callable[..., Any]) -> Callable[..., Any]:
    """A kernel as reference: over NumPy's functions, which give inf and NaN where those of ``math`` raise."""
    return types.FunctionType(kernel.__code__, _IEEE, kernel.__name__)


sinrel: Primitive = Primitive(
    "sinrel", 2, lambda x, n, f: (sinrel(x, order(n) + 1), 0), code="sinrel({0}, {1})", literals=(1,),
    kernel=quotient_kernels.sinrel, numeric=_ieee(quotient_kernels.sinrel), sample=(_ANY, _ORDERS), weight=_WEIGHT,
    sympy=lambda sp, x, n: _symbolic(_waves, sp, x, n), mpmath=lambda mp, x, n: _exact(_waves, mp, x, n), error=16,
    conditioning=16,
)  # fmt: skip
log1prel: Primitive = Primitive(
    "log1prel", 2, lambda x, n, f: (log1prel(x, order(n) + 1), 0), code="log1prel({0}, {1})", literals=(1,),
    kernel=quotient_kernels.log1prel, numeric=_ieee(quotient_kernels.log1prel), sample=((-0.8, 3.0), _ORDERS),
    sympy=lambda sp, x, n: _symbolic(_logs, sp, x, n), mpmath=lambda mp, x, n: _exact(_logs, mp, x, n), error=256,
    conditioning=16, domain="x > -1", weight=_WEIGHT,
)  # fmt: skip
compoundrel: Primitive = Primitive(
    "compoundrel", 3, lambda x, m, n, f: (compoundrel(x, m, order(n) + 1), UNKNOWN, 0), code="compoundrel({0}, {1}, {2})",
    literals=(2,), kernel=quotient_kernels.compoundrel, needs=("compoundm1",), sample=((-0.8, 3.0), (-3, 3), _ORDERS),
    numeric=_ieee(quotient_kernels.compoundrel), sympy=lambda sp, x, m, n: _symbolic(_powers(m), sp, x, n), error=2048,
    conditioning=16, mpmath=lambda mp, x, m, n: _exact(_powers(m), mp, x, n), domain="x > -1", weight=_WEIGHT,
)  # fmt: skip
bernoulli: Primitive = Primitive(
    "bernoulli", 2, lambda x, n, f: (bernoulli(x, order(n) + 1), 0), code="bernoulli({0}, {1})", literals=(1,),
    kernel=quotient_kernels.bernoulli, numeric=_ieee(quotient_kernels.bernoulli), sample=(_ANY, _ORDERS), error=64,
    sympy=lambda sp, x, n: _bernoulli(sp, x, int(n)), mpmath=lambda mp, x, n: _bernoulli_mp(mp, x, int(n)), conditioning=16,
    weight=_WEIGHT,
)  # fmt: skip

ROWS: tuple[Primitive, ...] = (sinrel, log1prel, compoundrel, bernoulli)
