"""From the symbols of ``atoms`` to SymPy's own classes: indices get letters, entries become Indexed, Sum, Piecewise.

Imports SymPy: import it inside functions only.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import reduce
from typing import TYPE_CHECKING, Any

import sympy as sp
from sympy.logic.boolalg import Boolean

from symdiff.graph.affine import Affine, Axes, Quotient, Symbol, gathered, is_size
from symdiff.graph.terms import Guard
from symdiff.printing.atoms import Atoms, Guarded, Guards, Holds, Place, Read, Total, divisor_of, is_rounded, size_symbol
from symdiff.printing.reductions import KINDS, Where
from symdiff.printing.scope import Scope
from symdiff.printing.terms import rebuilt

if TYPE_CHECKING:
    from symdiff.printing.elements import Elements
    from symdiff.printing.indexed import Paper

_LETTERS = "ijklpqrsuvw"
_OF_DERIVATIVES = "klpqrsuvw"

Letters = Mapping[int, Any]  # the symbol of each index in sight


def letters(taken: Collection[str], *, derived: bool = False) -> Iterator[Any]:
    """Symbols for indices: i, j, ... (of a derivative k, l, ...), then i1, i2, ...; none that is ``taken``."""
    names = [*(_OF_DERIVATIVES if derived else _LETTERS)]
    names += [f"i{number}" for number in range(1, len(taken) + 100)]
    return (sp.Symbol(name, integer=True) for name in names if name not in taken)


class SequenceBase(sp.IndexedBase):  # type: ignore[misc]
    """The base of what runs along the iterations of a loop: its first index counts them."""


class Materializer:
    """Expressions over ``atoms`` as SymPy expressions, with the names that ``paper`` shows."""

    def __init__(self, atoms: Atoms, paper: Paper, elements: Elements) -> None:
        self._atoms = atoms
        self._paper = paper
        self._elements = elements
        self._axes: Axes = ()
        self._depth = 0  # of reductions around

    def expr(self, expr: Any, known: Letters, axes: Axes = ()) -> Any:
        """An expression in SymPy's classes, at free indices of an array with these axes."""
        self._axes = axes
        self._depth = 0
        return self._expr(expr, known)

    def _expr(self, expr: Any, known: Letters) -> Any:
        if expr.is_Symbol:
            return self._symbol(expr, known)
        if not expr.args:
            return expr
        if isinstance(expr, sp.Piecewise) and self._depth:
            return self._cases([(self._expr(value, known), self._expr(test, known)) for value, test in expr.args])
        if isinstance(expr, Boolean) and not self._depth:
            return self._masked(expr, known)
        args = [self._expr(arg, known) for arg in expr.args]
        if expr.is_Pow:  # SymPy takes a power into cases, where it may divide by 0
            args[0] = self._masked(expr.base, known)
        return expr if all(new is old for new, old in zip(args, expr.args, strict=True)) else rebuilt(expr, args)

    def _symbol(self, symbol: Any, known: Letters) -> Any:
        entry = self._atoms.entries.get(symbol)
        if entry is None:
            if symbol.name in self._paper.leading:
                return self.element(symbol.name, ())
            name = self._paper.renamed.get(symbol.name)
            return symbol if name is None else sp.Symbol(name, **symbol.assumptions0)
        if isinstance(entry, Place):
            return known[entry.index]
        if isinstance(entry, Read):
            return self.read(entry, known)
        if isinstance(entry, Holds):
            return self.condition(entry.guards, known)
        if isinstance(entry, Guarded):
            if not entry.guards:
                return self._masked(entry.body, known)
            body = self._expr(entry.body, known)
            return self._cases([(body, self.condition(entry.guards, known)), (sp.Integer(0), sp.true)])
        return self._total(entry, known)

    def _cases(self, arms: list[tuple[Any, Any]]) -> Any:
        """Cases; inside of reductions in a form that SymPy does not rewrite."""
        if arms[0][1] == sp.true:
            return arms[0][0]
        if not self._depth:
            return sp.Piecewise(*arms, evaluate=False)
        *others, (last, test) = arms
        result = last if test == sp.true else Where(last, test, sp.nan)
        return reduce(lambda rest, arm: Where(arm[0], arm[1], rest), reversed(others), result)

    def _masked(self, expr: Any, known: Letters) -> Any:
        """What stands in a condition, or where it must not be taken apart."""
        self._depth += 1
        found = self._expr(expr, known)
        self._depth -= 1
        return found

    def read(self, entry: Read, known: Letters) -> Any:
        """An element, ``x[i + 1]``."""
        if not entry.index:  # a number that is an integer
            if self._elements.is_in_place(entry.name):
                return self._expr(self._elements.value(entry.name, Scope(), ()), known)
            if entry.name in self._paper.leading:
                return self.element(entry.name, ())
            return sp.Symbol(self._paper.renamed.get(entry.name, entry.name), integer=True)
        return self.element(entry.name, [self.affine(part, known) for part in entry.index])

    def element(self, name: str, index: Sequence[Any]) -> Any:
        """A definition or an array at indices."""
        index = (*self._paper.leading.get(name, ()), *index)
        shown = self._paper.renamed.get(name, name)
        if not index:
            return sp.Symbol(shown, real=True)
        runs = name in self._paper.running or name in self._paper.leading
        # A sequence may be called like a number: its label is another symbol, for those who replace the number.
        label = sp.Symbol(shown, extended_real=True) if runs or name in self._paper.sequences else sp.Symbol(shown, real=True)
        return sp.Indexed(SequenceBase(label) if runs else sp.IndexedBase(label), *index)

    def varies(self, expr: Any) -> bool:
        """Whether an expression reads what recurrences define, or one of their counters."""
        counters = {counter for leading in self._paper.leading.values() for counter in leading}
        shown = {self._paper.renamed.get(name, name) for name in self._paper.sequences}
        reads = expr.atoms(sp.Indexed)
        return not counters.isdisjoint(expr.free_symbols) or any(str(read.base.label) in shown for read in reads)

    def affine(self, part: Affine, known: Letters) -> Any:
        """An index expression."""
        part = gathered(part)
        return sp.Add(sp.Integer(part.const), *(factor * self._place(symbol, known) for symbol, factor in part.terms))

    def _place(self, symbol: Symbol, known: Letters) -> Any:
        if isinstance(symbol, int):
            return known[symbol]
        if isinstance(symbol, str):
            return size_symbol(self._paper.renamed.get(symbol, symbol))
        if isinstance(symbol, Quotient):
            inside = sp.Mul(sp.Rational(1, symbol.divisor), self.affine(symbol.part, known), evaluate=False)
            return sp.floor(inside, evaluate=False)
        divisor = divisor_of(symbol)
        if divisor:
            found = sp.Mul(sp.Rational(1, divisor), self.affine(symbol.index[0], known), evaluate=False)
            return sp.floor(found, evaluate=False) if is_rounded(symbol) else found
        if self._elements.is_in_place(symbol.array):
            return self._masked(self._elements.value(symbol.array, Scope(), symbol.index), known)
        if symbol.array in self._paper.leading:
            return self.element(symbol.array, [self.affine(part, known) for part in symbol.index])
        if not symbol.index:
            return sp.Symbol(self._paper.renamed.get(symbol.array, symbol.array), integer=True)
        base = sp.IndexedBase(self._paper.renamed.get(symbol.array, symbol.array), integer=True)
        return sp.Indexed(base, *(self.affine(part, known) for part in symbol.index))

    def _total(self, entry: Total, known: Letters) -> Any:
        letter = next(letters({*self._paper.taken, *(symbol.name for symbol in known.values())}))
        kind = KINDS[entry.kind]
        inside = {**known, entry.index: letter}
        self._depth += 1
        body = self._expr(entry.body, inside)
        if entry.guards:
            body = self._cases([(body, self.condition(entry.guards, inside)), (kind.empty, sp.true)])
        self._depth -= 1
        low, high = self.affine(entry.range.low, known), self.affine(entry.range.high - 1, known)
        return kind(body, (letter, low, high))

    def condition(self, guards: Guards, known: Letters) -> Any:
        """Guards as a condition on indices and sizes: ``k >= 1``, ``i < j``, ``k % 2 == 1``."""
        return sp.And(*(self._relation(guard, known) for guard in guards))

    def _relation(self, guard: Guard, known: Letters) -> Any:
        if guard.modulus:
            return self._divisible(guard, known)
        guard = _in_lowest_terms(guard)
        symbol, factor = _subject(guard.affine, guard.test != ">=")
        rest = (Affine.of(symbol) * factor - guard.affine) * (1 if factor > 0 else -1)
        left = abs(factor) * self._place(symbol, known)
        if guard.test == ">=" and self._is_end(symbol, factor, rest):
            return sp.Eq(left, self.affine(rest, known), evaluate=False)
        if guard.test != ">=":
            relation = sp.Eq if guard.test == "==" else sp.Ne
            return relation(left, self.affine(rest, known), evaluate=False)
        step = 1 if factor > 0 else -1
        between = not all(map(is_size, rest.symbols))
        if between and rest.const == step:  # j >= i + 1 is j > i
            relation = sp.Gt if factor > 0 else sp.Lt
            return relation(left, self.affine(rest - step, known), evaluate=False)
        return (sp.Ge if factor > 0 else sp.Le)(left, self.affine(rest, known), evaluate=False)

    def _is_end(self, symbol: Symbol, factor: int, rest: Affine) -> bool:
        """Whether a bound of a free index is at an end of its axis, so that only one index is left."""
        if not isinstance(symbol, int) or not 0 <= symbol < len(self._axes):
            return False
        return rest == (Affine(0) if factor == -1 else self._axes[symbol] - 1) and abs(factor) == 1

    def _divisible(self, guard: Guard, known: Letters) -> Any:
        affine, remainder = guard.affine, 0
        if len(affine.terms) == 1 and affine.terms[0][1] == 1:
            affine, remainder = affine - affine.const, -affine.const % guard.modulus
        left = sp.Mod(self.affine(affine, known), guard.modulus, evaluate=False)
        relation = sp.Eq if guard.test == "==" else sp.Ne
        return relation(left, sp.Integer(remainder), evaluate=False)


def _in_lowest_terms(guard: Guard) -> Guard:
    """``2*j - 3 >= 0`` as ``j - 2 >= 0``."""
    affine = guard.affine
    common = math.gcd(*(factor for _, factor in affine.terms))
    if common < 2 or (guard.test != ">=" and affine.const % common):
        return guard
    terms = tuple((symbol, factor // common) for symbol, factor in affine.terms)
    return replace(guard, affine=Affine(affine.const // common, terms))


def _subject(affine: Affine, equation: bool) -> tuple[Symbol, int]:
    """What a relation is written for: an index from data, the innermost index; one with the factor 1 or -1 if there is one.

    Equations of free indices are ``k == l``, but ``l == k + 1``: the column by the row.
    """
    by_first = equation and not affine.const

    def rank(item: tuple[Symbol, int]) -> tuple[bool, bool, bool, int]:
        symbol, factor = item
        number = symbol if isinstance(symbol, int) else 0
        free = isinstance(symbol, int) and number >= 0
        return is_size(symbol), abs(factor) != 1, free, number if free and by_first else -number

    return min(affine.terms, key=rank)
