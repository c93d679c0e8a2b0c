"""Gradients of functions of arrays beside the same written by hand for Numba: time, source, compile time.

``python -m tests.benchmarks.arrays`` prints the table; arguments choose cases by name.
"""

from __future__ import annotations

import sys
import time

import numpy as np

from symdiff.codegen import compile_source
from tests.benchmarks import arrays_by_hand
from tests.benchmarks.table import least, show
from tests.codegen.array_graphs import BY_NAME, flat, source

CASES = [
    ("rosenbrock", {"n": 10}),
    ("rosenbrock", {"n": 1000}),
    ("rosenbrock", {"n": 100000}),
    ("least_squares", {"m": 20, "n": 5}),
    ("least_squares", {"m": 1000, "n": 100}),
    ("logistic", {"m": 10000, "n": 50}),
    ("pairs", {"n": 200}),
    ("mixture", {"n": 1000, "k": 10}),
    ("burgers", {"n": 1000}),
    ("softmax", {"n": 300}),
    ("stencils", {"n": 1000}),
]
NEAR = 1e-9  # by hand, operations are in another order


def kernels(names: frozenset[str] = frozenset()) -> None:
    """Print the table, after checking that both compute the same."""
    rows = []
    for name, sizes in CASES:
        if names and name not in names:
            continue
        case, hand = BY_NAME[name], getattr(arrays_by_hand, name)
        start = time.perf_counter()
        graph = case.gradient()
        derived = time.perf_counter()
        text = source(graph)
        written = time.perf_counter()
        kernel = compile_source(text, "df")
        compiled = time.perf_counter()
        inputs = case.inputs(sizes)
        for own, other in zip(flat(kernel(*inputs)), flat(hand(*inputs)), strict=True):
            assert np.allclose(own, other, rtol=NEAR, atol=NEAR * np.max(np.abs(other))), name
        given = {f"a{k}": value for k, value in enumerate(inputs)}
        call = f"f({', '.join(given)})"
        found = least({"own": (call, {"f": kernel, **given}), "hand": (call, {"f": hand, **given})})
        title = f"{name} {', '.join(f'{key}={value}' for key, value in sizes.items())}"
        times = 1e6 * found["own"], 1e6 * found["hand"], found["own"] / found["hand"]
        rows.append((title, *times, len(text), 1e3 * (derived - start), 1e3 * (written - derived), compiled - written))
    heads = ("gradient", "own us", "by hand us", "ratio", "bytes", "derive ms", "emit ms", "compile s")
    show("Gradients of arrays, symdiff beside Numba by hand", heads, rows, "compile s: 0 where it was compiled before")


if __name__ == "__main__":
    kernels(frozenset(sys.argv[1:]))
