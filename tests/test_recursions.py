"""Recursions of run-time depth: as loops they give what Python gives, with derivatives and formulas; others are refused."""

import ast
import math

import numpy as np
import pytest

from symdiff import derivative, grad, hessian, read
from symdiff.errors import UnsupportedError
from symdiff.frontend.linear_recursion import as_loop
from symdiff.frontend.source import from_function
from tests.printing.recurrence_numbers import disagreement
from tests.random_array_programs import Program, faults
from tests.recursive_programs import PROGRAMS


def text_of(name):
    types, body = PROGRAMS[name]
    return f"import numpy as np\ndef f({', '.join(types)}):{body.rstrip()}\n"


@pytest.mark.parametrize("name", PROGRAMS)
def test_derivatives_of_recursions(name):
    assert faults(Program(text_of(name), PROGRAMS[name][0])) == []


@pytest.mark.parametrize("name", PROGRAMS)
def test_the_page_says_what_the_graph_computes(name):
    numbers = np.random.default_rng(3)
    args = [numbers.uniform(0.1, 1, 3) if axes else 0.4 for axes in PROGRAMS[name][0].values()]
    assert disagreement(grad(source=text_of(name)).at(*args).graph, args) < 1e-15


def power(x, n):
    return 1.0 if n == 0 else x * power(x, n - 1)


def fast_power(x, n):
    if n == 0:
        return 1.0
    if n % 2 == 1:
        return x * fast_power(x, n - 1)
    return fast_power(x * x, n // 2)


def falling(x, n):
    if n < 0:
        raise ValueError("n is below 0")
    if n == 0:
        return 1.0
    return (x - n) * falling(x, n - 1)


@pytest.mark.parametrize("n", [0, 1, 2, 3, 21, 400])
def test_one_version_for_every_depth(n):
    slope = grad(power)
    assert slope(1.1, n) == pytest.approx(n * 1.1 ** (n - 1), rel=1e-12)
    assert slope.at(1.1, n).source == slope.at(1.1, 7).source
    assert grad(fast_power)(1.1, n) == pytest.approx(n * 1.1 ** (n - 1), rel=1e-12)
    assert derivative(power, order=2)(1.1, n) == pytest.approx(n * (n - 1) * 1.1 ** (n - 2), rel=1e-12)


def test_errors_on_the_way():
    assert grad(falling)(0.5, 2) == pytest.approx(2 * 0.5 - 3)
    with pytest.raises(ValueError, match="n is below 0"):
        grad(falling)(0.5, -1)
    with pytest.raises(RecursionError, match="maximum recursion depth"):
        grad(power)(0.5, -1)


FORMULAS = {
    power: """
∂power/∂x = N*x**(N - 1)
where n[0] = n
      n[k+1] = n[k] - 1,  k = 0, 1, ... while n[k] != 0
      N the number of iterations
""",
    falling: """
∂falling/∂x = sum(prod(x - n[N-j-1], j = 0..N-1, j != i), i = 0..N-1)
for n[N] >= 0
where n[0] = n
      n[k+1] = n[k] - 1,  k = 0, 1, ... while n[k] >= 0 and n[k] != 0
      N the number of iterations
""",
}


@pytest.mark.parametrize("function", FORMULAS)
def test_a_recursion_on_paper(function):
    assert FORMULAS[function].strip("\n") in str(grad(function).at(0.5, 3))


def known(x):
    return power(x, 5) + falling(x, 2)


def test_a_recursion_of_known_depth_is_written_out():
    assert str(grad(known)) == "known'(x) = 5*x**4 + 2*x - 3"
    assert hessian(known)(0.5) == pytest.approx(20 * 0.5**3 + 2)


def deep(x):
    return power(x, 300)


def test_a_long_one_of_known_depth_is_a_loop():
    assert read(deep)(1.01) == pytest.approx(1.01**300)


def tree(x, y):
    return x if y < 2 else tree(x, y - 1) + 0.5 * tree(x, y / 2)


def mutual(x):
    return x if x < 1 else other(x / 2)


def other(x):
    return 2 * mutual(x - 0.1)


def inside_a_loop(x):
    s = 0.0
    for k in range(3):
        s += x if x < 1 else inside_a_loop(x / (k + 2))
    return s


@pytest.mark.parametrize(
    ("function", "args", "rewrite"),
    [(tree, (1.0, 5.0), "keeps the last values"), (mutual, (4.0,), "a while or for loop"), (inside_a_loop, (4.0,), "loop")],
)
def test_what_is_no_chain_of_calls_is_refused(function, args, rewrite):
    with pytest.raises(UnsupportedError) as caught:
        grad(function).at(*args)
    assert "a recursion whose end depends on the arguments" in caught.value.gaps[0].reason
    assert rewrite in caught.value.gaps[0].rewrite


def test_what_the_loop_is():
    made = as_loop(from_function(power), None, ["n"])
    assert ast.unparse(made.node.body).splitlines() == [
        "calls = 0",
        "while not n == 0:",
        "    if calls >= 1000000:",
        "        raise RecursionError('maximum recursion depth exceeded')",
        "    n = n - 1",
        "    calls += 1",
        "result = 1.0",
        "for _ in range(calls):",
        "    result = x * result",
        "return result",
    ]


def test_a_tangent_that_is_not_a_number_ends_the_loop():
    def root(x, a):
        return x if abs(x * x - a) < 1e-12 else root(0.5 * (x + a / x), a)

    with pytest.raises(RecursionError):
        grad(root, argnums="a")(1.0, math.nan)
