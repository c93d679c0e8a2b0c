"""Kepler's equation solved by scipy.optimize.newton inside a function, differentiated by the implicit function theorem."""

import math

from scipy.optimize import newton

from symdiff import derivative, grad


def eccentric_anomaly(mean_anomaly, eccentricity):
    """E with E - e*sin(E) = M."""
    return newton(lambda e: e - eccentricity * math.sin(e) - mean_anomaly, mean_anomaly)


def radius(mean_anomaly, eccentricity):
    """The distance from the focus, in units of the semi-major axis."""
    return 1 - eccentricity * math.cos(eccentric_anomaly(mean_anomaly, eccentricity))


slopes = grad(eccentric_anomaly, argnums=(0, 1))
print(slopes)
m, e = 1.0, 0.3
anomaly = eccentric_anomaly(m, e)
by_hand = 1 / (1 - e * math.cos(anomaly)), math.sin(anomaly) / (1 - e * math.cos(anomaly))
print("dE/dM, dE/de =", slopes(m, e), "exactly", by_hand)
assert all(math.isclose(a, b, rel_tol=1e-12) for a, b in zip(slopes(m, e), by_hand, strict=True))

# The equation of motion: in units of the mean motion, r'' = L**2/r**3 - 1/r**2 with L**2 = 1 - e**2.
r = radius(m, e)
acceleration = derivative(radius, order=2)(m, e)
print("radial acceleration", acceleration, "and by the law of gravity", (1 - e * e) / r**3 - 1 / r**2)
assert math.isclose(acceleration, (1 - e * e) / r**3 - 1 / r**2, rel_tol=1e-10)
