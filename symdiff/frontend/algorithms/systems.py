"""SciPy's solvers of systems of equations, by Powell's method (M. J. D. Powell, A hybrid method for nonlinear equations, 1970).

MINPACK's hybrd and hybrj, which SciPy calls, update the Jacobian by differences of the function; here it is the exact one.
"""

from __future__ import annotations

from math import inf, sqrt
from typing import Any

import numpy as np

from symdiff.frontend.algorithms.scalars import solution


def values(func: Any, x: Any, args: Any) -> Any:
    """The components of ``func(x, *args)`` as an array, one for each of x: the reader has a rule of its own for it."""
    raise NotImplementedError


def slopes(func: Any, fprime: Any, x: Any, args: Any) -> Any:
    """The Jacobian of ``func``, by ``fprime`` if there is one, else exact: a rule of the reader's own, too."""
    raise NotImplementedError


def fsolve(
    func: Any,
    x0: Any,
    args: Any = (),
    fprime: Any = None,
    full_output: Any = False,
    col_deriv: Any = False,
    xtol: Any = 1.49012e-8,
    maxfev: Any = 0,
    band: Any = None,
    epsfcn: Any = None,
    factor: Any = 100,
    diag: Any = None,
) -> Any:
    """``scipy.optimize.fsolve``, which raises where SciPy's only warns."""
    limit = maxfev if maxfev > 0 else (200 if fprime is None else 100) * (len(x0) + 1)
    return solution(func, _hybrid(func, x0, fprime, args, xtol, limit, factor), args)


def root(
    fun: Any,
    x0: Any,
    args: Any = (),
    method: Any = "hybr",
    jac: Any = None,
    tol: Any = None,
    callback: Any = None,
    options: Any = None,
) -> Any:
    """The ``x`` that ``scipy.optimize.root`` finds; where SciPy's does not converge without a word, this one raises."""
    return fsolve(fun, x0, args, jac, False, False, 1.49012e-8 if tol is None else tol)


def few(x: Any) -> bool:
    """Whether an array is read number by number, as it is short: a rule of the reader's own, too."""
    raise NotImplementedError


def _norm(x: Any) -> Any:
    return sqrt(np.sum(x * x))


def _largest_first(first: Any, rest: Any) -> Any:
    """The row that begins with the largest number, and the others."""
    if len(rest) == 0:
        return first, []
    other = rest[0]
    if abs(other[0]) > abs(first[0]):
        first, other = other, first
    first, others = _largest_first(first, rest[1:])
    return first, [other, *others]


def _eliminated(rows: Any) -> Any:
    """The solution of a linear system of few unknowns (right-hand sides last in the rows); infinite if it is singular."""
    first, rest = _largest_first(rows[0], rows[1:])
    head = first[0]
    factors = [(row[0] / head if head != 0 else 0.0) for row in rest]
    tail = []
    if len(rows) > 1:
        below = [[a - c * b for a, b in zip(row[1:], first[1:], strict=True)] for row, c in zip(rest, factors, strict=True)]
        tail = _eliminated(below)
    last = first[-1] - sum([a * b for a, b in zip(first[1:-1], tail, strict=True)])
    return [(last / head if head != 0 else inf), *tail]


def _newton(rows: Any, f: Any) -> Any:
    """The step of Newton's method; infinite if the Jacobian is singular."""
    if few(f):
        return np.array(_eliminated([[*row, -b] for row, b in zip(rows, f, strict=True)]))
    if np.linalg.slogdet(rows)[0] == 0:
        return np.full_like(f, inf)
    return np.linalg.solve(rows, -f)


def _descent(rows: Any, f: Any, scale: Any, radius: Any) -> Any:
    """The step down the gradient of |f|^2, in scaled variables: to its minimum along the line, or of length ``radius``."""
    down = -(f @ rows) / scale
    length = _norm(down)
    bend = _norm(rows @ (down / scale))
    far = radius if bend == 0 else min(radius, (length / bend) * (length / bend) * length)
    return down * (far / length if length > 0 else 0.0)


def _dogleg(rows: Any, f: Any, newton: Any, scale: Any, radius: Any) -> Any:
    """Powell's step of length ``radius``, in scaled variables: down the gradient, then towards the step of Newton."""
    first = _descent(rows, f, scale, radius)
    if not _norm(newton) < inf:
        return first
    rest = newton - first
    a, b = np.sum(rest * rest), np.sum(first * rest)
    c = max((radius - _norm(first)) * (radius + _norm(first)), 0.0)
    part = 0.0 if a == 0 else min(c / (b + sqrt(b * b + a * c)) if b > 0 else (sqrt(b * b + a * c) - b) / a, 1.0)
    return first + part * rest


def _trusted(radius: Any, length: Any, ratio: Any) -> Any:
    """How long the next step may be, by how much of the gain that was foretold came true."""
    if not ratio >= 0.1:
        return 0.5 * min(radius, length)
    if abs(ratio - 1) <= 0.1:
        return 2 * length
    return max(radius, 2 * length) if ratio >= 0.5 else radius


def _hybrid(func: Any, x0: Any, fprime: Any, args: Any, xtol: Any, limit: Any, factor: Any) -> Any:
    """Powell's method (MINPACK's hybrj) with the Jacobian anew in each iteration.

    It ends at a step of Newton's of relative length ``xtol``, so that what it returns is a root. At a root with a singular
    Jacobian these steps shrink by a constant factor, which raises. Where it gets stuck, it starts again with shorter steps.
    """
    tol = max(xtol, 1e-13)  # that step squares the error
    point = x0
    f = values(func, point, args)
    size = _norm(f)
    if not size < inf:
        raise ValueError("The function value at the starting point is not finite; solver cannot continue.")
    scale = np.zeros_like(point)
    radius = -1.0
    before = inf
    slow = 0
    first, start, restarts = f, size, 0
    for _ in range(limit):
        if np.sum(np.abs(f)) == 0:
            return point
        rows = slopes(func, fprime, point, args)
        scale = np.maximum(scale, np.sqrt(np.ones_like(f) @ (rows * rows)))
        weights = scale + (1 - np.sign(scale))  # 1 where it is 0
        newton = _newton(rows, f) * weights
        whole = _norm(newton)
        long = _norm(point * weights)
        if whole <= tol * long:
            if whole > 0.25 * before > 1e-12 * long:
                raise RuntimeError("The Jacobian is singular at the solution.")
            return point + newton / weights
        if radius < 0:
            radius = factor * long if long > 0 else factor * 1.0
            radius = min(radius, whole) * 0.1**restarts
        step = newton if whole <= radius else _dogleg(rows, f, newton, weights, radius)
        length = _norm(step)
        move = step / weights
        there = point + move
        f_there = values(func, there, args)
        size_there = _norm(f_there)
        gain = 1 - (size_there / size) * (size_there / size) if 0.1 * size_there < size else -1.0
        left = _norm(f + rows @ move) / size
        ratio = gain / (1 - left * left) if left < 1 else 0.0
        radius = _trusted(radius, length, ratio)
        slow = 0 if gain >= 0.001 else slow + 1
        if ratio >= 1e-4:
            point, f, size = there, f_there, size_there
            before = whole
        if slow >= 12 and restarts < 3:
            point, f, size = x0, first, start
            scale = np.zeros_like(point)
            radius, before, slow = -1.0, inf, 0
            restarts += 1
        if slow >= 20:
            raise RuntimeError(
                "The iteration is not making good progress, as measured by the improvement from the last twenty iterations."
            )
    if few(x0):
        raise RuntimeError(f"The number of calls to function has reached maxfev = {limit}.")
    raise RuntimeError("The number of calls to function has reached maxfev.")
