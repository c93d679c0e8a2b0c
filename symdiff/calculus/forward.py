"""The forward sweep: the tangents of every let, beside the let itself and inside the same branch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from symdiff.calculus.naming import tangent_name
from symdiff.calculus.partials import contributions
from symdiff.calculus.sweep import ZERO, Sweep, Term, derived, is_zero
from symdiff.graph.graph import UNDEFINED, Atom, Block, Graph, If, Let, Out, Param

Directions = Sequence[Mapping[str, Atom]]  # one direction: the tangent of each input that has one
Tangents = dict[int, Atom]  # the tangent of one name along each direction that reaches it


class Forward(Sweep):
    """Tangents along several directions at once; all directions share the partial derivatives.

    ``labels`` name the input that a direction differentiates in (``dz_dx``); without a label a tangent is ``z_dot``.
    """

    def __init__(
        self,
        graph: Graph,
        wrt: Sequence[str],
        directions: Directions,
        labels: Sequence[str] = (),
        seeds: Sequence[Param] = (),
    ) -> None:
        super().__init__(graph, wrt, seeds)
        self.labels = labels
        self.tangents: dict[str, Tangents] = {name: {} for name in self.wrt}
        for number, direction in enumerate(directions):
            for name, atom in direction.items():
                if not is_zero(atom):
                    self.tangents[name][number] = atom
        self.block(self.graph.body)

    def tangent(self, atom: Atom, direction: int) -> Atom:
        """The tangent of an atom along one direction; a literal 0 where it does not depend on it."""
        if atom == UNDEFINED:
            return UNDEFINED
        return self.tangents.get(atom, {}).get(direction, ZERO) if isinstance(atom, str) else ZERO

    def block(self, block: Block) -> None:
        """Copy a block and add its tangents."""
        for statement in block:
            if isinstance(statement, If):
                self.branch(statement)
                continue
            self.builder.append(statement)
            if isinstance(statement, Let):
                self.let(statement)

    def let(self, let: Let) -> None:
        """The tangent of a let: the sum over its operands of partial times tangent."""
        self.builder.origin = origin = derived(let.origin, "tangent")
        terms: dict[int, list[Term]] = {}
        found = contributions(self.builder, let, self.tangents)
        alone = len({number for operand, _ in found for number in self.tangents[operand]}) == 1
        for operand, coefficient in found:
            for number, vector in self.tangents[operand].items():
                terms.setdefault(number, []).append(Term(coefficient, vector, alone, origin))
        made = {number: self.total(terms[number], self.hint(let.name, number), common=True) for number in sorted(terms)}
        if made:
            self.tangents[let.name] = made

    def branch(self, statement: If) -> None:
        """A branch whose outs hand on their tangents too."""
        builder = self.builder
        with builder.block() as then:
            self.block(statement.then)
        with builder.block() as orelse:
            self.block(statement.orelse)
        outs = list(statement.outs)
        for out in statement.outs:
            sides = [self.tangents.get(side, {}) for side in (out.then, out.orelse) if isinstance(side, str)]
            made = {number: self.out(out, number, outs) for number in sorted({n for side in sides for n in side})}
            if made:
                self.tangents[out.name] = made
        builder.append(If(statement.condition, tuple(then), tuple(orelse), tuple(outs), statement.origin))

    def out(self, out: Out, number: int, outs: list[Out]) -> Atom:
        """The tangent of an out: itself an out, unless both sides have the same one."""
        first, second = self.tangent(out.then, number), self.tangent(out.orelse, number)
        if first == second:
            return first
        outs.append(Out(self.builder.fresh(self.hint(out.name, number)), first, second))
        return outs[-1].name

    def hint(self, name: str, number: int) -> str:
        """Return what the tangent of a name along one direction is called."""
        return tangent_name(name, self.labels[number] if self.labels else "")


def tangent(
    graph: Graph,
    wrt: Sequence[str],
    directions: Directions,
    labels: Sequence[str] = (),
    seeds: Sequence[Param] = (),
) -> Forward:
    """Sweep forward over a graph: ``.tangent(atom, direction)`` is any tangent, ``.finish(outputs)`` the new graph.

    ``seeds`` are new parameters that the directions refer to.
    """
    return Forward(graph, wrt, directions, labels, seeds)
