"""Van der Waals: the critical point of carbon dioxide from the equation of state.

At the critical point the isotherm P(V) is flat to second order: dP/dV = 0 and d2P/dV2 = 0. Both derivatives come from symdiff,
and so does the Jacobian of these two equations for SciPy's solver (a derivative of derivatives).
"""

import math

import numpy as np
from scipy.optimize import root

from symdiff import derivative, jacobian

R = 0.0831446  # gas constant [L bar / (mol K)]
A = 3.640  # attraction of the molecules of CO2 [L^2 bar / mol^2]
B = 0.04267  # their own volume [L / mol]


def pressure(V, T):
    """Pressure [bar] at the molar volume V [L/mol] and the temperature T [K]."""
    return R * T / (V - B) - A / V**2


slope = derivative(pressure, argnums="V")
curvature = derivative(pressure, argnums="V", order=2)


def critical_conditions(x):
    """Both vanish at the critical point x = (V, T)."""
    V, T = x
    return [slope(V, T), curvature(V, T)]


print(slope)
print(curvature)

solution = root(critical_conditions, x0=[0.12, 310.0], jac=jacobian(critical_conditions), tol=1e-12)
V_c, T_c = (float(number) for number in solution.x)
P_c = pressure(V_c, T_c)

print(f"\nCritical point of CO2:  V = {V_c:.6f} L/mol   T = {T_c:.4f} K   P = {P_c:.4f} bar")
print("          measured:  V = 0.0941   L/mol   T = 304.13   K   P = 73.8    bar")
print(f"Compression factor P V / (R T) = {P_c * V_c / (R * T_c):.6f}")

isotherm = slope(np.linspace(0.08, 0.30, 12), T_c)
print("\nSlope of the critical isotherm, 0.08 to 0.30 L/mol [bar mol/L]:")
print(np.array2string(isotherm, precision=1, suppress_small=True))

# Checks: van der Waals' own result.
assert solution.success
assert math.isclose(V_c, 3 * B, rel_tol=1e-6)
assert math.isclose(T_c, 8 * A / (27 * R * B), rel_tol=1e-10)
assert math.isclose(P_c, A / (27 * B**2), rel_tol=1e-10)
assert math.isclose(P_c * V_c / (R * T_c), 3 / 8, rel_tol=1e-6)
assert np.all(isotherm <= 0)
