"""``getattr`` and ``hasattr`` of known objects with known names."""

from __future__ import annotations

import ast

from symdiff.frontend import objects
from symdiff.frontend.gaps import GapError
from symdiff.frontend.lookup import MISSING, is_python, member, own_attributes
from symdiff.frontend.lower import Reader
from symdiff.frontend.values import Known, Value, describe


def get_attribute(reader: Reader, args: list[Value], keywords: dict[str, Value], node: ast.AST) -> Value:
    """``getattr(self, "k")``, and with a default."""
    if keywords or len(args) not in (2, 3):
        raise GapError(node, f"getattr takes 2 or 3 arguments, {len(args)} given", 'write getattr(owner, "name")')
    owner, name = _known(reader, args, node)
    if len(args) == 3 and not _has(reader, owner, name, node):
        return args[2]
    return objects.named(reader, owner, name, node)


def has_attribute(reader: Reader, args: list[Value], keywords: dict[str, Value], node: ast.AST) -> Value:
    """``hasattr(self, "k")``."""
    owner, name = _known(reader, args, node)
    return Known(_has(reader, owner, name, node))


def _known(reader: Reader, args: list[Value], node: ast.AST) -> tuple[Known, str]:
    needed = reader.assumed_name(args[0])
    if needed is not None and needed not in reader.real:
        raise objects.needed(reader, needed, "an attribute")
    if not isinstance(args[0], Known):
        raise GapError(node, f"an attribute of {describe(args[0])} by its name", "write owner.name", "not yet")
    name = args[1].value if isinstance(args[1], Known) else None
    if not isinstance(name, str):
        raise GapError(node, f"an attribute whose name is {describe(args[1])}", "use a fixed name")
    return args[0], name


def _has(reader: Reader, owner: Known, name: str, node: ast.AST) -> bool:
    """Whether an object has an attribute; a call rebuilds when it gets or loses it."""
    cls = type(owner.value)
    if issubclass(cls, type) or is_python(cls, "__getattr__", "__getattribute__"):
        raise GapError(node, f"whether {describe(owner)} has {name}", "read the attribute")
    own = own_attributes(owner.value)
    if owner.place is not None and member(cls, "__dict__") is not MISSING:
        reader.guard(owner.place.then("attribute", "__dict__").then("has", name), name in own)
    return name in own or member(cls, name) is not MISSING
