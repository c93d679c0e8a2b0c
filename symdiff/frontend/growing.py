"""Lists to which loops append, while an iteration is read: what it appends, how long the list is, and its last element."""

from __future__ import annotations

import ast
import dataclasses
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from symdiff.frontend.gaps import GapError
from symdiff.frontend.loop_values import Appended, GrowingList, GrownList, PendingValue, SeriesValue
from symdiff.frontend.values import (
    NONE,
    ArrayValue,
    Condition,
    Conflict,
    Known,
    ListValue,
    MaskedValue,
    Number,
    TensorValue,
    TupleValue,
    Value,
    describe,
)
from symdiff.graph.affine import Affine, Element
from symdiff.graph.graph import Atom, Const
from symdiff.primitives import TABLE

if TYPE_CHECKING:
    from symdiff.frontend.lower import Frame, Reader
    from symdiff.frontend.merge import Merge

REWRITE = "write the elements of an array, as in y = np.zeros(n)"
METHODS = ("append", "extend")
Recipe = Callable[[Sequence[Atom]], Value]


def method(reader: Reader, owner: GrowingList, name: str, args: Sequence[Value], frame: Frame, node: ast.AST) -> Value:
    """``items.append(value)`` and ``items.extend((a, b))``."""
    from symdiff.frontend import changes, containers

    changes.count_arguments(name, args, *changes.LIST_METHODS[name], node)
    new = owner
    for value in args if name == "append" else containers.elements(reader, args[0], node):
        new = dataclasses.replace(new, count=new.count + 1, newest=value, added=(*new.added, appended(value)))
    changes.replace(reader, owner, new, frame, node)
    return NONE


def refuse_operator(reader: Reader, left: Value, right: Value, node: ast.AST) -> None:
    """Refuse an operator on a list of any length that no array makes one on arrays: ``+`` puts lists behind each other."""
    values = left, right
    lists = [value for value in values if isinstance(value, SeriesValue | GrowingList)]
    if not lists:
        return
    for value in values:
        reader.assume_array(value, 1)
    if not any(isinstance(value, TensorValue | ArrayValue | MaskedValue | PendingValue) for value in values):
        raise GapError(node, f"an operator on {describe(lists[0])}", "make an array of it: np.array(...)", "not yet")


def appended(value: Value) -> Appended:
    """What is appended now."""
    from symdiff.frontend.loop_aliases import held_by
    from symdiff.frontend.windows import now

    return Appended(value, shows=held_by(value), time=now())


def names_appended_to(loop: ast.AST) -> set[str]:
    """The lists to which a loop appends, by its text: variables that it does not bind to anything else."""
    from symdiff.frontend.loop_kinds import own_nodes
    from symdiff.frontend.scopes import bound_names

    nodes = list(own_nodes(loop))
    longer = {id(node.target): node.target.id for node in nodes if _makes_longer(node)}  # type: ignore[attr-defined]
    called = [node.func for node in nodes if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)]
    found = {each.value.id for each in called if each.attr in METHODS and isinstance(each.value, ast.Name)}
    found |= set(longer.values())
    return found - {name for node in nodes if id(node) not in longer for name in bound_names(node)}


def _makes_longer(node: ast.AST) -> bool:
    """``items += ...``."""
    return isinstance(node, ast.AugAssign) and isinstance(node.op, ast.Add) and isinstance(node.target, ast.Name)


def last_of(reader: Reader, value: Value | None, node: ast.AST) -> Any:
    """The last element of a list, if it has one."""
    if isinstance(value, GrowingList):
        return value.newest
    if isinstance(value, GrownList):
        from symdiff.frontend import grown

        return value.last or grown.last_of(reader, value, node)
    return value.items[-1] if isinstance(value, ListValue) and value.items else None


def length_of(value: Value | None) -> Affine:
    """How many elements a list has."""
    if isinstance(value, GrowingList | GrownList):
        return value.count if isinstance(value, GrowingList) else value.axes[0]
    return Affine(len(value.items) if isinstance(value, ListValue) else 0)


def subscript(reader: Reader, owner: GrowingList, index: ast.expr, frame: Frame, node: ast.AST) -> Value:
    """``items[-1]``, and what this iteration has appended before in any case."""
    from symdiff.frontend.lengths import require

    place = None if isinstance(index, ast.Slice) else reader.operand(index, frame)
    position = place.integer if isinstance(place, Number) else None
    if position is not None and not position.is_constant:
        position = position - owner.count  # from the end
    if position is not None and position.is_constant:
        recent = owner.added[position.const :] if -len(owner.added) <= position.const < 0 else ()
        if recent and all(each.when is None and not each.rank for each in recent):
            return recent[0].value  # type: ignore[no-any-return]
    values = {Affine(-1): owner.newest}
    if all(each.when is None and not each.rank for each in owner.added):
        values.setdefault(Affine(-1 - len(owner.added)), owner.last)
    found = values.get(position) if position is not None else None
    if position is None or found is None:
        reason = "an element of a list to which the loop appends, other than the last one"
        raise GapError(node, reason, REWRITE, "not yet")
    require(reader, owner.count + position, "IndexError", "list index out of range", node)
    return found  # type: ignore[no-any-return]


def item(reader: Reader, value: Value, node: ast.AST) -> TensorValue | Number:
    """What an iteration appends, as a number or an array."""
    from symdiff.frontend.conditions import scalar
    from symdiff.frontend.tensors import as_numbers, tensor_of

    if isinstance(value, Conflict):
        raise GapError(node, "a loop that appends values of several kinds to a list", "use a list for each kind", "not yet")
    if isinstance(value, Number) or (not hasattr(value, "items") and not isinstance(value, TensorValue)):
        return scalar(reader, value, node)
    return as_numbers(reader, tensor_of(reader, value, node))


# -- branches -----------------------------------------------------------------------------------------------------


def merged(merge: Merge, hint: str, then: GrowingList | None, orelse: GrowingList | None) -> Recipe:
    """A list behind a branch, one side of which (None) may never get there: what either side has appended, and when."""
    sides = [side for side in (then, orelse) if side is not None]
    like = sides[0]
    first, second = ((side.added if side is not None else like.added) for side in (then, orelse))
    shared = sum(1 for a, b in zip(first, second, strict=False) if a is b)
    rest = first[shared:], second[shared:]
    if len(sides) == 1:
        added = [_one(merge, hint, each, then is not None, None) for each in like.added]
        shared = 0
    elif len(rest[0]) == len(rest[1]) and all(a.rank == b.rank == 0 for a, b in zip(*rest, strict=True)):
        added = [_both(merge, hint, a, b) for a, b in zip(*rest, strict=True)]
    else:
        added = [_one(merge, hint, each, True, merge.condition) for each in rest[0]]
        added += [_one(merge, hint, each, False, merge.condition) for each in rest[1]]
    newest = _newest(merge, hint, then, orelse)
    count = _count(merge, hint, *(like if side is None else side for side in (then, orelse)))

    def make(atoms: Sequence[Atom]) -> Value:
        made = tuple(recipe(atoms) for recipe in added)
        return dataclasses.replace(like, added=(*like.added[:shared], *made), newest=newest(atoms), count=count(atoms))

    return make


def _newest(merge: Merge, hint: str, then: GrowingList | None, orelse: GrowingList | None) -> Recipe:
    """The last element: of an empty list there is none, and it is checked where it is read."""
    first, second = (None if side is None else side.newest for side in (then, orelse))
    return merge.recipe(f"last_{hint}", first, second) if first is not None or second is not None else lambda atoms: None  # type: ignore[return-value]


def _count(merge: Merge, hint: str, then: GrowingList, orelse: GrowingList) -> Callable[[Sequence[Atom]], Affine]:
    from symdiff.frontend.lengths import affine_atom

    if then.count == orelse.count:
        return lambda atoms: then.count
    sides = [affine_atom(merge.reader, side.count) for side in (then, orelse)]
    position = merge.pair(f"len_{hint}", *sides)
    return lambda atoms: integer_in(atoms[position])


def integer_in(atom: Atom) -> Affine:
    """An integer from data as an index."""
    return Affine.of(Element(atom, ())) if isinstance(atom, str) else Affine(int(atom.value))


def _both(merge: Merge, hint: str, then: Appended, orelse: Appended) -> Callable[[Sequence[Atom]], Appended]:
    """What both sides append."""
    value = merge.recipe(hint, then.value, orelse.value)
    shows, time = then.shows | orelse.shows, min(then.time, orelse.time)
    if then.when is None and orelse.when is None:
        return lambda atoms: Appended(value(atoms), shows=shows, time=time)
    sides = (Const(True) if side.when is None else side.when for side in (then, orelse))
    position = merge.pair("appends", *sides)
    return lambda atoms: Appended(value(atoms), atoms[position], shows=shows, time=time)


def _one(merge: Merge, hint: str, each: Appended, taken: bool, condition: Atom | None) -> Callable[[Sequence[Atom]], Appended]:
    """What one side appends: where the condition holds, or (None) the only side that goes on.

    It is collected in any case: what does not count is 0.
    """
    first, second = (each.value, None) if taken else (None, each.value)
    value = merge.survivor(hint, first, second, Const(0.0))
    when: Callable[[Sequence[Atom]], Any] = partial(_when, merge, each, taken, condition)
    if each.when is not None or (each.rank and condition is not None):
        inner = Const(1) if each.when is None else each.when
        outside = Const(0) if each.rank else Const(False)
        position = merge.pair("appends", *((inner, outside) if taken else (outside, inner)))
        when = lambda atoms: atoms[position]  # noqa: E731 - one of two
    return lambda atoms: dataclasses.replace(each, value=value(atoms), when=when(atoms))


def _when(merge: Merge, each: Appended, taken: bool, condition: Atom | None, atoms: Sequence[Atom]) -> Any:
    if condition is None:
        return each.when
    return condition if taken else merge.builder.apply(TABLE["not"], condition)


def flag(reader: Reader, each: Appended) -> Atom | None:
    """Whether it is appended, as 1 or 0; None: in any case."""
    if each.when is None or each.rank:
        return each.when  # type: ignore[no-any-return]
    if isinstance(each.when, Const):
        return Const(int(bool(each.when.value)))
    return reader.builder.branch(each.when, (), (), [("kept", Const(1), Const(0))])[0]


def is_tuple(value: Value) -> bool:
    """Whether the elements of a list are tuples or lists."""
    return isinstance(value, TupleValue | ListValue)


def truth(reader: Reader, value: GrowingList | GrownList) -> Known | Condition:
    """``if items``: whether there is an element."""
    from symdiff.frontend.lengths import affine_atom, is_certain

    count = value.count if isinstance(value, GrowingList) else value.axes[0]
    if is_certain(reader, count - 1):
        return Known(True)
    if count.is_constant:
        return Known(count.const > 0)
    return Condition(reader.builder.apply(TABLE["gt"], affine_atom(reader, count), Const(0)))
