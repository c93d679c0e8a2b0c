"""Graphs with arrays, made by hand, for the tests of code generation; and the comparison of their three ways to run."""

from dataclasses import dataclass, field, replace

import numpy as np

from symdiff.calculus.reverse import adjoint
from symdiff.calculus.sweep import ONE
from symdiff.codegen import compile_source, emit, python_function
from symdiff.graph.affine import Affine, Element
from symdiff.graph.build import Builder
from symdiff.graph.check import check
from symdiff.graph.evaluate import evaluate_with_bound
from symdiff.graph.graph import Const, Graph, Param
from symdiff.graph.structure import SCALAR, Items, Tensor
from symdiff.graph.terms import Guard, Range, Term
from symdiff.primitives import TABLE
from symdiff.simplify import simplify

N, M, K = Affine.of("n"), Affine.of("m"), Affine.of("k")
P0, P1, P2 = Affine.of(0), Affine.of(1), Affine.of(2)
ZERO = Affine()


class Maker:
    """Short names for a builder."""

    def __init__(self, builder):
        self.builder = builder

    def __getattr__(self, name):
        return lambda *args: self.builder.apply(TABLE[name.rstrip("_")], *(self.atom(arg) for arg in args))

    @staticmethod
    def atom(value):
        return value if isinstance(value, str | Const) else Const(value)

    def read(self, array, index, axes, hint="t", kind="float"):
        """``array[index]`` over axes."""
        return self.builder.sum([Term(array, tuple(index))], tuple(axes), hint=hint, kind=kind)

    def total(self, array, index, axes=(), ranges=(), guards=(), hint="y"):
        """The sum over ranges, which come behind the axes."""
        return self.builder.sum([Term(array, tuple(index), tuple(ranges), tuple(guards))], tuple(axes), hint=hint)

    def sum(self, array, axes):
        """The sum over all elements."""
        ranges = [Range(ZERO, length) for length in axes]
        return self.total(array, [Affine.of(k) for k in range(len(axes))], (), ranges)

    def fold(self, op, array, index, axes=(), ranges=(), guards=(), hint="m"):
        """Another operation over ranges."""
        return self.builder.fold(TABLE[op], Term(array, tuple(index), tuple(ranges), tuple(guards)), tuple(axes), hint=hint)

    def where(self, condition, then, orelse):
        """A choice element by element; the sides are functions, or literals."""
        sides = []
        for side in (then, orelse):
            with self.builder.block(elementwise=True) as body:
                atom = self.atom(side() if callable(side) else side)
            sides.append((body, atom))
        (first, a), (second, b) = sides
        return self.builder.branch(condition, first, second, [("t", a, b)])[0]


@dataclass
class Case:
    """A graph, its sizes in the order in which values for them are drawn, and how its inputs are drawn."""

    name: str
    params: dict
    rule: object
    least: dict = field(default_factory=dict)  # sizes that must be so large
    integers: dict = field(default_factory=dict)  # arrays of integers: the size that they are below
    positive: bool = False
    maker = Maker

    def graph(self):
        params = tuple(Param(key, value, (key,)) for key, value in self.params.items())
        empty = Graph(self.name, params, (), ())
        builder = Builder()
        builder.inputs(empty.input_axes)
        made = self.rule(self.maker(builder))
        outputs = made if isinstance(made, tuple) else (made,)
        leaves = [Tensor(builder.axes[atom]) if builder.axes.get(atom) else SCALAR for atom in outputs]
        result = leaves[0] if len(leaves) == 1 else Items("tuple", tuple(leaves))
        return check(Graph(self.name, params, builder.body, outputs, result))

    def gradient(self, order=1):
        """The gradient of the (elements of the) first output by all arrays and scalars of floats; again, for higher orders."""
        made = self.graph()
        for _ in range(order):
            made = gradient(made, [key for key in self.params if key not in self.integers])
        return made

    @property
    def sizes(self):
        return list(Graph("f", tuple(Param(k, v, (k,)) for k, v in self.params.items()), (), ()).sizes)

    def inputs(self, sizes, seed=0):
        """Random inputs for given sizes."""
        random = np.random.default_rng(seed)
        made = []
        for name, structure in self.params.items():
            axes = structure.axes if isinstance(structure, Tensor) else ()
            shape = tuple(length.value(sizes) for length in axes)
            if name == "ptr":
                cuts = np.sort(random.integers(0, sizes["k"] + 1, size=shape))
                made.append(cuts)
            elif name in self.integers:
                made.append(random.integers(0, max(sizes[self.integers[name]], 1), size=shape))
            else:
                values = random.uniform(0.3, 1.5, size=shape) if self.positive else random.normal(size=shape)
                made.append(values if shape else float(values))
        return made


def gradient(graph, wrt):
    """The gradient of the sum of the first output."""
    sweep = adjoint(graph, wrt, [{0: ONE}])
    outputs = [sweep.adjoint(name, 0) for name in wrt]
    leaves = [Tensor(graph.input_axes[name]) if graph.input_axes[name] else SCALAR for name in wrt]
    made = replace(sweep.finish(outputs), result=leaves[0] if len(leaves) == 1 else Items("tuple", tuple(leaves)))
    return check(simplify(check(made)))


def vector(*axes):
    return Tensor(tuple(axes))


def least_squares(f):
    z = f.total(f.mul("A", f.read("x", [P1], [M, N])), [P0, P1], [M], [Range(ZERO, N)], hint="z")
    r = f.sub(z, "b")
    return f.sum(f.mul(r, r), [M])


def rosenbrock(f):
    before, after = f.read("x", [P0], [N - 1]), f.read("x", [P0 + 1], [N - 1])
    t, u = f.sub(after, f.mul(before, before)), f.sub(1, before)
    return f.sum(f.add(f.mul(100, f.mul(t, t)), f.mul(u, u)), [N - 1])


def pairs(f):
    """The energy of pairs i < j of points in space."""
    squares = []
    d = f.sub(f.read("X", [P0, P2], [N, N, Affine(3)]), f.read("X", [P1, P2], [N, N, Affine(3)]))
    r2 = f.total(f.mul(d, d), [P0, P1, P2], [N, N], [Range(ZERO, Affine(3))], hint="r2")
    squares.append(r2)
    s = f.div(1, f.add(r2, 0.1))
    e = f.sub(f.mul(s, f.mul(s, s)), s)
    return f.total(e, [P0, P1], (), [Range(ZERO, N), Range(P0 + 1, N)])


def logistic(f):
    z = f.total(f.mul("X", f.read("w", [P1], [M, N])), [P0, P1], [M], [Range(ZERO, N)], hint="z")
    e = f.exp(f.neg(f.mul("y", z)))
    return f.sum(f.log1p(e), [M])


def mixture(f):
    """The logarithm of a mixture of Gaussians in two dimensions, with logsumexp written out."""
    two = Affine(2)
    inverse = f.exp(f.neg("s"))
    u = f.mul(
        f.sub(f.read("P", [P0, P2], [N, K, two]), f.read("mu", [P1, P2], [N, K, two])), f.read(inverse, [P1, P2], [N, K, two])
    )
    q = f.sub(f.mul(-0.5, f.mul(u, u)), f.read("s", [P1, P2], [N, K, two]))
    z = f.builder.sum([Term("a", (P1,)), Term(q, (P0, P1, P2), (Range(ZERO, two),))], (N, K), hint="z")
    m = f.stop(f.fold("maximum", z, [P0, P1], [N], [Range(ZERO, K)]))
    w = f.exp(f.sub(z, f.read(m, [P0], [N, K])))
    s = f.total(w, [P0, P1], [N], [Range(ZERO, K)], hint="s")
    return f.sum(f.add(m, f.log(s)), [N])


def extremes(f):
    top = f.fold("maximum", "A", [P0, P1], [M], [Range(ZERO, N)])
    product = f.fold("mul", "A", [P0, P1], [M], [Range(ZERO, N)], hint="P")
    return f.sum(f.mul(f.exp(top), product), [M])


def softmax(f):
    m = f.stop(f.fold("maximum", "x", [P0], (), [Range(ZERO, N)]))
    w = f.exp(f.sub("x", f.builder.spread(m, (N,))))
    s = f.sum(w, [N])
    p = f.div(w, f.builder.spread(s, (N,)))
    return f.sum(f.mul(p, "c"), [N])


def relu(f):
    return f.sum(f.where(f.gt("x", 0), lambda: f.sqrt("x"), 0), [N])


def burgers(f):
    """The right-hand side with slices that are written: out[1:-1] = ..., weighted."""
    inner = N - 2
    left, middle, right = (f.read("u", [P0 + k], [inner]) for k in range(3))
    second = f.add(f.sub(right, f.mul(2, middle)), left)
    e = f.sub(f.mul(f.builder.spread("nu", (inner,)), second), f.mul(middle, f.mul(0.5, f.sub(right, left))))
    out = f.builder.sum([Term(e, (P0 - 1,), (), (Guard(P0 - 1), Guard(N - 2 - P0)))], (N,), hint="out")
    return f.sum(f.mul(out, f.mul(out, "c")), [N])


def convolution(f):
    """y[i] = sum_j x[i + j]*w[j] over the places where all of w fits."""
    product = f.mul(f.read("x", [P0 + P1], [N - M + 1, M]), f.read("w", [P1], [N - M + 1, M]))
    y = f.total(product, [P0, P1], [N - M + 1], [Range(ZERO, M)], hint="y")
    return f.sum(f.sin(y), [N - M + 1])


def product(f):
    """A matrix product and its elementwise tanh."""
    axes = [M, K, N]
    c = f.total(f.mul(f.read("A", [P0, P2], axes), f.read("B", [P2, P1], axes)), [P0, P1, P2], [M, K], [Range(ZERO, N)], hint="C")
    return f.sum(f.tanh(c), [M, K])


def gather(f):
    """Elements at indices from data, and a scatter back."""
    picked = f.read("x", [Affine.of(Element("at", (P0,)))], [M], hint="picked")
    return f.sum(f.mul(f.sin(picked), "w"), [M])


def rows(f):
    """A sparse matrix by rows (CSR) times a vector: ranges and indices from data."""
    start, stop = Affine.of(Element("ptr", (P0,))), Affine.of(Element("ptr", (P0 + 1,)))
    column = f.read("x", [Affine.of(Element("at", (P0,)))], [K])
    z = f.total(f.mul("data", column), [P1], [M], [Range(start, stop)], hint="z")
    return f.sum(f.mul(z, f.sin(z)), [M])


def bins(f):
    """What is added up at indices from data."""
    term = Term("w", (P1,), (Range(ZERO, M),), (), (Affine.of(Element("at", (P1,))),))
    h = f.builder.sum([term], (N,), hint="h")
    return f.sum(f.mul(h, f.mul(h, "x")), [N])


def stencils(f):
    """A stencil that is applied again and again, on ever shorter arrays."""
    y, length = "x", N
    for _ in range(6):
        inner = length - 2
        left, middle, right = (f.read(y, [P0 + k], [inner]) for k in range(3))
        y, length = f.mul(0.25, f.add(left, f.add(f.mul(2, middle), right))), inner
    return f.sum(f.mul(y, y), [length])


def mean_and_spread(f):
    mean = f.div(f.sum("x", [N]), "n")
    d = f.sub("x", f.builder.spread(mean, (N,)))
    return f.sqrt(f.add(f.div(f.sum(f.mul(d, d), [N]), f.sub("n", 1)), 1))


def weighted_by_index(f):
    """Numbers that are indices: sum_i (2*i + 1)*x[i]**2."""
    number = f.builder.sum([Term(P0 * 2 + 1)], (N,))
    return f.sum(f.mul(number, f.mul("x", "x")), [N])


def outer_branch(f):
    """Arrays that a branch with a scalar condition hands on."""
    total = f.sum("x", [N])
    sides = []
    for op in ("sin", "cos"):
        with f.builder.block() as body:
            y = getattr(f, op)("x")
            s = f.sum(f.mul(y, "x"), [N])
        sides.append((body, y, s))
    (then, y, s), (orelse, v, u) = sides
    z, w = f.builder.branch(f.gt(total, 0), then, orelse, [("z", y, v), ("w", s, u)])
    return f.add(f.sum(f.mul(z, z), [N]), w)


def transposed(f):
    """sum_ij A[i, j]*A[j, i] and a trace."""
    t = f.mul("S", f.read("S", [P1, P0], [N, N]))
    return f.add(f.sum(t, [N, N]), f.sum(f.exp(f.read("S", [P0, P0], [N])), [N]))


def stepped(f):
    """x[1::2] against x[::2], of which there are as many as the second argument has elements."""
    odd, even = f.read("x", [P0 * 2 + 1], [N]), f.read("x", [P0 * 2], [N])
    return f.sum(f.mul(f.sin(f.mul(odd, even)), "w"), [N])


def row(f):
    """An axis of length 1 that is spread."""
    t = f.mul("A", f.read("b", [ZERO, P1], [M, N]))
    return f.sum(f.mul(t, f.sin(t)), [M, N])


CASES = [
    Case("least_squares", {"A": vector(M, N), "x": vector(N), "b": vector(M)}, least_squares),
    Case("rosenbrock", {"x": vector(N)}, rosenbrock),
    Case("pairs", {"X": vector(N, Affine(3))}, pairs),
    Case("logistic", {"X": vector(M, N), "w": vector(N), "y": vector(M)}, logistic),
    Case("mixture", {"P": vector(N, Affine(2)), "a": vector(K), "mu": vector(K, Affine(2)), "s": vector(K, Affine(2))}, mixture),
    Case("extremes", {"A": vector(M, N)}, extremes),
    Case("softmax", {"x": vector(N), "c": vector(N)}, softmax),
    Case("relu", {"x": vector(N)}, relu),
    Case("burgers", {"u": vector(N), "c": vector(N), "nu": SCALAR}, burgers),
    Case("convolution", {"x": vector(N), "w": vector(M)}, convolution),
    Case("product", {"A": vector(M, N), "B": vector(N, K)}, product),
    Case("gather", {"x": vector(N), "at": Tensor((M,), "int"), "w": vector(M)}, gather, {"n": 1}, {"at": "n"}),
    Case("bins", {"x": vector(N), "at": Tensor((M,), "int"), "w": vector(M)}, bins, {"n": 1}, {"at": "n"}),
    Case(
        "rows",
        {"data": vector(K), "at": Tensor((K,), "int"), "ptr": Tensor((M + 1,), "int"), "x": vector(N), "w": vector(M)},
        rows,
        {"n": 1},
        {"at": "n", "ptr": "k"},
    ),
    Case("stencils", {"x": vector(N)}, stencils),
    Case("mean_and_spread", {"x": vector(N)}, mean_and_spread),
    Case("weighted_by_index", {"x": vector(N)}, weighted_by_index),
    Case("outer_branch", {"x": vector(N)}, outer_branch),
    Case("transposed", {"S": vector(N, N)}, transposed),
    Case("stepped", {"x": vector(N * 2), "w": vector(N)}, stepped),
    Case("row", {"A": vector(M, N), "b": vector(Affine(1), N)}, row),
]
BY_NAME = {case.name: case for case in CASES}


def source(graph, name="df"):
    return emit(graph, name=name, title="A test")


def flat(value):
    return [item for part in value for item in flat(part)] if isinstance(value, tuple) else [np.asarray(value)]


def agree(graph, points, *, compiled=True):
    """Compare the source under plain Python and under Numba with the interpreter, within its rounding bound."""
    text = source(graph)
    runs = [python_function(text), *([compile_source(text, "df")] if compiled else [])]
    for point in points:
        want, bound = evaluate_with_bound(graph, point)
        for number, run in enumerate(runs):
            try:
                with np.errstate(all="ignore"):
                    found = flat(run(*point))
            except (ZeroDivisionError, OverflowError, ValueError):
                if number:  # plain Python raises where compiled code gives NaN or inf
                    raise
                continue
            assert len(found) == len(want)
            for array, value, limit in zip(found, want, bound, strict=True):
                assert array.shape == np.shape(value), (point, text)
                with np.errstate(invalid="ignore"):
                    near = abs(array - value) <= 16 * np.asarray(limit)
                same = (array == value) | (np.isnan(array) & np.isnan(value)) | near
                assert np.all(same), (number, point, array, value, text)
