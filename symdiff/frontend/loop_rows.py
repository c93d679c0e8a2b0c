"""Rows of arrays in loops that are read as axes: ``A[i] @ x``, ``x[i + 1, :]``, ``for row in A``.

While an iteration is read, a row is an array without the axes of the loops: its definition names the positions of the
loops as if they were sizes (``@0`` is the position of the outermost loop), so that every operation on arrays works as it
does outside. What leaves the row (a number that is added up, an element that is written) is defined again over the loops:
their axes come in front, and ``@0`` becomes an index. The definitions that were read first are dead then.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from symdiff.errors import InternalError
from symdiff.graph.affine import Affine, Symbol, identity, sizes_in
from symdiff.graph.graph import Atom, Const, Fold, If, Let, Sum, defined, operands
from symdiff.graph.terms import Guard, Term

if TYPE_CHECKING:
    import ast

    from symdiff.frontend.lower import Reader

MARK = "@"


def here(part: Affine) -> Affine:
    """An expression in the positions of loops, in their names."""
    return part.substitute({position: Affine.of(f"{MARK}{position}") for position in part.positions})


def guard_here(guard: Guard) -> Guard:
    """A guard on the positions of loops, in their names."""
    return dataclasses.replace(guard, affine=here(guard.affine))


def positions_of(part: Affine) -> Affine:
    """An expression in the names of loops, in their positions. It must have no positions of its own."""
    return part.substitute({name: Affine.of(int(name[1:])) for name in marked([part])})


def marked(parts: Sequence[Affine]) -> tuple[str, ...]:
    """The names of loops in several expressions, inside elements of arrays of integers, too."""
    found = list(sizes_in(parts))
    for part in parts:
        for element in part.elements:
            found += marked(element.index)
    return tuple(name for name in dict.fromkeys(found) if name.startswith(MARK))


def scalar_here(reader: Reader, atom: Atom) -> Atom:
    """A number over loops, as the number of the iteration that is read."""
    rank = len(reader.builder.axes_of(atom))
    if not rank:
        return atom
    return reader.builder.sum([Term(atom, tuple(map(here, identity(rank))))], (), kind=reader.builder.kind(atom))


def depth_of(reader: Reader, atom: Atom | Affine) -> int:
    """How many loops the definition of an atom names: 0 for what is no part of a row."""
    if isinstance(atom, Const | Affine):
        return 0
    if atom not in reader.depths:
        reader.depths[atom] = 0  # an input
        statement = _statement(reader, atom)
        if statement is not None:
            reader.depths[atom] = max((_own_depth(statement), *(depth_of(reader, inner) for inner in operands(statement))))
    return reader.depths[atom]


def _statement(reader: Reader, name: str) -> Let | Sum | Fold | If | None:
    builder = reader.builder
    found: Any = builder.definitions.get(name) or builder.sums.get(name) or builder.folds.get(name) or builder.branches.get(name)
    return found  # type: ignore[no-any-return]


def _own_depth(statement: Let | Sum | Fold | If) -> int:
    terms = statement.terms if isinstance(statement, Sum | Fold) else ()
    names = marked([part for term in terms for part in term.affines()])
    return max((int(name[1:]) + 1 for name in names), default=0)


def over_loops(reader: Reader, atom: Atom) -> Atom:
    """A number of an iteration, or the elements of a row, with the axes of the loops in front."""
    if not depth_of(reader, atom):
        return atom
    if depth_of(reader, atom) > len(reader.loops):
        raise InternalError("a row is read behind its loop")
    with reader.builder.outside() as bodies:
        return _Batch(reader, {name for body in bodies for statement in body for name in defined(statement)}).atom(atom)


class _Batch:
    """Defines rows again over the loops. ``visible``: what can be read there; branches inside of the loop define other things."""

    def __init__(self, reader: Reader, visible: set[str]) -> None:
        self.reader = reader
        self.builder = reader.builder
        self.visible = visible
        self.made: dict[Atom, Atom] = {}

    def atom(self, atom: Atom) -> Atom:
        """The atom with the axes of as many loops in front as it depends on."""
        if isinstance(atom, Const) or not depth_of(self.reader, atom):
            if isinstance(atom, str) and atom not in self.visible and _statement(self.reader, atom) is not None:
                self.refuse("that is computed from what a branch inside of the loop defines")
            return atom
        if atom not in self.made:
            statement = _statement(self.reader, atom)
            assert statement is not None  # noqa: S101 - inputs depend on no loop
            self.made[atom] = self._define(statement, atom, depth_of(self.reader, atom))
        return self.made[atom]

    def refuse(self, reason: str) -> Any:
        """Read again with known lengths, or refuse."""
        sizes = sizes_in([loop.length for loop in self.reader.loops])
        node: ast.AST = self.reader.row_node or self.reader.source.node
        self.reader.fix(sizes, node, f"a row in a loop of any length {reason}", "index every axis")

    def _define(self, statement: Let | Sum | Fold | If, name: str, depth: int) -> Atom:
        axes = self.builder.axes.get(name, ())
        if marked(axes):
            self.refuse("whose length depends on the loop")
        everywhere = (*(loop.length for loop in self.reader.loops[:depth]), *axes)
        if isinstance(statement, Let):
            found = self.builder.apply(
                statement.op, *(self._spread(arg, depth, axes, everywhere) for arg in statement.args), hint=name
            )
            if isinstance(found, str):
                (self.reader.silent.add if name in self.reader.silent else self.reader.silent.discard)(found)
            return found
        if isinstance(statement, Sum):
            terms = [self._term(term, depth) for term in statement.terms]
            return self.builder.sum(terms, everywhere, hint=name, kind=statement.kind)
        if isinstance(statement, Fold):
            return self.builder.fold(statement.op, self._term(statement.term, depth), everywhere, hint=name)
        if statement.then or statement.orelse:
            self.refuse("with a branch")
        out = next(out for out in statement.outs if out.name == name)
        condition, then, orelse = (
            self._spread(each, depth, axes, everywhere) for each in (statement.condition, out.then, out.orelse)
        )
        return self.builder.branch(self.builder.spread(condition, everywhere), (), (), [(name, then, orelse)])[0]

    def _spread(self, atom: Atom, depth: int, axes: Sequence[Affine], everywhere: tuple[Affine, ...]) -> Atom:
        """An operand over all loops that the operation depends on."""
        own = depth_of(self.reader, atom)
        found = self.atom(atom)
        if isinstance(found, Const) or not self.builder.axes_of(found) or own == depth:
            return self.builder.spread(found, everywhere)
        rank = len(self.builder.axes_of(found)) - own
        index = (*identity(own), *identity(rank, depth))
        return self.builder.sum([Term(found, index)], everywhere, kind=self.builder.kind(found))

    def _term(self, term: Term, depth: int) -> Term:
        if term.address is not None:
            self.refuse("that is written to at computed indices")
        positions = {position for part in term.affines() for position in part.positions}
        places: dict[Symbol, Affine] = {position: Affine.of(position + depth) for position in positions}
        places |= {name: Affine.of(int(name[1:])) for name in marked(list(term.affines()))}
        moved = term.substitute(places)
        if isinstance(term.atom, Affine):
            return moved
        atom = self.atom(term.atom)
        index = (*identity(depth_of(self.reader, term.atom)), *moved.index) if isinstance(atom, str) else ()
        return dataclasses.replace(moved, atom=atom, index=index)
