"""``out=``: results put into arrays that the caller gives, as NumPy's functions do it.

``g = df(x, out=g)`` allocates nothing: a second version of the compiled code writes where it is told. An array that it cannot
write to (strided, of float32, or sharing memory with an argument) gets a copy of a new result.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from symdiff.errors import ArgumentError, ShapeError
from symdiff.graph.structure import Array, Items, Structure, Tensor

Arrays = tuple[np.ndarray[Any, Any], ...]


def arrays_in(structure: Structure) -> Iterator[Structure]:
    """The arrays in a result, in order."""
    if isinstance(structure, Items):
        for item in structure.items:
            yield from arrays_in(item)
    elif not structure.is_scalar:
        yield structure


def given(out: Any, structure: Structure, name: str, item: type = np.float64) -> Arrays:
    """The arrays given for the arrays of a result. Raises ArgumentError for anything that nothing could be put into."""
    count = sum(1 for _ in arrays_in(structure))
    if not count:
        raise ArgumentError(f"{name} returns no array that out= could take")
    arrays = (out,) if isinstance(out, np.ndarray) and count == 1 else out
    if not isinstance(arrays, tuple) or len(arrays) != count:
        raise ArgumentError(f"out must be {'an array' if count == 1 else f'a tuple of {count} arrays'}, not {type(out).__name__}")
    for array in arrays:
        if not isinstance(array, np.ndarray) or array.dtype != item:
            kind = f"an array of {array.dtype}" if isinstance(array, np.ndarray) else type(array).__name__
            raise ArgumentError(f"out must be of {np.dtype(item)}, not {kind}")
        if not array.flags.writeable:
            raise ArgumentError("out is read-only")
    for one, other in itertools.combinations(arrays, 2):
        if np.may_share_memory(one, other) and np.shares_memory(one, other):
            raise ArgumentError("two arrays of out share memory")
    return arrays


def is_direct(arrays: Sequence[np.ndarray[Any, Any]], structures: Sequence[Structure]) -> bool:
    """Whether compiled code can write to arrays."""
    ranks = [structure.rank if isinstance(structure, Tensor) else len(structure.shape or ()) for structure in structures]
    return all(a.dtype == np.float64 and a.ndim == rank and a.flags.carray for a, rank in zip(arrays, ranks, strict=True))


def filled(result: Any, structure: Structure, arrays: Arrays) -> Any:
    """The result with its arrays copied into the given ones. Raises ShapeError before anything is copied."""
    found = list(_arrays(result, structure))
    for array, value in zip(arrays, found, strict=True):
        if array.shape != np.shape(value):
            raise ShapeError(f"out has shape {array.shape} where {np.shape(value)} is needed")
    for array, value in zip(arrays, found, strict=True):
        array[...] = value
    return _with(result, structure, iter(arrays))


def spread_into(result: Any, out: Any, name: str) -> Any:
    """A result that was broadcast over arguments, in a given array."""
    if not isinstance(result, np.ndarray):
        raise ArgumentError(f"{name} is called for arrays of arguments and returns several arrays, which out= cannot take")
    structure = Array(result.shape)
    return filled(result, structure, given(out, structure, name, result.dtype.type))


def _arrays(result: Any, structure: Structure) -> Iterator[Any]:
    if isinstance(structure, Items):
        for value, item in zip(_values(result), structure.items, strict=True):
            yield from _arrays(value, item)
    elif not structure.is_scalar:
        yield result


def _with(result: Any, structure: Structure, arrays: Iterator[Any]) -> Any:
    if isinstance(structure, Items):
        return structure.filled(
            [_with(value, item, arrays) for value, item in zip(_values(result), structure.items, strict=True)]
        )
    return result if structure.is_scalar else next(arrays)


def _values(result: Any) -> list[Any]:
    return list(result.values() if isinstance(result, dict) else result)


def stacked(structure: Structure, columns: np.ndarray[Any, Any]) -> Any:
    """A result of which each number is a column: the same containers with an axis in front."""
    if structure.is_scalar:
        return columns[..., 0]
    if isinstance(structure, Array):
        return columns.reshape(*columns.shape[:-1], *structure.dimensions)
    items, start = [], 0
    for item in structure.items if isinstance(structure, Items) else ():
        items.append(stacked(item, columns[..., start : start + item.size]))
        start += item.size
    return structure.filled(items) if isinstance(structure, Items) else items


def to_single(value: Any) -> Any:
    """The same containers with arrays of float32."""
    if isinstance(value, tuple):
        return tuple(map(to_single, value))
    if isinstance(value, list):
        return list(map(to_single, value))
    if isinstance(value, dict):
        return {key: to_single(item) for key, item in value.items()}
    return value.astype(np.float32) if isinstance(value, np.ndarray) else value
