"""The last look at a where-list: what simplification left unused, used once or tiny is written in its place.

Imports SymPy: import it inside functions only.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Sequence
from typing import Any

import sympy as sp

from symdiff.printing import notation
from symdiff.printing.terms import replaced
from symdiff.printing.tidy import size, tidy

Entry = tuple[Any, Any]  # symbol, expression
_NUMBERED = re.compile(r"t\d+")


def used(where: Sequence[Entry], exprs: Sequence[Any]) -> list[Entry]:
    """Return the entries that the expressions need, in order of definition."""
    needed: set[Any] = set().union(*(expr.free_symbols for expr in exprs)) if exprs else set()
    kept = []
    for symbol, expr in reversed(where):
        if symbol in needed:
            kept.append((symbol, expr))
            needed |= expr.free_symbols
    return kept[::-1]


def settled(where: Sequence[Entry], exprs: Sequence[Any], taken: Collection[str]) -> tuple[list[Entry], list[Any]]:
    """Put entries that need no name in their places (all of them, if the whole becomes small); number the rest again."""
    uses: Counter[Any] = Counter()
    for expr in (*exprs, *(expr for _, expr in where)):
        uses.update(node for node in sp.preorder_traversal(expr) if node.is_Symbol)
    every = _inlined_size(where, exprs) <= notation.SMALL
    values: dict[Any, Any] = {}
    kept: list[Entry] = []
    for symbol, old in where:
        expr = _put(old, values)
        nodes = size(expr)
        inlines = (
            every
            or nodes <= notation.TINY
            or (uses[symbol] == 1 and nodes <= notation.ENTRY * 3 // 4 and _is_numbered(symbol, taken))
        )
        if inlines and not expr.has(sp.Piecewise) and not expr.is_Boolean and not expr.is_Relational:
            values[symbol] = expr
        else:
            kept.append((symbol, expr))
    final = [_put(expr, values) for expr in exprs]
    return _renumbered(kept, final, taken)


def _is_numbered(symbol: Any, taken: Collection[str]) -> bool:
    """Whether a symbol is one of ours, not a name of the user's."""
    return symbol.name not in taken and _NUMBERED.fullmatch(symbol.name) is not None


def _put(expr: Any, values: dict[Any, Any]) -> Any:
    """Put values in, and simplify again what has changed."""
    inside = {symbol: values[symbol] for symbol in expr.free_symbols if symbol in values}
    if not inside:
        return expr
    found = replaced(expr, inside)
    return found if found.is_Boolean or found.is_Relational else tidy(found)


def _inlined_size(where: Sequence[Entry], exprs: Sequence[Any]) -> int:
    sizes: dict[Any, int] = {}
    for symbol, expr in where:
        sizes[symbol] = min(_weighed(expr, sizes), 10 * notation.INLINE)
    return sum(_weighed(expr, sizes) for expr in exprs)


def _weighed(expr: Any, sizes: dict[Any, int]) -> int:
    return sum(sizes.get(node, 1) for node in sp.preorder_traversal(expr))


def _renumbered(where: list[Entry], exprs: list[Any], taken: Collection[str]) -> tuple[list[Entry], list[Any]]:
    """Number ``t1``, ``t2``, ... without gaps."""
    names = (name for number in range(1, 2 * len(where) + len(taken) + 1) if (name := f"t{number}") not in taken)
    new: dict[Any, Any] = {}
    for symbol, _ in where:
        if _is_numbered(symbol, taken):
            new[symbol] = sp.Symbol(next(names), real=True) if symbol.is_real else sp.Symbol(next(names))
    entries = [(new.get(symbol, symbol), replaced(expr, new)) for symbol, expr in where]
    return entries, [replaced(expr, new) for expr in exprs]
