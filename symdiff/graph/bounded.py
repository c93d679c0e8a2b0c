"""Loops that make at most ``max_steps`` iterations."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from symdiff.graph.affine import Affine
from symdiff.graph.build import Builder
from symdiff.graph.graph import Block, Const, Graph, If, Let, Loop, Raise, Statement
from symdiff.graph.loops import names_in
from symdiff.primitives import TABLE


def limited(graph: Graph, steps: int) -> Graph:
    """The graph whose loops without a bound raise a RuntimeError if they do not end within ``steps`` iterations."""
    names = Builder(taken=names_in(graph))

    def bound(loop: Loop) -> Iterable[Statement]:
        if loop.trip is not None:
            return [loop]
        counted = replace(loop, trip=Affine(steps + 1), count=loop.count or names.fresh("count"))
        where = f"the loop in line {loop.origin.line} of {graph.name}" if loop.origin else f"a loop of {graph.name}"
        error = Raise("RuntimeError", f"{where} did not end within {steps} steps (max_steps)", loop.origin)
        test = names.fresh("t", "bool")
        over = Let(test, TABLE["gt"], (counted.count, Const(steps)), loop.origin)
        return [counted, over, If(test, (error,), (), (), loop.origin)]

    return replace(graph, body=_changed(graph.body, bound))


def _changed(block: Block, change: Callable[[Loop], Iterable[Statement]]) -> Block:
    """A block whose loops are replaced, inner ones first."""
    made: list[Statement] = []
    for statement in block:
        if isinstance(statement, If):
            statement = replace(statement, then=_changed(statement.then, change), orelse=_changed(statement.orelse, change))
        if isinstance(statement, Loop):
            step = replace(statement.step, body=_changed(statement.step.body, change))
            made += change(replace(statement, step=step))
        else:
            made.append(statement)
    return tuple(made)
