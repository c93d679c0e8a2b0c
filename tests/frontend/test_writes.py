"""Functions that change attributes: what the result does not depend on is skipped, all else is right or refused."""

import logging
import types

import numpy as np
import pytest

from symdiff import UnsupportedError, grad, read


class Model:
    total = 0

    def __init__(self):
        self.k = 3.0
        self.calls = 0
        self.log = []
        self.counts = {"calls": 0}
        self.array = np.zeros(2)
        self.last = None
        self.part = types.SimpleNamespace(k=2.0, n=0)
        self.logger = logging.getLogger("test")

    def skipped(self, x):
        self.calls += 1
        self.last = x
        self.log.append(x)
        self.log += [x]
        self.counts["calls"] += 1
        self.counts["new"] = x
        self.array[0] = x
        self.array += 1.0
        self.part.n = self.part.n + 1
        type(self).total += 1
        self.__private = x
        self.first, self.second = x, 2 * x
        self.logger.info("called with %s", x)
        return self.k * x**2

    def read_again(self, x):
        self.scaled = self.k * x
        self.calls += 1
        return self.scaled**2 * (self.scaled + 1)

    def through_a_method(self, x):
        self.prepare(x)
        return self.y * self.helper(x)

    def prepare(self, x):
        self.y = x**2

    def helper(self, x):
        return self.y + x

    def in_a_loop(self, x):
        self.y = 1.0
        for _ in range(3):
            self.y = self.y * x
        return self.y

    def in_one_branch(self, x):
        if x > 0:
            self.y = x * 2
            z = self.y**2
        else:
            self.z = x
            z = x
        return z

    def augmented(self, x):
        self.y = x
        self.y *= x
        self.y += self.k
        return self.y


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("skipped", lambda x: 6 * x),
        ("read_again", lambda x: 81 * x**2 + 18 * x),
        ("through_a_method", lambda x: 4 * x**3 + 3 * x**2),
        ("in_a_loop", lambda x: 3 * x**2),
        ("in_one_branch", lambda x: 8 * x),
        ("augmented", lambda x: 2 * x),
    ],
)
def test_values_follow_python(name, expected):
    model = Model()
    df, f = grad(getattr(model, name)), read(getattr(model, name))
    for x in (0.5, 2.0):
        assert df(x) == pytest.approx(expected(x), rel=1e-14)
        assert f(x) == pytest.approx(getattr(Model(), name)(x), rel=1e-14)


def test_the_derivative_changes_nothing():
    model, total = Model(), Model.total
    df = grad(model.skipped)
    for _ in range(2):
        df(1.0)
    assert (model.calls, model.last, model.log, model.counts, Model.total) == (0, None, [], {"calls": 0}, total)
    assert [param.name for param in df.graph.params] == ["x", "k"]
    model.skipped(5.0)
    model.calls = "text"
    kernel = df.at(1.0).kernel
    assert df(1.0) == 6.0
    assert df.at(1.0).kernel is kernel


class Stateful:
    def __init__(self):
        self.k = 3.0
        self.n = 1.0
        self.log = []
        self.first = None
        self.table = {"k": 2.0}
        self.part = types.SimpleNamespace(k=2.0)
        self.other = self.part

    def counts(self, x):
        self.n += 1
        return self.n * x

    def remembers(self, x):
        y = self.n * x
        self.n = x
        return y

    def reads_its_log(self, x):
        self.log.append(x)
        return x * len(self.log)

    def starts_once(self, x):
        if self.first is None:
            self.first = x
        return x**2

    def on_some_paths(self, x):
        if x > 0:
            self.y = x
        return self.y * x

    def unclear_sum(self, x):
        if x > 0:
            self.y = x
        self.y += x
        return self.y

    def on_both_paths(self, x):
        if x > 0:
            self.y = x
        else:
            self.y = -x
        return self.y

    def in_an_expression(self, x):
        z = self.setting(x) if x > 0 else 1.0
        return self.k * z

    def setting(self, x):
        self.k = x
        return x

    def under_another_name(self, x):
        self.part.k = x
        return self.other.k * x

    @grad(argnums="x")
    def slope(self, x):
        return self.k * x**2

    def through_a_derivative(self, x):
        self.k = x
        return self.slope(x)

    def an_alias(self, x):
        table = self.table
        self.table["k"] = x
        return table["k"] * x

    def a_list(self, x):
        items = [x]
        self.items = items
        items.append(x)
        return self.items[0]

    @property
    def impure(self):
        self.n += 1
        return self.k

    def reads_impure(self, x):
        return self.impure * x

    @property
    def settable(self):
        return self.k

    @settable.setter
    def settable(self, value):
        raise AssertionError("run")

    def sets(self, x):
        self.settable = x
        return x


class Guarded:
    def __setattr__(self, name, value):
        raise AssertionError("run")

    def f(self, x):
        self.k = x
        return x


@pytest.mark.parametrize(
    ("make", "name", "reason", "marked"),
    [
        (Stateful, "counts", "read for the result and changed", "self.n"),
        (Stateful, "remembers", "read for the result and changed", "self.n"),
        (Stateful, "reads_its_log", "not followed", "self.log"),
        (Stateful, "starts_once", "read for the result and changed", "self.first"),
        (Stateful, "unclear_sum", "not followed", "self.y"),
        (Stateful, "on_some_paths", "not followed", "self.y"),
        (Stateful, "on_both_paths", "not followed", "self.y"),
        (Stateful, "in_an_expression", "not followed", "self.k"),
        (Stateful, "under_another_name", "may be the attribute", "self.other.k"),
        (Stateful, "through_a_derivative", "read by a derivative", "self.k"),
        (Stateful, "an_alias", "read for the result and changed", 'self.table["k"]'),
        (Stateful, "a_list", "not followed", "self.items"),
        (Stateful, "reads_impure", "side effect", "self.n"),
        (Stateful, "sets", "set by a property", "self.settable"),
        (Guarded, "f", "__setattr__", "self.k"),
    ],
)
def test_state_is_refused(make, name, reason, marked):
    with pytest.raises(UnsupportedError, match=reason) as caught:
        grad(getattr(make(), name))(1.0)
    gap = caught.value.gaps[0]
    assert gap.place.text[gap.place.column : gap.place.end_column] == marked
    assert gap.rewrite


def test_writes_to_modules_and_arguments():
    def f(x, p):
        p.calls = p.calls + 1
        return p.k * x

    part = types.SimpleNamespace(k=2.0, calls=0)
    assert grad(f)(1.0, part) == 2.0
    assert part.calls == 0

    def g(x):
        types.k = x
        return x

    with pytest.raises(UnsupportedError, match="module"):
        grad(g)
