"""Arrays of integers as indices: on their axis, counted from its end where they are below 0, and lists of literal ones."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import replace
from pathlib import PurePath

from symdiff.frontend import computed
from symdiff.frontend.gaps import GapError
from symdiff.frontend.lengths import affine_atom, is_certain, require
from symdiff.frontend.lower import Reader
from symdiff.frontend.values import ArrayValue, ListValue, TensorValue, TupleValue
from symdiff.graph.affine import Affine, Element, identity, sizes_in
from symdiff.graph.graph import Const
from symdiff.graph.structure import Array
from symdiff.graph.terms import Guard, Range, Term, arrays_in, view
from symdiff.primitives import TABLE

MAX_LISTED = 64  # elements that are put together one by one


def on_axis(reader: Reader, array: TensorValue, length: Affine, node: ast.AST) -> TensorValue:
    """Indices that count (``np.arange(m)``) must be on the axis. What only the data tell is checked by the code.

    Those below 0 count from the end. That there are none in an array of the call is supposed, as long as it is so.
    """
    assert array.affine is not None  # noqa: S101 - told apart before
    if any(True for _ in array.affine.elements):
        if reader.inputs.issuperset(arrays_in([array.affine])):
            return array if reader.supposes_none_below(array.affine, array.axes) else _from_end(reader, array, length)
        return array if computed.is_natural(reader, array) else _from_end(reader, array, length)
    least = greatest = array.affine
    for position in array.affine.positions:
        last = array.axes[position] - 1
        falls = array.affine.coefficient(position) < 0
        least = least.substitute({position: last if falls else Affine()})
        greatest = greatest.substitute({position: Affine() if falls else last})
    if is_certain(reader, -least - 1):  # some count from the end
        if not is_certain(reader, -greatest - 1):
            return _from_end(reader, array, length)
        least, greatest = least + length, greatest + length
        array = replace(array, affine=array.affine + length)
    empty = array.axes[0] if len(array.axes) == 1 else None
    symbol = empty.symbols[0] if empty is not None and len(empty.symbols) == 1 and empty == Affine.of(empty.symbols[0]) else None
    for part in (least, length - 1 - greatest):
        holds = symbol is not None and is_certain(reader, part.substitute({symbol: Affine()}))  # of no indices, too
        none = None if holds else empty
        require(reader, part, "IndexError", "an array of indices goes beyond an axis", node, unless_empty=none)
    return array


def check_on_axis(reader: Reader, array: TensorValue, length: Affine, node: ast.AST) -> None:
    """Raise IndexError where an index from data is not on the axis, whatever becomes of what is read or written there."""
    if array.affine is None or not any(True for _ in array.affine.elements) or computed.is_within(reader, array.affine, length):
        return
    place = reader.frames[-1].source.place(node)
    builder = reader.builder
    with builder.outside():
        atom, rank = builder.sum([Term(array.affine)], array.axes), len(array.axes)
        below = reader.operation(TABLE["lt"], [atom, Const(0)], whole=True)
        above = reader.operation(TABLE["le"], [builder.spread(affine_atom(reader, length), array.axes), atom], whole=True)
        wrong = reader.operation(TABLE["or"], [below, above], whole=True)
        for axis in reversed(range(rank)):  # one range at a time, as in other folds
            term = Term(wrong, identity(axis + 1), (Range(Affine(), array.axes[axis]),))
            wrong = builder.fold(TABLE["or"], term, array.axes[:axis])
        with builder.block() as body:
            message = f"an index is out of range ({PurePath(place.file).name}, line {place.line})"
            builder.error("IndexError", message, solving=True)
        builder.branch(wrong, body, (), [])


def _from_end(reader: Reader, array: TensorValue, length: Affine) -> TensorValue:
    """Indices of which those below 0 count from the end of an axis."""
    assert array.affine is not None  # noqa: S101 - indices are integers
    told = {*reader.sizes.names, *reader.sized_leaves}.issuperset(sizes_in([length, array.affine]))
    of_inputs = told and reader.inputs.issuperset(arrays_in([array.affine]))
    with reader.builder.outermost() if of_inputs else reader.builder.outside():  # branches hand on what indices are, too
        number = Term(array.affine) if of_inputs else view(array.atom, len(array.axes))
        atom = reader.builder.sum([number], array.axes)
        end = reader.builder.spread(affine_atom(reader, length), array.axes)
        negative = reader.operation(TABLE["lt"], [atom, Const(0)], whole=True)
        last = reader.operation(TABLE["add"], [atom, end], whole=True)
        (found,) = reader.builder.branch(negative, (), (), [("at", last, atom)])
    return TensorValue(found, array.axes, "int", Affine.of(Element(str(found), identity(len(array.axes)))))


def element_from_end(reader: Reader, index: Affine, length: Affine) -> Affine:
    """``x[i[k]]``, where an element of i may be below 0: its element of the array of indices that count from the end."""
    (symbol, factor), *others = index.terms
    if others or factor != 1 or not isinstance(symbol, Element) or not symbol.index:
        return index
    axes = reader.builder.axes_of(symbol.array)
    whole = Affine.of(Element(symbol.array, identity(len(axes)))) + index.const
    if reader.supposes_none_below(whole, axes):
        return index
    if symbol.array not in reader.inputs:
        return from_end(reader, index, length) if reader.counters else index
    found = _from_end(reader, TensorValue(symbol.array, axes, "int", whole), length)
    return Affine.of(Element(str(found.atom), symbol.index))


def from_end(reader: Reader, index: Affine, length: Affine) -> Affine:
    """An index that a loop or the data tell: a negative one counts from the end."""
    if is_certain(reader, index):
        return index
    if is_certain(reader, -index - 1):
        return index + length
    atom = affine_atom(reader, index)
    last = reader.builder.apply(TABLE["add"], atom, affine_atom(reader, length))
    negative = reader.builder.apply(TABLE["lt"], atom, Const(0))
    (found,) = reader.builder.branch(negative, (), (), [("at", last, atom)])
    return Affine.of(Element(str(found), ()))


def listed(reader: Reader, value: ListValue | ArrayValue, node: ast.AST) -> TensorValue | tuple[int, ...]:
    """Indices that are known while reading: at equal distances an array of integers, 0, 2, 4; else one by one."""
    if any(isinstance(item, ListValue | TupleValue) for item in value.items):
        from symdiff.frontend.containers import to_array

        value = to_array(reader, value, node)
    if isinstance(value, ArrayValue) and any(item.known is None for item in value.items) and _are_whole(value):
        return tensor_of_any(reader, value, node)
    places = [reader.integer(item, node, "an index") for item in value.items]
    if isinstance(value, ArrayValue) and len(value.shape) > 1:
        return literal(reader, places, value.shape, node)
    start, step = places[0] if places else 0, places[1] - places[0] if len(places) > 1 else 1
    if places == [start + step * k for k in range(len(places))] and min(places, default=0) >= 0:
        return TensorValue(Const(0), (Affine(len(places)),), "int", Affine(start) + Affine.of(0) * step)
    if len(places) > MAX_LISTED:
        raise GapError(node, "a long list of literal indices", "pass it as an array of integers", "not yet")
    return tuple(places)


def literal(reader: Reader, places: Sequence[int | Affine], shape: tuple[int, ...], node: ast.AST) -> TensorValue:
    """Indices that are known while reading, or counted from the end of an axis, as an array of integers."""
    if len(places) > MAX_LISTED:
        raise GapError(node, "a long list of literal indices", "pass it as an array of integers", "not yet")
    axes = tuple(map(Affine, shape))
    terms = [
        Term(
            Affine(place) if isinstance(place, int) else place,
            (),
            (),
            tuple(Guard(Affine.of(axis) - at, "==") for axis, at in where),
        )
        for place, where in zip(places, map(enumerate, Array(shape).indices()), strict=True)
    ]
    atom = reader.builder.sum(terms, axes)
    affine = Affine(int(atom.value)) if isinstance(atom, Const) else Affine.of(Element(atom, identity(len(axes))))
    if isinstance(atom, str) and all(is_certain(reader, Affine(place) if isinstance(place, int) else place) for place in places):
        reader.bounded[atom] = None
    return TensorValue(atom, axes, "int", affine)


def tensor_of_any(reader: Reader, owner: ArrayValue, node: ast.AST) -> TensorValue:
    """An array of known shape as one of the graph, integers as such."""
    from symdiff.frontend.tensors import tensor_of

    known = [each.known for each in owner.items if isinstance(each.atom, Const)]
    places = [each for each in known if isinstance(each, int)]
    if not places or len(places) < len(owner.items) or len(places) > MAX_LISTED:
        made = tensor_of(reader, owner, node)
        if not owner.items or not _are_whole(owner) or not isinstance(made.atom, str):
            return made
        return replace(made, kind="int", affine=Affine.of(Element(made.atom, identity(len(made.axes)))))
    return literal(reader, places, owner.shape, node)


def _are_whole(value: ArrayValue) -> bool:
    """Whether all elements certainly are integers."""
    return all(item.is_whole for item in value.items)
