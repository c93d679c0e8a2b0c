"""Formulas of graphs with arrays say the same as the graphs: textbook functions and random ones, all derivatives, every size."""

import numpy as np
import pytest
import sympy as sp

from symdiff.graph.affine import ZERO
from symdiff.printing import as_latex, as_text, formula
from symdiff.printing.heading import Heading
from symdiff.printing.reductions import Maximum, Product, Reduction, Sum, Where
from tests.printing.array_graphs import BY_NAME, FUNCTIONS, directional, gradient, transposed
from tests.printing.index_numbers import disagreement
from tests.printing.random_arrays import RandomFunction

SIZES = [
    {"m": 2, "n": 3, "h": 2},
    {"m": 0, "n": 0, "h": 0},
    {"m": 1, "n": 1, "h": 0},
    {"m": 3, "n": 2, "h": 1},
    {"m": 2, "n": 5, "h": 3},
]
NAMES = [function.name for function in FUNCTIONS]
SMOOTH_AT_INTEGERS = ("rows", "product", "maximum", "huber", "any_all", "gather", "scatter", "write_loss", "convolution", "pairs")


def check(graph, function, numbers=None):
    """Compare a graph with its formula at all sizes for which it has a value."""
    compared = 0
    for sizes in SIZES:
        rng = np.random.default_rng(len(graph.name))
        inputs = function.inputs(**sizes)
        shapes = [[max(length.value(sizes), 0) for length in axes] for axes in graph.input_axes.values()]
        if numbers is not None:  # ties, zeros
            inputs = [value if np.asarray(value).dtype.kind == "i" else numbers(rng, np.shape(value)) for value in inputs]
        inputs += [rng.normal(size=shape) if shape else 0.3 for shape in shapes[len(inputs) :]]
        if function.name == "guard" and not sizes["n"]:
            continue  # it raises there
        assert disagreement(graph, inputs) < 1e-12, sizes
        compared += 1
    assert compared >= 4


@pytest.mark.parametrize("name", NAMES)
def test_values(name):
    function = BY_NAME[name]
    check(function.graph(), function)


@pytest.mark.parametrize("name", NAMES)
def test_first_derivatives(name):
    function = BY_NAME[name]
    check(directional(function.graph(), function.variables), function)
    check(transposed(function.graph(), function.variables), function)


@pytest.mark.parametrize("name", [function.name for function in FUNCTIONS if not function.result])
def test_second_derivatives(name):
    function = BY_NAME[name]
    check(directional(function.gradient(), function.variables), function)


@pytest.mark.parametrize("name", SMOOTH_AT_INTEGERS)
def test_ties_and_zeros(name):
    function = BY_NAME[name]

    def integers(rng, shape):
        found = rng.integers(-1, 2, size=shape).astype(float)
        return found if shape else float(found)

    for graph in (function.graph(), function.gradient(), transposed(function.graph(), function.variables)):
        check(graph, function, integers)


@pytest.mark.parametrize("seed", range(12))
def test_random_functions(seed):
    graph = RandomFunction(seed, 3 + seed % 7).graph
    first = gradient(graph, ("x", "a"))
    graphs = {"value": graph, "gradient": first} | ({} if seed % 3 else {"hvp": directional(first, ("x",))})
    for kind, made in graphs.items():
        heading = Heading("f", ("x", "y", "a"), kind, (("x", 1), ("a", 1)) if kind != "value" else ())
        assert as_text(made, heading).startswith({"value": "f(", "gradient": "∂f/∂x[k] = ", "hvp": "(H("}[kind])
        assert "zoo" not in as_text(made, heading)
        assert "f" in as_latex(made, heading)
        for size in (3, 0, 1, 2, 4):
            rng = np.random.default_rng(7 * seed + size)
            inputs = [rng.normal(size=size), rng.integers(-1, 2, size=size).astype(float), 0.7]
            inputs += [rng.normal(size=size)] if kind == "hvp" else []
            assert disagreement(made, inputs) < 1e-10, (kind, size)


def test_the_evaluator_notices_a_wrong_formula(monkeypatch):
    """A guard that is lost, or an index that is off by one, must not pass."""
    from symdiff.printing import materialize

    function = BY_NAME["rosenbrock"]
    graph = function.gradient()
    with monkeypatch.context() as patch:
        patch.setattr(materialize.Materializer, "condition", lambda *_: sp.true)
        with pytest.raises(IndexError):
            check(graph, function)
    with monkeypatch.context() as patch:
        affine = materialize.Materializer.affine
        patch.setattr(
            materialize.Materializer, "affine", lambda self, part, known: affine(self, part * 1 + int(part.const == 1), known)
        )
        with pytest.raises((AssertionError, IndexError)):
            check(graph, function)


# SymPy's own classes


def test_the_formula_is_a_lambda_over_the_free_indices():
    found = formula(BY_NAME["least_squares"].gradient("x"))
    k, m, n = sp.Symbol("k", integer=True), *sp.symbols("m n", integer=True, nonnegative=True)
    assert found.packed.variables == (k,)
    assert found.indices == ((k,),)
    assert found.packed(3) == found.exprs[0].xreplace({k: sp.Integer(3)})
    assert found.exprs[0].free_symbols >= {k, m}
    assert n not in found.exprs[0].free_symbols  # it is in the where-list
    assert [str(left) for left, _ in found.where] == ["r[i]"] or [str(left) for left, _ in found.where] == ["z[i]"]


def test_a_formula_can_be_evaluated_by_sympy():
    found = formula(BY_NAME["rosenbrock"].gradient())
    n = sp.Symbol("n", integer=True, nonnegative=True)
    x = sp.IndexedBase("x", real=True)
    numbers = {x[0]: 3, x[1]: 2, n: 2}
    assert [found.packed(place).subs(numbers).doit() for place in (0, 1)] == [400 * 3 * (9 - 2) + 2 * (3 - 1), 200 * (2 - 9)]


def test_a_formula_can_be_compiled_by_sympy():
    found = formula(BY_NAME["huber"].graph())
    n, d = sp.Symbol("n", integer=True, nonnegative=True), sp.Symbol("d", real=True)
    function = sp.lambdify((sp.IndexedBase("x", real=True), d, n), found.packed, "math")
    assert function([0.5, 3.0], 1.0, 2) == pytest.approx(0.125 + 2.5)


def test_reductions_have_empty_ranges_where_sympy_has_negative_sums():
    i, n = sp.Symbol("i", integer=True), sp.Symbol("n", integer=True)
    x = sp.IndexedBase("x", real=True)
    assert sp.Sum(i, (i, 0, -3)).doit() != 0
    assert Sum(i, (i, 0, -3)).doit() == 0
    assert Product(i, (i, 0, -3)).doit() == 1
    assert Maximum(x[i], (i, 0, n)).subs(n, -1).doit() == -sp.oo
    assert Sum(x[i], (i, 0, n)).subs(n, 1).doit() == x[0] + x[1]
    assert isinstance(Sum(x[i], (i, 0, n)), sp.Sum)


def test_an_index_catches_nothing():
    i, k, n = sp.symbols("i k n", integer=True)
    x = sp.IndexedBase("x", real=True)
    found = sp.Lambda(k, Sum(x[i] * x[k], (i, 0, n)))(i)
    assert found.free_symbols >= {i, n}
    assert found.subs(n, 1).doit() == x[0] * x[i] + x[1] * x[i]
    assert found.index != i
    assert i not in Sum(x[i], (i, 0, n)).free_symbols


def test_cases_in_a_sum_in_a_condition_stay_in_the_sum():
    """SymPy would pull ``i > k`` out of the condition."""
    i, k, n = sp.symbols("i k n", integer=True)
    x = sp.IndexedBase("x", real=True)
    total = Sum(Where(x[i], i > k, 0), (i, 0, n))
    found = sp.Piecewise((1, sp.Gt(total, 0)), (0, True), evaluate=False)
    assert found.args[0][1] == sp.Gt(total, 0)
    assert total.subs({n: 2, k: 1}).doit() == x[2]


@pytest.mark.parametrize("name", NAMES)
def test_nested_sums_have_different_letters_and_none_is_a_name(name):
    function = BY_NAME[name]
    graph = function.graph()
    graphs = [graph] if function.result else [graph, function.gradient()]
    for made in graphs:
        found = formula(made)
        entries = [(expr, set(letters)) for expr, letters in zip(found.exprs, found.indices, strict=True)]
        entries += [(right, set(left.indices) if isinstance(left, sp.Indexed) else set()) for left, right in found.where]
        for expr, letters in entries:
            _check_letters(expr, letters, {*made.inputs, *made.sizes})


def _check_letters(expr, outer, names):
    if isinstance(expr, Reduction):
        assert expr.index not in outer
        assert expr.index.name not in names
        outer = outer | {expr.index}
    for arg in expr.args[:1] if isinstance(expr, Reduction) else expr.args:
        _check_letters(arg, outer, names)


def test_a_graph_of_many_lets_is_bounded():
    from symdiff.graph.build import Builder
    from symdiff.graph.graph import Graph, Param
    from symdiff.graph.structure import SCALAR, Tensor
    from symdiff.graph.terms import Range, Term
    from symdiff.primitives import TABLE
    from tests.printing.array_graphs import i, n

    params = (Param("x", Tensor((n,))),)
    builder = Builder()
    builder.inputs(Graph("f", params, (), ()).input_axes)
    atom = "x"
    for _ in range(120):  # each is twice as large as the one before, written out
        atom = builder.apply(TABLE["add"], builder.apply(TABLE["sin"], atom), builder.apply(TABLE["mul"], atom, atom))
    out = builder.sum([Term(atom, (i,), (Range(ZERO, n),))], ())
    graph = Graph("f", params, builder.body, (out,), SCALAR)
    text = as_text(graph, Heading("f", ("x",)))
    assert text.startswith("f(x) = sum(")
    assert "\nwhere t1[i] = " in text
    assert len(text) < 60_000
