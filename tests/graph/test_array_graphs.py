"""Some random array graphs (more: ``python -m tests.array_graphs``), and small graphs that were wrong once."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from symdiff.calculus.transpose import transposed
from symdiff.graph.affine import ONE, ZERO, Affine, Axes, Element, identity
from symdiff.graph.build import Builder
from symdiff.graph.check import check
from symdiff.graph.evaluate import evaluate, evaluate_with_bound
from symdiff.graph.graph import Atom, Const, Graph, Param
from symdiff.graph.structure import SCALAR, Tensor
from symdiff.graph.terms import Guard, Range, Term, full_ranges
from symdiff.primitives import TABLE
from symdiff.simplify import simplify
from tests.array_graphs import Case, backward, case, faults, forward, law

n, m = map(Affine.of, "nm")
i, j, k = map(Affine.of, range(3))
Inputs = dict[str, Axes]


@pytest.mark.parametrize("batch", range(5))
def test_random_array_graphs(batch: int) -> None:
    cases = [case(seed) for seed in range(4 * batch, 4 * batch + 4)]
    found = {made.seed: [*faults(made), *law(made)] for made in cases}
    assert not [f"seed {seed}: {line}" for seed, lines in found.items() for line in lines]


def test_graph_of_a_seed_is_always_the_same() -> None:
    assert str(case(3).graph) == str(case(3).graph)
    assert str(case(3).graph) != str(case(4).graph)


def test_a_planted_fault_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """A sweep that forgets the guards of what it turns round must be found."""
    found = tried(made({"x": (n,)}, lambda b: total(b, b.sum([Term("x", (i,), (), (Guard(i - 1),))], (n,)))), *SMALL)
    assert not list(faults(found))

    def forgetful(term: Term, *arguments: Any) -> Term:
        return transposed(replace(term, guards=()), *arguments)

    monkeypatch.setattr("symdiff.calculus.reverse.transposed", forgetful)
    assert any(line.startswith("reverse: ") for line in faults(found))


# building small graphs


def made(inputs: Inputs, rule: Callable[[Builder], Atom], kinds: str = "") -> Graph:
    """A scalar function of arrays."""
    params = [
        Param(name, Tensor(axes, "int" if name in kinds else "float") if axes else SCALAR, (name,))
        for name, axes in inputs.items()
    ]
    builder = Builder()
    builder.inputs(Graph("f", tuple(params), (), ()).input_axes)
    output = rule(builder)
    axes = builder.axes_of(output)
    return check(Graph("f", tuple(params), builder.body, (output,), Tensor(axes) if axes else SCALAR))


def tried(graph: Graph, *sizes: dict[str, int]) -> Case:
    """The graph at random points of these sizes."""
    numbers = random.Random(5)
    points = []
    for each in sizes:
        points.append([])
        for axes in graph.input_axes.values():
            shape = tuple(length.value(each) for length in axes)
            drawn = np.array([numbers.uniform(-1, 1) for _ in range(int(np.prod(shape)))], dtype=object).reshape(shape)
            points[-1].append(drawn if axes else drawn[()])
    return Case(0, graph, tuple(points))


def total(b: Builder, atom: Atom, rank: int = 1) -> Atom:
    """The sum over all elements."""
    axes = b.axes_of(atom)
    return b.sum([Term(atom, identity(rank), full_ranges(axes))], ())


def transpose(b: Builder, name: str) -> Atom:
    return b.sum([Term(name, (j, i))], b.axes[name][::-1])


SMALL = ({"n": 0, "m": 0}, {"n": 1, "m": 1}, {"n": 2, "m": 3}, {"n": 3, "m": 2})


def right(inputs: Inputs, rule: Callable[[Builder], Atom], *points: list[Any]) -> None:
    """Assert that everything is right about a graph, at random points of all sizes and at these."""
    found = tried(made(inputs, rule), *SMALL)
    found = replace(found, points=(*found.points, *points))
    assert not list(faults(found))


# folds


@pytest.mark.parametrize("axes", [(n,), (m, n), (m, n, ONE)])
def test_product_over_all_axes_at_zeros(axes: Axes) -> None:
    """Exact to second order where one, two or three elements are zero."""

    def product(b: Builder) -> Atom:
        return b.fold(TABLE["mul"], Term("A", identity(len(axes)), full_ranges(axes)), ())

    shape = tuple(length.value({"n": 3, "m": 2}) for length in axes)
    points = []
    for zeros in range(4):
        values = np.array([0.0] * min(zeros, 3) + [0.5 + 0.25 * place for place in range(int(np.prod(shape)) - min(zeros, 3))])
        points.append([values.astype(object).reshape(shape)])
    right({"A": axes}, product, *points)


@pytest.mark.parametrize("op", ["mul", "maximum", "minimum"])
@pytest.mark.parametrize("inner", [Range(ZERO, i + 1), Range(i, n), Range(i + 1, n), Range(ZERO, i)])
def test_folds_over_ranges_that_depend_on_an_index(op: str, inner: Range) -> None:
    def rule(b: Builder) -> Atom:
        return total(b, b.apply(TABLE["tanh"], b.fold(TABLE[op], Term("x", (j,), (inner,)), (n,))))

    right({"x": (n,)}, rule)


def test_product_over_the_elements_below_the_diagonal() -> None:
    """What a guard leaves out is no zero of the product, to second order."""

    def rule(b: Builder) -> Atom:
        return b.fold(TABLE["mul"], Term("A", (i, j), (Range(ZERO, n), Range(ZERO, n)), (Guard(i - j - 1),)), ())

    right({"A": (n, n)}, rule)


def test_what_is_not_the_maximum_does_not_reach_the_derivative() -> None:
    """d/dx max(log(x)) at x = (0, 1, 2): the slope of the logarithm at 0 is infinite, and has no part in it."""

    def rule(b: Builder) -> Atom:
        return b.fold(TABLE["maximum"], Term(b.apply(TABLE["log"], "x"), (i,), (Range(ZERO, n),)), ())

    graph = made({"x": (n,)}, rule)
    x = np.array([0.0, 1.0, 2.0])
    assert list(evaluate(backward(graph, ["x"], "w"), [x, 1.0])[0]) == [0, 0, 0.5]
    assert evaluate(forward(graph, ["x"], "v_"), [x, np.ones(3)])[0] == 0.5
    assert list(evaluate(simplify(backward(graph, ["x"], "w")), [x, 1.0])[0]) == [0, 0, 0.5]
    assert np.isnan(evaluate(backward(graph, ["x"], "w"), [np.array([np.nan, 1.0]), 1.0])[0]).all()


# branches


@pytest.mark.parametrize("first", [0, 1])
def test_zeros_of_a_branch_stay_zeros_when_they_are_moved(first: int) -> None:
    """where(u > 0, u, 0) of a slice u of sqrt(x): at x = 0 nothing is multiplied by the infinite slope."""

    def rule(b: Builder) -> Atom:
        root = b.apply(TABLE["sqrt"], "x")
        part = b.sum([Term(root, (i + first,))], (n - 1,))
        test = b.apply(TABLE["gt"], part, Const(0.5))
        return total(b, b.branch(test, (), (), [("w", part, Const(0))])[0])

    graph = made({"x": (n,)}, rule)
    x = np.array([0.0, 4.0, 0.0])
    assert list(evaluate(backward(graph, ["x"], "w"), [x, 1.0])[0]) == [0, 0.25, 0]
    assert evaluate(forward(graph, ["x"], "v_"), [x, np.ones(3)])[0] == 0.25


def test_a_number_made_of_literals_inside_an_elementwise_branch() -> None:
    def rule(b: Builder) -> Atom:
        test = b.apply(TABLE["gt"], "x", Const(0))
        with b.block(elementwise=True) as then:
            value = b.apply(TABLE["mul"], b.apply(TABLE["erf"], "x"), b.apply(TABLE["sin"], Const(0.5)))
        return total(b, b.branch(test, then, (), [("w", value, "x")])[0])

    right({"x": (n,)}, rule)


@pytest.mark.parametrize("literal", [Const(0.5), "x"])
def test_scalar_and_elementwise_branches_hand_on_zeros(literal: Atom) -> None:
    """An array that a branch on a scalar leaves unused, made by a nested elementwise branch."""

    def rule(b: Builder) -> Atom:
        test = b.apply(TABLE["gt"], "x", Const(0))
        with b.block(elementwise=True) as then:
            inside = b.apply(TABLE["lt"], "x", Const(0.5))
            with b.block(elementwise=True) as inner:
                value = b.apply(TABLE["tanh"], "x")
            value = b.branch(inside, inner, (), [("u", value, "x")])[0]
        made = b.branch(test, then, (), [("w", value, Const(2))])[0]
        scalar = b.apply(TABLE["gt"], total(b, "x"), Const(-10 if literal == "x" else 0.25))
        with b.block() as taken:
            moved = b.apply(TABLE["sin"], b.sum([Term(made, (n - 1 - i,))], (n,)))
        chosen = b.branch(scalar, taken, (), [("c", moved, literal)])[0]
        return total(b, b.apply(TABLE["mul"], chosen, chosen))

    right({"x": (n,)}, rule)


def test_zeros_of_a_branch_on_a_scalar_and_of_a_guard() -> None:
    """Of max(-1, sum of sqrt((x[i] - x[j])**2) for i != j), whose root has an infinite slope where i == j."""

    def rule(b: Builder) -> Atom:
        first, second = (b.value(b.sum([Term("x", (index,))], (n, n))) for index in (i, j))
        root = TABLE["sqrt"]((first - second) ** 2).atom
        apart = b.sum([Term(root, (i, j), full_ranges((n, n)), (Guard(j - i, "!="),))], ())
        return b.apply(TABLE["maximum"], Const(-1), b.apply(TABLE["sin"], apart))

    right({"x": (n,)}, rule)


def test_an_element_written_to_a_fixed_place_of_an_array_that_may_be_empty() -> None:
    """``last`` of a part of x, 0 where that is empty, added to every element: the adjoint goes to one place, if it exists."""

    def rule(b: Builder) -> Atom:
        part = b.sum([Term("x", (i,))], (n - 2,))
        guards = (Guard(i - 1), Guard(n - 3))
        last = b.sum([Term(b.apply(TABLE["sin"], part), (n - 3,), (), guards)], (n,))
        every = b.apply(TABLE["mul"], last, "x")
        return total(b, every)

    right({"x": (n,)}, rule)


def test_rewriting_an_array_with_a_scalar() -> None:
    """hypot(x, c)**2 becomes x**2 + c**2, where c**2 is a scalar."""

    def rule(b: Builder) -> Atom:
        return total(b, b.apply(TABLE["pow"], b.apply(TABLE["hypot"], "x", Const(1.25)), Const(2)))

    right({"x": (n,)}, rule)


# sizes and integers


def test_cotangents_of_an_array_shorter_than_nothing() -> None:
    graph = made({"x": (n,)}, lambda b: b.sum([Term(b.apply(TABLE["sin"], "x"), (i + 1,))], (n - 2,)))
    for size in range(4):
        bar = evaluate(backward(graph, ["x"], "w"), [np.full(size, 0.5), np.ones(max(size - 2, 0))])[0]
        wanted = [np.cos(0.5) if 1 <= place < size - 1 else 0 for place in range(size)]
        assert np.allclose(np.array(bar, dtype=float), wanted)


def test_integers_as_indices_in_arithmetic_with_bounds() -> None:
    element = Affine.of(Element("k", (i,)))
    graph = made({"x": (n,), "k": (m,)}, lambda b: total(b, b.sum([Term("x", (element,))], (m,))), "k")
    values, bounds = evaluate_with_bound(graph, [np.array([0.5, 0.25]), np.array([1, 1, 0])])
    assert values == [1.0]
    assert bounds[0] > 0
    bar = evaluate(backward(graph, ["x"], "w"), [np.array([0.5, 0.25]), np.array([1, 1, 0]), 1.0])[0]
    assert list(bar) == [1, 2]
