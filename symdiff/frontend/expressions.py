"""Rules for expressions: literals, names, operators, comparisons, logic, conditional expressions."""

from __future__ import annotations

import ast
import math
import operator
from collections.abc import Callable
from typing import Any

from symdiff.frontend import containers, resolve
from symdiff.frontend.lower import Frame, GapError, PoisonedError, Reader, reads
from symdiff.frontend.merge import choose
from symdiff.frontend.source import FunctionSource
from symdiff.frontend.values import (
    POISON,
    ArrayValue,
    Condition,
    FunctionValue,
    Known,
    ListValue,
    Method,
    Number,
    TupleValue,
    Value,
    VectorParam,
    describe,
    number,
)
from symdiff.graph.graph import Const

MAX_BITS = 4096  # of an integer computed while reading: 9**9**9 is refused, not computed

OPERATORS: dict[type[ast.operator], str] = {
    ast.Add: "add",
    ast.Sub: "sub",
    ast.Mult: "mul",
    ast.Div: "div",
    ast.Pow: "pow",
    ast.FloorDiv: "floordiv",
    ast.Mod: "mod",
}
COMPARISONS: dict[type[ast.cmpop], str] = {
    ast.Lt: "lt",
    ast.LtE: "le",
    ast.Gt: "gt",
    ast.GtE: "ge",
    ast.Eq: "eq",
    ast.NotEq: "ne",
}
_EXACT: dict[str, Callable[[int, int], int]] = {
    "add": operator.add,
    "sub": operator.sub,
    "mul": operator.mul,
    "floordiv": operator.floordiv,
    "mod": operator.mod,
}
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "lt": operator.lt,
    "le": operator.le,
    "gt": operator.gt,
    "ge": operator.ge,
    "eq": operator.eq,
    "ne": operator.ne,
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
    value = reader.operand(node.value, frame)
    frame.variables[node.target.id] = value
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
    return TupleValue(tuple(items)) if isinstance(node, ast.Tuple) else ListValue(tuple(items))


@reads(ast.Lambda)
def read_lambda(reader: Reader, node: ast.Lambda, frame: Frame, hint: str) -> Value:
    """An inner function without a name."""
    return inner_function(reader, node, "f", frame)


def inner_function(reader: Reader, node: ast.FunctionDef | ast.Lambda, name: str, frame: Frame) -> FunctionValue:
    """A function defined while reading; its defaults are evaluated here, its free names when it is called."""
    outer = frame.source
    source = FunctionSource(name, node, outer.file, outer.lines, outer.function, outer.names)
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
        truth = truth_of(reader, reader.operand(node.operand, frame), node.operand)
        return Known(not truth.value) if isinstance(truth, Known) else reader.apply("not", truth, hint=hint)
    if isinstance(node.op, ast.Invert):
        raise reader.refuse(node.op, node)
    value = reader.operand(node.operand, frame)

    def change(item: Number) -> Number:
        if isinstance(node.op, ast.UAdd):
            return item
        if isinstance(item.known, int | float) and isinstance(item.atom, Const) and not item.atom.symbol:
            return number(-item.known)
        return as_number(reader, reader.apply("neg", item, hint=hint))

    if isinstance(value, ArrayValue | VectorParam):
        return ArrayValue(containers.shape(reader, value, node), tuple(change(item) for item in value.items))
    return change(scalar(reader, value, node.operand))


@reads(ast.BinOp)
def read_binary(reader: Reader, node: ast.BinOp, frame: Frame, hint: str) -> Value:
    """``a + b`` and the like, on numbers, arrays and (as in Python) tuples and lists."""
    left, right = reader.operands([node.left, node.right], frame)
    return binary(reader, type(node.op), left, right, node, hint)


def binary(reader: Reader, op: type[ast.operator], left: Value, right: Value, node: ast.AST, hint: str = "t") -> Value:
    """Apply an arithmetic operator to two values."""
    joined = containers.join(reader, op, left, right, node)
    if joined is not None:
        return joined
    if op not in OPERATORS:
        known = containers.bitwise(op, left, right)
        if known is not None:
            return number(known)
        raise reader.refuse(op(), node)
    name = OPERATORS[op]
    if isinstance(left, ArrayValue) or isinstance(right, ArrayValue):
        return containers.broadcast(reader, lambda a, b: arithmetic(reader, name, a, b, node), left, right, node)
    return arithmetic(reader, name, scalar(reader, left, node), scalar(reader, right, node), node, hint)


def arithmetic(reader: Reader, name: str, a: Number, b: Number, node: ast.AST, hint: str = "t") -> Number:
    """One arithmetic operation on scalars; integers known while reading are computed exactly, as in Python."""
    if isinstance(a.known, int) and isinstance(b.known, int) and isinstance(a.atom, Const) and isinstance(b.atom, Const):
        exact = exact_integer(name, a.known, b.known, node)
        if exact is not None:
            return number(exact)
    for value in (a, b):
        if isinstance(value.known, int) and value.known.bit_length() > 1024:
            raise GapError(node, "an integer too large for a float", "use a smaller number")
    return as_number(reader, reader.apply(name, a, b, hint=hint))


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


def scalar(reader: Reader, value: Value, node: ast.AST) -> Number:
    """A value that must be one number; a condition counts as 0 or 1."""
    if isinstance(value, Number):
        return value
    if isinstance(value, Condition):
        return as_number(reader, value)
    if isinstance(value, Known) and isinstance(value.value, bool):
        return number(int(value.value))
    if isinstance(value, ArrayValue) and value.shape == ():
        return value.items[0]
    if isinstance(value, VectorParam):
        raise GapError(node, f"{value.name} is used both as a vector and as a number", "use its elements", "not yet")
    raise GapError(node, f"arithmetic on {describe(value)}", "use numbers")


def as_number(reader: Reader, value: Number | Condition) -> Number:
    """A condition as 1.0 or 0.0."""
    if isinstance(value, Number):
        return value
    return Number(reader.builder.branch(value.atom, (), (), [("t", Const(1), Const(0))])[0])


# -- conditions ---------------------------------------------------------------------------------------------------


@reads(ast.Compare)
def read_compare(reader: Reader, node: ast.Compare, frame: Frame, hint: str) -> Value:
    """``a < b``, chained ``a < b < c``, ``x is None``, ``x in (1, 2)``."""
    values = reader.operands([node.left, *node.comparators], frame)
    results = [
        compare(reader, op, a, b, node, hint) for op, a, b in zip(node.ops, values[:-1], values[1:], strict=True)
    ]
    return conjunction(reader, results, hint)


def compare(reader: Reader, op: ast.cmpop, a: Value, b: Value, node: ast.AST, hint: str) -> Value:
    """One comparison."""
    if isinstance(op, ast.Is | ast.IsNot):
        return _identity(op, a, b, node)
    if isinstance(op, ast.In | ast.NotIn):
        return _membership(reader, op, a, b, node, hint)
    name = COMPARISONS[type(op)]
    if isinstance(a, Known) and isinstance(b, Known):
        try:
            return Known(_COMPARE[name](a.value, b.value))
        except TypeError as error:
            raise GapError(node, str(error), "compare values of one kind") from None
    if isinstance(a, Known) != isinstance(b, Known) and not _is_truth(a) and not _is_truth(b):
        if name in ("eq", "ne"):  # a number never equals a string or None
            return Known(name == "ne")
        raise GapError(node, f"a comparison of {describe(a)} with {describe(b)}", "compare numbers")
    if isinstance(a, ArrayValue | VectorParam | TupleValue | ListValue) or isinstance(b, ArrayValue | TupleValue | ListValue):
        raise GapError(node, "a comparison of containers", "compare their elements", "not yet")
    first, second = scalar(reader, a, node), scalar(reader, b, node)
    if first.known is not None and second.known is not None:
        return Known(_COMPARE[name](first.known, second.known))
    return reader.apply(name, first, second, hint=hint)


def _is_truth(value: Value) -> bool:
    return isinstance(value, Known) and isinstance(value.value, bool)


def _identity(op: ast.cmpop, a: Value, b: Value, node: ast.AST) -> Known:
    """``is``: decided while reading, since None and other objects are known."""
    if isinstance(a, Known) and isinstance(b, Known):
        same = a.value is b.value
    elif any(isinstance(value, Known) and (value.value is None or isinstance(value.value, bool)) for value in (a, b)):
        same = False
    else:
        raise GapError(node, "identity of numbers (is)", "use == instead")
    return Known(same == isinstance(op, ast.Is))


def _membership(reader: Reader, op: ast.cmpop, a: Value, b: Value, node: ast.AST, hint: str) -> Value:
    if isinstance(a, Known) and isinstance(b, Known) and isinstance(b.value, str):
        found: Value = Known(str(a.value) in b.value)
    else:
        items = containers.elements(reader, b, node)
        found = disjunction(reader, [compare(reader, ast.Eq(), a, item, node, hint) for item in items], hint)
    if isinstance(op, ast.In):
        return found
    return Known(not found.value) if isinstance(found, Known) else reader.apply("not", _condition(found), hint=hint)


def _condition(value: Value) -> Condition:
    if not isinstance(value, Condition):
        raise TypeError(f"{value} is no condition")
    return value


def conjunction(reader: Reader, values: list[Value], hint: str = "t") -> Value:
    """The logical and of truth values that are all computed."""
    return _logic(reader, values, "and", False, hint)


def disjunction(reader: Reader, values: list[Value], hint: str = "t") -> Value:
    """The logical or of truth values that are all computed."""
    return _logic(reader, values, "or", True, hint)


def _logic(reader: Reader, values: list[Value], op: str, decided: bool, hint: str) -> Value:
    result: Value = Known(not decided)
    for value in values:
        if isinstance(value, Known):
            if bool(value.value) == decided:
                return Known(decided)
        elif isinstance(result, Known):
            result = value
        else:
            result = reader.apply(op, _condition(result), _condition(value), hint=hint)
    return result


def truth_of(reader: Reader, value: Value, node: ast.AST) -> Known | Condition:
    """What ``bool(value)`` is: known while reading, or a condition in the graph."""
    if isinstance(value, Known):
        return Known(bool(value.value))
    if isinstance(value, Condition):
        return value
    if isinstance(value, Number):
        if value.known is not None:
            return Known(bool(value.known))
        return _condition(reader.apply("ne", value, number(0)))
    if isinstance(value, TupleValue | ListValue):
        return Known(bool(value.items))
    if isinstance(value, ArrayValue) and len(value.items) == 1:
        return truth_of(reader, value.items[0], node)
    if isinstance(value, FunctionValue | Method):
        return Known(True)
    raise GapError(node, f"the truth value of {describe(value)} is ambiguous", "compare its elements")


@reads(ast.BoolOp)
def read_logic(reader: Reader, node: ast.BoolOp, frame: Frame, hint: str) -> Value:
    """``a and b``, ``a or b``: as in Python the value of an operand; the right one is evaluated only if it is needed."""
    return _short_circuit(reader, isinstance(node.op, ast.And), node.values, frame, hint)


def _short_circuit(reader: Reader, conjunctive: bool, nodes: list[ast.expr], frame: Frame, hint: str) -> Value:
    value = reader.operand(nodes[0], frame)
    if len(nodes) == 1:
        return value
    truth = truth_of(reader, value, nodes[0])
    if isinstance(truth, Known):
        return _short_circuit(reader, conjunctive, nodes[1:], frame, hint) if truth.value == conjunctive else value
    before = dict(frame.variables)
    with reader.builder.block() as body:
        other = _short_circuit(reader, conjunctive, nodes[1:], frame, hint)
    if other is POISON:
        raise PoisonedError
    if frame.variables != before:
        raise GapError(nodes[1], "an assignment (:=) that may not happen", "assign in a statement of its own")
    plain = isinstance(value, Condition) and isinstance(other, Condition | Known)
    if plain and all(reader.is_cheap(statement) for statement in body):
        reader.builder.splice(body)
        return conjunction(reader, [value, other], hint) if conjunctive else disjunction(reader, [value, other], hint)
    then, orelse = ((body, other), ((), value)) if conjunctive else (((), value), (body, other))
    return choose(reader, truth.atom, then, orelse, nodes[1], hint)


@reads(ast.IfExp)
def read_conditional(reader: Reader, node: ast.IfExp, frame: Frame, hint: str) -> Value:
    """``a if c else b``: only the chosen side is evaluated."""
    truth = truth_of(reader, reader.operand(node.test, frame), node.test)
    if isinstance(truth, Known):
        return reader.operand(node.body if truth.value else node.orelse, frame)
    with reader.builder.block() as then:
        first = reader.read(node.body, frame, hint)
    with reader.builder.block() as orelse:
        second = reader.read(node.orelse, frame, hint)
    if first is POISON or second is POISON:
        raise PoisonedError
    return choose(reader, truth.atom, (then, first), (orelse, second), node, hint)


# -- attributes ---------------------------------------------------------------------------------------------------


@reads(ast.Attribute)
def read_attribute(reader: Reader, node: ast.Attribute, frame: Frame, hint: str) -> Value:
    """``math.sin``, ``module.constant``, ``array.shape``; methods of containers wait for their call."""
    import types

    owner = reader.operand(node.value, frame)
    if isinstance(owner, Known) and isinstance(owner.value, types.ModuleType):
        module = owner.value
        if frame.source.function is None and node.attr.startswith("_"):
            raise GapError(node, f"{module.__name__}.{node.attr} is private", "use a public name")
        if not hasattr(module, node.attr):
            raise GapError(node, f"module {module.__name__} has no {node.attr}", "check the spelling")
        value, capture = resolve.attribute(module, node.attr)
        if resolve.is_library(module) and isinstance(value, float):
            return reader.wrap(value, node.attr, None, node, owner=module)
        if isinstance(value, types.ModuleType) and frame.source.function is None:
            raise GapError(node, f"the module {module.__name__}.{node.attr} is not available in source text", "use math or numpy")
        return reader.wrap(value, node.attr, capture, node, owner=module if resolve.is_library(module) else None)
    found = containers.attribute(reader, owner, node.attr, node)
    if found is not None:
        return found
    raise GapError(node, f"the attribute .{node.attr} of {describe(owner)}", "pass the value as an argument", "not yet")


# -- comprehensions -----------------------------------------------------------------------------------------------


@reads(ast.ListComp, ast.GeneratorExp)
def read_comprehension(reader: Reader, node: ast.ListComp | ast.GeneratorExp, frame: Frame, hint: str) -> Value:
    """``[g(v) for v in items if c]`` over containers of known length; the condition must be known while reading."""
    targets = {
        name.id
        for generator in node.generators
        for name in ast.walk(generator.target)
        if isinstance(name, ast.Name) and isinstance(name.ctx, ast.Store)
    }
    inner = Frame(frame.source, frozenset(targets), {}, frame, frame.inlined)
    items: list[Value] = []
    _generate(reader, node, 0, inner, frame, items)
    if any(item is POISON for item in items):
        raise PoisonedError
    return ListValue(tuple(items)) if isinstance(node, ast.ListComp) else TupleValue(tuple(items))


def _generate(
    reader: Reader, node: ast.ListComp | ast.GeneratorExp, level: int, inner: Frame, outer: Frame, items: list[Value]
) -> None:
    generator = node.generators[level]
    source = reader.operand(generator.iter, outer if level == 0 else inner)
    for value in containers.elements(reader, source, generator.iter):
        containers.assign(reader, generator.target, value, inner)
        if not _passes(reader, generator.ifs, inner):
            continue
        if level + 1 < len(node.generators):
            _generate(reader, node, level + 1, inner, outer, items)
        else:
            items.append(reader.read(node.elt, inner))
        if items and items[-1] is POISON:
            return


def _passes(reader: Reader, tests: list[ast.expr], frame: Frame) -> bool:
    for test in tests:
        truth = truth_of(reader, reader.operand(test, frame), test)
        if isinstance(truth, Condition):
            raise GapError(
                test, "a filter that depends on the arguments", "write `value if condition else 0` as the element", "not yet"
            )
        if not truth.value:
            return False
    return True


@reads(ast.Subscript)
def read_subscript(reader: Reader, node: ast.Subscript, frame: Frame, hint: str) -> Value:
    """``p[0]``, ``p[-1]``, ``p[1:]``, ``a[0, 1]``."""
    owner = reader.operand(node.value, frame)
    return containers.subscript(reader, owner, node.slice, frame, node)


@reads(ast.JoinedStr)
def read_f_string(reader: Reader, node: ast.JoinedStr, frame: Frame, hint: str) -> Value:
    """An f-string of known values."""
    parts: list[str] = []
    for part in node.values:
        if isinstance(part, ast.Constant):
            parts.append(str(part.value))
            continue
        value = reader.operand(part.value, frame) if isinstance(part, ast.FormattedValue) else POISON
        known = value.known if isinstance(value, Number) else value.value if isinstance(value, Known) else None
        plain = isinstance(part, ast.FormattedValue) and part.conversion == -1 and part.format_spec is None
        if known is None or not plain or not isinstance(known, str | int | float) or not math.isfinite(known if not isinstance(known, str) else 0):
            raise GapError(part, "an f-string with a value of the call", "use a fixed text", "not yet")
        parts.append(str(known))
    return Known("".join(parts))

