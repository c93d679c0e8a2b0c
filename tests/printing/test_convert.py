import math
import subprocess
import sys
from dataclasses import replace

import sympy as sp

from symdiff.graph.graph import UNDEFINED, Const, Origin, Param, Raise
from symdiff.graph.structure import SCALAR, Array, Items
from symdiff.primitives import TABLE
from symdiff.printing import Heading, as_latex, as_text, formula, notation
from symdiff.printing.terms import number
from symdiff.printing.tidy import size

sin, exp, gt, lt = (TABLE[name] for name in ("sin", "exp", "gt", "lt"))
x, y = sp.symbols("x y", real=True)
F = Heading("f", ("x",))


def steps(count):
    """x = sin(x)*x + 1/(1 + x**2), iterated: the tree doubles with every step."""

    def rule(b, value):
        for _ in range(count):
            value = sin(value) * value + 1 / (1 + value**2)
        return value

    return rule


def test_symbols_are_real_and_named_as_the_parameters(make):
    graph = make(["p_0", "p_1"], lambda b, p, q: p * q, SCALAR, (Param("p", Array((2,))),))
    assert formula(graph).packed.free_symbols == {sp.Symbol("p_0", real=True), sp.Symbol("p_1", real=True)}


def test_containers(make):
    four = lambda b, p: [p, 2, 3, 4]  # noqa: E731
    assert formula(make("x", four, Array((2, 2)))).packed == sp.ImmutableMatrix([[x, 2], [3, 4]])
    assert formula(make("x", four, Array((4,)))).packed == (x, 2, 3, 4)
    pairs = Items("tuple", (Array((2,)), Array((2,))))
    assert formula(make("x", four, pairs)).packed == ((x, 2), (3, 4))
    lists = Items("list", (Items("list", (SCALAR, SCALAR)), Items("list", (SCALAR, SCALAR))))
    assert formula(make("x", four, lists)).packed == sp.ImmutableMatrix([[x, 2], [3, 4]])
    cube = formula(make("x", lambda b, p: [p] * 8, Array((2, 2, 2)))).packed
    assert isinstance(cube, sp.ImmutableDenseNDimArray)
    assert cube.shape == (2, 2, 2)


def test_numbers():
    assert number(Const(2.0)) == 2
    assert number(Const(0.5)) == sp.Rational(1, 2)
    assert number(Const(-1.25)) == sp.Rational(-5, 4)
    assert float(number(Const(0.1))) == 0.1
    assert float(number(Const(math.ulp(0.0)))) == math.ulp(0.0)
    assert number(Const(math.pi, "pi")) == sp.pi
    assert number(Const(math.e, "e")) == sp.E
    assert number(Const(math.inf, "inf")) == sp.oo
    assert number(Const(-math.inf)) == -sp.oo
    assert number(Const(math.nan)) is sp.nan


def test_huge_constants_are_not_computed(make):
    expr = formula(make("x", lambda b, value: TABLE["pow"](b.value(Const(9)), 387420489) * value)).packed
    assert size(expr) < 10


def test_a_big_formula_becomes_a_where_list(make):
    found = formula(make("x", steps(7)))
    assert [symbol.name for symbol, _ in found.where] == [f"t{k}" for k in range(1, 7)]
    assert formula(make("x", steps(3))).where == ()


def test_where_list_says_the_same(make):
    big = formula(make("x", steps(9)))
    value = 0.7
    for _ in range(9):
        value = math.sin(value) * value + 1 / (1 + value**2)
    assert math.isclose(float(big.exprs[0].subs(_values(big, {x: 0.7}))), value, rel_tol=1e-12)


def _values(found, given):
    values = {symbol: sp.Float(number, 30) for symbol, number in given.items()}
    for symbol, expr in found.where:
        values[symbol] = expr.subs(values)
    return values


def test_names_of_shared_values_do_not_clash(make):
    graph = make(["t1", "t3"], lambda b, t1, t3: steps(9)(b, t1 + t3), params=(Param("t1"), Param("t3")))
    names = [symbol.name for symbol, _ in formula(graph).where]
    assert "t2" in names
    assert not {"t1", "t3"} & set(names)


def test_the_users_names_are_kept_in_the_where_list(make):
    def rule(b, value):
        b.origin = Origin(2, "z = ...", "primal")
        z = b.value(b.apply(TABLE["mul"], sin(value).atom, exp(value + 1).atom, hint="z"))
        return [steps(9)(b, z), z]

    graph = replace(make("x", rule, Items("tuple", (SCALAR, SCALAR))), source="def f(x):\n    z = sin(x)*exp(x + 1)")
    assert "z" in [symbol.name for symbol, _ in formula(graph).where]


def test_no_expression_is_larger_than_the_bound(make):
    def chain(b, value):
        for k in range(500):
            value = sin(value + k)
        return value

    def tower(b, value):
        for _ in range(60):
            value = TABLE["copysign"](value + 1, sin(value))
        return value

    for rule in (chain, tower, steps(40)):
        found = formula(make("x", rule))
        assert max(size(expr) for _, expr in found.where) <= 4 * notation.ENTRY


def test_long_chains_need_no_recursion(make):
    def chain(b, value):
        for k in range(10_000):
            value = value * 0.5 + k
        return value

    graph = make("x", chain)
    found = formula(graph)
    text = as_text(graph, F, found)
    assert len(text) < 20_000
    assert "more, see .where" in text
    assert "more, see .where" in as_latex(graph, F, found)


def cases(b, condition, first, second, hint="y"):
    """``first() if condition else second()``."""
    with b.block() as then:
        one = b.atom(first())
    with b.block() as orelse:
        two = b.atom(second())
    return b.value(b.branch(condition.atom, then, orelse, [(hint, one, two)])[0])


def test_a_chain_of_elifs_is_one_flat_list(make):
    def rule(b, value):
        last = lambda: cases(b, gt(value, 1), lambda: sin(value), lambda: value * 2)  # noqa: E731
        return cases(b, gt(value, 2), lambda: value * 3, last)

    graph = make("x", rule)
    assert formula(graph).packed.args == ((3 * x, x > 2), (sp.sin(x), x > 1), (2 * x, True))
    assert as_text(graph, F) == (
        "f(x) = 3*x       if x > 2\n"
        "       sin(x)    if x > 1\n"
        "       2*x       otherwise"
    )  # fmt: skip


def test_branches_in_the_first_side_are_flat_too(make):
    def rule(b, value):
        inner = lambda: cases(b, gt(value, 1), lambda: sin(value), lambda: value * 2)  # noqa: E731
        return cases(b, gt(value, 0), inner, lambda: b.value(Const(0)))

    found = formula(make("x", rule)).packed
    assert [value for value, _ in found.args] == [sp.sin(x), 2 * x, 0]
    assert [found.subs(x, value) for value in (2, sp.Rational(1, 2), -1)] == [sp.sin(2), 1, 0]


def test_a_kept_value_is_that_of_its_branch(make):
    def rule(b, value):
        condition = gt(value, 0).atom
        with b.block() as then:
            kept = exp(value).atom
            first = sin(b.value(kept)).atom
        out, k = b.branch(condition, then, (), [("y", first, Const(0)), ("k", kept, UNDEFINED)])
        with b.block() as then:
            second = (b.value(k) * b.value(out)).atom
        return b.value(b.branch(condition, then, (), [("z", second, Const(1))])[0])

    assert formula(make("x", rule)).packed.args == ((exp.symbolic(x) * sp.sin(sp.exp(x)), x > 0), (1, True))


def test_sums_of_branches_on_one_condition_are_one_list(make):
    def rule(b, value):
        condition = gt(value, 0)
        first = cases(b, condition, lambda: sin(value), lambda: b.value(Const(0)))
        second = cases(b, lt(b.value(Const(0)), value), lambda: value * 1, lambda: value * 2, "z")
        return first + second

    assert formula(make("x", rule)).packed.args == ((x + sp.sin(x), x > 0), (2 * x, True))


def test_raise_restricts_the_domain(make):
    def rule(b, value):
        with b.block() as body:
            b.append(Raise("ValueError", "negative"))
        b.branch(lt(value, 0).atom, body, (), [])
        return cases(b, lt(value, 0), lambda: sin(value), lambda: value * 2)

    graph = make("x", rule)
    assert formula(graph).packed == 2 * x
    assert formula(graph).domain == (x >= 0,)
    assert as_text(graph, F) == "f(x) = 2*x\nfor x >= 0"
    assert as_latex(graph, F) == "f(x) = 2 x \\qquad \\text{for } x \\geq 0"


def test_a_function_that_only_raises(make):
    def rule(b, value):
        b.error("ValueError", "no")
        return value

    assert formula(make("x", rule)).packed is sp.nan


def test_printing_loads_sympy_only_when_called():
    code = "import sys, symdiff.printing; sys.exit('sympy' in sys.modules or 'numba' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0  # noqa: S603
