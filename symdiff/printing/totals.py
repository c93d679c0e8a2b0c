"""Reductions as a textbook writes them: bounds for guards, deltas carried out, constant factors in front.

Imports SymPy: import it inside functions only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import sympy as sp

from symdiff.graph.affine import Affine, Symbol, multiple, substituted
from symdiff.graph.terms import Guard, Range, Term
from symdiff.printing.atoms import Atoms, Guards, guards_at, indices_in, quotient, rounded_quotient
from symdiff.printing.combine import outside, simplified
from symdiff.printing.parts import Parts, certain_inside, total
from symdiff.printing.scope import Scope
from symdiff.printing.terms import product


@dataclass(frozen=True)
class Reading:
    """One term at given indices: what is read where, over open indices with ranges, outer ones first, where guards hold."""

    index: tuple[Affine, ...]
    number: Affine | None  # the index expression that is the value, if it is one
    ranges: tuple[tuple[int, Range], ...]
    guards: tuple[Guard, ...]

    def substitute(self, old: int, new: Affine) -> Reading:
        """The same without one of its indices."""
        places: dict[Symbol, Affine] = {old: new}
        return Reading(
            substituted(self.index, places),
            None if self.number is None else self.number.substitute(places),
            tuple(
                (index, Range(each.low.substitute(places), each.high.substitute(places)))
                for index, each in self.ranges
                if index != old
            ),
            tuple(replace(guard, affine=guard.affine.substitute(places)) for guard in self.guards),
        )


def reading(atoms: Atoms, term: Term, at: Sequence[Affine]) -> Reading:
    """A term for the element at these indices: a scatter is a sum over all that have this address. Equations are solved."""
    rank = len(at)
    opened = [atoms.open() for _ in term.ranges]
    places: dict[Symbol, Affine] = {rank + number: Affine.of(index) for number, index in enumerate(opened)}
    places |= dict(enumerate(at))
    moved = term.substitute(places)
    addresses = () if moved.address is None else moved.address
    equations = tuple(Guard(own - address, "==") for own, address in zip(at, addresses, strict=False))
    number = moved.atom if isinstance(moved.atom, Affine) else None
    ranges = tuple(zip(opened, moved.ranges, strict=True))
    return _solved(Reading(moved.index, number, ranges, (*equations, *moved.guards)))


def _solved(found: Reading) -> Reading:
    """Without the indices that an equation determines."""
    for unit in (True, False):
        while (step := _solution(found, unit)) is not None:
            found = step
    return found


def _solution(found: Reading, unit: bool) -> Reading | None:
    for guard in found.guards:
        if guard.test != "==" or guard.modulus:
            continue
        for index, each in found.ranges:
            factor = guard.affine.coefficient(index)
            if not factor or (abs(factor) == 1) is not unit or _is_inside(guard.affine, index):
                continue
            if not _can_go(found, index, guard.affine):
                continue
            rest = Affine.of(index) * factor - guard.affine  # factor*index == rest
            rest, factor = (rest, factor) if factor > 0 else (-rest, -factor)
            solution = rest if factor == 1 else quotient(rest, factor)
            divides = () if factor == 1 else (Guard(rest, "==", factor),)
            inside = (Guard(rest - each.low * factor), Guard(multiple(each.high - 1, factor) - rest))
            others = tuple(other for other in found.guards if other is not guard)
            return replace(found, guards=(*others, *divides, *inside)).substitute(index, solution)
    return None


def _is_inside(part: Affine, index: int) -> bool:
    return any(index in indices_in(element.index) for element in part.elements)


def _can_go(found: Reading, index: int, equation: Affine) -> bool:
    """Whether no range that depends on an index comes before those that the equation gives it by."""
    order = [each for each, _ in found.ranges]
    others = [order.index(each) for each in equation.positions if each != index and each in order]
    last = max(others, default=-1)
    for number, (each, interval) in enumerate(found.ranges):
        if each != index and index in indices_in((interval.low, interval.high)) and number <= last:
            return False
    return True


# closing


class Closing:
    """Makes reductions of what is written at open indices. ``derived``: it is not the user's, so it may be rewritten."""

    def __init__(self, atoms: Atoms, kind: str, *, derived: bool) -> None:
        self.atoms = atoms
        self.kind = kind
        self.derived = derived

    def sums(self, parts: Parts, index: int, interval: Range, scope: Scope) -> Parts:
        """The sum of a value over an index; ``scope`` is that around it."""
        found: list[tuple[Guards, Any]] = []
        for guards, expr in parts.items():
            own = tuple(guard for guard in guards if index in guard.affine.positions)
            outer = tuple(guard for guard in guards if index not in guard.affine.positions)
            inner = self._sum(expr, index, interval, own, scope.assuming(outer))
            for more, value in inner:
                both = scope.pruned((*outer, *more))
                if both is not None:
                    found.append((both, value))
        return total(found)

    def _sum(self, expr: Any, index: int, interval: Range, own: Guards, scope: Scope) -> list[tuple[Guards, Any]]:
        """The sum of one part, whose guards all contain the index, by the guards that are left."""
        delta = next((guard for guard in own if _determines(guard, index)), None)
        if delta is not None:
            factor = delta.affine.coefficient(index)
            solution = Affine.of(index) - delta.affine * factor
            places: dict[Symbol, Affine] = {index: solution}
            inside = (Guard(solution - interval.low), Guard(interval.high - 1 - solution))
            left = guards_at(tuple(guard for guard in own if guard is not delta), places)
            guards = scope.pruned((*inside, *left))
            return [] if guards is None else [(guards, self.atoms.substitute(expr, {index: solution}))]
        digit = _digit(own, index, scope)
        if digit is not None:
            solution, number, factor, left = digit
            inside = (Guard(number - interval.low * factor), Guard(interval.high * factor - 1 - number))
            guards = scope.pruned((*inside, *guards_at(left, {index: solution})))
            return [] if guards is None else [(guards, self.atoms.substitute(expr, {index: solution}))]
        interval, own = narrowed(index, interval, own, scope)
        if scope.is_nonnegative(interval.low - interval.high):
            return []
        expr = certain_inside(self.atoms, scope.within(index, interval), expr)
        if interval.high - interval.low == Affine(1):
            places = {index: interval.low}
            guards = scope.pruned(guards_at(own, places))
            return [] if guards is None else [(guards, self.atoms.substitute(expr, {index: interval.low}))]
        return [((), self._written(expr, index, interval, own, scope))]

    def _written(self, expr: Any, index: int, interval: Range, own: Guards, scope: Scope) -> Any:
        if self.derived:
            expr = simplified(self.atoms, expr)
        if expr == 0:
            return expr
        if not own and index not in self.atoms.free(expr):
            return product(self._count(interval, scope), expr)
        if not self.derived:
            return self.atoms.total(self.kind, expr, index, interval, own)
        before, inside = outside(self.atoms, expr, index)
        found = self.atoms.total(self.kind, inside, index, interval, own)
        apart = None if own else self._apart(inside, index, interval, scope)
        return product(before, found if apart is None else min(found, apart, key=self.atoms.cost))

    def _apart(self, expr: Any, index: int, interval: Range, scope: Scope) -> Any | None:
        """``sum(x[i] - c, i = 0..n-1)`` as ``sum(x[i], i = 0..n-1) - c*n``."""
        same = [term for term in sp.Add.make_args(expr) if index not in self.atoms.free(term)]
        if not same or not expr.is_Add:
            return None
        before, inside = outside(self.atoms, sp.Add(*(term for term in expr.args if term not in same)), index)
        rest = product(before, self.atoms.total(self.kind, inside, index, interval, ()))
        return simplified(self.atoms, rest + product(self._count(interval, scope), sp.Add(*same)))

    def _count(self, interval: Range, scope: Scope) -> Any:
        length = interval.high - interval.low
        number = self.atoms.number(length)
        return number if scope.is_nonnegative(length) else sp.Max(0, number, evaluate=False)

    def fold(self, expr: Any, index: int, interval: Range, own: Guards, scope: Scope) -> Any:
        """Another reduction of an expression over an index."""
        interval, own = narrowed(index, interval, own, scope)
        if not own and interval.high - interval.low == Affine(1):
            return self.atoms.substitute(expr, {index: interval.low})
        if self.kind == "mul" and not own and index not in self.atoms.free(expr):
            return sp.Pow(expr, self._count(interval, scope))
        return self.atoms.total(self.kind, expr, index, interval, own)


def _digit(own: Guards, index: int, scope: Scope) -> tuple[Affine, Affine, int, Guards] | None:
    """What guards leave of an index that is a number divided by a factor: of ``0 <= 2*k + l - 2*i < 2`` only k, if l is 0 or 1.

    Gives the index, the number, the factor, and the other guards.
    """
    for guard in own:
        factor = -guard.affine.coefficient(index)
        if guard.test != ">=" or factor < 2 or _is_inside(guard.affine, index):
            continue
        other = Guard(factor - 1 - guard.affine)
        if other not in own:
            continue
        number = guard.affine + Affine.of(index) * factor
        whole = Affine.make(number.const // factor, {symbol: count // factor for symbol, count in number.terms})
        rest = number - whole * factor
        certain = scope.is_nonnegative(rest) and scope.is_nonnegative(factor - 1 - rest)
        left = tuple(each for each in own if each not in (guard, other))
        return whole if certain else rounded_quotient(number, factor), number, factor, left
    return None


def _determines(guard: Guard, index: int) -> bool:
    affine = guard.affine
    return guard.test == "==" and not guard.modulus and abs(affine.coefficient(index)) == 1 and not _is_inside(affine, index)


def narrowed(index: int, interval: Range, guards: Guards, scope: Scope) -> tuple[Range, Guards]:
    """Guards on an index as its bounds, where it is certain which bound is the stronger one; and the guards that are left."""
    changed = True
    while changed:
        changed = False
        for guard in guards:
            found = _bounded(index, interval, guard, scope)
            if found is not None:
                interval, changed = found, True
                guards = tuple(other for other in guards if other is not guard)
                break
    kept = scope.within(index, interval).pruned(guards)
    return (Range(interval.low, interval.low), ()) if kept is None else (interval, kept)


def _bounded(index: int, interval: Range, guard: Guard, scope: Scope) -> Range | None:
    """The interval where a guard holds, or None if that is none of the two."""
    factor = guard.affine.coefficient(index)
    if guard.test == "!=" and not guard.modulus and abs(factor) == 1 and not _is_inside(guard.affine, index):
        place = Affine.of(index) - guard.affine * factor
        if place == interval.low:  # an end that is left out
            return replace(interval, low=place + 1)
        return replace(interval, high=place) if place == interval.high - 1 else None
    if guard.test != ">=" or abs(factor) != 1 or _is_inside(guard.affine, index):
        return None
    if factor == 1:
        low = Affine.of(index) - guard.affine
        if scope.is_nonnegative(low - interval.low):
            return replace(interval, low=low)
        return interval if scope.is_nonnegative(interval.low - low) else None
    high = guard.affine + Affine.of(index) + 1
    if scope.is_nonnegative(interval.high - high):
        return replace(interval, high=high)
    return interval if scope.is_nonnegative(high - interval.high) else None
