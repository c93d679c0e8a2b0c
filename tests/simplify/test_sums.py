"""Simpler sums: one test for each rule, as a graph before and the statements after, and the values of both."""

from __future__ import annotations

import numpy as np
import pytest

from symdiff.calculus import adjoint
from symdiff.graph.affine import ONE, ZERO, Affine, Axes, Element
from symdiff.graph.build import Builder
from symdiff.graph.check import check
from symdiff.graph.evaluate import evaluate
from symdiff.graph.graph import Const, Fold, Graph, Param, Sum
from symdiff.graph.graph import If as Branch
from symdiff.graph.structure import SCALAR, Tensor
from symdiff.graph.terms import Guard, Range, Term
from symdiff.primitives import TABLE
from symdiff.simplify import simplify

n, m = map(Affine.of, "nm")
i, j, k = map(Affine.of, range(3))
N = Range(ZERO, n)
INPUTS: dict[str, Axes] = {"x": (n,), "A": (m, n), "q": (n, ONE), "a": ()}


def graph(*body: Sum | Fold | Branch, axes: Axes = ()) -> Graph:
    """A graph of these statements; the last one is the result."""
    last = body[-1]
    name = last.outs[0].name if isinstance(last, Branch) else last.name
    params = tuple(Param(each, Tensor(its) if its else SCALAR, (each,)) for each, its in INPUTS.items())
    integers = Param("p", Tensor((m,), "int"), ("p",))
    return check(Graph("f", (*params, integers), body, (name,), Tensor(axes) if axes else SCALAR))


def lines(made: Graph) -> list[str]:
    return [line.strip() for line in str(made).splitlines()[1:]]


def expect(before: Graph, *wanted: str) -> None:
    """Compare the statements, and the values at several sizes."""
    after = check(simplify(before))
    assert lines(after) == list(wanted)
    numbers = np.random.default_rng(3)
    for rows, columns in ((0, 0), (0, 1), (1, 1), (2, 1), (2, 3), (3, 4)):
        inputs = [numbers.normal(size=columns), numbers.normal(size=(rows, columns)), numbers.normal(size=(columns, 1)), 0.75]
        inputs.append(numbers.integers(0, max(columns, 1), rows))
        for one, other in zip(evaluate(before, inputs), evaluate(after, inputs), strict=True):
            assert np.shape(one) == np.shape(other)
            assert np.allclose(one, other)


def test_a_read_of_a_read_is_one_read() -> None:
    first = Sum("b", (n - 1,), (Term("x", (i + 1,)),))
    second = Sum("c", (n - 1,), (Term("b", (n - 2 - i,)),))
    expect(graph(first, second, axes=(n - 1,)), "c[n - 1] = x[-#0 + n - 1]", "return c")


def test_reads_that_undo_each_other_are_none() -> None:
    first = Sum("b", (n, m), (Term("A", (j, i)),))
    second = Sum("c", (m, n), (Term("b", (j, i)),))
    expect(graph(first, second, axes=(m, n)), "return A")


def test_a_read_at_places_that_data_tell() -> None:
    first = Sum("b", (m,), (Term("x", (Affine.of(Element("p", (i,))),)),))
    second = Sum("c", (m,), (Term("b", (m - 1 - i,)),))
    expect(graph(first, second, axes=(m,)), "c[m] = x[p[-#0 + m - 1]]", "return c")


def test_a_guard_moves_with_the_read_into_a_sum_but_not_into_a_fold() -> None:
    padded = Sum("b", (n + 1,), (Term("x", (i - 1,), (), (Guard(i - 1),)),))
    rest = Term("b", (i,), (Range(ZERO, n + 1),))
    expect(graph(padded, Sum("c", (), (rest,))), "c = x[#0 - 1]{#0 in 0..n + 1; #0 - 1 >= 0}", "return c")
    kept = "b[n + 1] = x[#0 - 1]{#0 - 1 >= 0}"
    fold = Fold("c", (), TABLE["minimum"], rest)
    expect(graph(padded, fold), kept, "c = minimum of b[#0]{#0 in 0..n + 1}", "return c")


def test_a_fold_reads_through_what_only_reads() -> None:
    turned = Sum("b", (n, m), (Term("A", (j, i)),))
    fold = Fold("c", (n,), TABLE["mul"], Term("b", (i, j), (Range(ZERO, m),)))
    expect(graph(turned, fold, axes=(n,)), "c[n] = mul of A[#1, #0]{#1 in 0..m}", "return c")


def test_truth_values_read_through_too() -> None:
    builder = Builder()
    builder.inputs({"x": (n,)})
    test = builder.apply(TABLE["gt"], "x", Const(0))
    for _ in range(2):
        test = builder.sum([Term(test, (n - 1 - i,))], (n,), kind="bool")
    (out,) = builder.branch(test, (), (), [("w", "x", Const(0))])
    made = check(simplify(Graph("f", (Param("x", Tensor((n,)), ("x",)),), builder.body, (out,), Tensor((n,)))))
    assert lines(made)[:2] == ["t[n] = gt(x, 0)", "if t:"]


def test_guards_that_always_hold_and_terms_whose_guards_never_do() -> None:
    terms = (
        Term("x", (i,), (), (Guard(i), Guard(n - 1 - i))),
        Term("a", (), (), (Guard(-i - 1),)),
        Term("a", (), (), (Guard(i - 1),)),
    )
    expect(graph(Sum("c", (n,), terms), axes=(n,)), "c[n] = x[#0] + a{#0 - 1 >= 0}", "return c")


def test_ranges_of_one_element() -> None:
    every = Sum("c", (n,), (Term("q", (i, j), (Range(ZERO, ONE),)),))
    expect(graph(every, axes=(n,)), "c[n] = q[#0, 0]", "return c")
    told = Sum("c", (m,), (Term("A", (i, j), (N,), (Guard(j - i - 1, "=="),)),))
    expect(graph(told, axes=(m,)), "c[m] = A[#0, #0 + 1]{-#0 + n - 2 >= 0}", "return c")


def test_what_does_not_depend_on_a_range_is_multiplied() -> None:
    expect(graph(Sum("c", (), (Term("a", (), (N,)),))), "c = mul(n, a)", "return c")
    both = Sum("c", (m,), (Term("A", (i, j), (N, Range(ZERO, n + 2))),))
    expect(
        graph(both, axes=(m,)),
        "t[m] = A[#0, #1]{#1 in 0..n}",
        "t_1 = (n + 2)",
        "t_1_1[m] = t_1",
        "c[m] = mul(t_1_1, t)",
        "return c",
    )
    shorter = Sum("c", (), (Term("a", (), (Range(ZERO, n - 1),)),))  # of length 0, not -1, for n = 0
    expect(graph(shorter), "c = a{#0 in 0..n - 1}", "return c")
    first = Sum("c", (), (Term("x", (ZERO,), (N,)),))  # of nothing there is no first element
    expect(graph(first), "c = x[0]{#0 in 0..n}", "return c")
    triangle = Sum("c", (), (Term("a", (), (N, Range(ZERO, i))),))
    expect(graph(triangle), "c = a{#0 in 0..n; #1 in 0..#0}", "return c")


def test_equal_terms_are_one() -> None:
    double = Sum("c", (n,), (Term("x", (n - 1 - i,)),) * 2)
    expect(graph(double, axes=(n,)), "t[n] = x[-#0 + n - 1]", "c[n] = mul(2, t)", "return c")
    some = Sum("c", (n,), (*(Term("x", (n - 1 - i,)),) * 3, Term("x", (i,))))
    expect(graph(some, axes=(n,)), "t[n] = mul(3, x)", "c[n] = t[-#0 + n - 1] + x[#0]", "return c")


def test_a_mask_is_a_literal_where_its_guards_hold() -> None:
    """The adjoint of a sum over i < j of 1/(x[i] - x[j])**2: what is multiplied with it is 1 there."""
    builder = Builder()
    builder.inputs({"x": (n,)})
    first, second = (builder.value(builder.sum([Term("x", (index,))], (n, n))) for index in (i, j))
    energy = 1 / (first - second) ** 2
    output = builder.sum([Term(energy.atom, (i, j), (N, Range(i + 1, n)))], ())
    before = check(Graph("f", (Param("x", Tensor((n,)), ("x",)),), builder.body, (output,)))
    sweep = adjoint(before, ["x"], [{0: Const(1)}])
    derived = sweep.finish([sweep.adjoint("x", 0)])
    after = check(simplify(Graph("f", before.params, derived.body, derived.outputs, Tensor((n,)))))
    assert not any(" = 1{" in line for line in lines(after))
    x = np.array([0.0, 1.0, 3.0])
    wanted = [sum(-2 / (x[p] - x[q]) ** 3 for q in range(3) if q != p) for p in range(3)]
    assert evaluate(after, [x])[0] == pytest.approx(wanted)


def test_simplified_sums_stay() -> None:
    once = simplify(graph(Sum("c", (m,), (Term("A", (i, j), (N,)),)), axes=(m,)))
    assert lines(simplify(once)) == lines(once)
