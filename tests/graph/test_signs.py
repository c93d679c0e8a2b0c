"""Signs of values: what is told of them must be so, of thousands of random values; and what they are told for."""

import random

import numpy as np
import pytest

from symdiff import grad, hessian, hvp, vjp
from symdiff.graph.build import Builder
from symdiff.graph.evaluate import evaluate
from symdiff.graph.graph import Const, Graph, Param
from symdiff.graph.signs import NONNEGATIVE, ODD, Sign, Signs
from symdiff.graph.structure import SCALAR, Items
from symdiff.primitives import TABLE
from tests.random_array_programs import Program, faults

INPUTS = ("x", "y", "z")
UNARY = (*sorted(NONNEGATIVE | ODD | {"neg", "sin"}),)
BINARY = ("add", "sub", "mul", "div", "max", "min", "maximum", "minimum", "fmax", "fmin", "hypot")
POINTS = (-3.0, -1.0, -0.5, -1e-200, 0.0, 1e-200, 0.25, 1.0, 2.0)


def random_graph(numbers):
    builder = Builder()
    atoms = [builder.input(name) for name in INPUTS]
    for _ in range(12):
        chosen = [numbers.choice(atoms) for _ in range(2)]
        literal = Const(numbers.choice((-2.5, -1.0, 0.0, 1.0, 3.0)))
        kind = numbers.random()
        unary = [name for name in UNARY if TABLE[name].arity == 1 and TABLE[name].expansion is None]
        if kind < 0.4:
            made = builder.apply(TABLE[numbers.choice(unary)], chosen[0])
        elif kind < 0.5:
            made = builder.apply(TABLE["pow"], chosen[0], Const(numbers.choice((2, 3, 4, 0.5))))
        else:
            pair = numbers.choice((chosen, [chosen[0], literal], [literal, chosen[0]], [chosen[0], chosen[0]]))
            made = builder.apply(TABLE[numbers.choice(BINARY)], *pair)
        if isinstance(made, str):
            atoms.append(made)
    return builder, atoms


@pytest.mark.parametrize("seed", range(60))
def test_values_have_the_signs_that_are_told(seed):
    numbers = random.Random(seed)
    builder, atoms = random_graph(numbers)
    params = tuple(Param(name, SCALAR, (name,)) for name in INPUTS)
    graph = Graph("f", params, builder.body, tuple(atoms), Items("tuple", (SCALAR,) * len(atoms)))
    told = [Signs(builder)(atom) for atom in atoms]
    for _ in range(100):
        with np.errstate(all="ignore"):
            values = evaluate(graph, [numbers.choice(POINTS) for _ in INPUTS])
        for value, signs in zip(values, told, strict=True):
            found = Sign.ZERO if value == 0 else Sign.ABOVE if value > 0 else Sign.BELOW
            assert value != value or found in signs, f"{value} has none of {signs}"


# Functions near 0 whose extremes touch there, and their second derivatives in closed form.
TOUCHING = {
    "np.maximum(np.sum(x**2), 0.0)": [2, 2],
    "max(0.0, x[0]**2 + x[1]**2)": [2, 2],
    "np.sum(np.clip(x**2, 0, 10))": [2, 2],
    "np.minimum(0.0, x @ x)": [0, 0],
    "np.minimum(-x[0]**2, 3*x[1]**2)": [-2, 0],
    "np.fmax(x[0]*x[0], 0)": [2, 0],
    "np.maximum(np.expm1(x[0]**2), 0)": [2, 0],
    "np.max(np.array([np.sum(x**2), 0.0]))": [2, 2],
    "np.sum(np.minimum(np.zeros(2)*x, x**2))": [0, 0],
}


@pytest.mark.parametrize("text", TOUCHING)
def test_extremes_that_touch_have_the_derivatives_of_the_one_that_is_it(text):
    """A tie shared equally has the right slope, and the mean of both curvatures, which is neither's."""
    source, zero, wanted = f"import numpy as np\ndef f(x):\n    return {text}", np.zeros(2), np.diag(TOUCHING[text])
    np.testing.assert_array_equal(grad(source=source)(zero), zero)
    np.testing.assert_array_equal(hessian(source=source)(zero), wanted)
    for axis, row in zip(np.eye(2), wanted, strict=True):
        np.testing.assert_array_equal(hvp(source=source)(zero, tangent=axis), row)
        np.testing.assert_array_equal(vjp(grad(source=source))(zero, cotangent=axis), row)


def test_ties_of_others_are_shared():
    np.testing.assert_array_equal(grad(lambda x: np.maximum(x[0], x[1] ** 2))(np.zeros(2)), [0.5, 0.0])
    assert np.isnan(grad(lambda x: np.minimum(np.sum(x**2), 0.0))(np.array([np.nan, 1.0]))[0])


def test_a_program_whose_extremes_touch():
    """The smaller one of 0 and a square, both of the same arrays, had curvature (array program 1117657)."""
    assert faults(Program.of(1117657), sizes=[(2, 0)]) == []
