"""Long and deep functions are split: parts that hand values on through one work array.

Measured with Numba 0.68: straight-line code compiles in linear time (1 ms per operation up to 10^4 operations), and
parts of it cost up to twice that, because each part is a compilation of its own. Branches are different: the time is about
``operations * (1 ms + 30 us * branches)``, so that 320 branches take 8.6 s in one function and 4.5 s in parts. The load
below is that law in units of 1 ms. Depth has a limit of its own: Python's parser allows 100 levels of indentation.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from symdiff.codegen.code import Allocate, Dot, For, Load, Plain, Put, Stop, Turn, While, Whole
from symdiff.graph.graph import UNDEFINED, Atom, If, Let, Origin, Statement, defined

LONGEST = 4000.0  # a function of more than this load is split ...
PART = 2000.0  # ... into parts of at most this load
BRANCHES = 33.0  # so many branches double the time that an operation takes
DEEPEST = 20  # levels of branches in one function


@dataclass(frozen=True)
class Store:
    """``target = atom``: an element of the result array."""

    array: int
    path: tuple[int, ...]
    atom: Atom
    origin: Origin | None = None


@dataclass(frozen=True)
class Call:
    """Run a part (by number) at this place."""

    part: int


# The bodies of an If may hold any of them. Functions with arrays are not split, and hold no sums and folds any more.
Code = Statement | Store | Call | Load | Allocate | Dot | Whole | Put | For | While | Turn | Stop | Plain


@dataclass
class Routine:
    """One function of the generated module: its statements, the atoms it returns, and how often it reads each name."""

    body: tuple[Code, ...]
    returns: tuple[Atom, ...] = ()
    reads: Counter[str] = field(default_factory=Counter)
    defines: set[str] = field(default_factory=set)
    arrays: set[int] = field(default_factory=set)
    calls: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        for statement in steps(self.body):
            self.defines.update(names_of(statement))
            self.reads.update(atom for atom in atoms(statement) if isinstance(atom, str))
            if isinstance(statement, Store):
                self.arrays.add(statement.array)
            elif isinstance(statement, Call):
                self.calls.append(statement.part)
        self.reads.update(atom for atom in self.returns if isinstance(atom, str))
        self.reads.update(_read_in_loops(self.body))  # once more, so that what a loop reads stays outside of it


@dataclass
class Plan:
    """A function as routines: the parts in order of definition, the main routine last; a slot per value handed on."""

    routines: list[Routine]
    slots: dict[str, int]

    @property
    def main(self) -> Routine:
        """The function itself, which calls the parts."""
        return self.routines[-1]

    def needs(self, inputs: frozenset[str]) -> list[tuple[set[str], set[int]]]:
        """Per routine, the inputs and the result arrays that it or a part that it calls refers to."""
        found: list[tuple[set[str], set[int]]] = []
        for routine in self.routines:
            names, arrays = {name for name in routine.reads if name in inputs}, set(routine.arrays)
            for part in routine.calls:
                names |= found[part][0]
                arrays |= found[part][1]
            found.append((names, arrays))
        return found


def plan(body: Sequence[Code], stores: Sequence[Store], returns: tuple[Atom, ...], inputs: frozenset[str]) -> Plan:
    """Split a function where it is too long or too deep to compile in one piece."""
    whole = (*body, *stores)
    splitter = _Splitter()
    if not splitter.is_long(whole, LONGEST):
        return Plan([Routine(whole, returns)], {})
    main = splitter.cut(_near_definitions(body, stores), LONGEST)
    routines = [*map(Routine, splitter.parts), Routine(main, returns)]
    slots: dict[str, int] = {}
    for routine in routines:
        for name in routine.reads:
            if name not in inputs and name not in routine.defines:
                slots.setdefault(name, len(slots))
    return Plan(routines, slots)


def _near_definitions(body: Sequence[Code], stores: Sequence[Store]) -> tuple[Code, ...]:
    """The body with each store right after what it stores, so that few values cross from part to part."""
    after: dict[Atom, list[Store]] = {}
    for store in stores:
        after.setdefault(store.atom, []).append(store)
    result: list[Code] = []
    for statement in body:
        result.append(statement)
        for name in names_of(statement):
            result += after.pop(name, ())
    return (*result, *(store for rest in after.values() for store in rest))


def _read_in_loops(body: Sequence[Code]) -> set[str]:
    """The names that are read in a loop inside the one that they are defined in."""
    loops: dict[str, int] = {}
    found: set[str] = set()
    stack: list[tuple[Iterator[Code], int]] = [(iter(body), 0)]
    while stack:
        statements, depth = stack[-1]
        statement = next(statements, None)
        if statement is None:
            stack.pop()
            continue
        found.update(atom for atom in atoms(statement) if isinstance(atom, str) and loops.get(atom, depth) < depth)
        loops.update(dict.fromkeys(names_of(statement), depth))
        if isinstance(statement, If):
            stack += [(iter(statement.orelse), depth), (iter(statement.then), depth)]
        elif isinstance(statement, For | While):
            stack.append((iter(statement.body), depth + 1))
    return found


def names_of(statement: Code) -> tuple[str, ...]:
    """The names that a statement defines in its own block."""
    if isinstance(statement, Load | Allocate | Whole) or (isinstance(statement, Dot) and not statement.is_there):
        return (statement.name,)
    if isinstance(statement, Turn):
        return statement.names
    others = Store | Call | Dot | Put | For | While | Stop | Plain
    return () if isinstance(statement, others) else defined(statement)


def steps(body: Sequence[Code]) -> Iterator[Code]:
    """Every statement of a body and of the branches inside it."""
    stack: list[Iterator[Code]] = [iter(body)]
    while stack:
        statement = next(stack[-1], None)
        if statement is None:
            stack.pop()
            continue
        yield statement
        if isinstance(statement, If):
            stack += [iter(statement.orelse), iter(statement.then)]
        elif isinstance(statement, For | While):
            stack.append(iter(statement.body))


def atoms(statement: Code) -> Iterator[Atom]:
    """The atoms that a statement itself reads."""
    if isinstance(statement, Let):
        yield from statement.args
    elif isinstance(statement, Store | Put):
        yield statement.atom
    elif isinstance(statement, Turn | Plain):
        yield from statement.atoms
    elif isinstance(statement, Stop):
        yield statement.condition
    elif isinstance(statement, Load):
        yield statement.array
    elif isinstance(statement, Dot):
        yield from (statement.product.left, statement.product.right)
    elif isinstance(statement, Whole):
        yield from statement.matrices
    elif isinstance(statement, Allocate) and isinstance(statement.fill, str):
        yield statement.fill
    elif isinstance(statement, If):
        yield statement.condition
        for out in statement.outs:
            yield from (atom for atom in (out.then, out.orelse) if atom != UNDEFINED)


@dataclass(frozen=True)
class _Size:
    operations: int = 0
    branches: int = 0
    height: int = 0

    def __add__(self, other: _Size) -> _Size:
        height = max(self.height, other.height)
        return _Size(self.operations + other.operations, self.branches + other.branches, height)

    @property
    def load(self) -> float:
        return self.operations * (1 + self.branches / BRANCHES)


class _Splitter:
    def __init__(self) -> None:
        self.parts: list[tuple[Code, ...]] = []
        self._sizes: dict[int, tuple[Code, _Size]] = {}  # by identity; the statement is kept so that it stays alive

    def is_long(self, body: tuple[Code, ...], limit: float) -> bool:
        """Whether a body has too much load or too many levels of branches."""
        size = self._size(body)
        return size.load > limit or size.height >= DEEPEST

    def cut(self, body: tuple[Code, ...], limit: float) -> tuple[Code, ...]:
        """The body with what is too long or too deep moved to parts."""
        if not self.is_long(body, limit):
            return body
        body = tuple(self._inside(statement) for statement in body)
        if not self.is_long(body, limit):
            return body
        result: list[Code] = []
        chunk: list[Code] = []
        size = _Size()
        for statement in body:
            grown = size + self._size((statement,))
            if chunk and grown.load > PART:
                result.append(self._part(chunk))
                chunk, grown = [], self._size((statement,))
            chunk.append(statement)
            size = grown
        return (*result, self._part(chunk))

    def _inside(self, statement: Code) -> Code:
        if not isinstance(statement, If):
            return statement
        then, orelse = (self.cut(body, PART) for body in (statement.then, statement.orelse))
        return replace(statement, then=then, orelse=orelse)  # type: ignore[arg-type]

    def _part(self, body: list[Code]) -> Call:
        self.parts.append(tuple(body))
        return Call(len(self.parts) - 1)

    def _size(self, body: tuple[Code, ...]) -> _Size:
        total = _Size()
        for statement in body:
            known = self._sizes.get(id(statement))
            if known is None:
                known = statement, self._measure(statement)
                self._sizes[id(statement)] = known
            total += known[1]
        return total

    def _measure(self, statement: Code) -> _Size:
        if not isinstance(statement, If):
            return _Size(1)
        inside = self._size(statement.then) + self._size(statement.orelse)
        return inside + _Size(len(statement.outs), 1, inside.height + 1)
