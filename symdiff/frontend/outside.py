"""Python objects found outside the function, as values: numbers become captured parameters, the rest is known."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from symdiff.frontend import resolve
from symdiff.frontend.gaps import GapError
from symdiff.frontend.resolve import Capture, Guard
from symdiff.frontend.values import ArrayValue, DictValue, Known, ListValue, Number, TupleValue, Value, number
from symdiff.graph.structure import Array

if TYPE_CHECKING:
    from symdiff.frontend.lower import Reader


def wrap(reader: Reader, value: Any, name: str, capture: Capture | None, node: ast.AST, owner: Any = None) -> Value:
    """The abstract value of a Python object found outside the function."""
    import numpy as np

    named = resolve.constant(name, value, owner)
    if named is not None:
        return Number(named, float(named.value))
    if isinstance(value, bool | np.bool_ | str | bytes) or value is None:
        return fixed(reader, value, capture)
    if isinstance(value, int | float | np.integer | np.floating):
        return captured_number(reader, value, capture, node)
    if isinstance(value, tuple | list):
        return captured_items(reader, value, name, capture, node)
    if type(value) is dict:
        return captured_dict(reader, value, name, capture, node)
    if type(value) in (set, frozenset):
        return captured_set(reader, value, capture)
    if isinstance(value, np.ndarray):
        return captured_array(reader, value, capture, node)
    if isinstance(value, complex):
        raise GapError(node, f"{name} is complex", "split it into real and imaginary part")
    if callable(value) and not isinstance(value, type) and capture is not None and getattr(value, "__code__", None):
        return fixed(reader, value, capture)
    return Known(value)


def fixed(reader: Reader, value: Any, capture: Capture | None) -> Known:
    """A known value that shapes the graph: guarded, so that a later change is noticed."""
    if capture is not None:
        reader.guards.setdefault(capture.key, Guard(capture, value))
    return Known(value)


def captured_number(reader: Reader, value: Any, capture: Capture | None, node: ast.AST) -> Number:
    """A number from outside: a parameter of the graph, unless an earlier reading needed it as structure."""
    whole = _is_integer(value)
    if capture is None:
        return number(int(value) if whole else float(value))
    if whole and capture.key in reader.specialised:
        fixed(reader, value, capture)
        return number(int(value))
    if capture.key not in reader.captures:
        try:
            float(value)
        except OverflowError:
            raise GapError(node, f"{capture.name} is too large for a float", "use a smaller number") from None
        leaf = reader.builder.fresh(capture.name if capture.name.isidentifier() else "k")
        reader.captures[capture.key] = (capture, leaf)
        if whole:
            reader.integers[leaf] = capture.key
    return Number(reader.captures[capture.key][1])


def captured_items(reader: Reader, value: Any, name: str, capture: Capture | None, node: ast.AST) -> Value:
    """A tuple or list from outside: its length and kinds are known, its numbers are parameters."""
    if len(value) > resolve.MAX_CAPTURED:
        raise GapError(node, f"{name} has {len(value)} elements", "pass it as an argument", "not yet")
    items = tuple(
        wrap(reader, inner, f"{name}_{position}", capture and resolve.item(value, capture, (position,)), node)
        for position, inner in enumerate(value)
    )
    if capture is not None:
        length = Capture(name, (*capture.key, "length"), lambda: len(capture.get()))
        reader.guards.setdefault(length.key, Guard(length, len(value)))
    if isinstance(value, tuple):
        return TupleValue(items)
    made = ListValue(items)
    reader.foreign.add(made.identity)
    return made


def captured_dict(reader: Reader, value: dict[Any, Any], name: str, capture: Capture | None, node: ast.AST) -> DictValue:
    """A dict from outside: its keys are known, its numbers are parameters."""
    if len(value) > resolve.MAX_CAPTURED:
        raise GapError(node, f"{name} has {len(value)} entries", "pass what is needed as an argument", "not yet")
    keys = tuple(value)
    items = tuple(
        wrap(reader, inner, f"{name}_{key}", capture and resolve.item(value, capture, (key,)), node)
        for key, inner in value.items()
    )
    if capture is not None:
        present = Capture(name, (*capture.key, "keys"), lambda: tuple(capture.get()))
        reader.guards.setdefault(present.key, Guard(present, keys))
    made = DictValue(keys, items)
    reader.foreign.add(made.identity)
    return made


def captured_set(reader: Reader, value: Any, capture: Capture | None) -> Known:
    """A set from outside: its members are known."""
    if capture is not None:
        present = Capture(capture.name, (*capture.key, "members"), lambda: frozenset(capture.get()))
        reader.guards.setdefault(present.key, Guard(present, frozenset(value)))
    return Known(frozenset(value))


def captured_array(reader: Reader, value: Any, capture: Capture | None, node: ast.AST) -> ArrayValue:
    """A NumPy array from outside: its shape is known, its elements are parameters."""
    if value.size > resolve.MAX_CAPTURED:
        raise GapError(node, f"an array of {value.size} elements", "pass a smaller one as an argument", "not yet")
    if value.dtype.kind not in "iuf" or capture is None:
        raise GapError(node, f"an array of {value.dtype}", "use an array of floats")
    shape = Capture(capture.name, (*capture.key, "shape"), lambda: capture.get().shape)
    reader.guards.setdefault(shape.key, Guard(shape, value.shape))
    paths = Array(value.shape).indices()
    items = (captured_number(reader, value[path], resolve.item(value, capture, path), node) for path in paths)
    return ArrayValue(value.shape, tuple(items))


def _is_integer(value: Any) -> bool:
    import numpy as np

    return isinstance(value, int | np.integer)
