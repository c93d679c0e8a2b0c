"""The logistic map: the sensitivity of an orbit to its start, and the Lyapunov exponent as the mean logarithm of slopes.

At r = 4 the exponent is log 2 (S. Strogatz, *Nonlinear Dynamics and Chaos*, 2nd ed., exercise 10.5.3).
"""

import math

import numpy as np

from symdiff import grad, read


def orbit(x, r, n):
    """The n-th iterate."""
    for _ in range(n):
        x = r * x * (1 - x)
    return x


def lyapunov(x, r, n):
    """The mean of log |f'(x_k)| along the orbit."""
    total = 0.0
    for _ in range(n):
        total += math.log(abs(r * (1 - 2 * x)))
        x = r * x * (1 - x)
    return total / n


sensitivity = grad(orbit)
n = 400
slopes = sensitivity(0.3, 3.9, n)
print(sensitivity)
exponent = lyapunov(0.3, 3.9, n)
print(f"log|dx_{n}/dx_0|/{n} = {math.log(abs(slopes)) / n:.12f}, the mean of the logarithms {exponent:.12f}")
assert math.isclose(math.log(abs(slopes)) / n, exponent, rel_tol=1e-9)

compiled = read(lyapunov)
found = compiled(0.3, 4.0, 100_000)
print(f"Lyapunov exponent at r = 4: {found:.4f}, log 2 = {math.log(2):.4f}")
assert abs(found - math.log(2)) < 0.01

# What the parameter does to the fixed point 1 - 1/r, where the map converges to it (r = 2.8): 1/r**2.
assert np.isclose(grad(orbit, argnums="r")(0.3, 2.8, 2000), 1 / 2.8**2, rtol=1e-12)
