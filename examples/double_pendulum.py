"""A double pendulum: sensitivity to its start through ``solve_ivp``, and the Lyapunov exponent that it grows by.

Two equal bobs on equal rods, in units in which mass, length and gravity are 1. The tangent of the flow carries a small
difference of two starts along; made of length 1 again and again, its growth is the finite-time Lyapunov exponent
(Benettin and others, 1980). The reference is a second pendulum, started next to the first one and integrated by SciPy.
"""

import numpy as np
from scipy.integrate import solve_ivp

from symdiff import grad, jvp


def motion(t, state):
    """Hamilton's equations for the two angles and their momenta."""
    a, b, p, q = state
    c, s = np.cos(a - b), np.sin(a - b)
    d = 1 + s**2
    u, v = (p - q * c) / d, (2 * q - p * c) / d
    twist = u * v * s
    return [u, v, -twist - 2 * np.sin(a), twist - np.sin(b)]


def energy(state):
    """The Hamiltonian."""
    a, b, p, q = state
    return (p**2 + 2 * q**2 - 2 * p * q * np.cos(a - b)) / (2 * (1 + np.sin(a - b) ** 2)) - 2 * np.cos(a) - np.cos(b)


def flow(start, time):
    """The state after some time."""
    return solve_ivp(motion, (0.0, time), start, rtol=1e-10, atol=1e-12).y[:, -1]


difference, force = jvp(flow), grad(energy)

# Small swings have a closed form: two normal modes, of the frequencies sqrt(2 - sqrt(2)) and sqrt(2 + sqrt(2)).
mode, w, time = np.array([1.0, np.sqrt(2), 0.0, 0.0]), np.sqrt(2 - np.sqrt(2)), 10.0
swung = difference(np.zeros(4), time, tangent=mode)
print("small swing", swung[:2] / mode[:2], "as cos(w t) =", np.cos(w * time))
assert np.allclose(swung[:2], mode[:2] * np.cos(w * time), atol=1e-8)

# Wild ones have none.
state, step, steps, growth, near = np.array([2.0, 2.5, 0.0, 0.0]), 0.5, 60, [0.0, 0.0], 1e-7
tangent = np.array([1.0, 0.0, 0.0, 0.0])
other = state + near * tangent
for _ in range(steps):
    after = flow(state, step)
    moved = difference(state, step, tangent=tangent)
    assert np.isclose(force(after) @ moved, force(state) @ tangent, atol=1e-6)  # the energy is conserved
    apart = flow(other, step) - after
    growth += np.log([np.linalg.norm(moved), np.linalg.norm(apart) / near])
    state, tangent, other = after, moved / np.linalg.norm(moved), after + near * apart / np.linalg.norm(apart)
exponent, reference = growth / (steps * step)
print(f"finite-time Lyapunov exponent {exponent:.5f}, of two pendulums {reference:.5f}")
assert abs(exponent - reference) < 1e-4
