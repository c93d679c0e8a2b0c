"""Attributes that a function changes, as in ``self.calls += 1``.

The derivative changes no object. An update that the result does not depend on is skipped; an attribute that is read
again in the same call has the new value; and a function whose result depends on what an earlier call left behind is
refused, because it is no function of its arguments.
"""

from __future__ import annotations

import ast
import types
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from symdiff.frontend import changes
from symdiff.frontend.gaps import GapError, PoisonedError
from symdiff.frontend.lookup import MISSING, is_python, member, own_attributes
from symdiff.frontend.lower import Frame, Reader
from symdiff.frontend.places import Place
from symdiff.frontend.values import ArrayValue, Known, ListValue, Number, SuperValue, TensorValue, TupleValue, Value, describe
from symdiff.graph import notes
from symdiff.graph.build import Body
from symdiff.graph.graph import Origin

_LOCAL = "use a local variable"
CHANGING = frozenset(
    "add append appendleft clear discard extend insert pop popleft remove reverse setdefault sort update".split()  # noqa: SIM905
)


@dataclass(frozen=True)
class Write:
    """What an attribute was set to: a value, known in one block of the graph and those inside; or None, if it is unclear."""

    value: Value | None
    block: Body
    node: ast.AST
    frame: Frame


def store(reader: Reader, target: ast.Attribute, value: Value, frame: Frame) -> None:
    """``owner.name = value``."""
    owner, name = reader.operand(target.value, frame), frame.source.mangled(target.attr)
    place = _place(owner, target)
    _check_setting(owner, name, target)
    # A list that is kept under two names may change under the other one.
    if not isinstance(value, ArrayValue | TensorValue) and changes.mutables(value):
        _note(reader, place, name, None, target, frame)
        return
    _note(reader, place, name, value, target, frame)


def mark(reader: Reader, container: ast.expr, frame: Frame, node: ast.AST) -> bool:
    """Note a change inside of an attribute: ``self.log[key] = value``; False if it is no attribute of an object."""
    while isinstance(container, ast.Subscript):
        container = container.value
    if not isinstance(container, ast.Attribute):
        return False
    owner = reader.operand(container.value, frame)
    if not isinstance(owner, Known) or owner.place is None or issubclass(type(owner.value), types.ModuleType):
        return False
    _note(reader, owner.place, frame.source.mangled(container.attr), None, node, frame)
    return True


def is_change(reader: Reader, node: ast.Call, frame: Frame) -> bool:
    """True for ``self.log.append(x)`` as a statement, which is noted."""
    return isinstance(node.func, ast.Attribute) and node.func.attr in CHANGING and mark(reader, node.func.value, frame, node)


def changes_inside(reader: Reader, target: ast.Attribute | ast.Subscript, frame: Frame) -> bool:
    """True for ``self.log += [x]`` and ``self.counts[key] += 1``, which change a container of an object, and are noted."""
    if isinstance(target, ast.Subscript):
        return mark(reader, target.value, frame, target)
    owner, name = reader.operand(target.value, frame), frame.source.mangled(target.attr)
    if not isinstance(owner, Known) or owner.place is None:
        return False
    write = reader.writes.get((owner.place.key, name))
    if write is not None:
        return write.value is None and mark(reader, target, frame, target)
    found = own_attributes(owner.value).get(name, member(type(owner.value), name))
    return issubclass(type(found), list | dict | set | np.ndarray) and mark(reader, target, frame, target)


def _place(owner: Value, node: ast.AST) -> Place:
    if isinstance(owner, Known) and issubclass(type(owner.value), types.ModuleType):
        raise GapError(node, "a write to a global variable of a module", "return the value instead")
    if not isinstance(owner, Known):
        plain = isinstance(owner, Number | ArrayValue | TupleValue | ListValue)
        raises = AttributeError if plain else None  # as in Python
        raise GapError(node, f"an assignment to an attribute of {describe(owner)}", _LOCAL, raises=raises)
    return owner.place or Place("object", owner.value)


def _check_setting(owner: Value, name: str, node: ast.AST) -> None:
    """Refuse what would run code of the user's, or fail."""
    cls = type(owner.value) if isinstance(owner, Known) else object
    found = member(cls, name)
    if is_python(cls, "__setattr__"):
        raise GapError(node, f"{cls.__name__} has a __setattr__ of its own, which is not run", _LOCAL)
    if (
        found is not MISSING
        and not isinstance(found, types.MemberDescriptorType)
        and member(type(found), "__set__") is not MISSING
    ):
        raise GapError(node, f"{cls.__name__}.{name} is set by a {type(found).__name__}, which is not run", _LOCAL)


def _note(reader: Reader, place: Place, name: str, value: Value | None, node: ast.AST, frame: Frame) -> None:
    if reader.pure:
        raise GapError(
            node, f"a property with a side effect: it changes {name}", "make it a method, or compute it at construction"
        )
    reader.writes[place.key, name] = Write(value, reader.builder.current, node, frame)
    reader.written.append((name, node, frame))
    line = getattr(node, "lineno", 0)
    text = frame.source.line(line)
    notes.add("skipped", f"{name} is not changed", Origin(line - frame.source.node.lineno + 1, text))


def present(reader: Reader, owner: Value, name: str, node: ast.AST) -> Value | None:
    """What an attribute was set to by this call, or None if it was not. Raises GapError if that is unclear."""
    others = [key for key in reader.writes if key[1] == name]
    if not others or not isinstance(owner, Known | SuperValue):
        return None
    place = owner.place if isinstance(owner, Known) else None
    write = reader.writes.get((place.key, name)) if place is not None else None
    if write is None:
        raise GapError(node, f"{name}, which may be the attribute that was changed before", _LOCAL)
    if write.value is None or not reader.builder.is_open(write.block):
        raise GapError(node, f"{name} after it was changed in a way that is not followed", _LOCAL)
    value: Value = write.value
    return value


def check_written(reader: Reader, read: Iterable[Place]) -> None:
    """Refuse a function that reads, for its result, an attribute that it changes: the next call gives something else."""
    _refuse(reader, read, "is read for the result and changed: every call gives something else")


def check_unwritten(reader: Reader, read: Iterable[Place]) -> None:
    """Refuse to call a derivative that reads an attribute which was changed before: it would read the old value."""
    if _refuse(reader, read, "is changed, and then read by a derivative that is called"):
        raise PoisonedError


def _refuse(reader: Reader, read: Iterable[Place], what: str) -> bool:
    steps = {step for place in read for step in place.path}
    found = [write for write in reader.written if ("attribute", write[0]) in steps]
    for name, node, frame in found:
        reader.record(frame, GapError(node, f"{name} {what}", "pass it as an argument and return the new value"))
    return bool(found)
