"""Formulas say the same as the graphs they come from: every row, every partial, random graphs with branches."""

import random

import mpmath
import pytest
import sympy as sp

from symdiff.graph.evaluate import evaluate
from symdiff.graph.graph import Const
from symdiff.graph.structure import SCALAR, Items
from symdiff.primitives import TABLE
from symdiff.primitives.row import UNKNOWN
from symdiff.printing import as_latex, as_text, formula
from symdiff.printing.heading import Heading

# shift: a number that the result does not depend on; on paper it is 0.
ROWS = [row for row in TABLE.values() if row.expansion is None and row.result == "float" and row.name != "shift"]
DIGITS = 30
PAIR = Items("tuple", (SCALAR, SCALAR))


@pytest.fixture(autouse=True)
def precision():
    with mpmath.workdps(DIGITS):
        yield


def points(row, count, seed):
    """Points of the sample domain of a row, the same in every run."""
    choice = random.Random(f"{row.name} {seed}")
    for _ in range(count):
        yield [
            choice.randint(int(low), int(high)) if position in row.literals else choice.uniform(low, high)
            for position, (low, high) in enumerate(row.sample)
        ]


def value_of(expr, values):
    """A SymPy expression (or condition) at a point."""
    found = expr.xreplace(values)
    return found if found in (sp.true, sp.false) else found.evalf(DIGITS)


def values_of(found, names, point):
    """The values of all expressions of a formula at a point."""
    values = {sp.Symbol(name, real=True): sp.Float(number, DIGITS) for name, number in zip(names, point, strict=True)}
    for symbol, expr in found.where:
        values[symbol] = value_of(expr, values)
    return [mpmath.mpf(value_of(expr, values)) for expr in found.exprs]


def agree(graph, point):
    """Equal but for 0.1, which is a tenth on paper and the nearest double in a graph."""
    wanted = evaluate(graph, [mpmath.mpf(number) for number in point], "mpmath")
    got = values_of(formula(graph), graph.inputs, point)
    return all(abs(one - other) <= mpmath.mpf(10) ** -15 * (1 + abs(other)) for one, other in zip(got, wanted, strict=True))


def applied(row, point, make, rule):
    """The graph of a rule on the operands of a row, those that are always literals given as such."""
    names = [f"x{position}" for position in range(row.arity) if position not in row.literals]

    def whole(builder, *handles):
        rest = iter(handles)
        operands = [
            builder.value(Const(int(number))) if position in row.literals else next(rest) for position, number in enumerate(point)
        ]
        return rule(operands)

    numbers = [number for position, number in enumerate(point) if position not in row.literals]
    return make(names, whole), numbers


@pytest.mark.parametrize("row", ROWS, ids=[row.name for row in ROWS])
def test_rows(make, row):
    for point in points(row, 4, seed=1):
        graph, numbers = applied(row, point, make, lambda operands: row(*operands))
        assert agree(graph, numbers), point


@pytest.mark.parametrize("row", [row for row in ROWS if row.partials], ids=lambda row: row.name)
def test_partials(make, row):
    for point in points(row, 3, seed=2):
        for index in range(row.arity):
            if index in row.literals or row.partials(*point, row(*point))[index] is UNKNOWN:
                continue
            rule = lambda operands, index=index: row.partials(*operands, row(*operands))[index]  # noqa: E731
            graph, numbers = applied(row, point, make, rule)
            assert agree(graph, numbers), point


def random_rule(seed, count):
    """A rule on two handles: ``count`` random operations, with branches two deep and conditions met again."""
    choice = random.Random(seed)
    row = TABLE.__getitem__

    def operation(a, c):
        return choice.choice(
            (
                lambda: row("sin")(a), lambda: row("exp")(row("sin")(a)), lambda: row("sqrt")(a * a + 1),
                lambda: row("log")(a * a + 2), lambda: row("tanh")(a), lambda: a**2, lambda: 1 / (a * a + 1),
                lambda: a * choice.choice((2, 0.5, 0.1, -1)), lambda: a - c, lambda: a + c, lambda: a + c,
                lambda: a * c, lambda: a * c, lambda: row("max")(a, c), lambda: row("tie")(a, c) * a,
                lambda: row("sign")(a) * c, lambda: row("abs")(a) / (c * c + 1), lambda: -(a + c),
            )
        )()  # fmt: skip

    def rule(builder, *inputs):
        conditions = []

        def block(pool, count, depth):
            pool = list(pool)
            for _ in range(count):
                a, c = choice.choice(pool), choice.choice(pool)
                if depth and choice.random() < 0.15:
                    pool += branch(a, c, pool, depth)
                else:
                    pool.append(operation(a, c))
            return pool

        def branch(a, c, pool, depth):
            if conditions and choice.random() < 0.5:
                condition = choice.choice(conditions)
            else:
                condition = row(choice.choice(("lt", "gt", "le")))(a, choice.choice((c, builder.value(Const(0)))))
                conditions.extend([condition] if depth == 2 else [])
            with builder.block() as then:
                first = block(pool, choice.randint(1, 4), depth - 1)
            with builder.block() as orelse:
                second = block(pool, choice.randint(0, 3), depth - 1)
            pairs = [("y", choice.choice(first).atom, choice.choice(second).atom) for _ in range(2)]
            return [builder.value(atom) for atom in builder.branch(condition.atom, then, orelse, pairs)]

        return block(inputs, count, 2)[-2:]

    return rule


@pytest.mark.parametrize("seed", range(40))
def test_random_graphs(make, seed):
    graph = make("xy", random_rule(seed, 4 + seed), PAIR)
    choice = random.Random(seed)
    for _ in range(2):
        assert agree(graph, [choice.uniform(-2, 2) for _ in "xy"])
    heading = Heading("f", ("x", "y"), "gradient", (("x", 1), ("y", 1)))
    assert as_text(graph, heading).startswith("∂f/∂x = ")
    assert "\\partial x" in as_latex(graph, heading)
