"""Loops that stay loops: the graph that is read gives what Python gives, at every length, and says what it cannot read."""

from dataclasses import replace

import numpy as np
import pytest

from symdiff.frontend import from_function, read_function
from symdiff.graph.check import check
from symdiff.graph.evaluate import evaluate
from symdiff.graph.graph import Loop, walk_all
from symdiff.graph.structure import SCALAR, Array, tensor
from tests.frontend.loop_programs import CASES, SUMS


def graph_of(function, args):
    """The graph of a function for such arguments: arrays are of any size."""
    source = from_function(function)
    names = list(source.parameters)[: len(args)]
    structures = {name: packed(name, arg) for name, arg in zip(names, args, strict=True)}
    exact = {name: Array(arg.shape) for name, arg in zip(names, args, strict=True) if isinstance(arg, np.ndarray)}
    return check(read_function(source, structures, {}, exact=exact.get).graph)


def packed(name, arg):
    """How an argument is packed."""
    if not np.ndim(arg):
        return SCALAR
    found = tensor(name, np.ndim(arg))
    return replace(found, kind="int") if np.asarray(arg).dtype.kind == "i" else found


def loops_in(graph):
    return [statement for statement in walk_all(graph.body) if isinstance(statement, Loop)]


def numbers(result):
    """The arrays and numbers of a result, as a graph gives them."""
    if isinstance(result, tuple | list):
        return [number for item in result for number in numbers(item)]
    return [np.asarray(result, dtype=float)]


def copies(args):
    return [arg.copy() if isinstance(arg, np.ndarray) else arg for arg in args]


def inputs(graph, args):
    """The inputs of a graph: an array that was needed as so many numbers is those."""
    for param, arg in zip(graph.params, args, strict=False):
        yield from np.ravel(arg) if isinstance(param.structure, Array) else [arg]


def compare(function, graph, args):
    try:
        wanted = numbers(function(*copies(args)))
    except (IndexError, UnboundLocalError, ValueError, ZeroDivisionError) as error:
        with pytest.raises(type(error)):
            evaluate(graph, list(inputs(graph, args)))
        return
    found = evaluate(graph, list(inputs(graph, args)))
    if len(found) != len(wanted):  # an array that is so many numbers
        wanted = [item for each in wanted for item in each.flat]
    assert len(found) == len(wanted)
    for left, right in zip(found, wanted, strict=True):
        np.testing.assert_allclose(np.asarray(left, dtype=float), right, rtol=1e-12, atol=1e-14, err_msg=str(args))


@pytest.mark.parametrize(("function", "arguments"), CASES, ids=lambda value: getattr(value, "__name__", ""))
def test_a_loop_gives_what_python_gives(function, arguments):
    graphs = {}
    for args in arguments:
        shown = str(graph := graph_of(function, args))
        graphs.setdefault(shown, graph)
        compare(function, graph, args)
    assert len(graphs) == 1, "one graph for every length"
    assert bool(loops_in(graph)) is (function not in SUMS)
