"""Identities between generators: squares that add up, hyperbolic tangents, whole angles.

Imports SymPy: import it inside functions only.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

import sympy as sp

from symdiff.printing import polynomial as poly
from symdiff.printing.polynomial import ONE, Polynomial

if TYPE_CHECKING:
    from symdiff.printing.algebra import Algebra

_PAIRS = ((sp.cos, sp.sin, 1), (sp.cosh, sp.sinh, -1))
_LARGEST = 24  # sum of exponents that are rewritten
_TWO = Fraction(2)
_HALF = Fraction(1, 2)


def pairs(algebra: Algebra, found: Polynomial) -> list[tuple[int, int, int]]:
    """Return generators f, g and a sign with ``f**2 + sign*g**2 == 1``: cosine and sine, cosh and sinh."""
    present = sorted(poly.generators_of(found))
    result = []
    for generator in present:
        for f, g, sign in _PAIRS:
            if isinstance(algebra.shown[generator], f):
                other = algebra.plain(algebra.polynomial(g(*algebra.shown[generator].args)))
                if other is not None and other in present:
                    result.append((generator, other, sign))
    return result


def reduced(algebra: Algebra, found: Polynomial) -> Polynomial:
    """Use that squares add up where that leaves fewer terms."""
    for f, g, sign in pairs(algebra, found):
        in_g = with_squares(algebra, found, f, {ONE: Fraction(1), ((g, _TWO),): Fraction(-sign)})
        in_f = with_squares(algebra, found, g, {ONE: Fraction(sign), ((f, _TWO),): Fraction(-sign)})
        found = min((found, in_g, in_f), key=_length)
    return found


def _length(found: Polynomial) -> tuple[int, int]:
    return len(found), sum(map(len, found))


def with_squares(algebra: Algebra, found: Polynomial, generator: int, square: Polynomial) -> Polynomial:
    """Replace the square of a generator, in powers with positive integer exponents."""
    parts = []
    for monomial, coefficient in found.items():
        exponent = dict(monomial).get(generator, Fraction(0))
        times = int(exponent) // 2 if exponent.denominator == 1 and 1 < exponent <= _LARGEST else 0
        part = {poly.merged(monomial, ((generator, Fraction(-2 * times)),)) if times else monomial: coefficient}
        parts.append(_times_power(algebra, part, square, times))
    return algebra.bounded(poly.added(parts))


def with_tanh(algebra: Algebra, found: Polynomial) -> Polynomial | None:
    """``sinh(u)**a*cosh(u)**b`` with a + b even and not positive, in terms of ``tanh(u)``; None if there is nothing to do."""
    changed = False
    for cosh, sinh, sign in pairs(algebra, found):
        degrees = {a + b for a, b in _exponents(found, sinh, cosh)}
        if sign != -1 or not all(degree.denominator == 1 and degree % 2 == 0 and -_LARGEST <= degree <= 0 for degree in degrees):
            continue
        tanh = algebra.function(sp.tanh(*algebra.shown[cosh].args))
        parts = []
        for (monomial, coefficient), (a, b) in zip(found.items(), _exponents(found, sinh, cosh), strict=True):
            others = poly.without(monomial, (sinh, cosh))
            part = {poly.merged(others, ((tanh, a),)) if a else others: coefficient}
            parts.append(_times_power(algebra, part, {ONE: Fraction(1), ((tanh, _TWO),): Fraction(-1)}, int(-(a + b)) // 2))
        found, changed = algebra.bounded(poly.added(parts)), True
    return found if changed else None


def with_whole_angles(algebra: Algebra, found: Polynomial) -> Polynomial | None:
    """``2*sin(u/2)*cos(u/2)`` as ``sin(u)``, ``2*sin(u/2)**2`` as ``1 - cos(u)``; None if there is nothing to do."""
    changed = False
    for angle in _half_angles(algebra, found):
        sin, cos, whole_sin, whole_cos = (
            algebra.function(function(factor * angle)) for factor in (1, 2) for function in (sp.sin, sp.cos)
        )
        exponents = _exponents(found, sin, cos)
        if not all((a + b) % 2 == 0 and min(a, b) >= 0 and a + b <= _LARGEST and a.denominator == 1 for a, b in exponents):
            continue
        parts = []
        for (monomial, coefficient), (a, b) in zip(found.items(), exponents, strict=True):
            both = min(a, b)
            others = poly.without(monomial, (sin, cos))
            part = {poly.merged(others, ((whole_sin, both),)) if both else others: coefficient * _HALF ** int(both)}
            square = {ONE: _HALF, ((whole_cos, Fraction(1)),): -_HALF if a > b else _HALF}
            parts.append(_times_power(algebra, part, square, int(abs(a - b)) // 2))
        found, changed = algebra.bounded(poly.added(parts)), True
    return found if changed else None


def _half_angles(algebra: Algebra, found: Polynomial) -> list[Any]:
    """Return the angles ``u/2`` of which a polynomial has the sine or the cosine."""
    functions = [algebra.shown[generator] for generator in sorted(poly.generators_of(found))]
    angles = dict.fromkeys(shown.args[0] for shown in functions if isinstance(shown, sp.sin | sp.cos))
    return [angle for angle in angles if angle.free_symbols and _is_half(angle.as_coeff_Mul()[0])]


def _is_half(number: Any) -> bool:
    return bool(number.is_Rational and number.q == 2)


def _exponents(found: Polynomial, *generators: int) -> list[tuple[Fraction, ...]]:
    """Return the exponents of generators, term by term."""
    return list(zip(*(poly.exponents_of(found, generator) for generator in generators), strict=True))


def _times_power(algebra: Algebra, part: Polynomial, factor: Polynomial, times: int) -> Polynomial:
    for _ in range(times):
        part = algebra.times(part, factor)
    return part
