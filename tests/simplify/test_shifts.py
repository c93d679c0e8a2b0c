"""What a result does not depend on is stopped, and nothing else is: a push of what is stopped moves no result."""

import random
from dataclasses import replace

import numpy as np
import pytest

from symdiff import grad, hessian, jacobian, read
from symdiff.graph.affine import Affine
from symdiff.graph.build import Builder
from symdiff.graph.check import check
from symdiff.graph.evaluate import evaluate
from symdiff.graph.graph import Const, Graph, Let, Param
from symdiff.graph.structure import SCALAR, Tensor
from symdiff.graph.terms import Range, Term
from symdiff.primitives import TABLE
from symdiff.simplify import without_shifts

VECTOR, MATRIX = np.array([0.3, -1.2, 0.8]), np.array([[0.3, -1.2, 0.8], [0.1, 0.7, -0.4]])


def softmax(z):
    m = np.max(z)
    w = np.exp(z - m)
    return w / np.sum(w)


def logarithm(z):
    m = np.max(z)
    return m + np.log(np.sum(np.exp(z - m)))


def rows(z):
    w = np.exp(z - np.max(z, axis=1, keepdims=True))
    return np.sum((w / np.sum(w, axis=1, keepdims=True)) ** 2)


def columns(z):
    m = z.max(axis=0)
    return np.sum(np.log(np.sum(np.exp(z - m), axis=0)) + m)


def by_loops(z):
    m = np.max(z)
    total = 0.0
    for i in range(len(z)):
        total += np.exp(z[i] - m)
    return np.log(total) + m


def tempered(z):
    w = np.exp((z - np.max(z)) / 0.3)
    return np.sum(z * w) / np.sum(w)


def from_below(z):
    w = np.exp(np.min(z) - z)
    return w / np.sum(w)


def root(z):
    m = np.max(z)
    return np.sqrt(np.sum(np.exp(2 * (z - m)))) / np.sum(np.exp(z - m))


def by_choice(z):
    m = np.max(z)
    w = np.where(z - m > z[0] - m, np.exp(z - m), 2 * np.exp(z - m))
    return w / np.sum(w)


def unscaled(z):
    return np.sum(np.exp(z - np.max(z)))


def half(z):
    w = np.exp(z - np.max(z))
    return w / np.sum(w) ** 2


def returned(z):
    m = np.max(z)
    return np.log(np.sum(np.exp(z - m))) + 2 * m


def beside_one(z):
    w = np.exp(z - np.max(z))
    return w / (1 + np.sum(w))


def compared(z):
    w = np.exp(z - np.max(z))
    return np.sum(np.where(w > 0.5, w, 0.0)) / np.sum(w)


def across(z):
    w = np.exp(z - np.max(z, axis=1, keepdims=True))
    return w / np.sum(w)


def of_others(z):
    m = np.max(z, axis=1)
    w = np.exp(z - m[::-1, None])
    return np.sum(w / np.exp(-m)[:, None])


def masked(z):
    m = np.max(z)
    t = np.zeros(len(z))
    t[1:] = z[1:] - m
    return np.exp(t) / np.sum(np.exp(t))


FREE = [softmax, logarithm, rows, columns, by_loops, tempered, from_below, root, by_choice]
BOUND = [unscaled, half, returned, beside_one, compared, across, of_others, masked]
OF_MATRICES = [rows, columns, across, of_others]


def graph_of(function):
    return read(function).at(MATRIX if function in OF_MATRICES else VECTOR).graph


def stops(graph):
    return [statement for statement in graph.body if isinstance(statement, Let) and statement.op.name == "stop"]


def pushed(graph, by):
    """The graph with a number added to what is stopped."""
    moved = [
        replace(statement, op=TABLE["add"], args=(statement.args[0], Const(by)))
        if isinstance(statement, Let) and statement.op.name == "stop"
        else statement
        for statement in graph.body
    ]
    return replace(graph, body=tuple(moved))


def inputs(graph):
    return [VECTOR if len(axes) == 1 else MATRIX for axes in graph.input_axes.values()]


@pytest.mark.parametrize("function", FREE)
def test_stopped(function):
    graph = graph_of(function)
    found = check(without_shifts(graph))
    assert len(stops(found)) == 1
    before, after = (evaluate(each, inputs(graph), "float") for each in (graph, pushed(found, 0.4)))
    for one, other in zip(before, after, strict=True):
        np.testing.assert_allclose(np.array(other, float), np.array(one, float), rtol=1e-12)


@pytest.mark.parametrize("function", BOUND)
def test_not_stopped(function):
    graph = graph_of(function)
    assert without_shifts(graph) is graph


@pytest.mark.parametrize("z", [np.array([0.5, 1.5, -1.0]), np.ones(3), np.array([700.0, 700.0, -800.0])])
def test_derivatives_have_no_maximum(z):
    p = np.exp(z - z.max()) / np.sum(np.exp(z - z.max()))
    wanted = np.diag(p) - np.outer(p, p)
    np.testing.assert_allclose(jacobian(softmax)(z), wanted, atol=1e-15)
    np.testing.assert_allclose(hessian(logarithm)(z), wanted, atol=1e-15)
    np.testing.assert_allclose(grad(lambda z: np.sum(softmax(z) ** 2))(z), wanted @ (2 * p), atol=1e-15)
    assert "max(z[i], i = 0..n-1)" not in str(jacobian(softmax)).split("where")[0]
    assert "== max" not in str(jacobian(softmax))


def random_graph(seed):
    """Sums, products, exponentials and logarithms of a vector, of its maximum, and of their difference."""
    choose = random.Random(seed)
    n, here = Affine.of("n"), (Affine.of(0),)
    builder = Builder()
    param = Param("z", Tensor((n,)), ("z",))
    builder.inputs({"z": (n,)})

    def total(atom):
        return builder.sum([Term(atom, here, (Range(Affine(), n),))], ())

    extreme = builder.fold(TABLE["maximum"], Term("z", here, (Range(Affine(), n),)), (), hint="m")
    spread = builder.spread(extreme, (n,))
    vectors = ["z", spread, builder.apply(TABLE["sub"], "z", spread)]
    vectors.append(builder.apply(TABLE["exp"], vectors[-1]))
    for _ in range(choose.randint(2, 6)):
        name = choose.choice(["add", "sub", "mul", "div", "div", "exp", "log", "abs", "sum", "sum", "number"])
        first, second = choose.choice(vectors[-4:]), choose.choice(vectors)
        if name == "sum":
            made = builder.spread(total(first), (n,))
        elif name == "number":
            made = builder.apply(TABLE["mul"], first, Const(choose.choice([2, 0.5, -1.0])))
        else:
            made = builder.apply(TABLE[name], *(first, second)[: TABLE[name].arity])
        vectors += [made] if isinstance(made, str) else []
    result = total(vectors[-1])
    return check(Graph("f", (param,), builder.body, (result,), SCALAR))


def test_random_graphs():
    """What is stopped may be pushed; and what a push moves is not stopped."""
    counts = {True: 0, False: 0}
    for seed in range(600):
        graph = random_graph(seed)
        found = without_shifts(graph)
        if found is graph:
            counts[False] += 1
            continue
        with np.errstate(all="ignore"):
            before, after = (float(evaluate(each, [VECTOR], "float")[0]) for each in (graph, pushed(check(found), 0.25)))
        if np.isfinite(before) and abs(before) < 1e8:
            counts[True] += 1
            np.testing.assert_allclose(after, before, rtol=1e-9, atol=1e-9, err_msg=str(seed))
    assert min(counts.values()) > 30
