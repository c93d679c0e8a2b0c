"""Higher orders: derivatives of order 1 to 5 as formulas, nested and mixed derivatives, Newton's and Halley's method."""

import math

from symdiff import derivative, grad


def f(x):
    """A damped oscillation."""
    return math.exp(-x) * math.sin(2 * x)


print("The first five derivatives of f(x) = exp(-x) sin(2 x)\n")
for order in range(1, 6):
    print(derivative(f, order=order))

# exp(-x) sin(2 x) is the imaginary part of exp((-1 + 2i) x): each derivative multiplies by -1 + 2i.
for order in range(6):
    by_hand = ((-1 + 2j) ** order * complex(math.cos(1.4), math.sin(1.4))).imag * math.exp(-0.7)
    assert math.isclose(derivative(f, order=order)(0.7), by_hand, rel_tol=1e-13)

# Derivatives compose: the gradient of a gradient is the second derivative.
assert math.isclose(grad(grad(f))(0.7), derivative(f, order=2)(0.7), rel_tol=1e-14)


def potential(x, y):
    """Potential of a line charge, up to a factor."""
    return math.log(math.hypot(x, y))


print("\nA mixed derivative, twice in x and once in y:\n")
mixed = derivative(potential, argnums=("x", "y"), order=(2, 1))
print(mixed)

# The logarithm of the distance is harmonic in the plane: its second derivatives cancel, and so do the derivatives of that.
x, y = 1.2, -0.7
laplacian = derivative(potential, order=2)(x, y) + derivative(potential, order=2, argnums="y")(x, y)
assert abs(laplacian) < 1e-15
assert math.isclose(mixed(x, y), -derivative(potential, order=3, argnums="y")(x, y), rel_tol=1e-13)

# A derivative may be used inside a function that is differentiated again.
square_of_slope = grad(lambda x: grad(f)(x) ** 2)
assert math.isclose(square_of_slope(0.7), 2 * grad(f)(0.7) * derivative(f, order=2)(0.7), rel_tol=1e-14)


def kepler(E):
    """Kepler's equation E - e sin(E) = M for the eccentricity of Mercury and a mean anomaly of 1 rad."""
    return E - 0.2056 * math.sin(E) - 1.0


slope, curvature = grad(kepler), derivative(kepler, order=2)
print("\nKepler's equation by Newton's method (order 2) and by Halley's (order 3): the remainder after each step\n")
newton = halley = 1.0
for step in range(1, 5):
    newton -= kepler(newton) / slope(newton)
    value, first, second = kepler(halley), slope(halley), curvature(halley)
    halley -= 2 * value * first / (2 * first**2 - value * second)
    print(f"    {step}   {abs(kepler(newton)):8.1e}   {abs(kepler(halley)):8.1e}")
assert abs(kepler(newton)) < 1e-15
assert abs(kepler(halley)) < 1e-15
