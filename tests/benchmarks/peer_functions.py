"""The functions of ``array_peers`` as users of other libraries write them, and their gradients there."""

# ruff: noqa: N803, N806 - the names that formulas have

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

Gradient = Callable[[], Any]
COLOURS = 3


def colours(n: int) -> Any:
    """Vectors whose products with a tridiagonal matrix hold each of its values once."""
    return np.array([(np.arange(n) % COLOURS == colour).astype(float) for colour in range(COLOURS)])


def functions(xp: Any, logsumexp: Any) -> dict[str, Callable[..., Any]]:
    """The functions, for a library that has NumPy's names."""

    def rosenbrock(x: Any) -> Any:
        return xp.sum(100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2)

    def logistic(w: Any, X: Any, y: Any) -> Any:
        return xp.sum(xp.log1p(xp.exp(-y * (X @ w))))

    def lennard_jones(x: Any) -> Any:
        eye = xp.eye(x.shape[0])
        d = x[:, None, :] - x[None, :, :]
        s = (1 - eye) / (xp.sum(d**2, -1) + eye) ** 3
        return xp.sum(2 * s * (s - 1))

    def mixture(a: Any, mu: Any, s: Any, P: Any) -> Any:
        z = (P[:, None, :] - mu) * xp.exp(-s)
        return xp.sum(logsumexp(a - xp.sum(s, -1) - 0.5 * xp.sum(z**2, -1), 1))

    def least_squares(x: Any, A: Any, b: Any) -> Any:
        return xp.sum((A @ x - b) ** 2)

    made = (rosenbrock, logistic, lennard_jones, mixture, least_squares)
    return {function.__name__: function for function in made}


def with_jax(case: Any, inputs: list[Any]) -> Gradient:
    """Differentiate and compile with JAX, in double precision."""
    import jax
    from jax.scipy.special import logsumexp

    jax.config.update("jax_enable_x64", True)
    function = functions(jax.numpy, logsumexp)[case.function.__name__]
    first = jax.grad(function, argnums=tuple(range(case.count)) if case.count > 1 else 0)
    if case.sparse:
        seeds = jax.numpy.asarray(colours(case.shapes[0][0]))
        made = jax.jit(lambda x: jax.vmap(lambda seed: jax.jvp(first, (x,), (seed,))[1])(seeds))
    else:
        made = jax.jit(first)
    arrays = [jax.numpy.asarray(value) for value in inputs]
    return lambda: jax.block_until_ready(made(*arrays))


def with_torch(case: Any, inputs: list[Any]) -> Gradient:
    """Differentiate with PyTorch's eager mode."""
    import torch

    torch.set_num_threads(1)
    torch.set_default_dtype(torch.float64)
    function = functions(torch, torch.logsumexp)[case.function.__name__]
    tensors = [torch.tensor(value, requires_grad=k < case.count) for k, value in enumerate(inputs)]
    wrt = tensors[: case.count]
    if not case.sparse:
        return lambda: [part.numpy() for part in torch.autograd.grad(function(*tensors), wrt)]

    seeds = [torch.tensor(seed) for seed in colours(case.shapes[0][0])]

    def products() -> Any:
        (first,) = torch.autograd.grad(function(*tensors), wrt, create_graph=True)
        return [torch.autograd.grad(first, wrt, seed, retain_graph=True)[0].numpy() for seed in seeds]

    return products


def with_autograd(case: Any, inputs: list[Any]) -> Gradient:
    """Differentiate with HIPS autograd."""
    import autograd
    import autograd.numpy
    from autograd.scipy.special import logsumexp

    function = functions(autograd.numpy, logsumexp)[case.function.__name__]
    if not case.sparse:
        made = autograd.grad(function, tuple(range(case.count)) if case.count > 1 else 0)
        return lambda: made(*inputs)

    seeds = colours(case.shapes[0][0])
    product = autograd.make_hvp(function)
    return lambda: [np.array(product(*inputs)[0](seed)) for seed in seeds]


def with_casadi(case: Any, inputs: list[Any]) -> Gradient:
    """Differentiate with CasADi, run by its virtual machine: scalars' graph for the Rosenbrock function, matrices' for others."""
    import casadi

    shapes = [value.shape if value.ndim > 1 else (value.size, 1) for value in inputs]
    kind = casadi.SX if case.function.__name__ == "rosenbrock" else casadi.MX
    symbols = [kind.sym(f"a{k}", *shape) for k, shape in enumerate(shapes)]
    value = _casadi_value(casadi, case.function.__name__, symbols)
    if case.sparse:
        made = casadi.Function("f", symbols, [casadi.hessian(value, symbols[0])[0]])
        return lambda: made(*inputs).sparse()
    made = casadi.Function("f", symbols, [casadi.gradient(value, symbols[k]) for k in range(case.count)])

    def gradient() -> Any:
        found = made(*inputs)
        return [part.full() for part in (found if isinstance(found, tuple) else (found,))]

    return gradient


def _casadi_value(casadi: Any, name: str, symbols: list[Any]) -> Any:
    if name == "rosenbrock":
        (x,) = symbols
        return casadi.sum1(100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2)
    if name == "logistic":
        w, X, y = symbols
        return casadi.sum1(casadi.log1p(casadi.exp(-y * (X @ w))))
    if name == "least_squares":
        x, A, b = symbols
        return casadi.sumsqr(A @ x - b)
    if name == "lennard_jones":
        (x,) = symbols
        i, j = (list(map(int, part)) for part in np.triu_indices(x.shape[0], 1))
        s = 1 / casadi.sum2((x[i, :] - x[j, :]) ** 2) ** 3
        return casadi.sum1(4 * s * (s - 1))
    a, mu, s, P = symbols
    columns = []
    for k in range(mu.shape[0]):
        z = (P - casadi.repmat(mu[k, :], P.shape[0], 1)) * casadi.repmat(casadi.exp(-s[k, :]), P.shape[0], 1)
        columns.append(a[k] - casadi.sum2(s[k, :]) - 0.5 * casadi.sum2(z**2))
    top = columns[0]
    for column in columns[1:]:
        top = casadi.fmax(top, column)
    total = sum(casadi.exp(column - top) for column in columns)
    return casadi.sum1(top + casadi.log(total))
