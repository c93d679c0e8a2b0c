"""Elementary functions."""

from __future__ import annotations

from symdiff.primitives.row import Primitive

ROWS: tuple[Primitive, ...] = ()
