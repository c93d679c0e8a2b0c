"""Simplification for code (being written: see the other files of this folder)."""

from symdiff.graph.graph import Graph


def simplify(graph: Graph) -> Graph:
    """Return the graph unchanged until the passes land."""
    return graph
