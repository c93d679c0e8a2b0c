"""``scipy.special``'s logsumexp, softmax and log_softmax of arrays of any size: exponentials relative to the largest."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from symdiff.frontend.expressions import binary
from symdiff.frontend.lengths import require
from symdiff.frontend.library import Args, Form, Keywords, plain
from symdiff.frontend.lower import Reader
from symdiff.frontend.tensor_functions import axes_given, optional, reduction, result_of, total, truth_given
from symdiff.frontend.tensors import as_numbers, elementwise, tensor_of
from symdiff.frontend.values import Known, TensorValue, Value
from symdiff.primitives import TABLE


def _shifted(reader: Reader, value: TensorValue, over: Sequence[int], node: ast.AST, empty: bool = False) -> tuple[Value, Value]:
    """The largest along some axes, which has no derivative here, and the exponentials relative to it."""
    largest = value
    for axis in over if not empty else ():
        require(reader, value.axes[axis] - 1, "ValueError", "the largest of an empty array", node)
    for axis in over:
        axes, term = reduction(largest, [axis], True)
        found = result_of(reader, reader.builder.fold(TABLE["maximum"], term, axes, hint="m"), axes)
        largest = tensor_of(reader, found, node)
    shift = elementwise(reader, TABLE["shift"], [largest], node, "m")
    return shift, elementwise(reader, TABLE["exp"], [binary(reader, ast.Sub, value, shift, node)], node, "w")


def _given(reader: Reader, args: Args, keywords: Keywords, name: str, node: ast.AST) -> tuple[TensorValue, tuple[int, ...]]:
    axis = optional(args, keywords, 1, "axis", Known(None))
    plain(args, keywords, 1, 1, name, node)
    value = as_numbers(reader, tensor_of(reader, args[0], node))
    return value, axes_given(reader, axis, len(value.axes), node)


def _log_sum(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    """``logsumexp(a, axis, b, keepdims)``: m + log(sum(b*exp(a - m)))."""
    scale = optional(args, keywords, 2, "b", Known(None))
    keepdims = truth_given(keywords.pop("keepdims", Known(False)), node)
    value, over = _given(reader, args, keywords, "logsumexp", node)
    shift, weights = _shifted(reader, value, over, node, empty=True)  # of nothing it is -inf
    if not isinstance(scale, Known):
        weights = binary(reader, ast.Mult, scale, weights, node)
    summed = tensor_of(reader, weights, node)
    found = elementwise(reader, TABLE["log"], [total(reader, summed, over, True)], node)
    result = tensor_of(reader, binary(reader, ast.Add, shift, found, node), node)
    return result if keepdims else total(reader, result, over)


def _softmax(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    value, over = _given(reader, args, keywords, "softmax", node)
    weights = _shifted(reader, value, over, node)[1]
    return binary(reader, ast.Div, weights, total(reader, tensor_of(reader, weights, node), over, True), node)


def _log_softmax(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    value, over = _given(reader, args, keywords, "log_softmax", node)
    shift, weights = _shifted(reader, value, over, node)
    logarithm = elementwise(reader, TABLE["log"], [total(reader, tensor_of(reader, weights, node), over, True)], node)
    return binary(reader, ast.Sub, binary(reader, ast.Sub, value, shift, node), logarithm, node)


SPECIAL: dict[str, Form] = {"logsumexp": _log_sum, "softmax": _softmax, "log_softmax": _log_softmax}
