"""Which iterations come to a place: what is read there at an index from data need be in range in those only.

Inside of loops that are read as axes, what a branch reads stands outside of it, for all iterations. Whether an iteration takes
the branches around a place is an array of 1 and 0 then, and what is read is guarded by it: so are its derivatives.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from symdiff.graph.affine import Affine, Element, identity
from symdiff.graph.graph import Atom, Const, defined
from symdiff.graph.loops import without_raises
from symdiff.graph.splice import splice
from symdiff.graph.terms import Guard

if TYPE_CHECKING:
    from symdiff.frontend.lower import Reader
    from symdiff.graph.build import Body, Builder

Fact = tuple[Atom, bool]


def guards_of_iteration(reader: Reader) -> tuple[Guard, ...]:
    """The guards, over all loops, under which an iteration comes to what is being read."""
    guards = [guard for position, loop in enumerate(reader.loops) for guard in loop.guards(position)] + reader.domain
    facts = [fact for fact in reader.facts if reader.builder.axes_of(fact[0])]
    bodies = [body for body in reader.builder.blocks if body.elementwise]
    while facts and reader.guards_of(*facts[-1]):  # about positions, and integers at these
        facts.pop()
    if not facts or len(bodies) < len(facts):
        return tuple(dict.fromkeys(guards))
    with reader.builder.outside() as outer:
        key, shared = ("taken", *facts), outer[-1].shared
        if key not in shared:
            shared[key] = str(_flag(reader.builder, facts, bodies, {}))
    is_taken = Guard(Affine.of(Element(shared[key], identity(len(reader.loops)))) - 1)
    return (is_taken, *dict.fromkeys(guards))


def _flag(builder: Builder, facts: Sequence[Fact], bodies: Sequence[Body], names: dict[str, Atom]) -> Atom:
    """1 where all facts hold, else 0. Each but the first is computed where those before hold only."""
    (condition, holds), *rest = facts
    flag: Atom = Const(1)
    with builder.block(elementwise=True) as inside:
        if rest:
            body = without_raises(bodies[0])
            made = [name for statement in body for name in defined(statement)]
            names = {**names, **dict(zip(made, splice(builder, body, names, made), strict=True))}
            flag = _flag(builder, rest, bodies[1:], names)
    condition = names.get(condition, condition) if isinstance(condition, str) else condition
    if holds:
        return builder.branch(condition, inside, (), [("taken", flag, Const(0))])[0]
    return builder.branch(condition, (), inside, [("taken", Const(0), flag)])[0]
