"""Arguments behind ``*``: chosen by index as in JAX, or all of them by name."""

import pickle

import pytest

from symdiff import DomainError, SourceError, UnsupportedError, derivative, grad, hessian, jvp, value_and_grad


def squares(*xs):
    return sum(x * x for x in xs)


def scaled(a, *xs, scale=2.0):
    return scale * a * sum(xs)


class Spring:
    k = 3.0

    def energy(self, *xs):
        return self.k * xs[0] * xs[1]


def test_by_index():
    assert grad(squares)(1.0, 2.0, 3.0) == 2.0
    assert grad(squares, argnums=1)(1.0, 2.0) == 4.0
    assert grad(squares, argnums=(0, 2))(1.0, 2.0, 3.0, 4.0) == (2.0, 6.0)
    assert grad(scaled, argnums=2)(1.0, 2.0, 3.0, 4.0, scale=5.0) == 5.0
    assert hessian(scaled, argnums=(0, 1))(1.0, 2.0) == ((0.0, 2.0), (2.0, 0.0))
    assert derivative(grad(squares))(5.0, 1.0) == 2.0


def test_by_name():
    assert grad(squares, argnums="xs")(1.0, 2.0, 3.0) == (2.0, 4.0, 6.0)
    assert grad(scaled, argnums=("a", "xs", "scale"))(1.0, 2.0, 3.0) == (10.0, (2.0, 2.0), 5.0)
    assert jvp(squares, argnums="xs")(1.0, 2.0, tangent=(1.0, 0.5)) == 4.0
    assert value_and_grad(scaled)(1.0, 2.0, 3.0) == (10.0, 10.0)


def test_formula_names_them():
    df = grad(squares, argnums=(0, 1))
    assert df(1.0, 2.0) == (2.0, 4.0)
    assert str(df).splitlines() == ["∂squares/∂xs_0 = 2*xs_0", "∂squares/∂xs_1 = 2*xs_1"]


def test_methods_text_and_pickles():
    assert grad(Spring().energy, argnums=1)(2.0, 5.0) == 6.0
    assert grad(source="def f(*xs): return xs[0]*xs[1]", argnums=1)(3.0, 4.0) == 3.0
    again = pickle.loads(pickle.dumps(grad(scaled, argnums=1)))  # noqa: S301 - our own
    assert again(3.0, 1.0) == 6.0


def test_names_that_are_taken():
    def f(f, xs_0, *xs):
        return f * xs_0 * sum(xs)

    assert grad(f, argnums=2)(2.0, 3.0, 5.0) == 6.0
    assert grad(f, argnums=3)(2.0, 3.0, 5.0, 7.0) == 6.0


def test_refusals():
    def passing_on(*args, **options):
        return squares(*args)

    def inside(x):
        def inner(*ys):
            return ys[0] * x

        return grad(inner)(x)

    with pytest.raises(TypeError, match="missing a required argument"):
        grad(squares, argnums=1)(1.0)
    with pytest.raises(DomainError, match=r"argnums -1 is one of \*xs"):
        grad(squares, argnums=-1)
    with pytest.raises(SourceError, match=r"functools\.wraps"):
        grad(passing_on)
    with pytest.raises((DomainError, UnsupportedError), match=r"\*ys"):
        grad(inside)(1.0)
