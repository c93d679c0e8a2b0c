"""What a loop hands from one iteration to the next: the kind of a value, its numbers, and the value made of other numbers.

A variable has one kind through all iterations. It may have no value before the loop, or None: then a truth value says
whether it has one, and is handed on with it.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from symdiff.frontend import growing
from symdiff.frontend.gaps import GapError
from symdiff.frontend.loop_values import GrowingList
from symdiff.frontend.values import (
    NONE,
    ArrayValue,
    Choice,
    Condition,
    DictValue,
    Known,
    ListValue,
    Maybe,
    Number,
    TensorValue,
    TupleValue,
    Value,
    describe,
)
from symdiff.frontend.windows import Cell, now
from symdiff.graph.affine import Affine, Axes, Element, identity, sizes_in
from symdiff.graph.build import Body
from symdiff.graph.graph import Atom, Const, defined, walk
from symdiff.primitives import TABLE

if TYPE_CHECKING:
    from symdiff.frontend.lower import Reader

Kind = Literal["float", "int", "bool"]


@dataclass(frozen=True)
class Leaf:
    """A number, an integer, a truth value; or an array of those."""

    kind: Kind
    axes: Axes | None = None  # of an array of any size


@dataclass(frozen=True)
class Group:
    """A container of known structure."""

    container: Literal["tuple", "list", "dict", "array"]
    items: tuple[Form, ...]
    keys: tuple[Any, ...] = ()  # of a dict, or the shape of an array


@dataclass(frozen=True)
class Same:
    """An object that is the same in every iteration."""

    value: Known = field(compare=False)
    key: object = None


@dataclass(frozen=True)
class Opaque:
    """What no number can express."""

    words: str


@dataclass(frozen=True)
class Absent:
    """No value, or (``none``) None."""

    none: bool = False


@dataclass(frozen=True)
class Sometimes:
    """A value that there may be, or not."""

    inner: Form
    none: bool = False


@dataclass(frozen=True)
class Counted:
    """An integer that each iteration changes by the same step: it is known from the number of iterations made."""

    start: Affine
    step: int


@dataclass(frozen=True)
class Growing:
    """A list to which a loop appends elements of this kind: ``step`` in each iteration, or (None) as many as the data tell."""

    item: Form
    step: int | None = None
    guessed: bool = False  # whether nothing but a guess says of which kind they are


Form = Leaf | Group | Same | Opaque | Absent | Sometimes | Counted | Growing
UNBOUND, IS_NONE = Absent(), Absent(none=True)


def form_of(reader: Reader, value: Value | None) -> Form:
    """The kind of a value; None: a variable that has none."""
    if value is None:
        return UNBOUND
    if isinstance(value, Known) and value.value is None:
        return IS_NONE
    if isinstance(value, Condition) or (isinstance(value, Known) and isinstance(value.value, bool)):
        return Leaf("bool")
    if isinstance(value, Number):
        return Leaf("int" if value.is_whole or value.atom in reader.integers else "float")
    if isinstance(value, TensorValue):
        from symdiff.frontend.lengths import sees

        inside = any(size in reader.counts and not sees(reader, size) for size in sizes_in(value.axes))
        return Opaque("an array whose length an iteration tells") if inside else Leaf(value.kind, value.axes)
    if isinstance(value, ArrayValue):
        items = tuple(form_of(reader, item) for item in value.items)
        kind: Kind = "int" if items and all(item == Leaf("int") for item in items) else "float"
        return Group("array", (Leaf(kind),) * len(items), value.shape)
    if isinstance(value, TupleValue | ListValue | DictValue):
        return _group(reader, value)
    if isinstance(value, GrowingList):
        return Growing(form_of(reader, value.newest))
    if isinstance(value, Maybe):
        inner = form_of(reader, value.value)
        return inner if isinstance(inner, Opaque) else Sometimes(inner)
    if isinstance(value, Choice):
        found = join(form_of(reader, value.then), form_of(reader, value.orelse))
        return Opaque(describe(value)) if found is None else found
    if isinstance(value, Known):
        plain = isinstance(value.value, str | bytes)
        return Same(value, (type(value.value), value.value if plain else id(value.value)))
    return Opaque(describe(value))


def _group(reader: Reader, value: TupleValue | ListValue | DictValue) -> Form:
    items = tuple(form_of(reader, item) for item in value.items)
    if isinstance(value, TupleValue) and value.record is not None:
        return Opaque("a named tuple")
    if any(isinstance(item, Opaque | Absent | Sometimes) for item in items):
        return Opaque(f"{describe(value)} that holds other things than numbers")
    container = {TupleValue: "tuple", ListValue: "list", DictValue: "dict"}[type(value)]
    return Group(container, items, value.keys if isinstance(value, DictValue) else ())  # type: ignore[arg-type]


def join(first: Form, second: Form) -> Form | None:
    """The kind of what is of either kind; None if there is no such kind."""
    if first == second:
        return first
    if isinstance(first, Absent):
        first, second = second, first
    if isinstance(second, Absent):
        return _sometimes(first, second.none)
    if isinstance(first, Sometimes) or isinstance(second, Sometimes):
        sides = [side.inner if isinstance(side, Sometimes) else side for side in (first, second)]
        nones = {side.none for side in (first, second) if isinstance(side, Sometimes)}
        inner = join(*sides)
        return None if inner is None or len(nones) > 1 else _sometimes(inner, nones.pop())
    if isinstance(first, Leaf) and isinstance(second, Leaf):
        return Leaf("float", first.axes) if first.axes == second.axes else None
    return _joined_groups(first, second)


def _joined_groups(first: Form, second: Form) -> Form | None:
    if isinstance(first, Leaf) and isinstance(second, Group):
        first, second = second, first
    if isinstance(first, Group) and isinstance(second, Leaf):  # an array of known shape that is written to at any index
        shape = tuple(map(Affine, first.keys))
        whole = first.items[0] == second if first.items else False
        fits = first.container == "array" and second.axes == shape
        return (second if whole else Leaf("float", shape)) if fits else None
    if not isinstance(first, Group) or not isinstance(second, Group):
        return None
    if (first.container, len(first.items), first.keys) != (second.container, len(second.items), second.keys):
        return None
    items = [join(a, b) for a, b in zip(first.items, second.items, strict=True)]
    kept = tuple(item for item in items if item is not None and not isinstance(item, Sometimes))
    return Group(first.container, kept, first.keys) if len(kept) == len(items) else None


def _sometimes(inner: Form, none: bool) -> Form | None:
    if isinstance(inner, Absent):
        return None  # None on one path, unbound on another
    if isinstance(inner, Sometimes):
        return inner if inner.none == none else None
    return Opaque("an object") if isinstance(inner, Same | Opaque) else Sometimes(inner, none)


def words(form: Form) -> str:
    """A kind in words, for messages."""
    if isinstance(form, Leaf):
        if form.axes is not None:
            return f"an array of shape ({', '.join(map(str, form.axes))}{',' * (len(form.axes) == 1)})"
        return {"float": "a number", "int": "an integer", "bool": "a truth value"}[form.kind]
    if isinstance(form, Group):
        if form.container == "array":
            return f"an array of shape {form.keys}"
        return f"a {form.container} of {len(form.items)}"
    if isinstance(form, Same):
        return describe(form.value)
    if isinstance(form, Sometimes):
        return words(form.inner)
    if isinstance(form, Counted | Growing):
        return "an integer" if isinstance(form, Counted) else "a list"
    return form.words if isinstance(form, Opaque) else "None" if form.none else "nothing"


def difference(first: Form, second: Form) -> tuple[str, str]:
    """What differs between two kinds, in words: the items of two tuples, if those do."""
    if isinstance(first, Group) and isinstance(second, Group) and len(first.items) == len(second.items):
        for a, b in zip(first.items, second.items, strict=True):
            if first.container == second.container and join(a, b) is None:
                return difference(a, b)
    return words(first), words(second)


# -- numbers ------------------------------------------------------------------------------------------------------


def lasting(form: Form, body: Body, counter: str) -> Form:
    """The kind of what a loop leaves behind: an array whose length an iteration tells is one of its last iteration only."""
    made = {counter, *(name for statement in walk(tuple(body)) for name in defined(statement))}
    told = made.intersection(sizes_in([length for _, axes in parts(form, "t") for length in axes]))
    return Opaque("an array as long as an iteration tells") if told else form


def parts(form: Form, hint: str) -> Iterator[tuple[str, Axes]]:
    """A hint for the name, and the axes, of each number or array of a kind."""
    if isinstance(form, Leaf | Counted):
        yield hint, form.axes or () if isinstance(form, Leaf) else ()
    elif isinstance(form, Group):
        for position, item in enumerate(form.items):
            yield from parts(item, f"{hint}_{position}")
    elif isinstance(form, Growing):
        yield from parts(form.item, f"last_{hint}")
        if form.step is None:
            yield f"len_{hint}", ()
    elif isinstance(form, Sometimes):
        yield f"{hint}_is_set", ()
        yield from parts(form.inner, hint)


def atoms_of(reader: Reader, value: Value | None, form: Form, node: ast.AST) -> list[Atom]:
    """The numbers and arrays of a value of this kind; 0 where it has no value."""
    from symdiff.frontend.cells import present
    from symdiff.frontend.conditions import scalar
    from symdiff.frontend.lengths import affine_atom
    from symdiff.frontend.tensors import as_numbers, tensor_of

    value = present(reader, value, node) if value is not None else None
    if isinstance(form, Sometimes):
        return _perhaps(reader, value, form, node)
    if isinstance(form, Same | Opaque | Absent):
        return []
    if value is None or (isinstance(value, Known) and value.value is None):
        return [Const(0.0) for _ in parts(form, "")]
    if isinstance(form, Counted):
        return [scalar(reader, value, node).atom]
    if isinstance(form, Growing):
        last = atoms_of(reader, growing.last_of(reader, value, node), form.item, node)
        return last if form.step is not None else [*last, affine_atom(reader, growing.length_of(value))]
    if isinstance(form, Leaf) and form.axes is None:
        found = scalar(reader, value, node)
        exact = isinstance(found.known, int) and isinstance(found.atom, Const) and form.kind == "float"
        return [Const(float(found.known or 0)) if exact else found.atom]
    if isinstance(form, Leaf):
        return [as_numbers(reader, tensor_of(reader, value, node)).atom]
    if not isinstance(value, TupleValue | ListValue | DictValue | ArrayValue):
        raise GapError(node, f"{describe(value)} as a value of a loop", "give it one kind", "not yet")
    return [atom for item, inner in zip(value.items, form.items, strict=True) for atom in atoms_of(reader, item, inner, node)]


def _perhaps(reader: Reader, value: Value | None, form: Sometimes, node: ast.AST) -> list[Atom]:
    """Whether there is a value, as 1 or 0, and the value."""
    count = len(list(parts(form.inner, "")))
    if value is None or (isinstance(value, Known) and value.value is None):
        return [Const(0), *[Const(0.0)] * count]
    if isinstance(value, Maybe):
        flag = reader.builder.branch(value.defined, (), (), [("is_set", Const(1), Const(0))])[0]
        return [flag, *atoms_of(reader, value.value, form.inner, node)]
    if isinstance(value, Choice):
        sides = [_perhaps(reader, side, form, node) for side in (value.then, value.orelse)]
        pairs = [("is_set", first, second) for first, second in zip(*sides, strict=True)]
        return reader.builder.branch(value.condition, (), (), pairs)
    return [Const(1), *atoms_of(reader, value, form.inner, node)]


def value_of(reader: Reader, form: Form, atoms: Iterator[Atom], like: Identity) -> Value | None:
    """The value of this kind that consists of these numbers; None for a variable that has none."""
    if isinstance(form, Same):
        return form.value
    if isinstance(form, Absent | Opaque):
        return NONE if isinstance(form, Absent) and form.none else None
    if isinstance(form, Sometimes):
        flag = reader.builder.apply(TABLE["ne"], next(atoms), Const(0))
        inner = value_of(reader, form.inner, atoms, like)
        assert inner is not None  # noqa: S101 - what may be absent is a leaf or a group
        return Choice(flag, inner, NONE) if form.none else Maybe(inner, flag)
    if isinstance(form, Counted):
        return _leaf(reader, Leaf("int"), next(atoms), like)
    if isinstance(form, Growing):
        last = value_of(reader, form.item, atoms, like.inner())
        count = Affine() if form.step is not None else growing.integer_in(next(atoms))
        return GrowingList((), count, last, count, last, (), like.own, like.parents)
    if isinstance(form, Leaf):
        return _leaf(reader, form, next(atoms), like)
    items = tuple(value for item in form.items if (value := value_of(reader, item, atoms, like.inner())) is not None)
    if form.container == "tuple":
        return TupleValue(items)
    if form.container == "list":
        return ListValue(items, like.own, like.parents)
    if form.container == "dict":
        return DictValue(form.keys, items, like.own, like.parents)
    numbers = tuple(item for item in items if isinstance(item, Number))
    return ArrayValue(form.keys, numbers, like.own, like.parents, now())


def _leaf(reader: Reader, form: Leaf, atom: Atom, like: Identity) -> Value:
    """A number or an array."""
    truth = form.kind == "bool" and (not isinstance(atom, Const))
    if truth:
        atom = reader.builder.apply(TABLE["ne"], atom, Const(0))
    if form.axes is None:
        if form.kind == "bool":
            return Condition(atom) if truth else Known(bool(atom.value))  # type: ignore[union-attr]
        whole = form.kind == "int"
        affine = Affine.of(Element(atom, ())) if whole and isinstance(atom, str) else None
        return Number(atom, None if isinstance(atom, str) else atom.value, affine, whole)
    affine = None
    if form.kind == "int" and isinstance(atom, str):
        affine = Affine.of(Element(atom, identity(len(form.axes))))
    if form.kind == "bool" and isinstance(atom, Const):
        atom = Const(bool(atom.value))
    return TensorValue(atom, form.axes, form.kind, affine, like.own, like.parents, now())


@dataclass(frozen=True)
class Identity:
    """Which array or list it is that a value is made for; ``arrays``: what arrays inside of a list may show."""

    own: Any
    parents: frozenset[object] = frozenset()
    arrays: frozenset[object] = frozenset()

    def inner(self) -> Identity:
        """That of something inside."""
        return Identity(Cell(), self.arrays, self.arrays)
