"""``reshape`` and ``ravel``: axes that are split are read at ``3*i + j``, axes that become one are put at ``3*i + j``."""

from __future__ import annotations

import ast
import itertools
import math
from collections.abc import Sequence

from symdiff.frontend.cells import read_at, sharing, view_of
from symdiff.frontend.gaps import GapError
from symdiff.frontend.lengths import equal, require, settled
from symdiff.frontend.lower import Reader
from symdiff.frontend.tensors import as_numbers, as_truths, moved
from symdiff.frontend.values import TensorValue, describe
from symdiff.frontend.windows import Case
from symdiff.graph.affine import ONE, ZERO, Affine, Axes, identity, quotient
from symdiff.graph.terms import Guard, Term, full_ranges

MAX_PIECES = 16  # of a constant length in front of one that is none: each is a term of its own


def reshaped(reader: Reader, value: TensorValue, lengths: Sequence[Affine | None], node: ast.AST) -> TensorValue:
    """The elements in row-major order in another shape; None is the length that follows from the others."""
    if lengths.count(None) > 1:
        raise GapError(node, "several lengths of -1", "give all but one", raises=ValueError)
    before, after = 0, 0
    old, new = value.axes, list(lengths)
    while before < min(len(old), len(new)) and old[before] == new[before]:
        before += 1
    while after < min(len(old), len(new)) - before and old[-1 - after] == new[-1 - after]:
        after += 1
    inner = old[before : len(old) - after]
    wanted = _told(reader, value, inner, new[before : len(new) - after], node)
    several = len([length for length in inner if length != ONE]) > 1
    if several and value.kind == "bool":
        return as_truths(reader, reshaped(reader, as_numbers(reader, value), lengths, node))
    flat = _merged(reader, value, before, inner, node) if several else value
    axes = (*old[:before], *wanted, *old[len(old) - after :])
    cases = _split(reader, flat, before, len(flat.axes) - before - after, wanted, axes, node)
    if flat is value:
        return view_of(reader, value, cases, axes)
    return sharing(TensorValue(read_at(reader, flat, cases, axes), axes), value)  # a view or a copy


def _told(reader: Reader, value: TensorValue, old: Axes, new: Sequence[Affine | None], node: ast.AST) -> Axes:
    """The lengths of the axes that are made, with the one that is not given."""
    total, known = _size(reader, value, old, node), [length for length in new if length is not None]
    if len(known) == len(new):
        count = _size(reader, value, tuple(known), node)
        if total != count:
            equal(reader, total, count, node)
        return tuple(known)
    others = _size(reader, value, tuple(known), node)
    if not others.is_constant or others.const < 1:
        raise _refused(reader, value, node, [others])
    found = quotient(total, others.const)
    for part in (found * others.const - total, total - found * others.const):
        require(reader, part, "ValueError", f"an array of {total} elements in {others} parts", node)
    return tuple(found if length is None else length for length in new)


def _size(reader: Reader, value: TensorValue, axes: Axes, node: ast.AST) -> Affine:
    """The number of elements, if it is an expression in sizes: at most one length is no constant."""
    free = [length for length in axes if not length.is_constant]
    if len(free) > 1:
        raise _refused(reader, value, node, free[1:])
    factor = math.prod(length.const for length in axes if length.is_constant)
    return settled(reader, free[0], "in another shape, an array", node) * factor if free else Affine(factor)


def _refused(reader: Reader, value: TensorValue, node: ast.AST, lengths: Sequence[Affine]) -> GapError:
    """A product of lengths is no expression in sizes: they are built in, if the call tells them. Raises RestartError then."""
    reader.build_in(lengths)
    return GapError(node, f"{describe(value)} in another shape", "use indices with None, or loops", "not yet")


def _pieces(reader: Reader, value: TensorValue, axes: Axes, node: ast.AST) -> list[tuple[int, ...]]:
    """The positions on the axes in front of the one whose length is no constant, in order: () if that is the first."""
    place = next((k for k, length in enumerate(axes) if not length.is_constant), 0)
    if math.prod(length.const for length in axes[:place]) > MAX_PIECES:
        raise _refused(reader, value, node, axes[place:])
    return list(itertools.product(*(range(length.const) for length in axes[:place])))


def _position(axes: Axes, piece: Sequence[int], index: Sequence[Affine]) -> Affine:
    """The position in row-major order of what has the indices of a piece on the first axes, then others."""
    total = ZERO
    for axis, length in enumerate(axes):
        here = Affine(piece[axis]) if axis < len(piece) else index[axis] if length != ONE else ZERO
        total = here if not axis else _times(total, length) + here
    return total


def _times(part: Affine, length: Affine) -> Affine:
    """A product of which one factor is a constant."""
    return part * length.const if length.is_constant else length * part.const


def _merged(reader: Reader, value: TensorValue, before: int, old: Axes, node: ast.AST) -> TensorValue:
    """The array with some neighbouring axes as one."""
    axes = (*value.axes[:before], _size(reader, value, old, node), *value.axes[before + len(old) :])
    terms = []
    rank = len(axes)
    for piece in _pieces(reader, value, old, node):
        own = identity(len(value.axes), rank)
        place = _position(old, piece, own[before:])
        address = (*own[:before], place, *own[before + len(old) :])
        fixed = tuple(Guard(own[before + axis] - position, "==") for axis, position in enumerate(piece))
        terms.append(Term(value.atom, own if isinstance(value.atom, str) else (), full_ranges(value.axes), fixed, address))
    return TensorValue(moved(reader, terms, axes), axes)


def _split(reader: Reader, value: TensorValue, before: int, count: int, new: Axes, axes: Axes, node: ast.AST) -> list[Case]:
    """Where the elements are of an array with one axis (and perhaps ones of length 1) in several."""
    own = identity(len(axes))
    cases: list[Case] = []
    for piece in _pieces(reader, value, new, node):
        place = _position(new, piece, own[before:])
        middle = [place if length != ONE else ZERO for length in value.axes[before : before + count]]
        fixed = tuple(Guard(own[before + axis] - position, "==") for axis, position in enumerate(piece))
        cases.append(((*own[:before], *middle, *own[before + len(new) :]), fixed))
    if value.kind == "bool" and len(cases) > 1:
        raise GapError(node, "an array of truth values in another shape", "write 1.0*mask", "not yet")
    return cases
