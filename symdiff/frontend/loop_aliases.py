"""Arrays and lists that loops carry: under which names they are seen, and what must not be changed there."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import TYPE_CHECKING

from symdiff.frontend.carried import Identity
from symdiff.frontend.changes import mutables
from symdiff.frontend.gaps import GapError
from symdiff.frontend.values import ArrayValue, Shared, TensorValue, Value

if TYPE_CHECKING:
    from symdiff.frontend.lower import Frame, Reader
    from symdiff.frontend.rollback import Snapshot


def at_start(before: Value | None) -> Identity:
    """What a variable shows at the start of an iteration: what it showed before the loop, or what an iteration made."""
    if not isinstance(before, Shared):
        return Identity(object())
    views = ((object(), 0),) if isinstance(before, TensorValue | ArrayValue) and before.views else ()
    return Identity(object(), before.parents | {before.identity}, views)


def at_end(before: Value | None, end: Value | None, own: Identity | None) -> Identity:
    """What a variable shows behind the loop."""
    shown = [value for value in (before, end) if isinstance(value, Shared)]
    views = tuple(dict.fromkeys(v for value in shown if isinstance(value, TensorValue | ArrayValue) for v in value.views))
    if own is not None and isinstance(before, Shared) and isinstance(end, Shared) and end.identity is own.own:
        return Identity(before.identity, before.parents, views)
    parents = frozenset().union(*(value.parents | {value.identity} for value in shown))
    return Identity(object(), parents, views)


def check(
    reader: Reader,
    starts: Mapping[str, Value],
    ends: Mapping[str, Value],
    before: Mapping[str, Value],
    own: Mapping[str, Identity],
    snapshot: Snapshot,
    frame: Frame,
    node: ast.AST,
) -> None:
    """Refuse a change in place that another name, or the next iteration under another name, would have to see."""
    counts = snapshot.kept["changes"]
    changed = {identity for identity, count in reader.changes.items() if counts[identity] != count}
    if not changed:
        return
    for name, like in own.items():
        value = before.get(name)
        if like.own not in changed or not isinstance(value, Shared):
            continue
        frames = [each for each in reader.frames if each is not frame]
        others = [found for other, found in before.items() if other != name]
        others += [found for each in frames for found in each.variables.values()]
        if any(_shows(inner, value.identity) for found in others for inner in mutables(found)):
            raise GapError(node, f"a loop that changes {name}, which another name shows, too", "make a copy first", "not yet")
        reader.changes[value.identity] += 1
    seen: dict[int, str] = {}
    for name, value in ends.items():
        if name not in own or not isinstance(value, Shared):
            continue
        other = seen.setdefault(id(value.identity), name)
        moved = value.identity is not own[name].own and any(each.own in changed for each in own.values())
        outside = any(inner.identity is value.identity for found in before.values() for inner in mutables(found))
        if (other != name and changed) or (moved and (outside or value.identity in reader.foreign)):
            reason = f"a loop that changes arrays in place and hands on one of them as {name}"
            raise GapError(node, reason, f"make a copy: {name} = {name}.copy()", "not yet")
        if isinstance(value, TensorValue | ArrayValue) and any(identity in changed for identity, _ in value.views):
            raise GapError(node, f"a loop that hands on {name}, a view of an array that it changes", "take a copy", "not yet")


def _shows(inner: Shared, identity: object) -> bool:
    views = inner.views if isinstance(inner, TensorValue | ArrayValue) else ()
    return inner.identity is identity or any(shown is identity for shown, _ in views)
