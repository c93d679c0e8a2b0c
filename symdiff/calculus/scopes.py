"""Values across branches: what one branch computes, a later branch under the same condition may use.

The adjoint of a branch stands in an If of its own, after the primal one and with the same condition. It reads values
of the primal branch. Sweeps write such reads as if the two were one branch; ``close`` then makes each such value an
additional out of the primal If ("kept"), which is UNDEFINED on the other path, where it is never read. ::

    if c:                       if c:
        e = exp(x)                  e = exp(x)
        z := e*y                    z := e*y;  e_1 := e
    else:                       else:
        z := y             =>       z := y;    e_1 := undefined
    if c:                       if c:
        y_bar := z_bar*e            y_bar := z_bar*e_1
    else: ...                   else: ...
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from symdiff.calculus.naming import kept_name
from symdiff.graph.build import Builder, Key, indexed_key, key
from symdiff.graph.graph import UNDEFINED, Atom, Block, Const, Fold, If, Let, Loop, Out, Statement, Sum
from symdiff.graph.literals import fold
from symdiff.graph.loops import rewired
from symdiff.graph.mapping import renamed

Path = tuple[tuple[int, bool], ...]  # the branches around a statement: number of the If, and which side


@dataclass
class _Scope:
    """What is known where one condition holds: right-hand sides, other names of values, and the branches inside."""

    lets: dict[Key, str] = field(default_factory=dict)
    aliases: dict[str, Atom] = field(default_factory=dict)
    branches: dict[tuple[Atom, bool], _Scope] = field(default_factory=dict)


def share(body: Block, outputs: Sequence[Atom]) -> tuple[Block, tuple[Atom, ...]]:
    """Compute equal right-hand sides once, also where they stand in two branches under the same condition.

    The result may read names out of scope; ``close`` puts them back into scope.
    """
    sharing = _Sharing()
    shared = sharing.block(body)
    return shared, tuple(map(sharing.resolve, outputs))


class _Sharing:
    def __init__(self) -> None:
        self.scopes = [_Scope()]
        self.decided: dict[Atom, bool] = {}  # the conditions of the branches around

    def resolve(self, atom: Atom) -> Atom:
        """The first name of a value: what an atom means where the conditions of the present scopes hold."""
        while isinstance(atom, str):
            known = next((scope.aliases[atom] for scope in self.scopes if atom in scope.aliases), None)
            if known is None:
                break
            atom = known
        return atom

    def block(self, block: Block) -> Block:
        made: list[Statement] = []
        for statement in block:
            if isinstance(statement, Let):
                made.extend(self.let(statement))
            elif isinstance(statement, Sum | Fold):
                made.extend(self.indexed(statement))
            elif isinstance(statement, If):
                made.extend(self.branch(statement))
            elif isinstance(statement, Loop):
                made.append(rewired(statement, self.resolve))
            else:
                made.append(statement)
        return tuple(made)

    def let(self, let: Let) -> Block:
        """The let over the first names of its operands, or nothing if its right-hand side is known or a literal."""
        args = tuple(map(self.resolve, let.args))
        folded = fold(let.op, args)
        if folded is not None:
            self.scopes[-1].aliases[let.name] = folded
            return ()
        wanted = key(let.op, args)
        for scope in self.scopes:
            if wanted in scope.lets:
                self.scopes[-1].aliases[let.name] = scope.lets[wanted]
                return ()
        self.scopes[-1].lets[wanted] = let.name
        return (let if args == let.args else replace(let, args=args),)

    def indexed(self, statement: Sum | Fold) -> Block:
        """The sum or fold over first names, or nothing if its right-hand side is known."""
        statement = renamed(statement, self.resolve)
        wanted = indexed_key(statement)
        for scope in self.scopes:
            if wanted in scope.lets:
                self.scopes[-1].aliases[statement.name] = scope.lets[wanted]
                return ()
        self.scopes[-1].lets[wanted] = statement.name
        return (statement,)

    def branch(self, statement: If) -> Block:
        """The branch over first names; where its condition is decided, only the side that can be reached."""
        condition = self.resolve(statement.condition)
        if isinstance(condition, Const) or condition in self.decided:
            holds = bool(condition.value) if isinstance(condition, Const) else self.decided[condition]
            block = self.block(statement.then if holds else statement.orelse)
            for out in statement.outs:
                self.scopes[-1].aliases[out.name] = self.resolve(out.then if holds else out.orelse)
            return block
        then, firsts = self.side(statement, condition, True)
        orelse, seconds = self.side(statement, condition, False)
        outs = []
        for out, first, second in zip(statement.outs, firsts, seconds, strict=True):
            if first == second != UNDEFINED:
                self.scopes[-1].aliases[out.name] = first
            else:
                outs.append(replace(out, then=first, orelse=second))
        return (replace(statement, condition=condition, then=then, orelse=orelse, outs=tuple(outs)),)

    def side(self, statement: If, condition: Atom, holds: bool) -> tuple[Block, list[Atom]]:
        """One side of a branch, in the scopes of all earlier branches under the same condition."""
        outer = self.scopes
        own = outer[-1].branches.setdefault((condition, holds), _Scope())
        earlier = [scope.branches[condition, holds] for scope in outer[:-1] if (condition, holds) in scope.branches]
        self.scopes = [*outer, *earlier, own]
        self.decided[condition] = holds
        block = self.block(statement.then if holds else statement.orelse)
        atoms = [self.resolve(out.then if holds else out.orelse) for out in statement.outs]
        del self.decided[condition]
        self.scopes = outer
        for out, atom in zip(statement.outs, atoms, strict=True):
            if atom != UNDEFINED:
                own.aliases[out.name] = atom
        return block, atoms


@dataclass
class _Open:
    """A branch to which outs may still be added, with the out of each atom by side."""

    statement: If
    then: list[Statement | _Open] = field(default_factory=list)
    orelse: list[Statement | _Open] = field(default_factory=list)
    outs: list[Out] = field(default_factory=list)
    handed_on: dict[tuple[bool, Atom], str] = field(default_factory=dict)

    def keep(self, name: str, holds: bool, builder: Builder) -> str:
        """The out that hands on ``name`` from one side: an existing one or a new one."""
        if (holds, name) not in self.handed_on:
            axes = builder.axes_of(name)
            kept = builder.fresh(kept_name(name), builder.kind(name), axes)
            then, orelse = (name, UNDEFINED) if holds else (UNDEFINED, name)
            self.outs.append(Out(kept, then, orelse, builder.kind(name), axes))
            self.handed_on[holds, name] = kept
        return self.handed_on[holds, name]


def close(body: Block, builder: Builder) -> Block:
    """Hand on every value that is read outside the branch that defines it, level by level."""
    closing = _Closing(builder)
    return closing.finish(closing.block(body, ()))


class _Closing:
    def __init__(self, builder: Builder) -> None:
        self.builder = builder
        self.homes: dict[str, Path] = {}
        self.open: list[_Open] = []

    def block(self, block: Block, path: Path) -> list[Statement | _Open]:
        made: list[Statement | _Open] = []
        for statement in block:
            if isinstance(statement, Let):
                args = tuple(self.read(arg, path) for arg in statement.args)
                made.append(statement if args == statement.args else replace(statement, args=args))
                self.homes[statement.name] = path
            elif isinstance(statement, Sum | Fold):
                made.append(renamed(statement, partial(self.read, path=path)))
                self.homes[statement.name] = path
            elif isinstance(statement, If):
                made.append(self.branch(statement, path))
            elif isinstance(statement, Loop):
                made.append(rewired(statement, partial(self.read, path=path)))
                self.homes.update(dict.fromkeys(statement.outs, path))
            else:
                made.append(statement)
        return made

    def branch(self, statement: If, path: Path) -> _Open:
        number = len(self.open)
        condition = self.read(statement.condition, path)
        opened = _Open(replace(statement, condition=condition))
        self.open.append(opened)
        inner = (*path, (number, True)), (*path, (number, False))
        opened.then, opened.orelse = self.block(statement.then, inner[0]), self.block(statement.orelse, inner[1])
        for out in statement.outs:
            out = replace(out, then=self.read(out.then, inner[0]), orelse=self.read(out.orelse, inner[1]))
            opened.outs.append(out)
            opened.handed_on.setdefault((True, out.then), out.name)
            opened.handed_on.setdefault((False, out.orelse), out.name)
            self.homes[out.name] = path
        return opened

    def read(self, atom: Atom, path: Path) -> Atom:
        """The name under which a value can be read at ``path``."""
        home = self.homes.get(atom, ()) if isinstance(atom, str) else ()
        depth = len(home)
        while isinstance(atom, str) and home[:depth] != path[:depth]:
            depth -= 1
            number, holds = home[depth]
            atom = self.open[number].keep(atom, holds, self.builder)
        return atom

    def finish(self, block: Sequence[Statement | _Open]) -> Block:
        return tuple(self.finished(statement) if isinstance(statement, _Open) else statement for statement in block)

    def finished(self, opened: _Open) -> If:
        return replace(
            opened.statement,
            then=self.finish(opened.then),
            orelse=self.finish(opened.orelse),
            outs=tuple(opened.outs),
        )
