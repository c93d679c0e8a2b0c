"""The test of a loop that is the same before the first iteration and after each: it stands at the head of the loop, once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from symdiff.graph.graph import Atom, Let

if TYPE_CHECKING:
    from symdiff.codegen.elements import Elements

MOST = 8  # operations of a test that is written again


class Again:
    """Writes a test in terms of the variables of a loop. ``variables`` are their names, by first and next values."""

    def __init__(self, elements: Elements, variables: Mapping[tuple[Atom, Atom], str]) -> None:
        self.elements = elements
        self.variables = variables
        self.lets: list[Let] = []

    def test(self, first: Atom, after: Atom) -> Atom | None:
        """The test that is ``first`` of the first values and ``after`` of the next ones; None if there is none."""
        found = self._same(first, after)
        if found is None or not self.lets or len(self.lets) > MOST:
            self.lets = []
            return None
        return found

    def _same(self, first: Atom, after: Atom) -> Atom | None:
        if (first, after) in self.variables:
            return self.variables[first, after]
        if first == after:
            return first
        before, behind = (self.elements.definitions.get(atom) if isinstance(atom, str) else None for atom in (first, after))
        if before is None or behind is None or before.op is not behind.op or len(self.lets) > MOST:
            return None
        args = [self._same(a, b) for a, b in zip(before.args, behind.args, strict=True)]
        if any(arg is None for arg in args):
            return None
        name = self.elements.fresh("t", before.op.result)
        self.lets.append(Let(name, before.op, tuple(arg for arg in args if arg is not None), before.origin))
        return name
