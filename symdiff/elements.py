"""The scalars of a graph at given sizes: the elements of its arrays one by one, for those who look at every number."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from symdiff.arguments import scalars
from symdiff.graph.graph import Const, Graph, Param
from symdiff.graph.structure import Array, Items, Structure, Tensor

Element = tuple[str, tuple[int, ...]]  # a leaf, and an index if it is an array


def leaf_values(structure: Structure, value: Any) -> Iterator[Any]:
    """What each leaf of an argument is in a call: a float, or for an array of any size the array."""
    if isinstance(structure, Tensor):
        yield np.asarray(value, dtype=np.int64 if structure.kind == "int" else np.float64)
    elif isinstance(structure, Items):
        items = value.values() if isinstance(value, Mapping) else value
        for item, part in zip(structure.items, items, strict=True):
            yield from leaf_values(item, part)
    else:
        yield from scalars(value)


def fixed(graph: Graph, sizes: Mapping[str, int]) -> Graph:
    """The outside of a graph at given sizes: parameters and result with arrays of fixed shape, without its body."""
    params = tuple(_fixed_param(param, sizes) for param in graph.params)
    result = _fixed(graph.result, sizes)
    return replace(graph, params=params, body=(), outputs=(Const(0),) * result.size, result=result)


def elements(graph: Graph, sizes: Mapping[str, int]) -> dict[str, Element]:
    """Every scalar of the parameters by the name that ``fixed`` gives it."""
    found: dict[str, Element] = {}
    for param in graph.params:
        for leaf, structure in zip(param.leaves, param.structure.leaves(), strict=True):
            for name, index in _named(leaf, structure, sizes):
                found[name] = leaf, index
    return found


def flattened(outputs: Sequence[Any]) -> list[Any]:
    """The numbers in the outputs of a graph, in row-major order."""
    return [number for output in outputs for number in (output.flat if isinstance(output, np.ndarray) else (output,))]


def _fixed(structure: Structure, sizes: Mapping[str, int]) -> Structure:
    if isinstance(structure, Tensor):
        return Array(tuple(max(length.value(sizes), 0) for length in structure.axes))
    if isinstance(structure, Items):
        return replace(structure, items=tuple(_fixed(item, sizes) for item in structure.items))
    return structure


def _fixed_param(param: Param, sizes: Mapping[str, int]) -> Param:
    pairs = zip(param.leaves, param.structure.leaves(), strict=True)
    names = tuple(name for leaf, structure in pairs for name, _ in _named(leaf, structure, sizes))
    return replace(param, structure=_fixed(param.structure, sizes), leaves=names)


def _named(leaf: str, structure: Structure, sizes: Mapping[str, int]) -> Iterator[tuple[str, tuple[int, ...]]]:
    if not isinstance(structure, Tensor):
        yield leaf, ()
        return
    for index in _fixed(structure, sizes).indices():
        yield f"{leaf}[{', '.join(map(str, index))}]", index
