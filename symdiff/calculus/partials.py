"""Local partial derivatives of one let, read from its row of the table."""

from __future__ import annotations

from collections.abc import Container

from symdiff.calculus.sweep import is_zero
from symdiff.graph.build import Builder
from symdiff.graph.graph import Atom, Let
from symdiff.primitives import TABLE


def contributions(builder: Builder, let: Let, active: Container[str]) -> list[tuple[str, Atom]]:
    """The active operands of a let, each once, with its partial derivative; structural zeros are left out.

    ``x*x`` gives ``[("x", 2*x)]``: an operand that occurs twice has the sum of both partials.
    """
    if let.op.partials is None or not any(arg in active for arg in let.args if isinstance(arg, str)):
        return []
    handles = [builder.value(arg) for arg in let.args]
    partials = map(builder.atom, let.op.partials(*handles, builder.value(let.name)))
    coefficients: dict[str, Atom] = {}
    for arg, partial in zip(let.args, partials, strict=True):
        if not isinstance(arg, str) or arg not in active or is_zero(partial):
            continue
        before = coefficients.get(arg)
        if before is None:
            coefficients[arg] = partial
        elif before == partial:
            coefficients[arg] = builder.atom(2 * builder.value(partial))
        else:
            coefficients[arg] = builder.apply(TABLE["add"], before, partial)
    return [(operand, coefficient) for operand, coefficient in coefficients.items() if not is_zero(coefficient)]
