"""Small functions of arrays of any size, with the shapes of their arguments: ``"m n, n"`` is a matrix and a vector."""

# ruff: noqa: N803, N806 - matrices have capital letters here, as on paper

import numpy as np
from scipy import special

# -- element by element ---------------------------------------------------------------------------------------------


def polynomial(x):
    return 3 * x**2 - x / 2 + 1


def unary(x):
    return np.exp(-x) * np.sin(x) + np.sqrt(np.abs(x) + 1) - np.tanh(-x)


def operators(x, y):
    return (x + y) * (x - 2 * y) / (1 + y**2) - (+x)


def with_scalars(x, a, b):
    return a * x + b


def outer_difference(x, y):
    return x[:, None] - y[None, :]


def row_and_column(A, x, y):
    return A * x + y[:, np.newaxis]


def chosen(x, y):
    return np.where(x > y, x * y, -x)


def chosen_by_scalar(x, a):
    return np.where(a > 0, x, x**2)


def logic(x, y):
    return np.where((x > 0) & ~(y > 0) | (x > 1), x**2, y)


def clipped(x):
    return np.clip(x, -0.5, 0.75) + np.maximum(x, 0) + np.minimum(x, 0.1) + abs(x)


def counted(x):
    return np.sum(x > 0) * x


def helper(x):
    def square(v):
        return v * v

    return square(x) + square(x[::-1])


def conditional(x, a):
    if a > 0:
        y = x**2
        z = a
    else:
        y = np.sin(x)
        z = x[0]
    return y * z


def early(x, a):
    if a > 5:
        return x
    return np.cos(x) * a


def chained(x):
    y = x
    for _ in range(3):
        y = y + 0.5 * np.sin(y)
    return y


# -- reductions -----------------------------------------------------------------------------------------------------


def total(x):
    return np.sum(x**2)


def totals(A):
    return A.sum(axis=0) * np.sum(A, axis=1).sum() + A.mean(0)


def centred(A):
    return A - A.mean(axis=1, keepdims=True)


def all_axes(A):
    return np.sum(A, axis=(0, 1)) + np.sum(A, axis=(-1,)).sum()


def spread(x):
    return np.var(x) + np.std(x + x**2) + x.mean()


def spread_columns(A):
    return np.var(A, axis=0, ddof=1)


def product(x):
    return np.prod(x) * x


def products(A):
    return A.prod(axis=1)


def extremes(x):
    return np.max(x) - x.min() + np.max(x**2)


def extreme_rows(A):
    return A.max(axis=1) + np.min(A, axis=0).sum()


def extreme_all(A):
    return A.max() + np.amin(A, keepdims=True)


def truth(x):
    return np.where(np.any(x > 1), 1.0, 2.0) * x + np.where(np.all(x > -10), x, 0)


def norms(x, A):
    return np.linalg.norm(x) + np.linalg.norm(A) + np.linalg.norm(x, 1) + np.linalg.norm(A, axis=0).sum()


def softmax(x):
    e = np.exp(x - np.max(x))
    return e / e.sum()


def log_sum(x):
    m = x.max()
    return m + np.log(np.sum(np.exp(x - m)))


def scipy_log_sum(x, A):
    return special.logsumexp(x) + special.logsumexp(A, axis=1).sum() + special.logsumexp(x, b=np.exp(x))


def scipy_softmax(x, A):
    return special.softmax(A, axis=0) @ special.softmax(x) + special.log_softmax(A)[:, 0]


def builtin_sum(x):
    return sum(x * x) + sum(x, 1.0)


def weighted(x, w):
    return np.average(x) + np.average(x, weights=w**2 + 1)


# -- products -------------------------------------------------------------------------------------------------------


def least_squares(A, x, b):
    return np.sum((A @ x - b) ** 2)


def ridge(x, A, b, lam):
    r = A.dot(x) - b
    return r @ r + lam * np.dot(x, x)


def quadratic(x, A):
    return x @ A @ x


def matrices(A, B):
    return A @ B


def batches(A, B):
    return A @ B


def batch_vector(A, x):
    return A @ x


def dots(A, B, x):
    return np.dot(np.dot(A, B), x) + np.matmul(A, B @ x)


def outers(x, y):
    return np.outer(x, y) * np.inner(x, x) + np.vdot(y, y)


def einsums(A, x, y):
    return np.einsum("ij,j->i", A, x) + np.einsum("i,ij,j->", y, A, x)


def einsum_trace(S):
    return np.einsum("ii", S) + np.einsum("ij->ji", S) * np.einsum("ii->i", S) + np.trace(S)


def einsum_chain(A, B):
    return np.einsum("ij,jk->ik", A, B).T + np.einsum("ij,jk", A, B).transpose()


def einsum_batch(T, x):
    return np.einsum("bij,j->bi", T, x)


# -- moving elements ------------------------------------------------------------------------------------------------


def rosenbrock(x):
    return np.sum(100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2)


def laplacian(u):
    return u[2:] - 2 * u[1:-1] + u[:-2]


def stencil(U):
    return U[1:-1, 2:] + U[1:-1, :-2] + U[2:, 1:-1] + U[:-2, 1:-1] - 4 * U[1:-1, 1:-1]


def backwards(x):
    return x[::-1] * x + x[-1:0:-1].sum()


def elements(x):
    return x[0] * x[-1] + x[1] + np.sum(x)


def rows(A):
    return A[0] * A[-1] + A[1, :] - A[0, 0]


def columns(A):
    return A[:, 0] * A[:, -1] + A[..., 1]


def ellipsis(T):
    return T[..., 0] + T[0, ..., 0].sum() + T[:, -1, 0].sum()


def new_axes(x):
    return x[:, None] * x[None] + x[np.newaxis, :, None].sum()


def transposes(A, x):
    return A.T @ x + np.transpose(A).sum(axis=1) + np.swapaxes(A, 0, 1)[:, 0]


def permuted(T):
    return np.transpose(T, (2, 0, 1)) * 2


def first_three(x):
    return np.sum(x[:3] ** 2) * x


def last_two(x):
    return x[-2:] * x.sum()


def computed_bounds(x):
    n = len(x)
    return x[1:n] + x[: n - 1] * n


def gathered(x, idx):
    return x[idx] ** 2 * np.sum(x)


def gathered_rows(A, idx):
    return A[idx] + A[idx, 0][:, None]


def gathered_pairs(A, rows_, columns_):
    return A[rows_, columns_] + A[:, columns_].sum()


def neighbours(x, idx):
    return x[idx + 1] - x[idx]


def at_range(x):
    i = np.arange(len(x) - 1)
    return x[i + 1] * x[i] + i


def differences(x):
    return np.diff(x) ** 2


def second_differences(x):
    return np.diff(x, n=2)


def differences_of_rows(A):
    return np.diff(A, axis=0)


def cumulated(x):
    return np.cumsum(x**2) + x.cumsum()


def cumulated_rows(A):
    return np.cumsum(A, axis=1)


def rolled(x):
    return np.roll(x, 1) - np.roll(x, -1) + np.roll(x, 0)


def rolled_far(x):
    return np.roll(x, 2) * x + np.roll(x, -3)


def rolled_rows(A):
    return np.roll(A, 1, axis=0) - np.roll(A, -1, axis=1)


def joined(x, y):
    return np.concatenate((x, 2 * y, x[1:])) ** 2


def padded(x):
    return np.concatenate(([0.0], x, [1.0, 2.0])) * 3


def appended(x):
    return np.append(x, 1.5) * np.hstack([x, x[0]])


def stacked(x, y):
    return np.stack([x, y**2, x * y]) + np.array([x, y, y]) + np.vstack((x, x, y))


def column_stacked(x, y):
    return np.column_stack([x, y]) @ np.array([1.0, 2.0])


def diagonals(x, S):
    return np.diag(x) @ S + np.diag(np.diag(S)) + np.tril(S) - np.triu(S, 1) + np.diag(x[1:], 1)


def flipped(x):
    return np.flip(x) * x + x.reshape(-1) + x.reshape(-1, 1).sum()


def flattened(x):
    return x.ravel() + x.flatten() * np.expand_dims(x, 0)


# -- making arrays --------------------------------------------------------------------------------------------------


def grid(x):
    return x * np.linspace(0.0, 2.0, len(x)) + np.arange(x.size)


def constants(x):
    n = x.shape[0]
    return np.ones(n) * 2 + np.zeros_like(x) + np.full(n, 3.5) - np.ones_like(x) * x + np.full_like(x, 0.5)


def identity(S):
    n = S.shape[0]
    return (np.eye(n) + S) @ np.identity(n) + np.eye(n, k=1)


def vandermonde(x):
    return x[:, None] ** np.arange(4)


def sizes(A):
    m, n = A.shape
    return A.sum() / (m * n) + A.size + A.ndim + len(A)


def copied(x):
    y = x.copy()
    z = np.array(x)
    y[0] = 5.0
    z[-1] = y[0] * x[0]
    return y * z * x


# -- writes ---------------------------------------------------------------------------------------------------------


def burgers(u):
    r = np.zeros_like(u)
    r[1:-1] = -u[1:-1] * (u[2:] - u[:-2]) + 0.1 * (u[2:] - 2 * u[1:-1] + u[:-2])
    r[0] = u[0]
    r[-1] = -u[-1]
    return r


def accumulated(x):
    y = np.zeros(len(x))
    y[1:] += x[:-1]
    y[:-1] -= 2 * x[1:]
    y[:] *= 3
    y += x
    return y


def everywhere(x):
    y = np.empty_like(x)
    y[:] = x**2
    y[0] = y[0] + 1
    return y


def scalar_slices(x):
    y = x * 2
    y[1:-1] = 7.0
    y[::2] = 1.5
    y[-2:] *= 0.5
    return y * x


def matrix_writes(A, x):
    B = np.zeros(A.shape)
    B[:, 0] = x
    B[0, :] = A[-1]
    B[1:, 1:] = A[:-1, :-1] * 2
    B[-1, -1] += 3 * x[0]
    return B


def backwards_write(x):
    y = np.zeros_like(x)
    y[::-1] = x
    y[-1:0:-1] += x[1:]
    return y


def masked(x):
    y = x**2
    y[x < 0] = 0.0
    y[y > 1] *= 2
    return y


def branch_write(x, a):
    y = np.zeros_like(x)
    if a > 0:
        y[0] = a
        y += x
    else:
        y = x * a
    return y


def both_names(x):
    y = np.zeros_like(x)
    z = y
    y[0] = x[0]
    z[1:] = x[:-1]
    return y + 2 * z


CASES = [
    (polynomial, "n"),
    (unary, "n"),
    (unary, "m n"),
    (operators, "n, n"),
    (operators, "m n, n"),
    (operators, "m n, m n"),
    (with_scalars, "n, , "),
    (outer_difference, "m, n"),
    (row_and_column, "m n, n, m"),
    (chosen, "n, n"),
    (chosen_by_scalar, "n, "),
    (logic, "n, n"),
    (clipped, "n"),
    (counted, "n"),
    (helper, "n"),
    (conditional, "n, "),
    (early, "n, "),
    (chained, "n"),
    (total, "n"),
    (total, "m n"),
    (totals, "m n"),
    (centred, "m n"),
    (all_axes, "m n"),
    (spread, "n"),
    (spread_columns, "m n"),
    (product, "n"),
    (products, "m n"),
    (extremes, "n"),
    (extreme_rows, "m n"),
    (extreme_all, "m n"),
    (truth, "n"),
    (norms, "n, m n"),
    (softmax, "n"),
    (log_sum, "n"),
    (scipy_log_sum, "n, m n"),
    (scipy_softmax, "n, m n"),
    (builtin_sum, "n"),
    (weighted, "n, n"),
    (least_squares, "m n, n, m"),
    (ridge, "n, m n, m, "),
    (quadratic, "n, n n"),
    (matrices, "m k, k n"),
    (batches, "l m k, l k n"),
    (batches, "m k, l k n"),
    (batch_vector, "l m n, n"),
    (dots, "m k, k n, n"),
    (outers, "m, n"),
    (einsums, "m n, n, m"),
    (einsum_trace, "n n"),
    (einsum_chain, "m k, k n"),
    (einsum_batch, "l m n, n"),
    (rosenbrock, "n"),
    (laplacian, "n"),
    (stencil, "m n"),
    (backwards, "n"),
    (elements, "n"),
    (rows, "m n"),
    (columns, "m n"),
    (ellipsis, "l m n"),
    (new_axes, "n"),
    (transposes, "m n, m"),
    (permuted, "l m n"),
    (first_three, "n"),
    (last_two, "n"),
    (computed_bounds, "n"),
    (gathered, "n, i:n"),
    (gathered_rows, "m n, i:m"),
    (gathered_pairs, "m n, i:m, i:n"),
    (neighbours, "n, i:n-1"),
    (at_range, "n"),
    (differences, "n"),
    (second_differences, "n"),
    (differences_of_rows, "m n"),
    (cumulated, "n"),
    (cumulated_rows, "m n"),
    (rolled, "n"),
    (rolled_far, "n"),
    (rolled_rows, "m n"),
    (joined, "n, m"),
    (padded, "n"),
    (appended, "n"),
    (stacked, "n, n"),
    (column_stacked, "n, n"),
    (diagonals, "n, n n"),
    (flipped, "n"),
    (flattened, "n"),
    (grid, "n"),
    (constants, "n"),
    (identity, "n n"),
    (vandermonde, "n"),
    (sizes, "m n"),
    (copied, "n"),
    (burgers, "n"),
    (accumulated, "n"),
    (everywhere, "n"),
    (scalar_slices, "n"),
    (matrix_writes, "m n, m"),
    (backwards_write, "n"),
    (masked, "n"),
    (branch_write, "n, "),
    (both_names, "n"),
]
