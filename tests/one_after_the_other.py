"""Whether the generated source of a function of one array, and of its derivatives, gives what NumPy and differences give."""

import warnings

import numpy as np

from symdiff import grad, hvp, jacobian, jvp, read
from tests.long_differences import Flat, differs
from tests.random_array_programs import by_source

TOLERANCE = 1e-9


def agree(function, make, sizes, second=()):
    """Compare value and Jacobian for several sizes, and the second derivatives of a weighted sum for those in ``second``.

    Where NumPy raises, the source must raise an exception of the same class.
    """
    for size in sizes:
        x = make(size)
        where = function.__name__, size
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            try:
                expected = function(x)
            except (IndexError, ValueError) as error:
                _raises(function, x, type(error), where)
                continue
            slopes = np.reshape(Flat(function, ["x"], ["x"], [x]).jacobian(), (*np.shape(expected), x.size))
            _same(_run(read(function), x=x), expected, (*where, "value"))
            _same(_run(jacobian(function), x=x), slopes, (*where, "Jacobian"))
            direction = np.cos(np.arange(x.size) + 1.0)
            _same(_run(jvp(function), x=x, tangent=direction), np.asarray(slopes, float) @ direction, (*where, "jvp"))
            if size in second:
                _second(function, x, direction, where)


def _second(function, x, direction, where):
    def total(x):
        return np.sum(np.sin(function(x)))

    flat = Flat(total, ["x"], ["x"], [x])
    expected = [flat.second(unit, direction) for unit in np.eye(x.size)]
    for second in (hvp(total), jvp(grad(total))):
        found = _run(second, x=x, tangent=direction)
        assert not differs(found, expected, 1e-7), (*where, differs(found, expected, 1e-7))


def _run(derivative, **given):
    return by_source(derivative, derivative.at(**given), given)


def _same(found, expected, where):
    assert np.shape(found) == np.shape(expected), where
    assert not differs(found, expected, TOLERANCE), (*where, differs(found, expected, TOLERANCE))


def _raises(function, x, kind, where):
    try:
        _run(read(function), x=x)
    except kind:
        return
    raise AssertionError((*where, "did not raise", kind.__name__))
