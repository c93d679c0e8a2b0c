"""Bessel functions: J, Y, I, K of real order, exponentially scaled ones of these (DLMF chapter 10).

Derivatives are sums and differences of neighbours in order, never quotients by the argument: they are right at 0 and,
for integer orders, at negative arguments. The derivative in the order is not known in closed form.
"""

from __future__ import annotations

from collections.abc import Callable
from math import comb
from typing import Any

from symdiff.primitives.kinks import sign
from symdiff.primitives.row import SPECIAL, UNKNOWN, Primitive, literal

_ORDER = (0.3, 4.0)
_ANY = (-6.0, 6.0)
_POSITIVE = (0.3, 6.0)

OfOrder = Callable[[Any, Any], Any]
Slope = Callable[[Any, Any, Any], Any]


def _function(letters: str, reflection: int) -> OfOrder:
    """J, Y, I or K of order and argument. Where the order is a literal 0 or 1: the rows of these, which are faster.

    ``reflection`` is the factor between the odd orders n and -n (DLMF 10.4.1, 10.27.1); K is even in its order (10.27.3).
    """
    general = letters[0] + "v" + letters[1:]

    def function(v: Any, z: Any) -> Any:
        known = literal(v)
        if known is not None and known < 0 and letters[0] == "k":
            v = known = -known
        if known is None or known != int(known):
            return _BY_NAME[general](v, z)
        n = abs(int(known))
        found = _BY_NAME[letters[0] + str(n) + letters[1:]](z) if n < 2 else _BY_NAME[general](n, z)
        return -found if known < 0 and n % 2 == 1 and reflection < 0 else found

    return function


_j, _y, _i, _k = _function("j", -1), _function("y", -1), _function("i", 1), _function("k", 1)
_ie, _ke = _function("ie", 1), _function("ke", 1)
_FUNCTIONS = {"j": _j, "y": _y, "i": _i, "k": _k}


def _difference(function: OfOrder, v: Any, z: Any) -> Any:
    """The slope of J and Y (DLMF 10.6.1, 10.6.3)."""
    return -function(1, z) if literal(v) == 0 else (function(v - 1, z) - function(v + 1, z)) / 2


def _mean(function: OfOrder, v: Any, z: Any) -> Any:
    """The slope of I, and of -K (DLMF 10.29.1, 10.29.3)."""
    return function(1, z) if literal(v) == 0 else (function(v - 1, z) + function(v + 1, z)) / 2


_SLOPES: dict[str, Slope] = {
    "j": lambda v, z, f: _difference(_j, v, z),
    "y": lambda v, z, f: _difference(_y, v, z),
    "i": lambda v, z, f: _mean(_i, v, z),
    "k": lambda v, z, f: -_mean(_k, v, z),
    "ie": lambda v, z, f: _mean(_ie, v, z) - sign(z) * f,
    "ke": lambda v, z, f: f - _mean(_ke, v, z),
}


def prime(letter: str, v: Any, z: Any, n: int) -> Any:
    """Derivative n in z of the function of this letter, of order v (DLMF 10.6.7, 10.29.5): binomials times neighbours.

    ``prime("j", 0, z, 1)`` is -J(1, z).
    """
    function, known, alternates = _FUNCTIONS[letter], literal(v), letter in "jy"
    coefficients: dict[float, int] = {}
    for k in range(n + 1):
        shift = 2 * k - n
        factor = comb(n, k) * (-1 if alternates and k % 2 == 1 else 1)
        key: float = shift if known is None else known + shift
        if known == int(known or 0) and key < 0:
            key, factor = -key, factor * (-1 if alternates and key % 2 == 1 else 1)
        coefficients[key] = coefficients.get(key, 0) + factor
    total: Any = 0
    for key, factor in coefficients.items():
        term = function(v + key if known is None else key, z)
        scale = factor * (-1 if letter == "k" and n % 2 == 1 else 1) / 2**n
        term = term if scale == 1 else -term if scale == -1 else scale * term
        total = term if literal(total) == 0 else total + term
    return total


def _value(namespace: Any, letters: str, v: Any, z: Any) -> Any:
    """The function in mpmath or SymPy; the scaled ones are exp(-abs(z))*I and exp(z)*K."""
    found = getattr(namespace, f"bessel{letters[0]}")(v, z)
    if letters == "ie":
        return namespace.exp(-abs(z)) * found
    return namespace.exp(z) * found if letters == "ke" else found


def _row(letters: str, sample: tuple[float, float], error: float, absolute: float = 0, *, also: str = "") -> Primitive:
    """The row of a function of order and argument."""
    slope, name = _SLOPES[letters], letters[0] + "v" + letters[1:]
    return Primitive(
        name, 2, lambda v, z, f: (UNKNOWN, slope(v, z, f)), code=f"{name}({{0}}, {{1}})", scipy=f"__pyx_fuse_1{name}",
        sympy=lambda sp, v, z: _value(sp, letters, v, z), mpmath=lambda mp, v, z: _value(mp, letters, v, z),
        spellings=tuple(f"scipy.special.{spelling}" for spelling in (name, also) if spelling), weight=SPECIAL,
        sample=(_ORDER, sample), domain="z > 0" if letters[0] in "yk" else "z >= 0, or an integer v", error=error,
        absolute=absolute, kink="0 at z == 0 in exp(-abs(z))" if letters == "ie" else "",
    )  # fmt: skip


def _of_order(n: int, letters: str, sample: tuple[float, float], error: float, absolute: float = 0) -> Primitive:
    """The row of a function of order 0 or 1."""
    slope, name = _SLOPES[letters], letters[0] + str(n) + letters[1:]
    return Primitive(
        name, 1, lambda z, f: (slope(n, z, f),), code=f"{name}({{0}})", scipy=name, weight=SPECIAL, sample=(sample,),
        sympy=lambda sp, z: _value(sp, letters, n, z), mpmath=lambda mp, z: _value(mp, letters, n, z),
        spellings=(f"scipy.special.{name}",), domain="z > 0" if letters[0] in "yk" else "real", error=error,
        absolute=absolute, kink="0 at z == 0 in exp(-abs(z))" if letters == "ie" else "",
    )  # fmt: skip


ROWS: tuple[Primitive, ...] = (
    _row("j", _POSITIVE, 8, 128, also="jve"), _of_order(0, "j", _ANY, 4, 8), _of_order(1, "j", _ANY, 4, 8),
    _row("y", _POSITIVE, 32, 128, also="yve"), _of_order(0, "y", _POSITIVE, 4, 8), _of_order(1, "y", _POSITIVE, 8, 8),
    _row("i", _POSITIVE, 512), _of_order(0, "i", _ANY, 16), _of_order(1, "i", _ANY, 16),
    _row("k", _POSITIVE, 2048), _of_order(0, "k", _POSITIVE, 16), _of_order(1, "k", _POSITIVE, 16),
    _row("ie", _POSITIVE, 512), _of_order(0, "ie", _ANY, 16), _of_order(1, "ie", _ANY, 16),
    _row("ke", _POSITIVE, 2048), _of_order(0, "ke", _POSITIVE, 16), _of_order(1, "ke", _POSITIVE, 16),
)  # fmt: skip
_BY_NAME = {row.name: row for row in ROWS}
