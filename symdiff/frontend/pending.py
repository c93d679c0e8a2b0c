"""Arrays that loops write to: what is written, and what of it is read in the loops, until they have ended.

The iterations are read as axes, so that nothing tells what an iteration finds in the array but the indices: what the same
iteration wrote at the same index; what was there before the loops, if no earlier iteration can have written there.
"""

from __future__ import annotations

import ast
import dataclasses
import itertools
from collections.abc import Iterator, Mapping, Sequence
from typing import NoReturn

from symdiff.frontend import cells
from symdiff.frontend.gaps import GapError, not_as_arrays
from symdiff.frontend.lengths import extent
from symdiff.frontend.loop_rows import over_loops
from symdiff.frontend.loop_values import Access, Entry, PendingArray, PendingValue
from symdiff.frontend.loop_writes import element, require_on_axis, sizes_around
from symdiff.frontend.lower import Frame, Reader, negated_guard
from symdiff.frontend.tensor_indexing import At, Span
from symdiff.frontend.tensor_writes import check_writeable, keeps_whole, rest_of
from symdiff.frontend.tensors import moved, own
from symdiff.frontend.values import Condition, Number, TensorValue, Value
from symdiff.frontend.windows import now
from symdiff.graph.affine import Affine, Symbol
from symdiff.graph.bounds import Bounds
from symdiff.graph.contract import contracted
from symdiff.graph.graph import Atom, Const
from symdiff.graph.terms import Guard, Range, Term

EARLIER, SAME, LATER = -1, 0, 1


def begin(reader: Reader, array: TensorValue, node: ast.AST) -> None:
    """A loop that writes to an array, or to a view of one, begins."""
    check_writeable(array, node, whole=True)  # what is written is looked at when it is
    base = cells.register(reader, array)
    if base.kind == "bool":
        reader.fix(sizes_around(reader, base), node, "a loop of any length that writes truth values", "use np.where")
    reader.cells[array.identity] = PendingArray(base, len(reader.loops))


def end(reader: Reader, frame: Frame, node: ast.AST) -> None:
    """Loops have ended: the arrays that they wrote to are in new states."""
    names = {value.identity: name for name, value in frame.variables.items() if isinstance(value, TensorValue)}
    for cell, pending in list(reader.cells.items()):
        if isinstance(pending, PendingArray) and pending.depth == len(reader.loops):
            reader.cells[cell] = pending.base
            if pending.entries:
                cells.change(reader, pending.base, _settled(reader, pending, names.get(pending.base.identity, "t"), node), node)


def unread(reader: Reader, owner: PendingValue, node: ast.AST) -> NoReturn:
    """Anything but an element of such an array: the loops must be unrolled."""
    reason = "a loop of any length that reads an array to which it writes"
    reader.fix(sizes_around(reader, owner.array), node, reason, "write to another array")


# -- elements -----------------------------------------------------------------------------------------------------


def _indices(reader: Reader, owner: PendingValue, index: ast.expr, frame: Frame, node: ast.AST) -> list[Affine]:
    """The indices of an element."""
    parts = index.elts if isinstance(index, ast.Tuple) else [index]
    axes = owner.array.axes
    if len(parts) != len(axes) or any(isinstance(part, ast.Slice) for part in parts):
        reason = "a row or slice of an array to which a loop of any length writes"
        reader.fix(sizes_around(reader, owner.array), node, reason, "use the elements")
    values = [reader.operand(part, frame) for part in parts]
    if reader.trying and any(isinstance(value, Number) and value.affine is None and value.whole for value in values):
        raise not_as_arrays(reader, GapError(node, "a computed index of an array to which a loop writes", "write a plain loop"))
    found = [extent(reader, value, part, "an index") for value, part in zip(values, parts, strict=True)]
    inside = Bounds(tuple(loop.range for loop in reader.loops))
    return [_from_start(inside, part, length) for part, length in zip(found, axes, strict=True)]


def _from_start(inside: Bounds, part: Affine, length: Affine) -> Affine:
    """An index; one that is negative in every iteration counts from the end."""
    return length + part if inside.is_nonnegative(-part - 1) else part


def _in_array(reader: Reader, owner: PendingValue, index: Sequence[Affine], node: ast.AST) -> tuple[Affine, ...]:
    """The indices of an element in the array itself, which must be on its axes."""
    array: TensorValue = owner.array
    inside = Bounds(tuple(loop.range for loop in reader.loops))
    guards = [guard for position, loop in enumerate(reader.loops) for guard in loop.guards(position)] + reader.domain
    for part, length in zip(index, array.axes, strict=True):
        if any(part.elements):
            raise GapError(node, "an index from data in an array to which a loop writes", "use indices that count", "not yet")
        least = inside.least(part)
        if least is not None and least.terms and all(factor < 0 for _, factor in least.terms):
            unread(reader, owner, node)  # u[-i] is the first element, then one from the end
        require_on_axis(reader, inside, guards, part, node)
        require_on_axis(reader, inside, guards, length - 1 - part, node)
    if array.window is None:
        return tuple(index)
    (where, outside), *more = array.window.places
    if more or outside:
        unread(reader, owner, node)
    places: dict[Symbol, Affine] = dict(enumerate(index))
    return tuple(part.substitute(places) for part in where)


def _state(reader: Reader, owner: PendingValue) -> PendingArray:
    state = reader.cells[owner.array.identity]
    assert isinstance(state, PendingArray)  # noqa: S101 - that is how the name was found
    return state


def store(
    reader: Reader, owner: PendingValue, index: ast.expr, value: Value, frame: Frame, node: ast.AST, op: type[ast.operator] | None
) -> None:
    """``owner[index] = value`` and ``+=``, kept until the loops have ended."""
    from symdiff.frontend.conditions import scalar
    from symdiff.frontend.expressions import binary

    check_writeable(owner.array, node, keeps_whole(reader, value, op))
    places = _in_array(reader, owner, _indices(reader, owner, index, frame, node), node)
    if op is not None and op not in (ast.Add, ast.Sub):
        value = binary(reader, op, _current(reader, owner, places, node), value, node)
        op = None
    if op is ast.Sub:
        value = binary(reader, ast.Mult, Number(Const(-1), -1), value, node)
    atom = over_loops(reader, scalar(reader, value, node).atom)
    entry = Entry(places, atom, op is not None, tuple(reader.loops), now())
    state = _state(reader, owner)
    again = op is None and all((other.index, other.loops) == (entry.index, entry.loops) for other in state.entries)
    entries = (entry,) if again else (*state.entries, entry)
    reader.cells[owner.array.identity] = dataclasses.replace(state, entries=entries)


def read(reader: Reader, owner: PendingValue, index: ast.expr, frame: Frame, node: ast.AST) -> Value:
    """``owner[index]``."""
    return element_at(reader, owner, _indices(reader, owner, index, frame, node), node)


def element_at(reader: Reader, owner: PendingValue, index: Sequence[Affine], node: ast.AST) -> Value:
    """The element at indices in terms of the loops."""
    if len(index) != len(owner.array.axes):
        unread(reader, owner, node)
    return _current(reader, owner, _in_array(reader, owner, index, node), node)


def _current(reader: Reader, owner: PendingValue, index: tuple[Affine, ...], node: ast.AST) -> Value:
    """An element as this iteration finds it. What other iterations wrote is handed on from one to the next."""
    state, access = _state(reader, owner), Access(index, tuple(reader.loops), now(), node)
    written: list[Entry] = []
    for entry in state.entries:
        plain = not entry.adds and entry.mask is None  # else what other iterations wrote to the element counts, too
        again = plain and (entry.index, entry.loops) == (index, access.loops)
        when = {SAME} if again else _order(entry, access)
        if when == {SAME}:
            written.append(entry)
        elif when - {LATER}:
            unread(reader, owner, node)
    first = next((k for k, entry in reversed([*enumerate(written)]) if not entry.adds and entry.mask is None), None)
    if first is None:
        value = element(reader, state.base, index, node)
        reader.cells[owner.array.identity] = dataclasses.replace(state, reads=(*state.reads, access))
    else:
        value = _number(written[first].atom)
        written = written[first + 1 :]
    for entry in written:
        value = _after(reader, entry, value)
    return value


def _after(reader: Reader, entry: Entry, value: Value) -> Value:
    """An element after a write to it."""
    from symdiff.frontend.array_loops import common
    from symdiff.frontend.conditions import as_number

    assert isinstance(value, Number | Condition)  # noqa: S101 - an element
    before = as_number(reader, value)
    if entry.adds:
        return as_number(reader, reader.apply("add", before, _number(entry.atom)))
    assert entry.mask is not None  # noqa: S101 - other writes are what the element is
    mask, new, old = common(reader, [entry.mask, entry.atom, before.atom])
    axes = reader.builder.axes_of(mask)
    pair = "t", reader.builder.spread(new, axes), reader.builder.spread(old, axes)
    return _number(reader.builder.branch(mask, (), (), [pair])[0])


def _number(atom: Atom) -> Number:
    return Number(atom, atom.value if isinstance(atom, Const) else None)


# -- order --------------------------------------------------------------------------------------------------------


def _order(entry: Entry, access: Access | Entry) -> set[int]:
    """When, seen from an iteration that accesses an element, an entry can have written to that element.

    In an earlier iteration, in the same, in a later one; in several of them where that cannot be told; in none.
    """
    unknown = {EARLIER, SAME, LATER}
    at: dict[Symbol, Affine] = {}
    for part, place in zip(entry.index, access.index, strict=True):
        if not part.positions:
            if place == part:
                continue
            return set() if (place - part).is_constant else unknown
        position = next(iter(part.positions))
        factor = part.coefficient(position)
        if len(part.positions) > 1 or abs(factor) != 1 or position in at:
            return unknown
        at[position] = (place - part + Affine.of(position) * factor) * factor
    inside = Bounds(tuple(loop.range for loop in access.loops))
    if _never(inside, entry, at):
        return set()
    for position, (own_loop, loop) in enumerate(itertools.zip_longest(entry.loops, access.loops)):
        if own_loop is None or loop is None or own_loop.since != loop.since:
            return {EARLIER if entry.time < access.time else LATER}  # one after the other in the iteration around both
        if position not in at:
            return unknown
        when = _sign(inside, at[position] - Affine.of(position))
        if when != {SAME}:
            return when if SAME not in when or position == len(access.loops) - 1 else unknown
    return {SAME}


def refuse_crossing(reader: Reader, base: TensorValue, entries: Sequence[Entry], reads: Sequence[Access]) -> None:
    """Iterations must not read, on one side of a branch, what earlier ones write on the other; the same takes one side."""
    for access in reads:
        if any(_order(entry, access) - {SAME, LATER} for entry in entries):
            reason = "a loop of any length that reads what other iterations write"
            reader.fix(sizes_around(reader, base), access.node, reason, "write to another array")


def _never(inside: Bounds, entry: Entry, at: Mapping[Symbol, Affine]) -> bool:
    """Whether no iteration of the loops around an entry is that at these positions."""
    for position, loop in enumerate(entry.loops):
        low, high = loop.low.substitute(at), loop.high.substitute(at)
        known = position in at and all(other in at for other in loop.low.positions | loop.high.positions)
        if known and (inside.is_nonnegative(low - 1 - at[position]) or inside.is_nonnegative(at[position] - high)):
            return True
    return False


def _sign(inside: Bounds, distance: Affine) -> set[int]:
    """How the position of a loop compares with its present one."""
    found = {EARLIER, SAME, LATER}
    for sign in (EARLIER, LATER):
        if inside.is_nonnegative(distance * sign - 1):
            return {sign}
        if inside.is_nonnegative(distance * -sign):
            found -= {sign}
    return found


def _in_order(entries: Sequence[Entry]) -> Iterator[Entry] | None:
    """The entries in the order in which they write to an element; None if that cannot be told."""
    rest, found = list(entries), list[Entry]()
    while rest:
        for entry in rest:
            others = [(_order(other, entry), other.time < entry.time) for other in rest if other is not entry]
            if any(len(when) > 1 for when, _ in others):
                return None
            if not any(when == {EARLIER} or (when == {SAME} and before) for when, before in others):
                break
        else:
            return None
        rest.remove(entry)
        found.append(entry)
    return iter(found)


# -- behind the loops ---------------------------------------------------------------------------------------------


def _settled(reader: Reader, pending: PendingArray, hint: str, node: ast.AST) -> TensorValue:
    """The array behind the loops."""
    base: TensorValue = pending.base
    sizes = sizes_around(reader, base)
    for entry, access in itertools.product(pending.entries, pending.reads):
        if entry.time > access.time and EARLIER in _order(entry, access):
            reader.fix(sizes, access.node, "a loop of any length that reads what it wrote before", "write to another array")
    first, *others = pending.entries
    plain = all(entry.adds and entry.mask is None for entry in others) and first.mask is None
    if plain and (first.adds or all(entry.index == first.index for entry in others)):
        groups: list[list[Entry]] = [[*pending.entries]]
    else:
        order = _in_order(pending.entries)
        if order is None:
            reason = "a loop of any length that writes to the same array in several ways"
            reader.fix(sizes, node, reason, "write each element once")
        groups = [[entry] for entry in order]
    array = base
    for group in groups:
        array = _overlaid(reader, array, group, hint, node)
    return array


def _overlaid(reader: Reader, array: TensorValue, entries: Sequence[Entry], hint: str, node: ast.AST) -> TensorValue:
    """An array after writes: the sum of what was written, and of the elements of before where nothing was."""
    first = entries[0]
    terms = [_written(reader, entry, entry.atom, array) for entry in entries]
    kept: list[Term] = [own(array)]
    if not first.adds:
        placed = terms[0]
        if placed is not None and (placed.address is not None or placed.ranges):
            spans = _spans(placed, len(array.axes))
            if spans is None or first.mask is not None:
                reason = "a loop of any length that writes to the same element several times"
                reader.fix(sizes_around(reader, array), node, reason, "write each element once, or add up")
            kept = rest_of(array, spans)
        else:
            kept = _elsewhere(array, placed.guards) if placed is not None and first.mask is None else kept
    if first.mask is None or first.adds:
        found = [term for term in (*kept, *terms) if term is not None]
        return dataclasses.replace(array, atom=moved(reader, found, array.axes, hint=hint), affine=None)
    new = moved(reader, [term for term in terms if term is not None], array.axes, hint=hint)
    mask = _written(reader, first, first.mask, array)
    where = moved(reader, [mask] if mask is not None else [], array.axes, "bool", hint=hint)
    if isinstance(where, Const):
        return array
    atom = reader.builder.branch(where, (), (), [(hint, reader.builder.spread(new, array.axes), array.atom)])[0]
    return dataclasses.replace(array, atom=atom, affine=None)


def _written(reader: Reader, entry: Entry, atom: Atom, array: TensorValue) -> Term | None:
    """What a write contributes, as a gather where its index can be solved for the loop."""
    rank = len(array.axes)
    shift: dict[Symbol, Affine] = {position: Affine.of(position + rank) for position in range(len(entry.loops))}
    own_rank = len(reader.builder.axes_of(atom))
    index = tuple(Affine.of(rank + position) for position in range(own_rank))
    ranges = tuple(Range(loop.low.substitute(shift), loop.high.substitute(shift)) for loop in entry.loops)
    address = tuple(part.substitute(shift) for part in entry.index)
    return contracted(Term(atom, index, ranges, (), address), array.axes)


def _spans(placed: Term, rank: int) -> list[At | Span] | None:
    """The slices with steps that a write to the address of a term is one of; None if it may reach an element twice."""
    found: list[At | Span] = []
    used: list[int] = []
    for part in placed.address or ():
        positions = sorted(part.positions)
        if not positions:
            found.append(At(part))
            continue
        position = positions[0]
        each, step = placed.ranges[position - rank], part.coefficient(position)
        if len(positions) > 1 or position in used or each.low.positions or each.high.positions or not step:
            return None
        rest = part - Affine.of(position) * step
        used.append(position)
        found.append(Span(rest + each.low * step, rest + each.high * step, step))
    return found if not placed.guards and len(used) == len(placed.ranges) and placed.address is not None else None


def _elsewhere(array: TensorValue, guards: Sequence[Guard]) -> list[Term]:
    """The elements at which one of the guards does not hold, in terms that do not overlap."""
    before: list[Guard] = []
    terms: list[Term] = []
    for guard in guards:
        terms.append(dataclasses.replace(own(array), guards=(*before, negated_guard(guard))))
        before.append(guard)
    return terms
