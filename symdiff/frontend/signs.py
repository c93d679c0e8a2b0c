"""What is known of a condition on the path that is being read, because a branch around it was taken.

``if x > 0: return f(-x)`` ends there, although f tests its argument again: -x > 0 is false where x > 0 holds.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

from symdiff.frontend.values import Choice, Value
from symdiff.graph.affine import Affine
from symdiff.graph.bounds import is_certain
from symdiff.graph.graph import Atom, Const

if TYPE_CHECKING:
    from symdiff.frontend.lower import Reader

# The signs for which a comparison with 0 holds. A NaN has a sign of its own, for which only != holds.
SIGNS = {
    "lt": frozenset("-"),
    "le": frozenset("-0"),
    "gt": frozenset("+"),
    "ge": frozenset("0+"),
    "eq": frozenset("0"),
    "ne": frozenset("-+?"),
}
ALL = frozenset("-0+?")
SWAPPED = {"lt": "gt", "le": "ge", "gt": "lt", "ge": "le"}
Base = Atom | tuple[float, Atom]  # a number, or a number times a factor
OPPOSITE = str.maketrans("-+", "+-")


def decided(reader: Reader, atom: Atom) -> bool | None:
    """The truth of a condition on this path, or None if it is open."""
    facts = [fact for known, holds in reader.facts for fact in _parts(reader, known, holds)]
    for known, holds in facts:
        if known == atom:
            return holds
    asked = _signs(reader, atom)
    if asked is None:
        return None
    base, wanted = asked
    possible = ALL
    for known, holds in facts:
        fact = _signs(reader, known)
        if fact is not None and fact[0] == base:
            possible &= fact[1] if holds else ALL - fact[1]
    return True if possible <= wanted else False if not possible & wanted else None


def integer_facts(reader: Reader) -> list[Affine]:
    """What the branches around say of integers: expressions that are at least 0."""
    found: list[Affine] = []
    if not reader.comparisons:
        return found
    for atom, holds in (part for known, truth in reader.facts for part in _parts(reader, known, truth)):
        guard = reader.comparisons.get(atom)
        if guard is None:
            continue
        guard = guard if holds else guard.negated()
        if guard.test == ">=":
            found.append(guard.affine)
        elif guard.test == "==":
            found += [guard.affine, -guard.affine]
        else:  # what is at least 0, and not 0
            found += [part - 1 for part in (guard.affine, -guard.affine) if is_certain(part)]
    return found


def settled(reader: Reader, value: Value) -> Value:
    """A value without the choices that are decided on this path."""
    while isinstance(value, Choice) and (known := decided(reader, value.condition)) is not None:
        value = value.then if known else value.orelse
    return value


def _parts(reader: Reader, atom: Atom, holds: bool) -> Iterator[tuple[Atom, bool]]:
    """A fact, and what it says of the operands of ``and``, ``or`` and ``not``."""
    yield atom, holds
    let = reader.builder.definitions.get(atom) if isinstance(atom, str) else None
    if let is not None and (let.op.name, holds) in (("and", True), ("or", False), ("not", True), ("not", False)):
        for operand in let.args:
            yield from _parts(reader, operand, holds != (let.op.name == "not"))


def _signs(reader: Reader, atom: Atom) -> tuple[Base, frozenset[str]] | None:
    """A comparison with 0 as a number and the signs of it for which it holds."""
    let = reader.builder.definitions.get(atom) if isinstance(atom, str) else None
    if let is None or let.op.name not in SIGNS:
        return None
    (left, right), name = let.args, let.op.name
    if _is_zero(left):
        left, right, name = right, left, SWAPPED.get(name, name)
    if not _is_zero(right):
        return None
    base, flipped = _base(reader, left)
    return base, frozenset("".join(SIGNS[name]).translate(OPPOSITE)) if flipped else SIGNS[name]


def _base(reader: Reader, atom: Atom) -> tuple[Base, bool]:
    """What has the same sign as a number, or, if the second result is True, the opposite one."""
    flipped = False
    while isinstance(atom, str) and (let := reader.builder.definitions.get(atom)) is not None:
        factors = [arg.value for arg in let.args if isinstance(arg, Const) and isinstance(arg.value, int | float)]
        if let.op.name == "neg":
            atom, flipped = let.args[0], not flipped
        elif let.op.name == "mul" and len(factors) == 1 and factors[0] != 0 and math.isfinite(factors[0]):
            rest = next(arg for arg in let.args if not isinstance(arg, Const))
            flipped ^= factors[0] < 0
            if abs(factors[0]) < 1:  # the product may underflow to 0
                return (abs(factors[0]), rest), flipped
            atom = rest
        else:
            break
    return atom, flipped


def _is_zero(atom: Atom) -> bool:
    return isinstance(atom, Const) and atom.value == 0
