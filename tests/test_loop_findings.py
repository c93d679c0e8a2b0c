"""Programs with loops that were wrong once, found by ``python -m tests.random_array_programs --loops``, and why."""

import math

import numpy as np
import pytest

from symdiff import UnsupportedError, derivative, grad, hessian, read, vjp
from symdiff.codegen import python_function
from tests.random_array_programs import Program, by_source, faults

FOUND = {
    "values that change places in a branch of a loop were assigned one after the other": (
        {"x": "n", "y": "n"},
        """
    b, q = 0.5, 0.25
    for i in range(len(x) - 1):
        q = np.tanh(q + b*y[i])*np.cos(b)
        q, b = b, np.cos(q) - x[i]
        if b > q:
            continue
        b += 0.2*b*q
    return b + 3*q
""",
    ),
    "the end of an array, read at an index that a branch tells, was not told to the adjoint": (
        {"x": "n"},
        """
    u = x.copy()
    for i in range(len(x)):
        if u[i-1] > 0.2:
            u[i] = x[i]*u[i-1]/(1 + u[i-1]**2)
    return np.sum(u*0.7)
""",
    ),
    "indices of two branches, whose entries of a Hessian stand outside of them": (
        {"x": "n"},
        """
    u = 0.5*x
    for i in range(len(x)):
        if x[i] > 0.1:
            u[i] += x[i]*u[i-1]/(1 + u[i-1]**2)
        else:
            u[i] = 0.4*u[i-1]
    return np.sum(u**2)
""",
    ),
    "a name of the step was that of an array around it, so that two values changed places": (
        {"x": "n", "a": ""},
        """
    y = np.zeros(len(x))
    if len(x) > 0:
        y[0] = x[0]
    for i in range(1, len(x)):
        y[i] = a*y[i-1] + (1 - a)*x[i]
    return np.sum(y**2)
""",
    ),
    "what only a branch of a loop binds, and no call has told yet what it is, broke the reader": (
        {"x": "n", "idx": "n"},
        """
    v = 0.5*x
    total = 0.0
    for n in range(x.size):
        if n > 0 and x[n - 1] > 0:
            total += z**2
        if x[n] > 0:
            z = v[n]*x[idx[n]]
    return total
""",
    ),
    "entries of a sparse Hessian at columns that the data tell were as many as there are ways through all writes": (
        {"x": "n"},
        """
    v, k = np.ones(3)*0.7, 0
    for i in range(4):
        v[(i*i) % len(v)] = np.sin(v[(i*i) % len(v)] + 0.6*v[k])*x[i % len(x)]
        v[k] += x[i % len(x)]*v[(i*i) % len(v)]*0.4
        k = (k + i) % len(x)
    return np.sum(v**2)
""",
    ),
    "what a loop inside of a branch adds up is over that loop, too, which the branch took for the one around": (
        {"x": "n", "a": ""},
        """
    v = 0.5*x
    for i in range(len(x)):
        if a > -0.1:
            for j in range(i):
                v[i] += 0.1*x[j]*a
    return np.sum(v**2)
""",
    ),
}


@pytest.mark.parametrize("name", FOUND)
def test_programs_that_were_wrong_once(name):
    types, body = FOUND[name]
    text = f"import numpy as np\ndef f({', '.join(types)}):{body.rstrip()}\n"
    assert faults(Program(text, types)) == []


def doubled(x, times):
    y = 0.5 * x
    t, total = 0.0, 0.0
    for until in times:
        while t < until:
            y = 2.0 * y
            t = t + 1.0
        total = total + np.sum(y)
    return total


def test_what_an_inner_loop_begins_with_is_not_made_in_the_variable_of_the_outer_loop():
    times = np.array([2.5, 2.7, 3.5])  # the adjoint of the outer loop was still to be read
    np.testing.assert_array_equal(grad(doubled)(np.array([1.2, 0.1]), times), [16.0, 16.0])


def handed_on(x, times):
    y, z = 0.5 * x, 1.0 * x
    t, total = 0.0, 0.0
    for until in times:
        while t < until:
            y = 2.0 * y
            t = t + 1.0
        z = z + np.sin(y)
        total = total + np.sum(y) + np.sum(z)
    return total


def test_what_an_inner_loop_begins_with_may_be_what_it_ends_with():
    x, times = np.array([0.3, 0.4]), np.array([0.5, 0.6, 0.7, 1.5])  # it was used again for another array
    assert read(handed_on)(x, times) == pytest.approx(handed_on(x, times), rel=1e-14)


def at_places(x):
    table = np.ones((2, 3))
    table[0, 0] = x[0]
    i, q = 0, x[1]
    while q < 3.5:
        table[0, 1] = 0.8 * table[0, 1]
        table[0, i % 3] = 0.5 * table[0, 0] + 0.1 * q
        i += 1
        q += 1
    return np.sum(table * table) + 3 * table[0, 0]


def at_places_of_both_loops(x):
    total, q, i = 0.0, 0.0, 0
    while q < 3:
        j = i % len(x)
        total += x[j]
        r, k = 0.0, 1
        while r < x[2]:
            j = k % len(x)
            total += x[j] * x[j] * (q + 1)
            r += 1
            k += 2
        total += x[j] ** 3
        q += 1
        i += 1
    return total


@pytest.mark.parametrize("function", [at_places, at_places_of_both_loops])
def test_places_are_those_of_the_same_loop(function):
    """The adjoint loop took for its own what an index had been in the last iteration of the loop forward."""
    x = np.array([0.7, 1.2, 1.5])
    found = python_function(grad(function).at(x).source)(x)
    steps = 1e-6 * np.eye(3)
    np.testing.assert_allclose(found, [(function(x + h) - function(x - h)) / 2e-6 for h in steps], rtol=1e-8, atol=1e-8)


def simulated(x, end):
    for _ in range(int(end / 0.25)):
        x = x + 0.1 * math.sin(x)
    return x


slope_of_simulated = derivative(simulated)


def with_steps_of_its_own(a, end):
    t = 0.0
    for _ in range(int(end * 3)):
        t = t + a * math.cos(t)
    return t * slope_of_simulated(a, end)


def test_a_loop_in_a_derivative_inside_makes_its_own_number_of_iterations():
    """Its number of iterations was that of the function around, where both were called by one name."""
    a, end, product = 0.4, 1.0, 1.0
    t, x = 0.0, a
    for _ in range(4):
        product *= 1 + 0.1 * math.cos(x)
        x = x + 0.1 * math.sin(x)
    for _ in range(3):
        t = t + a * math.cos(t)
    assert python_function(read(with_steps_of_its_own).at(a, end).source)(a, end) == pytest.approx(t * product, rel=1e-14)


def joined_on_the_way_back(x, n):
    y = x * n
    if n > 0:
        z = joined_on_the_way_back(x * 0.5 + 0.1, n - 1)
        y = y + z * x
    else:
        y = y - x
    return y


@pytest.mark.parametrize("n", [0, 1, 4])
def test_equal_numbers_of_iterations_are_one(n):
    """One of two that were equal was dropped, but not where a loop had it as its number of iterations (a KeyError)."""
    made = read(joined_on_the_way_back).at(0.7, n)
    found = python_function(made.source)(*made.arguments({"x": 0.7, "n": n}))
    assert found == pytest.approx(joined_on_the_way_back(0.7, n), rel=1e-14)


def running_maximum_and_an_early_return(x):
    v = x.copy()
    for i in range(1, len(x)):
        v[i] = max(v[i - 1], x[i])
    return np.sum(v * 0.7) + until_half(x)


def until_half(y):
    s = 0.1
    for i in range(len(y)):
        if s > 0.5:
            return s + y[i] ** 2
        s = 0.7 * s + np.sin(y[i])
    return s * 2.0


def returns_at_once(y):
    s = 0.6
    for i in range(len(y)):
        if s > 0.5:
            return s + y[i] ** 2
        s = 0.7 * s + np.sin(y[i])
    return s * 2.0


@pytest.mark.parametrize("size", [1, 2, 5, 9])
@pytest.mark.parametrize("function", [running_maximum_and_an_early_return, until_half, returns_at_once])
def test_segments_of_one_loop_are_not_those_of_another(function, size):
    """The second loop counted from where a segment of the first one had begun (a silent wrong derivative with checkpoints).

    And a loop that returns at once handed on a variable that has no value, which plain Python does not do.
    """
    x = np.random.default_rng(size).uniform(-1, 1, size)
    steps = 1e-6 * np.eye(size)
    expected = [(function(x + h) - function(x - h)) / 2e-6 for h in steps]
    for options in ({}, {"checkpoint": True}):
        found = python_function(grad(function, **options).at(x).source)(x)
        np.testing.assert_allclose(found, expected, rtol=1e-8, atol=1e-8)


def up_to_the_larger(x):
    total = 0.0
    for i in range(len(x)):
        for j in range(len(x)):
            if x[j] > x[i]:
                break
            total = total + np.cos(x[j])
    return total * total


@pytest.mark.parametrize("size", [0, 1, 2, 3])
def test_the_number_of_iterations_of_an_inner_loop_is_not_a_number_of_stored_values(size):
    """Both were called ``count``: the values of a sparse Hessian had the length that an inner loop had had (an IndexError)."""
    x = np.random.default_rng(size).uniform(-1, 1, size)
    dense, sparse = (hessian(up_to_the_larger, sparse=kind) for kind in (False, True))
    found, expected = (by_source(each, each.at(x), {"x": x}) for each in (sparse, dense))
    np.testing.assert_allclose(found.toarray(), expected, rtol=1e-14)


def decayed(x):
    kept = []
    for v in x:
        if v > -0.5:
            kept.append(v * v)  # noqa: PERF401 - what is tested
    s = 0.0
    for v in kept:
        s = s * 0.5 + v
    return s


def test_how_long_a_list_is_waits_for_what_tells_it():
    """In segments, that of one element is an element, which was read before the loop that makes it (a KeyError)."""
    x = np.array([0.7])
    assert python_function(grad(decayed, checkpoint=True).at(x).source)(x) == pytest.approx([1.4], rel=1e-14)


def a_variable_called_like_an_adjoint(x):
    q = x[0]
    x_bar = 2
    items = []
    for _ in range(len(x)):
        x_bar = x_bar / (1 + q**2)
        q = np.sin(q) + 0.3 * x_bar
        items.append(q * x_bar)
    return np.sum(np.array(items) ** 2) + x_bar + np.sum(x)


@pytest.mark.parametrize("size", [1, 2, 5])
def test_names_of_what_nobody_reads_are_free(size):
    """What was called like the unread result of a loop was computed in front of the loop that it stands in (a KeyError)."""
    x = np.random.default_rng(size).uniform(-1, 1, size)
    steps = 1e-6 * np.eye(size)
    function = a_variable_called_like_an_adjoint
    expected = [(function(x + h) - function(x - h)) / 2e-6 for h in steps]
    found = python_function(grad(function).at(x).source)(x)
    np.testing.assert_allclose(found, expected, rtol=1e-8, atol=1e-8)


def an_array_becomes_a_counter(x):
    i = np.ones(len(x)) * x
    t, s = np.sum(i), 0.5
    for i in range(len(x)):
        s = s * 0.5 + np.sin(x[i] * s)
    return s * t


def a_vector_becomes_its_elements(x):
    s = 0.5
    for x in x:  # noqa: B020 - what is tested
        s = s * 0.5 + np.sin(x * s)
    return s


def a_counter_of_a_loop_inside_is_one_before(x):
    n, j, s = len(x), 7, 0.0
    table = np.zeros((n + 1, n + 1), dtype=x.dtype)
    for i in range(1, n + 1):
        s = np.sin(s + j)
        for j in range(1, n + 1):
            table[i, j] = np.sin(table[i - 1, j - 1]) + 0.2 * x[i - 1]
    return s + table[n, n] * j


@pytest.mark.parametrize(
    "function", [an_array_becomes_a_counter, a_vector_becomes_its_elements, a_counter_of_a_loop_inside_is_one_before]
)
@pytest.mark.parametrize("size", [0, 1, 4])
def test_a_loop_variable_may_have_been_an_array_before(function, size):
    """An iteration binds it before anything reads it (array programs 850303, 850610, 850732 and others, loop program 952334)."""
    x = np.linspace(0.3, 0.9, size)
    gradient = python_function(grad(function).at(x).source)(x)
    columns = [function(x + 1e-20j * each).imag / 1e-20 for each in np.eye(size)]
    np.testing.assert_allclose(gradient, columns, rtol=1e-12)


def scales_what_is_left(x):
    b = x.copy()
    for k in range(len(b)):
        c = b[k:]
        c *= 1.1
        c -= 0.5 * np.mean(c)
    return np.sum(b * x)


def leaves_a_row_behind(x):
    b = x.copy()
    for k in range(len(b)):
        c = b[k:]
        c *= 1.1
    return np.sum(b) + np.sum(c)


@pytest.mark.parametrize("size", [0, 1, 4])
def test_a_view_as_long_as_the_counter_tells_is_changed_in_place(size):
    """The loop took its own counter for a size from outside (a KeyError), because it handed on the view."""
    x = np.linspace(0.3, 0.9, size)
    gradient = python_function(grad(scales_what_is_left).at(x).source)(x)
    columns = [(scales_what_is_left(x + each) - scales_what_is_left(x - each)) / 2e-6 for each in 1e-6 * np.eye(size)]
    np.testing.assert_allclose(gradient, columns, rtol=1e-8)


def test_what_is_left_of_a_view_as_long_as_the_counter_tells_is_refused():
    with pytest.raises(UnsupportedError, match="what the last iteration of a loop left in it"):
        grad(leaves_a_row_behind)(np.ones(3))


def one_of_two_arrays_in_each_iteration(x, a):
    total = 0.0
    for k in range(len(x)):
        q = 1.0 * x if x[k] > a else 2.0 * x
        total += np.sum(q) * q[0]
    return total


def an_array_in_some_iterations(x, a):
    total = 0.0
    for k in range(len(x)):
        if x[k] > a:
            q = 2.0 * x + a
        else:
            continue
        total += np.sum(q**2)
    return total


def arrays_of_two_lengths(x, a):
    total = 0.0
    for k in range(len(x)):
        q = x if x[k] > a else x[1:]
        total += np.sum(q > 0.0) * x[k] + len(q)
    return total


def a_truth_value_in_some_iterations(x, a):
    total = 0.0
    for k in range(len(x)):
        q = 3 if x[k] > a else x[0] > 0
        total += q * 2 * x[k]
    return total


@pytest.mark.parametrize(
    "function",
    [
        one_of_two_arrays_in_each_iteration,
        an_array_in_some_iterations,
        arrays_of_two_lengths,
        a_truth_value_in_some_iterations,
    ],
)
def test_whole_arrays_that_an_iteration_chooses(function):
    """The condition of each iteration was taken for one of each element, if there were as many (a silent wrong value).

    Of arrays of two lengths, and with a truth value that no iteration changes, it was a KeyError.
    """
    x, a = np.array([0.5, -1.2, 2.0]), 0.7
    assert python_function(read(function).at(x, a).source)(x, a) == pytest.approx(function(x, a), rel=1e-14)
    gradient = python_function(grad(function).at(x, a).source)(x, a)
    columns = [(function(x + each, a) - function(x - each, a)) / 2e-6 for each in 1e-6 * np.eye(3)]
    np.testing.assert_allclose(gradient, columns, rtol=1e-7)


def a_loop_in_a_branch_on_data(x):
    total = 0.0
    for k in range(len(x)):
        if x[k] > 0.1:
            for j in range(len(x)):
                total += x[j] * x[k]
    return total


def a_loop_in_a_branch_on_the_counter(x):
    total = 0.0
    for k in range(len(x)):
        if k != 1:
            for v in x:
                if v < x[k]:
                    total += v * x[k]
    return total


def a_sum_in_a_branch_on_data(x):
    z = np.zeros(len(x), dtype=x.dtype)
    for k in range(len(x)):
        if x[k] > 0.1:
            z[k] = sum(v * x[k] for v in x)
        else:
            z[k] = sum(v for v in x[k:])
    return np.sum(z * x)


def several_loops_in_branches(x):
    total = 0.0
    for k in range(len(x)):
        if x[k] > 0.1:
            s = 0.0
            for j in range(k):
                if j != k:
                    for i in range(len(x)):
                        s += x[i] * x[j]
            total += s * s * x[k]
    return total


@pytest.mark.parametrize(
    "function",
    [a_loop_in_a_branch_on_data, a_loop_in_a_branch_on_the_counter, a_sum_in_a_branch_on_data, several_loops_in_branches],
)
@pytest.mark.parametrize("size", [0, 1, 4])
def test_a_loop_in_a_branch_of_a_loop(function, size):
    """It was read as axes inside of a branch of fewer axes: its value was a KeyError, and its derivative 0 (silently wrong)."""
    x = np.array([0.5, -1.2, 2.0, 0.3])[:size]
    assert python_function(read(function).at(x).source)(x) == pytest.approx(function(x), rel=1e-14)
    gradient = python_function(grad(function).at(x).source)(x)
    columns = [function(x + 1e-20j * each).imag / 1e-20 for each in np.eye(size)] if size else []
    np.testing.assert_allclose(gradient, columns, rtol=1e-12)


def reads_a_diagonal_that_it_writes(x):
    n, total = len(x), 0.0
    table = np.zeros((n, n), dtype=x.dtype)
    for k in range(n):
        for j in range(n):
            table[k, j] += x[k] ** 2
            total += table[j, j] * x[j]
    return total + np.sum(table @ x)


def reads_in_a_branch_what_the_other_one_writes(x):
    n, total = len(x), 0.0
    table = np.zeros((n, n), dtype=x.dtype)
    for k in range(n):
        for j in range(n):
            if x[k] > 0.1:
                table[k, k] += x[k] ** 2
            else:
                total += table[j, j] * x[j]
    return total + np.sum(table @ x)


def reads_what_it_adds_up(x):
    n, total = len(x), 0.0
    z = np.zeros(n, dtype=x.dtype)
    for k in range(n):
        for i in range(n):
            z[k] += x[k] * x[i]
            if z[k] > 0.2:
                total += x[i] ** 2
    return total + np.sum(z * x)


@pytest.mark.parametrize(
    "function", [reads_a_diagonal_that_it_writes, reads_in_a_branch_what_the_other_one_writes, reads_what_it_adds_up]
)
def test_elements_that_other_iterations_write(function):
    """An index that the loop does not have was not compared, nor what the other side of a branch reads (silent wrong values)."""
    x = np.array([0.5, -1.2, 2.0, 0.3])
    assert python_function(read(function).at(x).source)(x) == pytest.approx(function(x), rel=1e-14)
    gradient = python_function(grad(function).at(x).source)(x)
    columns = [function(x + 1e-20j * each).imag / 1e-20 for each in np.eye(4)]
    np.testing.assert_allclose(gradient, columns, rtol=1e-12)


def the_same_branch_in_all_iterations_of_an_inner_loop(x):
    total = 0.0
    for k in range(len(x)):
        if k % 2:
            for j in range(k):
                total += x[k] * x[k] if x[k] < 0.5 else np.sum(x) * x[j]
    return total


def a_counter_two_loops_out(x):
    n, total = len(x), 0.0
    z = np.zeros(n, dtype=x.dtype)
    for k in range(n):
        for j in range(n):
            for _ in range(n - 1):
                if k % 2 == 0:
                    total += z[k] * x[j]
                else:
                    z[j] += x[j] * 0.3
    return total + np.sum(z * x)


def a_number_of_iterations_from_a_branch(x):
    n, total = len(x), 0.0
    z = np.zeros(n, dtype=x.dtype)
    for k in range(n):
        if x[k] > 0.1:
            for j in range(k + 1, n):
                if x[j] <= 0.1:
                    break
                z[k] = x[k] * x[k]
        else:
            for _ in range(k, n):
                total += np.sum(x) * x[k]
    return total + np.sum(z * x)


def a_truth_value_beside_what_is_kept(x):
    n = len(x)
    table = np.zeros((n, n), dtype=x.dtype)
    for k in range(n - 1):
        if k % 2 == 0:
            table[k, k] = x[k] ** 2
        if k % 2 == 0:
            if k > 0:
                table[k, k] = x[k] ** 2
            else:
                break
    return np.sum(table @ x)


def the_number_of_iterations_on_the_other_side(x):
    """Of a loop whose values are needed on one side of a branch, and how often it runs on the other."""
    k, u = 2.0, x.copy()
    for i in range(len(x)):
        if i > 0:
            for j in range(min(2, len(x))):
                k += 0.1 * x[j] * x[i]
        else:
            for j in range(min(2, len(x))):
                k = np.sin(k) + u[j]
        k += 0.1 * np.sum(u)
    return k


def an_array_that_is_shown_as_numbers_while_a_loop_writes_to_it(x):
    n = len(x)
    z, m = np.zeros(n, dtype=x.dtype), np.zeros((n, n), dtype=x.dtype)
    for k in range(n - 1):
        for _ in range(k):
            for i in range(n):
                z[i] += x[i] * 0.3
                m[k, i] = x[i] ** 2
    total = 0.0
    for k in range(n):
        for j in range(k, n):
            for i in range(n):
                if z[i] > 0.2:
                    total += np.sum(x) * x[i]
            m[j, k] = x[k] ** 2
        for _ in range(n):
            m[k, k] = x[k] ** 2
    return total + np.sum(z * x) + np.sum(m @ x)


@pytest.mark.parametrize(
    "function",
    [
        an_array_that_is_shown_as_numbers_while_a_loop_writes_to_it,
        the_number_of_iterations_on_the_other_side,
        the_same_branch_in_all_iterations_of_an_inner_loop,
        a_counter_two_loops_out,
        a_number_of_iterations_from_a_branch,
        a_truth_value_beside_what_is_kept,
    ],
)
@pytest.mark.parametrize("size", [0, 1, 4])
def test_nests_that_were_errors_inside(function, size):
    """Nested programs 1129, 1225, 1200 and another: outs of other axes, an integer used before it was made, a size and a tape."""
    x = np.array([0.5, -1.2, 2.0, 0.3])[:size]
    assert python_function(read(function).at(x).source)(x) == pytest.approx(function(x), rel=1e-14)
    gradient = python_function(grad(function).at(x).source)(x)
    columns = [function(x + 1e-20j * each).imag / 1e-20 for each in np.eye(size)] if size else []
    np.testing.assert_allclose(gradient, columns, rtol=1e-12)


def arrays_of_numbers_of_an_iteration(x):
    total = 0.0
    for k in range(len(x)):
        total += np.sum(np.linspace(0, x[k], len(x)) * x) + np.sum(np.where([x[k] > 0.4], x, 2 * x))
        total += np.dot([x[k], 2.0], x[:2]) + np.convolve(x, [x[k], 1.0], "valid")[0]
    return total


@pytest.mark.parametrize("size", [2, 4])
def test_numbers_of_an_iteration_in_arrays(size):
    """They were read as if they had no iterations: an IndexError and a ValueError inside."""
    x = np.array([0.5, -1.2, 2.0, 0.3])[:size]
    assert python_function(read(arrays_of_numbers_of_an_iteration).at(x).source)(x) == pytest.approx(
        arrays_of_numbers_of_an_iteration(x), rel=1e-14
    )
    gradient = python_function(grad(arrays_of_numbers_of_an_iteration).at(x).source)(x)
    columns = [arrays_of_numbers_of_an_iteration(x + 1e-20j * each).imag / 1e-20 for each in np.eye(size)]
    np.testing.assert_allclose(gradient, columns, rtol=1e-12)


def two_loops_in_a_branch(x):
    x_bar, b, u = 0.25, x[0], np.zeros(len(x), dtype=x.dtype)
    for i in range(1, len(x)):
        if x_bar < 0.4:
            for j in range(len(x)):
                x_bar = np.sin(x_bar) + u[j]
            for j in range(min(2, len(x))):
                b = 0.7 * b + x[j]
        b = np.cos(b) * u[0]
        u[i] += 0.1 * u[i - 1]
    return b


def test_the_number_of_iterations_is_known_before_a_branch_that_reads_it():
    """Loop program 2002663: what had to come before was told by names, and the number of iterations in a branch is none."""

    def f(x):
        b, u = x[0], np.zeros(len(x))
        for i in range(1, len(x)):
            if b < 0.9:
                for j in range(min(2, len(x))):
                    b = 0.7 * b + 0.1 * x[j]
            b = np.cos(b) * x[i] + u[0]
            u[i] += 0.1 * u[i - 1]
        return b

    x, v = np.array([0.3, 0.5, 0.7]), np.array([0.2, -1.0, 0.4])
    for function in (two_loops_in_a_branch, f):
        gradient = grad(function)
        second = vjp(gradient)
        found = python_function(second.at(x, cotangent=v).source)(x, v)
        np.testing.assert_allclose(found, (gradient(x + 1e-5 * v) - gradient(x - 1e-5 * v)) / 2e-5, atol=1e-8)


ONE_NAME = """import numpy as np
def f(x):
    q = 0.5
    for i in range(len(x) - 1, -1, -1):
        q = q - 0.1*(q**3 - x[i])
    x_bar = 0.25
    v = 0.5*x
    for i in range(len(x)):
        if 0.3*x_bar > -0.1:
            for j in range(i):
                x_bar = np.sin(x_bar) + v[j]
            for j in range(len(x)):
                x_bar = np.sin(x_bar) + v[j]
    s = 2
    b1 = 2
    for i in range(len(x)):
        s = np.sin(s) + 0.3*b1
        b1 = np.tanh(b1 + s*x[i])
    return np.sum(np.r_[s, v]*np.r_[x, -1.2]) + q + x_bar
"""


def test_an_array_and_a_number_of_an_inner_loop_have_one_name():
    """Loop program 2003760: the level at which the number is there was taken for that of the array (an IndexError inside)."""
    x, v = np.array([0.3, 0.5, 0.7]), np.array([0.2, -1.0, 0.4])
    gradient = grad(source=ONE_NAME)
    found = python_function(vjp(gradient).at(x, cotangent=v).source)(x, v)
    np.testing.assert_allclose(found, (gradient(x + 1e-5 * v) - gradient(x - 1e-5 * v)) / 2e-5, atol=1e-8)


def test_a_condition_on_the_iteration_stands_inside_of_the_loop():
    """``n >= i + 1`` was written before the loop that counts ``i`` (random loop program 2013498)."""
    text = """import numpy as np
def f(x):
    b = 0
    u = 1.0*x
    for i in range(len(x)):
        v = np.full(len(x), 0.5)
        u = u*0.5 + x[i]
        b += np.dot(v, u)*0.1
    return np.max(np.append(u, b*b))
"""
    second = python_function(hessian(source=text).at(np.ones(2)).source)
    space = {}
    exec(text, space)  # noqa: S102 - the text above
    x, steps = np.array([-0.3, -0.8]), 1e-4 * np.eye(2)
    f = space["f"]
    wanted = [[(f(x + h + k) - f(x + h - k) - f(x - h + k) + f(x - h - k)) / 4e-8 for k in steps] for h in steps]
    np.testing.assert_allclose(second(x), wanted, atol=1e-6)


def test_indices_of_a_branch_that_is_not_taken_are_numbers():
    """A sparse Hessian reads them before it tests which branch was taken: they were uninitialised (program 2013332)."""
    text = """import numpy as np
def f(x):
    t = 0.1*np.sum(x)
    if t > 2:
        q = np.sin(x)
    else:
        q = x[np.argsort(x)]*1.5
    return np.prod(np.cos(q))
"""
    program = Program.of(2013332, loops=True)
    assert faults(program, sizes=[(4, 1)]) == []
    second, dense = hessian(source=text, sparse=True), hessian(source=text)
    for x in (np.array([0.3, 0.8, 0.1]), np.array([30.0, 0.8, 0.1])):
        np.testing.assert_allclose(second(x).toarray(), dense(x), rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("seed", [2016142, 2016227])
def test_numbers_of_a_loop_are_not_called_as_arrays_outside(seed):
    """A silent wrong second derivative: the adjoint of an element was read as a tangent."""
    assert faults(Program.of(seed, loops=True)) == []
