"""Partials that nobody has in closed form are refused by name, for that argument alone, in every transform."""

import pytest
from scipy import special

from symdiff import UnsupportedError, derivative, grad, hessian, jacobian, jvp, read, stop_gradient, value_and_grad, vjp


def density(a, x):
    return special.gammainc(a, x) * x


def branches(a, x):
    if x > 1:  # noqa: SIM108 - a branch
        y = special.gammaincc(2 * a, x)
    else:
        y = a * x
    return y * x


def constant(a, x):
    k = 3.5
    return special.gammainc(k, x) + a**2


def helper(b, t):
    return special.gammainc(b, t)


def nested(a, x):
    return helper(a, x) ** 2


REFUSED = [
    lambda f: grad(f)(2.0, 1.5),
    lambda f: grad(f, argnums=("x", "a"))(2.0, 1.5),
    lambda f: value_and_grad(f, argnums="a")(2.0, 1.5),
    lambda f: derivative(f, argnums="a")(2.0, 1.5),
    lambda f: derivative(f, argnums=("a", "x"), order=(1, 1))(2.0, 1.5),
    lambda f: jacobian(f, argnums=(0, 1))(2.0, 1.5),
    lambda f: hessian(f, argnums=(0, 1))(2.0, 1.5),
    lambda f: jvp(f, argnums=(0, 1))(2.0, 1.5, tangent=(0.0, 1.0)),
    lambda f: vjp(f, argnums=0)(2.0, 1.5, cotangent=1.0),
    lambda f: str(derivative(f)),
    lambda f: derivative(f).source,
]


@pytest.mark.parametrize("use", REFUSED, ids=range(len(REFUSED)))
@pytest.mark.parametrize(("function", "name"), [(density, "gammainc"), (branches, "gammaincc"), (nested, "gammainc")])
def test_the_argument_is_refused_with_its_place(function, name, use):
    with pytest.raises(UnsupportedError) as caught:
        use(function)
    (gap,) = caught.value.gaps
    assert gap.reason == f"the derivative of {name} in its argument 1 (a) is not known in closed form"
    assert "stop_gradient" in gap.rewrite
    assert gap.place.file == __file__
    shown = gap.place.text[gap.place.column : gap.place.end_column]
    assert shown.startswith(f"special.{name}(")
    assert shown.endswith(")")
    assert function.__name__ in str(caught.value)


@pytest.mark.parametrize("function", [density, branches, constant, nested])
def test_every_other_argument_works_in_both_sweeps_at_all_orders(function):
    a, x, h = 2.0, 1.5, 1e-5
    f = read(function)
    slope = (f(a, x + h) - f(a, x - h)) / (2 * h)
    assert grad(function, argnums="x")(a, x) == pytest.approx(slope, rel=1e-8)
    assert derivative(function, argnums="x")(a, x) == pytest.approx(slope, rel=1e-8)
    assert jvp(function, argnums="x")(a, x, tangent=2.0) == pytest.approx(2 * slope, rel=1e-8)
    first = derivative(function, argnums="x")
    second = (first(a, x + h) - first(a, x - h)) / (2 * h)
    assert hessian(function, argnums="x")(a, x) == pytest.approx(second, rel=1e-8)
    assert grad(grad(function, argnums="x"), argnums="x")(a, x) == pytest.approx(second, rel=1e-8)
    assert derivative(function, argnums="x", order=2)(a, x) == pytest.approx(second, rel=1e-8)


def test_a_constant_operand_costs_nothing():
    assert grad(constant, argnums=(0, 1))(2.0, 1.5)[0] == 4.0
    assert grad(lambda a, x: special.gammainc(stop_gradient(a), x) + a, argnums=0)(2.0, 1.5) == 1.0


def test_a_branch_without_the_function_does_not_save_it():
    with pytest.raises(UnsupportedError):
        grad(branches)(2.0, 0.5)


def test_source_text_is_refused_with_its_line():
    text = "from scipy import special\ndef f(a, x):\n    return special.gammainc(a, x)\n"
    with pytest.raises(UnsupportedError, match=r'File "<source>", line 3') as caught:
        grad(source=text)(2.0, 1.5)
    assert caught.value.gaps[0].place.column == 11
    with pytest.raises(UnsupportedError, match="not known in closed form"):
        derivative(lambda a: special.gammainc(a, 1.0))(2.0)


def test_every_unknown_partial_of_the_table_is_refused_by_its_number():
    """The rows are built with names for their operands or without."""
    with pytest.raises(UnsupportedError, match=r"eval_jacobi in its argument 3 is not known"):
        grad(lambda b: special.eval_jacobi(2, 0.5, b, 0.3))(1.0)
    with pytest.raises(UnsupportedError, match=r"betainc in its argument 2 \(b\) is not known"):
        grad(lambda b: special.betainc(2.0, b, 0.3))(1.0)
