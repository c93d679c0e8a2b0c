"""Loops that are bounded: ``max_steps`` iterations at most, or cut into segments that are computed again (checkpoints)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from symdiff.errors import ArgumentError
from symdiff.graph.affine import Affine, Element
from symdiff.graph.build import Builder
from symdiff.graph.graph import Atom, Block, Carried, Const, Fold, Graph, If, Let, Loop, Raise, Statement, Sum, operands
from symdiff.graph.loops import names_in, parameter, step_graph
from symdiff.graph.splice import splice
from symdiff.graph.terms import Term
from symdiff.primitives import TABLE

OWN = frozenset({"done", "going", "limit", "segment", "segment_step", "segment_number"})  # names inside of segments
SEGMENT = 256  # iterations between two checkpoints of a loop whose number of iterations nobody knows


def limited(graph: Graph, steps: int) -> Graph:
    """The graph whose loops without a bound raise a RuntimeError if they do not end within ``steps`` iterations."""
    names = Builder(taken=names_in(graph))

    def bound(loop: Loop) -> Iterable[Statement]:
        if loop.trip is not None:
            return [loop]
        counted = replace(loop, trip=Affine(steps + 1), count=loop.count or names.fresh("count"))
        where = f"the loop in line {loop.origin.line} of {graph.name}" if loop.origin else f"a loop of {graph.name}"
        error = Raise("RuntimeError", f"{where} did not end within {steps} steps (max_steps)", loop.origin)
        test = names.fresh("t", "bool")
        over = Let(test, TABLE["gt"], (counted.count, Const(steps)), loop.origin)
        return [counted, over, If(test, (error,), (), (), loop.origin)]

    return replace(graph, body=_changed(graph.body, bound))


def _changed(block: Block, change: Callable[[Loop], Iterable[Statement]]) -> Block:
    """A block whose loops are replaced, inner ones first."""
    made: list[Statement] = []
    for statement in block:
        if isinstance(statement, If):
            statement = replace(statement, then=_changed(statement.then, change), orelse=_changed(statement.orelse, change))
        if isinstance(statement, Loop):
            step = replace(statement.step, body=_changed(statement.step.body, change))
            made += change(replace(statement, step=step))
        else:
            made.append(statement)
    return tuple(made)


def segmented(graph: Graph) -> Graph:
    """The graph whose outer loops are two loops, one in the other, of about the square root of the number of iterations each.

    The adjoint then keeps what the outer loop carries, and computes the inner one again: memory of the order of the square
    root, for one more run of the loop (A. Griewank and A. Walther, *Evaluating Derivatives*, 2nd ed., SIAM 2008, chapter 12).
    Raises ArgumentError for a loop that writes elements of arrays, or keeps a value of each iteration.
    """
    names = Builder(taken=names_in(graph))
    made: list[Statement] = []
    for statement in graph.body:
        if isinstance(statement, Loop) and not statement.implicit:
            made += _segments(statement, names)
        else:
            made.append(statement)
    return replace(graph, body=tuple(made))


def _segments(loop: Loop, names: Builder) -> list[Statement]:
    """``while done < trip and going: for the length of a segment, while done < trip and going: step; done += 1``."""
    if loop.buffers or loop.collected or loop.backward:
        where = f" (line {loop.origin.line})" if loop.origin else ""
        raise ArgumentError(f"checkpoint: a loop that writes to elements of an array{where} keeps that array as a whole")
    outer, length = Builder(taken=names.kinds), Affine(SEGMENT)
    extra: dict[str, Atom] = {}
    test: Atom = Const(True) if loop.test is None else loop.test
    if isinstance(test, str):
        outer.input(test, "bool")
    if loop.trip is not None:
        limit = outer.sum([Term(loop.trip)], (), hint="trip")
        root = outer.apply(TABLE["sqrt"], outer.apply(TABLE["max"], limit, Const(1)))
        extra = {"limit": limit, "segment": outer.apply(TABLE["floor"], root, hint="segment")}
        length = Affine.of(Element("segment", ()))
        starts = outer.apply(TABLE["lt"], Const(0), limit)
        test = starts if test == Const(True) else outer.apply(TABLE["and"], test, starts)
    names.kinds.update(outer.kinds)
    done = names.fresh("done")
    made = _outer(loop, _inner(loop, length, extra), extra, test, done)
    count = [Sum(loop.count, (), (Term(done),), loop.origin)] if loop.count else []
    return [*(statement for statement in outer.body), made, *count]


def _apart(loop: Loop) -> Loop:
    """The loop, with no value of its step that is called as what segments carry."""
    taken = {param.name for param in loop.step.params} & OWN
    if taken:
        raise ArgumentError(f"checkpoint: the loop has a variable called {', '.join(sorted(taken))}; please call it otherwise")
    builder = Builder(taken=OWN)
    builder.inputs(loop.step.input_axes)
    outputs = splice(builder, loop.step.body, {}, loop.step.outputs)
    return replace(loop, step=replace(loop.step, body=builder.body, outputs=tuple(outputs)))


def _inner(loop: Loop, length: Affine, extra: Mapping[str, Atom]) -> Loop:
    """The loop over the iterations of a segment, inside the step of the outer one."""
    loop = _apart(loop)
    step = loop.step
    body = _counted(step.body, loop.counter, "done")
    builder = Builder(taken=names_in(step))
    builder.inputs({**{name: axes for name, axes in step.input_axes.items() if name != loop.counter}, "done": ()})
    for name in ("going", *extra):
        builder.input(name)
    for statement in body:
        builder.append(statement)
        builder.declare(statement)
    *outputs, going = step.outputs if loop.test is not None else (*step.outputs, Const(True))
    following = builder.apply(TABLE["add"], "done", Const(1))
    more = builder.apply(TABLE["lt"], following, "limit") if extra else Const(True)
    (number,) = builder.branch(going, (), (), [("going", Const(1), Const(0))]) if isinstance(going, str) else (Const(1),)
    both = more if not isinstance(going, str) else builder.apply(TABLE["and"], going, more) if extra else going
    params = [parameter("segment_step", size=True)] + [param for param in step.params if param.name != loop.counter]
    params += [parameter(name) for name in ("done", "going", *extra)]
    results = [(atom, each.axes) for atom, each in zip(outputs, loop.carried, strict=True)]
    made = step_graph(step.name, params, builder.body, [*results, (following, ()), (number, ()), (both, ())])
    carried = [Carried(each.param, each.param, f"{each.param}_next", each.axes) for each in loop.carried]
    carried += [Carried("done", "done", "done_next"), Carried("going", "going", "going_next")]
    captured = [(name, name) for name, _ in loop.captured] + [(name, name) for name in extra]
    return Loop(made, "segment_step", length, tuple(carried), captured=tuple(captured), test=Const(True), origin=loop.origin)


def _outer(loop: Loop, inner: Loop, extra: Mapping[str, Atom], test: Atom, done: str) -> Loop:
    """The loop over the segments."""
    builder = Builder(taken=names_in(inner.step))
    builder.input("done")
    builder.append(inner)
    going = builder.apply(TABLE["gt"], "going_next", Const(0))
    if extra:
        builder.input("limit")
        going = builder.apply(TABLE["and"], going, builder.apply(TABLE["lt"], "done_next", "limit"))
    params = [parameter("segment_number", size=True)] + [param for param in loop.step.params if param.name != loop.counter]
    params += [parameter(name) for name in ("done", "going", *extra)]
    results = [(each.out, each.axes) for each in inner.carried]
    step = step_graph(f"{loop.step.name}_segment", params, builder.body, [*results, (going, ())])
    carried = [*loop.carried, Carried("done", Const(0), done), Carried("going", Const(1), f"{done}_going")]
    captured = (*loop.captured, *extra.items())
    return Loop(step, "segment_number", None, tuple(carried), captured=captured, test=test, origin=loop.origin)


def _counted(block: Block, counter: str, name: str) -> Block:
    """A block that reads the number of the iteration from a value instead of the counter."""
    place = Affine.of(Element(name, ()))

    def changed(statement: Statement) -> Statement:
        if isinstance(statement, If):
            then, orelse = _counted(statement.then, counter, name), _counted(statement.orelse, counter, name)
            return replace(statement, then=then, orelse=orelse)
        if isinstance(statement, Sum | Fold):
            moved = [term.substitute({counter: place}) for term in statement.terms]
            moved = [replace(term, atom=name) if term.atom == counter else term for term in moved]
            return replace(statement, terms=tuple(moved)) if isinstance(statement, Sum) else replace(statement, term=moved[0])
        if isinstance(statement, Let):
            return replace(statement, args=tuple(name if arg == counter else arg for arg in statement.args))
        if isinstance(statement, Loop) and counter in operands(statement):
            raise ArgumentError("checkpoint: a loop inside a loop whose range depends on the counter of the outer one")
        return statement

    return tuple(map(changed, block))
