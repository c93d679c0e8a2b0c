"""The corpus crossed with transforms and with interpreter, plain Python, formula and compiled code."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Iterator, Sequence
from typing import Any

import mpmath
import pytest
import sympy

import symdiff
from symdiff.codegen import python_function
from symdiff.graph.check import check
from symdiff.graph.evaluate import evaluate_with_bound, executed_cost
from symdiff.graph.graph import Graph
from tests.corpus.program import Program
from tests.crossing import Crossing, transformed, transforms_of
from tests.oracle import DIGITS, disagreements, inputs_of, scalars
from tests.programs import PROGRAMS

TRUNCATION = 1e-24  # relative error of the oracle's differences

every_program = pytest.mark.parametrize("program", PROGRAMS, ids=repr)

# The others are made of the same parts, and SymPy is slow.
WITH_FORMULA = ("read", "grad", "jacobian", "derivative")

# Compiled with every transform; the other programs are compiled once each.
FULLY_COMPILED = (
    "quotient",
    "result_nested_tuple",
    "return_from_one_nested_branch",
    "branches_three_deep",
    "vector_result_with_branches",
    "remainders",
    "captured_containers",
    "return_from_a_loop",
    "lambda_in_a_call",
    "vector_to_matrix",
    "vector_and_scalar",
    "logarithms_and_powers",
    "darcy_friction",
)


def crossings(program: Program) -> Iterator[Crossing]:
    """Every transform of a program at each of its points."""
    chosen = transforms_of(program)
    for place in range(len(program.points)):
        for transform, order in chosen:
            yield Crossing(program, place, transform, order)


def reference(crossing: Crossing) -> tuple[Graph, list[float], list[float]]:
    """The graph of a crossing, and its values and bounds from the interpreter."""
    made = crossing.made
    check(made.graph)
    values, bounds = evaluate_with_bound(made.graph, inputs_of(made, crossing.values | crossing.seed))
    return made.graph, values, bounds


def same(graph: Graph, values: Sequence[float], bounds: Sequence[float], found: Any) -> list[str]:
    """How numbers found in another way disagree with the interpreter's."""
    return disagreements(graph, list(scalars(found)), bounds, [mpmath.mpf(float(value)) for value in values])


@every_program
def test_value_is_that_of_the_function(program: Program) -> None:
    for place, point in enumerate(program.points):
        graph, values, bounds = reference(Crossing(program, place, "read"))
        with contextlib.redirect_stdout(io.StringIO()):
            expected = list(scalars(program.call(program.function, point)))
        assert not same(graph, values, bounds, expected)


@every_program
def test_all_views_agree_with_differences(program: Program) -> None:
    """The interpreter with differences; the source under plain Python and the formula with the interpreter."""
    wrong = []
    for crossing in crossings(program):
        graph, values, bounds = reference(crossing)
        found = disagreements(graph, values, bounds, crossing.expected(), TRUNCATION)
        wrong += [f"{crossing}, graph: {line}" for line in found]
        function = python_function(crossing.made.source)
        result = function(*crossing.made.arguments(crossing.values | crossing.seed))
        wrong += [f"{crossing}, source: {line}" for line in same(graph, values, bounds, result)]
        hessian = crossing.transform == "hessian" and program.name in FULLY_COMPILED
        if crossing.place == 0 and (hessian or crossing.transform in WITH_FORMULA):
            found = same(graph, values, bounds, _evaluated_formula(crossing))
            wrong += [f"{crossing}, formula: {line}" for line in found]
    assert not wrong, "\n".join(wrong)


def _evaluated_formula(crossing: Crossing) -> list[Any]:
    """The numbers of the formula, with its where-list, in high precision."""
    made = crossing.made
    inputs = inputs_of(made, crossing.values | crossing.seed)
    with mpmath.workdps(DIGITS):
        known = {name: sympy.Float(value, DIGITS) for name, value in zip(made.graph.inputs, inputs, strict=True)}

        def evaluated(expr: Any) -> Any:
            value = expr.xreplace({symbol: known[symbol.name] for symbol in expr.free_symbols})
            return value if value in (sympy.true, sympy.false) else sympy.N(value.replace(sympy.Sum, _added), DIGITS)

        for symbol, expr in made.where:
            known[symbol.name] = evaluated(expr)
        return [evaluated(expr) for expr in _expressions(made.formula)]


def _added(body: Any, *limits: Any) -> Any:
    """A sum of numbers, added up: SymPy's numerical extrapolation may leave the real line."""
    (index, low, high), *rest = limits
    total = sympy.Add(*(body.xreplace({index: sympy.Integer(k)}) for k in range(int(low), int(high) + 1)))
    return _added(total, *rest) if rest else total


def _expressions(formula: Any) -> Iterator[Any]:
    if isinstance(formula, sympy.MatrixBase | sympy.NDimArray):
        yield from sympy.flatten(formula)
    elif isinstance(formula, tuple | list | sympy.Tuple):
        for item in formula:
            yield from _expressions(item)
    else:
        yield formula


@every_program
def test_size_law(program: Program) -> None:
    value_graph = Crossing(program, 0, "read").primal.graph
    if not value_graph.result.is_scalar:
        pytest.skip("the law is about gradients")
    for place in range(len(program.points)):
        crossing = Crossing(program, place, "value_and_grad")
        inputs = inputs_of(crossing.made, crossing.values)
        leaves = sum(param.structure.size for param in crossing.by)
        allowed = 5 * executed_cost(crossing.primal.graph, inputs) + 2 * leaves
        assert executed_cost(crossing.made.graph, inputs) <= allowed


@pytest.mark.parametrize("program", PROGRAMS[::2], ids=repr)
def test_compiled_once(program: Program) -> None:
    transforms = [name for name, _ in transforms_of(program)]
    _compiled_agrees(program, "value_and_grad" if "value_and_grad" in transforms else "jacobian", 0)


@pytest.mark.parametrize("name", FULLY_COMPILED)
def test_compiled_fully(name: str) -> None:
    program = next(program for program in PROGRAMS if program.name == name)
    for transform, order in transforms_of(program):
        _compiled_agrees(program, transform, order)


def _compiled_agrees(program: Program, transform: str, order: int) -> None:
    """Call the public object at every point, twice: the first call compiles, the second takes the short way."""
    function = transformed(program, transform, order)
    for place, point in enumerate(program.points):
        crossing = Crossing(program, place, transform, order)
        graph, values, bounds = reference(crossing)
        for _ in range(2):
            result = program.call(function, point, **crossing.seed)
            assert not same(graph, values, bounds, result), crossing
            _has_container(result, graph.result)


def _has_container(result: Any, structure: Any) -> None:
    """Check that a result is packed as its structure says: float, tuple, list, array."""
    expected = structure.pack([0.0] * structure.size)
    assert type(result) is type(expected)
    if isinstance(expected, tuple | list):
        assert len(result) == len(expected)
        for item, inner in zip(result, structure.items, strict=True):
            _has_container(item, inner)
    elif not isinstance(expected, float):
        assert result.shape == expected.shape


@pytest.mark.parametrize("program", [program for program in PROGRAMS if program.raises is not None], ids=repr)
def test_guards_raise_as_the_function_does(program: Program) -> None:
    assert program.raises is not None
    with pytest.raises(Exception) as own:  # noqa: PT011 - whatever the function raises
        program.call(program.function, program.raises)
    for transform in (symdiff.read, symdiff.grad, symdiff.jacobian):
        made = program.call(transform(program.function).at, program.raises)
        for call in (transform(program.function), python_function(made.source)):
            with pytest.raises(own.type, match=str(own.value)):
                program.call(call, program.raises)


def test_corpus_is_large_and_its_names_are_unique() -> None:
    assert len(PROGRAMS) >= 130
    assert len({program.name for program in PROGRAMS}) == len(PROGRAMS)
