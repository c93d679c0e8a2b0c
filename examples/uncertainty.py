"""Uncertainty: how errors of measurement propagate, as first-year laboratories teach it, without a hand-made derivative.

A pendulum gives the acceleration of gravity from its length, its period and the amplitude of its swing. The gradient of the
result says what each measurement contributes (JCGM 100:2008, Guide to the expression of uncertainty in measurement, 5.1.2).
"""

import math

import numpy as np

from symdiff import grad


def gravity(length, period, amplitude):
    """Acceleration of gravity [m/s^2] from length [m], period [s] and amplitude [rad], corrected to fourth order."""
    correction = 1 + amplitude**2 / 16 + 11 * amplitude**4 / 3072
    return 4 * math.pi**2 * length * (correction / period) ** 2


NAMES = ("length", "period", "amplitude")
measured = np.array([1.002, 2.012, 0.20])
uncertainty = np.array([0.002, 0.004, 0.02])

sensitivity = grad(gravity, argnums=NAMES)
print(sensitivity)

contributions = np.array(sensitivity(*measured)) * uncertainty
total = math.sqrt(np.sum(contributions**2))
print(f"\ng = {gravity(*measured):.3f} +- {total:.3f} m/s^2\n")
for name, contribution in zip(NAMES, contributions, strict=True):
    print(f"    {name:10} contributes {abs(contribution):.4f} m/s^2, {contribution**2 / total**2:6.1%} of the variance")

# Checks: the relative errors of length and period by hand, and a simulation of 200000 measurements.
g = gravity(*measured)
assert math.isclose(contributions[0], g * 0.002 / 1.002, rel_tol=1e-13)
assert math.isclose(contributions[1], -2 * g * 0.004 / 2.012, rel_tol=1e-13)
samples = np.random.default_rng(9).normal(measured, uncertainty, (200_000, 3))
assert math.isclose(np.std(gravity(*samples.T)), total, rel_tol=0.01)
