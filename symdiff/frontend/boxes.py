"""Arrays without axes: numbers here, which NumPy changes in place, so that their other names see it."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from typing import Any

from symdiff.frontend.gaps import GapError
from symdiff.frontend.lookup import home
from symdiff.frontend.lower import Frame, Reader
from symdiff.frontend.values import ArrayValue, DictValue, ListValue, Number, TensorValue, TupleValue, Value, View
from symdiff.frontend.windows import now

# What gives an array without axes for numbers, and what a view of an array of one element.
BOXED = {
    "where", "select", "piecewise", "copy", "full", "zeros", "ones", "empty", "full_like", "zeros_like", "ones_like",
    "empty_like", "tensordot", "cov", "squeeze", "reshape", "expand_dims", "broadcast_to",
}  # fmt: skip


def boxed(value: Value, shows: frozenset[object] = frozenset()) -> Value:
    """A number that NumPy gives as an array without axes."""
    return View(value.atom, value.known, value.affine, value.whole, shows, now()) if type(value) is Number else value


def answered(target: Any, args: Sequence[Value], value: Value) -> Value:
    """The result of a function of NumPy."""
    name = getattr(target, "__name__", "")
    if name not in BOXED or home(target) != "numpy":
        return value
    owner = args[0] if name in ("squeeze", "reshape") and args else None
    return boxed(value, owner.parents | {owner.identity} if isinstance(owner, ArrayValue | TensorValue) else frozenset())


def check_in_loop(reader: Reader, node: ast.stmt, frame: Frame) -> None:
    """Refuse a loop that changes in place what is an array without axes when it starts, and something else shows it."""
    for inner in ast.walk(node):
        if isinstance(inner, ast.AugAssign) and isinstance(inner.target, ast.Name):
            check_alone(reader, frame.variables.get(inner.target.id), frame, inner)


def check_alone(reader: Reader, value: Value | None, frame: Frame, node: ast.AugAssign) -> None:
    """Refuse a change in place of an array without axes that something else shows: an array, or another variable."""
    if not isinstance(value, View):
        return
    if value.shows:
        raise GapError(node, "a change in place of an element that a[..., i] shows", "write a[i] = ...", "not yet")
    own = node.target.id if isinstance(node.target, ast.Name) else ""
    others = [other for each in reader.frames if each is not frame for other in each.variables.values()]
    others += [other for name, other in frame.variables.items() if name != own]
    if any(_shows(other, value) for other in others):
        reason = "a change in place of an array without axes, which has another name, too"
        raise GapError(node, reason, "write a = a + b, which makes a new number", "not yet")


def _shows(value: Value, item: View) -> bool:
    """Whether a value is an item, or a container of it."""
    return value is item or (isinstance(value, TupleValue | ListValue | DictValue) and any(_shows(k, item) for k in value.items))
