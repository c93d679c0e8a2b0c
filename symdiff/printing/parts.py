"""Values by where they count: the terms of a sum that hold only where guards do, kept apart from each other.

``x_bar[k] = a[k]{k <= n - 2} + b[k - 1]{k >= 1}`` has two parts. What is linear goes through them; anything else sees one
expression. Imports SymPy: import it inside functions only.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import sympy as sp

from symdiff.graph.affine import Affine
from symdiff.graph.terms import Guard, Range
from symdiff.printing.atoms import Atoms, Guarded, Guards, Holds
from symdiff.printing.measure import operations
from symdiff.printing.scope import Scope, negated
from symdiff.printing.terms import product, replaced

Parts = dict[Guards, Any]  # the value is the sum of all that count; () counts everywhere

_REPEATED = 6  # operations of a factor that is written once for each part
_MOST_CASES = 6  # parts that are looked at as cases
_MOST_GUARDS = 8  # different ones in these


def whole(expr: Any) -> Parts:
    """A value that counts everywhere."""
    return {} if expr == 0 else {(): expr}


def total(values: Iterable[tuple[Guards, Any]]) -> Parts:
    """The sum of values that count where guards hold."""
    found: Parts = {}
    for guards, expr in values:
        found[guards] = found[guards] + expr if guards in found else expr
    found = {guards: expr for guards, expr in found.items() if expr != 0}
    pair = _complements(found)
    if pair is None:
        return found
    first, second, both = pair
    rest = [(guards, expr) for guards, expr in found.items() if guards not in (first, second)]
    return total([*rest, (both, found[first])])


def _complements(parts: Parts) -> tuple[Guards, Guards, Guards] | None:
    """Two equal parts of which one counts exactly where the other one does not, as to one guard: ``k <= 3`` and ``k >= 4``."""
    for (first, a), (second, b) in itertools.combinations(parts.items(), 2):
        if a == b and len(first) == len(second):
            one, other = (
                tuple(guard for guard in mine if guard not in yours) for mine, yours in ((first, second), (second, first))
            )
            if len(one) == 1 and other == (negated(one[0]),):
                return first, second, tuple(guard for guard in first if guard in second)
    return None


def mapped(parts: Parts, change: Callable[[Any], Any]) -> Parts:
    """The same linear operation on all parts."""
    return total((guards, change(expr)) for guards, expr in parts.items())


def times(scope: Scope, left: Parts, right: Parts) -> Parts | None:
    """The product part by part, if that repeats nothing long."""
    left = _where(scope, left, right)
    right = _where(scope, right, left)  # one of two equal conditions stays
    for one, other in ((left, right), (right, left)):
        if len(one) > 1 and (len(other) > 1 or any(operations(expr) > _REPEATED for expr in other.values())):
            return None
    found = []
    for (first, a), (second, b) in itertools.product(left.items(), right.items()):
        guards = scope.pruned((*first, *second))
        if guards is not None:
            found.append((guards, product(a, b)))
    return total(found)


def _where(scope: Scope, parts: Parts, factor: Parts) -> Parts:
    """The parts where a factor counts that has one condition: ``2*x[i] - 2*x[j]{j > i}`` is one part times what counts there."""
    if len(factor) != 1 or () in factor:
        return parts
    inside = scope.assuming(next(iter(factor)))
    found = ((inside.pruned(own), expr) for own, expr in parts.items())
    return total((own, expr) for own, expr in found if own is not None)


def restricted(scope: Scope, parts: Parts, guards: Sequence[Guard]) -> Parts:
    """The parts where guards hold."""
    found = ((scope.pruned((*own, *guards)), expr) for own, expr in parts.items())
    return total((both, expr) for both, expr in found if both is not None)


def collapsed(atoms: Atoms, scope: Scope, parts: Parts) -> Any:
    """One expression: cases where no two parts count at once, else the sum of the guarded terms."""
    if not parts:
        return sp.Integer(0)
    if len(parts) > 1 and () not in parts and are_disjoint(scope, list(parts)):
        return cases(atoms, parts, covers=are_all(scope, list(parts)))
    return sp.Add(*(atoms.symbol(Guarded(expr, guards)) if guards else expr for guards, expr in parts.items()))


def certain_inside(atoms: Atoms, scope: Scope, expr: Any) -> Any:
    """An expression without the guards inside of it that certainly hold, and without what never counts."""
    values = {}
    for symbol, entry in atoms.inside(expr):
        if isinstance(entry, Guarded) and entry.guards:
            guards = scope.pruned(entry.guards)
            if guards is None:
                values[symbol] = sp.Integer(0)
            else:
                body = certain_inside(atoms, scope.assuming(guards), entry.body)
                values[symbol] = atoms.symbol(Guarded(body, guards)) if guards else body
    return replaced(expr, {symbol: new for symbol, new in values.items() if new is not symbol})


def condition(atoms: Atoms, guards: Guards) -> Any:
    """Guards as one condition."""
    return atoms.symbol(Holds(guards)) if guards else sp.true


def all_of(atoms: Atoms, guards: Guards, truth: Any) -> Any:
    """A truth value where guards hold, false elsewhere."""
    return sp.And(condition(atoms, guards), truth) if guards else truth


def are_disjoint(scope: Scope, alternatives: Sequence[Guards]) -> bool:
    """Whether two conjunctions of a few never hold at once."""
    if len(alternatives) > _MOST_CASES:
        return False
    return all(scope.pruned((*first, *second)) is None for first, second in itertools.combinations(alternatives, 2))


def are_all(scope: Scope, alternatives: Sequence[Guards]) -> bool:
    """Whether conditions are about each place of a short axis: ``k == 0``, ``k == 1`` of two."""
    guards = [own[0] for own in alternatives if len(own) == 1 and own[0].test == "==" and not own[0].modulus]
    places = {guard.affine - guard.affine.const for guard in guards}
    if len(guards) < len(alternatives) or len(places) != 1:
        return False
    return any(
        place in (Affine.of(index), -Affine.of(index)) and interval == Range(Affine(0), Affine(len(alternatives)))
        for place in places
        for index, interval in scope.intervals
    )


def cases(atoms: Atoms, parts: Parts, *, covers: bool = False) -> Any:
    """Parts of which one counts at most, as cases; equal ones are one case. ``covers``: it is certain that one counts."""
    merged: dict[Any, list[Guards]] = {}
    for guards, expr in parts.items():
        merged.setdefault(expr, []).append(guards)
    arms = sorted(merged.items(), key=lambda arm: len(arm[1]))
    conditions = [sp.Or(*(condition(atoms, guards) for guards in alternatives)) for _, alternatives in arms]
    values = [expr for expr, _ in arms]
    if covers or _cover(list(parts)):
        conditions[-1] = sp.true
        if len(arms) == 1:
            return values[0]
    else:
        values, conditions = [*values, sp.Integer(0)], [*conditions, sp.true]
    return sp.Piecewise(*zip(values, conditions, strict=True), evaluate=False)


def _cover(alternatives: Sequence[Guards]) -> bool:
    """Whether one of several conjunctions holds whatever each single guard does."""
    literals: dict[Guard, int] = {}
    for guard in itertools.chain(*alternatives):
        if negated(guard) not in literals:
            literals.setdefault(guard, len(literals))
    if len(literals) > _MOST_GUARDS:
        return False
    worlds = itertools.product((True, False), repeat=len(literals))
    return all(any(all(_truth(guard, literals, world) for guard in guards) for guards in alternatives) for world in worlds)


def _truth(guard: Guard, literals: Mapping[Guard, int], world: Sequence[bool]) -> bool:
    return world[literals[guard]] if guard in literals else not world[literals[negated(guard)]]
