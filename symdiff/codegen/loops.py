"""Sequential loops: the step of each is scheduled like a function, inside ``for`` or ``while``.

A scalar that an iteration hands to the next is a variable. An array is rebound to the one that the iteration made; what
is written element by element (a buffer) is one array, which is a copy of what it holds at first unless nobody else reads
that. What is collected is allocated before the loop, or doubled whenever it is full.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from symdiff.codegen import reserve
from symdiff.codegen.again import Again
from symdiff.codegen.blocks import deciding
from symdiff.codegen.code import Allocate, For, Plain, Put, Stop, Turn, While, Whole
from symdiff.codegen.in_place import added_to
from symdiff.codegen.masks import unmasked
from symdiff.codegen.printer import COMPARE, Text
from symdiff.codegen.products import Products
from symdiff.codegen.scratch import allocated_once
from symdiff.codegen.split import Code
from symdiff.codegen.steps import going_on, integers_of, named
from symdiff.graph.affine import Affine, Axes
from symdiff.graph.dead import dead_code
from symdiff.graph.graph import Atom, Buffer, Const, Graph, Loop, Raise, defined, walk
from symdiff.graph.loops import names_in, names_read, raises, with_indices
from symdiff.graph.renaming import Renamed
from symdiff.graph.structure import Tensor
from symdiff.graph.terms import Guard, arrays_in
from symdiff.graph.whole import ROWS, matrices_of
from symdiff.primitives import TABLE

if TYPE_CHECKING:
    from symdiff.codegen.elements import Elements
    from symdiff.codegen.schedule import Scheduler

FIRST = 16  # the length of what is collected before it is doubled


def write_loop(scheduler: Scheduler, loop: Loop) -> None:
    """Write a loop, and what stands before and after it."""
    if loop.solver:
        _write_call(scheduler, loop)
        return
    _Writer(scheduler, loop).write()


def _write_call(scheduler: Scheduler, loop: Loop) -> None:
    """Write the call of a function of whole matrices."""
    elements, text = scheduler.elements, ROWS[loop.solver].code
    (result,) = loop.carried
    matrices = []
    for number, (atom, axes) in enumerate(matrices_of(loop)):
        if isinstance(atom, str):
            matrices.append(scheduler.existing(atom))
            continue
        matrices.append(elements.fresh("A", "float", axes))
        elements.emit(Allocate(matrices[number], scheduler.lengths(axes), atom))
    if result.axes:
        elements.emit(Whole(result.out, text, tuple(matrices), result.out, origin=loop.origin))
        return
    name = elements.variable(elements.fresh(result.out))
    elements.emit(Whole(name, text, tuple(matrices), is_array=False, origin=loop.origin))
    elements.scalars[result.out] = name


@dataclass
class _Variables:
    """What an iteration hands to the next by assignments at its end: variables, and what they are called."""

    names: list[str]
    first: list[Atom]
    hints: list[str]

    def add(self, name: str, first: Atom, hint: str) -> None:
        """One more variable."""
        self.names.append(name)
        self.first.append(first)
        self.hints.append(hint)


class _Writer:
    def __init__(self, outer: Scheduler, loop: Loop) -> None:
        self.outer = outer
        self.elements: Elements = outer.elements
        self.original = loop
        self.loop, step, self.partial = self._renamed(loop)
        self.step, self.added_to = added_to(self.loop, step)
        self._spell(self.loop.counter, self.counter)
        is_read = loop.counter in names_read(loop, loop.step) or bool(loop.count or loop.collected)
        self.counts = loop.trip is None and is_read  # whether the counter is counted by hand

    # names

    def _renamed(self, loop: Loop) -> tuple[Loop, Graph, frozenset[str]]:
        """The loop whose step is about names of the function: captured arrays and sizes, and fresh ones."""
        graph = going_on(loop, dead_code(with_indices(loop, loop.step)))
        graph, partial = unmasked(graph, deciding(graph))
        graph = Products(graph).apart()
        # The counter is called by a name of its own that is no identifier, because its variable may be that of another loop, too.
        self.counter = self.elements.counter(loop.counter) if loop.trip is not None else self.elements.integer_name(loop.counter)
        names: dict[str, str] = {loop.counter: f"{self.counter} of {next(self.outer.numbers)}"}
        integers = []
        axes = graph.input_axes
        for name, atom in loop.captured:
            is_size = loop.step.param(name).role == "size"
            if axes[name] or is_size:
                names[name] = self._captured(name, atom, axes[name], is_size)
                structure = self.outer.structure(names[name])
                if isinstance(structure, Tensor) and structure.kind == "int":
                    integers.append(names[name])
        names |= {each.param: each.out for each in loop.handed if each.axes}
        own = names_in(graph)
        names |= {name: self.elements.named_apart(name, is_array, own) for name, is_array in named(graph).items()}
        own_integers = integers_of(loop, graph) - names.keys()
        names |= {name: self.elements.named_apart(name, False, own) for name in sorted(own_integers)}
        self._apart(names, graph)
        self.names_of = names
        change = Renamed(names, integers)
        made = replace(loop, counter=names[loop.counter])
        made = replace(
            made,
            buffers=tuple(
                replace(each, param=each.out, stores=tuple(replace(s, index=change.parts(s.index)) for s in each.stores))
                for each in loop.buffers
            ),
            carried=tuple(replace(each, param=change.names.get(each.param, each.param)) for each in loop.carried),
        )
        return made, change.graph(graph), frozenset(map(str, map(change.atom, partial)))

    def _apart(self, names: dict[str, str], graph: Graph) -> None:
        """Rename what a step defines, or takes as a number, under a name that something else of it gets."""
        inside = {*graph.inputs, *(name for statement in walk(graph.body) for name in defined(statement))}
        for name in sorted(inside - names.keys()):
            if name in names.values():
                made = name
                while made in inside or made in names.values():
                    made = self.elements.named_apart(name, False, inside)
                names[name] = made

    def _captured(self, name: str, atom: Atom, axes: Axes, is_size: bool) -> str:
        """What a captured array or size is called inside."""
        if isinstance(atom, str) and axes:
            return self.outer.existing(atom)
        if isinstance(atom, str) and is_size and self._is_size(atom):
            return atom
        if axes:
            made = self.elements.fresh(name, "float", axes)
            self.elements.emit(Allocate(made, self.outer.lengths(axes), atom))
            return made
        made = self.elements.integer_name(name)
        self.elements.emit(Plain((f"{made} = int({{0}})",), (self.elements.scalar(atom),)))
        known = f"{made} of {next(self.outer.numbers)}"  # as that of a counter: no value of any step is called so
        self._spell(known, made)
        self.elements.stands((known,))  # from here on: what is worked out of it stands no further out
        return known

    def _is_size(self, atom: str) -> bool:
        """Whether what a loop captures is a size of the function or step around it, and no number that was computed."""
        graph = self.outer.graph
        return atom in graph.sizes or atom in self.outer.counts or any(p.name == atom and p.role == "size" for p in graph.params)

    def _spell(self, symbol: str, code: str) -> None:
        names = self.elements.spelling.names
        assert isinstance(names, dict)  # noqa: S101 (made so by the scheduler)
        names[symbol] = code

    # the loop

    def write(self) -> None:
        """Write everything."""
        loop, elements = self.loop, self.elements
        test = None if loop.test is None else elements.scalar(loop.test)
        variables = self._first()
        self.names = tuple(variables.names)
        self._room()
        going = ""
        if test is not None and not (loop.trip is not None and isinstance(test, Const) and test.value):
            going = elements.variable(elements.fresh("going", "bool"), "bool")
        place = len(elements.current)
        if self.counts:
            elements.emit(Plain((f"{self.counter} = 0",)))
        elif loop.count:
            self._start_count()
        body = self._body(variables, test, going)
        first = Turn(tuple(variables.names), tuple(variables.first), tuple(variables.hints), loop.origin)
        if first.names:
            elements.current.insert(place, first)  # type: ignore[arg-type]
        before, body = allocated_once(body, self.counter, {each.out: each.axes for each in loop.carried if each.axes})
        for code in before:
            elements.emit(code)
        if loop.trip is None:
            elements.emit(While(tuple(body)))
        else:
            # From trip down to 1, less 1: so LLVM sees that the counter is never negative, and leaves such indices out.
            first_line = [Plain((f"{self.counter} -= 1",))] if loop.backward else []
            elements.emit(For(self.counter, self._bounds(loop.trip), (*first_line, *body)))
            elements.done_with(self.counter)
        self._end()

    def _bounds(self, trip: Affine) -> str:
        if not self.loop.backward:
            return self.elements.spelling.affine(trip).code
        return f"{self.elements.spelling.affine(trip).code}, 0, -1"

    def _first(self) -> _Variables:
        """The variables with their first values. Arrays are the loop's own."""
        names: list[str] = []
        first: list[Atom] = []
        hints: list[str] = []
        uses = self.outer.uses
        for each, was in zip(self.loop.handed, self.original.handed, strict=True):
            if each.axes and isinstance(each.init, str):
                self.outer.existing(each.init)
            if not each.axes:
                names.append(self.elements.variable(self.elements.fresh(was.param)))
                first.append(self.elements.scalar(each.init))
                hints.append(was.param)
            elif isinstance(each.init, str) and uses[each.init] == 1 and self.outer.is_own(each.init):
                self.elements.emit(Turn((each.out,), (each.init,), (was.param,)))
            else:
                self.elements.emit(Allocate(each.out, self.outer.lengths(each.axes), each.init, hint=was.param))
        return _Variables(names, first, hints)

    def _room(self) -> None:
        """Make the arrays of what is collected."""
        first = Affine(FIRST) if self.loop.trip is None else self.loop.trip
        lengths = {each.out: self.outer.lengths((first, *each.axes)) for each in self.loop.collected}
        needed = reserve.size([lengths[each.out] for each in self.loop.collected if each.tape])
        for each in self.loop.collected:
            reserved, needed = (needed, "") if each.tape else ("", needed)
            self.elements.emit(Allocate(each.out, lengths[each.out], origin=self.loop.origin, reserved=reserved))

    def _start_count(self) -> None:
        loop = self.loop
        spelled = self.elements.integer_name(loop.count)
        self._spell(loop.count, spelled)
        if loop.test is None and loop.trip is not None:
            code = self.elements.spelling.affine(loop.trip).code
            self.elements.emit(Plain((f"{spelled} = max({code}, 0)",)))
        else:
            self.elements.emit(Plain((f"{spelled} = 0",)))

    # an iteration

    def _body(self, variables: _Variables, test: Atom | None, going: str) -> list[Code]:
        loop, elements, names = self.loop, self.elements, variables.names
        facts = [] if loop.trip is None else [Guard(loop.trip - 1 - Affine.of(loop.counter))]
        arrays = {each.out for each in loop.carried if each.axes}
        inner = self.outer.inside(self.step, self.partial, arrays, self.added_to)
        with elements.step(facts, raises(self.step.body)) as body:
            stored = [name for name in inner.storage.stored if inner.definitions.axes[name]]
            elements.stands([loop.counter, *names, *stored, *(each.out for each in loop.handed if each.axes)])
            own = iter(names)
            scalars = {each.param: next(own) for each in loop.carried if not each.axes}
            with elements.within(inner.storage, self._given(scalars)):
                inner.block(self.step.body, self.step.outputs)
                head = self._finish(inner, variables, test, going)
        self.outer.any_order |= inner.any_order
        return [*head, *body]

    def _given(self, carried: dict[str, str]) -> dict[str, Atom]:
        """What the scalars of the step are at the start of an iteration."""
        elements = self.elements
        found: dict[str, Atom] = dict(carried)
        roles = {param.name: param.role for param in self.original.step.params}
        for name, atom in self.original.captured:
            if not self.original.step.input_axes[name] and roles[name] != "size":
                found[self.names_of.get(name, name)] = elements.scalar(atom)
        for param in self.step.params:
            if param.role == "size":
                found[param.name] = elements.number(Affine.of(param.name))
        return found

    def _finish(self, inner: Scheduler, variables: _Variables, test: Atom | None, going: str) -> list[Code]:
        """The end of an iteration; returns what stands at its beginning: whether it is made."""
        elements, loop = self.elements, replace(self.loop, step=self.step)
        kept, collected, stored, goes = loop.outputs()
        for atom in dict.fromkeys(atom for atom in self.step.outputs if isinstance(atom, str)):
            inner.existing(atom)
        arrays = self._arrays(inner, kept)
        values = [elements.scalar(atom) for each, atom in zip(loop.carried, kept, strict=True) if not each.axes]
        rows = [elements.scalar(a) if not each.axes else a for each, a in zip(loop.collected, collected, strict=True)]
        puts = self._stored(stored)
        goes = None if goes is None else elements.scalar(goes)
        self._collect(rows)
        self._store(puts)
        head: list[Code] = []
        if going and test is not None and goes is not None:
            again = Again(elements, dict(zip(zip(variables.first, values, strict=True), variables.names, strict=True)))
            condition = again.test(test, goes)
            if condition is None:
                variables.add(going, test, "going")
                values.append(goes)
            head = [*again.lets, Stop(going if condition is None else condition)]
        targets = [each.out for each in loop.carried if each.axes]
        if variables.names or targets:
            elements.emit(Turn((*variables.names, *targets), (*values, *arrays)))
        self._count()
        if goes is not None and not going:
            elements.emit(Stop(goes))
        return head

    def _arrays(self, inner: Scheduler, kept: Sequence[Atom]) -> list[Atom]:
        """The next arrays: each is the loop's own, and no two are the same."""
        found: list[Atom] = []
        used = Counter(atom for atom in kept if isinstance(atom, str))
        for each, atom in zip(self.loop.carried, kept, strict=True):
            if not each.axes:
                continue
            if isinstance(atom, str) and used[atom] == 1 and inner.is_own(atom):
                found.append(atom)
                continue
            name = self.elements.fresh(each.out, "float", each.axes)
            self.elements.emit(Allocate(name, self.outer.lengths(each.axes), atom))
            found.append(name)
        return found

    def _stored(self, values: Sequence[Atom]) -> list[Atom]:
        """What is written into buffers, as it is before anything is written."""
        found = []
        whole = {buffer.out for buffer in self.loop.buffers}
        for (buffer, store), atom in zip(self.loop.stores, values, strict=True):
            row = buffer.row(store)
            if row and atom in whole:
                name = self.elements.fresh(buffer.out, "float", row)
                self.elements.emit(Allocate(name, (), atom))
                atom = name
            found.append(atom if row else self.elements.scalar(atom))
        return found

    def _collect(self, rows: Sequence[Atom]) -> None:
        """Put what is collected at its place."""
        loop, elements = self.loop, self.elements
        for each, atom in zip(loop.collected, rows, strict=True):
            if loop.trip is None:
                full = [f"if {self.counter} == len({{0}}):", "    {0} = np.concatenate(({0}, {0}))"]
                full.insert(1, f"    {reserve.RESERVE}({reserve.DOUBLED}*{{0}}.size)") if each.tape else None
                elements.emit(Plain(tuple(full), (each.out,)))
            elements.emit(Put(each.out, ", ".join([self.counter, *":" * len(each.axes)]), atom, None, loop.origin))

    def _store(self, values: Sequence[Atom]) -> None:
        """Write into buffers, after all indices from data are checked."""
        elements = self.elements
        for buffer, store in self.loop.stores:
            for part, length in zip(store.index, buffer.axes, strict=False):
                if any(True for _ in part.elements):
                    self._check(buffer, part, length)
        for (buffer, store), atom in zip(self.loop.stores, values, strict=True):
            op = TABLE["add"] if store.adds else None
            index = ", ".join([*elements.spelling.parts(store.index), *":" * len(buffer.row(store))])
            elements.emit(Put(buffer.out, index, atom, op, self.loop.origin, late=True))

    def _check(self, buffer: Buffer, part: Affine, length: Affine) -> None:
        elements, origin = self.elements, self.loop.origin
        if elements.is_checked(((), (), part, length)):  # as checks of reads are noted
            return
        text = elements.spelling.affine(part).code
        condition = elements.condition_of(Text(f"not 0 <= {text} < {elements.spelling.affine(length).code}", COMPARE))
        source = " and ".join(sorted(set(arrays_in([part]))))
        message = f"an index is out of range: see {source}" + (
            f" (line {origin.line})" if origin is not None and origin.text else ""
        )
        elements.choose(condition, [Raise("IndexError", message, origin)], (), [], origin)

    def _count(self) -> None:
        loop = self.loop
        if self.counts:
            self.elements.emit(Plain((f"{self.counter} += 1",)))
        elif loop.count and loop.test is not None and loop.trip is not None:
            spelled = self.elements.spelling.names[loop.count]
            made = loop.trip - Affine.of(loop.counter) if loop.backward else Affine.of(loop.counter) + 1
            self.elements.emit(Plain((f"{spelled} = {self.elements.spelling.affine(made).code}",)))

    # afterwards

    def _end(self) -> None:
        loop, elements = self.loop, self.elements
        if self.counts and loop.count:
            self._spell(loop.count, self.counter)
        arrays, outs = ([each.out for each in loop.handed if bool(each.axes) == is_array] for is_array in (True, False))
        elements.stands(arrays, outs)
        if loop.count:
            elements.stands([loop.count])
            elements.scalars[loop.count] = elements.number(Affine.of(loop.count))
        for each in loop.collected:
            elements.stands([each.out])
            if loop.test is not None:
                self._cut(each.out)
        outs = [each.out for each in loop.carried if not each.axes]
        elements.stands(self.names)
        elements.scalars.update(zip(outs, self.names, strict=True))

    def _cut(self, name: str) -> None:
        """Of what is collected, the part that was."""
        loop = self.loop
        if not loop.count:
            return
        count = self.elements.spelling.names[loop.count]
        part = f":{count}"
        if loop.backward and loop.trip is not None:
            trip = self.elements.spelling.affine(loop.trip).code
            part = f"max({trip}, 0) - {count}:"
        self.elements.emit(Plain((f"{{0}} = {{0}}[{part}]",), (name,)))
