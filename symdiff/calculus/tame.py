"""Which values are finite wherever the inputs are, overflow apart: 0 times such a value is 0."""

from __future__ import annotations

from collections.abc import Collection

from symdiff.graph.build import Builder
from symdiff.graph.graph import UNDEFINED, Atom, Const, Let


class Tame:
    """Looks at how a value is made. Nothing with a pole or an edge of its domain may be in it, nor an extreme of nothing.

    Scalars pass: what all elements of an array have in common is not worse for those that nobody reads.
    """

    def __init__(self, builder: Builder, inputs: Collection[str]) -> None:
        self.builder = builder
        self.known: dict[str, bool] = dict.fromkeys(inputs, True)

    def __call__(self, atom: Atom) -> bool:
        """True only if an atom is tame. Without recursion, however long the chain of lets is."""
        pending = [atom] if isinstance(atom, str) else []
        while pending:
            name = pending[-1]
            parts = self._parts(name) if name not in self.known else []
            missing = [part for part in parts or () if part not in self.known]
            if missing:
                pending += missing
                continue
            self.known.setdefault(name, parts is not None and all(self.known[part] for part in parts))
            pending.pop()
        return self.known[atom] if isinstance(atom, str) else True

    def _parts(self, name: str) -> list[str] | None:
        """What must be tame for a value to be tame; None if it is not."""
        builder = self.builder
        if not builder.axes.get(name):
            return []
        atoms: list[Atom] = []
        if name in builder.definitions:
            let = builder.definitions[name]
            if not is_total(let):
                return None
            atoms += let.args
        elif name in builder.sums:
            atoms += [term.atom for term in builder.sums[name].terms if isinstance(term.atom, str)]
        elif name in builder.outs:
            out = builder.outs[name]
            atoms += [side for side in (out.then, out.orelse) if side != UNDEFINED]
        else:
            return None
        return [atom for atom in atoms if isinstance(atom, str)]


def is_total(let: Let) -> bool:
    """Whether an operation is defined, and finite, for all real operands."""
    exponent = let.args[-1]
    if let.op.name == "pow":
        return isinstance(exponent, Const) and isinstance(exponent.value, int) and exponent.value >= 0
    return let.op.domain == "real"
