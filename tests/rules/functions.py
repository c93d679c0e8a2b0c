"""Functions with rules, in a module: they can be imported and pickled."""

import math

import numba

from symdiff import rule

RATE = 1.0
FACTOR = (2.0, 1.0)
FLAT = True


@rule(
    partials=(lambda m, e, y: 1 / (1 - e * math.cos(y)), lambda m, e, y: math.sin(y) / (1 - e * math.cos(y))),
    sample=[(0, 6), (0, 0.9)],
)
def kepler(m, e):
    y = m
    while True:
        step = (y - e * math.sin(y) - m) / (1 - e * math.cos(y))
        y -= step
        if abs(step) < 1e-15 * (1 + abs(y)):
            return y


@rule(partials=(lambda w, x, b: x, lambda w, x, b: w, lambda w, x, b: 1))
def line(w, x, b):
    return w * x + b


@rule(partials="3")
def triple(x):
    return 3 * x


@rule(partials=lambda x: triple(x) * x)
def cube(x):
    return x**3


@rule(partials=lambda x: cosine(x))
def sine(x):
    return math.sin(x)


@rule(partials=lambda x: -sine(x))
def cosine(x):
    return math.cos(x)


@rule(partials=lambda x, y: -RATE * y)
def decay(x):
    return math.exp(-RATE * x)


@numba.njit
def helper(x):
    return math.cos(x) - 1


@numba.njit
def compiled(x):
    return helper(x) * x


rule(compiled, lambda x: math.cos(x) - 1 - x * math.sin(x))


def complains(x):
    if x > 50:
        raise KeyError("too large", x)
    return math.fsum([x * x])


rule(complains, "2*x")
