"""Running the text of a program with numbers of high precision: an oracle that shares nothing with symdiff.

``math`` and ``np`` of the text are replaced. Values so near to a kink or a jump that rounding could carry a computation
over it make the point unfit, and so do arguments for which double precision would overflow.
"""

from __future__ import annotations

import operator
import types
from collections.abc import Callable
from typing import Any

from mpmath import mp

NEAR = 1e-9
LARGE = 200  # of an exponent


class UnfitError(Exception):
    """The point is too near to a kink, or too large."""


class Number:
    """A real number of mpmath's present precision that notices what happens near a kink."""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = _plain(value)

    def __bool__(self) -> bool:
        return not _near(self.value, 0)

    def __abs__(self) -> Number:
        return Number(abs(_off(self.value, 0)))

    def __neg__(self) -> Number:
        return Number(-self.value)

    def __pos__(self) -> Number:
        return self

    def __int__(self) -> int:
        return int(_off(self.value, mp.nint(self.value)))

    def __round__(self, digits: int) -> Number:
        scaled = self.value * 10**digits
        _near(scaled - mp.floor(scaled), mp.mpf(0.5))
        return Number(mp.nint(scaled) / mp.mpf(10) ** digits)

    @property
    def real(self) -> Number:
        """The real part."""
        return self

    def __repr__(self) -> str:
        return repr(self.value)


def _plain(value: Any) -> Any:
    return value.value if isinstance(value, Number) else mp.mpf(value)


def _near(x: Any, y: Any) -> bool:
    """False if two numbers are clearly different; a near tie makes the point unfit."""
    if abs(x - y) <= NEAR * max(1, abs(x)):
        raise UnfitError
    return False


def _off(x: Any, kink: Any) -> Any:
    _near(x, kink)
    return x


def _floor(x: Any) -> Any:
    return mp.floor(_off(x, mp.nint(x)))


def _power(x: Any, y: Any) -> Any:
    return x ** (int(y) if y == int(y) else y)


def _compared(compare: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    return lambda x, y: compare(_off(_plain(x), _plain(y)), _plain(y))


_ARITHMETIC: dict[str, Callable[[Any, Any], Any]] = {
    "add": operator.add,
    "sub": operator.sub,
    "mul": operator.mul,
    "truediv": operator.truediv,
    "pow": _power,
    "floordiv": lambda x, y: _floor(x / y),
    "mod": lambda x, y: x - y * _floor(x / y),
}
for _name, _function in _ARITHMETIC.items():
    setattr(Number, f"__{_name}__", lambda x, y, f=_function: Number(f(x.value, _plain(y))))
    setattr(Number, f"__r{_name}__", lambda x, y, f=_function: Number(f(_plain(y), x.value)))
for _name in ("lt", "le", "gt", "ge", "eq", "ne"):
    setattr(Number, f"__{_name}__", _compared(getattr(operator, _name)))


def _fmod(x: Any, y: Any) -> Any:
    whole = _floor(x / y)
    return x - y * (whole if x / y > 0 else whole + 1)


def _exp(x: Any) -> Any:
    if abs(x) > LARGE:
        raise UnfitError
    return mp.exp(x)


def _namespace(**functions: Callable[..., Any]) -> types.SimpleNamespace:
    """Functions of plain mpmath numbers as functions of Numbers and Python's numbers."""

    def lifted(function: Callable[..., Any]) -> Callable[..., Number]:
        return lambda *args: Number(function(*map(_plain, args)))

    return types.SimpleNamespace(pi=Number(+mp.pi), e=Number(+mp.e), **{k: lifted(f) for k, f in functions.items()})


_SHARED: dict[str, Callable[..., Any]] = {
    name: getattr(mp, name) for name in ("sin", "cos", "tan", "sinh", "cosh", "tanh", "sqrt", "log1p", "log10")
} | {
    "log": mp.ln,
    "exp": _exp,
    "expm1": lambda x: _exp(x) - 1,
    "log2": lambda x: mp.ln(x) / mp.ln(2),
    "hypot": lambda x, y: _off(mp.hypot(x, y), 0),
    "copysign": lambda x, y: abs(_off(x, 0)) * mp.sign(_off(y, 0)),
    "floor": _floor,
    "fmod": _fmod,
}


def functions() -> dict[str, Any]:
    """The free names of a generated text, at the present precision of mpmath."""
    names = ("asin", "acos", "atan", "asinh", "acosh", "atanh", "atan2", "erf", "erfc", "gamma")
    math = _namespace(
        **_SHARED,
        **{name: getattr(mp, name) for name in names},
        lgamma=mp.loggamma,
        fabs=lambda x: abs(_off(x, 0)),
    )
    numpy = _namespace(
        **_SHARED,
        cbrt=mp.cbrt,
        square=lambda x: x * x,
        sinc=lambda x: mp.sinc(mp.pi * _off(x, 0)),
        maximum=lambda x, y: max(_off(x, y), y),
        minimum=lambda x, y: min(_off(x, y), y),
        logaddexp=lambda x, y: mp.ln(_exp(x) + _exp(y)),
    )
    numpy.where = lambda condition, x, y: x if condition else y
    math.fsum = sum
    math.dist = lambda p, q: math.hypot(*(a - b for a, b in zip(p, q, strict=True)))
    return {"math": math, "np": numpy, "s": math.sin, "float": Number, "special": _special()}


def _special() -> types.SimpleNamespace:
    half = mp.mpf(1) / 2
    return _namespace(
        expit=lambda x: 1 / (1 + _exp(-x)),
        log_expit=lambda x: -mp.log1p(_exp(-x)),
        ndtr=mp.ncdf,
        log_ndtr=lambda x: mp.ln(mp.ncdf(x)),
        erfcx=lambda x: mp.exp(x * x) * mp.erfc(x),
        dawsn=lambda x: mp.sqrt(mp.pi) * half * mp.exp(-x * x) * mp.erfi(x),
        digamma=mp.digamma,
        gammainc=lambda a, x: mp.gammainc(a, 0, x, regularized=True),
        j0=lambda x: mp.besselj(0, x),
        jv=mp.besselj,
        i1e=lambda x: mp.exp(-abs(_off(x, 0))) * mp.besseli(1, x),
        ellipk=mp.ellipk,
        eval_legendre=lambda n, x: (5 * x**3 - 3 * x) / 2,
        lambertw=mp.lambertw,
        exprel=lambda x: mp.expm1(x) / _off(x, 0),
        xlogy=lambda x, y: x * mp.ln(y),
        entr=lambda x: -x * mp.ln(x),
    )


def function_of(text: str) -> Callable[..., Any]:
    """The last function of a generated text, on mpmath's numbers. The text is our own: it is executed."""
    body = "\n".join(line for line in text.splitlines() if not line.startswith(("import ", "from ")))
    namespace = functions()
    exec(compile(body, "<random program>", "exec"), namespace)  # noqa: S102

    def convert(value: Any) -> Any:
        return list(map(convert, value)) if isinstance(value, list) else Number(value)

    return lambda *args: _plain(namespace["f"](*map(convert, args)))
