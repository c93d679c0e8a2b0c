"""The graph: literals, structures, walking, the checker, dead code, and how a graph is shown."""

import itertools
from dataclasses import replace

import numpy as np
import pytest

from symdiff.errors import InternalError
from symdiff.graph.check import check
from symdiff.graph.dead import dead_code
from symdiff.graph.graph import UNDEFINED, Const, Graph, If, Let, Out, Param, Raise, free_names, walk
from symdiff.graph.show import show
from symdiff.graph.structure import SCALAR, Array, Items
from symdiff.primitives import TABLE


def let(name, op, *args):
    return Let(name, TABLE[op], tuple(arg if isinstance(arg, str) else Const(arg) for arg in args))


X = (Param("x"),)
SINE = let("s", "sin", "x")
POSITIVE = let("c", "gt", "x", 0)
BRANCH = If("c", (let("a", "sin", "x"),), (let("b", "cos", "x"),), (Out("r", "a", "b"),))
GOOD = Graph("f", X, (POSITIVE, BRANCH), ("r",))


@pytest.mark.parametrize(("one", "other"), [(1, 1.0), (1, True), (0.0, -0.0), (0, False)])
def test_literals_differ_if_they_print_differently(one, other):
    assert Const(one) != Const(other)
    assert Const(one) == Const(one)


def test_well_formed_graph_passes():
    assert check(GOOD) is GOOD


@pytest.mark.parametrize(
    ("graph", "message"),
    [
        (Graph("f", X, (SINE, SINE), ("s",)), "defined twice"),
        (Graph("f", X, (let("x", "sin", 1),), ("x",)), "defined twice"),
        (Graph("f", X, (let("s", "sin", "y"),), ("s",)), "read but not defined"),
        (Graph("f", X, (let("s", "sin", "s"),), ("s",)), "read but not defined"),
        (Graph("f", X, (POSITIVE, BRANCH), ("a",)), "not defined at the end"),
        (Graph("f", X, (POSITIVE, BRANCH, let("d", "sin", "b")), ("d",)), "read but not defined"),
        (Graph("f", X, (POSITIVE,), ("c",)), "not a number"),
        (Graph("f", X, (POSITIVE, let("s", "sin", "c")), ("s",)), "is a bool"),
        (Graph("f", X, (If("x", (), (), (Out("r", "x", Const(1)),)),), ("r",)), "is a float"),
        (Graph("f", X, (Let("s", TABLE["sin"], ("x", "x")),), ("s",)), "operands for"),
        (Graph("f", X, (Let("s", TABLE["square"], ("x",)),), ("s",)), "abbreviation"),
        (Graph("f", X, (let("1s", "sin", "x"),), ("1s",)), "not a name"),
        (Graph("f", X, (SINE,), ("s", "s")), "2 outputs"),
        (Graph("f", X, (), (UNDEFINED,)), "undefined"),
        (replace(GOOD, body=(POSITIVE, replace(BRANCH, outs=(Out("r", "b", "b"),)))), "not defined there"),
        (replace(GOOD, body=(POSITIVE, replace(BRANCH, outs=(Out("r", "a", "b", "bool"),)))), "not a bool"),
    ],
)
def test_checker_names_what_is_broken(graph, message):
    with pytest.raises(InternalError, match=message):
        check(graph)


def test_walk_is_in_order_of_execution():
    names = [statement.name for statement in walk(GOOD.body) if isinstance(statement, Let)]
    assert names == ["c", "a", "b"]
    assert free_names(GOOD.body) == ("x",)
    assert free_names((BRANCH,)) == ("c", "x")


def test_dead_code_keeps_raises_and_their_conditions():
    guard = If("c", (let("d", "cos", "x"), Raise("ValueError", "no")), (), ())
    graph = dead_code(Graph("f", X, (POSITIVE, let("u", "exp", "x"), guard, SINE), ("s",)))
    assert graph.body == (POSITIVE, replace(guard, then=(Raise("ValueError", "no"),)), SINE)


def test_dead_outs_and_branches_go():
    outs = (Out("r", "a", "b"), Out("q", "x", "b"))
    assert dead_code(replace(GOOD, body=(POSITIVE, replace(BRANCH, outs=outs)))).body == GOOD.body
    assert dead_code(replace(GOOD, outputs=("x",))).body == ()


def test_show():
    graph = Graph("f", (*X, Param("p", Array((2,)))), (*GOOD.body, Raise("ValueError", "no")), ("r",))
    assert show(graph) == (
        "graph f(x, p(p_0, p_1))\n"
        "    c = gt(x, 0)\n"
        "    if c:\n"
        "        a = sin(x)\n"
        "        r := a\n"
        "    else:\n"
        "        b = cos(x)\n"
        "        r := b\n"
        "    raise ValueError('no')\n"
        "    return r"
    )
    assert str(graph) == show(graph)


@pytest.mark.parametrize(
    ("structure", "names", "shape"),
    [
        (SCALAR, ("v",), ()),
        (Array((2,)), ("v_0", "v_1"), (2,)),
        (Array((2, 2)), ("v_0_0", "v_0_1", "v_1_0", "v_1_1"), (2, 2)),
        (Items("tuple", (SCALAR, SCALAR)), ("v_0", "v_1"), (2,)),
        (Items("list", (SCALAR, Array((2,)))), ("v_0", "v_1_0", "v_1_1"), None),
        (Items("list", (Array((1,)), Array((1,)))), ("v_0_0", "v_1_0"), (2, 1)),
    ],
)
def test_structures(structure, names, shape):
    assert structure.leaf_names("v") == names
    assert structure.size == len(names)
    assert structure.shape == shape


def test_structures_pack_their_scalars():
    structure = Items("tuple", (SCALAR, Items("list", (SCALAR, Array((2,))))))
    first, (second, array) = structure.pack([1.0, 2.0, 3.0, 4.0])
    assert (first, second) == (1.0, 2.0)
    np.testing.assert_array_equal(array, [3.0, 4.0])


def test_a_long_chain_is_walked_checked_and_shown_without_recursion():
    names = ["x", *(f"t{index}" for index in range(100_000))]
    body = tuple(let(new, "sin", old) for old, new in itertools.pairwise(names))
    graph = check(Graph("f", X, body, (names[-1],)))
    assert len(dead_code(graph).body) == 100_000
    assert show(graph).count("\n") == 100_001
