"""Where derivatives are zero because a path was not taken: there nothing may be multiplied with them.

The tangent of ``max(x, 0)`` where x < 0 is a literal 0, and the partial of ``sqrt`` there is inf. Their product must be
0, not NaN; so it is formed in a branch under the condition that decided it. That condition is the *support* of the
tangent. Adjoints have supports in the same way.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import reduce

from symdiff.graph.affine import Affine, Axes
from symdiff.graph.build import Body, Builder
from symdiff.graph.graph import UNDEFINED, Atom, Const, If, Origin, Out
from symdiff.graph.terms import Guard, Term
from symdiff.primitives import TABLE

# Nonzero only where one of these conditions is as stated: () is nowhere, None is everywhere.
Where = tuple[tuple[Atom, bool], ...] | None
Test = tuple[Atom, bool]  # a condition, and the side of a branch on it

MANY = 4  # conditions of a sum that are joined to one
MOST_CHOICES = 64  # of guards that are looked at
ZERO, TRUE, FALSE = Const(0), Const(True), Const(False)


class Supports:
    """The supports of tangents or adjoints, and the conditions made of them."""

    def __init__(self, builder: Builder) -> None:
        self.builder = builder
        self.known: dict[Atom, Where] = {ZERO: ()}
        self.decided: dict[Atom, bool] = {}  # the conditions of the branches around
        self.soft: set[Atom] = set()  # conditions that only tell which elements of an array something reaches
        self.hulls: dict[Atom, tuple[Test, ...]] = {}  # those that do so where one of these holds, which are numbers

    def is_soft(self, where: Where) -> bool:
        """Whether nothing but the bounds of indices makes zeros: then they are zeros of what is computed for all elements."""
        return where != () and all(self._hull(test) is None for test in where or ())

    def hull(self, where: Where) -> Where:
        """A larger support of fewer conditions: beyond the one, nothing but the bounds of indices makes zeros within it."""
        parts = [self._hull(test) for test in where or ()]
        if where is None or (parts and all(part is None for part in parts)):
            return None
        if any(part is None for part in parts):
            return where
        return tuple(dict.fromkeys(test for part in parts for test in part or ()))

    def _hull(self, test: Test) -> Where:
        """The same of one condition, inside the branches around."""
        condition, holds = test
        if condition in self.soft:
            return None
        inner = self.hulls.get(condition) if holds else None
        if inner is None:
            return (test,)
        if any(self.decided.get(each) is side for each, side in inner):
            return None
        return tuple((each, side) for each, side in inner if each not in self.decided)

    def narrow(self, condition: Atom, tests: Sequence[Test]) -> None:
        """Note of a condition that it differs from that of some tests by bounds of indices only."""
        if all(test[0] in self.soft for test in tests):
            self.soft.add(condition)
        elif not any(test[0] in self.soft for test in tests):
            found = [self.hulls.get(test[0], (test,)) if test[1] else (test,) for test in tests]
            inner = tuple(dict.fromkeys(test for part in found for test in part))
            if len(inner) <= MANY and not any(self.builder.axes_of(each) for each, _ in inner):
                self.hulls[condition] = inner

    def of(self, atom: Atom) -> Where:
        """Where an atom is not a structural zero, inside the branches around."""
        where = self.known.get(atom)
        if where is None or any(self.decided.get(condition) is holds for condition, holds in where):
            return None
        return tuple((condition, holds) for condition, holds in where if condition not in self.decided)

    def learn(self, atom: Atom, where: Where) -> None:
        """Note where an atom is not a structural zero; a condition may be a literal."""
        if where is None or any(condition == Const(holds) for condition, holds in where):
            return
        self.known[atom] = tuple((condition, holds) for condition, holds in where if condition != Const(not holds))

    @contextmanager
    def side(self, condition: Atom, holds: bool) -> Iterator[Body]:
        """Collect the statements of one side of a branch."""
        with (
            self.decision(condition, holds),
            self.builder.block(elementwise=bool(self.builder.axes_of(condition))) as body,
        ):
            yield body

    @contextmanager
    def decision(self, condition: Atom, holds: bool) -> Iterator[None]:
        """Look from one side of a branch."""
        before = self.decided
        self.decided = before | {condition: holds}
        try:
            yield
        finally:
            self.decided = before

    def union(self, atoms: Iterable[Atom]) -> Where:
        """Where a sum of atoms is not a structural zero."""
        tests: dict[Test, None] = {}
        for atom in atoms:
            where = self.of(atom)
            if where is None or any((condition, not holds) in tests for condition, holds in where):
                return None
            tests.update(dict.fromkeys(where))
        return tuple(tests)

    def moved(self, terms: Sequence[Term], axes: Axes) -> Where:
        """Where a sum is not a structural zero: where it moves what is not, and its own guards hold."""
        if _cover([_own_guards(term, len(axes)) for term in terms if self._is_whole(term)]):
            return None
        tests: dict[Test, None] = {}
        for term in terms:
            found = self._reached(term, axes)
            if found is None:
                return None
            tests.update(dict.fromkeys(found))
        if len(tests) > MANY and not self.builder.current.elementwise:
            return self._as_one(tuple(tests))
        return tuple(tests)

    def _as_one(self, tests: Sequence[Test]) -> Where:
        """A support with one condition for many: otherwise a stencil of three points has three times as many each time."""
        return (self.test(tests),)

    def _is_whole(self, term: Term) -> bool:
        """Whether what a term reads is not a structural zero anywhere."""
        return isinstance(term.atom, Affine) or self.of(term.atom) is None

    def _reached(self, term: Term, axes: Axes) -> Where:
        """Where a term adds anything."""
        where = None if isinstance(term.atom, Affine) else self.of(term.atom)
        alone = not term.ranges and term.address is None
        guards = _own_guards(term, len(axes))
        if where is not None and (alone or not any(self.builder.axes_of(condition) for condition, _ in where)):
            return tuple(self._moved(test, term, guards, axes) for test in where)
        if not guards:
            return None
        condition = self.builder.sum([Term(TRUE, (), (), guards)], axes, kind="bool")
        self.soft.add(condition)
        return ((condition, True),)

    def _moved(self, test: Test, term: Term, guards: tuple[Guard, ...], axes: Axes) -> Test:
        """A condition as the term reads it; where a guard does not hold, it is false."""
        condition, holds = test
        scalar = not self.builder.axes_of(condition)
        if scalar and not guards:
            return test
        positive = condition if holds else self.builder.apply(TABLE["not"], condition)
        moved = Term(positive, (), (), guards) if scalar else term.renamed(lambda _: positive)
        result = self.builder.sum([moved], axes, kind="bool")
        self.narrow(result, [test])
        return result, True

    def test(self, where: Sequence[Test]) -> Test:
        """One condition for a support, as lets in the present block."""
        negative = [condition for condition, holds in where if not holds]
        positive = [condition for condition, holds in where if holds]
        if not positive and negative:
            return self._all("and", negative), False
        if negative:
            positive.append(self.builder.apply(TABLE["not"], self._all("and", negative)))
        if not positive:
            return FALSE, True
        condition = self._all("or", positive)
        if len(where) > 1:
            self.narrow(condition, where)
        return condition, True

    def join(self, condition: Atom, bodies: Sequence[Body], pair: tuple[Atom, Atom]) -> tuple[Where, tuple[Atom, Atom] | None]:
        """The support of an out; or, where its sides have supports of their own, the truth values to hand on for it."""
        then, orelse = map(self.of, pair)
        if then == orelse or (UNDEFINED in pair and None in (then, orelse)):
            return then and orelse, None
        if then is None and orelse == ():
            return ((condition, True),), None
        if then == () and orelse is None:
            return ((condition, False),), None
        return None, (self._truth(bodies[0], then, pair[0]), self._truth(bodies[1], orelse, pair[1]))

    def _truth(self, body: Body, where: Where, atom: Atom) -> Atom:
        """Where an atom is not a structural zero as a truth value of a body."""
        if atom == UNDEFINED:
            return FALSE
        if where is None:
            return TRUE
        with self.builder.block(body):
            condition, holds = self.test(where)
            return condition if holds else self.builder.apply(TABLE["not"], condition)

    def _all(self, connective: str, conditions: Sequence[Atom]) -> Atom:
        return reduce(lambda first, second: self.builder.apply(TABLE[connective], first, second), conditions)


def _own_guards(term: Term, rank: int) -> tuple[Guard, ...]:
    """What must hold of the indices of an element for a term to reach it, as far as that does not depend on its ranges."""
    if term.address is not None:
        return ()
    lengths = (each.high - each.low for each in term.ranges if each.high.positions | each.low.positions)
    guards = (*term.guards, *(Guard(length - 1) for length in lengths))
    return tuple(guard for guard in guards if guard.affine.positions <= set(range(rank)))


def _cover(conditions: Sequence[tuple[Guard, ...]]) -> bool:
    """Whether one of several conditions, which are guards that must all hold, certainly holds: as after ``u[1:-1] = ...``.

    Otherwise there would be a choice of one guard of each that can all fail at once.
    """
    if math.prod(map(len, conditions)) > MOST_CHOICES:
        return False
    return bool(conditions) and all(
        any(guard.negated() in choice for guard in choice) for choice in map(set, itertools.product(*conditions))
    )


class Joining:
    """The outs of one branch: values handed on, each with its support."""

    def __init__(self, supports: Supports, condition: Atom, bodies: Sequence[Body]) -> None:
        self.supports = supports
        self.condition = condition
        self.bodies = bodies
        self.outs: list[Out] = []
        self._made: dict[tuple[Atom, Atom], str] = {}

    def out(self, hint: str, first: Atom, second: Atom, name: str = "") -> Atom:
        """The atom that is ``first`` where the condition holds and ``second`` elsewhere; equal atoms need no out.

        An out gets ``name`` if one has been reserved for it.
        """
        if first == second:
            return first
        builder = self.supports.builder
        axes = builder.axes_of(self.condition) or builder.axes_of(first, second)
        first, second = (self._spread(body, atom, axes) for body, atom in zip(self.bodies, (first, second), strict=True))
        if (first, second) not in self._made:
            where, truths = self.supports.join(self.condition, self.bodies, (first, second))
            if truths is not None:
                where = ((self.out("t", *truths), True),)
                self._narrow(where[0][0], (first, second))
            kind = builder.kind(second if first == UNDEFINED else first)
            name = name or builder.fresh(hint, kind, axes)
            self.outs.append(Out(name, first, second, kind, axes))
            self._made[first, second] = name
            self.supports.learn(name, where)
        return self._made[first, second]

    def _narrow(self, truth: Atom, sides: tuple[Atom, Atom]) -> None:
        """Note of the condition of an out what it is but for bounds of indices."""
        supports, hulls = self.supports, []
        for holds, side in zip((True, False), sides, strict=True):
            with supports.decision(self.condition, holds):
                where = supports.of(side)
                hulls.append(None if side == UNDEFINED else supports.hull(where))
        if hulls == [None, None]:
            supports.soft.add(truth)
        elif () in hulls and None in hulls and not supports.builder.axes_of(self.condition):
            supports.hulls[truth] = ((self.condition, hulls[0] is None),)

    def _spread(self, body: Body, atom: Atom, axes: Axes) -> Atom:
        """What one side hands on, as an array if the other side does."""
        if not axes:
            return atom
        with self.supports.builder.block(body):
            return self.supports.builder.spread(atom, axes)

    def branch(self, origin: Origin | None, outs: Sequence[Out] = ()) -> If:
        """The branch itself, with further outs in front."""
        axes = self.supports.builder.axes_of(self.condition)
        return If(self.condition, tuple(self.bodies[0]), tuple(self.bodies[1]), (*outs, *self.outs), origin, axes)
