"""Accuracy rewrites improve: values and gradients in double precision against many digits, far beyond the sample domain."""

import math
import random

import mpmath
import numpy as np
import pytest

from symdiff.calculus import gradient
from symdiff.graph.evaluate import evaluate, evaluate_with_bound
from symdiff.primitives import TABLE
from symdiff.simplify import simplify
from symdiff.simplify.accuracy import ACCURACY
from symdiff.simplify.facts import Fact
from symdiff.simplify.rewrite import Rewrite
from tests.simplify.rows import build, need

SAMPLES = 60
DIGITS = 1000  # the old forms cancel: 1 + exp(-1000) needs 435 of them


def spaced(row, graph):
    """Log-spaced inputs. An end of 9 in the sample domain means that there is no bound: 1000 is tried."""
    source = random.Random(row.name)
    ranges = [bounds for index, bounds in enumerate(row.sample) if not need(row, index) & Fact.EVEN]
    for _ in range(SAMPLES):
        yield tuple(_spaced(low, high, source) for low, high in ranges[: len(graph.inputs)])


def _spaced(low, high, source):
    low, high = (1000.0 * end / 9.0 if abs(end) == 9.0 else end for end in (low, high))
    smallest = 1e-18 if low < 0 < high else min(abs(low), abs(high)) or 1e-18
    while True:
        sign = source.choice([-1.0, 1.0])
        x = sign * math.exp(source.uniform(math.log(smallest), math.log(max(abs(low), abs(high)))))
        if low <= x <= high:
            return x


def error(found, truth):
    """The distance of a double from the truth in units of its last place; inf where it is not a number at all."""
    if truth == 0:
        return 0.0 if found == 0 else math.inf
    if not math.isfinite(found):
        return math.inf
    return float(abs(mpmath.mpf(found) - truth) / mpmath.mpf(float(np.spacing(abs(float(truth))))))


def compare(row, before, after, slack):
    """Check at every sample that ``after`` is as good as ``before``; return the worst errors of both.

    As good means: within the rounding bound of the old form (of which it may by luck have used little), or its error
    plus ``slack`` roundings and those of an argument of exp (the difference of two inputs is rounded once).
    """
    worst = [0.0, 0.0]
    for point in spaced(row, before):
        with mpmath.workdps(DIGITS):
            truths = evaluate(before, point, "mpmath")
        granted = slack + max(map(abs, point), default=0.0)
        for old, bound, new, truth in zip(*evaluate_with_bound(before, point), evaluate(after, point), truths, strict=True):
            if not mpmath.isfinite(truth) or not 1e-290 < abs(truth) < 1e300:
                assert math.isnan(old) or not math.isnan(new), point
                continue
            errors = error(old, truth), error(new, truth)
            bounded = math.isfinite(bound) and abs(new - truth) <= bound
            assert bounded or errors[1] <= errors[0] + granted, (point, old, new, mpmath.nstr(truth, 20), errors)
            worst = [max(pair) for pair in zip(worst, errors, strict=True)]
    return worst


# The logarithm of a sum is rounded, which costs up to its size in roundings: the price of no overflow from 710 on.
GRANTED = {"exp(x)/(exp(x) + two sums of exp)": 60, "x**n/expm1(x)": 3}


def name(row):
    return row.name


@pytest.mark.parametrize("row", ACCURACY, ids=name)
def test_value_is_not_less_accurate(row):
    before = build(row, row.pattern)
    old, new = compare(row, before, simplify(before), slack=4)
    assert new <= old + GRANTED.get(row.name, 2)


@pytest.mark.parametrize("row", ACCURACY, ids=name)
def test_gradient_is_not_less_accurate(row):
    before = build(row, row.pattern)
    old = gradient(before, before.inputs).graph
    new = simplify(gradient(simplify(before), before.inputs, tidy=simplify).graph)
    compare(row, old, new, slack=16)


COSH, TANH = TABLE["cosh"], TABLE["tanh"]
PLANTED = [
    Rewrite("a wrong sign", lambda x: COSH(x) - 1, lambda x: 1 - COSH(x), ((-9.0, 9.0),)),
    Rewrite("cancellation", lambda x: TABLE["expm1"](x), lambda x: TABLE["exp"](x) - 1, ((-9.0, 9.0),)),
    Rewrite("0*inf in the gradient", lambda x: 1 - TANH(x) ** 2, lambda x: 1 / COSH(x) ** 2, ((-9.0, 9.0),)),
]


@pytest.mark.parametrize("row", PLANTED, ids=name)
def test_planted_rows_are_caught(row):
    before, after = build(row, row.pattern), build(row, row.replacement)
    slopes = gradient(before, before.inputs).graph, gradient(after, after.inputs).graph
    with pytest.raises(AssertionError):
        compare(row, before, after, 4) and compare(row, *slopes, 16)
