"""Sums the other way round: the adjoint of a term, and deltas contracted so that it becomes a gather again.

``y[i] = sum_j x[a(i, j)]`` has the adjoint ``x_bar[a(i, j)] += y_bar[i]`` over i and j: a scatter. Where an index can be
solved for (``k = i + 1`` gives ``i = k - 1``), it becomes ``x_bar[k] = y_bar[k - 1]`` where ``0 <= k - 1 < n``, which is
d x[i] / d x[k] = delta(i, k) contracted inside its range. What cannot be solved (an index from data) stays a scatter.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from symdiff.graph.affine import Affine, Axes, identity
from symdiff.graph.bounds import pruned, renumbered
from symdiff.graph.graph import Atom
from symdiff.graph.terms import Guard, Range, Term, full_ranges


def transposed(term: Term, axes: Axes, bar: Atom, rank: int) -> Term:
    """What a term of an array with these axes and this adjoint adds to the adjoint of the array of ``rank`` that it reads."""
    own = len(axes)
    if term.address is None:
        inner = term.moved(lambda position: position + rank)
        ranges, at = (*full_ranges(axes), *inner.ranges), identity(own, rank)
    else:
        inner = term.moved(lambda position: position - own + rank)
        ranges, at = inner.ranges, inner.address or ()
    made = Term(bar, at if isinstance(bar, str) else (), ranges, inner.guards, inner.index)
    return replace(made, address=None) if rank == 0 else made


def contracted(term: Term, axes: Axes) -> Term | None:
    """A scatter as a gather, if each index of its address can be solved for; None for a term that adds nothing.

    An index that is told by the others stays as a delta: the adjoint of a diagonal is ``S_bar[k, l] = y_bar[k]`` where k == l.
    """
    rank = len(axes)
    term = without_deltas(term, rank)
    if term.address is None:
        return pruned(term, axes)
    work, address = term, list(term.address)
    removed: list[int] = []
    told: list[int] = []
    for axis in range(rank):
        position = _solvable(address[axis], rank, removed)
        if position is None:
            told.append(axis)
            continue
        solution = _solution(address[axis] - Affine.of(axis), position)
        work = replace(_solved(replace(work, address=None), position, solution, rank), address=work.address)
        address = [part.substitute({position: solution}) for part in address]
        removed.append(position)
        if not _is_ordered(work.ranges, removed, rank):
            return term
    if told and (len(removed) < len(term.ranges) or any(address[axis].positions - set(range(rank)) for axis in told)):
        return term  # a range that is summed would be gone through for every element
    deltas = tuple(Guard(address[axis] - Affine.of(axis), "==") for axis in told)
    work = replace(work, address=None, guards=(*work.guards, *deltas))
    return pruned(renumbered(work, removed, rank), axes)


def without_deltas(term: Term, rank: int) -> Term:
    """The term without ranges of which a guard leaves one element: the sum over j of a[j] where j == i + 1 is a[i + 1]."""
    for number in reversed(range(len(term.ranges))):
        position = rank + number
        guard = next(
            (guard for guard in term.guards if guard.test == "==" and not guard.modulus and _has(guard.affine, position)), None
        )
        if guard is None:
            continue
        rest = replace(term, guards=tuple(other for other in term.guards if other is not guard))
        made = _solved(rest, position, _solution(guard.affine, position), rank)
        if _is_ordered(made.ranges, [position], rank):
            return without_deltas(renumbered(made, [position], rank), rank)
    return term


def _has(part: Affine, position: int) -> bool:
    """Whether an expression can be solved for an index: it occurs once, with the factor 1 or -1."""
    inside = {place for element in part.elements for index in element.index for place in index.positions}
    return abs(part.coefficient(position)) == 1 and position not in inside


def _solution(part: Affine, position: int) -> Affine:
    """What an index is where an expression is 0."""
    factor = part.coefficient(position)
    return (Affine.of(position) * factor - part) * factor


def _solved(term: Term, position: int, solution: Affine, rank: int) -> Term:
    """The term where the index of a range is known, if that is inside the range."""
    each = term.ranges[position - rank]
    inside = (Guard(solution - each.low), Guard(each.high - 1 - solution))
    return replace(term, guards=(*term.guards, *inside)).substitute({position: solution})


def _solvable(part: Affine, rank: int, removed: Sequence[int]) -> int | None:
    """The position of a range that is left and that an index can be solved for."""
    ranges = (symbol for symbol in part.symbols if isinstance(symbol, int) and symbol >= rank and symbol not in removed)
    return next((position for position in ranges if _has(part, position)), None)


def _is_ordered(ranges: Sequence[Range], removed: Sequence[int], rank: int) -> bool:
    """Whether the bounds of the ranges that are left depend on the axes and on earlier ranges only."""
    seen = set(range(rank))
    for number, each in enumerate(ranges):
        if rank + number in removed:
            continue
        if not (each.low.positions | each.high.positions) <= seen:
            return False
        seen.add(rank + number)
    return True
