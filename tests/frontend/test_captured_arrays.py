"""Arrays from outside of the function: parameters of any size, read at every call."""

import pickle
import types

import numba
import numpy as np
import pytest

from symdiff import ShapeError, UnsupportedError, check_grads, grad, hessian, jacobian, read
from symdiff.graph.evaluate import evaluate
from symdiff.graph.structure import Tensor
from tests.frontend.test_loop_reading import graph_of, loops_in

RNG = np.random.default_rng(4)


def least_squares(rows=5, columns=3):
    """A function that reads two arrays, and the holder of those."""
    data = types.SimpleNamespace(X=RNG.normal(size=(rows, columns)), y=RNG.normal(size=rows))

    def loss(w):
        return np.sum((data.X @ w - data.y) ** 2)

    return data, loss


def slope(data, w):
    return 2 * data.X.T @ (data.X @ w - data.y)


@pytest.mark.parametrize(("rows", "columns"), [(0, 2), (2, 0), (1, 1), (2, 1), (1, 3), (5, 3)])
def test_gradient(rows, columns):
    data, loss = least_squares(rows, columns)
    df, w = grad(loss), RNG.normal(size=columns)
    for _ in range(2):
        np.testing.assert_allclose(df(w), slope(data, w), rtol=1e-12)


def test_changes_are_honoured_by_one_version():
    data, loss = least_squares()
    df, w = grad(loss), RNG.normal(size=3)
    df(w)
    data.X[1] = 7.0
    np.testing.assert_allclose(df(w), slope(data, w))
    data.X = RNG.normal(size=(9, 3))
    data.y = RNG.normal(size=9)
    np.testing.assert_allclose(df(w), slope(data, w))
    data.X = np.asfortranarray(data.X)
    data.y.flags.writeable = False
    np.testing.assert_allclose(df(w), slope(data, w))
    np.testing.assert_allclose(df(w), slope(data, w))
    assert len(df.versions) == 1


def test_another_kind_or_rank_is_another_version():
    data = types.SimpleNamespace(a=np.array([1.0, 2.0, 3.0]))
    df = grad(lambda x: np.sum(np.sin(x * data.a)))
    for value in (data.a, np.array([2, 5, 1]), np.ones((2, 3)), np.array([4.0]), np.array(2.0), data.a):
        data.a = value
        for _ in range(2):
            assert df(0.3) == pytest.approx(np.sum(value * np.cos(0.3 * value)))


def test_lengths_that_do_not_fit():
    data, loss = least_squares()
    df, w = grad(loss), np.ones(3)
    df(w)
    data.y = np.ones(4)
    for _ in range(2):
        with pytest.raises(ShapeError, match=r"data_y|y has length 4, where 5 is needed, because axis 0 of X has length 5"):
            df(w)
    with pytest.raises(ShapeError, match="axis 1 of X has length 3, where 2 is needed, because w has length 2"):
        df(np.ones(2))


def test_formula_and_source():
    _, loss = least_squares()
    df = grad(loss)
    assert str(df) == "∂loss/∂w[k] = 2*sum(X[i, k]*(sum(X[i, j]*w[j], j = 0..n-1) - y[i]), i = 0..m-1)"
    assert "def dloss_dw(w, X, y):" in df.at(np.ones(3)).source


def test_literal_indices_are_numbers():
    c = np.array([1.0, 2.0, 3.0])
    assert str(grad(lambda x: c[0] * x**2 + c[-1] * x)) == "f'(x) = 2*c_0*x + c_2"


@pytest.mark.parametrize("length", [3, 1000])
def test_a_recurrence_is_a_loop_at_any_length(length):
    c = np.linspace(1.0, 2.0, length)

    def polynomial(x):
        result = 0.0
        for a in c:
            result = result * x + a
        return result

    graph = graph_of(polynomial, [0.5])
    assert len(loops_in(graph)) == 1
    assert evaluate(graph, [0.5, c])[0] == pytest.approx(polynomial(0.5), rel=1e-13)


def test_only_the_length_is_read():
    data = types.SimpleNamespace(big=np.ones(1000))
    df = grad(lambda x: x**2 * len(data.big))
    assert df(2.0) == 4000.0
    data.big = np.ones(3)
    assert df(2.0) == 12.0


def test_indices():
    groups = np.array([0, 2, 2, 1])

    def f(x):
        return np.sum(x[groups] ** 3)

    x = np.array([1.0, 2.0, 3.0])
    df = grad(f)
    for _ in range(2):
        np.testing.assert_allclose(df(x), np.array([1, 1, 2]) * 3 * x**2)
    kinds = {param.name: param.structure.kind for param in df.at(x).graph.params if isinstance(param.structure, Tensor)}
    assert kinds == {"x": "float", "groups": "int"}


class Model:
    """Arrays in attributes, in a list and in a dict."""

    def __init__(self):
        self.A = RNG.normal(size=(3, 3))
        self.layers = [RNG.normal(size=(2, 3)), RNG.normal(size=2)]
        self.named = {"b": np.arange(3)}

    def energy(self, x):
        return x @ self.A @ x + np.sum(np.tanh(self.layers[0] @ x + self.layers[1])) + self.named["b"] @ x

    def slope(self, x):
        inner = 1 - np.tanh(self.layers[0] @ x + self.layers[1]) ** 2
        return (self.A + self.A.T) @ x + self.layers[0].T @ inner + self.named["b"]


def test_containers_and_attributes():
    model, x = Model(), RNG.normal(size=3)
    df = grad(model.energy)
    for _ in range(2):
        np.testing.assert_allclose(df(x), model.slope(x))
    model.layers[0] = RNG.normal(size=(7, 3))
    model.layers[1] = RNG.normal(size=7)
    for _ in range(2):
        np.testing.assert_allclose(df(x), model.slope(x))
    check_grads(model.energy, x)
    again = pickle.loads(pickle.dumps(df))  # noqa: S301 - just dumped
    np.testing.assert_allclose(again(x), model.slope(x))


def test_higher_derivatives():
    data, loss = least_squares()
    w = RNG.normal(size=3)
    np.testing.assert_allclose(hessian(loss)(w), 2 * data.X.T @ data.X, atol=1e-12)
    np.testing.assert_allclose(jacobian(grad(loss))(w), 2 * data.X.T @ data.X, atol=1e-12)
    np.testing.assert_allclose(jacobian(lambda w: data.X @ w)(w), data.X)
    check_grads(loss, w)


def test_a_derivative_inside_reads_numbers():
    c = np.array([1.0, 2.0])
    inner = grad(lambda x: np.sum(np.exp(c * x)))
    df = grad(lambda x: inner(x) ** 2)
    first, second = np.sum(c * np.exp(c * 0.3)), np.sum(c**2 * np.exp(c * 0.3))
    assert df(0.3) == pytest.approx(2 * first * second)
    c[0] = 3.0
    first, second = np.sum(c * np.exp(c * 0.3)), np.sum(c**2 * np.exp(c * 0.3))
    assert df(0.3) == pytest.approx(2 * first * second)


def test_compiled_callers_hold_what_they_are_compiled_with():
    data, loss = least_squares()
    df, w = grad(loss), np.ones(3)
    df(w)
    before = slope(data, w)

    @numba.njit
    def caller(w):
        return df(w)

    np.testing.assert_allclose(caller(w), before)
    data.X *= 2
    np.testing.assert_allclose(caller(w), before)

    @numba.njit
    def later(w):
        return df(w)

    np.testing.assert_allclose(later(w), slope(data, w))
    data.X, data.y = np.ones((5000, 3)), np.ones(5000)
    df(w)
    with pytest.raises(ShapeError, match="too many to be frozen"):
        _ = df.at(w).callee


def test_explained():
    _, loss = least_squares()
    text = str(grad(loss).explain())
    assert "X = an array of shape (5, 3), read at every call" in text
    assert "X is an array of floats with 2 axes" in text


def test_writing_is_refused():
    weights = np.ones(3)

    def f(x):
        weights[0] = x
        return np.sum(weights)

    with pytest.raises(UnsupportedError, match=r"weights\[0\] = x"):
        grad(f)


def test_an_array_that_is_no_longer_one():
    data = types.SimpleNamespace(a=np.ones(3))
    df = grad(lambda x: np.sum(x * np.sin(data.a)))
    assert df(1.0) == pytest.approx(3 * np.sin(1))
    data.a = [1.0, 2.0]
    assert df(1.0) == pytest.approx(np.sin(1) + np.sin(2))
    data.a = np.array([1j])
    with pytest.raises(UnsupportedError, match="an array of complex"):
        df(1.0)


def test_values():
    data, loss = least_squares()
    assert read(loss)(np.ones(3)) == pytest.approx(loss(np.ones(3)))
    assert data.X.shape == (5, 3)


def test_masks():
    data = types.SimpleNamespace(mask=np.array([True, False, True]))

    def f(x):
        return np.sum(np.where(data.mask, x**2, x) * ~data.mask) + np.sum(x**3 * data.mask)

    df, x = grad(f), np.array([1.0, 2.0, 3.0])
    for mask in (data.mask, np.array([False, False, True]), np.ones(3, bool)):
        data.mask = mask
        for _ in range(2):
            np.testing.assert_allclose(df(x), np.where(mask, 3 * x**2, 1))
    assert len(df.versions) == 1
    np.testing.assert_array_equal(grad(lambda x: np.sum(x[data.mask] ** 2))(x), 2 * x)
    with pytest.raises(ShapeError, match="mask has length 3, where 3000 is needed"):
        grad(lambda x: np.sum(x[data.mask]))(np.ones(3000))
