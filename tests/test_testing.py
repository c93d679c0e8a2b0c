"""check_grads: it passes what is right, catches planted wrong rules, and reports readably."""

import math

import numpy as np
import pytest

from symdiff import DomainError, GradientError, ShapeError, check_grads, grad, jacobian
from symdiff.primitives import TABLE, operators
from symdiff.primitives.exponential import ROWS

K = 1.7


def price(s, k, v):
    d = (math.log(s / k) + v * v / 2) / v
    return s * 0.5 * (1 + math.erf(d / math.sqrt(2))) - k * 0.5 * (1 + math.erf((d - v) / math.sqrt(2)))


def test_passes_what_is_right():
    report = check_grads(price, 100.0, 90.0, 0.3)
    assert len(report.entries) == 1 + 3 + 9
    assert not report.failures
    assert str(report).startswith("price: 13 numbers compared, all agree")


def test_vectors_captured_values_and_derivatives():
    def f(p, scale):
        return [p[0] * K, p[1] ** 2 * scale], p[0] * p[1]

    assert len(check_grads(f, np.array([1.5, 2.5]), 3.0).entries) == 3 + 9 + 27
    assert not check_grads(grad(lambda x, y: x**3 * y), 2.0, 1.5).failures
    assert not check_grads(jacobian(lambda p: (p[0] * p[1], p[1])), [2.0, 3.0], order=1).failures
    assert len(check_grads(price, 100.0, k=90.0, v=0.3, order=0).entries) == 1


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("sin", lambda x, f: (TABLE["sin"](x),)),
        ("exp", lambda x, f: (2 * f,)),
        ("mul", lambda x, y, f: (x, y)),
        ("div", lambda x, y, f: (1 / y, f / y)),
        ("sqrt", lambda x, f: (1 / f,)),
        ("log", lambda x, f: (1 / x + 1e-9,)),
        ("sub", lambda x, y, f: (1, 1)),
        ("tanh", lambda x, f: (0,)),
    ],
)
def test_planted_wrong_rules_are_caught(monkeypatch, name, wrong):
    def f(x, y):
        return math.sin(x) * math.exp(y) / math.sqrt(x) - math.log(x + y * y) + math.tanh(x * y) * x

    assert check_grads(f, 0.7, 1.3)
    row = TABLE[name]
    right = row.partials
    object.__setattr__(row, "partials", wrong)
    try:
        with pytest.raises(GradientError, match="WRONG"):
            check_grads(f, 0.7, 1.3)
    finally:
        object.__setattr__(row, "partials", right)
    assert check_grads(f, 0.7, 1.3)


def test_a_function_that_is_not_what_its_text_says_is_caught(monkeypatch):
    row = TABLE["cos"]
    right = row.code
    object.__setattr__(row, "code", "math.sin({0})")
    try:
        with pytest.raises(GradientError, match="f  "):
            check_grads(lambda x: math.cos(x), 0.7, order=0)
    finally:
        object.__setattr__(row, "code", right)


def test_a_derivative_that_is_zero():
    assert not check_grads(lambda x, y: math.sqrt(x + y) * 0 + max(x * y, y), 3.0, 2.0).failures


def test_bad_calls():
    with pytest.raises(DomainError, match="orders 0, 1 and 2"):
        check_grads(price, 1.0, 1.0, 1.0, order=3)
    with pytest.raises(ShapeError):
        check_grads(lambda p: p[2], [1.0, 2.0])


def test_the_tables_hold_the_rows():
    assert set(ROWS) | set(operators.ROWS) <= set(TABLE.values())
