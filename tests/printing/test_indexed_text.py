"""Functions of arrays as a textbook writes them, and their derivatives, as text.

Rosenbrock's gradient is a sum of guarded terms, not cases: each term stands once, and it holds for n = 0 and n = 1 too.
Functions that give an array are followed by their adjoint product, the others by their gradient.
"""

# ruff: noqa: E501, RUF001

import pytest

from symdiff.printing import as_text
from tests.printing.array_graphs import BY_NAME, transposed

TEXT = {
    "least_squares": (
        "f(A, x, b) = sum((sum(A[i, j]*x[j], j = 0..n-1) - b[i])**2, i = 0..m-1)",
        """
∂f/∂A[k, l] = 2*x[l]*(z[k] - b[k])
∂f/∂x[k] = 2*sum(A[i, k]*(z[i] - b[i]), i = 0..m-1)
∂f/∂b[k] = 2*(b[k] - z[k])
where z[i] = sum(A[i, j]*x[j], j = 0..n-1)
""",
    ),
    "least_squares_power": (
        "f(A, x, b) = sum((sum(A[i, j]*x[j], j = 0..n-1) - b[i])**2, i = 0..m-1)",
        """
∂f/∂A[k, l] = 2*r[k]*x[l]
∂f/∂x[k] = 2*sum(A[i, k]*r[i], i = 0..m-1)
∂f/∂b[k] = -2*r[k]
where r[i] = sum(A[i, j]*x[j], j = 0..n-1) - b[i]
""",
    ),
    "ridge": (
        "f(A, x, b, c) = c*sum(x[i]**2, i = 0..n-1) + sum((sum(A[i, j]*x[j], j = 0..n-1) - b[i])**2, i = 0..m-1)",
        """
∂f/∂A[k, l] = 2*r[k]*x[l]
∂f/∂x[k] = 2*(c*x[k] + sum(A[i, k]*r[i], i = 0..m-1))
∂f/∂b[k] = -2*r[k]
∂f/∂c = sum(x[i]**2, i = 0..n-1)
where r[i] = sum(A[i, j]*x[j], j = 0..n-1) - b[i]
""",
    ),
    "rosenbrock": (
        """
f(x) = sum((1 - x[i])**2 + 100*(x[i+1] - x[i]**2)**2, i = 0..n-2)
with x of length n
""",
        """
∂f/∂x[k] = 200*(x[k] - x[k-1]**2)                        if k >= 1
         + 400*x[k]*(x[k]**2 - x[k+1]) + 2*(x[k] - 1)    if k <= n - 2
with x of length n
""",
    ),
    "pairs": (
        "f(x, a) = sum(a*(x[i] - x[j])**3, 0 <= i < j <= n-1)",
        """
∂f/∂x[k] = 3*a*(sum((x[k] - x[i])**2, i = k+1..n-1) - sum((x[i] - x[k])**2, i = 0..k-1))
∂f/∂a = sum((x[i] - x[j])**3, 0 <= i < j <= n-1)
""",
    ),
    "log_sum_exp": (
        "f(z) = max(z[i], i = 0..n-1) + log(sum(exp(z[i] - max(z[j], j = 0..n-1)), i = 0..n-1))",
        """
∂f/∂z[k] = exp(z[k] - top)/s
where top = max(z[i], i = 0..n-1)
      s = sum(exp(z[i] - top), i = 0..n-1)
""",
    ),
    "logistic": (
        """
f(X, y, w) = sum(log(exp(z[i]) + 1) - y[i]*z[i], i = 0..m-1)
where z[i] = sum(X[i, j]*w[j], j = 0..n-1)
""",
        """
∂f/∂w[k] = sum(X[i, k]*(1/(1 + exp(-z[i])) - y[i]), i = 0..m-1)
where z[i] = sum(X[i, j]*w[j], j = 0..n-1)
""",
    ),
    "trace_exp": (
        "f(S) = sum(exp(S[i, i]), i = 0..n-1)",
        "∂f/∂S[k, l] = exp(S[k, k]) if k == l else 0",
    ),
    "product": (
        "f(x) = prod(x[i], i = 0..n-1)",
        "∂f/∂x[k] = prod(x[i], i = 0..n-1, i != k)",
    ),
    "maximum": (
        "f(x) = max(x[i], i = 0..n-1)",
        "∂f/∂x[k] = 1/sum(1, i = 0..n-1, x[i] == max(x[j], j = 0..n-1)) if x[k] == max(x[i], i = 0..n-1) else 0",
    ),
    "rows": (
        "f(A) = sum(prod(A[i, j], j = 0..n-1)*exp(max(A[i, j], j = 0..n-1)), i = 0..m-1)",
        """
∂f/∂A[k, l] = prod(A[k, i], i = 0..n-1, i != l)*exp(M[k])
            + P[k]*exp(M[k])/sum(1, i = 0..n-1, A[k, i] == M[k])    if A[k, l] == M[k]
where M[i] = max(A[i, j], j = 0..n-1)
      P[i] = prod(A[i, j], j = 0..n-1)
""",
    ),
    "relu": (
        "f(x) = sum(sqrt(x[i]), i = 0..n-1, x[i] > 0)",
        "∂f/∂x[k] = 1/(2*sqrt(x[k])) if x[k] > 0 else 0",
    ),
    "huber": (
        "f(x, d) = sum(x[i]**2/2 if abs(x[i]) <= d else d*(abs(x[i]) - d/2), i = 0..n-1)",
        """
∂f/∂x[k] = x[k] if abs(x[k]) <= d else d*sign(x[k])
∂f/∂d = sum(abs(x[i]) - d, i = 0..n-1, abs(x[i]) > d)
""",
    ),
    "norm": (
        "f(x) = sqrt(sum(x[i]**2, i = 0..n-1))",
        "∂f/∂x[k] = x[k]/sqrt(sum(x[i]**2, i = 0..n-1))",
    ),
    "mean": (
        "f(x) = sum(x[i], i = 0..n-1)/n",
        """
∂f/∂x[k] = 1/n
with x of length n
""",
    ),
    "variance": (
        "f(x) = sum((x[i] - sum(x[j], j = 0..n-1)/n)**2, i = 0..n-1)/n",
        "∂f/∂x[k] = 2*(n*x[k] - sum(x[i], i = 0..n-1))/n**2",
    ),
    "polynomial": (
        "f(c, x) = sum(c[i]*x**i, i = 0..n-1)",
        """
∂f/∂c[k] = x**k
∂f/∂x = sum(i*c[i]*x**(i - 1), i = 0..n-1)
""",
    ),
    "odd": (
        """
f(x, y) = sum(sin(x[2*i+1]**2), i = 0..h-1)
with y of length h
""",
        "∂f/∂x[k] = 2*x[k]*cos(x[k]**2) if k % 2 == 1 else 0",
    ),
    "laplacian": (
        """
f(u) = sum((u[i+2] - 2*u[i+1] + u[i])**2, i = 0..n-3)
with u of length n
""",
        """
∂f/∂u[k] = t1[k]        if k <= n - 3
         + t1[k-2]      if k >= 2
         - 2*t1[k-1]    if 1 <= k <= n - 2
where t1[i] = 2*(u[i+2] - 2*u[i+1] + u[i])
with u of length n
""",
    ),
    "write": (
        """
f(x)[i] = x[i+1]*sin(x[i]) if 1 <= i <= n - 2 else x[i]
with x of length n
""",
        """
(ct·J(x))[k] = ct[k-1]*sin(x[k-1])       if k >= 2
             + ct[k]*x[k+1]*cos(x[k])    if 1 <= k <= n - 2
             + ct[k]                     if k == 0 or k == n - 1
with x of length n
""",
    ),
    "write_loss": (
        "f(x) = sum(x[i+1]**2*sin(x[i])**2 if 1 <= i <= n - 2 else x[i]**2, i = 0..n-1)",
        """
∂f/∂x[k] = 2*x[k]                             if k == 0 or k == n - 1
         + 2*x[k]*sin(x[k-1])**2              if k >= 2
         + 2*x[k+1]**2*sin(x[k])*cos(x[k])    if 1 <= k <= n - 2
with x of length n
""",
    ),
    "gather": (
        "f(x, idx) = sum(x[idx[i]]**3, i = 0..m-1)",
        "∂f/∂x[k] = 3*sum(x[idx[i]]**2, i = 0..m-1, idx[i] == k)",
    ),
    "scatter": (
        "f(x, w, idx) = sum(x[i]*sum(w[j], j = 0..m-1, idx[j] == i)**2, i = 0..n-1)",
        """
∂f/∂x[k] = sum(w[i], i = 0..m-1, idx[i] == k)**2
∂f/∂w[k] = 2*x[idx[k]]*sum(w[i], i = 0..m-1, idx[i] == idx[k])
""",
    ),
    "convolution": (
        """
f(x, y) = sum(sum(x[i-j]*y[j], j = 0..m-1, i - n < j <= i)**2, i = 0..m+n-2)
with x of length n
""",
        """
∂f/∂x[k] = sum(t1[i+k]*y[i], i = 0..m-1)
∂f/∂y[k] = sum(t1[i+k]*x[i], i = 0..n-1)
where t1[i] = 2*sum(x[i-j]*y[j], j = 0..m-1, i - n < j <= i)
""",
    ),
    "matrix_product": (
        "f(A, B)[i, j] = sum(A[i, k]*B[k, j], k = 0..h-1)",
        """
(ct·J(A, B))_A[k, l] = sum(B[l, i]*ct[k, i], i = 0..n-1)
(ct·J(A, B))_B[k, l] = sum(A[i, k]*ct[i, l], i = 0..m-1)
""",
    ),
    "softmax": (
        "f(z)[i] = exp(z[i])/sum(exp(z[j]), j = 0..n-1)",
        """
(ct·J(z))[k] = (ct[k]/s - sum(ct[i]*exp(z[i]), i = 0..n-1)/s**2)*exp(z[k])
where s = sum(exp(z[i]), i = 0..n-1)
""",
    ),
    "cumulative": (
        "f(x)[i] = sum(x[j], j = 0..i)",
        """
(ct·J(x))[k] = sum(ct[i], i = k..n-1)
with x of length n
""",
    ),
    "outer": (
        "f(x, y)[i, j] = x[i]*y[j]",
        """
(ct·J(x, y))_x[k] = sum(ct[k, i]*y[i], i = 0..m-1)
(ct·J(x, y))_y[k] = sum(ct[i, k]*x[i], i = 0..n-1)
""",
    ),
    "transpose": (
        "f(A)[i, j] = A[j, i]",
        "(ct·J(A))[k, l] = ct[l, k]",
    ),
    "any_all": (
        """
f(x) = sum(x[i], i = 0..n-1)       if all(x[i] < 5, i = 0..n-1) and any(x[i] > 1, i = 0..n-1)
       0                           if all(x[i] < 5, i = 0..n-1)
       sum(x[i]**2, i = 0..n-1)    otherwise
""",
        """
∂f/∂x[k] = 1         if all(x[i] < 5, i = 0..n-1) and any(x[i] > 1, i = 0..n-1)
           2*x[k]    if not all(x[i] < 5, i = 0..n-1)
           0         otherwise
""",
    ),
    "guard": (
        """
f(x) = log(sum(x[i], i = 0..n-1))
for sum(x[i], i = 0..n-1) > 0
""",
        """
∂f/∂x[k] = 1/sum(x[i], i = 0..n-1)
for sum(x[i], i = 0..n-1) > 0
""",
    ),
    "energy": (
        "f(x) = sum(1/(sum((x[i, k] - x[j, k])**2, k = 0..m-1) + 1), 0 <= i < j <= n-1)",
        """
∂f/∂x[k, l] = 2*(sum((x[i, l] - x[k, l])/(r2[i, k] + 1)**2, i = 0..k-1) + sum((x[i, l] - x[k, l])/(r2[k, i] + 1)**2, i = k+1..n-1))
where r2[i, j] = sum((x[i, k] - x[j, k])**2, k = 0..m-1)
with x n × m
""",
    ),
}


@pytest.mark.parametrize("name", TEXT)
def test_text(name):
    function = BY_NAME[name]
    graph = function.graph()
    kind = "vjp" if function.result else "gradient"
    derived = transposed(graph, function.variables) if function.result else function.gradient()
    value, derivative = (expected.strip("\n") for expected in TEXT[name])
    assert as_text(graph, function.heading()) == value
    assert as_text(derived, function.heading(kind)) == derivative
