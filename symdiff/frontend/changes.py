"""Lists and dicts that change, and what shows them: every change is seen under every name, or refused."""

from __future__ import annotations

import ast
import dataclasses
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from symdiff.frontend import boxes, cells, containers
from symdiff.frontend.gaps import GapError
from symdiff.frontend.loop_values import GrowingList
from symdiff.frontend.lower import Frame, Reader
from symdiff.frontend.values import (
    ArrayValue,
    Choice,
    DictValue,
    IteratorValue,
    Known,
    ListValue,
    Mutable,
    Shared,
    TensorValue,
    TupleValue,
    Value,
    View,
    describe,
)
from symdiff.graph.affine import Affine, Axes

Changing = ListValue | DictValue | GrowingList


def iterator(
    reader: Reader,
    items: Iterable[Value],
    *sources: Value,
    lazy: bool = False,
    once: bool = True,
    again: Callable[[list[Value]], Iterable[Value]] | None = None,
) -> IteratorValue:
    """What ``zip(...)`` and the like give: elements, which show the lists among the sources.

    ``again`` gives the elements from the sources in their present states.
    """
    watched = {inner.identity: reader.changes[inner.identity] for source in sources for inner in mutables(source)}
    made = IteratorValue(tuple(items), lazy, once, tuple(watched.items()), sources, again)
    reader.iterators.append(made)
    return made


def consumed(reader: Reader, value: IteratorValue, node: ast.AST) -> tuple[Value, ...]:
    """The elements of an iterator that is looped over now."""
    if value.once and id(value) in reader.consumed:
        raise GapError(node, "an iterator that is used twice (the second time it is empty)", "make a list of it: list(...)")
    if any(reader.changes[identity] != count for identity, count in value.watched):
        raise GapError(node, "an iterator over what has changed meanwhile", "make a list of it: list(...)", "not yet")
    reader.consumed.add(id(value))
    return value.items


def items_now(
    reader: Reader, before: Mapping[object, int], source: Value, items: tuple[Value, ...], position: int, node: ast.AST
) -> tuple[Value, ...]:
    """What a loop goes over, in its present state: the loop may have changed elements that it has not reached.

    A dict may get other values, but its keys stay, as in Python.
    """
    own = [source] if isinstance(source, Shared) else []
    inside = [inner for inner in mutables(items[position]) if isinstance(inner, Mutable)] if position < len(items) else []
    keys: list[object] = [identity for identity, _ in source.watched] if isinstance(source, IteratorValue) else []
    is_dict = isinstance(source, DictValue)
    keys += [(inner.identity, "keys") if inner is source and is_dict else inner.identity for inner in (*own, *inside)]
    if all(reader.changes[key] == before.get(key, 0) for key in keys):
        return items
    found: Iterable[Value] = ()
    if isinstance(source, IteratorValue):
        found = source.again([_latest(reader, each, node) for each in source.sources]) if source.again is not None else ()
    elif not isinstance(source, DictValue):
        found = containers.elements(reader, _latest(reader, source, node), node)
    now = tuple(found)
    if len(now) != len(items):
        raise GapError(node, "a loop that changes what it loops over", "loop over a copy: list(...)", "not yet")
    return now


def _latest(reader: Reader, value: Value, node: ast.AST) -> Value:
    """A value with the lists, dicts and arrays inside of it in their present states."""
    if isinstance(value, Mutable):
        known = (inner for frame in reader.frames for each in frame.variables.values() for inner in mutables(each))
        value = next((inner for inner in known if isinstance(inner, Mutable) and inner.identity is value.identity), value)
    if isinstance(value, TupleValue | Mutable):
        return dataclasses.replace(value, items=tuple(_latest(reader, inner, node) for inner in value.items))
    return cells.present(reader, value, node)


def replace(reader: Reader, old: Changing, new: Changing, frame: Frame, node: ast.AST) -> None:
    """Change a list or dict: every variable of this function that shows it shows the new state.

    What a caller or an enclosing function also sees is refused: its variables are out of reach here. (Arrays: ``cells``.)
    """
    kind = "dict" if isinstance(old, DictValue) else "list"
    if old.identity in reader.foreign:
        reason = f"a change of a {kind} that comes from outside the function"
        raise GapError(node, reason, f"make a copy first: {kind}(p)")
    if not any(_holds(value, old) for value in frame.variables.values()) or any(
        _holds(value, old) for value in elsewhere(reader, frame)
    ):
        raise GapError(node, f"a change of a {kind} that belongs to another function", f"return a new {kind}", "not yet")
    if old.parents & reader.foreign:
        raise GapError(node, f"a change of a {kind} that may come from outside", "make a copy first", "not yet")
    for name, value in frame.variables.items():
        if any(_may_be(old, other) for other in mutables(value)):
            raise GapError(node, f"a change of a {kind} that {name} may show, too", "make a copy first", "not yet")
    reader.changes[old.identity] += 1
    if isinstance(old, DictValue) and isinstance(new, DictValue) and set(old.keys) != set(new.keys):
        reader.changes[old.identity, "keys"] += 1
    for name, value in frame.variables.items():
        frame.variables[name] = _replaced(value, old, new)


def in_place(reader: Reader, owner: Mutable, op: type[ast.operator], operand: Value, frame: Frame, node: ast.AugAssign) -> None:
    """``items += more``, ``items *= 2`` and ``table |= other``: the same list or dict, seen under its other names."""
    from symdiff.frontend.dicts import method
    from symdiff.frontend.expressions import binary

    if isinstance(owner, DictValue) and op is ast.BitOr:
        method(reader, owner, "update", [operand], frame, node)
        return
    if isinstance(owner, ListValue) and op is ast.Add:
        items: tuple[Value, ...] = (*owner.items, *containers.elements(reader, operand, node.value))
    else:
        made = binary(reader, op, owner, operand, node)  # which refuses what Python refuses
        if not isinstance(owner, ListValue) or not isinstance(made, ListValue):
            raise GapError(node, "a list or dict that becomes something else in place", "use another name", "not yet")
        items = made.items
    replace(reader, owner, dataclasses.replace(owner, items=containers.bounded(items, node)), frame, node)


def checked(reader: Reader, present: Value, new: Value, frame: Frame, node: ast.AugAssign) -> Value:
    """What a value becomes. What is an array on some paths only becomes a new one there, so that nothing else may show it."""
    if isinstance(present, View):
        boxes.check_alone(reader, present, frame, node)
        return boxes.boxed(new)
    if not isinstance(present, Choice):
        return new
    own = node.target.id if isinstance(node.target, ast.Name) else ""
    others = [value for name, value in frame.variables.items() if name != own] + elsewhere(reader, frame)
    shown = frozenset[object]().union(*({each.identity} | each.parents for value in others for each in mutables(value)))
    for side, made in _paths(present, new):
        for each in mutables(side):
            if ({each.identity} | each.parents) & (shown | reader.foreign):
                reason = "a change in place of what is an array on some paths, which others may show"
                raise GapError(node, reason, "write a = a + b, which makes a new array", "not yet")
        if isinstance(side, TensorValue | ArrayValue) and _shape(side) != _shape(made):
            reason = f"{describe(side)} that becomes {describe(made)} in place, on one path"
            raise GapError(node, reason, "write a = a + b, which makes a new array", "not yet")
    return new


def _shape(value: Value) -> Axes | None:
    if isinstance(value, ArrayValue):
        return tuple(map(Affine, value.shape))
    return value.axes if isinstance(value, TensorValue) else None


def _paths(present: Value, new: Value) -> Iterator[tuple[Value, Value]]:
    """What a value is on each path, and what has become of it there."""
    if not isinstance(present, Choice):
        yield present, new
        return
    same = isinstance(new, Choice) and new.condition == present.condition
    sides = (new.then, new.orelse) if same and isinstance(new, Choice) else (new, new)
    yield from _paths(present.then, sides[0])
    yield from _paths(present.orelse, sides[1])


def mutables(value: Value) -> list[Shared]:
    """The lists, dicts and arrays inside a value, itself included."""
    if isinstance(value, ArrayValue | TensorValue | GrowingList):
        return [value]
    if isinstance(value, Choice):
        return mutables(value.then) + mutables(value.orelse)
    if not isinstance(value, TupleValue | Mutable):
        return []
    own: list[Shared] = [value] if isinstance(value, Mutable) else []
    return own + [inner for item in value.items for inner in mutables(item)]


def _may_be(old: Shared, other: Shared) -> bool:
    """True for another list or dict that is the same one on some path (a branch chose between them)."""
    return other.identity is not old.identity and bool(({old.identity} | old.parents) & ({other.identity} | other.parents))


def elsewhere(reader: Reader, frame: Frame) -> list[Value]:
    """The variables of the functions that are being read around this one."""
    frames = [other for other in reader.frames if other is not frame]
    return [value for other in frames for value in other.variables.values()]


def _holds(value: Value, old: Changing) -> bool:
    return any(inner.identity is old.identity for inner in mutables(value))


def _replaced(value: Value, old: Changing, new: Changing) -> Value:
    if isinstance(value, Changing) and value.identity is old.identity:
        return new
    if not _holds(value, old) or not isinstance(value, TupleValue | Mutable):
        return value
    return dataclasses.replace(value, items=tuple(_replaced(inner, old, new) for inner in value.items))


LIST_METHODS = {
    "append": (1, 1), "extend": (1, 1), "insert": (2, 2), "pop": (0, 1), "copy": (0, 0), "reverse": (0, 0), "clear": (0, 0),
}  # fmt: skip


def count_arguments(name: str, args: Sequence[Value], least: int, most: int, node: ast.AST) -> None:
    """Check the number of arguments of a method."""
    if not least <= len(args) <= most:
        wanted = str(least) if least == most else f"{least} or {most}"
        raise GapError(node, f".{name} with {len(args)} arguments", f"give {wanted}")


def list_method(reader: Reader, owner: ListValue, name: str, args: Sequence[Value], frame: Frame, node: ast.AST) -> Value:
    """The methods that copy or change a list."""
    count_arguments(name, args, *LIST_METHODS[name], node)
    if name == "copy":
        return ListValue(owner.items)
    items = list(owner.items)
    result: Value = Known(None)
    if name == "append":
        items.append(args[0])
    elif name == "extend":
        items.extend(containers.elements(reader, args[0], node))
    elif name == "insert":
        items.insert(reader.integer(args[0], node, "a position"), args[1])
    elif name == "pop":
        position = reader.integer(args[0], node, "a position") if args else -1
        result = containers.item(reader, owner, position, node)
        del items[position]
    elif name == "reverse":
        items.reverse()
    else:
        items.clear()
    replace(reader, owner, dataclasses.replace(owner, items=containers.bounded(tuple(items), node)), frame, node)
    return result
