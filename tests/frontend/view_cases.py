"""Functions whose arrays have several names, views and owners: a write is seen under all of them."""

# ruff: noqa: N806 - as users write it

import numpy as np


def reshaped(x, a):
    u = x * 2
    r = u.reshape(-1, 1)
    r[0, 0] = a
    r += x[:, None]
    return np.sum(u * x**2)


def rows_in_a_loop(x, a):
    A = np.outer(x, x)
    for row in A:
        row += x
    A[:, 0] *= a
    return np.sum(A**2)


def diagonal_of_what_changes(x, a):
    A = np.outer(x, x)
    d = np.diag(A)
    A[0, 0] = a
    return np.sum(d * x)


def bound_again(x, a):
    u = x * 2
    v = u
    u = u + 1
    u[0] = a
    return np.sum(u * x) + np.sum(v * x**2)


def changed_in_place(x, a):
    u = x * 2
    v = u
    u += 1
    u[0] = a
    return np.sum(u * x) + np.sum(v * x**2)


def in_a_list(x, a):
    t = [x * 2, x * 3]
    y = t[0]
    y[0] = a
    t[1] += t[0]
    z = t[1][::-1]
    z[0] *= a
    return np.sum(t[0] * x) + np.sum(t[1] * x**2)


def add(y, b):
    y += b
    return y


def by_a_helper(x, a):
    y = x * 2
    z = add(y, x**2)
    z[0] = a
    w = add(y[1:], z[:-1])
    w *= a
    return np.sum(y * x) + np.sum(z * x**2)


def one_of_two(x, a):
    y = x * 1
    z = x * 2
    w = y if a > 0 else z
    w[0] = 0.0
    return np.sum(w * x)


def made_on_one_path(x, a):
    y = x * 1
    if a > 0:
        y = x * 3
    else:
        y *= 2
    y[0] = a
    return np.sum(y * x)


def another_view_on_one_path(x, a):
    y = x * 1
    v = y[1:]
    if a > 0:
        v = y[:-1]
    return np.sum(v * x[1:])


def names_exchanged(x, a):
    y = x * 1
    v = y[1:]
    y, z = v, y
    y[0] = a
    z[0] = a**2
    return np.sum(y * x[1:]) + np.sum(z * x)


def by_an_inner_function(x, a):
    y = x * 1

    def setter(k, b):
        y[k] = b

    setter(0, a)
    setter(-1, a**2)
    return np.sum(y * x)


def masks(x, a):
    y = x * 2
    v = y[::-1]
    m = v > 0.5
    v[m] = a
    v[v < 0] *= x[0]
    return np.sum(y * x)


def onto_itself(x, a):
    y = x * 2
    y[1:] = y[:-1]
    return np.sum(y * x)


def backwards_onto_itself(x, a):
    y = x * 2
    y[:] = y[::-1]
    y += y[::-1] * x
    return np.sum(y * x**2)


def elements_in_a_loop(x, a):
    y = np.zeros(len(x) + 1)
    v = y[1:]
    for i in range(len(x)):
        v[i] = x[i] * a
    return np.sum(y[:-1] * x)


def in_a_try(x, a):
    y = x * 2
    try:
        y[0] = 1 / a
        z = y[::-1]
        z[0] = a
    except ZeroDivisionError:
        y[-1] = 5
    return np.sum(y * x)


def what_may_be_a_copy(x, a):
    y = x * 2
    w = np.ravel(y[::-1])
    s = np.sum(w)
    y[0] = a
    return np.sum(y * x) * s


def views_of_views(x, a):
    A = np.outer(x, x)
    B = A.T
    B[0, :] = x
    B[:, 0] += a
    C = B[::-1, ::-1]
    C[0] *= x
    D = C[:, None, :]
    D[0, 0, 0] = a
    return np.sum(A * np.outer(x, x**2)) + np.sum(D)


def base_bound_again(x, a):
    y = x * 2
    v = y[1:]
    s = np.sum(y)
    y = x**2
    return s + np.sum(v * x[1:])


def while_an_operand_waits(x, a):
    y = x * 2
    v = y[1:]

    def h(z):
        z[0] = a
        return 1.0

    return np.sum(v + h(y[1:]))


def slice_of_slice(x, a):
    u = x * 2
    v = u[1:]
    w = v[::-1]
    w *= x[1:]
    w[-1] = a
    return np.sum(u**2) + np.sum(v * x[1:] ** 3)


def on_both_paths(x, a):
    u = x * 2
    v = u[1:]
    if a > 0:
        v[:] = x[1:] ** 2
    else:
        u += a
    return np.sum(u * x) + np.sum(v)


def on_one_path(x, a):
    u = x * 2
    v = u[::-1]
    if a > 0:
        v *= x
    return np.sum(u * x**2) + np.sum(v * x)


def early_return(x, a):
    def change(u):
        if a > 0:
            u[0] = a
            return 1.0
        u[-1] = a**2
        return 2.0

    y = x * 3
    k = change(y[:])
    return k * np.sum(y * x)


def columns(x, a):
    A = np.zeros((len(x), len(x)))
    for j in range(len(x)):
        A[:, j] = x * x[j]
    c = A[:, 0]
    c[:] = a * x
    A[0] += c
    return np.sum(A**2 * x)


def pairs_that_change(x, a):
    u = x * 2
    for b, c in zip(u[1:], u[:-1], strict=True):
        u[0] = b * a + c
    return np.sum(u * x)


def a_copy(x, a):
    u = x * 2
    v = u[1:].copy()
    w = np.array(u)
    z = +u
    u[:] = a
    return np.sum(v * x[1:]) + np.sum(w * x) + np.sum(z * u)


def flattened(x, a):
    A = np.outer(x, x)
    f = A[0].flatten()
    r = A.T[0].ravel() * 1
    f[0] = a
    A[0, 0] = 3 * a
    return np.sum(f * x) + np.sum(A[0] * x) + np.sum(r)


def spread(x, a):
    y = x * 2
    z = np.broadcast_to(y, (3, len(x)))
    y[0] = a
    return np.sum(z * x)


def in_a_tuple(x, a):
    y = x * 2
    pair = (y[::-1], a)
    y[0] = 0.0
    pair[0][-1] += pair[1]
    return np.sum(pair[0] * x)


def default_of_a_function(x, a):
    y = x * 2

    def total(z=y[1:]):
        return np.sum(z * x[1:])

    y *= a
    return total()


def chosen_in_an_expression(x, a):
    y = x * 2
    z = (y[::-1] if a > 0 else y) * 1
    y[0] = a
    return np.sum(z * y)


def beside_an_expression(x, a):
    y = x * 2
    v = y[::-1]
    y[0] = a
    s = np.sum(v) if a > 0 else 1.0
    return s * np.sum(v * x) + np.sum(y)


def on_other_paths(x, a):
    y = x * 2
    for k in range(3):
        if a > k - 0.5:
            v = y[k % 2 :]
            v += a
        else:
            y = y * 2
    return np.sum(y * x)


def in_two_containers(x, a):
    y = x * 2
    d = {"y": y, "v": y[1:]}
    box = [y, d["v"]]
    if a > 0:
        box[1][:] = a
    else:
        box[0] += 1
    d["y"] = d["y"] * 2
    d["v"] += a
    return np.sum(d["y"] * x) + np.sum(y * x) + np.sum(box[1])


def truths(x, a):
    m = x > 0
    k = m[::-1]
    k[0] = True
    return np.sum(np.where(m, x * a, x**2))


def two_slices_at_once(x, a):
    y = x * 2
    y[1:], y[:-1] = y[:-1] * a, y[1:]
    return np.sum(y * x)


CASES = [
    reshaped,
    rows_in_a_loop,
    diagonal_of_what_changes,
    bound_again,
    changed_in_place,
    in_a_list,
    by_a_helper,
    one_of_two,
    made_on_one_path,
    another_view_on_one_path,
    names_exchanged,
    by_an_inner_function,
    masks,
    onto_itself,
    backwards_onto_itself,
    elements_in_a_loop,
    in_a_try,
    what_may_be_a_copy,
    views_of_views,
    base_bound_again,
    while_an_operand_waits,
    slice_of_slice,
    on_both_paths,
    on_one_path,
    early_return,
    columns,
    pairs_that_change,
    a_copy,
    flattened,
    spread,
    in_a_tuple,
    default_of_a_function,
    chosen_in_an_expression,
    beside_an_expression,
    on_other_paths,
    in_two_containers,
    truths,
    two_slices_at_once,
]
