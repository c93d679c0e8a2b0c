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
    """A scatter as a gather, if each index of its address can be solved for; None for a term that adds nothing."""
    if term.address is None:
        return pruned(term, axes)
    rank = len(axes)
    work, address = term, list(term.address)
    removed: list[int] = []
    for axis in range(rank):
        position = _solvable(address[axis], rank, removed)
        if position is None:
            return term
        factor = address[axis].coefficient(position)
        rest = address[axis] - Affine.of(position) * factor
        solution = (Affine.of(axis) - rest) * factor
        each = work.ranges[position - rank]
        if any(True for bound in (each.low, each.high) for _ in bound.elements):
            return term  # which index a bound from data lets through would have to be searched for
        inside = (Guard(solution - each.low), Guard(each.high - 1 - solution))
        work = replace(work, guards=(*work.guards, *inside), address=None).substitute({position: solution})
        address = [part.substitute({position: solution}) for part in address]
        removed.append(position)
        if not _is_ordered(work.ranges, removed, rank):
            return term
    return pruned(renumbered(replace(work, address=None), removed, rank), axes)


def _solvable(part: Affine, rank: int, removed: Sequence[int]) -> int | None:
    """The position of a range that an index can be solved for: it occurs once, with the factor 1 or -1."""
    inside = {position for element in part.elements for index in element.index for position in index.positions}
    for symbol, factor in part.terms:
        if isinstance(symbol, int) and symbol >= rank and symbol not in removed and symbol not in inside and abs(factor) == 1:
            return symbol
    return None


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
