"""Functions of Python, math and NumPy that are no row of the table: they work on containers, or on several forms of call."""

from __future__ import annotations

import ast
import builtins
import math
from collections.abc import Callable
from functools import cache
from typing import Any

from symdiff.frontend import containers
from symdiff.frontend.expressions import arithmetic, as_number, binary, conjunction, disjunction, scalar, truth_of
from symdiff.frontend.lower import GapError, Reader
from symdiff.frontend.merge import choose
from symdiff.frontend.values import (
    ArrayValue,
    Condition,
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
from symdiff.primitives import TABLE

Args = list[Value]
Keywords = dict[str, Value]
Form = Callable[[Reader, Args, Keywords, ast.AST], Value]


def _plain(args: Args, keywords: Keywords, least: int, most: int, name: str, node: ast.AST) -> None:
    """Check the number of arguments of a form without keywords."""
    if keywords:
        raise GapError(node, f"{name} with keyword {next(iter(keywords))}", "call it with plain arguments", "not yet")
    if not least <= len(args) <= most:
        wanted = str(least) if least == most else f"{least} to {most}"
        raise GapError(node, f"{name} takes {wanted} arguments, {len(args)} given", f"give {wanted}")


# -- Python -------------------------------------------------------------------------------------------------------


def _sum(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    """``sum(items, start=0)``."""
    start = keywords.pop("start", None)
    _plain(args, keywords, 1, 2, "sum", node)
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


def _product(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    """``math.prod(items)``."""
    _plain(args, keywords, 1, 1, "prod", node)
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
        _plain(args, keywords, 1, 10**6, name, node)
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
    _plain(args, keywords, 1, 1, "len", node)
    return number(containers.length(reader, args[0], node))


def _range(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    _plain(args, keywords, 1, 3, "range", node)
    bounds = [reader.integer(value, node, "a range bound") for value in args]
    if len(bounds) == 3 and bounds[2] == 0:
        raise GapError(node, "a range with step 0", "use another step")
    return Known(range(*bounds))


def _zip(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    strict = keywords.pop("strict", Known(False))
    _plain(args, keywords, 0, 10**6, "zip", node)
    columns = [containers.elements(reader, value, node) for value in args]
    if isinstance(strict, Known) and strict.value and len({len(column) for column in columns}) > 1:
        raise GapError(node, "zip(strict=True) of different lengths", "make the lengths equal")
    return TupleValue(tuple(TupleValue(items) for items in zip(*columns, strict=False)))


def _enumerate(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    start = keywords.pop("start", args[1] if len(args) == 2 else number(0))
    _plain(args, keywords, 1, 2, "enumerate", node)
    first = reader.integer(start, node, "the start of enumerate")
    items = containers.elements(reader, args[0], node)
    return TupleValue(tuple(TupleValue((number(first + k), item)) for k, item in enumerate(items)))


def _reversed(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    _plain(args, keywords, 1, 1, "reversed", node)
    return TupleValue(tuple(reversed(containers.elements(reader, args[0], node))))


def _map(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    from symdiff.frontend.calls import call

    _plain(args, keywords, 2, 10**6, "map", node)
    columns = [containers.elements(reader, value, node) for value in args[1:]]
    return TupleValue(tuple(call(reader, args[0], items, {}, node, "t") for items in zip(*columns, strict=False)))


def _tuple(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    _plain(args, keywords, 0, 1, "tuple", node)
    return TupleValue(containers.elements(reader, args[0], node) if args else ())


def _list(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    _plain(args, keywords, 0, 1, "list", node)
    return ListValue(containers.elements(reader, args[0], node) if args else ())


def _truths(reader: Reader, args: Args, keywords: Keywords, node: ast.AST, name: str) -> list[Value]:
    _plain(args, keywords, 1, 1, name, node)
    return [truth_of(reader, item, node) for item in containers.elements(reader, args[0], node)]


def _any(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    return disjunction(reader, _truths(reader, args, keywords, node, "any"))


def _all(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    return conjunction(reader, _truths(reader, args, keywords, node, "all"))


def _float(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    """``float(x)``: x itself; of a text, the number that it spells (``float("inf")``)."""
    _plain(args, keywords, 0, 1, "float", node)
    if not args:
        return number(0.0)
    value = args[0]
    if isinstance(value, Known) and isinstance(value.value, str):
        try:
            spelled = float(value.value)
        except ValueError:
            raise GapError(node, f"float({value.value!r})", "write a number") from None
        return reader.wrap(spelled, repr(spelled), None, node, owner=math)
    result = scalar(reader, value, node)
    if isinstance(result.known, int) and isinstance(result.atom, Const):
        if result.known.bit_length() > 1023:
            raise GapError(node, "an integer too large for a float", "use a smaller number")
        return number(float(result.known))
    return result


def _int(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    """``int(x)``: truncation, whose derivative is 0 almost everywhere."""
    _plain(args, keywords, 1, 1, "int", node)
    value = scalar(reader, args[0], node)
    if value.known is not None and math.isfinite(value.known):
        return number(int(value.known))
    return reader.apply("trunc", value)


def _bool(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    _plain(args, keywords, 1, 1, "bool", node)
    return truth_of(reader, args[0], node)


def _round(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    """``round(x)``: to the nearest even integer."""
    _plain(args, keywords, 1, 1, "round", node)
    return reader.apply("rint", scalar(reader, args[0], node))


def _pow(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    _plain(args, keywords, 2, 2, "pow", node)
    return binary(reader, ast.Pow, args[0], args[1], node)


def _divmod(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    _plain(args, keywords, 2, 2, "divmod", node)
    return TupleValue((binary(reader, ast.FloorDiv, *args, node), binary(reader, ast.Mod, *args, node)))  # type: ignore[misc]


def _isinstance(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    """``isinstance(x, float)``: decided while reading."""
    _plain(args, keywords, 2, 2, "isinstance", node)
    value, kinds = args
    wanted = tuple(item.value for item in kinds.items if isinstance(item, Known)) if isinstance(kinds, TupleValue) else (
        (kinds.value,) if isinstance(kinds, Known) else ()
    )  # fmt: skip
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
    _plain(args, keywords, 1, 2, "log", node)
    logs = [as_number(reader, reader.apply("log", scalar(reader, value, node))) for value in args]
    return logs[0] if len(logs) == 1 else arithmetic(reader, "div", logs[0], logs[1], node)


def _hypot(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    """``math.hypot(x, y, ...)``."""
    _plain(args, keywords, 0, 10**6, "hypot", node)
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
    _plain(args, keywords, 2, 2, "dist", node)
    p, q = (_numbers(reader, value, node) for value in args)
    if len(p) != len(q):
        raise GapError(node, "the distance of points of different dimension", "make the lengths equal")
    return _hypot(reader, [arithmetic(reader, "sub", a, b, node) for a, b in zip(p, q, strict=True)], {}, node)


def _isclose(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    raise GapError(node, "isclose", "compare with a tolerance: abs(a - b) < 1e-9")


# -- NumPy --------------------------------------------------------------------------------------------------------


def _array(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    """``np.array(items)``; dtype float is the only one."""
    dtype = keywords.pop("dtype", None)
    if isinstance(dtype, Known) and getattr(dtype.value, "__name__", dtype.value) not in ("float", "float64"):
        raise GapError(node, "an array of another type than float64", "leave dtype out")
    _plain(args, keywords, 1, 1, "array", node)
    return containers.to_array(reader, args[0], node)


def _total(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    """``np.sum(a)`` over all elements."""
    _plain(args, keywords, 1, 1, "sum", node)
    if isinstance(args[0], Number):
        return args[0]
    return _sum(reader, [TupleValue(containers.to_array(reader, args[0], node).items)], {}, node)


def _all_product(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    _plain(args, keywords, 1, 1, "prod", node)
    return _product(reader, [containers.to_array(reader, args[0], node)], {}, node)


def _mean(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    """``np.mean(a)`` over all elements."""
    total = scalar(reader, _total(reader, args, keywords, node), node)
    count = len(containers.to_array(reader, args[0], node).items)
    return arithmetic(reader, "div", total, number(count), node)


def _dot(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    """``np.dot(a, b)`` of two vectors."""
    _plain(args, keywords, 2, 2, "dot", node)
    a, b = (containers.to_array(reader, value, node) for value in args)
    if len(a.shape) != 1 or len(b.shape) != 1:
        raise GapError(node, "np.dot of matrices", "write the sums out", "not yet")
    return _total(reader, [binary(reader, ast.Mult, a, b, node)], {}, node)


def _norm(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    """``np.linalg.norm(v)`` of a vector."""
    _plain(args, keywords, 1, 1, "norm", node)
    vector = containers.to_array(reader, args[0], node)
    if len(vector.shape) != 1:
        raise GapError(node, "the norm of a matrix", "write the sum out", "not yet")
    return _hypot(reader, list(vector.items), {}, node)


def _where(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    """``np.where(c, a, b)``: a choice; both sides are values already, only the chosen one counts."""
    _plain(args, keywords, 3, 3, "where", node)
    truth = truth_of(reader, args[0], node)
    if isinstance(truth, Known):
        return args[1] if truth.value else args[2]

    def side(value: Value) -> Value:
        return value if isinstance(value, ArrayValue | Condition) else scalar(reader, value, node)

    return choose(reader, truth.atom, ((), side(args[1])), ((), side(args[2])), node, "t")


def _filled(value: float) -> Form:
    """``np.zeros(n)``, ``np.ones(n)``."""

    def form(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
        _plain(args, keywords, 1, 1, "zeros", node)
        shape = args[0].items if isinstance(args[0], TupleValue) else (args[0],)
        sizes = tuple(reader.integer(size, node, "a length") for size in shape)
        if math.prod(sizes) > containers.MAX_RANGE or min(sizes, default=0) < 0:
            raise GapError(node, f"an array of shape {sizes}", "use a smaller one", "not yet")
        return ArrayValue(sizes, (number(value),) * math.prod(sizes))

    return form


def _clip(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    """``np.clip(x, lo, hi)``; a bound may be None."""
    low = keywords.pop("a_min", keywords.pop("min", None))
    high = keywords.pop("a_max", keywords.pop("max", None))
    _plain(args, keywords, 1, 3, "clip", node)
    low = args[1] if len(args) > 1 else low
    high = args[2] if len(args) > 2 else high
    value: Value = args[0]
    for name, bound in (("maximum", low), ("minimum", high)):
        if bound is not None and not (isinstance(bound, Known) and bound.value is None):
            value = _elementwise(reader, name, [value, bound], node)
    return value


def _elementwise(reader: Reader, name: str, args: Args, node: ast.AST) -> Value:
    from symdiff.frontend.calls import apply_row

    return apply_row(reader, TABLE[name], args, {}, node, "t")


def _np_round(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    _plain(args, keywords, 1, 1, "round", node)
    return _elementwise(reader, "rint", args, node)


_PYTHON: dict[str, Form] = {
    "sum": _sum,
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
    "any": _any,
    "all": _all,
    "float": _float,
    "int": _int,
    "bool": _bool,
    "round": _round,
    "pow": _pow,
    "divmod": _divmod,
    "isinstance": _isinstance,
}
_MATH: dict[str, Form] = {
    "log": _log,
    "hypot": _hypot,
    "dist": _dist,
    "prod": _product,
    "fsum": _sum,
    "isclose": _isclose,
}
_NUMPY: dict[str, Form] = {
    "array": _array,
    "asarray": _array,
    "sum": _total,
    "prod": _all_product,
    "mean": _mean,
    "dot": _dot,
    "where": _where,
    "zeros": _filled(0.0),
    "ones": _filled(1.0),
    "clip": _clip,
    "round": _np_round,
    "around": _np_round,
    "float64": _float,
    "isclose": _isclose,
}

# Methods of arrays, with the array as first argument.
METHODS: dict[str, Form] = {"sum": _total, "prod": _all_product, "mean": _mean, "dot": _dot, "clip": _clip, "round": _np_round}


@cache
def FORMS() -> dict[Any, Form]:  # noqa: N802 - a table, made on first use because it needs NumPy
    """The forms by the object that is called."""
    import numpy as np

    forms: dict[Any, Form] = {getattr(builtins, name): form for name, form in _PYTHON.items()}
    forms |= {getattr(math, name): form for name, form in _MATH.items()}
    forms |= {getattr(np, name): form for name, form in _NUMPY.items()}
    forms[np.linalg.norm] = _norm
    return forms


def supported() -> list[str]:
    """What users write for these functions, for the README."""
    names = [*_PYTHON, *(f"math.{name}" for name in _MATH), *(f"np.{name}" for name in _NUMPY), "np.linalg.norm"]
    return sorted(name for name in names if not name.endswith("isclose"))
