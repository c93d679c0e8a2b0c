"""How scalars are packed into the arguments and the result of generated code, which knows no lists.

Arguments: a float64 for a scalar, one C-contiguous float64 array for anything else. Results: a float, a flat or nested
tuple, an array. More than 16 loose scalars become one array, because a long tuple takes Numba minutes to compile. Arrays of
symbolic size are passed and returned as they are (int64 for arrays of indices).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from symdiff.graph.structure import SCALAR, Array, FixedSparse, Items, Size, Sparse, Structure, Tensor

LONGEST_TUPLE = 16


def packed(structure: Structure) -> Structure:
    """The structure that generated code returns for ``structure``, after the rule above."""
    if isinstance(structure, FixedSparse):
        return Array((structure.size,))
    if isinstance(structure, Sparse):
        return structure.stored
    if not isinstance(structure, Items):
        return structure
    if structure.size == 0:
        return Array((0,))
    result = Items("tuple", tuple(map(packed, structure.items)))
    if _loose(result) <= LONGEST_TUPLE or any(isinstance(leaf, Tensor) for leaf in structure.leaves()):
        return result
    return Array(structure.shape or (structure.size,))


def flat(structure: Structure) -> Iterator[Structure]:
    """The scalars and arrays of a packed result, in order."""
    if isinstance(structure, Items):
        for item in structure.items:
            yield from flat(item)
    else:
        yield structure


def argument_shape(structure: Structure) -> tuple[int | None, ...]:
    """The shape of the array that an argument is passed in; ``()`` for a scalar, None for an axis of any length."""
    if isinstance(structure, Tensor):
        return tuple(length.const if length.is_constant else None for length in structure.axes)
    shape = structure.shape
    return (structure.size,) if shape is None else shape


def unpacker(structure: Structure) -> Callable[[Any], Any] | None:
    """What turns the result of generated code into ``structure`` (lists, long tuples), or None if nothing is to do."""
    compiled = packed(structure)
    if compiled == structure:
        return None
    return lambda value: structure.pack(list(_leaves(compiled, value)))


def numba_type(structure: Structure) -> str:
    """The Numba type of a packed structure, as a signature spells it: ``UniTuple(float64, 2)``."""
    if structure == SCALAR:
        return "float64"
    if isinstance(structure, Tensor):
        return array_type(structure.axes, "int64" if structure.kind == "int" else "float64")
    if not isinstance(structure, Items):
        return array_type(structure.shape or ())
    items = [numba_type(item) for item in structure.items]
    if len(set(items)) == 1:
        return f"UniTuple({items[0]}, {len(items)})"
    return f"Tuple(({', '.join(items)}))"


def argument_type(structure: Structure) -> str:
    """The Numba type of an argument."""
    if isinstance(structure, Size):
        return "int64"
    return numba_type(structure) if isinstance(structure, Tensor) else array_type(argument_shape(structure))


def array_type(shape: Sequence[object], item: str = "float64") -> str:
    """The Numba type of a C-contiguous array of that many dimensions; a scalar for none."""
    return item if not shape else f"{item}[{', '.join([':'] * (len(shape) - 1) + ['::1'])}]"


def _loose(structure: Structure) -> int:
    if isinstance(structure, Items):
        return sum(map(_loose, structure.items))
    return 1 if structure.is_scalar else 0


def _leaves(structure: Structure, value: Any) -> Iterator[Any]:
    if isinstance(structure, Items):
        for item, part in zip(structure.items, value, strict=True):
            yield from _leaves(item, part)
    elif structure.is_scalar or isinstance(structure, Tensor):
        yield value
    else:
        yield from value.ravel().tolist()
