"""What loops over arrays are made of: the axes that they add, what is looped over, and the arrays that they write."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from symdiff.graph.affine import ZERO, Affine
from symdiff.graph.terms import Guard, Range

if TYPE_CHECKING:
    from symdiff.graph.graph import Atom


@dataclass(frozen=True)
class LoopAxis:
    """A loop that is being read: its iterations are an axis, at which every value that depends on it is an array.

    ``low`` and ``high`` bound the positions in terms of the loops around it: j from i + 1 on.
    """

    length: Affine
    low: Affine
    high: Affine
    since: int = field(default=0, compare=False)  # when it began

    @property
    def range(self) -> Range:
        """The positions that are gone through."""
        return Range(self.low, self.high)

    def guards(self, position: int) -> list[Guard]:
        """What is certain of its position, beyond being on the axis."""
        here = Affine.of(position)
        found = [] if self.low == ZERO else [Guard(here - self.low)]
        return found if self.high == self.length else [*found, Guard(self.high - 1 - here)]


@dataclass(frozen=True, eq=False)
class IndexedValue:
    """What is looped over without a known length: a range, an array, ``enumerate`` or ``zip`` of those.

    ``item`` gives the element at a position, an expression in the loops that are being read.
    """

    axis: LoopAxis
    item: Callable[[Affine], Any]
    counts: bool = False  # from 0 on: it gives the position itself


@dataclass(frozen=True, eq=False)
class SequentialValue:
    """What only a loop of the graph can go through: a range with a step or with bounds from data.

    ``item`` gives what it is in an iteration, by the number of those before. ``plain``: that number itself.
    """

    trip: Affine
    item: Callable[[Affine], Any]
    plain: bool = False


@dataclass(frozen=True, eq=False)
class Counting:
    """A loop of the graph that is being read. ``whole``: it makes all its iterations, so what the last one needs is certain."""

    trip: Affine | None
    body: Any  # the block of its step
    whole: bool


@dataclass(frozen=True)
class Stored:
    """What the version of an array is of which one element was written: ``base[index] = atom``, or ``+=``."""

    base: Atom
    index: tuple[Affine, ...]
    atom: Atom
    adds: bool = False


@dataclass(frozen=True, eq=False)
class SeriesValue:
    """The elements of a comprehension over such a thing: one atom over the axes of its loops.

    ``depth``: the number of loops around it. ``is_list``: of lists in lists, else one flat sequence, of which some elements
    may be left out (where ``condition`` does not hold).
    """

    atom: Atom
    loops: tuple[LoopAxis, ...]
    depth: int
    is_list: bool
    condition: Atom | None = None
    whole: bool = False  # integers
    truths: bool = False  # truth values, as 1 and 0


@dataclass(frozen=True)
class Entry:
    """A write to an element inside of loops: ``array[index] = atom``, or ``+=`` (``adds``); where ``mask`` holds."""

    index: tuple[Affine, ...]
    atom: Atom
    adds: bool
    loops: tuple[LoopAxis, ...]
    time: int
    mask: Atom | None = None


@dataclass(frozen=True)
class Access:
    """A place in an array that each iteration reads, and finds there what was there before the loops."""

    index: tuple[Affine, ...]
    loops: tuple[LoopAxis, ...]
    time: int
    node: Any  # where


@dataclass(frozen=True, eq=False)
class PendingArray:
    """The state of an array that loops write to, with what they have written so far; after them it is in a new state."""

    base: Any  # a TensorValue: the state before
    depth: int  # the number of loops around the one that writes first
    entries: tuple[Entry, ...] = ()
    reads: tuple[Access, ...] = ()


@dataclass(frozen=True, eq=False)
class PendingValue:
    """A name for an array that loops write to, or for a view of one."""

    array: Any  # a TensorValue


@dataclass(frozen=True, eq=False)
class GrownList(SeriesValue):
    """A list to which a loop appended: an array of its elements, which are numbers, arrays or (``tuples``) tuples of numbers.

    ``chosen``: the same elements where they are among what the loop may append, in the order of the iterations. ``last``: the
    last of them, if the loop hands it on. ``shows``: the memory of arrays that are elements, and what stands for those that
    have no other name; ``since``: when they were as they are here.
    """

    axes: tuple[Affine, ...] = ()
    tuples: bool = False
    chosen: Any = None  # a MaskedValue
    last: Any = None
    shows: frozenset[Any] = frozenset()
    since: int = 0


@dataclass(frozen=True, eq=False)
class Appended:
    """What one append of an iteration adds, ``when`` a condition holds (None: in any case).

    What an inner loop has appended is an array, of which the first ``rank`` axes count its elements; ``when`` is an array of
    0 and 1 then. ``shows``: the memory of arrays in the value, which the list shows; ``time``: when it was appended.
    """

    value: Any
    when: Any = None
    rank: int = 0
    shows: frozenset[Any] = frozenset()
    time: int = 0


@dataclass(frozen=True, eq=False)
class GrowingList:
    """A list to which a loop appends, inside of the loop: what was in it before, and what this iteration has appended.

    ``start``: how many elements there are at the start of the iteration, ``last`` the last of them; ``count`` and ``newest``
    are what they are now.
    """

    before: tuple[Any, ...]
    start: Affine
    last: Any
    count: Affine
    newest: Any
    added: tuple[Appended, ...]
    identity: object
    parents: frozenset[object] = frozenset()
    guessed: bool = False  # whether ``last`` is a guess


@dataclass(frozen=True, eq=False)
class Trajectory:
    """What a solver finds at each of its steps, the last axis of an array; only what it finds at the end is at hand."""

    last: Any


LoopValue = IndexedValue | SequentialValue | SeriesValue | PendingArray | PendingValue | GrowingList | Trajectory
