"""Lists, tuples and arrays of known length in loops: reading and writing at an index that the loop or the data tell."""

from __future__ import annotations

import ast
import dataclasses
from typing import TYPE_CHECKING

from symdiff.frontend.gaps import GapError
from symdiff.frontend.values import ArrayValue, ListValue, Number, TensorValue, TupleValue, Value, VectorParam, describe
from symdiff.graph.affine import Affine
from symdiff.graph.graph import Const
from symdiff.primitives import TABLE

if TYPE_CHECKING:
    from symdiff.frontend.lower import Frame, Reader

Fixed = ArrayValue | ListValue | TupleValue | VectorParam


def is_open(reader: Reader, index: Value) -> bool:
    """Whether an index is another one in every iteration, or only the data tell it."""
    part = index.integer if isinstance(index, Number) and reader.counters else None
    return part is not None and not part.is_constant and not part.positions


def any_open(reader: Reader, index: ast.expr, frame: Frame) -> bool:
    """Whether this is so of any part of an index."""
    if not reader.counters:
        return False
    parts = index.elts if isinstance(index, ast.Tuple) else [index]
    inner = [bound for part in parts if isinstance(part, ast.Slice) for bound in (part.lower, part.upper) if bound is not None]
    plain = [part for part in parts if not isinstance(part, ast.Slice | ast.Constant)]
    return any(is_open(reader, reader.operand(part, frame)) for part in (*inner, *plain))


def is_uniform(value: Value) -> bool:
    """Whether a container holds numbers alone, or containers of equally many."""
    if isinstance(value, ArrayValue):
        return bool(value.shape)
    if not isinstance(value, ListValue | TupleValue):
        return isinstance(value, Number)
    kinds = {type(item) for item in value.items}
    sizes = {len(item.items) for item in value.items if isinstance(item, ListValue | TupleValue | ArrayValue)}
    return len(kinds) <= 1 and len(sizes) <= 1 and all(map(is_uniform, value.items))


def read(reader: Reader, owner: Fixed, index: ast.expr, frame: Frame, node: ast.AST) -> Value:
    """``owner[index]``."""
    from symdiff.frontend import tensor_indexing

    return tensor_indexing.read(reader, _tensor(reader, owner, node), index, frame, node)


def element(reader: Reader, owner: ArrayValue | ListValue | TupleValue, at: Affine, node: ast.AST) -> Value:
    """The element at a position that is certainly there."""
    from symdiff.frontend.tensor_indexing import At, selected, selection_of

    found = _tensor(reader, owner, node)
    value = selected(reader, found, selection_of(reader, found, [At(at)], node), node)
    if isinstance(owner, ListValue | TupleValue) and isinstance(value, TensorValue):
        items = [selected(reader, value, selection_of(reader, value, [At(Affine(k))], node), node) for k in range(_count(owner))]
        return ListValue(tuple(items)) if isinstance(owner.items[0], ListValue) else TupleValue(tuple(items))
    return value


def _count(owner: ListValue | TupleValue) -> int:
    first = owner.items[0]
    return len(first.items) if isinstance(first, ListValue | TupleValue | ArrayValue) else 0


def _tensor(reader: Reader, owner: Fixed, node: ast.AST) -> TensorValue:
    from symdiff.frontend.tensors import tensor_of

    if isinstance(owner, VectorParam):
        reader.assume_array(owner, 1)
    return tensor_of(reader, owner, node)


def writeable(reader: Reader, owner: Value, index: ast.expr, frame: Frame, node: ast.AST) -> Value:
    """The array that is written to; one of known shape becomes one of the graph where the index is not known."""
    from symdiff.frontend import array_writes, cells

    if not isinstance(owner, ArrayValue) or not (any_open(reader, index, frame) or _computed(reader, index, frame)):
        return owner
    if owner.items and all(array_writes.is_whole(reader, item) for item in owner.items):
        raise GapError(node, "a write into an array of integers, which rounds", "make an array of floats, as np.zeros does")
    cells.enlarge(reader, owner, node)
    return cells.present(reader, owner, node)


def _computed(reader: Reader, index: ast.expr, frame: Frame) -> bool:
    """Whether an index holds arrays of integers that are computed, or an integer that only the data tell."""
    parts = index.elts if isinstance(index, ast.Tuple) else [index]
    plain = [part for part in parts if isinstance(part, ast.Name | ast.BinOp | ast.Call | ast.Subscript)]
    values = [reader.operand(part, frame) for part in plain]
    values += [inner for value in values if isinstance(value, TupleValue) for inner in value.items]
    return any(
        (isinstance(value, TensorValue) and value.kind == "int")
        or (isinstance(value, Number) and value.integer is not None and any(value.integer.elements))
        for value in values
    )


def store(reader: Reader, owner: ListValue, index: Value, value: Value, frame: Frame, node: ast.AST) -> None:
    """``items[i] = value`` of a list of numbers: each element is the new one or the old one."""
    from symdiff.frontend import changes
    from symdiff.frontend.conditions import scalar
    from symdiff.frontend.index_arrays import from_end
    from symdiff.frontend.lengths import affine_atom, require

    assert isinstance(index, Number)  # noqa: S101 - it is open
    part, count = index.integer, len(owner.items)
    assert part is not None  # noqa: S101
    if not all(isinstance(item, Number) for item in owner.items):
        raise GapError(node, f"a write at any index of {describe(owner)} that holds other things than numbers", "use an array")
    part = from_end(reader, part, Affine(count))
    for side in (part, count - 1 - part):
        require(reader, side, "IndexError", "list assignment index out of range", node)
    builder, new = reader.builder, scalar(reader, value, node)
    atom, items = affine_atom(reader, part), []
    for place, item in enumerate(owner.items):
        here = builder.apply(TABLE["eq"], atom, Const(place))
        old = scalar(reader, item, node)
        (found,) = builder.branch(here, (), (), [("item", new.atom, old.atom)])
        items.append(Number(found, whole=new.is_whole and old.is_whole))
    changes.replace(reader, owner, dataclasses.replace(owner, items=tuple(items)), frame, node)
