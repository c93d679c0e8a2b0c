"""Single operations as source: precedence, association, literals."""

import ast
import math
import random

import pytest

from symdiff.codegen.printer import Text, choice, literal, negation, operation
from symdiff.errors import InternalError
from symdiff.graph.graph import UNDEFINED, Const
from symdiff.primitives import TABLE

X, Y, Z = Text("x"), Text("y"), Text("z")


def op(name, *operands):
    return operation(TABLE[name], operands)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (op("add", X, op("add", Y, Z)), "x + (y + z)"),
        (op("add", op("add", X, Y), Z), "x + y + z"),
        (op("sub", X, op("sub", Y, Z)), "x - (y - z)"),
        (op("mul", X, op("div", Y, Z)), "x*(y/z)"),
        (op("div", X, op("mul", Y, Z)), "x/(y*z)"),
        (op("pow", op("neg", X), Text("2")), "(-x)**2"),
        (op("neg", op("pow", X, Text("2"))), "-x**2"),
        (op("pow", op("pow", X, Y), Z), "(x**y)**z"),
        (op("pow", X, op("pow", Y, Z)), "x**y**z"),
        (op("pow", X, literal(Const(-2))), "1/x**2"),
        (op("mul", Y, op("pow", op("neg", X), literal(Const(-1)))), "y*(1/(-x))"),
        (op("pow", literal(Const(-2.0)), X), "(-2.0)**x"),
        (op("neg", op("mul", X, Y)), "-x*y"),
        (op("div", Z, op("neg", op("mul", X, Y))), "z/(-x*y)"),
        (op("neg", op("floordiv", X, Y)), "-(x//y)"),
        (op("mul", op("mod", X, Y), Z), "(x % y)*z"),
        (op("neg", op("neg", X)), "-(-x)"),
        (op("add", X, op("neg", Y)), "x + (-y)"),
        (op("sub", X, literal(Const(-1))), "x - (-1)"),
        (op("sin", op("add", X, Y)), "math.sin(x + y)"),
        (op("max", choice(Text("c"), X, Y), Z), "max(x if c else y, z)"),
        (op("mul", Text("2"), choice(op("lt", X, Y), X, Y)), "2*(x if x < y else y)"),
        (op("eq", op("add", X, Y), Z), "x + y == z"),
        (op("and", op("or", Text("a"), Text("b")), Text("c")), "(a or b) and c"),
        (op("not", op("and", Text("a"), Text("b"))), "not (a and b)"),
        (negation(op("lt", X, Y)), "not (x < y)"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_parentheses(text, code):
    assert text.code == code


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (Const(2), "2"),
        (Const(0.1 + 0.2), "0.30000000000000004"),
        (Const(2**53 + 2), "9007199254740994.0"),
        (Const(math.pi, "pi"), "math.pi"),
        (Const(-math.inf), "-math.inf"),
        (Const(math.nan, "nan"), "math.nan"),
        (Const(0.5772156649015329, "euler_gamma"), "0.5772156649015329"),
        (Const(True), "True"),
    ],
)
def test_literals(value, code):
    assert literal(value).code == code


def test_a_literal_that_decides_a_type_is_a_float():
    assert literal(Const(2), as_float=True).code == "2.0"


def test_an_undefined_value_is_never_written():
    with pytest.raises(InternalError, match="undefined"):
        literal(UNDEFINED)


def test_random_expressions_keep_their_tree():
    """Printed with few parentheses and with all of them, an expression parses to the same tree."""
    generator = random.Random(5)
    names = ["add", "sub", "mul", "div", "pow", "floordiv", "mod", "sin", "max", "atan2"]

    def tree(depth):
        if depth == 0 or generator.random() < 0.2:
            return generator.choice([X, Y, Z]), generator.choice("xyz")
        row = TABLE[generator.choice(names)]
        return row, [tree(depth - 1) for _ in range(row.arity)]

    def few(node):
        return node[0] if isinstance(node[0], Text) else operation(node[0], [few(child) for child in node[1]])

    def full(node):
        if isinstance(node[0], Text):
            return node[0].code
        return "(" + node[0].code.format(*(full(child) for child in node[1])) + ")"

    for _ in range(300):
        node = tree(5)
        assert ast.dump(ast.parse(few(node).code)) == ast.dump(ast.parse(full(node)))


def test_random_sign_changes_keep_the_value():
    """-a*b is (-a)*b in Python: the same number as -(a*b), to the last bit."""
    generator = random.Random(6)

    def tree(depth):
        if depth == 0:
            return generator.choice([(X, lambda x, y: x), (Y, lambda x, y: y)])
        row = TABLE[generator.choice(["neg", "neg", "mul", "div", "add", "sub"])]
        children = [tree(depth - 1) for _ in range(row.arity)]
        return (
            operation(row, [text for text, _ in children]),
            lambda x, y, row=row, children=children: row.numeric(*(value(x, y) for _, value in children)),
        )

    for _ in range(300):
        text, value = tree(5)
        x, y = generator.uniform(1, 2), generator.uniform(1, 2)
        try:
            want = value(x, y)
        except ZeroDivisionError:
            continue
        assert eval(text.code, {"x": x, "y": y}) == want  # noqa: S307 - text of this test
