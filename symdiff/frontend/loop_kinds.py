"""Which kinds of values the variables of a loop have, in all iterations: found from what trials of reading it say."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from symdiff.frontend import cells, growing, grown, loop_aliases, loop_memory
from symdiff.frontend.carried import (
    UNBOUND,
    Absent,
    Counted,
    Form,
    Group,
    Growing,
    Leaf,
    Opaque,
    Same,
    Sometimes,
    difference,
    form_of,
    join,
)
from symdiff.frontend.gaps import GapError
from symdiff.frontend.lengths import is_certain
from symdiff.frontend.loop_values import GrowingList, GrownList
from symdiff.frontend.scopes import bound_names
from symdiff.frontend.values import Conflict, LeftOver, ListValue, Number, Poison, Value
from symdiff.frontend.windows import Stale
from symdiff.graph.affine import Affine, Element, sizes_in

if TYPE_CHECKING:
    from symdiff.frontend.lower import Frame, Reader
    from symdiff.frontend.sequential import Trial

REWRITE = "give it one kind of value from the start, as in s = 0.0 or y = np.zeros(n)"


def _known_in_one(first: Form, second: Form) -> tuple[str, ...]:
    """The sizes of one array where the other one has known lengths: they may be those, too."""
    if not isinstance(first, Leaf) or not isinstance(second, Leaf) or len(first.axes or ()) != len(second.axes or ()):
        return ()
    pairs = [(a, b) for a, b in zip(first.axes or (), second.axes or (), strict=True) if a != b]
    return sizes_in([b for _, b in pairs]) if all(a.is_constant and not b.is_constant for a, b in pairs) else ()


def own_nodes(node: ast.AST) -> Iterator[ast.AST]:
    """The nodes of a loop, without those of comprehensions and functions in it, in order."""
    yield node
    for inner in ast.iter_child_nodes(node):
        if isinstance(inner, ast.ListComp | ast.GeneratorExp | ast.SetComp | ast.DictComp | ast.Lambda):
            yield from (walrus for walrus in ast.walk(inner) if isinstance(walrus, ast.NamedExpr))
            yield from (walrus.target for walrus in ast.walk(inner) if isinstance(walrus, ast.NamedExpr))
        elif not isinstance(inner, ast.FunctionDef | ast.ClassDef):
            yield from own_nodes(inner)


def _refuse(trial: Trial, name: str, before: Form, behind: Form) -> None:
    """Refuse a variable that changes its kind."""
    first, second = difference(before, behind)
    node = _binding(trial.course.node, name)
    mixed = _known_in_one(before, behind)
    if mixed:
        trial.reader.fix(mixed, node, f"{name} starts as {first} and becomes {second} in a loop", REWRITE)
    raise GapError(node, f"{name} starts as {first} and becomes {second} in a loop", REWRITE)


def _targets(node: ast.For | ast.While) -> set[str]:
    """The names that a for loop binds in each iteration."""
    inner = ast.walk(node.target) if isinstance(node, ast.For) else ()
    return {each.id for each in inner if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store)}


def is_length(node: ast.AST) -> bool:
    """True for ``len(x)``, and for sums and differences."""
    if isinstance(node, ast.BinOp):
        return isinstance(node.op, ast.Add | ast.Sub)
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "len"


@dataclass
class Search:
    """The kinds of the variables that are carried, as far as they are known."""

    forms: dict[str, Form]
    dropped: set[str] = field(default_factory=set)
    uncounted: set[str] = field(default_factory=set)  # integers that do not count
    guessed: set[str] = field(default_factory=set)  # what is read before it is bound, and said to be a number
    cells: dict[str, Any] = field(default_factory=dict)  # arrays of before the loop that it changes, as carried variables
    stale: set[object] = field(default_factory=set)  # and those of which it is not known how
    stale_names: dict[str, set[int]] = field(default_factory=dict)  # arrays of variables of which that is so, by position
    rebound: dict[str, Conflict] = field(default_factory=dict)  # what each iteration binds, to another kind of value than before

    def find_lists(self, reader: Reader, node: ast.AST, frame: Frame) -> None:
        """The lists to which the loop appends, by its text. Elements of which nothing is known are said to be numbers."""
        for name in sorted(growing.names_appended_to(node)):
            value = frame.variables.get(name)
            if isinstance(value, GrownList):
                grown.check_alone(reader, value, frame, node, name)
            if isinstance(value, ListValue | GrowingList | GrownList):
                last = loop_memory.seen(reader, growing.last_of(reader, value, node), node)
                if isinstance(last, Conflict):
                    reason = f"the last element of {name}: {last.reason}"
                    raise GapError(node, reason, "append copies: .append(u.copy())", "not yet")
                item = form_of(reader, last)
                guessed = item == UNBOUND or (isinstance(value, GrowingList) and value.guessed and not value.added)
                self.forms[name] = Growing(Leaf("float") if guessed else item, None, guessed)

    def unbound(self, frame: Frame) -> Frame:
        """Take from variables what they were before the loop, where each iteration binds them before anything reads them."""
        frame.variables.update(self.rebound)
        return frame

    def settled(self, trial: Trial) -> bool:
        """Take in what a trial found out; True if it found nothing new."""
        wanted, dropped = dict(self.forms), set(self.dropped)
        for name in trial.names():
            start, end = trial.starts.get(name), trial.ends.get(name)
            if isinstance(end, Poison) and wanted.get(name) == UNBOUND and trial.snapshot.refused:
                wanted[name] = Sometimes(Leaf("float"))
                self.guessed.add(name)
            if end is start or isinstance(end, Poison):
                if isinstance(wanted.get(name), Growing):
                    continue
                kept = name in self.dropped or name in self.cells
                if name in wanted and end is start and not isinstance(wanted[name], Absent) and not kept:
                    del wanted[name]
                    self.dropped.add(name)
                continue
            plain = name in wanted and name not in self.dropped and name not in self.cells
            if plain and cells.is_same(end, trial.before.get(name)):
                del wanted[name]  # the same view in every iteration
                self.dropped.add(name)
                continue
            if not isinstance(end, Stale):
                wanted[name] = self._joined(trial, name, end)
        found, self.forms = self.forms, wanted
        if self.dropped != dropped:  # what they show is told when they are not carried
            return False
        return not self._arrays_found(trial) and found == self.forms

    def _arrays_found(self, trial: Trial) -> bool:
        """Take in which arrays of before the loop an iteration changes, and which may be others; whether that is new."""
        before = (dict(self.cells), set(self.stale), {name: set(found) for name, found in self.stale_names.items()})
        for cell, state in trial.memory.changed().items():
            if isinstance(state, Stale):
                self.stale.add(cell)
            elif cell not in self.cells.values():
                name = loop_aliases.hint_of(trial.frame, cell, [*self.forms, *trial.names()])
                self.cells[name] = cell
                self.forms[name] = form_of(trial.reader, state)
        for name, cell in self.cells.items():
            if cell in self.stale:
                self.forms.pop(name, None)
        self.cells = {name: cell for name, cell in self.cells.items() if cell not in self.stale}
        self.stale |= trial.aliases.stale_cells
        for name, found in trial.aliases.stale_names.items():
            self.stale_names.setdefault(name, set()).update(found)
        return before != (self.cells, self.stale, self.stale_names)

    def _joined(self, trial: Trial, name: str, end: Value | None) -> Form:
        before = self.forms[name] if name in self.forms else form_of(trial.reader, trial.starts.get(name))
        if isinstance(end, Conflict):
            return self._undecided(trial, name, before, end)
        if isinstance(before, Growing):
            return self._grown(trial, name, before, end)
        if isinstance(before, Opaque) and isinstance(trial.starts.get(name), Conflict | Poison):
            return before  # whoever reads it before it is bound is told what it is
        after_ = form_of(trial.reader, end)
        counted = self._counted(trial, name, before, end)
        if counted is not None:
            return counted
        if isinstance(before, Counted):
            self.uncounted.add(name)
            before = Leaf("int")
        if name in self.guessed and join(before, after_) != before and isinstance(after_, Leaf | Group):
            self.guessed.discard(name)
            return Sometimes(after_)
        if before == UNBOUND and not isinstance(after_, Sometimes) and not trial.snapshot.refused:
            return before  # it is bound in each iteration before it is read
        if isinstance(before, Absent) and isinstance(after_, Opaque | Same):
            return Opaque("an object")
        joined = join(before, after_)
        if joined is not None:
            return joined
        if name not in _targets(trial.course.node):
            _refuse(trial, name, before, after_)
        reason = "it is one kind of value before a loop that has it as its variable, and another one behind it"
        self.rebound[name] = Conflict(reason)
        return before

    def _undecided(self, trial: Trial, name: str, before: Form, end: Conflict) -> Form:
        """A variable that is nothing definite at the end of an iteration."""
        if isinstance(before, Absent | Opaque | Same):
            return before
        if not isinstance(end, LeftOver):
            raise GapError(trial.course.node, f"{name}: {end.reason}", REWRITE)
        self.rebound[name] = end  # of a loop inside: its variable was a value before this one, too
        return before

    def _counted(self, trial: Trial, name: str, before: Form, end: Value | None) -> Counted | None:
        """An integer that grows by the same step in each iteration."""
        part = end.integer if isinstance(end, Number) else None
        if name in self.uncounted or part is None:
            return None
        if isinstance(before, Counted):
            return before if part == before.start + (Affine.of(trial.counter) + 1) * before.step else None
        init = trial.before.get(name)
        start = init.integer if isinstance(init, Number) else None
        if before != Leaf("int") or name not in trial.params or start is None:
            return None
        step = part - Affine.of(Element(trial.params[name][0], ()))
        return Counted(start, step.const) if step.is_constant else None

    def _grown(self, trial: Trial, name: str, before: Growing, end: Value | None) -> Growing:
        """A list that may be longer at the end of an iteration."""
        start, node = trial.starts.get(name), _binding(trial.course.node, name)
        if not isinstance(start, GrowingList) or not isinstance(end, GrowingList) or end.identity is not start.identity:
            reason = f"a loop that changes the list {name} in another way than by append"
            raise GapError(node, reason, growing.REWRITE, "not yet")
        item = UNBOUND if before.guessed else before.item
        for value in [end.newest if each.rank else each.value for each in end.added]:
            found = form_of(trial.reader, value)
            joined = found if item == UNBOUND else item if found == UNBOUND else join(item, found)
            if joined is None or isinstance(joined, Sometimes | Opaque):
                first, second = difference(item, found)
                what = "a list" if item == UNBOUND else f"a list of {first}"
                raise GapError(node, f"{what} to which a loop appends {second}", growing.REWRITE, "not yet")
            item = joined
        guessed = item == UNBOUND
        step = end.count - start.count
        if not step.is_constant or (before.step is not None and before.step != step.const) or not _counts(trial, name):
            self.uncounted.add(name)
        return Growing(before.item if guessed else item, None if name in self.uncounted else step.const, guessed)


def _counts(trial: Trial, name: str) -> bool:
    """Whether the number of iterations tells how long a list is behind the loop, where a loop around it has to know that."""
    trip = trial.course.trip
    is_inner = isinstance(trial.before.get(name), GrowingList)
    return not is_inner or (trip is not None and not trial.course.leaves and is_certain(trial.reader, trip))


def _binding(node: ast.AST, name: str) -> ast.AST:
    """Where a loop binds a variable last."""
    found = [inner for inner in ast.walk(node) if isinstance(inner, ast.stmt) and inner is not node]
    binding = [each for each in found if any(name in bound_names(inner) for inner in own_nodes(each))]
    return max(binding, key=lambda each: (each.lineno, each.col_offset), default=node)
