"""Functions of NumPy that are read as Python of others: values and derivatives against NumPy itself and differences."""

import numpy as np
import pytest

from symdiff import grad, jacobian, read
from symdiff.codegen import python_function
from symdiff.errors import UnsupportedError
from tests.frontend.index_checks import check_function


def vector(size):
    return np.random.default_rng(size).normal(size=size).round(3)


def matrix(size):
    return np.random.default_rng(size).normal(size=(size, 4)).round(3)


VECTORS = {
    "cumprod": lambda x: np.cumprod(x),
    "accumulated": lambda x: np.maximum.accumulate(x) * np.minimum.accumulate(x) + np.add.accumulate(x),
    "powers": lambda x: np.vander(x, 3) @ np.ones(3) + np.vander(x, 3, increasing=True)[:, 1],
    "slopes": lambda x: np.gradient(x) * np.gradient(x, 0.5) + np.gradient(x, np.cumsum(np.exp(x))),
    "padded": lambda x: np.pad(x, 2) ** 2 + np.pad(x, (1, 3), mode="edge") * np.pad(x, (3, 1), mode="wrap"),
    "mirrored": lambda x: np.pad(x, (1, 1), mode="reflect") * np.pad(x, (1, 1), mode="symmetric"),
    "smoothed": lambda x: np.convolve(x, np.ones(3) / 3, mode="valid"),
    "convolved": lambda x: np.convolve(x, x[:2] ** 2) * np.convolve(x, np.array([1.0, 2.0])),
    "with_itself": lambda x: np.convolve(x, np.sin(x)),
    "same": lambda x: np.convolve(x, np.array([1.0, 2.0, -1.0]), mode="same"),
    "tiled": lambda x: np.tile(x, 2) * np.repeat(x, 2),
    "crossed": lambda x: np.kron(x, x) * np.subtract.outer(x, x).ravel() + np.add.outer(x, x).ravel(),
    "grid": lambda x: np.meshgrid(x, x**2)[0] * np.meshgrid(x, x**2)[1] + np.meshgrid(x, x, indexing="ij")[0],
    "spread": lambda x: np.ptp(x) * x + np.quantile(x, 0.3) * np.percentile(x, 60),
    "reduced": lambda x: np.multiply.reduce(x) + np.add.reduce(x**2) * np.maximum.reduce(x),
    "selected": lambda x: np.select([x < -0.5, x < 0.5], [x, x**2], default=0.25) * np.take(x, [0, -1])[0],
    "finite": lambda x: np.nansum(x) * np.nanmean(x),
    "distances": lambda x: np.ediff1d(x) * np.tensordot(x, x, 1),
    "quantiles": lambda x: np.quantile(x, [0.25, 0.5]) * np.percentile(x, np.array([20, 70])),
    "up": lambda x: np.atleast_2d(x).T @ np.atleast_2d(x) + np.flipud(x),
}
MATRICES = {
    "covariances": lambda x: np.cov(x) * np.corrcoef(x) + np.cov(x[0]),
    "of_columns": lambda x: np.cov(x, rowvar=False, bias=True),
    "framed": lambda x: np.pad(x, 1)[1:, :-1] + np.pad(x, ((0, 1), (1, 0))),
    "halves": lambda x: np.split(x, 2, axis=1)[0] * np.split(x, 2, axis=-1)[1],
    "crosses": lambda x: np.cross(x[:, :3], x[:, 1:]),
    "turned": lambda x: np.rot90(x) + np.moveaxis(x, 0, 1) * np.rot90(x, -1) + np.fliplr(x).T,
    "blocks": lambda x: np.kron(x[:2, :2], x[:2]) + np.tensordot(x, x),
    "powers_of": lambda x: np.linalg.matrix_power(x.T @ x, 3) + np.linalg.multi_dot([x.T, x, np.eye(4)]),
    "side_by_side": lambda x: np.tile(x, 2) * np.repeat(x, 2).reshape(x.shape[0], 8),
    "over_axes": lambda x: np.tensordot(x, x, axes=([-1], [1])) @ np.tensordot(x, x, ((1,), (1,))) + np.tensordot(x, x.T, 1),
    "over_both": lambda x: (
        np.tensordot(x, x**2, ((0, 1), (0, 1))) * np.tensordot(x, x[0], (1, 0)) * np.tensordot(x, x[:, 0], (0, 0))[1]
    ),
    "over_none": lambda x: np.tensordot(x, x[0], 0),
    "along_the_first": lambda x: np.add.reduce(x) * np.maximum.reduce(x, axis=0) + np.multiply.reduce(x, axis=None),
    "taken": lambda x: np.take(x, (1, 0), axis=0) * np.take(x, [0], axis=-2) + np.take(x, 1, axis=-1)[:2, None],
    "stacked": lambda x: np.vstack([x, x.sum(axis=0)]) * np.take(x, [0], axis=1)[0],
    "squeezed": lambda x: np.squeeze(x[:1]) ** 2 + x[0],
}


def named(name, function):
    function.__name__ = name
    return function


@pytest.mark.parametrize("name", VECTORS)
def test_vectors(name):
    check_function(named(name, VECTORS[name]), vector, (3, 5), compiled=(), one_graph=False)


@pytest.mark.parametrize("name", MATRICES)
def test_matrices(name):
    check_function(named(name, MATRICES[name]), matrix, (2, 3), compiled=(), one_graph=False)


def test_short_vectors():
    for name in ("cumprod", "accumulated", "powers", "tiled", "crossed", "reduced", "grid", "quantiles"):
        check_function(named(name, VECTORS[name]), vector, (1, 2), compiled=(), one_graph=False)


def test_refusals_are_at_the_line_of_the_user():
    with pytest.raises(UnsupportedError, match=r"np\.pad") as caught:
        jacobian(lambda x: np.pad(x, (1, x.sum()))).at(np.ones(3))
    assert "test_numpy_definitions.py" in str(caught.value)
    assert str(grad(lambda x: np.multiply.reduce(x)).at(np.ones(3))) == str(grad(lambda x: np.prod(x)).at(np.ones(3)))


def taken_is_a_copy(x):
    y = x * 1.0
    first = np.take(y, 0, axis=1)
    row = np.take(y, 1, axis=0)
    first[0], row[0] = 5.0, 7.0
    return np.sum(y**2) + np.sum(first * row[:2])


def turned_is_a_view(x):
    y = x * 1.0
    z = np.rot90(y, 0)
    z[0, 0] = 5.0
    return np.sum(y * x)


@pytest.mark.parametrize("function", [taken_is_a_copy, turned_is_a_view])
def test_views_and_copies_are_those_of_numpy(function):
    """``np.take`` was a view of a matrix, which a write changed; ``np.rot90`` by no turn was a copy."""
    check_function(function, matrix, (2,), compiled=(), one_graph=False)


def test_the_first_two_axes_are_turned():
    x = np.random.default_rng(1).normal(size=(2, 3, 2))
    for k in range(4):
        function = read(source=f"def f(x): return np.rot90(x, {k}) * np.take(np.rot90(x, {k}), 1, axis=2)[:, :, None]")
        turned = np.rot90(x, k)
        np.testing.assert_array_equal(python_function(function.at(x).source)(x), turned * turned[:, :, 1:])


BEYOND = {
    "np.convolve(x, np.ones(4), 'same')": ValueError,  # which gave an array as long as x
    "np.convolve(x, np.ones(4), 'valid')": ValueError,
    "np.pad(x, 3, mode='reflect')": ValueError,
    "np.pad(x, 4, mode='wrap')": ValueError,
    "np.pad(x, 4, mode='symmetric')": ValueError,
    "np.pad(x, 4, mode='median')": UnsupportedError,
    "np.kron(x, np.outer(x, x))": UnsupportedError,  # which was a vector
    "np.ediff1d(np.outer(x, x))": UnsupportedError,
    "np.subtract.outer(np.outer(x, x), x)": UnsupportedError,
    "np.add.outer(x, np.outer(x, x))": UnsupportedError,
    "np.corrcoef(np.outer(x, x), np.outer(x, x))": UnsupportedError,
    "np.cov(x, x)": UnsupportedError,
    "np.cross(np.outer(x, x), x)": UnsupportedError,
    "np.tensordot(np.outer(x, x), x)": UnsupportedError,
    "np.tensordot(np.outer(x, x), np.outer(x, x), ([0, 1], [0]))": UnsupportedError,
}


@pytest.mark.parametrize("call", BEYOND)
def test_what_definitions_do_not_do_is_refused(call):
    """Each of these gave what NumPy does not."""
    x = np.array([0.3, -0.7, 1.1])
    with pytest.raises(BEYOND[call]):
        python_function(read(source=f"def f(x): return {call}").at(x).source)(x)
