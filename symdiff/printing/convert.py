"""A graph as SymPy expressions: inlined while that stays small, with a where-list of shared values beyond.

Every loop here is over the definitions in order, and no expression larger than a bound is ever built, so 10^5 lets are
fine. Imports SymPy: import it inside functions only.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Any

import sympy as sp
from sympy.core.parameters import distribute

from symdiff.graph.graph import Atom, Const, Graph, Let
from symdiff.graph.structure import Items, Structure
from symdiff.primitives.row import Primitive
from symdiff.printing import notation
from symdiff.printing.cases import choose, choose_condition
from symdiff.printing.straighten import Choice, Definition, Straight, reads, straighten
from symdiff.printing.tidy import tidy

_DIGITS = 30  # of decimals: enough that 3*0.1 is 0.3 on paper
_HUGE = 10**9  # sizes are counted up to here


@dataclass(frozen=True)
class Formula:
    """A graph as mathematics.

    ``exprs`` has one expression per scalar of the result, row-major; ``where`` the shared values that they are written
    with, in order of definition; ``packed`` the result in its container. ``domain`` are the conditions under which the
    function does not raise.
    """

    exprs: tuple[Any, ...]
    where: tuple[tuple[Any, Any], ...]
    packed: Any
    domain: tuple[Any, ...] = ()

    def inlined(self) -> tuple[Any, ...]:
        """Return the expressions with the where-list substituted. Its size is not bounded."""
        values: dict[Any, Any] = {}
        for symbol, expr in self.where:
            values[symbol] = expr.xreplace(values)
        return tuple(expr.xreplace(values) for expr in self.exprs)


def formula(graph: Graph) -> Formula:
    """Return the formula of a graph."""
    straight = straighten(graph)
    with distribute(False):  # 2*(x + 2) stays what the user wrote
        conversion = _Conversion(graph, straight, _cuts(straight))
        exprs = tuple(conversion.finished(atom) for atom in straight.outputs)
        domain = tuple(
            conversion.value(name) if truth else sp.Not(conversion.value(name)) for name, truth in straight.restrictions
        )
        where = _used(conversion.where, (*exprs, *domain))
    return Formula(exprs, where, pack(graph.result, exprs), tuple(dict.fromkeys(domain)))


def pack(structure: Structure, exprs: tuple[Any, ...]) -> Any:
    """Put expressions in the container of the result: tuples, a matrix for rank 2, an N-dimensional array above."""
    shape = structure.shape
    if structure.is_scalar:
        return exprs[0]
    if isinstance(structure, Items) and (structure.container == "tuple" or shape is None or len(shape) < 2):
        parts, start = [], 0
        for item in structure.items:
            parts.append(pack(item, exprs[start : start + item.size]))
            start += item.size
        return tuple(parts)
    if shape is None or len(shape) == 1:
        return exprs
    if len(shape) == 2:
        return sp.ImmutableMatrix(*shape, exprs)
    return sp.ImmutableDenseNDimArray(exprs, shape)


# which definitions get a name of their own


@cache
def _occurrences(op: Primitive) -> tuple[int, tuple[int, ...]]:
    """Return the nodes that the expression of a row adds, and how often each operand occurs in it."""
    operands = [sp.Dummy(real=True) if op.operands == "float" else sp.Dummy() for _ in range(op.arity)]
    nodes = list(sp.preorder_traversal(written(op, operands)))
    counts = tuple(max(1, nodes.count(operand)) for operand in operands)
    return max(1, len(nodes) - sum(counts)), counts


def _size(definition: Definition, sizes: dict[str, int], arms: dict[str, int]) -> int:
    def of(atom: Atom) -> int:
        return sizes.get(atom, 1) if isinstance(atom, str) else 1

    if isinstance(definition, Let):
        own, counts = _occurrences(definition.op)
        total = own + sum(count * of(arg) for arg, count in zip(definition.args, counts, strict=True))
    else:  # the condition guards every case of the first side
        cases = [arms.get(side, 1) if isinstance(side, str) else 1 for side in (definition.then, definition.orelse)]
        arms[definition.name] = sum(cases)
        total = 1 + sum(cases) + (of(definition.condition) + 1) * cases[0] + of(definition.then) + of(definition.orelse)
    return min(total, _HUGE)


def _cuts(straight: Straight) -> frozenset[str]:
    """Return what is to be named: nothing if everything inlined is small; else what is shared, and what would grow."""
    outputs = [atom for atom in straight.outputs if isinstance(atom, str)]
    sizes: dict[str, int] = {}
    arms: dict[str, int] = {}
    for definition in straight.definitions:
        sizes[definition.name] = _size(definition, sizes, arms)
    roots = outputs + [name for name, _ in straight.restrictions]
    if sum(sizes.get(name, 1) for name in roots) <= notation.INLINE:
        return frozenset()
    uses: dict[str, int] = {}
    for definition in straight.definitions:
        counts = _occurrences(definition.op)[1] if isinstance(definition, Let) else (1, 1, 1)
        for atom, count in zip(reads(definition), counts, strict=True):
            if isinstance(atom, str):
                uses[atom] = uses.get(atom, 0) + count
    for name in outputs:
        uses[name] = uses.get(name, 0) + 1
    cuts: set[str] = set()
    sizes, arms = {}, {}
    final = frozenset(outputs)
    for definition in straight.definitions:
        name = definition.name
        size = _size(definition, sizes, arms)
        shared = uses.get(name, 0) > 1 and size > notation.TINY
        if shared or (size > notation.ENTRY and (name not in final or uses[name] > 1)):
            cuts.add(name)
            size, arms[name] = 1, 1
        sizes[name] = size
    return frozenset(cuts)


def _used(where: list[tuple[Any, Any]], exprs: tuple[Any, ...]) -> tuple[tuple[Any, Any], ...]:
    """Return the entries that are still read after simplification, in order of definition."""
    needed = set().union(*(expr.free_symbols for expr in exprs)) if exprs else set()
    kept = []
    for symbol, expr in reversed(where):
        if symbol in needed:
            kept.append((symbol, expr))
            needed |= expr.free_symbols
    return tuple(reversed(kept))


# expressions


class _Conversion:
    """The expressions of the definitions, in order. ``derived`` are those that the user did not write himself."""

    def __init__(self, graph: Graph, straight: Straight, cuts: frozenset[str]) -> None:
        self.where: list[tuple[Any, Any]] = []
        self._exprs: dict[str, Any] = {name: sp.Symbol(name, real=True) for name in graph.inputs}
        self._derived: dict[str, bool] = {}
        self._own: dict[str, bool] = {}  # definitions that are themselves not the user's
        self._named: dict[Any, Any] = {}  # expression to its symbol: equal entries are one
        self._tidies = len(cuts) <= notation.ENTRIES_TIDIED
        self._taken = set(graph.inputs) | {definition.name for definition in straight.definitions}
        self._number = 0
        for definition in straight.definitions:
            expr = self._expression(definition)
            self._own[definition.name] = _is_derived(definition)
            self._derived[definition.name] = _is_derived(definition) or any(
                self._derived.get(atom, False) for atom in reads(definition) if isinstance(atom, str)
            )
            if definition.name in cuts:
                expr = self._entry(definition, expr)
            self._exprs[definition.name] = expr

    def value(self, atom: Atom) -> Any:
        """Return the expression of an atom."""
        return self._exprs[atom] if isinstance(atom, str) else number(atom)

    def finished(self, atom: Atom) -> Any:
        """Return the expression of an output: tidied, unless it is what the user wrote."""
        expr = self.value(atom)
        return tidy(expr) if isinstance(atom, str) and self._derived.get(atom, False) else expr

    def _expression(self, definition: Definition) -> Any:
        if isinstance(definition, Let):
            operands = [self.value(arg) for arg in definition.args]
            form = notation.OF_PARTIALS.get(definition.op.name)
            if form is not None and self._is_of_a_partial(definition):
                found = form(sp, *operands)
                if found is not None:
                    return found
            return written(definition.op, operands)
        parts = [self.value(atom) for atom in reads(definition)]
        return choose_condition(*parts) if definition.kind == "bool" else choose(*parts)

    def _is_of_a_partial(self, let: Let) -> bool:
        """Whether neither an operation nor the values it is applied to are the user's."""
        return _is_derived(let) and all(self._own.get(atom, False) for atom in let.args if isinstance(atom, str))

    def _entry(self, definition: Definition, expr: Any) -> Any:
        """Return the symbol that stands for a shared value; what turns out to be a number or symbol needs none."""
        boolean = definition.kind == "bool"
        if self._tidies and not boolean and self._derived[definition.name]:
            expr = tidy(expr)
        if not expr.args:
            return expr
        if expr not in self._named:
            symbol = sp.Symbol(self._name(definition)) if boolean else sp.Symbol(self._name(definition), real=True)
            self._named[expr] = symbol
            self.where.append((symbol, expr))
        return self._named[expr]

    def _name(self, definition: Definition) -> str:
        """Return the user's own name of a value if there is one, else the next free ``t1``, ``t2``, ..."""
        if not self._derived[definition.name] and not _GENERIC.fullmatch(definition.name):
            return definition.name
        self._number += 1
        while f"t{self._number}" in self._taken:
            self._number += 1
        return f"t{self._number}"


_GENERIC = re.compile(r"_*t(_?\d+)?")


def _is_derived(definition: Definition) -> bool:
    """Whether a definition stems from differentiation; what has no origin is taken to."""
    if isinstance(definition, Choice):
        return False
    return definition.origin is None or definition.origin.role != "primal"


def written(op: Primitive, operands: list[Any]) -> Any:
    """One operation as SymPy expression, in its textbook form."""
    exact = op.name in notation.GROWING and all(operand.is_Rational for operand in operands)
    if exact and any(abs(operand) > notation.LARGEST for operand in operands):
        operands = [sp.Float(operand, _DIGITS) for operand in operands]
    form = notation.DISPLAY.get(op.name)
    return form(sp, *operands) if form is not None else op.symbolic(*operands)


def number(const: Const) -> Any:
    """Return a literal on paper: 2.0 is 2, 0.5 is 1/2, 0.1 stays 0.1 (as a decimal, not as the nearest double)."""
    if const.symbol in notation.CONSTANTS:
        return getattr(sp, notation.CONSTANTS[const.symbol])
    if const.symbol == "tau":
        return 2 * sp.pi
    value = const.value
    if isinstance(value, bool):
        return sp.true if value else sp.false
    if isinstance(value, int):
        return sp.Integer(value)
    if value != value or abs(value) == float("inf"):
        return sp.nan if value != value else sp.oo * (1 if value > 0 else -1)
    above, below = value.as_integer_ratio()
    if (below == 1 and abs(above) < 10**15) or (below <= 8 and abs(above) < 100):
        return sp.Rational(above, below)
    return sp.Float(repr(value), _DIGITS)


__all__ = ["Formula", "formula", "number", "pack"]
