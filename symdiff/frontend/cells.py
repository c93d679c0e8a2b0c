"""Arrays that change: what each is at present, under every name and through every view.

The memory of an array is a cell. A value is a way to a cell: all of it, or a window, with the state that it had when it was
read last. ``Reader.cells`` holds the present states of the arrays that were changed or viewed; a write makes a new one. So a
write is seen wherever the cell is shown: under other names, in lists, in views, in the functions around.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar, cast

from symdiff.frontend.gaps import GapError
from symdiff.frontend.loop_values import PendingArray, PendingValue
from symdiff.frontend.values import ArrayValue, Choice, DictValue, ListValue, Maybe, TensorValue, TupleValue, Value, View
from symdiff.frontend.windows import Case, Cell, Stale, Window, now
from symdiff.graph.affine import Affine, Axes, sizes_in, substituted
from symdiff.graph.bounds import pruned
from symdiff.graph.graph import Atom, Const
from symdiff.graph.terms import Term

if TYPE_CHECKING:
    from symdiff.frontend.lower import Reader

STALE = Stale()
Cells = Mapping[object, Value]
A = TypeVar("A", ArrayValue, TensorValue)


def present(reader: Reader, value: Value, node: ast.AST) -> Value:
    """An array as it is now; any other value as it is."""
    if isinstance(value, Stale):
        raise GapError(node, "an array that may have been changed as another one", "make a copy first: p.copy()", "not yet")
    if isinstance(value, View) and any(reader.changes[cell] > value.since for cell in value.shows):
        raise GapError(node, "an element that a[..., i] shows, of an array that was changed", "read a[i] again", "not yet")
    if not isinstance(value, ArrayValue | TensorValue):
        return value
    state = reader.cells.get(value.identity, value)
    if isinstance(state, PendingArray):
        small = isinstance(value, ArrayValue) and value.window is None  # one that was made of so many numbers
        return PendingValue(state.base if small else value)
    if not isinstance(state, ArrayValue | TensorValue):
        return present(reader, STALE, node)
    if any(reader.changes[parent] > state.since for parent in state.parents):
        raise GapError(node, "an array that may be another one, which was changed", "make a copy first: p.copy()", "not yet")
    if value.window is None or state is value:
        return state
    return value if value.window.of is state else shown(reader, value, state, node)


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
    return {name: _seen(reader, value, node, changed) for name, value in variables.items()} if changed else dict(variables)


def at(reader: Reader, value: Value | None, states: Cells, times: Counter[object], node: ast.AST) -> Value | None:
    """A variable as it is where arrays are in these states, which they were given at these times."""
    kept = reader.cells, reader.changes
    reader.cells, reader.changes = dict(states), times
    try:
        return value if value is None else _seen(reader, value, node)
    finally:
        reader.cells, reader.changes = kept


def _seen(reader: Reader, value: Value, node: ast.AST, changed: Collection[object] | None = None) -> Value:
    """A value with the arrays inside of it (those that were changed) as they are now; STALE for what cannot be told."""
    if isinstance(value, TupleValue | ListValue | DictValue) and holds_arrays(value):
        return replace(value, items=tuple(_seen(reader, item, node, changed) for item in value.items))
    if isinstance(value, Maybe):
        inner = _seen(reader, value.value, node, changed)
        return value if inner is value.value else replace(value, value=inner)
    if isinstance(value, Choice):
        then, orelse = (_seen(reader, side, node, changed) for side in (value.then, value.orelse))
        return value if then is value.then and orelse is value.orelse else replace(value, then=then, orelse=orelse)
    if not isinstance(value, ArrayValue | TensorValue) or (changed is not None and value.identity not in changed):
        return value
    try:
        return present(reader, value, node)
    except GapError:
        return STALE


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


def shown(
    reader: Reader, value: ArrayValue | TensorValue, state: ArrayValue | TensorValue, node: ast.AST
) -> ArrayValue | TensorValue:
    """A view of an array that is in another state now."""
    assert value.window is not None  # noqa: S101 - told apart before
    places = value.window.places
    if isinstance(value, ArrayValue) and isinstance(state, TensorValue):
        index = _steps(value, tuple(length.const for length in state.axes))
        if index is not None:
            window = Window(state, ((index, ()),))
            axes = tuple(map(Affine, value.shape))
            atom = read_at(reader, state, window.places, axes)
            return TensorValue(atom, axes, state.kind, None, value.identity, value.parents, value.since, window)
    if isinstance(value, ArrayValue):
        numbers = numbered(reader, state, node)
        return replace(value, items=tuple(numbers.items[place] for place in places), window=Window(state, places))
    array = listed(reader, state, node)
    atom = read_at(reader, array, places, value.axes)
    return replace(value, atom=atom, kind=array.kind, affine=None, window=Window(state, places))


def numbered(reader: Reader, state: ArrayValue | TensorValue, node: ast.AST) -> ArrayValue:
    """A state of an array of known shape, number by number."""
    from symdiff.frontend.tensor_indexing import numbers_of

    if isinstance(state, ArrayValue):
        return state
    return replace(numbers_of(reader, state, node), identity=state.identity, parents=state.parents)


def listed(reader: Reader, state: ArrayValue | TensorValue, node: ast.AST) -> TensorValue:
    """A state of an array as an array of the graph."""
    from symdiff.frontend.tensors import tensor_of

    if isinstance(state, TensorValue):
        return state
    plain = replace(state, identity=Cell(), parents=frozenset(), window=None)  # what its numbers are is read, not the array
    return replace(tensor_of(reader, plain, node), kind="float", affine=None, identity=state.identity, parents=state.parents)


def _steps(value: ArrayValue, shape: tuple[int, ...]) -> tuple[Affine, ...] | None:
    """The indices of a view's elements in an array of this shape, in terms of its own; None if they do not go in steps."""
    import numpy as np

    assert value.window is not None  # noqa: S101 - it is a view
    if not value.items or not shape:
        return None
    found: list[Affine] = []
    for place in np.unravel_index(np.reshape(value.window.places, value.shape), shape):
        part = fit = Affine(int(place.flat[0]))
        grid = np.full(value.shape, part.const)
        for axis, length in enumerate(value.shape):
            step = int(place[tuple(int(k == axis) for k in range(place.ndim))] - part.const) if length > 1 else 0
            fit += Affine.of(axis) * step
            grid = grid + step * np.arange(length).reshape([-1 if k == axis else 1 for k in range(place.ndim)])
        if not np.array_equal(grid, place):
            return None
        found.append(fit)
    return tuple(found)


def is_same(first: Value | None, second: Value | None) -> bool:
    """Whether two values show the same elements of the same array."""
    if not isinstance(first, ArrayValue | TensorValue) or not isinstance(second, ArrayValue | TensorValue):
        return False
    return first.identity is second.identity and _places(first, second) == _places(second, first)


def _places(value: ArrayValue | TensorValue, other: ArrayValue | TensorValue) -> object:
    """Where the elements of a view are, in the way that is usual for the kind of another one."""
    if value.window is None:
        return None
    if isinstance(value, ArrayValue) and isinstance(other, TensorValue) and other.window is not None:
        index = _steps(value, tuple(length.const for length in other.window.of.axes))
        return value.window.places if index is None else ((index, ()),)
    return value.window.places


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


def enlarge(reader: Reader, owner: ArrayValue, node: ast.AST) -> None:
    """Make an array of known shape one of the graph: it is to be written to at an index that is not known."""
    reader.cells[owner.identity] = listed(reader, register(reader, owner), node)


def check_kept(reader: Reader, since: int, node: ast.AST) -> None:
    """Refuse that a statement that must not do so has changed an array that was there before it began."""
    kept = getattr(node, "unchanging", False)
    if kept and any(isinstance(cell, Cell) and cell.serial < since < time for cell, time in reader.changes.items()):
        raise GapError(node, "a recursion that changes an array", "return a new one, or write it as a loop", "not yet")


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
