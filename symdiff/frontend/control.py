"""Rules for statements: assignment, branches with early returns, unrolled loops, raise.

A block ends by falling through, or by return, break, continue or raise. Where that depends on the arguments, a flag in
the graph says which; what follows stands inside an If on the flag. The usual shapes (guards, early returns) need none:
the rest of the block moves into the branch that goes on.
"""

from __future__ import annotations

import ast
import copy
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from symdiff.frontend import (
    array_writes,
    calls,
    cells,
    changes,
    containers,
    growing,
    loop_indices,
    pending,
    recursion,
    scatter,
    tensor_writes,
    writes,
)
from symdiff.frontend.conditions import disjunction, read_test, supposed, truth_of
from symdiff.frontend.expressions import binary, inner_function
from symdiff.frontend.gaps import EndedError, GapError, PoisonedError
from symdiff.frontend.loop_values import GrowingList, PendingValue
from symdiff.frontend.lower import MAX_NESTING, Frame, Reader
from symdiff.frontend.merge import MISSING, Merge, changed
from symdiff.frontend.scopes import bound_names
from symdiff.frontend.values import (
    NONE,
    POISON,
    ArrayValue,
    Condition,
    Known,
    MaskedValue,
    Mutable,
    Poison,
    TensorValue,
    Value,
    VectorParam,
)
from symdiff.frontend.windows import now
from symdiff.graph.build import Body
from symdiff.graph.graph import Atom


@dataclass(frozen=True)
class Completion:
    """How a block ends. ``flags``: for return, break and continue, whether it ended so: True, or a condition.

    ``always``: it never falls through. ``raises``: it always raises, and then there are no flags.
    """

    flags: dict[str, bool | Atom] = field(default_factory=dict)
    always: bool = False
    raises: bool = False

    @property
    def only(self) -> str | None:
        """The one way in which it always ends, or None."""
        return next(iter(self.flags)) if self.always and len(self.flags) == 1 else None

    def without(self, *kinds: str) -> Completion:
        """The completion after a loop has used up ``continue`` or ``break``."""
        left = {kind: flag for kind, flag in self.flags.items() if kind not in kinds}
        return Completion(left, self.raises or (self.always and len(left) == len(self.flags)), self.raises)


NEXT = Completion()
RAISES = Completion(always=True, raises=True)


def ends(kind: str) -> Completion:
    """A block that always ends in this way."""
    return Completion({kind: True}, always=True)


def run(reader: Reader, statements: Sequence[ast.stmt], frame: Frame) -> Completion:
    """Read statements in order, as far as they are reached."""
    for position, statement in enumerate(statements):
        reader.builder.origin = reader.origin(frame, statement)
        for attempt in reader.attempts:
            attempt.mark(reader, statement, frame)
        rest, since = statements[position + 1 :], now()
        try:
            reader.step(statement)
            if isinstance(statement, ast.If | ast.Match):
                completion, rest_read = run_branches(reader, statement, rest, frame)
            else:
                completion, rest_read = run_statement(reader, statement, frame), False
            cells.check_kept(reader, since, statement)
        except GapError as error:
            reader.record(frame, error)
            return RAISES
        except EndedError:
            return RAISES
        if reader.unreachable:
            return RAISES
        if rest_read or completion.always or (completion.flags and not rest):
            return completion
        if completion.flags:
            return guarded(reader, completion, lambda rest=rest: run(reader, rest, frame), frame)  # type: ignore[misc]
    return NEXT


def run_statement(reader: Reader, node: ast.stmt, frame: Frame) -> Completion:
    """Read one statement; a refused one is noted, and reading goes on behind it."""
    rule = STATEMENTS.get(type(node))
    try:
        if rule is None:
            raise reader.refuse(node)
        return rule(reader, node, frame)
    except GapError as error:
        reader.record(frame, error)
    except PoisonedError:
        pass
    poison(node, frame)
    return NEXT


def poison(node: ast.AST, frame: Frame) -> None:
    """The variables that a refused statement would have bound, or made longer, are unknown."""
    names = {name for inner in ast.walk(node) for name in bound_names(inner)}
    frame.variables.update(dict.fromkeys(names | (growing.names_appended_to(node) & frame.variables.keys()), POISON))


# -- branches -----------------------------------------------------------------------------------------------------


@dataclass
class Path:
    """One side of a branch after it was read."""

    body: Body
    completion: Completion
    variables: dict[str, Value]
    returned: Value | None
    cells: dict[object, Value]
    values: dict[str, Value]  # the variables, with the arrays that were changed as they are at its end
    changes: Counter[object]

    @staticmethod
    def of(reader: Reader, body: Body, completion: Completion, frame: Frame, before: Mapping[object, Value]) -> Path:
        """A path at whose end reading is; ``before``: the states of the arrays at its beginning."""
        values = cells.at_end(reader, frame.variables, before, frame.source.node)
        return Path(body, completion, frame.variables, frame.returned, reader.cells, values, reader.changes)

    def value(self, reader: Reader, name: str, frame: Frame) -> Value:
        """A variable at the end of the path."""
        found = cells.at(reader, self.values.get(name), self.cells, self.changes, frame.source.node)
        return MISSING if found is None else found

    @property
    def ended(self) -> bool:
        """True if no statement of this function can follow on this path."""
        return self.completion.raises or self.completion.only == "return"


def run_path(
    reader: Reader, fact: tuple[Atom, bool] | None, statements: Sequence[ast.stmt], frame: Frame, path: Path | None = None
) -> Path:
    """Read one side of a branch (or go on with it) without changing the frame for the other side.

    ``fact`` is the condition and the side, which hold while the statements are read.
    """
    saved = frame.variables, frame.returned, reader.cells, reader.changes
    frame.variables = dict(path.variables if path else frame.variables)
    frame.returned = path.returned if path else frame.returned
    reader.cells = dict(path.cells if path else reader.cells)
    reader.changes = (path.changes if path else reader.changes).copy()
    with supposed(reader, fact), reader.block(fact[0] if fact else None, path.body if path else None) as body:
        completion = run(reader, statements, frame)
        result = Path.of(reader, body, completion, frame, saved[2])
    frame.variables, frame.returned, reader.cells, reader.changes = saved
    return result


def run_branches(reader: Reader, node: ast.If | ast.Match, rest: Sequence[ast.stmt], frame: Frame) -> tuple[Completion, bool]:
    """Read an if, or a match, which is a chain of them."""
    if isinstance(node, ast.If):
        return run_if(reader, node, rest, frame)
    from symdiff.frontend.matching import as_branches

    try:
        chain = as_branches(reader, node, frame)
    except GapError as error:
        reader.record(frame, error)
    except PoisonedError:
        pass
    else:
        return run_if(reader, chain, rest, frame)
    poison(node, frame)
    return NEXT, False


def run_if(reader: Reader, node: ast.If, rest: Sequence[ast.stmt], frame: Frame) -> tuple[Completion, bool]:
    """Read a branch; the second result tells whether the rest of the block was read with it."""
    test = read_test(reader, node.test, frame)
    try:
        truth = truth_of(reader, test, node.test) if not isinstance(test, Poison) else POISON
    except GapError as error:
        reader.record(frame, error)
        truth = POISON
    if isinstance(truth, Known):
        return run(reader, node.body if truth.value else node.orelse, frame), False
    origin = reader.builder.origin
    if len(reader.facts) >= MAX_NESTING:
        recursion.end_nesting(reader)
        reason = f"branches nested more than {MAX_NESTING} deep (each early return is one level)"
        reader.record(frame, GapError(node, reason, "use fewer branches", "not yet", certain=True))
        return RAISES, True
    if isinstance(truth, Condition):
        truth = reader.over_all_loops(truth)
    holds, fails = ((truth.atom, True), (truth.atom, False)) if isinstance(truth, Condition) else (None, None)
    then, orelse = run_path(reader, holds, node.body, frame), run_path(reader, fails, node.orelse, frame)
    if isinstance(truth, Poison):
        poison(node, frame)
        return NEXT, False
    rest_read = False
    goes_on = [path for path in (then, orelse) if path.completion == NEXT]
    if rest and len(goes_on) == 1 and (then.completion.always or orelse.completion.always):
        raising = then.completion.raises or orelse.completion.raises
        if not raising:
            rest_read = True
            if then.completion == NEXT:
                then = run_path(reader, holds, rest, frame, then)
            else:
                orelse = run_path(reader, fails, rest, frame, orelse)
    reader.builder.origin = origin
    return join_paths(reader, truth.atom, then, orelse, frame), rest_read


def join_paths(reader: Reader, condition: Atom, then: Path, orelse: Path, frame: Frame) -> Completion:
    """Add the If of two paths, and go on with what they have in common."""
    builder = reader.builder
    reader.changes = then.changes | orelse.changes  # the greater of two
    if then.completion.raises or orelse.completion.raises:
        if then.completion.raises and orelse.completion.raises:
            builder.branch(condition, then.body, orelse.body, [])
            return RAISES
        live = orelse if then.completion.raises else then
        builder.branch(condition, then.body if live is orelse else (), orelse.body if live is then else (), [])
        builder.splice(live.body)
        frame.variables, frame.returned, reader.cells = live.variables, live.returned, live.cells
        return live.completion
    merge = Merge(reader, condition, then.body, orelse.body)
    kinds = list(dict.fromkeys([*then.completion.flags, *orelse.completion.flags]))
    for kind in kinds:
        flags = then.completion.flags.get(kind, False), orelse.completion.flags.get(kind, False)
        if reader.counters and flags == (True, False) and not builder.axes_of(condition):
            flags = condition, condition  # it is the condition itself
        merge.add("broke" if kind in ("break", "left") else kind + "ed", *map(_flag_value, flags))
    if "return" in kinds:
        sides = (path.returned if "return" in path.completion.flags else None for path in (then, orelse))
        merge.add("result", *sides)
    names = changed(list(dict.fromkeys([*then.variables, *orelse.variables])), then.variables, orelse.variables)
    both_ended = then.ended and orelse.ended
    for name in names if not both_ended else ():
        merge.add(name, *(None if path.ended else path.value(reader, name, frame) for path in (then, orelse)))
    states = (None if path.ended and not frame.inlined else path.cells for path in (then, orelse))
    merge.add_cells(*states, names=then.variables)
    values = merge.finish()
    always = then.completion.always and orelse.completion.always
    completion = Completion({kind: _flag_atom(value) for kind, value in zip(kinds, values, strict=False)}, always)
    if "return" in kinds:
        frame.returned = values[len(kinds)]
    frame.variables = dict(then.variables if orelse.ended else orelse.variables)
    if names and not both_ended:
        frame.variables.update(zip(names, values[-len(names) :], strict=True))
    return completion


def _flag_value(flag: bool | Atom) -> Value:
    return Known(flag) if isinstance(flag, bool) else Condition(flag)


def _flag_atom(value: Value) -> bool | Atom:
    return value.atom if isinstance(value, Condition) else bool(isinstance(value, Known) and value.value)


def guarded(reader: Reader, before: Completion, rest: Callable[[], Completion], frame: Frame) -> Completion:
    """Read what follows a block that may have ended: it stands inside an If on the flags."""
    over = disjunction(reader, [_flag_value(flag) for flag in before.flags.values()])
    assert isinstance(over, Condition)  # noqa: S101 - a True flag would mean that the block always ended
    variables, returned, state = dict(frame.variables), frame.returned, dict(reader.cells)
    over = reader.over_all_loops(over)
    with supposed(reader, (over.atom, False)), reader.block(over.atom) as body:
        completion = rest()
        orelse = Path.of(reader, body, completion, frame, state)
    then = Path(Body(), Completion(before.flags, always=True), variables, returned, state, variables, reader.changes)
    if len(before.flags) == 1:
        then.completion = ends(next(iter(before.flags)))
    return join_paths(reader, over.atom, then, orelse, frame)


def raise_without_result(reader: Reader, completion: Completion, frame: Frame) -> None:
    """On paths where the function that is differentiated returns nothing, the derivative raises; a helper is refused."""
    name = frame.source.name
    if frame.inlined:
        reader.record(frame, GapError(frame.source.node, f"{name} returns nothing on some path", "end it with return or raise"))
        raise PoisonedError

    def no_result() -> Completion:
        reader.builder.error("TypeError", f"{name} returns None here, which has no derivative")
        return RAISES

    guarded(reader, completion, no_result, frame)


# -- simple statements --------------------------------------------------------------------------------------------


def run_assign(reader: Reader, node: ast.Assign, frame: Frame) -> Completion:
    """``a = b = value``, with unpacking."""
    hint = next((target.id for target in node.targets if isinstance(target, ast.Name)), "t")
    value = reader.operand(node.value, frame) if hint == "t" else _read(reader, node.value, frame, hint)
    for target in node.targets:
        containers.assign(reader, target, value, frame)
    return NEXT


def _read(reader: Reader, node: ast.expr, frame: Frame, hint: str) -> Value:
    value = reader.read(node, frame, hint)
    if isinstance(value, Poison):
        raise PoisonedError
    return value


def run_annotated(reader: Reader, node: ast.AnnAssign, frame: Frame) -> Completion:
    """``a: float = value``; the annotation is skipped."""
    if node.value is not None:
        hint = node.target.id if isinstance(node.target, ast.Name) else "t"
        containers.assign(reader, node.target, _read(reader, node.value, frame, hint), frame)
    return NEXT


def run_augmented(reader: Reader, node: ast.AugAssign, frame: Frame) -> Completion:
    """``a += value``."""
    if isinstance(node.target, ast.Name):
        present = reader.name(frame, node.target.id, node.target)
    else:
        if writes.changes_inside(reader, node.target, frame):
            reader.operand(node.value, frame)
            return NEXT
        if isinstance(node.target, ast.Subscript) and _element_augmented(reader, node, node.target, frame):
            return NEXT
        load = copy.copy(node.target)
        load.ctx = ast.Load()
        present = reader.operand(load, frame)
    if isinstance(present, Poison):
        raise PoisonedError
    if isinstance(present, VectorParam):
        raise GapError(node, "an argument changed in place", "write a = a + b, which makes a new array")
    operand = reader.operand(node.value, frame)
    if isinstance(present, MaskedValue):
        raise GapError(node, "elements that a mask chooses, changed in place", "write a = a + b, which makes a new array")
    present = cells.present(reader, present, node)
    if isinstance(present, ArrayValue):
        array_writes.write(reader, present, None, operand, frame, node, type(node.op))
        return NEXT
    hint = node.target.id if isinstance(node.target, ast.Name) else "t"
    if isinstance(present, TensorValue):
        tensor_writes.check_writeable(present, node, tensor_writes.keeps_whole(reader, operand, type(node.op)))
        new = binary(reader, type(node.op), present, operand, node, hint)
        tensor_writes.change(reader, present, new, node)
        return NEXT
    if isinstance(present, GrowingList) and isinstance(node.op, ast.Add):
        growing.method(reader, present, "extend", [operand], frame, node)
        return NEXT
    if isinstance(present, Mutable):
        changes.in_place(reader, present, type(node.op), operand, frame, node)
        return NEXT
    if isinstance(present, Known) and isinstance(present.value, set | frozenset):
        raise GapError(node, "a set changed in place (other names may share it)", "write a = a | b", "not yet")
    new = binary(reader, type(node.op), present, operand, node, hint)
    containers.assign(reader, node.target, changes.checked(reader, present, new, frame, node), frame)
    return NEXT


def _element_augmented(reader: Reader, node: ast.AugAssign, target: ast.Subscript, frame: Frame) -> bool:
    """``a[k] += value`` of an array; False for other containers."""
    owner = loop_indices.writeable(reader, reader.operand(target.value, frame), target.slice, frame, node)
    if isinstance(owner, PendingValue):
        pending.store(reader, owner, target.slice, reader.operand(node.value, frame), frame, node, type(node.op))
        return True
    if isinstance(owner, ArrayValue | TensorValue):
        write = array_writes.write if isinstance(owner, ArrayValue) else tensor_writes.write
        write(reader, owner, target.slice, reader.operand(node.value, frame), frame, node, type(node.op))  # type: ignore[arg-type]
        return True
    return False


def run_expression(reader: Reader, node: ast.Expr, frame: Frame) -> Completion:
    """A docstring, a ``print``, a call of a list's method; anything else has no effect and is read for its gaps."""
    if isinstance(node.value, ast.Constant):
        return NEXT
    if isinstance(node.value, ast.Call) and calls.is_skipped(reader, node.value, frame):
        from symdiff.frontend.blocks import check_skipped

        check_skipped(node, frame)
        return NEXT
    if isinstance(node.value, ast.Call) and writes.is_change(reader, node.value, frame):
        reader.operands(node.value.args, frame)
        return NEXT
    if isinstance(node.value, ast.Call) and scatter.is_scatter(reader, node.value, frame):
        scatter.run(reader, node.value, frame)
        return NEXT
    reader.operand(node.value, frame)
    return NEXT


def run_return(reader: Reader, node: ast.Return, frame: Frame) -> Completion:
    """``return value``."""
    frame.returned = NONE if node.value is None else reader.read(node.value, frame, "result")
    return ends("return")


def run_def(reader: Reader, node: ast.FunctionDef, frame: Frame) -> Completion:
    """An inner function; decorators are applied as Python does."""
    value: Value = inner_function(reader, node, node.name, frame)
    for decorator in reversed(node.decorator_list):
        value = calls.call(reader, reader.operand(decorator, frame), [value], {}, decorator, "t")
    frame.variables[node.name] = value
    return NEXT


def _skip(reader: Reader, node: ast.stmt, frame: Frame) -> Completion:
    return NEXT


Run = Callable[[Reader, ast.stmt, Frame], Completion]
STATEMENTS: dict[type[ast.stmt], Run] = {
    ast.Assign: run_assign,  # type: ignore[dict-item]
    ast.AnnAssign: run_annotated,  # type: ignore[dict-item]
    ast.AugAssign: run_augmented,  # type: ignore[dict-item]
    ast.Expr: run_expression,  # type: ignore[dict-item]
    ast.Return: run_return,  # type: ignore[dict-item]
    ast.FunctionDef: run_def,  # type: ignore[dict-item]
    ast.Break: lambda reader, node, frame: ends("break"),
    ast.Continue: lambda reader, node, frame: ends("continue"),
    ast.Pass: _skip,
}
