"""Writes to arrays of any size: elements and slices. A write is a new version of the array."""

from __future__ import annotations

import ast
import dataclasses
from collections.abc import Iterator, Sequence

from symdiff.frontend import changes, stores
from symdiff.frontend.gaps import GapError
from symdiff.frontend.loop_values import Stored
from symdiff.frontend.lower import Frame, Reader
from symdiff.frontend.tensor_indexing import (
    At,
    Chosen,
    Gather,
    Listed,
    Part,
    Selection,
    Span,
    parts_of,
    selected,
    selection_of,
    whole,
)
from symdiff.frontend.tensors import (
    as_numbers,
    broadcast_axes,
    moved,
    operand,
    own,
    spread_to,
    where,
)
from symdiff.frontend.values import (
    Condition,
    Known,
    MaskedValue,
    Number,
    TensorValue,
    Value,
    describe,
    number,
)
from symdiff.graph.affine import Affine, identity
from symdiff.graph.graph import Atom
from symdiff.graph.terms import Guard, Term, full_ranges


def write(
    reader: Reader, owner: TensorValue, index: ast.expr, value: Value, frame: Frame, node: ast.AST, op: type[ast.operator] | None
) -> None:
    """``owner[index] = value``; with an operator ``owner[index] += value``."""
    from symdiff.frontend.expressions import binary

    check_writeable(reader, owner, node)
    parts = parts_of(reader, owner, index, frame, node)
    if isinstance(parts, TensorValue):
        from symdiff.frontend import masks

        mask = masks.fitted(reader, owner, parts, 0, node)
        value = _aligned(owner, mask, value, node)
        new = binary(reader, op, owner, value, node) if op is not None else value
        change(reader, owner, where(reader, masks.spread(reader, mask, 0, owner), new, owner, node), frame, node)
        return
    if any(isinstance(part, Listed) for part in parts):
        raise GapError(node, "a write at a list of literal indices", "write them one by one, or with a slice", "not yet")
    if any(isinstance(part, Chosen) for part in parts):
        raise GapError(node, "a write where truth values hold, beside other indices", "write np.where(mask, new, old)", "not yet")
    _check_alone(parts, node)
    parts = [_as_span(part, node) for part in parts]
    if op is ast.Sub or op is ast.Add:
        value = binary(reader, ast.Mult, number(-1), value, node) if op is ast.Sub else value
        terms = [own(owner), _placed(reader, owner, parts, value, node)]
    else:
        if op is not None:
            present = selected(reader, owner, selection_of(reader, owner, parts, node), node)
            value = binary(reader, op, present, value, node)
        terms = [*rest_of(owner, parts), _placed(reader, owner, parts, value, node)]
    atom = moved(reader, terms, owner.axes, hint=_hint(node))
    places = tuple(part.index for part in parts if isinstance(part, At))
    if len(places) == len(owner.axes) and owner.kind == "float":
        stores.note(reader, atom, Stored(owner.atom, places, as_atom(reader, value, node), op is ast.Sub or op is ast.Add))
    change(reader, owner, dataclasses.replace(owner, atom=atom), frame, node)


def as_atom(reader: Reader, value: Value, node: ast.AST) -> Atom:
    """A number that is written."""
    from symdiff.frontend.conditions import scalar

    return scalar(reader, value, node).atom


def _aligned(owner: TensorValue, mask: TensorValue, value: Value, node: ast.AST) -> Value:
    """What is written where a mask holds: of another array what the same mask chooses, else the same for every element."""
    if isinstance(value, MaskedValue):
        if value.mask.atom == mask.atom and not value.first and value.inner.axes == owner.axes:
            return value.inner
        raise GapError(node, "elements that another mask chooses", "choose by the mask that is written to", "not yet")
    if isinstance(value, Number | Condition | Known):
        return value
    behind = len(owner.axes) - len(mask.axes)
    if isinstance(value, TensorValue) and len(value.axes) <= behind:
        return value
    raise GapError(node, "an array written where a mask holds, one element after the other", "write z[mask]", "not yet")


def _hint(node: ast.AST) -> str:
    """The name of the array that is written, for the new version."""
    target = node.target if isinstance(node, ast.AugAssign) else node
    inner = target.value if isinstance(target, ast.Subscript) else target
    return inner.id if isinstance(inner, ast.Name) else "t"


def check_writeable(reader: Reader, owner: TensorValue, node: ast.AST) -> None:
    """Refuse a write that would have to be seen elsewhere, or that would round."""
    if owner.views:
        raise GapError(node, "a write through a view of an array", "write to the array itself, or to a copy: p.copy()", "not yet")
    if owner.kind == "int":
        raise GapError(node, "a write into an array of integers, which rounds", "make an array of floats, as np.zeros does")


def change(reader: Reader, owner: TensorValue, new: Value, frame: Frame, node: ast.AST) -> None:
    """A new version of an array, in place of the old one wherever it is bound."""
    if not isinstance(new, TensorValue) or new.axes != owner.axes:
        raise GapError(node, f"{describe(new)} in the place of {describe(owner)}", "make the shapes equal", raises=ValueError)
    if owner.kind != "bool":
        new = as_numbers(reader, new)
    atom = reader.builder.spread(new.atom, owner.axes)
    changes.replace(reader, owner, dataclasses.replace(owner, atom=atom, affine=None), frame, node)


def _check_alone(parts: Sequence[Part], node: ast.AST) -> None:
    """Refuse what a slice in the place of an array of indices does not mean: several of them go together, as a diagonal."""
    fancy = [place for place, part in enumerate(parts) if isinstance(part, Gather | At)]
    gathers = [place for place in fancy if isinstance(parts[place], Gather)]
    if len(gathers) > 1 or (gathers and fancy != list(range(fancy[0], fancy[-1] + 1))):
        raise GapError(node, "a write at several arrays of indices", "write a loop: for i in range(n): a[i, i] = ...", "not yet")


def _as_span(part: Part, node: ast.AST) -> Part:
    """Indices that count up by a constant as a slice; others could be the same twice."""
    if not isinstance(part, Gather):
        return part
    found, axes = part.array.affine, part.array.axes
    step = found.coefficient(0) if found is not None else 0
    if found is None or len(axes) != 1 or abs(step) != 1 or any(found.elements):
        raise GapError(node, "a write at indices from an array, which may be equal", "write a loop, or use slices", "not yet")
    start = found - Affine.of(0) * step
    return Span(start, start + axes[0] * step, step)


def _placed(reader: Reader, owner: TensorValue, parts: Sequence[Part], value: Value, node: ast.AST) -> Term:
    """The elements that are written, each where it belongs."""
    given = operand(reader, value, node)
    if isinstance(given, Condition):
        raise GapError(node, "a truth value in an array of floats", "write 1.0 or 0.0", "not yet")
    spans = list(_all(owner, parts))
    guards = [guard for axis, part in enumerate(spans) for guard in _inside(axis, part)]
    if not isinstance(given, TensorValue):
        return Term(given.atom, (), (), tuple(guards))
    given = as_numbers(reader, given)
    selection = selection_of(reader, owner, parts, node)
    axes = broadcast_axes(reader, [selection.axes, given.axes], node)
    if axes != selection.axes:
        raise GapError(
            node, f"{describe(given)} written to the shape {selection.axes}", "make the shapes equal", raises=ValueError
        )
    atom = spread_to(reader, given, axes)
    if any(isinstance(part, Span) and abs(part.step) != 1 for part in spans):
        return _scattered(reader, atom, selection)
    index: list[Affine] = [Affine()] * len(axes)
    for axis, (part, place) in enumerate(zip(selection.parts, selection.places, strict=True)):
        if isinstance(part, Span):
            index[place] = (Affine.of(axis) - part.start) * part.step
    return Term(atom, tuple(index) if isinstance(atom, str) else (), (), tuple(guards))


def _scattered(reader: Reader, atom: Atom, selection: Selection) -> Term:
    """The elements that are written, each at its address: the position that an element comes from is no whole number else."""
    rank = len(selection.index)
    ranges = full_ranges(selection.axes)
    address = tuple(part.moved(lambda position: position + rank) for part in selection.index)
    own_index = reader.builder.axes_of(atom)
    return Term(atom, identity(len(own_index), rank), ranges, (), address)


def _all(owner: TensorValue, parts: Sequence[Part]) -> Iterator[At | Span]:
    """One part for each axis of the array."""
    given = [part for part in parts if isinstance(part, At | Span)]
    yield from given
    yield from (whole(owner, axis) for axis in range(len(given), len(owner.axes)))


def _inside(axis: int, part: At | Span) -> list[Guard]:
    """Where a position of an axis belongs to a part."""
    here = Affine.of(axis)
    if isinstance(part, At):
        return [Guard(here - part.index, "==")]
    low, high = (part.start, part.stop) if part.step > 0 else (part.stop + 1, part.start + 1)
    guards = [Guard(here - low), Guard(high - 1 - here)]
    return guards if abs(part.step) == 1 else [*guards, Guard(here - part.start, "==", abs(part.step))]


def _outside(axis: int, part: At | Span) -> list[list[Guard]]:
    """The other positions of an axis, in parts that do not overlap, even if the slice is empty."""
    here = Affine.of(axis)
    if isinstance(part, At):
        return [[Guard(here - part.index, "!=")]]
    low, high = (part.start, part.stop) if part.step > 0 else (part.stop + 1, part.start + 1)
    found = [[Guard(low - 1 - here)], [Guard(here - low), Guard(here - high)]]
    if abs(part.step) != 1:
        found.append([Guard(here - low), Guard(high - 1 - here), Guard(here - part.start, "!=", abs(part.step))])
    return found


def rest_of(owner: TensorValue, parts: Sequence[Part]) -> list[Term]:
    """The elements that stay, in terms that do not overlap."""
    before, terms = list[Guard](), list[Term]()
    for axis, part in enumerate(_all(owner, parts)):
        terms += [dataclasses.replace(own(owner), guards=(*before, *guards)) for guards in _outside(axis, part)]
        before += _inside(axis, part)
    return terms
