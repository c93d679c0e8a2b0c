"""The step of a loop under names of the function around it: arrays, sizes and counters are called by one name only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from symdiff.graph.graph import (
    UNDEFINED,
    Atom,
    Block,
    Fold,
    Graph,
    If,
    Loop,
    Out,
    Statement,
    Sum,
    walk,
)
from symdiff.graph.loops import axes_of
from symdiff.graph.terms import arrays_in


def named(graph: Graph) -> dict[str, bool]:
    """What a graph defines that is known by its name wherever it is in sight: arrays (true), sums and sizes."""
    found: dict[str, bool] = {}
    for statement in walk(graph.body):
        for name, axes in axes_of(statement).items():
            if axes or isinstance(statement, Sum | Fold) or (isinstance(statement, Loop) and name == statement.count):
                found[name] = bool(axes)
    return found


def integers_of(loop: Loop, graph: Graph) -> set[str]:
    """The scalars of a step that its indices read: what is known of ``x[at]`` is known by the name ``at``."""
    parts = [part for buffer in loop.buffers for store in buffer.stores for part in store.index]
    for statement in walk(graph.body):
        parts += [part for axes in axes_of(statement).values() for part in axes]
        parts += [part for term in getattr(statement, "terms", ()) for part in term.affines()]
        parts += [statement.trip] if isinstance(statement, Loop) and statement.trip is not None else []
    return {name for name in arrays_in(parts) if not graph.input_axes.get(name)}


def going_on(loop: Loop, graph: Graph) -> Graph:
    """The step whose numbers stay what they were on paths where nobody reads them any more: after a return, say.

    They are handed to an iteration that is never made, which plain Python does not do with a variable that has no value.
    """
    names = {atom: each.param for each, atom in zip(loop.carried, graph.outputs, strict=False) if not each.axes}
    return replace(graph, body=_going_on(graph.body, names))


def _going_on(block: Block, names: Mapping[Atom, str]) -> Block:
    """The statements, where outs that have these names are these values instead of undefined."""

    def side(body: Block, outs: Sequence[Out], then: bool) -> tuple[Block, list[Atom]]:
        atoms = [out.then if then else out.orelse for out in outs]
        inside = {atom: names[out.name] for out, atom in zip(outs, atoms, strict=True) if out.name in names}
        return _going_on(body, inside), [names.get(o.name, a) if a == UNDEFINED else a for o, a in zip(outs, atoms, strict=True)]

    def kept(statement: Statement) -> Statement:
        if not isinstance(statement, If) or statement.axes or names.keys().isdisjoint(out.name for out in statement.outs):
            return statement
        (then, first), (orelse, second) = (
            side(statement.then, statement.outs, True),
            side(statement.orelse, statement.outs, False),
        )
        outs = [replace(out, then=a, orelse=b) for out, a, b in zip(statement.outs, first, second, strict=True)]
        return replace(statement, then=then, orelse=orelse, outs=tuple(outs))

    return tuple(map(kept, block)) if names else block
