"""Arguments of a call: what structure they have, which are known values, and their scalars."""

from __future__ import annotations

import enum
import inspect
import types
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from symdiff.errors import ArgumentError, ShapeError
from symdiff.graph.affine import ONE, Affine, sizes_in
from symdiff.graph.graph import Param
from symdiff.graph.structure import SCALAR, Array, Items, Size, Structure, Tensor, tensor

MAX_LEAVES = 2000  # scalars of one argument: every element is a variable of its own until arrays have index notation


MAX_SIZE = 2**63 - 1  # what compiled code can count


@dataclass(frozen=True)
class Call:
    """The arguments of one call, sorted into run-time numbers (by structure) and values known while reading."""

    values: Mapping[str, Any]
    structures: Mapping[str, Structure]  # arrays by rank, kind and axes of length 1: any other length fits
    known: Mapping[str, Any]
    integers: Mapping[str, int]

    def exact(self, name: str) -> Structure | None:
        """The structure of an argument with the lengths of its arrays; None if it has too many numbers for that."""
        try:
            return structure_of(name, self.values[name], not _has_integers(self.structures.get(name)), exact=True)
        except ShapeError:
            return None

    @property
    def key(self) -> tuple[Any, ...]:
        """What a specialisation is made for."""
        known = tuple((name, Same(value)) for name, value in self.known.items())
        return (tuple(self.structures.items()), known)


def _has_integers(structure: Structure | None) -> bool:
    """Whether an argument has arrays of integers, as only those have that are not differentiated by."""
    if isinstance(structure, Items):
        return any(map(_has_integers, structure.items))
    return isinstance(structure, Tensor) and structure.kind == "int"


@dataclass(frozen=True, eq=False)
class Same:
    """A known value as a part of a key: text and truth by value, a function by identity, an object by its class.

    What a version read of the object is guarded, and the rest does not matter. It holds on to the value, whose id could
    otherwise pass to another function.
    """

    value: Any

    @property
    def _key(self) -> Any:
        value = self.value
        if value is None or type(value) in (str, bool, bytes):
            return value
        if issubclass(type(value), _ITSELF) or type(value).__module__ == "numpy":
            return id(value)
        return None

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Same) and type(self.value) is type(other.value) and bool(self._key == other._key)

    def __hash__(self) -> int:
        return hash((type(self.value), self._key))


_ITSELF = (type, enum.Enum, types.FunctionType, types.BuiltinFunctionType, types.ModuleType)


def sort_arguments(values: Mapping[str, Any], differentiated: frozenset[str]) -> Call:
    """Sort bound arguments. Raises ArgumentError for what cannot be differentiated or passed."""
    structures: dict[str, Structure] = {}
    known: dict[str, Any] = {}
    integers: dict[str, int] = {}
    for name, value in values.items():
        if name not in differentiated and is_known(value):
            known[name] = value
            continue
        structures[name] = structure_of(name, value, name in differentiated)
        if is_integer(value) and name not in differentiated:
            integers[name] = int(value)
    return Call(values, structures, known, integers)


def is_known(value: Any) -> bool:
    """True for an argument that belongs to the specialisation: no number, and no tuple, list or array of numbers."""
    kind = type(value)  # not isinstance, which asks an object for its __class__
    if issubclass(kind, enum.Enum | bool | np.bool_):
        return True
    if issubclass(kind, tuple | list):
        return kind not in (tuple, list) or any(map(is_known, value))
    return not issubclass(kind, int | float | complex | np.number | np.ndarray)


def structure_of(name: str, value: Any, differentiated: bool, exact: bool = False) -> Structure:
    """How an argument is packed: a number, a tuple or list of numbers, an array of floats or integers.

    ``exact``: arrays are so many numbers each, as their shapes say; otherwise they may have any size.
    """
    if isinstance(value, bool | np.bool_ | str | bytes) or value is None or isinstance(value, complex | np.complexfloating):
        raise ArgumentError(_refusal(name, value, differentiated))
    if isinstance(value, int | float | np.integer | np.floating) and not isinstance(value, np.longdouble | np.float16):
        return SCALAR
    if isinstance(value, np.ndarray):
        if value.dtype.kind == "b" and exact:
            raise ShapeError(f"argument {name} is an array of truth values, which is not read one by one")
        kinds = "iuf" if differentiated or not value.ndim else "iufb"
        if isinstance(value, np.ma.MaskedArray | np.matrix) or value.dtype.kind not in kinds:
            raise ArgumentError(_refusal(name, value, differentiated))
        if value.dtype.itemsize not in (1, 2, 4, 8) or value.dtype == np.float16:
            raise ArgumentError(_refusal(name, value, differentiated))
        if not value.ndim:
            return SCALAR
        if not exact:
            whole = value.dtype.kind in "iu" and not differentiated
            free = tensor(name, value.ndim)
            axes = tuple(ONE if n == 1 else axis for n, axis in zip(value.shape, free.axes, strict=True))
            return Tensor(axes, "int" if whole else "bool" if value.dtype.kind == "b" else "float")
        if value.size > MAX_LEAVES:
            raise ShapeError(f"argument {name} has {value.size} elements; at most {MAX_LEAVES} are supported yet")
        return Array(value.shape, whole=value.dtype.kind in "iu" and not differentiated)
    if isinstance(value, tuple | list):
        items = tuple(structure_of(f"{name}[{k}]", item, differentiated, exact) for k, item in enumerate(value))
        if sum(item.size for item in items) > MAX_LEAVES:
            raise ShapeError(f"argument {name} has more than {MAX_LEAVES} elements, which is not supported yet")
        return Items("tuple" if isinstance(value, tuple) else "list", items)
    raise ArgumentError(_refusal(name, value, differentiated))


def _refusal(name: str, value: Any, differentiated: bool) -> str:
    kind = f"an array of {value.dtype}" if isinstance(value, np.ndarray) else f"{value!r} ({type(value).__name__})"
    if isinstance(value, np.ma.MaskedArray):
        kind = "a masked array"
    advice = "pass a real number or a vector of real numbers"
    if isinstance(value, np.matrix):
        return f"argument {name} is an np.matrix, whose products are those of matrices; pass np.asarray({name})"
    if isinstance(value, complex | np.complexfloating):
        advice = "pass real and imaginary part as two real arguments"
    elif isinstance(value, bool | np.bool_):
        advice = f"pass {float(value)}, or differentiate with respect to another argument"
    elif differentiated and (value is None or isinstance(value, str)):
        advice += ", or choose other argnums"
    return f"argument {name} is {kind}, which cannot be differentiated; {advice}"


def scalars(value: Any) -> Iterator[float]:
    """The numbers inside an argument, in row-major order, as floats."""
    if isinstance(value, np.ndarray):
        yield from value.astype(np.float64).ravel().tolist()
    elif isinstance(value, tuple | list):
        for item in value:
            yield from scalars(item)
    else:
        yield _as_float(value)


def _as_float(value: Any) -> float:
    try:
        return float(value)
    except OverflowError:
        raise ArgumentError("an integer argument is too large for a float") from None


def compiled_argument(value: Any, structure: Structure, name: str) -> Any:
    """An argument in the form that compiled code takes: a float, or a C-contiguous array of float64 or int64."""
    if isinstance(structure, Tensor):
        return _tensor_argument(value, structure, name)
    if isinstance(structure, Size):
        if not is_size(value):
            raise ArgumentError(f"{name} must be an integer from 0 to {MAX_SIZE}, not {value!r}")
        return int(value)
    if structure.is_scalar:
        if isinstance(value, tuple | list) or np.ndim(value):
            raise ShapeError(f"{name} must be one number, not {value!r}")
        return _as_float(value)
    if isinstance(value, np.ndarray):
        array = writeable(np.ascontiguousarray(value, dtype=np.float64))
    else:
        array = np.array(list(scalars(value)), dtype=np.float64)
        array = array.reshape(structure.shape) if array.size == structure.size and structure.shape is not None else array
    if array.size != structure.size:
        raise ShapeError(f"{name} has {array.size} elements where {structure.size} are needed")
    wanted = (structure.size,) if structure.shape is None else structure.shape
    if array.shape != wanted:
        raise ShapeError(f"{name} has shape {array.shape} where {wanted} is needed")
    return array


def _tensor_argument(value: Any, structure: Tensor, name: str) -> np.ndarray[Any, Any]:
    """An array of any size: contiguous, and writeable, because compiled code knows no other kind."""
    if not isinstance(value, np.ndarray) or value.ndim != structure.rank:
        shown = f"of {value.ndim} axes" if isinstance(value, np.ndarray) else f"{value!r}"
        raise ShapeError(f"{name} must be an array with {structure.rank} axes, not {shown}")
    return writeable(np.ascontiguousarray(value, dtype=np.int64 if structure.kind == "int" else np.float64))


class _Memory:
    """The memory of an array under another flag."""

    def __init__(self, array: np.ndarray[Any, Any]) -> None:
        interface = array.__array_interface__
        self.array = array  # is alive as long as its memory is used
        self.__array_interface__ = {**interface, "data": (interface["data"][0], False)}


def writeable(array: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """An array of the same memory that says it is writeable: compiled code takes no other kind, and writes to no argument."""
    return array if array.flags.writeable else np.asarray(_Memory(array))


def taken_apart(params: Iterable[Param]) -> tuple[Param, ...]:
    """Parameters with one for each leaf of a tuple, list or dict that holds arrays: compiled code takes no such container."""
    found: list[Param] = []
    for param in params:
        parts = list(param.structure.leaves())
        if isinstance(param.structure, Items) and any(isinstance(part, Tensor) for part in parts):
            found += [Param(leaf, part, (leaf,), param.role) for leaf, part in zip(param.leaves, parts, strict=True)]
        else:
            found.append(param)
    return tuple(found)


def leaves_of(params: Iterable[Param], values: Mapping[str, Any]) -> dict[str, Any]:
    """The values of the parameters that ``taken_apart`` makes, by name."""
    found: dict[str, Any] = {}
    for param in params:
        if isinstance(param.structure, Items) and any(isinstance(part, Tensor) for part in param.structure.leaves()):
            check_container(param.structure, values[param.name], param.name)
            found.update(zip(param.leaves, _leaves(param.structure, values[param.name]), strict=True))
    return found


def check_container(structure: Structure, value: Any, name: str) -> None:
    """Refuse a container that is built otherwise than the one a version was made for. Raises ShapeError."""
    if not isinstance(structure, Items):
        return
    if not isinstance(value, tuple | list) or len(value) != len(structure.items):
        raise ShapeError(f"{name} must be a {structure.container} of {len(structure.items)} items, not {value!r}")
    for k, (inner, item) in enumerate(zip(structure.items, value, strict=True)):
        check_container(inner, item, f"{name}[{k}]")


def _leaves(structure: Structure, value: Any) -> Iterator[Any]:
    if isinstance(structure, Items):
        for inner, item in zip(structure.items, value, strict=True):
            yield from _leaves(inner, item)
    elif isinstance(structure, Array):
        yield from scalars(value)
    else:
        yield value


def check_sizes(params: Iterable[Param], values: Mapping[str, Any]) -> None:
    """Refuse arrays whose lengths do not fit each other. Raises ShapeError that names both."""
    found: dict[str, tuple[int, str]] = {}
    wanted: list[tuple[Affine, int, str]] = []
    for param in params:
        if isinstance(param.structure, Size):
            found[param.leaves[0]] = int(values[param.name]), f"{param.name} is {values[param.name]}"
            continue
        for structure, value, name in _arrays(param.structure, values[param.name], param.name):
            for axis, length in enumerate(structure.axes):
                shown = (
                    f"{name} has length {value.shape[axis]}"
                    if value.ndim == 1
                    else (f"axis {axis} of {name} has length {value.shape[axis]}")
                )
                wanted.append((length, value.shape[axis], shown))
                for symbol in length.symbols:
                    if length == Affine.of(symbol):
                        found.setdefault(str(symbol), (value.shape[axis], shown))
    for length, given, shown in wanted:
        needed = max(length.value({size: count for size, (count, _) in found.items()}), 0)
        if given != needed:
            others = " and ".join(found[size][1] for size in sizes_in([length]))
            raise ShapeError(f"{shown}, where {needed} is needed" + (f", because {others}" if others else ""))


def _arrays(structure: Structure, value: Any, name: str) -> Iterator[tuple[Tensor, np.ndarray[Any, Any], str]]:
    """The arrays of any size in an argument."""
    if isinstance(structure, Tensor):
        if not isinstance(value, np.ndarray) or value.ndim != structure.rank:
            compiled_argument(value, structure, name)
        yield structure, value, name
    elif isinstance(structure, Items) and isinstance(value, tuple | list):
        for k, (inner, item) in enumerate(zip(structure.items, value, strict=True)):
            yield from _arrays(inner, item, f"{name}[{k}]")


def is_real(value: Any) -> bool:
    """True for a real number that is no bool."""
    return isinstance(value, int | float | np.integer | np.floating) and not isinstance(value, bool)


def is_integer(value: Any) -> bool:
    """True for an integer that is no bool."""
    return isinstance(value, int | np.integer) and not isinstance(value, bool)


def is_size(value: Any) -> bool:
    """True for an integer that may be the length of an array, or the end of a loop, in a version for all of those."""
    return is_integer(value) and 0 <= value <= MAX_SIZE


def is_single(value: Any) -> bool:
    """True if every array among the arguments holds float32 numbers, and there is one."""
    arrays = [item for item in value if isinstance(item, np.ndarray) and item.ndim]
    return bool(arrays) and all(array.dtype == np.float32 for array in arrays)


def bind(
    signature: inspect.Signature,
    name: str,
    args: tuple[Any, ...],
    kwargs: Mapping[str, Any],
    optional: frozenset[str] = frozenset(),
) -> dict[str, Any]:
    """Bind a call as Python does, with defaults, but for ``optional`` ones. Raises ArgumentError with the signature."""
    try:
        bound = signature.bind(*args, **kwargs)
    except TypeError as error:
        raise ArgumentError(f"{name}{signature}: {error}") from None
    given = set(bound.arguments)
    bound.apply_defaults()
    return {name: value for name, value in bound.arguments.items() if name in given or name not in optional}
