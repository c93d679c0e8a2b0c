"""The paths through a function that calls itself: a tree of branches, at whose ends it returns, raises, or calls itself once."""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass

MAX_STATEMENTS = 400  # of all paths, written one after the other
_PLAIN = (ast.BinOp, ast.UnaryOp, ast.Call, ast.Tuple, ast.List, ast.Subscript, ast.keyword)


class NotLinearError(Exception):
    """A function that calls itself several times on a path, or where no loop can say it."""


@dataclass(frozen=True)
class Leaf:
    """The end of a path: a return or raise, or (``call``) a statement with a call, and what follows it."""

    statements: tuple[ast.stmt, ...]
    call: ast.Call | None = None


@dataclass(frozen=True)
class Branch:
    """Statements, and a branch behind them."""

    before: tuple[ast.stmt, ...]
    node: ast.If
    then: Tree
    orelse: Tree


Tree = Leaf | Branch


class Paths:
    """Makes trees of the statements of the function ``name``."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.size = 0

    def tree(self, statements: list[ast.stmt]) -> Tree:
        """All paths through statements, each to its end."""
        self.size += len(statements)
        if self.size > MAX_STATEMENTS:
            raise NotLinearError
        before: list[ast.stmt] = []
        for place, statement in enumerate(statements):
            rest = statements[place + 1 :]
            found = self._calls(statement)
            statement = _expanded(statement) if found else statement
            if isinstance(statement, ast.If) and (found or _ends_inside(statement)):
                if self._calls(statement.test):
                    raise NotLinearError
                then, orelse = self.tree([*statement.body, *rest]), self.tree([*statement.orelse, *rest])
                return Branch(tuple(before), statement, then, orelse)
            if found:
                return self._leaf(before, statement, rest, found)
            if isinstance(statement, ast.Return | ast.Raise):
                if isinstance(statement, ast.Return) and statement.value is None:
                    raise NotLinearError
                return Leaf((*before, statement))
            if _ends_inside(statement):
                raise NotLinearError
            before.append(statement)
        raise NotLinearError

    def _leaf(self, before: list[ast.stmt], statement: ast.stmt, rest: list[ast.stmt], found: list[ast.Call]) -> Leaf:
        value = getattr(statement, "value", None)
        plain = isinstance(statement, ast.Return | ast.Assign | ast.AugAssign | ast.AnnAssign)
        if len(found) > 1 or not plain or value is None or not any(inner is found[0] for inner in _plainly(value)):
            raise NotLinearError
        rest = [] if isinstance(statement, ast.Return) else rest
        if any(self._calls(each) for each in rest):
            raise NotLinearError
        return Leaf((*before, statement, *rest), found[0])

    def _calls(self, node: ast.AST) -> list[ast.Call]:
        calls = [inner for inner in ast.walk(node) if isinstance(inner, ast.Call)]
        return [each for each in calls if isinstance(each.func, ast.Name) and each.func.id == self.name]


def leaves(tree: Tree) -> Iterator[Leaf]:
    """The ends of all paths."""
    if isinstance(tree, Leaf):
        yield tree
    else:
        yield from leaves(tree.then)
        yield from leaves(tree.orelse)


def calls_in(tree: Tree) -> bool:
    """Whether a path ends by a call."""
    return any(leaf.call is not None for leaf in leaves(tree))


def restricted(tree: Tree, *, calls: bool) -> Tree:
    """The paths that end by a call, or the others: what decides between one of these and none is left out."""
    if isinstance(tree, Leaf):
        return tree
    kept = [side for side in (tree.then, tree.orelse) if any((leaf.call is not None) is calls for leaf in leaves(side))]
    sides = [restricted(side, calls=calls) for side in kept]
    if len(sides) == 2:
        return Branch(tree.before, tree.node, *sides)
    (side,) = sides
    if isinstance(side, Leaf):
        return Leaf((*tree.before, *side.statements), side.call)
    return Branch((*tree.before, *side.before), side.node, side.then, side.orelse)


def mapped(tree: Tree, change: Callable[[Leaf], Leaf]) -> Tree:
    """The tree with its ends changed."""
    if isinstance(tree, Leaf):
        return change(tree)
    return Branch(tree.before, tree.node, mapped(tree.then, change), mapped(tree.orelse, change))


def condition(tree: Tree) -> ast.expr | None:
    """Whether there is another call, as an expression; None if statements stand before what decides it."""
    if isinstance(tree, Leaf):
        return ast.Constant(tree.call is not None)
    then, orelse = condition(tree.then), condition(tree.orelse)
    if tree.before or then is None or orelse is None:
        return None
    test = tree.node.test
    known = [side.value if isinstance(side, ast.Constant) else None for side in (then, orelse)]
    if known[0] is not None and known[0] == known[1]:
        return then
    if known[0] is not None:  # decided where the test holds
        if known[1] is not None:
            return test if known[0] else _negated(test)
        return ast.BoolOp(ast.Or(), [test, orelse]) if known[0] else ast.BoolOp(ast.And(), [_negated(test), orelse])
    if known[1] is not None:
        return ast.BoolOp(ast.Or(), [_negated(test), then]) if known[1] else ast.BoolOp(ast.And(), [test, then])
    return ast.IfExp(test, then, orelse)


def _negated(test: ast.expr) -> ast.expr:
    return test.operand if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not) else ast.UnaryOp(ast.Not(), test)


def _expanded(statement: ast.stmt) -> ast.stmt:
    """``return a if c else b`` as a branch."""
    value = getattr(statement, "value", None)
    if not isinstance(statement, ast.Return | ast.Assign | ast.AnnAssign | ast.AugAssign) or not isinstance(value, ast.IfExp):
        return statement
    sides = [copy.copy(statement), copy.copy(statement)]
    sides[0].value, sides[1].value = value.body, value.orelse
    return ast.copy_location(ast.If(value.test, [sides[0]], [sides[1]]), statement)


def _ends_inside(statement: ast.stmt) -> bool:
    """Whether a function may end in a statement."""
    return any(isinstance(inner, ast.Return | ast.Raise) for inner in ast.walk(statement))


def _plainly(value: ast.AST) -> Iterator[ast.AST]:
    """What is computed in any case when an expression is."""
    yield value
    if isinstance(value, _PLAIN):
        for inner in ast.iter_child_nodes(value):
            yield from _plainly(inner)


def has(statement: ast.AST, call: ast.Call) -> bool:
    """Whether a call stands in a statement."""
    return any(inner is call for inner in ast.walk(statement))
