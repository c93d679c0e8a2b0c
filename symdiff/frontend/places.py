"""Places outside the function: where a value that the function reads is found again at every call.

A place is a root and a path of steps, all data: ``self.p.k`` of a method is the argument ``self``, the attribute ``p``,
the attribute ``k``. It is read in two ways: by ``get``, and as an expression of the wrapper in front of compiled code.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from symdiff.errors import NameUnboundError
from symdiff.graph.structure import Tensor

Step = tuple[str, Any]
Arguments = Mapping[str, Any]
Binder = Callable[[Any], str]  # gives an object a name in the text of a wrapper

_READ: dict[str, Callable[[Any, Any], Any]] = {
    "attribute": getattr,
    "item": operator.getitem,
    "length": lambda value, _: len(value),
    "shape": lambda value, _: value.shape,
    "type": lambda value, _: type(value),
    "keys": lambda value, _: tuple(value),
    "members": lambda value, _: frozenset(value),
    "has": lambda value, key: key in value,
    "form": lambda value, _: array_form(value),
}
_TEXT = {"attribute": "{0}.{1}", "item": "{0}[{1}]", "shape": "{0}.shape", "has": "({1} in {0})"}
LOST = (LookupError, AttributeError, TypeError, ValueError)  # what reading a place raises when it is no longer there


_KINDS = {"f": "floats", "i": "integers", "u": "integers", "b": "truth values"}


def array_form(value: Any) -> tuple[Any, ...] | None:
    """What a version is read for of an array that may have any size: its kind, and which of its axes have length 1.

    None for what is no array of real numbers or truth values.
    """
    if type(value) is not np.ndarray or value.dtype.kind not in _KINDS:
        return None
    return (_KINDS[value.dtype.kind], *[length == 1 for length in value.shape])


_CALLED = {"length": len, "type": type, "keys": tuple, "members": frozenset, "form": array_form}


@dataclass(frozen=True, eq=False)
class Place:
    """Where an outside value is found: ``path`` steps from ``root``, or from the argument called ``argument``.

    ``name`` is what the user calls the value, ``owner`` what it belongs to (a second name, where the first is taken).
    """

    name: str
    root: Any = None
    argument: str = ""
    path: tuple[Step, ...] = ()
    owner: str = ""

    @property
    def key(self) -> tuple[Any, ...]:
        """What identifies the place: two readings of one global are one parameter."""
        return ("place", self.argument or id(self.root), *self.path)

    def then(self, kind: str, key: Any = None, name: str | None = None, owner: str | None = None) -> Place:
        """The place one step further."""
        return replace(
            self,
            path=(*self.path, (kind, key)),
            name=self.name if name is None else name,
            owner=self.owner if owner is None else owner,
        )

    def attribute(self, name: str) -> Place:
        """The place of an attribute: ``k`` of ``self``, otherwise called ``self_k``."""
        shown = re.sub(r"^_[A-Za-z]\w*?__", "", name).lstrip("_") or name
        return self.then("attribute", name, shown, f"{self.name}_{shown}")

    def rooted(self, outer: Mapping[str, Place]) -> Place:
        """The same place seen from a caller, who knows where the arguments come from."""
        if self.argument not in outer:
            return self
        base = outer[self.argument]
        return replace(self, root=base.root, argument=base.argument, path=(*base.path, *self.path))

    def get(self, arguments: Arguments) -> Any:
        """The present value, for a call with these arguments. Raises NameUnboundError if it is no longer there."""
        try:
            value = arguments[self.argument] if self.argument else self.root
            for kind, key in self.path:
                value = _READ[kind](value, key)
        except LOST:
            raise NameUnboundError(f"{self.name}, which the function reads, is no longer defined") from None
        return value

    def text(self, arguments: Mapping[str, str], bind: Binder) -> str:
        """An expression for the present value; ``arguments`` are the names of the arguments there."""
        text = arguments[self.argument] if self.argument else bind(self.root)
        for kind, key in self.path:
            literal = key if kind == "attribute" else repr(key) if isinstance(key, str | int) else bind(key)
            text = f"{bind(_CALLED[kind])}({text})" if kind in _CALLED else _TEXT[kind].format(text, literal)
        return text


@dataclass(frozen=True, eq=False)
class OutsideArray:
    """An array of any size from outside: where it is, the input that holds it, and how it is packed."""

    place: Place
    leaf: str
    structure: Tensor
    count: int  # of its elements, when it was read


@dataclass(frozen=True, eq=False)
class Guard:
    """A known value from outside that shaped the graph; a call rebuilds if it is no longer what it was."""

    place: Place
    value: Any

    @property
    def key(self) -> tuple[Any, ...]:
        """What identifies the guard: one value is expected at one place."""
        return self.place.key

    def holds(self, arguments: Arguments) -> bool:
        """True while the outside value is still the one that the graph was built for."""
        try:
            present = self.place.get(arguments)
        except NameUnboundError:
            return False
        return same(present, self.value)

    def text(self, arguments: Mapping[str, str], bind: Binder) -> str:
        """A condition for the wrapper."""
        present, wanted = self.place.text(arguments, bind), bind(self.value)
        if self.place.path and self.place.path[-1][0] in ("length", "shape"):
            return f"{present} == {wanted}"
        if type(self.value) in (*_COMPARED, tuple, frozenset):
            return f"{bind(same)}({present}, {wanted})"
        return f"{present} is {wanted}"


def same(a: Any, b: Any) -> bool:
    """True if two known values are the same: plain ones by value, others by identity. Nothing of the user's is run."""
    if a is b:
        return True
    if type(a) is not type(b):
        return False
    if type(a) is tuple:
        return len(a) == len(b) and all(map(same, a, b))
    if type(a) is frozenset:
        return all(type(item) in _COMPARED for item in a | b) and bool(a == b)
    return type(a) in _COMPARED and bool(a == b)


_COMPARED = (int, float, str, bytes, bool)
