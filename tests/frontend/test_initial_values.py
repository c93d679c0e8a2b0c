"""``solve_ivp`` and ``odeint`` in functions: SciPy's own steps, and sensitivities against closed forms and SciPy."""

import ast
import math

import mpmath
import numpy as np
import pytest
from scipy.integrate import odeint, solve_ivp
from scipy.linalg import expm
from scipy.optimize import brentq

from symdiff import UnsupportedError, derivative, grad, hessian, hvp, jacobian, read
from symdiff.graph.evaluate import evaluate


def _alone(source, name):
    """A function of a source, under plain Python."""
    space = {"_as_it_is": lambda *_, **__: lambda function: function}
    exec(compile(source.replace("@numba.njit", "@_as_it_is"), "<source>", "exec"), space)  # noqa: S102
    return space[name]


def plain(symbolic, *args, **keywords):
    """What the source of a derivative gives under plain Python."""
    source = symbolic.at(*args, **keywords).source
    name = [node.name for node in ast.parse(source).body if isinstance(node, ast.FunctionDef)][-1]
    given = (np.array(value) if isinstance(value, tuple) else value for value in keywords.values())
    return _alone(source, name)(*args, *given)


def by_complex_steps(exact, args):
    return [exact(*(np.array(args) + step)).imag / 1e-30 for step in 1e-30j * np.eye(len(args))]


# -- closed forms -------------------------------------------------------------------------------------------------


def oscillation(q, p, w, rtol):
    def fun(t, y):
        q, p = y
        return [p, -w * w * q]

    sol = solve_ivp(fun, (0.0, 2.0), [q, p], rtol=rtol, atol=1e-13)
    return sol.y[0, -1]


def by_rk23(q, p, w, rtol):
    return solve_ivp(lambda t, y: (y[1], -w * w * y[0]), (0, 2), [q, p], "RK23", rtol=rtol, atol=1e-13).y[0][-1]


def by_dop853(q, p, w, rtol):
    sol = solve_ivp(lambda t, y: np.array([y[1], -w * w * y[0]]), [0, 2], (q, p), method="DOP853", rtol=rtol, atol=1e-13)
    return sol.y[:, -1][0]


def exact_oscillation(q, p, w):
    return q * np.cos(2 * w) + p * np.sin(2 * w) / w


@pytest.mark.parametrize(("f", "loosest"), [(oscillation, 1e-3), (by_rk23, 1e-3), (by_dop853, 1e-3)])
def test_slopes_converge_with_the_tolerance(f, loosest):
    point = (1.0, 0.5, 1.3)
    slopes = grad(f, argnums=(0, 1, 2)).at(*point, loosest)
    value, slopes = (
        _alone(made.source, name)
        for made, name in ((read(f).at(*point, loosest), f.__name__), (slopes, f"gradient_{f.__name__}"))
    )
    want = by_complex_steps(exact_oscillation, point)
    for rtol in (loosest, loosest * 1e-3, loosest * 1e-6):
        assert value(*point, rtol) == pytest.approx(f(*point, rtol), rel=3e-14)
        np.testing.assert_allclose(slopes(*point, rtol), want, atol=20 * rtol, rtol=0)


def growth(y0, r, k, end):
    sol = solve_ivp(lambda t, y: r * y * (1 - y / k), [0, end], [y0], rtol=1e-10, atol=1e-12)
    return sol.y[0][-1]


def test_logistic_growth_by_all_its_arguments():
    args = (0.5, 1.3, 2.0, 1.5)
    want = by_complex_steps(lambda y0, r, k, end: k / (1 + (k - y0) / y0 * np.exp(-r * end)), args)
    assert plain(read(growth), *args) == pytest.approx(growth(*args), rel=1e-14)
    np.testing.assert_allclose(plain(grad(growth, argnums=(0, 1, 2, 3)), *args), want, rtol=1e-8)


def linear(a, y0):
    return solve_ivp(lambda t, y: a @ y, (0.0, 1.0), y0, rtol=1e-10, atol=1e-12).y[:, -1]


def test_a_system_of_any_size():
    a = np.array([[0.1, 1, 0], [-1, 0.2, 0.3], [0, 0.5, -1]])
    y0 = np.array([1.0, 2.0, 3.0])
    np.testing.assert_allclose(plain(read(linear), a, y0), linear(a, y0), rtol=1e-13)
    np.testing.assert_allclose(plain(jacobian(linear, argnums=1), a, y0), expm(a), rtol=1e-8, atol=1e-10)


def forced(y0, start, end, a):
    sol = solve_ivp(lambda t, y: -a * y + np.sin(t), (start, end), [y0], rtol=1e-10, atol=1e-12)
    return sol.y[0, -1]


def exact_forced(y0, start, end, a):
    def particular(t):
        return (a * np.sin(t) - np.cos(t)) / (1 + a * a)

    return particular(end) + (y0 - particular(start)) * np.exp(-a * (end - start))


def test_the_ends_of_the_interval():
    argnums = (0, 1, 2, 3)
    args = (0.7, 0.3, 2.0, 0.9)
    value = _alone(read(forced).at(*args).source, "forced")
    first = _alone(grad(forced, argnums=argnums).at(*args).source, "gradient_forced")
    second = _alone(derivative(forced, argnums="end", order=2).at(*args).source, "d2forced_dend2")
    for start, end in ((0.3, 2.0), (2.0, 0.3), (0.3, 0.3)):  # forward, backward, and not at all
        args = (0.7, start, end, 0.9)
        want = by_complex_steps(exact_forced, args)
        assert value(*args) == pytest.approx(forced(*args), rel=1e-13)
        np.testing.assert_allclose(first(*args), want, rtol=1e-7, atol=1e-10)
        assert second(*args) == pytest.approx(-0.9 * want[2] + math.cos(end), rel=1e-5)  # y'' = -a y' + cos t


def resting(y0, w):
    return solve_ivp(lambda t, y: [y[1], -w * w * np.sin(y[0])], (0, 10.0), [y0, 0.0], rtol=1e-7, atol=1e-9).y[0, -1]


def kept_at_rest(u, k):
    return solve_ivp(lambda t, y: u - k * y, (0, 30.0), [0.0], method="RK23").y[0, -1]


def test_slopes_at_an_equilibrium():
    """Where the solution is exact for any step, its derivatives are not: the steps follow them, too."""
    assert plain(grad(resting), 0.0, 1.3) == pytest.approx(math.cos(13.0), abs=1e-4)
    assert plain(grad(resting), 1e-8, 1.3) == pytest.approx(math.cos(13.0), abs=1e-4)
    assert plain(grad(kept_at_rest), 0.0, 2.0) == pytest.approx(0.5, abs=1e-3)


# -- order 2 ------------------------------------------------------------------------------------------------------


def swing(a, b):
    sol = solve_ivp(lambda t, y: [y[1], -a * np.sin(y[0])], (0, 2.0), [b, a * b], rtol=1e-9, atol=1e-10)
    return sol.y[0, -1] ** 2 + sol.y[1, -1]


def with_sensitivities(a, b):
    """The same with the first and second sensitivity equations, by SciPy at its tightest."""

    def fun(t, z):
        y = z.reshape(2, 6)  # the two components: value, by a, by b, by aa, ab, bb
        q, da, db, daa, dab, dbb = y[0]
        s, c = np.sin(q), np.cos(q)
        force = [
            -a * s,
            -s - a * c * da,
            -a * c * db,
            -2 * c * da + a * s * da**2 - a * c * daa,
            -c * db + a * s * da * db - a * c * dab,
            a * s * db**2 - a * c * dbb,
        ]
        return np.concatenate([y[1], force])

    z0 = [b, 0, 1, 0, 0, 0, a * b, b, a, 0, 1, 0]
    q, p = solve_ivp(fun, (0, 2.0), z0, method="DOP853", rtol=1e-13, atol=1e-13).y[:, -1].reshape(2, 6)
    first = [2 * q[0] * q[k] + p[k] for k in (1, 2)]
    mixed = [2 * q[i] * q[j] + 2 * q[0] * q[k] + p[k] for i, j, k in ((1, 1, 3), (1, 2, 4), (2, 2, 5))]
    return np.array(first), np.array([mixed[:2], mixed[1:]])


def reverse_twice(a, b, u, v):
    first = grad(swing, argnums=(0, 1))(a, b)
    return first[0] * u + first[1] * v


def test_order_two_by_three_compositions():
    point, vector = (1.3, 0.7), (0.4, -1.1)
    first, second = with_sensitivities(*point)
    want = second @ vector
    np.testing.assert_allclose(plain(grad(swing, argnums=(0, 1)), *point), first, rtol=1e-6)
    np.testing.assert_allclose(plain(grad(reverse_twice, argnums=(0, 1)), *point, *vector), want, rtol=1e-6)
    np.testing.assert_allclose(plain(hvp(swing, argnums=(0, 1)), *point, tangent=vector), want, rtol=1e-6)
    forward = plain(hessian(swing, argnums=(0, 1)), *point)
    np.testing.assert_allclose(np.array(forward), second, rtol=1e-6)


def decay(s):
    return solve_ivp(lambda t, y: -s * y * y, (0, 1.0), [s], rtol=1e-10, atol=1e-10).y[0][-1]


def test_order_three():
    want = float(mpmath.diff(lambda s: 1 / (1 / s + s), 0.8, 3))
    assert plain(derivative(decay, order=3), 0.8) == pytest.approx(want, rel=1e-6)


# -- given times --------------------------------------------------------------------------------------------------


def sampled(y0, r, times):
    return solve_ivp(lambda t, y: -r * y * t, (0, 3.0), [y0], t_eval=times, rtol=1e-9, atol=1e-11).y[0]


def sampled853(y0, r, times):
    sol = solve_ivp(lambda t, y: -r * y * t, (0, 3.0), [y0], t_eval=times, rtol=1e-9, atol=1e-11, method="DOP853")
    return sol.y[0]


@pytest.mark.parametrize("f", [sampled, sampled853])
def test_the_dense_output(f):
    times = np.array([0.0, 0.1, 0.5, 1.5, 3.0])
    made = jacobian(f, argnums=(0, 1, 2)).at(1.2, 0.7, times)
    value, slopes = _alone(read(f).at(1.2, 0.7, times).source, f.__name__), _alone(made.source, f"jacobian_{f.__name__}")
    for chosen in (times, times[1:3], times[:0]):
        y = np.exp(-0.35 * chosen**2)
        np.testing.assert_allclose(value(1.2, 0.7, chosen), f(1.2, 0.7, chosen) if len(chosen) else [], rtol=1e-14, atol=1e-16)
        by_y0, by_r, by_time = slopes(1.2, 0.7, chosen)
        np.testing.assert_allclose(by_y0, y, atol=1e-8)
        np.testing.assert_allclose(by_r, -0.6 * chosen**2 * y, atol=1e-7)
        np.testing.assert_allclose(by_time, np.diag(-0.84 * chosen * y), atol=1e-6)


def backward(y0, r):
    times = np.linspace(2.0, 0.0, 81)
    sol = solve_ivp(lambda t, y: [y[1], -r * y[0]], (times[0], times[-1]), y0, t_eval=times, method="RK23", rtol=1e-8, atol=1e-10)
    return np.sum(sol.y[0] ** 2) + sol.t[0]


def test_many_times_backward():
    y0, times = np.array([1.0, 0.5]), np.linspace(0.0, 2.0, 81)

    def exact(a, b, r):
        w = np.sqrt(r)
        return np.sum((a * np.cos(w * times) - b * np.sin(w * times) / w) ** 2)

    by_y0, by_r = plain(grad(backward, argnums=(0, 1)), y0, 0.7)
    assert plain(read(backward), y0, 0.7) == pytest.approx(backward(y0, 0.7), rel=1e-13)
    np.testing.assert_allclose([*by_y0, by_r], by_complex_steps(exact, (1.0, 0.5, 0.7)), rtol=1e-5)


def diffusion(kappa):
    def fun(t, u):
        du = np.zeros_like(u)
        du[1:-1] = kappa * (u[2:] - 2 * u[1:-1] + u[:-2])
        return du

    return fun


def heat(u0, kappa):
    return np.sum(solve_ivp(diffusion(kappa), (0.0, 1.0), u0, "RK23", rtol=1e-8, atol=1e-9).y[:, -1] ** 2)


def heat_at(u0, kappa, times):
    return np.sum(solve_ivp(diffusion(kappa), (0.0, 1.0), u0, t_eval=times, rtol=1e-8, atol=1e-9).y ** 2)


def exact_heat(u0, kappa, times):
    n = len(u0)
    a = np.diag(-2.0 * np.ones(n)) + np.diag(np.ones(max(n - 1, 0)), 1)[:n, :n] + np.diag(np.ones(max(n - 1, 0)), -1)[:n, :n]
    a[[0, -1]] = 0
    moved = [expm(kappa * t * a) for t in times]
    by_u0 = sum(2 * m.T @ m @ u0 for m in moved)
    by_kappa = sum(2 * t * (m @ u0) @ a @ (m @ u0) for m, t in zip(moved, times, strict=True))
    return by_u0, by_kappa


def test_lines_of_a_partial_differential_equation():
    u0, times = np.zeros(6), np.array([0.3, 1.0])
    made = grad(heat, argnums=(0, 1)).at(u0, 0.3), grad(heat_at, argnums=(0, 1)).at(u0, 0.3, times)
    last, sampled_at = (_alone(each.source, name) for each, name in zip(made, ("gradient_heat", "gradient_heat_at"), strict=True))
    for n in (0, 1, 2, 3, 6):
        u0 = np.cos(np.arange(n, dtype=float))
        for found, when in ((last(u0, 0.3), times[1:]), (sampled_at(u0, 0.3, times), times)):
            by_u0, by_kappa = exact_heat(u0, 0.3, when) if n else (u0, 0.0)
            np.testing.assert_allclose(found[0], by_u0, rtol=1e-6, atol=1e-8)
            assert found[1] == pytest.approx(by_kappa, rel=1e-6, abs=1e-8)
    lines = made[1].source.count("\n")
    assert lines < 2000  # supports of stencils do not grow from stage to stage
    assert grad(heat_at, argnums=(0, 1)).at(u0[:3], 0.3, np.linspace(0, 1, 9)).source.count("\n") == lines


# -- odeint -------------------------------------------------------------------------------------------------------


def pendulum(y, t, b, c):
    theta, omega = y
    return [omega, -b * omega - c * np.sin(theta)]


def documented(b, c, y0, t):
    return odeint(pendulum, y0, t, args=(b, c))


def test_the_pendulum_of_the_documentation():
    y0, t = np.array([np.pi - 0.1, 0.0]), np.linspace(0, 4, 6)

    def fun(t, z):  # with the sensitivities by b
        theta, omega, dtheta, domega = z
        return [omega, -0.25 * omega - 5 * np.sin(theta), domega, -omega - 0.25 * domega - 5 * np.cos(theta) * dtheta]

    want = solve_ivp(fun, (0, 4), [*y0, 0, 0], t_eval=t, method="DOP853", rtol=1e-12, atol=1e-12).y.T
    np.testing.assert_allclose(plain(read(documented), 0.25, 5.0, y0, t), want[:, :2], atol=1e-6)
    np.testing.assert_allclose(plain(read(documented), 0.25, 5.0, y0, t), documented(0.25, 5.0, y0, t), atol=1e-6)
    np.testing.assert_allclose(plain(jacobian(documented), 0.25, 5.0, y0, t), want[:, 2:], atol=1e-5)


def decayed(y0, k, t):
    return odeint(lambda t, y: -k * y, y0, t, tfirst=True, rtol=1e-10, atol=1e-12)[:, 0]


def test_odeint_of_a_number_by_its_times():
    t = np.array([0.2, 0.7, 0.7, 1.3])
    by_y0, by_t = plain(jacobian(decayed, argnums=(0, 2)), 0.25, 2.0, t)
    y = np.exp(-2.0 * (t - 0.2))
    want = np.diag(-0.5 * y)
    want[:, 0] += 0.5 * y  # the first time is where y0 is given
    np.testing.assert_allclose(by_y0, y, rtol=1e-8)
    np.testing.assert_allclose(by_t, want, atol=1e-8)
    with pytest.raises(ValueError, match="monotonically"):
        plain(read(decayed), 0.25, 2.0, t[[0, 1, 0]])


# -- options ------------------------------------------------------------------------------------------------------


def with_options(a):
    sol = solve_ivp(
        lambda t, y, b: (-a * y[0], b * y[0]),
        np.array([0, 1]),
        np.array([1, 0]),
        args=[a],
        max_step=0.1,
        first_step=0.01,
        atol=[1e-6, 1e-8],
    )
    if not sol.success:
        raise RuntimeError(sol.message)
    x, v = sol.y[:, -1]
    return x * v + sol.t[-1] + len(sol.message)


def of_a_number(a):
    return solve_ivp(lambda t, y: -a * y[0], (0, 1), [1], max_step=np.inf, rtol=1e-20, first_step=None).y[-1, -1]


@pytest.mark.filterwarnings("ignore:At least one element of `rtol`")
@pytest.mark.parametrize("f", [with_options, of_a_number])
def test_options(f):
    h = 1e-3
    want = (8 * (f(0.7 + h) - f(0.7 - h)) - (f(0.7 + 2 * h) - f(0.7 - 2 * h))) / (12 * h)
    assert plain(read(f), 0.7) == pytest.approx(f(0.7), rel=1e-13)
    assert plain(grad(f), 0.7) == pytest.approx(want, rel=1e-5)


def shooting(load):
    """Bratu's problem: u'' = -load*exp(u), u(0) = u(1) = 0."""

    def at_the_end(v):
        return solve_ivp(lambda x, u: [u[1], -load * np.exp(u[0])], (0.0, 1.0), [0.0, v], rtol=1e-9, atol=1e-10).y[0, -1]

    return brentq(at_the_end, 0.0, 3.0)


def test_shooting():
    def exact(load):  # u'(0) = theta*tanh(theta/4), where theta = sqrt(2*load)*cosh(theta/4)
        theta = mpmath.findroot(lambda x: x - mpmath.sqrt(2 * load) * mpmath.cosh(x / 4), 1.5)
        return theta * mpmath.tanh(theta / 4)

    assert plain(grad(shooting), 1.0) == pytest.approx(float(mpmath.diff(exact, 1.0)), rel=1e-7)


def repeated(k, n):
    s = 1.0
    for _ in range(n):
        s = s + solve_ivp(lambda t, y: -k * y, (0, 1), [s], rtol=1e-9, atol=1e-9).y[0, -1]
    return s


def test_solvers_in_loops():
    slope = _alone(grad(repeated).at(0.3, 4).source, "drepeated_dk")
    for n in (0, 1, 4):
        assert slope(0.3, n) == pytest.approx(-n * (1 + math.exp(-0.3)) ** max(n - 1, 0) * math.exp(-0.3), rel=1e-7)


# -- errors -------------------------------------------------------------------------------------------------------


def outside(a):
    return solve_ivp(lambda t, y: np.log(y) - 3, (0, 2), [a]).y[0, -1]


def explosion(a):
    return solve_ivp(lambda t, y: y * y, (0, 2), [a]).y[0, -1]


def test_failures_raise():
    with pytest.raises(RuntimeError, match="Required step size is less than spacing"):
        plain(grad(explosion), 0.7)
    df = grad(outside)
    with pytest.raises(RuntimeError, match="Required step size is less than spacing"):
        df(0.7)  # compiled, its right-hand side becomes NaN
    assert df(30.0) == pytest.approx(plain(df, 30.0), rel=1e-13)
    assert evaluate(df.at(30.0).graph, [30.0]) == pytest.approx([df(30.0)], rel=1e-13)


def checked(a, first, rtol, atol, times):
    return solve_ivp(lambda t, y: -y, (0, 1), [a], t_eval=times, first_step=first, rtol=rtol, atol=atol).y[0]


@pytest.mark.parametrize(
    "args",
    [
        (np.inf, 0.1, 1e-3, 1e-6, np.array([0.5])),
        (1.0, 2.0, 1e-3, 1e-6, np.array([0.5])),
        (1.0, 0.0, 1e-3, 1e-6, np.array([0.5])),
        (1.0, 0.1, 1e-3, -1.0, np.array([0.5])),
        (1.0, 0.1, 1e-3, 1e-6, np.array([0.5, 1.5])),
        (1.0, 0.1, 1e-3, 1e-6, np.array([-0.5])),
        (1.0, 0.1, 1e-3, 1e-6, np.array([0.5, 0.5])),
    ],
)
def test_bad_values_raise_as_scipys(args):
    with pytest.raises(ValueError, match=r".") as theirs:
        checked(*args)
    with pytest.raises(ValueError, match=r".") as ours:
        plain(read(checked), *args)
    assert str(ours.value) == str(theirs.value)


def several(a):
    return np.sum(solve_ivp(lambda t, y: -a * y, (0, 1), [a]).y)


def inner(a):
    return solve_ivp(lambda t, y: -a * y, (0, 1), [a]).y[0, 1]


def stiff(a):
    return solve_ivp(lambda t, y: -a * y, (0, 1), [a], method="Radau").y[0, -1]


def event(a):
    return solve_ivp(lambda t, y: -a * y, (0, 1), [a], events=lambda t, y: y[0]).y[0, -1]


def dense(a):
    return solve_ivp(lambda t, y: -a * y, (0, 1), [a], dense_output=True).sol(0.5)[0]


def unequal(a):
    return solve_ivp(lambda t, y: [y[0], a], (0, 1), [a]).y[0, -1]


def nothing(a):
    def fun(t, y):
        y * a

    return solve_ivp(fun, (0, 1), [a]).y[0, -1]


def number(a):
    return solve_ivp(lambda t, y: -y, (0, 1), a).y[0, -1]


def no_tuple(a):
    return solve_ivp(lambda t, y, a: -a * y, (0, 1), [1.0], args=(a)).y[0, -1]


def told(a):
    return odeint(lambda y, t: -a * y, 1.0, [0.0, 1.0], full_output=True)[0][-1, 0]


@pytest.mark.parametrize(
    ("f", "text"),
    [
        (several, "each of its own steps"),
        (inner, "pass|give the times as t_eval"),
        (stiff, "solve_ivp by Radau"),
        (event, "with events"),
        (dense, "with dense_output"),
        (unequal, r"shape \(2,\) for a state of 1"),
        (nothing, "returns None"),
        (number, "initial state that is a number"),
        (no_tuple, r"args=\(a,\)"),
        (told, "odeint with full_output"),
    ],
)
def test_refusals_are_at_the_line_of_the_user(f, text):
    with pytest.raises((UnsupportedError, ValueError), match=text) as caught:
        grad(f).at(0.5)
    assert "test_initial_values.py" in str(caught.value)
    assert "frontend/algorithms/runge_kutta" not in str(caught.value)


def test_explanations_and_comments_name_the_call():
    told = str(grad(decay).at(0.8).explain())
    assert "whose sizes are held constant" in told
    assert "kinks" not in told
    assert "# line 2: return solve_ivp(" in grad(decay).at(0.8).source
    assert "attempt" not in grad(decay).at(0.8).source
