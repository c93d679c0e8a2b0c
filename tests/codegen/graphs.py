"""Graphs for the tests of code generation, and the comparison of their three ways to run."""

import random

import numpy as np

from symdiff.codegen import compile_source, emit, python_function
from symdiff.graph.build import Builder
from symdiff.graph.check import check
from symdiff.graph.evaluate import evaluate_with_bound
from symdiff.graph.graph import UNDEFINED, Const, Graph, Param
from symdiff.graph.structure import SCALAR, Array
from symdiff.primitives import TABLE


def graph(names, rule, result=SCALAR, params=()):
    """``graph("xy", lambda b, x, y: x*y)``: the graph of a rule on handles."""
    builder = Builder()
    params = params or tuple(Param(name) for name in names)
    inputs = [builder.value(builder.input(leaf)) for param in params for leaf in param.leaves]
    out = rule(builder, *inputs)
    outputs = out if isinstance(out, list | tuple) else [out]
    return check(Graph("f", params, builder.body, tuple(map(builder.atom, outputs)), result))


def choose(builder, condition, then, orelse, hint="t"):
    """The handle of ``then() if condition else orelse()``; None is an undefined value."""
    sides = []
    for side in (then, orelse):
        with builder.block() as body:
            value = side()
        sides.append((body, UNDEFINED if value is None else builder.atom(value)))
    (first, a), (second, b) = sides
    return builder.value(builder.branch(builder.atom(condition), first, second, [(hint, a, b)])[0])


def source(made, name="df"):
    return emit(made, name=name, title="A test.")


def flat(value):
    """The numbers in a result of generated code."""
    if isinstance(value, tuple):
        return [number for item in value for number in flat(item)]
    return [float(number) for number in np.ravel(value)]


def agree(made, points, *, compiled=True):
    """Compare the source under plain Python and under Numba with the interpreter, within its rounding bound."""
    text = source(made)
    runs = [python_function(text), *([compile_source(text, "df")] if compiled else [])]
    for point in points:
        want, bound = evaluate_with_bound(made, list(point))
        for run in runs:
            for found, value, limit in zip(flat(run(*pack(made, point))), want, bound, strict=True):
                assert found == value or abs(found - value) <= 16 * limit, (point, text)


def pack(made, point):
    """The arguments of generated code from the scalars of a point."""
    numbers, arguments = iter(point), []
    for param in made.params:
        values = [float(next(numbers)) for _ in param.leaves]
        arguments.append(values[0] if param.structure.is_scalar else np.array(values).reshape(param.structure.shape))
    return arguments


def random_graph(seed, size=40):
    """Nested branches with shared, repeated and undefined values, over operations that are defined everywhere."""
    generator = random.Random(seed)
    builder = Builder()
    operations = ("add", "sub", "mul", "neg", "sin", "cos", "atan", "max", "tanh")

    def block(scope, conditions, count, depth):
        for _ in range(count):
            pick = generator.random()
            if pick < 0.25 and depth < 4:
                branch(scope, conditions, depth)
            else:
                op = TABLE[generator.choice(operations)]
                args = [generator.choice([*scope[-6:], Const(2), Const(-0.5)]) for _ in range(op.arity)]
                scope.append(builder.apply(op, *args, hint=generator.choice(["t", "t", "y", "z_bar"])))

    def branch(scope, conditions, depth):
        named = [atom for atom in scope if isinstance(atom, str)]
        if conditions and generator.random() < 0.3:
            condition = generator.choice(conditions)
        else:
            condition = builder.apply(TABLE["lt"], generator.choice(named), Const(generator.uniform(-1, 1)))
            conditions.append(condition)
        sides = []
        for _ in range(2):
            inner = list(scope)
            with builder.block() as body:
                block(inner, list(conditions), generator.randint(0, 4), depth + 1)
            sides.append((tuple(body), inner))
        (then, first), (orelse, second) = sides
        pairs = [("y", generator.choice(first), generator.choice(second)) for _ in range(generator.randint(1, 2))]
        kept = [name for name in first[len(scope) :] if isinstance(name, str)][:1]
        made = builder.branch(condition, then, orelse, [*pairs, *(("s", name, UNDEFINED) for name in kept)])
        scope += made[: len(pairs)]
        if kept:  # read again where the same condition holds, and only there
            with builder.block() as body:
                again = builder.apply(TABLE["sin"], made[-1])
            scope += builder.branch(condition, body, (), [("u", again, Const(0.5))])

    scope = [builder.input(name) for name in "xyz"]
    block(scope, [], size, 0)
    outputs = tuple(builder.atom(builder.value(atom) + 0.25) for atom in scope[-3:])
    return check(Graph("f", tuple(map(Param, "xyz")), builder.body, outputs, Array((3,))))
