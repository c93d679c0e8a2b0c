"""Functions built on gamma and beta: complete, incomplete and inverse (DLMF 5 and 8)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from symdiff.primitives.entropy import xlog1py, xlogy
from symdiff.primitives.exponential import exp, log1p, sqrt
from symdiff.primitives.named import named
from symdiff.primitives.row import ELEMENTARY, SPECIAL, UNKNOWN, Primitive
from symdiff.primitives.special import digamma, lgamma

_POSITIVE = (0.3, 5.0)
_INSIDE = (0.05, 0.95)
_psi = digamma  # as formulas call it


def _log_gamma_density(a: Any, x: Any) -> Any:
    """Logarithm of x**(a - 1)*exp(-x)/gamma(a), the derivative of gammainc in x (DLMF 8.8.13)."""
    return xlogy(a - 1, x) - x - lgamma(a)


def _log_beta_density(a: Any, b: Any, x: Any) -> Any:
    """Logarithm of x**(a - 1)*(1 - x)**(b - 1)/beta(a, b), the derivative of betainc in x (DLMF 8.17.1)."""
    return xlogy(a - 1, x) + xlog1py(b - 1, -x) - betaln(a, b)


def _log_student_density(v: Any, t: Any) -> Any:
    return -betaln(v / 2, 0.5) - (v + 1) / 2 * log1p(t * t / v)


def _student_mp(mp: Any, v: Any, t: Any) -> Any:
    tail = mp.betainc(v / 2, 0.5, 0, v / (v + t * t), regularized=True) / 2
    return 1 - tail if t > 0 else tail


def _root(mp: Any, start: Any, distribution: Callable[[Any], Any], log_density: Callable[[Any], Any], value: Any) -> Any:
    """The x with distribution(x) == value, by Newton's method from a root in double precision."""
    x = mp.mpf(float(start))
    for _ in range(60):
        step = (distribution(x) - value) / mp.exp(log_density(x))
        x -= step
        if abs(step) <= 8 * mp.eps * abs(x):
            break
    return x


def _mp_gammaincinv(mp: Any, a: Any, y: Any) -> Any:
    from scipy import special

    def density(x: Any) -> Any:
        return (a - 1) * mp.log(x) - x - mp.loggamma(a)

    start = special.gammaincinv(float(a), float(y))
    return _root(mp, start, lambda x: mp.gammainc(a, 0, x, regularized=True), density, y)


def _mp_betaincinv(mp: Any, a: Any, b: Any, y: Any) -> Any:
    from scipy import special

    def density(x: Any) -> Any:
        return (a - 1) * mp.log(x) + (b - 1) * mp.log1p(-x) - mp.log(mp.beta(a, b))

    start = special.betaincinv(float(a), float(b), float(y))
    return _root(mp, start, lambda x: mp.betainc(a, b, 0, x, regularized=True), density, y)


def _mp_stdtrit(mp: Any, v: Any, p: Any) -> Any:
    from scipy import special

    def density(t: Any) -> Any:
        return -mp.log(mp.beta(v / 2, 0.5)) - mp.log(v) / 2 - (v + 1) / 2 * mp.log1p(t * t / v)

    return _root(mp, special.stdtrit(float(v), float(p)), lambda t: _student_mp(mp, v, t), density, p)


loggamma: Primitive = Primitive(
    "loggamma", 1, lambda x, f: (_psi(x),), code="loggamma({0})", scipy="__pyx_fuse_1loggamma", error=8, absolute=8,
    conditioning=4, sympy="loggamma", mpmath="loggamma", spellings=("scipy.special.loggamma",), sample=(_POSITIVE,),
    domain="x > 0", weight=SPECIAL,
)  # fmt: skip
rgamma: Primitive = Primitive(
    "rgamma", 1, lambda x, f: (-f * _psi(x),), code="rgamma({0})", scipy="__pyx_fuse_1rgamma", error=16, conditioning=4,
    sympy=lambda sp, x: 1 / sp.gamma(x), mpmath="rgamma", spellings=("scipy.special.rgamma",), sample=(_POSITIVE,),
    kink="NaN at integers <= 0", weight=SPECIAL,
)  # fmt: skip
beta: Primitive = Primitive(
    "beta", 2, lambda a, b, f: (f * (_psi(a) - _psi(a + b)), f * (_psi(b) - _psi(a + b))), code="beta({0}, {1})", scipy="beta",
    commutative=True, error=32, conditioning=4, sympy="beta", mpmath="beta", spellings=("scipy.special.beta",),
    sample=(_POSITIVE, _POSITIVE), domain="no integer <= 0", weight=SPECIAL,
)  # fmt: skip
betaln: Primitive = Primitive(
    "betaln", 2, lambda a, b, f: (_psi(a) - _psi(a + b), _psi(b) - _psi(a + b)), code="betaln({0}, {1})", scipy="betaln",
    commutative=True, error=16, absolute=32, sympy=lambda sp, a, b: sp.log(sp.beta(a, b)),
    mpmath=lambda mp, a, b: mp.log(abs(mp.beta(a, b))), spellings=("scipy.special.betaln",), sample=(_POSITIVE, _POSITIVE),
    domain="no integer <= 0", weight=SPECIAL,
)  # fmt: skip
binom: Primitive = Primitive(
    "binom", 2, lambda n, k, f: (f * (_psi(n + 1) - _psi(n - k + 1)), f * (_psi(n - k + 1) - _psi(k + 1))),
    code="binom({0}, {1})", scipy="binom", error=64, conditioning=8, sympy="binomial", mpmath="binomial",
    spellings=("scipy.special.binom",), sample=((3.0, 6.0), (0.3, 2.5)), kink="NaN where n - k or k is an integer < 0",
    weight=SPECIAL,
)  # fmt: skip
poch: Primitive = Primitive(
    "poch", 2, lambda x, m, f: (f * (_psi(x + m) - _psi(x)), f * _psi(x + m)), code="poch({0}, {1})", scipy="poch", error=64,
    conditioning=8, sympy=lambda sp, x, m: sp.gamma(x + m) / sp.gamma(x), mpmath="rf", spellings=("scipy.special.poch",),
    sample=(_POSITIVE, _POSITIVE), weight=SPECIAL,
)  # fmt: skip

gammainc: Primitive = Primitive(
    "gammainc", 2, lambda a, x, f: (UNKNOWN, exp(_log_gamma_density(a, x))), code="gammainc({0}, {1})", scipy="gammainc",
    sympy=lambda sp, a, x: sp.lowergamma(a, x) / sp.gamma(a), mpmath=lambda mp, a, x: mp.gammainc(a, 0, x, regularized=True),
    spellings=("scipy.special.gammainc",), sample=(_POSITIVE, _POSITIVE), domain="a > 0, x >= 0", weight=SPECIAL, error=32,
)  # fmt: skip
gammaincc: Primitive = Primitive(
    "gammaincc", 2, lambda a, x, f: (UNKNOWN, -exp(_log_gamma_density(a, x))), code="gammaincc({0}, {1})", scipy="gammaincc",
    sympy=lambda sp, a, x: sp.uppergamma(a, x) / sp.gamma(a),
    mpmath=lambda mp, a, x: mp.gammainc(a, x, mp.inf, regularized=True), error=32,
    spellings=("scipy.special.gammaincc",), sample=(_POSITIVE, _POSITIVE), domain="a > 0, x >= 0", weight=SPECIAL,
)  # fmt: skip
gammaincinv: Primitive = Primitive(
    "gammaincinv", 2, lambda a, y, f: (UNKNOWN, exp(-_log_gamma_density(a, f))), code="gammaincinv({0}, {1})",
    scipy="gammaincinv", sympy=named("gammaincinv"), mpmath=_mp_gammaincinv, spellings=("scipy.special.gammaincinv",),
    sample=(_POSITIVE, _INSIDE), domain="a > 0, 0 <= y <= 1", weight=SPECIAL, error=32, conditioning=32,
)  # fmt: skip
gammainccinv: Primitive = Primitive(
    "gammainccinv", 2, lambda a, y, f: (UNKNOWN, -exp(-_log_gamma_density(a, f))), code="gammainccinv({0}, {1})",
    scipy="gammainccinv", sympy=named("gammainccinv"), mpmath=lambda mp, a, y: _mp_gammaincinv(mp, a, 1 - y),
    spellings=("scipy.special.gammainccinv",), sample=(_POSITIVE, _INSIDE), domain="a > 0, 0 <= y <= 1", weight=SPECIAL,
    error=32, conditioning=32,
)  # fmt: skip
betainc: Primitive = Primitive(
    "betainc", 3, lambda a, b, x, f: (UNKNOWN, UNKNOWN, exp(_log_beta_density(a, b, x))), code="betainc({0}, {1}, {2})",
    scipy="__pyx_fuse_0betainc", sympy=lambda sp, a, b, x: sp.betainc_regularized(a, b, 0, x),
    mpmath=lambda mp, a, b, x: mp.betainc(a, b, 0, x, regularized=True), spellings=("scipy.special.betainc",),
    sample=(_POSITIVE, _POSITIVE, _INSIDE), domain="a > 0, b > 0, 0 <= x <= 1", weight=SPECIAL, error=32, conditioning=8,
)  # fmt: skip
betaincc: Primitive = Primitive(
    "betaincc", 3, lambda a, b, x, f: (UNKNOWN, UNKNOWN, -exp(_log_beta_density(a, b, x))), code="betaincc({0}, {1}, {2})",
    scipy="__pyx_fuse_0betaincc", sympy=lambda sp, a, b, x: sp.betainc_regularized(a, b, x, 1),
    mpmath=lambda mp, a, b, x: mp.betainc(a, b, x, 1, regularized=True), spellings=("scipy.special.betaincc",),
    sample=(_POSITIVE, _POSITIVE, _INSIDE), domain="a > 0, b > 0, 0 <= x <= 1", weight=SPECIAL, error=32, conditioning=8,
)  # fmt: skip
betaincinv: Primitive = Primitive(
    "betaincinv", 3, lambda a, b, y, f: (UNKNOWN, UNKNOWN, exp(-_log_beta_density(a, b, f))),
    code="betaincinv({0}, {1}, {2})", scipy="__pyx_fuse_0betaincinv", sympy=named("betaincinv"), mpmath=_mp_betaincinv,
    spellings=("scipy.special.betaincinv",), sample=((0.8, 4.0), (0.8, 4.0), _INSIDE), domain="a > 0, b > 0, 0 <= y <= 1",
    weight=SPECIAL, error=64, conditioning=64,
)  # fmt: skip
betainccinv: Primitive = Primitive(
    "betainccinv", 3, lambda a, b, y, f: (UNKNOWN, UNKNOWN, -exp(-_log_beta_density(a, b, f))),
    code="betainccinv({0}, {1}, {2})", scipy="__pyx_fuse_0betainccinv", sympy=named("betainccinv"),
    mpmath=lambda mp, a, b, y: _mp_betaincinv(mp, a, b, 1 - y), spellings=("scipy.special.betainccinv",),
    sample=((0.8, 4.0), (0.8, 4.0), _INSIDE), domain="a > 0, b > 0, 0 <= y <= 1", weight=SPECIAL, error=64, conditioning=64,
)  # fmt: skip
stdtr: Primitive = Primitive(
    "stdtr", 2, lambda v, t, f: (UNKNOWN, exp(_log_student_density(v, t)) / sqrt(v)), code="stdtr({0}, {1})",
    scipy="__pyx_fuse_0stdtr", sympy=named("stdtr"), mpmath=_student_mp, spellings=("scipy.special.stdtr",),
    sample=((0.8, 6.0), (-3.0, 3.0)), domain="df > 0", weight=SPECIAL, error=32, conditioning=8,
)  # fmt: skip

gammasgn: Primitive = Primitive(
    "gammasgn", 1, lambda x, f: (0,), code="gammasgn({0})", scipy="gammasgn", error=0,
    sympy=named("gammasgn"), mpmath=lambda mp, x: mp.sign(mp.gamma(x)), spellings=("scipy.special.gammasgn",),
    sample=((-0.9, -0.1),), domain="no integer <= 0", kink="0 at the jumps", weight=ELEMENTARY,
)  # fmt: skip
stdtrit: Primitive = Primitive(
    "stdtrit", 2, lambda v, p, f: (UNKNOWN, sqrt(v) * exp(-_log_student_density(v, f))), code="stdtrit({0}, {1})",
    scipy="__pyx_fuse_0stdtrit", sympy=named("stdtrit"), mpmath=_mp_stdtrit, spellings=("scipy.special.stdtrit",),
    sample=((0.8, 6.0), _INSIDE), domain="df > 0, 0 <= p <= 1", weight=SPECIAL, error=64, conditioning=32, absolute=32,
)  # fmt: skip

ROWS: tuple[Primitive, ...] = (
    loggamma, rgamma, beta, betaln, binom, poch, gammainc, gammaincc, gammaincinv, gammainccinv, betainc, betaincc,
    betaincinv, betainccinv, stdtr, stdtrit, gammasgn,
)  # fmt: skip
