"""Own rules: every form, every transform, order and view; captured values; what happens in compiled code."""

import copy
import functools
import math
import pickle

import numba
import numpy as np
import pytest
from scipy import special

from symdiff import (
    ArgumentError,
    RuleError,
    UnsupportedError,
    derivative,
    grad,
    hessian,
    hvp,
    jacobian,
    jvp,
    read,
    rule,
    value_and_grad,
    vjp,
)
from symdiff.codegen import python_function
from symdiff.graph.check import check
from tests.rules import functions
from tests.rules.functions import cube, kepler, line, triple

M, ECC = 1.2, 0.4


def kepler_partials(m, e):
    """By the implicit function theorem, twice: what the tests compare with."""
    y = kepler(m, e)
    slope = 1 / (1 - e * math.cos(y))
    first = (slope, math.sin(y) * slope)
    second = -e * math.sin(y) * slope**3
    return y, first, second


def test_all_transforms():
    y, (by_m, by_e), second = kepler_partials(M, ECC)
    assert grad(kepler)(M, ECC) == pytest.approx(by_m, rel=1e-14)
    assert grad(kepler, argnums=(0, 1))(M, ECC) == pytest.approx((by_m, by_e), rel=1e-14)
    value, slope = value_and_grad(kepler, "e")(M, ECC)
    assert (value, slope) == pytest.approx((y, by_e), rel=1e-14)
    assert derivative(kepler, order=2)(M, ECC) == pytest.approx(second, rel=1e-13)
    assert hessian(kepler)(M, ECC) == pytest.approx(second, rel=1e-13)
    assert jacobian(lambda p: (kepler(p[0], p[1]), p[0]))([M, ECC]).tolist() == pytest.approx(
        np.array([[by_m, by_e], [1.0, 0.0]])
    )
    assert jvp(kepler)(M, ECC, tangent=2.0) == pytest.approx(2 * by_m, rel=1e-14)
    assert vjp(kepler)(M, ECC, cotangent=3.0) == pytest.approx(3 * by_m, rel=1e-14)
    assert hvp(kepler)(M, ECC, tangent=2.0) == pytest.approx(2 * second, rel=1e-13)
    assert read(kepler)(M, ECC) == pytest.approx(y, rel=1e-15)


def test_high_orders_by_differences_of_the_order_below():
    for order in (3, 4, 5):
        below = derivative(kepler, order=order - 1)
        h = 1e-4
        expected = (below(M + h, ECC) - below(M - h, ECC)) / (2 * h)
        assert derivative(kepler, order=order)(M, ECC) == pytest.approx(expected, rel=1e-5)


def test_mixed_derivatives_commute():
    one = derivative(kepler, argnums=("m", "e"), order=(1, 1))(M, ECC)
    other = grad(grad(kepler, "e"), "m")(M, ECC)
    assert one == pytest.approx(other, rel=1e-13)


def test_views():
    df = grad(kepler)
    assert str(df) == "∂kepler/∂m = 1/(1 - e*cos(kepler(m, e)))"
    assert r"\operatorname{kepler}{\left(m,e \right)}" in df.latex()
    assert "def kepler(m, e):" in df.source
    assert python_function(df.source)(M, ECC) == pytest.approx(df(M, ECC), rel=1e-15)
    check(df.graph)


def test_names_on_paper():
    def f(x):
        return math.sin(x) * 2

    rule(f, lambda x: 2 * math.cos(x), name="S", latex=r"\mathcal{S}")
    assert str(derivative(lambda x: f(x) ** 2)) == "f'(x) = 4*S(x)*cos(x)"
    assert r"\mathcal{S}" in derivative(lambda x: f(x) ** 2).latex()


def test_two_functions_of_one_name_stay_two():
    def make(k):
        def f(x):
            return k * x

        return rule(f, lambda x: k)

    two, three = make(2.0), make(3.0)
    difference = derivative(lambda x: (two(x) - three(x)) * x)
    assert difference(5.0) == pytest.approx(-10.0)
    assert difference.formula != 0


def test_forms_of_partials():
    def fresh():
        def f(x, y):
            return math.sin(x) * y

        return f

    forms = [
        lambda x, y: (math.cos(x) * y, math.sin(x)),
        lambda x, y, result: [math.cos(x) * y, result / y],
        (lambda x, y: math.cos(x) * y, lambda x, y, result: result / y),
        ("cos(x)*y", "result/y"),
        ("cos(x)*y", lambda x, y: math.sin(x)),
        {"y": "sin(x)", "x": "cos(x)*y"},
        "(cos(x)*y, sin(x))",
        [grad(lambda x, y: math.sin(x) * y), lambda x, y: math.sin(x)],
    ]
    for form in forms:
        f = rule(fresh(), form)
        assert grad(f, (0, 1))(0.5, 2.0) == pytest.approx((2 * math.cos(0.5), math.sin(0.5)), rel=1e-15)
    one = rule(lambda x: math.sin(x), math.cos)
    assert derivative(one, order=2)(0.5) == pytest.approx(-math.sin(0.5))


def test_a_decorated_function_stays_what_it_is():
    assert kepler.__name__ == "kepler"
    assert pickle.loads(pickle.dumps(kepler)) is kepler  # noqa: S301 - our own bytes
    assert copy.deepcopy(kepler) is kepler
    assert line(2.0, 3.0, 4.0) == 10.0


def test_keywords_and_defaults():
    def f(x, y=2.0, tolerance=1e-9, *, mode="fast"):
        return x * y

    rule(f, (lambda x, y: y, lambda x, y: x))
    assert grad(lambda a: f(y=a, x=3.0))(5.0) == 3.0
    assert grad(lambda a: f(a))(5.0) == 2.0
    with pytest.raises(UnsupportedError, match="tolerance"):
        grad(lambda a: f(a, 1.0, 1e-3))
    with pytest.raises(UnsupportedError, match="mode"):
        grad(lambda a: f(a, mode="slow"))
    with pytest.raises(UnsupportedError, match="missing"):
        grad(lambda a: f(y=a))


def test_arrays_elementwise_or_refused():
    x, w, b = np.arange(4.0).reshape(2, 2), np.full((2, 2), 3.0), np.ones((2, 2))
    dw, dx, db = vjp(line, argnums=("w", "x", "b"))(w, x, b, cotangent=np.ones((2, 2)))
    assert (dw.tolist(), dx.tolist(), db.tolist()) == (x.tolist(), w.tolist(), b.tolist())
    with pytest.raises(UnsupportedError, match="line of a tuple or list: it is a function of numbers"):
        jacobian(lambda p: line(p, 1.0, 2.0))([1.0, 2.0])
    with pytest.raises(UnsupportedError, match="function of numbers"):
        jacobian(lambda p: kepler(p, 0.1))(np.array([1.0, 2.0]))


def test_a_call_with_numbers_runs_when_the_derivative_runs():
    calls = []

    @rule(partials="2*x")
    def noted(x):
        calls.append(x)
        if x > 45:
            raise KeyError("too large")
        return x * x

    calls.clear()
    f = read(lambda x: noted(60) * x)
    assert str(f) == "f(x) = x*noted(60)"
    assert not calls
    with pytest.raises(KeyError, match="too large"):
        f(1.0)


def test_what_a_condition_protects_is_not_called():
    @rule(partials="1/x", sample=[(1, 2)])
    def careful(x):
        if x <= 0:
            raise KeyError("not positive")
        return math.log(x)

    for f in (
        lambda x: careful(x) if x > 0 and careful(x) > 0.5 else 2 * x,
        lambda x: 2 * x if x <= 0 or careful(x) < 0.5 else careful(x),
    ):
        assert (derivative(f)(3.0), derivative(f)(-3.0)) == (1 / 3, 2.0)
        assert (read(f)(3.0), read(f)(-3.0)) == (math.log(3.0), -6.0)


def test_in_branches_helpers_and_partials_of_other_rules():
    def helper(x):
        return triple(x) + 1

    def f(x):
        if x > 1:
            return helper(x) ** 2
        return cube(x)

    df = derivative(f)
    assert df(2.0) == pytest.approx(2 * 7 * 3)
    assert df(0.5) == pytest.approx(0.75)
    twice = derivative(f, order=2)
    assert (twice(2.0), twice(0.5)) == pytest.approx((18.0, 3.0))


def test_partials_with_branches_and_loops():
    def f(x):
        return abs(x) ** 3

    def slope(x):
        power = 1.0
        for _ in range(2):
            power *= x
        return 3 * power if x > 0 else -3 * power

    rule(f, slope)
    df = derivative(f, order=2)
    assert (df(2.0), df(-2.0)) == pytest.approx((12.0, 12.0))
    inside = grad(lambda x, y: f(x) * y if y > 0 else x, (0, 1))
    assert inside(-2.0, 1.0) == pytest.approx((-12.0, 8.0))
    assert inside(-2.0, -1.0) == (1.0, 0.0)


def test_rules_that_refer_to_each_other():
    assert derivative(functions.sine, order=5)(0.3) == pytest.approx(math.cos(0.3), rel=1e-15)
    assert derivative(functions.cosine, order=3)(0.3) == pytest.approx(math.sin(0.3), rel=1e-15)
    assert str(derivative(functions.sine, order=2)) == "sine''(x) = -sine(x)"


def test_a_partial_that_calls_the_function_itself_shares_it():
    @rule(partials=lambda x: growth(x))
    def growth(x):
        return math.exp(x)

    df = derivative(lambda x: growth(x) ** 2, order=3)
    assert df(0.5) == pytest.approx(8 * math.exp(1.0), rel=1e-14)
    assert sum(statement.op.name.startswith("growth") for statement in df.graph.body) == 1


def test_captured_values_of_partials_are_read_at_call_time(monkeypatch):
    monkeypatch.setattr(functions, "RATE", 2.0)
    df = grad(lambda x: functions.decay(x) * x)
    assert df(0.5) == pytest.approx(math.exp(-1.0) * (1 - 1.0), abs=1e-15)
    assert "RATE" in str(df)
    monkeypatch.setattr(functions, "RATE", 3.0)
    assert df(0.5) == pytest.approx(math.exp(-1.5) * (1 - 1.5))
    second = derivative(functions.decay, order=2)
    assert second(0.5) == pytest.approx(9 * math.exp(-1.5))
    monkeypatch.setattr(functions, "RATE", 1.0)
    assert second(0.5) == pytest.approx(math.exp(-0.5))


def test_a_captured_number_in_a_recursive_rule():
    k = 2.0

    def wave(x):
        return math.sin(k * x)

    def other(x):
        return math.cos(k * x)

    rule(other, lambda x: -k * math.sin(k * x))
    rule(wave, lambda x: k * other(x))
    rule(other, lambda x: -k * wave(x))
    assert derivative(wave, order=4)(0.3) == pytest.approx(16 * math.sin(0.6), rel=1e-14)


def test_what_shapes_a_partial_is_guarded(monkeypatch):
    def f(x):
        return functions.FACTOR[0] * x

    rule(f, lambda x: functions.FACTOR[0])
    df = derivative(lambda x: f(x))
    assert df(1.0) == 2.0
    monkeypatch.setattr(functions, "FACTOR", (5.0, 1.0))
    assert df(1.0) == 5.0


def test_a_partial_that_was_zero_and_is_no_longer(monkeypatch):
    @rule(partials=lambda x: 0 if functions.FLAT else 2 * x)
    def f(x):
        return 1.0 if functions.FLAT else x * x

    df = derivative(lambda x: f(x) * x)
    assert df(3.0) == 1.0
    monkeypatch.setattr(functions, "FLAT", False)
    assert df(3.0) == 27.0


def test_a_rule_is_checked_again_when_outside_values_make_it_another(monkeypatch):
    @rule(partials=lambda x: 0 if functions.FLAT else 3 * x)
    def f(x):
        return 1.0 if functions.FLAT else x * x

    df = derivative(lambda x: f(x) * x)
    assert df(3.0) == 1.0
    monkeypatch.setattr(functions, "FLAT", False)
    with pytest.raises(RuleError, match="partial of f by x is wrong"):
        df(3.0)


def test_a_rule_that_is_declared_again_is_used_by_old_derivatives():
    def f(x):
        return x**3

    df = derivative(lambda x: f(x) + x)
    assert df(2.0) == 13.0
    rule(f, lambda x: 3 * x**2)
    again = derivative(lambda x: f(x) + x)
    assert again(2.0) == 13.0
    assert "f(x)" not in str(again)
    rule(f, "3*result/x", sample=[(1, 2)])
    assert "f(x)" in str(again)
    assert again(2.0) == 13.0


def test_wraps_does_not_hand_the_rule_on():
    @functools.wraps(cube)
    def wrapper(x):
        return 2 * cube(x)

    assert derivative(wrapper)(2.0) == 24.0


def test_dispatchers_and_caches_are_seen_through():
    def f(x):
        return math.sinh(x)

    rule(f, lambda x: math.cosh(x) + 0 * f(x))
    compiled, cached = numba.njit(f), functools.lru_cache(f)
    assert "f(x)" in str(derivative(lambda x: compiled(x) ** 2))
    assert derivative(lambda x: compiled(x))(0.5) == pytest.approx(math.cosh(0.5))
    assert derivative(lambda x: cached(x))(0.5) == pytest.approx(math.cosh(0.5))


def test_unknown_partials_are_refused_by_name():
    def f(x, order):
        return x**order

    rule(f, ("order*result/x", None), sample=[(0.5, 2), (1, 3)])
    assert grad(f)(2.0, 3.0) == pytest.approx(12.0)
    with pytest.raises(UnsupportedError, match="order"):
        grad(f, "order")(2.0, 3.0)
    with pytest.raises(UnsupportedError, match="order"):
        derivative(lambda x: f(x, x))(2.0)
    together = rule(lambda x, n: x**n, lambda x, n: (n * x ** (n - 1), None), sample=[(0.5, 2), (1, 3)])
    assert grad(together)(2.0, 3.0) == pytest.approx(12.0)


def test_partials_and_callable_objects_may_have_rules():
    def power(base, x):
        return base**x

    doubling = rule(functools.partial(power, 2.0), "log(2)*result", name="doubling")
    assert str(derivative(lambda x: doubling(x) * 3)) == "f'(x) = 3*doubling(x)*log(2)"
    assert derivative(doubling)(3.0) == pytest.approx(8 * math.log(2))

    class Cubic:
        def __call__(self, x):
            return x**3

    cubic = rule(Cubic(), "3*x*x", name="cubic")
    assert "cubic" in str(read(lambda x: cubic(x) + 1))
    assert derivative(lambda x: cubic(x) + x)(2.0) == 13.0


class Shop:
    tax = 0.2

    @staticmethod
    @rule(partials="2*x")
    def cost(x):
        return x * x

    def price(self, x):
        return self.cost(x) * (1 + self.tax)


def test_methods():
    assert derivative(Shop().price)(3.0) == pytest.approx(6 * 1.2)
    assert "cost(x)" in str(read(Shop().price))
    with pytest.raises(ArgumentError, match=r"Shop.price is a method of one object"):
        rule(Shop().price, "2.4*x")


def test_derivatives_of_functions_with_rules_are_pickled():
    for function in (grad(kepler), derivative(lambda m: kepler(m, 0.4))):
        again = pickle.loads(pickle.dumps(function))  # noqa: S301 - our own bytes
        values = (M, ECC)[: len(again.__signature__.parameters)]
        assert again(*values) == function(*values)


def test_a_function_of_scipy():
    """The distribution of Tukey: p with x = (p**k - (1 - p)**k)/k, so dp/dx = 1/(p**(k-1) + (1 - p)**(k-1))."""
    density = "1/(result**(lam - 1) + (1 - result)**(lam - 1))"
    rule(special.tklmbda, {"x": density, "lam": None}, sample=[(-0.5, 0.5), (0.5, 1.5)])
    df = derivative(lambda x: special.tklmbda(x, 0.7) * x)
    p = special.tklmbda(0.3, 0.7)
    assert df(0.3) == pytest.approx(p + 0.3 / (p**-0.3 + (1 - p) ** -0.3), rel=1e-14)
    assert df([0.3, 0.4]).tolist() == pytest.approx([df(0.3), df(0.4)])
    assert "from scipy.special import tklmbda" in df.source
    assert python_function(df.source)(0.3) == pytest.approx(df(0.3), rel=1e-15)
    with pytest.raises(UnsupportedError, match="lam"):
        derivative(special.tklmbda, argnums="lam")(0.3, 0.7)
