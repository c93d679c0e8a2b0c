"""Arrays in the reference interpreter: NumPy arrays of numbers of any kind, sums and folds one term after the other."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from symdiff.errors import InternalError, ShapeError
from symdiff.graph.affine import Affine, Axes, Element
from symdiff.graph.graph import Buffer, Const, Fold, Graph, Sum
from symdiff.graph.terms import Term

EMPTY = {
    "mul": Const(1),
    "maximum": Const(-float("inf")),
    "minimum": Const(float("inf")),
    "max": Const(-float("inf")),
    "min": Const(float("inf")),
    "and": Const(True),
    "or": Const(False),
}  # what a fold of nothing is


def extents(graph: Graph, given: Mapping[str, Any], integer: Callable[[Any], int] = int) -> dict[str, int]:
    """The sizes that arrays have, and those that are parameters. Raises ShapeError where two arguments disagree."""
    found: dict[str, int] = {param.name: integer(given[param.name]) for param in graph.params if param.role == "size"}
    for size, (name, axis) in graph.sizes.items():
        if axis >= 0:
            found[size] = _shape(given[name])[axis]
            continue
        value = given[name][0] if isinstance(given[name], tuple) else given[name]
        found[size] = integer(given[name])
        if found[size] != value or found[size] < 0:
            raise ShapeError(f"{name} must be an integer that is at least 0, not {value}")
    for name, axes in graph.input_axes.items():
        shape = _shape(given[name])
        wanted = tuple(max(length.value(found), 0) for length in axes)
        if shape != wanted:
            raise ShapeError(f"{name} has shape {shape} where {wanted} is needed")
    return found


def _shape(value: Any) -> tuple[int, ...]:
    return value.shape if isinstance(value, np.ndarray) else ()


def elementwise(function: Callable[..., Any], *operands: Any) -> Any:
    """A function of scalars applied element by element to arrays of one shape, and scalars."""
    arrays = [operand for operand in operands if isinstance(operand, np.ndarray)]
    if not arrays:
        return function(*operands)
    result = np.empty(arrays[0].shape, dtype=object)
    for index in np.ndindex(result.shape):
        result[index] = function(*(item[index] if isinstance(item, np.ndarray) else item for item in operands))
    return result


def whole(value: Any, axes: Axes, sizes: Mapping[str, int]) -> Any:
    """A value of these axes; a scalar stands for an array that is full of it."""
    if isinstance(value, np.ndarray) or not axes:
        return value
    array: np.ndarray[Any, Any] = np.empty(tuple(max(length.value(sizes), 0) for length in axes), dtype=object)
    for index in np.ndindex(array.shape):
        array[index] = value
    return array


def stacked(rows: Sequence[Any], axes: Axes, sizes: Mapping[str, int]) -> Any:
    """An array whose rows are these values."""
    shape = (len(rows), *(max(length.value(sizes), 0) for length in axes))
    array: np.ndarray[Any, Any] = np.empty(shape, dtype=object)
    for number, row in enumerate(rows):
        array[number] = row
    return array


def filled(value: Any, axes: Axes, sizes: Mapping[str, int]) -> Any:
    """An array; a scalar stands for one that is full of it. Floats become an array of floats."""
    value = whole(value, axes, sizes)
    return (
        value.astype(np.float64)
        if isinstance(value, np.ndarray) and all(isinstance(item, float) for item in value.flat)
        else value
    )


@dataclass(frozen=True)
class Arrays:
    """Evaluates sums and folds over ``values``, which grow while a graph is run; ``combined(op, left, right)`` computes."""

    sizes: dict[str, int]
    values: Mapping[str, Any]
    literal: Callable[[Const], Any]
    combined: Callable[[str, Any, Any], Any]
    integer: Callable[[Any], int]  # an element of an array of integers as an index

    def number(self, part: Affine) -> int:
        """An index expression in sizes and integers from data."""
        return self._value(part, self.sizes)

    def stored(self, buffer: Buffer, array: Any, values: Iterator[Any]) -> Any:
        """A buffer after the stores of an iteration."""
        array = array.copy()
        for store, value in zip(buffer.stores, values, strict=False):
            place = tuple(map(self.number, store.index))
            if any(not 0 <= index < length for index, length in zip(place, array.shape, strict=False)):
                raise InternalError(f"{buffer.out}: {place} is outside of {array.shape}")
            add = partial(self.combined, "add")
            array[place] = elementwise(add, array[place], value) if store.adds else whole(value, buffer.row(store), self.sizes)
        return array

    def evaluate(self, statement: Sum | Fold) -> Any:
        """The array, or for no axes the scalar, of a sum or fold."""
        op = statement.op.name if isinstance(statement, Fold) else "add"
        shape = tuple(max(length.value(self.sizes), 0) for length in statement.axes)
        found: dict[tuple[int, ...], Any] = {}
        for term in statement.terms:
            for place, value in self._contributions(term, shape):
                if any(not 0 <= index < length for index, length in zip(place, shape, strict=True)):
                    raise InternalError(f"{statement.name}: {place} is outside of {shape}")
                found[place] = self.combined(op, found[place], value) if place in found else value
        empty = self.literal(EMPTY[op] if isinstance(statement, Fold) else Const(0))
        if not statement.axes:
            return found.get((), empty)
        result = np.empty(shape, dtype=object)
        for place in np.ndindex(shape):
            result[place] = found.get(place, empty)
        return result

    def _contributions(self, term: Term, shape: tuple[int, ...]) -> Iterator[tuple[tuple[int, ...], Any]]:
        """Where a term adds what, element by element."""
        rank = len(shape)
        starts: Iterator[tuple[int, ...]] = iter([()]) if term.address is not None else itertools.product(*map(range, shape))
        for start in starts:
            numbers: dict[Any, int] = {**self.sizes, **dict(enumerate(start))}
            for inner in self._points(term, numbers, rank, 0):
                if all(guard.holds(self._value(guard.affine, inner)) for guard in term.guards):
                    place = start if term.address is None else tuple(self._value(part, inner) for part in term.address)
                    yield place, self._read(term, inner)

    def _points(self, term: Term, numbers: dict[Any, int], rank: int, depth: int) -> Iterator[dict[Any, int]]:
        """Every combination of the ranges of a term."""
        if depth == len(term.ranges):
            yield numbers
            return
        each = term.ranges[depth]
        for index in range(self._value(each.low, numbers), self._value(each.high, numbers)):
            yield from self._points(term, {**numbers, rank + depth: index}, rank, depth + 1)

    def _read(self, term: Term, numbers: Mapping[Any, int]) -> Any:
        if isinstance(term.atom, Affine):
            return self.literal(Const(float(self._value(term.atom, numbers))))
        if isinstance(term.atom, Const):
            return self.literal(term.atom)
        array = self.values[term.atom]
        if not isinstance(array, np.ndarray):
            return array
        index = tuple(self._value(part, numbers) for part in term.index)
        if any(not 0 <= place < length for place, length in zip(index, array.shape, strict=True)):
            raise InternalError(f"{term.atom}{list(index)} is outside of {array.shape}")
        return array[index]

    def _value(self, part: Affine, numbers: Mapping[Any, int]) -> int:
        return part.value(numbers, lambda element: self._element(element, numbers))

    def _element(self, element: Element, numbers: Mapping[Any, int]) -> int:
        index = tuple(self._value(part, numbers) for part in element.index)
        array = self.values[element.array]
        return self.integer(array[index] if isinstance(array, np.ndarray) else array)
