"""Gradients through loops by other libraries, side by side, on one core; each library is optional.

``python -m tests.benchmarks loop_peers``. JAX has the loops as ``lax.scan``, compiled; PyTorch and HIPS autograd run the Python
loops as they stand; CasADi maps one step (``mapaccum``).
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np

from symdiff import grad
from tests.benchmarks.array_peers import one_core, version_of
from tests.benchmarks.loops import garch, pendulum, runge_kutta, stepped
from tests.benchmarks.table import least, show

Gradient = Callable[[], Any]
PENDULUM = (1.0, 0.5, 0.01)
GARCH = (0.1, 0.1, 0.8)
STATE, RATES = np.array([1.0, 0.5, 2.0, 1.0]), np.array([1.1, 0.4, 0.1, 0.4])
CASES = [("pendulum", 1000), ("garch", 1000), ("garch", 10_000), ("runge_kutta", 1000), ("runge_kutta", 10_000)]
SLOW = 1000  # steps, beyond which what records each operation in Python is left out


def series(name: str, steps: int) -> Any:
    """What the loop goes over."""
    return np.zeros(steps) if name == "pendulum" else np.random.default_rng(0).normal(size=steps)


def with_symdiff(name: str, steps: int) -> Gradient:
    """Differentiate the loop as it stands."""
    if name == "runge_kutta":
        by_both, times = grad(runge_kutta, argnums=(0, 1)), np.zeros(steps)
        return lambda: np.concatenate(by_both(STATE, RATES, times))
    found, inputs = (pendulum, PENDULUM) if name == "pendulum" else (garch, GARCH)
    gradient, data = grad(found, argnums=(0, 1, 2)), series(name, steps)
    return lambda: gradient(*inputs, data)


def with_jax(name: str, steps: int) -> Gradient:
    """The loop as a scan."""
    import jax
    from jax import lax
    from jax import numpy as jnp

    jax.config.update("jax_enable_x64", True)
    if name == "runge_kutta":

        def marched(state: Any, rates: Any) -> Any:
            a, b, c, d = lax.scan(lambda now, _: (stepped(*now, rates), None), tuple(state), None, length=steps)[0]
            return a * b + c * d

        by_both, values = jax.jit(jax.grad(marched, argnums=(0, 1))), (jnp.asarray(STATE), jnp.asarray(RATES))
        return lambda: np.concatenate(by_both(*values))

    def swinging(q: Any, p: Any, h: Any, force: Any) -> Any:
        def step(state: Any, push: Any) -> Any:
            q, p = state
            q = q + h * p
            return (q, p - h * jnp.sin(q) + push), None

        return lax.scan(step, (q, p), force)[0][0]

    def likelihood(omega: Any, alpha: Any, beta: Any, returns: Any) -> Any:
        def step(state: Any, r: Any) -> Any:
            variance, total = state
            total = total + jnp.log(variance) + r * r / variance
            return (omega + alpha * r * r + beta * variance, total), None

        return lax.scan(step, (1.0, 0.0), returns)[0][1]

    found, inputs = (swinging, PENDULUM) if name == "pendulum" else (likelihood, GARCH)
    gradient, data = jax.jit(jax.grad(found, argnums=(0, 1, 2))), jnp.asarray(series(name, steps))
    return lambda: [float(part) for part in gradient(*inputs, data)]


def with_torch(name: str, steps: int) -> Gradient:
    """The Python loop, recorded."""
    import torch

    if name == "runge_kutta":

        def both() -> Any:
            values = [torch.tensor(value, requires_grad=True) for value in (STATE, RATES)]
            runge_kutta(*values, range(steps)).backward()
            return np.concatenate([value.grad.numpy() for value in values])

        return both
    data = [float(item) for item in series(name, steps)]

    def gradient() -> list[float]:
        a, b, c = (
            torch.tensor(value, dtype=torch.float64, requires_grad=True) for value in (PENDULUM if name == "pendulum" else GARCH)
        )
        if name == "pendulum":
            q, p = a, b
            for push in data:
                q = q + c * p
                p = p - c * torch.sin(q) + push
            result = q
        else:
            variance, result = torch.tensor(1.0, dtype=torch.float64), torch.tensor(0.0, dtype=torch.float64)
            for r in data:
                result = result + torch.log(variance) + r * r / variance
                variance = a + b * r * r + c * variance
        result.backward()
        return [float(item.grad) for item in (a, b, c)]

    return gradient


def with_autograd(name: str, steps: int) -> Gradient:
    """The Python loop, recorded."""
    import autograd.numpy as anp
    from autograd import grad as autograd_grad

    if name == "runge_kutta":
        by_both = autograd_grad(lambda x: runge_kutta(x[:4], x[4:], range(steps)))
        return lambda: by_both(np.concatenate([STATE, RATES]))
    data = [float(item) for item in series(name, steps)]

    def swinging(x: Any) -> Any:
        q, p, h = x[0], x[1], x[2]
        for push in data:
            q = q + h * p
            p = p - h * anp.sin(q) + push
        return q

    def likelihood(x: Any) -> Any:
        variance, total = 1.0, 0.0
        for r in data:
            total = total + anp.log(variance) + r * r / variance
            variance = x[0] + x[1] * r * r + x[2] * variance
        return total

    gradient = autograd_grad(swinging if name == "pendulum" else likelihood)
    point = np.array(PENDULUM if name == "pendulum" else GARCH)
    return lambda: gradient(point)


def with_casadi(name: str, steps: int) -> Gradient:
    """One step as a function, mapped over the series."""
    import casadi

    if name == "runge_kutta":
        now, rates, none = casadi.SX.sym("now", 4), casadi.SX.sym("rates", 4), casadi.SX.sym("none")
        then = casadi.vertcat(*stepped(*casadi.vertsplit(now), casadi.vertsplit(rates)))
        both = casadi.MX.sym("both", 8)
        march = casadi.Function("step", [now, none, rates], [then]).mapaccum("march", steps)
        a, b, c, d = casadi.vertsplit(march(both[:4], casadi.DM.zeros(1, steps), casadi.repmat(both[4:], 1, steps))[:, -1])
        by_both = casadi.Function("gradient", [both], [casadi.gradient(a * b + c * d, both)])
        return lambda: np.array(by_both(np.concatenate([STATE, RATES]))).ravel()
    state, par, item = casadi.SX.sym("state", 2), casadi.SX.sym("par", 3), casadi.SX.sym("item")
    if name == "pendulum":
        q = state[0] + par[2] * state[1]
        after = casadi.vertcat(q, state[1] - par[2] * casadi.sin(q) + item)
    else:
        total = state[1] + casadi.log(state[0]) + item**2 / state[0]
        after = casadi.vertcat(par[0] + par[1] * item**2 + par[2] * state[0], total)
    step = casadi.Function("step", [state, item, par], [after])
    whole = step.mapaccum("whole", steps)
    values = casadi.MX.sym("values", 3)
    start = casadi.vertcat(values[0], values[1]) if name == "pendulum" else casadi.DM([1.0, 0.0])
    run = whole(start, casadi.DM(series(name, steps)).T, casadi.repmat(values, 1, steps))
    result = run[0 if name == "pendulum" else 1, -1]
    gradient = casadi.Function("gradient", [values], [casadi.gradient(result, values)])
    point = PENDULUM if name == "pendulum" else GARCH
    return lambda: np.array(gradient(point)).ravel()


PEERS: dict[str, Callable[[str, int], Gradient]] = {
    "symdiff": with_symdiff,
    "jax": with_jax,
    "torch": with_torch,
    "autograd": with_autograd,
    "casadi": with_casadi,
}


def loop_peers() -> None:
    """Print the time of one call for each case and library, as a multiple of symdiff's, and to the first result."""
    rows, firsts = [], []
    with one_core():
        for name, steps in CASES:
            made: dict[str, Gradient] = {}
            first: list[Any] = []
            wanted: Any = None
            for peer, make in PEERS.items():
                if name == "runge_kutta" and steps > SLOW and peer in ("torch", "autograd"):
                    first.append("")
                    continue
                start = time.perf_counter()
                try:
                    gradient = make(name, steps)
                except ImportError:
                    first.append("")
                    continue
                found = np.array(gradient(), dtype=float)
                first.append(time.perf_counter() - start)
                wanted = found if wanted is None else wanted
                assert np.allclose(found, wanted, rtol=1e-7), (name, peer)
                made[peer] = gradient
            times = least({peer: ("f()", {"f": gradient}) for peer, gradient in made.items()}, 9)
            ratios = [times[peer] / times["symdiff"] if peer in times else "" for peer in PEERS if peer != "symdiff"]
            rows.append((f"{name} {steps}", 1e6 * times["symdiff"], *ratios))
            firsts.append((f"{name} {steps}", *first))
    heads = [f"{peer} {version_of(peer)}" for peer in PEERS]
    show("Gradients through loops by other libraries", ("gradient", "symdiff us", *heads[1:]), rows, "times as long as symdiff")
    show("The same: to the first result, s", ("gradient", *PEERS), firsts)


if __name__ == "__main__":
    loop_peers()
