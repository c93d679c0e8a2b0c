"""What the variables of equations and integrals are called: as the user's function calls them."""

from __future__ import annotations

import ast
import types

from symdiff.frontend.lookup import unwrap
from symdiff.frontend.source import FunctionSource, from_function
from symdiff.frontend.values import FunctionValue, Known, Value


def unknown_of(function: Value, otherwise: str = "x") -> str:
    """What the unknown of an equation is called: the first parameter of its function."""
    source = source_of(function)
    return next(iter(source.signature.parameters), otherwise) if source is not None else otherwise


def unknowns_of(function: Value, count: int) -> list[str]:
    """What the unknowns of a system are called: as its function unpacks them, or by numbers."""
    name, source = unknown_of(function), source_of(function)
    for statement in source.node.body if source is not None and isinstance(source.node, ast.FunctionDef) else ():
        if isinstance(statement, ast.Assign) and isinstance(statement.value, ast.Name) and statement.value.id == name:
            target = statement.targets[0]
            names = [each.id for each in getattr(target, "elts", ()) if isinstance(each, ast.Name)]
            if len(names) == count:
                return names
    return [f"{name}_{k}" for k in range(count)] if count > 1 else [name]


def source_of(function: Value) -> FunctionSource | None:
    """The source of a function, if it is plain."""
    if isinstance(function, Known) and isinstance(unwrap(function.value), types.FunctionType):
        return from_function(unwrap(function.value))
    return function.source if isinstance(function, FunctionValue) else None
