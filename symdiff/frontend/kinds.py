"""Questions about kinds, answered while reading: isinstance, type, callable, hasattr, np.ndim."""

from __future__ import annotations

import abc
import ast
import math
import types
from typing import Any

from symdiff.frontend import containers, reflection
from symdiff.frontend.gaps import GapError
from symdiff.frontend.library import Args, Form, Keywords, plain
from symdiff.frontend.lower import Reader
from symdiff.frontend.values import (
    ArrayValue,
    Bound,
    Condition,
    DictValue,
    FunctionValue,
    IteratorValue,
    Known,
    ListValue,
    Number,
    TupleValue,
    Value,
    VectorParam,
    describe,
    number,
)
from symdiff.graph.graph import Const


def example(reader: Reader, value: Value, node: ast.AST) -> Any:
    """A Python object of the kind that a value has when the function runs.

    An integer argument is an int: it specialises. A number that is differentiated by, or computed, is a float.
    """
    import numpy as np

    if isinstance(value, Known):
        return value.value
    if isinstance(value, Number):
        if isinstance(value.atom, str) and value.atom in reader.integers:
            return reader.integer(value, node, "a kind")
        return value.known if isinstance(value.known, int) and isinstance(value.atom, Const) else 0.0
    if isinstance(value, Condition):
        return True
    if isinstance(value, ArrayValue):
        return np.zeros(value.shape)
    if isinstance(value, VectorParam):
        return np.zeros(len(value.items))
    if isinstance(value, FunctionValue | Bound):
        return example
    if isinstance(value, TupleValue) and value.record is not None:
        return value.record.value
    for kind, made in ((TupleValue, ()), (ListValue, []), (DictValue, {}), (IteratorValue, iter(()))):
        if isinstance(value, kind):
            return made
    raise GapError(node, f"the kind of {describe(value)}", "leave the test out", "not yet")


def _classes(value: Value, node: ast.AST) -> tuple[Any, ...]:
    """The second argument of isinstance: a class, a tuple of those, or ``int | float``."""
    if isinstance(value, TupleValue):
        return tuple(kind for item in value.items for kind in _classes(item, node))
    found = value.value if isinstance(value, Known) else None
    if isinstance(found, types.UnionType):
        return tuple(found.__args__)
    # Only classes whose test is Python's own, with abstract classes that have no hook, and those of the standard library.
    known = isinstance(found, type) and (
        type(found).__instancecheck__ is type.__instancecheck__
        or (type(found) is abc.ABCMeta and not any("__subclasshook__" in vars(base) for base in found.__mro__[:-1]))
        or found.__module__.split(".")[0] in ("collections", "numbers", "typing")
    )
    if not known:
        raise GapError(node, f"isinstance with {describe(value)}", "name the classes", "not yet")
    return (found,)


def _isinstance(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    """``isinstance(x, float)``: decided while reading."""
    plain(args, keywords, 2, 2, "isinstance", node)
    return Known(isinstance(example(reader, args[0], node), _classes(args[1], node)))


def _issubclass(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    plain(args, keywords, 2, 2, "issubclass", node)
    (kind,) = _classes(args[0], node) or (None,)
    return Known(issubclass(kind, _classes(args[1], node)))


def _type(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    """``type(x)``, to be compared: ``type(x) is float``."""
    plain(args, keywords, 1, 1, "type", node)
    if isinstance(args[0], Known):
        return Known(type(args[0].value), args[0].place and args[0].place.then("type"))
    return Known(type(example(reader, args[0], node)))


def _callable(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    plain(args, keywords, 1, 1, "callable", node)
    return Known(callable(example(reader, args[0], node)))


def _hasattr(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    """``hasattr(x, "shape")`` of numbers, containers and modules; of other objects it could run code of the user."""
    plain(args, keywords, 2, 2, "hasattr", node)
    name = args[1].value if isinstance(args[1], Known) else None
    found = example(reader, args[0], node)
    plain_kind = (
        isinstance(found, int | float | str | tuple | list | dict | types.ModuleType) or type(found).__module__ == "numpy"
    )
    if isinstance(args[0], Known) and not plain_kind:
        return reflection.has_attribute(reader, args, keywords, node)
    if not isinstance(name, str) or not plain_kind or hasattr(type(found), "__getattr__"):
        raise GapError(node, f"hasattr of {describe(args[0])}", "leave the test out", "not yet")
    return Known(name in vars(found) if isinstance(found, types.ModuleType) else hasattr(found, name))


def _is_scalar(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    """``np.isscalar(x)``."""
    import numpy as np

    plain(args, keywords, 1, 1, "isscalar", node)
    return Known(np.isscalar(example(reader, args[0], node)))


def _shape(reader: Reader, value: Value, node: ast.AST) -> tuple[int, ...]:
    return () if isinstance(value, Number | Condition) else containers.to_array(reader, value, node).shape


def _ndim(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    plain(args, keywords, 1, 1, "ndim", node)
    return number(len(_shape(reader, args[0], node)))


def _size(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    plain(args, keywords, 1, 1, "size", node)
    return number(math.prod(_shape(reader, args[0], node)))


def _shape_of(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    plain(args, keywords, 1, 1, "shape", node)
    return TupleValue(tuple(map(number, _shape(reader, args[0], node))))


KINDS: dict[str, Form] = {
    "isinstance": _isinstance,
    "issubclass": _issubclass,
    "type": _type,
    "callable": _callable,
    "hasattr": _hasattr,
    "getattr": reflection.get_attribute,
}
NUMPY_KINDS: dict[str, Form] = {"isscalar": _is_scalar, "ndim": _ndim, "size": _size, "shape": _shape_of}
