"""Integers that are arguments, or come from outside, as lengths, bounds and indices: one version serves all their values."""

import math
import pickle
import types

import numba
import numpy as np
import pytest

from symdiff import ShapeError, UnsupportedError, check_grads, derivative, grad, hessian, hvp, jacobian, read
from symdiff.elements import leaf_values
from symdiff.graph.check import check
from symdiff.graph.evaluate import evaluate
from tests.frontend import integer_cases as cases
from tests.long_differences import Flat


def refused(call, kind, *words):
    with pytest.raises(kind) as caught:
        call()
    assert all(word in str(caught.value) for word in words), str(caught.value)


@pytest.mark.parametrize(("f", "slope"), cases.SERIES, ids=[f.__name__ for f, _ in cases.SERIES])
def test_series(f, slope):
    df = grad(f)
    for n in (0, 1, 2, 3, 1000, np.int32(5)):
        assert df(0.7, n) == pytest.approx(slope(0.7, n), rel=1e-11, abs=1e-13), n
    (made,) = df.versions
    assert made.reading.sized == ("n",)
    source = made.source
    df(0.7, 17)
    assert df.versions == (made,)
    assert df.at(0.7, 10**9).source == source
    again = grad(grad(f)).at(0.7, 5)
    h = 1e-5
    expected = (slope(0.7 + h, 5) - slope(0.7 - h, 5)) / (2 * h)
    assert evaluate(check(again.graph), [0.7, 5])[0] == pytest.approx(expected, rel=1e-7)


@pytest.mark.parametrize(("f", "x", "integers"), [(f, x, rest) for f, x, *rest in cases.DIFFERENCES])
def test_differences(f, x, integers):
    names = list(f.__code__.co_varnames[: f.__code__.co_argcount])
    expected = Flat(vectorised(f), names, names[:1], (x, *integers)).jacobian().astype(float).ravel()
    df = grad(f)
    for arguments in ((x, *integers), (x, *map(np.int64, integers))):
        found = evaluate(check(df.at(*arguments).graph), inputs(df.at(*arguments), x, integers))
        np.testing.assert_allclose(np.hstack([np.ravel(part) for part in found]), expected, rtol=1e-9, atol=1e-10)


def vectorised(f):
    """The function in extended precision: what math computes in double is left to NumPy."""
    names = {**f.__globals__, "math": types.SimpleNamespace(exp=np.exp, sin=np.sin)}
    return types.FunctionType(f.__code__, names)


def inputs(made, x, integers):
    given = dict(zip(made.owner.__signature__.parameters, (x, *integers), strict=True))
    return [leaf for param in made.graph.params for leaf in leaf_values(param.structure, given[param.name])]


@pytest.mark.parametrize("f", [cases.lagged, cases.wrapped, cases.difference, cases.tail])
def test_one_kernel_for_all_shifts(f):
    df = grad(f)
    for k in (1, 2, 5, 3):
        expected = Flat(f, ["x", "k"], ["x"], (cases.V, k)).jacobian().astype(float).ravel()
        np.testing.assert_allclose(df(cases.V, k), expected, rtol=1e-9, atol=1e-12)
    assert len(df.versions) == 1


def test_the_sign_of_an_index_makes_two_versions():
    df = grad(cases.from_the_end)
    for k in (1, 0, 5, 0, 2, 3):
        expected = np.zeros(5)
        expected[-k] = 3 * cases.V[-k] ** 2
        np.testing.assert_allclose(df(cases.V, k), expected)
    assert len(df.versions) == 2


def test_a_length_of_one_broadcasts():
    df = grad(cases.weighted)
    for _ in range(2):
        np.testing.assert_array_equal(df(cases.V, 5), np.arange(5.0) ** 2)
        np.testing.assert_array_equal(df(cases.V, 1), np.zeros(5))
        np.testing.assert_array_equal(df(cases.V[:3], 3), np.arange(3.0) ** 2)
        np.testing.assert_array_equal(df(np.ones(1), 4), [14.0])
    assert len(df.versions) == 3
    refused(lambda: df(cases.V, 4), ShapeError, "x has length 5, where 4 is needed, because n is 4")


def test_formulas_before_a_call():
    assert str(grad(cases.square_wave)) == "∂square_wave/∂x = sum(cos(x*(2*i + 1)), i = 0..n-1)"
    assert str(grad(cases.from_one)) == "∂from_one/∂x = sum(x**i*(i + 1)**2, i = 0..n-1)"
    assert str(grad(cases.full)) == "∂full/∂x = 2*m*n*x"
    assert str(jacobian(lambda x, n: np.arange(n) * x)) == "∂f[k]/∂x = k"
    assert "n an integer" in str(grad(cases.powers).explain())
    assert str(grad(cases.lagged)).splitlines()[-1] == "with x of length n"
    assert grad(cases.powers).latex().count("sum") == 1

    def repeated(x, n):
        p = 1.0
        for _ in range(n):
            p *= x
        return p

    assert str(grad(repeated)) == "∂repeated/∂x = n*x**(n - 1)"
    assert [grad(repeated)(0.0, n) for n in range(4)] == [0.0, 1.0, 0.0, 0.0]


def test_derivatives_of_all_kinds():
    assert derivative(cases.powers, order=2)(0.0, 4) == pytest.approx(2 / 3)
    np.testing.assert_allclose(derivative(cases.powers)(np.array([0.1, 0.5]), 4), [cases.powers_slope(x, 4) for x in (0.1, 0.5)])
    counts = np.array([0, 1, 4])
    np.testing.assert_allclose(derivative(cases.powers)(0.5, counts), [cases.powers_slope(0.5, n) for n in counts])
    np.testing.assert_array_equal(jacobian(lambda x, n: np.arange(n) * x)(0.5, 4), np.arange(4.0))
    np.testing.assert_allclose(hvp(cases.tail)(cases.V, 2, tangent=np.ones(5)), [0, 0, *6 * cases.V[2:]])
    out = np.zeros(5)
    assert grad(cases.weighted)(cases.V, 5, out=out) is out
    np.testing.assert_array_equal(out, np.arange(5.0) ** 2)
    check_grads(cases.heat, cases.V, 5)
    check_grads(cases.powers, 0.5, 4)
    sparse = hessian(cases.heat, sparse=True)
    for n in (2, 3, 5):
        np.testing.assert_allclose(sparse(cases.V[:n], n).toarray(), hessian(cases.heat)(cases.V[:n], n))
    assert len(sparse.versions) == 1
    assert str(sparse.sparsity()) == "m by m: pentadiagonal: |i - j| <= 2"


def test_integers_as_numbers_stay_numbers():
    def mono(x, k):
        return k * x**k

    assert [grad(mono)(0.0, k) for k in (0, 1, 2)] == [0.0, 1.0, 0.0]
    assert grad(mono, argnums="k")(0.5, 2) == pytest.approx(0.25 + 2 * 0.25 * math.log(0.5))
    df = grad(mono)
    df(0.5, 2), df(0.5, 2.5), df(0.5, -3)
    assert len(df.versions) == 1


def test_what_needs_the_value_builds_it_in():
    def horner(x, n):
        p = 0.0
        for _ in range(n):
            p = p * x + 1.0
        return p

    def chosen(x, n):
        return (x, x**2, x**3)[n]

    def along(a, n):
        return np.sum(np.sum(a, axis=n) ** 2)

    def collected(x, n):
        terms = []
        for k in range(n):
            terms.append(x**k)  # noqa: PERF401 - a list that a loop changes
        return sum(terms)

    df = grad(horner)
    assert [df(0.5, n) for n in (0, 1, 2, 4)] == pytest.approx([0, 0, 1, 1 + 1 + 0.75])
    assert [made.reading.integers for made in df.versions] == [()]  # a loop of n iterations
    assert [grad(chosen)(0.5, n) for n in (0, 1, 2, -1)] == pytest.approx([1, 1, 0.75, 0.75])
    np.testing.assert_allclose(grad(along)(cases.A, 0), 2 * np.sum(cases.A, axis=0) * np.ones((2, 1)))
    np.testing.assert_allclose(grad(along)(cases.A, 1), 2 * np.sum(cases.A, axis=1)[:, None] * np.ones(3))
    assert [grad(collected)(0.5, n) for n in (0, 1, 4)] == pytest.approx([0, 0, 1 + 1 + 0.75])


def test_a_loop_of_any_length_that_changes_a_list():
    def collected(x, v):
        terms, seen = [], {"last": 0.0}
        for k in range(len(v)):
            terms.append(x**k)
            seen["last"] = x * k
        return sum(terms) + seen["last"]

    assert grad(collected)(0.5, np.ones(4)) == pytest.approx(1 + 1 + 0.75 + 3)


def test_refusals():
    df = grad(cases.powers)
    assert df(0.5, -3) == 0.0
    refused(
        lambda: df(0.5, 3.0), TypeError, "argument n is no integer, but a range bound must be one", "integer_cases.py, line 10"
    )
    assert df(0.5, 3) == pytest.approx(0.5 + 1 / 3)
    refused(lambda: df(0.5, 3.0), TypeError, "no integer")
    refused(lambda: grad(cases.powers, argnums="n")(0.5, 3), UnsupportedError, "a range bound that depends on the arguments")
    for k in (5, 7):
        refused(lambda k=k: grad(cases.element)(cases.V, k), IndexError, "integer_cases.py, line")
    refused(lambda: grad(cases.from_the_end)(cases.V, 6), IndexError, "out of range")
    refused(lambda: grad(lambda x, n: np.sum(np.zeros(n) + x))(0.5, -1), ValueError, "negative dimensions")
    refused(lambda: grad(lambda x, n: np.sum(np.zeros(n - 2) + x))(0.5, 1), ValueError, "negative dimensions")
    refused(lambda: derivative(cases.powers)(0.5, np.array([1, -1])), TypeError, "n must be an integer from 0")
    refused(lambda: grad(cases.matrix)(cases.A, 2), ShapeError, "axis 1 of a has length 3, where 2 is needed, because n is 2")


def test_integers_from_outside():
    holder = types.SimpleNamespace(n=3)

    def f(x):
        return sum(x**k for k in range(holder.n))

    df = grad(f)
    assert df(0.5) == pytest.approx(1 + 1)
    holder.n = 5
    assert df(0.5) == pytest.approx(1 + 1 + 0.75 + 0.5)
    assert "n=5" in df.source
    assert len(df.versions) == 1
    holder.n = -2
    assert df(0.5) == 0.0
    holder.n = 2.0
    refused(lambda: df(0.5), UnsupportedError, "a range bound")
    holder.n = 4
    assert df(0.5) == pytest.approx(1 + 1 + 0.75)
    assert str(df) == "f'(x) = sum(i*x**(i - 1), i = 0..n-1)"


def test_objects_of_one_class_share_a_version():
    class Grid:
        def __init__(self, n):
            self.n = n

        @grad(argnums="x")
        def energy(self, x):
            return np.sum(x**2 * np.linspace(0.0, 1.0, self.n))

    for n in (2, 5, 3):
        np.testing.assert_allclose(Grid(n).energy(np.ones(n)), 2 * np.linspace(0, 1, n))
    refused(lambda: Grid(4).energy(np.ones(3)), ShapeError, "where 4 is needed")
    assert len(Grid.energy.versions) == 1


def test_the_source_stands_alone():
    df = grad(cases.powers)
    names = {}
    exec(compile(df.at(0.5, 3).source, "alone", "exec"), names)  # noqa: S102 - what symdiff has written
    alone = names["dpowers_dx"]
    assert alone(0.5, 4) == df(0.5, 4)
    assert alone.py_func(0.5, 4) == pytest.approx(df(0.5, 4))
    refused(lambda: alone(0.5, -1), ValueError, "n must be at least 0")

    @numba.njit
    def twice(x, n):
        return 2 * df(x, n)

    assert twice(0.5, 4) == 2 * df(0.5, 4)


def test_pickles_defaults_and_values():
    def partial_sum(x, *, n=3):
        return sum(x**k for k in range(n))

    df = grad(partial_sum)
    assert str(df) == "∂partial_sum/∂x = sum(i*x**(i - 1), i = 0..n-1)"
    assert (df(0.5), df(0.5, n=4)) == pytest.approx((2.0, 2.75))
    assert len(df.versions) == 2
    copied = pickle.loads(pickle.dumps(grad(cases.powers)))  # noqa: S301 - of our own
    assert copied(0.5, 4) == grad(cases.powers)(0.5, 4)
    assert read(cases.square_wave)(0.3, 6) == pytest.approx(cases.square_wave(0.3, 6))


@pytest.mark.parametrize("n", [1, 2, 3, 4])
def test_an_integer_that_a_branch_chooses(n):
    """What the branch hands on is computed from the integer: it is built in where an index or a bound needs it."""

    def f(x, n):
        k = n - 1 if n > 2 else 1
        total = 3.0 * x[1 if n > 2 else 0]
        for i in range(k):
            total += x[i] * i
        return total + np.sum(x[: k + 1] ** 2)

    expected = [2.0 + 3.0 * (n <= 2), 4.0 + 3.0 * (n > 2) + (n > 2), 6.0 * (n > 2) + 2.0 * (n > 3), 8.0 * (n > 3), 0.0]
    np.testing.assert_array_equal(grad(f, argnums="x")(np.arange(5.0) + 1, n), expected)
