"""Rules for loops, which are unrolled: over containers of known length, or while a condition known while reading holds."""

from __future__ import annotations

import ast
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from functools import partial

from symdiff.frontend import algorithms, array_loops, boxes, changes, containers, growing, loop_headers, sequential
from symdiff.frontend.conditions import truth_of
from symdiff.frontend.control import NEXT, STATEMENTS, Completion, guarded, run
from symdiff.frontend.early_returns import on_trial, read
from symdiff.frontend.gaps import GapError, SequentialError
from symdiff.frontend.loop_values import IndexedValue, SequentialValue
from symdiff.frontend.lower import Frame, Reader
from symdiff.frontend.rollback import Snapshot
from symdiff.frontend.values import Choice, Condition, Known, TensorValue, Value
from symdiff.graph.affine import Affine
from symdiff.graph.graph import Fold, Sum, walk

MAX_UNROLL = 10_000  # iterations
MAX_OPERATIONS = 300  # of an unrolled loop that could be a loop of the graph
OF_SUMS = 8  # operations that a sum, a slice or a shift counts for: derivatives have a term for each of them, or of a pair
MAX_OPEN = 20  # those of one that may have ended before
_LEFT = "left"  # how a loop is called that was left by break, while its else clause is read


def run_for(reader: Reader, node: ast.For, frame: Frame) -> Completion:
    """Read a loop as sums and arrays, unroll it, or make it a loop of the graph: the first of these that can be done."""
    boxes.check_in_loop(reader, node, frame)
    source = reader.operand(node.iter, frame)
    if reader.assumed_name(source) is not None:
        reader.assume_array(source, 1)
    if isinstance(source, SequentialValue):
        return sequential.run_for(reader, node, source, frame)
    series = array_loops.series_of(reader, source, node.iter)
    if series is None:
        return _unroll(reader, node, source, frame)
    steps = array_loops.as_sequential(series)
    if array_loops.place_of(node, frame) in reader.sequential:
        if reader.loops or steps is None:
            array_loops.needs_length(reader, series.axis, node, "whose variables are read behind it")
        return sequential.run_for(reader, node, steps, frame)
    if reader.loops or steps is None:
        return array_loops.run_loop(reader, node, series, frame)
    snapshot = Snapshot(reader, frame)
    completion = _as_sums(reader, node, series, frame, snapshot)
    return completion or sequential.run_for(reader, node, steps, frame)


def _as_sums(reader: Reader, node: ast.For, series: IndexedValue, frame: Frame, snapshot: Snapshot) -> Completion | None:
    """Read a loop as sums and arrays; None if it is neither."""
    reader.trying += 1
    try:
        return on_trial(snapshot, lambda: array_loops.run_loop(reader, node, series, frame))
    finally:
        reader.trying -= 1


def _open(node: ast.stmt) -> GapError:
    """Why a loop is not unrolled."""
    return GapError(node, "a loop whose end is not known while reading", "use a for loop over a literal range", certain=True)


def _unroll(reader: Reader, node: ast.For, source: Value, frame: Frame) -> Completion:
    """Unroll a loop over a container of known length; if that is too much, it is a loop of the graph."""
    if frame.source.file in algorithms.LOOPING:
        steps = loop_headers.steps_of(reader, source, node.iter)
        assert steps is not None  # noqa: S101 - a range
        return sequential.run_for(reader, node, steps, frame)
    if reader.trying or reader.builder.current.elementwise or frame.source.file in algorithms.UNROLLED:
        return _unrolled(reader, node, source, frame)
    snapshot = Snapshot(reader, frame)
    lists = growing.names_appended_to(node)
    try:
        unrolled = _unrolled(reader, node, source, frame, MAX_OPERATIONS)
        if not _depends(frame, lists, snapshot):
            return unrolled
    except SequentialError:
        pass
    snapshot.restore()
    steps = loop_headers.steps_of(reader, source, node.iter)
    series = _axis_of(reader, source, node)
    if series is not None and array_loops.place_of(node, frame) not in reader.sequential:
        completion = _as_sums(reader, node, series, frame, snapshot)
        if completion is not None:
            return completion
    if steps is not None:
        completion = on_trial(snapshot, lambda: sequential.run_for(reader, node, steps, frame))
        if completion is not None:
            return completion
    return _unrolled(reader, node, source, frame)


def _depends(frame: Frame, lists: Collection[str], snapshot: Snapshot) -> bool:
    """Whether the data tell how long a list is to which an unrolled loop appends: a loop of the graph can say that."""
    return bool(lists) and (snapshot.refused or any(isinstance(frame.variables.get(name), Choice) for name in lists))


def _axis_of(reader: Reader, source: Value, node: ast.For) -> IndexedValue | None:
    """A long range, or an array of many elements, as an axis."""
    if isinstance(source, Known) and isinstance(source.value, range) and abs(source.value.step) == 1:
        each = source.value
        return array_loops.range_of(reader, Affine(each.start), Affine(each.start + each.step * len(each)), each.step, node)
    return array_loops.series_of(reader, source, node.iter, fixed=True) if isinstance(source, TensorValue) else None


def _unrolled(reader: Reader, node: ast.For, source: Value, frame: Frame, limit: int | None = None) -> Completion:
    if limit is not None and isinstance(source, Known) and isinstance(source.value, range) and len(source.value) > MAX_UNROLL:
        raise SequentialError(_open(node))
    items = containers.elements(reader, source, node.iter)
    before = reader.changes.copy()
    completion = NEXT
    size = len(reader.builder.current)
    for position in range(len(items)):
        items = changes.items_now(reader, before, source, items, position, node.iter)

        def once(item: Value = items[position]) -> Completion:
            containers.assign(reader, node.target, item, frame)
            return run(reader, node.body, frame).without("continue")

        completion = _then(reader, completion, once, frame)
        if completion.always:
            break
        if limit is None or len(items) <= 2:
            continue
        if _size(reader, size) * len(items) > limit * (position + 1) or _writes_anywhere(reader, size):
            raise SequentialError(_open(node))
    else:
        changes.items_now(reader, before, source, items, len(items), node.iter)
    return after_loop(reader, completion, node.orelse, frame)


def _size(reader: Reader, start: int) -> int:
    """The operations of the present block from a statement on."""
    statements = walk(tuple(reader.builder.current[start:]))
    return sum(OF_SUMS if isinstance(each, Sum | Fold) else 1 for each in statements)


def _writes_anywhere(reader: Reader, start: int) -> bool:
    """Whether an element was written whose index the data tell: each one that is written after it may be the same."""
    sums = (each for each in walk(tuple(reader.builder.current[start:])) if isinstance(each, Sum) and each.axes)
    guards = (guard for each in sums for term in each.terms for guard in term.guards)
    return any(guard.test == "!=" and any(True for _ in guard.affine.elements) for guard in guards)


def run_while(reader: Reader, node: ast.While, frame: Frame) -> Completion:
    """Unroll a loop whose condition is known while reading; any other is a loop of the graph."""
    boxes.check_in_loop(reader, node, frame)
    endings = ast.Break | ast.Return | ast.Raise
    if isinstance(node.test, ast.Constant) and node.test.value and not any(isinstance(each, endings) for each in ast.walk(node)):
        raise GapError(node, "a loop that never ends", "leave it with break or return")
    if frame.source.file in algorithms.LOOPING:
        return sequential.run_while(reader, node, frame)
    snapshot = Snapshot(reader, frame)
    try:
        return _unrolled_while(reader, node, frame, MAX_OPERATIONS)
    except SequentialError as error:
        snapshot.restore()
        if error.gap.certain:
            return sequential.run_while(reader, node, frame)
    completion = on_trial(snapshot, lambda: sequential.run_while(reader, node, frame))
    if completion is not None:
        return completion
    try:
        return _unrolled_while(reader, node, frame)
    except SequentialError as error:
        raise error.gap from None


def _unrolled_while(reader: Reader, node: ast.While, frame: Frame, limit: int | None = None) -> Completion:
    completion = NEXT
    count, size = 0, len(reader.builder.kinds)
    while True:
        truth = truth_of(reader, reader.operand(node.test, frame), node.test)
        count += 1
        if isinstance(truth, Condition) or (completion.flags and count > MAX_OPEN):
            raise SequentialError(_open(node))
        if count > MAX_UNROLL or (limit is not None and count > 2 and len(reader.builder.kinds) - size > limit):
            raise SequentialError(
                GapError(node, f"a loop of more than {MAX_UNROLL} iterations", "use fewer iterations", "not yet")
            )
        if not truth.value:
            break
        completion = _then(reader, completion, lambda: run(reader, node.body, frame).without("continue"), frame)
        if completion.always:
            break
    return after_loop(reader, completion, node.orelse, frame)


def _then(reader: Reader, completion: Completion, more: Callable[[], Completion], frame: Frame) -> Completion:
    return guarded(reader, completion, more, frame) if completion.flags else more()


def after_loop(reader: Reader, completion: Completion, orelse: Sequence[ast.stmt], frame: Frame) -> Completion:
    """The else clause of a loop, which is read unless the loop was left by break. A break in it is one of the loop around."""
    flags = {_LEFT if kind == "break" else kind: flag for kind, flag in completion.flags.items()}
    completion = replace(completion, flags=flags)
    if orelse and not completion.always:
        completion = _then(reader, completion, lambda: run(reader, orelse, frame), frame)
    return completion.without(_LEFT)


STATEMENTS[ast.For] = partial(read, rule=run_for)
STATEMENTS[ast.While] = partial(read, rule=run_while)
