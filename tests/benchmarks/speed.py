"""Calls and kernels: against the bare dispatcher, and against derivatives written by hand."""

from __future__ import annotations

from typing import Any

import numba
import numpy as np

from symdiff import derivative, grad, jacobian
from tests.benchmarks import by_hand, subjects
from tests.benchmarks.table import medians, show

POINTS = 1000
GREEKS = ("S", "sigma", "T", "r")


def calls() -> None:
    """Print what a call from Python costs, beside the bare Numba dispatcher of the same kernel."""
    pair = np.array([2.0, 3.0])
    cases: list[tuple[str, Any, tuple[Any, ...]]] = [
        ("x -> x**2*sin(x)", grad(subjects.sine), (2.0,)),
        ("(x, y), both", grad(subjects.two_arguments, argnums=(0, 1)), (2.0, 3.0)),
        ("p of length 2, array", grad(subjects.vector), (pair,)),
        ("with a global number", grad(subjects.with_global), (2.0,)),
        ("Black-Scholes, 4 of 5", grad(subjects.black_scholes, argnums=GREEKS), (100.0, 105.0, 0.3, 0.75, 0.02)),
    ]  # fmt: skip
    rows = []
    for title, function, arguments in cases:
        function(*arguments)
        function(*arguments)
        kernel = function.at(*arguments).kernel
        given = {f"a{k}": value for k, value in enumerate(arguments)}
        text = f"f({', '.join(given)})"
        extra = (subjects.SCALE,) if "global" in title else ()
        bare = f"f({', '.join([*given, *map(repr, extra)])})"
        found = medians({"object": (text, {"f": function, **given}), "bare": (bare, {"f": kernel, **given})})
        rows.append((title, 1e9 * found["object"], 1e9 * found["bare"], found["object"] / found["bare"]))
    show("One call from Python, ns", ("derivative", "symdiff", "bare dispatcher", "ratio"), rows)


def _bs_loop(kernel: Any) -> Any:
    @numba.njit(error_model="numpy")
    def loop(points):
        total = 0.0
        for i in range(points.shape[0]):
            a, b, c, d = kernel(points[i, 0], points[i, 1], points[i, 2], points[i, 3], points[i, 4])
            total += a + b + c + d
        return total

    return loop


def _arm_loop(kernel: Any) -> Any:
    @numba.njit(error_model="numpy")
    def loop(points):
        total = 0.0
        for i in range(points.shape[0]):
            out = kernel(points[i])
            for value in out.flat:
                total += value
        return total

    return loop


def _friction_loop(kernel: Any) -> Any:
    @numba.njit(error_model="numpy")
    def loop(points):
        total = 0.0
        for i in range(points.shape[0]):
            total += kernel(points[i, 0], points[i, 1])
        return total

    return loop


def kernels() -> None:
    """Print time for each point of kernels in a compiled loop, beside derivatives by hand."""
    random = np.random.default_rng(0)
    options = random.uniform((80, 90, 0.1, 0.2, 0.0), (120, 110, 0.5, 2.0, 0.1), (POINTS, 5))
    angles = random.uniform(-2, 2, (POINTS, 6))
    flows = np.column_stack([np.exp(random.uniform(np.log(500), np.log(1e6), POINTS)), random.uniform(1e-6, 1e-2, POINTS)])
    greeks = grad(subjects.black_scholes, argnums=GREEKS).at(*options[0]).kernel
    velocity = jacobian(subjects.arm).at(angles[0]).kernel
    slope = derivative(subjects.friction).at(*flows[0]).kernel
    cases: list[tuple[str, Any, np.ndarray[Any, Any], dict[str, Any]]] = [
        ("Black-Scholes, 4 Greeks", _bs_loop, options,
         {"symdiff": greeks, "chain rule": by_hand.black_scholes_chain_rule, "closed form": by_hand.black_scholes_closed_form}),
        ("6-joint arm, 12 x 6", _arm_loop, angles,
         {"symdiff": velocity, "product rule": by_hand.arm_by_product_rule, "geometry": by_hand.arm_by_geometry}),
        ("pipe friction", _friction_loop, flows, {"symdiff": slope, "by hand": by_hand.friction}),
    ]  # fmt: skip
    rows = []
    for title, make, points, found in cases:
        loops = {name: make(kernel) for name, kernel in found.items()}
        totals = {name: loop(points) for name, loop in loops.items()}
        times = medians({name: ("f(points)", {"f": loop, "points": points}) for name, loop in loops.items()})
        for name in found:
            if name != "symdiff":
                difference = abs(totals[name] - totals["symdiff"]) / abs(totals[name])
                mine, theirs = 1e9 * times["symdiff"] / POINTS, 1e9 * times[name] / POINTS
                rows.append((title, name, mine, theirs, mine / theirs, difference))
    heads = ("derivative", "by hand", "symdiff ns", "by hand ns", "ratio", "rel. difference")
    show("Kernels in a compiled loop, ns for each point", heads, rows)
