"""Branches: if and elif, guards, early returns, conditional expressions, conditions of every form."""

# The corpus holds what people write, not what a linter likes.
# ruff: noqa: RET505, SIM108, SIM114

from __future__ import annotations

import math

import numpy as np

from tests.corpus.program import Corpus

BRANCHES = Corpus()
add = BRANCHES.add


@add((0.4,), (-0.6,), domain="x != 0")
def if_else(x):
    if x > 0:
        y = x * x
    else:
        y = math.sin(x)
    return y + x


@add((0.4,), (-0.6,), domain="x != 0")
def if_without_else(x):
    y = x
    if x > 0:
        y = y * math.exp(x)
    return y + 1


@add((-2.0,), (-0.5,), (0.5,), (2.0,), domain="away from -1, 0, 1")
def elif_chain(x):
    if x < -1:
        return x**3
    elif x < 0:
        return math.cos(x)
    elif x < 1:
        return x * math.exp(x)
    else:
        return 1 / x


@add((0.7,), (-0.7,), domain="x != 0", raises=(0.0,))
def guard(x):
    """Return the logarithm of |x|."""
    if x == 0:
        raise ZeroDivisionError("no logarithm of zero")
    return math.log(abs(x))


@add((0.7, 2.0), domain="x > 0, y > 0", raises=(-1.0, 2.0))
def guards(x, y):
    if x <= 0:
        raise ValueError("x must be positive")
    if not y > 0:
        raise ValueError("y must be positive")
    return x * math.log(y) + y * math.log(x)


@add((0.7,), (3.0,), (-4.0,), domain="away from -1 and 2")
def early_returns(x):
    if x < -1:
        return -x
    y = x * x
    if x > 2:
        return y + 1
    y = math.sin(y)
    return y * x


@add((0.7, 0.2), (0.7, -0.2), (-0.7, 0.2), (-0.7, -0.2), domain="away from both axes")
def nested_early_returns(x, y):
    if x > 0:
        if y > 0:
            return x * y
        z = x - y
        return z * z
    else:
        if y > 0:
            return math.exp(x * y)
    return x / (2 + y)


@add((0.7, 0.2), (0.7, -0.2), (-0.7, 0.2), domain="away from both axes")
def return_from_one_nested_branch(x, y):
    z = x + y
    if x > 0:
        z = z * 2
        if y < 0:
            return z * x
        z = z + y
    w = z * z
    return w - x


@add((0.4,), (-0.6,), domain="x != 0")
def conditional_expression(x):
    return (x * x if x > 0 else -x) + 1


@add((0.4,), (-0.6,), (2.0,), domain="away from 0 and 1")
def nested_conditional_expressions(x):
    return math.sin(x) if x < 0 else x**3 if x < 1 else 2 * x - 1


@add((0.4,), (2.0,), (-1.0,), domain="away from 0 and 1")
def chained_comparison(x):
    if 0 < x < 1:
        return x * x
    return x**3


@add((0.4, 1.0), (0.4, -1.0), (1.5, 2.0), domain="away from x == 0, x == y, y == 1.5")
def long_chained_comparison(x, y):
    return x * y if 0 < x < y <= 1.5 else x - y


@add((0.4, 1.0), (0.4, -1.0), (-0.4, -1.0), domain="away from both axes")
def and_or_not(x, y):
    if x > 0 and y > 0:
        return x * y
    if not (x < 0 or y > 0):
        return x / y
    return x + y * y


@add((0.4, 1.0), (-0.4, 1.0), domain="away from x == 0")
def named_condition(x, y):
    positive = x > 0
    small = abs(y) < 100
    both = positive and small
    if both:
        return x * y
    return x - y if small else 0.0


@add((0.4, 1.0), (2.4, 1.0), domain="away from x == y")
def comparison_as_number(x, y):
    inside = x < y
    return x * x * inside + (x > y) * y * x


@add((2.0, 0.5), (-2.0, 0.5), domain="y > 0, away from x == 0")
def branch_protects_the_logarithm(x, y):
    if x > 0:
        z = math.log(x)
    else:
        z = x * y
    return z * y


@add((0.3, 1.0), (2.0, 1.0), domain="away from x == 0")
def branch_not_taken_is_singular(x, y):
    return y if x == 0 else y * math.sin(x) / x


@add((0.5, 1.0), (-0.5, 1.0), domain="away from x == 0")
def values_of_both_branches(x, y):
    a = x * y
    b = y
    if x > 0:
        c = math.exp(a)
        b = c * a
        d = b + x
    else:
        c = math.sin(a)
        d = c * c
    return a + b * c + d


@add((0.5, 1.0), (-0.5, 1.0), (0.5, -1.0), domain="away from both axes")
def branches_in_a_row(x, y):
    z = x
    if x > 0:
        z = z * y
    if y > 0:
        z = z + x * x
    else:
        z = z - y * y
    if x > y:
        z *= 2
    return z * z


@add((0.5, 1.0), (-0.5, 1.0), (0.5, -1.0), domain="away from both axes")
def branches_three_deep(x, y):
    z = 0.0
    if x > 0:
        t = math.exp(x)
        if y > 0:
            u = t * y
            if x < 10:
                z = u * t
            else:
                z = u + t
        else:
            z = t / (1 + y * y)
    return z + x * y


@add((0.5,), (-0.5,), domain="away from x == 0")
def zero_in_one_branch(x):
    if x < 0:
        return 0.0
    return x**3


@add((0.5, 2.0), (-0.5, 2.0), domain="away from x == 0")
def tuple_from_branches(x, y):
    a, b = (x, y) if x > 0 else (y, x * y)
    return a * a * b


@add((0.5, 2.0), (-0.5, 2.0), domain="away from x == 0")
def vector_result_with_branches(x, y):
    if x > 0:
        return [x * y, x + y]
    return [y, x * x]


@add((0.5,), (1.7,), (-1.7,), domain="away from -1 and 1")
def clipping_by_hand(x):
    y = x
    if y > 1:
        y = 1.0
    if y < -1:
        y = -1.0
    return y * x


@add((0.5,), (1.7,), (-1.7,), domain="away from -1 and 1")
def clipping(x):
    return np.clip(x, -1.0, 1.0) * x + max(-1.0, min(1.0, x))


@add((0.5,), (-1.7,), domain="away from 0")
def absolute_values(x):
    return abs(x) * x + math.fabs(x - 10) + np.abs(x) + math.copysign(x, -2.0)


@add((0.5, 1.5), (1.5, 0.5), domain="away from x == y")
def extremes(x, y):
    return max(x, y) * x + min(x, y, 10.0) + np.maximum(x, y) * y + np.minimum(x, y) + np.fmax(x, y) + np.fmin(x, 3.0)


@add((0.5,), (-1.7,), domain="away from 0")
def where(x):
    return np.where(x > 0, x * x, math.sin(x)) * x


@add((0.5,), (1.3,), (-0.4,), domain="away from the integers")
def sawtooth(x):
    return (x - math.floor(x)) * x + x % 1.0 + x // 1.0 + math.ceil(x) * x


@add((0.6,), (3.4,), (-1.2,), domain="away from the multiples of 0.5")
def rounding(x):
    return round(x) * x + math.trunc(x) + np.rint(x) * x + np.floor(x) + np.ceil(x)


@add((2.6, 0.7), (-2.6, 0.7), domain="away from the multiples of y")
def remainders(x, y):
    return math.fmod(x, y) * x + x % y + math.remainder(x, y) * y + np.mod(x, y)


@add((0.6,), (-0.6,), domain="x != 0")
def signs(x):
    return np.sign(x) * x * x + np.heaviside(x, 0.5) * math.sin(x)


@add((0.5, 2.0), domain="x > 0", raises=(-0.5, 2.0))
def raise_in_else(x, y):
    if x > 0:
        z = math.sqrt(x)
    else:
        raise ValueError("x must be positive")
    return z * y


@add((0.5,), (-0.5,), domain="away from x == 0")
def truth_of_a_float(x):
    if x - 1:
        return x * x
    return x


@add((0.5,), (-0.5,), (1.5,), domain="away from 0 and 1")
def same_value_on_both_paths(x):
    y = math.exp(x)
    if x > 0:
        z = y
    elif x > 1:
        z = y
    else:
        z = -y
    return z * z


@add((0.5, 1.5), (1.5, 0.5), domain="away from x == y")
def sorted_by_hand(x, y):
    if x > y:
        x, y = y, x
    return x * x + math.sin(y)


@add((0.5, 1.5), (-1.5, 0.5), domain="away from x == 0")
def branch_on_an_intermediate(x, y):
    r = math.hypot(x, y)
    u = x / r
    if u * r > 0 and not math.isnan(u):
        return u * u
    return u + r
