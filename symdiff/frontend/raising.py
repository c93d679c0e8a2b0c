"""When Python's operations and the functions of math raise, row by row: what a try around them branches on."""

from __future__ import annotations

import ast
from collections.abc import Callable

from symdiff.frontend.comparisons import compare
from symdiff.frontend.conditions import conjunction, disjunction
from symdiff.frontend.lower import Reader
from symdiff.frontend.values import Number, Value, number
from symdiff.graph.graph import Let

Test = Callable[[Reader, Let, list[Number]], Value]
# The exception, its text in CPython, when it is raised, and whether the test needs the result.
Raises = tuple[tuple[type[Exception], str, Test, bool], ...]
OVERFLOW_EXP, OVERFLOW_COSH = 709.782712893384, 710.4758600739439  # the largest arguments whose results are finite


def _below(bound: float, op: type[ast.cmpop] = ast.Lt) -> Test:
    return lambda reader, let, args: compare(reader, op(), args[0], number(bound), ast.Pass())


def _above(bound: float) -> Test:
    return lambda reader, let, args: compare(reader, ast.Gt(), args[0], number(bound), ast.Pass())


def _outside(low: float, high: float, below: type[ast.cmpop] = ast.Lt, above: type[ast.cmpop] = ast.Gt) -> Test:
    return lambda reader, let, args: disjunction(
        reader,
        [compare(reader, below(), args[0], number(low), ast.Pass()), compare(reader, above(), args[0], number(high), ast.Pass())],
    )


def _second_is_zero(reader: Reader, let: Let, args: list[Number]) -> Value:
    return compare(reader, ast.Eq(), args[1], number(0), ast.Pass())


def _zero_to_negative(reader: Reader, let: Let, args: list[Number]) -> Value:
    zero, negative = (compare(reader, op(), arg, number(0), ast.Pass()) for op, arg in zip((ast.Eq, ast.Lt), args, strict=True))
    return conjunction(reader, [zero, negative])


def _is_infinite(reader: Reader, let: Let, args: list[Number]) -> Value:
    return reader.apply("isinf", args[0])


def _grows_infinite(reader: Reader, let: Let, args: list[Number]) -> Value:
    """The result is infinite and no operand is: tested after the operation."""
    finite: list[Value] = [reader.apply("isfinite", arg) for arg in args]
    return conjunction(reader, [reader.apply("isinf", Number(let.name)), *finite])


def _no_number(reader: Reader, let: Let, args: list[Number]) -> Value:
    return reader.apply("isnan", args[0])


def _pole_of_gamma(reader: Reader, let: Let, args: list[Number]) -> Value:
    low = compare(reader, ast.LtE(), args[0], number(0), ast.Pass())
    return conjunction(reader, [low, compare(reader, ast.Eq(), reader.apply("floor", args[0]), args[0], ast.Pass())])


def _fmod(reader: Reader, let: Let, args: list[Number]) -> Value:
    return disjunction(reader, [_second_is_zero(reader, let, args), _is_infinite(reader, let, args)])


_ZERO, _DOMAIN, _RANGE = "float division by zero", "math domain error", "math range error"


def _domain(test: Test) -> Raises:
    return ((ValueError, _DOMAIN, test, False),)


def _range(test: Test, after: bool = False) -> Raises:
    return ((OverflowError, _RANGE, test, after),)


_WHOLE: Raises = (
    (ValueError, "cannot convert float NaN to integer", _no_number, False),
    (OverflowError, "cannot convert float infinity to integer", _is_infinite, False),
)
RAISING: dict[str, Raises] = {
    **dict.fromkeys(("div", "floordiv", "mod"), ((ZeroDivisionError, _ZERO, _second_is_zero, False),)),
    "pow": (
        (ZeroDivisionError, "0.0 cannot be raised to a negative power", _zero_to_negative, False),
        (OverflowError, "(34, 'Numerical result out of range')", _grows_infinite, True),
    ),
    "sqrt": _domain(_below(0)),
    **dict.fromkeys(("log", "log2", "log10"), _domain(_below(0, ast.LtE))),
    "log1p": _domain(_below(-1, ast.LtE)),
    **dict.fromkeys(("asin", "acos"), _domain(_outside(-1, 1))),
    "acosh": _domain(_below(1)),
    "atanh": _domain(_outside(-1, 1, ast.LtE, ast.GtE)),
    **dict.fromkeys(("sin", "cos", "tan"), _domain(_is_infinite)),
    **dict.fromkeys(("exp", "expm1"), _range(_above(OVERFLOW_EXP))),
    **dict.fromkeys(("sinh", "cosh"), _range(_outside(-OVERFLOW_COSH, OVERFLOW_COSH))),
    "exp2": _range(_grows_infinite, after=True),
    **dict.fromkeys(("gamma", "lgamma"), (*_domain(_pole_of_gamma), *_range(_grows_infinite, after=True))),
    **dict.fromkeys(("fmod", "remainder"), _domain(_fmod)),
    **dict.fromkeys(("floor", "ceil", "trunc", "rint"), _WHOLE),
}
