"""The Rosenbrock function in 100000 dimensions: Newton's method with an exact, sparse, tridiagonal Hessian."""

import numpy as np
from scipy.sparse.linalg import spsolve

from symdiff import grad, hessian


def rosenbrock(x):
    """Rosenbrock's function in n dimensions."""
    return np.sum(100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2)


gradient = grad(rosenbrock)
second = hessian(rosenbrock, sparse=True)

print(gradient)
print(second.sparsity())

n = 100_000
x = 1 + 0.1 * np.sin(np.arange(n))
for step in range(20):
    g, H = gradient(x), second(x)
    size = np.abs(g).max()
    print(f"step {step:2}: f = {rosenbrock(x):12.5e}, largest |gradient| = {size:9.2e}, stored values {H.nnz}")
    if size < 1e-9:
        break
    x = x - spsolve(H.tocsc(), g)

assert H.nnz == 3 * n - 2
