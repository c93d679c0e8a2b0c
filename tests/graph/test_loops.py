"""Loops in the graph: the interpreter against loops in Python, what dead code leaves of them, and what the checker refuses."""

import math
from dataclasses import replace

import numpy as np
import pytest

from symdiff.errors import InternalError
from symdiff.graph.affine import Affine
from symdiff.graph.build import Builder
from symdiff.graph.check import check
from symdiff.graph.dead import dead_code
from symdiff.graph.evaluate import evaluate, evaluate_with_bound
from symdiff.graph.graph import Buffer, Carried, Collected, Const, Graph, Loop, Param, Store
from symdiff.graph.loops import parameter, step_graph
from symdiff.graph.structure import SCALAR, Items, Tensor
from symdiff.graph.terms import Term
from symdiff.primitives import TABLE

N, K = Affine.of("n"), Affine.of("k")


def pendulum():
    """``q += h*p; p += x[k] - h*sin(q)``, and all q."""
    builder = Builder()
    builder.inputs({"k": (), "q": (), "p": (), "h": (), "x": (N,)})
    q = builder.apply(TABLE["add"], "q", builder.apply(TABLE["mul"], "h", "p"))
    pull = builder.apply(TABLE["mul"], "h", builder.apply(TABLE["sin"], q))
    read = builder.sum([Term("x", (K,))], ())
    p = builder.apply(TABLE["add"], "p", builder.apply(TABLE["sub"], read, pull))
    params = [parameter("k", size=True), *map(parameter, "qph"), parameter("x", (N,))]
    step = step_graph("step", params, builder.body, [(q, ()), (p, ()), (q, ())])
    carried = Carried("q", "q0", "q1"), Carried("p", "p0", "p1")
    loop = Loop(step, "k", N, carried, (), (Collected("qs"),), (("h", "h"), ("x", "x")))
    params = Param("q0"), Param("p0"), Param("h"), Param("x", Tensor((N,)), ("x",))
    return Graph("pendulum", params, (loop,), ("q1", "qs"), Items("tuple", (SCALAR, Tensor((N,)))))


def by_hand(q, p, h, x):
    found = []
    for push in x:
        q += h * p
        p += push - h * math.sin(q)
        found.append(q)
    return q, found


@pytest.mark.parametrize("length", [0, 1, 2, 5])
def test_a_loop_hands_on_its_last_values_and_collects_all(length):
    x = np.linspace(0.1, 0.9, length)
    last, found = evaluate(check(pendulum()), [1.0, 0.5, 0.1, x])
    wanted, all_wanted = by_hand(1.0, 0.5, 0.1, x)
    assert last == pytest.approx(wanted, rel=1e-15)
    np.testing.assert_allclose(found, all_wanted, rtol=1e-15)
    bounds = evaluate_with_bound(pendulum(), [1.0, 0.5, 0.1, x])[1]
    assert 0 <= bounds[0] < 1e-14


def test_dead_code_leaves_what_the_live_results_need():
    graph = pendulum()
    (loop,) = dead_code(Graph("f", graph.params, graph.body, ("q1",))).body
    assert [each.out for each in loop.carried] == ["q1", "p1"]
    assert loop.collected == ()
    assert dead_code(Graph("f", graph.params, graph.body, ("h",))).body == ()


def halving():
    """``while x > 1: x /= 2`` with its count."""
    builder = Builder()
    builder.inputs({"k": (), "x": ()})
    half = builder.apply(TABLE["div"], "x", Const(2.0))
    goes = builder.apply(TABLE["gt"], half, Const(1.0))
    step = step_graph("step", [parameter("k", size=True), parameter("x")], builder.body, [(half, ()), (goes, ())])
    outer = Builder()
    outer.inputs({"x0": ()})
    first = outer.apply(TABLE["gt"], "x0", Const(1.0))
    outer.append(Loop(step, "k", None, (Carried("x", "x0", "x1"),), test=first, count="count"))
    return Graph("halving", (Param("x0"),), outer.body, ("x1", "count"), Items("tuple", (SCALAR, SCALAR)))


@pytest.mark.parametrize(("start", "end", "count"), [(10.0, 0.625, 4), (1.0, 1.0, 0), (1.5, 0.75, 1)])
def test_a_loop_with_a_test_counts_its_iterations(start, end, count):
    assert evaluate(check(halving()), [start]) == [end, count]


@pytest.mark.parametrize("length", [1, 2, 4])
def test_a_buffer_is_written_element_by_element(length):
    """``y[k] += a*y[k - 1]`` for k from 1 on, over y that holds x at first."""
    builder = Builder()
    builder.inputs({"k": (), "y": (N,), "a": ()})
    read = builder.sum([Term("y", (K,))], ())
    value = builder.apply(TABLE["mul"], "a", read)
    params = [parameter("k", size=True), parameter("y", (N,)), parameter("a")]
    step = step_graph("step", params, builder.body, [(value, ())])
    loop = Loop(step, "k", N - 1, buffers=(Buffer("y", "x", "y1", (N,), (Store((K + 1,), adds=True),)),), captured=(("a", "a"),))
    graph = Graph("f", (Param("x", Tensor((N,)), ("x",)), Param("a")), (loop,), ("y1",), Tensor((N,)))
    x = np.linspace(1.0, 2.0, length)
    wanted = x.copy()
    for k in range(length - 1):
        wanted[k + 1] += 0.5 * wanted[k]
    np.testing.assert_allclose(evaluate(check(graph), [x, 0.5])[0], wanted, rtol=1e-15)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"trip": None}, "does not end"),
        ({"captured": (("h", "h"),)}, "other parameters"),
        ({"collected": ()}, "other values"),
        ({"trip": Affine.of("m")}, "size m"),
    ],
)
def test_the_checker_refuses_loops_that_make_no_sense(change, message):
    graph = pendulum()
    (loop,) = graph.body
    with pytest.raises(InternalError, match=message):
        check(replace(graph, body=(replace(loop, **change),)))
