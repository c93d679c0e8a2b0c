"""Formulas of functions that the reader has read: NumPy and loops as a textbook prints their derivatives, for every size."""

# ruff: noqa: E501, N803, RUF001

import numpy as np
import pytest

from symdiff import grad, hessian, hvp, jacobian, read, value_and_grad
from tests.printing.index_numbers import disagreement


def energy(x):
    total = 0.0
    n = len(x)
    for i in range(n):
        for j in range(i + 1, n):
            r2 = (x[i, 0] - x[j, 0]) ** 2 + (x[i, 1] - x[j, 1]) ** 2 + (x[i, 2] - x[j, 2]) ** 2
            s = 1 / r2**3
            total += 4 * s * (s - 1)
    return total


def rosenbrock(x):
    s = 0.0
    for i in range(len(x) - 1):
        s += 100 * (x[i + 1] - x[i] ** 2) ** 2 + (1 - x[i]) ** 2
    return s


def least_squares(A, x, b):
    r = A @ x - b
    return np.sum(r**2)


def logistic(w, X, y):
    z = X @ w
    return np.mean(np.log(1 + np.exp(z)) - y * z)


def burgers(u, nu, dx):
    du = np.zeros_like(u)
    du[1:-1] = -u[1:-1] * (u[2:] - u[:-2]) / (2 * dx) + nu * (u[2:] - 2 * u[1:-1] + u[:-2]) / dx**2
    return du


def network(W, b, v, x):
    return v @ np.tanh(W @ x + b)


def convolution(x, w):
    n = len(x) - len(w) + 1
    y = np.zeros(n)
    for i in range(n):
        for j in range(len(w)):
            y[i] += x[i + j] * w[j]
    return np.sum(y**2)


def trace_of_product(A, B):
    return np.trace(A @ B)


def geometric_mean(x):
    return np.prod(x) ** (1 / len(x))


def moments(x):
    return np.mean(x), np.mean(x**3)


def statistics(x):
    return {"mean": np.mean(x), "variance": np.mean((x - np.mean(x)) ** 2)}


def residuals(A, x, b):
    total = 0.0
    for i in range(A.shape[0]):
        r = -b[i]
        for j in range(A.shape[1]):
            r += A[i, j] * x[j]
        total += r**2
    return total


def chain(x, c):
    e = 0.0
    for i in range(1, len(x)):
        e += c * (x[i] - x[i - 1] - 1) ** 2 / 2
    return e


def numbers(*shape):
    return np.random.default_rng(sum(shape)).uniform(0.2, 1.7, size=shape)


def sizes(*least):
    """Lengths 0, 1, 2, 3 and more, but at least these."""
    return [tuple(max(size + shift, low) for shift, low in enumerate(least)) for size in (0, 1, 2, 3, 4)]


MATRIX = [(numbers(m, n), numbers(n), numbers(m)) for m, n in sizes(0, 0)]
VECTOR = [(numbers(n),) for (n,) in sizes(0)]
FORMULAS = {
    "forces": (
        grad(energy),
        [(numbers(n, m),) for n, m in [(0, 3), (1, 3), (2, 3), (4, 3), (3, 4)]],
        """
∂energy/∂x[k, l] = 24*sum((r2[k, i]**3 - 2)*(x[k, l] - x[i, l])/r2[k, i]**7, i = 0..n-1, i != k) if l <= 2 else 0
for m >= 3
where r2[i, j] = (x[i, 0] - x[j, 0])**2 + (x[i, 1] - x[j, 1])**2 + (x[i, 2] - x[j, 2])**2
with x n × m
""",
    ),
    "rosenbrock": (
        value_and_grad(rosenbrock),
        VECTOR,
        """
rosenbrock(x) = sum((1 - x[i])**2 + 100*(x[i+1] - x[i]**2)**2, i = 0..n-2)
∂rosenbrock/∂x[k] = 200*(x[k] - x[k-1]**2)                        if k >= 1
                  + 400*x[k]*(x[k]**2 - x[k+1]) + 2*(x[k] - 1)    if k <= n - 2
with x of length n
""",
    ),
    "rosenbrock sparse": (
        hessian(rosenbrock, sparse=True),
        VECTOR,
        """
H(x)[k, l] = 200                              if k == l and k >= 1
           + 1200*x[k]**2 - 400*x[k+1] + 2    if k == l and k <= n - 2
           - 400*x[k]                         if l == k + 1
           - 400*x[k-1]                       if l == k - 1
with x of length n
""",
    ),
    "least squares": (
        grad(least_squares, argnums=(0, 1, 2)),
        MATRIX,
        """
∂least_squares/∂A[k, l] = 2*r[k]*x[l]
∂least_squares/∂x[k] = 2*sum(A[i, k]*r[i], i = 0..m-1)
∂least_squares/∂b[k] = -2*r[k]
where r[i] = sum(A[i, j]*x[j], j = 0..n-1) - b[i]
""",
    ),
    "least squares, second derivatives": (
        hessian(least_squares, argnums=(1, 2)),
        MATRIX,
        """
∂²least_squares/∂x[k]∂x[l] = 2*sum(A[i, k]*A[i, l], i = 0..m-1)
∂²least_squares/∂x[k]∂b[l] = -2*A[l, k]
∂²least_squares/∂b[k]∂x[l] = -2*A[k, l]
∂²least_squares/∂b[k]∂b[l] = 2 if k == l else 0
""",
    ),
    "least squares, loops": (
        grad(residuals, argnums="x"),
        MATRIX,
        """
∂residuals/∂x[p] = 2*sum(A[i, p]*(r_1[i] - b[i]), i = 0..m-1) if p <= n - 1 else 0
for l >= m and k >= n
where r_1[i] = sum(A[i, j]*x[j], j = 0..n-1)
with x of length k, b of length l
""",
    ),
    "least squares, product": (
        hvp(least_squares, argnums=(0, 1, 2)),
        [(*one, one) for one in MATRIX],
        """
(H(A, x, b)·tangent)_A[k, l] = 2*r[k]*tangent_1[l] + t1[k]*x[l]
(H(A, x, b)·tangent)_x[k] = sum(A[i, k]*t1[i] + 2*r[i]*tangent_0[i, k], i = 0..m-1)
(H(A, x, b)·tangent)_b[k] = -t1[k]
where r[i] = sum(A[i, j]*x[j], j = 0..n-1) - b[i]
      t1[i] = 2*(sum(A[i, j]*tangent_1[j] + tangent_0[i, j]*x[j], j = 0..n-1) - tangent_2[i])
""",
    ),
    "logistic": (
        hessian(logistic),
        [(numbers(n), numbers(m, n), numbers(m)) for m, n in sizes(1, 0)],
        """
∂²logistic/∂w[k]∂w[l] = sum(X[i, k]*X[i, l]*exp(sum(X[i, j]*w[j], j = 0..n-1))/(exp(sum(X[i, j]*w[j], j = 0..n-1)) + 1)**2, i = 0..m-1)/m
""",
    ),
    "burgers": (
        jacobian(burgers, sparse=True),
        [(numbers(n), 0.3, 0.7) for (n,) in sizes(0)],
        """
∂burgers[k]/∂u[l] = nu/dx**2 - u[k]/(2*dx)                   if l == k + 1 and k >= 1
                    (u[k-1] - u[k+1])/(2*dx) - 2*nu/dx**2    if k == l and 1 <= k <= n - 2
                    u[k]/(2*dx) + nu/dx**2                   if l == k - 1 and k <= n - 2
                    0                                        otherwise
with u of length n
""",
    ),
    "network": (
        grad(network, argnums=(0, 1, 2, 3)),
        [(numbers(m, n), numbers(m), numbers(m), numbers(n)) for m, n in sizes(0, 0)],
        """
∂network/∂W[k, l] = t1[k]**2*v[k]*x[l]
∂network/∂b[k] = t1[k]**2*v[k]
∂network/∂v[k] = tanh(b[k] + sum(W[k, i]*x[i], i = 0..n-1))
∂network/∂x[k] = sum(W[i, k]*t1[i]**2*v[i], i = 0..m-1)
where t1[i] = 1/cosh(b[i] + sum(W[i, j]*x[j], j = 0..n-1))
""",
    ),
    "convolution": (
        grad(convolution, argnums=(0, 1)),
        [(numbers(m), numbers(k)) for m, k in [(0, 1), (1, 1), (2, 2), (5, 2), (4, 3)]],
        """
∂convolution/∂x[l] = 2*sum(w[i]*y[l-i], i = 0..k-1, k + l - m <= i <= l)
∂convolution/∂w[l] = 2*sum(x[i+l]*y[i], i = 0..m-k)
for m >= k - 1
where y[i] = sum(w[j]*x[i+j], j = 0..k-1)
with x of length m
""",
    ),
    "trace": (
        grad(trace_of_product),
        [(numbers(m, n), numbers(n, m)) for m, n in sizes(0, 0)],
        """
∂trace_of_product/∂A[k, l] = B[l, k]
""",
    ),
    "geometric mean": (
        grad(geometric_mean),
        [(numbers(n),) for (n,) in sizes(1)],
        """
∂geometric_mean/∂x[k] = prod(x[i], i = 0..n-1)**(1/n - 1)*prod(x[i], i = 0..n-1, i != k)/n
""",
    ),
    "tuple": (
        jacobian(moments),
        [(numbers(n),) for (n,) in sizes(1)],
        """
J(x)[k, l] = 1/n if k == 0 else 3*x[l]**2/n
with x of length n
""",
    ),
    "dict": (
        jacobian(statistics),
        [(numbers(n),) for (n,) in sizes(1)],
        """
J(x)['mean'][k] = 1/n
J(x)['variance'][k] = 2*(n*x[k] - sum(x[i], i = 0..n-1))/n**2
""",
    ),
    "chain": (
        hessian(chain),
        [(numbers(n), 0.3) for (n,) in sizes(0)],
        """
∂²chain/∂x[k]∂x[l] = c    if k == l and k >= 1
                   + c    if k == l and k <= n - 2
                   - c    if l == k - 1 or l == k + 1
with x of length n
""",
    ),
    "value": (
        read(burgers),
        [(numbers(n), 0.3, 0.7) for (n,) in sizes(0)],
        """
burgers(u, nu, dx)[i] = nu*(u[i+1] + u[i-1] - 2*u[i])/dx**2 - u[i]*(u[i+1] - u[i-1])/(2*dx) if 1 <= i <= n - 2 else 0
with u of length n
""",
    ),
}


def version(function, arguments):
    """The version of a function for these arguments: the last one of a product is a seed."""
    if function.__name__.startswith("hvp"):
        return function.at(*arguments[:-1], tangent=arguments[-1])
    return function.at(*arguments)


@pytest.mark.parametrize("name", FORMULAS)
def test_text(name):
    function, arguments, text = FORMULAS[name]
    assert str(version(function, arguments[-1])) == text.strip("\n")


@pytest.mark.parametrize("name", FORMULAS)
def test_numbers(name):
    """One formula gives what the graph gives, at every size."""
    function, arguments, _ = FORMULAS[name]
    graph = version(function, arguments[-1]).paper
    for given in arguments:
        seeds = given[-1] if isinstance(given[-1], tuple) else ()
        values = [value for value in given if not isinstance(value, tuple)]
        assert disagreement(graph, [*values, *seeds]) < 1e-12, [np.shape(value) for value in given]


def test_symmetry_is_not_taken_for_granted():
    """x[i] - 2*x[j] is no odd function of the pair: the sums over both sides stay apart, and are right."""

    def lopsided(x):
        total = 0.0
        for i in range(len(x)):
            for j in range(i + 1, len(x)):
                total += np.exp(x[i] - 2 * x[j])
        return total

    found = grad(lopsided).at(numbers(4))
    assert "!=" not in str(found)
    for n in (0, 1, 2, 5):
        assert disagreement(found.paper, [numbers(n)]) < 1e-12


def test_a_square_keeps_the_guard_of_what_is_squared():
    """1/(1 + y[i]**2) over y = np.pad(x[::-1], (1, 0)): the first element of y is 0, not x[n]."""

    def padded(x):
        y = np.zeros(len(x) + 1)
        y[1:] = x[::-1]
        return np.sum(1 / (1 + y * y))

    found = read(padded).at(numbers(4))
    for n in (0, 1, 2, 5):
        assert disagreement(found.paper, [numbers(n)]) < 1e-12


def test_a_guard_stays_that_a_reader_does_not_guarantee():
    """d[i, j] is read for j > i and, through its sum, everywhere."""

    def partly(x):
        n = len(x)
        d = np.zeros((n, n))
        for i in range(n):
            for j in range(i + 1, n):
                d[i, j] = (x[i] - x[j]) ** 2
        return np.sum(np.exp(d)) + np.sum(d[0, 1:] ** 3)

    found = grad(partly).at(numbers(4))
    for n in (1, 2, 5):
        assert disagreement(found.paper, [numbers(n)]) < 1e-12


def test_constant_indices_are_one_index_only_where_all_are_there():
    def plane(x):
        return np.sum(x[:, 0] ** 2 * x[:, 2])  # nothing of x[:, 1]

    found = grad(plane).at(numbers(4, 3))
    assert disagreement(found.paper, [numbers(2, 3)]) < 1e-12
    assert "l <= 2" not in str(found)


def test_conditions_on_lengths_are_bounds():
    def picked(x):
        return np.sum(x) * x[2] * x[5]

    def shifted(x, y):
        s = 0.0
        for i in range(len(x)):
            s += x[i] * y[i + 1]
        return s

    assert "\nfor n >= 6" in str(grad(picked).at(numbers(7)))
    assert str(grad(shifted).at(numbers(4), numbers(6))) == (
        "∂shifted/∂x[k] = y[k+1]\nfor m >= n + 1\nwith x of length n, y of length m"
    )


def test_gravity():
    """Bodies of given masses: the masses may be fewer than the rows, and then the other rows have no force."""

    def potential(x, mass):
        e = 0.0
        for i in range(len(mass)):
            for j in range(i):
                e -= mass[i] * mass[j] / np.sqrt((x[i, 0] - x[j, 0]) ** 2 + (x[i, 1] - x[j, 1]) ** 2)
        return e

    found = grad(potential).at(numbers(4, 2), numbers(4))
    assert str(found).count("sum(") == 1
    for rows, bodies in ((0, 0), (1, 1), (2, 2), (3, 3), (5, 3)):
        assert disagreement(found.paper, [numbers(rows, 2), numbers(bodies)]) < 1e-12


def test_a_matrix_of_very_many_terms_is_written_whatever_its_length():
    def haar(x):
        items = [x[i] for i in range(20)]
        pairs = list(zip(items[::2], items[1::2], strict=True))
        return np.array([(a + b) / np.sqrt(2) for a, b in pairs] + [(a - b) / np.sqrt(2) for a, b in pairs])

    found = jacobian(haar).at(numbers(20))
    assert str(found).count("1/sqrt(2)") == 40
    matrix = np.array(found.formula).astype(float)
    np.testing.assert_allclose(matrix @ np.arange(20.0), haar(np.arange(20.0)), rtol=1e-14)
