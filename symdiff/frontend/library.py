"""Python's builtin functions of numbers that are no row of the table, and what all forms of call have in common."""

from __future__ import annotations

import ast
import builtins
import dataclasses
import math
from collections.abc import Callable

from symdiff.frontend import computed, containers
from symdiff.frontend.conditions import as_number, scalar, truth_of
from symdiff.frontend.expressions import binary
from symdiff.frontend.gaps import GapError
from symdiff.frontend.loop_values import GrowingList
from symdiff.frontend.lower import Reader
from symdiff.frontend.outside import wrap
from symdiff.frontend.values import (
    NONE,
    ArrayValue,
    Known,
    Number,
    TupleValue,
    Value,
    number,
    whole,
)
from symdiff.graph.graph import Const
from symdiff.primitives import TABLE

MAX_DECIMALS = 22  # the powers of ten up to it are exact
Args = list[Value]
Keywords = dict[str, Value]
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


def numbers(reader: Reader, value: Value, node: ast.AST) -> list[Number]:
    """The elements of a container of numbers."""
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
                integers = best.is_whole and other.is_whole
                pair = best, other
                best = dataclasses.replace(as_number(reader, reader.apply(name, *pair, hint=name)), whole=integers)
                if integers:
                    computed.note(reader, best.atom, name, pair)
        return best

    return form


def _length(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    plain(args, keywords, 1, 1, "len", node)
    if isinstance(args[0], GrowingList):
        from symdiff.frontend.array_loops import index_of

        return index_of(reader, args[0].count)
    return number(containers.length(reader, args[0], node))


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
            raise GapError(node, f"float({value.value!r})", "write a number", raises=ValueError) from None
        return wrap(reader, spelled, repr(spelled), None, node, owner=math)
    result = scalar(reader, value, node)
    if isinstance(result.known, int) and isinstance(result.atom, Const):
        if result.known.bit_length() > 1023:
            raise GapError(node, "an integer too large for a float", "use a smaller number")
        return number(float(result.known))
    return dataclasses.replace(result, affine=None, whole=False)


def _int(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    """``int(x)``: truncation, whose derivative is 0 almost everywhere; of a text, the integer that it spells."""
    plain(args, keywords, 0, 1, "int", node)
    if not args:
        return number(0)
    if isinstance(args[0], Known) and isinstance(args[0].value, str):
        try:
            return number(int(args[0].value))
        except ValueError:
            raise GapError(node, f"int({args[0].value!r})", "write a number", raises=ValueError) from None
    value = scalar(reader, args[0], node)
    if value.known is not None and math.isfinite(value.known):
        return number(int(value.known))
    return value if value.is_whole else whole(as_number(reader, reader.apply("trunc", value)))


def _bool(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    plain(args, keywords, 1, 1, "bool", node)
    return truth_of(reader, args[0], node)


def _round(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    """``round(x)``, to the nearest even integer, and ``round(x, n)``, to n decimals."""
    digits = keywords.pop("ndigits", args[1] if len(args) == 2 else NONE)
    plain(args, keywords, 1, 2, "round", node)
    value = scalar(reader, args[0], node)
    exact = isinstance(value.known, int) and isinstance(value.atom, Const)
    if isinstance(digits, Known) and digits.value is None:
        if value.known is not None and math.isfinite(value.known):
            return number(round(value.known))
        return value if value.is_whole else whole(as_number(reader, reader.apply("rint", value)))
    count = reader.integer(digits, node, "the number of decimals")
    if abs(count) > MAX_DECIMALS:
        raise GapError(node, f"round to {count} decimals", f"use at most {MAX_DECIMALS}")
    return number(round(value.known or 0, count)) if exact else reader.apply("decimal", value, number(count))


def _abs(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    """``abs(x)``: exact for an integer that is known while reading, else the row of the table."""
    from symdiff.frontend.calls import apply_row

    plain(args, keywords, 1, 1, "abs", node)
    value = args[0]
    if isinstance(value, Number) and isinstance(value.known, int) and isinstance(value.atom, Const):
        return number(abs(value.known))
    return apply_row(reader, TABLE["abs"], args, {}, node, "t")


def _pow(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    plain(args, keywords, 2, 2, "pow", node)
    return binary(reader, ast.Pow, args[0], args[1], node)


def _divmod(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    plain(args, keywords, 2, 2, "divmod", node)
    a, b = args
    return TupleValue((binary(reader, ast.FloorDiv, a, b, node), binary(reader, ast.Mod, a, b, node)))


PYTHON: dict[str, Form] = {
    "sum": sum_of,
    "max": _extreme("max"),
    "min": _extreme("min"),
    "len": _length,
    "float": float_of,
    "int": _int,
    "bool": _bool,
    "round": _round,
    "abs": _abs,
    "pow": _pow,
    "divmod": _divmod,
}
