"""What derivatives must be, by differences of 80 digits, and how far computed ones may be from it."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import mpmath
import numpy as np

from symdiff.graph.graph import Graph
from symdiff.graph.structure import Items, Structure, Tensor

DIGITS = 80
STEP = mpmath.mpf(10) ** -14  # truncation 1e-28 relative, cancellation 1e-80 / 1e-42 at order 3
ALLOWED = 16  # times the first-order rounding bound (DESIGN section 1, the agreement law)

Function = Callable[[Sequence[Any]], Sequence[Any]]


def differences(function: Function, point: Sequence[float], positions: Sequence[int]) -> list[Any]:
    """The mixed partial of every output in the inputs at ``positions``: a central difference for each of them."""
    with mpmath.workdps(DIGITS):
        total: list[Any] = []
        for signs in itertools.product((1, -1), repeat=len(positions)):
            moved = [mpmath.mpf(x) for x in point]
            for sign, position in zip(signs, positions, strict=True):
                moved[position] += sign * STEP
            weight = int(np.prod(signs)) if signs else 1
            values = [weight * value for value in function(moved)]
            total = values if not total else [a + b for a, b in zip(total, values, strict=True)]
        return [value / (2 * STEP) ** len(positions) for value in total]


def scalars(value: Any) -> Iterator[float]:
    """The numbers of any nest of tuples, lists and arrays, in row-major order."""
    if isinstance(value, tuple | list):
        for item in value:
            yield from scalars(item)
    else:
        yield from (float(item) for item in np.ravel(value))


def leaves(structure: Structure, value: Any) -> Iterator[Any]:
    """The leaves of an argument: its numbers, and its arrays of any size as they are."""
    if isinstance(structure, Tensor):
        yield np.asarray(value)
    elif isinstance(structure, Items) and isinstance(value, tuple | list | dict):
        items = value.values() if isinstance(value, dict) else value
        for inner, item in zip(structure.items, items, strict=True):
            yield from leaves(inner, item)
    else:
        yield from scalars(value)


def inputs_of(made: Any, values: dict[str, Any]) -> list[Any]:
    """The inputs of a specialisation's graph, in their order, for arguments by name."""
    arguments = dict(zip((param.name for param in made.params), made.arguments(values), strict=True))
    return [leaf for param in made.graph.params for leaf in leaves(param.structure, arguments[param.name])]


def disagreements(
    graph: Graph, values: Sequence[float], bounds: Sequence[float], expected: Sequence[Any], floor: float = 0.0
) -> list[str]:
    """Say for each output how it differs from ``expected`` by more than the law allows.

    ``floor`` is the error of ``expected`` itself, relative to the largest of its numbers. The double that is nearest to
    what is expected is always right: constants that were folded are rounded, and their bound is 0.
    """
    if len(values) != len(expected):
        return [f"{len(values)} numbers where {len(expected)} are expected"]
    with mpmath.workdps(DIGITS):
        scale = max([abs(item) for item in expected if mpmath.isfinite(item)], default=mpmath.mpf(0))
        found = []
        for index, (value, bound, wanted) in enumerate(zip(values, bounds, expected, strict=True)):
            allowed = ALLOWED * bound + floor * max(1, scale)
            same_kind = mpmath.isnan(value) == mpmath.isnan(wanted) and (value == wanted or mpmath.isfinite(value))
            if not same_kind or not (value == float(wanted) or mpmath.isnan(value) or abs(value - wanted) <= allowed):
                found.append(
                    f"output {index} ({graph.outputs[index]}): {float(value)!r}, expected {mpmath.nstr(wanted, 17)}, "
                    f"allowed difference {float(allowed):.1e}"
                )
        return found
