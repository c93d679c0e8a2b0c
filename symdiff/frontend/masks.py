"""Elements that truth values choose, ``x[x > 0]``: as many as are true, so that only their sum, number, extremes are arrays.

They stay where they are in the array that they come from. An operation on them is one on all elements, of which those outside
are never used; a reduction gives those outside the value that adds nothing. What needs their positions is refused.
"""

from __future__ import annotations

import ast
import builtins
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from symdiff.frontend.conditions import as_number, condition_of
from symdiff.frontend.expressions import binary
from symdiff.frontend.gaps import GapError, not_as_arrays
from symdiff.frontend.lengths import equal, keep, kept, length_of
from symdiff.frontend.library import Args, Form, Keywords, plain
from symdiff.frontend.lower import Reader
from symdiff.frontend.tensor_functions import FUNCTIONS, NORM, axes_given, optional, total
from symdiff.frontend.tensor_making import MAKING
from symdiff.frontend.tensors import as_numbers, as_truths, elementwise, indexed, same_elements, where
from symdiff.frontend.values import ArrayValue, Condition, Known, MaskedValue, Number, TensorValue, TupleValue, Value, number
from symdiff.graph.affine import ONE, Affine
from symdiff.graph.graph import Const
from symdiff.primitives import TABLE

REWRITE = "reduce it (np.sum, np.mean, np.max), or write np.where(mask, x, 0)"


def chosen(reader: Reader, owner: TensorValue, mask: TensorValue, first: int, node: ast.AST) -> MaskedValue:
    """``owner[mask]``; ``first`` is the axis of the array that is the first one of the mask."""
    return MaskedValue(same_elements(owner), fitted(reader, owner, mask, first, node), first)


def fitted(reader: Reader, owner: TensorValue, mask: TensorValue, first: int, node: ast.AST) -> TensorValue:
    """A mask whose axes are those of an array."""
    if first + len(mask.axes) > len(owner.axes):
        raise GapError(node, "a mask with more axes than the array", "make it as long as the array", raises=IndexError)
    axes = tuple(equal(reader, own, length, node) for own, length in zip(owner.axes[first:], mask.axes, strict=False))
    atom = mask.atom if axes == mask.axes else indexed(reader, mask, tuple(map(Affine.of, range(len(axes)))), axes)
    return TensorValue(reader.builder.spread(atom, axes), axes, "bool")


def spread(reader: Reader, mask: TensorValue, first: int, inner: TensorValue) -> TensorValue:
    """A mask over all axes of an array."""
    index = tuple(Affine.of(first + axis) for axis in range(len(mask.axes)))
    return TensorValue(indexed(reader, mask, index, inner.axes), inner.axes, "bool")


def filled(reader: Reader, value: MaskedValue, neutral: Number | Condition, node: ast.AST) -> TensorValue:
    """All elements, with the neutral value in place of those outside."""
    found = where(reader, spread(reader, value.mask, value.first, value.inner), value.inner, neutral, node)
    assert isinstance(found, TensorValue)  # noqa: S101 - of an array
    return found


def count(reader: Reader, value: MaskedValue) -> Number:
    """How many elements the mask lets through."""
    return count_of(reader, value.mask)


def count_of(reader: Reader, mask: TensorValue) -> Number:
    """How often a mask holds."""
    return as_number(reader, total(reader, numbers_of(reader, mask), range(len(mask.axes))))  # type: ignore[arg-type]


def numbers_of(reader: Reader, mask: TensorValue) -> TensorValue:
    """A mask as 1 and 0, which are made once."""
    key = "numbers", mask.atom, mask.axes
    found = kept(reader, key)
    if found is not None:
        return TensorValue(found, mask.axes)
    made = as_numbers(reader, mask)
    if isinstance(made.atom, str) and not reader.loops and not reader.builder.current.elementwise:
        keep(reader, key, made.atom)
    return made


def lifted(reader: Reader, values: Sequence[Value], node: ast.AST, apply: Callable[[list[Value]], Value]) -> Value:
    """An operation element by element on arrays that the same mask has chosen from, and on what is the same for all of them."""
    masked = [value for value in values if isinstance(value, MaskedValue)]
    like = masked[0]
    behind = {value.behind for value in masked}
    if len({(value.mask.atom, len(value.mask.axes)) for value in masked}) > 1 or len(behind) > 1:
        raise GapError(node, "elements chosen by different masks in one operation", "use one mask, or np.where", "not yet")
    result = apply([_aligned(like, value, node) for value in values])
    if not isinstance(result, TensorValue):
        raise GapError(node, "an operation on elements that a mask chooses", REWRITE, "not yet")
    return MaskedValue(result, like.mask, len(result.axes) - like.behind - len(like.mask.axes))


def _aligned(like: MaskedValue, value: Value, node: ast.AST) -> Value:
    if isinstance(value, MaskedValue):
        return value.inner
    if isinstance(value, Number | Condition | Known):
        return value
    if isinstance(value, TensorValue):
        rest = value.axes[: max(len(value.axes) - like.behind, 0)]
        if not rest or (len(like.mask.axes) == 1 and rest[-1] == ONE):
            return value
    raise GapError(node, "an array beside elements that a mask chooses", "choose from both: x[mask]*y[mask]", "not yet")


def restricted(reader: Reader, value: MaskedValue, mask: Value, node: ast.AST) -> MaskedValue:
    """``x[mask][x[mask] > 0]``: elements of those that are chosen."""
    if not isinstance(mask, MaskedValue) or mask.inner.kind != "bool" or mask.behind or mask.first or value.first:
        raise GapError(node, "a position among elements that a mask chooses", REWRITE, "not yet")
    lifted(reader, [replace(value, inner=mask.inner), mask], node, lambda items: items[1])
    both = elementwise(reader, TABLE["and"], [value.mask, mask.inner], node)
    assert isinstance(both, TensorValue)  # noqa: S101 - of two arrays
    return replace(value, mask=both)


# -- reductions ---------------------------------------------------------------------------------------------------


def _reduced(form: Form, neutral: Value, truths: bool = False, needs_one: str = "") -> Form:
    """A reduction in which the elements outside have a value that changes nothing."""

    def call(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
        value = _only(args)
        value = replace(value, inner=(as_truths if truths else as_numbers)(reader, value.inner))
        over = optional(args, keywords, 1, "axis", Known(None))
        plain(args, keywords, 1, 1, "a reduction of chosen elements", node)
        axes = _axes(reader, value, over, node)
        if not value.covers & set(axes):  # of other axes: as many are left as were chosen
            result = form(reader, [value.inner], {"axis": TupleValue(tuple(map(number, axes)))}, node)
            assert isinstance(result, TensorValue)  # noqa: S101 - an axis is left
            return MaskedValue(result, value.mask, value.first - sum(axis < value.first for axis in axes))
        if needs_one:
            _require_one(reader, value, needs_one, node)
        given = {"axis": TupleValue(tuple(map(number, axes)))}
        return form(reader, [filled(reader, value, neutral, node)], given, node)  # type: ignore[arg-type]

    return call


def _only(args: Args) -> MaskedValue:
    assert isinstance(args[0], MaskedValue)  # noqa: S101 - what the form is called for
    return args[0]


def _axes(reader: Reader, value: MaskedValue, over: Value, node: ast.AST) -> tuple[int, ...]:
    """The axes of the array that are meant by those of what is chosen from it: the axes of the mask are one."""
    covered = len(value.mask.axes)
    found: list[int] = []
    for axis in axes_given(reader, over, len(value.inner.axes) - covered + 1, node):
        if axis == value.first:
            found += range(value.first, value.first + covered)
        else:
            found.append(axis if axis < value.first else axis + covered - 1)
    return tuple(found)


def _require_one(reader: Reader, value: MaskedValue, name: str, node: ast.AST) -> None:
    """The largest of no element raises."""
    if reader.builder.current.elementwise or reader.loops:
        raise GapError(node, f"np.{name} of chosen elements in a branch or loop", "compute it before", "not yet")
    test = elementwise_or(reader, "lt", count(reader, value), number(1), node)
    with reader.builder.block() as body:
        reader.builder.error("ValueError", f"np.{name} of an empty array: the mask chooses no element")
    reader.builder.branch(condition_of(test).atom, body, (), [])


def elementwise_or(reader: Reader, name: str, left: Value, right: Value, node: ast.AST) -> Value:
    """A row of the table on numbers."""
    from symdiff.frontend.calls import apply_row

    return apply_row(reader, TABLE[name], [left, right], {}, node, "t")


def _number_of(reader: Reader, value: MaskedValue, axes: Sequence[int], node: ast.AST) -> Value:
    """How many elements a reduction over some axes takes."""
    found: Value = count(reader, value)
    for axis in axes:
        if axis not in value.covers:
            found = binary(reader, ast.Mult, found, length_of(reader, value.inner.axes[axis]), node)
    return found


def _mean(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    value = _only(args)
    axes = _axes(reader, value, args[1] if len(args) > 1 else keywords.get("axis", Known(None)), node)
    if not value.covers & set(axes):
        return _reduced(FUNCTIONS["mean"], number(0))(reader, args, keywords, node)
    summed = _SUM(reader, args, keywords, node)
    return binary(reader, ast.Div, summed, _number_of(reader, value, axes, node), node)


def _variance(root: bool) -> Form:
    def call(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
        less = keywords.pop("ddof", number(0))
        plain(args, keywords, 1, 1, "var of chosen elements", node)
        value = _only(args)
        distance = binary(reader, ast.Sub, value, _mean(reader, [value], {}, node), node)
        square = binary(reader, ast.Mult, distance, distance, node)
        degrees = binary(reader, ast.Sub, _number_of(reader, value, range(len(value.inner.axes)), node), less, node)
        found = binary(reader, ast.Div, _SUM(reader, [square], {}, node), degrees, node)
        return _row(reader, "sqrt", found, node) if root else found

    return call


def _row(reader: Reader, name: str, value: Value, node: ast.AST) -> Value:
    from symdiff.frontend.calls import apply_row

    return apply_row(reader, TABLE[name], [value], {}, node, "t")


def _norm(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    """``np.linalg.norm`` of chosen elements: zeros add nothing to it."""
    value = _only(args)
    if value.behind or value.first or keywords.keys() - {"ord"}:
        raise GapError(node, "the norm of chosen rows", "write the sum out", "not yet")
    return NORM(reader, [filled(reader, value, number(0), node), *args[1:]], keywords, node)


def product(
    reader: Reader, form: Callable[[Reader, Value, Value, ast.AST], Value], left: Value, right: Value, node: ast.AST
) -> Value:
    """``@`` and ``np.dot``: of what one mask has chosen on both sides, summed over it; or of other axes."""
    if isinstance(left, MaskedValue) and isinstance(right, MaskedValue):
        inner = left.first == len(left.inner.axes) - 1 and right.first == 0 and len(right.inner.axes) <= 2
        if inner and len(left.mask.axes) == 1 and left.mask.atom == right.mask.atom:
            return form(reader, filled(reader, left, number(0), node), filled(reader, right, number(0), node), node)
    elif isinstance(left, MaskedValue) and isinstance(right, TensorValue | ArrayValue):
        rows = not left.first and left.behind == 1 and len(left.mask.axes) == 1
        result = form(reader, left.inner, right, node) if rows else None
        if isinstance(result, TensorValue):
            return MaskedValue(result, left.mask, 0)
    raise GapError(node, "a product with elements that a mask chooses", "choose from both by one mask", "not yet")


def _product(name: str) -> Form:
    def call(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
        plain(args, keywords, 2, 2, name, node)
        if any(isinstance(value, Number | Condition) for value in args):
            return binary(reader, ast.Mult, args[0], args[1], node)
        if any(isinstance(value, MaskedValue) and len(value.inner.axes) > 1 for value in args) and name in ("inner", "vdot"):
            raise GapError(node, f"np.{name} of chosen rows", "use @", "not yet")
        return product(reader, lambda reader, a, b, node: FUNCTIONS[name](reader, [a, b], {}, node), args[0], args[1], node)

    return call


def _elementwise(form: Form) -> Form:
    """``np.where``, ``np.clip``: element by element."""

    def call(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
        names = list(keywords)
        values = [*args, *keywords.values()]

        def apply(items: list[Value]) -> Value:
            return form(reader, items[: len(args)], dict(zip(names, items[len(args) :], strict=True)), node)

        return lifted(reader, values, node, apply)

    return call


def _length(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    plain(args, keywords, 1, 1, "len", node)
    value = _only(args)
    if value.first:
        return length_of(reader, value.inner.axes[0])
    return count(reader, value)


def attribute(reader: Reader, value: MaskedValue, name: str, node: ast.AST) -> Value | None:
    """``x[mask].size``, ``.shape``, ``.ndim``, ``.T``."""
    covered = len(value.mask.axes)
    if name == "ndim":
        return number(len(value.inner.axes) - covered + 1)
    if name == "size":
        return _number_of(reader, value, range(len(value.inner.axes)), node)
    if name == "shape":
        lengths = [length_of(reader, length) for length in value.inner.axes]
        return TupleValue((*lengths[: value.first], count(reader, value), *lengths[value.first + covered :]))
    if name == "T" and covered == 1:
        turned = MAKING["transpose"](reader, [value.inner], {}, node)
        assert isinstance(turned, TensorValue)  # noqa: S101 - an array turned
        return MaskedValue(same_elements(turned), value.mask, value.behind)
    return None


_LARGEST = Const(-float("inf")), Const(float("inf"), "inf")
_SUM = _reduced(FUNCTIONS["sum"], number(0))
REDUCTIONS: dict[str, Form] = {
    "sum": _SUM,
    "mean": _mean,
    "prod": _reduced(FUNCTIONS["prod"], number(1)),
    "max": _reduced(FUNCTIONS["max"], Number(_LARGEST[0]), needs_one="max"),
    "min": _reduced(FUNCTIONS["min"], Number(_LARGEST[1]), needs_one="min"),
    "any": _reduced(FUNCTIONS["any"], Condition(Const(False)), truths=True),
    "all": _reduced(FUNCTIONS["all"], Condition(Const(True)), truths=True),
    "var": _variance(False),
    "std": _variance(True),
    "dot": _product("dot"),
    "clip": _elementwise(FUNCTIONS["clip"]),
}
FORMS: dict[str, Form] = {
    **REDUCTIONS,
    "amax": REDUCTIONS["max"],
    "amin": REDUCTIONS["min"],
    "where": _elementwise(FUNCTIONS["where"]),
    "matmul": _product("matmul"),
    "inner": _product("inner"),
    "vdot": _product("vdot"),
    "size": lambda reader, args, keywords, node: attribute(reader, _only(args), "size", node),  # type: ignore[dict-item, return-value]
}
METHODS: dict[str, Form] = {
    **REDUCTIONS,
    "copy": lambda reader, args, keywords, node: _only(args),
}


def form_of(target: Any, found: Form | None, is_row: bool) -> Form | None:
    """The form of a library's function for chosen elements; None for a row of the table, applied element by element."""
    import numpy as np

    largest = {builtins.max: REDUCTIONS["max"], builtins.min: REDUCTIONS["min"]}
    own: dict[Any, Form] = {builtins.sum: _sum_of_first, builtins.len: _length, np.linalg.norm: _norm, **largest}
    if target in own:
        return own[target]
    name = getattr(target, "__name__", "")
    form = FORMS.get(name) if getattr(np, name, None) is target else None
    return form if form is not None or is_row else refused


def _sum_of_first(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    """``sum(x[mask])``: over the first axis."""
    plain(args, keywords, 1, 1, "sum", node)
    return _SUM(reader, [args[0]], {"axis": number(0)}, node)


def refused(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    """A function that needs to know where elements stand: a loop over an array around it is a plain one."""
    gap = GapError(node, "a function of elements that a mask chooses", REWRITE, "not yet")
    raise not_as_arrays(reader, gap)
