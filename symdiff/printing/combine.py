"""Expressions with sums in them, simplified: sums over the same range are one where that is shorter.

Imports SymPy: import it inside functions only.
"""

from __future__ import annotations

from functools import reduce
from typing import Any

import sympy as sp

from symdiff.graph.affine import Affine
from symdiff.printing.atoms import Atoms, Guarded, Total, guards_at
from symdiff.printing.terms import product, replaced
from symdiff.printing.tidy import outermost_cases, tidy


def simplified(atoms: Atoms, expr: Any) -> Any:
    """The shortest form found of an expression over ``atoms``; what is inside of its sums has been simplified before."""
    if not expr.args and expr not in atoms.entries:
        return expr
    if expr not in atoms.simplified:
        atoms.simplified[expr] = _simplified(atoms, expr)
    return atoms.simplified[expr]


def _simplified(atoms: Atoms, expr: Any) -> Any:
    inner = {}
    for symbol, entry in atoms.inside(expr):
        if isinstance(entry, Guarded):
            inner[symbol] = atoms.symbol(Guarded(simplified(atoms, entry.body), entry.guards))
    expr = replaced(expr, inner)
    candidates = [tidy(expr), *_with_cases_in_place(atoms, expr)]
    candidates += [_merged(atoms, found) for found in candidates]
    return min(candidates, key=atoms.cost)


def _with_cases_in_place(atoms: Atoms, expr: Any) -> list[Any]:
    """The expression simplified around its cases, which are not pulled to the front."""
    cases = list(outermost_cases(expr))
    if not cases or isinstance(expr, sp.Piecewise):
        return []
    masks = {node: atoms.symbol(Guarded(node, ())) for node in cases}
    found = tidy(replaced(expr, masks))
    return [replaced(found, {mask: tidy(node) for node, mask in masks.items()})]


def outside(atoms: Atoms, expr: Any, index: int) -> tuple[Any, Any]:
    """The factors of an expression that are free of an index, and the other ones."""
    free: list[Any] = []
    bound: list[Any] = []
    for factor in sp.Mul.make_args(expr):
        (bound if index in atoms.free(factor) else free).append(factor)
    one = sp.Integer(1)
    return reduce(product, free, one), reduce(product, bound, one)


def _merged(atoms: Atoms, expr: Any) -> Any:
    """``sum(a[i], i = 0..n-1) - sum(b[i], i = 0..n-1)`` as one sum."""
    if not expr.is_Add:
        return expr
    groups: dict[Any, list[tuple[Any, Total]]] = {}
    rest = []
    for term in expr.args:
        found = _sum_in(atoms, term)
        if found is None:
            rest.append(term)
        else:
            groups.setdefault(_space(found[1]), []).append(found)
    if all(len(group) == 1 for group in groups.values()):
        return expr
    return sp.Add(*rest, *(_one_sum(atoms, group) for group in groups.values()))


def _sum_in(atoms: Atoms, term: Any) -> tuple[Any, Total] | None:
    """A term that is one sum times a factor."""
    factors = sp.Mul.make_args(term)
    sums = [factor for factor in factors if isinstance(entry := atoms.entries.get(factor), Total) and entry.kind == "add"]
    if len(sums) != 1:
        return None
    entry = atoms.entries[sums[0]]
    return (
        (reduce(product, [factor for factor in factors if factor is not sums[0]], sp.Integer(1)), entry)
        if isinstance(entry, Total)
        else None
    )


def _space(entry: Total) -> Any:
    return entry.range, guards_at(entry.guards, {entry.index: Affine.of("")})


def _one_sum(atoms: Atoms, group: list[tuple[Any, Total]]) -> Any:
    index, body, guards = atoms.opened(group[0][1])
    terms = [product(group[0][0], body)]
    for factor, entry in group[1:]:
        terms.append(product(factor, atoms.substitute(entry.body, {entry.index: Affine.of(index)})))
    before, inside = outside(atoms, simplified(atoms, sp.Add(*terms)), index)
    if inside == 0 or before == 0:
        return sp.Integer(0)
    return product(before, atoms.total("add", inside, index, group[0][1].range, guards))
