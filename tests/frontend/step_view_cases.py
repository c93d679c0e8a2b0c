"""Functions of a vector ``x`` and a number ``a`` in which slices with steps, masks and other shapes are views or are written."""

# ruff: noqa: N806 - matrices have capital letters here, as on paper

import numpy as np


def step_in_a_view(x, a):
    y = x.copy()
    v = y[::-1]
    v[::2] = a * x[::2] ** 2
    return np.sum(y * x)


def view_with_a_step(x, a):
    y = x.copy()
    v, w = y[::2], y[::-2]
    v *= x[::2]
    w[:] = a * w**2
    return np.sum(y * x) + np.sum(v * w)


def step_of_a_step(x, a):
    y = x.copy()
    v = y[::2]
    v[::2] = a * v[::2] ** 2
    return np.sum(y * x)


def columns_with_steps(x, a):
    X = np.zeros((3, len(x)))
    Y = X.T
    Y[::2, 1] = x[::2] ** 2
    row = X[1]
    row[1::2] = a * x[1::2]
    return np.sum(X * x)


def mask_of_a_view(x, a):
    y = x.copy()
    v = y[::-1]
    v[x > 0] = a
    v[v < 0] *= 3.0
    return np.sum(y * x)


def chosen_before_a_change(x, a):
    y = x.copy()
    z = y[y > 0]
    y *= a
    return np.sum(z) + np.sum(y * x)


def written_column(x, a):
    y = x.copy()
    z = y.reshape(-1, 1)
    z[:, 0] = a * x**2
    y *= x
    return np.sum(z * y[:, None])


def split_and_changed(x, a):
    y = np.concatenate((x, x))
    z = y.reshape(2, -1)
    y[: len(x)] = a * x**2
    return np.sum(z[0] * z[1])


def put_in_one_row(x, a):
    X = np.zeros((2, len(x)))
    X[0] = a * x
    z = X.reshape(-1)
    return np.sum(z * z) + np.sum(X[0] ** 3)


def loop_with_a_step(x, a):
    y = x.copy()
    for i in range(0, len(x), 2):
        y[i] = a * x[i] ** 2
    return np.sum(y * x)


def loop_with_a_step_into_a_view(x, a):
    y = x.copy()
    v = y[::-1]
    for i in range(0, len(x), 2):
        v[i] += a * x[i] ** 2
    return np.sum(y * x)


def loop_backwards(x, a):
    y = np.ones(len(x))
    for i in range(len(x) - 1, -1, -2):
        y[i] = a * x[i] ** 2
    return np.sum(y * x)


def loop_with_a_helper(x, a):
    y = np.ones(len(x))

    def put(i):
        y[i] = a * x[i] ** 2

    for i in range(1, len(x), 2):
        put(i)
    return np.sum(y * x)


def list_beside_an_array(x, a):
    y, total = np.zeros(len(x)), [0.0]
    for i in range(len(x)):
        y[i] = x[i] ** 2
        total[0] = a * total[0] + y[i]
    return np.sum(y * x) + total[0]


CASES = [
    step_in_a_view,
    view_with_a_step,
    step_of_a_step,
    columns_with_steps,
    mask_of_a_view,
    chosen_before_a_change,
    written_column,
    split_and_changed,
    put_in_one_row,
    loop_with_a_step,
    loop_with_a_step_into_a_view,
    loop_backwards,
    loop_with_a_helper,
    list_beside_an_array,
]
