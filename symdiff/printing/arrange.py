"""Which values of a formula stay in its where-list: the shortest of three ways to write the whole.

Without names, with the user's own names only (in these two, everything else is put in place and like terms are
collected), or as the definitions came, tidied one by one. Imports SymPy: import it inside functions only.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

import sympy as sp

from symdiff.printing import notation
from symdiff.printing.cases import choose, piecewise
from symdiff.printing.collect import collected
from symdiff.printing.measure import size
from symdiff.printing.settle import Way, is_numbered, settled, used
from symdiff.printing.tidy import tidy

_MUCH_SHORTER = 0.7


def arranged(way: Way, derived: Sequence[bool], given: Collection[Any], taken: Collection[str]) -> Way:
    """Return the shortest way. ``derived`` are the results that the user did not write, ``given`` the symbols he did."""
    way = _flattened(way)
    ways = []
    for names in ([symbol for symbol, _ in way.where if not is_numbered(symbol, taken)], []):
        found = _collected(way, derived, names)
        if found is not None:
            ways.append(settled(found, derived, given, taken))
    best = min(ways, key=lambda found: found.cost(taken), default=None)
    if best is not None and best.cost(taken) <= _MUCH_SHORTER * way.cost(taken):
        return best
    where = [(symbol, tidy(expr) if symbol.is_real and symbol not in given else expr) for symbol, expr in way.where]
    exprs = [tidy(expr) if ours else expr for expr, ours in zip(way.exprs, derived, strict=True)]
    as_it_came = settled(Way(used(where, [*exprs, *way.domain]), exprs, way.domain), derived, given, taken)
    return as_it_came if best is None or as_it_came.cost(taken) < best.cost(taken) else best


def _flattened(way: Way) -> Way:
    """Write cases that stand in the where-list where a case has their name, as one list."""
    cases = {symbol: expr for symbol, expr in way.where if isinstance(expr, sp.Piecewise)}
    exprs = [_with_cases(expr, cases) for expr in way.exprs]
    return Way(used(way.where, [*exprs, *way.domain]), exprs, way.domain)


def _with_cases(expr: Any, cases: Mapping[Any, Any]) -> Any:
    while True:
        arms = expr.args if isinstance(expr, sp.Piecewise) else ((expr, sp.true),)
        if not any(value in cases for value, _ in arms):
            return expr
        flat = sp.nan
        for value, condition in reversed(arms):
            flat = choose(condition, cases.get(value, value), flat)
        if len(_arms(flat)) > notation.ARMS:
            return expr
        expr = flat


def _collected(way: Way, derived: Sequence[bool], names: Collection[Any]) -> Way | None:
    """Put in place what is none of the names, but for cases and conditions; None if that is too long."""
    numbers = {symbol: expr for symbol, expr in way.where if symbol.is_real and not expr.has(sp.Piecewise)}
    values = {symbol: expr for symbol, expr in numbers.items() if symbol not in names}
    named = {symbol: expr for symbol, expr in numbers.items() if symbol in names}
    arms = [arm for expr, ours in zip(way.exprs, derived, strict=True) if ours for arm in _arms(expr)]
    found = collected(arms, values, named)
    if found is None:
        return None
    rest = iter(found)
    exprs = [tidy(_with_arms(expr, rest)) if ours else expr for expr, ours in zip(way.exprs, derived, strict=True)]
    if sum(map(size, exprs)) > notation.INLINE:
        return None
    return Way(used(way.where, [*exprs, *way.domain]), exprs, way.domain)


def _arms(expr: Any) -> list[Any]:
    """Return the values of cases; an expression without is one."""
    return [value for value, _ in expr.args] if isinstance(expr, sp.Piecewise) else [expr]


def _with_arms(expr: Any, values: Iterator[Any]) -> Any:
    """Return cases with other values."""
    if not isinstance(expr, sp.Piecewise):
        return next(values)
    return piecewise([(next(values), condition) for _, condition in expr.args])
