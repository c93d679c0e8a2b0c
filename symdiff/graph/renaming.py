"""Statements and steps of loops under other names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TypeVar

from symdiff.graph.affine import Affine, Element, Quotient
from symdiff.graph.graph import (
    Atom,
    Block,
    Buffer,
    Carried,
    Fold,
    Graph,
    If,
    Let,
    Loop,
    Out,
    Param,
    Statement,
    Store,
    Sum,
)
from symdiff.graph.structure import Items, Structure, Tensor
from symdiff.graph.terms import Guard, Range, Term

Handed = TypeVar("Handed", Carried, Buffer)


class Renamed:
    """Renames what is in ``names``: arrays, scalars and sizes alike. Other names stay."""

    def __init__(self, names: Mapping[str, str], integers: Iterable[str] = ()) -> None:
        self.names = names
        self.integers = frozenset(integers)  # the arrays, by their new names, that hold integers

    def graph(self, graph: Graph) -> Graph:
        """The graph under other names."""
        result = graph.result
        if isinstance(result, Items):
            result = replace(result, items=tuple(map(self._structure, result.items)))
        outputs = tuple(map(self.atom, graph.outputs))
        return replace(
            graph, params=tuple(map(self._param, graph.params)), body=self.block(graph.body), outputs=outputs, result=result
        )

    def _param(self, param: Param) -> Param:
        name = self._name(param.name)
        structure = self._structure(param.structure)
        if name in self.integers and isinstance(structure, Tensor):
            structure = replace(structure, kind="int")
        return Param(name, structure, (name,), param.role, param.default)

    def _structure(self, structure: Structure) -> Structure:
        return replace(structure, axes=self.parts(structure.axes)) if isinstance(structure, Tensor) else structure

    # pieces

    def _name(self, name: str) -> str:
        return self.names.get(name, name)

    def atom(self, atom: Atom) -> Atom:
        """An atom under its other name."""
        return self._name(atom) if isinstance(atom, str) else atom

    def part(self, part: Affine) -> Affine:
        """An index expression under other names."""
        total = Affine(part.const)
        for symbol, factor in part.terms:
            if isinstance(symbol, str):
                symbol = self._name(symbol)
            elif isinstance(symbol, Element):
                symbol = Element(self._name(symbol.array), self.parts(symbol.index))
            elif isinstance(symbol, Quotient):
                symbol = Quotient(self.part(symbol.part), symbol.divisor)
            total += Affine.of(symbol) * factor
        return total

    def parts(self, parts: Iterable[Affine]) -> tuple[Affine, ...]:
        """Several index expressions under other names."""
        return tuple(map(self.part, parts))

    def _term(self, term: Term) -> Term:
        return Term(
            self.part(term.atom) if isinstance(term.atom, Affine) else self.atom(term.atom),
            self.parts(term.index),
            tuple(Range(self.part(each.low), self.part(each.high)) for each in term.ranges),
            tuple(Guard(self.part(guard.affine), guard.test, guard.modulus) for guard in term.guards),
            None if term.address is None else self.parts(term.address),
        )

    # statements

    def block(self, block: Block) -> Block:
        """Statements under other names."""
        return tuple(map(self._statement, block))

    def _statement(self, statement: Statement) -> Statement:
        if isinstance(statement, Let):
            args = tuple(map(self.atom, statement.args))
            return replace(statement, name=self._name(statement.name), args=args, axes=self.parts(statement.axes))
        if isinstance(statement, Sum):
            terms = tuple(map(self._term, statement.terms))
            return replace(statement, name=self._name(statement.name), axes=self.parts(statement.axes), terms=terms)
        if isinstance(statement, Fold):
            axes = self.parts(statement.axes)
            return replace(statement, name=self._name(statement.name), axes=axes, term=self._term(statement.term))
        if isinstance(statement, If):
            return replace(
                statement,
                condition=self.atom(statement.condition),
                then=self.block(statement.then),
                orelse=self.block(statement.orelse),
                outs=tuple(map(self._out, statement.outs)),
                axes=self.parts(statement.axes),
            )
        return self.loop(statement) if isinstance(statement, Loop) else replace(statement, lengths=self.parts(statement.lengths))

    def _out(self, out: Out) -> Out:
        return Out(self._name(out.name), self.atom(out.then), self.atom(out.orelse), out.kind, self.parts(out.axes))

    def loop(self, loop: Loop) -> Loop:
        """A loop over other operands; the names inside of its step are its own, but for the sizes of what goes in and out."""

        def handed(each: Handed) -> Handed:
            return replace(each, init=self.atom(each.init), out=self._name(each.out), axes=self.parts(each.axes))

        collected = tuple(replace(each, out=self._name(each.out), axes=self.parts(each.axes)) for each in loop.collected)
        sizes = {name: new for name, new in self.names.items() if name in shared_sizes(loop)}
        inside = Renamed(sizes)
        buffers = tuple(replace(handed(each), stores=tuple(map(inside._store, each.stores))) for each in loop.buffers)
        return replace(
            loop,
            step=inside.graph(loop.step) if sizes else loop.step,
            trip=None if loop.trip is None else self.part(loop.trip),
            carried=tuple(map(handed, loop.carried)),
            buffers=buffers,
            collected=collected,
            captured=tuple((sizes.get(name, name), self.atom(atom)) for name, atom in loop.captured),
            test=None if loop.test is None else self.atom(loop.test),
            count=self._name(loop.count) if loop.count else "",
        )

    def _store(self, store: Store) -> Store:
        return replace(store, index=self.parts(store.index))


def shared_sizes(loop: Loop) -> set[str]:
    """The sizes that the step of a loop shares with what is around it: those of its captured arrays, and of what it is given."""
    shared = {name for name, atom in loop.captured if loop.step.param(name).role == "size" and name == atom}
    given = {
        symbol
        for axes in loop.step.input_axes.values()
        for length in axes
        for symbol in length.symbols
        if isinstance(symbol, str)
    }
    own = {param.name for param in loop.step.params if param.role == "size"}
    return shared | (given - own)
