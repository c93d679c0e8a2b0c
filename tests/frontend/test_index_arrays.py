"""Arrays of integers as indices: entries below 0 count from the end, lists of literal positions are put together."""

import numpy as np
import pytest

from symdiff import grad, hvp, jacobian, jvp, read, vjp
from symdiff.graph.check import check
from symdiff.graph.evaluate import evaluate
from tests.frontend.index_checks import check_function
from tests.long_differences import Flat, differs
from tests.oracle import inputs_of

X = np.array([0.4, -1.3, 2.1, 0.9, 1.7])


def squares(x, i):
    return x[i] ** 2


def of_a_slice(x, i):
    return x[1:][i] * np.arange(len(i))


def neighbours(x, i):
    return x[i - 1] ** 2 * x[i]


def columns(x, i):
    return np.outer(x, np.sin(x))[:, i][i]


def added(x, i):
    total = 0.0
    for k in range(len(i)):
        total += x[i[k]] ** 2 * (k + 1)
    return total


def written(x, i):
    y = np.zeros(len(i))
    for k in range(len(i)):
        y[k] = x[i[k] - 1] * x[i[k]]
    return y


def recurrence(x, i):
    state = 0.0
    for k in range(len(i)):
        state = np.sin(state) + x[i[k]] ** 2
    return state


def in_a_branch(x, i):
    total = 0.0
    for k in range(len(i)):
        if x[k] > 0:
            total += x[i[k]] ** 2
    return total


def ends(x, i):
    return x[i[0]] ** 2 * x[i[-1]] if x[0] > 0 else x[i[0]]


def items(x, i):
    return sum(x[k] ** 2 for k in i)


def value_of(made, **values):
    check(made.graph)
    return made.graph.result.pack(evaluate(made.graph, inputs_of(made, values)))


@pytest.mark.parametrize(
    "function", [squares, of_a_slice, neighbours, columns, added, written, recurrence, in_a_branch, ends, items]
)
def test_entries_below_zero(function):
    symbolic, dense = read(function), jacobian(function)
    for i in ([2, 3, 1], [-1, 0, 2, -1], [-2], [-4, 1], [1, 2]):
        i = np.array(i)
        flat = Flat(function, ["x", "i"], ["x"], [X, i])
        assert not differs(value_of(symbolic.at(X, i), x=X, i=i), function(X, i), 1e-12), (function, i)
        assert not differs(value_of(dense.at(X, i), x=X, i=i), flat.jacobian(), 1e-9), (function, i)
    assert len({id(made.graph) for made in symbolic.versions}) <= 5  # of one index, or several; none below 0, or some; ...


def test_second_order_and_sparse_and_compiled():
    i, weights, direction = np.array([-1, 0, -4, 3]), np.array([0.3, 0.9, -0.4, 1.1]), np.linspace(-1, 1, 5)

    def total(x, i, weights):
        return np.sum(np.sin(neighbours(x, i)) * weights)

    flat = Flat(lambda x: np.sum(np.sin(neighbours(x, i)) * weights), ["x"], ["x"], [X])
    expected = [flat.second(unit, direction) for unit in np.eye(5)]
    gradient = grad(total)
    for found in (
        value_of(hvp(total).at(X, i, weights, tangent=direction), x=X, i=i, weights=weights, tangent=direction),
        value_of(vjp(gradient).at(X, i, weights, cotangent=direction), x=X, i=i, weights=weights, cotangent=direction),
        value_of(jvp(gradient).at(X, i, weights, tangent=direction), x=X, i=i, weights=weights, tangent=direction),
    ):
        assert not differs(found, expected, 1e-7)
    slopes = Flat(neighbours, ["x", "i"], ["x"], [X, i]).jacobian()
    assert not differs(jacobian(neighbours, sparse=True)(X, i).toarray(), slopes, 1e-9)


def test_versions_are_chosen_by_the_entries():
    slope = grad(lambda x, i: np.sum(x[i] ** 2))
    for i in ([0, 1], [-1, 1], [2, 2], [-1, -1], [4, 0], [], [0, 1]):
        expected = np.zeros(5)
        np.add.at(expected, np.array(i, int), 2 * X[np.array(i, int)])
        np.testing.assert_allclose(slope(X, np.array(i, int)), expected)
    assert len(slope.versions) == 2
    natural, signed = str(slope.at(X, np.array([0, 1]))), str(slope.at(X, np.array([-1, 1])))
    assert natural.splitlines()[0] == "∂f/∂x[k] = 2*sum(x[i[j]], j = 0..m-1, i[j] == k)"
    assert "where t1[j] = n + i[j] if i[j] < 0 else i[j]" in signed
    assert r"\begin{cases} n + i_{j} & \text{for}\: i_{j} < 0" in slope.at(X, np.array([-1, 1])).latex()
    for i in ([5, 0], [-6, 0]):
        with pytest.raises(IndexError, match="an index of x is out of range"):
            slope(X, np.array(i))


PLACES = np.array([0, 2])


def test_indices_from_outside():
    global PLACES
    slope = grad(lambda x: np.sum(x[PLACES] ** 2))
    np.testing.assert_allclose(slope(X), 2 * X * [1, 0, 1, 0, 0])
    PLACES = np.array([-1, 2])
    np.testing.assert_allclose(slope(X), 2 * X * [0, 0, 1, 0, 1])


def chosen(x):
    return x[[3, 0, -1]] ** 2 * x[np.array([1, 1, 2])]


def chosen_by_name(x):
    places = [1, -1]
    return x[places] * x[[0, 2]] + x[[]].sum()


def swapped(x):
    first = np.array([x[0], x[1], x[0] * x[1]])
    return first[[2, 0]]


@pytest.mark.parametrize("function", [chosen, chosen_by_name, swapped])
def test_lists_of_literals(function):
    check_function(function, lambda size: X[:size], sizes=(1, 2, 3, 4, 5), compiled=(), one_graph=False)


def rows(x):
    return x[[0, -1, 1]] ** 2


def of_columns(x):
    return x[:, [2, 0]] * x[:, [0, -1]]


def pairs(x):
    return x[[0, 3, 1], [1, 0, 2]] ** 2


def in_one_column(x):
    return x[[0, 3, 1], 1] * x[1, [2, 0, 1]]


def in_front(x):
    return x[None, [2, 0], :, None] * x[[1, 3], None, :2].sum()


@pytest.mark.parametrize("function", [rows, of_columns, pairs, in_one_column, in_front])
def test_lists_of_literals_in_matrices(function):
    check_function(function, lambda size: np.sin(np.arange(3.0 * size)).reshape(size, 3), (2, 4), (), one_graph=False)
