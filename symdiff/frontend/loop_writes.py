"""Elements of arrays inside of loops: reading at indices that depend on the loops, and writing."""

from __future__ import annotations

import ast
import dataclasses
from collections.abc import Sequence
from typing import TYPE_CHECKING

from symdiff.frontend.cells import view_of
from symdiff.frontend.gaps import GapError
from symdiff.frontend.loop_rows import depth_of, guard_here, here, marked, over_loops
from symdiff.frontend.loop_values import Entry, PendingArray
from symdiff.frontend.lower import Frame, Reader, negated_guard
from symdiff.frontend.tensor_indexing import At, Span
from symdiff.frontend.tensor_writes import check_writeable
from symdiff.frontend.tensors import extent, is_certain, moved, own, require
from symdiff.frontend.values import Condition, Number, TensorValue, Value
from symdiff.graph.affine import Affine, Symbol, identity, sizes_in
from symdiff.graph.bounds import Bounds
from symdiff.graph.contract import contracted
from symdiff.graph.graph import Atom, Const
from symdiff.graph.terms import Guard, Range, Term

if TYPE_CHECKING:
    from symdiff.frontend.loop_flow import Plan


def element(reader: Reader, owner: TensorValue, index: Sequence[Affine], node: ast.AST) -> Value:
    """``owner[index]`` inside of loops, one index for each axis; -1 is the last element, also where a loop begins there."""
    if len(index) != len(owner.axes):
        return row(reader, owner, [At(part) for part in index], node)
    if depth_of(reader, owner.atom):
        batch = over_loops(reader, owner.atom)
        depth = depth_of(reader, owner.atom)
        owner = dataclasses.replace(owner, atom=batch, axes=reader.builder.axes_of(batch))
        index = [*identity(depth), *index]
    rank = 1 + max((position for part in index for position in part.positions), default=-1)
    axes = tuple(loop.length for loop in reader.loops[:rank])
    if isinstance(owner.atom, Const):
        atom: Atom = owner.atom
    else:
        cases: list[tuple[tuple[Affine, ...], tuple[Guard, ...]]] = [((), ())]
        for part, length in zip(index, owner.axes, strict=True):
            cases = [
                ((*before, place), (*guards, *more))
                for before, guards in cases
                for place, more in _places(reader, part, length, rank, node)
            ]
        if owner.kind == "bool" and len(cases) > 1:
            raise GapError(node, "truth values before the first one", "use indices from 0 on", "not yet")
        terms = [Term(owner.atom, place, (), tuple(dict.fromkeys(guards))) for place, guards in cases]
        atom = moved(reader, terms, axes, reader.builder.kind(owner.atom))
    if reader.builder.kind(atom) == "bool":
        return Condition(atom, numpy=True)
    affine = owner.affine.substitute(dict(enumerate(index))) if owner.affine is not None else None
    return Number(atom, atom.value if isinstance(atom, Const) else None, affine)


def row(reader: Reader, owner: TensorValue, parts: Sequence[At | Span], node: ast.AST) -> Value:
    """``owner[i, 1:]`` inside of loops: an array without the axes of the loops (see ``loop_rows``)."""
    reader.row_node = node
    parts = [*parts, *(Span(Affine(), length) for length in owner.axes[len(parts) :])]
    cases: list[tuple[tuple[Affine, ...], tuple[Guard, ...]]] = [((), ())]
    axes: list[Affine] = []
    for part, length in zip(parts, owner.axes, strict=True):
        if isinstance(part, Span):
            if part.length is None or part.length.positions or marked([part.length]):
                reader.fix(_sizes(reader, owner), node, "a slice whose length depends on a loop", "index every axis")
            place = here(part.start) + Affine.of(len(axes)) * part.step
            axes.append(part.length)
            loops = enumerate(reader.loops if marked([place]) else ())
            gone_through = tuple(guard_here(guard) for position, loop in loops for guard in loop.guards(position))
            found: list[tuple[Affine, tuple[Guard, ...]]] = [(place, gone_through)]
        else:
            at = _places(reader, part.index, length, len(reader.loops), node)
            found = [(here(place), tuple(map(guard_here, guards))) for place, guards in at]
        cases = [((*index, place), (*before, *guards)) for index, before in cases for place, guards in found]
    if owner.kind == "bool" and len(cases) > 1:
        raise GapError(node, "truth values before the first one", "use indices from 0 on", "not yet")
    return view_of(reader, owner, [(index, tuple(dict.fromkeys(guards))) for index, guards in cases], tuple(axes))


def require_in_loops(reader: Reader, part: Affine, message: str, node: ast.AST) -> None:
    """An expression in the positions of loops must be at least 0 in every iteration."""
    inside = Bounds(tuple(loop.range for loop in reader.loops))
    guards = [guard for position, loop in enumerate(reader.loops) for guard in loop.guards(position)] + reader.domain
    _require_on_axis(reader, inside, guards, part, node, message)


def _sizes(reader: Reader, owner: TensorValue) -> tuple[str, ...]:
    return sizes_in([*owner.axes, *(loop.length for loop in reader.loops)])


def _places(reader: Reader, part: Affine, length: Affine, rank: int, node: ast.AST) -> list[tuple[Affine, tuple[Guard, ...]]]:
    """Where an index reads, with guards that keep it on the axis: negative ones count from the end."""
    if any(part.elements):
        return [(part, ())]
    box = Bounds(tuple(Range(Affine(), loop.length) for loop in reader.loops))
    if box.is_nonnegative(part) and box.is_nonnegative(length - 1 - part):
        return [(part, ())]
    if part.is_constant and part.const < 0:
        return _places(reader, length + part.const, length, rank, node)
    if not part.positions:  # the same in every iteration
        for side in (part, length - 1 - part):
            _require_on_axis(reader, box, (), side, node)
        return [(part, ())]
    guards = [guard for position, loop in enumerate(reader.loops[:rank]) for guard in loop.guards(position)]
    guards += [guard for guard in reader.domain if all(position < rank for position in guard.affine.positions)]
    inside = Bounds(tuple(loop.range for loop in reader.loops))
    _require_on_axis(reader, inside, guards, length - 1 - part, node)
    if _holds(inside, guards, part):
        return [(part, tuple(guards))]
    _require_on_axis(reader, inside, guards, part + length, node)
    return [(part, (*guards, Guard(part))), (part + length, (*guards, Guard(-part - 1)))]


def _holds(inside: Bounds, guards: Sequence[Guard], part: Affine) -> bool:
    """Whether an expression is at least 0 in the iterations that are gone through."""
    known = [guard.affine for guard in guards if guard.test == ">="]
    return inside.is_nonnegative(part) or any(inside.is_nonnegative(part - other) for other in known)


def _require_on_axis(
    reader: Reader,
    inside: Bounds,
    guards: Sequence[Guard],
    part: Affine,
    node: ast.AST,
    text: str = "an index that is out of range in a loop",
) -> None:
    """An index must not leave the axis in any iteration: what depends on lengths is checked once, before the loop."""
    if _holds(inside, guards, part):
        return
    least = inside.least(part)
    if least is None:
        raise GapError(node, "an index of which nothing tells that it is in range", "use bounds that lengths tell", "not yet")
    if not reader.builder.current.elementwise or is_certain(reader, least):
        require(reader, least, "IndexError", text, node)
    elif not least.const and sorted(factor for _, factor in least.terms) == [-1, 1]:  # each position of another array
        require(reader, least, "IndexError", f"{text}, where a branch is taken", node)
    else:
        reason = "an index in a branch, of which nothing tells that it is in range"
        reader.fix(sizes_in([least]), node, reason, "use bounds that lengths tell")


# -- writes -------------------------------------------------------------------------------------------------------


def check_alone(reader: Reader, plan: Plan, name: str, value: TensorValue, frame: Frame, node: ast.For) -> None:
    """The array that a loop writes to must not be read in it under another name."""
    check_writeable(value, node)
    loads = {inner.id for inner in ast.walk(node) if isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Load)}
    for other in sorted(loads - {name}):
        found = frame.variables.get(other)
        if isinstance(found, TensorValue) and found.identity is value.identity:
            raise GapError(node, f"a loop that writes to {name}, which {other} shows, too", "make a copy first", "not yet")


def indices(reader: Reader, owner: PendingArray, index: ast.expr, frame: Frame, node: ast.AST) -> tuple[Affine, ...]:
    """The indices of an element that is written."""
    parts = index.elts if isinstance(index, ast.Tuple) else [index]
    if len(parts) != len(owner.base.axes) or any(isinstance(part, ast.Slice) for part in parts):
        reader.fix(_sizes(reader, owner.base), node, "a write to a row or slice in a loop of any length", "write the elements")
    found = [extent(reader, reader.operand(part, frame), part, "an index") for part in parts]
    return tuple(
        length + part.const if part.is_constant and part.const < 0 else part
        for part, length in zip(found, owner.base.axes, strict=True)
    )


def store(
    reader: Reader, owner: PendingArray, index: ast.expr, value: Value, frame: Frame, node: ast.AST, op: type[ast.operator] | None
) -> PendingArray:
    """``owner[index] = value`` and ``+=``, kept until the loops have ended."""
    from symdiff.frontend.conditions import scalar
    from symdiff.frontend.expressions import binary

    places = indices(reader, owner, index, frame, node)
    inside = Bounds(tuple(loop.range for loop in reader.loops))
    guards = [guard for position, loop in enumerate(reader.loops) for guard in loop.guards(position)] + reader.domain
    for part, length in zip(places, owner.base.axes, strict=True):
        if any(part.elements):
            raise GapError(node, "a write at an index from data", "use indices that count", "not yet")
        _require_on_axis(reader, inside, guards, part, node)
        _require_on_axis(reader, inside, guards, length - 1 - part, node)
    if op is not None and op not in (ast.Add, ast.Sub):
        present = current(reader, owner, places, node)
        value = binary(reader, op, present, value, node)
        op = None
    if op is ast.Sub:
        value = binary(reader, ast.Mult, Number(Const(-1), -1), value, node)
    atom = over_loops(reader, scalar(reader, value, node).atom)
    entry = Entry(places, atom, op is not None, tuple(reader.loops))
    again = op is None and all((other.index, other.loops) == (entry.index, entry.loops) for other in owner.entries)
    return dataclasses.replace(owner, entries=(entry,) if again else (*owner.entries, entry))


def current(reader: Reader, owner: PendingArray, index: tuple[Affine, ...], node: ast.AST) -> Number:
    """An element that this iteration wrote before. What other iterations wrote is handed on from one to the next."""
    from symdiff.frontend.conditions import as_number

    if not owner.entries or any(entry.index != index for entry in owner.entries) or owner.entries[0].adds:
        reason = "a loop of any length that reads an array to which it writes"
        reader.fix(_sizes(reader, owner.base), node, reason, "write to another array")
    total: Number | None = None
    for entry in owner.entries:
        value = Number(entry.atom, entry.atom.value if isinstance(entry.atom, Const) else None)
        total = as_number(reader, reader.apply("add", total, value)) if entry.adds and total is not None else value
    assert total is not None  # noqa: S101 - there are entries
    return total


def settled(reader: Reader, pending: PendingArray, node: ast.AST) -> TensorValue:
    """The array behind the loops: the sum of what was written, and of the elements of before where nothing was."""
    base: TensorValue = pending.base
    rank = len(base.axes)
    first = pending.entries[0]
    replaced = not first.adds
    if any(not entry.adds for entry in pending.entries[1:]) or (
        replaced and any(entry.index != first.index for entry in pending.entries)
    ):
        reason = "a loop of any length that writes to the same array in several ways"
        reader.fix(_sizes(reader, base), node, reason, "write each element once")
    terms = [_written(reader, entry, base) for entry in pending.entries]
    kept: list[Term] = [own(base)]
    if replaced:
        placed = terms[0]
        if placed is not None and (placed.address is not None or placed.ranges):
            reason = "a loop of any length that writes to the same element several times"
            reader.fix(_sizes(reader, base), node, reason, "write each element once, or add up")
        kept = _elsewhere(base, placed.guards) if placed is not None else kept
    found = [term for term in (*kept, *terms) if term is not None]
    return dataclasses.replace(base, atom=moved(reader, found, base.axes, hint=_name(node, rank)), affine=None)


def _name(node: ast.AST, rank: int) -> str:
    """The name of the array that a loop writes to."""
    for inner in ast.walk(node):
        if isinstance(inner, ast.Subscript) and isinstance(inner.ctx, ast.Store) and isinstance(inner.value, ast.Name):
            return inner.value.id
    return f"t_{rank}"


def _written(reader: Reader, entry: Entry, base: TensorValue) -> Term | None:
    """What a write contributes, as a gather where its index can be solved for the loop."""
    rank = len(base.axes)
    shift: dict[Symbol, Affine] = {position: Affine.of(position + rank) for position in range(len(entry.loops))}
    own_rank = len(reader.builder.axes_of(entry.atom))
    index = tuple(Affine.of(rank + position) for position in range(own_rank))
    ranges = tuple(Range(loop.low.substitute(shift), loop.high.substitute(shift)) for loop in entry.loops)
    address = tuple(part.substitute(shift) for part in entry.index)
    return contracted(Term(entry.atom, index, ranges, (), address), base.axes)


def _elsewhere(base: TensorValue, guards: Sequence[Guard]) -> list[Term]:
    """The elements at which one of the guards does not hold, in terms that do not overlap."""
    before: list[Guard] = []
    terms: list[Term] = []
    for guard in guards:
        terms.append(dataclasses.replace(own(base), guards=(*before, negated_guard(guard))))
        before.append(guard)
    return terms
