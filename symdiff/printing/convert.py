"""A graph as SymPy expressions: inlined while that stays small, with a where-list of shared values beyond.

Every loop here is over the definitions in order, and no expression larger than a bound is ever built, so 10^5 lets are
fine. Imports SymPy: import it inside functions only.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sympy as sp

from symdiff.graph.graph import Atom, Graph, Let
from symdiff.graph.structure import Items, Structure, Tensor
from symdiff.printing import notation
from symdiff.printing.arrange import arranged
from symdiff.printing.cases import choose, choose_condition, hoist
from symdiff.printing.measure import size
from symdiff.printing.settle import Way, used
from symdiff.printing.sharing import cuts, has_conditions, is_derived, own_names, whole_size
from symdiff.printing.straighten import Choice, Definition, Straight, reads, straighten
from symdiff.printing.terms import number, written
from symdiff.printing.tidy import tidy


@dataclass(frozen=True)
class Formula:
    """A graph as mathematics.

    ``exprs`` has one expression per scalar of the result, row-major; ``where`` the shared values that they are written
    with, in order of definition; ``packed`` the result in its container. ``domain`` are the conditions under which the
    function does not raise. ``indices`` are the free indices of each result that is an array: then its expression is that
    of its element, and ``packed`` has a ``Lambda`` over them; bounds of sums that are reversed are an empty range.
    """

    exprs: tuple[Any, ...]
    where: tuple[tuple[Any, Any], ...]
    packed: Any
    domain: tuple[Any, ...] = ()
    indices: tuple[tuple[Any, ...], ...] = ()


def formula(graph: Graph) -> Formula:
    """Return the formula of a graph."""
    way = _shortest_way(graph, straighten(graph))
    outputs = tuple(way.exprs)
    domain = dict.fromkeys(condition for condition in way.domain if condition != True)  # noqa: E712 - SymPy's true, too
    return Formula(outputs, tuple(way.where), pack(graph.result, outputs), tuple(domain))


def _shortest_way(graph: Graph, straight: Straight) -> Way:
    """Return a formula in place, if that is small, or with a where-list, if that is shorter."""
    estimate = whole_size(straight)
    has_cases = any(isinstance(definition, Choice) for definition in straight.definitions)
    own = own_names(straight, graph.source)
    in_place = None
    if estimate <= notation.INLINE or (has_cases and estimate <= notation.INLINE_CASES):
        in_place = _converted(graph, straight, frozenset(), frozenset())
        if sum(map(size, in_place.exprs)) > notation.INLINE:
            in_place = None
        elif not own or in_place.cost(()) <= notation.SHORT:
            return in_place
    with_names = _converted(graph, straight, cuts(straight, own), own)
    return with_names if in_place is None else min(in_place, with_names, key=lambda way: way.cost(graph.inputs))


def _converted(graph: Graph, straight: Straight, named: frozenset[str], own: frozenset[str]) -> Way:
    conversion = _Conversion(graph, straight, named, own)
    derived = [conversion.is_derived(atom) for atom in straight.outputs]
    exprs = [conversion.value(atom) for atom in straight.outputs]
    domain = [conversion.value(name) if truth else sp.Not(conversion.value(name)) for name, truth in straight.restrictions]
    where = used(conversion.where, [*exprs, *domain])
    if where and len(where) <= notation.ENTRIES_TIDIED:
        return arranged(Way(where, exprs, domain), derived, conversion.given, conversion.taken)
    return Way(where, [tidy(expr) if ours else expr for expr, ours in zip(exprs, derived, strict=True)], domain)


def pack(structure: Structure, exprs: tuple[Any, ...]) -> Any:
    """Put expressions in the container of the result: tuples, a dict, a matrix for rank 2, an N-dimensional array above."""
    shape = structure.shape
    if structure.is_scalar or isinstance(structure, Tensor):
        return exprs[0]
    if isinstance(structure, Items) and (structure.container != "list" or shape is None or len(shape) < 2):
        parts, start = [], 0
        for item in structure.items:
            parts.append(pack(item, exprs[start : start + item.size]))
            start += item.size
        return structure.filled(parts) if structure.container == "dict" else tuple(parts)
    if shape is None or len(shape) == 1:
        return exprs
    if len(shape) == 2:
        return sp.ImmutableMatrix(*shape, exprs)
    return sp.ImmutableDenseNDimArray(exprs, shape)


# expressions


class _Conversion:
    """The expressions of the definitions, in order. ``derived`` are those that the user did not write himself."""

    def __init__(self, graph: Graph, straight: Straight, named: frozenset[str], own: frozenset[str]) -> None:
        self.where: list[tuple[Any, Any]] = []
        self._exprs: dict[str, Any] = {name: sp.Symbol(name, real=True) for name in graph.inputs}
        self._derived: dict[str, bool] = {}
        self._names = own
        self._added: dict[str, bool] = {}  # definitions that are themselves not the user's
        self._named: dict[Any, Any] = {}  # expression to its symbol: equal entries are one
        self.given: set[Any] = set()  # symbols whose values the user wrote
        self.taken = set(graph.inputs) | {definition.name for definition in straight.definitions}
        self._number = 0
        for definition in straight.definitions:
            expr = self._expression(definition)
            self._added[definition.name] = is_derived(definition)
            self._derived[definition.name] = is_derived(definition) or any(
                self._derived.get(atom, False) for atom in reads(definition) if isinstance(atom, str)
            )
            if definition.name in named:
                expr = self._entry(definition, expr)
            self._exprs[definition.name] = expr

    def value(self, atom: Atom) -> Any:
        """Return the expression of an atom."""
        return self._exprs[atom] if isinstance(atom, str) else number(atom)

    def is_derived(self, atom: Atom) -> bool:
        """Whether an output is not what the user wrote himself."""
        return isinstance(atom, str) and self._derived.get(atom, False)

    def _expression(self, definition: Definition) -> Any:
        if isinstance(definition, Let):
            return self._operation(definition, [self.value(arg) for arg in definition.args])
        parts = [self.value(atom) for atom in reads(definition)]
        return choose_condition(*parts) if definition.kind == "bool" else choose(*parts)

    def _operation(self, let: Let, operands: list[Any]) -> Any:
        forms = notation.OF_PARTIALS.get(let.op.name, ()) if self._is_of_a_partial(let) else ()
        for form in forms:
            found = form(sp, *operands)
            if found is not None:
                return found
        if not has_conditions(let) or not any(operand.has(sp.Piecewise) for operand in operands):
            return written(let.op, operands)
        found = by_cases(let, operands)
        if found is None:
            operands = [self._symbol(operand) if operand.has(sp.Piecewise) else operand for operand in operands]
            found = written(let.op, operands)
        return found

    def _is_of_a_partial(self, let: Let) -> bool:
        """Whether neither an operation nor the values it is applied to are the user's."""
        return is_derived(let) and all(self._added.get(atom, False) for atom in let.args if isinstance(atom, str))

    def _entry(self, definition: Definition, expr: Any) -> Any:
        """Return the symbol that stands for a shared value; what turns out to be tiny needs none."""
        boolean = definition.kind == "bool"
        if size(expr) <= notation.TINY and not boolean:
            return expr
        given = not self._derived[definition.name]
        symbol = self._symbol(expr, definition.name if definition.name in self._names else "", boolean=boolean)
        if given:
            self.given.add(symbol)
        return symbol

    def _symbol(self, expr: Any, name: str = "", *, boolean: bool = False) -> Any:
        """Return the symbol of a where-entry, named as given or the next free ``t1``, ``t2``, ...; equal ones are one."""
        if not expr.args:
            return expr
        if expr not in self._named:
            name = name or self._next_name()
            self._named[expr] = sp.Symbol(name) if boolean else sp.Symbol(name, real=True)
            self.where.append((self._named[expr], expr))
        return self._named[expr]

    def _next_name(self) -> str:
        self._number += 1
        while f"t{self._number}" in self.taken:
            self._number += 1
        return f"t{self._number}"


def by_cases(let: Let, operands: list[Any]) -> Any | None:
    """Write an operation with conditions of its own case by case of its operands; None if that is long.

    So no condition contains cases: SymPy would solve inequalities to get rid of them, for minutes.
    """
    index = next((index for index, operand in enumerate(operands) if operand.has(sp.Piecewise)), None)
    if index is None:
        return written(let.op, operands)
    flat = hoist(operands[index], notation.ARMS)
    if flat is None:
        return None
    result = None
    for value, condition in reversed(flat.args if isinstance(flat, sp.Piecewise) else ((flat, sp.true),)):
        part = by_cases(let, [*operands[:index], value, *operands[index + 1 :]])
        if part is None:
            return None
        join = choose_condition if let.kind == "bool" else choose
        result = part if result is None else join(condition, part, result)
    return None if size(result) > notation.ENTRY else result
