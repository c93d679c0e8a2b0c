"""Functions of a number or array and of integers that are sizes, with their derivatives in closed form, written independently."""

import math

import numpy as np


def powers(x, n):
    total = 0.0
    for k in range(n):
        total += x**k / (k + 1)
    return total


def powers_slope(x, n):
    return math.fsum(k * x ** (k - 1) / (k + 1) for k in range(1, n))


def square_wave(x, n):
    return sum(math.sin((2 * k + 1) * x) / (2 * k + 1) for k in range(n))


def square_wave_slope(x, n):
    return math.fsum(math.cos((2 * k + 1) * x) for k in range(n))


def from_one(x, n):
    s = 0.0
    for k in range(1, n + 1):
        s += k * x**k
    return s


def from_one_slope(x, n):
    return math.fsum(k * k * x ** (k - 1) for k in range(1, n + 1))


def exponential(x, n):
    return sum(x**k / math.factorial(k) for k in range(n))


def exponential_slope(x, n):
    return math.fsum(math.exp((k - 1) * math.log(x) - math.lgamma(k)) for k in range(1, n))


def backwards(x, n):
    s = 0.0
    for k in range(n - 1, -1, -1):
        s += x**k
    return s


def backwards_slope(x, n):
    return math.fsum(k * x ** (k - 1) for k in range(1, n))


def product(x, n):
    p = 1.0
    for k in range(1, n + 1):
        p *= 1 + x / k**2
    return p


def product_slope(x, n):
    whole = math.prod(1 + x / k**2 for k in range(1, n + 1))
    return math.fsum(whole / (1 + x / k**2) / k**2 for k in range(1, n + 1))


def triangle(x, n):
    s = 0.0
    for i in range(n):
        for j in range(i):
            s += x ** (i - j)
    return s


def triangle_slope(x, n):
    return math.fsum((n - d) * d * x ** (d - 1) for d in range(1, n))


def whole_arrays(x, n):
    return np.sum(np.sin(np.arange(n) * x) * np.ones(n)) + np.trace(np.eye(n)) * x


def whole_arrays_slope(x, n):
    return math.fsum(k * math.cos(k * x) for k in range(n)) + n


def written(x, n):
    y = np.zeros(n)
    for i in range(n):
        y[i] = x**i
    return np.dot(y, y)


def written_slope(x, n):
    return math.fsum(2 * i * x ** (2 * i - 1) for i in range(1, n))


def listed(x, n):
    return np.sum(np.array([x**k for k in range(n)]))


def masked(x, n):
    s = 0.0
    for k in range(n):
        if k % 3 == 1 and k < n - 1:
            s += x**k
    return s + 0.5 * n * x


def masked_slope(x, n):
    return math.fsum(k * x ** (k - 1) for k in range(1, n, 3) if k < n - 1) + 0.5 * n


SERIES = [
    (powers, powers_slope),
    (square_wave, square_wave_slope),
    (from_one, from_one_slope),
    (exponential, exponential_slope),
    (backwards, backwards_slope),
    (product, product_slope),
    (triangle, triangle_slope),
    (whole_arrays, whole_arrays_slope),
    (written, written_slope),
    (listed, backwards_slope),
    (masked, masked_slope),
]


def trapezoid(a, n):
    t = np.linspace(0.0, a, n)
    y = np.exp(-(t**2))
    return np.sum((y[1:] + y[:-1]) * (t[1:] - t[:-1])) / 2


def midpoints(a, n):
    h = 1.0 / n
    total = 0.0
    for i in range(n):
        total += math.exp(-a * ((i + 0.5) * h) ** 2) * h
    return total


def full(x, n, m):
    return np.sum(np.full((n, m), x) ** 2 * np.ones((n, 1)))


def heat(u, n):
    rate = np.zeros(n)
    h = 1.0 / (n - 1)
    for i in range(1, n - 1):
        rate[i] = (u[i - 1] - 2 * u[i] + u[i + 1]) / h**2
    return np.sum(rate**2)


def head(x, k):
    return np.sum(x[:k] ** 3)


def tail(x, k):
    return np.sum(x[k:] ** 3)


def but_the_last(x, k):
    return np.sum(x[:-k] ** 3)


def last(x, k):
    return np.sum(x[-k:] ** 3)


def between(x, i, j):
    return np.sum(x[i:j] ** 2) * x[0]


def element(x, k):
    return x[k] ** 2 * x[0]


def before(x, k):
    return x[k - 1] ** 3


def from_the_end(x, k):
    return x[-k] ** 3


def lagged(x, k):
    total = 0.0
    for i in range(len(x) - k):
        total += x[i] * x[i + k]
    return total


def wrapped(x, k):
    total = 0.0
    for i in range(len(x)):
        total += x[i] * x[i - k]
    return total


def difference(x, k):
    return np.sum((x[k:] - x[: len(x) - k]) ** 2)


def weighted(x, n):
    return np.sum(x * np.arange(n) ** 2)


def matrix(a, n):
    return np.sum((a @ np.ones(n)) ** 2)


V = np.array([0.3, -0.2, 0.5, 0.7, 1.1])
A = np.arange(6.0).reshape(2, 3)

DIFFERENCES = [  # functions with arguments of which the first is differentiated
    *((trapezoid, 0.7, n) for n in (2, 3, 40)),
    *((midpoints, 0.7, n) for n in (1, 2, 3, 40)),
    *((full, 0.7, n, m) for n, m in ((0, 2), (1, 1), (3, 2))),
    *((heat, V[:n], n) for n in (2, 3, 5)),
    *((head, V, k) for k in (0, 1, 5, -2)),
    *((tail, V, k) for k in (0, 1, 5, 7, -2)),
    *((but_the_last, V, k) for k in (0, 1, 4, 5)),
    *((last, V, k) for k in (0, 1, 5)),
    *((between, V, i, j) for i, j in ((0, 0), (0, 5), (2, 4), (3, 2), (1, -1))),
    *((element, V, k) for k in (0, 1, 4, -1)),
    *((before, V, k) for k in (0, 1, 5)),
    *((from_the_end, V, k) for k in (0, 1, 5)),
    *((lagged, V, k) for k in (0, 1, 4, 5, 6)),
    *((wrapped, V, k) for k in (0, 1, 4, 5)),
    *((difference, V, k) for k in (0, 1, 4, 5)),
    *((weighted, V[:n], n) for n in (0, 1, 2, 5)),
    (weighted, V, 1),
    (weighted, V[:1], 4),
    (matrix, A, 3),
]
