"""Rewrite a whole graph: every let through the rewriting builder, every branch decided, merged or dropped if it can be."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

from symdiff.graph.affine import Axes
from symdiff.graph.build import Body, Pair
from symdiff.graph.graph import UNDEFINED, Atom, Block, Const, Fold, Graph, If, Let, Origin, Out, Sum, defined, walk
from symdiff.graph.mapping import renamed
from symdiff.graph.terms import Guard
from symdiff.primitives import TABLE
from symdiff.simplify.rewrite import RewritingBuilder, Rules
from symdiff.simplify.sums import simplified

TRUE, FALSE = Const(True), Const(False)


def rewrite(graph: Graph, rules: Rules) -> Graph:
    """The same function with every operation rewritten by ``rules`` and every branch simplified."""
    names = (name for statement in walk(graph.body) for name in defined(statement))
    builder = RewritingBuilder(rules, names)
    builder.inputs(graph.input_axes)
    rebuild = Rebuild(builder)
    rebuild.block(graph.body)
    return replace(graph, body=builder.body, outputs=tuple(map(rebuild.read, graph.outputs)))


class Rebuild:
    """One walk over a graph: what its names have become, and which conditions are decided where the walk is."""

    def __init__(self, builder: RewritingBuilder) -> None:
        self.builder = builder
        self.names: dict[str, Atom] = {}
        self.decided: dict[str, Const] = {}
        self.masks: dict[tuple[Axes, tuple[Guard, ...]], list[str]] = {}

    def read(self, atom: Atom) -> Atom:
        """What an atom of the old graph is in the new one, here."""
        new = self.names.get(atom, atom) if isinstance(atom, str) else atom
        return self.decided.get(new, new) if isinstance(new, str) else new

    def block(self, block: Block) -> None:
        """Add the statements of a block to the present block of the builder."""
        index = 0
        while index < len(block):
            statement = block[index]
            index += 1
            if isinstance(statement, Let):
                self.let(statement)
            elif isinstance(statement, Sum | Fold):
                self.indexed(statement)
            elif isinstance(statement, If):
                neighbours, between = same_condition(block, index)
                index += len(neighbours) + len(between)
                for let in between:
                    self.let(let)
                self.branch([statement, *neighbours])
            else:
                self.builder.append(statement)

    def let(self, let: Let) -> None:
        """Add one let."""
        args = map(self.read, let.args)
        atom = self.builder.apply(let.op, *args, hint=let.name, origin=let.origin)
        self.names[let.name] = self.builder.spread(atom, let.axes) if let.axes else atom

    def indexed(self, statement: Sum | Fold) -> None:
        """Add a sum or fold over what its atoms have become."""
        self.builder.release(statement.name)
        atom = self.names[statement.name] = simplified(self.builder, renamed(statement, self.read))
        mask = self.mask(atom)
        if mask is not None and isinstance(atom, str):
            self.masks.setdefault((mask.axes, mask.terms[0].guards), []).append(atom)

    def mask(self, atom: Atom) -> Sum | None:
        """The sum behind an atom that is a literal where guards hold, and 0 or False elsewhere."""
        found = self.builder.sums.get(atom) if isinstance(atom, str) else None
        if found is None or len(found.terms) > 1 or not isinstance(found.terms[0].atom, Const):
            return None
        return None if found.terms[0].ranges or found.terms[0].address is not None else found

    def branch(self, branches: Sequence[If]) -> None:
        """Add neighbouring branches with one condition as one branch."""
        condition = self.read(branches[0].condition)
        while (opposite := self.negated(condition)) is not None:
            condition = opposite
            branches = list(map(flipped, branches))
        if isinstance(condition, Const):
            for branch in branches:
                self.side(branch, bool(condition.value))
            return
        bodies: list[Body] = []
        atoms: list[list[Atom]] = []
        for holds in (True, False):
            with self.builder.block(elementwise=bool(branches[0].axes)) as body, self.assume(condition, holds):
                atoms.append([atom for branch in branches for atom in self.side(branch, holds)])
            bodies.append(body)
        outs = [out for branch in branches for out in branch.outs]
        self.hand_on(condition, bodies, list(zip(outs, *atoms, strict=True)), branches[0])

    def negated(self, condition: Atom) -> Atom | None:
        """The condition whose opposite a condition is by its definition."""
        let = self.builder.definitions.get(condition) if isinstance(condition, str) else None
        return let.args[0] if let is not None and let.op.name == "not" else None

    def side(self, branch: If, holds: bool) -> list[Atom]:
        """Add one side of a branch to the present block; its outs are for now what this side hands on."""
        self.block(branch.then if holds else branch.orelse)
        atoms = [self.read(out.then if holds else out.orelse) for out in branch.outs]
        self.names.update(zip((out.name for out in branch.outs), atoms, strict=True))
        return atoms

    def hand_on(self, condition: str, bodies: Sequence[Body], outs: Sequence[tuple[Out, Atom, Atom]], branch: If) -> None:
        """Add a finished branch with those outs that are not known without it."""
        inside = {name for body in bodies for statement in body for name in defined(statement)}
        pairs: list[Pair] = []
        axes: dict[str, Axes] = {}
        for out, then, orelse in outs:
            known = self.known(condition, replace(out, then=then, orelse=orelse), inside, branch.origin)
            if known is None:
                self.builder.release(out.name)
                pairs.append((out.name, then, orelse))
                axes[out.name] = out.axes
            else:
                self.names[out.name] = known
        atoms = self.builder.branch(condition, bodies[0], bodies[1], pairs, branch.origin)
        for (name, _, _), atom in zip(pairs, atoms, strict=True):
            self.names[name] = self.builder.spread(atom, axes[name]) if axes[name] else atom  # of two literals: a number

    def known(self, condition: str, out: Out, inside: set[str], origin: Origin | None) -> Atom | None:
        """What an out is without the branch: its value where both sides agree, or for truth values a connective."""
        then, orelse = out.then, out.orelse
        for one, other in ((then, orelse), (orelse, then)):
            if one not in inside and one != UNDEFINED and other in (one, UNDEFINED):
                return one  # what is never read on the other path may be anything there
        if out.kind != "bool":
            return None
        connective: tuple[str, tuple[Atom, ...]] | None = None
        if (then, orelse) == (TRUE, FALSE):
            return condition
        if (then, orelse) == (FALSE, TRUE):
            connective = "not", (condition,)
        elif orelse == FALSE and then not in inside:
            connective = "and", (condition, then)
        elif then == TRUE and orelse not in inside:
            connective = "or", (condition, orelse)
        if connective is None or UNDEFINED in (then, orelse):
            return None
        op, args = connective
        return self.builder.apply(TABLE[op], *args, hint=out.name, origin=origin)

    @contextmanager
    def assume(self, condition: str, holds: bool) -> Iterator[None]:
        """Take a condition, and what follows from it, as decided."""
        before = self.decided
        self.decided = before | dict(self.implied(condition, holds))
        try:
            yield
        finally:
            self.decided = before

    def implied(self, condition: str, holds: bool) -> Iterator[tuple[str, Const]]:
        """What is decided by a condition: the operands of a true ``and``, of a false ``or`` and of a ``not``.

        Where a condition is that guards hold, so is what else is a literal where they do.
        """
        pending: list[tuple[Atom, bool]] = [(condition, holds)]
        seen: set[str] = set()
        while pending:
            atom, value = pending.pop()
            if not isinstance(atom, str) or atom in seen:
                continue
            seen.add(atom)
            yield atom, Const(value)
            let = self.builder.definitions.get(atom)
            name = "" if let is None else let.op.name
            if let is not None and (name == "not" or name == ("and" if value else "or")):
                pending += [(arg, value != (name == "not")) for arg in let.args]
            mask = self.mask(atom)
            if mask is not None and mask.terms[0].atom == TRUE:
                yield from self.masked(mask, value)

    def masked(self, mask: Sum, holds: bool) -> Iterator[tuple[str, Const]]:
        """What is a literal where the guards of a mask hold, and elsewhere."""
        for name in self.masks[mask.axes, mask.terms[0].guards]:
            other = self.builder.sums[name]
            inside = other.terms[0].atom
            if isinstance(inside, Const):
                yield name, inside if holds else FALSE if other.kind == "bool" else Const(0)


def flipped(branch: If) -> If:
    """The branch with its sides exchanged."""
    outs = tuple(replace(out, then=out.orelse, orelse=out.then) for out in branch.outs)
    return replace(branch, then=branch.orelse, orelse=branch.then, outs=outs)


def same_condition(block: Block, start: int) -> tuple[list[If], list[Let]]:
    """The branches from ``start`` on that can be merged into the one before, and the lets between that can go first.

    Only lets that read no result of the branch stand between; a raise or another branch ends the search, so that each
    statement is looked at for one branch only.
    """
    first = block[start - 1]
    branches: list[If] = []
    lets: list[Let] = []
    results = set(defined(first))
    skipped: list[Let] = []
    for statement in block[start:]:
        if isinstance(statement, Let) and results.isdisjoint(_strings(statement.args)):
            skipped.append(statement)
        elif isinstance(statement, If) and isinstance(first, If) and statement.condition == first.condition:
            branches.append(statement)
            lets += skipped
            skipped = []
            results.update(defined(statement))
        else:
            break
    return branches, lets


def _strings(atoms: Iterable[Atom]) -> list[str]:
    return [atom for atom in atoms if isinstance(atom, str)]
