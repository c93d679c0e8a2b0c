"""Derivatives by differences in double precision, with an estimate of their error: the referee of rules and kinks."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from dataclasses import dataclass

RATIO = 1.6  # of one step to the next smaller one
ROWS = 11  # steps of one extrapolation
SHRINKINGS = 60  # of the first step, until the function is finite there
ROUNDOFF = 2.0**-52
NOISE_POINTS = 10  # values that the noise of a function is estimated from
NOISE_STEPS = 512.0  # of them in a first step: so close that differences of high order show the noise alone
STARTS = (1.0, 0.31)  # first steps, relative to what is asked: two extrapolations that share no point


@dataclass(frozen=True)
class Difference:
    """A derivative found by differences, and how far it may be off."""

    value: float
    error: float


def difference(function: Callable[[float], float], at: float, step: float) -> Difference | None:
    """The derivative of a function of one number, or None where no difference can be formed.

    Args:
        function: gives a float; NaN or inf where it is not defined.
        at: the point, strictly inside the domain.
        step: how far from the point the function may be evaluated; about the distance over which it changes its shape.

    Central differences with falling steps, extrapolated to step 0 (Ridders 1982, Adv. Eng. Software 4, 75). The error is
    that of the best entry of the tableau: its distance from its neighbours, and the noise of the values in it (rounding,
    or the tolerance of a solver inside the function). Two extrapolations from different first steps must agree within it,
    otherwise their distance is the error.

    >>> import math
    >>> found = difference(math.sin, 1.0, 0.5)
    >>> abs(found.value - math.cos(1.0)) <= found.error < 1e-10
    True
    """
    found = [item for start in STARTS if (item := _extrapolated(function, at, step * start)) is not None]
    if len(found) < len(STARTS):
        return None
    best = min(found, key=lambda item: item.error)
    spread = max(abs(item.value - best.value) - item.error for item in found)
    return Difference(best.value, max(best.error, spread))


def _extrapolated(function: Callable[[float], float], at: float, step: float) -> Difference | None:
    first = _first_step(function, at, step)
    if first is None:
        return None
    noise = _noise(function, at, first / NOISE_STEPS)
    best: Difference | None = None
    previous: list[float] = []
    step = first
    for _ in range(ROWS):
        right, left = at + step, at - step
        above, below = function(right), function(left)
        width = right - left  # exactly what was stepped
        if not (math.isfinite(above) and math.isfinite(below)) or width == 0.0:
            break
        row = [(above - below) / width]
        uncertain = (noise + ROUNDOFF * max(abs(above), abs(below))) / width
        factor = 1.0
        for column, older in enumerate(previous):
            factor *= RATIO * RATIO
            value = row[column] + (row[column] - older) / (factor - 1.0)
            error = max(abs(value - row[column]), abs(value - older)) + 8.0 * uncertain
            row.append(value)
            if math.isfinite(error) and (best is None or error < best.error):
                best = Difference(value, error)
        previous = row
        step /= RATIO
    return best


def _first_step(function: Callable[[float], float], at: float, step: float) -> float | None:
    """The largest step from which the function is finite on both sides, at this and at the next smaller steps."""
    for _ in range(SHRINKINGS):
        if at + step == at:
            return None
        places = (at + step, at - step, at + step / RATIO, at - step / RATIO)
        if all(math.isfinite(function(place)) for place in places):
            return step
        step /= RATIO
    return None


def _noise(function: Callable[[float], float], at: float, step: float) -> float:
    """The standard deviation of the noise in the values: from differences of orders 5 to 8 of values close together.

    The k-th difference of noise of variance s^2 has the variance s^2*(2k)!/(k!)^2 (Moré and Wild 2011, SIAM J. Sci.
    Comput. 33, 1292); that of a smooth function is far smaller.
    """
    values = [function(at + (place - NOISE_POINTS / 2) * step) for place in range(NOISE_POINTS)]
    if not all(map(math.isfinite, values)):
        return math.inf
    found = 0.0
    for order in range(1, 9):
        values = [after - before for before, after in itertools.pairwise(values)]
        if order >= 5:
            mean = sum(value * value for value in values) / len(values)
            found = max(found, math.sqrt(mean * math.factorial(order) ** 2 / math.factorial(2 * order)))
    return found
