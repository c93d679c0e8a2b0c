"""Elements that truth values choose, ``x[x > 0]``, one after the other: an array whose length is counted when the code runs.

What takes all of them together, a sum or an extreme, needs no positions: it has a better form where they stay in the array that
they come from (``masks``). So both are read, and what nothing uses of them is dead: ``Reader.choices`` has the second form by the
name of the first.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from symdiff.frontend import grown, masks
from symdiff.frontend.gaps import GapError, not_as_arrays
from symdiff.frontend.lengths import keep, kept
from symdiff.frontend.library import Args, Form, Keywords
from symdiff.frontend.loop_values import GrownList, SeriesValue
from symdiff.frontend.lower import Reader
from symdiff.frontend.tensors import as_numbers, indexed
from symdiff.frontend.values import MaskedValue, TensorValue, Value, number
from symdiff.graph.affine import ONE, Affine, Element, identity, sizes_in
from symdiff.graph.graph import Atom, Const, defined
from symdiff.graph.terms import Term, full_ranges

if TYPE_CHECKING:
    from symdiff.frontend.merge import Merge, Recipe


def is_open(reader: Reader) -> bool:
    """Whether elements can be put one after the other here: not in a loop that is read as an axis."""
    return not reader.loops and not reader.builder.current.elementwise


def taken(reader: Reader, value: MaskedValue, node: ast.AST) -> Value:
    """What a mask chooses, as an array of its own."""
    if not is_open(reader):
        return value
    places, count = positions(reader, value.mask)
    first, behind = value.first, value.behind
    inner = value.inner
    axes = (*inner.axes[:first], Affine.of(count), *inner.axes[len(inner.axes) - behind :])
    at = (Affine.of(Element(place, (Affine.of(first),))) for place in places)
    index = (*identity(first), *at, *identity(behind, first + 1))
    if inner.kind == "float" and inner.atom not in reader.inputs:  # what is outside has no derivative, where it is infinite, too
        inner = masks.filled(reader, value, number(0), node)
    atom = indexed(reader, inner, index, axes)
    if not isinstance(atom, str):
        return TensorValue(atom, axes, inner.kind, Affine(int(atom.value)) if inner.kind == "int" else None)
    reader.choices[atom] = _handed(reader, value, node)
    affine = Affine.of(Element(atom, identity(len(axes)))) if inner.kind == "int" else None
    return TensorValue(atom, axes, inner.kind, affine)


def positions(reader: Reader, mask: TensorValue) -> tuple[tuple[str, ...], str]:
    """Where a mask holds, an array of numbers for each of its axes, and how often, as a size. A mask is gone through once."""
    rank = len(mask.axes)
    keys = [("positions", mask.atom, mask.axes, number) for number in range(rank + 1)]
    known = [kept(reader, key) for key in keys]
    if None not in known:
        return tuple(name for name in known[:-1] if name), str(known[-1])
    with _home(reader, mask.atom):
        total = masks.count_of(reader, mask)
        holds = masks.numbers_of(reader, mask).atom
        places, count = grown.counted(reader, grown.Grid(mask, holds, rank), holds, total.atom)
        for key, name in zip(keys, (*places, count), strict=True):
            keep(reader, key, name)
    if isinstance(total.atom, str):
        reader.totals[count] = total.atom
    for place, length in zip(places, mask.axes, strict=True):
        reader.bounded[place] = length
    return tuple(places), count


@contextmanager
def _home(reader: Reader, atom: Atom) -> Iterator[None]:
    """Build where a mask is defined: in front of the loops and branches that use it."""
    blocks = reader.builder.blocks
    place = len(blocks) - 1
    if isinstance(atom, Const) or atom in reader.inputs:
        place = 0
    else:
        where = (k for k in reversed(range(len(blocks))) if any(atom in defined(statement) for statement in blocks[k]))
        place = next(where, place)
    if place == len(blocks) - 1:
        yield
    else:
        with reader.builder.above(blocks[place + 1]):
            yield


def nonzero(reader: Reader, mask: TensorValue) -> list[TensorValue]:
    """The positions of the true ones on each axis, as integers."""
    places, count = positions(reader, mask)
    axes, here = (Affine.of(count),), (Affine.of(0),)
    found = []
    for axis, (place, length) in enumerate(zip(places, mask.axes, strict=True)):
        atom = reader.builder.sum([Term(place, here)], axes)
        reader.bounded[str(atom)] = length
        reader.places[str(atom)] = mask, axis
        if len(places) == 1:
            reader.distinct.add(atom)
        found.append(TensorValue(atom, axes, "int", Affine.of(Element(str(atom), here))))
    return found


def masked_of(reader: Reader, value: Value) -> MaskedValue | None:
    """The same elements where they stay in the array that they come from; None for other values."""
    if isinstance(value, TensorValue):
        return reader.choices.get(value.atom) if isinstance(value.atom, str) else None
    if isinstance(value, SeriesValue) and not isinstance(value, GrownList) and value.condition is not None and not value.depth:
        from symdiff.frontend.array_loops import chosen

        return chosen(reader, value) if is_open(reader) else None
    return None


def beside(reader: Reader, values: Sequence[Value], node: ast.AST, apply: Callable[[list[Value]], Value]) -> MaskedValue | None:
    """What an operation element by element gives of the elements where they stay, if that is possible."""
    if not reader.choices or not is_open(reader) or reader.attempts:
        return None
    found = [masked_of(reader, value) or value for value in values]
    if not any(isinstance(value, MaskedValue) for value in found):
        return None
    try:
        made = masks.lifted(reader, found, node, apply)
    except GapError:
        return None
    return made if isinstance(made, MaskedValue) else None


def known(reader: Reader, value: Value, masked: MaskedValue | None, node: ast.AST) -> Value:
    """A result, with its other form."""
    if masked is not None and isinstance(value, TensorValue) and isinstance(value.atom, str):
        reader.choices[value.atom] = _handed(reader, masked, node)
    return value


def _handed(reader: Reader, value: MaskedValue, node: ast.AST) -> MaskedValue:
    """What a branch may hand on: 0 outside, whose derivative is 0 there, where that of the element is infinite, too."""
    if reader.builder.depth == 1 or value.inner.kind != "float" or value.inner.atom in reader.inputs:
        return value
    return replace(value, inner=masks.filled(reader, value, number(0), node))


def either(reader: Reader, own: Form, plain: Form | None) -> Form:
    """A function of chosen elements: of those where they stay, if it can do with that, else one after the other."""

    def call(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
        try:
            found = own(reader, [masked_of(reader, value) or value for value in args], dict(keywords), node)
        except GapError:
            if plain is None:
                raise
            return plain(reader, args, keywords, node)
        if not isinstance(found, MaskedValue) or plain is None:
            return found
        return known(reader, plain(reader, args, keywords, node), found, node)

    return call


def restricted(reader: Reader, owner: TensorValue, mask: TensorValue, value: Value, node: ast.AST) -> Value:
    """``y[y > 1]`` of what was chosen before: both masks together choose it from the array that all of it comes from."""
    first, second = masked_of(reader, owner), masked_of(reader, mask)
    if first is None or second is None or not is_open(reader):
        return value
    try:
        return known(reader, value, masks.restricted(reader, first, second, node), node)
    except GapError:
        return value


def put(reader: Reader, owner: TensorValue, mask: TensorValue, value: TensorValue, node: ast.AST) -> TensorValue:
    """What ``owner[mask] = value`` writes, one element after the other, where the mask holds; 0 elsewhere."""
    from symdiff.frontend.lengths import equal

    gap = GapError(node, "an array written where a mask holds, in a loop over an array", "write a plain loop", "not yet")
    if not is_open(reader):
        raise not_as_arrays(reader, gap)
    places, count = positions(reader, mask)
    axes = (Affine.of(count), *owner.axes[len(mask.axes) :])
    for own, length in zip(value.axes, axes, strict=True):
        if own != ONE:
            equal(reader, length, own, node)
    rank, atom = len(owner.axes), as_numbers(reader, value).atom
    at = tuple(Affine.of(Element(place, (Affine.of(rank),))) for place in places)
    index = tuple(Affine() if own == ONE else Affine.of(rank + axis) for axis, own in enumerate(value.axes))
    address = (*at, *identity(len(axes) - 1, rank + 1))
    term = Term(atom, index if isinstance(atom, str) else (), full_ranges(axes), (), address)
    return TensorValue(reader.builder.sum([term], owner.axes), owner.axes)


def merged(merge: Merge, hint: str, then: TensorValue | None, orelse: TensorValue | None) -> Recipe | None:
    """What masks choose on both sides of a branch, or on one (the other never gets here), as many elements as each side says.

    It is put one after the other behind the branch, which hands on the elements where they stay, and the mask.
    """
    sides = [(side, masked_of(merge.reader, side)) for side in (then, orelse) if side is not None]
    inside = {*merge.inside[0], *merge.inside[1]}
    first = sides[0][1]
    if first is None or not inside.intersection(sizes_in([length for side, _ in sides for length in side.axes])):
        return None  # as many on both sides
    shapes = {(each.inner.axes, each.mask.axes, each.first, each.inner.kind) if each else None for _, each in sides}
    if len(shapes) > 1 or first.inner.kind != "float" or inside.intersection(sizes_in(first.inner.axes)):
        return None
    found = [masked_of(merge.reader, side) if side is not None else None for side in (then, orelse)]
    inner = merge.pair(hint, *(Const(0.0) if each is None else each.inner.atom for each in found))
    mask = merge.pair("mask", *(Const(False) if each is None else each.mask.atom for each in found))

    def make(atoms: Sequence[Atom]) -> Value:
        parts = replace(first.inner, atom=atoms[inner]), replace(first.mask, atom=atoms[mask])
        return taken(merge.reader, replace(first, inner=parts[0], mask=parts[1]), merge.reader.source.node)

    return make
