"""Rules for comprehensions and generator expressions, which are unrolled."""

from __future__ import annotations

import ast

from symdiff.frontend import changes, containers, dicts
from symdiff.frontend.conditions import truth_of
from symdiff.frontend.gaps import GapError, PoisonedError
from symdiff.frontend.lower import Frame, Reader, reads
from symdiff.frontend.values import POISON, Condition, ListValue, TupleValue, Value

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
