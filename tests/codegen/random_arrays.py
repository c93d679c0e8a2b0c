"""Random programs on arrays: operations, shifted, reversed and transposed reads, sums, extremes, branches."""

import numpy as np

from symdiff.graph.affine import Affine
from symdiff.graph.graph import Const
from symdiff.graph.structure import SCALAR, Tensor
from symdiff.graph.terms import Guard, Range, Term
from symdiff.primitives import TABLE

from .array_graphs import Case, M, N, vector

SHAPES = [(), (N,), (M,), (M, N), (N, N), (N - 1,), (N, M)]
PARAMS = {"x": vector(N), "y": vector(M), "A": vector(M, N), "S": vector(N, N), "c": SCALAR}


def random_case(seed, size=25):
    """The program of a seed, the same whenever it is built."""
    return Case(f"random_{seed}", PARAMS, lambda f: Program(f, np.random.default_rng(seed)).outputs(size))


class Program:
    def __init__(self, f, random):
        self.f = f
        self.random = random
        self.known = {shape: [] for shape in SHAPES}
        for name, structure in PARAMS.items():
            self.known[structure.axes if isinstance(structure, Tensor) else ()].append(name)

    def pick(self, items):
        return items[self.random.integers(len(items))]

    def outputs(self, size):
        for _ in range(size):
            made, axes = self.step()
            if isinstance(made, str):
                self.known[axes].append(made)
        total = Const(0)
        for axes, names in self.known.items():
            for name in names[-2:]:
                total = self.f.add(total, self.f.sum(name, axes) if axes else name)
        return (self.f.atom(total), *(self.pick(names[-3:]) for names in self.known.values() if names))

    def step(self):
        axes = self.pick([shape for shape in SHAPES if self.known[shape]])
        one, other = self.pick(self.known[axes]), self.pick([*self.known[axes], Const(0.5)])
        kind = self.random.random()
        if 0.4 <= kind < 0.75:
            return self.moved()
        if kind < 0.4 or not axes:
            op = self.pick(["add", "sub", "mul", "sin", "atan", "tanh", "max", "neg"])
            return getattr(self.f, op)(*[one, other][: TABLE[op].arity]), axes
        if kind < 0.85:
            return self.f.mul(one, self.f.builder.spread(self.pick(self.known[()]), axes)), axes
        if kind < 0.93:
            return self.extreme(one, axes), axes[:1]
        return self.choice(one, other), axes

    def extreme(self, array, axes):
        """Along all axes but the first; 1 where that is an extreme of nothing."""
        f, where = self.f, [Affine.of(k) for k in range(len(axes))]
        ranges = [Range(Affine(), length) for length in axes[1:]]
        made = f.fold(self.pick(["maximum", "minimum"]), f.atan(array), where, axes[:1], ranges)
        made = f.where(f.lt(made, 10), made, 1)
        return f.where(f.gt(made, -10), made, 1)

    def choice(self, one, other):
        f = self.f
        return f.where(f.lt(one, other), lambda: f.mul(other, one), lambda: f.where(f.gt(one, 0.25), 1, lambda: f.cos(one)))

    def moved(self):
        """A read of some array at other indices, over the axes of another shape."""
        axes = self.pick(SHAPES)
        array, have = self.pick([(name, shape) for shape, names in self.known.items() if shape for name in names])
        terms = [self.term(array, have, axes) for _ in range(self.random.integers(1, 3))]
        return self.f.builder.sum(terms, axes), axes

    def term(self, array, have, axes):
        index, guards, ranges = [], [], []
        for length in have:
            fits = [Affine.of(k) for k, long in enumerate(axes) if long == length]
            if fits and self.random.random() < 0.8:
                at = self.pick(fits)
                shift = int(self.random.integers(-1, 2))
                at = (length - 1 - at if self.random.random() < 0.3 else at) + shift
                guards += [Guard(at), Guard(length - 1 - at)] if shift else []
            else:
                ranges.append(Range(Affine(), length))
                at = Affine.of(len(axes) + len(ranges) - 1)
                if fits and self.random.random() < 0.5:
                    guards.append(Guard(at - fits[0], self.pick([">=", "!=", "=="])))
            index.append(at)
        return Term(array, tuple(index), tuple(ranges), tuple(guards))
