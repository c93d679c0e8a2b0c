"""Faults that programs with views, writes and arrays of integers had: each was a silent wrong answer, or an error inside."""

import numpy as np
import pytest

from symdiff import UnsupportedError, grad, read, value_and_grad
from symdiff.codegen import python_function
from tests.poison import poisoned


def by_source(function, *args):
    with poisoned():
        return python_function(function.at(*args).source)(*args)


def swaps_rows_where_they_are_positive(a):
    n = a.shape[0]
    b = a.copy()
    for k in range(n):
        if b[k, 0] > 0:
            for j in range(n):
                b[k, j], b[0, j] = b[0, j], b[k, j]
        for i in range(k + 1, n):
            for j in range(k + 1, n):
                b[i, j] -= b[i, k] * b[k, j]
    return np.sum(b * a)


@pytest.mark.parametrize("shape", [(3, 3), (1, 1), (2, 3), (0, 0)])
def test_what_an_inner_loop_needs_is_checked_where_its_length_is_known(shape):
    """The check stood before the loop around it, and asked for that loop's counter (a KeyError in the code)."""
    a = np.random.default_rng(3).normal(size=shape)
    steps = 1e-6 * np.eye(a.size).reshape(a.size, *shape)
    slopes = [(swaps_rows_where_they_are_positive(a + h) - swaps_rows_where_they_are_positive(a - h)) / 2e-6 for h in steps]
    assert by_source(read(swaps_rows_where_they_are_positive), a) == pytest.approx(swaps_rows_where_they_are_positive(a))
    np.testing.assert_allclose(by_source(grad(swaps_rows_where_they_are_positive), a).ravel(), slopes, atol=1e-8)


def test_a_matrix_that_is_too_narrow_raises_as_it_does_in_numpy():
    a = np.random.default_rng(3).normal(size=(3, 2))
    with pytest.raises(IndexError):
        swaps_rows_where_they_are_positive(a)
    with pytest.raises(IndexError):
        by_source(read(swaps_rows_where_they_are_positive), a)


ROUNDED = {
    "like_a_range": "c = np.zeros_like(np.arange(3))",
    "like_literals": "c = np.ones_like(np.array([1, 2, 3]))",
    "full_like_a_list": "c = np.full_like([1, 2, 3], 0.5)",
    "like_an_argument": "c = np.zeros_like(h)",
    "a_copy": "c = h.copy()",
    "a_sum": "c = h + 1",
    "sizes_of_integers": "c = np.abs(h[::-1])",
    "one_where": "c = np.where(x > 0, 1, 0)",
    "truths_as_integers": "c = (x > 0) * 1",
    "powers": "c = np.arange(len(x)) ** 2",
    "sums_so_far": "c = np.cumsum(h)",
    "put_together": "c = np.concatenate([h, h])[:3]",
}


@pytest.mark.parametrize("name", ROUNDED)
def test_numbers_written_into_arrays_of_integers_are_refused(name):
    """NumPy rounds what is written there; these were arrays of floats."""
    text = f"def f(x, h):\n    {ROUNDED[name]}\n    c[0] = x[0]\n    return np.sum(c * x)"
    with pytest.raises(UnsupportedError, match=r"array of integers|not of floats"):
        read(source=text).at(np.ones(3), np.array([2, 0, 1]))


def test_integers_stay_integers_where_they_are_written():
    """So such arrays may be written to, as long as nothing is rounded."""
    text = """
def f(x, h):
    c = np.where(x > 0, 1, -1)
    c[0] = 3
    c[1:] += h[1:]
    c *= 2
    for i in range(len(x)):
        c[i] = c[i] * i - 1
    d = c * 0.5
    d[0] = x[0]
    return np.sum(c * x) + np.sum(d * x)
"""
    x, h = np.array([0.3, -0.7, 1.1]), np.array([2, 0, 1])
    c = np.array([-1.0, -3.0, 7.0])
    made = by_source(grad(source=text), x, h)
    np.testing.assert_allclose(made, 1.5 * c + [0.5 + 2 * x[0], 0, 0])


FROM_THE_END = {
    "u[-i - 1] += np.sin(x[i])": 0,
    "u[-i] = u[-i] * x[i]": 0,
    "u[i - 1] = u[i - 1] + x[i] ** 2": 0,
    "u[-i] *= x[i] * u[0]": 1,
}


@pytest.mark.parametrize("statement", FROM_THE_END)
def test_writes_in_loops_at_places_from_the_end(statement):
    """What counts from the end in every iteration was taken to be out of range, and so was ``u[-0]``."""
    text = f"""
def f(x):
    u = x.copy()
    for i in range({FROM_THE_END[statement]}, len(x)):
        {statement}
    return np.sum(u * u * x)
"""
    names = {"np": np}
    exec(text, names)  # noqa: S102 - text of our own making
    value, slope = read(source=text), grad(source=text)
    for size in (1, 2, 5):
        x = np.random.default_rng(size).normal(size=size)
        slopes = [(names["f"](x + h) - names["f"](x - h)) / 2e-6 for h in 1e-6 * np.eye(size)]
        assert by_source(value, x) == pytest.approx(names["f"](x))
        np.testing.assert_allclose(by_source(slope, x), slopes, rtol=1e-7, atol=1e-7)


def energy(p):
    s = 0.2
    for i in range(len(p)):
        s = s + np.sin(s + p[i])
    return s


slope_of_energy = grad(energy)


def goes_down(x):
    y = x * 1.0
    for i in range(len(x)):
        y = slope_of_energy(y * 0.5) * x[i]
    return np.sum(y * y)


def test_segments_of_a_loop_leave_alone_what_counts_by_the_same_name_inside():
    """The loop of the derivative inside counted by the name of the loop around it, and read at the places of that."""
    x = np.array([0.4, 0.7, 1.1])
    plain, segmented = (by_source(value_and_grad(goes_down, checkpoint=checkpoint), x) for checkpoint in (False, True))
    steps = 1e-6 * np.eye(3)
    value = read(goes_down)
    slopes = [(by_source(value, x + h) - by_source(value, x - h)) / 2e-6 for h in steps]
    for found in (plain, segmented):
        assert found[0] == pytest.approx(by_source(value, x), rel=1e-14)
        np.testing.assert_allclose(found[1], slopes, rtol=1e-7, atol=1e-8)


def of_the_rest(x):
    s = 0.1
    for i in range(len(x)):
        s = np.sin(s + np.sum(slope_of_energy(x[i:] * s)))
    return s


def of_the_first(x, i):
    return np.sum(slope_of_energy(x[:i]) * x[:i])


def slopes_of_energy(p):
    return by_source(slope_of_energy, p)


def test_lengths_that_a_name_tells_which_a_loop_inside_has_too():
    """The loop of the derivative read its own counter for the length that the name outside tells (a silent wrong value)."""
    x, s = np.array([0.4, 0.7, 1.1]), 0.1
    for i in range(3):
        s = np.sin(s + np.sum(slopes_of_energy(x[i:] * s)))
    assert by_source(read(of_the_rest), x) == pytest.approx(s, rel=1e-12)
    made = read(of_the_first).at(x, 2)
    found = python_function(made.source)(*made.arguments({"x": x, "i": 2}))
    assert found == pytest.approx(np.sum(slopes_of_energy(x[:2]) * x[:2]), rel=1e-12)


def changes_what_is_an_array_on_one_path(x, a):
    z = 1.0 * x
    q = z if a > 0 else a
    q *= 3
    return np.sum(z) + np.sum(q)


def changes_the_argument_on_one_path(x, a):
    q = x if a > 0 else a
    q *= 3
    return np.sum(x) + np.sum(q)


def changes_under_another_name(x, a):
    q = 1.0 * x if a > 0 else np.ones((2, len(x)))
    r = q
    r += x
    return np.sum(q) + np.sum(r)


def becomes_another_shape_in_place(x, a):
    q = np.ones((len(x), len(x))) if a > 0 else np.ones((1, len(x)))
    q -= np.diag(x)
    return np.sum(q)


@pytest.mark.parametrize(
    "function",
    [
        changes_what_is_an_array_on_one_path,
        changes_the_argument_on_one_path,
        changes_under_another_name,
        becomes_another_shape_in_place,
    ],
)
def test_what_is_an_array_on_one_path_is_not_changed_in_place_where_others_show_it(function):
    """It became a new array there, and the others kept what they showed (silent wrong values; array program 866273)."""
    with pytest.raises(UnsupportedError, match="write a = a \\+ b"):
        read(function).at(np.arange(1.0, 4.0), 0.5)


def grows_on_one_path(x, a):
    q = 1.0 * x if a > 0 else a
    q += x
    return np.sum(q)


@pytest.mark.parametrize("a", [0.5, -0.5])
def test_what_nothing_else_shows_may_be_changed_in_place_on_one_path(a):
    x = np.arange(1.0, 4.0)
    assert by_source(read(grows_on_one_path), x, a) == grows_on_one_path(x, a)


def einsum_that_moves(a):
    b = a.copy()
    c = np.einsum("ij->ji", b)
    c[0] = 7.0
    b *= 2.0
    return b + np.sum(c)


def test_an_einsum_of_one_array_that_sums_nothing_is_a_view():
    a = np.random.default_rng(1).normal(size=(2, 3))
    np.testing.assert_allclose(by_source(read(einsum_that_moves), a), einsum_that_moves(a), rtol=1e-14)


def contiguous(a):
    b = a.copy()
    c = np.ascontiguousarray(b.T)
    c *= 2.0
    return b


def test_a_contiguous_copy_of_a_view_may_be_the_view():
    """Of arrays of fixed sizes it was taken for the view itself (a silent wrong value)."""
    with pytest.raises(UnsupportedError, match="changed as another one"):
        by_source(read(contiguous), np.ones((2, 3)))


ELEMENTS_SHOWN = {
    "changed": ("c = b[..., 0]\n    c *= 2\n    return b.sum()", "a change in place"),
    "changed in a loop": ("c = b[..., -1]\n    for i in range(3):\n        c += 1.0\n    return b.sum()*c", "a change in place"),
    "changed beside it": ("c = b[..., 0]\n    b[..., 0] *= 2\n    return b.sum()*c", "an array that was changed"),
    "what np.where gives": ("u = np.where(x[0] > 0, x[0], 1.0)\n    k = u\n    k += 1.0\n    return u*k", "has another name"),
    "in a loop": (
        "u = np.where(x[0] > 0, x[0], 1.0)\n    k = u\n    for v in x:\n        k += v\n    return u*k",
        "another name",
    ),
    "in a function": (
        "def g(v):\n        v += 1\n        return v\n    u = np.where(x[0] > 0, x[0], 1.0)\n    return g(u)*u",
        "another name",
    ),
    "in a list": ("u = np.where(x[0] > 0, x[0], 1.0)\n    w = [u]\n    u += 1\n    return w[0]", "another name"),
    "of a small array": ("b = np.array([1.0, x[0]])\n    c = b[1, ...]\n    c += 1.0\n    return b.sum()", "a change in place"),
}


@pytest.mark.parametrize("name", ELEMENTS_SHOWN)
def test_an_element_that_an_ellipsis_shows_is_an_array_in_numpy(name):
    """Of a vector it was a number, which did not change the vector; so is what np.where gives of numbers (program 1002330)."""
    body, reason = ELEMENTS_SHOWN[name]
    with pytest.raises(UnsupportedError, match=reason):
        read(source=f"import numpy as np\ndef f(x):\n    b = x*2\n    {body}\n").at(np.ones(2))


def test_an_element_that_an_ellipsis_shows_may_be_read():
    def f(x):
        b = 2 * x
        c = b[..., 0]
        for i in range(len(x)):
            c = c * b[..., i]
        return c + b[..., -1] ** 2

    x = np.array([0.3, 0.5, 1.2])
    assert by_source(read(f), x) == pytest.approx(f(x), rel=1e-14)
    columns = [f(x + 1e-20j * each).imag / 1e-20 for each in np.eye(3)]
    np.testing.assert_allclose(by_source(grad(f), x), columns, rtol=1e-13)


def test_an_array_without_axes_that_nothing_else_shows_may_be_changed():
    def f(x):
        u = np.where(x[0] > 0, x[0], 1.0)
        u += 1.0
        for v in x:
            u += v * v
        k = u
        k = k + 2.0
        k *= x[1]
        return u * k

    x = np.array([0.3, 0.5, 1.2])
    assert by_source(read(f), x) == pytest.approx(f(x), rel=1e-14)
    steps = 1e-6 * np.eye(3)
    np.testing.assert_allclose(by_source(grad(f), x), [(f(x + h) - f(x - h)) / 2e-6 for h in steps], rtol=1e-8)
