"""Darcy friction factor: a function with branches, its derivative by cases, evaluated over an array.

Flow in a pipe is laminar below a Reynolds number of 2300 (friction 64/Re) and turbulent above 4000 (Haaland's formula,
Journal of Fluids Engineering 105, 1983). In between, the two are blended by a cubic weight, so that the friction and its slope
are continuous.
"""

import math

import numpy as np

from symdiff import derivative

LAMINAR_END = 2300.0
TURBULENT_START = 4000.0


def laminar(Re):
    """Hagen and Poiseuille."""
    return 64 / Re


def turbulent(Re, roughness):
    """Haaland's formula; roughness is that of the wall divided by the diameter of the pipe."""
    return (-1.8 * math.log10((roughness / 3.7) ** 1.11 + 6.9 / Re)) ** -2


def friction(Re, roughness):
    """Darcy friction factor of a pipe at Reynolds number Re."""
    if Re < LAMINAR_END:
        result = laminar(Re)
    elif Re > TURBULENT_START:
        result = turbulent(Re, roughness)
    else:
        s = (Re - LAMINAR_END) / (TURBULENT_START - LAMINAR_END)
        weight = s * s * (3 - 2 * s)
        result = (1 - weight) * laminar(Re) + weight * turbulent(Re, roughness)
    return result


slope = derivative(friction)

print(slope)

roughness = 1e-4
reynolds = np.array([500.0, 1000.0, 2000.0, 2600.0, 3150.0, 3800.0, 1e4, 1e5, 1e6])
slopes = slope(reynolds, roughness)
print("\n        Re     friction     d friction / d Re")
for Re, value in zip(reynolds, slopes, strict=True):
    print(f"{Re:10.0f} {friction(Re, roughness):12.5f} {value:17.3e}")

# -- checks --------------------------------------------------------------------------------------------------------


def laminar_slope(Re):
    """The derivative of ``laminar``, by hand."""
    return -64 / Re**2


def turbulent_slope(Re, roughness):
    """The derivative of ``turbulent``, by hand."""
    argument = (roughness / 3.7) ** 1.11 + 6.9 / Re
    inverse_root = -1.8 * math.log10(argument)
    return -2 / inverse_root**3 * 1.8 / math.log(10) * 6.9 / Re**2 / argument


def blended_slope(Re, roughness):
    """The derivative in the transition, by the product rule."""
    s = (Re - LAMINAR_END) / (TURBULENT_START - LAMINAR_END)
    weight = s * s * (3 - 2 * s)
    weight_slope = 6 * s * (1 - s) / (TURBULENT_START - LAMINAR_END)
    difference = turbulent(Re, roughness) - laminar(Re)
    return (1 - weight) * laminar_slope(Re) + weight * turbulent_slope(Re, roughness) + weight_slope * difference


assert slopes.shape == reynolds.shape
for Re, value in zip(reynolds, slopes, strict=True):
    if Re < LAMINAR_END:
        expected = laminar_slope(Re)
    elif Re > TURBULENT_START:
        expected = turbulent_slope(Re, roughness)
    else:
        expected = blended_slope(Re, roughness)
    assert math.isclose(value, expected, rel_tol=1e-12)

# The slope is continuous where the regimes meet.
assert math.isclose(slope(LAMINAR_END, roughness), laminar_slope(LAMINAR_END), rel_tol=1e-12)
assert math.isclose(slope(TURBULENT_START, roughness), turbulent_slope(TURBULENT_START, roughness), rel_tol=1e-12)
