"""Definitions and terms that differ in constant indices only, as one with an index more.

Who writes ``(x[i, 0] - x[j, 0])**2 + (x[i, 1] - x[j, 1])**2 + ...`` gets three definitions and three terms for each of these in
a derivative. On paper they are one: ``t[i, j, l] = x[i, l] - x[j, l]``, and ``2*t[k, l]`` for all l instead of ``2*t[k, 0] if
l == 0`` and so on. Only what makes terms of a sum one is rolled up; what has the name of a variable of the user's stays.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace

from symdiff.graph.affine import Affine, Axes, Symbol, identity
from symdiff.graph.graph import Atom, Fold, Let, Sum
from symdiff.graph.terms import Guard, Range, Term
from symdiff.printing.straighten import ArrayDefinition, Choice, StraightArrays

_MOST_DEFINITIONS = 2000  # of a graph that is looked at
_MOST_INDICES = 2  # that a definition or a term gets


@dataclass(frozen=True)
class Member:
    """A definition as an element of a family: ``name[own indices, *at]``."""

    family: str
    at: tuple[int, ...]


@dataclass(frozen=True)
class Family:
    """A definition over more indices. ``places`` are what stands for each constant, over the new indices."""

    name: str
    pattern: ArrayDefinition
    places: tuple[Affine, ...]
    lengths: tuple[int, ...]


def rolled(straight: StraightArrays, own: Collection[str]) -> StraightArrays:
    """Return the same definitions, rolled up where that makes terms of a sum one."""
    if len(straight.definitions) > _MOST_DEFINITIONS:
        return straight
    roll = _Roll(straight, own)
    for definitions in _levels(straight.definitions):
        roll.look_at(definitions)
    useful = roll.useful()
    if not useful and not roll.merges:
        return straight
    roll.members = {name: member for name, member in roll.members.items() if member.family in useful}
    return StraightArrays(tuple(roll.written()), straight.outputs, straight.restrictions)


class _Roll:
    """The families found so far."""

    def __init__(self, straight: StraightArrays, own: Collection[str]) -> None:
        self.definitions = straight.definitions
        self.members: dict[str, Member] = {}
        self.families: dict[str, Family] = {}
        self.merges = False  # whether terms of a sum have become one
        integers = {name for d in straight.definitions for term in terms_of(d) for name in set(term.reads()) - {term.atom}}
        outer = {*straight.outputs, *(name for name, _ in straight.restrictions)}
        self.fixed = {*own, *integers, *outer}
        self.axes: dict[str, Axes] = {d.name: d.axes for d in straight.definitions if not isinstance(d, Choice)}

    def look_at(self, definitions: Sequence[ArrayDefinition]) -> None:
        """Look for definitions that differ in constants only, given the families that there are."""
        groups: dict[ArrayDefinition, list[tuple[ArrayDefinition, tuple[int, ...]]]] = {}
        for definition in definitions:
            if definition.name not in self.fixed and not is_scatter(definition):
                pattern, constants = self._pattern(definition)
                if constants:
                    groups.setdefault(pattern, []).append((definition, constants))
        for pattern, group in groups.items():
            columns = _columns([constants for _, constants in group])
            if columns is None:
                continue
            places, at = columns
            name = f"{group[0][0].name}'"
            lengths = tuple(max(column) + 1 for column in zip(*at, strict=True))
            first = replace(pattern, name=name)
            if not isinstance(first, Choice) and not isinstance(group[0][0], Choice):
                first = replace(first, origin=group[0][0].origin)
            self.families[name] = Family(name, first, places, lengths)
            self.members |= {definition.name: Member(name, own) for (definition, _), own in zip(group, at, strict=True)}

    def _pattern(self, definition: ArrayDefinition) -> tuple[ArrayDefinition, tuple[int, ...]]:
        """A definition without its name and origin, its constants replaced by ?0, ?1, ...; and these constants."""
        if isinstance(definition, Choice):
            atoms, constants = self._operands((definition.condition, definition.then, definition.orelse))
            return Choice("", str(atoms[0]), atoms[1], atoms[2], definition.kind), constants
        if isinstance(definition, Let):
            atoms, constants = self._operands(definition.args)
            return replace(definition, name="", origin=None, args=atoms), constants
        found: list[int] = []
        terms = tuple(_slotted(self._resolved(term), found) for term in definition.terms)
        if isinstance(definition, Fold):
            return replace(definition, name="", origin=None, term=terms[0]), tuple(found)
        return replace(definition, name="", origin=None, terms=terms), tuple(found)

    def _operands(self, atoms: Sequence[Atom]) -> tuple[tuple[Atom, ...], tuple[int, ...]]:
        members = [self.members.get(atom) if isinstance(atom, str) else None for atom in atoms]
        named = tuple(atom if member is None else member.family for atom, member in zip(atoms, members, strict=True))
        return named, tuple(number for member in members if member is not None for number in member.at)

    def _resolved(self, term: Term) -> Term:
        """A term that reads the family instead of its member."""
        member = self.members.get(term.atom) if isinstance(term.atom, str) else None
        if member is None:
            return term
        return replace(term, atom=member.family, index=(*term.index, *map(Affine, member.at)))

    def useful(self) -> set[str]:
        """The families that terms which become one are made of."""
        found: set[str] = set()
        for definition in self.definitions:
            if isinstance(definition, Sum) and definition.kind != "bool":
                merged = self._merged(len(definition.axes), [self._resolved(term) for term in definition.terms])
                if len(merged) < len(definition.terms):
                    self.merges = True
                    found |= {term.atom for term in merged if isinstance(term.atom, str) and term.atom in self.families}
        pending = list(found)
        while pending:
            pattern = self.families[pending.pop()].pattern
            new = {name for name in atoms_of(pattern) if name in self.families} - found
            found |= new
            pending += new
        return found

    # writing

    def written(self) -> list[ArrayDefinition]:
        """The definitions over the families."""
        made: list[ArrayDefinition] = []
        done: set[str] = set()
        for definition in self.definitions:
            member = self.members.get(definition.name)
            if member is None:
                made += self._over_families(definition)
            elif member.family not in done:
                done.add(member.family)
                made += self._family(self.families[member.family])
        return made

    def _over_families(self, definition: ArrayDefinition) -> list[ArrayDefinition]:
        if isinstance(definition, Sum):
            terms = [self._resolved(term) for term in definition.terms]
            return [
                replace(
                    definition, terms=tuple(terms if definition.kind == "bool" else self._merged(len(definition.axes), terms))
                )
            ]
        if isinstance(definition, Fold):
            return [replace(definition, term=self._resolved(definition.term))]
        axes = self._axes(definition)
        return self._with_views(definition, axes, axes, map(Affine, self._pattern(definition)[1]))

    def _family(self, family: Family) -> list[ArrayDefinition]:
        pattern = family.pattern
        own = self._axes(pattern)
        rank, more = len(own), len(family.lengths)
        parts = [place.moved(lambda position: position + rank) for place in family.places]
        axes = (*own, *map(Affine, family.lengths))
        self.axes[family.name] = axes
        if isinstance(pattern, Sum | Fold):
            known: dict[Symbol, Affine] = {f"?{number}": part for number, part in enumerate(parts)}
            terms = [_shifted(term, rank, more).substitute(known) for term in pattern.terms]
            if isinstance(pattern, Fold):
                return [replace(pattern, axes=axes, term=terms[0])]
            return [replace(pattern, axes=axes, terms=tuple(terms))]
        return self._with_views(pattern, own, axes, iter(parts))

    def _axes(self, definition: ArrayDefinition) -> Axes:
        """The axes of a definition, without those of its family."""
        if not isinstance(definition, Choice):
            return definition.axes
        found: Axes = ()
        for atom in (definition.condition, definition.then, definition.orelse):
            if isinstance(atom, str):
                axes = self.axes.get(atom, ())
                axes = axes[: len(axes) - len(self.families[atom].lengths)] if atom in self.families else axes
                found = found or axes
        return found

    def _with_views(self, definition: Let | Choice, own: Axes, axes: Axes, places: Iterator[Affine]) -> list[ArrayDefinition]:
        """An operation on elements of families: each is read at its own place."""
        atoms = definition.args if isinstance(definition, Let) else (definition.condition, definition.then, definition.orelse)
        views: list[ArrayDefinition] = []
        read: list[Atom] = []
        for number, atom in enumerate(atoms):
            member = self.members.get(atom) if isinstance(atom, str) else None
            family = self.families.get(atom if member is None else member.family) if isinstance(atom, str) else None
            if family is None:
                read.append(atom)
                continue
            index = (*identity(len(own)), *(next(places) for _ in family.lengths))
            kind, origin = family.pattern.kind, None if isinstance(family.pattern, Choice) else family.pattern.origin
            views.append(Sum(f"{definition.name}.{number}", axes, (Term(family.name, index),), origin, kind))
            read.append(views[-1].name)
        if isinstance(definition, Let):
            return [*views, replace(definition, axes=axes, args=tuple(read))]
        return [*views, replace(definition, condition=str(read[0]), then=read[1], orelse=read[2])]

    def _merged(self, rank: int, terms: Sequence[Term]) -> list[Term]:
        """Terms that differ in constants only as sums over these, where they are all there (but for a diagonal)."""
        groups: dict[Term, list[tuple[Term, tuple[int, ...]]]] = {}
        for term in terms:
            found: list[int] = []
            groups.setdefault(_slotted(term, found), []).append((term, tuple(found)))
        made: list[Term] = []
        for pattern, group in groups.items():
            merged = _one(pattern, rank + len(pattern.ranges), [constants for _, constants in group])
            made += [term for term, _ in group] if merged is None else [merged]
        return made


def _levels(definitions: Sequence[ArrayDefinition]) -> list[list[ArrayDefinition]]:
    """The definitions by how deep they are: what is rolled up together is as deep as each other."""
    depths: dict[str, int] = {}
    levels: list[list[ArrayDefinition]] = []
    for definition in definitions:
        depth = max((depths[name] + 1 for name in atoms_of(definition) if name in depths), default=0)
        depths[definition.name] = depth
        levels += [[] for _ in range(depth + 1 - len(levels))]
        levels[depth].append(definition)
    return levels


def terms_of(definition: ArrayDefinition) -> tuple[Term, ...]:
    """The terms of a sum or fold."""
    return definition.terms if isinstance(definition, Sum | Fold) else ()


def atoms_of(definition: ArrayDefinition) -> list[str]:
    """The names that a definition is made of."""
    if isinstance(definition, Let):
        atoms: Sequence[object] = definition.args
    elif isinstance(definition, Choice):
        atoms = (definition.condition, definition.then, definition.orelse)
    else:
        atoms = [term.atom for term in definition.terms]
    return [atom for atom in atoms if isinstance(atom, str)]


def is_scatter(definition: ArrayDefinition) -> bool:
    """Whether a sum adds to elements at addresses."""
    return any(term.address is not None for term in terms_of(definition))


def _shifted(term: Term, rank: int, more: int) -> Term:
    """A term of a statement that gets more axes: its ranges move on."""
    return term.moved(lambda position: position if position < rank else position + more)


def _slotted(term: Term, found: list[int]) -> Term:
    """A term with its constant indices as ?0, ?1, ...; they are appended to ``found``."""

    def slot(part: Affine) -> Affine:
        if not part.is_constant or part.const < 0:
            return part
        found.append(part.const)
        return Affine.of(f"?{len(found) - 1}")

    index = tuple(map(slot, term.index)) if isinstance(term.atom, str) else term.index
    address = None if term.address is None else tuple(map(slot, term.address))
    guards = tuple(_slotted_guard(guard, slot) for guard in term.guards)
    return replace(term, index=index, address=address, guards=guards)


def _slotted_guard(guard: Guard, slot: Callable[[Affine], Affine]) -> Guard:
    affine = guard.affine
    if guard.test != "==" or guard.modulus or len(affine.terms) != 1 or not isinstance(affine.terms[0][0], int):
        return guard
    position, factor = affine.terms[0]
    if abs(factor) != 1:
        return guard
    return replace(guard, affine=Affine.of(position) - slot(Affine(-affine.const * factor)))


def _columns(rows: Sequence[tuple[int, ...]]) -> tuple[tuple[Affine, ...], list[tuple[int, ...]]] | None:
    """What stands for each of several constants, over new indices 0, 1, ...; and these indices for each row.

    None if that takes too many indices, or if a row occurs twice.
    """
    if len(rows) == 1 or len(set(rows)) < len(rows):
        return None
    indices: list[tuple[int, ...]] = []
    places: list[Affine] = []
    for column in zip(*rows, strict=True):
        least = min(column)
        moves = tuple(number - least for number in column)
        if not any(moves):
            places.append(Affine(least))
            continue
        if moves not in indices:
            indices.append(moves)
        places.append(Affine.of(indices.index(moves)) + least)
    return None if len(indices) > _MOST_INDICES else (tuple(places), list(zip(*indices, strict=True)))


def _one(pattern: Term, first: int, rows: Sequence[tuple[int, ...]]) -> Term | None:
    """A sum over constants instead of a term for each, whose new ranges come ``first``; None if some are missing."""
    columns = _columns(rows)
    if columns is None:
        return None
    places, at = columns
    lengths = [max(column) + 1 for column in zip(*at, strict=True)]
    missing = set(itertools.product(*map(range, lengths))) - set(at)
    diagonal = {(number, number) for number in range(min(lengths))} if len(lengths) == _MOST_INDICES else set()
    if missing and missing != diagonal:
        return None
    known: dict[Symbol, Affine] = {
        f"?{number}": part.moved(lambda position: position + first) for number, part in enumerate(places)
    }
    found = pattern.substitute(known)
    guards = (Guard(Affine.of(first) - Affine.of(first + 1), "!="),) if missing else ()
    ranges = tuple(Range(Affine(0), Affine(length)) for length in lengths)
    return replace(found, ranges=(*found.ranges, *ranges), guards=(*found.guards, *guards))
