"""``return`` inside of a loop, of a list that the loop makes longer: behind the loop, where the list is an array.

::

    for v in x:                             returned = 0
        if v < 0:                           for v in x:
            return np.array(out)                if v < 0:
        out.append(v)              ->               returned = 1
                                                    break
                                                out.append(v)
                                            if returned == 1:
                                                return np.array(out)
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, TypeVar

from symdiff.frontend import growing
from symdiff.frontend.control import Completion, run
from symdiff.frontend.gaps import GapError, SequentialError
from symdiff.frontend.rollback import Snapshot

if TYPE_CHECKING:
    from symdiff.frontend.lower import Frame, Reader

LoopT = TypeVar("LoopT", ast.For, ast.While)
_FLAG = "returned"


def on_trial(snapshot: Snapshot, read: Callable[[], Completion]) -> Completion | None:
    """What the reading of a loop comes to; None if something is refused."""
    try:
        completion = read()
    except (GapError, SequentialError):
        snapshot.restore()
        return None
    if snapshot.refused:
        snapshot.restore()
        return None
    return completion


def read(reader: Reader, node: LoopT, frame: Frame, rule: Callable[[Reader, LoopT, Frame], Completion]) -> Completion:
    """Read a loop by a rule: with its returns behind it, or, where that is refused or there are none, as it is."""
    moved = behind(node, set(frame.variables))
    if moved is None:
        return rule(reader, node, frame)
    snapshot = Snapshot(reader, frame)
    found = on_trial(snapshot, lambda: run(reader, moved, frame))
    found = found or on_trial(snapshot, lambda: rule(reader, node, frame))
    return found or run(reader, moved, frame)  # which says what is refused


def behind(node: ast.For | ast.While, taken: set[str]) -> list[ast.stmt] | None:
    """The loop, and behind it what it returns of lists that it makes longer; None if it returns no such thing."""
    names = growing.names_appended_to(node)
    if not names or not any(isinstance(inner, ast.Return) for inner in ast.walk(node)):
        return None
    taken |= {inner.id for inner in ast.walk(node) if isinstance(inner, ast.Name)}
    flag = _FLAG
    while flag in taken:
        flag += "_"
    leaving = _Leaving(names, flag)
    loop = copy.deepcopy(node)
    loop.body = leaving.statements(loop.body)
    if not leaving.found:
        return None
    ends: list[ast.stmt] = [_if(flag, ast.Eq(), number, each, each) for number, each in enumerate(leaving.found, 1)]
    if isinstance(node, ast.While) and isinstance(node.test, ast.Constant) and node.test.value and not _is_broken(node.body):
        ends[-1] = leaving.found[-1]  # there is no other way out
    return [_set(flag, 0, node), loop, *ends]


class _Leaving:
    """Statements of a loop without what they return of certain lists: they leave it, and a number tells which return it was."""

    def __init__(self, names: set[str], flag: str) -> None:
        self.names, self.flag = names, flag
        self.found: list[ast.Return] = []

    def statements(self, body: list[ast.stmt]) -> list[ast.stmt]:
        """A block in place of a block."""
        return [made for statement in body for made in self._statement(statement)]

    def _statement(self, node: ast.stmt) -> list[ast.stmt]:
        if isinstance(node, ast.Return) and self._is_meant(node):
            self.found.append(node)
            return [_set(self.flag, len(self.found), node), ast.copy_location(ast.Break(), node)]
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            return [node]
        before = len(self.found)
        for field in ("body", "orelse", "finalbody"):
            if getattr(node, field, None):
                setattr(node, field, self.statements(getattr(node, field)))
        for part in (*getattr(node, "handlers", ()), *getattr(node, "cases", ())):
            part.body = self.statements(part.body)
        if isinstance(node, ast.For | ast.While) and len(self.found) > before:
            return [node, _if(self.flag, ast.NotEq(), 0, ast.copy_location(ast.Break(), node), node)]
        return [node]

    def _is_meant(self, node: ast.Return) -> bool:
        return any(isinstance(inner, ast.Name) and inner.id in self.names for inner in ast.walk(node))


def _set(flag: str, number: int, at: ast.stmt) -> ast.stmt:
    made = ast.Assign([ast.Name(flag, ast.Store())], ast.Constant(number))
    return ast.fix_missing_locations(ast.copy_location(made, at))


def _if(flag: str, test: ast.cmpop, number: int, then: ast.stmt, at: ast.stmt) -> ast.stmt:
    condition = ast.Compare(ast.Name(flag, ast.Load()), [test], [ast.Constant(number)])
    return ast.fix_missing_locations(ast.copy_location(ast.If(condition, [then], []), at))


def _is_broken(body: Sequence[ast.AST]) -> bool:
    """Whether a loop of this body is left by break."""
    for node in body:
        if isinstance(node, ast.Break):
            return True
        own = node.orelse if isinstance(node, ast.For | ast.While) else list(ast.iter_child_nodes(node))
        if not isinstance(node, ast.FunctionDef | ast.ClassDef) and _is_broken(own):
            return True
    return False
