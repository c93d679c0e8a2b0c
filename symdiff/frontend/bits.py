"""Bitwise operations on integers that are known while reading."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable

from symdiff.frontend.values import Number, Value

MAX_SHIFT = 1000  # of bits

_BITWISE: dict[type[ast.operator], Callable[[int, int], int]] = {
    ast.LShift: operator.lshift,
    ast.RShift: operator.rshift,
    ast.BitAnd: operator.and_,
    ast.BitOr: operator.or_,
    ast.BitXor: operator.xor,
}


def bitwise(op: type[ast.operator], left: Value, right: Value) -> int | None:
    """Bitwise operations on integers that are known while reading; None otherwise."""
    both = [value.known for value in (left, right) if isinstance(value, Number) and isinstance(value.known, int)]
    shifts = op in (ast.LShift, ast.RShift) and len(both) == 2 and not 0 <= both[1] <= MAX_SHIFT
    return _BITWISE[op](*both) if op in _BITWISE and len(both) == 2 and not shifts else None
