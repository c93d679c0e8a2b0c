"""Lists to which a loop appended, behind the loop: arrays of what it collected, and of which of that it appended.

Where each iteration appends the same number of elements, these are the list, in order. Otherwise there are truth values beside
them: sums and extremes take all of what was collected, as those of ``x[mask]`` do; for anything else the positions of what
was appended are counted, ``positions[c] = k`` where iteration k appends, and the list is ``collected[positions[j]]``.
"""

from __future__ import annotations

import ast
import dataclasses
from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

from symdiff.frontend.computed import is_whole
from symdiff.frontend.conditions import plain_number
from symdiff.frontend.gaps import GapError
from symdiff.frontend.growing import REWRITE, flag, integer_in, is_tuple, item
from symdiff.frontend.loop_values import Appended, GrowingList, GrownList, LoopAxis, SeriesValue
from symdiff.frontend.values import (
    NONE,
    ArrayValue,
    Choice,
    Condition,
    Known,
    ListValue,
    MaskedValue,
    Number,
    TensorValue,
    TupleValue,
    Value,
    describe,
)
from symdiff.frontend.windows import Cell, now
from symdiff.graph.affine import ZERO, Affine, Axes, Element, identity, sizes_in
from symdiff.graph.build import Body
from symdiff.graph.graph import Atom, Buffer, Carried, Collected, Const, Loop, Store
from symdiff.graph.loops import parameter, step_graph
from symdiff.graph.terms import Guard, Term, full_ranges
from symdiff.primitives import TABLE

if TYPE_CHECKING:
    from symdiff.frontend.loop_graph import Row
    from symdiff.frontend.lower import Frame, Reader


@dataclasses.dataclass(frozen=True)
class Grid:
    """What a loop may append, in row-major order of the first ``rank`` axes, and which of it, as 1 and 0 (None: all)."""

    values: TensorValue
    kept: Atom | None
    rank: int

    @property
    def lengths(self) -> Axes:
        """The axes that count elements."""
        return self.values.axes[: self.rank]


def subscript(reader: Reader, owner: GrownList, index: ast.expr, frame: Frame, node: ast.AST) -> Value:
    """Any element of a list, and slices."""
    if isinstance(index, ast.Tuple):
        raise GapError(node, "several indices of a list", "use one after the other: items[i][j]", raises=TypeError)
    from symdiff.frontend import tensor_indexing
    from symdiff.frontend.lengths import require

    elements = array_of(reader, owner, node)
    place = None if isinstance(index, ast.Slice) else plain_number(reader.operand(index, frame))
    if isinstance(place, Condition | Known | TupleValue | ListValue | SeriesValue | TensorValue | MaskedValue) or (
        isinstance(place, ArrayValue) and place.shape
    ):
        raise GapError(node, f"{describe(place)} as an index of a list", "use an integer, or np.array(...) of the list")
    if owner.last is not None and isinstance(place, Number) and place.known == -1:
        require(reader, owner.axes[0] - 1, "IndexError", "list index out of range", node)
        return owner.last  # type: ignore[no-any-return]
    found = tensor_indexing.read(reader, elements, index, frame, node)
    if isinstance(index, ast.Slice) and isinstance(found, TensorValue):
        return made(found, owner.tuples, shows=owner.shows)
    if owner.tuples and isinstance(found, TensorValue):
        return TupleValue(tensor_indexing.rows(reader, found, node))
    return found


def last_of(reader: Reader, owner: GrownList, node: ast.AST) -> Value:
    """The last element: 0, if there is none."""
    from symdiff.frontend import tensor_indexing

    array_of(reader, owner, node)
    end, behind = owner.axes[0] - 1, identity(len(owner.axes) - 1)
    index = (end, *behind) if isinstance(owner.atom, str) else ()
    atom = reader.builder.sum([Term(owner.atom, index, (), (Guard(end),))], owner.axes[1:])
    if not behind:
        return Number(atom)
    found = TensorValue(atom, owner.axes[1:], parents=owner.shows, since=owner.since)
    return TupleValue(tensor_indexing.rows(reader, found, node)) if owner.tuples else found


def array_of(reader: Reader, owner: GrownList, node: ast.AST) -> TensorValue:
    """The elements of a list as an array. They share its memory, and that of the arrays that were appended."""
    if any(reader.changes[cell] > owner.since for cell in owner.shows):
        raise GapError(node, "a list that shows an array that was changed later", "append a copy: .append(u.copy())", "not yet")
    whole = owner.whole and isinstance(owner.atom, str)
    affine = Affine.of(Element(owner.atom, identity(len(owner.axes)))) if whole else None  # type: ignore[arg-type]
    kind: Literal["int", "float"] = "int" if whole else "float"
    return TensorValue(owner.atom, owner.axes, kind, affine, parents=owner.shows, since=owner.since)


def made(
    array: TensorValue,
    tuples: bool,
    chosen: MaskedValue | None = None,
    last: Value | None = None,
    shows: frozenset[object] = frozenset(),
) -> GrownList:
    """The list whose elements are those of an array; ``shows``: the memory of arrays among them."""
    length, since = array.axes[0], now()
    if len(array.axes) > 1:
        shows |= {Cell()}  # what is made of an element may be it
        last = _of_list(last, shows, since) if last is not None else None
    loops = (LoopAxis(length, ZERO, length),)
    whole = array.kind == "int"
    return GrownList(array.atom, loops, 0, True, None, whole, False, array.axes, tuples, chosen, last, shows, since)


def _of_list(value: Value, shows: frozenset[object], since: int) -> Value:
    """An element of a list, whose arrays show the memory of those in the list."""
    if isinstance(value, TupleValue | ListValue):
        return dataclasses.replace(value, items=tuple(_of_list(inner, shows, since) for inner in value.items))
    if isinstance(value, ArrayValue | TensorValue):
        return dataclasses.replace(value, parents=value.parents | shows, since=since)
    return value


def longer(reader: Reader, owner: GrownList, name: str, args: Sequence[Value], frame: Frame, node: ast.AST) -> Value:
    """``items.append(value)`` behind the loop."""
    from symdiff.frontend import changes, containers
    from symdiff.frontend.loop_aliases import held_by
    from symdiff.frontend.tensors import stacked

    changes.count_arguments(name, args, *changes.LIST_METHODS[name], node)
    if reader.loops:
        raise GapError(node, "a loop over an array that makes a list longer", REWRITE, "not yet")
    check_alone(reader, owner, frame, node)
    values = list(args) if name == "append" else containers.elements(reader, args[0], node)
    more = [item(reader, value, node) for value in values]
    if more:
        array = joined(reader, array_of(reader, owner, node), stacked(reader, more, 0, node), False, node)
        new = made(array, owner.tuples, shows=owner.shows.union(*map(held_by, values)))
        frame.variables |= {each: new for each, value in frame.variables.items() if value is owner}
    return NONE


def check_alone(reader: Reader, owner: GrownList, frame: Frame, node: ast.AST, name: str = "") -> None:
    """Refuse to change a list that something else may show, too: what holds it, or, if a name is given, another name."""
    from symdiff.frontend.changes import elsewhere

    inside = [value for other, value in frame.variables.items() if (other != name if name else value is not owner)]
    if any(_shows(value, owner) for value in (*inside, *elsewhere(reader, frame))):
        raise GapError(node, "a change of a list that something else may show, too", "make a new list", "not yet")


def _shows(value: Value, owner: GrownList) -> bool:
    items = (value.then, value.orelse) if isinstance(value, Choice) else getattr(value, "items", ())
    return value is owner or any(_shows(each, owner) for each in items)


# -- what is collected --------------------------------------------------------------------------------------------


def padded(
    reader: Reader, name: str, value: GrowingList, counter: str, trip: Affine | None, inside: set[str], node: ast.AST
) -> GrowingList:
    """The list, where an inner loop appends as often as the counter of this one tells: as often as it may, and when it does."""
    added: list[Appended] = []
    for each in value.added:
        length = each.value.axes[0] if each.rank == 1 else ZERO
        factor = length.coefficient(counter)
        if factor and (factor < 0 or trip is not None) and not inside & set(sizes_in([length])):
            most = length.substitute({counter: ZERO if factor < 0 or trip is None else trip - 1})
            added.append(_of_length(reader, each, most))
            continue
        axes = item(reader, each.value, node).axes if each.rank else ()  # type: ignore[union-attr]
        if {*inside, counter} & set(sizes_in(axes)):
            reason = f"an inner loop that appends to {name}, as often as the iteration around it tells"
            raise GapError(node, reason, REWRITE, "not yet")
        added.append(each)
    return dataclasses.replace(value, added=tuple(added))


def _of_length(reader: Reader, each: Appended, length: Affine) -> Appended:
    """What an inner loop has appended, as an array of another length."""
    array = each.value
    axes, own = (length, *array.axes[1:]), identity(len(array.axes))
    guards = (Guard(array.axes[0] - 1 - Affine.of(0)),)
    value = reader.builder.sum([Term(array.atom, own if isinstance(array.atom, str) else (), (), guards)], axes)
    kept = Const(1) if each.when is None else each.when
    when = reader.builder.sum([Term(kept, own[:1] if isinstance(kept, str) else (), (), guards)], axes[:1])
    return dataclasses.replace(each, value=TensorValue(value, axes), when=when)


def rows_of(reader: Reader, name: str, value: GrowingList, node: ast.AST) -> list[Row]:
    """What an iteration gives to be collected: for each append its value, and, if it has a condition, whether it holds."""
    from symdiff.frontend.loop_graph import Row

    found: list[Row] = []
    for each in value.added:
        given = item(reader, each.value, node)
        axes = given.axes if isinstance(given, TensorValue) else ()
        found.append(Row(name, given.atom, axes))
        kept = flag(reader, each)
        if kept is not None:
            found.append(Row("kept", reader.builder.spread(kept, axes[: each.rank]), axes[: each.rank]))
    return found


def grid_of(reader: Reader, added: Sequence[Appended], collected: Sequence[tuple[str, Axes]], node: ast.AST) -> Grid:
    """What a loop has collected for one list, all iterations one after the other."""
    arrays = iter(collected)
    parts: list[Grid] = []
    for each in added:
        atom, axes = next(arrays)
        kept = None if each.when is None else next(arrays)[0]
        parts.append(Grid(TensorValue(atom, axes), kept, each.rank + 1))
    if len(parts) == 1 and (parts[0].rank == 1 or not parts[0].lengths[-1].is_constant):
        return parts[0]
    if any(part.rank > 2 for part in parts) or len({part.values.axes[part.rank :] for part in parts}) > 1:
        reason = "a list to which a loop appends in several ways, by loops inside of loops"
        raise GapError(node, reason, "use a list for each of them", "not yet")
    return _joined(reader, parts)


def _joined(reader: Reader, parts: Sequence[Grid]) -> Grid:
    """Several appends of an iteration, side by side: on an axis of their own, which becomes one with the iterations if it can."""
    lengths = [part.lengths[1] if part.rank > 1 else Affine(1) for part in parts]
    total = sum(lengths, ZERO)
    trip, behind = parts[0].lengths[0], parts[0].values.axes[parts[0].rank :]
    flat = total.is_constant
    axes = (trip * total.const,) if flat else (trip, total)
    some = any(part.kept is not None for part in parts)
    values: list[Term] = []
    kept: list[Term] = []
    offset = ZERO
    for part, length in zip(parts, lengths, strict=True):
        of_kept = Const(1) if part.kept is None else part.kept
        make = _scattered if flat else _shifted
        values.append(make(part.values.atom, part, (trip, length), offset, total, behind))
        kept.append(make(of_kept, part, (trip, length), offset, total, ()))
        offset += length
    everything = TensorValue(reader.builder.sum(values, (*axes, *behind)), (*axes, *behind))
    return Grid(everything, reader.builder.sum(kept, axes, hint="kept") if some else None, len(axes))


def _scattered(atom: Atom, part: Grid, axes: Axes, offset: Affine, total: Affine, behind: Axes) -> Term:
    """What one append gives, at ``total*k + offset``: the iteration is the first range, the element of it the second."""
    whole = (*axes, *behind)
    own = identity(len(whole), len(behind) + 1)
    index = (own[0], *(own[1:2] if part.rank > 1 else ()), *own[2:])
    address = (own[0] * total.const + offset + own[1], *own[2:])
    return Term(atom, index if isinstance(atom, str) else (), full_ranges(whole), (), address)


def _shifted(atom: Atom, part: Grid, axes: Axes, offset: Affine, total: Affine, behind: Axes) -> Term:
    """What one append gives, at ``[k, offset + j]``."""
    place = Affine.of(1) - offset
    index = (Affine.of(0), *((place,) if part.rank > 1 else ()), *identity(len(behind), 2))
    guards = (Guard(place), Guard(axes[1] - 1 - place)) if part.rank > 1 else (Guard(place, "=="),)
    return Term(atom, index if isinstance(atom, str) else (), (), guards)


# -- the list -----------------------------------------------------------------------------------------------------


def behind(
    reader: Reader,
    before: Value,
    end: GrowingList,
    left: Value | None,
    grid: Grid,
    cut: bool,
    shows: frozenset[object],
    node: ast.AST,
) -> Value:
    """The list behind the loop: what was in it, and what was collected (``cut``: without the last).

    ``left``: what the loop hands on of it, its length and its last element. ``shows``: the memory of arrays in it.
    """
    if isinstance(before, GrowingList):  # an inner loop
        if cut or not isinstance(left, GrowingList):
            raise GapError(node, "an inner loop that appends, and ends by break", REWRITE, "not yet")
        added = Appended(grid.values, grid.kept, grid.rank, shows, now())
        return dataclasses.replace(before, added=(*before.added, added), count=left.count, newest=left.newest)
    from symdiff.frontend.conditions import are_truths

    assert isinstance(before, ListValue | GrownList)  # noqa: S101 - it grows
    first = array_of(reader, before, node) if isinstance(before, GrownList) else before
    chosen, last = None, None
    tuples = is_tuple(end.newest)
    array = grid.values
    if grid.rank > 1 or grid.kept is not None:
        array = _compacted(reader, grid)
        last = left.newest if isinstance(left, GrowingList) else None
        if not tuples and isinstance(first, ListValue) and not first.items:
            truths = _truths(reader, grid)
            chosen = MaskedValue(grid.values, TensorValue(truths, grid.lengths, "bool"))
    found = joined(reader, first, array, cut, node)
    if not isinstance(first, ListValue):
        return made(found, tuples, chosen, last, shows)
    values = (*first.items, *(each.value for each in end.added))
    if all(map(is_whole, values)):
        found = dataclasses.replace(found, kind="int")
    return dataclasses.replace(made(found, tuples, chosen, last, shows), truths=all(map(are_truths, values)))


def _truths(reader: Reader, grid: Grid) -> Atom:
    if grid.kept is None:
        return Const(True)
    return reader.builder.apply(TABLE["ne"], grid.kept, Const(0))


def joined(reader: Reader, first: TensorValue | ListValue, array: TensorValue, cut: bool, node: ast.AST) -> TensorValue:
    """What a list held before a loop, and an array of what the loop appended (``cut``: without the last)."""
    from symdiff.frontend.lengths import settled
    from symdiff.frontend.tensors import moved

    count = Affine(len(first.items)) if isinstance(first, ListValue) else first.axes[0]
    if count == ZERO and not cut:
        return array
    more = settled(reader, array.axes[0], "a list of what a loop appends", node)
    everything = (count + more - int(cut), *array.axes[1:])
    inner, here = identity(len(array.axes) - 1, 1), Affine.of(0)

    def term(atom: Atom, index: tuple[Affine, ...], guard: Guard) -> Term:
        return Term(atom, index if isinstance(atom, str) else (), (), (guard,))

    terms = [term(array.atom, (here - count, *inner), Guard(here - count))]
    if isinstance(first, TensorValue):
        terms.append(term(first.atom, (here, *inner), Guard(count - 1 - here)))
    else:
        terms += [term(item(reader, each, node).atom, inner, Guard(here - k, "==")) for k, each in enumerate(first.items)]
    return TensorValue(moved(reader, terms, everything), everything)


def _compacted(reader: Reader, grid: Grid) -> TensorValue:
    """The elements that were appended, one after the other: ``values[positions[j]]``."""
    places, count = _numbered(reader, grid) if grid.kept is None else counted(reader, grid, grid.kept)
    axes = (Affine.of(count), *grid.values.axes[grid.rank :])
    at = tuple(Affine.of(Element(place, (Affine.of(0),))) for place in places)
    term = Term(grid.values.atom, (*at, *identity(len(axes) - 1, 1)) if isinstance(grid.values.atom, str) else ())
    return TensorValue(reader.builder.sum([term], axes), axes)


# -- positions ----------------------------------------------------------------------------------------------------


def size_of(reader: Reader, total: Atom) -> str:
    """An integer from data as a size: the number of iterations of a loop that does nothing."""
    builder = reader.builder
    counter, count = builder.fresh("k"), builder.fresh("m")
    reader.counts.add(count)
    step = step_graph("step", [parameter(counter, size=True)], (), [])
    builder.append(Loop(step, counter, integer_in(total), count=count, origin=builder.origin))
    return count


def counted(reader: Reader, grid: Grid, kept: Atom, total: Atom | None = None) -> tuple[list[str], str]:
    """The positions of what was appended, and their number (``total``). There is room for one more, which is written in vain."""
    from symdiff.frontend.loop_graph import closed

    builder = reader.builder
    if total is None:
        total = builder.sum([Term(kept, identity(grid.rank), full_ranges(grid.lengths))], (), hint="length")
    count = size_of(reader, total)
    room = (Affine.of(count) + 1,)
    counter, at, end = builder.fresh("k"), builder.fresh("c"), builder.fresh("c")
    params = [builder.fresh("positions", axes=room) for _ in grid.lengths]
    places = [builder.fresh("positions", axes=room) for _ in grid.lengths]
    body = Body()
    with builder.block(body):
        numbers, index = _place(reader, grid, counter)
        new = builder.apply(TABLE["add"], at, builder.sum([Term(kept, index if isinstance(kept, str) else ())], ()))
    store = Store((integer_in(at),))
    rows = zip(params, places, strict=True)
    buffers = tuple(Buffer(param, Const(0.0), place, room, (store,)) for param, place in rows)
    outputs: list[tuple[Atom, Axes]] = [(new, ()), *((number, ()) for number in numbers)]
    step = step_graph("step", (), tuple(body), outputs)
    trip = _trip(reader, grid)
    loop = Loop(step, counter, trip, (Carried(at, Const(0), end),), buffers, origin=builder.origin)
    builder.append(closed(builder, loop, outputs, body))
    return places, count


def _numbered(reader: Reader, grid: Grid) -> tuple[list[str], str]:
    """The positions of everything, and its number: that of a product of lengths is none of the sizes."""
    from symdiff.frontend.loop_graph import closed

    builder = reader.builder
    counter, count = builder.fresh("k"), builder.fresh("m")
    reader.counts.add(count)
    length = (Affine.of(count),)
    body = Body()
    with builder.block(body):
        numbers, _ = _place(reader, grid, counter)
    outputs: list[tuple[Atom, Axes]] = [(number, ()) for number in numbers]
    trip = _trip(reader, grid)
    places = [builder.fresh("positions", axes=length) for _ in numbers]
    step = step_graph("step", (), tuple(body), outputs)
    loop = Loop(step, counter, trip, collected=tuple(map(Collected, places)), count=count, origin=builder.origin)
    builder.append(closed(builder, loop, outputs, body))
    return places, count


def _trip(reader: Reader, grid: Grid) -> Affine:
    """The number of places."""
    from symdiff.frontend.lengths import affine_atom, is_certain

    if grid.rank == 1:
        return grid.lengths[0]
    total: Atom = Const(1)
    for length in grid.lengths:
        here = affine_atom(reader, length)
        if not is_certain(reader, length):
            here = reader.builder.apply(TABLE["maximum"], here, Const(0))
        total = here if total == Const(1) else reader.builder.apply(TABLE["mul"], total, here)
    return integer_in(total)


def _place(reader: Reader, grid: Grid, counter: str) -> tuple[list[Atom], tuple[Affine, ...]]:
    """The indices of the place that is the k-th in row-major order, as numbers and for reading."""
    from symdiff.frontend.lengths import affine_atom

    builder = reader.builder
    number = builder.sum([Term(Affine.of(counter))], ())
    if grid.rank == 1:
        return [number], (Affine.of(counter),)
    rest, found = number, []
    for length in grid.lengths[:0:-1]:
        width = affine_atom(reader, length)
        row = builder.apply(TABLE["floor"], builder.apply(TABLE["div"], rest, width))
        found.append(builder.apply(TABLE["sub"], rest, builder.apply(TABLE["mul"], row, width)))
        rest = row
    numbers = [rest, *reversed(found)]
    return numbers, tuple(map(integer_in, numbers))
