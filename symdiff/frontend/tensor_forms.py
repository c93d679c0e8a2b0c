"""Which function of Python or NumPy is read how when an array of any size is among its arguments."""

from __future__ import annotations

import ast
import builtins
import math
from collections.abc import Sequence
from functools import cache
from typing import Any

from symdiff.frontend.gaps import GapError
from symdiff.frontend.library import Args, Form, Keywords, plain
from symdiff.frontend.lookup import home
from symdiff.frontend.lower import Reader
from symdiff.frontend.tensor_functions import FUNCTIONS, NORM, REDUCTIONS, total
from symdiff.frontend.tensor_making import MAKING
from symdiff.frontend.tensor_making import METHODS as ARRANGING
from symdiff.frontend.tensor_products import einsum
from symdiff.frontend.tensors import counted, holds_array, length_of, tensor_of
from symdiff.frontend.values import Number, TensorValue, TupleValue, Value, number


def shape_of(reader: Reader, value: TensorValue) -> TupleValue:
    """``a.shape``."""
    return TupleValue(tuple(length_of(reader, length) for length in value.axes))


def attribute(reader: Reader, owner: TensorValue, name: str, node: ast.AST) -> Value | None:
    """``a.shape``, ``a.size``, ``a.ndim``, ``a.T``."""
    if name == "shape":
        return shape_of(reader, owner)
    if name == "ndim":
        return number(len(owner.axes))
    if name == "size":
        return length_of(reader, owner.axes[0]) if len(owner.axes) == 1 else counted(reader, owner.axes, "the size", node)
    if name == "T":
        return MAKING["transpose"](reader, [owner], {}, node)
    return owner if name == "real" else None


def _length(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    plain(args, keywords, 1, 1, "len", node)
    return length_of(reader, tensor_of(reader, args[0], node).axes[0])


def _size(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    plain(args, keywords, 1, 1, "size", node)
    found = attribute(reader, tensor_of(reader, args[0], node), "size", node)
    assert found is not None  # noqa: S101 - every array has one
    return found


def _shape(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    plain(args, keywords, 1, 1, "shape", node)
    return shape_of(reader, tensor_of(reader, args[0], node))


def _ndim(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    plain(args, keywords, 1, 1, "ndim", node)
    return number(len(tensor_of(reader, args[0], node).axes))


def _python_sum(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    """``sum(a)``: over the first axis."""
    from symdiff.frontend.expressions import binary

    start = args[1] if len(args) == 2 else keywords.pop("start", None)
    plain(args[:1], keywords, 1, 1, "sum", node)
    found = total(reader, tensor_of(reader, args[0], node), [0])
    return found if start is None else binary(reader, ast.Add, start, found, node)


@cache
def _forms() -> dict[Any, Form]:
    import numpy as np

    found = {getattr(np, name): form for name, form in (FUNCTIONS | MAKING).items() if hasattr(np, name)}
    found |= {np.einsum: einsum, np.linalg.norm: NORM, np.size: _size, np.shape: _shape, np.ndim: _ndim}
    found |= {builtins.sum: _python_sum, builtins.len: _length}
    return found


def form_of(target: Any, other: Form | None, is_row: bool, args: Sequence[Value], node: ast.AST) -> Form | None:
    """The form for arrays of any size; where there is none, that for numbers, if it got no such array."""
    if target in _forms():
        found = _forms()[target]
        whole = target in (builtins.len, builtins.sum, *_of_arrays())
        if not whole or any(map(holds_array, args)):
            return found
    if any(isinstance(value, TensorValue) for value in args) and home(target).split(".")[0] == "math":
        raise GapError(node, f"math.{target.__name__} of an array", f"use np.{target.__name__}", raises=TypeError)
    return other


@cache
def _of_arrays() -> tuple[Any, ...]:
    """The functions whose form for numbers is the right one where only a length is among the arguments."""
    import numpy as np

    return tuple(getattr(np, name) for name in ("clip", "where", "dot", "array", "asarray", "size", "shape", "ndim"))


METHODS: dict[str, Form] = {**REDUCTIONS, **ARRANGING}

__all__ = ["METHODS", "Number", "attribute", "form_of", "math", "shape_of"]
