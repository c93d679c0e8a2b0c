"""Powers of two as one factor: the text of small graphs, the very same values of random ones, what stays as it was written."""

import random
import re

import numpy as np
import pytest

from symdiff import grad, value_and_grad
from symdiff.calculus import gradient
from symdiff.codegen.factors import gathered
from symdiff.codegen.masks import unmasked
from symdiff.graph.check import check
from symdiff.graph.evaluate import evaluate
from symdiff.graph.graph import Const, Graph, Let, Origin, Param, walk_all
from symdiff.graph.show import show
from symdiff.primitives import TABLE
from symdiff.simplify import simplify
from tests.benchmarks.array_peers import lennard_jones

from .array_graphs import CASES
from .graphs import random_graph
from .random_arrays import random_case


def let(name, op, *args, role="adjoint"):
    return Let(name, TABLE[op], tuple(arg if isinstance(arg, str) else Const(arg) for arg in args), Origin(1, "", role))


def text(*body):
    made, _ = gathered(check(Graph("f", tuple(map(Param, "xyz")), body, ("r",))))
    return "\n".join(line.strip() for line in show(check(made)).splitlines()[1:])


def lets(graph):
    return sum(isinstance(statement, Let) for statement in walk_all(graph.body))


@pytest.mark.parametrize(
    ("body", "made"),
    [
        pytest.param(
            (let("a", "mul", 2, "x"), let("b", "mul", "a", "y"), let("r", "mul", 4, "b")),
            "t = mul(x, y)\nr = mul(8, t)",
            id="product",
        ),
        pytest.param(
            (let("a", "mul", 4, "x"), let("b", "mul", 4, "y"), let("r", "add", "a", "b")),
            "t = add(x, y)\nr = mul(4, t)",
            id="sum",
        ),
        pytest.param(
            (let("a", "mul", 2, "x"), let("b", "mul", -2, "y"), let("r", "add", "a", "b")),
            "t = sub(x, y)\nr = mul(2, t)",
            id="sum of opposite factors",
        ),
        pytest.param(
            (let("a", "mul", 2, "x"), let("b", "mul", "a", "y"), let("c", "mul", 0.5, "z"), let("r", "div", "b", "c")),
            "t_1 = mul(x, y)\nt = div(t_1, z)\nr = mul(4, t)",
            id="quotient",
        ),
        pytest.param(
            (let("a", "mul", 3, "x"), let("b", "mul", "a", "y"), let("c", "neg", "b"), let("r", "mul", 2, "c")),
            "t = mul(-6, x)\nr = mul(t, y)",
            id="into a literal",
        ),
        pytest.param(
            (let("a", "mul", 0.5, "x"), let("b", "mul", "a", "y"), let("r", "mul", 2, "b")),
            "r = mul(x, y)",
            id="nothing is left",
        ),
        pytest.param(
            (
                let("s", "mul", "y", "z"),
                let("a", "mul", 2, "x"),
                let("b", "mul", 2, "y"),
                let("p", "mul", "a", "s"),
                let("q", "mul", "b", "s"),
                let("r", "sub", "p", "q"),
            ),
            "s = mul(y, z)\nt = mul(2, s)\np = mul(x, t)\nq = mul(y, t)\nr = sub(p, q)",
            id="what products have in common",
        ),
    ],
)  # fmt: skip
def test_factors_are_one(body, made):
    assert text(*body) == f"{made}\nreturn r"


@pytest.mark.parametrize(
    "body",
    [
        pytest.param((let("a", "mul", 2, "x"), let("r", "mul", "a", "y")), id="one factor"),
        pytest.param((let("a", "mul", 3, "x"), let("r", "mul", 5, "a")), id="rounded"),
        pytest.param((let("a", "mul", 2, "x"), let("b", "mul", 4, "y"), let("r", "add", "a", "b")), id="unequal factors"),
        pytest.param((let("a", "mul", 2, "x"), let("b", "sin", "a"), let("r", "mul", 2, "b")), id="another operation"),
        pytest.param((let("a", "mul", 1e300, "x"), let("b", "mul", "a", "y"), let("r", "mul", 2, "b")), id="near overflow"),
        pytest.param((let("a", "mul", 2, "x"), let("b", "mul", "a", "a"), let("r", "mul", 2, "b")), id="read twice"),
    ],
)
def test_what_saves_nothing_or_changes_values_stays(body):
    before = check(Graph("f", tuple(map(Param, "xyz")), body, ("r",)))
    assert gathered(before)[0] == before


def test_what_the_user_wrote_stays():
    body = (
        let("a", "mul", 2, "x", role="primal"),
        let("b", "mul", "a", "y", role="primal"),
        let("r", "mul", 4, "b", role="primal"),
    )
    before = check(Graph("f", tuple(map(Param, "xyz")), body, ("r",)))
    assert gathered(before)[0] == before


@pytest.mark.parametrize("seed", range(80))
def test_values_are_the_very_same(seed):
    """Random graphs with branches, of which nothing is the user's, and their gradients."""
    made = random_graph(seed)
    first = Graph("f", made.params, made.body, made.outputs[:1])
    numbers = random.Random(seed)
    points = [[numbers.uniform(-2, 2) for _ in "xyz"] for _ in range(5)]
    for before in (made, simplify(gradient(simplify(first), made.inputs).graph)):
        after, _ = gathered(before)
        assert lets(check(after)) <= lets(before)
        for point in points:
            assert list(map(repr, evaluate(after, point))) == list(map(repr, evaluate(before, point)))


def same_arrays(before, after, arrays):
    with np.errstate(all="ignore"):
        for own, other in zip(evaluate(after, arrays), evaluate(before, arrays), strict=True):
            assert np.array_equal(own, other, equal_nan=True)


@pytest.mark.parametrize("seed", range(40))
def test_values_of_arrays_are_the_very_same(seed):
    case = random_case(seed)
    for graph in (case.graph(), case.gradient()):
        before, partial = unmasked(graph)
        after, _ = gathered(before, partial)
        for sizes in ({"n": 3, "m": 2}, {"n": 1, "m": 4}):
            same_arrays(before, check(after), case.inputs(sizes))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_values_of_known_functions_are_the_very_same(case):
    before, partial = unmasked(case.gradient())
    after, _ = gathered(before, partial)
    same_arrays(before, check(after), case.inputs({"n": 4, "m": 3, "k": 2}))


def test_an_energy_of_pairs_multiplies_by_one_literal():
    """As one writes it by hand: -24 s**2 ... once for each pair, and no factor for each coordinate."""
    source = grad(lennard_jones).source
    inside = source[source.index("for j in range") :]
    assert "-24*" in inside
    assert not re.search(r"\b[234]\*[a-z]", inside)


def test_the_value_beside_it_is_the_one_of_the_user():
    x = np.random.default_rng(0).normal(size=(5, 3))
    value, slope = value_and_grad(lennard_jones)(x)
    assert value == pytest.approx(lennard_jones(x), rel=1e-14)
    assert np.allclose(slope, grad(lennard_jones)(x), rtol=1e-13)
    assert "4*s*(s - 1)" in value_and_grad(lennard_jones).source


def test_a_scalar_that_is_spread_takes_the_factor_once():
    def f(x, c):
        return np.sum(x**2) * c

    source = grad(f).at(np.ones(3), 1.0).source
    assert "2*c" in source.replace("c*2", "2*c")
    assert "2*x" not in source


def test_factors_in_loops():
    def f(x, n):
        y = x
        for _ in range(n):
            y = y - 0.5 * (y**2 - x) * 2
        return y

    expected = 1.3
    h = 1e-6
    assert grad(f)(expected, 4) == pytest.approx((f(expected + h, 4) - f(expected - h, 4)) / (2 * h), rel=1e-6)
