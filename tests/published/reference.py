"""First and second derivatives of any Python function of one number, from its values alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.polynomial import chebyshev

DEGREE = 14
OUTSIDE = (ArithmeticError, ValueError, NotImplementedError, TypeError)  # what is raised there, or by complex results
WIDTHS = tuple(2.56 / 4.0**k for k in range(10))


@dataclass(frozen=True)
class Estimate:
    """Derivatives of a given order of every component, and how far they may be wrong."""

    value: np.ndarray
    error: np.ndarray


def derivatives(function: Callable[[float], Sequence[float]]) -> tuple[Estimate, Estimate]:
    """First and second derivative at 0 of a function of one number with several components.

    On each of several intervals around 0 the function is interpolated at Chebyshev points and the polynomial is
    differentiated: for a smooth function the error falls geometrically with the degree, and rounding is amplified only by
    degree/width. Of the widths, each component takes the one that agrees best with its neighbours; the error estimate is
    that disagreement, and not less than the rounding. (Trefethen, Approximation Theory and Approximation Practice, 2013, ch. 8.)
    """
    nodes = np.cos(np.pi * (np.arange(DEGREE + 1) + 0.5) / (DEGREE + 1))
    firsts, seconds, sizes = [], [], []
    for width in WIDTHS:
        try:
            values = np.array([function(float(width * node)) for node in nodes], dtype=float)
        except OUTSIDE:
            values = np.full((DEGREE + 1, 1), np.nan)
        coefficients = chebyshev.chebfit(nodes, values, DEGREE) if np.isfinite(values).all() else np.full((3, 1), np.nan)
        firsts.append(chebyshev.chebval(0.0, chebyshev.chebder(coefficients)) / width)
        seconds.append(chebyshev.chebval(0.0, chebyshev.chebder(coefficients, 2)) / width**2)
        sizes.append(np.abs(values).max(axis=0))
    return _best(firsts, sizes, 1), _best(seconds, sizes, 2)


def _best(candidates: Sequence[np.ndarray], sizes: Sequence[np.ndarray], order: int) -> Estimate:
    """The candidate of the widths that differs least from its neighbours, for each component."""
    count = max(len(candidate) for candidate in candidates)
    table, size = (np.array([np.broadcast_to(row, count) for row in rows]) for rows in (candidates, sizes))
    steps = np.abs(np.diff(table, axis=0))
    spread = np.fmax(steps[:-1], steps[1:])  # of each width to both of its neighbours
    rounding = 4 * np.finfo(float).eps * DEGREE**order / np.array(WIDTHS[1:-1])[:, None] ** order * size[1:-1]
    error = np.where(np.isfinite(spread), np.fmax(spread, rounding), np.inf)
    chosen = np.argmin(error, axis=0)
    columns = np.arange(count)
    return Estimate(table[1:-1][chosen, columns], error[chosen, columns])
