"""Conditions and cases on SymPy expressions: deciding conditions by others, flat lists of cases, pulling cases out.

Imports SymPy: import it inside functions only.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sympy as sp
from sympy.core.relational import Equality, GreaterThan, LessThan, StrictGreaterThan, StrictLessThan, Unequality

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
    """What is known about pairs of expressions (which of <, =, > remain possible) and about other conditions."""

    def __init__(self) -> None:
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
        pair, signs = _signs(condition)
        possible = self._pairs.get(pair, _ANY)
        if not possible & ~signs:
            return True
        return False if not possible & signs else None

    def assuming(self, condition: Any, truth: bool = True) -> Facts:
        """Return these facts and one more."""
        facts = Facts()
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
                pair, signs = _signs(part)
                facts._pairs[pair] = facts._pairs.get(pair, _ANY) & (signs if value else ~signs)
        return facts


def _signs(relation: Any) -> tuple[tuple[Any, Any], int]:
    """Return the sides in a fixed order, and the set of signs of their difference for which the relation holds."""
    signs = _RELATIONS[type(relation)]
    left, right = relation.args
    if sp.default_sort_key(left) <= sp.default_sort_key(right):
        return (left, right), signs
    return (right, left), sum(mirrored for sign, mirrored in _MIRRORED.items() if sign & signs)


def choose(condition: Any, then: Any, orelse: Any) -> Any:
    """Write ``then`` where the condition holds, else ``orelse``, as one flat Piecewise (or none where it is decided)."""
    return piecewise([*_guarded(then, condition), *_guarded(orelse, sp.true)])


def choose_condition(condition: Any, then: Any, orelse: Any) -> Any:
    """Return the condition that is ``then`` where the first one holds, else ``orelse``."""
    return sp.Or(sp.And(condition, then), sp.And(sp.Not(condition), orelse))


def _guarded(value: Any, guard: Any) -> list[Arm]:
    if not isinstance(value, sp.Piecewise):
        return [(value, guard)]
    return [(part, sp.And(guard, condition)) for part, condition in value.args]


def piecewise(arms: Sequence[Arm]) -> Any:
    """Cases in order, without those that cannot occur; equal neighbours are one case. Nothing else is rewritten."""
    facts = Facts()
    kept: list[Arm] = []
    for value, condition in arms:
        truth = facts.decide(condition)
        if truth is False:
            continue
        reduced = sp.true if truth else condition
        if kept and kept[-1][0] == value:
            merged = sp.true if truth else sp.Or(kept[-1][1], reduced)
            kept[-1] = (value, merged)
        else:
            kept.append((value, reduced))
        if truth:
            break
        facts = facts.assuming(condition, False)
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
        deeper = _split(expr.xreplace({inner: value}), facts.assuming(condition), limit - len(arms))
        if deeper is None or len(arms) + len(deeper) > limit:
            return None
        arms += [(found, sp.And(part, extra)) for found, extra in deeper]
        if truth:
            break
        facts = facts.assuming(condition, False)
    return arms


def interval(condition: Any) -> tuple[Any, Any] | None:
    """Two relations ``a < x`` and ``x <= b`` that read as one chain ``a < x <= b``, or None."""
    if not isinstance(condition, sp.And) or len(condition.args) != 2 or not all(map(_is_order, condition.args)):
        return None
    for first, second in (condition.args, reversed(condition.args)):
        lower = first.reversed if isinstance(first, StrictGreaterThan | GreaterThan) else first
        upper = second.reversed if isinstance(second, StrictGreaterThan | GreaterThan) else second
        if lower.rhs == upper.lhs and lower.rhs.free_symbols and lower.lhs != upper.rhs:
            return lower, upper
    return None


def _is_order(condition: Any) -> bool:
    return type(condition) in _RELATIONS and not isinstance(condition, Equality | Unequality)
