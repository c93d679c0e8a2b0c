"""``np.sort``, ``argsort``, ``median``, ``argmax``, ``argmin``, ``interp`` of vectors of any size, against differences."""

import numpy as np
import pytest

from symdiff import grad, hessian, jacobian
from symdiff.errors import UnsupportedError
from tests.frontend.index_checks import check_function


def vector(size):
    return np.random.default_rng(size).normal(size=size).round(3)


def trimmed(x):
    return np.sort(x) ** 2 * np.arange(len(x))


def by_order(x):
    return np.sin(x)[np.argsort(-x)] * x[np.argsort(x)]


def middle(x):
    return np.median(x) ** 2 * x


def extremes(x):
    return x[np.argmax(x)] ** 2 * x[np.argmin(np.abs(x))]


def largest(x):
    return np.sort(x)[::-1][0] * np.sort(x)[-2:].sum()


def quantiles(x):
    return np.interp(0.1, np.sort(x), x**2) + np.interp(x, np.sort(x), np.arange(len(x)), left=-1.0)


def quantiles_in_extended_precision(x):
    """The same without np.interp, which knows doubles only."""

    def interpolated(x, xs, ys, left):
        k = np.clip(np.searchsorted(xs, x, side="right") - 1, 0, len(xs) - 2)
        inside = ys[k] + (ys[k + 1] - ys[k]) / (xs[k + 1] - xs[k]) * (x - xs[k])
        return np.where(x < xs[0], left, np.where(x > xs[-1], ys[-1], inside))

    return interpolated(0.1, np.sort(x), x**2, x[0] ** 2) + interpolated(x, np.sort(x), np.arange(len(x)), -1.0)


def in_a_loop(x):
    order = np.argsort(x)
    y = np.zeros(len(x))
    for k in range(len(x)):
        y[k] = x[order[k]] * k
    return y * x[order[::-1]]


@pytest.mark.parametrize("function", [trimmed, by_order, middle, extremes, largest, in_a_loop])
def test_values_and_derivatives(function):
    sizes = (0, 1, 2, 3, 5) if function not in (middle, extremes) else (1, 2, 3, 5)
    check_function(function, vector, sizes, compiled=(), one_graph=False)


def test_interpolation():
    check_function(quantiles, vector, (2, 3, 5), compiled=(), one_graph=False, reference=quantiles_in_extended_precision)
    with pytest.raises(ValueError, match="fewer than two values"):
        jacobian(quantiles).at(np.ones(1))


def test_equal_elements_keep_their_order():
    x = np.array([2.0, 1.0, 2.0, 1.0])
    made = jacobian(lambda x: np.sort(x)).at(x)
    names: dict = {}
    exec(made.source.replace("@numba.njit", "#"), names)  # noqa: S102 - of this file
    np.testing.assert_array_equal(names[made.name](x), np.eye(4)[[1, 3, 0, 2]])


def test_formulas():
    shown = str(grad(lambda x, w: np.sort(x) @ w).at(np.ones(3), np.ones(3))).splitlines()
    assert shown[:2] == ["∂f/∂x[k] = sum(w[i], i = 0..n-1, order[i] == k)", "where order = argsort(x)"]
    shown = str(grad(lambda x: x[np.argmax(x)] ** 2).at(np.ones(3))).splitlines()
    assert shown[0] == "∂f/∂x[k] = 2*x[imax] if imax == k else 0"
    assert r"\operatorname{argsort}{\left(x \right)}" in grad(lambda x: np.sum(np.sort(x)[:2])).at(np.ones(3)).latex()


def test_sparse():
    x = vector(6)
    found = hessian(lambda x: np.sum(np.sort(x)[:3] ** 3), sparse=True)(x)
    np.testing.assert_allclose(found.toarray(), np.diag(np.where(x <= np.sort(x)[2], 6 * x, 0)))


def test_what_is_refused():
    with pytest.raises(UnsupportedError, match=r"np\.sort of an array of shape"):
        jacobian(lambda x: np.sort(x, axis=0)).at(np.ones((2, 3)))
