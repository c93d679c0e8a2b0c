"""Arrays that loops settle: what is found, what is not, and that adjoints read them again instead of a tape."""

import numpy as np
import pytest

from symdiff import grad, hessian, hvp, read, vjp
from symdiff.graph.check import check
from symdiff.graph.evaluate import evaluate
from symdiff.graph.graph import Loop, walk_all
from symdiff.graph.settled import is_settled
from tests.long_differences import Flat, differs

X = np.array([0.3, 0.8, 0.2, 0.5, 0.9, 0.4])


def before(y, x):
    for i in range(1, len(x)):
        y[i] = np.sin(y[i - 1]) * x[i]


def backward(y, x):
    for i in range(len(x) - 2, -1, -1):
        y[i] = np.sin(y[i + 1]) * x[i]


def odd_from_even(y, x):
    for i in range(len(x) // 2):
        y[2 * i + 1] = np.sin(y[2 * i]) * y[2 * i]


def all_before(y, x):
    for i in range(1, len(x)):
        s = x[i]
        for j in range(i):
            s = np.sin(s) * y[j]
        y[i] = s


def sums(y, x):
    for i in range(1, len(x)):
        y[i] = np.sin(np.sum(y[:i])) * x[i]


def with_break(y, x):
    for i in range(1, len(x)):
        y[i] = np.sin(y[i - 1]) * x[i]
        if y[i] < 0.05:
            break


def in_branch(y, x):
    for i in range(1, len(x)):
        t = np.sin(y[i - 1]) if x[i] > 0.35 else y[i - 1] ** 2
        y[i] = t * x[i]


def same(y, x):
    s = 0.5
    for i in range(len(x)):
        s = np.sin(s + y[i])
        y[i] = s * x[i]


def ahead(y, x):
    s = 0.5
    for i in range(len(x) - 1):
        s = np.sin(s + y[i + 1])
        y[i] = s * y[i + 1]


def backward_ahead(y, x):
    s = 0.5
    for i in range(len(x) - 1, 0, -1):
        s = np.sin(s + y[i - 1])
        y[i] = s * y[i - 1]


def first_too(y, x):
    for i in range(1, len(x)):
        y[i] = np.sin(y[i - 1]) * x[i]
        y[0] += y[i]


def twice(y, x):
    for _ in range(len(x)):
        for i in range(1, len(x)):
            y[i] = np.sin(y[i - 1]) * y[i - 1]


def all_around(y, x):
    for i in range(1, len(x)):
        s = x[i]
        for j in range(len(x)):
            s = np.sin(s) * y[j]
        y[i] = s


def read_again_late(y, x):
    for i in range(1, len(x) - 1):
        s = y[i] ** 2
        for j in range(i, i + 2):
            y[j] = np.sin(y[j - 1]) * x[j]
        y[i - 1] = s * y[i]


SETTLED = [before, backward, odd_from_even, all_before, sums, with_break, in_branch]
OTHERS = [same, ahead, backward_ahead, first_too, twice, all_around, read_again_late]


def whole(loop):
    """The loop as a function: a weighted sum of what it makes of an array."""

    def function(start, x):
        y = start.copy()
        loop(y, x)
        return np.sum(y * np.cos(x) + y**2)

    return function


TEXT = """
import numpy as np

def {name}(start, x):
    y = start.copy()
{lines}
    return np.sum(y * np.cos(x) + y**2)
"""


def spelled(loop):
    """The same in one text, as functions that write to their arguments are not read."""
    import inspect

    _, *lines = inspect.getsource(loop).splitlines()
    return TEXT.format(name=loop.__name__, lines="\n".join(lines))


def arrays(graph):
    loops = [statement for statement in graph.body if isinstance(statement, Loop)]
    return [(loop, each) for loop in loops for each in loop.handed if each.axes]


@pytest.mark.parametrize("loop", SETTLED + OTHERS)
def test_what_is_settled(loop):
    found = arrays(read(source=spelled(loop)).at(X, X).graph)
    assert found
    assert [is_settled(*each) for each in found] == [loop in SETTLED] * len(found)


@pytest.mark.parametrize("loop", SETTLED + OTHERS)
def test_derivatives(loop):
    point = (X[::-1].copy(), X)
    graph = check(grad(source=spelled(loop), argnums=("start", "x")).at(*point).graph)
    (expected,) = Flat(whole(loop), ("start", "x"), ("start", "x"), point).jacobian()
    assert not differs(tuple(evaluate(graph, point)), expected, 1e-9)
    taped = [each for loop in walk_all(graph.body) if isinstance(loop, Loop) for each in loop.collected]
    if loop in (before, backward, with_break):
        assert not taped
    if loop is same:
        assert taped


@pytest.mark.parametrize("loop", [before, all_before, sums])
def test_second_order(loop):
    """Reverse over reverse, forward over reverse and differences: what is read again has an adjoint of its own."""
    point, step = (X[:4].copy(), X[:4]), np.array([0.5, -0.25, 1.0, 0.3])
    text = spelled(loop)
    (second,) = evaluate(check(hessian(source=text).at(*point).graph), point)
    wanted = [Flat(whole(loop), ("start", "x"), ("start",), point).second(step, column)[0] for column in np.eye(4)]
    assert not differs(second @ step, np.array(wanted), 1e-8)
    (product,) = evaluate(check(hvp(source=text).at(*point, tangent=step).graph), [*point, step])
    assert not differs(product, second @ step, 1e-12)
    (product,) = evaluate(check(vjp(grad(source=text)).at(*point, cotangent=step).graph), [*point, step])
    assert not differs(product, second @ step, 1e-12)


def table(x, y):
    d = np.zeros((len(x) + 1, len(y) + 1))
    for i in range(1, len(x) + 1):
        for j in range(1, len(y) + 1):
            d[i, j] = (x[i - 1] - y[j - 1]) ** 2 + 0.3 * d[i - 1, j] * d[i, j - 1] + 0.5 * d[i - 1, j - 1]
    return d[-1, -1] + d[1, 1]


@pytest.mark.parametrize("checkpoint", [False, True])
def test_a_table_that_is_filled_keeps_nothing(checkpoint):
    point = (X[:3], X[1:])
    graph = check(grad(table, argnums=("x", "y"), checkpoint=checkpoint).at(*point).graph)
    loops = [statement for statement in walk_all(graph.body) if isinstance(statement, Loop)]
    assert not any(loop.collected for loop in loops)
    assert not any(inner.buffers for inner in walk_all(loops[-2].step.body) if isinstance(inner, Loop) and not inner.backward)
    (expected,) = Flat(table, ("x", "y"), ("x", "y"), point).jacobian()
    assert not differs(tuple(evaluate(graph, point)), expected, 1e-9)
