"""Writes at arrays of integers: ``y[idx] = v``, ``y[idx] += v``, ``A[i, i] = 0``.

What is written where is added up at its address, beside what tells where anything was written. Where an index occurs several
times, the last of them counts, as in NumPy: a loop finds which one that is.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence

from symdiff.frontend import choices
from symdiff.frontend.gaps import GapError, not_as_arrays
from symdiff.frontend.index_arrays import check_on_axis, literal
from symdiff.frontend.lower import Reader
from symdiff.frontend.tensor_indexing import At, Gather, Listed, Part, Selection, selected, selection_of
from symdiff.frontend.tensors import as_numbers, broadcast_axes, made, operand, spread_to, where
from symdiff.frontend.values import Condition, TensorValue, Value, describe, number
from symdiff.graph.affine import ONE, Affine, Axes, identity
from symdiff.graph.build import Body
from symdiff.graph.graph import Atom, Buffer, Const, Loop, Store
from symdiff.graph.loops import step_graph
from symdiff.graph.terms import Term, full_ranges
from symdiff.primitives import TABLE

REWRITE = "write a loop: for k in range(len(idx)): a[idx[k]] = v[k]"


def gathered(reader: Reader, part: Part, node: ast.AST) -> Part:
    """A list of literal indices as an array of integers."""
    if not isinstance(part, Listed):
        return part
    places = [place.index for place in part.places]
    found = literal(reader, places, (len(places),), node)
    if len(set(places)) == len(places) and (all(p.is_constant for p in places) or not any(p.is_constant for p in places)):
        reader.distinct.add(found.atom)
    return Gather(found)


def written(
    reader: Reader, owner: TensorValue, parts: Sequence[Part], value: Value, node: ast.AST, op: type[ast.operator] | None
) -> Value:
    """What an array is after a write at arrays of integers."""
    from symdiff.frontend.expressions import binary

    if not choices.is_open(reader):
        gap = GapError(node, "a write at an array of indices in a loop over an array", "write a plain loop", "not yet")
        raise not_as_arrays(reader, gap)
    if owner.kind == "bool":
        raise GapError(node, "a write of truth values at an array of indices", REWRITE, "not yet")
    parts = [gathered(reader, part, node) for part in parts]
    selection = selection_of(reader, owner, parts, node)
    for part, length in zip(selection.parts, owner.axes, strict=True):
        if isinstance(part, Gather):
            check_on_axis(reader, part.array, length, node)
    if op is not None:
        value = binary(reader, op, selected(reader, owner, selection, node), value, node)
    given = operand(reader, value, node)
    if isinstance(given, Condition):
        raise GapError(node, "a truth value in an array of floats", "write 1.0 or 0.0", "not yet")
    new: Value = given
    if isinstance(given, TensorValue):
        new = _placed(reader, owner, parts, selection, as_numbers(reader, given), node)
    return where(reader, _is_written(reader, owner, selection), new, owner, node)


def _address(selection: Selection) -> tuple[Affine, ...]:
    """Where an element goes, in the ranges of a term."""
    rank = len(selection.index)
    return tuple(part.moved(lambda position: position + rank) for part in selection.index)


def _is_written(reader: Reader, owner: TensorValue, selection: Selection) -> TensorValue:
    term = Term(Const(1), (), full_ranges(selection.axes), (), _address(selection))
    count = reader.builder.sum([term], owner.axes)
    return made(reader, reader.operation(TABLE["ne"], [count, Const(0)], whole=True), owner.axes)


def _placed(
    reader: Reader, owner: TensorValue, parts: Sequence[Part], selection: Selection, given: TensorValue, node: ast.AST
) -> TensorValue:
    """The elements that are written, each where it goes, and 0 elsewhere."""
    if broadcast_axes(reader, [selection.axes, given.axes], node) != selection.axes:
        reason = f"{describe(given)} written to the shape {selection.axes}"
        raise GapError(node, reason, "make the shapes equal", raises=ValueError)
    gathers = [part for part in selection.parts if isinstance(part, Gather)]
    together = broadcast_axes(reader, [part.array.axes for part in gathers], node)
    if not _are_distinct(reader, gathers, together):
        if len(together) != 1:
            raise GapError(node, "a write at matrices of indices, which may be equal", REWRITE, "not yet")
        given = _last(reader, owner, selection, given, together, _axis_of(parts), node)
    atom = spread_to(reader, given, selection.axes)
    index = identity(len(selection.axes), len(owner.axes)) if isinstance(atom, str) else ()
    term = Term(atom, index, full_ranges(selection.axes), (), _address(selection))
    return TensorValue(reader.builder.sum([term], owner.axes), owner.axes)


def _are_distinct(reader: Reader, gathers: Sequence[Gather], together: Axes) -> bool:
    """Whether no place is written twice: along each axis of the indices, one of them is another one at every position."""
    moving: set[int] = set()
    for part in gathers:
        shift = len(together) - len(part.array.axes)
        long = [axis for axis, length in enumerate(part.array.axes) if length != ONE]
        affine = part.array.affine
        if len(long) != 1 or affine is None:
            continue
        elements = list(affine.elements)
        counts = not elements and affine.coefficient(long[0]) != 0
        told = len(elements) == 1 and elements[0].array in reader.distinct and affine.positions <= {long[0]}
        here = told and elements[0].index == (Affine.of(long[0]),) and not (affine - Affine.of(elements[0])).terms
        if counts or here:
            moving.add(long[0] + shift)
    return moving >= {axis for axis, length in enumerate(together) if length != ONE}


def _axis_of(parts: Sequence[Part]) -> int:
    """The axis of the result that the indices become: where the first of them stands, or in front."""
    fancy = [place for place, part in enumerate(parts) if isinstance(part, Gather | At)]
    in_front = fancy != list(range(fancy[0], fancy[-1] + 1))
    return 0 if in_front else sum(not isinstance(part, At) for part in parts[: fancy[0]])


def _last(
    reader: Reader,
    owner: TensorValue,
    selection: Selection,
    given: TensorValue,
    together: Axes,
    axis: int,
    node: ast.AST,
) -> TensorValue:
    """What is written, but 0 for an element whose place is written again by a later one."""
    from symdiff.frontend.loop_graph import closed

    fancy = [axis for axis, part in enumerate(selection.parts) if isinstance(part, Gather | At)]
    builder, lengths = reader.builder, tuple(owner.axes[each] for each in fancy)
    counter, param, last = builder.fresh("k"), builder.fresh("last", axes=lengths), builder.fresh("last", axes=lengths)
    body = Body()
    with builder.block(body):
        count = builder.sum([Term(Affine.of(counter) + 1)], ())
    place = tuple(selection.index[each].substitute({axis: Affine.of(counter)}) for each in fancy)
    outputs: list[tuple[Atom, Axes]] = [(count, ())]
    buffers = (Buffer(param, Const(0.0), last, lengths, (Store(place),)),)
    loop = Loop(step_graph("step", (), tuple(body), outputs), counter, together[0], (), buffers, origin=builder.origin)
    builder.append(closed(builder, loop, outputs, body))
    winner = builder.sum([Term(last, tuple(selection.index[each].substitute({axis: Affine.of(0)}) for each in fancy))], together)
    own = builder.sum([Term(Affine.of(0) + 1)], together)
    wins = made(reader, reader.operation(TABLE["eq"], [winner, own], whole=True), together)
    behind = len(selection.axes) - axis - 1
    shape = (together[0], *(ONE,) * behind)
    wins = TensorValue(builder.sum([Term(wins.atom, (Affine.of(0),))], shape, kind="bool"), shape, "bool")
    found = where(reader, wins, given, number(0), node)
    assert isinstance(found, TensorValue)  # noqa: S101 - of an array
    return found
