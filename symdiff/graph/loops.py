"""Loops as values: what they need of their operands, what of them is needed, the same loop over other operands."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace

from symdiff.graph.affine import Affine, sizes_in
from symdiff.graph.graph import Atom, Block, Graph, Loop, Param, Raise, defined, operands, walk, walk_all
from symdiff.graph.structure import SCALAR, Items, Structure, Tensor
from symdiff.graph.terms import arrays_in


def raises(block: Block) -> bool:
    """Whether a block may raise, in the steps of its loops, too."""
    return any(isinstance(statement, Raise) for statement in walk_all(block))


def parameter(name: str, axes: tuple[Affine, ...] = (), *, size: bool = False) -> Param:
    """A parameter of a step; ``size``: an integer that indices may depend on."""
    return Param(name, Tensor(axes) if axes else SCALAR, (name,), "size" if size else "step")


def step_graph(name: str, params: Iterable[Param], body: Block, outputs: Iterable[tuple[Atom, tuple[Affine, ...]]]) -> Graph:
    """The step of a loop: ``outputs`` are atoms with their axes."""
    outputs = list(outputs)
    leaves: list[Structure] = [Tensor(axes) if axes else SCALAR for _, axes in outputs]
    return Graph(name, tuple(params), body, tuple(atom for atom, _ in outputs), Items("tuple", tuple(leaves)))


def rewired(loop: Loop, rename: Callable[[Atom], Atom]) -> Loop:
    """The same loop over what its operands have become; its sizes keep their names."""
    return replace(
        loop,
        carried=tuple(replace(each, init=rename(each.init)) for each in loop.carried),
        buffers=tuple(replace(each, init=rename(each.init)) for each in loop.buffers),
        captured=tuple((name, rename(atom)) for name, atom in loop.captured),
        test=None if loop.test is None else rename(loop.test),
    )


def with_outs(loop: Loop, names: Mapping[str, str]) -> Loop:
    """The same loop whose results are called otherwise."""
    return replace(
        loop,
        carried=tuple(replace(each, out=names.get(each.out, each.out)) for each in loop.carried),
        buffers=tuple(replace(each, out=names.get(each.out, each.out)) for each in loop.buffers),
        collected=tuple(replace(each, out=names.get(each.out, each.out)) for each in loop.collected),
    )


def names_read(loop: Loop, step: Graph) -> set[str]:
    """The parameters of a step that it reads: in its body, as results, and in the indices of stores."""
    found = {atom for atom in step.outputs if isinstance(atom, str)}
    for statement in walk(step.body):
        found |= {atom for atom in operands(statement) if isinstance(atom, str)} | set(sizes_of(statement))
    parts = [part for _, store in loop.stores for part in store.index]
    return found | set(sizes_in(parts)) | set(arrays_in(parts))


def sizes_of(statement: object) -> Iterable[str]:
    """The names of the sizes (counters among them) that a statement depends on, also inside indices of indices."""
    parts: list[Affine] = [*getattr(statement, "axes", ())]
    for term in getattr(statement, "terms", ()):
        parts += term.affines()
    if isinstance(statement, Loop) and statement.trip is not None:
        parts.append(statement.trip)
    while parts:
        part = parts.pop()
        yield from sizes_in([part])
        parts += (index for element in part.elements for index in element.index)


def narrowed(loop: Loop, live: Collection[str], dead_code: Callable[[Graph], Graph]) -> Loop | None:
    """The loop with only those results that are live, and what they need; None if nothing is left of it."""
    carried = {each.param for each in loop.carried if each.out in live}
    buffers = {each.param for each in loop.buffers if each.out in live}
    kept_rows = [each.out in live for each in loop.collected]
    if not (carried or buffers or any(kept_rows) or raises(loop.step.body) or (loop.count and loop.count in live)):
        return None
    while True:
        made, step = _restricted(loop, carried, buffers, kept_rows, dead_code)
        read = names_read(made, step)
        more = {each.param for each in loop.carried if each.param in read} - carried
        others = {each.param for each in loop.buffers if each.param in read} - buffers
        if not more and not others:
            break
        carried |= more
        buffers |= others
    inputs = made.step.input_axes
    lengths = [*(each.axes for each in made.handed), *(each.axes for each in made.collected)]
    lengths += [inputs[name] for name, _ in made.captured if name in read]
    sizes = {size for axes in lengths for size in sizes_in(axes)}
    captured = tuple((name, atom) for name, atom in made.captured if name in read or name in sizes)
    names = {loop.counter, *carried, *buffers, *(name for name, _ in captured)}
    return replace(made, step=replace(step, params=tuple(p for p in step.params if p.name in names)), captured=captured)


def _restricted(
    loop: Loop, carried: set[str], buffers: set[str], rows: list[bool], dead_code: Callable[[Graph], Graph]
) -> tuple[Loop, Graph]:
    """The loop with some of its results, and what is left of its step."""
    leaves = list(loop.step.result.leaves())
    chosen = [each.param in carried for each in loop.carried] + rows
    chosen += [buffer.param in buffers for buffer, _ in loop.stores] + [True] * (loop.test is not None)
    outputs = tuple(atom for atom, keep in zip(loop.step.outputs, chosen, strict=True) if keep)
    result = Items("tuple", tuple(leaf for leaf, keep in zip(leaves, chosen, strict=True) if keep))
    made = replace(
        loop,
        carried=tuple(each for each in loop.carried if each.param in carried),
        buffers=tuple(each for each in loop.buffers if each.param in buffers),
        collected=tuple(each for each, keep in zip(loop.collected, rows, strict=True) if keep),
    )
    return made, dead_code(replace(loop.step, outputs=outputs, result=result))


def names_in(graph: Graph) -> set[str]:
    """Every name of a graph and of the steps of its loops."""
    found = {name for statement in walk_all(graph.body) for name in defined(statement)} | set(graph.inputs)
    for statement in walk_all(graph.body):
        if isinstance(statement, Loop):
            found |= set(statement.step.inputs)
    return found
