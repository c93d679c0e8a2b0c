"""Random programs against an independent oracle, to order 2 by three compositions.

``python -m tests.random_programs --programs 10000 --compiled 300 --seed 0`` prints a table; ``--show SEED`` one program.
"""

# ruff: noqa: T201 - a program of the command line

from __future__ import annotations

import argparse
import random
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any

import mpmath

from symdiff import UnsupportedError, grad, hessian, hvp, jvp, read, value_and_grad, vjp
from symdiff.graph.evaluate import evaluate_with_bound
from tests.high_precision import UnfitError, function_of
from tests.oracle import DIGITS, differences, disagreements, inputs_of, scalars
from tests.random_text import RandomText

TRUNCATION = 1e-22
LARGEST = 1e12
CONSTANT = 0.2  # of the programs whose gradient is zero are kept
COMPILED = ("value_and_grad", "hessian", "jvp of grad")


@dataclass(frozen=True)
class RandomProgram:
    """The text of a function, a point inside its domain and away from its kinks, and exact derivatives there."""

    seed: int
    text: str
    arguments: dict[str, Any]
    value: Any
    gradient: list[Any]
    hessian: list[list[Any]]


def program(seed: int) -> RandomProgram:
    """The program of a seed: the first fit one of the texts that the seed leads to."""
    numbers = random.Random(seed)
    while True:
        text, lengths = RandomText(numbers).module()
        point = [round(numbers.uniform(-1.6, 1.6), 6) for length in lengths for _ in range(max(length, 1))]
        try:
            made = exact_program(seed, text, lengths, point)
        except UnfitError:
            continue
        if made is not None and (any(made.gradient) or numbers.random() < CONSTANT):
            return made


def exact_program(seed: int, text: str, lengths: Sequence[int], point: Sequence[float]) -> RandomProgram | None:
    """A program with its exact value, gradient and Hessian at a point; None if they are not finite."""
    with mpmath.workdps(DIGITS):
        function = function_of(text)

    def partial_derivative(*positions: int) -> Any:
        return differences(lambda numbers: [function(*_packed(lengths, numbers))], point, positions)[0]

    size = range(len(point))
    value, gradient = partial_derivative(), [partial_derivative(i) for i in size]
    table = {(i, j): partial_derivative(i, j) for i in size for j in size if i <= j}
    if any(not mpmath.isfinite(x) or mpmath.fabs(x) > LARGEST for x in (value, *gradient, *table.values())):
        return None
    rows = [[table[min(i, j), max(i, j)] for j in size] for i in size]
    names = [*"xyz"[: sum(not length for length in lengths)], "p"]
    arguments = dict(zip(names, _packed(lengths, point), strict=False))
    return RandomProgram(seed, text, arguments, value, gradient, rows)


def _packed(lengths: Sequence[int], numbers: Sequence[Any]) -> list[Any]:
    rest = iter(numbers)
    return [[next(rest) for _ in range(length)] if length else next(rest) for length in lengths]


def transforms(source: RandomProgram) -> Iterator[tuple[str, Any, dict[str, Any], list[Any]]]:
    """Name, function, keyword arguments and exact result of every transform that is tested."""
    names, text, exact = tuple(source.arguments), source.text, source.gradient
    weights = [0.7 + 0.3 * k - 0.9 * (k % 2) for k in range(len(exact))]
    lengths = [len(value) if isinstance(value, list) else 0 for value in source.arguments.values()]
    packed = tuple(_packed(lengths, weights))
    with mpmath.workdps(DIGITS):
        product = [sum(w * x for w, x in zip(weights, row, strict=True)) for row in source.hessian]
        along = [sum(w * x for w, x in zip(weights, exact, strict=True))]
    gradient = grad(source=text, argnums=names)
    yield "value", read(source=text), {}, [source.value]
    yield "grad", gradient, {}, exact
    yield "value_and_grad", value_and_grad(source=text, argnums=names), {}, [source.value, *exact]
    yield "jvp", jvp(source=text, argnums=names), {"tangent": packed}, along
    yield "hessian", hessian(source=text, argnums=names), {}, _blocks(lengths, source.hessian)
    yield "hvp", hvp(source=text, argnums=names), {"tangent": packed}, product
    yield "vjp of grad", vjp(gradient, argnums=names), {"cotangent": packed}, product
    yield "jvp of grad", jvp(gradient, argnums=names), {"tangent": packed}, product
    yield "grad of jvp", grad(jvp(source=text, argnums=names), argnums=names), {"tangent": packed}, product


def _blocks(lengths: Sequence[int], table: list[list[Any]]) -> list[Any]:
    """The entries of a Hessian, argument by argument."""
    groups = _packed(lengths, range(len(table)))
    groups = [group if isinstance(group, list) else [group] for group in groups]
    return [table[i][j] for rows in groups for columns in groups for i in rows for j in columns]


def faults(source: RandomProgram, compiled: bool = False) -> list[tuple[str, str]]:
    """What is wrong with the derivatives of a program: pairs of a kind (refused, wrong, internal) and a description."""
    found: list[tuple[str, str]] = []
    try:
        for name, function, keywords, expected in transforms(source):
            if compiled and name not in COMPILED:
                continue
            found += [("wrong", f"{name}: {line}") for line in _compare(source, function, keywords, expected, compiled)]
    except UnsupportedError as error:
        found.append(("refused", str(error)))
    except Exception as error:  # noqa: BLE001 - every other exception is the finding
        found.append(("internal", f"{type(error).__name__}: {error}"))
    return found


def _compare(source: RandomProgram, function: Any, keywords: dict[str, Any], expected: list[Any], compiled: bool) -> list[str]:
    made = function.at(*source.arguments.values(), **keywords)
    values, bounds = evaluate_with_bound(made.graph, inputs_of(made, source.arguments | keywords))
    lines = disagreements(made.graph, values, bounds, expected, TRUNCATION)
    if compiled:
        result = list(scalars(function(*source.arguments.values(), **keywords)))
        lines += disagreements(made.graph, result, bounds, [mpmath.mpf(float(value)) for value in values])
    return lines


def _run(seed: int, compiled: bool) -> tuple[int, list[tuple[str, str]]]:
    return seed, faults(program(seed), compiled)


def report(seeds: Sequence[int], compiled: bool, jobs: int, show: Callable[[str], None]) -> Counter[str]:
    """Check many programs and count them by what was found."""
    counts: Counter[str] = Counter(programs=len(seeds))
    with ProcessPoolExecutor(jobs) as pool:
        for seed, found in pool.map(partial(_run, compiled=compiled), seeds, chunksize=10):
            counts.update({kind for kind, _ in found})
            for kind, line in found[:2]:
                show(f"seed {seed}: {kind}: {line}")
    return counts


def main() -> None:
    """Run the long form and print its table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--programs", type=int, default=1000)
    parser.add_argument("--compiled", type=int, default=30)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--show", type=int, help="print the program of this seed, and what is wrong with it")
    options = parser.parse_args()
    if options.show is not None:
        source = program(options.show)
        print(source.text, source.arguments, *faults(source), *faults(source, compiled=True), sep="\n")
        return
    table = [f"{'run':12}{'programs':>10}{'refused':>10}{'wrong':>10}{'internal':>10}{'seconds':>10}"]
    for name, count, compiled in (("interpreter", options.programs, False), ("compiled", options.compiled, True)):
        start = time.perf_counter()
        counts = report(range(options.seed, options.seed + count), compiled, options.jobs, print)
        numbers = "".join(f"{counts[kind]:10}" for kind in ("programs", "refused", "wrong", "internal"))
        table.append(f"{name:12}{numbers}{time.perf_counter() - start:10.0f}")
    print("\n".join(table))


if __name__ == "__main__":
    main()
