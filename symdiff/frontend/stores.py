"""Arrays of which a loop writes single elements: versions that differ from others in one element.

A version is an array of its own, as any other; but what is read of it by element is read of what it was made from, and a
loop that carries it writes the elements in place.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from symdiff.frontend.loop_values import Stored
from symdiff.graph.affine import Affine
from symdiff.graph.build import Body
from symdiff.graph.graph import Atom, Const
from symdiff.graph.terms import Guard, Term, arrays_in
from symdiff.primitives import TABLE

if TYPE_CHECKING:
    from symdiff.frontend.lower import Reader


Row = tuple[tuple[Affine, ...], bool, Atom, Atom]  # an index, whether it is added to, and what there is on two sides


def note(reader: Reader, atom: Atom, stored: Stored) -> None:
    """Remember of which write a version is, inside of loops of the graph."""
    if reader.counters and isinstance(atom, str) and atom != stored.base:
        reader.stores[atom] = stored


def element(reader: Reader, atom: Atom, index: tuple[Affine, ...]) -> Atom:
    """An element of a version: what was written there, or what is there in the array that it was made from."""
    stored = reader.stores.get(atom)
    builder = reader.builder
    if stored is None:
        return atom if isinstance(atom, Const) else builder.sum([Term(atom, index)], (), kind=builder.kind(atom))
    same = is_same(reader, stored.index, index)
    if same is True:
        return builder.apply(TABLE["add"], element(reader, stored.base, index), stored.atom) if stored.adds else stored.atom
    below = element(reader, stored.base, index)
    if same is False:
        return below
    condition = _equal(reader, stored.index, index)
    with builder.block() as body:
        new = builder.apply(TABLE["add"], below, stored.atom) if stored.adds else stored.atom
    return builder.branch(condition, body, (), [("t", new, below)])[0]


def is_same(reader: Reader, first: Sequence[Affine], second: Sequence[Affine]) -> bool | None:
    """Whether two indices are equal; None if it depends."""
    from symdiff.frontend.lengths import is_certain

    differences = [a - b for a, b in zip(first, second, strict=True)]
    if all(part.is_constant and part.const == 0 for part in differences):
        return True
    if any(is_certain(reader, part - 1) or is_certain(reader, -part - 1) for part in differences):
        return False
    return None


def _equal(reader: Reader, first: Sequence[Affine], second: Sequence[Affine]) -> Atom:
    from symdiff.frontend.lengths import affine_atom

    condition: Atom | None = None
    for a, b in zip(first, second, strict=True):
        if a == b:
            continue
        here = reader.builder.apply(TABLE["eq"], affine_atom(reader, a), affine_atom(reader, b))
        condition = here if condition is None else reader.builder.apply(TABLE["and"], condition, here)
    assert condition is not None  # noqa: S101 - they differ somewhere
    return condition


def chain(reader: Reader, atom: Atom, base: Atom) -> list[Stored] | None:
    """The writes that made a version of another one, in order; None if it was made otherwise."""
    found: list[Stored] = []
    while atom != base:
        stored = reader.stores.get(atom)
        if stored is None:
            return None
        found.append(stored)
        atom = stored.base
    return found[::-1]


def _ancestors(reader: Reader, atom: Atom) -> list[Atom]:
    found = [atom]
    while (stored := reader.stores.get(found[-1])) is not None:
        found.append(stored.base)
    return found


def written(reader: Reader, base: Atom, stored: Stored, hint: str) -> Atom:
    """The version of an array with one element written."""
    from symdiff.frontend.tensors import moved

    axes = reader.builder.axes[base] if isinstance(base, str) else ()
    rank = len(stored.index)
    own = Term(base, tuple(map(Affine.of, range(rank))))
    guards = tuple(Guard(Affine.of(axis) - part, "==") for axis, part in enumerate(stored.index))
    terms = [Term(stored.atom, (), (), guards)]
    if stored.adds:
        terms.insert(0, own)
    else:
        rest = [(*guards[:axis], Guard(guards[axis].affine, "!=")) for axis in range(rank)]
        terms = [*(Term(base, own.index, (), each) for each in rest), *terms]
    atom = moved(reader, terms, axes, hint=hint)
    note(reader, atom, stored)
    return atom


def merged(
    reader: Reader, sides: tuple[Atom, Atom], bodies: Sequence[Sequence[object]], inside: set[str]
) -> tuple[Atom, list[Row]] | None:
    """Two versions of one array, each made on one side of a branch: the array, and a row for each element that is written.

    None if they are no such versions.
    """
    if not reader.counters or not all(isinstance(side, str) for side in sides):
        return None
    others = _ancestors(reader, sides[1])
    base = next((atom for atom in _ancestors(reader, sides[0]) if atom in others), None)
    if not isinstance(base, str) or base in inside:
        return None
    chains = [chain(reader, side, base) or [] for side in sides]
    places = list(dict.fromkeys(stored.index for stored in (*chains[0], *chains[1])))
    bodies_ = [body for body in bodies if isinstance(body, Body)]
    if len(bodies_) < 2 or not all(_is_inside(reader, base, place, inside) for place in places):
        return None
    rows: list[Row] = []
    for place in places:
        adds = all(stored.adds for each in chains for stored in each if stored.index == place) and len(places) == 1
        found: list[Atom] = []
        for side, writes, body in zip(sides, chains, bodies_, strict=True):
            with reader.builder.block(body):
                found.append(_added(reader, writes) if adds else element(reader, side, place))
        rows.append((place, adds, found[0], found[1]))
    return base, rows


def _added(reader: Reader, writes: Sequence[Stored]) -> Atom:
    """What is added to an element in all."""
    total: Atom = Const(0)
    for number, stored in enumerate(writes):
        total = reader.builder.apply(TABLE["add"], total, stored.atom) if number else stored.atom
    return total


def _is_inside(reader: Reader, base: str, place: tuple[Affine, ...], inside: set[str]) -> bool:
    """Whether an index is in range in any case, and known outside of the branch."""
    from symdiff.frontend.lengths import is_certain

    axes = reader.builder.axes[base]
    if set(arrays_in(place)) & inside:
        return False
    return all(
        is_certain(reader, part) and is_certain(reader, length - 1 - part) for part, length in zip(place, axes, strict=True)
    )
