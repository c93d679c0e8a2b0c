"""Random graphs for the tests of the sweeps, and a machine that refuses to use undefined values."""

import random

import mpmath

from symdiff.graph.build import Builder
from symdiff.graph.evaluate import HighPrecision
from symdiff.graph.graph import UNDEFINED, Const, Graph, Param
from symdiff.graph.structure import SCALAR, Items
from symdiff.primitives import TABLE

DIGITS = 40
INPUTS = ("x", "y", "z")


class Strict(HighPrecision):
    """High precision, where an undefined value must not be used; measures how near a condition was to its kink."""

    def __init__(self):
        self.margin = mpmath.inf

    def _literal(self, const):
        return UNDEFINED if const == UNDEFINED else super()._literal(const)

    def _operation(self, let, operands):
        assert UNDEFINED not in operands, f"{let.name} is computed from an undefined value"
        if let.op.name in ("lt", "max"):
            self.margin = min(self.margin, abs(operands[0] - operands[1]))
        return super()._operation(let, operands)


def values(graph, point):
    """The outputs of a graph where ``point`` maps inputs to numbers."""
    outputs = Strict().run(graph, [point[name] for name in graph.inputs])
    assert UNDEFINED not in outputs
    return outputs


def make(builder, outputs, inputs=INPUTS):
    """A graph of the builder's statements."""
    outputs = tuple(builder.atom(output) for output in outputs)
    result = SCALAR if len(outputs) == 1 else Items("tuple", (SCALAR,) * len(outputs))
    return Graph("f", tuple(Param(name) for name in inputs), builder.body, outputs, result)


class Program:
    """Builds one random graph: lets over safe rows, nested branches, repeated operands, literals, unused values.

    ``bounds`` bounds the magnitude of each value, so that nothing overflows or loses its digits.
    """

    def __init__(self, seed, outputs=1, size=8):
        self.random = random.Random(seed)
        self.builder = Builder()
        self.bounds = {self.builder.input(name): 2.0 for name in INPUTS}
        self.conditions = []
        visible = list(INPUTS[: self.random.randint(1, 3)])  # the others stay unused
        self.fill(visible, size, depth=0)
        self.graph = make(self.builder, [self.output(visible) for _ in range(outputs)])

    def output(self, visible):
        """A sum over values of all parts of the program, so that little of it is dead."""
        parts = [self.builder.value(atom) for atom in self.random.sample(visible, min(4, len(visible)))]
        return sum(parts, self.builder.value(visible[-1]))

    def fill(self, visible, size, depth):
        for _ in range(self.random.randint(1, size)):
            if depth < 3 and self.random.random() < 0.3:
                self.branch(visible, depth)
            else:
                visible.append(self.let(visible))

    def let(self, visible):
        a, b = (self.operand(visible) for _ in range(2))
        first, second, bound = self.builder.value(a), self.builder.value(b), self.bound(a)
        choices = [
            lambda: (first + second, bound + self.bound(b)),
            lambda: (first - second, bound + self.bound(b)),
            lambda: (first * second, bound * self.bound(b)),
            lambda: (first / (1 + second * second), bound),
            lambda: (-first, bound),
            lambda: (TABLE["sin"](first), 1),
            lambda: (TABLE["exp"](TABLE["cos"](first)), 3),
            lambda: (TABLE["sqrt"](first * first + 1), bound + 1),
            lambda: (TABLE["log"](2 + TABLE["sin"](first)), 2),
            lambda: (TABLE["tanh"](first), 1),
            lambda: (TABLE["max"](first, second), bound + self.bound(b)),
            lambda: (TABLE["hypot"](first, 1 + TABLE["exp"](TABLE["sin"](second))), bound + 4),
            lambda: (first**3, bound**3),
        ]
        value, size = self.random.choice(choices)()
        if size > 100:
            value, size = TABLE["sin"](first), 1
        atom = value.atom
        if isinstance(atom, str):
            self.bounds[atom] = size
        return atom

    def branch(self, visible, depth):
        builder = self.builder
        if self.conditions and self.random.random() < 0.4:
            condition = self.random.choice(self.conditions)
        else:
            first, second = self.operand(visible), self.name(visible)
            condition = TABLE["lt"](builder.value(first if first != second else Const(0.25)), builder.value(second)).atom
        sides = []
        for _ in range(2):
            inner = list(visible)
            with builder.block() as body:
                saved, self.conditions = self.conditions, [*self.conditions]
                if self.random.random() < 0.8:
                    self.fill(inner, 4, depth + 1)
                self.conditions = saved
            sides.append((body, inner))
        self.conditions.append(condition)
        pairs = [("w", *(self.operand(inner) for _, inner in sides)) for _ in range(self.random.randint(1, 3))]
        atoms = builder.branch(condition, sides[0][0], sides[1][0], pairs)
        for (_, first, second), atom in zip(pairs, atoms, strict=True):
            if isinstance(atom, str):
                self.bounds[atom] = max(self.bound(first), self.bound(second))
                visible.append(atom)

    def operand(self, visible):
        if self.random.random() < 0.1:
            return Const(self.random.choice([2, 3, 0.5, 1.25]))
        return self.name(visible)

    def name(self, visible):
        return self.random.choice([atom for atom in visible[-4:] + visible[:2] if isinstance(atom, str)] or ["x"])

    def bound(self, atom):
        return self.bounds[atom] if isinstance(atom, str) else abs(atom.value)


def case(seed, outputs=1, size=8):
    """A random graph and a point where no condition and no maximum is near its kink."""
    generator = random.Random(seed)
    while True:
        graph = Program(generator.random(), outputs, size).graph
        point = {name: generator.uniform(-1.5, 1.5) for name in INPUTS}
        machine = Strict()
        machine.run(graph, list(point.values()))
        if machine.margin > 1e-4:
            return graph, point


def reference(graph, point, orders, output=0):
    """A mixed partial of the evaluated primal by high-precision differences."""

    def value(*inputs):
        return values(graph, dict(zip(INPUTS, inputs, strict=True)))[output]

    return mpmath.diff(value, tuple(mpmath.mpf(point[name]) for name in INPUTS), orders)
