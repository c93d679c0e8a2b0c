"""NumPy's rules for views, and what loops write: values and derivatives are those of differences, for every length."""

import numpy as np
import pytest

from symdiff import grad, hvp, read, value_and_grad
from symdiff.codegen import python_function
from symdiff.graph.check import check
from symdiff.graph.structure import Tensor
from tests.frontend import loop_write_cases, step_view_cases, view_cases
from tests.frontend.loop_write_cases import one_of_two_elements
from tests.frontend.view_cases import in_a_try, views_of_views
from tests.long_differences import Flat, differs

POINT = np.array([0.3, -0.7, 0.9, 0.45, -0.2])
LENGTHS = (0, 1, 2, 3, 5)
SECOND = (1, 3)  # of the second order, too
CASES = [*view_cases.CASES, *loop_write_cases.CASES, *step_view_cases.CASES]


def called(symbolic, *args, **seed):
    """What the generated source gives under plain CPython, or the class of what it raises."""
    try:
        made = symbolic.at(*args, **seed)
        check(made.graph)
        return python_function(made.source)(*made.arguments({"x": args[0], "a": args[1], **seed}))
    except (IndexError, ValueError, SyntaxError) as error:  # the last where lengths are known while reading
        return type(error)


def expected_of(function, x, a, direction):
    """Value, gradient and product of the Hessian; the class of what the function raises."""
    try:
        value = function(x.copy(), a)
    except (IndexError, ValueError) as error:
        return (type(error),) * 2
    flat = Flat(function, ["x", "a"], ["x"], (x, a))
    return [value, flat.jacobian()], [flat.second(axis, direction) for axis in np.eye(len(x))] if len(x) in SECOND else None


@pytest.mark.parametrize("function", CASES, ids=lambda function: function.__name__)
def test_values_and_derivatives(function):
    first, second = value_and_grad(function), hvp(function)
    for n in LENGTHS:
        x, direction = POINT[:n], np.cos(np.arange(n) + 1.0)
        for a in (0.6, -0.4):
            both, product = expected_of(function, x, a, direction)
            found = called(first, x, a)
            if isinstance(both, type):
                assert isinstance(found, type), (n, a, found)
                continue
            assert not isinstance(found, type), (n, a, found)
            assert not differs(found, both, 1e-9), (n, a, first.at(x, a).source)
            if n not in SECOND:
                continue
            found = called(second, x, a, tangent=direction)
            assert not differs(found, product, 1e-6), (n, a, second.at(x, a, tangent=direction).source)


@pytest.mark.parametrize("function", CASES, ids=lambda function: function.__name__)
def test_one_graph_for_every_length(function):
    made = read(function)
    graphs = {id(made.at(POINT[:n], 0.6).graph) for n in (2, 3, 5)}
    assert len(graphs) == 1
    assert isinstance(made.at(POINT, 0.6).graph.params[0].structure, Tensor)


@pytest.mark.parametrize("function", [views_of_views, in_a_try, one_of_two_elements])
def test_compiled(function):
    derivative = grad(function)
    for n in (1, 2, 5):
        x = POINT[:n]
        assert not differs(derivative(x, 0.6), Flat(function, ["x", "a"], ["x"], (x, 0.6)).jacobian(), 1e-9)
