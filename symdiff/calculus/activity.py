"""What a derivative has to visit: the names that depend on the inputs, and the statements that reach the outputs."""

from __future__ import annotations

from collections.abc import Container, Sequence
from functools import lru_cache
from typing import Any

from symdiff.graph.build import Builder
from symdiff.graph.graph import Atom, Block, Const, Fold, Graph, If, Let, Loop, Sum
from symdiff.graph.whole import ROWS, matrices_of
from symdiff.primitives.row import UNKNOWN, Primitive


def is_zero(atom: Atom) -> bool:
    """Whether an atom is the literal 0."""
    return isinstance(atom, Const) and not atom.symbol and atom.value == 0


def varied(graph: Graph, wrt: Sequence[str]) -> set[str]:
    """The names whose value varies smoothly with ``wrt`` (the inputs among them included)."""
    names = set(wrt)
    mark_varied(graph.body, names)
    return names


def mark_varied(block: Block, names: set[str]) -> None:
    """Add to the names that vary those that a block defines from them."""
    for statement in block:
        if isinstance(statement, Let):
            if any(statement.args[position] in names for position in smooth(statement.op)):
                names.add(statement.name)
        elif isinstance(statement, Sum | Fold):
            if statement.kind == "float" and any(name in names for name in _atoms(statement)):
                names.add(statement.name)
        elif isinstance(statement, If):
            mark_varied(statement.then, names)
            mark_varied(statement.orelse, names)
            names.update(out.name for out in statement.outs if out.then in names or out.orelse in names)
        elif isinstance(statement, Loop):
            names.update(varied_by_loop(statement, names)[0])


def varied_by_loop(loop: Loop, names: Container[str]) -> tuple[set[str], set[str]]:
    """Of what a loop hands on, and of the parameters of its step, those that vary smoothly with names from outside."""
    handed = loop.handed
    if loop.implicit:  # the guess that the solver started from has no part in the solution
        inside = {param for param, atom in loop.captured if atom in names}
        if loop.solver and not ROWS[loop.solver].smooth:
            inside = set()
        inside |= {each.param for each in loop.carried if inside}
        return ({each.out for each in loop.carried} if inside else set()), inside
    pairs = [*((each.param, each.init) for each in handed), *loop.captured]
    inside = {param for param, atom in pairs if atom in names}
    kept, collected, stored, _ = loop.outputs()
    while True:
        found = varied(loop.step, tuple(inside))
        more = {each.param for each, atom in zip(loop.carried, kept, strict=True) if atom in found}
        more |= {buffer.param for (buffer, _), atom in zip(loop.stores, stored, strict=True) if atom in found}
        if more <= inside:
            break
        inside |= more
    outs = {each.out for each in handed if each.param in inside}
    return outs | {each.out for each, atom in zip(loop.collected, collected, strict=True) if atom in found}, inside


def useful(graph: Graph) -> set[str]:
    """The names that an output varies with smoothly: what only a condition depends on is none of them."""
    names = {atom for atom in graph.outputs if isinstance(atom, str)}
    _mark_useful(graph.body, names)
    return names


def _mark_useful(block: Block, names: set[str]) -> None:
    for statement in reversed(block):
        if isinstance(statement, Let) and statement.name in names:
            names.update(arg for position in smooth(statement.op) if isinstance(arg := statement.args[position], str))
        elif isinstance(statement, Sum | Fold) and statement.name in names and statement.kind == "float":
            names.update(_atoms(statement))
        elif isinstance(statement, If):
            outs = [out for out in statement.outs if out.name in names]
            names.update(atom for out in outs for atom in (out.then, out.orelse) if isinstance(atom, str))
            _mark_useful(statement.then, names)
            _mark_useful(statement.orelse, names)
        elif isinstance(statement, Loop):
            _mark_useful_in_loop(statement, names)


def useful_in_loop(loop: Loop, outs: Container[str]) -> set[str]:
    """The parameters of the step of a loop that some of its results vary with smoothly."""
    inside, wanted = _useful_in_loop(loop, outs)
    return wanted | inside.intersection(loop.step.inputs)


def mark_useful(block: Block, names: set[str], results: Sequence[Atom]) -> None:
    """Add to the names that are useful those of a block that its results vary with."""
    inside = {atom for atom in results if isinstance(atom, str)}
    _mark_useful(block, inside)
    names |= inside


def _mark_useful_in_loop(loop: Loop, names: set[str]) -> None:
    if loop.solver:
        if ROWS[loop.solver].smooth and not names.isdisjoint(loop.outs):
            names.update(atom for atom, _ in matrices_of(loop) if isinstance(atom, str))
        return
    if loop.implicit:
        if not names.isdisjoint(loop.outs):
            inside = useful(loop.step)
            names.update(atom for param, atom in loop.captured if isinstance(atom, str) and param in inside)
        return
    inside, wanted = _useful_in_loop(loop, names)
    pairs = [*((each.param, each.init) for each in loop.handed if each.param in wanted), *loop.captured]
    names.update(atom for param, atom in pairs if isinstance(atom, str) and (param in inside or param in wanted))


def _useful_in_loop(loop: Loop, names: Container[str]) -> tuple[set[str], set[str]]:
    """The names of a step that reach results, and what is handed on among its parameters that does."""
    kept, collected, stored, _ = loop.outputs()
    handed = loop.handed
    wanted = {each.param for each in handed if each.out in names}
    rows = [atom for each, atom in zip(loop.collected, collected, strict=True) if each.out in names]
    while True:
        atoms = [atom for each, atom in zip(loop.carried, kept, strict=True) if each.param in wanted]
        atoms += [atom for (buffer, _), atom in zip(loop.stores, stored, strict=True) if buffer.param in wanted]
        inside = {atom for atom in (*atoms, *rows) if isinstance(atom, str)}
        _mark_useful(loop.step.body, inside)
        more = {each.param for each in handed if each.param in inside}
        if more <= wanted:
            return inside, wanted
        wanted |= more


@lru_cache(1024)
def smooth(row: Primitive) -> tuple[int, ...]:
    """The operands of a row in which its partial is not always the literal 0: none of floor and stop."""
    return tuple(i for i, partial in enumerate(partials_of(row)) if partial is UNKNOWN or not is_zero(partial))


@lru_cache(1024)
def partials_of(row: Primitive) -> tuple[Any, ...]:
    """The partials of a row on a graph of their own, one for each operand; none if it has no derivative."""
    if row.partials is None:
        return ()
    builder = Builder()
    operands = [builder.value(Const(1)) if i in row.literals else builder.value(builder.input(f"x{i}")) for i in range(row.arity)]
    partials = row.partials(*operands, builder.value(builder.input("f")))
    return tuple(partial if partial is UNKNOWN else builder.atom(partial) for partial in partials)


def _atoms(statement: Sum | Fold) -> list[str]:
    """The names that a sum or fold is linear in or folds: not the arrays of integers in its indices."""
    return [term.atom for term in statement.terms if isinstance(term.atom, str)]
