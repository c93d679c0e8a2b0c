"""Calls with arrays that no derivative exists for: the right class of error, the argument, the line; never a wrong number."""

from __future__ import annotations

import re

import numpy as np
import pytest

from symdiff import ArgumentError, ShapeError, UnsupportedError, grad, jacobian, jvp, read, value_and_grad, vjp


def product(x, y):
    return np.sum(x * y)


def misfit(x, A, b):  # noqa: N803
    return np.sum((A @ x - b) ** 2)


def picked(x, index):
    return np.sum(x[index] ** 2)


def called_first(function, *args):
    """A function that has its compiled code already, so that a call takes the short way."""
    function(*args)
    return function


# -- lengths and ranks


@pytest.mark.parametrize("warm", [False, True])
def test_unequal_lengths_name_both_arguments(warm):
    df = grad(product, argnums=(0, 1))
    df = called_first(df, np.ones(3), np.ones(3)) if warm else df
    with pytest.raises(ShapeError, match="y has length 4, where 3 is needed, because x has length 3"):
        df(np.ones(3), np.ones(4))
    fit = grad(misfit)
    fit = called_first(fit, np.ones(3), np.ones((2, 3)), np.ones(2)) if warm else fit
    with pytest.raises(ShapeError, match="axis 1 of A has length 4, where 3 is needed, because x has length 3"):
        fit(np.ones(3), np.ones((2, 4)), np.ones(2))
    with pytest.raises(ShapeError, match="b has length 5, where 2 is needed, because axis 0 of A has length 2"):
        fit(np.ones(3), np.ones((2, 3)), np.ones(5))


def test_the_stand_alone_source_checks_lengths_too():
    namespace: dict[str, object] = {}
    made = grad(product).at(np.ones(3), np.ones(3))
    exec(made.source, namespace)  # noqa: S102 - ours
    with pytest.raises(ValueError, match="the length of y must be the length of x"):
        namespace[made.name](np.ones(3), np.ones(4))


def test_an_axis_of_length_1_broadcasts():
    by_x, by_y = grad(product, argnums=(0, 1))(np.arange(3.0), np.array([2.0]))
    assert by_x.tolist() == [2.0, 2.0, 2.0]
    assert by_y.tolist() == [3.0]


def test_seeds_of_other_lengths_and_ranks():
    with pytest.raises(ShapeError, match="tangent has length 2, where 3 is needed, because x has length 3"):
        jvp(lambda x: 2 * x)(np.ones(3), tangent=np.ones(2))
    with pytest.raises(ShapeError, match="tangent must be an array with 1 axes, not of 2 axes"):
        jvp(lambda x: 2 * x)(np.ones(3), tangent=np.ones((3, 1)))
    with pytest.raises(ShapeError, match="cotangent has length 3, where 2 is needed, because x has length 3"):
        vjp(lambda x: 2 * x[1:])(np.ones(3), cotangent=np.ones(3))
    assert vjp(lambda x: 2 * x[1:])(np.ones(0), cotangent=np.ones(0)).shape == (0,)


def test_a_wrong_rank():
    with pytest.raises(ShapeError, match="a matrix product with a number"):
        grad(misfit)(1.0, np.ones((2, 3)), np.ones(2))
    with pytest.raises(IndexError, match="2 indices for an array of shape"):
        grad(lambda x: np.sum(x[1:, 0]))(np.ones(3))
    for length in (1, 2):  # a product of matrices broadcasts nothing
        with pytest.raises(ShapeError, match="length"):
            grad(lambda x, y: x @ y)(np.ones(length), np.ones(3))
    with pytest.raises(ShapeError, match="returns an array of n"):
        grad(lambda x: 2 * x)(np.ones(3))


# -- indices


@pytest.mark.parametrize("warm", [False, True])
def test_a_literal_index_out_of_range(warm):
    def f(x):
        first = np.sum(x[1:]) * x[0]
        return first + x[4]

    df = called_first(grad(f), np.ones(6)) if warm else grad(f)
    with pytest.raises(IndexError, match=r"index 4 is out of range for axis 0 \(test_array_bad_input.py, line \d+\)"):
        df(np.ones(3))
    with pytest.raises(IndexError, match="argument x has 3 elements, but element 4 is out of range"):
        grad(lambda x: x[0] * x[4])(np.ones(3))


@pytest.mark.parametrize("index", [[0, 3], [0, -4], [10**15, 0]])
def test_an_index_from_data_out_of_range(index):
    df = called_first(grad(picked), np.ones(3), np.array([2, 2]))
    for function in (df, read(picked), jacobian(picked)):
        with pytest.raises(IndexError, match=r"an index of x is out of range: see index \(line 2\)"):
            function(np.ones(3), np.array(index))
    assert df(np.array([1.0, 2.0, 4.0]), np.array([2, 2])).tolist() == [0.0, 0.0, 16.0]


def labelled(table, label):
    return -np.sum(table[np.arange(len(label)), label] ** 2)


def labelled_in_a_loop(table, label):
    total = 0.0
    for i in range(len(label)):
        total -= table[i, label[i]] ** 2
    return total


@pytest.mark.parametrize("function", [labelled, labelled_in_a_loop])
@pytest.mark.parametrize("label", [[0, 2, 0], [0, -3, 1], [5]])
def test_labels_out_of_range(function, label):
    """Not even where the derivative would not read the element: no number is better than a wrong one."""
    table = np.arange(6.0).reshape(3, 2)
    for transform in (read, grad, value_and_grad, jacobian, lambda f: jacobian(f, argnums=0)):
        with pytest.raises(IndexError, match="out of range"):
            transform(function)(table, np.array(label))
    assert grad(function)(table, np.array([1, 0, 1])).tolist() == [[0.0, -2.0], [-4.0, 0.0], [0.0, -10.0]]


@pytest.mark.parametrize("function", [labelled, labelled_in_a_loop])
def test_more_labels_than_rows(function):
    """Indices that count are checked, too: nothing is read from behind an array."""
    for transform in (read, grad, value_and_grad):
        with pytest.raises(IndexError, match=r"\(test_array_bad_input.py, line \d+\)"):
            transform(function)(np.ones((3, 2)), np.zeros(4, dtype=int))
        transform(function)(np.ones((3, 2)), np.zeros(0, dtype=int))
    with pytest.raises(IndexError, match="goes beyond an axis"):
        grad(lambda x, y: np.sum(x[np.arange(len(y)) + 1] * y))(np.ones(3), np.ones(3))


@pytest.mark.parametrize("index", [[0, 3], [7]])
def test_a_sparse_pattern_from_data_out_of_range(index):
    matrix = jacobian(lambda x, at: 2 * x[at], sparse=True)
    assert matrix(np.ones(3), np.array([2, 0])).toarray().tolist() == [[0.0, 0.0, 2.0], [2.0, 0.0, 0.0]]
    with pytest.raises(IndexError, match=r"an index .*out of range: see at"):
        matrix(np.ones(3), np.array(index))
    assert matrix(np.ones(3), np.array([0, -1])).toarray().tolist() == [[2.0, 0.0, 0.0], [0.0, 0.0, 2.0]]


def test_indices_that_are_no_integers():
    with pytest.raises(UnsupportedError, match="array of integers"):
        grad(picked)(np.ones(3), np.array([0.0, 1.0]))
    with pytest.raises(ArgumentError, match="an array of bool"):
        grad(picked, argnums="index")(np.ones(3), np.array([True, False, True]))
    assert grad(picked)(np.ones(3), np.array([True, False, True])).tolist() == [2, 0, 2]


# -- sizes


@pytest.mark.parametrize(
    ("function", "point"),
    [
        (lambda x: np.max(x), np.ones(0)),
        (lambda x: x.min(), np.ones(0)),
        (lambda x: np.sum(np.max(x, axis=1)), np.ones((2, 0))),
    ],
)
def test_extremes_of_nothing(function, point):
    with pytest.raises(ValueError, match="zero-size array"):
        function(point)
    for transform in (read, grad):
        with pytest.raises(ValueError, match=r"of an empty array \(test_array_bad_input.py, line \d+\)"):
            transform(function)(point)
    assert grad(lambda x: np.sum(np.max(x, axis=1)))(np.ones((0, 2))).shape == (0, 2)


def test_the_mean_of_nothing_is_nan():
    value, gradient = value_and_grad(lambda x: np.mean(x))(np.ones(0))
    assert np.isnan(value)
    assert gradient.shape == (0,)


@pytest.mark.parametrize(
    "function",
    [
        lambda x: np.sum(np.ones(len(x) - 5)) * np.sum(x),
        lambda x: np.sum(np.full(x.size - 5, x[0])),
        lambda x: np.sum(np.zeros((2, x.shape[0] - 5))) + np.sum(x),
        lambda x: np.sum(np.eye(len(x) - 5)) * np.sum(x),
    ],
)
def test_negative_sizes(function):
    for n in (3, 4):
        for call in (function, read(function), grad(function)):
            with pytest.raises(ValueError, match=r"negative dimensions are not allowed"):
                call(np.ones(n))
    assert read(function)(np.ones(7)) == pytest.approx(function(np.ones(7)))
    assert read(function)(np.ones(5)) == pytest.approx(function(np.ones(5)))


# -- kinds of arrays


def test_integers_are_promoted():
    df = grad(lambda x: np.sum(x**3))
    for kind in (np.int64, np.int32, np.uint8, np.int8):
        assert df(np.array([1, 2, 100], dtype=kind)).tolist() == [3.0, 12.0, 30000.0]
    assert df(np.array([2**31])).tolist() == [3.0 * 2.0**62]
    assert df(np.array([1, 2])).dtype == np.float64


REFUSED = [
    (np.array([1.0, None], dtype=object), "an array of object"),
    (np.ma.array([1.0, 2.0], mask=[False, True]), "a masked array"),
    (np.ones(2, dtype=complex), "an array of complex128"),
    (np.ones(2, dtype=bool), "an array of bool"),
    (np.ones(2, dtype=np.float16), "an array of float16"),
    (np.array(["a", "b"]), "an array of <U1"),
    (np.array(["2020-01-01"], dtype="M8[D]"), "an array of datetime64"),
    (np.zeros(2, dtype=[("a", float)]), "an array of "),
]


@pytest.mark.parametrize("warm", [False, True])
@pytest.mark.parametrize(("value", "shown"), REFUSED, ids=[shown for _, shown in REFUSED])
def test_refused_kinds(value, shown, warm):
    df = grad(lambda x: np.sum(x * x))
    df = called_first(df, np.ones(2)) if warm else df
    with pytest.raises(ArgumentError, match=f"argument x is {shown}"):
        df(value)


@pytest.mark.parametrize("warm", [False, True])
def test_a_matrix_class_has_other_products(warm):
    """``*`` of two np.matrix is the product of matrices: taking one for an array would give other numbers."""
    f = read(lambda x: np.sum(x * x))
    f = called_first(f, np.ones((2, 2))) if warm else f
    with pytest.warns(PendingDeprecationWarning):
        matrix = np.matrix([[1.0, 2.0], [3.0, 4.0]])
    with pytest.raises(ArgumentError, match=r"an np.matrix, .* pass np.asarray\(x\)"):
        f(matrix)


def test_nan_and_infinity_as_numpy_has_them():
    def f(x):
        return np.sum(np.exp(x) * x), np.max(x), np.where(x > 1, x, 0.0), np.prod(x)

    x = np.array([1.0, np.nan, np.inf, -np.inf])
    with np.errstate(invalid="ignore"):
        for found, expected in zip(read(f)(x), f(x), strict=True):
            np.testing.assert_array_equal(found, expected)
    gradient = grad(lambda x: np.sum(x**2))(x)
    np.testing.assert_array_equal(gradient, 2 * x)
    (by_x,) = (grad(lambda x: np.sum(np.where(x > 0, np.log(x), x)))(np.array([-1.0, 2.0])),)
    assert by_x.tolist() == [1.0, 0.5]  # the side that is not taken is no NaN


# -- layouts, aliases


def layouts():
    base = np.arange(24.0).reshape(4, 6)
    frozen = base[:2, :3].copy()
    frozen.flags.writeable = False
    return {
        "rows and columns left out": base[::2, ::2],
        "reversed": base[1::-1, 2::-1],
        "Fortran": np.asfortranarray(base[:2, :3]),
        "transposed": base[:3, :2].T,
        "read-only": frozen,
        "big-endian": base[:2, :3].astype(">f8"),
        "float32": base[:2, :3].astype(np.float32),
        "spread": np.broadcast_to(base[0, :3], (2, 3)),
    }


@pytest.mark.parametrize("name", layouts())
def test_layouts(name):
    x = layouts()[name]
    weights = np.arange(6.0).reshape(2, 3).astype(np.float32 if name == "float32" else np.float64)
    df = grad(lambda x, w: np.sum(x**2 * w))
    for _ in range(2):
        found = df(x, weights)
        assert found == pytest.approx(2 * np.asarray(x, dtype=float) * weights, rel=1e-6)
        assert found.flags.writeable
        assert not np.shares_memory(found, x)
    assert found.dtype == (np.float32 if name == "float32" else np.float64)


def test_an_argument_passed_twice_and_overlapping_ones():
    df = grad(product, argnums=(0, 1))
    x = np.arange(10.0)
    by_x, by_y = df(x, x)
    assert by_x.tolist() == by_y.tolist() == x.tolist()
    assert not np.shares_memory(by_x, by_y)
    by_x, by_y = df(x[:5], x[2:7])
    assert (by_x.tolist(), by_y.tolist()) == (x[2:7].tolist(), x[:5].tolist())
    assert grad(lambda x: product(x, x))(x).tolist() == (2 * x).tolist()


def test_results_are_no_views_of_arguments():
    x = np.arange(3.0)
    for result in (read(lambda x: x)(x), read(lambda x: x[:])(x), *read(lambda x: (x, x))(x)):
        assert result.tolist() == x.tolist()
        assert not np.shares_memory(result, x)


def test_an_overlapping_write_reads_before_it_writes():
    def shifted(x):
        y = x.copy()
        y[1:] = y[:-1]
        y[:] += y[::-1]
        return y

    x = np.array([1.0, 2.0, 4.0])
    assert read(shifted)(x).tolist() == shifted(x).tolist()


def writes_an_argument(x):
    x[0] = x[0] ** 2
    return np.sum(x)


def adds_to_an_argument(x):
    y = x
    y += 1
    return np.sum(y * y)


def writes_a_view_of_an_argument(x):
    z = x[::-1]
    z[0] = 1.0
    return np.sum(x)


def writes_what_is_shown_several_times(x):
    y = np.zeros(1)
    z = np.broadcast_to(y, x.shape)
    z[0] = x[0]
    return np.sum(y * x)


def writes_into_a_result(x):
    y = np.empty_like(x)
    np.multiply(x, 2, out=y)
    return np.sum(y)


@pytest.mark.parametrize(
    ("function", "reason", "rewrite"),
    [
        (writes_an_argument, "a change of an array that comes from outside the function", r"make a copy first: \w+.copy\(\)"),
        (adds_to_an_argument, "a change of an array that comes from outside the function", r"make a copy first: \w+.copy\(\)"),
        (writes_a_view_of_an_argument, "a change of an array that comes from outside the function", "make a copy first"),
        (writes_what_is_shown_several_times, "shows an element several times", "make a copy first"),
        (writes_into_a_result, "keyword out", "call it with plain arguments"),
    ],
)
def test_writes_that_are_refused(function, reason, rewrite):
    x = np.arange(3.0)
    with pytest.raises(UnsupportedError, match=reason) as raised:
        grad(function)(x)
    assert x.tolist() == [0.0, 1.0, 2.0]
    (gap,) = raised.value.gaps
    assert re.search(rewrite, gap.rewrite)
    assert gap.place.line > function.__code__.co_firstlineno
