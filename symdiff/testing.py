"""Checking derivatives: everything against differences in high precision, in a report that shows what was compared."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from symdiff import codegen, pipeline
from symdiff.arguments import Call, bind, scalars, sort_arguments
from symdiff.differences import difference
from symdiff.elements import elements, fixed, flattened, leaf_values
from symdiff.errors import DomainError, SymdiffError
from symdiff.explain import kinks
from symdiff.function import SymbolicFunction
from symdiff.graph.affine import sizes_in
from symdiff.graph.arrays import extents
from symdiff.graph.evaluate import UNIT_ROUNDOFF, evaluate, evaluate_with_bound, sizes_at
from symdiff.graph.graph import Graph
from symdiff.graph.structure import Size, Structure, Tensor
from symdiff.transforms import hessian, jacobian, read

DIGITS = 50  # of the differences; mpmath raises its working precision further for the order of the derivative
SLACK = 16  # times the first-order rounding bound (the agreement law)
SAFETY = 32  # times the estimated error of differences in double precision
MAX_ENTRIES = 400  # of one order; of more, a sample with a fixed seed is checked
ORDERS = (0, 1, 2, 3)
KINK = 1e-6  # relative difference of the slopes on both sides

_SUPERSCRIPTS = {1: "", 2: "²", 3: "³"}


class GradientError(SymdiffError, AssertionError):
    """A derivative that differs from the differences. The message is the report."""


@dataclass(frozen=True)
class Entry:
    """One number that was checked.

    ``name``: which one, ``∂f/∂x``; ``formula``: the derivative's expression, evaluated with many digits; ``computed``:
    compiled code; ``expected``: the difference quotient (of the value itself: a plain call); ``allowed``: how far
    compiled code may be from it by rounding; ``sides``: what it is from the left and from the right, where these differ;
    ``bent``: whether that is so for a derivative of lower order, so that this one does not exist.
    """

    name: str
    formula: float
    computed: float
    expected: float
    allowed: float
    sides: tuple[float, float] | None = None
    bent: bool = False

    @property
    def agrees(self) -> bool:
        """True if formula and compiled code are what is expected, within the rounding bound; or all are NaN."""
        return self._is_close(self.computed) and self._is_close(self.formula)

    @property
    def units(self) -> float:
        """The error of compiled code in units of rounding: 2**-53 of the expected value."""
        error = abs(self.computed - self.expected)
        return error / (UNIT_ROUNDOFF * abs(self.expected)) if error and self.expected else error and np.inf

    def _is_close(self, value: float) -> bool:
        if np.isnan(value) or np.isnan(self.expected):
            return bool(np.isnan(value) and np.isnan(self.expected))
        return bool(value == self.expected or abs(value - self.expected) <= self.allowed)

    @property
    def remark(self) -> str:
        """What is wrong and why, or what to know; "" for a number that simply agrees."""
        lines = []
        if not self.agrees:
            apart = abs(self.computed - self.expected)
            lines.append(
                f"{self.name}: {self.computed!r} instead of {self.expected!r}, {apart:.3g} apart, {self.allowed:.3g} allowed"
            )
        if self.sides is not None:
            left, right = self.sides
            lines.append(
                f"{self.name}: the point is a kink: {left:.6g} from the left, {right:.6g} from the right; "
                "the derivative there is a convention, so compare at another point"
            )
        elif not self.agrees and self.bent:
            lines.append("the point is a kink, where this derivative does not exist; compare at another point")
        elif not self.agrees and not self._is_close(self.formula):
            lines.append("the formula differs too: the derivative itself is wrong")
        elif not self.agrees:
            lines.append("the formula agrees with the differences: compiled code is at fault")
        return "\n  ".join(lines)


@dataclass(frozen=True)
class Report:
    """What ``check_grads`` compared. ``print(report)`` shows it as a table, with a remark on what is wrong or a kink."""

    function: str
    point: tuple[tuple[str, float], ...]
    entries: tuple[Entry, ...]
    notes: tuple[str, ...] = ()

    @property
    def failures(self) -> tuple[Entry, ...]:
        """The entries that differ."""
        return tuple(entry for entry in self.entries if not entry.agrees)

    def __str__(self) -> str:
        wrong = len(self.failures)
        verdict = "all agree" if not wrong else f"{wrong} differ{'s' if wrong == 1 else ''}"
        where = ", ".join(f"{name} = {number!r}" for name, number in self.point)
        title = f"{self.function}{f' at {where}' if where else ''}: {len(self.entries)} numbers compared, {verdict}"
        header = ("", "", "formula", "compiled", "differences", "units of rounding")
        rows = [
            ("ok" if e.agrees else "WRONG", e.name, repr(e.formula), repr(e.computed), repr(e.expected), f"{e.units:.3g}")
            for e in self.entries
        ]
        widths = [max(map(len, column)) for column in zip(header, *rows, strict=True)]
        table = [
            "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in (header, *rows)
        ]
        return "\n".join([title, *table, *(entry.remark for entry in self.entries if entry.remark), *self.notes])


def check_grads(f: Callable[..., Any], *args: Any, order: int = 2, **kwargs: Any) -> Report:
    """Compare value and derivatives of a function, as formula and as compiled code, with high-precision differences.

    Args:
        f: a plain function, a method, or a derivative.
        *args: where to compare: numbers, tuples, lists or arrays. Not on a kink, where differences mean nothing.
        order: up to which order: 0 for the value only, 1 for the Jacobian, 2 for the Hessian too, 3 for third derivatives.
        **kwargs: further arguments of f.

    Returns:
        A Report of every number compared: formula, compiled code, differences, error in units of rounding.

    Raises:
        GradientError: they disagree by more than the rounding of the computation explains; the report is its message. At
            a kink it says so.
        UnsupportedError: f cannot be read.

    The value is compared with a plain call of f, so that reading is checked too; the derivatives with differences of
    the value, computed with 50 digits (mpmath's ``diff``). Where a function with a rule of its own computes in double
    precision only, the differences are those of the derivative one order below, extrapolated, with their error.

    >>> from symdiff import check_grads
    >>> print(check_grads(lambda x: x**3, 2.0))
    f at x = 2.0: 3 numbers compared, all agree
                 formula  compiled  differences  units of rounding
    ok  f        8.0      8.0       8.0          0
    ok  ∂f/∂x    12.0     12.0      12.0         0
    ok  ∂²f/∂x²  12.0     12.0      12.0         0
    """
    if order not in ORDERS:
        raise DomainError(f"check_grads compares orders 0 to 3, not {order!r}")
    check = _Check(f, args, kwargs)
    entries = check.values()
    for level in range(1, order + 1 if check.active else 1):
        entries += check.derivatives(level)
    point = tuple((name, check.point[name]) for name in check.active)
    report = Report(check.graph.name, point, tuple(entries), check.notes())
    if report.failures:
        raise GradientError(str(report))
    return report


class _Check:
    """The comparison of one function at one point. ``levels`` holds the derivative of each order that was made."""

    def __init__(self, f: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        self.f = f
        self.args, self.kwargs = args, kwargs
        self.function = f if isinstance(f, SymbolicFunction) else read(f)
        self.call: Call = sort_arguments(bind(self.function.__signature__, self.function.__name__, args, kwargs), frozenset())
        made = self.function.at(*args, **kwargs)
        self.graph: Graph = made.graph
        given = {**self.call.values, **made.captured(self.call.values)}
        inputs = [leaf for param in made.params for leaf in leaf_values(param.structure, given[param.name])]
        found = dict(zip((leaf for param in made.params for leaf in param.leaves), inputs, strict=True))
        self.inputs: dict[str, Any] = {leaf: found[leaf] for leaf in self.graph.inputs}
        self.sizes = self._sizes(self.graph)
        self.where = elements(self.graph, self.sizes)
        self.point = {name: self._at(name) for name in self.where}
        self.outside = fixed(self.graph, self.sizes)
        integers = {param.name for param in self.graph.params if any(map(_is_index, param.structure.leaves()))}
        arguments = [param for param in self.outside.params if param.role == "argument" and param.name not in integers]
        self.names = tuple(param.name for param in arguments)
        self.active = tuple(leaf for param in arguments for leaf in param.leaves)
        self.outputs = _output_names(self.outside)
        self.bends = any(True for _ in kinks(self.graph, [self.where[name][0] for name in self.active]))
        self.bent: set[int] = set()  # outputs of which the point is a kink
        self.levels: list[tuple[SymbolicFunction, list[tuple[int, ...]]]] = [
            (self.function, [(row,) for row in range(len(self.outputs))])
        ]

    def values(self) -> list[Entry]:
        """The value by compiled code against the user's own function."""
        if isinstance(self.f, SymbolicFunction):
            return []
        computed = _scalars_of(self.function(*self.args, **self.kwargs))
        expected = _scalars_of(self.f(*self.args, **self.kwargs))
        _, bounds = evaluate_with_bound(self.graph, self._inputs(self.graph))
        formulas, bounds = self.evaluate(self.graph), flattened(bounds)
        return [
            Entry(name, formula, got, want, 2 * SLACK * bound + np.finfo(float).tiny)
            for name, formula, got, want, bound in zip(self.outputs, formulas, computed, expected, bounds, strict=True)
        ]

    def derivatives(self, level: int) -> list[Entry]:
        """Every derivative of one order against differences."""
        derived, order = self._differentiated(level)
        graph = derived.at(**self.call.values).graph
        computed = _scalars_of(derived(**self.call.values))
        formulas = self.evaluate(graph)
        _, bounds = evaluate_with_bound(graph, self._inputs(graph))
        bounds = flattened(bounds)
        positions = list(range(len(order)))
        if len(order) > MAX_ENTRIES:
            positions = sorted(np.random.default_rng(0).choice(len(order), MAX_ENTRIES, replace=False).tolist())
        result = []
        for position in positions:
            row, *columns = order[position]
            wrt = tuple(self.active[column] for column in columns)
            expected, error = self._difference(level, row, columns)
            allowed = SLACK * bounds[position] + error + np.finfo(float).tiny
            name = _derivative_name(self.outputs[row], wrt)
            entry = Entry(name, formulas[position], computed[position], expected, allowed, bent=row in self.bent)
            if self.bends or not entry.agrees:
                entry = replace(entry, sides=self._sides(row, wrt))
            result.append(entry)
        self.bent.update(order[position][0] for position, entry in zip(positions, result, strict=True) if entry.sides)
        return result

    def notes(self) -> tuple[str, ...]:
        """What limits the comparison."""
        names = [row.title for row in codegen.own_rows(self.graph) if not row.precise()]
        if not names or len(self.levels) == 1:
            return ()
        return (f"differences in double precision, because {', '.join(names)} computes with no more digits",)

    def evaluate(self, graph: Graph) -> list[float]:
        """The outputs of a graph with many digits, if all functions in it compute with them."""
        import mpmath

        precise = _is_precise(graph)
        with mpmath.workdps(DIGITS):
            found = evaluate(graph, self._inputs(graph), "mpmath" if precise else "double")
            return [float(value) for value in flattened(found)]

    def _differentiated(self, level: int) -> tuple[SymbolicFunction, list[tuple[int, ...]]]:
        """The derivative of one order, and what each of its numbers is: row, then columns."""
        if level == 2:
            derived = hessian(self.f, self.names) if isinstance(self.f, SymbolicFunction) else hessian(self.function, self.names)
        else:
            derived = jacobian(self.levels[level - 1][0], self.names)
        if level < 3:
            params = [self.outside.param(name) for name in self.names]
            order = pipeline.entries(self.outside, params, level)
        else:
            below, inner = self.levels[2]
            graph = below.at(**self.call.values).graph
            graph = fixed(graph, self._sizes(graph))
            outer = pipeline.entries(graph, [graph.param(name) for name in self.names], 1)
            order = [(*inner[number], column) for number, column in outer]
        self.levels.append((derived, order))
        return derived, order

    def _inputs(self, graph: Graph, moved: Mapping[str, Any] | None = None) -> list[Any]:
        """The inputs of a graph at the point, with some scalars (by their names in ``where``) moved."""
        present = dict(self.inputs)
        for name, number in (moved or {}).items():
            leaf, index = self.where[name]
            if index:
                present[leaf] = present[leaf].astype(object)
                present[leaf][index] = number
            else:
                present[leaf] = number
        return [present[leaf] for leaf in graph.inputs]

    def _sizes(self, graph: Graph) -> dict[str, int]:
        """The sizes of a graph at the point. If they are not all told by arguments, it is run to see."""
        told = extents(graph, self.inputs)
        lengths = [length for leaf in graph.result.leaves() if isinstance(leaf, Tensor) for length in leaf.axes]
        return told if told.keys() >= set(sizes_in(lengths)) else sizes_at(graph, [self.inputs[leaf] for leaf in graph.inputs])

    def _at(self, name: str) -> float:
        leaf, index = self.where[name]
        return float(self.inputs[leaf][index] if index else self.inputs[leaf])

    def _difference(self, level: int, row: int, columns: Sequence[int]) -> tuple[float, float]:
        """A derivative by differences, and a bound on their error."""
        if _is_precise(self.graph):
            return self._of_digits(row, [self.active[column] for column in columns])
        function, order = self.levels[level - 1]
        graph = function.at(**self.call.values).graph
        position = order.index((row, *columns[:-1]))
        name = self.active[columns[-1]]

        def along(moved: float) -> float:
            return float(flattened(evaluate(graph, self._inputs(graph, {name: moved})))[position])

        at = self.point[name]
        found = difference(along, at, 0.1 * max(abs(at), 0.1))
        return (np.nan, 0.0) if found is None else (found.value, SAFETY * found.error)

    def _of_digits(self, row: int, wrt: Sequence[str], direction: int = 0) -> tuple[float, float]:
        """A derivative by differences with many digits, central or from one side, and a bound on their error."""
        import mpmath

        names = list(dict.fromkeys(wrt))
        orders = tuple(wrt.count(name) for name in names)

        def value(*moved: Any) -> Any:
            inputs = self._inputs(self.graph, dict(zip(names, moved, strict=True)))
            return flattened(evaluate(self.graph, inputs, "mpmath"))[row]

        with mpmath.workdps(DIGITS):
            at = tuple(mpmath.mpf(self.point[name]) for name in names)
            several = len(at) > 1
            found = mpmath.diff(value, at if several else at[0], orders if several else orders[0], direction=direction)
            exact, size = float(found), abs(float(value(*at)))
        # Differences of DIGITS digits: far more exact than a double, but the difference of equal values is not quite 0.
        least = (1 + size) * 2**-80
        return exact if abs(exact) > least else 0.0, abs(exact) * 2**-50 + least

    def _sides(self, row: int, wrt: Sequence[str]) -> tuple[float, float] | None:
        """The derivative from the left and from the right, if they differ: the point is a kink, or a jump."""
        if not _is_precise(self.graph):
            return None
        left, right = (self._of_digits(row, wrt, direction)[0] for direction in (-1, 1))
        return (left, right) if abs(left - right) > KINK * (abs(left) + abs(right)) else None


def _is_index(structure: Structure) -> bool:
    """True for integers that are indices or lengths, by which nothing is differentiated."""
    return isinstance(structure, Size) or (isinstance(structure, Tensor) and structure.kind == "int")


def _is_precise(graph: Graph) -> bool:
    """Whether every function with a rule of its own computes with as many digits as it is given."""
    return all(row.precise() for row in codegen.own_rows(graph))


def _scalars_of(value: Any) -> list[float]:
    """The numbers of a result in row-major order."""
    return [float(item) for item in scalars(value)]


def _output_names(graph: Graph) -> list[str]:
    if graph.result.is_scalar:
        return [graph.name]
    return [graph.name + "".join(f"[{k}]" for k in path) for path in graph.result.indices()]


def _derivative_name(function: str, wrt: Sequence[str]) -> str:
    """``∂²f/∂x∂y``."""
    below = "".join(f"∂{name}{_SUPERSCRIPTS[wrt.count(name)]}" for name in dict.fromkeys(wrt))
    return f"∂{_SUPERSCRIPTS[len(wrt)]}{function}/{below}"
