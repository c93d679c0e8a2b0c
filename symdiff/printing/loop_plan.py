"""What of a loop is a recurrence on paper, and what is not: sums along its iterations, and values that follow from it.

``s += log(v)`` is no recurrence but a sum over the sequence v; a tape that holds ``cos(q)`` is no sequence of its own, because
who knows the sequence q knows it. A buffer of which each element is written once, before it is read, is defined by
equations; anything else is a list of assignments.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from symdiff.graph.affine import Affine, identity, sizes_in
from symdiff.graph.graph import Atom, Buffer, Fold, If, Let, Loop, Statement, Sum, defined, operands, walk
from symdiff.graph.terms import Term, arrays_in

_SMALL = 14  # nodes of a value that is written again where it is read, rather than given a name
_HUGE = 10**6


@dataclass(frozen=True)
class Part:
    """A value that is added in each iteration, or subtracted, or multiplied with."""

    atom: Atom
    sign: int = 1


@dataclass(frozen=True)
class Total:
    """What is carried is a sum, or a product, of parts."""

    op: str
    parts: tuple[Part, ...]


class Plan:
    """How the parts of a loop are written, by their names in its step."""

    def __init__(self, loop: Loop) -> None:
        self.loop = loop
        kept, collected, stored, going = loop.outputs()
        self.definitions = {name: statement for statement in loop.step.body for name in defined(statement)}
        self.added: list[Sum] = []  # definitions of terms that the step adds to something
        self._reads = Counter(_reads(loop))
        self._readers = {name: node for node in loop.step.body for name in operands(node) if isinstance(name, str)}
        self.totals: dict[int, Total] = {}  # by the position of what is carried
        for number, (each, atom) in enumerate(zip(loop.carried, kept, strict=True)):
            found = self._total(each.param, each.axes, atom)
            if found is not None:
                self.totals[number] = found
        self.definitions |= {statement.name: statement for statement in self.added}
        self.same = {each.param for each, atom in zip(loop.carried, kept, strict=True) if atom == each.param}  # never change
        self.same |= {buffer.param for buffer in loop.buffers if not buffer.stores}
        # the values that are the next element of a sequence
        self.next: dict[str, int] = {}
        for number, atom in enumerate(kept):
            if number not in self.totals and isinstance(atom, str) and atom in self.definitions:
                self.next.setdefault(atom, number)
        self.plain = frozenset(buffer.param for buffer in loop.buffers if _is_plain(loop, buffer))
        self._sizes: dict[str, int] = {}
        rules = [atom for number, atom in enumerate(kept) if number not in self.totals]
        self.needed = self._closure([*rules, *stored, *([] if going is None else [going])])
        wanted = [*collected, *(part.atom for total in self.totals.values() for part in total.parts)]
        wanted += self._overwritten(stored)
        self.local = tuple(dict.fromkeys(atom for atom in wanted if isinstance(atom, str) and not self._lifts(atom)))

    # sums and products

    def _total(self, param: str, axes: tuple[Affine, ...], result: Atom) -> Total | None:
        """The parts that are added to what is carried, if nothing else is made of it."""
        parts: list[Part] = []
        ops: set[str] = set()
        name, added = param, len(self.added)
        while name != result:
            found = self._step_up(name, axes) if self._reads[name] == 1 else None
            if found is None:
                del self.added[added:]
                return None
            name, op, part = found
            ops.add(op)
            parts += [] if part is None else [part]
        if not parts or len(ops) > 1 or self._reads[name] > 1:
            del self.added[added:]
            return None
        return Total(ops.pop(), tuple(parts))

    def _step_up(self, name: str, axes: tuple[Affine, ...]) -> tuple[str, str, Part | None] | None:
        """The only reader of a value, if it adds something to it or multiplies it."""
        reader = self._readers.get(name)
        if isinstance(reader, Let) and reader.op.name in ("add", "sub", "mul") and reader.axes == axes:
            other = reader.args[1] if reader.args[0] == name else reader.args[0]
            if reader.op.name == "sub" and reader.args[0] != name:
                return None
            op = "mul" if reader.op.name == "mul" else "add"
            return reader.name, op, Part(other, -1 if reader.op.name == "sub" else 1)
        if isinstance(reader, Sum) and reader.axes == axes and reader.kind != "bool":
            whole = Term(name, identity(len(axes)))
            rest = tuple(term for term in reader.terms if term != whole)
            if len(rest) == len(reader.terms) or any(name in term.reads() for term in rest):
                return None
            if not rest:
                return reader.name, "add", None
            statement = Sum(f"{reader.name}_part", reader.axes, rest, reader.origin)
            self.added.append(statement)
            return reader.name, "add", Part(statement.name)
        return None

    # what follows from the sequences

    def _closure(self, atoms: Iterable[Atom]) -> set[str]:
        """The definitions that values are made of, down to the elements of sequences."""
        found: set[str] = set()
        pending = [atom for atom in atoms if isinstance(atom, str) and atom in self.definitions]
        while pending:
            name = pending.pop()
            if name not in found:
                found.add(name)
                inner = names_read(self.definitions[name])
                pending += [other for other in inner if other in self.definitions and other not in self.next]
        return found

    def _overwritten(self, stored: tuple[Atom, ...]) -> Iterator[Atom]:
        """Values of stores that read what a store before them in the same iteration may have changed."""
        changed: set[str] = set()
        for (buffer, _), atom in zip(self.loop.stores, stored, strict=True):
            names = {name for inner in self._closure([atom]) for name in names_read(self.definitions[inner])}
            if not changed.isdisjoint(names):
                yield atom
            if buffer.param not in self.plain:
                changed.add(buffer.param)

    def _lifts(self, atom: str) -> bool:
        """Whether a value can be written wherever the sequences are known."""
        if atom in self.next or atom not in self.definitions:
            return atom not in {buffer.param for buffer in self.loop.buffers} or atom in self.plain | self.same
        closure = self._closure([atom])
        if any(not self._is_liftable(self.definitions[name]) for name in closure):
            return False
        return atom not in self.needed or self.size(atom) <= _SMALL

    def _is_liftable(self, statement: Statement) -> bool:
        if not isinstance(statement, Let | Sum | Fold):
            return False
        terms = () if isinstance(statement, Let) else statement.terms
        if any(term.address is not None or any(name in self.definitions for name in arrays_in(term.affines())) for term in terms):
            return False
        mutable = {buffer.param for buffer in self.loop.buffers} - self.plain - self.same
        return mutable.isdisjoint(names_read(statement))

    def size(self, atom: Atom) -> int:
        """The nodes of a value with everything but the sequences written out."""
        if not isinstance(atom, str) or atom not in self.definitions:
            return 1
        if not self._sizes:
            for name, statement in self.definitions.items():
                inner = [atom for atom in operands(statement) if isinstance(atom, str)]
                sizes = (1 if other in self.next else self._sizes.get(other, 1) for other in inner)
                ranges = 0 if isinstance(statement, Let) else 5 * len(getattr(statement, "terms", ((),)))
                self._sizes[name] = min(1 + sum(sizes) + (ranges if _sums(statement) else 0), _HUGE)
        return self._sizes[atom]


def _sums(statement: Statement) -> bool:
    return not isinstance(statement, Let) and any(term.ranges for term in getattr(statement, "terms", ()))


def names_read(statement: Statement) -> set[str]:
    """The names that a statement reads, in the bodies inside of it too."""
    found: set[str] = set()
    for node in walk((statement,)):
        found |= {atom for atom in operands(node) if isinstance(atom, str)}
        if isinstance(node, If):
            found -= {name for inner in (node.then, node.orelse) for each in walk(inner) for name in defined(each)}
    return found


def _reads(loop: Loop) -> Iterator[str]:
    """The names that the step of a loop reads, each as often as it does."""
    for statement in walk(loop.step.body):
        yield from (atom for atom in operands(statement) if isinstance(atom, str))
    yield from (atom for atom in loop.step.outputs if isinstance(atom, str))
    parts = [part for _, store in loop.stores for part in store.index]
    yield from (*sizes_in(parts), *arrays_in(parts))


# buffers


def _is_plain(loop: Loop, buffer: Buffer) -> bool:
    """Whether equations define a buffer: each element is written at most once, and not read before that."""
    if len(buffer.stores) != 1:
        return False
    written = buffer.stores[0].index
    axis = next((place for place, part in enumerate(written) if part.coefficient(loop.counter)), None)
    if axis is None or any(True for part in written for _ in part.elements):
        return False
    if buffer.param in loop.step.outputs:
        return False
    for statement in walk(loop.step.body):
        if not isinstance(statement, Let | Sum | Fold):
            if buffer.param in set(operands(statement)):
                return False
            continue
        if isinstance(statement, Let):
            if buffer.param in statement.args:
                return False
            continue
        for term in statement.terms:
            if term.atom == buffer.param and not _is_before(loop, term, len(statement.axes), axis, written[axis]):
                return False
    return True


def _is_before(loop: Loop, term: Term, rank: int, axis: int, written: Affine) -> bool:
    """Whether a term reads, along an axis, what was written in an earlier iteration (or never is)."""
    if any(True for part in term.affines() for _ in part.elements):
        return False
    factor = written.coefficient(loop.counter)
    ahead = (term.index[axis] - written) * (1 if factor > 0 else -1)  # times |factor|: iterations after this one
    if loop.backward:
        ahead = -ahead
    for number, each in reversed(list(enumerate(term.ranges, rank))):
        share = ahead.coefficient(number)
        if share:
            ahead = ahead.substitute({number: each.high - 1 if share > 0 else each.low})
    if ahead.coefficient(loop.counter):  # a fixed element: known only if it was written before the first iteration
        constant = term.index[axis] - written + Affine.of(loop.counter) * factor
        return factor > 0 and not loop.backward and constant.is_constant and constant.const < 0
    return ahead.is_constant and ahead.const < 0
