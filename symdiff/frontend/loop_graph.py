"""The statement of a loop, from the block that its step was read into."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass

from symdiff.graph.affine import Affine, Axes, sizes_in
from symdiff.graph.build import Body, Builder
from symdiff.graph.graph import Atom, Carried, Const, Let, Loop, Statement, defined, walk
from symdiff.graph.loops import names_read, parameter, step_graph
from symdiff.primitives import TABLE


@dataclass(frozen=True)
class Part:
    """A number or array that is carried: its parameter, what it is at first, and what an iteration makes of it."""

    param: str
    init: Atom
    next: Atom
    hint: str
    axes: Axes = ()


def append_loop(
    builder: Builder,
    node: ast.stmt,
    counter: str,
    trip: Affine | None,
    parts: Sequence[Part],
    body: Body,
    first: Atom | None,
    goes: Atom | None,
) -> list[Atom]:
    """Add a loop to the present block, and return what it leaves, one atom for each part.

    ``first``: whether the first iteration is made; ``goes``: in the step, whether there is another one; None without a test.
    """
    carried = tuple(Carried(part.param, part.init, builder.fresh(part.hint, axes=part.axes), part.axes) for part in parts)
    outputs: list[tuple[Atom, Axes]] = [(part.next, part.axes) for part in parts]
    if goes is not None:
        outputs.append((goes, ()))
    own = {counter, *(part.param for part in parts)}
    step = step_graph("step", (), tuple(body), outputs)
    loop = Loop(step, counter, trip, carried, test=first, origin=builder.origin)
    inside = own | {name for statement in walk(step.body) for name in defined(statement)}
    lengths = sizes_in([length for part in parts for length in part.axes])
    read = dict.fromkeys([*sorted(names_read(loop, step) - inside), *lengths])
    more = sizes_in([length for name in read for length in builder.axes.get(name, ())])
    names = list(dict.fromkeys([*read, *more]))
    captured: list[tuple[str, Atom]] = []
    front: list[Statement] = []
    for name in names:
        if builder.kind(name) != "bool":
            captured.append((name, name))
            continue
        number = builder.branch(name, (), (), [(name, Const(1), Const(0))])[0]
        captured.append((str(number), number))
        axes = builder.axes.get(name, ())
        front.append(Let(name, TABLE["ne"], (number, builder.spread(Const(0), axes)), axes=axes))
    sizes = {size for name, _ in captured for size in sizes_in(builder.axes.get(name, ()))} | set(lengths)
    sizes |= {name for name, _ in captured if _is_size(name, tuple(body), parts)}
    params = [parameter(counter, size=True), *(parameter(part.param, part.axes) for part in parts)]
    params += [parameter(name, builder.axes.get(name, ()), size=name in sizes) for name, _ in captured]
    step = step_graph("step", params, (*front, *body), outputs)
    builder.append(Loop(step, counter, trip, carried, (), (), tuple(captured), first, origin=builder.origin))
    return [each.out for each in carried]


def _is_size(name: str, body: tuple[Statement, ...], parts: Sequence[Part]) -> bool:
    """Whether a name is used as an integer in lengths, bounds and indices."""
    from symdiff.graph.loops import sizes_of

    return any(name in sizes_of(statement) for statement in walk(body))
