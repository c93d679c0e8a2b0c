"""Vectors of fixed length: tuples, lists, arrays; unpacked, read by literal indices, or reduced."""

# The corpus holds what people write, not what a linter likes.
# ruff: noqa: RET504, SIM, E741

from __future__ import annotations

import math

import numpy as np

from tests.corpus.program import Corpus

VECTORS = Corpus()
add = VECTORS.add


@add(((0.4, 1.3),), ([0.4, 1.3],), (np.array([0.4, 1.3]),))
def unpacked(p):
    x, y = p
    return x * y**2


@add(((0.4, 1.3, -0.7),), ([0.4, 1.3, -0.7],), (np.array([0.4, 1.3, -0.7]),))
def indexed(p):
    return p[0] * p[1] + math.sin(p[2])


@add(((0.4, 1.3, -0.7),), ([0.4, 1.3, -0.7],))
def negative_indices(p):
    return p[-1] * p[0] + p[-2] ** 2


@add((np.array([0.4, 1.3]), np.array([2.0, -1.0])))
def two_vectors(p, q):
    return p[0] * q[1] - p[1] * q[0]


@add(([0.4, 1.3], 2.0))
def vector_and_scalar(p, k):
    return k * p[0] * p[1] + k * k


@add(((0.4, 1.3),))
def vector_to_tuple(p):
    return p[0] * p[1], p[1] ** 3


@add(([0.4, 1.3],))
def vector_to_list(p):
    x, y = p
    return [x + y, x * y, x / y]


@add((np.array([0.4, 1.3]),))
def vector_to_array(p):
    return np.array([p[0] ** 2 + 3 * p[1], 2 * p[0] + p[1] ** 2])


@add((np.array([0.4, 1.3]),))
def vector_to_matrix(p):
    a, b = p
    return np.array([[a, a * b], [b * b, 1.0]])


@add(([0.4, 1.3, 2.0],))
def loop_over_an_argument(p):
    total = 0.0
    for v in p:
        total += v**3
    return total


@add(([0.4, 1.3, 2.0],))
def comprehension_over_an_argument(p):
    return sum(math.exp(-v * v) for v in p) * len(p)


@add(([0.4, 1.3, 2.0],))
def index_loop_over_an_argument(p):
    total = 0.0
    for i in range(len(p) - 1):
        total += (p[i + 1] - p[i] ** 2) ** 2
    return total


@add(([0.4, 1.3, 2.0], [1.0, -1.0, 0.5]))
def dot_product_by_zip(p, q):
    return sum(a * b for a, b in zip(p, q, strict=True))


@add(([0.4, 1.3, 2.0],), domain="no two elements equal")
def extremes_of_an_argument(p):
    return max(p) * min(p) + sum(p)


@add((((0.4, 1.3), (2.0, -0.5)),))
def nested_tuples(pairs):
    (a, b), (c, d) = pairs
    return a * d - b * c


@add((np.array([[0.4, 1.3], [2.0, -0.5]]),))
def determinant(m):
    return m[0, 0] * m[1, 1] - m[0, 1] * m[1, 0]


@add(([[0.4, 1.3], [2.0, -0.5]],))
def rows_of_a_nested_list(m):
    first, second = m
    return first[0] * second[1] + m[0][1] ** 2


@add(([0.4, 1.3, 2.0],))
def reductions(p):
    return np.sum(p) * np.prod(p)


@add((np.array([0.4, 1.3, 2.0]),))
def norm(p):
    return math.sqrt(p[0] ** 2 + p[1] ** 2 + p[2] ** 2)


@add(([0.4, 1.3, 2.0, 0.7],))
def slices(p):
    a = p[1:3]
    b = p[::2]
    return a[0] * b[1] + a[-1] * b[0]


@add(((0.9, -0.2, 0.4),))
def rotation(angles):
    a, b, c = angles
    x = (math.cos(a) * math.cos(b), math.sin(a) * math.cos(b), -math.sin(b))
    return [math.cos(c) * x[0] - math.sin(c) * x[1], math.sin(c) * x[0] + math.cos(c) * x[1], x[2]]


@add(((0.4, 1.3), (0.5, -0.5)), domain="away from p[0] == 0")
def branch_on_an_element(p, q):
    if p[0] > 0:
        return p[0] * q[1]
    return p[1] * q[0]


@add(([0.4, 1.3],))
def unused_elements(p):
    return p[1] ** 2


@add(((0.3, 0.8), 1.1))
def matrix_product_by_lists(p, s):
    a = [[math.cos(p[0]), -math.sin(p[0])], [math.sin(p[0]), math.cos(p[0])]]
    b = [[1.0, s], [0.0, p[1]]]
    c = [[sum(a[i][k] * b[k][j] for k in range(2)) for j in range(2)] for i in range(2)]
    return c
