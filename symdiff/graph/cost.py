"""Counting operations, with the weights of the size law: + - * are 1, / and sqrt 4, elementary functions 10, special 50."""

from __future__ import annotations

import math
from collections.abc import Collection

from symdiff.graph.affine import Axes
from symdiff.graph.graph import Block, Const, Fold, Graph, If, Let, Loop, Sum
from symdiff.graph.terms import Term
from symdiff.graph.whole import matrices_of
from symdiff.primitives.row import ARITHMETIC, DIVISION

NOMINAL = 100  # what a size counts as: only comparisons of two graphs of the same sizes are made with it
SORTED = 10  # operations for each element of what is sorted or searched
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
                total += weight(statement) * elements(statement.axes)
        elif isinstance(statement, Sum | Fold):
            total += sum(additions(term, statement.axes) for term in statement.terms)
            if isinstance(statement, Sum):  # of one term, nothing is added to it
                total -= elements(statement.axes) if len(statement.terms) == 1 and not statement.terms[0].ranges else 0
        elif isinstance(statement, If):
            total += max(_cost(statement.then, constants), _cost(statement.orelse, constants))
        elif isinstance(statement, Loop):
            if statement.solver:
                axes = matrices_of(statement)[0][1]
                total += elements(axes) * (elements(axes[:1]) if len(axes) > 1 else SORTED)
                continue
            times = NOMINAL if statement.trip is None else elements((statement.trip,))
            total += times * (_cost(statement.step.body, set()) + 1)
    return total


def elements(axes: Axes) -> int:
    """The number of elements of an array, each size taken as ``NOMINAL``."""
    return math.prod(max(length.const + NOMINAL * sum(factor for _, factor in length.terms), 1) for length in axes)


def additions(term: Term, axes: Axes) -> int:
    """The number of additions that a term stands for; a bound that depends on an index counts as half of the size."""
    count = 1 if term.address is not None else elements(axes)
    for each in term.ranges:
        length = each.high - each.low
        count *= max(elements((length,)) if not length.positions else NOMINAL // 2, 1)
    return count
