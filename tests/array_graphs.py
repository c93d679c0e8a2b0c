"""Random array graphs against differences in high precision: every pass, and two orders by four compositions of sweeps.

``python -m tests.array_graphs --graphs 500 --seed 0`` prints a table and the graphs that fail; ``--show SEED`` prints one.
"""

# ruff: noqa: T201 - a program of the command line

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import mpmath
import numpy as np

from symdiff.calculus import adjoint, tangent
from symdiff.graph.build import Builder
from symdiff.graph.check import check
from symdiff.graph.dead import dead_code
from symdiff.graph.evaluate import HighPrecision, evaluate_with_bound, executed_cost
from symdiff.graph.graph import UNDEFINED, Const, Graph, Param, walk
from symdiff.graph.splice import splice
from symdiff.graph.structure import SCALAR, Items, Structure, Tensor
from symdiff.simplify import clean, simplify
from tests.array_moves import INTEGERS
from tests.array_programs import ArrayProgram

DIGITS = 80
STEP = mpmath.mpf(10) ** -20
CLOSE = 1e-18
MARGIN = 1e-4
SIZES = ({"n": 0, "m": 0, "h": 0}, {"n": 1, "m": 1, "h": 1}, {"n": 2, "m": 3, "h": 2}, {"n": 3, "m": 2, "h": 0})
KINKS = {"lt", "gt", "le", "ge", "eq", "ne", "maximum", "minimum"}
Values = list[Any]


class Strict(HighPrecision):
    """High precision, where an undefined value must not be used; measures how near a choice was to its kink."""

    def __init__(self) -> None:
        self.margin = mpmath.inf

    def _literal(self, const: Const) -> Any:
        return UNDEFINED if const == UNDEFINED else super()._literal(const)

    def _operation(self, let: Any, operands: list[Any]) -> Any:
        if UNDEFINED in operands and operands[0] is not {"or": True, "and": False}.get(let.op.name):
            raise AssertionError(f"{let.name} = {let.op.name}(...) is computed from an undefined value")
        if let.op.name in KINKS and mpmath.isfinite(operands[0]) and mpmath.isfinite(operands[1]):
            self.margin = min(self.margin, abs(operands[0] - operands[1]))
        return super()._operation(let, operands)


def run(graph: Graph, inputs: Sequence[Any]) -> Values:
    """The outputs of a graph in high precision, none of them undefined."""
    found = Strict().run(graph, inputs)
    if any(item is UNDEFINED for value in found for item in np.ravel(np.array(value, dtype=object))):
        raise AssertionError("an output is undefined")
    return found


@dataclass(frozen=True)
class Case:
    """A random graph and points of several sizes where it is smooth: for each point, the value of each input."""

    seed: int
    graph: Graph
    points: tuple[Values, ...]

    @property
    def wrt(self) -> list[str]:
        """The inputs that are differentiated in."""
        return [name for name in self.graph.inputs if name != INTEGERS]


def case(seed: int, size: int = 12) -> Case:
    """The case of a seed: the first graph that it leads to which has a smooth point of each size."""
    numbers = random.Random(seed)
    while True:
        graph = check(ArrayProgram(numbers.random(), size).graph)
        last = {name: numbers.randint(0, 4) for name in "nmh"}
        points = [point(graph, sizes, numbers) for sizes in (*SIZES, last)]
        if all(found is not None for found in points):
            return Case(seed, graph, tuple(points))  # type: ignore[arg-type]


def point(graph: Graph, sizes: Mapping[str, int], numbers: random.Random) -> Values | None:
    """A point of this size that is away from the kinks; None if none is found."""
    for _ in range(4):
        inputs = [drawn(param, sizes, numbers) for param in graph.params]
        machine = Strict()
        machine.run(graph, inputs)
        if machine.margin > MARGIN:
            return inputs
    return None


def drawn(param: Param, sizes: Mapping[str, int], numbers: random.Random) -> Any:
    """A random value of an input, sometimes with zeros in it."""
    axes = param.structure.axes if isinstance(param.structure, Tensor) else ()
    shape = tuple(length.value(sizes) for length in axes)
    found = np.empty(shape, dtype=object)
    for index in np.ndindex(shape):
        zero = numbers.random() < 0.05
        found[index] = numbers.randrange(sizes["n"]) if param.name == INTEGERS else 0.0 if zero else numbers.uniform(-1.5, 1.5)
    return found if axes else found[()]


# derivatives


def packed(graph: Graph, leaves: Sequence[Structure]) -> Graph:
    """The graph with these structures of its outputs."""
    return replace(graph, result=leaves[0] if len(leaves) == 1 else Items("tuple", tuple(leaves)))


def structures(graph: Graph, names: Sequence[str]) -> list[Structure]:
    """The structure of each of these inputs."""
    return [Tensor(axes) if (axes := graph.input_axes[name]) else SCALAR for name in names]


def forward(graph: Graph, wrt: Sequence[str], prefix: str) -> Graph:
    """The outputs' tangents along seeds that are called after the inputs."""
    seeds = [Param(prefix + name, each, (prefix + name,), "seed") for name, each in zip(wrt, structures(graph, wrt), strict=True)]
    sweep = tangent(graph, wrt, [{name: prefix + name for name in wrt}], seeds=seeds)
    made = sweep.finish([sweep.tangent(atom, 0) for atom in sweep.graph.outputs])
    return check(packed(made, list(graph.result.leaves())))


def backward(graph: Graph, wrt: Sequence[str], prefix: str) -> Graph:
    """The inputs' adjoints for cotangents that are called after the outputs."""
    leaves = [SCALAR if not isinstance(leaf, Tensor) else leaf for leaf in graph.result.leaves()]
    seeds = [Param(f"{prefix}{place}", leaf, (f"{prefix}{place}",), "seed") for place, leaf in enumerate(leaves)]
    sweep = adjoint(graph, wrt, [{place: seed.name for place, seed in enumerate(seeds)}], seeds=seeds)
    made = sweep.finish([sweep.adjoint(name, 0) for name in wrt])
    return check(packed(made, structures(graph, wrt)))


def gradient(graph: Graph, wrt: Sequence[str]) -> Graph:
    """The gradient of the first output, whose cotangent is the literal 1."""
    sweep = adjoint(graph, wrt, [{0: Const(1)}])
    return check(packed(sweep.finish([sweep.adjoint(name, 0) for name in wrt]), structures(graph, wrt)))


def spliced(graph: Graph) -> Graph:
    """The graph after a walk through a builder."""
    builder = Builder()
    builder.inputs(graph.input_axes)
    outputs = splice(builder, graph.body, {}, graph.outputs)
    return replace(graph, body=builder.body, outputs=tuple(outputs))


PASSES: dict[str, Callable[[Graph], Graph]] = {
    "nothing": lambda graph: graph,
    "simplify": simplify,
    "clean": clean,
    "dead_code": dead_code,
    "splice": spliced,
}


# comparing


def directions(graph: Graph, names: Sequence[str], inputs: Values, numbers: random.Random) -> Values:
    """A random direction of some inputs."""
    given = dict(zip(graph.inputs, inputs, strict=True))
    return [random_like(given[name], numbers) for name in names]


def random_like(value: Any, numbers: random.Random) -> Any:
    """Random numbers of the shape of a value."""
    if not isinstance(value, np.ndarray):
        return numbers.uniform(-1, 1)
    found = np.empty(value.shape, dtype=object)
    for index in np.ndindex(value.shape):
        found[index] = numbers.uniform(-1, 1)
    return found


def dot(first: Values, second: Values) -> Any:
    """The sum of all products."""
    pairs = zip(first, second, strict=True)
    return mpmath.fsum(x * y for a, b in pairs for x, y in zip(np.ravel(a), np.ravel(b), strict=True))


def moved(case: Case, inputs: Values, along: Sequence[tuple[Any, Values]]) -> Values:
    """A point moved along directions of the inputs that are differentiated in."""
    found = []
    steps = [dict(zip(case.wrt, direction, strict=True)) for _, direction in along]
    for name, value in zip(case.graph.inputs, inputs, strict=True):
        if name != INTEGERS:
            for (factor, _), step in zip(along, steps, strict=True):
                value = value + factor * (step[name] if isinstance(step[name], np.ndarray) else mpmath.mpf(step[name]))
        found.append(value)
    return found


def same(found: Values, wanted: Values, tolerance: float) -> bool:
    """Whether all numbers agree; two NaN do."""
    pairs = zip(found, wanted, strict=True)
    return all(
        np.shape(a) == np.shape(b)
        and all(
            (mpmath.isnan(x) and mpmath.isnan(y)) or x == y or abs(x - y) <= tolerance * (1 + abs(y))
            for x, y in zip(np.ravel(np.array(a, dtype=object)), np.ravel(np.array(b, dtype=object)), strict=True)
        )
        for a, b in pairs
    )


def faults(case: Case) -> Iterator[str]:
    """What is wrong with the derivatives of a case and with what the passes make of them."""
    with mpmath.workdps(DIGITS):
        try:
            yield from _faults(case)
        except Exception as error:  # noqa: BLE001 - every exception is a finding
            yield f"{type(error).__name__}: {error}"


def _faults(case: Case) -> Iterator[str]:
    numbers = random.Random(case.seed)
    graph, wrt = check(case.graph), case.wrt
    tidy = PASSES["simplify" if numbers.random() < 0.5 else "nothing"]
    start = check(tidy(graph))
    ahead, back = check(tidy(forward(start, wrt, "v_"))), check(tidy(backward(start, wrt, "w")))
    second = {
        "forward over forward": forward(ahead, wrt, "u_"),
        "reverse over forward": backward(ahead, wrt, "s"),
        "forward over reverse": forward(back, wrt, "u_"),
        "reverse over reverse": backward(back, wrt, "s"),
    }
    unit = gradient(start, wrt)
    yield from passes({"value": graph, "forward": ahead, "reverse": back, "gradient": unit, **second}, case, numbers)
    for inputs in case.points:
        values = run(graph, inputs)
        v, u = (directions(graph, wrt, inputs, numbers) for _ in range(2))
        w = [random_like(value, numbers) for value in values]
        first = [1.0, *(np.zeros_like(value) for value in values[1:])]
        if not same(run(unit, inputs), run(back, [*inputs, *first]), 1e-40):
            yield f"gradient: not what a cotangent of 1 gives at {shapes(inputs)}"
        yield from derivatives(case, inputs, (v, u, w), ahead, back, second)


def derivatives(
    case: Case, inputs: Values, seeds: tuple[Values, Values, Values], ahead: Graph, back: Graph, second: Mapping[str, Graph]
) -> Iterator[str]:
    """Compare first and second derivatives at a point with differences."""
    v, u, w = seeds

    def value(s: Any, t: Any) -> Any:
        return dot(run(case.graph, moved(case, inputs, [(s, v), (t, u)])), w)

    first = (value(STEP, 0) - value(-STEP, 0)) / (2 * STEP)
    mixed = (value(STEP, STEP) - value(STEP, -STEP) - value(-STEP, STEP) + value(-STEP, -STEP)) / (4 * STEP**2)
    gradient = run(back, [*inputs, *w])
    found = {
        "forward": (dot(run(ahead, [*inputs, *v]), w), first),
        "reverse": (dot(gradient, v), first),
        "forward over forward": (dot(run(second["forward over forward"], [*inputs, *v, *u]), w), mixed),
        "reverse over forward": (dot(run(second["reverse over forward"], [*inputs, *v, *w]), u), mixed),
        "forward over reverse": (dot(run(second["forward over reverse"], [*inputs, *w, *u]), v), mixed),
        "reverse over reverse": (dot(run(second["reverse over reverse"], [*inputs, *w, *v]), u), mixed),
    }
    for name, (number, wanted) in found.items():
        if not abs(number - wanted) <= CLOSE * (1 + abs(wanted)):
            yield f"{name}: {mpmath.nstr(number, 12)} for {mpmath.nstr(wanted, 12)} at {shapes(inputs)}"


def passes(graphs: Mapping[str, Graph], case: Case, numbers: random.Random) -> Iterator[str]:
    """Compare each graph with what each pass makes of it, at one point; in double precision too, within its bound."""
    for name, graph in graphs.items():
        inputs = list(numbers.choice(case.points[1:]))
        given = dict(zip(case.graph.inputs, inputs, strict=True))
        shapes_of = dict(zip(graph.inputs, _seed_shapes(graph, case.graph, given), strict=True))
        inputs = [given[key] if key in given else random_like(shapes_of[key], numbers) for key in graph.inputs]
        wanted = run(graph, inputs)
        for title, apply in PASSES.items():
            made = check(apply(graph))
            if not same(run(made, inputs), wanted, 1e-40):
                yield f"{title} changes {name} at {shapes(inputs)}"
            if title != "simplify" or name not in ("value", "gradient"):
                continue
            values, bounds = evaluate_with_bound(made, inputs)
            for value, bound, exact in zip(values, bounds, wanted, strict=True):
                if not np.all(np.abs(np.array(value - exact, dtype=float)) <= 16 * np.array(bound) + 1e-300):
                    yield f"{name} simplified: {value} for {exact}, bound {bound}"


def law(case: Case) -> Iterator[str]:
    """The size law per executed path, where no element is 0: there a product needs one of the others for each element.

    A product of two elements and nothing else is beyond it, by the test for 0.
    """
    leaf = next(iter(case.graph.result.leaves()))
    value = simplify(replace(case.graph, outputs=case.graph.outputs[:1], result=leaf))
    sweep = adjoint(value, case.wrt, [{0: Const(1)}])
    both = sweep.finish([*value.outputs, *(sweep.adjoint(name, 0) for name in case.wrt)])
    both = simplify(check(packed(both, [leaf, *structures(value, case.wrt)])))
    for inputs in case.points[2:]:
        away = [
            np.where(item == 0, 0.3, item) if name != INTEGERS else item for name, item in zip(value.inputs, inputs, strict=True)
        ]
        away = [item if np.ndim(item) else float(item) for item in away]
        costs, count = [executed_cost(graph, away) for graph in (value, both)], sum(map(np.size, away))
        if costs[1] > 5 * costs[0] + 2 * count and costs[0]:
            yield f"size law: {costs[1]} for a value of {costs[0]} and {count} inputs"


def _seed_shapes(graph: Graph, original: Graph, given: Mapping[str, Any]) -> Iterator[Any]:
    """An array of the shape that each input of a derivative has."""
    sizes = {size: np.shape(given[name])[axis] for size, (name, axis) in original.sizes.items()}
    for axes in graph.input_axes.values():
        yield np.empty(tuple(max(length.value(sizes), 0) for length in axes), dtype=object) if axes else 0.0


def shapes(inputs: Values) -> str:
    """The shapes of inputs, for messages."""
    return ", ".join(str(np.shape(value)) for value in inputs)


def main() -> None:
    """Run the long form and print its table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--graphs", type=int, default=500)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--show", type=int, help="print the graph of this seed, and what is wrong with it")
    options = parser.parse_args()
    if options.show is not None:
        print(case(options.show).graph, *faults(case(options.show)), *law(case(options.show)), sep="\n")
        return
    start, failed, statements = time.perf_counter(), 0, 0
    for seed in range(options.seed, options.seed + options.graphs):
        made = case(seed)
        statements += sum(1 for _ in walk(made.graph.body))
        lines = [*faults(made), *law(made)]
        if lines:
            failed += 1
            print(f"seed {seed}", made.graph, *lines, sep="\n")
    print(f"{'graphs':>10}{'statements':>12}{'failed':>10}{'seconds':>10}")
    print(f"{options.graphs:10}{statements:12}{failed:10}{time.perf_counter() - start:10.0f}")


if __name__ == "__main__":
    main()
