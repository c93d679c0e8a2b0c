"""Formulas by algebra: like terms collected across a whole where-list, before it is judged by its size.

Imports SymPy: import it inside functions only.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from symdiff.printing.algebra import Algebra
from symdiff.printing.polynomial import TooLargeError
from symdiff.printing.present import shortest


def collected(exprs: Sequence[Any], values: Mapping[Any, Any], named: Mapping[Any, Any]) -> list[Any] | None:
    """Return expressions with the values put in the place of their symbols; None if that is too long.

    ``named`` are the definitions of symbols that stay.
    """
    algebra = Algebra(values, named, shortest)
    try:
        algebra.prepare(exprs)
        return [shortest(algebra, algebra.polynomial(expr)) for expr in exprs]
    except TooLargeError:
        return None
