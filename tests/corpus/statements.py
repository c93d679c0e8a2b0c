"""Straight lines: operators, numbers, assignment in all its forms, names."""

# The corpus holds what people write, not what a linter likes.
# ruff: noqa: A001, E741, N803, N806, RET504, RUF005, T201

from __future__ import annotations

import math
import math as m
from math import cos, exp
from math import sin as s
from typing import Any

import numpy as np
import numpy as numeric

from tests.corpus.program import Corpus

STATEMENTS = Corpus()
add = STATEMENTS.add


@add((1.3,), (-0.4,))
def identity(x):
    return x


@add((1.3,), (-2.0,))
def constant(x):
    return 3.0


@add((0.7, 1.2))
def product_plus_sine(x, y):
    z = x * y + math.sin(x)
    return z**2


@add((1.5,), (-0.5,))
def polynomial(x):
    return 3 * x**3 - 2 * x**2 + 0.5 * x - 7


@add((1.5,), (-0.5,))
def horner(x):
    return ((3 * x - 2) * x + 0.5) * x - 7


@add((0.8, -1.7), domain="y != 0")
def quotient(x, y):
    return (x + 1) / y - x / (y * y)


@add((0.8, 1.7))
def unary_signs(x, y):
    return -x + +y - -(x * y) + -((-x) ** 3)


@add((0.8,), (-1.3,))
def integer_powers(x):
    return x**0 + x**1 + x**2 + x**5 + (-x) ** 3 - x**12


@add((0.8,), (-1.3,), domain="x != 0")
def negative_powers(x):
    return x**-1 + 2 * x**-2 + 1 / x**3


@add((0.8,), (2.3,), domain="x > 0")
def real_powers(x):
    return x**0.5 + x**2.5 + x**-0.5 + x ** (1 / 3)


@add((0.8, 1.9), domain="x > 0")
def power_of_both(x, y):
    return x**y + 2**x + y**2.0


@add((0.8, 1.9), domain="x > 0, y > 0")
def power_towers(x, y):
    return x**y**0.5 + (x**y) ** 0.5 + 2**-3 * x


@add((0.3, -0.6))
def long_sum_of_products(x, y):
    return x * x + x * y + y * x + y * y + x * y * x * y - x - x - x + 4 * y / 3


@add((0.3,))
def same_argument_many_times(x):
    return (x + x) * (x - 3 * x) / (1 + x * x + x + x)


@add((0.3, 2.0, -1.0))
def unused_arguments(x, y, z):
    return x * z


@add((0.4, 2.0))
def result_of_one_argument(x, y):
    x = math.cos(y)
    return x * x


@add((0.4,))
def rebinding(x):
    x = x * 2
    x = x + math.sin(x)
    y = x
    x = x * y
    return x


@add((0.4, 1.1))
def swapping(x, y):
    x, y = y, x
    x, y = x + y, x - y
    return x * math.exp(-y)


@add((0.4, 1.1))
def nested_unpacking(x, y):
    (a, b), c = (x * y, x + y), x - y
    [d, e] = a * b, c
    return d / (1 + e * e) + a


@add((0.4, 1.1))
def chained_assignment(x, y):
    a = b = x * y
    a = a + 1
    return a * b


@add((0.4, 1.1), domain="y != 0")
def augmented_assignment(x, y):
    z = x
    z += 2
    z *= y
    z -= x * y
    z /= y + 3
    z **= 2
    return z


@add((2.7, 1.1), domain="away from the jumps of // and %")
def augmented_floor_and_modulo(x, y):
    z = x
    z //= y
    w = x
    w %= y
    return z * x + w * w


@add((0.4,))
def annotated(x: float) -> float:
    """Return with annotations and a docstring."""
    y: float = x * x
    z: float
    z = y + 1
    return z * y


@add((0.4,))
def walrus(x):
    return (y := x + 1) * y + y


@add((0.4,))
def printing_and_asserting(x):
    """Statements that only report or check."""
    assert x > -100, "x is small"
    print("x is", x)
    y = math.exp(x)
    print(f"{y:.3f}")
    return y + x


@add((0.7,))
def aliases_of_one_function(x):
    return s(x) + m.sin(x) + math.sin(x) + np.sin(x) + numeric.sin(x) + cos(x) * exp(x)


@add((0.7,))
def local_alias(x):
    sine = math.sin
    twice = 2
    return twice * sine(twice * x)


@add((0.7,))
def shadowed_builtins(x):
    sum = x + 1
    max = sum * sum
    abs = max - x
    len = abs / 2
    return len + sum


@add((0.7, 0.2))
def shadowed_modules(x, y):
    np = x * y
    numba = np + x
    return np * numba


@add((0.7, 0.2))
def generated_names(t, t_1):
    x_bar = t * t_1
    t_2 = x_bar + t
    t_dot = t_2 * t_1
    t_1_bar = math.sin(t_dot)
    return t_1_bar * x_bar


@add((0.7, 0.2, 1.3))
def reserved_like_names(lambda_, in_, out):
    pass_ = lambda_ * in_
    w = pass_ + out
    return w * w - out


@add((0.7, 0.2, 1.3))
def constant_like_names(e, pi, inf):
    return e * pi + inf * math.e + math.pi * e


@add((0.7, 0.2, 1.3))
def sympy_like_names(S, I, N):
    E = S * I
    Q = E + N
    return Q * E + math.exp(I)


@add((0.7, 0.2))
def helper_like_names(sigmoid, unit):
    sign = sigmoid * unit
    return abs(sign) + math.hypot(sigmoid, sign)


@add((0.7, 0.2))
def greek(α, β_1):
    γ = α * β_1
    return γ + math.sin(α)


@add((0.7,))
def number_spellings(x):
    return 0x10 * x + 1_000 * x**2 + 1e-3 + 0.1 + 0.2 + 1e300 * (x / 1e300) + 2e0


@add((0.7,))
def constants_of_modules(x):
    return math.pi * x + math.e * x**2 + math.tau + np.pi * x + np.e / math.inf


@add((0.7,))
def constant_folding(x):
    a = 3
    b = a * 2 + 1
    c = b // 2
    d = b % 4 + 2**c
    return x**c + d * x + b / a


@add((0.7,))
def integer_and_float_literals(x):
    return x * 1 + x * 1.0 + True * x + 0 * x + x**2 + x**2.0


@add((1.7,))
def cancelling(x):
    return (x + 1.0) - 1.0 - x + x / x


@add((0.3, 0.9))
def tuple_expression(x, y):
    p = (x, y)
    q = p + (x * y,)
    return q[0] * q[-1] + q[1]


@add((0.3, 0.9))
def starred_unpacking(x, y):
    first, *rest = x * y, x + y, x - y
    return first * rest[0] - rest[1]


@add((0.3,))
def float_calls(x):
    return float(x) * float("2.5") + float(3)


@add((0.3, 1.4))
def result_pair(x, y):
    return x * y, x - math.sin(y)


@add((0.3, 1.4))
def result_list(x, y):
    return [x * y, 2.0, y]


@add((0.3, 1.4))
def result_array(x, y):
    return np.array([x * x, x * y, y * y])


@add((0.3, 1.4))
def result_matrix(x, y):
    c, d = math.cos(x), math.sin(x)
    return [[c, -d * y], [d * y, c]]


@add((0.3, 1.4))
def result_nested_tuple(x, y):
    return (x, (y, x * y)), [x + y]


@add((0.3, 1.4), wrt="x")
def one_of_two(x, y):
    return x * y + math.exp(y)


@add((0.3, 1.4), wrt="y")
def keyword_only(x, *, y):
    return x * y**3


@add((0.3, 1.4))
def positional_only(x, /, y):
    return x * y**3


@add((0.3, 1.4))
def default_argument(x, y=2.0):
    return x * y**3


@add((0.3,))
def any_annotation(x: Any) -> Any:
    return np.exp(x) * np.cos(x)
