"""Lines of source, and how a branch is laid out: guards, elif chains, conditional expressions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from symdiff.codegen.printer import MINUS, Text, choice, negation
from symdiff.graph.graph import Out

WIDTH = 100  # columns of a line
INLINED = 60  # longest expression that is put into another one


@dataclass(frozen=True)
class Line:
    """A line of source. An assignment keeps its parts, because two may yet become a conditional expression."""

    depth: int
    code: str
    target: str = ""
    value: Text | None = None

    def __str__(self) -> str:
        return "    " * self.depth + self.code


def arrange(condition: Text, then: list[Line], orelse: list[Line], depth: int) -> list[Line]:
    """Lay out a branch: a guard that raises needs no else, an if alone in an else is an elif."""
    if not then or (not raises(then, depth + 1) and raises(orelse, depth + 1)):
        condition, then, orelse = negation(condition), orelse, then
    lines = [Line(depth, f"if {condition.code}:"), *then]
    if not orelse:
        return lines
    if raises(then, depth + 1):
        return lines + [replace(line, depth=line.depth - 1) for line in orelse]
    notes = next(i for i, line in enumerate(orelse) if not line.code.startswith("#"))
    first, rest = orelse[notes], orelse[notes + 1 :]
    if first.code.startswith("if ") and all(line.depth > depth + 1 or line.code.startswith(("elif ", "else:")) for line in rest):
        chain = [replace(line, depth=line.depth - 1) for line in rest]
        return [*lines, Line(depth, f"el{first.code}"), *orelse[:notes], *chain]
    return [*lines, Line(depth, "else:"), *orelse]


def room(depth: int) -> int:
    """The columns left at a depth of indentation; never so few that nothing fits."""
    return max(WIDTH - 4 * depth, INLINED)


def raises(lines: list[Line], depth: int) -> bool:
    """Whether a block always ends in a raise."""
    return bool(lines) and lines[-1].depth == depth and lines[-1].code.startswith("raise ")


def trim(lines: list[Line], head: int, start: int, condition: Text) -> None:
    """Drop the comment of a branch that only repeats its condition."""
    if head > start:
        role, _, said = lines[start].code.partition(": ")
        same = bare(said).removeprefix("el") == f"if{bare(condition.code)}:"
        if same and role.startswith("# line "):
            del lines[start]


def bare(code: str) -> str:
    """Code without what may differ between a user's line and the same line generated."""
    for word in ("math.", "np.", "numpy.", " ", "(", ")"):
        code = code.replace(word, "")
    return code


def as_choice(condition: Text, then: list[Line], orelse: list[Line], outs: Sequence[Out]) -> Text | None:
    """The conditional expression that a branch amounts to, if both sides are one plain assignment."""
    if len(outs) != 1 or len(then) != 1 or len(orelse) != 1:
        return None
    first, second = then[0].value, orelse[0].value
    if first is None or second is None or then[0].target != orelse[0].target:
        return None
    if min(first.precedence, second.precedence) < MINUS and len(first) + len(second) > INLINED:
        return None
    if " if " in first.code + second.code + condition.code:
        return None
    return choice(condition, first, second)
