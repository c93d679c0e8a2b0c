"""Arguments of NumPy's functions as forms take them: the required ones by position, and no defaults."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from symdiff.frontend.gaps import GapError
from symdiff.frontend.lookup import home
from symdiff.frontend.values import Known, Number, Value

POSITIONAL = inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD
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
