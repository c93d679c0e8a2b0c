"""Errors in units of the last place of the exact result, and what is no number where a number is due."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from mpmath import mp

SMALLEST, LARGEST = 2.0**-1022, math.nextafter(math.inf, 0.0)
LOST = 1e99  # where not even the magnitude is right


@dataclass
class Score:
    """What is wrong with the results of one function: the worst error in ulp and where, the spurious NaN and inf and where.

    The inputs count as exact, so an error is the whole distance to the exact result at these very doubles. Less than the
    smallest normal double is no error (underflow). Spurious is a NaN or inf where the exact result is a finite double, and
    a NaN at a kink, where any number is a convention.
    """

    worst: float = 0.0
    place: Any = None
    spurious: int = 0
    first: Any = None

    def add(self, found: float, truth: Any, place: Any) -> None:
        """Judge one result; where the exact one overflows, anything will do."""
        if mp.isnan(truth):
            self._note(place, math.isnan(found))
        elif abs(truth) <= LARGEST:
            self._note(place, not math.isfinite(found))
            if math.isfinite(found):
                distance = max(0, abs(mp.mpf(found) - truth) - SMALLEST)
                self._compare(float(min(distance / math.ulp(float(truth)), LOST)), place)

    def _compare(self, error: float, place: Any) -> None:
        if error > self.worst:
            self.worst, self.place = error, place

    def _note(self, place: Any, spurious: bool) -> None:
        if spurious:
            self.first = self.first or place
            self.spurious += 1
