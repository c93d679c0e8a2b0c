"""Lists and tuples where NumPy takes arrays: the value is NumPy's. A list that is a condition has elements, no truth."""

import numpy as np
import pytest

from symdiff import SymdiffError, grad, read
from symdiff.codegen import python_function

EXPRESSIONS = """
np.where([a > 0, b > 0], a, b)
np.where((a > 0, b > 0), [a, b], 2.0)
np.where([a > 0], a, b)
np.where([[a > 0, b > 0], [b > 1, a > 1]], a, b)
np.where([a, 0.0], a, b)
np.where([], a, b)
np.where([True, False], [a, b], [1.0, 2.0])
np.where([a > 0, b > 0], x[:2], b)
np.where([x[0] > 0, x[1] > 0], x[:2], 0)
np.logical_and([a > 0, b > 0], [a > 1, b < 1])*1.0
np.logical_or([a > 0, b > 0], a > 1)*1.0
np.logical_not([a > 0, b > 0])*1.0
np.logical_not([])*1.0
np.logical_xor([a > 0], [b > 0, a > 0])*1.0
np.logical_and([a, 0.0], 1.0)*1.0
np.logical_and(x[:2] > 0, [a > 0, b > 0])*x[:2]
np.isfinite([a, b, a]) & (x > 0)
x[np.isfinite([a, b, np.nan])]
x[np.logical_not([a > 0, b > 0, False])]
np.all([[a > 0, b > 0], [a > 1, b > 1]])*a
np.any([[a > 0, b > 0], [a > 1, b > 1]], axis=0)*a
np.select([[a > 0, b > 0], [a > 1, b > 1]], [[a, b], [b, a]])
np.select([a > 0, b > 0], [[a, b], [b, a]])
np.isclose([a, b], [a, 2.0])*1.0
np.isclose(x, [a, b, a])*1.0
np.allclose(x, [a, b, a])*a
np.array_equal([a, b], [a, b])*a
np.array_equal(x, x*1.0)*a
np.tile([a, b], 2)
np.interp([a, b], [0.0, 1.0, 2.0], [a, b, a])
np.tensordot([a, b], [b, a], 1)
np.kron([a, b], [1.0, b])
np.take([a, b, 1.0], [0, 2])
np.take((a, b), 1)
np.gradient([a, b, 1.0])
np.ediff1d([a, b])
np.searchsorted([0.0, 1.0], a)*1.0
np.atleast_2d([a, b])
np.rot90([[a, b], [b, a]])
np.moveaxis([[a, b], [1.0, 2.0]], 0, 1)
np.insert([a, b], 1, 2.0)
np.pad([a, b], 1)
np.cov([a, b, 1.0])
np.c_[[a, b], [b, a]]
np.vander([a, b], 3)
np.cumprod([a, b])
np.sum([[a, b], [b, a]], axis=1)
np.linalg.norm([[a, b], [b, a]])
np.linalg.norm((a, b), np.inf)
x[[True, False, True]]
x[[a > 0, b > 0, True]]
x[np.array([True, False, True])]
x[~np.array([True, False, True])]
x[np.array([v > 0 for v in x])]
x[np.full(3, True)]
np.array([a, b, 1.0])[[True, False, True]]
np.array([a, b, 1.0])[[a > 0, b > 0, True]]
np.array([[a, b], [b, a]])[[True, False]]
np.array([[a, b], [b, a]])[:, [True, False]]
np.array([[a, b], [b, a]])[[True, False], 0]
np.array([[a, b], [b, a]])[[[True, False], [True, True]]]
np.outer(x, x)[[True, False, True]]
np.outer(x, x)[:, [True, False, True]]
np.array([True, False]) + np.array([True, True])
np.array([a > 0, b > 0]) & np.array([True, False])
~np.array([a > 0, b > 0])*1.0
np.array([a > 0, b > 0]).sum()*a
np.array([a > 0, 1.0])*a
np.array([x > 0, x < 1])*a
np.full(3, a > 0)*x
np.stack([[a > 0, b > 0], [a, b]])
np.average(x, weights=np.array([True, False, True]))
np.where(np.array([True, False, True]), x, a)
np.array([a > 0, b > 0], dtype=float) + np.array([a > 0, b > 0], float)
np.full(2, a > 0, dtype=float) + np.full(2, True, dtype=float)
np.array([x > 0, x < 1]) + np.array([x > 0, x < 1])
np.concatenate([x > 0, x < 1]) + np.stack([x > 0, x < 1]).ravel()
np.append(x > 0, [True]) + np.append(x > 0, [True])
np.hstack([x > 0, [a > 0]])*1.0
np.array([v > 0 for v in x]) + np.array([v < 1 for v in x])
np.max(x > 0)*1.0 + np.min(np.array([x > 0, x < 1]), axis=0)
np.maximum(x > 0, x < 1) + np.minimum(x > 0, x < 1)
np.outer(x > 0, x < 1) + np.tril(np.outer(x > 0, x < 1))
np.roll(x > 0, 1) + np.sort(x > 0)
np.repeat(x > 0, 2) + np.tile(x > 0, 2)
np.sum([v > 0 for v in x])*a
np.diff(x > 0) + np.diff([v > 0 for v in x]) + np.diff([a > 0, b > 0, a > 1])
np.diff(x > 0, 2)*a
np.ravel([a > 0, b > 0]) + np.atleast_1d([a > 0, b > 0])
np.repeat(a > 0, 2) + np.repeat(b > 0, 2)
max(x > 0)*a + max([v > 0 for v in x])*b
np.atleast_2d(np.array(a))
np.dot(2, [a, b])
np.dot([a > 0, b], a)*2
np.dot(2, [v for v in x])
np.where(True, [a, b], a)*2
np.where(a > 0, [a, b], a)*2
np.where(True, [v for v in x], a)*2
np.square(x > 0)*1.0
np.isfinite(x > 0)*a
[v*v for v in x][len(x) - 1]
a in [a, b]
np.outer(x, x)[np.arange(len(x)), [0, 1, 0]]
np.outer(x, x)[[0, -1, 0], np.argsort(x)]*a
np.outer(x, x)[np.arange(2), [1]]
np.array([a, b, 1.0])[np.nonzero(x > 0)]
np.array([[a, b], [b, a]])[np.nonzero(x[:2] > 0)]
[a, b] == 3
max(a > 0, x[0])*a
[x, x] @ x
math.fsum(v*v for v in x)
math.prod(x) + math.prod([a, b])
""".strip().splitlines()
IMPORTS = "import math\nimport numpy as np"
BODIES = ["return {}", "s = 0.0\n    for k in range(len(x)):\n        s = 0.5*s + np.sum({})\n    return s"]
POINTS = [(0.7, 1.5, np.array([0.3, -0.8, 1.2])), (-0.7, 0.5, np.array([1.3, 0.8, -1.2]))]


@pytest.mark.parametrize("expression", EXPRESSIONS)
@pytest.mark.parametrize("body", BODIES)
def test_values(expression, body):
    in_loop = "for" in body
    own = expression.replace("a > 0", "x[k] > 0").replace("[a,", "[x[k],") if in_loop else expression
    text = f"{IMPORTS}\n\ndef f(a, b, x):\n    {body.format(own)}\n"
    space = {}
    exec(text, space)  # noqa: S102 - the text is our own
    made = python_function(read(source=text).at(*POINTS[0]).source)
    for point in POINTS:
        value, wanted = np.asarray(made(*point), float), np.asarray(space["f"](*point), float)
        assert value.shape == wanted.shape
        np.testing.assert_allclose(value, wanted, rtol=1e-12)


COMPREHENSIONS = """
np.array([v for v in x] + [v*v for v in x])
np.array([a] + [v for v in x])
np.array([v for v in x]*2)
np.array(2*[v for v in x])
[v for v in x]*x
x + [v*a for v in x]
len([v for v in x] + [a])*b
sum([v for v in x] + [a])
max([v for v in x] + [a])
(lambda q: q + q)([v for v in x])
np.tile([v for v in x], 2)
[[v, v] for v in x] + [[a, b]]
""".strip().splitlines()


@pytest.mark.parametrize("expression", COMPREHENSIONS)
def test_lists_of_any_length_behind_each_other(expression):
    """``+`` of two comprehensions added their elements, as of arrays: a silent wrong value."""
    text = f"{IMPORTS}\n\ndef f(a, b, x):\n    return np.sum(np.sin({expression})*1.0)\n"
    space = {}
    exec(text, space)  # noqa: S102 - the text is our own
    made = grad(source=text, argnums=2).at(*POINTS[0])
    for a, b, x in POINTS:
        assert read(source=text)(a, b, x) == pytest.approx(space["f"](a, b, x), rel=1e-13)
        steps = 1e-5 * np.eye(3)
        slopes = [(space["f"](a, b, x + h) - space["f"](a, b, x - h)) / 2e-5 for h in steps]
        np.testing.assert_allclose(python_function(made.source)(a, b, x), slopes, atol=1e-8)


REFUSED = [
    ("x[True]", "a truth value as an index"),
    ("np.array([a, b])[False]", "a truth value as an index"),
    ("np.array([[a, b], [b, a]])[True, 0]", "a truth value as an index"),
    ("np.take(x, [True, False, True])", "truth values as integers"),
    ("np.dot([True, True], [True, True])", "products of truth values"),
    ("(x > 0) @ (x < 1)", "products of truth values"),
    ("np.einsum('i->', x > 0)", "products of truth values"),
    ("np.array([x[0], x])", "different lengths"),
    ("np.stack([np.ones(1)*a, x])", "different lengths"),
    ("0 < x < 1", "ambiguous"),
    ("(x[0] > 0) + (x[1] > 0)", "sum of two truth values"),
    ("np.isfinite(a) + np.isfinite(b)", "sum of two truth values"),
    ("x in [x, a]", "membership"),
    ("2 in np.outer(x, x)", "membership"),
    ("np.any([a, 1.0]) + np.all([])", "sum of two truth values"),
    ("sum(x > 0, True)", "starts at a truth value"),
    ("np.exp(x > 0)", "float16"),
    ("np.hypot(a > 0, True)", "float16"),
    ("np.ones_like(x > 0)", "not of floats"),
    ("np.negative(x > 0)", "negative of truth values"),
    ("np.sign([v > 0 for v in x])", "sign of truth values"),
    ("math.sin([a, b])", "sin of a list of 2"),
    ("math.sin(tuple(x))", "math.sin|sin of a"),
    ("abs([a, b])", "use np.abs"),
    ("abs([v for v in x])", "use np.abs"),
    ("math.prod(np.outer(x, x))", "math.prod of an array"),
    ("math.fsum([x, x])", "math.fsum of a list"),
    ("np.logical_not(range(3))", "as a condition"),
    ("np.where(range(3), a, b)", "as a condition"),
    ("[v for v in x][[1, 0]]", "as an index of a list"),
    ("[v > 0 for v in x][a > 0]", "as an index of a list"),
    ("[v for v in x][x > 0]", "as an index of a list"),
    ("[x, x] - 1", "an operator on a list"),
    ("[a, b] @ [b, a]", "an operator on a list"),
    ("x == range(3)", "a comparison"),
    ("[a, b] == x[0]", "may be NumPy's"),
    ("[a, b] in x", "membership"),
    ("[v for v in x][np.array([1, 0])]", "as an index of a list"),
    ("x == None", "a comparison"),
]


@pytest.mark.parametrize(("expression", "reason"), REFUSED)
def test_refused(expression, reason):
    """Where NumPy raises, or gives what nobody means."""
    with pytest.raises(SymdiffError, match=reason):
        read(source=f"{IMPORTS}\n\ndef f(a, b, x):\n    return {expression}\n").at(*POINTS[0])


def test_the_derivative_of_a_choice_by_a_list():
    def f(x):
        return np.sum(np.where([x[0] > 0, x[1] > 0], x[:2] ** 2, 3 * x[:2]) * np.tile([x[1], 2.0], 1))

    assert grad(f).at(np.ones(2)).graph
    gradient = python_function(grad(f).at(np.ones(2)).source)(np.array([0.5, -2.0]))
    np.testing.assert_allclose(gradient, [2 * 0.5 * -2.0, 0.25 + 6.0], rtol=1e-14)
