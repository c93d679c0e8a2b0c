"""What a generated function may hold beside the statements of a graph of scalars: loops, arrays and their elements."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from symdiff.codegen.products import Product
from symdiff.graph.graph import Atom, Const, Origin
from symdiff.primitives.row import Kind, Primitive


@dataclass(frozen=True)
class Load:
    """``name = array[index]``, inlined where it is read once, else called ``hint``; ``cast`` turns an integer into a float."""

    name: str
    array: str
    index: str
    hint: str
    origin: Origin | None = None
    cast: bool = False


@dataclass(frozen=True)
class Allocate:
    """``name = np.empty(lengths)``; ``fill`` is what it holds at first, or the name of an array that it is a copy of.

    ``transposed``: of a matrix, a copy whose rows are its columns.
    """

    name: str
    lengths: tuple[str, ...]
    fill: Atom | None = None
    kind: Kind = "float"
    origin: Origin | None = None
    transposed: bool = False

    @property
    def is_copy(self) -> bool:
        """Whether it is a copy of another array."""
        return isinstance(self.fill, str)


@dataclass(frozen=True)
class Dot:
    """``name = np.dot(left, right)``, or ``np.dot(left, right, name)`` into an array that is there."""

    name: str
    product: Product
    is_there: bool = False
    origin: Origin | None = None


@dataclass(frozen=True)
class Put:
    """``name = atom`` or ``name[index] = atom``; with an operation, ``name += atom`` and its kin.

    ``index`` None is a scalar that a loop accumulates. ``any_order``: the compiler may add in any order.
    """

    name: str
    index: str | None
    atom: Atom
    op: Primitive | None = None
    origin: Origin | None = None
    any_order: bool = False


@dataclass(frozen=True)
class Loop:
    """``for index in range(bounds):`` around a body; ``number`` = the variable that counts, of which the index is made."""

    index: str
    bounds: str
    body: tuple[Any, ...]
    number: str = ""
    made: str = ""


def is_zero(atom: Atom | None) -> bool:
    """Whether an atom is the literal 0, with a plus sign."""
    return isinstance(atom, Const) and repr(atom.value) in {"0", "0.0", "False"}
