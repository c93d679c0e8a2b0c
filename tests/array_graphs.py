"""Random array graphs: well-formed, smooth at the points where they are tried, the same graph for every size.

``python -m tests.array_graphs --graphs 500 --seed 0`` prints a table; ``--show SEED`` prints one graph and what is wrong with it.
What is checked is in ``tests.array_checks``.
"""

# ruff: noqa: T201 - a program of the command line

from __future__ import annotations

import argparse
import random
import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from typing import Any

from symdiff.graph.affine import ONE, ZERO, Affine, Axes, Element, identity
from symdiff.graph.build import Builder
from symdiff.graph.graph import Atom, Const, Graph, Param
from symdiff.graph.structure import SCALAR, Items, Structure, Tensor
from symdiff.graph.terms import Guard, Range, Term
from symdiff.primitives import TABLE

n, m, h = map(Affine.of, "nmh")
INTEGERS = "k"  # the input of integers, each of them an index of an axis n
INPUTS: tuple[dict[str, Axes], ...] = (
    {"x": (n,)},
    {"x": (n,), "a": ()},
    {"x": (n,), "y": (n,), "a": ()},
    {"A": (m, n), "x": (n,)},
    {"A": (m, n), "x": (n,), "b": (m,)},
    {"S": (n, n)},
    {"S": (n, n), "x": (n,), "y": (m,)},
    {"x": (2 * h + 1,), "p": (h,)},
    {"x": (n,), "b": (ONE,), "p": (n, ONE)},
    {"x": (n,), "k": (n,)},
    {"A": (n, m), "k": (n,), "x": (n,)},
)
LARGEST = 30.0  # bound on the values of a graph
COUNT = 5.0  # what a range counts as in bounds


@dataclass(frozen=True)
class Made:
    """A value of the graph that is built, and a bound on its magnitude. A literal may have axes."""

    atom: Atom
    axes: Axes
    bound: float


class ArrayProgram:
    """Builds one random graph; ``graph`` is the result."""

    def __init__(self, seed: float, size: int = 12) -> None:
        self.random = random.Random(seed)
        self.builder = Builder()
        self.inputs = self.random.choice(INPUTS)
        self.params = [Param(name, _structure(axes, name), (name,)) for name, axes in self.inputs.items()]
        self.builder.inputs(Graph("f", tuple(self.params), (), ()).input_axes)
        self.sizes = [Affine.of(name) for name in Graph("f", tuple(self.params), (), ()).sizes]
        self.conditions: dict[Axes, list[Atom]] = {}
        visible = [Made(name, axes, 1.5) for name, axes in self.inputs.items() if name != INTEGERS]
        self.fill(visible, self.random.randint(3, size), 0)
        self.graph = self.finished(visible)

    def finished(self, visible: list[Made]) -> Graph:
        """The graph that adds up what the last values give, and sometimes hands on an array too."""
        total: Atom = Const(0)
        for made in dict.fromkeys((*visible[-4:], self.random.choice(visible))):
            smooth = self.smooth(made)
            scalar = smooth if not smooth.axes else self.contract(smooth, range(len(smooth.axes)))
            total = self.builder.apply(TABLE["add"], total, self.scalar(scalar)) if total != Const(0) else self.scalar(scalar)
        outputs: list[tuple[Atom, Structure]] = [(total, SCALAR)]
        arrays = [made for made in visible if made.axes]
        if arrays and self.random.random() < 0.25:
            outputs.append((arrays[-1].atom, Tensor(arrays[-1].axes)))
        result = SCALAR if len(outputs) == 1 else Items("tuple", tuple(structure for _, structure in outputs))
        return Graph("f", tuple(self.params), self.builder.body, tuple(atom for atom, _ in outputs), result)

    def scalar(self, made: Made) -> Atom:
        """A scalar as an operand."""
        return made.atom

    # choosing

    def fill(self, visible: list[Made], count: int, depth: int) -> None:
        """Add values to those in sight."""
        makers = [
            (6, self.smooth_of), (6, self.combine), (3, self.shift), (1, self.reverse), (2, self.rearrange), (3, self.broadcast),
            (1, self.diagonal), (2, self.strided), (3, self.reduce), (3, self.triangle), (2, self.pad), (3, self.write),
            (2, self.scatter), (3, self.fold), (2, self.choose), (2, self.of_data), (1, self.ramp), (1, self.corner),
            (1, self.mask),
        ]  # fmt: skip
        if depth < 2:
            makers.append((2, lambda visible: self.branch(visible, depth)))
        weights, functions = zip(*makers, strict=True)
        made = 0
        while made < count:
            found = self.random.choices(functions, weights)[0](visible)
            for each in found if isinstance(found, list) else [found]:
                if each is not None:
                    visible.append(self.tame(each))
                    made += 1

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

    # terms

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

    # makers of values

    def smooth(self, made: Made) -> Made:
        """A smooth function of a value."""
        value, bound = self.builder.value(made.atom), made.bound
        choices: list[Callable[[], tuple[Any, float]]] = [
            lambda: (TABLE["sin"](value), 1.0),
            lambda: (TABLE["tanh"](value), 1.0),
            lambda: (TABLE["exp"](TABLE["sin"](value)), 3.0),
            lambda: (TABLE["sqrt"](value * value + 1), bound + 1),
            lambda: (TABLE["log"](2 + TABLE["sin"](value)), 2.0),
            lambda: (TABLE["erf"](value), 1.0),
            lambda: (-value, bound),
            lambda: (value**2, bound**2),
            lambda: (value**3, bound**3),
            lambda: (1 / (1 + value * value), 1.0),
        ]
        result, size = self.random.choice(choices)()
        return self.tame(self.made(result.atom, made.axes, size))

    def smooth_of(self, visible: list[Made]) -> Made | None:
        """A smooth function of a value in sight."""
        made = self.pick(visible)
        return made and self.smooth(made)

    def combine(self, visible: list[Made]) -> Made | None:
        """An operation on two values with the same axes."""
        first = self.array(visible) if self.random.random() < 0.8 else self.pick(visible, lambda made: not made.axes)
        if first is None:
            return None
        second = self.like(visible, first.axes)
        if self.random.random() < 0.5:
            first, second = second, first
        a, b = self.builder.value(first.atom), self.builder.value(second.atom)
        choices: list[Callable[[], tuple[Any, float]]] = [
            lambda: (a + b, first.bound + second.bound),
            lambda: (a - b, first.bound + second.bound),
            lambda: (a * b, first.bound * second.bound),
            lambda: (a * b, first.bound * second.bound),
            lambda: (a / (1 + b * b), first.bound),
            lambda: (TABLE["hypot"](a, 1 + b * b), first.bound + second.bound**2 + 1),
            lambda: (TABLE["maximum"](a, b), first.bound + second.bound),
            lambda: (TABLE["exp"](TABLE["tanh"](a) * TABLE["sin"](b)), 3.0),
        ]
        result, bound = self.random.choice(choices)()
        return self.made(result.atom, first.axes, bound)

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
        inside, address = (Range(ZERO, h),), (Affine.of(1 - 1) * 2 + start,)
        places = tuple(part.moved(lambda place: place + 1) for part in address)
        if self.random.random() < 0.5:
            rest = self.term(long, identity(1), (), (Guard(Affine.of(0) - start, "!=", 2),))
            return self.sum([rest, self.term(made, identity(1, 1), inside, (), places)], long.axes, made.bound + long.bound)
        return self.sum([self.term(made, identity(1, 1), inside, (), places)], long.axes, made.bound)

    def reduce(self, visible: list[Made]) -> Made | None:
        """The sum over some axes."""
        made = self.array(visible)
        if made is None:
            return None
        rank = len(made.axes)
        return self.contract(made, sorted(self.random.sample(range(rank), self.random.randint(1, rank))))

    def triangle(self, visible: list[Made]) -> Made | None:
        """A sum over a triangle, a band, or all but the diagonal, of a square matrix or of pairs of elements."""
        made = self.pick(visible, lambda made: len(made.axes) == 2 and made.axes[0] == made.axes[1]) or self.array(visible, 1)
        if made is None:
            return None
        length, pairs = made.axes[0], len(made.axes) == 1
        scalar = self.random.random() < 0.5
        i, j = (Affine.of(0), Affine.of(1))
        outer = (Range(ZERO, length),) if scalar else ()
        full = Range(ZERO, length)
        shapes = [
            (Range(i + 1, length), ()), (Range(i, length), ()), (Range(ZERO, i), ()), (full, (Guard(j - i, "!="),)),
            (full, (Guard(i - j + 1), Guard(j - i + 1))), (full, (Guard(j - i, "==", 2),)), (full, (Guard(j + 1 - i),)),
        ]  # fmt: skip
        inner, guards = self.random.choice(shapes)
        index = (j,) if pairs else (i, j) if self.random.random() < 0.7 else (j, i)
        term = self.term(made, index, (*outer, inner), guards)
        return self.sum([term], () if scalar else (length,), made.bound * COUNT ** (1 + scalar))

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

    def fold(self, visible: list[Made]) -> Made | None:
        """A product or an extreme over one or all axes, of some of the elements."""
        made = self.array(visible)
        if made is None:
            return None
        rank = len(made.axes)
        every = rank > 1 and self.random.random() < 0.3
        place = self.random.randrange(rank)
        places = list(range(rank)) if every else [place]
        kept = [axis for axis in range(rank) if axis not in places]
        moved = {axis: Affine.of(number) for number, axis in enumerate((*kept, *places))}
        index = [moved[axis] for axis in range(rank)]
        ranges = [Range(ZERO, made.axes[axis]) for axis in places]
        guards: tuple[Guard, ...] = ()
        last = len(kept) + len(ranges) - 1
        if last and self.random.random() < 0.4:
            before = Affine.of(last - 1)
            shapes = [(Range(before, ranges[-1].high), ()), (ranges[-1], (Guard(Affine.of(last) - before, "!="),))]
            ranges[-1], guards = self.random.choice(shapes)
        op = self.random.choice(["mul", "mul", "maximum", "minimum"])
        if op == "mul" and made.bound > 1.6:
            made = self.made(self.builder.apply(TABLE["sin"], made.atom), made.axes, 1.0)
        axes = tuple(made.axes[axis] for axis in kept)
        found = self.builder.fold(TABLE[op], self.term(made, index, ranges, guards), axes)
        if op != "mul":  # an extreme of nothing is infinite
            found = self.builder.apply(TABLE["tanh"], found)
        return self.made(found, axes, 1.0 if op != "mul" or made.bound <= 1 else made.bound ** COUNT ** len(ranges))

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

    # conditions

    def condition(self, visible: list[Made], axes: Axes) -> Atom | None:
        """A condition on values with these axes: a new one, an earlier one, or one at other indices."""
        known = self.conditions.setdefault(axes, [])
        if known and self.random.random() < 0.3:
            return self.random.choice(known)
        first = self.pick(visible, lambda made: made.axes == axes and isinstance(made.atom, str))
        if first is None:
            return None
        second = self.like(visible, axes)
        if second.atom == first.atom or self.random.random() < 0.4:
            second = Made(Const(self.random.choice([0, 0.25, -0.5])), axes, 1.0)
        found = self.builder.apply(TABLE[self.random.choice(["lt", "gt", "le"])], first.atom, second.atom)
        chance = self.random.random()
        if axes and chance < 0.15 and not self.builder.current.elementwise:
            index = (axes[0] - 1 - Affine.of(0), *identity(len(axes) - 1, 1))
            found = self.builder.sum([Term(found, index)], axes, kind="bool")
        elif not axes and chance < 0.3 and (other := self.array(visible)) is not None and isinstance(other.atom, str):
            each = self.builder.apply(TABLE["gt"], other.atom, Const(0.125))
            ranges = tuple(Range(ZERO, length) for length in other.axes)
            op = TABLE[self.random.choice(["and", "or"])]
            found = self.builder.fold(op, Term(each, identity(len(ranges)), ranges), ())
        known.append(found)
        return found

    def mask(self, visible: list[Made]) -> Made | None:
        """A condition as a number."""
        made = self.array(visible)
        test = made and self.condition(visible, made.axes)
        if made is None or test is None:
            return None
        return self.made(self.builder.apply(TABLE["mul"], test, made.atom), made.axes, made.bound)

    def choose(self, visible: list[Made]) -> list[Made | None]:
        """A branch that is taken element by element; one side may be defined only where it is taken."""
        made = self.pick(visible, lambda made: bool(made.axes) and isinstance(made.atom, str))
        if made is None:
            return []
        domain = self.random.random() < 0.5
        test = self.builder.apply(TABLE["gt"], made.atom, Const(0)) if domain else self.condition(visible, made.axes)
        if test is None:
            return []
        near = [each for each in visible if each.axes == made.axes]
        saved = {axes: list(known) for axes, known in self.conditions.items()}
        sides: list[tuple[Any, list[Made]]] = []
        for holds in (True, False):
            inner = list(near)
            with self.builder.block(elementwise=True) as body:
                if domain and holds:
                    root = self.builder.apply(TABLE[self.random.choice(["sqrt", "log"])], made.atom)
                    inner.append(self.tame(Made(root, made.axes, 10.0)))
                for _ in range(self.random.randint(0, 2)):
                    found = self.random.choice([self.smooth_of, self.combine, self.nested])(inner)
                    inner += [found] if found is not None and found.axes == made.axes else []
            sides.append((body, inner))
            self.conditions = {axes: list(known) for axes, known in saved.items()}
        return self.joined(test, sides, lambda side: self.pick(side[-3:]))

    def nested(self, visible: list[Made]) -> Made | None:
        """A branch inside a branch, both taken element by element."""
        made = self.pick(visible)
        test = made and self.condition(visible, made.axes)
        if made is None or test is None:
            return None
        with self.builder.block(elementwise=True) as then:
            first = self.smooth(made)
        second = self.pick(visible) or made
        (out,) = self.builder.branch(test, then, (), [("u", first.atom, second.atom)])
        return Made(out, made.axes, max(first.bound, second.bound))

    def branch(self, visible: list[Made], depth: int) -> list[Made | None]:
        """A branch on a scalar, whose sides hold anything and hand on arrays."""
        if not any(not made.axes for made in visible):
            made = self.reduce(visible)
            if made is None:
                return []
            visible.append(self.tame(made))
        test = self.condition(visible, ())
        if test is None:
            return []
        saved = {axes: list(known) for axes, known in self.conditions.items()}
        sides: list[tuple[Any, list[Made]]] = []
        for _ in range(2):
            inner = list(visible)
            with self.builder.block() as body:
                if self.random.random() < 0.8:
                    self.fill(inner, self.random.randint(1, 4), depth + 1)
            sides.append((body, inner))
            self.conditions = {axes: list(known) for axes, known in saved.items()}
        return self.joined(test, sides, lambda side: self.pick(side[-4:]))

    def joined(
        self, test: Atom, sides: list[tuple[Any, list[Made]]], pick: Callable[[list[Made]], Made | None]
    ) -> list[Made | None]:
        """The outs of a branch: pairs with the same axes, or with a literal on one side."""
        pairs: list[tuple[Made, Made]] = []
        for _ in range(self.random.randint(1, 2)):
            place = self.random.randrange(2)
            first = pick(sides[place][1])
            if first is None:
                continue
            known = [each for each in sides[1 - place][1] if each.axes == first.axes]
            second = self.random.choice(known[-3:]) if known and self.random.random() < 0.7 else Made(Const(0.5), first.axes, 0.5)
            pairs.append((first, second) if place == 0 else (second, first))
        outs = [("w", first.atom, second.atom) for first, second in pairs]
        atoms = self.builder.branch(test, sides[0][0], sides[1][0], outs)
        return [
            self.made(atom, first.axes, max(first.bound, second.bound))
            for atom, (first, second) in zip(atoms, pairs, strict=True)
        ]


def _structure(axes: Axes, name: str) -> Structure:
    return Tensor(axes, "int" if name == INTEGERS else "float") if axes else SCALAR
