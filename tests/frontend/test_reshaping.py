"""Arrays in another shape: split, made one, parameters that are packed in a vector; for every size where that is affine."""

# ruff: noqa: N803, N806 - matrices have capital letters here, as on paper

import numpy as np
import pytest

from symdiff import grad, jacobian, read
from symdiff.errors import ShapeError
from tests.frontend.index_checks import check_function


def vector(size):
    return np.random.default_rng(size).normal(size=size).round(3)


def pairs(x):
    return x.reshape(-1, 2) ** 2


def halves(x):
    return x.reshape(2, -1) * np.sum(x)


def six(x):
    return np.reshape(x[:6], (2, 3)) ** 2


@pytest.mark.parametrize("function", [pairs, halves, six])
def test_vectors_are_split(function):
    check_function(function, vector, sizes=(0, 2, 4, 5, 7, 8), compiled=(8,))


def points(size):
    return np.random.default_rng(size).normal(size=3 * size).round(3)


def distances(x):
    p = x.reshape(-1, 3)
    return np.sum((p[1:] - p[:-1]) ** 2, axis=1)


def back_again(x):
    p = x.reshape(-1, 3) ** 2
    return (p * p[:, :1]).ravel()


def columns(x):
    p = x.reshape(3, -1)
    return (p[0] * p[1]).reshape(-1) + p[2].flatten()


def other_groups(x):
    return x[:12].reshape(2, 6).reshape(3, 4).sum(axis=0) ** 2


@pytest.mark.parametrize("function", [distances, back_again, columns])
def test_points(function):
    check_function(function, points, sizes=(0, 2, 3, 4), compiled=(3,))


def test_known_groups():
    check_function(other_groups, points, sizes=(4, 5), compiled=(4,))


def network(p, X, y):
    W = p[:6].reshape(2, 3)
    b, v = p[6:9], p[9:12]
    return np.mean((np.tanh(X @ W + b) @ v - y) ** 2)


def test_packed_parameters():
    generator = np.random.default_rng(0)
    p, df = generator.normal(size=12), grad(network)
    for rows in (3, 5000):
        X, y = generator.normal(size=(rows, 2)), generator.normal(size=rows)
        found = df(p, X, y)
        steps = 1e-6 * np.eye(12)
        expected = [(network(p + step, X, y) - network(p - step, X, y)) / 2e-6 for step in steps]
        np.testing.assert_allclose(found, expected, rtol=1e-6, atol=1e-8)
    assert len(df.versions) == 1
    with pytest.raises(ShapeError, match="axis 1 of X has length 3, where 2 is needed"):
        df(p, np.ones((4, 3)), np.ones(4))


def test_of_two_sizes_by_known_lengths():
    def flat(X):
        return np.sum(X.reshape(-1)[::2] ** 2)

    X = np.arange(6.0).reshape(2, 3)
    np.testing.assert_array_equal(grad(flat)(X), [[0, 0, 4], [0, 8, 0]])


def test_lengths_that_do_not_fit():
    with pytest.raises(ValueError, match="in 2 parts"):
        read(pairs)(np.ones(5))
    with pytest.raises(ValueError, match="lengths 6 and 8"):
        jacobian(lambda x: x[:6].reshape(2, 4))(np.ones(8))
