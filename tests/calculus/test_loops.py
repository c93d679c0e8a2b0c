"""Derivatives of loops: structure of the adjoint (what is taped, how elements are touched), random loops, Jacobians."""

import math
from dataclasses import replace

import mpmath
import numpy as np
import pytest

from symdiff import grad, hessian, jacobian
from symdiff.calculus import blocks
from symdiff.calculus.tape import chosen, nodes
from symdiff.graph.affine import Affine
from symdiff.graph.build import Builder
from symdiff.graph.check import check
from symdiff.graph.evaluate import evaluate
from symdiff.graph.graph import Buffer, Carried, Const, Graph, Loop, Param, Store
from symdiff.graph.loops import parameter, step_graph
from symdiff.graph.structure import SCALAR, Tensor
from symdiff.graph.terms import Term
from symdiff.primitives import TABLE
from symdiff.simplify import simplify
from tests.array_graphs import DIGITS, forward, gradient, run
from tests.graph.test_loops import K, N, halving, pendulum
from tests.loop_graphs import case, faults, jacobians

VECTOR = Param("x", Tensor((N,)), ("x",))


def loops_of(graph):
    return [statement for statement in graph.body if isinstance(statement, Loop)]


def with_result(graph, outputs):
    result = SCALAR if len(outputs) == 1 else graph.result
    return replace(graph, outputs=outputs, result=result)


@pytest.mark.parametrize("seed", range(8))
def test_random_loops_against_differences(seed):
    assert list(faults(case(seed, size=5))) == []


@pytest.mark.parametrize("seed", range(20, 24))
def test_jacobians_of_random_loops_against_the_sweep_forward(seed):
    assert list(jacobians(case(seed, size=4))) == []


def recurrence(wrt_factor):
    """``y[k + 1] = a*y[k] + x[k]``, the last element."""
    builder = Builder()
    builder.inputs({"k": (), "y": (N + 1,), "x": (N,), "a": ()})
    read = builder.sum([Term("y", (K,))], ())
    value = builder.apply(TABLE["add"], builder.apply(TABLE["mul"], "a", read), builder.sum([Term("x", (K,))], ()))
    params = [parameter("k", size=True), parameter("y", (N + 1,)), parameter("x", (N,)), parameter("a")]
    step = step_graph("step", params, builder.body, [(value, ())])
    buffer = Buffer("y", Const(0), "y1", (N + 1,), (Store((K + 1,)),))
    loop = Loop(step, "k", N, buffers=(buffer,), captured=(("x", "x"), ("a", "a")))
    outer = Builder(taken=("y1",))
    outer.inputs({"x": (N,), "a": ()})
    outer.append(loop)
    last = outer.sum([Term("y1", (N,))], ())
    graph = check(Graph("f", (VECTOR, Param("a")), outer.body, (last,)))
    return simplify(gradient(graph, ["x", "a"] if wrt_factor else ["x"]))


def test_a_linear_step_needs_no_tape():
    (back,) = loops_of(recurrence(wrt_factor=False))
    assert back.backward
    assert {name for name, _ in back.captured} == {"a"}


def test_a_recurrence_reads_the_finished_array_again():
    ahead, back = loops_of(recurrence(wrt_factor=True))
    assert not ahead.collected
    assert back.backward
    assert ahead.buffers[0].out in [atom for _, atom in back.captured]
    x = np.array([0.5, -1.0, 2.0, 0.25])
    found = evaluate(recurrence(wrt_factor=True), [x, 0.5])
    np.testing.assert_allclose(found[0], [0.125, 0.25, 0.5, 1.0], rtol=1e-15)
    assert found[1] == pytest.approx(sum((3 - k) * 0.5 ** (2 - k) * x[k] for k in range(3)), rel=1e-15)


def test_the_adjoint_of_elements_is_written_element_by_element():
    back = loops_of(recurrence(wrt_factor=True))[-1]
    assert all(not each.axes for each in back.carried)
    assert {buffer.param for buffer in back.buffers} == {"y_bar", "x_bar"}


def test_the_pendulum_keeps_two_values_for_each_step():
    graph = with_result(pendulum(), ("q1",))
    ahead, back = loops_of(simplify(gradient(graph, ["q0", "p0", "h", "x"])))
    assert sorted(each.out for each in ahead.collected) == ["p_tape", "q_tape"]
    assert back.trip == N


def test_a_loop_with_a_test_is_run_backward_as_often_as_it_ran():
    graph = with_result(halving(), ("x1",))
    made = simplify(gradient(graph, ["x0"]))
    assert evaluate(made, [10.0]) == [1 / 16]
    assert evaluate(made, [1.0]) == [1.0]


def test_a_loop_with_a_test_and_a_bound_counts_for_its_adjoint():
    """At most n steps of ``x = x*x`` while x < 3: the loop backward makes as many as were made, not n."""
    builder = Builder()
    builder.inputs({"k": (), "x": ()})
    square = builder.apply(TABLE["mul"], "x", "x")
    goes = builder.apply(TABLE["lt"], square, Const(3.0))
    step = step_graph("step", [parameter("k", size=True), parameter("x")], builder.body, [(square, ()), (goes, ())])
    loop = Loop(step, "k", N, (Carried("x", "a", "x1"),), test=Const(True))
    made = simplify(gradient(check(Graph("f", (VECTOR, Param("a")), (loop,), ("x1",))), ["a"]))
    for length, power in ((0, 1), (1, 2), (2, 4), (5, 4)):
        assert evaluate(made, [np.zeros(length), 1.5])[0] == pytest.approx(power * 1.5 ** (power - 1), rel=1e-15)


def test_third_derivatives_of_a_loop():
    """x = x**2 three times is x**8."""
    builder = Builder()
    builder.inputs({"k": (), "x": ()})
    square = builder.apply(TABLE["mul"], "x", "x")
    step = step_graph("step", [parameter("k", size=True), parameter("x")], builder.body, [(square, ())])
    graph = Graph("f", (Param("a"),), (Loop(step, "k", Affine(3), (Carried("x", "a", "x1"),)),), ("x1",))
    made = check(graph)
    for _ in range(3):
        made = simplify(gradient(made, ["a"]))
    with mpmath.workdps(DIGITS):
        assert run(made, [mpmath.mpf("1.25")])[0] == pytest.approx(336 * mpmath.mpf("1.25") ** 5, rel=1e-60)


def test_the_tangent_of_a_loop_that_does_not_depend_on_the_inputs_is_no_loop():
    graph = with_result(pendulum(), ("q1",))
    other = replace(graph, params=(*graph.params, Param("z")), outputs=("z",))
    assert loops_of(simplify(forward(other, ["z"], "v_"))) == []


def test_the_cut_is_nearest_the_adjoint():
    """x -> a -> b -> needed: b is kept, though x and a are as few."""
    builder = Builder()
    builder.input("x")
    a = builder.apply(TABLE["sin"], "x", hint="a")
    builder.apply(TABLE["cos"], a, hint="b")
    found = nodes(["x"], builder.body)
    axes = dict.fromkeys(("x", "a", "b"), ())
    assert chosen(found, ["x"], {"b"}, axes, ()) == {"b"}
    assert chosen(found, ["x"], {"a", "b"}, axes, ()) == {"a"}
    assert chosen(found, [], {"a", "b"}, axes, ()) == set()


def test_jacobian_and_hessian_of_a_loop_are_those_of_differences():
    graph = pendulum()
    made = check(blocks.jacobian(graph, [graph.param("q0"), graph.param("x")], simplify))
    x, step = np.linspace(0.1, 0.7, 4), 1e-6

    def value(q, x):
        last, rows = evaluate(graph, [q, 0.5, 0.1, x])
        return np.append(last, rows)

    found = evaluate(made, [1.0, 0.5, 0.1, x])
    wanted = (value(1.0 + step, x) - value(1.0 - step, x)) / (2 * step)
    np.testing.assert_allclose(np.append(found[0], found[1]), wanted, rtol=1e-8)
    columns = [(value(1.0, x + step * e) - value(1.0, x - step * e)) / (2 * step) for e in np.eye(4)]
    np.testing.assert_allclose(np.vstack([found[2], found[3]]), np.array(columns).T, atol=1e-8)
    second = check(blocks.hessian(with_result(graph, ("q1",)), [graph.param("q0")], simplify))
    around = [value(1.0 + s, x)[0] for s in (1e-4, 0, -1e-4)]
    assert evaluate(second, [1.0, 0.5, 0.1, x])[0] == pytest.approx((around[0] - 2 * around[1] + around[2]) / 1e-8, rel=1e-5)


def swinging(start, steps):
    q, v = start
    for _ in range(steps):
        v = v - 0.01 * np.sin(q)
        q = q + 0.01 * v
    return q


def test_hessian_by_sweeps_of_loops_in_two_scalars():
    """Its tapes' adjoints had the name of what is read of them."""
    step = 1e-5
    start = np.array([1.0, 0.0])
    found, slope = hessian(swinging)(start, 300), jacobian(swinging)
    columns = [(slope(start + step * e, 300) - slope(start - step * e, 300)) / (2 * step) for e in np.eye(2)]
    np.testing.assert_allclose(found, np.array(columns), rtol=1e-7, atol=1e-9)


def soft_dtw(x, y, gamma):
    rows, columns = len(x), len(y)
    table = np.full((rows + 1, columns + 1), 1e10)
    table[0, 0] = 0.0
    for i in range(1, rows + 1):
        for j in range(1, columns + 1):
            up, left, both = table[i - 1, j], table[i, j - 1], table[i - 1, j - 1]
            least = min(up, left, both)
            soft = math.exp(-(up - least) / gamma) + math.exp(-(left - least) / gamma) + math.exp(-(both - least) / gamma)
            table[i, j] = (x[i - 1] - y[j - 1]) ** 2 + least - gamma * math.log(soft)
    return table[rows, columns]


@pytest.mark.parametrize("sizes", [(2, 2), (2, 3), (4, 3)])
def test_what_an_inner_loop_keeps_is_kept_or_computed_again_never_both(sizes):
    """Soft dynamic time warping (M. Cuturi and M. Blondel, ICML 2017): two loops over a table."""
    numbers = np.random.default_rng(sum(sizes))
    x, y = numbers.normal(size=sizes[0]), numbers.normal(size=sizes[1])
    made = grad(soft_dtw, argnums=(0, 2)).at(x, y, 0.5).graph
    found = evaluate(check(made), [x, y, 0.5])
    step = 1e-6
    wanted = [(soft_dtw(x + step * e, y, 0.5) - soft_dtw(x - step * e, y, 0.5)) / (2 * step) for e in np.eye(len(x))]
    np.testing.assert_allclose(found[0], wanted, rtol=1e-7, atol=1e-8)
    slope = (soft_dtw(x, y, 0.5 + step) - soft_dtw(x, y, 0.5 - step)) / (2 * step)
    assert found[1] == pytest.approx(slope, rel=1e-7, abs=1e-8)
