"""Which names become one variable: a let or out that a branch hands on is computed straight into the out's variable."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterator, Sequence

from symdiff.codegen.code import Allocate, Dot, For, Put, Turn, While
from symdiff.codegen.names import is_generic, stem
from symdiff.codegen.split import Code, Routine, Store, atoms, names_of, steps
from symdiff.graph.graph import UNDEFINED, Atom, If, Let


class Classes:
    """The names of a routine grouped into variables.

    In single-assignment form a let of a branch and the out that it is handed on by hold the same value wherever both
    are defined, so they may share a variable; likewise an inner out and the outer one (an ``elif`` chain). ``reads``
    counts how often each variable is read, not counting what is handed on to itself.
    """

    def __init__(self, routine: Routine, slots: Container[str]) -> None:
        self._parent: dict[str, str] = {}
        self._members: dict[str, list[str]] = {}
        for statement in steps(routine.body):
            if isinstance(statement, If):
                self._join(statement, slots)
        turns = [node for node in steps(routine.body) if isinstance(node, Turn)]
        self.hints = {name: hint for turn in turns for name, hint in zip(turn.names, turn.hints, strict=False)}
        for body in _blocks(routine.body):
            self._join_first(body)
        for body in _loops(routine.body):  # behind the others: it looks at all names that a variable has
            self._join_turn(body)
        self.changing = frozenset(self.root(name) for turn in turns for name in turn.names)
        outs = [out for node in steps(routine.body) if isinstance(node, If) for out in node.outs]
        self._partial = {self.root(out.name) for out in outs if UNDEFINED in (out.then, out.orelse)}
        self.reads: Counter[str] = Counter()
        handed: Counter[str] = Counter()
        for name in self._parent:
            handed[name] += 1
        for name, count in routine.reads.items():
            self.reads[self.root(name)] += count - handed[name]
        self.only_returned = _only_returned(routine)
        self.put = frozenset(n.atom for n in steps(routine.body) if isinstance(n, Put))  # which the array names already
        self.put |= {atom for turn in turns for atom in turn.atoms}
        # Lets whose variable only keeps their value for later: every out of it is undefined on its other side.
        whole = {self.root(out.name) for out in outs if UNDEFINED not in (out.then, out.orelse)}
        lets = [node for node in steps(routine.body) if isinstance(node, Let) and node.name in self._parent]
        self.kept = [let for let in lets if self.root(let.name) not in whole]

    def root(self, name: str) -> str:
        """The out whose variable a name shares (itself, if it shares none)."""
        while name in self._parent:
            name = self._parent[name]
        return name

    def is_shared(self, name: str) -> bool:
        """Whether a name is computed straight into the variable of an out."""
        return name in self._parent

    def is_partial(self, root: str) -> bool:
        """Whether a variable may be undefined, on paths that never read it."""
        return root in self._partial

    def spelling(self, root: str) -> str:
        """The name of a variable: of the names with the out's stem, the one with the lowest number."""
        names: list[str] = [root, *self._members.get(root, ())]
        if is_generic(root) and not all(map(is_generic, names)):
            own = {stem(name)[0] for name in names if not is_generic(name)}
            if len(own) == 1:
                names = [name for name in names if not is_generic(name)]
                return min(names, key=_number)
        base = stem(root)[0]
        return min((name for name in names if stem(name)[0] == base), key=_number)

    def _join(self, branch: If, slots: Container[str]) -> None:
        for side in ("then", "orelse"):
            here = {name for statement in getattr(branch, side) for name in names_of(statement)}
            for out in branch.outs:
                atom: Atom = getattr(out, side)
                if isinstance(atom, str) and atom in here and atom not in self._parent and atom not in slots:
                    self._parent[atom] = out.name
                    self._members.setdefault(self.root(out.name), []).append(atom)

    def _join_turn(self, body: Sequence[Code]) -> None:
        """Compute next values straight into the variables of a loop, where their old values are read no more."""
        turn = next((node for node in reversed(body) if isinstance(node, Turn) and not node.hints), None)
        if turn is None:
            return
        here = {name for statement in body if statement is not turn for name in _made(statement)}
        for name, atom in zip(turn.names, turn.atoms, strict=True):
            if not isinstance(atom, str) or atom not in here or atom in self._parent or turn.atoms.count(atom) > 1:
                continue
            members = {atom, *self._members.get(atom, ())}
            if not _is_read_after(body, name, members, False)[1]:
                self._parent[atom] = name
                self._members.setdefault(self.root(name), []).extend(members)

    def _join_first(self, body: Sequence[Code]) -> None:
        """Make an array that only a loop reads, and goes on with, straight in the variable of the loop."""
        made = {node.name for node in body if isinstance(node, Allocate) or (isinstance(node, Dot) and not node.is_there)}
        for turn in body:
            if isinstance(turn, Turn) and len(turn.names) == len(turn.hints) == 1 and turn.atoms[0] in made - self._parent.keys():
                self._parent[str(turn.atoms[0])] = turn.names[0]
                self._members.setdefault(self.root(turn.names[0]), []).append(str(turn.atoms[0]))


def _blocks(body: Sequence[Code]) -> Iterator[Sequence[Code]]:
    """The block and all that are inside it."""
    yield body
    for node in steps(body):
        if isinstance(node, If):
            yield node.then
            yield node.orelse
        elif isinstance(node, For | While):
            yield node.body


def _loops(body: Sequence[Code]) -> list[Sequence[Code]]:
    """The bodies of all loops, those inside others first."""
    found: list[Sequence[Code]] = [node.body for node in steps(body) if isinstance(node, For | While)]
    return found[::-1]


def _made(statement: Code) -> tuple[str, ...]:
    """The variables that a statement gives a value."""
    return (statement.name,) if isinstance(statement, Put) and statement.index is None else names_of(statement)


def _is_read_after(body: Sequence[Code], name: str, members: Container[str], written: bool) -> tuple[bool, bool]:
    """Whether any of the members is given a value in a body, and whether a name is read after that."""
    is_read = False
    for statement in body:
        if isinstance(statement, If):
            is_read |= written and statement.condition == name
            sides = []
            for side in ("then", "orelse"):
                made, found = _is_read_after(getattr(statement, side), name, members, written)
                is_read |= found or (made and any(getattr(out, side) == name for out in statement.outs))
                sides.append(made)
            written = any(sides) or any(out.name in members for out in statement.outs)
        elif isinstance(statement, For | While):
            for _ in range(2):
                written, found = _is_read_after(statement.body, name, members, written)
                is_read |= found
        else:
            is_read |= written and name in atoms(statement)
            written |= any(made in members for made in _made(statement))
    return written, is_read


def _number(name: str) -> int:
    return stem(name)[1]


def _only_returned(routine: Routine) -> frozenset[str]:
    """The names read by the return statement or a result array only: derivatives whose name would say nothing."""
    returned: Counter[str] = Counter(atom for atom in routine.returns if isinstance(atom, str))
    for statement in _stores(routine.body):
        if isinstance(statement.atom, str):
            returned[statement.atom] += 1
    return frozenset(name for name, count in returned.items() if routine.reads[name] == count)


def _stores(body: Sequence[Code]) -> list[Store]:
    return [statement for statement in body if isinstance(statement, Store)]
