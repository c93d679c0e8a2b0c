"""A part of the random programs; the long form is ``python -m tests.random_programs``."""

from __future__ import annotations

import dataclasses

import mpmath
import pytest

from tests import nested_programs as nested
from tests import random_array_programs as arrays
from tests.high_precision import UnfitError, function_of
from tests.random_programs import COMPILED, RandomProgram, exact_program, faults, program

BATCHES, BATCH = 4, 6
COMPILED_SEEDS = range(500_000, 500_003)


@pytest.mark.parametrize("batch", range(BATCHES))
def test_random_programs(batch: int) -> None:
    found = {seed: faults(program(seed)) for seed in range(batch * BATCH, (batch + 1) * BATCH)}
    assert not [f"seed {seed}: {kind}: {line}" for seed, lines in found.items() for kind, line in lines]


@pytest.mark.parametrize("seed", COMPILED_SEEDS)
def test_random_programs_compiled(seed: int) -> None:
    assert len(COMPILED) == 3
    assert not faults(program(seed), compiled=True)


@pytest.mark.parametrize("batch", range(4))
def test_random_array_programs(batch: int) -> None:
    """Of functions of arrays; the long form is ``python -m tests.random_array_programs``."""
    seeds = range(batch * 4, (batch + 1) * 4)
    found = {seed: arrays.faults(arrays.Program.of(seed)) for seed in seeds}
    assert not [f"{seed}: {kind}: {line}" for seed, lines in found.items() for kind, line in lines if kind != "refused"]
    assert sum(1 for lines in found.values() if lines) <= 3  # refused


@pytest.mark.parametrize("batch", range(3))
def test_random_loop_programs(batch: int) -> None:
    """Of functions with sequential loops; the long form is ``python -m tests.random_array_programs --loops``."""
    seeds = range(batch * 3, (batch + 1) * 3)
    found = {seed: arrays.faults(arrays.Program.of(seed, loops=True)) for seed in seeds}
    assert not [f"{seed}: {kind}: {line}" for seed, lines in found.items() for kind, line in lines if kind != "refused"]
    assert sum(1 for lines in found.values() if lines) <= 1  # refused


@pytest.mark.parametrize("batch", range(3))
def test_random_nests(batch: int) -> None:
    """Of loops and branches; the long form is ``python -m tests.nested_programs``."""
    found = {seed: nested.outcome(nested.Nest(seed).text()) for seed in range(batch * 8, (batch + 1) * 8)}
    assert not {seed: outcome for seed, outcome in found.items() if outcome[0] != "right"}


@pytest.mark.parametrize("seed", [2001, 2002])
def test_random_loop_programs_compiled(seed: int) -> None:
    program = arrays.Program.of(seed, loops=True)
    assert arrays.faults(program, compiled=True, sizes=program.sizes[:1]) == []


@pytest.mark.parametrize("seed", [1003, 1010])
def test_random_array_programs_compiled(seed: int) -> None:
    program = arrays.Program.of(seed)
    assert arrays.faults(program, compiled=True, sizes=program.sizes[:1]) == []


def test_program_of_a_seed_is_always_the_same() -> None:
    assert program(7).text == program(7).text
    assert program(7).text != program(8).text


# Programs that were wrong once, and why

FOUND = {
    # the second derivative of tanh was 0*inf far from 0
    "tail of tanh": (
        """
import math
def f(x, p):
    y = (0.7 + max(3**2, sum(u for u in (1, p[-1], x)))**2)**1.5
    if y > x or x // (2.5 + math.cos(y)) <= y:
        return p[-3] + x + (1.2 + y**2) ** math.tanh(y)
    return math.atanh(0.9*math.sin(abs(x + y)))
""",
        (0, 3),
        (0.23765, -0.300313, 0.359163, 1.580122),
    ),
    # right, but the oracle allowed nothing for the rounding of a product of constants
    "folded constants": ("def f(x):\n    return 1e-2 * (0.5 * 1.5 + x * -1.25)\n", (0,), (-1.455159,)),
}


@pytest.mark.parametrize("name", FOUND)
def test_programs_that_were_wrong_once(name: str) -> None:
    found = exact_program(0, *FOUND[name])
    assert found is not None
    assert not faults(found)


# The oracle itself

POWER = "import math\ndef f(x, y):\n    return x**3 * math.sin(y)\n"


def planted(text: str) -> RandomProgram:
    """x**3 * sin(y) at (0.5, 0.25) with its exact derivatives, and another text."""
    x, y = mpmath.mpf(0.5), mpmath.mpf(0.25)
    s, c = mpmath.sin(y), mpmath.cos(y)
    rows = [[6 * x * s, 3 * x**2 * c], [3 * x**2 * c, -(x**3) * s]]
    return RandomProgram(0, text, {"x": 0.5, "y": 0.25}, x**3 * s, [3 * x**2 * s, x**3 * c], rows)


def test_oracle_accepts_what_is_right_and_names_what_is_wrong() -> None:
    with mpmath.workdps(80):
        right = planted(POWER)
        assert not faults(right)
        assert {kind for kind, _ in faults(planted(POWER.replace("x**3", "x**2")))} == {"wrong"}
        assert {kind for kind, _ in faults(planted(POWER.replace("return", "yield")))} == {"refused"}
        bent = dataclasses.replace(right, hessian=[[x * (1 + mpmath.mpf(2) ** -40) for x in row] for row in right.hessian])
        assert {line.split(":")[0] for _, line in faults(bent)} == {
            "hessian", "hvp", "vjp of grad", "jvp of grad", "grad of jvp",
        }  # fmt: skip


KINKS = ("abs(x - 0.5)", "max(x, 0.5)", "x if x > 0.5 else 2.0", "math.floor(2*x)", "x % 0.25", "math.hypot(0.0, x - 0.5)")


@pytest.mark.parametrize("body", KINKS)
def test_oracle_refuses_points_at_kinks(body: str) -> None:
    function = function_of(f"import math\nimport numpy as np\ndef f(x):\n    return {body}\n")
    function(0.3)
    with pytest.raises(UnfitError):
        function(0.5)
