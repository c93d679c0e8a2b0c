"""Functions that return dicts: every transform keeps the dict."""

import math

import numpy as np
import pytest

from symdiff import SymdiffError, derivative, grad, hessian, jacobian, jvp, read, vjp


def polar(r, phi):
    found = {"x": r * math.cos(phi)}
    found["y_axis"] = (r * math.sin(phi), [r])
    return found


def test_value_and_products_have_the_keys():
    assert read(polar)(2.0, 0.0) == {"x": 2.0, "y_axis": (0.0, [2.0])}
    assert jvp(polar)(2.0, 0.0, tangent=3.0) == {"x": 3.0, "y_axis": (0.0, [3.0])}
    assert derivative(polar, argnums="phi")(2.0, 0.0) == {"x": -0.0, "y_axis": (2.0, [0.0])}
    assert vjp(polar)(2.0, 0.0, cotangent=[1.0, (0.0, [1.0])]) == 2.0


def test_jacobian_and_hessian_are_dicts_of_arrays():
    def f(p):
        return {"sum": p[0] + p[1], "product": p[0] * p[1]}

    first, second = jacobian(f)([2.0, 3.0]), hessian(f)([2.0, 3.0])
    assert {key: value.tolist() for key, value in first.items()} == {"sum": [1.0, 1.0], "product": [3.0, 2.0]}
    assert second["product"].tolist() == [[0.0, 1.0], [1.0, 0.0]]


def test_broadcasting_stacks_each_number():
    found = derivative(polar)(np.array([1.0, 2.0]), 0.0)
    assert found["x"].tolist() == [1.0, 1.0]
    assert found["y_axis"][1][0].tolist() == [1.0, 1.0]


def test_many_entries():
    def f(x):
        return {f"order_{n}": x**n for n in range(20)}

    assert read(f)(2.0) == {f"order_{n}": 2.0**n for n in range(20)}
    assert "f(x)['order_2'] = x**2" in str(read(f))
    assert "order\\_2" in read(f).latex()


def test_views():
    df = read(polar)
    assert str(df) == "polar(r, phi) = {'x': r*cos(phi), 'y_axis': (r*sin(phi), [r])}"
    assert list(df.formula) == ["x", "y_axis"]
    assert "\\text{y\\_axis}" in df.latex()


def test_a_dict_inside_a_function():
    def f(x):
        return derivative(polar)(x, 1.0)["x"] * polar(x, 1.0)["y_axis"][1][0]

    assert grad(f)(3.0) == pytest.approx(math.cos(1.0))


def test_what_is_no_number_is_refused():
    with pytest.raises(SymdiffError, match="returns 3 numbers"):
        grad(polar)(1.0, 2.0)
    with pytest.raises(SymdiffError, match="a dict of 2"):
        read(lambda x: {"a": x, "b": "text"})(1.0)
    with pytest.raises(SymdiffError, match="cotangent is"):
        vjp(polar)(2.0, 0.0, cotangent={"x": 1.0})
