"""Loops over arrays and ranges of any length, read as sums and arrays instead of being unrolled.

The iterations are an axis: inside of the loop, whatever depends on its variable is an array over the loops that are open. A
variable to which the loop only adds becomes a sum, an array to which it writes element by element a new array. A loop that
hands anything else from one iteration to the next needs a known length.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, NoReturn

from symdiff.frontend import cells, changes, containers, grown, loop_writes, pending
from symdiff.frontend.control import NEXT, Completion, run
from symdiff.frontend.gaps import GapError, PoisonedError, not_as_arrays
from symdiff.frontend.lengths import affine_atom, is_certain
from symdiff.frontend.loop_flow import Plan, plan_of
from symdiff.frontend.loop_rows import over_loops
from symdiff.frontend.loop_values import GrownList, IndexedValue, LoopAxis, PendingValue, SequentialValue, SeriesValue
from symdiff.frontend.lower import Frame, Reader
from symdiff.frontend.tensor_indexing import count
from symdiff.frontend.values import (
    Condition,
    Conflict,
    LeftOver,
    MaskedValue,
    Number,
    Poison,
    Start,
    TensorValue,
    TupleValue,
    Value,
)
from symdiff.frontend.windows import now
from symdiff.graph.affine import ZERO, Affine, Axes, Element, identity, sizes_in
from symdiff.graph.bounds import Bounds
from symdiff.graph.graph import Atom, Const
from symdiff.graph.terms import Term
from symdiff.primitives import TABLE


def needs_length(reader: Reader, loop: LoopAxis, node: ast.AST, reason: str) -> NoReturn:
    """A loop that is no sum and no array: it stays a loop. A comprehension needs a known length then."""
    sizes = sizes_in([loop.length, *(each.length for each in reader.loops)])
    reader.fix(sizes, node, f"a loop of any length {reason}", "add up, or write the elements of an array, in the loop")


def place_of(node: ast.stmt, frame: Frame) -> tuple[Any, ...]:
    """Which loop it is, in another reading, too."""
    return (frame.source.file, frame.source.name, node.lineno, node.col_offset)


# -- what is looped over ------------------------------------------------------------------------------------------


def index_of(reader: Reader, part: Affine) -> Number:
    """A loop variable, or what is computed from it, as a number."""
    if not part.positions:
        return Number(affine_atom(reader, part), part.const if part.is_constant else None, part)
    axes = tuple(loop.length for loop in reader.loops[: max(part.positions) + 1])
    return Number(reader.builder.sum([Term(part)], axes), affine=part)


def range_of(reader: Reader, start: Affine, stop: Affine, step: int, node: ast.AST) -> IndexedValue:
    """``range(start, stop, step)`` with bounds that depend on lengths, or on loops around it."""
    if step != 1:
        length = count(start, stop, step)
        return IndexedValue(LoopAxis(length, ZERO, length), lambda at: index_of(reader, start + at * step))
    bounds = Bounds(tuple(loop.range for loop in reader.loops))
    least, most = bounds.least(start), bounds.least(-stop)
    if least is None or most is None:
        raise GapError(node, "a range with bounds that the data tell", "use lengths of arrays", "not yet")
    if (start.positions or stop.positions) and least.is_constant and least.const >= 0:
        least = ZERO  # j from i + 1 on is read at j
    axis = LoopAxis(-most - least, start - least, stop - least)
    return IndexedValue(axis, lambda at: index_of(reader, at + least), start == ZERO)


def series_of(reader: Reader, value: Value, node: ast.AST, fixed: bool = False) -> IndexedValue | None:
    """What is looped over as an axis; None for what has a known length (but for an array, if ``fixed``)."""
    if isinstance(value, IndexedValue):
        return value
    if isinstance(value, GrownList):
        return None if value.tuples else series_of(reader, grown.array_of(reader, value, node), node, fixed=True)
    if isinstance(value, SeriesValue):
        return series_of(reader, array_of(reader, value, node), node, fixed=True)
    if isinstance(value, PendingValue):
        pending.unread(reader, value, node)
    if not isinstance(value, TensorValue) or (value.axes[0].is_constant and not fixed):
        return None
    length, array = value.axes[0], value

    def item(at: Affine) -> Value:
        """The element at a position: of what the loop writes to, as this iteration finds it."""
        found = cells.present(reader, array, node)
        if isinstance(found, PendingValue):
            return pending.element_at(reader, found, (at,), node)
        return loop_writes.element(reader, found, [at], node) if isinstance(found, TensorValue) else found

    return IndexedValue(LoopAxis(length, ZERO, length), item)


def as_sequential(series: IndexedValue) -> SequentialValue | None:
    """The same for a loop of the graph; None for a loop that begins at another position."""
    if series.axis.low != ZERO or series.axis.length.positions:
        return None
    return SequentialValue(series.axis.high, series.item, series.counts)


def zipped(reader: Reader, values: Sequence[Value], node: ast.AST) -> IndexedValue | None:
    """``zip`` of things of which one has no known length: as long as the shortest, if that can be told."""
    from symdiff.frontend.lengths import equal

    found = [series_of(reader, value, node) for value in values]
    known = [series for series in found if series is not None]
    if not known:
        return None
    if len(known) < len(found):
        needs_length(reader, known[0].axis, node, "beside a sequence of a known one")
    shortest = known[0].axis
    for series in known[1:]:
        if series.axis == shortest:
            continue
        if series.axis.low != ZERO or shortest.low != ZERO or series.axis.high.positions or shortest.high.positions:
            needs_length(reader, shortest, node, "beside one of another length")
        difference = series.axis.length - shortest.length
        if not difference.is_constant:
            equal(reader, shortest.length, series.axis.length, node)
        shortest = series.axis if difference.const < 0 else shortest
    return IndexedValue(shortest, lambda at: TupleValue(tuple(series.item(at) for series in known)))


def enumerated(reader: Reader, value: Value, first: int, node: ast.AST) -> IndexedValue | None:
    """``enumerate(value, first)``."""
    series = series_of(reader, value, node)
    if series is None:
        return None
    return IndexedValue(series.axis, lambda at: TupleValue((index_of(reader, at + first), series.item(at))))


def backwards(reader: Reader, value: Value, node: ast.AST) -> IndexedValue | None:
    """``reversed(value)``."""
    series = series_of(reader, value, node)
    if series is None:
        return None
    if series.axis.low != ZERO or series.axis.high != series.axis.length:
        needs_length(reader, series.axis, node, "that goes backwards")
    return IndexedValue(series.axis, lambda at: series.item(series.axis.length - 1 - at))


# -- values inside of loops ---------------------------------------------------------------------------------------


def lifted(reader: Reader, atom: Atom, rank: int) -> Atom:
    """An atom over the outermost ``rank`` loops."""
    axes = tuple(loop.length for loop in reader.loops[:rank])
    atom = over_loops(reader, atom)
    own = reader.builder.axes_of(atom)
    if not own or own == axes:
        return atom
    return reader.builder.sum([Term(atom, identity(len(own)))], axes, kind=reader.builder.kind(atom))


def common(reader: Reader, atoms: Sequence[Atom]) -> list[Atom]:
    """The operands of an operation inside of loops, over as many loops as the innermost of them; in a branch, over all."""
    atoms = [over_loops(reader, atom) for atom in atoms]
    if reader.builder.current.elementwise:
        rank = len(reader.loops)
    else:
        rank = max((len(reader.builder.axes_of(atom)) for atom in atoms), default=0)
    return [lifted(reader, atom, rank) for atom in atoms]


# -- the statement ------------------------------------------------------------------------------------------------


def run_loop(reader: Reader, node: ast.For, series: IndexedValue, frame: Frame) -> Completion:
    """Read a loop as sums and arrays. What it cannot be read so needs the length."""
    plan = plan_of(node)
    if plan.reason:
        needs_length(reader, series.axis, plan.node, plan.reason)
    if reader.loops and reader.builder.current.elementwise:  # whose statements have the axes of the loops around it only
        needs_length(reader, reader.loops[-1], node, "in a branch of another one")
    before, checked, states = dict(frame.variables), dict(reader.checked), dict(reader.cells)
    changed, around = reader.changes.copy(), (*before.values(), *changes.elsewhere(reader, frame))
    shared = {inner.identity for value in around for inner in changes.mutables(value) if isinstance(inner, changes.Changing)}
    _begin(reader, plan, series.axis, frame, node)
    reader.loops.append(replace(series.axis, since=now()))
    try:
        containers.assign(reader, node.target, series.item(Affine.of(len(reader.loops) - 1)), frame)
        completion = run(reader, node.body, frame).without("continue")
        if completion != NEXT:
            needs_length(reader, series.axis, node, "that may end early")
        if any(reader.changes[identity] != changed[identity] for identity in shared):
            needs_length(reader, series.axis, node, "that changes a list, or an array as a whole")
        after = dict(frame.variables)
    except (GapError, PoisonedError):
        reader.cells = states
        raise
    finally:
        reader.loops.pop()
        reader.checked = checked
    frame.variables = _after(reader, plan, series.axis, before, after, node, place_of(node, frame))
    pending.end(reader, frame, node)
    return NEXT


def _begin(reader: Reader, plan: Plan, axis: LoopAxis, frame: Frame, node: ast.For) -> None:
    """What the variables that the loop changes are when an iteration begins."""
    for name, op in plan.accumulated.items():
        value = frame.variables.get(name)
        if isinstance(value, Poison) or value is None:
            continue
        if not isinstance(value, Number):
            needs_length(reader, axis, node, f"that changes {name}, which is no number")
        frame.variables[name] = Start(Const(1 if op is ast.Mult else 0), 1 if op is ast.Mult else 0)
    for name in plan.arrays:
        value = frame.variables.get(name)
        value = cells.present(reader, value, node) if value is not None else None
        if isinstance(value, TensorValue):
            if reader.loops:
                needs_length(reader, axis, node, f"that writes to {name}, which was made in another loop")
            pending.begin(reader, value, node)
        elif not isinstance(value, PendingValue):
            needs_length(reader, axis, node, f"that writes to {name}, whose length is known")


def _after(
    reader: Reader,
    plan: Plan,
    axis: LoopAxis,
    before: dict[str, Value],
    after: dict[str, Value],
    node: ast.For,
    place: tuple[Any, ...],
) -> dict[str, Value]:
    """The variables behind the loop."""
    result = dict(before)
    for name, op in plan.accumulated.items():
        if name in before:
            result[name] = _accumulated(reader, op, before[name], after[name], axis, node, name)
    for name in plan.arrays:
        if isinstance(after.get(name), Conflict | Poison):  # which is refused where it is used
            result[name] = after[name]
    for name in plan.temporary:
        result[name] = LeftOver("it is what the last iteration of a loop of any length left in it", place)
    return result


def _accumulated(
    reader: Reader, op: type[ast.operator], before: Value, change: Value, axis: LoopAxis, node: ast.For, name: str
) -> Value:
    """A variable to which each iteration adds, or by which it multiplies."""
    from symdiff.frontend.conditions import as_number
    from symdiff.frontend.expressions import binary

    if isinstance(change, Start) or isinstance(before, Poison):
        return before
    if isinstance(change, Poison):
        return change
    if not isinstance(change, Number | Condition):
        needs_length(reader, axis, node, f"that changes {name}, which becomes no number")
    reader.loops.append(axis)
    try:
        atom = over_loops(reader, as_number(reader, change).atom)
    finally:
        reader.loops.pop()
    total = product(reader, atom, axis, name) if op is ast.Mult else added(reader, atom, [axis], len(reader.loops), name)
    neutral = isinstance(before, Number) and isinstance(before.atom, Const) and before.atom.value == (op is ast.Mult)
    return (
        total
        if neutral or isinstance(before, Start)
        else binary(reader, op if op is ast.Mult else ast.Add, before, total, node, name)
    )


def added(reader: Reader, atom: Atom, loops: Sequence[LoopAxis], depth: int, hint: str = "s") -> Number:
    """The sum of an atom over the innermost loops, ``depth`` being the number of those around."""
    axes = tuple(loop.length for loop in reader.loops[:depth])
    index = identity(len(reader.builder.axes_of(atom)))
    result = reader.builder.sum([Term(atom, index, tuple(loop.range for loop in loops))], axes, hint=hint)
    return Number(result, result.value if isinstance(result, Const) else None)


def product(reader: Reader, atom: Atom, axis: LoopAxis, hint: str) -> Number:
    """The product of an atom over the innermost loop; a power, if it is the same in every iteration."""
    count = axis.high - axis.low
    if not reader.builder.axes_of(atom) and not isinstance(atom, Const) and not count.positions and is_certain(reader, count):
        return Number(reader.builder.apply(TABLE["pow"], atom, affine_atom(reader, count), hint=hint))
    axes = tuple(loop.length for loop in reader.loops)
    index = identity(len(reader.builder.axes_of(atom)))
    return Number(reader.builder.fold(TABLE["mul"], Term(atom, index, (axis.range,)), axes, hint=hint))


# -- comprehensions -----------------------------------------------------------------------------------------------


def total_of(reader: Reader, series: SeriesValue) -> Number:
    """``sum(... for ...)``."""
    atom = series.atom
    if series.condition is not None:
        rank = series.depth + len(series.loops)
        axes = tuple(loop.length for loop in (*reader.loops[: series.depth], *series.loops))
        reader.loops.extend(series.loops)
        try:
            condition, atom = lifted(reader, series.condition, rank), lifted(reader, atom, rank)
        finally:
            del reader.loops[series.depth :]
        condition = reader.builder.spread(condition, axes)
        atom = reader.builder.branch(condition, (), (), [("t", atom, Const(0))])[0]
    return added(reader, atom, series.loops, series.depth)


def chosen(reader: Reader, series: SeriesValue) -> MaskedValue:
    """``[... for ... if c]`` as elements that a mask chooses from those of all positions."""
    axes = tuple(loop.length for loop in series.loops)
    rank = len(axes)
    reader.loops.extend(series.loops)
    try:
        test, atom = (lifted(reader, part, rank) for part in (series.condition or Const(True), series.atom))
    finally:
        del reader.loops[series.depth :]
    guards = tuple(guard for position, loop in enumerate(series.loops) for guard in loop.guards(position))
    if guards:
        inside = reader.builder.sum([Term(Const(1), (), (), guards)], axes)
        inside = reader.builder.apply(TABLE["ne"], inside, reader.builder.spread(Const(0), axes))
        test = reader.builder.apply(TABLE["and"], inside, reader.builder.spread(test, axes))
    atom, test = reader.builder.spread(atom, axes), reader.builder.spread(test, axes)
    return MaskedValue(_integers(reader, series, atom, axes), TensorValue(test, axes, "bool"))


def _integers(reader: Reader, series: SeriesValue, atom: Atom, axes: Axes) -> TensorValue:
    """The elements of a sequence, integers and truth values as such."""
    if series.truths:
        from symdiff.frontend.tensors import as_truths

        return as_truths(reader, TensorValue(atom, axes))
    if not series.whole:
        return TensorValue(atom, axes)
    affine = Affine(int(atom.value)) if isinstance(atom, Const) else Affine.of(Element(atom, identity(len(axes))))
    return TensorValue(atom, axes, "int", affine)


def array_of(reader: Reader, series: SeriesValue, node: ast.AST) -> TensorValue:
    """``np.array([... for ...])``."""
    if isinstance(series, GrownList):
        grown.array_of(reader, series, node)  # where an array may have been changed, it is refused
        return _integers(reader, series, series.atom, series.axes)
    axes = tuple(loop.length for loop in series.loops)
    plain = all(loop.low == ZERO and loop.high == loop.length for loop in series.loops)
    if not series.is_list or not plain or series.condition is not None or series.depth:
        from symdiff.frontend import choices

        if series.depth or not choices.is_open(reader):
            gap = GapError(node, "an array of as many elements as a loop lets through", "add them up", "not yet")
            raise not_as_arrays(reader, gap)
        found = choices.taken(reader, chosen(reader, series), node)
        assert isinstance(found, TensorValue)  # noqa: S101 - it is no loop over an array
        return found
    own = reader.builder.axes_of(series.atom)
    atom = series.atom
    if own and own != axes:
        atom = reader.builder.sum([Term(atom, identity(len(own)))], axes)
    return _integers(reader, series, reader.builder.spread(atom, axes), axes)
