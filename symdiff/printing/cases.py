"""Conditions and cases on SymPy expressions: deciding conditions by others, flat lists of cases, pulling cases out.

Imports SymPy: import it inside functions only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sympy as sp
from sympy.core.relational import (
    Equality,
    GreaterThan,
    LessThan,
    Relational,
    StrictGreaterThan,
    StrictLessThan,
    Unequality,
)

from symdiff.printing.terms import replaced

Arm = tuple[Any, Any]  # value, condition

_LESS, _EQUAL, _GREATER = 1, 2, 4
_ANY = _LESS | _EQUAL | _GREATER
_RELATIONS = {
    StrictLessThan: _LESS,
    LessThan: _LESS | _EQUAL,
    Equality: _EQUAL,
    GreaterThan: _GREATER | _EQUAL,
    StrictGreaterThan: _GREATER,
    Unequality: _LESS | _GREATER,
}
_MIRRORED = {_LESS: _GREATER, _GREATER: _LESS, _EQUAL: _EQUAL}


class Facts:
    """What is known: where expressions lie, which of <, =, > pairs of them still allow, and other conditions."""

    def __init__(self) -> None:
        self._ranges: dict[Any, Range] = {}
        self._pairs: dict[tuple[Any, Any], int] = {}
        self._truths: dict[Any, bool] = {}

    def decide(self, condition: Any) -> bool | None:
        """Whether a condition holds, or None if that does not follow from what is known."""
        if condition in (sp.true, sp.false):
            return bool(condition)
        if condition in self._truths:
            return self._truths[condition]
        if isinstance(condition, sp.Not):
            inner = self.decide(condition.args[0])
            return None if inner is None else not inner
        if isinstance(condition, sp.And | sp.Or):
            parts = [self.decide(part) for part in condition.args]
            deciding = isinstance(condition, sp.Or)
            if deciding in parts:
                return deciding
            return None if None in parts else not deciding
        if type(condition) not in _RELATIONS:
            return None
        left, right, signs = _ordered(condition)
        possible = self._ranges.get(left, Range()).signs(right) if _is_number(right) else self._pairs.get((left, right), _ANY)
        if not possible & ~signs:
            return True
        return False if not possible & signs else None

    def reduce(self, condition: Any) -> Any:
        """Leave out what follows from what is known, and from the other parts of the condition."""
        truth = self.decide(condition)
        if truth is not None:
            return sp.true if truth else sp.false
        if not isinstance(condition, sp.And | sp.Or):
            return condition
        value = isinstance(condition, sp.And)
        parts = sorted(condition.args, key=lambda part: (-len(part.atoms(Relational)), sp.default_sort_key(part)))
        for part in list(parts):
            parts.remove(part)
            given = self
            for other in parts:
                given = given.assuming(other, value)
            parts.append(given.reduce(part))
        return condition.func(*parts)

    def assuming(self, condition: Any, truth: bool = True) -> Facts:
        """Return these facts and one more."""
        facts = Facts()
        facts._ranges = dict(self._ranges)
        facts._pairs = dict(self._pairs)
        facts._truths = dict(self._truths)
        stack = [(condition, truth)]
        while stack:
            part, value = stack.pop()
            facts._truths[part] = value
            if isinstance(part, sp.Not):
                stack.append((part.args[0], not value))
            elif isinstance(part, sp.And if value else sp.Or):
                stack += [(arg, value) for arg in part.args]
            elif type(part) in _RELATIONS:
                left, right, signs = _ordered(part)
                signs = signs if value else _ANY & ~signs
                if _is_number(right):
                    facts._ranges[left] = facts._ranges.get(left, Range()).restricted(right, signs)
                else:
                    facts._pairs[left, right] = facts._pairs.get((left, right), _ANY) & signs
        return facts


@dataclass(frozen=True)
class Range:
    """The numbers between two bounds (which belong to it unless they are in ``without``)."""

    low: Any = -sp.oo
    high: Any = sp.oo
    without: frozenset[Any] = frozenset()

    def signs(self, number: Any) -> int:
        """Return the signs that the difference to a number can have."""
        inside = self.low <= number and number <= self.high and number not in self.without
        return (_LESS if self.low < number else 0) | (_GREATER if self.high > number else 0) | (_EQUAL if inside else 0)

    def restricted(self, number: Any, signs: int) -> Range:
        """Return the part where the difference to a number has one of the signs."""
        low = self.low if signs & _LESS else max(self.low, number)
        high = self.high if signs & _GREATER else min(self.high, number)
        return Range(low, high, self.without if signs & _EQUAL else self.without | {number})


def _is_number(side: Any) -> bool:
    return bool((side.is_Number or isinstance(side, sp.NumberSymbol)) and side is not sp.nan)


def _ordered(relation: Any) -> tuple[Any, Any, int]:
    """Order the sides (a number stands right); give them and the signs of their difference where the relation holds."""
    signs = _RELATIONS[type(relation)]
    left, right = relation.args
    if _is_number(right) or (not _is_number(left) and sp.default_sort_key(left) <= sp.default_sort_key(right)):
        return left, right, signs
    return right, left, sum(mirrored for sign, mirrored in _MIRRORED.items() if sign & signs)


def choose(condition: Any, then: Any, orelse: Any) -> Any:
    """Write ``then`` where the condition holds, else ``orelse``, as one flat Piecewise (or none where it is decided)."""
    return piecewise([*_guarded(then, condition), *_guarded(orelse, sp.true)])


def choose_condition(condition: Any, then: Any, orelse: Any) -> Any:
    """Return the condition that is ``then`` where the first one holds, else ``orelse``."""
    return Facts().reduce(sp.Or(sp.And(condition, then), sp.And(sp.Not(condition), orelse)))


def _guarded(value: Any, guard: Any) -> list[Arm]:
    if not isinstance(value, sp.Piecewise):
        return [(value, guard)]
    return [(part, sp.And(guard, condition)) for part, condition in value.args]


def piecewise(arms: Sequence[Arm]) -> Any:
    """Cases in order, without those that cannot occur; equal neighbours are one case. Nothing else is rewritten."""
    facts = Facts()
    kept: list[Arm] = []
    for value, condition in arms:
        reduced = facts.reduce(condition)
        if reduced == sp.false:
            continue
        if kept and kept[-1][0] == value:
            kept[-1] = (value, sp.Or(kept[-1][1], reduced))
        else:
            kept.append((value, reduced))
        if reduced == sp.true:
            break
        facts = facts.assuming(reduced, False)
    if not kept:
        return sp.nan
    return kept[0][0] if kept[0][1] == sp.true else sp.Piecewise(*kept, evaluate=False)


def hoist(expr: Any, limit: int) -> Any | None:
    """Return the same expression as one list of cases without cases inside, or None beyond ``limit`` cases."""
    arms = _split(expr, Facts(), limit)
    return None if arms is None else piecewise(arms)


def _split(expr: Any, facts: Facts, limit: int) -> list[Arm] | None:
    inner = next((node for node in sp.preorder_traversal(expr) if isinstance(node, sp.Piecewise)), None)
    if inner is None:
        return [(expr, sp.true)]
    arms: list[Arm] = []
    for value, condition in inner.args:
        truth = facts.decide(condition)
        if truth is False:
            continue
        part = sp.true if truth else condition
        deeper = _split(replaced(expr, {inner: value}), facts.assuming(condition), limit - len(arms))
        if deeper is None or len(arms) + len(deeper) > limit:
            return None
        arms += [(found, sp.And(part, extra)) for found, extra in deeper]
        if truth:
            break
        facts = facts.assuming(condition, False)
    return arms


def chained(condition: Any) -> list[tuple[Any, ...]]:
    """The parts of a conjunction in a fixed order; two relations ``a < x`` and ``x <= b`` that read as ``a < x <= b`` are one."""
    parts = sorted(condition.args, key=sp.default_sort_key)
    found: list[tuple[Any, ...]] = []
    while parts:
        first = parts.pop(0)
        pairs = ((other, interval(first, other)) for other in parts)
        other, pair = next(((other, pair) for other, pair in pairs if pair is not None), (None, None))
        if pair is not None:
            parts.remove(other)
        found.append((first,) if pair is None else pair)
    return found


def interval(first: Any, second: Any) -> tuple[Any, Any] | None:
    """Two relations ``a < x`` and ``x <= b`` that read as one chain ``a < x <= b``, or None."""
    if not (_is_order(first) and _is_order(second)):
        return None
    for one, other in ((first, second), (second, first)):
        lower = one.reversed if isinstance(one, StrictGreaterThan | GreaterThan) else one
        upper = other.reversed if isinstance(other, StrictGreaterThan | GreaterThan) else other
        if lower.rhs == upper.lhs and lower.rhs.free_symbols and lower.lhs != upper.rhs:
            return lower, upper
    return None


def _is_order(condition: Any) -> bool:
    return type(condition) in _RELATIONS and not isinstance(condition, Equality | Unequality)
