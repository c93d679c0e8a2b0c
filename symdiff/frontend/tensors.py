"""Arrays of any size while reading: broadcasting, operations element by element, and the lengths that these need."""

from __future__ import annotations

import ast
import dataclasses
from collections.abc import Sequence
from typing import Any, Literal

from symdiff.frontend import computed
from symdiff.frontend.cells import present, sharing
from symdiff.frontend.gaps import GapError
from symdiff.frontend.lengths import equal
from symdiff.frontend.loop_rows import scalar_here
from symdiff.frontend.loop_values import PendingValue, SeriesValue
from symdiff.frontend.lower import Reader
from symdiff.frontend.values import (
    ArrayValue,
    Condition,
    DictValue,
    Known,
    ListValue,
    MaskedValue,
    Number,
    TensorValue,
    TupleValue,
    Value,
    VectorParam,
    describe,
    number,
)
from symdiff.frontend.windows import Cell
from symdiff.graph.affine import ONE, Affine, Axes, Symbol
from symdiff.graph.bounds import pruned
from symdiff.graph.graph import Atom, Const
from symdiff.graph.terms import Guard, Term, view
from symdiff.primitives import TABLE
from symdiff.primitives.row import Primitive

MAX_ITEMS = 64  # numbers that become an array of the graph, each by a term of its own


def holds_tensor(value: Value) -> bool:
    """True for an array of any size, a length of one, and containers of those: what the forms for such arrays are for."""
    if isinstance(value, TensorValue | SeriesValue | MaskedValue | PendingValue):
        return True
    if isinstance(value, Number):
        return value.integer is not None and not value.integer.is_constant
    return isinstance(value, TupleValue | ListValue | DictValue) and any(map(holds_tensor, value.items))


def holds_array(value: Value) -> bool:
    """True for an array of any size, and for a tuple or list with one."""
    return isinstance(value, TensorValue | SeriesValue | MaskedValue | PendingValue) or (
        isinstance(value, TupleValue | ListValue) and any(map(holds_array, value.items))
    )


def output(reader: Reader, value: Value, node: ast.AST) -> Atom:
    """A leaf of the result as an atom of the graph, conditions as 0 and 1."""
    from symdiff.frontend.conditions import scalar

    if isinstance(value, TensorValue):
        return as_numbers(reader, value).atom
    return scalar(reader, value, node).atom


# -- values -------------------------------------------------------------------------------------------------------


def tensor_of(reader: Reader, value: Value, node: ast.AST) -> TensorValue:
    """An operand as an array of the graph: a list or array of numbers, one by one, too."""
    value = present(reader, value, node)
    if isinstance(value, TensorValue):
        return value
    if isinstance(value, PendingValue):
        from symdiff.frontend.pending import unread

        unread(reader, value, node)
    if isinstance(value, SeriesValue):
        from symdiff.frontend.array_loops import array_of

        return array_of(reader, value, node)
    if isinstance(value, TupleValue | ListValue) and any(map(holds_tensor, value.items)):
        return stacked(reader, [operand(reader, item, node) for item in value.items], 0, node)
    from symdiff.frontend.conditions import are_truths
    from symdiff.frontend.containers import to_array

    array = to_array(reader, value, node)
    if array.shape and are_truths(value):
        return sharing(as_truths(reader, tensor_of(reader, array, node)), value)
    if not array.shape:
        reader.suspect = True  # an element of what may be a matrix
        raise GapError(node, f"{describe(value)} where an array is needed", "use an array", raises=ValueError)
    axes = tuple(map(Affine, array.shape))
    atoms = {item.atom for item in array.items}
    kind: Literal["int", "float"] = "int" if are_whole(reader, [array]) else "float"
    integers = bool(array.items) and all(isinstance(item.known, int) and isinstance(item.atom, Const) for item in array.items)
    if len(atoms) == 1 and isinstance(array.items[0].atom, Const):
        atom: Atom = array.items[0].atom
        return sharing(computed.array(reader, atom, axes, "list", ()) if integers else TensorValue(atom, axes, kind), value)
    if len(array.items) > MAX_ITEMS:
        raise GapError(
            node, f"an array of {len(array.items)} numbers beside one of any size", "pass it as an argument", "not yet"
        )
    from symdiff.graph.structure import Array

    reader.listed.update(array.shape)
    terms = []
    for item, path in zip(array.items, Array(array.shape).indices(), strict=True):
        guards = tuple(Guard(Affine.of(axis) - place, "==") for axis, place in enumerate(path))
        terms.append(Term(scalar_here(reader, item.atom), (), (), guards))
    atom = moved(reader, terms, axes)
    return sharing(computed.array(reader, atom, axes, "list", array.items) if integers else TensorValue(atom, axes, kind), value)


def operand(reader: Reader, value: Value, node: ast.AST) -> TensorValue | Number | Condition:
    """A value in an operation on arrays: an array, or a scalar."""
    from symdiff.frontend.conditions import plain_number, scalar

    value = present(reader, plain_number(value), node)
    if isinstance(value, TensorValue):
        return value
    if isinstance(value, SeriesValue | PendingValue):
        return tensor_of(reader, value, node)
    if isinstance(value, Number | Condition) and reader.builder.axes_of(value.atom):
        reader.row_node = node
        return dataclasses.replace(value, atom=scalar_here(reader, value.atom))
    if isinstance(value, Known) and isinstance(value.value, bool):
        return Condition(Const(value.value))
    if isinstance(value, Number | Condition):
        return value
    if isinstance(value, ArrayValue | TupleValue | ListValue | VectorParam):
        return tensor_of(reader, value, node)
    return scalar(reader, value, node)


def moved(reader: Reader, terms: Sequence[Term], axes: Axes, kind: Any = "float", hint: str = "t") -> Atom:
    """The atom of a sum of terms, without guards that always hold."""
    kept = [found for term in terms if (found := pruned(term, axes)) is not None]
    if kind == "bool" and not kept:
        return Const(False)
    return reader.builder.sum(kept, axes, hint=hint, kind=kind)


def made(reader: Reader, atom: Atom, axes: Axes, affine: Affine | None = None, whole: bool = False) -> TensorValue:
    """A new array of the graph; a scalar is spread over it. ``whole``: its numbers are integers, to NumPy, too."""
    kind = reader.builder.kind(atom)
    if reader.loops and reader.builder.axes_of(atom) not in ((), axes):
        atom = scalar_here(reader, atom)
    atom = reader.builder.spread(atom, axes)
    return TensorValue(atom, axes, "int" if affine is not None or (whole and kind != "bool") else kind, affine)


def are_whole(reader: Reader, values: Sequence[Value]) -> bool:
    """Whether these are integers to NumPy, or truth values, which are integers in arithmetic."""
    from symdiff.frontend.array_writes import is_whole

    def whole(value: Value) -> bool:
        if isinstance(value, TensorValue):
            return value.kind != "float"
        if isinstance(value, ArrayValue):
            return bool(value.items) and all(is_whole(reader, item) for item in value.items)
        return isinstance(value, Condition) or (isinstance(value, Number) and is_whole(reader, value))

    return all(map(whole, values))


def as_numbers(reader: Reader, value: TensorValue) -> TensorValue:
    """Truth values as 1 and 0."""
    if value.kind != "bool":
        return value
    if isinstance(value.atom, Const):
        return TensorValue(Const(int(bool(value.atom.value))), value.axes)
    return made(reader, reader.builder.branch(value.atom, (), (), [("t", Const(1), Const(0))])[0], value.axes)


def factors(reader: Reader, values: Sequence[Value], node: ast.AST) -> list[TensorValue]:
    """The factors of a product that is summed, as numbers. Of truth values alone, NumPy gives a truth value and counts none."""
    found = [tensor_of(reader, value, node) for value in values]
    if all(value.kind == "bool" for value in found):
        raise GapError(node, "a sum of products of truth values, which is one of them in NumPy", "write 1.0*mask", "not yet")
    return [as_numbers(reader, value) for value in found]


def as_truths(reader: Reader, value: TensorValue) -> TensorValue:
    """Numbers as truth values: whether they are not 0."""
    if value.kind == "bool":
        return value
    if isinstance(value.atom, Const):
        return TensorValue(Const(bool(value.atom.value)), value.axes, "bool")
    return made(reader, reader.operation(TABLE["ne"], [value.atom, Const(0)], whole=True), value.axes)


def stacked(reader: Reader, items: Sequence[TensorValue | Number | Condition], axis: int, node: ast.AST) -> TensorValue:
    """``np.stack``, ``np.array([x, y])``: arrays side by side along a new axis."""
    shapes = [item.axes if isinstance(item, TensorValue) else () for item in items]
    axes = broadcast_axes(reader, shapes, node)
    if any(shape != axes for shape in shapes):
        raise GapError(node, "an array of rows of different lengths", "make all rows equally long")
    result = (*axes[:axis], Affine(len(items)), *axes[axis:])
    inner = [position for position in range(len(result)) if position != axis]
    terms = []
    for number_, item in enumerate(items):
        atom = (as_numbers(reader, item) if isinstance(item, TensorValue) else _number(reader, item)).atom
        index = tuple(map(Affine.of, inner)) if isinstance(atom, str) and isinstance(item, TensorValue) else ()
        terms.append(Term(atom, index, (), (Guard(Affine.of(axis) - number_, "=="),)))
    found = TensorValue(moved(reader, terms, result), result)
    return as_truths(reader, found) if all(map(_is_truth, items)) else found


def _is_truth(value: TensorValue | Number | Condition) -> bool:
    return isinstance(value, Condition) or (isinstance(value, TensorValue) and value.kind == "bool")


# -- broadcasting -------------------------------------------------------------------------------------------------


def broadcast_axes(reader: Reader, shapes: Sequence[Axes], node: ast.AST) -> Axes:
    """The axes that arrays have in common: from the last one on; an axis of length 1 fits every other."""
    rank = max(map(len, shapes))
    result: list[Affine] = []
    for axis in range(-rank, 0):
        lengths = [shape[axis] for shape in shapes if -axis <= len(shape) and shape[axis] != ONE]
        common = lengths[0] if lengths else ONE
        for other in lengths[1:]:
            common = equal(reader, common, other, node)
        result.append(common)
    return tuple(result)


def spread_to(reader: Reader, value: TensorValue, axes: Axes, hint: str = "t") -> Atom:
    """An array over the axes that it has in common with others."""
    if value.axes == axes or isinstance(value.atom, Const):
        return value.atom
    first = len(axes) - len(value.axes)
    index = tuple(
        Affine() if length == ONE and axes[first + axis] != ONE else Affine.of(first + axis)
        for axis, length in enumerate(value.axes)
    )
    return reader.builder.sum([Term(value.atom, index)], axes, kind=reader.builder.kind(value.atom), hint=hint)


def broadcast(reader: Reader, values: Sequence[Value], node: ast.AST) -> tuple[Axes, list[Atom]]:
    """The operands of an operation over the axes that they have in common; scalars stay scalars."""
    operands = [operand(reader, value, node) for value in values]
    axes = broadcast_axes(reader, [item.axes if isinstance(item, TensorValue) else () for item in operands], node)
    return axes, [spread_to(reader, item, axes) if isinstance(item, TensorValue) else item.atom for item in operands]


_WHOLE = frozenset({"add", "sub", "mul", "neg", "abs", "floordiv", "mod", "pow", "max", "min"})  # integers of integers


def elementwise(reader: Reader, row: Primitive, values: Sequence[Value], node: ast.AST, hint: str = "t") -> Value:
    """A row of the table on arrays and scalars, element by element."""
    from symdiff.frontend import choices, masks

    def again(items: Sequence[Value]) -> Value:
        return elementwise(reader, row, items, node, hint)

    if any(isinstance(value, MaskedValue) for value in values):
        return masks.lifted(reader, values, node, again)
    other = choices.beside(reader, values, node, again)
    return choices.known(reader, _elementwise(reader, row, values, node, hint), other, node)


def _elementwise(reader: Reader, row: Primitive, values: Sequence[Value], node: ast.AST, hint: str) -> Value:
    operands = [operand(reader, value, node) for value in values]
    row = _of_truths(row, operands, node)
    for position in row.literals:
        if not isinstance(operands[position], Number):
            raise GapError(node, f"an array as argument {position + 1} of {row.name}", "use a literal integer", "not yet")
        operands[position] = number(reader.integer(operands[position], node, f"argument {position + 1} of {row.name}"))
    if row.operands == "bool":
        operands = [_truth(reader, item, node) for item in operands]
    if any(isinstance(item, Number) and isinstance(item.known, int) and item.known.bit_length() > 1024 for item in operands):
        raise GapError(node, "an integer too large for a float", "use a smaller number")
    axes, atoms = broadcast(reader, operands, node)
    affine = _affine(row.name, values, axes)
    if axes and affine is None and not reader.loops and computed.are_whole(row.name, operands):
        return computed.array(reader, reader.operation(row, atoms, hint, whole=True), axes, row.name, operands)
    whole = row.name in _WHOLE and are_whole(reader, operands)
    return made(reader, reader.operation(row, atoms, hint, bool(axes)), axes, affine, whole)


def _of_truths(row: Primitive, operands: Sequence[TensorValue | Number | Condition], node: ast.AST) -> Primitive:
    """What NumPy does with arrays of truth values alone: their sum and maximum are true or false, and there is no difference."""
    if not all(isinstance(item, Condition) or getattr(item, "kind", "") == "bool" for item in operands):
        return row
    if row.name in ("sub", "neg"):
        raise GapError(node, "a difference of truth values", "use ^ or ~, or make numbers of them: 1.0*mask", raises=TypeError)
    if row.name == "abs":
        raise GapError(node, "the absolute value of truth values, which they are themselves", "leave it out", "not yet")
    return TABLE[{"add": "or", "mul": "and", "maximum": "or", "minimum": "and"}.get(row.name, row.name)]


def _truth(reader: Reader, value: TensorValue | Number | Condition, node: ast.AST) -> TensorValue | Number | Condition:
    from symdiff.frontend.conditions import truth_of

    if isinstance(value, TensorValue):
        return as_truths(reader, value)
    truth = truth_of(reader, value, node)
    return Condition(Const(bool(truth.value))) if isinstance(truth, Known) else truth


def _affine(name: str, values: Sequence[Value], axes: Axes) -> Affine | None:
    """What sums, differences and multiples of integers are in their own indices: ``idx + 1``, ``2*np.arange(n)``."""
    if name not in ("add", "sub", "mul", "neg"):
        return None
    parts: list[Affine] = []
    for value in values:
        if isinstance(value, TensorValue) and value.affine is not None:
            first = len(axes) - len(value.axes)
            places: dict[Symbol, Affine] = {
                axis: Affine() if length == ONE and axes[first + axis] != ONE else Affine.of(first + axis)
                for axis, length in enumerate(value.axes)
            }
            parts.append(value.affine.substitute(places))
        elif isinstance(value, Number) and (value.affine is not None or isinstance(value.known, int)):
            parts.append(value.affine if value.affine is not None else Affine(int(value.known or 0)))
        else:
            return None
    return combined(name, parts)


def combined(name: str, parts: Sequence[Affine]) -> Affine | None:
    """A sum, difference, product or negative of expressions in sizes and indices, if it is one."""
    if name == "neg":
        return -parts[0]
    first, second = parts
    if name in ("add", "sub"):
        return first + second if name == "add" else first - second
    factors = [part.const for part in parts if part.is_constant]
    if name != "mul" or not factors:
        return None
    return (first if second.is_constant else second) * factors[-1]


# -- choices ------------------------------------------------------------------------------------------------------


def where(reader: Reader, condition: Value, then: Value, orelse: Value, node: ast.AST, hint: str = "t") -> Value:
    """``np.where(condition, then, orelse)`` of arrays and scalars."""
    from symdiff.frontend import choices

    def again(items: Sequence[Value]) -> Value:
        return _where(reader, items[0], items[1], items[2], node, hint)

    other = choices.beside(reader, [condition, then, orelse], node, again)
    return choices.known(reader, _where(reader, condition, then, orelse, node, hint), other, node)


def _where(reader: Reader, condition: Value, then: Value, orelse: Value, node: ast.AST, hint: str) -> Value:
    test = operand(reader, condition, node)
    truth = _truth(reader, test, node)
    sides = [operand(reader, value, node) for value in (then, orelse)]
    numeric = {reader.builder.kind(side.atom) for side in sides} != {"bool"}
    if numeric:
        sides = [as_numbers(reader, side) if isinstance(side, TensorValue) else _number(reader, side) for side in sides]
    whole = are_whole(reader, [then, orelse])
    axes, (chosen, first, second) = broadcast(reader, [truth, *sides], node)
    integers = bool(axes) and not reader.loops and all(map(computed.is_whole, sides))
    if isinstance(chosen, Const):
        atom = first if chosen.value else second
        if integers:
            return computed.array(reader, reader.builder.spread(atom, axes), axes, "where", sides)
        return made(reader, atom, axes, whole=whole)
    chosen = reader.builder.spread(chosen, axes)
    (atom,) = reader.builder.branch(chosen, (), (), [(hint, first, second)])
    return computed.array(reader, atom, axes, "where", sides) if integers else made(reader, atom, axes, whole=whole)


def _number(reader: Reader, value: Number | Condition) -> Number:
    from symdiff.frontend.conditions import as_number

    return as_number(reader, value)


def same_elements(value: TensorValue) -> TensorValue:
    """A copy: the same elements, of an array of its own."""
    return dataclasses.replace(value, identity=Cell(), parents=frozenset(), window=None)


def indexed(
    reader: Reader, owner: TensorValue, index: Sequence[Affine], axes: Axes, guards: Sequence[Guard] = (), hint: str = "t"
) -> Atom:
    """The atom of an array that reads another one at these indices: 0 (or False) where a guard does not hold."""
    if isinstance(owner.atom, Const):
        if not guards or owner.atom.value == 0:
            return owner.atom
        return moved(reader, [Term(owner.atom, (), (), tuple(guards))], axes, reader.builder.kind(owner.atom), hint)
    return moved(reader, [Term(owner.atom, tuple(index), (), tuple(guards))], axes, reader.builder.kind(owner.atom), hint)


def own(value: TensorValue) -> Term:
    """The term that reads an array at the own indices of a statement."""
    return view(value.atom, len(value.axes)) if isinstance(value.atom, str) else Term(value.atom)
