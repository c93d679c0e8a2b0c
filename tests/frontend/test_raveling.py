"""Matrices as vectors and back, where a product of lengths is built in: values, derivatives, formulas, versions, code."""

# ruff: noqa: N803, N806 - matrices have capital letters here, as on paper

import numpy as np
import pytest

from symdiff import grad, jacobian, read
from symdiff.errors import ShapeError
from tests.frontend.index_checks import check_function

SHAPES = ((3, 2), (0, 2), (2, 3), (1, 3), (3, 1), (1, 1), (2, 0), (4, 2))


def matrix(number):
    rows, columns = SHAPES[number]
    return np.sin(1 + np.arange(float(rows * columns))).reshape(rows, columns)


def flat(x):
    return x.ravel() ** 2


def weighted(x):
    return np.sum(x.flatten() * np.arange(x.size))


def other_shape(x):
    m, n = x.shape
    return x.reshape(-1).reshape(n, m) ** 2 * x.sum()


def behind_another(x):
    return np.concatenate([x.ravel(), x.sum(axis=0)]) ** 2


def neighbours(x):
    return x.ravel()[1:] * x.ravel()[:-1]


def transposed(x):
    return x.T.ravel() @ np.exp(x.ravel())


def outer(x):
    return np.outer(x.ravel(), np.reshape(x, -1))


def ends(x):
    return x.ravel()[-1] * x.ravel()[0]


def heat(x):
    change = np.zeros_like(x)
    change[1:-1, :] = x[2:, :] - 2 * x[1:-1, :] + x[:-2, :] + x[1:-1, :] ** 3
    return change.ravel()


def copied(x):
    m, n = x.shape
    y = np.zeros(m * n)
    y[:] = x.ravel()
    return y**2


@pytest.mark.parametrize(
    "function", [flat, weighted, other_shape, behind_another, neighbours, transposed, outer, ends, heat, copied]
)
def test_matrices(function):
    check_function(function, matrix, range(8), compiled=(0,) if function is neighbours else (), one_graph=False)


def rows_of_three(x):
    rows = x.reshape(-1, 3)
    return (rows**2).sum(axis=1) * rows[:, 0]


def test_vectors_as_matrices():
    check_function(rows_of_three, lambda size: np.sin(np.arange(3.0 * size)), (0, 1, 2, 4), compiled=())
    source = grad(lambda x: np.sum(rows_of_three(x))).at(np.ones(9)).source
    assert "for i in range(n//3):\n        " in source  # not through the rows for every element
    assert "for j" not in source


def test_formulas_and_versions():
    slope = grad(lambda A, w: np.sum(np.sin(A.ravel()) * w))
    for rows, columns in ((3, 2), (5, 2), (2, 4), (3, 2)):
        A, w = np.ones((rows, columns)), np.arange(float(rows * columns))
        np.testing.assert_allclose(slope(A, w), np.cos(1.0) * w.reshape(rows, columns))
    assert len(slope.versions) == 2  # of two columns, and of four
    assert str(slope.at(np.ones((3, 2)), np.ones(6))).splitlines()[0] == "∂f/∂A[k, l] = w[2*k+l]*cos(A[k, l])"
    assert r"w_{2k+l} \cos{\left(A_{k,l} \right)}" in slope.at(np.ones((3, 2)), np.ones(6)).latex()
    shown = str(jacobian(flat).at(matrix(0)))
    assert shown.splitlines()[0] == "J(x)[k, l, p] = 2*x[k//2, k-2*(k//2)] if k == 2*l + p else 0"
    with pytest.raises(ShapeError, match="w has length 5"):
        slope(np.ones((3, 2)), np.ones(5))
    assert read(flat).at(np.ones((3, 70))).source == read(flat).at(np.ones((9000, 70))).source


def test_dot_of_two():
    slope = grad(lambda A, B: np.dot(A.ravel(), B.ravel()))
    assert str(slope.at(np.ones((3, 2)), np.ones((3, 2)))).startswith("∂f/∂A[k, l] = B[k, l]")
