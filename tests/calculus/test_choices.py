"""Rows that choose one of their operands: differentiated as branches, from which nothing of the other operand escapes."""

import itertools
import math
import random

import mpmath
import pytest
from random_graphs import INPUTS, Program, make

from symdiff.calculus import adjoint, derivative, gradient, hessian, jacobian
from symdiff.graph.build import Builder
from symdiff.graph.check import check
from symdiff.graph.dead import dead_code
from symdiff.graph.evaluate import evaluate, executed_cost
from symdiff.graph.graph import Const
from symdiff.primitives import TABLE

CHOOSING = ("max", "min", "maximum", "minimum", "fmax", "fmin")
exp, log, sin, sqrt = (TABLE[name] for name in ("exp", "log", "sin", "sqrt"))
chooses = pytest.mark.parametrize("name", CHOOSING)


def graph(function, inputs=("x",)):
    builder = Builder()
    operands = [builder.value(builder.input(name)) for name in inputs]
    return check(make(builder, [function(*operands)], inputs))


def derivatives(function, orders, inputs=("x",)):
    """A derivative by every composition of forward and reverse sweeps."""
    start = graph(function, inputs)
    for sweeps in itertools.product(("forward", "reverse"), repeat=len(orders)):
        found = start
        for name, mode in zip(orders, sweeps, strict=True):
            if mode == "forward":
                found = check(derivative(found, [name]))
            else:
                back = adjoint(found, [name], [{0: Const(1)}])
                found = check(back.finish([back.adjoint(name, 0)]))
        yield sweeps, found


# A function, a point where what is not chosen has an infinite or undefined derivative, and the derivatives 1 to 3 there.
ESCAPES = {
    "sqrt(max(x, 0))": (lambda x: sqrt(TABLE["max"](x, 0)), -1.0, (0, 0, 0)),
    "sqrt(max(0, x))": (lambda x: sqrt(TABLE["max"](0, x)), -1.0, (0, 0, 0)),
    "sqrt(fmax(x, 0))": (lambda x: sqrt(TABLE["fmax"](x, 0)), -1.0, (0, 0, 0)),
    "sqrt(maximum(0, x))": (lambda x: sqrt(TABLE["maximum"](0, x)), -1.0, (0, 0, 0)),
    "max(sqrt(x) - 1, 0)": (lambda x: TABLE["max"](sqrt(x) - 1, 0), 0.0, (0, 0, 0)),
    "min(exp(x), 1)": (lambda x: TABLE["min"](exp(x), 1), 800.0, (0, 0, 0)),
    "sqrt(min(x*exp(x), 1))": (lambda x: sqrt(TABLE["min"](x * exp(x), 1)), 800.0, (0, 0, 0)),
    "x*log(max(x, 1))": (lambda x: x * log(TABLE["max"](x, 1)), -2.0, (0, 0, 0)),
    "x*x + log(max(x, 1))": (lambda x: x * x + sqrt(log(TABLE["max"](x, 1))), -2.0, (-4, 2, 0)),
    "sum under a root": (lambda x: sqrt(TABLE["max"](x, 0) + TABLE["max"](2 * x, 0)), -1.0, (0, 0, 0)),
    "mixed sum": (lambda x: sqrt(TABLE["max"](x, 0) + TABLE["max"](0, 2 * x)), -1.0, (0, 0, 0)),
    "nested": (lambda x: sqrt(TABLE["max"](TABLE["max"](x, 0), TABLE["max"](3 * x, x))), -1.0, (0, 0, 0)),
    "clip": (lambda x: sqrt(TABLE["clip"](x, 0, 4)) + sqrt(4 - TABLE["clip"](x, 0, 4)), 5.0, (0, 0, 0)),
    "of itself": (lambda x: TABLE["max"](x, sqrt(x)) ** 2, 4.0, (8, 2, 0)),
}


@pytest.mark.parametrize("case", ESCAPES)
def test_what_is_not_chosen_does_not_reach_the_result(case):
    function, point, wanted = ESCAPES[case]
    for order in (1, 2, 3):
        for sweeps, found in derivatives(function, ["x"] * order):
            assert evaluate(found, [point]) == [wanted[order - 1]], sweeps


def test_a_root_that_is_used_on_two_paths_not_taken():
    def function(x, y, z):
        root = sqrt(y)
        return TABLE["max"](root * x - 1, 0) + TABLE["max"](root * z - 1, 0)

    for sweeps, found in derivatives(function, ["y"], INPUTS):
        assert evaluate(found, [-1.0, 0.0, -1.0]) == [0.0], sweeps
        assert evaluate(found, [4.0, 0.25, -1.0]) == [4.0], sweeps


@pytest.mark.parametrize("mode", ["forward", "reverse"])
def test_branches_of_the_user_are_as_safe(mode):
    builder = Builder()
    x = builder.value(builder.input("x"))
    chosen = builder.branch(TABLE["gt"](x, 0).atom, (), (), [("w", x.atom, builder.atom(0.0))])[0]
    both = make(builder, [sqrt(builder.value(chosen))], ("x",))
    found = derivative(both, ["x"]) if mode == "forward" else gradient(both, ["x"]).graph
    assert evaluate(check(found), [-1.0]) == [0.0]
    assert evaluate(found, [4.0]) == [0.25]


@chooses
@pytest.mark.parametrize("literal", [None, 0, 1], ids=["both vary", "first literal", "second literal"])
@pytest.mark.parametrize("point", [(1.0, 2.0), (2.0, 1.0), (1.0, 1.0), (math.nan, 1.0), (1.0, math.nan)], ids=str)
def test_derivative_goes_to_the_operand_that_is_the_value(name, literal, point):
    """Half to each at a tie; where the value is NaN, to the operand that it comes from, or to neither as NaN."""
    row = TABLE[name]
    if literal is not None and math.isnan(point[literal]):
        return  # no literal is NaN
    inputs = tuple(leaf for position, leaf in enumerate("xy") if position != literal)
    start = graph(
        lambda *given: row(*given) if len(given) == 2 else row(*given[:literal], point[literal], *given[literal:]), inputs
    )
    at = [x for position, x in enumerate(point) if position != literal]
    value = row(*point)
    same = [x == value or (math.isnan(x) and math.isnan(value)) for x in point]
    share = 1 / sum(same)
    if literal is None and name in ("maximum", "minimum") and math.isnan(value):
        wanted = [math.nan, math.nan]
    else:
        wanted = [share if own else 0.0 for position, own in enumerate(same) if position != literal]
    for both in (gradient(start, inputs).graph, jacobian(start, inputs).graph):
        assert evaluate(check(both), at) == pytest.approx(wanted, nan_ok=True)
    for position, leaf in enumerate(inputs):
        assert evaluate(check(derivative(start, [leaf])), at) == pytest.approx([wanted[position]], nan_ok=True)


@chooses
def test_partials_and_choice_are_the_same(name):
    row = TABLE[name]
    for point in [(0.5, 1.5), (1.5, 0.5), (-1.0, -1.0)]:
        decision = row.choice(*point)
        while not isinstance(decision, tuple):
            decision = decision.then if decision.condition(*point, row(*point)) else decision.orelse
        assert decision == tuple(row.partials(*point, row(*point)))


class Choices(Program):
    """A random program of choices and cheap arithmetic, where every operation of the adjoint counts."""

    def let(self, visible):
        first, second = (self.builder.value(self.operand(visible)) for _ in range(2))
        op = self.random.choice([*CHOOSING, *CHOOSING, "add", "mul", "sin"])
        atom = self.builder.atom(sin(first) if op == "sin" else TABLE[op](first, second))
        self.bounds[atom] = 1.0
        return atom


@pytest.mark.parametrize("seed", range(0, 400, 20))
@pytest.mark.parametrize("tied", [False, True])
def test_size_law(seed, tied):
    """Value and gradient cost at most 5 times the value plus 2 per input, on the path that is executed."""
    generator = random.Random(seed)
    for number in range(seed, seed + 20):
        start = dead_code(Choices(number, size=2 + number % 8).graph)
        both = check(gradient(start, INPUTS, keep_value=True).graph)
        for _ in range(3):
            point = [generator.choice([0.0, 1.0]) if tied else generator.uniform(-2, 2) for _ in INPUTS]
            assert executed_cost(both, point) <= 5 * executed_cost(start, point) + 2 * len(INPUTS), (str(start), str(both), point)


@chooses
def test_size_law_of_a_chain(name):
    builder = Builder()
    x, y = (builder.value(builder.input(leaf)) for leaf in "xy")
    for step in range(20):
        x, y = TABLE[name](x, y), TABLE[name](x + step, y)
    start = make(builder, [TABLE[name](x, y)], ("x", "y"))
    both = check(gradient(start, ["x", "y"], keep_value=True).graph)
    for point in ([0.5, 1.0], [1.0, 0.5], [1.0, 1.0]):
        assert executed_cost(both, point) <= 5 * executed_cost(start, point) + 4


@pytest.mark.parametrize("seed", range(40))
def test_random_choices_against_differences(seed):
    start = dead_code(Choices(seed, size=6).graph)
    generator = random.Random(seed)
    point = [mpmath.mpf(generator.uniform(-2, 2)) for _ in INPUTS]
    back = check(gradient(start, INPUTS).graph)
    ahead = [check(derivative(start, [name])) for name in INPUTS]
    second = check(hessian(start, INPUTS).graph)
    found = evaluate(back, point, "mpmath")
    assert found == pytest.approx([evaluate(one, point, "mpmath")[0] for one in ahead], rel=1e-30)
    for position in range(3):
        orders = tuple(int(other == position) for other in range(3))
        wanted = mpmath.diff(lambda *at: evaluate(start, at, "mpmath")[0], tuple(point), orders)
        assert abs(found[position] - wanted) <= 1e-15 * (1 + abs(wanted)), str(start)
        twice = tuple(2 * order for order in orders)
        wanted = mpmath.diff(lambda *at: evaluate(start, at, "mpmath")[0], tuple(point), twice)
        assert abs(evaluate(second, point, "mpmath")[4 * position] - wanted) <= 1e-12 * (1 + abs(wanted)), str(start)
