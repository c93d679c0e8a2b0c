"""Options with defaults, NumPy's logic on scalars, arrays without axes: what library code does on its way to a formula."""

import abc
import math
import sys

import numpy as np
import pytest
from scipy import constants

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


def black_call(x, s):
    if x > 0:
        return 1 - black_call(-x, s)
    return math.exp(x) * s


def nested_call(x, s):
    if x > 0 and not s <= 0:
        return 1 - nested_call(-x, s)
    return math.exp(x) * s if s > -5 else s


def scaled_call(x, s):
    return nested_call(0.5 * x, s) if (-2 * x > 0) ^ (x > 0) else s


@pytest.mark.parametrize("f", [black_call, nested_call])
@pytest.mark.parametrize("x", [2.0, -2.0])
def test_a_recursion_that_a_sign_ends(f, x):
    assert value_and_grad(f)(x, 1.5) == (pytest.approx(f(x, 1.5), rel=1e-15), pytest.approx(1.5 * math.exp(-2.0)))


@pytest.mark.parametrize("x", [2.0, -2.0])
def test_a_factor_has_a_sign(x):
    assert value_and_grad(scaled_call)(x, 1.5) == (pytest.approx(scaled_call(x, 1.5)), pytest.approx(0.75 * math.exp(-1.0)))


def test_a_factor_may_underflow():
    def f(x):
        if x > 0:
            return x if 0.5 * x > 0 else 3 * x
        return 0.0 * x

    assert grad(f)(1.0) == 1.0
    assert grad(f)(5e-324) == 3.0


def test_facts_of_signs():
    def f(x):
        y = 0.0
        if x >= 0:
            y += 1 if -x <= 0 else 10
            y += 10 if x < 0 else 2
            y += 4 if x > 0 else 8  # open: x may be 0
        elif x != 0:  # x may be NaN
            y += 16 if x < 0 else 32
        return x * y

    df = grad(f)
    assert [df(x) for x in (3.0, 0.0, -2.0, math.nan)] == [7.0, 11.0, 16.0, 32.0]


def test_only_the_truth_of_a_test_counts():
    def f(x, phase=None, slope=None):
        if x and phase and slope:
            return x * slope
        return x**2 if not (x and slope) else x**3

    assert grad(f)(3.0) == 6.0
    assert grad(f)(3.0, None, 2.0) == 27.0
    assert grad(f)(3.0, 1.0, 2.0) == 2.0


def one_sided(x):  # noqa: RET503
    if x > 1:
        return x**3
    if x <= 1:
        return x


def unbound(x):
    if x > 1:
        y = x**3
    elif x < 0:
        y = 2 * x
    return y * y


def test_a_path_without_a_result_raises():
    df = grad(one_sided)
    assert (df(2.0), df(0.5)) == (12.0, 1.0)
    with pytest.raises(TypeError, match="one_sided returns None here"):
        df(math.nan)
    assert str(df) == "one_sided'(x) = 3*x**2 if x > 1 else 1"


def test_a_variable_that_a_path_leaves_unbound_raises_there():
    df = grad(unbound)
    assert (df(2.0), df(-1.0)) == (192.0, -8.0)
    for function in (df, unbound):
        with pytest.raises(UnboundLocalError, match="'y'"):
            function(0.5)


def after_handler(x, y):
    z = 0
    try:
        a, z = 1, 1 / x
        z = 1 / y
    except ZeroDivisionError:
        z = z + x
    return z + a


def test_a_variable_bound_before_an_exception():
    assert value_and_grad(after_handler)(2.0, 0.0) == (3.5, 0.75)
    with pytest.raises(UnboundLocalError, match="'a'"):
        grad(after_handler)(0.0, 1.0)


class Settings:
    METRIC = 1
    BARE = 2

    def __init__(self):
        self.units = Settings.BARE

    def pressure(self, p):
        return p * 10 if self.units is self.METRIC else p


def test_identity_of_small_integers_from_outside():
    settings = Settings()
    df = grad(settings.pressure)
    assert df(2.0) == 1.0
    settings.units = Settings.METRIC
    assert df(2.0) == 10.0


def helper(x):  # noqa: RET503
    if x > 1:
        return x**3


def test_a_helper_without_a_result_on_some_path_is_refused():
    with pytest.raises(UnsupportedError, match="helper returns nothing on some path"):
        grad(lambda x: helper(x) + 1)


def labelled(x, values):
    y = np.clip(x, -1, 3)
    try:  # noqa: SIM105
        y.name = "clipped"
    except AttributeError:
        pass
    p, q = np.broadcast_arrays(x, 2.0)
    flat = np.where(np.iscomplex(x) | (x < 0), 0.0, np.full_like(x, 3.0) * x)
    rates = (np.asarray(values) / (1 + x) ** np.arange(0, len(values))).sum(axis=0)
    return y.item() * x.real + x.imag + flat * q + p + rates


def test_numpy_functions_that_are_trivial_for_scalars():
    x = np.float64(0.5)
    value, slope = value_and_grad(labelled)(0.5, [1.0, 2.0, 3.0])
    assert value == pytest.approx(labelled(x, [1.0, 2.0, 3.0]), rel=1e-15)
    assert slope == pytest.approx(2 * 0.5 + 6 + 1 - 2 / 1.5**2 - 6 / 1.5**3, rel=1e-14)


class Kind(abc.ABC):  # noqa: B024 - a class that numbers are no instances of
    pass


def test_isinstance_of_an_abstract_class_without_a_hook():
    assert grad(lambda x: x**3 if isinstance(x, Kind) else x * x)(2.0) == 4.0


def by_version(x):
    if (3, 8) <= sys.version_info < (3, 10):
        return x
    return x**3 if (1, 2.0) < (1, 3) and np.isclose(x, 2.0).any() else x * x


def test_versions_are_compared_while_reading():
    df = grad(by_version)
    assert (df(2.0), df(3.0)) == (12.0, 6.0)


def test_physical_constants_by_name():
    k = constants.value("Boltzmann constant in eV/K")
    assert grad(lambda t: math.exp(-1 / (constants.value("Boltzmann constant in eV/K") * t)))(300.0) == pytest.approx(
        math.exp(-1 / (k * 300)) / (k * 300**2), rel=1e-13
    )
    with pytest.raises(UnsupportedError, match="physical constant 'phlogiston'"):
        grad(lambda t: constants.value("phlogiston") * t)
