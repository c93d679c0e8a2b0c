"""Special functions of the table: value and two derivatives against mpmath, in units of the 16-fold rounding bound."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from typing import Any

from mpmath import mp

from symdiff.calculus import derivative
from symdiff.errors import UnsupportedError
from symdiff.graph.build import Builder
from symdiff.graph.evaluate import evaluate, evaluate_with_bound
from symdiff.graph.graph import Const, Graph, Param
from symdiff.primitives import TABLE
from symdiff.primitives.row import Primitive
from symdiff.simplify import simplify
from tests.benchmarks.table import show
from tests.primitives.sampling import points, variables

SPELLED = "scipy.special."
SAFETY = 16
DIGITS = 60


def special_functions() -> list[Primitive]:
    """The rows that are functions of scipy.special, or the numbers that one of its functions returns together."""
    return [row for row in TABLE.values() if row.scipy or any(name.startswith(SPELLED) for name in row.spellings)]


@dataclass
class Score:
    """The largest errors of one row, in units of what is allowed: of its value, first and second derivatives."""

    row: Primitive
    worst: list[float] = field(default_factory=lambda: [0.0, 0.0, 0.0])

    @property
    def good(self) -> bool:
        """Whether all are within what is allowed; NaN is not."""
        return all(error <= 1 for error in self.worst)


def score(row: Primitive, count: int) -> Score:
    """Compare a row at ``count`` points of its sample domain with mpmath."""
    result = Score(row)
    for point in points(row, count):
        graph = _graph(row, point)
        inputs = [point[position] for position in variables(row)]
        names = [f"x{position}" for position in variables(row) if _is_known(graph, f"x{position}")]
        for order in range(3):
            for wrt in itertools.combinations_with_replacement(names, order):
                error = _error(row, simplify(derivative(graph, wrt, simplify)), point, inputs, wrt)
                result.worst[order] = max(result.worst[order], error)
    return result


def _is_known(graph: Graph, name: str) -> bool:
    try:
        derivative(graph, [name], simplify)
    except UnsupportedError:
        return False
    return True


def _graph(row: Primitive, point: tuple[Any, ...]) -> Graph:
    builder = Builder()
    names = [f"x{position}" for position in variables(row)]
    leaves = iter([builder.value(builder.input(name)) for name in names])
    operands = [builder.value(Const(x)) if position in row.literals else next(leaves) for position, x in enumerate(point)]
    output = builder.atom(row(*operands))
    return simplify(Graph(row.name, tuple(map(Param, names)), builder.body, (output,)))


def _error(row: Primitive, graph: Graph, point: tuple[Any, ...], inputs: list[float], wrt: tuple[str, ...]) -> float:
    """The error of a derivative, by differences of the row's own mpmath definition, in units of what is allowed."""
    (found,), (bound,) = evaluate_with_bound(graph, inputs)
    with mp.workdps(DIGITS):
        exact = _exact(row, point, wrt)
        error = abs(mp.mpf(float(found)) - exact)
        noise = mp.mpf(10) ** (5 - DIGITS // 2) * (1 + abs(exact))  # of the differences
        return float(error / (SAFETY * mp.mpf(float(bound)) + noise))


def _exact(row: Primitive, point: tuple[Any, ...], wrt: tuple[str, ...]) -> Any:
    where = variables(row)

    def value(*operands: Any) -> Any:
        given = iter(operands)
        full = [next(given) if position in where else x for position, x in enumerate(point)]
        if row.expansion is None:
            return row.high_precision(*full)
        return evaluate(_graph(row, point), [full[position] for position in where], "mpmath")[0]

    orders = tuple(wrt.count(f"x{position}") for position in where)
    at = tuple(mp.mpf(point[position]) for position in where)
    return mp.diff(value, at, orders) if any(orders) else value(*at)


def special() -> None:
    """Print the table of all special functions."""
    rows = [score(row, 5) for row in special_functions()]
    rows.sort(key=lambda found: -max(found.worst))
    good = sum(found.good for found in rows)
    show(
        f"Special functions: {good} of {len(rows)} within the 16-fold rounding bound of mpmath (value, two derivatives)",
        ("function", "value", "first", "second"),
        [(found.row.name, *found.worst) for found in rows],
        "largest error at 5 points of the sample domain, in units of the bound; derivatives in every argument where known",
    )
