"""The transforms of a program of the corpus, each with the numbers that it must give."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

import symdiff
from symdiff import SymbolicFunction
from symdiff.graph.evaluate import evaluate
from symdiff.graph.graph import Param
from tests.corpus.program import Program
from tests.oracle import differences, inputs_of, scalars

TRANSFORMS: dict[str, Callable[..., SymbolicFunction]] = {
    name: getattr(symdiff, name)
    for name in ("grad", "value_and_grad", "jacobian", "hessian", "jvp", "vjp", "hvp", "derivative", "read")
}


@cache
def transformed(program: Program, transform: str, order: int = 0) -> SymbolicFunction:
    """A transform of a program, with respect to all its arguments; "derivative" to the first."""
    if transform == "read":
        return symdiff.read(program.function)
    if transform == "derivative":
        return symdiff.derivative(program.function, argnums=program.argnums[0], order=order)
    names = program.argnums
    return TRANSFORMS[transform](program.function, argnums=names if len(names) > 1 else names[0])


@dataclass(frozen=True)
class Crossing:
    """A transform applied to a program at one of its points. ``order`` belongs to "derivative" only."""

    program: Program
    place: int
    transform: str
    order: int = 0

    def __repr__(self) -> str:
        return f"{self.program.name}@{self.place}-{self.transform}{self.order or ''}"

    @property
    def point(self) -> tuple[Any, ...]:
        """The arguments."""
        return self.program.points[self.place]

    # the primal function

    @cached_property
    def primal(self) -> Any:
        """The function as it was read, for these arguments."""
        return self.program.call(transformed(self.program, "read").at, self.point)

    @cached_property
    def values(self) -> dict[str, Any]:
        """The arguments by name."""
        bound = self.program.call(inspect.signature(self.program.function).bind, self.point)
        bound.apply_defaults()
        return dict(bound.arguments)

    @cached_property
    def inputs(self) -> list[float]:
        """The scalar inputs of the function at the point."""
        return inputs_of(self.primal, self.values)

    @property
    def by(self) -> list[Param]:
        """The parameters differentiated by."""
        names = self.program.argnums[:1] if self.transform == "derivative" else self.program.argnums
        return [self.primal.graph.param(name) for name in names]

    def exact(self, *positions: int) -> list[Any]:
        """A partial of every output, by differences of the graph of the function in high precision."""
        graph = self.primal.graph
        return differences(lambda x: evaluate(graph, x, "mpmath"), self.inputs, positions)

    # the transform

    @property
    def function(self) -> SymbolicFunction:
        """The transformed function."""
        return transformed(self.program, self.transform, self.order)

    @cached_property
    def seed(self) -> dict[str, Any]:
        """The tangent or cotangent, as the keyword argument of the transform."""
        if self.transform == "vjp":
            return {"cotangent": _weights(self.primal.graph.result)}
        if self.transform in ("jvp", "hvp"):
            packed = tuple(_weights(param.structure) for param in self.by)
            return {"tangent": packed if len(packed) > 1 else packed[0]}
        return {}

    @cached_property
    def made(self) -> Any:
        """The specialisation for the point."""
        return self.program.call(self.function.at, self.point, **self.seed)

    def expected(self) -> Sequence[Any]:
        """The numbers of the result, in row-major order, by differences."""
        return getattr(self, f"_{self.transform}")()

    def _positions(self) -> list[list[int]]:
        inputs = self.primal.graph.inputs
        return [[inputs.index(leaf) for leaf in param.leaves] for param in self.by]

    def _all(self) -> list[int]:
        return [position for group in self._positions() for position in group]

    def _read(self) -> list[Any]:
        return self.exact()

    def _derivative(self) -> list[Any]:
        return self.exact(*self._all() * self.order)

    def _grad(self) -> list[Any]:
        return [self.exact(position)[0] for position in self._all()]

    def _value_and_grad(self) -> list[Any]:
        return [*self.exact(), *self._grad()]

    def _jacobian(self) -> list[Any]:
        numbers = []
        for group in self._positions():
            columns = [self.exact(position) for position in group]
            numbers += [column[out] for out in range(len(self.exact())) for column in columns]
        return numbers

    def _hessian(self) -> list[Any]:
        table = {(i, j): self.exact(i, j) for i in self._all() for j in self._all() if i <= j}
        numbers = []
        for rows in self._positions():
            for columns in self._positions():
                for out in range(len(self.exact())):
                    numbers += [table[min(i, j), max(i, j)][out] for i in rows for j in columns]
        return numbers

    def _jvp(self) -> list[Any]:
        weights = list(scalars(self.seed["tangent"]))
        columns = [self.exact(position) for position in self._all()]
        return [sum(w * column[out] for w, column in zip(weights, columns, strict=True)) for out in range(len(self.exact()))]

    def _vjp(self) -> list[Any]:
        weights = list(scalars(self.seed["cotangent"]))
        return [sum(w * x for w, x in zip(weights, self.exact(k), strict=True)) for k in self._all()]

    def _hvp(self) -> list[Any]:
        weights = list(scalars(self.seed["tangent"]))
        return [sum(w * self.exact(i, j)[0] for w, j in zip(weights, self._all(), strict=True)) for i in self._all()]


def _weights(structure: Any) -> Any:
    """Numbers that no symmetry maps onto each other, packed."""
    return structure.pack([0.7 + 0.3 * k - 0.9 * (k % 2) for k in range(structure.size)])


def transforms_of(program: Program) -> list[tuple[str, int]]:
    """The transforms that make sense for a program, with orders."""
    made = Crossing(program, 0, "read").primal
    chosen = [("read", 0), ("jacobian", 0), ("hessian", 0), ("jvp", 0), ("vjp", 0)]
    if made.graph.result.is_scalar:
        chosen += [("grad", 0), ("value_and_grad", 0), ("hvp", 0)]
    if made.graph.param(program.argnums[0]).structure.is_scalar:
        chosen += [("derivative", 1), ("derivative", 2), ("derivative", 3)]
    return chosen
