"""What only a loop of the graph goes through: ranges with a step or with bounds from data, and what is zipped with those."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from typing import TYPE_CHECKING

from symdiff.frontend import array_loops
from symdiff.frontend.gaps import GapError, SequentialError
from symdiff.frontend.lengths import affine_atom
from symdiff.frontend.loop_values import IndexedValue, SequentialValue
from symdiff.frontend.values import ArrayValue, Known, ListValue, Number, TensorValue, TupleValue, Value
from symdiff.graph.affine import ZERO, Affine, Element
from symdiff.graph.graph import Atom, Const
from symdiff.primitives import TABLE

if TYPE_CHECKING:
    from symdiff.frontend.lower import Reader


def _check(reader: Reader, node: ast.AST, reason: str) -> None:
    """Inside of a loop that is read as sums on trial: it is none."""
    if reader.trying:
        raise SequentialError(GapError(node, f"a loop of any length {reason}", "use plain loops", "not yet"))


def integer(atom: Atom) -> Affine:
    """An integer that was computed from data."""
    return Affine(int(atom.value)) if isinstance(atom, Const) else Affine.of(Element(atom, ()))


def stepping(reader: Reader, start: Affine, stop: Affine, step: Affine, node: ast.AST) -> SequentialValue:
    """``range(start, stop, step)``: ``-((start - stop) // step)`` iterations, whatever the signs."""
    _check(reader, node, f"with the step {step}")
    if step == ZERO:
        raise GapError(node, "a range with step 0", "use another step", raises=ValueError)
    builder = reader.builder
    if step.is_constant:
        trip = (stop - start) * step.const if abs(step.const) == 1 else _ratio(reader, start - stop, step)
        return SequentialValue(
            trip, lambda at: array_loops.index_of(reader, start + at * step.const), step.const == 1 and start == ZERO
        )
    size = affine_atom(reader, step)
    with builder.block() as body:
        builder.error("ValueError", "range() arg 3 must not be zero")
    builder.branch(builder.apply(TABLE["eq"], size, Const(0)), body, (), [])

    def item(at: Affine) -> Number:
        moved = builder.apply(TABLE["mul"], size, affine_atom(reader, at))
        atom = builder.apply(TABLE["add"], affine_atom(reader, start), moved)
        return Number(atom, affine=integer(atom))

    return SequentialValue(_ratio(reader, start - stop, step), item)


def _ratio(reader: Reader, distance: Affine, step: Affine) -> Affine:
    """The number of steps of a range."""
    if distance.is_constant and step.is_constant:
        return Affine(-(distance.const // step.const))
    apply = reader.builder.apply
    return integer(apply(TABLE["neg"], apply(TABLE["floordiv"], affine_atom(reader, distance), affine_atom(reader, step))))


def steps_of(reader: Reader, value: Value, node: ast.AST) -> SequentialValue | None:
    """The elements of a value, one in each iteration; None for what has no elements that a loop could go through."""
    from symdiff.frontend import loop_indices

    if isinstance(value, SequentialValue):
        return value
    if isinstance(value, Known) and isinstance(value.value, range):
        each = value.value
        plain = (each.start, each.step) == (0, 1)
        return SequentialValue(Affine(len(each)), lambda at: array_loops.index_of(reader, at * each.step + each.start), plain)
    if isinstance(value, ArrayValue | ListValue | TupleValue) and loop_indices.is_uniform(value):
        count = value.shape[0] if isinstance(value, ArrayValue) else len(value.items)
        return SequentialValue(Affine(count), lambda at: loop_indices.element(reader, value, at, node))
    series = array_loops.series_of(reader, value, node, fixed=isinstance(value, TensorValue))
    return None if series is None else array_loops.as_sequential(series)


def zipped(reader: Reader, values: Sequence[Value], node: ast.AST) -> IndexedValue | SequentialValue | None:
    """``zip``: as an axis where that is possible, else for a loop; None if every length is known."""
    if all(isinstance(value, TensorValue | IndexedValue) for value in values) or reader.trying or not values:
        if any(isinstance(value, SequentialValue) for value in values):
            _check(reader, node, "beside another one")
        try:
            return array_loops.zipped(reader, values, node)
        except SequentialError:
            if reader.trying:
                raise
    if all(array_loops.series_of(reader, value, node) is None and not isinstance(value, SequentialValue) for value in values):
        return None
    found = [steps_of(reader, value, node) for value in values]
    steps = [each for each in found if each is not None]
    if len(steps) < len(found):
        return array_loops.zipped(reader, values, node)
    trip = steps[0].trip
    for each in steps[1:]:
        trip = _least(reader, trip, each.trip)
    return SequentialValue(trip, lambda at: TupleValue(tuple(each.item(at) for each in steps)))


def _least(reader: Reader, first: Affine, second: Affine) -> Affine:
    """The smaller of two lengths."""
    difference = second - first
    if difference.is_constant:
        return second if difference.const < 0 else first
    left, right = affine_atom(reader, first), affine_atom(reader, second)
    shorter = reader.builder.apply(TABLE["lt"], left, right)
    return integer(reader.builder.branch(shorter, (), (), [("count", left, right)])[0])


def enumerated(reader: Reader, value: Value, first: int, node: ast.AST) -> SequentialValue | None:
    """``enumerate`` of what only a loop goes through."""
    if not isinstance(value, SequentialValue):
        return None
    return SequentialValue(value.trip, lambda at: TupleValue((array_loops.index_of(reader, at + first), value.item(at))))


def backwards(reader: Reader, value: Value) -> SequentialValue | None:
    """``reversed`` of what only a loop goes through."""
    if not isinstance(value, SequentialValue):
        return None
    return SequentialValue(value.trip, lambda at: value.item(value.trip - 1 - at))
