"""Programs with arrays that were wrong once, or failed inside, each against differences; and what random programs are drawn."""

from __future__ import annotations

import enum
import re
import textwrap
from dataclasses import replace

import numpy as np
import pytest

from symdiff import SymdiffError, grad, hessian, jacobian, jvp, read, vjp
from symdiff.codegen import python_function
from symdiff.graph.affine import Affine
from symdiff.graph.evaluate import evaluate
from symdiff.graph.structure import Tensor
from tests.poison import poisoned
from tests.random_array_programs import Program, faults

SIZES = ((5, 3), (1, 1), (0, 0))
FALLBACK = "s = 0.5\nfor c in x:\n    s = np.sin(s) + c\n"  # hands a value on: all arrays are read element by element

# Why it was wrong, the types of the arguments ("m" and "n" are lengths), and the body.
FOUND = {
    "what two terms read was equal, and one of them was read where only the other one was there: beyond the array": (
        {"x": "n", "b": "m"},
        (
            "u = np.outer(b, x)\nfor i in range(u.shape[0]):\n    u[i] *= np.sin(x)\nt = np.zeros((len(b), len(x)))\n"
            "for i in range(t.shape[0]):\n    for j in range(x.size):\n        t[i, j] += x[j - 1]*(i + 1)\nt += (u - u)\n"
            "return np.eye(len(x))*np.array([max(c, 0.1) for c in x]) + np.sum(u*0.7) + np.sum(t*0.7)"
        ),
    ),
    "elements that only scalar results read were in an array that had become a variable": (
        {"x": "n", "A": "mn"},
        FALLBACK + "k = x.copy()\nk[0] = np.sum(np.max(A, axis=0))\nv = x if np.var(k) > -1.2 else A\n"
        "return np.sum(k*0.7) + np.sum(v*0.7) + s",
    ),
    "a sum into x[0] was written where x is empty": (
        {"x": "n"},
        "u = np.zeros_like(x)\nfor i in range(x.shape[0]):\n    u[i] = x[0]*x[i]\nreturn np.sum(u)",
    ),
    "an element that a scalar result of a branch read was in an array that had become a variable": (
        {"x": "n"},
        "return (x[:, None]*x).sum(axis=1)[0] if x[0] > -9 else np.sum(x)",
    ),
    "an element of an array that is empty was read beside a loop of no iterations": (
        {"x": "n"},
        "t = np.zeros_like(x)\nu = np.full(len(x), 0.5)\nfor k in range(x.size):\n    u[k] += x[0]*t[k]\nreturn np.sum(u)",
    ),
    "an element that a loop of no iterations would read was computed from an array that is empty": (
        {"x": "n"},
        "v = 0.5*x\nfor i in range(len(x) - 1, 0, -1):\n    v[i] = v[i-1] - 0.1*v[0]\nreturn np.sum(v*0.7)",
    ),
    "an integer was read for a guard before the guard that says that it is there": (
        {"x": "n", "idx": "n"},
        """w = np.zeros(len(x))
for k in range(len(x) - 1, 0, -1):
    w[k] += max(w[k-1], x[k])
r = 0.5
for k in range(len(x) - 1):
    if idx[k] > 0:
        r += np.sin(w[k])
    else:
        r += 0.5*w[k - 1]
return r""",
    ),
    "an element was read before it was checked that it is there": (
        {"x": "n"},
        "return x/(2 + x[0]**2)",
    ),
    "two literals that a branch hands on were a number where an array was needed": (
        {"x": "n", "a": ""},
        "if a > 0.1:\n    u = np.ones(len(x))\nelse:\n    u = np.zeros(len(x))\nreturn u",
    ),
    "second derivatives that are literals on both sides of a branch were a number where a matrix was needed": (
        {"x": "n", "a": ""},
        "if a > 0.1:\n    s = np.outer(x, x)\nelse:\n    s = 2*np.outer(x, x)\nreturn np.sum(s)",
    ),
    "an array that is there on one side of a branch only was read on the other": (
        {"x": "n", "y": "n"},
        "u = x[:, None]*x\nw = u if x[0] > 0.1 else np.where(u > 0, u/4, 0.0)\nt = w @ y\nreturn np.where(t*w > 0, t*w, 0.0) + t",
    ),
    "a choice between a number and an array of known length was the number": (
        {"x": "n"},
        FALLBACK + "return np.where(np.sum(x) > 0.1, s, x[:, None]*x)*2",
    ),
    "a comparison of arrays of known length, and a write where it holds": (
        {"x": "n", "a": ""},
        FALLBACK + "u = 1.5*x\nu[x > 0.3] *= 2\nu[u < 0] = a\nreturn np.sum(u*np.where(u > x, u, 2.0)) + s",
    ),
    "an index from data into an array of known length": (
        {"x": "n", "idx": "n"},
        FALLBACK + "u = np.zeros_like(x)\nfor k in range(len(x)):\n    u[k] = x[idx[k]]*s\nreturn np.sum(u**2)",
    ),
    "methods and transposes of arrays of known length": (
        {"x": "n", "A": "mn"},
        FALLBACK + "return x.sum(keepdims=True)[0]*s + np.sum(A.T @ A.sum(axis=1)*x) + A.mean(axis=0) @ x",
    ),
    "positions of a mask were read for a guard before the guard that says that they are there (950074)": (
        {"x": "n", "y": "n"},
        "w = np.roll(y + x.sum(keepdims=True), 1)\nreturn np.sum(np.diff(np.append(w[x > 0], 2))**2)",
    ),
    "an index from data was read before the guards under which it is one (850625)": (
        {"x": "n"},
        (
            "i = np.zeros(x.shape[0])\nif np.sum(x) > -1.2:\n    r = x*1.0\nelse:\n    r = (np.outer(x, x)) @ i*1.5\n"
            "return np.max(np.append((r[np.argsort(x)])[x > 0.1], 0.3))"
        ),
    ),
    "a literal that is an element inside of a loop was taken for it at the ends, too": (
        {"x": "n", "a": ""},
        "return np.append(a, x*x)*np.append(x, a)",
    ),
    "what a path leaves undefined was read on that path, in a condition that holds there in any case (856058)": (
        {"x": "n"},
        "return np.linalg.norm(np.where(x > 0.5, x, np.where(x > 0, x**2, 0.1)))",
    ),
    "len(x[1:]) of an empty x was -1 (855670)": (
        {"x": "n"},
        "p = x[1:]\nreturn np.sum(np.append(p, np.ones(len(p) + 1)*x.sum())) + 1.0*len(p)*x.sum()",
    ),
    "an element that is another one under guards was taken for it without them (851952)": (
        {"x": "n", "A": "mn", "b": "m", "idx": "n"},
        (
            "t = np.outer(b, x)\nt[-1] = t[0]\nt[1:] = np.where(x > x, np.sin(x), (x)**2)\n"
            "return np.sin(t)*A[:, idx] + np.sum(t*0.7)"
        ),
    ),
    "slices of one element less than none, of known length": (
        {"x": "n", "A": "mn"},
        FALLBACK + "return np.diag(np.outer(x, x))[1:]*x[:-1] + s*np.diff(x)",
    ),
}


def program(types, body: str) -> Program:
    """A program with this body."""
    lines = textwrap.indent(body, "    ")
    return Program(f"import numpy as np\ndef f({', '.join(types)}):\n{lines}\n", types)


@pytest.mark.parametrize("name", FOUND)
def test_programs_that_were_wrong_once(name: str) -> None:
    assert faults(program(*FOUND[name]), sizes=SIZES, every=FALLBACK not in FOUND[name][1]) == []


# What is refused because it was read as something else.
REFUSED = {
    "a diagonal was read as a block": "t = np.eye(len(x))\nt[np.arange(len(x)), np.arange(len(x))] = 2.0\nreturn t",
}


@pytest.mark.parametrize("name", REFUSED)
def test_programs_that_are_refused(name: str) -> None:
    assert [kind for kind, _ in faults(program({"x": "n"}, REFUSED[name]), sizes=SIZES)] in (["refused"], [])


def test_what_a_path_leaves_undefined_is_not_read():
    """An element that nothing reads on one path was handed on from it, without a value (852616)."""
    body = (
        "x_bar = 2*A\nx_bar[:, ::-1] *= (x_bar - A[:, :1])\n"
        "return np.sum(np.diff(np.append((np.where(y > x, np.sin(y), (x)**2))[x > 0], np.sum(x[1:])))**2) + np.sum(x_bar*0.7)"
    )
    wrong = replace(program({"x": "n", "y": "n", "A": "mn"}, body), seed=1)  # whose first element is on that path
    assert faults(wrong, sizes=[(5, 3)], every=True) == []


def test_program_of_a_seed_is_always_the_same() -> None:
    assert Program.of(7).text == Program.of(7).text
    assert Program.of(7).text != Program.of(8).text


@pytest.mark.parametrize("text", ["np.linalg.norm(x)", "np.sum(np.linalg.norm(x[:, np.newaxis], axis=1))"])
def test_a_norm_at_zero_and_of_nothing_has_the_derivative_0(text):
    """As abs and hypot at 0: the norm is least there. The derivative of the norm of an empty array was NaN along a tangent."""
    f = f"import numpy as np\ndef f(x):\n    return {text}\n"
    back, along, ahead = grad(source=f), jvp(source=f), jacobian(source=f)
    for x in (np.zeros(0), np.zeros(1), np.zeros(3), np.array([3.0, -4.0])):
        size = np.sqrt(x @ x) if "axis" not in text else np.abs(x)
        wanted = np.divide(x, size, out=np.zeros(len(x)), where=size * np.ones(len(x)) > 0)
        graph = back.at(np.ones(2)).graph
        np.testing.assert_allclose(evaluate(graph, [x])[0], wanted, rtol=1e-15)
        np.testing.assert_allclose(evaluate(ahead.at(np.ones(2)).graph, [x])[0], wanted, rtol=1e-15)
        product = along.at(np.ones(2), tangent=np.ones(2)).graph
        assert evaluate(product, [x, np.ones(len(x))])[0] == pytest.approx(np.sum(wanted), rel=1e-15)


def test_the_formula_of_the_derivative_of_a_norm_is_as_in_books():
    found = str(grad(source="import numpy as np\ndef f(x):\n    return np.linalg.norm(x)\n").at(np.ones(2)))
    assert found == "∂f/∂x[k] = x[k]/sqrt(sum(x[i]**2, i = 0..n-1))"


def of_one_row(x, y):
    w = np.zeros((len(x), len(x)))
    w[0] *= y**2
    return np.cumsum(y) @ w.T @ x


def test_sums_in_one_row_leave_zeros_in_all_others():
    """A guard that stood around the loops of a sum kept it from filling its array: the other rows were what was in memory."""
    x, y = np.array([0.3, 0.5, 0.2]), np.array([0.2, 0.9, 0.4])
    function = python_function(hessian(of_one_row, argnums=(0, 1)).at(x, y).source)
    with poisoned():
        (xx, xy), (yx, yy) = function(x, y)
    for block in (xx, xy, yx, yy):
        np.testing.assert_array_equal(block, np.zeros((3, 3)))


STEPS = """
import numpy as np
def f(x):
    u = 1.0*x
    for _ in range({}):
        u[1:] = 0.5*u[1:] + 0.3*u[:-1]
    return np.max(np.append(u[x > 0.1], 0.3))
"""


def test_sources_of_masked_stencils_grow_with_their_steps_and_no_faster():
    """Where writes cover an array, each step left truth values that the next one read at three places (950060)."""
    sizes = [len(jvp(source=STEPS.format(steps)).at(np.ones(3), tangent=np.ones(3)).source) for steps in (2, 4, 8)]
    assert sizes[2] - sizes[1] <= 2.5 * (sizes[1] - sizes[0])


def test_many_steps_of_whole_arrays_are_a_loop():
    """The Hessian of 40 of them, unrolled, took minutes: an entry of a shift has a term for each shift before it (910306)."""
    found = [len(hessian(source=SHIFTS.format(steps)).at(np.ones(3)).source) for steps in (40, 80)]
    assert found[0] == found[1]


SHIFTS = """
import numpy as np
def f(x):
    u = 1.0*x
    for _ in range({}):
        u = np.roll(u, 1)*0.7 + np.sin(u)
    return np.sum(u)
"""


def rows_times_a_vector(a, x):
    total = 0.0
    for row in a:
        total += np.dot(row, x)
    return total


def test_a_matrix_beside_a_vector_is_read_before_any_call():
    """Vectors alone and matrices alone were tried, and the function was refused where both were differentiated."""
    assert grad(rows_times_a_vector, argnums=(0, 1)).assumed["a"] == Tensor((Affine.of("m"), Affine.of("n")))
    function = python_function(grad(rows_times_a_vector, argnums=(0, 1)).at(np.ones((2, 3)), np.ones(3)).source)
    first, second = function(np.ones((2, 3)), np.array([1.0, 2.0, 3.0]))
    assert first.tolist() == [[1, 2, 3], [1, 2, 3]]
    assert second.tolist() == [2, 2, 2]


def test_arrays_of_truth_values_have_one_type_on_all_paths():
    """One that is False on one side of a branch was an array of floats there, which Numba refuses (random program 831038)."""
    text = """import numpy as np
def f(x, b):
    v = 1.0
    for n in range(len(x)):
        if n % 2 == 0:
            v *= np.cos(x[n // 2]*0.5)
    u = np.zeros((len(b), len(x)))
    return np.where(v > 0.1, np.sqrt(np.abs(v)), np.sum(b)) + np.sum(u) + np.sum(x)
"""
    x, b = np.array([0.3, 0.5]), np.ones(2)
    derivative = vjp(jvp(source=text, argnums=(0, 1)), argnums=(0, 1))
    source = derivative.at(x, b, tangent=(x, b), cotangent=1.0).source
    made = re.findall(r"(\w+) = np\.(?:empty|zeros|full)\((.*)\)$", source, re.MULTILINE)
    kinds = {(name, "bool" in rest or "True" in rest) for name, rest in made}
    assert len(kinds) == len({name for name, _ in kinds})


def rows_times_a_vector_and_more(x, a, scale, shift):
    total = 0.0
    for row in a:
        total += np.dot(row, x)
    return scale * total + np.sum(shift)


def a_row_is_measured(a, x):
    return np.sum(np.concatenate([a[0] * 2, a[1]])) * len(a[0]) * x


def test_rows_of_a_matrix_are_arrays_before_any_call():
    """``a`` was taken for a vector, and its elements for numbers, which have no length (array program 856273)."""
    gradient = grad(a_row_is_measured, argnums=(0, 1))
    first, second = python_function(gradient.at(np.ones((2, 3)), 0.5).source)(np.ones((2, 3)), 0.5)
    assert first.tolist() == [[3, 3, 3], [1.5, 1.5, 1.5]]
    assert second == 27


def test_one_matrix_beside_several_arguments_is_read_before_any_call():
    """With more than three arguments no mixture of vectors and matrices was tried (random array program 850229)."""
    gradient = grad(rows_times_a_vector_and_more, argnums=(0, 1, 2, 3))
    point = np.array([1.0, 2.0, 3.0]), np.ones((2, 3)), 2.0, np.ones(4)
    found = python_function(gradient.at(*point).source)(*point)
    assert [np.asarray(each).tolist() for each in found] == [[4, 4, 4], [[2, 4, 6], [2, 4, 6]], 12, [1, 1, 1, 1]]


STAGES = """
import numpy as np
def f(x):
    y = x
    for _ in range({}):
        y = x + 0.1*(np.roll(y, -1) - np.roll(y, 2))*np.roll(y, 1) - 0.1*y
    return y
"""


def test_jacobians_of_stages_grow_with_their_number_and_no_faster():
    """Entries of one stage at four places were 16 of the next one, 64 of the third: Lorenz 96 by Runge and Kutta's method."""
    point = np.array([0.3, -0.5, 0.7, 0.9, -0.2])
    made = [jacobian(source=STAGES.format(count)).at(point) for count in (2, 3, 4)]
    sizes = [len(each.source) for each in made]
    assert sizes[2] - sizes[1] <= 1.5 * (sizes[1] - sizes[0])
    names: dict = {}
    exec(STAGES.format(4), names)  # noqa: S102 - the text above
    columns = [names["f"](point + 1e-20j * each).imag / 1e-20 for each in np.eye(5)]
    np.testing.assert_allclose(python_function(made[2].source)(point), np.array(columns).T, rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("index", ["-len(x)", "1 - len(x)", "-(len(x)//2)", "2 - len(x)", "-x.shape[0]"])
def test_an_index_that_lengths_tell_counts_from_the_end(index):
    """It was taken for one that is out of range."""
    text = (
        f"import numpy as np\ndef f(x):\n    y = x*x\n    y[{index}] *= 3.0\n    return x[{index}]*y + np.outer(x, x)[{index}, 0]"
    )
    function = python_function(read(source=text).at(np.ones(4)).source)
    space: dict = {}
    exec(text, space)  # noqa: S102 - the text above
    for x in (np.array([0.3, -0.8, 1.2, 0.4]), np.array([0.3, 2.0, -1.0]), np.array([0.3, 2.0])):
        np.testing.assert_allclose(function(x), space["f"](x), rtol=1e-14)
    steps = 1e-6 * np.eye(3)
    x = np.array([0.3, 2.0, -1.0])
    slopes = [np.sum(space["f"](x + h) - space["f"](x - h)) / 2e-6 for h in steps]
    np.testing.assert_allclose(vjp(source=text)(x, cotangent=np.ones(3)), slopes, atol=1e-8)
    with pytest.raises(IndexError):
        function(np.zeros(0))


def test_a_loop_that_does_nothing_checks_no_index():
    """That ``x[0]`` is there was known of the iterations, and taken for known without any (array program 1007619)."""
    text = "def f(a, x, A):\n    for j in range(len(x)):\n        if j > 0:\n            a += x[0]*A[0, j]\n    return a"
    function = python_function(grad(source=text).at(0.5, np.ones(2), np.ones((3, 2))).source)
    assert function(0.5, np.zeros(0), np.zeros((0, 0))) == 1
    assert function(0.5, np.ones(3), np.ones((1, 3))) == 1
    with pytest.raises(IndexError):
        function(0.5, np.ones(3), np.ones((0, 3)))


def test_a_list_that_is_returned_may_hold_an_array_that_is_refused():
    text = "def f(a, x):\n    y = x*a\n    z = [y]\n    y = y if a > 0 else y*2\n    y[0] /= 3\n    return z"
    with pytest.raises(SymdiffError, match="may have been changed as another one"):
        read(source=text).at(0.5, np.ones(2))


@pytest.mark.parametrize("result", ["np.sum(np.sum(y)*1.0)", "np.sum(np.asarray(a)*1.0) + b", "np.mean(y[0]*a) + np.max(b*2.0)"])
def test_functions_of_arrays_take_numbers_where_arguments_cannot_be_arrays(result):
    """``np.sum`` of a number made arrays of its arguments, of which there is no list: refused before any call."""
    text = f"import numpy as np\ndef f(a, b):\n    y = np.array([a, b, 1.0])\n    return {result}"
    gradient = grad(source=text, argnums=(0, 1))
    space: dict = {}
    exec(text, space)  # noqa: S102 - the text above
    slopes = [space["f"](0.5 + h, 0.7 + k) - space["f"](0.5 - h, 0.7 - k) for h, k in ((0.25, 0), (0, 0.25))]
    np.testing.assert_allclose(python_function(gradient.at(0.5, 0.7).source)(0.5, 0.7), np.array(slopes) / 0.5, rtol=1e-12)


def test_an_index_of_one_iteration_is_not_read_where_there_is_none():
    """A Jacobian read ``idx[1]`` of an empty array, before loops that make no iterations (array program 1017155)."""
    body = (
        "r = 1.5*x\n    for k in range(len(x)):\n        if k == 1:\n            r[k] = y[idx[k]]\n    return x + np.sum(r*0.7)"
    )
    text = f"import numpy as np\ndef f(x, y, idx):\n    {body}"
    matrix = python_function(jacobian(source=text, argnums=(0, 1)).at(np.ones(3), np.ones(3), np.arange(3)).source)
    assert [each.shape for each in matrix(np.ones(0), np.ones(0), np.arange(0))] == [(0, 0), (0, 0)]
    second = matrix(np.array([0.3, -0.5, 0.7]), np.ones(3), np.array([0, 2, 1]))[1]
    np.testing.assert_allclose(second, np.full((3, 1), 0.7) * np.eye(3)[2], atol=1e-15)


def test_an_index_is_checked_where_a_sum_has_no_terms():
    """NumPy reads ``y[idx[0]]`` in any case; the gradient would write to an element that is not there."""
    text = "import numpy as np\ndef f(x, y, idx):\n    return np.sum(x*y[idx[0]])"
    gradient = grad(source=text, argnums=1)
    python_function(gradient.at(np.ones(2), np.ones(3), np.arange(2)).source)(np.zeros(0), np.ones(3), np.array([2]))
    for function in (gradient, python_function(gradient.at(np.ones(2), np.ones(3), np.arange(2)).source)):
        with pytest.raises(IndexError, match="out of range: see idx"):
            function(np.zeros(0), np.ones(3), np.array([5]))


def test_an_index_that_a_loop_works_out_is_not_read_where_it_makes_no_iteration():
    """The Jacobian checked the index of the second iteration for empty arrays, too (array program 1015825)."""
    assert faults(Program.of(1015825)) == []


class Part(enum.IntEnum):
    """Names of the elements of a state."""

    POSITION = 0
    SPEED = 1


def energy(x):
    doubled = [2 * v for v in x]
    kept = np.zeros(2)
    for i in range(Part.SPEED):
        kept[i] = x[Part.POSITION] ** 2
    return kept[Part.POSITION] + doubled[Part.SPEED] ** 2 + np.sum(x[Part.SPEED :])


def test_members_of_an_enumeration_are_indices():
    np.testing.assert_array_equal(grad(energy)(np.array([3.0, 5.0, 7.0])), [6.0, 41.0, 1.0])


@pytest.mark.parametrize(
    "terms", ["np.asarray(True) + np.array(True)", "np.copy(x[0] > 0) + True", "np.asarray(x[0] > 0) + (x[1] > 0)"]
)
def test_sums_of_truth_values_of_numpy_are_refused(terms):
    """NumPy says True, which is 1; it was 2."""
    with pytest.raises(SymdiffError, match="the sum of two truth values"):
        read(source=f"import numpy as np\ndef f(x):\n    return x*({terms})").at(np.ones(2))
    product = "import numpy as np\ndef f(x):\n    return x*np.asarray(x[0] > 0)"
    np.testing.assert_array_equal(read(source=product)(np.array([1.0, 2.0])), [1.0, 2.0])
