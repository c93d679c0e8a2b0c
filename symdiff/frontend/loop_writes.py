"""Elements of arrays inside of loops: reading at indices that depend on the loops."""

from __future__ import annotations

import ast
import dataclasses
from collections.abc import Sequence
from typing import TYPE_CHECKING

from symdiff.frontend.cells import view_of
from symdiff.frontend.gaps import GapError
from symdiff.frontend.lengths import is_certain, require
from symdiff.frontend.loop_rows import depth_of, guard_here, here, marked, over_loops
from symdiff.frontend.lower import Reader
from symdiff.frontend.taken import guards_of_iteration
from symdiff.frontend.tensor_indexing import At, Span
from symdiff.frontend.tensors import moved
from symdiff.frontend.values import Condition, Number, TensorValue, Value
from symdiff.graph.affine import Affine, identity, sizes_in
from symdiff.graph.bounds import Bounds
from symdiff.graph.graph import Atom, Const
from symdiff.graph.terms import Guard, Range, Term

if TYPE_CHECKING:
    pass


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
    if reader.builder.current.elementwise and any(True for part in index for _ in part.elements):
        rank = len(reader.loops)  # on which it depends whether an iteration comes here
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
    return Number(atom, atom.value if isinstance(atom, Const) else None, affine, owner.kind == "int")


def row(reader: Reader, owner: TensorValue, parts: Sequence[At | Span], node: ast.AST) -> Value:
    """``owner[i, 1:]`` inside of loops: an array without the axes of the loops (see ``loop_rows``)."""
    reader.row_node = node
    parts = [*parts, *(Span(Affine(), length) for length in owner.axes[len(parts) :])]
    cases: list[tuple[tuple[Affine, ...], tuple[Guard, ...]]] = [((), ())]
    axes: list[Affine] = []
    for part, length in zip(parts, owner.axes, strict=True):
        if isinstance(part, Span):
            if part.length.positions or marked([part.length]):
                reader.fix(sizes_around(reader, owner), node, "a slice whose length depends on a loop", "index every axis")
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
    require_on_axis(reader, inside, guards, part, node, message)


def sizes_around(reader: Reader, owner: TensorValue) -> tuple[str, ...]:
    """The sizes that must be known to unroll the loops around what is done with an array."""
    return sizes_in([*owner.axes, *(loop.length for loop in reader.loops)])


def _places(reader: Reader, part: Affine, length: Affine, rank: int, node: ast.AST) -> list[tuple[Affine, tuple[Guard, ...]]]:
    """Where an index reads, with guards that keep it on the axis: negative ones count from the end."""
    if any(part.elements):
        return [(part, guards_of_iteration(reader) if reader.builder.current.elementwise else ())]
    box = Bounds(tuple(Range(Affine(), loop.length) for loop in reader.loops))
    if box.is_nonnegative(part) and box.is_nonnegative(length - 1 - part):
        return [(part, ())]
    if part.is_constant and part.const < 0:
        return _places(reader, length + part.const, length, rank, node)
    if not part.positions:  # the same in every iteration
        for side in (part, length - 1 - part):
            require_on_axis(reader, box, (), side, node)
        return [(part, ())]
    guards = [guard for position, loop in enumerate(reader.loops[:rank]) for guard in loop.guards(position)]
    guards += [guard for guard in reader.domain if all(position < rank for position in guard.affine.positions)]
    inside = Bounds(tuple(loop.range for loop in reader.loops))
    require_on_axis(reader, inside, guards, length - 1 - part, node)
    if _holds(inside, guards, part):
        return [(part, tuple(guards))]
    require_on_axis(reader, inside, guards, part + length, node)
    return [(part, (*guards, Guard(part))), (part + length, (*guards, Guard(-part - 1)))]


def _holds(inside: Bounds, guards: Sequence[Guard], part: Affine) -> bool:
    """Whether an expression is at least 0 in the iterations that are gone through."""
    known = [guard.affine for guard in guards if guard.test == ">="]
    return inside.is_nonnegative(part) or any(inside.is_nonnegative(part - other) for other in known)


def require_on_axis(
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
