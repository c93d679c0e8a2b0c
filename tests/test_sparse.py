"""Sparse Jacobians and Hessians as SciPy's matrices: values, patterns, and that no two results share memory."""

from __future__ import annotations

import numpy as np
import pytest

from symdiff import ShapeError, grad, hessian, jacobian

WEIGHTS = np.arange(6.0).reshape(3, 2)


def chained(x):
    return np.sum(100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2)


def spread(u):
    return u[2:] ** 2 - 3 * u[1:-1] * u[:-2]


def weighted(x):
    return WEIGHTS @ x**2


def both(x, y):
    return np.sum(x[1:] * x[:-1] * y[1:])


def ends(x):
    return x * x[0] + x[-1]


def five(x):
    return np.sum((x[2:] - 2 * x[1:-1] ** 2 + x[:-2]) ** 2)


def plane(u):
    return u[1:-1, 1:-1] ** 2 - u[:-2, 1:-1] * u[2:, 1:-1] - u[1:-1, :-2] * u[1:-1, 2:]


CASES = [
    (hessian, chained, ["n"], 2),
    (hessian, five, ["n"], 2),
    (jacobian, spread, ["n"], 2),
    (jacobian, weighted, [(2,)], 1),
    (jacobian, ends, ["n"], 1),
    (jacobian, grad(chained), ["n"], 2),
]


@pytest.mark.parametrize(("transform", "function", "shapes", "least"), CASES, ids=lambda value: getattr(value, "__name__", ""))
def test_equals_the_dense_derivative(transform, function, shapes, least):
    random = np.random.default_rng(0)
    dense, sparse = transform(function), transform(function, sparse=True)
    for n in (1, 2, 3, 4, 5, 9, 3, 40):
        point = [random.normal(size=n if shape == "n" else shape) for shape in shapes]
        if n < least and shapes == ["n"]:
            continue
        for _ in range(2):  # the second call takes the short way
            matrix = sparse(*point)
            wanted = dense(*point)
            assert matrix.format == "csr"
            assert matrix.has_canonical_format
            assert matrix.shape == wanted.shape
            np.testing.assert_allclose(matrix.toarray(), wanted, rtol=1e-12, atol=1e-12)
            assert matrix.check_format() is None


def test_higher_ranks_are_flattened():
    point = np.random.default_rng(1).normal(size=(4, 5))
    dense, sparse = jacobian(plane), jacobian(plane, sparse=True)
    for rows, columns in ((4, 5), (5, 4), (3, 3), (2, 6), (7, 3)):
        point = np.random.default_rng(1).normal(size=(rows, columns))
        wanted = dense(point)
        np.testing.assert_allclose(sparse(point).toarray(), wanted.reshape(-1, rows * columns), rtol=1e-12)


def test_blocks_of_several_arguments():
    x, y = np.random.default_rng(2).normal(size=(2, 6))
    dense, sparse = hessian(both, argnums=(0, 1)), hessian(both, argnums=(0, 1), sparse=True)
    for _ in range(2):
        found, wanted = sparse(x, y), dense(x, y)
        for i in range(2):
            for j in range(2):
                np.testing.assert_allclose(found[i][j].toarray(), wanted[i][j], rtol=1e-12)


def test_no_two_results_share_memory():
    curvature = hessian(chained, sparse=True)
    x = np.linspace(0, 1, 7)
    matrices = [curvature(x) for _ in range(3)]
    arrays = [array for matrix in matrices for array in (matrix.data, matrix.indices, matrix.indptr)]
    for k, one in enumerate(arrays):
        assert one.flags.writeable
        assert not any(np.shares_memory(one, other) for other in arrays[k + 1 :])


def test_a_result_may_be_changed_in_place():
    curvature = hessian(chained, sparse=True)
    x = np.linspace(0, 1, 7)
    wanted = curvature(x).toarray()
    changed = curvature(x)
    changed.data[::2] = 0.0
    changed.eliminate_zeros()
    changed.resize((3, 3))
    np.testing.assert_array_equal(curvature(x).toarray(), wanted)


def test_sizes_of_arrays_from_outside(monkeypatch):
    matrix = jacobian(weighted, sparse=True)
    x = np.array([1.0, 2.0])
    for rows in (3, 4, 3):
        monkeypatch.setitem(globals(), "WEIGHTS", np.arange(2.0 * rows).reshape(rows, 2))
        for _ in range(2):
            np.testing.assert_array_equal(matrix(x).toarray(), 2 * WEIGHTS * x)


def test_sizes_of_arrays_in_containers():
    def difference(parts):
        return parts[0][1:] * parts[1][:-1]

    matrix = jacobian(lambda x, parts: x[1:] * difference(parts), sparse=True)
    x, y, z = np.random.default_rng(3).normal(size=(3, 4))
    for _ in range(2):
        np.testing.assert_allclose(matrix(x, (y, z)).toarray(), np.diag(y[1:] * z[:-1], 1)[:-1], rtol=1e-13)


def test_arguments_that_are_no_plain_arrays():
    matrix = jacobian(spread, sparse=True)
    u = np.arange(6.0)
    wanted = matrix(u).toarray()
    matrix(u)
    for other in (np.arange(6), np.arange(12.0)[::2] / 2, u.astype(np.float32)):
        np.testing.assert_allclose(matrix(other).toarray(), wanted, rtol=1e-6)
    with pytest.raises(ShapeError):
        hessian(both, sparse=True)(u, u[1:])


def test_lengths_that_do_not_fit_raise_in_later_calls_too():
    matrix = hessian(both, sparse=True)
    x = np.arange(4.0)
    for _ in range(2):
        assert matrix(x, x).shape == (4, 4)
        with pytest.raises(ShapeError, match="y"):
            matrix(x, x[1:])


def test_rows_without_conditions_have_a_loop_of_their_own():
    source = hessian(chained, sparse=True).at(np.ones(4)).source
    inner, _, ends = source.partition("for i in range(1, n - 1):")[2].partition("for j in range(min(n, 2)):")
    assert "if" not in inner
    assert "if" in ends
    assert "place" not in source
