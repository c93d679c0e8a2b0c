"""Rules for expressions: literals, names, arithmetic, attributes, subscripts, inner functions."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable
from dataclasses import replace

from symdiff.frontend import bits, computed, containers, objects
from symdiff.frontend.conditions import as_number, is_truth, logical, read_test, scalar, split, truth_of
from symdiff.frontend.gaps import GapError, PoisonedError
from symdiff.frontend.loop_values import PendingValue, SeriesValue
from symdiff.frontend.lower import Frame, Reader, reads
from symdiff.frontend.source import FunctionSource
from symdiff.frontend.tensors import combined, elementwise, holds_array, same_elements
from symdiff.frontend.values import (
    POISON,
    ArrayValue,
    Choice,
    Condition,
    FunctionValue,
    Known,
    ListValue,
    MaskedValue,
    Number,
    Start,
    TensorValue,
    TupleValue,
    Value,
    VectorParam,
    describe,
    number,
)
from symdiff.graph.affine import Affine, is_size, quotient, sizes_in
from symdiff.graph.graph import Const
from symdiff.primitives import TABLE

MAX_BITS = 4096  # of an integer computed while reading: 9**9**9 is refused, not computed

ARRAYS = ArrayValue, TensorValue, MaskedValue, VectorParam, PendingValue, SeriesValue

OPERATORS: dict[type[ast.operator], str] = {
    ast.Add: "add",
    ast.Sub: "sub",
    ast.Mult: "mul",
    ast.Div: "div",
    ast.Pow: "pow",
    ast.FloorDiv: "floordiv",
    ast.Mod: "mod",
}
_EXACT: dict[str, Callable[[int, int], int]] = {
    "add": operator.add,
    "sub": operator.sub,
    "mul": operator.mul,
    "floordiv": operator.floordiv,
    "mod": operator.mod,
}


@reads(ast.Constant)
def read_constant(reader: Reader, node: ast.Constant, frame: Frame, hint: str) -> Value:
    """A literal."""
    if isinstance(node.value, complex):
        raise GapError(node, "a complex number", "split it into real and imaginary part")
    if isinstance(node.value, bool) or not isinstance(node.value, int | float):
        return Known(node.value)
    return number(node.value)


@reads(ast.Name)
def read_name(reader: Reader, node: ast.Name, frame: Frame, hint: str) -> Value:
    """A variable."""
    return reader.name(frame, node.id, node)


@reads(ast.NamedExpr)
def read_walrus(reader: Reader, node: ast.NamedExpr, frame: Frame, hint: str) -> Value:
    """``(y := x**2)``: the value, bound on the way."""
    function = next(scope for scope in reader.scopes(frame) if not scope.comprehension)
    try:
        value = reader.operand(node.value, frame)
    except (GapError, PoisonedError):
        function.variables[node.target.id] = POISON
        raise
    containers.assign(reader, node.target, value, function)
    return value


@reads(ast.Tuple, ast.List)
def read_display(reader: Reader, node: ast.Tuple | ast.List, frame: Frame, hint: str) -> Value:
    """``(a, b)`` and ``[a, *b]``."""
    items: list[Value] = []
    for element in node.elts:
        inner = element.value if isinstance(element, ast.Starred) else element
        value = reader.read(inner, frame)
        items.extend(containers.elements(reader, value, inner) if isinstance(element, ast.Starred) else [value])
    if any(item is POISON for item in items):
        raise PoisonedError
    made = containers.bounded(tuple(items), node)
    return TupleValue(made) if isinstance(node, ast.Tuple) else ListValue(made)


@reads(ast.Lambda)
def read_lambda(reader: Reader, node: ast.Lambda, frame: Frame, hint: str) -> Value:
    """An inner function without a name."""
    return inner_function(reader, node, "f", frame)


def inner_function(reader: Reader, node: ast.FunctionDef | ast.Lambda, name: str, frame: Frame) -> FunctionValue:
    """A function defined while reading; its defaults are evaluated here, its free names when it is called."""
    outer = frame.source
    source = FunctionSource(name, node, outer.file, outer.lines, outer.function, outer.names, inner=True, owner=outer.owner)
    arguments = node.args
    positional = [*arguments.posonlyargs, *arguments.args]
    given = zip(positional[len(positional) - len(arguments.defaults) :], arguments.defaults, strict=True)
    defaults = {arg.arg: reader.operand(default, frame) for arg, default in given}
    for arg, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
        if default is not None:
            defaults[arg.arg] = reader.operand(default, frame)
    return FunctionValue(source, frame, defaults)


# -- arithmetic ---------------------------------------------------------------------------------------------------


@reads(ast.UnaryOp)
def read_unary(reader: Reader, node: ast.UnaryOp, frame: Frame, hint: str) -> Value:
    """``-x``, ``+x``, ``not c``."""
    if isinstance(node.op, ast.Not):
        test = read_test(reader, node.operand, frame)
        if test is POISON:
            raise PoisonedError
        truth = truth_of(reader, test, node.operand)
        return Known(not truth.value) if isinstance(truth, Known) else reader.apply("not", truth, hint=hint)
    value = reader.operand(node.operand, frame)
    if isinstance(node.op, ast.Invert):
        if isinstance(value, Number) and isinstance(value.known, int) and isinstance(value.atom, Const):
            return number(~value.known)
        return _inverted(reader, value, node, hint)

    def change(item: Number) -> Number:
        if isinstance(node.op, ast.UAdd):
            return item
        if isinstance(item.known, int | float) and isinstance(item.atom, Const) and not item.atom.symbol:
            return number(-item.known)
        result = as_number(reader, reader.apply("neg", item, hint=hint))
        result = replace(result, whole=item.is_whole)
        return result if item.affine is None else replace(result, affine=-item.affine)

    if isinstance(value, TensorValue | MaskedValue):
        if isinstance(node.op, ast.UAdd):
            return same_elements(value) if isinstance(value, TensorValue) else value
        return elementwise(reader, TABLE["neg"], [value], node, hint)
    if isinstance(value, VectorParam):
        reader.assume_array(value, 1)
    if isinstance(value, ArrayValue):
        return ArrayValue(containers.shape(reader, value, node), tuple(change(item) for item in value.items))
    return change(scalar(reader, value, node.operand))


def _inverted(reader: Reader, value: Value, node: ast.UnaryOp, hint: str) -> Value:
    """``~c`` of what NumPy answers, as in ``~np.isfinite(x)``."""
    if getattr(value.inner if isinstance(value, MaskedValue) else value, "kind", "") == "bool":
        return elementwise(reader, TABLE["not"], [value], node, hint)
    if isinstance(value, Condition) and value.numpy:
        return Condition(reader.apply("not", value, hint=hint).atom, numpy=True)
    if isinstance(value, Condition):
        reader.suspect = True
        raise GapError(node, "~ of a condition, which is true in any case for Python's bool (~True is -2)", "use `not`")
    reader.check_truths(value)
    raise reader.refuse(node.op, node)


@reads(ast.BinOp)
def read_binary(reader: Reader, node: ast.BinOp, frame: Frame, hint: str) -> Value:
    """``a + b`` and the like, on numbers, arrays and (as in Python) tuples and lists.

    A sum of many terms is a tree as deep as it is long, to the left: it is read from the bottom up, without recursion.
    """
    spine = [node]
    while isinstance(spine[-1].left, ast.BinOp):
        spine.append(spine[-1].left)
    value = reader.read(spine[-1].left, frame)
    for inner in reversed(spine):
        value = _one_operation(reader, inner, value, frame, hint if inner is node else "t")
    if value is POISON:
        raise PoisonedError
    return value


def _one_operation(reader: Reader, node: ast.BinOp, left: Value, frame: Frame, hint: str) -> Value:
    """One operation of a chain whose left operand is read already; POISON if it is refused."""
    right = reader.read(node.right, frame)
    if left is POISON or right is POISON:
        return POISON
    try:
        return binary(reader, type(node.op), left, right, node, hint)
    except GapError as error:
        reader.record(frame, error)
    except PoisonedError:
        pass
    return POISON


def binary(reader: Reader, op: type[ast.operator], left: Value, right: Value, node: ast.AST, hint: str = "t") -> Value:
    """Apply an arithmetic operator to two values."""
    if isinstance(left, Choice):
        return split(reader, left, lambda side: binary(reader, op, side, right, node, hint), node, hint)
    if isinstance(right, Choice):
        return split(reader, right, lambda side: binary(reader, op, left, side, node, hint), node, hint)
    joined = containers.join(reader, op, left, right, node)
    if joined is not None:
        return joined
    lists = [value for value in (left, right) if isinstance(value, TupleValue | ListValue)]
    if lists and not any(isinstance(value, ARRAYS) for value in (left, right)):
        raise GapError(node, f"an operator on {describe(lists[0])}", "make an array of it: np.array(...)", raises=TypeError)
    if op is ast.MatMult:
        from symdiff.frontend.arrays import matmul

        return matmul(reader, left, right, node)
    if holds_array(left) or holds_array(right):
        return _of_arrays(reader, op, left, right, node, hint)
    if op not in OPERATORS:
        truth = logical(reader, op, left, right)
        if truth is not None:
            return truth
        known = bits.bitwise(op, left, right)
        if known is not None:
            return number(known)
        _check_truths(reader, op, left, right)
        raise reader.refuse(op(), node)
    name = OPERATORS[op]
    if isinstance(left, ArrayValue) or isinstance(right, ArrayValue):
        with reader.quietly(True):
            return containers.broadcast(reader, lambda a, b: arithmetic(reader, name, a, b, node), left, right, node)
    truths = all(isinstance(value, Condition) or is_truth(value) for value in (left, right))
    python = all(isinstance(value, Known) and not value.numpy for value in (left, right))
    if op in (ast.Add, ast.Sub) and truths and not python:
        reason = "the sum of two truth values: 2 of Python's, and True of NumPy's, which comparisons of elements are"
        raise GapError(node, reason, "write int(a > 0) + int(b > 0)")
    return arithmetic(reader, name, scalar(reader, left, node), scalar(reader, right, node), node, hint)


def _of_arrays(reader: Reader, op: type[ast.operator], left: Value, right: Value, node: ast.AST, hint: str) -> Value:
    """An operator on arrays of any size."""
    logic = {ast.BitAnd: "and", ast.BitOr: "or", ast.BitXor: "xor"}
    truths = all(
        isinstance(value, Condition) or getattr(getattr(value, "inner", value), "kind", "") == "bool" or is_truth(value)
        for value in (left, right)
    )
    if op in logic and truths:
        return elementwise(reader, TABLE[logic[op]], [left, right], node, hint)
    if op not in OPERATORS:
        _check_truths(reader, op, left, right)
        raise reader.refuse(op(), node)
    with reader.quietly(True):
        return elementwise(reader, TABLE[OPERATORS[op]], [left, right], node, hint)


def _check_truths(reader: Reader, op: type[ast.operator], left: Value, right: Value) -> None:
    """Of arguments, only a call can tell whether they are arrays of truth values, which have ``&``, ``|`` and ``^``."""
    plain = [isinstance(value, Number) and value.known is not None for value in (left, right)]
    if op in (ast.BitAnd, ast.BitOr, ast.BitXor) and not any(plain):
        reader.check_truths(left)
        reader.check_truths(right)


def arithmetic(reader: Reader, name: str, a: Number, b: Number, node: ast.AST, hint: str = "t") -> Number:
    """One arithmetic operation on scalars; integers known while reading are computed exactly, as in Python."""
    started = isinstance(a, Start) or isinstance(b, Start)
    if (
        isinstance(a.known, int)
        and isinstance(b.known, int)
        and not started
        and isinstance(a.atom, Const)
        and isinstance(b.atom, Const)
    ):
        exact = exact_integer(name, a.known, b.known, node)
        if exact is not None:
            return number(exact)
    if name == "pow" and a.known is not None and b.known is not None and a.known < 0 and b.known != int(b.known):
        raise GapError(node, "a fractional power of a negative number (which is complex)", "use a positive base")
    for value in (a, b):
        if isinstance(value.known, int) and value.known.bit_length() > 1024:
            raise GapError(node, "an integer too large for a float", "use a smaller number")
    if isinstance(a, Start) and name in ("add", "sub", "mul"):
        return as_number(reader, reader.apply("neg", b, hint=hint)) if name == "sub" else b
    if isinstance(b, Start) and name in ("add", "mul"):
        return a
    result = as_number(reader, reader.apply(name, a, b, hint=hint))
    if name in _WHOLE and a.is_whole and b.is_whole and result.known is None:
        result = replace(result, whole=True)
        computed.note(reader, result.atom, name, (a, b))
    parts = [_affine(value) for value in (a, b)]
    if (a.affine is None and b.affine is None) or None in parts:
        return result
    found = [part for part in parts if part is not None]
    return replace(result, affine=_halved(reader, *found) if name == "floordiv" else combined(name, found))


_WHOLE = frozenset({"add", "sub", "mul", "floordiv", "mod"})  # integers of integers


def _halved(reader: Reader, part: Affine, divisor: Affine) -> Affine | None:
    """``n//2``: a size that follows from those of arguments."""
    sizes = {*reader.sizes.names, *reader.sized_leaves}
    if not divisor.is_constant or divisor.const < 1 or not all(map(is_size, part.symbols)):
        return None
    return quotient(part, divisor.const) if sizes.issuperset(sizes_in([part])) else None


def _affine(value: Number) -> Affine | None:
    """An integer as an expression in sizes."""
    return Affine(value.known) if isinstance(value.known, int) else value.affine


def exact_integer(name: str, a: int, b: int, node: ast.AST) -> int | None:
    """Integer arithmetic while reading; None where Python's result is no integer."""
    if name == "pow":
        if b < 0:
            return None
        if a.bit_length() * b > MAX_BITS and abs(a) > 1:
            raise GapError(node, f"the power {_short(a)}**{_short(b)} is too large to compute", "use a smaller exponent")
        return int(a**b)
    if name in ("floordiv", "mod") and b == 0:
        raise GapError(node, "division of integers by zero", "divide by another number")
    result = _EXACT[name](a, b) if name in _EXACT else None
    if result is not None and result.bit_length() > MAX_BITS:
        raise GapError(node, "an integer too large to compute", "use smaller numbers")
    return result


def _short(value: int) -> str:
    return str(value) if value.bit_length() < 64 else "(...)"


# -- conditions ---------------------------------------------------------------------------------------------------


# -- attributes ---------------------------------------------------------------------------------------------------


@reads(ast.Attribute)
def read_attribute(reader: Reader, node: ast.Attribute, frame: Frame, hint: str) -> Value:
    """``math.sin``, ``self.k``, ``array.shape``; methods of containers wait for their call."""
    return objects.read(reader, reader.operand(node.value, frame), node, frame)


# -- comprehensions -----------------------------------------------------------------------------------------------


@reads(ast.Subscript)
def read_subscript(reader: Reader, node: ast.Subscript, frame: Frame, hint: str) -> Value:
    """``p[0]``, ``p[-1]``, ``p[1:]``, ``a[0, 1]``."""
    owner = reader.operand(node.value, frame)
    return containers.subscript(reader, owner, node.slice, frame, node)
