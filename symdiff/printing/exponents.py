"""How the exponents of e were written, so that a formula can write them so again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from symdiff.printing import polynomial as poly
from symdiff.printing.polynomial import Monomial, Polynomial


@dataclass(frozen=True)
class Exponent:
    """``exp(written)`` is the monomial ``factor`` times e to the ``exponents``."""

    exponents: Polynomial
    factor: Monomial
    written: Any


class Exponents:
    """The exponents of one formula, in the order in which they were met."""

    def __init__(self) -> None:
        self._known: list[Exponent] = []

    def remember(self, exponents: Polynomial, before: Polynomial, written: Callable[[], Any]) -> None:
        """Note that ``exp(written())`` is ``before`` times e to the ``exponents``, if that is worth it."""
        if not exponents or len(before) != 1:
            return
        ((factor, number),) = before.items()
        if number != 1 or (len(exponents) == 1 and not factor):
            return
        if all(exponents != known.exponents for known in self._known):
            self._known.append(Exponent(exponents, factor, written()))

    def nearest(self, found: Polynomial) -> tuple[Exponent | None, Fraction, Polynomial]:
        """Return the exponent of which a multiple leaves the fewest terms of a polynomial, the multiple, and these terms."""
        best, ratio, rest = None, Fraction(0), found
        for known in self._known:
            monomial, coefficient = next(iter(known.exponents.items()))
            times = found.get(monomial, Fraction(0)) / coefficient
            left = poly.added([found, poly.scaled(known.exponents, -times)])
            if times and len(left) < len(rest) and (not known.factor or times.denominator == 1):
                best, ratio, rest = known, times, left
        return best, ratio, rest
