"""SciPy's solvers of initial value problems as plain Python, for the reader: read like a user's function, never run.

Loops in here are loops of the graph: none is unrolled. The steps are those of ``runge_kutta``.
"""

from __future__ import annotations

from math import isfinite
from typing import Any

import numpy as np

from symdiff.frontend.runge_kutta import attempt, first_step_size, motion, slope, stop, tableau


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
    _, _, _, _, exponent = tableau(method)
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
    t, y, f, h_abs, rejected = _begun(fun, args, t0, t1, y0, options, first_step)
    end, direction = stop(t1), -1.0 if t1 < t0 else 1.0
    going = True
    while going:
        (t, y, f, h_abs, rejected), _ = attempt(fun, args, (end, direction), (t, y, f, h_abs, rejected), options)
        going = rejected or direction * (t - end) < 0
    return t1, y
