"""An implied volatility found by scipy.optimize.brentq: its slope in the quoted price is one over vega, to second order, too."""

import math

from scipy.optimize import brentq

from symdiff import derivative, grad


def call(spot, strike, rate, volatility, years):
    """Black and Scholes' price of a European call."""
    spread = volatility * math.sqrt(years)
    d1 = (math.log(spot / strike) + (rate + volatility**2 / 2) * years) / spread
    normal = [0.5 * math.erfc(-d / math.sqrt(2)) for d in (d1, d1 - spread)]
    return spot * normal[0] - strike * math.exp(-rate * years) * normal[1]


def implied(price, spot, strike, rate, years):
    """The volatility at which the formula gives the price."""
    return brentq(lambda volatility: call(spot, strike, rate, volatility, years) - price, 1e-3, 3.0)


market = (10.45, 100.0, 100.0, 0.05, 1.0)
volatility = implied(*market)
slope = grad(implied)
vega = grad(call, argnums="volatility")
print(f"implied volatility {volatility:.6f}")
print(f"its slope in the price {slope(*market):.9f}, one over vega {1 / vega(100.0, 100.0, 0.05, volatility, 1.0):.9f}")
assert math.isclose(slope(*market), 1 / vega(100.0, 100.0, 0.05, volatility, 1.0), rel_tol=1e-9)

# Second order by the rule for inverse functions: -volga/vega**3.
volga = derivative(call, order=2, argnums="volatility")(100.0, 100.0, 0.05, volatility, 1.0)
curvature = derivative(implied, order=2)(*market)
print(f"its curvature {curvature:.9f}, -volga/vega**3 {-volga * slope(*market) ** 3:.9f}")
assert math.isclose(curvature, -volga * slope(*market) ** 3, rel_tol=1e-7)
