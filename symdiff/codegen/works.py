"""Statements over index spaces: what each stored array is made of, before anything is said about loops.

``z[m] = t[#0, #1]{#1 in 0..n}`` is the work ``z[i] += t[i, j]`` over i in 0..m and j in 0..n, in any order.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from symdiff.codegen.definitions import Definitions, Index, Indexed, Read
from symdiff.codegen.indices import is_short
from symdiff.codegen.storage import Storage
from symdiff.graph.affine import ZERO, Affine, Axes, Symbol, substituted
from symdiff.graph.bounds import pruned
from symdiff.graph.graph import Origin
from symdiff.graph.terms import Guard, Range, Term
from symdiff.primitives import Primitive

WIDEST = 32  # so many arrays side by side are written out


@dataclass(frozen=True)
class Work:
    """``name[address] op= value`` over a space: a range for each variable, all in terms of variables, not of positions.

    ``op`` None is a plain assignment, which comes before all other works of that name. ``terms`` are what is combined, with
    their guards, and without ranges; None is the definition of the name at the address. ``guards`` are about the whole work.
    """

    name: str
    op: Primitive | None
    address: Index
    space: tuple[tuple[int, Range], ...]
    terms: tuple[Term, ...] | None
    reads: tuple[Read, ...]
    guards: tuple[Guard, ...] = ()
    origin: Origin | None = None

    @property
    def variables(self) -> tuple[int, ...]:
        """The variables of the space that are not yet those of a loop."""
        return tuple(variable for variable, _ in self.space)

    def range_of(self, variable: int) -> Range:
        """The range of a variable."""
        return dict(self.space)[variable]

    def renamed(self, variable: int, other: int) -> Work:
        """The work with one variable given to a loop whose variable is the other one."""
        to: dict[Symbol, Affine] = {variable: Affine.of(other)}
        space = tuple((v, _moved(each, to)) for v, each in self.space if v != variable)
        return replace(
            self,
            address=substituted(self.address, to),
            space=space,
            terms=None if self.terms is None else tuple(term.substitute(to) for term in self.terms),
            reads=tuple(read.at(to) for read in self.reads),
            guards=tuple(replace(guard, affine=guard.affine.substitute(to)) for guard in self.guards),
        )


def _moved(each: Range, to: dict[Symbol, Affine]) -> Range:
    return Range(each.low.substitute(to), each.high.substitute(to))


class Works:
    """Makes the works of stored arrays, with fresh variables."""

    def __init__(self, definitions: Definitions, storage: Storage, numbers: Iterator[int]) -> None:
        self.definitions = definitions
        self.storage = storage
        self._next = numbers  # of variables

    def of(self, name: str) -> list[Work]:
        """The works of a stored array, a plain assignment first."""
        definition = self.definitions.known[name]
        if not isinstance(definition, Indexed):
            return list(self._assignments(name, None, definition_origin(definition)))
        kept = [(number, self._pruned(term, definition)) for number, term in enumerate(definition.terms)]
        terms = [(number, term) for number, term in kept if term is not None]
        plain = [(number, term) for number, term in terms if not term.ranges and term.address is None]
        works: list[Work] = []
        last: list[Work] = []
        if plain or not terms:
            works += self._assignments(name, plain, definition.origin)
        if name in self.definitions.added_to:
            works = [replace(work, op=definition.op) for work in works]
        elif len(plain) < len(terms) and any(read.name in self.storage.stored for work in works for read in work.reads):
            # What it waits for should not be waited for by the others.
            last, works = [replace(work, op=definition.op) for work in works], []
        groups: dict[object, list[tuple[int, Term]]] = {}
        for number, term in terms:
            if term.ranges or term.address is not None:
                groups.setdefault((term.ranges, term.guards, term.address), []).append((number, term))
        for group in groups.values():
            works += self._combinations(definition, group)
        return works + last

    def _pruned(self, term: Term, definition: Indexed) -> Term | None:
        return term if term.address is not None else pruned(term, definition.axes)

    def _assignments(self, name: str, terms: list[tuple[int, Term]] | None, origin: Origin | None) -> Iterator[Work]:
        """The plain assignment: one work for each element of the axes that are written out."""
        numbers = None if terms is None else [number for number, _ in terms]
        found = tuple(dict.fromkeys(self.storage.within(name, numbers)))
        for space, address, to in self._elements(
            name, _side_by_side([term for _, term in terms or ()], self.definitions.axes[name])
        ):
            made = None if terms is None else tuple(term.substitute(to) for _, term in terms)
            yield Work(name, None, address, space, made, tuple(read.at(to) for read in found), (), origin)

    def _elements(
        self, name: str, also: Iterable[int] = ()
    ) -> Iterator[tuple[tuple[tuple[int, Range], ...], Index, dict[Symbol, Affine]]]:
        """The space over the axes, and the address in it, for each element of the axes written out: short ones and ``also``."""
        axes = self.definitions.axes[name]
        written = {axis for axis, length in enumerate(axes) if is_short(length)}.union(also)
        choices = [range(max(length.const, 0)) if axis in written else (None,) for axis, length in enumerate(axes)]
        for values in itertools.product(*choices):
            space: list[tuple[int, Range]] = []
            address: list[Affine] = []
            for value, length in zip(values, axes, strict=True):
                if value is None:
                    space.append((next(self._next), Range(ZERO, length)))
                    address.append(Affine.of(space[-1][0]))
                else:
                    address.append(Affine(value))
            yield tuple(space), tuple(address), dict(enumerate(address))

    def _combinations(self, definition: Indexed, group: list[tuple[int, Term]]) -> Iterator[Work]:
        """Terms over the same ranges: one work for each element of the axes that are written out."""
        name, first = definition.name, group[0][1]
        found = tuple(dict.fromkeys(self.storage.within(name, [number for number, _ in group])))
        rank = len(definition.axes)
        elements = self._elements(name) if first.address is None else iter([((), (), {})])
        for own, address, to in elements:
            places: dict[Symbol, Affine] = dict(to)
            space = list(own)
            for number, each in enumerate(first.ranges):
                variable = next(self._next)
                space.append((variable, _moved(each, places)))
                places[rank + number] = Affine.of(variable)
            terms = tuple(replace(term.substitute(places), ranges=(), guards=(), address=None) for _, term in group)
            guards = tuple(replace(guard, affine=guard.affine.substitute(places)) for guard in first.guards)
            if first.address is not None:
                address = substituted(first.address, places)
            reads = tuple(read.at(places) for read in found)
            yield Work(name, definition.op, address, tuple(space), terms, reads, guards, definition.origin)


def _side_by_side(terms: Sequence[Term], axes: Axes) -> list[int]:
    """The axes along which arrays stand side by side: each term is one element there."""
    places = [{_only_place(guard) for guard in term.guards} for term in terms]
    known = [axis for axis, length in enumerate(axes) if length.is_constant and length.const <= WIDEST]
    return [axis for axis in known if places and all(axis in found for found in places)]


def _only_place(guard: Guard) -> int | None:
    """The axis for which a guard admits but one element."""
    ((axis, factor), *others) = guard.affine.terms or ((None, 0),)
    return (
        axis if isinstance(axis, int) and not others and abs(factor) == 1 and guard.test == "==" and not guard.modulus else None
    )


def definition_origin(definition: object) -> Origin | None:
    """The line that a definition comes from."""
    statement = getattr(definition, "branch", definition)
    origin: Origin | None = getattr(statement, "origin", None)
    return origin
