"""Gradients through loops beside the same adjoint loops written by hand for Numba: time, source, memory of the tapes.

``python -m tests.benchmarks loops``. The pendulum is neutral, so its derivative does not vanish however many steps there are.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numba
import numpy as np

from symdiff import grad
from symdiff.graph.graph import Loop
from tests.benchmarks.table import least, show

NEAR = 1e-7  # in 10^6 steps, operations in another order go that far apart
expert = numba.njit(error_model="numpy")


def pendulum(q, p, h, force):
    """A leapfrog pendulum; the length of ``force`` is the number of steps."""
    for push in force:
        q = q + h * p
        p = p - h * math.sin(q) + push
    return q


@expert
def pendulum_by_hand(q, p, h, force):
    """Its gradient."""
    n = force.shape[0]
    qs, ps, pushed = np.empty(n), np.empty(n), np.empty(n)
    for k in range(n):
        ps[k] = p
        q += h * p
        qs[k] = q
        p += force[k] - h * math.sin(q)
    q_bar, p_bar, h_bar = 1.0, 0.0, 0.0
    for k in range(n - 1, -1, -1):
        pushed[k] = p_bar
        h_bar -= math.sin(qs[k]) * p_bar
        q_bar -= h * math.cos(qs[k]) * p_bar
        h_bar += ps[k] * q_bar
        p_bar += h * q_bar
    return q_bar, p_bar, h_bar, pushed


def smoothing(a, x):
    """The sum of the squares of ``y[i] = a*y[i - 1] + x[i]``."""
    y = np.zeros(len(x))
    for i in range(1, len(x)):
        y[i] = a * y[i - 1] + x[i]
    return np.sum(y**2)


@expert
def smoothing_by_hand(a, x):
    """Its gradient."""
    n = x.shape[0]
    y, x_bar = np.zeros(n), np.zeros(n)
    for i in range(1, n):
        y[i] = a * y[i - 1] + x[i]
    a_bar, carried = 0.0, 0.0
    for i in range(n - 1, 0, -1):
        carried = 2 * y[i] + a * carried
        x_bar[i] = carried
        a_bar += y[i - 1] * carried
    return a_bar, x_bar


def garch(omega, alpha, beta, returns):
    """The negative log likelihood of GARCH(1,1)."""
    variance, total = 1.0, 0.0
    for r in returns:
        total += math.log(variance) + r * r / variance
        variance = omega + alpha * r * r + beta * variance
    return total


@expert
def garch_by_hand(omega, alpha, beta, returns):
    """Its gradient by the three parameters."""
    n = returns.shape[0]
    kept = np.empty(n)
    variance = 1.0
    for k in range(n):
        kept[k] = variance
        variance = omega + alpha * returns[k] * returns[k] + beta * variance
    omega_bar, alpha_bar, beta_bar, bar = 0.0, 0.0, 0.0, 0.0
    for k in range(n - 1, -1, -1):
        square, variance = returns[k] * returns[k], kept[k]
        omega_bar += bar
        alpha_bar += square * bar
        beta_bar += variance * bar
        bar = beta * bar + (1 - square / variance) / variance
    return omega_bar, alpha_bar, beta_bar


def runge_kutta(state, rates, times):
    """Lotka-Volterra by the classical method of order 4, two pairs side by side: 4 states and 4 parameters."""
    a, b, c, d = state
    h = 0.001
    for _ in times:
        k1, l1, m1, n1 = slopes(a, b, c, d, rates)
        k2, l2, m2, n2 = slopes(a + h / 2 * k1, b + h / 2 * l1, c + h / 2 * m1, d + h / 2 * n1, rates)
        k3, l3, m3, n3 = slopes(a + h / 2 * k2, b + h / 2 * l2, c + h / 2 * m2, d + h / 2 * n2, rates)
        k4, l4, m4, n4 = slopes(a + h * k3, b + h * l3, c + h * m3, d + h * n3, rates)
        a = a + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
        b = b + h / 6 * (l1 + 2 * l2 + 2 * l3 + l4)
        c = c + h / 6 * (m1 + 2 * m2 + 2 * m3 + m4)
        d = d + h / 6 * (n1 + 2 * n2 + 2 * n3 + n4)
    return a * b + c * d


def slopes(a, b, c, d, rates):
    """Two coupled pairs of prey and predators."""
    p, q, r, s = rates
    return a * (p - q * b), b * (r * a - s), c * (p - q * d) + 0.1 * a, d * (r * c - s)


@dataclass(frozen=True)
class Case:
    """A function, a hand-written gradient if there is one, by which arguments, and arguments for a number of steps."""

    function: Callable[..., Any]
    by_hand: Callable[..., Any] | None
    argnums: tuple[int, ...]
    inputs: Callable[[int], list[Any]]
    steps: tuple[int, ...]


def _series(n: int) -> np.ndarray[Any, Any]:
    return np.random.default_rng(0).normal(size=n)


CASES = {
    "pendulum": Case(pendulum, pendulum_by_hand, (0, 1, 2, 3), lambda n: [1.0, 0.5, 0.01, np.zeros(n)], (10, 1000, 10**6)),
    "smoothing": Case(smoothing, smoothing_by_hand, (0, 1), lambda n: [0.5, _series(n)], (10**6,)),
    "garch": Case(garch, garch_by_hand, (0, 1, 2), lambda n: [0.1, 0.1, 0.8, _series(n)], (10**4,)),
    "runge_kutta": Case(
        runge_kutta,
        None,
        (0, 1),
        lambda n: [np.array([1.0, 0.5, 2.0, 1.0]), np.array([1.1, 0.4, 0.1, 0.4]), np.zeros(n)],
        (10**4,),
    ),
}


def loops() -> None:
    """Print the table, after checking that both compute the same."""
    rows = []
    for name, case in CASES.items():
        for steps in case.steps:
            inputs = case.inputs(steps)
            gradient = grad(case.function, argnums=case.argnums)
            start = time.perf_counter()
            found = gradient(*inputs)
            first = time.perf_counter() - start
            made = gradient.at(*inputs)
            taped = sum(len(node.collected) for node in made.graph.body if isinstance(node, Loop))
            kernels = {"own": made.kernel} if case.by_hand is None else {"own": made.kernel, "hand": case.by_hand}
            for own, other in zip(found, case.by_hand(*inputs) if case.by_hand else found, strict=True):
                assert np.allclose(own, other, rtol=NEAR, atol=NEAR * np.max(np.abs(other))), name
            given = {f"a{k}": value for k, value in enumerate(inputs)}
            call = f"f({', '.join(given)})"
            times = least({key: (call, {"f": kernel, **given}) for key, kernel in kernels.items()})
            hand = times.get("hand", math.nan)
            title = f"{name} {steps}"
            rows.append((title, 1e6 * times["own"], 1e6 * hand, times["own"] / hand, taped, len(made.source), first))
    heads = ("gradient", "own us", "by hand us", "ratio", "kept a step", "bytes", "first call s")
    show("Gradients through loops, symdiff beside Numba by hand", heads, rows)


if __name__ == "__main__":
    loops()
