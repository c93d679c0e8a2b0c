"""A change of every let of a graph, where nothing else changes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from symdiff.graph.graph import Atom, Block, Fold, Graph, If, Let, Loop, Statement, Sum


def map_lets(graph: Graph, change: Callable[[Let], Let]) -> Graph:
    """The graph with each let replaced; the names that lets define must stay."""
    return replace(graph, body=_block(graph.body, change))


def without_origins(graph: Graph) -> Graph:
    """The graph whose statements come from no line: in another graph they belong to the line that they are put behind."""
    return replace(graph, body=tuple(map(_without_origin, graph.body)))


def _block(block: Block, change: Callable[[Let], Let]) -> Block:
    def changed(statement: Statement) -> Statement:
        if isinstance(statement, Let):
            return change(statement)
        if isinstance(statement, If):
            return replace(statement, then=_block(statement.then, change), orelse=_block(statement.orelse, change))
        if isinstance(statement, Loop):
            return replace(statement, step=map_lets(statement.step, change))
        return statement

    return tuple(map(changed, block))


def _without_origin(statement: Statement) -> Statement:
    if isinstance(statement, If):
        then, orelse = (tuple(map(_without_origin, body)) for body in (statement.then, statement.orelse))
        return replace(statement, then=then, orelse=orelse, origin=None)
    if isinstance(statement, Loop):
        return replace(statement, step=without_origins(statement.step), origin=None)
    return replace(statement, origin=None)


def renamed(statement: Sum | Fold, rename: Callable[[Atom], Atom]) -> Sum | Fold:
    """The same sum or fold over what its atoms have become."""
    if isinstance(statement, Fold):
        return replace(statement, term=statement.term.renamed(rename))
    return replace(statement, terms=tuple(term.renamed(rename) for term in statement.terms))
