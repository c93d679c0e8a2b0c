"""Rules for statements that bind or unbind names from elsewhere, or change nothing: import, del, with, and what is skipped."""

from __future__ import annotations

import ast
import dataclasses
import sys
import types
from typing import Any

from symdiff.frontend import changes, containers, dicts, resolve
from symdiff.frontend.control import NEXT, STATEMENTS, Completion, run
from symdiff.frontend.gaps import GapError
from symdiff.frontend.lower import Frame, Reader
from symdiff.frontend.outside import wrap
from symdiff.frontend.source import top_level
from symdiff.frontend.values import DictValue, FunctionValue, Known, ListValue, Value, describe
from symdiff.graph import notes
from symdiff.graph.graph import Origin

# -- import -------------------------------------------------------------------------------------------------------


def run_import(reader: Reader, node: ast.Import, frame: Frame) -> Completion:
    """``import math``, ``import a.b as c``: of modules that are loaded already; nothing is executed."""
    if frame.source.function is None:
        return _import_in_text(node, frame)
    for alias in node.names:
        module = _loaded(alias.name, node)
        if alias.asname is None:
            top = alias.name.split(".")[0]
            frame.variables[top] = Known(_loaded(top, node))
        else:
            frame.variables[alias.asname] = Known(module)
    return NEXT


def run_import_from(reader: Reader, node: ast.ImportFrom, frame: Frame) -> Completion:
    """``from math import sin as s``, also relative to the module of the function."""
    if frame.source.function is None:
        return _import_in_text(node, frame)
    name = node.module or ""
    if node.level:
        package = str(frame.source.function.__globals__.get("__package__") or "").split(".")
        if len(package) < node.level or not package[0]:
            raise GapError(node, "a relative import outside a package", "import by the full name")
        name = ".".join([*package[: len(package) - node.level + 1], *([node.module] if node.module else [])])
    module = _loaded(name, node)
    for alias in node.names:
        frame.variables[alias.asname or alias.name] = _member(reader, module, alias.name, node)
    return NEXT


def _member(reader: Reader, module: types.ModuleType, name: str, node: ast.AST) -> Value:
    if name in vars(module):
        value, capture = resolve.attribute(module, name)
        library = resolve.is_library(module)
        constant = library and isinstance(value, float)
        return wrap(reader, value, name, None if constant else capture, node, owner=module if library else None)
    return Known(_loaded(f"{module.__name__}.{name}", node))


def _loaded(name: str, node: ast.AST) -> types.ModuleType:
    module = sys.modules.get(name)
    if module is None:
        raise GapError(
            node, f"an import of {name}, which is not loaded (importing would run it)", "import it at the top of the file"
        )
    return module


def _import_in_text(node: ast.Import | ast.ImportFrom, frame: Frame) -> Completion:
    from symdiff.errors import SourceError

    try:
        found = top_level(node, frame.source.lines, frame.source.names)
    except SourceError:
        raise GapError(node, "an import of another module than math and numpy in source text", "use math or numpy") from None
    frame.variables.update({name: Known(value) for name, value in found.items()})
    return NEXT


# -- del ----------------------------------------------------------------------------------------------------------


def run_delete(reader: Reader, node: ast.Delete, frame: Frame) -> Completion:
    """``del name``, ``del items[0]``, ``del table["a"]``."""
    for target in node.targets:
        if isinstance(target, ast.Name):
            reader.name(frame, target.id, target)
            del frame.variables[target.id]
        elif isinstance(target, ast.Subscript):
            _delete_item(reader, target, frame)
        else:
            raise GapError(target, "del of an attribute", "use a local variable")
    return NEXT


def _delete_item(reader: Reader, target: ast.Subscript, frame: Frame) -> None:
    owner = reader.operand(target.value, frame)
    if isinstance(owner, DictValue):
        dicts.delete(reader, owner, reader.operand(target.slice, frame), frame, target)
        return
    if not isinstance(owner, ListValue) or isinstance(target.slice, ast.Slice):
        raise GapError(target, f"del of a part of {describe(owner)}", "build a new list of the elements that stay", "not yet")
    position = reader.integer(reader.operand(target.slice, frame), target.slice, "an index")
    containers.item(reader, owner, position, target)
    items = list(owner.items)
    del items[position]
    changes.replace(reader, owner, dataclasses.replace(owner, items=tuple(items)), frame, target)


# -- with ---------------------------------------------------------------------------------------------------------


def run_with(reader: Reader, node: ast.With, frame: Frame) -> Completion:
    """``with np.errstate(...)`` and ``warnings.catch_warnings()``: the block alone; other contexts act on what is computed."""
    for item in node.items:
        _check_context(reader, item, frame)
    return run(reader, node.body, frame)


def _check_context(reader: Reader, item: ast.withitem, frame: Frame) -> None:
    call = item.context_expr
    if not isinstance(call, ast.Call):
        raise GapError(call, "this context in with", "leave the with block out", "not yet")
    function = reader.operand(call.func, frame)
    context = function.value if isinstance(function, Known) else None
    if context not in _harmless():
        name = getattr(context, "__qualname__", "") or ast.unparse(call.func)
        raise GapError(call, f"with {name}(...), which may change what is computed", "leave the with block out")
    if item.optional_vars is not None:
        raise GapError(item.optional_vars, "the value of a context (as)", "leave it out")
    for value in (*call.args, *(keyword.value for keyword in call.keywords)):
        known = reader.operand(value, frame)
        if isinstance(known, Known) and known.value in ("raise", "call"):
            raise GapError(value, "an errstate that raises", 'use "ignore", and test the operand with if')


def _harmless() -> tuple[Any, ...]:
    import contextlib
    import warnings

    import numpy as np

    return (np.errstate, np.printoptions, warnings.catch_warnings, contextlib.nullcontext)


# -- what is skipped ----------------------------------------------------------------------------------------------

_CHANGING = frozenset({*changes.LIST_METHODS, *dicts.CHANGING, "sort", "remove", "add", "discard"} - {"copy"})


def run_assert(reader: Reader, node: ast.Assert, frame: Frame) -> Completion:
    """Skip ``assert``: it states what holds. A change inside it is no statement that can be skipped."""
    check_skipped(node, frame)
    return NEXT


def check_skipped(node: ast.AST, frame: Frame) -> None:
    """Note that a statement is skipped; refuse to if it binds a name or changes a list."""
    line = getattr(node, "lineno", 0)
    notes.add("skipped", "", Origin(line - frame.source.node.lineno + 1, frame.source.line(line)))
    for inner in ast.walk(node):
        called = frame.variables.get(inner.func.id) if isinstance(inner, ast.Call) and isinstance(inner.func, ast.Name) else None
        if (
            isinstance(inner, ast.NamedExpr)
            or _changes(inner, frame)
            or (isinstance(called, FunctionValue) and any(_changes(part, None) for part in ast.walk(called.source.node)))
        ):
            raise GapError(inner, "a change inside a statement that only reports", "make the change a statement of its own")


def _changes(node: ast.AST, frame: Frame | None) -> bool:
    """True for what may change a list or dict (of a local variable of the frame)."""
    if isinstance(node, ast.Subscript):
        return not isinstance(node.ctx, ast.Load)
    method = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _CHANGING
    if not method or frame is None:
        return bool(method)
    owner: Any = node.func.value  # type: ignore[attr-defined]
    while isinstance(owner, ast.Subscript | ast.Attribute):
        owner = owner.value
    return isinstance(owner, ast.Name) and owner.id in frame.local_names


STATEMENTS |= {
    ast.Import: run_import,  # type: ignore[dict-item]
    ast.ImportFrom: run_import_from,  # type: ignore[dict-item]
    ast.Delete: run_delete,  # type: ignore[dict-item]
    ast.With: run_with,  # type: ignore[dict-item]
    ast.Assert: run_assert,  # type: ignore[dict-item]
}
