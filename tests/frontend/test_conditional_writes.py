"""Writes under a condition in loops of any length: what is not written keeps its value, and no write is lost."""

from __future__ import annotations

import numpy as np
import pytest

from symdiff import read, value_and_grad
from tests.long_differences import Flat, differs


def after_the_first(x):
    y = np.zeros(len(x))
    for i in range(len(x)):
        if i > 0:
            y[i] = x[i] ** 2
    return np.sum(y * x)


def large_ones(x):
    y = np.zeros(len(x))
    for i in range(len(x)):
        if x[i] > 0.5:
            y[i] = x[i] ** 2
    return np.sum(y)


def in_a_copy(x):
    y = x.copy()
    for i in range(len(x)):
        if i > 0:
            y[i] = x[i] ** 2
    return np.sum(y)


def elsewhere_on_the_other_side(x):
    y = np.zeros(len(x))
    for i in range(len(x)):
        if x[i] > 0.5:
            y[i] = x[i] ** 2
        else:
            y[len(x) - 1 - i] += 2 * x[i]
    return np.sum(y)


def written_before(x):
    y = np.ones(len(x))
    for i in range(len(x)):
        y[i] = x[i]
        if x[i] > 0.5:
            y[i] = x[i] ** 2
    return np.sum(y)


def left_out(x):
    y = np.ones(len(x))
    for i in range(len(x)):
        if x[i] > 0.5:
            continue
        y[i] = x[i] ** 2
    return np.sum(y)


def off_the_diagonal(x):
    y = np.ones((len(x), len(x)))
    for i in range(len(x)):
        for j in range(len(x)):
            if i != j:
                y[i, j] = x[i] * x[j]
    return np.sum(y)


def multiplied(x):
    y = np.ones(len(x))
    for i in range(len(x)):
        if x[i] > 0.5:
            y[i] *= x[i]
    return np.sum(y)


def two_arrays(x):
    y, z = np.ones(len(x)), np.zeros(len(x))
    for i in range(len(x)):
        if x[i] > 0.5:
            y[i] = x[i]
            z[i] = 3 * x[i]
        elif x[i] > 0.2:
            z[i] = 1.0
    return np.sum(y) + np.sum(z * x)


ANY_LENGTH = (after_the_first, large_ones, left_out, off_the_diagonal, two_arrays)  # the others are read number by number


@pytest.mark.parametrize(
    "function",
    [*ANY_LENGTH, in_a_copy, elsewhere_on_the_other_side, written_before, multiplied],
    ids=lambda function: function.__name__,
)
def test_values_and_gradients(function):
    both = value_and_grad(function)
    for n in (0, 1, 2, 4):
        x = np.array([0.3, 0.7, 0.9, 0.1])[:n]
        value, gradient = both(x)
        assert value == pytest.approx(function(x), rel=1e-14)
        expected = Flat(function, ["x"], ["x"], (x,)).jacobian()
        assert not differs(gradient, expected, 1e-9)


@pytest.mark.parametrize("function", ANY_LENGTH, ids=lambda function: function.__name__)
def test_one_graph_for_all_lengths(function):
    made = read(function)
    assert len({id(made.at(np.ones(n)).graph) for n in (2, 3, 5)}) == 1
