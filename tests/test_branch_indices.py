"""Elements at indices from data that are read in branches: they need be there where the branch is taken, only.

Neighbours are often given so: -1 or n says that there is none. Each function is checked against differences.
"""

import numpy as np
import pytest

from symdiff import grad, hessian, jacobian, read
from tests.random_array_programs import by_source


def neighbours(x, at):
    s = 0.0
    for i in range(len(x)):
        if at[i] >= 0 and at[i] < len(x):
            s = s + x[at[i]] * x[i] ** 2
    return s


def in_turn(x, at):
    s = 0.3
    for i in range(len(x)):
        k = at[i]
        if k < len(x):
            s = s * x[k] + x[i]
    return s


def left_out(x, at):
    s = 0.0
    for i in range(len(x)):
        k = at[i]
        if k < 0 or k >= len(x):
            continue
        s += x[k] * np.sin(x[i])
    return s


def by_the_numbers(x, at):
    s = 0.0
    for i in range(len(x)):
        if x[i] > 100:
            s += x[at[i] + 50] * x[i]
        else:
            s += x[i] ** 3
    return s


def nested(x, at):
    s = 0.0
    for i in range(len(x)):
        if x[i] > -0.5:
            t = x[i] * 2
            if t > 0 and at[i] < len(x) and x[at[i]] > -1:
                s += x[at[i]] * t
            elif t > 0.2:
                s += t * x[at[i] - 1]
        else:
            s += x[i] * x[0] if len(x) > 2 else 1.5 * x[i]
    return s


def in_a_triangle(x, at):
    s = 0.0
    for i in range(len(x)):
        for j in range(i):
            s += x[at[j] - 1] * x[i] if x[i] > x[j] else x[i] * x[j]
    return s


def in_branches_of_branches(x, at):
    s = 0.0
    if x[0] > 5:
        s = np.sum(x[at + 9] * x)
    elif at[0] < len(x):
        if x[at[0]] > 0:
            s = x[at[0]] ** 2 * x[1]
        elif at[0] > 0:
            s = np.sin(x[at[0]]) * x[0]
    return s + np.sum(x * x)


FUNCTIONS = [neighbours, in_turn, left_out, by_the_numbers, nested, in_a_triangle, in_branches_of_branches]


@pytest.mark.parametrize("function", FUNCTIONS)
def test_indices_are_in_range_where_a_branch_is_taken(function):
    x, at = np.array([0.7, -0.4, 0.9, -0.8]), np.array([1, 4, 3, 2])
    if function is neighbours:
        at[3] = -1
    gradient, shifts = grad(function), 1e-6 * np.eye(4)

    def by_differences(f):
        return np.array([(f(x + h, at) - f(x - h, at)) / 2e-6 for h in shifts])

    def source(derivative, point=x):
        return by_source(derivative, derivative.at(point, at), {"x": point, "at": at})

    assert source(read(function)) == pytest.approx(function(x, at), rel=1e-14)
    np.testing.assert_allclose(source(gradient), by_differences(function), rtol=1e-7, atol=1e-8)
    expected = by_differences(lambda point, _: source(gradient, point))
    np.testing.assert_allclose(source(hessian(function)), expected, rtol=1e-7, atol=1e-8)
    np.testing.assert_allclose(source(hessian(function, sparse=True)).toarray(), expected, rtol=1e-7, atol=1e-8)


@pytest.mark.parametrize("derivative", [read, grad])
def test_an_index_beside_the_array_where_a_branch_is_taken(derivative):
    x, at = np.array([0.7, -0.4, 0.9]), np.array([1, -9, 2])
    made = derivative(in_turn)
    with pytest.raises(IndexError, match="out of range"):
        by_source(made, made.at(x, at), {"x": x, "at": at})


def times_the_fourth(x):
    y = np.zeros(len(x))
    for i in range(len(x)):
        if len(x) > 3:
            y[i] = x[3] * x[i]
        else:
            y[i] = x[i] * 2
    return y


@pytest.mark.parametrize("size", [0, 1, 2, 5])
def test_a_column_that_is_not_there_is_none_of_a_sparse_matrix(size):
    x = np.linspace(0.5, 1.5, size)
    made = jacobian(times_the_fourth, sparse=True)
    dense = jacobian(times_the_fourth)
    found = by_source(made, made.at(x), {"x": x})
    np.testing.assert_allclose(found.toarray(), by_source(dense, dense.at(x), {"x": x}), rtol=1e-15)


def counted_down(x, k):
    def further(v, n):
        if n == 0:
            return np.sum(x) * v
        for _ in range(n):
            v = np.sin(v) + 0.1
        return further(v, n - 1) * v

    return further(0.7 + np.sum(x), k)


def test_a_recursion_counts_with_an_argument_that_no_call_has_told_yet():
    """Making the derivative raised a KeyError."""
    x, h = np.array([0.2, 0.3]), np.array([1e-6, 0])
    gradient = grad(counted_down)
    found = by_source(gradient, gradient.at(x, 2), {"x": x, "k": 2})
    assert found[0] == pytest.approx((counted_down(x + h, 2) - counted_down(x - h, 2)) / 2e-6, rel=1e-7)
