"""Lennard-Jones: the energy of N atoms as two nested loops; the forces are its gradient, exact and compiled for every N."""

import numpy as np

from symdiff import grad


def energy(x):
    """The energy of atoms at the positions x (N rows of 3), in units of the well depth and the diameter."""
    total = 0.0
    n = len(x)
    for i in range(n):
        for j in range(i + 1, n):
            r2 = (x[i, 0] - x[j, 0]) ** 2 + (x[i, 1] - x[j, 1]) ** 2 + (x[i, 2] - x[j, 2]) ** 2
            s = 1 / r2**3
            total += 4 * s * (s - 1)
    return total


gradient = grad(energy)

# 13 atoms: relax an icosahedron around a central atom, the well-known minimum -44.326801.
golden = (1 + 5**0.5) / 2
corners = [[0, a, b * golden] for a in (-1, 1) for b in (-1, 1)]
corners = np.array(corners + [np.roll(c, 1) for c in corners] + [np.roll(c, 2) for c in corners])
x = np.vstack([np.zeros(3), corners / np.linalg.norm(corners[0]) * 1.1])
for _ in range(400):
    forces = -gradient(x)
    if np.abs(forces).max() < 1e-9:
        break
    x = x + 0.002 * forces

print(gradient)
print(f"\n13 atoms: energy {energy(x):.6f}, largest force {np.abs(forces).max():.1e}")
print(f"the forces add up to {np.abs(forces.sum(axis=0)).max():.1e}")
assert abs(energy(x) + 44.326801) < 1e-6
