"""Where branches meet: one value out of two, through the outs of an If."""

from __future__ import annotations

import ast
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from symdiff.frontend import growing, stores
from symdiff.frontend.cells import A, sharing
from symdiff.frontend.loop_values import Entry, GrowingList, PendingArray, Stored
from symdiff.frontend.values import (
    ArrayValue,
    Choice,
    Condition,
    Conflict,
    Container,
    DictValue,
    Known,
    ListValue,
    Maybe,
    Mutable,
    Number,
    Poison,
    TensorValue,
    TupleValue,
    Value,
)
from symdiff.frontend.windows import Stale
from symdiff.graph.affine import Affine, identity
from symdiff.graph.build import Body, Pair
from symdiff.graph.graph import UNDEFINED, Atom, Const, Statement, defined
from symdiff.graph.terms import Term
from symdiff.primitives import TABLE

if TYPE_CHECKING:
    from symdiff.frontend.lower import Reader

Recipe = Callable[[Sequence[Atom]], Value]
Cells = Mapping[object, Value]  # the present states of arrays
Side = tuple[Sequence[Statement], Value | None]

MISSING = Conflict("it has a value on one path only")
EACH = Conflict("it is one array in some iterations of a loop and another one in others")


class Merge:
    """Collects what an If hands on. ``None`` as a side means that this path never gets here (it returned)."""

    def __init__(self, reader: Reader, condition: Atom, then: Sequence[Statement], orelse: Sequence[Statement]) -> None:
        self.reader = reader
        self.builder = reader.builder
        self.facts = dict(reader.facts)
        self.condition = condition
        self.bodies = then, orelse
        self.inside = tuple({name for statement in body for name in defined(statement)} for body in self.bodies)
        self.pairs: list[Pair] = []
        self.recipes: list[Recipe] = []
        self.changed: list[object] | None = None  # arrays; None: this is an expression, which changes none

    def add(self, hint: str, then: Value | None, orelse: Value | None) -> None:
        """One value that is needed after the branch."""
        self.recipes.append(self.recipe(hint, self._decided(then, True), self._decided(orelse, False)))

    def add_cells(self, *sides: Cells | None, names: Mapping[str, Value]) -> None:
        """The arrays that were changed or viewed; ``None`` as a side means that this path never gets here."""
        self.changed = list(dict.fromkeys(cell for side in sides for cell in side or ()))
        arrays = [(name, value) for name, value in names.items() if isinstance(value, ArrayValue | TensorValue)]
        hints: dict[object, str] = {value.identity: name for name, value in arrays}
        for cell in self.changed:
            states = [None if side is None else self._state(cell, position, side) for position, side in enumerate(sides)]
            self.add(hints.get(cell, "t"), *states)

    def _state(self, cell: object, position: int, side: Cells) -> Value | None:
        """What an array is at the end of a path; None if the other path made it."""
        original = self.reader.originals.get(cell)
        if cell in side or not isinstance(original, ArrayValue | TensorValue):
            return side.get(cell)
        items = original.items if isinstance(original, ArrayValue) else [original]
        return None if any(item.atom in self.inside[1 - position] for item in items) else original

    def finish(self) -> list[Value]:
        """Add the If, and return the merged values in the order in which they were added."""
        then, orelse = self.bodies
        pairs = self.pairs
        if self.reader.loops and self.builder.axes_of(self.condition):
            over = self.reader.over_loops_of
            pairs = [(hint, over(self.condition, first), over(self.condition, second)) for hint, first, second in pairs]
        elif self.reader.loops:
            pairs = [(hint, *self._over_loops(first, second)) for hint, first, second in pairs]
        atoms = self.builder.branch(self.condition, then, orelse, pairs)
        values = [recipe(atoms) for recipe in self.recipes]
        if self.changed is None:
            return values
        count = len(values) - len(self.changed)
        self.reader.cells = dict(zip(self.changed, values[count:], strict=True))
        return values[:count]

    def _over_loops(self, first: Atom, second: Atom) -> tuple[Atom, Atom]:
        """What the sides of a branch that is the same in all iterations hand on, over the loops of either of them."""
        from symdiff.frontend.loop_rows import over_loops

        one, other = self.builder.axes_of(first), self.builder.axes_of(second)
        if one == other:
            return first, second
        axes = max(one, other, key=len)

        def over(atom: Atom, body: Sequence[Statement]) -> Atom:
            with self.builder.block(body) if isinstance(body, Body) else nullcontext():
                if self.builder.axes_of(atom) == axes:  # what a loop inside has written is over that, too
                    return atom
                atom = over_loops(self.reader, atom)
                own = self.builder.axes_of(atom)
                if not own or own == axes:
                    return self.builder.spread(atom, axes)
                return self.builder.sum([Term(atom, identity(len(own)))], axes, kind=self.builder.kind(atom))

        return over(first, self.bodies[0]), over(second, self.bodies[1])

    def _decided(self, value: Value | None, taken: bool) -> Value | None:
        """A variable that has a value where a condition holds that is decided on this side: it has one, or none."""
        facts = self.facts | {self.condition: taken}
        if isinstance(value, Maybe) and value.defined in facts:
            return value.value if facts[value.defined] else MISSING
        return value

    def pair(self, hint: str, first: Atom, second: Atom) -> int:
        """Two atoms, one of which is handed on: its number among what the If hands on."""
        self.pairs.append((hint, first, second))
        return len(self.pairs) - 1

    def _pair(self, hint: str, first: Atom, second: Atom, make: Callable[[Atom], Value]) -> Recipe:
        position = self.pair(hint, first, second)
        return lambda atoms: make(atoms[position])

    def recipe(self, hint: str, then: Value | None, orelse: Value | None) -> Recipe:
        """How one value is made of two; None: of a path that never gets here."""
        if then is orelse and then is not None:
            return _fixed(then)
        if then is None or orelse is None:
            return self.survivor(hint, then, orelse)
        if isinstance(then, Maybe) or isinstance(orelse, Maybe) or MISSING in (then, orelse):
            return self._partial(hint, then, orelse)
        for kind in (Poison, Conflict, Stale):  # refused already, or when it is used
            if isinstance(then, kind) or isinstance(orelse, kind):
                return _fixed(then if isinstance(then, kind) else orelse)
        if _axisless(then) is not then or _axisless(orelse) is not orelse:
            return self.recipe(hint, _axisless(then), _axisless(orelse))
        first, second = _truth(then), _truth(orelse)
        if isinstance(then, Known) and isinstance(orelse, Known) and _same(then, orelse):
            return _fixed(then)
        if first is not None and second is not None:
            return self._pair(hint, first, second, Condition)
        if isinstance(then, Number) and isinstance(orelse, Number):
            whole = then.is_whole and orelse.is_whole
            made = partial(Number, whole=whole)
            return _fixed(then) if then.atom == orelse.atom else self._pair(hint, then.atom, orelse.atom, made)
        return self._many(hint, then, orelse)

    def _many(self, hint: str, then: Value, orelse: Value) -> Recipe:
        """Two values of many numbers, of the same kind, or none at all."""
        then, orelse = _whole(then, orelse), _whole(orelse, then)
        if isinstance(then, TensorValue) and isinstance(orelse, TensorValue):
            from symdiff.frontend import choices

            return choices.merged(self, hint, then, orelse) or self._arrays(hint, then, orelse)
        if isinstance(then, PendingArray) and isinstance(orelse, PendingArray) and then.base is orelse.base:
            return self._pending(hint, then, orelse)
        if isinstance(then, Container) and isinstance(orelse, Container) and type(then) is type(orelse):
            return self._items(hint, then, orelse)
        if isinstance(then, GrowingList) and isinstance(orelse, GrowingList) and then.identity is orelse.identity:
            return growing.merged(self, hint, then, orelse)
        return self._choice(hint, then, orelse)

    def _arrays(self, hint: str, then: TensorValue, orelse: TensorValue) -> Recipe:
        """Two arrays of the same shape: one that is either of them, and neither, for a write."""
        if then.axes != orelse.axes or (then.kind == "bool") != (orelse.kind == "bool"):
            return self._choice(hint, then, orelse)
        kind = then.kind if then.kind == orelse.kind else "float"

        def make(atom: Atom) -> Value:
            atom = self.builder.spread(atom, then.axes)
            return _either(replace(then, atom=atom, kind=kind, affine=None), then, orelse)

        if then.atom == orelse.atom:
            return _fixed(make(then.atom))
        if self.builder.axes_of(self.condition):  # the iterations of a loop decide, not the elements: it stays a loop
            return _fixed(EACH)
        found = stores.merged(self.reader, (then.atom, orelse.atom), self.bodies, self.inside[0] | self.inside[1])
        if found is None or kind != "float":
            return self._pair(hint, then.atom, orelse.atom, make)
        return self._versions(hint, *found, make)

    def _versions(self, hint: str, base: Atom, rows: Sequence[stores.Row], make: Callable[[Atom], Value]) -> Recipe:
        """An array of which two sides write elements: it is written behind the branch, with what either side says."""
        first = len(self.pairs)
        self.pairs += [(hint, then, orelse) for _, _, then, orelse in rows]

        def write(atoms: Sequence[Atom]) -> Value:
            atom = base
            for number, (index, adds, _, _) in enumerate(rows):
                atom = stores.written(self.reader, atom, Stored(atom, index, atoms[first + number], adds), hint)
            return make(atom)

        return write

    def _pending(self, hint: str, then: PendingArray, orelse: PendingArray) -> Recipe:
        """What two sides of a branch in a loop have written: each entry where its side is taken."""
        from symdiff.frontend.pending import refuse_crossing

        shared = sum(1 for a, b in zip(then.entries, orelse.entries, strict=False) if a is b)
        first, second = then.entries[shared:], orelse.entries[shared:]
        refuse_crossing(self.reader, then.base, first, orelse.reads)
        refuse_crossing(self.reader, then.base, second, then.reads)
        base = replace(then, entries=then.entries[:shared], reads=tuple(dict.fromkeys([*then.reads, *orelse.reads])))
        if len(first) == len(second) == 1 and replace(first[0], atom="", time=0) == replace(second[0], atom="", time=0):
            return self._entries(base, [self._entry(hint, first[0], first[0].atom, second[0].atom)])
        if len(first) + len(second) == 1 and not shared and isinstance(then.base.atom, Const):
            entry = (first or second)[0]
            if not entry.adds and entry.mask is None:  # the array is full of a literal, and that is written elsewhere
                left: Atom = then.base.atom
                return self._entries(base, [self._entry(hint, entry, *((entry.atom, left) if first else (left, entry.atom)))])
        sides = [(entry, True) for entry in first] + [(entry, False) for entry in second]
        return self._entries(base, [self._conditional(hint, entry, taken) for entry, taken in sides])

    def _entries(self, base: PendingArray, recipes: Sequence[Callable[[Sequence[Atom]], Entry]]) -> Recipe:
        return lambda atoms: replace(base, entries=(*base.entries, *(recipe(atoms) for recipe in recipes)))

    def _entry(self, hint: str, entry: Entry, first: Atom, second: Atom) -> Callable[[Sequence[Atom]], Entry]:
        if first == second:
            return lambda _: replace(entry, atom=first)
        value = self._pair(hint, first, second, Number)
        return lambda atoms: replace(entry, atom=_atom(value(atoms)))

    def _conditional(self, hint: str, entry: Entry, taken: bool) -> Callable[[Sequence[Atom]], Entry]:
        """A write that one side of a branch makes: the other adds 0, or does not write."""
        value = self._entry(hint, entry, *self._here(taken, entry.atom, Const(0)))
        if entry.adds:
            return value
        if entry.mask is not None:
            inner = self._pair("written", *self._here(taken, entry.mask, Const(False)), Condition)
            return lambda atoms: replace(value(atoms), mask=_atom(inner(atoms)))
        return lambda atoms: replace(
            value(atoms), mask=self.condition if taken else self.builder.apply(TABLE["not"], self.condition)
        )

    @staticmethod
    def _here(taken: bool, value: Atom, other: Atom) -> tuple[Atom, Atom]:
        return (value, other) if taken else (other, value)

    def _choice(self, hint: str, then: Value, orelse: Value) -> Recipe:
        """Values that no number can express: it is remembered which condition decides between them."""
        if self.builder.axes_of(self.condition) and any(isinstance(side, TensorValue | ArrayValue) for side in (then, orelse)):
            return _fixed(EACH)
        first, second = self.survivor(hint, then, None), self.survivor(hint, None, orelse)
        return lambda atoms: Choice(self.condition, first(atoms), second(atoms))

    def survivor(self, hint: str, then: Value | None, orelse: Value | None, outside: Atom = UNDEFINED) -> Recipe:
        """One side never gets here: the value is that of the other, handed out if it was computed inside.

        ``outside`` is what its numbers are on that side, if somebody reads them there all the same.
        """
        value, names = (then, self.inside[0]) if orelse is None else (orelse, self.inside[1])
        if value is None:
            return _fixed(MISSING)
        if isinstance(value, Number | Condition):
            if value.atom not in names:
                return _fixed(value)
            if isinstance(value, Condition) and outside != UNDEFINED:
                outside = Const(False)
            first, second = (value.atom, outside) if orelse is None else (outside, value.atom)
            made = partial(Number, whole=value.is_whole) if isinstance(value, Number) else Condition
            return self._pair(hint, first, second, made)
        if isinstance(value, TensorValue):
            if value.atom not in names:
                return _fixed(value)
            from symdiff.frontend import choices

            chosen = choices.merged(self, hint, *((value, None) if orelse is None else (None, value)))
            if chosen is not None:
                return chosen
            if self.builder.axes_of(self.condition):
                return _fixed(EACH)
            first, second = (value.atom, outside) if orelse is None else (outside, value.atom)
            return self._pair(hint, first, second, lambda atom: replace(value, atom=atom, affine=None))
        if isinstance(value, Container):
            inner = [
                self.survivor(f"{hint}_{k}", item if orelse is None else None, item if then is None else None, outside)
                for k, item in enumerate(value.items)
            ]
            return _rebuild(value, inner)
        if isinstance(value, GrowingList):
            return growing.merged(self, hint, *((value, None) if orelse is None else (None, value)))
        if isinstance(value, Choice):
            return self._inner_choice(hint, value, orelse is None, names)
        return _fixed(value)

    def _inner_choice(self, hint: str, value: Choice, taken: bool, names: Collection[str]) -> Recipe:
        """A choice that was made on one side: its condition is handed out, too."""
        sides = [(side, None) if taken else (None, side) for side in (value.then, value.orelse)]
        first, second = (self.survivor(hint, *side) for side in sides)
        if value.condition not in names:
            return lambda atoms: Choice(value.condition, first(atoms), second(atoms))
        other: Atom = Const(False)
        here = (value.condition, other) if taken else (other, value.condition)
        chosen = self._pair("chosen", here[0], here[1], Condition)

        def make(atoms: Sequence[Atom]) -> Value:
            condition = chosen(atoms)
            assert isinstance(condition, Condition)  # noqa: S101 - it was made one
            return Choice(condition.atom, first(atoms), second(atoms))

        return make

    def _partial(self, hint: str, then: Value, orelse: Value) -> Recipe:
        """A variable that some path leaves unbound: its value, and where it has one."""
        if then == orelse == MISSING:
            return _fixed(MISSING)
        values = [None if side == MISSING else side.value if isinstance(side, Maybe) else side for side in (then, orelse)]
        atoms = [
            Const(False) if side == MISSING else side.defined if isinstance(side, Maybe) else Const(True)
            for side in (then, orelse)
        ]
        value = self.recipe(hint, *values)
        if atoms[0] == atoms[1]:
            where: Recipe = _fixed(Condition(atoms[0]))
        else:
            where = self._pair("bound", atoms[0], atoms[1], Condition)

        def make(atoms: Sequence[Atom]) -> Value:
            inner, defined = value(atoms), where(atoms)
            return inner if isinstance(inner, Conflict) or not isinstance(defined, Condition) else Maybe(inner, defined.atom)

        return make

    def _items(self, hint: str, then: Container, orelse: Container) -> Recipe:
        if _shape(then) != _shape(orelse):
            return self._choice(hint, then, orelse)
        pairs = zip(then.items, orelse.items, strict=True)
        return _rebuild(then, [self.recipe(f"{hint}_{k}", a, b) for k, (a, b) in enumerate(pairs)], orelse)


def _shape(value: Container) -> object:
    return value.shape if isinstance(value, ArrayValue) else value.keys if isinstance(value, DictValue) else len(value.items)


def _rebuild(like: Value, recipes: Sequence[Recipe], other: Value | None = None) -> Recipe:
    """The container with merged items. A list that is one of two is neither of them: a change of it must not be lost."""

    def make(atoms: Sequence[Atom]) -> Value:
        items = tuple(recipe(atoms) for recipe in recipes)
        if isinstance(like, TupleValue):
            return TupleValue(items)
        if isinstance(like, Mutable):
            sides = [side for side in (like, other) if isinstance(side, Mutable)]
            same = len({side.identity for side in sides}) == 1
            identity = like.identity if same else object()
            parents = frozenset() if same else frozenset(side.identity for side in sides)
            parents = parents.union(*(side.parents for side in sides))
            if isinstance(like, ListValue):
                return ListValue(items, identity, parents)
            return DictValue(like.keys, items, identity, parents)
        assert isinstance(like, ArrayValue)  # noqa: S101 - the last kind of container
        numbers = tuple(item for item in items if isinstance(item, Number))
        return _either(replace(like, items=numbers), like, other if isinstance(other, ArrayValue) else like)

    return make


def _either(made: A, then: A, orelse: A) -> A:
    """An array that is one of two: the same in another state, or one that may show the memory of both."""
    if then.identity is not orelse.identity or (then.window is None) != (orelse.window is None):
        return sharing(made, then, orelse)
    if then.window is not None and orelse.window is not None and then.window.places != orelse.window.places:
        return sharing(made, then, orelse)
    return made


def _atom(value: Value) -> Atom:
    assert isinstance(value, Number | Condition)  # noqa: S101 - a pair of atoms gives one
    return value.atom


def _whole(value: Value, other: Value) -> Value:
    """Numbers that are all the same literal as an array of the graph, beside another one of that shape."""
    if not isinstance(value, ArrayValue) or not isinstance(other, TensorValue) or other.axes != tuple(map(Affine, value.shape)):
        return value
    atoms = {item.atom for item in value.items}
    if len(atoms) != 1 or not isinstance(value.items[0].atom, Const):
        return value
    return TensorValue(value.items[0].atom, other.axes, "float", None, value.identity, value.parents, value.since, value.window)


def _fixed(value: Value) -> Recipe:
    return lambda _: value


def _axisless(value: Value) -> Value:
    """The number in an array without axes; any other value as it is."""
    return value.items[0] if isinstance(value, ArrayValue) and not value.shape else value


def _truth(value: Value) -> Atom | None:
    if isinstance(value, Condition):
        return value.atom
    if isinstance(value, Known) and isinstance(value.value, bool):
        return Const(value.value)
    return None


def _same(a: Known, b: Known) -> bool:
    if a.value is b.value:
        return True
    return type(a.value) is type(b.value) and isinstance(a.value, str | int | float) and a.value == b.value


def choose(reader: Reader, condition: Atom, then: Side, orelse: Side, node: ast.AST, hint: str) -> Value:
    """The value of ``then if condition else orelse``, each side with the statements that compute it."""
    from symdiff.frontend.gaps import GapError

    merge = Merge(reader, condition, then[0], orelse[0])
    merge.add(hint, _numeric(then[1], orelse[1]), _numeric(orelse[1], then[1]))
    value = merge.finish()[0]
    if isinstance(value, Conflict):
        raise GapError(node, f"the two sides of a choice differ: {value.reason}", "give both sides one kind of value")
    return value


def _numeric(value: Value | None, other: Value | None) -> Value | None:
    """A truth value known while reading as a number, where the other side is a number."""
    if isinstance(other, Number) and isinstance(value, Known) and isinstance(value.value, bool):
        return Number(Const(int(value.value)), int(value.value))
    return value


def changed(names: Iterable[str], first: dict[str, Value], second: dict[str, Value]) -> list[str]:
    """The variables that differ between two paths, in a stable order."""
    return [name for name in names if first.get(name, MISSING) is not second.get(name, MISSING)]
