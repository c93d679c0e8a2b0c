"""Writes to arrays of any size: elements and slices. A write is a new version of the array."""

from __future__ import annotations

import ast
import dataclasses
from collections.abc import Iterator, Sequence

from symdiff.frontend import cells, stores
from symdiff.frontend.conditions import as_number
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
    are_whole,
    as_numbers,
    as_truths,
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
from symdiff.graph.affine import ONE, Affine, identity
from symdiff.graph.graph import Atom
from symdiff.graph.terms import Guard, Term, full_ranges

Inside = tuple[At | Span, int]  # a part of an index of an array, and the axis that it is of the view that is written


def write(
    reader: Reader, owner: TensorValue, index: ast.expr, value: Value, frame: Frame, node: ast.AST, op: type[ast.operator] | None
) -> None:
    """``owner[index] = value``; with an operator ``owner[index] += value``."""
    from symdiff.frontend.expressions import binary

    check_writeable(owner, node, keeps_whole(reader, value, op))
    parts = parts_of(reader, owner, index, frame, node)
    if isinstance(parts, TensorValue):
        change(reader, owner, masked(reader, owner, parts, value, node, op), node)
        return
    if any(isinstance(part, Chosen) for part in parts):
        raise GapError(node, "a write where truth values hold, beside other indices", "write np.where(mask, new, old)", "not yet")
    if any(isinstance(part, Listed) for part in parts) or not _are_spans(parts):
        from symdiff.frontend import placing

        change(reader, owner, placing.written(reader, owner, parts, value, node, op), node)
        return
    parts = [_as_span(part) for part in parts]
    adds = op is ast.Sub or op is ast.Add
    if op is ast.Sub:
        value = binary(reader, ast.Mult, number(-1), value, node)
    elif op is not None and not adds:
        present = selected(reader, owner, selection_of(reader, owner, parts, node), node)
        value = binary(reader, op, present, value, node)
    _put(reader, owner, parts, value, node, adds)


def masked(
    reader: Reader, owner: TensorValue, mask: TensorValue, value: Value, node: ast.AST, op: type[ast.operator] | None
) -> TensorValue:
    """What an array is after a write to the elements that a mask chooses."""
    from symdiff.frontend import masks
    from symdiff.frontend.expressions import binary

    mask = masks.fitted(reader, owner, mask, 0, node)
    value = _aligned(reader, owner, mask, value, node)
    new = binary(reader, op, owner, value, node) if op is not None else value
    found = where(reader, masks.spread(reader, mask, 0, owner), new, owner, node)
    assert isinstance(found, TensorValue)  # noqa: S101 - of an array
    return found


def as_atom(reader: Reader, value: Value, node: ast.AST) -> Atom:
    """A number that is written."""
    from symdiff.frontend.conditions import scalar

    return scalar(reader, value, node).atom


def _aligned(reader: Reader, owner: TensorValue, mask: TensorValue, value: Value, node: ast.AST) -> Value:
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
    if isinstance(value, TensorValue) and len(value.axes) == behind + 1:
        from symdiff.frontend import choices

        same = choices.masked_of(reader, value)
        if same is not None and same.mask.atom == mask.atom and not same.first and same.inner.axes == owner.axes:
            return same.inner
        return choices.put(reader, owner, mask, value, node)
    raise GapError(node, f"{describe(value)} written where a mask holds", "write z[mask]", "not yet")


def _hint(node: ast.AST) -> str:
    """The name of the array that is written, for the new version."""
    target = node.target if isinstance(node, ast.AugAssign) else node
    inner = target.value if isinstance(target, ast.Subscript) else target
    return inner.id if isinstance(inner, ast.Name) else "t"


def keeps_whole(reader: Reader, value: Value, op: type[ast.operator] | None = None) -> bool:
    """Whether a write leaves integers in an array of integers."""
    return op in (None, ast.Add, ast.Sub, ast.Mult) and are_whole(reader, [value])


def check_writeable(owner: TensorValue, node: ast.AST, whole: bool = False) -> None:
    """Refuse a write that NumPy refuses, or that would round, as what is not ``whole`` does in an array of integers."""
    if owner.kind == "int" and not whole:
        raise GapError(node, "a write into an array of integers, which rounds", "make an array of floats, as np.zeros does")
    if owner.window is None:
        return
    if len(owner.window.places) > 1 or any(len(part.positions) > 1 for part in owner.window.places[0][0]):
        raise GapError(node, "a write to a view in another shape", "write to the array itself", "not yet")
    if not _shows_once(owner):
        raise GapError(node, "a write to a view that shows an element several times", "make a copy first: p.copy()")


def change(reader: Reader, owner: TensorValue, new: Value, node: ast.AST) -> None:
    """Other elements for all of an array."""
    if not isinstance(new, TensorValue) or new.axes != owner.axes:
        raise GapError(node, f"{describe(new)} in the place of {describe(owner)}", "make the shapes equal", raises=ValueError)
    if owner.kind != "bool":
        new = as_numbers(reader, new)
    if owner.window is None:
        atom = reader.builder.spread(new.atom, owner.axes)
        cells.change(reader, owner, dataclasses.replace(owner, atom=atom, affine=None), node)
    else:
        _put(reader, owner, [whole(owner, axis) for axis in range(len(owner.axes))], new, node)


def _put(reader: Reader, owner: TensorValue, parts: Sequence[Part], value: Value, node: ast.AST, adds: bool = False) -> None:
    """Write to a part of an array, or of the array that a view shows."""
    array = as_numbers(reader, cells.register(reader, owner))
    inside = _in_array(owner, list(_all(owner, parts)))
    placed = _placed(reader, owner, inside, parts, value, node)
    terms = [own(array), placed] if adds else [*rest_of(array, [part for part, _ in inside]), placed]
    new = TensorValue(moved(reader, terms, array.axes, hint=_hint(node)), array.axes)
    index = tuple(part.index for part, _ in inside if isinstance(part, At))
    if owner.kind == "bool":
        new = as_truths(reader, new)
    elif len(index) == len(array.axes):
        stores.note(reader, new.atom, Stored(array.atom, index, as_atom(reader, value, node), adds))
    cells.change(reader, owner, dataclasses.replace(cells.register(reader, owner), atom=new.atom, affine=None), node)


def _shows_once(owner: TensorValue) -> bool:
    """Whether each element of an array is shown by at most one of a view."""
    assert owner.window is not None  # noqa: S101 - told apart before
    ((index, guards),) = owner.window.places
    shown = [axis for part in index for axis in part.positions]
    long = {axis for axis, length in enumerate(owner.axes) if length != ONE}
    return not guards and len(shown) == len({*shown}) and long <= {*shown}


def _in_array(owner: TensorValue, parts: Sequence[At | Span]) -> list[Inside]:
    """An index of a view as one of the array that it shows: a part for each axis, and which axis of the view that is."""
    if owner.window is None:
        return [(part, axis) for axis, part in enumerate(parts)]
    ((index, _),) = owner.window.places
    found: list[Inside] = []
    for place in index:
        axis = next(iter(place.positions), -1)
        part = parts[axis] if axis >= 0 else At(place)
        if axis >= 0 and isinstance(part, Span):
            start, stop = (place.substitute({axis: end}) for end in (part.start, part.stop))
            part = Span(start, stop, part.step * place.coefficient(axis))
        elif axis >= 0 and isinstance(part, At):
            part = At(place.substitute({axis: part.index}))
        found.append((part, axis))
    return found


def _are_spans(parts: Sequence[Part]) -> bool:
    """Whether arrays of indices mean what slices do: one that counts up or down by 1, next to single indices or alone."""
    fancy = [place for place, part in enumerate(parts) if isinstance(part, Gather | At)]
    gathers = [part for part in parts if isinstance(part, Gather)]
    if len(gathers) > 1 or (gathers and fancy != list(range(fancy[0], fancy[-1] + 1))):
        return False
    found = [part.array.affine for part in gathers]
    return all(
        affine is not None and len(part.array.axes) == 1 and abs(affine.coefficient(0)) == 1 and not any(affine.elements)
        for affine, part in zip(found, gathers, strict=True)
    )


def _as_span(part: Part) -> Part:
    """Indices that count up or down as a slice."""
    if not isinstance(part, Gather):
        return part
    found, axes = part.array.affine, part.array.axes
    assert found is not None  # noqa: S101 - indices are integers
    step = found.coefficient(0)
    start = found - Affine.of(0) * step
    return Span(start, start + axes[0] * step, step)


def _placed(
    reader: Reader,
    owner: TensorValue,
    inside: Sequence[Inside],
    parts: Sequence[Part],
    value: Value,
    node: ast.AST,
) -> Term:
    """The elements that are written, each where it belongs in the array."""
    given = operand(reader, value, node)
    if isinstance(given, Condition) and owner.kind != "bool":
        raise GapError(node, "a truth value in an array of floats", "write 1.0 or 0.0", "not yet")
    if isinstance(given, Condition):
        given = as_number(reader, given)
    guards = [guard for axis, (part, _) in enumerate(inside) for guard in _inside(axis, part)]
    if not isinstance(given, TensorValue):
        return Term(given.atom, (), (), tuple(guards))
    given = as_numbers(reader, given)
    selection = selection_of(reader, owner, parts, node)
    axes = broadcast_axes(reader, [selection.axes, given.axes], node)
    if axes != selection.axes:
        raise GapError(
            node,
            f"{describe(given)} written to the shape ({', '.join(map(str, selection.axes))})",
            "make the shapes equal",
            raises=ValueError,
        )
    atom = spread_to(reader, given, axes)
    if any(isinstance(part, Span) and abs(part.step) != 1 for part, _ in inside):
        return _scattered(reader, atom, selection, inside)
    index: list[Affine] = [Affine()] * len(axes)
    for axis, (part, own_axis) in enumerate(inside):
        if isinstance(part, Span):
            index[selection.places[own_axis]] = (Affine.of(axis) - part.start) * part.step
    return Term(atom, tuple(index) if isinstance(atom, str) else (), (), tuple(guards))


def _scattered(reader: Reader, atom: Atom, selection: Selection, inside: Sequence[Inside]) -> Term:
    """The elements that are written, each at its address: the position that an element comes from is no whole number else."""
    rank = len(inside)
    address = tuple(
        part.index if isinstance(part, At) else part.start + Affine.of(rank + selection.places[axis]) * part.step
        for part, axis in inside
    )
    own_index = reader.builder.axes_of(atom)
    return Term(atom, identity(len(own_index), rank), full_ranges(selection.axes), (), address)


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


def rest_of(array: TensorValue, parts: Sequence[At | Span]) -> list[Term]:
    """The elements that stay, in terms that do not overlap."""
    before, terms = list[Guard](), list[Term]()
    for axis, part in enumerate(parts):
        terms += [dataclasses.replace(own(array), guards=(*before, *guards)) for guards in _outside(axis, part)]
        before += _inside(axis, part)
    return terms
