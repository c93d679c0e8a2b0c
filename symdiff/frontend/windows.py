"""The memory of arrays, and how views show it (see ``cells``)."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Any

from symdiff.graph.affine import Affine
from symdiff.graph.terms import Guard


class Cell:
    """The memory of an array. Those that are made later have greater numbers."""

    def __init__(self) -> None:
        self.serial = now()


_TIME = itertools.count(1)


def now() -> int:
    """A time: later ones are greater."""
    return next(_TIME)


Case = tuple[tuple[Affine, ...], tuple[Guard, ...]]  # indices, and the guards under which they hold


@dataclass(frozen=True, eq=False)
class Window:
    """How a view shows an array: where each of its elements is in it. ``of``: the state of the array that was read.

    ``places``: of an array of known shape a position for each element; of others indices in terms of those of the view, one
    way for all elements, or several, each under guards.
    """

    of: Any
    places: tuple[Any, ...]


@dataclass(frozen=True)
class Stale:
    """The state of an array of which it is not known whether it was changed."""
