"""Solutions of equations: loops whose ``implicit`` is true.

A solver finds the root by an algorithm of its own. Behind it stands such a loop, over that root and all that the equation
reads: ``calculus.implicit`` differentiates it by what it says of the root, and formulas show the equation. Code needs neither.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from symdiff.graph.dead import dead_code
from symdiff.graph.graph import Atom, Block, Fold, Graph, If, Let, Loop, Statement, Sum, walk_all
from symdiff.graph.loops import rewired
from symdiff.graph.mapping import renamed


def is_implicit(statement: Statement) -> bool:
    """Whether a statement says that its results solve equations."""
    return isinstance(statement, Loop) and statement.implicit and not statement.solver


def explicit(graph: Graph) -> Graph:
    """The graph in which roots are what the solvers found, and nothing else: what code computes."""
    if not any(map(is_implicit, walk_all(graph.body))):
        return graph
    return dead_code(_explicit(graph))


def _explicit(graph: Graph) -> Graph:
    names: dict[str, Atom] = {}
    body = tuple(_block(graph.body, names))
    return replace(graph, body=body, outputs=tuple(_read(names, atom) for atom in graph.outputs))


def _read(names: dict[str, Atom], atom: Atom) -> Atom:
    return names.get(atom, atom) if isinstance(atom, str) else atom


def _block(block: Block, names: dict[str, Atom]) -> Iterable[Statement]:
    def read(atom: Atom) -> Atom:
        return _read(names, atom)

    for statement in block:
        if isinstance(statement, Let):
            yield replace(statement, args=tuple(map(read, statement.args)))
        elif isinstance(statement, Sum | Fold):
            yield renamed(statement, read)
        elif isinstance(statement, If):
            condition = read(statement.condition)
            then, orelse = (tuple(_block(side, names)) for side in (statement.then, statement.orelse))
            outs = tuple(replace(out, then=read(out.then), orelse=read(out.orelse)) for out in statement.outs)
            yield replace(statement, condition=condition, then=then, orelse=orelse, outs=outs)
        elif isinstance(statement, Loop) and statement.solver:
            yield rewired(statement, read)
        elif isinstance(statement, Loop) and statement.implicit:
            names.update({each.out: read(each.init) for each in statement.carried})
        elif isinstance(statement, Loop):
            yield replace(rewired(statement, read), step=_explicit(statement.step))
        else:
            yield statement
