"""Functions of arrays give what NumPy gives, for every size by one graph; their derivatives are those of differences."""

import warnings

import numpy as np
import pytest

from symdiff import read, vjp
from symdiff.graph.check import check
from symdiff.graph.evaluate import evaluate
from symdiff.graph.structure import Tensor
from tests.frontend.tensor_cases import CASES
from tests.oracle import inputs_of, scalars

# Lengths of the axes by name: one version serves all that have no axis of length 1.
SIZES = (
    {"k": 2, "l": 2, "m": 3, "n": 4},
    {"k": 0, "l": 0, "m": 0, "n": 0},
    {"k": 2, "l": 2, "m": 2, "n": 2},
    {"k": 3, "l": 2, "m": 4, "n": 3},
    {"k": 4, "l": 3, "m": 2, "n": 5},
    {"k": 1, "l": 1, "m": 1, "n": 1},
)
STEP = 1e-6


def arguments(shapes, sizes, generator):
    """Random arguments: numbers for "", arrays, and for "i:n" indices below n."""
    found = []
    for text in shapes.split(","):
        if text.strip().startswith("i:"):
            name, _, less = text.strip()[2:].partition("-")
            high = sizes[name] - int(less or 0)
            found.append(generator.integers(0, high, 3) if high > 0 else np.zeros(0, int))
        elif text.strip():
            found.append(np.round(generator.normal(size=[sizes[name] for name in text.split()]), 3))
        else:
            found.append(float(np.round(generator.normal(), 3)))
    return found


def run(function, args):
    """What NumPy gives, or the class of what it raises."""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        try:
            return np.asarray(function(*args), dtype=float)
        except (IndexError, ValueError, ZeroDivisionError) as error:
            return type(error)


def evaluated(made, values):
    """What the graph gives, or the class of what it raises."""
    try:
        found = evaluate(made.graph, inputs_of(made, values))
    except (IndexError, ValueError, ZeroDivisionError) as error:
        return type(error)
    return made.graph.result.pack(found)


def named(function, args):
    return dict(zip(function.__code__.co_varnames, args, strict=False))


def assert_same(found, expected, where):
    if isinstance(expected, type):
        assert isinstance(found, type), (where, found, expected)
        assert issubclass(found, expected), (where, found, expected)
        return
    assert not isinstance(found, type), (where, found)
    if not expected.size:  # np.array of no lists has one axis
        assert not np.size(found), where
        return
    assert np.shape(found) == expected.shape, where
    np.testing.assert_allclose(np.asarray(found, float), expected, rtol=1e-12, atol=1e-12, err_msg=str(where))


LOUD = {  # raises where NumPy gives something
    "nested_lists": lambda sizes: sizes["m"] < 1,  # which has one axis only
}
SHORT = (
    "first_three",
    "last_two",
    "scalar_slices",
    "rolled_far",
    "grid",
    "joined",
    "diagonals",
)  # other versions for few elements


@pytest.mark.parametrize(("function", "shapes"), CASES, ids=lambda value: getattr(value, "__name__", str(value)))
def test_values_are_those_of_numpy(function, shapes):
    generator = np.random.default_rng(0)
    symbolic = read(function)
    graphs = {}
    for sizes in SIZES:
        args = arguments(shapes, sizes, generator)
        expected = run(function, args)
        if expected is None:
            continue
        loud = LOUD.get(function.__name__, lambda sizes: False)(sizes)
        made = None
        try:
            made = symbolic.at(*args)
        except (IndexError, ValueError, SyntaxError):  # seen while reading, where a length is known
            assert loud or isinstance(expected, type), (sizes, expected)
            continue
        graph = check(made.graph)
        found = evaluated(made, named(function, args))
        if not (loud and found is ValueError):
            assert_same(found, expected, (function.__name__, sizes))
        ones = tuple(np.shape(arg) for arg in args if np.ndim(arg))
        if not any(1 in shape for shape in ones):
            graphs[id(graph)] = graph
            assert all(isinstance(param.structure, Tensor) or param.structure.is_scalar for param in graph.params)
    assert len(graphs) == 1 or (function.__name__ in SHORT and len(graphs) <= 3), "one version for all sizes"


@pytest.mark.parametrize(("function", "shapes"), CASES, ids=lambda value: getattr(value, "__name__", str(value)))
def test_derivatives_are_those_of_differences(function, shapes):
    generator = np.random.default_rng(1)
    texts = shapes.split(",")
    names = [name for name, text in zip(function.__code__.co_varnames, texts, strict=False) if not text.strip().startswith("i:")]
    derivative = vjp(function, tuple(names))
    for sizes in (*SIZES[:2], SIZES[3]):
        args = arguments(shapes, sizes, generator)
        expected = run(function, args)
        if expected is None or isinstance(expected, type) or LOUD.get(function.__name__, lambda sizes: False)(sizes):
            continue
        weights = np.round(generator.normal(size=expected.shape), 3)
        cotangent = weights if expected.shape else float(weights)
        made = derivative.at(*args, cotangent=cotangent)
        check(made.graph)
        found = list(scalars(evaluate(made.graph, inputs_of(made, {**named(function, args), "cotangent": cotangent}))))
        wanted = [
            number
            for position, (arg, text) in enumerate(zip(args, texts, strict=True))
            if not text.strip().startswith("i:")
            for number in slopes(function, args, position, weights)
        ]
        np.testing.assert_allclose(found, wanted, rtol=2e-5, atol=2e-6, err_msg=str((function.__name__, sizes)))


def slopes(function, args, position, weights):
    """The partials of the weighted sum of the result in the elements of one argument, by central differences."""
    base = np.array(args[position], dtype=float)
    for index in np.ndindex(base.shape):
        ends = []
        for sign in (1, -1):
            moved = base.copy()
            moved[index] += sign * STEP
            given = [moved if base.shape else float(moved)]
            ends.append(np.sum(weights * run(function, [*args[:position], *given, *args[position + 1 :]])))
        yield (ends[0] - ends[1]) / (2 * STEP)
