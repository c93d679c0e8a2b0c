"""Loops in segments (checkpoints): the same values and derivatives, and tapes of the order of the square root."""

from dataclasses import replace

import numpy as np
import pytest

from symdiff import ArgumentError, grad, hessian, hvp, jacobian
from symdiff.graph.check import check
from symdiff.graph.dead import dead_code
from symdiff.graph.evaluate import Double, evaluate
from symdiff.graph.graph import Loop, walk_all
from symdiff.graph.segments import segmented
from symdiff.graph.structure import SCALAR
from symdiff.simplify import simplify
from tests.array_graphs import gradient
from tests.graph.test_loops import halving, pendulum
from tests.long_differences import Flat, differs


def first_result(graph):
    return dead_code(replace(graph, outputs=graph.outputs[:1], result=SCALAR))


@pytest.mark.parametrize("length", [0, 1, 2, 3, 4, 9, 10])
def test_segments_change_neither_values_nor_derivatives(length):
    graph = first_result(pendulum())
    cut = check(segmented(graph))
    point = [1.0, 0.5, 0.1, np.linspace(0.1, 0.9, length)]
    assert evaluate(cut, point) == evaluate(graph, point)
    whole, parts = (simplify(gradient(each, ["q0", "h", "x"])) for each in (graph, cut))
    for a, b in zip(evaluate(whole, point), evaluate(parts, point), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-13, atol=1e-15)


def test_segments_keep_the_square_root():
    """What is kept for the whole run is as long as the number of segments; the rest belongs to one segment."""
    made = simplify(gradient(segmented(first_result(pendulum())), ["q0", "h"]))
    outer = [statement for statement in made.body if isinstance(statement, Loop)]
    assert [each.out for each in outer[0].collected]
    inner = [statement for statement in walk_all(outer[1].step.body) if isinstance(statement, Loop)]
    assert any(loop.collected for loop in inner)
    assert not any(loop.collected for loop in walk_all(outer[0].step.body) if isinstance(loop, Loop))


@pytest.mark.parametrize(("start", "end", "slope"), [(10.0, 0.625, 1 / 16), (1.0, 1.0, 1.0), (1e6, 1e6 / 2**20, 2.0**-20)])
def test_segments_of_a_loop_that_the_data_end(start, end, slope):
    graph = first_result(halving())
    cut = check(segmented(graph))
    assert evaluate(cut, [start]) == [end]
    assert evaluate(simplify(gradient(cut, ["x0"])), [start]) == [slope]


class Taping(Double):
    """The interpreter, with the number of elements that each run of a loop collects."""

    def __init__(self):
        self.sizes = []

    def _loop(self, loop, values, arrays):
        super()._loop(loop, values, arrays)
        self.sizes += [values[each.out].size for each in loop.collected]


def march(x, q, h):
    p = 0.0
    for k in range(len(x)):
        q = q + h * p
        p = p - h * np.sin(q) + x[k]
    return q


def heat(start, c, steps):
    u = start.copy()
    for _ in range(steps):
        u[1:-1] = u[1:-1] + c * u[1:-1] * (u[2:] - 2 * u[1:-1] + u[:-2])
    return np.sum(u**2)


def relaxed(start, c, steps):
    u = start.copy()
    for _ in range(steps):
        for i in range(1, len(u) - 1):
            u[i] = u[i] + c * (u[i - 1] * u[i + 1] - u[i] ** 2)
    return np.sum(u**2)


def state(start, h, steps):
    y = start.copy()
    for k in range(steps):
        y[1] -= h * np.sin(y[0]) * (1 + 0.1 * k)
        y[0] += h * y[1]
    return y[0] * y[1]


def filtered(x, a):
    y = np.zeros(len(x) + 1)
    for i in range(len(x)):
        y[i + 1] = np.sin(a * y[i]) + x[i]
    return np.sum(y**2)


def triangular(x, a):
    y = np.zeros(len(x))
    for i in range(len(x)):
        s = 0.0
        for j in range(i):
            s = np.sin(s + a * y[j] * (i - j)) + 0.1 * i
        y[i] = (1 + s) * x[i]
    return np.sum(y**2)


def backward(x, a):
    y = np.zeros(len(x) + 1)
    for i in range(len(x) - 1, -1, -1):
        y[i] = np.cos(a * y[i + 1]) * x[i]
    return np.sum(y)


def table(x, y):
    d = np.zeros((len(x) + 1, len(y) + 1))
    for i in range(1, len(x) + 1):
        for j in range(1, len(y) + 1):
            d[i, j] = (x[i - 1] - y[j - 1]) ** 2 + 0.3 * d[i - 1, j] * d[i, j - 1] + 0.5 * d[i - 1, j - 1]
    return d[-1, -1]


def rows(x, w):
    h = np.zeros((x.shape[0] + 1, len(w)))
    for t in range(x.shape[0]):
        h[t + 1] = np.tanh(w * h[t] + x[t])
    return np.sum(h**2)


def listed(x, end, h):
    n = int(end / h)
    found = []
    for _ in range(n):
        x = x + h * np.sin(x)
        found.append(x)
    return np.sum(np.array(found) ** 3)


def ended(x, start, limit, n):
    segment = []
    for _ in range(n):
        x = x + start * np.sin(x)
        segment.append(x)
        if x > limit:
            break
    return np.sum(np.array(segment) ** 2) * x


def awaited(start, a):
    y = start.copy()
    k = 0
    while y[0] < 2.0:
        y[0] = y[0] + a * np.cos(y[1]) ** 2 + 0.01
        y[1] = y[1] + 0.3 * y[0] * a
        k = k + 1
    return y[0] * y[1] * k


U = np.linspace(0.2, 1, 3) ** 2
X = np.array([0.3, 0.8, 0.2, 0.5, 0.9])
CASES = [
    *((heat, ("start", "c"), (U, 0.1, steps)) for steps in (0, 7)),
    *((relaxed, ("start", "c"), (U, 0.1, steps)) for steps in (0, 6)),
    *((state, ("start", "h"), (np.array([1.0, 0.5]), 0.2, steps)) for steps in (1, 11)),
    *((filtered, ("x", "a"), (X[:n], 0.5)) for n in (2, 5)),
    (triangular, ("x", "a"), (X, 0.5)),
    (backward, ("x", "a"), (X, 0.5)),
    (table, ("x", "y"), (X[:2], X[1:])),
    (rows, ("x", "w"), (np.outer(X, X[:2]), X[:2])),
    *((listed, ("x",), (0.5, end, 0.5)) for end in (0.2, 0.6, 3.2)),
    *((ended, ("x", "start"), (0.5, 0.4, limit, 9)) for limit in (0.1, 1.5, 9.0)),
    *((awaited, ("start", "a"), (np.array([start, 0.2]), 0.4)) for start in (2.5, 0.5)),
]


@pytest.mark.parametrize(("function", "names", "point"), CASES)
def test_loops_that_write_arrays_and_keep_rows(function, names, point):
    parameters = function.__code__.co_varnames[: function.__code__.co_argcount]
    graph = check(grad(function, argnums=names, checkpoint=True).at(*point).graph)
    (expected,) = Flat(function, parameters, names, point).jacobian()
    assert not differs(tuple(evaluate(graph, point)), expected, 1e-9)


@pytest.mark.parametrize(
    ("function", "point"),
    [(heat, (U, 0.1, 5)), (state, (np.array([1.0, 0.5]), 0.2, 5)), (triangular, (X[:3], 0.5)), (ended, (0.5, 0.4, 1.5, 5))],
)
def test_second_order(function, point):
    parts, whole = (check(hessian(function, argnums=(0, 1), checkpoint=cut).at(*point).graph) for cut in (True, False))
    assert not differs(tuple(evaluate(parts, point)), tuple(evaluate(whole, point)), 1e-12)
    weights = (point[0] * 0.3 + 0.1, 0.7)
    products = (hvp(function, argnums=(0, 1), checkpoint=cut).at(*point, tangent=weights) for cut in (True, False))
    parts, whole = (evaluate(product.graph, [*point, *weights]) for product in products)
    assert not differs(tuple(parts), tuple(whole), 1e-12)


@pytest.mark.parametrize(
    ("function", "point", "held"),
    [
        (march, (np.full(100, 1e-3), 1.0, 0.1), 2),
        (heat, (U, 0.1, 100), 3),
        (relaxed, (U, 0.1, 100), 3),
        (state, (np.array([1.0, 0.5]), 0.1, 100), 2),
    ],
)
def test_no_tape_is_longer_than_the_square_root(function, point, held):
    """Of 100 iterations, 10 states are kept, and then what the 10 iterations of one segment need."""
    machine = Taping()
    machine.run(grad(function, argnums=(0, 1), checkpoint=True).at(*point).graph, point)
    assert max(machine.sizes) <= 10 * held
    machine = Taping()
    machine.run(grad(function, argnums=(0, 1)).at(*point).graph, point)
    assert max(machine.sizes) >= 100


def test_checkpoints_of_a_derivative_of_a_derivative():
    """What is in segments already stays as it is."""
    point = (np.array([0.5, 0.2]), 0.4)
    for function in (awaited, state):
        arguments = point if function is awaited else (*point, 6)
        twice = {}
        for cut in (True, False):
            twice[cut] = jacobian(grad(function, checkpoint=cut), checkpoint=cut).at(*arguments).graph
        assert not differs(*(tuple(evaluate(check(graph), arguments)) for graph in twice.values()), 1e-12)
        loops = [statement for statement in walk_all(twice[True].body) if isinstance(statement, Loop)]
        deepest = [loop for loop in loops if any(isinstance(inner, Loop) for inner in walk_all(loop.step.body))]
        assert all(not any(inner in deepest for inner in walk_all(loop.step.body)) for loop in deepest)


def test_checkpoints_of_a_compiled_loop():
    df, point = grad(table, argnums=("x", "y"), checkpoint=True), (X, X[1:])
    expected = evaluate(grad(table, argnums=("x", "y")).at(*point).graph, point)
    assert not differs(df(*point), tuple(expected), 1e-13)


def growing(x):
    found = []
    while x < 2.5:
        x = x + 0.1 * np.sin(x)
        found.append(x)
    return np.sum(np.array(found))


def test_checkpoints_are_refused_for_a_list_of_unknown_length():
    with pytest.raises(ArgumentError, match="checkpoint: the list that grows in the loop in line 3 is as long as the data tell"):
        grad(growing, checkpoint=True)(0.5)


def last_of_those_added(x):
    i, s = 0, 0.0
    while i < len(x) and s < 1.4:
        s += x[i]
        i += 1
    return s * x[i - 1]


def test_the_number_of_iterations_is_an_index_behind_the_loop():
    """It was another number there, so that another element was read."""
    x = np.array([0.7, 0.3, 0.45, 0.9])
    made = grad(last_of_those_added, checkpoint=True).at(x)
    np.testing.assert_allclose(evaluate(made.graph, [x])[0], [0.45, 0.45, 1.45 + 0.45, 0.0], rtol=1e-15)
