"""explain: every fact as data, and the report that shows it."""

import logging
import math

import numpy as np
import pytest

from symdiff import derivative, grad, hessian, hvp, jacobian, jvp, read, rule, vjp
from symdiff.graph import notes
from tests.rules.functions import compiled, complains, kepler

RATE = 2.0
MODE = "fast"


def f(x, mode="plain"):
    print("x is", x)  # noqa: T201
    assert x < 100, "x is too large"
    logging.info("x = %s", x)
    y = abs(x - 1) + max(x, 0.5)
    if mode == "logarithm":
        return math.log(1 + x) * RATE
    return y * RATE


def test_what_was_skipped_is_listed_with_its_line():
    assert [(remark.line, remark.text) for remark in grad(f).explain().skipped] == [
        (2, 'print("x is", x)  # noqa: T201'),
        (3, 'assert x < 100, "x is too large"'),
        (4, 'logging.info("x = %s", x)'),
    ]


class Counter:
    def __init__(self):
        self.calls, self.rate, self.log = 0, 2.0, []

    def energy(self, x):
        self.calls += 1
        self.log.append(x)
        return self.rate * x * x


def test_updates_of_attributes_are_skipped_and_listed():
    told = derivative(Counter().energy).explain()
    assert [(remark.line, remark.text, remark.what) for remark in told.skipped] == [
        (2, "self.calls += 1", "calls is not changed"),
        (3, "self.log.append(x)", "log is not changed"),
    ]
    assert told.guards == ("self is of the class Counter",)
    assert told.captured == {"rate": 2.0}


def test_guards_on_containers():
    rates = [1.0, 2.0]
    told = derivative(lambda x: x * rates[0]).explain()
    assert "rates has the length 2" in told.guards
    assert derivative(lambda x: np.abs(x)).explain().guards == ()


def test_kinks_that_the_derivative_meets():
    (remark,) = grad(f).explain().kinks
    assert (remark.line, remark.text) == (5, "y = abs(x - 1) + max(x, 0.5)")
    assert remark.what == "abs: 0 at 0; max: a tie shares equally: 1/2 each"
    assert grad(f).at(1.0, "logarithm").explain().kinks == ()
    assert grad(lambda x, k: abs(k) * x).explain().kinks == ()


def test_an_equality_that_decides_a_value_is_named():
    (remark,) = grad(lambda x: 1.0 if x == 0 else math.sin(x) / x).explain().kinks
    assert remark.line == 1
    assert remark.what.startswith("x == 0 decides the value: the derivative there is that of this branch")
    (remark,) = grad(lambda x, y: x if y > 0 or x != 2 else x * x).explain().kinks
    assert "x == 2 decides" in remark.what
    assert "y" not in remark.what.partition(" ")[0]
    (remark,) = grad(lambda x: x if x > 0 else -x).explain().kinks
    assert remark.what == "the derivative is that of the branch that is executed"
    assert grad(lambda x, k: x if k == 0 else -x).explain().kinks == ()


def test_modes_with_counted_operations():
    (mode,) = jacobian(lambda p: p[0] * p[1] * p[2] * math.exp(p[0])).explain().modes
    assert mode.mode == "reverse"
    assert set(mode.operations) == {"forward", "reverse"}
    assert mode.operations["reverse"] < mode.operations["forward"]
    assert str(mode.operations["reverse"]) in mode.reason
    (mode,) = hessian(lambda p: p[0] ** 2 * p[1]).explain().modes
    assert len(mode.operations) == 4
    (mode,) = grad(lambda p: p[0] * p[1]).explain().modes
    assert (mode.mode, mode.operations) == ("reverse", {})
    assert [mode.mode for mode in derivative(lambda x: x**4, order=3).explain().modes] == ["forward"]
    assert jvp(lambda x: x * x).explain().modes[0].mode == "forward"
    assert vjp(lambda x: x * x).explain().modes[0].mode == "reverse"
    assert hvp(lambda x: x * x).explain().modes[0].mode == "forward over reverse"
    assert read(lambda x: x * x).explain().modes == ()


def test_operations_are_weighted():
    told = derivative(lambda x: math.sin(x) * x + 1 / x).explain()
    assert told.value_operations == 10 + 1 + 1 + 4
    assert told.operations > 0


def test_versions_captured_values_and_assumptions(monkeypatch):
    df = grad(lambda p: p[0] * p[1] * RATE)
    told = df.explain()
    assert told.assumed == {"p": "a vector of 2"}
    assert told.captured == {"RATE": 2.0}
    monkeypatch.setitem(globals(), "RATE", 3.0)
    df([1.0, 2.0])
    told = df.explain()
    assert told.captured == {"RATE": 3.0}
    assert told.assumed == {}
    assert (told.version, set(told.versions)) == ("p a list of 2", {"p a list of 2", "p a vector of 2"})


def test_integers_and_options_that_are_built_in():
    def power(x, n, mode="a"):
        result = sum([x, x + 1, x + 2, x + 3, x + 4][:n])
        return result if MODE == "fast" else x

    df = grad(power)
    df(2.0, 3)
    told = df.explain()
    assert told.integers == {"n": 3}
    assert "mode = 'a'" in told.version
    assert told.guards == ("MODE is 'fast'",)


def test_accuracy_rewrites_and_inaccurate_functions():
    told = grad(lambda x: math.log(1 + x) + 1 - math.cos(x)).explain()
    (remark,) = told.rewritten
    assert "log(1 + x) is computed as log1p(x)" in remark.what
    assert grad(lambda x: math.sin(x) + x + 0).explain().rewritten == ()
    told = derivative(lambda x: math.lgamma(x), order=2).explain()
    assert told.accuracy == ("polygamma is accurate to about 64 units of rounding",)


def test_rules_and_how_they_are_called():
    told = grad(lambda x: kepler(x, 0.3) + complains(x) + compiled(x)).explain()
    ways = {use.name: use.way for use in told.rules}
    assert ways == {"kepler": "included", "complains": "called back", "compiled": "compiled"}
    use = next(use for use in told.rules if use.name == "complains")
    assert "Numba does not compile it" in use.reason
    assert use.points >= 4
    linear = rule(lambda x: 3 * x, "3")
    assert [use.way for use in grad(lambda x: linear(x)).explain().rules] == ["included"]


def test_whether_there_is_compiled_code():
    df = derivative(lambda x: x * x * 1.2345)
    assert df.explain().compiled == "not yet"
    df(1.0)
    assert df.explain().compiled in ("in this process", "found on disk")
    df = derivative(lambda x: complains(x) * x)
    df(1.0)
    assert df.explain().compiled.startswith("in this process; not kept on disk, because it calls functions")


def test_the_report():
    text = str(grad(f).explain())
    assert text.splitlines()[0] == "Gradient of f with respect to x"
    for line in (
        "  version     x a number, mode = 'plain'",
        "  captured    RATE = 2.0, read at every call",
        "  assumed     x is a number, until a call shows it",
        '  skipped     line 2: print("x is", x)  # noqa: T201',
        '              line 3: assert x < 100, "x is too large"',
    ):
        assert line in text.splitlines()


def test_nothing_is_kept_unless_asked():
    made = derivative(lambda x: math.log(1 + x))
    assert made.graph
    with notes.recording() as outer:
        assert made.explain().rewritten
        assert outer == []
        assert derivative(lambda x: math.log(1 + x)).graph
    assert any(note.kind == "rewritten" for note in outer)
    count = len(outer)
    assert derivative(lambda x: math.log(1 + x)).graph
    assert len(outer) == count


def test_an_inner_derivative_is_explained_with_the_outer_one():
    inner = grad(lambda x: abs(x) ** 3)
    told = derivative(inner).explain()
    assert len(told.modes) == 2
    assert "abs" in told.kinks[0].what


def test_a_derivative_that_cannot_be_read_is_still_refused():
    df = grad(lambda x: unknown(x))  # noqa: F821 - bound to nothing
    with pytest.raises(NameError):
        df.explain()
