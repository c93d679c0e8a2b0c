"""Rules for comprehensions and generator expressions, which are unrolled."""

from __future__ import annotations

import ast

from symdiff.frontend import containers
from symdiff.frontend.conditions import truth_of
from symdiff.frontend.gaps import GapError, PoisonedError
from symdiff.frontend.lower import Frame, Reader, reads
from symdiff.frontend.values import POISON, Condition, ListValue, TupleValue, Value


@reads(ast.ListComp, ast.GeneratorExp)
def read_comprehension(reader: Reader, node: ast.ListComp | ast.GeneratorExp, frame: Frame, hint: str) -> Value:
    """``[g(v) for v in items if c]`` over containers of known length; the condition must be known while reading."""
    targets = {
        name.id
        for generator in node.generators
        for name in ast.walk(generator.target)
        if isinstance(name, ast.Name) and isinstance(name.ctx, ast.Store)
    }
    inner = Frame(frame.source, frozenset(targets), {}, frame, frame.inlined)
    items: list[Value] = []
    _generate(reader, node, 0, inner, frame, items)
    if any(item is POISON for item in items):
        raise PoisonedError
    return ListValue(tuple(items)) if isinstance(node, ast.ListComp) else TupleValue(tuple(items))


def _generate(
    reader: Reader, node: ast.ListComp | ast.GeneratorExp, level: int, inner: Frame, outer: Frame, items: list[Value]
) -> None:
    generator = node.generators[level]
    source = reader.operand(generator.iter, outer if level == 0 else inner)
    for value in containers.elements(reader, source, generator.iter):
        containers.assign(reader, generator.target, value, inner)
        if not _passes(reader, generator.ifs, inner):
            continue
        if level + 1 < len(node.generators):
            _generate(reader, node, level + 1, inner, outer, items)
        else:
            items.append(reader.read(node.elt, inner))
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
