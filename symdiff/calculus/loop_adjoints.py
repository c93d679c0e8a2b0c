"""The adjoint of a loop: a loop that runs backward over what the loop forward has kept.

Its step is the adjoint of the step. It carries the adjoints of what the loop carries, adds up those of what is captured,
and reads what it needs of the values forward from tapes, which the loop forward collects (``calculus.tape``).
An element of an array that the step reads has an adjoint of its own, which is added to that element of the adjoint of the
array, so that an iteration touches no more elements backward than it does forward.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from symdiff.calculus.activity import is_zero, useful_in_loop, varied_by_loop
from symdiff.calculus.naming import adjoint_name, tape_name
from symdiff.calculus.reread import reread
from symdiff.calculus.supports import ZERO
from symdiff.calculus.sweep import ONE, Term
from symdiff.calculus.tape import chosen, nodes, reads_of
from symdiff.graph.affine import Affine, Axes, identity
from symdiff.graph.build import Builder
from symdiff.graph.dead import dead_code
from symdiff.graph.graph import (
    UNDEFINED,
    Atom,
    Block,
    Buffer,
    Carried,
    Collected,
    Const,
    Graph,
    If,
    Loop,
    Out,
    Raise,
    Statement,
    Store,
    Sum,
)
from symdiff.graph.graph import defined as names_of
from symdiff.graph.loops import (
    index_names,
    names_in,
    names_read,
    parameter,
    raises,
    renamed_indices,
    renamed_parts,
    step_graph,
    with_changed_step,
    without_raises,
)
from symdiff.graph.terms import Guard, arrays_in
from symdiff.graph.terms import Term as Part

if TYPE_CHECKING:
    from symdiff.calculus.reverse import Adjoints, Ledger, Reverse

Index = tuple[Affine, ...]
Contribution = tuple[Index, Atom]  # to one element of the adjoint of an array
Element = tuple[str, Index]  # an array of the step, and the index at which it is read


def adjoint_loop(sweep: Reverse, loop: Loop, ledger: Ledger) -> Loop:
    """Add the adjoint of a loop to a sweep back; returns the loop forward with its tapes."""
    bars = {name: sweep.take(ledger, name) for name in loop.outs}
    if not any(bars.values()):
        return loop
    return _Backward(sweep, loop, bars).add(ledger)


@dataclass
class _Seed:
    """The adjoints of one seed inside the step: names of parameters."""

    number: int
    carried: dict[str, str] = field(default_factory=dict)  # by the parameter whose adjoint they are
    arrays: dict[str, str] = field(default_factory=dict)  # of buffers, and of captured values
    cotangents: dict[int, Atom] = field(default_factory=dict)


class _Backward:
    def __init__(self, sweep: Reverse, loop: Loop, bars: Mapping[str, Adjoints]) -> None:
        self.sweep, self.bars = sweep, bars
        step = loop.step
        self.loop = loop if loop.count or loop.test is None else replace(loop, count=_count(sweep.builder, step))
        self.axes = step.input_axes
        self.active = varied_by_loop(loop, sweep.active)[1]
        self.taken = Builder(taken=names_in(step))
        self.elements = _elements(step, self.active, self.axes)
        counted = self.loop.count and self.loop.count not in step.inputs  # a size of tapes: no inner loop may have its name
        self.params = [parameter(self.loop.count, size=True)] if counted else []
        self.params += [parameter(name, self._rest(*place)) for name, place in self.elements.items()]
        self.captured: dict[str, Atom] = {}  # arrays of adjoints, by the names that they have in the step
        self.seeds = [_Seed(number) for number in sorted({number for bar in bars.values() for number in bar})]
        self.before = Builder(taken=names_in(step))
        self.before.inputs(self.axes)
        for seed in self.seeds:
            self._seed(seed)
        self.carried: list[Carried] = []
        self.buffers: list[Buffer] = []
        self.kept: list[tuple[Atom, Axes]] = []
        self.stored: list[tuple[Atom, Axes]] = []

    # what comes in

    def _fresh(self, name: str, axes: Axes) -> str:
        """A parameter for the adjoint of a value of the step."""
        made = self.taken.fresh(adjoint_name(name, is_input=True))
        while made in self.before.kinds:
            made = self.taken.fresh(adjoint_name(name, is_input=True))
        self.params.append(parameter(made, axes))
        self.before.input(made, axes=axes)
        return made

    def _seed(self, seed: _Seed) -> None:
        """The adjoints with which an iteration backward starts."""
        loop = self.loop
        outs = {name for name, bar in self.bars.items() if seed.number in bar}
        wanted = useful_in_loop(loop, outs) & self.active
        for number, each in enumerate(loop.carried):
            if each.param in wanted:
                seed.carried[each.param] = self._fresh(each.param, each.axes)
                seed.cotangents[number] = seed.carried[each.param]
        for name, _ in loop.captured:
            if name in wanted:
                seed.arrays[name] = self._fresh(name, self.axes[name])
        for number, row in enumerate(loop.collected, len(loop.carried)):
            if seed.number in self.bars[row.out]:
                seed.cotangents[number] = self._row(row, self.bars[row.out][seed.number])
        number = len(loop.carried) + len(loop.collected)
        for buffer in loop.buffers:
            if buffer.param in wanted:
                seed.arrays[buffer.param] = self._fresh(buffer.param, buffer.axes)
                for place in range(len(buffer.stores)):
                    seed.cotangents[number + place] = self._stored(buffer, place, seed.arrays[buffer.param])
            number += len(buffer.stores)

    def _row(self, row: Collected, bar: Atom) -> Atom:
        """The adjoint of what one iteration has collected."""
        if not isinstance(bar, str):
            return bar
        name = self._fresh(row.out, self.loop.outs[row.out])
        self.captured[name] = bar
        at = (Affine.of(self.loop.counter), *identity(len(row.axes)))
        return self.before.sum([Part(name, at)], row.axes, hint=adjoint_name(row.out, is_input=True))

    def _stored(self, buffer: Buffer, place: int, array: str) -> Atom:
        """The adjoint of a value that is stored: that of the element, unless a later store overwrites it."""
        before, store, row = self.before, buffer.stores[place], buffer.row(buffer.stores[place])
        value = before.sum([Part(array, (*store.index, *identity(len(row))))], row)
        for later in buffer.stores[place + 1 :]:
            if not later.adds:
                index, other = ((*each.index, *identity(len(row)))[: len(later.index)] for each in (store, later))
                same = tuple(Guard(a - b, "==") for a, b in zip(index, other, strict=True))
                inside = any(guard.affine.positions for guard in same)
                test = before.sum([Part(Const(True), (), (), same)], row if inside else (), kind="bool")
                value = before.branch(test, (), (), [("t", ZERO, value)])[0]
        return value

    # the sweep inside

    def add(self, ledger: Ledger) -> Loop:
        """Add the loop backward, and post what it hands on."""
        step = self.loop.step
        # What is read of adjoints stands behind the step, so that nothing of the step can be shared with it.
        given = replace(step, params=(*step.params, *self.params), body=(*_without(step.body, self.elements), *self.before.body))
        wrt = [name for name in self.axes if name in self.active] + list(self.elements)
        captured = {name for name, _ in self.loop.captured}
        starts = [{name: bar for name, bar in seed.arrays.items() if name in captured} for seed in self.seeds]
        self.inner = type(self.sweep)(given, wrt, [seed.cotangents for seed in self.seeds], starts=starts)
        self.ledger = ledger
        for position, seed in enumerate(self.seeds):
            self._carry(seed, position)
            for name, bar in seed.arrays.items():
                self._array(name, bar, position)
        self._post(ledger)
        outputs = [*self.kept, *self.stored]
        parts = [part for _, index in self.elements.values() for part in index]
        read = [name for name in arrays_in(parts) if name not in self.axes]  # integers that only the reads of elements need
        names = tuple(dict.fromkeys((*index_names(self.loop), *read)))
        finished = self.inner.finish([*(atom for atom, _ in outputs), *step.outputs, *names])
        self.indices = dict(zip(names, finished.outputs[len(outputs) + len(step.outputs) :], strict=True))
        forward, backward = self._split(finished.body)
        results = [(atom, axes) for atom, (_, axes) in zip(finished.outputs, outputs, strict=False)]
        self.primal = finished.outputs[len(outputs) : len(outputs) + len(step.outputs)]
        return self._loops(forward, backward, results)

    def _carry(self, seed: _Seed, position: int) -> None:
        """The adjoints of what the loop carries: the next ones are those of the values that the iteration started from."""
        by_param = {each.param: each for each in self.loop.carried}
        for name, bar in seed.carried.items():
            each = by_param[name]
            init = self.bars[each.out].get(seed.number, ZERO)
            whole = self.inner.adjoint(name, position)
            parts = self._parts(name, position)
            atom = self._whole(bar, each.axes, [whole], parts) if parts else whole
            self._hand_on(bar, init, atom, self._out(name, each.axes), each.axes)

    def _out(self, name: str, axes: Axes) -> str:
        outer = next((atom for inner, atom in self.loop.captured if inner == name and isinstance(atom, str)), name)
        return self.sweep.builder.fresh(adjoint_name(outer, is_input=True), axes=axes)

    def _hand_on(self, param: str, init: Atom, atom: Atom, out: str, axes: Axes) -> None:
        self.carried.append(Carried(param, init, out, axes))
        self.kept.append((atom, axes))

    def _array(self, name: str, bar: str, position: int) -> None:
        """The adjoint of a buffer, or of what is captured: it is written where the step reads elements, or is a sum."""
        axes, number = self.axes[name], self.seeds[position].number
        whole = self.inner.adjoint(name, position)
        parts = self._parts(name, position)
        buffer = next((each for each in self.loop.buffers if each.param == name), None)
        if buffer is None and whole == bar and not parts:
            return
        init = self._start(name, number) if buffer is None else self.bars[buffer.out].get(number, ZERO)
        cleared = [store.index for store in buffer.stores if not store.adds] if buffer else []
        out = self._out(name, axes)
        if axes and (is_zero(whole) if buffer else whole == bar):
            self._write(Buffer(bar, init, out, axes, ()), cleared, parts)
            return
        atom = (
            self._sum(bar, axes, cleared, parts, whole) if buffer else self._whole(bar, axes, [whole], parts) if parts else whole
        )
        self._hand_on(bar, init, atom, out, axes)

    def _write(self, buffer: Buffer, cleared: Sequence[Index], parts: Sequence[Contribution]) -> None:
        """Write what is read there to the elements that are overwritten forward, and add it to the others."""
        values: list[tuple[Store, Atom]] = [(Store(index), ZERO) for index in cleared]
        for index, atom in parts:
            is_last = bool(values) and values[-1] == (Store(index), ZERO)  # it is written, not cleared and then added to
            values[len(values) - is_last :] = [(Store(index, adds=not is_last), atom)]
        self.buffers.append(replace(buffer, stores=tuple(store for store, _ in values)))
        self.stored += [(atom, buffer.row(store)) for store, atom in values]

    def _start(self, name: str, number: int) -> Atom:
        """What the adjoint of a captured value is so far: the loop adds to it."""
        atom = dict(self.loop.captured)[name]
        if not isinstance(atom, str) or atom not in self.sweep.active:
            return ZERO
        return self.sweep.take_one(self.ledger, atom, number)

    def _parts(self, name: str, position: int) -> list[Contribution]:
        """The adjoints of the elements of an array that the step reads, with their indices."""
        found = [(index, self.inner.adjoint(read, position)) for read, (array, index) in self.elements.items() if array == name]
        return [(index, atom) for index, atom in found if not is_zero(atom)]

    def _sum(self, bar: str, axes: Axes, cleared: Sequence[Index], parts: Sequence[Contribution], whole: Atom) -> Atom:
        """The adjoint of an array after an iteration, as a whole."""
        builder = self.inner.builder
        own = identity(len(axes))
        rest: Atom = bar
        for index in cleared:
            rest = builder.sum([Part(rest, own, (), guards) for guards in _elsewhere(own[: len(index)], index)], axes, hint=bar)
        return self._whole(bar, axes, [rest, whole], parts)

    def _whole(self, hint: str, axes: Axes, arrays: Sequence[Atom], parts: Sequence[Contribution]) -> Atom:
        """A sum of arrays and of single elements."""
        own = identity(len(axes))
        terms = [Part(atom, own if isinstance(atom, str) else ()) for atom in arrays]
        for index, atom in parts:
            same = tuple(Guard(place - part, "==") for place, part in zip(own, index, strict=False))
            terms.append(
                Part(atom, own[len(index) :] if isinstance(atom, str) and self.inner.builder.axes_of(atom) else (), (), same)
            )
        return self.inner.builder.sum(terms, axes, hint=hint)

    @property
    def handed(self) -> tuple[Carried | Buffer, ...]:
        """What the loop backward carries."""
        return (*self.carried, *self.buffers)

    def _post(self, ledger: Ledger) -> None:
        """Post the adjoints that the loop backward hands on to what the loop forward started from."""
        outer = {each.param: each.init for each in self.loop.handed} | dict(self.loop.captured)
        owners = {bar: (name, seed.number) for seed in self.seeds for name, bar in (seed.carried | seed.arrays).items()}
        for each in self.handed:
            name, number = owners[each.param]
            self.sweep.post(ledger, outer[name], number, Term(ONE, each.out, True, self.sweep.builder.origin))

    # the loops

    def _split(self, body: Block) -> tuple[list[Statement], list[Statement]]:
        """The statements of the step forward, and those of the adjoint."""
        early = {name for statement in self.before.body for name in names_of(statement)}
        primal = self.inner.primal - early
        last = max((k for k, each in enumerate(body) if not primal.isdisjoint(names_of(each)) or _only_raises(each)), default=-1)
        forward = [each for each in body[: last + 1] if early.isdisjoint(names_of(each))]
        return forward, [each for each in body if not any(each is other for other in forward)]

    def _loops(self, forward: list[Statement], backward: list[Statement], results: Sequence[tuple[Atom, Axes]]) -> Loop:
        loop = self.loop
        forward = list(self._with_reads(forward))
        self.finished = {
            each.param: self.inner.builder.fresh(each.out, axes=each.axes) for each in loop.handed if each.axes and each.settled
        }
        names = dict(self.finished)
        again, back = reread(forward, names), reread(backward, names)
        results = [(names.get(atom, atom) if isinstance(atom, str) else atom, axes) for atom, axes in results]
        handed = [each.param for each in loop.handed]
        bare = step_graph("", (), back, results)
        inside = replace(loop, carried=(), buffers=tuple(self.buffers), collected=(), test=None)
        needed = names_read(inside, bare)
        found = nodes(list(self.axes), again, needed)
        sizes = {size for axis in self.axes.values() for part in axis for size in part.symbols if isinstance(size, str)}
        floats = self._axes(forward)
        kept = chosen(found, handed, needed, floats, sizes | self._sizes() - {loop.counter})
        spelled = {atom: each.param for each, atom in zip(loop.carried, self.primal, strict=False)}
        tapes = {}
        for name in (name for node in found for name in node.names if name in kept):
            hint = tape_name(spelled.get(name, name))
            tapes[name] = self.sweep.builder.fresh(hint, axes=(loop.length, *floats[name]))
        self._add_backward((*without_raises(again), *back), results, tapes, floats)
        return self._taped(forward, tapes, floats)

    def _with_reads(self, forward: Sequence[Statement]) -> Iterator[Statement]:
        """The statements forward, with the reads of elements before what reads them."""
        waiting = dict(self.elements)
        for statement in (*forward, None):
            read = set(waiting) if statement is None else reads_of(statement) & waiting.keys()
            for name in sorted(read):
                array, index = waiting.pop(name)
                index = renamed_parts(index, self.indices)
                rest = self._rest(array, index)
                yield Sum(name, rest, (Part(array, (*index, *identity(len(rest)))),))
            if statement is not None:
                yield statement

    def _rest(self, array: str, index: Index) -> Axes:
        """The axes of what is read at the index of an array: an element, or a row."""
        return self.axes[array][len(index) :]

    def _sizes(self) -> set[str]:
        return {param.name for param in self.loop.step.params if param.role == "size"}

    def _axes(self, forward: Sequence[Statement]) -> dict[str, Axes]:
        """The axes of the floats of the step; numbers of iterations are sizes, which cannot be read from a tape."""
        counts = {statement.count for statement in forward if isinstance(statement, Loop)}
        names = [*self.axes, *(name for statement in forward for name in names_of(statement) if name not in counts)]
        builder = self.inner.builder
        return {name: builder.axes_of(name) for name in names if builder.kind(name) == "float"}

    def _taped(self, forward: list[Statement], tapes: Mapping[str, str], axes: Mapping[str, Axes]) -> Loop:
        """The loop forward with its tapes."""
        loop = self.loop
        leaves = list(loop.step.result.leaves())
        own = [getattr(leaf, "axes", ()) for leaf in leaves]
        results = list(zip(self.primal, own, strict=True))
        place = len(loop.carried) + len(loop.collected)
        results[place:place] = [(name, axes[name]) for name in tapes]
        body = tuple(_defined_anywhere(each) if not tapes.keys().isdisjoint(names_of(each)) else each for each in forward)
        step = step_graph(loop.step.name, loop.step.params, body, results)
        collected = tuple(Collected(tape, axes[name], tape=True) for name, tape in tapes.items())
        return renamed_indices(replace(loop, step=step, collected=(*loop.collected, *collected)), self.indices)

    def _add_backward(
        self,
        body: Block,
        results: Sequence[tuple[Atom, Axes]],
        tapes: Mapping[str, str],
        axes: Mapping[str, Axes],
    ) -> None:
        loop = self.loop
        names = {name: self.inner.builder.fresh(tape) for name, tape in tapes.items()}
        at = Affine.of(loop.counter)
        reads = [Sum(name, axes[name], (Part(names[name], (at, *identity(len(axes[name])))),)) for name in tapes]
        again = [each for each in body if tapes.keys().isdisjoint(names_of(each))]
        handed = {each.param for each in loop.handed}
        read = {name for seed in self.seeds for name in (*seed.carried.values(), *seed.arrays.values())}
        params = [param for param in loop.step.params if param.name not in handed]
        params += [param for param in self.params if param.name in read or param.name in self.captured]
        params += [parameter(names[name], (loop.length, *axes[name])) for name in tapes]
        finished = {self.finished[each.param]: each for each in loop.handed if each.param in self.finished}
        params += [parameter(name, each.axes) for name, each in finished.items()]
        step = step_graph(f"{loop.step.name}_bar", params, (*reads, *again), results)
        used = {each.param for each in self.handed}
        captured = [*loop.captured, *self.captured.items(), *((names[name], tape) for name, tape in tapes.items())]
        captured += [(name, each.out) for name, each in finished.items()]
        idle = {param.name for param in params} - used - {name for name, _ in captured} - {loop.counter}
        step = replace(step, params=tuple(param for param in step.params if param.name not in idle))
        back = Loop(
            step,
            loop.counter,
            loop.length,
            tuple(self.carried),
            tuple(self.buffers),
            (),
            tuple(captured),
            backward=not loop.backward,
            origin=self.sweep.builder.origin,
            segments=loop.segments,
        )
        self.sweep.builder.append(with_changed_step(renamed_indices(back, self.indices), dead_code))


def _count(builder: Builder, step: Graph) -> str:
    """A name for the number of iterations: it is a size, so it is no name inside the step either."""
    inside = names_in(step)
    while (name := builder.fresh("count")) in inside:
        pass
    return name


def _elements(step: Graph, active: set[str], axes: Mapping[str, Axes]) -> dict[str, Element]:
    """The reads of single elements and rows of active arrays, outside of branches."""
    found: dict[str, Element] = {}
    for statement in step.body:
        if not isinstance(statement, Sum) or len(statement.terms) > 1:
            continue
        (term,) = statement.terms
        is_bare = not term.ranges and not term.guards and term.address is None
        if not (is_bare and isinstance(term.atom, str) and term.atom in active and axes.get(term.atom)):
            continue
        own, at = len(statement.axes), len(term.index) - len(statement.axes)
        is_row = term.index[at:] == identity(own) and statement.axes == axes[term.atom][at:]
        if at and is_row and not any(part.positions for part in term.index[:at]):
            found[statement.name] = (term.atom, term.index[:at])
    return found


def _defined_anywhere(statement: Statement) -> Statement:
    """A statement that hands on 0 where it handed on nothing: what is kept is kept on every path."""
    if not isinstance(statement, If):
        return statement

    def atom(side: Atom, out: Out) -> Atom:
        return ZERO if side == UNDEFINED and out.kind == "float" else side

    then, orelse = (tuple(map(_defined_anywhere, body)) for body in (statement.then, statement.orelse))
    outs = tuple(replace(out, then=atom(out.then, out), orelse=atom(out.orelse, out)) for out in statement.outs)
    return replace(statement, then=then, orelse=orelse, outs=outs)


def _without(body: Block, names: Mapping[str, object]) -> Block:
    return tuple(statement for statement in body if not (isinstance(statement, Sum) and statement.name in names))


def _elsewhere(own: Sequence[Affine], index: Sequence[Affine]) -> list[tuple[Guard, ...]]:
    """Guards that hold at all places but one, as cases that exclude each other."""
    cases = []
    for axis in range(len(own)):
        same = tuple(Guard(place - part, "==") for place, part in zip(own[:axis], index[:axis], strict=True))
        cases.append((*same, Guard(own[axis] - index[axis], "!=")))
    return cases


def _only_raises(statement: Statement) -> bool:
    """Whether a statement is there for what it raises only."""
    return isinstance(statement, Raise) or (isinstance(statement, If) and not statement.outs and raises((statement,)))
