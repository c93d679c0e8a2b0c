"""Functions with kinks and jumps: each row states the derivative that it takes there."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from symdiff.primitives import kernels, special_kernels
from symdiff.primitives.comparisons import eq, ge, gt, le, lt
from symdiff.primitives.constant import Constant
from symdiff.primitives.row import ARITHMETIC, DIVISION, Choice, Decision, Primitive, literal

_ANY = (-3.0, 3.0)
_AWAY_FROM_ZERO = (0.5, 3.0)
_SHARED = "a tie shares equally: 1/2 each"
_JUMP = "0 at the jumps"

# Which operand max and its kin hand on. Each condition is false where an operand is NaN, so that the last side is the
# one that has the row's value then. A literal is never NaN and has no derivative: with one, a single test, which comes
# first, tells where the derivative is 0.
_NAN = Constant(math.nan, "nan")
_FIRST, _SECOND, HALVES, _NEITHER = (1, 0), (0, 1), (0.5, 0.5), (_NAN, _NAN)


def _where(relation: Primitive, then: Decision, orelse: Decision) -> Choice:
    return Choice(lambda x, y, f: relation(x, y), then, orelse)


_TIE_FIRST, _TIE_SECOND = _where(eq, HALVES, _FIRST), _where(eq, HALVES, _SECOND)


def _chooser(with_second: Choice, with_first: Choice, general: Choice) -> Callable[..., Choice]:
    """The choice for a literal as second operand, as first operand, and for no literal."""

    def choice(x: Any, y: Any) -> Choice:
        if literal(y) is not None:
            return with_second
        return general if literal(x) is None else with_first

    return choice


def _python_choice(second: Primitive, second_or_tie: Primitive) -> Callable[..., Choice]:
    """Python's own: the second operand if it is better, else the first, a NaN among them."""
    general = _where(second, _SECOND, _TIE_FIRST)
    return _chooser(general, _where(second_or_tie, _TIE_SECOND, _FIRST), general)


def _nan_choice(first: Primitive, second: Primitive) -> Callable[..., Choice]:
    """NumPy's maximum and minimum: NaN of any operand."""
    general = _where(second, _SECOND, _where(eq, HALVES, _where(first, _FIRST, _NEITHER)))
    return _chooser(_where(second, _SECOND, _TIE_FIRST), _where(first, _FIRST, _TIE_SECOND), general)


def _number_choice(first_or_tie: Primitive, second_or_tie: Primitive) -> Callable[..., Choice]:
    """NumPy's fmax and fmin: a number rather than NaN."""
    general = _where(eq, HALVES, Choice(lambda x, y, f: eq(x, f), _FIRST, _SECOND))
    return _chooser(_where(first_or_tie, _TIE_FIRST, _SECOND), _where(second_or_tie, _TIE_SECOND, _FIRST), general)


def _tie_sympy(sp: Any, x: Any, y: Any) -> Any:
    return sp.Piecewise((1, x > y), (0, x < y), (sp.Rational(1, 2), True))


def _trunc_sympy(sp: Any, x: Any) -> Any:
    return sp.sign(x) * sp.floor(sp.Abs(x))


def _rint_sympy(sp: Any, x: Any) -> Any:
    half = sp.Rational(1, 2)
    return sp.Piecewise((sp.ceiling(x - half), sp.Eq(sp.Mod(sp.floor(x), 2), 0)), (sp.floor(x + half), True))


def _trunc_mp(mp: Any, x: Any) -> Any:
    return mp.sign(x) * mp.floor(abs(x))


def _decimal_mp(mp: Any, x: Any, n: int) -> Any:
    return mp.nint(mp.fmul(x, 10**n, exact=True)) / 10**n if n >= 0 else mp.nint(x / 10**-n) * 10**-n


def _copysign_sympy(sp: Any, x: Any, y: Any) -> Any:
    return sp.Abs(x) * sp.Piecewise((1, y >= 0), (-1, True))


def _number(mp: Any, x: Any, y: Any, choose: Any) -> Any:
    """Choose among the operands that are numbers."""
    numbers = [item for item in (x, y) if not mp.isnan(item)]
    return choose(numbers) if numbers else mp.nan


def _no_nan(mp: Any, x: Any, y: Any, choose: Any) -> Any:
    return mp.nan if mp.isnan(x) or mp.isnan(y) else choose(x, y)


abs_: Primitive = Primitive(
    "abs", 1, lambda x, f: (sign(x),), code="abs({0})", weight=ARITHMETIC, error=0, sympy="Abs", mpmath="fabs", numeric=np.abs,
    spellings=("builtins.abs", "math.fabs", "numpy.absolute", "numpy.abs", "numpy.fabs", "operator.abs"),
    sample=(_ANY,), kink="0 at 0",
)  # fmt: skip
sign: Primitive = Primitive(
    "sign", 1, lambda x, f: (0,), code="sign({0})", kernel=kernels.sign, weight=ARITHMETIC, error=0, sympy="sign", mpmath="sign",
    numeric=np.sign, spellings=("numpy.sign",), sample=(_AWAY_FROM_ZERO,), kink=_JUMP,
)  # fmt: skip
copysign: Primitive = Primitive(
    "copysign", 2, lambda x, y, f: (sign(x) * copysign(1, y), 0), code="math.copysign({0}, {1})", weight=ARITHMETIC, error=0,
    sympy=_copysign_sympy, mpmath=lambda mp, x, y: abs(x) if y >= 0 else -abs(x), numeric=np.copysign,
    spellings=("math.copysign", "numpy.copysign"), sample=(_ANY, _AWAY_FROM_ZERO), kink="0 at x == 0, 0 in y",
)  # fmt: skip
heaviside: Primitive = Primitive(
    "heaviside", 2, lambda x, middle, f: (0, 1 - abs_(sign(x))), code="heaviside({0}, {1})", weight=ARITHMETIC, error=0,
    kernel=kernels.heaviside, sympy="Heaviside",
    mpmath=lambda mp, x, middle: middle if x == 0 else (1 + mp.sign(x)) / 2,
    numeric=np.heaviside, spellings=("numpy.heaviside",), sample=(_AWAY_FROM_ZERO, _ANY), kink=_JUMP,
)  # fmt: skip

max_: Primitive = Primitive(
    "max", 2, lambda x, y, f: (tie(x, y), tie(y, x)), _python_choice(lt, le), code="max({0}, {1})",
    weight=ARITHMETIC, error=0, sympy="Max", mpmath=lambda mp, x, y: max(x, y), numeric=lambda x, y: max(x, y),
    sample=(_ANY, _ANY), kink=_SHARED,
)  # fmt: skip
min_: Primitive = Primitive(
    "min", 2, lambda x, y, f: (tie(y, x), tie(x, y)), _python_choice(gt, ge), code="min({0}, {1})",
    weight=ARITHMETIC, error=0, sympy="Min", mpmath=lambda mp, x, y: min(x, y), numeric=lambda x, y: min(x, y),
    sample=(_ANY, _ANY), kink=_SHARED,
)  # fmt: skip
maximum: Primitive = Primitive(
    "maximum", 2, lambda x, y, f: (tie(x, y), tie(y, x)), _nan_choice(gt, lt), code="maximum({0}, {1})",
    kernel=kernels.maximum, weight=ARITHMETIC, error=0, sympy="Max", mpmath=lambda mp, x, y: _no_nan(mp, x, y, max),
    numeric=np.maximum, spellings=("numpy.maximum",), sample=(_ANY, _ANY), kink=_SHARED,
)  # fmt: skip
minimum: Primitive = Primitive(
    "minimum", 2, lambda x, y, f: (tie(y, x), tie(x, y)), _nan_choice(lt, gt), code="minimum({0}, {1})",
    kernel=kernels.minimum, weight=ARITHMETIC, error=0, sympy="Min", mpmath=lambda mp, x, y: _no_nan(mp, x, y, min),
    numeric=np.minimum, spellings=("numpy.minimum",), sample=(_ANY, _ANY), kink=_SHARED,
)  # fmt: skip
fmax: Primitive = Primitive(
    "fmax", 2, lambda x, y, f: (tienum(x, y), tienum(y, x)), _number_choice(ge, le), code="fmax({0}, {1})",
    kernel=kernels.fmax, weight=ARITHMETIC, error=0, sympy="Max", mpmath=lambda mp, x, y: _number(mp, x, y, max),
    numeric=np.fmax, spellings=("numpy.fmax",), sample=(_ANY, _ANY), kink=_SHARED,
)  # fmt: skip
fmin: Primitive = Primitive(
    "fmin", 2, lambda x, y, f: (tienum(-x, -y), tienum(-y, -x)), _number_choice(le, ge), code="fmin({0}, {1})",
    kernel=kernels.fmin, weight=ARITHMETIC, error=0, sympy="Min", mpmath=lambda mp, x, y: _number(mp, x, y, min),
    numeric=np.fmin, spellings=("numpy.fmin",), sample=(_ANY, _ANY), kink=_SHARED,
)  # fmt: skip
tie: Primitive = Primitive(
    "tie", 2, lambda x, y, f: (0, 0), code="tie({0}, {1})", kernel=kernels.tie, weight=ARITHMETIC, error=0, sympy=_tie_sympy,
    mpmath=lambda mp, x, y: (1 + mp.sign(x - y)) / 2, numeric=lambda x, y: np.heaviside(x - y, 0.5) if x != y else 0.5,
    sample=(_ANY, _ANY), kink=_JUMP,
)  # fmt: skip
tienum: Primitive = Primitive(
    "tienum", 2, lambda x, y, f: (0, 0), code="tienum({0}, {1})", kernel=kernels.tienum, weight=ARITHMETIC, error=0,
    sympy=_tie_sympy, mpmath=lambda mp, x, y: mp.mpf(kernels.tienum(x, y)), numeric=kernels.tienum, sample=(_ANY, _ANY),
    kink=_JUMP,
)  # fmt: skip

floor: Primitive = Primitive(
    "floor", 1, lambda x, f: (0,), code="floor({0})", kernel=kernels.floor, weight=ARITHMETIC, error=0, sympy="floor",
    mpmath="floor", numeric=np.floor, spellings=("math.floor", "numpy.floor"), sample=(_ANY,), kink=_JUMP,
)  # fmt: skip
ceil: Primitive = Primitive(
    "ceil", 1, lambda x, f: (0,), code="ceil({0})", kernel=kernels.ceil, weight=ARITHMETIC, error=0, sympy="ceiling",
    mpmath="ceil", numeric=np.ceil, spellings=("math.ceil", "numpy.ceil"), sample=(_ANY,), kink=_JUMP,
)  # fmt: skip
trunc: Primitive = Primitive(
    "trunc", 1, lambda x, f: (0,), code="trunc({0})", kernel=kernels.trunc, weight=ARITHMETIC, error=0, sympy=_trunc_sympy,
    mpmath=_trunc_mp, numeric=np.trunc, spellings=("math.trunc", "numpy.trunc", "numpy.fix"), sample=(_ANY,),
    kink=_JUMP,
)  # fmt: skip
rint: Primitive = Primitive(
    "rint", 1, lambda x, f: (0,), code="rint({0})", kernel=kernels.rint, weight=ARITHMETIC, error=0, sympy=_rint_sympy,
    mpmath="nint", numeric=np.rint, spellings=("numpy.rint", "scipy.special.round"), sample=(_ANY,), kink=_JUMP,
)  # fmt: skip
decimal: Primitive = Primitive(
    "decimal", 2, lambda x, n, f: (0, 0), code="decimal({0}, {1})", kernel=kernels.decimal, literals=(1,), weight=DIVISION,
    sympy=lambda sp, x, n: _rint_sympy(sp, x * sp.Integer(10) ** n) / sp.Integer(10) ** n,
    mpmath=_decimal_mp, numeric=lambda x, n: np.float64(round(float(x), n)),
    sample=(_ANY, (-1, 5)), kink=_JUMP,
)  # fmt: skip
fmod: Primitive = Primitive(
    "fmod", 2, lambda x, y, f: (1, -trunc(x / y)), code="fmod({0}, {1})", kernel=kernels.fmod, weight=DIVISION,
    sympy=lambda sp, x, y: x - y * _trunc_sympy(sp, x / y), mpmath=lambda mp, x, y: x - y * _trunc_mp(mp, x / y),
    numeric=np.fmod, spellings=("math.fmod", "numpy.fmod"), sample=(_ANY, _AWAY_FROM_ZERO), domain="y != 0",
    kink="1 in x at the jumps",
)  # fmt: skip
remainder: Primitive = Primitive(
    "remainder", 2, lambda x, y, f: (1, -rint(x / y)), code="remainder({0}, {1})", kernel=kernels.remainder,
    weight=DIVISION, sympy=lambda sp, x, y: x - y * _rint_sympy(sp, x / y),
    mpmath=lambda mp, x, y: x - y * mp.nint(x / y), numeric=kernels.remainder, spellings=("math.remainder",),
    sample=(_ANY, _AWAY_FROM_ZERO), domain="y != 0", kink="1 in x at the jumps",
)  # fmt: skip
stop: Primitive = Primitive(
    "stop", 1, lambda x, f: (0,), code="{0}", weight=ARITHMETIC, error=0, sympy=lambda sp, x: x,
    mpmath=lambda mp, x: x, numeric=lambda x: x, sample=(_ANY,), kink="0 by definition",
)  # fmt: skip

# What logsumexp subtracts from its operands: its result does not depend on it, so that it is 0 on paper.
shift: Primitive = Primitive(
    "shift", 1, lambda x, f: (0,), code="shift({0})", kernel=special_kernels.shift, weight=ARITHMETIC, error=0,
    sympy=lambda sp, x: sp.Integer(0), mpmath=lambda mp, x: x, numeric=lambda x: x if np.isfinite(x) else np.float64(0),
    sample=(_ANY,), kink="0 by definition",
)  # fmt: skip

ROWS: tuple[Primitive, ...] = (
    abs_, sign, copysign, heaviside, max_, min_, maximum, minimum, fmax, fmin, tie, tienum,
    floor, ceil, trunc, rint, decimal, fmod, remainder, stop, shift,
)  # fmt: skip
