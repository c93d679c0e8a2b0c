"""Hares and lynxes: a Runge-Kutta method as it is written, its gradient by an adjoint loop, fitted to the Hudson Bay data.

Pelts in thousands, 1900 to 1920 (E. P. Odum, *Fundamentals of Ecology*, 1953); errors of logarithms, as in B. Carpenter's case
study for Stan (2018), whose posterior means are 0.55, 0.028, 0.80 and 0.024.
"""

import numpy as np
from scipy.optimize import minimize

from symdiff import value_and_grad

hares = np.array(
    [30, 47.2, 70.2, 77.4, 36.3, 20.6, 18.1, 21.4, 22, 25.4, 27.1, 40.3, 57, 76.6, 52.3, 19.5, 11.2, 7.6, 14.6, 16.2, 24.7]
)
lynxes = np.array([4, 6.1, 9.8, 35.2, 59.4, 41.7, 19, 13, 8.3, 9.1, 7.4, 8, 12.3, 19.5, 45.7, 51.1, 29.7, 15.8, 9.7, 10.1, 8.6])


def slopes(u, v, p):
    """The Lotka-Volterra equations for the logarithms of the populations."""
    return p[0] - p[1] * np.exp(v), p[3] * np.exp(u) - p[2]


def misfit(q, hares, lynxes, steps, h):
    """The squared differences of the logarithms; q holds the logarithms of four rates and of two populations."""
    p = np.exp(q[:4])
    u, v = q[4], q[5]
    total = (u - np.log(hares[0])) ** 2 + (v - np.log(lynxes[0])) ** 2
    for year in range(1, len(hares)):
        for _ in range(steps):
            a, b = slopes(u, v, p)
            c, d = slopes(u + h / 2 * a, v + h / 2 * b, p)
            e, f = slopes(u + h / 2 * c, v + h / 2 * d, p)
            g, k = slopes(u + h * e, v + h * f, p)
            u = u + h / 6 * (a + 2 * c + 2 * e + g)
            v = v + h / 6 * (b + 2 * d + 2 * f + k)
        total += (u - np.log(hares[year])) ** 2 + (v - np.log(lynxes[year])) ** 2
    return total


both = value_and_grad(misfit)
steps = 20
start = np.log([0.5, 0.03, 0.8, 0.03, 30.0, 4.0])
data = hares, lynxes, steps, 1 / steps
found = minimize(both, start, args=data, jac=True, method="BFGS", options={"gtol": 1e-6})
names = ["growth of hares", "predation", "death of lynxes", "growth of lynxes", "hares 1900", "lynxes 1900"]
for name, value in zip(names, np.exp(found.x), strict=True):
    print(f"{name:18} {value:8.4f}")
print(f"misfit {found.fun:.6f} after {found.nit} iterations and {found.nfev} gradients")
assert np.allclose(np.exp(found.x[:4]), [0.55, 0.028, 0.80, 0.024], rtol=0.05)
assert np.max(np.abs(both(found.x, *data)[1])) < 1e-5
