"""Partials of products and extremes over an axis, element by element.

``y = prod_j x[j]`` has the partial y/x[j] where y is not 0; elsewhere the product of the other elements, so that it is exact
at zeros, to every order. An extreme hands its derivative to the elements that are it, in equal parts (as JAX has it).
"""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property

from symdiff.errors import InternalError
from symdiff.graph.affine import Affine, identity
from symdiff.graph.build import Builder
from symdiff.graph.graph import Atom, Const, Fold
from symdiff.graph.terms import Guard, Range, Term, full_ranges
from symdiff.primitives import TABLE


class Expanded:
    """A fold over all its elements: arrays over its axes and its ranges."""

    def __init__(self, builder: Builder, statement: Fold) -> None:
        self.builder = builder
        self.statement = statement
        self.rank = len(statement.axes)
        ranges = statement.term.ranges
        if any((each.low.positions | each.high.positions) for each in ranges):
            raise InternalError(f"{statement.name}: a fold over a range that depends on an index")
        # Every range from 0, so that it is an axis.
        shift = {self.rank + number: Affine.of(self.rank + number) + each.low for number, each in enumerate(ranges)}
        self.term = replace(statement.term.substitute(shift), ranges=())  # type: ignore[arg-type]
        self.lengths = tuple(each.high - each.low for each in ranges)
        self.axes = (*statement.axes, *self.lengths)

    def read(self, atom: Atom) -> Atom:
        """What is folded, or its tangent, over all elements; 0 where a guard does not hold."""
        return self.builder.sum([self.term.renamed(lambda _: atom)], self.axes)

    def spread(self, atom: Atom) -> Atom:
        """An array of the axes, the same for all elements that are folded into one."""
        return self.builder.sum([self._view(atom)], self.axes)

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

    @cached_property
    def partial(self) -> Atom:
        """The partial of the fold in each element."""
        return self._of_product() if self.statement.op.name == "mul" else self._of_extreme()

    def _view(self, atom: Atom) -> Term:
        return Term(atom, identity(self.rank) if isinstance(atom, str) and self.builder.axes_of(atom) else ())

    def _of_extreme(self) -> Atom:
        """1/k for each of the k elements that are the extreme, else 0; NaN for all if the extreme is NaN."""
        builder, name = self.builder, self.statement.name
        value = self.spread(name)
        chosen = builder.apply(TABLE["eq"], self.read(str(self.statement.term.atom)), value)
        marks = builder.branch(chosen, (), (), [("t", Const(1), Const(0))])[0]
        share = builder.apply(TABLE["div"], Const(1), self.total(marks, "t"))
        part = self.spread(share)
        concerned = builder.apply(TABLE["or"], chosen, builder.apply(TABLE["isnan"], value))
        return builder.branch(concerned, (), (), [("t", part, Const(0))])[0]

    def _of_product(self) -> Atom:
        """The product of the other elements."""
        builder = self.builder
        if len(self.lengths) != 1:
            raise InternalError(f"{self.statement.name}: a product over several ranges at once")
        own = Affine.of(self.rank)
        other = Affine.of(self.rank + 1)
        read = self.term.substitute({self.rank: other})
        others = replace(read, ranges=(Range(Affine(), self.lengths[0]),), guards=(*read.guards, Guard(other - own, "!=")))
        rest = builder.fold(TABLE["mul"], others, self.axes)
        value = self.spread(self.statement.name)
        regular = builder.apply(TABLE["ne"], value, Const(0))
        with builder.block(elementwise=True) as body:
            quotient = builder.apply(TABLE["div"], value, self.read(str(self.statement.term.atom)))
        return builder.branch(regular, body, (), [("t", quotient, rest)])[0]
