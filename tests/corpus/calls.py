"""Calls: helpers, closures, nested functions, lambdas, captured numbers, derivatives inside functions."""

# The corpus holds what people write, not what a linter likes.
# ruff: noqa: B023

from __future__ import annotations

import functools
import math

import numpy as np

from tests import helpers_module
from tests.corpus.program import Corpus
from tests.helpers_module import magnitude, polar, safe_log
from tests.helpers_module import spring as feder

CALLS = Corpus()
add = CALLS.add

GAIN = 1.75
POWER = 3
WEIGHTS = (0.5, -1.25, 2.0)
TABLE = [[1.0, 2.0], [3.0, 4.0]]
OFFSETS = np.array([0.25, -0.75])


def square(x):
    return x * x


def mixed(a, b, c=2.0, *, d=0.5):
    return a * b + c * d


def twice(function, x):
    return function(function(x))


@add((0.6,))
def helper_of_the_module(x):
    return square(x) + square(square(x) + 1)


@add((0.6, 1.1))
def keywords_and_defaults(x, y):
    return mixed(x, y) + mixed(b=x, a=2.0, d=y) + mixed(x, c=y, b=1.0) + mixed(*(x, y), d=x)


@add((0.6, 1.1))
def helpers_of_another_module(x, y):
    return helpers_module.spring(x) + feder(y, 0.3, k=x) + helpers_module.stiff_spring(x * y)


@add((0.6, 1.1, -0.3))
def variable_number_of_arguments(x, y, z):
    return magnitude(x, y, z) * magnitude(x) + magnitude(*[y, z])


@add((0.6, 1.1))
def helper_with_two_results(x, y):
    r, angle = polar(x, y)
    return r * angle**2


@add((0.6, 1.1), (-0.6, 1.1), domain="away from x == 0")
def helper_with_early_return(x, y):
    return safe_log(x) * y + safe_log(y)


@add((0.6,))
def function_as_argument(x):
    return twice(math.sin, x) + twice(square, x) + twice(lambda u: u * x, x)


@add((0.6,))
def nested_function(x):
    scale = x * 2

    def inner(u, v=3.0):
        return u * scale + v

    return inner(x) * inner(1.0, v=x)


@add((0.6,))
def nested_function_sees_later_binding(x):
    def inner(u):
        return u * scale

    scale = x + 1
    y = inner(x)
    scale = y
    return inner(x) + y


@add((0.6,))
def doubly_nested_functions(x):
    def outer(a):
        def inner(b):
            return a * b + x

        return inner(a) * inner(x)

    return outer(math.sin(x))


@add((0.6,))
def local_lambdas(x):
    f, g = lambda u: u + x, lambda u: u * x
    return f(g(x)) - g(f(2.0))


@add((0.6,))
def composed_helpers(x):
    for function in (math.sin, square, lambda u: u - x):
        x = function(x)
    return x


@add((0.6,))
def captured_global(x):
    return GAIN * x**2 + GAIN


@add((0.6,))
def captured_integer_exponent(x):
    return x**POWER * GAIN


@add((0.6,))
def captured_integer_range(x):
    total = 0.0
    for k in range(POWER):
        total += x**k / (k + 1)
    return total


@add((0.6,))
def captured_containers(x):
    return sum(w * x**k for k, w in enumerate(WEIGHTS)) + TABLE[1][0] * x + OFFSETS[1] * x * x


@add((0.6, 1.2))
def recursion_of_fixed_depth(x, y):
    def power(base, n):
        return 1.0 if n == 0 else base * power(base, n - 1)

    return power(x, 4) * power(y, 3)


@add((0.6,))
def method_like_constants(x):
    return math.fsum([x, x * x, 0.5]) + math.prod([x, x + 1, 2.0]) + pow(x, 3) + math.pow(x, 2.0)


@add((0.6,))
def angles(x):
    return math.degrees(x) * 0.01 + math.radians(x) + np.deg2rad(x) + np.rad2deg(x) * 0.01


def make_closures():
    k = 2.25
    n = 3

    def closure(x):
        return k * x**n + k

    def closure_calling_closure(x):
        return closure(x) * x

    def adder(shift):
        return lambda x: x * x + shift

    return closure, closure_calling_closure, adder(0.5), adder(-1.5)


CLOSURE, SECOND_CLOSURE, ADDER, SECOND_ADDER = make_closures()
add((0.6,))(CLOSURE)
add((0.6,))(SECOND_CLOSURE)
add((0.6,), name="adder_one")(ADDER)
add((0.6,), name="adder_two")(SECOND_ADDER)

FIRST, SECOND, THIRD = (lambda x: x + 1.0), (lambda x: x * math.exp(x)), (lambda x, y: x * y**2)
add((0.6,), name="first_lambda_of_a_line")(FIRST)
add((0.6,), name="second_lambda_of_a_line")(SECOND)
add((0.6, 1.4), name="third_lambda_of_a_line")(THIRD)
add((0.6,), (-0.6,), domain="x != 0", name="lambda_in_a_call")(
    lambda x: (
        x**2 if x > 0 else math.sin(x)  # over several lines
    )
)


@functools.lru_cache
def cached_square(x):
    return x * x


@add((0.6,))
def helper_behind_a_cache(x):
    return cached_square(x) * x
