"""A graph with arrays as the code of one function: loops around scalar code (DESIGN section 3, "Scheduling").

``storage`` chooses which arrays are stored, ``works`` makes statements over index spaces of them, ``nests`` puts these into
loops, ``accumulate`` finds what is added up in a variable, and ``elements`` writes the scalar code, which is done here.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from functools import cached_property

from symdiff.codegen.accumulate import Frame, Group, contracted, groups, is_scalar, starts_empty, uses
from symdiff.codegen.blocks import Blocks, deciding
from symdiff.codegen.checks import write_checks, write_raise
from symdiff.codegen.code import Allocate, Dot, Put
from symdiff.codegen.definitions import Definitions, Indexed, uses_of
from symdiff.codegen.elements import Elements
from symdiff.codegen.ends import inner_part
from symdiff.codegen.indices import LETTERS, Spelling
from symdiff.codegen.loops import write_loop
from symdiff.codegen.nests import Fork, Item, Nest, common_guards, runs, works_in
from symdiff.codegen.printer import Text
from symdiff.codegen.results import Results, everything, not_counted
from symdiff.codegen.rules import rules_of
from symdiff.codegen.split import Code
from symdiff.codegen.storage import Storage
from symdiff.codegen.unused import used
from symdiff.codegen.vectors import Arithmetic, columns, is_chosen
from symdiff.codegen.works import Work
from symdiff.graph.affine import Affine, sizes_in
from symdiff.graph.build import Body
from symdiff.graph.graph import (
    Atom,
    Block,
    Const,
    Fold,
    Graph,
    If,
    Let,
    Loop,
    Out,
    Statement,
    Sum,
    defined,
    walk,
)
from symdiff.graph.loops import names_in
from symdiff.graph.structure import Tensor
from symdiff.graph.terms import Guard
from symdiff.primitives import TABLE


@dataclass(frozen=True)
class Schedule:
    """The code of a graph: statements, the atoms it returns, and the text of names that no statement defines."""

    body: tuple[Code, ...]
    returns: tuple[Atom, ...]
    texts: Mapping[str, Text]
    letters: tuple[str, ...]  # the names of loop variables
    any_order: bool  # whether a sum may be added up in any order


def schedule(
    graph: Graph,
    names: Mapping[str, str],
    taken: Iterable[str],
    partial: frozenset[str] = frozenset(),
    into: Mapping[int, str] | None = None,
) -> Schedule:
    """The code of a checked graph without dead statements.

    ``names`` is how its inputs and sizes are written; ``taken`` are names that nothing else may have; ``partial`` are arrays
    that only exist where they are read (``masks``). ``into`` names arrays that are given for outputs, by number.
    """
    scheduler = Scheduler(graph, partial, itertools.count())
    scheduler.start(names, taken)
    return scheduler.run(into or {})


class Scheduler(Results):
    """Writes the code of one graph. That of the step of a loop is written by another one, with the same ``elements``."""

    elements: Elements

    def __init__(
        self, graph: Graph, partial: frozenset[str], numbers: Iterator[int], added_to: frozenset[str] = frozenset()
    ) -> None:
        self.graph = graph
        self.numbers = numbers  # of the variables of works
        self.definitions = Definitions(graph, partial, added_to)
        self.storage = Storage(self.definitions)
        self.blocks = Blocks(graph, self.definitions, self.storage, numbers)
        self.arithmetic = Arithmetic(self.storage, ())
        self.scalars = {n: node for node in walk(graph.body) for n in defined(node) if not self.definitions.axes[n]}
        self.ordered = deciding(graph)
        self.any_order = False
        self.frames: list[Frame] = []
        self.uses = uses_of(graph)
        loops = (node for node in walk(graph.body) if isinstance(node, Loop))
        self.own = frozenset(name for loop in loops for name in loop.outs)  # arrays that nobody else has
        self.given: dict[str, int] = {}  # the arrays that the caller gives, with the number of the output

    def inside(self, step: Graph, partial: frozenset[str], own: Iterable[str], added_to: frozenset[str]) -> Scheduler:
        """Begin the step of a loop, which may use up the arrays that are its ``own``."""
        inner = Scheduler(step, partial, self.numbers, added_to)
        inner.elements = self.elements
        inner.own |= frozenset(own)
        return inner

    def is_own(self, name: str) -> bool:
        """Whether an array belongs to this code alone: it was made here, or handed over."""
        made = name in self.storage.stored and name in self.definitions.known and name not in self.given
        return bool(self.definitions.axes.get(name)) and (made or name in self.own)

    def structure(self, name: str) -> object:
        """What an input is."""
        return next((param.structure for param in self.graph.params if name in param.leaves), None)

    @property
    def spelling(self) -> Spelling:
        """How indices are written."""
        return self.elements.spelling

    def start(self, names: Mapping[str, str], taken: Iterable[str]) -> None:
        """Begin a function. ``names`` is how inputs and sizes are written."""
        graph = self.graph
        used = {*taken, *names_in(graph), *names.values(), *graph.sizes}
        letters = [letter for letter in LETTERS if letter not in used]
        letters += [f"{letter}{letter}" for letter in LETTERS if f"{letter}{letter}" not in used]
        arrays = {name for name in self.storage.stored if self.definitions.axes[name]}
        taken = {*taken, *letters, *graph.inputs, *graph.sizes, *arrays, *names.values()}
        self.elements = Elements(self.storage, Spelling(dict(names)), letters, taken)
        self.elements.known_names.update(self.definitions.axes, graph.sizes)

    def run(self, into: Mapping[int, str]) -> Schedule:
        """Write everything."""
        tops = {name for statement in self.graph.body if isinstance(statement, Let | Sum | Fold) for name in defined(statement)}
        for number, given in into.items():
            atom = self.graph.outputs[number]
            late = isinstance(atom, str) and self.definitions.counts.intersection(sizes_in(self.definitions.axes[atom]))
            if isinstance(atom, str) and atom in tops and atom not in self.given and not late:
                self.given[atom] = number
                self.elements.texts[atom] = Text(given)
        self.block(self.graph.body, self.graph.outputs)
        returns: list[Atom] = []
        for number, (atom, leaf) in enumerate(zip(self.graph.outputs, self.graph.result.leaves(), strict=True)):
            is_array = isinstance(leaf, Tensor) and bool(leaf.axes)
            if number in into:
                returns.append(self.put_into(atom, leaf, number, into[number]))
            else:
                returns.append(self.result(atom, leaf, returns) if is_array else self.elements.scalar(atom))
        body = used(self.elements.body, returns)
        fixed = *self.elements.letters, *self.elements.fixed
        return Schedule(body, tuple(returns), self.elements.texts, fixed, self.any_order)

    @cached_property
    def counts(self) -> frozenset[str]:
        """The numbers of iterations, which are known only where their loops were."""
        return frozenset(node.count for node in walk(self.graph.body) if isinstance(node, Loop))

    # blocks

    def block(self, block: Block, results: Sequence[Atom]) -> None:
        """Write the statements of a block, whose results are read afterwards."""
        items, foreign = self.blocks.items(block, results)
        found = uses(items)
        lasting = self.blocks.lasting(foreign)
        dropped = contracted(found, lasting, self.definitions)
        # Names of arrays only: they were kept from the start, while that of a scalar may be another variable's by now.
        arrays = (name for name in dropped if self.definitions.axes[name])
        self.elements.release(name for name in arrays if is_scalar(name, dropped, self.definitions))
        frame = Frame(dropped, groups(items, dropped, self.definitions), found)
        self.frames.append(frame)
        elements, outer = self.elements, self.elements.dropped
        elements.dropped = {**outer, **dropped}
        packed, rules = elements.packed, elements.rules
        single = [name for name in dropped if is_scalar(name, dropped, self.definitions)]
        self.arithmetic.single |= frozenset(single)
        for item in items:
            self._allocate(item, frame)
            self._pack(item)
            self._item(item, items)
        elements.dropped, elements.packed, elements.rules = outer, packed, rules
        self.frames.pop()

    # items

    def _item(self, item: Item, home: Sequence[Item]) -> None:
        if isinstance(item, Work):
            self._works([item], home)
            return
        own = [group for group in self.frames[-1].groups if group.home is home]
        for group in own:
            if not group.variable and group.start is None and any(w is o for w in group.works for o in works_in([item])):
                self._begin(group, self._empty(group.works[0]))
        if isinstance(item, Nest):
            self._guarded_nest(item)
        elif isinstance(item, Fork):
            self._fork(item)
        else:
            self._step(item.statement)
        for group in own:
            if group.last is item:
                self._finish(group)

    def _step(self, statement: Statement) -> None:
        if isinstance(statement, Let):
            args = [self.elements.scalar(arg) for arg in statement.args]
            made = self.elements.apply(statement.op, *args, hint=statement.name, origin=statement.origin)
            self.elements.scalars[statement.name] = made
        elif isinstance(statement, Sum | Fold) and statement.name in self.definitions.products:
            product = self.definitions.products[statement.name]
            self.elements.emit(Dot(statement.name, product, statement.name in self.given, statement.origin))
        elif isinstance(statement, Sum | Fold):
            write_checks(self.elements, self.definitions, statement.name)
        elif isinstance(statement, Loop):
            write_loop(self, statement)
        else:
            write_raise(self.elements, statement)

    def _guarded_nest(self, nest: Nest) -> None:
        """A loop, inside the guards that all its works have and that do not depend on it."""
        elements = self.elements
        guards = [guard for guard in common_guards(nest) if not elements.place.always(guard)]
        if not guards:
            self._nest(nest)
            return
        with elements.side(guards) as body:
            self._nest(nest)
        elements.choose(elements.condition(guards), body, (), [], None)

    def _nest(self, nest: Nest) -> None:
        ends = inner_part(nest, self.definitions, self.elements.place) if self._is_independent(nest) else None
        if ends is None:
            with self.elements.loop(nest.variable, nest.range, nest.guards):
                self._inside(nest)
            return
        with self.elements.loop(nest.variable, nest.range, ends.guards):
            self._inside(nest)
        with self.elements.ends(nest.variable, nest.range.high, ends.first, ends.last):
            self._inside(nest)

    def _is_independent(self, nest: Nest) -> bool:
        """Whether a loop only puts values into arrays, so that its iterations may be written twice and come in any order."""
        group_of, axes = self.frames[-1].group_of, self.definitions.axes
        return all(
            isinstance(item, Work) and item.op is None and group_of(item) is None and axes[item.name] for item in nest.items
        )

    def _inside(self, nest: Nest) -> None:
        self._starts(nest)
        for run in runs(nest.items):
            works = [item for item in run if isinstance(item, Work)]
            if works:
                self._works(works, nest.items)
            else:
                self._item(run[0], nest.items)

    def _fork(self, item: Fork) -> None:
        branch = item.branch
        elements = self.elements
        condition = elements.scalar(branch.condition)
        sides: list[tuple[Body, list[Atom]]] = []
        for holds in (True, False):
            with elements.side(decided={condition: holds}) as body:
                block = item.then if holds else item.orelse
                self.block(block, [out.then if holds else out.orelse for out in branch.outs])
                inside = {name for statement in block for name in defined(statement)}
                sides.append((body, [self.handed_on(out, holds, inside, not_counted(branch, holds)) for out in branch.outs]))
        (then, first), (orelse, second) = sides
        self.count_nothing(branch, then, orelse)
        outs: list[Out] = []
        for out, a, b in zip(branch.outs, first, second, strict=True):
            if not out.axes and a == b:
                elements.scalars[out.name] = a
                continue
            name = out.name if out.axes else elements.variable(elements.fresh(out.name, out.kind), out.kind)
            outs.append(Out(name, a, b, out.kind, out.axes))
            if not out.axes:
                elements.scalars[out.name] = name
        elements.append(If(condition, tuple(then), tuple(orelse), tuple(outs), branch.origin))
        elements.rules = [*elements.rules, *rules_of(branch, self.graph.sizes, self.scalars)]

    # works

    def _works(self, run: Sequence[Work], home: Sequence[Item]) -> None:
        """Works under the same guards."""
        own = [group for group in self.frames[-1].groups if group.home is home]
        for group in own:
            if not group.variable and group.start is None and any(work is other for work in group.works for other in run):
                self._begin(group, self._empty(group.works[0]))
        elements, first = self.elements, run[0]
        guards = [guard for guard in first.guards if not elements.place.always(guard)]
        if not guards or self._is_chosen(run, guards):
            for work in run:
                self._work_inside(work, guards)
        else:
            with elements.side(guards) as body:
                for work in run:
                    self._work_inside(work)
            elements.choose(elements.condition(guards), body, (), [], first.origin)
        for group in own:
            if any(group.last is work for work in run):
                self._finish(group)

    def _is_chosen(self, run: Sequence[Work], guards: Sequence[Guard]) -> bool:
        """Whether what the guards leave out is chosen away, without a branch (``vectors``)."""
        groups = [self.frames[-1].group_of(work) for work in run]
        depth = len(self.elements.place.loops)
        inside = (g is not None and g.depth < depth and work is not g.start for g, work in zip(groups, run, strict=True))
        return all(inside) and is_chosen(run, guards, self.elements.place, self.arithmetic)

    def _work_inside(self, work: Work, guards: Sequence[Guard] = ()) -> None:
        frame = self.frames[-1]
        group = frame.group_of(work)
        value = self._value(work)
        if guards:
            condition = self.elements.condition(guards)
            value = self.elements.choose(condition, (), (), [("t", value, self._empty(work))], work.origin)[0]
        if group is not None and work is group.start:
            self._begin(group, value)
        elif group is not None:
            reduces = len(self.elements.place.loops) > group.depth
            any_order = reduces and work.op is TABLE["add"] and work.name not in self.ordered
            self.any_order |= any_order
            self.elements.emit(Put(group.variable, None, value, work.op, work.origin, any_order))
        elif work.op is None and is_scalar(work.name, frame.dropped, self.definitions):
            self._know(work.name, work.address, value)
        else:
            self.elements.emit(Put(work.name, self._place_of(work), value, work.op, work.origin))
            if work.op is None and self._is_whole([work]):
                self.elements.know(work.name, work.address, value)

    def _begin(self, group: Group, value: Atom) -> None:
        """Give a group its variable."""
        short = self.spelling.short(group.address)
        scalar = is_scalar(group.name, self.frames[-1].dropped, self.definitions)
        constant = "_".join(str(part.const) for part in group.address if part.is_constant)
        hint = "_".join(filter(None, (group.name, constant if scalar else short)))
        kind = self.definitions.kinds[group.name]
        group.variable = self.elements.variable(self.elements.fresh(hint, kind), kind)
        self.elements.emit(Put(group.variable, None, value, None, group.works[0].origin))

    def _finish(self, group: Group) -> None:
        """Tell where the sum is from now on."""
        frame = self.frames[-1]
        if is_scalar(group.name, frame.dropped, self.definitions):
            self._know(group.name, group.address, group.variable)
            return
        work = group.works[-1]
        assigned = any(other.op is None for _, other in frame.uses[group.name].made)
        first = group.start is not None or (group.covers and not assigned and not self._needs_start(group.name))
        doubtful = [*self.elements.doubtful(group.name, group.address), *group.guards]  # elements to which nothing was added
        with self.elements.side(doubtful) if doubtful else nullcontext() as body:
            self.elements.emit(Put(group.name, self._place_of(work), group.variable, None if first else work.op, work.origin))
        if body is not None:
            self.elements.choose(self.elements.condition(doubtful), body, (), [], work.origin)
        if first and self._is_whole([*group.works, *([group.start] if group.start else [])]):
            self.elements.know(group.name, group.address, group.variable)

    def _is_whole(self, works: Sequence[Work]) -> bool:
        """Whether these works of one element are all that there are for it: the others are for elements written out."""
        address = works[0].address
        others = (other for _, other in self.frames[-1].uses[works[0].name].made if not any(other is work for work in works))
        return all(
            any(a.is_constant and b.is_constant and a != b for a, b in zip(other.address, address, strict=True))
            for other in others
        )

    # arrays

    def _needs_start(self, name: str) -> bool:
        frame = self.frames[-1]
        is_there = name in self.definitions.added_to
        return is_there or not starts_empty(name, frame.uses[name], frame.groups, self.definitions.axes[name])

    def _empty(self, work: Work) -> Const:
        definition = self.definitions.known[work.name]
        return definition.empty if isinstance(definition, Indexed) else Const(0)

    def _allocate(self, item: Item, frame: Frame) -> None:
        """Make the arrays that are first used in an item."""
        for work in works_in([item]):
            name = work.name
            dropped = frame.dropped[name]
            axes = self.definitions.axes[name]
            if name in frame.allocated or len(dropped) == len(axes):
                continue
            frame.allocated.add(name)
            if name in self.definitions.added_to:
                continue
            kept = [length for k, length in enumerate(axes) if k not in dropped]
            fill = self._empty(work) if not dropped and self._needs_start(name) else None
            if name in self.given:
                if fill is not None:
                    self.elements.emit(Put(name, everything(len(axes)), fill, None, work.origin))
                continue
            self.elements.emit(Allocate(name, self.lengths(kept), fill, self.definitions.kinds[name], work.origin))

    def _pack(self, item: Item) -> None:
        """Make transposed copies of the matrices that vector instructions want to read by columns."""
        if isinstance(item, Nest) and not self.elements.place.loops:
            for name in columns(item, self.arithmetic, self.elements.rules):
                if name not in self.elements.packed:
                    copy = self.elements.fresh(f"{name}_T", "float", self.definitions.axes[name][::-1])
                    self.elements.emit(Allocate(copy, (), name, transposed=True))
                    self.elements.packed = {**self.elements.packed, name: copy}

    def _starts(self, nest: Nest) -> None:
        """Put zeros into the arrays that are used inside a loop anew each time."""
        frame = self.frames[-1]
        for name, use in frame.uses.items():
            dropped = frame.dropped.get(name, frozenset())
            if not dropped or len(dropped) == len(self.definitions.axes[name]):
                continue
            loops, work = use.made[0]
            variables = {work.address[k] for k in dropped}
            around = [other for other in loops if Affine.of(other.variable) in variables]
            if around[-1] is nest and self._needs_start(name):
                rank = len(self.definitions.axes[name]) - len(dropped)
                self.elements.emit(Put(name, everything(rank), self._empty(work), None, work.origin))

    def _know(self, name: str, address: tuple[Affine, ...], value: Atom) -> None:
        if self.definitions.axes[name]:
            self.elements.know(name, address, value)
        else:
            self.elements.scalars[name] = value

    def _value(self, work: Work) -> Atom:
        definition = self.definitions.known[work.name]
        if work.terms is None or not isinstance(definition, Indexed):
            return self.elements.defined(work.name, work.address)
        return self.elements.combined(definition, work.terms)

    def _place_of(self, work: Work) -> str:
        dropped = self.frames[-1].dropped.get(work.name, frozenset())
        return self.spelling.index(part for k, part in enumerate(work.address) if k not in dropped)
