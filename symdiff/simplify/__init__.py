"""Simplification for code: Graph -> Graph, exact or more accurate, in linear time."""

from symdiff.simplify.passes import drop_stops, simplify

__all__ = ["drop_stops", "simplify"]
