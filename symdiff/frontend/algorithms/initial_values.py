"""SciPy's solvers of initial value problems as plain Python, for the reader: read like a user's function, never run.

Loops in here are loops of the graph: none is unrolled. The steps are those of ``runge_kutta``.
"""

from __future__ import annotations

from math import inf, isfinite
from typing import Any

import numpy as np

from symdiff.frontend.algorithms.runge_kutta import attempt, between, first_step_size, motion, slope, stop, tableau


def _check(t0: Any, t1: Any, y0: Any, rtol: Any, atol: Any, first_step: Any, max_step: Any) -> None:
    if not isfinite(t1 - t0):
        raise ValueError("The ends of the interval of integration must be finite.")
    if not np.all(np.isfinite(y0)):
        raise ValueError("All components of the initial state `y0` must be finite.")
    if np.any(atol < 0):
        raise ValueError("`atol` must be positive.")
    if max_step is not None and max_step <= 0:
        raise ValueError("`max_step` must be positive.")
    if first_step is not None:
        if first_step <= 0:
            raise ValueError("`first_step` must be positive.")
        if first_step > abs(t1 - t0):
            raise ValueError("`first_step` exceeds bounds.")


def _begun(fun: Any, args: Any, t0: Any, t1: Any, y0: Any, options: Any, first_step: Any) -> Any:
    """The state at the start."""
    method, rtol, atol, max_step, _ = options
    _, _, _, _, exponent, _ = tableau(method)
    f0 = slope(fun, t0, y0, args)
    h_abs = first_step
    if first_step is None:
        h_abs = stop(first_step_size(fun, args, t0, t1, y0, f0, exponent, rtol, atol, max_step))
    return stop(t0), y0, f0, h_abs, False


def solve_ivp(
    fun: Any,
    t_span: Any,
    y0: Any,
    method: Any = "RK45",
    t_eval: Any = None,
    args: Any = (),
    rtol: Any = 1e-3,
    atol: Any = 1e-6,
    max_step: Any = None,
    first_step: Any = None,
    moves: Any = True,
) -> Any:
    """``scipy.integrate.solve_ivp``: times and states, of which those at the end only without ``t_eval``."""
    t0, t1 = t_span
    _check(t0, t1, y0, rtol, atol, first_step, max_step)
    options = method, rtol, atol, max_step, motion(t0, t1) if moves else None
    state = _begun(fun, args, t0, t1, y0, options, first_step)
    goal = stop(t1), -1.0 if t1 < t0 else 1.0
    if t_eval is None:
        return t1, _last(fun, args, goal, state, options)
    return t_eval, _sampled(fun, args, t0, goal, state, options, t_eval).T


def _last(fun: Any, args: Any, goal: Any, state: Any, options: Any) -> Any:
    """The state at the end."""
    end, direction = goal
    t, y, f, h_abs, rejected = state
    going = True
    while going:
        (t, y, f, h_abs, rejected), _ = attempt(fun, args, goal, (t, y, f, h_abs, rejected), options)
        going = rejected or direction * (t - end) < 0
    return y


def _sampled(fun: Any, args: Any, t0: Any, goal: Any, state: Any, options: Any, t_eval: Any) -> Any:
    """The states at given times, which are in order: by the dense output of the step that each is in."""
    end, direction = goal
    t, y, f, h_abs, rejected = state
    method = options[0]
    first, before = t, -direction * inf
    begin, step, y_old, slopes = t0 * 1.0, 0.0, y, [f for _ in (0, *tableau(method)[0])]
    rows = []
    for i in range(len(t_eval)):
        here = stop(t_eval[i])
        if direction * (here - first) < 0 or direction * (here - end) > 0:
            raise ValueError("Values in `t_eval` are not within `t_span`.")
        if direction * (here - before) <= 0:
            raise ValueError("Values in `t_eval` are not properly sorted.")
        while direction * (here - t) > 0:
            (t, y, f, h_abs, rejected), trial = attempt(fun, args, goal, (t, y, f, h_abs, rejected), options)
            if not rejected:
                begin, step, y_old, slopes = trial
        rows.append(between(fun, args, t_eval[i], begin, step, y_old, slopes, method))
        before = here
    return np.array(rows)


def odeint(func: Any, y0: Any, t: Any, args: Any, rtol: Any, atol: Any, h0: Any, hmax: Any, tfirst: Any, moves: Any) -> Any:
    """``scipy.integrate.odeint``, by the method of Dormand and Prince in place of LSODA: its steps end at each time."""

    def fun(t: Any, y: Any, *more: Any) -> Any:
        return func(t, y, *more) if tfirst else func(y, t, *more)

    _check(t[0], t[-1], y0, rtol, atol, h0, hmax)
    direction = -1.0 if t[-1] < t[0] else 1.0
    now, y, f, h_abs, rejected = _begun(fun, args, t[0], t[-1], y0, ("RK45", rtol, atol, hmax, None), h0)
    rows = [y]
    for i in range(1, len(t)):
        end = stop(t[i])
        if direction * (end - now) < 0:
            raise ValueError("t must be monotonically increasing or decreasing; repeated values are allowed.")
        options = "RK45", rtol, atol, hmax, motion(t[i - 1], t[i]) if moves else None
        going = True
        while going:
            tried = h_abs
            (now, y, f, h_abs, rejected), _ = attempt(fun, args, (end, direction), (now, y, f, h_abs, rejected), options)
            going = rejected or direction * (now - end) < 0
            if not going:
                h_abs = max(h_abs, tried)  # which may have been cut short
        rows.append(y)
    return np.array(rows)
