"""Kernels of ``quotients``: derivatives of h(x)/x where h(0) = 0, right at 0 and near it.

With g[k] derivative k of the quotient and h[k] that of the numerator, x*g[k] + k*g[k-1] = h[k]. Upwards the recurrence is
stable where x is large; near 0 it runs downwards from where its start no longer matters. Rules as in ``kernels``.
"""

import math

from symdiff.primitives.kernels import compoundm1


def sinrel(x: float, n: int) -> float:
    """Derivative n of sin(x)/x."""
    s, c = math.sin(x), math.cos(x)
    if abs(x) > n:
        g = s / x if x != 0.0 else 1.0
        for k in range(1, n + 1):
            wave = (s, c, -s, -c)[k % 4]
            g = (wave - k * g) / x
    elif x == 0.0 and n == 0:
        g = 1.0
    else:
        g = 0.0 * x
        for k in range(3 * n + 25, n, -1):
            wave = (s, c, -s, -c)[k % 4]
            g = (wave - x * g) / k
    return g


def log1prel(x: float, n: int) -> float:
    """Derivative n of log(1 + x)/x."""
    if -0.3 < x < 1.0 and (n > 0 or x == 0.0):
        terms = [-1.0] * (n + 61)  # derivative k of log(1 + x) over (k - 1)!
        for k in range(1, n + 61):
            terms[k] = -terms[k - 1] / (1.0 + x)
        g = 0.0  # derivative k over k!
        for k in range(n + 60, n, -1):
            g = terms[k] / k - x * g
        return g * math.gamma(n + 1.0)
    g = math.log1p(x) / x
    slope = 1.0 / (1.0 + x)
    for k in range(1, n + 1):
        g = (slope - k * g) / x
        slope *= -k / (1.0 + x)
    return g


def compoundrel(x: float, m: float, n: int) -> float:
    """Derivative n in x of ((1 + x)**m - 1)/x."""
    if n == 0 and x != 0.0:
        return compoundm1(x, m) / x
    if -0.3 < x < 1.0 and abs(m * x) < 2.0:
        terms = [1.0] * (n + 61)  # derivative k of (1 + x)**m over k!
        terms[0] = 1.0 + compoundm1(x, m)
        for k in range(1, n + 61):
            terms[k] = terms[k - 1] * ((m - (k - 1)) / (k * (1.0 + x)))
        g = 0.0  # derivative k over k!
        for k in range(n + 60, n, -1):
            g = terms[k] - x * g
        return g * math.gamma(n + 1.0)
    g = compoundm1(x, m) / x
    slope = 1.0 + compoundm1(x, m)
    for k in range(1, n + 1):
        slope *= (m - (k - 1)) / (1.0 + x)
        g = (slope - k * g) / x
    return g


def bernoulli(x: float, n: int) -> float:
    """Derivative n of x/(exp(x) - 1), whose Taylor coefficients are Bernoulli's numbers over k! (DLMF 24.2.1)."""
    if abs(x) < 2.5:
        numbers = (
            1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730, 7 / 6, -3617 / 510, 43867 / 798, -174611 / 330,
            854513 / 138, -236364091 / 2730, 8553103 / 6, -23749461029 / 870,
        )  # fmt: skip
        value = 0.0
        for j in range(29, -1, -1):
            k = 2 * j + 2
            if j < 14:
                coefficient = numbers[j] / math.gamma(k + 1.0)
            else:  # by zeta(k), DLMF 25.6.2
                coefficient = (2.0 if j % 2 == 0 else -2.0) * (1.0 + 2.0**-k + 3.0**-k) / (2.0 * math.pi) ** k
            for i in range(n):
                coefficient *= k - i
            if k >= n:
                value += coefficient * x ** (k - n)
        if n == 0:
            value += 1.0 - 0.5 * x
        return value - 0.5 if n == 1 else value
    low = math.exp(-abs(x))
    bottom = 1.0 - low  # the denominator over the larger of 1 and exp(x), and so are the numerators
    top = 1.0 if x > 0.0 else low
    found = [0.0] * (n + 1)
    for k in range(n + 1):
        total = x * (low if x > 0.0 else -1.0) if k == 0 else 0.0
        if k == 1:
            total = low if x > 0.0 else 1.0
        binomial = 1.0
        for j in range(k):
            total -= top * binomial * found[j]
            binomial *= (k - j) / (j + 1.0)
        found[k] = total / (bottom if x > 0.0 or k == 0 else -bottom)
    return found[n]
