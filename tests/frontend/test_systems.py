"""fsolve and root in functions: the roots that SciPy's find, and the derivatives of these roots to every order."""

import math

import mpmath
import numpy as np
import pytest
from scipy.optimize import fsolve, root

from symdiff import UnsupportedError, codegen, derivative, grad, hessian, hvp, jacobian, jvp, read, vjp


def plain(derivative, *args, **seeds):
    """What the source says at these arguments, under plain Python."""
    function = codegen.python_function(derivative.at(*args, **seeds).source)
    return function(*args, *seeds.values())


def documented(a, b):  # the example of SciPy's documentation, at a = 4, b = 5
    def func(v):
        x, y = v
        return [x * np.cos(y) - a, x * y - y - b]

    x, y = fsolve(func, [1, 1])
    return x * y


def exact_documented(a, b):
    x, y = mpmath.findroot(lambda x, y: [x * mpmath.cos(y) - a, x * y - y - b], (6.5, 0.9))
    return x * y


def of_vector(p):
    def func(v):
        return [v[0] * np.cos(v[1]) - p[0], v[0] * v[1] - v[1] - p[1]]

    s = fsolve(func, [1, 1])
    return s[0] * s[1]


def exact(orders, f=exact_documented, at=(4.0, 5.0)):
    with mpmath.workdps(40):
        return float(mpmath.diff(f, at, orders))


P = np.array([4.0, 5.0])
SECOND = [[(2, 0), (1, 1)], [(1, 1), (0, 2)]]


def test_the_example_of_scipys_documentation():
    assert plain(read(documented), 4.0, 5.0) == pytest.approx(documented(4.0, 5.0), rel=1e-11)
    assert grad(documented)(4.0, 5.0) == pytest.approx(exact((1, 0)), rel=1e-13)  # compiled
    slopes = [exact((1, 0)), exact((0, 1))]
    np.testing.assert_allclose(grad(of_vector)(P), slopes, rtol=1e-13)
    assert plain(jvp(of_vector), P, tangent=np.array([1.0, -2.0])) == pytest.approx(slopes[0] - 2 * slopes[1], rel=1e-13)
    assert plain(derivative(documented, order=3), 4.0, 5.0) == pytest.approx(exact((3, 0)), rel=1e-11)


def test_second_order_by_three_compositions():
    want = np.array([[exact(orders) for orders in row] for row in SECOND])
    v = np.array([1.0, -2.0])
    slope = grad(of_vector)
    np.testing.assert_allclose(plain(hessian(of_vector), P), want, rtol=1e-11)
    np.testing.assert_allclose(plain(hvp(of_vector), P, tangent=v), want @ v, rtol=1e-11)
    np.testing.assert_allclose(plain(grad(lambda p: slope(p)[0] - 2 * slope(p)[1]), P), want @ v, rtol=1e-11)
    np.testing.assert_allclose(plain(jacobian(slope), P), want, rtol=1e-11)


def circle_and_hyperbola(r, c):
    return fsolve(lambda v: [v[0] ** 2 + v[1] ** 2 - r * r, v[0] * v[1] - c], (2.0, 0.3))


def test_a_circle_and_a_hyperbola():
    # x = (sqrt(r**2 + 2c) + sqrt(r**2 - 2c))/2, y = (sqrt(r**2 + 2c) - sqrt(r**2 - 2c))/2
    r, c = 2.0, 1.0
    plus, minus = math.sqrt(r * r + 2 * c), math.sqrt(r * r - 2 * c)
    np.testing.assert_allclose(plain(read(circle_and_hyperbola), r, c), [(plus + minus) / 2, (plus - minus) / 2], rtol=1e-14)
    by_r = [(r / plus + r / minus) / 2, (r / plus - r / minus) / 2]
    by_c = [(1 / plus - 1 / minus) / 2, (1 / plus + 1 / minus) / 2]
    found = plain(jacobian(circle_and_hyperbola, argnums=(0, 1)), r, c)
    np.testing.assert_allclose(found, [by_r, by_c], rtol=1e-13)
    w = np.array([1.0, 3.0])
    assert plain(vjp(circle_and_hyperbola), r, c, cotangent=w) == pytest.approx(w @ by_r, rel=1e-13)


def dissociation(k1, k2, total):
    """H2A = H + HA, HA = H + A: concentrations that differ by orders of magnitude."""

    def balance(c):
        h, ha, a = c
        h2a = total - ha - a
        return np.array([h * ha - k1 * h2a, h * a - k2 * ha, h - ha - 2 * a])

    sol = root(balance, [1e-2, 1e-2, 1e-6])
    return -math.log10(sol.x[0]) if sol.success else 0.0


def exact_dissociation(k1, k2, total):
    # h**3 + k1*h**2 + (k1*k2 - k1*total)*h - 2*k1*k2*total = 0
    cubic = [1, k1, k1 * k2 - k1 * total, -2 * k1 * k2 * total]
    return -mpmath.log10(mpmath.findroot(lambda h: mpmath.polyval(cubic, h), mpmath.sqrt(k1 * total)))


def test_chemical_equilibrium():
    at = (1e-3, 1e-6, 0.1)
    assert plain(read(dissociation), *at) == pytest.approx(float(exact_dissociation(*at)), rel=1e-13)
    want = [exact(orders, exact_dissociation, at) for orders in [(1, 0, 0), (0, 1, 0), (0, 0, 1)]]
    np.testing.assert_allclose(plain(grad(dissociation, argnums=(0, 1, 2)), *at), want, rtol=1e-9)


def with_slopes(a, b):
    def fun(x, a):
        return [x[0] + 0.5 * (x[0] - x[1]) ** 3 - a, 0.5 * (x[1] - x[0]) ** 3 + x[1] - b]

    def jac(x, _):
        s = 1.5 * (x[0] - x[1]) ** 2
        return np.array([[1 + s, -s], [-s, 1 + s]])

    return root(fun, [0, 0], args=(a,), jac=jac, method="hybr", tol=1e-10).x


def of_one(a):
    return fsolve(lambda x, a: x + 2 * np.cos(x) - a, 0.3, args=a)


def of_arrays(a):
    m = np.array([[2.0, a], [1.0, 3.0]])
    return fsolve(lambda x: m @ x**3 - np.array([1.0, 2.0]), np.ones(2))


def zero_in_the_diagonal(a):
    return fsolve(lambda v: [v[1] - a, v[2] - a * a, v[0] - v[1] * v[2]], [1.0, 1.0, 1.0])


@pytest.mark.parametrize(
    ("f", "args"), [(with_slopes, (1.0, 0.5)), (of_one, (1.0,)), (of_arrays, (0.5,)), (zero_in_the_diagonal, (1.5,))]
)
def test_other_forms_of_the_call(f, args):
    h = 1e-5
    want = (np.array(f(args[0] + h, *args[1:])) - np.array(f(args[0] - h, *args[1:]))) / (2 * h)
    np.testing.assert_allclose(plain(read(f), *args), f(*args), rtol=1e-9)
    np.testing.assert_allclose(plain(jacobian(f), *args), want, rtol=1e-6)


def in_a_loop(a, n):
    s = 0.0
    for _ in range(n):
        x, y = fsolve(lambda v, s: [v[0] * v[1] - a - s, v[0] - v[1] - 1], [2.0, 1.0], args=(s,))
        s = 0.5 * s + x - 0.1 * y
    return s


@pytest.mark.parametrize("n", [0, 3])
def test_in_loops(n):
    def closed(a):
        s = mpmath.mpf(0)
        for _ in range(n):
            x = (1 + mpmath.sqrt(1 + 4 * (a + s))) / 2
            s = s / 2 + x - (x - 1) / 10
        return s

    assert plain(grad(in_a_loop), 3.0, n) == pytest.approx(exact(1, closed, 3.0), rel=1e-12)


def without_root(a):
    return fsolve(lambda v: [v[0] ** 2 + v[1] ** 2 + a, v[0] - v[1]], [1.0, 2.0])[0]


def double_root(a):
    return fsolve(lambda v: [(v[0] - a) ** 2, v[0] * v[1] - 1], [3.0, 1.0])[0]


def fold(a):
    return fsolve(lambda x: x**2 - a, 3.0)[0]


def from_nan(a):
    return fsolve(lambda x: x - a, a)[0]


@pytest.mark.parametrize(
    ("f", "a", "error"),
    [
        (without_root, 1.0, "not making good progress"),
        (double_root, 1.0, "Jacobian is singular"),
        (fold, 0.0, "maxfev|progress|singular|division"),
        (from_nan, math.nan, "not finite"),
    ],
)
def test_what_has_no_derivative_raises(f, a, error):
    for transform in (read, grad):
        with pytest.raises((RuntimeError, ValueError, ZeroDivisionError), match=error):
            plain(transform(f), a)


def test_a_singular_jacobian_at_a_root_that_is_met_exactly():
    def met(a):
        return fsolve(lambda v: [(v[0] - a) ** 2, v[1] - a], [1.0, 1.0])[0]

    assert math.isnan(grad(met)(1.0))


def test_formulas_show_the_equations():
    assert str(grad(documented).at(4.0, 5.0)).splitlines() == [
        "∂documented/∂a = -y/(x*y*sin(y) + (x - 1)*cos(y))",
        "where x, y solve x*cos(y) - a = 0",
        "      x, y solve x*y - b - y = 0",
    ]
    latex = grad(documented).at(4.0, 5.0).latex()
    assert r"\text{where } x, y &\colon x \cos{\left(y \right)} - a = 0" in latex


def from_nothing(p):
    return fsolve(lambda x: x**2 - p, []).sum()


def too_few(p):
    return fsolve(lambda x: [x[0] - p], [1, 1])[0]


def without_unknown(p):
    return fsolve(lambda x: [x[0] - p, x[0] + p], [1, 2])[0]


def full(p):
    return fsolve(lambda x: [x[0] - p], [1], full_output=True)[0]


def another_method(p):
    return root(lambda x: [x[0] - p], [1], method="krylov").x[0]


def value_and_jacobian(p):
    return root(lambda x: ([x[0] - p], [[1.0]]), [1], jac=True).x[0]


@pytest.mark.parametrize(
    ("f", "reason"),
    [
        (from_nothing, "fsolve with 0 unknowns"),
        (too_few, "a system of 1 equations for 2 unknowns"),
        (without_unknown, "its unknown is no part of"),
        (full, "fsolve with full_output"),
        (another_method, "root with method"),
        (value_and_jacobian, "root with jac=True"),
    ],
)
def test_refusals_are_at_the_users_line(f, reason):
    with pytest.raises(UnsupportedError, match=reason) as caught:
        grad(f).at(2.0)
    assert "test_systems.py" in str(caught.value)
    assert "algorithms" not in str(caught.value)
