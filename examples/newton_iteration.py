"""A loop that the data end: Newton's square root, its derivative through the iterations, and the recurrence as a formula."""

import math

from symdiff import derivative, grad


def square_root(a):
    """Newton's iteration for x*x = a, until it has settled."""
    x = a
    while abs(x * x - a) > 1e-14 * a:
        x = 0.5 * (x + a / x)
    return x


slope = grad(square_root, max_steps=100)
print(slope)
print(slope.source)
for a in (0.25, 2.0, 1e6):
    print(f"d sqrt({a})/da = {slope(a):.15g}, exactly {0.5 / math.sqrt(a):.15g}")
    assert math.isclose(slope(a), 0.5 / math.sqrt(a), rel_tol=1e-13)

# The derivative of the executed path loses digits with the order: the iteration has settled for x, less so for its derivatives.
third = derivative(square_root, order=3)
print(f"third derivative at 2: {third(2.0):.12g}, exactly {3 / 8 * 2**-2.5:.12g}")
assert math.isclose(third(2.0), 3 / 8 * 2**-2.5, rel_tol=1e-6)
