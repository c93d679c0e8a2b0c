"""Points at which rows are tested, and graphs of their partials."""

from __future__ import annotations

import random
from functools import cache

import numpy as np

from symdiff.graph.build import Builder
from symdiff.graph.graph import Const, Graph, Param
from symdiff.graph.structure import SCALAR, Items
from symdiff.primitives import TABLE
from symdiff.primitives.row import UNKNOWN, Primitive

OPERATIONS = [row for row in TABLE.values() if row.expansion is None]
DIFFERENTIABLE = [row for row in OPERATIONS if row.partials is not None]


def points(row: Primitive, count: int) -> list[tuple[float, ...]]:
    """Points of the sample domain, the same on every run; operands that are always literals are integers."""
    generator = random.Random(row.name)
    return [
        tuple(
            generator.randint(int(low), int(high)) if position in row.literals else generator.uniform(low, high)
            for position, (low, high) in enumerate(row.sample)
        )
        for _ in range(count)
    ]


def partials_graph(row: Primitive, point: tuple[float, ...]) -> Graph:
    """The partials of a row as a graph over its operands; literal operands have their value in ``point``."""
    builder = Builder()
    names = [f"x{position}" for position in range(row.arity)]
    operands = [
        builder.value(Const(int(point[position])) if position in row.literals else builder.input(name))
        for position, name in enumerate(names)
    ]
    partials = [0 if partial is UNKNOWN else partial for partial in row.partials(*operands, row(*operands))]
    params = tuple(Param(name) for position, name in enumerate(names) if position not in row.literals)
    result = Items("tuple", (SCALAR,) * row.arity)
    return Graph(row.name, params, builder.body, tuple(map(builder.atom, partials)), result)


def variables(row: Primitive) -> list[int]:
    """The positions of the operands that are not always literals."""
    return [position for position in range(row.arity) if position not in row.literals]


@cache
def known(row: Primitive) -> list[int]:
    """The positions of the operands in which the derivative is known."""
    operands = [x if position in row.literals else np.float64(x) for position, x in enumerate(points(row, 1)[0])]
    partials = row.partials(*operands, row(*operands))
    return [position for position in variables(row) if partials[position] is not UNKNOWN]
