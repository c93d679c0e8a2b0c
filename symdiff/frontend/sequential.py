"""Loops that stay loops: whose iterations hand on values, whose ends the data tell, or that are too long to be unrolled.

The body is read once, in a block that becomes the step of a ``Loop``. What it reads from outside is captured; what it binds
and what it changes is carried. Which kind of value a variable has in every iteration is found by reading on trial: the kind
that it has before the loop, joined with that at the end of an iteration, until nothing changes any more.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from symdiff.frontend import growing, grown, loop_aliases
from symdiff.frontend.array_loops import index_of
from symdiff.frontend.carried import (
    UNBOUND,
    Absent,
    Counted,
    Form,
    Growing,
    Identity,
    Opaque,
    Same,
    Sometimes,
    atoms_of,
    form_of,
    lasting,
    parts,
    value_of,
)
from symdiff.frontend.cells import is_same
from symdiff.frontend.conditions import disjunction, read_test, supposed, truth_of
from symdiff.frontend.control import NEXT, Completion, ends, poison, run
from symdiff.frontend.gaps import GapError, PoisonedError, not_as_arrays
from symdiff.frontend.lengths import is_certain
from symdiff.frontend.loop_aliases import RESULT
from symdiff.frontend.loop_graph import Part, Row, Shape, append_loop
from symdiff.frontend.loop_kinds import REWRITE, Search, is_length, own_nodes
from symdiff.frontend.loop_memory import Memory, seen
from symdiff.frontend.loop_values import Counting, GrowingList, SequentialValue
from symdiff.frontend.lower import Frame, Reader
from symdiff.frontend.merge import Merge, changed
from symdiff.frontend.rollback import Snapshot
from symdiff.frontend.scopes import bound_names
from symdiff.frontend.values import POISON, Condition, Conflict, Known, ListValue, Maybe, Poison, Value
from symdiff.graph.affine import Affine, Axes
from symdiff.graph.build import Body
from symdiff.graph.graph import Atom, Const, defined, walk

MAX_ROUNDS = 12  # trials until the kinds of all variables are found


@dataclass
class Course:
    """What a loop goes through: so many iterations at most, what each begins with, and a test."""

    node: ast.For | ast.While
    trip: Affine | None
    begin: Callable[[Affine], None]
    test: ast.expr | None = None
    first: Known | Condition = field(default_factory=lambda: Known(True))  # whether the test holds before the loop
    hint: str = "k"

    @property
    def leaves(self) -> bool:
        """Whether it may end before all iterations are made."""
        return self.test is not None or any(isinstance(inner, ast.Break | ast.Return) for inner in ast.walk(self.node))


def run_for(reader: Reader, node: ast.For, source: SequentialValue, frame: Frame) -> Completion:
    """Read ``for target in source`` as a loop."""
    from symdiff.frontend import containers

    def begin(counter: Affine) -> None:
        containers.assign(reader, node.target, source.item(counter), frame)

    hint = node.target.id if isinstance(node.target, ast.Name) and source.plain and node.target.id.strip("_") else "k"
    return _run(reader, Course(node, source.trip, begin, hint=hint), frame)


def run_while(reader: Reader, node: ast.While, frame: Frame) -> Completion:
    """Read ``while test`` as a loop."""
    test = read_test(reader, node.test, frame)
    if isinstance(test, Poison):
        poison(node, frame)
        return NEXT
    first = truth_of(reader, test, node.test)
    if isinstance(first, Known) and not first.value:
        return after(reader, NEXT, node, frame)
    return _run(reader, Course(node, None, lambda counter: None, node.test, first), frame)


def after(reader: Reader, completion: Completion, node: ast.For | ast.While, frame: Frame) -> Completion:
    """The else clause, and what is left of how the loop ended."""
    from symdiff.frontend.loops import after_loop

    return after_loop(reader, completion, node.orelse, frame)


def _run(reader: Reader, course: Course, frame: Frame) -> Completion:
    node = course.node
    gap = GapError(node, "a loop that hands on values inside of a loop over an array", "write both as plain loops", "not yet")
    if reader.loops or reader.builder.current.elementwise:
        raise not_as_arrays(reader, gap)
    names = list(dict.fromkeys(name for inner in own_nodes(node) for name in sorted(bound_names(inner))))
    search = Search({name: form_of(reader, seen(reader, frame.variables.get(name), node)) for name in names})
    search.find_lists(reader, node, frame)
    states = dict(reader.cells)
    try:
        for _ in range(MAX_ROUNDS):
            snapshot = Snapshot(reader, frame)
            trial = Trial(reader, course, frame, search, snapshot)
            trial.read()
            settled = search.settled(trial)
            if settled and not search.rebound:
                return after(reader, trial.refused() if snapshot.refused else trial.finish(), node, frame)
            snapshot.restore()
            if search.rebound:
                return _run(reader, course, search.unbound(frame))
    except (GapError, PoisonedError):
        reader.cells = states
        raise
    raise GapError(node, "a loop whose variables change their kinds", REWRITE)


class Trial:
    """One reading of the body of a loop."""

    def __init__(self, reader: Reader, course: Course, frame: Frame, search: Search, snapshot: Snapshot) -> None:
        self.reader, self.course, self.frame, self.snapshot = reader, course, frame, snapshot
        self.forms, self.search = dict(search.forms), search
        self.variables, self.returned = dict(frame.variables), frame.returned
        self.memory = Memory(reader, search)
        known = {name: seen(reader, value, course.node) for name, value in self.variables.items() if name in self.forms}
        self.before = self.variables | {name: value for name, value in known.items() if value is not None} | self.memory.states()
        self.starts: dict[str, Value] = {}
        self.ends: dict[str, Value] = {}
        self.params: dict[str, list[str]] = {}
        self.own: dict[str, Identity] = {}
        self.body = Body()
        self.counter = ""
        self.completion = NEXT
        self.goes: Atom | None = None
        self.made = Affine()  # the number of iterations
        self.cut: set[str] = set()  # lists to which the last iteration appends nothing

    def names(self) -> list[str]:
        """The variables that there are, before or after."""
        return list(dict.fromkeys([*self.forms, *self.starts, *self.ends]))

    def read(self) -> None:
        """Read the body, from the variables at the start of an iteration to those at its end."""
        reader, frame, course = self.reader, self.frame, self.course
        with reader.builder.block(self.body):
            self.counter = reader.builder.fresh(course.hint)
            self._start()
            reader.counters[self.counter] = Counting(course.trip, self.body, not course.leaves)
            if course.trip is not None:
                reader.checked[course.trip - 1] = self.body
            course.begin(Affine.of(self.counter))
            writes = dict(reader.writes)
            with supposed(reader, self._holds()):
                completion = run(reader, course.node.body, frame).without("continue")
            if completion.raises:
                raise GapError(course.node, "a loop whose body raises in any case", "test with if before the loop")
            if writes != reader.writes:
                raise GapError(course.node, "a loop that changes an attribute of an object", "use local variables", "not yet")
            self.completion = completion
            self.goes = self._goes_on(completion)
            self.ends = {name: self._end(name, self._going_on(name, value)) for name, value in frame.variables.items()}
            self.ends |= self.memory.states()
            if "return" in completion.flags and frame.returned is not None:
                self.ends[RESULT] = self._end(RESULT, frame.returned)
        self.aliases = self.memory.aliases(self.starts, self.before, self.ends, self.own)
        del reader.counters[self.counter]
        frame.variables, frame.returned = dict(self.variables), self.returned

    def _end(self, name: str, value: Value) -> Value:
        """A variable at the end of an iteration, arrays as they are then; one that was not bound is as it was."""
        start = self.starts.get(name)
        if start is not None and (value is start or is_same(value, start)):
            return start
        found = seen(self.reader, value, self.course.node)
        return value if found is None else found

    def _going_on(self, name: str, value: Value) -> Value:
        """A list to which an iteration appends that does not leave ``while True``: the last one does not count then."""
        endless = isinstance(self.course.test, ast.Constant) and set(self.completion.flags) == {"break"}
        start, flag = self.starts.get(name), self.completion.flags.get("break")
        if not endless or not isinstance(value, GrowingList) or not isinstance(start, GrowingList) or not isinstance(flag, str):
            return value
        stays = self.reader.builder.apply(_NOT, flag)
        if len(value.added) != 1 or value.added[0].rank or value.added[0].when != stays:
            return value
        self.cut.add(name)
        return replace(value, added=(replace(value.added[0], when=None),), count=start.count + 1)

    def _holds(self) -> tuple[Atom, bool] | None:
        """That the test holds when an iteration begins: it is read again for what it says, where that has no effect."""
        test = self.course.test
        effects = ast.Subscript | ast.Call | ast.NamedExpr | ast.BinOp
        if test is None or any(isinstance(inner, effects) and not is_length(inner) for inner in ast.walk(test)):
            return None
        truth = self._test_of(read_test(self.reader, test, self.frame), test)
        return None if isinstance(truth, Const) else (truth, True)

    def _start(self) -> None:
        """Bind the variables to the parameters of the step."""
        builder, frame = self.reader.builder, self.frame
        for name, form in self.forms.items():
            if isinstance(form, Absent | Opaque | Same) and form != Absent(none=True):
                if form == UNBOUND:
                    frame.variables.pop(name, None)
                continue
            made = [builder.fresh(hint, axes=axes) for hint, axes in parts(form, name.strip("#"))]
            self.params[name] = made
            self.own[name] = self.memory.identity(name, self.before.get(name))
            value = value_of(self.reader, form, iter(made), self.own[name])
            if isinstance(form, Growing) and isinstance(value, GrowingList):
                value = self._at_start(value, form, self.before[name])
            if isinstance(form, Counted):
                value = index_of(self.reader, form.start + Affine.of(self.counter) * form.step)
            if name in self.memory.cells:
                self.starts[name] = self.memory.start(name, value)
            elif name != RESULT and value is not None:
                frame.variables[name] = value
        frame.returned = None
        self.starts |= frame.variables
        self.memory.begin(frame, {name: value for name, value in self.starts.items() if name in self.own})

    def _at_start(self, value: GrowingList, form: Growing, before: Value) -> GrowingList:
        """A list at the start of an iteration: it is no shorter than before the loop."""
        first = growing.length_of(before)
        count = value.count if form.step is None else first + Affine.of(self.counter) * form.step
        self.reader.checked[count - first] = self.body
        items = before.items if isinstance(before, ListValue) else ()
        return replace(value, before=items, start=count, count=count, guessed=form.guessed)

    def _goes_on(self, completion: Completion) -> Atom | None:
        """Whether there is another iteration: the loop was not left, and the test holds."""
        flags = [Known(flag) if isinstance(flag, bool) else Condition(flag) for flag in completion.flags.values()]
        over = disjunction(self.reader, list(flags)) if flags else Known(False)
        test = self.course.test
        if isinstance(over, Known):
            if over.value or test is None:
                return Const(not over.value) if flags or test is not None else None
            return self._test_of(read_test(self.reader, test, self.frame), test)
        assert isinstance(over, Condition)  # noqa: S101 - the other of two
        if test is None:
            return self.reader.builder.apply(_NOT, over.atom)
        before = dict(self.frame.variables)
        with supposed(self.reader, (over.atom, False)), self.reader.block(over.atom) as body:
            truth = self._test_of(read_test(self.reader, test, self.frame), test)
        if truth == Const(True) and not body:
            return self.reader.builder.apply(_NOT, over.atom)
        merge = Merge(self.reader, over.atom, (), body)
        merge.add("goes", Known(False), Condition(truth))
        names = changed(list(self.frame.variables), before, self.frame.variables)
        for name in names:
            merge.add(name, *(seen(self.reader, each.get(name), test) for each in (before, self.frame.variables)))
        goes, *values = merge.finish()
        self.frame.variables.update(zip(names, values, strict=True))
        return goes.atom if isinstance(goes, Condition) else Const(False)

    def _test_of(self, test: Value, node: ast.expr) -> Atom:
        if isinstance(test, Poison):
            return Const(False)
        truth = truth_of(self.reader, test, node)
        return Const(bool(truth.value)) if isinstance(truth, Known) else truth.atom

    # the statement

    def finish(self) -> Completion:
        """Add the loop to the graph, and bind what it leaves in the variables."""
        reader, course, frame = self.reader, self.course, self.frame
        kinds = [kind for kind in ("break", "return") if kind in self.completion.flags]
        if course.test is not None and self.goes == Const(True) and not kinds and course.trip is None:
            raise GapError(course.node, "a loop that never ends", "leave it with break or return")
        loop_aliases.check_lists(reader, self.ends, self.before, self.own, self.snapshot, frame, course.node)
        for name, end in self.ends.items():
            if isinstance(end, GrowingList) and isinstance(self.forms.get(name), Growing):
                loop_aliases.check_appended(reader, name, end, self.aliases, course.node)
        carried: list[Part] = []
        places: dict[str, slice] = {}
        for name in self.names():
            found = self._carried(name)
            places[name] = slice(len(carried), len(carried) + len(found))
            carried += found
        flags: dict[str, Part] = {kind: self._flag(kind) for kind in kinds}
        ran = Part(reader.builder.fresh("ran"), Const(0), Const(1), "ran")
        every = [*carried, *flags.values(), ran]
        first: Atom | None = None
        if self.goes is not None:
            first = Const(bool(course.first.value)) if isinstance(course.first, Known) else course.first.atom
        rows = self._rows()
        reader.builder.origin = reader.origin(self.frame, course.node)
        counts = any(isinstance(form, Counted) for form in self.forms.values())
        shape = Shape(self.counter, course.trip, self.body, first, self.goes, counts)
        outs, collected, self.made = append_loop(reader, shape, every, [row for each in rows.values() for row in each])
        ended = {kind: reader.builder.apply(_NE, out, Const(0)) for kind, out in zip(flags, outs[len(carried) :], strict=False)}
        self.memory.settle()
        self._bind(outs, places, outs[-1])
        given = iter(collected)
        for name, kept in rows.items():
            self._bind_list(name, [next(given) for _ in kept])
        return self._completion(ended)

    def _rows(self) -> dict[str, list[Row]]:
        """What is collected for each list to which an iteration appends."""
        found: dict[str, list[Row]] = {}
        for name, form in self.forms.items():
            end = self.ends.get(name)
            if isinstance(form, Growing) and isinstance(end, GrowingList):
                with self.reader.builder.block(self.body):
                    made = {each for statement in walk(tuple(self.body)) for each in defined(statement)}
                    end = grown.padded(self.reader, name, end, self.counter, self.course.trip, made, self.course.node)
                    found[name] = grown.rows_of(self.reader, name, end, self.course.node)
                    self.ends[name] = end
        return found

    def _bind_list(self, name: str, collected: list[tuple[str, Axes]]) -> None:
        """Give a list what the loop appended to it."""
        reader, node, variables = self.reader, self.course.node, self.frame.variables
        before, end, left = self.before[name], self.ends[name], variables.get(name)
        assert isinstance(end, GrowingList)  # noqa: S101 - it grows
        if not end.added:
            variables[name] = before
            return
        form = self.forms[name]
        if isinstance(left, GrowingList) and isinstance(form, Growing) and form.step is not None:
            left = replace(left, count=growing.length_of(before) + self.made * form.step)
        grid = grown.grid_of(reader, end.added, collected, node)
        shows = self.aliases.behind(name) | loop_aliases.held_by(before)
        variables[name] = grown.behind(reader, before, end, left, grid, name in self.cut, shows, node)

    def refused(self) -> Completion:
        """Go on behind a loop in which something was refused: nothing is known of what it binds."""
        self.memory.settle(refused=True)
        poison(self.course.node, self.frame)
        if "return" not in self.completion.flags:
            return NEXT
        self.frame.returned = POISON
        return ends("return")

    def _carried(self, name: str) -> list[Part]:
        """The parts of a variable: its parameters, what they are at first, and what they become."""
        if name not in self.forms and self.ends.get(name) is self.starts.get(name):
            return []  # it is as it was
        form = self.forms.get(name, UNBOUND)
        if form == UNBOUND:
            form = self._last_form(name)
        if isinstance(form, Absent | Opaque | Same) or isinstance(self.ends.get(name), Poison | Conflict):
            return []
        reader, node = self.reader, self.course.node
        known = self.forms.get(name) == form
        hints = list(parts(form, name.strip("#")))
        params = self.params[name] if known else [reader.builder.fresh(hint, axes=axes) for hint, axes in hints]
        with self.memory.around():
            inits = atoms_of(reader, self.before.get(name) if known and name != RESULT else None, form, node)
        with reader.builder.block(self.body):
            atoms = atoms_of(reader, self.ends.get(name), form, node)
        rows = zip(params, inits, atoms, hints, strict=True)
        return [Part(param, init, atom, hint, axes) for param, init, atom, (hint, axes) in rows]

    def _last_form(self, name: str) -> Form:
        """The kind of a variable at the end of an iteration."""
        end = self.ends.get(name)
        bound = end is not None and not isinstance(end, Conflict | Poison)
        return lasting(form_of(self.reader, end), self.body, self.counter) if bound else UNBOUND

    def _flag(self, kind: str) -> Part:
        """Whether the loop was left in this way."""
        flag = self.completion.flags[kind]
        name = "broke" if kind == "break" else "returned"
        with self.reader.builder.block(self.body):
            atom = Const(1)
            if not isinstance(flag, bool):
                atom = self.reader.builder.branch(flag, (), (), [("t", Const(1), Const(0))])[0]  # type: ignore[assignment]
        return Part(self.reader.builder.fresh(name), Const(0), atom, name)

    def _bind(self, outs: list[Atom], places: dict[str, slice], ran: Atom) -> None:
        """Give the variables what the loop left in them."""
        reader, frame = self.reader, self.frame
        for name in sorted(self.names(), key=lambda name: name not in self.memory.cells):  # values know of their changes
            end = self.ends.get(name)
            form = self.forms.get(name, UNBOUND)
            if name != RESULT and name not in self.memory.cells and (end is self.starts.get(name) or isinstance(end, Poison)):
                if isinstance(end, Poison):
                    frame.variables[name] = end
                elif name in self.before:
                    frame.variables[name] = self.variables[name]
                continue
            atoms = outs[places[name]]
            last = self._last_form(name)
            if name in self.memory.cells:
                self.memory.change(name, value_of(reader, form, iter(atoms), self.own[name]))
                continue
            like = loop_aliases.at_end(self.before.get(name), end, self.own.get(name), self.aliases.behind(name))
            if isinstance(last, Opaque | Same) or isinstance(end, Conflict) or end is None or (not atoms and form != UNBOUND):
                frame.variables[name] = Conflict("it is what the last iteration of a loop left in it")
                continue
            value = self._value(form, last, atoms, like, None if self.runs_surely or name == RESULT else ran)
            if name == RESULT:
                frame.returned = value
            elif value is not None:
                frame.variables[name] = value

    def _value(self, form: Form, last: Form, atoms: list[Atom], like: Identity, ran: Atom | None) -> Value | None:
        """What the loop left in a variable. ``ran``: whether there was an iteration; None: it does not matter."""
        if form == UNBOUND:
            value = value_of(self.reader, last, iter(atoms), like)
            found = value is not None and ran is not None
            return Maybe(value, str(self.reader.builder.apply(_NE, ran, Const(0)))) if found else value  # type: ignore[arg-type]
        if isinstance(form, Counted) and self.goes is not None:
            return index_of(self.reader, form.start + self.made * form.step)
        if isinstance(form, Sometimes) and not isinstance(last, Sometimes | Absent) and self.runs_surely:
            return value_of(self.reader, form.inner, iter(atoms[1:]), like)
        return value_of(self.reader, form, iter(atoms), like)

    @property
    def runs_surely(self) -> bool:
        """Whether there is a first iteration in any case."""
        trip, first = self.course.trip, self.course.first
        return (trip is None or is_certain(self.reader, trip - 1)) and isinstance(first, Known)

    def _completion(self, ended: dict[str, Atom]) -> Completion:
        """How the loop ends: ``while True`` without a break ends by return only."""
        endless = isinstance(self.course.test, ast.Constant) and "break" not in ended
        always = self.completion.always and self.runs_surely and "break" not in ended
        if "return" in ended and (endless or (always and set(ended) == {"return"})):
            return ends("return")
        return Completion(dict(ended))


def _row(name: str):  # type: ignore[no-untyped-def]
    from symdiff.primitives import TABLE

    return TABLE[name]


_NE, _NOT = _row("ne"), _row("not")
