"""Move work into the only branch that needs it: what one path does not use is not computed there, nor its adjoint."""

from __future__ import annotations

import operator
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from symdiff.graph.graph import (
    Atom,
    Block,
    Fold,
    Graph,
    If,
    Let,
    Loop,
    Raise,
    Statement,
    Sum,
    defined,
    free_names,
    operands,
    walk,
)
from symdiff.graph.loops import raises, sizes_of
from symdiff.graph.terms import arrays_in

Site = tuple[int, bool] | None  # the branch (by position in the block) and side that read a name; None: others too


@dataclass
class _Moved:
    """What moves to the start of the two sides of a branch, last statement first."""

    then: list[Statement] = field(default_factory=list)
    orelse: list[Statement] = field(default_factory=list)


def sink(graph: Graph) -> Graph:
    """The graph with every let, and every branch without a raise, inside the one side of a later branch that reads it.

    Lets are pure and compiled code does not raise on domain errors, so they may move past raises and other branches.
    Integers that are indices stay where they are: derivatives scatter by them outside of the branch, too.
    The very same graph is returned where nothing moves.
    """
    body = _block(graph.body, graph.outputs, frozenset(_indices(graph)))
    return graph if body is graph.body else replace(graph, body=body)


def _indices(graph: Graph) -> Iterator[str]:
    """The names that indices read."""
    for statement in walk(graph.body):
        if isinstance(statement, Sum | Fold):
            yield from (name for term in statement.terms for name in arrays_in(term.affines()))


def _block(block: Block, read_at_end: Iterable[Atom], stay: frozenset[str]) -> Block:
    """One block, from its end to its start, so that what a moved statement reads can follow it; then the bodies."""
    sites: dict[str, Site] = {atom: None for atom in read_at_end if isinstance(atom, str)}
    moved: dict[int, _Moved] = {}
    kept: list[tuple[int, Statement]] = []
    for place in range(len(block) - 1, -1, -1):
        statement = block[place]
        target = _target(statement, sites) if stay.isdisjoint(defined(statement)) else None
        if target is not None and not _fits(statement, block[target[0]]):
            target = None
        if target is None:
            kept.append((place, statement))
            _note(statement, place, sites)
        else:
            branch, holds = target
            moves = moved.setdefault(branch, _Moved())
            (moves.then if holds else moves.orelse).append(statement)
            for name in _read(statement):
                _use(sites, name, target)
    made = [
        _inside(statement, moved.get(place, _Moved()), stay) if isinstance(statement, If) else statement
        for place, statement in reversed(kept)
    ]
    return block if all(map(operator.is_, made, block)) and len(made) == len(block) else tuple(made)


def _inside(branch: If, moved: _Moved, stay: frozenset[str]) -> If:
    then = _block(_before(moved.then, branch.then), [out.then for out in branch.outs], stay)
    orelse = _block(_before(moved.orelse, branch.orelse), [out.orelse for out in branch.outs], stay)
    same = then is branch.then and orelse is branch.orelse
    return branch if same else replace(branch, then=then, orelse=orelse)


def _before(moved: Sequence[Statement], body: Block) -> Block:
    return (*reversed(moved), *body) if moved else body


def _target(statement: Statement, sites: dict[str, Site]) -> Site:
    """The side of a branch that alone reads all that a statement defines."""
    if isinstance(statement, Raise) or (isinstance(statement, If | Loop) and raises((statement,))):
        return None
    found = {sites.get(name) for name in defined(statement)}
    inner = (each.count for each in walk((statement,)) if isinstance(each, Loop) and each is not statement)
    found |= {sites[name] for name in inner if name in sites}  # numbers of iterations are sizes outside of a branch, too
    return found.pop() if len(found) == 1 else None


def _fits(statement: Statement, branch: Statement) -> bool:
    """Whether a statement may stand in a branch: one that is taken element by element holds lets of its axes only."""
    if not isinstance(branch, If) or not branch.axes:
        return True
    return isinstance(statement, Let | If) and statement.axes == branch.axes


def _note(statement: Statement, place: int, sites: dict[str, Site]) -> None:
    """Note where a statement that stays reads its names."""
    if isinstance(statement, Let | Sum | Fold | Loop):
        for atom in _read(statement):
            _use(sites, atom, None)
    elif isinstance(statement, If):
        _use(sites, statement.condition, None)
        for holds, body in ((True, statement.then), (False, statement.orelse)):
            results = [out.then if holds else out.orelse for out in statement.outs]
            for atom in (*_read_in(body), *results):
                _use(sites, atom, (place, holds))


def _use(sites: dict[str, Site], atom: Atom, site: Site) -> None:
    if isinstance(atom, str):
        sites[atom] = site if sites.get(atom, site) == site else None


def _read(statement: Statement) -> Iterable[Atom]:
    plain = isinstance(statement, Let | Sum | Fold | Loop)
    return (*operands(statement), *sizes_of(statement)) if plain else _read_in((statement,))


def _read_in(block: Block) -> Iterable[Atom]:
    """The names that a block reads but does not define, sizes among them."""
    sizes = {size for statement in walk(block) for size in sizes_of(statement)}
    own = {each.count for each in walk(block) if isinstance(each, Loop)}
    return (*free_names(block), *(sizes - own))
