"""A result without elements depends on nothing, however steep what is inside."""

import math

import numpy as np
import pytest

from symdiff import jvp, vjp
from symdiff.codegen import python_function
from tests.random_array_programs import Program, faults


def root(x, a):
    return x * math.sqrt(a)


def mean_of_rows(x, a):
    return a[:, -1] + np.sum(np.mean(a) ** np.cos(x))


def marched(x, a):
    s = 1.0
    for _ in range(5):
        s = math.sqrt(s * a)
    return x[1:] * s


STEEP = {
    "a root": (root, (np.zeros(0), 0.0), (np.array([0.3, -2.0]), 0.7)),
    "a mean of nothing": (mean_of_rows, (np.ones(2), np.ones((0, 2))), (np.ones(2), np.array([[0.3, 2.0], [1.0, 0.5]]))),
    "a loop": (marched, (np.ones(1), 0.0), (np.ones(3), 0.7)),
}


@pytest.mark.parametrize("case", STEEP)
@pytest.mark.parametrize("size", [0, 2])
def test_adjoints(case, size):
    """All are 0 where the result has no elements; elsewhere they are what forward mode finds."""
    function, *points = STEEP[case]
    point = points[size > 0]
    steep = vjp(function, argnums=(0, 1))
    weights = np.arange(1.0, size + 1.0)
    found = python_function(steep.at(*point, cotangent=weights).source)(*point, weights)
    slopes = np.concatenate([np.ravel(each) for each in found])
    expected = [weights @ jvp(function, argnums=(0, 1))(*point, tangent=each) for each in units(point)] if size else 0.0
    np.testing.assert_allclose(slopes, expected, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("case", STEEP)
def test_second_adjoints_of_no_elements(case):
    function, point, _ = STEEP[case]
    seeds = {"cotangent": np.zeros(0), "cotangent2": tuple(map(np.ones_like, point))}
    second = vjp(vjp(function, argnums=(0, 1)), argnums=(0, 1))
    for found, argument in zip(second(*point, **seeds), point, strict=True):
        np.testing.assert_array_equal(found, np.zeros_like(argument))


def units(point):
    """The directions of all elements of the arguments."""
    for number, argument in enumerate(point):
        for place in np.ndindex(np.shape(argument)):
            unit = [np.zeros(np.shape(each)) for each in point]
            unit[number][place] = 1.0
            yield tuple(each if each.shape else float(each) for each in unit)


def test_what_cannot_be_steep_needs_no_branch():
    """``exp`` and products are finite: a sum over nothing times them is 0."""
    assert "if " not in str(vjp(lambda x, a: x * math.exp(a), argnums=(0, 1)).at(np.ones(2), 1.0, cotangent=np.ones(2)))
    assert "if " not in str(vjp(lambda x: 1 / x).at(np.ones(2), cotangent=np.ones(2)))  # as empty as the result
    assert "if n >= 1" in str(vjp(lambda x, a: x * math.log(a), argnums=1).at(np.ones(2), 1.0, cotangent=np.ones(2)))


@pytest.mark.parametrize("seed", [868130, 1010697, 1010714])
def test_programs_whose_result_has_no_elements(seed):
    assert faults(Program.of(seed), compiled=False) == []
