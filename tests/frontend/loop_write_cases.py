"""Loops that write to arrays which they read, under any name, and to several elements: what each iteration finds there."""

# ruff: noqa: N806 - matrices have capital letters, as on paper

import numpy as np


def what_is_looped_over(x, a):
    u = x * 2
    for i, c in enumerate(u[:-1]):
        u[i + 1] = c * a
    return np.sum(u * x)


def ahead_of_the_loop(x, a):
    u = x * 2
    for i, c in enumerate(u[1:]):
        u[i] = c * a
    return np.sum(u * x)


def own_elements(x, a):
    u = x * 2
    for i in range(len(u)):
        u[i] *= x[len(u) - 1 - i] * a
    return np.sum(u * x)


def next_element(x, a):
    u = x * 2
    for i in range(len(x) - 1):
        u[i] = u[i + 1] * a + u[i]
    return np.sum(u * x)


def previous_element(x, a):
    u = x * 2
    for i in range(1, len(x)):
        u[i] = u[i - 1] * a + x[i]
    return np.sum(u * x)


def previous_element_backwards(x, a):
    u = x * 2
    for i in range(len(x) - 1, 0, -1):
        u[i] = u[i - 1] * a + u[i]
    return np.sum(u * x)


def first_element(x, a):
    u = x * 2
    for i in range(len(x)):
        if i > 0:
            u[i] = u[0] * a + u[i]
    return np.sum(u * x)


def under_another_name(x, a):
    u = x * 2
    s = u
    for k in range(len(x)):
        u[k] = x[k] * a
        s[k] += s[k] ** 2
    return np.sum(s * x)


def under_another_name_backwards(x, a):
    total = x * 2
    s = total
    for k in range(len(x) - 1, -1, -1):
        total[k] = s[k] * x[k] * a
    return np.sum(s * x) + np.sum(total)


def through_a_view(x, a):
    u = np.zeros(len(x) + 1)
    v = u[1:]
    for i in range(len(x)):
        v[i] = x[i] * a
        u[i] += 1
    return np.sum(u[:-1] * x) + np.sum(v**2)


def through_a_reversed_view(x, a):
    u = x * 2
    v = u[::-1]
    for i in range(len(x)):
        v[i] = x[i] * a * v[i]
    return np.sum(u * x)


def one_of_two_elements(x, a):
    y = x * 2
    for i in range(1, len(x)):
        if x[i] > 0.4:
            y[i] = a * x[i]
        else:
            y[i - 1] = x[i] ** 2
    return np.sum(y * x)


def one_of_two_elements_backwards(x, a):
    y = x * 2
    for i in range(len(x) - 1, 0, -1):
        if x[i] > 0.4:
            y[i] = a * x[i]
        else:
            y[i - 1] = x[i] ** 2
    return np.sum(y * x)


def two_elements(x, a):
    y = np.zeros(len(x) + 1)
    for i in range(len(x)):
        y[i] = a * x[i]
        y[i + 1] = x[i] ** 2
    return np.sum(y[1:] * x) + y[0]


def two_elements_the_other_way(x, a):
    y = np.zeros(len(x) + 1)
    for i in range(len(x)):
        y[i + 1] = x[i] ** 2
        y[i] = a * x[i]
    return np.sum(y[1:] * x) + y[0]


def added_and_written(x, a):
    y = x * 1
    for i in range(len(x) - 1):
        y[i] += a * x[i]
        y[i + 1] = x[i] ** 2
    return np.sum(y * x)


def under_conditions(x, a):
    y = x * 2
    for i in range(len(x)):
        if x[i] > 0.4:
            y[i] *= a
            if x[i] > 0.8:
                y[i] = y[i] + x[i] ** 2
        elif x[i] > 0:
            y[i] = 3 * x[i]
    return np.sum(y * x)


def added_under_conditions(x, a):
    y = x * 2
    for i in range(1, len(x)):
        if x[i] > 0.4:
            y[i - 1] += a
        else:
            y[i] = y[i] * x[i]
    return np.sum(y * x)


def left_out(x, a):
    y = x * 2
    for i in range(len(x)):
        if x[i] > 0.5:
            continue
        y[i] = x[i] ** 2 * y[i]
    return np.sum(y * a)


def matrix_elements(x, a):
    A = np.outer(x, x)
    for i in range(len(x)):
        for j in range(len(x)):
            A[i, j] = A[i, j] * a + x[j]
    return np.sum(A**2 * x)


def matrix_below_the_diagonal(x, a):
    A = np.outer(x, x)
    for i in range(1, len(x)):
        for j in range(len(x)):
            A[i, j] += a * A[i - 1, j]
    return np.sum(A**2 * x)


def two_inner_loops(x, a):
    A = np.outer(x, x)
    for i in range(len(x)):
        for j in range(len(x)):
            A[i, j] *= a
        for k in range(len(x)):
            A[i, k] = A[i, k] + x[k]
    return np.sum(A**2 * x)


def shifted_inner_loops(x, a):
    A = np.outer(x, x)
    for i in range(len(x)):
        for j in range(len(x)):
            A[i, j] *= a
        for k in range(1, len(x)):
            A[i, k - 1] = A[i, k] + x[k]
    return np.sum(A**2 * x)


def transposed(x, a):
    A = np.outer(x, x**2)
    B = A.T
    for i in range(len(x)):
        for j in range(i):
            B[i, j] = a * A[j, i]
    return np.sum(A**2 * x)


def mirrored(x, a):
    A = np.outer(x, x**2)
    for i in range(len(x)):
        for j in range(i):
            A[i, j] = a * A[j, i]
    return np.sum(A**2 * x)


def whole_array_in_a_loop(x, a):
    u = x * 2
    for i in range(len(x)):
        u[i] = np.sum(u) * a
    return np.sum(u * x)


def by_a_helper_in_a_loop(x, a):
    def put(y, i, b):
        y[i] = b

    u = x * 2
    for i in range(len(x)):
        put(u, i, x[i] * a)
    return np.sum(u * x)


def size_of_what_is_written(x, a):
    u = x * 2
    for i in range(u.shape[0]):
        u[i] = x[u.size - 1 - i] * a + np.size(u)
    return np.sum(u * x)


def both_ends(x, a):
    u = x * 2
    for i in range(len(x)):
        u[i] = x[i] * a
        u[len(x) - 1 - i] = x[i] ** 2
    return np.sum(u * x)


def same_element(x, a):
    u = x * 2
    for i in range(len(x)):
        u[0] = x[i] * a
    return np.sum(u * x)


CASES = [
    what_is_looped_over,
    ahead_of_the_loop,
    own_elements,
    next_element,
    previous_element,
    previous_element_backwards,
    first_element,
    under_another_name,
    under_another_name_backwards,
    through_a_view,
    through_a_reversed_view,
    one_of_two_elements,
    one_of_two_elements_backwards,
    two_elements,
    two_elements_the_other_way,
    added_and_written,
    under_conditions,
    added_under_conditions,
    left_out,
    matrix_elements,
    matrix_below_the_diagonal,
    two_inner_loops,
    shifted_inner_loops,
    transposed,
    mirrored,
    whole_array_in_a_loop,
    by_a_helper_in_a_loop,
    size_of_what_is_written,
    both_ends,
    same_element,
]
