"""Recurrences as data, between the graph and the paper: sequences, the rules of their elements, the sheet of an iteration."""

from __future__ import annotations

from dataclasses import dataclass

from symdiff.graph.affine import Affine, Axes
from symdiff.graph.graph import Graph
from symdiff.graph.terms import Guard
from symdiff.primitives.row import Kind


@dataclass(frozen=True)
class Start:
    """``name[index, ...] = root``, an output of the sheet around, where a guard on its own indices holds.

    ``initially``: the elements change later.
    """

    name: str
    index: tuple[Affine, ...]
    axes: Axes
    root: int
    guard: Guard | None = None
    initially: bool = False


@dataclass(frozen=True)
class Rule:
    """``name[index, ...] = the output of the step at the same place``, or += it."""

    name: str
    index: tuple[Affine, ...]
    axes: Axes
    adds: bool = False


@dataclass(frozen=True)
class System:
    """A loop on paper. ``captured`` (by its name in the step) and ``test`` are outputs of the sheet around.

    ``integers`` are the captured numbers that its length is made of. ``assigns``: its rules are assignments.

    The counter runs from ``first`` to ``last`` (None: as long as the test holds), or back. ``length`` is the number of
    iterations, ``count`` the name of the
    number of iterations, if nothing else says it; ``needs`` must be at least 0 if the elements at the end are read.
    """

    counter: str
    first: Affine
    length: Affine
    last: Affine | None
    backward: bool
    count: str
    test: int | None
    starts: tuple[Start, ...]
    rules: tuple[Rule, ...]
    step: Sheet
    captured: tuple[tuple[str, int], ...]
    integers: frozenset[str]
    assigns: bool
    needs: Affine | None

    @property
    def defines(self) -> tuple[str, ...]:
        """The names of its sequences and buffers."""
        return tuple(dict.fromkeys((*(rule.name for rule in self.rules), *(start.name for start in self.starts))))


@dataclass(frozen=True)
class Sheet:
    """Definitions without loops. The first ``own`` outputs are those of the graph; the others are what the systems read.

    ``kinds`` are those of the outputs.
    """

    graph: Graph
    own: int
    systems: tuple[System, ...]
    kinds: tuple[Kind, ...]
