"""Lists that loops make longer: their derivatives against differences, their formulas, what they leave empty, what is refused."""

import numpy as np
import pytest

from symdiff import grad, jacobian, read
from symdiff.errors import UnsupportedError
from tests.growing_programs import PROGRAMS
from tests.printing.recurrence_numbers import disagreement
from tests.random_array_programs import Program, faults


def text_of(name):
    types, body = PROGRAMS[name]
    return f"import numpy as np\ndef f({', '.join(types)}):{body.rstrip()}\n"


@pytest.mark.parametrize("name", PROGRAMS)
def test_derivatives_of_lists_that_grow(name):
    seed = int(name == "as long as the list is short")  # one without checkpoints, which are refused there
    assert faults(Program(text_of(name), PROGRAMS[name][0], seed)) == []


def test_a_list_with_a_start_where_the_loop_does_nothing():
    """``range(1, n)`` is empty for n = 0 as for n = 1: the length is not n, but 1."""
    name = "a start, and a loop from the second on"
    assert faults(Program(text_of(name), PROGRAMS[name][0]), sizes=[(0, 0), (1, 1), (2, 2), (4, 1)], every=True) == []


def test_truth_values_that_were_appended_stay_truth_values():
    """As an array their sum is true or false, and no 2."""

    def f(a, x):
        y = []
        for v in x:
            y.append(v > 0)  # noqa: PERF401 - what is tested
        return np.sum(np.array(y) + np.array(y)) * a

    assert read(f)(0.7, np.array([0.3, -0.5, 0.8])) == pytest.approx(1.4)


def test_a_list_that_two_loops_make_longer_is_no_list_of_integers():
    """It was taken for one, so that nothing could be written to the array of it."""

    def f(x):
        y = []
        for v in x:
            y.append(v)  # noqa: PERF402 - what is tested
        for v in x:
            y.append(v * v)  # noqa: PERF401 - what is tested
        z = np.array(y)
        z[0] = 0.5
        return np.sum(z**2)

    x = np.array([0.3, -0.5, 0.8])
    assert read(f)(x) == pytest.approx(f(x))
    np.testing.assert_allclose(grad(f)(x), 2 * x * [0, 1, 1] + 4 * x**3, rtol=1e-13)


@pytest.mark.parametrize("name", PROGRAMS)
def test_the_page_says_what_the_graph_computes(name):
    numbers = np.random.default_rng(3)
    args = [numbers.uniform(-1, 1, 3) if axes else 0.4 for axes in PROGRAMS[name][0].values()]
    assert disagreement(grad(source=text_of(name)).at(*args).graph, args) < 1e-16


FORMULAS = {
    "the sum of what is kept": """
∂f/∂x[l] = x_bar[l]
where kept[k] = 1 if x[k] > 0 else 0,  k = 0..n-1
      t1[i] = 1 if kept[i] != 0 else 0
      x_bar[k] = t1[k]*cos(x[k]) if x[k] > 0 else 0,  k = n-1..0
with x of length n
""",
    "neighbours among what is kept": """
∂f/∂x[l] = x_bar[l]
where out[k] = x[k]**2 if x[k] > -0.4 else 0
      kept[k] = 1 if x[k] > -0.4 else 0,  k = 0..n-1
      t1 = sum(kept[i], i = 0..n-1)
      c[0] = 0, positions[i] = 0 initially
      for k = 0..n-1: (in turn)
          c[k+1] = c[k] + kept[k]
          positions[c[k]] = k
""",
    "as long as the list is short": """
      len_out[k+1] = len_out[k] + 1 if (k + 1) % 2 == 0 else len_out[k]
""",
}


@pytest.mark.parametrize("name", FORMULAS)
def test_a_list_that_grows_on_paper(name):
    given = [np.ones(3) if axes else 0.4 for axes in PROGRAMS[name][0].values()]
    assert FORMULAS[name].strip("\n") in str(grad(source=text_of(name)).at(*given))


def records(x):
    out = []
    for v in x:
        if not out or v > out[-1]:
            out.append(v * v)
    return np.array(out)


def test_an_array_of_as_many_as_the_data_tell_and_its_jacobian_compiled():
    x = np.array([0.5, 0.2, 2.0, 0.1, 5.0])
    np.testing.assert_allclose(read(records)(x), [0.25, 4.0, 25.0], rtol=1e-15)
    np.testing.assert_allclose(jacobian(records)(x), np.diag(2 * x)[[0, 2, 4]], rtol=1e-15)
    assert read(records)(x[:0]).shape == (0,)
    assert jacobian(records)(x[:0]).shape == (0, 0)


def last(x):
    out = []
    for v in x:
        if v > 1:
            out.append(v)  # noqa: PERF401 - what is tested
    return out[-1]


def first(x):
    out = []
    for v in x:
        if v > 1:
            out.append(v)  # noqa: PERF401 - what is tested
    return out[0]


def before_any(x):
    out = []
    for v in x:
        if v > 1:
            out.append(v * out[-1])
    return sum(out)


def added_behind(x):
    out = []
    for v in x:
        if v > 0:
            out.append(v)  # noqa: PERF401 - what is tested
    other = out
    out.append(1.0)
    return sum(other)


def test_a_list_shows_under_all_its_names_what_is_appended():
    assert read(added_behind)(np.array([1.0, -1.0, 2.0])) == 4.0


@pytest.mark.parametrize(("function", "given"), [(last, [0.5]), (first, [0.5]), (first, []), (before_any, [2.0, 3.0])])
def test_an_element_of_an_empty_list_raises_with_the_line(function, given):
    with pytest.raises(IndexError, match=r"test_growing_lists.py, line \d+"):
        grad(function)(np.array(given))


def kinds(x):
    out = []
    for v in x:
        if v > 0:
            out.append(v)
        else:
            out.append((v, v))
    return len(out) * x[0]


def popped(x):
    out = []
    for v in x:
        out.append(v)
        if v > 0:
            out.pop()
    return sum(out)


def shown_twice(x):
    out = []
    for v in x:
        if v > 0:
            out.append(v)  # noqa: PERF401 - what is tested
    other = out
    for v in x:
        out.append(v)  # noqa: PERF402 - what is tested
    return sum(other)


def inner_length(x):
    out = []
    for v in x:
        w = v
        while w > 0.1:
            w = w / 2
            out.append(w)
    return sum(out)


@pytest.mark.parametrize(
    ("function", "line", "reason"),
    [
        (kinds, "for v in x:", "a list to which a loop appends a value that is a number on one path and a tuple of 2"),
        (popped, "out.pop()", ".pop of a list that a loop makes longer"),
        (shown_twice, "for v in x:", "something else may show, too"),
        (inner_length, "for v in x:", "an inner loop that appends to out, as often as"),
    ],
)
def test_what_lists_cannot_do_is_refused_with_its_line(function, line, reason):
    with pytest.raises(UnsupportedError) as caught:
        grad(function).at(np.ones(4000))
    gap = caught.value.gaps[0]
    assert gap.place.text.strip() == line
    assert reason in gap.reason
