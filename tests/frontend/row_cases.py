# ruff: noqa: N803 - matrices have capital letters here, as on paper; plain loops
"""Loops over rows of arrays and slices in loops, with the shapes of their arguments as in ``tensor_cases``."""

import math

import numpy as np


def whole_array_inside(x, y):
    s = 0.0
    for i in range(len(y)):
        s += y[i] * np.sum(x**2)
    return s


def values_of_rows(A, w):
    s = 0.0
    for row in A:
        s += np.sin(row @ w)
    return s


def indexed_rows(A, w):
    s = 0.0
    for i in range(A.shape[0]):
        s += np.tanh(np.dot(A[i], w)) ** 2
    return s


def zipped_rows(A, y, w):
    s = 0.0
    for row, t in zip(A, y, strict=False):
        s += (row @ w - t) ** 2
    return s


def norms(A):
    return sum(np.linalg.norm(r) for r in A)


def pairs_of_rows(A):
    s = 0.0
    for i in range(len(A)):
        for j in range(i + 1, len(A)):
            d = A[i] - A[j]
            s += 1 / np.sqrt(np.sum(d**2) + 0.1)
    return s


def slices_of_rows(A):
    s = 0.0
    for i in range(1, A.shape[0]):
        s += np.sum((A[i, 1:] - A[i - 1, :-1]) ** 2) * A[i, 0]
    return s


def windows(x):
    s = 0.0
    for i in range(len(x) - 2):
        s += np.prod(x[i : i + 3])
    return s


def written_elements(A, w):
    out = np.zeros(A.shape[0])
    for i in range(A.shape[0]):
        out[i] = A[i, :] @ w
    return np.sum(out**3)


def elements_of_rows(A):
    s = 0.0
    for row in A:
        for v in row:
            s += v**3
    return s


def rows_in_branches(A, y):
    s = 0.0
    for i in range(A.shape[0]):
        if y[i] > 0:
            s += np.sum(A[i] ** 2)
        else:
            s += A[i] @ A[i] * y[i]
    return s


def scaled_rows(A, y):
    s = 0.0
    for i in range(A.shape[0]):
        r = A[i] * y[i]
        m = np.mean(r)
        s += np.sum((r - m) ** 2)
    return s


def maxima_of_rows(A):
    s = 0.0
    for row in A:
        s += np.max(row) + np.sum(np.where(row > 0, row, 0.1 * row))
    return s


def matrix_times_row(A, B):
    s = 0.0
    for i in range(A.shape[0]):
        s += np.sum(np.tanh(B @ A[i]))
    return s


def all_pairs(A):
    s = 0.0
    for i in range(A.shape[0]):
        for j in range(A.shape[0]):
            s += np.exp(-np.sum((A[i] - A[j]) ** 2))
    return s


def row_before(A):
    s = 0.0
    for i in range(A.shape[0]):
        s += A[i] @ A[i - 1] * i
    return s


def logarithms_of_rows(A):
    s = 0.0
    for i in range(A.shape[0]):
        s += math.log(1 + np.sum(A[i] ** 2)) / (1 + np.var(A[:, 0]))
    return s


def listed_rows(A):
    return np.sum(np.array([r @ r for r in A]) ** 2)


def filtered_rows(A, w):
    return sum(a[0] * np.dot(a, w) for a in A if a[0] > 0)


def centred_rows(A):
    s = 0.0
    for i, row in enumerate(A):
        s += (i + 1) * np.linalg.norm(row - np.mean(A, axis=0))
    return s


def whole_array_in_branch(x, w):
    s = 0.0
    for i in range(len(x)):
        if x[i] > 0:
            s += x[i] * np.sum(w**2)
    return s


def choice_in_branch(A, y):
    s = 0.0
    for i in range(len(y)):
        if y[i] > 0:
            s += np.sum(np.where(A[i] > 0, A[i] ** 2, 0.0))
    return s


def condition_on_row(A, y):
    s = 0.0
    for i in range(len(y)):
        s += np.max(A[i]) * y[i] if np.any(A[i] > 0.5) else y[i] ** 2
    return s


def reversed_copies(A, y):
    s = 0.0
    for i in range(len(y)):
        r = A[i].copy()
        s += np.sum(r[::-1] * A[i]) + r[0] * r[-1]
    return s


def full_rows(A, y):
    s = 0.0
    for i in range(len(y)):
        s += np.sum(np.full(A.shape[1], y[i]) * A[i]) + np.sum(np.array([y[i], 2.0]) ** 2)
    return s


def outer_products(A, y):
    s = 0.0
    for i in range(len(y)):
        s += np.sum(np.outer(A[i], A[i]) @ A[i])
    return s


def moved_rows(A, y):
    s = 0.0
    for i in range(len(y)):
        s += np.sum(np.cumsum(A[i])) * y[i] + np.sum(np.diff(A[i]) ** 2) + np.clip(A[i], -0.5, 0.5).sum()
    return s


def other_rows(A, y):
    s = 0.0
    for i in range(len(y)):
        for j in range(len(y)):
            if i != j:
                s += 1 / np.linalg.norm(A[i] - A[j])
    return s


def blocks_of_rows(A, y):
    s = 0.0
    for i in range(2, len(y)):
        s += np.sum(A[i - 2 : i + 1]) * y[i] + np.mean(y[i - 2 : i])
    return s


def rebound_number(A, y):
    s = 0.0
    for i in range(len(y)):
        t = np.sum(A[i] ** 2)
        if t > 0.3:
            t = t**2
        s += t * y[i]
    return s


def log_sum_exp(A, y):
    s = 0.0
    for i in range(len(y)):
        z = A[i] - np.max(A[i])
        s += np.log(np.sum(np.exp(z)))
    return s


def from_both_ends(A, y):
    s = 0.0
    for i in reversed(range(len(y))):
        s += A[i] @ A[len(y) - 1 - i]
    return s


CASES = [
    (whole_array_inside, "n, m"),
    (values_of_rows, "m n, n"),
    (indexed_rows, "m n, n"),
    (zipped_rows, "m n, m, n"),
    (norms, "m n"),
    (pairs_of_rows, "m n"),
    (slices_of_rows, "m n"),
    (windows, "n"),
    (written_elements, "m n, n"),
    (elements_of_rows, "m n"),
    (rows_in_branches, "m n, m"),
    (scaled_rows, "m n, m"),
    (maxima_of_rows, "m n"),
    (matrix_times_row, "m n, k n"),
    (all_pairs, "m n"),
    (row_before, "m n"),
    (logarithms_of_rows, "m n"),
    (listed_rows, "m n"),
    (filtered_rows, "m n, n"),
    (centred_rows, "m n"),
    (whole_array_in_branch, "n, m"),
    (choice_in_branch, "m n, m"),
    (condition_on_row, "m n, m"),
    (reversed_copies, "m n, m"),
    (full_rows, "m n, m"),
    (outer_products, "m n, m"),
    (moved_rows, "m n, m"),
    (other_rows, "m n, m"),
    (blocks_of_rows, "m n, m"),
    (rebound_number, "m n, m"),
    (log_sum_exp, "m n, m"),
    (from_both_ends, "m n, m"),
]
