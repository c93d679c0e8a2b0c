"""Functions that ask whether arrays are equally long: what they do with others is read in versions of its own."""

import numpy as np
import pytest

from symdiff import grad, read
from symdiff.codegen import python_function

ONE, TWO = np.array([0.3, -0.8, 1.2]), np.array([1.5, 0.4, -0.7])
SIZES = ((3, 3), (2, 3), (3, 2), (3, 3), (1, 1), (1, 3), (3, 1), (0, 0), (0, 2), (2, 0), (2, 2))

FUNCTIONS = {
    "lengths": "if len(x) != len(y):\n        return np.sum(x)\n    return np.sum(x*y)",
    "shapes": "return np.sum(x*y) if x.shape == y.shape else np.sum(x)",
    "a number": "n = y.size\n    if x.size == n:\n        return x @ y\n    return np.sum(x)",
    "a loop": "if len(y) != len(x):\n        return sum(x)\n    return sum(x[i]*y[i] for i in range(len(x)))",
    "a function": "def same(a, b):\n        return a.shape[0] == b.shape[0]\n    return x @ y if same(x, y) else np.sum(x)",
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_each_call_takes_its_side(name):
    """The other side made the lengths one, so that calls with different ones raised."""
    source = f"import numpy as np\ndef f(x, y):\n    {FUNCTIONS[name]}"
    value, slopes = read(source=source), grad(source=source, argnums=(0, 1))
    for n, m in SIZES:
        x, y = np.resize(ONE, n), np.resize(TWO, m)
        equal = n == m
        np.testing.assert_allclose(value(x, y), x @ y if equal else np.sum(x), rtol=1e-14)
        found = slopes(x, y)
        np.testing.assert_allclose(found[0], y if equal else np.ones(n), rtol=1e-14)
        np.testing.assert_allclose(found[1], x if equal else np.zeros(m), rtol=1e-14)


def test_the_source_of_a_version_is_for_its_lengths():
    """Kept by the user, it raises for others, where it would be silently wrong."""
    source = f"import numpy as np\ndef f(x, y):\n    {FUNCTIONS['lengths']}"
    made = grad(source=source, argnums=(0, 1)).at(np.ones(2), np.ones(3))
    function = python_function(made.source)
    np.testing.assert_array_equal(function(np.ones(2), np.ones(3))[0], [1.0, 1.0])
    for n, m in ((3, 3), (3, 2)):
        with pytest.raises(ValueError, match="for m > n only"):
            function(np.ones(n), np.ones(m))
    assert "for m >= n + 1" in str(made)


def test_a_check_of_lengths_raises_the_error_of_the_user():
    def distance(x, y):
        if x.shape != y.shape:
            raise ValueError("points of one space are needed")
        return np.sum((x - y) ** 2)

    np.testing.assert_array_equal(grad(distance)(np.ones(2), np.zeros(2)), [2.0, 2.0])
    for sizes in ((2, 3), (3, 2)):
        with pytest.raises(ValueError, match="points of one space"):
            grad(distance)(*map(np.ones, sizes))
    assert "!=" in grad(distance).at(np.ones(2), np.zeros(2)).source  # of the argument's length with the other one's
    assert "n != n" not in grad(distance).at(np.ones(2), np.zeros(2)).source


def test_arrays_that_are_not_equally_long_are_not_equal():
    def f(x, y):
        return np.sum(x) if np.array_equal(x, y) else np.sum(x**2)

    assert grad(f)(np.array([3.0]), np.array([3.0])) == [1.0]
    np.testing.assert_array_equal(grad(f)(np.array([3.0, 1.0]), np.array([3.0, 1.0, 0.0])), [6.0, 2.0])
