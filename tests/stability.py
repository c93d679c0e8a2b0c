"""Functions that are numerically delicate, and where: the cases of ``tests.test_stability`` and ``tests.benchmarks.stability``.

The text of each is ordinary Python in ``x`` and some fixed numbers, and is run as it stands by everybody who is compared.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

EXPONENTS = (-300, -200, -160, -100, -50, -30, -20, -16, -12, -9, -8, -7, -6, -5, -4, -3, -2, -1)
BELOW = [1.37 * 10.0**e for e in EXPONENTS]
MIDDLE = [0.3, 0.5, 0.83, 1.0, 1.7, 2.6, 5.0, 7.9, 12.3, 20.1, 30.7, 36.9, 40.0, 100.0, 350.0, 700.0, 740.0, 800.0]
ABOVE = [1.37 * 10.0**e for e in (3, 4, 5, 8, 12, 16, 50, 100, 160, 200)] + [1e300]
NEAR = [10.0**e for e in (-15, -12, -9, -6, -4, -3, -2, -1)]
POSITIVE = (*BELOW, *MIDDLE, *ABOVE)


def _mirrored(points: Any) -> tuple[float, ...]:
    return tuple(sign * x for x in points for sign in (1.0, -1.0))


REAL = (0.0, *_mirrored(POSITIVE))
NOT_ZERO = _mirrored(POSITIVE)
NOT_NEGATIVE = (0.0, *POSITIVE)
INSIDE = (0.0, *_mirrored([*BELOW, 0.3, 0.5, 0.83, *(1 - x for x in NEAR)]))
UNIT = tuple(x for x in INSIDE if x > 0)
FROM_ONE = tuple(sorted([*(1 + x for x in NEAR), *(x for x in POSITIVE if x > 1)]))
FROM_MINUS_ONE = (*(x for x in REAL if x > -1), *(x - 1 for x in NEAR))
UP_TO_40 = tuple(x for x in REAL if abs(x) <= 40)
ZEROS_OF_COS = tuple(k * math.pi / 2 for k in (1, -1, 3, 5, 101, 10001, 1000003, 2**40 + 1))


@dataclass(frozen=True)
class Case:
    """One function: its body (the last line is what it returns), where it is evaluated, the digits of its reference."""

    name: str
    body: str
    points: tuple[float, ...]
    others: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    digits: int = 4000

    @property
    def source(self) -> str:
        """The text of a module that defines ``f``."""
        *before, last = self.body.split("\n")
        lines = ["import math", "import numpy as np", "", "", f"def f({', '.join(['x', *self.others])}):"]
        return "\n".join([*lines, *(f"    {line}" for line in before), f"    return {last}", ""])

    def inputs(self) -> list[tuple[float, dict[str, float]]]:
        """Every point with every choice of the fixed numbers."""
        choices = [dict(zip(self.others, values, strict=True)) for values in itertools.product(*self.others.values())]
        return [(x, choice) for choice in choices for x in self.points]


def written(text: str) -> Callable[[Mapping[str, Any]], Callable[..., Any]]:
    """What makes the function of a text from a namespace for ``np`` and ``math``. The text is our own: it is executed."""
    body = "\n".join(line for line in text.splitlines() if not line.startswith("import "))
    code = compile(body, "<case>", "exec")

    def make(names: Mapping[str, Any]) -> Callable[..., Any]:
        found = dict(names)
        exec(code, found)  # noqa: S102
        return found["f"]  # type: ignore[no-any-return]

    return make


_FAR = (-1000.0, 0.0, 3.0, 1000.0)

CASES: tuple[Case, ...] = (
    # branches
    Case("sqrt in where", "np.where(x > 0, np.sqrt(x), 0.0)", REAL),
    Case("sqrt of a maximum", "np.sqrt(np.maximum(x, 0.0))", REAL),
    Case("sqrt(x**2)", "np.sqrt(x**2)", REAL),
    Case("x log x, branch at 0", "0.0 if x == 0 else x*np.log(x)", NOT_NEGATIVE),
    Case("sin(x)/x, branch at 0", "1.0 if x == 0 else np.sin(x)/x", REAL),
    Case("exp(-1/x), branch", "np.exp(-1/x) if x > 0 else 0.0", REAL),
    Case("expm1 quotient, branch", "1.0 if x == 0 else (np.exp(x) - 1)/x", REAL),
    Case("elu in where", "np.where(x > 0, x, np.exp(x) - 1)", REAL),
    Case("Huber in where", "np.where(np.abs(x) < 1.0, 0.5*x**2, np.abs(x) - 0.5)", REAL),
    # sums of exponentials
    Case("softplus, log", "np.log(1 + np.exp(x))", REAL),
    Case("softplus, log1p", "np.log1p(np.exp(x))", REAL),
    Case("softplus, logaddexp", "np.logaddexp(0.0, x)", REAL),
    Case("softplus, by hand", "np.maximum(x, 0.0) + np.log1p(np.exp(-np.abs(x)))", REAL),
    Case("logsumexp of two", "np.log(np.exp(x) + np.exp(y))", REAL, {"y": _FAR}),
    Case("logsumexp of three", "np.log(np.exp(x) + np.exp(y) + np.exp(0.5))", REAL, {"y": _FAR}),
    Case("logsumexp, shifted",
         "m = np.maximum(np.maximum(x, y), 0.5)\nm + np.log(np.exp(x - m) + np.exp(y - m) + np.exp(0.5 - m))", REAL,
         {"y": _FAR}),
    Case("softmax entry", "np.exp(x)/(np.exp(x) + np.exp(y) + np.exp(0.5))", REAL, {"y": _FAR}),
    Case("cross entropy", "-np.log(np.exp(x)/(np.exp(x) + np.exp(y) + np.exp(0.5)))", REAL, {"y": _FAR}),
    # logistic
    Case("logistic", "1/(1 + np.exp(-x))", REAL),
    Case("logistic, of exp(x)", "np.exp(x)/(1 + np.exp(x))", REAL),
    Case("logistic, of tanh", "0.5*(1 + np.tanh(x/2))", REAL),
    Case("log of logistic", "np.log(1/(1 + np.exp(-x)))", REAL),
    Case("binary cross entropy", "p = 1/(1 + np.exp(-x))\n-(0.25*np.log(p) + 0.75*np.log(1 - p))", REAL),
    Case("swish", "x/(1 + np.exp(-x))", REAL),
    Case("mish", "x*np.tanh(np.log(1 + np.exp(x)))", REAL),
    Case("Fermi function", "1/(np.exp((x - y)/0.025) + 1)", REAL, {"y": (0.5,)}),
    Case("Bose function", "1/(np.exp(x) - 1)", POSITIVE),
    Case("Planck's law", "x**3/(np.exp(x) - 1)", POSITIVE),
    Case("Einstein's heat capacity", "x**2*np.exp(x)/(np.exp(x) - 1)**2", POSITIVE),
    # logarithms and powers
    Case("log1mexp", "np.log(1 - np.exp(-x))", POSITIVE),
    Case("log(1 + x)/x", "np.log(1 + x)/x", tuple(x for x in FROM_MINUS_ONE if x)),
    Case("entropy of two", "-(x*np.log(x) + (1 - x)*np.log(1 - x))", UNIT),
    Case("(1 + x)**12 - 1", "(1 + x)**12 - 1", FROM_MINUS_ONE),
    Case("annuity factor", "(1 - (1 + x)**-360)/x", tuple(x for x in FROM_MINUS_ONE if x)),
    Case("geometric series", "(1 - x**9)/(1 - x)", tuple(x for x in REAL if x != 1)),
    Case("power at 0", "x**y", NOT_NEGATIVE, {"y": (1.5, 2.5, 3.0)}),
    Case("x**x", "x**x", POSITIVE),
    Case("p-norm, p = 50", "(x**50 + y**50)**(1/50)", POSITIVE, {"y": (1e-3, 1.0, 1e10)}),
    Case("gamma density", "x**2*np.exp(-x)", REAL),
    Case("Lennard-Jones", "4*((1/x)**12 - (1/x)**6)", POSITIVE),
    # the normal distribution, lgamma
    Case("normal distribution", "0.5*(1 + math.erf(x/math.sqrt(2)))", REAL),
    Case("log of normal tail", "np.log(0.5*math.erfc(x/math.sqrt(2)))", REAL),
    Case("Mills ratio", "math.erfc(x/math.sqrt(2))/np.exp(-0.5*x*x)", UP_TO_40),
    Case("gelu", "0.5*x*(1 + math.erf(x/math.sqrt(2)))", REAL),
    Case("Black-Scholes, volatility", "d = np.log(1.1)/x + 0.5*x\n"
         "1.1*0.5*(1 + math.erf(d/math.sqrt(2))) - 0.5*(1 + math.erf((d - x)/math.sqrt(2)))", POSITIVE),
    Case("lgamma difference", "math.lgamma(x + 1) - math.lgamma(x)",
         tuple(x for x in POSITIVE if 1e-100 < x < 1e17), {}, 400),
    # lengths and roots
    Case("length of two", "np.sqrt(x*x + y*y)", REAL, {"y": (1e-200, 3.0, 1e200)}),
    Case("length of three", "np.sqrt(x**2 + y**2 + 0.5**2)", REAL, {"y": (1e-200, 3.0, 1e200)}),
    Case("sqrt(1 + x) - 1", "np.sqrt(1 + x) - 1", FROM_MINUS_ONE),
    Case("sqrt(x + 1) - sqrt(x)", "np.sqrt(x + 1) - np.sqrt(x)", POSITIVE),
    Case("1/x - 1/(1 + x)", "1/x - 1/(1 + x)", POSITIVE),
    Case("sqrt(1 - x**2)", "np.sqrt(1 - x**2)", INSIDE),
    Case("Lorentz factor - 1", "1/np.sqrt(1 - x**2) - 1", INSIDE),
    Case("quadratic formula", "(np.sqrt(x*x - 4*0.7) - x)/2", tuple(x for x in POSITIVE if x > 1.7)),
    Case("variance of three", "(x*x + y*y + 1)/3 - ((x + y + 1)/3)**2", REAL, {"y": (1.0, 1e8)}),
    # circular functions
    Case("1 - cos(x)", "1 - np.cos(x)", REAL),
    Case("(1 - cos(x))/x**2, branch", "0.5 if x == 0 else (1 - np.cos(x))/x**2", REAL),
    Case("x - sin(x)", "x - np.sin(x)", REAL),
    Case("cos near its zeros", "np.cos(x)", ZEROS_OF_COS),
    Case("np.sinc", "np.sinc(x)", REAL),
    Case("arccos", "np.arccos(x)", INSIDE),
    Case("arctan2", "np.arctan2(x, y)", REAL, {"y": (-1e-200, 3.0, -1e200)}),
    Case("haversine distance", "a = np.sin(x/2)**2 + np.cos(0.7)*np.cos(0.7 + x)*np.sin(y/2)**2\n2*np.arcsin(np.sqrt(a))",
         tuple(x for x in REAL if abs(x) < 0.6), {"y": (1e-8, 0.5)}),
    # hyperbolic functions
    Case("log(cosh(x))", "np.log(np.cosh(x))", REAL),
    Case("1 - tanh(x)", "1 - np.tanh(x)", REAL),
    Case("1/cosh(x)**2", "1/np.cosh(x)**2", REAL),
    Case("arsinh, of log", "np.log(x + np.sqrt(x*x + 1))", REAL),
    Case("arcosh, of log", "np.log(x + np.sqrt(x*x - 1))", FROM_ONE),
    Case("artanh, of log", "0.5*np.log((1 + x)/(1 - x))", INSIDE),
    Case("Langevin function", "1/np.tanh(x) - 1/x", NOT_ZERO),
    Case("Brillouin function", "1.5/np.tanh(1.5*x) - 0.5/np.tanh(0.5*x)", NOT_ZERO),
)  # fmt: skip
