"""``np.nonzero`` and its kin, ``np.compress``, ``np.extract``, ``np.delete``: elements by where something holds."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from symdiff.frontend import choices, masks
from symdiff.frontend.gaps import GapError, not_as_arrays
from symdiff.frontend.library import Args, Form, Keywords, plain
from symdiff.frontend.lower import Reader
from symdiff.frontend.tensor_functions import axes_given, counted_up, optional, total
from symdiff.frontend.tensor_indexing import Span, selected, selection_of, whole
from symdiff.frontend.tensor_making import MAKING
from symdiff.frontend.tensors import as_truths, elementwise, stacked, tensor_of
from symdiff.frontend.values import ArrayValue, Known, ListValue, Number, TensorValue, TupleValue, Value, number
from symdiff.graph.affine import Affine, Element, identity
from symdiff.primitives import TABLE


def _mask(reader: Reader, value: Value, node: ast.AST) -> TensorValue:
    """Where an array is not 0, outside of loops over arrays."""
    if not choices.is_open(reader):
        raise not_as_arrays(
            reader, GapError(node, "positions among elements in a loop over an array", "write a plain loop", "not yet")
        )
    return as_truths(reader, tensor_of(reader, value, node))


def _flat(reader: Reader, value: Value, node: ast.AST) -> Value:
    array = tensor_of(reader, value, node)
    return array if len(array.axes) == 1 else MAKING["ravel"](reader, [array], {}, node)


def _nonzero(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    plain(args, keywords, 1, 1, "nonzero", node)
    return TupleValue(tuple(choices.nonzero(reader, _mask(reader, args[0], node))))


def _flatnonzero(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    plain(args, keywords, 1, 1, "flatnonzero", node)
    return choices.nonzero(reader, _mask(reader, _flat(reader, args[0], node), node))[0]


def _argwhere(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    """The positions as rows."""
    plain(args, keywords, 1, 1, "argwhere", node)
    columns = choices.nonzero(reader, _mask(reader, args[0], node))
    found = stacked(reader, columns, 1, node)
    if len({reader.bounded[str(column.atom)] for column in columns}) == 1:
        reader.bounded[str(found.atom)] = reader.bounded[str(columns[0].atom)]
    return TensorValue(found.atom, found.axes, "int", Affine.of(Element(str(found.atom), identity(2))))


def where_of_three(form: Form) -> Form:
    """``np.where``; with a condition alone it is ``np.nonzero``."""

    def call(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
        return form(reader, args, keywords, node) if len(args) != 1 or keywords else _nonzero(reader, args, keywords, node)

    return call


def _count_nonzero(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    axis = optional(args, keywords, 1, "axis", Known(None))
    plain(args, keywords, 1, 1, "count_nonzero", node)
    value = as_truths(reader, tensor_of(reader, args[0], node))
    return counted_up(reader, value, total(reader, value, axes_given(reader, axis, len(value.axes), node)))


def _compress(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    """``np.compress(condition, a, axis)``."""
    axis = optional(args, keywords, 2, "axis", Known(None))
    plain(args, keywords, 2, 2, "compress", node)
    mask = as_truths(reader, tensor_of(reader, args[0], node))
    array = tensor_of(reader, args[1], node)
    if isinstance(axis, Known) and axis.value is None:
        array, first = tensor_of(reader, _flat(reader, array, node), node), 0
    else:
        (first,) = axes_given(reader, axis, len(array.axes), node)
    _require_vector(mask, node)
    return choices.taken(reader, masks.chosen(reader, array, mask, first, node), node)


def _require_vector(mask: TensorValue, node: ast.AST) -> None:
    """A mask along an axis has one itself."""
    if len(mask.axes) != 1:
        raise GapError(node, "a mask along an axis that is no vector", "use brackets: a[mask]", raises=ValueError)


def _extract(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    """``np.extract(condition, a)``."""
    plain(args, keywords, 2, 2, "extract", node)
    mask, array = (tensor_of(reader, _flat(reader, value, node), node) for value in args)
    return choices.taken(reader, masks.chosen(reader, array, as_truths(reader, mask), 0, node), node)


def _delete(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    """``np.delete(a, indices, axis)`` with literal indices, or a mask: what is between them."""
    axis = optional(args, keywords, 2, "axis", Known(None))
    plain(args, keywords, 2, 2, "delete", node)
    array = tensor_of(reader, args[0], node)
    if isinstance(axis, Known) and axis.value is None:
        array, first = tensor_of(reader, _flat(reader, array, node), node), 0
    else:
        (first,) = axes_given(reader, axis, len(array.axes), node)
    if isinstance(args[1], TensorValue) and args[1].kind == "bool":
        _require_vector(args[1], node)
        kept = elementwise(reader, TABLE["not"], [args[1]], node)
        assert isinstance(kept, TensorValue)  # noqa: S101 - of an array
        return choices.taken(reader, masks.chosen(reader, array, kept, first, node), node)
    places = _places(reader, args[1], array.axes[first], node)
    starts = [Affine(), *(place + 1 for place in places)]
    stops = [*places, array.axes[first]]
    pieces = [_piece(reader, array, first, Span(*ends), node) for ends in zip(starts, stops, strict=True)]
    joined = [piece for piece, (low, high) in zip(pieces, zip(starts, stops, strict=True), strict=True) if low != high]
    if not joined:
        return _piece(reader, array, first, Span(Affine(), Affine()), node)
    return MAKING["concatenate"](reader, [ListValue(tuple(joined))], {"axis": number(first)}, node)


def _piece(reader: Reader, array: TensorValue, axis: int, span: Span, node: ast.AST) -> Value:
    parts = [span if k == axis else whole(array, k) for k in range(len(array.axes))]
    return selected(reader, array, selection_of(reader, array, parts, node), node)


def _places(reader: Reader, value: Value, length: Affine, node: ast.AST) -> list[Affine]:
    """Literal indices in order, counted from the front; each of them must be on the axis."""
    from symdiff.frontend.lengths import require

    items: Sequence[Value] = value.items if isinstance(value, ListValue | TupleValue | ArrayValue) else [value]
    if any(not isinstance(item, Number) or not isinstance(item.known, int) for item in items):
        raise GapError(node, "np.delete at computed indices", "give literal indices, or a mask: x[mask]", "not yet")
    literal = sorted({item.known for item in items if isinstance(item, Number) and isinstance(item.known, int)})
    if literal and literal[0] < 0 <= literal[-1] and not length.is_constant:
        raise GapError(node, "np.delete at indices from both ends", "count all of them from one end", "not yet")
    places = [Affine(place) if place >= 0 else length + place for place in literal]
    if length.is_constant:
        places = sorted(dict.fromkeys(places), key=lambda place: place.const)
    for place in places:
        for side in (place, length - 1 - place):
            require(reader, side, "IndexError", f"index {place} is out of range of np.delete", node)
    return places


SELECTING: dict[str, Form] = {
    "nonzero": _nonzero,
    "flatnonzero": _flatnonzero,
    "argwhere": _argwhere,
    "count_nonzero": _count_nonzero,
    "compress": _compress,
    "extract": _extract,
    "delete": _delete,
}
METHODS: dict[str, Form] = {
    "nonzero": _nonzero,
}
