"""Lists to which loops append: an element in each iteration, all of which the loop collects."""

from __future__ import annotations

import ast
import dataclasses
from typing import TYPE_CHECKING, Any

from symdiff.frontend.gaps import GapError
from symdiff.frontend.loop_values import GrowingList, GrownList, LoopAxis
from symdiff.frontend.values import NONE, ListValue, Number, TensorValue, TupleValue, Value
from symdiff.graph.affine import ZERO, Affine, identity
from symdiff.graph.terms import Guard, Term

if TYPE_CHECKING:
    from symdiff.frontend.lower import Frame, Reader

REWRITE = "write the elements of an array, as in y = np.zeros(n)"


def append(reader: Reader, owner: GrowingList, value: Value, frame: Frame, node: ast.AST) -> Value:
    """``items.append(value)``."""
    from symdiff.frontend import changes

    changes.replace(reader, owner, dataclasses.replace(owner, added=(*owner.added, value)), frame, node)
    return NONE


def last_of(value: Value | None) -> Any:
    """The last element of a list, if it has one."""
    if isinstance(value, GrowingList):
        return value.added[-1] if value.added else value.last
    return value.items[-1] if isinstance(value, ListValue) and value.items else None


def subscript(reader: Reader, owner: GrowingList | GrownList, index: ast.expr, frame: Frame, node: ast.AST) -> Value:
    """``items[-1]``; behind the loop any element, and slices."""
    if isinstance(owner, GrowingList):
        return _inside(reader, owner, index, frame, node)
    if isinstance(index, ast.Tuple):
        raise GapError(node, "several indices of a list", "use one after the other: items[i][j]", raises=TypeError)
    from symdiff.frontend import tensor_indexing

    found = tensor_indexing.read(reader, TensorValue(owner.atom, owner.axes), index, frame, node)
    if isinstance(index, ast.Slice) and isinstance(found, TensorValue):
        return made(found, owner.tuples)
    if owner.tuples and isinstance(found, TensorValue):
        return TupleValue(tensor_indexing.rows(reader, found, node))
    return found


def _inside(reader: Reader, owner: GrowingList, index: ast.expr, frame: Frame, node: ast.AST) -> Value:
    from symdiff.frontend.lengths import require

    place = None if isinstance(index, ast.Slice) else reader.operand(index, frame)
    position = place.integer if isinstance(place, Number) else None
    if position is not None and not position.is_constant:
        position = position - owner.count - len(owner.added)  # from the end
    if position is not None and position.is_constant and -len(owner.added) <= position.const < 0:
        return owner.added[position.const]  # type: ignore[no-any-return]
    if position != Affine(-1 - len(owner.added)) or owner.last is None:
        reason = "an element of a list to which the loop appends, other than the last one"
        raise GapError(node, reason, REWRITE, "not yet")
    if not owner.before:
        require(reader, owner.count - 1, "IndexError", "list index out of range", node)
    return owner.last  # type: ignore[no-any-return]


def made(array: TensorValue, tuples: bool) -> GrownList:
    """The list whose elements are those of an array."""
    length = array.axes[0]
    return GrownList(array.atom, (LoopAxis(length, ZERO, length),), 0, True, None, array.axes, tuples)


def item(reader: Reader, value: GrowingList, node: ast.AST) -> TensorValue | Number:
    """What an iteration appends, as a number or an array."""
    from symdiff.frontend.conditions import scalar
    from symdiff.frontend.tensors import as_numbers, tensor_of

    if len(value.added) != 1:
        raise GapError(node, f"a loop that appends {len(value.added)} times in an iteration", REWRITE, "not yet")
    found = value.added[0]
    if isinstance(found, Number) or (not hasattr(found, "items") and not isinstance(found, TensorValue)):
        return scalar(reader, found, node)
    return as_numbers(reader, tensor_of(reader, found, node))


def behind(
    reader: Reader, before: ListValue, collected: tuple[str, tuple[Affine, ...]], how: tuple[bool, bool], node: ast.AST
) -> GrownList:
    """The list behind the loop: what was in it, and what was collected; ``how``: whether of tuples, and without the last."""
    from symdiff.frontend.conditions import scalar
    from symdiff.frontend.tensors import moved, tensor_of

    (atom, axes), (tuples, cut) = collected, how
    count = len(before.items)
    if not count and not cut:
        return made(TensorValue(atom, axes), tuples)
    everything = (axes[0] + count - int(cut), *axes[1:])
    inner = identity(len(axes) - 1, 1)
    terms = [Term(atom, (Affine.of(0) - count, *inner), (), (Guard(Affine.of(0) - count),))]
    for place, found in enumerate(before.items):
        given = tensor_of(reader, found, node).atom if inner else scalar(reader, found, node).atom
        terms.append(Term(given, inner if isinstance(given, str) else (), (), (Guard(Affine.of(0) - place, "=="),)))
    return made(TensorValue(moved(reader, terms, everything), everything), tuples)
