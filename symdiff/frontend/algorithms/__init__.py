"""SciPy's solvers as plain Python, for the reader: they are read like a user's function, and never run.

Loops in here are loops of the graph: none is unrolled, but for those over the stages of a Runge-Kutta step. What the functions
raise is what a solver raises that finds nothing.
"""

from __future__ import annotations

from typing import Any

from symdiff.frontend.algorithms import initial_values, runge_kutta, scalars, systems
from symdiff.frontend.algorithms.scalars import bisect, brenth, brentq, fixed_point, newton, ridder, root_scalar, solution
from symdiff.frontend.algorithms.systems import few, fsolve, root, slopes, values

_MODULES = (scalars, systems, initial_values, runge_kutta)

FILES = frozenset(module.__file__ for module in _MODULES)
UNROLLED = frozenset({runge_kutta.__file__})  # whose loops are unrolled
LOOPING = FILES - UNROLLED  # whose loops stay loops
STEPPING = frozenset({initial_values.__file__, runge_kutta.__file__})  # whose statements are shown as the call of the solver


def is_own(root: Any) -> bool:
    """Whether an outside value is found in one of these modules, or in a function of them."""
    return any(root is vars(each) or getattr(root, "__module__", None) == each.__name__ for each in _MODULES)


__all__ = [
    "FILES",
    "LOOPING",
    "STEPPING",
    "UNROLLED",
    "bisect",
    "brenth",
    "brentq",
    "few",
    "fixed_point",
    "fsolve",
    "is_own",
    "newton",
    "ridder",
    "root",
    "root_scalar",
    "slopes",
    "solution",
    "values",
]
