"""What the sweeps have in common: the graph, the builder of the new one, and how terms are multiplied and added."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Literal

from symdiff.calculus.scopes import close, share
from symdiff.calculus.supports import ZERO, Joining, Supports, Where
from symdiff.calculus.tame import Tame
from symdiff.errors import InternalError
from symdiff.graph.affine import Axes
from symdiff.graph.build import Body, Builder
from symdiff.graph.dead import dead_code
from symdiff.graph.graph import Atom, Const, Graph, If, Let, Origin, Param, defined, walk
from symdiff.graph.splice import splice
from symdiff.graph.structure import SCALAR, Items, Structure
from symdiff.graph.terms import Term as Part
from symdiff.primitives import TABLE

ONE = Const(1)
LARGEST = 2**53  # up to which integers are exact


@dataclass(frozen=True)
class Term:
    """``coefficient * vector``: one summand of a tangent or adjoint.

    ``alone`` says that no other direction or seed uses the coefficient, so that a division may move into the vector.
    """

    coefficient: Atom
    vector: Atom
    alone: bool
    origin: Origin | None = None


class Sweep:
    """One pass over a graph that adds derivatives to it. ``primal`` are the names that were there before."""

    def __init__(self, graph: Graph, wrt: Sequence[str], seeds: Sequence[Param]) -> None:
        unknown = [name for name in wrt if name not in graph.inputs]
        if unknown:
            raise InternalError(f"{graph.name} has no scalar input {', '.join(unknown)}")
        self.graph = graph = with_params(graph, seeds)
        self.wrt = tuple(wrt)
        self.primal = _defined(graph)
        self.builder = Builder(taken=self.primal)
        self.supports = Supports(self.builder)
        self.builder.inputs(graph.input_axes)
        self.tame = Tame(self.builder, list(self.builder.kinds))
        for statement in walk(graph.body):
            self.builder.declare(statement)

    def total(self, terms: Sequence[Term], hint: str, common: bool = False) -> Atom:
        """The sum of the terms as an atom called ``hint``, with as few operations as their signs and quotients allow.

        A vector that is zero on paths not taken is multiplied on its own path only. ``common`` divides once by a
        denominator that all terms share; it does not pay where ``v/y`` itself is shared.
        """
        supports = self.supports
        terms = [term for term in terms if supports.of(term.vector) != ()]
        if not terms:
            return ZERO
        where = supports.union([term.vector for term in terms])
        guards = [self._guard(term) for term in terms]
        if not any(guards):
            atom = self._total(terms, hint, common)
        elif guards.count(guards[0]) == len(guards):
            atom = self._guarded(terms, guards[0], hint, common)
        elif all(supports.of(term.vector) == where for term in terms):
            return self._guarded(terms, where, hint, common)
        else:
            summands = [self._single(term, guard) if guard else term for term, guard in zip(terms, guards, strict=True)]
            atom = self._total(summands, hint, common)
        if isinstance(atom, str):
            supports.learn(atom, where)
        return atom

    def _guard(self, term: Term) -> Where:
        """Where a product may be formed: not where its vector is a structural zero, unless nothing bad can come of it."""
        where = self.supports.of(term.vector)
        if not where or not isinstance(term.coefficient, str):
            return None
        return self.supports.hull(where) if self.tame(term.coefficient) else where

    def only(self, condition: Atom, terms: Sequence[Term], hint: str) -> Atom:
        """The sum of the terms where a condition holds, 0 elsewhere, where they are not computed."""
        with self.supports.side(condition, True) as body:
            atom = self.total(terms, hint)
        joining = Joining(self.supports, condition, (body, Body(body.elementwise)))
        result = joining.out(hint, atom, ZERO)
        self.builder.append(joining.branch(terms[-1].origin))
        return result

    def linear(self, terms: Sequence[Part], axes: Axes, hint: str = "t") -> Atom:
        """The sum of terms over tangents or adjoints. Where it only moves them, it knows where they are zero."""
        before = len(self.builder.kinds)
        atom = self.builder.sum(terms, axes, hint=hint)
        if isinstance(atom, str) and len(self.builder.kinds) > before:  # what is known of an earlier sum stays
            self.supports.learn(atom, self.supports.moved(terms, axes))
        return atom

    def _single(self, term: Term, where: Where) -> Term:
        """A term whose product is formed there only."""
        atom = self._guarded([term], where, "t", False)
        return Term(ONE, atom, True, term.origin)

    def _guarded(self, terms: Sequence[Term], where: Where, hint: str, common: bool) -> Atom:
        """The sum of terms that are zero elsewhere, in a branch."""
        self.builder.origin = terms[-1].origin
        condition, holds = self.supports.test(where or ())
        axes = self.builder.axes_of(condition, *(term.vector for term in terms))
        if self.builder.current.elementwise:
            condition = self.builder.spread(condition, axes)
        name = self.builder.fresh(hint, axes=axes)
        with self.supports.side(condition, holds) as body:
            atom = self._total(terms, hint, common)
        empty = Body(body.elementwise)
        joining = Joining(self.supports, condition, (body, empty) if holds else (empty, body))
        result = joining.out(hint, atom if holds else ZERO, ZERO if holds else atom, name)
        self.builder.append(joining.branch(terms[-1].origin))
        return result

    def _total(self, terms: Sequence[Term], hint: str, common: bool) -> Atom:
        builder = self.builder
        denominator = self._common_denominator(terms) if common else None
        if denominator is not None:
            summands = [self._product(term, "t", denominator) for term in terms]
            return builder.apply(TABLE["div"], self._sum(summands, terms, "t"), denominator, hint=hint)
        summands = [self._product(term, hint if len(terms) == 1 else "t") for term in terms]
        return self._sum(summands, terms, hint)

    def finish(self, outputs: Sequence[Atom], result: Structure | None = None) -> Graph:
        """The new graph: equal work shared across branches, everything in scope, nothing dead.

        ``result`` (numbers, if it is None) tells the lengths of the outputs: the loop that makes one lives as long as they do.
        """
        body = self.builder.body
        if any(isinstance(statement, If) for statement in body):
            body, outputs = share(body, outputs)
            body = close(body, self.builder)
        made = flat(replace(self.graph, body=body), outputs)
        return dead_code(made if result is None else replace(made, result=result))

    def _sum(self, summands: Sequence[tuple[bool, Atom]], terms: Sequence[Term], hint: str) -> Atom:
        """Add signed atoms in order, a positive one first if there is one (``b - a``, not ``-a + b``)."""
        builder = self.builder
        builder.origin = terms[-1].origin
        start = next((place for place, (negative, _) in enumerate(summands) if not negative), None)
        if start is None:
            first = builder.apply(TABLE["neg"], summands[0][1], hint=hint if len(summands) == 1 else "t")
            rest = list(summands[1:])
        else:
            first = summands[start][1]
            rest = [*summands[:start], *summands[start + 1 :]]
        for place, (negative, atom) in enumerate(rest, 1):
            op = TABLE["sub" if negative else "add"]
            first = builder.apply(op, first, atom, hint=hint if place == len(rest) else "t")
        return first

    def _product(self, term: Term, hint: str, divided: Atom | None = None) -> tuple[bool, Atom]:
        """The product as (is it to be subtracted, atom); without its denominator if that is ``divided``.

        ``(n*(1/y))*v`` is ``n*(v/y)``: one rounding less, and all partials of a quotient or norm share ``v/y``.
        """
        builder = self.builder
        builder.origin = term.origin
        negative, numerator, denominator = self._factors(term.coefficient)
        vector = term.vector
        if divided is not None:
            denominator = None
        elif denominator is not None and sign(vector):
            numerator = builder.apply(TABLE["div"], numerator, denominator, hint=hint)
        elif denominator is not None and term.alone:
            vector = builder.apply(TABLE["div"], vector, denominator, hint=hint if sign(numerator) else "t")
        elif denominator is not None:
            numerator = self._without_sign(term.coefficient)
        signs = [sign(factor) for factor in (numerator, vector)]
        negative ^= signs.count(-1) == 1
        factors = [factor for factor, unit in zip((numerator, vector), signs, strict=True) if not unit]
        if len(factors) < 2:
            return negative, factors[0] if factors else ONE
        factors = self._gathered(*factors)
        factors.sort(key=lambda factor: isinstance(factor, str))  # literals first: 2*x
        return negative, builder.apply(TABLE["mul"], *factors, hint=hint)

    def _gathered(self, numerator: Atom, vector: Atom) -> list[Atom]:
        """The factors with the literals of both as one, where that is exact: ``-400*x`` and ``y`` for ``-2*x`` and ``200*y``.

        A literal times an adjoint stays, as the adjoint may be shared.
        """
        (first, left), (second, right) = self._literal(numerator), self._literal(vector)
        number = first * second
        exact = abs(number) < LARGEST and Fraction(first) * Fraction(second) == Fraction(number)
        if left is None or not exact or not number or 1 in (abs(first), abs(second), abs(number)):
            return [numerator, vector]
        if right is None:
            return [Const(number), left]
        return [self.builder.apply(TABLE["mul"], Const(number), left), right]

    def _literal(self, atom: Atom) -> tuple[float, Atom | None]:
        """A product made by this sweep as its literal and the rest; the literal is 1 where there is none."""
        let = self._made(atom)
        if let is not None and let.op.name == "neg":
            number, rest = self._literal(let.args[0])
            return -number, rest
        factor, rest = (let.args[0], let.args[1]) if let is not None and let.op.name == "mul" else (atom, None)
        if isinstance(factor, Const) and not factor.symbol and factor.kind == "float" and math.isfinite(factor.value):
            return factor.value, rest
        return 1, atom

    def _factors(self, coefficient: Atom) -> tuple[bool, Atom, Atom | None]:
        """A coefficient made by this sweep as sign, numerator, denominator; one that the primal had stays whole."""
        bare = self._without_sign(coefficient)
        negative = bare is not coefficient
        let = self._made(bare)
        if let is None:
            return negative, bare, None
        if let.op.name == "div":
            return negative, let.args[0], let.args[1]
        if let.op.name == "mul":
            for factor, other in (let.args, let.args[::-1]):
                inverse = self._made(other)
                if inverse is not None and inverse.op.name == "div" and sign(inverse.args[0]) == 1:
                    return negative, factor, inverse.args[1]
        return negative, bare, None

    def _without_sign(self, coefficient: Atom) -> Atom:
        let = self._made(coefficient)
        return let.args[0] if let is not None and let.op.name == "neg" else coefficient

    def _common_denominator(self, terms: Sequence[Term]) -> Atom | None:
        denominators = {self._factors(term.coefficient)[2] for term in terms if term.alone}
        return denominators.pop() if len(terms) > 1 and len(denominators) == 1 and all(t.alone for t in terms) else None

    def _made(self, atom: Atom) -> Let | None:
        """The let behind an atom, if this sweep made it."""
        return self.builder.definitions.get(atom) if isinstance(atom, str) and atom not in self.primal else None


def with_params(graph: Graph, params: Sequence[Param]) -> Graph:
    """The graph with more parameters; a value of the graph that has the name of one of them is renamed."""
    widened = replace(graph, params=(*graph.params, *params))
    if _defined(graph).isdisjoint(leaf for param in params for leaf in param.leaves):
        return widened
    builder = Builder()
    builder.inputs(widened.input_axes)
    outputs = splice(builder, graph.body, {}, graph.outputs)
    return replace(widened, body=builder.body, outputs=tuple(outputs))


def _defined(graph: Graph) -> frozenset[str]:
    return frozenset(name for statement in walk(graph.body) for name in defined(statement))


def flat(graph: Graph, outputs: Sequence[Atom]) -> Graph:
    """The graph with these outputs: a scalar if there is one, else a tuple of scalars."""
    result = SCALAR if len(outputs) == 1 else Items("tuple", (SCALAR,) * len(outputs))
    return replace(graph, outputs=tuple(outputs), result=result)


def sign(atom: Atom) -> int:
    """1 or -1 for those literals, else 0."""
    if isinstance(atom, str) or atom.symbol or atom.value not in (1, -1):
        return 0
    return int(atom.value)


def derived(origin: Origin | None, role: Literal["tangent", "adjoint"]) -> Origin | None:
    """The origin of what a derivative adds for a statement; once adjoint, it stays adjoint."""
    if origin is None:
        return None
    return replace(origin, role="adjoint" if "adjoint" in (role, origin.role) else role)
