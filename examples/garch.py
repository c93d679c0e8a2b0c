"""Two likelihoods that are recurrences, maximised with their exact gradients: GARCH(1,1) and a Kalman filter."""

import math

import numpy as np
from scipy.optimize import minimize

from symdiff import hessian, value_and_grad


def garch(p, returns):
    """The negative log likelihood of GARCH(1,1) with normal errors (T. Bollerslev, J. Econometrics 31, 1986)."""
    omega, alpha, beta = p
    variance = np.mean(returns**2)
    total = 0.0
    for r in returns:
        total += 0.5 * (math.log(2 * math.pi * variance) + r * r / variance)
        variance = omega + alpha * r * r + beta * variance
    return total


def simulated(n, omega, alpha, beta, seed):
    """Returns of a GARCH(1,1) process."""
    numbers = np.random.default_rng(seed).normal(size=n)
    returns, variance = np.empty(n), omega / (1 - alpha - beta)
    for i in range(n):
        returns[i] = math.sqrt(variance) * numbers[i]
        variance = omega + alpha * returns[i] ** 2 + beta * variance
    return returns


truth = np.array([0.1, 0.1, 0.8])
returns = simulated(10_000, *truth, seed=1)
both = value_and_grad(garch)
bounds = [(1e-6, None), (0, 1), (0, 1)]
found = minimize(both, np.array([0.3, 0.05, 0.6]), args=(returns,), jac=True, method="L-BFGS-B", bounds=bounds)
errors = np.sqrt(np.diag(np.linalg.inv(hessian(garch)(found.x, returns))))
for name, value, error, true in zip(("omega", "alpha", "beta"), found.x, errors, truth, strict=True):
    print(f"{name:6} {value:.4f} +- {error:.4f}, simulated with {true}")
    assert abs(value - true) < 4 * error


def local_level(p, y):
    """The negative log likelihood of a random walk seen with noise (J. Durbin and S. J. Koopman, 2012, section 2.10).

    ``p`` holds the logarithms of the variances of the noise and of the steps; the first observation starts the filter.
    """
    noise, step = np.exp(p[0]), np.exp(p[1])
    level, uncertainty = y[0], noise
    total = 0.0
    for i in range(1, len(y)):
        uncertainty = uncertainty + step
        spread = uncertainty + noise
        error = y[i] - level
        total += 0.5 * (math.log(2 * math.pi * spread) + error * error / spread)
        gain = uncertainty / spread
        level = level + gain * error
        uncertainty = uncertainty * (1 - gain)
    return total


# The Nile at Aswan, 1871 to 1970, in 10^8 m^3; Durbin and Koopman give the variances 15099 and 1469.1.
nile = np.array([
    1120, 1160, 963, 1210, 1160, 1160, 813, 1230, 1370, 1140, 995, 935, 1110, 994, 1020, 960, 1180, 799, 958, 1140,
    1100, 1210, 1150, 1250, 1260, 1220, 1030, 1100, 774, 840, 874, 694, 940, 833, 701, 916, 692, 1020, 1050, 969,
    831, 726, 456, 824, 702, 1120, 1100, 832, 764, 821, 768, 845, 864, 862, 698, 845, 744, 796, 1040, 759,
    781, 865, 845, 944, 984, 897, 822, 1010, 771, 676, 649, 846, 812, 742, 801, 1040, 860, 874, 848, 890,
    744, 749, 838, 1050, 918, 986, 797, 923, 975, 815, 1020, 906, 901, 1170, 912, 746, 919, 718, 714, 740,
], dtype=float)  # fmt: skip
filtered = minimize(value_and_grad(local_level), np.log([1e4, 1e3]), args=(nile,), jac=True, method="BFGS")
print("Nile: variance of the noise {:.0f}, of the steps {:.1f}".format(*np.exp(filtered.x)))
assert np.allclose(np.exp(filtered.x), [15099, 1469.1], rtol=2e-3)
