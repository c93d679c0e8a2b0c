"""What is not read, or does not fit: refused with the line, a caret, the reason and a rewrite; never a wrong number."""

# ruff: noqa: N803 - matrices have capital letters here, as on paper

import numpy as np
import pytest

from symdiff import grad, jacobian, read, vjp
from symdiff.errors import ArgumentError, ShapeError, SymdiffError, UnsupportedError

X = np.array([0.5, -1.0, 2.0, 3.0])
LONG = np.arange(3000.0)


def write_to_argument(x):
    x[0] = 1.0
    return np.sum(x)


def augment_argument(x):
    x *= 2
    return np.sum(x)


def write_to_alias_of_argument(x):
    y = np.asarray(x)
    y[1:] = 0.0
    return np.sum(y)


def write_to_view_of_argument(x):
    y = x[1:][::-1]
    y += 1.0
    return np.sum(y)


def write_to_diagonal(x):
    y = np.zeros((len(x), len(x)))
    z = np.diag(y)
    z[0] = x[0]
    return np.sum(y)


def write_into_integers(x):
    y = np.arange(len(x))
    y[0] = 0.5
    return np.sum(x * y)


def full_of_integers(x):
    y = np.full(len(x), 1)
    y[0] = x[0]
    return np.sum(y * x)


def write_at_indices(x, idx):
    y = np.zeros_like(x)
    y[idx] = x[idx]
    return np.sum(y)


def other_shape(x):
    y = np.zeros(len(x))
    y[1:] = x
    return np.sum(y)


def three_indices(x):
    return np.sum(x[0, 1])


def shifted(x):
    return np.sum(x[1:] + x)


def truth_of_array(x):
    if x > 0:
        return np.sum(x)
    return 0.0


def math_of_array(x):
    import math

    return np.sum(math.sin(x))


def sorted_rows(x):
    return np.sum(np.sort(x[:, None] * x, axis=1))


def changed_while_bound_twice(x, a):
    y = x * 1
    z = x * 2
    w = y if a > 0 else z
    w[0] = 0.0
    return np.sum(y)


CASES = [
    (write_to_argument, (X,), "x[0] = 1.0", "comes from outside the function", ".copy()"),
    (augment_argument, (X,), "x *= 2", "comes from outside the function", ".copy()"),
    (write_to_alias_of_argument, (X,), "y[1:] = 0.0", "comes from outside the function", ".copy()"),
    (write_to_view_of_argument, (X,), "y += 1.0", "comes from outside the function", ".copy()"),
    (write_to_diagonal, (X,), "z[0] = x[0]", "shows an element several times", ".copy()"),
    (write_into_integers, (X,), "y[0] = 0.5", "array of integers", "np.zeros"),
    (full_of_integers, (X,), "y[0] = x[0]", "array of integers", "np.zeros"),
    (write_at_indices, (X, np.array([[0, 1]])), "y[idx] = x[idx]", "may be equal", "loop"),
    (truth_of_array, (X,), "if x > 0:", "ambiguous", "elements"),
    (math_of_array, (X,), "return np.sum(math.sin(x))", "math.sin of an array", "np.sin"),
    (sorted_rows, (X,), "return np.sum(np.sort(x[:, None] * x, axis=1))", "np.sort of an array of shape", "vectors"),
    (changed_while_bound_twice, (X, 1.0), "return np.sum(y)", "may have been changed as another one", "copy"),
]


@pytest.mark.parametrize(
    ("function", "args", "line", "reason", "rewrite"), CASES, ids=lambda value: getattr(value, "__name__", "")
)
def test_refused(function, args, line, reason, rewrite):
    with pytest.raises(UnsupportedError) as caught:
        read(function).at(*args)
    (gap, *_) = caught.value.gaps
    assert gap.place.text.strip() == line
    assert gap.place.file.endswith("test_tensor_refusals.py")
    assert reason in gap.reason
    assert rewrite in gap.rewrite
    assert "^" in str(gap)


@pytest.mark.parametrize(
    ("function", "line", "reason", "rewrite"),
    [
        (other_shape, "y[1:] = x", "", "equal"),
        (three_indices, "return np.sum(x[0, 1])", "2 indices", "axes"),
        (shifted, "return np.sum(x[1:] + x)", "lengths n - 1 and n", "equal"),
    ],
)
def test_what_numpy_refuses_for_these_shapes_is_no_gap(function, line, reason, rewrite):
    with pytest.raises(ShapeError) as caught:
        read(function).at(X)
    first, place, code, caret, advice = str(caught.value).splitlines()
    assert reason in first
    assert "test_tensor_refusals.py" in place
    assert code.strip() == line
    assert "^" in caret
    assert rewrite in advice


def product(x, y):
    return np.sum(x * y)


def affine(A, x, b):
    return A @ x + b


@pytest.mark.parametrize(
    ("function", "args", "text"),
    [
        (product, (np.ones(3), np.ones(4)), "y has length 4, where 3 is needed, because x has length 3"),
        (
            affine,
            (np.ones((2, 3)), np.ones(4), np.ones(2)),
            "x has length 4, where 3 is needed, because axis 1 of A has length 3",
        ),
        (
            affine,
            (np.ones((2, 3)), np.ones(3), np.ones(5)),
            "b has length 5, where 2 is needed, because axis 0 of A has length 2",
        ),
    ],
)
def test_lengths_that_do_not_fit(function, args, text):
    derivative = vjp(function, 1)
    with pytest.raises(ShapeError, match=text):
        derivative(*args, cotangent=1.0 if function is product else np.ones(len(args[0])))


def test_lengths_may_change_from_call_to_call_and_mistakes_are_told_every_time():
    derivative = grad(product)
    for n in (2, 5, 3):
        assert derivative(np.ones(n), np.arange(float(n))) == pytest.approx(np.arange(float(n)))
        with pytest.raises(ShapeError, match=f"y has length {n + 1}, where {n} is needed"):
            derivative(np.ones(n), np.ones(n + 1))
    assert len([made for made in derivative.versions if made.graph.params[0].structure.size == 1]) >= 1


@pytest.mark.parametrize(
    "value",
    [
        np.array([True, False]),
        np.array([1j, 2.0]),
        np.array([object(), 1.0], dtype=object),
        np.ma.masked_array([1.0, 2.0], [0, 1]),
        np.array(["a", "b"]),
        np.array([1, 2], dtype=np.float16),
        np.array([1, 2], dtype=np.longdouble),
    ],
    ids=lambda value: str(getattr(value, "dtype", value)),
)
def test_arrays_that_are_no_real_numbers(value):
    with pytest.raises(ArgumentError, match="argument x is"):
        grad(lambda x: np.sum(x**2))(value)


def test_integers_count_as_floats_and_single_precision_is_kept():
    derivative = grad(lambda x: np.sum(x**2) / 2)
    assert derivative(np.array([1, 2])).tolist() == [1.0, 2.0]
    assert derivative(np.array([1, 2], dtype=np.float32)).dtype == np.float32


def test_memory_of_any_kind():
    derivative = grad(lambda A: np.sum(A**3))
    base = np.arange(24.0).reshape(4, 6)
    frozen = base.copy()
    frozen.flags.writeable = False
    for value in (base, base.T, base[::2, ::3], np.asfortranarray(base), frozen, base[:0], base[1:2]):
        np.testing.assert_allclose(derivative(value), 3 * value**2)
        assert derivative(value).flags.writeable


def test_arguments_are_never_written_to():
    def doubled(x):
        y = x.copy()
        y *= 2
        y[0] = 0.0
        return y

    given = np.array([1.0, 2.0, 3.0])
    assert jacobian(doubled)(given).tolist() == np.diag([0.0, 2.0, 2.0]).tolist()
    assert given.tolist() == [1.0, 2.0, 3.0]


def test_one_argument_twice():
    given = np.array([1.0, 2.0])
    first, second = grad(product, argnums=(0, 1))(given, given)
    assert first.tolist() == second.tolist() == [1.0, 2.0]


def test_refusals_are_symdiff_errors_and_python_errors():
    with pytest.raises(SymdiffError):
        grad(product)(np.ones(2), np.ones(3))
    with pytest.raises(ValueError, match="length"):
        grad(product)(np.ones(2), np.ones(3))


def test_derivatives_inside_of_functions():
    inner = grad(lambda x: np.sum(x**3))

    def outer(x):
        return np.sum(inner(x) * x)

    def own(x, a):
        return grad(lambda v: np.sum(x * v**2))(a) + np.sum(x)

    assert grad(outer)(np.array([1.0, 2.0])).tolist() == [9.0, 36.0]
    assert grad(own)(np.array([1.0, 2.0]), 3.0).tolist() == [7.0, 7.0]
    np.testing.assert_allclose(grad(outer)(LONG), 9 * LONG**2, rtol=1e-15)


@pytest.mark.parametrize("axis", [None, 0, 1])
def test_weights_whose_sum_is_zero_raise_as_in_numpy(axis):
    def average(x, w):
        return np.sum(np.average(x, axis=axis, weights=w))

    x, df = np.ones((2, 3)), grad(average)
    for w in (np.ones((2, 3)), np.zeros((2, 3)), np.array([[0.0, 1, 0], [0, 2, 0]])):
        try:
            average(x, w)
        except ZeroDivisionError:
            with pytest.raises(ZeroDivisionError, match="Weights sum to zero"):
                df(x, w)
        else:
            np.testing.assert_allclose(df(x, w), w / np.sum(w, axis=axis, keepdims=True))
