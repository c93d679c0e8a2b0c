"""Arrays and lists that loops carry: which memory each name shows, and what must not be changed, or read, there.

An array that a loop changes in place is carried as a cell, under all of its names. A variable that a loop binds to arrays is
carried with the numbers of the array, which is an array of its own in every iteration. That is so as long as no other way
leads to its memory; where one may, an array that was changed is not read.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import permutations
from typing import TYPE_CHECKING

from symdiff.frontend.carried import Identity
from symdiff.frontend.changes import mutables
from symdiff.frontend.gaps import GapError
from symdiff.frontend.loop_values import GrowingList, GrownList
from symdiff.frontend.values import (
    ArrayValue,
    Choice,
    DictValue,
    ListValue,
    Maybe,
    Shared,
    TensorValue,
    TupleValue,
    Value,
)
from symdiff.frontend.windows import Cell

if TYPE_CHECKING:
    from symdiff.frontend.lower import Frame, Reader
    from symdiff.frontend.rollback import Snapshot

Array = ArrayValue | TensorValue
RESULT = "#result"  # what a return inside of a loop hands on, as a variable


def arrays_in(value: Value | None) -> Iterator[Array]:
    """The arrays inside a value, in order."""
    if isinstance(value, Array):
        yield value
    elif isinstance(value, TupleValue | ListValue | DictValue):
        for item in value.items:
            yield from arrays_in(item)
    elif isinstance(value, Maybe):
        yield from arrays_in(value.value)
    elif isinstance(value, Choice):
        yield from arrays_in(value.then)
        yield from arrays_in(value.orelse)
    elif isinstance(value, GrowingList):
        yield from arrays_in(value.last)


def cells_of(arrays: Iterable[Array]) -> frozenset[object]:
    """The memory that arrays may show."""
    return frozenset().union(*(array.parents | {array.identity} for array in arrays))


def held_by(value: Value | None) -> frozenset[object]:
    """The memory that a value may show, that of the elements of lists of any length, too."""
    if isinstance(value, GrownList):
        return value.shows
    if isinstance(value, GrowingList):
        return held_by(value.last).union(held_by(value.newest), *(each.shows for each in value.added))
    if isinstance(value, TupleValue | ListValue | DictValue):
        return frozenset().union(*map(held_by, value.items))
    return cells_of(arrays_in(value))


@dataclass
class Slot:
    """An array that a variable of a loop holds: its own cell at the start of an iteration, and what it may show."""

    name: str
    own: object  # None if it has no value there
    before: frozenset[object]  # the cells of what it was before the loop
    end: frozenset[object]  # and at the end of an iteration
    shows: set[object] = field(default_factory=set)  # the cells of before the loop that it may show when one begins


class Aliases:
    """Which arrays of a loop may be the same, and which of them an iteration changes."""

    def __init__(
        self,
        starts: Mapping[str, Value],
        before: Mapping[str, Value],
        ends: Mapping[str, Value],
        first: int,
        changed: set[object],
    ) -> None:
        """``first``: a time before the iteration; ``changed``: the cells of arrays that it changes."""
        self.first, self.changed = first, changed
        self.slots = [slot for name in ends for slot in _slots(name, starts.get(name), before.get(name), ends[name])]
        self.by_own = {slot.own: slot for slot in self.slots if slot.own is not None}
        self._find_shown()
        self.pairs = self._find_pairs()
        self.written = [slot for slot in self.slots if slot.own in changed]
        self.tokens: dict[frozenset[int], Cell] = {}  # what stands for the arrays that two slots may both be

    def _old(self, cells: Iterable[object]) -> set[object]:
        """Those that there were before the loop."""
        return {cell for cell in cells if cell not in self.by_own and (not isinstance(cell, Cell) or cell.serial < self.first)}

    def _find_shown(self) -> None:
        for slot in self.slots:
            slot.shows = self._old(slot.before | slot.end)
        for _ in self.slots:  # through names that hand it on to each other
            for slot in self.slots:
                slot.shows.update(*(self.by_own[cell].shows for cell in slot.end if cell in self.by_own))

    def _find_pairs(self) -> set[tuple[int, int]]:
        """The slots, by number, that may be the same array when an iteration begins."""
        pairs: set[tuple[int, int]] = set()
        numbers = {slot.own: number for number, slot in enumerate(self.slots)}

        def meet(one: Slot, other: Slot) -> bool:
            if one.before & other.before or one.end & other.end:
                return True
            inner = [(a, b) for a in one.end if a in self.by_own for b in other.end if b in self.by_own]
            known = any(self.by_own[a].shows & other.end for a in one.end if a in self.by_own)
            return known or any((numbers[a], numbers[b]) in pairs for a, b in inner)

        while True:
            found = {(a, b) for a, b in permutations(range(len(self.slots)), 2) if meet(self.slots[a], self.slots[b])}
            found |= {(b, a) for a, b in found}
            if found == pairs:
                return pairs
            pairs = found

    @property
    def stale_cells(self) -> set[object]:
        """The arrays of before the loop that an iteration may change under the name of a variable that it binds."""
        return set().union(*(slot.shows for slot in self.written))

    @property
    def stale_names(self) -> dict[str, set[int]]:
        """The arrays of variables, by position, that something else may have changed when an iteration begins."""
        directly = self._old(self.changed)
        found: dict[str, set[int]] = {}
        positions: dict[str, int] = {}
        written = {id(slot) for slot in self.written}
        for number, slot in enumerate(self.slots):
            position = positions[slot.name] = positions.get(slot.name, -1) + 1
            others = any(a == number and id(self.slots[b]) in written for a, b in self.pairs)
            if slot.own is not None and (others or slot.shows & directly):
                found.setdefault(slot.name, set()).add(position)
        return found

    def behind(self, name: str) -> frozenset[object]:
        """The cells that a variable may show behind the loop, and what stands for others of the loop that it may be."""
        found: set[object] = set()
        for number, slot in enumerate(self.slots):
            if slot.name == name:
                found |= slot.shows - self.stale_cells
                found |= {self.tokens.setdefault(frozenset(pair), Cell()) for pair in self.pairs if pair[0] == number}
        return frozenset(found)

    def is_written(self, name: str) -> bool:
        """Whether an iteration may change, under another name, an array that a variable holds when it begins."""
        written = {id(slot) for slot in self.written}
        return any(self.slots[a].name == name and id(self.slots[b]) in written for a, b in self.pairs)

    def is_changed(self, cells: Iterable[object]) -> bool:
        """Whether an iteration changes one of these, which were there before it."""
        old = self._old(cells) | {cell for cell in cells if cell in self.by_own}
        return bool(old & self.changed)


def _slots(name: str, start: Value | None, before: Value | None, end: Value) -> Iterator[Slot]:
    """The arrays of a variable: those that it has at the start of an iteration, else those at its end."""
    first, old, last = (list(arrays_in(value)) for value in (start, before, end))
    if isinstance(end, GrowingList):  # which shows the arrays of before, too
        for array in first:
            yield Slot(name, array.identity, held_by(before), held_by(end))
        return
    count = len(first) or len(last)
    if first == last:  # it is not bound
        last = []
    for position in range(count):
        here = slice(position, position + 1)
        old_here, last_here = (each[here] if len(each) == count else each for each in (old, last))
        yield Slot(name, first[position].identity if first else None, cells_of(old_here), cells_of(last_here))


def check_appended(reader: Reader, name: str, value: GrowingList, aliases: Aliases, node: ast.AST) -> None:
    """Refuse an array in a list that grows, if it is changed after it was appended: the list shows it."""
    later = any(reader.changes[cell] > each.time for each in value.added for cell in each.shows)
    old = any(aliases.is_changed(each.shows) for each in value.added)
    if later or old or aliases.is_written(name):
        raise GapError(node, "a loop that appends an array, and changes it later", "append a copy: .append(u.copy())", "not yet")
    if any(array.identity in aliases.changed for array in arrays_in(value.last)):
        raise GapError(node, "a loop that changes an array in a list to which it appends", "append copies", "not yet")


# -- lists and dicts ----------------------------------------------------------------------------------------------


def at_start(before: Value | None, foreign: set[object]) -> Identity:
    """What a variable shows at the start of an iteration: what it showed before the loop, or what an iteration made."""
    arrays = cells_of(arrays_in(before)) & foreign
    if isinstance(before, Shared) and not isinstance(before, Array):
        return Identity(Cell(), before.parents | {before.identity}, arrays)
    return Identity(Cell(), arrays, arrays)


def at_end(before: Value | None, end: Value | None, own: Identity | None, arrays: frozenset[object]) -> Identity:
    """What a variable shows behind the loop; ``arrays``: what the arrays in it may show."""
    shown = [value for value in (before, end) if isinstance(value, Shared) and not isinstance(value, Array)]
    if own is not None and len(shown) > 1 and shown[1].identity is own.own:
        return Identity(shown[0].identity, shown[0].parents, arrays)
    parents = frozenset().union(*(value.parents | {value.identity} for value in shown))
    return Identity(Cell(), parents | (arrays if not shown else frozenset()), arrays)


def check_lists(
    reader: Reader,
    ends: Mapping[str, Value],
    before: Mapping[str, Value],
    own: Mapping[str, Identity],
    snapshot: Snapshot,
    frame: Frame,
    node: ast.AST,
) -> None:
    """Refuse a change in place of a list that another name, or the next iteration under another name, would have to see."""
    counts = snapshot.kept["changes"]
    changed = {identity for identity, count in reader.changes.items() if counts[identity] != count}
    if not changed:
        return
    for name, like in own.items():
        value = before.get(name)
        if like.own not in changed or not isinstance(value, Shared) or isinstance(value, Array):
            continue
        frames = [each for each in reader.frames if each is not frame]
        others = [found for other, found in before.items() if other != name]
        others += [found for each in frames for found in each.variables.values()]
        if any(inner.identity is value.identity for found in others for inner in mutables(found)):
            raise GapError(node, f"a loop that changes {name}, which another name shows, too", "make a copy first", "not yet")
        reader.changes[value.identity] += 1
    seen: dict[int, str] = {}
    for name, value in ends.items():
        if name not in own or not isinstance(value, Shared) or isinstance(value, Array):
            continue
        other = seen.setdefault(id(value.identity), name)
        moved = value.identity is not own[name].own and any(each.own in changed for each in own.values())
        outside = any(inner.identity is value.identity for found in before.values() for inner in mutables(found))
        if (other != name and changed) or (moved and (outside or value.identity in reader.foreign)):
            reason = f"a loop that changes lists in place and hands on one of them as {name}"
            raise GapError(node, reason, f"make a copy: {name} = {name}.copy()", "not yet")


def hint_of(frame: Frame, cell: object, taken: Sequence[str]) -> str:
    """A name for an array that a loop changes, as a variable that is carried: none of Python's."""
    names = [(array.window is not None, name) for name, value in frame.variables.items() for array in arrays_in(value)
             if array.identity is cell]  # fmt: skip
    found = "#" + min(names, default=(False, "t"), key=lambda each: each[0])[1]
    while found in (RESULT, *taken):
        found += "#"
    return found
