"""The same graph, whose loops call what is theirs as something else is called outside: names of a step are its own.

Code is one namespace, so that it has to tell them apart.
"""

from __future__ import annotations

import itertools
import random
from dataclasses import replace

from symdiff.graph.check import check
from symdiff.graph.graph import Block, Buffer, Graph, If, Loop, Statement, defined, walk
from symdiff.graph.renaming import Renamed


def crossed(graph: Graph, numbers: random.Random) -> Graph:
    """The graph with as many names of its steps as possible taken from outside, in random order."""
    counts = {loop.count for loop in walk(graph.body) if isinstance(loop, Loop)}
    outside = {*graph.inputs, *(name for statement in walk(graph.body) for name in defined(statement))}
    return check(replace(graph, body=_block(graph.body, sorted(outside - graph.sizes.keys() - counts), numbers)))


def _block(block: Block, outside: list[str], numbers: random.Random) -> Block:
    made: list[Statement] = []
    for statement in block:
        if isinstance(statement, If):
            then, orelse = (_block(side, outside, numbers) for side in (statement.then, statement.orelse))
            statement = replace(statement, then=then, orelse=orelse)
        made.append(_loop(statement, outside, numbers) if isinstance(statement, Loop) else statement)
    return tuple(made)


def _loop(loop: Loop, outside: list[str], numbers: random.Random) -> Loop:
    step = loop.step
    own = {*step.inputs, *(name for statement in walk(step.body) for name in defined(statement))}
    fixed = {loop.counter, *step.sizes, *(param.name for param in step.params if param.role == "size")}
    fixed |= {inner.count for inner in walk(step.body) if isinstance(inner, Loop)}
    moved = sorted(own - fixed)
    chosen = [name for name in outside if name not in fixed]
    names = dict(zip(numbers.sample(moved, len(moved)), numbers.sample(chosen, len(chosen)), strict=False))
    for name in sorted(own.intersection(names.values()) - names.keys()):  # makes room for the one that is called so now
        taken = own.union(outside, names.values())
        names[name] = next(each for k in itertools.count(1) if (each := f"{name}_{k}") not in taken)
    renamed = Renamed(names)

    def stored(buffer: Buffer) -> Buffer:
        stores = tuple(replace(store, index=renamed.parts(store.index)) for store in buffer.stores)
        return replace(buffer, param=names.get(buffer.param, buffer.param), stores=stores)

    return replace(
        loop,
        step=renamed.graph(step),
        carried=tuple(replace(each, param=names.get(each.param, each.param)) for each in loop.carried),
        buffers=tuple(map(stored, loop.buffers)),
        captured=tuple((names.get(name, name), atom) for name, atom in loop.captured),
    )
