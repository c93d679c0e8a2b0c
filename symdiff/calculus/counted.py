"""Cotangents of results whose lengths only the run tells: behind the function, the run checks that they are as long as these.

A cotangent is a parameter, so that its lengths must be sizes that a call tells: they have names of their own. What is swept
back is an array with the lengths of the result::

    if n_1 != count: raise ValueError("the length of w is ..., where ... is needed ...")
    v[i] = w[i]                                       i < count
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from symdiff.calculus.sweep import with_params
from symdiff.graph.affine import Affine, sizes_in
from symdiff.graph.bounds import is_certain
from symdiff.graph.build import Builder
from symdiff.graph.graph import Atom, Const, Graph, Param, Raise
from symdiff.graph.loops import names_in
from symdiff.graph.structure import Items, Structure, Tensor
from symdiff.graph.terms import Term, view
from symdiff.primitives import TABLE


def cotangent(graph: Graph, name: str) -> Param:
    """The parameter for a cotangent of the result."""
    names = Builder(taken={name, *names_in(graph), *graph.sizes})
    return Param(name, _told(graph.result, graph, names), role="seed")


def _told(structure: Structure, graph: Graph, names: Builder) -> Structure:
    """The structure of a result, with sizes of its own in place of lengths that no argument tells."""
    if isinstance(structure, Items):
        return replace(structure, items=tuple(_told(item, graph, names) for item in structure.items))
    if not isinstance(structure, Tensor):
        return structure
    known = set(graph.sizes)
    axes = (length if known.issuperset(sizes_in([length])) else Affine.of(names.fresh("n")) for length in structure.axes)
    return replace(structure, axes=tuple(axes))


def matched(graph: Graph, seeds: Sequence[Param]) -> tuple[Graph, list[Atom]]:
    """The graph with cotangents of its outputs as parameters, and these with the lengths of the outputs, once checked."""
    graph = with_params(graph, seeds)
    wanted = [leaf.axes if isinstance(leaf, Tensor) else () for leaf in graph.result.leaves()]
    given = [(leaf, graph.input_axes[leaf]) for seed in seeds for leaf in seed.leaves]
    if [axes for _, axes in given] == wanted:
        return graph, [leaf for leaf, _ in given]
    builder = Builder(taken=names_in(graph))
    builder.inputs(graph.input_axes)
    for statement in graph.body:
        builder.append(statement)
    builder.origin = None
    found: list[Atom] = []
    for (leaf, own), axes, shown in zip(given, wanted, _shown(seeds), strict=True):
        for number, (length, needed) in enumerate(zip(own, axes, strict=True)):
            if length != needed:
                where = f"the length of {shown}" + (f" along axis {number}" if len(axes) > 1 else "")
                _check(builder, where, length, needed, graph.name)
        found.append(leaf if own == axes else builder.sum([view(leaf, len(axes))], axes, hint=leaf))
    return replace(graph, body=builder.body), found


def _shown(seeds: Sequence[Param]) -> Iterator[str]:
    """What a user calls the leaves of cotangents: ``cotangent[0]``."""
    for seed in seeds:
        yield from (f"{seed.name}{''.join(f'[{step!r}]' for step in path)}" for path in seed.structure.indices())


def _check(builder: Builder, where: str, length: Affine, needed: Affine, function: str) -> None:
    """Raise a ValueError in every call in which two lengths are not equal."""
    least = _number(builder, needed)
    if not is_certain(needed):
        least = builder.apply(TABLE["maximum"], least, Const(0))
    differs = builder.apply(TABLE["ne"], _number(builder, length), least)
    message = f"{where} is {{}}, where {{}} is needed: as many as {function} returns"
    builder.branch(differs, (Raise("ValueError", message, solving=True, lengths=(length, needed)),), (), [])


def _number(builder: Builder, length: Affine) -> Atom:
    return builder.sum([Term(length)], ())
