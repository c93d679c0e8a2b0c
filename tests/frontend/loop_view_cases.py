"""Functions of a vector ``x`` with loops that hand on values, and change arrays that have several names.

Each is as Python runs it, for every length from 2 on. ``REFUSED``: with what is said, and at which line.
"""

# ruff: noqa: N806 - matrices have capital letters here, as on paper

import numpy as np


def read_under_another_name(x):
    u = x.copy()
    w = u
    t, s = 1.0, 0.0
    for i in range(len(x)):
        t = t * 0.5 + w[i]
        u[i] = t * x[i]
        s = s * 0.9 + w[i]
    return s + np.sum(w * x)


def view_read_before_the_next_write(x):
    u = x.copy()
    w = u[::-1]
    s = 0.0
    for _ in range(4):
        s = 0.3 * s + w[0]
        u[-1] = u[-1] * 0.5 + s
    return s + np.sum(w * x)


def both_names_bound_again(x):
    u = x.copy()
    v = u
    s = 0.0
    for i in range(len(x)):
        s = 0.5 * s + v[0]
        u[0] += x[i]
        u = u * 0.9
        v = u
    return s + np.sum(v)


def bound_to_the_other(x):
    a, b = x.copy(), 2 * x
    for _ in range(4):
        b[0] = 0.5 * a[0] + b[0]
        a = b
        a[1:] *= 0.9
    return np.sum(a * b)


def exchanged(x):
    u, v = x.copy(), 2 * x
    for _ in range(5):
        for i in range(1, len(x) - 1):
            v[i] = 0.5 * (u[i - 1] + u[i + 1])
        u, v = v, u
    return np.sum(u * v * x)


def exchanged_by_three(x):
    a, b, c = x.copy(), 2 * x, 3 * x
    for _ in range(4):
        c[0] = 0.5 * a[0] + b[0]
        a, b, c = b, c, a
    return np.sum(a * b) + np.sum(b * c * c)


def exchanged_in_loops_one_after_the_other(x):
    u, v, t = x.copy(), 2 * x, 1.0
    for _ in range(3):
        for _ in range(3):
            v[0] = 0.5 * u[0] + t + v[0]
            u, v = v, u
        t = t * 0.5 + u[0]
        u[0] *= 0.3
    for _ in range(5):
        v[0] = 0.25 * u[0] + v[0]
        u, v = v, u
    u[0] *= 3
    return np.sum(u * v) + v[0] * t


def in_a_list_that_is_turned(x):
    state = [x.copy(), 2 * x]
    for _ in range(3):
        state[1][0] = 0.1 * state[0][0] + state[1][0]
        state = [state[1], state[0]]
    return np.sum(state[0] * state[1]) + state[0][0]


def in_a_list_and_under_a_name(x):
    state = [x.copy(), 2 * x]
    u, t = state[0], 0.0
    for i in range(len(x)):
        t = 0.5 * t + u[0]
        state[0][0] += 0.1 * state[1][i]
        state[1][i] *= 2
    return t + np.sum(state[0] * state[1])


def rows_that_hand_on(x):
    A = np.outer(x, x)
    before = A[0]
    for i in range(1, len(x)):
        row = A[i]
        row += 0.5 * before
        before = row
    return np.sum(A**2) + before[0]


def last_row_changed_behind(x):
    A, s = np.outer(x, x), 1.0
    for i in range(len(x)):
        row = A[i]
        s = 0.5 * s + row[0]
        row[0] = s
    row[:] = 2 * row
    return np.sum(A**2) + row[0]


def same_view_taken_again(x):
    u, s = x.copy(), 0.1
    v = u[1:]
    while s < 3:
        s = s + v[0] ** 2 + 0.3
        u[1] = 0.5 * u[1] + 0.1
        v = u[1:]
    return s + v[0]


def elements_that_change_on_the_way(x):
    u, s = x.copy(), 1.0
    while s < 6:
        for v in u:
            u[-1] = 0.5 * u[-1] + v
            s = s + v * v + 0.5
    return s


def columns_rows_and_all(x):
    A, out, t = np.outer(x, x), np.empty_like(x), 1.0
    column, rest = A[:, 1], out[1:]
    for j in range(len(x)):
        A[:, j] *= t
        A.T[0] += column * 0.1
        out[:] = A[j] * t
        t = t * 0.5 + column[j] + rest[0]
    return np.sum(A * A.T) + np.sum(out)


def add(v, k):
    v[k] += 0.25
    return v


def by_a_helper_until(x):
    u, n = x.copy(), 0
    while u[0] < 2.0:
        w = add(u, 0)
        w[1:] *= 0.5
        n += 1
    return np.sum(u) * n


def reader_of(u):
    return lambda: u[0]


def by_a_function_that_holds_it(x):
    u, t = x.copy(), 1.0
    first = reader_of(u)
    for _ in range(4):
        u[0] = 0.5 * u[0] + t
        t = 0.5 * t + first()
    return t


def in_place_under_two_names(x):
    u, t = x.copy(), 1.0
    w = u
    for _ in range(3):
        u += t * x
        t = 0.5 * t + w[0]
    return t + np.sum(w)


def left_from_inside(x):
    u = x.copy()
    v = u[::-1]
    for _ in range(20):
        u[0] = 0.5 * u[0] + v[0] * x[1]
        if u[0] > 1.2:
            return np.sum(v) * u[0]
    return np.sum(v)


def of_known_length(x):
    c, t = np.zeros((3, 2)), 0.0
    v = c[1]
    for i in range(len(x)):
        if x[i] > 0.5:
            v[i % 2] += x[i]
        else:
            c[0] *= 0.5
        c[i % 3, 0] += x[i] ** 2
        t = 0.5 * t + c[1, 0]
    return t + np.sum(c**2) + v[1]


def halved(z):
    z[1] = 0.8 * z[1]
    return z


def row_of_a_small_matrix(x):
    A = np.ones((2, 3))
    A[0, 0] = x[0]
    w, i, q = A[0], 0, x[1]
    while q < 3.5:
        w = halved(w)
        w[i % 3] = 0.5 * w[0] + 0.1 * q
        i += 1
        q += 1
    return np.sum(A * A) + 3 * w[0]


def appended_when_done(x):
    found, s = [], 1.0
    for i in range(len(x)):
        r = np.zeros(2)
        r[0], r[1] = x[i] * s, s
        found.append(r)
        s = s * 0.5 + r[0]
    return np.sum(np.array(found) ** 2)


def appended_and_changed_then(x):
    found, s = [], 1.0
    for i in range(len(x)):
        r = np.zeros(2)
        found.append(r)
        r[0] = x[i] * s
        s = s * 0.5 + r[0]
    return np.sum(np.array(found))


# branches


def changed_before_a_branch(x):
    u = x.copy()
    w, pair = u, [u, 1.0]
    u[0] = 5.0 * x[1]
    if x[0] > 0.65:
        w, pair = 2 * x, [2 * x, 2.0]
    return w[0] + pair[0][0] * pair[1]


def bound_in_a_branch_and_changed(x):
    u = x.copy()
    if x[1] > -1:
        w = u
    u[0] = 5.0 * x[1]
    if x[0] > 0.65:
        w = 2 * x
    return w[0]


def returned_early_by_a_helper(x):
    def changed(u):
        if x[0] > 0.65:
            return u
        u[0] = 5.0 * x[1]
        return u

    u = x.copy()
    v = u
    w = changed(u)
    w[-1] = 2 * x[0]
    return np.sum(u * v * w)


CASES = [
    read_under_another_name,
    view_read_before_the_next_write,
    both_names_bound_again,
    bound_to_the_other,
    exchanged,
    exchanged_by_three,
    exchanged_in_loops_one_after_the_other,
    in_a_list_that_is_turned,
    in_a_list_and_under_a_name,
    rows_that_hand_on,
    last_row_changed_behind,
    same_view_taken_again,
    elements_that_change_on_the_way,
    columns_rows_and_all,
    by_a_helper_until,
    by_a_function_that_holds_it,
    in_place_under_two_names,
    left_from_inside,
    of_known_length,
    row_of_a_small_matrix,
    appended_when_done,
    appended_and_changed_then,
    changed_before_a_branch,
    bound_in_a_branch_and_changed,
    returned_early_by_a_helper,
]


# -- refused ------------------------------------------------------------------------------------------------------


def another_array_at_times(x):
    u = x.copy()
    w, t = u, 1.0
    for i in range(len(x)):
        u[i] = t * x[i]
        t = t * 0.5 + w[0]
        if t > 1.5:
            u = u.copy()
    return t + np.sum(u)


def best_so_far(x):
    u, s = x.copy(), 0.0
    best = u
    for i in range(len(x)):
        u[i] = 0.5 * u[i] + s
        s = 0.5 * s + u[i]
        if s > 0.9:
            best = u * 2
            break
    return np.sum(best) + np.sum(u)


def one_of_two(x):
    a, b, s = x.copy(), 2 * x, 0.0
    for i in range(len(x)):
        c = a if x[i] > 0.5 else b
        c[0] += x[i]
        s = 0.5 * s + a[0]
    return s


def exchanged_at_times(x):
    u, v = x.copy(), 2 * x
    for i in range(len(x)):
        v[0] += 0.5 * u[0]
        if x[i] > 0.5:
            u, v = v, u
    return np.sum(u) * v[0]


def appended_and_changed(x):
    u, found = x.copy(), []
    for i in range(len(x)):
        u[0] = u[0] * 0.5 + x[i]
        found.append(u)
    return np.sum(np.array(found))


REFUSED = [
    (another_array_at_times, "t = t * 0.5 + w[0]", "may have been changed as another one", "copy"),
    (best_so_far, "for i in range(len(x)):", "best: an array that may have been changed as another one", "one kind"),
    (one_of_two, "c = a if x[i] > 0.5 else b", "may have been changed as another one", "copy"),
    (exchanged_at_times, "v[0] += 0.5 * u[0]", "may have been changed as another one", "copy"),
    (appended_and_changed, "for i in range(len(x)):", "appends an array, and changes it later", ".append(u.copy())"),
]
