"""Comparisons: of numbers in the graph, of known values while reading; identity and membership."""

from __future__ import annotations

import ast
import enum
import operator
import sys
from collections.abc import Callable, Sequence
from typing import Any

from symdiff.frontend import containers, dicts
from symdiff.frontend.conditions import conjunction, disjunction, is_truth, negated, plain_number, scalar, split
from symdiff.frontend.gaps import GapError
from symdiff.frontend.lengths import differ
from symdiff.frontend.lookup import is_python
from symdiff.frontend.lower import Frame, Reader, reads
from symdiff.frontend.tensors import elementwise
from symdiff.frontend.values import (
    ArrayValue,
    Choice,
    Condition,
    DictValue,
    FunctionValue,
    IteratorValue,
    Known,
    ListValue,
    MaskedValue,
    Number,
    TensorValue,
    TextValue,
    TupleValue,
    Value,
    VectorParam,
    describe,
    number,
)
from symdiff.graph.affine import Affine
from symdiff.graph.terms import Guard
from symdiff.primitives import TABLE

COMPARISONS: dict[type[ast.cmpop], str] = {
    ast.Lt: "lt",
    ast.LtE: "le",
    ast.Gt: "gt",
    ast.GtE: "ge",
    ast.Eq: "eq",
    ast.NotEq: "ne",
}


_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "lt": operator.lt,
    "le": operator.le,
    "gt": operator.gt,
    "ge": operator.ge,
    "eq": operator.eq,
    "ne": operator.ne,
}


@reads(ast.Compare)
def read_compare(reader: Reader, node: ast.Compare, frame: Frame, hint: str) -> Value:
    """``a < b``, chained ``a < b < c``, ``x is None``, ``x in (1, 2)``."""
    if any(isinstance(inner, ast.NamedExpr) for later in node.comparators[1:] for inner in ast.walk(later)):
        raise GapError(node, "an assignment (:=) that may not happen", "assign in a statement of its own")
    values = reader.operands([node.left, *node.comparators], frame)
    results = [compare(reader, op, a, b, node, hint) for op, a, b in zip(node.ops, values[:-1], values[1:], strict=True)]
    return _together(reader, results, node, hint)


def compare(reader: Reader, op: ast.cmpop, a: Value, b: Value, node: ast.AST, hint: str = "t") -> Value:
    """One comparison."""
    if isinstance(a, Choice):
        return split(reader, a, lambda side: compare(reader, op, side, b, node, hint), node, hint)
    if isinstance(b, Choice):
        return split(reader, b, lambda side: compare(reader, op, a, side, node, hint), node, hint)
    first, second = _known_items(a), _known_items(b)
    if type(op) in COMPARISONS and first is not None and second is not None:
        return Known(_COMPARE[COMPARISONS[type(op)]](first, second))
    return _compare_plain(reader, op, a, b, node, hint)


def _compare_plain(reader: Reader, op: ast.cmpop, a: Value, b: Value, node: ast.AST, hint: str) -> Value:
    if isinstance(op, ast.Is | ast.IsNot):
        return _identity(reader, op, a, b, node)
    if isinstance(op, ast.In | ast.NotIn):
        return _membership(reader, op, a, b, node, hint)
    name = COMPARISONS[type(op)]
    if not (isinstance(a, Known) and isinstance(b, Known)):
        a, b = plain_number(a), plain_number(b)
    for value in (a, b):
        if isinstance(value, VectorParam):
            reader.assume_array(value, 1)
        _require_comparable(value, node)
    if isinstance(a, Known) and isinstance(b, Known):
        _pin(reader, a, b)
        return _compare_known(name, a.value, b.value, node)
    others = ArrayValue | TensorValue | VectorParam
    if name in ("eq", "ne") and isinstance(a, TupleValue | ListValue) and not isinstance(b, others):
        equal = _compare_items(reader, a, b, node)
        return equal if name == "eq" else negated(reader, equal, hint)
    if isinstance(a, Known) != isinstance(b, Known) and not is_truth(a) and not is_truth(b):
        known, other = (a.value, b) if isinstance(a, Known) else (b.value, a)  # type: ignore[union-attr]
        elementwise_in_numpy = isinstance(known, range) or isinstance(other, TensorValue | MaskedValue | ArrayValue)
        if name in ("eq", "ne") and dicts.is_plain(known) and not elementwise_in_numpy:
            return Known(name == "ne")  # a number never equals a string or None; a Decimal it may
        raise GapError(node, f"a comparison of {describe(a)} with {describe(b)}", "compare numbers")
    if any(isinstance(value, TensorValue | MaskedValue | ArrayValue) for value in (a, b)):
        return elementwise(reader, TABLE[name], [a, b], node, hint)
    if isinstance(a, TupleValue | ListValue) or isinstance(b, TupleValue | ListValue):
        raise GapError(node, "a comparison of containers", "compare their elements", "not yet")
    return _compare_numbers(reader, name, scalar(reader, a, node), scalar(reader, b, node), node, hint)


def _compare_numbers(reader: Reader, name: str, first: Number, second: Number, node: ast.AST, hint: str) -> Value:
    """A comparison in the graph; of integers that are computed from positions and lengths with what it says of those."""
    if first.known is not None and second.known is not None:
        return Known(_COMPARE[name](first.known, second.known))
    decided = _decided(reader, name, first.affine, second.affine, node)
    if decided is not None:
        return Known(decided)
    found = reader.apply(name, first, second, hint=hint)
    if reader.counters and first.integer is not None and second.integer is not None:
        reader.comparisons[found.atom] = _guard(name, first.integer, second.integer)
    if first.affine is not None or second.affine is not None:
        return Condition(found.atom, guards=_guards(name, first, second))
    return found


def _decided(reader: Reader, name: str, first: Affine | None, second: Affine | None, node: ast.AST) -> bool | None:
    """What a comparison of lengths is in this version, whatever they are; None if the run tells."""
    if first is None or second is None:
        return None
    difference = first - second
    if difference.is_constant:
        return _COMPARE[name](difference.const, 0)
    return name == "ne" if name in ("eq", "ne") and differ(reader, first, second, node) else None


def _guards(name: str, first: Number, second: Number) -> tuple[Guard, ...]:
    """What a comparison of integers that are computed from positions and lengths says of those."""
    left, right = (Affine(side.known) if isinstance(side.known, int) else side.affine for side in (first, second))
    return () if left is None or right is None else (_guard(name, left, right),)


def _guard(name: str, left: Affine, right: Affine) -> Guard:
    if name in ("eq", "ne"):
        return Guard(left - right, "==" if name == "eq" else "!=")
    difference = left - right if name in ("gt", "ge") else right - left
    return Guard(difference if name in ("ge", "le") else difference - 1)


def _require_comparable(value: Value, node: ast.AST) -> None:
    if isinstance(value, Known) and is_python(type(value.value), "__eq__", "__ne__", "__lt__", "__le__", "__gt__", "__ge__"):
        raise GapError(node, f"a comparison with {describe(value)}, whose class computes it", "compare its attributes")
    if isinstance(value, TextValue | IteratorValue | FunctionValue):
        raise GapError(node, f"a comparison with {describe(value)}", "compare known texts or numbers")


def _compare_known(name: str, a: Any, b: Any, node: ast.AST) -> Known:
    """Compare objects by Python's own methods; nothing of the user's runs."""
    if not (dicts.is_plain(a) and dicts.is_plain(b)):
        if a is not b:
            raise GapError(node, f"a comparison of {describe(Known(a))} with {describe(Known(b))}", "compare texts or numbers")
        return Known(name == "eq")
    try:
        return Known(_COMPARE[name](a, b))
    except TypeError as error:
        raise GapError(node, str(error), "compare values of one kind") from None


def _compare_items(reader: Reader, a: TupleValue | ListValue, b: Value, node: ast.AST) -> Value:
    """``==`` of tuples and lists: the same kind, the same length, equal elements."""
    if isinstance(b, Number) and b.known is None and not b.is_whole:
        raise GapError(node, f"a comparison of {describe(a)} with a number, which may be NumPy's", "compare the elements")
    if type(a) is not type(b) or not isinstance(b, TupleValue | ListValue) or len(a.items) != len(b.items):
        return Known(False)
    equal = [compare(reader, ast.Eq(), x, y, node) for x, y in zip(a.items, b.items, strict=True)]
    return _together(reader, equal, node, "t")


def _together(reader: Reader, truths: list[Value], node: ast.AST, hint: str, any_of: bool = False) -> Value:
    """Whether all of several comparisons hold, or one of them. Those of arrays give arrays, which have no truth value."""
    arrays = [value for value in truths if not isinstance(value, Known | Condition)]
    if len(truths) > 1 and arrays:
        raise GapError(node, f"the truth value of {describe(arrays[0])} is ambiguous", "compare its elements, or join by &")
    return disjunction(reader, truths, hint) if any_of else conjunction(reader, truths, hint)


def _known_items(value: Value) -> tuple[Any, ...] | None:
    """A tuple of known numbers, as versions are: ``(3, 8)``, ``sys.version_info``."""
    if isinstance(value, Known) and value.value is sys.version_info:
        return tuple(value.value)
    if not isinstance(value, TupleValue) or value.record is not None:
        return None
    known = tuple(item.known for item in value.items if isinstance(item, Number))
    return known if len(known) == len(value.items) and None not in known else None


def _pin(reader: Reader, *values: Known) -> None:
    """Two objects are compared: from now on they must be the same ones, and not only of the same class."""
    for value in values:
        if value.place is not None and not any(other.value is None for other in values):
            reader.guard(value.place, value.value)


def _identity(reader: Reader, op: ast.cmpop, a: Value, b: Value, node: ast.AST) -> Known:
    """``is``: decided while reading, since None and other objects are known."""
    if isinstance(a, Known) and isinstance(b, Known):
        _pin(reader, a, b)
        same = a.value is b.value
    elif any(is_truth(value) for value in (a, b)) and any(isinstance(value, Condition) for value in (a, b)):
        raise GapError(node, "identity of a truth value (is)", "test the condition itself")
    elif any(isinstance(value, Known) and (value.value is None or isinstance(value.value, bool)) for value in (a, b)):
        same = False
    elif isinstance(a, Number) and isinstance(b, Number):
        same = _same_small_integer(reader, a, b, node)
    else:
        raise GapError(node, "identity of numbers (is)", "use == instead")
    return Known(same == isinstance(op, ast.Is))


def _same_small_integer(reader: Reader, a: Number, b: Number, node: ast.AST) -> bool:
    """``is`` of two small integers from outside (options), of which Python keeps one object each."""
    if all(value.known is not None or value.atom in reader.integers for value in (a, b)):
        first, second = (reader.integer(value, node, "an operand of is") for value in (a, b))
        if all(-5 <= value <= 256 for value in (first, second)):
            return first == second
    raise GapError(node, "identity of numbers (is)", "use == instead")


def _membership(reader: Reader, op: ast.cmpop, a: Value, b: Value, node: ast.AST, hint: str) -> Value:
    if isinstance(a, Known) and isinstance(b, Known) and isinstance(b.value, str):
        found: Value = Known(str(a.value) in b.value)
    elif isinstance(b, DictValue) or (isinstance(b, Known) and isinstance(b.value, frozenset)):
        found = _among_keys(reader, a, b.keys if isinstance(b, DictValue) else tuple(b.value), node, hint)
    else:
        if isinstance(a, TupleValue | ListValue) and isinstance(b, ArrayValue | TensorValue):
            raise GapError(node, f"membership of {describe(a)} in {describe(b)}", "write np.any(x == a)", "not yet")
        items = containers.elements(reader, b, node)
        equal = [compare(reader, ast.Eq(), a, item, node, hint) for item in items]
        if not all(isinstance(value, Known | Condition) for value in equal):
            raise GapError(node, f"membership of {describe(a)} in {describe(b)}", "write np.any(x == a)", "not yet")
        found = _together(reader, equal, node, hint, any_of=True)
    return found if isinstance(op, ast.In) else negated(reader, found, hint)


def _among_keys(reader: Reader, value: Value, keys: Sequence[Any], node: ast.AST, hint: str) -> Value:
    """Membership among the keys of a dict or in a set: known, or a comparison of numbers."""
    if dicts.key_of(value) is not None:
        return Known(dicts.hashed(reader, value, node) in keys)
    numbers = sorted({key._value_ if isinstance(key, enum.Enum) else key + 0 for key in keys if isinstance(key, int | float)})
    return disjunction(reader, [compare(reader, ast.Eq(), value, number(key), node, hint) for key in numbers], hint)
