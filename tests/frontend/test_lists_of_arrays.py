"""Lists of any length that hold arrays: a list shows them, so that a change of one is seen in it, or refused."""

import numpy as np
import pytest

from symdiff import UnsupportedError, grad
from symdiff.codegen import python_function
from symdiff.graph.check import check
from tests.long_differences import Flat, differs

POINTS = [np.array([0.41, 3.5, 0.3]), np.array([0.53, 0.2, 0.3]), np.array([0.31, 6.5, 0.3])]  # z[1] tells how often


def changed_before_it_is_appended(z):
    found, u, s = [np.zeros(2)], np.zeros(2) + z[0], 0.0
    for _ in range(int(z[1])):
        u = u * 0.9
        u[0] = u[1] + s
        s = s + u[0]
        if s > 0.8:
            found.append(u)
    return np.sum(np.array(found) * 1.5)


def changed_in_a_branch(z):
    found, s = [], z[0]
    for _ in range(int(z[1])):
        u = np.zeros(2) + s
        s = s * 0.9
        if s > 0.3:
            u[0] = 0.25
        if s > 0.2:
            found.append(u)
    return np.sum(np.array(found) * 1.5)


def first_one_changes(z):
    u = np.zeros(2) + z[0]
    found = [u]
    for _ in range(int(z[1])):
        u[0] = u[0] * 0.5 + u[1]
        found.append(u.copy())
    return np.sum(np.array(found) * 1.5) + found[0][0]


def until_it_is_large(z):
    found = [np.zeros(2) + z[0]]
    while found[-1][0] < 4 * z[1]:
        w = found[-1].copy()
        w[0] = w[0] * 1.5 + 1
        found.append(w)
    return np.sum(np.array(found)) + len(found)


def elements_of_what_changes(z):
    """The elements are at indices of which the branches in the reversed loop must not take those of the loop forward."""
    u, found = np.zeros(4) + z[0], []
    for k in range(int(z[1])):
        u[k % 4] = u[(k + 1) % 4] * 0.5 + z[0]
        if u[0] > 0.6:
            found.append(u[k % 4])
    return np.sum(np.array(found)) + np.sum(u)


def row_of_what_changes(z):
    a, found = np.zeros((3, 2)) + z[0], []
    for k in range(int(z[1])):
        a[0, 0] = a[0, 0] + z[2] * k
        found.append(a[1] * a[0, 0])
    return np.sum(np.array(found)) + a[0, 0]


def in_two_lists(z):
    found, others = [], []
    for k in range(int(z[1])):
        u = np.zeros(2) + z[0] * k
        found.append(u)
        others.append(u)
    return np.sum(np.array(found) * np.array(others))


def as_long_as_an_inner_loop_makes_it(z):
    found, s = [z[0]], z[0]
    for _ in range(int(z[1])):
        for v in z:
            found.append(v * s)  # noqa: PERF401 - that is what is tested
        s = s * 0.5 + len(found) * 0.1 + found[-1]
    return np.sum(np.array(found)) + s


def down_with_copies(z):
    def down(v, k):
        if k < 1:
            return np.sum(v)
        w = v * 0.5
        w[0] = w[0] + 1
        return down(w, k - 1) + w[0]

    return down(np.zeros(2) + z[0], z[1])


def down_in_place(z):
    def down(v, k):
        if k < 1:
            return np.sum(v)
        v[0] = v[0] * 0.5 + 1
        return down(v, k - 1)

    u = np.zeros(2) + z[0]
    return down(u, z[1]) + 10 * u[0]


def changed_behind(z):
    u, found = np.zeros(2) + z[0], []
    for _ in range(int(z[1])):
        u = u * 2
        found.append(u)
    u[0] = 7.0
    return np.sum(np.array(found))


def two_iterations_later(z):
    a, b, found = np.zeros(2), np.zeros(2), []
    for k in range(int(z[1])):
        a[0] = 9.0
        u = np.zeros(2) + z[0] * k
        found.append(u)
        a, b = b, u
    return np.sum(np.array(found))


def shared(z):
    u, found = np.zeros(4) + z[0], []
    for k in range(int(z[1])):
        u[1] = u[0] * 0.5 + k
        found.append(u)
    return np.sum(np.array(found))


def inner_one_appends(z):
    found = [np.zeros(2)]
    for _ in range(int(z[1])):
        w = np.zeros(2) + z[0]
        for _ in range(len(z)):
            w = w * 1.5
            found.append(w)
        w[0] = 1.0
    return np.sum(np.array(found))


def inner_one_appends_copies(z):
    found = [np.zeros(2)]
    for _ in range(int(z[1])):
        w = np.zeros(2) + z[0]
        for k in range(len(z)):
            w[k % 2] = w[0] * 1.5 + w[1]
            found.append(w.copy())
        w[0] = 1.0
    return np.sum(np.array(found))


def inner_one_appends_what_the_outer_one_changes(z):
    u, found = np.zeros(2) + z[0], [np.zeros(2)]
    for _ in range(int(z[1])):
        for _ in range(len(z)):
            found.append(u)  # noqa: PERF401 - that is what is tested
        u[0] = u[0] * 0.5
    return np.sum(np.array(found))


def element_of_the_list(z):
    found = []
    for k in range(int(z[1])):
        found.append(np.zeros(2) + z[0] * k)  # noqa: PERF401 - that is what is tested
    found[0][0] = 5.0
    return np.sum(np.array(found))


def element_of_a_slice(z):
    found = []
    for k in range(int(z[1])):
        found.append(np.zeros(2) + z[0] * k)  # noqa: PERF401 - that is what is tested
    rest = found[1:]
    rest[0][0] = 3.0
    return np.sum(np.array(found))


def last_one_in_the_loop(z):
    found = [np.zeros(2) + z[0]]
    for _ in range(int(z[1])):
        w = found[-1]
        w[0] = w[0] * 0.5 + 1
        found.append(w * 0.3)
    return np.sum(np.array(found))


def down_and_back_up(z):
    def down(v, k):
        if k < 1:
            return np.sum(v)
        v[0] = v[0] * 0.5 + 1
        return down(v, k - 1) + v[0]

    return down(np.zeros(2) + z[0], z[1])


CASES = [
    changed_before_it_is_appended,
    changed_in_a_branch,
    first_one_changes,
    until_it_is_large,
    elements_of_what_changes,
    row_of_what_changes,
    in_two_lists,
    inner_one_appends_copies,
    as_long_as_an_inner_loop_makes_it,
    down_with_copies,
    down_in_place,
]
LATER = "appends an array, and changes it later"
BEHIND = "shows an array that was changed later"
REFUSED = [
    (changed_behind, "return np.sum(np.array(found))", BEHIND),
    (two_iterations_later, "for k in range(int(z[1])):", LATER),
    (shared, "for k in range(int(z[1])):", LATER),
    (inner_one_appends, "for _ in range(int(z[1])):", LATER),
    (inner_one_appends_what_the_outer_one_changes, "for _ in range(len(z)):", "the last element of found: an array that may"),
    (element_of_the_list, "return np.sum(np.array(found))", BEHIND),
    (element_of_a_slice, "return np.sum(np.array(found))", BEHIND),
    (last_one_in_the_loop, "for _ in range(int(z[1])):", "changes an array in a list to which it appends"),
    (down_and_back_up, "def down(v, k):", "a recursion that changes an array"),
]


@pytest.mark.parametrize("function", CASES, ids=lambda function: function.__name__)
def test_gradients(function):
    derivative = grad(function)
    for z in POINTS:
        made = derivative.at(z)
        check(made.graph)
        found = python_function(made.source)(*made.arguments({"z": z}))
        assert not differs(found, Flat(function, ["z"], ["z"], (z,)).jacobian(), 1e-9), z


@pytest.mark.parametrize(("function", "line", "reason"), REFUSED, ids=lambda value: getattr(value, "__name__", ""))
def test_a_change_that_a_list_would_show_is_refused(function, line, reason):
    with pytest.raises(UnsupportedError) as caught:
        grad(function).at(POINTS[0])
    gap = caught.value.gaps[0]
    assert gap.place.text.strip() == line
    assert reason in gap.reason
