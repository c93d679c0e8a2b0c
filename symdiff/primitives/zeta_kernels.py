"""Kernels of Lambert's W and of the Hurwitz zeta function.

As in ``kernels``: the source is copied into generated modules.
"""

import math


def lambertw(x: float, k: int) -> float:
    """Lambert's W, the real branch k = 0 or k = -1: the w with w*exp(w) == x (DLMF 4.13).

    Near the branch point -1/e its series in p = sqrt(2*(e*x + 1)), else two steps of Fritsch, Shafer and Crowley
    (Communications of the ACM 16, 1973), each of fourth order.
    """
    distance = (x + 0.36787944117144233) - 1.2428753672788363e-17  # from -1/e, which lies between two floats
    if not (distance > -2e-17) or (k == -1 and not x < 0.0) or x == math.inf or x == 0.0 or k not in (0, -1):
        known = (k == 0 and (x == 0.0 or x == math.inf)) or (k == -1 and x == 0.0)
        return math.nan if not known else x if k == 0 else -math.inf
    p = math.sqrt(2.0 * math.e * max(distance, 0.0))
    p = p if k == 0 else -p
    w = p * (1.0 + p * (-1 / 3 + p * (11 / 72 + p * (-43 / 540 + p * (769 / 17280 - p * 221 / 8505))))) - 1.0
    if abs(p) < 1e-3:
        return w
    if k == 0 and x > 1.0:
        w = math.log(x) - math.log(math.log(x) + 0.6)
    elif k == 0 and x > -0.25:
        w = x / (1.0 + x * (1.0 + 0.5 * x) / (1.0 + 1.2 * x))
    elif k == -1 and x > -0.2:
        w = math.log(-x)
        w -= math.log(-w)
    for _ in range(3):
        z = math.log(x / w) - w
        q = 2.0 * (1.0 + w) * (1.0 + w + 2.0 / 3.0 * z)
        w *= 1.0 + z / (1.0 + w) * (q - z) / (q - 2.0 * z)
    return w


def hurwitz(s: float, q: float) -> float:
    """Sum of (q + n)**(-s) over n >= 0, for s > 1 and q > 0, by the formula of Euler and Maclaurin (DLMF 25.11.5)."""
    if not (s > 1.0 and q > 0.0):
        return math.inf if s == 1.0 or (s > 1.0 and q == 0.0) else math.nan
    if math.isinf(s) or math.isinf(q):
        return 0.0 if q > 1.0 else 1.0 if q == 1.0 else math.inf
    total = 0.0
    while q < 10.0 + s:
        term = math.pow(q, -s)
        total += term
        if term <= 1e-17 * total:
            return total
        q += 1.0
    power = math.pow(q, -s)
    if power == 0.0:
        return total
    total += power * (q / (s - 1.0) + 0.5)
    term = s * power / q
    bernoulli = (1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730, 7 / 6, -3617 / 510, 43867 / 798, -174611 / 330)
    factorial = 2.0
    for n in range(10):
        total += bernoulli[n] * term / factorial
        term *= (s + 2 * n + 1.0) * (s + 2 * n + 2.0) / (q * q)
        factorial *= (2 * n + 3.0) * (2 * n + 4.0)
    return total
