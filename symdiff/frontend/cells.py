"""Arrays that change: what each is at present, under every name and through every view.

The memory of an array is a cell. A value is a way to a cell: all of it, or a window, with the state that it had when it was
read last. ``Reader.cells`` holds the present states of the arrays that were changed or viewed; a write makes a new one. So a
write is seen wherever the cell is shown: under other names, in lists, in views, in the functions around.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar, cast

from symdiff.frontend.gaps import GapError
from symdiff.frontend.loop_values import PendingArray, PendingValue
from symdiff.frontend.values import ArrayValue, DictValue, ListValue, TensorValue, TupleValue, Value
from symdiff.frontend.windows import Case, Cell, Stale, Window, now
from symdiff.graph.affine import Affine, Axes, sizes_in, substituted
from symdiff.graph.bounds import pruned
from symdiff.graph.graph import Atom, Const
from symdiff.graph.terms import Term

if TYPE_CHECKING:
    from symdiff.frontend.lower import Reader

STALE = Stale()
A = TypeVar("A", ArrayValue, TensorValue)


def present(reader: Reader, value: Value, node: ast.AST) -> Value:
    """An array as it is now; any other value as it is."""
    if isinstance(value, Stale):
        raise GapError(node, "an array that may have been changed as another one", "make a copy first: p.copy()", "not yet")
    if not isinstance(value, ArrayValue | TensorValue):
        return value
    state = reader.cells.get(value.identity, value)
    if isinstance(state, PendingArray):
        return PendingValue(value)
    if not isinstance(state, ArrayValue | TensorValue):
        return present(reader, STALE, node)
    if any(reader.changes[parent] > state.since for parent in state.parents):
        raise GapError(node, "an array that may be another one, which was changed", "make a copy first: p.copy()", "not yet")
    if value.window is None or state is value:
        return state
    return value if value.window.of is state else shown(reader, value, state)


def presently(reader: Reader, value: Value, node: ast.AST) -> Value:
    """A value with the arrays inside of it as they are now."""
    if isinstance(value, TupleValue | ListValue | DictValue) and holds_arrays(value):
        return replace(value, items=tuple(presently(reader, item, node) for item in value.items))
    return present(reader, value, node)


def holds_arrays(value: Value) -> bool:
    """True for an array, and for a tuple, list or dict with one."""
    if isinstance(value, TupleValue | ListValue | DictValue):
        return any(map(holds_arrays, value.items))
    return isinstance(value, ArrayValue | TensorValue)


def at_end(reader: Reader, variables: Mapping[str, Value], before: Mapping[object, Value], node: ast.AST) -> dict[str, Value]:
    """The variables at the end of a path of a branch, those that show an array that it has changed as they are now."""
    changed = {cell for cell, state in reader.cells.items() if before.get(cell) is not state}

    def of(value: Value) -> Value:
        if isinstance(value, TupleValue | ListValue | DictValue) and holds_arrays(value):
            return replace(value, items=tuple(map(of, value.items)))
        if not isinstance(value, ArrayValue | TensorValue) or value.identity not in changed:
            return value
        try:
            return present(reader, value, node)
        except GapError:
            return STALE

    return {name: of(value) for name, value in variables.items()} if changed else dict(variables)


# -- views --------------------------------------------------------------------------------------------------------


def register(reader: Reader, value: A) -> A:
    """The array that a value shows, all of it, whose state is kept from now on."""
    whole: Any = value if value.window is None else value.window.of
    reader.originals.setdefault(whole.identity, whole)
    found: Any = reader.cells.setdefault(whole.identity, whole)
    return cast("A", found)


def view_of(reader: Reader, owner: TensorValue, cases: Sequence[Case], axes: Axes) -> TensorValue:
    """An array that shares the memory of another one: ``cases`` tell where in it each element is."""
    whole = register(reader, owner)
    atom = read_at(reader, owner, cases, axes)
    if owner.window is not None:
        cases = [case for outer in owner.window.places for case in _through(outer, cases)]
    affine = owner.affine
    if affine is not None:
        (index, guards) = cases[0]
        affine = _moved(affine, index) if len(cases) == 1 and not guards and owner.window is None else None
    return TensorValue(atom, axes, owner.kind, affine, owner.identity, owner.parents, window=Window(whole, tuple(cases)))


def _through(outer: Case, cases: Sequence[Case]) -> Iterator[Case]:
    """Where the elements of a view of a view are."""
    array, outside = outer
    for index, guards in cases:
        places = dict(enumerate(index))
        moved = tuple(replace(guard, affine=guard.affine.substitute(places)) for guard in outside)  # type: ignore[arg-type]
        yield substituted(array, places), (*guards, *moved)  # type: ignore[arg-type]


def _moved(affine: Affine, index: Sequence[Affine]) -> Affine:
    return affine.substitute(dict(enumerate(index)))


def read_at(reader: Reader, owner: TensorValue, cases: Sequence[Case], axes: Axes, hint: str = "t") -> Atom:
    """The atom of an array that reads another one at these indices."""
    if isinstance(owner.atom, Const) and not any(guards for _, guards in cases):
        return owner.atom
    kind = reader.builder.kind(owner.atom)
    terms = [Term(owner.atom, () if isinstance(owner.atom, Const) else index, (), guards) for index, guards in cases]
    kept = [found for term in terms if (found := pruned(term, axes)) is not None]
    return reader.builder.sum(kept, axes, hint=hint, kind=kind)


def shown(reader: Reader, value: ArrayValue | TensorValue, state: ArrayValue | TensorValue) -> ArrayValue | TensorValue:
    """A view of an array that is in another state now."""
    assert value.window is not None  # noqa: S101 - told apart before
    window = Window(state, value.window.places)
    if isinstance(value, ArrayValue) and isinstance(state, ArrayValue):
        return replace(value, items=tuple(state.items[place] for place in window.places), window=window)
    assert isinstance(value, TensorValue)  # noqa: S101 - a view is of the kind of its array
    assert isinstance(state, TensorValue)  # noqa: S101
    atom = read_at(reader, state, window.places, value.axes)
    return replace(value, atom=atom, kind=state.kind, affine=None, window=window)


def sharing(value: A, *others: Value) -> A:
    """An array of its own that may show the memory of others, too: how it is laid out tells, or the path that was taken."""
    arrays = [other for other in others if isinstance(other, ArrayValue | TensorValue)]
    if not arrays:
        return value
    parents = frozenset[object]().union(*(array.parents | {array.identity} for array in arrays))
    return replace(value, identity=Cell(), parents=parents, since=now(), window=None)


# -- writes -------------------------------------------------------------------------------------------------------


def change(reader: Reader, owner: A, state: A, node: ast.AST) -> None:
    """Give the array that a value shows another state."""
    cell = owner.identity
    whole = register(reader, owner)
    if cell in reader.foreign:
        reason = "a change of an array that comes from outside the function"
        raise GapError(node, reason, "make a copy first: p.copy()")
    if whole.parents & reader.foreign:
        raise GapError(node, "a change of an array that may be another one, too", "make a copy first: p.copy()", "not yet")
    if reader.loops and cell.serial < reader.loops[-1].since:
        reason = "a loop of any length that writes to several elements of an array at once"
        reader.fix(sizes_in([loop.length for loop in reader.loops]), node, reason, "write the elements one by one")
    for shared in whole.parents | {cell}:
        reader.changes[shared] = now()
    reader.cells.update(dict.fromkeys(whole.parents, STALE))
    reader.cells[cell] = replace(state, since=now())
    for attempt in reader.attempts:
        attempt.changed(reader, cell)


@contextmanager
def sealed(reader: Reader, node: ast.AST) -> Iterator[None]:
    """Read something that must change no array, but those that it makes."""
    before, first = reader.cells, Cell().serial
    reader.cells = dict(before)
    try:
        yield
    finally:
        after, reader.cells = reader.cells, before
    young = {cell for cell in after if isinstance(cell, Cell) and cell.serial > first}
    for cell, state in after.items():
        if cell not in young and state is not before.get(cell, reader.originals.get(cell)):
            raise GapError(node, "a change of an array that may not happen", "make it a statement of its own, inside an if")
    reader.cells = after | dict.fromkeys(young, STALE)


def detached(value: Value, first: int, node: ast.AST) -> Value:
    """A value whose arrays are none that were made since: what is known of those is forgotten."""
    seen: set[Cell] = set()

    def own(inner: Value) -> Value:
        if isinstance(inner, TupleValue | ListValue | DictValue) and holds_arrays(inner):
            return replace(inner, items=tuple(map(own, inner.items)))
        if not isinstance(inner, ArrayValue | TensorValue) or inner.identity.serial < first:
            return inner
        if inner.identity in seen:
            raise GapError(node, "two names of an array in a value that may not be needed", "make copies", "not yet")
        seen.add(inner.identity)
        return replace(inner, identity=Cell(), window=None)

    return own(value)
