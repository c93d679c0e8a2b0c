"""What is added to the elements of an array at indices of which some may be equal: ``np.add.at``, ``np.bincount``."""

from __future__ import annotations

import ast
from pathlib import PurePath
from typing import Any

from symdiff.frontend import array_writes, cells, choices, computed, tensor_writes
from symdiff.frontend.gaps import GapError, not_as_arrays
from symdiff.frontend.index_arrays import check_on_axis, literal
from symdiff.frontend.lengths import extent, size_of
from symdiff.frontend.library import Args, Keywords, plain
from symdiff.frontend.lower import Frame, Reader
from symdiff.frontend.placing import gathered
from symdiff.frontend.tensor_functions import optional
from symdiff.frontend.tensor_indexing import Chosen, Gather, Selection, parts_of, selection_of
from symdiff.frontend.tensors import as_numbers, broadcast_axes, moved, operand, spread_to, tensor_of
from symdiff.frontend.values import ArrayValue, Condition, Known, ListValue, TensorValue, Value, describe, number
from symdiff.graph.affine import Affine, Element, identity
from symdiff.graph.graph import Const
from symdiff.graph.terms import Range, Term, full_ranges, view
from symdiff.primitives import TABLE

_REWRITE = "write a loop: for k in range(len(idx)): a[idx[k]] += v[k]"


def is_scatter(reader: Reader, node: ast.Call, frame: Frame) -> bool:
    """Whether a call is ``np.add.at(...)`` or ``np.subtract.at(...)``."""
    if not isinstance(node.func, ast.Attribute) or node.func.attr != "at":
        return False
    owner = reader.operand(node.func.value, frame)
    return isinstance(owner, Known) and _sign(owner.value) != 0


def _sign(value: Any) -> int:
    import numpy as np

    return 1 if value is np.add else -1 if value is np.subtract else 0


def run(reader: Reader, node: ast.Call, frame: Frame) -> None:
    """``np.add.at(a, indices, values)``: a new version of the array."""
    if len(node.args) != 3 or node.keywords:
        raise GapError(node, f"a call of .at with {len(node.args)} arguments", "write np.add.at(a, indices, values)", "not yet")
    assert isinstance(node.func, ast.Attribute)  # noqa: S101 - told apart before
    function = reader.operand(node.func.value, frame)
    sign = _sign(function.value) if isinstance(function, Known) else 0
    found = reader.operand(node.args[0], frame)
    if not isinstance(found, ArrayValue | TensorValue):
        raise GapError(node, f"np.add.at on {describe(found)}", "make an array, as np.zeros does", "not yet")
    owner = _writeable(reader, found, node)
    parts = parts_of(reader, owner, node.args[1], frame, node)
    if isinstance(parts, TensorValue) or any(isinstance(part, Chosen) for part in parts):
        raise GapError(node, "np.add.at with a mask", "write a[mask] += v", "not yet")
    parts = [gathered(reader, part, node) for part in parts]
    selection = selection_of(reader, owner, parts, node)
    for part, length in zip(selection.parts, owner.axes, strict=True):
        if isinstance(part, Gather):
            check_on_axis(reader, part.array, length, node)
    term = _scattered(reader, selection, reader.operand(node.args[2], frame), sign, node)
    atom = moved(reader, [view(owner.atom, len(owner.axes)), term], owner.axes, hint=_hint(node.args[0]))
    tensor_writes.change(reader, owner, TensorValue(atom, owner.axes), node)


def _writeable(reader: Reader, value: ArrayValue | TensorValue, node: ast.AST) -> TensorValue:
    """An array whose elements may be written to, as one of the graph."""
    if isinstance(value, ArrayValue):
        if value.items and all(array_writes.is_whole(reader, item) for item in value.items):
            raise GapError(node, "a write into an array of integers, which rounds", "make an array of floats, as np.zeros does")
        cells.enlarge(reader, value, node)
    found = cells.present(reader, value, node)
    if not isinstance(found, TensorValue):
        raise GapError(node, "np.add.at on a view of this kind", "add to the array itself", "not yet")
    tensor_writes.check_writeable(found, node)
    return found


def _hint(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else "t"


def _scattered(reader: Reader, selection: Selection, value: Value, sign: int, node: ast.AST) -> Term:
    """What is added, each element at its address."""
    from symdiff.frontend.expressions import binary

    given = operand(reader, value, node)
    if isinstance(given, Condition):
        raise GapError(node, "truth values that are added", "write 1.0*mask", "not yet")
    if sign < 0:
        given = operand(reader, binary(reader, ast.Mult, number(-1), given, node), node)
    rank = len(selection.index)
    address = tuple(part.moved(lambda position: position + rank) for part in selection.index)
    ranges = full_ranges(selection.axes)
    if not isinstance(given, TensorValue):
        return Term(given.atom, (), ranges, (), address)
    given = as_numbers(reader, given)
    if broadcast_axes(reader, [selection.axes, given.axes], node) != selection.axes:
        raise GapError(node, f"{describe(given)} added at {selection.axes} indices", "make the shapes equal", raises=ValueError)
    atom = spread_to(reader, given, selection.axes)
    return Term(atom, identity(len(selection.axes), rank) if isinstance(atom, str) else (), ranges, (), address)


def bincount(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    """``np.bincount(indices, weights, minlength)``: an array of this length, beyond which an index must not be."""
    length = optional(args, keywords, 2, "minlength", Known(None))
    weights = optional(args, keywords, 1, "weights", number(1.0))
    plain(args, keywords, 1, 1, "bincount", node)
    places = tensor_of(reader, args[0], node)
    if isinstance(args[0], ListValue | ArrayValue) and len(places.axes) == 1:
        items = [reader.integer(item, node, "an index") for item in args[0].items]
        places = literal(reader, items, (len(items),), node)
    if places.affine is None or len(places.axes) != 1:
        raise GapError(node, f"np.bincount of {describe(places)}", "pass a vector of integers", "not yet")
    if isinstance(length, Known) or length.known == 0:  # type: ignore[union-attr]
        axes = (_length_for(reader, places, node),)
    else:
        axes = (extent(reader, length, node, "a length", sized=True),)
        check_on_axis(reader, places, axes[0], node)
    index = places.affine.substitute({0: Affine.of(1)})
    given = operand(reader, weights, node) if not _is_none(weights) else number(1.0)
    if isinstance(given, Condition) or (isinstance(given, TensorValue) and len(given.axes) != 1):
        raise GapError(node, f"weights that are {describe(given)}", "give one for every index", raises=ValueError)
    read: tuple[Affine, ...] = ()
    if isinstance(given, TensorValue):
        given = as_numbers(reader, given)
        equal_axes(reader, places, given, node)
        read = (Affine.of(1),) if isinstance(given.atom, str) else ()
    elif not isinstance(given.atom, Const):
        reader.assume_array(given, 1)
        raise GapError(node, "a number as weights", "multiply the result", raises=ValueError)
    term = Term(given.atom, read, (Range(Affine(), places.axes[0]),), (), (index,))
    return TensorValue(reader.builder.spread(moved(reader, [term], axes), axes), axes)


def _length_for(reader: Reader, places: TensorValue, node: ast.AST) -> Affine:
    """One more than the largest index; none may be below 0."""
    if not choices.is_open(reader):
        raise not_as_arrays(reader, GapError(node, "np.bincount in a loop over an array", "write a plain loop", "not yet"))
    assert places.affine is not None  # noqa: S101 - indices are integers
    builder = reader.builder
    term = Term(places.affine.substitute({0: Affine.of(0)}), (), (Range(Affine(), places.axes[0]),))
    largest = builder.apply(TABLE["max"], builder.fold(TABLE["max"], term, ()), Const(-1))
    if not computed.is_natural(reader, places):
        smallest = builder.apply(TABLE["min"], builder.fold(TABLE["min"], term, ()), Const(0))
        place = reader.frames[-1].source.place(node)
        with builder.block() as body:
            builder.error("ValueError", f"np.bincount: an index is below 0 ({PurePath(place.file).name}, line {place.line})")
        builder.branch(builder.apply(TABLE["lt"], smallest, Const(0)), body, (), [])
    more = builder.apply(TABLE["add"], largest, Const(1))
    assert isinstance(more, str)  # noqa: S101 - of an array
    return size_of(reader, Affine.of(Element(more, ())), node, "a length")


def equal_axes(reader: Reader, places: TensorValue, given: TensorValue, node: ast.AST) -> None:
    """Refuse weights that are not as many as the indices."""
    from symdiff.frontend.lengths import equal

    equal(reader, places.axes[0], given.axes[0], node)


def _is_none(value: Value) -> bool:
    return isinstance(value, Known) and value.value is None


FUNCTIONS = {"bincount": bincount}
