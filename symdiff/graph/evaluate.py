"""The reference interpreter: slow, simple, and the oracle that compiled code is compared with."""

from __future__ import annotations

import builtins
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Literal

import numpy as np

from symdiff.errors import ArgumentError, InternalError
from symdiff.graph.affine import Affine
from symdiff.graph.arrays import Arrays, elementwise, extents, filled, stacked, whole
from symdiff.graph.cost import is_constant, weight
from symdiff.graph.graph import Atom, Block, Const, Fold, Graph, If, Let, Loop, Out, Raise, Statement, Sum, free_names
from symdiff.graph.structure import Tensor
from symdiff.graph.whole import computed, computed_exactly, matrices_of, result_of
from symdiff.primitives import TABLE
from symdiff.primitives.row import UNKNOWN

UNIT_ROUNDOFF = 2.0**-53
SMALLEST_NORMAL = 2.0**-1022

Number = Any  # float, numpy.float64 or mpmath's mpf: mpmath has no types


def evaluate(graph: Graph, inputs: Sequence[Number], arithmetic: Literal["double", "mpmath"] = "double") -> list[Number]:
    """The outputs of a graph at ``inputs`` (in the order of ``graph.inputs``): scalars, and NumPy arrays of symbolic size.

    Double precision follows IEEE and never raises by itself; "mpmath" computes at mpmath's present precision, and NaN
    stands for what is not real. Only the branch taken is run; a Raise raises its exception.
    """
    machine: Machine = Double() if arithmetic == "double" else HighPrecision()
    return machine.run(graph, inputs)


def evaluate_with_bound(graph: Graph, inputs: Sequence[Number]) -> tuple[list[float], list[float]]:
    """The outputs in double precision, each with a first-order bound on its rounding error.

    The inputs count as exact. An operation hands on the errors of its operands, each times its partial, and adds its own:
    2**-53 times its value, with the factor that the row states for functions that are not correctly rounded. The bound is
    inf where a partial that is needed is not finite. Bounds say nothing about a condition that rounding could flip.
    """
    outputs = Bounded().run(graph, inputs)
    return [_part(output, 0) for output in outputs], [_part(output, 1) for output in outputs]


def sizes_at(graph: Graph, inputs: Sequence[Number]) -> dict[str, int]:
    """The sizes at ``inputs``, also those that loops tell: how many iterations they make."""
    return Double().started(graph, inputs)[1].sizes


def executed_cost(graph: Graph, inputs: Sequence[Number]) -> int:
    """The weighted number of operations (``graph.cost``) on the path that is executed at ``inputs``."""
    machine = Counting()
    machine.run(graph, inputs)
    return machine.cost


def _part(output: Any, part: int) -> Any:
    """The values or the bounds of an output: of pairs, in an array or alone."""
    if isinstance(output, np.ndarray):
        return np.array([pair[part] for pair in output.flat], dtype=np.float64).reshape(output.shape)
    return output[part]


class Machine(ABC):
    """Runs a graph over values of some kind. Subclasses say what an input, a literal and an operation is."""

    @abstractmethod
    def _number(self, value: Number) -> Any:
        """An input as a value."""

    @abstractmethod
    def _literal(self, const: Const) -> Any:
        """A literal as a value."""

    @abstractmethod
    def _operation(self, let: Let, operands: list[Any]) -> Any:
        """The value of one operation."""

    def _truth(self, value: Any) -> bool:
        """Whether a condition holds."""
        return bool(value)

    def _double(self, value: Any) -> float:
        """A value in double precision."""
        return float(value)

    def _integer(self, value: Any) -> int:
        """An integer from data that is an index."""
        return int(value)

    def run(self, graph: Graph, inputs: Sequence[Number]) -> list[Any]:
        """The values of the outputs at ``inputs``."""
        found, arrays = self.started(graph, inputs)
        return [
            filled(value, leaf.axes, arrays.sizes) if isinstance(leaf, Tensor) else value
            for value, leaf in zip(found, graph.result.leaves(), strict=True)
        ]

    def started(self, graph: Graph, inputs: Sequence[Number]) -> tuple[list[Any], Arrays]:
        """The values of the outputs at ``inputs``, where an array may be one number, and all values and sizes."""
        if len(inputs) != len(graph.inputs):
            raise ArgumentError(f"{graph.name} has {len(graph.inputs)} inputs, {len(inputs)} were given")
        given = {name: elementwise(self._number, value) for name, value in zip(graph.inputs, inputs, strict=True)}
        return self._run(graph, given)

    def _run(self, graph: Graph, given: Mapping[str, Any]) -> tuple[list[Any], Arrays]:
        """The values of the outputs, and all values and sizes."""
        sizes = extents(graph, given, self._integer)
        values = {**{size: self._number(length) for size, length in sizes.items()}, **given}
        arrays = Arrays(sizes, values, self._literal, self._combined, self._integer)
        with np.errstate(all="ignore"):
            self._block(graph.body, values, arrays)
        return [self._read(values, atom) for atom in graph.outputs], arrays

    def _read(self, values: dict[str, Any], atom: Atom) -> Any:
        return values[atom] if isinstance(atom, str) else self._literal(atom)

    def _combined(self, op: str, left: Any, right: Any) -> Any:
        """One operation of a sum or fold."""
        return self._operation(Let("", TABLE[op], ("a", "b")), [left, right])

    def _block(self, block: Block, values: dict[str, Any], arrays: Arrays) -> None:
        """Run the statements of a block. Branches inside branches are run without recursion, however deep they are."""

        def read(atom: Atom) -> Any:
            return self._read(values, atom)

        # A body being run: its remaining statements, the outs of its branch, and which side it is.
        running: list[tuple[Iterator[Statement], tuple[Out, ...], bool]] = [(iter(block), (), True)]
        while running:
            statements, outs, holds = running[-1]
            statement = next(statements, None)
            if statement is None:
                running.pop()
                values.update({out.name: read(out.then if holds else out.orelse) for out in outs})
            elif isinstance(statement, Let):
                operands = list(map(read, statement.args))
                values[statement.name] = elementwise(lambda *items, let=statement: self._operation(let, list(items)), *operands)
            elif isinstance(statement, Sum | Fold):
                values[statement.name] = arrays.evaluate(statement)
            elif isinstance(statement, If) and isinstance(read(statement.condition), np.ndarray):
                self._each(statement, values, arrays)
            elif isinstance(statement, Loop):
                self._loop(statement, values, arrays)
            elif isinstance(statement, If):
                holds = self._truth(read(statement.condition))
                running.append((iter(statement.then if holds else statement.orelse), statement.outs, holds))
            else:
                raise exception(statement, lambda length: max(arrays.number(length), 0))

    def _loop(self, loop: Loop, values: dict[str, Any], arrays: Arrays) -> None:
        """Run the iterations of a loop, and define what it hands on."""
        if loop.solver:
            matrices = [whole(self._read(values, atom), axes, arrays.sizes) for atom, axes in matrices_of(loop)]
            values[result_of(loop)[0]] = elementwise(self._number, self._call(loop, matrices))
            return
        trip = None if loop.trip is None else max(arrays.number(loop.trip), 0)
        handed = loop.handed
        state = {each.param: whole(self._read(values, each.init), each.axes, arrays.sizes) for each in handed}
        inputs = loop.step.input_axes
        captured = {name: whole(self._read(values, atom), inputs[name], arrays.sizes) for name, atom in loop.captured}
        collected: list[list[Any]] = [[] for _ in loop.collected]
        goes, made = loop.test is None or self._truth(self._read(values, loop.test)), 0
        while goes and (trip is None or made < trip):
            number = trip - 1 - made if loop.backward and trip is not None else made
            given = {**captured, **state, loop.counter: self._number(number)}
            outputs, inside = self._run(loop.step, given)
            found = iter(outputs)
            state |= {each.param: whole(next(found), each.axes, inside.sizes) for each in loop.carried}
            for rows, each in zip(collected, loop.collected, strict=True):
                rows.append(whole(next(found), each.axes, inside.sizes))
            state |= {buffer.param: inside.stored(buffer, state[buffer.param], found) for buffer in loop.buffers}
            goes = loop.test is None or self._truth(next(found))
            made += 1
        values.update({each.out: state[each.param] for each in handed})
        if loop.count:
            arrays.sizes[loop.count], values[loop.count] = made, self._number(made)
        for each, rows in zip(loop.collected, collected, strict=True):
            values[each.out] = stacked(rows[::-1] if loop.backward else rows, each.axes, arrays.sizes)

    def _call(self, loop: Loop, matrices: list[Any]) -> Any:
        """The result of a function of whole arrays."""
        return computed(loop, [elementwise(self._double, matrix) for matrix in matrices])

    def _each(self, branch: If, values: dict[str, Any], arrays: Arrays) -> None:
        """Run a branch for each element of its condition."""
        shape = self._read(values, branch.condition).shape
        names = free_names((branch,))
        for out in branch.outs:
            values[out.name] = np.empty(shape, dtype=object)
        for index in np.ndindex(shape):
            inside = {
                name: values[name][index] if isinstance(values[name], np.ndarray) else values[name]
                for name in names
                if name in values
            }
            self._block((branch,), inside, arrays)
            for out in branch.outs:
                values[out.name][index] = inside[out.name]


def exception(statement: Raise, spelled: Callable[[Affine], object] = str) -> Exception:
    """The exception that a Raise stands for."""
    kind = getattr(builtins, statement.exception, None)
    if not (isinstance(kind, type) and issubclass(kind, Exception)):
        raise InternalError(f"{statement.exception} is not a builtin exception")
    return kind(statement.told(spelled))


class Double(Machine):
    """Double precision: numpy.float64 and bool."""

    def _number(self, value: Number) -> Any:
        return np.float64(value)

    def _literal(self, const: Const) -> Any:
        return const.value if isinstance(const.value, bool) else np.float64(const.value)

    def _operation(self, let: Let, operands: list[Any]) -> Any:
        return let.op.double_precision(*operands)


class HighPrecision(Machine):
    """mpmath numbers at the present precision, and bool."""

    def _number(self, value: Number) -> Any:
        from mpmath import mp

        return mp.mpf(int(value) if isinstance(value, np.integer) else value)

    def _literal(self, const: Const) -> Any:
        from mpmath import mp

        if isinstance(const.value, bool):
            return const.value
        return +getattr(mp, const.symbol) if const.symbol in {"pi", "e"} else mp.mpf(const.value)

    def _operation(self, let: Let, operands: list[Any]) -> Any:
        return let.op.high_precision(*operands)

    def _call(self, loop: Loop, matrices: list[Any]) -> Any:
        return computed_exactly(loop, matrices)


class Bounded(Double):
    """Pairs of a value in double precision and a bound on its rounding error."""

    def _number(self, value: Number) -> Any:
        return super()._number(value), 0.0

    def _literal(self, const: Const) -> Any:
        inexact = const.symbol in {"pi", "e"}
        value = super()._literal(const)
        return value, UNIT_ROUNDOFF * float(value) if inexact else 0.0

    def _truth(self, value: Any) -> bool:
        return bool(value[0])

    def _integer(self, value: Any) -> int:
        return int(value[0])

    def _double(self, value: Any) -> float:
        return float(value[0])

    def _operation(self, let: Let, operands: list[Any]) -> Any:
        values, errors = [value for value, _ in operands], [error for _, error in operands]
        result = super()._operation(let, values)
        if let.kind == "bool" or let.op.partials is None:
            return result, 0.0
        bound = UNIT_ROUNDOFF * (_roundings(let) * max(abs(float(result)), SMALLEST_NORMAL) + let.op.absolute)
        if let.op.conditioning or any(errors):
            slopes = let.op.partials(*(int(x) if i in let.op.literals else x for i, x in enumerate(values)), result)
            for position, (value, error) in enumerate(zip(values, errors, strict=True)):
                slope = slopes[position]
                if slope is UNKNOWN:
                    bound += error * _steepness(let, values, position) if error else 0.0
                    continue
                error = error + let.op.conditioning * UNIT_ROUNDOFF * abs(float(value))
                bound += error * abs(float(slope)) if error else 0.0
        return result, bound if np.isfinite(bound) else np.inf


def _steepness(let: Let, values: list[Any], position: int) -> float:
    """An estimate, by a difference, of how fast an operation changes with an operand whose partial nobody knows."""
    step = 1e-6 * max(abs(float(values[position])), 1e-3)
    low, high = (
        let.op.double_precision(*values[:position], values[position] + shift, *values[position + 1 :]) for shift in (-step, step)
    )
    return abs(float(high) - float(low)) / (2 * step)


def _roundings(let: Let) -> float:
    """The error of one operation in units of 2**-53: an integer power may be computed by repeated multiplication."""
    exponent = let.args[-1]
    if let.op.name == "pow" and isinstance(exponent, Const) and isinstance(exponent.value, int):
        return max(let.op.error, abs(exponent.value))
    return let.op.error


class Counting(Double):
    """Double precision, counting the operations that are not on constants."""

    def __init__(self) -> None:
        self.cost = 0
        self.constants: set[str] = set()

    def _operation(self, let: Let, operands: list[Any]) -> Any:
        if is_constant(let, self.constants):
            self.constants.add(let.name)
        else:
            self.cost += weight(let)
        return super()._operation(let, operands)
