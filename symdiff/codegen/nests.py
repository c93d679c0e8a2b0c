"""Works put into loops: works over the same indices share a loop where that is legal, in the order that memory likes.

Legal (DESIGN section 3): a work that reads what another one makes may stand in the same loop if it reads it at the index of
the loop, and the other one does not sum over that index. Works that add to the same array may come in any order.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from symdiff.codegen.definitions import Index
from symdiff.codegen.works import Work
from symdiff.graph.affine import Affine, is_size, sizes_in
from symdiff.graph.graph import Block, If, Statement
from symdiff.graph.terms import Guard, Range

NOMINAL = 10.0  # what a size counts as where orders of loops are compared: more would make the innermost loops all that counts
CONTIGUOUS, NEAR, STRIDED = 1.0, 1.5, 8.0  # what an access costs in the innermost loop
SHARED = 0.5  # what it is worth to share a loop
SPREAD_OUT = 4.0  # what an access to an array over two or more sizes costs more, because it is large


@dataclass
class Nest:
    """A loop over a range, narrowed by guards; ``items`` are nests and works, in order of execution."""

    variable: int
    range: Range
    guards: tuple[Guard, ...]
    items: list[Nest | Work] = field(default_factory=list)


@dataclass
class Step:
    """A statement on scalars between loops; ``barrier``: nothing moves from behind it to before it."""

    statement: Statement
    reads: frozenset[str]
    makes: frozenset[str]
    barrier: bool = False


@dataclass
class Fork:
    """A branch with a scalar condition around loops."""

    branch: If
    then: Block
    orelse: Block
    reads: frozenset[str]
    makes: frozenset[str]
    barrier: bool = False


Item = Nest | Work | Step | Fork


def works_in(items: Iterable[Item]) -> Iterator[Work]:
    """The works inside, in order of execution."""
    for item in items:
        if isinstance(item, Work):
            yield item
        elif isinstance(item, Nest):
            yield from works_in(item.items)


def common_guards(nest: Nest) -> tuple[Guard, ...]:
    """The guards that all works in a loop have, and that depend on no loop there."""
    works = list(works_in([nest]))
    inner = {nest.variable}
    pending = [nest]
    while pending:
        inside = [item for item in pending.pop().items if isinstance(item, Nest)]
        inner |= {item.variable for item in inside}
        pending += inside
    shared = set(works[0].guards).intersection(*(work.guards for work in works))
    return tuple(guard for guard in works[0].guards if guard in shared and not guard.affine.positions & inner)


def runs(items: Sequence[Nest | Work]) -> list[list[Nest | Work]]:
    """The items one by one, works together where they have the same guards and none reads what another one makes."""
    found: list[list[Nest | Work]] = []
    for item in items:
        last = found[-1] if found else []
        together = bool(last) and isinstance(item, Work) and all(isinstance(other, Work) for other in last)
        if together and isinstance(item, Work):
            works = [other for other in last if isinstance(other, Work)]
            made = {other.name for other in works}
            together = bool(item.guards) and works[0].guards == item.guards and not made & {read.name for read in item.reads}
        if together:
            last.append(item)
        else:
            found.append([item])
    return found


@dataclass(frozen=True)
class _Option:
    """A way to place a work: the loops that it joins, with the variables that it gives them, then loops of its own."""

    joined: tuple[tuple[Nest, int], ...]
    new: tuple[int, ...]
    cost: float


class Tree:
    """The items of one block, made one after the other. ``order`` is a global order of sizes, the outermost first."""

    def __init__(self, inputs: frozenset[str], order: Sequence[str] | None = None) -> None:
        self.items: list[Item] = []
        self.inputs = inputs
        self.order = order
        self._ranks: dict[int, int] = {}  # of the nests, by identity

    def add_step(self, item: Step | Fork) -> None:
        """Put a statement on scalars after the last item that it depends on."""
        place = len(self.items)
        while place and not item.barrier and not _follows(item.reads, item.makes, self.items[place - 1]):
            place -= 1
        while place < len(self.items) and isinstance(self.items[place], Step | Fork):
            place += 1
        self.items.insert(place, item)

    def add(self, work: Work) -> None:
        """Put a work where it is cheapest: into loops that are there, or into loops of its own at the end."""
        own = {variable: self._rank(work.range_of(variable)) for variable in work.variables}
        options = list(self._options(self.items, work, (), own, 0))
        # Ranges that depend on other indices may leave no way to keep to the order.
        options = options or list(self._options(self.items, work, (), dict.fromkeys(own, 0), 0))
        best = min(options, key=lambda option: option.cost)
        items: list[Item] | list[Nest | Work] = self.items
        rest = list(work.variables)
        for nest, variable in best.joined:
            rest.remove(variable)
            work = _without(work.renamed(variable, nest.variable), nest.guards)
            items = nest.items
        for variable in best.new:
            rest.remove(variable)
            guards = attached(work.guards, variable, rest)
            nest = Nest(variable, work.range_of(variable), guards)
            self._ranks[id(nest)] = own[variable]
            space = tuple((v, each) for v, each in work.space if v != variable)
            work = _without(replace(work, space=space), guards)
            items.append(nest)
            items = nest.items
        items.append(work)

    # the ways to place a work

    def _options(
        self,
        items: Sequence[Item],
        work: Work,
        joined: tuple[tuple[Nest, int], ...],
        own: Mapping[int, int],
        least: int,
    ) -> Iterator[_Option]:
        """The options in the global order of sizes: ``own`` are the ranks of the work's variables, none is below ``least``."""
        for item in reversed(items):
            if isinstance(item, Nest) and self._ranks[id(item)] >= least:
                for variable in work.variables:
                    inside = _joined(work, item, variable)
                    if inside is not None:
                        yield from self._options(item.items, inside, (*joined, (item, variable)), own, self._ranks[id(item)])
            if _depends(work, item):
                break
        for new in itertools.permutations(work.variables):
            ranks = [least, *(own[variable] for variable in new)]
            if ranks == sorted(ranks) and _is_ordered(work, new):
                yield _Option(joined, new, self._cost(joined, new, work))

    def _rank(self, each: Range) -> int:
        """The place of a range in the global order; all are alike if there is none."""
        if self.order is None:
            return 0
        sizes = sizes_in([each.high - each.low, each.low])
        known = [self.order.index(str(size)) for size in sizes if size in self.order]
        return min(known, default=len(self.order))

    def _cost(self, joined: Sequence[tuple[Nest, int]], new: Sequence[int], work: Work) -> float:
        """The accesses of an innermost iteration, less what sharing loops is worth."""
        loops = [*(nest.variable for nest, _ in joined), *new]
        if not loops:
            return 0.0
        made = {other.name for nest, _ in joined for other in works_in(nest.items)}
        return access_cost(work, loops[-1], made) - SHARED * len(joined)


def access_cost(work: Work, inner: int, near: Iterable[str]) -> float:
    """What the accesses of a work cost in one iteration of the innermost loop; what is ``near`` is in a register."""
    near = set(near)
    cost = sum(_access(index, inner) for name, index in {(r.name, r.index) for r in work.reads if r.name not in near})
    target = _access(work.address, inner)
    return cost + (target if work.op is None else target * 2)


def _access(index: Index, inner: int) -> float:
    """What an access costs: nothing where it does not change, little where the next one is its neighbour."""
    changing = [k for k, part in enumerate(index) if inner in part.positions]
    if not changing:
        return 0.0
    if changing == [len(index) - 1] and abs(index[-1].coefficient(inner)) == 1:
        return CONTIGUOUS
    after = index[changing[0] + 1 :]
    if len(changing) == 1 and after and all(part.is_constant for part in after):
        return NEAR
    return STRIDED


def attached(guards: Iterable[Guard], variable: int, rest: Iterable[int]) -> tuple[Guard, ...]:
    """The guards that narrow the loop over a variable: nothing else in them belongs to the loops inside it."""
    later = set(rest)
    return tuple(guard for guard in guards if narrows(guard, variable) and not guard.affine.positions & later)


def narrows(guard: Guard, variable: int) -> bool:
    """Whether a guard is a bound of a variable."""
    part = guard.affine
    inside = {p for element in part.elements for index in element.index for p in index.positions}
    return guard.test == ">=" and not guard.modulus and abs(part.coefficient(variable)) == 1 and variable not in inside


def _without(work: Work, guards: Iterable[Guard]) -> Work:
    dropped = set(guards)
    return replace(work, guards=tuple(guard for guard in work.guards if guard not in dropped))


def _joined(work: Work, nest: Nest, variable: int) -> Work | None:
    """The work inside a nest, its variable given to the nest; None if it does not fit or that is not legal."""
    each = work.range_of(variable)
    rest = [other for other in work.variables if other != variable]
    if each != nest.range or (each.low.positions | each.high.positions) & set(rest):
        return None
    inside = work.renamed(variable, nest.variable)
    if set(attached(inside.guards, nest.variable, rest)) != set(nest.guards):
        return None
    return _without(inside, nest.guards) if _is_legal(inside, nest) else None


def _is_legal(work: Work, nest: Nest) -> bool:
    here = Affine.of(nest.variable)
    for other in works_in(nest.items):
        indices = [read.index for read in work.reads if read.name == other.name]
        if work.name == other.name and (work.op is None or other.op is None):
            indices.append(work.address)
        for index in indices:
            if not any(mine == here == its for mine, its in zip(index, other.address, strict=True)):
                return False
    return True


def _depends(work: Work, item: Item) -> bool:
    """Whether a work must come after an item."""
    if isinstance(item, Step | Fork):
        return item.barrier or any(read.name in item.makes for read in work.reads)
    names = {read.name for read in work.reads}
    return any(
        other.name in names or (other.name == work.name and (work.op is None or other.op is None)) for other in works_in([item])
    )


def _follows(reads: frozenset[str], makes: frozenset[str], item: Item) -> bool:
    """Whether a statement on scalars must come after an item."""
    if isinstance(item, Step | Fork):
        return item.barrier or bool(reads & item.makes)
    return any(other.name in reads or other.name in makes for other in works_in([item]))


def _is_ordered(work: Work, order: Sequence[int]) -> bool:
    """Whether the bounds of each variable depend on variables further out only."""
    for place, variable in enumerate(order):
        each = work.range_of(variable)
        if (each.low.positions | each.high.positions) & set(order[place:]):
            return False
    return True


# what a whole tree costs, to compare global orders


def tree_cost(items: Sequence[Item], contracted: Mapping[str, frozenset[int]]) -> float:
    """The accesses of all works, each size taken as ``NOMINAL``; large arrays cost more."""

    def visit(inside: Sequence[Item], loops: Sequence[Nest]) -> float:
        total = 0.0
        for item in inside:
            if isinstance(item, Nest):
                total += visit(item.items, [*loops, item])
            elif isinstance(item, Work) and loops:
                total += _iterations(loops) * _work_cost(item, loops[-1].variable, contracted)
        return total

    return visit(items, [])


def _work_cost(work: Work, inner: int, contracted: Mapping[str, frozenset[int]]) -> float:
    cost = 0.0
    accesses = {(read.name, read.index, False) for read in work.reads} | {(work.name, work.address, True)}
    for name, index, is_target in accesses:
        dropped = contracted.get(name, frozenset())
        kept = tuple(part for k, part in enumerate(index) if k not in dropped)
        found = _access(kept, inner)
        if found and len(kept) >= 2 and name in contracted:
            found += SPREAD_OUT
        cost += found * (2 if is_target and work.op is not None else 1)
    return cost


def _iterations(loops: Sequence[Nest]) -> float:
    count = 1.0
    for nest in loops:
        length = nest.range.high - nest.range.low
        size = length.const + sum(NOMINAL * factor for symbol, factor in length.terms if is_size(symbol))
        count *= max(size / 2 if length.positions or nest.guards else size, 1.0)
    return count
