"""Integrals in generated code: adaptive quadrature as plain Python over ``math`` and ``np`` that Numba compiles.

The method is that of QUADPACK's QAGS and QAGI (R. Piessens et al., QUADPACK, Springer 1983), which ``scipy.integrate.quad``
calls: the Kronrod rule of 21 points, bisection of intervals, and the epsilon algorithm (P. Wynn, 1956) for singular ends.
Intervals larger than the smallest ones are bisected first, so that the sums to be extrapolated belong to lengths that halve.
Their source is copied into generated modules, as that of the kernels is.
"""

# ruff: noqa: UP037 (annotations are texts: the copies have no imports for them)

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


def quad_integrand(f: "Callable[..., float]", t: float, origin: float, kind: int, args: "Any") -> float:
    """The integrand; on an infinite range as a function of t from 0 to 1, with x = origin +- (1 - t)/t."""
    x = t if kind == 0 else origin + (-1.0 if kind < 0 else 1.0) * (1.0 - t) / t
    value = f(x, *args)
    if kind == 2:
        value += f(-x, *args)
    return value if kind == 0 else value / (t * t)


def quad_rule(f: "Callable[..., float]", low: float, high: float, origin: float, kind: int, args: "Any") -> "tuple[float, float]":
    """The Kronrod rule of 21 points on one interval, and an estimate of its error by the Gauss rule of 10 points in it."""
    nodes = (
        0.9956571630258081, 0.9739065285171717, 0.9301574913557082, 0.8650633666889845, 0.7808177265864169,
        0.6794095682990244, 0.5627571346686047, 0.4333953941292472, 0.2943928627014602, 0.14887433898163122,
        0.0,
    )  # fmt: skip
    weights = (
        0.011694638867371874, 0.032558162307964725, 0.054755896574351995, 0.07503967481091996, 0.0931254545836976,
        0.10938715880229764, 0.12349197626206584, 0.13470921731147334, 0.14277593857706009, 0.1477391049013385,
        0.1494455540029169,
    )  # fmt: skip
    gauss = (0.06667134430868814, 0.1494513491505806, 0.21908636251598204, 0.26926671930999635, 0.29552422471475287)
    centre, half = 0.5 * (low + high), 0.5 * (high - low)
    values = np.empty(21)
    whole, coarse, size = 0.0, 0.0, 0.0
    for k in range(21):
        i = min(k, 20 - k)
        values[k] = quad_integrand(f, centre + (half if k > 10 else -half) * nodes[i], origin, kind, args)
        whole += weights[i] * values[k]
        size += weights[i] * abs(values[k])
        if i % 2 == 1:
            coarse += gauss[i // 2] * values[k]
    spread = 0.0
    for k in range(21):
        spread += weights[min(k, 20 - k)] * abs(values[k] - 0.5 * whole)
    error, spread, size = abs((whole - coarse) * half), abs(spread * half), abs(size * half)
    if spread != 0.0 and error != 0.0:
        error = spread * min(1.0, math.pow(200.0 * error / spread, 1.5))
    return whole * half, max(error, 1.1e-14 * size)


def quad_extrapolated(table: "Any", count: int, value: float) -> "tuple[float, int]":
    """The limit of a sequence by the epsilon algorithm: ``table`` holds its last diagonal, to which ``value`` is added."""
    before, table[0] = table[0], value
    best, least, below = value, math.inf, 0.0
    for k in range(count):
        change = table[k] - before
        if k % 2 == 0 and abs(change) <= 1e-15 * abs(table[k]):
            return table[k], k + 1
        if change == 0.0:
            return best, k + 1
        above = below + 1.0 / change
        below = before
        before, table[k + 1] = table[k + 1], above
        if k % 2 == 1:
            distance = abs(above - table[k - 1])
            if k + 1 < count:
                distance += abs(above - before)
            if distance <= least:
                best, least = above, distance
    return best, count + 1


def quad_worst(errors: "Any", depths: "Any", low: int, high: int, count: int) -> "tuple[int, float]":
    """Of the intervals that come from low to high - 1 bisections: the one with the largest error, and the sum of the errors."""
    worst, total = -1, 0.0
    for k in range(count):
        if low <= depths[k] < high:
            total += errors[k]
            if worst < 0 or errors[k] > errors[worst]:
                worst = k
    return worst, total


def quad_bisected(
    f: "Callable[..., float]", ends: "Any", origin: float, kind: int, args: "Any", first: "Any", tolerance: "Any", limit: int
) -> "tuple[float, float]":
    """The integral by bisection of intervals, and an estimate of its error: ``first`` is what one interval gives."""
    lows, highs, values, errors = np.empty(limit), np.empty(limit), np.empty(limit), np.empty(limit)
    depths, table = np.zeros(limit), np.zeros(limit + 2)
    lows[0], highs[0] = ends
    values[0], errors[0] = first
    table[0] = whole = values[0]
    length, deepest, tried = 1, 0, 0
    last, second, third, fourth = math.inf, math.inf, math.inf, math.inf
    for count in range(1, limit):
        worst, large = quad_worst(errors, depths, 0, deepest, count)
        if large <= 0.1 * max(tolerance[0], tolerance[1] * abs(whole)):  # the smallest intervals have the largest errors
            if deepest > 0:
                second, third, fourth = last, second, third
                last, length = quad_extrapolated(table, length, whole)
                tried += 1
                error = abs(last - second) + abs(last - third) + abs(last - fourth) + 5e-16 * abs(last) + large
                like = 0.01 * abs(whole) <= abs(last) <= 100.0 * abs(whole)
                if tried > 3 and like and error <= max(tolerance[0], tolerance[1] * abs(last)):
                    return last, error
            worst, _ = quad_worst(errors, depths, deepest, deepest + 1, count)
            deepest += 1
        middle = 0.5 * (lows[worst] + highs[worst])
        if not lows[worst] < middle < highs[worst]:
            break
        lows[count], highs[count], highs[worst] = middle, highs[worst], middle
        depths[worst] += 1
        depths[count] = depths[worst]
        for k in (worst, count):
            values[k], errors[k] = quad_rule(f, lows[k], highs[k], origin, kind, args)
        whole, error = np.sum(values[: count + 1]), np.sum(errors[: count + 1])
        if error <= max(tolerance[0], tolerance[1] * abs(whole)) or not abs(whole) < math.inf:
            return whole, error
    raise RuntimeError("The integral does not converge: its tolerance was not reached within the limit of subdivisions.")


def quad(
    f: "Callable[..., float]", low: float, high: float, args: "Any", epsabs: float, epsrel: float, limit: int
) -> "tuple[float, float]":
    """The integral of f(t, *args) from low to high, as scipy.integrate.quad, and an estimate of its error."""
    left, right = 1.0 * min(low, high), 1.0 * max(low, high)
    if left == right:
        return 0.0, 0.0
    origin, kind = 0.0, 0
    if math.isinf(left) and math.isinf(right):
        kind = 2
    elif math.isinf(right):
        origin, kind = left, 1
    elif math.isinf(left):
        origin, kind = right, -1
    ends = (left, right) if kind == 0 else (0.0, 1.0)
    whole, error = quad_rule(f, ends[0], ends[1], origin, kind, args)
    if error > max(epsabs, epsrel * abs(whole)) and abs(whole) < math.inf:  # NaN and inf are the result
        whole, error = quad_bisected(f, ends, origin, kind, args, (whole, error), (epsabs, epsrel), limit)
    return (whole if low < high else -whole), error
