"""What is known of a condition on the path that is being read, because a branch around it was taken.

``if x > 0: return f(-x)`` ends there, although f tests its argument again: -x > 0 is false where x > 0 holds.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from symdiff.frontend.values import Choice, Value
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


def _signs(reader: Reader, atom: Atom) -> tuple[Atom, frozenset[str]] | None:
    """A comparison with 0 as a number and the signs for which it holds; a negation counts for the number itself."""
    let = reader.builder.definitions.get(atom) if isinstance(atom, str) else None
    if let is None or let.op.name not in SIGNS:
        return None
    (left, right), name = let.args, let.op.name
    if _is_zero(left):
        left, right, name = right, left, SWAPPED.get(name, name)
    if not _is_zero(right):
        return None
    signs = SIGNS[name]
    while isinstance(left, str) and (inner := reader.builder.definitions.get(left)) is not None and inner.op.name == "neg":
        left, signs = inner.args[0], frozenset("".join(signs).translate(OPPOSITE))
    return left, signs


def _is_zero(atom: Atom) -> bool:
    return isinstance(atom, Const) and atom.value == 0
