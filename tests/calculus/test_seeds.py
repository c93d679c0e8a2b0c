"""Gradients, Jacobians, Hessians and products: the same numbers by every way, symmetric, sparse where they are sparse."""

import itertools

import mpmath
import pytest
from random_graphs import INPUTS, case, make, reference, values

from symdiff.calculus import derivative, gradient, hessian, hvp, jacobian, jvp, vjp
from symdiff.calculus import seeds as seeds_module
from symdiff.errors import InternalError
from symdiff.graph.build import Builder
from symdiff.graph.check import check
from symdiff.graph.graph import Const, Param, walk
from symdiff.graph.structure import SCALAR, Items
from symdiff.primitives import TABLE

sin, exp = TABLE["sin"], TABLE["exp"]


def graph_of(function, inputs=INPUTS):
    """The graph of a function written on handles."""
    builder = Builder()
    result = function(*(builder.value(builder.input(name)) for name in inputs))
    return check(make(builder, result if isinstance(result, tuple) else (result,), inputs))


def seed(name, count):
    return Param(name, Items("tuple", (SCALAR,) * count), tuple(f"{name}_{i}" for i in range(count)), role="seed")


def close(found, wanted):
    return all(abs(a - b) <= mpmath.mpf(10) ** -20 * (1 + abs(b)) for a, b in zip(found, wanted, strict=True))


@pytest.mark.parametrize("number", range(12))
def test_products_are_products_with_the_jacobian(number):
    graph, point = case(number, outputs=2)
    matrix = values(check(jacobian(graph, INPUTS).graph), point)
    tangents = {f"v_{i}": mpmath.mpf(i) - 0.5 for i in range(3)}
    cotangents = {f"w_{i}": mpmath.mpf(i) + 0.25 for i in range(2)}
    along = values(check(jvp(graph, INPUTS, [seed("v", 3)])), point | tangents)
    back = values(check(vjp(graph, INPUTS, [seed("w", 2)])), point | cotangents)
    rows = [matrix[:3], matrix[3:]]
    assert close(along, [sum(a * b for a, b in zip(row, tangents.values(), strict=True)) for row in rows])
    assert close(back, [sum(row[j] * w for row, w in zip(rows, cotangents.values(), strict=True)) for j in range(3)])


@pytest.mark.parametrize("number", range(12))
def test_hessian_and_its_product(number):
    graph, point = case(number, size=5)
    found = check(hessian(graph, INPUTS).graph)
    matrix = values(found, point)
    wanted = [reference(graph, point, tuple((i, j).count(k) for k in range(3))) for i, j in itertools.product(range(3), repeat=2)]
    assert close(matrix, wanted)
    assert all(found.outputs[3 * i + j] == found.outputs[3 * j + i] for i in range(3) for j in range(i))
    tangents = {f"v_{i}": mpmath.mpf(i) - 0.5 for i in range(3)}
    product = values(check(hvp(graph, INPUTS, [seed("v", 3)])), point | tangents)
    assert close(product, [sum(matrix[3 * i + j] * tangents[f"v_{j}"] for j in range(3)) for i in range(3)])


def test_hessian_of_a_vector_valued_graph():
    graph = graph_of(lambda x, y: (x * y * y, sin(x) * y), ("x", "y"))
    found = values(hessian(graph, ["x", "y"]).graph, {"x": 0.3, "y": 0.7})
    x, y = mpmath.mpf(0.3), mpmath.mpf(0.7)
    assert close(found, [0, 2 * y, 2 * y, 2 * x, -mpmath.sin(x) * y, mpmath.cos(x), mpmath.cos(x), 0])


def test_mixed_derivatives_are_tidied_between_sweeps():
    graph = graph_of(lambda x, y, z: exp(x * y) * sin(z))
    seen = []

    def tidy(derived):
        seen.append(len(list(walk(check(derived).body))))
        return derived

    point = {"x": 0.5, "y": 0.25, "z": 1.5}
    found = values(derivative(graph, ["x", "x", "y", "z"], tidy), point)
    assert len(seen) == 4
    assert close(found, [reference(graph, point, (2, 1, 1))])
    assert derivative(graph, []) == graph


def test_structural_zeros_are_literals():
    graph = graph_of(lambda x, y, z: (x * x, y + 1, Const(3)))
    zero = Const(0)
    assert check(jacobian(graph, INPUTS).graph).outputs[1:] == (zero, zero, zero, Const(1), zero, zero, zero, zero)
    assert hessian(graph, INPUTS).graph.body == ()
    assert derivative(graph, ["x", "x", "x"]).outputs == (zero, zero, zero)


def test_an_output_that_is_an_input():
    graph = graph_of(lambda x, y: x, ("x", "y"))
    found = check(gradient(graph, ["x", "y"], keep_value=True).graph)
    assert found.outputs == ("x", Const(1), Const(0))


@pytest.mark.parametrize(("inputs", "outputs", "mode"), [(5, 1, "reverse"), (1, 5, "forward")])
def test_the_cheaper_mode_is_chosen_and_reported(inputs, outputs, mode):
    names = [f"x{i}" for i in range(inputs)]

    def function(*values):
        total = values[0]
        for value in values[1:]:
            total = total * sin(value)
        return tuple(sin(total * (i + 1)) for i in range(outputs))

    choice = jacobian(graph_of(function, names), names).choice
    assert choice.mode == mode
    assert choice.operations[mode] == min(choice.operations.values())


def test_the_mode_of_a_big_graph_is_estimated(monkeypatch):
    monkeypatch.setattr(seeds_module, "MAX_TRIAL", 3)
    graph = graph_of(lambda x, y, z: sin(x) * sin(y) * sin(z) + x)
    assert hessian(graph, INPUTS).choice == seeds_module.Choice("forward over reverse", {})
    assert jacobian(graph, INPUTS).choice == seeds_module.Choice("reverse", {})
    assert jacobian(graph, ["x"]).choice == seeds_module.Choice("forward", {})


def test_gradient_in_one_input_may_run_forward():
    graph = graph_of(lambda x: (x / sin(x)) / (1 + x * x), ("x",))
    choice = gradient(graph, ["x"]).choice
    assert choice.mode == "forward"
    assert choice.operations["forward"] < choice.operations["reverse"]


def test_names_of_earlier_sweeps_are_not_confused():
    """d/dx of x*(d/dy of x*y) is 2*x... with respect to the outer x only: nested sweeps keep their seeds apart."""
    builder = Builder()
    x, y = (builder.value(builder.input(name)) for name in ("x_bar", "x_dot"))
    product = builder.value(builder.apply(TABLE["mul"], x.atom, y.atom, hint="x_bar_dot"))
    graph = check(make(builder, [sin(product) * x], ("x_bar", "x_dot")))
    nested = graph
    for name in ("x_bar", "x_dot", "x_bar"):
        nested = check(gradient(nested, [name]).graph)
    point = {"x_bar": mpmath.mpf("0.4"), "x_dot": mpmath.mpf("1.1")}
    wanted = mpmath.diff(lambda a, b: mpmath.sin(a * b) * a, tuple(point.values()), (2, 1))
    assert close(values(nested, point), [wanted])


def test_wrong_requests_are_bugs_of_the_caller():
    graph = graph_of(lambda x, y: (x, y), ("x", "y"))
    with pytest.raises(InternalError, match="no scalar input w"):
        jacobian(graph, ["w"])
    with pytest.raises(InternalError, match="2 outputs"):
        gradient(graph, ["x"])
    with pytest.raises(InternalError, match="1 seeds given for 2"):
        jvp(graph, ["x", "y"], [seed("v", 1)])
