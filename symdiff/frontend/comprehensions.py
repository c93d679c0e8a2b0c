"""Rules for comprehensions and generator expressions, which are unrolled."""

from __future__ import annotations

import ast
from dataclasses import replace

from symdiff.frontend import array_loops, changes, containers, dicts
from symdiff.frontend.conditions import as_number, conjunction, truth_of
from symdiff.frontend.gaps import GapError, PoisonedError
from symdiff.frontend.loop_rows import over_loops
from symdiff.frontend.loop_values import SeriesValue
from symdiff.frontend.lower import Frame, Reader, reads
from symdiff.frontend.values import POISON, Condition, Known, ListValue, Number, TupleValue, Value
from symdiff.frontend.windows import now
from symdiff.graph.affine import Affine
from symdiff.graph.graph import Const

Comprehension = ast.ListComp | ast.GeneratorExp | ast.SetComp | ast.DictComp


@reads(ast.ListComp, ast.GeneratorExp, ast.SetComp, ast.DictComp)
def read_comprehension(reader: Reader, node: Comprehension, frame: Frame, hint: str) -> Value:
    """``[g(v) for v in items if c]`` over containers of known length; the condition must be known while reading."""
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
    _generate(reader, node, 0, inner, frame, items)
    if any(item is POISON for item in items):
        raise PoisonedError
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
            return SeriesValue(value.atom, (*loops, *value.loops), depth, isinstance(node, ast.ListComp))
        if not isinstance(value, Number | Condition):
            array_loops.needs_length(reader, loops[0], node.elt, "whose elements are no numbers")
        together = conjunction(reader, conditions)
        test = over_loops(reader, together.atom) if isinstance(together, Condition) else None
        if isinstance(together, Known) and not together.value:
            test = Const(False)
        return SeriesValue(over_loops(reader, as_number(reader, value).atom), loops, depth, single, test)
    finally:
        del reader.loops[depth:]
        reader.checked = checked


def _element(reader: Reader, node: Comprehension, inner: Frame) -> Value:
    """One element; of a dict the pair of key and value."""
    if not isinstance(node, ast.DictComp):
        return reader.read(node.elt, inner)
    pair = reader.read(node.key, inner), reader.read(node.value, inner)
    return POISON if POISON in pair else TupleValue(pair)


def _generate(reader: Reader, node: Comprehension, level: int, inner: Frame, outer: Frame, items: list[Value]) -> None:
    generator = node.generators[level]
    source = reader.operand(generator.iter, outer if level == 0 else inner)
    for value in containers.elements(reader, source, generator.iter):
        containers.assign(reader, generator.target, value, inner)
        if not _passes(reader, generator.ifs, inner):
            continue
        if level + 1 < len(node.generators):
            _generate(reader, node, level + 1, inner, outer, items)
        else:
            items.append(_element(reader, node, inner))
        if items and items[-1] is POISON:
            return


def _passes(reader: Reader, tests: list[ast.expr], frame: Frame) -> bool:
    for test in tests:
        truth = truth_of(reader, reader.operand(test, frame), test)
        if isinstance(truth, Condition):
            raise GapError(
                test,
                "a filter that depends on the arguments",
                "write `value if condition else 0` as the element",
                "not yet",
            )
        if not truth.value:
            return False
    return True
