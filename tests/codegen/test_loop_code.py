"""Sequential loops under plain Python, compiled, and in the interpreter, for trips from 0 on; how they are written."""

import ast
import random

import numpy as np
import pytest

from symdiff.codegen import compile_source, emit, python_function
from symdiff.codegen.emit import version
from symdiff.graph.check import check
from symdiff.graph.evaluate import evaluate
from symdiff.graph.graph import Loop, walk_all
from symdiff.graph.structure import SCALAR, Tensor
from symdiff.simplify import simplify
from tests.array_graphs import SIZES, drawn
from tests.array_graphs import gradient as gradient_of
from tests.array_moves import INTEGERS
from tests.loop_graphs import LoopProgram
from tests.loop_graphs import case as case_of
from tests.loop_graphs import code as code_faults

from .array_graphs import agree, source
from .loop_graphs import CASES, LoopCase, data_trip, table
from .test_array_agreement import points
from .test_array_source import loops, main

BY_NAME = {case.name: case for case in CASES}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_values(case):
    agree(case.graph(), points(case))


@pytest.mark.parametrize("name", ["pendulum", "fibonacci", "halving", "recurrence", "power", "nested", "branches"])
def test_gradients(name):
    case = BY_NAME[name]
    graph = case.graph()
    if isinstance(next(graph.result.leaves()), Tensor):
        graph = LoopCase(name, case.params, lambda f: f.sum(first(case.rule(f)), f.builder.axes[first(case.rule(f))])).graph()
    names = [key for key, value in case.params.items() if key not in case.integers]
    made = simplify(gradient_of(graph, names))
    agree(made, points(case), compiled=name in ("pendulum", "halving", "recurrence"))


def first(outputs):
    return outputs[0] if isinstance(outputs, tuple) else outputs


@pytest.mark.parametrize("seed", range(40))
def test_random_graphs(seed):
    """Values and gradients of random graphs with loops in plain Python, some of them compiled."""
    numbers = random.Random(seed)
    while True:
        graph = check(LoopProgram(numbers.random(), 8).graph)
        if any(isinstance(statement, Loop) for statement in walk_all(graph.body)):
            break
    # Elements of arrays that have none are read: the programs check nothing.
    every = [sizes for sizes in (*SIZES, {name: numbers.randint(1, 4) for name in "nmh"}) if all(sizes.values())]
    inputs = [[prepared(drawn(param, sizes, numbers), param.name) for param in graph.params] for sizes in every]
    agree(graph, inputs, compiled=seed % 20 == 0)


def prepared(value, name):
    if isinstance(value, np.ndarray):
        return np.ascontiguousarray(value.astype(np.int64 if name == INTEGERS else np.float64))
    return float(value)


# how they are written


@pytest.mark.parametrize("name", ["pendulum", "halving", "newton", "recurrence", "waves", "nested"])
def test_golden(name, golden):
    text = source(BY_NAME[name].graph(), name)
    golden(f"source/loop_{name}.py", text.replace(f"symdiff {version()}", "symdiff VERSION"))


def test_the_gradient_of_the_pendulum_is_written_as_by_hand(golden):
    case = BY_NAME["pendulum"]
    graph = LoopCase("pendulum", case.params, lambda f: case.rule(f)[0]).graph()
    text = source(simplify(gradient_of(graph, ["q0", "p0", "h"])), "gradient_pendulum")
    golden("source/loop_gradient_pendulum.py", text.replace(f"symdiff {version()}", "symdiff VERSION"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_nothing_is_allocated_inside_a_loop_but_in_a_branch(case):
    for loop, _ in loops(source(case.graph())):
        calls = [ast.unparse(node.func) for node in ast.walk(loop) if isinstance(node, ast.Call)]
        assert not {"np.empty", "np.zeros", "np.full"} & set(calls)


def test_the_test_of_a_while_stands_at_its_head():
    (head,) = [node for node in ast.walk(main(source(BY_NAME["halving"].graph()))) if isinstance(node, ast.While)]
    assert ast.unparse(head.test) == "x > 1.0"


def test_what_does_not_change_is_computed_before_the_loop():
    def rule(f):
        return f.loop(lambda g: [[g.add("x", g.exp(g.sin("h")))]], BY_NAME["pendulum"].params["x"].axes[0],
                      carried=[("x", "x0")], captured=["h"])[0]  # fmt: skip

    text = source(LoopCase("f", {"x0": SCALAR, "h": SCALAR, "w": BY_NAME["pendulum"].params["x"]}, rule).graph())
    ((loop, _),) = loops(text)
    assert "math" not in ast.unparse(loop)
    assert "math.exp(math.sin(h))" in text


def test_sums_that_do_not_change_are_made_before_the_loop():
    text = source(BY_NAME["forced"].graph())
    outermost = [loop for loop, depth in loops(text) if not depth]
    last = outermost[-1]
    assert "range(m)" in ast.unparse(last)
    assert "A[" not in ast.unparse(last)
    assert "exp" not in ast.unparse(last)


def test_what_may_raise_comes_before_what_does_not_change():
    """A step that raises is not preceded by a domain error of something that only later iterations need."""
    text = source(BY_NAME["raising"].graph())
    ((loop, _),) = loops(text)
    assert "math.exp" in ast.unparse(loop)
    for run in (python_function(text), compile_source(text, "df")):
        with pytest.raises(ValueError, match="too large"):
            run(1.0, 1.0, np.zeros(5))


# arrays that are the caller's


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_no_argument_is_written_and_no_result_is_another_one(case):
    run = python_function(source(case.graph()))
    for inputs in points(case):
        before = [np.copy(value) for value in inputs]
        found = run(*inputs)
        assert all(map(np.array_equal, before, inputs))
        arrays = [value for value in (found if isinstance(found, tuple) else (found,)) if isinstance(value, np.ndarray)]
        given = [value for value in inputs if isinstance(value, np.ndarray)]
        for number, array in enumerate(arrays):
            assert not any(np.shares_memory(array, other) for other in (*arrays[:number], *given))


@pytest.mark.parametrize("name", ["pendulum", "halving", "newton", "recurrence", "swapped", "waves", "shared"])
def test_results_in_arrays_that_are_given(name):
    case = BY_NAME[name]
    graph = case.graph()
    run = python_function(emit(graph, name="f", title="f", into=True))
    inputs = points(case)[-1]
    want = evaluate(graph, inputs)
    outs = [np.full(np.shape(value), 7.0) for value in want if np.shape(value)]
    found = run(*inputs, *outs)
    found = found if isinstance(found, tuple) else (found,)
    for value, wanted in zip(found, want, strict=True):
        np.testing.assert_allclose(value, wanted, rtol=1e-12)
    assert all(any(value is out for out in outs) for value in found if np.shape(value))
    if outs:
        with pytest.raises(ValueError, match="shape of the result"):
            run(*inputs, *(np.zeros(tuple(length + 1 for length in np.shape(out))) for out in outs))


# integers from data


@pytest.mark.parametrize("place", [-1, 3, 10**9])
@pytest.mark.parametrize("kind", ["int", "float"])
def test_a_store_out_of_range_is_an_index_error(kind, place):
    params = BY_NAME["table"].params
    case = LoopCase("table", {**params, "x": Tensor(params["x"].axes, kind)}, table)
    text = source(case.graph())
    x = np.array([0, place], dtype=np.int64 if kind == "int" else np.float64)
    for run in (python_function(text), compile_source(text, "df")):
        with pytest.raises(IndexError, match="out of range"):
            run(x, 1.0, np.zeros(3))


@pytest.mark.parametrize(("time", "steps"), [(0.0, 0), (-3.0, 0), (1.0, 2), (1.24, 2), (1.25, 2), (2.0, 4)])
def test_the_trip_may_come_from_data(time, steps):
    text = source(LoopCase("f", BY_NAME["data_trip"].params, data_trip).graph())
    for run in (python_function(text), compile_source(text, "df")):
        assert run(time, 0.5, 2.0) == 2.0 * 1.5**steps


@pytest.mark.parametrize("seed", [88010])
def test_random_graphs_that_failed_once(seed):
    """88010: a name that an array had given back was taken to be known further out."""
    assert list(code_faults(case_of(seed))) == []


@pytest.mark.parametrize("seed", [44, *range(300, 320)])
def test_names_of_a_step_may_be_those_of_other_values_outside(seed):
    """A number that a step took under the name of an array outside stood for that array, if the step took it as well."""
    assert list(code_faults(case_of(seed), is_crossed=True)) == []
