"""What a function raises, its derivative raises: the same class, with the text as far as it is known."""

import math

import numpy as np
import pytest

from symdiff import derivative, grad, read
from symdiff.codegen import python_function


class DomainTooSmallError(ArithmeticError):
    """Of the user's own."""

    def __init__(self, name, value):
        super().__init__(f"{name} = {value}")
        self.value = value


class PlainError(Exception):
    pass


LIMIT = 10.0


def guarded(x, mode="a"):
    if x > LIMIT:
        raise ValueError(f"x = {x:.2f} is above the limit in mode {mode!r}")
    if x < -LIMIT:
        raise DomainTooSmallError("x", x)
    if x < -5:
        raise PlainError("fixed")
    if x == 1:
        raise KeyError
    if x == 2:
        raise RuntimeError("a", x) from None
    if x == 3:
        raise OverflowError("x = %g" % x)  # noqa: UP031 - as people write it
    return x**2


@pytest.mark.parametrize(
    ("x", "kind", "text"),
    [
        (11.0, ValueError, "x = {x:.2f} is above the limit in mode 'a'"),
        (-11.0, DomainTooSmallError, "'x', x"),
        (-6.0, PlainError, "fixed"),
        (1.0, KeyError, ""),
        (2.0, RuntimeError, "'a', x"),
        (3.0, OverflowError, "x = %g"),
    ],
)
@pytest.mark.parametrize("transform", [read, grad])
def test_the_derivative_raises_as_the_function_does(transform, x, kind, text):
    with pytest.raises(kind):
        guarded(x)
    df = transform(guarded)
    for _ in range(2):
        with pytest.raises(kind) as caught:
            df(x)
        assert type(caught.value) is kind
        assert caught.value.args == (text,)
    assert df(4.0) == (16.0 if transform is read else 8.0)


def test_over_an_array_and_in_stand_alone_source():
    df = derivative(guarded)
    with pytest.raises(PlainError):
        df(np.array([4.0, -6.0]))
    run = python_function(df.at(1.5).source)
    assert run(4.0, 10.0) == 8.0
    with pytest.raises(ArithmeticError, match="x"):  # the nearest builtin base
        run(-11.0, 10.0)


def test_what_always_raises():
    def f(x, mode):
        if mode not in ("a", "b"):
            raise ValueError(f"unknown mode {mode}")
        return x * 2 if mode == "a" else refuse(x)

    def refuse(x):
        raise NotImplementedError("later")

    df = grad(f)
    assert df(1.0, "a") == 2.0
    with pytest.raises(ValueError, match="unknown mode q"):
        df(1.0, "q")
    with pytest.raises(NotImplementedError, match="later"):
        df(1.0, "b")


def test_raised_on_one_side_of_an_expression():
    def fail(x):
        raise ValueError("negative")

    def f(x):
        return math.sqrt(x) if x >= 0 else fail(x)

    df = grad(f)
    assert df(4.0) == 0.25
    with pytest.raises(ValueError, match="negative"):
        df(-1.0)


def test_raised_again():
    def f(x):
        try:
            return 1 / x
        except ZeroDivisionError:
            if x >= 0:
                raise
            return 0.0

    with pytest.raises(ZeroDivisionError, match="division by zero"):
        grad(f)(0.0)
    assert grad(f)(2.0) == -0.25


def test_a_handler_is_a_branch():
    def f(x):
        try:
            y = math.log(x)
        except ValueError:
            y = 3 * x
        return y

    assert str(grad(f)) == "f'(x) = 3 if x <= 0 else 1/x"
    assert grad(f)(-1.0) == 3.0
    assert read(f)(0.0) == 0.0
    assert grad(f)(2.0) == 0.5
