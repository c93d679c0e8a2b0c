"""Stand-in for symdiff.graph.cost until that exists."""

from __future__ import annotations

from symdiff.graph.graph import Block, Const, Graph, If, Let


def cost(graph: Graph) -> int:
    """Weighted operations on the dearest path."""
    return _block(graph.body)


def _block(block: Block) -> int:
    total = 0
    for statement in block:
        if isinstance(statement, Let):
            total += 0 if all(isinstance(arg, Const) for arg in statement.args) else statement.op.weight
        elif isinstance(statement, If):
            total += max(_block(statement.then), _block(statement.orelse))
    return total
