"""Gradients of functions of arrays as an expert writes them for Numba: one pass, no temporaries, sums in any order."""

# ruff: noqa: N803, N806 - the names that formulas have

import math

import numba
import numpy as np

expert = numba.njit(error_model="numpy", fastmath={"reassoc", "contract"})


@expert
def rosenbrock(x):
    n = x.shape[0]
    g = np.empty(n)
    if n < 2:
        g[:] = 0.0
        return g
    g[0] = -400 * x[0] * (x[1] - x[0] * x[0]) - 2 * (1 - x[0])
    for i in range(1, n - 1):
        g[i] = -400 * x[i] * (x[i + 1] - x[i] * x[i]) - 2 * (1 - x[i]) + 200 * (x[i] - x[i - 1] * x[i - 1])
    g[n - 1] = 200 * (x[n - 1] - x[n - 2] * x[n - 2])
    return g


@expert
def least_squares(A, x, b):
    m, n = A.shape
    dA, dx, db = np.empty((m, n)), np.zeros(n), np.empty(m)
    for i in range(m):
        z = -b[i]
        for j in range(n):
            z += A[i, j] * x[j]
        z *= 2
        db[i] = -z
        for j in range(n):
            dx[j] += A[i, j] * z
            dA[i, j] = z * x[j]
    return dA, dx, db


@expert
def logistic(X, w, y):
    m, n = X.shape
    dX, dw, dy = np.empty((m, n)), np.zeros(n), np.empty(m)
    for i in range(m):
        z = 0.0
        for j in range(n):
            z += X[i, j] * w[j]
        e = math.exp(-y[i] * z)
        q = -e / (1 + e)
        dy[i] = q * z
        q *= y[i]
        for j in range(n):
            dw[j] += q * X[i, j]
            dX[i, j] = q * w[j]
    return dX, dw, dy


@expert
def pairs(X):
    """All pairs, with the coordinates packed: twice the operations of i < j, and a third of its time."""
    n = X.shape[0]
    g = np.empty_like(X)
    packed = np.ascontiguousarray(X.T)
    xs, ys, zs = packed[0], packed[1], packed[2]
    for i in range(n):
        xi, yi, zi = xs[i], ys[i], zs[i]
        gx = gy = gz = 0.0
        for j in range(n):
            dx, dy, dz = xi - xs[j], yi - ys[j], zi - zs[j]
            s = 1 / (dx * dx + dy * dy + dz * dz + 0.1)
            f = -2 * s * s * (3 * s * s - 1) if i != j else 0.0
            gx += f * dx
            gy += f * dy
            gz += f * dz
        g[i, 0], g[i, 1], g[i, 2] = gx, gy, gz
    return g


@expert
def mixture(P, a, mu, s):
    n, k = P.shape[0], mu.shape[0]
    dP, da, dmu, ds = np.zeros((n, 2)), np.zeros(k), np.zeros((k, 2)), np.zeros((k, 2))
    inverse, w = np.exp(-s), np.empty(k)
    for i in range(n):
        top = -np.inf
        for j in range(k):
            u, v = (P[i, 0] - mu[j, 0]) * inverse[j, 0], (P[i, 1] - mu[j, 1]) * inverse[j, 1]
            w[j] = a[j] - s[j, 0] - s[j, 1] - 0.5 * (u * u + v * v)
            top = max(top, w[j])
        total = 0.0
        for j in range(k):
            w[j] = math.exp(w[j] - top)
            total += w[j]
        r = 1 / total
        p0 = p1 = 0.0
        for j in range(k):
            p = w[j] * r
            u, v = (P[i, 0] - mu[j, 0]) * inverse[j, 0], (P[i, 1] - mu[j, 1]) * inverse[j, 1]
            da[j] += p
            f, g = p * u * inverse[j, 0], p * v * inverse[j, 1]
            dmu[j, 0] += f
            dmu[j, 1] += g
            p0 -= f
            p1 -= g
            ds[j, 0] += p * (u * u - 1)
            ds[j, 1] += p * (v * v - 1)
        dP[i, 0], dP[i, 1] = p0, p1
    return dP, da, dmu, ds


@expert
def burgers(u, c, nu):
    n = u.shape[0]
    du, dc, dnu = np.zeros(n), np.zeros(n), 0.0
    for i in range(1, n - 1):
        second, first = u[i + 1] - 2 * u[i] + u[i - 1], 0.5 * (u[i + 1] - u[i - 1])
        out = nu * second - u[i] * first
        dc[i] = out * out
        b = 2 * out * c[i]
        dnu += b * second
        a, h = b * nu, 0.5 * b * u[i]
        du[i - 1] += a + h
        du[i] += -2 * a - b * first
        du[i + 1] += a - h
    return du, dc, dnu


@expert
def softmax(x, c):
    n = x.shape[0]
    p, g, top = np.empty(n), np.empty(n), x.max()
    s = d = 0.0
    for i in range(n):
        p[i] = math.exp(x[i] - top)
        s += p[i]
    for i in range(n):
        p[i] /= s
        d += p[i] * c[i]
    for i in range(n):
        g[i] = p[i] * (c[i] - d)
    return g, p


@expert
def stencils(x):
    y = x
    for _ in range(6):
        z = np.empty(y.shape[0] - 2)
        for i in range(z.shape[0]):
            z[i] = 0.25 * (y[i] + 2 * y[i + 1] + y[i + 2])
        y = z
    g = 2 * y
    for _ in range(6):
        m = g.shape[0]
        z = np.empty(m + 2)
        z[0], z[1] = 0.25 * g[0], 0.5 * g[0] + 0.25 * g[1]
        for i in range(2, m):
            z[i] = 0.25 * (g[i] + 2 * g[i - 1] + g[i - 2])
        z[m], z[m + 1] = 0.5 * g[m - 1] + 0.25 * g[m - 2], 0.25 * g[m - 1]
        g = z
    return g


@expert
def lennard_jones(x):
    n = x.shape[0]
    g = np.empty_like(x)
    packed = np.ascontiguousarray(x.T)
    xs, ys, zs = packed[0], packed[1], packed[2]
    for i in range(n):
        xi, yi, zi = xs[i], ys[i], zs[i]
        gx = gy = gz = 0.0
        for j in range(n):
            dx, dy, dz = xi - xs[j], yi - ys[j], zi - zs[j]
            r = 1 / (dx * dx + dy * dy + dz * dz)
            s = r * r * r
            f = -24 * s * r * (2 * s - 1) if i != j else 0.0
            gx += f * dx
            gy += f * dy
            gz += f * dz
        g[i, 0], g[i, 1], g[i, 2] = gx, gy, gz
    return g


@expert
def factors(A, U, V):
    e = np.dot(U, V.T)
    dA = np.empty_like(e)
    for i in range(e.shape[0]):
        for j in range(e.shape[1]):
            dA[i, j] = 2 * (A[i, j] - e[i, j])
            e[i, j] = -dA[i, j]
    return dA, np.dot(e, V), np.dot(e.T, U)


@expert
def network(W, V, X, Y):
    h = np.dot(X, W)
    for i in range(h.shape[0]):
        for j in range(h.shape[1]):
            h[i, j] = math.tanh(h[i, j])
    e = np.dot(h, V)
    dY = np.empty_like(e)
    for i in range(e.shape[0]):
        for j in range(e.shape[1]):
            e[i, j] = 2 * (e[i, j] - Y[i, j])
            dY[i, j] = -e[i, j]
    z = np.dot(e, V.T)
    for i in range(z.shape[0]):
        for j in range(z.shape[1]):
            z[i, j] *= 1 - h[i, j] * h[i, j]
    return np.dot(X.T, z), np.dot(h.T, e), np.dot(z, W.T), dY
