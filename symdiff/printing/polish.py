"""The last look at the terms of a result: factors go into cases, equal terms under conditions that exclude each other are one.

Imports SymPy: import it inside functions only.
"""

from __future__ import annotations

from functools import reduce
from typing import Any

import sympy as sp

from symdiff.printing.atoms import Atoms, Guarded, Guards, Holds
from symdiff.printing.parts import are_all, are_disjoint, cases, total
from symdiff.printing.scope import Scope, negated
from symdiff.printing.standins import is_guarded
from symdiff.printing.terms import product, replaced


def polished(atoms: Atoms, scope: Scope, expr: Any) -> Any:
    """The same expression with its guarded terms as they are read best."""
    products = {node: _absorbed(atoms, node) for node in sp.preorder_traversal(expr) if node.is_Mul}
    expr = replaced(expr, {node: new for node, new in products.items() if new is not node})
    if not expr.is_Add:
        return expr
    found = _as_cases(atoms, scope, expr)
    return _with_merged_terms(atoms, scope, expr) if found is None else found


def _as_cases(atoms: Atoms, scope: Scope, expr: Any) -> Any | None:
    """A sum of which one term counts at most, as cases: a tridiagonal matrix."""
    parts = []
    for term in expr.args:
        entry = atoms.entries.get(term)
        if not isinstance(entry, Guarded) or not entry.guards:
            return None
        parts.append((entry.guards, entry.body))
    found = total(parts)
    return cases(atoms, found, covers=are_all(scope, list(found))) if are_disjoint(scope, list(found)) else None


def _absorbed(atoms: Atoms, node: Any) -> Any:
    """``c*(a if test else 0)`` as ``c*a if test else 0``."""
    for position, factor in enumerate(node.args):
        rest = reduce(product, (*node.args[:position], *node.args[position + 1 :]))
        entry = atoms.entries.get(factor)
        if isinstance(entry, Guarded) and entry.guards:
            return atoms.symbol(Guarded(product(rest, entry.body), entry.guards))
        if is_guarded(factor, sp.Integer(0)):
            value, test = factor.args[0]
            return sp.Piecewise((product(rest, value), test), (0, True), evaluate=False)
    return node


def _with_merged_terms(atoms: Atoms, scope: Scope, expr: Any) -> Any:
    found: dict[Any, list[Guards]] = {}
    rest = []
    for term in expr.args:
        entry = atoms.entries.get(term)
        if isinstance(entry, Guarded) and entry.guards:
            found.setdefault(entry.body, []).append(entry.guards)
        else:
            rest.append(term)
    for body, alternatives in found.items():
        alternatives.sort(key=len)
        if len(alternatives) == 2 and scope.pruned((*alternatives[0], *alternatives[1])) is None:
            first, second = alternatives
            second = tuple(guard for guard in second if len(first) > 1 or guard != negated(first[0]))
            test = sp.Or(*(atoms.symbol(Holds(guards)) for guards in (first, second) if guards))
            rest.append(sp.Piecewise((body, test), (0, True), evaluate=False) if first and second else body)
        else:
            rest += [atoms.symbol(Guarded(body, guards)) for guards in alternatives]
    return sp.Add(*rest)
