"""Arrays that loops settle: what an iteration reads of one is never written afterwards, so that it is what is there at the end.

``y[i] = a*y[i-1] + x[i]`` and ``D[i, j] = f(D[i-1, j], D[i, j-1])`` are such; an adjoint then reads the finished array again
and keeps nothing of it. That something can be read again and that it was never written before are different facts: here an
element may well have been written before it is read. The proof is one of index expressions (as dependence tests of
compilers: U. Banerjee, *Dependence Analysis*, Kluwer 1997): a read and a write that comes later differ in some index.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from symdiff.graph.affine import ZERO, Affine, Element, Quotient, Symbol
from symdiff.graph.bounds import Bounds
from symdiff.graph.graph import Atom, Block, Buffer, Carried, Fold, Graph, If, Let, Loop, Sum, operands
from symdiff.graph.terms import Range, arrays_in

LAST = 1 << 30  # the place of stores in an iteration: behind all statements

Scope = Mapping[str, Affine]  # what the integers of a step are in those of the loops around; no others are known


class _NotSettledError(Exception):
    """An array that is used in a way that nothing is said about."""


@dataclass(frozen=True)
class _Frame:
    """A loop that an access is in: the symbol of its counter, and how often it runs, in the symbols of the loops around."""

    symbol: str
    trip: Affine
    backward: bool


@dataclass(frozen=True)
class _Access:
    """A read or write of elements: at an index in the symbols of its frames and in indices of its own, by position.

    ``places`` are where it stands in the block of each frame, the outermost first; an index that is not known is None.
    """

    index: tuple[Affine | None, ...]
    own: tuple[Range | None, ...]
    frames: tuple[_Frame, ...]
    places: tuple[int, ...]
    writes: bool = False


def with_settled(graph: Graph) -> Graph:
    """The graph in which the arrays that loops settle are marked."""
    return replace(graph, body=_marked(graph.body, set()))


def _marked(block: Block, moving: set[str]) -> Block:
    """The block with what is settled marked. ``moving``: arrays that loops around hand on, marked through those loops only."""
    made = []
    for statement in block:
        if isinstance(statement, If):
            then, orelse = _marked(statement.then, moving), _marked(statement.orelse, moving)
            statement = replace(statement, then=then, orelse=orelse)
        elif isinstance(statement, Loop) and not statement.implicit:
            moving |= {each.out for each in statement.handed if each.init in moving}
            for each in statement.handed:
                if each.axes and not each.settled and each.init not in moving and is_settled(statement, each):
                    statement = _mark(statement, {each.param})
            inside = {each.param for each in statement.handed} | {name for name, atom in statement.captured if atom in moving}
            statement = replace(statement, step=replace(statement.step, body=_marked(statement.step.body, inside)))
        made.append(statement)
    return tuple(made)


def _mark(loop: Loop, names: set[str]) -> Loop:
    """The loop, and those inside, with the arrays of these parameters marked, and what becomes of them."""
    names = set(names)
    carried = tuple(replace(each, settled=True) if each.param in names else each for each in loop.carried)
    buffers = tuple(replace(each, settled=True) if each.param in names else each for each in loop.buffers)

    def inside(block: Block) -> Block:
        body = []
        for statement in block:
            if isinstance(statement, Loop):
                params = {each.param for each in statement.handed if each.init in names}
                names.update(each.out for each in statement.handed if each.param in params)
                params |= {name for name, atom in statement.captured if atom in names}
                statement = _mark(statement, params)
            elif isinstance(statement, If):
                statement = replace(statement, then=inside(statement.then), orelse=inside(statement.orelse))
            body.append(statement)
        return tuple(body)

    return replace(loop, carried=carried, buffers=buffers, step=replace(loop.step, body=inside(loop.step.body)))


def is_settled(loop: Loop, array: Carried | Buffer) -> bool:
    """Whether no iteration writes what it, or one before it, has read of an array that the loop hands on."""
    try:
        found = list(_Walk().loop(loop, array, (), (), {}, outermost=True))
    except _NotSettledError:
        return False
    reads, writes = ([access for access in found if access.writes is wanted] for wanted in (False, True))
    return all(_never_later(read, write) for read in reads for write in writes)


class _Names:
    """The names of an array in a block: those of what it is now, and of what it was before something was written."""

    def __init__(self, names: Iterable[str]) -> None:
        self.now, self.before = set(names), set[str]()

    def has(self, *atoms: Atom | None) -> bool:
        """Whether one of the atoms is the array as it is now. Raises if one is what it was."""
        if not self.before.isdisjoint(atoms):
            raise _NotSettledError
        return not self.now.isdisjoint(atoms)

    def is_written(self, out: str) -> None:
        """From now on it is what a loop has made of it."""
        self.before |= self.now
        self.now = {out}


class _Walk:
    """Goes through a loop for all accesses to an array under the names that it has there."""

    def __init__(self) -> None:
        self.count = 0

    def loop(
        self,
        loop: Loop,
        array: Carried | Buffer | None,
        frames: tuple[_Frame, ...],
        places: tuple[int, ...],
        scope: Scope,
        captured: Sequence[str] = (),
        *,
        outermost: bool = False,
    ) -> Iterator[_Access]:
        """The accesses inside of a loop: to an array that it hands on, or to what it captures under these names."""
        if loop.implicit:
            raise _NotSettledError
        self.count += 1
        frame = _Frame(f"counter {self.count}", self._trip(loop, scope, outermost=outermost), loop.backward)
        inside = {name: Affine.of(name) for name in loop.step.sizes} if outermost else _inner(loop, scope)
        inside[loop.counter] = Affine.of(frame.symbol)
        frames = (*frames, frame)
        names = _Names([*captured, *([array.param] if array is not None else [])])
        yield from self.block(loop.step.body, names, frames, places, inside)
        kept, collected, stored, test = loop.outputs()
        if any(names.has(atom) is not (each is array) for each, atom in zip(loop.carried, kept, strict=True)):
            raise _NotSettledError
        if names.has(*collected, *stored, test) or (array is None and names.before):  # what is captured is not written here
            raise _NotSettledError
        if isinstance(array, Buffer):
            for store in array.stores:
                rest = array.axes[len(store.index) :]
                index = (*(_moved(part, inside) for part in store.index), *map(Affine.of, range(len(rest))))
                own = tuple(_interval(ZERO, length, inside) for length in rest)
                yield _Access(index, own, frames, (*places, LAST), writes=True)

    def _trip(self, loop: Loop, scope: Scope, *, outermost: bool) -> Affine:
        trip = loop.trip
        if trip is not None and outermost and all(isinstance(symbol, str) for symbol in trip.symbols):
            return trip
        moved = None if trip is None or outermost else _moved(trip, scope)
        return Affine.of(f"trip {self.count}") if moved is None else moved  # an integer of which nothing is known

    def block(
        self, block: Block, names: _Names, frames: tuple[_Frame, ...], places: tuple[int, ...], scope: Scope
    ) -> Iterator[_Access]:
        """The accesses in a block, after which the array has other names."""
        for number, statement in enumerate(block):
            here = (*places, number)
            if isinstance(statement, Sum | Fold):
                yield from _reads(statement, names, frames, here, scope)
            elif isinstance(statement, If):
                if names.has(*operands(statement)):
                    raise _NotSettledError
                for side in (statement.then, statement.orelse):
                    now = names.now
                    yield from self.block(side, names, frames, here, scope)
                    if names.now is not now:
                        raise _NotSettledError
            elif isinstance(statement, Loop):
                yield from self._inside(statement, names, frames, here, scope)
            elif isinstance(statement, Let) and names.has(*statement.args):
                raise _NotSettledError

    def _inside(
        self, loop: Loop, names: _Names, frames: tuple[_Frame, ...], here: tuple[int, ...], scope: Scope
    ) -> Iterator[_Access]:
        handed = [each for each in loop.handed if names.has(each.init)]
        captured = [name for name, atom in loop.captured if names.has(atom)]
        if names.has(loop.test, *arrays_in([loop.trip or ZERO])) or len(handed) > 1 or (handed and captured):
            raise _NotSettledError
        if handed or captured:
            yield from self.loop(loop, handed[0] if handed else None, frames, here, scope, captured)
        for each in handed:
            names.is_written(each.out)


def _inner(loop: Loop, scope: Scope) -> dict[str, Affine]:
    """What the integers of a step are: those that it captures, and lengths of arrays, which all steps call alike."""
    found = {name: scope[name] for name in loop.step.sizes if name in scope}
    found |= {name: scope[atom] for name, atom in loop.captured if isinstance(atom, str) and atom in scope}
    return found


def _reads(
    statement: Sum | Fold, names: _Names, frames: tuple[_Frame, ...], places: tuple[int, ...], scope: Scope
) -> Iterator[_Access]:
    for term in statement.terms:
        if names.has(*arrays_in(term.affines())):
            raise _NotSettledError
        if isinstance(term.atom, str) and names.has(term.atom):
            own = tuple(_interval(ZERO, length, scope) for length in statement.axes)
            own += tuple(_interval(each.low, each.high, scope) for each in term.ranges)
            yield _Access(tuple(_moved(part, scope) for part in term.index), own, frames, places)


def _interval(low: Affine, high: Affine, scope: Scope) -> Range | None:
    first, last = _moved(low, scope), _moved(high, scope)
    return None if first is None or last is None else Range(first, last)


def _moved(part: Affine, scope: Scope) -> Affine | None:
    """An index expression in the symbols of all loops; None if an integer in it is not known."""
    total = Affine(part.const)
    for symbol, factor in part.terms:
        if isinstance(symbol, Element | Quotient) or (isinstance(symbol, str) and symbol not in scope):
            return None
        total += (scope[symbol] if isinstance(symbol, str) else Affine.of(symbol)) * factor
    return total


def _never_later(read: _Access, write: _Access) -> bool:
    """Whether a write that comes after a read is to other elements, always."""
    common = 0
    while common < min(len(read.frames), len(write.frames)) and read.frames[common] is write.frames[common]:
        common += 1
    for depth in range(common):
        if not _differ(read, write, depth, is_later=True):
            return False
    return write.places[common - 1] < read.places[common - 1] or _differ(read, write, common, is_later=False)


def _differ(read: _Access, write: _Access, depth: int, *, is_later: bool) -> bool:
    """Whether the two never meet if the counters outside of ``depth`` are the same, and that of ``depth`` is a later one."""
    variables = _Variables()
    first: dict[Symbol, Affine] = {}
    second: dict[Symbol, Affine] = {}
    for number, frame in enumerate(read.frames):
        first[frame.symbol] = variables.add(ZERO, frame.trip.substitute(first))
        if number < depth:
            second[frame.symbol] = first[frame.symbol]
    for number, frame in enumerate(write.frames):
        if number == depth and is_later:
            now = first[frame.symbol]
            more = variables.add(Affine(1), now + 1 if frame.backward else frame.trip.substitute(second) - now)
            second[frame.symbol] = now - more if frame.backward else now + more
        elif number >= depth:
            second[frame.symbol] = variables.add(ZERO, frame.trip.substitute(second))
    left, right = variables.index(read, first), variables.index(write, second)
    bounds = Bounds(tuple(variables.intervals))
    return any(a is not None and b is not None and _is_never_zero(b - a, bounds) for a, b in zip(left, right, strict=True))


class _Variables:
    """Indices with an interval each, by position."""

    def __init__(self) -> None:
        self.intervals: list[Range] = []

    def add(self, low: Affine, high: Affine) -> Affine:
        """One more index."""
        self.intervals.append(Range(low, high))
        return Affine.of(len(self.intervals) - 1)

    def index(self, access: _Access, counters: Mapping[Symbol, Affine]) -> list[Affine | None]:
        """The index of an access over variables of its own; None where it is not known."""
        places: dict[Symbol, Affine | None] = dict(counters)
        for position, interval in enumerate(access.own):
            low = None if interval is None else _placed(interval.low, places)
            high = None if interval is None else _placed(interval.high, places)
            places[position] = None if low is None or high is None else self.add(low, high)
        return [None if part is None else _placed(part, places) for part in access.index]


def _placed(part: Affine, places: Mapping[Symbol, Affine | None]) -> Affine | None:
    total = Affine(part.const)
    for symbol, factor in part.terms:
        value = places.get(symbol, Affine.of(symbol))
        if value is None:
            return None
        total += value * factor
    return total


def _is_never_zero(part: Affine, bounds: Bounds) -> bool:
    common = math.gcd(*(factor for _, factor in part.terms))
    if common > 1 and part.const % common:
        return True
    return bounds.is_nonnegative(part - 1) or bounds.is_nonnegative(-part - 1)
