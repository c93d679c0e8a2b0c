"""``a.astype(float)`` and ``a.astype(int)`` of arrays of any size."""

from __future__ import annotations

import ast

from symdiff.frontend import computed
from symdiff.frontend.filling import check_float
from symdiff.frontend.library import Args, Keywords, plain
from symdiff.frontend.lower import Reader
from symdiff.frontend.tensor_functions import optional
from symdiff.frontend.tensors import as_numbers, elementwise, same_elements, tensor_of
from symdiff.frontend.values import Known, TensorValue, Value
from symdiff.primitives import TABLE


def as_kind(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    """``a.astype(float)``: a copy; ``a.astype(int)`` of floats cuts off what is behind the point."""
    kind = optional(args, keywords, 1, "dtype", Known(None))
    keywords.pop("copy", None)
    if isinstance(kind, Known) and getattr(kind.value, "__name__", kind.value) in ("int", "int64", "intp"):
        plain(args, keywords, 1, 1, "astype", node)
        return _as_int(reader, tensor_of(reader, args[0], node), node)
    check_float(kind, node)
    plain(args, keywords, 1, 1, "astype", node)
    value = as_numbers(reader, tensor_of(reader, args[0], node))
    return TensorValue(value.atom, value.axes)


def _as_int(reader: Reader, value: TensorValue, node: ast.AST) -> Value:
    """Integers of floats or truth values."""
    if value.kind == "int":
        return same_elements(value)
    if value.kind == "bool":
        return computed.array(reader, as_numbers(reader, value).atom, value.axes, "sum", [value])
    found = elementwise(reader, TABLE["trunc"], [value], node)
    assert isinstance(found, TensorValue)  # noqa: S101 - of an array
    return found if reader.loops else computed.array(reader, found.atom, found.axes, "trunc", [found])
