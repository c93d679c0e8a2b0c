"""What the tests of the rewrite tables share: points of a row's sample domain, and graphs of its two sides."""

import itertools
import random

from symdiff.graph.build import Builder, Value
from symdiff.graph.dead import dead_code
from symdiff.graph.graph import Const, Graph, Let, Param
from symdiff.primitives import TABLE
from symdiff.simplify.accuracy import ACCURACY
from symdiff.simplify.algebra import ALGEBRA, LOGIC
from symdiff.simplify.facts import Fact
from symdiff.simplify.template import Hole, Literal, arity, template

NUMERIC = [row for row in (*ALGEBRA, *ACCURACY) if row not in LOGIC]
ROWS = [*NUMERIC, *LOGIC]


def need(row, index):
    """The fact that a row asks of one operand."""
    return row.needs[index] if index < len(row.needs) else Fact.NONE


def points(row, count=12):
    """Random points of the sample domain: literals where the row needs literals."""
    source = random.Random(row.name)
    for _ in range(count):
        yield tuple(_point(need(row, index), *bounds, source) for index, bounds in enumerate(row.sample))


def _point(fact, low, high, source):
    if Fact.EVEN in fact:
        return source.choice([n for n in range(int(low), int(high) + 1) if n % 2 == 0 and n != 0])
    if Fact.INTEGRAL in fact:
        return float(source.randint(int(low), int(high)))
    return source.uniform(low, high)


def operands(row, builder):
    """Handles for a row's operands: literals and special forms where the row needs them, else inputs."""
    literals = next(points(row, 1), ())
    made = []
    for index in range(arity(row.pattern)):
        fact, name = need(row, index), f"x{index}"
        if fact & (Fact.EVEN | Fact.INTEGRAL | Fact.NEGATIVE | Fact.POSITIVE | Fact.LITERAL):
            made.append(builder.value(literals[index]))
            continue
        handle = builder.value(builder.input(name, "bool" if row in LOGIC else "float"))
        made.append(
            {Fact.SQUARES: _square, Fact.EXPONENTIALS: TABLE["exp"], Fact.NONNEGATIVE: TABLE["abs"]}.get(fact, _same)(handle)
        )
    return made


def _square(x):
    return x * x


def _same(x):
    return x


def build(row, side, flips=()):
    """A graph of one side of a row; ``flips`` says of which commutative operations the operands are exchanged."""
    builder = Builder()
    handles = operands(row, builder)
    flipping = itertools.chain(flips, itertools.repeat(False))
    answer = builder.atom(_instantiate(template(side, len(handles)), handles, builder, flipping))
    params = tuple(Param(name) for name in builder.kinds if name.startswith("x"))
    return dead_code(Graph("f", params, builder.body, (answer,)))


def _instantiate(part, handles, builder, flipping):
    if isinstance(part, Hole):
        return handles[part.index]
    if isinstance(part, Literal):
        return Value(builder, part.const)
    values = [_instantiate(operand, handles, builder, flipping) for operand in part.operands]
    if not hasattr(part, "op"):
        return builder.value(part.function(*(value.literal for value in values)))
    if part.op.commutative and next(flipping):
        values.reverse()
    return Value(builder, builder.apply(part.op, *(value.atom for value in values)))


def commutative_operations(row):
    """How many operations of a pattern have operands that may be exchanged."""
    pending, count = [template(row.pattern, arity(row.pattern))], 0
    while pending:
        part = pending.pop()
        if hasattr(part, "op"):
            count += part.op.commutative
            pending += part.operands
    return count


def canonical(graph):
    """The lets and outputs of a graph without branches, by position instead of by name; commutative operands sorted."""
    places = {name: f"input {name}" for name in graph.inputs}
    lines = []
    for let in graph.body:
        assert isinstance(let, Let)
        args = [repr(arg) if isinstance(arg, Const) else places[arg] for arg in let.args]
        places[let.name] = f"{let.op.name}({', '.join(sorted(args) if let.op.commutative else args)})"
        lines.append(places[let.name])
    return [repr(atom) if isinstance(atom, Const) else places[atom] for atom in graph.outputs]
