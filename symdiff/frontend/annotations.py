"""Annotations that tell the axes of an argument: ``symdiff.Array["m", "n"]``, jaxtyping's ``Float[np.ndarray, "m n"]``.

They are read from the syntax tree, because they may be text that is never evaluated. What is not understood tells nothing.
"""

from __future__ import annotations

import ast
import types
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Optional, Union

from symdiff.errors import NameUnboundError, ShapeError
from symdiff.frontend import resolve
from symdiff.graph.affine import Affine

if TYPE_CHECKING:
    from symdiff.frontend.source import FunctionSource

Axis = str | int  # a name, "" for one without, or a length
Axes = tuple[Axis, ...] | None  # None: an array whose rank is not told


@dataclass(frozen=True)
class Named:
    """What the annotation ``symdiff.Array["m", "n"]`` holds beside the class of the array."""

    axes: tuple[Axis, ...]


class _Array:
    """``symdiff.Array["m", "n"]``: an array with axes of these lengths, by name or as integers.

    An annotation for people, and for symdiff before a call has shown an array: its formulas use the names, and axes of one
    name have one length. Type checkers look for a class called n; ``Annotated[np.ndarray, symdiff.Array["n"]]`` suits them.
    """

    def __class_getitem__(cls, axes: Any) -> Any:
        import numpy as np

        found = axes if isinstance(axes, tuple) else (axes,)
        if not all(isinstance(axis, int) or (isinstance(axis, str) and axis.isidentifier()) for axis in found):
            raise TypeError(f"symdiff.Array takes names in quotes and lengths, not {axes!r}")
        return Annotated[np.ndarray, Named(found)]


_INTEGER = ("int", "'int'", "np.integer", "SupportsIndex")

Array: Any = _Array  # type checkers take it, and what is written in brackets behind it, for Any


def annotated(source: FunctionSource) -> Mapping[str, Axes]:
    """The axes of the arguments that are annotated as arrays."""
    arguments = source.node.args
    found: dict[str, Axes] = {}
    for argument in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs):
        if argument.annotation is not None and not source.inner:
            axes = _axes(source, argument.annotation)
            if not isinstance(axes, bool):
                found[argument.arg] = axes
    return found


def integers(source: FunctionSource) -> frozenset[str]:
    """The arguments that are annotated as integers."""
    arguments = source.node.args
    found = (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)
    return frozenset(argument.arg for argument in found if argument.annotation and ast.unparse(argument.annotation) in _INTEGER)


def equal_axes(found: Mapping[str, Axes], free: Mapping[tuple[str, int], str]) -> dict[str, Affine]:
    """Equations of sizes: those of one name are one. ``free`` are the sizes of the arrays of any length, by axis."""
    first: dict[str, str] = {}
    solved: dict[str, Affine] = {}
    for (name, place), size in free.items():
        axes = found.get(name) or ()
        if place < len(axes) and isinstance(axes[place], str) and axes[place]:
            other = first.setdefault(str(axes[place]), size)
            if other != size:
                solved[size] = Affine.of(other)
    return solved


def check_annotated(source: FunctionSource, values: Mapping[str, Any]) -> None:
    """Refuse arguments that are not what their annotations say. Raises ShapeError that names them."""
    import numpy as np

    known: dict[str, tuple[int, str]] = {}
    for name, axes in annotated(source).items():
        value = values.get(name)
        if not axes or value is None or not isinstance(value, np.ndarray | int | float | np.number) or isinstance(value, bool):
            continue
        if np.ndim(value) != len(axes):
            given = f"an array with {np.ndim(value)} axes" if np.ndim(value) else "a number"
            raise ShapeError(f"argument {name} is {given}; its annotation says ({', '.join(str(axis) or '_' for axis in axes)})")
        for place, (axis, length) in enumerate(zip(axes, np.shape(value), strict=True)):
            shown = f"{name} has length {length}" if len(axes) == 1 else f"axis {place} of {name} has length {length}"
            if isinstance(axis, int) and axis != length:
                raise ShapeError(f"{shown}; its annotation says {axis}")
            if isinstance(axis, str) and axis and known.setdefault(axis, (length, shown))[0] != length:
                raise ShapeError(f"{shown}, but {known[axis][1]}: both are annotated as {axis}")


# -- reading them -------------------------------------------------------------------------------------------------


def _axes(source: FunctionSource, node: ast.expr) -> Axes | bool:
    """The axes that an annotation tells; False if it is none of an array."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        try:
            return _axes(source, ast.parse(node.value, mode="eval").body)
        except SyntaxError:
            return False
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):  # Array["n"] | None
        sides = [_axes(source, side) for side in (node.left, node.right)]
        return next((side for side in sides if side is not False), False)
    if not isinstance(node, ast.Subscript):
        return _of_object(_object(source, node))
    items = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
    constants = [item.value for item in items if isinstance(item, ast.Constant)]
    owner = _object(source, node.value)
    if owner is _Array:
        return tuple(item for item in constants if isinstance(item, str | int)) if len(constants) == len(items) else False
    if owner is Optional or owner is Union:
        return next((axes for item in items if (axes := _axes(source, item)) is not False), False)
    if owner is Annotated:
        return next((axes for item in items[1:] if (axes := _axes(source, item)) is not False), _axes(source, items[0]))
    if _home(owner) == "jaxtyping" and len(items) == 2 and isinstance(constants[-1:], list) and constants:
        return _words(str(constants[-1]))
    return _of_object(owner)


def _of_object(value: Any) -> Axes | bool:
    """What an object says that an annotation names: an alias of such an annotation, or a class of arrays."""
    import numpy as np
    import numpy.typing as npt

    named = next((item for item in getattr(value, "__metadata__", ()) if isinstance(item, Named)), None)
    if named is not None:
        return named.axes
    if _home(value) == "jaxtyping" and isinstance(getattr(value, "dim_str", None), str):
        return _words(value.dim_str)
    return None if value is np.ndarray or value is npt.NDArray or getattr(value, "__origin__", None) is np.ndarray else False


def _words(text: str) -> Axes:
    """Jaxtyping's ``"m n"``: names and lengths; what else it knows tells how many axes there are, if that."""
    words = text.split()
    if any(word == "..." or word.startswith("*") for word in words):
        return None
    return tuple(int(word) if word.isdigit() else word if word.isidentifier() and word != "_" else "" for word in words)


def _home(value: Any) -> str:
    """The package that an object, or the class of it, is from."""
    home = getattr(value, "__module__", None)
    return home.partition(".")[0] if isinstance(home, str) else ""


def _object(source: FunctionSource, node: ast.expr) -> Any:
    """The object that a name or an attribute of a module means; None for anything else."""
    if isinstance(node, ast.Name):
        try:
            return resolve.look_up(source, node.id)[0]
        except NameUnboundError:
            return None
    if isinstance(node, ast.Attribute):
        owner = _object(source, node.value)
        return vars(owner).get(node.attr) if isinstance(owner, types.ModuleType) else None
    return None


def names_of(found: Mapping[str, Axes], free: Mapping[tuple[str, int], str]) -> Iterator[tuple[str, str]]:
    """What the sizes of arrays of any length are called."""
    for (name, place), size in free.items():
        axes = found.get(name) or ()
        if place < len(axes) and isinstance(axes[place], str) and axes[place]:
            yield size, str(axes[place])
