"""Elements and slices of arrays of known shape: reading with any index of integers and slices, and writing."""

from __future__ import annotations

import ast
import dataclasses
from collections.abc import Sequence
from typing import Any

from symdiff.frontend import boxes, cells
from symdiff.frontend.gaps import GapError
from symdiff.frontend.lower import Frame, Reader
from symdiff.frontend.values import ArrayValue, Known, ListValue, Number, TensorValue, TupleValue, Value, describe, number
from symdiff.frontend.windows import Window
from symdiff.graph.graph import Const


def _parts(reader: Reader, index: ast.expr, frame: Frame) -> tuple[Any, ...]:
    """An index as NumPy takes it."""
    items = index.elts if isinstance(index, ast.Tuple) else [index]
    parts: list[Any] = []
    for item in items:
        if isinstance(item, ast.Slice):
            bounds = (
                None if part is None else reader.integer(reader.operand(part, frame), part, "a slice bound")
                for part in (item.lower, item.upper, item.step)
            )
            parts.append(slice(*bounds))
            continue
        value = reader.operand(item, frame)
        parts += [_part(reader, inner, item) for inner in (value.items if isinstance(value, TupleValue) else [value])]
    return tuple(parts)


def _positions(owner: ArrayValue, parts: tuple[Any, ...], node: ast.AST) -> Any:
    """The places of the selected items, as an array of the shape of the selection."""
    try:
        return places_of(owner)[parts]
    except (IndexError, ValueError) as error:
        raise GapError(node, str(error), f"use indices of {describe(owner)}", raises=type(error)) from None


def _part(reader: Reader, value: Value, node: ast.AST) -> Any:
    """An index that is no slice, for NumPy: an integer, an array of them, a mask, None or ``...``."""
    import numpy as np

    if isinstance(value, Known) and (value.value is None or value.value is ...):
        return value.value
    check_no_truth(value, node)
    if isinstance(value, ListValue) and value.items and _literal(value) is not None:
        return np.array(_literal(value))
    if not isinstance(value, ListValue | ArrayValue) or not value.items:
        return reader.integer(value, node, "an index")
    if isinstance(value, ListValue) and any(isinstance(item, ListValue | TupleValue) for item in value.items):
        raise GapError(node, "an index that is a list of lists", "make it an array: np.array(...)", "not yet")
    found = np.array([reader.integer(item, node, "an index") for item in value.items])
    return found.reshape(value.shape) if isinstance(value, ArrayValue) else found


def check_no_truth(value: Value, node: ast.AST, owner: Value | None = None) -> None:
    """Raise GapError for True and False as an index of an array; in a tuple or list they are 1 and 0."""
    if isinstance(value, Known) and isinstance(value.value, bool) and not isinstance(owner, TupleValue | ListValue):
        raise GapError(node, "a truth value as an index, which makes an axis", "use an integer", "not yet")


def _literal(value: Value) -> Any:
    """Truth values that are literals, in lists of lists; None for anything else."""
    if isinstance(value, ListValue):
        found = [_literal(item) for item in value.items]
        return found if all(isinstance(item, bool | list) for item in found) else None
    return value.value if isinstance(value, Known) and isinstance(value.value, bool) else None


def places_of(owner: ArrayValue) -> Any:
    """The place of each item, as an array of the shape of the owner."""
    import numpy as np

    return np.arange(len(owner.items)).reshape(owner.shape)


def read(reader: Reader, owner: ArrayValue, index: ast.expr, frame: Frame, node: ast.AST) -> Value:
    """``owner[index]`` of several indices, or with new axes."""
    items = index.elts if isinstance(index, ast.Tuple) else [index]
    if any(isinstance(reader.operand(item, frame), TensorValue) for item in items if not isinstance(item, ast.Slice)):
        from symdiff.frontend import index_arrays, tensor_indexing

        return tensor_indexing.read(reader, index_arrays.tensor_of_any(reader, owner, node), index, frame, node)
    parts = _parts(reader, index, frame)
    places = _positions(owner, parts, node)
    if not places.shape:
        return as_view(owner, owner.items[int(places)], index)
    if any(not isinstance(part, int | slice | None) and part is not ... for part in parts):  # an array of indices: a copy
        return ArrayValue(places.shape, tuple(owner.items[int(place)] for place in places.flat))
    return view_of(reader, owner, places.shape, [int(place) for place in places.flat])


def as_view(owner: ArrayValue | TensorValue, value: Value, index: ast.expr) -> Value:
    """One element, which an index with ``...`` shows where it is."""
    parts = index.elts if isinstance(index, ast.Tuple) else [index]
    shown = any(isinstance(part, ast.Constant) and part.value is ... for part in parts)
    return boxes.boxed(value, owner.parents | {owner.identity}) if shown else value


def view_of(reader: Reader, owner: ArrayValue, shape: tuple[int, ...], places: Sequence[int]) -> ArrayValue:
    """An array that shares the memory of another one, in which its elements are at these places."""
    items = tuple(owner.items[place] for place in places)
    inside = tuple(places) if owner.window is None else tuple(owner.window.places[place] for place in places)
    window = Window(cells.register(reader, owner), inside)
    return ArrayValue(shape, items, owner.identity, owner.parents, window=window)


def transposed(reader: Reader, owner: ArrayValue) -> ArrayValue:
    """``a.T``."""
    places = places_of(owner).T
    return view_of(reader, owner, places.shape, [int(place) for place in places.flat])


def copy_of(value: ArrayValue) -> ArrayValue:
    """The same numbers, of an array of its own."""
    return ArrayValue(value.shape, value.items)


def write(
    reader: Reader,
    owner: ArrayValue,
    index: ast.expr | None,
    value: Value,
    frame: Frame,
    node: ast.AST,
    op: type[ast.operator] | None,
) -> None:
    """``owner[index] = value``, ``owner[index] += value``; without an index all of it."""
    import numpy as np

    from symdiff.frontend import tensor_writes
    from symdiff.frontend.conditions import scalar
    from symdiff.frontend.containers import to_array
    from symdiff.frontend.expressions import binary
    from symdiff.frontend.tensors import tensor_of

    if owner.items and all(is_whole(reader, item) for item in owner.items):
        raise GapError(node, "a write into an array of integers, which rounds", "make an array of floats, as np.zeros does")
    if isinstance(index, ast.Name | ast.Compare | ast.UnaryOp | ast.BinOp | ast.Call | ast.Subscript | ast.Attribute):
        chosen = reader.operand(index, frame)
        if isinstance(chosen, TensorValue) and chosen.kind == "bool":  # a mask of any size that is as long as this
            value = tensor_writes.masked(reader, tensor_of(reader, owner, node), chosen, value, node, op)
            index = op = None
    places = places_of(owner) if index is None else _positions(owner, _parts(reader, index, frame), node)
    given = to_array(reader, value, node)
    try:
        sources = np.broadcast_to(np.arange(len(given.items)).reshape(given.shape), places.shape)
    except ValueError:
        reason = f"{describe(given)} written to the shape {places.shape}"
        raise GapError(node, reason, "make the shapes equal", raises=ValueError) from None
    array = cells.numbered(reader, cells.register(reader, owner), node)
    items = list(array.items)
    if owner.window is not None:
        places = np.array(owner.window.places, dtype=int)[places]
    for place, source in zip(places.flat, sources.flat, strict=True):
        new: Value = given.items[int(source)]
        if op is not None:
            new = binary(reader, op, array.items[int(place)], new, node)  # what was there, if a place is named twice, too
        items[int(place)] = _as_float(scalar(reader, new, node))
    cells.change(reader, owner, dataclasses.replace(array, items=tuple(items)), node)


def is_whole(reader: Reader, item: Number) -> bool:
    """Whether NumPy has an integer there: one that is known, or an integer argument."""
    return isinstance(item.known, int) or item.is_whole or (isinstance(item.atom, str) and item.atom in reader.integers)


def _as_float(value: Number) -> Number:
    """An integer as it is kept in an array of floats."""
    return number(float(value.known)) if isinstance(value.known, int) and isinstance(value.atom, Const) else value
