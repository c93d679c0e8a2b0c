"""Derivatives of results whose length only the run tells: a number of iterations, or of what a loop has appended."""

import numpy as np
import pytest

from symdiff import ShapeError, UnsupportedError, check_grads, grad, jacobian, jvp, read, vjp
from symdiff.codegen import python_function
from symdiff.graph.check import check
from symdiff.graph.evaluate import evaluate
from tests import random_array_programs
from tests.random_array_checks import checks
from tests.random_array_programs import Program, faults

NUMBERS, VECTOR = {"x": "", "a": ""}, {"x": "n"}
KEPT = """
    out = []
    for v in x:
        if v > 0:
            out.append(v**3)
    y = np.array(out)"""
PROGRAMS = {
    "as long as a number is small": (
        NUMBERS,
        """
    out = []
    x = 0.3*x + 1.2
    while x < 9:
        out.append(x)
        x = (0.1*a + 1.6)*x + 1
    return np.array(out)
""",
    ),
    "no iterations": (
        NUMBERS,
        """
    out = []
    x = x + 20
    while x < 9:
        out.append(x)
        x = a*x + 1
    return np.array(out)
""",
    ),
    "an array in each iteration": (
        {"x": "n", "a": ""},
        """
    out = []
    y = x.copy()
    t = 0.2 + 0.01*a
    while t < 1:
        out.append(y.copy())
        y = np.sin(y) + a*y
        t = t + 0.3
    return np.array(out)
""",
    ),
    "what is kept": (VECTOR, KEPT + "\n    return y*np.sin(np.sum(y))\n"),
    "neighbours": (VECTOR, KEPT + "\n    return y[1:]*y[:-1]\n"),
    "every second": (VECTOR, KEPT + "\n    return y[::2]\n"),
    "a matrix": (VECTOR, KEPT + "\n    return y[:, None]*x[None, :]\n"),
    "two of each, behind two": (
        VECTOR,
        """
    out = [1.0, 2.0*x.sum()]
    for v in x:
        if v > 0:
            out.append(v*out[-1])
            out.append(v**2)
    return np.array(out)
""",
    ),
    "until a break": (
        VECTOR,
        """
    out = []
    s = 1.0
    for v in x:
        s = s*(1.5 + 0.1*v)
        if s > 3:
            break
        out.append(s)
    return np.array(out)
""",
    ),
    "two lists": (
        VECTOR,
        """
    a, b = [], []
    for v in x:
        if v > 0:
            a.append(v**2)
        else:
            b.append(v**3)
    return np.concatenate((np.array(a), np.array(b)))
""",
    ),
    "literals": (
        VECTOR,
        """
    out = []
    for v in x:
        if v > 0:
            out.append(1.0)
    return np.array(out)
""",
    ),
}


def without_refused(*args):
    """All derivatives but the one that needs a length that is known before."""
    return [each for each in checks(*args) if each.name != "sparse jacobian"]


@pytest.mark.parametrize("name", PROGRAMS)
def test_derivatives_against_differences_at_several_sizes(name, monkeypatch):
    monkeypatch.setattr(random_array_programs, "checks", without_refused)
    types, body = PROGRAMS[name]
    program = Program(f"import numpy as np\ndef f({', '.join(types)}):{body.rstrip()}\n", types, 7)
    sizes = [(0, 0), (1, 1), (5, 3)] if "n" in types.values() else [(0, 0)]
    assert faults(program, sizes=sizes, every=True) == []


def growing(x, a):
    out = []
    while x < 10.0:
        out.append(x)
        x = a * x + 1.0
    return np.array(out)


def positive(x):
    out = []
    for v in x:
        if v > 0:
            out.append(v**3)  # noqa: PERF401 - what is tested
    return np.array(out)


def apart(x):
    up, down = [], []
    for v in x:
        if v > 0:
            up.append(v**2)
        else:
            down.append(v * x[0])
    return np.array(up), np.array(down)


X = np.array([0.5, -1.0, 2.0, -0.3, 1.1])


def by_source(derivative, *args, **seeds):
    made = derivative.at(*args, **seeds)
    check(made.graph)
    values = dict(zip([param.name for param in made.graph.params], args, strict=False)) | seeds
    return python_function(made.source)(*made.arguments(values))


def test_the_formula_and_the_code():
    made = vjp(growing).at(1.0, 1.5, cotangent=np.ones(4))
    assert (
        """
cotangent·J(x, a) = x_bar[0]
where x[0] = x
      x[k+1] = a*x[k] + 1,  k = 0, 1, ... while x[k] < 10
      N the number of iterations
      x_bar[N] = 0
      x_bar[k] = a*x_bar[k+1] + cotangent[k],  k = N-1..0
""".strip()
        in str(made)
    )
    assert 'raise ValueError(f"the length of cotangent is {n}, where {k} is needed: as many as growing returns")' in made.source


@pytest.mark.parametrize("length", [0, 1, 3, 5])
def test_a_cotangent_of_another_length_is_refused_with_both(length):
    wrong = np.ones(length)
    message = f"the length of cotangent is {length}, where 4 is needed: as many as growing returns"
    with pytest.raises(ValueError, match=message):
        by_source(vjp(growing), 1.0, 1.5, cotangent=wrong)
    with pytest.raises(ValueError, match=message):
        evaluate(vjp(growing).at(1.0, 1.5, cotangent=wrong).graph, [1.0, 1.5, wrong])


def test_compiled_code_checks_the_length_in_every_call():
    back = vjp(positive)
    for _ in range(2):
        np.testing.assert_allclose(back(X, cotangent=np.array([3, 2, 1])[::-1]), [0.75, 0, 24.0, 0, 10.89])
        with pytest.raises(ValueError, match="the length of cotangent is 2, where 3 is needed: as many as positive returns"):
            back(X, cotangent=np.ones(2))
        assert back(-np.abs(X), cotangent=np.ones(0)).tolist() == [0.0] * 5
        with pytest.raises(ValueError, match="the length of cotangent is 3, where 0 is needed"):
            back(-np.abs(X), cotangent=np.ones(3))


def test_several_results_have_a_length_each():
    back = vjp(apart)
    np.testing.assert_allclose(back(X, cotangent=(np.ones(3), np.ones(2))), [2 * 0.5 - 1.3, 0.5, 4.0, 0.5, 2.2])
    with pytest.raises(ValueError, match=r"the length of cotangent\[1\] is 3, where 2 is needed: as many as apart returns"):
        back(X, cotangent=(np.ones(3), np.ones(3)))


def rows(x, y):
    out = []
    for v in x:
        if v > 0:
            out.append(v * y)  # noqa: PERF401 - what is tested
    return np.array(out)


def test_rows_that_are_counted():
    y, weights = np.array([1.0, 2.0]), np.arange(6.0).reshape(3, 2)
    np.testing.assert_allclose(by_source(vjp(rows), X, y, cotangent=weights), [2.0, 0, 8.0, 0, 14.0])
    with pytest.raises(ValueError, match="the length of cotangent along axis 0 is 2, where 3 is needed"):
        by_source(vjp(rows), X, y, cotangent=weights[:2])
    with pytest.raises(ShapeError, match="axis 1 of cotangent has length 3, where 2 is needed"):
        by_source(vjp(rows), X, y, cotangent=np.ones((3, 3)))


def weighted(x, w):
    return vjp(positive)(x, cotangent=w)


def squared(x):
    return np.sum(vjp(positive)(x, cotangent=np.sin(positive(x))) ** 2)


def of_two(x, w):
    return np.sum(jvp(positive)(x, tangent=x)) * np.sum(jvp(positive)(w, tangent=w)) * np.sum(w)


def differences(function, x, step=1e-6):
    return np.array([(function(x + step * axis) - function(x - step * axis)) / (2 * step) for axis in np.eye(len(x))])


def test_inside_of_functions_with_lengths_of_their_own():
    w = np.array([1.0, 2.0, 3.0])
    chosen = X > 0
    np.testing.assert_allclose(by_source(read(weighted), X, w)[chosen], 3 * X[chosen] ** 2 * w)
    np.testing.assert_allclose(by_source(jacobian(weighted), X, w)[chosen][:, chosen], np.diag(6 * X[chosen] * w))
    with pytest.raises(ValueError, match="the length of cotangent is 4, where 3 is needed"):
        by_source(read(weighted), X, np.ones(4))

    def plain(x):
        kept = x[x > 0]
        return np.sum((3 * kept**2 * np.sin(kept**3)) ** 2)

    np.testing.assert_allclose(by_source(grad(squared), X), differences(plain, X), rtol=1e-6)


def test_two_of_them_in_one_function_have_lengths_of_their_own():
    def plain(x):
        return np.sum(3 * x[x > 0] ** 3)

    two = np.array([1.0, 2.0])
    assert by_source(read(of_two), X, two) == pytest.approx(plain(X) * plain(two) * 3)
    np.testing.assert_allclose(by_source(grad(of_two), X, two), differences(lambda x: plain(x) * plain(two) * 3, X), rtol=1e-6)


def test_everything_against_differences_of_high_precision():
    assert not check_grads(growing, 1.0, 1.5, order=1).failures


def test_a_sparse_jacobian_needs_the_length_before():
    for function, args in ((positive, (X,)), (growing, (1.0, 1.5))):
        with pytest.raises(ShapeError, match=rf"how long that of {function.__name__} is the data tell"):
            jacobian(function, sparse=True).at(*args)


RETURNS = {
    "of a loop over an array": (
        VECTOR,
        """
    out = []
    s = 0.0
    for v in x:
        s = s + v
        if v > 1.5:
            return np.array(out)*s*v
        if v < -0.9:
            return np.sin(np.array(out))
        out.append(v**2*x[0])
    return 2*np.array(out)
""",
    ),
    "of an endless loop": (
        NUMBERS,
        """
    out = []
    t = 1.3 + 0.1*a
    while True:
        t = 0.6*t
        if t < 0.2:
            return np.array(out)*t
        out.append(t*x)
        if len(out) > 6:
            return np.array(out) + a
""",
    ),
    "of an inner loop with an else": (
        NUMBERS,
        """
    out = []
    t = 1.3 + 0.1*a
    while True:
        t = 0.6*t
        for k in range(3):
            t = t*0.9
            if t < 0.1:
                return np.array(out)*t
            out.append(t*x)
        else:
            if len(out) > 4:
                break
    return 7*np.array(out)
""",
    ),
}


@pytest.mark.parametrize("name", RETURNS)
def test_a_return_inside_of_the_loop_that_makes_a_list_longer(name, monkeypatch):
    monkeypatch.setattr(random_array_programs, "checks", without_refused)
    types, body = RETURNS[name]
    program = Program(f"import numpy as np\ndef f({', '.join(types)}):{body.rstrip()}\n", types, 7)
    assert faults(program, sizes=[(1, 1), (5, 3)] if "n" in types.values() else [(0, 0)], every=True) == []


def left_from_an_else(a):
    n, t, over = 0, 1.3 + 0.1 * a, 0
    while True:
        t = 0.6 * t
        for _ in range(3):
            t = t * 0.9
            if t < 0.1:
                over = 1
                break
            n = n + 1
        else:
            if n > 4:
                break
        if over != 0:
            break
    return n * t


def test_a_break_in_an_else_clause_is_one_of_the_loop_around():
    for a in (-12.0, -10.0, -3.0, 0.7, 20.0):
        assert by_source(read(left_from_an_else), a) == pytest.approx(left_from_an_else(a))


def inner_lists(x):
    out = []
    for v in x:
        for w in x:
            if v * w < -0.8:
                return np.array(out)
            out.append(v * w)
    return np.array(out)


def test_what_is_refused_of_a_list_that_is_returned_early():
    with pytest.raises(UnsupportedError, match="an inner loop that appends to out, as often as the iteration around it tells"):
        read(inner_lists).at(np.ones(4000))


def rolled(x):
    s = 0.0
    for v in x:
        s = np.sin(s + v) * v
    return s


slope = grad(rolled)


def named_like_a_counter(x, w):
    k = x.shape[0]
    m = len(w)
    return np.sum(slope(x)) * k + m * np.sum(jvp(positive)(x, tangent=x))


def test_the_names_of_lengths_outside_are_not_those_inside_of_loops():
    def plain(x):
        return np.sum(differences(rolled, x, 1e-5)) * 5 + 2 * np.sum(3 * x[x > 0] ** 3)

    w = np.array([1.0, 2.0])
    assert by_source(read(named_like_a_counter), X, w) == pytest.approx(plain(X))
    np.testing.assert_allclose(by_source(grad(named_like_a_counter), X, w), differences(plain, X, 1e-4), rtol=1e-4, atol=1e-4)


def test_a_number_is_no_cotangent_of_an_array():
    with pytest.raises(UnsupportedError, match="cotangent is a number, which is of another shape than is needed here"):
        read(lambda x: np.sum(vjp(positive)(x, cotangent=2.0))).at(X)


def kept_in_each(x):
    y, k = x, 0.0
    while k < 2.5 + 0.01 * x[0]:
        z = positive(y)
        y = y + 0.1 * np.sum(z) / len(z)
        k = k + 1.0
    return np.sum(y**2)


def test_arrays_that_are_counted_in_each_iteration():
    expected = differences(kept_in_each, X)
    np.testing.assert_allclose(by_source(grad(kept_in_each), X), expected, rtol=1e-6)
    np.testing.assert_allclose(by_source(grad(kept_in_each, checkpoint=True), X), expected, rtol=1e-6)


def stepped(x, w):
    y, k = x, 0.0
    while k < 2.5 + 0.01 * x[0]:
        y = y + 0.1 * vjp(positive)(y, cotangent=w)
        k = k + 1.0
    return np.sum(y**2)


def test_checkpoints_of_a_loop_around_loops_with_counters_of_the_same_name():
    w = np.array([0.3, 0.6, 0.1])
    expected = by_source(grad(stepped), X, w)
    np.testing.assert_allclose(by_source(grad(stepped, checkpoint=True), X, w), expected, rtol=1e-12)
