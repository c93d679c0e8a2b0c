"""Derivatives of branches: inside the branch, from kept values, never from the path not taken."""

import math

import pytest
from random_graphs import make

from symdiff.calculus import derivative, gradient, hessian
from symdiff.graph.build import Builder
from symdiff.graph.check import check
from symdiff.graph.evaluate import evaluate, executed_cost
from symdiff.graph.graph import UNDEFINED, Const, If, Let, Origin, Raise, walk
from symdiff.primitives import TABLE

exp, log, sin, sqrt, stop = (TABLE[name] for name in ("exp", "log", "sin", "sqrt", "stop"))


class Case:
    """A graph written with handles; ``choose`` adds a branch on two functions without operands."""

    def __init__(self, *inputs):
        self.builder = Builder()
        self.inputs = inputs
        self.handles = [self.builder.value(self.builder.input(name)) for name in inputs]

    def choose(self, condition, then, orelse, hint="w"):
        sides = []
        for side in (then, orelse):
            with self.builder.block() as body:
                value = self.builder.atom(side())
            sides.append((body, value))
        (first, a), (second, b) = sides
        return self.builder.value(self.builder.branch(condition.atom, first, second, [(hint, a, b)])[0])

    def graph(self, *outputs):
        return check(make(self.builder, outputs, self.inputs))


def count(graph, op):
    return sum(isinstance(statement, Let) and statement.op.name == op for statement in walk(graph.body))


def branches(graph):
    return [statement for statement in walk(graph.body) if isinstance(statement, If)]


def test_nothing_of_the_other_path_reaches_the_result():
    case = Case("x")
    (x,) = case.handles
    positive = TABLE["gt"](x, 0)
    graph = case.graph(case.choose(positive, lambda: sqrt(x) * log(x) / x, lambda: x * x))
    for order, wanted in ((1, 2 * -0.5), (2, 2.0), (3, 0.0)):
        assert evaluate(check(derivative(graph, ["x"] * order)), [-0.5]) == [wanted]
        nested = graph
        for _ in range(order):
            nested = check(gradient(nested, ["x"], keep_value=False).graph)
        assert evaluate(nested, [-0.5]) == [wanted]
        assert evaluate(nested, [0.0]) == [0.0 if order != 2 else 2.0]


def test_a_value_of_the_branch_is_kept_and_not_recomputed():
    case = Case("x", "y")
    x, y = case.handles
    chosen = case.choose(TABLE["gt"](x, y), lambda: exp(x) * y, lambda: y)
    found = check(gradient(case.graph(sin(chosen)), ["x", "y"]).graph)
    assert count(found, "exp") == 1
    kept = [out for branch in branches(found) for out in branch.outs if UNDEFINED in (out.then, out.orelse)]
    assert len(kept) == 1
    twice = check(hessian(case.graph(sin(chosen)), ["x", "y"]).graph)
    assert count(twice, "exp") == 1


def test_equal_work_under_the_same_condition_is_done_once():
    case = Case("x")
    (x,) = case.handles
    positive = TABLE["gt"](x, 0)
    first = case.choose(positive, lambda: sin(x), lambda: x)
    second = case.choose(positive, lambda: sin(x) * first, lambda: x)
    found = check(gradient(case.graph(second), ["x"], keep_value=True).graph)
    assert count(found, "sin") == 1
    assert evaluate(found, [0.3])[1] == pytest.approx(2 * math.sin(0.3) * math.cos(0.3), rel=1e-15)


def test_a_side_that_contradicts_the_branch_around_it_is_dropped():
    case = Case("x")
    (x,) = case.handles
    positive = TABLE["gt"](x, 0)
    inner = [
        lambda: case.choose(positive, lambda: sin(x), lambda: exp(x)),
        lambda: case.choose(positive, lambda: log(x), lambda: x * x),
    ]
    graph = case.graph(case.choose(positive, *inner) * x)
    found = check(gradient(graph, ["x"]).graph)
    assert count(found, "log") == count(found, "exp") == 0
    assert evaluate(found, [-2.0]) == [12.0]


def test_a_branch_without_active_outs_has_no_adjoint():
    case = Case("x", "y")
    x, y = case.handles
    chosen = case.choose(TABLE["gt"](x, 0), lambda: y * y, lambda: stop(x))
    assert check(gradient(case.graph(chosen), ["x"], keep_value=False).graph).outputs == (Const(0),)
    product = check(gradient(case.graph(chosen * x), ["x"]).graph)
    assert len(branches(product)) == 1
    assert product.outputs == ("w",)


def test_a_path_without_a_contribution_costs_nothing():
    case = Case("x", "y")
    x, y = case.handles
    chosen = case.choose(TABLE["gt"](x, 0), lambda: x * y, lambda: case.builder.value(1.0))
    graph = case.graph(chosen + 2 * x + 3 * y)
    found = check(gradient(graph, ["x", "y"]).graph)
    assert evaluate(found, [-1.0, 5.0]) == [2.0, 3.0]
    assert executed_cost(found, [-1.0, 5.0]) == 1  # the condition


def test_values_of_nested_branches_are_handed_on_level_by_level():
    case = Case("x")
    (x,) = case.handles

    def outer():
        inner = case.choose(TABLE["gt"](x, 1), lambda: exp(x) * sin(x), lambda: x * x)
        return inner * inner

    graph = case.graph(case.choose(TABLE["gt"](x, 0), outer, lambda: -x))
    found = check(gradient(graph, ["x"]).graph)
    second = check(gradient(found, ["x"]).graph)
    for function in (found, second):
        assert count(function, "exp") == 1
    for x_value, wanted in ((-1.0, -1.0), (0.5, 4 * 0.5**3), (2.0, None)):
        value = math.exp(2) * math.sin(2)
        slope = 2 * value * math.exp(2) * (math.sin(2) + math.cos(2))
        assert evaluate(found, [x_value])[0] == pytest.approx(slope if wanted is None else wanted, rel=1e-14)


def test_raise_stays_where_it_was():
    case = Case("x")
    (x,) = case.handles
    with case.builder.block() as body:
        case.builder.error("ValueError", "x must be positive")
    case.builder.append(If(TABLE["lt"](x, 0).atom, tuple(body), (), ()))
    found = check(gradient(case.graph(x * x), ["x"]).graph)
    assert sum(isinstance(statement, Raise) for statement in walk(found.body)) == 1
    assert evaluate(found, [3.0]) == [6.0]
    with pytest.raises(ValueError, match="x must be positive"):
        evaluate(found, [-1.0])


def test_derived_statements_carry_the_line_they_come_from():
    case = Case("x", "y")
    x, y = case.handles
    case.builder.origin = Origin(2, "z = sin(x)")
    z = sin(x)
    case.builder.origin = Origin(3, "return z*z*y")
    graph = case.graph(z * z * y)
    adjoint = gradient(graph, ["x", "y"]).graph
    roles = {s.name: (s.origin.line, s.origin.role) for s in walk(adjoint.body) if isinstance(s, Let)}
    assert roles["x_bar"] == (2, "adjoint")
    assert roles[z.atom] == (2, "primal")
    tangents = derivative(graph, ["x"])
    assert {s.origin.role for s in walk(tangents.body)} == {"primal", "tangent"}
    both = derivative(adjoint, ["x"])
    assert {s.origin.role for s in walk(both.body)} <= {"primal", "tangent", "adjoint"}
