"""The corpus of functions of arrays crossed with transforms, at several sizes, against differences of the plain functions."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import numpy as np
import pytest

import symdiff
from symdiff import SymbolicFunction, check_grads
from symdiff.codegen import python_function
from tests.corpus.array_learning import ARRAY_LEARNING
from tests.corpus.array_physics import ARRAY_PHYSICS
from tests.corpus.array_statistics import ARRAY_STATISTICS
from tests.corpus.sized import SizedProgram
from tests.long_differences import Flat, differs, flat, packed
from tests.poison import poisoned

PROGRAMS = [*ARRAY_STATISTICS, *ARRAY_PHYSICS, *ARRAY_LEARNING]
SMALL = 3  # sizes up to here, where the source runs under plain CPython
FIRST, SECOND = 1e-9, 1e-6  # tolerances of first and second derivatives

# Every transform of these is compiled; the others are made of the same parts.
COMPILED = ("rosenbrock", "heat_step_2d", "log_sum_exp", "softmax", "convolve_by_loop")

every_program = pytest.mark.parametrize("program", PROGRAMS, ids=repr)


class Crossing:
    """A program at one size: the reference, and directions for products."""

    def __init__(self, program: SizedProgram, size: int) -> None:
        self.program, self.size = program, size
        self.point = program.point(size)
        self.flat = Flat(program.function, program.names, program.wrt, self.point)
        random = np.random.default_rng(size)
        self.direction = random.normal(size=len(self.flat.start))
        self.value = program.function(*self.point)
        self.weights = random.normal(size=len(flat(self.value)))

    def seed(self, transform: str) -> dict[str, Any]:
        """The tangent or cotangent, as the keyword argument of a transform."""
        if transform == "vjp":
            like = self.value if isinstance(self.value, tuple | list | np.ndarray) else float(self.value)
            return {"cotangent": packed(like, iter(self.weights))}
        if transform in ("jvp", "hvp"):
            tangent = packed(self.flat.like, iter(self.direction))
            return {"tangent": tangent[0] if len(tangent) == 1 else tangent}
        return {}

    def expected(self, transform: str) -> Any:
        """The numbers of a transform, by differences."""
        axes = np.eye(len(self.flat.start))
        if transform == "value_and_grad":
            return [self.value, self.flat.jacobian()]
        if transform == "vjp":
            return self.weights @ self.flat.jacobian()
        if transform == "jvp":
            return self.flat.jvp(self.direction)
        return [self.flat.second(axis, self.direction) for axis in axes]  # hvp

    def plain(self, transform: str) -> Any:
        """What the generated source gives under plain CPython."""
        seed = self.seed(transform)
        made = transformed(self.program, transform).at(*self.point, **seed)
        arguments = dict(zip(self.program.names, self.point, strict=True)) | seed
        function = python_function(made.source)
        with poisoned():
            return function(*made.arguments(arguments))


MADE: dict[tuple[str, str], SymbolicFunction] = {}


def transformed(program: SizedProgram, transform: str) -> SymbolicFunction:
    """A transform of a program, made once."""
    key = program.name, transform
    if key not in MADE:
        options = {} if transform == "read" else {"argnums": program.argnums}
        MADE[key] = getattr(symdiff, transform)(program.function, **options)
    return MADE[key]


@every_program
def test_first_and_second_derivatives(program: SizedProgram) -> None:
    transforms = ("value_and_grad", "hvp") if program.is_scalar else ("jvp", "vjp")
    for transform in transforms:
        for size in (size for size in program.sizes if size <= SMALL):
            crossing = Crossing(program, size)
            found, expected = crossing.plain(transform), crossing.expected(transform)
            assert not (wrong := differs(found, expected, SECOND if transform == "hvp" else FIRST)), (transform, size, wrong)


@every_program
def test_sizes_share_a_version(program: SizedProgram) -> None:
    """One graph for all sizes, but for axes of length 1, and for functions whose lengths must be known."""
    function = symdiff.read(program.function)
    graphs = {id(function.at(*program.point(size)).graph) for size in (3, 4, 7)}
    assert len(graphs) == (3 if program.name in FIXED else 1)


# A list as the result, an array in another shape, a matrix of numbers beside an array.
FIXED = frozenset({"logistic_of_differences", "flatten_and_square", "rotate_points", "rotate_by_angle"})


@pytest.mark.parametrize("name", COMPILED)
def test_compiled_fully(name: str) -> None:
    program = next(program for program in PROGRAMS if program.name == name)
    for transform in ("value_and_grad", "hvp", "vjp", "jvp") if program.is_scalar else ("vjp", "jvp"):
        for size in program.sizes:
            crossing = Crossing(program, size)
            found = transformed(program, transform)(*crossing.point, **crossing.seed(transform))
            tolerance = SECOND if transform == "hvp" else FIRST
            assert not (wrong := differs(found, crossing.expected(transform), tolerance)), (transform, size, wrong)


@pytest.mark.parametrize("name", ["rosenbrock", "attention"])
def test_pickled_and_copied(name: str) -> None:
    program = next(program for program in PROGRAMS if program.name == name)
    function, point = transformed(program, "read"), program.point(3)
    for other in (pickle.loads(pickle.dumps(function)), copy.copy(function), copy.deepcopy(function)):  # noqa: S301 - ours
        assert str(other.at(*point)) == str(function.at(*point))


@pytest.mark.parametrize("name", ["rosenbrock", "log_sum_exp"])
def test_check_grads(name: str) -> None:
    program = next(program for program in PROGRAMS if program.name == name)
    check_grads(program.function, *program.point(3))


def test_the_corpus_is_large_and_its_names_are_unique() -> None:
    assert len(PROGRAMS) >= 100
    assert len({program.name for program in PROGRAMS}) == len(PROGRAMS)
