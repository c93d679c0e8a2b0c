"""SciPy's solvers of equations for one number.

They follow SciPy step by step (``scipy/optimize/_zeros_py.py`` and ``scipy/optimize/Zeros/*.c``, BSD), so that results and
errors agree with it; what they find is handed on by ``solution``, which knows that it solves an equation. Python's own
functions and loops are all that they use.
"""

from __future__ import annotations

from math import sqrt
from typing import Any


def solution(func: Any, root: Any, args: Any) -> Any:
    """The root, as the solution of ``func(x, *args) = 0``: the reader has a rule of its own for it."""
    raise NotImplementedError


def newton(
    func: Any,
    x0: Any,
    fprime: Any = None,
    args: Any = (),
    tol: Any = 1.48e-8,
    maxiter: Any = 50,
    fprime2: Any = None,
    x1: Any = None,
    rtol: Any = 0.0,
    full_output: Any = False,
    disp: Any = True,
) -> Any:
    """``scipy.optimize.newton``: Newton's, Halley's or the secant method."""
    if tol <= 0:
        raise ValueError(f"tol too small ({tol} <= 0)")
    if maxiter < 1:
        raise ValueError("maxiter must be greater than 0")
    if fprime is not None:
        root = _newton(func, x0 * 1.0, fprime, fprime2, args, tol, rtol, maxiter)
    else:
        root = _secant(func, x0 * 1.0, x1, args, tol, rtol, maxiter)
    return solution(func, root, args)


def _newton(func: Any, x0: Any, fprime: Any, fprime2: Any, args: Any, tol: Any, rtol: Any, maxiter: Any) -> Any:
    p0 = x0
    for itr in range(maxiter):
        fval = func(p0, *args)
        if fval == 0:
            return p0
        fder = fprime(p0, *args)
        if fder == 0:
            raise RuntimeError(f"Derivative was zero. Failed to converge after {itr + 1} iterations, value is {p0}.")
        step = fval / fder
        if fprime2 is not None:
            adj = step * fprime2(p0, *args) / fder / 2
            if abs(adj) < 1:
                step /= 1.0 - adj
        p = p0 - step
        if abs(p - p0) <= tol + rtol * abs(p0):
            return p
        p0 = p
    raise RuntimeError(f"Failed to converge after {maxiter} iterations, value is {p0}.")


def _secant(func: Any, x0: Any, x1: Any, args: Any, tol: Any, rtol: Any, maxiter: Any) -> Any:
    p0 = x0
    if x1 is not None:
        if x1 == x0:
            raise ValueError("x1 and x0 must be different")
        p1 = x1 * 1.0
    else:
        p1 = x0 * (1 + 1e-4)
        p1 += 1e-4 if p1 >= 0 else -1e-4
    q0 = func(p0, *args)
    q1 = func(p1, *args)
    if abs(q1) < abs(q0):
        p0, p1, q0, q1 = p1, p0, q1, q0
    for itr in range(maxiter):
        if q1 == q0:
            if p1 != p0:
                raise RuntimeError(
                    f"Tolerance of {p1 - p0} reached. Failed to converge after {itr + 1} iterations, value is {p1}."
                )
            return (p1 + p0) / 2.0
        p = (-q0 / q1 * p1 + p0) / (1 - q0 / q1) if abs(q1) > abs(q0) else (-q1 / q0 * p0 + p1) / (1 - q1 / q0)
        if abs(p - p1) <= tol + rtol * abs(p1):
            return p
        p0, q0 = p1, q1
        p1 = p
        q1 = func(p1, *args)
    raise RuntimeError(f"Failed to converge after {maxiter} iterations, value is {p1}.")


def _check_tolerances(xtol: Any, rtol: Any, maxiter: Any) -> None:
    if xtol <= 0:
        raise ValueError(f"xtol too small ({xtol} <= 0)")
    if rtol < 8.881784197001252e-16:
        raise ValueError(f"rtol too small ({rtol} < {8.881784197001252e-16})")
    if maxiter < 0:
        raise ValueError("maxiter must be >= 0")


def _check_signs(fa: Any, fb: Any) -> None:
    if fa != fa or fb != fb:
        raise ValueError("The function value at an end of the bracket is NaN; solver cannot continue.")
    if fa != 0 and fb != 0 and (fa < 0) == (fb < 0):
        raise ValueError("f(a) and f(b) must have different signs")


def brentq(
    f: Any,
    a: Any,
    b: Any,
    args: Any = (),
    xtol: Any = 2e-12,
    rtol: Any = 8.881784197001252e-16,
    maxiter: Any = 100,
    full_output: Any = False,
    disp: Any = True,
) -> Any:
    """``scipy.optimize.brentq``: inverse quadratic interpolation, secants and bisection."""
    _check_tolerances(xtol, rtol, maxiter)
    return solution(f, _brent(f, a * 1.0, b * 1.0, args, xtol, rtol, maxiter, False), args)


def brenth(
    f: Any,
    a: Any,
    b: Any,
    args: Any = (),
    xtol: Any = 2e-12,
    rtol: Any = 8.881784197001252e-16,
    maxiter: Any = 100,
    full_output: Any = False,
    disp: Any = True,
) -> Any:
    """``scipy.optimize.brenth``: hyperbolic extrapolation, secants and bisection."""
    _check_tolerances(xtol, rtol, maxiter)
    return solution(f, _brent(f, a * 1.0, b * 1.0, args, xtol, rtol, maxiter, True), args)


def _brent(f: Any, xpre: Any, xcur: Any, args: Any, xtol: Any, rtol: Any, maxiter: Any, hyperbolic: Any) -> Any:
    fpre = f(xpre, *args)
    fcur = f(xcur, *args)
    _check_signs(fpre, fcur)
    if fpre == 0:
        return xpre
    if fcur == 0:
        return xcur
    xblk, fblk, spre, scur = 0.0, 0.0, 0.0, 0.0
    for _ in range(maxiter):
        if fpre != 0 and fcur != 0 and (fpre < 0) != (fcur < 0):
            xblk, fblk = xpre, fpre
            spre = scur = xcur - xpre
        if abs(fblk) < abs(fcur):
            xpre, xcur, xblk = xcur, xblk, xcur
            fpre, fcur, fblk = fcur, fblk, fcur
        delta = (xtol + rtol * abs(xcur)) / 2
        sbis = (xblk - xcur) / 2
        if fcur == 0 or abs(sbis) < delta:
            return xcur
        stry = sbis
        short = False
        if abs(spre) > delta and abs(fcur) < abs(fpre):
            if xpre == xblk:
                stry = -fcur * (xcur - xpre) / (fcur - fpre)
            else:
                dpre = (fpre - fcur) / (xpre - xcur)
                dblk = (fblk - fcur) / (xblk - xcur)
                if hyperbolic:
                    stry = -fcur * (fblk - fpre) / (fblk * dpre - fpre * dblk)
                else:
                    stry = -fcur * (fblk * dblk - fpre * dpre) / (dblk * dpre * (fblk - fpre))
            short = 2 * abs(stry) < min(abs(spre), 3 * abs(sbis) - delta)
        if short:
            spre, scur = scur, stry
        else:
            spre, scur = sbis, sbis
        xpre, fpre = xcur, fcur
        xcur = xcur + scur if abs(scur) > delta else xcur + (delta if sbis > 0 else -delta)
        fcur = f(xcur, *args)
        if fcur != fcur:
            raise ValueError(f"The function value at x={xcur} is NaN; solver cannot continue.")
    raise RuntimeError(f"Failed to converge after {maxiter} iterations.")


def bisect(
    f: Any,
    a: Any,
    b: Any,
    args: Any = (),
    xtol: Any = 2e-12,
    rtol: Any = 8.881784197001252e-16,
    maxiter: Any = 100,
    full_output: Any = False,
    disp: Any = True,
) -> Any:
    """``scipy.optimize.bisect``."""
    _check_tolerances(xtol, rtol, maxiter)
    return solution(f, _bisect(f, a * 1.0, b * 1.0, args, xtol, rtol, maxiter), args)


def _bisect(f: Any, a: Any, b: Any, args: Any, xtol: Any, rtol: Any, maxiter: Any) -> Any:
    fa = f(a, *args)
    fb = f(b, *args)
    _check_signs(fa, fb)
    if fa == 0:
        return a
    if fb == 0:
        return b
    dm = b - a
    for _ in range(maxiter):
        dm = dm * 0.5
        xm = a + dm
        fm = f(xm, *args)
        if fm != fm:
            raise ValueError(f"The function value at x={xm} is NaN; solver cannot continue.")
        if (fm < 0) == (fa < 0):
            a = xm
        if fm == 0 or abs(dm) < xtol + rtol * abs(xm):
            return xm
    raise RuntimeError(f"Failed to converge after {maxiter} iterations.")


def ridder(
    f: Any,
    a: Any,
    b: Any,
    args: Any = (),
    xtol: Any = 2e-12,
    rtol: Any = 8.881784197001252e-16,
    maxiter: Any = 100,
    full_output: Any = False,
    disp: Any = True,
) -> Any:
    """``scipy.optimize.ridder``."""
    _check_tolerances(xtol, rtol, maxiter)
    return solution(f, _ridder(f, a * 1.0, b * 1.0, args, xtol, rtol, maxiter), args)


def _ridder(f: Any, a: Any, b: Any, args: Any, xtol: Any, rtol: Any, maxiter: Any) -> Any:
    fa = f(a, *args)
    fb = f(b, *args)
    _check_signs(fa, fb)
    if fa == 0:
        return a
    if fb == 0:
        return b
    tol = xtol + rtol * min(abs(a), abs(b))
    for _ in range(maxiter):
        dm = 0.5 * (b - a)
        xm = a + dm
        fm = f(xm, *args)
        dn = (1.0 if fb > fa else -1.0) * dm * fm / sqrt(fm * fm - fa * fb)
        xn = xm - (1.0 if dn > 0 else -1.0) * min(abs(dn), abs(dm) - 0.5 * tol)
        fn = f(xn, *args)
        if fn != fn:
            raise ValueError(f"The function value at x={xn} is NaN; solver cannot continue.")
        if (fn < 0) != (fm < 0):
            a, fa, b, fb = xn, fn, xm, fm
        elif (fn < 0) != (fa < 0):
            b, fb = xn, fn
        else:
            a, fa = xn, fn
        tol = xtol + rtol * xn
        if fn == 0 or abs(b - a) < tol:
            return xn
    raise RuntimeError(f"Failed to converge after {maxiter} iterations.")


def root_scalar(
    f: Any,
    args: Any = (),
    method: Any = None,
    bracket: Any = None,
    fprime: Any = None,
    fprime2: Any = None,
    x0: Any = None,
    x1: Any = None,
    xtol: Any = None,
    rtol: Any = None,
    maxiter: Any = None,
    options: Any = None,
) -> Any:
    """The root that ``scipy.optimize.root_scalar`` finds; where SciPy's does not converge without a word, this one raises."""
    if method is None:
        if bracket is not None:
            method = "brentq"
        elif x0 is not None:
            if fprime is not None:
                method = "halley" if fprime2 is not None else "newton"
            else:
                method = "newton" if x1 is None else "secant"
        else:
            raise ValueError("Unable to select a solver as neither bracket nor starting point provided.")
    if method in ("brentq", "brenth", "bisect", "ridder"):
        solve = {"brentq": brentq, "brenth": brenth, "bisect": bisect, "ridder": ridder}[method]
        xtol = 2e-12 if xtol is None else xtol
        rtol = 8.881784197001252e-16 if rtol is None else rtol
        return solve(f, bracket[0], bracket[1], args, xtol, rtol, 100 if maxiter is None else maxiter)
    tol = 1.48e-8 if xtol is None else xtol
    rtol = 0.0 if rtol is None else rtol
    maxiter = 50 if maxiter is None else maxiter
    if method == "secant":
        return newton(f, x0, None, args, tol, maxiter, None, x1, rtol)

    def difference(x: Any, *rest: Any) -> Any:
        h = 1.4901161193847656e-08 * (1.0 if x >= 0 else -1.0) * max(1.0, abs(x))
        return (f(x + h, *rest) - f(x, *rest)) / ((x + h) - x)

    slope = difference if fprime is None else fprime
    return newton(f, x0, slope, args, tol, maxiter, fprime2 if method == "halley" else None, None, rtol)


def fixed_point(func: Any, x0: Any, args: Any = (), xtol: Any = 1e-8, maxiter: Any = 500, method: Any = "del2") -> Any:
    """``scipy.optimize.fixed_point`` of a number: Steffensen's method, or plain iteration."""

    def excess(x: Any, *rest: Any) -> Any:
        return x - func(x, *rest)

    return solution(excess, _fixed_point(func, x0 * 1.0, args, xtol, maxiter, method == "del2"), args)


def _fixed_point(func: Any, x0: Any, args: Any, xtol: Any, maxiter: Any, accelerated: Any) -> Any:
    p0 = x0
    for _ in range(maxiter):
        p = func(p0, *args)
        if accelerated:
            p2 = func(p, *args)
            d = p2 - 2.0 * p + p0
            p = p0 - (p - p0) * (p - p0) / d if d != 0 else p2
        if abs((p - p0) / p0 if p0 != 0 else p) < xtol:
            return p
        p0 = p
    raise RuntimeError(f"Failed to converge after {maxiter} iterations, value is {p0}")
