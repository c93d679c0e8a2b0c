"""Functions of arrays: physics, signals and images, linear algebra."""

# The corpus holds what people write, not what a linter likes.
# ruff: noqa: N803, N806

from __future__ import annotations

import numpy as np

from tests.corpus.sized import SizedCorpus

ARRAY_PHYSICS = SizedCorpus()
add = ARRAY_PHYSICS.add


# -- physics


@add(lambda n, r: (r.normal(size=n), 2.0, 0.5), "x k rest")
def spring_chain(x, k, rest):
    stretch = x[1:] - x[:-1] - rest
    return 0.5 * k * np.sum(stretch**2)


@add(lambda n, r: (np.arange(3 * n).reshape(n, 3) + r.normal(size=(n, 3)) * 0.2, r.uniform(0.5, 1.5, n)), "pos m")
def gravity(pos, m):
    energy = 0.0
    n = pos.shape[0]
    for i in range(n):
        for j in range(i + 1, n):
            d = pos[i] - pos[j]
            energy -= m[i] * m[j] / np.sqrt(np.sum(d * d))
    return energy


@add(lambda n, r: (np.arange(3 * n).reshape(n, 3) * 0.5 + r.normal(size=(n, 3)) * 0.2, r.uniform(0.5, 1.5, n)), "pos")
def n_body_forces(pos, m):
    d = pos[None, :, :] - pos[:, None, :]
    r2 = np.sum(d**2, axis=-1) + 0.01
    return np.sum(m[None, :, None] * d / r2[:, :, None] ** 1.5, axis=1)


@add(lambda n, r: (np.arange(3 * n).reshape(n, 3) * 0.7 + r.normal(size=(n, 3)) * 0.2,))
def lennard_jones(x):
    e = 0.0
    for i in range(len(x)):
        for j in range(i):
            r2 = (x[i, 0] - x[j, 0]) ** 2 + (x[i, 1] - x[j, 1]) ** 2 + (x[i, 2] - x[j, 2]) ** 2
            s6 = 1 / r2**3
            e += 4 * (s6 * s6 - s6)
    return e


@add(lambda n, r: (r.normal(size=n), r.uniform(0.5, 1, (n, n))), "theta K")
def kuramoto(theta, K):
    return np.sum(K * np.sin(theta[None, :] - theta[:, None]), axis=1) / 3.0


@add(lambda n, r: (r.normal(size=n), 0.1))
def heat_step(u, c):
    new = u.copy()
    new[1:-1] = u[1:-1] + c * (u[2:] - 2 * u[1:-1] + u[:-2])
    return new


@add(lambda n, r: (r.normal(size=(n, n)), 0.1))
def heat_step_2d(u, c):
    out = np.zeros_like(u)
    out[1:-1, 1:-1] = u[1:-1, 1:-1] + c * (u[2:, 1:-1] + u[:-2, 1:-1] + u[1:-1, 2:] + u[1:-1, :-2] - 4 * u[1:-1, 1:-1])
    return out


@add(lambda n, r: (r.normal(size=n), r.normal(size=n), 0.1), "u v c")
def wave_energy(u, v, c):
    return 0.5 * np.sum(v**2) + 0.5 * c**2 * np.sum(np.diff(u) ** 2)


@add(lambda n, r: (r.normal(size=n), 0.1, 0.01))
def burgers_rhs(u, h, nu):
    du = np.zeros(len(u))
    du[1:-1] = -u[1:-1] * (u[2:] - u[:-2]) / (2 * h) + nu * (u[2:] - 2 * u[1:-1] + u[:-2]) / h**2
    return du


@add(lambda n, r: (r.normal(size=n), 0.3))
def lorenz_96(x, forcing):
    return (np.roll(x, -1) - np.roll(x, 2)) * np.roll(x, 1) - x + forcing


@add(lambda n, r: (r.normal(size=(n, n)),))
def ising_energy(s):
    return -np.sum(s[:-1, :] * s[1:, :]) - np.sum(s[:, :-1] * s[:, 1:])


@add(lambda n, r: (r.normal(size=n),))
def bending_energy(y):
    return np.sum((y[2:] - 2 * y[1:-1] + y[:-2]) ** 2)


@add(lambda n, r: (r.normal(size=n), np.cumsum(r.uniform(0.5, 1, n))), "y x")
def trapezoid(y, x):
    return np.sum((y[1:] + y[:-1]) / 2 * (x[1:] - x[:-1]))


@add(lambda n, r: (r.normal(size=2 * n + 1), 0.1), "y h")
def simpson(y, h):
    return h / 3 * (y[0] + 4 * np.sum(y[1:-1:2]) + 2 * np.sum(y[2:-1:2]) + y[-1])


@add(lambda n, r: (r.normal(size=(n, 2)),))
def polygon_area(p):
    x, y = p[:, 0], p[:, 1]
    return 0.5 * np.abs(np.dot(x, np.roll(y, 1)) - np.dot(y, np.roll(x, 1)))


@add(lambda n, r: (r.normal(size=(n, 2)),))
def path_length(p):
    return np.sum(np.linalg.norm(p[1:] - p[:-1], axis=1))


# -- signals and images


@add(lambda n, r: (r.normal(size=n), r.normal(size=3)))
def convolve_valid(x, w):
    return w[0] * x[2:] + w[1] * x[1:-1] + w[2] * x[:-2]


@add(lambda n, r: (r.normal(size=n + 2), r.normal(size=3)))
def convolve_by_loop(x, w):
    n = len(x) - len(w) + 1
    y = np.zeros(n)
    for i in range(n):
        for j in range(len(w)):
            y[i] += w[j] * x[i + j]
    return y


@add(lambda n, r: (r.normal(size=(n, n)),))
def total_variation(u):
    dx = u[1:, :-1] - u[:-1, :-1]
    dy = u[:-1, 1:] - u[:-1, :-1]
    return np.sum(np.sqrt(dx**2 + dy**2 + 1e-2))


@add(lambda n, r: (r.normal(size=(n + 2, n + 2)), r.normal(size=(3, 3))))
def image_filter(img, k):
    h, w = img.shape
    out = np.zeros((h - 2, w - 2))
    for a in range(3):
        for b in range(3):
            out += k[a, b] * img[a : h - 2 + a, b : w - 2 + b]
    return out


@add(lambda n, r: (r.normal(size=n),))
def moving_average(x):
    c = np.cumsum(x)
    return (c[3:] - c[:-3]) / 3


@add(lambda n, r: (r.normal(size=n),))
def autocorrelation(x):
    return np.array([np.sum(x * x), np.sum(x[1:] * x[:-1]), np.sum(x[2:] * x[:-2])])


@add(lambda n, r: (r.normal(size=n),))
def fourier_power(x):
    n = len(x)
    k = np.arange(n)
    phase = 2 * np.pi * np.outer(k, k) / max(n, 1)
    return (np.cos(phase) @ x) ** 2 + (np.sin(phase) @ x) ** 2


@add(lambda n, r: (r.normal(size=2 * n),))
def haar(x):
    return np.concatenate([(x[::2] + x[1::2]) / np.sqrt(2), (x[::2] - x[1::2]) / np.sqrt(2)])


@add(lambda n, r: (r.normal(size=(2 * n, 2 * n)),))
def average_pooling(img):
    return (img[::2, ::2] + img[1::2, ::2] + img[::2, 1::2] + img[1::2, 1::2]) / 4


@add(lambda n, r: (r.normal(size=(2 * n, 2 * n)),))
def max_pooling(img):
    return np.maximum(np.maximum(img[::2, ::2], img[1::2, ::2]), np.maximum(img[::2, 1::2], img[1::2, 1::2]))


# -- linear algebra


@add(lambda n, r: (r.normal(size=n), r.normal(size=(n, n))), "x A", sizes=(1, 2, 3, 10))
def rayleigh_quotient(x, A):
    return (x @ A @ x) / (x @ x)


@add(lambda n, r: (r.normal(size=(n, n + 1)),))
def frobenius(A):
    return np.sqrt(np.sum(A**2) + 1)


@add(lambda n, r: (r.normal(size=(n, n)),))
def trace_of_cube(A):
    return np.trace(A @ A @ A)


@add(lambda n, r: (r.normal(size=n), r.normal(size=n + 1)))
def outer_product(u, v):
    return np.outer(u, v)


@add(lambda n, r: (r.normal(size=n), r.normal(size=max(n - 1, 0)), r.normal(size=n)), "d e x", sizes=(1, 2, 3, 10))
def tridiagonal_product(d, e, x):
    y = d * x
    y[:-1] += e * x[1:]
    y[1:] += e * x[:-1]
    return y


@add(lambda n, r: (r.normal(size=n),))
def vandermonde(x):
    return x[:, None] ** np.arange(4)


@add(lambda n, r: (r.normal(size=(n, n)),))
def symmetric_part_norm(A):
    S = (A + A.T) / 2
    return np.sum(S * S) - np.trace(S) ** 2


@add(lambda n, r: (r.normal(size=n), r.normal(size=(n, n))), "b L")
def quadratic_form_loop(b, L):
    total = 0.0
    for i in range(len(b)):
        for j in range(i + 1):
            total += L[i, j] * b[i] * b[j]
    return total


@add(lambda n, r: (r.normal(size=(n, n)),))
def diagonal_product(A):
    return np.prod(np.diag(A))


@add(lambda n, r: (r.normal(size=n),), sizes=(1, 2, 3, 10))
def normalise(x):
    return x / np.linalg.norm(x)


@add(lambda n, r: (r.normal(size=n), 3.0), sizes=(1, 2, 3, 10))
def p_norm(x, p):
    return np.sum(np.abs(x) ** p) ** (1 / p)
