"""Arithmetic: what Python writes with operators, and powers."""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np

from symdiff.primitives import kernels
from symdiff.primitives.row import ARITHMETIC, DIVISION, ELEMENTARY, Primitive, literal, order

_ANY = (-3.0, 3.0)
_AWAY_FROM_ZERO = (0.5, 3.0)


def _quotient(mp: Any, x: Any, y: Any) -> Any:
    """Divide as IEEE arithmetic does, with mpmath's unsigned zero taken as positive."""
    if y != 0:
        return mp.mpf(x) / y
    return mp.nan if x == 0 or mp.isnan(x) else mp.sign(x) * mp.inf


def _pow_partials(x: Any, y: Any, f: Any) -> tuple[Any, Any]:
    """The power rule. A known exponent ends at 0 exactly: x**0 has derivative 0, also at x == 0.

    An operand that is a literal does not vary, so its partial is not built.
    """
    known = literal(y)
    in_exponent = powlog(x, y, 1) if known is None else 0
    if literal(x) is not None:
        return 0, in_exponent
    if known is None:
        return powdiff(x, y, 1), in_exponent
    return (int(known) if known in (0, 1) else y * x ** (y - 1)), in_exponent


def _powdiff_partials(x: Any, y: Any, k: Any, f: Any) -> tuple[Any, Any, int]:
    """Product rule in the exponent: the derivative of y*(y - 1)*...*(y - k + 1), and that of x**(y - k)."""
    n = order(k)
    factors = [y - i if i else y for i in range(n)]
    slopes = [prod(others[1:], start=others[0]) for i in range(n) if (others := factors[:i] + factors[i + 1 :])] or [1]
    slope = sum(slopes[1:], start=slopes[0])
    whole = prod(factors[1:], start=factors[0])
    return powdiff(x, y, n + 1), slope * x ** (y - n) + whole * powlog(x, y - n, 1), 0


def _powlog_partials(x: Any, y: Any, n: Any, f: Any) -> tuple[Any, Any, int]:
    """Derivatives of x**y*log(x)**n; closed, because each gives powers and powlogs again."""
    m = order(n)
    rest = x ** (y - 1) if m == 1 else powlog(x, y - 1, m - 1)
    return y * powlog(x, y - 1, m) + m * rest, powlog(x, y, m + 1), 0


def _powdiff(x: Any, y: Any, k: int) -> Any:
    factor = prod(y - i for i in range(k))
    return np.float64(0) if factor == 0 else factor * x ** (y - k)


def _powdiff_mp(mp: Any, x: Any, y: Any, k: int) -> Any:
    factor = prod((mp.mpf(y) - i for i in range(k)), start=mp.one)
    return mp.zero if factor == 0 else factor * mp.mpf(x) ** (y - k)


def _powlog_mp(mp: Any, x: Any, y: Any, n: int) -> Any:
    return mp.zero if x == 0 < y else mp.mpf(x) ** y * mp.log(x) ** n


add: Primitive = Primitive(
    "add", 2, lambda x, y, f: (1, 1), code="{0} + {1}", precedence=60, commutative=True, weight=ARITHMETIC,
    sympy=lambda sp, x, y: sp.Add(x, y), mpmath=lambda mp, x, y: mp.mpf(x) + y, numeric=lambda x, y: x + y,
    spellings=("numpy.add", "operator.add"), sample=(_ANY, _ANY),
)  # fmt: skip
sub: Primitive = Primitive(
    "sub", 2, lambda x, y, f: (1, -1), code="{0} - {1}", precedence=60, weight=ARITHMETIC,
    sympy=lambda sp, x, y: sp.Add(x, sp.Mul(-1, y)), mpmath=lambda mp, x, y: mp.mpf(x) - y, numeric=lambda x, y: x - y,
    spellings=("numpy.subtract", "operator.sub"), sample=(_ANY, _ANY),
)  # fmt: skip
mul: Primitive = Primitive(
    "mul", 2, lambda x, y, f: (y, x), code="{0}*{1}", precedence=70, commutative=True, weight=ARITHMETIC,
    sympy=lambda sp, x, y: sp.Mul(x, y), mpmath=lambda mp, x, y: mp.mpf(x) * y, numeric=lambda x, y: x * y,
    spellings=("numpy.multiply", "operator.mul"), sample=(_ANY, _ANY),
)  # fmt: skip
div: Primitive = Primitive(
    "div", 2, lambda x, y, f: (1 / y, -(f * (1 / y))), code="{0}/{1}", precedence=70, weight=DIVISION,
    sympy=lambda sp, x, y: sp.Mul(x, sp.Pow(y, -1)), mpmath=_quotient, numeric=lambda x, y: x / y,
    spellings=("numpy.divide", "numpy.true_divide", "operator.truediv"), sample=(_ANY, _AWAY_FROM_ZERO),
    domain="y != 0",
)  # fmt: skip
neg: Primitive = Primitive(
    "neg", 1, lambda x, f: (-1,), code="-{0}", precedence=75, weight=ARITHMETIC, error=0,
    sympy=lambda sp, x: sp.Mul(-1, x), mpmath=lambda mp, x: -x, numeric=lambda x: -x,
    spellings=("numpy.negative", "operator.neg"), sample=(_ANY,),
)  # fmt: skip
floordiv: Primitive = Primitive(
    "floordiv", 2, lambda x, y, f: (0, 0), code="{0}//{1}", precedence=70, weight=DIVISION,
    sympy=lambda sp, x, y: sp.floor(x / y), mpmath=lambda mp, x, y: mp.floor(_quotient(mp, x, y)),
    numeric=lambda x, y: np.floor_divide(x, y), spellings=("numpy.floor_divide", "operator.floordiv"),
    sample=(_ANY, _AWAY_FROM_ZERO), domain="y != 0", kink="0 at the jumps",
)  # fmt: skip
mod: Primitive = Primitive(
    "mod", 2, lambda x, y, f: (1, -floordiv(x, y)), code="{0} % {1}", precedence=70, weight=DIVISION,
    sympy=lambda sp, x, y: sp.Mod(x, y), mpmath=lambda mp, x, y: x - y * mp.floor(_quotient(mp, x, y)),
    numeric=lambda x, y: np.mod(x, y), spellings=("numpy.mod", "numpy.remainder", "operator.mod"),
    sample=(_ANY, _AWAY_FROM_ZERO), domain="y != 0", kink="1 in x at the jumps",
)  # fmt: skip

# With an exponent that is an integer literal, pow is the integer power: exact at 0 and for negative bases. The partials
# of a run-time exponent are rows of their own, because y*x**(y - 1) is NaN where x == 0 and y is 0 (0*inf).
pow_: Primitive = Primitive(
    "pow", 2, _pow_partials, code="{0}**{1}", precedence=80, weight=ELEMENTARY, error=2,
    sympy=lambda sp, x, y: sp.Pow(x, y), mpmath=lambda mp, x, y: mp.mpf(x) ** y, numeric=np.power,
    spellings=("numpy.power", "numpy.float_power", "math.pow", "operator.pow"), sample=(_AWAY_FROM_ZERO, _ANY),
    domain="x > 0, x == 0 with y >= 0, or y an integer", kink="at x == 0 as the limit from above",
)  # fmt: skip
powdiff: Primitive = Primitive(
    "powdiff", 3, _powdiff_partials, code="powdiff({0}, {1}, {2})", kernel=kernels.powdiff, weight=ELEMENTARY,
    literals=(2,), sympy=lambda sp, x, y, k: prod(y - i for i in range(int(k))) * x ** (y - k), mpmath=_powdiff_mp,
    numeric=_powdiff, sample=(_AWAY_FROM_ZERO, _ANY, (1, 3)), domain="as pow", error=8,
)  # fmt: skip
powlog: Primitive = Primitive(
    "powlog", 3, _powlog_partials, code="powlog({0}, {1}, {2})", kernel=kernels.powlog, weight=ELEMENTARY,
    literals=(2,), mpmath=_powlog_mp, error=8,
    sympy=lambda sp, x, y, n: sp.Piecewise((0, sp.Eq(x, 0) & (y > 0)), (x**y * sp.log(x) ** n, True)),
    numeric=lambda x, y, n: np.float64(0) if x == 0 < y else x**y * np.log(x) ** n,
    sample=(_AWAY_FROM_ZERO, _ANY, (1, 3)), domain="x > 0, or x == 0 with y > 0", kink="0 where x == 0 < y",
)  # fmt: skip

ROWS: tuple[Primitive, ...] = (add, sub, mul, div, neg, floordiv, mod, pow_, powdiff, powlog)
