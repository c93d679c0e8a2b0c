"""The builder: sharing, folding, names, branches, and the handles that rules are written with."""

import math

import pytest

from symdiff.errors import InternalError
from symdiff.graph.build import Builder
from symdiff.graph.check import check
from symdiff.graph.graph import UNDEFINED, Const, Graph, If, Origin, Out, Param
from symdiff.graph.splice import splice
from symdiff.primitives import TABLE


def test_equal_right_hand_sides_are_one_let():
    builder = Builder()
    x, y = (builder.value(builder.input(name)) for name in "xy")
    assert (x * y).atom == (y * x).atom
    assert (x - y).atom != (y - x).atom
    assert len(builder.body) == 3


def test_keys_carry_the_type_of_literals():
    builder = Builder()
    x = builder.value(builder.input("x"))
    assert len({(x * one).atom for one in (1, 1.0, -0.0, 0.0)}) == 4


def test_a_let_inside_a_branch_is_not_shared_outside():
    builder = Builder()
    x = builder.value(builder.input("x"))
    with builder.block() as body:
        inside = TABLE["sin"](x).atom
        assert TABLE["sin"](x).atom == inside
    assert TABLE["sin"](x).atom != inside
    assert len(body) == 1


@pytest.mark.parametrize(
    ("op", "args", "result"),
    [
        ("add", (1, 2), Const(3)),
        ("mul", (0.1, 3), Const(0.1 * 3)),
        ("div", (6, 3), Const(2)),
        ("neg", (2.5,), Const(-2.5)),
        ("pow", (2, 10), Const(1024)),
        ("div", (1, 3), None),
        ("div", (1, 0), None),
        ("pow", (9, 9**9), None),
        ("mul", (1e300, 1e300), None),
        ("mul", (2**52, 4), None),
        ("sin", (0,), None),
    ],
)
def test_folding(op, args, result):
    builder = Builder()
    atom = builder.apply(TABLE[op], *map(Const, args))
    assert atom == result if result is not None else isinstance(atom, str)


def test_named_constants_are_not_folded():
    builder = Builder()
    assert isinstance(builder.apply(TABLE["mul"], Const(2), Const(math.pi, "pi")), str)


def test_integers_that_no_float_holds_become_floats():
    builder = Builder()
    x = builder.input("x")
    builder.apply(TABLE["add"], x, Const(2**53 + 1))
    assert builder.body[0].args == (x, Const(float(2**53)))


def test_abbreviations_are_expanded():
    builder = Builder()
    x = builder.input("x")
    builder.apply(TABLE["square"], x)
    assert {let.op.expansion for let in builder.body} == {None}


def test_a_condition_used_as_a_number_is_a_branch():
    builder = Builder()
    x = builder.input("x")
    condition = builder.apply(TABLE["gt"], x, Const(0))
    total = builder.apply(TABLE["add"], condition, x)
    assert isinstance(builder.body[1], If)
    check(Graph("f", (Param("x"),), builder.body, (total,)))


def test_names_never_collide():
    builder = Builder(taken=["z", "z_1"])
    builder.input("x")
    assert [builder.fresh("z"), builder.fresh("z"), builder.fresh("x")] == ["z_2", "z_3", "x_1"]
    with pytest.raises(InternalError, match="two inputs"):
        builder.input("x")


def test_a_branch_hands_on_each_pair_once_and_equal_atoms_without_an_out():
    builder = Builder()
    x, y = builder.input("x"), builder.input("y")
    condition = builder.apply(TABLE["gt"], x, y)
    atoms = builder.branch(condition, (), (), [("a", x, x), ("b", x, y), ("c", x, y), ("d", UNDEFINED, y)])
    assert atoms == [x, "b", "b", "d"]
    assert builder.body[-1].outs == (Out("b", x, y), Out("d", UNDEFINED, y))
    before = len(builder.body)
    assert builder.branch(condition, (), (), [("a", y, y)]) == [y]
    assert len(builder.body) == before


def test_origins_are_noted():
    builder = Builder()
    x = builder.input("x")
    builder.origin = Origin(3, "y = sin(x)")
    builder.apply(TABLE["sin"], x)
    builder.apply(TABLE["cos"], x, origin=Origin(4, "z = cos(x)"))
    assert [let.origin.line for let in builder.body] == [3, 4]


def test_handles_know_their_literal():
    builder = Builder()
    assert builder.value(2).literal == 2
    assert builder.value(Const(math.pi, "pi")).literal is None
    assert builder.value(builder.input("x")).literal is None


def test_splice_renames_everything():
    inner = Builder()
    x = inner.value(inner.input("x"))
    z = TABLE["sin"](x) * x
    outer = Builder()
    y = outer.input("y")
    (atom,) = splice(outer, inner.body, {"x": y}, [z.atom])
    check(Graph("f", (Param("y"),), outer.body, (atom,)))
    assert [let.op.name for let in outer.body] == ["sin", "mul"]
