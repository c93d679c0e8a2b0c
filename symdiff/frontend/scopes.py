"""Which names are a function's own: Python decides it from the text alone."""

from __future__ import annotations

import ast
from functools import lru_cache


def bound_names(node: ast.AST) -> set[str]:
    """The names that a node itself binds."""
    if isinstance(node, ast.Name):
        return set() if isinstance(node.ctx, ast.Load) else {node.id}
    if isinstance(node, ast.Import | ast.ImportFrom):
        return {alias.asname or alias.name.split(".")[0] for alias in node.names}
    if isinstance(node, ast.ExceptHandler | ast.MatchAs | ast.MatchStar):
        return {node.name} if node.name else set()
    return {node.rest} if isinstance(node, ast.MatchMapping) and node.rest else set()


@lru_cache(maxsize=256)  # a function is read for every kind of arguments, and a helper at every call
def names_assigned(node: ast.FunctionDef | ast.Lambda) -> frozenset[str]:
    """Python's local variables of a function: its parameters and every name that it binds."""
    arguments = node.args
    names = {arg.arg for arg in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)}
    names |= {arg.arg for arg in (arguments.vararg, arguments.kwarg) if arg is not None}
    stack: list[ast.AST] = list(node.body) if isinstance(node, ast.FunctionDef) else [node.body]
    while stack:
        inner = stack.pop()
        if isinstance(inner, ast.FunctionDef | ast.ClassDef):
            names.add(inner.name)
            continue
        if isinstance(inner, ast.Lambda | ast.ListComp | ast.GeneratorExp | ast.SetComp | ast.DictComp):
            names |= {walrus.target.id for walrus in ast.walk(inner) if isinstance(walrus, ast.NamedExpr)}
            continue
        names |= bound_names(inner)
        stack.extend(ast.iter_child_nodes(inner))
    return frozenset(names)
