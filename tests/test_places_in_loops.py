"""Elements that sequential loops write, or add to, at indices that they work out: in place, whatever the indices are."""

import re

import numpy as np
import pytest

from symdiff import grad, jacobian, jvp
from tests.long_differences import Flat
from tests.one_after_the_other import agree


def vector(size):
    return np.array([0.71, -0.19, 1.11, 0.61, -0.79, 1.31, -0.39])[:size]


def seasonal(x):
    season, level, total = np.ones(3), x[0], 0.0
    for t in range(len(x)):
        f = level + season[t % 3]
        total += (x[t] - f) ** 2
        level = 0.3 * (x[t] - season[t % 3]) + 0.7 * level
        season[t % 3] = 0.2 * (x[t] - level) + 0.8 * season[t % 3]
    return total


def as_long_as_its_period(x):
    n = len(x)
    ring, y = np.ones((n + 1) // 2), 0.5
    for t in range(2 * n):
        y = np.sin(y) * x[t % n] + ring[(t + 1) % len(ring)]
        ring[t % len(ring)] = y
    return ring * y


def read_where_another_is_written(x):
    y, total = x**2, 0.0
    for t in range(len(x)):
        y[t % 2] = y[t % 2] * x[t]
        total += y[(2 * t) % len(x)] * y[t // 2]
        y[(2 * t) % len(x)] += x[t]
    return y * total


def swapped(x):
    y, n = x * 1.5, len(x)
    for t in range(n):
        i, j = (2 * t) % n, (t * t) % n
        y[i], y[j] = y[j] * x[t], y[i] + y[j]
    return y


def in_a_matrix(x):
    a, n = np.zeros((2, 3)), len(x)
    for t in range(n):
        a[t % 2, (t // 2) % 3] += x[t] * a[0, t % 3] + x[t]
        a[(t + 1) % 2] = a[(t + 1) % 2] * x[t]
    return a


def under_a_condition(x):
    y = np.ones(3)
    for t in range(len(x)):
        if x[t] > 0:
            y[t % 3] = x[t] ** 2 * y[(t + 2) % 3]
        else:
            y[0] -= y[t % 3] * x[t]
    return y


def around(x):
    n = len(x)
    y = np.zeros(n)
    for i in range(n):
        for j in range(n):
            y[(i + j) % n] += x[i] * x[j] * (1 + y[i])
    return y


def by_a_walk(x):
    y, k, n = x + 1.0, 1, 0
    while n < 5:
        k = (3 * k + 1) % len(x)
        y[k] = y[k] * x[n % len(x)] + y[k // 2]
        n += 1
    return y


def from_the_end(x):
    y = x * 2.0
    for t in range(len(x)):
        y[t % 2 - 1] = y[t // 2 - 1] * x[t]
        y[abs(t - 2) - 1] -= x[t]
    return y


def beyond(x):
    y = np.zeros(3)
    for t in range(len(x)):
        y[t % 5] += x[t] ** 2
    return y


def many_at_once(x):
    idx = np.array([2, 0, 2])
    y, a = np.zeros(3), np.ones(3)
    for t in range(len(x)):
        a = np.sin(a * x[t] + y[idx])
        np.add.at(y, idx, a * x[t])
    return y * a


def rows_of_many(x):
    n = len(x)
    p, places = np.outer(x, x) + 1.0, np.argsort(x)
    a = np.ones(n)
    for t in range(n):
        a = np.sin(a) * p[t, places] * p[t, places[0]]
    return a


def read_after_it_was_added_to(x):
    idx = np.arange(len(x)) // 2
    y, total = x * 1.0, 0.0
    for t in range(3):
        np.add.at(y, idx, 0.3 * x * total + t)
        total = np.sin(total + np.sum(y)) / 3
    return y + total


FUNCTIONS = [
    seasonal, as_long_as_its_period, read_where_another_is_written, swapped, in_a_matrix, under_a_condition, around, by_a_walk,
    from_the_end, beyond, many_at_once, rows_of_many, read_after_it_was_added_to,
]  # fmt: skip


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda function: function.__name__)
def test_what_is_written_at_computed_places(function):
    agree(function, vector, [1, 2, 3, 5, 7], second=[2, 5])


def test_an_element_at_a_remainder_is_one_store():
    """It was an array of its own in each iteration: as many operations as the array is long."""
    made = grad(as_long_as_its_period_summed).at(np.ones(6))
    loops = re.findall(r"^ +for \w+ in range\(", made.source, re.MULTILINE)
    assert len(loops) == 2  # one forward, one backward


def as_long_as_its_period_summed(x):
    ring, y = x.copy(), 0.5
    for t in range(2 * len(x)):
        y = np.sin(y) * ring[t % len(x)]
        ring[t % len(x)] = y
    return y


def few_steps(x):
    w, k = np.ones(len(x)), 0
    for i in range(4):
        w[(2 * i) % len(x)] = 0.6 * w[i % len(x)] + x[i % len(x)]
        w[min(i, len(w) - 1)] += x[k] * w[max(i - 1, 0)] * 0.4
        k = (3 * k + 1) % len(x)
    return np.sum(w**2)


def test_few_steps_that_write_anywhere_stay_a_loop():
    """They were written out, and each write asked of all before it whether they were to its element: minutes at order 2."""
    assert re.findall(r"^ +for \w+ in range\(4", grad(few_steps).at(np.ones(5)).source, re.MULTILINE)
    agree(few_steps, vector, [1, 2, 5], second=[2, 5])


def product(p, places):
    a = np.ones(len(places))
    for t in range(len(p)):
        a = np.sin(a) * p[t, places]
    return np.sum(a)


def test_what_is_scattered_in_each_iteration_is_added_in_place():
    """The adjoint of a matrix of which an iteration reads a few elements of a row was copied in each."""
    source = grad(product).at(np.ones((4, 3)), np.array([0, 2, 1, 1])).source
    assert re.search(r"for \w+ in range\(n\):", source) is None  # over the columns
    assert len(re.findall(r"p_bar\w* = np\.\w+\(\(", source)) == 1


def test_an_array_of_indices_of_a_length_that_is_known_may_be_read_in_a_loop():
    """It was read as so many numbers, which are no indices: refused."""

    def of_three(p, places):
        a = np.ones(3)
        for t in range(len(p)):
            a = np.sin(a) * p[t, places]
        return a

    p, places = np.outer(vector(4), vector(4)) + 1.0, np.array([0, -1, 1])
    found = jacobian(of_three)(p, places)
    expected = Flat(of_three, ["p", "places"], ["p"], [p, places]).jacobian().reshape(3, 4, 4)
    np.testing.assert_allclose(found, np.asarray(expected, float), rtol=1e-10, atol=1e-10)


def test_indices_that_only_a_loop_uses_are_integers():
    assert "int64[::1]" in grad(product).at(np.ones((4, 3)), np.array([0, 2, 1, 1])).source


def test_a_large_multiple_of_a_position_is_no_integer_of_64_bits():
    def weighted(x):
        total = 0.0
        for k in range(len(x)):
            total += x[k] * (k * 10**15 + 3)
        return total

    found = grad(weighted)(np.ones(9500))
    np.testing.assert_allclose(found, np.arange(9500.0) * 1e15 + 3, rtol=1e-15)


def test_a_remainder_needs_no_wrap_and_is_an_integer():
    source = jvp(seasonal).at(np.ones(5), tangent=np.ones(5)).source
    assert "float(" not in source
    assert re.search(r" if \w+ < 0 else", source) is None
