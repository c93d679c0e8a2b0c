"""From a function object, or from text, to its syntax tree. Nothing is executed: functions are parsed."""

from __future__ import annotations

import ast
import builtins
import importlib
import inspect
import linecache
import types
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from symdiff.errors import ArgumentError, SourceError
from symdiff.errors import Place as Spot
from symdiff.frontend.lookup import is_part, unwrap
from symdiff.frontend.places import Place
from symdiff.primitives.own import declared

Node = ast.FunctionDef | ast.Lambda


@dataclass(frozen=True, eq=False)
class FunctionSource:
    """A function as symdiff reads it: its tree, the lines around it, and where its free names are looked up.

    ``function`` is the Python function, or None for text; ``names`` are then the only globals there are.
    """

    name: str
    node: Node
    file: str
    lines: tuple[str, ...]  # of the whole file; line numbers of the tree count from 1 in it
    function: Any = None  # a types.FunctionType, or None
    names: Mapping[str, Any] = field(default_factory=dict)
    doc: str | None = None
    inner: bool = False  # defined inside ``function``, which only tells where free names are looked up
    owner: str = ""  # the class around it: ``self.__k`` means ``self._C__k`` there
    is_method: bool = False  # defined in the body of a class, and no static method
    bound: Mapping[str, Place] = field(default_factory=dict)  # parameters that are given already: self, those of a partial
    optional: frozenset[str] = frozenset()  # parameters that are not passed on when a call does not give them
    declared: inspect.Signature | None = None  # the parameters, where the function itself takes *args and passes them on

    @property
    def text(self) -> str:
        """The function's own lines."""
        return "\n".join(self.lines[self.node.lineno - 1 : self.node.end_lineno])

    def mangled(self, name: str) -> str:
        """An attribute as Python spells it in this function: ``__k`` in a class C is ``_C__k``."""
        private = name.startswith("__") and not name.endswith("__") and self.owner.strip("_")
        return f"_{self.owner.lstrip('_')}{name}" if private else name

    def line(self, number: int) -> str:
        """A line of the file, without the line end."""
        return self.lines[number - 1] if 0 < number <= len(self.lines) else ""

    def place(self, node: ast.AST) -> Spot:
        """Where a node of the tree stands, for an error with a caret."""
        line = getattr(node, "lineno", self.node.lineno)
        text = self.line(line)
        start = _characters(text, getattr(node, "col_offset", 0))
        end_line = getattr(node, "end_lineno", line)
        end = _characters(text, getattr(node, "end_col_offset", start + 1)) if end_line == line else len(text.rstrip())
        return Spot(self.file, line, start, end, text)

    @property
    def signature(self) -> inspect.Signature:
        """The parameters that a call gives, in order, with their kinds."""
        parameters = self.parameters.values()
        return inspect.Signature([parameter for parameter in parameters if parameter.name not in self.bound])

    @property
    def parameters(self) -> Mapping[str, inspect.Parameter]:
        """All parameters, those too that are given already."""
        return (self.declared or self.own_signature).parameters

    @property
    def own_signature(self) -> inspect.Signature:
        """Parameters of the definition in order with their kinds; for text, defaults are literals."""
        if self.inner:
            return inspect.Signature(list(_parameters(self.node.args, lambda _: None)))
        if self.function is not None:
            code = inspect.signature(self.function, follow_wrapped=False)
            return code.replace(return_annotation=inspect.Signature.empty)
        return inspect.Signature(list(_parameters(self.node.args, _literal)))


def _characters(text: str, offset: int) -> int:
    """A column in characters for a column in UTF-8 bytes, which is how Python's trees count."""
    return len(text.encode()[:offset].decode(errors="ignore"))


def _parameters(arguments: ast.arguments, evaluate: Callable[[ast.expr], Any]) -> Iterator[inspect.Parameter]:
    positional = [*arguments.posonlyargs, *arguments.args]
    defaults: list[ast.expr | None] = [None] * (len(positional) - len(arguments.defaults)) + list(arguments.defaults)

    def value(default: ast.expr | None) -> Any:
        return inspect.Parameter.empty if default is None else evaluate(default)

    for position, (arg, default) in enumerate(zip(positional, defaults, strict=True)):
        only = position < len(arguments.posonlyargs)
        kind = inspect.Parameter.POSITIONAL_ONLY if only else inspect.Parameter.POSITIONAL_OR_KEYWORD
        yield inspect.Parameter(arg.arg, kind, default=value(default))
    if arguments.vararg:
        yield inspect.Parameter(arguments.vararg.arg, inspect.Parameter.VAR_POSITIONAL)
    for arg, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
        yield inspect.Parameter(arg.arg, inspect.Parameter.KEYWORD_ONLY, default=value(default))
    if arguments.kwarg:
        yield inspect.Parameter(arguments.kwarg.arg, inspect.Parameter.VAR_KEYWORD)


def _literal(node: ast.expr) -> Any:
    try:
        return ast.literal_eval(node)
    except ValueError:
        raise SourceError(f"a default value in source text must be a literal, not {ast.unparse(node)!r}") from None


# -- from a function object ---------------------------------------------------------------------------------------


def from_function(function: Callable[..., Any], follow_rules: bool = True) -> FunctionSource:
    """Find and parse the source of a Python function, and make sure that it is what is running.

    Raises SourceError if there is no source (REPL without history, ``exec``, a builtin) or if the file has changed since.
    A function with a rule of its own is not looked into: unless ``follow_rules`` is false, it is a call of itself.
    """
    for callee in (function, unwrap(function)):
        if follow_rules and (rule := declared(callee)) is not None:
            source: FunctionSource = rule.source
            return source
    function = unwrap(function)
    if not isinstance(function, types.FunctionType):
        raise SourceError(
            f"{function!r} is no plain Python function (a {type(function).__name__}); symdiff reads functions written with "
            f"def or lambda, for instance lambda x: {getattr(function, '__name__', 'f')}(x)"
        )
    code = function.__code__
    lines = _file_lines(function)
    try:
        tree = _parsed("".join(lines), code.co_filename)
    except SyntaxError:
        raise SourceError(_changed(function)) from None
    except (RecursionError, MemoryError):
        raise SourceError(f"an expression in {code.co_filename} is nested too deeply to be parsed") from None
    node = _find(tree, code)
    if node is None or not _same_code(_compiled("".join(lines), code.co_filename), code, node):
        raise SourceError(_changed(function))
    name = "f" if isinstance(node, ast.Lambda) else function.__name__
    stripped = tuple(line.rstrip("\r\n") for line in lines)
    around = _class_around(tree, node)
    static = isinstance(node, ast.Lambda) or any(
        isinstance(item, ast.Name) and item.id == "staticmethod" for item in node.decorator_list
    )
    return FunctionSource(
        name,
        node,
        code.co_filename,
        stripped,
        function,
        doc=function.__doc__,
        owner=around.name if around else "",
        is_method=around is not None and node in around.body and not static,
    )


def _class_around(tree: ast.Module, node: Node) -> ast.ClassDef | None:
    """The innermost class whose definition holds a function."""
    last = node.end_lineno or node.lineno
    classes = [
        item
        for item in ast.walk(tree)
        if isinstance(item, ast.ClassDef) and item.lineno <= node.lineno and last <= (item.end_lineno or 0)
    ]
    return max(classes, key=lambda item: item.lineno, default=None)


@lru_cache(maxsize=16)
def _parsed(text: str, filename: str) -> ast.Module:
    """The tree of a file: every function that is inlined from it asks for it."""
    return ast.parse(text, filename)


@lru_cache(maxsize=16)
def _compiled(text: str, filename: str) -> types.CodeType:
    return builtins.compile(text, filename, "exec", dont_inherit=True)


def _file_lines(function: types.FunctionType) -> list[str]:
    code = function.__code__
    linecache.checkcache(code.co_filename)
    # "<string>" is what exec and eval call their text; Python 3.13 keeps the text of `python -c` under the same name.
    lines = [] if code.co_filename == "<string>" else linecache.getlines(code.co_filename, function.__globals__)
    if not lines:
        text = "lambda x: ..." if code.co_name == "<lambda>" else f"def {function.__name__}(...): ..."
        raise SourceError(
            f"no source found for {function.__qualname__} ({code.co_filename}): it was made by exec, eval or a prompt that keeps "
            f'no history; give the text: grad(source="{text}")'
        )
    return lines


def _changed(function: types.FunctionType) -> str:
    code = function.__code__
    return (
        f"the source of {function.__qualname__} in {code.co_filename}, line {code.co_firstlineno}, is not the code that is "
        "running (was the file edited after it was imported?); import it again"
    )


def _find(tree: ast.Module, code: types.CodeType) -> Node | None:
    """The def or lambda of a code object: by line and name, a lambda by the columns of its instructions."""
    if code.co_name == "<lambda>":
        return _find_lambda(tree, code)
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and node.name == code.co_name:
            first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
            if first == code.co_firstlineno:
                return node
    return None


def _find_lambda(tree: ast.Module, code: types.CodeType) -> ast.Lambda | None:
    spots = [
        (line, column, end_line, end_column)
        for line, end_line, column, end_column in code.co_positions()
        if line is not None and column is not None and end_line is not None and end_column is not None and end_column > 0
    ]
    found: list[tuple[tuple[int, int], ast.Lambda]] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Lambda) and node.lineno == code.co_firstlineno and _argument_names(node) == _arguments_of(code):
            start = (node.body.lineno, node.body.col_offset)
            end = (node.body.end_lineno or 0, node.body.end_col_offset or 0)
            if all(start <= spot[:2] and spot[2:] <= end for spot in spots):
                found.append((start, node))
    return max(found, key=lambda pair: pair[0])[1] if found and spots else None  # the innermost that holds every instruction


def _arguments_of(code: types.CodeType) -> tuple[str, ...]:
    variadic = bool(code.co_flags & inspect.CO_VARARGS) + bool(code.co_flags & inspect.CO_VARKEYWORDS)
    return code.co_varnames[: code.co_argcount + code.co_kwonlyargcount + variadic]


def _argument_names(node: Node) -> tuple[str, ...]:
    arguments = node.args
    variadic = [arg for arg in (arguments.vararg, arguments.kwarg) if arg is not None]
    return tuple(arg.arg for arg in [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, *variadic])


def _same_code(compiled: types.CodeType, code: types.CodeType, node: Node) -> bool:
    """True if the parsed file compiles to the running bytecode.

    A function with ``assert`` may have been compiled in another way (python -O, pytest's rewriting): there every name and
    number that the text uses must occur in the running code.
    """
    asserts = any(isinstance(inner, ast.Assert) for inner in ast.walk(node))
    for candidate in _codes(compiled):
        if candidate.co_name != code.co_name or candidate.co_firstlineno != code.co_firstlineno:
            continue
        if _fingerprint(candidate) == _fingerprint(code):
            return True
        if asserts and set(candidate.co_varnames[: candidate.co_argcount]) <= set(code.co_varnames):
            return set(_numbers(candidate)) <= set(_numbers(code)) or not __debug__
    return False


def _codes(code: types.CodeType) -> Iterator[types.CodeType]:
    yield code
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from _codes(constant)


def _fingerprint(code: types.CodeType) -> tuple[Any, ...]:
    constants = tuple(
        _fingerprint(constant) if isinstance(constant, types.CodeType) else (type(constant).__name__, repr(constant))
        for constant in code.co_consts
    )
    return (code.co_code, code.co_names, code.co_varnames, code.co_freevars, constants)


def _numbers(code: types.CodeType) -> list[float]:
    return [constant for constant in code.co_consts if isinstance(constant, int | float)]


# -- from text ----------------------------------------------------------------------------------------------------

MAX_TEXT = 1_000_000  # characters; Python's own parser needs a multiple of it in memory


def from_text(text: str) -> FunctionSource:
    """Parse text that holds a function: the last ``def`` at its top level, or a lambda. It is never executed.

    What may stand beside the function: other functions, ``import math``, ``import numpy as np``, ``from math import ...``,
    ``from scipy import special``, ``from scipy.special import ...``, and constants ``name = number``. Free names mean
    Python's safe builtins, ``math``, ``numpy`` and ``np``.
    """
    if not isinstance(text, str):
        raise ArgumentError(f"source must be text, not {type(text).__name__}; for a function object call grad(f)")
    if len(text) > MAX_TEXT:
        raise SourceError(f"source text of {len(text)} characters: more than {MAX_TEXT} are not read")
    text = inspect.cleandoc(text) if text[:1].isspace() else text
    try:
        tree = ast.parse(text, "<source>")
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise SourceError(f"the source text is no Python: {error}") from None
    lines = tuple(text.splitlines())
    names: dict[str, Any] = _safe_names()
    last: FunctionSource | None = None
    for statement in tree.body:
        if isinstance(statement, ast.FunctionDef):
            if statement.decorator_list:
                raise SourceError(f"line {statement.lineno} of the source text: a decorated function; leave the decorator out")
            last = FunctionSource(statement.name, statement, "<source>", lines, None, names, ast.get_docstring(statement))
            names[statement.name] = last
        elif isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Lambda):
            last = FunctionSource("f", statement.value, "<source>", lines, None, names)
        else:
            names.update(top_level(statement, lines, names))
            if isinstance(statement, ast.Assign) and isinstance(statement.value, ast.Lambda):
                last = names[statement.targets[0].id]  # type: ignore[attr-defined]
    if last is None:
        raise SourceError("the source text defines no function; it must hold `def f(x): ...` or `lambda x: ...`")
    return last


def _safe_names() -> dict[str, Any]:
    import math

    import numpy as np

    safe = (
        "abs all any bool dict divmod enumerate float frozenset int len list max min pow print range reversed round set sorted "
        "sum tuple zip map ArithmeticError AssertionError Exception IndexError OverflowError RuntimeError TypeError ValueError "
        "ZeroDivisionError"
    )
    names: dict[str, Any] = {name: getattr(builtins, name) for name in safe.split()}
    return names | {"math": math, "numpy": np, "np": np}


def top_level(statement: ast.stmt, lines: tuple[str, ...], names: Mapping[str, Any]) -> dict[str, Any]:
    """What a top-level statement of a text binds; only harmless ones are understood."""
    imported = _imported(statement)
    if imported is not None:
        return imported
    if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
        return {}
    if isinstance(statement, ast.Assign) and len(statement.targets) == 1 and isinstance(statement.targets[0], ast.Name):
        name, value = statement.targets[0].id, statement.value
        if isinstance(value, ast.Lambda):
            return {name: FunctionSource(name, value, "<source>", lines, None, names)}
        try:
            return {name: ast.literal_eval(value)}
        except ValueError:
            pass
    raise SourceError(
        f"line {statement.lineno} of the source text is not read: {ast.unparse(statement)[:60]!r}; beside functions it may hold "
        "only imports of math, numpy, numpy.linalg and scipy.special, and constants"
    )


def _imported(statement: ast.stmt) -> dict[str, Any] | None:
    """What a harmless import binds; None for anything else."""
    if isinstance(statement, ast.Import):
        modules = [_module(alias.name) for alias in statement.names]
        pairs = zip(statement.names, modules, strict=True)
        found = [_bound(alias.name, alias.asname, module) for alias, module in pairs if module is not None]
        return dict(found) if len(found) == len(modules) else None
    if isinstance(statement, ast.ImportFrom) and not statement.level:
        if statement.module == "__future__":
            return {}
        module = _module(statement.module or "")
        if module is not None and all(_is_public(module, alias.name) for alias in statement.names):
            return {alias.asname or alias.name: getattr(module, alias.name) for alias in statement.names}
    return None


def _bound(name: str, alias: str | None, module: types.ModuleType) -> tuple[str, types.ModuleType]:
    """The name that ``import name as alias`` binds: without alias the outermost package."""
    package = name.partition(".")[0]
    if alias or package == name:
        return alias or package, module
    return package, _package(module) if package == "scipy" else importlib.import_module(package)


def _is_public(module: types.ModuleType, name: str) -> bool:
    """Whether a text may import this name from a module that it may import."""
    if name.startswith("_") or name not in getattr(module, "__all__", dir(module)):
        return False
    value = getattr(module, name)
    return module.__name__ == "scipy" or not isinstance(value, types.ModuleType) or is_part(value)


def _module(name: str) -> types.ModuleType | None:
    """A module that a text may import; nothing else is ever imported for it. Of scipy there is ``special`` alone."""
    if name in ("math", "numpy", "numpy.linalg"):
        return importlib.import_module(name)
    if name not in ("scipy", "scipy.special"):
        return None
    special = importlib.import_module("scipy.special")
    return special if name == "scipy.special" else _package(special)


def _package(special: types.ModuleType) -> types.ModuleType:
    package = types.ModuleType("scipy")
    package.__dict__["special"] = special
    package.__dict__["__all__"] = ["special"]
    return package
