"""explain for functions of arrays: versions, what is assumed, modes, kinks inside array code, skipped statements."""

import numpy as np
import pytest

from symdiff import grad, hessian, jacobian, read


def energy(x, a, factor):
    print("energy of", x)  # noqa: T201
    y = np.abs(x[1:]) + np.maximum(x[:-1], 0)
    z = np.where(y > 1, y, y**2)
    top = np.max(a, axis=1)
    if np.sum(z) > 3:
        top = top * factor
    assert len(x) > 2
    return np.sum(z) * np.sum(top) + np.sum(np.where(x[::-1] == 0, 1.0, x))


POINT = (np.array([0.5, 2.0, -1.0]), np.ones((2, 4)), 2.0)


def test_arrays_in_versions_and_in_what_is_assumed():
    df = grad(energy, argnums=("x", "a"))
    told = df.explain()
    assert told.assumed == {"x": "a vector of n", "a": "a matrix of m by k", "factor": "a number"}
    assert told.version == "x a vector of n, a a matrix of m by k, factor a number"
    assert "x is a vector of n, until a call shows it" in str(told)
    df(*POINT)
    told = df.explain()
    assert told.assumed == {}
    assert told.version == "x a vector of n, a a matrix of m by k, factor a number"
    df(np.ones(7), np.ones((3, 5)), 1.0)
    assert df.explain().versions == (told.version,)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (np.ones(3), "x a vector of n"),
        (np.ones((3, 2)), "x a matrix of m by n"),
        (np.ones((3, 1)), "x a matrix of n by 1"),
        (np.ones((2, 3, 4)), "x an array of 3 axes, n by m by k"),
        ((np.ones(3), 2.0), "x a tuple of 2: a vector of n, a number"),
    ],
)
def test_structures_in_words(value, shown):
    function = (lambda x: np.sum(x[0]) * x[1]) if isinstance(value, tuple) else (lambda x: np.sum(x))
    assert grad(function).at(value).explain().version == shown


def test_arrays_of_integers():
    told = grad(lambda x, index: np.sum(x[index] ** 2)).at(np.ones(3), np.array([0, 2])).explain()
    assert told.version == "x a vector of n, index a vector of m integers"


def test_kinks_inside_array_code():
    kinks = {remark.line: remark.what for remark in grad(energy, argnums=("x", "a")).explain().kinks}
    assert kinks == {
        3: "abs: 0 at 0; maximum: a tie shares equally: 1/2 each",
        4: "the derivative is that of the branch that is executed, element by element",
        5: "the maximum of an array: elements that tie share equally",
        6: "the derivative is that of the branch that is executed",
        9: "x == 0 decides the value: the derivative there is that of this branch, whatever the other one tends to, "
        "element by element",
    }
    assert {remark.line for remark in grad(energy, argnums="a").explain().kinks} == {5}
    assert grad(lambda x, y: np.sum(np.abs(y[1:])) * np.sum(x**2)).explain().kinks == ()


def test_a_power_with_a_literal_exponent_has_no_kink():
    assert grad(lambda x: np.sum(x**3 + x**-2.0)).explain().kinks == ()
    (remark,) = grad(lambda x: np.sum(x**1.5)).explain().kinks
    assert remark.what == "pow: at x == 0 as the limit from above"


def test_skipped_statements():
    told = grad(energy).explain()
    assert [remark.line for remark in told.skipped] == [2, 8]


def test_modes_of_arrays():
    assert [mode.mode for mode in grad(energy).explain().modes] == ["reverse"]
    (mode,) = hessian(lambda x: np.sum(x[1:] * x[:-1]), sparse=True).explain().modes
    assert str(mode) == "forward over reverse: entries: only what is not zero is computed"
    (mode,) = jacobian(lambda x: np.cumsum(x)).explain().modes
    assert mode.mode == "forward"
    assert read(energy).explain().modes == ()


def test_operations_are_counted_for_lengths_of_100():
    told = grad(lambda x: np.sum(x * x)).explain()
    assert (told.sizes, told.value_operations, told.operations) == (("n",), 200, 100)
    assert "200 of the function, 100 of this (weighted; n as 100)" in str(told)
    assert grad(lambda x: x * x).explain().sizes == ()


def test_sparsity_of_matrices_of_fixed_shape():
    """Arrays that are read element by element have their pattern, too."""
    words = {
        "3 by 3: (0, 0); (0, 1); (1, 0); (2, 2)": lambda p: p[0] ** 2 * p[1] + p[2] ** 2,
        "2 by 2: diagonal: i == j": lambda p: p[0] ** 2 + p[1] ** 2,
        "2 by 2: banded: j - i in {-1, 1}": lambda p: p[0] * p[1],
        "2 by 2: all i, j": lambda p: p[0] ** 2 * p[1] ** 2,
        "2 by 2: nothing": lambda p: p[0] + p[1],
        "1 by 1: all i, j": lambda p: p[0] ** 3,
    }
    for expected, function in words.items():
        assert str(hessian(function, sparse=True).sparsity()) == expected
    pairs = jacobian(lambda x: x[::2] + x[1::2], sparse=True)
    assert pairs(np.ones(4)).toarray().tolist() == [[1.0, 1.0, 0.0, 0.0], [0.0, 0.0, 1.0, 1.0]]
    assert str(pairs.sparsity()) == "(n + 1)//2 by n: j == 2*i; j == 2*i + 1"


def test_a_sparse_hessian_by_one_element():
    assert hessian(lambda p: p[0] ** 3, sparse=True)([2.0]).toarray().tolist() == [[12.0]]
