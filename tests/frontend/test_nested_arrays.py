"""Derivatives of functions of arrays that are called inside functions: read symbolically, one graph for every size."""

import numpy as np
import pytest

from symdiff import ShapeError, UnsupportedError, grad, hessian, hvp, jacobian, jvp, read, value_and_grad, vjp
from symdiff.codegen import python_function
from symdiff.graph.check import check
from symdiff.graph.evaluate import evaluate
from symdiff.graph.structure import Tensor
from tests.long_differences import Flat


def chain(x):
    return np.sum(x**3) + np.sum(x[1:] * x[:-1] ** 2)


def chain_slope(x):
    slope = 3 * x**2
    slope[1:] = slope[1:] + x[:-1] ** 2
    slope[:-1] = slope[:-1] + 2 * x[1:] * x[:-1]
    return slope


def chain_curvature(x):
    if len(x) < 2:
        return np.diag(6 * x)
    diagonal = 6 * x
    diagonal[:-1] = diagonal[:-1] + 2 * x[1:]
    return np.diag(diagonal) + np.diag(2 * x[:-1], 1) + np.diag(2 * x[:-1], -1)


def scaled(x):
    return np.sin(x) * np.sum(x)


def scaled_jacobian(x):
    return np.diag(np.cos(x)) * np.sum(x) + np.sin(x)[:, None] * np.ones((1, len(x)))


def loss(w, data, y):
    return np.sum((data @ w - y) ** 2)


def loss_slope(w, data, y):
    return 2 * data.T @ (data @ w - y)


chain_grad, loss_grad = grad(chain), grad(loss)


def squares(x):
    return np.sum(grad(chain)(x) ** 2)


def form(x, v):
    return np.dot(v, hessian(chain)(x) @ v)


def both(x):
    value, slope = value_and_grad(chain)(x)
    return value * np.sum(slope)


def shifted(x):
    return np.sum(chain_grad(x + 1) * chain_grad(2 * x))


def norm_of_jacobian(x):
    return np.sum(jacobian(scaled)(x) ** 2)


def products(x):
    return np.sum(hvp(chain)(x, tangent=x)) + np.sum(vjp(scaled)(x, cotangent=x**2))


def fit(w, data, y):
    return np.sum(loss_grad(w, data, y) ** 2)


def twice_the_same(x, data):
    return np.sum(loss_grad(x, data, x) ** 2)


def in_a_loop(x):
    total = 0.0
    for i in range(len(x)):
        total += i * chain_grad(x)[i]
    return total


def with_a_lambda(x):
    a = np.sum(x)
    return np.sum(grad(lambda y: np.sum(y**3) * a + np.dot(x, y) ** 2)(x**2))


def of_an_inner_function(x, n):
    t = np.arange(n)

    def inner(y):
        return np.sum(np.sin(np.outer(y, t))) + np.sum(y) ** 2

    return np.dot(x, grad(inner)(x + 1))


def grad_of_grad(x, v):
    return np.sum(grad(lambda y: np.dot(grad(lambda z: np.sum(z**4))(y), v))(x) ** 2)


def newton_step(x):
    step = x - 0.1 * np.where(chain_grad(x) > 0.1, chain_grad(x), 0.0)
    return np.sum(step**2)


def plain_fit(w, data, y):
    return np.sum(loss_slope(w, data, y) ** 2)


def plain_inner(x, n):
    t = np.arange(n)
    return np.dot(x, np.cos(np.outer(x + 1, t)) @ t + 2 * np.sum(x + 1))


def plain_step(x):
    step = x - 0.1 * np.where(chain_slope(x) > 0.1, chain_slope(x), 0.0)
    return np.sum(step**2)


def weighted_plain(x):
    return np.sum(np.arange(len(x)) * chain_slope(x))


V, W = np.array([0.3, -0.2, 0.5, 0.7]), np.array([1.0, 2.0, -3.0, 0.5])
DATA, Y = np.arange(12.0).reshape(3, 4) / 7, np.array([1.0, -0.5, 2.0])
CASES = [
    (squares, lambda x: np.sum(chain_slope(x) ** 2), (V,)),
    (form, lambda x, v: np.dot(v, chain_curvature(x) @ v), (V, W)),
    (both, lambda x: chain(x) * np.sum(chain_slope(x)), (V,)),
    (shifted, lambda x: np.sum(chain_slope(x + 1) * chain_slope(2 * x)), (V,)),
    (norm_of_jacobian, lambda x: np.sum(scaled_jacobian(x) ** 2), (V,)),
    (products, lambda x: np.sum(chain_curvature(x) @ x) + np.sum(x**2 @ scaled_jacobian(x)), (V,)),
    (in_a_loop, weighted_plain, (V,)),
    (with_a_lambda, lambda x: np.sum(3 * x**4 * np.sum(x) + 2 * np.sum(x**3) * x), (V,)),
    (of_an_inner_function, plain_inner, (V, 3)),
    (grad_of_grad, lambda x, v: np.sum((12 * x**2 * v) ** 2), (V, W)),
    (newton_step, plain_step, (V,)),
]


def differences(plain, args):
    names = [f"a{k}" for k in range(len(args))]
    return Flat(plain, names, names[:1], args).jacobian().astype(float).ravel()


@pytest.mark.parametrize(("f", "plain", "args"), CASES, ids=[f.__name__ for f, _, _ in CASES])
def test_one_graph_for_every_size(f, plain, args):
    df = grad(f)
    for n in (4, 3, 2, 1, 0):
        cut = tuple(arg[:n] if isinstance(arg, np.ndarray) else arg for arg in args)
        made = df.at(*cut)
        found = evaluate(check(made.graph), list(cut))[0]
        np.testing.assert_allclose(found, differences(plain, cut), rtol=1e-8, atol=1e-9)
        if n == 4:
            np.testing.assert_allclose(df(*cut), found, rtol=1e-10)
    assert all(isinstance(made.graph.params[0].structure, Tensor) for made in df.versions)
    assert len(df.versions) == 2  # an axis of length 1 is read by itself
    assert str(grad(f)).startswith(f"∂{f.__name__}/∂x[k] = ")


def test_matrices_and_unequal_lengths():
    df = grad(fit)
    np.testing.assert_allclose(df(V, DATA, Y), differences(plain_fit, (V, DATA, Y)), rtol=1e-8)
    np.testing.assert_allclose(df(V, DATA[:1], Y[:1]), differences(plain_fit, (V, DATA[:1], Y[:1])), rtol=1e-8)
    with pytest.raises(ShapeError, match="w"):
        df(V[:3], DATA, Y)
    square = DATA[:, :3] + np.eye(3)
    both = grad(twice_the_same)
    expected = differences(lambda x, data: np.sum(loss_slope(x, data, x) ** 2), (Y, square))
    np.testing.assert_allclose(both(Y, square), expected, rtol=1e-8)


def test_further_orders():
    curvature = hessian(squares)(V)
    reverse = np.array([hvp(squares)(V, tangent=row) for row in np.eye(4)])
    forward = np.array([jvp(grad(squares))(V, tangent=row) for row in np.eye(4)])
    columns = Flat(lambda x: 2 * chain_curvature(x) @ chain_slope(x), ["x"], ["x"], (V,)).jacobian().astype(float)
    for found in (curvature, reverse, forward):
        np.testing.assert_allclose(found, columns.reshape(4, 4), rtol=1e-7)


def energy(x):
    return np.sum(np.sin(x) * x)


def along_written_out(a, v):
    return jvp(energy)(v * a, tangent=np.array([a, 1.0, 2.0]))


def product(x):
    return x[0] * x[1]


def along_a_list(a, v):
    return jvp(product)(v, tangent=[a, a**2])


def second_along(a, v):
    return np.sum(hvp(energy)(v * a, tangent=np.array([a, 1.0, 2.0])))


@pytest.mark.parametrize("function", [along_written_out, along_a_list, second_along])
def test_tangents_that_are_written_out_beside_arrays(function):
    v, a, step = np.array([1.0, -0.5, 0.2]), 0.3, 1e-5
    if function is along_a_list:
        v = v[:2]
    value = read(function)
    above, below = (python_function(value.at(b, v).source)(b, v) for b in (a + step, a - step))
    slope = grad(function)
    assert python_function(slope.at(a, v).source)(a, v) == pytest.approx((above - below) / (2 * step), rel=1e-8)


def test_a_tangent_of_another_rank_is_refused():
    def wrong(a, v):
        return jvp(energy)(v * a, tangent=np.array([[a, 1.0], [1.0, a]]))

    with pytest.raises(UnsupportedError, match="another shape"):
        grad(wrong)(0.3, np.array([1.0, 2.0]))
