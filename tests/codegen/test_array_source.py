"""The text of code with arrays: golden files, loops, allocations, checks, results; the front of compiled code."""

import ast
import inspect
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from symdiff.codegen import Front, compile_source, packed, python_function, unpacker
from symdiff.codegen.emit import version
from symdiff.graph.affine import Affine
from symdiff.graph.graph import Const, Out
from symdiff.graph.structure import SCALAR, Items, Tensor
from symdiff.graph.terms import Guard, Range, Term

from .array_graphs import BY_NAME, CASES, P0, P1, ZERO, Case, K, M, N, agree, source, vector

ROOT = Path(__file__).parents[2]


def main(text):
    """The last function of a module, as a syntax tree."""
    return [node for node in ast.parse(text).body if isinstance(node, ast.FunctionDef)][-1]


def loops(text):
    """Every loop of the function, with the number of loops around it."""

    def visit(node, depth):
        for child in ast.iter_child_nodes(node):
            inside = isinstance(child, ast.For)
            if inside:
                yield child, depth
            yield from visit(child, depth + inside)

    return list(visit(main(text), 0))


def made(name, params, rule):
    return Case(name, params, rule).graph()


# the text


@pytest.mark.parametrize("name", ["least_squares", "rosenbrock", "mixture", "rows", "outer_branch", "extremes"])
def test_golden(name, golden):
    text = source(BY_NAME[name].gradient(), f"gradient_{name}")
    golden(f"source/arrays_{name}.py", text.replace(f"symdiff {version()}", "symdiff VERSION"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_nothing_is_allocated_inside_a_loop(case):
    for graph in (case.graph(), case.gradient()):
        for loop, _ in loops(source(graph)):
            calls = [ast.unparse(node.func) for node in ast.walk(loop) if isinstance(node, ast.Call)]
            assert not [call for call in calls if call.startswith("np.") or call.endswith("copy")]


@pytest.mark.parametrize(
    ("name", "outer", "deepest"),
    [("least_squares", 1, 2), ("rosenbrock", 1, 1), ("logistic", 1, 2), ("pairs", 1, 2), ("mixture", 3, 2), ("softmax", 4, 1)],
)
def test_loops_are_shared(name, outer, deepest):
    found = loops(source(BY_NAME[name].gradient()))
    assert sum(depth == 0 for _, depth in found) <= outer
    assert max(depth for _, depth in found) + 1 <= deepest


def test_rows_of_a_matrix_are_read_one_after_the_other():
    text = source(BY_NAME["least_squares"].gradient())
    innermost = [loop for loop, depth in loops(text) if depth == 1]
    assert len(innermost) == 2
    assert all("A[i, j]" in ast.unparse(loop) and loop.target.id == "j" for loop in innermost)


def test_no_array_is_stored_for_what_is_used_at_once():
    text = source(BY_NAME["mixture"].gradient())
    assert "np.empty((n, k" not in text
    assert "np.zeros((n, k" not in text


def test_stencils_of_stencils_do_not_grow():
    assert len(source(BY_NAME["stencils"].gradient())) < 4000


def test_a_loop_over_a_triangle_has_its_bounds():
    assert "for j in range(i + 1, n):" in source(BY_NAME["pairs"].graph())


def test_the_same_text_in_every_process():
    code = (
        "from tests.codegen.array_graphs import CASES, source\n"
        "import hashlib\n"
        "print(hashlib.sha256(''.join(source(case.gradient()) for case in CASES[:8]).encode()).hexdigest())"
    )
    found = set()
    for seed in ("1", "2"):
        environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)}
        run = subprocess.run([sys.executable, "-c", code], env=environment, cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S603
        found.add(run.stdout)
    assert len(found) == 1


def test_sums_that_a_condition_depends_on_are_added_in_order():
    text = source(BY_NAME["outer_branch"].graph())
    assert "y += x[i]" in text
    assert "plus(y_1, " in text


def test_names_that_the_code_needs_are_free():
    params = {"i": vector(N), "np": vector(N), "plus": vector(N), "j": SCALAR}

    def rule(f):
        product = f.mul("i", f.mul("np", f.mul("plus", f.builder.spread("j", (N,)))))
        return f.sum(product, [N]), product

    graph = made("names", params, rule)
    values = [np.array([1.0, 2.0]), np.array([3.0, 4.0]), np.array([5.0, 6.0]), 2.0]
    agree(graph, [values])


# results


def test_results_are_arrays_of_their_own():
    graph = made("own", {"x": vector(N), "c": SCALAR}, lambda f: ("x", f.sin("x"), f.sin("x"), "c"))
    x = np.array([1.0, 2.0])
    for run in (python_function(source(graph)), compile_source(source(graph), "df")):
        same, one, other, c = run(x, 3.0)
        assert not np.shares_memory(same, x)
        assert not np.shares_memory(one, other)
        assert np.array_equal(same, x)
        assert np.array_equal(one, np.sin(x))
        assert np.array_equal(other, one)
        assert c == 3.0


def test_a_literal_fills_an_array():
    graph = made("full", {"x": vector(N)}, lambda f: (f.sum("x", [N]), f.mul("x", "x")))
    result = Items("tuple", (Tensor((N,)), Tensor((N - 1, N)), SCALAR))
    graph = type(graph)("full", graph.params, graph.body, (Const(0), Const(2.5), graph.outputs[0]), result)
    for run in (python_function(source(graph)), compile_source(source(graph), "df")):
        for n in (0, 1, 3):
            zeros, full, total = run(np.ones(n))
            assert np.array_equal(zeros, np.zeros(n))
            assert np.array_equal(full, np.full((max(n - 1, 0), n), 2.5))
            assert total == n


def test_arrays_in_containers_are_packed_and_unpacked():
    structure = Items("dict", (Tensor((N,)), Items("list", (SCALAR, Tensor((N,))))), ("a", "b"))
    assert packed(structure) == Items("tuple", (Tensor((N,)), Items("tuple", (SCALAR, Tensor((N,))))))
    x = np.ones(2)
    found = unpacker(structure)((x, (1.0, x)))
    assert found["a"] is x
    assert found["b"] == [1.0, x]


def test_indices_as_numbers_and_reversed_reads():
    def rule(f):
        back = f.read("x", [N - 1 - P0], [N])
        number = f.builder.sum([Term(N - 1 - P0)], (N,))
        return f.mul(back, f.add(number, "n")), f.div(f.sum("x", [N]), f.mul("n", "n"))

    agree(made("numbers", {"x": vector(N)}, rule), [[np.arange(n) + 0.5] for n in (0, 1, 2, 5)])


def test_all_and_any():
    def rule(f):
        rows = f.fold("and", f.gt("A", 0), [P0, P1], [M], [Range(ZERO, N)])
        some = f.fold("or", f.gt("A", 1), [P0, P1], (), [Range(ZERO, M), Range(ZERO, N)])
        picked = f.where(rows, lambda: f.fold("minimum", "A", [P0, P1], [M], [Range(ZERO, N)]), -1)
        with f.builder.block() as then:
            total = f.sum(picked, [M])
        return picked, f.builder.branch(some, then, (), [("s", total, Const(0))])[0]

    points = [[np.random.default_rng(seed).normal(size=shape) + 1] for seed, shape in enumerate([(0, 0), (1, 0), (0, 2), (2, 3)])]
    agree(made("truth", {"A": vector(M, N)}, rule), points)


def test_triangles_and_holes():
    """Guards of sums are bounds of loops where they can be."""

    def rule(f):
        below = f.total("S", [P0, P1], [N], [Range(ZERO, N)], [Guard(P0 - P1 - 1)])
        others = f.total("S", [P0, P1], [N], [Range(ZERO, N)], [Guard(P0 - P1, "!=")])
        even = f.total("S", [P0, P1], [N], [Range(ZERO, N)], [Guard(P1, "==", 2)])
        band = f.total("S", [P0, P1], [N], [Range(ZERO, N)], [Guard(P1 - P0 + 1), Guard(P0 - P1 + 1)])
        return below, others, even, band

    graph = made("holes", {"S": vector(N, N)}, rule)
    agree(graph, [[np.random.default_rng(n).normal(size=(n, n))] for n in (0, 1, 2, 3, 6)])
    assert "for j in range(i):" in source(graph)
    assert "for j in range(max(i - 1, 0), min(i + 2, n)):" in source(graph)


def test_captured_arrays_have_no_default():
    graph = made("captured", {"x": vector(N), "w": vector(N)}, lambda f: f.sum(f.mul("x", "w"), [N]))
    x, w = graph.params
    graph = type(graph)("captured", (x, type(w)("w", w.structure, ("w",), "captured", None)), graph.body, graph.outputs)
    for run in (python_function(source(graph)), compile_source(source(graph), "df")):
        assert run(np.ones(3), np.full(3, 2.0)) == 6.0


# branches around loops


def test_a_raise_stays_before_what_follows():
    def rule(f):
        total = f.sum("x", [N])
        with f.builder.block() as body:
            f.builder.error("ArithmeticError", "no sum")
        f.builder.branch(f.lt(total, 0), body, (), [])
        return f.log(f.sum("y", [N])), f.sqrt("y")

    graph = made("raising", {"x": vector(N), "y": vector(N)}, rule)
    for run in (python_function(source(graph)), compile_source(source(graph), "df")):
        assert run(np.ones(2), np.ones(2))[0] == np.log(2.0)
        with pytest.raises(ArithmeticError, match="no sum"):
            run(-np.ones(2), -np.ones(2))


def test_a_branch_hands_on_inputs_and_literals():
    def rule(f):
        with f.builder.block() as then:
            y = f.sin("x")
        test = f.gt("c", 0)
        one = f.builder.branch(test, then, (), [("z", y, "x")])[0]
        other = f.builder.branch(test, (), (), [("w", Const(1.5), "x")])[0]
        return one, f.mul(other, one)

    graph = made("handed", {"x": vector(N), "c": SCALAR}, rule)
    assert isinstance(graph.body[-2].outs[0], Out)
    x = np.array([0.5, -2.0])
    agree(graph, [[x, 1.0], [x, -1.0], [np.zeros(0), 1.0]])
    result = python_function(source(graph))(x, -1.0)[0]
    assert not np.shares_memory(result, x)


# bad input


def test_sizes_that_do_not_fit_are_refused():
    graph = BY_NAME["least_squares"].graph()
    for run in (python_function(source(graph)), compile_source(source(graph), "df")):
        with pytest.raises(ValueError, match="the length of x must be the length of A along axis 1"):
            run(np.ones((2, 3)), np.ones(2), np.ones(2))
        with pytest.raises(ValueError, match="the length of b must be the length of A along axis 0"):
            run(np.ones((2, 3)), np.ones(3), np.ones(3))
    row = python_function(source(BY_NAME["row"].graph()))
    with pytest.raises(ValueError, match="the length of b along axis 0 must be 1"):
        row(np.ones((2, 3)), np.ones((2, 3)))


@pytest.mark.parametrize("index", [-1, 3, 2**40])
def test_indices_from_data_that_are_out_of_range_are_refused(index):
    for name, arguments in (
        ("gather", (np.ones(3), np.array([0, index]), np.ones(2))),
        ("bins", (np.ones(3), np.array([0, index]), np.ones(2))),
    ):
        for graph in (BY_NAME[name].graph(), BY_NAME[name].gradient()):
            for run in (python_function(source(graph)), compile_source(source(graph), "df")):
                with pytest.raises(IndexError, match="out of range: see at"):
                    run(*arguments)


def test_rows_that_leave_the_data_are_refused():
    graph = BY_NAME["rows"].gradient()
    good = (np.ones(2), np.array([0, 1]), np.array([0, 1, 2]), np.ones(2), np.ones(2))
    bad = (*good[:2], np.array([0, 1, 3]), *good[3:])
    for run in (python_function(source(graph)), compile_source(source(graph), "df")):
        run(*good)
        with pytest.raises(IndexError, match="out of range: see ptr"):
            run(*bad)


# the front


def test_the_front_takes_arrays_of_any_size_of_the_right_rank():
    graph = BY_NAME["row"].graph()
    kernel = compile_source(source(graph), "df")
    left = []
    parameters = {name: inspect.Parameter(name, inspect.Parameter.POSITIONAL_OR_KEYWORD) for name in ("A", "b")}
    front = Front(parameters, [(None, None), (1, None)])
    call = front.function(kernel, lambda *args: left.append(args), None)
    for n in (0, 1, 4):
        assert call(np.ones((2, n)), np.ones((1, n))) == kernel(np.ones((2, n)), np.ones((1, n)))
    assert not left
    wrong = [np.ones((2, 2)), np.ones((2, 4))[:, ::2], np.ones((1, 2), dtype=np.float32), np.ones(2), np.ones((2, 2), order="F")]
    for argument in wrong:
        call(np.ones((2, 2)), argument)
    assert len(left) == len(wrong)  # among them an axis that must have length 1, other layouts, another type, another rank


def test_unknown_sizes_are_an_internal_error():
    from symdiff.errors import InternalError

    graph = made("half", {"x": Tensor((Affine.of("h") * 2,))}, lambda f: f.sin("x"))
    with pytest.raises(InternalError, match="no axis has the length h"):
        source(graph)


def test_products_of_three_matrices():
    def rule(f):
        first = f.total(f.mul(f.read("A", [P0, Affine.of(2)], [M, K, N]), f.read("B", [Affine.of(2), P1], [M, K, N])),
                        [P0, P1, Affine.of(2)], [M, K], [Range(ZERO, N)])  # fmt: skip
        return f.total(f.mul(first, f.read("w", [P1], [M, K])), [P0, P1], [M], [Range(ZERO, K)])

    graph = made("three", {"A": vector(M, N), "B": vector(N, K), "w": vector(K)}, rule)
    random = np.random.default_rng(0)
    sizes = [(0, 0, 0), (1, 2, 0), (2, 0, 3), (2, 3, 4)]
    agree(graph, [[random.normal(size=(m, n)), random.normal(size=(n, k)), random.normal(size=k)] for m, n, k in sizes])
