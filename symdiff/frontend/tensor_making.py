"""NumPy functions that make arrays of any size: zeros, arange, concatenate."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from symdiff.frontend import computed, containers
from symdiff.frontend.arranging import ARRANGING, new_axis
from symdiff.frontend.arranging import METHODS as REARRANGING
from symdiff.frontend.array_writes import copy_of
from symdiff.frontend.casting import as_kind
from symdiff.frontend.cells import sharing, view_of
from symdiff.frontend.conditions import is_truth, scalar
from symdiff.frontend.expressions import arithmetic, binary
from symdiff.frontend.filling import check_float, check_like, is_float_kind
from symdiff.frontend.gaps import GapError
from symdiff.frontend.lengths import equal, extent, is_at_least_none, length_of, require, settled
from symdiff.frontend.library import Args, Form, Keywords, plain
from symdiff.frontend.lower import Reader
from symdiff.frontend.tensor_functions import optional
from symdiff.frontend.tensors import (
    are_whole,
    as_numbers,
    as_truths,
    broadcast,
    broadcast_axes,
    elementwise,
    holds_array,
    holds_tensor,
    made,
    moved,
    operand,
    same_elements,
    stacked,
    tensor_of,
)
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
from symdiff.graph.affine import ONE, Affine, Axes
from symdiff.graph.graph import Const
from symdiff.graph.terms import Guard, Term
from symdiff.primitives import TABLE


def shape_given(reader: Reader, value: Value, node: ast.AST) -> Axes:
    """A shape: one length, or a tuple or list of them."""
    items = value.items if isinstance(value, TupleValue | ListValue) else (value,)
    axes = tuple(_length(reader, item, node) for item in items)
    for length in axes:
        if any(length.elements) or (length.is_constant and length.const < 0):
            raise GapError(node, f"an array of the length {length}", "use lengths of arrays and literal integers")
        require(reader, length, "ValueError", "negative dimensions are not allowed", node)
    return axes


def _length(reader: Reader, value: Value, node: ast.AST) -> Affine:
    """A length; one from data must not be below 0."""
    part = value.integer if isinstance(value, Number) else None
    if part is not None and any(part.elements) and not computed.is_natural(reader, value):
        require(reader, part, "ValueError", "negative dimensions are not allowed", node)
    return extent(reader, value, node, "a length", sized=True)


def filled(reader: Reader, axes: Axes, value: Value, node: ast.AST) -> Value:
    """An array that is full of a number."""
    if not axes:
        return value
    if is_truth(value) or isinstance(value, Condition):
        return elementwise(reader, TABLE["ne"], [filled(reader, axes, scalar(reader, value, node), node), number(0)], node)
    if all(length.is_constant for length in axes):
        from symdiff.frontend.filling import filled_array

        return filled_array(tuple(length.const for length in axes), scalar(reader, value, node), node)
    inner = operand(reader, value, node)
    if isinstance(inner, TensorValue):
        if broadcast_axes(reader, [inner.axes, axes], node) != axes:
            raise GapError(node, f"an array of another shape full of {describe(inner)}", "make the shapes fit", raises=ValueError)
        (_, (atom, _)) = broadcast(reader, [inner, TensorValue(Const(0.0), axes)], node)
        return made(reader, atom, axes)
    whole = isinstance(inner, Number) and isinstance(inner.known, int)
    return TensorValue(reader.builder.spread(scalar(reader, inner, node).atom, axes), axes, "int" if whole else "float")


def _filled(name: str, value: float | None) -> Form:
    """``np.zeros(shape)``, ``np.ones(shape)``, ``np.full(shape, value)``."""

    def form(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
        dtype = keywords.pop("dtype", None)
        check_float(dtype, node)
        given = number(value) if value is not None else optional(args, keywords, 1, "fill_value", Known(None))
        shape = keywords.pop("shape", None)
        args = [shape] if shape is not None and not args else args
        plain(args, keywords, 1, 1, name, node)
        if is_float_kind(dtype) and (is_truth(given) or isinstance(given, Condition)):
            given = scalar(reader, given, node)
        return filled(reader, shape_given(reader, args[0], node), given, node)

    return form


def _like(name: str, value: float | None) -> Form:
    """``np.zeros_like(a)``, ``np.ones_like(a)``, ``np.full_like(a, value)``."""

    def form(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
        kind = keywords.pop("dtype", None)
        check_float(kind, node)
        given = number(value) if value is not None else optional(args, keywords, 1, "fill_value", Known(None))
        plain(args, keywords, 1, 1, name, node)
        if kind is None and not holds_tensor(args[0]):
            check_like(reader, name, containers.to_array(reader, args[0], node), node)
        like = tensor_of(reader, args[0], node)
        if like.kind != "float" and kind is None:
            raise GapError(node, f"{name} of an array that is not of floats", "write dtype=float")
        return filled(reader, like.axes, number(float(given.known)) if _is_whole(given) else given, node)  # type: ignore[union-attr, arg-type]

    return form


def _is_whole(value: Value) -> bool:
    return isinstance(value, Number) and isinstance(value.known, int)


def _eye(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    """``np.eye(n, m, k)``, ``np.identity(n)``."""
    check_float(keywords.pop("dtype", None), node)
    shift = reader.integer(optional(args, keywords, 2, "k", number(0)), node, "a diagonal")
    columns = optional(args, keywords, 1, "M", Known(None))
    plain(args, keywords, 1, 1, "eye", node)
    axes = shape_given(reader, TupleValue((args[0], args[0] if isinstance(columns, Known) else columns)), node)
    on_diagonal = Guard(Affine.of(1) - Affine.of(0) - shift, "==")
    return made(reader, moved(reader, [Term(Const(1.0), (), (), (on_diagonal,))], axes), axes)


def _arange(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    """``np.arange(start, stop, step)`` of integers and lengths."""
    kind = keywords.pop("dtype", None)
    check_float(kind, node)
    plain(args, keywords, 1, 3, "arange", node)
    bounds = [extent(reader, value, node, "a bound of arange", sized=len(args) == 1) for value in args]
    start, stop = (Affine(), bounds[0]) if len(bounds) == 1 else bounds[:2]
    step = bounds[2].const if len(bounds) == 3 else 1
    if (len(bounds) == 3 and not bounds[2].is_constant) or abs(step) != 1:
        raise GapError(node, "arange with another step than 1 or -1", "multiply np.arange(n) by the step", "not yet")
    axes, found = ((stop - start) * step,), start + Affine.of(0) * step
    value = TensorValue(reader.builder.sum([Term(found)], axes), axes, "int", found)
    return TensorValue(value.atom, axes) if kind is not None else value


def _linspace(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    """``np.linspace(a, b, n, endpoint=True)``: a + k*step, and b itself at the end."""
    closed = optional(args, keywords, 3, "endpoint", Known(True))
    count = extent(reader, optional(args, keywords, 2, "num", number(50)), node, "the number of points")
    plain(args, keywords, 2, 2, "linspace", node)
    several = is_at_least_none(reader, count - 2, "np.linspace of fewer than two points", node)
    a, b = (scalar(reader, value, node) for value in args)
    if not several:
        return made(reader, a.atom, (count,))
    steps = count - 1 if isinstance(closed, Known) and closed.value else count
    step = arithmetic(reader, "div", arithmetic(reader, "sub", b, a, node), length_of(reader, steps), node)
    positions = TensorValue(reader.builder.sum([Term(Affine.of(0))], (count,)), (count,))
    inner = tensor_of(reader, binary(reader, ast.Add, binary(reader, ast.Mult, positions, step, node), a, node), node)
    if steps == count:
        return inner
    last, end = Guard(Affine.of(0) - count + 1, "=="), operand(reader, b, node)
    terms = [Term(inner.atom, (Affine.of(0),), (), (Guard(count - 2 - Affine.of(0)),)), Term(end.atom, (), (), (last,))]
    return made(reader, moved(reader, terms, (count,)), (count,))


# -- putting arrays together --------------------------------------------------------------------------------------


def _items(reader: Reader, value: Value, node: ast.AST) -> list[Value]:
    if isinstance(value, TensorValue):
        raise GapError(node, "an array whose rows are put together", "give a tuple of arrays", "not yet")
    return list(containers.elements(reader, value, node))


def joined(reader: Reader, items: Sequence[Value], axis: int, node: ast.AST) -> Value:
    """Arrays one behind the other along an axis that they have: each is a term, moved to where it belongs."""
    given = [tensor_of(reader, item, node) for item in items]
    arrays = [as_numbers(reader, each) for each in given]
    ranks = {len(array.axes) for array in arrays}
    if len(ranks) > 1 or not -min(ranks) <= axis < min(ranks):
        raise GapError(
            node, f"arrays with {sorted(ranks)} axes put together along axis {axis}", "make the ranks equal", raises=ValueError
        )
    axis %= min(ranks)
    lengths = list(arrays[0].axes)
    for array in arrays[1:]:
        for k, length in enumerate(array.axes):
            lengths[k] = lengths[k] if k == axis else equal(reader, lengths[k], length, node)
    start, terms = Affine(), []
    for array in arrays:
        length = settled(reader, array.axes[axis], "an array behind another", node)
        here = Affine.of(axis) - start
        index = tuple(here if k == axis else Affine.of(k) for k in range(len(lengths)))
        guards = (Guard(here), Guard(length - 1 - here))
        terms.append(Term(array.atom, index if isinstance(array.atom, str) else (), (), guards))
        start += length
    lengths[axis] = start
    axes = tuple(lengths)
    found = made(reader, moved(reader, terms, axes), axes, whole=are_whole(reader, items))
    truths = all(each.kind == "bool" for each in given) and isinstance(found, TensorValue)
    return as_truths(reader, found) if truths else found


def _concatenate(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    axis = reader.integer(optional(args, keywords, 1, "axis", number(0)), node, "an axis")
    plain(args, keywords, 1, 1, "concatenate", node)
    return joined(reader, _items(reader, args[0], node), axis, node)


def _hstack(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    """``np.hstack``: along the only axis of vectors, else along the second one; numbers count as vectors of one."""
    plain(args, keywords, 1, 1, "hstack", node)
    items = [_at_least_1d(reader, item, node) for item in _items(reader, args[0], node)]
    return joined(reader, items, 0 if all(len(item.axes) == 1 for item in items) else 1, node)


def _at_least_1d(reader: Reader, value: Value, node: ast.AST) -> TensorValue:
    inner = operand(reader, value, node)
    if isinstance(inner, TensorValue):
        return inner
    return TensorValue(reader.builder.spread(inner.atom, (ONE,)), (ONE,), "bool" if isinstance(inner, Condition) else "float")


def _append(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    """``np.append(a, b)`` of vectors and numbers."""
    plain(args, keywords, 2, 2, "append", node)
    items = [_at_least_1d(reader, item, node) for item in args]
    if any(len(item.axes) != 1 for item in items):
        raise GapError(node, "np.append of matrices", "use np.concatenate with an axis", "not yet")
    return joined(reader, items, 0, node)


def _stack(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    axis = reader.integer(optional(args, keywords, 1, "axis", number(0)), node, "an axis")
    plain(args, keywords, 1, 1, "stack", node)
    return _side_by_side(reader, args[0], axis, node)


def _side_by_side(reader: Reader, value: Value, axis: int, node: ast.AST) -> Value:
    items = [operand(reader, item, node) for item in _items(reader, value, node)]
    rank = max((len(item.axes) for item in items if isinstance(item, TensorValue)), default=0) + 1
    if not -rank <= axis < rank:
        raise GapError(node, f"axis {axis} of {rank}", "use an axis that the result has", raises=ValueError)
    if rank > 1 and not all(isinstance(item, TensorValue) for item in items):
        raise GapError(node, "arrays and numbers side by side", "make the shapes equal", raises=ValueError)
    return stacked(reader, items, axis % rank, node)


def _rank_of(value: Value) -> int:
    shape = value.axes if isinstance(value, TensorValue) else value.shape if isinstance(value, ArrayValue) else ()
    return len(shape)


def _column_stack(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    plain(args, keywords, 1, 1, "column_stack", node)
    if max(map(_rank_of, _items(reader, args[0], node)), default=0) < 2:
        return _side_by_side(reader, args[0], 1, node)
    return joined(reader, _at_least_2d(reader, args[0], 1, node), 1, node)


def _vstack(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    plain(args, keywords, 1, 1, "vstack", node)
    items = [tensor_of(reader, item, node) for item in _items(reader, args[0], node)]
    if all(len(item.axes) == 1 for item in items):
        return stacked(reader, items, 0, node)
    return joined(reader, _at_least_2d(reader, args[0], 0, node), 0, node)


def _at_least_2d(reader: Reader, value: Value, axis: int, node: ast.AST) -> list[TensorValue]:
    """Arrays, of which vectors get a new axis."""
    items = [tensor_of(reader, item, node) for item in _items(reader, value, node)]
    return [item if len(item.axes) > 1 else new_axis(reader, item, axis) for item in items]


def _array(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    """``np.array(a)``, ``np.array([x, y])``: a new array."""
    dtype = optional(args, keywords, 1, "dtype", Known(None))
    check_float(dtype, node)
    plain(args, keywords, 1, 1, "array", node)
    if holds_array(args[0]) or _is_mask(args[0]):
        found = tensor_of(reader, args[0], node)
        return as_numbers(reader, found) if is_float_kind(dtype) and found.kind == "bool" else same_elements(found)
    return copy_of(containers.to_array(reader, args[0], node))


def _as_array(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    """``np.asarray(a)``: the array itself."""
    dtype = optional(args, keywords, 1, "dtype", Known(None))
    check_float(dtype, node)
    plain(args, keywords, 1, 1, "asarray", node)
    if not (holds_array(args[0]) or _is_mask(args[0])):
        return containers.to_array(reader, args[0], node)
    found = tensor_of(reader, args[0], node)
    return as_numbers(reader, found) if is_float_kind(dtype) else found


def _is_mask(value: Value) -> bool:
    """True for a list of truth values."""
    from symdiff.frontend.conditions import are_truths

    return isinstance(value, TupleValue | ListValue) and are_truths(value)


def _contiguous(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    """``np.ascontiguousarray(a)``: the array itself, but of a view it may be a copy."""
    found = _as_array(reader, args, keywords, node)
    return sharing(found, found) if isinstance(found, TensorValue) and found.window is not None else found


def _broadcast_to(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    plain(args, keywords, 2, 2, "broadcast_to", node)
    axes = shape_given(reader, args[1], node)
    value = operand(reader, args[0], node)
    if isinstance(value, TensorValue) and broadcast_axes(reader, [value.axes, axes], node) != axes:
        raise GapError(node, f"{describe(value)} broadcast to another shape", "make the shapes fit", raises=ValueError)
    if not isinstance(value, TensorValue):
        return filled(reader, axes, value, node)
    first = len(axes) - len(value.axes)
    places = [(length, Affine.of(first + axis)) for axis, length in enumerate(value.axes)]
    return view_of(reader, value, [(tuple(Affine() if length == ONE else at for length, at in places), ())], axes)


MAKING: dict[str, Form] = {
    "zeros": _filled("zeros", 0.0),
    "ones": _filled("ones", 1.0),
    "empty": _filled("empty", 0.0),
    "full": _filled("full", None),
    "zeros_like": _like("zeros_like", 0.0),
    "ones_like": _like("ones_like", 1.0),
    "empty_like": _like("empty_like", 0.0),
    "full_like": _like("full_like", None),
    "eye": _eye,
    "identity": _eye,
    "arange": _arange,
    "linspace": _linspace,
    "concatenate": _concatenate,
    "hstack": _hstack,
    "vstack": _vstack,
    "append": _append,
    "stack": _stack,
    "column_stack": _column_stack,
    "array": _array,
    "asarray": _as_array,
    "asanyarray": _as_array,
    "ascontiguousarray": _contiguous,
    "atleast_1d": _as_array,
    "copy": _array,
    "broadcast_to": _broadcast_to,
    **ARRANGING,
}

METHODS: dict[str, Form] = {
    "copy": _array,
    "astype": as_kind,
    **REARRANGING,
}
