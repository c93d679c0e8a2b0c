"""SciPy: exact gradients, Hessians and Jacobians for the examples of the tutorial of ``scipy.optimize``.

The functions are the tutorial's own. There the derivatives are worked out by hand; here they are one call each.
"""

import numpy as np
from scipy.optimize import minimize, root, rosen_der, rosen_hess

from symdiff import grad, hessian, hvp, jacobian


def rosen(x):
    """The Rosenbrock function."""
    return sum(100.0 * (x[1:] - x[:-1] ** 2.0) ** 2.0 + (1 - x[:-1]) ** 2.0)


gradient = grad(rosen)
matrix = hessian(rosen)
product = hvp(rosen)


def hessian_times_vector(x, p):
    """SciPy passes the vector as the second argument."""
    return product(x, tangent=p)


x0 = np.array([1.3, 0.7, 0.8, 1.9, 1.2])
runs = {
    "BFGS": {"jac": gradient},
    "Newton-CG, Hessian": {"jac": gradient, "hess": matrix},
    "Newton-CG, products": {"jac": gradient, "hessp": hessian_times_vector},
    "trust-ncg": {"jac": gradient, "hess": matrix},
    "trust-krylov": {"jac": gradient, "hessp": hessian_times_vector},
}
print("Rosenbrock function of five variables, from", x0, "\n")
print(f"{'method':22}{'steps':>6}{'calls of f':>12}{'largest error':>16}")
for name, options in runs.items():
    found = minimize(
        rosen,
        x0,
        method=name.split(",")[0],
        options={"gtol": 1e-8} if "Newton" not in name else {"xtol": 1e-8},
        **options,
    )
    error = np.abs(found.x - 1).max()
    print(f"{name:22}{found.nit:6}{found.nfev:12}{error:16.1e}")
    assert error < 1e-6, name

# The derivatives are those that SciPy has by hand.
assert np.allclose(gradient(x0), rosen_der(x0), rtol=1e-14, atol=1e-11)
assert np.allclose(matrix(x0), rosen_hess(x0), rtol=1e-14, atol=1e-11)
assert np.allclose(hessian_times_vector(x0, x0), rosen_hess(x0) @ x0, rtol=1e-13, atol=1e-10)


def transcendental(x):
    """One equation: x + 2 cos(x) = 0."""
    return x + 2 * np.cos(x)


def system(x):
    """Two equations: x0 cos(x1) = 4 and x0 x1 - x1 = 5."""
    return [x[0] * np.cos(x[1]) - 4, x[1] * x[0] - x[1] - 5]


one = root(transcendental, [0.3], jac=jacobian(transcendental))
two = root(system, [1.0, 1.0], jac=jacobian(system), method="lm")
print("\nx + 2 cos(x) = 0                          at x =", one.x)
print("x0 cos(x1) = 4, x0 x1 - x1 = 5            at x =", two.x)
print("\nThe Jacobian of the system:\n")
print(jacobian(system))

assert np.allclose(one.x, [-1.02986653], atol=1e-8)
assert np.allclose(two.x, [6.50409711, 0.90841421], atol=1e-8)
assert np.allclose(system(two.x), 0, atol=1e-10)
