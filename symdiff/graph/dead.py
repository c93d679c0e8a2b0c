"""Dead code: what reaches neither an output nor a raise."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from symdiff.graph.affine import sizes_in
from symdiff.graph.graph import Atom, Block, Fold, Graph, If, Let, Loop, Raise, Statement, Sum, operands, walk
from symdiff.graph.loops import narrowed, sizes_of
from symdiff.graph.structure import Structure


def dead_code(graph: Graph, result: Structure | None = None) -> Graph:
    """The graph without lets, outs and results of loops that nobody reads. Raises are effects: they stay, and what is around.

    ``result``: what results will be made into, whose lengths a loop may tell.
    """
    live = set(_names(graph.outputs))
    if any(isinstance(statement, Loop) and statement.count for statement in walk(graph.body)):
        leaves = [*graph.result.leaves(), *(result.leaves() if result is not None else ())]
        live.update(sizes_in([length for leaf in leaves for length in getattr(leaf, "axes", ())]))
        return replace(graph, body=_block(graph.body, live, sizes_of))
    return replace(graph, body=_block(graph.body, live))


def _block(block: Block, live: set[str], sizes: Callable[[Statement], Iterable[str]] = lambda statement: ()) -> Block:
    """A block without dead statements; ``sizes`` gives the sizes that a statement depends on, which a loop may define."""
    kept: list[Statement] = []
    for statement in reversed(block):
        if isinstance(statement, Raise):
            kept.append(statement)
        elif isinstance(statement, Let | Sum | Fold):
            if statement.name in live:
                live.update(_names(operands(statement)), sizes(statement))
                kept.append(statement)
        elif isinstance(statement, Loop):
            loop = narrowed(statement, live, dead_code)
            if loop is not None:
                live.update(_names(operands(loop)), sizes(loop))
                kept.append(loop)
        else:
            branch = _branch(statement, live, sizes)
            if branch is not None:
                kept.append(branch)
    return tuple(reversed(kept))


def _branch(branch: If, live: set[str], sizes: Callable[[Statement], Iterable[str]]) -> If | None:
    outs = tuple(out for out in branch.outs if out.name in live)
    live.update(_names(atom for out in outs for atom in (out.then, out.orelse)))
    live.update(size for out in outs for size in sizes_in(out.axes))
    then, orelse = _block(branch.then, live, sizes), _block(branch.orelse, live, sizes)
    if not (outs or then or orelse):
        return None
    live.update(_names([branch.condition]))
    return replace(branch, then=then, orelse=orelse, outs=outs)


def _names(atoms: Iterable[Atom]) -> list[str]:
    return [atom for atom in atoms if isinstance(atom, str)]
