"""Printed recurrences as numbers: a slow evaluator that does what the page says, line by line, and knows nothing else."""

import itertools
import math

import mpmath
import numpy as np
import sympy as sp

from symdiff.graph.evaluate import evaluate
from symdiff.graph.structure import Tensor
from symdiff.printing import formula
from symdiff.printing.recurrence import Recurrence
from tests.printing.index_numbers import Numbers, _precise


class Rule:
    """``left = right`` with the values of counters that it was met with; its other indices are free."""

    def __init__(self, numbers, left, right, test, at):
        self.right, self.test, self.at = right, test, dict(at)
        self.free = [
            index.name if index.is_Symbol and index.name not in at and index.name not in numbers.symbols else None
            for index in left
        ]
        self.fixed = [None if name else int(numbers.value(index, at)) for index, name in zip(left, self.free, strict=True)]

    def match(self, index):
        """The values of the letters, if this rule is about an element."""
        if any(mine is not None and mine != each for mine, each in zip(self.fixed, index, strict=True)):
            return None
        return {**self.at, **{name: each for name, each in zip(self.free, index, strict=True) if name}}


class Recurrences(Numbers):
    """Values of symbols and arrays, and elements of sequences as far as they have been computed."""

    def __init__(self, symbols, arrays, where):
        super().__init__(symbols, {(name, np.ndim(array)): array for name, array in arrays.items()})
        self.elements = {}
        self.rules = {}
        for left, right in where:
            if isinstance(right, Recurrence):
                self.run(right, {})
            else:
                self.define(left, right, sp.true, {}, loop=False)

    def run(self, loop, at):
        """Make the iterations of a loop."""
        for start in loop.starts:
            self.define(start.left, start.right, start.test, at)
        low = int(self.value(loop.first, at))
        high = math.inf if loop.last is None else int(self.value(loop.last, at))
        made, limit = 0, 500
        goes = bool(self.value(sp.sympify(loop.enters), at))
        while goes and low + made <= high:
            number = high - made if loop.backward else low + made
            inside = {**at, loop.counter.name: number}
            if loop.when == "before" and not self.value(loop.test, inside):
                break
            for rule in loop.rules:
                if isinstance(rule, Recurrence):
                    self.run(rule, inside)
                else:
                    self.define(rule.left, rule.right, rule.test, inside, adds=rule.adds)
            made += 1
            assert made < limit, "a loop that does not end"
            goes = loop.when != "after" or bool(self.value(loop.test, inside))
        if loop.count is not None:
            self.symbols[loop.count.name] = made

    def define(self, left, right, test, at, adds=False, loop=True):
        """Compute an equation of a loop for all free indices that there may be; note one from outside."""
        if not isinstance(left, sp.Indexed):
            self.symbols[left.name] = self.value(right, at)
            return
        key = str(left.base.label), len(left.indices)
        rule = Rule(self, left.indices, right, test, at)
        if not loop:
            self.rules.setdefault(key, []).append(rule)
            return
        most = max([length for array in self.arrays.values() for length in array.shape], default=0) + 1
        values = {}
        for own in itertools.product(range(most), repeat=sum(map(bool, rule.free))):
            rest = iter(own)
            index = tuple(next(rest) if name else fixed for name, fixed in zip(rule.free, rule.fixed, strict=True))
            try:
                inside = rule.match(index)
                if self.value(test, inside):
                    values[index] = self.value(right, inside) + (self._element(key[0], index) if adds else 0)
            except IndexError:  # of an array that has no such element: so has the other one
                continue
        self.elements |= {(key, index): value for index, value in values.items()}

    def _element(self, name, index):
        if any(part != int(part) for part in index):
            raise IndexError(f"{name}{index}")
        index = tuple(int(part) for part in index)
        key = name, len(index)
        if (key, index) in self.elements:
            return self.elements[key, index]
        for rule in reversed(self.rules.get(key, ())):
            found = rule.match(index)
            if found is not None and self.value(rule.test, found):
                return self.value(rule.right, found)
        array = self.arrays.get(key)
        if array is None or any(not 0 <= part < length for part, length in zip(index, array.shape, strict=True)):
            raise IndexError(f"{name}{index}")
        found = array[index]
        return int(found) if isinstance(found, int | np.integer) else mpmath.mpf(found)


def values_of(graph, inputs):
    """What the formula of a graph with loops gives; None where its conditions do not hold."""
    found = formula(graph)
    given = dict(zip(graph.inputs, inputs, strict=True))
    symbols = {
        name: int(value) if isinstance(value, int) else mpmath.mpf(value) for name, value in given.items() if not np.ndim(value)
    }
    arrays = {name: np.asarray(value) for name, value in given.items() if np.ndim(value)}
    symbols |= {size: arrays[name].shape[axis] for size, (name, axis) in graph.sizes.items()}
    sizes = {size: value for size, value in symbols.items() if size in graph.sizes}
    numbers = Recurrences(symbols, arrays, found.where)
    if not all(numbers.value(test, {}) for test in found.domain):
        return None
    results = []
    for expr, letters, leaf in zip(found.exprs, found.indices, graph.result.leaves(), strict=True):
        shape = tuple(max(length.value(sizes), 0) for length in leaf.axes) if isinstance(leaf, Tensor) else ()
        result = np.empty(shape, dtype=object)
        for index in np.ndindex(shape):
            result[index] = numbers.value(expr, dict(zip((letter.name for letter in letters), index, strict=True)))
        results.append(result if isinstance(leaf, Tensor) else result[()])
    return results


def disagreement(graph, inputs):
    """The largest relative difference between a graph with loops and its formula; None where that does not hold."""
    worst = 0.0
    with mpmath.workdps(30):
        wanted = evaluate(graph, [value if isinstance(value, int) else _precise(value) for value in inputs], "mpmath")
        found = values_of(graph, inputs)
        if found is None:
            return None
        for one, other in zip(found, wanted, strict=True):
            assert np.shape(one) == np.shape(other), (np.shape(one), np.shape(other))
            for a, b in zip(np.ravel(one), np.ravel(other), strict=True):
                a, b = (mpmath.mpf(int(value) if isinstance(value, int | np.integer) else value) for value in (a, b))
                worst = max(worst, float(abs(a - b) / (1 + abs(b))) if mpmath.isfinite(a - b) else math.inf)
    return worst
