"""The one table of primitives: ``TABLE`` by name, ``resolve`` by the object that a user's code calls."""

from __future__ import annotations

import importlib
import sys
from functools import cache
from typing import Any

from symdiff.primitives import (
    abbreviations,
    airy,
    bessel,
    comparisons,
    degrees,
    elliptic,
    entropy,
    error_functions,
    exponential,
    exponential_integrals,
    gamma_functions,
    hypergeometric,
    kinks,
    logistic,
    operators,
    polynomials,
    quotients,
    removable,
    special,
    spherical,
    trigonometric,
    zeta,
)
from symdiff.primitives.row import Primitive

_FAMILIES = (
    operators, comparisons, exponential, trigonometric, logistic, quotients, special, error_functions, gamma_functions,
    exponential_integrals, removable, entropy, degrees, bessel, spherical, airy, elliptic, zeta, hypergeometric,
    polynomials, kinks, abbreviations,
)  # fmt: skip
_LATE = ("numpy", "scipy.special")  # whose functions nobody can call before they are imported

TABLE: dict[str, Primitive] = {row.name: row for family in _FAMILIES for row in family.ROWS}


def resolve(callee: Any) -> Primitive | None:
    """The row of a function object (``math.sin``, ``numpy.sin``, ``abs``), or None if the table does not have it."""
    try:
        return _spelled(tuple(name for name in _LATE if name in sys.modules)).get(callee)
    except TypeError:  # not hashable, hence no function of the table
        return None


@cache
def _spelled(loaded: tuple[str, ...]) -> dict[Any, Primitive]:
    objects: dict[Any, Primitive] = {}
    for row in TABLE.values():
        for spelling in row.spellings:
            module, _, name = spelling.rpartition(".")
            if module in _LATE and module not in loaded:
                continue
            found = getattr(importlib.import_module(module), name, None)  # None: not in this version
            if found is not None:
                objects[found] = row
    return objects


__all__ = ["TABLE", "Primitive", "resolve"]
