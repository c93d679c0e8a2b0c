# ruff: noqa: N803 - matrices have capital letters here, as on paper
"""Loops that stay loops: the graph that is read gives what Python gives, at every length, and says what it cannot read."""

from dataclasses import replace

import numpy as np
import pytest

from symdiff import grad
from symdiff.errors import ArgumentError, UnsupportedError
from symdiff.frontend import from_function, from_text, read_function
from symdiff.graph.check import check
from symdiff.graph.evaluate import evaluate
from symdiff.graph.graph import Loop, walk_all
from symdiff.graph.loops import raises
from symdiff.graph.structure import SCALAR, Array, tensor
from tests.frontend.loop_programs import CASES, SUMS, UNROLLED


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


@pytest.mark.parametrize(("function", "arguments"), UNROLLED, ids=lambda value: getattr(value, "__name__", ""))
def test_what_is_no_loop_of_the_graph_is_unrolled(function, arguments):
    for args in arguments:
        graph = graph_of(function, args)
        compare(function, graph, args)
        assert not loops_in(graph)


def another_kind(x):
    s = 0.0
    for v in x:
        s = np.array([s, v])
    return s


def another_shape(x, y):
    s = x
    while np.sum(s) < 10:
        s = np.outer(s, y)
    return s


def appended_from_the_start(x):
    found = [1.0]
    for v in x:
        if v > 1:
            found.append(v * found[0])
    return np.array(found)


def list_of_two_names(A, x):
    a = [A[0, 0], x]
    b = a
    s = 0.0
    while s < 10:
        a[1] = a[1] + x
        s = s + b[1]
    return s


def argument_written(x, y):
    while x[0] < 10:
        x[0] = x[0] + y
    return x


def float_as_index(x):
    k = 0
    s = 0.0
    for v in x:
        s = s * v + x[k]
        k = k * 0.5
    return s


def float_as_bound(x, t):
    s = 1.0
    for _ in range(t):
        s = s * x
    return s


def endless(x):
    while True:
        x = x / 2


class Counter:
    value = 0.0


COUNTER = Counter()


def attribute_changed(x):
    while x > 1:
        COUNTER.value = COUNTER.value + x
        x = x / 2
    return x


X, A = np.array([1.5, 2.5]), np.ones((2, 2))


@pytest.mark.parametrize(
    ("function", "args", "line", "reason", "rewrite"),
    [
        (another_kind, [X], "s = np.array([s, v])", "starts as a number and becomes an array of shape", "one kind"),
        (another_shape, [X, X], "s = np.outer(s, y)", "starts as an array of shape (n,) and becomes an array", "one kind"),
        (appended_from_the_start, [X], "found.append(v * found[0])", "other than the last one", "elements of an array"),
        (list_of_two_names, [A, 1.0], "a[1] = a[1] + x", "that b may show, too", "copy"),
        (argument_written, [X, 1.0], "x[0] = x[0] + y", "outside the function", "copy"),
        (float_as_index, [X], "s = s * v + x[k]", "an index that depends on the arguments", "int(...)"),
        (endless, [1.0], "while True:", "never ends", "break or return"),
        (attribute_changed, [4.0], "while x > 1:", "changes an attribute", "local variables"),
    ],
)
def test_what_a_loop_cannot_be_is_refused_with_its_line(function, args, line, reason, rewrite):
    with pytest.raises(UnsupportedError) as caught:
        graph_of(function, args)
    (gap,) = caught.value.gaps
    assert gap.place.text.strip() == line
    assert reason in gap.reason
    assert rewrite in gap.rewrite


def test_an_index_is_checked_once_before_the_loop():
    def shifted(x, y):
        s = 1.0
        for i in range(len(x)):
            s = s * x[i] + y[i]
        return s

    graph = graph_of(shifted, [X, X])
    (loop,) = loops_in(graph)
    assert not raises(loop.step.body)
    with pytest.raises(IndexError, match=r"test_loop_reading.py, line \d+"):
        evaluate(graph, [np.ones(3), np.ones(2)])
    assert evaluate(graph, [np.ones(0), np.ones(0)]) == [1.0]


def test_a_counter_is_no_value_that_is_carried():
    def counted(x):
        i = 0
        s = 0.0
        while i < len(x):
            s = s * 0.5 + x[i]
            i += 1
        return s

    (loop,) = loops_in(graph_of(counted, [X]))
    assert [each.param for each in loop.carried] == ["s"]
    assert not raises(loop.step.body)


def test_elements_that_are_written_are_stores():
    def smoothed(x, a):
        y = np.zeros(len(x))
        for i in range(1, len(x)):
            y[i] = a * y[i - 1] + x[i]
        return y

    (loop,) = loops_in(graph_of(smoothed, [X, 0.5]))
    assert not loop.carried
    assert [len(buffer.stores) for buffer in loop.buffers] == [1]


@pytest.mark.parametrize("count", [5, 90, 200, 1000])
def test_long_loops_are_not_unrolled(count):
    text = f"def f(x):\n    s = 0.0\n    for k in range({count}):\n        s = s * x + k\n        s = s / 2\n    return s\n"
    source = from_text(text)
    graph = check(read_function(source, {"x": SCALAR}, {}).graph)
    assert len(loops_in(graph)) == (count >= 200)
    wanted = 0.0
    for k in range(count):
        wanted = (wanted * 0.7 + k) / 2
    assert evaluate(graph, [0.7])[0] == pytest.approx(wanted, rel=1e-13)


def test_a_long_sum_is_a_sum():
    def powers(x):
        s = 0.0
        for k in range(10**9):
            s += x / (k + 1)
            if k > 10**8:
                s += x
        return s

    graph = graph_of(powers, [1.0])
    assert not loops_in(graph)
    assert len(graph.body) < 20


def test_a_bound_that_is_no_integer_is_named():
    with pytest.raises(ArgumentError, match="argument t is no integer, but a range bound must be one"):
        grad(float_as_bound)(1.0, 2.5)
    assert grad(float_as_bound)(1.5, 3) == 3 * 1.5**2
