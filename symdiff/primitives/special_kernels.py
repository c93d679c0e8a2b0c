"""Derivatives of any order that no library has: kernels (see ``kernels``) of special functions and removable singularities.

A function with a removable singularity, g(t) = h(t)/t, has t*g[k] + k*g[k-1] = h[k], where [k] is derivative k. Upwards
the recurrence is stable where t is large, downwards where it is small.
"""

import math


def erfcx(x: float) -> float:
    """SciPy's function, which the generated module defines for the kernels below."""
    from scipy import special

    return float(special.erfcx(x))


def dawsn(x: float) -> float:
    """SciPy's function, which the generated module defines for the kernels below."""
    from scipy import special

    return float(special.dawsn(x))


def shift(x: float) -> float:
    """x, and 0 where x is not finite."""
    return x if math.isfinite(x) else 0.0


def within(x: float, bound: float) -> float:
    """X where bound is not negative; NaN elsewhere."""
    return x if bound >= 0.0 else math.nan


def xlogy(x: float, y: float) -> float:
    """x*log(y), and 0 where x is 0."""
    return 0.0 if x == 0.0 and not math.isnan(y) else x * math.log(y)


def xlog1py(x: float, y: float) -> float:
    """x*log(1 + y), and 0 where x is 0."""
    return 0.0 if x == 0.0 and not math.isnan(y) else x * math.log1p(y)


def logratio(x: float, y: float) -> float:
    """log(x/y), accurate where x and y are close."""
    ratio = x / y
    if 0.5 < ratio < 2.0:
        return math.log1p((x - y) / y)
    if 0.0 < ratio < math.inf:
        return math.log(ratio)
    return math.log(x) - math.log(y)


def expreldiff(x: float, n: int) -> float:
    """Derivative n of (exp(x) - 1)/x."""
    e = math.exp(x)
    if abs(x) > n + 1.0:
        g = math.expm1(x) / x if x < 709.0 else math.exp(x - math.log(x))
        for k in range(1, n + 1):
            g = (e - k * g) / x
        return g
    g = 0.0 * x
    for k in range(4 * n + 30, n, -1):
        g = (e - x * g) / k
    return g


def sinhcdiff(x: float, n: int) -> float:
    """Derivative n of sinh(x)/x."""
    t = abs(x)
    s, c = math.sinh(t), math.cosh(t)
    if t > n + 1.0:
        g = s / t
        for k in range(1, n + 1):
            g = ((c if k % 2 == 1 else s) - k * g) / t
    else:
        g = 0.0 * t
        for k in range(4 * n + 30, n, -1):
            g = ((c if k % 2 == 1 else s) - t * g) / k
    return -g if x < 0.0 and n % 2 == 1 else g


def logrel(x: float, n: int) -> float:
    """Derivative n of log(x)/(x - 1)."""
    t = x - 1.0
    if abs(t) > 0.5:
        g = math.log(x) / t
        h = 1.0
        for k in range(1, n + 1):
            h = 1.0 / x if k == 1 else -h * (k - 1) / x
            g = (h - k * g) / t
        return g
    first = 5 * n + 60
    scale = 1.0  # (-1)**k*k!/n!, out of the sum
    total = 0.0 * t
    for k in range(first, n - 1, -1):  # the series of log(1 + t)/t, differentiated n times
        total = 1.0 / (k + 1.0) - t * total * ((k + 1.0) / (k + 1.0 - n))
    for k in range(1, n + 1):
        scale *= -k
    return scale * total


def erfcxdiff(x: float, n: int) -> float:
    """Derivative n of exp(x*x)*erfc(x): y[k] = 2*x*y[k-1] + 2*(k - 1)*y[k-2].

    All solutions but this one grow where x is positive: there the ratio of neighbours is a continued fraction.
    """
    y = erfcx(x)
    if x < 0.6:
        before, y = y, 2.0 * x * y - 1.1283791670955126
        for k in range(2, n + 1):
            before, y = y, 2.0 * x * y + (2.0 * k - 2.0) * before
        return y
    last = n + 10 + int(250.0 / (x * x)) if x < 1e8 else n
    ratio = math.sqrt(x * x + 2.0 * last) - x if x < 1e8 else last / x
    for k in range(last, 0, -1):
        ratio = 2.0 * k / (2.0 * x + ratio)
        if k <= n:
            y = -y * ratio
    return y


def rerfcx(x: float) -> float:
    """1/erfcx(x), and 0 where that overflows."""
    return 1.0 / erfcx(x)


def logerfc(x: float) -> float:
    """log(erfc(x)) near its root at 0 and where erfc underflows."""
    if x > 0.5:
        return math.log(erfcx(x)) - x * x
    return math.log1p(-math.erf(x))


def erfcxrel(x: float, n: int) -> float:
    """Derivative n > 0 of erfcx divided by erfcx: finite also where that overflows. See ``erfcxdiff``."""
    if x < 0.6:
        before, y = 1.0, 2.0 * x - 1.1283791670955126 / erfcx(x)
        for k in range(2, n + 1):
            before, y = y, 2.0 * x * y + (2.0 * k - 2.0) * before
        return y
    last = n + 10 + int(250.0 / (x * x)) if x < 1e8 else n
    ratio = math.sqrt(x * x + 2.0 * last) - x if x < 1e8 else last / x
    y = 1.0
    for k in range(last, 0, -1):
        ratio = 2.0 * k / (2.0 * x + ratio)
        if k <= n:
            y = -y * ratio
    return y


def dawsndiff(x: float, n: int) -> float:
    """Derivative n > 0 of Dawson's integral: y[k] = -2*x*y[k-1] - 2*(k - 1)*y[k-2].

    Upwards errors grow. Where x is large the ratio of neighbours is a continued fraction; elsewhere Rybicki's sum of
    exp(-(x - j*h)**2)/j over odd j is differentiated, whose terms are derivatives of Gaussians.
    """
    size = abs(x)
    if math.isnan(x):
        y = x
    elif size > 6.5:
        y = dawsn(size)
        last = n + 40 if 0.5 * size * size > n + 40.0 else int(0.5 * size * size)
        ratio = 0.0
        for k in range(last, 0, -1):
            ratio = -2.0 * k / (2.0 * size + ratio)
            if k <= n:
                y = y * ratio
    else:
        y = 0.0 * x
        middle = int(size / 0.4)
        for i in range(middle - 17, middle + 18):
            j = 2.0 * i + 1.0
            t = size - 0.2 * j
            before, term = 0.0, math.exp(-t * t)
            for k in range(n):
                before, term = term, -2.0 * t * term - 2.0 * k * before
            y += term / j
        y *= 0.5641895835477563
    return -y if x < 0.0 and n % 2 == 0 else y
