"""Moist air: derivatives of functions that a package defines, as they stand in it.

psychrolib has the formulas of the ASHRAE handbook, written for values alone. symdiff reads them, with the functions that
they call and the system of units that was set, and gives their derivatives: how a hygrometer's readings propagate, and the
slope of the saturation curve, which drives evaporation.
"""

import math

import psychrolib

from symdiff import derivative, grad

psychrolib.SetUnitSystem(psychrolib.SI)

# The humidity ratio from the temperature [deg C], the relative humidity and the pressure [Pa] that an instrument shows.
sensitivity = grad(psychrolib.GetHumRatioFromRelHum, argnums=("TDryBulb", "RelHum", "Pressure"))
reading, error = (25.0, 0.5, 101325.0), (0.2, 0.02, 50.0)
contributions = [slope * sigma for slope, sigma in zip(sensitivity(*reading), error, strict=True)]
ratio, total = psychrolib.GetHumRatioFromRelHum(*reading), math.hypot(*contributions)
print(f"humidity ratio: {1000 * ratio:.2f} +- {1000 * total:.2f} g/kg")
for name, part in zip(("temperature", "relative humidity", "pressure"), contributions, strict=True):
    print(f"    {name:17} contributes {1000 * abs(part):.3f} g/kg")

# The slope of the saturation curve. The function branches at the freezing point, and so does its derivative.
slope = derivative(psychrolib.GetSatVapPres)
print("\nslope of the vapour pressure at saturation:")
for celsius in (-10.0, 0.0, 25.0):
    print(f"    {celsius:5.1f} deg C: {slope(celsius):6.1f} Pa/K")

# Checks: the Clausius-Clapeyron relation of an ideal vapour within 1 %, and a difference quotient.
pressure, latent_heat, gas_constant, kelvin = psychrolib.GetSatVapPres(25.0), 2.442e6, 461.5, 298.15
assert math.isclose(slope(25.0), latent_heat * pressure / (gas_constant * kelvin**2), rel_tol=0.01)
quotient = (psychrolib.GetSatVapPres(25.001) - psychrolib.GetSatVapPres(24.999)) / 0.002
assert math.isclose(slope(25.0), quotient, rel_tol=1e-7)
