"""Faults that programs with views, writes and arrays of integers had: each was a silent wrong answer, or an error inside."""

import numpy as np
import pytest

from symdiff import UnsupportedError, grad, read
from symdiff.codegen import python_function
from tests.poison import poisoned


def by_source(function, *args):
    with poisoned():
        return python_function(function.at(*args).source)(*args)


def swaps_rows_where_they_are_positive(a):
    n = a.shape[0]
    b = a.copy()
    for k in range(n):
        if b[k, 0] > 0:
            for j in range(n):
                b[k, j], b[0, j] = b[0, j], b[k, j]
        for i in range(k + 1, n):
            for j in range(k + 1, n):
                b[i, j] -= b[i, k] * b[k, j]
    return np.sum(b * a)


@pytest.mark.parametrize("shape", [(3, 3), (1, 1), (2, 3), (0, 0)])
def test_what_an_inner_loop_needs_is_checked_where_its_length_is_known(shape):
    """The check stood before the loop around it, and asked for that loop's counter (a KeyError in the code)."""
    a = np.random.default_rng(3).normal(size=shape)
    steps = 1e-6 * np.eye(a.size).reshape(a.size, *shape)
    slopes = [(swaps_rows_where_they_are_positive(a + h) - swaps_rows_where_they_are_positive(a - h)) / 2e-6 for h in steps]
    assert by_source(read(swaps_rows_where_they_are_positive), a) == pytest.approx(swaps_rows_where_they_are_positive(a))
    np.testing.assert_allclose(by_source(grad(swaps_rows_where_they_are_positive), a).ravel(), slopes, atol=1e-8)


def test_a_matrix_that_is_too_narrow_raises_as_it_does_in_numpy():
    a = np.random.default_rng(3).normal(size=(3, 2))
    with pytest.raises(IndexError):
        swaps_rows_where_they_are_positive(a)
    with pytest.raises(IndexError):
        by_source(read(swaps_rows_where_they_are_positive), a)


ROUNDED = {
    "like_a_range": "c = np.zeros_like(np.arange(3))",
    "like_literals": "c = np.ones_like(np.array([1, 2, 3]))",
    "full_like_a_list": "c = np.full_like([1, 2, 3], 0.5)",
    "like_an_argument": "c = np.zeros_like(h)",
    "a_copy": "c = h.copy()",
    "a_sum": "c = h + 1",
}


@pytest.mark.parametrize("name", ROUNDED)
def test_numbers_written_into_arrays_of_integers_are_refused(name):
    """NumPy rounds what is written there; these were arrays of floats."""
    text = f"def f(x, h):\n    {ROUNDED[name]}\n    c[0] = x[0]\n    return np.sum(c * x)"
    with pytest.raises(UnsupportedError, match=r"array of integers|not of floats"):
        read(source=text).at(np.ones(3), np.array([2, 0, 1]))
