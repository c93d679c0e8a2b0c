"""Programs with loops that hand on values, with arguments: several lengths and numbers of iterations, 0 and 1 among them."""

import math

import numpy as np

VECTORS = [np.linspace(0.3, 2.7, length) for length in (0, 1, 2, 5)]


def newton_with_tolerance(a):
    x = a
    while abs(x * x - a) > 1e-12:
        x = 0.5 * (x + a / x)
    return x


def newton_with_return(a):
    x = a
    while True:
        new = 0.5 * (x + a / x)
        if abs(new - x) < 1e-14:
            return new
        x = new


def bisection(a):
    low, high = 0.0, a + 1.0
    count = 0
    while high - low > 1e-10:
        middle = 0.5 * (low + high)
        if middle * middle > a:
            high = middle
        else:
            low = middle
        count += 1
    else:
        count = count + 0.5
    return low, count


def smoothing(x):
    s = 0.0
    for v in x:
        s = 0.5 * s + v
    return s


def fibonacci(x):
    a, b = 0.0, 1.0
    for v in x:
        a, b = b, a + b * v
    return a, b


def stopped_early(x):
    s = 0.0
    for v in x:
        if v > 2:
            break
        s += v
    return s


def skipping(x):
    s = 1.0
    for v in x:
        if v < 1:
            continue
        s = s * v + 1
    return s


def leapfrog(q, p, x):
    for k in range(len(x)):
        q += x[k] * p
        p -= x[k] * math.sin(q)
    return q, p


def recurrence(x):
    y = np.zeros_like(x)
    for i in range(1, len(x)):
        y[i] = 0.5 * y[i - 1] + x[i]
    return y


def last_iteration(x):
    s = 0.0
    for i in range(len(x)):
        t = x[i] * s
        s = t + x[i]
    return s + t


def each(*values):
    """A list of argument lists of one argument each."""
    return [[value] for value in values]


CASES = [
    (newton_with_tolerance, each(2.0, 1.0, 9.0)),
    (newton_with_return, each(2.0, 1.0, 9.0)),
    (bisection, each(2.0, 9.0, -1.0)),
    (smoothing, each(*VECTORS)),
    (fibonacci, each(*VECTORS)),
    (stopped_early, each(*VECTORS)),
    (skipping, each(*VECTORS)),
    (leapfrog, [[1.0, 0.5, x] for x in VECTORS]),
    (recurrence, each(*VECTORS)),
    (last_iteration, each(*VECTORS)),
]
