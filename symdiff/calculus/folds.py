"""Partials of products and extremes over an axis, element by element.

``y = prod_j x[j]`` has the partial y/x[j] where y is not 0; elsewhere the product of the other elements, so that it is exact
at zeros, to every order. An extreme hands its derivative to the elements that are it, in equal parts (as JAX has it), and
what the others would do with it (0*inf) is never computed.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property, reduce

from symdiff.calculus.sweep import ONE, Sweep
from symdiff.calculus.sweep import Term as Product
from symdiff.errors import InternalError
from symdiff.graph.affine import Affine, Axes, Symbol, identity
from symdiff.graph.bounds import Bounds
from symdiff.graph.graph import Atom, Const, Fold
from symdiff.graph.terms import Guard, Range, Term, full_ranges
from symdiff.primitives import TABLE


class Expanded:
    """A fold over all its elements: arrays over its axes and its ranges.

    An axis is as long as its range can be; where a range depends on an index, a guard tells which elements are in it.
    """

    def __init__(self, sweep: Sweep, statement: Fold) -> None:
        self.sweep = sweep
        self.builder = sweep.builder
        self.statement = statement
        self.rank = len(statement.axes)
        self.term, self.lengths = _unrolled(statement)
        self.axes = (*statement.axes, *self.lengths)

    def read(self, atom: Atom) -> Atom:
        """What is folded, or its tangent, over all elements; 0 where a guard does not hold."""
        return self.sweep.linear([self.term.renamed(lambda _: atom)], self.axes)

    def spread(self, atom: Atom) -> Atom:
        """An array of the axes, the same for all elements that are folded into one."""
        return self.sweep.linear([self._view(atom)], self.axes)

    def whole(self, product: Atom) -> Term:
        """The term that adds an expanded array up over the elements that are folded."""
        index = identity(len(self.axes)) if isinstance(product, str) else ()
        ranges = tuple(Range(Affine(), length) for length in self.lengths)
        return Term(product, index, ranges, self.term.guards)

    def total(self, product: Atom, hint: str) -> Atom:
        """The sum of an expanded array over the elements that are folded."""
        return self.builder.sum([self.whole(product)], self.statement.axes, hint=hint)

    def scattered(self, product: Atom, rank: int) -> Term:
        """An expanded array as a contribution to the array of this rank that is folded."""
        moved = self.term.moved(lambda position: position + rank)
        index = identity(len(self.axes), rank) if isinstance(product, str) else ()
        made = Term(product, index, full_ranges(self.axes), moved.guards, moved.index)
        return replace(made, address=None) if rank == 0 else made

    def times(self, vector: Atom, alone: bool) -> Atom:
        """The partial of the fold in each element times an expanded array."""
        if self.statement.op.name == "mul":
            return self.sweep.total([Product(self._of_product, vector, alone)], "t")
        concerned, share = self._of_extreme
        return self.sweep.only(concerned, [Product(share, vector, alone)], "t")

    @cached_property
    def partial(self) -> Atom:
        """The partial of the fold in each element; its support tells where it is 0 because another one was chosen."""
        return self.times(ONE, True)

    def _view(self, atom: Atom) -> Term:
        return Term(atom, identity(self.rank) if isinstance(atom, str) and self.builder.axes_of(atom) else ())

    @cached_property
    def _of_extreme(self) -> tuple[Atom, Atom]:
        """Which elements are the extreme (all if it is NaN), and the part of each: 1/k of k elements, or NaN."""
        builder, name = self.builder, self.statement.name
        undecided = builder.apply(TABLE["isnan"], name)
        chosen = builder.apply(TABLE["eq"], self.read(str(self.statement.term.atom)), self.spread(name))
        marks = builder.branch(chosen, (), (), [("t", Const(1), Const(0))])[0]
        share = builder.apply(TABLE["div"], Const(1), self.total(marks, "t"))
        part = builder.branch(undecided, (), (), [("t", name, share)])[0]
        concerned = builder.apply(TABLE["or"], chosen, builder.sum([self._view(undecided)], self.axes, kind="bool"))
        return concerned, self.spread(part)

    @cached_property
    def _of_product(self) -> Atom:
        """The product of the other elements: a quotient, and where a product is 0 one product for each of its elements."""
        builder, name = self.builder, self.statement.name
        regular = builder.apply(TABLE["ne"], name, Const(0))
        everywhere = regular
        if self.rank:
            everywhere = builder.fold(TABLE["and"], Term(regular, identity(self.rank), full_ranges(self.statement.axes)), ())
        with builder.block() as zeros:
            products = map(self._others, range(len(self.lengths)))
            rest = reduce(lambda first, second: builder.apply(TABLE["mul"], first, second), products)
        rest = builder.branch(everywhere, (), zeros, [("t", Const(0), rest)])[0]
        # Where a guard does not hold nothing is divided by what was read: it is 0 there.
        inside = builder.sum([replace(self._view(regular), guards=self.term.guards)], self.axes, kind="bool")
        value, read = self.spread(name), self.read(str(self.statement.term.atom))
        with builder.block(elementwise=True) as body:
            quotient = builder.apply(TABLE["div"], value, read)
        return builder.branch(inside, body, (), [("t", quotient, rest)])[0]

    def _others(self, first: int) -> Atom:
        """The product of the elements that differ in one index, and are the same in those before it."""
        own, rank = self.rank + first, len(self.axes)
        places: dict[Symbol, Affine] = {
            self.rank + number: Affine.of(rank + number - first) for number in range(first, len(self.lengths))
        }
        read = self.term.substitute(places)
        differs = Guard(Affine.of(rank) - Affine.of(own), "!=")
        others = replace(read, ranges=full_ranges(self.lengths[first:]), guards=(*read.guards, differs))
        return self.builder.fold(TABLE["mul"], others, self.axes)


def _unrolled(statement: Fold) -> tuple[Term, Axes]:
    """The term of a fold whose ranges have become axes that start at 0, and their lengths, in sizes only."""
    rank, term = len(statement.axes), statement.term
    bounds = Bounds.of(statement.axes, term.ranges)
    places: dict[Symbol, Affine] = {}
    lengths: list[Affine] = []
    guards: list[Guard] = []
    for position, each in enumerate(term.ranges, rank):
        index, low, above = Affine.of(position), bounds.least(each.low), bounds.least(-each.high)
        if low is None or above is None:
            raise InternalError(f"{statement.name}: a fold over a range whose bounds only data tell")
        places[position] = index + low
        lengths.append(-above - low)
        ends = ((each.low, index - each.low), (each.high, each.high - 1 - index))
        guards += [Guard(inside) for end, inside in ends if end.positions]
    return replace(term, ranges=(), guards=(*term.guards, *guards)).substitute(places), tuple(lengths)
