"""``np.sort``, ``argsort``, ``median``, ``argmax``, ``argmin``, ``interp``: what is read at integers that only the data tell.

The integers are results of functions of whole arrays (``graph.whole``), whose derivatives are 0; elements are read at them.
"""

from __future__ import annotations

import ast
from typing import Any

from symdiff.frontend.comparisons import compare
from symdiff.frontend.expressions import binary
from symdiff.frontend.gaps import GapError, not_as_arrays
from symdiff.frontend.lengths import equal, require
from symdiff.frontend.library import Args, Form, Keywords, numbers, plain
from symdiff.frontend.lower import Reader
from symdiff.frontend.tables import check_increasing
from symdiff.frontend.tensor_functions import axes_given, optional
from symdiff.frontend.tensor_making import MAKING
from symdiff.frontend.tensors import as_numbers, indexed, operand, tensor_of, where
from symdiff.frontend.values import ArrayValue, Known, ListValue, Number, TensorValue, TupleValue, Value, describe, number
from symdiff.graph.affine import ONE, Affine, Element, quotient
from symdiff.graph.terms import Term
from symdiff.graph.whole import call


def _vector(reader: Reader, args: Args, keywords: Keywords, name: str, node: ast.AST) -> TensorValue:
    """The only argument, a vector; an axis may be given."""
    kind = keywords.pop("kind", Known(None))
    axis = optional(args, keywords, 1, "axis", Known(None))
    plain(args, keywords, 1, 1, name, node)
    if isinstance(kind, Known) and kind.value not in (None, "quicksort", "mergesort", "heapsort", "stable"):
        raise GapError(node, f"np.{name} of the kind {kind.value}", "leave it out", raises=ValueError)
    if reader.loops or reader.builder.current.elementwise:
        raise not_as_arrays(reader, GapError(node, f"np.{name} in a loop over an array", "write a plain loop", "not yet"))
    value = as_numbers(reader, tensor_of(reader, args[0], node))
    if len(value.axes) != 1:
        raise GapError(node, f"np.{name} of {describe(value)}", "sort vectors", "not yet")
    axes_given(reader, axis, 1, node)
    return value


def _order(reader: Reader, value: TensorValue) -> str:
    """The positions of the elements in the order of their values; equal ones as they stand."""
    order = call(reader.builder, "argsort", [(value.atom, value.axes)], value.axes, "order")
    reader.bounded[order] = value.axes[0]
    reader.distinct.add(order)
    return order


def _read_at(reader: Reader, value: TensorValue, index: Affine, axes: Any) -> Value:
    """Elements at integers from data, which are in range."""
    atom = indexed(reader, value, (index,), axes)
    return TensorValue(atom, axes) if axes else Number(atom)


def _sort(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    value = _vector(reader, args, keywords, "sort", node)
    return _read_at(reader, value, Affine.of(Element(_order(reader, value), (Affine.of(0),))), value.axes)


def _argsort(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    value = _vector(reader, args, keywords, "argsort", node)
    order = _order(reader, value)
    return TensorValue(order, value.axes, "int", Affine.of(Element(order, (Affine.of(0),))))


def _median(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    """The mean of the two elements in the middle, which are one if their number is odd."""
    value = _vector(reader, args, keywords, "median", node)
    length = value.axes[0]
    require(reader, length - 1, "ValueError", "np.median of an empty array", node)
    order = _order(reader, value)
    low, high = (_read_at(reader, value, Affine.of(Element(order, (quotient(part, 2),))), ()) for part in (length - 1, length))
    return binary(reader, ast.Mult, number(0.5), binary(reader, ast.Add, low, high, node), node)


def _extreme(name: str) -> Form:
    """``np.argmax`` and ``np.argmin``: the first position of an extreme, as an index."""

    def form(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
        if len(args) == 1 and not keywords and isinstance(args[0], TensorValue) and len(args[0].axes) > 1:
            args = [MAKING["ravel"](reader, args, {}, node)]
        value = _vector(reader, args, keywords, name, node)
        require(reader, value.axes[0] - 1, "ValueError", f"np.{name} of an empty array", node)
        place = call(reader.builder, name, [(value.atom, value.axes)], (), f"i{name[3:]}")
        index = Affine.of(Element(place, ()))
        reader.checked |= dict.fromkeys((index, value.axes[0] - 1 - index), reader.builder.current)
        return Number(place, affine=index)

    return form


def _interp(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    """``np.interp(x, xp, fp, left, right)``: on the segment that x is in; the slope at a knot is that to its right."""
    left, right = (optional(args, keywords, 3, name, Known(None)) for name in ("left", "right"))
    plain(args, keywords, 3, 3, "interp", node)
    if reader.loops or reader.builder.current.elementwise:
        raise not_as_arrays(reader, GapError(node, "np.interp in a loop over an array", "interpolate the whole array", "not yet"))
    if isinstance(args[1], TupleValue | ListValue | ArrayValue):
        check_increasing(numbers(reader, args[1], node), node)
    xs, ys = (as_numbers(reader, tensor_of(reader, value, node)) for value in args[1:])
    at = operand(reader, args[0], node)
    if len(xs.axes) != 1 or len(ys.axes) != 1 or not isinstance(at, TensorValue | Number):
        raise GapError(node, f"np.interp with a table that is {describe(xs)}", "give vectors", raises=ValueError)
    length = equal(reader, xs.axes[0], ys.axes[0], node)
    require(reader, length - 2, "ValueError", "np.interp with a table of fewer than two values", node)
    axes = at.axes if isinstance(at, TensorValue) else ()
    if len(axes) > 1:
        raise GapError(node, f"np.interp at {describe(at)}", "give a vector", "not yet")
    points = axes or (ONE,)
    atom = at.atom if axes else reader.builder.sum([Term(at.atom)], points)
    place = call(reader.builder, "interval", [(xs.atom, xs.axes), (atom, points)], points, "segment")
    index = Affine.of(Element(place, (Affine.of(0) if axes else Affine(),)))
    x0, x1, y0, y1 = (_read_at(reader, array, index + k, axes) for array in (xs, ys) for k in (0, 1))

    def of(op: type[ast.operator], first: Value, second: Value) -> Value:
        return binary(reader, op, first, second, node)

    slope = of(ast.Div, of(ast.Sub, y1, y0), of(ast.Sub, x1, x0))
    made = of(ast.Add, y0, of(ast.Mult, slope, of(ast.Sub, at, x0)))
    ends = [_read_at(reader, array, end, ()) for array in (xs, ys) for end in (Affine(), length - 1)]
    low, high = (end if isinstance(given, Known) else given for given, end in zip((left, right), ends[2:], strict=True))
    for test, end, value in ((ast.Lt(), ends[0], low), (ast.Gt(), ends[1], high)):
        made = where(reader, compare(reader, test, at, end, node), value, made, node)
    return made if axes else _number(reader, made)


def _number(reader: Reader, value: Value) -> Value:
    """A number from an array without axes."""
    return Number(value.atom) if isinstance(value, TensorValue) else value


SORTING: dict[str, Form] = {
    "sort": _sort,
    "argsort": _argsort,
    "median": _median,
    "argmax": _extreme("argmax"),
    "argmin": _extreme("argmin"),
    "interp": _interp,
}
