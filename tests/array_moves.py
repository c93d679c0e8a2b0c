"""Values of random array graphs, and the ways to move their elements about: slices, transposes, padding, writes, scatters."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from symdiff.graph.affine import ONE, ZERO, Affine, Axes, Element, identity
from symdiff.graph.build import Builder
from symdiff.graph.graph import Atom, Const
from symdiff.graph.terms import Guard, Range, Term
from symdiff.primitives import TABLE

n, m, h = map(Affine.of, "nmh")
INTEGERS = "k"  # the input of integers, each of them an index of an axis n
LARGEST = 30.0  # bound on the values of a graph
COUNT = 5.0  # what a range counts as in bounds


@dataclass(frozen=True)
class Made:
    """A value of the graph that is built, and a bound on its magnitude. A literal may have axes."""

    atom: Atom
    axes: Axes
    bound: float


class Moves:
    """Makes values of those in sight by moving elements; a maker gives None where nothing in sight fits."""

    def __init__(self, seed: float) -> None:
        self.random = random.Random(seed)
        self.builder = Builder()
        self.inputs: Mapping[str, Axes] = {}
        self.sizes: list[Affine] = []

    # choosing and making

    def pick(self, visible: Sequence[Made], fits: Callable[[Made], bool] = lambda made: True) -> Made | None:
        """A value in sight, rather a late one."""
        found = [made for made in (*visible[-5:], *visible[:2], *visible[-2:]) if fits(made)]
        return self.random.choice(found) if found else None

    def array(self, visible: Sequence[Made], rank: int = 0) -> Made | None:
        """An array in sight."""
        return self.pick(visible, lambda made: len(made.axes) == rank if rank else bool(made.axes))

    def like(self, visible: Sequence[Made], axes: Axes) -> Made:
        """A value in sight with these axes, or a scalar or literal that stands for one."""
        found = self.pick(visible, lambda made: made.axes == axes)
        if found is None or self.random.random() < 0.2:
            found = self.pick(visible, lambda made: not made.axes)
        if found is None or self.random.random() < 0.1:
            literal = self.random.choice([2, 0.5, 1.25, -1])
            return Made(Const(literal), axes, abs(literal))
        return self.made(found.atom, axes, found.bound)

    def made(self, atom: Atom, axes: Axes, bound: float) -> Made:
        """A value; a scalar that stands for an array is spread."""
        return Made(self.builder.spread(atom, axes) if axes else atom, axes, bound)

    def tame(self, made: Made) -> Made:
        """A value that is not large."""
        return made if made.bound <= LARGEST else self.made(self.builder.apply(TABLE["sin"], made.atom), made.axes, 1.0)

    def term(
        self,
        made: Made,
        index: Sequence[Affine],
        ranges: Sequence[Range] = (),
        guards: Sequence[Guard] = (),
        address: Sequence[Affine] | None = None,
    ) -> Term:
        """A term that reads a value, which may be a literal."""
        reads = isinstance(made.atom, str) and made.axes
        return Term(made.atom, tuple(index) if reads else (), tuple(ranges), tuple(guards), address and tuple(address))

    def sum(self, terms: Sequence[Term], axes: Axes, bound: float) -> Made:
        """A sum as a value."""
        return self.made(self.builder.sum(terms, axes), axes, bound)

    def contract(self, made: Made, positions: Sequence[int]) -> Made:
        """The sum over some axes."""
        kept = [place for place in range(len(made.axes)) if place not in positions]
        ranges = [Range(ZERO, made.axes[place]) for place in positions]
        places = {place: Affine.of(number) for number, place in enumerate((*kept, *positions))}
        index = [places[place] for place in range(len(made.axes))]
        axes = tuple(made.axes[place] for place in kept)
        return self.sum([self.term(made, index, ranges)], axes, made.bound * COUNT ** len(ranges))

    # makers

    def shift(self, visible: list[Made]) -> Made | None:
        """A slice along one axis."""
        made = self.array(visible)
        if made is None:
            return None
        axis, less = self.random.randrange(len(made.axes)), self.random.randint(0, 2)
        index = list(identity(len(made.axes)))
        index[axis] += self.random.randint(0, less)
        axes = (*made.axes[:axis], made.axes[axis] - less, *made.axes[axis + 1 :])
        return self.sum([self.term(made, index)], axes, made.bound)

    def reverse(self, visible: list[Made]) -> Made | None:
        """An axis the other way round."""
        made = self.array(visible)
        if made is None:
            return None
        axis = self.random.randrange(len(made.axes))
        index = list(identity(len(made.axes)))
        index[axis] = made.axes[axis] - 1 - index[axis]
        return self.sum([self.term(made, index)], made.axes, made.bound)

    def rearrange(self, visible: list[Made]) -> Made | None:
        """The axes in another order."""
        made = self.pick(visible, lambda made: len(made.axes) > 1)
        if made is None:
            return None
        order = self.random.sample(range(len(made.axes)), len(made.axes))
        index = [Affine.of(order.index(place)) for place in range(len(made.axes))]
        return self.sum([self.term(made, index)], tuple(made.axes[place] for place in order), made.bound)

    def broadcast(self, visible: list[Made]) -> Made | None:
        """A new axis, or a value spread over one of length 1."""
        made = self.pick(visible, lambda made: len(made.axes) < 2 or self.random.random() < 0.2)
        if made is None or len(made.axes) > 2:
            return None
        place = self.random.randint(0, len(made.axes))
        length = self.random.choice([*self.sizes, *(length for other in visible[-4:] for length in other.axes)])
        if ONE in made.axes and self.random.random() < 0.7:
            place = made.axes.index(ONE)
            index = [ZERO if number == place else part for number, part in enumerate(identity(len(made.axes)))]
            axes = (*made.axes[:place], length, *made.axes[place + 1 :])
        else:
            index = [part for number, part in enumerate(identity(len(made.axes) + 1)) if number != place]
            axes = (*made.axes[:place], length, *made.axes[place:])
        return self.sum([self.term(made, index)], axes, made.bound)

    def diagonal(self, visible: list[Made]) -> Made | None:
        """The diagonal of a square matrix, or a matrix with a vector on its diagonal."""
        square = self.pick(visible, lambda made: len(made.axes) == 2 and made.axes[0] == made.axes[1])
        if square is not None and self.random.random() < 0.7:
            return self.sum([self.term(square, identity(1) * 2)], square.axes[:1], square.bound)
        made = self.array(visible, 1)
        if made is None:
            return None
        equal = Guard(Affine.of(1) - Affine.of(0), "==")
        return self.sum([self.term(made, identity(1), (), (equal,))], made.axes * 2, made.bound)

    def strided(self, visible: list[Made]) -> Made | None:
        """Every second element, or elements spread over every second place; for lengths that are known to fit."""
        long = self.pick(visible, lambda made: made.axes == (2 * h + 1,))
        if long is None:
            return None
        start = self.random.choice([0, 1])
        if self.random.random() < 0.7:
            return self.sum([self.term(long, (Affine.of(0) * 2 + start,))], (h,), long.bound)
        made = self.like(visible, (h,))
        inside, places = (Range(ZERO, h),), (Affine.of(1) * 2 + start,)
        if self.random.random() < 0.5:
            rest = self.term(long, identity(1), (), (Guard(Affine.of(0) - start, "!=", 2),))
            return self.sum([rest, self.term(made, identity(1, 1), inside, (), places)], long.axes, made.bound + long.bound)
        return self.sum([self.term(made, identity(1, 1), inside, (), places)], long.axes, made.bound)

    def pad(self, visible: list[Made]) -> Made | None:
        """An array with a border."""
        made = self.array(visible)
        if made is None:
            return None
        axis, before, after = self.random.randrange(len(made.axes)), *self.random.choices([0, 1, 2], k=2)
        place, length = Affine.of(axis), made.axes[axis]
        index = list(identity(len(made.axes)))
        index[axis] -= before
        inside = (Guard(place - before), Guard(length + before - 1 - place))
        terms = [self.term(made, index, (), inside)]
        if self.random.random() < 0.5:
            fill = self.like([each for each in visible if not each.axes], ())
            terms.append(Term(fill.atom, (), (), (Guard(before - 1 - place),)))
            terms.append(Term(fill.atom, (), (), (Guard(place - before), Guard(place - before - length))))
        axes = (*made.axes[:axis], length + before + after, *made.axes[axis + 1 :])
        return self.sum(terms, axes, made.bound + 2)

    def write(self, visible: list[Made]) -> Made | None:
        """``out[a:-b] = part`` or ``+= part`` along one axis, where the part may be a slice of another array."""
        made = self.array(visible)
        if made is None:
            return None
        axis, first, last = self.random.randrange(len(made.axes)), *self.random.choices([0, 1, 2], k=2)
        place, length = Affine.of(axis), made.axes[axis]
        wanted = (*made.axes[:axis], length - first - last, *made.axes[axis + 1 :])
        part = self.like(visible, wanted)
        index = list(identity(len(made.axes)))
        index[axis] -= first
        inside = (Guard(place - first), Guard(length - last - 1 - place))
        own = identity(len(made.axes))
        terms = [self.term(part, index, (), inside)]
        if self.random.random() < 0.3:
            terms.append(self.term(made, own))
        else:
            terms.append(self.term(made, own, (), (Guard(first - 1 - place),)))
            terms.append(self.term(made, own, (), (Guard(place - first), Guard(place - length + last))))
        return self.sum(terms, made.axes, made.bound + part.bound)

    def scatter(self, visible: list[Made]) -> Made | None:
        """A vector that is added to the places which integers or an affine expression tell."""
        made = self.array(visible, 1)
        if made is None:
            return None
        (length,) = made.axes
        inside = (Range(ZERO, length),)
        if self.inputs.get(INTEGERS) == made.axes and self.random.random() < 0.7:
            place = Affine.of(Element(INTEGERS, (Affine.of(1),)))
            return self.sum([self.term(made, identity(1, 1), inside, (), (place,))], (n,), made.bound * COUNT)
        if self.random.random() < 0.5:
            return self.sum([self.term(made, identity(1, 1), inside, (), (length - Affine.of(1),))], (length + 1,), made.bound)
        place = (Affine.of(2), Affine.of(2) + 1)
        return self.sum([self.term(made, identity(1, 2), inside, (), place)], (length, length + 1), made.bound)

    def of_data(self, visible: list[Made]) -> Made | None:
        """Elements at the places that integers tell."""
        axes = self.inputs.get(INTEGERS)
        made = self.pick(visible, lambda made: n in made.axes)
        if axes is None or made is None:
            return None
        axis = made.axes.index(n)
        index = list(identity(len(made.axes)))
        index[axis] = Affine.of(Element(INTEGERS, (Affine.of(axis),)))
        return self.sum([self.term(made, index)], (*made.axes[:axis], *axes, *made.axes[axis + 1 :]), made.bound)

    def ramp(self, visible: list[Made]) -> Made:
        """Index expressions and sizes as numbers."""
        axes = self.random.choice([made.axes for made in visible[-4:]] + [(self.sizes[0],)])
        size = self.random.choice(self.sizes)
        value = sum(map(Affine.of, range(len(axes))), size) - 1
        return self.made(self.builder.apply(TABLE["div"], self.builder.sum([Term(value)], axes), Const(4)), axes, 4.0)

    def corner(self, visible: list[Made]) -> Made | None:
        """The first or last element of an array, 0 if it is empty; or its first element beside each of its elements."""
        made = self.array(visible, 1)
        if made is None:
            return None
        (length,) = made.axes
        if self.random.random() < 0.5:
            return self.sum([self.term(made, (ZERO,))], made.axes, made.bound)
        index = self.random.choice([ZERO, length - 1])
        return self.sum([self.term(made, (index,), (), (Guard(length - 1),))], (), made.bound)
