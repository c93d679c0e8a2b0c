"""fsolve and root for any number of unknowns: arrays whose length an argument tells, and more literal unknowns than a few."""

import functools

import numpy as np
import pytest
from scipy.optimize import fsolve, root

from symdiff import UnsupportedError, codegen, derivative, grad, hessian, hvp, jacobian, jvp, read, vjp


def written(transformed, *args, **seeds):
    """The source for such arguments, under plain Python."""
    return codegen.python_function(transformed.at(*args, **seeds).source)


def plain(transformed, *args, **seeds):
    return written(transformed, *args, **seeds)(*args, *seeds.values())


def differences(f, args, position, h=1e-6):
    """The derivatives of f by one of its arguments."""
    x = np.asarray(args[position], float)
    columns = []
    for place in np.ndindex(x.shape):
        step = np.zeros_like(x)
        step[place] = h
        high, low = (np.asarray(f(*args[:position], x + sign * step, *args[position + 1 :])) for sign in (1, -1))
        columns.append((high - low) / (2 * h))
    return np.moveaxis(np.array(columns), 0, -1).reshape((*np.shape(columns[0]), *x.shape))


# -- a closed form: x = sqrt(diff(b)) -----------------------------------------------------------------------------


def of_sums(b):
    return fsolve(lambda x: np.cumsum(x**2) - b, np.ones(len(b)), xtol=1e-12)


def weighted(b):
    x = of_sums(b)
    return np.sum(x * np.arange(1, len(b) + 1))


def exact(n):
    """An argument, the solution, its Jacobian, and the gradient and Hessian of the weighted sum."""
    d = np.diff(np.eye(n), axis=0, prepend=0.0)  # x**2 = d @ b
    b = np.cumsum(np.linspace(1.0, 2.0, n) ** 2)
    x = np.sqrt(d @ b)
    w = np.arange(1, n + 1)
    return b, x, d / (2 * x[:, None]), (w / (2 * x)) @ d, d.T @ np.diag(-w / (4 * x**3)) @ d


@functools.cache
def source(transform, f, seed=""):
    b = exact(3)[0]
    return written(transform(f), b, **({seed: b} if seed else {}))


@pytest.mark.parametrize("n", [2, 3, 8])
def test_sizes(n):
    b, x, slopes, slope, second = exact(n)
    v = np.linspace(-1.0, 1.5, n)
    np.testing.assert_allclose(source(read, of_sums)(b), x, rtol=1e-12)
    np.testing.assert_allclose(source(jacobian, of_sums)(b), slopes, rtol=1e-10, atol=1e-12)
    np.testing.assert_allclose(source(grad, weighted)(b), slope, rtol=1e-10, atol=1e-12)
    np.testing.assert_allclose(source(jvp, of_sums, "tangent")(b, v), slopes @ v, rtol=1e-10, atol=1e-12)
    np.testing.assert_allclose(source(vjp, of_sums, "cotangent")(b, v), v @ slopes, rtol=1e-10, atol=1e-12)
    np.testing.assert_allclose(source(hessian, weighted)(b), second, rtol=1e-9, atol=1e-11)
    np.testing.assert_allclose(source(hvp, weighted, "tangent")(b, v), second @ v, rtol=1e-9, atol=1e-11)


def test_one_and_none():
    b, x, slopes, slope, second = exact(1)
    assert plain(read(of_sums), b) == pytest.approx(x, rel=1e-12)
    np.testing.assert_allclose(plain(jacobian(of_sums), b), slopes, rtol=1e-10)
    np.testing.assert_allclose(plain(grad(weighted), b), slope, rtol=1e-10)
    np.testing.assert_allclose(plain(hessian(weighted), b), second, rtol=1e-9)
    assert source(jacobian, of_sums)(np.zeros(0)).shape == (0, 0)


def test_compiled_code_and_other_arrays():
    f = grad(weighted)
    b, *_, slope, _ = exact(8)
    np.testing.assert_allclose(f(b), slope, rtol=1e-10)
    np.testing.assert_array_equal(f(np.repeat(b, 2)[::2]), f(b))
    np.testing.assert_array_equal(f(np.array([1, 3, 6])), f(np.array([1.0, 3.0, 6.0])))


def test_the_third_order():
    def f(p, c):
        return np.sum(fsolve(lambda x: x**2 - p * c, np.ones_like(c), xtol=1e-12))

    c = np.array([1.0, 2.0, 5.0])
    assert plain(derivative(f, order=3), 2.0, c) == pytest.approx(np.sum(np.sqrt(c)) * 3 / 8 * 2.0**-2.5, rel=1e-9)


# -- what users solve ---------------------------------------------------------------------------------------------


def boundary_values(q, d):
    """U'' + q exp(u) = 0, u(0) = u(1) = 0, in differences."""
    n = len(q)

    def residual(u, q):
        r = np.empty(n)
        for i in range(n):
            left = u[i - 1] if i > 0 else 0.0
            right = u[i + 1] if i < n - 1 else 0.0
            r[i] = d * (left - 2 * u[i] + right) * (n + 1) ** 2 + q[i] * np.exp(u[i])
        return r

    solved = root(residual, np.zeros(n), args=(q,), tol=1e-12)
    return np.sum(solved.x**2) if solved.success else 0.0


def by_slices(u, q):
    r = np.zeros_like(u)
    r[0] = u[0] - q[0]
    r[1:-1] = u[:-2] - 2 * u[1:-1] + u[2:] - 0.1 * u[1:-1] ** 3 * q[1:-1]
    r[-1] = u[-1] - q[-1]
    return r


def ends_given(q):
    return fsolve(by_slices, q, args=(q,), xtol=1e-12)


def network(k, s, total):
    """A reaction network with a flow through it."""
    return fsolve(lambda c: s @ (k * np.exp(s.T @ np.log(c))) - 0.3 * (c - total), total, xtol=1e-12)


def with_jacobian(a, b):
    return np.sum(root(lambda x: a @ x + x**3 - b, np.zeros_like(b), jac=lambda x: a + np.diag(3 * x**2)).x)


def implicit_euler(b, steps):
    u = np.sin(b)
    for _ in range(steps):
        u = fsolve(lambda v, u: v - u - 0.1 * (b - v**3), u, args=(u,), xtol=1e-12)
    return np.sum(u)


def one_in_another(b):
    def outer(x):
        y = fsolve(lambda y: y**3 + y - x, np.ones_like(x), xtol=1e-13)
        return y + 0.5 * x - b

    return np.sum(fsolve(outer, np.ones_like(b), xtol=1e-12) ** 2)


def conditions(b, p):
    chosen = b > p

    def residual(x):
        if p > 0:
            return np.where(chosen, x**3 + x - b, 3 * x - b)
        return 2 * x - b

    return np.sum(fsolve(residual, np.ones_like(b), xtol=1e-12) ** 2)


def stationary(b):
    slope = grad(lambda x, b: np.sum(x**4) / 4 + np.sum(x * x) / 2 - x @ b)
    return np.sum(np.sin(fsolve(lambda x: slope(x, b), np.ones_like(b), xtol=1e-12)))


B = np.array([0.5, 1.0, 1.5, 2.0])
A = np.array([[4.0, 1, 0, 0], [1, 5, 1, 0], [0, 1, 4, 1], [0, 0.5, 1, 3]])
S = np.array([[-1.0, 0, 1], [1, -1, 0], [0, 1, -1]])
NETWORK = (np.array([0.5, 0.6, 0.7]), S, np.array([1.0, 2.0, 0.5]))


@pytest.mark.parametrize(
    ("f", "args", "position"),
    [
        (boundary_values, (B, 1.0), 0),
        (boundary_values, (B, 1.0), 1),
        (ends_given, (B,), 0),
        (network, NETWORK, 0),
        (network, NETWORK, 1),
        (network, NETWORK, 2),
        (with_jacobian, (A, B), 0),
        (implicit_euler, (B, 0), 0),
        (implicit_euler, (B, 3), 0),
        (one_in_another, (B,), 0),
        (conditions, (B, 0.7), 0),
        (conditions, (B, -0.7), 0),
        (stationary, (B,), 0),
    ],
)
def test_first_derivatives(f, args, position):
    want = differences(f, args, position)
    transform = jacobian if f in (ends_given, network) else grad
    np.testing.assert_allclose(plain(transform(f, argnums=position), *args), want, rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize(("f", "args"), [(boundary_values, (B, 1.0)), (implicit_euler, (B, 2))])
def test_second_derivatives(f, args):
    slope = written(grad(f), *args)
    want = differences(slope, args, 0)
    v = np.linspace(1.0, 2.0, 4)
    np.testing.assert_allclose(plain(hessian(f), *args), want, rtol=1e-6, atol=1e-8)
    np.testing.assert_allclose(plain(hvp(f), *args, tangent=v), want @ v, rtol=1e-6, atol=1e-8)


def test_checkpoints():
    want = plain(grad(implicit_euler), B, 5)
    np.testing.assert_allclose(plain(grad(implicit_euler, checkpoint=True), B, 5), want, rtol=1e-12)


# -- literal unknowns ---------------------------------------------------------------------------------------------


def nine(p):
    def equations(v):
        a, b, c, d, e, f, g, h, i = v
        first = [a + 0.1 * b * c - p, b + 0.2 * np.sin(c) - 2, c + 0.1 * d * e - p, d - 0.3 * np.exp(-e) - 1]
        return [*first, e + f * a * 0.1 - 2 * p, f + g - 3, g - f + 0.1 * h**3 - 2, h + i * 0.2 - p, i + 0.3 * c - 1]

    return fsolve(equations, np.ones(9), xtol=1e-12).sum()


def many(p, n):
    return fsolve(lambda x: x**2 - p, np.ones(n)).sum()


def test_more_than_a_few():
    assert plain(grad(nine), 1.1) == pytest.approx((nine(1.1 + 1e-6) - nine(1.1 - 1e-6)) / 2e-6, rel=1e-7)
    lengths = []
    for n in (9, 30):
        assert plain(grad(many), 4.0, n) == pytest.approx(n / 4, rel=1e-12)
        lengths.append(len(grad(many).at(4.0, n).source))
    assert lengths[1] - lengths[0] < 100
    assert plain(grad(lambda p: fsolve(lambda x: x**2 - p, np.ones((3, 3))).sum()), 4.0) == pytest.approx(9 / 4, rel=1e-12)


def sum_of_one(b):
    return fsolve(lambda x: x - 1 - 0.1 * np.sum(np.sin(b * x[0])), [1.0])[0]


def test_one_unknown_and_an_array_from_outside():
    np.testing.assert_allclose(plain(grad(sum_of_one), B), differences(sum_of_one, (B,), 0), rtol=1e-6)


# -- what has no solution, or no derivative ------------------------------------------------------------------------


def without_root(b):
    return np.sum(fsolve(lambda x: x**2 + b, np.ones_like(b)))


def double_root(b):
    return np.sum(fsolve(lambda x: (x - b) ** 2, b + 1.0))


def met_exactly(b):
    return np.sum(fsolve(lambda x: (x - b) ** 2, np.ones_like(b)))


def of_another_length(b):
    return np.sum(fsolve(lambda x: x**2 - b[1:], np.ones_like(b)))


def not_finite(b):
    return np.sum(fsolve(lambda x: x / b - 1, np.full_like(b, np.inf)))


@pytest.mark.parametrize(
    ("f", "b", "error", "match"),
    [
        (without_root, B, RuntimeError, "not making good progress"),
        (double_root, B, RuntimeError, "Jacobian is singular"),
        (met_exactly, np.ones(3), np.linalg.LinAlgError, "[Ss]ingular"),
        (not_finite, B, ValueError, "not finite"),
    ],
)
def test_what_has_no_derivative_raises(f, b, error, match):
    for transform in (read, grad) if f is not met_exactly else (grad,):
        with pytest.raises(error, match=match):
            plain(transform(f), b)


def test_lengths_must_fit():
    def f(b, c):
        return np.sum(fsolve(lambda x: x**2 - c, np.ones_like(b)))

    with pytest.raises(ValueError, match="the length of c must be the length of b"):
        plain(grad(f), B, B[:3])
    with pytest.raises((UnsupportedError, ValueError)):
        plain(grad(of_another_length), B)


def test_formulas_show_the_equations():
    def f(b, a):
        x = fsolve(lambda x: x**3 + a * x - b, np.ones_like(b))
        return np.sum(x * x)

    assert str(read(f).at(B, 2.0)).splitlines() == [
        "f(b, a) = sum(x[i]**2, i = 0..n-1)",
        "where x solves a*x[i] - b[i] + x[i]**3 = 0",
        "with b of length n",
    ]
    text = str(grad(f).at(B, 2.0))
    assert "where x solves a*x[k] - b[k] + x[k]**3 = 0" in text
    assert "solution = solve(" in text
    assert r"x &\colon a x_{k} - b_{k} + x_{k}^{3} = 0" in grad(f).at(B, 2.0).latex()
