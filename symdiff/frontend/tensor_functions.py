"""NumPy functions of arrays of any size: reductions, products, and what moves elements about."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from typing import Any

from symdiff.frontend import computed
from symdiff.frontend.comparisons import compare
from symdiff.frontend.conditions import condition_of, scalar
from symdiff.frontend.expressions import binary
from symdiff.frontend.gaps import GapError
from symdiff.frontend.lengths import counted, equal, require
from symdiff.frontend.library import Args, Form, Keywords, plain
from symdiff.frontend.lower import Reader
from symdiff.frontend.tensor_products import contracted, matmul
from symdiff.frontend.tensors import (
    as_numbers,
    as_truths,
    elementwise,
    factors,
    made,
    moved,
    same_elements,
    tensor_of,
    where,
)
from symdiff.frontend.values import Condition, Known, Number, TensorValue, TupleValue, Value, describe, number, whole
from symdiff.graph.affine import ONE, Affine, Axes, sizes_in
from symdiff.graph.graph import Const
from symdiff.graph.terms import Guard, Range, Term
from symdiff.primitives import TABLE


def optional(args: Args, keywords: Keywords, place: int, name: str, default: Value) -> Value:
    """An argument that may be given by place or by name; it is taken out of the keywords."""
    if len(args) > place:
        value = args[place]
        del args[place]
        return value
    return keywords.pop(name, default)


def axes_given(reader: Reader, value: Value, rank: int, node: ast.AST) -> tuple[int, ...]:
    """``axis=``: None for all, an integer, or a tuple; negative ones count from the end."""
    if isinstance(value, Known) and value.value is None:
        return tuple(range(rank))
    items = value.items if isinstance(value, TupleValue) else (value,)
    found = [reader.integer(item, node, "an axis") for item in items]
    if any(not -rank <= axis < rank for axis in found):
        raise GapError(node, f"axis {found[0]} of an array with {rank} axes", "use an axis that it has", raises=ValueError)
    axes = {axis % rank for axis in found}
    if len(axes) < len(found):
        raise GapError(node, "an axis that is given twice", "name every axis once", raises=ValueError)
    return tuple(sorted(axes))


def axis_given(reader: Reader, value: Value, rank: int, node: ast.AST) -> int:
    """One axis, counted from the front."""
    (axis,) = axes_given(reader, number(reader.integer(value, node, "an axis")), rank, node)
    return axis


def truth_given(value: Value, node: ast.AST) -> bool:
    """``keepdims=True``: known while reading."""
    if not isinstance(value, Known):
        raise GapError(node, "an option that depends on the arguments", "use a literal")
    return bool(value.value)


def reduction(value: TensorValue, over: Sequence[int], keepdims: bool) -> tuple[Axes, Term]:
    """The axes of a reduction, and the term that reads what is reduced."""
    kept = [axis for axis in range(len(value.axes)) if axis not in over]
    if keepdims:
        axes = tuple(ONE if axis in over else length for axis, length in enumerate(value.axes))
        places = {axis: axis for axis in kept}
    else:
        axes = tuple(value.axes[axis] for axis in kept)
        places = {axis: place for place, axis in enumerate(kept)}
    ranges = tuple(Range(Affine(), value.axes[axis]) for axis in over)
    places |= {axis: len(axes) + number for number, axis in enumerate(over)}
    index = tuple(Affine.of(places[axis]) for axis in range(len(value.axes)))
    return axes, Term(value.atom, index if isinstance(value.atom, str) else (), ranges)


def result_of(reader: Reader, atom: Any, axes: Axes) -> Value:
    """An array, or for no axes a number or a truth value."""
    if axes:
        return made(reader, atom, axes)
    if reader.builder.kind(atom) == "bool":
        return Condition(atom, numpy=True)
    return Number(atom, atom.value if isinstance(atom, Const) else None)


def total(reader: Reader, value: TensorValue, over: Sequence[int], keepdims: bool = False) -> Value:
    """The sum over some axes."""
    axes, term = reduction(as_numbers(reader, value), over, keepdims)
    if not term.ranges:
        return result_of(reader, as_numbers(reader, value).atom, axes)
    return result_of(reader, moved(reader, [term], axes, hint="s"), axes)


def _reduced(args: Args, keywords: Keywords, reader: Reader, name: str, node: ast.AST) -> tuple[TensorValue, Any, bool]:
    """The array, the axes and keepdims of a reduction."""
    value = tensor_of(reader, args[0], node)
    over = optional(args, keywords, 1, "axis", Known(None))
    keepdims = truth_given(keywords.pop("keepdims", Known(False)), node)
    plain(args, keywords, 1, 1, name, node)
    return value, axes_given(reader, over, len(value.axes), node), keepdims


def _sum(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    value, over, keepdims = _reduced(args, keywords, reader, "sum", node)
    return counted_up(reader, value, total(reader, value, over, keepdims))


def counted_up(reader: Reader, value: TensorValue, found: Value) -> Value:
    """The sum of integers or truth values, which is an integer."""
    if value.kind == "float" or not isinstance(found, Number | TensorValue) or reader.loops:
        return found
    if isinstance(found, TensorValue):
        return computed.array(reader, found.atom, found.axes, "sum", [value])
    computed.note(reader, found.atom, "sum", [value])
    return found if found.known is not None else whole(found)


def _mean_of(reader: Reader, value: TensorValue, over: Sequence[int], keepdims: bool, node: ast.AST, less: int = 0) -> Value:
    count = counted(reader, [value.axes[axis] for axis in over], "the mean", node)
    if less:
        count = scalar(reader, binary(reader, ast.Sub, count, number(less), node), node)
    return binary(reader, ast.Div, total(reader, value, over, keepdims), count, node)


def _mean(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    value, over, keepdims = _reduced(args, keywords, reader, "mean", node)
    return _mean_of(reader, value, over, keepdims, node)


def _average(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    """``np.average(a, weights=w)`` over all elements, or along an axis with weights of the same shape."""
    weights = keywords.pop("weights", Known(None))
    value, over, keepdims = _reduced(args, keywords, reader, "average", node)
    if isinstance(weights, Known):
        return _mean_of(reader, value, over, keepdims, node)
    weight = tensor_of(reader, weights, node)
    if len(weight.axes) != len(value.axes):
        raise GapError(node, "weights of another rank than the array", "give a weight for every element", "not yet")
    for own, other in zip(value.axes, weight.axes, strict=True):
        equal(reader, own, other, node)
    product = tensor_of(reader, binary(reader, ast.Mult, value, weight, node), node)
    divisor = total(reader, weight, over, keepdims)
    _refuse_zero(reader, divisor, node)
    return binary(reader, ast.Div, total(reader, product, over, keepdims), divisor, node)


def _refuse_zero(reader: Reader, divisor: Value, node: ast.AST) -> None:
    """Weights whose sum is 0, anywhere along the other axes, raise ZeroDivisionError as in NumPy."""
    message = "Weights sum to zero, can't be normalized"
    if reader.loops:
        sizes = sizes_in([loop.length for loop in reader.loops])
        reader.fix(sizes, node, "np.average with weights in a loop of any length", "write sum(a*w)/sum(w)")
    if isinstance(divisor, TensorValue):
        divisor = _fold("or", "any")(reader, [elementwise(reader, TABLE["eq"], [divisor, number(0)], node)], {}, node)
    else:
        divisor = compare(reader, ast.Eq(), divisor, number(0), node)
    if isinstance(divisor, Known):
        if divisor.value:
            raise GapError(node, message, "use other weights", raises=ZeroDivisionError)
        return
    with reader.builder.block() as body:
        reader.builder.error("ZeroDivisionError", message)
    reader.builder.branch(condition_of(divisor).atom, body, (), [])


def _variance(root: bool) -> Form:
    """``np.var`` and ``np.std``: the mean of the squared distances from the mean."""

    def form(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
        less = keywords.pop("ddof", number(0))
        value, over, keepdims = _reduced(args, keywords, reader, "var", node)
        centre = _mean_of(reader, value, over, True, node)
        distance = binary(reader, ast.Sub, value, centre, node)
        square = tensor_of(reader, binary(reader, ast.Pow, distance, number(2), node), node)
        degrees = reader.integer(less, node, "ddof")
        result = _mean_of(reader, square, over, keepdims, node, degrees)
        return _apply(reader, "sqrt", [result], node) if root else result

    return form


def _apply(reader: Reader, name: str, args: Args, node: ast.AST) -> Value:
    from symdiff.frontend.calls import apply_row

    return apply_row(reader, TABLE[name], args, {}, node, "t")


def _fold(op: str, name: str) -> Form:
    """``np.prod``, ``np.max``, ``np.min``, ``np.any``, ``np.all``."""

    def form(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
        value, over, keepdims = _reduced(args, keywords, reader, name, node)
        row = TABLE[{"maximum": "or", "minimum": "and"}.get(op, op) if value.kind == "bool" else op]
        value = as_truths(reader, value) if row.operands == "bool" else as_numbers(reader, value)
        if op in ("maximum", "minimum"):
            for axis in over:
                require(reader, value.axes[axis] - 1, "ValueError", f"np.{name} of an empty array", node)
        for axis in reversed(over):  # one range at a time: its partial needs no more
            axes, term = reduction(value, [axis], keepdims)
            found = result_of(reader, reader.builder.fold(row, term, axes), axes)
            if not isinstance(found, TensorValue):
                return found
            value = found
        return value

    return form


def _cumulated(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    """``np.cumsum(a, axis)``: a sum over the positions up to each."""
    value, axis = _along(reader, args, keywords, "cumsum", node)
    position = len(value.axes)
    index = [Affine.of(position if k == axis else k) for k in range(position)]
    up_to = Range(Affine(), Affine.of(axis) + 1)
    term = Term(value.atom, tuple(index) if isinstance(value.atom, str) else (), (up_to,))
    return made(reader, moved(reader, [term], value.axes), value.axes, whole=value.kind == "int")


def _along(reader: Reader, args: Args, keywords: Keywords, name: str, node: ast.AST) -> tuple[TensorValue, int]:
    """An array and the axis along which something is done; of a vector it need not be given."""
    value = as_numbers(reader, tensor_of(reader, args[0], node))
    given = optional(args, keywords, 1, "axis", Known(None))
    plain(args, keywords, 1, 1, name, node)
    if isinstance(given, Known):
        if len(value.axes) != 1:
            raise GapError(node, f"{name} of a matrix as one vector", "give the axis", "not yet")
        return value, 0
    return value, axis_given(reader, given, len(value.axes), node)


def _trace(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    beside = reader.integer(optional(args, keywords, 1, "offset", number(0)), node, "a diagonal")
    plain(args, keywords, 1, 1, "trace", node)
    value = tensor_of(reader, args[0], node)
    if beside:
        from symdiff.frontend.arranging import ARRANGING

        return _sum(reader, [ARRANGING["diag"](reader, [value, number(beside)], {}, node)], {}, node)
    if len(value.axes) != 2:
        raise GapError(node, f"the trace of {describe(value)}", "give a matrix")
    if (value.axes[0] - value.axes[1]).is_constant and value.axes[0] != value.axes[1]:
        raise GapError(node, f"the trace of {describe(value)}", "give a square matrix", "not yet")
    return contracted(reader, [value], [(0, 0)], (), node)


def _norm(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    """``np.linalg.norm``: of vectors (2, 1, inf, also along an axis), and of all elements of a matrix.

    At 0 its derivative is 0, as that of abs and hypot; of no elements, too.
    """
    order = optional(args, keywords, 1, "ord", Known(None))
    over = optional(args, keywords, 1, "axis", Known(None))
    keepdims = truth_given(keywords.pop("keepdims", Known(False)), node)
    plain(args, keywords, 1, 1, "norm", node)
    value = as_numbers(reader, tensor_of(reader, args[0], node))
    axes = axes_given(reader, over, len(value.axes), node)
    known = order.value if isinstance(order, Known) else order.known if isinstance(order, Number) else ""
    if len(axes) == 1 and known in (1, float("inf"), -float("inf")):
        size = _apply(reader, "abs", [value], node)
        form = _sum if known == 1 else _fold("maximum", "max") if known > 0 else _fold("minimum", "min")
        return form(reader, [size], {"axis": number(axes[0]), "keepdims": Known(keepdims)}, node)
    if not (known is None or (known == 2 and len(axes) == 1) or (known == "fro" and len(axes) == 2)):
        raise GapError(node, "a norm of this order", "write the sum out", "not yet")
    square = tensor_of(reader, binary(reader, ast.Mult, value, value, node), node)
    return _apply(reader, "root", [total(reader, square, axes, keepdims)], node)


def _product_form(name: str, form: Callable[[Reader, Value, Value, ast.AST], Value]) -> Form:
    def call(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
        plain(args, keywords, 2, 2, name, node)
        return form(reader, args[0], args[1], node)

    return call


def _dot_of(reader: Reader, left: Value, right: Value, node: ast.AST) -> Value:
    """``np.dot``: numbers multiply; the last axis with the last but one."""
    if any(isinstance(value, Number | Condition) for value in (left, right)):
        a, b = (value if isinstance(value, Number | Condition) else tensor_of(reader, value, node) for value in (left, right))
        return binary(reader, ast.Mult, a, b, node)
    a, b = factors(reader, [left, right], node)
    first, second = len(a.axes), len(b.axes)
    inner = first - 1
    mine = tuple(range(first))
    other = tuple(range(first, first + second))
    place = max(second - 2, 0)
    other = tuple(inner if k == place else letter for k, letter in enumerate(other))
    out = (*mine[:-1], *(letter for letter in other if letter != inner))
    return contracted(reader, [a, b], [mine, other], out, node, (inner,))


def _inner_of(reader: Reader, left: Value, right: Value, node: ast.AST) -> Value:
    """``np.inner``: the last axes."""
    a, b = factors(reader, [left, right], node)
    first, second = len(a.axes), len(b.axes)
    other = (*range(first, first + second - 1), first - 1)
    return contracted(reader, [a, b], [tuple(range(first)), other], (*range(first - 1), *other[:-1]), node, (first - 1,))


def _vdot_of(reader: Reader, left: Value, right: Value, node: ast.AST) -> Value:
    """``np.vdot`` of arrays of the same shape: all elements."""
    a, b = factors(reader, [left, right], node)
    if len(a.axes) != len(b.axes):
        raise GapError(node, "np.vdot of arrays of different ranks", "give both the same shape", "not yet")
    letters = tuple(range(len(a.axes)))
    return contracted(reader, [a, b], [letters, letters], (), node, letters)


def _outer_of(reader: Reader, left: Value, right: Value, node: ast.AST) -> Value:
    """``np.outer`` of vectors."""
    a, b = (as_numbers(reader, tensor_of(reader, value, node)) for value in (left, right))
    if len(a.axes) != 1 or len(b.axes) != 1:
        raise GapError(node, "np.outer of arrays that are no vectors", "use vectors", "not yet")
    return contracted(reader, [a, b], [(0,), (1,)], (0, 1), node)


def _where(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    plain(args, keywords, 3, 3, "where", node)
    return where(reader, args[0], args[1], args[2], node)


def _clip(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    """``np.clip(a, low, high)``; a bound may be None."""
    low = optional(args, keywords, 1, "a_min", keywords.pop("min", Known(None)))
    high = optional(args, keywords, 1, "a_max", keywords.pop("max", Known(None)))
    plain(args, keywords, 1, 1, "clip", node)
    value: Value = same_elements(tensor_of(reader, args[0], node)) if isinstance(args[0], TensorValue) else args[0]
    for name, bound in (("maximum", low), ("minimum", high)):
        if not isinstance(bound, Known):
            value = elementwise(reader, TABLE[name], [value, bound], node)
    return value


def _roll(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    """``np.roll(a, shift, axis)``: two terms, what moves on and what comes in at the other end; along one axis after another."""
    given = optional(args, keywords, 1, "shift", Known(None))
    if len(args) == 2 and isinstance(args[1], TupleValue):
        keywords["axis"] = args.pop()
    if isinstance(axes := keywords.get("axis"), TupleValue):
        shifts = given.items if isinstance(given, TupleValue) else (given,) * len(axes.items)
        if len(shifts) != len(axes.items):
            raise GapError(node, "np.roll by other shifts than axes", "give a shift for each axis", raises=ValueError)
        for by, along in zip(shifts, axes.items, strict=True):
            args[0] = _roll(reader, [args[0], by], {**keywords, "axis": along}, node)
        return args[0]
    shift = reader.integer(given, node, "a shift")
    value, axis = _along(reader, args, keywords, "roll", node)
    length, here = value.axes[axis], Affine.of(axis)
    if length.is_constant:
        shift %= max(length.const, 1)
    if abs(shift) > 1 and reader.supposes(length - abs(shift)) is False:
        reader.build_in([length])
    if abs(shift) > 1:
        require(reader, length - abs(shift), "ValueError", "np.roll by more than the length", node, unless_empty=length)
    if shift > 0:
        pieces = [(here - shift, Guard(here - shift)), (here - shift + length, Guard(shift - 1 - here))]
    else:
        pieces = [(here - shift, Guard(length - 1 - here + shift)), (here - shift - length, Guard(here - length - shift))]
    terms = []
    for source, guard in pieces if shift else pieces[:1]:
        index = tuple(source if k == axis else Affine.of(k) for k in range(len(value.axes)))
        terms.append(Term(value.atom, index if isinstance(value.atom, str) else (), (), (guard,)))
    return made(reader, moved(reader, terms, value.axes), value.axes)


REDUCTIONS: dict[str, Form] = {
    "sum": _sum,
    "mean": _mean,
    "var": _variance(False),
    "std": _variance(True),
    "prod": _fold("mul", "prod"),
    "max": _fold("maximum", "max"),
    "min": _fold("minimum", "min"),
    "any": _fold("or", "any"),
    "all": _fold("and", "all"),
    "cumsum": _cumulated,
    "trace": _trace,
    "clip": _clip,
    "dot": _product_form("dot", _dot_of),
}

FUNCTIONS: dict[str, Form] = {
    **REDUCTIONS,
    "amax": _fold("maximum", "max"),
    "amin": _fold("minimum", "min"),
    "average": _average,
    "roll": _roll,
    "where": _where,
    "matmul": _product_form("matmul", matmul),
    "inner": _product_form("inner", _inner_of),
    "vdot": _product_form("vdot", _vdot_of),
    "outer": _product_form("outer", _outer_of),
}

NORM = _norm
