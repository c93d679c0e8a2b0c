"""Named constants inside rules: ``sqrt(PI)`` stays sqrt(pi) in a formula and is a number in arithmetic."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from symdiff.primitives.row import Primitive

T = TypeVar("T")


class Constant:
    """A constant expression: a number that may have a name, or a row of the table applied to constants.

    Rules are written with it as with any operand: ``2/sqrt(PI)*exp(-x*x)``. It stays unevaluated until it meets another
    operand: beside a graph handle it becomes lets over named literals, beside an mpmath number it has the full
    precision, beside a float it is a float.
    """

    __slots__ = ("operands", "row", "symbol", "value")
    __array_ufunc__ = None  # so that numpy.float64 leaves `x * PI` to __rmul__

    def __init__(self, value: float = math.nan, symbol: str = "") -> None:
        self.value = value
        self.symbol = symbol
        self.row: Primitive | None = None
        self.operands: tuple[Any, ...] = ()

    @classmethod
    def applied(cls, row: Primitive, operands: Sequence[Any]) -> Constant:
        """The constant ``row(*operands)``, unevaluated; the operands are constants or plain numbers."""
        result = cls()
        result.row = row
        result.operands = tuple(item if isinstance(item, Constant) else cls(item) for item in operands)
        return result

    def fold(self, leaf: Callable[[float, str], T], apply: Callable[..., T]) -> T:
        """Evaluate with ``leaf(value, symbol)`` for a number and ``apply(row, *operands)`` for an operation."""
        if self.row is None:
            return leaf(self.value, self.symbol)
        return apply(self.row, *(item.fold(leaf, apply) for item in self.operands))

    def __float__(self) -> float:
        import numpy as np

        return float(self.fold(lambda value, _: np.float64(value), lambda row, *operands: row(*operands)))

    def high_precision(self) -> Any:
        """The constant as an mpmath number at the present precision."""
        from mpmath import mp

        def leaf(value: float, symbol: str) -> Any:
            return +getattr(mp, symbol) if symbol in {"pi", "e"} else mp.mpf(value)

        return self.fold(leaf, lambda row, *operands: row(*operands))

    def _mpmath_(self, precision: int, rounding: str) -> Any:
        """Convert for mpmath's operators (its protocol)."""
        del precision, rounding
        return self.high_precision()

    def __symdiff_apply__(self, row: Primitive, operands: Sequence[Any]) -> Any:
        """Apply a row to operands of which the first special one is a constant."""
        others = [item for item in operands if not isinstance(item, Constant)]
        for other in others:
            apply = getattr(other, "__symdiff_apply__", None)
            if apply is not None:
                return apply(row, operands)
        if any(hasattr(other, "_mpf_") or hasattr(other, "_mpc_") for other in others):
            return row(*(item.high_precision() if isinstance(item, Constant) else item for item in operands))
        if all(type(other) in (int, float) for other in others):
            return Constant.applied(row, operands)
        return row(*(float(item) if isinstance(item, Constant) else item for item in operands))

    def _operate(self, name: str, *operands: Any) -> Any:
        from symdiff.primitives import TABLE

        return TABLE[name](*operands)

    def __add__(self, other: Any) -> Any:
        return self._operate("add", self, other)

    def __radd__(self, other: Any) -> Any:
        return self._operate("add", other, self)

    def __sub__(self, other: Any) -> Any:
        return self._operate("sub", self, other)

    def __rsub__(self, other: Any) -> Any:
        return self._operate("sub", other, self)

    def __mul__(self, other: Any) -> Any:
        return self._operate("mul", self, other)

    def __rmul__(self, other: Any) -> Any:
        return self._operate("mul", other, self)

    def __truediv__(self, other: Any) -> Any:
        return self._operate("div", self, other)

    def __rtruediv__(self, other: Any) -> Any:
        return self._operate("div", other, self)

    def __neg__(self) -> Any:
        return self._operate("neg", self)

    def __repr__(self) -> str:
        if self.row is not None:
            return f"{self.row.name}({', '.join(map(repr, self.operands))})"
        return self.symbol or repr(self.value)


PI = Constant(math.pi, "pi")
TWO = Constant(2)
TEN = Constant(10)
