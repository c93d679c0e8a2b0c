"""Special functions: what they are at the edges of their domains, and their derivatives far out in the tails."""

from __future__ import annotations

import math

import numpy as np
import pytest
from mpmath import mp

from symdiff.calculus import derivative
from symdiff.graph.evaluate import evaluate
from symdiff.primitives import TABLE
from symdiff.simplify import simplify
from tests.benchmarks.special import score, special_functions
from tests.primitives.test_extremes import Judge, graph

inf, nan = math.inf, math.nan


@pytest.mark.parametrize("row", special_functions(), ids=lambda row: row.name)
def test_value_and_two_derivatives_are_within_the_rounding_bound(row: object) -> None:
    assert score(row, 1).good


def test_at_least_sixty_functions() -> None:
    assert len(special_functions()) >= 60


EDGES = [  # row, point, value, partials
    ("xlogy", (0.0, 0.0), 0, (-inf, nan)), ("xlogy", (0.0, 2.0), 0, (math.log(2), 0)), ("xlogy", (1.0, 0.0), -inf, (-inf, inf)),
    ("xlog1py", (0.0, -1.0), 0, (-inf, nan)), ("xlog1py", (2.0, 0.0), 0, (0, 2)),
    ("entr", (0.0,), 0, (inf,)), ("entr", (-1.0,), -inf, (nan,)),
    ("rel_entr", (0.0, 2.0), 0, (-inf, 0)), ("rel_entr", (-1.0, 2.0), inf, (nan, nan)), ("rel_entr", (2.0, 2.0), 0, (1, -1)),
    ("kl_div", (0.0, 2.0), 2, (-inf, 1)), ("kl_div", (-1.0, 2.0), inf, (nan, nan)), ("kl_div", (2.0, 2.0), 0, (0, 0)),
    ("logit", (0.0,), -inf, (inf,)), ("logit", (1.0,), inf, (inf,)),
    ("huber", (1.0, 3.0), 2.5, (2, 1)), ("huber", (1.0, -3.0), 2.5, (2, -1)), ("huber", (-1.0, 0.5), inf, (nan, nan)),
    ("huber", (1.0, 0.5), 0.125, (0, 0.5)), ("pseudo_huber", (-1.0, 0.5), inf, (nan, nan)),
    ("pseudo_huber", (2.0, 0.0), 0, (0, 0)),
    ("exprel", (0.0,), 1, (0.5,)), ("expreldiff", (0.0, 1), 0.5, (1 / 3, 0)), ("sinhcdiff", (0.0, 0), 1, (0, 0)),
    ("logrel", (1.0, 0), 1, (-0.5, 0)), ("boxcox", (2.0, 0.0), math.log(2), (0.5, math.log(2) ** 2 / 2)),
    ("boxcox1p", (1.0, 0.0), math.log(2), (0.5, math.log(2) ** 2 / 2)),
    ("inv_boxcox", (1.0, 0.0), math.e, (math.e, -math.e / 2)),
    ("inv_boxcox1p", (1.0, 0.0), math.e - 1, (math.e, -math.e / 2)), ("spence", (1.0,), 0, (-1,)),
    ("spence", (0.0,), math.pi**2 / 6, (-inf,)),
    ("erfinv", (1.0,), inf, (inf,)), ("ndtri_exp", (0.0,), inf, (inf,)), ("gammainc", (1.0, 0.0), 0, (None, 1)),
    ("gammainc", (0.5, 0.0), 0, (None, inf)), ("gammainc", (2.0, 0.0), 0, (None, 0)), ("gammaincinv", (2.0, 0.0), 0, (None, inf)),
    ("betainc", (1.0, 1.0, 0.0), 0, (None, None, 1)), ("betainc", (2.0, 1.0, 1.0), 1, (None, None, 2)),
    ("sine_integral", (0.0,), 0, (1,)), ("sinh_integral", (0.0,), 0, (1,)), ("exp1", (-1.0,), nan, (nan,)),
    ("expn", (2, 0.0), 1, (0, -inf)),
    ("rgamma", (-2.0,), 0, (nan,)), ("poch", (2.0, 0.0), 1, (0, TABLE["polygamma"](0, 2.0))), ("ndtr", (-inf,), 0, (0,)),
    ("log_ndtr", (inf,), 0, (0,)), ("dawsn", (0.0,), 0, (1,)), ("erfcx", (inf,), 0, (0,)), ("tandg", (90.0,), inf, (inf,)),
    ("powm1", (0.0, 2.0), -1, (0, 0)), ("sindg", (180.0,), 0, (-math.pi / 180,)), ("fresnels", (0.0,), 0, (0,)),
]  # fmt: skip


@pytest.mark.parametrize(("name", "point", "value", "partials"), EDGES)
def test_edges(name: str, point: tuple[float, ...], value: float, partials: tuple[float | None, ...]) -> None:
    row = TABLE[name]
    operands = [x if position in row.literals else np.float64(x) for position, x in enumerate(point)]
    with np.errstate(all="ignore"):
        result = row(*operands)
        found = row.partials(*operands, result)
    assert float(result) == pytest.approx(value, rel=1e-14, nan_ok=True)
    for slope, wanted in zip(found, partials, strict=True):
        if wanted is not None:
            assert float(slope) == pytest.approx(wanted, rel=1e-14, abs=1e-300, nan_ok=True)


FAR = [1e-300, 1e-100, 1e-12, 1e-3, 0.5, 1.0, 3.0, 8.0, 20.0, 37.0, 1e3, 1e6, 1e10]
BOTH = [sign * x for x in FAR for sign in (1.0, -1.0)]
TAILS = {
    "erfcx": [x for x in BOTH if x > -25], "log_ndtr": [x for x in BOTH if x < 38], "ndtr": [x for x in BOTH if abs(x) < 30],
    "dawsn": FAR, "exprel": [x for x in BOTH if x < 700], "logit": [1e-300, 1e-20, 1e-5, 0.3, 0.7, 1 - 1e-5, 1 - 1e-12],
    "ndtri": [1e-300, 1e-100, 1e-20, 1e-5, 0.3, 0.7, 1 - 1e-5, 1 - 1e-12], "erfcinv": [1e-300, 1e-100, 1e-5, 0.3, 1.7],
    "ndtri_exp": [-1e-12, -1e-5, -0.5, -3.0, -100.0, -1e4, -1e8], "spence": [1e-300, 1e-9, 0.5, 1 - 1e-9, 1 + 1e-9, 2.0, 1e9],
}  # fmt: skip


@pytest.mark.parametrize("order", [1, 2])
@pytest.mark.parametrize("name", TAILS)
def test_tails(name: str, order: int) -> None:
    """The derivatives keep their digits where the naive formulas cancel."""
    judge = Judge(simplify(derivative(graph(name), ["x0"] * order, simplify)), 32)
    absolute = 2 if name in ("dawsn", "spence", "logit", "ndtri") else 0  # their derivatives have roots
    with mp.workdps(350):
        failures = {x: why for x in TAILS[name] if (why := judge((x,), absolute))}
    assert not failures


@pytest.mark.parametrize("x", [38.0, 39.0, 60.0, 1e5, 1e100])
@pytest.mark.parametrize("order", [1, 2, 3])
def test_log_ndtr_is_flat_where_erfcx_overflows(x: float, order: int) -> None:
    graph_of = derivative(graph("log_ndtr"), ["x0"] * order, simplify)
    assert abs(evaluate(simplify(graph_of), [x])[0]) < 1e-300


@pytest.mark.parametrize("name", ["expreldiff", "sinhcdiff", "logrel", "erfcxdiff", "erfcxrel", "dawsndiff"])
@pytest.mark.parametrize("order", [1, 2, 4, 6])
def test_derivatives_of_high_order(name: str, order: int) -> None:
    row = TABLE[name]
    with mp.workdps(60):
        for x in [0.01, 0.4, 0.7, 1.001, 1.4, 1.6, 3.0, 7.0, 12.0, 40.0]:
            exact = row.high_precision(mp.mpf(x), order)
            loss = 1e-9 if name == "dawsndiff" else 1e-12
            assert abs(row.double_precision(x, order) - exact) <= loss * abs(exact) + 1e-12, x
