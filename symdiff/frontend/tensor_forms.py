"""Which function of Python or NumPy is read how when an array of any size is among its arguments."""

from __future__ import annotations

import ast
import builtins
import sys
from functools import cache
from typing import Any

from symdiff.frontend import assumptions, choices, grown, masks
from symdiff.frontend.conditions import are_truths
from symdiff.frontend.gaps import GapError
from symdiff.frontend.lengths import counted, length_told
from symdiff.frontend.library import Args, Form, Keywords, plain
from symdiff.frontend.lookup import home
from symdiff.frontend.loop_values import GrownList, PendingValue, SeriesValue
from symdiff.frontend.lower import Reader
from symdiff.frontend.matrices import MATRICES
from symdiff.frontend.scatter import FUNCTIONS as SCATTER
from symdiff.frontend.selecting import METHODS as SELECTING_METHODS
from symdiff.frontend.selecting import SELECTING, where_of_three
from symdiff.frontend.sorting import SORTING
from symdiff.frontend.tensor_definitions import definitions, integrals
from symdiff.frontend.tensor_definitions import methods as defined_methods
from symdiff.frontend.tensor_definitions import names as definition_names
from symdiff.frontend.tensor_functions import FUNCTIONS, NORM, REDUCTIONS, total
from symdiff.frontend.tensor_making import MAKING
from symdiff.frontend.tensor_making import METHODS as ARRANGING
from symdiff.frontend.tensor_options import with_options
from symdiff.frontend.tensor_products import einsum
from symdiff.frontend.tensor_special import SPECIAL
from symdiff.frontend.tensor_steps import DIFFERENCES
from symdiff.frontend.tensors import holds_array, holds_tensor, tensor_of
from symdiff.frontend.values import ArrayValue, ListValue, MaskedValue, TensorValue, TupleValue, Value, number


def shape_of(reader: Reader, value: TensorValue, node: ast.AST) -> TupleValue:
    """``a.shape``."""
    return TupleValue(tuple(length_told(reader, length, node) for length in value.axes))


def attribute(reader: Reader, owner: TensorValue, name: str, node: ast.AST) -> Value | None:
    """``a.shape``, ``a.size``, ``a.ndim``, ``a.T``."""
    if name == "shape":
        return shape_of(reader, owner, node)
    if name == "ndim":
        return number(len(owner.axes))
    if name == "size":
        return length_told(reader, owner.axes[0], node) if len(owner.axes) == 1 else counted(reader, owner.axes, "the size", node)
    if name == "T":
        turned, chosen = MAKING["transpose"](reader, [owner], {}, node), choices.masked_of(reader, owner)
        other = masks.attribute(reader, chosen, "T", node) if chosen is not None else None
        return choices.known(reader, turned, other if isinstance(other, MaskedValue) else None, node)
    return owner if name == "real" else None


def _of_shape(reader: Reader, value: Value, node: ast.AST) -> TensorValue:
    """An array of which the shape alone is asked: a loop that writes to it may do so."""
    array: TensorValue = value.array if isinstance(value, PendingValue) else tensor_of(reader, value, node)
    return array


def _length(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    plain(args, keywords, 1, 1, "len", node)
    return length_told(reader, _of_shape(reader, args[0], node).axes[0], node)


def _size(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    plain(args, keywords, 1, 1, "size", node)
    found = attribute(reader, _of_shape(reader, args[0], node), "size", node)
    assert found is not None  # noqa: S101 - every array has one
    return found


def _shape(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    plain(args, keywords, 1, 1, "shape", node)
    return shape_of(reader, _of_shape(reader, args[0], node), node)


def _ndim(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    plain(args, keywords, 1, 1, "ndim", node)
    return number(len(_of_shape(reader, args[0], node).axes))


def _python_sum(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    """``sum(a)``: over the first axis."""
    from symdiff.frontend.expressions import binary

    start = args[1] if len(args) == 2 else keywords.pop("start", None)
    plain(args[:1], keywords, 1, 1, "sum", node)
    if start is not None and are_truths(start):
        raise GapError(node, "a sum that starts at a truth value", "start at a number", "not yet")
    if isinstance(args[0], SeriesValue):
        from symdiff.frontend.array_loops import total_of

        found: Value = total_of(reader, args[0])
    else:
        found = total(reader, tensor_of(reader, args[0], node), [0])
    return found if start is None else binary(reader, ast.Add, start, found, node)


def _forms() -> dict[Any, Form]:
    return _made("scipy.special" in sys.modules, "scipy.integrate" in sys.modules)


@cache
def _made(special: bool, integrate: bool) -> dict[Any, Form]:
    import numpy as np

    found = {
        getattr(np, name): form
        for name, form in (with_options(FUNCTIONS) | DIFFERENCES | MAKING | SCATTER | SORTING | SELECTING).items()
        if hasattr(np, name)
    }
    found[np.where] = where_of_three(found[np.where])
    found |= {np.einsum: einsum, np.linalg.norm: NORM, np.size: _size, np.shape: _shape, np.ndim: _ndim}
    found |= {getattr(np.linalg, name): form for name, form in MATRICES.items()}
    found |= {builtins.sum: _python_sum, builtins.len: _length} | definitions()
    if special:
        found |= {getattr(sys.modules["scipy.special"], name): form for name, form in SPECIAL.items()}
    return found | integrals() if integrate else found


def has_form(target: Any) -> bool:
    """Whether a function is read for arrays of any size."""
    return target in _forms()


def form_of(
    reader: Reader, target: Any, other: Form | None, is_row: bool, args: Args, keywords: Keywords, node: ast.AST
) -> Form | None:
    """The form of a function for these arguments: for arrays of any size if there is one, else ``other``, for numbers."""
    plain = _form_of(reader, target, other, is_row, args, keywords, node)
    if plain in (_length, _size) or not any(choices.masked_of(reader, value) for value in args):
        return plain
    own = masks.form_of(target, _forms().get(target) or other, is_row)
    return plain if own is None or own is masks.refused else choices.either(reader, own, plain)


def _form_of(
    reader: Reader, target: Any, other: Form | None, is_row: bool, args: Args, keywords: Keywords, node: ast.AST
) -> Form | None:
    found = _forms().get(target)
    values = [*args, *keywords.values()]
    if any(isinstance(value, MaskedValue) for value in values):
        own = masks.form_of(target, found or other, is_row)
        return own if found or other or own is not masks.refused else None
    only = args[0] if len(args) == 1 and not keywords else None
    chosen = only.chosen if isinstance(only, GrownList) else None
    if isinstance(only, GrownList) and chosen is not None and target in _reducing():
        grown.array_of(reader, only, node)
        reduced = masks.form_of(target, found or other, is_row)
        return lambda reader, args, keywords, node: reduced(reader, [chosen], {}, node)  # type: ignore[misc]
    if found is None:
        arrays = any(
            isinstance(value, TensorValue) or (isinstance(value, ArrayValue) and len(value.items) != 1) for value in args
        )
        if arrays and is_row and home(target).split(".")[0] == "math":
            raise GapError(node, f"math.{target.__name__} of an array", f"use np.{target.__name__}", raises=TypeError)
        return other
    assumptions.assume(reader, target, args, keywords)
    if any(map(holds_array, values)) or (other is None and not is_row):
        return found
    if target in _of_lengths() and any(map(holds_tensor, values)):
        return found
    listed = home(target).split(".")[0] == "numpy" and any(isinstance(value, TupleValue | ListValue) for value in args)
    return first_of(other, found) if listed or any(isinstance(value, ArrayValue) for value in args) else other


@cache
def _reducing() -> tuple[Any, ...]:
    """The functions that take all elements of a list together, wherever they are."""
    import numpy as np

    names = ("sum", "mean", "prod", "max", "min", "amax", "amin", "any", "all", "var", "std")
    return builtins.sum, builtins.max, builtins.min, *(getattr(np, name) for name in names)


def first_of(form: Form | None, other: Form) -> Form:
    """A form for numbers; what it refuses is tried as an operation on whole arrays, whose shapes are known here."""

    def either(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
        if form is None:
            return other(reader, args, keywords, node)
        try:
            return form(reader, list(args), dict(keywords), node)
        except GapError as error:
            if error.raises is not None:
                raise
            try:
                return other(reader, args, keywords, node)
            except GapError:
                raise error from None

    return either


@cache
def _of_lengths() -> tuple[Any, ...]:
    """The functions that make arrays of lengths which they are given."""
    import numpy as np

    return tuple(getattr(np, name) for name in ("zeros", "ones", "empty", "full", "eye", "identity", "arange", "linspace"))


METHODS: dict[str, Form] = {**defined_methods(), **with_options(REDUCTIONS), **ARRANGING, **SELECTING_METHODS}


def method_of(reader: Reader, owner: TensorValue, name: str) -> Form | None:
    """The form of a method of an array of any size."""
    plain = METHODS.get(name)
    own = masks.REDUCTIONS.get(name) if choices.masked_of(reader, owner) is not None else None
    return plain if own is None else choices.either(reader, own, plain)


def supported() -> list[str]:
    """What users write for operations on arrays of any size, for the README; methods begin with a point."""
    functions = [f"np.{name}" for name in FUNCTIONS | DIFFERENCES | MAKING | SCATTER | SORTING | SELECTING]
    others = ["np.add.at", "np.subtract.at", "np.einsum", "np.linalg.norm", "np.size", "np.shape", "np.ndim", "sum", "len"]
    others += [*(f"np.linalg.{name}" for name in MATRICES), *definition_names()]
    special = [f"special.{name}" for name in SPECIAL]
    return sorted([*functions, *others, *special, *(f".{name}()" for name in METHODS), ".T", ".shape", ".size", ".ndim"])
