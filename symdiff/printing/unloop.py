"""Graphs with loops as sheets of paper: definitions without loops, beside the recurrences of the loops.

What a loop carries is a sequence: an array with one index more, which nobody on the sheet defines. ``q`` is q[k] at the start
of an iteration and q[k + 1] at its end, and what the rest of the graph reads is q[n]; where the counter runs backward, q[k + 1]
comes first and q[k] follows. One iteration is a sheet of its own, whose results are the next elements of the sequences.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from symdiff.graph.affine import ZERO, Affine, Axes, Element, identity
from symdiff.graph.bounds import Bounds
from symdiff.graph.graph import (
    Atom,
    Block,
    Buffer,
    Const,
    Fold,
    Graph,
    If,
    Let,
    Loop,
    Origin,
    Param,
    Statement,
    Store,
    Sum,
    defined,
    walk,
)
from symdiff.graph.structure import SCALAR, Items, Structure, Tensor
from symdiff.graph.terms import Guard, Range, Term, arrays_in, view
from symdiff.primitives import TABLE
from symdiff.primitives.row import Kind
from symdiff.printing.lift import Lift
from symdiff.printing.loop_plan import Plan, Total
from symdiff.printing.names import Names, renamed_affine, renamed_block
from symdiff.printing.systems import Rule, Sheet, Start, System

_READ = Origin(0, "")  # of what only reads a sequence: that is no derivative by itself


def unlooped(graph: Graph, names: Names) -> Sheet:
    """The sheet of a graph."""
    flat = Flat(names, graph.input_axes)
    body = flat.block(graph.body)
    axes = [leaf.axes if isinstance(leaf, Tensor) else () for leaf in graph.result.leaves()]
    return flat.sheet(graph, body, list(zip(graph.outputs, axes, strict=True)))


class Flat:
    """Makes one sheet. ``axes`` are those of every name that can be read on it, ``known`` what no statement there defines."""

    def __init__(self, names: Names, axes: Mapping[str, Axes], counters: tuple[str, ...] = ()) -> None:
        self.names = names
        self.counters = counters  # of the loops around
        self.axes = dict(axes)
        self.known = dict.fromkeys(axes)
        self.roots: list[tuple[Atom, Axes]] = []
        self.kinds: dict[str, Kind] = {}
        self.systems: list[System] = []
        self.sizes: dict[str, Affine] = {}  # numbers of iterations that are known
        self.counts: dict[str, Atom] = {}

    def block(self, block: Block) -> Block:
        """Statements without loops."""
        made: list[Statement] = []
        for statement in block:
            if self.sizes:
                (statement,) = renamed_block((statement,), self.counts, self.sizes)
            if isinstance(statement, If):
                statement = replace(statement, then=self.block(statement.then), orelse=self.block(statement.orelse))
            new = LoopWriter(self, statement).statements() if isinstance(statement, Loop) else [statement]
            self.add(new)
            made += new
        return tuple(made)

    def add(self, block: Iterable[Statement]) -> None:
        """Know what statements define."""
        for statement in walk(tuple(block)):
            if isinstance(statement, If):
                self.axes |= {out.name: out.axes for out in statement.outs}
                self.kinds |= {out.name: out.kind for out in statement.outs}
            elif isinstance(statement, Let | Sum | Fold):
                self.axes[statement.name] = statement.axes
                self.kinds[statement.name] = statement.kind

    def sequence(self, hint: str, axes: Axes, *, runs: bool) -> str:
        """An array that no statement defines: a sequence that ``runs`` along the iterations, or a buffer."""
        name = self.names.sequence(hint, len(axes))
        if runs:
            self.names.sequences[name] = len(axes)
        self.axes[name] = axes
        self.known[name] = None
        return name

    def root(self, atom: Atom, axes: Axes) -> int:
        """A value that a system reads; its position among these."""
        self.roots.append((atom, axes))
        return len(self.roots) - 1

    def sheet(self, graph: Graph, body: Block, outputs: Sequence[tuple[Atom, Axes]]) -> Sheet:
        """The sheet with these outputs."""
        both = [(self.counts.get(atom, atom) if isinstance(atom, str) else atom, axes) for atom, axes in (*outputs, *self.roots)]
        given = set(graph.inputs)
        leaves: list[Structure] = [Tensor(axes) if axes else SCALAR for _, axes in both]
        others = tuple(parameter_of(name, self.axes[name]) for name in self.known if name not in given)
        kinds: list[Kind] = [self.kinds.get(atom, "float") if isinstance(atom, str) else atom.kind for atom, _ in both]
        made = replace(
            graph,
            params=(*graph.params, *others),
            body=body,
            outputs=tuple(atom for atom, _ in both),
            result=Items("tuple", tuple(leaves)),
        )
        return Sheet(made, len(outputs), tuple(self.systems), tuple(kinds))


def parameter_of(name: str, axes: Axes) -> Param:
    """An array or number that comes from elsewhere, as a parameter of a sheet."""
    return Param(name, Tensor(axes) if axes else SCALAR, (name,), "step")


class LoopWriter:
    """Writes one loop: adds its system to the sheet around, and returns what that gets in place of the loop."""

    def __init__(self, outer: Flat, loop: Loop) -> None:
        self.outer = outer
        self.names = outer.names
        self.loop = loop
        self.plan = Plan(loop)
        self.counter = self.names.counter(loop.counter, outer.counters)
        self.runs = [
            number not in self.plan.totals and each.param not in self.plan.same for number, each in enumerate(loop.carried)
        ]
        runs = any(self.runs)
        self.shift = 0 if runs or self.plan.local else _shift(loop)
        self.number = Affine.of(self.counter) - self.shift  # of the iteration
        self.count, self.length = "", Affine()
        self.certain = loop.trip is not None and (loop.trip.is_simple or Bounds(()).is_nonnegative(loop.trip))
        if loop.test is None and loop.trip is not None and (self.certain or not runs or not outer.counters):
            self.length = loop.trip
        else:
            self.count = self.names.count()
            self.length = Affine.of(self.count)
        if loop.count:
            outer.sizes[loop.count] = self.length
            outer.counts[loop.count] = self.count or _integer(self.length) or loop.count
        self.flat = Flat(self.names, outer.axes, (*outer.counters, self.counter))
        self.flat.known = {}
        self.made: dict[str, Atom] = {}  # the names of what the step defines
        self.read: dict[str, Atom] = {}  # the names by which the step reads
        self.sizes: dict[str, Affine] = {loop.counter: self.number}
        self.arrays: dict[str, str] = {}  # the names of sequences and buffers, by their names in the step
        self.starts: list[Start] = []

    def statements(self) -> list[Statement]:
        """What the sheet around gets in place of the loop."""
        self._rename()
        prelude = [*self._sequences(), *self._locals(), *self._buffers()]
        self.flat.add(prelude)
        body = self.flat.block(renamed_block((*self.loop.step.body, *self.plan.added), self.read, self.sizes, self.made))
        self.body = (*prelude, *body)
        rules, results = self._rules()
        if rules:
            self._add_system(rules, results)
        found = self._handed()
        named = not self.loop.count or self.outer.counts[self.loop.count] != self.loop.count
        number = [] if named else [Sum(self.loop.count, (), (Term(self.length),))]
        return [*number, *found]

    def _add_system(self, rules: list[Rule], results: list[tuple[Atom, Axes]]) -> None:
        loop = self.loop
        captured = []
        integers = list(arrays_in([] if loop.trip is None else [loop.trip]))
        constants = [each.init for each in loop.handed if each.param in self.plan.same | self.plan.plain]
        for atom in dict.fromkeys([*(atom for _, atom in loop.captured), *constants, *integers]):
            if isinstance(atom, str):
                captured.append((atom, self.outer.root(atom, self.outer.axes.get(atom, ()))))
                self.flat.known[atom] = None
                self.flat.axes.setdefault(atom, ())
        graph = replace(loop.step, params=(), source=" ".join(sorted(self.names.words)))
        self.outer.systems.append(
            System(
                counter=self.counter,
                first=Affine(self.shift),
                length=self.length,
                last=None if loop.trip is None else loop.trip - 1 + self.shift,
                backward=loop.backward,
                count=self.count,
                test=None if loop.test is None else self.outer.root(loop.test, ()),
                starts=tuple(self.starts),
                rules=tuple(rules),
                step=self.flat.sheet(graph, self.body, results),
                captured=tuple(captured),
                integers=frozenset(integers),
                assigns=any(buffer.param not in self.plan.plain | self.plan.same for buffer in loop.buffers),
                needs=None if self.count or self.certain else self.length,
            )
        )

    # names, sequences, buffers

    def _rename(self) -> None:
        loop = self.loop
        roles = {param.name: param.role for param in loop.step.params}
        for node in walk((*loop.step.body, *self.plan.added)):
            self.made |= {name: self.names.fresh(name) for name in defined(node)}
        self.read = dict(self.made)
        for name, atom in loop.captured:
            self.read[name] = atom
            if roles[name] == "size":
                self.sizes[name] = Affine.of(atom) if isinstance(atom, str) else Affine(int(atom.value))
        self.read[loop.counter] = self.counter

    def _sequences(self) -> Iterator[Statement]:
        """Reads of the elements at the start of an iteration, and at its end."""
        before, after = (self.number + 1, self.number) if self.loop.backward else (self.number, self.number + 1)
        first = self.length if self.loop.backward else ZERO
        for number, each in enumerate(self.loop.carried):
            if not self.runs[number]:
                self.read[each.param] = each.init if each.param in self.plan.same else each.param  # or nobody reads it
                continue
            name = self.flat.sequence(each.param, (self.length + 1, *each.axes), runs=True)
            self.outer.axes[name], self.outer.known[name] = self.flat.axes[name], None
            self.arrays[each.param] = name
            self.starts.append(Start(name, (first,), each.axes, self.outer.root(each.init, each.axes)))
            yield self._element(each.param, name, before, each.axes)
        for atom, number in self.plan.next.items():
            each = self.loop.carried[number]
            yield self._element(atom, self.arrays[each.param], after, each.axes)

    def _element(self, read: str, name: str, place: Affine, axes: Axes) -> Statement:
        """The definition by which the step reads an element of a sequence."""
        made = self.names.fresh(f"{name}_at")
        self.read[read] = made
        return Sum(made, axes, (Term(name, (place, *identity(len(axes)))),), _READ)

    def _locals(self) -> Iterator[Statement]:
        """Values of the step that are sequences because somebody else wants them."""
        for atom in self.plan.local:
            axes = self._axes_in_step(atom)
            if atom in self.arrays:
                continue
            name = self.flat.sequence(atom, (self.length, *axes), runs=True)
            self.outer.axes[name], self.outer.known[name] = self.flat.axes[name], None
            self.arrays[atom] = name
            if atom in self.plan.definitions:
                yield self._element(atom, name, self.number, axes)

    def _axes_in_step(self, atom: str) -> Axes:
        statement = self.plan.definitions.get(atom)
        if isinstance(statement, If):
            return next(out.axes for out in statement.outs if out.name == atom)
        if isinstance(statement, Loop):
            return statement.outs[atom]
        axes = statement.axes if isinstance(statement, Let | Sum | Fold) else self.loop.step.input_axes.get(atom, ())
        return tuple(renamed_affine(length, {}, self.sizes) for length in axes)

    def _buffers(self) -> Iterator[Statement]:
        yield from ()
        for buffer in self.loop.buffers:
            if buffer.param in self.plan.same:
                self.read[buffer.param] = buffer.init
                continue
            name = self.outer.sequence(buffer.param, buffer.axes, runs=False)
            self.flat.axes[name], self.flat.known[name] = buffer.axes, None
            self.arrays[buffer.param] = self.read[buffer.param] = name
            root = self.outer.root(buffer.init, buffer.axes)
            outside = _outside(buffer.stores[0], buffer.axes, self.loop) if buffer.param in self.plan.plain else None
            if outside is None:
                self.starts.append(Start(name, (), buffer.axes, root, initially=True))
            else:
                self.starts += [Start(name, (), buffer.axes, root, guard) for guard in outside]

    # rules

    def _rules(self) -> tuple[list[Rule], list[tuple[Atom, Axes]]]:
        """The rules of an iteration, and the outputs of the step that they state; at last, whether to go on."""
        loop, plan = self.loop, self.plan
        kept, _, stored, going = loop.outputs()
        rules: list[Rule] = []
        results: list[tuple[Atom, Axes]] = []
        after = self.number if loop.backward else self.number + 1
        for number, (each, atom) in enumerate(zip(loop.carried, kept, strict=True)):
            if self.runs[number]:
                rules.append(Rule(self.arrays[each.param], (after,), each.axes))
                own = isinstance(atom, str) and plan.next.get(atom) == number
                results.append((self._atom(atom, self.made if own else self.read), each.axes))
        for atom in plan.local:
            axes = self._axes_in_step(atom)
            rules.append(Rule(self.arrays[atom], (self.number,), axes))
            results.append((self._atom(atom, self.made if atom in plan.definitions else self.read), axes))
        rest = iter(stored)
        for buffer in loop.buffers:
            for store in buffer.stores:
                rule, atom = self._stored(buffer, store, self._atom(next(rest), self.read))
                rules.append(rule)
                results.append((atom, rule.axes))
        if going is not None:
            results.append((self._atom(going, self.read), ()))
            return (rules or [Rule("", (), ())]), results
        return rules, results

    def _atom(self, atom: Atom, names: Mapping[str, Atom]) -> Atom:
        return names.get(atom, atom) if isinstance(atom, str) else atom

    def _stored(self, buffer: Buffer, store: Store, atom: Atom) -> tuple[Rule, Atom]:
        index = tuple(renamed_affine(part, self.read, self.sizes) for part in store.index)
        name, axes = self.arrays[buffer.param], buffer.axes[len(index) :]
        if not store.adds or buffer.param not in self.plan.plain:
            return Rule(name, index, axes, store.adds), atom
        if isinstance(buffer.init, Const):
            if buffer.init.value == 0:
                return Rule(name, index, axes), atom
            before = Term(buffer.init)
        else:
            before = Term(buffer.init, (*index, *identity(len(axes))))
            self.flat.known[buffer.init] = None
            self.flat.axes[buffer.init] = buffer.axes
        made = self.names.fresh(f"{name}_new")
        value = view(atom, len(axes)) if isinstance(atom, str) else Term(atom)
        total = Sum(made, axes, (before, value), self.loop.origin)
        self.body = (*self.body, total)
        self.flat.add((total,))
        return Rule(name, index, axes), made

    # what the loop hands on

    def _handed(self) -> Iterator[Statement]:
        loop, plan = self.loop, self.plan
        definitions = {name: node for node in self.body for name in defined(node)}
        lift = Lift(definitions, {**self.flat.axes, **self.outer.axes}, self.counter, self.length, self.shift, self.names.fresh)
        _, collected, _, _ = loop.outputs()
        found: list[Statement] = []
        last = ZERO if loop.backward else self.length
        for each in loop.handed:
            if each.param in plan.same:
                term = view(each.init, len(each.axes)) if isinstance(each.init, str) else Term(each.init)
                found.append(Sum(each.out, each.axes, (term,), _READ))
        for number, each in enumerate(loop.carried):
            if each.param in plan.same:
                continue
            if number in plan.totals:
                found += self._total(lift, plan.totals[number], each.out, each.init, each.axes)
            else:
                term = Term(self.arrays[each.param], (last, *identity(len(each.axes))))
                found.append(Sum(each.out, each.axes, (term,), _READ))
        for buffer in loop.buffers:
            if buffer.param not in plan.same:
                term = view(self.arrays[buffer.param], len(buffer.axes))
                found.append(Sum(buffer.out, buffer.axes, (term,), _READ))
        for row, atom in zip(loop.collected, collected, strict=True):
            rank = len(row.axes) + 1
            array = self._array(lift, atom, row.axes)
            found.append(Sum(row.out, (self.length, *row.axes), (view(array, rank),), _READ))
        yield from lift.made
        yield from found

    def _array(self, lift: Lift, atom: Atom, axes: Axes) -> str:
        """The array of the values that an atom of the step has."""
        if isinstance(atom, str) and atom in self.plan.local:
            return self.arrays[atom]
        return lift.array(self._atom(atom, self.read), axes)

    def _total(self, lift: Lift, total: Total, out: str, init: Atom, axes: Axes) -> list[Statement]:
        """A sum or product along the iterations."""
        rank = len(axes)
        ranges = (Range(ZERO, self.length),)
        own = (Affine.of(rank), *identity(rank))
        origin = self.loop.origin
        statements: list[Statement] = []
        arrays = []
        for part in total.parts:
            array = self._array(lift, part.atom, axes)
            if part.sign < 0:
                minus = self.names.fresh(array)
                statements.append(Let(minus, TABLE["neg"], (array,), origin, (self.length, *axes)))
                array = minus
            arrays.append(array)
        start = view(init, rank) if isinstance(init, str) else Term(init)
        if total.op == "add":
            terms = [] if isinstance(init, Const) and init.value == 0 else [start]
            terms += [Term(array, own, ranges) for array in arrays]
            return [*statements, Sum(out, axes, tuple(terms), origin)]
        folds = [Fold(self.names.fresh(out), axes, TABLE["mul"], Term(array, own, ranges), origin) for array in arrays]
        value: Atom = init
        for number, fold in enumerate(folds):
            name = out if number == len(folds) - 1 else self.names.fresh(out)
            statements += [fold, Let(name, TABLE["mul"], (value, fold.name), origin, axes)]
            value = name
        return statements


def _integer(length: Affine) -> str:
    """The integer from data that a number of iterations is, if it is nothing but that."""
    symbol = length.symbols[0] if length.symbols else ""
    return symbol.array if isinstance(symbol, Element) and not symbol.index and length == Affine.of(symbol) else ""


def _shift(loop: Loop) -> int:
    """What the counter starts from, so that the elements that are written have it as index."""
    consts = {part.const for _, store in loop.stores for part in store.index if part.coefficient(loop.counter) == 1}
    return consts.pop() if len(consts) == 1 else 0


def _outside(store: Store, axes: Axes, loop: Loop) -> list[Guard] | None:
    """Guards on the own indices of a buffer, one of which holds where a loop writes nothing; None if that is not so plain."""
    along = [(axis, part) for axis, part in enumerate(store.index) if part.coefficient(loop.counter)]
    others = [(axis, part) for axis, part in enumerate(store.index) if not part.coefficient(loop.counter)]
    if loop.test is not None or loop.trip is None or len(along) != 1 or along[0][1].coefficient(loop.counter) != 1:
        return None
    if any(axes[axis] != Affine(1) or part != ZERO for axis, part in others):
        return None
    axis, part = along[0]
    first = part - Affine.of(loop.counter)
    guards = [Guard(first - 1 - Affine.of(axis))] if first != ZERO else []
    end = first + loop.trip
    return guards if end == axes[axis] else [*guards, Guard(Affine.of(axis) - end)]
