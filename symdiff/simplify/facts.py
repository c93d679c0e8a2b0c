"""What is known of a value from how it is made: facts that a rewrite may ask of its operands."""

from __future__ import annotations

import math
from collections.abc import Callable
from enum import Flag, auto

from symdiff.graph.graph import Atom, Const, Let
from symdiff.graph.signs import GREATER, LESS, NONNEGATIVE, ODD

MAX_EXPONENT = 64


class Fact(Flag):
    """Facts of an atom. Of a run-time value: it is NaN, or the fact holds."""

    NONE = 0
    NONNEGATIVE = auto()
    SQUARES = auto()  # a square, or a sum of squares
    EXPONENTIALS = auto()  # exp of something, or a sum of those, in which 1 may occur
    ONE = auto()  # the literal 1
    EVEN = auto()  # an even integer literal other than 0
    INTEGRAL = auto()  # a float literal that is a small integer
    NEGATIVE = auto()  # a literal below 0
    POSITIVE = auto()  # a literal above 0
    LITERAL = auto()  # a number that is known


CLOSED = ODD | GREATER | LESS | {"add", "mul", "div"}


def facts_of_const(const: Const) -> Fact:
    """The facts of a literal."""
    value = const.value
    found = Fact.NONE
    if isinstance(value, bool) or math.isnan(value):
        return found
    found |= Fact.LITERAL
    if value >= 0:
        found |= Fact.NONNEGATIVE
    if const.symbol:
        return found
    if value < 0:
        found |= Fact.NEGATIVE
    if value > 0:
        found |= Fact.POSITIVE
    if value == 1:
        found |= Fact.ONE
    if isinstance(value, int) and value != 0 and value % 2 == 0:
        found |= Fact.EVEN
    if isinstance(value, float) and abs(value) <= MAX_EXPONENT and value == int(value):
        found |= Fact.INTEGRAL
    return found


def facts_of_let(let: Let, facts: Callable[[Atom], Fact]) -> Fact:
    """The facts of a let, from those of its operands (looked up with ``facts``)."""
    name, args = let.op.name, let.args
    if let.op.operands == "bool" or let.kind == "bool":
        return Fact.NONE
    if _is_square(let, facts):
        return Fact.SQUARES | Fact.NONNEGATIVE
    if name == "exp":
        return Fact.EXPONENTIALS | Fact.NONNEGATIVE
    found = Fact.NONNEGATIVE if name in NONNEGATIVE else Fact.NONE
    if name == "pow":
        found |= facts(args[0]) & Fact.NONNEGATIVE  # whatever the exponent
    elif name in CLOSED:
        found |= facts(args[0]) & facts(args[-1]) & Fact.NONNEGATIVE
    if name == "add":
        found |= facts(args[0]) & facts(args[1]) & Fact.SQUARES
        if all(facts(arg) & (Fact.EXPONENTIALS | Fact.ONE) for arg in args):
            found |= Fact.EXPONENTIALS
    return found


def _is_square(let: Let, facts: Callable[[Atom], Fact]) -> bool:
    if let.op.name == "mul":
        return let.args[0] == let.args[1]
    return let.op.name == "pow" and Fact.EVEN in facts(let.args[1])
