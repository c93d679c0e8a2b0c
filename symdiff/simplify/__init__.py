"""Simplification for code: Graph -> Graph, exact or more accurate, in linear time."""

from symdiff.simplify.passes import clean, drop_stops, simplify
from symdiff.simplify.shifts import without_shifts

__all__ = ["clean", "drop_stops", "simplify", "without_shifts"]
