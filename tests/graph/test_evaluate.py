"""The reference interpreter: arithmetic, branches, exceptions, rounding bounds, costs."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from mpmath import mp

from symdiff.errors import ArgumentError, InternalError
from symdiff.graph.build import Builder, Value
from symdiff.graph.check import check
from symdiff.graph.cost import cost
from symdiff.graph.evaluate import evaluate, evaluate_with_bound, executed_cost
from symdiff.graph.graph import UNDEFINED, Const, Graph, If, Let, Out, Param, Raise
from symdiff.primitives import TABLE

sin, exp, log, sqrt, lt, sub = (TABLE[name] for name in ("sin", "exp", "log", "sqrt", "lt", "sub"))


def graph(rule: Callable[..., Value], *names: str) -> Graph:
    """A straight-line function as a graph."""
    builder = Builder()
    result = rule(*(builder.value(builder.input(name)) for name in names))
    return check(Graph("f", tuple(map(Param, names)), builder.body, (result.atom,)))


def branching() -> Graph:
    """log(x) where x > 0, else: raise where x < -1, else exp(x)."""
    builder = Builder()
    x = builder.value(builder.input("x"))
    with builder.block() as positive:
        first = log(x)
    with builder.block() as other:
        too_small = lt(x, -1.0)
        with builder.block() as guard:
            builder.error("ValueError", "x is too small")
        builder.branch(too_small.atom, guard, (), ())
        second = exp(x)
    condition = lt(0.0, x)
    (result,) = builder.branch(condition.atom, positive, other, [("r", first.atom, second.atom)])
    return check(Graph("f", (Param("x"),), builder.body, (result,)))


def test_straight_lines_in_both_arithmetics() -> None:
    f = graph(lambda x, y: sin(x) * y + x**3 / y, "x", "y")
    assert evaluate(f, [0.7, 2.0]) == [math.sin(0.7) * 2 + 0.7**3 / 2]
    with mp.workdps(50):
        x, y = mp.mpf("0.7"), mp.mpf(2)
        assert abs(evaluate(f, [x, y], "mpmath")[0] - (mp.sin(x) * y + x**3 / y)) < mp.mpf(10) ** -48


def test_only_the_branch_taken_is_run() -> None:
    f = branching()
    assert evaluate(f, [2.0]) == [math.log(2)]
    assert evaluate(f, [-0.5]) == [math.exp(-0.5)]
    with pytest.raises(ValueError, match="x is too small"):
        evaluate(f, [-2.0])
    assert evaluate(f, [mp.mpf(-0.5)], "mpmath") == [mp.exp(-0.5)]


def test_double_precision_is_ieee_and_silent() -> None:
    assert np.isneginf(evaluate(graph(log, "x"), [0.0])[0])
    assert np.isnan(evaluate(graph(log, "x"), [-1.0])[0])
    assert evaluate(graph(lambda x: 1 / x, "x"), [-0.0]) == [-math.inf]
    assert np.isnan(evaluate(graph(lambda x: x / x, "x"), [0.0])[0])
    assert evaluate(graph(exp, "x"), [1000.0]) == [math.inf]


def test_high_precision_is_nan_where_the_result_is_not_real() -> None:
    for rule, x in [(log, -1), (sqrt, -2), (TABLE["asin"], 2), (lambda x: x**0.5, -1), (TABLE["gamma"], -2)]:
        assert mp.isnan(evaluate(graph(rule, "x"), [x], "mpmath")[0])
    assert evaluate(graph(lambda x: 1 / x, "x"), [0], "mpmath") == [mp.inf]


def test_named_constants_have_the_precision_of_the_arithmetic() -> None:
    f = graph(lambda x: x * Const(math.pi, "pi"), "x")
    with mp.workdps(60):
        assert evaluate(f, [1], "mpmath") == [+mp.pi]
    assert evaluate(f, [1.0]) == [math.pi]


def test_undefined_outs_may_be_handed_on_but_not_matter() -> None:
    body = (
        Let("c", lt, ("x", Const(0.0))),
        If("c", (Let("t", exp, ("x",)),), (), (Out("kept", "t", UNDEFINED), Out("r", "t", "x"))),
        If("c", (Let("s", TABLE["mul"], ("kept", "r")),), (), (Out("y", "s", "r"),)),
    )
    f = check(Graph("f", (Param("x"),), body, ("y",)))
    assert evaluate(f, [2.0]) == [2.0]
    assert evaluate(f, [-1.0]) == [math.exp(-1) * math.exp(-1)]


def test_misuse_is_refused() -> None:
    with pytest.raises(ArgumentError, match="2 were given"):
        evaluate(graph(sin, "x"), [1.0, 2.0])
    with pytest.raises(InternalError, match="not a builtin exception"):
        evaluate(Graph("f", (Param("x"),), (Raise("print", "no"),), ("x",)), [1.0])


EXPRESSIONS = [
    (lambda x, y: (x + 1e8) - 1e8 * sin(y), 2),
    (lambda x, y: exp(x * 30) / (1 + exp(y)), 2),
    (lambda x, y: (x * x - y * y) * (x - y), 2),
    (lambda x, y: sqrt(x * x + y * y) - x, 2),
    (lambda x, y: log(x) * TABLE["lgamma"](y) + x**17, 2),
    (lambda x, y: TABLE["tanh"](x) ** -3 + TABLE["atan2"](y, x), 2),
    (lambda x, y: x * Const(math.pi, "pi") - y, 2),
]


@pytest.mark.parametrize(("rule", "count"), EXPRESSIONS)
def test_the_error_is_within_the_bound_and_the_bound_is_not_wild(rule: Callable[..., Value], count: int) -> None:
    f = graph(rule, "x", "y")
    generator = np.random.default_rng(7)
    ratios = []
    with mp.workdps(50):
        for _ in range(40):
            inputs = generator.uniform(0.3, 2.0, count).tolist()
            (value,), (bound,) = evaluate_with_bound(f, inputs)
            assert value == evaluate(f, inputs)[0]
            error = abs(mp.mpf(float(value)) - evaluate(f, inputs, "mpmath")[0])
            assert error <= bound
            ratios.append(float(error / bound))
    assert max(ratios) > 0.01  # within two decades: a bound that proves nothing would be useless


def test_a_bound_is_infinite_where_a_partial_is() -> None:
    (_,), (bound,) = evaluate_with_bound(graph(lambda x: sqrt(x * 3 - x * 3), "x"), [0.1])
    assert bound == math.inf
    (_,), (bound,) = evaluate_with_bound(graph(log, "x"), [-1.0])
    assert bound == math.inf


def test_costs_follow_the_size_law() -> None:
    assert cost(graph(lambda x: x * x + 1, "x")) == 2
    assert cost(graph(lambda x: sqrt(x) / x, "x")) == 8
    assert cost(graph(lambda x: sin(x) + TABLE["erf"](x), "x")) == 61
    powers = {2: 1, 3: 2, 4: 2, 7: 4, 8: 3, 64: 6, 65: 10, -1: 4, -3: 6, -100: 10, 0: 0, 1: 0}
    for exponent, wanted in powers.items():
        assert cost(graph(lambda x, n=exponent: x**n, "x")) == wanted, exponent
    assert cost(graph(lambda x: x**2.5, "x")) == 10
    assert (
        cost(graph(lambda x: x * (2 / sqrt(x.builder.value(Const(math.pi, "pi")))), "x")) == 1
    )  # operations on literals are free


def test_costs_of_branches() -> None:
    f = branching()
    assert cost(f) == 1 + max(10, 1 + 10)
    assert executed_cost(f, [2.0]) == 11
    assert executed_cost(f, [-0.5]) == 12


def test_long_chains_and_deep_nesting_need_no_recursion() -> None:
    builder = Builder()
    x = builder.value(builder.input("x"))
    y = x
    for _ in range(100_000):
        y = sin(y)
    f = Graph("f", (Param("x"),), builder.body, (y.atom,))
    assert cost(f) == executed_cost(f, [0.5]) == 1_000_000

    body: tuple[object, ...] = ()
    for depth in range(2000):
        atom = f"r{depth - 1}" if depth else "x"
        body = (If("c", body, (), (Out(f"r{depth}", atom, "x"),)),)
    nested = Graph("f", (Param("x"),), (Let("c", lt, ("x", Const(1.0))), *body), ("r1999",))
    assert evaluate(nested, [0.5]) == [0.5]
    assert evaluate(nested, [2.0]) == [2.0]
