"""Kernels of elliptic integrals: what the derivatives of Legendre's and Carlson's integrals are made of.

As in ``kernels``: the source is copied into generated modules.
"""

import math


def carlson(x: float, y: float, z: float, p: float, i: int, j: int, k: int, n: int) -> float:
    """Integral over t > 0 of (t + x)**(-1/2 - i) * (t + y)**(-1/2 - j) * (t + z)**(-1/2 - k) * (t + p)**(-n).

    The trapezoidal rule in v, where t = exp(2*sinh(v)) times the middle of the operands: the integrand is positive and
    analytic for abs(im(v)) up to atan2(pi, spread), so that the sum is accurate to some roundings wherever they lie.
    """
    zeros = (x == 0.0) + (y == 0.0) + (z == 0.0)
    poles = (x == 0.0 and i > 0) or (y == 0.0 and j > 0) or (z == 0.0 and k > 0) or (p == 0.0 and n > 0)
    largest = max(x, y, z, p)
    if math.isnan(x + y + z + p) or min(x, y, z, p) < 0.0 or not 0.0 < largest < math.inf:
        return math.nan
    if zeros > 1 or poles:
        return math.inf
    smallest = min(x or largest, y or largest, z or largest, p or largest)
    middle = math.sqrt(smallest) * math.sqrt(largest)
    spread = 0.5 * math.log(largest / smallest)
    x, y, z, p = x / middle, y / middle, z / middle, p / middle
    power = i + j + k + n
    step = 5.6 * math.atan2(math.pi, spread) / (44.0 + 4.0 * power)
    low = -math.asinh(0.5 * (spread + (78.0 if zeros == 1 else 39.0)))
    high = math.asinh(0.5 * (spread + 78.0 / (1.0 + 2.0 * power)))
    total = 0.0
    for number in range(int((high - low) / step) + 1):
        v = low + step * number
        t = math.exp(2.0 * math.sinh(v))
        roots = math.sqrt(t + x) * math.sqrt(t + y) * math.sqrt(t + z)
        total += t * math.cosh(v) / (roots * (t + x) ** i * (t + y) ** j * (t + z) ** k * (t + p) ** n)
    total *= 2.0 * step / math.sqrt(middle)
    for _ in range(power):
        total /= middle
    return total


def elliprd(x: float, y: float, z: float) -> float:
    """Carlson's R_D, which generated code has from SciPy."""
    from scipy import special

    return float(special.elliprd(x, y, z))


def ellipdiff(phi: float, m: float, n: int, kind: int) -> float:
    """Integral over 0 < t < phi of sin(t)**(2*n) * (1 - m*sin(t)**2)**(kind/2 - n), for n >= 1 and kind 1 or -1.

    Derivative n in m of E(phi, m) or F(phi, m), but for a factor, by Carlson's integrals (DLMF 19.25.5 to 19.25.10).
    """
    if not (math.isfinite(phi) and m <= 1.0):
        return math.nan
    rest = math.copysign(abs(phi) % math.pi, phi)
    rest -= math.copysign(math.pi, rest) if abs(rest) > 0.5 * math.pi else 0.0
    periods = (phi - rest) / math.pi
    sine, cosine = math.sin(rest), math.cos(rest)
    total = 0.0
    for part in range(2):  # the rest of a half period, and the complete integral of each whole one
        factor, c = (sine ** (2 * n + 1), cosine * cosine) if part == 0 else (2.0 * periods, 0.0)
        if factor != 0.0:
            d = c + (1.0 - m) * (1.0 - c)
            if n > 1:
                total += factor * 0.5 * carlson(1.0, c, d, 1.0, (kind + 1) // 2, 0, n - (kind + 1) // 2, 0)
            else:
                total += factor * (elliprd(c, 1.0, d) if kind < 0 else elliprd(c, d, 1.0)) / 3.0
    return total
