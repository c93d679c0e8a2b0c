"""Decimals as exact fractions, and back on paper. Imports SymPy: import it inside functions only."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import sympy as sp

_DIGITS = 30
_NEAR = Fraction(1, 10**28)


def fraction(number: Any) -> Fraction:
    """Return a decimal as fraction; the simple one if it is that but for the last digits."""
    exact = Fraction(str(number))
    near = exact.limit_denominator(10**12)
    return near if abs(near - exact) <= abs(exact) * _NEAR else exact


def on_paper(value: Fraction) -> Any:
    """Return a number of a formula that has decimals: a decimal too, unless the fraction is simple."""
    simple = value.denominator <= 8 or (not _terminates(value.denominator) and value.denominator < 100)
    rational = sp.Rational(value.numerator, value.denominator)
    return rational if simple and abs(value.numerator) < 10**15 else sp.Float(rational, _DIGITS)


def _terminates(denominator: int) -> bool:
    """Whether fractions with a denominator are decimals with an end."""
    for prime in (2, 5):
        while denominator % prime == 0:
            denominator //= prime
    return denominator == 1
