"""SciPy's solvers in functions: values as SciPy's own, errors as SciPy's own, derivatives of the solution to every order."""

import math

import mpmath
import numpy as np
import pytest
from scipy import integrate, optimize
from scipy.optimize import bisect, brenth, brentq, newton, ridder, root_scalar
from scipy.special import ndtr

from symdiff import UnsupportedError, derivative, grad, hessian, hvp, jacobian, jvp, read, vjp


def kepler(m, e):
    return newton(lambda u: u - e * math.sin(u) - m, m)


def with_slope(a):
    return newton(lambda x: x * x - a, 1.0, fprime=lambda x: 2 * x)


def _cube(x, a):
    return x**3 - a


def halley(a):
    return newton(_cube, 1.0, args=(a,), fprime=lambda x, a: 3 * x * x, fprime2=lambda x, a: 6 * x)


def from_two_points(a):
    return newton(_cube, 1.0, args=(a,), x1=1.5)


def bracketed(a):
    return brentq(lambda w: w * math.exp(w) - a, 0.0, 5.0)


def halved(a):
    return bisect(_cube, 0.0, 4.0, args=(a,))


def ridden(a):
    return ridder(_cube, 0.0, 4.0, args=(a,))


def extrapolated(a):
    return brenth(lambda w: w * math.exp(w) - a, 0.0, 5.0)


def by_name(a):
    return root_scalar(_cube, args=(a,), method="brenth", bracket=(0.0, 4.0)).root


@pytest.mark.parametrize("f", [with_slope, halley, from_two_points, bracketed, extrapolated, by_name, halved, ridden])
def test_the_value_is_scipys(f):
    assert read(f)(2.0) == pytest.approx(f(2.0), rel=4e-16)


@pytest.mark.parametrize(
    ("f", "exact"),
    [(with_slope, mpmath.sqrt), (halley, mpmath.cbrt), (bracketed, mpmath.lambertw), (extrapolated, mpmath.lambertw)],
)
@pytest.mark.parametrize("order", [1, 2, 3])
def test_derivatives_are_those_of_the_solution(f, exact, order):
    want = float(mpmath.diff(lambda a: mpmath.re(exact(a)), 2.0, order))
    assert derivative(f, order=order)(2.0) == pytest.approx(want, rel=1e-9)


def anomaly(m, e):
    return mpmath.findroot(lambda u: u - e * mpmath.sin(u) - m, m)


@pytest.mark.parametrize("orders", [(1, 0), (0, 1), (2, 0), (1, 1), (0, 2), (1, 2), (3, 0)])
def test_keplers_equation(orders):
    with mpmath.workdps(40):
        want = float(mpmath.diff(anomaly, (1.0, 0.3), orders))
    assert derivative(kepler, argnums=("m", "e"), order=orders)(1.0, 0.3) == pytest.approx(want, rel=1e-12)


def test_sweeps_agree():
    u = kepler(1.0, 0.3)
    slope = 1 / (1 - 0.3 * math.cos(u))
    want = (slope, math.sin(u) * slope)
    assert grad(kepler, argnums=(0, 1))(1.0, 0.3) == pytest.approx(want, rel=1e-13)
    assert vjp(kepler, argnums=(0, 1))(1.0, 0.3, cotangent=2.0) == pytest.approx([2 * each for each in want], rel=1e-13)
    assert jvp(kepler, argnums=(0, 1))(1.0, 0.3, tangent=(1.0, -1.0)) == pytest.approx(want[0] - want[1], rel=1e-13)


def volatility(price, spot, strike, time):
    def excess(s):
        d = (math.log(spot / strike) + 0.5 * s * s * time) / (s * math.sqrt(time))
        return spot * ndtr(d) - strike * ndtr(d - s * math.sqrt(time)) - price

    return brentq(excess, 1e-3, 5.0)


def test_implied_volatility():
    s = volatility(10.0, 100.0, 100.0, 1.0)
    vega = 100 * math.exp(-s * s / 8) / math.sqrt(2 * math.pi)
    assert grad(volatility)(10.0, 100.0, 100.0, 1.0) == pytest.approx(1 / vega, rel=1e-11)


def rate(flows):
    return brentq(lambda r: np.sum(flows / (1 + r) ** np.arange(len(flows))), -0.5, 1.0)


def test_an_equation_that_reads_an_array():
    flows = np.array([-100.0, 30.0, 40.0, 50.0])
    r = rate(flows)
    times = np.arange(4)
    slope = -np.sum(flows * times * (1 + r) ** (-times - 1.0))
    want = -((1 + r) ** -times.astype(float)) / slope
    np.testing.assert_allclose(grad(rate)(flows), want, rtol=1e-11)
    np.testing.assert_allclose(jacobian(rate)(flows), want, rtol=1e-11)
    tangent = np.array([1.0, 0.0, -1.0, 2.0])
    full = hessian(rate)(flows)
    np.testing.assert_allclose(full, full.T, rtol=1e-11)
    np.testing.assert_allclose(hvp(rate)(flows, tangent=tangent), full @ tangent, rtol=1e-9)


def in_a_loop(a, n):
    s = 0.0
    for _ in range(n):
        s = s * 0.5 + newton(lambda x, s: x * x - a - s, 1.0, args=(s,), fprime=lambda x, s: 2 * x)
    return s


def exact_loop(a, n):
    s = mpmath.mpf(0)
    for _ in range(n):
        s = s / 2 + mpmath.sqrt(a + s)
    return s


@pytest.mark.parametrize("n", [0, 1, 7])
def test_solvers_in_loops(n):
    with mpmath.workdps(40):
        want = [float(mpmath.diff(lambda a: exact_loop(a, n), 2, order)) for order in (1, 2)]
    assert grad(in_a_loop)(2.0, n) == pytest.approx(want[0], rel=1e-11)
    assert derivative(in_a_loop, order=2)(2.0, n) == pytest.approx(want[1], rel=1e-11)


def over_elements(v, w):
    s = 0.0
    for i in range(len(v)):
        s = s * 0.5 + newton(lambda x, s: x**3 + w[i] * x - v[i] - s, 1.0, args=(s,))  # noqa: B023
    return s


def test_an_adjoint_of_a_loop_does_not_solve_again():
    v, w = np.array([1.0, 2.0, 3.0]), np.array([0.5, 1.0, 2.0])
    h = 1e-5
    want = [(over_elements(v + h * unit, w) - over_elements(v - h * unit, w)) / (2 * h) for unit in np.eye(3)]
    df = grad(over_elements).at(v, w)
    np.testing.assert_allclose(grad(over_elements)(v, w), want, rtol=1e-8)
    assert df.source.count('raise RuntimeError("Failed to converge') == 1


def in_a_branch(a, b):
    if a > b:
        return brentq(lambda x: x**3 - a * x - b, 0.0, 10.0)
    return a * b


def test_solvers_in_branches():
    x = in_a_branch(3.0, 2.0)
    slope = 3 * x * x - 3.0
    df = grad(in_a_branch, argnums=(0, 1))
    assert df(3.0, 2.0) == pytest.approx((x / slope, 1 / slope), rel=1e-11)
    assert df(1.0, 2.0) == (2.0, 1.0)  # where the solver would refuse its bracket


def about_a_loop(a, n):
    def moved(x):
        for _ in range(n):
            x = x + 0.1 * math.sin(x)
        return x - a

    return newton(moved, a)


def test_an_equation_with_a_loop():
    def exact(a):
        def moved(x):
            for _ in range(20):
                x = x + 0.1 * mpmath.sin(x)
            return x - a

        return mpmath.findroot(moved, 0.2)

    with mpmath.workdps(30):
        want = float(mpmath.diff(exact, 1.0, 2))
    assert derivative(about_a_loop, order=2)(1.0, 20) == pytest.approx(want, rel=1e-8)


def _message(f, *args):
    with pytest.raises((RuntimeError, ValueError)) as caught:
        f(*args)
    return caught.type, str(caught.value).partition("value is")[0]


def without_root(a):
    return newton(lambda x: x * x + a, 1.0, fprime=lambda x: 2 * x)


def flat(a):
    return newton(lambda x: x * x + a, 0.0, fprime=lambda x: 2 * x)


def wandering(a):
    return newton(lambda x: x * x + a, 1.0)


def slow(a):
    return brentq(_cube, 0.0, 4.0, args=(a,), maxiter=3)


@pytest.mark.parametrize("f", [without_root, wandering, halved, ridden, bracketed, slow])
@pytest.mark.parametrize("transform", [read, grad])
def test_solvers_raise_as_scipys_do(f, transform):
    a = {without_root: 1.3, wandering: 1.3, slow: 2.0}.get(f, -70.0)
    assert _message(transform(f), a) == _message(f, a)


def test_a_slope_of_zero():
    with pytest.raises(RuntimeError, match="Derivative was zero"):
        grad(flat)(1.0)


def in_general(a):
    return optimize.root_scalar(_cube, args=a, bracket=[0, 5], method="bisect").root


def by_differences(a):
    solved = optimize.root_scalar(lambda x: x**3 - a, x0=1.0)
    return solved.root


def by_halley(a):
    return optimize.root_scalar(_cube, args=(a,), x0=1.0, fprime=lambda x, a: 3 * x * x, fprime2=lambda x, a: 6 * x).root


@pytest.mark.parametrize("f", [in_general, by_differences, by_halley])
def test_root_scalar(f):
    assert read(f)(2.0) == pytest.approx(f(2.0), rel=1e-15)
    assert derivative(f, order=2)(2.0) == pytest.approx(-2 / 9 * 2 ** (-5 / 3), rel=1e-10)


def accelerated(a):
    return optimize.fixed_point(lambda x: math.cos(a * x), 0.5)


def iterated(a):
    return optimize.fixed_point(lambda x, b: math.cos(b * x), 0.5, args=(a,), method="iteration")


@pytest.mark.parametrize("f", [accelerated, iterated])
def test_fixed_points(f):
    with mpmath.workdps(30):
        want = float(mpmath.diff(lambda a: mpmath.findroot(lambda x: mpmath.cos(a * x) - x, 0.7), 0.9, 2))
    assert read(f)(0.9) == pytest.approx(f(0.9), rel=1e-15)
    assert derivative(f, order=2)(0.9) == pytest.approx(want, rel=1e-7)


def test_formulas_show_the_equation():
    df = grad(kepler, argnums=(0, 1)).at(1.0, 0.3)
    assert str(df).splitlines() == [
        "∂kepler/∂m = 1/(1 - e*cos(u))",
        "∂kepler/∂e = sin(u)/(1 - e*cos(u))",
        "where u solves u - e*sin(u) - m = 0",
    ]
    assert r"\text{where } u &\colon u - e \sin{\left(u \right)} - m = 0" in df.latex()
    ((unknown, solution),) = df.where
    assert (str(unknown), str(solution.equation)) == ("u", "Eq(-e*sin(u) - m + u, 0)")
    second = derivative(kepler, argnums="m", order=2).at(1.0, 0.3)
    assert str(second).startswith("∂²kepler/∂m² = -e*sin(u)/(1 - e*cos(u))**3\n")


def test_formulas_with_arrays():
    assert str(read(rate).at(np.ones(3))).splitlines() == [
        "rate(flows) = r",
        "where r solves sum(flows[i]/(r + 1)**i, i = 0..n-1) = 0",
    ]


def test_formulas_of_solvers_in_branches():
    assert str(grad(in_a_branch).at(3.0, 2.0)).splitlines() == [
        "∂in_a_branch/∂a = x/(3*x**2 - a) if a > b else b",
        "where x solves x**3 - a*x - b = 0",
    ]


def test_formulas_of_solvers_in_loops():
    def over(a, v):
        s = 0.0
        for b in v:
            s = s * b + newton(lambda x, s: x * x - a - s, 1.0, args=(s,))
        return s

    text = str(grad(over).at(2.0, np.ones(3)))
    assert "s[k+1]" in text
    assert "x[1]" not in text


def test_what_is_not_read_is_refused():
    def full(a):
        return newton(lambda x: x * x - a, 1.0, full_output=True)[0]

    with pytest.raises(UnsupportedError, match="newton with full_output"):
        grad(full)(2.0)

    def constant(a):
        return newton(lambda x: a - 1.0, 1.0)

    with pytest.raises(UnsupportedError, match="its unknown is no part of"):
        grad(constant)(2.0)


def test_the_source_runs_alone():
    space = {}
    exec(compile(grad(kepler, argnums=(0, 1)).at(1.0, 0.3).source, "<source>", "exec"), space)  # noqa: S102
    u = optimize.newton(lambda u: u - 0.3 * math.sin(u) - 1.0, 1.0)
    assert space["gradient_kepler"](1.0, 0.3)[0] == pytest.approx(1 / (1 - 0.3 * math.cos(u)), rel=1e-13)


def test_explanations_say_nothing_of_iterations():
    told = str(grad(with_slope).at(2.0).explain())
    assert "kinks" not in told
    assert "fval" not in told
    assert "guards" not in told


@pytest.mark.parametrize(
    "f",
    [
        lambda a: newton(lambda x: x * x - a, np.array([1.0, 2.0])),
        lambda a: integrate.nquad(lambda y, x: a * x * y, [(0.0, 1.0), (0.0, 1.0)])[0],
        lambda a: optimize.root_scalar(lambda x: x - a, bracket=(0, 1), method="toms748").root,
    ],
)
def test_other_solvers_are_refused_at_their_line(f):
    with pytest.raises(UnsupportedError) as caught:
        grad(f)(0.5)
    assert "test_solvers.py" in str(caught.value)
    assert "algorithms" not in str(caught.value)
