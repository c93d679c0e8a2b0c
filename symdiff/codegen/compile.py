"""Running generated source: compiled by Numba (imported here only, and lazily) or as plain Python."""

from __future__ import annotations

import ast
import builtins
import contextlib
import functools
import inspect
import itertools
import linecache
import re
import sys
import threading
import weakref
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np

from symdiff.codegen import cache
from symdiff.errors import InternalError

COMPILED_DIFFERS = 1e-9  # relative difference of two forms of a function that rounding does not explain

_LOCK = threading.RLock()


_KEPT: weakref.WeakKeyDictionary[Any, list[Any]] = weakref.WeakKeyDictionary()  # what a kernel calls lives as long
_KERNELS: weakref.WeakValueDictionary[str, Any] = weakref.WeakValueDictionary()  # by the text that was compiled


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
                return _compile(text, name, dict(functions))
            kernel = _KERNELS.get(text)
            if kernel is None:
                entry = _Entry(text)
                kernel = _KERNELS[text] = _compile(text, name, _namespace({"numba": _Numba(entry, cache.digest(text))}))
                entry.close()
            return kernel
        except (NumbaError, SyntaxError) as error:
            failure = InternalError(f"the generated code of {name} does not compile: {error}")
            failure.add_note(source)
            raise failure from error


def _compile(text: str, name: str, namespace: dict[str, Any]) -> Any:
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
    _KEPT[kernel] = made
    weakref.finalize(kernel, _forget, filename, lines)
    return kernel


def with_defaults(kernel: Any, source: str) -> Any:
    """The last definition of the module of a kernel: the derivative whose captured values may be left out.

    It must be kept alive by the caller. Its defaults are those of ``source``.
    """
    text, wrapper = _split(source)
    if not wrapper:
        return kernel
    with _LOCK:
        namespace = {"__name__": "symdiff.generated", _definitions(text)[-1].name: kernel}
        return _run(f"import math\nimport numba\n{wrapper}\n", "<symdiff defaults>", namespace)


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
    """
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


def fast_dispatcher(kernel: Any, slow: Callable[..., Any], defaults: Mapping[str, float] | None = None) -> Callable[..., Any]:
    """A function that costs what a bare Numba dispatcher costs, and leaves all but the plain case to ``slow``.

    Arguments that match the kernel's signature exactly (Python and NumPy float64, contiguous float64 arrays) run the
    compiled code. Any others (ints, bools, strings, lists, too few) go to ``slow``, whose result is returned: it
    converts or refuses. Keywords are understood in either case; ``slow`` gets them by position. Too many arguments,
    unknown keywords and empty lists or sets are refused by Numba before either runs.
    """
    try:
        front: Callable[..., Any] = _front_class()(kernel, slow, dict(defaults or {}))
    except (ImportError, AttributeError, TypeError):  # the parts of Numba that it rests on are not public
        return plain_dispatcher(kernel, slow)
    return front


def plain_dispatcher(kernel: Any, slow: Callable[..., Any]) -> Callable[..., Any]:
    """What ``fast_dispatcher`` falls back on if a version of Numba lacks what it needs: the same, in Python."""
    arity = len(inspect.signature(kernel.py_func).parameters)

    def call(*args: Any, **kwargs: Any) -> Any:
        if not kwargs and len(args) == arity and all(type(arg) is float for arg in args):
            return kernel(*args)
        return slow(*args, **kwargs)

    return call


def vectorize(kernel: Any, arity: int) -> Any:
    """A NumPy ufunc that applies a kernel of ``arity`` scalars, with a scalar result, to arrays of float64."""
    import numba

    names = ", ".join(f"x{i}" for i in range(arity))
    signature = f"float64({', '.join(['float64'] * arity)})"
    namespace: dict[str, Any] = {"kernel": kernel}
    with _LOCK:
        function = _run(f"def elementwise({names}):\n    return kernel({names})\n", "<symdiff ufunc>", namespace)
        return numba.vectorize([signature])(function)  # type: ignore[no-untyped-call]


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


# -- machine code on disk -----------------------------------------------------------------------------------------


class _Numba:
    """Stands for Numba while a generated module is run: what ``njit`` makes looks for its machine code on disk first."""

    def __init__(self, entry: _Entry, digest: str) -> None:
        self._entry = entry
        self._digest = digest

    def __getattr__(self, name: str) -> Any:
        import numba

        return getattr(numba, name)

    def njit(self, signature: str | Callable[..., Any] | None = None, **options: Any) -> Any:
        import numba

        def decorate(function: Any) -> Any:
            # Symbols of machine code are made from this name: from disk or not, they must differ for different texts.
            function.__qualname__ = f"symdiff_{self._digest}.{function.__name__}"
            dispatcher = numba.njit(**options)(function)
            self._entry.attach(dispatcher, function.__name__)
            if isinstance(signature, str):
                dispatcher.compile(signature)
                dispatcher.disable_compile()
            return dispatcher

        return decorate(signature) if callable(signature) else decorate


class _Entry:
    """The machine code of one generated module: found on disk, or made now and then kept there."""

    def __init__(self, text: str) -> None:
        self.text = text
        folder = cache.folder()
        make_cache = _cache_class()
        self.store = cache.store(folder, _versions()) if folder is not None and make_cache is not None else None
        self.make_cache = make_cache
        self.functions = dict(self.store.read(text)) if self.store is not None else {}
        self.is_new = False
        self.is_kept = True

    def attach(self, dispatcher: Any, name: str) -> None:
        """Let a dispatcher look here before it compiles."""
        if self.store is not None and self.make_cache is not None:
            dispatcher._cache = self.make_cache(self, name)

    def close(self) -> None:
        """Write what is new. Support functions compiled later, for other callers, belong to those."""
        if self.store is not None and self.is_new and self.is_kept:
            self.store.write(self.text, self.functions)
        self.store = None
        self.functions = {}


@functools.cache
def _cache_class() -> Callable[[_Entry, str], Any] | None:
    """What a dispatcher asks before it compiles, and tells after it. None if a version of Numba has other internals.

    Numba's own cache is not used: it trusts what it finds, it needs a source file whose time of change stands for its
    contents, and it loads all of Numba's type rules first, which takes most of the time of a start. The
    machine code needs none of them, only that the symbols exist that it calls.
    """
    try:
        from numba.core.caching import NullCache
        from numba.core.compiler import CompileResult
        from numba.core.serialize import dumps, loads

        rebuild: Any = CompileResult._rebuild
        pack: Any = dumps
    except (ImportError, AttributeError):
        return None

    class ModuleCache(NullCache):
        def __init__(self, entry: _Entry, name: str) -> None:
            self.entry = entry
            self.name = name

        def load_overload(self, _sig: Any, target_context: Any) -> Any:
            symbols, code = self.entry.functions.get(self.name, ((), b""))
            if not code or not _can_link(symbols, target_context):
                return None
            return rebuild(target_context, *loads(code))

        def save_overload(self, sig: Any, result: Any) -> None:
            if not isinstance(sig, str) or self.entry.store is None:
                return  # a support function, which is compiled for each of its callers
            if result.library.has_dynamic_globals or any(not lifted.can_cache for lifted in result.lifted):
                self.entry.is_kept = False  # it holds addresses of this process
                return
            self.entry.functions[self.name] = _symbols(result), pack(result._reduce())
            self.entry.is_new = True

    return ModuleCache


def _symbols(result: Any) -> tuple[str, ...]:
    """What the machine code of a compiled function refers to and does not define."""
    module = result.library._final_module
    names = [item.name for item in (*module.functions, *module.global_variables) if item.is_declaration]
    return tuple(name for name in names if not name.startswith("llvm."))


def _can_link(symbols: Iterable[str], target_context: Any) -> bool:
    """True if all symbols exist; those of Numba's run-time system are made if they are missing.

    Linking without a symbol would end the process.
    """
    from llvmlite.binding import address_of_symbol
    from numba.core.runtime.nrt import rtsys

    for prepare in (lambda: None, lambda: rtsys.initialize(target_context), target_context.refresh):
        prepare()
        if all(map(address_of_symbol, symbols)):
            return True
    return False


@functools.cache
def _versions() -> str:
    """Everything but the text that machine code depends on: versions, processor, settings."""
    from importlib import metadata

    import llvmlite
    import numba
    import numpy as np
    from numba.core.registry import cpu_target

    versions = [sys.version, numba.__version__, llvmlite.__version__, np.__version__, metadata.version("scipy")]
    names = ("OPT", "BOUNDSCHECK", "DEBUGINFO_DEFAULT", "LOOP_VECTORIZE", "SLP_VECTORIZE", "USE_LLVMLITE_MEMORY_MANAGER")
    settings = [str(getattr(numba.config, name, None)) for name in names]
    return repr((versions, cpu_target.target_context.codegen().magic_tuple(), settings))


# -- dispatch -----------------------------------------------------------------------------------------------------


def _typeconv_pointer(dispatcher: Any) -> Any:
    return dispatcher._tm.get_pointer()


class _Missing:
    """An argument that was not given."""


_MISSING = _Missing()


@functools.cache
def _front_class() -> type:
    """The class behind ``fast_dispatcher``: a dispatcher that wants exact matches and never compiles."""
    from numba import _dispatcher
    from numba.core.registry import CPUDispatcher

    class Front(CPUDispatcher):
        """A Numba dispatcher over the compiled code of another one."""

        def __init__(self, kernel: Any, slow: Callable[..., Any], defaults: dict[str, float]) -> None:
            super().__init__(kernel.py_func, targetoptions=dict(kernel.targetoptions))
            self._names = tuple(inspect.signature(kernel.py_func).parameters)
            values = tuple(float(defaults[name]) if name in defaults else _MISSING for name in self._names)
            can_fallback, has_stararg, exact_match_required = False, False, True
            _dispatcher.Dispatcher.__init__(
                self, _typeconv_pointer(self), len(self._names), self._fold_args, self._names, values,
                can_fallback, has_stararg, exact_match_required,
            )  # fmt: skip
            for overload in kernel.overloads.values():
                self.add_overload(overload)
            self._kernel = kernel  # keeps the compiled code alive
            self._slow: Callable[..., Any] = lambda *_args: self
            if self(*[_MISSING] * len(self._names)) is not self:
                raise TypeError("this Numba does not ask for what it cannot match")
            self._slow = slow

        def _make_finalizer(self) -> Callable[[], None]:
            """Called by Numba for what to do when this object dies: nothing, the compiled code is the kernel's."""
            return lambda: None

        def _compile_for_args(self, *_args: Any, **_kwargs: Any) -> Callable[..., Any]:
            """Called by Numba when no signature matches, for a function to call instead."""
            return self._leave

        def _leave(self, *args: Any) -> Any:
            given = tuple(itertools.takewhile(lambda arg: arg is not _MISSING, args))
            if len(given) == len(args):
                return self._slow(*args)
            rest = zip(self._names[len(given) :], args[len(given) :], strict=True)
            return self._slow(*given, **{name: value for name, value in rest if value is not _MISSING})

    return Front
