"""Simplification for code: Graph -> Graph, exact or more accurate, in linear time."""

from symdiff.simplify.passes import clean, drop_stops, simplify

__all__ = ["clean", "drop_stops", "simplify"]
