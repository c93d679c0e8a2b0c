"""NumPy functions that arrange the elements of arrays of any size: transposes, diagonals, other shapes; mostly views."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from symdiff.frontend.cells import sharing, view_of
from symdiff.frontend.gaps import GapError
from symdiff.frontend.lengths import differ, equal, extent, is_at_least_none, settled
from symdiff.frontend.library import Args, Form, Keywords, plain
from symdiff.frontend.lower import Reader
from symdiff.frontend.reshaping import reshaped
from symdiff.frontend.tensor_functions import axes_given, axis_given, optional
from symdiff.frontend.tensors import as_numbers, indexed, made, same_elements, tensor_of
from symdiff.frontend.values import Known, ListValue, TensorValue, TupleValue, Value, describe, number
from symdiff.graph.affine import ONE, Affine
from symdiff.graph.terms import Guard


def transposed(reader: Reader, value: TensorValue, order: Sequence[int]) -> TensorValue:
    """The axes in another order: a view."""
    axes = tuple(value.axes[axis] for axis in order)
    index = tuple(Affine.of(list(order).index(axis)) for axis in range(len(order)))
    return view_of(reader, value, [(index, ())], axes)


def _transpose(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    value = tensor_of(reader, args[0], node)
    rank = len(value.axes)
    given = optional(args, keywords, 1, "axes", Known(None))
    rest = args[1:]
    plain(args[:1], keywords, 1, 1, "transpose", node)
    if isinstance(given, Known):
        return transposed(reader, value, range(rank)[::-1])
    items = given.items if isinstance(given, TupleValue | ListValue) else [given, *rest]
    order = [axis_given(reader, item, rank, node) for item in items]
    if sorted(order) != list(range(rank)):
        raise GapError(node, f"the axes {tuple(order)} of {describe(value)}", "name every axis once", raises=ValueError)
    return transposed(reader, value, order)


def _swapaxes(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    plain(args, keywords, 3, 3, "swapaxes", node)
    value = tensor_of(reader, args[0], node)
    a, b = (axis_given(reader, item, len(value.axes), node) for item in args[1:])
    order = list(range(len(value.axes)))
    order[a], order[b] = order[b], order[a]
    return transposed(reader, value, order)


def _diag(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    """``np.diag``: the diagonal of a matrix, or the matrix with a diagonal."""
    shift = reader.integer(optional(args, keywords, 1, "k", number(0)), node, "a diagonal")
    plain(args, keywords, 1, 1, "diag", node)
    value = tensor_of(reader, args[0], node)
    i, j = Affine.of(0), Affine.of(1)
    if len(value.axes) == 1:
        length = settled(reader, value.axes[0], "np.diag of an array", node)
        axes = (length + abs(shift),) * 2
        atom = indexed(
            reader,
            value,
            (i - max(-shift, 0),),
            axes,
            (Guard(j - i - shift, "=="), Guard(i - max(-shift, 0)), Guard(length - 1 - i + max(-shift, 0))),
        )
        return made(reader, atom, axes)
    if len(value.axes) != 2:
        raise GapError(node, f"a diagonal of {describe(value)}", "use x[i, i] in a loop", "not yet")
    length = _diagonal(reader, *value.axes, shift, node)
    return view_of(reader, value, [((i + max(-shift, 0), i + max(shift, 0)), ())], (length,))


def _diagonal(reader: Reader, rows: Affine, columns: Affine, shift: int, node: ast.AST) -> Affine:
    """The length of a diagonal. A matrix that is not square is one of more or of fewer columns in this version."""
    apart = rows - columns
    if rows == columns or not (apart.is_constant or differ(reader, rows, columns, node)):
        length = equal(reader, rows, columns, node) - abs(shift)
    else:
        down, across = rows - max(-shift, 0), columns - max(shift, 0)
        length = down if is_at_least_none(reader, across - down, "a diagonal of another matrix", node) else across
    return settled(reader, length, "np.diag of an array", node) if length != rows else length


def _triangle(lower: bool) -> Form:
    """``np.tril`` and ``np.triu``: 0 on the other side of a diagonal."""

    def form(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
        shift = reader.integer(optional(args, keywords, 1, "k", number(0)), node, "a diagonal")
        plain(args, keywords, 1, 1, "tril or triu", node)
        value = as_numbers(reader, tensor_of(reader, args[0], node))
        rank = len(value.axes)
        if rank < 2:
            raise GapError(node, "a triangle of a vector", "give a matrix", "not yet")
        above = Affine.of(rank - 1) - Affine.of(rank - 2) - shift
        index = tuple(map(Affine.of, range(rank)))
        atom = indexed(reader, value, index, value.axes, (Guard(-above if lower else above),))
        return made(reader, atom, value.axes)

    return form


def _reversed(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    """``np.flip`` of a vector, or along an axis."""
    given = optional(args, keywords, 1, "axis", Known(None))
    plain(args, keywords, 1, 1, "flip", node)
    value = tensor_of(reader, args[0], node)
    axes = axes_given(reader, given, len(value.axes), node)
    index = [length - 1 - Affine.of(k) if k in axes else Affine.of(k) for k, length in enumerate(value.axes)]
    return view_of(reader, value, [(tuple(index), ())], value.axes)


def _expand(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    """``np.expand_dims(a, axis)``."""
    given = optional(args, keywords, 1, "axis", Known(None))
    plain(args, keywords, 1, 1, "expand_dims", node)
    value = tensor_of(reader, args[0], node)
    return new_axis(reader, value, axis_given(reader, given, len(value.axes) + 1, node))


def new_axis(reader: Reader, value: TensorValue, place: int) -> TensorValue:
    """A view with an axis of length 1 more."""
    axes = (*value.axes[:place], ONE, *value.axes[place:])
    index = tuple(Affine.of(k if k < place else k + 1) for k in range(len(value.axes)))
    return view_of(reader, value, [(index, ())], axes)


def reshape(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    """``a.reshape(-1)``, ``a.reshape(n, 1)``, ``p[:6].reshape(2, 3)``, ``np.ravel(a)``."""
    value = tensor_of(reader, args[0], node)
    given = args[1].items if len(args) == 2 and isinstance(args[1], TupleValue | ListValue) else args[1:]
    columns_first = by_columns(keywords.pop("order", None), node)
    plain([], keywords, 0, 0, "reshape", node)
    if columns_first:
        turned = reshape(reader, [turned_over(reader, value), *reversed(given)], {}, node)
        return turned_over(reader, tensor_of(reader, turned, node))
    lengths: list[Affine | None] = []
    for item in given:
        length = extent(reader, item, node, "a length")
        lengths.append(None if length == Affine(-1) else length)
    return reshaped(reader, value, lengths, node)


def by_columns(order: Value | None, node: ast.AST) -> bool:
    """``order="F"``: the first index changes fastest."""
    if order is None or (isinstance(order, Known) and order.value in (None, "C")):
        return False
    if isinstance(order, Known) and order.value == "F":
        return True
    raise GapError(node, "an order that the memory of an array tells", 'use order="C" or order="F"')


def turned_over(reader: Reader, value: TensorValue) -> TensorValue:
    """All axes in reverse."""
    return transposed(reader, value, range(len(value.axes))[::-1])


def ravel(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    """``np.ravel(a)``: a view, but of a view it may be a copy."""
    columns_first = by_columns(optional(args, keywords, 1, "order", Known(None)), node)
    plain(args, keywords, 1, 1, "ravel", node)
    if columns_first:
        args = [turned_over(reader, tensor_of(reader, args[0], node))]
    found = tensor_of(reader, reshape(reader, [args[0], number(-1)], {}, node), node)
    return found if tensor_of(reader, args[0], node).window is None else sharing(found, found)


def _squeeze(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    """``np.squeeze(a)``: without the axes of length 1."""
    plain(args, keywords, 1, 1, "squeeze", node)
    value = tensor_of(reader, args[0], node)
    return reshaped(reader, value, [length for length in value.axes if length != ONE], node)


ARRANGING: dict[str, Form] = {
    "transpose": _transpose,
    "swapaxes": _swapaxes,
    "diag": _diag,
    "tril": _triangle(True),
    "triu": _triangle(False),
    "flip": _reversed,
    "expand_dims": _expand,
    "reshape": reshape,
    "ravel": ravel,
    "squeeze": _squeeze,
}

METHODS: dict[str, Form] = {
    "transpose": _transpose,
    "swapaxes": _swapaxes,
    "reshape": reshape,
    "ravel": ravel,
    "flatten": lambda reader, args, keywords, node: same_elements(tensor_of(reader, ravel(reader, args, keywords, node), node)),
}
