"""Functions of NumPy that are read as Python (``symdiff/frontend/numpy_arrays.py``) against NumPy itself, and differences."""

import textwrap

import numpy as np
import pytest

from symdiff import UnsupportedError, grad, read
from symdiff.codegen import python_function
from tests.random_array_programs import Program, faults

# The types of the arguments ("m" and "n" are lengths), and the body.
PROGRAMS = {
    "dstack": ({"x": "n", "A": "mn"}, "return np.sum(np.dstack([x, 2*x])**2) + np.dstack([A, A*A])[:, :, 1].sum()"),
    "block": ({"x": "n", "A": "mn"}, "return np.sum(np.block([[A, A*A], [2*A, A]])**3, axis=0)*np.block([x, x])"),
    "insert": ({"x": "n", "a": ""}, "return np.insert(x, 0, a)**2 + np.insert(x, len(x), 2.0)*np.insert(x*x, -len(x), 1)"),
    "tri, diagflat": ({"x": "n"}, "return np.tri(len(x)) @ x + np.diagflat(x) @ x**2 + x @ np.tri(len(x), k=-1)"),
    "matrix_transpose": ({"A": "mn", "x": "n"}, "return np.matrix_transpose(A*A) @ (A @ x)"),
    "logspace, geomspace": ({"a": ""}, "return np.logspace(a, 1, 4) + np.geomspace(2 + a, 8, 4)"),
    "polyder, polyint": (
        {"x": "n", "a": ""},
        "p = np.append(x, [1.0, a])\nreturn np.polyval(np.polyder(p), 0.3) + np.polyint(p)",
    ),
    "convolve with a list": ({"x": "n"}, "return np.convolve(x, [0.25, 0.5, 0.25])*np.convolve(x, (1.0, 0.0, 2.0))"),
    "correlate": ({"x": "n"}, "y = np.append(x, [0.5, 2.0, 1.0])\nreturn np.correlate(y, y[1:3]) * 1.0"),
    "vecdot, matvec": ({"A": "mn", "x": "n"}, "return np.vecdot(A, A*A) + np.matvec(A, x)"),
    "linalg": (
        {"A": "mn", "x": "n"},
        "return np.linalg.matrix_norm(A + 3) + np.linalg.vector_norm(A + 3) + np.linalg.outer(x, x)",
    ),
    "cumulative_sum": ({"x": "n", "A": "mn"}, "return np.cumulative_sum(x)*np.cumulative_sum(A, axis=1)"),
    "r_": ({"x": "n", "a": ""}, "return np.r_[a, x*x, 1.0]*np.r_[x, 2, a]"),
    "c_": ({"x": "n", "A": "nn"}, "return np.c_[np.ones(len(x)), x, A*x]**2"),
    "fill_diagonal": (
        {"x": "n", "A": "nn", "a": ""},
        "B = A*A\nnp.fill_diagonal(B, a)\nC = A*1.0\nnp.fill_diagonal(C, x)\nreturn B @ x + C @ x",
    ),
    "fill, sort": ({"x": "n", "a": ""}, "y, z = x*x, x.copy()\ny.sort()\nz.fill(a)\nreturn y*np.arange(len(x)) + z"),
    "piecewise": ({"x": "n", "a": ""}, "return np.piecewise(x, [x < a, x > 0.8], [lambda t: a*t, lambda t: t*t - t.sum(), 0.5])"),
    "nan_to_num": ({"x": "n"}, "return np.nan_to_num(np.where(x > 0, x, np.nan)*x, nan=0.25)"),
    "nanprod, nanmax, nanmin": (
        {"x": "n", "A": "mn"},
        "y = np.append(np.where(x > 0, x, np.nan), 0.3)\nreturn np.nanprod(y) + np.nanmax(y)*2 + np.nanmin(y)",
    ),
    "nanvar": ({"x": "n"}, "y = np.append(np.where(x > 0, x, np.nan), [0.3, 0.7])\nreturn np.nanstd(y) + np.nanvar(y, ddof=1)"),
    "nancumsum": ({"x": "n"}, "return np.nancumsum(np.where(x > 0, x*x, np.nan))"),
    "unwrap": ({"x": "n"}, "return np.unwrap(4*np.append(0.3, x))*1.5"),
    "methods": (
        {"x": "n", "A": "nn"},
        "y = np.append(x, 2.0)\nreturn y.take([0, -1])*y[y.argmax()] + y.repeat(2).sum() + A.diagonal().sum()",
    ),
}
SIZES = ((5, 3), (0, 0))


@pytest.mark.parametrize("name", PROGRAMS)
def test_values_and_derivatives(name):
    types, body = PROGRAMS[name]
    program = Program(f"import numpy as np\ndef f({', '.join(types)}):\n{textwrap.indent(body, '    ')}\n", types, 3)
    assert faults(program, sizes=SIZES) == []


def test_what_is_infinite_becomes_a_number():
    def function(x):
        return np.nan_to_num(x, posinf=3.0)

    point = np.array([np.inf, -np.inf, np.nan, 1.5])
    np.testing.assert_array_equal(python_function(read(function).at(point).source)(point), function(point))


def test_the_largest_of_nothing_but_nans_is_one():
    def function(a):
        return np.nanmax(a, axis=0) + np.nanmin(a, axis=0)

    point = np.array([[np.nan, 1.0], [np.nan, np.nan]])
    np.testing.assert_array_equal(python_function(read(function).at(point).source)(point), [np.nan, 2.0])


def test_compress_as_a_method_has_the_array_first():
    def function(x):
        return x.compress(x > 0) * 2

    point = np.array([0.3, -0.7, 1.4])
    assert python_function(read(function).at(point).source)(point).tolist() == [0.6, 2.8]


def test_insertion_into_integers_is_refused():
    def function(k):
        return np.insert(k, 0, 2.5)

    with pytest.raises(UnsupportedError, match="an array of another type than float64"):
        read(function).at(np.array([1, 2]))  # NumPy makes 2 of 2.5


def test_arrays_of_the_type_of_another():
    def function(x):
        y = np.zeros(len(x), dtype=x.dtype)
        y[1:] = x[:-1] ** 2
        return np.sum(y)

    point = np.array([1.0, 3.0, 2.0])
    assert python_function(grad(function).at(point).source)(point).tolist() == [2.0, 6.0, 0.0]
    with pytest.raises(UnsupportedError, match="an array of another type than float64"):
        read(function).at(np.array([1, 2]))  # NumPy's would be one of integers


def test_arguments_of_the_function_are_not_written_to():
    def function(x):
        x.fill(0.5)
        return np.sum(x)

    with pytest.raises(UnsupportedError, match="a change of an array that comes from outside"):
        grad(function).at(np.ones(3))
