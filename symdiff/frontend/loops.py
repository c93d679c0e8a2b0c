"""Rules for loops, which are unrolled: over containers of known length, or while a condition known while reading holds."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence

from symdiff.frontend import array_loops, changes, containers
from symdiff.frontend.conditions import truth_of
from symdiff.frontend.control import NEXT, STATEMENTS, Completion, guarded, run
from symdiff.frontend.gaps import GapError
from symdiff.frontend.lower import Frame, Reader
from symdiff.frontend.values import Condition, Value

MAX_UNROLL = 10_000  # iterations of a while loop


def run_for(reader: Reader, node: ast.For, frame: Frame) -> Completion:
    """Unroll a loop over a container of known length."""
    source = reader.operand(node.iter, frame)
    if reader.assumed_name(source) is not None:
        reader.assume_array(source, 1)
    series = array_loops.series_of(reader, source, node.iter)
    if series is not None:
        return array_loops.run_loop(reader, node, series, frame)
    items = containers.elements(reader, source, node.iter)
    before = reader.changes.copy()
    completion = NEXT
    for position in range(len(items)):
        items = changes.items_now(reader, before, source, items, position, node.iter)

        def once(item: Value = items[position]) -> Completion:
            containers.assign(reader, node.target, item, frame)
            return run(reader, node.body, frame).without("continue")

        completion = _then(reader, completion, once, frame)
        if completion.always:
            break
    else:
        changes.items_now(reader, before, source, items, len(items), node.iter)
    return _after_loop(reader, completion, node.orelse, frame)


def run_while(reader: Reader, node: ast.While, frame: Frame) -> Completion:
    """Unroll a loop whose condition is known while reading."""
    completion = NEXT
    for _ in range(MAX_UNROLL):
        truth = truth_of(reader, reader.operand(node.test, frame), node.test)
        if isinstance(truth, Condition):
            raise reader.refuse(node)
        if not truth.value:
            break
        completion = _then(reader, completion, lambda: run(reader, node.body, frame).without("continue"), frame)
        if completion.always:
            break
    else:
        raise GapError(node, f"a loop of more than {MAX_UNROLL} iterations", "use fewer iterations", "not yet")
    return _after_loop(reader, completion, node.orelse, frame)


def _then(reader: Reader, completion: Completion, more: Callable[[], Completion], frame: Frame) -> Completion:
    return guarded(reader, completion, more, frame) if completion.flags else more()


def _after_loop(reader: Reader, completion: Completion, orelse: Sequence[ast.stmt], frame: Frame) -> Completion:
    if orelse and not completion.always:
        completion = _then(reader, completion, lambda: run(reader, orelse, frame), frame)
    return completion.without("break")


STATEMENTS[ast.For] = run_for  # type: ignore[assignment]
STATEMENTS[ast.While] = run_while  # type: ignore[assignment]
