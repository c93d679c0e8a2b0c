"""The gradient of the Black-Scholes price by other libraries, side by side. Each is optional."""

# ruff: noqa: N803 - the names that formulas have

from __future__ import annotations

import importlib.metadata
import math
import time
from collections.abc import Callable
from typing import Any

from tests.benchmarks.subjects import black_scholes
from tests.benchmarks.table import medians, show

POINT = (100.0, 105.0, 0.3, 0.75, 0.02)
POSITIONS = (0, 2, 3, 4)
Gradient = Callable[..., Any]


def price(lib: Any, erf: Any) -> Callable[..., Any]:
    """Write the price with the functions of a library."""

    def function(S: Any, K: Any, sigma: Any, T: Any, r: Any) -> Any:
        def cdf(x: Any) -> Any:
            return 0.5 * (1 + erf(x / math.sqrt(2)))

        d1 = (lib.log(S / K) + (r + sigma**2 / 2) * T) / (sigma * lib.sqrt(T))
        d2 = d1 - sigma * lib.sqrt(T)
        return S * cdf(d1) - K * lib.exp(-r * T) * cdf(d2)

    return function


def with_symdiff() -> Gradient:
    """Differentiate with symdiff."""
    import symdiff

    return symdiff.grad(black_scholes, argnums=POSITIONS)


def with_jax() -> Gradient:
    """Differentiate and compile with JAX, in double precision."""
    import jax

    jax.config.update("jax_enable_x64", True)
    return jax.jit(jax.grad(price(jax.numpy, jax.scipy.special.erf), argnums=POSITIONS))


def with_torch() -> Gradient:
    """Differentiate with PyTorch's eager mode."""
    import torch

    function = price(torch, torch.erf)

    def gradient(*args: float) -> Any:
        tensors = [torch.tensor(x, dtype=torch.float64, requires_grad=True) for x in args]
        function(*tensors).backward()
        return [tensors[k].grad.item() for k in POSITIONS]

    return gradient


def with_autograd() -> Gradient:
    """Differentiate with HIPS autograd."""
    import autograd
    import autograd.numpy
    import autograd.scipy.special

    return autograd.grad(price(autograd.numpy, autograd.scipy.special.erf), POSITIONS)


def with_casadi() -> Gradient:
    """Differentiate with CasADi's scalar graph, run by its virtual machine."""
    import casadi

    symbols = [casadi.SX.sym(name) for name in ("S", "K", "sigma", "T", "r")]
    value = price(casadi, casadi.erf)(*symbols)
    return casadi.Function("f", symbols, [casadi.gradient(value, symbols[k]) for k in POSITIONS])


def with_sympy() -> Gradient:
    """Differentiate with SymPy; lambdify with common subexpressions."""
    import sympy

    symbols = sympy.symbols("S K sigma T r", positive=True)
    value = price(sympy, sympy.erf)(*symbols)
    return sympy.lambdify(symbols, [value.diff(symbols[k]) for k in POSITIONS], modules="math", cse=True)


PEERS: dict[str, Callable[[], Gradient]] = {
    "numba": with_symdiff,
    "jax": with_jax,
    "torch": with_torch,
    "autograd": with_autograd,
    "casadi": with_casadi,
    "sympy": with_sympy,
}


def peers() -> None:
    """Print for each library the time to its first gradient in this process, and of one call from Python."""
    made: dict[str, Gradient] = {}
    rows: dict[str, list[Any]] = {}
    reference: list[float] = []
    for name, make in PEERS.items():
        title = "symdiff" if name == "numba" else name
        start = time.perf_counter()
        try:
            gradient = make()
        except ImportError:
            rows[title] = [title, "not installed", "", "", ""]
            continue
        numbers = [float(x) for x in gradient(*POINT)]
        first = time.perf_counter() - start
        reference = reference or numbers
        difference = max(abs(x - y) / abs(y) for x, y in zip(numbers, reference, strict=True))
        made[title] = gradient
        rows[title] = [title, importlib.metadata.version(title), first, "", difference]
    times = medians({name: ("f(*p)", {"f": gradient, "p": POINT}) for name, gradient in made.items()})
    for name, seconds in times.items():
        rows[name][3] = 1e6 * seconds
    heads = ("library", "version", "first gradient s", "one call us", "rel. difference")
    show("Gradient of the Black-Scholes price, 4 of 5 arguments", heads, list(rows.values()))
