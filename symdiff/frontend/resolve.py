"""Free names to values: constants, functions and modules are known; numbers become captured parameters, read at call time."""

from __future__ import annotations

import builtins
import math
import types
from typing import Any

from symdiff.errors import NameUnboundError
from symdiff.frontend.places import Place
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

LIBRARIES = {"builtins", "math", "numpy", "scipy", "operator"}  # whose functions and classes stay what they are

MAX_CAPTURED = 200  # scalars of one captured container


def look_up(source: FunctionSource, name: str) -> tuple[Any, Place | None]:
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
            return cell.cell_contents, Place(name, cell).then("attribute", "cell_contents")
        except ValueError:
            raise NameUnboundError(f"{name!r} in the closure of {function.__qualname__} is not bound yet") from None
    scope = function.__globals__
    if name in scope:
        return scope[name], Place(name, scope).then("item", name)
    if hasattr(builtins, name):
        return getattr(builtins, name), None
    raise NameUnboundError(f"name {name!r} in {function.__qualname__} ({source.file}) is not defined")


def attribute(owner: types.ModuleType, name: str) -> tuple[Any, Place]:
    """An attribute of a module and where it is found."""
    return getattr(owner, name), Place(owner.__name__.rpartition(".")[2], owner).attribute(name)


def constant(name: str, value: Any, owner: Any = None) -> Const | None:
    """The named constant that a float is: ``math.pi``, ``np.inf``, or a global called pi that has the value of pi."""
    if not isinstance(value, float):
        return None
    known = CONSTANTS.get(name.lower() if owner is not None else name)
    if known is not None and (value == known.value or (math.isnan(value) and math.isnan(known.value))):
        return known
    return None


def is_imported_constant(name: str, value: Any, place: Place) -> bool:
    """True for a global that is the very object of math or numpy, as ``from math import pi`` binds it: it is taken to stay."""
    import numpy as np

    return place.path == (("item", name),) and any(value is getattr(module, name, None) for module in (math, np))


def is_settled(value: Any, place: Place | None) -> bool:
    """True for a function or class of a library under its own name (``sin``, ``float``): it is taken to stay what it is."""
    if place is None or not place.path:
        return place is None or not place.argument
    home = getattr(value, "__module__", None) if isinstance(value, type | types.BuiltinFunctionType) else None
    if type(value).__module__ == "numpy":
        home = "numpy"
    return isinstance(home, str) and home.partition(".")[0] in LIBRARIES and value.__name__ == place.path[-1][1]


def is_library(module: types.ModuleType) -> bool:
    """True for modules whose numbers are constants of the library, not settings of the user."""
    return module.__name__ in {"math", "numpy", "scipy.special", "scipy.constants"}
