"""Random functions of a vector and a scalar: shifted, strided, reversed and guarded reads, sums, folds, scatters, branches."""

import random

from symdiff.graph.affine import ZERO, Affine
from symdiff.graph.build import Builder
from symdiff.graph.check import check
from symdiff.graph.graph import Const, Graph, Origin, Param
from symdiff.graph.structure import SCALAR, Tensor
from symdiff.graph.terms import Guard, Range, Term
from symdiff.primitives import TABLE

i, j, k = (Affine.of(position) for position in range(3))
n = Affine.of("n")
X = (n,)
WHOLE = Range(ZERO, n)


class RandomFunction:
    """A graph with ``count`` random statements; the same for the same seed."""

    def __init__(self, seed, count):
        self.choice = random.Random(seed)
        params = (Param("x", Tensor(X)), Param("y", Tensor(X)), Param("a"))
        start = Graph("f", params, (), ())
        self.builder = Builder()
        self.builder.inputs(start.input_axes)
        self.builder.origin = Origin(1, "", "primal")
        self.vectors, self.scalars = ["x", "y"], ["a"]
        for _ in range(count):
            self.choice.choice(
                (self.operation, self.operation, self.read, self.padded, self.sum, self.pairs, self.branch, self.more)
            )()
        last = [vector for vector in self.vectors[-3:] if isinstance(vector, str)]
        out = self.total(last[-1])
        for vector in last[:-1]:
            out = self.apply("add", out, self.total(vector))
        out = self.apply("add", out, self.scalars[-1])
        self.graph = check(Graph("f", params, self.builder.body, (out,), SCALAR))

    def apply(self, name, *args):
        return self.builder.apply(TABLE[name], *args)

    def vector(self):
        return self.choice.choice(self.vectors[-4:])

    def scalar(self):
        return self.choice.choice(self.scalars[-2:])

    def keep(self, atom):
        if isinstance(atom, str):
            (self.vectors if self.builder.axes_of(atom) else self.scalars).append(atom)

    def term(self, atom, index, ranges=(), guards=(), address=None):
        return Term(atom, index, ranges, guards, address)

    def total(self, atom):
        return self.builder.sum([Term(atom, (i,), (WHOLE,))], ())

    def operation(self):
        name = self.choice.choice(("mul", "mul", "add", "sub", "sin", "tanh", "square", "scaled", "max"))
        a = self.vector()
        if name in ("sin", "tanh"):
            self.keep(self.apply(name, a))
        elif name == "square":
            self.keep(self.apply("pow", self.apply("sin", a), Const(2)))
        elif name == "scaled":
            self.keep(self.apply("mul", a, self.choice.choice((Const(2), Const(0.5), self.scalar()))))
        elif name == "max":
            self.keep(self.apply("maximum", a, self.vector()))
        else:
            self.keep(self.apply(name, a, self.vector()))

    def read(self):
        """Reversed, or all equal to one end of the vector."""
        index = self.choice.choice((n - 1 - i, ZERO, n - 1))
        self.keep(self.builder.sum([Term(self.vector(), (index,))], X))

    def padded(self):
        """Terms at other indices where they are there, strided ones and scattered ones among them."""
        shift = self.choice.randint(1, 2)
        sign = self.choice.choice((1, -1))
        shifted = Term(self.vector(), (i + shift * sign,), (), (Guard(i - shift) if sign < 0 else Guard(n - 1 - shift - i),))
        odd = Term(self.vector(), (j,), (WHOLE,), (Guard(n - 2 - j * 2),), (j * 2 + 1,))
        even = Term(self.vector(), (i * 2,), (), (Guard(n - 1 - i * 2),))
        middle = Term(self.vector(), (i,), (), (Guard(i - 1), Guard(n - 2 - i)))
        edges = [Term(self.vector(), (i,), (), guards) for guards in ((Guard(-i),), (Guard(i - 1), Guard(i - n + 1)))]
        kinds = [[shifted], [odd], [even], [middle, *edges], [shifted, Term(self.vector(), (i,))], [middle], [shifted, odd]]
        self.keep(self.builder.sum(self.choice.choice(kinds), X))

    def sum(self):
        """Sums and other reductions to a vector or a scalar."""
        below, above = (Range(ZERO, i), Range(i + 1, n))
        ranges = self.choice.choice((Range(ZERO, i + 1), below, above, WHOLE))
        what = self.choice.randint(0, 3)
        if what == 0:
            self.keep(self.builder.sum([Term(self.vector(), (j,), (ranges,))], X))
        elif what == 1:
            op = self.choice.choice(("mul", "maximum", "minimum"))
            guards = self.choice.choice(((), (Guard(j - i, "!="),)))
            if op == "mul" or not guards:  # an extreme of nothing is infinite
                self.keep(self.builder.fold(TABLE[op], Term(self.vector(), (j,), (WHOLE,), guards), X))
        else:
            self.keep(self.total(self.vector()))
            self.keep(self.builder.spread(self.scalars[-1], X))

    def pairs(self):
        """A matrix of pairs, and its sums over a triangle or along a diagonal."""
        axes = (n, n)
        a = self.builder.sum([Term(self.vector(), (i,))], axes)
        b = self.builder.sum([Term(self.vector(), (j,))], axes)
        cell = self.apply(self.choice.choice(("mul", "sub")), a, b)
        cell = self.apply(self.choice.choice(("sin", "tanh")), cell) if isinstance(cell, str) else a
        if not isinstance(cell, str):
            return
        which = self.choice.randint(0, 4)
        if which == 0:
            self.keep(self.builder.sum([Term(cell, (i, j), (WHOLE, Range(i + 1, n)))], ()))
        elif which == 1:
            self.keep(self.builder.sum([Term(cell, (j, i), (Range(ZERO, i),))], X))
        elif which == 2:
            self.keep(self.builder.sum([Term(cell, (i, i))], X))
        elif which == 3:
            lower = self.builder.sum([Term(cell, (i, j), (), (Guard(i - j),))], axes)
            self.keep(self.builder.sum([Term(lower, (j, i), (WHOLE,))], X))
        else:
            diagonal = self.builder.sum([Term(cell, (i, j), (), (Guard(i - j, self.choice.choice(("==", "!="))),))], axes)
            self.keep(self.builder.sum([Term(diagonal, (i, j), (WHOLE,))], X))

    def branch(self):
        condition = self.apply("gt", self.vector(), self.choice.choice((Const(0), self.vector())))
        if not isinstance(condition, str):
            return
        a, b = self.vector(), self.choice.choice((self.vector(), Const(0)))
        with self.builder.block(elementwise=True) as then:
            first = self.apply("mul", a, Const(3))
        self.keep(self.builder.branch(condition, then, (), [("o", first, b)])[0])

    def more(self):
        """An index as a number."""
        numbers = self.builder.sum([Term(i * 2 + 1)], X)
        self.keep(self.apply("mul", numbers, self.vector()))
