"""The period of a pendulum by scipy.integrate.quad, the shape of a hanging cable by scipy.optimize.fsolve, and their slopes."""

import math

import numpy as np
from scipy import special
from scipy.integrate import quad
from scipy.optimize import fsolve

from symdiff import grad, jacobian

GRAVITY = 9.81


def period(amplitude, length):
    """The time of one swing, from an amplitude in radians."""
    k = math.sin(amplitude / 2)
    quarter = quad(lambda t: 1 / math.sqrt(1 - (k * math.sin(t)) ** 2), 0, math.pi / 2)[0]
    return 4 * math.sqrt(length / GRAVITY) * quarter


slope = grad(period)
print(slope)
amplitude, length = 1.0, 2.0
m = math.sin(amplitude / 2) ** 2
by_hand = 4 * math.sqrt(length / GRAVITY) * (special.ellipe(m) - (1 - m) * special.ellipk(m)) / (2 * m * (1 - m))
by_hand *= math.sin(amplitude) / 2
print("seconds for each radian of amplitude", slope(amplitude, length), "by elliptic integrals", by_hand)
assert math.isclose(slope(amplitude, length), by_hand, rel_tol=1e-11)


def cable(length, sag):
    """The parameter c and the span d of a catenary c*cosh(x/c) of a length that hangs through by a height."""

    def equations(unknowns):
        c, d = unknowns
        return [2 * c * math.sinh(d / (2 * c)) - length, c * (math.cosh(d / (2 * c)) - 1) - sag]

    return fsolve(equations, [length, length])


shape = jacobian(cable, argnums=("length", "sag"))
print(shape)
length, sag = 10.0, 2.0
c, d = cable(length, sag)
by_length, by_sag = shape(length, sag)
print("parameter and span", (c, d), "their slopes in the length", by_length, "and in the sag", by_sag)
assert math.isclose(c, (length**2 / 4 - sag**2) / (2 * sag), rel_tol=1e-9)
assert np.allclose([by_length[0], by_sag[0]], [length / (4 * sag), -(length**2 / (4 * sag**2) + 1) / 2], rtol=1e-11)
