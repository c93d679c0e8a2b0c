"""Source under plain Python, compiled code and interpreter agree: every row, random graphs, branches, split functions."""

import random

import pytest

from symdiff.codegen import compile_source, emit, split
from symdiff.graph.graph import Param
from symdiff.graph.structure import Array
from symdiff.primitives import TABLE

from .graphs import agree, choose, graph, random_graph, source

ROWS = [row for row in TABLE.values() if row.code and row.operands == "float"]


def every_row():
    """All rows of the table in one function, and points from their samples."""
    generator = random.Random(1)
    spans = [span for row in ROWS for i, span in enumerate(row.sample) if i not in row.literals]
    points = [[generator.uniform(*span) for span in spans] for _ in range(20)]

    def rule(builder, *values):
        rest = iter(values)
        for row in ROWS:
            operands = [int(row.sample[i][1]) if i in row.literals else next(rest) for i in range(row.arity)]
            result = row(*operands)
            yield choose(builder, result, lambda: 1, lambda: 0) if row.result == "bool" else result

    params = (Param("p", Array((len(spans),))),)
    return graph("", lambda b, *values: list(rule(b, *values)), Array((len(ROWS),)), params), points


def test_every_row_of_the_table():
    agree(*every_row(), compiled=False)  # compiled by itself in tests/primitives/test_values.py


@pytest.mark.parametrize("seed", range(60))
def test_random_graphs(seed):
    made = random_graph(seed)
    generator = random.Random(seed)
    points = [[generator.uniform(-2, 2) for _ in "xyz"] for _ in range(10)]
    agree(made, points, compiled=seed % 15 == 0)


@pytest.mark.parametrize("seed", range(60))
def test_random_graphs_in_parts(seed, monkeypatch):
    monkeypatch.setattr(split, "LONGEST", 25.0)
    monkeypatch.setattr(split, "PART", 8.0)
    monkeypatch.setattr(split, "DEEPEST", 2)
    made = random_graph(seed)
    assert "work" in source(made)
    generator = random.Random(seed)
    points = [[generator.uniform(-2, 2) for _ in "xyz"] for _ in range(10)]
    agree(made, points, compiled=seed == 30)


def nested(depth):
    """A chain of early returns: each else holds the next test."""

    def rule(builder, x):
        def level(value, left):
            if not left:
                return value
            condition = TABLE["lt"](value, 0.1 * left)
            return choose(builder, condition, lambda: value * 0.5, lambda: level(value * 0.9 + 0.1, left - 1), "y")

        return level(x, depth)

    return graph("x", rule)


def test_an_else_that_holds_one_if_is_an_elif():
    def rule(builder, x):
        def long(k):
            return sum((TABLE["sin"](x * k) / (x - i) for i in range(2, 7)), x)

        def level(left):
            test = TABLE["lt"](x, -left)
            return choose(builder, test, lambda: long(left), lambda: level(left - 1) if left else long(5), "y")

        return level(3)

    text = source(graph("x", rule))
    assert text.count("elif") == 3
    assert text.count("else:") == 1
    agree(graph("x", rule), [(-4.0,), (-2.5,), (-1.5,), (-0.5,), (0.5,)], compiled=False)


def test_deep_branches_are_cut():
    """Python allows 100 levels of indentation."""
    made = nested(150)
    text = source(made)
    assert max(len(line) - len(line.lstrip()) for line in text.splitlines()) <= 4 * (split.DEEPEST + 1)
    agree(made, [(0.3,), (20.0,), (5.0,)], compiled=False)


def long_chain(steps, branches):
    """A chain of steps, with or without a branch in each, and all intermediate values in the result."""

    def rule(builder, x):
        values = [x]
        for _ in range(steps):
            last = values[-1]
            value = TABLE["sin"](last) * last + 1 / (1 + last * last)
            if branches:
                test = TABLE["gt"](last, 0.5)
                value = choose(builder, test, lambda value=value: value * 0.5, lambda last=last: last + 0.3, "y")
            values.append(value)
        return values

    return graph("x", rule, Array((steps + 1,)))


def test_straight_code_is_split_only_where_it_is_very_long():
    assert source(long_chain(400, branches=False)).count("def ") == 1  # 2000 operations: one function compiles faster
    assert source(long_chain(1000, branches=False)).count("def ") > 2
    agree(long_chain(1000, branches=False), [(0.3,)], compiled=False)


def test_many_branches_are_split():
    text = source(long_chain(150, branches=True))
    assert text.count("def ") > 2
    assert text.rindex("def df(") == text.rindex("def ")
    agree(long_chain(150, branches=True), [(0.3,), (-2.0,)], compiled=False)


def test_a_hundred_thousand_operations_are_written():
    made = long_chain(16_667, branches=False)
    assert len(made.body) >= 100_000
    text = emit(made, name="df", title="Long.")
    assert len(text) < 4_000_000


def test_a_real_power_of_a_negative_number_is_nan_when_compiled():
    made = graph("xy", lambda b, x, y: x**y)
    assert str(compile_source(source(made), "df")(-2.0, 0.5)) == "nan"
