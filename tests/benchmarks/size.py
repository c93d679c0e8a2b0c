"""The size law on the corpus, and the growth of a long composition."""

from __future__ import annotations

import statistics
import time

from symdiff import grad, read
from symdiff.graph.evaluate import executed_cost
from symdiff.graph.graph import Let, walk
from tests.benchmarks.table import show
from tests.crossing import Crossing
from tests.oracle import inputs_of
from tests.programs import PROGRAMS

STEPS = (15, 30, 60, 120)


def size_law() -> None:
    """Print the programs of the corpus that come nearest to the law."""
    rows = []
    for program in PROGRAMS:
        for place in range(len(program.points)):
            crossing = Crossing(program, place, "value_and_grad")
            if not crossing.primal.graph.result.is_scalar:
                continue
            inputs = inputs_of(crossing.made, crossing.values)
            leaves = sum(param.structure.size for param in crossing.by)
            value, both = executed_cost(crossing.primal.graph, inputs), executed_cost(crossing.made.graph, inputs)
            rows.append((both / max(5 * value + 2 * leaves, 1), f"{program.name}@{place}", value, both, leaves))
    rows.sort(reverse=True)
    worst = [(name, value, both, leaves, both / max(value, 1), used) for used, name, value, both, leaves in rows[:6]]
    ratios = [both / value for _, _, value, both, _ in rows if value >= 10]
    show(
        f"Size law: weighted operations of value and gradient, {len(rows)} points of the corpus",
        ("program", "value", "value+grad", "inputs", "ratio", "of the law"),
        worst,
        f"ratio where the value has 10 operations or more: median {statistics.median(ratios):.2f}, worst {max(ratios):.2f}",
    )


def composition(steps: int) -> str:
    """Text of x = sin(x)*x + 1/(1 + x**2), iterated."""
    return f"import math\ndef f(x):\n    for _ in range({steps}):\n        x = math.sin(x)*x + 1/(1 + x**2)\n    return x\n"


def growth() -> None:
    """Print times and sizes of graph, gradient and source of a composition."""
    rows = []
    _ = grad(source=composition(2)).source  # imports are paid before
    for steps in STEPS:
        start = time.perf_counter()
        graph = read(source=composition(steps)).graph
        read_in = time.perf_counter()
        df = grad(source=composition(steps))
        lets = sum(isinstance(statement, Let) for statement in walk(df.graph.body))
        derived = time.perf_counter()
        size = len(df.source)
        written = time.perf_counter()
        own = sum(isinstance(statement, Let) for statement in walk(graph.body))
        rows.append((steps, read_in - start, derived - read_in, written - derived, own, lets, size, lets / steps, size / steps))
    heads = ("steps", "read s", "gradient s", "source s", "lets of f", "lets", "bytes", "lets/step", "bytes/step")
    show("Composition of x = sin(x)*x + 1/(1 + x**2)", heads, rows)
