"""NumPy's functions called with names for required arguments, with defaults, with dtypes: NumPy's values, for every size."""

import numpy as np
import pytest

from symdiff import SymdiffError, grad, read
from symdiff.codegen import python_function

EXPRESSIONS = """
np.sum(a=x)
np.sum(x, dtype=float)
np.sum(x, axis=None, keepdims=False)
np.prod(a=x, axis=0)
np.cumsum(x, dtype=np.float64)
np.mean(x*a, dtype="float64") if len(x) else a
np.dot(a=x, b=x)
np.dot(x, x, out=None)
np.clip(a=x, a_min=0, a_max=1)
np.outer(a=x, b=x)
np.flip(m=x)
np.sort(a=x)
np.stack(arrays=[x, x], axis=0)
np.reshape(x, shape=(-1, 1))
np.swapaxes(np.outer(x, x), axis1=0, axis2=1)
np.ravel(np.outer(x, x), order="C")
np.zeros(len(x), float) + x
np.zeros(shape=len(x)) + x
np.full(fill_value=a, shape=len(x))*x
np.identity(n=len(x)) @ x
np.linspace(start=a, stop=b, num=3)
np.linspace(a, b, 4, endpoint=False)
np.linspace(a, b, 3, True)
np.linspace(a, b, 1, endpoint=False)
np.linspace(a, b, 0, endpoint=False)
np.linspace(a, b, len(x), endpoint=False)*x
np.linspace(a, b, len(x), dtype=float)*x
np.repeat([a, b, 1.0], [1, 0, 2])
np.repeat(x, 2, axis=0)
np.interp(x, [-1.0, 0.0, 1.0], [a, b, a], right=b)
np.interp(x=a, xp=[-1.0, 0.0, 1.0], fp=[a, b, a])
""".strip().splitlines()
X = np.array([0.3, -0.8, 1.2, 0.4])


@pytest.mark.parametrize("expression", EXPRESSIONS)
@pytest.mark.parametrize("size", [0, 1, 2, 4])
def test_values(expression, size):
    text = f"import numpy as np\n\ndef f(a, b, x):\n    return {expression}\n"
    space = {}
    exec(text, space)  # noqa: S102 - the text is our own
    point = 0.7, 1.5, X[:size]
    value, wanted = python_function(read(source=text).at(*point).source)(*point), space["f"](*point)
    assert np.shape(value) == np.shape(wanted)
    np.testing.assert_allclose(value, wanted, rtol=1e-14)


@pytest.mark.parametrize(
    ("expression", "reason"),
    [
        ("np.sum()", "without its argument a"),
        ("np.outer(x)", "without its argument b"),
        ("np.sum(x, dtype=int)", "dtype"),
    ],
)
def test_refused(expression, reason):
    with pytest.raises(SymdiffError, match=reason):
        read(source=f"import numpy as np\n\ndef f(x):\n    return {expression}\n").at(X)


def test_a_list_of_another_length():
    def f(x):
        return np.sum(np.repeat(x, [1, 2]))

    with pytest.raises(ValueError, match="as long as"):
        python_function(read(f).at(X).source)(X)


def test_a_new_axis_before_any_call():
    """What is only ever given an axis is a vector."""

    def f(x, a):
        return np.sum(x[None] ** 2) * a

    assert read(f)(X[:2], 2.0) == pytest.approx(2 * (0.09 + 0.64))


def test_a_periodic_grid():
    """The grid without its end, as for a Fourier series: the slope of point k in the length is k/n."""

    def f(length, x):
        return np.sum(np.linspace(0, length, len(x), endpoint=False) * x)

    gradient = python_function(grad(f).at(2.0, X).source)(2.0, X)
    np.testing.assert_allclose(gradient, np.arange(4) / 4 @ X, rtol=1e-14)
