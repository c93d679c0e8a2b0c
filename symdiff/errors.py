"""The errors of symdiff: each is a SymdiffError and the class that a Python user would catch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


class SymdiffError(Exception):
    """Base class of every error that symdiff raises on purpose."""


class ArgumentError(SymdiffError, TypeError):
    """A call with the wrong kind or number of arguments. The message names the argument and the call that works."""


class DomainError(SymdiffError, ValueError):
    """An argument of the right kind whose value cannot be used (an unknown argument name, a bound exceeded)."""


class ShapeError(SymdiffError, ValueError):
    """A vector whose length does not fit its use. The message names the argument, the length wanted and the length given."""


class ElementError(ShapeError, IndexError):
    """A vector that has no element at an index that the function reads."""


class SourceError(SymdiffError, TypeError):
    """The function has no Python source that can be read, or its source no longer matches the running code."""


class NameUnboundError(SymdiffError, NameError):
    """A name in the function is not bound to anything."""


class RuleError(SymdiffError, ValueError):
    """A rule of ``symdiff.rule`` that is not the derivative of its function, or that cannot be checked."""


class MissingAttributeError(SymdiffError, AttributeError):
    """An object that the function reads has no attribute of this name (yet, or any more)."""


class InternalError(SymdiffError, AssertionError):
    """A broken invariant of symdiff itself: always a bug of ours, never of the caller."""


class CacheWarning(UserWarning):
    """The folder for compiled code cannot be used, so that every process compiles anew. Given once in a process."""


class CompileWarning(UserWarning):
    """A derivative is so long that compiling it takes a while."""


Verdict = Literal["not yet", "never"]


@dataclass(frozen=True)
class Place:
    """Where in the user's source something stands: file, line, and the columns of the line (0-based, end excluded)."""

    file: str
    line: int
    column: int
    end_column: int
    text: str


@dataclass(frozen=True)
class Gap:
    """One thing in a function that symdiff refuses: where, why, what to write instead, and whether it may come later."""

    reason: str
    rewrite: str
    place: Place
    verdict: Verdict = "never"
    certain: bool = False  # whatever the arguments are, it stays refused
    raises: type[Exception] | None = None  # what Python raises here, where that is the reason

    def __str__(self) -> str:
        """Render as Python renders a syntax error: the place, the line, a caret, then the reason and the rewrite."""
        support = "not supported yet" if self.verdict == "not yet" else "not supported"
        return f"{self.shown}\n  {support}: {self.reason}\n  instead: {self.rewrite}"

    @property
    def shown(self) -> str:
        """The place, the line and a caret."""
        place = self.place
        indent = len(place.text) - len(place.text.lstrip())
        width = max(1, min(place.end_column, len(place.text)) - place.column)
        caret = " " * (place.column - indent) + "^" * width
        return f'  File "{place.file}", line {place.line}\n    {place.text.strip()}\n    {caret}'


class UnsupportedError(SymdiffError, SyntaxError):
    """A function that symdiff cannot differentiate, with every gap that was found in it (``gaps``), and perhaps an advice."""

    def __init__(self, function: str, gaps: tuple[Gap, ...], advice: str = "") -> None:
        self.function = function
        self.gaps = gaps
        self.advice = advice
        count = "one place" if len(gaps) == 1 else f"{len(gaps)} places"
        text = f"cannot differentiate {function}: {count} not understood\n" + "\n".join(map(str, gaps))
        text += f"\n  {advice}" if advice else ""
        SyntaxError.__init__(self, text)

    @property
    def raised(self) -> SymdiffError:
        """For arguments of a call: the error that Python itself would raise for them, if that is all there is; else this one."""
        kinds = {ValueError: ShapeError, IndexError: ElementError}
        found = [kinds.get(gap.raises) if gap.raises is not None else None for gap in self.gaps]
        if None in found:
            return self
        first = self.gaps[0]
        return (found[0] or ShapeError)(f"{self.function}: {first.reason}\n{first.shown}\n  instead: {first.rewrite}")

    def __reduce__(self) -> tuple[type[UnsupportedError], tuple[str, tuple[Gap, ...], str]]:
        """Pickle by what it was made of, so that a worker process can hand it on."""
        return UnsupportedError, (self.function, self.gaps, self.advice)

    def __str__(self) -> str:
        return str(self.args[0])
