"""Points at which a row of the table is tested: drawn from its sample domain, the same on every run."""

from __future__ import annotations

import random

from symdiff.primitives.row import Primitive


def points(row: Primitive, count: int) -> list[tuple[float, ...]]:
    """``count`` points of the sample domain; operands that are always integer literals are integers."""
    generator = random.Random(row.name)  # noqa: S311 -- test points, not secrets
    return [
        tuple(
            generator.randint(int(low), int(high)) if position in row.literals else generator.uniform(low, high)
            for position, (low, high) in enumerate(row.sample)
        )
        for _ in range(count)
    ]
