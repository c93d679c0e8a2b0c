"""Graphs of functions of arrays, built by hand, with their derivatives, in place of the front end and the transforms."""

from dataclasses import dataclass, field, replace

import numpy as np

from symdiff.calculus.forward import tangent
from symdiff.calculus.reverse import adjoint
from symdiff.calculus.sweep import ONE as UNIT
from symdiff.graph.affine import ZERO, Affine, Element, identity
from symdiff.graph.build import Builder
from symdiff.graph.check import check
from symdiff.graph.graph import Const, Graph, Origin, Param
from symdiff.graph.structure import SCALAR, Items, Tensor
from symdiff.graph.terms import Guard, Range, Term
from symdiff.primitives import TABLE
from symdiff.printing import Heading
from symdiff.simplify import simplify

i, j, k, l = (Affine.of(position) for position in range(4))  # noqa: E741
m, n, h = Affine.of("m"), Affine.of("n"), Affine.of("h")
N = Range(ZERO, n)
M = Range(ZERO, m)


class Maker:
    """Short spellings over a builder: ``b.sum((x, (i + 1,)), axes=(n - 1,))``, ``b.mul(x, y)``."""

    def __init__(self, builder):
        self.builder = builder

    def __getattr__(self, name):
        def apply(*args, hint="t"):
            return self.builder.apply(TABLE[name], *map(_atom, args), hint=hint)

        return apply

    def read(self, atom, index, axes, *guards, kind="float"):
        return self.builder.sum([Term(atom, index, (), guards)], axes, kind=kind)

    def sum(self, atom, index, ranges, axes=(), *guards, hint="t"):
        return self.builder.sum([Term(_atom(atom), index, ranges, guards)], axes, hint=hint)

    def total(self, atom, hint="t"):
        axes = self.builder.axes_of(atom)
        ranges = tuple(Range(ZERO, length) for length in axes)
        return self.builder.sum([Term(atom, identity(len(axes)), ranges)], (), hint=hint)

    def terms(self, terms, axes, hint="t"):
        return self.builder.sum(terms, axes, hint=hint)

    def fold(self, op, atom, index, ranges, axes=(), *guards, hint="t"):
        return self.builder.fold(TABLE[op], Term(atom, index, ranges, guards), axes, hint=hint)

    def spread(self, atom, axes):
        return self.builder.spread(_atom(atom), axes)


def _atom(value):
    return value if isinstance(value, str | Const) else Const(value)


@dataclass(frozen=True)
class Function:
    """A function of arrays: its parameters with their axes, how it is built, and the names that a user would have given."""

    name: str
    params: dict
    rule: object
    result: tuple = ()
    source: str = ""
    integers: tuple = ()
    positive: bool = False
    wrt: tuple = ()
    values: dict = field(default_factory=dict)

    def graph(self):
        params = tuple(
            Param(name, Tensor(axes, "int" if name in self.integers else "float") if axes else SCALAR)
            for name, axes in self.params.items()
        )
        start = Graph(self.name, params, (), ())
        builder = Builder()
        builder.inputs(start.input_axes)
        builder.origin = Origin(1, "", "primal")
        out = self.rule(Maker(builder))
        result = Tensor(self.result) if self.result else SCALAR
        return check(Graph(self.name, params, builder.body, (out,), result, self.source))

    @property
    def variables(self):
        return self.wrt or tuple(name for name in self.params if name not in self.integers)

    def gradient(self, *names):
        """The gradient in the arguments with these names, or in all."""
        return gradient(self.graph(), names or self.variables)

    def heading(self, kind="value", *names):
        variables = tuple((name, 1) for name in (names or self.variables)) if kind != "value" else ()
        return Heading("f", tuple(self.params), kind, variables)

    def inputs(self, **sizes):
        """Numbers for the arguments, the same in every run."""
        rng = np.random.default_rng(sum(sizes.values()) + len(self.name))
        return [self._input(rng, name, axes, sizes) for name, axes in self.params.items()]

    def _input(self, rng, name, axes, sizes):
        if name in self.values:
            return self.values[name](sizes)
        shape = tuple(max(length.value(sizes), 0) for length in axes)
        if name in self.integers:
            return rng.integers(0, max(sizes["n"], 1), size=shape)
        found = rng.uniform(0.5, 2.0, size=shape) if self.positive else rng.normal(size=shape)
        return found if axes else float(found)


def packed(graph, names, outputs_of):
    """A graph of one result for each of these arguments, shaped as it."""
    axes = [graph.input_axes[name] for name in names]
    leaves = tuple(Tensor(own) if own else SCALAR for own in axes)
    return leaves[0] if len(leaves) == 1 else Items("tuple", leaves)


def gradient(graph, names):
    """The gradient of a graph in some of its arguments."""
    sweep = adjoint(graph, names, [{0: UNIT}])
    made = sweep.finish([sweep.adjoint(name, 0) for name in names])
    return check(simplify(check(replace(made, result=packed(graph, names, None)))))


def directional(graph, names):
    """The tangent of a graph along a seed v_x for each argument x."""
    seeds = tuple(Param(f"v_{name}", graph.param(name).structure, role="seed") for name in names)
    sweep = tangent(graph, names, [{name: f"v_{name}" for name in names}], seeds=seeds)
    made = sweep.finish([sweep.tangent(atom, 0) for atom in graph.outputs])
    return check(simplify(check(replace(made, result=graph.result))))


def transposed(graph, names):
    """The adjoint of a graph for a seed w."""
    seed = Param("ct", graph.result, role="seed")
    sweep = adjoint(graph, names, [{0: "ct"}], seeds=(seed,))
    made = sweep.finish([sweep.adjoint(name, 0) for name in names])
    return check(simplify(check(replace(made, result=packed(graph, names, None)))))


# the functions


def _least_squares(b):
    z = b.sum(b.mul("A", b.read("x", (j,), (m, n))), (i, j), (N,), (m,), hint="z")
    r = b.sub(z, "b", hint="r")
    return b.total(b.mul(r, r), hint="y")


def _least_squares_power(b):
    z = b.sum(b.mul("A", b.read("x", (j,), (m, n))), (i, j), (N,), (m,), hint="z")
    return b.total(b.pow(b.sub(z, "b", hint="r"), 2), hint="y")


def _ridge(b):
    z = b.sum(b.mul("A", b.read("x", (j,), (m, n))), (i, j), (N,), (m,), hint="z")
    r = b.sub(z, "b", hint="r")
    return b.add(b.total(b.mul(r, r)), b.mul("c", b.total(b.mul("x", "x"))), hint="y")


def _rosenbrock(b):
    after, x = b.read("x", (i + 1,), (n - 1,)), b.read("x", (i,), (n - 1,))
    left, right = b.sub(after, b.pow(x, 2)), b.sub(1, x)
    return b.total(b.add(b.mul(100, b.pow(left, 2)), b.pow(right, 2)), hint="y")


def _pairs(b):
    d = b.sub(b.read("x", (i,), (n, n)), b.read("x", (j,), (n, n)))
    e = b.mul(b.spread("a", (n, n)), b.pow(d, 3))
    return b.sum(e, (i, j), (N, Range(i + 1, n)), hint="y")


def _softmax_loss(b):
    top = b.fold("maximum", "z", (i,), (N,), hint="top")
    top = b.stop(top)
    w = b.exp(b.sub("z", b.spread(top, (n,))), hint="w")
    return b.add(b.log(b.total(w, hint="s")), top, hint="y")


def _logistic(b):
    z = b.sum(b.mul("X", b.read("w", (j,), (m, n))), (i, j), (N,), (m,), hint="z")
    p = b.sub(b.softplus(z), b.mul("y", z))
    return b.total(p)


def _trace_exp(b):
    return b.total(b.exp(b.read("S", (i, i), (n,))))


def _product(b):
    return b.fold("mul", "x", (i,), (N,), hint="y")


def _maximum(b):
    return b.fold("maximum", "x", (i,), (N,), hint="y")


def _rows(b):
    top = b.fold("maximum", "A", (i, j), (N,), (m,), hint="M")
    all_of = b.fold("mul", "A", (i, j), (N,), (m,), hint="P")
    return b.total(b.mul(b.exp(top), all_of), hint="y")


def _relu(b):
    positive = b.gt("x", 0)
    root = b.sqrt("x")
    return b.total(b.builder.branch(positive, (), (), [("o", root, Const(0))])[0])


def _huber(b):
    small = b.le(b.abs("x"), b.spread("d", (n,)))
    with b.builder.block(elementwise=True) as then:
        first = b.mul(0.5, b.pow("x", 2))
    half = b.spread(b.mul(0.5, "d"), (n,))
    with b.builder.block(elementwise=True) as orelse:
        second = b.mul(b.spread("d", (n,)), b.sub(b.abs("x"), half))
    return b.total(b.builder.branch(small, then, orelse, [("o", first, second)])[0])


def _norm(b):
    return b.sqrt(b.total(b.mul("x", "x")), hint="y")


def _mean(b):
    return b.div(b.total("x"), "n", hint="y")


def _variance(b):
    mean = b.div(b.total("x"), "n", hint="mu")
    d = b.sub("x", b.spread(mean, (n,)), hint="d")
    return b.div(b.total(b.mul(d, d)), "n", hint="y")


def _polynomial(b):
    powers = b.builder.sum([Term(i)], (n,), hint="powers")
    return b.total(b.mul("c", b.pow(b.spread("x", (n,)), powers)))


def _odd(b):
    q = b.read("x", (i * 2 + 1,), (h,))
    return b.sum(b.sin(b.mul(q, q)), (i,), (Range(ZERO, h),))


def _laplacian(b):
    axes = (n - 2,)
    left, here, right = (b.read("u", (i + shift,), axes) for shift in range(3))
    inner = b.add(b.sub(left, b.mul(2, here)), right)
    return b.total(b.mul(inner, inner))


def _write(b):
    """out = x.copy(); out[1:-1] = sin(x[1:-1]) * x[2:]."""
    inner = b.mul(b.sin(b.read("x", (i + 1,), (n - 2,))), b.read("x", (i + 2,), (n - 2,)))
    inside = (Guard(i - 1), Guard(n - 2 - i))
    return b.terms(
        [
            Term(inner, (i - 1,), (), inside),
            Term("x", (i,), (), (Guard(-i),)),
            Term("x", (i,), (), (Guard(i - 1), Guard(i - n + 1))),
        ],
        (n,),
        hint="out",
    )


def _write_loss(b):
    out = _write(b)
    return b.total(b.pow(out, 2))


def _gather(b):
    picked = b.read("x", (Affine.of(Element("idx", (i,))),), (m,))
    return b.total(b.pow(picked, 3))


def _scatter(b):
    c = b.terms([Term("w", (j,), (M,), (), (Affine.of(Element("idx", (j,))),))], (n,), hint="c")
    return b.total(b.mul(c, b.mul(c, "x")))


def _convolution(b):
    product = b.mul(b.read("x", (i,), (n, m)), b.read("y", (j,), (n, m)))
    c = b.terms([Term(product, (j, k), (N, M), (), (j + k,))], (n + m - 1,), hint="c")
    return b.total(b.mul(c, c))


def _matrix_product(b):
    cell = b.mul(b.read("A", (i, k), (m, n, h)), b.read("B", (k, j), (m, n, h)))
    return b.sum(cell, (i, j, k), (Range(ZERO, h),), (m, n), hint="C")


def _softmax(b):
    w = b.exp("z", hint="w")
    return b.div(w, b.spread(b.total(w, hint="s"), (n,)), hint="p")


def _cumulative(b):
    return b.sum("x", (j,), (Range(ZERO, i + 1),), (n,), hint="c")


def _outer(b):
    return b.mul(b.read("x", (i,), (n, m)), b.read("y", (j,), (n, m)))


def _transpose(b):
    return b.read("A", (j, i), (n, m))


def _any_all(b):
    some = b.fold("or", b.gt("x", 1), (i,), (N,))
    every = b.fold("and", b.lt("x", 5), (i,), (N,))
    first = b.builder.branch(some, (), (), [("t", b.total("x"), Const(0))])[0]
    return b.builder.branch(every, (), (), [("t", first, b.total(b.pow("x", 2)))])[0]


def _guard(b):
    """Raises where the sum is not positive."""
    s = b.total("x", hint="s")
    bad = b.le(s, 0)
    with b.builder.block() as then:
        b.builder.error("ValueError", "not positive")
    b.builder.branch(bad, then, (), [])
    return b.log(s)


def _energy(b):
    """A pair energy with distances in three columns."""
    d = b.sub(b.read("x", (i, k), (n, n, m)), b.read("x", (j, k), (n, n, m)))
    r2 = b.sum(b.mul(d, d), (i, j, k), (M,), (n, n), hint="r2")
    e = b.div(1, b.add(r2, 1), hint="e")
    return b.sum(e, (i, j), (N, Range(i + 1, n)), hint="y")


X, A, MN = (n,), (m, n), {"A": (m, n)}
FUNCTIONS = [
    Function("least_squares", {"A": A, "x": X, "b": (m,)}, _least_squares, source="z = A@x; r = z - b"),
    Function("least_squares_power", {"A": A, "x": X, "b": (m,)}, _least_squares_power, source="r = A@x - b"),
    Function("ridge", {"A": A, "x": X, "b": (m,), "c": ()}, _ridge, source="r = A@x - b"),
    Function("rosenbrock", {"x": X}, _rosenbrock),
    Function("pairs", {"x": X, "a": ()}, _pairs),
    Function("log_sum_exp", {"z": X}, _softmax_loss, source="w = exp(z - top); s = w.sum()"),
    Function("logistic", {"X": A, "y": (m,), "w": X}, _logistic, source="z = X@w", wrt=("w",)),
    Function("trace_exp", {"S": (n, n)}, _trace_exp),
    Function("product", {"x": X}, _product),
    Function("maximum", {"x": X}, _maximum),
    Function("rows", MN, _rows, source="M = A.max(1); P = A.prod(1)"),
    Function("relu", {"x": X}, _relu),
    Function("huber", {"x": X, "d": ()}, _huber, values={"d": lambda _: 0.7}),
    Function("norm", {"x": X}, _norm),
    Function("mean", {"x": X}, _mean),
    Function("variance", {"x": X}, _variance, source="mu = x.mean()"),
    Function("polynomial", {"c": X, "x": ()}, _polynomial),
    Function("odd", {"x": (h * 2 + 1,), "y": (h,)}, _odd, wrt=("x",)),
    Function("laplacian", {"u": X}, _laplacian),
    Function("write", {"x": X}, _write, result=X),
    Function("write_loss", {"x": X}, _write_loss),
    Function("gather", {"x": X, "idx": (m,)}, _gather, integers=("idx",)),
    Function("scatter", {"x": X, "w": (m,), "idx": (m,)}, _scatter, integers=("idx",)),
    Function("convolution", {"x": X, "y": (m,)}, _convolution),
    Function("matrix_product", {"A": (m, h), "B": (h, n)}, _matrix_product, result=(m, n)),
    Function("softmax", {"z": X}, _softmax, result=X, source="w = exp(z); s = w.sum()"),
    Function("cumulative", {"x": X}, _cumulative, result=X),
    Function("outer", {"x": X, "y": (m,)}, _outer, result=(n, m)),
    Function("transpose", {"A": A}, _transpose, result=(n, m)),
    Function("any_all", {"x": X}, _any_all),
    Function("guard", {"x": X}, _guard, positive=True),
    Function("energy", {"x": (n, m)}, _energy, source="r2 = (d*d).sum(-1)"),
]
BY_NAME = {function.name: function for function in FUNCTIONS}
