"""The heat equation marched 1000 steps, and its adjoint: where heat must be put at the start to warm one point at the end."""

import numpy as np

from symdiff import grad

n, steps = 50, 1000
dx = 1.0 / (n - 1)


def warmth(start, conductivity, dt, steps, weight):
    """A weighted mean of the temperature after some explicit Euler steps; the ends are kept at 0."""
    u = start.copy()
    for _ in range(steps):
        new = np.zeros(len(u))
        new[1:-1] = u[1:-1] + conductivity * dt / dx**2 * (u[2:] - 2 * u[1:-1] + u[:-2])
        u = new
    return np.sum(weight * u)


x = np.linspace(0, 1, n)
start = np.exp(-100 * (x - 0.3) ** 2)
weight = np.where(np.abs(x - 0.7) < 0.02, 1.0, 0.0)
dt = 0.2 * dx**2
first, second = grad(warmth, argnums=("start", "conductivity"))(start, 1.0, dt, steps, weight)
print("sensitivity to the start, largest at x =", x[np.argmax(first)].round(2))
print("sensitivity to the conductivity:", second)

# The operator is symmetric, so the adjoint of the march is the march: of the weights instead of the start (but for the ends).
march = weight * (x > 0) * (x < 1)
for _ in range(steps):
    march[1:-1] = march[1:-1] + 0.2 * (march[2:] - 2 * march[1:-1] + march[:-2])
assert np.allclose(first[1:-1], march[1:-1], rtol=1e-12)
h = 1e-6
around = [warmth(start, 1.0 + s, dt, steps, weight) for s in (h, -h)]
assert np.isclose(second, (around[0] - around[1]) / (2 * h), rtol=1e-6)

# Memory: the march is linear, so only the derivative in the conductivity keeps states; checkpoints keep about sqrt(steps).
less = grad(warmth, argnums="conductivity", checkpoint=True)(start, 1.0, dt, steps, weight)
assert np.isclose(less, second, rtol=1e-12)
