"""Rewrites that compute the same function more accurately, or where the naive form overflows or is NaN.

Applied before differentiation too, because a derivative cannot be repaired afterwards: that of ``log(1 + exp(x))`` is
inf/inf at 1000. So each row must be an improvement for the derivative as well. Left out for that reason, or because the
user's own form is as good in most places: x*x - y*y; sqrt(1 + x) - 1 (NaN instead of inf for inf); log(cosh(x)).
"""

from __future__ import annotations

from symdiff.primitives import TABLE
from symdiff.primitives.constant import TEN, TWO
from symdiff.simplify.facts import Fact
from symdiff.simplify.rewrite import Rewrite
from symdiff.simplify.template import computed

_abs, _cos, _cosh, _erf, _erfc, _exp, _expm1, _hypot, _log, _log1mexp = (
    TABLE[name] for name in ("abs", "cos", "cosh", "erf", "erfc", "exp", "expm1", "hypot", "log", "log1mexp")
)
_log10, _log1p, _log2, _logaddexp, _pow, _sech, _sigmoid, _sin, _sinh, _softplus, _sqrt, _tanh = (
    TABLE[name]
    for name in (
        "log10", "log1p", "log2", "logaddexp", "pow", "sech", "sigmoid", "sin", "sinh", "softplus", "sqrt", "tanh",
    )
)  # fmt: skip

_ANY = ((-9.0, 9.0),)
_PAIR = _ANY * 2
_POSITIVE = ((0.01, 9.0),)
_NEGATIVE = ((-9.0, -0.01),)
_EVEN = ((2.0, 8.0),)
_SQUARES, _EXPONENTIALS = (Fact.SQUARES,) * 2, (Fact.EXPONENTIALS,) * 2

# Sums of exponentials: the general rows take apart sums of any length, the others finish the pieces.
EXPONENTIALS = (
    Rewrite("log(1 + sum of exp)", lambda u: _log(1 + u), lambda u: _softplus(_log(u)), _POSITIVE,
            needs=(Fact.EXPONENTIALS,)),
    Rewrite("log1p(sum of exp)", lambda u: _log1p(u), lambda u: _softplus(_log(u)), _POSITIVE,
            needs=(Fact.EXPONENTIALS,)),
    Rewrite("log(sum of exp)", lambda u, v: _log(u + v), lambda u, v: _logaddexp(_log(u), _log(v)), _POSITIVE * 2,
            needs=_EXPONENTIALS),
    Rewrite("log(exp(x))", lambda x: _log(_exp(x)), lambda x: x, _ANY),
    Rewrite("logaddexp(0, x)", lambda x: _logaddexp(0, x), lambda x: _softplus(x), _ANY),
    Rewrite("log1p(-exp(x))", lambda x: _log1p(-_exp(x)), lambda x: _log1mexp(x), _NEGATIVE),
    Rewrite("log(-expm1(x))", lambda x: _log(-_expm1(x)), lambda x: _log1mexp(x), _NEGATIVE),
    Rewrite("exp(x) - 1", lambda x: _exp(x) - 1, lambda x: _expm1(x), _ANY),
    Rewrite("exp(x) + -1", lambda x: _exp(x) + -1, lambda x: _expm1(x), _ANY),
    Rewrite("1 - exp(x)", lambda x: 1 - _exp(x), lambda x: -_expm1(x), _ANY),
    Rewrite("1 + expm1(x)", lambda x: 1 + _expm1(x), lambda x: _exp(x), _ANY),
    Rewrite("log1p(expm1(x))", lambda x: _log1p(_expm1(x)), lambda x: x, _ANY),
)  # fmt: skip

LOGARITHMS = (
    Rewrite("log(1 + x)", lambda x: _log(1 + x), lambda x: _log1p(x), ((-0.99, 9.0),)),
    Rewrite("log(1 - x)", lambda x: _log(1 - x), lambda x: _log1p(-x), ((-9.0, 0.99),)),
    Rewrite("log(x)/log(2)", lambda x: _log(x) / _log(TWO), lambda x: _log2(x), _POSITIVE),
    Rewrite("log(x)/log(10)", lambda x: _log(x) / _log(TEN), lambda x: _log10(x), _POSITIVE),
)

LOGISTIC = (
    Rewrite("exp(x)/(1 + exp(x))**2", lambda x: _exp(x) / _pow(1 + _exp(x), 2),
            lambda x: _sigmoid(x) * _sigmoid(-x), _ANY),
    Rewrite("exp(x)/((1 + exp(x))*(1 + exp(x)))", lambda x: _exp(x) / ((1 + _exp(x)) * (1 + _exp(x))),
            lambda x: _sigmoid(x) * _sigmoid(-x), _ANY),
    Rewrite("exp(x)/(1 + exp(x))", lambda x: _exp(x) / (1 + _exp(x)), lambda x: _sigmoid(x), _ANY),
    Rewrite("expm1(x)/(1 + exp(x))", lambda x: _expm1(x) / (1 + _exp(x)), lambda x: _tanh(x / 2), _ANY),
    Rewrite("c/(1 + exp(x))", lambda c, x: c / (1 + _exp(x)), lambda c, x: c * _sigmoid(-x), _PAIR),
    Rewrite("1 - sigmoid(x)", lambda x: 1 - _sigmoid(x), lambda x: _sigmoid(-x), _ANY),
    Rewrite("log(sigmoid(x))", lambda x: _log(_sigmoid(x)), lambda x: -_softplus(-x), _ANY),
    Rewrite("log1p(-sigmoid(x))", lambda x: _log1p(-_sigmoid(x)), lambda x: -_softplus(x), _ANY),
)  # fmt: skip

HYPERBOLIC = (
    Rewrite("exp(x) - exp(-x)", lambda x: _exp(x) - _exp(-x), lambda x: 2 * _sinh(x), _ANY),
    Rewrite("exp(-x) - exp(x)", lambda x: _exp(-x) - _exp(x), lambda x: -2 * _sinh(x), _ANY),
    Rewrite("exp(x) + exp(-x)", lambda x: _exp(x) + _exp(-x), lambda x: 2 * _cosh(x), _ANY),
    Rewrite("sinh(x)/cosh(x)", lambda x: _sinh(x) / _cosh(x), lambda x: _tanh(x), _ANY),
    Rewrite("c/cosh(x)", lambda c, x: c / _cosh(x), lambda c, x: c * _sech(x), _PAIR),
    Rewrite("c/cosh(x)**2", lambda c, x: c / _pow(_cosh(x), 2), lambda c, x: c * _pow(_sech(x), 2), _PAIR),
    Rewrite("1 - tanh(x)**2", lambda x: 1 - _pow(_tanh(x), 2), lambda x: _pow(_sech(x), 2), _ANY),
    Rewrite("1 - tanh(x)*tanh(x)", lambda x: 1 - _tanh(x) * _tanh(x), lambda x: _pow(_sech(x), 2), _ANY),
    Rewrite("cosh(x)**2 - 1", lambda x: _pow(_cosh(x), 2) - 1, lambda x: _pow(_sinh(x), 2), _ANY),
)

CIRCULAR = (
    Rewrite("1 - cos(x)", lambda x: 1 - _cos(x), lambda x: 2 * _pow(_sin(x / 2), 2), _ANY),
    Rewrite("cos(x) - 1", lambda x: _cos(x) - 1, lambda x: -2 * _pow(_sin(x / 2), 2), _ANY),
    Rewrite("1 - sin(x)**2", lambda x: 1 - _pow(_sin(x), 2), lambda x: _pow(_cos(x), 2), _ANY),
    Rewrite("1 - cos(x)**2", lambda x: 1 - _pow(_cos(x), 2), lambda x: _pow(_sin(x), 2), _ANY),
)

# The tail of the normal distribution: 0.5*(1 + erf(x)) is 0 from -6 on.
ERRORS = (
    Rewrite("1 - erf(x)", lambda x: 1 - _erf(x), lambda x: _erfc(x), ((-4.0, 4.0),)),
    Rewrite("1 + erf(x)", lambda x: 1 + _erf(x), lambda x: _erfc(-x), ((-4.0, 4.0),)),
    Rewrite("1 - erfc(x)", lambda x: 1 - _erfc(x), lambda x: _erf(x), ((-4.0, 4.0),)),
)

# Lengths: no overflow, gradient 0 at 0 by convention (the row hypot), and squared lengths without the root, so that
# they are smooth at 0. The general row takes apart sums of any number of squares.
LENGTHS = (
    Rewrite("x**0.5", lambda x: _pow(x, 0.5), lambda x: _sqrt(x), _POSITIVE, deviation="NaN for -inf; -0.0 for -0.0"),
    Rewrite("x**-0.5", lambda x: _pow(x, -0.5), lambda x: 1 / _sqrt(x), _POSITIVE,
            deviation="NaN for -inf; -inf for -0.0"),
    Rewrite("sqrt(sum of squares)", lambda u, v: _sqrt(u + v), lambda u, v: _hypot(_sqrt(u), _sqrt(v)), _POSITIVE * 2,
            needs=_SQUARES),
    Rewrite("sqrt(x*x)", lambda x: _sqrt(x * x), lambda x: _abs(x), _ANY),
    Rewrite("sqrt(x**n)", lambda x, n: _sqrt(_pow(x, n)), lambda x, n: _abs(_pow(x, computed(_half, n))), _ANY + _EVEN,
            needs=(Fact.NONE, Fact.EVEN)),
    Rewrite("sqrt(u)*sqrt(u)", lambda u: _sqrt(u) * _sqrt(u), lambda u: u, _POSITIVE, needs=(Fact.NONNEGATIVE,)),
    Rewrite("sqrt(u)**n", lambda u, n: _pow(_sqrt(u), n), lambda u, n: _pow(u, computed(_half, n)), _POSITIVE + _EVEN,
            needs=(Fact.NONNEGATIVE, Fact.EVEN)),
    Rewrite("hypot(x, y)*hypot(x, y)", lambda x, y: _hypot(x, y) * _hypot(x, y),
            lambda x, y: _pow(x, 2) + _pow(y, 2), _PAIR),
    Rewrite("hypot(x, y)**n", lambda x, y, n: _pow(_hypot(x, y), n),
            lambda x, y, n: _pow(_pow(x, 2) + _pow(y, 2), computed(_half, n)), _PAIR + _EVEN,
            needs=(Fact.NONE, Fact.NONE, Fact.EVEN)),
    Rewrite("abs(x)*abs(x)", lambda x: _abs(x) * _abs(x), lambda x: x * x, _ANY),
    Rewrite("abs(x)**n", lambda x, n: _pow(_abs(x), n), lambda x, n: _pow(x, n), _ANY + _EVEN,
            needs=(Fact.NONE, Fact.EVEN)),
)  # fmt: skip


def _half(n: float) -> int:
    return int(n) // 2


ACCURACY: tuple[Rewrite, ...] = (
    *EXPONENTIALS, *LOGARITHMS, *LOGISTIC, *HYPERBOLIC, *CIRCULAR, *ERRORS, *LENGTHS,
)  # fmt: skip
