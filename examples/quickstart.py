"""Quickstart: a plain Python function in; its derivative out as a formula, as Python source and as compiled code.

The function is the saturation vapour pressure of water as meteorologists and irrigation engineers use it (Tetens' formula in
the form of FAO Irrigation and Drainage Paper 56, equation 11). Its slope enters every estimate of evaporation; the paper gives
the slope by hand (equation 13) and works two examples, with which this script ends.
"""

import math

from symdiff import grad, read


def pressure(T):
    """Saturation vapour pressure in kPa at the air temperature T in degrees Celsius."""
    return 0.6108 * math.exp(17.27 * T / (T + 237.3))


slope = grad(pressure)

print("The function:   ", read(pressure))
print("Its derivative: ", slope)
print("In LaTeX:       ", slope.latex())
print("\nThe derivative as Python source:\n")
print(slope.source)
print("The derivative as compiled code:\n")
print("    T [C]   pressure [kPa]   slope [kPa/C]")
for temperature in (0.0, 10.0, 16.9, 20.0, 30.2, 40.0):
    print(f"   {temperature:6.1f} {pressure(temperature):13.4f} {slope(temperature):15.4f}")

# Checks: the formula of the paper on a range of temperatures, and its two worked examples (Uccle and Bangkok).
for temperature in range(-20, 51):
    by_hand = 17.27 * 237.3 * pressure(temperature) / (temperature + 237.3) ** 2
    assert math.isclose(slope(temperature), by_hand, rel_tol=1e-13)
assert round(slope(16.9), 3) == 0.122
assert round(slope(30.2), 3) == 0.246
print("\nAgrees with the slope of FAO paper 56 from -20 to 50 C.")
