"""Rewrites that are exact in IEEE arithmetic, but for the deviation that a row states (mostly the sign of a zero).

Not here, because they change values: 0*x is not 0 (NaN, inf), x/x is not 1, x - x is not 0, and sums and products keep
the user's association.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from symdiff.primitives import TABLE
from symdiff.simplify.facts import Fact
from symdiff.simplify.rewrite import Rewrite
from symdiff.simplify.template import computed

_abs, _hypot, _neg, _pow = (TABLE[name] for name in ("abs", "hypot", "neg", "pow"))
_and, _or, _not, _stop = (TABLE[name] for name in ("and", "or", "not", "stop"))

_ANY = ((-9.0, 9.0),)
_TWO = _ANY * 2
_AWAY = ((0.1, 9.0),)
_ZERO = "0.0 may be -0.0"


def _half(n: float) -> int:
    return int(n) // 2


UNITS = (
    Rewrite("x + 0", lambda x: x + 0, lambda x: x, _ANY, deviation=_ZERO),
    Rewrite("x - 0", lambda x: x - 0, lambda x: x, _ANY, deviation=_ZERO),
    Rewrite("0 - x", lambda x: 0 - x, lambda x: -x, _ANY, deviation=_ZERO),
    Rewrite("1*x", lambda x: 1 * x, lambda x: x, _ANY),
    Rewrite("-1*x", lambda x: -1 * x, lambda x: -x, _ANY),
    Rewrite("x/1", lambda x: x / 1, lambda x: x, _ANY),
    Rewrite("x/-1", lambda x: x / -1, lambda x: -x, _ANY),
    Rewrite("x**1", lambda x: _pow(x, 1), lambda x: x, _ANY),
    Rewrite("x**0", lambda x: _pow(x, 0), lambda x: 1, _ANY),
    Rewrite("n*x/2", lambda n, x: (n * x) / 2, lambda n, x: computed(_half, n) * x, ((-8, 8), *_ANY),
            needs=(Fact.EVEN,), deviation="finite where n*x overflows"),
    Rewrite("0.5*(2*x)", lambda x: 0.5 * (2 * x), lambda x: x, _ANY, deviation="finite where 2*x overflows"),
    Rewrite("2*x/(2*y)", lambda x, y: (2 * x) / (2 * y), lambda x, y: x / y, _ANY + _AWAY,
            deviation="finite where 2*x or 2*y overflows"),
)  # fmt: skip

SIGNS = (
    Rewrite("-(-x)", lambda x: _neg(_neg(x)), lambda x: x, _ANY),
    Rewrite("x + -y", lambda x, y: x + -y, lambda x, y: x - y, _TWO),
    Rewrite("x - -y", lambda x, y: x - -y, lambda x, y: x + y, _TWO),
    Rewrite("x - c", lambda x, c: x - c, lambda x, c: x + _neg(c), (*_ANY, (-9, -1)), needs=(Fact.NONE, Fact.NEGATIVE)),
    Rewrite("-x*y", lambda x, y: -x * y, lambda x, y: -(x * y), _TWO),
    Rewrite("x*-y", lambda x, y: x * -y, lambda x, y: -(x * y), _TWO),
    Rewrite("-x/y", lambda x, y: -x / y, lambda x, y: -(x / y), _ANY + _AWAY),
    Rewrite("x/-y", lambda x, y: x / -y, lambda x, y: -(x / y), _ANY + _AWAY),
    Rewrite("-(c*x)", lambda c, x: -(c * x), lambda c, x: -c * x, ((-9, -1), *_ANY), needs=(Fact.NEGATIVE,)),
    Rewrite("-(c/x)", lambda c, x: -(c / x), lambda c, x: -c / x, ((-9, -1), *_AWAY), needs=(Fact.NEGATIVE,)),
    Rewrite("(-x)**n", lambda x, n: _pow(-x, n), _pow, ((-9, 9), (2, 8)), needs=(Fact.NONE, Fact.EVEN)),
    Rewrite("hypot(-x, y)", lambda x, y: _hypot(-x, y), _hypot, _TWO),
    Rewrite("hypot(x, -y)", lambda x, y: _hypot(x, -y), _hypot, _TWO),
    Rewrite("hypot(abs(x), y)", lambda x, y: _hypot(_abs(x), y), _hypot, _TWO),
    Rewrite("hypot(x, abs(y))", lambda x, y: _hypot(x, _abs(y)), _hypot, _TWO),
)  # fmt: skip


def _odd(name: str) -> Rewrite:
    row = TABLE[name]
    return Rewrite(f"{name}(-x)", lambda x: row(-x), lambda x: -row(x), ((-0.9, 0.9),))


def _even(name: str) -> Rewrite:
    row = TABLE[name]
    return Rewrite(f"{name}(-x)", lambda x: row(-x), lambda x: row(x), ((-9, 9),))


PARITY = (
    *map(_odd, ("sin", "tan", "asin", "atan", "sinh", "tanh", "asinh", "atanh", "cbrt", "erf", "sign")),
    *map(_even, ("cos", "cosh", "sech", "abs")),
)


def _same(name: str) -> Rewrite:
    row = TABLE[name]
    return Rewrite(f"{name}(x, x)", lambda x: row(x, x), lambda x: x, _ANY)


CHOICES = (
    *map(_same, ("max", "min", "maximum", "minimum", "fmax", "fmin")),
    Rewrite("abs(u)", lambda u: _abs(u), lambda u: u, _AWAY, needs=(Fact.NONNEGATIVE,), deviation="-0.0 stays"),
    Rewrite("stop(stop(x))", lambda x: _stop(_stop(x)), _stop, _ANY),
)

# x**2.0 is the integer power, which is exact at 0 and for negative bases to every order.
POWERS = (
    Rewrite("x**2.0", lambda x, n: _pow(x, n), lambda x, n: _pow(x, computed(int, n)), ((0.1, 9), (-8, 8)),
            needs=(Fact.NONE, Fact.INTEGRAL)),
)  # fmt: skip


def _logical(name: str, pattern: Callable[[Any], Any], replacement: Callable[[Any], Any]) -> Rewrite:
    return Rewrite(name, pattern, replacement, ((0, 1),))


LOGIC = (
    _logical("not not c", lambda c: _not(_not(c)), lambda c: c),
    _logical("c and True", lambda c: _and(c, True), lambda c: c),
    _logical("c and False", lambda c: _and(c, False), lambda c: False),
    _logical("c or True", lambda c: _or(c, True), lambda c: True),
    _logical("c or False", lambda c: _or(c, False), lambda c: c),
    _logical("c and c", lambda c: _and(c, c), lambda c: c),
    _logical("c or c", lambda c: _or(c, c), lambda c: c),
)

ALGEBRA: tuple[Rewrite, ...] = (*UNITS, *SIGNS, *PARITY, *CHOICES, *POWERS, *LOGIC)
