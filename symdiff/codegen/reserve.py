"""Whether what loops keep of their iterations fits in memory: asked before they run, as systems promise more than they have."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Sequence

from symdiff.graph.graph import Graph, Loop, walk_all

RESERVE, MEMORY = "reserve", "MEMORY"
NAMES = frozenset({"os", RESERVE, MEMORY, "MemoryError"})
DOUBLED = 24.0  # bytes for each float of an array that makes place for one of twice its length
SMALL = 2**27  # bytes that nobody need ask for

IMPORT = "import os"

_HELPER = f"""{MEMORY} = 2**62  # bytes
if "SC_PHYS_PAGES" in getattr(os, "sysconf_names", ()):
    {MEMORY} = os.sysconf("SC_PHYS_PAGES")*os.sysconf("SC_PAGE_SIZE")


@numba.njit
def {RESERVE}(size):
    if size > {MEMORY}:
        raise MemoryError("{{text}}")"""


def keeps_tapes(graph: Graph) -> bool:
    """Whether a loop of the graph keeps what its adjoint needs."""
    loops = (node for node in walk_all(graph.body) if isinstance(node, Loop))
    return any(each.tape for loop in loops for each in loop.collected)


def tape_advice(graph: Graph) -> str:
    """What is wrong, and what to do, where a tape does not fit."""
    if any(isinstance(node, Loop) and node.segments for node in walk_all(graph.body)):
        return "what the loops keep of iterations does not fit in memory, in spite of checkpoint=True"
    return "what the loops keep of each iteration does not fit in memory: use checkpoint=True"


def helper(graph: Graph) -> str:
    """The function that asks."""
    return _HELPER.format(text=tape_advice(graph))


def memory() -> int:
    """The memory of this machine in bytes; 0 if that is not known."""
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") if "SC_PHYS_PAGES" in getattr(os, "sysconf_names", ()) else 0


def size(arrays: Sequence[tuple[str, ...]]) -> str:
    """The bytes of arrays of floats of these lengths as an expression, in floats because integers overflow; "" for few."""
    terms = []
    for lengths, count in Counter(arrays).items():
        factors = [f"({part})" if re.search(r"^[^(]*[ +*/-]", part) else part for part in lengths]
        terms.append("*".join([f"{8.0 * count}", *factors]))
    text = " + ".join(terms)
    known = all(part.isdecimal() for lengths in arrays for part in lengths)
    return "" if not terms or (known and sum(_product(lengths) for lengths in arrays) <= SMALL // 8) else text


def _product(lengths: Sequence[str]) -> int:
    total = 1
    for part in lengths:
        total *= int(part)
    return total
