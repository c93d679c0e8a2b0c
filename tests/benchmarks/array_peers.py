"""Gradients of functions of arrays by other libraries, side by side, on one core; each library is optional.

``python -m tests.benchmarks array_peers``. Every library gets arrays of its own kind, made before the clock starts, and
its function is compiled where it can compile. JAX and PyTorch have no sparse Hessians: they multiply by three vectors, one for
each colour of the columns, which gives the same values.
"""

# ruff: noqa: N803 - the names that formulas have

from __future__ import annotations

import importlib.metadata
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import logsumexp

from tests.benchmarks import peer_functions
from tests.benchmarks.table import least, show

Gradient = Callable[[], Any]


def rosenbrock(x):
    """The n-dimensional Rosenbrock function."""
    return np.sum(100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2)


def logistic(w, X, y):
    """The loss of a logistic regression."""
    return np.sum(np.log1p(np.exp(-y * (X @ w))))


def lennard_jones(x):
    """The energy of atoms by two nested loops."""
    total = 0.0
    for i in range(len(x)):
        for j in range(i + 1, len(x)):
            r2 = (x[i, 0] - x[j, 0]) ** 2 + (x[i, 1] - x[j, 1]) ** 2 + (x[i, 2] - x[j, 2]) ** 2
            s = 1 / r2**3
            total += 4 * s * (s - 1)
    return total


def mixture(a, mu, s, P):
    """The logarithm of the likelihood of a Gaussian mixture in the plane."""
    u, v = P[:, 0][:, None], P[:, 1][:, None]
    z = a - s[:, 0] - s[:, 1] - 0.5 * (((u - mu[:, 0]) * np.exp(-s[:, 0])) ** 2 + ((v - mu[:, 1]) * np.exp(-s[:, 1])) ** 2)
    return np.sum(logsumexp(z, axis=1))


def least_squares(x, A, b):
    """The sum of squares of a linear system."""
    return np.sum((A @ x - b) ** 2)


@dataclass(frozen=True)
class Case:
    """A function, the shapes of its arguments, and by how many of the first ones it is differentiated."""

    name: str
    function: Callable[..., Any]
    shapes: tuple[tuple[int, ...], ...]
    count: int = 1
    sparse: bool = False

    def inputs(self) -> list[Any]:
        """Arguments; atoms stand on a grid, so that none are too near."""
        random = np.random.default_rng(0)
        if self.function is lennard_jones:
            side = np.arange(6) * 1.1
            grid = np.stack(np.meshgrid(side, side, side), -1).reshape(-1, 3)[: self.shapes[0][0]]
            return [grid + 0.05 * random.normal(size=self.shapes[0])]
        return [random.normal(size=shape) for shape in self.shapes]


CASES = [
    Case("rosenbrock n=10", rosenbrock, ((10,),)),
    Case("rosenbrock n=1000", rosenbrock, ((1000,),)),
    Case("rosenbrock n=100000", rosenbrock, ((100_000,),)),
    Case("logistic 10000 x 50", logistic, ((50,), (10_000, 50), (10_000,))),
    Case("lennard_jones n=200", lennard_jones, ((200, 3),)),
    Case("mixture 1000 x 10", mixture, ((10,), (10, 2), (10, 2), (1000, 2)), 3),
    Case("least_squares 1000 x 100", least_squares, ((100,), (1000, 100), (1000,))),
    Case("sparse Hessian, rosenbrock n=100000", rosenbrock, ((100_000,),), sparse=True),
]


def with_symdiff(case: Case, inputs: list[Any]) -> Gradient:
    """Differentiate with symdiff."""
    from symdiff import grad, hessian

    argnums = tuple(range(case.count)) if case.count > 1 else 0
    made: Any = hessian(case.function, sparse=True) if case.sparse else grad(case.function, argnums=argnums)
    return lambda: made(*inputs)


PEERS: dict[str, Callable[[Case, list[Any]], Gradient | None]] = {
    "symdiff": with_symdiff,
    "jax": peer_functions.with_jax,
    "torch": peer_functions.with_torch,
    "autograd": peer_functions.with_autograd,
    "casadi": peer_functions.with_casadi,
}


def numbers(result: Any) -> Any:
    """All numbers of a result, in order."""
    if hasattr(result, "nnz") and hasattr(result, "indptr"):
        return np.ravel((result @ peer_functions.colours(result.shape[0]).T).T)  # as products give them
    if isinstance(result, list | tuple):
        return np.concatenate([np.ravel(numbers(item)) for item in result])
    return np.ravel(np.asarray(result))


@contextmanager
def one_core() -> Iterator[None]:
    """Run on one core, where the system can do that."""
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(before)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def array_peers() -> None:
    """Print the time of one call for each case and library, as a multiple of symdiff's, and of the first call."""
    with one_core():
        rows, firsts = [], []
        for case in CASES:
            inputs = case.inputs()
            made: dict[str, Gradient] = {}
            first: list[Any] = []
            wanted: Any = None
            for name, make in PEERS.items():
                start = time.perf_counter()
                try:
                    gradient = make(case, inputs)
                except ImportError:
                    gradient = None
                if gradient is None:
                    first.append("")
                    continue
                found = numbers(gradient())
                first.append(time.perf_counter() - start)
                wanted = found if wanted is None else wanted
                assert np.allclose(found, wanted, rtol=1e-8, atol=1e-8 * np.max(np.abs(wanted))), (case.name, name)
                made[name] = gradient
            times = least({name: ("f()", {"f": gradient}) for name, gradient in made.items()})
            ratios = [times[name] / times["symdiff"] if name in times else "" for name in PEERS if name != "symdiff"]
            rows.append((case.name, 1e6 * times["symdiff"], *ratios))
            firsts.append((case.name, *first))
    heads = [f"{name} {_version(name)}" for name in PEERS]
    note = "times as long as symdiff; empty: not installed, or not possible"
    show("Gradients of arrays by other libraries", ("gradient", "symdiff us", *heads[1:]), rows, note)
    show("The same: to the first result, s", ("gradient", *PEERS), firsts)


def _version(name: str) -> str:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return "-"


if __name__ == "__main__":
    array_peers()
