"""Pickling derivatives: as what the user wrote, rebuilt by reading in the other process.

A function that its module holds under its name is pickled by that name, as pickle does with functions, and with its text:
if the text is another one when the pickle is loaded, that is a SourceError. Any other function (a lambda, a closure, one of
``__main__`` or of a notebook) is pickled as its text, together with the present values of the names that it uses. Loading
compiles the text to a function object but never executes it; its globals are those values.
"""

from __future__ import annotations

import ast
import builtins
import dis
import functools
import importlib
import itertools
import linecache
import pickle
import sys
import textwrap
import types
import weakref
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from symdiff.errors import SourceError
from symdiff.frontend import FunctionSource, from_callable, from_text
from symdiff.frontend.source import from_function
from symdiff.function import SymbolicFunction, Transform
from symdiff.primitives.own import declared

MAX_UNWRAPPED = 20
_NUMBERS = itertools.count(1)


# -- what a pickle holds ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class ByName:
    """What a module holds under a name, or what that wraps (``__wrapped__``, so often); ``text`` is what it must be."""

    module: str
    qualname: str
    wrapped: int = 0
    text: str | None = None


@dataclass(frozen=True)
class ByNumber:
    """One of the functions that the pickle defines."""

    number: int


@dataclass(frozen=True)
class Derived:
    """A derivative of something."""

    transform: Transform
    function: Any


@dataclass(frozen=True)
class SourceText:
    """The function of a text given as ``source=``."""

    text: str


@dataclass(frozen=True)
class Rebuilt:
    """An object that is made again from encoded parts: a container, a partial, a bound method."""

    make: Any
    parts: tuple[Any, ...]


@dataclass(frozen=True)
class Definition:
    """A function as text: where it stands in the text, and where its names are found."""

    code: str  # its name in the text
    name: str
    qualname: str
    text: str
    depth: int  # blocks around it in the text
    scope: int
    cells: dict[str, int]
    defaults: Any
    keyword_defaults: Any
    wrapped: Any


@dataclass
class Pickled:
    """An encoded object, and the functions, globals and closure cells that it refers to by number."""

    root: Any = None
    definitions: list[Definition] = field(default_factory=list)
    scopes: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    cells: list[Any] = field(default_factory=list)


@dataclass(frozen=True)
class Missing:
    """What a cell holds that is not bound yet."""


# -- writing ------------------------------------------------------------------------------------------------------


def reduce(function: SymbolicFunction) -> tuple[Any, tuple[Pickled]]:
    """What ``SymbolicFunction.__reduce__`` answers. Raises SourceError if a function has no text that can be read."""
    writer = _Writer()
    writer.pickled.root = writer.encode(function, root=True)
    return load, (writer.pickled,)


class _Writer:
    def __init__(self) -> None:
        self.pickled = Pickled()
        self._numbers: dict[int, int] = {}  # by the identity of functions, globals and cells
        self._alive: list[Any] = []

    def encode(self, value: Any, root: bool = False) -> Any:
        """A value in a form that pickle knows. ``root``: it is what is pickled, or what that differentiates."""
        if isinstance(value, SymbolicFunction):
            return self._derivative(value, root)
        if isinstance(value, types.FunctionType):
            return _by_name(value, value, root) or self._define(value)
        inner = _same_when_read(value)
        if inner is not None:
            return _by_name(value, value, root) or self.encode(inner, root)
        if isinstance(value, types.ModuleType):
            return Rebuilt(importlib.import_module, (value.__name__,))
        if type(value) is types.MethodType:
            return Rebuilt(_method, (self.encode(value.__func__, root), value.__self__))
        if type(value) in (staticmethod, classmethod):
            return Rebuilt(type(value), (self.encode(value.__func__, root),))
        if type(value) is np.vectorize and isinstance(value.pyfunc, types.FunctionType):
            return Rebuilt(np.vectorize, (self.encode(value.pyfunc, root),))
        if type(value) is functools.partial:
            return Rebuilt(_partial, tuple(map(self.encode, (value.func, value.args, value.keywords))))
        if type(value) in (tuple, list, set, frozenset, dict):
            items = [item for pair in value.items() for item in pair] if type(value) is dict else list(value)
            parts = tuple(map(self.encode, items))
            if any(part is not item for part, item in zip(parts, items, strict=True)):
                return Rebuilt(_dict if type(value) is dict else _made_of, (type(value), *parts))
        return value

    def _derivative(self, value: SymbolicFunction, root: bool) -> Any:
        source, wrapped = value._given, value.__wrapped__
        if isinstance(source, FunctionSource) and wrapped is None:
            return Derived(value._transform, SourceText("\n".join(source.lines)))
        return _by_name(value, wrapped, root) or Derived(value._transform, self.encode(wrapped, root))

    def _define(self, function: types.FunctionType) -> ByNumber:
        if id(function) in self._numbers:
            return ByNumber(self._numbers[id(function)])
        if declared(function) is not None:
            raise pickle.PicklingError(
                f"{function.__qualname__} has a rule of its own and is no function that its module holds by name; define it and "
                "its rule at the top level of a module that is imported"
            )
        number = self._number(function, len(self.pickled.definitions))
        self.pickled.definitions.append(None)  # type: ignore[arg-type]  # a function may refer to itself
        text, depth = _portable(from_function(function, follow_rules=False))
        scope = self._scope(function)
        cells = {
            name: self._cell(cell) for name, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=True)
        }
        defaults, keyword_defaults = self.encode(function.__defaults__), self.encode(function.__kwdefaults__)
        self.pickled.definitions[number] = Definition(
            code=function.__code__.co_name,
            name=function.__name__,
            qualname=function.__qualname__,
            text=text,
            depth=depth,
            scope=scope,
            cells=cells,
            defaults=defaults,
            keyword_defaults=keyword_defaults,
            wrapped=self.encode(function.__dict__.get("__wrapped__", Missing())),
        )
        return ByNumber(number)

    def _scope(self, function: types.FunctionType) -> int:
        """The globals of a function, of which those names are kept that it uses."""
        scope = function.__globals__
        if id(scope) not in self._numbers:
            self._number(scope, len(self.pickled.scopes))
            self.pickled.scopes.append((function.__module__ or "symdiff", {}))
        number = self._numbers[id(scope)]
        names = self.pickled.scopes[number][1]
        for name in _global_names(function.__code__):
            if name in scope and name not in names:
                names[name] = Missing()
                names[name] = self.encode(scope[name])
        return number

    def _cell(self, cell: types.CellType) -> int:
        if id(cell) not in self._numbers:
            number = self._number(cell, len(self.pickled.cells))
            self.pickled.cells.append(Missing())
            try:
                contents = cell.cell_contents
            except ValueError:  # not bound yet
                return number
            self.pickled.cells[number] = self.encode(contents)
        return self._numbers[id(cell)]

    def _number(self, value: Any, number: int) -> int:
        self._alive.append(value)
        self._numbers[id(value)] = number
        return number


def _same_when_read(value: Any) -> Any:
    """The function that Numba's dispatcher or ``lru_cache`` wraps: it is read instead, so it stands for them."""
    inner = value.__dict__.get("py_func") if hasattr(value, "__dict__") else None
    if inner is None and isinstance(value, functools._lru_cache_wrapper):
        inner = value.__wrapped__
    return inner if isinstance(inner, types.FunctionType) else None


def _by_name(value: Any, named: Any, root: bool) -> ByName | None:
    """The name under which other processes find a value: that of ``named``, which is the value or what it wraps."""
    module, qualname = getattr(named, "__module__", None), getattr(named, "__qualname__", "")
    if not isinstance(module, str) or module in ("__main__", "__mp_main__") or module not in sys.modules:
        return None
    found: Any = sys.modules[module]
    for part in qualname.split("."):
        found = getattr(found, part, None)
    for depth in range(MAX_UNWRAPPED):
        if found is value:
            return ByName(module, qualname, depth, _text(value) if root else None)
        found = getattr(found, "__wrapped__", None)
    return None


def _text(value: Any) -> str | None:
    """The lines that define a function, or what a derivative differentiates; None if it has none."""
    while isinstance(value, SymbolicFunction):
        if isinstance(value._given, FunctionSource):
            return value._given.text
        value = value._given
    function = _same_when_read(value) or value
    return from_function(function, follow_rules=False).text if isinstance(function, types.FunctionType) else None


def _portable(source: FunctionSource) -> tuple[str, int]:
    """A text in which a function stands as it did, and how many blocks it has around it.

    Names of the function around it become parameters there, so that they are free in it as before::

        def closure(k):
            def f(x):
                return k*x
    """
    free = f"def closure({', '.join(source.function.__code__.co_freevars)}):"
    around = f"class {source.owner}:"  # where self.__k means self._C__k
    if isinstance(source.node, ast.Lambda):
        body = f" f = (\n{ast.get_source_segment(chr(10).join(source.lines), source.node)}\n )"
    else:
        body = source.text
    indent = len(body) - len(body.lstrip())
    in_class = source.owner != "" and source.function.__code__.co_qualname.rpartition(".")[0].rpartition(".")[2] == source.owner
    blocks = ([free, around] if in_class else [around, free]) if source.owner else [free] if indent else []
    if in_class and not source.is_method:
        body = f"{body[:indent]}@staticmethod\n{body}"
    body = textwrap.indent(body, " " * (len(blocks) - indent))
    lines = [f"{' ' * depth}{block}" for depth, block in enumerate(blocks)]
    return "\n".join([*lines, body]) + "\n", len(blocks)


def _global_names(code: types.CodeType) -> Iterator[str]:
    for instruction in dis.get_instructions(code):
        if instruction.opname in ("LOAD_GLOBAL", "LOAD_NAME"):
            yield instruction.argval
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from _global_names(constant)


# -- reading ------------------------------------------------------------------------------------------------------


def load(pickled: Pickled) -> Any:
    """The object that was pickled. Raises SourceError if a function is gone or has changed since."""
    return _Reader(pickled).decode(pickled.root)


class _Reader:
    def __init__(self, pickled: Pickled) -> None:
        self._scopes = [{"__name__": module, "__builtins__": builtins} for module, _ in pickled.scopes]
        self._cells = [types.CellType() for _ in pickled.cells]
        self._functions = [self._function(definition) for definition in pickled.definitions]
        # Functions refer to each other, and derivatives read theirs at once: so these come last.
        for late in (False, True):
            for scope, (_, names) in zip(self._scopes, pickled.scopes, strict=True):
                scope.update({name: self.decode(value) for name, value in names.items() if _is_late(value) is late})
            for cell, value in zip(self._cells, pickled.cells, strict=True):
                if not isinstance(value, Missing) and _is_late(value) is late:
                    cell.cell_contents = self.decode(value)
            for function, definition in zip(self._functions, pickled.definitions, strict=True):
                self._complete(function, definition, late)

    def decode(self, value: Any) -> Any:
        """The value that was encoded."""
        match value:
            case ByNumber(number):
                return self._functions[number]
            case ByName():
                return _find(value)
            case SourceText(text):
                return from_text(text)
            case Derived(transform, function):
                base = self.decode(function)
                if isinstance(base, FunctionSource):
                    return SymbolicFunction(base, transform, None)
                return SymbolicFunction(base if isinstance(base, SymbolicFunction) else from_callable(base), transform, base)
            case Rebuilt(make, parts):
                return make(*map(self.decode, parts))
        return value

    def _function(self, definition: Definition) -> types.FunctionType:
        filename = f"<unpickled {definition.name} {next(_NUMBERS)}>"
        code = compile(definition.text, filename, "exec", dont_inherit=True)
        for _ in range(definition.depth):
            code = _codes(code)[-1]
        # Lambdas among the defaults come before the function itself.
        code = next(inner for inner in reversed(_codes(code)) if inner.co_name == definition.code)
        closure = tuple(self._cells[definition.cells[name]] for name in code.co_freevars)
        function = types.FunctionType(code, self._scopes[definition.scope], definition.name, None, closure)
        function.__qualname__ = definition.qualname
        lines = definition.text.splitlines(keepends=True)
        linecache.cache[filename] = (len(definition.text), None, lines, filename)
        weakref.finalize(code, linecache.cache.pop, filename, None)
        return function

    def _complete(self, function: types.FunctionType, definition: Definition, late: bool) -> None:
        if _is_late(definition.defaults) is late:
            function.__defaults__ = self.decode(definition.defaults)
        if _is_late(definition.keyword_defaults) is late:
            function.__kwdefaults__ = self.decode(definition.keyword_defaults)
        if not isinstance(definition.wrapped, Missing) and _is_late(definition.wrapped) is late:
            function.__dict__["__wrapped__"] = self.decode(definition.wrapped)


def _codes(code: types.CodeType) -> list[types.CodeType]:
    return [constant for constant in code.co_consts if isinstance(constant, types.CodeType)]


def _is_late(value: Any) -> bool:
    """True for what holds a derivative."""
    return isinstance(value, Derived) or (isinstance(value, Rebuilt) and any(map(_is_late, value.parts)))


def _find(name: ByName) -> Any:
    try:
        found: Any = importlib.import_module(name.module)
        for part in name.qualname.split("."):
            found = getattr(found, part)
        for _ in range(name.wrapped):
            found = found.__wrapped__
    except (ImportError, AttributeError) as error:
        raise SourceError(
            f"a pickled derivative refers to {name.qualname} of the module {name.module}, which cannot be found: {error}"
        ) from None
    if name.text is not None and _text(found) != name.text:
        what = f"{name.qualname} of the module {name.module}"
        raise SourceError(f"{what} has changed since its derivative was pickled; pickle it again")
    return found


def _method(function: Any, instance: Any) -> Any:
    return types.MethodType(function, instance)


def _partial(function: Any, args: tuple[Any, ...], keywords: dict[str, Any]) -> Any:
    return functools.partial(function, *args, **keywords)


def _made_of(kind: type, *items: Any) -> Any:
    return kind(items)


def _dict(_kind: type, *items: Any) -> dict[Any, Any]:
    return dict(zip(items[::2], items[1::2], strict=True))
