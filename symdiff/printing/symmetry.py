"""Definitions that are symmetric in two indices, and sums over all but one index.

``sum(t[k, i], i = k+1..n-1) - sum(t[i, k], i = 0..k-1)`` is ``sum(t[k, i], i = 0..n-1, i != k)`` if t[i, k] is -t[k, i]:
the force on one of many bodies. Imports SymPy: import it inside functions only.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import sympy as sp

from symdiff.graph.affine import Affine, Axes
from symdiff.graph.terms import Guard, Range
from symdiff.printing.atoms import Atoms, Guarded, Read, Total, guards_at, ordered
from symdiff.printing.measure import operations
from symdiff.printing.scope import Scope, negated
from symdiff.printing.terms import product, replaced

Signs = dict[str, dict[tuple[int, int], int]]  # of a definition when two of its indices are exchanged: 1, or -1

_LONGEST = 40  # operations of an expression that is looked at


def signs(atoms: Atoms, where: Sequence[tuple[str, Any]], axes: Mapping[str, Axes]) -> Signs:
    """The definitions of a where-list that only change their sign, or not even that, when two indices are exchanged."""
    found: Signs = {}
    for name, expr in where:
        for first, second in itertools.combinations(range(len(axes[name])), 2):
            if axes[name][first] == axes[name][second]:
                other = atoms.substitute(expr, {first: Affine.of(second), second: Affine.of(first)})
                sign = _ratio(*(_in_order(atoms, each, found) for each in (expr, other)))
                if sign:
                    found.setdefault(name, {})[first, second] = sign
    return found


def _ratio(one: Any, other: Any) -> int:
    """1 if two expressions are equal, -1 if they are opposite, 0 if neither is certain."""
    if one == other:
        return 1
    if operations(one) > _LONGEST or operations(other) > _LONGEST or one.has(sp.Piecewise) or other.has(sp.Piecewise):
        return 0
    if sp.expand(one - other) == 0:
        return 1
    return -1 if sp.expand(one + other) == 0 else 0


def _in_order(atoms: Atoms, expr: Any, found: Signs) -> Any:
    """An expression with the indices of symmetric definitions in a fixed order."""
    values = {}
    for symbol, entry in atoms.inside(expr):
        if isinstance(entry, Guarded):
            values[symbol] = atoms.symbol(Guarded(_in_order(atoms, entry.body, found), entry.guards))
        elif isinstance(entry, Total):
            values[symbol] = atoms.symbol(replace(entry, body=_in_order(atoms, entry.body, found)))
        elif isinstance(entry, Read):
            index, sign = list(entry.index), 1
            for (first, second), own in found.get(entry.name, {}).items():
                if str(index[first]) > str(index[second]):
                    index[first], index[second] = index[second], index[first]
                    sign *= own
            values[symbol] = sign * atoms.symbol(Read(entry.name, tuple(index)))
    return replaced(expr, {symbol: new for symbol, new in values.items() if new is not symbol})


def with_whole_ranges(atoms: Atoms, scope: Scope, expr: Any, found: Signs) -> Any:
    """Sums over neighbouring ranges whose terms are the same as one sum."""
    values = {}
    for symbol, entry in atoms.inside(expr):
        if isinstance(entry, Guarded):
            values[symbol] = atoms.symbol(
                Guarded(with_whole_ranges(atoms, scope.assuming(entry.guards), entry.body, found), entry.guards)
            )
    expr = replaced(expr, {symbol: new for symbol, new in values.items() if new is not symbol})
    adds = [node for node in sp.preorder_traversal(expr) if node.is_Add]
    return replaced(expr, {node: new for node in adds if (new := _one_sum(atoms, scope, node, found)) is not node})


def _one_sum(atoms: Atoms, scope: Scope, node: Any, found: Signs) -> Any:
    """A sum of expressions in which sums over neighbouring ranges are one."""
    for one, other in itertools.permutations(node.args, 2):
        merged = _joined_where(atoms, scope, one, other, found)
        if merged is not None:
            rest = [term for term in node.args if term is not one and term is not other]
            return _one_sum(atoms, scope, whole, found) if (whole := sp.Add(*rest, merged)).is_Add else whole
    return node


def _joined_where(atoms: Atoms, scope: Scope, one: Any, other: Any, found: Signs) -> Any | None:
    """The same of terms that count where guards hold: these are the same, but for some without which a sum is empty."""
    first, second = (_guarded(atoms, term) for term in (one, other))
    if not all(_is_empty_without(atoms, scope, guard, each) for each, guard in _missing(first, second)):
        return None
    whole = _joined(atoms, first.body, second.body, found)
    guards = ordered([*first.guards, *second.guards])
    return whole if whole is None or not guards else atoms.symbol(Guarded(whole, guards))


def _guarded(atoms: Atoms, term: Any) -> Guarded:
    entry = atoms.entries.get(term)
    return entry if isinstance(entry, Guarded) and entry.guards else Guarded(term, ())


def _missing(first: Guarded, second: Guarded) -> Iterator[tuple[Any, Guard]]:
    """The guards that only one of two terms has, each with the value of the other one."""
    for one, other in ((first, second), (second, first)):
        yield from ((one.body, guard) for guard in other.guards if guard not in one.guards)


def _is_empty_without(atoms: Atoms, scope: Scope, guard: Guard, term: Any) -> bool:
    """Whether a sum has no terms where a guard does not hold."""
    _, entry = _total_in(atoms, term)
    return entry is not None and scope.assuming((negated(guard),)).is_nonnegative(entry.range.low - entry.range.high)


def _joined(atoms: Atoms, one: Any, other: Any, found: Signs) -> Any | None:
    """The sum over one range plus that over the range that follows, the index in between left out."""
    (before, lower), (after, upper) = (_total_in(atoms, term) for term in (one, other))
    if lower is None or upper is None:
        return None
    gap = upper.range.low - lower.range.high
    if gap not in (Affine(0), Affine(1)):
        return None
    index = atoms.open()
    place = {each.index: Affine.of(index) for each in (lower, upper)}
    bodies = [product(factor, atoms.substitute(each.body, place)) for factor, each in ((before, lower), (after, upper))]
    guards = [guards_at(each.guards, {each.index: Affine.of(index)}) for each in (lower, upper)]
    if guards[0] != guards[1] or _ratio(*(_in_order(atoms, body, found) for body in bodies)) != 1:
        return None
    left_out = (Guard(Affine.of(index) - lower.range.high, "!="),) if gap == Affine(1) else ()
    whole = Range(lower.range.low, upper.range.high)
    inner = atoms.substitute(upper.body, place)
    return product(after, atoms.total("add", inner, index, whole, ordered([*guards[1], *left_out])))


def _total_in(atoms: Atoms, term: Any) -> tuple[Any, Total | None]:
    """A factor, and the sum that it is multiplied with; None if the term is nothing of the kind."""
    factor, rest = term.as_coeff_Mul()
    totals = [
        part for part in sp.Mul.make_args(rest) if isinstance(entry := atoms.entries.get(part), Total) and entry.kind == "add"
    ]
    if len(totals) != 1:
        return factor, None
    others = [part for part in sp.Mul.make_args(rest) if part is not totals[0]]
    entry = atoms.entries[totals[0]]
    return sp.Mul(factor, *others), entry if isinstance(entry, Total) else None
