"""Least squares and ridge regression: the gradient as a formula for every size, and the normal equations from it."""

import numpy as np
from scipy.optimize import minimize

from symdiff import grad, hessian


def loss(w, X, y):
    """The sum of squared residuals."""
    r = X @ w - y
    return np.sum(r**2)


def ridge(w, X, y, strength):
    """Least squares with a penalty on large weights."""
    return np.sum((X @ w - y) ** 2) + strength * np.sum(w**2)


gradient = grad(loss)
ridge_gradient = grad(ridge)

rng = np.random.default_rng(1)
X, noise = rng.normal(size=(50, 4)), rng.normal(size=50)
true = np.array([1.0, -2.0, 0.5, 3.0])
y = X @ true + 0.1 * noise

start = np.zeros(4)
found = minimize(loss, start, args=(X, y), jac=gradient, method="BFGS", tol=1e-10).x
exact = np.linalg.lstsq(X, y, rcond=None)[0]
shrunk = minimize(ridge, start, args=(X, y, 10.0), jac=ridge_gradient, method="BFGS", tol=1e-10).x
normal = np.linalg.solve(X.T @ X + 10.0 * np.eye(4), X.T @ y)

print(gradient)
print(f"\nweights {np.round(found, 4)}: largest difference from numpy.linalg.lstsq {abs(found - exact).max():.1e}")
print(f"ridge   {np.round(shrunk, 4)}: largest difference from the normal equations {abs(shrunk - normal).max():.1e}")

second = hessian(loss)(start, X, y)
print(f"the Hessian is 2*X.T @ X: largest difference {abs(second - 2 * X.T @ X).max():.1e}")

for rows in (1, 1000):  # the same compiled code for every size
    wide = rng.normal(size=(rows, 3))
    assert np.allclose(gradient(np.ones(3), wide, np.zeros(rows)), 2 * wide.T @ (wide @ np.ones(3)))
