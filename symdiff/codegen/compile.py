"""Running generated source: compiled by Numba (imported here only, and lazily) or as plain Python."""

from __future__ import annotations

import ast
import builtins
import contextlib
import functools
import linecache
import re
import threading
import warnings
import weakref
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from symdiff.codegen import cache
from symdiff.codegen.machine_code import CachingNumba, Entry
from symdiff.errors import CompileWarning, InternalError

COMPILED_DIFFERS = 1e-9  # relative difference of two forms of a function that rounding does not explain

LONG = 2000  # lines of a module that Numba needs some ten seconds for, or minutes if they are branches

_LOCK = threading.RLock()


# What a kernel calls lives as long as the kernel. With it the digest of its text, or "" if that does not tell all.
_KEPT: weakref.WeakKeyDictionary[Any, tuple[list[Any], str]] = weakref.WeakKeyDictionary()
_KERNELS: weakref.WeakValueDictionary[str, Any] = weakref.WeakValueDictionary()  # by the text that was compiled
_FOUND: weakref.WeakSet[Any] = weakref.WeakSet()  # the kernels whose machine code was found on disk


def compile_source(source: str, name: str, functions: Mapping[str, Callable[..., Any]] | None = None) -> Any:
    """Compile a generated module and return the Numba dispatcher of its derivative, which has one fixed signature.

    Where the last definition only adds defaults, this is the kernel behind it, with the same parameters;
    ``with_defaults`` gives the last definition itself. ``name`` appears in tracebacks, which show the source. Equal texts
    share one kernel in a process, and its machine code on disk (see ``codegen.cache``).
    ``functions`` are what the module calls and does not define (``emit.functions``): then neither is shared.
    """
    from numba.core.errors import NumbaError

    with _LOCK:
        try:
            text, _ = _split(source)
            if functions:
                # Code that calls back looks names up in the module of its name; without a name, in its own globals.
                _announce(text, name)
                return _compile(text, name, dict(functions))
            return _shared(text, name, {})
        except (NumbaError, SyntaxError) as error:
            failure = InternalError(f"the generated code of {name} does not compile: {error}")
            failure.add_note(source)
            raise failure from error


def found_on_disk(kernel: Any) -> bool:
    """Whether the machine code of a kernel came from the cache on disk."""
    return kernel in _FOUND


def _shared(text: str, name: str, names: Mapping[str, Any]) -> Any:
    """The kernel of a module that nothing but its text determines: the one that is there already, or on disk, or a new one."""
    kernel = _KERNELS.get(text)
    if kernel is None:
        entry = Entry(text)
        digest = cache.digest(text)
        if not entry.functions:
            _announce(text, name)
        kernel = _compile(text, name, _namespace({"numba": CachingNumba(entry, digest)}) | dict(names), digest)
        _KERNELS[text] = kernel
        if entry.functions and not entry.is_new:
            _FOUND.add(kernel)
        entry.close()
    return kernel


def _announce(text: str, name: str) -> None:
    """Say what takes so long."""
    lines = text.count("\n")
    if lines > LONG:
        message = f"compiling {name}: {lines} lines of code, which may take minutes; shorter loops make shorter code"
        warnings.warn(message, CompileWarning, stacklevel=2)


def _compile(text: str, name: str, namespace: dict[str, Any], digest: str = "") -> Any:
    filename = f"<symdiff {name} {cache.digest(text)[:12]}>"
    lines = linecache.cache[filename] = (len(text), None, text.splitlines(keepends=True), filename)
    try:
        _run(text, filename, namespace)
    except BaseException:
        _forget(filename, lines)
        raise
    # A dispatcher that its own globals refer to is never collected, hence the removal. All is compiled by now.
    made = [namespace.pop(node.name) for node in _definitions(text)]
    kernel = made.pop()
    _KEPT[kernel] = made, digest
    weakref.finalize(kernel, _forget, filename, lines)
    return kernel


def with_defaults(kernel: Any, source: str, arrays: Mapping[str, Any] | None = None) -> Any:
    """The last definition of the module of a kernel: the derivative whose captured values may be left out.

    It must be kept alive by the caller. Its defaults are those of ``source``; ``arrays`` are captured ones, which it no longer
    takes (nor the captured numbers): Numba makes constants of them.
    """
    text, wrapper = _split(source)
    if arrays:
        return _frozen(kernel, _definitions(source)[-1], arrays)
    if not wrapper:
        return kernel
    with _LOCK:
        namespace = {"__name__": "symdiff.generated", _definitions(text)[-1].name: kernel}
        return _run(f"import math\nimport numba\n{wrapper}\n", "<symdiff defaults>", namespace)


def _frozen(kernel: Any, definition: ast.FunctionDef, arrays: Mapping[str, Any]) -> Any:
    """A kernel without its captured parameters: those in ``arrays``, and all with a default.

    Constants are read-only for Numba, and kernels take writeable arrays: hence the copies.
    """
    names = [arg.arg for arg in definition.args.args]
    defaults = dict(zip(reversed(names), map(ast.unparse, reversed(definition.args.defaults)), strict=False))
    given = ", ".join(name for name in names if name not in arrays and name not in defaults)
    prefix = "frozen_"
    while any(name.startswith(prefix) for name in names):
        prefix += "_"
    values = {name: f"{prefix}{name}.copy()" for name in arrays}
    passed = ", ".join(values.get(name, defaults.get(name, name)) for name in names)
    text = f"@numba.njit(error_model='numpy')\ndef {definition.name}({given}):\n    return {prefix}({passed})"
    with _LOCK:
        namespace = {"__name__": "symdiff.generated", prefix: kernel}
        namespace |= {f"{prefix}{name}": value for name, value in arrays.items()}
        return _run(f"import math\nimport numba\n{text}\n", "<symdiff defaults>", namespace)


def _split(source: str) -> tuple[str, str]:
    """A generated module without its last definition if that only adds defaults, which then is the second result.

    Defaults are present values: what is compiled, and kept on disk, does not depend on them.
    """
    *_, last = _definitions(source)
    match last.decorator_list:
        case [ast.Call(args=[])]:
            lines = source.splitlines(keepends=True)
            first = last.decorator_list[0].lineno - 1
            return "".join(lines[:first]).rstrip() + "\n", "".join(lines[first:])
    return source, ""


def _forget(filename: str, lines: tuple[Any, ...]) -> None:
    """Remove a text from tracebacks, unless another kernel has put it there again."""
    if linecache.cache.get(filename) is lines:
        del linecache.cache[filename]


def python_function(source: str) -> Callable[..., Any]:
    """Run a generated module under plain CPython, Numba neither needed nor imported; return its last definition."""
    stand_in = _WithoutNumba()
    namespace = _namespace({"numba": stand_in, "llvmlite": stand_in})
    function: Callable[..., Any] = _run(source, "<symdiff source>", namespace)
    return function


@functools.cache
def refusal(text: str, name: str, points: tuple[tuple[tuple[float, ...], float], ...]) -> str:
    """Why a function of floats, given as its definition, is not to be compiled; "" if Numba compiles it to the same values.

    ``points`` are operands and the values of the Python function there. Integers that overflow give others when compiled.
    The answer is kept on disk, so that a later process need not compile the function to find out.
    """
    entry = Entry(f"{text}\n# compiled on its own, at {points!r}\n")
    if "refusal" not in entry.functions:
        entry.functions["refusal"] = (), _refusal(text, name, points).encode()
        entry.is_new = True
    reason = entry.functions["refusal"][1].decode()
    entry.close()
    return reason


def _refusal(text: str, name: str, points: Sequence[tuple[tuple[float, ...], float]]) -> str:
    import math

    import numba

    namespace: dict[str, Any] = {"math": math, "np": np, "numba": numba}
    try:
        with _LOCK:
            exec(compile(text, f"<symdiff {name}>", "exec"), namespace)  # noqa: S102 - the user's own function
            compiled = numba.njit(namespace[name])
            values = [float(compiled(*point)) for point, _ in points]
    except Exception as error:  # noqa: BLE001 - Numba raises many kinds; whatever it is, it becomes the reason
        text = re.sub(r" from '[^']*'", "", str(error))  # paths say nothing that is the same everywhere
        lines = [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("Failed in")]
        return f"Numba does not compile it ({type(error).__name__}{': ' + lines[0] if lines else ''})"
    for value, (point, expected) in zip(values, points, strict=True):
        if not abs(value - expected) <= COMPILED_DIFFERS * abs(expected):
            return f"compiled by Numba it gives {value!r} at {point}, not {expected!r}"
    return ""


def elementwise(kernel: Any, spread: Sequence[bool]) -> Any:
    """A compiled loop over the elements of vectors: ``loop(x0, x1, out)`` stores ``kernel(x0[i], x1)`` in ``out[i]``.

    The kernel has scalar operands and a scalar result; ``spread`` tells which operands are vectors of float64.
    """
    _, module = _KEPT[kernel]
    names = [f"x{k}" for k in range(len(spread))]
    types = ["float64[::1]" if is_vector else "float64" for is_vector in spread]
    operands = [f"{name}[i]" if is_vector else name for name, is_vector in zip(names, spread, strict=True)]
    text = f'''"""The function of the module {module} at each element of its operands."""

import numba


@numba.njit("void({", ".join([*types, "float64[::1]"])})", error_model="numpy")
def elements({", ".join([*names, "out"])}):
    for i in range(out.shape[0]):
        out[i] = kernel({", ".join(operands)})
'''
    with _LOCK:
        return _shared(text, "elements", {"kernel": kernel}) if module else _compile(text, "elements", {"kernel": kernel})


def register(cls: type, get_dispatcher: Callable[[Any], Any]) -> None:
    """Let instances of a class be called inside the user's own compiled functions: as a dispatcher.

    It is asked for when the caller is compiled, and must then be kept alive by the instance.
    """
    from numba.core.types import Dispatcher
    from numba.extending import typeof_impl

    def typeof(value: Any, _context: Any) -> Any:
        return Dispatcher(get_dispatcher(value))

    typeof_impl.register(cls)(typeof)


class _WithoutNumba:
    """Stands for all of Numba where nothing is compiled: its decorators leave functions as they are."""

    @staticmethod
    def njit(*args: Any, **_options: Any) -> Any:
        return args[0] if args and callable(args[0]) else lambda function: function

    @staticmethod
    def objmode(**_types: str) -> Any:
        return contextlib.nullcontext()

    def __getattr__(self, name: str) -> Any:
        return self

    def __call__(self, *_args: Any, **_options: Any) -> Any:
        return lambda function: function


def _run(source: str, filename: str, namespace: dict[str, Any]) -> Any:
    exec(compile(source, filename, "exec"), namespace)  # noqa: S102 - source that symdiff generated
    return namespace[_definitions(source)[-1].name]


def _definitions(source: str) -> list[ast.FunctionDef]:
    return [node for node in ast.parse(source).body if isinstance(node, ast.FunctionDef)]


def _namespace(stand_ins: Mapping[str, Any]) -> dict[str, Any]:
    """Globals of a generated module in which importing these packages gives what stands for them."""

    def load(name: str, *args: Any, **kwargs: Any) -> Any:
        stand_in = stand_ins.get(name.split(".")[0])
        return builtins.__import__(name, *args, **kwargs) if stand_in is None else stand_in

    # Numba imports the module of this name when it loads machine code.
    return {"__name__": "symdiff.codegen", "__builtins__": {**vars(builtins), "__import__": load}}
