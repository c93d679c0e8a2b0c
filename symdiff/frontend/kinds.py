"""Questions about kinds, answered while reading: isinstance, type, callable, hasattr, np.ndim."""

from __future__ import annotations

import abc
import ast
import math
import types
from collections.abc import Iterable
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
from symdiff.graph.graph import Atom, Const


def examples(reader: Reader, value: Value, node: ast.AST) -> tuple[Any, ...]:
    """Python objects of the kinds that a value may have when the function runs.

    A number is a float of Python's or NumPy's (an integer that is not differentiated by is an int: it specialises), and
    what is computed may be an int where every way to it leads over integers.
    """
    import numpy as np

    if isinstance(value, Number):
        if isinstance(value.atom, str) and value.atom in reader.integers:
            return (reader.integer(value, node, "a kind"),)
        if isinstance(value.atom, Const):
            return (value.known,) if isinstance(value.known, int) else (0.0, np.float64(0.0))
        return (0.0, np.float64(0.0), *((0,) if _may_be_whole(reader, value.atom) else ()))
    if isinstance(value, Condition):
        return (np.True_,) if value.numpy else (True, np.True_)
    return (_example(value, node),)


def _example(value: Value, node: ast.AST) -> Any:
    import numpy as np

    if isinstance(value, Known):
        return value.value
    if isinstance(value, ArrayValue):
        return np.zeros(value.shape)
    if isinstance(value, VectorParam):
        return np.zeros(len(value.items))
    if isinstance(value, FunctionValue | Bound):
        return examples
    if isinstance(value, TupleValue) and value.record is not None:
        return value.record.value
    for kind, made in ((TupleValue, ()), (ListValue, []), (DictValue, {}), (IteratorValue, iter(()))):
        if isinstance(value, kind):
            return made
    raise GapError(node, f"the kind of {describe(value)}", "leave the test out", "not yet")


_ROUNDING = frozenset({"floor", "ceil", "trunc", "rint", "decimal"})  # math.floor and round give an int, np.floor a float
_CLOSED = frozenset({"add", "sub", "mul", "neg", "pow", "abs", "floordiv", "mod", "max", "min"})  # ints of ints


def _may_be_whole(reader: Reader, atom: Atom) -> bool:
    """Whether a number may be an int: rounded, computed from ints, or chosen by a branch."""
    seen: set[Atom] = set()
    stack: list[Atom] = [atom]
    while stack:
        atom = stack.pop()
        if atom in seen:
            continue
        seen.add(atom)
        let = reader.builder.definitions.get(atom) if isinstance(atom, str) else None
        if let is not None and let.op.name in _CLOSED:
            stack.extend(let.args)
        elif let is not None:
            if let.op.name not in _ROUNDING:
                return False
        elif isinstance(atom, Const):
            if isinstance(atom.value, float):
                return False
        elif atom in reader.inputs and atom not in reader.integers:
            return False
    return True


def agreed(answers: Iterable[Any], node: ast.AST) -> Any:
    """The answer to a question about a kind, if it is the same for every kind that the value may have."""
    first, *others = answers
    if any(other is not first for other in others):
        reason = "the kind of a computed number, which may be float or NumPy's float64, or an int"
        raise GapError(node, reason, "ask for all of them: isinstance(x, (int, float))")
    return first


def is_instance(reader: Reader, value: Value, kinds: type | tuple[Any, ...], node: ast.AST) -> bool:
    """``isinstance(value, kinds)``, by the class alone: an object may lie about it in code of its own."""
    return bool(agreed((issubclass(type(example), kinds) for example in examples(reader, value, node)), node))


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
    return Known(is_instance(reader, args[0], _classes(args[1], node), node))


def _issubclass(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    plain(args, keywords, 2, 2, "issubclass", node)
    (kind,) = _classes(args[0], node) or (None,)
    return Known(issubclass(kind, _classes(args[1], node)))


def _type(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    """``type(x)``, to be compared: ``type(x) is float``."""
    plain(args, keywords, 1, 1, "type", node)
    if isinstance(args[0], Known):
        return Known(type(args[0].value), args[0].place and args[0].place.then("type"))
    number_given = isinstance(args[0], Number) and args[0].atom in reader.arguments and args[0].atom not in reader.integers
    return Known(float if number_given else agreed(map(type, examples(reader, args[0], node)), node))


def _callable(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    plain(args, keywords, 1, 1, "callable", node)
    return Known(agreed(map(callable, examples(reader, args[0], node)), node))


def _hasattr(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    """``hasattr(x, "shape")`` of numbers, containers and modules; of other objects it could run code of the user."""
    plain(args, keywords, 2, 2, "hasattr", node)
    name = args[1].value if isinstance(args[1], Known) else None
    found, *others = examples(reader, args[0], node)
    plain_kind = (
        isinstance(found, int | float | str | tuple | list | dict | types.ModuleType) or type(found).__module__ == "numpy"
    )
    if isinstance(args[0], Known) and not plain_kind:
        return reflection.has_attribute(reader, args, keywords, node)
    if not isinstance(name, str) or not plain_kind or hasattr(type(found), "__getattr__"):
        raise GapError(node, f"hasattr of {describe(args[0])}", "leave the test out", "not yet")
    if isinstance(found, types.ModuleType):
        return Known(name in vars(found))
    return Known(agreed((hasattr(item, name) for item in (found, *others)), node))


def _is_scalar(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    """``np.isscalar(x)``."""
    import numpy as np

    plain(args, keywords, 1, 1, "isscalar", node)
    return Known(agreed(map(np.isscalar, examples(reader, args[0], node)), node))


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
