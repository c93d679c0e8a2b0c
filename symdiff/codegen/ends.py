"""Loops whose first and last iterations differ from all others: the others in a loop of their own, without conditions.

``y[i] = x[i - 1] if i >= 1 else 0.0`` is computed with masks by vector instructions, if these can store what it makes: elements
side by side. Where the loop stores ``y[i, 0]``, ``y[i, 1]``, it is not, and runs 4 times as long (measured, a tridiagonal Hessian
of 100000 rows: 177 us, in two loops 46 us; compiling both took as long as the one). So such a loop is written twice::

    for i in range(1, n - 1):
        ...                                   # without conditions
    for j in range(min(n, 2)):
        i = j if j < 1 else j + max(n - 2, 0)
        ...                                   # as it was, for the first and the last
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from symdiff.codegen.definitions import Definitions
from symdiff.codegen.indices import Place
from symdiff.codegen.nests import Nest, narrows, works_in
from symdiff.graph.affine import ZERO, Affine
from symdiff.graph.terms import Guard

MOST = 64  # reads in a loop that is written twice


@dataclass(frozen=True)
class Ends:
    """How many of the first and of the last iterations differ, and the guards that hold in all others."""

    first: int
    last: int
    guards: tuple[Guard, ...]


def inner_part(nest: Nest, definitions: Definitions, outer: Place) -> Ends | None:
    """The ends of an innermost loop over a whole axis; None if it has none, or is not worth two loops."""
    if nest.guards or nest.range.low != ZERO or not any(_is_apart(nest, definitions)):
        return None
    if sum(len(work.reads) for work in works_in([nest])) > MOST:
        return None
    place = outer.inside(nest.variable, nest.range)
    first, last = 0, 0
    found: dict[Guard, None] = {}
    for work in works_in([nest]):
        for guard in (*work.guards, *(guard for read in work.reads for guard in read.guards)):
            if guard in found or not narrows(guard, nest.variable) or place.always(guard):
                continue
            rest = guard.affine - Affine.of(nest.variable) * guard.affine.coefficient(nest.variable)
            if guard.affine.coefficient(nest.variable) > 0 and rest.is_constant:
                first = max(first, -rest.const)
            elif guard.affine.coefficient(nest.variable) < 0 and (nest.range.high - 1 - rest).is_constant:
                last = max(last, (nest.range.high - 1 - rest).const)
            else:
                continue
            found[guard] = None
    return Ends(first, last, tuple(found)) if found else None


def _is_apart(nest: Nest, definitions: Definitions) -> Iterator[bool]:
    """For each array that a loop stores, whether its elements do not come side by side."""
    for work in works_in([nest]):
        if definitions.axes[work.name]:
            yield nest.variable not in work.address[-1].positions
