"""The partials of one elementwise statement in the values that it reads from outside: of a let, a choice, a whole branch."""

from __future__ import annotations

from collections.abc import Container, Mapping
from typing import TYPE_CHECKING

from symdiff.calculus.partials import choice, chosen, condition, contributions, depends
from symdiff.calculus.supports import ZERO, Joining
from symdiff.calculus.sweep import ONE, Term
from symdiff.graph.graph import Atom, Block, If, Let, Origin
from symdiff.primitives.row import Choice, Decision

if TYPE_CHECKING:
    from symdiff.calculus.sweep import Sweep

Partials = dict[str, Atom]  # by the operand


class Local:
    """Finds partials with the builder of a sweep. What a branch does not take has the partial 0 there, by its support."""

    def __init__(self, sweep: Sweep) -> None:
        self.sweep = sweep
        self.builder = sweep.builder
        self.supports = sweep.supports

    def partials(self, statement: Let | If, active: Container[str]) -> dict[str, list[tuple[str, Atom]]]:
        """The partials of everything that a statement defines, in the active values that it reads."""
        found = self._statement(statement, active, {})
        return {name: list(partials.items()) for name, partials in found.items() if partials}

    def _statement(self, statement: Let | If, active: Container[str], inside: Mapping[str, Partials]) -> dict[str, Partials]:
        if isinstance(statement, If):
            return self._branch(statement, active, inside)
        known = _Union(active, inside)
        if not depends(statement, known):
            return {}
        decision = choice(self.builder, statement)
        direct = (
            dict(contributions(self.builder, statement, known)) if decision is None else self._decided(statement, known, decision)
        )
        return {statement.name: self._chained(direct, inside)}

    def _chained(self, direct: Partials, inside: Mapping[str, Partials]) -> Partials:
        """Partials in values of the same branch as partials in values from outside."""
        terms: dict[str, list[Term]] = {}
        for operand, coefficient in direct.items():
            for outer, inner in inside.get(operand, {operand: ONE}).items():
                terms.setdefault(outer, []).append(Term(coefficient, inner, True, self.builder.origin))
        return {outer: self.sweep.total(parts, "t") for outer, parts in terms.items()}

    def _decided(self, let: Let, active: Container[str], decision: Decision) -> Partials:
        """The partials of a let that hands on one of its operands."""
        if not isinstance(decision, Choice):
            return dict(chosen(self.builder, let, active, decision))
        test = condition(self.builder, let, decision)
        sides, bodies = [], []
        for holds, side in ((True, decision.then), (False, decision.orelse)):
            with self.supports.side(test, holds) as body:
                sides.append(self._decided(let, active, side))
            bodies.append(body)
        return self._joined(Joining(self.supports, test, bodies), sides, let.origin)

    def _branch(self, statement: If, active: Container[str], inside: Mapping[str, Partials]) -> dict[str, Partials]:
        """The partials of the outs of a branch: found on each side, and handed on."""
        sides, bodies = [], []
        for holds, block in ((True, statement.then), (False, statement.orelse)):
            with self.supports.side(statement.condition, holds) as body:
                sides.append(self._block(block, active, inside))
            bodies.append(body)
        joining = Joining(self.supports, statement.condition, bodies)
        found: dict[str, Partials] = {}
        for out in statement.outs:
            first, second = (self._of(atom, active, side) for atom, side in zip((out.then, out.orelse), sides, strict=True))
            found[out.name] = {
                operand: joining.out("t", first.get(operand, ZERO), second.get(operand, ZERO))
                for operand in dict.fromkeys((*first, *second))
            }
        self._append(joining, statement.origin)
        return found

    @staticmethod
    def _of(atom: Atom, active: Container[str], inside: Mapping[str, Partials]) -> Partials:
        if not isinstance(atom, str):
            return {}
        return inside.get(atom) or ({atom: ONE} if atom in active else {})

    def _block(self, block: Block, active: Container[str], inside: Mapping[str, Partials]) -> dict[str, Partials]:
        """The partials of all that one side of a branch defines, with its own lets at hand."""
        found = dict(inside)
        for statement in block:
            if isinstance(statement, Let):
                self.builder.share(statement)
            if isinstance(statement, Let | If):
                found |= self._statement(statement, active, found)
        return found

    def _joined(self, joining: Joining, sides: list[Partials], origin: Origin | None) -> Partials:
        found = {
            operand: joining.out("t", sides[0].get(operand, ZERO), sides[1].get(operand, ZERO))
            for operand in dict.fromkeys((*sides[0], *sides[1]))
        }
        self._append(joining, origin)
        return found

    def _append(self, joining: Joining, origin: Origin | None) -> None:
        branch = joining.branch(origin)
        if branch.outs or branch.then or branch.orelse:
            self.builder.append(branch)


class _Union:
    """The names in either of two containers."""

    def __init__(self, first: Container[str], second: Container[str]) -> None:
        self.parts = first, second

    def __contains__(self, name: object) -> bool:
        return any(name in part for part in self.parts)
