"""Whether a function of an array and all its derivatives are what NumPy and differences say, for many sizes by one graph."""

import warnings

import numpy as np

from symdiff import grad, hvp, jacobian, jvp, read, vjp
from symdiff.graph.check import check
from symdiff.graph.evaluate import evaluate
from tests.long_differences import Flat, differs
from tests.oracle import inputs_of
from tests.random_array_programs import by_source

TOLERANCE = 1e-9


def check_function(function, make, sizes=range(8), compiled=(5,), one_graph=True, reference=None):
    """Compare value, Jacobian, dense and sparse, and second derivatives at arrays ``make(size)``, compiled for some sizes.

    What takes long to compile is run as source by plain Python.

    Where NumPy raises, the graph must raise an exception of the same class. ``reference``: the function for differences, in
    extended precision.
    """
    reference = reference or function
    symbolic, dense, sparse = read(function), jacobian(function), jacobian(function, sparse=True)
    graphs = {}
    for size in sizes:
        x = make(size)
        expected = _run(function, x)
        if isinstance(expected, type):
            _raises(symbolic, x, expected)
            continue
        made = symbolic.at(x)
        check(made.graph)
        if 1 not in x.shape:
            graphs[id(made.graph)] = made.graph
        where = (function.__name__, size)
        flat = Flat(reference, ["x"], ["x"], [x])
        slopes = flat.jacobian()
        found = made.graph.result.pack(evaluate(made.graph, inputs_of(made, {"x": x})))
        assert np.shape(found) == np.shape(expected), where
        assert not differs(found, expected, TOLERANCE), (*where, "value", differs(found, expected, TOLERANCE))
        derived = dense.at(x)
        check(derived.graph)
        found = derived.graph.result.pack(evaluate(derived.graph, inputs_of(derived, {"x": x})))
        assert not differs(found, slopes, TOLERANCE), (*where, "Jacobian", differs(found, slopes, TOLERANCE))
        if size in compiled:
            assert not differs(symbolic(x), expected, TOLERANCE), where
            assert not differs(dense(x), slopes, TOLERANCE), where
            if np.ndim(expected):
                matrix = by_source(sparse, sparse.at(x), {"x": x}).toarray()
                assert not differs(matrix, slopes, TOLERANCE), (*where, "sparse", differs(matrix, slopes, TOLERANCE))
            _check_second(function, reference, x, np.shape(expected))
    assert not one_graph or len(graphs) == 1, "one version for all sizes"


def _check_second(function, reference, x, shape):
    """The second derivatives of a weighted sum of the result, by three compositions."""
    generator = np.random.default_rng(7)
    weights, direction = generator.normal(size=shape) if shape else 0.75, generator.normal(size=x.shape)

    def total(x, weights):
        return np.sum(np.sin(function(x)) * weights)

    gradient = grad(total)

    flat = Flat(lambda x: np.sum(np.sin(reference(x)) * weights), ["x"], ["x"], [x])
    expected = [flat.second(unit, direction.ravel()) for unit in np.eye(x.size)]
    for second, seed in ((hvp(total), "tangent"), (vjp(gradient), "cotangent"), (jvp(gradient), "tangent")):
        given = {"x": x, "weights": weights, seed: direction}
        found = by_source(second, second.at(**given), given)
        assert not differs(found, expected, 1e-7), (function.__name__, differs(found, expected, 1e-7))


def _run(function, x):
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        try:
            return function(x)
        except (IndexError, ValueError, ZeroDivisionError) as error:
            return type(error)


def _raises(symbolic, x, expected):
    try:
        made = symbolic.at(x)
        evaluate(made.graph, inputs_of(made, {"x": x}))
    except (IndexError, ValueError, SyntaxError) as error:
        assert isinstance(error, expected), (error, expected)  # noqa: PT017 - of a class that NumPy tells
    else:
        raise AssertionError(f"no {expected.__name__}")
