"""Values that a loop carries twice are carried once; those that only start alike are not."""

import mpmath
import numpy as np
import pytest

from symdiff import derivative, jvp, read
from symdiff.graph.check import check
from symdiff.graph.evaluate import evaluate
from symdiff.graph.graph import Loop, walk_all


def loops_of(graph):
    return [statement for statement in walk_all(graph.body) if isinstance(statement, Loop)]


def orbit(x, n, exp=np.exp):
    for _ in range(n):
        x = x * exp(-x) + 0.1
    return x


@pytest.mark.parametrize(("order", "carried"), [(1, 2), (2, 3), (3, 4)])
def test_a_derivative_of_higher_order_carries_each_tangent_once(order, carried):
    graph = check(derivative(orbit, argnums="x", order=order).at(0.5, 4).graph)
    (loop,) = loops_of(graph)
    assert len(loop.carried) == carried
    with mpmath.workdps(40):
        exact = mpmath.diff(lambda x: orbit(x, 4, mpmath.exp), 0.5, order)
    assert evaluate(graph, [0.5, 4])[0] == pytest.approx(float(exact), rel=1e-12)


def nested(x, n, cos=np.cos, sin=np.sin):
    for _ in range(n):
        y = x
        for _ in range(n):
            y = y * cos(x) + x * y
        x = sin(y)
    return x


def test_loops_inside_are_part_of_it():
    graph = check(derivative(nested, argnums="x", order=2).at(0.5, 3).graph)
    outer, inner = loops_of(graph)[0], loops_of(loops_of(graph)[0].step)[0]
    assert len(outer.carried) == 3
    assert len(inner.carried) == 3
    with mpmath.workdps(40):
        exact = mpmath.diff(lambda x: nested(x, 3, mpmath.cos, mpmath.sin), 0.5, 2)
    assert evaluate(graph, [0.5, 3])[0] == pytest.approx(float(exact), rel=1e-12)


def alike(x, n):
    a, b, c, d = 0.0, 0.0, 0.0, 0.0
    for k in range(n):
        a, b, c, d = a + x * b + 1, b + x * a + 1, c * x + a, d * x + b * (k + 1)
    return a, b, c, d


def test_what_ends_alike_is_one_and_what_starts_alike_may_differ():
    graph = check(read(alike).at(0.5, 3).graph)
    assert len(loops_of(graph)[0].carried) == 3  # a is b
    assert evaluate(graph, [0.5, 3]) == pytest.approx(alike(0.5, 3), rel=1e-15)
    assert evaluate(graph, [0.5, 0]) == [0.0, 0.0, 0.0, 0.0]


def written(x):
    u, v = np.zeros(len(x)), np.zeros(len(x))
    kept, same = [], []
    for k in range(1, len(x)):
        u[k] = u[k - 1] * x[k] + 1
        v[k] = v[k - 1] * x[k] + 1
        kept.append(u[k] + v[k])
        same.append(v[k] + v[k])
    return np.sum(u * v) + np.sum(np.array(kept) * np.array(same))


def test_arrays_and_lists_are_values_too():
    x = np.array([0.5, 1.0, 2.0, 3.0])
    u = [1.0, 3.0, 10.0]
    graph = check(read(written).at(x).graph)
    assert sum(len(loop.handed) + len(loop.collected) for loop in loops_of(graph)) <= 2
    assert evaluate(graph, [x])[0] == pytest.approx(5 * np.dot(u, u), rel=1e-15)


def test_two_directions_are_two_values():
    graph = check(jvp(jvp(orbit)).at(0.5, 4, tangent=1.0, tangent2=2.0).graph)
    assert len(loops_of(graph)[0].carried) == 4
