"""What patterns of sparse matrices depend on beside arguments: indices that a function computes, and lengths that it counts.

They are the results of compiled code of their own, which runs before the values are computed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any

import numpy as np

from symdiff import codegen
from symdiff.arguments import compiled_argument, taken_apart
from symdiff.errors import ArgumentError
from symdiff.graph.affine import Affine, sizes_in
from symdiff.graph.build import Builder
from symdiff.graph.dead import dead_code
from symdiff.graph.graph import UNDEFINED, Atom, Block, Const, Graph, If, Loop, Out, Statement, walk
from symdiff.graph.loops import axes_of, names_in
from symdiff.graph.structure import SCALAR, EntryPlace, Items, Sparse, Tensor
from symdiff.graph.terms import Term, arrays_in

Numbers = dict[str, Any]


def affines_of(place: EntryPlace) -> Iterator[Affine]:
    """Every affine expression that tells where an entry stands."""
    yield from place.axes
    yield from place.row
    yield from place.term.affines()


def _everywhere(block: Iterable[Statement]) -> Block:
    """The statements with 0 for what a branch that is not taken does not compute: its entries are 0, wherever they stand."""
    return tuple(map(_defined, block))


def _defined(statement: Statement) -> Statement:
    if isinstance(statement, Loop):
        return replace(statement, step=replace(statement.step, body=_everywhere(statement.step.body)))
    if not isinstance(statement, If):
        return statement
    outs = tuple(replace(out, then=_number(out.then, out), orelse=_number(out.orelse, out)) for out in statement.outs)
    return replace(statement, then=_everywhere(statement.then), orelse=_everywhere(statement.orelse), outs=outs)


def _number(atom: Atom, out: Out) -> Atom:
    return atom if atom != UNDEFINED else Const(False) if out.kind == "bool" else Const(0)


class Computed:
    """Computes what the patterns of a graph need. Raises ArgumentError where the graph does not have it any more."""

    def __init__(self, graph: Graph, structures: Sequence[Sparse]) -> None:
        parts = [part for structure in structures for place in structure.places for part in affines_of(place)]
        self.graph = graph
        self.arrays = [name for name in dict.fromkeys(arrays_in(parts)) if name not in graph.inputs]
        counts = {statement.count for statement in walk(graph.body) if isinstance(statement, Loop)}
        self.sizes = [size for size in sizes_in(parts) if size in counts]
        self.depends_on_data = any(True for _ in arrays_in(parts)) or bool(self.sizes)

    @cached_property
    def _code(self) -> tuple[Graph, Any] | None:
        """The part of the graph that computes them, and its compiled code; None where there is nothing to compute."""
        if not self.arrays and not self.sizes:
            return None
        axes = {each: own for statement in walk(self.graph.body) for each, own in axes_of(statement).items()}
        if any(name not in axes for name in self.arrays):
            text = "the pattern of the sparse matrix depends on computed indices, which nothing else needs"
            raise ArgumentError(f"{self.graph.name}: {text}; leave sparse=True out, or pass indices that are not below 0")
        builder = Builder(taken=names_in(self.graph))
        builder.inputs(self.graph.input_axes)
        for statement in self.graph.body:
            builder.append(statement)
        counts: list[Atom] = [builder.sum([Term(Affine.of(size))], ()) for size in self.sizes]
        kinds = (*(Tensor(axes[name]) if axes[name] else SCALAR for name in self.arrays), *(SCALAR for _ in counts))
        result = Items("dict", kinds, (*self.arrays, *self.sizes))
        params = taken_apart(tuple(param for param in self.graph.params if param.role != "pattern"))
        body = _everywhere(builder.body)
        made = dead_code(replace(self.graph, params=params, body=body, outputs=(*self.arrays, *counts), result=result))
        return made, codegen.compile_source(codegen.emit(made, name="indices", title="Indices"), "indices")

    def of(self, arrays: Mapping[str, Any]) -> tuple[Numbers, dict[str, int]]:
        """The indices and the lengths for a call with these arguments, by name."""
        if self._code is None:
            return {}, {}
        graph, kernel = self._code
        params = codegen.parameters(graph)
        result = kernel(*(compiled_argument(arrays[param.name], param.structure, param.name) for param in params))
        unpack = codegen.unpacker(graph.result)
        values = result if unpack is None else unpack(result)
        indices = {name: np.atleast_1d(values[name]).astype(np.int64) for name in self.arrays}
        return indices, {size: int(values[size]) for size in self.sizes}
