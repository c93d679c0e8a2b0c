"""Dicts while reading: their keys are known, their values are anything. Displays, look-ups, changes, methods."""

from __future__ import annotations

import ast
import dataclasses
import enum
import types
from collections.abc import Iterable, Sequence
from typing import Any

from symdiff.frontend import changes, containers
from symdiff.frontend.gaps import GapError, PoisonedError
from symdiff.frontend.lower import Frame, Reader, reads
from symdiff.frontend.values import (
    NONE,
    Choice,
    DictValue,
    Known,
    Number,
    Poison,
    TupleValue,
    Value,
    describe,
    number,
)

Entries = Iterable[tuple[Any, Value]]


def key_of(value: Value) -> tuple[Any] | None:
    """The Python object that a value known while reading is, in a tuple of one; None if it depends on the arguments."""
    if isinstance(value, Number):
        return None if value.known is None else (value.known,)
    if isinstance(value, Known):
        return (value.value,)
    if isinstance(value, TupleValue):
        inner = [key_of(item) for item in value.items]
        return None if None in inner else (tuple(item for pair in inner if pair is not None for item in pair),)
    return None


def key_value(key: Any) -> Value:
    """The value that a key is when it is read again."""
    if isinstance(key, tuple) and type(key) is tuple:
        return TupleValue(tuple(map(key_value, key)))
    if isinstance(key, int | float) and not isinstance(key, bool | enum.Enum):
        return number(key)
    return Known(key)


def hashed(reader: Reader, value: Value, node: ast.AST) -> Any:
    """A value as the key of a dict: it must be known; an integer argument specialises."""
    found = key_of(value)
    if found is None and isinstance(value, Number):
        found = (reader.integer(value, node, "a key of a dict"),)
    if found is None or not is_plain(found[0]):
        raise GapError(node, f"{describe(value)} as the key of a dict", "use a text, a number or a tuple of those")
    return found[0]


def is_plain(key: Any) -> bool:
    """True for an object whose hash and comparison are Python's own."""
    if isinstance(key, tuple):
        return all(map(is_plain, key))
    if isinstance(key, enum.Enum):
        own = type(key).__hash__, type(key).__eq__
        return own[0] in (enum.Enum.__hash__, int.__hash__, str.__hash__) and own[1] in (object.__eq__, int.__eq__, str.__eq__)
    if key is None or type(key) in (bool, int, float, str, bytes, frozenset, range, slice, types.UnionType):
        return True
    return all(getattr(type(key), name) is getattr(object, name) for name in ("__hash__", "__eq__"))


def made(entries: Entries, node: ast.AST) -> DictValue:
    """A new dict; a later entry replaces an earlier one with the same key, in its place."""
    found = dict(entries)
    return DictValue(tuple(found), containers.bounded(tuple(found.values()), node))


@reads(ast.Dict)
def read_dict(reader: Reader, node: ast.Dict, frame: Frame, hint: str) -> Value:
    """``{"a": x, **other}``."""
    entries: list[tuple[Any, Value]] = []
    poisoned = False
    for key, item in zip(node.keys, node.values, strict=True):
        if key is None:
            other = reader.operand(item, frame)
            entries += _entries(reader, other, item)
            continue
        known = hashed(reader, reader.operand(key, frame), key)
        value = reader.read(item, frame, known if isinstance(known, str) and known.isidentifier() else "t")
        poisoned |= isinstance(value, Poison)
        entries.append((known, value))
    if poisoned:
        raise PoisonedError
    return made(entries, node)


def _entries(reader: Reader, value: Value, node: ast.AST) -> list[tuple[Any, Value]]:
    """The entries of what ``dict(...)`` and ``.update`` take: a dict, or pairs."""
    if isinstance(value, DictValue):
        return list(zip(value.keys, value.items, strict=True))
    pairs = [containers.elements(reader, pair, node) for pair in containers.elements(reader, value, node)]
    if any(len(pair) != 2 for pair in pairs):
        raise GapError(node, f"a dict from {describe(value)}", "give pairs of key and value")
    return [(hashed(reader, key, node), item) for key, item in pairs]


def lookup(reader: Reader, owner: DictValue, index: Value, node: ast.AST) -> Value:
    """``owner[key]``."""
    if isinstance(index, Choice):
        from symdiff.frontend.conditions import split

        return split(reader, index, lambda side: lookup(reader, owner, side, node), node)
    key = hashed(reader, index, node)
    if key not in owner.entries:
        known = ", ".join(map(repr, owner.keys[:5])) + (", ..." if len(owner.keys) > 5 else "")
        rewrite = f"use one of {known}" if known else "the dict is empty"
        raise GapError(node, f"the key {key!r} is not in the dict", rewrite, raises=KeyError)
    return owner.entries[key]


def store(reader: Reader, owner: DictValue, index: Value, value: Value, frame: Frame, node: ast.AST) -> None:
    """``owner[key] = value``."""
    _become(reader, owner, owner.entries | {hashed(reader, index, node): value}, frame, node)


def delete(reader: Reader, owner: DictValue, index: Value, frame: Frame, node: ast.AST) -> Value:
    """``del owner[key]``; the value that was there."""
    value = lookup(reader, owner, index, node)
    key = hashed(reader, index, node)
    _become(reader, owner, {other: item for other, item in owner.entries.items() if other != key}, frame, node)
    return value


def _become(reader: Reader, owner: DictValue, entries: dict[Any, Value], frame: Frame, node: ast.AST) -> None:
    items = containers.bounded(tuple(entries.values()), node)
    changes.replace(reader, owner, dataclasses.replace(owner, keys=tuple(entries), items=items), frame, node)


def union(left: DictValue, right: DictValue, node: ast.AST) -> DictValue:
    """``left | right``."""
    return made([*left.entries.items(), *right.entries.items()], node)


def method(reader: Reader, owner: DictValue, name: str, args: Sequence[Value], frame: Frame, node: ast.AST) -> Value | None:
    """A method of a dict; None if it is not read."""
    if name not in _METHODS:
        return None
    changes.count_arguments(name, args, *_METHODS[name], node)
    if name in ("keys", "values", "items"):
        keys = tuple(map(key_value, owner.keys))
        pairs = tuple(TupleValue(pair) for pair in zip(keys, owner.items, strict=True))
        shown: tuple[Value, ...] = {"keys": keys, "values": owner.items, "items": pairs}[name]
        return changes.iterator(reader, shown, owner, once=False)
    if name == "copy":
        return DictValue(owner.keys, owner.items)
    if name == "update":
        _become(reader, owner, owner.entries | dict(_entries(reader, args[0], node)), frame, node)
        return NONE
    if name == "clear":
        _become(reader, owner, {}, frame, node)
        return NONE
    key, default = args[0], args[1] if len(args) == 2 else None
    if hashed(reader, key, node) in owner.entries:
        return delete(reader, owner, key, frame, node) if name == "pop" else lookup(reader, owner, key, node)
    if name == "setdefault":
        store(reader, owner, key, NONE if default is None else default, frame, node)
    if name == "pop" and default is None:
        return lookup(reader, owner, key, node)  # refuses it by name
    return NONE if default is None else default


CHANGING = ("clear", "update", "setdefault", "pop")
_METHODS = {
    "keys": (0, 0), "values": (0, 0), "items": (0, 0), "copy": (0, 0), "clear": (0, 0), "update": (1, 1), "get": (1, 2),
    "setdefault": (1, 2), "pop": (1, 2),
}  # fmt: skip


def dict_of(reader: Reader, args: list[Value], keywords: dict[str, Value], node: ast.AST) -> Value:
    """``dict(other, a=x)`` and ``dict(pairs)``."""
    if len(args) > 1:
        raise GapError(node, f"dict takes one argument, {len(args)} given", "give one")
    entries = _entries(reader, args[0], node) if args else []
    return made([*entries, *keywords.items()], node)


@reads(ast.Set)
def read_set(reader: Reader, node: ast.Set, frame: Frame, hint: str) -> Value:
    """``{1, 2}`` of known values, to test membership."""
    return set_of(reader, reader.operands(node.elts, frame), node)


def set_of(reader: Reader, items: Sequence[Value], node: ast.AST) -> Value:
    """A set of known values. It has no order, so nothing loops over it."""
    if any(key_of(item) is None for item in items):
        raise GapError(node, "a set of values that depend on the arguments", "use a tuple or list")
    return Known(frozenset(hashed(reader, item, node) for item in items))
