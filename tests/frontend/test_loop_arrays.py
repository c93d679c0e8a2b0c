"""Loops of any length are sums and arrays: the same values, derivatives and formulas as with whole arrays."""

import numpy as np
import pytest

from symdiff import grad, read
from symdiff.graph.evaluate import evaluate
from tests.frontend import test_tensor_cases as cases
from tests.frontend.loop_cases import CASES, SAME
from tests.frontend.test_loop_reading import graph_of, loops_in


def name(value):
    return getattr(value, "__name__", str(value))


@pytest.mark.parametrize(("function", "shapes"), CASES, ids=name)
def test_values_are_those_of_python(function, shapes):
    cases.test_values_are_those_of_numpy(function, shapes)


@pytest.mark.parametrize(("function", "shapes"), CASES, ids=name)
def test_derivatives_are_those_of_differences(function, shapes):
    cases.test_derivatives_are_those_of_differences(function, shapes)


@pytest.mark.parametrize(("loop", "whole", "shapes"), SAME, ids=name)
def test_formula_is_that_of_whole_arrays(loop, whole, shapes):
    args = cases.arguments(shapes, {"m": 3, "n": 4}, np.random.default_rng(0))
    texts = [str(read(function).at(*args)).replace("vector_", "") for function in (loop, whole)]
    assert texts[0].partition("=")[2] == texts[1].partition("=")[2]


def carried(x):
    s = 0.0
    for v in x:
        s = 0.5 * s + v
    return s


def reads_what_it_writes(x):
    y = np.zeros_like(x)
    for i in range(1, len(x)):
        y[i] = y[i - 1] + x[i]
    return y.sum()


def early(x):
    s = 0.0
    for v in x:
        if v > 10:
            break
        s += v
    return s


@pytest.mark.parametrize("function", [carried, reads_what_it_writes, early])
@pytest.mark.parametrize("length", [0, 1, 2, 5, 20])
def test_other_loops_are_loops_of_the_graph(function, length):
    x = np.random.default_rng(0).normal(size=length) + 8
    graph = graph_of(function, [x])
    assert len(loops_in(graph)) == 1
    assert evaluate(graph, [x])[0] == pytest.approx(function(x), rel=1e-13)


def test_what_the_last_iteration_leaves_is_handed_on():
    def last(x):
        for v in x:
            t = v**2
        return t

    graph = graph_of(last, [np.ones(2)])
    assert evaluate(graph, [np.array([1.0, 3.0])]) == [9.0]
    with pytest.raises(UnboundLocalError, match="local variable 't'"):
        evaluate(graph, [np.zeros(0)])


def test_indices_beyond_the_end_raise_as_in_python():
    def shifted(x, y):
        s = 0.0
        for i in range(len(x)):
            s += x[i] * y[i]
        return s

    derivative = grad(shifted)
    assert derivative(np.ones(3), np.arange(4.0)).tolist() == [0.0, 1.0, 2.0]
    with pytest.raises(IndexError, match="out of range in a loop"):
        derivative(np.ones(4), np.arange(3.0))


def test_an_array_that_has_two_names_is_one_array_in_a_loop():
    def alias(x):
        y = np.zeros_like(x)
        z = y
        s = 0.0
        for i in range(len(x)):
            y[i] = x[i] ** 2
            s += z[i]
        return s

    assert grad(alias)(np.arange(3000.0))[:4].tolist() == [0, 2, 4, 6]
