"""NumPy functions of small arrays of fixed shape: sums, products, choices, construction."""

from __future__ import annotations

import ast
import builtins
import math
from functools import cache
from typing import Any

from symdiff.frontend import containers
from symdiff.frontend.conditions import scalar, truth_of
from symdiff.frontend.expressions import arithmetic, binary
from symdiff.frontend.gaps import GapError
from symdiff.frontend.library import (
    MATH,
    PYTHON,
    Args,
    Form,
    Keywords,
    float_of,
    hypot_of,
    is_close,
    plain,
    product_of,
    sum_of,
)
from symdiff.frontend.lower import Reader
from symdiff.frontend.merge import choose
from symdiff.frontend.values import ArrayValue, Condition, Known, TupleValue, Value, number
from symdiff.primitives import TABLE


def _array(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    """``np.array(items)``; dtype float is the only one."""
    dtype = keywords.pop("dtype", None)
    if isinstance(dtype, Known) and getattr(dtype.value, "__name__", dtype.value) not in ("float", "float64"):
        raise GapError(node, "an array of another type than float64", "leave dtype out")
    plain(args, keywords, 1, 1, "array", node)
    return containers.to_array(reader, args[0], node)


def vector(reader: Reader, value: Value, node: ast.AST) -> ArrayValue:
    """An operand of a reduction as an array; an argument of which no call has shown what it is waits for a call."""
    if reader.assumed_name(value) is not None or reader.is_assumed(value):
        containers.length(reader, value, node)
    return containers.to_array(reader, value, node)


def _total(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    """``np.sum(a)`` over all elements."""
    plain(args, keywords, 1, 1, "sum", node)
    return sum_of(reader, [TupleValue(vector(reader, args[0], node).items)], {}, node)


def _all_product(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    plain(args, keywords, 1, 1, "prod", node)
    return product_of(reader, [vector(reader, args[0], node)], {}, node)


def _mean(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    """``np.mean(a)`` over all elements."""
    total = scalar(reader, _total(reader, args, keywords, node), node)
    count = len(vector(reader, args[0], node).items)
    return arithmetic(reader, "div", total, number(count), node)


def _dot(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    """``np.dot(a, b)`` of two vectors."""
    plain(args, keywords, 2, 2, "dot", node)
    a, b = (vector(reader, value, node) for value in args)
    if len(a.shape) != 1 or len(b.shape) != 1:
        raise GapError(node, "np.dot of matrices", "write the sums out", "not yet")
    return _total(reader, [binary(reader, ast.Mult, a, b, node)], {}, node)


def _norm(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    """``np.linalg.norm(v)`` of a vector."""
    plain(args, keywords, 1, 1, "norm", node)
    items = vector(reader, args[0], node)
    if len(items.shape) != 1:
        raise GapError(node, "the norm of a matrix", "write the sum out", "not yet")
    return hypot_of(reader, list(items.items), {}, node)


def _where(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    """``np.where(c, a, b)``: a choice; both sides are values already, only the chosen one counts."""
    plain(args, keywords, 3, 3, "where", node)
    truth = truth_of(reader, args[0], node)
    if isinstance(truth, Known):
        return args[1] if truth.value else args[2]

    def side(value: Value) -> Value:
        return value if isinstance(value, ArrayValue | Condition) else scalar(reader, value, node)

    return choose(reader, truth.atom, ((), side(args[1])), ((), side(args[2])), node, "t")


def _filled(value: float) -> Form:
    """``np.zeros(n)``, ``np.ones(n)``."""

    def form(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
        plain(args, keywords, 1, 1, "zeros", node)
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
    plain(args, keywords, 1, 3, "clip", node)
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
    plain(args, keywords, 1, 1, "round", node)
    return _elementwise(reader, "rint", args, node)


NUMPY: dict[str, Form] = {
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
    "float64": float_of,
    "isclose": is_close,
}


METHODS: dict[str, Form] = {
    "sum": _total,
    "prod": _all_product,
    "mean": _mean,
    "dot": _dot,
    "clip": _clip,
    "round": _np_round,
}


@cache
def forms() -> dict[Any, Form]:
    """Every form by the object that is called (made on first use, because it needs NumPy)."""
    import numpy as np

    found: dict[Any, Form] = {getattr(builtins, name): form for name, form in PYTHON.items()}
    found |= {getattr(math, name): form for name, form in MATH.items()}
    found |= {getattr(np, name): form for name, form in NUMPY.items()}
    found[np.linalg.norm] = _norm
    return found


def supported() -> list[str]:
    """What users write for these functions, for the README."""
    names = [*PYTHON, *(f"math.{name}" for name in MATH), *(f"np.{name}" for name in NUMPY), "np.linalg.norm"]
    return sorted(name for name in names if not name.endswith("isclose"))
