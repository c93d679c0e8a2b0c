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
    for _ in times:
        a, b, c, d = stepped(a, b, c, d, rates)
    return a * b + c * d


def stepped(a, b, c, d, rates):
    """One step."""
    h = 0.001
    k1, l1, m1, n1 = slopes(a, b, c, d, rates)
    k2, l2, m2, n2 = slopes(a + h / 2 * k1, b + h / 2 * l1, c + h / 2 * m1, d + h / 2 * n1, rates)
    k3, l3, m3, n3 = slopes(a + h / 2 * k2, b + h / 2 * l2, c + h / 2 * m2, d + h / 2 * n2, rates)
    k4, l4, m4, n4 = slopes(a + h * k3, b + h * l3, c + h * m3, d + h * n3, rates)
    return (
        a + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4), b + h / 6 * (l1 + 2 * l2 + 2 * l3 + l4),
        c + h / 6 * (m1 + 2 * m2 + 2 * m3 + m4), d + h / 6 * (n1 + 2 * n2 + 2 * n3 + n4),
    )  # fmt: skip


def slopes(a, b, c, d, rates):
    """Two coupled pairs of prey and predators."""
    p, q, r, s = rates
    return a * (p - q * b), b * (r * a - s), c * (p - q * d) + 0.1 * a, d * (r * c - s)


@expert
def slopes_by_hand(a, b, c, d, p, q, r, s):
    """The same for Numba."""
    return a * (p - q * b), b * (r * a - s), c * (p - q * d) + 0.1 * a, d * (r * c - s)


@expert
def pulled_back(a, b, c, d, p, q, r, s, k, m, u, v):
    """The adjoints of states and rates from those of the slopes."""
    return (
        k * (p - q * b) + m * b * r + 0.1 * u, m * (r * a - s) - k * a * q, u * (p - q * d) + v * d * r,
        v * (r * c - s) - u * c * q,
        k * a + u * c, -k * a * b - u * c * d, m * a * b + v * c * d, -m * b - v * d,
    )  # fmt: skip


@expert
def runge_kutta_by_hand(state, rates, times):
    """Its gradient: the states are kept, and a step is computed again on the way back."""
    n, h = times.shape[0], 0.001
    p, q, r, s = rates
    a, b, c, d = state
    kept = np.empty((n, 4))
    for i in range(n):
        kept[i, 0], kept[i, 1], kept[i, 2], kept[i, 3] = a, b, c, d
        k1, l1, m1, n1 = slopes_by_hand(a, b, c, d, p, q, r, s)
        k2, l2, m2, n2 = slopes_by_hand(a + h / 2 * k1, b + h / 2 * l1, c + h / 2 * m1, d + h / 2 * n1, p, q, r, s)
        k3, l3, m3, n3 = slopes_by_hand(a + h / 2 * k2, b + h / 2 * l2, c + h / 2 * m2, d + h / 2 * n2, p, q, r, s)
        k4, l4, m4, n4 = slopes_by_hand(a + h * k3, b + h * l3, c + h * m3, d + h * n3, p, q, r, s)
        a += h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
        b += h / 6 * (l1 + 2 * l2 + 2 * l3 + l4)
        c += h / 6 * (m1 + 2 * m2 + 2 * m3 + m4)
        d += h / 6 * (n1 + 2 * n2 + 2 * n3 + n4)
    a_bar, b_bar, c_bar, d_bar = b, a, d, c
    p_bar = q_bar = r_bar = s_bar = 0.0
    for i in range(n - 1, -1, -1):
        a, b, c, d = kept[i, 0], kept[i, 1], kept[i, 2], kept[i, 3]
        k1, l1, m1, n1 = slopes_by_hand(a, b, c, d, p, q, r, s)
        a2, b2, c2, d2 = a + h / 2 * k1, b + h / 2 * l1, c + h / 2 * m1, d + h / 2 * n1
        k2, l2, m2, n2 = slopes_by_hand(a2, b2, c2, d2, p, q, r, s)
        a3, b3, c3, d3 = a + h / 2 * k2, b + h / 2 * l2, c + h / 2 * m2, d + h / 2 * n2
        k3, l3, m3, n3 = slopes_by_hand(a3, b3, c3, d3, p, q, r, s)
        a4, b4, c4, d4 = a + h * k3, b + h * l3, c + h * m3, d + h * n3
        u, v, w, z = h / 6 * a_bar, h / 6 * b_bar, h / 6 * c_bar, h / 6 * d_bar
        e4, f4, g4, o4, p4, q4, r4, s4 = pulled_back(a4, b4, c4, d4, p, q, r, s, u, v, w, z)
        e3, f3, g3, o3, p3, q3, r3, s3 = pulled_back(
            a3, b3, c3, d3, p, q, r, s, 2 * u + h * e4, 2 * v + h * f4, 2 * w + h * g4, 2 * z + h * o4
        )
        e2, f2, g2, o2, p2, q2, r2, s2 = pulled_back(
            a2, b2, c2, d2, p, q, r, s, 2 * u + h / 2 * e3, 2 * v + h / 2 * f3, 2 * w + h / 2 * g3, 2 * z + h / 2 * o3
        )
        e1, f1, g1, o1, p1, q1, r1, s1 = pulled_back(
            a, b, c, d, p, q, r, s, u + h / 2 * e2, v + h / 2 * f2, w + h / 2 * g2, z + h / 2 * o2
        )
        a_bar += e1 + e2 + e3 + e4
        b_bar += f1 + f2 + f3 + f4
        c_bar += g1 + g2 + g3 + g4
        d_bar += o1 + o2 + o3 + o4
        p_bar += p1 + p2 + p3 + p4
        q_bar += q1 + q2 + q3 + q4
        r_bar += r1 + r2 + r3 + r4
        s_bar += s1 + s2 + s3 + s4
    return np.array([a_bar, b_bar, c_bar, d_bar]), np.array([p_bar, q_bar, r_bar, s_bar])


@dataclass(frozen=True)
class Case:
    """A function, its gradient written by hand, by which arguments, and arguments for a number of steps."""

    function: Callable[..., Any]
    by_hand: Callable[..., Any]
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
        runge_kutta_by_hand,
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
            kernels = {"own": made.kernel, "hand": case.by_hand}
            for own, other in zip(found, case.by_hand(*inputs), strict=True):
                assert np.allclose(own, other, rtol=NEAR, atol=NEAR * np.max(np.abs(other))), name
            given = {f"a{k}": value for k, value in enumerate(inputs)}
            call = f"f({', '.join(given)})"
            times = least({key: (call, {"f": kernel, **given}) for key, kernel in kernels.items()})
            own, hand = times["own"], times["hand"]
            rows.append((f"{name} {steps}", 1e6 * own, 1e6 * hand, own / hand, taped, len(made.source), first))
    heads = ("gradient", "own us", "by hand us", "ratio", "kept a step", "bytes", "first call s")
    show("Gradients through loops, symdiff beside Numba by hand", heads, rows)


if __name__ == "__main__":
    loops()
