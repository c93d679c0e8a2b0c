"""check_grads: it passes what is right, catches planted wrong rules, and reports readably."""

import math

import numpy as np
import pytest

from symdiff import DomainError, GradientError, ShapeError, check_grads, grad, jacobian, rule
from symdiff.primitives import TABLE, operators
from symdiff.primitives.exponential import ROWS
from tests.rules.functions import cube, kepler

K = 1.7


def price(s, k, v):
    d = (math.log(s / k) + v * v / 2) / v
    return s * 0.5 * (1 + math.erf(d / math.sqrt(2))) - k * 0.5 * (1 + math.erf((d - v) / math.sqrt(2)))


def test_passes_what_is_right():
    report = check_grads(price, 100.0, 90.0, 0.3)
    assert len(report.entries) == 1 + 3 + 9
    assert not report.failures
    assert str(report).startswith("price at s = 100.0, k = 90.0, v = 0.3: 13 numbers compared, all agree")


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


def test_third_order():
    report = check_grads(lambda x, y: x**3 * math.sin(y) + x, 2.0, 1.0, order=3)
    found = {entry.name: entry.expected for entry in report.entries}
    assert len(report.entries) == 1 + 2 + 4 + 8
    assert found["∂³f/∂x³"] == pytest.approx(6 * math.sin(1.0))
    assert found["∂³f/∂x²∂y"] == pytest.approx(12 * math.cos(1.0))
    assert found["∂³f/∂y³"] == pytest.approx(-8 * math.cos(1.0))
    mixed = check_grads(lambda p, k: (p[0] * p[1] ** 2 * k, p[0] ** 3), [1.5, 2.5], 2.0, order=3)
    assert len(mixed.entries) == 2 * (1 + 3 + 9 + 27)


def test_every_number_is_shown_three_ways_with_its_error():
    report = check_grads(lambda x: math.exp(x) / 3, 1.0, order=1)
    value, slope = report.entries
    assert (value.name, slope.name) == ("f", "∂f/∂x")
    assert slope.formula == slope.expected == pytest.approx(math.e / 3)
    assert slope.units == pytest.approx(abs(slope.computed - slope.expected) / (2.0**-53 * slope.expected))
    header, *rows = str(report).splitlines()[1:]
    assert header.split() == ["formula", "compiled", "differences", "units", "of", "rounding"]
    assert rows[1].split()[:3] == ["ok", "∂f/∂x", repr(slope.formula)]


def test_a_wrong_derivative_and_wrong_code_are_told_apart():
    row = TABLE["sin"]
    right = row.partials
    object.__setattr__(row, "partials", lambda x, f: (f,))
    try:
        with pytest.raises(GradientError, match="the formula differs too: the derivative itself is wrong"):
            check_grads(lambda x: math.sin(x) + 0.25 * x, 0.7, order=1)
    finally:
        object.__setattr__(row, "partials", right)
    row = TABLE["cos"]
    right = row.code
    object.__setattr__(row, "code", "math.sinh({0})")
    try:
        with pytest.raises(
            GradientError, match=r"∂f/∂x: .* apart, .* allowed\n  the formula agrees .* compiled code is at fault"
        ):
            check_grads(lambda x: math.sin(x) + 0.125 * x, 0.7, order=1)
    finally:
        object.__setattr__(row, "code", right)


def test_a_kink_is_named():
    with pytest.raises(GradientError, match="the point is a kink: 2 from the left, 1 from the right"):
        check_grads(lambda x: x if x > 0 else 2 * x, 0.0, order=1)
    report = check_grads(lambda x: abs(x), 0.0, order=1)
    assert report.entries[1].sides == (-1.0, 1.0)
    assert "∂f/∂x: the point is a kink: -1 from the left, 1 from the right" in str(report)
    with pytest.raises(GradientError, match="a kink, where this derivative does not exist"):
        check_grads(lambda x: abs(x), 0.0, order=2)
    assert "kink" not in str(check_grads(lambda x: abs(x) + max(x, 2.0), 0.5))
    with pytest.raises(GradientError, match=r"∂²f/∂x²: the point is a kink: -2 from the left, 2 from the right"):
        check_grads(lambda x: x * abs(x) if x > 0 else -x * x, 0.0)


class Spring:
    stiffness = 2.0

    def energy(self, x, power=2):
        return self.stiffness * x**power


def test_methods_keywords_integers_and_rules():
    assert len(check_grads(Spring().energy, 1.5, order=1).entries) == 3
    assert len(check_grads(Spring().energy, 1.5, power=3, order=2).entries) == 7
    report = check_grads(lambda m: kepler(m, 0.3) ** 2, 1.0, order=3)
    assert len(report.entries) == 4
    assert "differences in double precision, because kepler computes with no more digits" in str(report)
    report = check_grads(lambda x: cube(x) * x, 1.5, order=2)  # its function computes with any number's digits
    assert report.notes == ()


def test_a_wrong_rule_that_was_let_through_is_caught():
    f = rule(lambda x: math.sin(x), "1.0001*cos(x)", tolerance=1e-3)
    with pytest.raises(GradientError, match="the derivative itself is wrong"):
        check_grads(lambda x: f(x) * 2, 0.5, order=1)


def test_bad_calls():
    with pytest.raises(DomainError, match="orders 0 to 3"):
        check_grads(price, 1.0, 1.0, 1.0, order=4)
    with pytest.raises(ShapeError):
        check_grads(lambda p: p[2], [1.0, 2.0])


def test_the_tables_hold_the_rows():
    assert set(ROWS) | set(operators.ROWS) <= set(TABLE.values())
