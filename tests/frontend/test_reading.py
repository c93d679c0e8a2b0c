"""Reading a function gives what Python gives when it runs it, at the same arguments, bit for bit or nearly so."""

import numpy as np
import pytest

from symdiff import read
from symdiff.arguments import scalars
from symdiff.codegen import python_function
from symdiff.graph.check import check
from symdiff.graph.evaluate import evaluate, evaluate_with_bound
from tests.frontend import reading_known
from tests.frontend.reading_cases import CASES
from tests.oracle import leaves


def inputs_of(made, signature, args):
    bound = signature.bind(*args)
    bound.apply_defaults()  # an integer may be a size
    values = bound.arguments
    given = [param for param in made.params if param.role != "captured"]
    found = [leaf for param in given for leaf in leaves(param.structure, values[param.name])]
    found += made.captured().values()
    point = dict(zip([leaf for param in made.params for leaf in param.leaves], found, strict=True))
    return [point[leaf] for leaf in made.graph.inputs]


def name(case):
    return case.__name__ if callable(case) else "-".join(map(str, np.ravel(case[0]))) if isinstance(case, tuple) else None


@pytest.mark.parametrize(("function", "args"), [*CASES, *reading_known.CASES], ids=name)
def test_value_is_that_of_python(function, args, capsys):
    symbolic = read(function)
    made = symbolic.at(*args)
    graph = check(made.graph)
    expected = list(scalars(function(*args)))
    inputs = inputs_of(made, symbolic.__signature__, args)
    bounds = list(scalars(evaluate_with_bound(graph, inputs)[1]))
    for got, want, bound in zip(scalars(evaluate(graph, inputs)), expected, bounds, strict=True):
        assert abs(got - want) <= 16 * bound, (got, want)
    arguments = made.arguments(dict(zip(symbolic.__signature__.parameters, args, strict=False)) | defaults(symbolic, args))
    run = made.unpack or (lambda value: value)
    packed = run(python_function(made.source)(*arguments))
    for got, want, bound in zip(scalars(packed), expected, bounds, strict=True):
        assert abs(got - want) <= 16 * bound, (got, want)


def defaults(symbolic, args):
    return {n: p.default for n, p in list(symbolic.__signature__.parameters.items())[len(args) :]}
