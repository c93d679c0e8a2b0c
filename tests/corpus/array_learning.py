"""Functions of arrays: neural networks and machine learning; loops and containers."""

# The corpus holds what people write, not what a linter likes.
# ruff: noqa: N803, N806

from __future__ import annotations

import math

import numpy as np

from tests.corpus.sized import SizedCorpus

ARRAY_LEARNING = SizedCorpus()
add = ARRAY_LEARNING.add


# -- neural networks, machine learning


@add(
    lambda n, r: (
        r.normal(size=(n, 4)),
        r.normal(size=4),
        r.normal(size=4),
        0.1,
        r.normal(size=(n + 1, n)),
        r.normal(size=n + 1),
    ),
    "W1 b1 w2 b2",
)
def tanh_network(W1, b1, w2, b2, X, y):
    h = np.tanh(X @ W1 + b1)
    return np.mean((h @ w2 + b2 - y) ** 2)


@add(lambda n, r: (r.normal(size=(n, n + 1)), r.normal(size=n), r.normal(size=n + 1)))
def relu_layer(W, b, x):
    return np.maximum(W @ x + b, 0)


@add(lambda n, r: (r.normal(size=(n, 3)), r.normal(size=(n, 3)), r.normal(size=(n, 2))), sizes=(1, 2, 3, 10))
def attention(Q, K, V):
    scores = Q @ K.T / np.sqrt(Q.shape[1])
    weights = np.exp(scores - scores.max(axis=-1, keepdims=True))
    weights = weights / weights.sum(axis=-1, keepdims=True)
    return weights @ V


@add(lambda n, r: (r.normal(size=(n, 3)), r.uniform(0.5, 1, 3), r.normal(size=3)))
def layer_norm(x, gain, bias):
    mu = x.mean(axis=1, keepdims=True)
    var = ((x - mu) ** 2).mean(axis=1, keepdims=True)
    return gain * (x - mu) / np.sqrt(var + 1e-3) + bias


@add(
    lambda n, r: (
        r.normal(size=(n, 2)),
        r.normal(size=(2, n + 1)),
        r.normal(size=(n, n + 1)),
        (r.uniform(size=(n, n + 1)) > 0.4).astype(float),
    ),
    "U V",
)
def matrix_factorisation(U, V, R, mask):
    return np.sum(mask * (R - U @ V) ** 2) + 0.1 * (np.sum(U**2) + np.sum(V**2))


@add(lambda n, r: (r.normal(size=(3, 2)), r.normal(size=(n, 2))), "C X")
def k_means_loss(C, X):
    d2 = ((X[:, None, :] - C[None, :, :]) ** 2).sum(axis=2)
    return np.sum(np.min(d2, axis=1))


@add(lambda n, r: (r.normal(size=(n, 2)), r.normal(size=(n + 1, n))), "W X")
def pca_reconstruction_error(W, X):
    return np.sum((X - X @ W @ W.T) ** 2)


@add(lambda n, r: (r.normal(size=n), r.normal(size=(n, 2)), r.normal(size=n), 0.8), "alpha ell")
def kernel_ridge(alpha, X, y, ell):
    sq = np.sum(X**2, 1)[:, None] + np.sum(X**2, 1)[None, :] - 2 * X @ X.T
    K = np.exp(-0.5 * sq / ell**2)
    r = y - K @ alpha
    return r @ r + 0.1 * alpha @ K @ alpha


@add(lambda n, r: (r.normal(size=(n, 3)),))
def pairwise_distances(X):
    diff = X[:, None, :] - X[None, :, :]
    return np.sqrt((diff**2).sum(-1) + 1e-2)


@add(lambda n, r: (r.normal(size=(n, n)), r.normal(size=(n, n)), r.normal(size=(n, n))))
def einsum_chain(A, B, C):
    return np.einsum("ij,jk,ki->", A, B, C)


@add(lambda n, r: (r.normal(size=(n, 2, 3)), r.normal(size=(n, 3, 2))))
def batched_products(A, B):
    return np.einsum("bij,bjk->bik", A, B)


@add(lambda n, r: (r.normal(size=(5, 2)), r.integers(0, 5, n), r.integers(0, 5, n)), "E")
def embedding_scores(E, i, j):
    return np.sum(E[i] * E[j], axis=1)


# -- python's own spellings


@add(lambda n, r: (r.normal(size=n), r.normal(size=n)))
def dot_by_zip(x, y):
    return sum(a * b for a, b in zip(x, y, strict=True))


@add(lambda n, r: (r.normal(size=n),))
def enumerate_weights(x):
    total = 0.0
    for i, xi in enumerate(x):
        total += (i + 1) * np.sin(xi)
    return total


@add(lambda n, r: (r.normal(size=n),))
def comprehension(x):
    return np.array([xi**3 - xi for xi in x])


@add(lambda n, r: (r.normal(size=n),))
def logistic_of_differences(x):
    return [1 / (1 + math.exp(-(x[i + 1] - x[i]))) for i in range(len(x) - 1)]


@add(lambda n, r: (r.uniform(0.5, 1.5, n),), sizes=(1, 2, 3, 10))
def geometric_mean(x):
    return np.prod(x) ** (1 / len(x))


@add(lambda n, r: (r.uniform(0.5, 1.5, n),), sizes=(1, 2, 3, 10))
def harmonic_mean(x):
    return len(x) / np.sum(1.0 / x)


@add(lambda n, r: (r.normal(size=n),))
def leaky_relu(x):
    return np.where(x > 0, x, 0.01 * x)


@add(lambda n, r: (r.normal(size=n),))
def clipped(x):
    return np.sum(np.clip(x, -0.5, 0.5) * x)


@add(lambda n, r: (r.normal(size=(n, n)),))
def upper_triangle_sum(A):
    return np.sum(np.triu(A, 1) ** 2)


@add(lambda n, r: (r.normal(size=(n, n + 1)),), sizes=(1, 2, 3, 10))
def row_maxima(A):
    return A.max(axis=1) - A.min(axis=1)


@add(lambda n, r: (r.normal(size=(n, n + 1)),))
def flatten_and_square(A):
    return A.ravel() ** 2


@add(lambda n, r: (r.normal(size=(2, n)),))
def rotate_points(p):
    a = 0.3
    R = np.array([[np.cos(a), -np.sin(a)], [np.sin(a), np.cos(a)]])
    return R @ p


@add(lambda n, r: (0.3, r.normal(size=(2, n))))
def rotate_by_angle(a, p):
    R = np.array([[np.cos(a), -np.sin(a)], [np.sin(a), np.cos(a)]])
    return R @ p


@add(lambda n, r: (r.normal(size=n),), sizes=(1, 2, 3, 10))
def reversed_product(x):
    return np.sum(x * x[::-1]) + x[0] * x[-1]


@add(lambda n, r: (r.normal(size=n), 1), sizes=(1, 2, 3, 10))
def shift_by(x, k):
    y = np.zeros_like(x)
    y[k:] = x[: len(x) - k]
    return y


@add(lambda n, r: (r.normal(size=n),))
def cumulative(x):
    return np.cumsum(x**2)


@add(lambda n, r: (r.normal(size=n), 0.2))
def stacked(x, a):
    return np.stack([np.sin(x), a * np.cos(x)], axis=1)


@add(lambda n, r: (r.normal(size=n),))
def value_and_vector(x):
    return np.sum(x**2), x**3


@add(lambda n, r: ((r.normal(size=(n, 3)), r.normal(size=3)), r.normal(size=(n + 1, n))), "params")
def tuple_of_parameters(params, X):
    W, b = params
    return np.sum(np.tanh(X @ W + b) ** 2)


@add(lambda n, r: (r.normal(size=n), r.normal(size=n), r.uniform(0.5, 1, n)), "m load t")
def cubic_spline_energy(m, load, t):
    h = t[1:] + 0.5
    return np.sum(h / 3 * (m[1:] ** 2 + m[1:] * m[:-1] + m[:-1] ** 2)) + np.sum(load * m)
