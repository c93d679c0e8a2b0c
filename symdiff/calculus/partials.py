"""Local partial derivatives of one let, read from its row of the table."""

from __future__ import annotations

from collections.abc import Container, Iterable
from dataclasses import replace
from typing import Any

from symdiff.calculus.activity import is_zero
from symdiff.errors import Gap, Place, UnsupportedError
from symdiff.graph.build import Builder
from symdiff.graph.graph import Atom, Let, Origin
from symdiff.graph.signs import extreme
from symdiff.primitives import TABLE
from symdiff.primitives.kinks import HALVES
from symdiff.primitives.row import UNKNOWN, Choice, Decision


def unknown(let: Let, position: int) -> Gap:
    """The refusal of a derivative that needs a partial which nobody has in closed form."""
    row, origin = let.op, let.origin or Origin(0, "")
    place = origin.place or Place("<graph>", origin.line, 0, len(origin.text), origin.text)
    name = row.operand_name(position)
    which = f"{position + 1} ({name})" if name else f"{position + 1}"
    reason = f"the derivative of {row.title} in its argument {which} is not known in closed form"
    rewrite = "differentiate by arguments that it does not depend on, or hold it fixed with stop_gradient"
    told = row.refusal(position)
    if told is not None:
        reason, rewrite = told
    return Gap(reason, rewrite, place, certain=True)


Partials = list[tuple[str, Atom]]


def contributions(builder: Builder, let: Let, active: Container[str]) -> Partials:
    """The active operands of a let, each once, with its partial derivative; structural zeros are left out.

    ``x*x`` gives ``[("x", 2*x)]``: an operand that occurs twice has the sum of both partials.
    """
    if let.op.partials is None or not depends(let, active):
        return []
    handles = [builder.value(arg) for arg in let.args]
    return _by_operand(builder, let, active, let.op.partials(*handles, builder.value(let.name)))


def chosen(builder: Builder, let: Let, active: Container[str], partials: Iterable[Any]) -> Partials:
    """The active operands of a let whose row chooses, with their partials on one side of its choice."""
    return _by_operand(builder, let, active, partials)


def choice(builder: Builder, let: Let) -> Decision | None:
    """The choice that a let makes among its operands, if it does. A tie is none where one of them is never exceeded."""
    if let.op.choice is None:
        return None
    decision = let.op.choice(*map(builder.value, let.args))
    winner = extreme(builder, let)
    return decision if winner is None else _without_ties(decision, (1 - winner, winner))


def _without_ties(decision: Decision, winner: tuple[Any, ...]) -> Decision:
    if not isinstance(decision, Choice):
        return winner if decision == HALVES else decision
    then, orelse = (_without_ties(side, winner) for side in (decision.then, decision.orelse))
    return then if then == orelse else replace(decision, then=then, orelse=orelse)


def condition(builder: Builder, let: Let, decision: Choice) -> Atom:
    """The condition of a choice as an atom, computed in the present block."""
    return builder.atom(decision.condition(*map(builder.value, (*let.args, let.name))))


def depends(let: Let, active: Container[str]) -> bool:
    """Whether an operand of a let is active."""
    return any(arg in active for arg in let.args if isinstance(arg, str))


def _by_operand(builder: Builder, let: Let, active: Container[str], partials: Iterable[Any]) -> Partials:
    coefficients: dict[str, Atom] = {}
    for position, (arg, known) in enumerate(zip(let.args, partials, strict=True)):
        if not isinstance(arg, str) or arg not in active:
            continue
        if known is UNKNOWN:
            raise UnsupportedError("the function", (unknown(let, position),))
        partial = builder.atom(known)
        if is_zero(partial):
            continue
        before = coefficients.get(arg)
        if before is None:
            coefficients[arg] = partial
        elif before == partial:
            coefficients[arg] = builder.atom(2 * builder.value(partial))
        else:
            coefficients[arg] = builder.apply(TABLE["add"], before, partial)
    return [(operand, coefficient) for operand, coefficient in coefficients.items() if not is_zero(coefficient)]
