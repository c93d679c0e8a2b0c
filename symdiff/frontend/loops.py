"""Rules for loops, which are unrolled: over containers of known length, or while a condition known while reading holds."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence

from symdiff.frontend import array_loops, changes, containers, sequential
from symdiff.frontend.conditions import truth_of
from symdiff.frontend.control import NEXT, STATEMENTS, Completion, guarded, run
from symdiff.frontend.gaps import GapError, SequentialError
from symdiff.frontend.loop_values import SequentialValue
from symdiff.frontend.lower import Frame, Reader
from symdiff.frontend.rollback import Snapshot
from symdiff.frontend.values import NONE, Condition, Value

MAX_UNROLL = 10_000  # iterations of a while loop
MAX_OPEN = 20  # those of one that may have ended before


def run_for(reader: Reader, node: ast.For, frame: Frame) -> Completion:
    """Read a loop as sums and arrays, unroll it, or make it a loop of the graph: the first of these that can be done."""
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
    reader.trying += 1
    try:
        completion = array_loops.run_loop(reader, node, series, frame)
    except (SequentialError, GapError):
        pass
    else:
        if not snapshot.refused:
            return completion
    finally:
        reader.trying -= 1
    snapshot.restore()
    return sequential.run_for(reader, node, steps, frame)


def _unroll(reader: Reader, node: ast.For, source: Value, frame: Frame) -> Completion:
    """Unroll a loop over a container of known length."""
    items = containers.elements(reader, source, node.iter)
    before = reader.changes.copy()
    completion = NEXT
    for item in items:
        changes.check_unchanged(reader, before, source, item, node.iter)

        def once(item: Value = item) -> Completion:
            containers.assign(reader, node.target, item, frame)
            return run(reader, node.body, frame).without("continue")

        completion = _then(reader, completion, once, frame)
        if completion.always:
            break
    else:
        changes.check_unchanged(reader, before, source, NONE, node.iter)
    return after_loop(reader, completion, node.orelse, frame)


def run_while(reader: Reader, node: ast.While, frame: Frame) -> Completion:
    """Unroll a loop whose condition is known while reading; any other is a loop of the graph."""
    snapshot = Snapshot(reader, frame)
    try:
        return _unroll_while(reader, node, frame)
    except SequentialError:
        snapshot.restore()
    return sequential.run_while(reader, node, frame)


def _unroll_while(reader: Reader, node: ast.While, frame: Frame) -> Completion:
    completion = NEXT
    count = 0
    while True:
        truth = truth_of(reader, reader.operand(node.test, frame), node.test)
        count += 1
        if isinstance(truth, Condition) or count > (MAX_OPEN if completion.flags else MAX_UNROLL):
            raise SequentialError(reader.refuse(node))
        if not truth.value:
            break
        completion = _then(reader, completion, lambda: run(reader, node.body, frame).without("continue"), frame)
        if completion.always:
            break
    return after_loop(reader, completion, node.orelse, frame)


def _then(reader: Reader, completion: Completion, more: Callable[[], Completion], frame: Frame) -> Completion:
    return guarded(reader, completion, more, frame) if completion.flags else more()


def after_loop(reader: Reader, completion: Completion, orelse: Sequence[ast.stmt], frame: Frame) -> Completion:
    """The else clause of a loop, which is read unless the loop was left by break."""
    if orelse and not completion.always:
        completion = _then(reader, completion, lambda: run(reader, orelse, frame), frame)
    return completion.without("break")


STATEMENTS[ast.For] = run_for  # type: ignore[assignment]
STATEMENTS[ast.While] = run_while  # type: ignore[assignment]
