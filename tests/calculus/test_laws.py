"""The size law, linear growth, deep graphs, and rules that are wrong."""

import random
from dataclasses import replace

import mpmath
import pytest
from random_graphs import INPUTS, Program, case, make, reference, values

from symdiff.calculus import adjoint, gradient, hessian
from symdiff.graph.build import Builder
from symdiff.graph.check import check
from symdiff.graph.dead import dead_code
from symdiff.graph.evaluate import evaluate, executed_cost
from symdiff.graph.graph import Const, Let, walk
from symdiff.primitives import TABLE


class Arithmetic(Program):
    """A random program of the cheapest operations, where every addition of the adjoint counts."""

    def let(self, visible):
        first, second = (self.builder.value(self.operand(visible)) for _ in range(2))
        op = self.random.choice(["add", "sub", "mul", "mul", "div", "neg"])
        atom = (-first if op == "neg" else TABLE[op](first, second)).atom
        self.bounds[atom] = 1.0
        return atom


@pytest.mark.parametrize("kind", [Arithmetic, Program])
@pytest.mark.parametrize("seed", range(0, 400, 20))
def test_size_law(kind, seed):
    """Value and gradient cost at most 5 times the value plus 2 per input, on the path that is executed."""
    generator = random.Random(seed)
    for number in range(seed, seed + 20):
        graph = dead_code(kind(number, size=2 + number % 8).graph)
        both = check(gradient(graph, INPUTS, keep_value=True).graph)
        for _ in range(2):
            point = [generator.uniform(-2, 2) for _ in INPUTS]
            assert executed_cost(both, point) <= 5 * executed_cost(graph, point) + 2 * len(INPUTS), str(graph)


def composition(steps):
    builder = Builder()
    x = builder.value(builder.input("x"))
    for _ in range(steps):
        x = TABLE["sin"](x) * x + 1 / (1 + x**2)
    return check(make(builder, [x], ("x",)))


def test_a_composition_grows_linearly():
    sizes = [sum(1 for _ in walk(gradient(composition(steps), ["x"]).graph.body)) for steps in (20, 40, 60)]
    assert sizes[2] - sizes[1] == sizes[1] - sizes[0]
    graph = composition(60)
    assert executed_cost(gradient(graph, ["x"], keep_value=True).graph, [0.3]) <= 5 * executed_cost(graph, [0.3]) + 2
    seconds = [sum(1 for _ in walk(hessian(composition(steps), ["x"]).graph.body)) for steps in (10, 20, 30)]
    assert seconds[2] - seconds[1] == seconds[1] - seconds[0]


def test_the_derivative_of_a_composition_is_right():
    graph = composition(5)
    wanted = mpmath.diff(lambda x: values(graph, {"x": x})[0], mpmath.mpf(0.3))
    assert abs(values(gradient(graph, ["x"]).graph, {"x": 0.3})[0] - wanted) <= 1e-25 * abs(wanted)


def test_a_chain_of_a_hundred_thousand_lets():
    builder = Builder()
    x = start = builder.value(builder.input("x"))
    slope = 1.0
    for _ in range(50_000):
        x = 0.5 * x + start
        slope = 0.5 * slope + 1
    graph = make(builder, [x], ("x",))
    back = adjoint(graph, ["x"], [{0: Const(1)}])
    assert evaluate(back.finish([back.adjoint("x", 0)]), [0.5])[0] == pytest.approx(slope, rel=1e-12)


@pytest.mark.parametrize("position", [0, 1])
def test_a_planted_wrong_rule_is_found(position):
    """The comparison with differences must fail if one partial of one row is wrong."""

    def wrong(x, y, f):
        partials = list(TABLE["hypot"].partials(x, y, f))
        partials[position] = partials[position] * 1.0000001
        return tuple(partials)

    row = replace(TABLE["hypot"], partials=wrong)
    builder = Builder()
    x, y = (builder.value(builder.input(name)) for name in ("x", "y"))
    right = make(builder, [TABLE["hypot"](x * y, x + y)], ("x", "y"))
    planted = replace(
        right,
        body=tuple(replace(let, op=row) if isinstance(let, Let) and let.op.name == "hypot" else let for let in right.body),
    )
    point = {"x": 0.5, "y": 1.5}
    wanted = mpmath.diff(lambda a, b: values(right, {"x": a, "y": b})[0], tuple(map(mpmath.mpf, point.values())), (1, 0))
    assert abs(values(gradient(right, ["x"]).graph, point)[0] - wanted) <= 1e-25
    assert abs(values(gradient(planted, ["x"]).graph, point)[0] - wanted) > 1e-9


@pytest.mark.parametrize("seed", range(5))
def test_the_same_graph_gives_the_same_derivative(seed):
    graph, point = case(seed)
    first, second = (gradient(graph, INPUTS, keep_value=True).graph for _ in range(2))
    assert str(first) == str(second)
    assert abs(values(first, point)[1] - reference(graph, point, (1, 0, 0))) <= 1e-20
