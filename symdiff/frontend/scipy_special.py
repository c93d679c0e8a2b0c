"""Functions of scipy.special that work on containers or return several numbers."""

from __future__ import annotations

import ast

from symdiff.frontend import containers
from symdiff.frontend.conditions import as_number, scalar
from symdiff.frontend.expressions import arithmetic
from symdiff.frontend.gaps import GapError
from symdiff.frontend.library import Args, Form, Keywords, plain, sum_of
from symdiff.frontend.lower import Reader
from symdiff.frontend.values import ArrayValue, Known, Number, TupleValue, Value


def several(name: str, *rows: str) -> Form:
    """A function that returns a tuple: ``sici(x)``, one row of the table for each number."""

    def form(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
        from symdiff.frontend.calls import apply_row
        from symdiff.primitives import TABLE

        arity = TABLE[rows[0]].arity
        plain(args, keywords, arity, arity, name, node)
        return TupleValue(tuple(apply_row(reader, TABLE[row], args, {}, node, row) for row in rows))

    return form


def _vector(reader: Reader, name: str, args: Args, keywords: Keywords, node: ast.AST) -> ArrayValue:
    """The one argument of a reduction over all elements."""
    axis = keywords.pop("axis", args[1] if len(args) > 1 else Known(None))
    plain(args[:1] + args[2:], keywords, 1, 1, name, node)
    value = args[0]
    if reader.assumed_name(value) is not None or reader.is_assumed(value):
        containers.length(reader, value, node)
    array = containers.to_array(reader, value, node)
    if not (isinstance(axis, Known) and axis.value is None):
        which = reader.integer(axis, node, "an axis")
        if len(array.shape) != 1 or which not in (0, -1):
            raise GapError(node, f"{name} along an axis of a matrix", "apply it to each row", "not yet")
    if not array.items:
        raise GapError(node, f"{name} of nothing", "give at least one value")
    return array


def _shifted(reader: Reader, items: tuple[Number, ...], node: ast.AST) -> tuple[Number, list[Number]]:
    """The largest item m, which no result depends on, and exp(item - m) for each item."""
    largest = items[0]
    for item in items[1:]:
        largest = as_number(reader, reader.apply("maximum", largest, item, hint="m"))
    shift = as_number(reader, reader.apply("shift", largest, hint="m"))
    weights = []
    for item in items:
        difference = as_number(reader, arithmetic(reader, "sub", item, shift, node))
        weights.append(as_number(reader, reader.apply("exp", difference, hint="w")))
    return shift, weights


def _total(reader: Reader, items: list[Number], node: ast.AST) -> Number:
    return scalar(reader, sum_of(reader, [TupleValue(tuple(items))], {}, node), node)


def _logsumexp(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    """``logsumexp(a, b=weights)``: m + log(sum(b*exp(a - m))), with m the largest of a."""
    scale = keywords.pop("b", None)
    array = _vector(reader, "logsumexp", args, keywords, node)
    shift, weights = _shifted(reader, array.items, node)
    if scale is not None and not (isinstance(scale, Known) and scale.value is None):
        factors = containers.to_array(reader, scale, node).items
        if len(factors) != len(weights):
            raise GapError(node, "logsumexp with weights b of another length", "give one weight for each element")
        weights = [as_number(reader, arithmetic(reader, "mul", b, w, node)) for b, w in zip(factors, weights, strict=True)]
    logarithm = as_number(reader, reader.apply("log", _total(reader, weights, node)))
    return arithmetic(reader, "add", shift, logarithm, node)


def _softmax(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    array = _vector(reader, "softmax", args, keywords, node)
    weights = _shifted(reader, array.items, node)[1]
    total = _total(reader, weights, node)
    return ArrayValue(array.shape, tuple(arithmetic(reader, "div", w, total, node) for w in weights))


def _log_softmax(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    array = _vector(reader, "log_softmax", args, keywords, node)
    shift, weights = _shifted(reader, array.items, node)
    logarithm = as_number(reader, reader.apply("log", _total(reader, weights, node)))
    shifted = [arithmetic(reader, "sub", item, shift, node) for item in array.items]
    return ArrayValue(array.shape, tuple(arithmetic(reader, "sub", item, logarithm, node) for item in shifted))


SCIPY: dict[str, Form] = {
    "logsumexp": _logsumexp,
    "softmax": _softmax,
    "log_softmax": _log_softmax,
    "fresnel": several("fresnel", "fresnels", "fresnelc"),
    "sici": several("sici", "sine_integral", "cosine_integral"),
    "shichi": several("shichi", "sinh_integral", "cosh_integral"),
}
