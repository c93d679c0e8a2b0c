"""The forward sweep: the tangents of every let, beside the let itself and inside the same branch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from symdiff.calculus import matrices
from symdiff.calculus.activity import is_zero, useful
from symdiff.calculus.folds import Expanded
from symdiff.calculus.implicit import tangents_of_solution
from symdiff.calculus.loop_tangents import tangent_loop
from symdiff.calculus.naming import tangent_name
from symdiff.calculus.partials import Partials, choice, chosen, condition, contributions, depends
from symdiff.calculus.supports import ZERO, Joining
from symdiff.calculus.sweep import Sweep, Term, derived
from symdiff.graph.build import Body
from symdiff.graph.graph import UNDEFINED, Atom, Block, Fold, Graph, If, Let, Loop, Origin, Param, Sum
from symdiff.primitives.row import Choice, Decision

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
        self.useful = useful(graph)
        self.tangents: dict[str, Tangents] = {name: {} for name in self.wrt}
        for number, direction in enumerate(directions):
            for name, atom in direction.items():
                if not is_zero(atom):
                    self.tangents[name][number] = atom
        self.block(self.graph.body)

    def tangent(self, atom: Atom, direction: int) -> Atom:
        """The tangent of what reaches an output along one direction; a literal 0 where it does not depend on it."""
        if atom == UNDEFINED:
            return UNDEFINED
        return self.tangents.get(atom, {}).get(direction, ZERO) if isinstance(atom, str) else ZERO

    def block(self, block: Block) -> None:
        """Copy a block and add its tangents."""
        for statement in block:
            if isinstance(statement, If):
                self.branch(statement)
                continue
            if isinstance(statement, Loop):
                if statement.solver:
                    matrices.tangents(self, statement)
                else:
                    (tangents_of_solution if statement.implicit else tangent_loop)(self, statement)
                continue
            self.builder.append(statement)
            if isinstance(statement, Let) and statement.name in self.useful:
                self.let(statement)
            elif isinstance(statement, Sum) and statement.name in self.useful:
                self.sum(statement)
            elif isinstance(statement, Fold) and statement.name in self.useful:
                self.fold(statement)

    def let(self, let: Let) -> None:
        """The tangent of a let: the sum over its operands of partial times tangent."""
        self.builder.origin = origin = derived(let.origin, "tangent")
        decision = choice(self.builder, let) if depends(let, self.tangents) else None
        if decision is None:
            made = self.sums(let, contributions(self.builder, let, self.tangents), origin)
        else:
            made = self.choose(decision, let, origin)
        if made:
            self.tangents[let.name] = made

    def sum(self, statement: Sum) -> None:
        """The tangent of a sum: the same sum of tangents."""
        self.builder.origin = derived(statement.origin, "tangent")
        numbers = {
            number for term in statement.terms if isinstance(term.atom, str) for number in self.tangents.get(term.atom, ())
        }
        made: Tangents = {}
        for number in sorted(numbers):
            terms = [
                term.renamed(partial(self.tangent, direction=number))
                for term in statement.terms
                if isinstance(term.atom, str) and number in self.tangents.get(term.atom, ())
            ]
            made[number] = self.linear(terms, statement.axes, self.hint(statement.name, number))
        if made:
            self.tangents[statement.name] = made

    def fold(self, statement: Fold) -> None:
        """The tangent of a fold: the sum of its elements' tangents times their partials."""
        moved = self.tangents.get(str(statement.term.atom), {})
        if not moved:
            return
        self.builder.origin = derived(statement.origin, "tangent")
        expanded = Expanded(self, statement)
        made: Tangents = {}
        for number, tangent in moved.items():
            product = expanded.times(expanded.read(tangent), len(moved) == 1)
            made[number] = expanded.total(product, self.hint(statement.name, number))
        self.tangents[statement.name] = made

    def sums(self, let: Let, found: Partials, origin: Origin | None) -> Tangents:
        """The tangents of a let with these partials."""
        terms: dict[int, list[Term]] = {}
        alone = len({number for operand, _ in found for number in self.tangents[operand]}) == 1
        for operand, coefficient in found:
            for number, vector in self.tangents[operand].items():
                terms.setdefault(number, []).append(Term(coefficient, vector, alone, origin))
        made = {number: self.total(terms[number], self.hint(let.name, number), common=True) for number in sorted(terms)}
        return {number: self.builder.spread(atom, let.axes) for number, atom in made.items()} if let.axes else made

    def choose(self, decision: Decision, let: Let, origin: Origin | None) -> Tangents:
        """The tangents of a let that hands on one of its operands: those of the operand chosen."""
        if not isinstance(decision, Choice):
            return self.sums(let, chosen(self.builder, let, self.tangents, decision), origin)
        test = condition(self.builder, let, decision)
        bodies: list[Body] = []
        sides: list[Tangents] = []
        for holds, side in ((True, decision.then), (False, decision.orelse)):
            with self.supports.side(test, holds) as body:
                sides.append(self.choose(side, let, origin))
            bodies.append(body)
        joining = Joining(self.supports, test, bodies)
        made = {
            number: joining.out(self.hint(let.name, number), sides[0].get(number, ZERO), sides[1].get(number, ZERO))
            for number in sorted({number for side in sides for number in side})
        }
        self.builder.append(joining.branch(origin))
        return made

    def branch(self, statement: If) -> None:
        """A branch whose outs hand on their tangents too."""
        with self.supports.side(statement.condition, True) as then:
            self.block(statement.then)
        with self.supports.side(statement.condition, False) as orelse:
            self.block(statement.orelse)
        joining = Joining(self.supports, statement.condition, (then, orelse))
        for out in (out for out in statement.outs if out.name in self.useful):
            sides = [self.tangents.get(side, {}) for side in (out.then, out.orelse) if isinstance(side, str)]
            made = {
                number: joining.out(self.hint(out.name, number), self.tangent(out.then, number), self.tangent(out.orelse, number))
                for number in sorted({number for side in sides for number in side})
            }
            if made:
                self.tangents[out.name] = made
        self.builder.append(joining.branch(statement.origin, statement.outs))

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
    """Sweep forward over a graph: ``.tangent(atom, direction)`` is the tangent of an output, ``.finish(outputs)`` the new graph.

    ``seeds`` are new parameters that the directions refer to.
    """
    return Forward(graph, wrt, directions, labels, seeds)
