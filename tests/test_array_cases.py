"""Cases of the source documents with arrays, in their functional form, by their number in CASES."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import sympy

from symdiff import grad, jacobian, read, value_and_grad, vjp

M = np.array([[2.0, 3.0]])


def written(m):
    n = np.zeros((1, 2))
    n[0, 0] = m[0, 0] ** 2
    n[0, 1] = m[0, 1] ** 3
    return n


def test_case_20_without_detach() -> None:
    """One tutorial prints [4, 8, 12], the derivative with one of the two factors held constant: it is 8*x."""
    gradient = grad(lambda x: ((2 * x) ** 2).sum())
    assert gradient(np.array([1.0, 2.0, 3.0])).tolist() == [8.0, 16.0, 24.0]
    assert str(gradient) == "∂f/∂x[k] = 8*x[k]"
    assert [gradient(np.ones(n)).shape for n in (0, 1, 2, 5)] == [(0,), (1,), (2,), (5,)]
    assert len(gradient.versions) == 1  # for every length


def test_case_34_mean() -> None:
    both = value_and_grad(lambda x: (x + 2).mean())
    value, gradient = both(np.ones((2, 2)))
    assert value == 3.0
    assert gradient.tolist() == [[0.25, 0.25], [0.25, 0.25]]
    assert both(np.zeros((3, 5)))[1] == pytest.approx(np.full((3, 5), 1 / 15), rel=1e-15)
    m, n = sympy.symbols("m n")
    (formula,) = [line for line in str(both).splitlines() if line.startswith("∂")]
    assert formula == "∂f/∂x[k, l] = 1/(m*n)"
    entry = grad(lambda x: (x + 2).mean()).at(np.ones((2, 2))).formula
    assert str(entry(0, 1)) == str(1 / (m * n))


def test_case_39_mean_of_a_matrix_product() -> None:
    """The closed forms: 1/(mn)*1, -1/(mn)*1(W1)^T, -1/(mn)*(x^T 1)1^T, for every shape."""

    def loss(y, x, W):  # noqa: N803 - as in the document
        return np.mean(y - x @ W)

    gradient = grad(loss, argnums=("y", "x", "W"))
    for rows, inner, columns in ((10, 20, 5), (3, 2, 4), (2, 2, 2), (5, 2, 3)):
        random = np.random.default_rng(rows)
        y, x, w = (random.normal(size=shape) for shape in ((rows, columns), (rows, inner), (inner, columns)))
        ones = np.ones((rows, columns))
        by_y, by_x, by_w = gradient(y, x, w)
        assert by_y == pytest.approx(ones / (rows * columns), rel=1e-14)
        assert by_x == pytest.approx(-(ones @ w.T) / (rows * columns), rel=1e-13, abs=1e-15)
        assert by_w == pytest.approx(-(x.T @ ones) / (rows * columns), rel=1e-13, abs=1e-15)
    assert len(gradient.versions) == 1
    assert str(gradient).splitlines()[:3] == [
        "∂loss/∂y[l, p] = 1/(m*n)",
        "∂loss/∂x[l, p] = -sum(W[p, i], i = 0..n-1)/(m*n)",
        "∂loss/∂W[l, p] = -sum(x[i, l], i = 0..m-1)/(m*n)",
    ]


def test_case_40_element_read() -> None:
    def first(m):
        return m[0, 0]

    assert read(first)(M) == 2.0
    assert grad(first)(M).tolist() == [[1.0, 0.0]]
    assert grad(first)(np.ones((2, 3))).tolist() == [[1.0, 0.0, 0.0], [0.0, 0.0, 0.0]]


def test_case_41_element_writes() -> None:
    assert read(written)(M).tolist() == [[4.0, 27.0]]
    assert jacobian(written)(M).tolist() == [[[[4.0, 0.0]], [[0.0, 27.0]]]]

    def with_the_shape_of_m(m):
        n = np.zeros_like(m)
        n[0, 0] = m[0, 0] ** 2
        n[0, 1] = m[0, 1] ** 3
        return n

    assert read(with_the_shape_of_m)(M).tolist() == [[4.0, 27.0]]
    wide = jacobian(with_the_shape_of_m)(np.array([[2.0, 3.0, 5.0], [1.0, 1.0, 1.0]]))
    expected = np.zeros((2, 3, 2, 3))
    expected[0, 0, 0, 0], expected[0, 1, 0, 1] = 4.0, 27.0
    assert wide.tolist() == expected.tolist()


@pytest.mark.parametrize(("weights", "expected"), [([[1.0, 1.0]], [[4.0, 27.0]]), ([[0.5, -2.0]], [[2.0, -54.0]])])
def test_case_42_weighted_sum_of_rows(weights: Any, expected: Any) -> None:
    product = vjp(written)
    assert product(M, cotangent=np.array(weights)).tolist() == expected
    assert str(product) == "cotangent·J(m) = [2*cotangent_0_0*m_0_0, 3*cotangent_0_1*m_0_1**2]"
    rows = jacobian(written)(M)
    assert np.einsum("ij,ijkl->kl", weights, rows).tolist() == expected


def test_case_42_formula_for_every_size() -> None:
    """The weighted sum of the rows of a Jacobian, as an index formula: w^T J."""
    product = vjp(lambda a, x: a @ x, argnums="x")
    a, w = np.arange(6.0).reshape(3, 2), np.array([1.0, -1.0, 2.0])
    assert product(a, np.ones(2), cotangent=w) == pytest.approx(w @ a, rel=1e-15)
    assert "sum(a[i, " in str(product)
    assert "cotangent[i]" in str(product)
