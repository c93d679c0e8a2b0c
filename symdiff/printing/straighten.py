"""Branches as values: a graph as one list of lets and choices, the form in which mathematics is written.

On paper every definition holds everywhere and a branch is a choice between two values. Three things are settled here:
a value kept for the adjoint branch is the value of its own side; inside a branch the same condition is decided; a
path that raises is no value, so the surviving path is the formula (``restrictions`` says where it holds).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from symdiff.errors import InternalError
from symdiff.graph.graph import UNDEFINED, Atom, Block, Const, Fold, Graph, If, Let, Loop, Raise, Sum
from symdiff.graph.mapping import renamed
from symdiff.primitives.row import Kind


@dataclass(frozen=True)
class Choice:
    """``name`` is ``then`` where the condition holds, ``orelse`` elsewhere."""

    name: str
    condition: str
    then: Atom
    orelse: Atom
    kind: Kind


Definition = Let | Choice
ArrayDefinition = Definition | Sum | Fold
Known = dict[str, bool]  # conditions that are decided at a place in the graph


@dataclass(frozen=True)
class Straight:
    """A graph without branches: definitions in order, the outputs, and the conditions under which they hold."""

    definitions: tuple[Definition, ...]
    outputs: tuple[Atom, ...]
    restrictions: tuple[tuple[str, bool], ...]


@dataclass(frozen=True)
class StraightArrays:
    """The same with sums and folds among the definitions."""

    definitions: tuple[ArrayDefinition, ...]
    outputs: tuple[Atom, ...]
    restrictions: tuple[tuple[str, bool], ...]


def straighten(graph: Graph) -> Straight:
    """Return the definitions that the outputs (and the restrictions) of a graph of scalars need."""
    found = straighten_arrays(graph)
    definitions = tuple(definition for definition in found.definitions if isinstance(definition, Let | Choice))
    if len(definitions) < len(found.definitions):
        raise InternalError(f"{graph.name} has arrays")
    return Straight(definitions, found.outputs, found.restrictions)


def straighten_arrays(graph: Graph) -> StraightArrays:
    """Return the definitions that the outputs (and the restrictions) need."""
    walker = _Walker()
    known: Known = {}
    raises = walker.block(graph.body, known, walker.restrictions)
    outputs = tuple(UNDEFINED if raises else walker.resolve(atom, known) for atom in graph.outputs)
    restrictions = tuple(walker.restrictions)
    needed = {atom for atom in outputs if isinstance(atom, str)} | {name for name, _ in restrictions}
    kept: list[ArrayDefinition] = []
    for definition in reversed(walker.definitions):
        if definition.name in needed:
            kept.append(definition)
            needed.update(atom for atom in reads(definition) if isinstance(atom, str))
    return StraightArrays(tuple(reversed(kept)), outputs, restrictions)


def reads(definition: ArrayDefinition) -> tuple[Atom, ...]:
    """Return the atoms that a definition is made of."""
    if isinstance(definition, Let):
        return definition.args
    if isinstance(definition, Sum | Fold):
        return tuple(
            atom for term in definition.terms for atom in (*term.reads(), *([term.atom] if isinstance(term.atom, Const) else ()))
        )
    return (definition.condition, definition.then, definition.orelse)


class _Walker:
    """Walks blocks in order of execution (recursing over the nesting of branches only)."""

    def __init__(self) -> None:
        self.definitions: list[ArrayDefinition] = []
        self.restrictions: list[tuple[str, bool]] = []
        self._lets: dict[str, Let] = {}
        self._alias: dict[str, Atom] = {}
        self._choices: dict[str, Choice] = {}

    def block(self, block: Block, known: Known, restrictions: list[tuple[str, bool]]) -> bool:
        """Add the definitions of a block; True if every path through it raises. ``known`` learns from guards."""
        for statement in block:
            if isinstance(statement, Let):
                self._let(statement, known)
            elif isinstance(statement, Sum | Fold):
                self.definitions.append(renamed(statement, lambda atom: self.resolve(atom, known)))
            elif isinstance(statement, Loop):
                raise InternalError("a loop was not replaced before it is printed")
            elif isinstance(statement, Raise) or self._branch(statement, known, restrictions):
                return True
        return False

    def resolve(self, atom: Atom, known: Known) -> Atom:
        """Return what an atom is where the conditions in ``known`` are decided."""
        while isinstance(atom, str):
            choice = self._choices.get(atom)
            if atom in self._alias:
                atom = self._alias[atom]
            elif atom in known:
                return Const(known[atom])
            elif choice is not None and choice.condition in known:
                atom = choice.then if known[choice.condition] else choice.orelse
            else:
                break
        return atom

    def _let(self, let: Let, known: Known) -> None:
        let = replace(let, args=tuple(self.resolve(arg, known) for arg in let.args))
        self._lets[let.name] = let
        self.definitions.append(let)

    def _branch(self, branch: If, known: Known, restrictions: list[tuple[str, bool]]) -> bool:
        condition = self.resolve(branch.condition, known)
        if isinstance(condition, Const):
            side = branch.then if condition.value else branch.orelse
            if self.block(side, known, restrictions):
                return True
            for out in branch.outs:
                self._alias[out.name] = self.resolve(out.then if condition.value else out.orelse, known)
            return False
        here = known | self._facts(condition, True)
        there = known | self._facts(condition, False)
        within: tuple[list[tuple[str, bool]], list[tuple[str, bool]]] = ([], [])
        raises = self.block(branch.then, here, within[0]), self.block(branch.orelse, there, within[1])
        if all(raises):
            return True
        if any(raises):  # only the other side goes on, and what is known there is known from here on
            known |= there if raises[0] else here
            silent = all(isinstance(each, Raise) and each.solving for each in (branch.then if raises[0] else branch.orelse))
            restrictions += [*([] if silent else [(condition, raises[1])]), *within[0 if raises[1] else 1]]
        for out in branch.outs:
            first, second = self.resolve(out.then, here), self.resolve(out.orelse, there)
            if raises[0] or first in (UNDEFINED, second):
                self._alias[out.name] = second
            elif raises[1] or second == UNDEFINED:
                self._alias[out.name] = first
            else:
                choice = Choice(out.name, condition, first, second, out.kind)
                self._choices[out.name] = choice
                self.definitions.append(choice)
        return False

    def _facts(self, condition: str, truth: bool) -> Known:
        """Return what follows from a condition: the operands of a true conjunction, a false disjunction, a negation."""
        facts: Known = {}
        stack = [(condition, truth)]
        while stack:
            name, value = stack.pop()
            if name in facts:
                continue
            facts[name] = value
            let = self._lets.get(name)
            if let is None:
                continue
            if let.op.name == "not":
                stack += [(arg, not value) for arg in let.args if isinstance(arg, str)]
            elif let.op.name == ("and" if value else "or"):
                stack += [(arg, value) for arg in let.args if isinstance(arg, str)]
        return facts
