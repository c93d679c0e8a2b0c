"""The reverse sweep: the adjoint of every value that the outputs depend on, from the outputs back to the inputs.

The primal statements stay as they are and the adjoint statements follow. The adjoint of a branch is a branch under the
same condition, so that nothing of the path not taken is ever computed, let alone multiplied by zero. It starts from the
adjoints collected so far and hands on their sums, as ``x_bar += ...`` inside the branch would: a path without a
contribution costs nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from symdiff.calculus.activity import varied
from symdiff.calculus.naming import adjoint_name
from symdiff.calculus.partials import contributions
from symdiff.calculus.sweep import ONE, ZERO, Sweep, Term, derived, is_zero
from symdiff.graph.graph import Atom, Block, Graph, If, Let, Param, Statement, free_names

Cotangents = Sequence[Mapping[int, Atom]]  # for each seed: the cotangent of each output that has one, by position
Adjoints = dict[int, Atom]  # the adjoint of one name for each seed that reaches it


class Ledger(dict[str, dict[int, list[Term]]]):
    """The contributions to adjoints not yet summed, by name and seed."""

    def post(self, name: str, seed: int, term: Term) -> None:
        """Add one contribution."""
        self.setdefault(name, {}).setdefault(seed, []).append(term)


class Reverse(Sweep):
    """Adjoints for several seeds at once; all seeds share the partial derivatives."""

    def __init__(self, graph: Graph, wrt: Sequence[str], cotangents: Cotangents, seeds: Sequence[Param] = ()) -> None:
        super().__init__(graph, wrt, seeds)
        graph = self.graph
        self.inputs = frozenset(graph.inputs)
        self.active = varied(graph, wrt)
        for statement in graph.body:
            self.builder.append(statement)
        ledger = Ledger()
        for seed, cotangent in enumerate(cotangents):
            for position, atom in cotangent.items():
                if not is_zero(atom):
                    self.post(ledger, graph.outputs[position], seed, Term(ONE, atom, True))
        self.block(graph.body, ledger)
        self.adjoints = {name: self.take(ledger, name) for name in dict.fromkeys(wrt)}

    def adjoint(self, name: str, seed: int) -> Atom:
        """The adjoint of an input for one seed; a literal 0 where that seed's outputs do not depend on it."""
        return self.adjoints[name].get(seed, ZERO)

    def post(self, ledger: Ledger, atom: Atom, seed: int, term: Term) -> None:
        """Note a contribution if the atom is active."""
        if isinstance(atom, str) and atom in self.active:
            ledger.post(atom, seed, term)

    def take(self, ledger: Ledger, name: str) -> Adjoints:
        """Sum the contributions to a name, and forget them."""
        return {seed: self.total(terms, self.hint(name)) for seed, terms in sorted(ledger.pop(name, {}).items())}

    def hint(self, name: str) -> str:
        """Return what the adjoint of a name is called."""
        return adjoint_name(name, name in self.inputs)

    def block(self, block: Block, ledger: Ledger) -> None:
        """Add the adjoint of a block; what is left in the ledger belongs to names from outside."""
        for statement in reversed(block):
            if isinstance(statement, Let):
                self.let(statement, ledger)
            elif isinstance(statement, If):
                self.branch(statement, ledger)

    def let(self, let: Let, ledger: Ledger) -> None:
        """Post partial times adjoint to each operand of a let."""
        bars = self.take(ledger, let.name)
        if not bars:
            return
        self.builder.origin = origin = derived(let.origin, "adjoint")
        for operand, coefficient in contributions(self.builder, let, self.active):
            for seed, bar in bars.items():
                ledger.post(operand, seed, Term(coefficient, bar, len(bars) == 1, origin))

    def branch(self, statement: If, ledger: Ledger) -> None:
        """Add the adjoint of a branch, if any of its outs has an adjoint."""
        bars = {out.name: self.take(ledger, out.name) for out in statement.outs}
        if not any(bars.values()):
            return
        outer = [name for name in _read_inside(statement) if name in ledger]
        starts = {name: self.take(ledger, name) for name in outer}
        origin = derived(statement.origin, "adjoint")
        bodies: list[Sequence[Statement]] = []
        totals: list[dict[tuple[str, int], Atom]] = []
        for block, handed_on in _sides(statement):
            inner = Ledger()
            for name, start in starts.items():
                for seed, atom in start.items():
                    inner.post(name, seed, Term(ONE, atom, True, origin))
            for out, atom in zip(statement.outs, handed_on, strict=True):
                for seed, bar in bars[out.name].items():
                    self.post(inner, atom, seed, Term(ONE, bar, True, origin))
            with self.builder.block() as body:
                totals.append(self.side(block, inner))
            bodies.append(body)
        keys = list(dict.fromkeys((*totals[0], *totals[1])))
        pairs = [(self.hint(key[0]), totals[0].get(key, ZERO), totals[1].get(key, ZERO)) for key in keys]
        sums = self.builder.branch(statement.condition, bodies[0], bodies[1], pairs, origin)
        for (name, seed), atom in zip(keys, sums, strict=True):
            ledger.post(name, seed, Term(ONE, atom, True, origin))

    def side(self, block: Block, ledger: Ledger) -> dict[tuple[str, int], Atom]:
        """Add the adjoint of one side, with the primal lets of that side at hand; the sums for names from outside."""
        for primal in block:
            if isinstance(primal, Let):
                self.builder.share(primal)
        self.block(block, ledger)
        names = list(ledger)
        return {(name, seed): atom for name in names for seed, atom in self.take(ledger, name).items()}


def _sides(statement: If) -> tuple[tuple[Block, list[Atom]], tuple[Block, list[Atom]]]:
    """Both blocks of a branch, each with the atoms that it hands on."""
    outs = statement.outs
    return (statement.then, [out.then for out in outs]), (statement.orelse, [out.orelse for out in outs])


def _read_inside(statement: If) -> list[str]:
    """The outer names that a branch reads (its condition, which has no adjoint, apart)."""
    names: dict[str, None] = {}
    for block, handed_on in _sides(statement):
        names |= dict.fromkeys((*free_names(block), *(atom for atom in handed_on if isinstance(atom, str))))
    return list(names)


def adjoint(graph: Graph, wrt: Sequence[str], cotangents: Cotangents, seeds: Sequence[Param] = ()) -> Reverse:
    """Sweep back over a graph: ``.adjoint(input, seed)`` is any adjoint, ``.finish(outputs)`` the new graph.

    ``seeds`` are new parameters that the cotangents refer to.
    """
    return Reverse(graph, wrt, cotangents, seeds)
