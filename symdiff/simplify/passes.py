"""The passes of simplification for code, and their composition."""

from __future__ import annotations

from functools import cache

from symdiff.graph.dead import dead_code
from symdiff.graph.graph import Graph, If
from symdiff.simplify.accuracy import ACCURACY
from symdiff.simplify.algebra import ALGEBRA
from symdiff.simplify.rebuild import rewrite
from symdiff.simplify.rewrite import Rules
from symdiff.simplify.sink import sink

MAX_ROUNDS = 6  # of rewriting and sinking, where there are branches; random graphs need at most five


def simplify(graph: Graph) -> Graph:
    """The same function with fewer and more accurate operations, in time linear in the size of the graph.

    Literals are folded, equal work is shared, decided branches vanish, the rewrites of ``algebra`` and ``accuracy`` are
    applied, what nobody reads is dropped, and what one branch alone needs is computed there. Names and origins of the
    lets that survive are kept. Used before and after each differentiation.
    """
    return _settled(graph, _rules())


def clean(graph: Graph) -> Graph:
    """The same function without dead and decided code, and with every operation that is left as the user wrote it."""
    return _settled(graph, _exact_rules())


def _settled(graph: Graph, rules: Rules) -> Graph:
    for _ in range(MAX_ROUNDS):
        before = graph
        graph = sink(dead_code(rewrite(graph, rules)))
        # What has moved into a branch may be decided there, and branches between which all is dead can be merged.
        if graph.body == before.body or not any(isinstance(statement, If) for statement in graph.body):
            break
    return graph


@cache
def _exact_rules() -> Rules:
    return Rules(ALGEBRA)


@cache
def _rules() -> Rules:
    return Rules((*ALGEBRA, *ACCURACY))
