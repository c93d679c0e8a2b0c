"""The files of algorithms as plain Python, which are read like a user's function, and never run."""

from __future__ import annotations

from typing import Any

from symdiff.frontend import algorithms, initial_values, runge_kutta

LOOPING = (algorithms.__file__, initial_values.__file__)  # whose loops stay loops
UNROLLED = (runge_kutta.__file__,)  # whose loops are unrolled
STEPPING = (initial_values.__file__, runge_kutta.__file__)  # whose statements are shown as the call of the solver
OURS = (*LOOPING, *UNROLLED)
_MODULES = (algorithms, initial_values, runge_kutta)


def holds(root: Any) -> bool:
    """True for the names of one of these files, and for what one of them defines."""
    return any(root is vars(module) or getattr(root, "__module__", None) == module.__name__ for module in _MODULES)
