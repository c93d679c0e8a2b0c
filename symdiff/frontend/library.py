"""Functions of Python, math and NumPy that are no row of the table: they work on containers, or on several forms of call."""

from __future__ import annotations

import ast
import builtins
import math
from collections.abc import Callable
from typing import Any

from symdiff.frontend import containers, dicts
from symdiff.frontend.conditions import as_number, conjunction, disjunction, scalar, truth_of
from symdiff.frontend.expressions import arithmetic, binary
from symdiff.frontend.gaps import GapError
from symdiff.frontend.lower import Reader
from symdiff.frontend.outside import wrap
from symdiff.frontend.values import (
    ArrayValue,
    Known,
    ListValue,
    Number,
    TupleValue,
    Value,
    VectorParam,
    describe,
    number,
)
from symdiff.graph.graph import Const

Args = list[Value]
Keywords = dict[str, Value]
MAX_ARGUMENT = 300  # of functions of integers computed while reading: 300! has 2041 bits
Form = Callable[[Reader, Args, Keywords, ast.AST], Value]


def plain(args: Args, keywords: Keywords, least: int, most: int, name: str, node: ast.AST) -> None:
    """Check the number of arguments of a form without keywords."""
    if keywords:
        raise GapError(node, f"{name} with keyword {next(iter(keywords))}", "call it with plain arguments", "not yet")
    if not least <= len(args) <= most:
        wanted = str(least) if least == most else f"{least} to {most}"
        raise GapError(node, f"{name} takes {wanted} arguments, {len(args)} given", f"give {wanted}")


# -- Python -------------------------------------------------------------------------------------------------------


def sum_of(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    """``sum(items, start=0)``."""
    start = keywords.pop("start", None)
    plain(args, keywords, 1, 2, "sum", node)
    start = args[1] if len(args) == 2 else start
    items = containers.elements(reader, args[0], node)
    if start is None and items:
        start, items = items[0], items[1:]
        if not isinstance(start, Number | ArrayValue):
            start = scalar(reader, start, node)
    total: Value = number(0) if start is None else start
    for item in items:
        total = binary(reader, ast.Add, total, item, node)
    return total


def product_of(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    """``math.prod(items)``."""
    plain(args, keywords, 1, 1, "prod", node)
    total: Value = number(1)
    for position, item in enumerate(_numbers(reader, args[0], node)):
        total = item if position == 0 else arithmetic(reader, "mul", scalar(reader, total, node), item, node)
    return total


def _numbers(reader: Reader, value: Value, node: ast.AST) -> list[Number]:
    if isinstance(value, ArrayValue):
        return list(value.items)
    return [scalar(reader, item, node) for item in containers.elements(reader, value, node)]


def _extreme(name: str) -> Form:
    """``max(a, b, ...)`` and ``max(items)``, or min."""

    def form(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
        default = keywords.pop("default", None)
        plain(args, keywords, 1, 10**6, name, node)
        items = list(containers.elements(reader, args[0], node)) if len(args) == 1 else args
        if not items:
            if default is not None:
                return default
            raise GapError(node, f"{name} of nothing", "give at least one value")
        best = scalar(reader, items[0], node)
        for item in items[1:]:
            other = scalar(reader, item, node)
            if best.known is not None and other.known is not None:
                chosen = getattr(builtins, name)(best.known, other.known)
                best = best if chosen is best.known else other
            else:
                best = as_number(reader, reader.apply(name, best, other, hint=name))
        return best

    return form


def _length(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    plain(args, keywords, 1, 1, "len", node)
    return number(containers.length(reader, args[0], node))


def _range(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    plain(args, keywords, 1, 3, "range", node)
    bounds = [reader.integer(value, node, "a range bound") for value in args]
    if len(bounds) == 3 and bounds[2] == 0:
        raise GapError(node, "a range with step 0", "use another step")
    return Known(range(*bounds))


def _zip(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    strict = keywords.pop("strict", Known(False))
    plain(args, keywords, 0, 10**6, "zip", node)
    columns = [containers.elements(reader, value, node) for value in args]
    if isinstance(strict, Known) and strict.value and len({len(column) for column in columns}) > 1:
        raise GapError(node, "zip(strict=True) of different lengths", "make the lengths equal")
    return TupleValue(tuple(TupleValue(items) for items in zip(*columns, strict=False)))


def _enumerate(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    start = keywords.pop("start", args[1] if len(args) == 2 else number(0))
    plain(args, keywords, 1, 2, "enumerate", node)
    first = reader.integer(start, node, "the start of enumerate")
    items = containers.elements(reader, args[0], node)
    return TupleValue(tuple(TupleValue((number(first + k), item)) for k, item in enumerate(items)))


def _reversed(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    plain(args, keywords, 1, 1, "reversed", node)
    return TupleValue(tuple(reversed(containers.elements(reader, args[0], node))))


def _map(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    from symdiff.frontend.calls import call

    plain(args, keywords, 2, 10**6, "map", node)
    columns = [containers.elements(reader, value, node) for value in args[1:]]
    return TupleValue(tuple(call(reader, args[0], items, {}, node, "t") for items in zip(*columns, strict=False)))


def _tuple(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    plain(args, keywords, 0, 1, "tuple", node)
    return TupleValue(containers.elements(reader, args[0], node) if args else ())


def _list(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    plain(args, keywords, 0, 1, "list", node)
    return ListValue(containers.elements(reader, args[0], node) if args else ())


def _set(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    plain(args, keywords, 0, 1, "set", node)
    return dicts.set_of(reader, containers.elements(reader, args[0], node) if args else (), node)


def _truths(reader: Reader, args: Args, keywords: Keywords, node: ast.AST, name: str) -> list[Value]:
    plain(args, keywords, 1, 1, name, node)
    return [truth_of(reader, item, node) for item in containers.elements(reader, args[0], node)]


def _any(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    return disjunction(reader, _truths(reader, args, keywords, node, "any"))


def _all(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    return conjunction(reader, _truths(reader, args, keywords, node, "all"))


def float_of(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    """``float(x)``: x itself; of a text, the number that it spells (``float("inf")``)."""
    plain(args, keywords, 0, 1, "float", node)
    if not args:
        return number(0.0)
    value = args[0]
    if isinstance(value, Known) and isinstance(value.value, str):
        try:
            spelled = float(value.value)
        except ValueError:
            raise GapError(node, f"float({value.value!r})", "write a number") from None
        return wrap(reader, spelled, repr(spelled), None, node, owner=math)
    result = scalar(reader, value, node)
    if isinstance(result.known, int) and isinstance(result.atom, Const):
        if result.known.bit_length() > 1023:
            raise GapError(node, "an integer too large for a float", "use a smaller number")
        return number(float(result.known))
    return result


def _int(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    """``int(x)``: truncation, whose derivative is 0 almost everywhere."""
    plain(args, keywords, 1, 1, "int", node)
    value = scalar(reader, args[0], node)
    if value.known is not None and math.isfinite(value.known):
        return number(int(value.known))
    return reader.apply("trunc", value)


def _bool(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    plain(args, keywords, 1, 1, "bool", node)
    return truth_of(reader, args[0], node)


def _round(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    """``round(x)``: to the nearest even integer."""
    plain(args, keywords, 1, 1, "round", node)
    return reader.apply("rint", scalar(reader, args[0], node))


def _pow(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    plain(args, keywords, 2, 2, "pow", node)
    return binary(reader, ast.Pow, args[0], args[1], node)


def _divmod(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    plain(args, keywords, 2, 2, "divmod", node)
    a, b = args
    return TupleValue((binary(reader, ast.FloorDiv, a, b, node), binary(reader, ast.Mod, a, b, node)))


def _isinstance(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    """``isinstance(x, float)``: decided while reading."""
    plain(args, keywords, 2, 2, "isinstance", node)
    value, kinds = args
    listed = kinds.items if isinstance(kinds, TupleValue) else (kinds,)
    wanted = tuple(kind.value for kind in listed if isinstance(kind, Known))
    if not wanted or not all(isinstance(kind, type) for kind in wanted):
        raise GapError(node, "isinstance with unknown classes", "name the classes", "not yet")
    import numpy as np

    like: dict[type, Any] = {TupleValue: (), ListValue: [], ArrayValue: np.zeros(0), VectorParam: np.zeros(0)}
    if isinstance(value, Known):
        return Known(isinstance(value.value, wanted))
    if isinstance(value, Number):
        example: Any = value.known if isinstance(value.known, int) and isinstance(value.atom, Const) else 0.0
        return Known(isinstance(example, wanted))
    if type(value) in like:
        return Known(isinstance(like[type(value)], wanted))
    raise GapError(node, f"isinstance of {describe(value)}", "leave the test out", "not yet")


# -- math ---------------------------------------------------------------------------------------------------------


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
    p, q = (_numbers(reader, value, node) for value in args)
    if len(p) != len(q):
        raise GapError(node, "the distance of points of different dimension", "make the lengths equal")
    return hypot_of(reader, [arithmetic(reader, "sub", a, b, node) for a, b in zip(p, q, strict=True)], {}, node)


def _integers(function: Callable[..., int]) -> Form:
    """A function of integers that are known while reading: ``math.factorial(5)``."""

    def form(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
        plain(args, keywords, 1, 2, function.__name__, node)
        values = [reader.integer(value, node, f"an argument of {function.__name__}") for value in args]
        if any(abs(value) > MAX_ARGUMENT for value in values):
            raise GapError(node, f"{function.__name__} of so large a number", f"use at most {MAX_ARGUMENT}")
        try:
            return number(function(*values))
        except (ValueError, TypeError) as error:
            raise GapError(node, str(error), "use other arguments") from None

    return form


def _whole(name: str) -> Form:
    """``math.floor(x)``: an integer if x is known while reading, else the row of the table."""

    def form(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
        plain(args, keywords, 1, 1, name, node)
        value = scalar(reader, args[0], node)
        if value.known is not None and math.isfinite(value.known):
            return number(int(getattr(math, name)(value.known)))
        return reader.apply(name, value)

    return form


def is_close(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    """``isclose``, which is no comparison of numbers that a branch should hang on."""
    raise GapError(node, "isclose", "compare with a tolerance: abs(a - b) < 1e-9")


PYTHON: dict[str, Form] = {
    "sum": sum_of,
    "max": _extreme("max"),
    "min": _extreme("min"),
    "len": _length,
    "range": _range,
    "zip": _zip,
    "enumerate": _enumerate,
    "reversed": _reversed,
    "map": _map,
    "tuple": _tuple,
    "list": _list,
    "dict": dicts.dict_of,
    "set": _set,
    "frozenset": _set,
    "any": _any,
    "all": _all,
    "float": float_of,
    "int": _int,
    "bool": _bool,
    "round": _round,
    "pow": _pow,
    "divmod": _divmod,
    "isinstance": _isinstance,
}
MATH: dict[str, Form] = {
    "log": _log,
    "hypot": hypot_of,
    "dist": _dist,
    "prod": product_of,
    "fsum": sum_of,
    "isclose": is_close,
    **{name: _whole(name) for name in ("floor", "ceil", "trunc")},
    **{name: _integers(getattr(math, name)) for name in ("factorial", "comb", "perm", "gcd", "lcm", "isqrt")},
}

# Methods of arrays, with the array as first argument.
