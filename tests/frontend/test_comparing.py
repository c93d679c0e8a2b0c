"""Comparisons of what is no plain number, as Python makes them, or refused."""

import decimal
import enum
import math

import pytest

from symdiff import UnsupportedError, check_grads, grad, read


class Kind(enum.IntEnum):
    ONE = 1
    TWO = 2


ONE = decimal.Decimal(1)


def member(x):
    return x**3 if Kind.ONE == 1 else x


def among(x):
    return x**3 if Kind.TWO in (1, 2) else x


def with_argument(x):
    return x**3 if x == Kind.ONE else x * x


def none_or_truth(x):
    y = x > 0 or None
    return x * x if y is None else x


def in_set(x):
    return x**3 if x in {True, Kind.TWO} else x


@pytest.mark.parametrize("function", [member, among, with_argument, none_or_truth, in_set])
@pytest.mark.parametrize("x", [0.7, -0.3])
def test_as_in_python(function, x):
    assert read(function)(x) == pytest.approx(function(x), rel=1e-15)
    check_grads(function, x)


def test_at_the_value_itself():
    assert read(with_argument)(1.0) == 1.0
    assert grad(with_argument)(1.0) == 3.0
    assert grad(in_set)(1.0) == 3.0
    assert grad(in_set)(2.0) == 12.0


def test_what_differs_between_python_and_numpy_is_refused():
    def identity(x):
        positive = math.sin(x) > 0
        return x if positive is True else 2 * x

    def exact(x):
        return x if ONE == 1 else 2 * x

    with pytest.raises(UnsupportedError, match="identity of a truth value"):
        grad(identity)
    with pytest.raises(UnsupportedError, match="Decimal"):
        grad(exact)
