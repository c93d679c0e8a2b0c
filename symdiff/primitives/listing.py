"""The table of primitives as a page: what the README lists."""

from __future__ import annotations

from symdiff.primitives import TABLE
from symdiff.primitives.row import Primitive

_PREFIXES = {"numpy": "np.", "scipy.special": "special.", "math": "math.", "builtins": "", "operator": "operator."}
_BUILTIN = {"max": "max", "min": "min", "pow": "pow"}  # read by the front end, since their arguments vary


def primitives_table() -> str:
    """Every function that users can write, as Markdown: its name, spellings, domain, and its convention at a kink."""
    lines = ["| function | write | domain | derivative at a kink |", "|---|---|---|---|"]
    lines += [_line(row) for row in TABLE.values() if _written(row)]
    return "\n".join(lines) + "\n"


def _line(row: Primitive) -> str:
    write = ", ".join(f"`{text}`" for text in _written(row))
    return f"| {row.name} | {write} | {'' if row.domain == 'real' else row.domain} | {row.kink} |"


def _written(row: Primitive) -> list[str]:
    """How users write a row: as an operator, as a builtin, by the functions of math and NumPy."""
    operator = [] if row.precedence == 100 or not row.code else [row.code.format("x", "y")]
    builtin = [_BUILTIN[row.name]] if row.name in _BUILTIN else []
    return operator + builtin + [_short(spelling) for spelling in row.spellings]


def _short(spelling: str) -> str:
    module, _, name = spelling.rpartition(".")
    return _PREFIXES[module] + name
