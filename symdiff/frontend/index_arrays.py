"""Arrays of integers as indices: on their axis, counted from its end where they are below 0, and lists of literal ones."""

from __future__ import annotations

import ast
from pathlib import PurePath

from symdiff.frontend.gaps import GapError
from symdiff.frontend.lengths import affine_atom, is_certain, require
from symdiff.frontend.lower import Reader
from symdiff.frontend.values import ArrayValue, ListValue, TensorValue
from symdiff.graph.affine import Affine, Element, identity, sizes_in
from symdiff.graph.graph import Const
from symdiff.graph.terms import Range, Term, arrays_in, view
from symdiff.primitives import TABLE

MAX_LISTED = 64  # elements that are put together one by one


def on_axis(reader: Reader, array: TensorValue, length: Affine, node: ast.AST) -> TensorValue:
    """Indices that count (``np.arange(m)``) must be on the axis. What only the data tell is checked by the code.

    Those below 0 count from the end. That there are none in an array of the call is supposed, as long as it is so.
    """
    assert array.affine is not None  # noqa: S101 - told apart before
    if any(True for _ in array.affine.elements):
        return array if reader.supposes_none_below(array.affine, array.axes) else _from_end(reader, array, length)
    least = greatest = array.affine
    for position in array.affine.positions:
        last = array.axes[position] - 1
        falls = array.affine.coefficient(position) < 0
        least = least.substitute({position: last if falls else Affine()})
        greatest = greatest.substitute({position: Affine() if falls else last})
    empty = array.axes[0] if len(array.axes) == 1 else None
    symbol = empty.symbols[0] if empty is not None and len(empty.symbols) == 1 and empty == Affine.of(empty.symbols[0]) else None
    for part in (least, length - 1 - greatest):
        holds = symbol is not None and is_certain(reader, part.substitute({symbol: Affine()}))  # of no indices, too
        none = None if holds else empty
        require(reader, part, "IndexError", "an array of indices goes beyond an axis", node, unless_empty=none)
    return array


def check_on_axis(reader: Reader, array: TensorValue, length: Affine, node: ast.AST) -> None:
    """Raise IndexError where an index from data is not on the axis, whatever becomes of what is read or written there."""
    if array.affine is None or not any(True for _ in array.affine.elements):
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
    places = [reader.integer(item, node, "an index") for item in value.items]
    start, step = places[0] if places else 0, places[1] - places[0] if len(places) > 1 else 1
    if places == [start + step * k for k in range(len(places))] and min(places, default=0) >= 0:
        return TensorValue(Const(0), (Affine(len(places)),), "int", Affine(start) + Affine.of(0) * step)
    if len(places) > MAX_LISTED or (isinstance(value, ArrayValue) and len(value.shape) > 1):
        raise GapError(node, "a long list of literal indices", "pass it as an array of integers", "not yet")
    return tuple(places)
