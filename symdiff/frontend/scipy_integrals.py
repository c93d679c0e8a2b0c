"""Quadrature of SciPy as plain Python for the reader, like ``numpy_definitions``: read, and never run.

Import it where SciPy's own module is there already: it is large.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.integrate import quad

from symdiff.frontend.numpy_definitions import ArrayLike, refused


def trapezoid(y: ArrayLike, x: Any = None, dx: Any = 1.0) -> Any:
    """``scipy.integrate.trapezoid`` of a vector."""
    return np.trapezoid(y, dx=dx) if x is None else np.trapezoid(y, x)


def cumulative_trapezoid(y: ArrayLike, x: Any = None, dx: Any = 1.0, *, initial: Any = None) -> Any:
    """``scipy.integrate.cumulative_trapezoid`` of a vector."""
    if np.ndim(y) != 1:
        return refused("an array that is no vector", "write a loop over its rows")
    steps = dx if x is None else np.diff(x)
    parts = np.cumsum(steps * (y[1:] + y[:-1]) / 2.0)
    return parts if initial is None else np.concatenate([np.full(1, initial * 1.0), parts])


def simpson(y: ArrayLike, x: Any = None, *, dx: Any = 1.0) -> Any:
    """``scipy.integrate.simpson`` of a vector.

    Of an even number of points the last interval is that of the parabola through the last three (K. V. Cartwright, 2017).
    """
    if np.ndim(y) != 1:
        return refused("an array that is no vector", "write a loop over its rows")
    n = len(y)
    if n < 3:
        return trapezoid(y, x, dx)
    h = np.full(n - 1, dx * 1.0) if x is None else np.diff(x)
    m = n if n % 2 == 1 else n - 1
    first, second = h[0 : m - 2 : 2], h[1 : m - 1 : 2]
    both = first + second
    left = y[0 : m - 2 : 2] * (2.0 - second / first)
    right = y[2:m:2] * (2.0 - first / second)
    total = np.sum(both / 6.0 * (left + y[1 : m - 1 : 2] * (both * both / (first * second)) + right))
    if n % 2 == 1:
        return total
    before, last = h[-2], h[-1]
    end = y[-1] * (2.0 * last**2 + 3.0 * before * last) / (6.0 * (last + before))
    middle = y[-2] * (last**2 + 3.0 * last * before) / (6.0 * before)
    return total + end + middle - y[-3] * last**3 / (6.0 * before * (before + last))


def dblquad(func: Any, a: Any, b: Any, gfun: Any, hfun: Any, args: Any = ()) -> Any:
    """``scipy.integrate.dblquad``: an integral of integrals; its error is not known."""

    def inner(x: Any) -> Any:
        low = gfun(x) if callable(gfun) else gfun
        high = hfun(x) if callable(hfun) else hfun
        return quad(lambda y: func(y, x, *args), low, high)[0]

    return quad(inner, a, b)
