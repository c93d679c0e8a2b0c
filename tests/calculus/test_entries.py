"""Jacobians and Hessians of random array graphs, dense and sparse, against differences in high precision."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from typing import Any

import mpmath
import numpy as np
import pytest

from symdiff.calculus import blocks
from symdiff.graph.check import check
from symdiff.graph.graph import Graph
from symdiff.simplify import simplify
from symdiff.sparse import Patterns
from tests.array_graphs import CLOSE, DIGITS, STEP, Case, Values, case, directions, dot, moved, random_like, run


def contracted(found: Sequence[Any], rows: Sequence[Any], columns: Sequence[Any]) -> Any:
    """The sum of ``row * block * column`` over blocks, which come column by column for each row."""
    blocks_left = iter(found)
    total = mpmath.mpf(0)
    for row in rows:
        for column in columns:
            block = np.array(next(blocks_left), dtype=object)
            total += mpmath.fsum(
                np.array(row, dtype=object)[i] * block[i + j] * np.array(column, dtype=object)[j]
                for i in np.ndindex(np.shape(row))
                for j in np.ndindex(np.shape(column))
            )
    return total


def by_output(found: Sequence[Any], outputs: int, inputs: int) -> list[Any]:
    """The blocks of a Jacobian, which come argument by argument, output by output."""
    return [found[column * outputs + row] for row in range(outputs) for column in range(inputs)]


def faults(problem: Case) -> Iterator[str]:
    """What is wrong with the Jacobian, the Hessian and the sparse Jacobian of a case."""
    numbers = random.Random(problem.seed)
    graph = problem.graph
    params = [param for param in graph.params if param.name in problem.wrt]
    jacobian = check(blocks.jacobian(graph, params, simplify if numbers.random() < 0.5 else blocks.identity))
    hessian = check(blocks.hessian(graph, params, simplify)) if graph.result.is_scalar else None
    for inputs in problem.points:
        v, u = (directions(graph, problem.wrt, inputs, numbers) for _ in range(2))
        w = [random_like(value, numbers) for value in run(graph, inputs)]
        first, mixed = differences(problem, inputs, (v, u, w))
        for made in (jacobian, check(simplify(jacobian))):
            found = by_output(run(made, inputs), len(w), len(v))
            if not abs(contracted(found, w, v) - first) <= CLOSE * (1 + abs(first)):
                yield f"Jacobian at {[np.shape(value) for value in inputs]}"
        if hessian is not None:
            number = w[0] * contracted(run(hessian, inputs), v, u)
            if not abs(number - mixed) <= CLOSE * (1 + abs(mixed)):
                yield f"Hessian at {[np.shape(value) for value in inputs]}"
    if blocks.axes_of(graph.result):
        yield from sparse_faults(problem, jacobian, check(blocks.sparse(graph, params, 1, simplify)))


def differences(problem: Case, inputs: Values, seeds: tuple[Values, Values, Values]) -> tuple[Any, Any]:
    """The first and the mixed second derivative along two directions, of the outputs times a cotangent."""
    v, u, w = seeds

    def value(s: Any, t: Any) -> Any:
        return dot(run(problem.graph, moved(problem, inputs, [(s, v), (t, u)])), w)

    first = (value(STEP, 0) - value(-STEP, 0)) / (2 * STEP)
    mixed = (value(STEP, STEP) - value(STEP, -STEP) - value(-STEP, STEP) + value(-STEP, -STEP)) / (4 * STEP**2)
    return first, mixed


def sparse_faults(problem: Case, jacobian: Graph, stored: Graph) -> Iterator[str]:
    """Compare a sparse Jacobian with the dense one."""
    patterns = Patterns(stored)
    for inputs in problem.points:
        given = dict(zip(problem.graph.inputs, inputs, strict=True))
        found = patterns.of({name: np.asarray(value) for name, value in given.items() if isinstance(value, np.ndarray)})
        places = patterns.arguments(found)
        values = run(stored, [given[name] if name in given else places[name] for name in stored.inputs])
        for data, pattern, dense in zip(values, found, run(jacobian, inputs), strict=True):
            wanted = np.array(dense, dtype=object).astype(float).reshape(pattern.shape)
            matrix = pattern.matrix(np.array(data, dtype=object).astype(float)).toarray()
            if not np.allclose(matrix, wanted, rtol=1e-13, atol=1e-13, equal_nan=True):
                yield f"sparse Jacobian at {[np.shape(value) for value in inputs]}"


@pytest.mark.parametrize("seed", range(12))
def test_random_graphs(seed: int) -> None:
    """No derivative of a random graph differs from its differences."""
    with mpmath.workdps(DIGITS):
        assert list(faults(case(seed))) == []
