"""Graphs with loops built by hand, in place of the front end and the calculus."""

from symdiff.graph.affine import Affine, Element
from symdiff.graph.build import Builder
from symdiff.graph.check import check
from symdiff.graph.graph import Buffer, Carried, Collected, Const, Graph, Loop, Origin, Param, Store
from symdiff.graph.loops import parameter, step_graph
from symdiff.graph.structure import SCALAR, Items, Tensor
from symdiff.graph.terms import Guard, Term
from symdiff.primitives import TABLE

N, K = Affine.of("n"), Affine.of("k")
WRITTEN = Origin(2, "...")
ADJOINT = Origin(2, "...", "adjoint")


class Step:
    """A step that is being built: ``step.mul("h", "p")``."""

    def __init__(self, scalars, counter="k", origin=WRITTEN, sizes=(), **arrays):
        self.builder = Builder()
        self.builder.origin = origin
        names = scalars.split()
        self.builder.inputs({counter: (), **dict.fromkeys(sizes, ()), **dict.fromkeys(names, ()), **arrays})
        self.params = [parameter(name, size=True) for name in (counter, *sizes)]
        self.params += [*map(parameter, names), *(parameter(name, axes) for name, axes in arrays.items())]

    def __getattr__(self, op):
        def apply(*args):
            atoms = [Const(arg) if isinstance(arg, int | float) else arg for arg in args]
            return self.builder.apply(TABLE[op], *atoms)

        return apply

    def at(self, array, *index):
        """An element."""
        return self.builder.sum([Term(array, index)], ())

    def graph(self, *outputs):
        """The step with these outputs: atoms, or pairs with axes."""
        pairs = [each if isinstance(each, tuple) else (each, ()) for each in outputs]
        pairs = [(Const(atom) if isinstance(atom, int | float) else atom, axes) for atom, axes in pairs]
        return step_graph("step", self.params, self.builder.body, pairs)


def scalars(names):
    return tuple(map(Param, names.split()))


def vector(name, size="n"):
    return Param(name, Tensor((Affine.of(size),)), (name,))


def steps(name="n"):
    """A number of steps that is an argument."""
    return Affine.of(Element(name, ()))


def made(name, params, body, outputs, source="", result=None):
    """A graph whose results are scalars, or as ``result`` says."""
    if result is None:
        result = SCALAR if len(outputs) == 1 else Items("tuple", (SCALAR,) * len(outputs))
    return check(Graph(name, params, tuple(body), tuple(outputs), result, source))


def same(*names):
    return tuple((name, name) for name in names)


PENDULUM = "def pendulum(q, p, h, n):\n    for k in range(n):\n        q += h*p\n        p -= h*sin(q)\n    return q"


def swing(taped=False):
    step = Step("q p h")
    q = step.add("q", step.mul("h", "p"))
    p = step.sub("p", step.mul("h", step.sin(q)))
    kept = [step.cos(q), q, "p"] if taped else []
    collected = (Collected("tape"), Collected("tape_1"), Collected("tape_2")) if taped else ()
    carried = Carried("q", "q", "q_1"), Carried("p", "p", "p_1")
    return Loop(step.graph(q, p, *kept), "k", steps(), carried, (), collected, same("h"), count="count" if taped else "")


def pendulum():
    """``q += h*p; p -= h*sin(q)``, n times."""
    return made("pendulum", scalars("q p h n"), [swing()], ["q_1"], PENDULUM)


def pendulum_gradient():
    """The gradient of the last q: an adjoint loop over tapes of cosines, angles and momenta."""
    taped = {name: (Affine.of("count"),) for name in ("c", "s", "t")}
    back = Step("q_bar p_bar h_bar h", origin=ADJOINT, sizes=("count",), **taped)
    q_bar = back.sub("q_bar", back.mul(back.mul("p_bar", "h"), back.at("c", K)))
    h_bar = back.add("h_bar", back.mul(back.at("t", K), q_bar))
    h_bar = back.sub(h_bar, back.mul("p_bar", back.sin(back.at("s", K))))
    p_bar = back.add("p_bar", back.mul("h", q_bar))
    carried = [Carried(f"{name}_bar", Const(float(name == "q")), f"{name}_bar_1") for name in "qph"]
    captured = (*same("h", "count"), ("c", "tape"), ("s", "tape_1"), ("t", "tape_2"))
    loop = Loop(back.graph(q_bar, p_bar, h_bar), "k", Affine.of("count"), tuple(carried), captured=captured, backward=True)
    return made("pendulum", scalars("q p h n"), [swing(taped=True), loop], ["q_bar_1", "p_bar_1", "h_bar_1"], PENDULUM)


def pendulum_recomputed():
    """The derivative by the first q: an adjoint that computes the angle again from a tape of angles and momenta."""
    step = Step("q p h")
    q = step.add("q", step.mul("h", "p"))
    p = step.sub("p", step.mul("h", step.sin(q)))
    carried = Carried("q", "q", "q_1"), Carried("p", "p", "p_1")
    collected = Collected("q_tape"), Collected("p_tape")
    forward = Loop(step.graph(q, p, "q", "p"), "k", steps(), carried, (), collected, same("h"), count="count")
    back = Step("q_bar p_bar h", sizes=("count",), qs=(Affine.of("count"),), ps=(Affine.of("count"),))
    q = back.add(back.at("qs", K), back.mul("h", back.at("ps", K)))
    back.builder.origin = ADJOINT
    q_bar = back.sub("q_bar", back.mul(back.mul("p_bar", "h"), back.cos(q)))
    p_bar = back.add("p_bar", back.mul("h", q_bar))
    carried = Carried("q_bar", Const(1.0), "q_bar_1"), Carried("p_bar", Const(0.0), "p_bar_1")
    captured = (*same("h", "count"), ("qs", "q_tape"), ("ps", "p_tape"))
    loop = Loop(back.graph(q_bar, p_bar), "k", Affine.of("count"), carried, captured=captured, backward=True)
    return made("pendulum", scalars("q p h n"), [forward, loop], ["q_bar_1"], PENDULUM)


def longer():
    """The same operation on a longer range is not the next element of a sequence: there is none."""
    step = Step("x")
    x = step.sin("x")
    loop = Loop(step.graph(x, "x"), "k", N, (Carried("x", "a", "x_1"),), (), (Collected("row"),))
    second = Step("s", row=(N,))
    s = second.add(second.mul("s", 0.5), second.sin(second.at("row", K)))
    other = Loop(second.graph(s), "k", N - 1, (Carried("s", "x_1", "s_1"),), captured=(("row", "row"),))
    return made("f", (Param("a"), vector("y")), [loop, other], ["s_1"], "x s a k n")


def root():
    """Heron's square root with a tolerance: ``while abs(x*x - a) > tol: x = (x + a/x)/2``."""
    outer = Builder()
    outer.inputs({"a": (), "tol": ()})
    outer.origin = WRITTEN

    def goes(builder, x):
        return builder.apply(
            TABLE["gt"], builder.apply(TABLE["abs"], builder.apply(TABLE["sub"], square(builder, x), "a")), "tol"
        )

    def square(builder, x):
        return builder.apply(TABLE["mul"], x, x)

    first = goes(outer, "a")
    step = Step("x a tol")
    x = step.mul(0.5, step.add("x", step.div("a", "x")))
    carried = (Carried("x", "a", "x_1"),)
    outer.append(
        Loop(step.graph(x, goes(step.builder, x)), "k", None, carried, captured=same("a", "tol"), test=first, count="count")
    )
    return made("root", scalars("a tol"), outer.body, ["x_1", "count"], "while abs(x*x - a) > tol: x = (x + a/x)/2")


def root_limited(limit=True):
    """The same with ``for k in range(n): x_new = ...; if abs(x_new - x) <= tol: break``."""
    step = Step("x a tol")
    x = step.mul(0.5, step.add("x", step.div("a", "x")))
    goes = step.gt(step.abs(step.sub(x, "x")), "tol")
    carried = (Carried("x", "a", "x_1"),)
    loop = Loop(step.graph(x, goes), "k", steps() if limit else None, carried, captured=same("a", "tol"), test=Const(True))
    return made("root", scalars("a tol n") if limit else scalars("a tol"), [loop], ["x_1"], "x tol a k n")


def filtered(start=1):
    """``for i in range(start, n): y[i] = a*y[i-1] + x[i]`` over y that holds x at first; an array."""
    step = Step("a", y=(N,), x=(N,))
    value = step.add(step.mul("a", step.at("y", K + start - 1)), step.at("x", K + start))
    buffers = (Buffer("y", "x", "y_1", (N,), (Store((K + start,)),)),)
    loop = Loop(step.graph(value), "k", N - start, buffers=buffers, captured=same("a", "x"))
    return made("smooth", (vector("x"), Param("a")), [loop], ["y_1"], "y[i] = a*y[i-1] + x[i]", Tensor((N,)))


def filtered_gradient():
    """The adjoint of the last y of the filter: with respect to x (a buffer that is added to) and a."""
    (forward,) = filtered().body
    back = Step("y_bar a_bar a", origin=ADJOINT, y=(N,), x_bar=(N,))
    a_bar = back.add("a_bar", back.mul("y_bar", back.at("y", K)))
    y_bar = back.mul("a", "y_bar")
    carried = Carried("y_bar", Const(1.0), "y_bar_1"), Carried("a_bar", Const(0.0), "a_bar_1")
    buffers = (Buffer("x_bar", Const(0.0), "x_bar_1", (N,), (Store((K + 1,), adds=True),)),)
    loop = Loop(
        back.graph(y_bar, a_bar, "y_bar"), "k", N - 1, carried, buffers, captured=(("a", "a"), ("y", "y_1")), backward=True
    )
    terms = [Term("x_bar_1", (Affine.of(0),)), Term("y_bar_1", (), (), (Guard(Affine.of(0), "=="),))]
    outer_sum = _sum("x_bar_2", (N,), terms)
    result = Items("tuple", (Tensor((N,)), SCALAR))
    params = (vector("x"), Param("a"))
    return made("smooth", params, [forward, loop, outer_sum], ["x_bar_2", "a_bar_1"], "y[i] = a*y[i-1] + x[i]", result)


def _sum(name, axes, terms):
    from symdiff.graph.graph import Sum

    return Sum(name, axes, tuple(terms), ADJOINT)


def likelihood():
    """GARCH(1, 1): ``v = w + a*r[t]**2 + b*v; s += log(v) + r[t]**2/v``: a recurrence and a sum over it."""
    step = Step("v s w a b", counter="t", r=(N,))
    r = step.at("r", Affine.of("t"))
    square = step.mul(r, r)
    s = step.add(step.add("s", step.log("v")), step.div(square, "v"))
    v = step.add(step.add("w", step.mul("a", square)), step.mul("b", "v"))
    carried = Carried("v", "w", "v_1"), Carried("s", Const(0.0), "s_1")
    loop = Loop(step.graph(v, s), "t", N, carried, captured=same("w", "a", "b", "r"))
    return made("garch", (*scalars("w a b"), vector("r")), [loop], ["s_1"], "w a b r v s t")


def fibonacci():
    """``a, b = b, a + b`` and a product over it."""
    step = Step("a b c")
    carried = Carried("a", "x", "a_1"), Carried("b", Const(1.0), "b_1"), Carried("c", Const(1.0), "c_1")
    loop = Loop(step.graph("b", step.add("a", "b"), step.mul("c", "a")), "k", steps(), carried)
    return made("f", scalars("x n"), [loop], ["b_1", "c_1"], "a b c x n k")


def heat():
    """``u = u + r*(shifted u ...)``: a whole array carried, with fixed ends."""
    step = Step("r", u=(N,))
    place = Affine.of(0)
    inside = (Guard(place - 1), Guard(N - 2 - place))
    lap = step.builder.sum(
        [
            Term("u", (place + 1,), (), inside),
            Term("u", (place - 1,), (), inside),
            Term("u", (place,), (), inside),
        ],
        (N,),
    )
    new = step.add("u", step.builder.apply(TABLE["mul"], step.builder.spread("r", (N,)), lap))
    loop = Loop(step.graph((new, (N,))), "k", steps("m"), (Carried("u", "u", "u_1", (N,)),), captured=same("r"))
    return made("heat", (vector("u"), *scalars("r m")), [loop], ["u_1"], "u r m", Tensor((N,)))


def relaxed():
    """Gauss-Seidel in place: ``u[i] = (u[i-1] + u[i+1])/2``, which reads elements before they are written."""
    step = Step("", u=(N,))
    value = step.mul(0.5, step.add(step.at("u", K), step.at("u", K + 2)))
    loop = Loop(step.graph(value), "k", N - 2, buffers=(Buffer("u", "u", "u_1", (N,), (Store((K + 1,)),)),))
    return made("sweep", (vector("u"),), [loop], ["u_1"], "u[i] = (u[i-1] + u[i+1])/2", Tensor((N,)))


def swapped():
    """Two stores in an iteration, of what was there before: ``u[k], u[k+1] = u[k+1], a*u[k]``."""
    step = Step("a", u=(N,))
    values = step.at("u", K + 1), step.mul("a", step.at("u", K))
    loop = Loop(
        step.graph(*values),
        "k",
        N - 1,
        buffers=(Buffer("u", "u", "u_1", (N,), (Store((K,)), Store((K + 1,)))),),
        captured=same("a"),
    )
    return made("swap", (vector("u"), Param("a")), [loop], ["u_1"], "u a k", Tensor((N,)))


def nested():
    """``for k: x = u; for l in range(k + 1): x = cos(x) + a; u += h*x``: a loop inside, of k + 1 iterations."""
    inner = Step("x a", counter="l")
    loop = Loop(inner.graph(inner.add(inner.cos("x"), "a")), "l", K + 1, (Carried("x", "u", "x_1"),), captured=same("a"))
    step = Step("u a h")
    step.builder.append(loop)
    new = step.add("u", step.mul("h", "x_1"))
    outer = Loop(step.graph(new), "k", steps(), (Carried("u", "u", "u_1"),), captured=same("a", "h"))
    return made("march", scalars("u a h n"), [outer], ["u_1"], "u a h n x k l")


def twice():
    """Two loops over the same variable, with a value between them, and one outside that the second reads."""
    outer = Builder()
    outer.origin = WRITTEN
    outer.inputs({"x": (), "a": (), "n": ()})

    def loop(start, out, factor):
        step = Step("x c")
        return Loop(
            step.graph(step.sin(step.mul("c", "x"))), "k", steps(), (Carried("x", start, out),), captured=(("c", factor),)
        )

    outer.append(loop("x", "x_1", "a"))
    c = outer.apply(
        TABLE["add"], outer.apply(TABLE["exp"], "x_1"), outer.apply(TABLE["sin"], outer.apply(TABLE["mul"], "a", "a")), hint="c"
    )
    d = outer.apply(TABLE["mul"], c, outer.apply(TABLE["cos"], outer.apply(TABLE["div"], c, "a")), hint="d")
    outer.append(loop("x_1", "x_2", d))
    result = outer.apply(TABLE["mul"], "x_2", d)
    return made("f", scalars("x a n"), outer.body, [result], "x a n k d")
