"""Sums the other way round: the adjoint of a term, and deltas contracted so that it becomes a gather again.

``y[i] = sum_j x[a(i, j)]`` has the adjoint ``x_bar[a(i, j)] += y_bar[i]`` over i and j: a scatter. Where an index can be
solved for (``k = i + 1`` gives ``i = k - 1``), it becomes ``x_bar[k] = y_bar[k - 1]`` where ``0 <= k - 1 < n``, which is
d x[i] / d x[k] = delta(i, k) contracted inside its range. What cannot be solved (an index from data) stays a scatter.
"""

from __future__ import annotations

from dataclasses import replace

from symdiff.graph.affine import Axes, identity
from symdiff.graph.contract import contracted
from symdiff.graph.graph import Atom
from symdiff.graph.terms import Term, full_ranges

__all__ = ["contracted", "transposed"]


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
