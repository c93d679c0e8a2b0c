"""Sums in loops: which are added up in a variable of their own, which in the array, and which array starts as zeros."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from symdiff.codegen.definitions import Definitions, Index
from symdiff.codegen.indices import is_short
from symdiff.codegen.nests import Item, Nest, common_guards
from symdiff.codegen.works import Work
from symdiff.graph.affine import ZERO, Affine
from symdiff.graph.terms import Guard


@dataclass
class Group:
    """Works that add to one element in loops over other indices: they share a variable, which is stored after the last.

    ``home`` are the items among which the variable lives. ``start`` is the plain assignment there, if there is one.
    ``guards``: where they hold, an element whose index comes from data is there.
    """

    name: str
    address: Index
    home: Sequence[Item]
    depth: int
    covers: bool  # every element gets its value here, once
    guards: tuple[Guard, ...] = ()
    works: list[Work] = field(default_factory=list)
    start: Work | None = None
    last: Item | None = None
    variable: str = ""


@dataclass
class Uses:
    """Where a stored array is made and read: the loops around, and the index."""

    made: list[tuple[tuple[Nest, ...], Work]] = field(default_factory=list)
    read: list[tuple[tuple[Nest, ...], Index]] = field(default_factory=list)


def paths(items: Iterable[Item], outer: tuple[Nest, ...] = ()) -> Iterator[tuple[tuple[Nest, ...], Work]]:
    """Every work with the loops around it, in order of execution."""
    for item in items:
        if isinstance(item, Work):
            yield outer, item
        elif isinstance(item, Nest):
            yield from paths(item.items, (*outer, item))


def uses(items: Iterable[Item]) -> dict[str, Uses]:
    """The uses of every array in works."""
    found: dict[str, Uses] = {}
    for loops, work in paths(items):
        found.setdefault(work.name, Uses()).made.append((loops, work))
        for read in work.reads:
            found.setdefault(read.name, Uses()).read.append((loops, read.index))
    return found


def contracted(found: Mapping[str, Uses], lasting: Iterable[str], definitions: Definitions) -> dict[str, frozenset[int]]:
    """The axes that each array need not have, because it is made and read inside one loop over them, at its index.

    ``lasting`` are arrays that something else reads, too. An axis that is written out needs no array either, if all others
    are dropped.
    """
    kept = set(lasting)
    result: dict[str, frozenset[int]] = {}
    for name, use in found.items():
        if not use.made:
            continue
        axes = definitions.axes[name]
        if name in kept or any(len(index) < len(axes) for _, index in use.read):  # one for integers from data is read whole
            result[name] = frozenset()
            continue
        places = [(loops, work.address) for loops, work in use.made] + use.read
        dropped = {k for k in range(len(axes)) if _is_dropped(k, places)}
        written_out = {k for k in range(len(axes)) if is_short(axes[k]) and all(index[k].is_constant for _, index in places)}
        made = {tuple(work.address[k] for k in sorted(written_out)) for _, work in use.made}
        read = {tuple(index[k] for k in sorted(written_out)) for _, index in use.read}
        if dropped | written_out >= set(range(len(axes))) and read <= made:
            dropped |= written_out
        result[name] = frozenset(dropped)
    return result


def _is_dropped(axis: int, places: Sequence[tuple[tuple[Nest, ...], Index]]) -> bool:
    common: Nest | None = None
    for loops, index in places:
        own = next((nest for nest in loops if index[axis] == Affine.of(nest.variable)), None)
        if own is None or (common is not None and own is not common):
            return False
        common = own
    return True


def groups(items: Sequence[Item], dropped: Mapping[str, frozenset[int]], definitions: Definitions) -> list[Group]:
    """The works that are added up in variables of their own."""
    found: dict[tuple[str, Index, int, tuple[Guard, ...]], Group] = {}
    inside: list[tuple[tuple[Nest, ...], Work]] = list(paths(items))
    for loops, work in inside:
        if work.op is None:
            continue
        positions = {position for part in work.address for position in part.positions}
        depth = max((k + 1 for k, nest in enumerate(loops) if nest.variable in positions), default=0)
        if depth == len(loops) and not is_scalar(work.name, dropped, definitions):
            continue
        home: Sequence[Item] = loops[depth - 1].items if depth else items
        guards = _existing(work, loops[:depth], definitions.axes[work.name])
        key = (work.name, work.address, id(home), guards)
        if key not in found:
            covers = covering(work.address, loops[:depth], definitions.axes[work.name])
            covers &= not any(map(common_guards, loops[:depth]))  # which stand around the loop, so around the variable, too
            found[key] = Group(work.name, work.address, home, depth, covers, guards)
        group = found[key]
        group.works.append(work)
        group.last = loops[depth] if depth < len(loops) else work
    for loops, work in inside:
        home = loops[-1].items if loops else items
        key = (work.name, work.address, id(home), _existing(work, loops, definitions.axes[work.name]))
        if work.op is None and key in found:
            found[key].start = work
    return list(found.values())


def _existing(work: Work, loops: Sequence[Nest], axes: Sequence[Affine]) -> tuple[Guard, ...]:
    """Where the element of a work is there, if its address comes from data: it was checked under the guards of the work.

    Those that loops further in decide may never have held: then the address is looked at once more.
    """
    told = [(part, length) for part, length in zip(work.address, axes, strict=True) if any(True for _ in part.elements)]
    if not told:
        return ()
    known = {nest.variable for nest in loops}
    shared = [guard for guard in work.terms[0].guards if all(guard in term.guards for term in work.terms)] if work.terms else []
    guards = list(dict.fromkeys((*work.guards, *shared)))
    found = [guard for guard in guards if guard.affine.positions <= known]
    if len(found) < len(guards):
        found += [Guard(each) for part, length in told for each in (part, length - 1 - part)]
    return tuple(found)


def is_scalar(name: str, dropped: Mapping[str, frozenset[int]], definitions: Definitions) -> bool:
    """Whether a stored array is but a variable, in the loop that makes and reads it."""
    return len(dropped.get(name, ())) == len(definitions.axes[name])


def covering(address: Index, loops: Sequence[Nest], axes: Sequence[Affine]) -> bool:
    """Whether the loops reach every element of an array once: an axis by a whole loop, or written out."""
    variables = {nest.variable: nest for nest in loops}
    used: set[int] = set()
    for part, length in zip(address, axes, strict=True):
        if part.is_constant and is_short(length):
            continue
        position = next(iter(part.positions), None)
        nest = variables.get(position) if position is not None and part == Affine.of(position) else None
        if nest is None or nest.variable in used or nest.guards or nest.range.low != ZERO or nest.range.high != length:
            return False
        used.add(nest.variable)
    return used == variables.keys()


def starts_empty(name: str, use: Uses, found: Sequence[Group], axes: Sequence[Affine]) -> bool:
    """Whether nothing has to be put into an array before its works: they begin with a plain assignment of every element."""
    if any(work.op is None for _, work in use.made):
        return True
    own = [group for group in found if group.name == name]
    members = [work for group in own for work in group.works]
    parts = {tuple(part.const if part.is_constant else None for part in group.address) for group in own}
    wanted = math.prod(length.const for length in axes if is_short(length))
    return len(members) == len(use.made) and all(group.covers for group in own) and len(parts) == len(own) == wanted


@dataclass
class Frame:
    """A block that is being written: the arrays that are axes short, the sums in variables, what is allocated already."""

    dropped: Mapping[str, frozenset[int]]
    groups: list[Group]
    uses: Mapping[str, Uses]
    allocated: set[str] = field(default_factory=set)

    def group_of(self, work: Work) -> Group | None:
        """The group that a work belongs to, or starts."""
        return next((g for g in self.groups if work is g.start or any(work is other for other in g.works)), None)
