"""Scatters as gathers: the range that an address belongs to, solved for.

``y[a(i)] += t[i]`` over i is ``y[k] += t[i(k)]`` where i(k) is in its range, if the address can be solved for i.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from symdiff.graph.affine import ONE, Affine, Axes
from symdiff.graph.bounds import pruned, renumbered
from symdiff.graph.deltas import is_ordered, is_solvable, solution, solved, without_deltas
from symdiff.graph.terms import Guard, Range, Term


def contracted(term: Term, axes: Axes) -> Term | None:
    """A scatter as a gather, if each index of its address can be solved for; None for a term that adds nothing.

    An index that is told by the others stays as a delta: the adjoint of a diagonal is ``S_bar[k, l] = y_bar[k]`` where k == l.
    One that data tell does not: a delta would be 0 for an index that is out of range, which a scatter refuses.
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
            told += [axis] * (axes[axis] != ONE)
            continue
        each = work.ranges[position - rank]
        if any(True for bound in (each.low, each.high) for _ in bound.elements):
            return term  # which index a bound from data lets through would have to be searched for
        found = solution(address[axis] - Affine.of(axis), position)
        if _is_digit(found, each, rank, removed):
            return term
        work = replace(solved(replace(work, address=None), position, found, rank), address=work.address)
        address = [part.substitute({position: found}) for part in address]
        removed.append(position)
        if not is_ordered(work.ranges, removed, rank):
            return term
    if any(True for axis in told for _ in address[axis].elements):
        return term
    if told and (len(removed) < len(term.ranges) or any(address[axis].positions - set(range(rank)) for axis in told)):
        return term  # a range that is summed would be gone through for every element
    deltas = tuple(Guard(address[axis] - Affine.of(axis), "==") for axis in told)
    work = replace(work, address=None, guards=(*work.guards, *deltas))
    return pruned(renumbered(work, removed, rank), axes)


def _is_digit(found: Affine, each: Range, rank: int, removed: Sequence[int]) -> bool:
    """Whether an index is one digit of a number, as j of 3*i + j: the range of the other one would be searched for it."""
    length = each.high - each.low
    others = ((symbol, abs(factor)) for symbol, factor in found.terms if isinstance(symbol, int) and symbol not in removed)
    return length.is_constant and any(symbol >= rank and 1 < factor >= length.const for symbol, factor in others)


def _solvable(part: Affine, rank: int, removed: Sequence[int]) -> int | None:
    """The position of a range that is left and that an index can be solved for."""
    ranges = (symbol for symbol in part.symbols if isinstance(symbol, int) and symbol >= rank and symbol not in removed)
    return next((position for position in ranges if is_solvable(part, position)), None)
