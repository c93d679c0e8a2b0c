"""Loops with a bound: errors that say why."""

from dataclasses import replace

import pytest

from symdiff import ArgumentError, grad, read
from symdiff.graph.bounded import limited
from symdiff.graph.check import check
from symdiff.graph.dead import dead_code
from symdiff.graph.evaluate import evaluate
from symdiff.graph.structure import SCALAR
from tests.graph.test_loops import halving


def first_result(graph):
    return dead_code(replace(graph, outputs=graph.outputs[:1], result=SCALAR))


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
