"""Formulas that a careless rule would change where a number is negative, against the graph in every quadrant."""

import itertools

import pytest
import sympy as sp
from mpmath import mp

from symdiff import derivative
from symdiff.graph.evaluate import evaluate
from symdiff.printing.collect import collected

TEXTS = [
    "np.sqrt(x**2)", "np.sqrt(x**2*y**2)*x", "np.sqrt(x*x*y)", "np.sqrt(x**3)*np.sqrt(x)", "np.sqrt((x - 1)**2)/x",
    "(x**2)**1.5", "(x**2)**y", "(x**3)**(1/3)", "(x**6)**(1/3)", "(x*y)**1.5*x", "(x*x)**x", "x**x", "(-x)**y", "np.cbrt(x*y)",
    "np.log(x*y)", "np.log(x**2)*y", "np.log(x/y)", "np.log(np.abs(x))", "np.exp(np.log(x**2)/2)", "np.exp(-np.log(x**2))*x",
    "np.exp(2*np.log(np.abs(x)) + y)", "np.exp(3*np.log(x - 1))", "np.sqrt(np.exp(2*x))*x", "np.sqrt(x**2*np.exp(x))",
    "np.abs(x)/x", "np.abs(x)**3", "np.abs(x*y)*np.abs(x)", "np.sign(x)*x", "np.sqrt(1 - np.sin(x)**2)", "np.sqrt(x/y)",
    "np.sqrt(np.cosh(x)**2 - 1)", "np.arctan2(x, y)", "np.arctan(x) + np.arctan(1/x)", "np.maximum(x, -x)*x", "1/np.sqrt(x**2*y)",
    "np.sqrt(x**2 + 2*x*y + y**2)", "np.sqrt(4*x**2)*y", "np.sqrt(x - y)*np.sqrt(x + y)", "np.tanh(x)*np.cosh(x)", "x % y",
]  # fmt: skip
PLACES = [(sx * u, sy * v) for sx, sy in itertools.product((1, -1), repeat=2) for u, v in ((0.37, 1.21), (2.13, 0.58))]


@pytest.mark.parametrize("order", [1, 2])
@pytest.mark.parametrize("text", TEXTS)
def test_display_is_the_graph_in_every_quadrant(text: str, order: int) -> None:
    made = derivative(source=f"import numpy as np\ndef f(x, y): return {text}", order=order, argnums="x")
    compared = 0
    with mp.workdps(40):
        for place in PLACES:
            exact = evaluate(made.graph, place, "mpmath")[0]
            if mp.isfinite(exact):
                values = dict(zip(sp.symbols("x y", real=True), map(mp.mpf, place), strict=True))
                for symbol, expr in [*made.where, (None, made.formula)]:
                    values[symbol] = sp.lambdify(list(values), expr, "mpmath")(*values.values())
                assert abs(values[None] - exact) <= mp.mpf(10) ** -25 * max(1, abs(exact)), (place, str(made))
                compared += 1
    assert compared >= 2


x, y = sp.symbols("x y", real=True)
NOTHING = x * (1 + y) - x - x * y  # what algebra finds to be 0


@pytest.mark.parametrize(
    "expr", [1 / (sp.sin(x) ** 2 + sp.cos(x) ** 2 - 1), sp.tanh(x) / (sp.cosh(x) ** 2 - sp.sinh(x) ** 2 - 1)]
)
def test_a_quotient_by_zero_is_left_alone(expr: sp.Expr) -> None:
    assert collected([expr], {}, {}) is None


def test_an_exponent_that_is_zero() -> None:
    assert collected([sp.exp(NOTHING, evaluate=False) + y], {}, {}) == [y + 1]
    assert collected([(sp.sin(x) ** 2 + sp.cos(x) ** 2 - 1) ** 3 + y], {}, {}) == [y]
