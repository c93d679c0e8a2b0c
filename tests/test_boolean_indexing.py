"""Elements that truth values choose, as arrays of their own: returned, indexed, looped over, changed; and their positions."""

import math

import numpy as np
import pytest

from symdiff import grad, hessian, jacobian, read
from symdiff.codegen import python_function
from tests.one_after_the_other import agree
from tests.poison import poisoned


def vector(size):
    """Some elements above 0 and some below, from two on."""
    return np.array([1.71, -0.19, 1.11, 0.61, -0.79, 2.31, -1.39])[:size]


def returned(x):
    return x[x > 0.5] ** 2


def first_and_last(x):
    y = x[x > 0]
    return y[0] ** 2 * y[-1]


def neighbours(x):
    y = x[x > 0] ** 2
    return y[1:] - y[:-1]


def differences(x):
    return np.sum(np.diff(np.log(x[x > 0])) ** 2)


def standardised(x):
    y = x[x > -1]
    return (y - y.mean()) / (1 + y.std())


def sorted_ones(x):
    y = np.sort(x[x > 0])
    return np.cumsum(y) * y[len(y) // 2]


def looped(x):
    total = 0.0
    for v in x[x > 0]:
        total = total * 0.5 + v**2
    return total


def counted(x):
    y = x[x > 0]
    z = np.zeros(len(y))
    for i in range(len(y)):
        z[i] = y[i] * y[-1 - i]
    return z


def two_masks(x):
    a, b = x[x > 0], x[x < 1]
    return np.sum(np.exp(-((a[:, None] - b[None, :]) ** 2)))


def joined(x):
    return np.concatenate([x[x > 0] ** 2, x[x < 0], [1.0]])


def changed(x):
    y = x[x > 0]
    z, w = y, y**2
    y *= 2
    y[0] = 3.0
    return np.sum(y**2) + z[-1] * w[0]


def viewed(x):
    y = x[x > 0]
    z = y[1:]
    y[-1] = 2.0 * y[0]
    return z**2


def again(x):
    y = x[x > 0]
    return y[y > 1] * np.sum(y[y < 1.5] ** 2)


def put_back(x):
    y, m = x.copy(), x > 0
    y[m] = np.cumsum(x[m])
    y[~m] += np.arange(np.sum(~m)) * x[0]
    return y


def one_of_two(x):
    if x[0] > 1:  # noqa: SIM108 - what is tested
        y = np.log(x[x > 0])
    else:
        y = x[x < 1]
    return np.sum(np.diff(y) ** 2) + np.sum(y)


def on_one_path(x):
    y = x[x > 0]
    if len(y) > 2:
        return y[2] ** 2
    return np.sum(x**3)


def in_a_loop(x):
    total = 0.0
    for i in range(len(x)):
        y = x[x >= x[i]]
        total += y[0] * x[i] + np.sum(y**2)
    return total


def beside_a_loop(x):
    y, v = x[x > 0], 0.0
    for _ in range(3):
        v = 0.5 * v + np.sum(np.sin(v * y))
        y[0] = v
    return y


def compressed(x):
    return np.compress(x > 0, x) * np.extract(x > 0, x**2) * np.count_nonzero(x > 0)


def positions(x):
    i = np.nonzero(x > 0)[0]
    j = np.flatnonzero(x < 1)
    return np.sum(x[i] ** 2) * x[j] * x[np.argwhere(x < 1).ravel()]


def crossings(x):
    i = np.where(x[:-1] * x[1:] < 0)[0]
    return x[i] - x[i] / (x[i + 1] - x[i])


def pairs(x):
    a = np.outer(x, x)
    i, j = np.nonzero(a > 0.5)
    return a[i, j] * x[i] + np.sum(a[a > 0.5])


def rows(x):
    a, m = np.outer(x, x + 1), x > 0
    b = a[m][:, m]
    return np.sum(a[m], axis=0) * np.sum(b @ b + np.eye(len(b)))


def set_there(x):
    y = x**2
    y[np.where(x > 1)] = 0
    i = np.nonzero(x < 0)[0]
    y[i] *= np.arange(len(i)) + x[0]
    return y


def filtered(x):
    y = [v**2 for v in x if v > 0]
    total = 0.0
    for i in range(len(y)):
        total += y[i] * (i + 1)
    return total * y[0] * y[-1] + sum(y) / len(y)


def filtered_indices(x):
    i = [k for k in range(len(x)) if x[k] > 0]
    return x[i] ** 2


def distances(x):
    n = len(x)
    d = np.array([(x[i] - x[j]) ** 2 for i in range(n) for j in range(i)])
    return np.sum(d[1:] * d[:-1])


def deleted(x):
    return np.delete(x, 1) ** 2 * np.sum(np.delete(x, [0, -1])) if len(x) == 3 else np.delete(x, -1) ** 2


PROGRAMS = [
    returned, neighbours, differences, looped, counted, two_masks, joined, again, put_back, in_a_loop,
    compressed, positions, crossings, pairs, rows, set_there, filtered_indices, distances,
]  # fmt: skip
NOT_EMPTY = [
    first_and_last,
    on_one_path,
    standardised,
    sorted_ones,
    changed,
    viewed,
    one_of_two,
    beside_a_loop,
    filtered,
    deleted,
]
SECOND = {differences, looped, changed, one_of_two, filtered}


@pytest.mark.parametrize("function", [*PROGRAMS, *NOT_EMPTY])
def test_what_a_mask_chooses(function):
    sizes = {deleted: (3, 5), standardised: (5,), on_one_path: (5,)}.get(function, (1, 5))
    agree(function, vector, (0, 1, 5) if function in PROGRAMS else sizes, second=(5,) if function in SECOND else ())


@pytest.mark.parametrize("function", [returned, neighbours, counted, put_back, positions, first_and_last])
def test_no_element_is_chosen(function):
    agree(function, lambda size: -np.abs(vector(size)) - 0.1, (3,))


def test_what_lies_outside_has_no_part_in_a_derivative():
    def roots(x):
        y = np.sqrt(x)[x > 0]
        return y[0] * y[-1] + math.log(len(y))

    np.testing.assert_allclose(grad(roots)(np.array([0.0, 4.0, 0.0, 9.0])), [0, 0.75, 0, 1 / 3], rtol=1e-14)


def test_sums_do_not_count_positions():
    def mean(x):
        y = x[x > 0]
        return np.sum(y**2) / len(y)

    assert "positions" not in grad(mean).at(vector(5)).source
    assert str(read(mean)) == "mean(x) = sum(x[i]**2, i = 0..n-1, x[i] > 0)/sum(1, i = 0..n-1, x[i] > 0)"


def test_compiled():
    x = vector(7)
    np.testing.assert_allclose(read(neighbours)(x), neighbours(x), rtol=1e-14)
    np.testing.assert_allclose(jacobian(returned)(x), np.diag(2 * x)[x > 0.5], rtol=1e-14)


def unrolled(x):
    y = [math.log(x[k]) for k in range(3) if x[k] > 0]
    return y[-1] * sum(y) + len(y)


def test_a_filter_of_a_literal_loop():
    agree(unrolled, vector, (3, 5), second=(3,))


def grown_peaks(x):
    y = 1.5 * x
    y[x > 0] *= np.cumsum(y[x > 0])
    return np.sum(y) + np.max(np.append(x[x > 0.1] ** 2, 0.3))


def in_order(x):
    return np.sum(np.sort(x) ** 3 * x) + np.sum(x[np.argsort(x)][:1] ** 2)


@pytest.mark.parametrize("function", [grown_peaks, in_order])
def test_sparse_derivatives_whose_patterns_are_computed(function):
    """Where elements stand, and how many there are, is computed before the values (KeyErrors, and refusals)."""
    for x in (np.array([0.3, -0.2, 0.7, 0.5]), np.array([-0.5]), np.array([0.4, -0.1])):
        dense, sparse = hessian(function), hessian(function, sparse=True)
        np.testing.assert_allclose(sparse(x).toarray(), dense(x), rtol=1e-12, atol=1e-12)


def test_a_sparse_jacobian_at_computed_indices():
    def ordered(x, at):
        return x[np.argsort(x)][at] * 2

    found = jacobian(ordered, sparse=True)(np.array([0.2, 0.5, -0.3]), np.array([0, -1, 1]))
    assert found.toarray().tolist() == [[0, 0, 2], [0, 2, 0], [2, 0, 0]]


def test_functions_of_whole_arrays_in_generators():
    """What told that a generator is no sum came to the user, who tried none (an internal SequentialError)."""
    derivative = grad(lambda a, x: sum(np.sum(row * np.sort(x)) for row in a))
    found = python_function(derivative.at(np.ones((2, 3)), np.ones(3)).source)(np.ones((2, 3)), np.array([2.0, 1.0, 3.0]))
    assert found.tolist() == [[1, 2, 3], [1, 2, 3]]


def chosen_on_one_path(x, a):
    r = np.sum(x**2) if a > 0.5 else np.max(np.append(x[x > 0.1] ** 2, 0.03)) * 1.5
    return r + np.cos(r)


def chosen_on_both_paths(x, a):
    if a > 0.5:
        y = x[x > 0.1] ** 2
        r = np.sum(np.diff(np.append(y, 0.3)) ** 2) * a
    else:
        y = x[x < 0.4]
        r = np.sum(np.cumsum(y) ** 2) * a**2
    return r * np.sin(r)


@pytest.mark.parametrize("a", [0.2, 0.7])
@pytest.mark.parametrize("function", [chosen_on_one_path, chosen_on_both_paths])
def test_lengths_that_one_path_counts_are_0_on_the_other(function, a):
    """Arrays as long as one side of a branch counts are handed on by both (a KeyError of Hessians)."""
    for x in (np.array([0.3, 0.5, -0.2]), np.array([-0.5])):
        slope = python_function(grad(function).at(x, a).source)
        expected = [(slope(x + h, a) - slope(x - h, a)) / 2e-6 for h in 1e-6 * np.eye(len(x))]
        with poisoned():
            found = python_function(hessian(function).at(x, a).source)(x, a)
        np.testing.assert_allclose(found, expected, rtol=1e-6, atol=1e-7)
