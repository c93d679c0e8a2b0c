"""SciPy's solvers as plain Python, for the reader: they are read like a user's function, and never run.

Loops in here are loops of the graph: none is unrolled. What the functions raise is what a solver raises that finds nothing.
"""

from __future__ import annotations

from typing import Any

from symdiff.frontend.algorithms import scalars, systems
from symdiff.frontend.algorithms.scalars import bisect, brentq, fixed_point, newton, ridder, root_scalar, solution
from symdiff.frontend.algorithms.systems import fsolve, root, slopes, values

FILES = frozenset({scalars.__file__, systems.__file__})


def is_own(root: Any) -> bool:
    """Whether an outside value is found in one of these modules, or in a function of them."""
    modules = (scalars, systems)
    return any(root is vars(each) or getattr(root, "__module__", None) == each.__name__ for each in modules)


__all__ = [
    "FILES",
    "bisect",
    "brentq",
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
