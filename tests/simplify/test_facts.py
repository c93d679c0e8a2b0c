"""What is known of values from how they are made, against the values."""

import numpy as np
import pytest

from symdiff import grad
from symdiff.primitives import TABLE
from symdiff.simplify.facts import CLOSED

POINTS = [0.0, 1e-300, 0.3, 1.0, 2.5, 40.0]


@pytest.mark.parametrize("name", sorted({*CLOSED, "pow"}))
def test_nonnegative_of_nonnegative(name):
    row = TABLE[name]
    with np.errstate(all="ignore"):
        values = [row.numeric(*map(np.float64, (x, y)[: row.arity])) for x in POINTS for y in POINTS]
    assert not any(value < 0 for value in values)


def test_negative_exponents():
    with np.errstate(all="ignore"):
        assert not any(TABLE["pow"].numeric(np.float64(x), np.float64(y)) < 0 for x in POINTS for y in (-3.0, -0.5, -2.0))


@pytest.mark.parametrize("inner", ["np.log1p(u)", "np.sinh(u)", "u**y", "np.sqrt(u)*np.arctan(u)", "np.tanh(u) + np.expm1(u)"])
def test_there_is_no_kink_where_a_value_is_never_negative(inner):
    text = "import numpy as np\ndef f(x, y):\n    u = x**2\n    return np.abs({})\n"
    plain = text.replace("np.abs({})", "{}")
    found, wanted = (grad(source=each.format(inner)).source.split('"""')[2] for each in (text, plain))
    assert found.replace(f"np.abs({inner})", inner) == wanted
