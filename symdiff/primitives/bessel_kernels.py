"""Kernels of the spherical Bessel functions (DLMF 10.49, 10.51), by recurrences in the direction in which they are stable.

As in ``kernels``: the source is copied into generated modules.
"""

import math


def spherical_jn(n: int, z: float) -> float:
    """Spherical Bessel function of the first kind: upwards in the order where z is above it, else by ratios from above."""
    x = abs(z)
    if x == 0.0 or not math.isfinite(x):
        return z if math.isnan(z) else 1.0 if n == 0 and x == 0.0 else 0.0
    zero = math.sin(x) / x
    one = (zero - math.cos(x)) / x
    value = zero
    if n > 0 and x > n:
        value = one
        for k in range(1, n):
            zero, value = value, (2 * k + 1) / x * value - zero
    elif n > 0:
        first = 1 if x < 1.0 or abs(zero) > abs(one) else 2  # one of them may be at a root
        value = zero if first == 1 else one
        ratio = 0.0
        for k in range(n + 25 + int(x), 0, -1):
            ratio = 1.0 / ((2 * k + 1) / x - ratio)
            if first <= k <= n:
                value *= ratio
    return -value if z < 0.0 and n % 2 == 1 else value


def spherical_yn(n: int, z: float) -> float:
    """Spherical Bessel function of the second kind, upwards in the order."""
    x = abs(z)
    if x == 0.0 or not math.isfinite(x):
        return z if math.isnan(z) else -math.inf if x == 0.0 else 0.0
    value = -math.cos(x) / x
    following = (value - math.sin(x)) / x
    for k in range(n):
        value, following = following, (2 * k + 3) / x * following - value
    return -value if z < 0.0 and n % 2 == 0 else value


def spherical_in(n: int, z: float) -> float:
    """Modified spherical Bessel function of the first kind, by ratios from above."""
    x = abs(z)
    value = x if math.isnan(x) else 1.0
    if x > 30.0:
        root = math.exp(0.5 * x) if x < 1420.0 else math.inf
        value = 0.5 * root / x * root
    elif x > 0.0:
        value = math.sinh(x) / x
    if n > 0 and x > 0.0 and math.isfinite(value):
        ratio = 0.0
        for k in range(n + 25 + int(8.0 * math.sqrt(x)), 0, -1):
            ratio = 1.0 / ((2 * k + 1) / x + ratio)
            if k <= n:
                value *= ratio
    elif n > 0 and x == 0.0:
        value = 0.0
    return -value if z < 0.0 and n % 2 == 1 else value


def spherical_kn(n: int, z: float) -> float:
    """Modified spherical Bessel function of the second kind, upwards in the order."""
    if not z > 0.0:
        return math.inf if z == 0.0 else math.nan
    value = 0.5 * math.pi * math.exp(-z) / z
    following = value * (1.0 + 1.0 / z)
    for k in range(n):
        value, following = following, (2 * k + 3) / z * following + value
    return value
