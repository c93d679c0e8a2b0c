"""Elements, sums and guards as plain symbols, so that the algebra of formulas takes them for numbers it knows nothing of.

Each symbol stands for an entry of a table: an element of an array at index expressions, a reduction over an index, a value
that counts only where guards hold. An index is a number: 0, 1, ... are the free ones of the definition at hand, from
``FIRST_OPEN`` on those of reductions that are being made, and negative ones those of finished reductions: -1 is an index
with no reduction inside, -2 one with reductions of index -1, and so on. So equal reductions are the same symbol wherever
they stand, and no index catches another. Letters come last, see ``materialize``.

Imports SymPy: import it inside functions only.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import sympy as sp

from symdiff.graph.affine import Affine, Element, Quotient, Symbol, gathered, substituted
from symdiff.graph.terms import Guard, Range
from symdiff.printing.measure import operations
from symdiff.printing.terms import replaced

FIRST_OPEN = 1000
Guards = tuple[Guard, ...]  # that hold together, in a fixed order

_REDUCTION = 3  # operations that a sum counts as, besides what is in it


@dataclass(frozen=True)
class Read:
    """An element of an array, or of a definition that has a name."""

    name: str
    index: tuple[Affine, ...]


@dataclass(frozen=True)
class Total:
    """A reduction of ``body`` over ``index`` in a range, where guards hold; ``kind`` is a key of ``reductions.KINDS``."""

    kind: str
    body: Any
    index: int
    range: Range
    guards: Guards


@dataclass(frozen=True)
class Guarded:
    """``body`` where the guards hold, 0 elsewhere."""

    body: Any
    guards: Guards


@dataclass(frozen=True)
class Holds:
    """Whether guards hold: a condition."""

    guards: Guards


@dataclass(frozen=True)
class Place:
    """The value of an index, as a number."""

    index: int


Entry = Read | Total | Guarded | Holds | Place


def size_symbol(name: str) -> Any:
    """The symbol of a size."""
    return sp.Symbol(name, integer=True, nonnegative=True)


def quotient(part: Affine, divisor: int) -> Affine:
    """An index expression divided by a number that divides it; an opaque integer, unless that is plain from its form."""
    if all(number % divisor == 0 for number in (part.const, *(factor for _, factor in part.terms))):
        return Affine(part.const // divisor, tuple((symbol, factor // divisor) for symbol, factor in part.terms))
    return Affine.of(Element(f"/{divisor}", (part,)))


def rounded_quotient(part: Affine, divisor: int) -> Affine:
    """An index expression divided by a number and rounded down, as an opaque integer."""
    return Affine.of(Element(f"//{divisor}", (part,)))


def divisor_of(element: Element) -> int:
    """The divisor, if an opaque integer is a quotient; 0 if it is an element of an array."""
    return int(element.array.lstrip("/")) if element.array.startswith("/") else 0


def is_rounded(element: Element) -> bool:
    """Whether an opaque integer is a quotient that is rounded down."""
    return element.array.startswith("//")


def integers_in(parts: Iterable[Affine]) -> Iterator[Element]:
    """The integers from data that index expressions are made of, those inside of others, too."""
    for part in parts:
        for element in part.elements:
            if not divisor_of(element):
                yield element
            yield from integers_in(element.index)


def _affines(entry: Entry) -> Iterator[Affine]:
    if isinstance(entry, Read):
        yield from entry.index
    if isinstance(entry, Total):
        yield from (entry.range.low, entry.range.high)
    if isinstance(entry, Total | Guarded | Holds):
        yield from (guard.affine for guard in entry.guards)


def indices_in(parts: tuple[Affine, ...]) -> frozenset[int]:
    """The indices that occur in index expressions."""
    return frozenset().union(*(part.positions for part in parts))


def in_guards(guards: Guards) -> frozenset[int]:
    """The indices that occur in guards."""
    return indices_in(tuple(guard.affine for guard in guards))


def ordered(guards: Iterator[Guard] | Guards | list[Guard]) -> Guards:
    """Guards in a fixed order, each once."""
    return tuple(sorted(dict.fromkeys(guards), key=repr))


class Atoms:
    """The table: equal entries have the same symbol."""

    def __init__(self) -> None:
        self.entries: dict[Any, Entry] = {}
        self.simplified: dict[Any, Any] = {}  # what has been simplified before, see ``combine``
        self._symbols: dict[Entry, Any] = {}
        self._free: dict[Any, frozenset[int]] = {}
        self._heights: dict[Any, int] = {}
        self._open = FIRST_OPEN

    def symbol(self, entry: Entry) -> Any:
        """The symbol of an entry."""
        if entry not in self._symbols:
            # Names decide the order of terms inside the algebra: elements by name, sums last.
            name = f"{entry.name}[{', '.join(map(str, entry.index))}]" if isinstance(entry, Read) else f"~{len(self.entries)}"
            boolean = isinstance(entry, Holds) or (isinstance(entry, Total) and entry.kind in ("and", "or"))
            integer = isinstance(entry, Place) or None
            symbol = sp.Symbol(name) if boolean else sp.Symbol(name, real=True, integer=integer)
            self._symbols[entry] = symbol
            self.entries[symbol] = entry
        return self._symbols[entry]

    def open(self) -> int:
        """An index for a reduction that is being made."""
        self._open += 1
        return self._open

    def number(self, part: Affine) -> Any:
        """The value of an index expression, as a number."""
        part = gathered(part)
        total: Any = sp.Integer(part.const)
        for symbol, factor in part.terms:
            total += factor * self._number_of(symbol)
        return total

    def _number_of(self, symbol: Symbol) -> Any:
        if isinstance(symbol, int):
            return self.symbol(Place(symbol))
        if isinstance(symbol, str):
            return size_symbol(symbol)
        if isinstance(symbol, Quotient):
            return sp.floor(self.number(symbol.part) / symbol.divisor)
        divisor = divisor_of(symbol)
        if divisor:
            found = self.number(symbol.index[0]) / divisor
            return sp.floor(found) if is_rounded(symbol) else found
        return self.symbol(Read(symbol.array, symbol.index))

    # questions

    def has_totals(self, expr: Any) -> bool:
        """Whether an expression has a reduction in it."""
        return self.height(expr) > 0

    def inside(self, expr: Any) -> Iterator[tuple[Any, Entry]]:
        """The entries that an expression itself mentions, in a fixed order."""
        found = (symbol for symbol in expr.free_symbols if symbol in self.entries)
        return ((symbol, self.entries[symbol]) for symbol in sorted(found, key=lambda symbol: symbol.name))

    def free(self, expr: Any) -> frozenset[int]:
        """The indices that an expression depends on."""
        return frozenset().union(*(self._free_in(symbol, entry) for symbol, entry in self.inside(expr)))

    def _free_in(self, symbol: Any, entry: Entry) -> frozenset[int]:
        if symbol not in self._free:
            if isinstance(entry, Read):
                found = indices_in(entry.index)
            elif isinstance(entry, Place):
                found = frozenset({entry.index})
            else:
                found = in_guards(entry.guards)
                if not isinstance(entry, Holds):
                    found |= self.free(entry.body)
                if isinstance(entry, Total):
                    found = (found - {entry.index}) | indices_in((entry.range.low, entry.range.high))
            self._free[symbol] = found
        return self._free[symbol]

    def height(self, expr: Any) -> int:
        """How deep reductions are nested in an expression."""
        return max((self._height_of(symbol, entry) for symbol, entry in self.inside(expr)), default=0)

    def _height_of(self, symbol: Any, entry: Entry) -> int:
        if symbol not in self._heights:
            inner = self.height(entry.body) if isinstance(entry, Total | Guarded) else 0
            self._heights[symbol] = inner + isinstance(entry, Total)
        return self._heights[symbol]

    def cost(self, expr: Any) -> int:
        """The operations that the printed expression shows, those inside of sums included."""
        total = operations(expr)
        for node in sp.preorder_traversal(expr):
            entry = self.entries.get(node) if node.is_Symbol else None
            if isinstance(entry, Total):
                total += _REDUCTION + len(entry.guards) + self.cost(entry.body)
            elif isinstance(entry, Guarded):
                total += 1 + len(entry.guards) + self.cost(entry.body)
        return total

    def reads(self, expr: Any) -> Iterator[Read]:
        """The elements that an expression shows, each as often as it does."""
        for node in sp.preorder_traversal(expr):
            entry = self.entries.get(node) if node.is_Symbol else None
            if isinstance(entry, Read):
                yield entry
            elif isinstance(entry, Total | Guarded):
                yield from self.reads(entry.body)

    def integers(self, expr: Any) -> Iterator[Element]:
        """The integers from data in the indices, bounds and guards of an expression."""
        for _, entry in self.inside(expr):
            yield from integers_in(_affines(entry))
            if isinstance(entry, Total | Guarded):
                yield from self.integers(entry.body)

    def plain(self, expr: Any) -> Iterator[Any]:
        """The other symbols that an expression shows, each as often as it does."""
        for node in sp.preorder_traversal(expr):
            entry = self.entries.get(node) if node.is_Symbol else None
            if isinstance(entry, Total | Guarded):
                yield from self.plain(entry.body)
            elif node.is_Symbol and entry is None:
                yield node

    # changes

    def substitute(self, expr: Any, places: Mapping[int, Affine]) -> Any:
        """Replace indices by index expressions."""
        changed = {}
        for symbol, entry in self.inside(expr):
            if self._free_in(symbol, entry) & places.keys():
                changed[symbol] = self._substituted(entry, places)
        return replaced(expr, changed) if changed else expr

    def _substituted(self, entry: Entry, places: Mapping[int, Affine]) -> Any:
        known: dict[Symbol, Affine] = {index: part for index, part in places.items()}  # noqa: C416 - of more kinds of keys
        if isinstance(entry, Place):
            return self.number(Affine.of(entry.index).substitute(known))
        if isinstance(entry, Read):
            return self.symbol(replace(entry, index=substituted(entry.index, known)))
        guards = guards_at(entry.guards, known)
        if isinstance(entry, Holds):
            return self.symbol(Holds(guards))
        body = self.substitute(entry.body, places)
        if isinstance(entry, Guarded):
            return self.symbol(Guarded(body, guards))
        bounds = Range(entry.range.low.substitute(known), entry.range.high.substitute(known))
        return self.symbol(Total(entry.kind, body, entry.index, bounds, guards))

    def total(self, kind: str, body: Any, index: int, bounds: Range, guards: Guards) -> Any:
        """A finished reduction over an index that was open."""
        closed = -1 - self.height(body)
        places = {index: Affine.of(closed)}
        inner = guards_at(guards, {index: Affine.of(closed)})
        return self.symbol(Total(kind, self.substitute(body, places), closed, bounds, inner))

    def opened(self, entry: Total) -> tuple[int, Any, Guards]:
        """A reduction taken apart: a new open index, body and guards at it."""
        index = self.open()
        places = {entry.index: Affine.of(index)}
        return index, self.substitute(entry.body, places), guards_at(entry.guards, {entry.index: Affine.of(index)})


def guards_at(guards: Guards, places: Mapping[Symbol, Affine]) -> Guards:
    """Guards with symbols replaced."""
    return ordered([replace(guard, affine=guard.affine.substitute(places)) for guard in guards])
