"""What is checked of a random function of arrays: value, first derivatives in all forms, second ones by all compositions."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from symdiff import grad, hessian, hvp, jacobian, jvp, read, value_and_grad, vjp
from tests.long_differences import Vector, flat, leaves, packed

FIRST, SECOND = 1e-9, 2e-6  # tolerances, relative to the largest number


@dataclass(frozen=True)
class Reference:
    """The right numbers at a point; ``holds`` is False if the function raises there.

    ``first`` has a row for each number of the result; ``second`` is the derivative of their sum, weighted, along each axis
    and the direction.
    """

    holds: bool
    like: tuple[Any, ...] = ()  # the arguments differentiated by
    result: Any = 0.0
    value: Vector = field(default_factory=lambda: np.zeros(0))
    first: Vector = field(default_factory=lambda: np.zeros((0, 0)))
    second: Vector = field(default_factory=lambda: np.zeros(0))
    direction: Vector = field(default_factory=lambda: np.zeros(0))
    weights: Vector = field(default_factory=lambda: np.zeros(0))

    @property
    def is_scalar(self) -> bool:
        """Whether the result is one number."""
        return np.ndim(self.result) == 0

    def seed(self, name: str) -> Any:
        """The tangent or cotangent of that name."""
        if name.startswith("weights"):
            return packed(np.asarray(self.result) if np.ndim(self.result) else 0.0, iter(self.weights))
        return packed(self.like, iter(self.direction))


@dataclass(frozen=True)
class Check:
    """A derivative, what its seeds are, the numbers of its result, and those expected."""

    name: str
    make: Callable[[], Any]
    expected: Callable[[Reference], Vector]
    tolerance: float = FIRST
    seeds: Mapping[str, str] = field(default_factory=dict)
    numbers: Callable[[Any, Reference], Vector] = lambda found, reference: flat(found)

    @cached_property
    def derivative(self) -> Any:
        """Made when it is first asked for: most checks are not chosen, and each one reads the text."""
        return self.make()


def checks(text: str, wrt: Sequence[str], is_scalar: bool, seed: int, every: bool = False) -> list[Check]:
    """The value, and some of the derivatives, other ones for each seed; or all of them."""
    chosen, by = random.Random(seed), {"argnums": tuple(wrt)}
    value = Check("value", lambda: read(source=text), lambda reference: reference.value)
    tangent, cotangent = {"tangent": "direction"}, {"cotangent": "weights"}
    both, two = {**tangent, **cotangent}, {"cotangent": "weights", "cotangent2": "direction"}
    gradient, forward, reverse = (lambda of=of: of(source=text, **by) for of in (grad, jvp, vjp))
    along = Check("jvp", forward, lambda reference: reference.first @ reference.direction, seeds=tangent)
    back = Check("vjp", reverse, lambda reference: reference.weights @ reference.first, seeds=cotangent)
    if is_scalar:
        first = [Check("gradient", gradient, _row)] * 2 + [
            Check("value and gradient", lambda: value_and_grad(source=text, **by), _with_row)
        ]
        second = [
            Check("forward over reverse", lambda: hvp(source=text, **by), _second, SECOND, tangent),
            Check("reverse over reverse", lambda: vjp(gradient(), **by), _second, SECOND, {"cotangent": "direction"}),
            Check("reverse over forward", lambda: grad(forward(), **by), _second, SECOND, tangent),
        ]
        whole = [
            Check("hessian", lambda: hessian(source=text, **by), _second, SECOND, {}, _times),
            Check("sparse hessian", lambda: hessian(source=text, sparse=True, **by), _second, SECOND, {}, _times),
        ]
    else:
        first = [back]
        second = [
            Check("forward over reverse", lambda: jvp(reverse(), **by), _second, SECOND, both),
            Check("reverse over reverse", lambda: vjp(reverse(), **by), _second, SECOND, two),
            Check("reverse over forward", lambda: vjp(forward(), **by), _second, SECOND, both),
        ]
        whole = [
            Check("jacobian", lambda: jacobian(source=text, **by), _entries, FIRST, {}, _matrix),
            Check("sparse jacobian", lambda: jacobian(source=text, sparse=True, **by), _entries, FIRST, {}, _matrix),
        ]
    segmented = Check("vjp with checkpoints", lambda: vjp(source=text, checkpoint=True, **by), back.expected, seeds=cotangent)
    open_list = "while " in text and ".append(" in text  # there is no room for it before: refused with checkpoints
    kept = [segmented] * (("for " in text or "while " in text) and not open_list)
    if every:
        return [value, *first[-2:], along, *second, *whole, *kept]
    found = [value, chosen.choice(first), chosen.choice(second)]
    found += kept * (random.Random(seed + 1).random() < 0.3)  # numbers of its own: the other choices stay those of the seed
    if chosen.random() < (0.12 if is_scalar else 0.3):  # they take longest
        found += whole
    return found + [along] * (chosen.random() < 0.3)


def _row(reference: Reference) -> Vector:
    return reference.first[0]


def _with_row(reference: Reference) -> Vector:
    return np.concatenate([reference.value, reference.first[0]])


def _second(reference: Reference) -> Vector:
    return reference.second


def _entries(reference: Reference) -> Vector:
    return reference.first.ravel()


def _matrix(found: Any, reference: Reference) -> Vector:
    """The blocks of a Jacobian as one matrix, row by row."""
    rows = len(reference.value)
    return _beside(found, rows, [leaf.size for leaf in leaves(reference.like)]).ravel()


def _times(found: Any, reference: Reference) -> Vector:
    """A Hessian times the direction."""
    sizes = [leaf.size for leaf in leaves(reference.like)]
    rows = [_beside(row, size, sizes) for row, size in zip(found, sizes, strict=True)]
    result: Vector = np.concatenate(rows) @ reference.direction
    return result


def _beside(blocks: Sequence[Any], rows: int, columns: Sequence[int]) -> Vector:
    dense = [block.toarray() if hasattr(block, "toarray") else np.asarray(block, float) for block in blocks]
    return np.concatenate([block.reshape(rows, size) for block, size in zip(dense, columns, strict=True)], axis=1)
