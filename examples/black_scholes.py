"""Black-Scholes: every Greek of first and second order, and speed, from the price alone.

The price of a European call or put (Black and Scholes 1973) is a few lines of plain Python. All its sensitivities follow:
``grad`` gives delta, vega, theta and rho, ``hessian`` gamma, vanna, charm, vomma, veta and the rest, ``derivative`` speed.
They are compared with the closed forms of Haug, The Complete Guide to Option Pricing Formulas (2007), chapter 2.
"""

import math

from symdiff import derivative, grad, hessian


def normal_cdf(x):
    """Distribution function of the standard normal distribution."""
    return 0.5 * (1 + math.erf(x / math.sqrt(2)))


def d1_d2(S, K, sigma, T, r):
    """The two arguments of the normal distribution in the formula of Black and Scholes."""
    d1 = (math.log(S / K) + (r + sigma**2 / 2) * T) / (sigma * math.sqrt(T))
    return d1, d1 - sigma * math.sqrt(T)


def call(S, K, sigma, T, r):
    """Price of a call: spot S, strike K, volatility sigma, T years to maturity, interest rate r."""
    d1, d2 = d1_d2(S, K, sigma, T, r)
    return S * normal_cdf(d1) - K * math.exp(-r * T) * normal_cdf(d2)


def put(S, K, sigma, T, r):
    """Price of a put with the same arguments."""
    d1, d2 = d1_d2(S, K, sigma, T, r)
    return K * math.exp(-r * T) * normal_cdf(-d2) - S * normal_cdf(-d1)


# -- the Greeks, by symdiff ----------------------------------------------------------------------------------------

VARIABLES = ("S", "sigma", "T", "r")
FIRST = ("delta", "vega", "theta", "rho")
SECOND = {
    ("S", "S"): "gamma",
    ("S", "sigma"): "vanna",
    ("S", "T"): "charm",
    ("S", "r"): "d delta/dr",
    ("sigma", "sigma"): "vomma",
    ("sigma", "T"): "veta",
    ("sigma", "r"): "vera",
    ("T", "T"): "d theta/dT",
    ("T", "r"): "d theta/dr",
    ("r", "r"): "d rho/dr",
}


def greeks(price):
    """All first- and second-order Greeks and speed of a price, as a function that returns them by name.

    Here theta, charm and veta are derivatives in T, the time that is left; traders quote theta with the opposite sign.
    """
    first = grad(price, argnums=VARIABLES)
    second = hessian(price, argnums=VARIABLES)
    third = derivative(price, order=3, argnums="S")

    def evaluate(*market):
        found = dict(zip(FIRST, first(*market), strict=True))
        matrix = second(*market)
        for (row, column), name in SECOND.items():
            found[name] = matrix[VARIABLES.index(row)][VARIABLES.index(column)]
        found["speed"] = third(*market)
        return found

    return evaluate


# -- the Greeks, by hand -------------------------------------------------------------------------------------------


def closed_forms(S, K, sigma, T, r):
    """The Greeks of the call in closed form."""
    d1, d2 = d1_d2(S, K, sigma, T, r)
    root = math.sqrt(T)
    density = math.exp(-d1 * d1 / 2) / math.sqrt(2 * math.pi)
    discounted = K * math.exp(-r * T)
    exercise = normal_cdf(d2)
    d1_T = (r + sigma**2 / 2) / (sigma * root) - d1 / (2 * T)
    d2_T = d1_T - sigma / (2 * root)
    gamma = density / (S * sigma * root)
    vega = S * density * root
    return {
        "delta": normal_cdf(d1),
        "vega": vega,
        "theta": S * density * sigma / (2 * root) + r * discounted * exercise,
        "rho": T * discounted * exercise,
        "gamma": gamma,
        "vanna": -density * d2 / sigma,
        "charm": density * d1_T,
        "d delta/dr": density * root / sigma,
        "vomma": vega * d1 * d2 / sigma,
        "veta": vega * ((1 + d1 * d2) / (2 * T) - r * d1 / (sigma * root)),
        "vera": -S * T * density * d1 / sigma,
        "d theta/dT": (
            -S * density * sigma / (2 * root) * (d1 * d1_T + 1 / (2 * T)) - r**2 * discounted * exercise + r * S * density * d2_T
        ),
        "d theta/dr": discounted * exercise * (1 - r * T) + T * S * density * d2_T,
        "d rho/dr": -(T**2) * discounted * exercise + T * S * density * root / sigma,
        "speed": -gamma / S * (d1 / (sigma * root) + 1),
    }


def parity(S, K, sigma, T, r):
    """What put-call parity, put = call - S + K exp(-r T), adds to the Greeks of the call."""
    discounted = K * math.exp(-r * T)
    return {
        "delta": -1.0,
        "theta": -r * discounted,
        "rho": -T * discounted,
        "d theta/dT": r**2 * discounted,
        "d theta/dr": (r * T - 1) * discounted,
        "d rho/dr": T**2 * discounted,
    }


# -- comparison ----------------------------------------------------------------------------------------------------

call_greeks = greeks(call)
put_greeks = greeks(put)

SPOT, RATE = 100.0, 0.03
largest = 0.0
for strike in (80.0, 90.0, 100.0, 110.0, 125.0):
    for maturity in (0.1, 0.5, 1.0, 2.0):
        for volatility in (0.15, 0.3):
            market = (SPOT, strike, volatility, maturity, RATE)
            of_call, of_put = call_greeks(*market), put_greeks(*market)
            shift = parity(*market)
            for name, value in closed_forms(*market).items():
                for found, expected in ((of_call[name], value), (of_put[name], value + shift.get(name, 0.0))):
                    largest = max(largest, abs(found - expected) / max(1.0, abs(expected)))

example = (SPOT, 110.0, 0.25, 0.5, RATE)
print("Spot 100, strike 110, volatility 25 %, half a year, interest 3 %\n")
print(f"{'':12}{'call':>14}{'put':>14}")
print(f"{'price':12}{call(*example):14.6f}{put(*example):14.6f}")
of_call, of_put = call_greeks(*example), put_greeks(*example)
for name, value in of_call.items():
    print(f"{name:12}{value:14.6f}{of_put[name]:14.6f}")

print("\nDelta as a formula:", grad(call))
print(f"\nLargest difference from the closed forms on 40 markets, call and put: {largest:.1e}")
assert largest < 1e-12
