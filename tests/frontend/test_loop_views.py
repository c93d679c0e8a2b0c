"""Arrays with several names, and views, in loops that hand on values, and in branches: as Python runs them, or refused."""

import numpy as np
import pytest

from symdiff import UnsupportedError, grad, hvp, read
from symdiff.codegen import python_function
from symdiff.graph.check import check
from symdiff.graph.evaluate import evaluate
from symdiff.graph.graph import Loop, walk
from tests.frontend.loop_view_cases import CASES, REFUSED, exchanged, row_of_a_small_matrix, rows_that_hand_on
from tests.long_differences import Flat, differs

POINTS = [np.array([0.7, 1.2, -0.4, 0.9, 1.5]), np.array([0.6, -0.3, 0.85]), np.array([0.45, 1.3])]


def called(symbolic, x, **seed):
    made = symbolic.at(x, **seed)
    check(made.graph)
    return python_function(made.source)(*made.arguments({"x": x, **seed}))


@pytest.mark.parametrize("function", CASES, ids=lambda function: function.__name__)
def test_gradients(function):
    derivative = grad(function)
    for x in POINTS:
        assert not differs(called(derivative, x), Flat(function, ["x"], ["x"], (x,)).jacobian(), 1e-9), x


@pytest.mark.parametrize("function", [exchanged, rows_that_hand_on])
def test_second_order(function):
    x, direction = POINTS[0], np.cos(np.arange(5.0))
    found = called(hvp(function), x, tangent=direction)
    flat = Flat(function, ["x"], ["x"], (x,))
    assert not differs(found, [flat.second(axis, direction) for axis in np.eye(5)], 1e-6)


def test_a_row_of_known_length_that_a_helper_gives_back():
    """The array becomes one of the graph on the way, and the view of it another one, in which it is the same all the same."""
    for x in POINTS:
        found = evaluate(read(row_of_a_small_matrix).at(x).graph, list(x))
        np.testing.assert_allclose(found, [row_of_a_small_matrix(x)], rtol=1e-14)


def test_elements_are_written_in_place():
    """An array that loops change under several names is one buffer, and no copy of it is made."""

    def f(x):
        A = np.outer(x, x)  # noqa: N806
        t = 1.0
        for i in range(len(x)):
            row = A[i]
            row[0] = t
            t = t * 0.5 + A[i, 0] * x[i]
        return t + np.sum(A)

    (loop,) = (each for each in walk(read(f).at(POINTS[0]).graph.body) if isinstance(each, Loop))
    assert [len(buffer.stores) for buffer in loop.buffers] == [1]
    assert not differs(called(grad(f), POINTS[0]), Flat(f, ["x"], ["x"], (POINTS[0],)).jacobian(), 1e-9)


@pytest.mark.parametrize(("function", "line", "reason", "rewrite"), REFUSED, ids=lambda value: getattr(value, "__name__", ""))
def test_what_is_not_followed_is_refused(function, line, reason, rewrite):
    with pytest.raises(UnsupportedError) as caught:
        grad(function).at(POINTS[0])
    gap = caught.value.gaps[0]
    assert gap.place.text.strip() == line
    assert reason in gap.reason
    assert rewrite in gap.rewrite
