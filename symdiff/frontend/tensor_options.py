"""Options of reductions, ``where=`` and ``initial=``: what is left out becomes what changes nothing."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from typing import Any

from symdiff.frontend import calls
from symdiff.frontend.conditions import is_truth, scalar
from symdiff.frontend.expressions import binary
from symdiff.frontend.gaps import GapError
from symdiff.frontend.library import Args, Form, Keywords
from symdiff.frontend.lower import Reader
from symdiff.frontend.tensor_functions import axes_given
from symdiff.frontend.tensors import tensor_of
from symdiff.frontend.values import Known, TensorValue, TupleValue, Value, number
from symdiff.graph.affine import ONE

NEUTRAL: dict[str, Value] = {"sum": number(0.0), "prod": number(1.0)}
EXTREMES = ("max", "min", "amax", "amin")


def with_options(forms: Mapping[str, Form]) -> dict[str, Form]:
    """The forms of functions or methods, those of reductions with these options."""
    found = {name: _reduction(name, form) for name, form in forms.items() if name in {*NEUTRAL, *EXTREMES}}
    if "mean" in forms:
        found["mean"] = _mean(forms["mean"])
    return {**forms, **found}


def _reduction(name: str, form: Form) -> Form:
    def reduced(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
        mask, initial = keywords.pop("where", None), keywords.pop("initial", None)
        if name not in EXTREMES:
            array = args[0] if mask is None else _kept(reader, args[0], mask, NEUTRAL[name], node)
            result = form(reader, [array, *args[1:]], keywords, node)
            return result if initial is None else binary(reader, ast.Mult if name == "prod" else ast.Add, result, initial, node)
        if initial is None:
            raise GapError(node, f"np.{name} with where= and no initial=", "give initial=...", raises=ValueError)
        array = args[0] if mask is None else _kept(reader, args[0], mask, initial, node)
        if len(args) == 1 and not keywords:  # there may be no elements
            more = _called(reader, "append", [_called(reader, "ravel", [array], node), initial], node)
            return form(reader, [more], keywords, node)
        longer = _with_one_more(reader, array, initial, args[1] if len(args) > 1 else keywords.get("axis"), node)
        return form(reader, [longer, *args[1:]], keywords, node)

    return _only_with(("where", "initial"), form, reduced)


def _with_one_more(reader: Reader, array: Value, initial: Value, axis: Value | None, node: ast.AST) -> Value:
    """The array with one more element everywhere along the axes of a reduction: there may be none."""
    value = tensor_of(reader, array, node)
    for over in axes_given(reader, axis or Known(None), len(value.axes), node):
        shape = [ONE if k == over else length for k, length in enumerate(value.axes)]
        more = TensorValue(reader.builder.spread(scalar(reader, initial, node).atom, tuple(shape)), tuple(shape))
        joined = _called(reader, "concatenate", [TupleValue((value, more))], node, {"axis": number(over)})
        value = tensor_of(reader, joined, node)
    return value


def _mean(form: Form) -> Form:
    """The mean of the elements that a mask leaves: their sum by their number."""

    def mean(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
        mask = keywords.pop("where", Known(True))
        if not keywords.keys() <= {"axis", "keepdims"}:
            return form(reader, args, keywords, node)  # which refuses them
        kept = _kept(reader, args[0], mask, number(0.0), node)
        counted = _kept(reader, _called(reader, "ones_like", [args[0]], node), mask, number(0.0), node)
        total, count = (_called(reader, "sum", [each, *args[1:]], node, dict(keywords)) for each in (kept, counted))
        return binary(reader, ast.Div, total, count, node)

    return _only_with(("where",), form, mean)


def _only_with(options: Sequence[str], form: Form, other: Form) -> Form:
    def either(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
        return (other if args and not keywords.keys().isdisjoint(options) else form)(reader, args, keywords, node)

    return either


def _kept(reader: Reader, array: Value, mask: Value, neutral: Value, node: ast.AST) -> Value:
    """The array with a number in place of what a mask leaves out. The mask may be broadcast, the array not."""
    if is_truth(mask) and mask.value:  # type: ignore[union-attr]
        return array
    made = _called(reader, "where", [mask, array, neutral], node)
    if tensor_of(reader, made, node).axes != tensor_of(reader, array, node).axes:
        raise GapError(node, "where= of another shape than the array", "give a truth value for each element", raises=ValueError)
    return made


def _called(reader: Reader, name: str, args: Args, node: ast.AST, keywords: Any = None) -> Value:
    import numpy as np

    return calls.call(reader, Known(getattr(np, name)), args, keywords or {}, node, "t")
