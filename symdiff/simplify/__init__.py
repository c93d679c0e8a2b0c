"""Simplification for code: Graph -> Graph, exact or more accurate, in linear time."""

from symdiff.simplify.passes import clean, simplify
from symdiff.simplify.shifts import without_shifts

__all__ = ["clean", "simplify", "without_shifts"]
