"""Loops and comprehensions over literal ranges and containers, which are unrolled."""

# The corpus holds what people write, not what a linter likes.
# ruff: noqa: B905, C417, PERF401, SIM108

from __future__ import annotations

import math

import numpy as np

from tests.corpus.program import Corpus

LOOPS = Corpus()
add = LOOPS.add


@add((0.4,), (-1.1,))
def for_range(x):
    y = 0.0
    for i in range(4):
        y += x**i
    return y


@add((0.4,))
def for_range_with_step(x):
    y = x
    for k in range(7, 0, -2):
        y = y * x + k
    return y


@add((0.4,))
def empty_range(x):
    y = x
    for _ in range(0):
        y = y * 2
    return y * y


@add((0.4,))
def nested_loops(x):
    total = 0.0
    for i in range(3):
        for j in range(i):
            total += math.sin(i * x + j) * x
    return total


@add((0.4,))
def over_a_tuple(x):
    y = 1.0
    for c in (1.0, -0.5, 0.25):
        y = y * x + c
    return y


@add((0.4, 1.2))
def over_a_list_of_arguments(x, y):
    product = 1.0
    for factor in [x, y, x + y]:
        product *= factor
    return product


@add((0.4, 1.2))
def over_zip(x, y):
    return sum(a * b for a, b in zip((x, y, 2.0), (y, x, x)))


@add((0.4,))
def over_enumerate(x):
    total = x
    for k, c in enumerate([0.5, 0.25, 2.0], start=1):
        total += c * x**k / k
    return total


@add((0.4,))
def over_reversed(x):
    y = 0.0
    for c in reversed((1.0, 2.0, 3.0)):
        y = y * x + c
    return y


@add((0.4,))
def iterated_map(x):
    for _ in range(5):
        x = math.sin(x) * x + 1 / (1 + x**2)
    return x


@add((0.4, 1.3))
def newton_steps(x, a):
    for _ in range(3):
        x = x - (x * x - a) / (2 * x)
    return x


@add((0.4,), (-0.7,), domain="away from the zeros of the partial sums")
def branch_in_a_loop(x):
    y = x
    for k in range(3):
        if y > 0:
            y = y * x + k
        else:
            y = math.sin(y) - 0.1
    return y


@add((0.4,), (0.9,), (1.7,), domain="away from the thresholds")
def return_from_a_loop(x):
    y = x
    for k in range(4):
        y = y * x
        if y < 0.2:
            return y + k
    return y * y


@add((0.4,), (0.9,), (1.7,), domain="away from the thresholds")
def break_and_else(x):
    y = 1.0
    for k in range(4):
        y = y * x + k * 0.1
        if y > 3:
            break
    else:
        y = y - x
    return y * x


@add((0.4,), (-0.9,), domain="x != 0")
def continue_in_a_loop(x):
    total = 0.0
    for k in range(4):
        if k == 1:
            continue
        if x < 0 and k == 2:
            continue
        total += x**k
    return total


@add((0.4, 1.3))
def list_comprehension(x, y):
    squares = [v * v for v in (x, y, x * y)]
    return squares[0] + squares[1] * squares[2]


@add((0.4, 1.3))
def filtered_comprehension(x, y):
    return sum([x**i * y for i in range(6) if i % 2 == 0])


@add((0.4, 1.3))
def nested_comprehension(x, y):
    table = [[x**i * y**j for j in range(2)] for i in range(3)]
    return sum(sum(row) for row in table) + table[2][1]


@add((0.4, 1.3))
def comprehension_over_two_ranges(x, y):
    return sum(x * i - y * j for i in range(3) for j in range(i, 3))


@add((0.4,))
def sum_with_start(x):
    return sum((x**k for k in (1, 3)), x * 10) + sum([x, 2.0])


@add((0.4, 1.3, -0.2), domain="no two arguments equal")
def extremes_of_containers(x, y, z):
    return max([x, y, z]) * min((x * y, z)) + max(x**k for k in range(1, 3))


@add((0.4, 1.3))
def appending(x, y):
    values = []
    for k in range(3):
        values.append(x * k + y)
    values.append(1.0)
    return values[0] * values[2] + len(values) * values[-1]


@add((0.4, 1.3))
def element_writes_in_a_list(x, y):
    state = [x, y]
    for _ in range(2):
        state[0] = state[0] + 0.1 * state[1]
        state[1] = state[1] - 0.1 * math.sin(state[0])
    return state[0] * state[1]


@add((0.4,))
def fibonacci_of_functions(x):
    a, b = x, math.sin(x)
    for _ in range(5):
        a, b = b, a * b + 0.1
    return b


@add((0.4,))
def map_and_range_list(x):
    return sum(map(lambda k: x**k, range(4))) + sum(list(range(3))) * x


@add((0.4, 1.3))
def all_and_any(x, y):
    if all(v > 0 for v in (x, y)) and any([x > 1, y > 1]):
        return x * y
    return x + y


@add((0.4, 1.3))
def while_with_known_end(x, y):
    k = 0
    while k < 3:
        x = x * y + k
        k += 1
    return x


@add((0.4, 0.9))
def trapezoidal_rule(a, b):
    n = 6
    h = (b - a) / n
    total = 0.5 * (math.exp(-a * a) + math.exp(-b * b))
    for i in range(1, n):
        x = a + i * h
        total += math.exp(-x * x)
    return h * total


@add((0.7, 0.3))
def runge_kutta_step(y, h):
    def f(u):
        return -u * u + math.sin(u)

    k1 = f(y)
    k2 = f(y + h / 2 * k1)
    k3 = f(y + h / 2 * k2)
    k4 = f(y + h * k3)
    return y + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)


@add((0.4,))
def array_of_results(x):
    return np.array([math.sin(k * x) for k in range(4)])
