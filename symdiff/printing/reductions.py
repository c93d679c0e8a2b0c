"""Sums, products and extremes over an index, as SymPy classes in which an empty range adds nothing.

``Sum`` and ``Product`` are those of SymPy in all but two respects: bounds that are reversed are an empty range (for SymPy
such a sum is negative, and such a product a reciprocal), and nothing is rewritten when one is built or gets other operands
(SymPy pulls cases out of a sum, whatever their number). ``Maximum``, ``Minimum``, ``Every`` and ``Some`` are the same for
max, min, and, or. Cases inside of all these are ``Where``: SymPy pulls a Piecewise even out of a condition that contains
a sum that contains it, and takes the index out of its sum with it. Imports SymPy: import it inside functions only.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import sympy as sp
from sympy.logic.boolalg import Boolean

_MOST_ELEMENTS = 10_000  # that ``doit`` writes out


class Reduction(sp.Basic):  # type: ignore[misc]
    """``op`` over one index with inclusive bounds, which no other expression sees. Not used by itself."""

    op: ClassVar[Any]
    empty: ClassVar[Any]

    def __new__(cls, body: Any, limits: Any, **_options: Any) -> Any:
        """``Sum(x[i], (i, 0, n - 1))``."""
        index, low, high = map(sp.sympify, limits)
        made = sp.Basic.__new__(cls, sp.sympify(body), sp.Tuple(index, low, high))
        if isinstance(made, sp.Expr):
            made.is_commutative = True
        return made

    @property
    def index(self) -> Any:
        """The index that is bound."""
        return self.args[1][0]

    @property
    def low(self) -> Any:
        """The first value of the index."""
        return self.args[1][1]

    @property
    def high(self) -> Any:
        """The last value of the index."""
        return self.args[1][2]

    @property
    def free_symbols(self) -> set[Any]:
        """All symbols but the index."""
        bounds: set[Any] = self.low.free_symbols | self.high.free_symbols
        return bounds | {symbol for symbol in self.args[0].free_symbols if self.index not in symbol.free_symbols}

    def _xreplace(self, rule: Mapping[Any, Any]) -> tuple[Any, bool]:
        """Replace subexpressions; the index is none of them, and is renamed where it would catch what is put in."""
        if self in rule:
            return rule[self], True
        rule = {old: new for old, new in rule.items() if old != self.index}
        low, high = (bound._xreplace(rule) for bound in (self.low, self.high))
        body, index = self.args[0], self.index
        if any(index in new.free_symbols for new in rule.values() if isinstance(new, sp.Basic)):
            fresh = sp.Dummy(index.name, integer=True)
            body, index = body.xreplace({index: fresh}), fresh
        inside = body._xreplace(rule)
        if not (low[1] or high[1] or inside[1]):
            return self, False
        return self.func(inside[0], (index, low[0], high[0])), True

    def _eval_subs(self, old: Any, new: Any) -> Any:
        return self.xreplace({old: new}) if old != self.index else self

    def doit(self, **hints: Any) -> Any:
        """Write the elements out, if the bounds are numbers; otherwise do that inside."""
        low, high = (bound.doit(**hints) for bound in (self.low, self.high))
        if not (low.is_Integer and high.is_Integer and high - low < _MOST_ELEMENTS):
            return self.func(self.args[0].doit(**hints), (self.index, low, high))
        elements = [self.args[0].xreplace({self.index: sp.Integer(number)}).doit(**hints) for number in range(low, high + 1)]
        return self.joined(elements)

    @classmethod
    def joined(cls, elements: Sequence[Any]) -> Any:
        """The elements in one expression."""
        return cls.op(*elements) if elements else cls.empty


class Sum(Reduction, sp.Sum):  # type: ignore[misc]
    """A sum; an empty one is 0."""

    op = sp.Add
    empty = sp.Integer(0)


class Product(Reduction, sp.Product):  # type: ignore[misc]
    """A product; an empty one is 1."""

    op = sp.Mul
    empty = sp.Integer(1)


class Maximum(Reduction, sp.Expr):  # type: ignore[misc]
    """The greatest element; of none, minus infinity."""

    op = sp.Max
    empty = -sp.oo
    is_extended_real = True


class Minimum(Reduction, sp.Expr):  # type: ignore[misc]
    """The least element; of none, infinity."""

    op = sp.Min
    empty = sp.oo
    is_extended_real = True


class Every(Reduction, Boolean):  # type: ignore[misc]
    """Whether a condition holds for all indices."""

    op = sp.And
    empty = sp.true


class Some(Reduction, Boolean):  # type: ignore[misc]
    """Whether a condition holds for an index."""

    op = sp.Or
    empty = sp.false


class Where(sp.Expr):  # type: ignore[misc]
    """``value`` where a condition holds, ``other`` elsewhere: cases that SymPy leaves where they are."""

    is_commutative = True

    def __new__(cls, value: Any, condition: Any, other: Any) -> Any:
        """Decided at once if the condition is."""
        value, condition, other = map(sp.sympify, (value, condition, other))
        if condition in (sp.true, sp.false):
            return value if condition == sp.true else other
        return sp.Basic.__new__(cls, value, condition, other)

    def as_piecewise(self) -> Any:
        """The same as a Piecewise."""
        arms: list[tuple[Any, Any]] = []
        rest: Any = self
        while isinstance(rest, Where):
            arms.append((rest.args[0], rest.args[1]))
            rest = rest.args[2]
        return sp.Piecewise(*arms, (rest, True), evaluate=False)

    def doit(self, **hints: Any) -> Any:
        """Decide the condition, if that is possible."""
        return self.func(*(part.doit(**hints) for part in self.args))

    def _pythoncode(self, printer: Any) -> str:
        return str(printer._print(self.as_piecewise()))

    _lambdacode = _numpycode = _scipycode = _mpmathcode = _pythoncode


KINDS: dict[str, type[Reduction]] = {
    "add": Sum,
    "mul": Product,
    "max": Maximum,
    "maximum": Maximum,
    "min": Minimum,
    "minimum": Minimum,
    "and": Every,
    "or": Some,
}
