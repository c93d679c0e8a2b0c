"""``np.add.at`` and ``np.bincount``: sums at indices of which some may be equal, against NumPy and differences."""

import numpy as np
import pytest

from symdiff import grad, hvp, jacobian, jvp, read, vjp
from symdiff.errors import UnsupportedError
from symdiff.graph.check import check
from symdiff.graph.evaluate import evaluate
from tests.long_differences import Flat, differs
from tests.oracle import inputs_of

X = np.array([0.4, -1.3, 2.1, 0.9, 1.7])
PLACES = [np.array(i, int) for i in ([0, 2, 1, 1, 0], [-1, 0, 2, -1], [1, 1], [2], [])]


def fixed(x, i):
    a = np.zeros(4)
    np.add.at(a, i, x[: len(i)] ** 2)
    return a


def of_any_size(x, i):
    a = x * 2
    np.add.at(a, i, x[i] * x[0])
    np.subtract.at(a, i, 0.5)
    return a


def in_a_matrix(x, i):
    a = np.outer(x, x)
    np.subtract.at(a, (i, i[::-1]), 1.5 * x[0])
    np.add.at(a, i, x)
    np.add.at(a, (i, 1), x[i] ** 2)
    return a


def counted(x, i):
    return np.bincount(i, minlength=len(x)) * x


def weighted(x, i):
    return np.bincount(i, weights=np.sin(x[i]), minlength=len(x) + 1) ** 2


def weighted_in_a_loop(x, i):
    """The same in extended precision, which np.bincount does not have."""
    a = np.zeros(len(x) + 1, x.dtype)
    for k in i:
        a[k] += np.sin(x[k])
    return a**2


def marched(x, i):
    a = np.zeros(len(x))
    for k in range(len(x)):
        np.add.at(a, i, np.sin(a[i]) + x[i] * x[k])
    return a


def in_a_branch(x, i):
    a = np.ones(len(x))
    if x[0] > 0:
        np.add.at(a, i, x[i] ** 2)
    return a


def value_of(made, **values):
    check(made.graph)
    return made.graph.result.pack(evaluate(made.graph, inputs_of(made, values)))


@pytest.mark.parametrize("function", [fixed, of_any_size, in_a_matrix, counted, weighted, marched, in_a_branch])
def test_values_and_jacobians(function):
    symbolic, dense = read(function), jacobian(function)
    for i in PLACES:
        if function in (counted, weighted) and (i < 0).any():
            continue
        reference = weighted_in_a_loop if function is weighted else function
        slopes = Flat(reference, ["x", "i"], ["x"], [X, i]).jacobian()
        assert not differs(value_of(symbolic.at(X, i), x=X, i=i), function(X, i), 1e-12), (function, i)
        assert not differs(value_of(dense.at(X, i), x=X, i=i), slopes, 1e-9), (function, i)


def test_second_order_sparse_and_compiled():
    i, weights, direction = PLACES[1], np.linspace(0.3, 1.4, 5), np.linspace(-1, 1, 5)

    def total(x, i, weights):
        a = np.zeros(len(x))
        np.add.at(a, i, np.sin(x[i]) * x[0])
        return np.sum(a**2 * weights)

    flat = Flat(total, ["x", "i", "weights"], ["x"], [X, i, weights])
    expected = [flat.second(unit, direction) for unit in np.eye(5)]
    gradient = grad(total)
    for found in (
        value_of(hvp(total).at(X, i, weights, tangent=direction), x=X, i=i, weights=weights, tangent=direction),
        value_of(vjp(gradient).at(X, i, weights, cotangent=direction), x=X, i=i, weights=weights, cotangent=direction),
        value_of(jvp(gradient).at(X, i, weights, tangent=direction), x=X, i=i, weights=weights, tangent=direction),
    ):
        assert not differs(found, expected, 1e-7)
    slopes = Flat(fixed, ["x", "i"], ["x"], [X, PLACES[0]]).jacobian()
    assert not differs(jacobian(fixed, sparse=True)(X, PLACES[0]).toarray(), slopes, 1e-9)


def test_formulas():
    shown = str(jacobian(fixed).at(X, PLACES[0]))
    assert shown.splitlines()[0] == "∂fixed[k]/∂x[l] = 2*x[l] if i[l] == k and l <= m - 1 else 0"
    shown = str(grad(lambda x, i: np.sum(np.bincount(i, weights=x, minlength=5) ** 2)).at(X, PLACES[0]))
    assert shown.splitlines()[0] == "∂f/∂x[k] = 2*sum(x[j], j = 0..n-1, i[j] == i[k])"
    assert "i_{j} = i_{k}" in grad(lambda x, i: np.sum(np.bincount(i, weights=x, minlength=5) ** 2)).at(X, PLACES[0]).latex()


@pytest.mark.parametrize("function", [fixed, of_any_size, weighted])
def test_an_index_out_of_range_raises(function):
    names: dict = {}
    exec(jacobian(function).at(X, np.array([0, 1])).source.replace("@numba.njit", "#"), names)  # noqa: S102 - of this file
    with pytest.raises(IndexError, match=r"test_scatter.py, line|out of range"):
        names[f"jacobian_{function.__name__}"](X, np.array([7, 1]))


def test_what_is_refused():
    text = "def f(x):\n    a = np.zeros(len(x))\n    np.add.at({}, {}, 1.0)\n    return np.sum(a*x)"
    for array, places, reason in (
        ("x", "np.arange(2)", "a change of an array that comes from outside"),
        ("a", "x > 0", r"np\.add\.at with a mask"),
    ):
        with pytest.raises(UnsupportedError, match=reason):
            grad(source=text.format(array, places)).at(X)
    with pytest.raises(ValueError, match="weights that are an array of shape"):
        grad(lambda x, i: np.sum(np.bincount(i, weights=np.outer(x, x), minlength=5))).at(X, PLACES[0])
