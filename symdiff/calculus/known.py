"""Whether every partial that a derivative needs is known, found without differentiating: a refusal can come early."""

from __future__ import annotations

from collections.abc import Sequence

from symdiff.calculus.activity import partials_of, useful, varied
from symdiff.calculus.partials import unknown
from symdiff.errors import UnsupportedError
from symdiff.graph.graph import Graph, Let, walk
from symdiff.primitives.row import UNKNOWN


def require_known(graph: Graph, wrt: Sequence[str]) -> None:
    """Refuse a graph whose derivative by these inputs needs a partial that is not known in closed form.

    Raises UnsupportedError with every such operation. What only a condition depends on is not needed.
    """
    active, reaching = varied(graph, wrt), useful(graph)
    gaps = [
        unknown(let, position)
        for let in walk(graph.body)
        if isinstance(let, Let) and let.name in reaching
        for position, partial in enumerate(partials_of(let.op))
        if partial is UNKNOWN and let.args[position] in active
    ]
    if gaps:
        raise UnsupportedError(graph.name, tuple(dict.fromkeys(gaps)))
