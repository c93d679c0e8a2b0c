"""Attributes and methods of containers, arrays and texts."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from symdiff.frontend import array_writes, changes, containers, dicts, growing, grown, pending, tensor_forms
from symdiff.frontend.gaps import GapError
from symdiff.frontend.loop_values import GrowingList, GrownList, PendingValue
from symdiff.frontend.lower import Frame, Reader
from symdiff.frontend.values import (
    ArrayValue,
    Condition,
    DictValue,
    Known,
    ListValue,
    MaskedValue,
    Number,
    TensorValue,
    TupleValue,
    Value,
    describe,
    number,
)


def attribute(reader: Reader, owner: Value, name: str, node: ast.AST) -> Value | None:
    """``a.shape``, ``a.size``, ``a.ndim``, ``a.T``, ``a.dtype`` of a vector; None for anything else."""
    if reader.assumed_name(owner) is not None and name in ("shape", "size", "ndim", "dtype"):
        reader.assume_array(owner, 1)
    if name == "dtype" and isinstance(owner, PendingValue | TensorValue | ArrayValue):
        return _dtype(reader, owner)
    if isinstance(owner, MaskedValue):
        from symdiff.frontend import masks

        return masks.attribute(reader, owner, name, node)
    if isinstance(owner, PendingValue):
        if name not in ("shape", "size", "ndim"):
            pending.unread(reader, owner, node)
        return tensor_forms.attribute(reader, owner.array, name, node)
    if isinstance(owner, TensorValue):
        return tensor_forms.attribute(reader, owner, name, node)
    if isinstance(owner, ArrayValue):
        return _of_known_shape(reader, owner, name)
    if isinstance(owner, Number) and name in ("real", "T"):
        return owner
    if isinstance(owner, Number) and name == "imag":
        return number(0.0)
    return None


def _of_known_shape(reader: Reader, owner: ArrayValue, name: str) -> Value | None:
    if name == "shape":
        return TupleValue(tuple(number(n) for n in owner.shape))
    if name in ("size", "ndim"):
        return number(len(owner.items) if name == "size" else len(owner.shape))
    if name == "T":
        return owner if len(owner.shape) == 1 else array_writes.transposed(reader, owner)
    return None


def _dtype(reader: Reader, owner: PendingValue | TensorValue | ArrayValue) -> Known:
    """The type of the elements, as NumPy has it; arguments that are differentiated by are floats, as they are promoted."""
    import numpy as np

    if isinstance(owner, ArrayValue):
        whole = bool(owner.items) and all(array_writes.is_whole(reader, item) for item in owner.items if isinstance(item, Number))
        return Known(np.dtype(int if whole else float))
    kind = owner.array.kind if isinstance(owner, PendingValue) else owner.kind
    return Known(np.dtype({"float": float, "int": int, "bool": bool}[kind]))


def method(reader: Reader, owner: Value, name: str, args: Sequence[Value], frame: Frame, node: ast.AST) -> Value | None:
    """A method that changes or copies a list; None if there is no such method here."""
    if isinstance(owner, Known) and isinstance(owner.value, str):
        from symdiff.frontend import texts

        return texts.method(owner.value, name, args, node)
    if isinstance(owner, DictValue):
        return dicts.method(reader, owner, name, args, frame, node)
    if isinstance(owner, GrowingList) and name in growing.METHODS:
        return growing.method(reader, owner, name, args, frame, node)
    if isinstance(owner, GrownList) and name in growing.METHODS:
        return grown.longer(reader, owner, name, args, frame, node)
    if isinstance(owner, ListValue) and name in changes.LIST_METHODS:
        return changes.list_method(reader, owner, name, args, frame, node)
    if isinstance(owner, TupleValue | ListValue) and name in ("index", "count"):
        return _search(owner, name, args, node)
    if isinstance(owner, Number) and name in ("item", "conjugate") and not args:
        return owner
    if isinstance(owner, Number) and name == "astype" and len(args) == 1:
        return _cast(reader, owner, args[0], node)
    if isinstance(owner, Condition) and owner.numpy and name in ("any", "all", "item") and not args:
        return owner
    if isinstance(owner, ArrayValue) and name in ("copy", "tolist") and not args:
        return array_writes.copy_of(owner) if name == "copy" else containers.to_list(reader, owner)
    return None


def _cast(reader: Reader, owner: Number, kind: Value, node: ast.AST) -> Value:
    """``v.astype(int)`` of one of NumPy's numbers."""
    from symdiff.frontend.library import PYTHON

    name = getattr(kind.value, "__name__", "") if isinstance(kind, Known) else ""
    if name not in ("int", "float", "int64", "float64"):
        raise GapError(node, "a number of another type", "use float or int", "not yet")
    return PYTHON[name.removesuffix("64")](reader, [owner], {}, node)


def _search(owner: TupleValue | ListValue, name: str, args: Sequence[Value], node: ast.AST) -> Value:
    """``items.index(v)`` and ``items.count(v)`` of known values."""
    plain = [dicts.key_of(item) for item in owner.items]
    wanted = dicts.key_of(args[0]) if len(args) == 1 else None
    if wanted is None or None in plain:
        raise GapError(node, f".{name} among values that depend on the arguments", "use if", "not yet")
    found = [position for position, (key,) in enumerate(filter(None, plain)) if key == wanted[0]]
    if name == "count":
        return number(len(found))
    if not found:
        raise GapError(node, f"{wanted[0]!r} is not in {describe(owner)}", "search for a value that is there")
    return number(found[0])
