"""Annotations that tell the axes of arguments: names in formulas before a call, equal lengths, checks at a call."""

import subprocess
import sys
import textwrap
import typing
from typing import Annotated, Any, Optional

import numpy as np
import numpy.typing as npt
import pytest

import symdiff
from symdiff import Array, ShapeError, derivative, grad, jacobian


class Float:
    """As jaxtyping's: what it makes of ``Float[np.ndarray, "m n"]`` holds the text."""

    def __class_getitem__(cls, items):
        return type("Float", (), {"__module__": "jaxtyping", "dim_str": items[1]})


Float.__module__ = "jaxtyping"
Rows = Array["q", "r"]
Points = Float[np.ndarray, "points"]


def residual(x: symdiff.Array["n"], matrix: symdiff.Array["m", "n"]):  # noqa: F821 - names of axes
    return np.sum((matrix @ x) ** 2)


def two(x: Float[np.ndarray, "p"], y: "Float[np.ndarray, 'p']", z: Points):  # noqa: F821
    return np.sum(x) * np.sum(y**2) + np.sum(z**2)


def unknown_rank(x: npt.NDArray[np.float64], a: float):
    return a * np.sin(x)


def optional(x: Optional[Array["n"]], y: Array["n"] | None):  # noqa: F821, UP045
    return np.sum(x**2) + np.sum(y**3)


def aliased(w: Rows, v: Annotated[np.ndarray, Array["s"]]):
    return np.sum(w**2) + np.sum(v)


def fixed(p: Array[2]):
    return p[0] ** 2 * p[1]


def clash(x: Array["n"], n: int):  # noqa: F821
    return x[n] * np.sum(x)


def variable(x: Array["n"]):  # noqa: F821
    n = 2.0
    return np.sum(x ** (n + 1) * np.arange(len(x)))


def text(x: "Array['n', 'k']", y: "not python", z: "nothing.known[3]" = 1.0):  # noqa: F821
    return np.sum(x) * y * z


def test_formulas_before_a_call():
    assert str(grad(residual)) == "∂residual/∂x[k] = 2*sum(matrix[i, k]*sum(matrix[i, j]*x[j], j = 0..n-1), i = 0..m-1)"
    assert grad(residual).explain().assumed == {"x": "a vector of n", "matrix": "a matrix of m by n"}
    assert str(grad(two, argnums="y")) == "∂two/∂y[k] = 2*y[k]*sum(x[i], i = 0..p-1)"
    assert grad(two).explain().assumed["z"] == "a vector of points"
    assert str(jacobian(unknown_rank)) == "∂unknown_rank[k]/∂x[l] = a*cos(x[k]) if k == l else 0"
    assert grad(optional).explain().assumed == {"x": "a vector of n", "y": "a vector of n"}
    assert grad(aliased).explain().assumed == {"w": "a matrix of q by r", "v": "a vector of s"}
    assert str(grad(fixed)) == "∇fixed(p) = [2*p_0*p_1, p_0**2]"
    assert grad(clash).explain().assumed == {"x": "a vector of m", "n": "an integer"}
    assert grad(variable).explain().assumed == {"x": "a vector of m"}
    assert grad(text).explain().assumed["x"] == "a matrix of n by k"


def test_calls_are_checked():
    df = grad(residual)
    np.testing.assert_allclose(df(np.ones(3), np.ones((2, 3))), np.full(3, 12.0))
    for x, matrix, words in [
        (np.ones(3), np.ones((2, 4)), ("matrix has length 4", "x has length 3")),
        (np.ones(1), np.ones((2, 4)), ("matrix has length 4", "x has length 1", "annotated as n")),
        (2.0, np.ones((2, 4)), ("argument x is a number", "(n)")),
        (np.ones(3), np.ones(3), ("argument matrix is an array with 1 axes", "(m, n)")),
    ]:
        for function in (df, grad(residual)):
            with pytest.raises(ShapeError) as caught:
                function(x, matrix)
            assert all(word in str(caught.value) for word in words), str(caught.value)
    with pytest.raises(ShapeError, match="p has length 3; its annotation says 2"):
        grad(fixed)(np.ones(3))
    np.testing.assert_allclose(grad(fixed)(np.array([2.0, 3.0])), [12.0, 4.0])


def test_equal_lengths_that_nothing_else_needs():
    df = grad(two)
    df(np.ones(3), np.ones(3), np.ones(7))
    for function in (df, grad(two)):
        with pytest.raises(ShapeError, match=r"y has length 4.* x has length 3"):
            function(np.ones(3), np.ones(4), np.ones(7))


def test_a_derivative_does_not_broadcast_over_an_array():
    with pytest.raises(ShapeError, match="argument x is a number"):
        derivative(unknown := residual)(2.0, np.ones((2, 1)))
    assert unknown is residual


def test_at_run_time():
    assert typing.get_type_hints(residual)["x"] is np.ndarray
    assert typing.get_args(typing.get_type_hints(residual, include_extras=True)["x"])[0] is np.ndarray
    assert hash(Array["n"]) == hash(Array["n"])
    for wrong in ("m n", 2.5, ("n", None)):
        with pytest.raises(TypeError, match="names in quotes and lengths"):
            _ = Array[wrong]


def test_for_type_checkers(tmp_path):
    program = """
        from typing import Annotated
        import numpy as np
        import symdiff

        def f(x: Annotated[np.ndarray, symdiff.Array["n"]], y: symdiff.Array[3]) -> float:
            return float(np.sum(x * y))
    """
    (tmp_path / "program.py").write_text(textwrap.dedent(program))
    command = [sys.executable, "-m", "mypy", "--follow-imports=silent", "--ignore-missing-imports", "program.py"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)  # noqa: S603
    assert "Success" in done.stdout, done.stdout + done.stderr


def test_an_integer_annotation_is_an_index():
    def at(x, k: int):
        return x[k] ** 2

    assert str(grad(at)) == "∂at/∂x[l] = 2*x[k] if l == k else 0\nfor n >= k + 1\nwith x of length n"
    annotation: Any = at.__annotations__["k"]
    assert annotation is int
