"""Slices with steps and loops over every second element: read, written, differentiated, for every size by one graph."""

# ruff: noqa: N803, N806 - matrices have capital letters here, as on paper

import numpy as np
import pytest

from symdiff import grad, jacobian, read
from symdiff.errors import ShapeError
from tests.frontend.index_checks import check_function


def vector(size):
    return np.random.default_rng(size).normal(size=size).round(3)


def matrix(size):
    return np.random.default_rng(size).normal(size=(size, 5)).round(3)


def every_second(x):
    return x[::2] ** 2


def odd(x):
    return x[1::2] ** 2


def backwards(x):
    return x[::-2] * np.exp(x[::-2])


def all_but_ends(x):
    return x[1:-1:3] ** 2


def of_steps(x):
    return x[::2][::2] * x[::4] + x[::2][1::2].sum()


def separate_halves(x):
    return np.concatenate([x[::2], x[1::2]]) ** 2


def written(x):
    y = np.zeros(len(x))
    y[::2] = x[::2] ** 2
    y[1::2] += np.sin(x[1::2])
    return y


def scaled(x):
    y = x**2
    y[::3] *= x[::3]
    y[1::2] = 0.5
    return y


def written_backwards(x):
    y = np.zeros_like(x)
    y[::-3] = x[::3] ** 2
    return y


def smoothed(x):
    y = x.copy()
    y[1:-1:2] = 0.5 * x[:-2:2] * x[2::2]
    return y


def red_black(x):
    for parity in (0, 1):
        y = x.copy()
        y[1 + parity : -1 : 2] = 0.5 * (x[parity:-2:2] + x[2 + parity :: 2] - x[1 + parity : -1 : 2] ** 2)
        x = y
    return x


def simpson(x):
    return 0.1 / 3 * (x[0] ** 2 + 4 * np.sum(x[1:-1:2] ** 2) + 2 * np.sum(x[2:-1:2] ** 2) + x[-1] ** 2)


def loop(x):
    total = 0.0
    for i in range(0, len(x), 2):
        total += x[i] ** 2
    return total


def loop_down(x):
    total = 0.0
    for i in range(len(x) - 1, 0, -3):
        total += x[i] ** 2 * x[i - 1]
    return total


def loop_of_writes(x):
    y = np.ones(len(x))
    for i in range(1, len(x), 2):
        y[i] = x[i] * x[i - 1]
    return y


def spread_out(x):
    y = np.zeros(2 * len(x))
    for i in range(len(x)):
        y[2 * i] = x[i] ** 2
    return y


def of_pairs(x):
    return np.array([x[i] * x[i + 1] for i in range(0, len(x) - 1, 2)])


VECTORS = [
    every_second, odd, backwards, all_but_ends, of_steps, separate_halves, written, scaled, written_backwards, smoothed,
    red_black, simpson, loop, loop_down, loop_of_writes, spread_out, of_pairs,
]  # fmt: skip


@pytest.mark.parametrize("function", VECTORS)
def test_vectors(function):
    check_function(function, vector)


def checkerboard(X):
    Y = np.zeros_like(X)
    Y[::2, 1::2] = X[::2, 1::2] ** 2
    Y[1::2] *= 3
    Y[1::2, ::2] += X[1::2, ::2]
    return Y


def coarse(X):
    return X[::2, ::-2] * X[::2, :1]


def upwind_rows(X):
    return np.sum((X[2::2, :] - X[:-2:2, :]) ** 2, axis=1)


@pytest.mark.parametrize("function", [checkerboard, coarse, upwind_rows])
def test_matrices(function):
    check_function(_named_x(function), matrix, sizes=(0, 1, 2, 3, 4, 5))


def _named_x(function):
    def of_x(x):
        return function(x)

    of_x.__name__ = function.__name__
    return of_x


def butterfly(x):
    even, odd = x[::2], x[1::2]
    return np.concatenate([even + odd, even - odd])


def test_halves_must_be_equally_long():
    check_function(butterfly, vector, sizes=(0, 2, 4, 6), compiled=(4,))
    for size in (3, 5):
        with pytest.raises(ValueError, match="lengths"):
            read(butterfly)(vector(size))
    assert "(n + 1)//2" in str(read(butterfly))


def weighted(w, x):
    return np.sum(w * x[::3])


def test_another_argument_is_as_long_as_a_slice():
    found = grad(weighted, argnums=("w", "x"))(np.array([1.0, 2.0, 3.0]), np.arange(7.0))
    np.testing.assert_array_equal(found[0], [0, 3, 6])
    np.testing.assert_array_equal(found[1], [1, 0, 0, 2, 0, 0, 3])
    with pytest.raises(ShapeError, match="w has length 2, where 3 is needed, because x has length 7"):
        grad(weighted)(np.ones(2), np.arange(7.0))
    shown = grad(weighted, argnums="x").at(np.ones(3), np.ones(7))
    assert str(shown) == "∂weighted/∂x[k] = w[k//3] if k % 3 == 0 else 0"


def test_formulas_are_those_of_a_textbook():
    def total(x):
        return np.sum(x[::2] ** 2)

    assert str(read(total)).splitlines()[0] == "total(x) = sum(x[2*i]**2, i = 0..(n-1)//2)"
    assert str(grad(total)) == "∂total/∂x[k] = 2*x[k] if k % 2 == 0 else 0"
    assert r"\left\lfloor \frac{n - 1}{2} \right\rfloor" in read(total).latex()
    assert str(jacobian(odd, sparse=True).sparsity()) == "n//2 by n: j == 2*i + 1"


def test_code_does_not_grow_with_the_size():
    assert grad(simpson).at(np.ones(9)).source == grad(simpson).at(np.ones(1001)).source


def trapezoid(x):
    return np.trapezoid(x**2) + np.trapezoid(x**2, dx=0.5) + np.trapezoid(np.exp(x), x)


def test_trapezoids():
    check_function(trapezoid, vector)
