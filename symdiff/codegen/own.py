"""Functions with a rule of their own in generated code: their text where that is possible, else a call of the function.

How a function is called, best first:

- its definition is a part of the module, compiled like everything else (it reads nothing from outside and Numba compiles it);
- it is a function that the user compiled with Numba: the module imports it and calls it;
- anything else is called back: compiled code enters the interpreter, calls the Python function and goes on with its result.
  An exception in it reaches the caller.

A function that no module holds under its name (a lambda, an inner function, one of ``__main__``) cannot be imported. There
the module says in a comment what it needs; symdiff itself hands the function over.
"""

from __future__ import annotations

import builtins
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from symdiff.codegen.compile import refusal
from symdiff.codegen.names import MODULES, Names
from symdiff.graph.graph import Graph, Let, walk_all
from symdiff.graph.mapping import map_lets
from symdiff.primitives.own import Own

Way = Literal["included", "compiled", "called back"]

_WITHOUT_MODULE = ("builtins", "math", "numpy", "scipy.special")  # where functions are looked for that name no module


@dataclass(frozen=True)
class Link:
    """How generated code calls one function, and why not in a better way."""

    way: Way
    reason: str = ""


@dataclass(frozen=True)
class Linked:
    """A graph whose rows call functions by names of the module, and what the module must hold for that."""

    graph: Graph
    rows: tuple[Own, ...] = ()
    imports: tuple[str, ...] = ()
    functions: tuple[str, ...] = ()
    objects: dict[str, Any] = field(default_factory=dict)  # functions that are not a part of the module, by name
    names: frozenset[str] = frozenset()


def own_rows(graph: Graph) -> list[Own]:
    """The rows of a graph that are functions of the user's, in the order of their first use."""
    rows = (node.op for node in walk_all(graph.body) if isinstance(node, Let))
    return list(dict.fromkeys(row for row in rows if isinstance(row, Own)))


def link_of(row: Own) -> Link:
    """How generated code calls the function of a row. Loads Numba if that has to be tried."""
    if hasattr(row.function, "py_func"):
        return Link("compiled")
    if not row.text:
        return Link("called back", row.reason)
    reason = refusal(row.text, row.text.partition("(")[0].removeprefix("def "), row.points())
    return Link("called back", reason) if reason else Link("included")


def link(graph: Graph, reserved: Iterable[str] = ()) -> Linked:
    """Choose how every function with a rule is called, under names that nothing else in the module has."""
    rows = own_rows(graph)
    if not rows:
        return Linked(graph)
    names = Names([*reserved, *MODULES, *dir(builtins)])
    made: dict[Own, Own] = {}
    imports: list[str] = []
    functions: list[str] = []
    objects: dict[str, Any] = {}
    for row in rows:
        way = link_of(row)
        name = names.fresh(row.spelled)
        called = name
        if way.way == "included":
            functions.append("@numba.njit\n" + f"def {name}({row.text.partition('(')[2]}")
        else:
            objects[name] = row.function
            functions += _needed(row, name, imports)
        if way.way == "called back":
            called = names.fresh(f"call_{name}")
            functions.append(_stub(row, name, called, way.reason))
        holes = ", ".join(f"{{{k}}}" for k in range(row.count))
        made[row] = replace(row, code=f"{called}({holes})")

    def spelled(let: Let) -> Let:
        return replace(let, op=made[let.op]) if isinstance(let.op, Own) else let

    taken = frozenset(objects) | {row.code.partition("(")[0] for row in made.values()}
    return Linked(map_lets(graph, spelled), tuple(made.values()), tuple(imports), tuple(functions), objects, taken)


def _needed(row: Own, name: str, imports: list[str]) -> list[str]:
    """The import of a function, or a comment where none is possible."""
    home = module_of(row.function)
    if home:
        own = getattr(row.function, "__name__", "")
        imports.append(f"from {home} import {own}" + (f" as {name}" if own != name else ""))
        return []
    code = getattr(getattr(row.function, "py_func", row.function), "__code__", None)
    where = (
        f"line {code.co_firstlineno} of {code.co_filename.rpartition('/')[2]}" if code is not None else repr(type(row.function))
    )
    return [f"# {name} must be defined here: the function of {where}, which no module holds by this name"]


def module_of(function: Callable[..., Any] | None) -> str:
    """The module from which a function can be imported by its name, or ""."""
    name = getattr(function, "__name__", "")
    module = getattr(function, "__module__", None)
    for candidate in (module,) if isinstance(module, str) else _WITHOUT_MODULE:
        loaded = sys.modules.get(candidate)
        if candidate != "__main__" and name.isidentifier() and getattr(loaded, name, None) is function:
            return candidate
    return ""


def _stub(row: Own, name: str, called: str, reason: str) -> str:
    """The definition that calls back: compiled code leaves for the interpreter and comes back with a float."""
    operands = ", ".join(f"x{k + 1}" for k in range(row.count)) if row.count > 1 else "x"
    why = " ".join(reason.split())
    return "\n".join(
        [
            "@numba.njit",
            f"def {called}({operands}):",
            f"    # a call of the Python function: {why}"[:120],
            '    with numba.objmode(value="float64"):',
            f"        value = {name}({operands})",
            "    return value",
        ]
    )
