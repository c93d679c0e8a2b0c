"""Which values of a formula get a name of their own: none while it is small, what is shared and large beyond.

Sizes are counted as trees, by what each row adds and how often it repeats its operands; every loop is over the
definitions in order. Imports SymPy: import it inside functions only.
"""

from __future__ import annotations

import re
from functools import cache

import sympy as sp
from sympy.core.relational import Relational

from symdiff.graph.graph import Atom, Const, Let
from symdiff.primitives.row import Primitive
from symdiff.printing import notation
from symdiff.printing.straighten import Definition, Straight, reads
from symdiff.printing.terms import number, written

_HUGE = 10**9  # sizes are counted up to here


def is_derived(definition: Definition) -> bool:
    """Whether an operation stems from differentiation; what has no origin is taken to."""
    return isinstance(definition, Let) and (definition.origin is None or definition.origin.role != "primal")


def own_names(straight: Straight, source: str) -> frozenset[str]:
    """Return the definitions that have the name of a variable of the user's (with a number where it was assigned again)."""
    words = set(re.findall(r"\w+", source))
    return frozenset(
        definition.name
        for definition in straight.definitions
        if not is_derived(definition) and (definition.name in words or re.sub(r"_\d+$", "", definition.name) in words)
    )


class Sizes:
    """Sizes of definitions, asked for in order; ``cut`` makes one a symbol for those that follow."""

    def __init__(self) -> None:
        self._sizes: dict[str, int] = {}
        self._arms: dict[str, int] = {}

    def of(self, atom: Atom) -> int:
        """Return the size of an atom's expression."""
        return self._sizes.get(atom, 1) if isinstance(atom, str) else 1

    def add(self, definition: Definition) -> int:
        """Count a definition, whose operands have been counted."""
        if isinstance(definition, Let):
            own, counts = occurrences(definition)
            total = own + sum(count * self.of(arg) for arg, count in zip(definition.args, counts, strict=True))
        else:  # the condition guards every case of the first side
            first, second = (
                self._arms.get(side, 1) if isinstance(side, str) else 1 for side in (definition.then, definition.orelse)
            )
            self._arms[definition.name] = first + second
            guards = (self.of(definition.condition) + 1) * first
            total = 1 + first + second + guards + self.of(definition.then) + self.of(definition.orelse)
        self._sizes[definition.name] = min(total, _HUGE)
        return self._sizes[definition.name]

    def cut(self, name: str) -> None:
        """Let a definition be a symbol from here on."""
        self._sizes[name] = self._arms[name] = 1


def whole_size(straight: Straight) -> int:
    """Return the size of all outputs with everything inlined."""
    sizes = Sizes()
    for definition in straight.definitions:
        sizes.add(definition)
    roots = [*straight.outputs, *(name for name, _ in straight.restrictions)]
    return sum(sizes.of(root) for root in roots if isinstance(root, str))


def cuts(straight: Straight, own: frozenset[str] = frozenset()) -> frozenset[str]:
    """Return the definitions to be named: what is shared and worth it, and what would grow beyond the bound."""
    outputs = [atom for atom in straight.outputs if isinstance(atom, str)]
    uses = _uses(straight)
    sizes = Sizes()
    found: set[str] = set()
    constants: set[str] = set()
    for definition in straight.definitions:
        name = definition.name
        size = sizes.add(definition)
        if all(isinstance(atom, Const) or atom in constants for atom in reads(definition)):
            constants.add(name)
        if size > notation.ENTRY:
            named = name not in outputs or uses[name] > 1
        else:
            saved = (uses[name] - 1) * size
            named = size > notation.TINY and saved > (0 if name in own else notation.WORTH)
            named = named and name not in constants
        if named:
            found.add(name)
            sizes.cut(name)
    return frozenset(found)


def _uses(straight: Straight) -> dict[str, int]:
    """How often each definition is read, on paper."""
    uses = dict.fromkeys((definition.name for definition in straight.definitions), 0)
    for definition in straight.definitions:
        counts = occurrences(definition)[1] if isinstance(definition, Let) else (1, 1, 1)
        for atom, count in zip(reads(definition), counts, strict=True):
            if isinstance(atom, str) and atom in uses:
                uses[atom] += count
    for atom in straight.outputs:
        if isinstance(atom, str) and atom in uses:
            uses[atom] += 1
    return uses


def occurrences(let: Let) -> tuple[int, tuple[int, ...]]:
    """Return the nodes that the expression of an operation adds, and how often each operand occurs in it."""
    return _template(let.op, _literals(let))[:2]


def has_conditions(let: Let) -> bool:
    """Whether the expression of an operation is or contains a condition on its operands."""
    return _template(let.op, _literals(let))[2]


def _literals(let: Let) -> tuple[Const, ...]:
    literals = (let.args[position] for position in let.op.literals)
    return tuple(literal for literal in literals if isinstance(literal, Const))


@cache
def _template(op: Primitive, literals: tuple[Const, ...]) -> tuple[int, tuple[int, ...], bool]:
    operands = [sp.Dummy(real=True) if op.operands == "float" else sp.Dummy() for _ in range(op.arity)]
    for position, literal in zip(op.literals, literals, strict=True):
        operands[position] = number(literal)
    expr = written(op, operands)
    nodes = list(sp.preorder_traversal(expr))
    counts = tuple(max(1, nodes.count(operand)) for operand in operands)
    return max(1, len(nodes) - sum(counts)), counts, expr.has(Relational)
