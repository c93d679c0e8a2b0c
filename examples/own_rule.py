"""An own rule: a comet on Kepler's orbit, whose position is the solution of an equation.

Kepler's equation E - e*sin(E) = M has no solution in closed form. It is solved by an iteration that symdiff should not look
into, because its derivative follows from the equation itself: 1/(1 - e*cos(E)) by M, sin(E)/(1 - e*cos(E)) by e. With this
rule, velocity and acceleration are first and second derivatives of the position, and Newton's law of gravity comes out.
"""

import math

from symdiff import RuleError, derivative, rule

YEAR, AU = 3.15576e7, 1.495978707e11  # seconds, metres
SUN = 1.32712440018e20 * YEAR**2 / AU**3  # gravitational parameter of the sun, AU^3/year^2


@rule(partials=("1/(1 - e*cos(result))", "sin(result)/(1 - e*cos(result))"), sample=[(0, 6), (0, 0.9)])
def eccentric_anomaly(mean, e):
    """The solution E of E - e*sin(E) = mean, by Newton's method."""
    E = mean if e < 0.8 else math.pi
    for _ in range(100):
        step = (E - e * math.sin(E) - mean) / (1 - e * math.cos(E))
        E -= step
        if abs(step) <= 1e-15 * abs(E):
            break
    return E


def position(t, a, e):
    """Place of the comet [AU] in the plane of its orbit, t years after it passed the sun."""
    E = eccentric_anomaly(math.sqrt(SUN / a**3) * t, e)
    return a * (math.cos(E) - e), a * math.sqrt(1 - e**2) * math.sin(E)


velocity = derivative(position)
acceleration = derivative(position, order=2)

print(derivative(eccentric_anomaly, order=2))

halley = (17.834, 0.96714)  # semi-major axis [AU] and eccentricity
print("\n  years      distance [AU]    speed [km/s]")
for t in (0.1, 1.0, 10.0, 38.0):
    x, y = position(t, *halley)
    vx, vy = velocity(t, *halley)
    ax, ay = acceleration(t, *halley)
    r, v = math.hypot(x, y), math.hypot(vx, vy)
    print(f"{t:7.1f} {r:16.3f} {v * AU / YEAR / 1000:16.2f}")
    assert math.isclose(v**2, SUN * (2 / r - 1 / halley[0]), rel_tol=1e-11)  # conservation of energy
    assert math.isclose(ax, -SUN * x / r**3, rel_tol=1e-10)  # Newton's law of gravity
    assert math.isclose(ay, -SUN * y / r**3, rel_tol=1e-10)

print("\nHow the function is called in compiled code:")
for use in velocity.explain().rules:
    print(f"    {use}")
    assert use.way == "included"

# A rule is checked when it is declared. This one has forgotten the inner derivative:
refused = ""
try:
    rule(lambda x: math.sin(2 * x), "cos(2*x)")
except RuleError as error:
    refused = str(error)
print(f"\n{refused}")
assert "2*cos(2*x)" in refused
