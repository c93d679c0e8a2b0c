"""The sweeps against high-precision differences, on hand-made and random graphs, to order three."""

import itertools

import pytest
from random_graphs import INPUTS, case, reference, values

from symdiff import grad
from symdiff.calculus import adjoint, tangent
from symdiff.graph.check import check
from symdiff.graph.graph import Const

SWEEPS = ("forward", "reverse")


def sweep(graph, mode):
    """All partials of all outputs, row by row, by one sweep."""
    rows = range(len(graph.outputs))
    if mode == "forward":
        ahead = tangent(graph, INPUTS, [{name: Const(1)} for name in INPUTS])
        made = ahead.finish([ahead.tangent(graph.outputs[row], j) for row in rows for j in range(len(INPUTS))])
    else:
        back = adjoint(graph, INPUTS, [{row: Const(1)} for row in rows])
        made = back.finish([back.adjoint(name, row) for row in rows for name in INPUTS])
    return check(made)


def agree(graph, derived, point, rows):
    """Compare the outputs of a derivative with differences; ``rows`` are the orders of each output."""
    for (output, orders), found in zip(rows, values(derived, point), strict=True):
        want = reference(graph, point, orders, output)
        assert abs(found - want) <= 1e-20 * (1 + abs(want)), (output, orders, str(graph), str(derived))


def partials(outputs, order):
    """The orders of all partials in the sequence in which nested sweeps give them."""
    for output in range(outputs):
        for indices in itertools.product(range(len(INPUTS)), repeat=order):
            yield output, tuple(indices.count(j) for j in range(len(INPUTS)))


@pytest.mark.parametrize("seed", range(60))
@pytest.mark.parametrize("mode", SWEEPS)
def test_first_order_of_random_graphs(seed, mode):
    graph, point = case(seed, outputs=1 + seed % 2)
    agree(check(graph), sweep(graph, mode), point, list(partials(len(graph.outputs), 1)))


@pytest.mark.parametrize("seed", range(30))
@pytest.mark.parametrize("modes", list(itertools.product(SWEEPS, SWEEPS)), ids="-".join)
def test_second_order_of_random_graphs(seed, modes):
    graph, point = case(seed, size=6)
    agree(graph, sweep(sweep(graph, modes[0]), modes[1]), point, list(partials(1, 2)))


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("modes", ["reverse reverse reverse", "reverse forward reverse", "forward reverse forward"])
def test_third_order_of_random_graphs(seed, modes):
    graph, point = case(seed, size=4)
    derived = graph
    for mode in modes.split():
        derived = sweep(derived, mode)
    agree(graph, derived, point, list(partials(1, 3)))


def valley(x, y):
    return 100 * (y - x**2) ** 2


def tenths(x, y):
    return 0.1 * (0.3 * x - y) ** 2


def large(x, y):
    return 1e200 * (1e200 * x - y) ** 2


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        (valley, "-400*x*(y - x**2)"),
        (tenths, "0.3*(0.2*(0.3*x - y))"),
        (large, "1e+200*(1e+200*(2*(1e+200*x - y)))"),
    ],
)
def test_literals_of_two_factors_are_one_where_that_is_exact(function, expected):
    assert grad(function).source.rstrip().endswith(f"return {expected}")
