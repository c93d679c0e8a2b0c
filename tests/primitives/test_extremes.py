"""Values and two derivatives of rows at huge, tiny and boundary operands: accurate, and never NaN where they are numbers."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable

import pytest
from mpmath import mp

from symdiff.calculus import derivative
from symdiff.graph.build import Builder
from symdiff.graph.evaluate import evaluate
from symdiff.graph.graph import Graph, Param
from symdiff.primitives import TABLE
from symdiff.simplify import simplify

ROUNDOFF, SMALLEST, LARGEST = 2.0**-53, 2.0**-1022, 1.7976931348623157e308
DIGITS = 700  # 1 + exp(-745) is not 1

TINY = [10.0**e for e in (-300, -200, -160, -100, -30, -17, -9, -5, -2)]
MODERATE = [0.3, 0.5, 0.9, 1.0, 1.5, 3.7, 8.0, 20.1]
TAIL = [25.3, 36.5, 40.0, 100.0, 350.0, 500.0, 700.0, 710.5, 744.0, 800.0, 1e4]
HUGE = [10.0**e for e in (5, 9, 17, 30, 50)]
LARGEST_ONES = [10.0**e for e in (100, 154, 160, 200, 300)]
BELOW_ONE = [1 - 10.0**e for e in (-15, -12, -8, -4, -2)]
ABOVE_ONE = [1 + 10.0**e for e in (-15, -12, -8, -4, -2)]


def mirrored(points: Iterable[float]) -> list[float]:
    """The points and their negatives."""
    return [sign * x for x in points for sign in (1.0, -1.0)]


POSITIVE = [*TINY, *MODERATE, *TAIL, *HUGE, *LARGEST_ONES]
REAL = [0.0, *mirrored(POSITIVE)]
NEGATIVE = [-x for x in POSITIVE]
INSIDE = mirrored([*TINY, 0.3, 0.5, 0.9, *BELOW_ONE])

# Row: points, and what its derivatives may lose: so many roundings of the value and of its change under a rounding of
# the operands, and so many of 1 (where a derivative has a root that is not computed as one).
UNARY: dict[str, tuple[list[float], float, float]] = {
    "sqrt": (POSITIVE, 8, 0), "cbrt": (mirrored([x for x in POSITIVE if x > 1e-150]), 12, 0),
    "exp": (REAL, 4, 0), "exp2": (REAL, 4, 0), "expm1": (REAL, 4, 0),
    "log": (POSITIVE, 8, 0), "log2": (POSITIVE, 8, 0), "log10": (POSITIVE, 8, 0),
    "log1p": ([*REAL[:1], *POSITIVE, *(-x for x in [*TINY, *BELOW_ONE])], 8, 0),
    "sigmoid": (REAL, 8, 0), "softplus": (REAL, 8, 0), "log1mexp": (NEGATIVE, 8, 0),
    "bose": ([*POSITIVE, *NEGATIVE], 8, 0),
    "sin": (REAL, 4, 0), "cos": (REAL, 4, 0), "tan": (REAL, 8, 0),
    "semicircle": (INSIDE, 8, 0), "asin": (INSIDE, 8, 0), "acos": (INSIDE, 8, 0),
    "atan": (mirrored([*TINY, *MODERATE, *TAIL, *HUGE]), 8, 0),
    "sinh": (REAL, 4, 0), "cosh": (REAL, 4, 0), "tanh": (REAL, 8, 0), "sech": (REAL, 12, 2), "logcosh": (REAL, 8, 0),
    "asinh": (REAL, 8, 0),
    "acosh": ([*ABOVE_ONE, *(x for x in POSITIVE if x > 1)], 12, 0),
    "atanh": (INSIDE, 8, 0),
    "erf": (mirrored([*TINY, *MODERATE, 25.3, 100.0, 1e9]), 8, 0),
    "erfc": (mirrored([*TINY, *MODERATE, 25.3, 100.0, 1e9]), 8, 0),
}  # fmt: skip

SIZES = [1e-300, 1e-160, 1e-8, 0.3, 1.0, 30.0, 1e8, 1e160, 1e300]
PLANE = list(itertools.product(mirrored(SIZES), mirrored(SIZES)))
SMALL_PLANE = [point for point in PLANE if max(map(abs, point)) < 1e3] + [(1e300, 1.0), (-1e160, 1e160), (1.0, -1e8)]

# The second derivatives of hypot are y*y/r**3 and its like: so many roundings of 1/r, their scale.
BINARY: dict[str, tuple[list[tuple[float, float]], float]] = {
    "hypot": (PLANE, 8), "atan2": (PLANE, 8), "logaddexp": (SMALL_PLANE, 8),
    "share": (SMALL_PLANE, 8), "shareslope": (SMALL_PLANE, 8), "expratio": (SMALL_PLANE, 8),
    "compoundm1": ([(x, n) for x in [*INSIDE, *MODERATE] if abs(x) > 1e-150 for n in (-0.5, 0.5, 12.0)], 24),  # n*(1 + x)
    "div": (PLANE, 4), "mul": (PLANE, 2),
    "pow": ([(x, y) for x, y in PLANE if x > 0 and 0.1 < abs(y) < 1e4], 1500),  # exponent - 1 is rounded: times log(x)
}  # fmt: skip


def graph(name: str) -> Graph:
    """One row as a graph."""
    row, builder = TABLE[name], Builder()
    names = [f"x{position}" for position in range(row.arity)]
    value = row(*(builder.value(builder.input(leaf)) for leaf in names))
    return simplify(Graph(name, tuple(map(Param, names)), builder.body, (builder.atom(value),)))


def exact(function: Graph, point: tuple[float, ...]) -> object:
    """The value in high precision."""
    return evaluate(function, point, "mpmath")[0]


class Judge:
    """Tells why a function in double precision is not good enough at a point; "" where it is."""

    def __init__(self, function: Graph, roundings: float) -> None:
        self.function = function
        self.roundings = roundings
        self.slopes = [derivative(function, [name], simplify) for name in function.inputs]

    def __call__(self, point: tuple[float, ...], scale: object) -> str:
        truth = exact(self.function, point)
        if mp.isnan(truth):
            return ""
        found = float(evaluate(self.function, point)[0])
        moved = sum((abs(x * exact(slope, point)) for x, slope in zip(point, self.slopes, strict=True)), start=mp.zero)
        if abs(truth) + moved > LARGEST:
            return "NaN for an overflow" if math.isnan(found) else ""
        if not math.isfinite(found):
            return f"{found} for {mp.nstr(truth)}"
        allowed = ROUNDOFF * (self.roundings * (abs(truth) + moved + SMALLEST) + scale)
        return "" if abs(found - truth) <= allowed else f"{found!r} for {mp.nstr(truth, 20)}, {mp.nstr(allowed)} allowed"


@pytest.mark.parametrize("order", [0, 1, 2])
@pytest.mark.parametrize("name", UNARY)
def test_functions_of_one_operand(name: str, order: int) -> None:
    points, roundings, scale = UNARY[name]
    judge = Judge(derivative(graph(name), ["x0"] * order, simplify), roundings)
    with mp.workdps(DIGITS):
        failures = {x: why for x in points if (why := judge((x,), scale if order else 0))}
    assert not failures


@pytest.mark.parametrize("wrt", [(), ("x0",), ("x1",), ("x0", "x0"), ("x0", "x1"), ("x1", "x1")], ids=str)
@pytest.mark.parametrize("name", BINARY)
def test_functions_of_two_operands(name: str, wrt: tuple[str, ...]) -> None:
    points, roundings = BINARY[name]
    judge = Judge(derivative(graph(name), wrt, simplify), roundings)
    failures = {}
    with mp.workdps(DIGITS):
        for point in points:
            scale = 4 / mp.hypot(*point) if name == "hypot" and len(wrt) == 2 else 0
            if why := judge(point, scale):
                failures[point] = why
    assert not failures


@pytest.mark.parametrize("name", ["tanh", "sech", "sigmoid", "softplus", "log1mexp", "exp", "asinh", "log", "log1p", "erf"])
def test_third_derivatives_are_numbers(name: str) -> None:
    """The tail of a derivative is 0, not 0*inf."""
    function = derivative(graph(name), ["x0"] * 3, simplify)
    for x in UNARY[name][0]:
        with mp.workdps(DIGITS):
            finite = abs(exact(function, (x,))) < LARGEST
        assert not finite or math.isfinite(evaluate(function, [x])[0]), x


def test_a_product_of_zero_and_infinity_is_found() -> None:
    builder = Builder()
    x = builder.value(builder.input("x0"))
    output = builder.atom(1 / (TABLE["cosh"](x) * TABLE["cosh"](x)))
    naive = Graph("naive", (Param("x0"),), builder.body, (output,))
    with mp.workdps(DIGITS):
        assert Judge(derivative(naive, ["x0"]), 8)((800.0,), 0).startswith("nan for")
