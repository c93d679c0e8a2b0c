"""Graphs with sequential loops, made by hand, for the tests of code generation."""

from symdiff.graph.affine import Affine, Element, sizes_in
from symdiff.graph.build import Builder
from symdiff.graph.graph import Buffer, Carried, Collected, Const, Loop, Raise, Store
from symdiff.graph.loops import parameter, step_graph
from symdiff.graph.structure import SCALAR, Tensor
from symdiff.graph.terms import Guard, Range

from .array_graphs import Case, Maker, vector

N, M, K, J = (Affine.of(name) for name in "nmkj")
P0, P1 = Affine.of(0), Affine.of(1)
ZERO = Affine()


class Stepper(Maker):
    """A builder of steps: beside operations it makes loops, and branches with scalar conditions."""

    def choice(self, condition, then, orelse):
        """A branch; the sides are functions."""
        sides = []
        for side in (then, orelse):
            with self.builder.block() as body:
                atom = side()
            sides.append((body, atom))
        (first, a), (second, b) = sides
        return self.builder.branch(condition, first, second, [("t", a, b)])[0]

    def spread(self, atom, *axes):
        """A scalar as an array."""
        return self.builder.spread(atom, axes)

    def loop(self, rule, trip, *, counter="k", carried=(), buffers=(), captured=(), test=None, count="", backward=False):
        """A loop over what ``rule`` makes of one iteration; returns the names of its results.

        ``carried`` and ``buffers`` are pairs of a name inside and an atom; ``captured`` are names that mean the same inside
        and outside. The rule returns the next values, then may return values that are collected, then stores: (name of the
        buffer, index, value, whether it adds), then whether to go on.
        """
        outer, inner = self.builder, Builder()
        axes = outer.axes
        given = {counter: (), **{name: axes.get(atom, ()) for name, atom in (*carried, *buffers)}}
        given |= {name: axes.get(name, ()) for name in captured}
        given |= {name: BUFFER_AXES[name] for name, atom in buffers if isinstance(atom, Const)}
        inner.inputs(given)
        found = rule(Stepper(inner))
        nexts, rows, stores, goes = (*found, *((), (), (), None)[len(found) :])
        handed = tuple(
            Carried(name, atom, outer.fresh(f"{name}_end", "float", given[name]), given[name]) for name, atom in carried
        )
        outputs = [(self.atom(atom), given[name]) for (name, _), atom in zip(carried, nexts, strict=True)]
        outputs += [(self.atom(atom), inner.axes.get(atom, ())) for atom in rows]
        length = Affine.of(count) if count else trip
        collected = []
        for atom in rows:
            own = inner.axes.get(atom, ()) if isinstance(atom, str) else ()
            collected.append(Collected(outer.fresh("rows", "float", (length, *own)), own))
        ordered = []
        made = []
        for name, atom in buffers:
            own = [each for each in stores if each[0] == name]
            ordered += own
            parts = tuple(Store(tuple(index), adds) for _, index, _, adds in own)
            made.append(Buffer(name, atom, outer.fresh(f"{name}_end", "float", given[name]), given[name], parts))
        outputs += [(self.atom(value), ()) for _, _, value, _ in ordered]
        if test is not None:
            outputs.append((goes, ()))
        sizes = {size for own in given.values() for size in sizes_in(list(own))}
        told = {size for own in given.values() for part in own for size in part.symbols if part == Affine.of(size)}
        params = [parameter(counter, size=True), *(parameter(name, own) for name, own in given.items() if name != counter)]
        params += [parameter(size, size=True) for size in sorted(sizes - told)]
        step = step_graph("step", params, tuple(inner.body), outputs)
        pairs = tuple((name, name) for name in (*captured, *sorted(sizes - told)))
        if count:
            outer.input(count)
        outer.append(Loop(step, counter, trip, handed, tuple(made), tuple(collected), pairs, test, count, backward))
        return [*(each.out for each in handed), *(each.out for each in made), *(each.out for each in collected)]


BUFFER_AXES = {"y": (N,), "z": (M,)}


class LoopCase(Case):
    """A case whose rule makes loops."""

    maker = Stepper


def pendulum(f):
    def step(g):
        q = g.add("q", g.mul("h", "p"))
        p = g.sub("p", g.mul("h", g.sin(q)))
        return [q, p], [q]

    return tuple(f.loop(step, N, carried=[("q", "q0"), ("p", "p0")], captured=["h"]))


def fibonacci(f):
    return tuple(f.loop(lambda g: [["b", g.add("a", "b")]], N, carried=[("a", "a0"), ("b", "b0")]))


def rotation(f):
    """Three variables that change places, and one that reads their old values."""

    def step(g):
        return [["b", "c", g.mul("a", "d"), g.sub("a", "c")]]

    return tuple(f.loop(step, N, carried=[(name, f"{name}0") for name in "abcd"]))


def halving(f):
    def step(g):
        half = g.div("x", 2.0)
        return [half], [g.sin(half)], (), g.gt(half, 1.0)

    out, rows = f.loop(step, None, carried=[("x", "x0")], test=f.gt("x0", 1.0), count="count")
    return out, rows, f.total(rows, [P0], (), [Range(ZERO, Affine.of("count"))])


def newton(f):
    """At most n steps, and a break."""

    def step(g):
        new = g.mul(0.5, g.add("x", g.div("a", "x")))
        return [new], ["x"], (), g.gt(g.abs(g.sub(new, "x")), 1e-12)

    out, rows = f.loop(step, N, carried=[("x", "a")], captured=["a"], test=Const(True), count="count")
    return out, rows, f.mul("count", 1.0)


def gated(f):
    """A break before the first step, too."""

    def step(g):
        new = g.add("x", g.mul("k", "x"))
        return [new], (), (), g.lt(new, 10.0)

    return tuple(f.loop(step, N, carried=[("x", "x0")], test=f.lt("x0", 10.0)))


def recurrence(f):
    def step(g):
        value = g.add(g.mul("a", g.read("y", [K], ())), g.read("x", [K + 1], ()))
        return (), (), [("y", [K + 1], value, False)]

    return f.loop(step, N - 1, buffers=[("y", "x")], captured=["a", "x"])[0]


def exchanges(f):
    """Two stores in an iteration, whose values are those before both."""

    def step(g):
        first, last = g.read("y", [K], ()), g.read("y", [N - 1 - K], ())
        return (), (), [("y", [K], g.mul("a", last), False), ("y", [N - 1 - K], g.sub(first, last), True)]

    return f.loop(step, N, buffers=[("y", f.sin("x"))], captured=["a"])[0]


def backward(f):
    def step(g):
        new = g.mul(g.add("s", 1.0), g.cos(g.read("x", [K], ())))
        return [new], [new], [("y", [K], "s", True)]

    return tuple(f.loop(step, N, carried=[("s", "s0")], buffers=[("y", "x")], captured=["x"], backward=True))


def power(f):
    """``x = A @ x`` again and again."""

    def step(g):
        product = g.mul("A", g.read("x", [P1], [N, N]))
        return [g.total(product, [P0, P1], [N], [Range(ZERO, N)], hint="z")], ["x"]

    return tuple(f.loop(step, N, carried=[("x", "x0")], captured=["A"]))


def forced(f):
    """``x = x/2 + A @ b`` again and again, and the sum of ``exp(b)``, which no iteration changes."""

    def step(g):
        product = g.mul("A", g.read("b", [P1], [N, N]))
        force = g.total(product, [P0, P1], [N], [Range(ZERO, N)], hint="force")
        whole = g.sum(g.exp("b"), [N])
        return [g.add(g.mul(g.spread(whole, N), force), g.mul(0.5, "x"))]

    return f.loop(lambda g: [step(g)], M, carried=[("x", "b")], captured=["A", "b"])[0]


def swapped(f):
    """Two arrays that change places, and are written."""

    def step(g):
        return [["v", g.add("u", g.mul(g.spread("h", N), g.sin("v")))]]

    return tuple(f.loop(step, M, carried=[("u", "u0"), ("v", "v0")], captured=["h"]))


def waves(f):
    """Neighbours of what is carried, and a sum of it."""

    def step(g):
        left = g.total("u", [P0 - 1], [N], guards=[Guard(P0 - 1)], hint="left")
        total = g.sum("u", [N])
        new = g.add("u", g.mul(g.spread("h", N), g.sub(left, g.mul("u", g.spread(total, N)))))
        return [new, g.add("s", total)]

    return tuple(f.loop(lambda g: [step(g), ["u"]], M, carried=[("u", "u0"), ("s", Const(0.0))], captured=["h"]))


def nested(f):
    """A loop inside a loop, whose trip is the counter of the outer one."""

    def step(g):
        def inner(e):
            return [[e.add(e.mul("r", "h"), "j")]]

        (r,) = g.loop(inner, K, counter="j", carried=[("r", "s")], captured=["h"])
        return [g.add(r, "k")], [r]

    return tuple(f.loop(step, N, carried=[("s", "s0")], captured=["h"]))


def branches(f):
    """A loop in a branch, and a branch in a loop, where one raises."""

    def step(g):
        return [[g.choice(g.gt("q", 1.0), lambda: g.div("q", 2.0), lambda: g.add("q", "h"))]]

    def looped():
        return f.loop(step, N, carried=[("q", "x")], captured=["h"])[0]

    return f.choice(f.gt("x", 0.0), looped, lambda: f.mul("x", 3.0))


def raising(f):
    def step(g):
        with g.builder.block() as then:
            g.builder.append(Raise("ValueError", "too large"))
        g.builder.branch(g.gt("x", 8.0), then, (), [], None)
        return [[g.mul("x", g.exp("h"))]]

    return f.loop(step, N, carried=[("x", "x0")], captured=["h"])[0]


def table(f):
    """A histogram: the places come from data."""

    def step(g):
        place = g.read("x", [K], (), hint="place")
        index = Affine.of(Element(place, ()))
        return (), (), [("z", [index], g.mul("h", "h"), True)]

    return f.loop(step, N, buffers=[("z", "z0")], captured=["x", "h"])[0]


def data_trip(f):
    """As many steps as a number says."""
    steps = f.div("t", "h")
    (end,) = f.loop(lambda g: [[g.mul("x", 1.5)]], Affine.of(Element(steps, ())), carried=[("x", "x0")])
    return end


def shared(f):
    """What goes in is read afterwards, comes out twice, and what is captured comes out, too."""
    s = f.sin("x")

    def step(g):
        return ["b", "b", "x"], (), [("y", [ZERO], 7.0, False)]

    outs = f.loop(step, N, carried=[("a", s), ("b", s), ("c", "x")], buffers=[("y", s)], captured=["x"])
    return (*outs, s, f.mul(outs[0], s))


X = vector(N)


def _cases():
    s = SCALAR
    return [
        LoopCase("pendulum", {"q0": s, "p0": s, "h": s, "x": X}, pendulum),
        LoopCase("fibonacci", {"a0": s, "b0": s, "x": X}, fibonacci),
        LoopCase("rotation", {**{f"{name}0": s for name in "abcd"}, "x": X}, rotation),
        LoopCase("halving", {"x0": s}, halving),
        LoopCase("newton", {"a": s, "x": X}, newton, positive=True),
        LoopCase("gated", {"x0": s, "x": X}, gated),
        LoopCase("recurrence", {"x": X, "a": s}, recurrence),
        LoopCase("exchanges", {"x": X, "a": s}, exchanges),
        LoopCase("backward", {"x": X, "s0": s}, backward),
        LoopCase("power", {"A": vector(N, N), "x0": X}, power),
        LoopCase("forced", {"A": vector(N, N), "b": X, "w": vector(M)}, forced),
        LoopCase("swapped", {"u0": X, "v0": X, "h": s, "w": vector(M)}, swapped),
        LoopCase("waves", {"u0": X, "h": s, "w": vector(M)}, waves),
        LoopCase("nested", {"s0": s, "h": s, "x": X}, nested),
        LoopCase("branches", {"x": s, "h": s, "w": X}, branches),
        LoopCase("raising", {"x0": s, "h": s, "w": X}, raising),
        LoopCase("table", {"x": Tensor((N,), "int"), "h": s, "z0": vector(M)}, table, integers={"x": "m"}, least={"m": 1}),
        LoopCase("data_trip", {"t": s, "h": s, "x0": s}, data_trip, positive=True),
        LoopCase("shared", {"x": X}, shared, least={"n": 1}),
    ]


CASES = _cases()
