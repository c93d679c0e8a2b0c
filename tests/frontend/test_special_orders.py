"""Functions of scipy.special whose call is more than a row: orders, branches, derivatives asked for, several results."""

import math

import numpy as np
import pytest
from scipy import special

from symdiff import UnsupportedError, derivative, grad, jacobian, read

VALUES = [
    lambda x: special.jvp(0, x),
    lambda x: special.jvp(2.5, x, 3),
    lambda x: special.yvp(1, x, n=2),
    lambda x: special.ivp(3, x, 0),
    lambda x: special.kvp(0.5, x, 2),
    lambda x: special.yn(3, x),
    lambda x: special.kn(2, x),
    lambda x: special.spherical_jn(2, x),
    lambda x: special.spherical_yn(1, x, True),
    lambda x: special.spherical_in(0, x, derivative=True),
    lambda x: special.spherical_kn(3, x, derivative=False),
    lambda x: special.airy(x)[0] + 2 * special.airy(x)[3],
    lambda x: special.airye(x)[1] * special.airye(-x)[2],
    lambda x: special.lambertw(x).real,
    lambda x: special.lambertw(-x / 4, -1).real,
    lambda x: special.lambertw(x - 1.3, k=0, tol=1e-8).real,
    lambda x: special.zeta(2.5, x),
    lambda x: special.zeta(3) * x,
    lambda x: special.struve(0, x) + special.modstruve(1.5, x),
    lambda x: special.wrightomega(x),
]


@pytest.mark.parametrize("function", VALUES, ids=range(len(VALUES)))
def test_values_and_derivatives(function):
    x, h = 1.3, 1e-4
    assert read(function)(x) == pytest.approx(function(x), rel=1e-12)
    slope = (8 * (function(x + h) - function(x - h)) - (function(x + 2 * h) - function(x - 2 * h))) / (12 * h)
    assert derivative(function)(x) == pytest.approx(slope, rel=1e-8)


def test_several_results():
    def pendulum(u, m):
        sn, cn, dn, ph = special.ellipj(u, m)
        return sn, cn, dn, ph

    found = np.array(read(pendulum)(0.7, 0.3))
    np.testing.assert_allclose(found, special.ellipj(0.7, 0.3), rtol=1e-14)
    sn, cn, dn, _ = found
    np.testing.assert_allclose(jacobian(pendulum)(0.7, 0.3), [cn * dn, -sn * dn, -0.3 * sn * cn, dn], rtol=1e-13)
    h = 1e-5
    slopes = (np.array(special.ellipj(0.7, 0.3 + h)) - np.array(special.ellipj(0.7, 0.3 - h))) / (2 * h)
    np.testing.assert_allclose(jacobian(pendulum, argnums="m")(0.7, 0.3), slopes, rtol=1e-8)


def test_an_integer_argument_is_an_order():
    def f(n, x):
        return special.spherical_jn(n, x) + special.eval_legendre(n, x)

    df = grad(f, argnums="x")
    for n in (2, 3):
        wanted = special.spherical_jn(n, 0.3, derivative=True) + n * special.eval_jacobi(n - 1, 1, 1, 0.3) * (n + 1) / (2 * n)
        assert df(n, 0.3) == pytest.approx(wanted, rel=1e-12)


def test_elementwise_on_vectors():
    def f(v):
        return sum(special.jvp(1, v)) + sum(special.spherical_jn(1, v)) + sum(special.lambertw(v[i]).real for i in range(3))

    v = np.array([0.4, 1.1, 2.5])
    wanted = (
        special.jvp(1, v, 2)
        + special.spherical_jn(1, v, derivative=True)
        + np.exp(-special.lambertw(v).real) / (1 + special.lambertw(v).real)
    )
    np.testing.assert_allclose(grad(f)(v), wanted, rtol=1e-12)


def test_lambertw_at_its_edges():
    df = derivative(lambda x: special.lambertw(x).real)
    assert df(0.0) == 1.0
    assert math.isnan(df(-1.0))  # the value is complex there
    assert derivative(lambda x: special.lambertw(x).real, order=2)(0.0) == -2.0


REFUSED = [
    (lambda x: special.jvp(0, x, 1.5), "order of the derivative of jvp must be an integer"),
    (lambda x: special.jvp(0, x, -1), "derivative -1 of a Bessel function"),
    (lambda x: special.yn(0.5, x), "order of yn must be an integer"),
    (lambda x: special.spherical_jn(-1, x), "negative order"),
    (lambda x: special.spherical_jn(1, x, derivative=x), "not True or False"),
    (lambda x: special.lambertw(x, 1), "complex branch 1"),
    (lambda x: special.jvp(0), "without z"),
    (lambda x: special.airy(x, out=None), "keyword out"),
    (lambda x: special.eval_legendre(2.5, x), "must be an integer"),
    (lambda x: special.jv(x, 1.0), "not known in closed form"),
    (lambda x: special.zeta(x), "not known in closed form"),
    (lambda x: special.hyperu(1.0, 2.0, x), "hyperu is not in the table"),
]


@pytest.mark.parametrize(("function", "reason"), REFUSED, ids=range(len(REFUSED)))
def test_refusals(function, reason):
    with pytest.raises(UnsupportedError, match=reason):
        derivative(function)(0.5)


FORMULAS = [
    (lambda x: special.jv(0, x), "f'(x) = -besselj(1, x)", "f'(x) = - J_{1}\\left(x\\right)"),
    (lambda x: special.kv(0, x), "f'(x) = -besselk(1, x)", "f'(x) = - K_{1}\\left(x\\right)"),
    (lambda x: special.airy(x)[0], "f'(x) = airyaiprime(x)", "f'(x) = Ai^\\prime\\left(x\\right)"),
    (lambda x: special.struve(0, x), "f'(x) = 2/pi - struve(1, x)", "f'(x) = \\frac{2}{\\pi} - H\\left(1, x\\right)"),
    (
        lambda x: special.ellipk(x),
        "f'(x) = elliptic_e(x)/(2*x*(1 - x)) - elliptic_k(x)/(2*x)",
        "",
    ),
    (lambda x: special.zeta(2, x), "f'(x) = -2*zeta(3, x)", ""),
    (lambda x: special.ellipj(x, 0.5)[0], "f'(x) = cn(x, 1/2)*dn(x, 1/2)", ""),
]


@pytest.mark.parametrize(("function", "text", "latex"), FORMULAS, ids=range(len(FORMULAS)))
def test_formulas_are_those_of_textbooks(function, text, latex):
    df = derivative(function)
    assert str(df) == text
    assert not latex or df.latex() == latex
