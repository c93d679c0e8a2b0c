"""Every derivative of the table against differences in high precision and against SymPy's own."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest
import sympy
from mpmath import mp

from symdiff.errors import DomainError
from symdiff.graph.build import Builder
from symdiff.graph.check import check
from symdiff.graph.evaluate import evaluate_with_bound
from symdiff.graph.graph import Const, Graph, Let
from symdiff.primitives import TABLE
from symdiff.primitives.row import Primitive
from tests.primitives.sampling import DIFFERENTIABLE, known, partials_graph, points, variables

# SymPy leaves the derivative of these as an unevaluated Derivative or Subs.
CONSTANTS = {"stop", "shift"}  # whose derivative is 0 by definition
STEPS = {"floor", "ceil", "trunc", "rint", "decimal", "floordiv", "mod", "fmod", "remainder"}

each_row = pytest.mark.parametrize("row", DIFFERENTIABLE, ids=lambda row: row.name)


def close(found: object, wanted: object, tolerance: float = 1e-18) -> bool:
    return abs(mp.mpf(found) - mp.mpf(wanted)) <= tolerance * (1 + abs(mp.mpf(wanted)))


def difference(row: Primitive, point: tuple[float, ...], orders: tuple[int, ...]) -> object:
    """A derivative of the row's own value by differences in high precision."""
    where = variables(row)

    def value(*inputs: object) -> object:
        operands = list(point)
        for position, item in zip(where, inputs, strict=True):
            operands[position] = item
        return row.high_precision(*operands)

    return mp.diff(value, tuple(point[position] for position in where), tuple(orders[position] for position in where))


def check_partials(row: Primitive, count: int = 4) -> None:
    """Raise AssertionError unless the partials of a row are the derivatives of its value."""
    with mp.workdps(40):
        for point in points(row, count):
            operands = [x if position in row.literals else mp.mpf(x) for position, x in enumerate(point)]
            partials = row.partials(*operands, row.high_precision(*operands))
            assert len(partials) == row.arity
            for position in known(row):
                orders = tuple(int(i == position) for i in range(row.arity))
                wanted = 0 if row.name in CONSTANTS else difference(row, point, orders)
                assert close(partials[position], wanted), (row.name, point, position, partials[position], wanted)


def tangents(graph: Graph, inputs: list[object], direction: int) -> list[object]:
    """The derivative of a straight-line graph in one input, by the chain rule in high precision."""
    values = {name: (mp.mpf(x), mp.mpf(i == direction)) for i, (name, x) in enumerate(zip(graph.inputs, inputs, strict=True))}

    def read(atom: object) -> tuple[object, object]:
        if isinstance(atom, str):
            return values[atom]
        assert isinstance(atom, Const)
        exact = +mp.pi if atom.symbol == "pi" else atom.value
        return exact, mp.zero

    for let in graph.body:
        assert isinstance(let, Let)
        operands = [read(arg) for arg in let.args]
        result = let.op.high_precision(*(x for x, _ in operands))
        slopes = let.op.partials(*(x for x, _ in operands), result)
        slope = sum((s * dx for s, (_, dx) in zip(slopes, operands, strict=True) if dx != 0), start=mp.zero)
        values[let.name] = (result, slope)
    return [read(atom)[1] for atom in graph.outputs]


@each_row
def test_partials_are_the_derivatives_of_the_value(row: Primitive) -> None:
    check_partials(row)


@each_row
def test_partials_are_closed_to_second_order(row: Primitive) -> None:
    many = row.arity > 3  # such rows are slow in high precision
    with mp.workdps(40 if many else 60):
        for point in points(row, 1 if many else 2):
            graph = check(partials_graph(row, point))
            inputs = [point[position] for position in variables(row)]
            for second in known(row):
                found = tangents(graph, inputs, variables(row).index(second))
                for first in known(row):
                    orders = tuple((i == first) + (i == second) for i in range(row.arity))
                    wanted = difference(row, point, orders) if row.name not in CONSTANTS else 0
                    assert close(found[first], wanted, 1e-15), (row.name, point, first, second)


@each_row
def test_partials_in_double_precision_are_within_their_bound(row: Primitive) -> None:
    with mp.workdps(40):
        for point in points(row, 20):
            graph = partials_graph(row, point)
            inputs = [point[position] for position in variables(row)]
            values, bounds = evaluate_with_bound(graph, inputs)
            operands = [x if position in row.literals else mp.mpf(x) for position, x in enumerate(point)]
            exact = row.partials(*operands, row.high_precision(*operands))
            for position in known(row):
                error = abs(mp.mpf(float(values[position])) - exact[position])
                assert error <= bounds[position], (row.name, point, position, error, bounds[position])
                assert bounds[position] <= 1e-12 * (1 + abs(exact[position])), (row.name, point, position)


def _is_named(expression: sympy.Expr) -> bool:
    return any(type(item).__module__ == "symdiff.primitives.named" for item in expression.atoms(sympy.Function))


@pytest.mark.parametrize("row", [row for row in DIFFERENTIABLE if row.name not in STEPS | CONSTANTS], ids=lambda row: row.name)
def test_partials_agree_with_the_derivatives_of_sympy(row: Primitive) -> None:
    symbols = sympy.symbols(f"x:{row.arity}", real=True)
    with mp.workdps(40):
        for point in points(row, 2):
            atoms = [point[i] if i in row.literals else symbols[i] for i in range(row.arity)]
            expression = row.symbolic(*atoms)
            operands = [x if i in row.literals else mp.mpf(x) for i, x in enumerate(point)]
            at = {symbols[i]: sympy.Rational(point[i]) for i in variables(row)}
            partials = row.partials(*operands, row.high_precision(*operands))
            for position in known(row):
                slope = sympy.diff(expression, symbols[position])
                if _is_named(expression):  # not a function of SymPy: its derivative stays unevaluated
                    continue
                wanted = slope.subs(at).evalf(40)
                assert close(partials[position], wanted), (row.name, point, position, wanted)


@pytest.mark.parametrize("name", sorted(STEPS))
def test_sympy_expressions_of_steps_are_piecewise_linear(name: str) -> None:
    """What SymPy cannot differentiate: differences of its expression, which are exact between the jumps."""
    row = TABLE[name]
    symbols = sympy.symbols(f"x:{row.arity}", real=True)
    expression = row.symbolic(*symbols)
    step = sympy.Rational(1, 2**40)
    for point in points(row, 4):
        at = dict(zip(symbols, map(sympy.Rational, point), strict=True))
        partials = row.partials(*map(np.float64, point), row(*point))
        for position, symbol in ((position, symbols[position]) for position in variables(row)):
            slope = (expression.subs(at | {symbol: at[symbol] + step}) - expression.subs(at)) / step
            assert float(slope) == partials[position], (name, point, position)


def test_a_wrong_rule_is_caught() -> None:
    wrong = {
        "sin": lambda x, f: (-TABLE["cos"](x),),
        "tanh": lambda x, f: (1 - f,),
        "mul": lambda x, y, f: (x, y),
        "atan2": lambda y, x, f: (x / (x * x + y * y), y / (x * x + y * y)),
        "polygamma": lambda n, x, f: (0, TABLE["polygamma"](n, x)),
        "max": lambda x, y, f: (TABLE["tie"](y, x), TABLE["tie"](x, y)),
    }
    for name, partials in wrong.items():
        with pytest.raises(AssertionError):
            check_partials(dataclasses.replace(TABLE[name], partials=partials))


# Derivatives of x**n of order 0, 1, 2, ... at a point where formulas tend to give 0*inf.
POWERS = [
    (0.0, 0, [1, 0, 0, 0]),
    (0.0, 1, [0, 1, 0, 0]),
    (0.0, 2, [0, 0, 2, 0, 0]),
    (0.0, 3, [0, 0, 0, 6, 0]),
    (-0.0, 1, [0, 1, 0, 0]),
    (-0.0, 3, [0, 0, 0, 6, 0]),
    (0.0, -1, [math.inf, -math.inf, math.inf]),
    (-0.0, -1, [-math.inf, -math.inf, -math.inf]),
    (0.0, -2, [math.inf, -math.inf, math.inf]),
    (0.0, 0.5, [0, math.inf, -math.inf]),
    (0.0, 1.5, [0, 0, math.inf]),
    (0.0, 2.5, [0, 0, 0, math.inf]),
    (0.0, 2.0, [0, 0, 2, 0, 0]),
    (0.0, 1.0, [0, 1, 0, 0]),
    (0.0, 0.0, [1, 0, 0]),
    (-2.0, 3, [-8, 12, -12, 6, 0]),
    (-2.0, 2.0, [4, -4, 2, 0]),
    (-2.0, -1, [-0.5, -0.25, -0.25]),
    (-2.0, 0.5, [math.nan, math.nan]),
]


@pytest.mark.parametrize("known", [True, False], ids=["literal", "run-time"])
@pytest.mark.parametrize(("x", "n", "wanted"), POWERS)
def test_powers_at_zero(x: float, n: float, wanted: list[float], known: bool) -> None:
    """Repeated differentiation of x**n, with the exponent a literal of the program or a value of its run."""
    for order, value in enumerate(wanted):
        builder = Builder()
        base = builder.value(builder.input("x"))
        exponent = builder.value(Const(n)) if known else builder.value(builder.input("n"))
        result = base**exponent
        for _ in range(order):
            result = _derivative(builder, result.atom)
        found = _run(builder, result.atom, {"x": x, "n": n})
        assert found == value or math.isnan(found) == math.isnan(value) is True, (order, found, value)


def _derivative(builder: Builder, atom: object) -> object:
    """Differentiate c*x**k or powdiff(x, n, k) in x, with literal coefficients as calculus does."""
    if isinstance(atom, Const):
        return builder.value(0)
    if atom == "x":
        return builder.value(1)
    let = builder.definitions[atom]
    operands = [builder.value(arg) for arg in let.args]
    if let.op.name == "mul":
        inner = _derivative(builder, let.args[1])
        return operands[0] * inner if not (isinstance(inner.atom, Const) and inner.atom.value == 0) else inner
    return builder.value(builder.atom(let.op.partials(*operands, builder.value(atom))[0]))


def _run(builder: Builder, atom: object, values: dict[str, float]) -> float:
    from symdiff.graph.evaluate import evaluate
    from symdiff.graph.graph import Param

    names = [name for name in values if name in builder.kinds]
    graph = Graph("f", tuple(map(Param, names)), builder.body, (atom,))
    return float(evaluate(graph, [values[name] for name in names])[0])


KINKS = [
    ("abs", (0.0,), (0,)), ("abs", (-0.0,), (0,)), ("sign", (0.0,), (0,)), ("sqrt", (0.0,), (math.inf,)),
    ("cbrt", (0.0,), (math.inf,)), ("cbrt", (-0.0,), (math.inf,)), ("hypot", (0.0, 0.0), (0, 0)),
    ("hypot", (0.0, -2.0), (0, -1)), ("max", (1.0, 1.0), (0.5, 0.5)), ("max", (2.0, 1.0), (1, 0)),
    ("min", (1.0, 1.0), (0.5, 0.5)), ("min", (2.0, 1.0), (0, 1)), ("maximum", (0.0, -0.0), (0.5, 0.5)),
    ("minimum", (-1.0, -1.0), (0.5, 0.5)), ("fmax", (math.nan, 1.0), (0, 1)), ("fmax", (1.0, math.nan), (1, 0)),
    ("fmin", (math.nan, 1.0), (0, 1)), ("fmin", (1.0, 1.0), (0.5, 0.5)), ("fmin", (0.0, 1.0), (1, 0)),
    ("floor", (2.0,), (0,)), ("ceil", (2.0,), (0,)), ("trunc", (0.0,), (0,)), ("rint", (0.5,), (0,)),
    ("decimal", (0.25, 1), (0, 0)),
    ("floordiv", (4.0, 2.0), (0, 0)), ("mod", (4.0, 2.0), (1, -2)), ("mod", (-4.5, 2.0), (1, 3)),
    ("fmod", (-4.5, 2.0), (1, 2)), ("remainder", (4.5, 2.0), (1, -2)), ("copysign", (0.0, -1.0), (0, 0)),
    ("copysign", (-3.0, -1.0), (1, 0)), ("heaviside", (0.0, 0.5), (0, 1)), ("heaviside", (1.0, 0.5), (0, 0)),
    ("sinc", (0.0,), (0,)), ("tie", (1.0, 1.0), (0, 0)), ("stop", (3.0,), (0,)), ("atan2", (0.0, 0.0), (math.nan,) * 2),
    ("powlog", (0.0, 2.0, 1), (0, 0, 0)), ("pow", (0.0, 2.0), (0, 0)), ("log", (0.0,), (math.inf,)),
    ("tanh", (800.0,), (0,)), ("sigmoid", (-800.0,), (0,)), ("sigmoid", (800.0,), (0,)), ("softplus", (800.0,), (1,)),
    ("logaddexp", (800.0, -800.0), (1, 0)), ("logaddexp", (1.0, 1.0), (0.5, 0.5)), ("asin", (1.0,), (math.inf,)),
]  # fmt: skip


@pytest.mark.parametrize(("name", "point", "wanted"), KINKS)
def test_kinks(name: str, point: tuple[float, ...], wanted: tuple[float, ...]) -> None:
    row = TABLE[name]
    operands = [x if position in row.literals else np.float64(x) for position, x in enumerate(point)]
    with np.errstate(all="ignore"):
        found = row.partials(*operands, row(*operands))
    np.testing.assert_array_equal(np.array(found, float), np.array(wanted, float))


def test_the_second_derivative_of_a_norm_at_zero_is_undefined() -> None:
    """The gradient 0 at (0, 0) is a convention; a second derivative there would be a wrong number."""
    unit = TABLE["unit"]
    with np.errstate(all="ignore"):
        slopes = unit.partials(np.float64(0), np.float64(0), unit(0.0, 0.0))
        (slope,) = TABLE["root"].partials(np.float64(0), np.float64(0))
    assert not np.isfinite(slopes).any()
    assert slope == 0


def test_derivatives_of_gamma_end_with_a_clear_error() -> None:
    builder = Builder()
    x = builder.value(builder.input("x"))
    high = TABLE["polygamma"](50, x)
    with pytest.raises(DomainError, match="order 51"):
        TABLE["polygamma"].partials(builder.value(50), x, high)
