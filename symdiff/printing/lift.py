"""Values of one iteration as arrays over all iterations: definitions of a step with one index more."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from symdiff.graph.affine import ZERO, Affine, Axes, Symbol, identity
from symdiff.graph.graph import Atom, Fold, Let, Origin, Statement, Sum
from symdiff.graph.terms import Term


class Lift:
    """Lifts definitions of a step (``definitions``, by name) to arrays whose first index counts the iterations.

    ``counter`` is the counter of the step, which is ``number`` plus the first index there. ``axes`` are those of every name.
    """

    def __init__(
        self,
        definitions: Mapping[str, Statement],
        axes: Mapping[str, Axes],
        counter: str,
        length: Affine,
        shift: int,
        fresh: Callable[[str], str],
    ) -> None:
        self.made: list[Statement] = []
        self._definitions = definitions
        self._axes = axes
        self._counter = counter
        self._length = length
        self._places: dict[Symbol, Affine] = {counter: Affine.of(0) + shift}
        self._fresh = fresh
        self._lifted: dict[str, str] = {}

    def array(self, atom: Atom, axes: Axes) -> str:
        """The name of the array of the values of an atom with these axes."""
        if isinstance(atom, str) and atom in self._definitions:
            return self._definition(atom)
        key = f"{atom!r}"
        if key not in self._lifted:
            term = Term(self._places[self._counter]) if atom == self._counter else self._spread(atom, len(axes))
            name = self._fresh(atom if isinstance(atom, str) else "t")
            self._add(key, Sum(name, (self._length, *axes), (term,), Origin(0, "")))
        return self._lifted[key]

    def _spread(self, atom: Atom, rank: int) -> Term:
        return Term(atom, identity(rank, 1) if isinstance(atom, str) and self._axes.get(atom) else ())

    def _add(self, key: str, statement: Let | Sum | Fold) -> None:
        self._lifted[key] = statement.name
        self.made.append(statement)

    def _definition(self, wanted: str) -> str:
        pending = [wanted]
        while pending:
            name = pending[-1]
            statement = self._definitions[name]
            inner = self._operands(statement)
            missing = [other for other in inner if other in self._definitions and other not in self._lifted]
            if missing:
                pending += missing
                continue
            pending.pop()
            if name not in self._lifted:
                self._lift(statement)
        return self._lifted[wanted]

    @staticmethod
    def _operands(statement: Statement) -> list[str]:
        if isinstance(statement, Let):
            return [atom for atom in statement.args if isinstance(atom, str)]
        return [term.atom for term in getattr(statement, "terms", ()) if isinstance(term.atom, str)]

    def _lift(self, statement: Statement) -> None:
        assert isinstance(statement, Let | Sum | Fold)  # noqa: S101 (the plan lifts nothing else)
        name = self._fresh(statement.name)
        axes = (self._length, *(length.substitute(self._places) for length in statement.axes))
        if isinstance(statement, Let):
            args = tuple(self.array(arg, statement.axes) if isinstance(arg, str) else arg for arg in statement.args)
            self._add(statement.name, replace(statement, name=name, args=args, axes=axes))
        elif isinstance(statement, Fold):
            self._add(statement.name, replace(statement, name=name, term=self._term(statement.term), axes=axes))
        else:
            self._add(statement.name, replace(statement, name=name, terms=tuple(map(self._term, statement.terms)), axes=axes))

    def _term(self, term: Term) -> Term:
        moved = term.moved(lambda position: position + 1).substitute(self._places)
        if moved.atom == self._counter:
            return replace(moved, atom=self._places[self._counter])
        if isinstance(moved.atom, str) and moved.atom in self._lifted:
            return replace(moved, atom=self._lifted[moved.atom], index=(Affine.of(0), *moved.index))
        return moved


def summed(name: str, axes: Axes, terms: list[Term]) -> Sum:
    """A sum of terms; without any it is 0."""
    return Sum(name, axes, tuple(terms) or (Term(ZERO),))
