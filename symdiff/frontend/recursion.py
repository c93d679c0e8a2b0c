"""Recursive functions while reading: how deep, what ends them, and room on Python's stack."""

from __future__ import annotations

import ast
import sys
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from symdiff.frontend import linear_recursion
from symdiff.frontend.gaps import GapError, RestartError
from symdiff.frontend.lower import Reader
from symdiff.frontend.source import FunctionSource
from symdiff.frontend.values import DictValue, FunctionValue, Known, ListValue, Number, TupleValue, Value

MAX_DEPTH = 100  # of functions inlined into each other
STACK = 8_000  # Python's recursion limit while reading: up to 40 calls for each function inlined


ENDLESS = "a recursion whose end depends on the arguments"
SEVERAL = "write it as a loop that keeps the last values (a, b = b, a + b), or call it once on each path"
REWRITE = "write it as a loop: a while or for loop may end where the arguments say"


def enter(reader: Reader, source: FunctionSource, values: Sequence[Value], node: ast.AST) -> tuple[Any, ...]:
    """Check a call of a function, and return what is known of its arguments.

    A function inside itself: the integers that it counts with specialise. If nothing that is known differs from an
    earlier call around it, reading would not come to an end.
    """
    state = tuple(map(_known, values))
    around = [frame for frame in reader.frames if frame.source.node is source.node]
    if around:
        several = linear_recursion.is_own(source.node, node) and linear_recursion.as_loop(source, node, ()) is None
        keys = [key for value in values if isinstance(value, Number) for key in reader.integer_sources(value)]
        if keys:
            _restart_as_loop(reader, source, node)
            reader.require_known(keys)
            raise RestartError(specialise=keys)
        if sum(frame.state == state for frame in around) > 1:  # once it may end by the signs that a branch decides: f(-x)
            _restart_as_loop(reader, source, node)
            raise GapError(node, ENDLESS, SEVERAL if several else REWRITE, "not yet")
    if len(reader.frames) >= MAX_DEPTH:
        if around:
            _restart_as_loop(reader, source, node)
        raise GapError(node, f"calls nested more than {MAX_DEPTH} deep (recursion?)", "write it as a loop", "not yet")
    return state


def place_of(source: FunctionSource) -> tuple[Any, ...]:
    """Which function it is, in another reading, too."""
    return ("recursion", source.file, source.name, source.node.lineno, source.node.col_offset)


def among(places: Iterable[tuple[Any, ...]]) -> frozenset[tuple[Any, ...]]:
    """The functions among places of loops and functions."""
    return frozenset(place for place in places if place[0] == "recursion")


def _restart_as_loop(reader: Reader, source: FunctionSource, node: ast.AST | None) -> None:
    """Read again with the function as a loop, if it can be one and has not been refused as one."""
    place = place_of(source)
    if place not in reader.unrolled | reader.sequential and linear_recursion.as_loop(source, node, ()) is not None:
        raise RestartError(sequential=[place])


def end_nesting(reader: Reader) -> None:
    """Read again with a function as a loop that is inside of itself by now, if there is such a one."""
    nodes = [frame.source.node for frame in reader.frames]
    for frame in reader.frames:
        if nodes.count(frame.source.node) > 1:
            _restart_as_loop(reader, frame.source, None)


def as_read(reader: Reader, source: FunctionSource, variables: Mapping[str, Value]) -> FunctionSource:
    """The function as it is read: as a loop, if it calls itself as often as the data tell."""
    if place_of(source) not in reader.sequential:
        return source
    whole = [name for name, value in variables.items() if isinstance(value, Number) and value.integer is not None]
    return linear_recursion.as_loop(source, None, whole) or source


def _known(value: Value) -> Any:
    """What of a value is known while reading, to be compared."""
    if isinstance(value, Number):
        return None if value.known is None else (type(value.known).__name__, value.known)
    if isinstance(value, TupleValue | ListValue | DictValue):
        keys = value.keys if isinstance(value, DictValue) else len(value.items)
        return (type(value).__name__, keys, *map(_known, value.items))
    if isinstance(value, Known):
        plain = isinstance(value.value, str | bytes | bool | None | range)
        return (type(value.value).__name__, value.value if plain else id(value.value))
    return (type(value).__name__, id(value) if isinstance(value, FunctionValue) else None)


_lock = threading.Lock()
_users: list[int] = []  # the recursion limit to go back to, once for each reading


@contextmanager
def room() -> Iterator[None]:
    """Let reading recurse deeper than Python's default allows."""
    with _lock:
        _users.append(sys.getrecursionlimit())
        sys.setrecursionlimit(max(STACK, *_users))
    try:
        yield
    finally:
        with _lock:
            before = _users.pop(0)
            if not _users:
                sys.setrecursionlimit(before)
            else:
                _users[0] = min(before, _users[0])
