"""What is certain at a place in a formula: the intervals of the indices around it, and guards that hold there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from symdiff.graph.affine import ZERO, Affine, Axes
from symdiff.graph.bounds import Bounds
from symdiff.graph.terms import Guard, Range
from symdiff.printing.atoms import Guards, ordered


@dataclass(frozen=True)
class Scope:
    """The indices in sight, outer ones first, each with its interval, and affine expressions that are at least 0."""

    intervals: tuple[tuple[int, Range], ...] = ()
    facts: tuple[Affine, ...] = ()
    _known: dict[Affine, bool] = field(default_factory=dict, compare=False, repr=False)  # what has been asked before

    @staticmethod
    def of(axes: Axes) -> Scope:
        """The scope of a definition for all indices 0, 1, ... of an array with these axes."""
        return Scope(tuple((index, Range(ZERO, length)) for index, length in enumerate(axes)))

    def within(self, index: int, interval: Range) -> Scope:
        """The scope inside of a reduction over one more index."""
        return Scope((*self.intervals, (index, interval)), self.facts)

    def about(self, indices: frozenset[int]) -> Scope:
        """What is known of some indices, and of those that their intervals depend on; a number depends on none."""
        if not indices:
            return Scope()
        needed = set(indices)
        for index, interval in reversed(self.intervals):
            if index in needed:
                needed |= interval.low.positions | interval.high.positions
        intervals = tuple(pair for pair in self.intervals if pair[0] in needed)
        return Scope(intervals, tuple(fact for fact in self.facts if fact.positions <= needed))

    def assuming(self, guards: Iterable[Guard]) -> Scope:
        """The scope of what counts only where guards hold."""
        new = (affine for affine in _facts(guards) if not self.is_nonnegative(affine))
        facts = tuple(dict.fromkeys((*self.facts, *new)))
        return self if facts == self.facts else Scope(self.intervals, facts)

    def is_nonnegative(self, part: Affine) -> bool:
        """True only if an index expression is certainly at least 0: by the intervals, and at most one fact."""
        if part.is_constant:
            return part.const >= 0
        if part not in self._known:
            self._known[part] = self._is_nonnegative(part)
        return self._known[part]

    def _is_nonnegative(self, part: Affine) -> bool:
        places, bounds, facts = self._bounds
        if not part.positions <= places.keys() or not self._is_closed:
            return False
        whole = part.moved(places.__getitem__)
        symbols = set(whole.symbols)
        useful = (fact for fact in facts if not symbols.isdisjoint(fact.symbols))
        return bounds.is_nonnegative(whole) or any(bounds.is_nonnegative(whole - fact) for fact in useful)

    @cached_property
    def _bounds(self) -> tuple[dict[int, int], Bounds, tuple[Affine, ...]]:
        """The position of each index among the intervals, these, and the facts over such positions."""
        places = {index: place for place, (index, _) in enumerate(self.intervals)}
        bounds = Bounds(tuple(_moved(interval, places) for _, interval in self.intervals))
        facts = tuple(fact.moved(places.__getitem__) for fact in self.facts) if self._is_closed else ()
        return places, bounds, facts

    @cached_property
    def _is_closed(self) -> bool:
        """Whether the facts are about indices in sight."""
        positions = {position for fact in self.facts for position in fact.positions}
        return positions <= {index for index, _ in self.intervals}

    def always(self, guard: Guard) -> bool:
        """True only if a guard certainly holds."""
        if guard.modulus:
            return guard.affine.is_constant and guard.holds(guard.affine.const)
        if guard.test == ">=":
            return self.is_nonnegative(guard.affine)
        if guard.test == "!=":
            return self.is_nonnegative(guard.affine - 1) or self.is_nonnegative(-guard.affine - 1)
        return guard.affine == ZERO

    def never(self, guard: Guard) -> bool:
        """True only if a guard certainly does not hold."""
        return self.always(negated(guard))

    def is_next(self, guard: Guard, others: Sequence[Guard]) -> bool:
        """Whether ``k >= 1`` holds because k is odd and at least 0."""
        for other in others:
            if other.modulus and other.test == "==" and self.is_nonnegative(guard.affine + other.modulus - 1):
                difference = guard.affine - other.affine
                if all(number % other.modulus == 0 for number in (difference.const, *(factor for _, factor in difference.terms))):
                    return True
        return False

    def pruned(self, guards: Sequence[Guard]) -> Guards | None:
        """The guards that say something, in a fixed order; None if one of them never holds."""
        kept: list[Guard] = []
        guards = [_normal(guard) for guard in dict.fromkeys(guards)]
        for position, guard in enumerate(guards):
            rest = [*kept, *guards[position + 1 :]]
            others = self.assuming(rest)
            if self.never(guard) or (guard.test != "!=" and not guard.modulus and others.never(guard)):
                return None
            certain = (others.always(guard) or others.is_next(guard, rest)) if guard.test == ">=" else self.always(guard)
            if not certain:
                kept.append(guard)
        return ordered(kept)


def negated(guard: Guard) -> Guard:
    """The guard that holds where another one does not."""
    if guard.test == ">=":
        return Guard(-guard.affine - 1)
    return replace(guard, test="!=" if guard.test == "==" else "==")


def _facts(guards: Iterable[Guard]) -> Iterator[Affine]:
    for guard in guards:
        if not guard.modulus and guard.test != "!=":
            yield guard.affine
        if not guard.modulus and guard.test == "==":
            yield -guard.affine


def _normal(guard: Guard) -> Guard:
    """An equation with a fixed sign; divisibility of the least remainder, without multiples of the modulus."""
    if guard.test == ">=":
        return guard
    affine = guard.affine
    if guard.modulus:
        terms = {symbol: factor % guard.modulus for symbol, factor in affine.terms}
        affine = Affine.make(affine.const % guard.modulus, terms)
    elif affine.terms and affine.terms[0][1] < 0:
        affine = -affine
    return replace(guard, affine=affine)


def _moved(interval: Range, places: dict[int, int]) -> Range:
    return Range(interval.low.moved(places.__getitem__), interval.high.moved(places.__getitem__))
