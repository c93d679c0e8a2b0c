"""Arguments of functions as forms and rows take them: NumPy's required ones by position, no defaults; and their types."""

from __future__ import annotations

import ast
import inspect
import math
import types
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import numpy as np

from symdiff.frontend.conditions import are_truths
from symdiff.frontend.gaps import GapError
from symdiff.frontend.lookup import home
from symdiff.frontend.loop_values import GrowingList, GrownList, SeriesValue
from symdiff.frontend.values import ArrayValue, DictValue, Known, ListValue, Number, TensorValue, TupleValue, Value, describe

POSITIONAL = inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD
CONTAINERS = TupleValue, ListValue, DictValue, SeriesValue, GrowingList, GrownList
OF_NUMBERS = {abs, round, *(each for each in vars(math).values() if isinstance(each, types.BuiltinFunctionType))} - {
    math.fsum, math.prod, math.dist, getattr(math, "sumprod", None),
}  # fmt: skip
OF_VECTORS = math.fsum, math.prod
SUMS = ("sum", "prod", "cumsum", "cumprod", "mean", "std", "var", "linspace")  # which are of floats here in any case


def usual(
    target: Any, args: Sequence[Value], keywords: Mapping[str, Value], node: ast.AST
) -> tuple[Sequence[Value], Mapping[str, Value]]:
    """The arguments of a call, ``np.sum(a=x, axis=None)`` like ``np.sum(x)``; raises GapError where a required one is missing."""
    if home(target).split(".")[0] != "numpy" or type(target).__name__ == "ufunc":
        return args, keywords
    parameters = _parameters(target)
    args, keywords = list(args), dict(keywords)
    positional = [each.name for each in parameters if each.kind in POSITIONAL]
    if len(args) > 1 and positional[len(args) - 1 : len(args)] == ["dtype"]:
        keywords["dtype"] = args.pop()
    required = [each for each in parameters if each.kind in POSITIONAL and each.default is each.empty]
    for each in required[len(args) :]:
        if each.name not in keywords or each.kind is each.POSITIONAL_ONLY:
            raise GapError(node, f"{target.__name__} without its argument {each.name}", "give it", raises=TypeError)
        args.append(keywords.pop(each.name))
    defaults = {each.name: each.default for each in parameters}
    given = {name: value for name, value in keywords.items() if name not in defaults or not _is_default(value, defaults[name])}
    kind = given.get("dtype")
    if target.__name__ in SUMS and isinstance(kind, Known) and is_float(kind.value):
        del given["dtype"]
    return args, given


def check_types(target: Any, args: Sequence[Value], node: ast.AST) -> None:
    """Refuse what Python's functions of numbers do not take, and what NumPy's compute of truth values in other numbers."""
    if isinstance(target, np.ufunc) and len(args) == target.nin and all(map(are_truths, args)):
        _check_truths(target, node)
    if target in OF_NUMBERS:
        for value in args:
            if isinstance(value, CONTAINERS):
                instead = f"np.{target.__name__}" if hasattr(np, target.__name__) else "a function of NumPy"
                raise GapError(node, f"{target.__name__} of {describe(value)}", f"use {instead}", raises=TypeError)
    if target in OF_VECTORS:
        for value in args:
            items = value.items if isinstance(value, TupleValue | ListValue) else ()
            if _rank(value) > 1 or any(map(_rank, items)):
                raise GapError(node, f"math.{target.__name__} of {describe(value)}", "give numbers in one list", "not yet")


def _rank(value: Value) -> int:
    """How many axes a value has, as far as it shows."""
    if isinstance(value, TensorValue):
        return len(value.axes)
    if isinstance(value, ArrayValue):
        return len(value.shape)
    return 1 if isinstance(value, CONTAINERS) else 0


def _check_truths(target: np.ufunc, node: ast.AST) -> None:
    """A ufunc of truth values answers a truth value or an integer, computes in half precision, or raises."""
    try:
        kind = target.resolve_dtypes((np.dtype(bool),) * target.nin + (None,) * target.nout)[-1]
    except TypeError:
        raise GapError(node, f"{target.__name__} of truth values", "multiply them by 1.0 before", raises=TypeError) from None
    if kind.kind == "f" and kind != np.dtype(float):
        reason = f"{target.__name__} of truth values, which NumPy computes as {kind}"
        raise GapError(node, reason, "multiply them by 1.0 before")


@cache
def _parameters(target: Any) -> tuple[inspect.Parameter, ...]:
    """The parameters of a function; none if they are not known, as of C functions before NumPy 2.4."""
    try:
        return tuple(inspect.signature(target).parameters.values())
    except (TypeError, ValueError):
        return ()


def _is_default(value: Value, default: Any) -> bool:
    if isinstance(value, Number):
        return value.known is not None and type(value.known) is type(default) and value.known == default
    found = value.value if isinstance(value, Known) else inspect.Parameter.empty
    return type(found) in (bool, str, type(None)) and type(found) is type(default) and found == default


def is_float(kind: Any) -> bool:
    """Whether a dtype is float64."""
    return getattr(kind, "__name__", kind) in ("float", "float64", "f8", "d")
