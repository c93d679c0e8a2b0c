"""Helper functions of another module, with numbers of their own."""

from __future__ import annotations

import math

STIFFNESS = 2.5


def spring(x, x0=0.1, *, k=1.5):
    """Return the energy of a spring."""
    return 0.5 * k * (x - x0) ** 2


def stiff_spring(x):
    """Return the energy of a spring whose stiffness is a global of this module."""
    return spring(x, k=STIFFNESS)


def magnitude(*components):
    """Return the length of a vector of any dimension."""
    return math.sqrt(sum(c * c for c in components))


def polar(x, y):
    """Return radius and angle."""
    return math.hypot(x, y), math.atan2(y, x)


def safe_log(x):
    """Return log(x), or 0 where it does not exist."""
    if x <= 0:
        return 0.0
    return math.log(x)
