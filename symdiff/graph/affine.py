"""Affine index expressions: integers computed from the positions of indices and the names of sizes.

An index has no name of its own: it is the position that it has in its statement (0, 1, ... for the axes, then the ranges
of a sum), so that nothing can be captured. Letters are given to indices when they are printed.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Axes = tuple["Affine", ...]  # the lengths of an array, in sizes only; () for a scalar


@dataclass(frozen=True)
class Element:
    """An element of an array of integers that a call gives: an index that only the data tell."""

    array: str
    index: tuple[Affine, ...]


@dataclass(frozen=True)
class Quotient:
    """A size that follows from others: an expression in sizes divided by an integer, rounded down. See ``quotient``."""

    part: Affine
    divisor: int


Symbol = int | str | Element | Quotient  # the position of an index, the name of a size, an integer from data, a derived size


@dataclass(frozen=True)
class Affine:
    """``const`` plus coefficients times symbols. ``terms`` are in a fixed order and without zeros, so equal means equal.

    >>> i, n = Affine.of(0), Affine.of("n")
    >>> str(n - 1 - 2*i)
    '-2*#0 + n - 1'
    >>> (i + 1).substitute({0: n - i})
    Affine(const=1, terms=((0, -1), ('n', 1)))
    """

    const: int = 0
    terms: tuple[tuple[Symbol, int], ...] = ()

    @staticmethod
    def of(symbol: Symbol) -> Affine:
        """An index by its position, or a size by its name."""
        return Affine(0, ((symbol, 1),))

    @staticmethod
    def make(const: int, coefficients: Mapping[Symbol, int]) -> Affine:
        """An affine expression from its coefficients."""
        kept = [(symbol, factor) for symbol, factor in coefficients.items() if factor]
        return Affine(const, tuple(sorted(kept, key=lambda item: _order(item[0])) if len(kept) > 1 else kept))

    def coefficient(self, symbol: Symbol) -> int:
        """The factor of a symbol; 0 if it does not occur."""
        return dict(self.terms).get(symbol, 0)

    @property
    def symbols(self) -> tuple[Symbol, ...]:
        """The symbols that occur, those inside elements of arrays not among them."""
        return tuple(symbol for symbol, _ in self.terms)

    @property
    def positions(self) -> frozenset[int]:
        """The positions of the indices that it depends on, also through elements of arrays."""
        found = {symbol for symbol, _ in self.terms if isinstance(symbol, int)}
        for element in self.elements:
            found |= {position for part in element.index for position in part.positions}
        return frozenset(found)

    @property
    def elements(self) -> Iterator[Element]:
        """The elements of arrays that it depends on."""
        return (symbol for symbol, _ in self.terms if isinstance(symbol, Element))

    @property
    def is_constant(self) -> bool:
        """True for an integer."""
        return not self.terms

    @property
    def is_simple(self) -> bool:
        """True for an integer, and for a symbol alone: what needs no parentheses in a product."""
        return self.is_constant or (not self.const and len(self.terms) == 1 and self.terms[0][1] == 1)

    def __add__(self, other: Affine | int) -> Affine:
        if isinstance(other, int):
            return Affine(self.const + other, self.terms)
        if not (self.terms and other.terms):
            return Affine(self.const + other.const, self.terms or other.terms)
        total = dict(self.terms)
        for symbol, factor in other.terms:
            total[symbol] = total.get(symbol, 0) + factor
        return Affine.make(self.const + other.const, total)

    __radd__ = __add__

    def __neg__(self) -> Affine:
        return self * -1

    def __sub__(self, other: Affine | int) -> Affine:
        return self + -other

    def __rsub__(self, other: int) -> Affine:
        return -self + other

    def __mul__(self, factor: int) -> Affine:
        if factor == 1:
            return self
        return Affine(self.const * factor, tuple((symbol, factor * before) for symbol, before in self.terms) if factor else ())

    __rmul__ = __mul__

    def substitute(self, replacements: Mapping[Symbol, Affine]) -> Affine:
        """Replace symbols, inside elements of arrays too."""
        if not any(symbol in replacements or isinstance(symbol, Element | Quotient) for symbol, _ in self.terms):
            return self
        const, total = self.const, dict[Symbol, int]()
        for symbol, factor in self.terms:
            if isinstance(symbol, Element):
                found = Affine.of(Element(symbol.array, substituted(symbol.index, replacements)))
            elif isinstance(symbol, Quotient):
                found = quotient(symbol.part.substitute(replacements), symbol.divisor)
            else:
                found = replacements.get(symbol) or Affine.of(symbol)
            const += factor * found.const
            for each, times in found.terms:
                total[each] = total.get(each, 0) + factor * times
        return Affine.make(const, total)

    def moved(self, change: Callable[[int], int]) -> Affine:
        """The same expression over indices at other positions."""
        return self.substitute({position: Affine.of(change(position)) for position in self.positions})

    def value(self, numbers: Mapping[Any, int], element: Callable[[Element], int] | None = None) -> int:
        """Evaluate for given indices and sizes; ``element`` reads an array of integers."""
        total = self.const
        for symbol, factor in self.terms:
            if isinstance(symbol, Element) and element is not None:
                total += factor * element(symbol)
            elif isinstance(symbol, Quotient):
                total += factor * (symbol.part.value(numbers) // symbol.divisor)
            else:
                total += factor * numbers[symbol]
        return total

    def __str__(self) -> str:
        text = ""
        for symbol, factor in [*self.terms, *([(None, self.const)] if self.const or not self.terms else [])]:
            size = abs(factor)
            shown = str(size) if symbol is None else _shown(symbol)
            if symbol is not None and size != 1:
                shown = f"{size}*({shown})" if isinstance(symbol, Quotient) else f"{size}*{shown}"
            text += (f" {'-' if factor < 0 else '+'} " if text else "-" * (factor < 0)) + shown
        return text


ZERO = Affine()
ONE = Affine(1)


def constant(value: int) -> Affine:
    """An integer."""
    return Affine(value)


def identity(rank: int, start: int = 0) -> tuple[Affine, ...]:
    """The indices at the positions from ``start`` on: how an array is read at the own indices of a statement."""
    return tuple(Affine.of(start + k) for k in range(rank))


def substituted(parts: Iterable[Affine], replacements: Mapping[Symbol, Affine]) -> tuple[Affine, ...]:
    """Replace symbols in several expressions."""
    return tuple(part.substitute(replacements) for part in parts)


def sizes_in(parts: Sequence[Affine]) -> tuple[str, ...]:
    """The names of the sizes in several expressions, in order."""
    return tuple(dict.fromkeys(_sizes(parts)))


def _sizes(parts: Iterable[Affine]) -> Iterator[str]:
    for symbol in (symbol for part in parts for symbol in part.symbols):
        if isinstance(symbol, str):
            yield symbol
        elif isinstance(symbol, Quotient):
            yield from _sizes([symbol.part])


def is_size(symbol: Symbol) -> bool:
    """True for the name of a size, and for a size that follows from others."""
    return isinstance(symbol, str | Quotient)


def multiple(part: Affine, factor: int) -> Affine:
    """What a multiple of a positive factor is at most where it is at most ``factor*part``: n is for 2*(n//2)."""
    result = part * factor
    for symbol, count in part.terms:
        if isinstance(symbol, Quotient) and symbol.divisor == factor and count == 1:
            return result - Affine.of(symbol) * factor + symbol.part
    return result


def is_derived(part: Affine) -> bool:
    """Whether a size that follows from others occurs."""
    return any(isinstance(symbol, Quotient) for symbol in part.symbols)


def gathered(part: Affine) -> Affine:
    """The same expression with its number inside the only quotient that it is a multiple of, for display: (n - 1)//2."""
    symbol, factor = part.terms[0] if len(part.terms) == 1 else ("", 0)
    if not isinstance(symbol, Quotient) or factor != 1 or not part.const:
        return part
    return Affine.of(Quotient(symbol.part + part.const * symbol.divisor, symbol.divisor))


def quotient(part: Affine, divisor: int) -> Affine:
    """An expression in sizes divided by a positive integer, rounded down, in one form.

    >>> str(quotient(Affine.of("n") * 2 + 3, 2)), str(quotient(quotient(Affine.of("n") + 1, 2) + 1, 2))
    ('n + 1', '(n + 3)//4')
    """
    inner = part.terms[0][0] if len(part.terms) == 1 and part.terms[0][1] == 1 else None
    if isinstance(inner, Quotient):  # of a quotient, with a number added to it
        return quotient(inner.part + part.const * inner.divisor, inner.divisor * divisor)
    whole = Affine.make(part.const // divisor, {symbol: factor // divisor for symbol, factor in part.terms})
    rest = part - whole * divisor
    common = math.gcd(divisor, *(factor for _, factor in rest.terms))
    if rest.is_constant or common == divisor:
        return whole
    rest = Affine(rest.const // common, tuple((symbol, factor // common) for symbol, factor in rest.terms))
    return whole + Affine.of(Quotient(rest, divisor // common))


def _order(symbol: Symbol) -> tuple[int, int, str]:
    if isinstance(symbol, int):
        return 0, symbol, ""
    if isinstance(symbol, str):
        return 1, 0, symbol
    return (1, 1, repr(symbol)) if isinstance(symbol, Quotient) else (2, 0, repr(symbol))


def _shown(symbol: Symbol | None) -> str:
    if isinstance(symbol, Element):
        return f"{symbol.array}[{', '.join(map(str, symbol.index))}]"
    if isinstance(symbol, Quotient):
        inner = str(symbol.part) if symbol.part.is_simple else f"({symbol.part})"
        return f"{inner}//{symbol.divisor}"
    return f"#{symbol}" if isinstance(symbol, int) else str(symbol)
