"""The reverse sweep: the adjoint of every value that the outputs depend on, from the outputs back to the inputs.

The primal statements stay as they are and the adjoint statements follow. The adjoint of a branch is a branch under the
same condition, so that nothing of the path not taken is ever computed, let alone multiplied by zero. It starts from the
adjoints collected so far and hands on their sums, as ``x_bar += ...`` inside the branch would: a path without a
contribution costs nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial

from symdiff.calculus import matrices
from symdiff.calculus.activity import is_zero, varied
from symdiff.calculus.folds import Expanded
from symdiff.calculus.implicit import adjoints_of_solution
from symdiff.calculus.loop_adjoints import adjoint_loop
from symdiff.calculus.naming import adjoint_name
from symdiff.calculus.partials import Partials, choice, chosen, condition, contributions, depends
from symdiff.calculus.supports import TRUE, ZERO, Joining
from symdiff.calculus.sweep import ONE, Sweep, Term, derived
from symdiff.calculus.transpose import contracted, transposed
from symdiff.graph.build import Body
from symdiff.graph.graph import Atom, Block, Fold, Graph, If, Let, Loop, Origin, Param, Statement, Sum, free_names
from symdiff.graph.settled import with_settled
from symdiff.graph.structure import Structure
from symdiff.graph.terms import Guard, view
from symdiff.graph.terms import Term as Part
from symdiff.primitives.row import Choice, Decision

Cotangents = Sequence[Mapping[int, Atom]]  # for each seed: the cotangent of each output that has one, by position
Adjoints = dict[int, Atom]  # the adjoint of one name for each seed that reaches it
Totals = dict[tuple[str, int], Atom]  # the sums at the end of one side of a branch, by name and seed


class Ledger(dict[str, dict[int, list[Term | Part]]]):
    """The contributions to adjoints not yet summed, by name and seed: products, and the parts of sums."""

    def post(self, name: str, seed: int, term: Term | Part) -> None:
        """Add one contribution."""
        self.setdefault(name, {}).setdefault(seed, []).append(term)


Side = Callable[[Ledger], Totals]  # adds one side of a branch


class Reverse(Sweep):
    """Adjoints for several seeds at once; all seeds share the partial derivatives.

    ``starts``: for each seed, what adjoints of inputs start from; what the sweep finds is added to it. ``guards``: where
    they do not hold, all adjoints are 0, and nothing is swept.
    """

    def __init__(
        self,
        graph: Graph,
        wrt: Sequence[str],
        cotangents: Cotangents,
        seeds: Sequence[Param] = (),
        starts: Sequence[Mapping[str, Atom]] = (),
        guards: tuple[Guard, ...] = (),
    ) -> None:
        super().__init__(graph, wrt, seeds)
        graph = self.graph
        self.inputs = frozenset(graph.inputs)
        self.active = varied(graph, wrt)
        self.taped: dict[int, Loop] = {}  # the loops with their tapes, by the identity of those of the graph
        for statement in graph.body:
            self.builder.append(statement)
        self.adjoints = self.swept_where(guards, cotangents, starts) if guards else self.swept(cotangents, starts)

    def swept(self, cotangents: Cotangents, starts: Sequence[Mapping[str, Atom]]) -> dict[str, Adjoints]:
        """Sweep back over the whole graph."""
        ledger = Ledger()
        for seed, cotangent in enumerate(cotangents):
            for position, atom in cotangent.items():
                if not is_zero(atom):
                    self.post(ledger, self.graph.outputs[position], seed, Term(ONE, atom, True))
        for seed, start in enumerate(starts):
            for name, atom in start.items():
                self.post(ledger, name, seed, Term(ONE, atom, True))
        self.block(self.graph.body, ledger)
        return {name: self.take(ledger, name) for name in dict.fromkeys(self.wrt)}

    def swept_where(
        self, guards: tuple[Guard, ...], cotangents: Cotangents, starts: Sequence[Mapping[str, Atom]]
    ) -> dict[str, Adjoints]:
        """The same as one side of a branch, on whose other side all adjoints are 0."""
        condition = self.builder.sum([Part(TRUE, (), (), guards)], (), kind="bool")
        with self.supports.side(condition, True) as body:
            found = self.swept(cotangents, starts)
        joining = Joining(self.supports, condition, (body, Body(body.elementwise)))
        made = {
            name: {seed: joining.out(self.hint(name), atom, ZERO) for seed, atom in bars.items()} for name, bars in found.items()
        }
        self.builder.append(joining.branch(None))
        return made

    def finish(self, outputs: Sequence[Atom], result: Structure | None = None) -> Graph:
        """The new graph, in which the loops forward keep what the loops backward read."""
        body = self.builder.body
        self.builder.current[:] = self.with_tapes(body)
        return super().finish(outputs, result)

    def with_tapes(self, block: Block) -> Block:
        """The block with its loops replaced."""
        if not self.taped:
            return block
        made: list[Statement] = []
        for statement in block:
            if isinstance(statement, If):
                then, orelse = self.with_tapes(statement.then), self.with_tapes(statement.orelse)
                statement = replace(statement, then=then, orelse=orelse)
            made.append(self.taped.get(id(statement), statement) if isinstance(statement, Loop) else statement)
        return tuple(made)

    def adjoint(self, name: str, seed: int) -> Atom:
        """The adjoint of an input for one seed; a literal 0 where that seed's outputs do not depend on it."""
        return self.adjoints[name].get(seed, ZERO)

    def post(self, ledger: Ledger, atom: Atom, seed: int, term: Term) -> None:
        """Note a contribution if the atom is active."""
        if isinstance(atom, str) and atom in self.active:
            ledger.post(atom, seed, term)

    def take(self, ledger: Ledger, name: str) -> Adjoints:
        """Sum the contributions to a name, and forget them."""
        return {seed: self.collected(terms, name) for seed, terms in sorted(ledger.pop(name, {}).items())}

    def take_one(self, ledger: Ledger, name: str, seed: int) -> Atom:
        """Sum the contributions to a name for one seed, and forget them."""
        terms = ledger.get(name, {}).pop(seed, [])
        return self.collected(terms, name) if terms else ZERO

    def collected(self, terms: Sequence[Term | Part], name: str) -> Atom:
        """The sum of contributions: products are added element by element, parts are one sum together."""
        products = [term for term in terms if isinstance(term, Term)]
        parts = [term for term in terms if isinstance(term, Part)]
        axes = self.builder.axes_of(name)
        total = self.total(products, "t" if parts else self.hint(name)) if products else ZERO
        if axes:  # a number made of literals stands for an array of it
            total = self.builder.spread(total, axes)
        if not parts:
            return total
        if products:
            parts.append(view(total, len(axes)) if isinstance(total, str) else Part(total))
        return self.linear(parts, axes, self.hint(name))

    def hint(self, name: str) -> str:
        """Return what the adjoint of a name is called."""
        return adjoint_name(name, name in self.inputs)

    def block(self, block: Block, ledger: Ledger) -> None:
        """Add the adjoint of a block; what is left in the ledger belongs to names from outside."""
        for statement in reversed(block):
            if isinstance(statement, Let):
                self.let(statement, ledger)
            elif isinstance(statement, Sum):
                self.sum(statement, ledger)
            elif isinstance(statement, Fold):
                self.fold(statement, ledger)
            elif isinstance(statement, If):
                self.branch(statement, ledger)
            elif isinstance(statement, Loop):
                self.builder.origin = derived(statement.origin, "adjoint")
                if statement.solver:
                    matrices.adjoints(self, statement, ledger)
                elif statement.implicit:
                    adjoints_of_solution(self, statement, ledger)
                else:
                    self.taped[id(statement)] = adjoint_loop(self, statement, ledger)

    def let(self, let: Let, ledger: Ledger) -> None:
        """Post partial times adjoint to each operand of a let."""
        bars = self.take(ledger, let.name)
        if not bars:
            return
        self.builder.origin = origin = derived(let.origin, "adjoint")
        decision = choice(self.builder, let)
        if decision is None:
            self.spread(bars, contributions(self.builder, let, self.active), ledger, origin)
        elif depends(let, self.active):
            self.choose(decision, let, bars, ledger, origin)

    def sum(self, statement: Sum, ledger: Ledger) -> None:
        """Post the terms of a sum, read the other way round, to the arrays that they read."""
        bars = self.take(ledger, statement.name)
        self.builder.origin = derived(statement.origin, "adjoint")
        for seed, bar in bars.items():
            for term in statement.terms:
                if isinstance(term.atom, str) and term.atom in self.active:
                    axes = self.builder.axes_of(term.atom)
                    part = contracted(transposed(term, statement.axes, bar, len(axes)), axes)
                    if part is not None:
                        ledger.post(term.atom, seed, part)

    def fold(self, statement: Fold, ledger: Ledger) -> None:
        """Post the adjoint of a fold: that of each of its elements times its partial."""
        bars = self.take(ledger, statement.name)
        if not bars or statement.term.atom not in self.active:
            return
        self.builder.origin = derived(statement.origin, "adjoint")
        expanded = Expanded(self, statement)
        for seed, bar in bars.items():
            product = expanded.times(expanded.spread(bar), len(bars) == 1)
            axes = self.builder.axes_of(str(statement.term.atom))
            part = contracted(expanded.scattered(product, len(axes)), axes)
            if part is not None:
                ledger.post(str(statement.term.atom), seed, part)

    def spread(self, bars: Adjoints, found: Partials, ledger: Ledger, origin: Origin | None) -> None:
        """Post the adjoints of a let to its operands."""
        for operand, coefficient in found:
            for seed, bar in bars.items():
                ledger.post(operand, seed, Term(coefficient, bar, len(bars) == 1, origin))

    def choose(self, decision: Decision, let: Let, bars: Adjoints, ledger: Ledger, origin: Origin | None) -> None:
        """Post the adjoint of a let that hands on one of its operands: to the operand chosen."""
        if not isinstance(decision, Choice):
            self.spread(bars, chosen(self.builder, let, self.active, decision), ledger, origin)
            return
        test = condition(self.builder, let, decision)
        sides = [partial(self.chosen_side, side, let, bars, origin) for side in (decision.then, decision.orelse)]
        self.split(test, [arg for arg in let.args if isinstance(arg, str)], sides, ledger, origin)

    def chosen_side(self, decision: Decision, let: Let, bars: Adjoints, origin: Origin | None, ledger: Ledger) -> Totals:
        """One side of a choice: the sums for the operands."""
        self.choose(decision, let, bars, ledger, origin)
        return self.totals(ledger)

    def branch(self, statement: If, ledger: Ledger) -> None:
        """Add the adjoint of a branch, if any of its outs has an adjoint."""
        bars = {out.name: self.take(ledger, out.name) for out in statement.outs}
        if not any(bars.values()):
            return
        origin = derived(statement.origin, "adjoint")
        sides = [partial(self.side, statement, holds, bars, origin) for holds in (True, False)]
        self.split(statement.condition, _read_inside(statement), sides, ledger, origin)

    def side(self, statement: If, holds: bool, bars: Mapping[str, Adjoints], origin: Origin | None, ledger: Ledger) -> Totals:
        """Add the adjoint of one side, with the primal lets of that side at hand; the sums for names from outside."""
        for out in statement.outs:
            for seed, bar in bars[out.name].items():
                self.post(ledger, out.then if holds else out.orelse, seed, Term(ONE, bar, True, origin))
        block = statement.then if holds else statement.orelse
        for primal in block:
            if isinstance(primal, Let | Sum | Fold):
                self.builder.share(primal)
        self.block(block, ledger)
        return self.totals(ledger)

    def split(self, condition: Atom, names: Sequence[str], sides: Sequence[Side], ledger: Ledger, origin: Origin | None) -> None:
        """Add a branch whose sides go on from the adjoints of ``names`` collected so far, and hand on their sums."""
        starts = {name: self.take(ledger, name) for name in names if name in ledger}
        bodies: list[Body] = []
        totals: list[Totals] = []
        for holds, side in zip((True, False), sides, strict=True):
            inner = Ledger()
            for name, start in starts.items():
                for seed, atom in start.items():
                    inner.post(name, seed, Term(ONE, atom, True, origin))
            with self.supports.side(condition, holds) as body:
                totals.append(side(inner))
            bodies.append(body)
        joining = Joining(self.supports, condition, bodies)
        for key in dict.fromkeys((*totals[0], *totals[1])):
            name, seed = key
            atom = joining.out(self.hint(name), totals[0].get(key, ZERO), totals[1].get(key, ZERO))
            ledger.post(name, seed, Term(ONE, atom, True, origin))
        branch = joining.branch(origin)
        if branch.outs or branch.then or branch.orelse:
            self.builder.append(branch)

    def totals(self, ledger: Ledger) -> Totals:
        """Sum all that is left in a ledger."""
        names = list(ledger)
        return {(name, seed): atom for name in names for seed, atom in self.take(ledger, name).items()}


def _read_inside(statement: If) -> list[str]:
    """The outer names that a branch reads (its condition, which has no adjoint, apart)."""
    names: dict[str, None] = {}
    for holds, block in ((True, statement.then), (False, statement.orelse)):
        handed_on = [out.then if holds else out.orelse for out in statement.outs]
        names |= dict.fromkeys((*free_names(block), *(atom for atom in handed_on if isinstance(atom, str))))
    return list(names)


def adjoint(
    graph: Graph, wrt: Sequence[str], cotangents: Cotangents, seeds: Sequence[Param] = (), guards: tuple[Guard, ...] = ()
) -> Reverse:
    """Sweep back over a graph: ``.adjoint(input, seed)`` is any adjoint, ``.finish(outputs)`` the new graph.

    ``seeds`` are new parameters that the cotangents refer to; where ``guards`` do not hold, all adjoints are 0.
    """
    return Reverse(with_settled(graph), wrt, cotangents, seeds, guards=guards)
