"""Python objects found outside the function, as values: numbers become captured parameters, the rest is known."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from symdiff.frontend import resolve
from symdiff.frontend.gaps import GapError
from symdiff.frontend.places import Place
from symdiff.frontend.values import ArrayValue, DictValue, Known, ListValue, Number, TupleValue, Value, number
from symdiff.graph.structure import Array

if TYPE_CHECKING:
    from symdiff.frontend.lower import Reader


def wrap(reader: Reader, value: Any, name: str, place: Place | None, node: ast.AST, owner: Any = None) -> Value:
    """The abstract value of a Python object found outside the function."""
    import numpy as np

    named = resolve.constant(name, value, owner)
    if named is not None:
        return Number(named, float(named.value))
    if isinstance(value, bool | np.bool_ | str | bytes) or value is None:
        return fixed(reader, value, place)
    if isinstance(value, int | float | np.integer | np.floating):
        return captured_number(reader, value, place, node)
    if isinstance(value, tuple | list):
        return captured_items(reader, value, name, place, node)
    if type(value) is dict:
        return captured_dict(reader, value, name, place, node)
    if type(value) in (set, frozenset):
        return captured_set(reader, value, place)
    if isinstance(value, np.ndarray):
        return captured_array(reader, value, place, node)
    if isinstance(value, complex):
        raise GapError(node, f"{name} is complex", "split it into real and imaginary part")
    if callable(value) and not resolve.is_settled(value, place):
        return fixed(reader, value, place)
    return Known(value)


def fixed(reader: Reader, value: Any, place: Place | None) -> Known:
    """A known value that shapes the graph: guarded, so that a later change is noticed."""
    if place is not None:
        reader.guard(place, value)
    return Known(value)


def captured_number(reader: Reader, value: Any, place: Place | None, node: ast.AST) -> Number:
    """A number from outside: a parameter of the graph, unless an earlier reading needed it as structure."""
    whole = _is_integer(value)
    if place is None:
        return number(int(value) if whole else float(value))
    if whole and place.key in reader.specialised:
        fixed(reader, value, place)
        return number(int(value))
    if place.key not in reader.captures:
        try:
            float(value)
        except OverflowError:
            raise GapError(node, f"{place.name} is too large for a float", "use a smaller number") from None
        leaf = reader.builder.fresh(place.name if place.name.isidentifier() else "k")
        reader.captures[place.key] = (place, leaf)
        if whole:
            reader.integers[leaf] = place.key
    return Number(reader.captures[place.key][1])


def captured_items(reader: Reader, value: Any, name: str, place: Place | None, node: ast.AST) -> Value:
    """A tuple or list from outside: its length and kinds are known, its numbers are parameters."""
    if len(value) > resolve.MAX_CAPTURED:
        raise GapError(node, f"{name} has {len(value)} elements", "pass it as an argument", "not yet")
    items = tuple(
        wrap(reader, inner, f"{name}_{position}", place and place.then("item", position, f"{name}_{position}"), node)
        for position, inner in enumerate(value)
    )
    if place is not None:
        reader.guard(place.then("type"), type(value))
        reader.guard(place.then("length"), len(value))
    if isinstance(value, tuple):
        return TupleValue(items)
    made = ListValue(items)
    reader.foreign.add(made.identity)
    return made


def captured_dict(reader: Reader, value: dict[Any, Any], name: str, place: Place | None, node: ast.AST) -> DictValue:
    """A dict from outside: its keys are known, its numbers are parameters."""
    if len(value) > resolve.MAX_CAPTURED:
        raise GapError(node, f"{name} has {len(value)} entries", "pass what is needed as an argument", "not yet")
    keys = tuple(value)
    if place is not None:
        reader.guard(place.then("type"), dict)
        reader.guard(place.then("keys"), keys)
    items = tuple(
        wrap(reader, inner, f"{name}_{key}", place and place.then("item", key, f"{name}_{key}"), node)
        for key, inner in value.items()
    )
    made = DictValue(keys, items)
    reader.foreign.add(made.identity)
    return made


def captured_set(reader: Reader, value: Any, place: Place | None) -> Known:
    """A set from outside: its members are known."""
    if place is not None:
        reader.guard(place.then("members"), frozenset(value))
    return Known(frozenset(value))


def captured_array(reader: Reader, value: Any, place: Place | None, node: ast.AST) -> ArrayValue:
    """A NumPy array from outside: its shape is known, its elements are parameters."""
    if value.size > resolve.MAX_CAPTURED:
        raise GapError(node, f"an array of {value.size} elements", "pass a smaller one as an argument", "not yet")
    if value.dtype.kind not in "iuf" or place is None:
        raise GapError(node, f"an array of {value.dtype}", "use an array of floats")
    reader.guard(place.then("type"), type(value))
    reader.guard(place.then("shape"), value.shape)
    items = []
    for path in Array(value.shape).indices():
        name = "_".join([place.name, *map(str, path)])
        items.append(captured_number(reader, value[path], place.then("item", path, name), node))
    return ArrayValue(value.shape, tuple(items))


def _is_integer(value: Any) -> bool:
    import numpy as np

    return isinstance(value, int | np.integer)
