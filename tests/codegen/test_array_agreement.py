"""Source with arrays under plain Python, compiled code and interpreter agree, for sizes from 0 on."""

import itertools
import random

import pytest

from .array_graphs import BY_NAME, CASES, agree
from .random_arrays import random_case

SIZES = (0, 1, 2, 3, 7)


def points(case, most=12):
    """Inputs for combinations of sizes, the smallest ones always."""
    names = case.sizes
    every = [dict(zip(names, values, strict=True)) for values in itertools.product(SIZES, repeat=len(names))]
    every = [sizes for sizes in every if all(sizes[name] >= least for name, least in case.least.items())]
    if len(every) > most:
        rest = every[len(every) // 4 :]
        every = every[:4] + random.Random(1).sample(rest, most - 4)
    return [case.inputs(sizes, seed) for seed, sizes in enumerate(every)]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_values(case):
    agree(case.graph(), points(case))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_gradients(case):
    agree(case.gradient(), points(case))


@pytest.mark.parametrize("name", ["rosenbrock", "logistic", "extremes", "burgers", "convolution"])
def test_second_derivatives(name):
    case = BY_NAME[name]
    agree(case.gradient(order=2), points(case, most=6), compiled=name in ("rosenbrock", "logistic"))


@pytest.mark.parametrize("seed", range(60))
def test_random_programs(seed):
    case = random_case(seed)
    sizes = [(0, 0), (0, 2), (1, 1), (2, 0), (2, 3), (3, 2)]
    inputs = [case.inputs({"n": n, "m": m}, seed) for n, m in sizes]
    agree(case.graph(), inputs, compiled=seed % 20 == 0)
    agree(case.gradient(), inputs, compiled=seed % 20 == 0)
