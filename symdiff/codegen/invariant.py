"""What each iteration of a loop would compute anew and alike is computed before the loop: sums, and dear functions of arrays.

Scalars need no such pass: each operation is written as far out as its operands are known (``levels``).
"""

from __future__ import annotations

from dataclasses import replace

from symdiff.codegen.storage import DEAR
from symdiff.graph.affine import Axes
from symdiff.graph.cost import weight
from symdiff.graph.dead import dead_code
from symdiff.graph.graph import Block, Fold, Graph, If, Let, Loop, Statement, Sum, operands
from symdiff.graph.loops import names_in, parameter, raises, sizes_of
from symdiff.graph.renaming import Renamed

Plain = Let | Sum | Fold


def moved_out(graph: Graph) -> Graph:
    """The graph whose loops compute before their first iteration what no iteration changes."""
    mover = _Mover(names_in(graph) | set(graph.sizes))
    made = replace(graph, body=mover.block(graph.body))
    return dead_code(made) if mover.is_changed else graph


class _Mover:
    def __init__(self, taken: set[str]) -> None:
        self.taken = taken
        self.is_changed = False

    def block(self, block: Block) -> Block:
        """The statements, and before each loop what it needs of its own step."""
        result: list[Statement] = []
        for statement in block:
            if isinstance(statement, If) and not statement.axes:
                statement = replace(statement, then=self.block(statement.then), orelse=self.block(statement.orelse))
            elif isinstance(statement, Loop):
                inside = replace(statement.step, body=self.block(statement.step.body))
                statement, before = self._apart(replace(statement, step=inside))
                result += before
            result.append(statement)
        return tuple(result)

    def _apart(self, loop: Loop) -> tuple[Loop, list[Statement]]:
        """A loop without what stands before it now."""
        if raises(loop.step.body):
            return loop, []  # nothing may come before that
        same = _unchanged(loop)
        wanted = [statement for statement in same.values() if _is_worth_it(statement, loop.step, same)]
        if not wanted:
            return loop, []
        self.is_changed = True
        needed = _needed(wanted, same)
        names = {name: atom for name, atom in loop.captured if isinstance(atom, str)}
        names |= {statement.name: self._fresh(statement.name) for statement in needed}
        before = Renamed(names).block(tuple(needed))
        gone = {statement.name for statement in wanted}
        axes: dict[str, Axes] = {statement.name: statement.axes for statement in wanted}
        body = tuple(node for node in loop.step.body if getattr(node, "name", None) not in gone)
        params = (*loop.step.params, *(parameter(name, axes[name]) for name in axes))
        captured = (*loop.captured, *((name, names[name]) for name in axes))
        return replace(loop, step=replace(loop.step, body=body, params=params), captured=captured), list(before)

    def _fresh(self, name: str) -> str:
        found, number = name, 0
        while found in self.taken:
            number += 1
            found = f"{name}_{number}"
        self.taken.add(found)
        return found


def _unchanged(loop: Loop) -> dict[str, Plain]:
    """The statements of a step that depend on nothing but captured values."""
    known = {name for name, atom in loop.captured if isinstance(atom, str)}
    changing = {loop.counter, *(each.param for each in loop.handed)}
    known |= loop.step.sizes.keys() - changing
    found: dict[str, Plain] = {}
    for statement in loop.step.body:
        if isinstance(statement, Let | Sum | Fold) and _reads(statement) <= known and not _is_of_data(statement):
            found[statement.name] = statement
            known.add(statement.name)
    return found


def _reads(statement: Plain) -> set[str]:
    return {atom for atom in operands(statement) if isinstance(atom, str)} | set(sizes_of(statement))


def _is_of_data(statement: Plain) -> bool:
    """Whether an index comes from data: it is checked where it is used."""
    return any(True for term in getattr(statement, "terms", ()) for part in term.affines() for _ in part.elements)


def _is_worth_it(statement: Plain, step: Graph, same: dict[str, Plain]) -> bool:
    if statement.kind != "float":
        return False
    if isinstance(statement, Sum | Fold):
        return any(term.ranges or term.address is not None for term in statement.terms)
    if not statement.axes or weight(statement) < DEAR:
        return False
    return any(_is_read_whole(statement.name, node) for node in step.body if getattr(node, "name", None) not in same)


def _is_read_whole(name: str, node: Statement) -> bool:
    """Whether a statement needs all elements of an array, not one of an iteration."""
    if isinstance(node, Sum | Fold):
        return any(term.atom == name and (term.ranges or len(term.index) == len(node.axes)) for term in node.terms)
    return name in operands(node)


def _needed(wanted: list[Plain], same: dict[str, Plain]) -> list[Plain]:
    """The statements with all that they are made of, in their order."""
    names = {statement.name for statement in wanted}
    for statement in reversed(list(same.values())):
        if statement.name in names:
            names |= _reads(statement) & same.keys()
    return [statement for name, statement in same.items() if name in names]
