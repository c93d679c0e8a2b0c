"""Checking derivatives: everything against differences in high precision."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from symdiff import pipeline
from symdiff.arguments import Call, bind, scalars, sort_arguments
from symdiff.errors import DomainError, SymdiffError
from symdiff.function import SymbolicFunction
from symdiff.graph.evaluate import evaluate, evaluate_with_bound
from symdiff.graph.graph import Graph
from symdiff.transforms import hessian, jacobian, read

DIGITS = 50  # of the differences; mpmath raises its working precision further for the order of the derivative
SLACK = 16  # times the first-order rounding bound (the agreement law)
MAX_ENTRIES = 400  # of one order; of more, a sample with a fixed seed is checked


class GradientError(SymdiffError, AssertionError):
    """A derivative that differs from the differences. The message is the report."""


@dataclass(frozen=True)
class Entry:
    """One number that was checked: which derivative, what compiled code and differences give, the error allowed."""

    name: str
    computed: float
    expected: float
    allowed: float

    @property
    def agrees(self) -> bool:
        """True if both are equal within the rounding bound, or both are NaN."""
        if np.isnan(self.computed) or np.isnan(self.expected):
            return bool(np.isnan(self.computed) and np.isnan(self.expected))
        return bool(abs(self.computed - self.expected) <= self.allowed)

    def __str__(self) -> str:
        mark = "ok   " if self.agrees else "WRONG"
        return f"{mark} {self.name:<24} computed {self.computed!r:<24} expected {self.expected!r}"


@dataclass(frozen=True)
class Report:
    """What ``check_grads`` compared. ``print(report)`` shows it as a table."""

    function: str
    entries: tuple[Entry, ...]

    @property
    def failures(self) -> tuple[Entry, ...]:
        """The entries that differ."""
        return tuple(entry for entry in self.entries if not entry.agrees)

    def __str__(self) -> str:
        wrong = len(self.failures)
        verdict = "all agree" if not wrong else f"{wrong} differ"
        return "\n".join([f"{self.function}: {len(self.entries)} numbers compared, {verdict}", *map(str, self.entries)])


def check_grads(f: Callable[..., Any], *args: Any, order: int = 2, **kwargs: Any) -> Report:
    """Compare value, Jacobian and Hessian of a function with high-precision differences.

    Args:
        f: a plain function, or a derivative.
        *args: where to compare: numbers, tuples, lists or arrays. Not on a kink, where differences mean nothing.
        order: 1 for the Jacobian only, 2 for the Hessian too.
        **kwargs: further arguments of f.

    Returns:
        A Report of every number compared.

    Raises:
        GradientError: compiled code and differences disagree by more than the rounding of the computation explains.
        UnsupportedError: f cannot be read.

    The value is compared with a plain call of f, so that reading is checked too; the derivatives with differences of
    the value, computed with 50 digits (mpmath's ``diff``).

    >>> from symdiff import check_grads
    >>> print(check_grads(lambda x: x**3, 2.0))
    f: 3 numbers compared, all agree
    ok    f                        computed 8.0                      expected 8.0
    ok    df/dx                    computed 12.0                     expected 12.0
    ok    d2f/dx dx                computed 12.0                     expected 12.0
    """
    if order not in (0, 1, 2):
        raise DomainError(f"check_grads compares orders 0, 1 and 2, not {order!r}")
    value = f if isinstance(f, SymbolicFunction) else read(f)
    values = bind(value.__signature__, value.__name__, args, kwargs)
    call = sort_arguments(values, frozenset())
    made = value.at(*args, **kwargs)
    entries = _values(f, value, call, made.graph, args, kwargs)
    names = [param.name for param in made.graph.params if param.role == "argument"]
    inputs = [leaf for param in made.params if param.role != "captured" for leaf in scalars(values[param.name])]
    inputs += made.captured()
    order_of = _input_order(made.graph, [leaf for param in made.params for leaf in param.leaves], inputs)
    active = [leaf for param in made.graph.params if param.role == "argument" for leaf in param.leaves]
    for level, transform in ((1, jacobian), (2, hessian)):
        if level <= order and names:
            derived = (
                transform(value, argnums=tuple(names)) if not isinstance(f, SymbolicFunction) else transform(f, tuple(names))
            )
            entries += _derivatives(made.graph, derived, call, active, order_of, level)
    report = Report(made.graph.name, tuple(entries))
    if report.failures:
        raise GradientError(str(report))
    return report


def _input_order(graph: Graph, leaves: Sequence[str], inputs: Sequence[float]) -> dict[str, float]:
    found = dict(zip(leaves, inputs, strict=True))
    return {leaf: found[leaf] for leaf in graph.inputs}


def _values(
    f: Callable[..., Any], value: SymbolicFunction, call: Call, graph: Graph, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> list[Entry]:
    """The value by compiled code against the user's own function."""
    if isinstance(f, SymbolicFunction):
        return []
    computed = list(scalars_of(value(*args, **kwargs)))
    expected = list(scalars_of(f(*args, **kwargs)))
    made = value.at(*args, **kwargs)
    inputs = [leaf for param in made.params if param.role != "captured" for leaf in scalars(call.values[param.name])]
    inputs += made.captured()
    point = _input_order(graph, [leaf for param in made.params for leaf in param.leaves], inputs)
    _, bounds = evaluate_with_bound(graph, list(point.values()))
    names = _output_names(graph)
    return [
        Entry(name, got, want, 2 * SLACK * bound + np.finfo(float).tiny)
        for name, got, want, bound in zip(names, computed, expected, bounds, strict=True)
    ]


def scalars_of(value: Any) -> list[float]:
    """The numbers of a result in row-major order."""
    return [float(item) for item in scalars(value)]


def _output_names(graph: Graph) -> list[str]:
    if graph.result.is_scalar:
        return [graph.name]
    return [graph.name + "".join(f"[{k}]" for k in path) for path in graph.result.indices()]


def _derivatives(
    graph: Graph, derived: SymbolicFunction, call: Call, active: Sequence[str], point: dict[str, float], level: int
) -> list[Entry]:
    """Every derivative of one order by compiled code against differences of the function's graph."""
    made = derived.at(**call.values)
    computed = scalars_of(derived(**call.values))
    _, bounds = evaluate_with_bound(made.graph, [point[leaf] for leaf in made.graph.inputs])
    order = pipeline.entries(graph, [param for param in graph.params if param.role == "argument"], level)
    entries = [(position, row, tuple(active[k] for k in columns)) for position, (row, *columns) in enumerate(order)]
    if len(entries) > MAX_ENTRIES:
        chosen = np.random.default_rng(0).choice(len(entries), MAX_ENTRIES, replace=False)
        entries = [entries[k] for k in sorted(chosen)]
    names = _output_names(graph)
    result = []
    for position, row, wrt in entries:
        expected, error = _difference(graph, row, wrt, point)
        below = " ".join(f"d{name}" for name in wrt)
        allowed = SLACK * bounds[position] + error + np.finfo(float).tiny
        result.append(Entry(f"d{level if level > 1 else ''}{names[row]}/{below}", computed[position], expected, allowed))
    return result


def _difference(graph: Graph, row: int, wrt: tuple[str, ...], point: dict[str, float]) -> tuple[float, float]:
    """A derivative by differences with many digits, and a bound on their error."""
    import mpmath

    names = list(dict.fromkeys(wrt))
    orders = tuple(wrt.count(name) for name in names)

    def value(*moved: Any) -> Any:
        present = {leaf: mpmath.mpf(number) for leaf, number in point.items()} | dict(zip(names, moved, strict=True))
        return evaluate(graph, list(present.values()), "mpmath")[row]

    with mpmath.workdps(DIGITS):
        at = tuple(mpmath.mpf(point[name]) for name in names)
        found = mpmath.diff(value, at if len(at) > 1 else at[0], orders if len(at) > 1 else orders[0])
        exact, size = float(found), abs(float(value(*at)))
    # Differences of DIGITS digits: far more exact than a double, but the difference of equal values is not quite 0.
    return exact, abs(exact) * 2**-50 + (1 + size) * 2**-80
