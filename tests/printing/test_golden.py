"""Formulas of textbook functions, from their source to text and LaTeX, compared with golden files."""

import pytest

from symdiff import derivative, grad, hessian, jacobian, read, value_and_grad

GAUSS = "def gauss(x, mu, sigma): return math.exp(-((x - mu)/sigma)**2/2)/(sigma*math.sqrt(2*math.pi))"
HUBER = """
def huber(r, delta):
    if abs(r) <= delta:
        return 0.5*r**2
    return delta*(abs(r) - 0.5*delta)
"""
STATE = "def pressure(V, T, a, b): return 8.314*T/(V - b) - a/V**2"
ROSENBROCK = "def rosenbrock(x): return (1 - x[0])**2 + 100*(x[1] - x[0]**2)**2"
SYSTEM = "def k(x): return [x[0]**2 + 3*x[1], 2*x[0] + x[1]**2]"
GUARD = """
def guarded(x):
    if x <= 0:
        raise ValueError("x must be positive")
    return math.log(x)**2
"""
OPTION = """
def call(S, K, r, sigma, T):
    d1 = (math.log(S/K) + (r + sigma**2/2)*T)/(sigma*math.sqrt(T))
    d2 = d1 - sigma*math.sqrt(T)
    return S*(1 + math.erf(d1/math.sqrt(2)))/2 - K*math.exp(-r*T)*(1 + math.erf(d2/math.sqrt(2)))/2
"""
LAYERS = """
def layers(x):
    for _ in range(8):
        x = math.sin(x)*x + 1/(1 + x**2)
    return x
"""
POINT = ((1.0, 2.0),)

FORMULAS = {
    "product": (derivative, "def f(x): return x**2*math.sin(x)", {}, ()),
    "square": (grad, "def z(x): return (x + 2)**2 + 3", {}, ()),
    "two_inputs": (grad, "def z(x, y): return x*x*y", {"argnums": (0, 1)}, ()),
    "gauss": (grad, GAUSS, {}, ()),
    "gauss_third": (derivative, GAUSS, {"argnums": ("x", "mu"), "order": (2, 1)}, ()),
    "huber": (grad, HUBER, {}, ()),
    "pressure": (hessian, STATE, {"argnums": ("V", "T")}, ()),
    "rosenbrock": (value_and_grad, ROSENBROCK, {}, POINT),
    "rosenbrock_hessian": (hessian, ROSENBROCK, {}, POINT),
    "jacobian": (jacobian, SYSTEM, {}, POINT),
    "softplus": (derivative, "def f(x): return math.log(1 + math.exp(x))", {"order": 2}, ()),
    "guarded": (grad, GUARD, {}, ()),
    "call": (read, OPTION, {}, ()),
    "delta": (grad, OPTION, {}, ()),
    "layers": (grad, LAYERS, {}, ()),
}


@pytest.mark.parametrize("name", FORMULAS)
def test_formula(golden, name):
    transform, source, options, point = FORMULAS[name]
    made = transform(source=source, **options)
    shown = made.at(*point) if point else made
    golden(f"formula/{name}.txt", f"{shown}\n")
    golden(f"latex/{name}.tex", f"{shown.latex()}\n")
