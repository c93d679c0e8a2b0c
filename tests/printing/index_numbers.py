"""Formulas with arrays as numbers: a slow evaluator of SymPy trees, which knows nothing of how they were made.

An empty range adds nothing, and an element out of range is an error.
"""

import math
from functools import reduce

import mpmath
import numpy as np
import sympy as sp
from sympy.logic.boolalg import Boolean

from symdiff.graph.evaluate import evaluate
from symdiff.graph.structure import Tensor
from symdiff.printing import formula
from symdiff.printing.reductions import Every, Maximum, Minimum, Product, Reduction, Some, Sum, Where

FOLDS = {
    Sum: (0, lambda a, b: a + b),
    Product: (1, lambda a, b: a * b),
    Maximum: (-math.inf, max),
    Minimum: (math.inf, min),
    Every: (True, lambda a, b: a and b),
    Some: (False, lambda a, b: a or b),
}
RELATIONS = {
    sp.Eq: lambda a, b: a == b,
    sp.Ne: lambda a, b: a != b,
    sp.Lt: lambda a, b: a < b,
    sp.Le: lambda a, b: a <= b,
    sp.Gt: lambda a, b: a > b,
    sp.Ge: lambda a, b: a >= b,
}
OPERATIONS = {
    sp.Add: lambda a, b: a + b,
    sp.Mul: lambda a, b: a * b,
    sp.Mod: lambda a, b: a % b,
    sp.Max: max,
    sp.Min: min,
}


class Numbers:
    """The values of symbols, and of arrays or definitions by name."""

    def __init__(self, symbols, arrays, where=()):
        self.symbols = symbols  # by name
        self.arrays = arrays
        self.definitions = {}
        for left, right in where:
            name = str(left.base.label) if isinstance(left, sp.Indexed) else left.name
            indices = [str(index) for index in left.indices] if isinstance(left, sp.Indexed) else []
            self.definitions[name] = indices, right

    def value(self, expr, at):
        """An expression at indices given by name."""
        if expr.is_Symbol:
            return self._symbol(expr.name, at)
        if isinstance(expr, sp.Indexed):
            return self._element(str(expr.base.label), [self.value(part, at) for part in expr.indices])
        if isinstance(expr, Reduction):
            return self._reduction(expr, at)
        if isinstance(expr, sp.Piecewise):
            return next((self.value(part, at) for part, test in expr.args if self.value(test, at)), mpmath.nan)
        if isinstance(expr, Where):
            return self.value(expr.args[0] if self.value(expr.args[1], at) else expr.args[2], at)
        if isinstance(expr, Boolean):
            return self._truth(expr, at)
        if expr.is_number:
            return int(expr) if expr.is_Integer else _number(expr)
        if expr.is_Mul:
            return self._product(expr, at)
        return self._operation(expr, [self.value(arg, at) for arg in expr.args])

    def _product(self, expr, at):
        """An empty sum is 0 whatever it is multiplied with, be it an element that is not there."""
        missing, args = None, []
        for arg in expr.args:
            try:
                args.append(self.value(arg, at))
            except IndexError as error:
                missing = error
        if missing is None:
            return self._operation(expr, args)
        if not any(arg == 0 for arg in args):
            raise missing
        return 0

    def _truth(self, expr, at):
        if expr in (sp.true, sp.false):
            return bool(expr)
        parts = (self.value(part, at) for part in expr.args)
        if isinstance(expr, sp.And | sp.Or):
            return all(parts) if isinstance(expr, sp.And) else any(parts)
        return not next(parts) if isinstance(expr, sp.Not) else RELATIONS[type(expr)](*parts)

    def _operation(self, expr, args):
        if type(expr) in OPERATIONS:
            return reduce(OPERATIONS[type(expr)], args)
        if isinstance(expr, sp.floor):  # of k/n, too, which is k times a rounded 1/n
            return int(mpmath.floor(args[0] + mpmath.mpf(10) ** -20))
        if isinstance(expr, sp.log) and args[0] == 0:
            return -mpmath.inf
        if expr.is_Pow and args[0] == 0:
            return mpmath.inf if args[1] < 0 else mpmath.mpf(int(args[1] == 0))
        return _number(expr.func(*(sp.Integer(arg) if isinstance(arg, int) else sp.Float(arg, 30) for arg in args)))

    def _symbol(self, name, at):
        if name in at:
            return at[name]
        return self.value(self.definitions[name][1], {}) if name in self.definitions else self.symbols[name]

    def _element(self, name, index):
        if any(part != int(part) for part in index):
            raise IndexError(f"{name}{index}")
        index = [int(part) for part in index]
        if name in self.definitions:
            letters, expr = self.definitions[name]
            return self.value(expr, dict(zip(letters, index, strict=True)))
        array = self.arrays[name]
        if any(not 0 <= part < length for part, length in zip(index, array.shape, strict=True)):
            raise IndexError(f"{name}{index} of {array.shape}")
        found = array[tuple(index)]
        return int(found) if isinstance(found, int | np.integer) else mpmath.mpf(found)

    def _reduction(self, expr, at):
        result, join = FOLDS[type(expr)]
        for number in range(int(self.value(expr.low, at)), int(self.value(expr.high, at)) + 1):
            result = join(result, self.value(expr.args[0], {**at, expr.index.name: number}))
        return result


def _number(expr):
    found = expr.evalf(30)
    if found.is_finite:
        return mpmath.mpf(str(found))
    return {sp.oo: mpmath.inf, -sp.oo: -mpmath.inf}.get(found, mpmath.nan)


def values_of(graph, inputs):
    """What the formula of a graph gives."""
    found = formula(graph)
    given = dict(zip(graph.inputs, inputs, strict=True))
    symbols = {name: mpmath.mpf(value) for name, value in given.items() if not np.ndim(value)}
    arrays = {name: np.asarray(value) for name, value in given.items() if np.ndim(value)}
    symbols |= {size: arrays[name].shape[axis] for size, (name, axis) in graph.sizes.items()}
    sizes = {size: value for size, value in symbols.items() if size in graph.sizes}
    numbers = Numbers(symbols, arrays, found.where)
    for expr, letters, leaf in zip(found.exprs, found.indices, graph.result.leaves(), strict=True):
        shape = tuple(max(length.value(sizes), 0) for length in leaf.axes) if isinstance(leaf, Tensor) else ()
        result = np.empty(shape, dtype=object)
        for index in np.ndindex(shape):
            result[index] = numbers.value(expr, dict(zip((letter.name for letter in letters), index, strict=True)))
        yield result if shape or isinstance(leaf, Tensor) else result[()]


def disagreement(graph, inputs):
    """The largest relative difference between a graph and its formula; names of what is not finite must agree."""
    worst = 0.0
    with mpmath.workdps(30):
        wanted = evaluate(graph, [_precise(value) for value in inputs], "mpmath")
        for one, other in zip(values_of(graph, inputs), wanted, strict=True):
            assert np.shape(one) == np.shape(other), (np.shape(one), np.shape(other))
            for a, b in zip(np.ravel(one), np.ravel(other), strict=True):
                a, b = (mpmath.mpf(int(value) if isinstance(value, int | np.integer) else value) for value in (a, b))
                if mpmath.isfinite(b):
                    worst = max(worst, float(abs(a - b) / (1 + abs(b))))
                elif not (a == b or (mpmath.isnan(a) and mpmath.isnan(b))):
                    worst = math.inf
    return worst


def _precise(value):
    if not np.ndim(value):
        return mpmath.mpf(value)
    array = np.asarray(value)
    if array.dtype.kind == "i":
        return array.astype(object)
    result = np.empty(array.shape, dtype=object)
    for index in np.ndindex(array.shape):
        result[index] = mpmath.mpf(float(array[index]))
    return result
