"""The statement of a loop, from the block that its step was read into."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from symdiff.frontend import stores
from symdiff.frontend.loop_rows import MARK
from symdiff.frontend.loop_values import Stored
from symdiff.graph.affine import Affine, Axes, sizes_in
from symdiff.graph.build import Body, Builder
from symdiff.graph.graph import Atom, Buffer, Carried, Collected, Const, Let, Loop, Statement, Store, defined, walk
from symdiff.graph.loops import names_read, parameter, sizes_of, step_graph
from symdiff.graph.terms import arrays_in
from symdiff.primitives import TABLE

if TYPE_CHECKING:
    from symdiff.frontend.lower import Reader


@dataclass(frozen=True)
class Part:
    """A number or array that is carried: its parameter, what it is at first, and what an iteration makes of it."""

    param: str
    init: Atom
    next: Atom
    hint: str
    axes: Axes = ()


@dataclass(frozen=True)
class Shape:
    """What there is of a loop besides its parts: ``first`` and ``goes`` are whether there is a first iteration, another one."""

    counter: str
    trip: Affine | None
    body: Body
    first: Atom | None = None
    goes: Atom | None = None
    counts: bool = False  # whether the number of iterations is wanted


@dataclass(frozen=True)
class Row:
    """What each iteration gives, to be collected."""

    hint: str
    atom: Atom
    axes: Axes = ()


def append_loop(
    reader: Reader, shape: Shape, parts: Sequence[Part], collected: Sequence[Row]
) -> tuple[list[Atom], list[tuple[str, Axes]], Affine]:
    """Add a loop to the present block.

    Return what it leaves, an atom for each part, what it collects, with the axes, and the number of iterations.
    """
    builder = reader.builder
    outs = [builder.fresh(part.hint, axes=part.axes) for part in parts]
    writes = [_writes(reader, part, shape.body) for part in parts]
    rows = list(zip(parts, outs, writes, strict=True))
    carried = tuple(Carried(part.param, part.init, out, part.axes) for part, out, found in rows if found is None)
    buffers = tuple(
        Buffer(part.param, part.init, out, part.axes, tuple(Store(stored.index, stored.adds) for stored in found))
        for part, out, found in rows
        if found is not None
    )
    outputs: list[tuple[Atom, Axes]] = [(part.next, part.axes) for part, _, found in rows if found is None]
    outputs += [(row.atom, row.axes) for row in collected]
    outputs += [(stored.atom, ()) for _, _, found in rows for stored in found or ()]
    if shape.goes is not None:
        outputs.append((shape.goes, ()))
    step = step_graph("step", (), tuple(shape.body), outputs)
    open_ = shape.trip is not None and any(True for _ in shape.trip.elements)  # a number of iterations that is no size
    ends = shape.goes is not None and (bool(collected) or shape.counts)
    count = builder.fresh("count") if open_ or ends else ""
    reader.counts |= {count} - {""}
    length = Affine.of(count) if count else shape.trip or Affine()
    kept = tuple(Collected(builder.fresh(row.hint, axes=(length, *row.axes)), row.axes) for row in collected)
    loop = Loop(step, shape.counter, shape.trip, carried, buffers, kept, (), shape.first, count, origin=builder.origin)
    builder.append(closed(builder, loop, outputs, shape.body))
    return list(outs), [(each.out, (length, *each.axes)) for each in kept], length


def _writes(reader: Reader, part: Part, body: Body) -> list[Stored] | None:
    """The elements that an iteration writes of an array; None if it makes another array."""
    found = stores.chain(reader, part.next, part.param) if part.axes else None
    if not found:
        return None
    inside = {name for statement in walk(tuple(body)) for name in defined(statement)}
    nested = inside - {name for statement in body for name in defined(statement)}
    computed = {name for stored in found for name in arrays_in(stored.index)} & inside
    return None if (computed | {stored.atom for stored in found}) & nested else found


def closed(builder: Builder, loop: Loop, outputs: Sequence[tuple[Atom, Axes]], body: Body) -> Loop:
    """The loop with what its step reads from outside as parameters."""
    own = {loop.counter, *(each.param for each in loop.handed)}
    inside = own | {name for statement in walk(tuple(body)) for name in defined(statement)}
    lengths = [size for size in sizes_in([length for each in loop.handed for length in each.axes]) if size not in own]
    read = dict.fromkeys([*sorted(names_read(loop, loop.step) - inside), *lengths])
    more = sizes_in([length for name in read for length in builder.axes.get(name, ())])
    captured: list[tuple[str, Atom]] = []
    front: list[Statement] = []
    for name in dict.fromkeys([*read, *more]):
        if name.startswith(MARK):  # of a row that was read on the way to an array over all rows: nothing uses it
            continue
        if builder.kind(name) != "bool":
            captured.append((name, name))
            continue
        number = builder.branch(name, (), (), [(name, Const(1), Const(0))])[0]
        captured.append((str(number), number))
        axes = builder.axes.get(name, ())
        front.append(Let(name, TABLE["ne"], (number, builder.spread(Const(0), axes)), axes=axes))
    sizes = {*lengths, *more, *(name for statement in walk(tuple(body)) for name in sizes_of(statement))}
    sizes |= {*sizes_in([part for _, store in loop.stores for part in store.index])}
    params = [parameter(loop.counter, size=True), *(parameter(each.param, each.axes) for each in loop.handed)]
    params += [parameter(name, builder.axes.get(name, ()), size=name in sizes) for name, _ in captured]
    return replace(loop, step=step_graph("step", params, (*front, *body), outputs), captured=tuple(captured))
