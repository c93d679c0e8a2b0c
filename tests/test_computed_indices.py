"""Integers that are computed, as indices: in loops, comprehensions and arrays, read and written at, from data as lengths."""

import numpy as np
import pytest

from symdiff import grad, jacobian, jvp, read, vjp
from symdiff.codegen import python_function
from tests.one_after_the_other import agree
from tests.random_array_programs import Program, faults


def vector(size):
    return np.array([1.71, -0.19, 1.11, 0.61, -0.79, 2.31, -1.39])[:size]


def toeplitz(x):
    i = np.arange(len(x))
    return x[np.abs(i[:, None] - i)] @ x


def in_a_comprehension(x):
    n = len(x)
    return np.array([x[abs(i - 2) % n] * x[i // 2] + x[(i * i + 1) % n] for i in range(n)])


def from_the_end(x):
    n = len(x)
    i = np.argsort(x)
    return np.array([x[i // 2 - 1] for i in range(n)]) * x[i - 1] + x[np.arange(n) - 1]


def neighbours(x):
    n = len(x)
    right, left = (np.arange(n) + 1) % n, np.where(np.arange(n) > 0, np.arange(n) - 1, n - 1)
    return x[right] - x[left] * x[np.clip(np.arange(n) + 1, 0, n - 1)] * x[np.minimum(np.arange(n) + 1, n - 1)]


def in_a_loop(x):
    n, total = len(x), 0.0
    for i in range(n):
        for j in range(n):
            total += x[abs(i - j)] * x[max(i - 1, 0)] * x[min(i, j)]
    return total


def chosen_in_a_branch(x):
    n = len(x)
    return np.array([x[i // 2] if i % 2 == 0 else x[(i + 1) // 2] ** 2 for i in range(n)])


def scattered(x):
    y = np.zeros(len(x))
    for i in range(len(x)):
        y[abs(i - 2) % len(x)] += x[i] ** 2
    return y


def written(x):
    y, i = x**2, np.arange(len(x))
    y[i // 2] = x * y
    y[[0, -1]] *= 3.0
    y[np.argsort(x)] += x
    return y * x


def diagonals(x):
    a, i = np.outer(x, x), np.arange(len(x))
    a[i, i] = x
    a[i[1:], i[:-1]] *= 2.0
    a[np.triu_indices(len(x), 1)] = 0.5
    return a * a


def rows(x):
    a = np.outer(x, x + 1)
    a[[0, 2]] = a[[2, 0]]
    a[[1, 1]] = a[[0, 2]] ** 2
    return a[np.ix_([0, 2], [1, 2])] * a[np.array([[0, 1], [1, 2]]), 1]


def parts(x):
    i, j = np.unravel_index(np.argmax(np.outer(x, x)), (len(x), len(x)))
    k = np.floor(np.abs(x)).astype(int)
    return x[i] * x[j] ** 2 * np.take(x, np.arange(len(x)) + 1, mode="wrap") * x[k] * x[int(x[0])]


def binned(x):
    edges = np.array([0.0, 1.0, 2.0])
    i = np.digitize(x, edges)
    j = np.searchsorted(edges, x)
    y = np.zeros(4)
    np.add.at(y, i, x**2)
    np.add.at(y, [1, -1, 1], x[:3])
    return np.concatenate([y, np.bincount(j) * x[0] * y[i[0]]])


def as_long_as_the_data_tell(x):
    k = np.sum(x > 0)
    y = np.zeros(k + 1)
    for i in range(k):
        y[i] = x[i] ** 2
    return y * np.arange(k + 1) * x[0]


ANY = [toeplitz, neighbours, chosen_in_a_branch, scattered, written, diagonals]
SECOND = {toeplitz, in_a_loop, written}


OTHERS = [in_a_comprehension, from_the_end, in_a_loop, rows, parts, binned, as_long_as_the_data_tell]


@pytest.mark.parametrize("function", [*ANY, *OTHERS])
def test_indices_that_are_computed(function):
    sizes = (1, 2, 5) if function in ANY else (2, 5) if function in (in_a_loop, from_the_end) else (3, 5)
    agree(function, vector, sizes, second=(5,) if function in SECOND else ())


def test_the_code_does_not_grow():
    lengths = {len(jacobian(neighbours).at(vector(size)).source) for size in (3, 5, 7)}
    assert len(lengths) == 1


def beyond(x):
    return np.array([x[i // 2 + 3] for i in range(len(x))])


def below(x):
    return np.bincount(np.floor(x).astype(int), weights=x)


def test_what_numpy_refuses_raises():
    agree(beyond, vector, (2, 3, 5))
    agree(below, vector, (3,))


def test_a_literal_matrix_of_indices_keeps_its_shape():
    x = vector(5)
    found = read(lambda x: x[np.array([[0, 1], [-1, 3]])] + x[[[0, 1], [2, 3]]])(x)
    np.testing.assert_array_equal(found, x[[[0, 1], [4, 3]]] + x[[[0, 1], [2, 3]]])


def gathered(x, idx):
    return x[idx] ** 2


def test_a_sparse_jacobian_of_elements_counted_from_the_end():
    x, idx = vector(5), np.array([0, -1, 2, -5])
    found = jacobian(gathered, sparse=True)(x, idx).toarray()
    np.testing.assert_allclose(found, np.eye(5)[idx] * 2 * x, rtol=1e-14)


def chosen_from_few(x):
    u = np.array([1.0, 2.0, 3.0])
    u[[0, 2, 0]] += x[0] ** 2
    m = np.array([[x[0], 2.0], [3.0, x[1]]])
    copied = m[[0, 1], [1, 0]]
    copied[0] = 9.0
    return np.sum(u * x[1]) + np.sum(m**2) + copied[1] * x[0]


def written_to_few(x):
    m = np.zeros((3, 3))
    m[[0, 1, 2], [2, 0, 1]] = x[:3]
    m[:, [0, 2]] *= x[1]
    m[np.array([[0], [1]]), np.array([0, 1])] += x[2]
    u = np.zeros(4)
    u[[0, 1, 0]] = [x[0], x[1], x[2] ** 2]
    u[[-1]] = x[0]
    return np.sum(m**3) + np.sum(u**2)


@pytest.mark.parametrize("function", [chosen_from_few, written_to_few])
def test_arrays_of_indices_of_arrays_of_known_shape(function):
    """They were refused. A place that is named twice is read once, as NumPy does."""
    x = np.array([0.3, 0.5, 0.7])
    expected = [(function(x + h) - function(x - h)) / 2e-6 for h in 1e-6 * np.eye(3)]
    np.testing.assert_allclose(python_function(grad(function).at(x).source)(x), expected, rtol=1e-8)


def chosen_by_an_argument(x, idx):
    w = np.array([[x[0], 2.0], [x[1] ** 2, 3.0]])
    return w[:, idx].sum(axis=1) + w[idx, 0][0]


def test_integers_from_data_beside_other_indices_of_arrays_of_known_shape():
    x, idx = np.array([0.3, 0.4]), np.array([0, 1, 0])
    found = python_function(jacobian(chosen_by_an_argument).at(x, idx).source)(x, idx)
    np.testing.assert_allclose(found, [[3.0, 0.0], [1.0, 1.6]], rtol=1e-15)


def test_a_sum_for_an_element_that_is_not_there_is_not_stored():
    """Of a row that no element of a shorter array has: its sum, 0, was added beyond the array (array program 1131115)."""
    text = """
import numpy as np
def f(x):
    k = np.append(x[1:]*x[:-1], 0.25)
    return ((x[::-1])[:, None] - (k[(np.arange(len(x)) + 1) % len(x)])[None, :])**2
"""
    backward = vjp(jvp(source=text))
    for n in (1, 2, 3, 5):
        x, tangent, weights = np.linspace(0.3, 0.9, n), np.linspace(-1.0, 0.5, n), np.cos(np.arange(n * n)).reshape(n, n)
        found = python_function(backward.at(x, tangent=tangent, cotangent=weights).source)(x, tangent, weights)
        along = jvp(source=text)
        steps = 1e-6 * np.eye(n)
        slopes = [np.sum(weights * (along(x + h, tangent=tangent) - along(x - h, tangent=tangent))) / 2e-6 for h in steps]
        np.testing.assert_allclose(found[0] if isinstance(found, tuple) else found, slopes, atol=1e-8)
    assert faults(Program.of(1131115)) == []
