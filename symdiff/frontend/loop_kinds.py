"""Which kinds of values the variables of a loop have, in all iterations: found from what trials of reading it say."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from symdiff.frontend import growing
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
from symdiff.frontend.loop_values import GrowingList
from symdiff.frontend.scopes import bound_names
from symdiff.frontend.values import Conflict, Number, Poison, Value
from symdiff.graph.affine import Affine, Element, sizes_in

if TYPE_CHECKING:
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


@dataclass
class Search:
    """The kinds of the variables that are carried, as far as they are known."""

    forms: dict[str, Form]
    dropped: set[str] = field(default_factory=set)
    uncounted: set[str] = field(default_factory=set)  # integers that do not count
    guessed: set[str] = field(default_factory=set)  # what is read before it is bound, and said to be a number

    def grow(self, name: str, item: Form) -> None:
        """A list to which the loop appends; as long as no element says more, its elements are said to be numbers."""
        guessed = item == UNBOUND
        self.forms[name] = Growing(Leaf("float") if guessed else item, None, guessed)

    def settled(self, trial: Trial) -> bool:
        """Take in what a trial found out; True if it found nothing new."""
        wanted = dict(self.forms)
        for name in trial.names():
            start, end = trial.starts.get(name), trial.ends.get(name)
            if isinstance(end, Poison) and wanted.get(name) == UNBOUND and trial.snapshot.refused:
                wanted[name] = Sometimes(Leaf("float"))
                self.guessed.add(name)
            if end is start or isinstance(end, Poison):
                if isinstance(wanted.get(name), Growing):
                    continue
                if name in wanted and end is start and not isinstance(wanted[name], Absent) and name not in self.dropped:
                    del wanted[name]
                    self.dropped.add(name)
                continue
            wanted[name] = self._joined(trial, name, end)
        found, self.forms = self.forms, wanted
        return found == wanted

    def _joined(self, trial: Trial, name: str, end: Value | None) -> Form:
        before = self.forms[name] if name in self.forms else form_of(trial.reader, trial.starts.get(name))
        if isinstance(end, Conflict):
            if isinstance(before, Absent | Opaque | Same):
                return before
            raise GapError(trial.course.node, f"{name}: {end.reason}", REWRITE)
        if isinstance(before, Growing):
            return self._grown(trial, name, before, end)
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
        if joined is None:
            first, second = difference(before, after_)
            node = _binding(trial.course.node, name)
            mixed = _known_in_one(before, after_)
            if mixed:
                trial.reader.fix(mixed, node, f"{name} starts as {first} and becomes {second} in a loop", REWRITE)
            raise GapError(node, f"{name} starts as {first} and becomes {second} in a loop", REWRITE)
        return joined

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
        if not step.is_constant or (before.step is not None and before.step != step.const):
            self.uncounted.add(name)
        return Growing(before.item if guessed else item, None if name in self.uncounted else step.const, guessed)


def _binding(node: ast.AST, name: str) -> ast.AST:
    """Where a loop binds a variable last."""
    found = [inner for inner in ast.walk(node) if isinstance(inner, ast.stmt) and inner is not node]
    binding = [each for each in found if any(name in bound_names(inner) for inner in own_nodes(each))]
    return max(binding, key=lambda each: (each.lineno, each.col_offset), default=node)
