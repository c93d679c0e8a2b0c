"""Loops in segments (checkpoints): two loops, one in the other, of which the adjoint computes the inner one again.

The adjoint of the two keeps what the outer loop hands on, which is the state at the start of each segment, and runs the inner
loop of one segment after the other again, keeping what it needs of that segment only. So memory is of the order of the
square root of the number of iterations, for one more run of the loop (A. Griewank and A. Walther, *Evaluating
Derivatives*, 2nd ed., SIAM 2008, chapter 12).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from symdiff.errors import ArgumentError
from symdiff.graph.affine import Affine, Axes, Element, Symbol, identity, substituted
from symdiff.graph.build import Builder
from symdiff.graph.graph import Atom, Block, Buffer, Carried, Const, Graph, If, Let, Loop, Param, Statement, Store, Sum
from symdiff.graph.loops import names_in, parameter, step_graph, with_sizes
from symdiff.graph.mapping import resized
from symdiff.graph.settled import with_settled
from symdiff.graph.terms import Term
from symdiff.primitives import TABLE

SEGMENT = 256  # iterations between two checkpoints of a loop whose number of iterations nobody knows

Results = list[tuple[Atom, Axes]]
Moved = Mapping[Symbol, Affine]


def segmented(graph: Graph) -> Graph:
    """The graph whose loops, but for those inside of others, are cut into segments.

    An array of which iterations write elements is kept as a whole at the start of each segment, unless the loop settles it
    (``graph.settled``): then nothing is kept of it. What each iteration gives (an appended list) is an array that is made
    before, of which nothing is kept either. Raises ArgumentError for a list that grows until the data end a loop.
    """
    graph = with_settled(graph)
    names = Builder(taken=names_in(graph))
    return replace(graph, body=_in_segments(graph.body, names))


def _in_segments(block: Block, names: Builder) -> Block:
    made: list[Statement] = []
    for statement in block:
        if isinstance(statement, If):
            then, orelse = _in_segments(statement.then, names), _in_segments(statement.orelse, names)
            statement = replace(statement, then=then, orelse=orelse)
        if isinstance(statement, Loop) and not (statement.implicit or statement.segments):
            with names.unshared(), names.block() as body:
                _Segments(statement, names).add()
            made += body
        else:
            made.append(statement)
    return tuple(made)


@dataclass
class _Segments:
    """The two loops of a loop. Whatever is made has a name that is nowhere else in the graph, inside and outside of steps."""

    loop: Loop
    names: Builder
    extra: dict[str, Atom] = field(default_factory=dict)  # what the loops capture beside what the loop did
    rows: list[Carried] = field(default_factory=list)  # what is collected, as arrays that are handed on

    def add(self) -> None:
        """Add them to the block that is being built."""
        loop, names = self._with_rows(), self.names
        self.loop, self.segment, self.limit = loop, None, None
        trip = None
        if loop.trip is not None:
            whole = names.sum([Term(loop.trip)], (), hint="limit")
            self.limit = self._given(names.apply(TABLE["max"], whole, Const(0), hint="limit"))
            root = names.apply(TABLE["sqrt"], names.apply(TABLE["max"], self.limit, Const(1)))
            self.segment = self._given(names.apply(TABLE["floor"], root, hint="segment"))
            parts = names.apply(TABLE["div"], self.limit, self.segment)
            trip = _integer(names.apply(TABLE["ceil"], parts, hint="segments"))
        # What tells whether to go on, and the number of iterations made, are carried by the loops if anybody asks for them.
        self.going = names.fresh("going") if loop.test is not None else ""
        self.done = names.fresh("done") if loop.test is not None and loop.count else ""
        self.number, self.start, self.length = (names.fresh(hint) for hint in ("segment_number", "start", "length"))
        inner = self._inner()
        outer = self._outer(inner, trip)
        names.append(outer)
        self._results(outer)

    def _given(self, atom: Atom) -> Atom:
        """What the steps read of what is computed before the loop, under its own name."""
        if isinstance(atom, str):
            self.extra[atom] = atom
        return atom

    # what is collected

    def _with_rows(self) -> Loop:
        """The loop, with arrays that are long enough for what it collects."""
        loop, names = self.loop, self.names
        if not loop.collected:
            return loop
        if loop.trip is None:
            where = f" in line {loop.origin.line}" if loop.origin else ""
            raise ArgumentError(
                f"checkpoint: the list that grows in the loop{where} is as long as the data tell, so that nobody can make room "
                "for it before. Write a for loop of as many iterations as there may be, with a break"
            )
        if any(True for _ in loop.trip.elements):  # a number from data becomes a size
            count = loop.count if loop.test is None else names.fresh("trip")
            names.append(_counting(loop, loop.trip, count))
            loop = replace(loop, trip=Affine.of(count))
        for each in loop.collected:
            out = each.out if loop.test is None else names.fresh(each.out)
            axes = (loop.trip or Affine(), *each.axes)
            self.rows.append(Carried(names.fresh(each.out, axes=axes), Const(0), out, axes, settled=True))
        return loop

    def _results(self, outer: Loop) -> None:
        """What follows on the loops: the number of iterations, and as much of what was collected."""
        loop, names = self.loop, self.names
        if not loop.count:
            return
        made = outer.carried[-1].out if self.done else self.limit
        if loop.test is not None or not loop.collected:
            names.append(_counting(loop, _integer(made or Const(0)), loop.count))
        if loop.test is not None:
            for each, row in zip(loop.collected, self.rows, strict=True):
                axes = (Affine.of(loop.count), *each.axes)
                names.append(Sum(each.out, axes, (Term(row.out, identity(len(axes))),), loop.origin))

    # the loops

    @property
    def _params(self) -> list[Param]:
        """What both steps read, counters apart."""
        own = [param for param in self.loop.step.params if param.name != self.loop.counter]
        return [*own, *(parameter(row.param, row.axes) for row in self.rows), *(parameter(name) for name in self.extra)]

    def _next(self, each: Carried | Buffer) -> str:
        return self.names.fresh(f"{each.param}_next", axes=each.axes)

    def _inner(self) -> Loop:
        """The loop over the iterations of a segment."""
        loop, names = self.loop, self.names
        counter = names.fresh("segment_step")
        place, sizes = Affine.of(self.start) + Affine.of(counter), [counter, self.start]
        if loop.backward:
            last = names.fresh("last")
            self.extra[last] = self.limit or Const(0)
            place, sizes = Affine.of(last) - 1 - place, [*sizes, last]
        moved: Moved = {loop.counter: place}
        body, results = self._moved_step(moved)
        carried = [replace(each, init=each.param, out=self._next(each)) for each in loop.carried]
        carried += [Carried(self.going, self.going, names.fresh("going_next"))] if self.going else []
        buffers = []
        for each in loop.buffers:
            stores = tuple(replace(store, index=substituted(store.index, moved)) for store in each.stores)
            buffers.append(replace(each, init=each.param, out=self._next(each), stores=stores))
        rows = [(row.param, row.param, self._next(row), row.axes) for row in self.rows]
        buffers += [Buffer(*row, (Store((place,)),), settled=True) for row in rows]
        params = [*(parameter(name, size=True) for name in sizes), *(each for each in self._params if each.name not in sizes)]
        params += [parameter(self.going)] if self.going else []
        step = step_graph(loop.step.name, params, body, results)
        trip = Affine(SEGMENT) if self.segment is None else Affine.of(Element(self.length, ()))
        captured = [(name, name) for name in (*(name for name, _ in loop.captured), *self.extra, self.start)]
        going = None if loop.test is None else Const(True)
        made = Loop(step, counter, trip, tuple(carried), tuple(buffers), (), tuple(captured), going, names.fresh("count"))
        return with_sizes(replace(made, origin=loop.origin))

    def _moved_step(self, moved: Moved) -> tuple[Block, Results]:
        """The body and the results of an iteration that counts from the start of a segment."""
        loop, names = self.loop, self.names
        kept, collected, stored, test = loop.outputs()
        with names.unshared(), names.block() as body:
            names.append(Sum(loop.counter, (), (Term(moved[loop.counter]),)))
            for statement in resized(loop.step.body, moved):
                names.append(_reading_number(statement, loop.counter))
            results: Results = [(atom, each.axes) for each, atom in zip(loop.carried, kept, strict=True)]
            if isinstance(test, str):
                results.append((names.branch(test, (), (), [("going", Const(1), Const(0))])[0], ()))
            elif test is not None:
                results.append((Const(int(test.value)), ()))
        results += [(atom, buffer.row(store)) for (buffer, store), atom in zip(loop.stores, stored, strict=True)]
        results += [(atom, each.axes) for each, atom in zip(loop.collected, collected, strict=True)]
        return tuple(body), results if test is None else [*results, (test, ())]

    def _outer(self, inner: Loop, trip: Affine | None) -> Loop:
        """The loop over the segments."""
        loop, names = self.loop, self.names
        with names.unshared(), names.block() as body:
            number = Affine.of(self.number)
            if self.segment is None or self.limit is None:
                names.append(Sum(self.start, (), (Term(number * SEGMENT),)))
            else:
                names.append(Let(self.start, TABLE["mul"], (names.sum([Term(number)], ()), self.segment)))
                left = names.apply(TABLE["sub"], self.limit, self.start)
                names.append(Let(self.length, TABLE["min"], (self.segment, left)))
            names.append(inner)
            results: Results = [(each.out, each.axes) for each in inner.handed]
            carried = [*loop.carried]
            carried += [Carried(self.going, Const(1), names.fresh("going"))] if self.going else []
            carried += [Carried(each.param, each.init, each.out, each.axes, each.settled) for each in loop.buffers]
            carried += self.rows
            if self.done:
                carried.append(Carried(self.done, Const(0), names.fresh("done")))
                results.append((names.apply(TABLE["add"], self.done, names.sum([Term(Affine.of(inner.count))], ())), ()))
            if self.going:
                results.append((names.apply(TABLE["gt"], inner.carried[-1].out, Const(0)), ()))
        params = [parameter(self.number, size=True), *self._params]
        params += [parameter(name) for name in (self.going, self.done) if name]
        step = step_graph(f"{loop.step.name}_segment", params, tuple(body), results)
        count = names.fresh("count")
        captured = (*loop.captured, *self.extra.items())
        made = Loop(step, self.number, trip, tuple(carried), (), (), captured, loop.test, count, origin=loop.origin)
        return with_sizes(replace(made, segments=True))


def _integer(atom: Atom) -> Affine:
    """A number that is an integer, as a number of iterations."""
    return Affine.of(Element(atom, ())) if isinstance(atom, str) else Affine(int(atom.value))


def _counting(loop: Loop, trip: Affine, count: str) -> Loop:
    """A loop that does nothing but make a number of iterations a size."""
    counter = f"{count}_step"
    return Loop(step_graph("count", [parameter(counter, size=True)], (), ()), counter, trip, count=count, origin=loop.origin)


def _reading_number(statement: Statement, counter: str) -> Statement:
    """A statement for which what was a counter is a number."""
    if isinstance(statement, If):
        then, orelse = (tuple(_reading_number(each, counter) for each in body) for body in (statement.then, statement.orelse))
        return replace(statement, then=then, orelse=orelse)
    if not isinstance(statement, Loop) or statement.counter == counter:  # which counts by the same name
        return statement
    if any(atom == counter and name != counter for name, atom in statement.captured):
        raise ArgumentError("checkpoint: a loop inside a loop that reads the counter of the outer one under another name")
    step = statement.step
    params = tuple(parameter(param.name) if param.name == counter else param for param in step.params)
    body = tuple(_reading_number(each, counter) for each in step.body)
    return replace(statement, step=replace(step, params=params, body=body))
