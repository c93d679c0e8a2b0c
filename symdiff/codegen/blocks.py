"""The items of a block: its statements as works in shared loops, in the order of sizes that costs least."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence

from symdiff.codegen.accumulate import contracted, uses
from symdiff.codegen.definitions import Definitions, finished
from symdiff.codegen.nests import Fork, Item, Step, Tree, tree_cost
from symdiff.codegen.storage import Storage
from symdiff.codegen.works import Work, Works
from symdiff.graph.affine import identity, sizes_in
from symdiff.graph.graph import Atom, Block, Fold, Graph, If, Let, Loop, Raise, Statement, Sum, defined, operands, walk, walk_all
from symdiff.graph.loops import axes_of, sizes_of
from symdiff.graph.loops import raises as may_raise

MOST_ORDERS = 24  # of sizes that are tried


class Blocks:
    """Makes the items of the blocks of a graph."""

    def __init__(self, graph: Graph, definitions: Definitions, storage: Storage, numbers: Iterator[int]) -> None:
        self.graph = graph
        self.definitions = definitions
        self.storage = storage
        self.works = Works(definitions, storage, numbers)
        outputs = frozenset(atom for atom in graph.outputs if isinstance(atom, str))
        self.outputs = outputs.union(self._reads(outputs))  # a scalar may be computed at the end from elements

    def lasting(self, foreign: Iterable[str]) -> set[str]:
        """The arrays that stay whole: something outside of the works of a block reads them."""
        return {*self.outputs, *self.definitions.handed_on, *self.storage.handed, *foreign}

    def items(self, block: Block, outs: Iterable[Atom] = ()) -> tuple[list[Item], set[str]]:
        """The items of a block in the cheapest global order of sizes, and the names that are read outside of works.

        ``outs`` are what it hands on: scalars may be computed at its end, from elements.
        """
        made = _raising_early([part for statement in block for part in self._parts(statement)])
        foreign = {name for part in made if not isinstance(part, Work) for name in part.reads}.union(self._reads(outs))
        lasting = self.lasting(foreign)
        best: list[Item] = []
        least = float("inf")
        for order in self._orders(made):
            tree = Tree(frozenset(self.graph.inputs), order)
            for part in made:
                if isinstance(part, Work):
                    tree.add(part)
                else:
                    tree.add_step(part)
            cost = tree_cost(tree.items, contracted(uses(tree.items), lasting, self.definitions))
            if cost < least:
                best, least = tree.items, cost
        return best, foreign

    def _orders(self, made: Sequence[Work | Step | Fork]) -> Iterator[tuple[str, ...] | None]:
        yield None
        bounds = [bound for part in made if isinstance(part, Work) for _, r in part.space for bound in (r.low, r.high)]
        sizes = sizes_in(bounds)
        if len(sizes) > 1:
            yield from itertools.islice(itertools.permutations(sizes), MOST_ORDERS)

    def _parts(self, statement: Statement) -> Iterator[Work | Step | Fork]:
        names = defined(statement)
        if isinstance(statement, Raise):
            yield Step(statement, frozenset(), frozenset(), True)
        elif isinstance(statement, If) and not statement.axes:
            raises = may_raise((statement,))
            counts = {node.count for node in walk((statement,)) if isinstance(node, Loop)} - {""}  # sizes behind it, too
            reads = frozenset(name for node in walk((statement,)) for name in (*self._reads(operands(node)), *self._counts(node)))
            yield Fork(statement, statement.then, statement.orelse, reads - counts, frozenset(names) | counts, raises)
        elif isinstance(statement, Loop):
            reads = frozenset((*self._reads(operands(statement)), *self._counts(statement)))
            yield Step(statement, reads, frozenset(names), may_raise(statement.step.body))
        elif isinstance(statement, Let) and not statement.axes:
            yield Step(statement, frozenset(self._reads(statement.args)), frozenset(names))
        else:
            for name in names:
                product = self.definitions.products.get(name)
                if product is not None:
                    yield Step(statement, frozenset({product.left, product.right}), frozenset(names))
                    continue
                waited_for = self.definitions.certain(name)
                if waited_for:
                    yield Step(statement, frozenset(self.storage.waits(name)), frozenset({waited_for}))
                if name in self.storage.stored:
                    yield from self.works.of(name)

    def _counts(self, statement: Statement) -> Iterator[str]:
        """The sizes of what a statement makes or takes that loops tell: these come before it."""
        made = axes_of(statement)
        taken = [each.axes for each in statement.handed] if isinstance(statement, Loop) else []
        sizes = (*sizes_of(statement), *sizes_in([length for axes in (*made.values(), *taken) for length in axes]))
        yield from (size for size in sizes if size in self.definitions.counts and size not in made)

    def _reads(self, atoms: Iterable[Atom]) -> Iterator[str]:
        for atom in atoms:
            if isinstance(atom, str):
                rank = len(self.definitions.axes.get(atom, ()))
                yield from (read.name for read in self.storage.reads(atom, identity(rank)))


def _raising_early(parts: Sequence[Work | Step | Fork]) -> list[Work | Step | Fork]:
    """The parts, with what may raise as early as it can be known, so that it does not stand between loops that could be one.

    What raises keeps its order.
    """
    found: list[Work | Step | Fork] = []
    for part in parts:
        place = len(found)
        is_plain = isinstance(part, Step) and not isinstance(part.statement, Loop)
        if not isinstance(part, Work) and (is_plain or part.barrier):
            while place and not _comes_before(found[place - 1], part):
                place -= 1
        found.insert(place, part)
    return found


def _comes_before(before: Work | Step | Fork, part: Step | Fork) -> bool:
    """Whether a part must stay before another one, which reads what it makes, or what exists only if it does not raise."""
    if isinstance(before, Work):
        return before.name in part.reads or before.name in part.makes
    return bool(before.makes & part.reads) or _may_raise(before)


def _may_raise(part: Step | Fork) -> bool:
    return part.barrier or (isinstance(part.statement if isinstance(part, Step) else part.branch, Sum | Fold))


def deciding(graph: Graph) -> frozenset[str]:
    """The names that a condition depends on: their last bit may decide, so that they are computed as they are written."""
    found: set[str] = set()
    if any(param.role in ("step", "size") for param in graph.params) and _decides(graph):
        found.update(atom for atom in graph.outputs if isinstance(atom, str))  # which the next iteration may ask for
    for statement in reversed(list(finished(graph.body))):
        names = set(defined(statement))
        is_condition = isinstance(statement, Let) and statement.kind == "bool"
        is_condition = is_condition or (isinstance(statement, Loop) and _decides(statement.step))
        if is_condition or names & found:
            found |= names | {atom for atom in operands(statement) if isinstance(atom, str)}
        elif isinstance(statement, If) and isinstance(statement.condition, str):
            found.add(statement.condition)
    return frozenset(found)


def _decides(graph: Graph) -> bool:
    """Whether anything in a graph depends on a condition."""
    return any(isinstance(node, Let) and node.kind == "bool" for node in walk_all(graph.body))
