"""What printers see instead of elements and sums: symbols whose text is ready, so that SymPy's printers do the rest.

Imports SymPy: import it inside functions only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import sympy as sp
from sympy.printing.precedence import PRECEDENCE

from symdiff.printing.reductions import Reduction, Where
from symdiff.printing.terms import rebuilt
from symdiff.printing.tidy import is_negative

Draw = Callable[[Any], str]


class StandIn(sp.Symbol):  # type: ignore[misc]
    """A symbol that is printed as ``text``. Elements are sorted by it among the symbols, sums come last."""

    __slots__ = ("bare", "text")

    def __new__(cls, text: str, *, first: bool = False, last: bool = False, bare: bool = False, key: str = "") -> Any:
        """``bare``: the text is not closed, so it gets parentheses as an operand. ``key``: what it is sorted by before."""
        made = sp.Symbol.__xnew__(cls, ("~" if last else " " if first else "") + key + text, real=True)
        made.text, made.bare = text, bare
        return made

    @classmethod
    def class_key(cls) -> Any:
        """The place among other classes: that of a symbol."""
        return sp.Symbol.class_key()

    @property
    def precedence(self) -> int:
        """How it binds."""
        return int(PRECEDENCE["Mul" if self.bare else "Atom"])


class Divided(StandIn):
    """A size divided by a number: ``2*(n//2)`` is not ``2*n//2``."""

    __slots__ = ()

    @property
    def precedence(self) -> int:
        """How it binds: as a sum in a product, but not in another sum."""
        return int(PRECEDENCE["Add"])


def image(expr: Any, draw: Draw, *, bare: bool = False) -> Any:
    """An expression with every element and every reduction replaced by a symbol that is printed as ``draw`` has it.

    ``bare``: the text of a reduction is not closed.
    """
    if isinstance(expr, sp.Indexed):
        shown = draw(expr)  # sorted by its name if it is an accent that comes first
        return StandIn(shown, key=f"{expr.base.label}[" if shown.startswith("\\") else "")
    if isinstance(expr, Reduction):
        return StandIn(draw(expr), last=True, bare=bare)
    if expr.is_Symbol and expr.is_integer:  # 2*i*x[i]: indices and sizes come first
        return StandIn(draw(expr), first=True)
    if is_division(expr):
        return (StandIn if bare else Divided)(draw(expr), first=True)  # the brackets of LaTeX are closed
    if not expr.args or type(expr) is sp.Tuple:
        return expr
    if isinstance(expr, Where):
        return StandIn(draw(expr), last=True, bare=bare)
    args = [image(arg, draw, bare=bare) for arg in expr.args]
    if all(new is old for new, old in zip(args, expr.args, strict=True)):
        return expr
    return rebuilt(expr, args)


def led(terms: list[Any], prefixes: tuple[str, ...]) -> list[Any]:
    """The terms of a sum, first those that are elements written like this."""
    return sorted(terms, key=lambda term: not (isinstance(term, StandIn) and term.text.startswith(prefixes)))


def is_division(expr: Any) -> bool:
    """Whether an expression is a size that others, divided by a number, are: ``(n - 1)//2``."""
    if not isinstance(expr, sp.floor) or not expr.free_symbols:
        return False
    return all(symbol.is_integer for symbol in expr.free_symbols) and bool(expr.args[0].as_numer_denom()[1].is_Integer)


def ranges(expr: Reduction) -> tuple[Any, list[tuple[Any, Any, Any]], list[Any]]:
    """The body of nested reductions of one kind, their indices with bounds, outer ones first, and the conditions on them."""
    spaces: list[tuple[Any, Any, Any]] = []
    tests: list[Any] = []
    body: Any = expr
    while type(body) is type(expr):
        spaces.append((body.index, body.low, body.high))
        body = body.args[0]
        if is_guarded(body, expr.empty):
            body, test = (body if isinstance(body, Where) else body.args[0]).args[:2]
            tests.append(test)
    return body, spaces, tests


def is_guarded(expr: Any, empty: Any) -> bool:
    """Whether cases are one value under a condition, and otherwise what adds nothing."""
    if isinstance(expr, Where):
        return bool(expr.args[2] == empty)
    return isinstance(expr, sp.Piecewise) and len(expr.args) == 2 and expr.args[1] == (empty, sp.true)


def is_triangle(spaces: list[tuple[Any, Any, Any]]) -> int:
    """1 if the second index runs beyond the first one, -1 if it runs below it, 0 otherwise."""
    if len(spaces) != 2:
        return 0
    (first, low, high), (_, start, stop) = spaces
    if start == first + 1 and stop == high:
        return 1
    return -1 if stop == first - 1 and start == low else 0


def guarded_terms(expr: Any) -> Iterator[tuple[bool, Any, Any]]:
    """The terms of a sum: is it subtracted, the term, where it counts (true: everywhere).

    What always counts comes first, then what is added.
    """
    terms = sorted(sp.Add.make_args(expr), key=lambda term: is_guarded(term, sp.Integer(0)) and _is_subtracted(term.args[0][0]))
    plain = [term for term in terms if not is_guarded(term, sp.Integer(0))]
    if plain:
        yield False, sp.Add(*plain), sp.true
    for term in terms:
        if term not in plain:
            body, test = term.args[0]
            negative = _is_subtracted(body)
            yield negative, sp.Add(*(-part for part in sp.Add.make_args(body))) if negative else body, test


def _is_subtracted(body: Any) -> bool:
    return is_negative(body) or (body.is_Add and all(map(is_negative, body.args)))
