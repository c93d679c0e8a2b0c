# ruff: noqa: N803 - matrices have capital letters here, as on paper
"""Rows of arrays in loops of any length: the same values and derivatives as in Python, by one graph."""

import numpy as np
import pytest

from symdiff import grad, read
from symdiff.graph.evaluate import evaluate
from symdiff.graph.structure import Tensor
from tests.frontend import row_cases
from tests.frontend import test_tensor_cases as cases
from tests.frontend.test_loop_reading import graph_of, loops_in


def name(value):
    return getattr(value, "__name__", str(value))


@pytest.mark.parametrize(("function", "shapes"), row_cases.CASES, ids=name)
def test_values_are_those_of_python(function, shapes):
    cases.test_values_are_those_of_numpy(function, shapes)


@pytest.mark.parametrize(("function", "shapes"), row_cases.CASES, ids=name)
def test_derivatives_are_those_of_differences(function, shapes):
    cases.test_derivatives_are_those_of_differences(function, shapes)


@pytest.mark.parametrize(("function", "shapes"), row_cases.CASES, ids=name)
def test_one_graph_for_every_length(function, shapes):
    args = cases.arguments(shapes, {"m": 4, "n": 3, "k": 2}, np.random.default_rng(0))
    made = read(function).at(*args)
    assert all(isinstance(param.structure, Tensor) for param in made.graph.params)
    assert "@" not in str(made.graph)


def test_formula_is_that_of_a_matrix_product():
    def loop(A, w):
        s = 0.0
        for row in A:
            s += (row @ w) ** 2
        return s

    def whole(A, w):
        return np.sum((A @ w) ** 2)

    args = np.ones((2, 3)), np.ones(3)
    assert str(read(loop).at(*args)).partition("=")[2] == str(read(whole).at(*args)).partition("=")[2]


def triangular(x):
    s = 0.0
    for i in range(len(x)):
        s += np.sum(x[:i]) * x[i]
    return s


def from_the_branch(A):
    s = 0.0
    for row in A:
        if row @ row > 1:
            t = row[0] ** 2
            s += np.sum(row * t)
    return s


def row_writes(A):
    found = np.zeros_like(A)
    for i in range(A.shape[0]):
        found[i] = A[i] / (1 + np.sum(A[i] ** 2))
    return np.sum(found**2)


def sum_of_rows(A):
    g = np.zeros(A.shape[1])
    for row in A:
        g += row * np.tanh(row[0])
    return np.sum(g**2)


@pytest.mark.parametrize("function", [from_the_branch, row_writes, sum_of_rows])
@pytest.mark.parametrize("shape", [(0, 3), (1, 2), (4, 3)])
def test_the_rest_is_a_loop_of_the_graph(function, shape):
    point = np.random.default_rng(1).normal(size=shape)
    graph = graph_of(function, [point])
    assert loops_in(graph)
    assert evaluate(graph, [point])[0] == pytest.approx(function(point), rel=1e-12)


def test_lengths_are_checked_before_the_loop_also_for_branches():
    def hinge(A, y):
        s = 0.0
        for i in range(len(y)):
            if y[i] > 0:
                s += np.max(A[i])
        return s

    df = grad(hinge)
    rows, y = np.array([[1.0, 2.0], [4.0, 3.0], [5.0, 6.0]]), np.array([1.0, -1.0])
    np.testing.assert_array_equal(df(rows, y), [[0, 1], [0, 0], [0, 0]])
    with pytest.raises(IndexError, match="where a branch is taken"):
        df(rows[:1], y)
    with pytest.raises(ValueError, match="empty array"):
        df(rows[:, :0], y)
