"""What is certain about index expressions: where a guard always holds or never does, from the bounds of the indices."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from symdiff.graph.affine import ZERO, Affine, Axes, Quotient, Symbol, is_size
from symdiff.graph.terms import Guard, Range, Term


@dataclass(frozen=True)
class Bounds:
    """The half-open interval of each index, by position: the axes of a statement, then the ranges of a term.

    Sizes are at least 0, and every interval has an element: otherwise the term adds nothing, whatever its guards say. That is
    not so for the axes of a scatter, which is not gone through for each element: the first ``idle`` intervals.
    """

    intervals: tuple[Range, ...]
    idle: int = 0

    @staticmethod
    def of(axes: Axes, ranges: Sequence[Range] = ()) -> Bounds:
        """The bounds of the indices of a term that gathers."""
        return Bounds((*(Range(ZERO, length) for length in axes), *ranges))

    def least(self, part: Affine) -> Affine | None:
        """A lower bound in sizes only, or None if there is none: each index is at one end of its interval."""
        for _ in range(len(self.intervals) + 1):
            position = max((symbol for symbol in part.symbols if isinstance(symbol, int)), default=None)
            if position is None:
                return part if all(map(is_size, part.symbols)) else None
            interval = self.intervals[position]
            end = interval.low if part.coefficient(position) > 0 else interval.high - 1
            part = part.substitute({position: end})
        return None

    def is_nonnegative(self, part: Affine) -> bool:
        """True only if an expression is at least 0 wherever the term adds anything."""
        least = self.least(part)
        if least is None:
            return False
        lengths = [found for each in self.intervals[self.idle :] if (found := self._length(each)) is not None]
        return any(is_certain(least - known) for known in (ZERO, *lengths))

    def _length(self, interval: Range) -> Affine | None:
        """An interval has an element: its length less one is at least 0, if that says something of sizes alone."""
        length = interval.high - interval.low - 1
        return None if length.positions or not all(map(is_size, length.symbols)) else length

    def always(self, guard: Guard) -> bool:
        """True only if a guard certainly holds."""
        if guard.test == ">=":
            return self.is_nonnegative(guard.affine)
        if guard.modulus:
            return guard.affine.is_constant and guard.holds(guard.affine.const)
        if guard.test == "!=":
            return self.is_nonnegative(guard.affine - 1) or self.is_nonnegative(-guard.affine - 1)
        return self.is_nonnegative(guard.affine) and self.is_nonnegative(-guard.affine)

    def never(self, guard: Guard) -> bool:
        """True only if a guard certainly does not hold."""
        if guard.test == ">=":
            return self.is_nonnegative(-guard.affine - 1)
        if guard.modulus:
            return guard.affine.is_constant and not guard.holds(guard.affine.const)
        return self.always(replace(guard, test="!=" if guard.test == "==" else "=="))


def is_certain(part: Affine) -> bool:
    """Whether an expression in sizes alone is at least 0 because all its coefficients are."""
    derived = next((item for item in part.terms if isinstance(item[0], Quotient)), None)
    if derived is not None:  # what is divided is d times the quotient, and at most d - 1 more
        symbol, factor = derived
        assert isinstance(symbol, Quotient)  # noqa: S101 - chosen so
        others = part - Affine.of(symbol) * factor
        if factor > 0 and is_certain(symbol.part) and is_certain(others):
            return True
        rest = others * symbol.divisor
        end = symbol.part - (symbol.divisor - 1) if factor > 0 else symbol.part
        return is_certain(rest + end * factor + (symbol.divisor - 1))
    return part.const >= 0 and all(factor > 0 and isinstance(symbol, str) for symbol, factor in part.terms)


def pruned(term: Term, axes: Axes) -> Term | None:
    """The term without guards that always hold; None if one never does."""
    bounds = replace(Bounds.of(axes, term.ranges), idle=0 if term.address is None else len(axes))
    kept: list[Guard] = []
    for guard in dict.fromkeys(term.guards):
        if bounds.never(guard) or follows(guard.negated(), kept):
            return None
        if not bounds.always(guard) and not follows(guard, kept):
            kept = [other for other in kept if not follows(other, [guard])]
            kept.append(guard)
    return replace(term, guards=tuple(kept))


def follows(guard: Guard, others: Sequence[Guard]) -> bool:
    """Whether a guard holds because another one does: i >= 1 and i >= 0."""
    return guard.test == ">=" and any(
        other.test == ">=" and other.affine.terms == guard.affine.terms and other.affine.const <= guard.affine.const
        for other in others
    )


def renumbered(term: Term, removed: Sequence[int], rank: int) -> Term:
    """The term without the ranges at these positions, which nothing refers to any more; the rest moves up."""
    kept = [position for position in range(rank, rank + len(term.ranges)) if position not in removed]
    places: dict[Symbol, Affine] = {position: Affine.of(rank + number) for number, position in enumerate(kept)}
    moved = replace(term, ranges=tuple(term.ranges[position - rank] for position in kept))
    return moved.substitute(places)
