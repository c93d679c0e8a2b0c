"""The arrays of a loop while its body is read: their states before, at the start and at the end of an iteration."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from symdiff.frontend.carried import Identity
from symdiff.frontend.cells import STALE, presently, register
from symdiff.frontend.gaps import GapError
from symdiff.frontend.loop_aliases import Aliases, arrays_in, at_start
from symdiff.frontend.values import ArrayValue, Conflict, TensorValue, Value
from symdiff.frontend.windows import Cell, now

if TYPE_CHECKING:
    from symdiff.frontend.loop_kinds import Search
    from symdiff.frontend.lower import Frame, Reader


def seen(reader: Reader, value: Value | None, node: ast.AST) -> Value | None:
    """A variable with its arrays in their present states."""
    try:
        return presently(reader, value, node) if value is not None else None
    except GapError as error:
        return Conflict(error.reason)


class Memory:
    """The arrays that a trial of reading a loop changes.

    ``cells``: those of before the loop, which are carried as variables under names that Python has not.
    """

    def __init__(self, reader: Reader, search: Search) -> None:
        self.reader, self.search = reader, search
        self.before = dict(reader.cells)  # the states of before the loop
        self.cells = dict(search.cells)
        self.own: set[object] = set()  # the cells of arrays that variables hold at the start of an iteration
        self.begun: dict[object, Value] = {}  # the states at the start of an iteration
        self.first = 0  # a time then

    def states(self) -> dict[str, Value]:
        """The arrays that are carried, as they are now."""
        originals = self.reader.originals
        return {name: self.reader.cells.get(cell, originals.get(cell, STALE)) for name, cell in self.cells.items()}

    def identity(self, name: str, before: Value | None) -> Identity:
        """Which array or list a variable is at the start of an iteration."""
        if name not in self.cells:
            return at_start(before, self.reader.foreign)
        return Identity(self.cells[name], before.parents if isinstance(before, ArrayValue | TensorValue) else frozenset())

    def start(self, name: str, state: Value | None) -> Value:
        """Give an array that is carried the state that an iteration finds."""
        assert isinstance(state, ArrayValue | TensorValue)  # noqa: S101 - as it was before
        self.reader.cells[self.cells[name]] = state
        return state

    def begin(self, frame: Frame, bound: Mapping[str, Value]) -> None:
        """An iteration begins: some arrays may have been changed in one before. ``bound``: the variables that are carried."""
        reader = self.reader
        for each in (*reader.frames, *reader.scopes(frame)):
            for value in each.variables.values():
                for array in arrays_in(value):
                    register(reader, array)  # type: ignore[type-var]
        own = {name: list(arrays_in(value)) for name, value in bound.items() if name not in self.cells}
        self.own = {array.identity for found in own.values() for array in found}
        for name, positions in self.search.stale_names.items():
            reader.cells.update((own[name][k].identity, STALE) for k in positions if k < len(own.get(name, ())))
        reader.cells.update(dict.fromkeys(self.search.stale, STALE))
        for cell in (*self.search.stale, *self.cells.values()):
            reader.changes[cell] = now()
        self.begun, self.first = dict(reader.cells), now()

    def changed(self) -> dict[object, Value]:
        """The arrays of before the loop that are in another state at the end of an iteration than at its start."""
        found = dict[object, Value]()
        for cell, state in self.reader.cells.items():
            old = not isinstance(cell, Cell) or (cell.serial < self.first and cell not in self.own)
            if old and state is not self.begun.get(cell, self.reader.originals.get(cell)):
                found[cell] = state
        return found

    def aliases(
        self, starts: Mapping[str, Value], before: Mapping[str, Value], ends: Mapping[str, Value], own: Collection[str]
    ) -> Aliases:
        """Which arrays may be the same, from the variables at the start and the end of an iteration, and before the loop.

        ``own``: the variables that are carried.
        """
        changed: set[object] = {
            cell for cell, time in self.reader.changes.items() if isinstance(cell, Cell) and time > self.first
        }
        found = {name: value for name, value in ends.items() if name in own or value is not starts.get(name)}
        bound = {name: value for name, value in found.items() if name not in self.cells}
        return Aliases(starts, before, bound, self.first, changed)

    @contextmanager
    def around(self) -> Iterator[None]:
        """What is read here is read before the loop."""
        ended, self.reader.cells = self.reader.cells, dict(self.before)
        try:
            yield
        finally:
            self.reader.cells = ended

    def settle(self, refused: bool = False) -> None:
        """The loop has ended: the states of before, but of what it changed, which is told next, or is unknown."""
        unknown: set[Any] = {*self.search.stale, *(self.cells.values() if refused else ())}
        self.reader.cells = self.before | dict.fromkeys(unknown, STALE)

    def change(self, name: str, state: Value | None) -> None:
        """Give an array that is carried the state that the loop left it in."""
        assert isinstance(state, ArrayValue | TensorValue)  # noqa: S101 - as it was before
        self.reader.changes[self.cells[name]] = now()
        self.reader.cells[self.cells[name]] = replace(state, since=now())
