"""Operations on literals that are literals."""

from __future__ import annotations

from collections.abc import Callable

from symdiff.graph.graph import Atom, Const
from symdiff.primitives.row import Primitive

MAX_EXACT = 2**53


def fold(op: Primitive, args: tuple[Atom, ...]) -> Const | None:
    """The literal that an operation on literals gives, if arithmetic gives it without loss of meaning on paper.

    Sums, differences and products fold (Python computes the very same double); a quotient only if it is exact, so
    that 1/3 stays 1/3 in a formula; named constants and functions stay as they are. Truth values fold too.
    """
    if op.operands == "bool" and all(isinstance(arg, Const) and arg.kind == "bool" for arg in args):
        return Const(bool(op(*(arg.value for arg in args if isinstance(arg, Const)))))
    values = [arg.value for arg in args if isinstance(arg, Const) and not arg.symbol and arg.kind == "float"]
    if len(values) != op.arity or op.name not in _FOLDS:
        return None
    result = _FOLDS[op.name](*values)
    if result is None or (isinstance(result, int) and abs(result) > MAX_EXACT):
        return None
    return Const(result) if result == result and abs(result) != float("inf") else None


def _quotient(a: float, b: float) -> float | None:
    if b == 0 or a != (a / b) * b or (a / b) != int(a / b):
        return None
    exact = int(a / b)
    return exact if isinstance(a, int) and isinstance(b, int) else float(exact)


def _power(a: float, b: float) -> float | None:
    small = isinstance(a, int) and isinstance(b, int) and 0 <= b <= 64 and abs(a) <= 1024
    return a**b if small else None


_FOLDS: dict[str, Callable[..., float | None]] = {
    "add": lambda a, b: a + b,
    "sub": lambda a, b: a - b,
    "mul": lambda a, b: a * b,
    "neg": lambda a: -a if a != 0 or isinstance(a, float) else 0,
    "div": _quotient,
    "pow": _power,
}
