"""Which arrays are stored. An array is a definition, not storage: what is cheap to compute where it is read is inlined.

Stored are outputs, reductions, scattered sums and what a branch hands on; of the others an array (DESIGN section 3)

- that is dear and read in a loop over an index that it lacks, or by both a reduction and what depends on that reduction;
- or that is read at so many offsets by one loop that computing it again and again costs more; also if it is not made in the
  same way everywhere, because then each of the offsets brings branches of its own.

What is stored and then only used inside one loop becomes a scalar there (``nests``), so that storing costs nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from symdiff.codegen.definitions import Definitions, Index, Indexed, Read, axes_positions, finished
from symdiff.graph.affine import Affine, Symbol, substituted
from symdiff.graph.graph import Graph, If, Loop, defined, operands, walk

DEAR = 8  # weight from which on an element is worth storing where it would be computed several times
REPEATED = 12  # weight of what is computed again, from which on an array that is read at several offsets is stored

ROUNDS = 2  # of finding where arrays are read and which are worth storing for that


@dataclass(frozen=True)
class Place:
    """Where an element is computed: for which array that is stored, over which of its indices, at which index of its own."""

    root: str
    indices: frozenset[int]
    index: Index


class Storage:
    """The choice for a graph: ``stored`` arrays, and what every array reads of stored ones, inputs and scalars."""

    def __init__(self, definitions: Definitions) -> None:
        self.definitions = definitions
        self.graph: Graph = definitions.graph
        self._order = [name for statement in finished(self.graph.body) for name in defined(statement)]
        self._bits = {name: 1 << number for number, name in enumerate(self._order)}
        self._costs = {name: definitions.cost(name) if name in definitions.known else 0 for name in self._order}
        self._upstream = self._all_upstream()
        outputs = {atom for atom in self.graph.outputs if isinstance(atom, str) and definitions.axes.get(atom)}
        self.handed = handed_on(self.graph) | looped(self.graph)
        self.stored = ((outputs | self.handed) & definitions.known.keys()) | definitions.handed_on
        for product in definitions.products.values():
            self.stored |= {product.left, product.right} & definitions.known.keys()
        self.lazy = self._lazy()
        self.stored |= {n for n in definitions.known if not definitions.is_inlinable(n) and n not in self.lazy}
        self.stored = self._chosen(self.stored)
        self._reads: dict[str, tuple[Read, ...]] = {}
        for name in self._order:
            if name in definitions.known and name not in self.stored:
                found = dict.fromkeys(self.within(name))
                self._reads[name] = tuple(self._closed(name, read) for read in found) if name in self.lazy else tuple(found)

    # what is read

    def reads(self, name: str, index: Index) -> tuple[Read, ...]:
        """The stored elements, inputs and scalars that the element of an array at an index is computed from."""
        if name not in self._reads:
            return (Read(name, index),)
        places: dict[Symbol, Affine] = dict(enumerate(index))
        return tuple(dict.fromkeys(read.at(places) for read in self._reads[name]))

    def waits(self, name: str) -> Iterator[str]:
        """What must be known before an array, beside what it reads; for integers that are computed there, what those read."""
        for waited_for in self.definitions.waits(name):
            yield from dict.fromkeys(read.name for read in self.reads(waited_for, ()))

    def within(self, name: str, terms: Iterable[int] | None = None) -> Iterable[Read]:
        """The reads of a definition at the identity index, whether it is stored or not; of some of its terms, or all."""
        chosen = None if terms is None else set(terms)
        waited_for = self.definitions.certain(name)
        if waited_for:
            yield Read(waited_for)
        yield from map(Read, self.waits(name))
        for atom, index, guards, number in self.definitions.operands(name):
            if isinstance(atom, str) and (chosen is None or number in chosen):
                yield from (read.at({}, guards) for read in self.reads(atom, index))

    def _closed(self, name: str, read: Read) -> Read:
        """A read inside a sum that is computed where it is needed: its own indices are those of no loop outside."""
        rank = len(self.definitions.axes[name])
        inner = {p for guard in read.guards for p in guard.affine.positions} | {p for part in read.index for p in part.positions}
        return read.at({position: Affine.of(-1 - position) for position in inner if position >= rank})

    # the choice

    def _lazy(self) -> set[str]:
        """Sums and folds that only one side of branches taken element by element needs: they are computed there.

        The product of the other elements, which the derivative of a product needs where an element is 0, is one: it takes a
        loop more than all that is needed in any case. What does not is stored, because a branch may well be taken always.
        """
        definitions = self.definitions
        certain = {name for name, conditional in definitions.operand_uses() if not conditional}
        known = definitions.known.items()
        sums = {name for name, made in known if isinstance(made, Indexed) and made.is_gather and not made.is_pointwise}
        sums -= definitions.products.keys()
        lazy = sums - certain - self.handed
        deepest = max((definitions.depth(name) for name in sums - lazy), default=1)
        return {name for name in lazy if definitions.depth(name) > deepest}

    def _chosen(self, always: set[str]) -> set[str]:
        """What is stored: ``always``, and what is worth it.

        That depends on where an array is read, hence on what is stored of what it is read for, and on what it costs, hence on
        what is stored of what it reads. So both are found in turns, from the ends, beginning with all that could be worth it.
        """
        stored = set(always)
        places: dict[str, dict[Place, None]] = {name: {} for name in self._order}
        weights = self._weights(always, {})[0]
        for name in reversed(self._order):
            if name in self.definitions.known:
                if name not in stored and self._is_worth_storing(name, weights[name], places[name]):
                    stored.add(name)
                self._spread(name, name in stored, places)
        for _ in range(ROUNDS):
            stored = self._weights(always, places)[1]
            places = {name: {} for name in self._order}
            for name in reversed(self._order):
                if name in self.definitions.known:
                    self._spread(name, name in stored, places)
        return self._weights(always, places)[1]

    def _is_worth_storing(self, name: str, weight: int, places: Iterable[Place]) -> bool:
        definitions = self.definitions
        axes = definitions.axes[name]
        if not axes or definitions.kinds[name] == "bool" or not definitions.cost(name):
            return False
        if name in definitions.conditional or name in definitions.partial:
            return False
        wide = axes_positions(axes)
        counts: dict[object, set[tuple[int, ...]]] = {}  # the offsets, for each root and each way of running over the array
        for place in places:
            index = [place.index[position] for position in wide]
            direction = place.root, tuple(part.terms for part in index)
            counts.setdefault(direction, set()).add(tuple(part.const for part in index))
        again = max((len(found) for found in counts.values()), default=1) - 1
        if again * weight >= REPEATED or (again and definitions.is_ragged(name)):
            return True
        if weight < DEAR:
            return False
        if any(place.indices - {p for part in place.index for p in part.positions} for place in places):
            return True
        roots = {place.root for place in places}
        return any(self._bits[first] & self._upstream[second] for first in roots for second in roots)

    def _spread(self, name: str, is_root: bool, places: dict[str, dict[Place, None]]) -> None:
        """Tell what a definition reads where it is computed."""
        if name in self.definitions.products:
            return
        is_root = is_root or not self.definitions.axes[name]
        for atom, index, _, number in self.definitions.operands(name):
            if not isinstance(atom, str) or atom not in places:
                continue
            if is_root:
                places[atom][Place(name, self._indices(name, number), index)] = None
                continue
            for place in places[name]:
                moved = substituted(index, dict(enumerate(place.index)))
                places[atom][Place(place.root, place.indices, moved)] = None

    def _indices(self, name: str, number: int) -> frozenset[int]:
        """The positions of the indices that a term of a stored array is computed over."""
        definition, axes = self.definitions.known[name], self.definitions.axes[name]
        own = axes_positions(axes)
        if not isinstance(definition, Indexed):
            return frozenset(own)
        term = definition.terms[number]
        ranges = range(len(axes), len(axes) + len(term.ranges))
        return frozenset((*(own if term.address is None else ()), *ranges))

    def _weights(self, always: set[str], places: dict[str, dict[Place, None]]) -> tuple[dict[str, int], set[str]]:
        """The weight of an element with all that is computed for it from what is stored, each operation once; and what is.

        Beside what is stored ``always`` that is what is worth it for the ``places`` where it is read.
        """
        inside: dict[str, int] = {}  # the names that are computed, as bits
        weights: dict[str, int] = {}
        stored = set(always)
        for name in self._order:
            inside[name] = weights[name] = 0
            if not self.definitions.is_inlinable(name):
                continue
            atoms = [atom for atom, *_ in self.definitions.operands(name) if isinstance(atom, str) and atom not in stored]
            bits = self._bits[name] if self._costs[name] else 0
            for atom in atoms:
                bits |= inside.get(atom, 0)
            inside[name] = bits
            weights[name] = self._weight(bits)
            if name not in stored and self._is_worth_storing(name, weights[name], places.get(name, ())):
                stored.add(name)
        return weights, stored

    def _weight(self, bits: int) -> int:
        """The weight of several names; of as many as matter."""
        total = 0
        while bits and total < REPEATED:
            lowest = bits & -bits
            total += self._costs[self._order[lowest.bit_length() - 1]]
            bits ^= lowest
        return total

    def _all_upstream(self) -> dict[str, int]:
        """For every name all names that it depends on, as bits."""
        found: dict[str, int] = {}
        for statement in finished(self.graph.body):
            bits = 0
            for atom in operands(statement):
                if isinstance(atom, str):
                    bits |= found.get(atom, 0) | self._bits.get(atom, 0)
            found.update(dict.fromkeys(defined(statement), bits))
        return found


def handed_on(graph: Graph) -> set[str]:
    """The arrays that a side of a branch with a scalar condition hands on."""
    branches = (node for node in walk(graph.body) if isinstance(node, If) and not node.axes)
    return {a for node in branches for out in node.outs if out.axes for a in (out.then, out.orelse) if isinstance(a, str)}


def looped(graph: Graph) -> set[str]:
    """What sequential loops read: their arrays are whole before they begin."""
    return {atom for node in walk(graph.body) if isinstance(node, Loop) for atom in operands(node) if isinstance(atom, str)}
