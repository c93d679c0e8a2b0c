"""``out=``: results in arrays that the caller gives."""

import math

import numpy as np
import pytest

from symdiff import derivative, grad, jacobian, value_and_grad
from symdiff.errors import ArgumentError, ShapeError

from .codegen.array_graphs import BY_NAME, flat


def rosenbrock(x):
    return np.sum(100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2)


def least_squares(a, x, b):
    return np.sum((a @ x - b) ** 2)


def point(x, y):
    return [x * y, math.sin(x), x + y]


df = grad(rosenbrock)


@pytest.mark.parametrize("n", [0, 1, 2, 3, 7])
def test_the_array_given_is_filled_and_returned(n):
    x, out = np.linspace(0.5, 1.5, n), np.full(n, np.nan)
    for _ in range(3):  # the slow way first, then the fast one
        assert df(x, out=out) is out
        assert np.array_equal(out, df(x))
        out[:] = np.nan


def test_a_value_and_an_array():
    x, out = np.linspace(0.5, 1.5, 4), np.empty(4)
    for _ in range(3):
        value, gradient = value_and_grad(rosenbrock)(x, out=out)
        assert gradient is out
        assert value == pytest.approx(rosenbrock(x))
        assert np.array_equal(out, df(x))


def test_several_arrays():
    random = np.random.default_rng(0)
    arguments = random.normal(size=(4, 3)), random.normal(size=3), random.normal(size=4)
    both = grad(least_squares, argnums=(0, 1))
    out = np.empty((4, 3)), np.empty(3)
    for _ in range(3):
        found = both(*arguments, out=out)
        assert all(one is other for one, other in zip(found, out, strict=True))
        assert all(np.array_equal(one, other) for one, other in zip(found, both(*arguments), strict=True))
    with pytest.raises(ArgumentError, match="a tuple of 2 arrays"):
        both(*arguments, out=out[0])
    with pytest.raises(ShapeError, match=r"\(4,\) where \(3,\)"):
        both(*arguments, out=(out[0], np.empty(4)))
    square = np.empty((3, 3))
    with pytest.raises(ArgumentError, match="share memory"):
        both(random.normal(size=(3, 3)), arguments[1], arguments[1], out=(square, square[0]))


def test_arrays_of_fixed_shape():
    slopes, out = jacobian(point, argnums=0), np.empty(3)
    for _ in range(3):
        assert slopes(1.0, 2.0, out=out) is out
        assert np.array_equal(out, slopes(1.0, 2.0))


@pytest.mark.parametrize(
    ("out", "error", "message"),
    [
        (np.empty(4), ShapeError, r"\(4,\) where \(5,\)"),
        (np.empty((5, 1)), ShapeError, r"\(5, 1\)"),
        (np.empty(5, np.float32), ArgumentError, "float64, not an array of float32"),
        (np.empty(5, np.int64), ArgumentError, "int64"),
        ([0.0] * 5, ArgumentError, "not list"),
        (3.0, ArgumentError, "not float"),
        ((np.empty(5), np.empty(5)), ArgumentError, "not tuple"),
        (np.broadcast_to(0.0, 5), ArgumentError, "read-only"),
    ],
    ids=["shorter", "rank", "float32", "int64", "list", "number", "two", "read-only"],
)
def test_what_nothing_can_be_put_into_is_refused(out, error, message):
    x = np.ones(5)
    for _ in range(2):
        with pytest.raises(error, match=message):
            df(x, out=out)
        df(x, out=np.empty(5))


def test_an_argument_may_be_overwritten():
    x = np.linspace(0.5, 1.5, 6)
    want = df(x)
    for _ in range(3):
        whole = np.zeros(9)
        whole[:6] = x
        assert np.array_equal(df(whole[:6], out=whole[:6]), want)
        whole[:6] = x
        assert np.array_equal(df(whole[:6], out=whole[3:]), want)  # they overlap


def test_strided_and_single_arrays_get_a_copy():
    x = np.linspace(0.5, 1.5, 6)
    out = np.empty(12)[::2]
    assert df(x, out=out) is out
    assert np.array_equal(out, df(x))
    single = np.empty(6, np.float32)
    assert df(x.astype(np.float32), out=single) is single
    assert np.allclose(single, df(x), rtol=1e-4)


def test_results_without_arrays_are_refused():
    with pytest.raises(ArgumentError, match="no array"):
        derivative(math.sin and (lambda x: x**3))(1.0, out=np.empty(1))
    with pytest.raises(ArgumentError, match="sparse"):
        jacobian(lambda x: x**2, sparse=True)(np.ones(3), out=np.empty((3, 3)))


def test_a_broadcast_derivative():
    cube, x, out = derivative(lambda x: x**3), np.linspace(0, 1, 5), np.empty(5)
    assert cube(x, out=out) is out
    assert np.allclose(out, 3 * x**2)


def test_a_parameter_of_that_name_is_the_users():
    def f(x, out):
        return x * out

    assert grad(f)(2.0, out=3.0) == 3.0


def test_exceptions_of_the_function_come_through():
    def f(x):
        if x[0] < 0:
            raise ValueError("negative")
        return np.sum(x**2)

    slope, out = grad(f), np.empty(2)
    for _ in range(3):
        assert slope(np.ones(2), out=out) is out
        with pytest.raises(ValueError, match="negative"):
            slope(-np.ones(2), out=out)


@pytest.mark.parametrize("name", ["least_squares", "mixture", "product", "outer_branch", "burgers", "pairs", "rows"])
def test_the_code_for_given_arrays_computes_the_same(name):
    from symdiff.codegen import emit, python_function

    case = BY_NAME[name]
    graph = case.gradient()
    plain = python_function(emit(graph, name="df", title="A test"))
    into = python_function(emit(graph, name="df", title="A test", into=True))
    for size in (1, 2, 3):
        inputs = case.inputs(dict.fromkeys(case.sizes, size))
        want = flat(plain(*inputs))
        given = [np.full(array.shape, np.nan) for array in want if array.shape]
        found = flat(into(*inputs, *given))
        assert all(np.array_equal(one, other, equal_nan=True) for one, other in zip(found, want, strict=True))
        arrays = iter(given)
        assert all(array is next(arrays) for array in found if array.shape)
