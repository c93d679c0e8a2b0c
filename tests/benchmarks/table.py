"""Tables of text, and medians of interleaved timings."""

from __future__ import annotations

import statistics
import timeit
from collections.abc import Mapping, Sequence
from typing import Any


def show(title: str, heads: Sequence[str], rows: Sequence[Sequence[Any]], note: str = "") -> None:
    """Print a table: the first column to the left, numbers to the right."""
    cells = [list(map(str, heads)), *[[_cell(value) for value in row] for row in rows]]
    widths = [max(len(row[k]) for row in cells) for k in range(len(heads))]
    print(f"\n{title}")
    for row in cells:
        padded = [cell.rjust(width) for cell, width in zip(row, widths, strict=True)]
        print("  ".join(["", row[0].ljust(widths[0]), *padded[1:]]))
    if note:
        print(f"  {note}")


def _cell(value: Any) -> str:
    return f"{value:.3g}" if isinstance(value, float) else str(value)


def medians(statements: Mapping[str, tuple[str, Mapping[str, Any]]], rounds: int = 21, least: float = 0.01) -> dict[str, float]:
    """Seconds per execution of each (statement, its names): the median over rounds in which all take turns.

    The number of executions in a round is chosen so that it takes ``least`` seconds.
    """
    return {name: statistics.median(times) for name, times in _rounds(statements, rounds, least).items()}


def least(statements: Mapping[str, tuple[str, Mapping[str, Any]]], rounds: int = 41) -> dict[str, float]:
    """Seconds per execution, the least of many short rounds: what is left when others use the machine, too."""
    return {name: min(times) for name, times in _rounds(statements, rounds, 0.004).items()}


def _rounds(statements: Mapping[str, tuple[str, Mapping[str, Any]]], rounds: int, least: float) -> dict[str, list[float]]:
    timers = {name: timeit.Timer(text, globals=dict(names)) for name, (text, names) in statements.items()}
    counts = {}
    for name, timer in timers.items():
        timer.timeit(1)
        count = 1
        while timer.timeit(count) < least:
            count *= 2
        counts[name] = count
    times: dict[str, list[float]] = {name: [] for name in timers}
    for _ in range(rounds):
        for name, timer in timers.items():
            times[name].append(timer.timeit(counts[name]) / counts[name])
    return times
