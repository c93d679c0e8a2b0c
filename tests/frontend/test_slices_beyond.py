"""Slices whose bounds lie outside of short arrays are cut off as NumPy does it: one version where they fit, others where not."""

import numpy as np
import pytest

from symdiff import grad, hessian, jacobian, read
from symdiff.errors import UnsupportedError
from tests.frontend.index_checks import check_function


def vector(size):
    return np.random.default_rng(size).normal(size=size).round(3)


def first(x):
    return x[:3] ** 2


def last(x):
    return np.exp(x[-3:])


def behind(x):
    return x[2:100] ** 2


def between(x):
    return x[-5:-2] * x[-4:-1]


def up_to_a_length(x):
    return x[: len(x) - 3] ** 2


def from_a_length(x):
    return x[len(x) - 3 :] ** 2


def backwards(x):
    return x[4::-1] ** 2


def backwards_to(x):
    return x[:3:-1] ** 2


def backwards_from(x):
    return x[-2:-5:-1] ** 2


def in_steps(x):
    return x[1:7:2] ** 2 + x[-6::2].sum()


def in_steps_backwards(x):
    return x[7:2:-2] ** 2


def halves(x):
    half = len(x) // 2
    return x[:half] * x[half : 2 * half] + x[: half + 2].sum()


def written(x):
    y = np.zeros(len(x))
    y[:4] = x[:4] ** 2
    y[-3:] += 1.5 * x[-3:]
    return y


@pytest.mark.parametrize(
    "function",
    [
        first, last, behind, between, up_to_a_length, from_a_length, backwards, backwards_to, backwards_from, in_steps,
        in_steps_backwards, halves, written,
    ],
)  # fmt: skip
def test_vectors(function):
    check_function(function, vector, sizes=(0, 1, 2, 3, 4, 5, 9), compiled=(2,) if function is written else (), one_graph=False)


def block(x):
    return x[:2, -3:] @ x[-3:, :2]


def test_matrices():
    for rows, columns in ((4, 5), (2, 5), (1, 1), (2, 3), (0, 2)):
        check_function(block, lambda size: vector(size).reshape(-1, columns), (rows * columns,), (), one_graph=False)  # noqa: B023


def moving(x, k):
    return np.sum(x[:k] ** 2) - np.sum(x[-k:])


def test_integers_as_bounds():
    slope = grad(moving)
    for size in (0, 2, 3, 7):
        for k in (0, 1, 3, 5, -2):
            x = vector(size)
            expected = np.zeros(size)
            expected[:k] += 2 * x[:k]
            expected[-k:] -= 1
            np.testing.assert_allclose(slope(x, k), expected)
    assert len(slope.versions) < 10


def test_versions_are_chosen_by_the_length():
    slope = grad(lambda x: np.sum(x[:3] ** 2))
    for size in (5, 2, 0, 3, 5, 2, 2, 4, 1):
        np.testing.assert_array_equal(slope(np.ones(size)), [2.0] * min(size, 3) + [0.0] * (size - 3))
    assert len(slope.versions) == 3  # three or more, fewer, and one, which broadcasts
    assert str(slope.at(np.ones(5))) == "∂f/∂x[k] = 2*x[k] if k <= 2 else 0\nfor n >= 3\nwith x of length n"
    assert str(slope.at(np.ones(2))) == "∂f/∂x[k] = 2*x[k]\nfor n <= 2\nwith x of length n"


def test_the_sparse_derivative_of_a_short_array_shows_itself():
    curvature = hessian(lambda x: np.sum(x[:3] ** 3), sparse=True)
    for size in (4, 2):
        np.testing.assert_allclose(curvature(np.ones(size)).toarray(), np.diag([6.0] * min(size, 3) + [0.0] * (size - 3)))
    assert "n <= 2" in str(curvature.at(np.ones(2)))


def test_stand_alone_source_says_what_it_is_for():
    names: dict = {}
    exec(read(first).at(np.ones(5)).source, names)  # noqa: S102 - generated from this file
    with pytest.raises(ValueError, match="a slice beyond the ends of an array"):
        names["first"](np.ones(2))
    names.clear()
    exec(read(first).at(np.ones(2)).source, names)  # noqa: S102 - generated from this file
    with pytest.raises(ValueError, match="this is for n < 3 only"):
        names["first"](np.ones(5))


CAPTURED = np.arange(2.0)


def test_arrays_from_outside():
    global CAPTURED
    slope = grad(lambda a: a * np.sum(CAPTURED[:3] ** 2))
    assert slope(1.0) == 1
    CAPTURED = np.arange(9.0)
    assert slope(1.0) == 5
    CAPTURED = np.arange(2.0)
    assert slope(1.0) == 1


def test_items_of_containers():
    slope = grad(lambda p: np.sum(p[0][:3] * p[1][-2:].sum()))
    for size in (4, 2):
        p = (vector(size), vector(1))
        np.testing.assert_allclose(slope(p)[0], [p[1][0]] * min(size, 3) + [0.0] * (size - 3))


def test_an_element_beyond_still_raises():
    with pytest.raises(IndexError):
        grad(lambda x: x[:5][3])(np.ones(3))
    with pytest.raises((ValueError, UnsupportedError)):
        jacobian(lambda x: x[:3] * np.array([1.0, 2.0, 3.0]))(np.ones(2))
