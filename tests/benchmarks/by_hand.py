"""Derivatives written by hand for Numba, with shared sub-expressions, as an expert would."""

# ruff: noqa: N803 - the names that formulas have

from __future__ import annotations

import math

import numba
import numpy as np

compiled = numba.njit(error_model="numpy")


@compiled
def black_scholes_chain_rule(S, K, sigma, T, r):
    """Derivatives in S, sigma, T and r, by the chain rule."""
    root = math.sqrt(T)
    spread = sigma * root
    d1 = (math.log(S / K) + (r + 0.5 * sigma * sigma) * T) / spread
    d2 = d1 - spread
    discounted = K * math.exp(-r * T)
    n1, n2 = 0.5 * (1 + math.erf(d1 * math.sqrt(0.5))), 0.5 * (1 + math.erf(d2 * math.sqrt(0.5)))
    norm = 1 / math.sqrt(2 * math.pi)
    by_d1, by_d2 = S * norm * math.exp(-0.5 * d1 * d1), -discounted * norm * math.exp(-0.5 * d2 * d2)
    both = (by_d1 + by_d2) / spread
    by_spread = -both * d1 - by_d2
    by_log = both
    return (
        n1 + by_log / S,
        by_spread * root + both * sigma * T,
        by_spread * sigma / (2 * root) + both * (r + 0.5 * sigma * sigma) + r * discounted * n2,
        both * T + T * discounted * n2,
    )


@compiled
def black_scholes_closed_form(S, K, sigma, T, r):
    """The textbook's Greeks, which use S*pdf(d1) = K*exp(-r*T)*pdf(d2)."""
    root = math.sqrt(T)
    spread = sigma * root
    d1 = (math.log(S / K) + (r + 0.5 * sigma * sigma) * T) / spread
    discounted = K * math.exp(-r * T)
    n2 = 0.5 * (1 + math.erf((d1 - spread) * math.sqrt(0.5)))
    density = S * math.exp(-0.5 * d1 * d1) / math.sqrt(2 * math.pi)
    carry = discounted * n2
    return 0.5 * (1 + math.erf(d1 * math.sqrt(0.5))), density * root, density * sigma / (2 * root) + r * carry, T * carry


TWISTS = (math.pi / 2, 0.0, -math.pi / 2, math.pi / 2, -math.pi / 2, 0.0)
LENGTHS, OFFSETS = (0.0, 0.4318, 0.0203, 0.0, 0.0, 0.0), (0.0, 0.0, 0.15005, 0.4318, 0.0, 0.0)
LINKS = np.column_stack([LENGTHS, OFFSETS, np.cos(TWISTS), np.sin(TWISTS)])


@compiled
def _frames(q):
    """The frames of all joints, one behind the other: frames[i] is the product of the first i transforms."""
    frames = np.empty((7, 3, 4))
    frames[0] = 0.0
    frames[0, 0, 0] = frames[0, 1, 1] = frames[0, 2, 2] = 1.0
    for i in range(6):
        a, d, ca, sa = LINKS[i]
        ct, st = math.cos(q[i]), math.sin(q[i])
        for row in range(3):
            x, y, z, p = frames[i, row]
            u = x * ct + y * st
            v = y * ct - x * st
            frames[i + 1, row, 0] = u
            frames[i + 1, row, 1] = v * ca + z * sa
            frames[i + 1, row, 2] = z * ca - v * sa
            frames[i + 1, row, 3] = u * a + z * d + p
    return frames


@compiled
def arm_by_geometry(q):
    """The Jacobian from the axis of each joint: z x c for each column c of the rotation, z x (p - p_i) for the position."""
    frames = _frames(q)
    out = np.empty((12, 6))
    for i in range(6):
        zx, zy, zz = frames[i, 0, 2], frames[i, 1, 2], frames[i, 2, 2]
        for column in range(4):
            x, y, z = frames[6, 0, column], frames[6, 1, column], frames[6, 2, column]
            if column == 3:
                x, y, z = x - frames[i, 0, 3], y - frames[i, 1, 3], z - frames[i, 2, 3]
            out[column, i] = zy * z - zz * y
            out[4 + column, i] = zz * x - zx * z
            out[8 + column, i] = zx * y - zy * x
    return out


@compiled
def arm_by_product_rule(q):
    """The Jacobian as sums of (product before) (derivative of one transform) (product behind)."""
    frames = _frames(q)
    out = np.empty((12, 6))
    behind = np.zeros((4, 4))
    for k in range(4):
        behind[k, k] = 1.0
    moved = np.empty((4, 4))
    for i in range(5, -1, -1):
        a, d, ca, sa = LINKS[i]
        ct, st = math.cos(q[i]), math.sin(q[i])
        for column in range(4):
            x, y, z, w = behind[0, column], behind[1, column], behind[2, column], behind[3, column]
            u = -st * x - ct * ca * y + ct * sa * z - a * st * w
            v = ct * x - st * ca * y + st * sa * z + a * ct * w
            for row in range(3):
                out[4 * row + column, i] = frames[i, row, 0] * u + frames[i, row, 1] * v
            moved[0, column] = v
            moved[1, column] = -u
            moved[2, column] = sa * y + ca * z + d * w
            moved[3, column] = w
        behind, moved = moved, behind
    return out


@compiled
def friction(Re, roughness):
    """The derivative in the Reynolds number, branch by branch."""
    if Re < 2300.0:
        return -64 / (Re * Re)
    inner = (roughness / 3.7) ** 1.11 + 6.9 / Re
    root = -1.8 * math.log10(inner)
    turbulent = 1 / (root * root)
    slope = -2 * turbulent / root * (-1.8 / math.log(10.0)) / inner * (-6.9 / (Re * Re))
    if Re > 4000.0:
        return slope
    s = (Re - 2300.0) / 1700.0
    weight = s * s * (3 - 2 * s)
    laminar = 64 / Re
    return (turbulent - laminar) * (6 * s * (1 - s) / 1700.0) - (1 - weight) * laminar / Re + weight * slope
