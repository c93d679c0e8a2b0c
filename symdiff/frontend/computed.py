"""Integers that are computed, as indices: ``abs(i - j)``, ``(np.arange(n) + 1) % n``, ``i // 2``, ``np.clip(i, 0, n - 1)``.

Where they are no sum of positions and sizes, an index is the element of an array that holds them. ``Reader.bounded`` has what
is certain of such arrays, and of single integers: none is below 0, so that none counts from the end; and what they are less than.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence
from typing import TYPE_CHECKING

from symdiff.frontend.lengths import affine_atom, is_certain
from symdiff.frontend.loop_rows import over_loops
from symdiff.frontend.values import Condition, Known, Number, TensorValue, Value, number
from symdiff.graph.affine import Affine, Axes, Element, identity
from symdiff.graph.bounds import Bounds
from symdiff.graph.graph import Atom, Const, defined
from symdiff.primitives import TABLE

if TYPE_CHECKING:
    from symdiff.frontend.lower import Reader

CLOSED = frozenset({"add", "sub", "mul", "neg", "abs", "mod", "floordiv", "max", "min", "maximum", "minimum", "sign"})
_LARGER, _SMALLER = frozenset({"max", "maximum"}), frozenset({"min", "minimum"})


def are_whole(name: str, values: Sequence[Value]) -> bool:
    """Whether a row of the table gives integers, of integers alone."""
    return name in CLOSED and all(map(is_whole, values))


def is_whole(value: Value) -> bool:
    """Whether a number, or every element of an array, certainly is an integer."""
    return value.kind == "int" if isinstance(value, TensorValue) else isinstance(value, Number) and value.is_whole


def exact(name: str, values: Sequence[Value]) -> Number | None:
    """What a row of the table gives of integers that are known while reading, where ``arithmetic`` does not tell."""
    known = [value.known for value in values if isinstance(value, Number) and isinstance(value.atom, Const)]
    integers = [each for each in known if isinstance(each, int)]
    if len(integers) < len(values):
        return None
    if name in _LARGER or name in _SMALLER:
        return number(max(integers) if name in _LARGER else min(integers))
    return number(abs(integers[0])) if name == "abs" else None


def array(reader: Reader, atom: Atom, axes: Axes, name: str, values: Sequence[Value]) -> TensorValue:
    """Integers that a row of the table has made of others, or a choice of them."""
    if isinstance(atom, Const):
        return TensorValue(atom, axes, "int", Affine(int(atom.value)))
    note(reader, atom, name, values)
    return TensorValue(atom, axes, "int", Affine.of(Element(atom, identity(len(axes)))))


def note(reader: Reader, atom: Atom, name: str, values: Sequence[Value]) -> None:
    """Remember what is certain of integers that were computed from others."""
    if not isinstance(atom, str):
        return
    natural = [is_natural(reader, value) for value in values]
    known = name == "abs" or (name in _LARGER and any(natural)) or (name != "sub" and name != "neg" and all(natural))
    length = _positive(values[1]) if name == "mod" else None
    if known or length is not None:
        reader.bounded[atom] = length


def _positive(value: Value) -> Affine | None:
    """A divisor that is a size, or a literal above 0: the remainder is at least 0, and less."""
    part = value.integer if isinstance(value, Number) else None
    if part is None or any(part.elements) or part.positions:
        return None
    return (
        part
        if (part.const > 0 if part.is_constant else all(factor > 0 for _, factor in part.terms) and part.const >= 0)
        else None
    )


def is_natural(reader: Reader, value: Value) -> bool:
    """Whether integers are certainly at least 0."""
    if isinstance(value, Known | Condition):
        return False
    if isinstance(value, TensorValue) and value.kind == "bool":
        return True
    if isinstance(value, Number) and isinstance(value.known, int):
        return value.known >= 0
    if isinstance(value, Number | TensorValue) and isinstance(value.atom, str) and value.atom in reader.bounded:
        return True
    part = value.affine if isinstance(value, Number | TensorValue) else None
    if part is None:
        return False
    elements = list(part.elements)
    for element in elements:
        if element.array not in reader.bounded or part.coefficient(element) < 0:
            return False
        part = part - Affine.of(element) * part.coefficient(element)
    if isinstance(value, TensorValue):
        return Bounds.of(value.axes).is_nonnegative(part)
    if not part.positions:
        return is_certain(reader, part)
    return Bounds(tuple(loop.range for loop in reader.loops)).is_nonnegative(part)


def is_within(reader: Reader, part: Affine, length: Affine) -> bool:
    """Whether indices, elements of one array of integers, are certainly on an axis."""
    elements = list(part.elements)
    bound = reader.bounded.get(elements[0].array) if len(elements) == 1 and part == Affine.of(elements[0]) else None
    return bound is not None and (bound == length or is_certain(reader, length - bound))


def as_masks(reader: Reader, owner: TensorValue, values: list[Value | ast.Slice]) -> list[Value | ast.Slice]:
    """An index in which the positions where a mask holds are the mask itself: ``x[np.nonzero(x > 0)]``."""
    plain = [value for value in values if not isinstance(value, ast.Slice)]
    found = [reader.places.get(value.atom) if isinstance(value, TensorValue) else None for value in plain]
    if not found or found[0] is None or reader.loops:
        return values
    mask = found[0][0]
    whole = [(mask, axis) for axis in range(len(mask.axes))]
    first = next(place for place, value in enumerate(values) if not isinstance(value, ast.Slice))
    if found != whole or owner.axes[first : first + len(whole)] != mask.axes:
        return values
    return [*values[:first], mask, *(value for value in values[first:] if isinstance(value, ast.Slice))]


def in_loops(reader: Reader, value: Number, length: Affine) -> Affine | None:
    """An integer of each iteration of loops that are read as axes, as an index: one below 0 counts from the end.

    None for one that is the same in every iteration, or that is known inside of a branch only.
    """
    if not reader.loops or value.affine is not None or not value.whole:
        return None
    found = _outside(reader, over_loops(reader, value.atom))
    rank = len(reader.builder.axes_of(found)) if found is not None else 0
    if found is None or not rank:
        return None
    atom = found
    if not is_natural(reader, value):
        with reader.builder.outside():
            last = reader.operation(TABLE["add"], [atom, affine_atom(reader, length)])
            negative = reader.operation(TABLE["lt"], [atom, Const(0)])
            (atom,) = reader.builder.branch(negative, (), (), [("at", last, atom)])
    return Affine.of(Element(str(atom), identity(rank)))


def _outside(reader: Reader, atom: Atom) -> Atom | None:
    """An integer as it is outside of the branches that are taken element by element; None if it is chosen by one."""
    inner = [body for body in reader.builder.blocks if body.elementwise]
    if isinstance(atom, Const) or not any(atom in defined(statement) for body in inner for statement in body):
        return atom
    let = reader.builder.definitions.get(atom)
    if let is None or let.op.name not in CLOSED:
        return None
    args = [_outside(reader, arg) for arg in let.args]
    if None in args:
        return None
    with reader.builder.outside():
        found = reader.operation(let.op, [arg for arg in args if arg is not None])
    if isinstance(found, str) and atom in reader.bounded:
        reader.bounded[found] = reader.bounded[atom]
    return found
