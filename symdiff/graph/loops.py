"""Loops as values: what they need of their operands, what of them is needed, the same loop over other operands."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace
from typing import Any

from symdiff.graph.affine import Affine, Axes, Element, Symbol, sizes_in
from symdiff.graph.graph import (
    Atom,
    Block,
    Fold,
    Graph,
    If,
    Let,
    Loop,
    Param,
    Raise,
    Statement,
    Sum,
    defined,
    operands,
    walk,
    walk_all,
)
from symdiff.graph.structure import SCALAR, Items, Structure, Tensor
from symdiff.graph.terms import arrays_in, part_from


def raises(block: Block) -> bool:
    """Whether a block may raise, in the steps of its loops, too."""
    return any(isinstance(statement, Raise) for statement in walk_all(block))


def without_raises(block: Iterable[Statement]) -> Block:
    """A block that does not raise: what has been executed before without raising."""
    made: list[Statement] = []
    for statement in block:
        if isinstance(statement, If):
            statement = replace(statement, then=without_raises(statement.then), orelse=without_raises(statement.orelse))
            if not (statement.then or statement.orelse or statement.outs):
                continue
        elif isinstance(statement, Loop):
            statement = replace(statement, step=replace(statement.step, body=without_raises(statement.step.body)))
        if not isinstance(statement, Raise):
            made.append(statement)
    return tuple(made)


def parameter(name: str, axes: tuple[Affine, ...] = (), *, size: bool = False) -> Param:
    """A parameter of a step; ``size``: an integer that indices may depend on."""
    return Param(name, Tensor(axes) if axes else SCALAR, (name,), "size" if size else "step")


def step_graph(name: str, params: Iterable[Param], body: Block, outputs: Iterable[tuple[Atom, tuple[Affine, ...]]]) -> Graph:
    """The step of a loop: ``outputs`` are atoms with their axes."""
    outputs = list(outputs)
    leaves: list[Structure] = [Tensor(axes) if axes else SCALAR for _, axes in outputs]
    return Graph(name, tuple(params), body, tuple(atom for atom, _ in outputs), Items("tuple", tuple(leaves)))


def rewired(loop: Loop, rename: Callable[[Atom], Atom]) -> Loop:
    """The same loop over what its operands have become, a number of iterations from data, too; its sizes keep their names."""
    return replace(
        loop,
        trip=None if loop.trip is None else part_from(loop.trip, rename),
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
    if loop.implicit:
        return loop if any(each.out in live for each in loop.carried) else None
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
    step = replace(step, params=tuple(param for param in step.params if param.name in names))
    is_open = made.trip is not None and any(True for _ in made.trip.elements)
    count = made.count if made.collected or made.count in live or is_open else ""
    return with_sizes(replace(made, step=step, captured=captured, count=count))


def with_sizes(loop: Loop) -> Loop:
    """The loop that captures every size that its step depends on and that no array in it tells."""
    step = loop.step
    lengths = [length for axes in step.input_axes.values() for length in axes]
    made = {name for statement in walk(step.body) for name in defined(statement)}
    known = {*step.inputs, *step.sizes, *made}
    missing = [size for size in dict.fromkeys((*sizes_in(lengths), *sorted(names_read(loop, step)))) if size not in known]
    if not missing:
        return loop
    params = (*step.params, *(parameter(size, size=True) for size in missing))
    return replace(loop, step=replace(step, params=params), captured=(*loop.captured, *((size, size) for size in missing)))


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
    step = dead_code(with_indices(made, replace(loop.step, outputs=outputs, result=result)))
    return made, replace(step, outputs=outputs, result=result)


def with_indices(loop: Loop, step: Graph) -> Graph:
    """The step with more outputs behind the others: what it computes for the indices of stores."""
    names = dict.fromkeys(arrays_in(part for _, store in loop.stores for part in store.index))
    axes = {name: own for node in step.body for name, own in axes_of(node).items()}
    more = [name for name in names if name in axes]
    leaves = [*step.result.leaves(), *(Tensor(axes[name]) if axes[name] else SCALAR for name in more)]
    return replace(step, outputs=(*step.outputs, *more), result=Items("tuple", tuple(leaves)))


def index_names(loop: Loop) -> tuple[Atom, ...]:
    """What the step of a loop computes for the indices of its stores."""
    return with_indices(loop, loop.step).outputs[len(loop.step.outputs) :]


def indices_of(block: Block) -> set[str]:
    """The arrays and scalars of which something is read as an integer, here or in a loop that captures them."""
    found: set[str] = set()
    for statement in walk(block):
        found.update(arrays_in(part for term in getattr(statement, "terms", ()) for part in term.affines()))
        if isinstance(statement, Loop):
            inner = indices_of(statement.step.body)
            stores = (store for buffer in statement.buffers for store in buffer.stores)
            inner.update(arrays_in(part for store in stores for part in store.index))
            found.update(atom for name, atom in statement.captured if name in inner and isinstance(atom, str))
    return found


def renamed_parts(parts: Iterable[Affine], names: Mapping[Any, Atom]) -> tuple[Affine, ...]:
    """Index expressions with other integers from data in them."""
    places: dict[Symbol, Affine] = {}
    for name, atom in names.items():
        if atom != name:
            places[Element(str(name), ())] = Affine.of(Element(atom, ())) if isinstance(atom, str) else Affine(int(atom.value))

    def moved(part: Affine) -> Affine:
        terms = (places.get(symbol, Affine.of(symbol)) * factor for symbol, factor in part.terms)
        return sum(terms, Affine(part.const))

    return tuple(map(moved, parts)) if places else tuple(parts)


def renamed_indices(loop: Loop, names: Mapping[Any, Atom]) -> Loop:
    """The loop whose stores have other integers in their indices."""
    stores = {
        buffer.param: tuple(replace(store, index=renamed_parts(store.index, names)) for store in buffer.stores)
        for buffer in loop.buffers
    }
    return replace(loop, buffers=tuple(replace(each, stores=stores[each.param]) for each in loop.buffers))


def with_changed_step(loop: Loop, change: Callable[[Graph], Graph]) -> Loop:
    """The loop with a step that computes the same; values may have other names in it."""
    names, count = index_names(loop), len(loop.step.outputs)
    made = change(with_indices(loop, loop.step))
    step = replace(made, outputs=made.outputs[:count], result=loop.step.result)
    return renamed_indices(replace(loop, step=step), dict(zip(names, made.outputs[count:], strict=True)))


def axes_of(statement: Statement) -> dict[str, Axes]:
    """The names that a statement defines, with their axes."""
    if isinstance(statement, Loop):
        return statement.outs
    if isinstance(statement, If):
        return {out.name: out.axes for out in statement.outs}
    return {statement.name: statement.axes} if isinstance(statement, Let | Sum | Fold) else {}


def names_in(graph: Graph) -> set[str]:
    """Every name of a graph and of the steps of its loops."""
    found = {name for statement in walk_all(graph.body) for name in defined(statement)} | set(graph.inputs)
    for statement in walk_all(graph.body):
        if isinstance(statement, Loop):
            found |= set(statement.step.inputs)
    return found
