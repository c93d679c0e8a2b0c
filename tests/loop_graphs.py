"""Random graphs with loops against differences in high precision: two orders by four compositions of sweeps.

``python -m tests.loop_graphs --graphs 500 --seed 0`` prints a table and the graphs that fail; ``--show SEED`` prints one.
"""

# ruff: noqa: T201 - a program of the command line

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import mpmath
import numpy as np

from symdiff.calculus import blocks
from symdiff.codegen import emit, python_function
from symdiff.graph.affine import Affine, Axes
from symdiff.graph.build import Builder
from symdiff.graph.check import check
from symdiff.graph.evaluate import evaluate
from symdiff.graph.graph import Atom, Buffer, Carried, Collected, Const, Loop, Param, Store, walk_all
from symdiff.graph.loops import parameter, step_graph, with_outs
from symdiff.graph.structure import Tensor
from symdiff.graph.terms import Term
from symdiff.primitives import TABLE
from symdiff.simplify import simplify
from tests.array_graphs import (
    DIGITS,
    SIZES,
    Case,
    directions,
    faults,
    forward,
    gradient,
    point,
    random_like,
    run,
    same,
    shapes,
)
from tests.array_moves import INTEGERS, Made, n
from tests.array_programs import ArrayProgram
from tests.crossed_names import crossed
from tests.poison import poisoned

Given = tuple[list[Param], list[tuple[str, Atom]], list[Made]]  # parameters of a step, what is captured, what is in sight


@dataclass
class Inside:
    """A step that is made: what it carries, stores and collects."""

    counter: str
    trip: Affine
    carried: list[tuple[str, Made]] = field(default_factory=list)
    buffers: list[tuple[str, Made]] = field(default_factory=list)


class LoopProgram(ArrayProgram):
    """A random graph with loops, also in branches and in loops."""

    def fill(self, visible: list[Made], count: int, depth: int) -> None:
        """Add values to those in sight, a loop among them at first."""
        if depth < 2 and self.random.random() < (0.9 if depth == 0 else 0.4):
            visible += [self.tame(made) for made in self.loop(visible, depth)]
        super().fill(visible, count, depth)

    def loop(self, visible: list[Made], depth: int) -> list[Made]:
        """A loop over a random step, and what it hands on."""
        outer, trip = self.builder, self.random.choice([n, n - 1, Affine(0), Affine(1), Affine(2), Affine(3)])
        if not any(str(size) == "n" for size in self.sizes):
            trip = Affine(self.random.randint(0, 3))
        inside = Inside(f"c{depth}", trip)
        saved = self.conditions
        self.conditions = {}
        names = Builder(taken={inside.counter, *outer.kinds})
        params, captured, known = self.given(inside, visible, names)
        self.builder = inner = Builder(taken={param.name for param in params})
        for param in params:
            inner.input(param.name, axes=param.structure.axes if isinstance(param.structure, Tensor) else ())
        known += self.elements(inside, known)
        super().fill(known, self.random.randint(1, 4), depth + 1)
        if self.random.random() < 0.25:
            known += [self.tame(made) for made in self.loop(known, depth + 1)] if depth < 1 else []
        loop, bounds = self.finished_loop(inside, known, params, captured)
        self.builder, self.conditions = outer, saved
        return self.added(loop, bounds)

    def given(
        self, inside: Inside, visible: list[Made], names: Builder
    ) -> tuple[list[Param], list[tuple[str, Atom]], list[Made]]:
        """The parameters of the step, and what of them can be used."""
        params = [parameter(inside.counter, size=True)]
        captured: list[tuple[str, Atom]] = []
        known: list[Made] = []
        for size in self.sizes:
            params.append(parameter(str(size), size=True))
            captured.append((str(size), str(size)))
        if INTEGERS in self.inputs:
            params.append(Param(INTEGERS, Tensor(self.inputs[INTEGERS], "int"), (INTEGERS,), "step"))
            captured.append((INTEGERS, INTEGERS))
        for made in self.random.sample(visible, min(len(visible), self.random.randint(0, 3))):
            name = names.fresh("v")
            params.append(parameter(name, made.axes))
            captured.append((name, made.atom))
            known.append(Made(name, made.axes, made.bound))
        for place in range(self.random.randint(0, 2)):
            init = self.pick(visible)
            if init is not None:
                name = names.fresh("u")
                target = inside.buffers if len(init.axes) and place and self.random.random() < 0.7 else inside.carried
                target.append((name, init))
                params.append(parameter(name, init.axes))
                known.append(Made(name, init.axes, 31.0))
        return params, captured, known

    def index(self, length: Affine, inside: Inside) -> Affine | None:
        """An index of an axis that depends on the counter, in range in every iteration."""
        counter, spare = Affine.of(inside.counter), length - inside.trip
        found = []
        if spare.is_constant and spare.const >= 0:
            found = [counter + self.random.randint(0, spare.const), length - 1 - counter]
        elif length.is_constant and length.const > 0:
            found = [Affine(self.random.randrange(length.const))]
        return self.random.choice(found) if found else None

    def elements(self, inside: Inside, known: list[Made]) -> list[Made]:
        """Elements and rows of arrays at indices that depend on the counter."""
        found = [Made(self.builder.sum([Term(Affine.of(inside.counter))], ()), (), 4.0)]
        for made in known:
            for _ in range(2):
                place = made.axes and self.index(made.axes[0], inside)
                if not place or not isinstance(made.atom, str):
                    continue
                rest = made.axes[1:]
                own = tuple(Affine.of(k) for k in range(len(rest)))
                found.append(self.made(self.builder.sum([Term(made.atom, (place, *own))], rest), rest, made.bound))
        return found

    def finished_loop(
        self, inside: Inside, known: list[Made], params: list[Param], captured: list[tuple[str, Atom]]
    ) -> tuple[Loop, dict[str, float]]:
        """The loop, with a step that gives values in sight."""
        outputs: list[tuple[Atom, Axes]] = []
        carried, collected, buffers, bounds = [], [], [], {}
        for name, init in inside.carried:
            value = self.tame(self.like(known, init.axes))
            carried.append(Carried(name, init.atom, f"{name}_out", init.axes))
            bounds[f"{name}_out"] = max(init.bound, 30.0)
            outputs.append((value.atom, init.axes))
        for _ in range(self.random.randint(0, 1)):
            value = self.tame(self.pick(known) or Made(Const(0.5), (), 0.5))
            collected.append(Collected(f"row{len(collected)}", value.axes))
            outputs.append((value.atom, value.axes))
        for name, init in inside.buffers:
            stores = []
            for _ in range(self.random.randint(1, 2)):
                index = [self.index(length, inside) for length in init.axes[: self.random.randint(1, len(init.axes))]]
                if all(part is not None for part in index):
                    stores.append(Store(tuple(part for part in index if part is not None), self.random.random() < 0.4))
                    value = self.tame(self.like(known, init.axes[len(index) :]))
                    outputs.append((value.atom, init.axes[len(index) :]))
            buffers.append(Buffer(name, init.atom, f"{name}_out", init.axes, tuple(stores)))
            bounds[f"{name}_out"] = 100.0
        test = self.test(known) if self.random.random() < 0.3 else None
        if test is not None:
            outputs.append((test, ()))
        step = step_graph("step", params, self.builder.body, outputs)
        loop = Loop(step, inside.counter, inside.trip, tuple(carried), tuple(buffers), tuple(collected), tuple(captured))
        return self.ended(loop, test), bounds

    def test(self, known: list[Made]) -> Atom | None:
        """Whether to go on."""
        made = self.pick(known, lambda made: not made.axes and isinstance(made.atom, str))
        return made and self.builder.apply(TABLE["lt"], made.atom, Const(self.random.choice([0.7, 1.5, 3.0])))

    def ended(self, loop: Loop, test: Atom | None) -> Loop:
        """The loop with a test, or with a direction."""
        if test is not None:
            return replace(loop, test=Const(True), count="count" if loop.collected else "")
        return replace(loop, backward=self.random.random() < 0.3)

    def added(self, loop: Loop, bounds: dict[str, Any]) -> list[Made]:
        """Put a loop into the graph; its results as values."""
        names = {name: self.builder.fresh(name, axes=axes) for name, axes in loop.outs.items() if name != loop.count}
        if loop.count:
            loop = replace(loop, count=self.builder.fresh(loop.count))
            names.update({each.out: names.get(each.out, each.out) for each in loop.collected})
        renamed = with_outs(loop, names)
        self.builder.append(renamed)
        found = []
        for name, axes in renamed.outs.items():
            if name == renamed.count:
                continue
            before = next((old for old, new in names.items() if new == name), name)
            made = Made(name, axes, bounds.get(before, 31.0))
            found.append(
                self.contract(made, range(len(axes))) if renamed.count and axes and str(axes[0]) == renamed.count else made
            )
        return found


def case(seed: int, size: int = 8) -> Case:
    """The case of a seed: the first graph that it leads to which has a smooth point of each size."""
    numbers = random.Random(seed)
    while True:
        graph = check(LoopProgram(numbers.random(), size).graph)
        if not any(isinstance(statement, Loop) for statement in walk_all(graph.body)):
            continue
        last = {name: numbers.randint(0, 4) for name in "nmh"}
        points = [point(graph, sizes, numbers) for sizes in (*SIZES, last)]
        if all(found is not None for found in points):
            return Case(seed, graph, tuple(points))  # type: ignore[arg-type]


def jacobians(case: Case) -> Iterator[str]:
    """What is wrong with the Jacobians of a case: they times a direction are the tangents along it."""
    graph, numbers = case.graph, random.Random(case.seed)
    params = [graph.param(name) for name in case.wrt]
    made = check(blocks.jacobian(graph, params, simplify))
    with mpmath.workdps(DIGITS):
        ahead = forward(graph, case.wrt, "v_")
        for inputs in case.points:
            along = directions(graph, case.wrt, inputs, numbers)
            parts, wanted = iter(run(made, inputs)), run(ahead, [*inputs, *along])
            found: list[Any] = [0] * len(wanted)
            for vector in along:
                for number in range(len(wanted)):
                    found[number] = found[number] + np.tensordot(next(parts), vector, axes=np.ndim(vector))
            if not same(found, wanted, 1e-40):
                yield f"Jacobian: not what the sweep forward gives at {shapes(inputs)}"


def code(case: Case, *, is_crossed: bool | None = None) -> Iterator[str]:
    """What the generated source computes otherwise than the interpreter, as plain Python; every other case with crossed names."""
    is_crossed = bool(case.seed % 2) if is_crossed is None else is_crossed
    numbers = random.Random(case.seed)
    start = simplify(case.graph)
    back = simplify(gradient(start, case.wrt))
    graphs = {"value": start, "gradient": back, "tangent": simplify(forward(back, case.wrt, "v_"))}
    for name, graph in graphs.items():
        function = python_function(emit(crossed(graph, numbers) if is_crossed else graph, name="f", title=name))
        for inputs in case.points:
            given = dict(zip(case.graph.inputs, inputs, strict=True))
            like = {f"v_{key}": value for key, value in given.items()}
            values = [given[key] if key in given else random_like(like[key], numbers) for key in graph.inputs]
            with np.errstate(all="ignore"):
                wanted = evaluate(graph, values)
                try:
                    arguments = [_argument(graph.param(key), value) for key, value in zip(graph.inputs, values, strict=True)]
                    with poisoned():
                        found = function(*arguments)
                except ZeroDivisionError:  # plain Python divides so
                    continue
                except ValueError as error:
                    if "math domain error" not in str(error):
                        yield f"code of the {name}: {error} at {shapes(values)}"
                    continue
                except Exception as error:  # noqa: BLE001 - every exception is a finding
                    yield f"code of the {name}: {type(error).__name__}: {error} at {shapes(values)}"
                    continue
            found = list(found) if isinstance(found, tuple) else [found]
            for a, b in zip(found, wanted, strict=True):
                if np.shape(a) != np.shape(b) or not np.allclose(a, np.array(b, dtype=float), 1e-9, 1e-12, equal_nan=True):
                    yield f"code of the {name}: {a} for {b} at {shapes(values)}"


def _argument(param: Param, value: Any) -> Any:
    if not isinstance(param.structure, Tensor):
        return float(value)
    return np.array(value, dtype=np.int64 if param.structure.kind == "int" else np.float64)


def main() -> None:
    """Run the long form and print its table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--graphs", type=int, default=500)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--show", type=int, help="print the graph of this seed, and what is wrong with it")
    options = parser.parse_args()
    if options.show is not None:
        print(
            case(options.show).graph,
            *faults(case(options.show)),
            *jacobians(case(options.show)),
            *code(case(options.show)),
            sep="\n",
        )
        return
    start, failed, statements = time.perf_counter(), 0, 0
    for seed in range(options.seed, options.seed + options.graphs):
        made = case(seed)
        statements += sum(1 for _ in walk_all(made.graph.body))
        lines = [*faults(made), *jacobians(made), *code(made)]
        if lines:
            failed += 1
            print(f"seed {seed}", *lines, sep="\n")
    print(f"{'graphs':>10}{'statements':>12}{'failed':>10}{'seconds':>10}")
    print(f"{options.graphs:10}{statements:12}{failed:10}{time.perf_counter() - start:10.0f}")


if __name__ == "__main__":
    main()
