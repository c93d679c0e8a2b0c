"""Cases of the source documents in their functional form, by their number in CASES."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
import sympy

from symdiff import ArgumentError, ShapeError, derivative, grad, jacobian, read, value_and_grad, vjp

RULES: list[tuple[Any, Any, float]] = [
    (lambda x: x + 2.0, lambda x: 1.0, 0.7),
    (lambda x: 2.0 - x, lambda x: -1.0, 0.7),
    (lambda x: 3.0 * x, lambda x: 3.0, 0.7),
    (lambda x: 3.0 / x, lambda x: -3.0 / x**2, 0.7),
    (lambda x: math.sqrt(x), lambda x: 0.5 / math.sqrt(x), 0.7),
    (lambda x: x**3, lambda x: 3 * x**2, 0.7),
    (lambda x: 2.0**x, lambda x: 2.0**x * math.log(2.0), 0.7),
    (lambda x: math.exp(x), lambda x: math.exp(x), 0.7),
    (lambda x: math.log(x), lambda x: 1 / x, 0.7),
    (lambda x: math.sin(x), lambda x: math.cos(x), 0.7),
    (lambda x: math.cos(x), lambda x: -math.sin(x), 0.7),
    (lambda x: math.tan(x), lambda x: 1 / math.cos(x) ** 2, 0.7),
]


@pytest.mark.parametrize(("function", "expected", "x"), RULES)
def test_case_3_elementary_operations(function: Any, expected: Any, x: float) -> None:
    assert grad(function)(x) == pytest.approx(expected(x), rel=1e-15)


def test_case_13_two_inputs() -> None:
    def z(x, y):
        return x * x * y

    both = grad(z, argnums=(0, 1))
    x, y = sympy.symbols("x y", real=True)
    assert both(2.0, 3.0) == (12.0, 4.0)
    assert both.formula == (2 * x * y, x**2)


def test_case_16_second_derivative_four_ways() -> None:
    def f(x):
        return x**3

    ways = [derivative(f, order=2), grad(grad(f)), derivative(grad(f)), grad(derivative(f))]
    assert [way(1.0) for way in ways] == [6.0, 6.0, 6.0, 6.0]
    assert {way.formula for way in ways} == {6 * sympy.Symbol("x", real=True)}

    @grad
    def g(x):
        return derivative(f)(x) + derivative(f)(x) * 2  # what accumulating 12 + 6 is, written as mathematics

    assert g(1.0) == 18.0


def test_case_18_not_one_number() -> None:
    def y(x):
        return [x[0] ** 2, x[1] ** 2]

    with pytest.raises(ShapeError) as raised:
        grad(y)([1.0, 2.0])
    for advice in ("jacobian(", "vjp(", "sum"):
        assert advice in str(raised.value)
    assert grad(lambda x: x[0] ** 2 + x[1] ** 2)([1.0, 2.0]) == [2.0, 4.0]
    assert vjp(y)([1.0, 2.0], cotangent=[1.0, 1.0]) == [2.0, 4.0]


def test_case_25_integers_are_promoted() -> None:
    df = grad(lambda x: 3 * x**2)
    assert df(2) == df(2.0) == 12.0
    assert isinstance(df(2), float)
    assert df(2**31) == 6.0 * 2.0**31
    assert grad(lambda p: p[0] * p[1])(np.array([2, 3])).tolist() == [3.0, 2.0]
    with pytest.raises(ArgumentError):
        df(True)


def test_case_33_result_must_be_one_number() -> None:
    for result in (lambda x: (x, x), lambda x: [x], lambda x: np.array([x, 2 * x])):
        with pytest.raises(ShapeError, match="one number"):
            grad(result)(1.0)
        with pytest.raises(ShapeError, match="one number"):
            value_and_grad(result)(1.0)


def test_case_36_part_of_the_parameters() -> None:
    def loss(weight, bias, frozen):
        return (weight * frozen + bias - 1.0) ** 2

    assert grad(loss, argnums=("weight", "bias"))(2.0, 0.5, 3.0) == (33.0, 11.0)
    assert grad(loss, argnums="bias")(2.0, 0.5, 3.0) == 11.0
    assert "frozen" not in grad(loss, argnums=(0, 1)).__name__


def test_case_38_shown_as_it_was_written() -> None:
    def z(x):
        return (x + 2) ** 2 + 3

    dz = grad(z)
    assert read(z)(2.0) == 19.0
    assert dz(2.0) == 8.0
    assert str(dz) == "z'(x) = 2*(x + 2)"
    assert dz.latex().replace(" ", "").replace("\\left", "").replace("\\right", "").endswith("2(x+2)")


def test_case_44_jacobian_exercise() -> None:
    def k(x):
        return (x[0] ** 2 + 3 * x[1], 2 * x[0] + x[1] ** 2)

    jk = jacobian(k)
    x0, x1 = sympy.symbols("x_0 x_1", real=True)
    assert read(k)([2.0, 3.0]) == (13.0, 13.0)
    assert jk([2.0, 3.0]).tolist() == [[4.0, 3.0], [2.0, 6.0]]
    assert jk.formula == sympy.Matrix([[2 * x0, 3], [2, 2 * x1]])
    rows = [vjp(k)([2.0, 3.0], cotangent=w) for w in ((1.0, 0.0), (0.0, 1.0))]  # the two-pass way
    assert rows == [[4.0, 3.0], [2.0, 6.0]]
