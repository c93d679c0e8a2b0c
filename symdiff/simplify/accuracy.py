"""Rewrites that compute the same function more accurately, or where the naive form overflows or is NaN.

Applied before differentiation too, because a derivative cannot be repaired afterwards: that of ``log(1 + exp(x))`` is
inf/inf at 1000. So each row must be an improvement for the derivative as well. Left out, because the user's own form is
as good in most places: x*x - y*y.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from symdiff.primitives import TABLE
from symdiff.primitives.constant import TEN, TWO
from symdiff.simplify.facts import Fact
from symdiff.simplify.rewrite import Rewrite
from symdiff.simplify.template import computed

_abs, _acosh, _asinh, _atanh, _bose, _compoundm1, _cos, _cosh, _erf, _erfc, _exp, _expm1, _expratio, _hypot = (
    TABLE[name]
    for name in (
        "abs", "acosh", "asinh", "atanh", "bose", "compoundm1", "cos", "cosh", "erf", "erfc", "exp", "expm1", "expratio",
        "hypot",
    )
)  # fmt: skip
_log, _log10, _log1mexp, _log1p, _log2, _logaddexp, _logcosh, _pow, _sech, _semicircle, _share, _shareslope = (
    TABLE[name]
    for name in (
        "log", "log10", "log1mexp", "log1p", "log2", "logaddexp", "logcosh", "pow", "sech", "semicircle", "share",
        "shareslope",
    )
)  # fmt: skip
_bernoulli, _compoundrel, _expreldiff, _log1prel, _sinrel = (
    TABLE[name] for name in ("bernoulli", "compoundrel", "expreldiff", "log1prel", "sinrel")
)
_log_ndtr, _logerfc, _sigmoid, _sin, _sinh, _softplus, _sqrt, _tanh, _unit = (
    TABLE[name] for name in ("log_ndtr", "logerfc", "sigmoid", "sin", "sinh", "softplus", "sqrt", "tanh", "unit")
)

_ANY = ((-9.0, 9.0),)
_PAIR = _ANY * 2
_POSITIVE = ((0.01, 9.0),)
_NEGATIVE = ((-9.0, -0.01),)
_EVEN = ((2.0, 8.0),)
_INSIDE = ((-0.99, 0.99),)
_SMALL = ((-2.5, 2.5),)
_LIMIT = "the limit, not NaN, for 0"
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
    Rewrite("exp(-softplus(x))", lambda x: _exp(-_softplus(x)), lambda x: _sigmoid(-x), _ANY),
    Rewrite("x - logaddexp(x, y)", lambda x, y: x - _logaddexp(x, y), lambda x, y: -_softplus(y - x), _PAIR),
    Rewrite("x - logaddexp(logaddexp(x, y), z)", lambda x, y, z: x - _logaddexp(_logaddexp(x, y), z),
            lambda x, y, z: -_logaddexp(_softplus(y - x), z - x), _ANY * 3),
    Rewrite("log1p(-exp(x))", lambda x: _log1p(-_exp(x)), lambda x: _log1mexp(x), _NEGATIVE),
    Rewrite("log(-expm1(x))", lambda x: _log(-_expm1(x)), lambda x: _log1mexp(x), _NEGATIVE),
    Rewrite("exp(x) - 1", lambda x: _exp(x) - 1, lambda x: _expm1(x), _ANY),
    Rewrite("exp(x) + -1", lambda x: _exp(x) + -1, lambda x: _expm1(x), _ANY),
    Rewrite("1 - exp(x)", lambda x: 1 - _exp(x), lambda x: -_expm1(x), _ANY),
    Rewrite("1 + expm1(x)", lambda x: 1 + _expm1(x), lambda x: _exp(x), _ANY),
    Rewrite("log1p(expm1(x))", lambda x: _log1p(_expm1(x)), lambda x: x, _ANY),
)  # fmt: skip


def _by_hand(name: str) -> tuple[Rewrite, ...]:
    """The larger one, and what is added to it."""
    larger = TABLE[name]
    return (
        Rewrite(f"{name}(x, 0) + softplus(-abs(x))", lambda x: larger(x, 0) + _softplus(-_abs(x)), lambda x: _softplus(x), _ANY),
        Rewrite(f"{name}(0, x) + softplus(-abs(x))", lambda x: larger(0, x) + _softplus(-_abs(x)), lambda x: _softplus(x), _ANY),
        Rewrite(f"{name}(x, 0) - c + softplus(-abs(x))", lambda x, c: larger(x, 0) - c + _softplus(-_abs(x)),
                lambda x, c: _softplus(x) - c, _PAIR),
        Rewrite(f"{name}(0, x) - c + softplus(-abs(x))", lambda x, c: larger(0, x) - c + _softplus(-_abs(x)),
                lambda x, c: _softplus(x) - c, _PAIR),
        Rewrite(f"{name}(x, y) + softplus(-abs(x - y))", lambda x, y: larger(x, y) + _softplus(-_abs(x - y)),
                lambda x, y: _logaddexp(x, y), _PAIR),
        Rewrite(f"{name}(y, x) + softplus(-abs(x - y))", lambda x, y: larger(y, x) + _softplus(-_abs(x - y)),
                lambda x, y: _logaddexp(x, y), _PAIR),
    )  # fmt: skip


BY_HAND = tuple(row for name in ("max", "maximum", "fmax") for row in _by_hand(name))

LOGARITHMS = (
    Rewrite("log(1 + x)", lambda x: _log(1 + x), lambda x: _log1p(x), ((-0.99, 9.0),)),
    Rewrite("log(1 - x)", lambda x: _log(1 - x), lambda x: _log1p(-x), ((-9.0, 0.99),)),
    Rewrite("log(x)/log(2)", lambda x: _log(x) / _log(TWO), lambda x: _log2(x), _POSITIVE),
    Rewrite("log(x)/log(10)", lambda x: _log(x) / _log(TEN), lambda x: _log10(x), _POSITIVE),
)

LOGISTIC = (
    Rewrite("exp(x)/(1 + exp(x))**2", lambda x: _exp(x) / _pow(1 + _exp(x), 2),
            lambda x: _shareslope(x, 0), _ANY),
    Rewrite("exp(x)/((1 + exp(x))*(1 + exp(x)))", lambda x: _exp(x) / ((1 + _exp(x)) * (1 + _exp(x))),
            lambda x: _shareslope(x, 0), _ANY),
    Rewrite("exp(x)/(1 + exp(x))", lambda x: _exp(x) / (1 + _exp(x)), lambda x: _sigmoid(x), _ANY),
    Rewrite("expm1(x)/(1 + exp(x))", lambda x: _expm1(x) / (1 + _exp(x)), lambda x: _tanh(x / 2), _ANY),
    Rewrite("c/(1 + exp(x))", lambda c, x: c / (1 + _exp(x)), lambda c, x: c * _sigmoid(-x), _PAIR),
    Rewrite("1 - sigmoid(x)", lambda x: 1 - _sigmoid(x), lambda x: _sigmoid(-x), _ANY),
    Rewrite("exp(x)*sigmoid(-x)", lambda x: _exp(x) * _sigmoid(-x), lambda x: _sigmoid(x), _ANY),
    Rewrite("exp(-x)*sigmoid(x)", lambda x: _exp(-x) * _sigmoid(x), lambda x: _sigmoid(-x), _ANY),
    Rewrite("log(sigmoid(x))", lambda x: _log(_sigmoid(x)), lambda x: -_softplus(-x), _ANY),
    Rewrite("sigmoid(x)*sigmoid(-x)", lambda x: _sigmoid(x) * _sigmoid(-x), lambda x: _shareslope(x, 0), _ANY),
    Rewrite("exp(x)/exp(y)", lambda x, y: _exp(x) / _exp(y), lambda x, y: _expratio(x, y), _PAIR),
    Rewrite("exp(x)/(exp(x) + sum of exp)", lambda x, u: _exp(x) / (_exp(x) + u), lambda x, u: _share(x, _log(u)),
            _ANY + _POSITIVE, needs=(Fact.NONE, Fact.EXPONENTIALS)),
    Rewrite("exp(x)/(exp(x) + two sums of exp)", lambda x, u, v: _exp(x) / (_exp(x) + u + v),
            lambda x, u, v: _share(x, _logaddexp(_log(u), _log(v))), _ANY + _POSITIVE * 2,
            needs=(Fact.NONE, *_EXPONENTIALS)),
    Rewrite("exp(x)/sum of exp", lambda x, u: _exp(x) / u, lambda x, u: _expratio(x, _log(u)), _ANY + _POSITIVE,
            needs=(Fact.NONE, Fact.EXPONENTIALS)),
    Rewrite("share(x, 0)", lambda x: _share(x, 0), lambda x: _sigmoid(x), _ANY),
    Rewrite("share(0, x)", lambda x: _share(0, x), lambda x: _sigmoid(-x), _ANY),
    Rewrite("1 - share(x, y)", lambda x, y: 1 - _share(x, y), lambda x, y: _share(y, x), _PAIR),
    Rewrite("share(x, y)*share(y, x)", lambda x, y: _share(x, y) * _share(y, x), lambda x, y: _shareslope(x, y), _PAIR),
    Rewrite("log(share(x, y))", lambda x, y: _log(_share(x, y)), lambda x, y: -_softplus(y - x), _PAIR),
    Rewrite("log(expratio(x, y))", lambda x, y: _log(_expratio(x, y)), lambda x, y: x - y, _PAIR),
    Rewrite("x/expm1(x)", lambda x: x / _expm1(x), lambda x: _bernoulli(x, 0), _ANY, deviation=_LIMIT),
    Rewrite("x**n/expm1(x)", lambda x, n: _pow(x, n) / _expm1(x), lambda x, n: _pow(x, computed(_less, n)) * _bernoulli(x, 0),
            _POSITIVE + _EVEN, needs=(Fact.NONE, Fact.LITERAL), deviation=_LIMIT),
    Rewrite("x*bose(x)", lambda x: x * _bose(x), lambda x: _bernoulli(x, 0), _ANY, deviation=_LIMIT),
    Rewrite("x**2*exp(x)/expm1(x)**2", lambda x: _pow(x, 2) * _exp(x) / _pow(_expm1(x), 2),
            lambda x: _bernoulli(x, 0) * _bernoulli(-x, 0), _ANY, deviation=_LIMIT),
    Rewrite("exp(x)/expm1(x)", lambda x: _exp(x) / _expm1(x), lambda x: -_bose(-x), _POSITIVE),
    Rewrite("exp(x)/expm1(x)**2", lambda x: _exp(x) / _pow(_expm1(x), 2), lambda x: -(_bose(x) * _bose(-x)), _POSITIVE),
    Rewrite("c/expm1(x)", lambda c, x: c / _expm1(x), lambda c, x: c * _bose(x), _ANY + _POSITIVE),
    Rewrite("1 + tanh(x)", lambda x: 1 + _tanh(x), lambda x: 2 * _sigmoid(2 * x), _ANY),
    Rewrite("1 - tanh(x)", lambda x: 1 - _tanh(x), lambda x: 2 * _sigmoid(-2 * x), _ANY),
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
    Rewrite("log(cosh(x))", lambda x: _log(_cosh(x)), lambda x: _logcosh(x), _ANY),
    Rewrite("cosh(x)**2 - 1", lambda x: _pow(_cosh(x), 2) - 1, lambda x: _pow(_sinh(x), 2), _ANY),
)

# The inverse functions, spelled out.
INVERSE = (
    Rewrite("log(x + sqrt(x*x + 1))", lambda x: _log(x + _sqrt(x * x + 1)), lambda x: _asinh(x), _ANY),
    Rewrite("log(x + sqrt(x**2 + 1))", lambda x: _log(x + _sqrt(_pow(x, 2) + 1)), lambda x: _asinh(x), _ANY),
    Rewrite("log(x + hypot(x, 1))", lambda x: _log(x + _hypot(x, 1)), lambda x: _asinh(x), _ANY),
    Rewrite("log(x + sqrt(x*x - 1))", lambda x: _log(x + _sqrt(x * x - 1)), lambda x: _acosh(x), ((1.0, 9.0),)),
    Rewrite("log(x + sqrt(x**2 - 1))", lambda x: _log(x + _sqrt(_pow(x, 2) - 1)), lambda x: _acosh(x), ((1.0, 9.0),)),
    Rewrite("log(x + sqrt(x - 1)*sqrt(x + 1))", lambda x: _log(x + _sqrt(x - 1) * _sqrt(x + 1)), lambda x: _acosh(x),
            ((1.0, 9.0),)),
    Rewrite("log((1 + x)/(1 - x))", lambda x: _log((1 + x) / (1 - x)), lambda x: 2 * _atanh(x), _INSIDE),
    Rewrite("log1p(x) - log1p(-x)", lambda x: _log1p(x) - _log1p(-x), lambda x: 2 * _atanh(x), _INSIDE),
    Rewrite("log1p(-x) - log1p(x)", lambda x: _log1p(-x) - _log1p(x), lambda x: -2 * _atanh(x), _INSIDE),
)  # fmt: skip


def _less_one(name: str, power: Callable[[Any], Any], base: Callable[[Any], Any], exponent: float) -> tuple[Rewrite, ...]:
    """A power of 1 + ``base(x)``, less 1, and 1 less the power."""
    return (
        Rewrite(f"{name} - 1", lambda x: power(x) - 1, lambda x: _compoundm1(base(x), exponent), _INSIDE),
        Rewrite(f"1 - {name}", lambda x: 1 - power(x), lambda x: -_compoundm1(base(x), exponent), _INSIDE),
    )


_EXPONENT = (Fact.NONE, Fact.LITERAL)  # of a run-time exponent the derivative would be NaN where 1 + x is 0
COMPOUNDS = (
    Rewrite("(1 + x)**n - 1", lambda x, n: _pow(1 + x, n) - 1, lambda x, n: _compoundm1(x, n), _INSIDE + _SMALL, needs=_EXPONENT),
    Rewrite(
        "(1 - x)**n - 1", lambda x, n: _pow(1 - x, n) - 1, lambda x, n: _compoundm1(-x, n), _INSIDE + _SMALL, needs=_EXPONENT
    ),
    Rewrite(
        "1 - (1 + x)**n", lambda x, n: 1 - _pow(1 + x, n), lambda x, n: -_compoundm1(x, n), _INSIDE + _SMALL, needs=_EXPONENT
    ),
    Rewrite(
        "1 - (1 - x)**n", lambda x, n: 1 - _pow(1 - x, n), lambda x, n: -_compoundm1(-x, n), _INSIDE + _SMALL, needs=_EXPONENT
    ),
    *_less_one("sqrt(1 + x)", lambda x: _sqrt(1 + x), lambda x: x, 0.5),
    *_less_one("sqrt(1 - x)", lambda x: _sqrt(1 - x), lambda x: -x, 0.5),
    *_less_one("1/sqrt(1 + x)", lambda x: 1 / _sqrt(1 + x), lambda x: x, -0.5),
    *_less_one("1/sqrt(1 - x)", lambda x: 1 / _sqrt(1 - x), lambda x: -x, -0.5),
    *_less_one("semicircle(x)", lambda x: _semicircle(x), lambda x: -(x * x), 0.5),
    *_less_one("1/semicircle(x)", lambda x: 1 / _semicircle(x), lambda x: -(x * x), -0.5),
)

# Quotients with their limit at 0, near which their derivatives as written cancel.
QUOTIENTS = (
    Rewrite("sin(x)/x", lambda x: _sin(x) / x, lambda x: _sinrel(x, 0), _ANY, deviation=_LIMIT),
    Rewrite("expm1(x)/x", lambda x: _expm1(x) / x, lambda x: _expreldiff(x, 0), _ANY, deviation=_LIMIT),
    Rewrite("log1p(x)/x", lambda x: _log1p(x) / x, lambda x: _log1prel(x, 0), _INSIDE, deviation=_LIMIT),
    Rewrite(
        "compoundm1(x, n)/x",
        lambda x, n: _compoundm1(x, n) / x,
        lambda x, n: _compoundrel(x, n, 0),
        _INSIDE + _SMALL,
        needs=_EXPONENT,
        deviation=_LIMIT,
    ),
    Rewrite(
        "2*sin(x/2)**2/x**2",
        lambda x: 2 * _pow(_sin(x / 2), 2) / _pow(x, 2),
        lambda x: _pow(_sinrel(x / 2, 0), 2) / 2,
        _ANY,
        deviation=_LIMIT,
    ),
    Rewrite(
        "2*sin(x/2)**2/(x*x)",
        lambda x: 2 * _pow(_sin(x / 2), 2) / (x * x),
        lambda x: _pow(_sinrel(x / 2, 0), 2) / 2,
        _ANY,
        deviation=_LIMIT,
    ),
)

# Differences of neighbours.
NEIGHBOURS = (
    Rewrite("sqrt(x + c) - sqrt(x)", lambda x, c: _sqrt(x + c) - _sqrt(x), lambda x, c: c / (_sqrt(x + c) + _sqrt(x)),
            _POSITIVE * 2, needs=(Fact.NONE, Fact.POSITIVE), deviation="0 for inf"),
    Rewrite("sqrt(x) - sqrt(x + c)", lambda x, c: _sqrt(x) - _sqrt(x + c), lambda x, c: -c / (_sqrt(x) + _sqrt(x + c)),
            _POSITIVE * 2, needs=(Fact.NONE, Fact.POSITIVE), deviation="0 for inf"),
    Rewrite("1/x - 1/(x + c)", lambda x, c: 1 / x - 1 / (x + c), lambda x, c: c / x / (x + c), _POSITIVE * 2,
            needs=(Fact.NONE, Fact.POSITIVE)),
    Rewrite("1/(x + c) - 1/x", lambda x, c: 1 / (x + c) - 1 / x, lambda x, c: -c / x / (x + c), _POSITIVE * 2,
            needs=(Fact.NONE, Fact.POSITIVE)),
    Rewrite("x*(1/x)", lambda x: x * (1 / x), lambda x: 1, _POSITIVE, deviation="1 for 0 and inf"),
)  # fmt: skip

CIRCULAR = (
    Rewrite("1 - cos(x)", lambda x: 1 - _cos(x), lambda x: 2 * _pow(_sin(x / 2), 2), _ANY),
    Rewrite("cos(x) - 1", lambda x: _cos(x) - 1, lambda x: -2 * _pow(_sin(x / 2), 2), _ANY),
    Rewrite("1 - sin(x)**2", lambda x: 1 - _pow(_sin(x), 2), lambda x: _pow(_cos(x), 2), _ANY),
    Rewrite("1 - cos(x)**2", lambda x: 1 - _pow(_cos(x), 2), lambda x: _pow(_sin(x), 2), _ANY),
)


def _log_tail(name: str, half: Callable[[Any], Any]) -> tuple[Rewrite, ...]:
    """Log-probabilities: ``log(erfc(x/sqrt(2))/2)`` is -inf from x = 39 on. The general form comes last."""
    root, sample = _sqrt(TWO), ((-4.0, 4.0),)
    return (
        Rewrite(f"log({name}(x/sqrt(2)))", lambda x: _log(half(_erfc(x / root))), lambda x: _log_ndtr(-x), sample),
        Rewrite(f"log({name}(-(x/sqrt(2))))", lambda x: _log(half(_erfc(-(x / root)))), lambda x: _log_ndtr(x), sample),
        Rewrite(f"log({name}(x))", lambda x: _log(half(_erfc(x))), lambda x: _log_ndtr(-(x * root)), sample),
    )


# The tail of the normal distribution: 0.5*(1 + erf(x)) is 0 from -6 on.
ERRORS = (
    Rewrite("1 - erf(x)", lambda x: 1 - _erf(x), lambda x: _erfc(x), ((-4.0, 4.0),)),
    Rewrite("1 + erf(x)", lambda x: 1 + _erf(x), lambda x: _erfc(-x), ((-4.0, 4.0),)),
    Rewrite("1 - erfc(x)", lambda x: 1 - _erfc(x), lambda x: _erf(x), ((-4.0, 4.0),)),
    *_log_tail("0.5*erfc", lambda tail: 0.5 * tail),
    *_log_tail("erfc/2", lambda tail: tail / 2),
    Rewrite("log(erfc(x))", lambda x: _log(_erfc(x)), lambda x: _logerfc(x), ((-4.0, 4.0),)),
)

# Lengths: no overflow, gradient 0 at 0 by convention (the row hypot), and squared lengths without the root, so that
# they are smooth at 0. The general row takes apart sums of any number of squares.
LENGTHS = (
    Rewrite("sqrt(1 - x*x)", lambda x: _sqrt(1 - x * x), lambda x: _semicircle(x), _INSIDE),
    Rewrite("sqrt(1 - x**2)", lambda x: _sqrt(1 - _pow(x, 2)), lambda x: _semicircle(x), _INSIDE),
    Rewrite("sqrt((1 - x)*(1 + x))", lambda x: _sqrt((1 - x) * (1 + x)), lambda x: _semicircle(x), _INSIDE),
    Rewrite("sqrt(sum of squares + 1)", lambda u: _sqrt(u + 1), lambda u: _hypot(_sqrt(u), 1), _POSITIVE,
            needs=(Fact.SQUARES,)),
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
    Rewrite("(1 - unit(x, r)*unit(x, r))/r",
            lambda x, y: (1 - _unit(x, _hypot(x, y)) * _unit(x, _hypot(x, y))) / _hypot(x, y),
            lambda x, y: _unit(_unit(y, _hypot(x, y)) * _unit(y, _hypot(x, y)), _hypot(x, y)), _PAIR,
            deviation="0 for (0, 0)"),
    Rewrite("abs(x)*abs(x)", lambda x: _abs(x) * _abs(x), lambda x: x * x, _ANY),
    Rewrite("abs(x)**n", lambda x, n: _pow(_abs(x), n), lambda x, n: _pow(x, n), _ANY + _EVEN,
            needs=(Fact.NONE, Fact.EVEN)),
)  # fmt: skip


def _half(n: float) -> int:
    return int(n) // 2


def _less(n: float) -> float:
    return n - 1


ACCURACY: tuple[Rewrite, ...] = (
    *EXPONENTIALS, *BY_HAND, *LOGARITHMS, *LOGISTIC, *HYPERBOLIC, *INVERSE, *COMPOUNDS, *QUOTIENTS, *NEIGHBOURS,
    *CIRCULAR, *ERRORS, *LENGTHS,
)  # fmt: skip
