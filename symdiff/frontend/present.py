"""What a reading asks of the call that it is made for: lengths of arrays, and whether indices in an array are below 0.

The answer is supposed in the version that is made, and the code raises where it is not so; a call for which it is not so
makes another version. Before a call, and inside of other functions, what is usual is supposed: ``x[:3]`` is of three elements.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from symdiff.frontend.sizes import axis_symbol
from symdiff.graph.affine import Affine, Axes, Element, Quotient, Symbol, sizes_in
from symdiff.graph.graph import Param
from symdiff.graph.structure import Items, Structure, Tensor
from symdiff.graph.terms import Guard

Arrays = Mapping[str, np.ndarray[Any, Any]]


@dataclass(frozen=True)
class Supposed:
    """What a version supposes of a call. ``guards`` are about integers that are sizes, and lengths by array and axis, ``x.0``."""

    guards: tuple[Guard, ...] = ()
    built: tuple[tuple[str, int], ...] = ()  # lengths that are built in
    natural: tuple[tuple[Affine, Axes], ...] = ()  # indices from arrays that are not below 0 anywhere on these axes
    signed: frozenset[Affine] = frozenset()  # those that may be

    @property
    def is_any(self) -> bool:
        """Whether a call is asked for anything."""
        return bool(self.guards or self.built or self.natural)

    def holds(self, axes: Mapping[str, Axes], arrays: Arrays, integers: Mapping[str, int]) -> bool:
        """Whether it is so for these arrays, which have these ``axes`` in the graph, and integers; what is not told is."""
        sizes = {**sizes_of(axes, arrays), **lengths_of(arrays), **integers}
        if any(sizes.get(size) != count for size, count in self.built):
            return False
        found = ((guard, told(guard.affine, sizes)) for guard in self.guards)
        if not all(guard.holds(value) for guard, value in found if value is not None):
            return False
        return not any(is_below(part, inner, sizes, arrays) for part, inner in self.natural)


@dataclass(frozen=True)
class Present:
    """The arguments of a call by name; or, to read a version once more, what it supposed."""

    values: Mapping[str, Any] = field(default_factory=dict)
    supposed: Supposed = field(default_factory=Supposed)


def arrays_in(params: Iterable[Param], values: Mapping[str, Any]) -> dict[str, np.ndarray[Any, Any]]:
    """The arrays of any size among arguments, by the names of their inputs; what does not fit is left out."""
    found = (
        pair
        for param in params
        if param.name in values
        for pair in zip(param.leaves, _leaves(param.structure, values[param.name]), strict=True)
    )
    return {leaf: value for leaf, value in found if isinstance(value, np.ndarray)}


def _leaves(structure: Structure, value: Any) -> Iterator[Any]:
    if isinstance(structure, Tensor):
        yield value
    elif isinstance(structure, Items) and isinstance(value, tuple | list) and len(value) == len(structure.items):
        for inner, item in zip(structure.items, value, strict=True):
            yield from _leaves(inner, item)
    else:
        yield from [None] * structure.size


def sizes_of(axes: Mapping[str, Axes], arrays: Arrays) -> dict[str, int]:
    """The sizes that arrays tell, which have these axes."""
    found: dict[str, int] = {}
    for leaf, array in arrays.items():
        for length, count in zip(axes.get(leaf, ()), array.shape, strict=False):
            found |= {size: count for size in sizes_in([length]) if length == Affine.of(size)}
    return found


def lengths_of(arrays: Arrays) -> dict[str, int]:
    """All lengths, each by its array and axis: ``A.1``."""
    return {axis_symbol(leaf, axis): count for leaf, array in arrays.items() for axis, count in enumerate(array.shape)}


def told(part: Affine, sizes: Mapping[str, int]) -> int | None:
    """The value of an expression in sizes; None if they do not tell it."""
    if part.positions or any(True for _ in part.elements) or not sizes.keys() >= set(sizes_in([part])):
        return None
    return part.value(sizes)


def is_below(part: Affine, axes: Axes, sizes: Mapping[str, int], arrays: Arrays) -> bool:
    """Whether an expression in indices is below 0 anywhere on these axes. What is not told, or not there, is not."""
    try:
        shape = tuple(max(length.value(sizes), 0) for length in axes)
        found = _entries(part, np.indices(shape, np.int64), sizes, arrays)
    except (KeyError, IndexError):
        return False
    return bool(np.any(np.broadcast_to(found, shape) < 0))


def _entries(part: Affine, grids: Any, sizes: Mapping[str, int], arrays: Arrays) -> Any:
    inner: Callable[[Affine], Any] = lambda other: _entries(other, grids, sizes, arrays)  # noqa: E731 - three arguments stay

    def value(symbol: Symbol) -> Any:
        if isinstance(symbol, Element):
            return arrays[symbol.array].astype(np.int64)[tuple(map(inner, symbol.index))]
        if isinstance(symbol, Quotient):
            return inner(symbol.part) // symbol.divisor
        return grids[symbol] if isinstance(symbol, int) else sizes[symbol]

    return part.const + sum(factor * value(symbol) for symbol, factor in part.terms)
