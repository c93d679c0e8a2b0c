"""The rules for display: what they give, and that they give the same number."""

from functools import reduce

import pytest
import sympy as sp

from symdiff.printing.cases import Facts, hoist, interval
from symdiff.printing.measure import operations
from symdiff.printing.terms import product
from symdiff.printing.tidy import tidy

x, y = sp.symbols("x y", real=True)
sin, cos, exp = sp.sin, sp.cos, sp.exp

# P(a, b) is a product that is not multiplied out
SHORTER = [
    ("2*x*sin(x) + x**2*cos(x)", "x*(x*cos(x) + 2*sin(x))"),
    ("1/(x**2 + 1) - 2*x**2/(x**2 + 1)**2", "(1 - x**2)/(x**2 + 1)**2"),
    ("P(3, x + 1) + P(2, x + 2)", "5*x + 7"),
    ("1 + P(-1, x + 1)", "-x"),
    ("y*sin(x)**2 + y*cos(x)**2 + 3", "y + 3"),
    ("cosh(x)**2 - sinh(x)**2", "1"),
    ("1/sqrt(x**2 + y**2) - x**2/(x**2 + y**2)**Rational(3, 2)", "y**2/(x**2 + y**2)**Rational(3, 2)"),
    ("sign(x)/Abs(x)", "1/x"),
    ("exp(y)*exp(sin(y))*sign(x)**2*Abs(x)", "exp(y + sin(y))*Abs(x)"),
    ("exp(y)*exp(sin(x))*sign(x)**3/Abs(x)", "exp(y + sin(x))/x"),
    ("2*x/y**3 + (-x - 1)/y**2", "(2*x - x*y - y)/y**3"),
    ("P(-1, x - y)*exp(x)", "(y - x)*exp(x)"),
    ("3*x**2*y + 6*x*y**2", "3*x*y*(x + 2*y)"),
]
KEPT = [
    "P(2, x + 2)", "(x - 1)*(x + 1)", "x + 1/x", "1/x + 2/x**2 + 3/x**3", "2*x + 4", "x**2 - 1", "log(x**2)",
    "sqrt(x + 1)*sqrt(x - 1)", "exp(x)/(exp(x) + 1)", "sin(x)*exp(y)", "P(2, x + 2)*y + 1",
]  # fmt: skip


def parse(text):
    return eval(text, {"__builtins__": {}}, {**vars(sp), "x": x, "y": y, "P": lambda a, b: product(sp.sympify(a), b)})  # noqa: S307


@pytest.mark.parametrize(("given", "expected"), SHORTER)
def test_shorter(given, expected):
    expr = parse(given)
    found = tidy(expr)
    assert found == parse(expected)
    assert operations(found) < operations(expr)
    point = {x: sp.Rational(17, 10), y: sp.Rational(-3, 7)}
    assert abs((found - expr).subs(point).evalf(30)) < 1e-25


@pytest.mark.parametrize("given", KEPT)
def test_kept(given):
    assert tidy(parse(given)) == parse(given)


def test_decimals_are_never_computed_with():
    expr = sp.Float("0.1", 30) * x**2 * cos(x) + sp.Float("0.3", 30) * x * sin(x)
    assert tidy(expr) == x * (sp.Float("0.1", 30) * x * cos(x) + sp.Float("0.3", 30) * sin(x))


def test_odd_functions_of_negated_sums_end():
    graph_like = reduce(lambda inner, _: sin(product(sp.Integer(-1), x + inner) * (-x - y)), range(4), x)
    assert tidy(graph_like + product(sp.Integer(-1), graph_like)) == 0


def test_operations_as_printed():
    for text, count in [("x", 0), ("x/y", 1), ("-x*y", 2), ("1/(2*sqrt(x))", 3), ("x**2", 1), ("x/2 + 1", 2), ("3*x/4", 2)]:
        assert operations(parse(text)) == count, text


def test_facts_decide_what_follows():
    facts = Facts().assuming(x > y)
    assert facts.decide(y < x) is True
    assert facts.decide(sp.Ge(x, y)) is True
    assert facts.decide(sp.Ne(x, y)) is True
    assert facts.decide(x < y) is False
    assert facts.decide(sp.Eq(y, x)) is False
    assert facts.decide(x > 0) is None
    assert facts.decide(sp.And(x > 0, y > x)) is False
    assert facts.decide(sp.Or(x > 0, x > y)) is True
    assert facts.assuming(sp.Or(x > 0, y > 0), False).decide(y <= 0) is True


def test_three_ways_leave_equality():
    facts = Facts().assuming(x > y, False).assuming(x < y, False)
    assert facts.decide(sp.Eq(x, y)) is True


def test_hoist_is_bounded():
    expr = sum(sp.Piecewise((1, x > k), (0, True)) for k in range(6))
    assert hoist(expr, 4) is None


def test_interval():
    lower, upper = interval(x <= 1, x > 0)
    assert (lower.lhs, lower.rel_op, lower.rhs, upper.rel_op, upper.rhs) == (0, "<", x, "<=", 1)
    assert interval(x > 0, y <= 1) is None
