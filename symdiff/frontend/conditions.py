"""Rules for conditions: comparisons, logic, conditional expressions, and what a value is as a number or a truth."""

from __future__ import annotations

import ast
import contextlib
import enum
import functools
import operator
from collections.abc import Callable, Iterator, Sequence

from symdiff.frontend import cells, growing
from symdiff.frontend.gaps import EndedError, GapError, PoisonedError
from symdiff.frontend.lookup import is_python
from symdiff.frontend.loop_values import GrowingList, GrownList, SeriesValue
from symdiff.frontend.lower import Frame, Reader, reads
from symdiff.frontend.merge import choose
from symdiff.frontend.signs import decided
from symdiff.frontend.values import (
    POISON,
    ArrayValue,
    Bound,
    Choice,
    Condition,
    DictValue,
    FunctionValue,
    IteratorValue,
    Known,
    ListValue,
    Method,
    Number,
    TensorValue,
    TupleValue,
    Value,
    VectorParam,
    describe,
    number,
)
from symdiff.frontend.windows import now
from symdiff.graph.build import Body
from symdiff.graph.graph import Atom, Const


def as_number(reader: Reader, value: Number | Condition) -> Number:
    """A condition as 1.0 or 0.0."""
    if isinstance(value, Number):
        return value
    return Number(reader.builder.branch(value.atom, (), (), [("t", Const(1), Const(0))])[0])


def scalar(reader: Reader, value: Value, node: ast.AST) -> Number:
    """A value that must be one number; a condition counts as 0 or 1."""
    if isinstance(value, Number):
        return value
    if isinstance(value, Condition):
        return as_number(reader, value)
    if isinstance(value, Known) and isinstance(value.value, bool):
        return number(int(value.value))
    value = plain_number(value)
    if isinstance(value, Number):
        return value
    if isinstance(value, VectorParam):
        reader.assume_array(value, 1)
    raise GapError(node, f"arithmetic on {describe(value)}", "use numbers")


def plain_number(value: Value) -> Value:
    """The number that a member of an IntEnum is, or the element of an array without axes; anything else as it is."""
    if isinstance(value, ArrayValue) and value.shape == ():
        return value.items[0]
    if isinstance(value, Known) and isinstance(value.value, enum.Enum) and isinstance(value.value, int | float):
        return number(value.value._value_)
    return value


def is_truth(value: Value | None) -> bool:
    """True for True and False, known while reading."""
    return isinstance(value, Known) and isinstance(value.value, bool)


def are_truths(value: Value) -> bool:
    """True for truth values, and for lists of nothing else: as an array they are a mask, not 0 and 1."""
    if isinstance(value, TupleValue | ListValue):
        return bool(value.items) and all(map(are_truths, value.items))
    if isinstance(value, SeriesValue | GrownList):
        return value.truths
    return is_truth(value) or isinstance(value, Condition) or (isinstance(value, TensorValue) and value.kind == "bool")


def negated(reader: Reader, value: Value, hint: str) -> Value:
    """``not`` of a truth value."""
    return Known(not value.value) if isinstance(value, Known) else reader.apply("not", condition_of(value), hint=hint)


def condition_of(value: Value) -> Condition:
    """A value that must be a condition in the graph."""
    if not isinstance(value, Condition):
        raise TypeError(f"{value} is no condition")
    return value


def conjunction(reader: Reader, values: list[Value], hint: str = "t") -> Value:
    """The logical and of truth values that are all computed."""
    return _logic(reader, values, "and", False, hint)


def disjunction(reader: Reader, values: list[Value], hint: str = "t") -> Value:
    """The logical or of truth values that are all computed."""
    return _logic(reader, values, "or", True, hint)


_LOGICAL = {ast.BitAnd: ("and", operator.and_), ast.BitOr: ("or", operator.or_), ast.BitXor: ("xor", operator.xor)}


def logical(reader: Reader, op: type[ast.operator], left: Value, right: Value) -> Value | None:
    """``a & b``, ``a | b``, ``a ^ b`` of truth values; None for other operands."""
    if op not in _LOGICAL or not all(isinstance(value, Condition) or is_truth(value) for value in (left, right)):
        return None
    name, known = _LOGICAL[op]
    if isinstance(left, Known) and isinstance(right, Known):
        return Known(known(left.value, right.value))
    operands = [Condition(Const(value.value)) if isinstance(value, Known) else condition_of(value) for value in (left, right)]
    return Condition(reader.apply(name, *operands).atom, numpy=any(value.numpy for value in operands))


def _logic(reader: Reader, values: list[Value], op: str, decided: bool, hint: str) -> Value:
    result: Value = Known(not decided)
    for value in values:
        if isinstance(value, Known):
            if bool(value.value) == decided:
                return Known(decided)
        elif isinstance(result, Known):
            result = value
        else:
            result = reader.apply(op, condition_of(result), condition_of(value), hint=hint)
    return result


def truth_of(reader: Reader, value: Value, node: ast.AST) -> Known | Condition:
    """What ``bool(value)`` is: known while reading, or a condition in the graph."""
    if isinstance(value, Known):
        if is_python(type(value.value), "__bool__", "__len__"):
            raise GapError(node, f"the truth value of {describe(value)}, whose class computes it", "compare its attributes")
        return Known(bool(value.value))
    if isinstance(value, Condition):
        known = decided(reader, value.atom)
        return value if known is None else Known(known)
    if isinstance(value, Number):
        if value.known is not None:
            return Known(bool(value.known))
        return condition_of(reader.apply("ne", value, number(0)))
    if isinstance(value, TupleValue | ListValue | DictValue):
        return Known(bool(value.items))
    if isinstance(value, GrowingList | GrownList):
        return growing.truth(reader, value)
    if isinstance(value, ArrayValue) and len(value.items) == 1:
        return truth_of(reader, value.items[0], node)
    if isinstance(value, FunctionValue | Method | Bound | IteratorValue):
        return Known(True)
    if isinstance(value, Choice):
        truth = split(reader, value, lambda side: truth_of(reader, side, node), node)
        return truth if isinstance(truth, Known) else condition_of(truth)
    raise GapError(node, f"the truth value of {describe(value)} is ambiguous", "compare its elements")


def elementwise_truth(reader: Reader, value: Value, node: ast.AST) -> Known | Condition:
    """The truth of a number, for a function that works element by element: a list is an array to it, not full or empty.

    Raises GapError for what has elements, which is read as an operation on whole arrays then.
    """
    if isinstance(value, Condition | Number) or is_truth(value):
        return truth_of(reader, value, node)
    if isinstance(value, Choice):
        truth = split(reader, value, lambda side: elementwise_truth(reader, side, node), node)
        return truth if isinstance(truth, Known) else condition_of(truth)
    raise GapError(node, f"{describe(value)} as a condition", "make an array of it: np.array(...)")


def split(reader: Reader, value: Choice, use: Callable[[Value], Value], node: ast.AST, hint: str = "t") -> Value:
    """Use each of the two values that a choice may be, on its own side of a branch."""
    known = decided(reader, value.condition)
    if known is not None:
        return use(value.then if known else value.orelse)
    use_then, use_orelse = (functools.partial(use, side) for side in (value.then, value.orelse))
    sides = _sides(reader, value.condition, use_then, use_orelse, node, None)
    results = [side[1] for side in sides]
    if all(isinstance(result, Known) and isinstance(result.value, bool) for result in results):
        first, second = (isinstance(result, Known) and result.value for result in results)
        condition = Condition(value.condition)
        return Known(first) if first == second else condition if first else negated(reader, condition, hint)
    return _chosen(reader, value.condition, sides, node, hint)


@reads(ast.BoolOp)
def read_logic(reader: Reader, node: ast.BoolOp, frame: Frame, hint: str) -> Value:
    """``a and b``, ``a or b``: as in Python the value of an operand; the right one is evaluated only if it is needed."""
    return _short_circuit(reader, isinstance(node.op, ast.And), node.values, frame, hint)


def read_test(reader: Reader, node: ast.expr, frame: Frame) -> Value:
    """A test, of which only the truth counts: ``x and None`` is False, whatever x is. POISON if it is refused."""
    if not isinstance(node, ast.BoolOp):
        return reader.read(node, frame)
    try:
        return _short_circuit(reader, isinstance(node.op, ast.And), node.values, frame, "t", test=True)
    except GapError as error:
        reader.record(frame, error)
    except PoisonedError:
        pass
    return POISON


def _short_circuit(
    reader: Reader, conjunctive: bool, nodes: list[ast.expr], frame: Frame, hint: str, test: bool = False
) -> Value:
    """``test``: only the truth of the result counts."""
    value = read_test(reader, nodes[0], frame) if test else reader.operand(nodes[0], frame)
    if value is POISON:
        raise PoisonedError
    if len(nodes) == 1:
        return truth_of(reader, value, nodes[0]) if test else value
    truth = truth_of(reader, value, nodes[0])
    if isinstance(truth, Known):
        return _short_circuit(reader, conjunctive, nodes[1:], frame, hint, test) if truth.value == conjunctive else value
    value = truth if test else value
    truth = reader.over_all_loops(truth)
    with supposed(reader, (truth.atom, conjunctive)):
        rest = functools.partial(_short_circuit, reader, conjunctive, nodes[1:], frame, hint, test)
        body, other = _side(reader, rest, nodes[1], frame, truth.atom)
    plain = isinstance(value, Condition) and (isinstance(other, Condition) or is_truth(other))
    if other is not None and plain and all(reader.is_cheap(statement) for statement in body):
        reader.builder.splice(body)
        return conjunction(reader, [value, other], hint) if conjunctive else disjunction(reader, [value, other], hint)
    sides: list[Side] = [(body, other), (Body(), value)]
    return _chosen(reader, truth.atom, sides if conjunctive else sides[::-1], nodes[1], hint)


Side = tuple[Body, Value | None]  # the statements of one side of a choice, and its value; None: it always raises


@contextlib.contextmanager
def supposed(reader: Reader, fact: tuple[Atom, bool] | None) -> Iterator[None]:
    """Read something where a condition is known to hold, or not to; what it says of the positions of loops holds, too."""
    facts, domain = len(reader.facts), len(reader.domain)
    if fact is not None:
        reader.facts.append(fact)
        reader.domain.extend(reader.guards_of(*fact))
    try:
        yield
    finally:
        del reader.facts[facts:]
        del reader.domain[domain:]


def _side(
    reader: Reader, compute: Callable[[], Value], node: ast.AST, frame: Frame | None = None, condition: Atom | None = None
) -> Side:
    """Compute one side of a choice in a block of its own. It must change no variable: the other side may be taken."""
    scopes = list(reader.scopes(frame)) if frame is not None else []
    before = [dict(scope.variables) for scope in scopes]
    value: Value | None = None
    first = now()
    with cells.sealed(reader, node), reader.block(condition) as body, contextlib.suppress(EndedError):
        value = cells.detached(compute(), first, node)
    if value is POISON:
        raise PoisonedError
    if [scope.variables for scope in scopes] != before:
        raise GapError(node, "a change of a variable that may not happen", "make it a statement of its own, inside an if")
    return body, value


def _chosen(reader: Reader, condition: Atom, sides: Sequence[Side], node: ast.AST, hint: str) -> Value:
    (then, first), (orelse, second) = sides
    if first is not None and second is not None:
        return choose(reader, condition, (then, first), (orelse, second), node, hint)
    reader.builder.branch(condition, then if first is None else (), orelse if second is None else (), [])
    value = second if first is None else first
    if value is None:
        raise EndedError
    reader.builder.splice(orelse if first is None else then)
    return value


def either(
    reader: Reader,
    test: Value,
    then: Callable[[], Value],
    orelse: Callable[[], Value],
    node: ast.AST,
    hint: str = "t",
    frame: Frame | None = None,
) -> Value:
    """The value of one of two computations; each stands in its own side of a branch, unless the test is known."""
    truth = truth_of(reader, test, node)
    if isinstance(truth, Known):
        return then() if truth.value else orelse()
    truth = reader.over_all_loops(truth)
    return _chosen(reader, truth.atom, _sides(reader, truth.atom, then, orelse, node, frame), node, hint)


def _sides(
    reader: Reader, condition: Atom, then: Callable[[], Value], orelse: Callable[[], Value], node: ast.AST, frame: Frame | None
) -> list[Side]:
    """Both sides of a choice, each read with what the condition is there."""
    sides = []
    for taken, compute in ((True, then), (False, orelse)):
        with supposed(reader, (condition, taken)):
            sides.append(_side(reader, compute, node, frame, condition))
    return sides


@reads(ast.IfExp)
def read_conditional(reader: Reader, node: ast.IfExp, frame: Frame, hint: str) -> Value:
    """``a if c else b``: only the chosen side is evaluated."""
    test = read_test(reader, node.test, frame)
    if test is POISON:
        raise PoisonedError

    def side(chosen: ast.expr) -> Callable[[], Value]:
        return lambda: reader.read(chosen, frame, hint)

    value = either(reader, test, side(node.body), side(node.orelse), node, hint, frame)
    if value is POISON:
        raise PoisonedError
    return value
