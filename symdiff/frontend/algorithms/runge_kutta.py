"""Explicit Runge-Kutta methods with step-size control as plain Python, for the reader: read like a user's function, never run.

They follow SciPy's (``scipy/integrate/_ivp/rk.py`` and ``common.py``, BSD) step by step, so that steps and results agree with
it. Loops in here are over the stages of a method: all of them are unrolled.

The sizes of the steps are held constant by differentiation (``stop``), which is internal numerical differentiation
(H. G. Bock, 1981; Hairer, Norsett, Wanner, *Solving Ordinary Differential Equations I*, section I.14): the derivative is
that of the steps that were made, and its error is of the order of the tolerance.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from symdiff.frontend.algorithms import dop853


def stop(x: Any) -> Any:
    """``symdiff.stop_gradient``."""
    raise NotImplementedError


stop.__symdiff_row__ = "stop"  # type: ignore[attr-defined]


def slope(fun: Any, t: Any, y: Any, args: Any) -> Any:
    """``fun(t, y, *args)`` as an array of the shape of y: the reader has a rule of its own for it."""
    raise NotImplementedError


_RK23 = (  # Bogacki and Shampine, 1989
    (0, 1 / 2, 3 / 4),
    ((), (1 / 2,), (0, 3 / 4)),
    (2 / 9, 1 / 3, 4 / 9),
    (5 / 72, -1 / 12, -1 / 9, 1 / 8),
    1 / 3,
    0.021,
)
_RK45 = (  # Dormand and Prince, 1980
    (0, 1 / 5, 3 / 10, 4 / 5, 8 / 9, 1),
    (
        (),
        (1 / 5,),
        (3 / 40, 9 / 40),
        (44 / 45, -56 / 15, 32 / 9),
        (19372 / 6561, -25360 / 2187, 64448 / 6561, -212 / 729),
        (9017 / 3168, -355 / 33, 46732 / 5247, 49 / 176, -5103 / 18656),
    ),
    (35 / 384, 0, 500 / 1113, 125 / 192, -2187 / 6784, 11 / 84),
    (-71 / 57600, 0, 71 / 16695, -71 / 1920, 17253 / 339200, -22 / 525, 1 / 40),
    1 / 5,
    8.1e-4,
)
_DENSE23 = ((1, 0, 0, 0), (-4 / 3, 1, 4 / 3, -1), (5 / 9, -2 / 3, -8 / 9, 1))
_DENSE45 = (  # Shampine, 1986
    (1, 0, 0, 0, 0, 0, 0),
    (
        -8048581381 / 2820520608,
        0,
        131558114200 / 32700410799,
        -1754552775 / 470086768,
        127303824393 / 49829197408,
        -282668133 / 205662961,
        40617522 / 29380423,
    ),
    (
        8663915743 / 2820520608,
        0,
        -68118460800 / 10900136933,
        14199869525 / 1410260304,
        -318862633887 / 49829197408,
        2019193451 / 616988883,
        -110615467 / 29380423,
    ),
    (
        -12715105075 / 11282082432,
        0,
        87487479700 / 32700410799,
        -10690763975 / 1880347072,
        701980252875 / 199316789632,
        -1453857185 / 822651844,
        69997945 / 29380423,
    ),
)


_DOP853 = (dop853.NODES, dop853.INNER, dop853.WEIGHTS, dop853.ERRORS, 1 / 8, 4.4e-7)
_MORE853 = (dop853.MORE_NODES, dop853.MORE_INNER, dop853.DENSE)


def tableau(method: Any, rk23: Any = _RK23, rk45: Any = _RK45, dop853: Any = _DOP853) -> Any:
    """Nodes, weights of the stages, weights of the step, weights of the error (two rows for DOP853), 1 / its order, constant."""
    return {"RK23": rk23, "RK45": rk45, "DOP853": dop853}[method]


def combined(weights: Any, slopes: Any) -> Any:
    """The sum of the slopes with these weights, without those of weight 0, and those behind the last weight."""
    terms = [w * k for w, k in zip(weights, slopes, strict=False) if w != 0]
    return sum(terms[1:], terms[0])


def rms(x: Any) -> Any:
    """SciPy's ``norm``: the root of the mean square."""
    return np.sqrt(np.sum(x * x) / max(len(x), 1))


def first_step_size(
    fun: Any, args: Any, t0: Any, t1: Any, y0: Any, f0: Any, exponent: Any, rtol: Any, atol: Any, max_step: Any
) -> Any:
    """SciPy's ``select_initial_step`` (Hairer, Norsett, Wanner, section II.4)."""
    interval = abs(t1 - t0)
    if interval == 0:
        return 0.0
    direction = -1.0 if t1 < t0 else 1.0
    scale = atol + np.abs(y0) * rtol
    d0 = rms(y0 / scale)
    d1 = rms(f0 / scale)
    h0 = 1e-6 if d0 < 1e-5 or d1 < 1e-5 else 0.01 * d0 / d1
    h0 = min(h0, interval)
    f1 = slope(fun, t0 + h0 * direction, y0 + h0 * direction * f0, args)
    d2 = rms((f1 - f0) / scale) / h0
    h1 = max(1e-6, h0 * 1e-3) if d1 <= 1e-15 and d2 <= 1e-15 else (0.01 / max(d1, d2)) ** exponent
    h = min(100 * h0, h1, interval)
    return h if max_step is None else min(h, max_step)


def stages(fun: Any, args: Any, t: Any, y: Any, f: Any, h: Any, method: Any) -> Any:
    """A step: the solution at its end, and the slopes of all stages, the last of which is that at its end."""
    nodes, inner, weights, _, _, _ = tableau(method)
    slopes = [f]
    for c, a in zip(nodes[1:], inner[1:], strict=True):
        slopes.append(slope(fun, t + c * h, y + combined(a, slopes) * h, args))
    y_new = y + h * combined(weights, slopes)
    slopes.append(slope(fun, t + h, y_new, args))
    return y_new, slopes


def error_norm(weights: Any, slopes: Any, h: Any, scale: Any, method: Any) -> Any:
    """The error of a step, in units of what is allowed."""
    if method != "DOP853":
        return rms(h * combined(weights, slopes) / scale)
    fifth = combined(weights[0], slopes) / scale
    third = combined(weights[1], slopes) / scale
    fifth, third = np.sum(fifth * fifth), np.sum(third * third)
    if fifth == 0 and third == 0:
        return 0.0
    return abs(h) * fifth / np.sqrt((fifth + 0.01 * third) * len(slopes[0]))


def reach(fun: Any, args: Any, at: Any, h: Any, scale: Any, tolerance: Any, method: Any) -> Any:
    """The longest step that follows differences between solutions, too: SciPy's control sees the solution alone.

    At an equilibrium, say, the solution is exact for any step, and its derivative by the initial values is not. The rate J
    of the differences is estimated by two steps of the power method; a step h has the error c*(h*J)**order, which must not
    be more than the tolerance, but for a factor of 2 in h. The step of an oscillation is rarely this long by itself.
    """
    t, y, f = at
    _, _, _, _, exponent, constant = tableau(method)
    allowed = scale + 1.5e-8 * (np.abs(y) + h * np.abs(f))
    difference = allowed * np.cos(1.0 + 2.4 * np.arange(len(y)))  # a direction like no other
    size = rms(difference / allowed)
    change = slope(fun, t, y + difference, args) - f
    first = rms(change / allowed) / size if size > 0 else 0.0
    if not first > 0:
        return np.inf
    difference = change / first
    second = rms((slope(fun, t, y + difference, args) - f) / allowed) / rms(difference / allowed)
    rate = np.sqrt(first * second)
    return 2.0 * (tolerance / constant) ** exponent / rate if rate > 0 else np.inf


def motion(t0: Any, t1: Any) -> Any:
    """How the steps move with the ends of the interval: all in proportion to its length. Values are 0, derivatives are not.

    Start, length (1 for an interval of length 0, which has one step, as long as it is), what makes up for that, and the
    changes of the start and of the length.
    """
    length = t1 - t0
    still = stop(length)
    empty = still == 0
    return stop(t0), 1.0 if empty else still, 1.0 if empty else 0.0, t0 - stop(t0), length - still


def moved(t: Any, h: Any, motion: Any) -> Any:
    """The time and the size of a step, which depend on the ends of the interval if these do on anything (``motion``)."""
    if motion is None:
        return t, h
    start, length, rest, shift, change = motion
    return t + shift + (t - start) / length * change, h + (h + rest) / length * change


def attempt(fun: Any, args: Any, goal: Any, state: Any, options: Any) -> Any:
    """A step on trial: the state behind it, and the step itself; if its error is too large, the state before and a smaller step.

    ``goal`` is the end and the direction of the integration; ``options`` are the method, the tolerances, the largest step
    and what ``motion`` says.
    """
    end, direction = goal
    t, y, f, h_abs, rejected = state
    method, rtol, atol, max_step, motion = options
    _, _, _, weights, exponent, _ = tableau(method)
    size = abs(t)
    least = 10 * max((size + size * 1.6653345369377348e-16) - size, 5e-324)  # ten times the distance to the next number
    if rejected:
        if not h_abs >= least:
            raise RuntimeError("Required step size is less than spacing between numbers.")
    else:
        h_abs = max(h_abs, least)
        if max_step is not None:
            h_abs = min(h_abs, max_step)
    t_new = t + h_abs * direction
    if direction * (t_new - end) > 0:
        t_new = end
    h = t_new - t
    h_abs = abs(h)
    begin, step = moved(t, h, motion)
    y_new, slopes = stages(fun, args, begin, y, f, step, method)
    scale = atol + np.maximum(np.abs(y), np.abs(y_new)) * rtol
    error = stop(error_norm(weights, slopes, step, scale, method))
    if error < 1:
        factor = 10.0 if error == 0 else min(10.0, 0.9 * error**-exponent)
        if rejected:
            factor = min(1.0, factor)
        longer = h_abs * factor
        if error < 0.01:
            tolerance = np.max(np.maximum(rtol, np.minimum(atol, 1e-3)))
            longest = reach(fun, args, (t_new, y_new, slopes[-1]), h_abs, scale, tolerance, method)
            longer = longest if longest < longer else longer  # noqa: FURB136 - it may be NaN
        state = t_new, y_new, slopes[-1], stop(longer), False
    else:
        factor = 0.9 * error**-exponent
        state = t, y, f, h_abs * (max(0.2, factor)), True
    return state, (begin, step, y, slopes)


def between(fun: Any, args: Any, t: Any, begin: Any, step: Any, y: Any, slopes: Any, method: Any) -> Any:
    """The dense output of a step: the state at a time within it."""
    if stop(step) == 0:
        return y + (t - begin) * slopes[0]
    x = (t - begin) / step
    if method == "DOP853":
        return y + _between853(fun, args, x, begin, step, y, slopes)
    powers = _powers(slopes, method)
    total = powers[-1]
    for power in powers[-2::-1]:
        total = power + x * total
    return y + step * x * total


def _powers(slopes: Any, method: Any, rk23: Any = _DENSE23, rk45: Any = _DENSE45) -> Any:
    """The coefficients of the dense output, the lowest first."""
    return [combined(weights, slopes) for weights in (rk23 if method == "RK23" else rk45)]


def _between853(fun: Any, args: Any, x: Any, begin: Any, step: Any, y: Any, slopes: Any, more: Any = _MORE853) -> Any:
    """The dense output of DOP853, less y: it needs the slopes at three more points."""
    nodes, inner, dense = more
    all_slopes = [*slopes]
    for c, a in zip(nodes, inner, strict=True):
        all_slopes.append(slope(fun, begin + c * step, y + combined(a, all_slopes) * step, args))
    change = step * combined(tableau("DOP853")[2], slopes)
    parts = [change, step * slopes[0] - change, 2 * change - step * (slopes[12] + slopes[0])]
    parts = [*parts, *[step * combined(weights, all_slopes) for weights in dense]]
    total = x * parts[6]
    for part, factor in zip(parts[5::-1], (1 - x, x) * 3, strict=True):
        total = factor * (part + total)
    return total
