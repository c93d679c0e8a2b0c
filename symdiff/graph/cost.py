"""Counting operations, with the weights of the size law: + - * are 1, / and sqrt 4, elementary functions 10, special 50."""

from __future__ import annotations

from collections.abc import Collection

from symdiff.graph.graph import Block, Const, Graph, If, Let
from symdiff.primitives.row import ARITHMETIC, DIVISION

MAX_MULTIPLIED = 64  # integer powers up to here are multiplications, beyond a call of pow


def weight(let: Let) -> int:
    """The cost of one operation; an integer power costs the multiplications of binary powering."""
    exponent = let.args[-1]
    if let.op.name != "pow" or not isinstance(exponent, Const) or type(exponent.value) is not int:
        return let.op.weight
    size = abs(exponent.value)
    if size > MAX_MULTIPLIED:
        return let.op.weight
    multiplications = size.bit_length() - 1 + size.bit_count() - 1 if size else 0
    return multiplications * ARITHMETIC + (DIVISION if exponent.value < 0 else 0)


def is_constant(let: Let, constants: Collection[str]) -> bool:
    """Whether an operation is on literals and ``constants`` only: a compiler folds it, so it costs nothing."""
    return all(isinstance(arg, Const) or arg in constants for arg in let.args)


def cost(graph: Graph) -> int:
    """The weighted number of operations on the worst path, in time linear in the size of the graph."""
    return _cost(graph.body, set())


def _cost(block: Block, constants: set[str]) -> int:
    total = 0
    for statement in block:
        if isinstance(statement, Let):
            if is_constant(statement, constants):
                constants.add(statement.name)
            else:
                total += weight(statement)
        elif isinstance(statement, If):
            total += max(_cost(statement.then, constants), _cost(statement.orelse, constants))
    return total
