"""What stops the reading of an expression, or starts it again."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from symdiff.errors import SymdiffError, Verdict
from symdiff.frontend.places import OutsideArray, Place
from symdiff.graph.affine import Affine

if TYPE_CHECKING:
    from symdiff.frontend.lower import Reader


class GapError(Exception):
    """Raised by a rule that meets something it cannot read; recorded where the expression stands."""

    def __init__(
        self,
        node: ast.AST,
        reason: str,
        rewrite: str,
        verdict: Verdict = "never",
        certain: bool = False,
        raises: type[Exception] | None = None,
    ) -> None:
        super().__init__(reason)
        self.raises = raises  # what Python raises here, where that is the reason
        self.certain = certain
        self.node, self.reason, self.rewrite, self.verdict = node, reason, rewrite, verdict


class EndedError(Exception):
    """A function that was called raises in any case: nothing after the call is reached."""


class SequentialError(Exception):
    """A loop that is read as sums and arrays is none: it is read as a loop of the graph."""

    def __init__(self, gap: GapError) -> None:
        super().__init__(gap.reason)
        self.gap = gap


def not_as_arrays(reader: Reader, gap: GapError) -> SequentialError | GapError:
    """What tells that a loop cannot be read as sums and arrays: those who try that, or the user."""
    return SequentialError(gap) if reader.trying else gap


class PoisonedError(Exception):
    """An operand was refused already: the expression around it is unknown too, and says nothing more."""


class RestartError(Exception):
    """Reading must start again, knowing more.

    ``specialise``: integers that are needed as structure; ``lengths``: longer vectors; ``ranks``: arguments that are arrays;
    ``fixed``: arrays whose lengths are needed; ``sizes``: what the sizes of arrays are that must be equal to others;
    ``outside``: arrays from outside that are read, by the keys of their places; ``solid``: those whose lengths are needed;
    ``sequential``: loops that are no sums, by their places;
    ``sized``: integers that are used as sizes, by the keys that would specialise them (those from outside with their places);
    ``built``: sizes of arrays that are known from the call.
    """

    def __init__(
        self,
        specialise: Iterable[tuple[Any, ...]] = (),
        lengths: Mapping[str, int] | None = None,
        ranks: Mapping[str, int] | None = None,
        fixed: Iterable[str] = (),
        sizes: Mapping[str, Affine] | None = None,
        outside: Mapping[tuple[Any, ...], OutsideArray] | None = None,
        solid: Iterable[tuple[Any, ...]] = (),
        sequential: Iterable[tuple[Any, ...]] = (),
        sized: Mapping[tuple[Any, ...], tuple[Place, str] | None] | None = None,
        built: Mapping[str, int] | None = None,
    ) -> None:
        super().__init__("read again")
        self.specialise = tuple(specialise)
        self.lengths = dict(lengths or {})
        self.ranks = dict(ranks or {})
        self.fixed = tuple(fixed)
        self.sizes = dict(sizes or {})
        self.outside = dict(outside or {})
        self.solid = tuple(solid)
        self.sequential = tuple(sequential)
        self.sized = dict(sized or {})
        self.built = dict(built or {})


class NeedsCallError(SymdiffError, ValueError):
    """The length of an argument is needed and no call has shown it yet."""
