"""Value and two derivatives in high precision: truncated Taylor arithmetic on mpmath numbers, which shares nothing with symdiff.

Where a function decides at a tie (``x > 0`` at 0, the ``abs`` of 0, ``max`` of equals), it is evaluated once with each
decision; a derivative in which the two differ does not exist.
"""

from __future__ import annotations

import functools
import types
from collections.abc import Callable, Mapping
from typing import Any

from mpmath import mp

LEVELS = (100, 400, 1200, 3000, 4000)  # digits: exp(-745) beside 1 needs 324, (1 - cos(x))/x**2 at 1e-300 many times as many
AGREE = 1e-25
LEAST = mp.mpf("1e-400")
Numbers = tuple[Any, Any, Any]


class Jet:
    """Value, first and second derivative in one variable."""

    decision = True  # at ties
    ties = 0  # that were met

    def __init__(self, value: Any, first: Any = 0, second: Any = 0) -> None:
        self.parts: Numbers = (_real(value), _real(first), _real(second))

    def chain(self, value: Any, slopes: Callable[[], tuple[Any, Any]]) -> Jet:
        """f of a jet, from the value and the first two derivatives of f; of a constant they are not asked for."""
        _, first, second = self.parts
        if first == 0 == second:
            return Jet(value)
        try:
            slope, bend = slopes()
        except ZeroDivisionError:
            slope, bend = mp.nan, mp.nan
        return Jet(value, slope * first, bend * first**2 + slope * second)

    def compare(self, other: Any) -> Any:
        """The difference of the values; a tie is decided as this evaluation does."""
        difference = self.parts[0] - lifted(other).parts[0]
        if difference == 0:
            Jet.ties += 1
        return difference

    def __add__(self, other: Any) -> Jet:
        return Jet(*(a + b for a, b in zip(self.parts, lifted(other).parts, strict=True)))

    def __neg__(self) -> Jet:
        return Jet(*(-a for a in self.parts))

    def __sub__(self, other: Any) -> Jet:
        return self + -lifted(other)

    def __rsub__(self, other: Any) -> Jet:
        return lifted(other) + -self

    def __mul__(self, other: Any) -> Jet:
        (a, b, c), (x, y, z) = self.parts, lifted(other).parts
        return Jet(a * x, a * y + b * x, a * z + 2 * b * y + c * x)

    def __truediv__(self, other: Any) -> Jet:
        return self * lifted(other) ** -1

    def __rtruediv__(self, other: Any) -> Jet:
        return lifted(other) / self

    def __pow__(self, other: Any) -> Jet:
        power = lifted(other)
        x, y = self.parts[0], power.parts[0]
        if power.parts[1:] != (0, 0):
            return exp(log(self) * power)
        y = int(y) if y == int(y) else y
        value = mp.nan if x == 0 > y else x**y
        return self.chain(value, lambda: (y and y * x ** (y - 1), y and y != 1 and y * (y - 1) * x ** (y - 2)))

    def __rpow__(self, other: Any) -> Jet:
        return lifted(other) ** self

    def __abs__(self) -> Jet:
        difference = self.compare(0)
        return self if difference > 0 or (difference == 0 and Jet.decision) else -self

    def __lt__(self, other: Any) -> bool:
        difference = self.compare(other)
        return bool(difference < 0) or (difference == 0 and Jet.decision)

    def __gt__(self, other: Any) -> bool:
        return lifted(other) < self

    __le__, __ge__ = __lt__, __gt__
    __radd__, __rmul__ = __add__, __mul__

    def __eq__(self, other: object) -> bool:
        return bool(self.compare(other) == 0) and Jet.decision

    __hash__ = None  # type: ignore[assignment]


def _real(x: Any) -> Any:
    return mp.nan if hasattr(x, "_mpc_") else mp.mpf(x)


def lifted(x: Any) -> Jet:
    """A number as constant."""
    return x if isinstance(x, Jet) else Jet(x)


@functools.cache
def _exp(x: Any, _precision: int) -> Any:
    return mp.exp(x)


def exp(x: Any) -> Jet:
    """The exponential; it is slow for huge numbers, so that each is computed once."""
    value = _exp(lifted(x).parts[0], mp.prec)
    return lifted(x).chain(value, lambda: (value, value))


def log(x: Any) -> Jet:
    """The natural logarithm."""
    a = lifted(x).parts[0]
    return lifted(x).chain(mp.log(a), lambda: (1 / a, -1 / a**2))


def _row(value: Callable[[Any], Any], slopes: Callable[[Any], tuple[Any, Any]]) -> Callable[[Any], Jet]:
    def function(x: Any) -> Jet:
        a = lifted(x).parts[0]
        return lifted(x).chain(value(a), lambda: slopes(a))

    return function


def _bell(x: Any) -> tuple[Any, Any]:
    slope = 2 / mp.sqrt(mp.pi) * mp.exp(-x * x)
    return slope, -2 * x * slope


def _erfc(x: Any) -> Any:
    """The tail; mpmath gives up from 1e8 on, where the asymptotic series (DLMF 7.12.1) has more digits than are asked for."""
    if x < 1e4:
        return mp.erfc(x)
    term, total, k = mp.one, mp.zero, 0
    while abs(term) > mp.eps:
        total += term
        term *= -(2 * k + 1) / (2 * x * x)
        k += 1
    return mp.exp(-x * x) / (x * mp.sqrt(mp.pi)) * total


def _sinh(x: Any) -> Jet:
    return (exp(x) - exp(-x)) / 2


def _cosh(x: Any) -> Jet:
    return (exp(x) + exp(-x)) / 2


def _atan2(y: Any, x: Any) -> Jet:
    value = mp.atan2(lifted(y).parts[0], lifted(x).parts[0])
    smooth = _atan(lifted(y) / x) if abs(lifted(x).parts[0]) >= abs(lifted(y).parts[0]) else -_atan(lifted(x) / y)
    return Jet(value, *smooth.parts[1:])


_atan = _row(mp.atan, lambda x: (1 / (1 + x * x), -2 * x / (1 + x * x) ** 2))
_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "exp": exp,
    "log": log,
    "log1p": lambda x: log(1 + lifted(x)),
    "expm1": lambda x: exp(x) - 1,
    "sqrt": _row(mp.sqrt, lambda x: (1 / (2 * mp.sqrt(x)), -1 / (4 * x * mp.sqrt(x)))),
    "sin": _row(mp.sin, lambda x: (mp.cos(x), -mp.sin(x))),
    "cos": _row(mp.cos, lambda x: (-mp.sin(x), -mp.cos(x))),
    "arcsin": _row(mp.asin, lambda x: (1 / mp.sqrt(1 - x * x), x / mp.sqrt(1 - x * x) ** 3)),
    "arccos": _row(mp.acos, lambda x: (-1 / mp.sqrt(1 - x * x), -x / mp.sqrt(1 - x * x) ** 3)),
    "arctan2": _atan2,
    "sinh": _sinh,
    "cosh": _cosh,
    "tanh": lambda x: 1 - 2 / (exp(2 * lifted(x)) + 1),
    "erf": _row(mp.erf, _bell),
    "erfc": _row(_erfc, lambda x: tuple(-slope for slope in _bell(x))),
    "lgamma": _row(mp.loggamma, lambda x: (mp.psi(0, x), mp.psi(1, x))),
    "hypot": lambda x, y: _FUNCTIONS["sqrt"](lifted(x) * x + lifted(y) * y),
    "logaddexp": lambda x, y: log(exp(x) + exp(y)),
    "sinc": lambda x: Jet(1, 0, -(mp.pi**2) / 3) if lifted(x).parts[0] == 0 else _FUNCTIONS["sin"](x * mp.pi) / (x * mp.pi),
    "abs": abs,
    "maximum": lambda x, y: x if lifted(x) > y else y,
    "minimum": lambda x, y: x if lifted(x) < y else y,
}


def namespace() -> dict[str, Any]:
    """The free names of a case at the present precision. Of ``where`` the side that is not taken may be no number."""
    pi = Jet(mp.pi)
    both = types.SimpleNamespace(pi=pi, where=lambda condition, x, y: x if condition else y, **_FUNCTIONS)
    return {"np": both, "math": both}


def taylor(make: Callable[[Mapping[str, Any]], Callable[..., Any]], x: float, others: Mapping[str, float], top: int) -> Numbers:
    """Value and two derivatives in x of the function that ``make`` makes of a namespace; NaN for what does not exist.

    More digits are taken until two evaluations agree; what is 0 or no number then may be a matter of digits too.
    """
    before: Numbers | None = None
    last: Numbers | None = None
    for digits in (level for level in LEVELS if level <= top):
        with mp.workdps(digits):
            found = _both(make(namespace()), x, others)
        if before is not None and all(map(_settled, before, found)):
            return found
        before, last = found, before
    assert before is not None
    assert last is not None
    if not all(_settled(a, b) or _negligible(a, b) for a, b in zip(last, before, strict=True)):
        raise ArithmeticError(f"{digits} digits are too few at {x}, {others}: {last}, {before}")
    return before


def _settled(a: Any, b: Any) -> bool:
    return bool(mp.isfinite(a) and a != 0 and abs(a - b) <= AGREE * abs(a))


def _negligible(a: Any, b: Any) -> bool:
    """Whether no more digits are needed though two evaluations differ: both are below all doubles, or not finite."""
    return a == b or not mp.isfinite(b) or max(abs(a), abs(b)) < LEAST


def _both(function: Callable[..., Any], x: float, others: Mapping[str, float]) -> Numbers:
    Jet.ties = 0
    first = _once(function, x, others, decision=True)
    if not Jet.ties:
        return first
    second = _once(function, x, others, decision=False)
    value = first[0] if mp.isfinite(first[0]) else second[0]
    pairs = zip(first[1:], second[1:], strict=True)
    slopes = (a if mp.isfinite(b) and abs(a - b) <= AGREE * abs(a) else mp.nan for a, b in pairs)
    return (value, *slopes)  # type: ignore[return-value]


def _once(function: Callable[..., Any], x: float, others: Mapping[str, float], *, decision: bool) -> Numbers:
    Jet.decision = decision
    return lifted(function(Jet(x, 1), **{name: Jet(value) for name, value in others.items()})).parts
