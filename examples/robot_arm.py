"""Robot arm: the Jacobian of the pose of a six-joint arm, from plain products of 4x4 matrices in nested lists.

The arm is a PUMA 560 in standard Denavit-Hartenberg parameters, as tabulated by Corke and Armstrong-Helouvry (A search for
consensus among model parameters reported for the PUMA 560 robot, ICRA 1994). Roboticists compute its Jacobian geometrically,
from the axis of each joint; here it follows from the pose by differentiation, and the two agree.
"""

import math

import numpy as np

from symdiff import jacobian

# One row for each joint: length a [m], offset d [m], twist alpha [rad].
PUMA_560 = [
    (0.0, 0.0, math.pi / 2),
    (0.4318, 0.0, 0.0),
    (0.0203, 0.15005, -math.pi / 2),
    (0.0, 0.4318, math.pi / 2),
    (0.0, 0.0, -math.pi / 2),
    (0.0, 0.0, 0.0),
]


def link(a, d, alpha, theta):
    """The transform from one joint to the next (Denavit and Hartenberg 1955)."""
    ct, st = math.cos(theta), math.sin(theta)
    ca, sa = math.cos(alpha), math.sin(alpha)
    return [
        [ct, -st * ca, st * sa, a * ct],
        [st, ct * ca, -ct * sa, a * st],
        [0.0, sa, ca, d],
        [0.0, 0.0, 0.0, 1.0],
    ]


def matmul(A, B):
    """The product of two 4x4 matrices."""
    return [[sum(A[i][k] * B[k][j] for k in range(4)) for j in range(4)] for i in range(4)]


def pose(q):
    """Rotation matrix and position [m] of the hand for six joint angles [rad]: 12 numbers, row by row."""
    T = [[1.0, 0.0, 0.0, 0.0], [0.0, 1.0, 0.0, 0.0], [0.0, 0.0, 1.0, 0.0], [0.0, 0.0, 0.0, 1.0]]
    for (a, d, alpha), theta in zip(PUMA_560, q, strict=True):
        T = matmul(T, link(a, d, alpha, theta))
    return [T[i][j] for i in range(3) for j in range(4)]


def geometric_jacobian(q):
    """The same derivatives by geometry: joint i turns everything behind it about its axis z through its origin p.

    So the position moves by z x (p_hand - p), and each column c of the rotation matrix by z x c.
    """
    T = np.eye(4)
    axes, origins = [], []
    for (a, d, alpha), theta in zip(PUMA_560, q, strict=True):
        axes.append(T[:3, 2])
        origins.append(T[:3, 3])
        T = T @ np.array(link(a, d, alpha, theta))
    columns = []
    for z, p in zip(axes, origins, strict=True):
        change = np.empty((3, 4))
        change[:, :3] = np.cross(z, T[:3, :3].T).T
        change[:, 3] = np.cross(z, T[:3, 3] - p)
        columns.append(change.ravel())
    return np.array(columns).T


J = jacobian(pose)
angles = np.array([0.3, 0.8, -0.6, 1.1, 0.4, -0.2])
result = J(angles)

np.set_printoptions(precision=4, suppress=True, linewidth=100)
print("Joint angles [rad]:", angles)
print("Position of the hand [m]:", np.array(pose(angles)).reshape(3, 4)[:, 3])
print("\nIts velocity for each joint turning at 1 rad/s [m/s]:")
print(result.reshape(3, 4, 6)[:, 3, :])
print(f"\nThe whole Jacobian is {result.shape[0]} x {result.shape[1]}; generated source: {len(J.source.splitlines())} lines.")

# Checks: geometry on random poses, central differences on one.
random = np.random.default_rng(560)
largest = 0.0
for _ in range(100):
    q = random.uniform(-math.pi, math.pi, 6)
    largest = max(largest, np.abs(J(q) - geometric_jacobian(q)).max())
print(f"Largest difference from the geometric Jacobian in 100 poses: {largest:.1e}")
assert result.shape == (12, 6)
assert largest < 1e-14

step = 1e-5
for i, direction in enumerate(np.eye(6)):
    difference = (np.array(pose(angles + step * direction)) - np.array(pose(angles - step * direction))) / (2 * step)
    assert np.abs(difference - result[:, i]).max() < 1e-9
