"""What the reader knows of each Python value: a number in the graph, a condition, a container of those, or an object."""

from __future__ import annotations

import ast
import types
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

from symdiff.frontend.loop_values import GrowingList, LoopValue
from symdiff.frontend.windows import Cell, Stale, Window
from symdiff.graph.affine import Affine, Axes, Element
from symdiff.graph.graph import Atom, Const
from symdiff.graph.structure import SCALAR, Array, Items, Structure, Tensor
from symdiff.graph.terms import Guard

if TYPE_CHECKING:
    from symdiff.frontend.lower import Frame
    from symdiff.frontend.places import Place
    from symdiff.frontend.source import FunctionSource


@dataclass(frozen=True)
class Number:
    """A real number: an atom of the graph and, where it is the same in every call, its Python value.

    ``affine``: what it is in the sizes of arrays, for an integer that is computed from them. ``whole``: it certainly is an
    integer, one from data.
    """

    atom: Atom
    known: int | float | None = None
    affine: Affine | None = field(default=None, compare=False)
    whole: bool = field(default=False, compare=False)

    @property
    def is_whole(self) -> bool:
        """Whether it certainly is an integer."""
        return self.whole or self.affine is not None or (isinstance(self.known, int) and isinstance(self.atom, Const))

    @property
    def integer(self) -> Affine | None:
        """An integer as an expression in sizes and integers from data; None for what may be none."""
        if isinstance(self.known, int) and isinstance(self.atom, Const):
            return Affine(self.known)
        if self.affine is None and self.whole and isinstance(self.atom, str):
            return Affine.of(Element(self.atom, ()))
        return self.affine


@dataclass(frozen=True)
class View(Number):
    """An array without axes in NumPy, as ``a[..., 0]`` gives it: a change in place is seen under its other names."""

    shows: frozenset[Any] = field(default=frozenset(), compare=False)  # the memory of the array of which it is an element
    since: int = field(default=0, compare=False)  # when it was read


@dataclass(frozen=True)
class Start(Number):
    """What a variable is to which a loop adds, when an iteration begins: 0; or 1, where it multiplies."""


@dataclass(frozen=True)
class Condition:
    """A truth value that depends on the arguments; one that is known in advance is Known(True) or Known(False).

    ``numpy``: it certainly is NumPy's, so that ~ negates it (``~True`` of Python is -2).
    """

    atom: Atom
    numpy: bool = False
    guards: tuple[Guard, ...] = field(default=(), compare=False)  # what it says of indices, if that is all that it says


@dataclass(frozen=True, eq=False)
class Known:
    """A Python object that is the same in every call: a module, function, string, bool, None, range, slice.

    Or an object of the user's whose class is the same, and which is found at ``place`` at every call.
    """

    value: Any
    place: Place | None = None
    numpy: bool = False  # a truth value of NumPy's


@dataclass(frozen=True, eq=False)
class TextValue:
    """A text with values of the call in it, which are shown as ``{expression}``: for messages only."""

    value: str


@dataclass(frozen=True, eq=False)
class TupleValue:
    """A tuple; of a named one, ``record`` is the object that it was made from."""

    items: tuple[Value, ...]
    record: Known | None = None

    @cached_property
    def size(self) -> int:
        """The number of scalars inside."""
        return total_size(self.items)


@dataclass(frozen=True, eq=False)
class ListValue:
    """A list. A change makes a new ListValue with the same ``identity`` and replaces it wherever it is bound."""

    items: tuple[Value, ...]
    identity: object = field(default_factory=object)
    parents: frozenset[object] = frozenset()  # identities of the lists of which a branch made it one

    @cached_property
    def size(self) -> int:
        """The number of scalars inside."""
        return total_size(self.items)


@dataclass(frozen=True, eq=False)
class DictValue:
    """A dict whose keys are known while reading. Changes are as for ListValue."""

    keys: tuple[Any, ...]  # the Python objects, in order
    items: tuple[Value, ...]
    identity: object = field(default_factory=object)
    parents: frozenset[object] = frozenset()

    @cached_property
    def size(self) -> int:
        """The number of scalars inside."""
        return total_size(self.items)

    @cached_property
    def entries(self) -> dict[Any, Value]:
        """Keys to values; a dict of its own, which finds 1 under 1.0 as Python does."""
        return dict(zip(self.keys, self.items, strict=True))


@dataclass(frozen=True, eq=False)
class IteratorValue:
    """What is looped over and has no other use: a generator expression, ``zip``, ``map``, ``d.items()``.

    ``lazy``: Python evaluates its elements only when they are taken, so it is read only where it is used at once.
    ``once``: it can be looped over once. ``watched``: the lists and dicts that it shows, with the changes of each so far.
    """

    items: tuple[Value, ...]
    lazy: bool = False
    once: bool = True
    watched: tuple[tuple[object, int], ...] = ()
    sources: tuple[Any, ...] = ()
    again: Callable[[list[Any]], Any] | None = None  # the elements, of the sources in other states


@dataclass(frozen=True, eq=False)
class ArrayValue:
    """A NumPy array of known shape; items in row-major order. Changes and views are as for TensorValue."""

    shape: tuple[int, ...]
    items: tuple[Number, ...]
    identity: Cell = field(default_factory=Cell)
    parents: frozenset[object] = frozenset()
    since: int = 0
    window: Window | None = None


@dataclass(frozen=True, eq=False)
class TensorValue:
    """An array of the graph, of any size: its lengths are expressions in sizes.

    A write makes a new state of the cell ``identity``, which is shown under every name and in every view (see ``cells``).
    """

    atom: Atom  # a literal stands for an array that is full of it
    axes: Axes
    kind: Literal["float", "int", "bool"] = "float"
    affine: Affine | None = None  # of integers: each as an expression in its own indices
    identity: Cell = field(default_factory=Cell)
    parents: frozenset[object] = frozenset()  # identities of arrays whose memory it may share: a branch made it one of them
    since: int = 0  # when it was
    window: Window | None = None  # of a view


@dataclass(frozen=True, eq=False)
class MaskedValue:
    """Elements of an array that truth values choose, still where they are in it; those outside count for nothing.

    The mask covers the axes from ``first`` on.
    """

    inner: TensorValue
    mask: TensorValue
    first: int = 0

    @property
    def covers(self) -> set[int]:
        """The axes that the mask covers, which are one axis of what is chosen."""
        return set(range(self.first, self.first + len(self.mask.axes)))

    @property
    def behind(self) -> int:
        """The number of axes behind those."""
        return len(self.inner.axes) - self.first - len(self.mask.axes)


@dataclass(frozen=True, eq=False)
class VectorParam:
    """An argument whose length is only assumed so far (no call has shown it): reading past the end lengthens it."""

    name: str
    items: tuple[Number, ...]


@dataclass(frozen=True, eq=False)
class FunctionValue:
    """A function defined inside the function that is read: free names are looked up in the frame that it closes over."""

    source: FunctionSource
    frame: Frame
    defaults: dict[str, Value]


@dataclass(frozen=True, eq=False)
class Bound:
    """A function some of whose arguments are given: a method with its object, a ``functools.partial``."""

    function: Value
    args: tuple[Value, ...] = ()
    keywords: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class SuperValue:
    """``super()``: an object whose attributes are looked up behind a class."""

    after: type
    owner: Known


@dataclass(frozen=True, eq=False)
class Transformed:
    """A transform of symdiff applied to an inner function: ``grad(lambda y: x*y)``, called later."""

    transform: Any
    function: FunctionValue
    args: tuple[Value, ...] = ()  # its first arguments, which are given already: the object of a method


@dataclass(frozen=True, eq=False)
class Method:
    """A method of a container, found and not yet called: ``items.append``."""

    owner: Value
    name: str
    node: ast.expr


@dataclass(frozen=True)
class Conflict:
    """A variable that differs between branches in a way that no number can express, or that one branch leaves unbound."""

    reason: str


@dataclass(frozen=True)
class LeftOver(Conflict):
    """What a loop that was read as a sum leaves in a variable: where it is read, the loop is one of the graph."""

    place: tuple[Any, ...] = ()


@dataclass(frozen=True, eq=False)
class Choice:
    """One of two values that no number can express: a text, a function, None on one path. It is known which, where it is used."""

    condition: Atom
    then: Value
    orelse: Value


@dataclass(frozen=True)
class Maybe:
    """A variable that has a value on some paths only: where ``defined`` holds. Reading it elsewhere is refused."""

    value: Value
    defined: Atom


class Poison:
    """What an expression that is refused evaluates to, so that reading goes on and finds further gaps."""

    def __repr__(self) -> str:
        return "POISON"


POISON = Poison()

Value = (
    Number
    | Condition
    | Known
    | TextValue
    | TupleValue
    | ListValue
    | DictValue
    | IteratorValue
    | ArrayValue
    | TensorValue
    | MaskedValue
    | LoopValue
    | VectorParam
    | FunctionValue
    | Bound
    | SuperValue
    | Transformed
    | Method
    | Conflict
    | Choice
    | Maybe
    | Stale
    | Poison
)
Container = TupleValue | ListValue | DictValue | ArrayValue
Mutable = ListValue | DictValue
Shared = ListValue | DictValue | ArrayValue | TensorValue | GrowingList  # what may change under every name that it has


def total_size(items: tuple[Value, ...]) -> int:
    """The number of scalars inside several values."""
    return sum(item.size if isinstance(item, TupleValue | ListValue | DictValue) else 1 for item in items)


def number(value: float) -> Number:
    """A literal."""
    return Number(Const(value), value)


def whole(value: Number) -> Number:
    """A number that certainly is an integer."""
    return replace(value, whole=True)


NONE = Known(None)


def structure_of(value: Value) -> Structure | None:
    """How a result is packed, or None if it holds something that is no number."""
    if isinstance(value, Number | Condition) or (isinstance(value, Known) and isinstance(value.value, bool)):
        return SCALAR
    if isinstance(value, ArrayValue):
        return Array(value.shape) if value.shape else SCALAR
    if isinstance(value, VectorParam):
        return Array((len(value.items),))
    if isinstance(value, TensorValue):
        return Tensor(value.axes)
    if isinstance(value, TupleValue | ListValue | DictValue):
        inner = [structure_of(item) for item in value.items]
        if all(item is not None for item in inner):
            items = tuple(item for item in inner if item is not None)
            if isinstance(value, DictValue):
                return Items("dict", items, value.keys)
            return Items("tuple" if isinstance(value, TupleValue) else "list", items)
    return None


def leaves(value: Value) -> list[Value]:
    """The scalars inside a value, in row-major order."""
    if isinstance(value, Container | VectorParam):
        return [leaf for item in value.items for leaf in leaves(item)]
    return [value]


def from_leaves(structure: Structure, atoms: list[Atom]) -> Value:
    """The value with this structure whose scalars are the given atoms."""
    if structure.is_scalar:
        return Number(atoms[0], _known(atoms[0]))
    if isinstance(structure, Tensor):
        return TensorValue(atoms[0], structure.axes)
    if isinstance(structure, Array):
        return ArrayValue(structure.dimensions, tuple(Number(atom, _known(atom)) for atom in atoms))
    assert isinstance(structure, Items)  # noqa: S101 - the third of three
    items: list[Value] = []
    start = 0
    for inner in structure.items:
        items.append(from_leaves(inner, atoms[start : start + inner.size]))
        start += inner.size
    if structure.container == "dict":
        return DictValue(structure.keys, tuple(items))
    return TupleValue(tuple(items)) if structure.container == "tuple" else ListValue(tuple(items))


def _known(atom: Atom) -> int | float | None:
    return atom.value if isinstance(atom, Const) else None


def describe(value: Value) -> str:
    """A value in words, for messages."""
    if isinstance(value, Known):
        return _describe_object(value.value)
    if isinstance(value, ArrayValue):
        return f"an array of shape {value.shape}"
    if isinstance(value, TensorValue):
        return f"an array of shape ({', '.join(map(str, value.axes))}{',' * (len(value.axes) == 1)})"
    if isinstance(value, Choice):
        return f"a value that is {describe(value.then)} on one path and {describe(value.orelse)} on another"
    for kind, words in _WORDS.items():
        if isinstance(value, kind):
            return f"{words} of {len(value.items)}" if isinstance(value, TupleValue | ListValue | DictValue) else words
    return _NAMED.get(type(value).__name__, type(value).__name__.lower())


def _describe_object(value: Any) -> str:
    """A known object in words; what the user's class says of itself is not asked for."""
    kind = type(value)
    if value is None:
        return "None"
    if kind.__name__ == "FunctionSource":
        return f"the function {value.name}"
    told: Any = kind.__repr__
    if told is object.__repr__ or isinstance(value, type) or isinstance(told, types.FunctionType):
        return f"an object of {kind.__name__}" if not isinstance(value, type) else f"the class {value.__name__}"
    return f"{repr(value)[:60]}{'...' * (len(repr(value)) > 60)} ({kind.__name__})"


_NAMED = {  # classes of other modules
    "SuperValue": "super()",
    "SeriesValue": "a sequence of any length",
    "GrownList": "a list of any length",
    "GrowingList": "a list that a loop makes longer",
    "PendingValue": "an array that a loop writes to",
    "Trajectory": "what a solver finds at each of its own steps",
}

_WORDS: dict[type, str] = {
    Number: "a number",
    Condition: "a condition",
    TextValue: "a text that depends on the arguments",
    TupleValue: "a tuple",
    ListValue: "a list",
    DictValue: "a dict",
    IteratorValue: "an iterator",
    VectorParam: "a vector",
    MaskedValue: "an array of as many elements as a mask lets through",
    **dict.fromkeys((FunctionValue, Bound, Transformed), "a function"),
}
