"""What Python's own look-up would find, without running anything of the user's: classes, descriptors, functions behind others."""

from __future__ import annotations

import functools
import types
from typing import Any

_mro = type.__dict__["__mro__"].__get__
_namespace = type.__dict__["__dict__"].__get__
MISSING = object()


def member(cls: type, name: str, after: type | None = None) -> Any:
    """What a class or its bases define under a name (behind ``after`` in the order of look-up), or MISSING."""
    bases = _mro(cls)
    for base in bases[bases.index(after) + 1 :] if after is not None else bases:
        if name in _namespace(base):
            return _namespace(base)[name]
    return MISSING


def own_attributes(value: Any) -> dict[str, Any]:
    """The attributes that an object has itself; nothing if it has slots only."""
    found = member(type(value), "__dict__")
    if isinstance(found, types.GetSetDescriptorType | types.MemberDescriptorType):
        own = found.__get__(value)
        return own if type(own) is dict else {}
    return {}


def has_mark(value: Any, name: str) -> bool:
    """True for an object of symdiff that carries this mark: in its class, or, of a function, in itself."""
    if type(value) is types.FunctionType:
        return name in vars(value)
    return isinstance(member(type(value), name), types.FunctionType)


def is_function(value: Any) -> bool:
    """True for what binds and is called as a function: a function, a compiled or cached one, a derivative."""
    return type(value) is types.FunctionType or unwrap(value) is not value or has_mark(value, "__symdiff_reading__")


def is_vectorized(value: Any) -> bool:
    """True for ``np.vectorize`` and Numba's ``vectorize``, which apply a function element by element."""
    kind = type(value)
    return (kind.__module__, kind.__name__) in (("numpy", "vectorize"), ("numba.np.ufunc.dufunc", "DUFunc"))


def unwrap(function: Any) -> Any:
    """The Python function behind what compiles, caches or vectorises it: another spelling of the same function."""
    while True:
        kind = type(function)
        if kind is functools._lru_cache_wrapper or kind is staticmethod:
            function = function.__wrapped__
        elif is_vectorized(function):
            function = function.pyfunc if kind.__name__ == "vectorize" else function._dispatcher.py_func
        elif kind.__module__.startswith("numba.") and "py_func" in own_attributes(function):
            function = function.py_func
        else:
            return function


def method(value: Any, name: str) -> types.FunctionType | None:
    """The Python function that the class of an object defines under a name (``__call__``), or None."""
    found = member(type(value), name)
    return found if isinstance(found, types.FunctionType) else None


def is_python(cls: type, *names: str) -> bool:
    """True if a class defines one of these methods in Python: using it would run code of the user's."""
    return any(isinstance(member(cls, name), types.FunctionType) for name in names)


def has_plain_hash(value: Any) -> bool:
    """True if the object may be looked up in a dict: its hash is no code of the user's."""
    return isinstance(member(type(value), "__hash__"), types.WrapperDescriptorType)


def name_of(value: Any) -> str:
    """What an object is called in messages."""
    if isinstance(value, type | types.FunctionType | types.BuiltinFunctionType):
        return str(value.__qualname__)
    if type(value).__module__ == "numpy":
        return str(getattr(value, "__name__", type(value).__name__))
    inner = unwrap(value)
    return f"an object of {type(value).__name__}" if inner is value else name_of(inner)


def home(value: Any) -> str:
    """The module that a function or class belongs to, or that defines the class of an object; "" if unknown."""
    value = unwrap(value)
    if isinstance(value, type | types.FunctionType | types.BuiltinFunctionType):
        return value.__module__ if isinstance(value.__module__, str) else ""
    if type(value).__module__ == "numpy":
        return str(getattr(value, "__module__", None) or "")
    return str(type(value).__module__)


def is_part(module: types.ModuleType) -> bool:
    """True for the modules inside packages that source text may use: by the names that they publish, and no others."""
    return module.__name__ in {"scipy.special", "numpy.linalg"}
