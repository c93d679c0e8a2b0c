"""``python -m tests.benchmarks.published [word ...]``: published functions, differentiated as they stand in their packages.

Prints one line for each call (those whose text contains one of the words), and the counts. With the word ``plain`` the
generated source runs as plain Python instead of compiled.
"""

from __future__ import annotations

import collections
import sys
import time
import warnings

from tests.benchmarks.table import show
from tests.published.lists import CALLS
from tests.published.outcome import Outcome, outcome


def published(words: tuple[str, ...] = ()) -> list[Outcome]:
    """Print the table; return the outcomes."""
    warnings.simplefilter("ignore")  # of the packages
    rows, outcomes, chosen = [], [], [word for word in words if word != "plain"]
    for call in CALLS:
        if not call.is_installed or (chosen and not any(word in str(call) for word in chosen)):
            continue
        start = time.perf_counter()
        found = outcome(call, compiled="plain" not in words)
        outcomes.append(found)
        seconds = time.perf_counter() - start
        errors = [f"{error:.0e}" for error in found.errors] if found.status == "supported" else ["", "", ""]
        rows.append((str(call), found.status, *errors, f"{seconds:.1f}"))
        print(".", end="", flush=True)
    show("Published functions", ("call", "outcome", "value", "first", "second", "s"), rows, "largest relative differences")
    for found in outcomes:
        if found.reason:
            print(f"  {found.status}: {found.call}\n    {found.reason}")
    count = collections.Counter(found.status for found in outcomes)
    packages = sorted({found.call.package for found in outcomes})
    print(f"\n{len(outcomes)} functions of {len(packages)} packages: {', '.join(f'{n} {status}' for status, n in count.items())}")
    return outcomes


if __name__ == "__main__":
    published(tuple(sys.argv[1:]))
