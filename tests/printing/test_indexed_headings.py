"""Left-hand sides of results that are arrays, letters that are not free, and results in containers."""

from dataclasses import replace

import pytest

from symdiff.calculus.reverse import adjoint
from symdiff.calculus.sweep import ONE
from symdiff.graph.affine import Affine
from symdiff.graph.build import Builder
from symdiff.graph.check import check
from symdiff.graph.graph import Const, Graph, Param
from symdiff.graph.structure import SCALAR, Items, Tensor
from symdiff.primitives import TABLE
from symdiff.printing import Heading, as_latex, as_text, formula
from symdiff.simplify import simplify
from tests.printing.array_graphs import BY_NAME, Function, directional, transposed

i, n, m = Affine.of(0), Affine.of("n"), Affine.of("m")
X, A = Tensor((n,)), Tensor((m, n))


def first_line(graph, heading):
    return as_text(graph, heading).split("\n")[0]


def test_value_and_gradient_are_two_equations():
    graph = BY_NAME["norm"].graph()
    sweep = adjoint(graph, ["x"], [{0: ONE}])
    made = sweep.finish([*graph.outputs, sweep.adjoint("x", 0)])
    both = check(simplify(replace(made, result=Items("tuple", (SCALAR, X)))))
    assert as_text(both, Heading("f", ("x",), "value_and_grad", (("x", 1),))) == (
        "f(x) = sqrt(sum(x[i]**2, i = 0..n-1))\n∂f/∂x[k] = x[k]/sqrt(sum(x[i]**2, i = 0..n-1))"
    )


def test_products_have_the_indices_behind_the_product():
    softmax, pairs = BY_NAME["softmax"], BY_NAME["pairs"]
    assert first_line(directional(softmax.graph(), ("z",)), softmax.heading("jvp")).startswith("(J(z)·v_z)[k] = ")
    assert first_line(transposed(softmax.graph(), ("z",)), softmax.heading("vjp")).startswith("(ct·J(z))[k] = ")
    hvp = directional(pairs.gradient(), pairs.variables)
    assert first_line(hvp, pairs.heading("hvp")).startswith("(H(x, a)·(v_x, v_a))_x[k] = ")
    assert first_line(directional(pairs.gradient("x"), ("x",)), pairs.heading("hvp", "x")).startswith("(H(x, a)·v_x)[k] = ")
    assert (
        as_latex(hvp, pairs.heading("hvp")).split("\n")[1].startswith(r"{\left(H(x, a) \cdot (v_{x}, v_{a})\right)_{x}}_{k} &= ")
    )


@pytest.mark.parametrize(
    ("parameters", "kind", "variables", "text", "latex"),
    [
        (("x",), "jacobian", (("x", 1),), "J(x)[k, l] = A[k, l]", r"J(x)_{k,l} = A_{k,l}"),
        (("x", "y"), "jacobian", (("x", 1),), "∂f[k]/∂x[l] = A[k, l]", r"\frac{\partial f_{k}}{\partial x_{l}} = A_{k,l}"),
        (("x",), "value", (), "f(x)[i, j] = A[i, j]", r"f(x)_{i,j} = A_{i,j}"),
    ],
)
def test_jacobians(parameters, kind, variables, text, latex):
    params = (Param("x", X), Param("A", A, role="captured"))
    graph = check(Graph("f", params, (), ("A",), A))
    heading = Heading("f", parameters, kind, variables)
    assert as_text(graph, heading) == text
    assert as_latex(graph, heading) == latex


def test_hessians():
    square = Tensor((n, n))
    graph = check(Graph("f", (Param("x", X), Param("A", square, role="captured")), (), ("A",), square))
    assert as_text(graph, Heading("f", ("x",), "hessian", (("x", 1),))) == "H(x)[k, l] = A[k, l]"
    assert as_text(graph, Heading("f", ("x", "a"), "hessian", (("x", 1),))) == "∂²f/∂x[k]∂x[l] = A[k, l]"


def test_a_derivative_in_a_scalar():
    graph = check(Graph("f", (Param("t"), Param("x", X)), (), ("x",), X))
    assert as_text(graph, Heading("f", ("t",), "derivative", (("t", 1),))) == "f'(t)[k] = x[k]"
    assert as_text(graph, Heading("f", ("t", "x"), "derivative", (("t", 1),))) == "∂f[k]/∂t = x[k]"


def test_a_constant_array():
    graph = check(Graph("f", (Param("x", X),), (), (Const(1),), X))
    assert as_text(graph, Heading("f", ("x",), "gradient", (("x", 1),))) == "∂f/∂x[k] = 1"


def test_several_arrays_in_a_container():
    graph = check(Graph("f", (Param("x", X), Param("A", A)), (), ("x", "A"), Items("dict", (X, A), ("u", "v"))))
    assert as_text(graph, Heading("f", ("x", "A"))) == "f(x, A)['u'][i] = x[i]\nf(x, A)['v'][i, j] = A[i, j]"
    assert r"{f(x, A)}_{\text{v},i,j} &= A_{i,j}" in as_latex(graph, Heading("f", ("x", "A")))
    packed = formula(graph).packed
    assert sorted(packed) == ["u", "v"]
    assert len(packed["v"].variables) == 2


def test_letters_that_are_names_are_not_taken():
    function = Function(
        "letters",
        {"i": (n,), "k": (), "j": (n,)},
        lambda b: b.mul("k", b.total(b.mul("i", "j"))),
    )
    assert as_text(function.graph(), function.heading()) == "f(i, k, j) = k*sum(i[l]*j[l], l = 0..n-1)"
    assert as_text(function.gradient("i"), function.heading("gradient", "i")) == "∂f/∂i[l] = j[l]*k"


def test_a_size_that_is_a_letter():
    k = Affine.of("k")
    function = Function("sizes", {"x": (k,)}, lambda b: b.total(b.mul("x", "x")))
    assert as_text(function.gradient(), function.heading("gradient")) == "∂f/∂x[l] = 2*x[l]"


def test_numbers_of_shared_values_avoid_names():
    function = BY_NAME["laplacian"]
    other = replace(function, params={"u": (n,), "t1": ()}, wrt=("u",))
    assert "where t2[i] = " in as_text(other.gradient(), other.heading("gradient"))


def test_a_graph_of_scalars_is_not_concerned():
    builder = Builder()
    builder.input("x")
    out = builder.apply(TABLE["mul"], "x", "x")
    found = formula(check(Graph("f", (Param("x"),), builder.body, (out,))))
    assert found.indices == ()
    assert str(found.packed) == "x**2"
