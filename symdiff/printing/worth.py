"""Which definitions of a graph with arrays get a name on paper: see ``sharing``, where that is decided for scalars.

Imports SymPy: import it inside functions only.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

from symdiff.graph.affine import Affine
from symdiff.graph.graph import Const, Let, Sum
from symdiff.printing import notation
from symdiff.printing.elements import is_derived
from symdiff.printing.sharing import Sizes, occurrences
from symdiff.printing.straighten import ArrayDefinition, Choice, StraightArrays, reads

_RANGE = 5  # nodes that a range of a sum counts as
_GUARD = 2  # nodes that a guard counts as


class ArraySizes(Sizes):
    """Sizes of definitions, sums and folds among them."""

    def add_any(self, definition: ArrayDefinition) -> int:
        """Count a definition, whose operands have been counted."""
        if isinstance(definition, Let | Choice):
            return self.add(definition)
        own = sum(_RANGE * len(term.ranges) + _GUARD * len(term.guards) + 1 for term in definition.terms) - 1
        inside = sum(self.of(term.atom) for term in definition.terms if not isinstance(term.atom, Affine))
        self._sizes[definition.name] = max(own + inside, 1)
        return self._sizes[definition.name]


def own_names(straight: StraightArrays, source: str) -> frozenset[str]:
    """The definitions that have the name of a variable of the user's, but for reads of arrays at other indices."""
    words = set(re.findall(r"\w+", source))
    return frozenset(
        definition.name
        for definition in straight.definitions
        if not is_derived(definition)
        and not is_view(definition)
        and (definition.name in words or re.sub(r"_\d+$", "", definition.name) in words)
    )


def is_view(definition: ArrayDefinition) -> bool:
    """Whether a definition only reads another one at other indices, somewhere."""
    return isinstance(definition, Sum) and len(definition.terms) == 1 and not definition.terms[0].ranges


def whole_size(straight: StraightArrays, named: Collection[str] = ()) -> int:
    """The size of all outputs and definitions with a name, with everything else inlined."""
    sizes = ArraySizes()
    total = 0
    for definition in straight.definitions:
        size = sizes.add_any(definition)
        if definition.name in named:
            total += size
            sizes.cut(definition.name)
    roots = [*straight.outputs, *(name for name, _ in straight.restrictions)]
    return total + sum(sizes.of(root) for root in roots if isinstance(root, str))


def cuts(straight: StraightArrays, kinds: Mapping[str, str], own: frozenset[str]) -> frozenset[str]:
    """The definitions to be named: what is shared and worth it, and what would grow beyond the bound. No truth values."""
    uses = _uses(straight)
    sizes = ArraySizes()
    found: set[str] = set()
    constants: set[str] = set()
    for definition in straight.definitions:
        name = definition.name
        size = sizes.add_any(definition)
        if all(isinstance(atom, Const) or atom in constants for atom in reads(definition)):
            constants.add(name)
        if kinds[name] == "bool" or is_view(definition) or name in constants:
            continue
        saved = (uses.get(name, 0) - 1) * size
        worth = size > notation.TINY and saved > (0 if name in own else notation.WORTH)
        if worth or (size > notation.ENTRY and (name not in straight.outputs or uses[name] > 1)):
            found.add(name)
            sizes.cut(name)
    return frozenset(found)


def _uses(straight: StraightArrays) -> dict[str, int]:
    """How often each definition is read on paper; what is read through a view counts as read itself."""
    uses: dict[str, int] = {}
    for atom in straight.outputs:
        if isinstance(atom, str):
            uses[atom] = uses.get(atom, 0) + 1
    for definition in reversed(straight.definitions):
        atoms = reads(definition)
        counts = occurrences(definition)[1] if isinstance(definition, Let) else (1,) * len(atoms)
        times = uses.get(definition.name, 1) if is_view(definition) else 1
        for atom, count in zip(atoms, counts, strict=True):
            if isinstance(atom, str):
                uses[atom] = uses.get(atom, 0) + count * times
    return uses
