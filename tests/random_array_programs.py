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
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

import numpy as np

from symdiff import SymdiffError
from symdiff.codegen import python_function
from symdiff.errors import InternalError
from tests.long_differences import Flat, Vector, differs
from tests.poison import poisoned
from tests.random_array_checks import Check, Reference, checks
from tests.random_array_text import RandomArrayText
from tests.random_loop_text import RandomLoopText

SMALL = ((0, 0), (1, 1), (0, 2), (1, 3), (2, 0))
LARGE = ((3, 2), (2, 3), (5, 3), (4, 1), (2, 2))
SMOOTH = 1e-10  # how well differences of two steps agree where there is no kink
LARGEST = 1e8
# What NumPy does otherwise than by a formula in the lengths: these raise.
BEYOND = ("a slice beyond the ends of an array", "an array that is too short", "np.linspace of fewer than two points")
Found = list[tuple[str, str]]


@dataclass(frozen=True)
class Program:
    """A function as text, with the types of its arguments (``tests.random_array_forms``), and points of several sizes."""

    text: str
    types: Mapping[str, str]
    seed: int = 0

    @classmethod
    def of(cls, seed: int, loops: bool = False) -> Program:
        """The random program of a seed; with sequential loops, if asked for."""
        made = (RandomLoopText if loops else RandomArrayText)(random.Random(seed))
        return cls(made.text(), made.arguments, seed)

    @cached_property
    def function(self) -> Callable[..., Any]:
        """What the text defines."""
        names: dict[str, Any] = {}
        exec(compile(self.text, f"<random {self.seed}>", "exec"), names)  # noqa: S102 - text of our own making
        found: Callable[..., Any] = names["f"]
        return found

    @property
    def names(self) -> list[str]:
        """The arguments."""
        return list(self.types)

    @property
    def wrt(self) -> list[str]:
        """The arguments differentiated by."""
        return [name for name in self.types if name not in ("idx", "h")]

    @property
    def sizes(self) -> list[tuple[int, int]]:
        """Lengths n and m: a few, among them small ones."""
        chosen = random.Random(self.seed)
        return [*chosen.sample(LARGE, 2), chosen.choice(SMALL)]

    def point(self, sizes: tuple[int, int]) -> list[Any]:
        """Arguments of these sizes, laid out in all ways; sometimes the same array twice."""
        numbers = np.random.default_rng([self.seed, *sizes])
        n, m = sizes
        found: list[Any] = []
        for name, kind in self.types.items():
            shape = tuple({"n": n, "m": m, "1": 1}[letter] for letter in kind)
            if name == "idx":
                value = numbers.integers(0, max(n, 1), size=n)
            elif name == "h":
                value = numbers.integers(-2, 4, size=n)
            else:
                value = numbers.uniform(-1.4, 1.4, size=shape).round(6)
            found.append(_laid_out(value, numbers) if kind else float(value))
        if "y" in self.types and numbers.random() < 0.2:
            found[self.names.index("y")] = found[0]
        return found


def _laid_out(value: Vector, numbers: np.random.Generator) -> Vector:
    """The same array as a view of another, in the order of Fortran, or read-only."""
    way = numbers.integers(0, 6)
    if way == 1:
        return np.asfortranarray(value)
    if way == 2:
        return np.repeat(value, 2, axis=0)[::2]
    if way == 3:
        return np.flip(np.flip(value).copy())
    if way == 4:
        value.setflags(write=False)
    return value


def faults(
    program: Program, compiled: bool = False, sizes: Sequence[tuple[int, int]] | None = None, every: bool = False
) -> Found:
    """What is wrong with a program: pairs of a kind ("refused", "wrong", "internal", "raised") and a text.

    ``every``: all derivatives are checked, not some of them.
    """
    made: list[Check] | None = None
    found: Found = []
    for pair in program.sizes if sizes is None else sizes:
        try:
            reference = _reference(program, pair)
        except Exception as error:  # noqa: BLE001 - NumPy itself does not run it
            return [("internal", f"the program: {type(error).__name__}: {error}")]
        if reference is None:
            continue
        if reference.holds:  # else it is not known whether the result is a number
            made = made or checks(program.text, program.wrt, reference.is_scalar, program.seed, every)
        for check in made if made and reference.holds else checks(program.text, program.wrt, True, program.seed)[:1]:
            found += _compared(program, pair, check, reference, compiled)
            if found:
                return found
    return found


def _reference(program: Program, sizes: tuple[int, int]) -> Reference | None:
    """The right numbers; none if the function raises there; None where it has a kink, or is not finite."""
    point = program.point(sizes)
    flat = Flat(program.function, program.names, program.wrt, point)
    numbers = np.random.default_rng(program.seed)
    direction = numbers.normal(size=len(flat.start))
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            value, result = flat(flat.start), program.function(*point)
        except (IndexError, ValueError):
            return Reference(False)
        except ZeroDivisionError:  # of Python's numbers, where NumPy and compiled code give inf or NaN
            return None
        weights = np.ones(1) if np.ndim(result) == 0 else numbers.normal(size=len(value))
        axes = list(np.eye(len(flat.start)))
        first, nearer = (_columns([flat.jvp(axis / by) * by for axis in axes], len(value)) for by in (1, 3))
        second, closer = (
            np.array([weights @ flat.second(axis / by, direction / by) * by**2 for axis in axes], float) for by in (1, 3)
        )
    finite = all(np.all(np.isfinite(part)) and np.all(np.abs(part) < LARGEST) for part in (value, first, second))
    ties = differs(np.ravel(np.asarray(result, float)), value, 1e-6)  # a branch that the last bit decides
    if ties or not finite or differs(first, nearer, SMOOTH) or differs(second, closer, 1e4 * SMOOTH):
        return None
    return Reference(True, flat.like, result, value, first, second, direction, weights)


def _columns(columns: Sequence[Vector], rows: int) -> Vector:
    return np.array(columns).T if columns else np.zeros((rows, 0))


def _compared(
    program: Program, sizes: tuple[int, int], check: Check, reference: Reference, compiled: bool
) -> Iterator[tuple[str, str]]:
    point = program.point(sizes)
    kept = [np.array(value) for value in point]
    where = f"{check.name} at {sizes}"
    seed = {name: reference.seed(kind) for name, kind in check.seeds.items()} if reference.holds else {}
    try:
        made = check.derivative.at(*point, **seed)
    except InternalError as error:
        yield "internal", f"{where}: {error}"
        return
    except SymdiffError as error:
        if reference.holds:
            yield "refused", f"{where}: {_first_lines(error)}"
        return
    except Exception as error:  # noqa: BLE001 - every exception is a finding
        yield "internal", f"{where}: {type(error).__name__}: {error}"
        return
    try:
        with np.errstate(all="ignore"):
            values = dict(zip(program.names, point, strict=True)) | seed
            found = check.derivative(*point, **seed) if compiled else by_source(check.derivative, made, values)
            found = check.numbers(found, reference) if reference.holds else found
    except InternalError as error:
        yield "internal", f"{where}: {error}"
        return
    except (SymdiffError, IndexError, ValueError) as error:
        if reference.holds:
            kind = "refused" if any(text in str(error) for text in BEYOND) else "raised"
            yield kind, f"{where}: {type(error).__name__}: {error}"
        return
    except Exception as error:  # noqa: BLE001 - every exception is a finding
        yield "internal", f"{where}: {type(error).__name__}: {error}"
        return
    if not reference.holds:
        yield "wrong", f"{where}: a value where NumPy raises"
    elif wrong := differs(found, check.expected(reference), check.tolerance):
        yield "wrong", f"{where}: {wrong}"
    elif not all(map(np.array_equal, kept, point)):
        yield "wrong", f"{where}: an argument was changed"


def by_source(derivative: Any, made: Any, values: Mapping[str, Any]) -> Any:
    """What the generated source gives as plain Python; compiled, where Python raises what is NaN or infinite in NumPy."""
    patterns = made._patterns.of(values) if made.is_sparse else []
    arguments = made.arguments(values)
    try:
        function = python_function(made.source)
        with poisoned():
            result = function(*arguments)
    except (ArithmeticError, ValueError) as error:
        if isinstance(error, ValueError) and "math domain" not in str(error):
            raise
        return derivative(**values)
    if made.unpack is not None:
        result = made.unpack(result)
    return made._patterns.assembled(result, patterns) if patterns else result


def _first_lines(error: SymdiffError) -> str:
    lines = [line.strip() for line in str(error).splitlines()]
    return " ".join(lines[:1] + lines[2:3] + lines[4:5])


def _run(seed: int, compiled: bool, loops: bool) -> tuple[int, Found]:
    return seed, faults(Program.of(seed, loops), compiled)


def report(
    seeds: Sequence[int],
    compiled: bool,
    jobs: int,
    show: Callable[[str], None],
    *,
    verbose: bool = False,
    loops: bool = False,
) -> Counter[str]:
    """Check many programs and show what is found, but for refusals."""
    counts: Counter[str] = Counter()
    with ProcessPoolExecutor(jobs) as pool:
        for seed, found in pool.map(partial(_run, compiled=compiled, loops=loops), seeds, chunksize=5):
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
    parser.add_argument("--loops", action="store_true", help="programs with sequential loops")
    options = parser.parse_args()
    if options.show is not None:
        program = Program.of(options.show, options.loops)
        print(program.text, *faults(program), *faults(program, compiled=True), sep="\n")
        return
    kinds = ("programs", "refused", "raised", "wrong", "internal")
    table = [f"{'run':12}" + "".join(f"{kind:>10}" for kind in (*kinds, "seconds"))]
    for name, count, compiled in (("source", options.programs, False), ("compiled", options.compiled, True)):
        start = time.perf_counter()
        how = {"verbose": options.refused, "loops": options.loops}
        counts = report(range(options.seed, options.seed + count), compiled, options.jobs, print, **how)
        table.append(f"{name:12}" + "".join(f"{counts[kind]:10}" for kind in kinds) + f"{time.perf_counter() - start:10.0f}")
    print("\n".join(table))


if __name__ == "__main__":
    main()
