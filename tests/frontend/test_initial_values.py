"""``solve_ivp`` and ``odeint`` in functions: SciPy's own steps, and sensitivities against closed forms and SciPy."""

import ast
import math

import numpy as np
import pytest
from scipy.integrate import solve_ivp
from scipy.linalg import expm

from symdiff import derivative, grad, jacobian, read


def plain(symbolic, *args):
    """What the source of a derivative gives under plain Python."""
    source = symbolic.at(*args).source.replace("@numba.njit", "@_as_it_is")
    space = {"_as_it_is": lambda *_, **__: lambda function: function}
    exec(compile(source, "<source>", "exec"), space)  # noqa: S102
    name = [node.name for node in ast.parse(source).body if isinstance(node, ast.FunctionDef)][-1]
    return space[name](*args)


def oscillation(q, p, w):
    def fun(t, y):
        q, p = y
        return [p, -w * w * q]

    sol = solve_ivp(fun, (0.0, 2.0), [q, p], rtol=1e-10, atol=1e-12)
    return sol.y[0, -1]


def exact_oscillation(q, p, w):
    c, s = math.cos(2 * w), math.sin(2 * w)
    return q * c + p * s / w, (c, s / w, -2 * q * s + p * (2 * c / w - s / w**2))


def test_an_oscillator():
    value, slopes = exact_oscillation(1.0, 0.5, 1.3)
    assert plain(read(oscillation), 1.0, 0.5, 1.3) == pytest.approx(value, rel=1e-9)
    assert plain(read(oscillation), 1.0, 0.5, 1.3) == pytest.approx(oscillation(1.0, 0.5, 1.3), rel=1e-14)
    assert plain(grad(oscillation, argnums=(0, 1, 2)), 1.0, 0.5, 1.3) == pytest.approx(slopes, rel=1e-8)


def growth(y0, r, k, end):
    sol = solve_ivp(lambda t, y: r * y * (1 - y / k), [0, end], [y0], rtol=1e-10, atol=1e-12)
    return sol.y[0][-1]


def exact_growth(y0, r, k, end):
    return k / (1 + (k - y0) / y0 * np.exp(-r * end))


def test_logistic_growth_by_all_its_arguments():
    args = (0.5, 1.3, 2.0, 1.5)
    steps = 1e-30j * np.eye(4)
    want = [exact_growth(*(np.array(args) + step)).imag / 1e-30 for step in steps]
    assert plain(read(growth), *args) == pytest.approx(growth(*args), rel=1e-14)
    np.testing.assert_allclose(plain(grad(growth, argnums=(0, 1, 2, 3)), *args), want, rtol=1e-8)


def linear(a, y0):
    return solve_ivp(lambda t, y: a @ y, (0.0, 1.0), y0, rtol=1e-10, atol=1e-12).y[:, -1]


def test_a_system_of_any_size():
    a = np.array([[0.1, 1, 0], [-1, 0.2, 0.3], [0, 0.5, -1]])
    y0 = np.array([1.0, 2.0, 3.0])
    np.testing.assert_allclose(plain(read(linear), a, y0), linear(a, y0), rtol=1e-13)
    np.testing.assert_allclose(plain(jacobian(linear, argnums=1), a, y0), expm(a), rtol=1e-8, atol=1e-10)
    assert "n" in read(linear).at(a, y0).source.partition("def ")[2]


def forced(y0, start, end, a):
    sol = solve_ivp(lambda t, y: -a * y + np.sin(t), (start, end), [y0], rtol=1e-10, atol=1e-12)
    return sol.y[0, -1]


def exact_forced(y0, start, end, a):
    def particular(t):
        return (a * np.sin(t) - np.cos(t)) / (1 + a * a)

    return particular(end) + (y0 - particular(start)) * np.exp(-a * (end - start))


@pytest.mark.parametrize(("start", "end"), [(0.3, 2.0), (2.0, 0.3), (0.3, 0.3)])
def test_the_ends_of_the_interval(start, end):
    args = (0.7, start, end, 0.9)
    want = [exact_forced(*(np.array(args) + step)).imag / 1e-30 for step in 1e-30j * np.eye(4)]
    assert plain(read(forced), *args) == pytest.approx(forced(*args), rel=1e-13)
    np.testing.assert_allclose(plain(grad(forced, argnums=(0, 1, 2, 3)), *args), want, rtol=1e-7, atol=1e-10)
    second = -0.9 * want[2] + math.cos(end)  # y'' = -a y' + cos t
    assert plain(derivative(forced, argnums=2, order=2), *args) == pytest.approx(second, rel=1e-5)
