"""Elements that truth values choose: reduced, computed with, written; differentiated for every size by one graph."""

import numpy as np
import pytest

from symdiff import grad, jacobian, read
from symdiff.errors import ArgumentError, ShapeError
from tests.frontend.index_checks import check_function

WEIGHTS = np.array([True, False, True, True, False])


def vector(size):
    """Some elements above every threshold of the functions below, from two on."""
    return np.array([1.7, 0.2, 1.1, -0.6, 0.8, 2.3, -1.4])[:size]


def matrix(size):
    return np.random.default_rng(size).normal(size=(size, 3)).round(3) + 1


def total(x):
    return np.sum(x[x > 0.5] ** 2) + sum(x[x < 0])


def logarithms(x):
    return np.sum(np.log(x[x > 0]) * x[x > 0])


def mean(x):
    v = x[x > 0.1]
    return np.mean(v**2) + v.mean() * len(v) + v.size + v.shape[0]


def product(x):
    return np.prod(x[x > 0.5])


def extremes(x):
    v = x[np.abs(x) > 0.5]
    return np.max(v**2) + v.min() + max(v) + min(-v)


def spread(x):
    v = x[x > 0.1]
    return np.var(v) + np.var(v, ddof=0)


def products(x):
    m = x > 0.1
    return x[m] @ np.exp(x[m]) + np.dot(x[m], x[m]) + np.linalg.norm(x[m])


def helper(v):
    return np.sum(np.maximum(v, 1) ** 2)


def of_those(x):
    v = x[x > 0.1]
    return np.sum(v[v < 1.5] ** 2) * helper(v)


def chosen_again(x):
    v = x[x > 0.1]
    return np.sum(np.where(v > 1, v**2, 0)) + np.any(v > 2) + np.all(v > 0) + np.clip(v, 0.5, 1.5).sum()


def written(x):
    y = x**2
    m = x > 0.5
    y[m] = 3.0
    y[~m] += 1
    y[x > 1] *= np.sum(x)
    return y


def copied(x):
    z = x**2
    y = np.zeros_like(x)
    m = (x > 0.5) & (x < 1.5)
    y[m] = z[m]
    y[m] += np.sin(x[m]) * 2
    y[~m] -= x[~m]
    return y


VECTORS = [total, logarithms, mean, product, extremes, products, of_those, chosen_again, written, copied]


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("function", VECTORS)
def test_vectors(function):
    check_function(function, vector, sizes=range(function is mean, 8))


def test_variance():
    check_function(spread, vector, sizes=(2, 5, 7))


def rows(x):
    m = x[:, 0] > 1
    r = x[m] @ np.sum(x, axis=0)
    return 0.01 * (np.sum(x[m].sum(axis=1) ** 2) + np.sum(x[m] ** 2, axis=0) + r @ r + x[m].T @ r)


def columns(x):
    m = x[:, 1] > 1
    return np.sum(x[m, 0] ** 2 * x[m, 2]) + np.sum(x.T[:, m], axis=1)


def written_rows(x):
    y = x * 1
    m = x[:, 0] > 1
    y[m] = 0
    y[x > 1.5] *= 2
    y[~m] += np.sum(x, axis=0) ** 2
    return y


@pytest.mark.parametrize("function", [rows, columns, written_rows])
def test_matrices(function):
    check_function(function, matrix, sizes=(0, 1, 2, 3, 4), compiled=(3,))


def square(x):
    y = x * 1
    y[np.sum(x, axis=1) > 1] = 0
    return y


def test_a_mask_of_rows_is_not_one_of_columns():
    check_function(square, lambda size: np.random.default_rng(size).normal(size=(size, size)), sizes=(2, 3), compiled=(3,))


def test_nothing_outside_is_used():
    def roots(x):
        return np.sum(np.sqrt(x[x > 0])) + np.prod(np.log(x[x > 0]))

    found = grad(roots)(np.array([0.0, -1.0, 4.0, np.nan]))
    np.testing.assert_allclose(found, [0, 0, 0.25 + 0.25, 0])


def by_argument(x, mask):
    y = np.where(mask, x, 0.0)
    y[~mask] = x[~mask] ** 2
    return y * np.sum(x[mask])


def test_masks_are_arguments():
    x, mask = vector(5), np.array([True, False, True, False, True])
    found = jacobian(by_argument)(x, mask)
    step = 1e-6
    for k, unit in enumerate(np.eye(5)):
        expected = (by_argument(x + step * unit, mask) - by_argument(x - step * unit, mask)) / (2 * step)
        np.testing.assert_allclose(found[:, k], expected, rtol=1e-7, atol=1e-7)
    with pytest.raises(ShapeError, match="mask has length 2, where 5 is needed"):
        jacobian(by_argument)(x, mask[:2])
    with pytest.raises(ArgumentError):
        grad(lambda x, mask: np.sum(x[mask]), argnums="mask")(x, mask)


def test_masks_are_captured():
    def outside(x):
        return np.sum(x[WEIGHTS] ** 2)

    np.testing.assert_array_equal(grad(outside)(np.ones(5)), [2, 0, 2, 2, 0])


def truths(x, mask):
    return np.sum(x * (mask + mask)) + np.sum((x > 0) + (x > 1)) * np.sum(x) + np.sum(x * np.multiply(mask, mask))


def test_sums_of_truth_values_are_truth_values():
    x, mask = vector(5), WEIGHTS
    assert read(truths)(x, mask) == pytest.approx(truths(x, mask))


def test_formulas():
    def positive(x):
        return np.sum(x[x > 0] ** 2)

    assert str(read(positive)) == "positive(x) = sum(x[i]**2, i = 0..n-1, x[i] > 0)"
    assert str(grad(positive)) == "∂positive/∂x[k] = 2*x[k] if x[k] > 0 else 0"


def test_the_largest_of_nothing_raises():
    with pytest.raises(ValueError, match="chooses no element"):
        grad(lambda x: np.max(x[x > 5]))(vector(4))


def beside(x):
    return np.sum(x[x > 0] * x)


def two_masks(x):
    return np.sum(x[x > 0] + x[x > 1])


def put_in_order(x):
    y = np.zeros_like(x)
    y[x > 0] = x
    return y


@pytest.mark.parametrize("function", [beside, two_masks, put_in_order])
def test_other_lengths_than_a_mask_chooses_raise(function):
    with pytest.raises(ValueError, match="arrays of the lengths"):
        read(function)(np.array([1.0, 2.0, 3.0, -1.0]))
    x = np.array([1.5, 2.0, 3.0])  # all of them
    np.testing.assert_allclose(read(function)(x), function(x))
