"""The forms that make code with arrays fast: pairs, choices without branches, packed columns, products, vector instructions."""

import ast
import platform
import re

import numpy as np
import pytest

from symdiff.codegen import compile_source, python_function
from symdiff.graph.graph import Const
from symdiff.graph.terms import Range

from . import array_graphs
from .array_graphs import P0, P1, P2, ZERO, Case, M, N, agree, flat, source, vector
from .pair_graphs import BY_NAME, CASES
from .test_array_agreement import points
from .test_array_source import loops, main


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_values(case):
    agree(case.graph(), points(case))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_gradients(case):
    agree(case.gradient(), points(case))


@pytest.mark.parametrize("name", ["even_pairs", "pairs_with_themselves", "triangle"])
def test_second_derivatives(name):
    agree(BY_NAME[name].gradient(order=2), points(BY_NAME[name], most=5), compiled=False)


# pairs


@pytest.mark.parametrize("name", ["even_pairs", "distances", "cut_off", "pairs_of_rows"])
def test_the_two_halves_of_all_pairs_are_one_loop(name):
    text = source(BY_NAME[name].gradient())
    assert re.search(r"\bi != j|j != i", text)
    assert "for j in range(i)" not in text
    assert "for j in range(i + 1" not in text


def test_all_pairs_twice_are_one_sum_of_twice_as_much():
    text = source(BY_NAME["all_pairs"].gradient())
    assert len(loops(text)) == 2
    assert text.count("math.hypot") == 1


@pytest.mark.parametrize("name", ["odd_pairs", "quotients"])
def test_what_is_not_equal_stays_two_loops(name):
    text = source(BY_NAME[name].gradient())
    assert "for j in range(i)" in text
    assert "for j in range(i + 1, n)" in text


def test_pairs_that_do_arithmetic_have_no_branch():
    text = source(array_graphs.BY_NAME["pairs"].gradient())
    (inner,) = [loop for loop, depth in loops(text) if depth == 1]
    assert not [node for node in ast.walk(inner) if isinstance(node, ast.If)]
    assert ast.unparse(inner).count("if i != j else 0.0") == 3
    assert "X_T = X.T.copy()" in text
    assert "X[j" not in ast.unparse(inner)


def test_halves_that_are_not_equal_add_to_both_of_a_pair():
    text = source(BY_NAME["weighted_pairs"].gradient())
    assert "for j in range(i + 1, n)" in text
    assert "x_bar[j] -= " in text


def test_what_may_raise_for_a_pair_of_one_is_in_a_branch():
    """Plain Python divides floats by zero with an exception."""
    graph = BY_NAME["distances"].gradient()
    text = source(graph)
    assert re.search(r"if (i != j|j != i):", text)
    found = python_function(text)(np.array([1.0, 3.0]))
    assert np.array_equal(found, [0.25, -0.25])


def test_columns_are_packed_only_where_loops_read_them_again_and_again():
    def rule(f):
        return f.sum(f.mul(f.read("X", [P0, ZERO], [N]), f.read("X", [P0, ZERO + 1], [N])), [N])

    text = source(Case("columns", {"X": vector(N, ZERO + 3)}, rule).graph())
    assert ".T" not in text


def test_a_raise_tells_what_exists_behind_it():
    """x[i, 2] is read outside of the loop over j, because a raise before says that there is one."""

    def rule(f):
        with f.builder.block() as body:
            f.builder.error("IndexError", "too few")
        f.builder.branch(f.and_(f.lt(Const(0), "n"), f.lt("m", Const(3))), body, (), [])
        column = [f.read("x", [P, ZERO + 2], [N, N]) for P in (P0, P1)]
        return f.total(f.mul(f.exp(column[0]), column[1]), [P0, P1], [N], [Range(ZERO, N)])

    graph = Case("told", {"x": vector(N, M)}, rule).graph()
    text = source(graph)
    assert "if 0 < n and m < 3:" in text
    assert sum("math.exp" in ast.unparse(loop) for loop, depth in loops(text) if depth == 1) == 0
    for run in (python_function(text), compile_source(text, "df")):
        assert np.allclose(run(np.ones((2, 3))), 2 * np.e)
        with pytest.raises(IndexError, match="too few"):
            run(np.ones((2, 2)))
        assert run(np.ones((0, 2))).shape == (0,)


# products


def calls(text):
    return [ast.unparse(node) for node in ast.walk(main(text)) if isinstance(node, ast.Call) and "dot" in ast.unparse(node.func)]


@pytest.mark.parametrize(
    ("name", "count"),
    [("network", 6), ("factors", 3), ("gram", 4), ("product_and_more", 3), ("branch_of_products", 3), ("rectified", 1)],
)
def test_products_of_matrices_are_products(name, count):
    assert len(calls(source(BY_NAME[name].gradient()))) == count


def test_operands_are_transposed_without_a_copy():
    text = source(BY_NAME["factors"].gradient())
    assert "np.dot(U, V.T)" in text
    assert ".T.copy" not in text


def test_matrices_with_few_columns_stay_loops():
    three = ZERO + 3

    def rule(f):
        axes = (M, three, N)
        made = f.mul(f.read("A", [P0, P2], axes), f.read("B", [P2, P1], axes))
        return f.total(made, [P0, P1, P2], [M, three], [Range(ZERO, N)])

    graph = Case("few", {"A": vector(M, N), "B": vector(N, three)}, rule).graph()
    assert not calls(source(graph))
    agree(graph, [[np.ones((m, n)), np.ones((n, 3))] for m, n in ((0, 1), (2, 0), (2, 3))])


def test_large_products_agree_with_numpy():
    random = np.random.default_rng(0)
    inputs = [random.normal(size=shape) for shape in ((40, 30), (40, 20), (30, 20))]
    run = compile_source(source(BY_NAME["factors"].gradient()), "df")
    found = flat(run(*inputs))
    error = 2 * (inputs[0] - inputs[1] @ inputs[2].T)
    for own, other in zip(found, (error, -error @ inputs[2], -error.T @ inputs[1]), strict=True):
        assert np.allclose(own, other, rtol=1e-12, atol=1e-12)


# sums that only a side of a branch reads


def test_a_sum_that_a_branch_reads_is_no_loop_inside_its_loops():
    """The adjoint of max(0, A B) needs all of it: it is stored, not added up again for each element."""
    text = source(BY_NAME["rectified"].gradient())
    assert max(depth for _, depth in loops(text)) <= 2


# long functions


def test_chains_of_reductions_grow_as_they_are_long():
    def chain(length):
        def rule(f):
            y = "x"
            for k in range(length):
                s = f.sum(f.mul(y, "w"), [N])
                y = f.add(f.mul(f.builder.spread(s, (N,)), y), 0.5 + k)
            return f.sum(f.mul(y, y), [N])

        return len(source(Case("chain", {"x": vector(N), "w": vector(N)}, rule).gradient()))

    assert chain(24) < 2.5 * chain(12)


# vector instructions

VECTORS = {
    "x86_64": r"\bv?(mul|add|sub)pd\b|\bvfn?m(add|sub)\d+pd\b",
    "AMD64": r"\bv?(mul|add|sub)pd\b|\bvfn?m(add|sub)\d+pd\b",
    "aarch64": r"\bf(mul|add|sub|mla|mls)\s+v\d+\.2d",
    "arm64": r"\bf(mul|add|sub|mla|mls)\.2d|\bf(mul|add|sub|mla|mls)\s+v\d+\.2d",
}


@pytest.mark.skipif(platform.machine() not in VECTORS, reason="the names of its vector instructions are not known here")
@pytest.mark.parametrize("name", ["least_squares", "rosenbrock", "logistic", "pairs", "burgers", "stencils", "relu"])
def test_loops_are_vectorised(name):
    namespace = {"__name__": "test"}
    exec(compile(source(array_graphs.BY_NAME[name].gradient()), "<test>", "exec"), namespace)  # noqa: S102 - our own text
    (code,) = namespace["df"].inspect_asm().values()
    assert re.search(VECTORS[platform.machine()], code)
