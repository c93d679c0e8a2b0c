"""The arrays that a function hands back: each is nobody else's, or one that the caller gives."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from symdiff.codegen.code import Allocate, Plain, Put
from symdiff.codegen.definitions import Definitions
from symdiff.codegen.elements import Elements
from symdiff.codegen.given import Given
from symdiff.codegen.indices import Place
from symdiff.codegen.printer import OR, Text
from symdiff.graph.affine import Affine, Symbol, sizes_in, substituted
from symdiff.graph.build import Body
from symdiff.graph.graph import UNDEFINED, Atom, Const, Graph, If, Loop, Out, Raise, walk
from symdiff.graph.structure import Tensor
from symdiff.primitives.row import Kind


class Results:
    """The part of a scheduler that hands arrays back, and makes whole ones."""

    graph: Graph
    definitions: Definitions
    elements: Elements
    given: dict[str, int]  # the arrays that the caller gives, with the number of the output

    def put_into(self, atom: Atom, leaf: object, number: int, given: str) -> str:
        """An array that is given for an output: it is filled already, or is filled now."""
        if isinstance(atom, str) and self.given.get(atom) == number:
            return atom
        axes = leaf.axes if isinstance(leaf, Tensor) else ()
        name = self.elements.fresh("out", "float", tuple(axes))
        self.elements.texts[name] = Text(given)
        late = [k for k, length in enumerate(axes) if self.definitions.counts.intersection(sizes_in([length]))]
        if late:  # lengths that are known by now
            wrong = Given(given, axes)
            condition = self.elements.condition_of(Text(wrong.differs(self.elements.spelling, late), OR))
            self.elements.choose(condition, [Raise("ValueError", wrong.message)], (), [], None)
        self.elements.emit(Put(name, everything(len(axes)), atom))
        return name

    def result(self, atom: Atom, leaf: object, before: Sequence[Atom]) -> str:
        """An array to be returned: nobody else has it."""
        axes = leaf.axes if isinstance(leaf, Tensor) else ()
        if isinstance(atom, str) and atom not in self.graph.inputs and atom not in before:
            return self.existing(atom)
        return self.filled(atom, axes, atom if isinstance(atom, str) else "out")

    def existing(self, name: str) -> str:
        """An array that was computed; one that has no elements at any size was not, for want of statements that make it."""
        axes = self.definitions.axes[name]
        if name in self.definitions.known and _is_empty(axes):
            self.elements.emit(Allocate(name, self.lengths(axes), None, self.definitions.kinds[name]))
        return name

    def filled(self, atom: Atom, axes: Sequence[Affine], hint: str) -> str:
        """A new array that is full of a literal, or a copy of another."""
        kind: Kind = atom.kind if isinstance(atom, Const) else self.definitions.kinds.get(atom, "float")
        name = self.elements.fresh(hint, kind, tuple(axes))
        self.elements.emit(Allocate(name, self.lengths(axes), None if _is_empty(axes) else atom, kind))
        return name

    def handed_on(self, out: Out, holds: bool, inside: set[str], none: Mapping[Symbol, Affine]) -> Atom:
        """What one side of a branch hands on; an array is its own."""
        atom = out.then if holds else out.orelse
        if not out.axes:
            return atom if atom == UNDEFINED else self.elements.scalar(atom)
        if atom == UNDEFINED:  # never used, but an element may be read before the condition that says so is tested
            name = self.elements.fresh(out.name, out.kind, out.axes)
            told = [Affine(0) if self.definitions.counts.intersection(sizes_in([length])) else length for length in out.axes]
            full = Const(0.0) if out.name in self.definitions.indices else None  # NaN is no integer
            self.elements.emit(Allocate(name, self.lengths(told), full, out.kind))
            return name
        if isinstance(atom, str) and atom in inside:
            return self.existing(atom)
        return self.filled(atom, substituted(out.axes, none), out.name)

    def count_nothing(self, branch: If, then: Body, orelse: Body) -> None:
        """On each side of a branch, the lengths that only the other side counts are 0: behind it they are known."""
        for holds, body in ((True, then), (False, orelse)):
            for size in map(str, not_counted(branch, holds)):
                if (name := self.elements.spelling.names.get(size)) is not None:
                    body.append(Plain((f"{name} = 0",), ()))  # type: ignore[arg-type]
                    self.elements.stands([size])

    def lengths(self, axes: Iterable[Affine]) -> tuple[str, ...]:
        """The lengths of a new array; none is negative."""
        codes = []
        for length in axes:
            code = self.elements.spelling.affine(Affine(max(length.const, 0)) if length.is_constant else length).code
            codes.append(code if Place().is_nonnegative(length) else f"max({code}, 0)")
        return tuple(codes)


def not_counted(branch: If, holds: bool) -> dict[Symbol, Affine]:
    """The lengths that loops of the other side of a branch count, and none of this side: 0 here."""
    then, orelse = (
        {statement.count for statement in walk(block) if isinstance(statement, Loop) and statement.count}
        for block in (branch.then, branch.orelse)
    )
    return {size: Affine() for size in sorted(orelse - then if holds else then - orelse)}


def everything(rank: int) -> str:
    """The index of all elements."""
    return ", ".join([":"] * rank)


def _is_empty(axes: Iterable[Affine]) -> bool:
    """Whether an array has no elements in any call."""
    return any(length.const <= 0 for length in axes if length.is_constant)
