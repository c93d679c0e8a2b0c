"""Deltas: ranges of which a guard, or their own bounds, leave one element are not summed over.

The sum over j of ``a[j]`` where j == i + 1 is ``a[i + 1]``, where i + 1 is inside the range of j.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from symdiff.graph.affine import ONE, Affine
from symdiff.graph.bounds import renumbered
from symdiff.graph.terms import Guard, Range, Term


def without_deltas(term: Term, rank: int) -> Term:
    """The term without the ranges that have one element; ``rank`` is the number of axes of its statement."""
    for number in reversed(range(len(term.ranges))):
        position = rank + number
        made = _single(term, position, rank)
        if made is not None and is_ordered(made.ranges, [position], rank):
            return without_deltas(renumbered(made, [position], rank), rank)
    return term


def _single(term: Term, position: int, rank: int) -> Term | None:
    """The term where the index of a range is what alone it can be; None if nothing tells that."""
    each = term.ranges[position - rank]
    if each.high - each.low == ONE:
        return term.substitute({position: each.low})
    deltas = (guard for guard in term.guards if guard.test == "==" and not guard.modulus)
    guard = next((guard for guard in deltas if is_solvable(guard.affine, position)), None)
    if guard is None:
        return None
    rest = replace(term, guards=tuple(other for other in term.guards if other is not guard))
    return solved(rest, position, solution(guard.affine, position), rank)


def is_solvable(part: Affine, position: int) -> bool:
    """Whether an expression can be solved for an index: it occurs once, with the factor 1 or -1."""
    inside = {place for element in part.elements for index in element.index for place in index.positions}
    return abs(part.coefficient(position)) == 1 and position not in inside


def solution(part: Affine, position: int) -> Affine:
    """What an index is where an expression is 0."""
    factor = part.coefficient(position)
    return (Affine.of(position) * factor - part) * factor


def solved(term: Term, position: int, found: Affine, rank: int) -> Term:
    """The term where the index of a range is known, if that is inside the range."""
    each = term.ranges[position - rank]
    inside = (Guard(found - each.low), Guard(each.high - 1 - found))
    return replace(term, guards=(*term.guards, *inside)).substitute({position: found})


def is_ordered(ranges: Sequence[Range], removed: Sequence[int], rank: int) -> bool:
    """Whether the bounds of the ranges that are left depend on the axes and on earlier ranges only."""
    seen = set(range(rank))
    for number, each in enumerate(ranges):
        if rank + number in removed:
            continue
        if not (each.low.positions | each.high.positions) <= seen:
            return False
        seen.add(rank + number)
    return True
