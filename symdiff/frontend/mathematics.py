"""Functions of math and statistics that are no row of the table: several forms of call, containers, integers."""

from __future__ import annotations

import ast
import math
from collections.abc import Callable

from symdiff.frontend.conditions import as_number, conjunction, disjunction, scalar
from symdiff.frontend.expressions import arithmetic
from symdiff.frontend.gaps import GapError
from symdiff.frontend.library import Args, Form, Keywords, numbers, plain, sum_of
from symdiff.frontend.lower import Reader
from symdiff.frontend.sequences import ordered
from symdiff.frontend.values import Number, TupleValue, Value, number, whole
from symdiff.graph.bounds import Bounds

MAX_EXPONENT = 1000  # of ldexp
MAX_ARGUMENT = 300  # of functions of integers computed while reading: 300! has 2041 bits


def product_of(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    """``math.prod(items)``: of numbers."""
    plain(args, keywords, 1, 1, "prod", node)
    total: Value = number(1)
    for position, item in enumerate(numbers(reader, args[0], node)):
        total = item if position == 0 else arithmetic(reader, "mul", scalar(reader, total, node), item, node)
    return total


def _log(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    """``math.log(x)`` and ``math.log(x, base)``."""
    plain(args, keywords, 1, 2, "log", node)
    logs = [as_number(reader, reader.apply("log", scalar(reader, value, node))) for value in args]
    return logs[0] if len(logs) == 1 else arithmetic(reader, "div", logs[0], logs[1], node)


def hypot_of(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    """``math.hypot(x, y, ...)``."""
    plain(args, keywords, 0, 10**6, "hypot", node)
    if not args:
        return number(0.0)
    result = scalar(reader, args[0], node)
    if len(args) == 1:
        return reader.apply("abs", result)
    for value in args[1:]:
        result = as_number(reader, reader.apply("hypot", result, scalar(reader, value, node)))
    return result


def _dist(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    """``math.dist(p, q)``."""
    plain(args, keywords, 2, 2, "dist", node)
    p, q = (numbers(reader, value, node) for value in args)
    if len(p) != len(q):
        raise GapError(node, "the distance of points of different dimension", "make the lengths equal")
    return hypot_of(reader, [arithmetic(reader, "sub", a, b, node) for a, b in zip(p, q, strict=True)], {}, node)


def _integers(function: Callable[..., int]) -> Form:
    """A function of integers that are known while reading: ``math.factorial(5)``."""

    def form(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
        plain(args, keywords, 1, 2, function.__name__, node)
        counted = _counted(reader, function, args)
        if counted is not None:
            return counted
        values = [reader.integer(value, node, f"an argument of {function.__name__}") for value in args]
        if any(abs(value) > MAX_ARGUMENT for value in values):
            raise GapError(node, f"{function.__name__} of so large a number", f"use at most {MAX_ARGUMENT}")
        try:
            return number(function(*values))
        except (ValueError, TypeError) as error:
            raise GapError(node, str(error), "use other arguments") from None

    return form


def _counted(reader: Reader, function: Callable[..., int], args: Args) -> Value | None:
    """A factorial or binomial coefficient of what a loop counts, or of a size, at least 0; None for others."""
    parts = [value.affine for value in args if isinstance(value, Number) and value.affine is not None]
    bounds = Bounds(tuple(loop.range for loop in reader.loops))
    if all(part.is_constant for part in parts) or not all(map(bounds.is_nonnegative, parts)):
        return None
    values = [scalar(reader, value, reader.source.node) for value in args]
    if any(value.affine is None and (not isinstance(value.known, int) or value.known < 0) for value in values):
        return None
    if function is math.factorial:
        return reader.apply("gamma", as_number(reader, reader.apply("add", values[0], number(1))))
    return reader.apply("binom", *values) if function is math.comb and len(values) == 2 else None


def _whole(name: str) -> Form:
    """``math.floor(x)``: an integer if x is known while reading, else the row of the table."""

    def form(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
        plain(args, keywords, 1, 1, name, node)
        value = scalar(reader, args[0], node)
        if value.known is not None and math.isfinite(value.known):
            return number(int(getattr(math, name)(value.known)))
        return value if value.is_whole else whole(as_number(reader, reader.apply(name, value)))

    return form


def is_close(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    """``math.isclose(a, b, rel_tol=1e-9, abs_tol=0.0)``: a condition, with CPython's own formula."""
    tolerances = [keywords.pop(name, number(default)) for name, default in (("rel_tol", 1e-9), ("abs_tol", 0.0))]
    plain(args, keywords, 2, 2, "isclose", node)
    a, b, relative, absolute = (scalar(reader, value, node) for value in (*args, *tolerances))
    distance = _row(reader, "abs", arithmetic(reader, "sub", b, a, node))
    bounds = [_row(reader, "abs", arithmetic(reader, "mul", relative, value, node)) for value in (b, a)]
    near: list[Value] = [reader.apply("le", distance, bound) for bound in (*bounds, absolute)]
    finite: list[Value] = [reader.apply("isfinite", value) for value in (a, b)]
    return disjunction(reader, [reader.apply("eq", a, b), conjunction(reader, [*finite, disjunction(reader, near)])])


def _row(reader: Reader, name: str, *values: Number) -> Number:
    return as_number(reader, reader.apply(name, *values))


def _sumprod(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    """``math.sumprod(p, q)``."""
    plain(args, keywords, 2, 2, "sumprod", node)
    p, q = (numbers(reader, value, node) for value in args)
    if len(p) != len(q):
        raise GapError(node, "sumprod of different lengths", "make the lengths equal")
    products: list[Value] = [arithmetic(reader, "mul", a, b, node) for a, b in zip(p, q, strict=True)]
    return sum_of(reader, [TupleValue(tuple(products))], {}, node)


def _fma(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    """``math.fma(x, y, z)``."""
    plain(args, keywords, 3, 3, "fma", node)
    x, y, z = (scalar(reader, value, node) for value in args)
    return arithmetic(reader, "add", arithmetic(reader, "mul", x, y, node), z, node)


def _ldexp(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    """``math.ldexp(x, n)`` with n known while reading."""
    plain(args, keywords, 2, 2, "ldexp", node)
    exponent = reader.integer(args[1], node, "the exponent of ldexp")
    if abs(exponent) > MAX_EXPONENT:
        raise GapError(node, f"ldexp by {exponent}", f"use an exponent between -{MAX_EXPONENT} and {MAX_EXPONENT}")
    return arithmetic(reader, "mul", scalar(reader, args[0], node), number(2.0**exponent), node)


def _modf(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    """``math.modf(x)``: fraction and whole part, both with the sign of x."""
    plain(args, keywords, 1, 1, "modf", node)
    x = scalar(reader, args[0], node)
    return TupleValue((_row(reader, "fmod", x, number(1.0)), _row(reader, "trunc", x)))


def _mean(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    """``statistics.mean(items)``."""
    plain(args, keywords, 1, 1, "mean", node)
    items = numbers(reader, args[0], node)
    if not items:
        raise GapError(node, "the mean of nothing", "give at least one value")
    total = scalar(reader, sum_of(reader, [TupleValue(tuple(items))], {}, node), node)
    return arithmetic(reader, "div", total, number(len(items)), node)


def _median(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    """``statistics.median(items)`` of a few numbers."""
    plain(args, keywords, 1, 1, "median", node)
    items = ordered(reader, numbers(reader, args[0], node), node)
    if not items:
        raise GapError(node, "the median of nothing", "give at least one value")
    middle = items[(len(items) - 1) // 2 : len(items) // 2 + 1]
    return middle[0] if len(middle) == 1 else _mean(reader, [TupleValue(tuple(middle))], {}, node)


MATH: dict[str, Form] = {
    "log": _log,
    "hypot": hypot_of,
    "dist": _dist,
    "prod": product_of,
    "fsum": sum_of,
    "isclose": is_close,
    "sumprod": _sumprod,
    "fma": _fma,
    "ldexp": _ldexp,
    "modf": _modf,
    **{name: _whole(name) for name in ("floor", "ceil", "trunc")},
    **{name: _integers(getattr(math, name)) for name in ("factorial", "comb", "perm", "gcd", "lcm", "isqrt")},
}

STATISTICS: dict[str, Form] = {"mean": _mean, "fmean": _mean, "median": _median}
