"""Running generated source: compiled by Numba (imported here only, and lazily) or as plain Python."""

from __future__ import annotations

import ast
import builtins
import contextlib
import inspect
import itertools
import linecache
import threading
import weakref
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from symdiff.errors import InternalError

COMPILED_DIFFERS = 1e-9  # relative difference of two forms of a function that rounding does not explain

_LOCK = threading.RLock()
_NUMBERS = itertools.count(1)


@dataclass
class _Kept:
    """What lives as long as a kernel: the functions that it calls, and how to make the definition with defaults."""

    functions: tuple[Any, ...]
    source: str
    name: str
    wrapper: Any = None  # refers to the kernel, so it is made only for callers that need it


_KEPT: weakref.WeakKeyDictionary[Any, _Kept] = weakref.WeakKeyDictionary()


def compile_source(source: str, name: str, functions: Mapping[str, Callable[..., Any]] | None = None) -> Any:
    """Compile a generated module and return the Numba dispatcher of its derivative, which has one fixed signature.

    Where the last definition only adds defaults, this is the kernel behind it, with the same parameters;
    ``with_defaults`` gives the last definition itself. ``name`` appears in tracebacks, which show the source.
    ``functions`` are what the module calls and does not define (``emit.functions``).
    """
    from numba.core.errors import NumbaError

    with _LOCK:
        filename = f"<symdiff {name} {next(_NUMBERS):x}>"
        linecache.cache[filename] = (len(source), None, source.splitlines(keepends=True), filename)
        # Code that calls back looks names up in the module of its name; without a name, in its own globals.
        namespace: dict[str, Any] = dict(functions) if functions else {"__name__": "symdiff.generated"}
        try:
            _run(source, filename, namespace)
        except (NumbaError, SyntaxError) as error:
            linecache.cache.pop(filename, None)
            failure = InternalError(f"the generated code of {name} does not compile: {error}")
            failure.add_note(source)
            raise failure from error
        # A dispatcher that its own globals refer to is never collected, hence the removal. All is compiled by now.
        definitions = _definitions(source)
        made = {node.name: namespace.pop(node.name) for node in definitions}
        last = definitions[-1].name
        inner = last if made[last].overloads else _called_by(definitions[-1])
        kernel = made.pop(inner)
        _KEPT[kernel] = _Kept(tuple(made.values()), source, inner)
        weakref.finalize(kernel, linecache.cache.pop, filename, None)
        return kernel


def with_defaults(kernel: Any) -> Any:
    """The last definition of the module of a kernel: the derivative whose captured values may be left out."""
    kept = _KEPT[kernel]
    last = _definitions(kept.source)[-1]
    if last.name == kept.name:
        return kernel
    with _LOCK:
        if kept.wrapper is None:
            text = "\n".join(kept.source.splitlines()[last.decorator_list[0].lineno - 1 :])
            text = f"import math\nimport numba\n{text}\n"
            kept.wrapper = _run(text, "<symdiff defaults>", {"__name__": "symdiff.generated", kept.name: kernel})
        return kept.wrapper


def python_function(source: str) -> Callable[..., Any]:
    """Run a generated module under plain CPython, Numba neither needed nor imported; return its last definition."""
    stand_in = _WithoutNumba()

    def load(name: str, *args: Any, **kwargs: Any) -> Any:
        return stand_in if name.split(".")[0] in ("numba", "llvmlite") else builtins.__import__(name, *args, **kwargs)

    namespace: dict[str, Any] = {
        "__name__": "symdiff.generated",
        "__builtins__": {**vars(builtins), "__import__": load},
    }
    function: Callable[..., Any] = _run(source, "<symdiff source>", namespace)
    return function


@cache
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
        lines = [line.strip() for line in str(error).splitlines() if line.strip()]
        return f"Numba does not compile it ({type(error).__name__}{': ' + lines[-1] if lines else ''})"
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


def register(cls: type, get_kernel: Callable[[Any], Any]) -> None:
    """Let instances of a class be called inside the user's own compiled functions: as their kernel, with its defaults.

    The kernel is asked for when the caller is compiled, and must then be kept alive by the instance.
    """
    from numba.core.types import Dispatcher
    from numba.extending import typeof_impl

    def typeof(value: Any, _context: Any) -> Any:
        return Dispatcher(with_defaults(get_kernel(value)))

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


def _called_by(definition: ast.FunctionDef) -> str:
    """The kernel that a definition, ``return kernel(...)``, calls."""
    match definition.body:
        case [ast.Return(value=ast.Call(func=ast.Name(id=name)))]:
            return name
    raise InternalError(f"{definition.name} in the generated code has no signature")


def _typeconv_pointer(dispatcher: Any) -> Any:
    return dispatcher._tm.get_pointer()


class _Missing:
    """An argument that was not given."""


_MISSING = _Missing()


@cache
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
