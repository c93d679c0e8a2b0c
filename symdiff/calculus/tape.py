"""What the adjoint of a loop reads of the values forward: the smallest set that is kept, by a minimum vertex cut.

Every value that the adjoint needs is either kept for each iteration (taped) or computed again from what is. The values that
an iteration starts from cannot be computed again; so every way from them to a value that is needed is cut, where it is
cheapest (Menger's theorem; L. R. Ford and D. R. Fulkerson, *Flows in Networks*, 1962, section I.11).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from symdiff.graph.affine import Axes, sizes_in
from symdiff.graph.cost import elements
from symdiff.graph.graph import Loop, Statement, defined, operands, walk
from symdiff.graph.loops import sizes_of

NEVER = 1 << 28  # the weight of what cannot be kept: truth values, and arrays whose length changes


@dataclass(frozen=True)
class Node:
    """A statement, or a parameter: what it defines, what it reads, and what keeping its needed values weighs."""

    names: tuple[str, ...]
    reads: frozenset[str]
    statement: Statement | None = None


def reads_of(statement: Statement) -> frozenset[str]:
    """Every name that a statement reads, sizes and the bodies inside it included, but for those that it defines."""
    found: set[str] = set()
    own: set[str] = set()
    for inner in walk((statement,)):
        own.update(defined(inner))
        found.update(atom for atom in operands(inner) if isinstance(atom, str))
        found.update(sizes_of(inner))
    return frozenset(found - own)


def nodes(params: Sequence[str], block: Sequence[Statement], needed: Collection[str] = ()) -> list[Node]:
    """The values of an iteration forward: parameters, then statements, with those ``needed`` that are sizes in them."""
    return [Node((name,), frozenset()) for name in params] + [
        Node((*defined(statement), *_counts(statement, needed)), reads_of(statement), statement) for statement in block
    ]


def _counts(statement: Statement, needed: Collection[str]) -> Iterator[str]:
    """The numbers of iterations of loops in the branches of a statement: they are sizes behind it, too."""
    for inner in walk((statement,)):
        if isinstance(inner, Loop) and inner is not statement and inner.count in needed:
            yield inner.count


def chosen(
    found: Sequence[Node], sources: Collection[str], needed: Collection[str], axes: Mapping[str, Axes], sizes: Collection[str]
) -> set[str]:
    """The names to keep. ``sources`` cannot be computed again; ``axes`` are those of floats; ``sizes`` stay the same.

    Where several sets are equally small, the one nearest the adjoint is taken: least is computed again.
    """
    reached, used = _reached(found, sources), _used(found, needed)
    relevant = [node for node in found if reached.intersection(node.names) and used.intersection(node.names)]
    wanted = [number for number, node in enumerate(relevant) if not set(node.names).isdisjoint(needed)]
    if not wanted:
        return set()
    weights = [_weight([name for name in node.names if name in used], axes, sizes) for node in relevant]
    cut = _cut(relevant, sources, wanted, weights)
    return {name for number in cut for name in relevant[number].names if name in used}


def _used(found: Sequence[Node], needed: Collection[str]) -> set[str]:
    """Every name that what is needed depends on, and what is needed itself."""
    used = set(needed)
    for node in reversed(found):
        if not used.isdisjoint(node.names):
            used |= node.reads
    return used


def _reached(found: Sequence[Node], sources: Collection[str]) -> set[str]:
    """Every name that depends on the sources."""
    reached = set(sources)
    for node in found:
        if not node.reads.isdisjoint(reached):
            reached.update(node.names)
    return reached


def _weight(names: Sequence[str], axes: Mapping[str, Axes], sizes: Collection[str]) -> int:
    total = 0
    for name in names:
        if name not in axes or not set(sizes_in(axes[name])) <= set(sizes):
            return NEVER
        total += elements(axes[name])
    return min(total, NEVER)


def _cut(found: Sequence[Node], sources: Collection[str], wanted: Sequence[int], weights: Sequence[int]) -> list[int]:
    """The nodes of a minimum cut that is nearest the wanted ones. Node k is split: 2*k goes in, 2*k + 1 comes out."""
    import numpy as np
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import breadth_first_order, maximum_flow

    count = len(found)
    home = {name: number for number, node in enumerate(found) for name in node.names}
    start, end, endless = 2 * count, 2 * count + 1, 1 << 30
    edges: dict[tuple[int, int], int] = {(2 * k, 2 * k + 1): weight for k, weight in enumerate(weights)}
    for number, node in enumerate(found):
        edges |= {(2 * home[name] + 1, 2 * number): endless for name in node.reads if name in home}
        if not set(node.names).isdisjoint(sources):
            edges[start, 2 * number] = endless
    edges |= {(2 * number + 1, end): endless for number in wanted}
    rows, columns = np.array(list(edges), dtype=np.int32).T
    capacity = csr_array((np.array(list(edges.values()), dtype=np.int32), (rows, columns)), shape=(end + 1, end + 1))
    flow = maximum_flow(capacity, start, end).flow
    residual = csr_array(capacity - flow)
    residual.eliminate_zeros()
    back = breadth_first_order(csr_array(residual.T), end, return_predecessors=False)
    near = set(back.tolist())
    return [k for k in range(count) if 2 * k + 1 in near and 2 * k not in near]
