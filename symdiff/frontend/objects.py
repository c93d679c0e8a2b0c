"""Attributes of the user's objects, found as Python finds them; nothing of theirs is run.

A number is a parameter read at call time, a method is inlined, a property is inlined as its function. What would run
the user's code (``__getattr__``, ``__getattribute__``, a descriptor of their own) is refused.
"""

from __future__ import annotations

import ast
import enum
import functools
import types
from typing import Any

from symdiff.frontend import calls, members, resolve, writes
from symdiff.frontend.gaps import GapError, PoisonedError
from symdiff.frontend.lookup import MISSING, is_function, is_part, member, own_attributes
from symdiff.frontend.lower import Frame, Reader
from symdiff.frontend.outside import wrap
from symdiff.frontend.places import Place
from symdiff.frontend.values import Bound, Known, SuperValue, TupleValue, Value, describe

_ADVICE = "pass the value as an argument of the function"
Owner = Known | TupleValue  # an object, a class, or a named tuple


def read(reader: Reader, owner: Value, node: ast.Attribute, frame: Frame) -> Value:
    """``owner.name``: of a module, an object, a class, a container."""
    return named(reader, owner, frame.source.mangled(node.attr), node)


def named(reader: Reader, owner: Value, name: str, node: ast.AST) -> Value:
    """The attribute of a value."""
    if isinstance(owner, Known) and issubclass(type(owner.value), types.ModuleType):
        return _of_module(reader, owner.value, name, node)
    written = writes.present(reader, owner, name, node)
    if written is not None:
        return written
    if isinstance(owner, Known | SuperValue):
        return attribute(reader, owner, name, node)
    if isinstance(owner, TupleValue) and owner.record is not None:
        return field(reader, owner, name, node)
    found = members.attribute(reader, owner, name, node)
    if found is not None:
        return found
    assumed = reader.assumed_name(owner)
    if assumed is not None and assumed not in reader.real:
        raise needed(reader, assumed, name)
    raise GapError(node, f"the attribute .{name} of {describe(owner)}", "pass the value as an argument", "not yet")


def needed(reader: Reader, argument: str, what: str) -> PoisonedError:
    """Note that only a call can tell what an argument is."""
    reader.needs.append(f"{argument}, of which {what} is read, is not known before a call: call it, or use .at(...)")
    return PoisonedError()


def _of_module(reader: Reader, module: types.ModuleType, name: str, node: ast.AST) -> Value:
    """``math.sin``, ``module.constant``."""
    text = reader.frames[-1].source.function is None
    if text and (name.startswith("_") or (is_part(module) and name not in module.__all__)):
        raise GapError(node, f"{module.__name__}.{name} is private", "use a public name")
    library = module.__name__.partition(".")[0] in resolve.LIBRARIES
    if not (hasattr(module, name) if library else name in vars(module)):
        raise GapError(node, f"module {module.__name__} has no {name}", "check the spelling")
    value, place = resolve.attribute(module, name)
    owner = module if resolve.is_library(module) else None
    if owner is not None and isinstance(value, float):
        return wrap(reader, value, name, None, node, owner=module)
    if text and isinstance(value, types.ModuleType) and not is_part(value):
        reason = f"the module {module.__name__}.{name} is not available in source text"
        raise GapError(node, reason, "use math, numpy, numpy.linalg or scipy.special")
    return wrap(reader, value, name, place, node, owner=owner)


def attribute(reader: Reader, owner: Known | SuperValue, name: str, node: ast.AST) -> Value:
    """``owner.name`` of an object, a class or ``super()``."""
    if isinstance(owner, SuperValue):
        return _of_base(reader, owner, name, node)
    cls = type(owner.value)
    if issubclass(cls, type):
        return _of_class(reader, owner, name, node)
    if name == "__class__":
        return Known(cls, owner.place and owner.place.then("type"))
    if not _is_looked_up_by_python(cls):
        raise GapError(node, f"{cls.__name__} has a __getattribute__ of its own, which is not run", _ADVICE)
    if isinstance(owner.value, enum.Enum) and name in ("value", "name"):
        return wrap(reader, owner.value._value_ if name == "value" else owner.value._name_, name, None, node)
    found = member(cls, name)
    place = owner.place and owner.place.attribute(name)
    if _is_data(found):
        return _from_class(reader, owner, found, name, node, place)
    own = own_attributes(owner.value)
    if name in own:
        return wrap(reader, own[name], name, place, node)
    return _from_class(reader, owner, found, name, node, place)


def _is_looked_up_by_python(cls: type) -> bool:
    """True if the attributes of objects are found by Python's own code."""
    found = member(cls, "__getattribute__")
    return type(found) is types.WrapperDescriptorType and found.__objclass__.__module__ in ("builtins", "types")


def _of_base(reader: Reader, owner: SuperValue, name: str, node: ast.AST) -> Value:
    """``super().name``: what a base class defines, found in that class at every call."""
    cls = _class_of(owner.owner)
    found = member(cls, name, owner.after)
    if found is MISSING:
        return _missing(reader, cls, name, node)
    bases = cls.__mro__[cls.__mro__.index(owner.after) + 1 :]
    base = next(base for base in bases if name in vars(base))
    place = Place(base.__name__, base).attribute(name)
    if isinstance(found, types.FunctionType):
        return Bound(_guarded(reader, found, place), (owner.owner,))
    if isinstance(found, property):
        return _property(reader, owner.owner, found, name, node, place)
    if isinstance(found, staticmethod | classmethod):
        return _from_class(reader, owner.owner, found, name, node, place)
    if member(type(found), "__get__") is not MISSING:
        raise GapError(node, f"super().{name}", _ADVICE, "not yet")
    return wrap(reader, found, name, place, node)


def _class_of(owner: Owner) -> type:
    value = owner.record if isinstance(owner, TupleValue) else owner
    assert value is not None  # noqa: S101 - only named tuples get here
    return value.value if isinstance(value.value, type) else type(value.value)


def _place_of(owner: Owner) -> Place | None:
    value = owner.record if isinstance(owner, TupleValue) else owner
    return value.place if value is not None else None


def _is_data(found: Any) -> bool:
    """True for what Python prefers to an attribute of the object itself: a descriptor that also sets."""
    return found is not MISSING and member(type(found), "__set__") is not MISSING


def field(reader: Reader, owner: TupleValue, name: str, node: ast.AST) -> Value:
    """``point.x`` of a named tuple, and what its class defines."""
    cls = _class_of(owner)
    if name in cls._fields:  # type: ignore[attr-defined]
        return owner.items[cls._fields.index(name)]  # type: ignore[attr-defined]
    place = _place_of(owner)
    return _from_class(reader, owner, member(cls, name), name, node, place and place.attribute(name))


def _from_class(reader: Reader, owner: Owner, found: Any, name: str, node: ast.AST, place: Place | None) -> Value:
    """What an object gets from its class."""
    cls = _class_of(owner)
    if found is MISSING:
        return _missing(reader, cls, name, node)
    if isinstance(found, property | functools.cached_property):
        return _property(reader, owner, found, name, node, _class_place(owner, name))
    if isinstance(found, types.MemberDescriptorType) and isinstance(owner, Known):
        return _slot(reader, owner, found, name, node, place)
    if isinstance(found, staticmethod):
        return _guarded(reader, found.__func__, place)
    if isinstance(found, classmethod):
        inner = place and place.then("attribute", "__func__")
        where = _place_of(owner)
        is_class = isinstance(owner, Known) and isinstance(owner.value, type)
        kind = owner if is_class else Known(cls, where and where.then("type"))
        return Bound(_guarded(reader, found.__func__, inner), (kind,))
    if isinstance(found, types.FunctionType):
        return Bound(_guarded(reader, found, place and place.then("attribute", "__func__")), (owner,))
    if is_function(found):  # compiled, cached, or a derivative: they bind as functions do
        _guarded(reader, found, place and _class_place(owner, name))
        return Bound(Known(found), (owner,))
    if member(type(found), "__get__") is not MISSING:
        raise GapError(node, f"{cls.__name__}.{name} is a {type(found).__name__}, a descriptor that is not known", _ADVICE)
    return wrap(reader, found, name, place, node)


def _class_place(owner: Owner, name: str) -> Place | None:
    place = _place_of(owner)
    return place and place.then("type").then("attribute", name, name)


def _guarded(reader: Reader, function: Any, place: Place | None) -> Known:
    """A function of a class: it is noticed when it is replaced, in the class or in the object."""
    if place is not None:
        reader.guard(place, function)
    return Known(function)


def _missing(reader: Reader, cls: type, name: str, node: ast.AST) -> Value:
    if member(cls, "__getattr__") is not MISSING:
        raise GapError(node, f"{cls.__name__} makes the attribute {name} in __getattr__, which is not run", _ADVICE)
    place = reader.frames[-1].source.place(node)
    reader.missing.append(f"{cls.__name__!r} object has no attribute {name!r} ({place.file}, line {place.line})")
    raise PoisonedError


def _slot(reader: Reader, owner: Known, found: Any, name: str, node: ast.AST, place: Place | None) -> Value:
    """An attribute of a class with __slots__."""
    try:
        value = found.__get__(owner.value)
    except AttributeError:
        return _missing(reader, type(owner.value), name, node)
    return wrap(reader, value, name, place, node)


def _property(reader: Reader, owner: Owner, found: Any, name: str, node: ast.AST, home: Place | None) -> Value:
    """A property is read as its function; so is a cached one, as long as the object has not stored its value."""
    _guarded(reader, found, home)
    cached = isinstance(found, functools.cached_property)
    place = _place_of(owner)
    if cached and place is not None:
        reader.guard(place.then("attribute", "__dict__").then("has", name), False)
    function = found.func if cached else found.fget
    if function is None:
        return _missing(reader, _class_of(owner), name, node)
    reader.pure += 1
    try:
        value = calls.call(reader, Known(function), [owner], {}, node, name)
    finally:
        reader.pure -= 1
    return value


def _of_class(reader: Reader, owner: Known, name: str, node: ast.AST) -> Value:
    """An attribute of a class itself: a member of an enum, a constant, a function."""
    cls = owner.value
    meta = type(cls)
    if isinstance(cls, enum.EnumMeta):
        if name in cls._member_map_:
            return Known(cls._member_map_[name], owner.place and owner.place.attribute(name))
    elif any(member(meta, hook) is not member(type, hook) for hook in ("__getattribute__", "__getattr__")):
        raise GapError(node, f"{cls.__name__} has a metaclass with its own look-up, which is not run", _ADVICE)
    if name == "__name__":
        return Known(cls.__name__)
    found = member(cls, name)
    if found is MISSING:
        if member(meta, name) is not MISSING:
            raise GapError(node, f"{name} of the class {cls.__name__}", _ADVICE, "not yet")
        return _missing(reader, cls, name, node)
    place = owner.place and owner.place.attribute(name)
    if isinstance(found, types.FunctionType):
        return _guarded(reader, found, place)
    if isinstance(found, staticmethod | classmethod):
        return _from_class(reader, owner, found, name, node, place)
    if is_function(found):
        return _guarded(reader, found, place)
    if member(type(found), "__get__") is not MISSING:
        raise GapError(node, f"{cls.__name__}.{name} without an object", f"use the {name} of an object of the class")
    return wrap(reader, found, name, place, node)


def super_of(reader: Reader, args: list[Value], frame: Frame, node: ast.Call) -> Value:
    """``super()`` and ``super(C, self)``."""
    if not args:
        arguments = frame.source.node.args
        first = next((arg.arg for arg in (*arguments.posonlyargs, *arguments.args)), None)
        if first is None:
            raise GapError(node, "super() in a function without arguments", "call the function of the base class")
        args = [reader.name(frame, "__class__", node), reader.name(frame, first, node)]
    if len(args) != 2 or not isinstance(args[0], Known) or not isinstance(args[0].value, type):
        raise GapError(node, f"super of {describe(args[0])}", "write super() in a method")
    assumed = reader.assumed_name(args[1])
    if assumed is not None and assumed not in reader.real:
        raise needed(reader, assumed, "super()")
    if not isinstance(args[1], Known) or args[0].value not in _class_of(args[1]).__mro__:
        raise GapError(node, f"super of {describe(args[1])}", "write super() in a method")
    return SuperValue(args[0].value, args[1])
