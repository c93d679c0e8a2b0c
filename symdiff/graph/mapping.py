"""A change of every let of a graph, where nothing else changes."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from dataclasses import replace

from symdiff.graph.affine import Affine, Symbol, sizes_in, substituted
from symdiff.graph.graph import Atom, Block, Fold, Graph, If, Let, Loop, Raise, Statement, Sum, defined, walk
from symdiff.graph.loops import names_in, with_sizes
from symdiff.graph.renaming import Renamed, shared_sizes
from symdiff.graph.structure import Items, Structure, Tensor
from symdiff.graph.terms import read_from


def map_lets(graph: Graph, change: Callable[[Let], Let]) -> Graph:
    """The graph with each let replaced; the names that lets define must stay."""
    return replace(graph, body=_block(graph.body, change))


def without_origins(graph: Graph) -> Graph:
    """The graph whose statements come from no line: in another graph they belong to the line that they are put behind."""
    return replace(graph, body=tuple(map(_without_origin, graph.body)))


def _block(block: Block, change: Callable[[Let], Let]) -> Block:
    def changed(statement: Statement) -> Statement:
        if isinstance(statement, Let):
            return change(statement)
        if isinstance(statement, If):
            return replace(statement, then=_block(statement.then, change), orelse=_block(statement.orelse, change))
        if isinstance(statement, Loop):
            return replace(statement, step=map_lets(statement.step, change))
        return statement

    return tuple(map(changed, block))


def _without_origin(statement: Statement) -> Statement:
    if isinstance(statement, If):
        then, orelse = (tuple(map(_without_origin, body)) for body in (statement.then, statement.orelse))
        return replace(statement, then=then, orelse=orelse, origin=None)
    if isinstance(statement, Loop):
        return replace(statement, step=without_origins(statement.step), origin=None)
    return replace(statement, origin=None)


def renamed(statement: Sum | Fold, rename: Callable[[Atom], Atom]) -> Sum | Fold:
    """The same sum or fold over what its atoms have become."""
    if isinstance(statement, Fold):
        return replace(statement, term=read_from(statement.term, rename))
    return replace(statement, terms=tuple(read_from(term, rename) for term in statement.terms))


def resized(block: Block, sizes: Mapping[Symbol, Affine]) -> Block:
    """The statements over arrays of other sizes. A size that is read as a number keeps its name."""

    def changed(statement: Statement) -> Statement:
        if isinstance(statement, Raise):
            return replace(statement, lengths=substituted(statement.lengths, sizes))
        if isinstance(statement, Loop):
            return _resized_loop(statement, sizes)
        axes = substituted(statement.axes, sizes)
        if isinstance(statement, Sum):
            return replace(statement, axes=axes, terms=tuple(term.substitute(sizes) for term in statement.terms))
        if isinstance(statement, Fold):
            return replace(statement, axes=axes, term=statement.term.substitute(sizes))
        if isinstance(statement, Let):
            return replace(statement, axes=axes)
        outs = tuple(replace(out, axes=substituted(out.axes, sizes)) for out in statement.outs)
        bodies = resized(statement.then, sizes), resized(statement.orelse, sizes)
        return replace(statement, then=bodies[0], orelse=bodies[1], outs=outs, axes=axes)

    return tuple(map(changed, block))


def _resized_loop(loop: Loop, sizes: Mapping[Symbol, Affine]) -> Loop:
    """A loop over arrays of other sizes; its step captures the sizes that it has now, and its own may be called otherwise.

    What the step calls by the name of a size outside is its own: a loop of an inlined function may count by the same name.
    """
    loop, own = _without_clashes(loop, sizes)
    step = loop.step
    params = tuple(replace(param, structure=resized_structure(param.structure, own)) for param in step.params)
    step = replace(step, params=params, body=resized(step.body, own), result=resized_structure(step.result, own))
    buffers = []
    for each in loop.buffers:
        stores = tuple(replace(store, index=substituted(store.index, own)) for store in each.stores)
        buffers.append(replace(each, axes=substituted(each.axes, sizes), stores=stores))
    made = replace(
        loop,
        step=step,
        trip=None if loop.trip is None else loop.trip.substitute(sizes),
        carried=tuple(replace(each, axes=substituted(each.axes, sizes)) for each in loop.carried),
        buffers=tuple(buffers),
        collected=tuple(replace(each, axes=substituted(each.axes, sizes)) for each in loop.collected),
        count=next(iter(sizes_in([sizes[loop.count]]))) if loop.count in sizes else loop.count,
    )
    return with_sizes(made)


def _without_clashes(loop: Loop, sizes: Mapping[Symbol, Affine]) -> tuple[Loop, Mapping[Symbol, Affine]]:
    """The loop whose step calls nothing of its own as sizes are called now, and what the sizes of the step become."""
    step, shared = loop.step, shared_sizes(loop)
    own = {*step.inputs, *(name for statement in walk(step.body) for name in defined(statement))}
    sizes = {size: value for size, value in sizes.items() if size not in own or size in shared}  # else the step means its own
    clashes = {name for name in own.intersection(sizes_in(list(sizes.values()))) if name in sizes or name not in shared}
    if not clashes:
        return loop, sizes
    taken = {*names_in(step), *step.sizes, *map(str, sizes), *sizes_in(list(sizes.values()))}
    names: dict[str, str] = {}
    for name in sorted(clashes):
        names[name] = next(each for k in itertools.count(1) if (each := f"{name}_{k}") not in taken)
        taken.add(names[name])
    renamed = Renamed(names)
    buffers = tuple(
        replace(
            each,
            param=names.get(each.param, each.param),
            stores=tuple(replace(store, index=renamed.parts(store.index)) for store in each.stores),
        )
        for each in loop.buffers
    )
    made = replace(
        loop,
        step=renamed.graph(step),
        counter=names.get(loop.counter, loop.counter),
        carried=tuple(replace(each, param=names.get(each.param, each.param)) for each in loop.carried),
        buffers=buffers,
        captured=tuple((names.get(name, name), atom) for name, atom in loop.captured),
    )
    return made, {names.get(str(size), size): value for size, value in sizes.items()}


def resized_structure(structure: Structure, sizes: Mapping[Symbol, Affine]) -> Structure:
    """The structure of a result with arrays of other sizes."""
    if isinstance(structure, Items):
        return replace(structure, items=tuple(resized_structure(item, sizes) for item in structure.items))
    return replace(structure, axes=substituted(structure.axes, sizes)) if isinstance(structure, Tensor) else structure
