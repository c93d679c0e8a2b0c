"""Whether every partial that a derivative needs is known, found without differentiating: a refusal can come early."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from symdiff.calculus.activity import partials_of, useful, varied, varied_by_loop
from symdiff.calculus.partials import unknown
from symdiff.errors import Gap, UnsupportedError
from symdiff.graph.graph import Block, Graph, Let, Loop, walk
from symdiff.primitives.row import UNKNOWN


def require_known(graph: Graph, wrt: Sequence[str]) -> None:
    """Refuse a graph whose derivative by these inputs needs a partial that is not known in closed form.

    Raises UnsupportedError with every such operation. What only a condition depends on is not needed.
    """
    gaps = tuple(dict.fromkeys(_gaps(graph.body, varied(graph, wrt), useful(graph))))
    if gaps:
        raise UnsupportedError(graph.name, gaps)


def _gaps(block: Block, active: set[str], reaching: set[str]) -> Iterator[Gap]:
    """The operations whose partials are needed and not known."""
    for statement in walk(block):
        if isinstance(statement, Loop) and not reaching.isdisjoint(statement.outs):
            inside = varied_by_loop(statement, active)[1]
            yield from _gaps(statement.step.body, varied(statement.step, tuple(inside)), useful(statement.step))
        elif isinstance(statement, Let) and statement.name in reaching:
            for position, partial in enumerate(partials_of(statement.op)):
                if partial is UNKNOWN and statement.args[position] in active:
                    yield unknown(statement, position)
