"""NumPy functions that choose among values or read a table: interp, polyval, select, piecewise."""

from __future__ import annotations

import ast
import itertools
from collections.abc import Sequence

from symdiff.frontend import containers
from symdiff.frontend.comparisons import compare
from symdiff.frontend.conditions import either, scalar, truth_of
from symdiff.frontend.expressions import arithmetic, binary
from symdiff.frontend.gaps import GapError
from symdiff.frontend.library import Args, Form, Keywords, numbers, plain
from symdiff.frontend.lower import Reader
from symdiff.frontend.values import (
    NONE,
    ArrayValue,
    Condition,
    FunctionValue,
    Known,
    Number,
    Value,
    VectorParam,
    number,
)


def _is_none(value: Value) -> bool:
    return isinstance(value, Known) and value.value is None


def _interp(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    """``np.interp(x, xp, fp, left=None, right=None)``: piecewise linear; the slope at a knot is that to its right."""
    left, right = ([*args[3:5], *[NONE] * 2][k] for k in range(2))
    left, right = keywords.pop("left", left), keywords.pop("right", right)
    plain(args, keywords, 3, 5, "interp", node)
    xs, ys = (numbers(reader, value, node) for value in args[1:3])
    if len(xs) != len(ys) or not xs:
        raise GapError(node, f"interp with tables of {len(xs)} and {len(ys)} values", "give both as many, and at least one")
    check_increasing(xs, node)
    low = ys[0] if _is_none(left) else scalar(reader, left, node)
    high = ys[-1] if _is_none(right) else scalar(reader, right, node)

    def one(x: Number) -> Number:
        below, above = compare(reader, ast.Lt(), x, xs[0], node), compare(reader, ast.Gt(), x, xs[-1], node)

        def not_below() -> Value:
            return either(reader, above, lambda: high, lambda: _segment(reader, x, xs, ys, node), node)

        return scalar(reader, either(reader, below, lambda: low, not_below, node), node)

    if isinstance(args[0], ArrayValue | VectorParam):
        return ArrayValue(containers.shape(reader, args[0], node), tuple(map(one, args[0].items)))
    return one(scalar(reader, args[0], node))


def check_increasing(xs: Sequence[Number], node: ast.AST) -> None:
    """Refuse a table whose literals do not increase: NumPy gives something for it, but no interpolation."""
    if any(a.known is not None and b.known is not None and not a.known < b.known for a, b in itertools.pairwise(xs)):
        raise GapError(node, "interp with a table that does not increase", "sort the table")


def _segment(reader: Reader, x: Number, xs: Sequence[Number], ys: Sequence[Number], node: ast.AST) -> Value:
    """The value on the segment that holds x, found by bisection, with NumPy's formula."""
    if len(xs) == 1:  # x is the one knot, or NaN
        return arithmetic(reader, "add", ys[0], arithmetic(reader, "sub", x, xs[0], node), node)
    if len(xs) == 2:
        rise, run = (arithmetic(reader, "sub", pair[1], pair[0], node) for pair in (ys, xs))
        slope = arithmetic(reader, "div", rise, run, node)
        along = arithmetic(reader, "mul", slope, arithmetic(reader, "sub", x, xs[0], node), node)
        return arithmetic(reader, "add", along, ys[0], node)
    middle = len(xs) // 2

    def side(part: slice) -> Value:
        return _segment(reader, x, xs[part], ys[part], node)

    lower = compare(reader, ast.Lt(), x, xs[middle], node)
    return either(reader, lower, lambda: side(slice(middle + 1)), lambda: side(slice(middle, None)), node)


def _polyval(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    """``np.polyval(coefficients, x)``: Horner's rule, the highest power first."""
    plain(args, keywords, 2, 2, "polyval", node)
    total, *others = containers.elements(reader, args[0], node) or [number(0)]
    if not others:  # a constant, too, has the shape of x
        return binary(reader, ast.Add, binary(reader, ast.Mult, number(0), args[1], node), total, node)
    for coefficient in others:
        total = binary(reader, ast.Add, binary(reader, ast.Mult, total, args[1], node), coefficient, node)
    return total


def _select(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    """``np.select(conditions, choices, default=0)`` of scalars: the first condition that holds decides."""
    default = keywords.pop("default", args[2] if len(args) == 3 else number(0))
    names = ("condlist", "choicelist")
    args = [*args[:2], *(keywords.pop(name) for name in names[len(args[:2]) :] if name in keywords)]
    plain(args, keywords, 2, 2, "select", node)
    tests, values = (list(containers.elements(reader, value, node)) for value in args)
    if len(tests) != len(values):
        raise GapError(node, f"select with {len(tests)} conditions and {len(values)} choices", "give as many of both")
    return _first(reader, [truth_of(reader, test, node) for test in tests], values, default, node)


def _first(reader: Reader, tests: list[Value], values: list[Value], default: Value, node: ast.AST) -> Value:
    if not tests:
        return scalar(reader, default, node)
    return either(
        reader,
        tests[0],
        lambda: scalar(reader, values[0], node),
        lambda: _first(reader, tests[1:], values[1:], default, node),
        node,
    )


def _piecewise(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    """``np.piecewise(x, conditions, functions)`` of a scalar: the last condition that holds decides, as in NumPy."""
    from symdiff.frontend.calls import call

    plain(args, keywords, 3, 1000, "piecewise", node)
    x, extra = scalar(reader, args[0], node), args[3:]
    tests: list[Value] = [truth_of(reader, test, node) for test in _conditions(reader, args[1], node)]
    functions = list(containers.elements(reader, args[2], node))
    if len(functions) == len(tests):
        functions.append(number(0))
    if len(functions) != len(tests) + 1:
        raise GapError(node, f"piecewise with {len(tests)} conditions and {len(functions)} functions", "give one for each")

    def piece(function: Value) -> Value:
        callable_ = isinstance(function, FunctionValue) or (isinstance(function, Known) and callable(function.value))
        return scalar(reader, call(reader, function, [x, *extra], {}, node, "t") if callable_ else function, node)

    def chosen(count: int) -> Value:
        if count == 0:
            return piece(functions[-1])
        return either(reader, tests[count - 1], lambda: piece(functions[count - 1]), lambda: chosen(count - 1), node)

    return chosen(len(tests))


def _conditions(reader: Reader, value: Value, node: ast.AST) -> Sequence[Value]:
    """The conditions of piecewise: a list of them, or a single one."""
    single = isinstance(value, Condition) or (isinstance(value, Known) and isinstance(value.value, bool))
    return [value] if single else containers.elements(reader, value, node)


TABLES: dict[str, Form] = {
    "interp": _interp,
    "polyval": _polyval,
    "select": _select,
    "piecewise": _piecewise,
}
