"""The functions that are timed, as plain Python."""

# ruff: noqa: N803, N806

from __future__ import annotations

import math


def normal_cdf(x):
    return 0.5 * (1 + math.erf(x / math.sqrt(2)))


def black_scholes(S, K, sigma, T, r):
    d1 = (math.log(S / K) + (r + sigma**2 / 2) * T) / (sigma * math.sqrt(T))
    d2 = d1 - sigma * math.sqrt(T)
    return S * normal_cdf(d1) - K * math.exp(-r * T) * normal_cdf(d2)


def link(a, d, alpha, theta):
    ct, st = math.cos(theta), math.sin(theta)
    ca, sa = math.cos(alpha), math.sin(alpha)
    return [
        [ct, -st * ca, st * sa, a * ct],
        [st, ct * ca, -ct * sa, a * st],
        [0.0, sa, ca, d],
        [0.0, 0.0, 0.0, 1.0],
    ]


def matmul(A, B):
    return [[sum(A[i][k] * B[k][j] for k in range(4)) for j in range(4)] for i in range(4)]


def arm(q):
    links = [
        (0.0, 0.0, math.pi / 2),
        (0.4318, 0.0, 0.0),
        (0.0203, 0.15005, -math.pi / 2),
        (0.0, 0.4318, math.pi / 2),
        (0.0, 0.0, -math.pi / 2),
        (0.0, 0.0, 0.0),
    ]
    T = [[1.0, 0.0, 0.0, 0.0], [0.0, 1.0, 0.0, 0.0], [0.0, 0.0, 1.0, 0.0], [0.0, 0.0, 0.0, 1.0]]
    for (a, d, alpha), theta in zip(links, q, strict=True):
        T = matmul(T, link(a, d, alpha, theta))
    return [T[i][j] for i in range(3) for j in range(4)]


def friction(Re, roughness):
    if Re < 2300.0:
        return 64 / Re
    turbulent = (-1.8 * math.log10((roughness / 3.7) ** 1.11 + 6.9 / Re)) ** -2
    if Re > 4000.0:
        return turbulent
    s = (Re - 2300.0) / 1700.0
    weight = s * s * (3 - 2 * s)
    return (1 - weight) * (64 / Re) + weight * turbulent


def sine(x):
    return x**2 * math.sin(x)


SCALE = 1.5


def with_global(x):
    return SCALE * x**2 * math.sin(x)


def two_arguments(x, y):
    return x**2 * math.sin(y)


def vector(p):
    return p[0] ** 2 * math.sin(p[1])
