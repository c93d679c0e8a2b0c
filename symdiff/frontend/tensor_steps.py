"""Differences of neighbours, and sums of what is between them: ``np.diff``, ``np.trapezoid``."""

from __future__ import annotations

import ast

from symdiff.frontend import calls
from symdiff.frontend.conditions import are_truths
from symdiff.frontend.expressions import binary
from symdiff.frontend.gaps import GapError
from symdiff.frontend.lengths import at_least_none
from symdiff.frontend.library import Args, Form, Keywords, plain
from symdiff.frontend.lower import Reader
from symdiff.frontend.tensor_functions import axis_given, optional, total
from symdiff.frontend.tensors import as_numbers, as_truths, indexed, tensor_of
from symdiff.frontend.values import Known, TensorValue, Value, number
from symdiff.graph.affine import Affine


def _diff(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    """``np.diff(a, n=1, axis=-1)``: of truth values, whether they differ."""
    times = reader.integer(optional(args, keywords, 1, "n", number(1)), node, "n")
    axis_value = optional(args, keywords, 1, "axis", number(-1))
    first, last = keywords.pop("prepend", None), keywords.pop("append", None)
    plain(args, keywords, 1, 1, "diff", node)
    if first is not None or last is not None:
        args = [_between(reader, first, args[0], last, node)]
    truths, array = are_truths(args[0]), tensor_of(reader, args[0], node)
    value = (as_truths if truths else as_numbers)(reader, array)
    axis = axis_given(reader, axis_value, len(value.axes), node)
    for _ in range(times):
        axes = tuple(at_least_none(length - 1) if k == axis else length for k, length in enumerate(value.axes))
        here = tuple(map(Affine.of, range(len(axes))))
        after = tuple(part + 1 if k == axis else part for k, part in enumerate(here))
        left, right = (TensorValue(indexed(reader, value, index, axes), axes, value.kind) for index in (after, here))
        value = tensor_of(reader, binary(reader, ast.BitXor if truths else ast.Sub, left, right, node), node)
    return value


def _between(reader: Reader, before: Value | None, array: Value, after: Value | None, node: ast.AST) -> Value:
    """A vector with more elements at its ends, numbers or vectors."""
    import numpy as np

    if len(tensor_of(reader, array, node).axes) != 1:
        raise GapError(node, "prepend= and append= for a matrix", "use np.concatenate before", "not yet")
    if before is not None:
        array = calls.call(reader, Known(np.append), [before, array], {}, node, "t")
    if after is not None:
        array = calls.call(reader, Known(np.append), [array, after], {}, node, "t")
    return array


def _trapezoid(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    """``np.trapezoid(y, x)``, ``np.trapezoid(y, dx=h)`` of a vector: the sum of the means of neighbours times their distances."""
    at = optional(args, keywords, 1, "x", Known(None))
    width = optional(args, keywords, 1, "dx", number(1.0))
    plain(args, keywords, 1, 1, "trapezoid", node)
    value = as_numbers(reader, tensor_of(reader, args[0], node))
    if len(value.axes) != 1:
        raise GapError(node, "np.trapezoid of a matrix", "write the sum out", "not yet")
    left, right = (
        TensorValue(indexed(reader, value, (Affine.of(0) + k,), (value.axes[0] - 1,)), (value.axes[0] - 1,)) for k in (0, 1)
    )
    both = binary(reader, ast.Div, binary(reader, ast.Add, left, right, node), number(2.0), node)
    apart = width if isinstance(at, Known) else _diff(reader, [at], {}, node)
    pieces = tensor_of(reader, binary(reader, ast.Mult, both, apart, node), node)
    if len(pieces.axes) != 1:
        raise GapError(node, "np.trapezoid of a vector at places that are no vector", "write the sum out", "not yet")
    return total(reader, pieces, range(len(pieces.axes)))


DIFFERENCES: dict[str, Form] = {"diff": _diff, "trapezoid": _trapezoid, "trapz": _trapezoid}
