"""Options with defaults, NumPy's logic on scalars, arrays without axes: what library code does on its way to a formula."""

import math

import numpy as np
import pytest

from symdiff import UnsupportedError, grad, read, value_and_grad


def viscosity(speed, rho=None, mu=None, nu=None):
    if rho is not None and mu is not None:
        nu = mu / rho
    elif nu is None:
        raise ValueError("either density and viscosity, or kinematic viscosity is needed")
    return speed**2 / nu


def test_defaults_that_only_raise_wait_for_a_call():
    df = grad(viscosity)
    assert df(3.0, nu=2.0) == 3.0
    assert df(3.0, rho=2.0, mu=4.0) == 3.0
    with pytest.raises(ValueError, match="either density and viscosity"):
        df(3.0)


def test_an_option_that_decides_what_is_read_waits_for_a_call():
    def f(x, method=None):
        return eval("x") if method is None else x * x  # noqa: S307

    assert grad(f)(3.0, "square") == 6.0
    with pytest.raises(UnsupportedError, match="eval"):
        grad(f)(3.0)


def choose(x, y):
    return np.where((x > 0) & (y < 1) | (x < -2.0), x**2, y)


def either(x, y):
    return x**3 if (x > 1) ^ (y > 1) else x


def finite(x, y):
    bad = ~np.isfinite(y) | np.greater(x, 100.0)
    return np.where(bad, 0.0, x * x)


@pytest.mark.parametrize("f", [choose, either, finite])
@pytest.mark.parametrize("point", [(2.0, 0.5), (2.0, 2.0), (-1.0, 7.0), (-3.0, 7.0), (0.5, 3.0), (200.0, 0.0)])
def test_bitwise_operators_on_conditions_are_logic(f, point):
    value, slope = value_and_grad(f)(*point)
    assert value == f(*point)
    assert slope == pytest.approx((f(point[0] + 1e-6, point[1]) - f(point[0] - 1e-6, point[1])) / 2e-6)


def test_inversion_of_what_numpy_answers():
    assert value_and_grad(finite)(2.0, math.inf) == (0.0, 0.0)
    assert value_and_grad(finite)(2.0, 1.0) == (4.0, 4.0)


@pytest.mark.parametrize("flags", [(None, None), (None, 1.0), (1.0, None)])
def test_bitwise_operators_on_known_truths(flags):
    def f(x, a, b):
        return x * x if (a is None) & (b is None) else x * 3 if (a is None) ^ (b is None) else x

    assert grad(f)(2.0, *flags) == (4.0 if flags == (None, None) else 3.0)


def test_inversion_of_a_python_bool_is_refused():
    def f(x):
        return x if ~(x > 1) else 2 * x

    with pytest.raises(UnsupportedError, match=r"~True is -2"):
        grad(f)


def axisless(x):
    y = np.asarray(x)
    return np.where(y > 1, y * y, np.asarray(2.0 * y))


def test_arrays_without_axes_are_numbers():
    assert value_and_grad(axisless)(3.0) == (9.0, 6.0)
    assert value_and_grad(axisless)(0.5) == (1.0, 2.0)
    assert isinstance(read(axisless)(3.0), float)


def test_a_refused_side_is_reported_once():
    def f(x):
        y = eval("x") if x > 1 else x  # noqa: S307
        if x > 2:
            y = y + 1
        return y * y

    with pytest.raises(UnsupportedError) as caught:
        grad(f)
    assert len(caught.value.gaps) == 1
    assert "poison" not in str(caught.value)
