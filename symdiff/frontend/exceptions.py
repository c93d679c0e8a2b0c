"""Rules for raise and try.

An operation of Python that would raise is a branch on the condition under which it does: ``try: y = 1/x`` with
``except ZeroDivisionError`` is a branch on ``x == 0`` (``RAISING``). Handlers that nothing in the body reaches are not read.
"""

from __future__ import annotations

import ast
import builtins
import functools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from symdiff.frontend import algorithms
from symdiff.frontend.cells import STALE
from symdiff.frontend.control import NEXT, RAISES, STATEMENTS, Completion, Path, guarded, join_paths, run
from symdiff.frontend.gaps import GapError
from symdiff.frontend.loop_values import PendingArray
from symdiff.frontend.lower import Frame, Reader
from symdiff.frontend.raising import RAISING
from symdiff.frontend.texts import known_text
from symdiff.frontend.values import Condition, Conflict, Known, Number, TupleValue, Value
from symdiff.graph.build import Body
from symdiff.graph.graph import Atom, Const, If, Let, Raise, Statement, walk_all

# -- raise --------------------------------------------------------------------------------------------------------


def run_raise(reader: Reader, node: ast.Raise, frame: Frame) -> Completion:
    """``raise ValueError("text")``: kept, so that the derivative raises the same there.

    A value of the call in the text is shown by its expression: compiled code raises fixed texts only. Of a class of the
    user's own, compiled code raises the nearest builtin base.
    """
    call = node.exc
    if call is None:
        return _raise_again(reader, node)
    called = call.func if isinstance(call, ast.Call) else call
    exception = reader.operand(called, frame)
    kind: Any = exception.value if isinstance(exception, Known) else None
    base = builtin_base(kind)
    if base is None:
        raise GapError(node, "an exception that is no exception class", "raise ValueError or another exception class", "not yet")
    message = _message(reader, call, frame) if isinstance(call, ast.Call) else ""
    solving = frame.source.file in algorithms.FILES or getattr(node, "unstated", False)
    reader.builder.error(base.__name__, message, None if kind is base else kind, solving=solving)
    return RAISES


def builtin_base(kind: Any) -> type[Exception] | None:
    """The nearest builtin exception class of an exception class: one that takes a text."""
    if not (isinstance(kind, type) and issubclass(kind, Exception)):
        return None
    found = next(base for base in kind.__mro__ if getattr(builtins, base.__name__, None) is base)
    return ValueError if issubclass(found, UnicodeError) else found


def _message(reader: Reader, call: ast.Call, frame: Frame) -> str:
    """The text of an exception, as far as it is known; what the arguments decide is shown as ``{expression}``."""
    if len(call.args) == 1 and not call.keywords and not isinstance(call.args[0], ast.Starred):
        return known_text(reader, call.args[0], frame)
    return ", ".join(ast.unparse(part) for part in (*call.args, *call.keywords))


def _raise_again(reader: Reader, node: ast.Raise) -> Completion:
    """``raise`` in a handler."""
    if not reader.handled:
        raise GapError(node, "a bare raise outside a handler", "raise an exception class with a text")
    kind, message = reader.handled[-1]
    base = builtin_base(kind) or Exception
    reader.builder.error(base.__name__, message, None if kind is base else kind)
    return RAISES


@dataclass(frozen=True)
class Point:
    """A statement of the body that may raise an exception that is handled."""

    position: int
    kind: type[Exception]
    message: str
    test: Callable[[], Value]
    after: bool = False  # the test needs the result of the statement
    replaces: bool = False  # the statement is itself the branch that raises


# -- try ----------------------------------------------------------------------------------------------------------


State = dict[str, Value]
Cells = dict[object, Value]


@dataclass(frozen=True)
class Mark:
    """What holds before a statement of the user that begins at a position of the body."""

    position: int
    variables: State
    cells: Cells
    statement: ast.stmt


@dataclass
class Attempt:
    """The body of a try while it is read."""

    frame: Frame
    kinds: tuple[type[BaseException], ...]  # that its handlers catch
    depth: int  # of blocks around it
    body: Body
    marks: list[Mark] = field(default_factory=list)
    unclear: list[tuple[int, object]] = field(default_factory=list)  # arrays that a statement, by number, may have changed
    caught: tuple[type[Exception], str] | None = None  # what the body raises in any case

    def mark(self, reader: Reader, statement: ast.stmt, frame: Frame) -> None:
        """Note the variables and arrays before a statement of the body."""
        if frame is self.frame and reader.builder.depth == self.depth:
            self.marks.append(Mark(len(self.body), dict(frame.variables), dict(reader.cells), statement))

    def changed(self, reader: Reader, cell: object) -> None:
        """Note a change of an array. What raises in a simple statement of the body does so before."""
        if reader.frames[-1] is not self.frame or reader.builder.depth != self.depth:
            self.unclear.append((len(self.marks), cell))

    def mark_of(self, position: int) -> tuple[int, Mark]:
        """The mark of the statement of the user that a statement of the graph belongs to, and the number of that statement."""
        return next(found for found in reversed([*enumerate(self.marks, 1)]) if found[1].position <= position)

    def state(self, position: int) -> tuple[State, Cells]:
        """Variables and arrays when a statement of the graph raises: those before the statement of the user that it is of."""
        number, mark = self.mark_of(position)
        simple = isinstance(mark.statement, ast.Assign | ast.AnnAssign | ast.AugAssign | ast.Expr | ast.Return)
        inside = list(ast.walk(mark.statement))
        names = {inner.target.id for inner in inside if isinstance(inner, ast.NamedExpr)}
        if not simple:
            names |= {inner.id for inner in inside if isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Store)}
        unknown = Conflict("it may have been assigned before the exception, or not")
        cells = [cell for statement, cell in self.unclear if statement == number]
        cells += [cell for cell, found in mark.cells.items() if isinstance(found, PendingArray)]  # inside of a loop
        return mark.variables | dict.fromkeys(names, unknown), mark.cells | dict.fromkeys(cells, STALE)


Handlers = list[tuple[tuple[type[BaseException], ...], ast.ExceptHandler]]


def run_try(reader: Reader, node: ast.Try, frame: Frame) -> Completion:
    """``try``, with handlers, else and finally."""
    handlers = [(_caught(reader, handler, frame), handler) for handler in node.handlers]
    endings = ast.Return | ast.Break | ast.Continue | ast.Raise
    if any(isinstance(inner, endings) for last in node.finalbody for inner in ast.walk(last)):
        raise GapError(node.finalbody[0], "a finally that ends the block", "return after the try")
    with reader.builder.block() as body:
        kinds = tuple(kind for classes, _ in handlers for kind in classes)
        attempt = Attempt(frame, kinds, reader.builder.depth, body)
        reader.attempts.append(attempt)
        try:
            completion = run(reader, node.body, frame)
        finally:
            reader.attempts.pop()
    if attempt.caught is not None:
        completion = NEXT
    points = list(_points(reader, attempt, handlers))
    completion = _continue(reader, _Try(node, attempt, handlers, points, completion), 0, 0, frame)
    if node.finalbody and not completion.always:
        return _then(reader, completion, node.finalbody, frame)
    return completion


def _caught(reader: Reader, handler: ast.ExceptHandler, frame: Frame) -> tuple[type[BaseException], ...]:
    if handler.type is None:
        return (BaseException,)
    value = reader.operand(handler.type, frame)
    kinds = [item.value for item in (value.items if isinstance(value, TupleValue) else (value,)) if isinstance(item, Known)]
    if not kinds or not all(isinstance(kind, type) and issubclass(kind, BaseException) for kind in kinds):
        raise GapError(handler.type, "a handler of something that is no exception class", "name the exception classes")
    return tuple(kinds)


@dataclass(frozen=True)
class _Try:
    node: ast.Try
    attempt: Attempt
    handlers: Handlers
    points: list[Point]
    completion: Completion  # of the body

    def handler(self, kind: type[BaseException]) -> ast.ExceptHandler | None:
        return next((handler for classes, handler in self.handlers if issubclass(kind, classes)), None)


def _continue(reader: Reader, whole: _Try, start: int, number_: int, frame: Frame) -> Completion:
    """Add the body from a statement on; at the next point that raises, branch between its handler and the rest."""
    builder, body = reader.builder, whole.attempt.body
    if number_ == len(whole.points):
        builder.splice(body[start:])
        return _end_of_body(reader, whole, frame)
    point = whole.points[number_]
    stop = point.position + (1 if point.after else 0)
    builder.splice(body[start:stop])
    truth = point.test()
    following = max(start, stop) + (1 if point.replaces else 0)
    if isinstance(truth, Known) and not truth.value:
        return _continue(reader, whole, following, number_ + 1, frame)
    state = whole.attempt.state(point.position)
    if isinstance(truth, Known):
        return _handle(reader, whole, (point.kind, point.message), state, frame)
    assert isinstance(truth, Condition)  # noqa: S101 - a test is a truth value
    final = frame.variables, frame.returned, reader.cells
    with builder.block() as handling:
        completion = _handle(reader, whole, (point.kind, point.message), state, frame)
        failed = Path.of(reader, handling, completion, frame, {})
    frame.variables, frame.returned, reader.cells = final
    with builder.block() as going_on:
        completion = _continue(reader, whole, following, number_ + 1, frame)
        rest = Path.of(reader, going_on, completion, frame, {})
    return join_paths(reader, truth.atom, failed, rest, frame)


def _end_of_body(reader: Reader, whole: _Try, frame: Frame) -> Completion:
    """What follows when nothing was raised, or when the last statement raises in any case."""
    if whole.attempt.caught is not None:
        return _handle(reader, whole, whole.attempt.caught, whole.attempt.state(len(whole.attempt.body)), frame)
    if not whole.node.orelse or whole.completion.always:
        return whole.completion
    return _then(reader, whole.completion, whole.node.orelse, frame)


def _then(reader: Reader, before: Completion, statements: Sequence[ast.stmt], frame: Frame) -> Completion:
    """What follows a block, unless the block has ended."""

    def rest() -> Completion:
        return run(reader, statements, frame)

    return guarded(reader, before, rest, frame) if before.flags else rest()


def _handle(
    reader: Reader, whole: _Try, raised: tuple[type[Exception], str], state: tuple[State, Cells], frame: Frame
) -> Completion:
    """Read the handler of an exception."""
    handler = whole.handler(raised[0])
    assert handler is not None  # noqa: S101 - only what is handled is a point
    frame.variables, reader.cells = dict(state[0]), dict(state[1])
    if handler.name:
        frame.variables[handler.name] = Conflict("it is an exception, which is no number")
    reader.handled.append(raised)
    try:
        return run(reader, handler.body, frame)
    finally:
        reader.handled.pop()


def _points(reader: Reader, attempt: Attempt, handlers: Handlers) -> Iterator[Point]:
    """The statements of a body that may raise what is handled, in order."""
    for position, statement in enumerate(attempt.body):
        raised = _raising_branch(statement)
        if isinstance(statement, Let):
            yield from _of_operation(reader, position, statement, attempt.kinds)
        elif raised is not None:
            error, condition, taken = raised
            kind = _kind(error)
            if issubclass(kind, attempt.kinds):
                yield Point(position, kind, error.told(), _truth(reader, condition, taken), replaces=True)
        elif any(_may_raise(reader, inner, attempt.kinds) for inner in walk_all((statement,))):
            node = attempt.mark_of(position)[1].statement
            raise GapError(
                node, "a branch or a loop inside try in which an operation may raise", "test the operand with if", "not yet"
            )


def _of_operation(reader: Reader, position: int, let: Let, kinds: tuple[type[BaseException], ...]) -> Iterator[Point]:
    if let.name in reader.silent:
        return
    args = [Number(atom, atom.value if isinstance(atom, Const) else None) for atom in let.args]
    for kind, message, test, after in RAISING.get(let.op.name, ()):
        if issubclass(kind, kinds) and (let.name, kind) not in reader.guarded:
            reader.guarded.add((let.name, kind))
            yield Point(position, kind, message, functools.partial(test, reader, let, args), after)


def _kind(error: Raise) -> type[Exception]:
    """The exception class that the user wrote."""
    found: type[Exception] = error.own or getattr(builtins, error.exception)
    return found


def _raising_branch(statement: Statement) -> tuple[Raise, Atom, bool] | None:
    """For a branch that does nothing but raise on one side: what, the condition, and the side."""
    if isinstance(statement, Raise):
        return statement, Const(True), True
    if isinstance(statement, If) and not statement.outs:
        for side, other, taken in ((statement.then, statement.orelse, True), (statement.orelse, statement.then, False)):
            if not other and side and isinstance(side[-1], Raise) and all(isinstance(inner, Let) for inner in side[:-1]):
                return side[-1], statement.condition, taken
    return None


def _truth(reader: Reader, condition: Atom, taken: bool) -> Callable[[], Value]:
    if isinstance(condition, Const):
        return lambda: Known(bool(condition.value) == taken)
    return lambda: Condition(condition) if taken else reader.apply("not", Condition(condition))


def _may_raise(reader: Reader, statement: Statement, kinds: tuple[type[BaseException], ...]) -> bool:
    if isinstance(statement, Raise):
        return issubclass(_kind(statement), kinds)
    if not isinstance(statement, Let) or statement.name in reader.silent:
        return False
    kinds_of_row = {kind for kind, *_ in RAISING.get(statement.op.name, ()) if (statement.name, kind) not in reader.guarded}
    return any(issubclass(kind, kinds) and not _never(statement) for kind in kinds_of_row)


def _never(let: Let) -> bool:
    """True for a division by a literal that is not 0."""
    last = let.args[-1]
    return let.op.name in ("div", "floordiv", "mod") and isinstance(last, Const) and last.value != 0


STATEMENTS |= {ast.Raise: run_raise, ast.Try: run_try}  # type: ignore[dict-item]
