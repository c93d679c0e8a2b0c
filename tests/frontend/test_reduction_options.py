"""Options of NumPy's functions, and their forms for matrices: values as NumPy's, slopes as differences, in three sizes."""

import numpy as np
import pytest

from symdiff import SymdiffError, read, value_and_grad
from symdiff.codegen import python_function

X, Y = np.array([-0.4, 0.9, 1.7]), np.array([0.3, 0.5, -1.2])
A = np.array([[1.2, -0.3, 0.5], [0.4, 2.1, -0.7], [-0.6, 0.8, 1.9]])
SIZES = (3, 1, 0)
STEP = 1e-6

TEXTS = """
np.sum(A, where=A > 0)
np.sum(A, where=x > 0)
np.sum(A, 0, where=x > 0).sum()
np.sum(A.sum(axis=0, where=A > 0)**2)
np.sum(A, axis=1, keepdims=True, where=A > 0).sum()
np.sum(x, initial=2.0)
np.sum(A, axis=0, initial=1.0) @ x
np.sum([x[0], y[0], 2.0], initial=y[0])
np.sum(x, where=True)
np.prod(x, where=x > 0)
np.prod(x, initial=y[0])
np.max(x, initial=0.0)
np.max(x, initial=0.0, where=x > 1)
np.max(A, initial=y[0])
np.min(A, axis=1, initial=0.2) @ x
np.amax(x, initial=1.0)
np.max(A[:, :0], axis=1, initial=y[0]) @ x
np.sum(np.max(A, axis=(0, 1), keepdims=True, initial=y[0]))
np.sum(np.min(A, axis=0, keepdims=True, initial=y[0], where=x > 0)*x)
A.mean(axis=1, where=A > 0).sum()
np.diff(x, prepend=0.0).sum()
np.sum(np.diff(x, append=y[0])**2)
np.sum(np.diff(x, prepend=y)**2)
np.sum(np.diff(x, n=2, prepend=0, append=x[0]))
np.trace(A, offset=1)
np.trace(A, -1)
A.trace(1)
np.sum(np.diag(A, k=1)**2)
np.sum(np.diag(A, -2)*y[0])
np.sum(np.diagonal(A, offset=-1)*x[1:])
A.diagonal(1).sum()
np.sum(np.cumprod(A, axis=0)**2)
np.sum(np.cumprod(A, axis=1)[:, -1]*x)
np.sum(np.cumprod(A)**2)
np.ravel(A, order='F')[1]
A.ravel(order='F') @ np.ravel(A)
np.sum(A.flatten('F')[::2]**3)
np.sum(np.reshape(np.append(x, y), (2, len(x)), order='F')**3*x)
np.hsplit(np.append(x, y), 2)[1] @ x
np.vsplit(np.stack([x, y]), 2)[1].sum()
x.clip(0, 1).sum()
np.linalg.matrix_power(A, 3).sum()
""".strip().splitlines()


def point(size):
    return [X[:size].copy(), Y[:size].copy(), A[:size, :size].copy()]


def slopes(function, arguments):
    found = []
    for argument in arguments:
        slope = np.zeros(argument.shape)
        for place in np.ndindex(argument.shape):
            kept, values = argument[place], []
            for sign in (1, -1):
                argument[place] = kept + sign * STEP
                values.append(function(*arguments))
            argument[place] = kept
            slope[place] = (values[0] - values[1]) / (2 * STEP)
        found.append(slope)
    return found


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_values_and_slopes(text):
    source, space = f"import numpy as np\ndef f(x, y, A):\n    return 1.0*({text})", {}
    exec(source, space)  # noqa: S102 - the text above
    made = value_and_grad(source=source, argnums=(0, 1, 2))
    for size in SIZES:
        arguments = point(size)
        try:
            wanted = space["f"](*arguments)
        except (ValueError, IndexError):
            with pytest.raises((ValueError, IndexError)):
                python_function(made.at(*arguments).source)(*arguments)
            continue
        value, found = python_function(made.at(*arguments).source)(*arguments)
        assert value == pytest.approx(wanted, rel=1e-13)
        for each, slope in zip(found, slopes(space["f"], arguments), strict=True):
            np.testing.assert_allclose(each, slope, atol=1e-7)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("np.max(x, where=x > 0)", "no initial="),
        ("np.sum(x, where=A > 0)", "another shape"),
        ("np.diff(A, prepend=x)", "for a matrix"),
        ("np.ravel(A, order='K')", "memory of an array"),
        ("np.mean(x, initial=1.0, where=x > 0)", "keyword initial"),
    ],
)
def test_refused(text, reason):
    with pytest.raises(SymdiffError, match=reason):
        read(source=f"import numpy as np\ndef f(x, A):\n    return np.sum({text})").at(X, A)


@pytest.mark.parametrize("shape", [(2, 3), (3, 2), (3, 3), (1, 3), (4, 1), (0, 2)])
@pytest.mark.parametrize("shift", [-2, -1, 0, 1, 2])
def test_diagonals_of_matrices_that_are_not_square(shape, shift):
    source = f"import numpy as np\ndef f(a):\n    return np.sum(np.diag(a, {shift})**2)"
    a = np.arange(1.0, 1.0 + shape[0] * shape[1]).reshape(shape)
    value, slope = python_function(value_and_grad(source=source).at(a).source)(a)
    assert value == np.sum(np.diag(a, shift) ** 2)
    np.testing.assert_array_equal(slope, 2 * a * np.eye(*shape, k=shift))
