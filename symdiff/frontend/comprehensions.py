"""Rules for comprehensions and generator expressions, which are unrolled."""

from __future__ import annotations

import ast
from dataclasses import replace

from symdiff.frontend import array_loops, changes, choices, computed, containers, dicts, grown
from symdiff.frontend.conditions import as_number, conjunction, either, truth_of
from symdiff.frontend.gaps import GapError, PoisonedError
from symdiff.frontend.loop_rows import over_loops
from symdiff.frontend.loop_values import SeriesValue
from symdiff.frontend.lower import Frame, Reader, reads
from symdiff.frontend.tensors import as_truths, stacked, tensor_of
from symdiff.frontend.values import (
    POISON,
    Condition,
    Known,
    ListValue,
    MaskedValue,
    Number,
    TensorValue,
    TupleValue,
    Value,
    number,
)
from symdiff.frontend.windows import now
from symdiff.graph.affine import Affine
from symdiff.graph.graph import Const

Comprehension = ast.ListComp | ast.GeneratorExp | ast.SetComp | ast.DictComp


@reads(ast.ListComp, ast.GeneratorExp, ast.SetComp, ast.DictComp)
def read_comprehension(reader: Reader, node: Comprehension, frame: Frame, hint: str) -> Value:
    """``[g(v) for v in items if c]`` over containers of known length; where only the data tell a condition, a list of as many."""
    targets = {
        name.id
        for generator in node.generators
        for name in ast.walk(generator.target)
        if isinstance(name, ast.Name) and isinstance(name.ctx, ast.Store)
    }
    inner = Frame(frame.source, frozenset(targets), {}, frame, frame.inlined, comprehension=True)
    if not isinstance(node, ast.SetComp | ast.DictComp):
        series = _series(reader, node, inner, frame)
        if series is not None:
            return series
    items: list[Value] = []
    tests: list[Value] = []
    _generate(reader, node, 0, inner, frame, items, tests)
    if any(item is POISON for item in items):
        raise PoisonedError
    if any(isinstance(test, Condition) for test in tests) and not isinstance(node, ast.DictComp):
        return _kept(reader, node, items, tests)
    if isinstance(node, ast.DictComp):
        pairs = [item.items for item in items if isinstance(item, TupleValue)]
        return dicts.made([(dicts.hashed(reader, key, node.key), value) for key, value in pairs], node)
    if isinstance(node, ast.SetComp):
        return dicts.set_of(reader, items, node)
    if isinstance(node, ast.GeneratorExp):
        return changes.iterator(reader, items, lazy=True)
    return ListValue(tuple(items))


def _series(reader: Reader, node: ast.ListComp | ast.GeneratorExp, inner: Frame, outer: Frame) -> SeriesValue | None:
    """A comprehension over ranges and arrays of any length; None for one over something else."""
    depth, checked = len(reader.loops), dict(reader.checked)
    conditions: list[Value] = []
    if depth and reader.builder.current.elementwise:  # whose statements have the axes of the loops around it only
        array_loops.needs_length(reader, reader.loops[-1], node, "around a comprehension in a branch on data")
    try:
        for level, generator in enumerate(node.generators):
            source = reader.operand(generator.iter, outer if level == 0 else inner)
            if reader.assumed_name(source) is not None:
                reader.assume_array(source, 1)
            series = array_loops.series_of(reader, source, generator.iter, fixed=bool(generator.ifs))
            if series is None and level == 0:
                return None
            if series is None:
                array_loops.needs_length(reader, reader.loops[-1], generator.iter, "around one over something else")
            reader.loops.append(replace(series.axis, since=now()))
            containers.assign(reader, generator.target, series.item(Affine.of(len(reader.loops) - 1)), inner)
            conditions += [truth_of(reader, reader.operand(test, inner), test) for test in generator.ifs]
        value = reader.operand(node.elt, inner)
        loops, single = tuple(reader.loops[depth:]), len(node.generators) == 1
        if isinstance(value, SeriesValue) and value.is_list and single and not conditions and value.condition is None:
            return SeriesValue(
                value.atom, (*loops, *value.loops), depth, isinstance(node, ast.ListComp), None, value.whole, value.truths
            )
        if not isinstance(value, Number | Condition):
            array_loops.needs_length(reader, loops[0], node.elt, "whose elements are no numbers")
        together = conjunction(reader, conditions)
        test = over_loops(reader, together.atom) if isinstance(together, Condition) else None
        if isinstance(together, Known) and not together.value:
            test = Const(False)
        atom = over_loops(reader, as_number(reader, value).atom)
        whole = isinstance(value, Number) and value.is_whole
        return SeriesValue(atom, loops, depth, single, test, whole, isinstance(value, Condition))
    finally:
        del reader.loops[depth:]
        reader.checked = checked


def _element(reader: Reader, node: Comprehension, inner: Frame) -> Value:
    """One element; of a dict the pair of key and value."""
    if not isinstance(node, ast.DictComp):
        return reader.read(node.elt, inner)
    pair = reader.read(node.key, inner), reader.read(node.value, inner)
    return POISON if POISON in pair else TupleValue(pair)


def _generate(
    reader: Reader, node: Comprehension, level: int, inner: Frame, outer: Frame, items: list[Value], tests: list[Value]
) -> None:
    """The elements, and beside each whether it is there."""
    generator = node.generators[level]
    source = reader.operand(generator.iter, outer if level == 0 else inner)
    for value in containers.elements(reader, source, generator.iter):
        containers.assign(reader, generator.target, value, inner)
        passes = _passes(reader, generator.ifs, inner)
        if isinstance(passes, Known) and not passes.value:
            continue
        if level + 1 < len(node.generators):
            if isinstance(passes, Condition):
                raise GapError(generator.ifs[0], *FILTER, "not yet")
            _generate(reader, node, level + 1, inner, outer, items, tests)
        else:
            items.append(_element(reader, node, inner) if isinstance(passes, Known) else _perhaps(reader, node, passes, inner))
            tests.append(passes)
        if items and items[-1] is POISON:
            return


FILTER = "a filter that depends on the arguments", "write `value if condition else 0` as the element"


def _passes(reader: Reader, tests: list[ast.expr], frame: Frame) -> Known | Condition:
    for number_, test in enumerate(tests):
        truth = truth_of(reader, reader.operand(test, frame), test)
        if isinstance(truth, Condition):
            if number_ + 1 < len(tests):
                raise GapError(test, *FILTER, "not yet")
            return truth
        if not truth.value:
            return truth
    return Known(True)


def _perhaps(reader: Reader, node: Comprehension, passes: Condition, inner: Frame) -> Value:
    """An element that is there where a condition holds; it is computed only there."""
    if isinstance(node, ast.DictComp):
        raise GapError(node, *FILTER, "not yet")
    return either(reader, passes, lambda: reader.read(node.elt, inner), lambda: number(0), node.elt, "t", inner)


def _kept(reader: Reader, node: ast.ListComp | ast.GeneratorExp | ast.SetComp, items: list[Value], tests: list[Value]) -> Value:
    """A list of those elements for which the conditions hold."""
    numbers = [item for item in items if isinstance(item, Number)]
    if isinstance(node, ast.SetComp) or len(numbers) < len(items) or not choices.is_open(reader):
        raise GapError(node, *FILTER, "not yet")
    axes = (Affine(len(items)),)
    array = tensor_of(reader, ListValue(tuple(items)), node)
    if all(item.is_whole for item in numbers):
        array = computed.array(reader, reader.builder.spread(array.atom, axes), axes, "list", numbers)
    holds = [test if isinstance(test, Condition) else Condition(Const(True)) for test in tests]
    masked = MaskedValue(array, as_truths(reader, stacked(reader, holds, 0, node)))
    found = choices.taken(reader, masked, node)
    assert isinstance(found, TensorValue)  # noqa: S101 - in no loop over an array
    return grown.made(found, False, masked)
