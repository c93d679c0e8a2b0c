"""``np.linalg``: solve, inv, det, slogdet, cholesky, against NumPy and differences; in loops and branches; formulas and code."""

# ruff: noqa: N803, N806 - matrices have capital letters here, as on paper

import types

import mpmath
import numpy as np
import pytest

from symdiff import grad, read
from symdiff.errors import ShapeError, SymdiffError, UnsupportedError
from symdiff.graph.evaluate import evaluate
from tests.frontend.index_checks import check_function
from tests.oracle import inputs_of


def matrix(size):
    """A matrix of which rows must be exchanged."""
    made = np.random.default_rng(size).normal(size=(size, size)).round(3) + 2 * np.eye(size)
    return made[::-1].copy()


def stacked(size):
    """A matrix and a right-hand side, as rows of one array."""
    return np.vstack([matrix(size), np.cos(np.arange(float(size)))])


def solved(x):
    return np.linalg.solve(x[:-1], x[-1]) ** 2


def solved_for_matrices(x):
    n = x.shape[1]
    return np.linalg.solve(x[:n], np.outer(x[n], x[n]) + x[:n].T)


def inverse(x):
    return np.linalg.inv(x) @ np.sin(x)


def determinant(x):
    return np.linalg.det(x) ** 2 + np.linalg.det(x.T)


def logarithm(x):
    sign, logarithm = np.linalg.slogdet(x)
    return sign * logarithm


def factor(x):
    return np.linalg.cholesky(x @ x.T + np.eye(len(x)))


def likelihood(x):
    S = x[:-1] @ x[:-1].T + np.eye(x.shape[1])
    return -0.5 * x[-1] @ np.linalg.solve(S, x[-1]) - 0.5 * np.linalg.slogdet(S)[1]


def in_a_branch(x):
    return np.linalg.inv(x)[0] if x[0, 0] > -9 else x[0]


class Numpy:
    """np.linalg in extended precision, which it does not have, by elimination: for differences."""

    @staticmethod
    def solve(A, b):
        A, x = A.copy(), np.array(b).reshape(len(A), b.size // max(len(A), 1))
        n = len(A)
        for k in range(n):
            p = k + int(np.argmax(abs(A[k:, k])))
            A[[k, p]], x[[k, p]] = A[[p, k]], x[[p, k]]
            factors = A[k + 1 :, k] / A[k, k]
            x[k + 1 :] -= factors[:, None] * x[k]
            A[k + 1 :] -= factors[:, None] * A[k]
        for k in reversed(range(n)):
            x[k] = (x[k] - A[k, k + 1 :] @ x[k + 1 :]) / A[k, k]
        return x.reshape(np.shape(b))

    @staticmethod
    def inv(A):
        return Numpy.solve(A, np.eye(len(A), dtype=A.dtype))

    @staticmethod
    def det(A):
        if not len(A):
            return A.dtype.type(1)
        return sum((-1) ** j * A[0, j] * Numpy.det(np.delete(A[1:], j, axis=1)) for j in range(len(A)))

    @staticmethod
    def slogdet(A):
        found = Numpy.det(A)
        return np.sign(found), np.log(abs(found))

    @staticmethod
    def cholesky(A):
        L = np.zeros_like(A)
        for i in range(len(A)):
            for j in range(i + 1):
                rest = A[i, j] - L[i, :j] @ L[j, :j]
                L[i, j] = np.sqrt(rest) if i == j else rest / L[j, j]
        return L


def precise(function):
    """The same function with this np.linalg."""
    numpy = types.SimpleNamespace(**{name: getattr(np, name) for name in ("outer", "eye", "sin")}, linalg=Numpy)
    return types.FunctionType(function.__code__, {"np": numpy, "len": len})


VECTORS = [solved, solved_for_matrices, likelihood]
MATRICES = [inverse, determinant, logarithm, factor, in_a_branch]


@pytest.mark.parametrize("function", VECTORS)
def test_right_hand_sides(function):
    check_function(function, stacked, (1, 2, 3, 5), compiled=(), one_graph=False, reference=precise(function))


@pytest.mark.parametrize("function", MATRICES)
def test_matrices(function):
    sizes = (1, 2, 3, 5) if function is in_a_branch else (0, 1, 2, 3, 5)
    check_function(function, matrix, sizes, compiled=(), one_graph=False, reference=precise(function))


def newton(p, steps):
    x = np.ones(len(p))
    for _ in range(steps):
        x = x - np.linalg.solve(np.diag(3 * x**2 + 1), x**3 + x - p)
    return np.sum(x**2)


def implicit_euler(u, A, h, steps):
    for _ in range(steps):
        u = np.linalg.solve(np.eye(len(u)) - h * A, u)
    return np.sum(u**2)


def until_small(u, A):
    while np.sum(u**2) > 0.1:
        u = np.linalg.solve(np.eye(len(u)) + A, u)
    return np.sum(u)


@pytest.mark.parametrize(
    ("function", "more"), [(newton, (6,)), (implicit_euler, (-matrix(3) / 4, 0.1, 7)), (until_small, (matrix(3) @ matrix(3).T,))]
)
def test_inside_of_loops(function, more):
    x = np.array([1.0, 2.0, 3.0])
    made = grad(function).at(x, *more)
    names = {}
    exec(made.source.replace("@numba.njit", "#"), names)  # noqa: S102 - generated from this file
    slopes = [(function(x + 1e-6 * unit, *more) - function(x - 1e-6 * unit, *more)) / 2e-6 for unit in np.eye(3)]
    np.testing.assert_allclose(names[made.name](x, *more), slopes, rtol=1e-6)
    with pytest.raises(SymdiffError, match="inside a loop is not written yet"):
        str(made)


def test_formulas():
    A, b = matrix(3), np.ones(3)
    assert str(grad(lambda A: np.linalg.det(A)).at(A)).splitlines() == [
        "∂f/∂A[k, l] = det_A*inv_A[l, k]", "where det_A = det(A)", "      inv_A = inv(A)",
    ]  # fmt: skip
    shown = grad(lambda A, b: np.sum(np.linalg.solve(A @ A.T, b) ** 2), argnums="b").at(A, b)
    assert str(shown).splitlines() == [
        "∂f/∂b[k] = 2*sum(inv_s[i, k]*solution[i], i = 0..m-1)",
        "where s[k, l] = sum(A[k, i]*A[l, i], i = 0..n-1)",
        "      solution = solve(s, b)",
        "      inv_s = inv(s)",
        "with A m \N{MULTIPLICATION SIGN} n",
    ]
    assert r"\mathrm{inv}_{s} &= \operatorname{inv}{\left(s \right)}" in shown.latex()


def test_code_calls_lapack_once():
    source = grad(lambda A, b: b @ np.linalg.solve(A, b) + np.linalg.det(A)).at(matrix(3), np.ones(3)).source
    assert source.count("np.linalg.inv(A)") == source.count("np.linalg.solve(A, b)") == source.count("np.linalg.det(A)") == 1


def test_what_is_no_regular_matrix():
    slope = grad(lambda A, b: np.sum(np.linalg.solve(A, b)))
    inverse = read(lambda A: np.linalg.inv(A))  # the only one that is compiled here: LAPACK takes Numba long
    np.testing.assert_allclose(inverse(matrix(3)), np.linalg.inv(matrix(3)))
    with pytest.raises(np.linalg.LinAlgError):
        inverse(np.zeros((3, 3)))
    with pytest.raises(ShapeError, match="axis 1 of A has length 2, where 3 is needed"):
        slope(np.zeros((3, 2)), np.ones(3))
    with pytest.raises(UnsupportedError, match="give a square matrix"):
        read(lambda x: np.linalg.inv(x)).at(np.ones((2, 2, 2)))


@pytest.mark.parametrize("function", [*VECTORS, *MATRICES])
def test_more_digits(function):
    """What checks of derivatives by differences rest on."""
    x = (stacked if function in VECTORS else matrix)(3)
    made = read(function).at(x)
    with mpmath.workdps(40):
        found = evaluate(made.graph, inputs_of(made, {"x": x}), "mpmath")
    np.testing.assert_allclose(np.array(found[0], float), function(x), rtol=1e-12)
    assert "loop" not in str(made.explain())
