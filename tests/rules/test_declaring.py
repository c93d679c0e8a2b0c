"""Wrong rules are refused when they are declared; right ones of difficult functions are not."""

import math
import random

import pytest
from scipy import special

from symdiff import ArgumentError, DomainError, NameUnboundError, RuleError, UnsupportedError, derivative, grad, rule
from symdiff.primitives import TABLE
from symdiff.primitives.own import declared


def refused(match, function, partials, **options):
    with pytest.raises(RuleError, match=match) as caught:
        rule(function, partials, **options)
    assert declared(function) is None
    return str(caught.value)


def product(w, x, b):
    return w * x + b


def test_a_wrong_backward_is_shown_what_was_expected():
    text = refused("partial of product by x is wrong", product, lambda w, x, b: (x, 2 * w, 1))
    lines = text.splitlines()
    point = dict(item.split(" = ") for item in lines[1].strip().removeprefix("at ").split(", "))
    assert lines[2].split()[:2] == ["expected", f"{float(point['w']):.12g}"]
    assert lines[3].split() == ["given", f"{2 * float(point['w']):.12g}"]
    assert "∂product/∂x = w" in lines[4]


@pytest.mark.parametrize(
    ("function", "wrong"),
    [
        (lambda x: math.sin(x), "-cos(x)"),
        (lambda x: math.sin(x), "0"),
        (lambda x: math.sin(x), "cos(x) + 1e-7"),
        (lambda x: math.exp(-x * x), "2*x*result"),
        (lambda x: math.erf(x), "1.12838*exp(-x*x)"),
        (lambda x: math.sqrt(x), "1/result"),
        (lambda x: x**3, "3*x"),
        (lambda x: math.log(x), "nan"),
        (lambda x: abs(x), "1"),
        (lambda x: 5.0, "x"),
    ],
)
def test_planted_wrong_partials(function, wrong):
    refused("wrong", function, wrong)


def test_every_smooth_row_is_accepted_and_its_neighbour_is_not():
    """The rows of the table as rules: an independent set of functions with partials that are known to be right."""
    checked = 0
    for name in ("sin", "cos", "tan", "exp", "log", "sqrt", "tanh", "asin", "acosh", "atan", "erf", "lgamma", "expm1", "sinh"):
        row = TABLE[name]
        call = getattr(math, name)

        def function(x, call=call):
            return call(x)

        slope = row.partials

        def exact(x, slope=slope, row=row):
            return slope(x, row(x))[0]

        low, high = row.sample[0]
        margin = 0.1 * (high - low)
        for k in range(5):
            x = low + margin + (high - low - 2 * margin) * k / 4
            checked += 1
            from symdiff.differences import difference

            found = difference(function, x, 0.05 * (high - low))
            assert abs(found.value - float(exact(x))) <= 32 * found.error, (name, x)
            assert found.error < 1e-6 * (1 + abs(found.value))
    assert checked == 70


def solved(x, tolerance):
    y = x
    for _ in range(50):
        step = (y - 0.3 * math.sin(y) - x) / (1 - 0.3 * math.cos(y))
        y -= step
        if abs(step) < tolerance:
            break
    return y


@pytest.mark.parametrize("tolerance", [1e-3, 1e-6, 1e-12])
def test_a_solver_that_stops_early_is_accepted_with_the_right_rule(tolerance):
    rule(lambda x: solved(x, tolerance), "1/(1 - 0.3*cos(result))", tolerance=max(tolerance, 1e-8))
    refused("wrong", lambda x: solved(x, tolerance), "1/(1 - 0.31*cos(result))", tolerance=max(tolerance, 1e-8))


def test_a_tolerance_is_offered_where_it_may_be_meant():
    text = refused("wrong", lambda x: math.sin(x), "0.9999*cos(x)")
    assert "say so: tolerance=0.001" in text or "say so: tolerance=0.0001" in text
    rule(lambda x: math.sin(x), "0.9999*cos(x)", tolerance=1e-3)
    assert "tolerance" not in refused("wrong", lambda x: math.sin(x), "2*cos(x)")


def test_noise_is_not_taken_for_a_wrong_rule():
    numbers = random.Random(0)

    def noisy(x):
        return math.sin(x) * (1 + 1e-7 * numbers.uniform(-1, 1))

    rule(noisy, "cos(x)")
    refused("wrong", noisy2 := lambda x: noisy(x) + 0.0, "1.05*cos(x)")
    assert declared(noisy2) is None


def test_where_nothing_can_be_said_a_sample_is_asked_for():
    numbers = random.Random(0)
    refused(r"cannot be checked.*sample=\[\(low, high\)\]", lambda x: numbers.uniform(0, 1), "0")
    refused(r"no point was found where it is finite.*sample", lambda x: math.log(x - 1000), "1/(x - 1000)")
    rule(lambda x: math.log(x - 1000), "1/(x - 1000)", sample=[(1001, 1010)])
    rule(lambda x: math.log(x - 1000), "1/(x - 1000)", sample=(1001, 1010))
    refused("not finite at", lambda x: math.log(x - 1000), "1/(x - 1000)", sample=[(900, 910)])


def test_a_step_function_and_a_constant_have_the_derivative_zero():
    rule(lambda x: math.floor(x), "0")
    rule(lambda x: 5.0, "0")
    refused("wrong", lambda x: math.floor(x), "1")


def test_shapes_and_counts():
    refused(r"takes 3 operands; partials are given for 2", product, ("x", "w"))
    refused(r"gives 2 partials for 3 operands", product, lambda w, x, b: (x, w))
    refused(r"gives 1 partials for 2 operands", lambda x, y: x * y, lambda x, y: y)
    refused(r"must be one number", lambda x: x * x, lambda x: ((x, x),))
    refused(r"a partial of product must take w, x, b", product, (lambda w: w, "w", "1"))
    refused(r"says nothing of b", product, {"w": "x", "x": "w"})
    refused(r"no operand 'z'", product, {"w": "x", "x": "w", "z": "1"})
    refused(r"takes \*xs", lambda *xs: xs[0], ("1",))
    refused("takes 2 operands; partials are given for 1", special.tklmbda, {"x": "1"})
    refused(r"needs the keyword k", lambda x, *, k: x * k, ("k",))


def test_results_that_are_no_numbers():
    refused("must return a real number", lambda x: (x, x), "1")
    refused("must return a real number", lambda x: complex(x), "1")
    refused("must return a real number", lambda x: x > 0, "0")
    refused("must return a real number", lambda x: None, "0")
    refused("fails at x = .*TypeError", lambda x: len(x), "0")


def test_formulas():
    with pytest.raises(NameUnboundError, match="reads y; it may use x, result and the functions of math"):
        rule(lambda x: x * x, "2*y")
    refused("no formula", lambda x: x * x, "2*x +")
    refused("no formula", lambda x: x * x, "x = 2")
    with pytest.raises((UnsupportedError, NameUnboundError)):
        rule(lambda x: x * x, "__import__('os').system('true')")
    with pytest.raises(NameUnboundError, match="reads open"):
        rule(lambda x: x * x, "2*x if open('f') else 0")
    touched = []
    with pytest.raises(NameUnboundError):
        rule(lambda x: x * x, "touched.append(1) or 2*x")
    assert not touched


def test_partials_that_cannot_be_read_or_fail():
    def slope(x):
        with x:
            return open(x)  # noqa: PTH123

    with pytest.raises(UnsupportedError, match="this context in with"):
        rule(lambda x: x * x, slope)

    def raising(x):
        if x > 0:
            raise ValueError("only for negative numbers")
        return 2 * x

    refused("fails at .*only for negative numbers", lambda x: x * x, raising)


def test_bad_calls():
    with pytest.raises(ArgumentError, match="needs partials"):
        rule()
    with pytest.raises(ArgumentError, match="needs the partials of"):
        rule(product)
    with pytest.raises(ArgumentError, match="known to symdiff already"):
        rule(math.sin, math.cos)
    with pytest.raises(ArgumentError, match="a derivative"):
        rule(grad(lambda x: x), "1")
    with pytest.raises(ArgumentError, match="needs a function"):
        rule(float, "1")
    with pytest.raises(ArgumentError, match="must be a function, a formula"):
        rule(product, (1.0, "w", "1"))
    with pytest.raises(ArgumentError, match="no partials"):
        rule(product, ())
    with pytest.raises(DomainError, match="one interval"):
        rule(product, ("x", "w", "1"), sample=[(0, 1)])
    with pytest.raises(DomainError, match="no interval"):
        rule(product, ("x", "w", "1"), sample=[(0, 1), (0, 1), (2, 1)])
    assert declared(product) is None


def test_names_that_are_bound_later_postpone_the_check():
    def first(x):
        return math.sin(x)

    rule(first, lambda x: later(x))
    with pytest.raises(NameUnboundError, match="later"):
        derivative(first)(0.5)

    def later(x):
        return -math.cos(x)

    with pytest.raises(RuleError, match="partial of first by x is wrong"):
        derivative(first)(0.5)

    def later(x):  # noqa: F811
        return math.cos(x)

    assert derivative(first)(0.5) == math.cos(0.5)


def test_a_rule_that_is_refused_leaves_the_earlier_one():
    def f(x):
        return x * x

    rule(f, "2*x")
    kept = declared(f)
    with pytest.raises(RuleError):
        rule(f, "3*x")
    assert declared(f) is kept
