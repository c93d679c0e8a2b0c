"""What the readers of a definition guarantee: guards that hold at each place where it is read need not stand in it.

``r2[i, j]`` that is only read where j > i is ``(x[i] - x[j])**2`` on paper, though the code computes ``x[j] if j > i else 0``.
Imports SymPy: import it inside functions only.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import sympy as sp

from symdiff.graph.affine import Affine, Symbol
from symdiff.graph.graph import Sum
from symdiff.graph.terms import Guard
from symdiff.printing.atoms import Atoms, Guarded, Guards, Holds, Read, Total, guards_at
from symdiff.printing.scope import Scope, negated
from symdiff.printing.straighten import ArrayDefinition

Use = tuple[tuple[Affine, ...], Scope]  # the indices of a read, and what is certain where it stands


def uses(atoms: Atoms, expr: Any, scope: Scope) -> Iterator[tuple[str, Use]]:
    """The reads of elements in an expression, by the name of the array."""
    for node in _outermost(expr):
        if isinstance(node, sp.Piecewise):
            yield from _uses_in_cases(atoms, node, scope)
            continue
        entry = atoms.entries.get(node)
        if isinstance(entry, Read):
            yield entry.name, (entry.index, scope)
        elif isinstance(entry, Guarded):
            yield from uses(atoms, entry.body, scope.assuming(entry.guards))
        elif isinstance(entry, Total):
            yield from uses(atoms, entry.body, scope.within(entry.index, entry.range).assuming(entry.guards))


def _uses_in_cases(atoms: Atoms, cases: Any, scope: Scope) -> Iterator[tuple[str, Use]]:
    for value, test in cases.args:
        yield from uses(atoms, test, scope)
        yield from uses(atoms, value, scope.assuming(_implied(atoms, test)))
        others = _implied(atoms, test)
        if len(others) == 1 and test.is_Symbol:
            scope = scope.assuming((negated(others[0]),))


def _implied(atoms: Atoms, test: Any) -> Guards:
    """Guards that hold where a condition does."""
    parts = test.args if isinstance(test, sp.And) else (test,)
    return tuple(guard for part in parts if isinstance(entry := atoms.entries.get(part), Holds) for guard in entry.guards)


def _outermost(expr: Any) -> Iterator[Any]:
    """The cases of an expression, and the symbols that are in none of them."""
    if isinstance(expr, sp.Piecewise) or expr.is_Symbol:
        yield expr
        return
    for arg in expr.args:
        yield from _outermost(arg)


def mentioned(atoms: Atoms, expr: Any, rank: int) -> Iterator[Guard]:
    """The guards in an expression that are about free indices (those below ``rank``) and sizes alone."""
    for _, entry in atoms.inside(expr):
        if isinstance(entry, Guarded | Total):
            yield from mentioned(atoms, entry.body, rank)
        if isinstance(entry, Guarded | Total | Holds):
            for guard in entry.guards:
                if is_about(guard, rank):
                    yield guard


def guards_of(definitions: Sequence[ArrayDefinition]) -> tuple[Guard, ...]:
    """All guards on the own indices of definitions: what readers of others may guarantee."""
    terms = (
        (len(definition.axes), term) for definition in definitions if isinstance(definition, Sum) for term in definition.terms
    )
    return tuple(dict.fromkeys(guard for rank, term in terms for guard in term.guards if is_about(guard, rank)))


def is_about(guard: Guard, rank: int) -> bool:
    """Whether a guard says something of the free indices (those below ``rank``), and of sizes alone."""
    return bool(guard.affine.positions) and all(0 <= position < rank for position in guard.affine.positions)


def guaranteed(candidates: Sequence[Guard], places: Sequence[Use]) -> Guards:
    """The guards, or their opposites, that hold at all places."""
    both = [guard for candidate in candidates for guard in (candidate, negated(candidate))]
    return tuple(guard for guard in dict.fromkeys(both) if all(_holds_at(guard, index, scope) for index, scope in places))


def _holds_at(guard: Guard, index: tuple[Affine, ...], scope: Scope) -> bool:
    known: dict[Symbol, Affine] = dict(enumerate(index))
    return all(map(scope.always, guards_at((guard,), known)))
