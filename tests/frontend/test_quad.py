"""quad in functions: the values of SciPy's, derivatives by Leibniz' rule to every order, formulas with integrals."""

import math
import pickle
import warnings

import mpmath
import numpy as np
import pytest
from scipy import integrate, special
from scipy.integrate import quad
from scipy.optimize import brentq, newton

from symdiff import UnsupportedError, codegen, derivative, grad, hessian, hvp, jacobian, jvp, read, vjp
from symdiff.primitives import quadrature


def plain(derivative, *args, **seeds):
    """What the source says at these arguments, under plain Python."""
    function = codegen.python_function(derivative.at(*args, **seeds).source)
    return function(*args, *seeds.values())


# -- the rule -----------------------------------------------------------------------------------------------------

LIMITS = [
    (lambda t: t**30, 0, 1, 1 / 31),
    (lambda t: abs(t - 0.3), 0, 1, 0.29),
    (lambda t: 1 / (1e-4 + (t - 0.3) ** 2), 0, 1, 100 * (math.atan(70) + math.atan(30))),
    (lambda t: math.exp(-t), 1, 0, math.exp(-1) - 1),
    (lambda t: 1.0, 2, 2, 0.0),
    (lambda t: 1 / math.sqrt(t), 0, 1, 2.0),
    (lambda t: math.log(t), 0, 1, -1.0),
    (lambda t: t**-0.9, 0, 1, 10.0),
    (lambda t: 1 / math.sqrt(1 - t), 0, 1, 2.0),
    (lambda t: 1 / math.sqrt(t * (1 - t)), 0, 1, math.pi),
    (lambda t: math.sqrt(abs(t - 0.3)), 0, 1, 2 / 3 * (0.3**1.5 + 0.7**1.5)),
    (lambda t: math.exp(-t * t), -math.inf, math.inf, math.sqrt(math.pi)),
    (lambda t: 1 / (1 + t * t), -math.inf, 0, math.pi / 2),
    (lambda t: t**-1.1, 1, math.inf, 10.0),
    (lambda t: math.exp(-t), math.inf, 0, -1.0),
]


@pytest.mark.parametrize(("f", "low", "high", "exact"), LIMITS)
def test_the_rule_is_as_accurate_as_it_says(f, low, high, exact):
    value, error = quadrature.quad(f, low, high, (), 1.49e-8, 1.49e-8, 50)
    assert value == pytest.approx(exact, rel=1e-11, abs=1e-11)
    assert error <= max(1.49e-8, 1.49e-8 * abs(exact))


@pytest.mark.parametrize("f", [lambda t: 1 / t, lambda t: t**-1.5, lambda t: math.sin(1 / t), lambda t: 1 / (t - 0.3) ** 2])
def test_the_rule_raises_where_an_integral_does_not_converge(f):
    with pytest.raises(RuntimeError, match="does not converge"):
        quadrature.quad(f, 0, 1, (), 1.49e-8, 1.49e-8, 50)


@pytest.mark.parametrize("degree", range(0, 32, 5))
def test_the_nodes_and_weights(degree):
    value, _ = quadrature.quad_rule(lambda t: t**degree, 0.0, 1.0, 0.0, 0, ())
    assert value == pytest.approx(1 / (degree + 1), rel=1e-14)


# -- textbooks ----------------------------------------------------------------------------------------------------


def elliptic(m):
    return quad(lambda t: 1 / math.sqrt(1 - m * math.sin(t) ** 2), 0, math.pi / 2)[0]


def gamma(z):
    return quad(lambda t: t ** (z - 1) * math.exp(-t), 0, np.inf)[0]


def erf(x):
    return 2 / math.sqrt(math.pi) * quad(lambda t: math.exp(-t * t), 0, x)[0]


def debye(x):
    return 3 / x**3 * quad(lambda t: t**3 / math.expm1(t), 0, x)[0]


def exact_debye(x):
    return 3 / x**3 * mpmath.quad(lambda t: t**3 / mpmath.expm1(t), [0, x])


def planck(x):
    """The share of a black body's radiation below a frequency."""
    return 15 / math.pi**4 * quad(lambda t: t**3 * math.exp(-t) / (1 - math.exp(-t)), x, np.inf)[0]


def exact_planck(x):
    return 15 / mpmath.pi**4 * mpmath.quad(lambda t: t**3 / mpmath.expm1(t), [x, 5, 20, mpmath.inf])


def moving(a):
    value, error = quad(lambda t: math.sin(a * t) / (1 + t), a * a, math.exp(a))
    return value if error < 1e-6 else 0.0


def exact_moving(a):
    return mpmath.quad(lambda t: mpmath.sin(a * t) / (1 + t), [a * a, mpmath.exp(a)])


@pytest.mark.parametrize(
    ("f", "exact", "at"),
    [
        (elliptic, mpmath.ellipk, 0.4),
        (gamma, mpmath.gamma, 2.5),
        (erf, mpmath.erf, 0.7),
        (debye, exact_debye, 1.5),
        (planck, exact_planck, 2.0),
        (moving, exact_moving, 0.8),
    ],
)
def test_derivatives_of_integrals(f, exact, at):
    assert plain(read(f), at) == pytest.approx(f(at), rel=1e-10)
    for order in (1, 2, 3):
        with mpmath.workdps(25):
            want = float(mpmath.diff(exact, at, order))
        assert plain(derivative(f, order=order), at) == pytest.approx(want, rel=1e-8, abs=1e-9)


def test_closed_forms():
    m = 0.4
    k, e = special.ellipk(m), special.ellipe(m)
    assert plain(grad(elliptic), m) == pytest.approx((e - (1 - m) * k) / (2 * m * (1 - m)), rel=1e-12)
    assert plain(grad(gamma), 0.5) == pytest.approx(math.gamma(0.5) * special.digamma(0.5), abs=3e-8)


def period(amplitude, length):
    """Of a pendulum; the variable is that of 2*sin(t)**2 = ..., in which nothing is singular."""
    k = math.sin(amplitude / 2)
    return 4 * math.sqrt(length / 9.81) * quad(lambda t: 1 / math.sqrt(1 - (k * math.sin(t)) ** 2), 0, math.pi / 2)[0]


def test_a_pendulum():
    def exact(amplitude, length):
        return 4 * mpmath.sqrt(length / 9.81) * mpmath.ellipk(mpmath.sin(amplitude / 2) ** 2)

    want = [float(mpmath.diff(exact, (1.0, 2.0), orders)) for orders in [(1, 0), (0, 1)]]
    assert plain(grad(period, argnums=(0, 1)), 1.0, 2.0) == pytest.approx(want, rel=1e-11)


def decay(p):
    return quad(lambda t, a: math.exp(-a * t), 0, p[1], args=(p[0],))[0]


def test_sweeps_and_second_order_by_three_compositions():
    a, b = 0.5, 2.0
    p, v = np.array([a, b]), np.array([1.0, -3.0])
    with mpmath.workdps(30):
        known = {
            orders: float(mpmath.diff(lambda x, y: (1 - mpmath.exp(-x * y)) / x, (a, b), orders))
            for orders in [(1, 0), (0, 1), (2, 0), (1, 1), (0, 2)]
        }
    slope = np.array([known[1, 0], known[0, 1]])
    second = np.array([[known[2, 0], known[1, 1]], [known[1, 1], known[0, 2]]])
    df = grad(decay)
    np.testing.assert_allclose(plain(df, p), slope, rtol=1e-12)
    np.testing.assert_allclose(plain(jacobian(decay), p), slope, rtol=1e-12)
    np.testing.assert_allclose(plain(vjp(decay), p, cotangent=2.0), 2 * slope, rtol=1e-12)
    assert plain(jvp(decay), p, tangent=v) == pytest.approx(slope @ v, rel=1e-12)
    np.testing.assert_allclose(plain(hessian(decay), p), second, rtol=1e-12)
    np.testing.assert_allclose(plain(hvp(decay), p, tangent=v), second @ v, rtol=1e-12)
    np.testing.assert_allclose(plain(grad(lambda p: df(p)[0] - 3 * df(p)[1]), p), second @ v, rtol=1e-12)
    np.testing.assert_allclose(plain(jacobian(df), p), second, rtol=1e-12)


def double(a, b):
    return quad(lambda x: quad(lambda y: math.exp(-a * x * y), 0, x)[0], 0, b)[0]


def test_an_integral_of_an_integral():
    def exact(a, b):
        return mpmath.quad(lambda x: (1 - mpmath.exp(-a * x * x)) / (a * x), [0, b])

    want = [float(mpmath.diff(exact, (0.5, 1.5), orders)) for orders in [(1, 0), (0, 1)]]
    assert plain(grad(double, argnums=(0, 1)), 0.5, 1.5) == pytest.approx(want, rel=1e-11)


# -- where integrals stand ----------------------------------------------------------------------------------------


def documented(x, a, b):
    return a * x**2 + b


def over_an_array(v, n):
    s = 0.0
    for x in v:
        s = 0.5 * s + integrate.quad(documented, 0, x, args=(s, x))[0]
    return s if n else quad(np.sin, 0, s)[0]


@pytest.mark.parametrize("n", [0, 1])
def test_in_loops_and_branches(n):
    v = np.array([0.5, 1.0, 2.0])
    h = 1e-5
    want = [(over_an_array(v + h * unit, n) - over_an_array(v - h * unit, n)) / (2 * h) for unit in np.eye(3)]
    df = grad(over_an_array)
    np.testing.assert_allclose(plain(df, v, n), want, rtol=1e-8)
    assert df.at(v, n).source.count("def quad(") == 1
    if n:
        np.testing.assert_allclose(df(v, n), want, rtol=1e-8)  # compiled


def of_elements(v):
    return sum(quad(lambda t: math.exp(-t * x * x) + x**3 * t, x / 2, x)[0] ** 2 for x in v)  # noqa: B023


def at_indices(v):
    y = np.empty(len(v))
    for i in range(len(v)):
        y[i] = quad(lambda t: math.exp(-t * v[i]) * (i + 1), 0, v[len(v) - 1 - i])[0]  # noqa: B023
    return np.sum(y * y)


def where_large(v):
    return np.sum(np.array([quad(lambda t: math.cos(t * x), 0, x)[0] if x > 0.4 else x for x in v]))  # noqa: B023


@pytest.mark.parametrize("f", [of_elements, at_indices, where_large])
@pytest.mark.parametrize("n", [0, 1, 3])
def test_an_integral_for_each_element(f, n):
    v, h = np.array([0.5, 0.9, 0.3])[:n], 1e-5
    slope = plain(grad(f), v)
    np.testing.assert_allclose(slope, [(f(v + h * unit) - f(v - h * unit)) / (2 * h) for unit in np.eye(n)], rtol=1e-6, atol=1e-8)
    if f is of_elements:
        second = [(plain(grad(f), v + h * unit) - plain(grad(f), v - h * unit)) / (2 * h) for unit in np.eye(n)]
        np.testing.assert_allclose(plain(hessian(f), v), np.reshape(second, (n, n)), rtol=1e-6, atol=1e-8)


def test_the_formula_of_an_integral_for_each_element():
    assert str(grad(lambda v: sum(quad(lambda t: math.exp(-t * x), 0, 1)[0] for x in v)).at(np.ones(3))) == (  # noqa: B023
        "∂f/∂v[k] = Integral(-t*exp(-t*v[k]), (t, 0, 1))"
    )


def inverse_erf(c):
    return brentq(lambda x: quad(lambda t: math.exp(-t * t), 0, x)[0] - c, 0.0, 3.0)


def of_solutions(c):
    return quad(lambda t: newton(lambda x: x**3 + x - c * t, 1.0), 0, 1)[0]


def test_integrals_in_equations_and_equations_in_integrals():
    x = inverse_erf(0.5)
    assert plain(derivative(inverse_erf, order=2), 0.5) == pytest.approx(2 * x * math.exp(2 * x * x), rel=1e-11)

    def exact(c):
        return mpmath.quad(lambda t: mpmath.findroot(lambda x: x**3 + x - c * t, 1.0), [0, 1])

    assert plain(derivative(of_solutions, order=2), 1.5) == pytest.approx(float(mpmath.diff(exact, 1.5, 2)), rel=1e-8)


def same_name(x):
    return quad(lambda x: x * x, 0, x)[0] + quad(lambda quad: quad * x, 1, x)[0]


def constant(a):
    return quad(lambda t: a, 0, a)[0] + quad(lambda t: math.exp(-t), 0, 1)[0]


def infinite(a, b):
    return quad(lambda t: math.exp(-a * t), b, 0)[0]


def raising(a):
    def f(t):
        if t > 5:
            raise ValueError("too far")
        return t * a

    return quad(f, 0, a, full_output=0, epsabs=0, epsrel=1e-12, limit=100)[0]


@pytest.mark.parametrize(
    ("f", "args", "want"),
    [
        (same_name, (1.5,), 1.5**2 + 1.5**2 + (1.5**2 - 1) / 2),
        (constant, (2.0,), 4.0),
        (infinite, (2.0, math.inf), 0.25),
        (infinite, (math.nan, 1.0), math.nan),
        (raising, (3.0,), 13.5),
    ],
)
def test_other_forms(f, args, want):
    assert plain(grad(f), *args) == pytest.approx(want, rel=1e-12, nan_ok=True)


def test_what_an_integrand_raises():
    with pytest.raises(ValueError, match="too far"):
        plain(grad(raising), 6.0)


def divergent(a):
    return quad(lambda t: a / t, 0, 1)[0]


def edge(x):  # 2*sqrt(x), but both terms of Leibniz' rule are infinite
    return quad(lambda t: 1 / math.sqrt(x - t), 0, x)[0]


def test_what_does_not_converge_raises():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert plain(read(edge), 2.0) == pytest.approx(edge(2.0), rel=1e-9)
    for f in (read(divergent), grad(divergent), grad(edge)):
        with pytest.raises((RuntimeError, ZeroDivisionError)):
            plain(f, 2.0)


# -- jumps that move ----------------------------------------------------------------------------------------------


def step(a):
    return quad(lambda t: 1.0 if t < a else 0.0, 0, 1)[0]


def masked(a):
    return quad(lambda t: np.where(t < a, t, 2 * a), 0, 1)[0]


def sign(a):
    return quad(lambda t: np.sign(t - a) * a, 0, 1)[0]


def counted(a):
    return quad(lambda t: math.floor(a * t), 0, 1)[0]


def compared(a):
    return quad(lambda t: (t < a) * 1.0, 0, 1)[0]


def inner_step(a):
    return quad(lambda x: quad(lambda y: 1.0 if y < a * x else 0.0, 0, 1)[0], 0, 1)[0]


def halved(a):
    def f(t):
        while t > a:
            t = t / 2
        return t

    return quad(f, 0, 1)[0]


@pytest.mark.parametrize("f", [step, masked, sign, counted, compared, inner_step, halved])
def test_jumps_that_a_parameter_moves_are_refused(f):
    with pytest.raises(UnsupportedError, match="moves a jump of what is integrated") as caught:
        grad(f).at(0.3)
    assert "test_quad.py" in str(caught.value)


def distance(a):
    return quad(lambda t: abs(t - a), 0, 1)[0]


def larger(a):
    return quad(lambda t: max(t, a), 0, 1)[0]


@pytest.mark.parametrize(("f", "want"), [(distance, 2 * 0.3 - 1), (larger, 0.3)])
def test_kinks_that_move_have_one_derivative(f, want):
    assert plain(grad(f), 0.3) == pytest.approx(want, abs=1e-8)
    with pytest.raises(UnsupportedError, match="moves a jump of what is integrated"):
        derivative(f, order=2).at(0.3)


def fixed_jump(a):
    return quad(lambda t: (a * a if t < 0.5 else a) if a > 0 else 0.0, 0, 1)[0]


def test_jumps_that_stay():
    assert plain(derivative(fixed_jump, order=2), 0.3) == pytest.approx(1.0, abs=1e-8)


# -- paper --------------------------------------------------------------------------------------------------------


def test_formulas_are_integrals():
    assert str(grad(gamma)) == "gamma'(z) = Integral(t**(z - 1)*exp(-t)*log(t), (t, 0, inf))"
    assert r"\int\limits_{0}^{\infty} t^{z - 1} e^{- t} \log{\left(t \right)}\, dt" in grad(gamma).latex()
    assert str(grad(double, argnums=(0, 1))).splitlines() == [
        "∂double/∂a = Integral(-x*y*exp(-a*x*y), (y, 0, x), (x, 0, b))",
        "∂double/∂b = Integral(exp(-a*b*y), (y, 0, b))",
    ]
    assert str(grad(erf)) == "erf'(x) = 2*exp(-x**2)/sqrt(pi)"
    assert str(grad(lambda x: quad(lambda t: math.exp(x * t), x, 1)[0])) == (
        "f'(x) = Integral(t*exp(t*x), (t, x, 1)) - exp(x**2)"
    )
    assert str(read(lambda x: quad(lambda x: x * x, 0, x)[0])) == "f(x) = Integral(x_1**2, (x_1, 0, x))"
    assert str(derivative(inverse_erf, order=2)).splitlines() == [
        "inverse_erf''(c) = 2*x*exp(2*x**2)",
        "where x solves Integral(exp(-t**2), (t, 0, x)) - c = 0",
    ]


def test_integrands_with_solvers_stand_there_by_name():
    assert str(read(of_solutions)) == "of_solutions(c) = Integral(f(t, c), (t, 0, 1))"
    assert str(grad(of_solutions)) == "of_solutions'(c) = Integral(df_dc(t, c), (t, 0, 1))"


def test_a_formula_has_its_value():
    import sympy

    z = sympy.Symbol("z", real=True)
    found = grad(gamma).formula.subs(z, sympy.Rational(5, 2)).evalf()
    assert float(found) == pytest.approx(math.gamma(2.5) * special.digamma(2.5), rel=1e-12)


def test_pickled_and_explained():
    df = grad(elliptic)
    assert plain(pickle.loads(pickle.dumps(df)), 0.4) == plain(df, 0.4)  # noqa: S301
    assert "an integral is accurate to about" in str(df.at(0.4).explain())


# -- refusals -----------------------------------------------------------------------------------------------------


def of_an_array(v):
    return quad(lambda t: np.sum(v * t), 0, 1)[0]


def in_try(a):
    try:
        return quad(lambda t: t * a, 0, 1)[0]
    except ValueError:
        return 0.0


def with_points(a):
    return quad(lambda t: t * a, 0, 1, points=[0.5])[0]


def with_error(a):
    return quad(lambda t: t * a, 0, 1)[1]


@pytest.mark.parametrize(
    ("f", "reason"),
    [
        (of_an_array, "an integrand that reads an array of any size"),
        (in_try, "an integral inside try"),
        (with_points, "quad with points"),
        (with_error, "the derivative of the error of an integral"),
    ],
)
def test_refusals(f, reason):
    with pytest.raises(UnsupportedError, match=reason) as caught:
        grad(f).at(np.ones(3) if "v" in f.__code__.co_varnames else 2.0)
    assert "test_quad.py" in str(caught.value)
