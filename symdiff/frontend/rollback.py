"""Reading something on trial: what a reader knows is kept, and restored if the reading came to nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from symdiff.frontend.lower import Frame, Reader

# What grows while a function is read. Places outside that were met, and the work done, are not taken back.
_OF_READER = (
    "gaps", "unbound", "missing", "needs", "opaque", "writes", "written", "depths", "loops", "domain", "index_guards", "checked",
    "facts", "changes", "handled", "silent", "guarded", "consumed", "iterators", "counters", "comparisons", "stores",
    "cells", "choices", "totals", "bounded", "places", "distinct",
)  # fmt: skip
_OF_BUILDER = ("kinds", "axes", "definitions", "sums", "folds", "outs", "branches", "_taken", "_counters")


class Snapshot:
    """The state of a reader, and the variables of the functions that are being read."""

    def __init__(self, reader: Reader, frame: Frame) -> None:
        self.reader = reader
        self.kept = {name: getattr(reader, name).copy() for name in _OF_READER}
        self.built = {name: getattr(reader.builder, name).copy() for name in _OF_BUILDER}
        self.blocks = [(block, list(block), dict(block.shared)) for block in reader.builder.blocks]
        self.origin = reader.builder.origin
        frames: list[Frame] = list({id(each): each for each in (*reader.frames, *reader.scopes(frame))}.values())
        self.frames = [(each, dict(each.variables), each.returned) for each in frames]
        self.attempts = [(attempt, len(attempt.marks), attempt.caught) for attempt in reader.attempts]

    def restore(self) -> None:
        """Go back to this state. What was met outside stays a parameter."""
        builder = self.reader.builder
        met = [leaf for _, leaf in self.reader.captures.values() if leaf not in self.built["kinds"]]
        declared = [(leaf, builder.kinds[leaf], builder.axes.get(leaf, ())) for leaf in met if leaf in builder.kinds]
        for owner, found in ((self.reader, self.kept), (self.reader.builder, self.built)):
            for name, value in found.items():
                _refill(getattr(owner, name), value)
        for block, statements, shared in self.blocks:
            block[:] = statements
            _refill(block.shared, shared)
        for leaf, kind, axes in declared:
            builder.input(leaf, kind, axes)
        builder.origin = self.origin
        for frame, variables, returned in self.frames:
            frame.variables, frame.returned = dict(variables), returned
        for attempt, count, caught in self.attempts:
            del attempt.marks[count:]
            attempt.caught = caught

    @property
    def refused(self) -> bool:
        """Whether anything was refused since."""
        return any(len(getattr(self.reader, name)) > len(self.kept[name]) for name in ("gaps", "unbound", "missing", "needs"))


def _refill(owner: Any, value: Any) -> None:
    """Give a list, dict or set its former items: others may hold it."""
    owner.clear()
    (owner.extend if isinstance(owner, list) else owner.update)(value)
