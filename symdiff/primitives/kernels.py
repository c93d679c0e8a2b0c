"""Functions that generated code needs where ``math`` has none: plain Python over ``math`` that Numba compiles.

Their source is copied into generated modules, so each uses only ``math``, builtins and the kernels that its row names
in ``needs``, and is called like the row. Outside the domain compiled code gives NaN; CPython raises where ``math``
does.
"""

import math


def cbrt(x: float) -> float:
    """Real cube root."""
    if x == 0.0 or not math.isfinite(x):
        return x
    root = math.copysign(abs(x) ** (1.0 / 3.0), x)
    return root - (root - x / (root * root)) / 3.0  # one step of Newton's method


def unit(x: float, length: float) -> float:
    """x/length, and 0 where length is 0."""
    return 0.0 if length == 0.0 else x / length


def powlog(x: float, y: float, n: int) -> float:
    """x**y*log(x)**n, and its limit 0 where x == 0 < y."""
    if x == 0.0 and y > 0.0:
        return 0.0
    return math.pow(x, y) * math.pow(math.log(x), n)


def powdiff(x: float, y: float, k: int) -> float:
    """Derivative k of x**y in x: y*(y - 1)*...*(y - k + 1)*x**(y - k), and 0 where that product is 0."""
    factor = 1.0
    for i in range(k):
        factor *= y - i
    return 0.0 if factor == 0.0 else factor * math.pow(x, y - k)


def sigmoid(x: float) -> float:
    """1/(1 + exp(-x)) without overflow."""
    e = math.exp(-abs(x))  # without a branch, which costs more than the division where signs are at random
    return (1.0 if x >= 0.0 else e) / (1.0 + e)


def expratio(x: float, y: float) -> float:
    """exp(x)/exp(y) without overflow, as accurate as that: with the rounding error of x - y (Knuth's two-sum)."""
    d = x - y
    if not abs(d) < 800.0:
        return math.exp(d)
    v = x - d
    return math.exp(d) * (1.0 + ((x - (d + v)) + (v - y)))


def share(x: float, y: float) -> float:
    """exp(x)/(exp(x) + exp(y)) without overflow."""
    if x >= y:
        return 1.0 / (1.0 + expratio(y, x))
    small = expratio(x, y)
    return small / (1.0 + small)


def shareslope(x: float, y: float) -> float:
    """exp(x)*exp(y)/(exp(x) + exp(y))**2 without overflow: the derivative of share."""
    small = expratio(y, x) if x >= y else expratio(x, y)
    return small / ((1.0 + small) * (1.0 + small))


def bose(x: float) -> float:
    """1/(exp(x) - 1) without overflow."""
    if x > 1.0:
        return math.exp(-x) / -math.expm1(-x)
    return 1.0 / math.expm1(x)


def compoundm1(x: float, n: float) -> float:
    """(1 + x)**n - 1 without cancellation, with the rounding error of 1 + x (Knuth's two-sum)."""
    if abs(x) < 0.5:
        growth = n * math.log1p(x)
        if abs(growth) < 0.7:
            return math.expm1(growth)
    base = 1.0 + x
    v = base - x
    rest = (x - (base - v)) + (1.0 - v)
    whole = math.pow(base, 1.0 * n)  # an integer power of Numba raises where it underflows
    return whole * (1.0 + n * rest / base) - 1.0 if base > 0.0 and whole < math.inf else whole - 1.0


def logcosh(x: float) -> float:
    """log(cosh(x)), without cancellation near 0 and without overflow."""
    if abs(x) < 1.0:
        half = math.sinh(0.5 * x)
        return math.log1p(2.0 * half * half)
    return abs(x) + (math.log1p(math.exp(-2.0 * abs(x))) - math.log(2.0))


def semicircle(x: float) -> float:
    """sqrt(1 - x**2)."""
    return math.sqrt((1.0 - x) * (1.0 + x))


def sech(x: float) -> float:
    """1/cosh(x) without overflow."""
    if abs(x) < 300.0:  # cosh overflows from 711 on
        return 1.0 / math.cosh(x)
    return 2.0 * math.exp(-abs(x))


def softplus(x: float) -> float:
    """log(1 + exp(x)) without overflow."""
    if x > 0.0:
        return x + math.log1p(math.exp(-x))
    return math.log1p(math.exp(x))


def logaddexp(x: float, y: float) -> float:
    """log(exp(x) + exp(y)) without overflow."""
    if x == y:
        return x + math.log(2.0)
    if x > y:
        return x + math.log1p(math.exp(y - x))
    return y + math.log1p(math.exp(x - y))


def log1mexp(x: float) -> float:
    """log(1 - exp(x)) for x < 0, accurate near 0 and far from it."""
    if x > -0.6931471805599453:
        return math.log(-math.expm1(x))
    return math.log1p(-math.exp(x))


def sign(x: float) -> float:
    """-1, 0 or 1; NaN of NaN."""
    if x > 0.0:
        return 1.0
    if x < 0.0:
        return -1.0
    return 0.0 if x == 0.0 else x


def tie(x: float, y: float) -> float:
    """1 where x > y, 0 where x < y, 1/2 where they are equal."""
    if x > y:
        return 1.0
    if x < y:
        return 0.0
    return 0.5 if x == y else math.nan


def tienum(x: float, y: float) -> float:
    """Like tie, but a number wins over NaN."""
    if x > y or (math.isnan(y) and not math.isnan(x)):
        return 1.0
    if x < y or (math.isnan(x) and not math.isnan(y)):
        return 0.0
    return 0.5


def maximum(x: float, y: float) -> float:
    """The larger of two; NaN if one is."""
    return x if x > y or math.isnan(x) else y


def minimum(x: float, y: float) -> float:
    """The smaller of two; NaN if one is."""
    return x if x < y or math.isnan(x) else y


def fmax(x: float, y: float) -> float:
    """The larger of two; NaN only if both are."""
    return x if x > y or math.isnan(y) else y


def fmin(x: float, y: float) -> float:
    """The smaller of two; NaN only if both are."""
    return x if x < y or math.isnan(y) else y


def floor(x: float) -> float:
    """Largest integer that is not above x, as a float."""
    if abs(x) < 4503599627370496.0:  # 2**52: from there on every float is an integer
        return math.copysign(float(math.floor(x)), x)
    return x


def ceil(x: float) -> float:
    """Smallest integer that is not below x, as a float."""
    if abs(x) < 4503599627370496.0:  # 2**52: from there on every float is an integer
        return math.copysign(float(math.ceil(x)), x)
    return x


def trunc(x: float) -> float:
    """Integer part of x, as a float."""
    if abs(x) < 4503599627370496.0:  # 2**52: from there on every float is an integer
        return math.copysign(float(math.trunc(x)), x)
    return x


def rint(x: float) -> float:
    """Nearest integer, the even one of two, as a float."""
    if abs(x) < 4503599627370496.0:  # 2**52: from there on every float is an integer
        return math.copysign(float(round(x)), x)
    return x


def decimal(x: float, n: int) -> float:
    """X rounded to n decimals as Python's round does: by its exact value, a tie to the even digit."""
    scale = 10.0 ** abs(n)
    if not math.isfinite(x):
        return x
    if n < 0:
        rest = abs(x) % scale
        whole = abs(x) - rest
        if 2.0 * rest > scale or (2.0 * rest == scale and whole / scale % 2.0 == 1.0):
            whole += scale
        return math.copysign(whole, x)
    scaled = abs(x) * scale
    if scaled >= 9007199254740992.0:  # 2**53: fewer decimals than n are left
        return x
    whole = float(math.floor(scaled))
    up = scaled - whole
    if up == 0.5:  # the rounding error of the product decides (Dekker's product: Numer. Math. 18, 1971)
        a, b = 134217729.0 * abs(x), 134217729.0 * scale
        a, b = a - (a - abs(x)), b - (b - scale)
        c, d = abs(x) - a, scale - b
        error = ((a * b - scaled) + a * d + c * b) + c * d
        up = error if error != 0.0 else whole % 2.0 - 0.5
    else:
        up -= 0.5
    return math.copysign((whole + 1.0 if up > 0.0 else whole) / scale, x)


def fmod(x: float, y: float) -> float:
    """Exact remainder of x/y with the sign of x."""
    return math.copysign(abs(x) % abs(y), x)


def remainder(x: float, y: float) -> float:
    """Exact x - n*y, with n the integer nearest to x/y, the even one of two (IEEE 754)."""
    if math.isinf(y) and math.isfinite(x):
        return x
    size = abs(y)
    rest = abs(x) % size
    other = size - rest
    if rest > other:
        rest = -other
    elif rest == other:
        rest -= 2.0 * ((0.5 * (abs(x) - rest)) % size)
    return rest if x > 0.0 else -rest


def heaviside(x: float, middle: float) -> float:
    """0 below 0, 1 above, ``middle`` at 0."""
    if x > 0.0:
        return 1.0
    if x < 0.0:
        return 0.0
    return middle if x == 0.0 else x


def sincdiff(x: float, n: int) -> float:
    """Derivative n of sin(pi*x)/(pi*x).

    With t = pi*x and g[k] derivative k of sin(t)/t: t*g[k] + k*g[k-1] = sin(t + k*pi/2). Upwards the recurrence is
    stable where t is above k, downwards where it is below.
    """
    t = math.pi * x
    s, c = math.sin(t), math.cos(t)
    if abs(t) > n:
        g = s / t if t != 0.0 else 1.0
        for k in range(1, n + 1):
            wave = (s, c, -s, -c)[k % 4]
            g = (wave - k * g) / t
    elif t == 0.0 and n == 0:
        g = 1.0
    else:
        g = 0.0 * t
        for k in range(3 * n + 25, n, -1):
            wave = (s, c, -s, -c)[k % 4]
            g = (wave - t * g) / k
    return g * math.pi**n


def sinc(x: float) -> float:
    """sin(pi*x)/(pi*x), and 1 at 0."""
    return 1.0 if x == 0.0 else math.sin(math.pi * x) / (math.pi * x)


def polygamma(n: int, x: float) -> float:
    """Derivative n of digamma, the logarithmic derivative of gamma.

    Upward recurrence to a large argument, then the asymptotic series (DLMF 5.11.2, 5.15.8). Below 0 reflection
    (5.15.6), where each derivative of c = cot is -(1 + c*c) times that of a polynomial in c.
    """
    pole = -((-x) % 1.0)  # distance from the nearest integer, exactly
    if x <= 0.0 and pole == 0.0:
        return math.inf if n % 2 == 1 else math.nan
    y = x if x > 0.0 else 1.0 - x
    factorial = math.gamma(n + 1.0)
    value = 0.0  # of (-1)**(n + 1)*polygamma(n, y)
    while y < 16.0 + n:
        value += factorial / y ** (n + 1)
        y += 1.0
    value += 0.5 * factorial / y ** (n + 1)
    value += factorial / (n * y**n) if n > 0 else -math.log(y)
    bernoulli = (1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730, 7 / 6, -3617 / 510, 43867 / 798, -174611 / 330)
    term = 0.5 * (n + 1.0) * factorial / y ** (n + 2)  # (k + n - 1)!/(k!*y**(k + n)) for k = 2, 4, ...
    k = 2.0
    for number in bernoulli:
        value += number * term
        term *= (k + n) * (k + n + 1.0) / ((k + 1.0) * (k + 2.0) * (y * y))
        k += 2.0
    if x > 0.0:
        return value if n % 2 == 1 else -value
    cot = 1.0 / math.tan(math.pi * (pole + 1.0 if pole < -0.5 else pole))
    polynomial = [0.0] * (n + 2)
    polynomial[1] = 1.0
    for _ in range(n):
        slope = [i * polynomial[i] for i in range(1, n + 2)] + [0.0]
        polynomial = [-slope[i] - (slope[i - 2] if i > 1 else 0.0) for i in range(n + 2)]
    derivative = 0.0
    for coefficient in polynomial[::-1]:
        derivative = derivative * cot + coefficient
    return -value - math.pi ** (n + 1) * derivative
