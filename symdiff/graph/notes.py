"""What a derivation did, for those who ask (``explain``): nothing is kept unless ``recording`` is on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, Literal

Kind = Literal["skipped", "rewritten", "mode"]


@dataclass(frozen=True)
class Note:
    """One thing that was done: in words, and the line of the user's source that it belongs to."""

    kind: Kind
    what: str
    line: int = 0
    text: str = ""
    numbers: Mapping[str, int] = field(default_factory=dict)


_KEPT: ContextVar[list[Note] | None] = ContextVar("symdiff notes", default=None)


@contextmanager
def recording() -> Iterator[list[Note]]:
    """Keep notes of everything done inside, in order; nothing reaches a recording around it."""
    kept: list[Note] = []
    token = _KEPT.set(kept)
    try:
        yield kept
    finally:
        _KEPT.reset(token)


def add(kind: Kind, what: str, line: Any = None, numbers: Mapping[str, int] | None = None) -> None:
    """Note something, if notes are kept; ``line`` is an Origin or a Place."""
    kept = _KEPT.get()
    if kept is not None:
        kept.append(Note(kind, what, getattr(line, "line", 0), getattr(line, "text", "").strip(), numbers or {}))


def keep(notes: list[Note]) -> None:
    """Hand the notes of a finished recording on to the one around it, if there is one."""
    kept = _KEPT.get()
    if kept is not None:
        kept.extend(notes)
