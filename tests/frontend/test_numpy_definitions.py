"""Functions of NumPy that are read as Python of others: values and derivatives against NumPy itself and differences."""

import numpy as np
import pytest

from symdiff import grad, jacobian
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
    for name in ("cumprod", "accumulated", "powers", "tiled", "crossed", "reduced", "grid"):
        check_function(named(name, VECTORS[name]), vector, (1, 2), compiled=(), one_graph=False)


def test_refusals_are_at_the_line_of_the_user():
    with pytest.raises(UnsupportedError, match=r"np\.pad") as caught:
        jacobian(lambda x: np.pad(x, (1, x.sum()))).at(np.ones(3))
    assert "test_numpy_definitions.py" in str(caught.value)
    assert str(grad(lambda x: np.multiply.reduce(x)).at(np.ones(3))) == str(grad(lambda x: np.prod(x)).at(np.ones(3)))
