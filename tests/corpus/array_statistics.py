"""Functions of arrays: optimisation, regression, statistics, finance."""

# The corpus holds what people write, not what a linter likes.
# ruff: noqa: N803, N806

from __future__ import annotations

import numpy as np
from scipy import special

from tests.corpus.sized import SizedCorpus

ARRAY_STATISTICS = SizedCorpus()
add = ARRAY_STATISTICS.add


# -- optimisation


@add(lambda n, r: (r.normal(size=n),))
def rosenbrock(x):
    return np.sum(100.0 * (x[1:] - x[:-1] ** 2.0) ** 2.0 + (1 - x[:-1]) ** 2.0)


@add(lambda n, r: (r.normal(size=n), 1.3, 0.4))
def rosen_with_args(x, a, b):
    return sum(a * (x[1:] - x[:-1] ** 2.0) ** 2.0 + (1 - x[:-1]) ** 2.0) + b


@add(lambda n, r: (r.normal(size=n),))
def rastrigin(x):
    return 10 * len(x) + np.sum(x**2 - 10 * np.cos(2 * np.pi * x))


@add(lambda n, r: (r.normal(size=n),), sizes=(1, 2, 3, 10))
def ackley(x):
    n = x.size
    s1 = np.sqrt(np.sum(x**2) / n)
    s2 = np.sum(np.cos(2 * np.pi * x)) / n
    return -20 * np.exp(-0.2 * s1) - np.exp(s2) + 20 + np.e


@add(lambda n, r: (r.normal(size=n),))
def griewank(x):
    i = np.arange(1, len(x) + 1)
    return 1 + np.sum(x**2) / 4000 - np.prod(np.cos(x / np.sqrt(i)))


@add(lambda n, r: (r.normal(size=n),))
def styblinski_tang(x):
    total = 0.0
    for xi in x:
        total += xi**4 - 16 * xi**2 + 5 * xi
    return total / 2


@add(lambda n, r: (r.normal(size=n),), sizes=(1, 2, 3, 10))
def levy(x):
    w = 1 + (x - 1) / 4
    head = np.sum(np.sin(np.pi * w[:1]) ** 2)
    mid = np.sum((w[:-1] - 1) ** 2 * (1 + 10 * np.sin(np.pi * w[:-1] + 1) ** 2))
    tail = np.sum((w[-1:] - 1) ** 2 * (1 + np.sin(2 * np.pi * w[-1:]) ** 2))
    return head + mid + tail


@add(lambda n, r: (r.normal(size=n),))
def zakharov(x):
    s = 0.5 * np.sum(np.arange(1, x.shape[0] + 1) * x)
    return np.sum(x**2) + s**2 + s**4


@add(lambda n, r: (r.normal(size=4 * n),), sizes=(0, 1, 2, 3))
def powell(x):
    a, b, c, d = x[::4], x[1::4], x[2::4], x[3::4]
    return np.sum((a + 10 * b) ** 2 + 5 * (c - d) ** 2 + (b - 2 * c) ** 4 + 10 * (a - d) ** 4)


# -- regression


@add(lambda n, r: (r.normal(size=n), r.normal(size=(n + 2, n)), r.normal(size=n + 2)), "x A b")
def least_squares(x, A, b):
    r = A @ x - b
    return 0.5 * r @ r


@add(lambda n, r: (r.normal(size=n), r.normal(size=(n + 2, n)), r.normal(size=n + 2), 0.3), "w lam")
def ridge(w, X, y, lam):
    residual = y - X @ w
    return np.mean(residual**2) + lam * np.sum(w**2)


@add(lambda n, r: (r.normal(size=n), r.normal(size=(n + 2, n)), r.choice([-1.0, 1.0], n + 2)), "w")
def logistic_loss(w, X, y):
    return np.sum(np.log1p(np.exp(-y * (X @ w))))


@add(lambda n, r: (r.normal(size=n), 0.2, r.normal(size=(n + 2, n)), r.choice([0.0, 1.0], n + 2)), "w b")
def cross_entropy(w, b, X, t):
    p = 1 / (1 + np.exp(-(X @ w + b)))
    return -np.mean(t * np.log(p) + (1 - t) * np.log(1 - p))


@add(lambda n, r: (r.normal(size=(n, 3)), r.normal(size=(n + 2, n)), r.integers(0, 3, n + 2)), "W")
def softmax_regression(W, X, labels):
    z = X @ W
    m = np.max(z, axis=1, keepdims=True)
    logp = z - m - np.log(np.sum(np.exp(z - m), axis=1, keepdims=True))
    return -np.mean(logp[np.arange(len(labels)), labels])


@add(lambda n, r: (r.normal(size=n), r.normal(size=(n + 2, n)), r.normal(size=n + 2)), "w")
def huber_regression(w, X, y):
    r = y - X @ w
    a = np.abs(r)
    return np.sum(np.where(a <= 1.0, 0.5 * r**2, a - 0.5))


@add(lambda n, r: (r.normal(size=n), r.normal(size=(n + 2, n)), r.integers(0, 5, n + 2)), "w")
def poisson_regression(w, X, counts):
    eta = X @ w
    return np.sum(np.exp(eta) - counts * eta - special.gammaln(counts + 1))


@add(lambda n, r: (r.normal(size=n), r.normal(size=(n + 2, n)), r.choice([-1.0, 1.0], n + 2)), "w")
def squared_hinge(w, X, y):
    margin = np.maximum(0, 1 - y * (X @ w))
    return 0.5 * w @ w + np.sum(margin**2)


@add(lambda n, r: (r.normal(size=n), r.normal(size=(n + 2, n)), r.normal(size=n + 2)), "w")
def lasso(w, X, y):
    return np.sum((X.dot(w) - y) ** 2) / (2 * len(y)) + 0.1 * np.sum(np.abs(w))


@add(lambda n, r: (r.normal(size=n), r.normal(size=n + 3)), "p x")
def horner(p, x):
    y = np.zeros_like(x)
    for k in range(4):
        y = y * x + np.sum(p) * k
    return y


@add(lambda n, r: (r.normal(size=n), 0.7), "c x")
def polynomial_by_powers(c, x):
    k = np.arange(len(c))
    return np.sum(c * x**k)


@add(lambda n, r: (r.normal(size=4), r.uniform(0.5, 2, n)), "p")
def exponential_model(p, t):
    a, b, c, d = p
    return a * np.exp(-b * t) + c * np.exp(-d * t)


@add(lambda n, r: (r.uniform(0.5, 2, 3), r.uniform(0.5, 2, n), r.normal(size=n)), "p")
def michaelis_menten_misfit(p, s, v):
    model = p[0] * s ** p[2] / (p[1] ** p[2] + s ** p[2])
    return np.sum((v - model) ** 2)


# -- statistics


@add(lambda n, r: (0.3, 1.7, r.normal(size=n)), "mu sigma x")
def normal_log_likelihood(mu, sigma, x):
    n = len(x)
    return -n / 2 * np.log(2 * np.pi) - n * np.log(sigma) - np.sum((x - mu) ** 2) / (2 * sigma**2)


@add(lambda n, r: (r.normal(size=n),), sizes=(1, 2, 3, 10))
def variance(x):
    return np.mean((x - np.mean(x)) ** 2)


@add(lambda n, r: (r.normal(size=n),), sizes=(2, 3, 10))
def skewness(x):
    d = x - x.mean()
    return (d**3).mean() / (d**2).mean() ** 1.5


@add(lambda n, r: (r.normal(size=n), r.normal(size=n)), sizes=(2, 3, 10))
def correlation(x, y):
    dx = x - np.mean(x)
    dy = y - np.mean(y)
    return np.sum(dx * dy) / np.sqrt(np.sum(dx**2) * np.sum(dy**2))


@add(lambda n, r: (r.normal(size=(n + 2, n)),))
def covariance(X):
    D = X - X.mean(axis=0)
    return D.T @ D / (X.shape[0] - 1)


@add(lambda n, r: (r.normal(size=n),), sizes=(1, 2, 3, 10))
def log_sum_exp(z):
    m = np.max(z)
    return m + np.log(np.sum(np.exp(z - m)))


@add(lambda n, r: (r.normal(size=n),), sizes=(1, 2, 3, 10))
def softmax(z):
    e = np.exp(z - np.max(z))
    return e / e.sum()


@add(
    lambda n, r: (r.normal(size=3), r.normal(size=(3, n)), r.uniform(0.5, 1.5, (3, n)), r.normal(size=(n + 1, n))),
    "logits means scales",
)
def gaussian_mixture(logits, means, scales, X):
    logw = logits - np.log(np.sum(np.exp(logits)))
    z = (X[:, None, :] - means[None, :, :]) / scales
    logp = logw - 0.5 * np.sum(z**2, axis=2) - np.sum(np.log(scales), axis=1) - 0.5 * X.shape[1] * np.log(2 * np.pi)
    top = logp.max(axis=1)
    return np.sum(top + np.log(np.sum(np.exp(logp - top[:, None]), axis=1)))


@add(lambda n, r: (r.normal(size=n), 0.6), "data h")
def kernel_density_cv(data, h):
    n = data.shape[0]
    d = (data[:, np.newaxis] - data[np.newaxis, :]) / h
    k = np.exp(-0.5 * d**2) / np.sqrt(2 * np.pi)
    return np.sum(k) / (n * n * h + 1) - np.trace(k)


@add(lambda n, r: (r.normal(size=n),))
def soft_histogram(x):
    centres = np.linspace(-2, 2, 5)
    w = np.exp(-((x[:, None] - centres) ** 2) / 0.5)
    w = w / w.sum(axis=1)[:, None]
    return w.sum(axis=0)


@add(lambda n, r: (r.uniform(0.5, 1.5, n) / max(n, 1), r.uniform(0.5, 1.5, n) / max(n, 1)))
def kullback_leibler(p, q):
    return np.sum(p * np.log(p / q))


@add(lambda n, r: (r.uniform(0.5, 1.5, n) / max(n, 1),))
def entropy(p):
    return -(p * np.log(p)).sum()


# -- finance


@add(lambda n, r: (r.uniform(0.1, 1, n), r.normal(size=(n, n))))
def portfolio_variance(w, S):
    return w @ S @ w


@add(lambda n, r: (r.uniform(0.1, 1, n), r.normal(size=n), np.eye(n) + 0.1, 0.7), "w mu Sigma gamma")
def markowitz(w, mu, Sigma, gamma):
    return np.dot(mu, w) - 0.5 * gamma * np.dot(w.T, np.dot(Sigma, w))


@add(lambda n, r: (r.uniform(0.1, 1, n), r.normal(size=n), np.eye(n) + 0.1), "w", sizes=(1, 2, 3, 10))
def sharpe_ratio(w, mu, Sigma):
    w = w / np.sum(w)
    return (w @ mu) / np.sqrt(w @ Sigma @ w)


@add(lambda n, r: (0.05, r.uniform(1, 2, n)), "rate cash")
def present_value(rate, cash):
    t = np.arange(1, len(cash) + 1)
    return np.sum(cash / (1 + rate) ** t)


@add(lambda n, r: (r.uniform(1, 2, n),))
def log_returns(prices):
    return np.diff(np.log(prices))
