"""The last look at a where-list: what simplification left unused, used once or tiny is written in its place.

Imports SymPy: import it inside functions only.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import sympy as sp

from symdiff.printing import notation
from symdiff.printing.measure import operations, size
from symdiff.printing.terms import replaced
from symdiff.printing.tidy import tidy

Entry = tuple[Any, Any]  # symbol, expression
_NUMBERED = re.compile(r"t\d+")
_WORTH_A_NAME = 8  # operations of what the user named
_ENTRY = 2  # operations that an entry of a where-list counts as, besides its own
_OWN_ENTRY = -1  # that of a name of the user's, which helps to read


@dataclass(frozen=True)
class Way:
    """A formula written in one way: where-list, expressions of the results, conditions under which they hold."""

    where: Sequence[Entry]
    exprs: Sequence[Any]
    domain: Sequence[Any]

    def cost(self, taken: Collection[str]) -> int:
        """Return how long it is, in operations."""
        entries = (operations(expr) + (_ENTRY if is_numbered(symbol, taken) else _OWN_ENTRY) for symbol, expr in self.where)
        return sum(map(operations, self.exprs)) + sum(entries)


def used(where: Sequence[Entry], exprs: Sequence[Any]) -> list[Entry]:
    """Return the entries that the expressions need, in order of definition."""
    needed: set[Any] = set().union(*(expr.free_symbols for expr in exprs)) if exprs else set()
    kept = []
    for symbol, expr in reversed(where):
        if symbol in needed:
            kept.append((symbol, expr))
            needed |= expr.free_symbols
    return kept[::-1]


def settled(way: Way, derived: Sequence[bool], given: Collection[Any], taken: Collection[str]) -> Way:
    """Put entries that need no name in their places (all of them, if the whole becomes small); number the rest again.

    ``derived`` are the results that are simplified when they change; what the user wrote is not.
    """
    while True:
        shorter = _inlined(way, derived, given, taken)
        if len(shorter.where) == len(way.where):
            return _renumbered(shorter, taken)
        way = shorter


def _inlined(way: Way, derived: Sequence[bool], given: Collection[Any], taken: Collection[str]) -> Way:
    uses: Counter[Any] = Counter()
    for expr in (*way.exprs, *way.domain, *(expr for _, expr in way.where)):
        uses.update(node for node in sp.preorder_traversal(expr) if node.is_Symbol)
    every = _inlined_size(way.where, [*way.exprs, *way.domain]) <= notation.SMALL
    values: dict[Any, Any] = {}
    kept: list[Entry] = []
    for symbol, old in way.where:
        expr = _put(old, values, tidies=symbol not in given)
        nodes = size(expr)
        numbered = is_numbered(symbol, taken)
        length = operations(expr)
        inlines = (
            nodes <= notation.TINY
            or (every and (numbered or length < _WORTH_A_NAME))
            or (numbered and uses[symbol] == 1 and nodes <= 2 * notation.ENTRY)
            or (length < _WORTH_A_NAME and (uses[symbol] - 1) * length <= _ENTRY)
        )
        if inlines and not expr.has(sp.Piecewise) and not expr.is_Boolean and not expr.is_Relational:
            values[symbol] = expr
        else:
            kept.append((symbol, expr))
    exprs = [_put(expr, values, tidies=ours) for expr, ours in zip(way.exprs, derived, strict=True)]
    domain = [_put(expr, values, tidies=False) for expr in way.domain]
    return Way(used(kept, [*exprs, *domain]), exprs, domain)


def is_numbered(symbol: Any, taken: Collection[str]) -> bool:
    """Whether a symbol is one of ours, not a name of the user's."""
    return symbol.name not in taken and _NUMBERED.fullmatch(symbol.name) is not None


def _put(expr: Any, values: dict[Any, Any], *, tidies: bool) -> Any:
    """Put values in, and simplify again what has changed."""
    inside = {symbol: values[symbol] for symbol in expr.free_symbols if symbol in values}
    if not inside:
        return expr
    found = replaced(expr, inside)
    return tidy(found) if tidies and not (found.is_Boolean or found.is_Relational) else found


def _inlined_size(where: Sequence[Entry], exprs: Sequence[Any]) -> int:
    sizes: dict[Any, int] = {}
    for symbol, expr in where:
        sizes[symbol] = min(_weighed(expr, sizes), 10 * notation.INLINE)
    return sum(_weighed(expr, sizes) for expr in exprs)


def _weighed(expr: Any, sizes: dict[Any, int]) -> int:
    return sum(sizes.get(node, 1) for node in sp.preorder_traversal(expr))


def _renumbered(way: Way, taken: Collection[str]) -> Way:
    """Number ``t1``, ``t2``, ... without gaps."""
    names = (name for number in range(1, 2 * len(way.where) + len(taken) + 1) if (name := f"t{number}") not in taken)
    new: dict[Any, Any] = {}
    for symbol, _ in way.where:
        if is_numbered(symbol, taken):
            new[symbol] = sp.Symbol(next(names), real=True) if symbol.is_real else sp.Symbol(next(names))
    entries = [(new.get(symbol, symbol), replaced(expr, new)) for symbol, expr in way.where]
    return Way(entries, [replaced(expr, new) for expr in way.exprs], [replaced(expr, new) for expr in way.domain])
