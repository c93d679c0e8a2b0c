"""Classical orthogonal polynomials: values, by degree, which is a literal integer (DLMF chapter 18).

Each derivative is a polynomial of lower degree, without division by 1 - x**2: right at 1 and -1, and to every order.
Derivatives in the parameters are not known in closed form.
"""

from __future__ import annotations

from collections.abc import Callable
from math import comb, factorial
from typing import Any

from symdiff.errors import DomainError
from symdiff.primitives.named import named
from symdiff.primitives.row import SPECIAL, UNKNOWN, Primitive, order

WRITTEN_OUT = 8  # degrees up to which a formula shows the polynomial itself

_DEGREES = (0, 6)
_INSIDE = (-1.0, 1.0)
_BEYOND = (-2.0, 3.0)
_PARAMETER = (0.2, 2.0)

# The polynomials as sums of powers, for mpmath: f(mp, n, *parameters, x).


def _gegenbauer(mp: Any, n: int, a: Any, x: Any) -> Any:
    """DLMF 18.5.10."""
    return sum(
        (-1) ** k * mp.rf(a, n - k) / (factorial(k) * factorial(n - 2 * k)) * (2 * x) ** (n - 2 * k) for k in range(n // 2 + 1)
    )


def _chebyt(mp: Any, n: int, x: Any) -> Any:
    """DLMF 18.5.1 in powers: the real part of (x + sqrt(x**2 - 1))**n."""
    return sum((comb(n, 2 * k) * x ** (n - 2 * k) * (x * x - 1) ** k for k in range(n // 2 + 1)), mp.zero)


def _hermite(mp: Any, n: int, x: Any) -> Any:
    """DLMF 18.5.13."""
    terms = ((-1) ** k * (2 * x) ** (n - 2 * k) / (factorial(k) * factorial(n - 2 * k)) for k in range(n // 2 + 1))
    return factorial(n) * sum(terms, mp.zero)


def _genlaguerre(mp: Any, n: int, a: Any, x: Any) -> Any:
    """DLMF 18.5.12."""
    return sum((mp.rf(a + k + 1, n - k) / (factorial(n - k) * factorial(k)) * (-x) ** k for k in range(n + 1)), mp.zero)


def _jacobi(mp: Any, n: int, a: Any, b: Any, x: Any) -> Any:
    """DLMF 18.5.8."""
    low, high = (x - 1) / 2, (x + 1) / 2
    terms = (mp.binomial(n + a, n - k) * mp.binomial(n + b, k) * low**k * high ** (n - k) for k in range(n + 1))
    return sum(terms, mp.zero)


def _row(
    name: str, slope: Callable[..., Any], value: Callable[..., Any], sympy: Callable[..., Any], *,
    variant: str = "__pyx_fuse_1_1", parameters: int = 0, sample: tuple[float, float] = _INSIDE,
) -> Primitive:  # fmt: skip
    """The row of a family: ``slope(n, *parameters, x)`` is the derivative in x for degrees n >= 1."""

    def partials(n: Any, *operands: Any) -> tuple[Any, ...]:
        degree = order(n)
        if degree < 0:
            raise DomainError(f"{name} of the negative degree {degree}")
        return (0, *(UNKNOWN,) * parameters, slope(degree, *operands[:-1]) if degree > 0 else 0)

    def symbolic(sp: Any, n: Any, *operands: Any) -> Any:
        return sympy(sp, n, *operands) if n <= WRITTEN_OUT else named(name)(sp, n, *operands)

    code = ", ".join(f"{{{position}}}" for position in range(parameters + 2))
    return Primitive(
        name, parameters + 2, partials, code=f"{name}({code})", scipy=variant + name, literals=(0,), sympy=symbolic,
        mpmath=value, spellings=(f"scipy.special.{name}",), sample=(_DEGREES, *(_PARAMETER,) * parameters, sample),
        weight=SPECIAL, error=16, conditioning=16, absolute=32,
    )  # fmt: skip


legendre: Primitive = _row(
    "eval_legendre",
    lambda n, x: gegenbauer(n - 1, 1.5, x),  # 18.7.9, 18.9.19
    lambda mp, n, x: _gegenbauer(mp, n, mp.mpf(1) / 2, x),
    lambda sp, n, x: sp.legendre(n, x),
)
chebyt: Primitive = _row(
    "eval_chebyt",
    lambda n, x: n * chebyu(n - 1, x),  # 18.9.21
    _chebyt,
    lambda sp, n, x: sp.chebyshevt(n, x),
)
chebyu: Primitive = _row(
    "eval_chebyu",
    lambda n, x: 2 * gegenbauer(n - 1, 2, x),  # 18.7.4, 18.9.19
    lambda mp, n, x: _gegenbauer(mp, n, mp.one, x),
    lambda sp, n, x: sp.chebyshevu(n, x),
)
gegenbauer: Primitive = _row(
    "eval_gegenbauer",
    lambda n, a, x: 2 * a * gegenbauer(n - 1, a + 1, x),  # 18.9.19
    _gegenbauer,
    lambda sp, n, a, x: sp.gegenbauer(n, a, x),
    parameters=1,
)
jacobi: Primitive = _row(
    "eval_jacobi",
    lambda n, a, b, x: (n + 1 + a + b) / 2 * jacobi(n - 1, a + 1, b + 1, x),  # 18.9.15
    _jacobi,
    lambda sp, n, a, b, x: sp.jacobi(n, a, b, x),
    parameters=2,
)
hermite: Primitive = _row(
    "eval_hermite",
    lambda n, x: 2 * n * hermite(n - 1, x),  # 18.9.25
    _hermite,
    lambda sp, n, x: sp.hermite(n, x),
    variant="",
    sample=_BEYOND,
)
hermitenorm: Primitive = _row(
    "eval_hermitenorm",
    lambda n, x: n * hermitenorm(n - 1, x),  # 18.9.27
    lambda mp, n, x: mp.mpf(2) ** (-mp.mpf(n) / 2) * _hermite(mp, n, x / mp.sqrt(2)),  # 18.7.12
    lambda sp, n, x: sp.hermite_prob(n, x),
    variant="",
    sample=_BEYOND,
)
laguerre: Primitive = _row(
    "eval_laguerre",
    lambda n, x: -genlaguerre(n - 1, 1, x),  # 18.9.23
    lambda mp, n, x: _genlaguerre(mp, n, mp.zero, x),
    lambda sp, n, x: sp.laguerre(n, x),
    sample=_BEYOND,
)
genlaguerre: Primitive = _row(
    "eval_genlaguerre",
    lambda n, a, x: -genlaguerre(n - 1, a + 1, x),  # 18.9.23
    _genlaguerre,
    lambda sp, n, a, x: sp.assoc_laguerre(n, a, x),
    parameters=1,
    sample=_BEYOND,
)

# Of 2*x - 1 instead of x (18.7.5, 18.7.6, 18.7.10).
sh_legendre: Primitive = Primitive(
    "eval_sh_legendre", 2, expansion=lambda n, x: legendre(n, 2 * x - 1), literals=(0,),
    spellings=("scipy.special.eval_sh_legendre",), sample=(_DEGREES, (0.0, 1.0)),
)  # fmt: skip
sh_chebyt: Primitive = Primitive(
    "eval_sh_chebyt", 2, expansion=lambda n, x: chebyt(n, 2 * x - 1), literals=(0,),
    spellings=("scipy.special.eval_sh_chebyt",), sample=(_DEGREES, (0.0, 1.0)),
)  # fmt: skip
sh_chebyu: Primitive = Primitive(
    "eval_sh_chebyu", 2, expansion=lambda n, x: chebyu(n, 2 * x - 1), literals=(0,),
    spellings=("scipy.special.eval_sh_chebyu",), sample=(_DEGREES, (0.0, 1.0)),
)  # fmt: skip

ROWS: tuple[Primitive, ...] = (
    legendre, chebyt, chebyu, gegenbauer, jacobi, hermite, hermitenorm, laguerre, genlaguerre, sh_legendre, sh_chebyt, sh_chebyu,
)  # fmt: skip
