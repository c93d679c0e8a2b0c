"""Indices of arrays of any size: literal ones, slices, new axes, ellipses, arrays of integers, masks; reading and writing.

A slice is a sum of one term that reads at other indices. A write is a new version: the sum of the elements that are
written, where their guards hold, and of the elements of before everywhere else.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass

from symdiff.frontend import computed, stores
from symdiff.frontend.array_writes import as_view, check_no_truth
from symdiff.frontend.cells import view_of
from symdiff.frontend.conditions import are_truths, is_truth, scalar
from symdiff.frontend.gaps import GapError, not_as_arrays
from symdiff.frontend.index_arrays import check_on_axis, element_from_end, from_end, listed, literal, on_axis
from symdiff.frontend.lengths import at_least_none, equal, extent, is_at_least_none, is_certain, require
from symdiff.frontend.loop_rows import here, marked
from symdiff.frontend.loop_values import SeriesValue
from symdiff.frontend.lower import Frame, Reader
from symdiff.frontend.tensors import broadcast_axes, indexed, tensor_of
from symdiff.frontend.values import (
    ArrayValue,
    Condition,
    Known,
    ListValue,
    Number,
    TensorValue,
    TupleValue,
    Value,
    describe,
    number,
)
from symdiff.graph.affine import ONE, Affine, Axes, Symbol, quotient, sizes_in
from symdiff.graph.graph import Const

NEW, REST = "new", "..."


@dataclass(frozen=True)
class At:
    """One position on an axis: the axis is gone."""

    index: Affine


@dataclass(frozen=True)
class Span:
    """A slice of an axis."""

    start: Affine
    stop: Affine  # behind the last position, in the direction of the step
    step: int = 1

    @property
    def length(self) -> Affine:
        """The number of positions; at most 0 for none."""
        return count(self.start, self.stop, self.step)


def count(start: Affine, stop: Affine, step: int) -> Affine:
    """How many integers ``range(start, stop, step)`` has; at most 0 for none."""
    distance = (stop - start) * (1 if step > 0 else -1)
    found = quotient(distance + (abs(step) - 1), abs(step))
    return Affine(max(0, found.const)) if found.is_constant and abs(step) != 1 else found


@dataclass(frozen=True)
class Gather:
    """Positions from an array of integers."""

    array: TensorValue


@dataclass(frozen=True)
class Chosen:
    """Positions where an array of truth values holds."""

    mask: TensorValue


@dataclass(frozen=True)
class Listed:
    """Positions that are known while reading."""

    places: tuple[At, ...]


Part = At | Span | Gather | Chosen | Listed | str  # str: NEW or REST


@dataclass(frozen=True)
class Selection:
    """What an index selects: the axes of the result, and the position on each axis of the array, in those."""

    axes: Axes
    index: tuple[Affine, ...]
    parts: tuple[At | Span | Gather, ...]  # one for each axis of the array
    places: tuple[int, ...]  # the axis of the result that each slice became; -1 for others


def read(reader: Reader, owner: TensorValue, index: ast.expr, frame: Frame, node: ast.AST) -> Value:
    """``owner[index]``."""
    parts = parts_of(reader, owner, index, frame, node)
    if not isinstance(parts, TensorValue) and any(map(_in_loop, parts)):
        from symdiff.frontend.loop_writes import element as looped
        from symdiff.frontend.loop_writes import row

        plain = [part for part in parts if isinstance(part, At)]
        if len(plain) == len(parts):
            return as_view(owner, looped(reader, owner, [part.index for part in plain], node), index)
        spans = [part for part in parts if isinstance(part, At | Span)]
        if len(spans) == len(parts):
            return row(reader, owner, spans, node)
        sizes = sizes_in([*owner.axes, *(loop.length for loop in reader.loops)])
        reader.fix(sizes, node, "a slice in a loop of any length", "index every axis")
    if isinstance(parts, TensorValue):
        return _chosen(reader, owner, parts, 0, node)
    if any(isinstance(part, Chosen) for part in parts):
        return _masked(reader, owner, parts, node)
    if any(isinstance(part, Listed) for part in parts):
        return _put_together(reader, owner, parts, node)
    return as_view(owner, selected(reader, owner, selection_of(reader, owner, parts, node), node), index)


def _masked(reader: Reader, owner: TensorValue, parts: Sequence[Part], node: ast.AST) -> Value:
    """``X[mask, 0]``, ``X[:, mask]``: one mask of one axis, beside slices, or next to single indices."""
    places = [place for place, part in enumerate(parts) if isinstance(part, Chosen | At | Gather)]
    chosen = [part for part in parts if isinstance(part, Chosen)]
    together = places == list(range(places[0], places[-1] + 1)) or len(places) == 1
    if len(chosen) > 1 or len(chosen[0].mask.axes) > 1 or not together or any(isinstance(part, Gather) for part in parts):
        raise GapError(node, "truth values beside other arrays of indices", "use np.where", "not yet")
    axis = sum(part != NEW for part in parts[: parts.index(chosen[0])])
    plain = [whole(owner, axis) if part is chosen[0] else part for part in parts]
    selection = selection_of(reader, owner, plain, node)
    inner = selected(reader, owner, selection, node)
    assert isinstance(inner, TensorValue)  # noqa: S101 - an axis is left
    return _chosen(reader, inner, chosen[0].mask, selection.places[axis], node)


def _chosen(reader: Reader, owner: TensorValue, mask: TensorValue, first: int, node: ast.AST) -> Value:
    """The elements that a mask chooses, whose first axis is this one of the array."""
    from symdiff.frontend import choices, masks

    found = choices.taken(reader, masks.chosen(reader, owner, mask, first, node), node)
    return choices.restricted(reader, owner, mask, found, node)


def _put_together(reader: Reader, owner: TensorValue, parts: Sequence[Part], node: ast.AST) -> Value:
    """``x[[0, 3, 1]]``, ``A[[0, -1], :]``: the elements of a list of positions side by side."""
    from symdiff.frontend.tensors import operand, stacked

    lists = [part.places for part in parts if isinstance(part, Listed)]
    if any(isinstance(part, Gather) for part in parts):
        plain = [_gather(reader, part, node) if isinstance(part, Listed) else part for part in parts]
        return selected(reader, owner, selection_of(reader, owner, plain, node), node)
    if len(set(map(len, lists))) > 1:
        raise GapError(node, "a list of literal indices beside another one", "give lists of one length", "not yet")
    fancy = [place for place, part in enumerate(parts) if isinstance(part, Listed | At)]
    together = fancy == list(range(fancy[0], fancy[-1] + 1))  # else their axis stands in front, as in NumPy
    items = []
    for place in range(len(lists[0])):
        chosen = [part.places[place] if isinstance(part, Listed) else part for part in parts]
        items.append(operand(reader, selected(reader, owner, selection_of(reader, owner, chosen, node), node), node))
    return stacked(reader, items, fancy[0] if together else 0, node)


def _gather(reader: Reader, part: Listed, node: ast.AST) -> Gather:
    """Positions that are known as an array of integers."""
    return Gather(literal(reader, [place.index for place in part.places], (len(part.places),), node))


def _in_loop(part: Part) -> bool:
    """True for a part of an index that is another one in every iteration of a loop."""
    if isinstance(part, Span):
        return bool(marked([part.start, part.stop]))
    return isinstance(part, At) and bool(part.index.positions)


def selected(reader: Reader, owner: TensorValue, selection: Selection, node: ast.AST) -> Value:
    """The elements that a selection is of."""
    if selection.axes and not any(isinstance(part, Gather) for part in selection.parts):
        return view_of(reader, owner, [(selection.index, ())], selection.axes)
    places: dict[Symbol, Affine] = dict(enumerate(selection.index))
    affine = owner.affine.substitute(places) if owner.affine is not None else None
    if not selection.axes and owner.atom in reader.stores:
        atom = stores.element(reader, owner.atom, selection.index)
    else:
        atom = indexed(reader, owner, selection.index, selection.axes)
    if selection.axes:
        return TensorValue(atom, selection.axes, owner.kind, affine)
    if reader.builder.kind(atom) == "bool":
        return Condition(atom, numpy=True)
    known = atom.value if isinstance(atom, Const) else None
    return Number(atom, known, affine, owner.kind == "int")


def element(reader: Reader, owner: TensorValue, position: int, node: ast.AST) -> Value:
    """``owner[k]`` with a literal index."""
    part = _at(reader, owner, 0, Affine(position), node)
    return selected(reader, owner, selection_of(reader, owner, [part], node), node)


def rows(reader: Reader, value: TensorValue, node: ast.AST) -> tuple[Value, ...]:
    """The elements of the first axis, whose length must be known."""
    count = value.axes[0]
    if not count.is_constant:
        reason = "a loop over an array whose length is not known while reading"
        reader.fix(sizes_in([count]), node, reason, "use operations on the whole array")
    return tuple(element(reader, value, position, node) for position in range(count.const))


def numbers_of(reader: Reader, value: TensorValue, node: ast.AST) -> ArrayValue:
    """An array of so many numbers, whose shape must be known."""
    if not all(length.is_constant for length in value.axes):
        reason = "an array whose elements are needed one by one"
        reader.fix(sizes_in(value.axes), node, reason, "use operations on the whole array")
    inner = rows(reader, value, node)
    items = [leaf for row in inner for leaf in (numbers_of(reader, row, node).items if isinstance(row, TensorValue) else [row])]
    shape = tuple(length.const for length in value.axes)
    return ArrayValue(shape, tuple(item if isinstance(item, Number) else scalar(reader, item, node) for item in items))


# -- what is written between the brackets -------------------------------------------------------------------------


def parts_of(reader: Reader, owner: TensorValue, index: ast.expr, frame: Frame, node: ast.AST) -> list[Part] | TensorValue:
    """The parts of an index; a mask of the whole array alone."""
    found: list[Part] = []
    items = index.elts if isinstance(index, ast.Tuple) else [index]
    values: list[Value | ast.Slice] = []
    for item in items:
        value: Value | ast.Slice = item if isinstance(item, ast.Slice) else reader.operand(item, frame)
        values.extend(value.items if isinstance(value, TupleValue) else [value])
    values = [_mask(reader, value, node) for value in values]
    values = computed.as_masks(reader, owner, values)
    if len(values) == 1 and isinstance(values[0], TensorValue) and values[0].kind == "bool":
        return values[0]
    kinds = [value.value if isinstance(value, Known) else value for value in values]
    used = sum(not (kind is None or kind is ...) for kind in kinds)
    if used > len(owner.axes):
        reader.assume_rank(owner, used)
    if used > len(owner.axes) or sum(kind is ... for kind in kinds) > 1:
        raise GapError(node, f"{used} indices for {describe(owner)}", "use as many as it has axes", raises=IndexError)
    axis = 0
    for value, kind in zip(values, kinds, strict=True):
        if kind is None:
            found.append(NEW)
        elif kind is ...:
            found += [whole(owner, axis + number) for number in range(len(owner.axes) - used)]
            axis += len(owner.axes) - used
        else:
            found.append(_part(reader, owner, axis, value, frame, node))
            axis += 1
    return found


def _mask(reader: Reader, value: Value | ast.Slice, node: ast.AST) -> Value | ast.Slice:
    """A list of truth values as an index: an array of them, which chooses where they hold. Literals for one axis stay."""
    if isinstance(value, ast.Slice):
        return value
    check_no_truth(value, node)
    if not isinstance(value, ListValue) or not are_truths(value) or all(map(is_truth, value.items)):
        return value
    return tensor_of(reader, value, node)


def whole(owner: TensorValue, axis: int) -> Span:
    """The slice that is all of an axis."""
    return Span(Affine(), owner.axes[axis])


def _part(reader: Reader, owner: TensorValue, axis: int, value: Value | ast.Slice, frame: Frame, node: ast.AST) -> Part:
    if isinstance(value, ast.Slice):
        bounds = [
            None if part is None else here(extent(reader, reader.operand(part, frame), part, "a slice bound"))
            for part in (value.lower, value.upper, value.step)
        ]
        return _span(reader, owner.axes[axis], bounds, node)
    if isinstance(value, SeriesValue):
        value = tensor_of(reader, value, node)
    if isinstance(value, ListValue) and are_truths(value):
        equal(reader, owner.axes[axis], Affine(len(value.items)), node)
        places = [place for place, item in enumerate(value.items) if isinstance(item, Known) and item.value]
        value = ListValue(tuple(map(number, places)))
    if isinstance(value, ListValue | ArrayValue):
        found = listed(reader, value, node)
        if isinstance(found, tuple):
            return Listed(tuple(_at(reader, owner, axis, Affine(place), node) for place in found))
        value = found
    if isinstance(value, TensorValue):
        if value.kind == "bool":
            return Chosen(value)
        if value.affine is None:
            gap = GapError(node, "indices that are computed", "pass them as an array of integers", "not yet")
            raise not_as_arrays(reader, gap)
        value = on_axis(reader, value, owner.axes[axis], node)
        if owner.atom not in reader.inputs:  # else the code checks what it reads
            check_on_axis(reader, value, owner.axes[axis], node)
        return Gather(value)
    reader.check_index(value)
    looped = computed.in_loops(reader, value, owner.axes[axis]) if isinstance(value, Number) else None
    if looped is not None:
        return At(looped)
    return _at(reader, owner, axis, extent(reader, value, node, "an index", data=_may_be_data(reader, value)), node)


def _may_be_data(reader: Reader, value: Value) -> bool:
    """Whether an index may be an integer that only the data tell: in loops of the graph, and behind them."""
    return bool(reader.counters) or (isinstance(value, Number) and (value.affine is not None or value.whole))


def _at(reader: Reader, owner: TensorValue, axis: int, index: Affine, node: ast.AST) -> At:
    """A single index, which must be on the axis. What only the data tell is checked by the code."""
    length = owner.axes[axis]
    if any(element.index for element in index.elements):
        return At(element_from_end(reader, index, length))
    if index.positions:  # of a loop: what it is there is checked where it is read
        return At(index)
    downwards = bool(index.terms) and all(factor < 0 for _, factor in index.terms)  # 1 - n: mostly negative
    if is_negative(reader, index, node):
        index = length + index
    elif downwards or any(not each.index for each in index.elements) or not reader.counters.keys().isdisjoint(sizes_in([index])):
        index = from_end(reader, index, length)
    text = f"index {index} is out of range for axis {axis}"
    require(reader, index, "IndexError", text, node)
    require(reader, length - 1 - index, "IndexError", text, node)
    return At(index)


def is_negative(reader: Reader, part: Affine, node: ast.AST) -> bool:
    """Whether an index or bound counts from the end: a literal, or an integer that a call gives (the code checks that)."""
    if part.is_constant:
        return part.const < 0
    holds = None if is_certain(reader, part) else reader.is_nonnegative(part)
    if holds is None:
        return False
    require(reader, part if holds else -part - 1, "ValueError", f"this is for {part} {'>=' if holds else '<'} 0 only", node)
    return not holds


def _span(reader: Reader, length: Affine, bounds: Sequence[Affine | None], node: ast.AST) -> Span:
    """A slice with Python's rules: negative bounds count from the end.

    Bounds outside of the array are cut off there: ``x[:3]`` of fewer than three elements is x, in another version.
    """
    lower, upper, step = bounds
    if step is not None and not step.is_constant:
        reader.fix(sizes_in([step]), node, "a step that depends on the length of an array", "use a literal step")
    by = 1 if step is None else step.const
    if by == 0:
        raise GapError(node, "a slice with step 0", "use another step", raises=ValueError)

    def bound(part: Affine | None, default: Affine) -> Affine:
        if part is None:
            return default
        doubtful = _is_doubtful(part, length)
        text = "a slice beyond the ends of an array"
        if is_negative(reader, part, node) or (doubtful and not is_at_least_none(reader, part, text, node)):
            return length + part
        return part

    if by > 0:
        span = Span(bound(lower, Affine()), bound(upper, length), by)
        first, last = span.start, span.stop
    else:
        span = Span(bound(lower, length - 1), bound(upper, Affine(-1)), by)
        first, last = span.stop + 1, span.start + 1
    if is_certain(reader, first - last):
        return span  # it is empty
    text = "a slice beyond the ends of an array"
    if not is_at_least_none(reader, first, text, node):
        first = Affine()
    if not is_at_least_none(reader, length - last, text, node):
        last = length
    return Span(first, last, by) if by > 0 else Span(last - 1, first - 1, by)


def _is_doubtful(part: Affine, length: Affine) -> bool:
    """Whether a bound that is computed may be negative and then count from the end: n - 3 does for n = 2, n - 1 never."""
    distance = length - part
    return not part.is_constant and not (distance.is_constant and 0 <= distance.const <= 2)


def selection_of(reader: Reader, owner: TensorValue, parts: Sequence[Part], node: ast.AST) -> Selection:
    """Where each element of the result comes from."""
    used = sum(part != NEW for part in parts)
    parts = [*parts, *(whole(owner, axis) for axis in range(used, len(owner.axes)))]
    gathers = [part for part in parts if isinstance(part, Gather)]
    together = broadcast_axes(reader, [part.array.axes for part in gathers], node) if gathers else ()
    # NumPy's rule: arrays of integers, and single indices beside them, give their axes at the place of the first of them,
    # or in front if something stands between them.
    fancy = [place for place, part in enumerate(parts) if gathers and isinstance(part, Gather | At)]
    in_front = bool(fancy) and fancy != list(range(fancy[0], fancy[-1] + 1))
    axes: list[Affine] = list(together) if in_front else []
    first = 0
    places: list[int] = []
    for place, part in enumerate(parts):
        if fancy and not in_front and place == fancy[0]:
            first = len(axes)
            axes += together
        places.append(len(axes) if isinstance(part, Span) else -1)
        if isinstance(part, str):
            axes.append(ONE)
        elif isinstance(part, Span):
            axes.append(at_least_none(part.length))
    pairs = zip(parts, places, strict=True)
    own_parts = [(part, place) for part, place in pairs if not isinstance(part, str | Chosen | Listed)]
    index = [_position(part, place, first, together) for part, place in own_parts]
    return Selection(tuple(axes), tuple(index), tuple(part for part, _ in own_parts), tuple(place for _, place in own_parts))


def _position(part: At | Span | Gather, place: int, first: int, together: Axes) -> Affine:
    if isinstance(part, At):
        return part.index
    if isinstance(part, Span):
        return part.start + Affine.of(place) * part.step
    array, shift = part.array, first + len(together) - len(part.array.axes)
    moved_to: dict[Symbol, Affine] = {
        axis: Affine() if length == ONE else Affine.of(shift + axis) for axis, length in enumerate(array.axes)
    }
    assert array.affine is not None  # noqa: S101 - a Gather has one
    return array.affine.substitute(moved_to)
