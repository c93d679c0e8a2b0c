"""SciPy's rules of quadrature, on samples of any number and of functions: SciPy's values, and exact derivatives of the rules."""

import numpy as np
import pytest
from scipy.integrate import cumulative_trapezoid, dblquad, simpson, trapezoid

from symdiff import grad, hessian, read

X = np.array([0.0, 0.3, 0.5, 1.1, 1.2, 1.9, 2.0])


def by_simpson(y, t):
    return simpson(y**2, x=t) + simpson(y, dx=0.25)


def by_trapezoids(y, t):
    return trapezoid(y**3, t) + trapezoid(y, dx=0.5) + np.sum(cumulative_trapezoid(y, t, initial=0) * t)


@pytest.mark.parametrize("function", [by_simpson, by_trapezoids])
@pytest.mark.parametrize("size", [2, 3, 4, 5, 6, 7])
def test_samples(function, size):
    y, t = np.cos(X[:size]), X[:size]
    assert read(function)(y, t) == pytest.approx(function(y, t), rel=1e-13)
    columns = [function(y + 1e-20j * each, t).imag / 1e-20 for each in np.eye(size)]
    np.testing.assert_allclose(grad(function)(y, t), columns, rtol=1e-12)


def test_simpson_is_exact_for_cubic_polynomials():
    """So the slope of the integral of c*t**3 over 0..2 in c is 4."""

    def f(c, t):
        return simpson(c * t**3, x=t)

    assert grad(f)(0.7, np.linspace(0, 2, 5)) == pytest.approx(4, rel=1e-14)


def test_an_integral_over_a_triangle():
    """Of a*x*y over 0 <= y <= b*x, x <= 1 it is a*b**2/8."""

    def f(a, b):
        return dblquad(lambda y, x: a * x * y, 0, 1, 0, lambda x: b * x)[0]

    assert read(f)(0.8, 1.5) == pytest.approx(0.8 * 1.5**2 / 8, rel=1e-12)
    np.testing.assert_allclose(grad(f, argnums=(0, 1))(0.8, 1.5), [1.5**2 / 8, 0.8 * 1.5 / 4], rtol=1e-12)
    np.testing.assert_allclose(hessian(f, argnums=(0, 1))(0.8, 1.5), [[0, 1.5 / 4], [1.5 / 4, 0.8 / 4]], atol=1e-12)
