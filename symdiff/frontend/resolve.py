"""Free names to values: constants, functions and modules are known; numbers become captured parameters, read at call time."""

from __future__ import annotations

import builtins
import math
import types
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from symdiff.errors import NameUnboundError
from symdiff.frontend.source import FunctionSource
from symdiff.graph.graph import Const

# Named constants, by the names that math and numpy give them.
CONSTANTS = {
    "pi": Const(math.pi, "pi"),
    "e": Const(math.e, "e"),
    "tau": Const(math.tau, "tau"),
    "inf": Const(math.inf, "inf"),
    "nan": Const(math.nan, "nan"),
}

MAX_CAPTURED = 200  # scalars of one captured container


@dataclass(frozen=True)
class Capture:
    """A place outside the function whose present value is read at every call.

    ``key`` identifies the place (so that two readings of one global are one parameter); ``name`` is what the user calls it.
    """

    name: str
    key: tuple[Any, ...]
    get: Callable[[], Any]


@dataclass(frozen=True)
class Guard:
    """A known value from outside that shaped the graph; a call rebuilds if it is no longer what it was."""

    capture: Capture
    value: Any

    def holds(self) -> bool:
        """True while the outside value is still the one that the graph was built for."""
        try:
            present = self.capture.get()
        except (NameUnboundError, IndexError, TypeError, AttributeError):
            return False
        if present is self.value:
            return True
        return type(present) is type(self.value) and isinstance(present, _COMPARED) and present == self.value


_COMPARED = (int, float, str, bytes, bool, tuple, frozenset)


def look_up(source: FunctionSource, name: str) -> tuple[Any, Capture | None]:
    """The object that a free name of the function means now, and where it is found (None for builtins and text).

    Raises NameUnboundError if the name is bound to nothing (yet).
    """
    function = source.function
    if function is None:
        if name in source.names:
            return source.names[name], None
        raise NameUnboundError(f"name {name!r} is not defined in the source text (available: math, numpy, np and safe builtins)")
    code, cells = function.__code__, function.__closure__ or ()
    if name in code.co_freevars:
        cell = cells[code.co_freevars.index(name)]
        try:
            return cell.cell_contents, Capture(name, ("cell", id(cell)), _getter(name, lambda: cell.cell_contents))
        except ValueError:
            raise NameUnboundError(f"{name!r} in the closure of {function.__qualname__} is not bound yet") from None
    scope = function.__globals__
    if name in scope:
        return scope[name], Capture(name, ("global", id(scope), name), _getter(name, lambda: scope[name]))
    if hasattr(builtins, name):
        return getattr(builtins, name), None
    raise NameUnboundError(f"name {name!r} in {function.__qualname__} ({source.file}) is not defined")


def attribute(owner: types.ModuleType, name: str) -> tuple[Any, Capture]:
    """An attribute of a module and where it is found."""
    get = _getter(f"{owner.__name__}.{name}", lambda: getattr(owner, name))
    return getattr(owner, name), Capture(name, ("attribute", id(owner), name), get)


def _getter(name: str, get: Callable[[], Any]) -> Callable[[], Any]:
    """Read an outside value at every call; what was deleted is reported by its name."""

    def present() -> Any:
        try:
            return get()
        except (KeyError, AttributeError, ValueError):
            raise NameUnboundError(f"{name}, which the function reads, is no longer defined") from None

    return present


def item(container: Any, capture: Capture, path: tuple[Any, ...]) -> Capture:
    """The place of a scalar inside a captured tuple, list or array."""

    def get() -> Any:
        value = capture.get()
        for position in path:
            value = value[position]
        return value

    return Capture("_".join([capture.name, *map(str, path)]), (*capture.key, *path), get)


def constant(name: str, value: Any, owner: Any = None) -> Const | None:
    """The named constant that a float is: ``math.pi``, ``np.inf``, or a global called pi that has the value of pi."""
    if not isinstance(value, float):
        return None
    known = CONSTANTS.get(name.lower() if owner is not None else name)
    if known is not None and (value == known.value or (math.isnan(value) and math.isnan(known.value))):
        return known
    return None


def is_library(module: types.ModuleType) -> bool:
    """True for modules whose numbers are constants of the library, not settings of the user."""
    return module.__name__ in {"math", "numpy"}
