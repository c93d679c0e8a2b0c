"""Gradients of functions of arrays beside the same written by hand for Numba: time, source, compile time.

``python -m tests.benchmarks.arrays`` prints the table; arguments choose cases by name.
"""

# ruff: noqa: N803 - the names that formulas have

from __future__ import annotations

import sys
import time
from typing import Any

import numpy as np

from symdiff import grad
from symdiff.codegen import compile_source
from tests.benchmarks import arrays_by_hand
from tests.benchmarks.table import least, show
from tests.codegen import array_graphs, pair_graphs
from tests.codegen.array_graphs import flat, source


class Read:
    """A function as a user writes it, read and differentiated by all its arguments."""

    def __init__(self, function: Any, **shapes: tuple[int | str, ...]) -> None:
        self.function = function
        self.shapes = shapes

    def inputs(self, sizes: dict[str, int]) -> list[Any]:
        """Random arguments."""
        random = np.random.default_rng(0)
        shapes = [tuple(sizes.get(str(length), length) for length in shape) for shape in self.shapes.values()]
        return [random.normal(size=shape) for shape in shapes]

    def gradient(self) -> Any:
        """The graph of the gradient, for arguments of any size."""
        arguments = self.inputs(dict.fromkeys("nmk", 4))
        return grad(self.function, argnums=tuple(range(len(arguments)))).at(*arguments).graph


def lennard_jones(x):
    """The energy of atoms by two nested loops."""
    total = 0.0
    for i in range(len(x)):
        for j in range(i + 1, len(x)):
            r2 = (x[i, 0] - x[j, 0]) ** 2 + (x[i, 1] - x[j, 1]) ** 2 + (x[i, 2] - x[j, 2]) ** 2
            s = 1 / r2**3
            total += 4 * s * (s - 1)
    return total


def network(W, V, X, Y):
    """The error of a network of two layers."""
    return np.sum((np.tanh(X @ W) @ V - Y) ** 2)


BY_NAME = {
    **array_graphs.BY_NAME,
    **pair_graphs.BY_NAME,
    "lennard_jones": Read(lennard_jones, x=("n", 3)),
    "network": Read(network, W=("k", "m"), V=("m", "k"), X=("n", "k"), Y=("n", "k")),
}
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
    ("lennard_jones", {"n": 200}),
    ("factors", {"m": 60, "n": 50, "k": 20}),
    ("network", {"n": 100, "m": 20, "k": 10}),
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
        found = flat(kernel(*inputs))
        for own, other in zip(found, flat(hand(*inputs)), strict=True):
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
