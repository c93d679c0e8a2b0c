"""Quotients with a removable singularity: every derivative at 0, near it, across the change of method and far away."""

from __future__ import annotations

import itertools

import pytest
from mpmath import mp

from symdiff.primitives import TABLE

NEAR = [sign * 1.37 * 10.0**e for e in (-300, -100, -20, -8, -3, -1) for sign in (1, -1)]
CHANGES = [0.29, -0.29, 0.31, -0.31, -0.5, 0.9, 1.1, 2.0, 2.4, 2.6, 3.7, 8.0, 20.0]
FAR = [-1.1, -2.0, -2.4, -2.6, -8.0, -20.0, 40.0, 100.0, 700.0, 800.0, -800.0, 1e5]
CASES = {  # row: points, other operands, what each order may lose in units of 2**-53
    "sinrel": ([*NEAR, *CHANGES, *FAR], [()], (4, 4, 8, 30)),
    "log1prel": ([*NEAR, *CHANGES], [()], (4, 16, 128, 1024)),
    "compoundrel": ([*NEAR, *CHANGES], [(m,) for m in (-360.0, -0.5, 0.5, 2.5, 12.0)], (8, 64, 512, 4096)),
    "bernoulli": ([*NEAR, *CHANGES, *FAR], [()], (4, 4, 8, 16)),
}


@pytest.mark.parametrize("order", range(4))
@pytest.mark.parametrize("name", CASES)
def test_derivatives_everywhere(name: str, order: int) -> None:
    row, (points, others, allowed) = TABLE[name], CASES[name]
    for x, rest in itertools.product(points, others):
        with mp.workdps(60):
            exact = row.high_precision(mp.mpf(x), *rest, order)
            found = float(row.double_precision(x, *rest, order))
            assert abs(found - exact) <= allowed[order] * 2.0**-53 * abs(exact) + 2.0**-1022, (x, rest, found)


@pytest.mark.parametrize(("name", "rest", "limits"), [
    ("sinrel", (), (1, 0, -1 / 3, 0)), ("log1prel", (), (1, -1 / 2, 2 / 3, -3 / 2)), ("compoundrel", (3.0,), (3, 3, 2, 0)),
    ("bernoulli", (), (1, -1 / 2, 1 / 6, 0)),
])  # fmt: skip
def test_limits_at_zero(name: str, rest: tuple[float, ...], limits: tuple[float, ...]) -> None:
    row = TABLE[name]
    for order, limit in enumerate(limits):
        assert float(row.double_precision(0.0, *rest, order)) == pytest.approx(limit, abs=1e-15)
        assert float(row.high_precision(mp.mpf(0), *rest, order)) == pytest.approx(limit, abs=1e-15)
