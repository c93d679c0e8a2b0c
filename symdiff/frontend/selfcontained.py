"""The text of a function that reads nothing from outside: what generated source can hold in the place of a call."""

from __future__ import annotations

import ast
import builtins
import copy
import inspect
import types
from collections.abc import Callable, Iterator
from typing import Any

from symdiff.errors import SourceError
from symdiff.frontend.source import FunctionSource, from_function

_MODULES = {"math": "math", "np": "numpy"}  # by the names that generated source gives them


def definition(function: Callable[..., Any], count: int) -> tuple[str, str]:
    """The function as ``def f(...)`` that takes ``count`` operands, and ""; or "" and why there is no such text.

    It may use ``math``, ``np``, builtins and nothing else from outside, so that the text means what the function does.
    """
    if hasattr(function, "py_func"):
        return "", "it is compiled already"
    if not isinstance(function, types.FunctionType):
        return "", f"it is no Python function (a {type(function).__name__})"
    try:
        source = from_function(function, follow_rules=False)
    except SourceError as error:
        return "", str(error)
    reason = _refusal(source, function, count)
    return ("", reason) if reason else (_text(source), "")


def _refusal(source: FunctionSource, function: types.FunctionType, count: int) -> str:
    if function.__code__.co_freevars:
        return f"it reads {function.__code__.co_freevars[0]} from the function around it"
    if function.__code__.co_flags & (inspect.CO_GENERATOR | inspect.CO_COROUTINE | inspect.CO_ASYNC_GENERATOR):
        return "it is a generator"
    for name in _global_names(function.__code__):
        if name in function.__globals__:
            value = function.__globals__[name]
            if not (isinstance(value, types.ModuleType) and _MODULES.get(name) == value.__name__):
                return f"it reads {name} from its module"
        elif not hasattr(builtins, name):
            return f"it reads {name}, which is not bound yet"
    for parameter in list(source.signature.parameters.values())[count:]:
        if type(parameter.default) not in (int, float, bool):
            return f"the default of {parameter.name} is no number"
    return ""


def _global_names(code: types.CodeType) -> Iterator[str]:
    """The names that a function, or a function inside it, looks up outside."""
    import dis

    for instruction in dis.get_instructions(code):
        if instruction.opname in ("LOAD_GLOBAL", "LOAD_NAME", "STORE_GLOBAL", "DELETE_GLOBAL"):
            yield instruction.argval
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from _global_names(constant)


def _text(source: FunctionSource) -> str:
    """The definition without decorators, annotations and docstring; defaults are the numbers that they are."""
    node = copy.deepcopy(source.node)
    arguments = node.args
    values = {name: parameter.default for name, parameter in source.signature.parameters.items()}
    named = [*arguments.posonlyargs, *arguments.args]
    given = [arg.arg for arg in named if values[arg.arg] is not inspect.Parameter.empty]
    arguments.defaults = [ast.Constant(values[name]) for name in given]
    arguments.kw_defaults = [ast.Constant(values[arg.arg]) for arg in arguments.kwonlyargs]
    for arg in (*named, *arguments.kwonlyargs):
        arg.annotation = None
    body: list[ast.stmt] = [ast.Return(node.body)] if isinstance(node, ast.Lambda) else list(node.body)
    if len(body) > 1 and isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant):
        del body[0]
    made = ast.FunctionDef(source.name, arguments, body, [], None, None)
    return ast.unparse(ast.fix_missing_locations(made))
