"""Functions of textbooks: optimisation, physics, chemistry, statistics, finance."""

# ruff: noqa: RET505, N803, N806

from __future__ import annotations

import math

import numpy as np

from tests.corpus.program import Corpus

TEXTBOOK = Corpus()
add = TEXTBOOK.add

GAS_CONSTANT = 8.314462618
BOLTZMANN = 1.380649e-23


@add((-1.2, 1.0), (0.7, 0.6))
def rosenbrock(x, y):
    return (1 - x) ** 2 + 100 * (y - x**2) ** 2


@add((0.5, -1.5))
def himmelblau(x, y):
    return (x**2 + y - 11) ** 2 + (x + y**2 - 7) ** 2


@add((1.5, 0.4))
def beale(x, y):
    return (1.5 - x + x * y) ** 2 + (2.25 - x + x * y**2) ** 2 + (2.625 - x + x * y**3) ** 2


@add((0.5, 2.5))
def booth(x, y):
    return (x + 2 * y - 7) ** 2 + (2 * x + y - 5) ** 2


@add((0.5, 2.5))
def ackley(x, y):
    return (
        -20 * math.exp(-0.2 * math.sqrt(0.5 * (x**2 + y**2)))
        - math.exp(0.5 * (math.cos(2 * math.pi * x) + math.cos(2 * math.pi * y)))
        + math.e
        + 20
    )


@add(([0.5, 1.2, -0.3],))
def rastrigin(p):
    return 10 * len(p) + sum(x**2 - 10 * math.cos(2 * math.pi * x) for x in p)


@add((0.5, 2.5))
def goldstein_price(x, y):
    a = 1 + (x + y + 1) ** 2 * (19 - 14 * x + 3 * x**2 - 14 * y + 6 * x * y + 3 * y**2)
    b = 30 + (2 * x - 3 * y) ** 2 * (18 - 32 * x + 12 * x**2 + 48 * y - 36 * x * y + 27 * y**2)
    return a * b


@add(([3.0, -1.0, 0.5, 1.0],))
def powell_singular(x):
    return (x[0] + 10 * x[1]) ** 2 + 5 * (x[2] - x[3]) ** 2 + (x[1] - 2 * x[2]) ** 4 + 10 * (x[0] - x[3]) ** 4


@add((2.5, 10.0, 1.7), domain="s > 0, k > 0")
def michaelis_menten(s, vmax, k):
    return vmax * s / (k + s)


@add((300.0, 1e13, 5e4), domain="temperature > 0")
def arrhenius(temperature, factor, energy):
    return factor * math.exp(-energy / (GAS_CONSTANT * temperature))


@add((0.7, 1.5, 0.2))
def logistic(x, k, x0):
    return 1 / (1 + math.exp(-k * (x - x0)))


@add((12.0, 300.0), domain="frequency > 0, temperature > 0")
def planck(frequency, temperature):
    x = 4.799 * frequency / temperature
    return 1.4745e-2 * frequency**3 / (math.exp(x) - 1)


@add((1.3, 1.1, 0.9), domain="r > 0")
def lennard_jones(r, epsilon, sigma):
    s6 = (sigma / r) ** 6
    return 4 * epsilon * (s6 * s6 - s6)


@add((0.08, 300.0), domain="v > b, T > 0", wrt="v T")
def van_der_waals(v, T, a=0.1364, b=3.19e-5):
    return GAS_CONSTANT * T / (v - b) - a / v**2


@add((0.5, 0.2, 1.3), domain="sigma > 0")
def normal_density(x, mu, sigma):
    z = (x - mu) / sigma
    return math.exp(-0.5 * z * z) / (sigma * math.sqrt(2 * math.pi))


@add((0.5, 0.2, 1.3), domain="sigma > 0")
def normal_distribution(x, mu, sigma):
    return 0.5 * (1 + math.erf((x - mu) / (sigma * math.sqrt(2))))


def _phi(x):
    return 0.5 * (1.0 + math.erf(x / math.sqrt(2.0)))


@add((100.0, 105.0, 0.75, 0.02, 0.3), domain="all but r positive")
def black_scholes_call(S, K, T, r, sigma):
    d1 = (math.log(S / K) + (r + sigma**2 / 2) * T) / (sigma * math.sqrt(T))
    d2 = d1 - sigma * math.sqrt(T)
    return S * _phi(d1) - K * math.exp(-r * T) * _phi(d2)


@add((1.1, 0.3))
def kepler_equation(E, e):
    return E - e * math.sin(E)


@add((0.9, 0.3))
def kepler_solution(M, e):
    E = M
    for _ in range(4):
        E = E - (E - e * math.sin(E) - M) / (1 - e * math.cos(E))
    return E


@add((0.7,), (-2.5,))
def softplus_spellings(x):
    return math.log(1 + math.exp(x)) + math.log1p(math.exp(-x)) + np.logaddexp(0.0, x)


@add((0.7,), (-1.5,))
def sigmoid_spellings(x):
    return 1 / (1 + math.exp(-x)) + math.exp(x) / (1 + math.exp(x)) + 0.5 * (1 + math.tanh(x / 2))


@add((0.7, -1.2))
def log_sum_exp(x, y):
    m = max(x, y)
    return m + math.log(math.exp(x - m) + math.exp(y - m))


@add((0.7, -1.2))
def hypotenuse(x, y):
    return math.hypot(x, y) + math.sqrt(x**2 + y**2) + math.dist((x, 0.0), (0.0, y))


@add((0.7, -1.2), (-0.7, 1.2), domain="away from the negative x axis")
def polar_angle(x, y):
    return math.atan2(y, x) * x + np.arctan2(x, y)


@add((9_000.0,), (30_000.0,), (90_000.0,), domain="away from the steps of the tariff")
def income_tax(income):
    if income <= 10_000:
        return 0.0
    elif income <= 50_000:
        return 0.2 * (income - 10_000)
    return 8_000 + 0.4 * (income - 50_000)


@add((0.4, 1.0), (1.7, 1.0), (-1.7, 1.0), domain="delta > 0, away from |x| == delta")
def huber(x, delta):
    return 0.5 * x * x if abs(x) <= delta else delta * (abs(x) - 0.5 * delta)


@add((0.4,), (-0.4,), domain="x != 0")
def rectifiers(x):
    return max(0.0, x) + 0.1 * min(0.0, x) + (x if x > 0 else math.expm1(x)) + max(x, 0) ** 2


@add((0.7,), (-1.3,))
def activation_functions(x):
    gelu = 0.5 * x * (1 + math.erf(x / math.sqrt(2)))
    swish = x / (1 + math.exp(-x))
    return gelu + swish * math.tanh(x)


@add((0.6,), (-0.3,), domain="|x| < 1")
def inverse_functions(x):
    return math.asin(x) + math.acos(x) * x + math.atan(x) + math.asinh(x) + math.atanh(x) + math.acosh(2 + x)


@add((0.6,), (-0.3,), domain="|x| < pi/2")
def elementary_functions(x):
    return math.tan(x) + math.sinh(x) * math.cosh(x) + math.tanh(x) + math.exp(x) * math.cos(x)


@add((0.6,), domain="x > 0")
def logarithms_and_powers(x):
    return math.log(x) + math.log2(x) + math.log10(x) + math.log(x, 3) + np.exp2(x) + math.expm1(x) + np.cbrt(x)


@add((2.3,), domain="x > 0")
def gamma_functions(x):
    return math.gamma(x) + math.lgamma(x) * x


@add((0.6,))
def error_functions(x):
    return math.erf(x) * math.erfc(x)


@add((0.6,), (-4.2,))
def sinc_function(x):
    return np.sinc(x) * x + np.square(x) + np.reciprocal(x + 7)


@add((0.8, 0.6, 2.0))
def damped_oscillation(t, decay, frequency):
    return math.exp(-decay * t) * math.cos(frequency * t)


@add((0.4, 0.3, 1.5, 0.7))
def double_pendulum_energy(a, b, p, q):
    kinetic = (p**2 + 2 * q**2 - 2 * p * q * math.cos(a - b)) / (2 * (1 + math.sin(a - b) ** 2))
    return kinetic - 2 * 9.81 * math.cos(a) - 9.81 * math.cos(b)


@add(((0.9, 0.1), 0.05))
def lotka_volterra_step(state, h):
    prey, predator = state
    growth = prey * (1.1 - 0.4 * predator)
    decline = predator * (0.1 * prey - 0.4)
    return prey + h * growth, predator + h * decline


@add(([1.0, 1.5, 0.3], 10.0, 28.0, 8 / 3))
def lorenz(u, sigma, rho, beta):
    x, y, z = u
    return [sigma * (y - x), x * (rho - z) - y, x * y - beta * z]


@add((4e4, 1e-4), (1e3, 1e-4), (3e3, 1e-4), domain="re > 0, away from 2300 and 4000")
def darcy_friction(re, roughness):
    if re < 2300:
        return 64 / re
    turbulent = (-1.8 * math.log10(6.9 / re + (roughness / 3.7) ** 1.11)) ** -2
    if re < 4000:
        w = (re - 2300) / 1700
        return (1 - w) * 64 / re + w * turbulent
    return turbulent


@add((48.2, 11.6, 52.5, 13.4))
def great_circle(lat1, lon1, lat2, lon2):
    a, b = math.radians(lat1), math.radians(lat2)
    d = math.radians(lon2 - lon1)
    h = math.sin((b - a) / 2) ** 2 + math.cos(a) * math.cos(b) * math.sin(d / 2) ** 2
    return 2 * 6371.0 * math.asin(math.sqrt(h))


@add((0.03, 1200.0, 10.0), domain="rate > 0")
def annuity(rate, payment, years):
    return payment * (1 - (1 + rate) ** -years) / rate


@add((298.15,), domain="T > 0")
def antoine_and_heat_capacity(T):
    pressure = 10 ** (8.07131 - 1730.63 / (233.426 + T - 273.15))
    heat = 28.9 + 3e-3 * T + 1.2e5 / T**2
    return math.log(pressure) * heat


@add((0.3,), (0.6,), (-0.3,), domain="0 < |u| < 1, away from 0.5")
def cubic_spline_kernel(u):
    q = abs(u)
    if q < 0.5:
        return 6 * (q**3 - q**2) + 1
    if q < 1:
        return 2 * (1 - q) ** 3
    return 0.0


@add((0.4, -0.2, 0.9))
def spherical_to_cartesian(r, theta, phi):
    return np.array([r * np.sin(theta) * np.cos(phi), r * np.sin(theta) * np.sin(phi), r * np.cos(theta)])
