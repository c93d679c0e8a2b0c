"""Functions of libraries given to a transform themselves, and refusals that need no call."""

import math
import operator
import pickle
from itertools import pairwise

import numpy as np
import pytest
from mpmath import mp
from scipy import special, stats

from symdiff import SourceError, UnsupportedError, derivative, grad, hessian, jvp, read, stop_gradient, vjp

FORMULAS = [
    (math.sin, 0, "sin'(x) = cos(x)"),
    (special.erfc, 0, "erfc'(x) = -2*exp(-x**2)/sqrt(pi)"),
    (np.square, 0, "square'(x) = 2*x"),
    (np.logaddexp, 1, "∂logaddexp/∂y = exp(y)/(exp(x) + exp(y))"),
    (operator.mul, 0, "∂mul/∂x = y"),
    (abs, 0, "abs'(x) = sign(x)"),
]


@pytest.mark.parametrize(("function", "argument", "formula"), FORMULAS, ids=[row[2] for row in FORMULAS])
def test_a_function_of_the_table_is_differentiated_itself(function, argument, formula):
    assert str(grad(function, argnums=argument)) == formula


def test_values_and_further_orders():
    with mp.workdps(30):
        expected = [float(mp.diff(mp.erfc, x, 2)) for x in (0.0, 0.5, 1.0)]
    assert derivative(special.erfc, order=2)(np.array([0.0, 0.5, 1.0])) == pytest.approx(expected, rel=1e-14, abs=1e-15)
    assert hessian(math.atan2, argnums=(0, 1))(1.0, 2.0)[0][0] == pytest.approx(-2 * 1 * 2 / 25)
    assert read(math.hypot.__self__.cos)(0.0) == 1.0


def test_they_pickle_by_name():
    assert pickle.loads(pickle.dumps(grad(math.sin)))(0.0) == 1.0  # noqa: S301 - our own


@pytest.mark.parametrize("function", [print, max, special.airy])
def test_what_has_no_row_says_how_to_write_it(function):
    with pytest.raises(SourceError, match=rf"for instance lambda x: {function.__name__}\(x\)"):
        grad(function)


def unknown(a, x):
    return x * special.gammainc(2 * a, x)


@pytest.mark.parametrize("transform", [grad, jvp, vjp, derivative, hessian])
def test_unknown_partials_are_refused_before_a_call(transform):
    with pytest.raises(UnsupportedError, match=r"gammainc in its argument 1 \(a\) is not known") as refused:
        transform(unknown)
    assert "special.gammainc(2 * a, x)" in str(refused.value)
    assert transform(unknown, argnums="x") is not None


def test_what_no_derivative_needs_is_no_reason_to_refuse():
    def condition(a, x):
        return a * x if special.gammainc(a, x) > 0.5 else x - a

    def held(a, x):
        return a * special.gammainc(stop_gradient(a), x)

    def unused(a, x):
        special.gammainc(a, x)
        return a * x

    def rounded(a, x):
        return a + math.floor(special.gammainc(a, x))

    for function in (condition, held, unused, rounded):
        assert math.isfinite(grad(function)(1.5, 2.0))
    assert derivative(unknown, argnums=("a", "x"), order=(0, 1))(1.0, 2.0) == pytest.approx(
        special.gammainc(2.0, 2.0) + 2.0 * 2.0 * math.exp(-2.0)
    )


def test_branches_are_looked_into():
    def inside(a, x):
        return x if x < 0 else special.gammainc(a, x)

    with pytest.raises(UnsupportedError, match="gammainc"):
        grad(inside)


def test_an_integer_with_a_default_is_a_size_in_the_views():
    def series(x, n=3):
        return sum((-1) ** i * x ** (2 * i) for i in range(n))

    assert str(derivative(series)) == "∂series/∂x = 2*sum((-1)**i*i*x**(2*i - 1), i = 0..n-1)"
    df = derivative(series)
    values = [df(0.3, n) for n in range(1, 6)]
    terms = [(-1) ** i * 2 * i * 0.3 ** (2 * i - 1) for i in range(1, 5)]
    assert [b - a for a, b in pairwise(values)] == pytest.approx(terms)

    def horner(x, n=3):
        result = 1.0
        for _ in range(n):
            result = result * x + 1
        return result

    assert str(derivative(horner)).startswith("∂horner/∂x = dresult_dx[n]\nwhere result[0] = 1, dresult_dx[0] = 0\n")
    assert [derivative(horner)(0.5, n) for n in (0, 1, 3)] == [0, 1, 3 * 0.25 + 2 * 0.5 + 1]


def log_likelihood(theta, data):
    return np.sum(stats.norm.logpdf(data, theta[0], theta[1]))


def all_of_the_normal_distribution(x, mu, sigma):
    first = stats.norm.pdf(x, mu, sigma) + 2 * stats.norm.cdf(x, mu, sigma) + stats.norm.logcdf(x, scale=sigma)
    return first - stats.norm.sf(x, loc=mu) * stats.norm.logsf(x) + stats.norm.ppf(stats.norm.cdf(x), mu, sigma)


def test_the_normal_distribution_of_arrays():
    data, (mu, sigma) = np.array([0.3, -1.2, 2.5, 0.0]), (0.4, 1.5)
    theta = np.array([mu, sigma])
    z = (data - mu) / sigma
    assert read(log_likelihood)(theta, data) == pytest.approx(log_likelihood(theta, data), rel=1e-14)
    assert grad(log_likelihood)(theta, data) == pytest.approx([np.sum(z) / sigma, np.sum(z**2 - 1) / sigma], rel=1e-13)
    np.testing.assert_allclose(
        read(all_of_the_normal_distribution)(data, mu, sigma), all_of_the_normal_distribution(data, mu, sigma), rtol=1e-13
    )
    density = stats.norm.pdf
    wanted = -z * density(data, mu, sigma) / sigma + 2 * density(data, mu, sigma)
    wanted += density(data / sigma) / stats.norm.cdf(data / sigma) / sigma
    wanted += density(data - mu) * stats.norm.logsf(data) + stats.norm.sf(data - mu) * density(data) / stats.norm.sf(data)
    wanted += sigma
    np.testing.assert_allclose(vjp(all_of_the_normal_distribution)(data, mu, sigma, cotangent=np.ones(4)), wanted, rtol=1e-12)


def test_a_normal_distribution_whose_scale_is_not_positive_is_nan():
    data = np.array([0.3, -1.2])
    assert math.isnan(read(log_likelihood)(np.array([0.0, -1.0]), data))
    assert np.isnan(grad(log_likelihood)(np.array([0.0, -1.0]), data)).all()
