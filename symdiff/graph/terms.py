"""What a sum adds up: terms over ranges, where guards hold, at their own index or at an address.

A term is linear in the array that it reads, so its tangent is the same term over the tangent, and its adjoint is the
same term read the other way round: see ``calculus.transpose``. Positions: 0, 1, ... are the axes of the statement, then
come the ranges of the term.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Literal

from symdiff.graph.affine import Affine, Axes, Element, Symbol, identity, substituted

if TYPE_CHECKING:
    from symdiff.graph.graph import Atom


@dataclass(frozen=True)
class Range:
    """An index that is summed over: low <= index < high. Bounds may depend on the axes and on earlier ranges."""

    low: Affine
    high: Affine


@dataclass(frozen=True)
class Guard:
    """``affine >= 0``, ``affine == 0`` or ``affine != 0``; with a modulus the last two are about divisibility by it."""

    affine: Affine
    test: Literal[">=", "==", "!="] = ">="
    modulus: int = 0

    def holds(self, value: int) -> bool:
        """Whether the guard holds for a value of its affine expression."""
        if self.test == ">=":
            return value >= 0
        return ((value % self.modulus if self.modulus else value) == 0) is (self.test == "==")

    def negated(self) -> Guard:
        """The guard that holds where this one does not."""
        if self.test == ">=":
            return Guard(-self.affine - 1)
        return replace(self, test="!=" if self.test == "==" else "==")


@dataclass(frozen=True)
class Term:
    """``atom[index]``, summed over ``ranges`` where ``guards`` hold.

    ``atom`` is the name of an array or scalar, a literal, or an affine expression that stands for its value as a number.
    ``address`` None: a gather, the contribution belongs to the element at the axes' own indices. Otherwise a scatter: it is
    added to the element at ``address``, which depends on the ranges alone, as do index and guards.
    """

    atom: Atom | Affine
    index: tuple[Affine, ...] = ()
    ranges: tuple[Range, ...] = ()
    guards: tuple[Guard, ...] = ()
    address: tuple[Affine, ...] | None = None

    def affines(self) -> Iterator[Affine]:
        """Every affine expression of the term."""
        if isinstance(self.atom, Affine):
            yield self.atom
        yield from self.index
        for each in self.ranges:
            yield each.low
            yield each.high
        yield from (guard.affine for guard in self.guards)
        yield from self.address or ()

    def substitute(self, replacements: Mapping[Symbol, Affine]) -> Term:
        """The term with symbols replaced; the ranges stay where they are."""
        return Term(
            self.atom.substitute(replacements) if isinstance(self.atom, Affine) else self.atom,
            substituted(self.index, replacements),
            tuple(Range(each.low.substitute(replacements), each.high.substitute(replacements)) for each in self.ranges),
            tuple(replace(guard, affine=guard.affine.substitute(replacements)) for guard in self.guards),
            None if self.address is None else substituted(self.address, replacements),
        )

    def moved(self, change: Callable[[int], int]) -> Term:
        """The same term with its indices at other positions."""
        positions = {position for part in self.affines() for position in part.positions}
        return self.substitute({position: Affine.of(change(position)) for position in positions})

    def reads(self) -> Iterator[str]:
        """The names that the term reads: its atom, and arrays of integers in its indices."""
        if isinstance(self.atom, str):
            yield self.atom
        yield from arrays_in(self.affines())

    def renamed(self, rename: Callable[[Atom], Atom]) -> Term:
        """The same term over what its atom has become. A literal needs no index."""
        if isinstance(self.atom, Affine):
            return self
        atom = rename(self.atom)
        return replace(self, atom=atom, index=self.index if isinstance(atom, str) else ())


def read_from(term: Term, rename: Callable[[Atom], Atom]) -> Term:
    """The same term over what everything that it reads has become: its atom, and the integers from data in its indices."""
    made = term.renamed(rename)
    if not any(True for part in term.affines() for _ in part.elements):
        return made
    part = partial(part_from, rename=rename)
    return Term(
        part(made.atom) if isinstance(made.atom, Affine) else made.atom,
        tuple(map(part, made.index)),
        tuple(Range(part(each.low), part(each.high)) for each in made.ranges),
        tuple(replace(guard, affine=part(guard.affine)) for guard in made.guards),
        None if made.address is None else tuple(map(part, made.address)),
    )


def part_from(part: Affine, rename: Callable[[Atom], Atom]) -> Affine:
    """The same index expression over what the integers from data in it have become."""
    total = Affine(part.const)
    for symbol, factor in part.terms:
        if not isinstance(symbol, Element):
            total += Affine.of(symbol) * factor
            continue
        atom = rename(symbol.array)
        inside = tuple(part_from(each, rename) for each in symbol.index)
        total += Affine.of(Element(atom, inside)) * factor if isinstance(atom, str) else int(atom.value) * factor
    return total


def arrays_in(parts: Iterable[Affine]) -> Iterator[str]:
    """The names of the arrays of integers that index expressions read."""
    for part in parts:
        for element in part.elements:
            yield element.array
            yield from arrays_in(element.index)


def view(atom: Atom, rank: int) -> Term:
    """The term that reads an array of this rank at the own indices of the statement; a literal stands for an array full of it."""
    return Term(atom, identity(rank) if isinstance(atom, str) else ())


def spread(atom: Atom) -> Term:
    """The term that reads a scalar or a literal, the same for every element."""
    return Term(atom)


def full_ranges(axes: Axes) -> tuple[Range, ...]:
    """A range over each axis."""
    return tuple(Range(Affine(), length) for length in axes)
