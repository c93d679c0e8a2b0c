"""The table of primitives as a page: what the README lists."""

from __future__ import annotations

from symdiff.primitives import TABLE
from symdiff.primitives.row import Primitive

_SHORT = {"numpy": "np", "builtins": "", "math": "math", "operator": "operator"}


def primitives_table() -> str:
    """A Markdown table of every function that users can write: its row, its spellings, the convention where it has a kink."""
    lines = ["| function | write | domain | derivative at a kink |", "|---|---|---|---|"]
    lines += [_line(row) for row in TABLE.values() if row.spellings or row.code.startswith(("max", "min"))]
    return "\n".join(lines) + "\n"


def _line(row: Primitive) -> str:
    cells = [row.name, _written(row), "" if row.domain == "real" else row.domain, row.kink]
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _written(row: Primitive) -> str:
    operator = _operator(row)
    spelled = [_short(spelling) for spelling in row.spellings if not spelling.startswith("operator.")]
    if not spelled and not operator:
        spelled = [row.name]
    return ", ".join(f"`{text}`" for text in [*operator, *spelled])


def _operator(row: Primitive) -> list[str]:
    """The row as an operator, if Python writes it as one: ``x + y``."""
    if row.precedence == 100:
        return []
    return [row.code.format("x", "y").replace("x*y", "x*y")]


def _short(spelling: str) -> str:
    module, _, name = spelling.rpartition(".")
    return f"{_SHORT[module]}.{name}".lstrip(".")
