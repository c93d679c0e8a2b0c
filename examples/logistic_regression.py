"""Logistic regression: the O-rings of the space shuttle, fitted by Newton's method with exact derivatives.

Temperature at the launch (degrees Fahrenheit) and whether an O-ring was damaged, for the 23 flights before the accident of the
Challenger: Dalal, Fowlkes and Hoadley (1989), J. Amer. Statist. Assoc. 84, 945. They find 15.04 - 0.232*temperature.
"""

import numpy as np
from scipy.optimize import minimize

from symdiff import grad, hessian

temperature = np.array([66, 70, 69, 68, 67, 72, 73, 70, 57, 63, 70, 78, 67, 53, 67, 75, 70, 81, 76, 79, 75, 76, 58], dtype=float)
damaged = np.array([0, 1, 0, 0, 0, 0, 0, 0, 1, 1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1, 0, 1], dtype=float)
X = np.column_stack([np.ones(23), temperature - 70])


def loss(w, X, y):
    """Minus the log-likelihood: log(1 + exp(z)) - y*z."""
    z = X @ w
    return np.sum(np.log(1 + np.exp(z)) - y * z)


gradient, second = grad(loss), hessian(loss)
fit = minimize(loss, np.zeros(2), args=(X, damaged), jac=gradient, hess=second, method="trust-exact")
intercept, slope = fit.x
errors = np.sqrt(np.diag(np.linalg.inv(second(fit.x, X, damaged))))

print(gradient)
print(f"\nlog-odds of damage: {intercept - 70 * slope:.4f} {slope:+.4f}*temperature, after {fit.nit} steps")
chance = 1 / (1 + np.exp(-intercept - slope * (31 - 70)))
print(f"standard error of the slope {errors[1]:.4f}; chance of damage at 31 degrees {chance:.4f}")
