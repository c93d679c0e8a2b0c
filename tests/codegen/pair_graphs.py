"""Graphs of sums over pairs, triangles and products of matrices, made by hand: cases for the tests beside ``array_graphs``."""

from symdiff.graph.graph import Const
from symdiff.graph.terms import Guard, Range, Term

from .array_graphs import P0, P1, P2, ZERO, Case, K, M, N, vector

LATER, NOT_BEFORE, OTHER = Guard(P1 - P0 - 1), Guard(P1 - P0), Guard(P1 - P0, "!=")


def difference(f):
    """x[i] - x[j] for all pairs."""
    return f.sub(f.read("x", [P0], [N, N]), f.read("x", [P1], [N, N]))


def over(f, array, *guards):
    """The sum over the pairs for which guards hold."""
    return f.total(array, [P0, P1], (), [Range(ZERO, N), Range(ZERO, N)], guards)


def even_pairs(f):
    """The energy of pairs, the same for both of a pair."""
    d = difference(f)
    return over(f, f.div(1, f.add(f.mul(d, d), 0.5)), LATER)


def odd_pairs(f):
    """What changes its sign when the two change places: so do the two halves of its derivative."""
    d = difference(f)
    return over(f, f.mul(d, f.sin(f.mul(d, d))), LATER)


def weighted_pairs(f):
    """A weight that is another one the other way round: nothing is equal."""
    d = difference(f)
    return over(f, f.mul("S", f.mul(d, d)), LATER)


def pairs_with_themselves(f):
    """i <= j: the diagonal belongs to one half."""
    d = f.add(f.read("x", [P0], [N, N]), f.read("x", [P1], [N, N]))
    return over(f, f.exp(f.neg(f.mul(d, d))), NOT_BEFORE)


def all_pairs(f):
    """Every pair twice."""
    d = difference(f)
    return over(f, f.sqrt(f.add(f.mul(d, d), 1)))


def poles(f):
    """1/r between different points: infinite for i == j, which no sum reaches."""
    d = difference(f)
    return over(f, f.div(1, f.mul(d, d)), OTHER)


def distances(f):
    """The same with a root, which plain Python takes of a float and divides by."""
    d = difference(f)
    return over(f, f.div(1, f.sqrt(f.mul(d, d))), LATER)


def pairs_of_rows(f):
    """Points of any dimension: the square of a distance is a sum itself."""
    d = f.sub(f.read("A", [P0, P2], [M, M, N]), f.read("A", [P1, P2], [M, M, N]))
    r2 = f.total(f.mul(d, d), [P0, P1, P2], [M, M], [Range(ZERO, N)], hint="r2")
    e = f.mul(f.log(f.add(1, r2)), f.mul(f.read("w", [P0], [M, M]), f.read("w", [P1], [M, M])))
    return f.total(e, [P0, P1], (), [Range(ZERO, M), Range(ZERO, M)], [LATER])


def quotients(f):
    """The sign does not pass through a denominator."""
    d = difference(f)
    return over(f, f.div(f.read("x", [P0], [N, N]), f.add(d, 20)), LATER)


def cut_off(f):
    """A condition on the data inside a sum over pairs."""
    d = difference(f)
    r2 = f.mul(d, d)
    return over(f, f.where(f.lt(r2, 1), lambda: f.mul(r2, f.sub(1, r2)), 0), LATER)


def triangle(f):
    """A triangular matrix times a vector, written as a product with a mask."""
    mask = f.builder.sum([Term(Const(True), (), (), (Guard(P0 - P1),))], (N, N), kind="bool")
    kept = f.where(mask, lambda: f.mul("S", f.exp("S")), 0)
    y = f.total(f.mul(kept, f.read("x", [P1], [N, N])), [P0, P1], [N], [Range(ZERO, N)], hint="y")
    return f.sum(f.mul(y, y), [N])


def attention(f):
    """Softmax over what came before, times values."""
    mask = f.builder.sum([Term(Const(True), (), (), (Guard(P0 - P1),))], (N, N), kind="bool")
    w = f.where(mask, lambda: f.exp("S"), 0)
    total = f.total(w, [P0, P1], [N], [Range(ZERO, N)], hint="total")
    p = f.div(w, f.read(total, [P0], [N, N]))
    y = f.total(f.mul(p, f.read("x", [P1], [N, N])), [P0, P1], [N], [Range(ZERO, N)], hint="y")
    return f.sum(f.mul(y, y), [N])


def band(f):
    """The sum over |i - j| <= 1 of products of differences."""
    d = difference(f)
    return over(f, f.mul("S", f.mul(d, d)), Guard(P1 - P0 + 1), Guard(P0 - P1 + 1))


def product_of(f, left, right, axes, first, second):
    """A product of matrices; ``first`` and ``second`` are how the operands are read."""
    return f.total(f.mul(f.read(left, first, axes), f.read(right, second, axes)), [P0, P1, P2], axes[:2], [Range(ZERO, axes[2])])


def network(f):
    """Two layers with a bias each."""
    hidden = product_of(f, "X", "W", (M, K, N), [P0, P2], [P2, P1])
    h = f.tanh(f.add(hidden, f.read("b", [P1], [M, K])))
    o = product_of(f, h, "V", (M, N, K), [P0, P2], [P2, P1])
    e = f.sub(o, "X")
    return f.sum(f.mul(e, e), [M, N])


def factors(f):
    """|A - U V^T|^2."""
    e = f.sub("A", product_of(f, "U", "V", (M, N, K), [P0, P2], [P1, P2]))
    return f.sum(f.mul(e, e), [M, N])


def gram(f):
    """A matrix times its own transpose, both ways round."""
    first = product_of(f, "A", "A", (M, M, N), [P0, P2], [P1, P2])
    second = product_of(f, "A", "A", (N, N, M), [P2, P0], [P2, P1])
    return f.add(f.sum(f.sin(first), [M, M]), f.sum(f.mul(second, second), [N, N]))


def product_and_more(f):
    """A product to which something is added in one sum, and a part of a matrix, which is no product of whole ones."""
    axes = (M, K, N)
    made = f.mul(f.read("A", [P0, P2], axes), f.read("B", [P2, P1], axes))
    both = f.builder.sum([Term(made, (P0, P1, P2), (Range(ZERO, N),)), Term("D", (P0, P1))], (M, K), hint="C")
    inner = (M - 1, K, N)
    part = f.mul(f.read("A", [P0 + 1, P2], inner), f.read("B", [P2, P1], inner))
    less = f.total(part, [P0, P1, P2], [M - 1, K], [Range(ZERO, N)])
    return f.add(f.sum(f.sin(both), [M, K]), f.sum(f.mul(less, less), [M - 1, K]))


def branch_of_products(f):
    """A product on one side of a branch with a scalar condition."""
    with f.builder.block() as then:
        c = product_of(f, "A", "B", (M, K, N), [P0, P2], [P2, P1])
        s = f.sum(f.mul(c, c), [M, K])
    return f.builder.branch(f.gt(f.sum("A", [M, N]), 0), then, (), [("s", s, Const(0))])[0]


def rectified(f):
    """max(0, A B) times a matrix again: sums that only one side of a branch reads."""
    c = product_of(f, "A", "B", (M, K, N), [P0, P2], [P2, P1])
    return f.sum(f.mul(f.maximum(c, 0), "D"), [M, K])


X, S, MATRIX = vector(N), vector(N, N), vector(M, N)
CASES = [
    Case("even_pairs", {"x": X}, even_pairs),
    Case("odd_pairs", {"x": X}, odd_pairs),
    Case("weighted_pairs", {"x": X, "S": S}, weighted_pairs),
    Case("pairs_with_themselves", {"x": X}, pairs_with_themselves),
    Case("all_pairs", {"x": X}, all_pairs),
    Case("poles", {"x": X}, poles),
    Case("distances", {"x": X}, distances),
    Case("pairs_of_rows", {"A": MATRIX, "w": vector(M)}, pairs_of_rows),
    Case("quotients", {"x": X}, quotients),
    Case("cut_off", {"x": X}, cut_off),
    Case("triangle", {"x": X, "S": S}, triangle),
    Case("attention", {"x": X, "S": S}, attention),
    Case("band", {"x": X, "S": S}, band),
    Case("network", {"X": MATRIX, "W": vector(N, K), "b": vector(K), "V": vector(K, N)}, network),
    Case("factors", {"A": MATRIX, "U": vector(M, K), "V": vector(N, K)}, factors),
    Case("gram", {"A": MATRIX}, gram),
    Case("product_and_more", {"A": MATRIX, "B": vector(N, K), "D": vector(M, K)}, product_and_more),
    Case("branch_of_products", {"A": MATRIX, "B": vector(N, K)}, branch_of_products),
    Case("rectified", {"A": MATRIX, "B": vector(N, K), "D": vector(M, K)}, rectified),
]
BY_NAME = {case.name: case for case in CASES}
