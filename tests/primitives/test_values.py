"""The views of a row's value agree: reference, mpmath, SymPy, source under CPython, compiled code."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable

import numba
import numpy as np
import pytest
import sympy
from mpmath import mp

from symdiff.codegen import external
from symdiff.primitives import TABLE
from symdiff.primitives.row import UNKNOWN, Primitive
from tests.primitives.sampling import OPERATIONS, points

ROUNDOFF = 2.0**-53
SPECIAL = (0.0, -0.0, 0.3, -0.7, 1.0, -1.0, 2.5, -3.0, 710.0, -745.0, 1e300, -1e-310, math.inf, -math.inf, math.nan)

# SciPy's own hyp0f1 divides by zero at extreme operands, and writes on stderr that it ignores it.
hyp0f1_divides = pytest.mark.filterwarnings(
    "ignore:Exception ignored in. 'scipy.special._hyp0f1:pytest.PytestUnraisableExceptionWarning"
)

each_row = pytest.mark.parametrize("row", OPERATIONS, ids=lambda row: row.name)
# SciPy's hyp0f1(1, 1e300) divides by 0 inside, in Cython, and reports that it cannot raise.
scipy_divides = pytest.mark.filterwarnings(
    "ignore:Exception ignored in. 'scipy.special._hyp0f1:pytest.PytestUnraisableExceptionWarning"
)


def operands(row: Primitive, numbers: tuple[float, ...]) -> tuple[object, ...]:
    """Operands for a row made of numbers: booleans for logic, small integers where the row wants literals."""
    if row.operands == "bool":
        return tuple(x > 0 for x in numbers[: row.arity])
    rest = itertools.cycle(numbers)
    return tuple(2 if i in row.literals else next(rest) for i in range(row.arity))


def module(decorate: Callable[[Callable[..., object]], object]) -> dict[str, Callable[..., object]]:
    """Every row as a function of two numbers, from its source alone: nothing but math and SciPy's C functions is in scope."""
    scope: dict[str, object] = {"math": math}
    exec("\n".join(["import inspect", *external.IMPORTS, "import numba", *external.FROM_SCIPY, external.HELPER]), scope)  # noqa: S102
    exec("\n".join(external.definitions(OPERATIONS)), scope)  # noqa: S102 -- our own table
    for row in OPERATIONS:
        if row.support:
            exec(row.support, scope)  # noqa: S102 -- our own table
            scope[row.name] = decorate(scope[row.name])
    rows = {}
    for row in OPERATIONS:
        names = itertools.cycle("xy")
        code = row.code.format(*("2" if i in row.literals else _operand(row, next(names)) for i in range(row.arity)))
        result = f"1.0 if {code} else 0.0" if row.result == "bool" else code
        rows[row.name] = f"    {row.name}_ = {result}"
    names = ", ".join(f"{name}_" for name in rows)
    exec("def every_row(x, y):\n" + "\n".join(rows.values()) + f"\n    return [{names}]", scope)  # noqa: S102 -- as above
    for row in OPERATIONS:
        exec(f"def {row.name}_(x, y):\n{rows[row.name]}\n    return {row.name}_", scope)  # noqa: S102 -- as above
    return scope


def _operand(row: Primitive, name: str) -> str:
    return f"({name} > 0.0)" if row.operands == "bool" else name


@pytest.fixture(scope="module")
def compiled() -> Callable[[float, float], dict[str, float]]:
    every_row = numba.njit(error_model="numpy")(module(numba.njit(error_model="numpy"))["every_row"])
    return lambda x, y: dict(zip([row.name for row in OPERATIONS], every_row(x, y), strict=True))


@pytest.fixture(scope="module")
def interpreted() -> dict[str, Callable[..., object]]:
    return module(lambda function: function)


def reference(row: Primitive, point: tuple[object, ...], safety: float = 1.0) -> tuple[float, float]:
    """The value of a row in double precision and the error that its code may have."""
    with np.errstate(all="ignore"):
        value = float(row.double_precision(*point))
        allowed = ROUNDOFF * (max(row.error, 1.0) * max(abs(value), 2.0**-1022) + row.absolute)
        if row.conditioning:
            slopes = row.partials(*(x if i in row.literals else np.float64(x) for i, x in enumerate(point)), value)
            pairs = enumerate(zip(slopes, point, strict=True))
            terms = [abs(float(s) * x) for i, (s, x) in pairs if i not in row.literals and s is not UNKNOWN]
            allowed += row.conditioning * ROUNDOFF * sum(term for term in terms if math.isfinite(term))
    return value, safety * allowed


def same(found: float, wanted: float, allowed: float) -> bool:
    if math.isnan(wanted) or math.isinf(wanted):
        return found == wanted or (math.isnan(found) and math.isnan(wanted))
    return abs(found - wanted) <= allowed


@each_row
def test_the_reference_agrees_with_mpmath(row: Primitive) -> None:
    with mp.workdps(40):
        for point in points(row, 50) if row.sample else []:
            value, allowed = reference(row, point)
            exact = row.high_precision(*point)
            if row.result == "bool":
                assert bool(value) == exact
            else:
                assert abs(mp.mpf(value) - exact) <= allowed, (point, value, exact)


@hyp0f1_divides
@scipy_divides
def test_compiled_code_agrees_with_the_reference_everywhere(compiled: Callable[[float, float], dict[str, float]]) -> None:
    """At ordinary and special points: 0, -0.0, inf, nan, outside the domain. NaN and inf as the reference has them."""
    faults = []
    for x, y in itertools.product(SPECIAL, SPECIAL):
        values = compiled(x, y)
        for row in OPERATIONS:
            wanted, allowed = reference(row, operands(row, (x, y)), 2.0)
            if not same(values[row.name], wanted, allowed):
                faults.append((row.name, x, y, values[row.name], wanted))
    assert not faults, faults[:20]


@scipy_divides
@each_row
def test_source_under_cpython_agrees_or_raises(row: Primitive, interpreted: dict[str, Callable[..., object]]) -> None:
    """CPython may raise where math does; where it answers, it answers as the reference."""
    answered = 0
    for x, y in itertools.product(SPECIAL, SPECIAL):
        wanted, allowed = reference(row, operands(row, (x, y)), 2.0)
        try:
            found = interpreted[f"{row.name}_"](x, y)
        except (ValueError, OverflowError, ZeroDivisionError):
            continue
        if isinstance(found, complex):  # a power of a negative base in plain Python
            assert math.isnan(wanted)
            continue
        answered += 1
        assert same(float(found), wanted, allowed), (x, y, found, wanted)
    assert answered > len(SPECIAL)


@pytest.mark.parametrize(
    "row", [row for row in OPERATIONS if row.sample and row.result == "float" and row.name != "shift"], ids=lambda row: row.name
)
def test_the_formula_evaluates_to_the_value(row: Primitive) -> None:
    symbols = sympy.symbols(f"x:{row.arity}", real=True)
    with mp.workdps(40):
        for point in points(row, 4):
            atoms = [point[i] if i in row.literals else symbols[i] for i in range(row.arity)]
            at = {symbols[i]: sympy.Float(point[i], 60) for i in range(row.arity)}  # roots of long fractions take forever
            found = mp.mpf(sympy.sympify(row.symbolic(*atoms)).subs(at).evalf(40))
            exact = row.high_precision(*point)
            assert abs(found - exact) <= mp.mpf(10) ** -30 * (1 + abs(exact)), (point, found, exact)


FORMULAS_AT_TIES = [
    ("tie", (1, 1), 0.5), ("unit", (0, 0), 0), ("powlog", (0, 2, 1), 0),
    ("decimal", (2.675, 2), 2.67), ("decimal", (0.125, 2), 0.12), ("decimal", (-25, -1), -20),
    ("rint", (0.5,), 0), ("rint", (1.5,), 2),
    ("rint", (-2.5,), -2), ("trunc", (-1.5,), -1), ("copysign", (-2, 0), 2), ("sincdiff", (0, 1), 0), ("sinc", (0,), 1),
    ("cbrt", (-8,), -2), ("cbrt", (0,), 0), ("sign", (0,), 0), ("mod", (-1, 3), 2), ("mod", (1, -3), -2),
    ("floordiv", (-1, 3), -1), ("fmod", (-4, 3), -1), ("remainder", (5, 2), 1), ("remainder", (3, 2), -1),
    ("heaviside", (0, 0.25), 0.25),
]  # fmt: skip


@pytest.mark.parametrize(("name", "point", "wanted"), FORMULAS_AT_TIES)
def test_every_view_has_the_special_value(name: str, point: tuple[float, ...], wanted: float) -> None:
    row = TABLE[name]
    exact = [sympy.Rational(x) for x in point]
    assert float(row.symbolic(*exact)) == pytest.approx(wanted)
    assert float(row.high_precision(*map(mp.mpf, point))) == pytest.approx(wanted)
    assert float(row.double_precision(*point)) == pytest.approx(wanted)


def spaced(low: float, high: float, count: int = 60) -> list[float]:
    """Points from low to high, evenly spaced in the logarithm of their size."""
    sign = math.copysign(1.0, low)
    return [sign * x for x in np.geomspace(abs(low), abs(high), count).tolist()]


@pytest.mark.parametrize(
    ("name", "inputs"),
    [
        ("cbrt", spaced(1e-300, 1e300) + spaced(-1e-5, -1e5)),
        ("sigmoid", spaced(1e-20, 700) + spaced(-1e-20, -700)),
        ("softplus", spaced(1e-20, 700) + spaced(-1e-20, -700)),
        ("log1mexp", spaced(-1e-20, -700)),
        ("tanh", spaced(1e-20, 700)),
        ("sech", spaced(1e-20, 700) + spaced(-1e-20, -700)),
        ("rint", spaced(1e-3, 1e17)),
        ("floor", spaced(-1e-3, -1e17)),
        ("sinc", spaced(1e-12, 40)),
    ],
)
def test_kernels_over_their_range(name: str, inputs: list[float], interpreted: dict[str, Callable[..., object]]) -> None:
    row = TABLE[name]
    with mp.workdps(400):  # 1 + exp(-700) must not be 1
        for x in inputs:
            exact = row.high_precision(x)
            found = mp.mpf(interpreted[f"{name}_"](x, x))
            slope = abs(x * row.partials(mp.mpf(x), exact)[0]) if row.conditioning else 0
            assert abs(found - exact) <= ROUNDOFF * (max(row.error, 1) * abs(exact) + row.conditioning * slope), (x, found)


@pytest.mark.parametrize("order", [0, 1, 2, 3, 4, 7, 12])
def test_polygamma_everywhere(order: int) -> None:
    row = TABLE["polygamma"]
    away_from_poles = [-k - shift for k in (0, 1, 2, 5, 30, 300) for shift in (1e-9, 0.25, 0.5, 0.75, 1 - 1e-6)]
    with mp.workdps(60):
        for x in [*spaced(1e-8, 1e8), *np.linspace(0.05, 40, 80).tolist(), *away_from_poles]:
            exact = mp.polygamma(order, mp.mpf(x))
            found = row.double_precision(order, x)
            slope = abs(x * mp.polygamma(order + 1, mp.mpf(x)))
            assert abs(found - exact) <= ROUNDOFF * (row.error * abs(exact) + row.conditioning * slope), (x, found, exact)


@pytest.mark.parametrize("order", range(9))
def test_derivatives_of_sinc_everywhere(order: int) -> None:
    row = TABLE["sincdiff"]
    with mp.workdps(60):
        for x in [0.0, *spaced(1e-12, 60), *spaced(-1e-3, -10)]:
            exact = row.high_precision(mp.mpf(x), order)
            scale = mp.pi**order / (order + 1)  # the largest value of the derivative
            assert abs(row.double_precision(x, order) - exact) <= 64 * ROUNDOFF * (scale + abs(x) * mp.pi * scale), x


@hyp0f1_divides
@scipy_divides
def test_calls_with_numbers_never_warn() -> None:
    for row in OPERATIONS:
        for x, y in itertools.product(SPECIAL, SPECIAL):
            row(*operands(row, (x, y)))
