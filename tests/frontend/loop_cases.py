# ruff: noqa: N803, N806, SIM108, B007 - matrices have capital letters here, as on paper; plain loops
"""Loops that are arrays, with the shapes of their arguments as in ``tensor_cases``, and the same written with whole arrays."""

import math

import numpy as np


def squares(x):
    s = 0.0
    for i in range(len(x)):
        s += x[i] ** 2
    return s


def squares_of_values(x):
    s = 0
    for v in x:
        s = s + v**2
    return s


def squares_from_one(x):
    s = 1.0
    n = x.shape[0]
    for i in range(1, n):
        s -= x[i] * x[i - 1]
    return s * n


def backwards(x):
    s = 0.0
    for i in range(len(x) - 1, -1, -1):
        s += x[i] * i
    for v in reversed(x):
        s += v**3
    return s


def enumerated(x):
    s = 0.0
    for k, v in enumerate(x, 1):
        s += v**k * 0.5**k
    return s


def zipped(x, y):
    s = 0.0
    for a, b in zip(x, y, strict=True):
        s += a * b**2
    for a, b in zip(x[1:], x, strict=False):
        s += a * b
    return s


def pairs(x):
    s = 0.0
    n = len(x)
    for i in range(n):
        for j in range(i + 1, n):
            s += (x[i] - x[j]) ** 2
    return s


def lower_triangle(A):
    s = 0.0
    for i in range(A.shape[0]):
        for j in range(i):
            s += A[i, j] * A[j, i]
    return s


def triples(x):
    s = 0.0
    n = len(x)
    for i in range(n):
        for j in range(i, n):
            for k in range(j + 1):
                s += x[i] * x[j] * x[k]
    return s


def row_sums(A, x):
    y = np.zeros(A.shape[0])
    for i in range(A.shape[0]):
        for j in range(A.shape[1]):
            y[i] += A[i, j] * x[j]
    return y


def local_accumulator(A, x):
    y = np.empty(len(A))
    for i in range(len(A)):
        t = 0.0
        for j in range(A.shape[1]):
            t += A[i, j] * x[j]
        y[i] = t**2 + t
    return y


def second_difference(x):
    y = np.zeros(len(x))
    for i in range(1, len(x) - 1):
        y[i] = x[i + 1] - 2 * x[i] + x[i - 1]
    return y


def with_ends(x):
    y = np.zeros_like(x)
    n = len(x)
    for i in range(n):
        if i > 0:
            left = x[i - 1]
        else:
            left = 0.0
        right = x[i + 1] if i < n - 1 else 0.0
        y[i] = left - 2 * x[i] + right
    return y


def periodic(x):
    s = 0.0
    for i in range(len(x)):
        s += x[i] * x[i - 1]
    return s


def branches(x):
    s = 0.0
    for i in range(len(x)):
        if x[i] > 0:
            t = math.sqrt(x[i])
        elif x[i] > -1:
            t = x[i] ** 2
        else:
            t = -x[i]
        s += t * i
    return s


def skipped(x):
    s = 0.0
    for v in x:
        if v < 0:
            continue
        s += math.sqrt(v)
    return s


def conditional_addition(x, a):
    s = a
    for i in range(len(x)):
        if x[i] > a:
            s += x[i] ** 2
    return s


def off_diagonal(x):
    s = 0.0
    for i in range(len(x)):
        for j in range(len(x)):
            if i != j:
                s += 1 / (x[i] - x[j]) ** 2
    return s


def scattered(x):
    y = np.zeros(len(x) + 1)
    for i in range(len(x)):
        y[i] += x[i]
        y[i + 1] -= 2 * x[i]
    return y


def reversed_write(x):
    y = np.ones_like(x)
    for i in range(len(x)):
        y[len(x) - 1 - i] = x[i] * i
    return y


def written_and_read(x):
    y = np.zeros_like(x)
    s = 0.0
    for i in range(len(x)):
        y[i] = math.sin(x[i])
        y[i] *= 2
        s += y[i] ** 2
    return y * s


def either_write(x):
    y = np.zeros_like(x)
    for i in range(len(x)):
        if x[i] > 0:
            y[i] = x[i] ** 2
        else:
            y[i] = -x[i]
    return y


def matrix_write(x, y):
    D = np.zeros((len(x), len(y)))
    for i in range(len(x)):
        for j in range(len(y)):
            D[i, j] = (x[i] - y[j]) ** 2
    return D


def upper_write(x):
    n = len(x)
    D = np.zeros((n, n))
    for i in range(n):
        for j in range(i + 1, n):
            D[i, j] = x[i] * x[j]
            D[j, i] = 0.5
    return D


def product(x):
    p = 2.0
    for v in x:
        p *= v
    return p


def generated(x):
    n = len(x)
    return sum(v**2 for v in x) + sum(x[i] * x[j] for i in range(n) for j in range(i)) + sum(v for v in x if v > 0)


def listed(x):
    return np.array([x[i] * i for i in range(len(x))]) + np.sum([v**2 for v in x])


def nested_lists(x, y):
    return np.array([[a * b for b in y] for a in x])


def helper(x):
    def well(r):
        return r**4 - r**2 if r > 0 else r**2

    total = 0.0
    for v in x:
        total += well(v)
    return total


def unrolled_inside(x):
    s = 0.0
    for v in x:
        for k in range(3):
            s += v**k
    return s


def energy(x):
    total = 0.0
    n = len(x)
    for i in range(n):
        for j in range(i + 1, n):
            r2 = (x[i, 0] - x[j, 0]) ** 2 + (x[i, 1] - x[j, 1]) ** 2
            s = 1 / (r2 + 0.1) ** 3
            total += 4 * s * (s - 1)
    return total


def counted(x):
    n = 0
    for v in x:
        n += 1
    return n * x


def in_a_branch(x, a):
    s = 0.0
    if a > 0:
        for v in x:
            s += v * a
    else:
        for v in x:
            s -= v**2
    return s


def two_sums(x):
    first = second = 0.0
    for v in x:
        t = v * 2
        first += t
        second += t**2
    return first * second


CASES = [
    (squares, "n"),
    (squares_of_values, "n"),
    (squares_from_one, "n"),
    (backwards, "n"),
    (enumerated, "n"),
    (zipped, "n, n"),
    (pairs, "n"),
    (lower_triangle, "n n"),
    (triples, "n"),
    (row_sums, "m n, n"),
    (local_accumulator, "m n, n"),
    (second_difference, "n"),
    (with_ends, "n"),
    (periodic, "n"),
    (branches, "n"),
    (skipped, "n"),
    (conditional_addition, "n, "),
    (off_diagonal, "n"),
    (scattered, "n"),
    (reversed_write, "n"),
    (written_and_read, "n"),
    (either_write, "n"),
    (matrix_write, "m, n"),
    (product, "n"),
    (generated, "n"),
    (listed, "n"),
    (nested_lists, "m, n"),
    (helper, "n"),
    (unrolled_inside, "n"),
    (energy, "n m"),
    (counted, "n"),
    (in_a_branch, "n, "),
    (two_sums, "n"),
]


def vector_squares(x):
    return np.sum(x**2)


def vector_second_difference(x):
    y = np.zeros(len(x))
    y[1:-1] = x[2:] - 2 * x[1:-1] + x[:-2]
    return y


def vector_matrix(A, x):
    return A @ x


def vector_distances(x, y):
    return (x[:, None] - y[None, :]) ** 2


def vector_products(x):
    return np.array(x * np.arange(len(x))) + np.sum(x**2)


SAME = [
    (squares, vector_squares, "n"),
    (squares_of_values, vector_squares, "n"),
    (second_difference, vector_second_difference, "n"),
    (matrix_write, vector_distances, "m, n"),
    (listed, vector_products, "n"),
]
