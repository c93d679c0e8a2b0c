"""What is assumed of arguments before a call, from how they are used, and what is said where nothing can be."""

# ruff: noqa: N803 - matrices are capitals

import numpy as np
import pytest

from symdiff import ShapeError, SymdiffError, grad, hessian, jacobian, read


def assumed(function):
    return dict(read(function).explain().assumed)


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        (lambda x: np.sum(x**2), {"x": "a vector of n"}),
        (lambda x: 10 * len(x) + x.sum(), {"x": "a vector of n"}),
        (lambda A, x: A @ x, {"A": "a matrix of m by n", "x": "a vector of n"}),
        (lambda x: x @ x, {"x": "a vector of n"}),
        (lambda w, S: w @ S @ w, {"w": "a vector of n", "S": "a matrix of n by n"}),
        (lambda w, m, S: (w @ m) / np.sqrt(w @ S @ w), {"w": "a vector of n", "m": "a vector of n", "S": "a matrix of n by n"}),
        (lambda w, S: np.dot(w.T, np.dot(S, w)), {"w": "a vector of n", "S": "a matrix of n by n"}),
        (lambda a, b: np.dot(a, b), {"a": "a vector of n", "b": "a vector of n"}),
        (lambda w, X: 0.5 * w @ w + np.sum(X @ w), {"w": "a vector of n", "X": "a matrix of m by n"}),
        (lambda X, W: np.sum((X - X @ W @ W.T) ** 2), {"X": "a matrix of m by n", "W": "a matrix of n by k"}),
        (lambda A: np.sum(A, axis=1), {"A": "a matrix of m by n"}),
        (lambda A: A[1:, 0], {"A": "a matrix of m by n"}),
        (lambda x, y: np.einsum("ij,j->i", x, y), {"x": "a matrix of m by n", "y": "a vector of n"}),
        (lambda x, k: k * x[0] * x[1], {"x": "a vector of 2", "k": "a number"}),
        (lambda x: x**2, {"x": "a number"}),
    ],
)
def test_ranks(function, expected):
    assert assumed(function) == expected


def energy(x, A, b):
    total = 0.0
    for i in range(len(x)):
        for j in range(i):
            total += A[i, j] * x[i] * x[j]
    return total - b


def test_ranks_in_loops():
    assert assumed(energy) == {"x": "a vector of n", "A": "a matrix of m by k", "b": "a number"}


def picked(table, i, j):
    return np.sum(table[i] * table[j], axis=1)


def pooled(x):
    return np.sum(x[::2] * x[1::2])


@pytest.mark.parametrize("view", [str, lambda df: df.source, lambda df: df.explain()])
def test_what_only_a_call_tells(view):
    """Not refused when it is made: the error says what to do."""
    for df in (jacobian(picked, argnums="table"), grad(lambda A, x: x * A @ x, argnums="A")):
        with pytest.raises(SymdiffError, match=r"not known before a call: call") as raised:
            view(df)
        assert not isinstance(raised.value, ShapeError)
    table, i, j = np.arange(10.0).reshape(5, 2), np.array([0, 4]), np.array([1, 1])
    assert jacobian(picked, argnums="table")(table, i, j).shape == (2, 5, 2)
    assert grad(pooled)(np.arange(4.0)).tolist() == [1.0, 0.0, 3.0, 2.0]


def test_a_result_that_is_no_number_whatever_the_arguments_are():
    df = grad(lambda x: (x[0], x[1]))
    with pytest.raises(ShapeError, match="one number"):
        str(df)
    with pytest.raises(ShapeError, match="returns an array of n"):
        grad(lambda x: x * 2)(np.ones(3))
    with pytest.raises(ShapeError, match="returns an array of n by n"):
        hessian(lambda x: np.outer(x, x), sparse=True)(np.ones(3))


def test_masks_that_choose_different_elements_raise():
    with pytest.raises(ValueError, match="arrays of the lengths"):
        grad(lambda x: np.sum(x[x > 0] * x[x > 1]))(np.array([0.5, 2.0]))


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        (lambda y: y[0] ** 2, [4.0, 0.0, 0.0]),
        (lambda y: np.sum(y[1:] ** 2), [0.0, 0.0, 6.0]),
        (lambda y: np.sum(y[y > 0] ** 2), [4.0, 0.0, 6.0]),
        (lambda y: np.sum(y[::-1] * y), [6.0, 0.0, 4.0]),
    ],
)
def test_what_a_branch_hands_on_may_be_an_array(function, expected):
    """Known when the derivative is made, before a call tells what x is: y is chosen between x and a number."""

    def f(x):
        y = np.where(x > 0, x, 0.0)
        return function(y)

    def g(x):
        return function(np.where(x > 0, x, np.where(x > -2, 0.0 * x, x + 7)))

    df, dg = grad(f), grad(g)
    assert assumed(f) == {"x": "a vector of n"}
    np.testing.assert_array_equal(df(np.array([2.0, -1.0, 3.0])), expected)
    np.testing.assert_array_equal(dg(np.array([2.0, -1.0, 3.0])), expected)


def test_the_condition_alone_tells_that_an_array_is_chosen():
    assert assumed(lambda x, w: np.sum(np.where(x > 0, 1.0, 2.0)[1:]) * w) == {"x": "a vector of n", "w": "a number"}
