"""Random array graphs: well-formed, smooth almost everywhere, the same graph for every size."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from symdiff.graph.affine import ONE, ZERO, Affine, Axes, identity
from symdiff.graph.graph import Atom, Const, Graph, Param
from symdiff.graph.structure import SCALAR, Items, Structure, Tensor
from symdiff.graph.terms import Guard, Range, Term
from symdiff.primitives import TABLE
from tests.array_moves import COUNT, INTEGERS, Made, Moves, h, m, n

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


class ArrayProgram(Moves):
    """Builds one random graph; ``graph`` is the result."""

    def __init__(self, seed: float, size: int = 12) -> None:
        super().__init__(seed)
        self.inputs = self.random.choice(INPUTS)
        self.params = [Param(name, _structure(axes, name), (name,)) for name, axes in self.inputs.items()]
        empty = Graph("f", tuple(self.params), (), ())
        self.builder.inputs(empty.input_axes)
        self.sizes = [Affine.of(name) for name in empty.sizes]
        self.conditions: dict[Axes, list[Atom]] = {}
        visible = [Made(name, axes, 1.5) for name, axes in self.inputs.items() if name != INTEGERS]
        self.fill(visible, self.random.randint(3, size), 0)
        self.graph = self.finished(visible)

    def finished(self, visible: list[Made]) -> Graph:
        """The graph that adds up what the last values give, and sometimes hands on an array too."""
        total = self.builder.value(Const(0))
        for made in dict.fromkeys((*visible[-4:], self.random.choice(visible))):
            smooth = self.smooth(made)
            total = total + self.builder.value(self.contract(smooth, range(len(smooth.axes))).atom)
        outputs: list[tuple[Atom, Structure]] = [(total.atom, SCALAR)]
        arrays = [made for made in visible if made.axes]
        if arrays and self.random.random() < 0.25:
            outputs.append((arrays[-1].atom, Tensor(arrays[-1].axes)))
        result = SCALAR if len(outputs) == 1 else Items("tuple", tuple(structure for _, structure in outputs))
        return Graph("f", tuple(self.params), self.builder.body, tuple(atom for atom, _ in outputs), result)

    def fill(self, visible: list[Made], count: int, depth: int) -> None:
        """Add values to those in sight."""
        makers = [
            (6, self.smooth_of), (6, self.combine), (3, self.shift), (1, self.reverse), (2, self.rearrange), (3, self.broadcast),
            (1, self.diagonal), (2, self.strided), (3, self.reduce), (3, self.triangle), (2, self.pad), (3, self.write),
            (2, self.scatter), (3, self.fold), (2, self.choose), (2, self.of_data), (1, self.ramp), (1, self.corner),
            (1, self.mask), (2, self.pairs), (2, self.unread),
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

    def fold(self, visible: list[Made]) -> Made | None:
        """A product or an extreme over one or all axes, of some of the elements."""
        made = self.array(visible)
        if made is None:
            return None
        rank = len(made.axes)
        every = rank == 2 and self.random.random() < 0.3
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
        return self.made(found, axes, 1.0 if op != "mul" or made.bound <= 1 else made.bound**COUNT ** len(ranges))

    # poles at elements that nobody reads

    def singular(self, atom: Atom) -> Atom:
        """A function with a pole or an infinite slope at 0, of what is not negative."""
        value = self.builder.value(atom)
        choices = [lambda: TABLE["log"](value), lambda: TABLE["sqrt"](value), lambda: 1 / (value + value)]
        return self.random.choice(choices)().atom

    def pairs(self, visible: list[Made]) -> Made | None:
        """A sum over pairs of different elements, of a function with a pole where they are equal."""
        made = self.array(visible, 1)
        if made is None or not isinstance(made.atom, str):
            return None
        (length,) = made.axes
        i, j = Affine.of(0), Affine.of(1)
        first, second = (self.builder.value(self.builder.sum([self.term(made, (index,))], made.axes * 2)) for index in (i, j))
        apart = self.builder.value(self.builder.sum([Term(i - j)], made.axes * 2))  # equal elements need not be equal values
        energy = self.singular(((apart + (first - second) / 64) ** 2).atom)
        full = Range(ZERO, length)
        shapes = [(Range(i + 1, length), ()), (Range(ZERO, i), ()), (full, (Guard(j - i, "!="),)), (full, (Guard(i - j - 1),))]
        inner, guards = self.random.choice(shapes)
        outer = (full,) if self.random.random() < 0.5 else ()
        return self.sum([Term(energy, (i, j), (*outer, inner), guards)], () if outer else made.axes, 1000.0)

    def unread(self, visible: list[Made]) -> Made | None:
        """A slice of a function with a pole at 0, whose argument is 0 outside of the slice."""
        made = self.array(visible, 1)
        if made is None:
            return None
        (length,), i = made.axes, Affine.of(0)
        value = self.builder.value(made.atom)
        positive = self.made((value * value + 0.5).atom, made.axes, 0)
        padded = self.sum([self.term(positive, (i - 1,), (), (Guard(i - 1), Guard(length - i)))], (length + 2,), 0)
        found = self.singular(padded.atom)
        return self.sum([Term(found, (i + 1,))], made.axes, 1000.0)

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
