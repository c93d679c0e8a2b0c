"""Loops with a bound, and loops in segments (checkpoints): the same values and derivatives, less memory, errors that say why."""

from dataclasses import replace

import numpy as np
import pytest

from symdiff import ArgumentError, grad, read
from symdiff.graph.bounded import limited, segmented
from symdiff.graph.check import check
from symdiff.graph.dead import dead_code
from symdiff.graph.evaluate import evaluate
from symdiff.graph.graph import Loop, walk_all
from symdiff.graph.structure import SCALAR
from symdiff.simplify import simplify
from tests.array_graphs import gradient
from tests.graph.test_loops import halving, pendulum


def first_result(graph):
    return dead_code(replace(graph, outputs=graph.outputs[:1], result=SCALAR))


@pytest.mark.parametrize("length", [0, 1, 2, 3, 4, 9, 10])
def test_segments_change_neither_values_nor_derivatives(length):
    graph = first_result(pendulum())
    cut = check(segmented(graph))
    point = [1.0, 0.5, 0.1, np.linspace(0.1, 0.9, length)]
    assert evaluate(cut, point) == evaluate(graph, point)
    whole, parts = (simplify(gradient(each, ["q0", "h", "x"])) for each in (graph, cut))
    for a, b in zip(evaluate(whole, point), evaluate(parts, point), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-13, atol=1e-15)


def test_segments_keep_the_square_root():
    """What is kept for the whole run is as long as the number of segments; the rest belongs to one segment."""
    made = simplify(gradient(segmented(first_result(pendulum())), ["q0", "h"]))
    outer = [statement for statement in made.body if isinstance(statement, Loop)]
    assert [each.out for each in outer[0].collected]
    inner = [statement for statement in walk_all(outer[1].step.body) if isinstance(statement, Loop)]
    assert any(loop.collected for loop in inner)
    assert not any(loop.collected for loop in walk_all(outer[0].step.body) if isinstance(loop, Loop))


@pytest.mark.parametrize(("start", "end", "slope"), [(10.0, 0.625, 1 / 16), (1.0, 1.0, 1.0), (1e6, 1e6 / 2**20, 2.0**-20)])
def test_segments_of_a_loop_that_the_data_end(start, end, slope):
    graph = first_result(halving())
    cut = check(segmented(graph))
    assert evaluate(cut, [start]) == [end]
    assert evaluate(simplify(gradient(cut, ["x0"])), [start]) == [slope]


def test_a_loop_that_takes_too_long_says_so():
    graph = check(limited(first_result(halving()), 3))
    assert evaluate(graph, [8.0]) == [1.0]
    with pytest.raises(RuntimeError, match=r"did not end within 3 steps \(max_steps\)"):
        evaluate(graph, [8.1])


def root(a):
    x = a
    while abs(x * x - a) > 1e-12 * a:
        x = 0.5 * (x + a / x)
    return x


def test_max_steps_names_the_line():
    df = grad(root, max_steps=10)
    assert df(2.0) == pytest.approx(0.5 / 2**0.5, rel=1e-12)
    with pytest.raises(RuntimeError, match="the loop in line 3 of root did not end within 10 steps"):
        df(1e12)
    assert read(root, max_steps=100)(1e12) == pytest.approx(1e6, rel=1e-12)


@pytest.mark.parametrize("steps", [-1, 2.5, True, "many"])
def test_max_steps_is_a_number_of_iterations(steps):
    with pytest.raises(ArgumentError, match="max_steps"):
        grad(root, max_steps=steps)


def march(x, q, h):
    p = 0.0
    for k in range(len(x)):
        q = q + h * p
        p = p - h * np.sin(q) + x[k]
    return q


def test_checkpoints_of_a_compiled_loop():
    x = np.full(100, 1e-3)
    whole, parts = grad(march, argnums=(0, 1)), grad(march, argnums=(0, 1), checkpoint=True)
    for a, b in zip(whole(x, 1.0, 0.1), parts(x, 1.0, 0.1), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-13)


def filtered(x, a):
    y = np.zeros(len(x))
    for i in range(1, len(x)):
        y[i] = a * y[i - 1] + x[i]
    return np.sum(y)


def test_checkpoints_are_refused_where_the_array_is_kept_anyway():
    with pytest.raises(ArgumentError, match="checkpoint: a loop that writes to elements of an array"):
        grad(filtered, checkpoint=True)(np.ones(3), 0.5)
