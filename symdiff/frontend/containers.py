"""Tuples, lists and small arrays while reading: elements, subscripts, assignment, methods, elementwise arithmetic."""

from __future__ import annotations

import abc
import ast
import dataclasses
import math
import types
from collections.abc import Callable
from typing import Any

from symdiff.errors import ElementError
from symdiff.frontend import (
    array_writes,
    cells,
    changes,
    dicts,
    growing,
    grown,
    index_arrays,
    loop_indices,
    pending,
    tensor_indexing,
    tensor_writes,
    writes,
)
from symdiff.frontend.gaps import GapError, NeedsCallError
from symdiff.frontend.loop_values import (
    GrowingList,
    GrownList,
    IndexedValue,
    PendingValue,
    SequentialValue,
    SeriesValue,
    Trajectory,
)
from symdiff.frontend.lower import Frame, Reader
from symdiff.frontend.tensors import tensor_of
from symdiff.frontend.values import (
    ArrayValue,
    Condition,
    DictValue,
    IteratorValue,
    Known,
    ListValue,
    MaskedValue,
    Number,
    TensorValue,
    TupleValue,
    Value,
    VectorParam,
    describe,
    number,
    total_size,
)
from symdiff.graph.affine import sizes_in

MAX_RANGE = 20_000  # elements of a range, list or tuple made while reading


def bounded(items: tuple[Value, ...], node: ast.AST) -> tuple[Value, ...]:
    """The items of a new sequence, if they are not too many."""
    if total_size(items) > MAX_RANGE:
        raise GapError(node, "a sequence that long", f"use at most {MAX_RANGE} elements", "not yet")
    return items


def elements(reader: Reader, value: Value, node: ast.AST) -> tuple[Value, ...]:
    """The elements of a value that is iterated over."""
    if isinstance(value, TupleValue | ListValue):
        return value.items
    if isinstance(value, IteratorValue):
        return changes.consumed(reader, value, node)
    if isinstance(value, DictValue):
        return tuple(dicts.key_value(key) for key in value.keys)
    if isinstance(value, ArrayValue):
        return tuple(row(reader, value, position) for position in range(length(reader, value, node)))
    if isinstance(value, TensorValue):
        return tensor_indexing.rows(reader, value, node)
    if isinstance(value, IndexedValue):
        sizes = sizes_in([value.axis.length, value.axis.low, value.axis.high])
        reader.fix(sizes, node, "a loop over a length that is not known while reading", "use operations on the whole array")
    if isinstance(value, SequentialValue):
        sizes = sizes_in([value.trip])
        reader.fix(sizes, node, "a loop over a length that is not known while reading", "write a for loop, as a statement")
    if isinstance(value, Known) and isinstance(value.value, range):
        if len(value.value) > MAX_RANGE:
            raise GapError(node, f"a loop of {len(value.value)} iterations", f"use at most {MAX_RANGE}", "not yet")
        return tuple(number(item) for item in value.value)
    if isinstance(value, Known) and isinstance(value.value, str):
        return tuple(Known(letter) for letter in value.value)
    if isinstance(value, Known) and isinstance(value.value, frozenset):
        raise GapError(node, "a loop over a set, which has no order", "loop over a tuple or list")
    length(reader, value, node)
    raise GapError(node, f"a loop over {describe(value)}", "loop over a range, tuple, list or array")


def length(reader: Reader, value: Value, node: ast.AST) -> int:
    """What ``len(value)`` is."""
    if isinstance(value, TupleValue | ListValue | DictValue):
        return len(value.items)
    if isinstance(value, ArrayValue) and value.shape:
        return value.shape[0]
    if isinstance(value, Known) and isinstance(value.value, range | str | frozenset):
        return len(value.value)
    if isinstance(value, TensorValue):
        what = "the length of an array, which must be known here"
        if not value.axes[0].is_constant:
            reader.fix(sizes_in(value.axes[:1]), node, what, "use operations on the whole array")
        return value.axes[0].const
    inner = value.items[0] if isinstance(value, ArrayValue) else value  # np.asarray(x) is what x is
    name = reader.assumed_name(inner)
    if name is not None or reader.is_assumed(inner):
        what = f"the length of {name}" if name is not None else f"the structure of {inner.atom}"  # type: ignore[union-attr]
        raise NeedsCallError(f"{what} is not known before a call: call the derivative, or use .at(...) with example arguments")
    reader.suspect |= isinstance(value, Number)  # an element of what may be a matrix
    raise GapError(node, f"the length of {describe(value)}", "use a tuple, list or array", raises=_type_error(value))


def _type_error(value: Value) -> type[Exception] | None:
    """What Python raises when a number is used as a container."""
    return TypeError if isinstance(value, Number | Condition) else None


def shape(reader: Reader, value: Value, node: ast.AST) -> tuple[int, ...]:
    """The shape of an array value."""
    return value.shape if isinstance(value, ArrayValue) else (length(reader, value, node),)


def row(reader: Reader, value: ArrayValue, position: int) -> Value:
    """``a[i]`` of an array: a number, or an array of one dimension less, which is a view."""
    if len(value.shape) == 1:
        return value.items[position]
    size = math.prod(value.shape[1:])
    return array_writes.view_of(reader, value, value.shape[1:], range(position * size, (position + 1) * size))


# -- subscripts ---------------------------------------------------------------------------------------------------


def subscript(reader: Reader, owner: Value, index: ast.expr, frame: Frame, node: ast.AST) -> Value:
    """``owner[index]`` with literal indices, slices and (for arrays and nested lists) several of them."""
    if isinstance(owner, DictValue):
        return dicts.lookup(reader, owner, reader.operand(index, frame), node)
    if isinstance(owner, TensorValue):
        return tensor_indexing.read(reader, owner, index, frame, node)
    if isinstance(owner, GrowingList | SeriesValue | MaskedValue | PendingValue | Trajectory):
        return _special(reader, owner, index, frame, node)
    if isinstance(owner, Known) and type(owner.value).__module__.startswith("numpy.") and hasattr(owner.value, "concatenate"):
        from symdiff.frontend.tensor_definitions import put_together

        return put_together(reader, owner, index, frame, node)
    plain = reader.assumed_name(owner) is not None and not isinstance(index, ast.Slice | ast.Tuple)
    if not plain or _is_axis(index):
        reader.assume_array(owner, _rank(index))
    if isinstance(owner, ArrayValue) and loop_indices.any_open(reader, index, frame):
        return loop_indices.read(reader, owner, index, frame, node)
    if isinstance(owner, ArrayValue) and (isinstance(index, ast.Tuple) or _is_axis(index)):
        return array_writes.read(reader, owner, index, frame, node)
    if isinstance(index, ast.Tuple):
        if any(isinstance(inner, ast.Slice) for inner in index.elts):
            raise GapError(node, "a slice beside other indices", "use literal indices", "not yet")
        for inner in index.elts:
            owner = subscript(reader, owner, inner, frame, node)
        return owner
    if isinstance(index, ast.Slice):
        return _slice(reader, owner, index, frame, node)
    return _indexed(reader, owner, index, plain, frame, node)


def _special(
    reader: Reader,
    owner: GrowingList | SeriesValue | MaskedValue | PendingValue | Trajectory,
    index: ast.expr,
    frame: Frame,
    node: ast.AST,
) -> Value:
    """``owner[index]`` of what loops make, and of elements that a mask chooses."""
    if isinstance(owner, MaskedValue):
        from symdiff.frontend import masks

        chosen = Known(None) if isinstance(index, ast.Slice | ast.Tuple) else reader.operand(index, frame)
        return masks.restricted(reader, owner, chosen, node)
    if isinstance(owner, Trajectory):
        from symdiff.frontend import integrators

        return integrators.at_end(reader, owner, index, frame, node)
    if isinstance(owner, PendingValue):
        return pending.read(reader, owner, index, frame, node)
    if isinstance(owner, SeriesValue) and not isinstance(owner, GrownList):
        owner = grown.made(tensor_of(reader, owner, node), False)
    form = growing.subscript if isinstance(owner, GrowingList) else grown.subscript
    return form(reader, owner, index, frame, node)  # type: ignore[arg-type]


def _indexed(reader: Reader, owner: Value, index: ast.expr, plain: bool, frame: Frame, node: ast.AST) -> Value:
    """``owner[index]`` with one index that is no slice; ``plain``: of what is only assumed to be a number."""
    value = reader.operand(index, frame)
    array_writes.check_no_truth(value, index, owner)
    if plain:
        part = value.integer if isinstance(value, Number) else None
        counted = part is not None and not part.is_constant
        several = isinstance(value, TensorValue | ListValue | ArrayValue | SeriesValue)
        if isinstance(value, Condition) or several or counted:  # a mask, several indices, the variable of a loop
            reader.assume_array(owner, 1)
        reader.check_index(value)
    if isinstance(owner, ArrayValue | ListValue | TupleValue | VectorParam) and loop_indices.is_open(reader, value):
        return loop_indices.read(reader, owner, index, frame, node)
    from_data = isinstance(value, Number) and value.integer is not None and any(value.integer.elements)
    listed = value.items[0] if isinstance(value, TupleValue) and value.items else value  # of one axis, as nonzero gives it
    if isinstance(owner, ArrayValue) and (from_data or isinstance(listed, TensorValue | ListValue | ArrayValue | SeriesValue)):
        return tensor_indexing.read(reader, index_arrays.tensor_of_any(reader, owner, node), index, frame, node)
    return item(reader, owner, reader.integer(value, index, "an index"), node)


def _is_axis(index: ast.expr) -> bool:
    """True for None and ..., as an index."""
    return isinstance(index, ast.Constant) and (index.value is None or index.value is ...)


def _rank(index: ast.expr) -> int:
    """The number of axes that an index speaks of."""
    if not isinstance(index, ast.Tuple):
        return 1
    return sum(not (isinstance(part, ast.Constant) and part.value in (None, ...)) for part in index.elts)


def item(reader: Reader, owner: Value, position: int, node: ast.AST) -> Value:
    """One element, by an integer that is known."""
    if isinstance(owner, TensorValue):
        return tensor_indexing.element(reader, owner, position, node)
    name = reader.assumed_name(owner)
    if name is not None:
        if position < 0:
            length(reader, owner, node)
        if not isinstance(owner, VectorParam) or position >= len(owner.items):
            reader.longer(owner, position + 1, node)
        return owner.items[position] if isinstance(owner, VectorParam) else owner
    if isinstance(owner, Known) and isinstance(owner.value, range | str):
        count = len(owner.value)
    elif isinstance(owner, TupleValue | ListValue | ArrayValue):
        count = length(reader, owner, node)
    else:
        if reader.is_assumed(owner):
            length(reader, owner, node)
        raise GapError(node, f"an element of {describe(owner)}", "index a tuple, list or array", raises=_type_error(owner))
    if not -count <= position < count:
        reader.check_length(owner, count, f"element {position} is out of range: it is read", node, ElementError)
        reason = f"index {position} is out of range for {describe(owner)}"
        raise GapError(node, reason, f"use an index below {count}", raises=IndexError)
    if isinstance(owner, ArrayValue):
        return row(reader, owner, position % count)
    if isinstance(owner, TupleValue | ListValue):
        return owner.items[position]
    found = owner.value[position]
    return number(found) if isinstance(found, int) else Known(found)


def _slice(reader: Reader, owner: Value, index: ast.Slice, frame: Frame, node: ast.AST) -> Value:
    count = length(reader, owner, node)
    bounds = [
        None if part is None else reader.integer(reader.operand(part, frame), part, "a slice bound")
        for part in (index.lower, index.upper, index.step)
    ]
    if bounds[2] == 0:
        raise GapError(node, "a slice with step 0", "use another step")
    positions = range(count)[slice(*bounds)]
    if isinstance(owner, TupleValue):
        return TupleValue(tuple(owner.items[k] for k in positions))
    if isinstance(owner, ListValue):
        return ListValue(tuple(owner.items[k] for k in positions))
    if isinstance(owner, ArrayValue):
        size = math.prod(owner.shape[1:])
        places = [place for k in positions for place in range(k * size, (k + 1) * size)]
        return array_writes.view_of(reader, owner, (len(positions), *owner.shape[1:]), places)
    if isinstance(owner, Known) and isinstance(owner.value, range | str):
        return Known(owner.value[slice(*bounds)])
    raise GapError(node, f"a slice of {describe(owner)}", "slice a tuple, list or array")


# -- assignment ---------------------------------------------------------------------------------------------------


def assign(reader: Reader, target: ast.expr, value: Value, frame: Frame) -> None:
    """Bind a target: a name, a pattern, or an element of a list."""
    if isinstance(target, ast.Name):
        if isinstance(value, IteratorValue) and value.lazy:
            raise GapError(target, "a generator kept in a variable", "make a list of it: list(...) or [... for ...]", "not yet")
        frame.variables[target.id] = value
    elif isinstance(target, ast.Tuple | ast.List):
        _unpack(reader, target, value, frame)
    elif isinstance(target, ast.Subscript):
        _store(reader, target, value, frame)
    elif isinstance(target, ast.Attribute):
        writes.store(reader, target, value, frame)
    else:
        raise GapError(target, "this target of an assignment", "assign to a name")


def _unpack(reader: Reader, target: ast.Tuple | ast.List, value: Value, frame: Frame) -> None:
    wanted = len(target.elts)
    stars = [k for k, element in enumerate(target.elts) if isinstance(element, ast.Starred)]
    name = reader.assumed_name(value)
    if name is not None and not stars:
        if not isinstance(value, VectorParam) or len(value.items) < wanted:
            reader.longer(value, wanted, target)
        items: tuple[Value, ...] = value.items if isinstance(value, VectorParam) else ()
    else:
        items = elements(reader, value, target)
    if stars:
        before, after = stars[0], wanted - stars[0] - 1
        if len(items) < wanted - 1:
            raise GapError(target, f"{len(items)} values for at least {wanted - 1} names", "unpack as many as there are")
        middle = ListValue(items[before : len(items) - after])
        items = (*items[:before], middle, *items[len(items) - after :])
    if len(items) != wanted:
        reader.check_length(value, len(items), f"{len(items)} values for {wanted} names: it is unpacked", target)
        raise GapError(target, f"{len(items)} values for {wanted} names", f"pass or unpack exactly {wanted} values")
    for element, inner in zip(target.elts, items, strict=True):
        assign(reader, element.value if isinstance(element, ast.Starred) else element, inner, frame)


def _store(reader: Reader, target: ast.Subscript, value: Value, frame: Frame) -> None:
    if writes.mark(reader, target.value, frame, target):
        return
    owner = loop_indices.writeable(reader, reader.operand(target.value, frame), target.slice, frame, target)
    if isinstance(owner, TensorValue):
        tensor_writes.write(reader, owner, target.slice, value, frame, target, None)
        return
    if isinstance(owner, PendingValue):
        pending.store(reader, owner, target.slice, value, frame, target, None)
        return
    if isinstance(owner, ArrayValue):
        array_writes.write(reader, owner, target.slice, value, frame, target, None)
        return
    if isinstance(owner, DictValue):
        dicts.store(reader, owner, reader.operand(target.slice, frame), value, frame, target)
        return
    if not isinstance(owner, ListValue):
        reader.assume_array(owner, _rank(target.slice))
        raise GapError(target, f"a write to an element of {describe(owner)}", "build a new list of the elements", "not yet")
    if isinstance(target.slice, ast.Slice):
        raise GapError(target, "a write to a slice", "write the elements one by one", "not yet")
    place = reader.operand(target.slice, frame)
    if loop_indices.is_open(reader, place):
        loop_indices.store(reader, owner, place, value, frame, target)
        return
    position = reader.integer(place, target.slice, "an index")
    item(reader, owner, position, target)
    items = list(owner.items)
    items[position] = value
    changes.replace(reader, owner, dataclasses.replace(owner, items=tuple(items)), frame, target)


# -- arrays -------------------------------------------------------------------------------------------------------


def to_list(reader: Reader, value: ArrayValue) -> ListValue:
    """``a.tolist()``: nested lists."""
    rows = [row(reader, value, position) for position in range(value.shape[0])]
    return ListValue(tuple(to_list(reader, inner) if isinstance(inner, ArrayValue) else inner for inner in rows))


def to_array(reader: Reader, value: Value, node: ast.AST) -> ArrayValue:
    """``np.array(value)`` of nested tuples and lists of numbers."""
    from symdiff.frontend.conditions import scalar

    value = cells.present(reader, value, node)
    if isinstance(value, ArrayValue):
        return value
    if isinstance(value, VectorParam):
        return ArrayValue((len(value.items),), value.items)
    if isinstance(value, TensorValue):
        return cells.sharing(tensor_indexing.numbers_of(reader, value, node), value)
    if not isinstance(value, TupleValue | ListValue | Known) or (isinstance(value, Known) and not isinstance(value.value, range)):
        return ArrayValue((), (scalar(reader, value, node),))
    rows = [to_array(reader, inner, node) for inner in elements(reader, value, node)]
    shapes = {inner.shape for inner in rows}
    if len(shapes) > 1:
        raise GapError(node, "an array of rows of different lengths", "make all rows equally long")
    inner_shape = shapes.pop() if shapes else ()
    return ArrayValue((len(rows), *inner_shape), tuple(leaf for inner in rows for leaf in inner.items))


# -- arithmetic ---------------------------------------------------------------------------------------------------


def join(reader: Reader, op: type[ast.operator], left: Value, right: Value, node: ast.AST) -> Value | None:
    """``+`` and ``*`` of tuples, lists and strings, as in Python; None if the operands are none of these."""
    plain = TupleValue | ListValue
    growing.refuse_operator(reader, left, right, node)
    if op is ast.Add and isinstance(left, plain) and type(left) is type(right):
        bounded((*left.items, *right.items), node)
        return type(left)((*left.items, *right.items))
    if op is ast.Mult and isinstance(left, plain) != isinstance(right, plain):
        sequence, times = (left, right) if isinstance(left, plain) else (right, left)
        if isinstance(times, ArrayValue) or not isinstance(sequence, plain):
            return None
        count = reader.integer(times, node, "the number of repetitions")
        if count * max(1, sequence.size) > MAX_RANGE:
            raise GapError(node, "a sequence that long", f"use at most {MAX_RANGE} elements", "not yet")
        return type(sequence)(sequence.items * max(count, 0))
    if op is ast.BitOr and isinstance(left, DictValue) and isinstance(right, DictValue):
        return dicts.union(left, right, node)
    if op is ast.BitOr and isinstance(left, Known) and isinstance(right, Known):
        return _either_class(left.value, right.value)
    from symdiff.frontend import texts

    if op is ast.Add:
        return texts.joined(left, right, node)
    return texts.percent(left, right, node) if op is ast.Mod else None


def _either_class(left: Any, right: Any) -> Known | None:
    """``int | float``; None for what are no classes (or whose own classes say what ``|`` is)."""
    kinds = (type, abc.ABCMeta, types.UnionType)
    return Known(left | right) if type(left) in kinds and type(right) in kinds else None


def broadcast(reader: Reader, op: Callable[..., Number], *args: Any) -> ArrayValue | Number:
    """Apply an operation on scalars elementwise, with NumPy's broadcasting; the last argument is the node.

    On arrays without axes the result is a scalar, as in NumPy.
    """
    from symdiff.frontend.conditions import scalar

    *values, node = args
    for value in values:
        if isinstance(value, VectorParam):
            reader.assume_array(value, 1)
    arrays = [
        to_array(reader, value, node)
        if isinstance(value, ArrayValue | TupleValue | ListValue | VectorParam)
        else ArrayValue((), (scalar(reader, value, node),))
        for value in values
    ]
    import numpy as np

    try:
        result = np.broadcast_shapes(*(array.shape for array in arrays))
    except ValueError:
        shapes = " and ".join(str(array.shape) for array in arrays)
        raise GapError(node, f"shapes {shapes} do not broadcast", "make the lengths equal", raises=ValueError) from None
    maps = [np.broadcast_to(np.arange(len(array.items)).reshape(array.shape), result).ravel() for array in arrays]
    items = (
        op(*(array.items[index] for array, index in zip(arrays, indices, strict=True))) for indices in zip(*maps, strict=True)
    )
    return ArrayValue(tuple(result), tuple(items)) if result else next(items)
