"""Derivatives of plain NumPy functions by central differences of order 6 in extended precision: an independent reference.

Arguments may be numbers, arrays, and tuples or lists of them; only floating-point numbers are varied.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

Long = np.longdouble
Vector = np.ndarray[Any, Any]
WEIGHTS = {1: Long(3) / 4, 2: -Long(3) / 20, 3: Long(1) / 60}
FIRST, SECOND = Long(1) / 8192, Long(1) / 1024  # steps of first and of second differences


def leaves(value: Any) -> list[Vector]:
    """The arrays and numbers of a value, in order."""
    if isinstance(value, tuple | list):
        return [leaf for item in value for leaf in leaves(item)]
    return [np.asarray(value)]


def flat(value: Any) -> Vector:
    """All numbers of a value, in row-major order."""
    return np.concatenate([leaf.astype(Long).ravel() for leaf in leaves(value)] or [np.zeros(0, Long)])


def packed(like: Any, numbers: Iterator[Any], kind: Any = float) -> Any:
    """Numbers in the containers and shapes of another value."""
    if isinstance(like, tuple | list):
        return type(like)(packed(item, numbers, kind) for item in like)
    if isinstance(like, np.ndarray):
        return np.array([next(numbers) for _ in range(like.size)], dtype=kind).reshape(like.shape)
    return kind(next(numbers))


class Flat:
    """A function of the arguments ``wrt`` as one of a vector, with a vector as result."""

    def __init__(self, function: Callable[..., Any], names: Sequence[str], wrt: Sequence[str], point: Sequence[Any]) -> None:
        self.function, self.point = function, point
        self.places = [names.index(name) for name in wrt]
        self.like = tuple(point[place] for place in self.places)
        self.start = flat(self.like)

    def __call__(self, vector: Vector) -> Vector:
        """The value at a point."""
        arguments = [_long(value) for value in self.point]
        for place, value in zip(self.places, packed(self.like, iter(vector), Long), strict=True):
            arguments[place] = value
        return flat(self.function(*arguments))

    def jvp(self, direction: Vector) -> Vector:
        """The derivative along a direction."""
        return _along(self, self.start, direction.astype(Long), FIRST)

    def jacobian(self) -> Vector:
        """All derivatives, one row for each number of the result."""
        columns = [self.jvp(column) for column in np.eye(len(self.start))]
        return np.array(columns).T if columns else np.zeros((len(self(self.start)), 0))

    def second(self, one: Vector, other: Vector) -> Vector:
        """The second derivative along two directions."""
        one, other = one.astype(Long), other.astype(Long)
        return _along(lambda vector: _along(self, vector, other, SECOND), self.start, one, SECOND)


def _along(function: Callable[[Vector], Vector], start: Vector, direction: Vector, step: Any) -> Vector:
    total = 0 * function(start)
    for count, weight in WEIGHTS.items():
        shift = count * step * direction
        total = total + weight * (function(start + shift) - function(start - shift))
    result: Vector = total / step
    return result


def _long(value: Any) -> Any:
    if isinstance(value, tuple | list):
        return type(value)(map(_long, value))
    if isinstance(value, float) or (isinstance(value, np.ndarray) and value.dtype.kind == "f"):
        return np.asarray(value, dtype=Long)[()]
    return value


def differs(found: Any, expected: Any, tolerance: float) -> str:
    """How numbers differ from those expected, relative to the largest of them; "" if they do not."""
    have, want = flat(found).astype(float), flat(expected).astype(float)
    if have.shape != want.shape:
        return f"{have.size} numbers instead of {want.size}"
    scale = max(1.0, float(np.max(np.abs(want), initial=0.0)))
    wrong = ~(np.abs(have - want) <= tolerance * scale)
    return f"{have[wrong][:3]} instead of {want[wrong][:3]}" if wrong.any() else ""
