"""Random functions of arrays against differences in extended precision, one graph for all sizes.

``python -m tests.random_array_programs --programs 10000 --compiled 300 --seed 0`` prints a table; ``--show SEED`` one program.
The reference runs the text itself, on NumPy's longdouble. What NumPy refuses (an index that is out of range) must be refused.
"""

# ruff: noqa: T201 - a program of the command line

from __future__ import annotations

import argparse
import random
import time
import warnings
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from typing import Any

import numpy as np

from symdiff import SymdiffError, grad, hvp, read
from symdiff.codegen import python_function
from tests.long_differences import Flat, differs, packed
from tests.random_array_text import RandomArrayText, Type

SIZES = ((3, 2), (1, 1), (2, 3), (5, 3), (0, 0), (4, 1))
FIRST, SECOND = 1e-9, 2e-6
SMOOTH = 1e-10  # how well differences of two steps agree where there is no kink
LARGEST = 1e8
Found = list[tuple[str, str]]


class Program:
    """A random function, its text, and points of several sizes."""

    def __init__(self, seed: int) -> None:
        made = RandomArrayText(random.Random(seed))
        self.seed, self.text = seed, made.text()
        self.types = made.arguments
        names: dict[str, Any] = {}
        exec(compile(self.text, f"<random {seed}>", "exec"), names)  # noqa: S102 - text of our own making
        self.function: Callable[..., Any] = names["f"]
        self.names = list(self.types)
        self.wrt = [name for name in self.names if name != "idx"]

    def point(self, sizes: tuple[int, int]) -> list[Any]:
        """Arguments of these sizes; sometimes the same array twice."""
        numbers = np.random.default_rng([self.seed, *sizes])
        lengths = dict(zip("nm", sizes, strict=True))
        found: list[Any] = []
        for name, kind in self.types.items():
            if name == "idx":
                found.append(numbers.integers(0, max(lengths["n"], 1), size=lengths["n"]))
            else:
                found.append(_drawn(numbers, kind, lengths))
        if "y" in self.types and numbers.random() < 0.2:
            found[self.names.index("y")] = found[0]
        return found


def _drawn(numbers: np.random.Generator, kind: Type, lengths: dict[str, int]) -> Any:
    value = numbers.uniform(-1.4, 1.4, size=tuple(lengths[length] for length in kind)).round(6)
    return value if kind else float(value)


def faults(program: Program, compiled: bool = False) -> Found:
    """What is wrong with a program: pairs of a kind ("refused", "wrong", "internal", "raised") and a text."""
    try:
        made = [(name, transform(source=program.text)) for name, transform in _transforms(program)]
    except SymdiffError as error:
        return [("refused", _first_lines(error))]
    found: Found = []
    for sizes in SIZES[: 3 if compiled else None]:
        reference = _reference(program, sizes)
        if reference is None:
            continue
        for name, derivative in made[: None if reference else 1]:
            found += _compared(program, sizes, name, derivative, reference, compiled)
            if found:
                return found
    return found


def _transforms(program: Program) -> list[tuple[str, Callable[..., Any]]]:
    wrt = tuple(program.wrt)
    return [("value", read), ("gradient", partial(grad, argnums=wrt)), ("hvp", partial(hvp, argnums=wrt))]


def _reference(program: Program, sizes: tuple[int, int]) -> dict[str, Any] | None:
    """The right numbers; {} if the function raises there; None where it has a kink, or is not finite."""
    point = program.point(sizes)
    flat = Flat(program.function, program.names, program.wrt, point)
    direction = np.random.default_rng(program.seed).normal(size=len(flat.start))
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            value = flat(flat.start)
        except (IndexError, ValueError):
            return {}
        axes = np.eye(len(flat.start))
        gradient = np.array([flat.jvp(axis)[0] for axis in axes])
        nearer = np.array([flat.jvp(axis / 3)[0] * 3 for axis in axes])
        second = np.array([flat.second(axis, direction)[0] for axis in axes])
        closer = np.array([flat.second(axis, direction / 3)[0] * 3 for axis in axes])
    pairs = [(gradient, nearer, SMOOTH), (second, closer, 1e4 * SMOOTH)]
    finite = all(np.all(np.isfinite(part)) and np.all(np.abs(part) < LARGEST) for part in (value, gradient, second))
    if not finite or any(differs(first, other, tolerance) for first, other, tolerance in pairs):
        return None
    return {"value": value, "gradient": gradient, "hvp": second, "direction": direction, "like": flat.like}


def _compared(
    program: Program, sizes: tuple[int, int], name: str, derivative: Any, reference: dict[str, Any], compiled: bool
) -> Iterator[tuple[str, str]]:
    point = program.point(sizes)
    seed = {"tangent": packed(reference["like"], iter(reference["direction"]))} if name == "hvp" else {}
    where = f"{name} at {sizes}"
    try:
        made = derivative.at(*point, **seed)
    except SymdiffError as error:
        if reference:
            yield "refused", f"{where}: {_first_lines(error)}"
        return
    except Exception as error:  # noqa: BLE001 - every exception is a finding
        yield "internal", f"{where}: {type(error).__name__}: {error}"
        return
    arguments = dict(zip(program.names, point, strict=True)) | seed
    try:
        with np.errstate(all="ignore"):
            found = derivative(*point, **seed) if compiled else python_function(made.source)(*made.arguments(arguments))
    except (SymdiffError, IndexError, ValueError, ArithmeticError) as error:  # source as plain Python divides as Python does
        if reference:
            yield "raised", f"{where}: {type(error).__name__}: {error}"
        return
    except Exception as error:  # noqa: BLE001 - every exception is a finding
        yield "internal", f"{where}: {type(error).__name__}: {error}"
        return
    if not reference:
        yield "wrong", f"{where}: a value where NumPy raises"
    elif wrong := differs(found, reference[name], SECOND if name == "hvp" else FIRST):
        yield "wrong", f"{where}: {wrong}"


def _first_lines(error: SymdiffError) -> str:
    lines = [line.strip() for line in str(error).splitlines()]
    return " ".join(lines[:1] + lines[2:3] + lines[4:5])


def _run(seed: int, compiled: bool) -> tuple[int, Found]:
    return seed, faults(Program(seed), compiled)


def report(
    seeds: Sequence[int], compiled: bool, jobs: int, show: Callable[[str], None], *, verbose: bool = False
) -> Counter[str]:
    """Check many programs and show what is found, but for refusals."""
    counts: Counter[str] = Counter()
    with ProcessPoolExecutor(jobs) as pool:
        for seed, found in pool.map(partial(_run, compiled=compiled), seeds, chunksize=5):
            counts["programs"] += 1
            for kind, line in found:
                counts[kind] += 1
                if kind != "refused" or verbose:
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
    parser.add_argument("--refused", action="store_true", help="show refusals, too")
    options = parser.parse_args()
    if options.show is not None:
        program = Program(options.show)
        print(program.text, *faults(program), *faults(program, compiled=True), sep="\n")
        return
    kinds = ("programs", "refused", "raised", "wrong", "internal")
    table = [f"{'run':12}" + "".join(f"{kind:>10}" for kind in (*kinds, "seconds"))]
    for name, count, compiled in (("source", options.programs, False), ("compiled", options.compiled, True)):
        start = time.perf_counter()
        counts = report(range(options.seed, options.seed + count), compiled, options.jobs, print, verbose=options.refused)
        table.append(f"{name:12}" + "".join(f"{counts[kind]:10}" for kind in kinds) + f"{time.perf_counter() - start:10.0f}")
    print("\n".join(table))


if __name__ == "__main__":
    main()
