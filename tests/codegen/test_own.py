"""Functions with rules of their own in compiled code: included, called, called back."""

import math
import os
import subprocess
import sys

import numba
import numpy as np
import pytest

from symdiff import derivative, grad, read, rule, value_and_grad
from symdiff.codegen import link_of, own_rows, python_function
from tests.rules import functions
from tests.rules.functions import compiled, complains, kepler


def link(function):
    (row,) = own_rows(function.graph)
    return link_of(row)


def test_a_definition_that_reads_nothing_from_outside_is_included():
    df = grad(lambda m: kepler(m, 0.3) ** 2)
    assert link(df).way == "included"
    assert "@numba.njit\ndef kepler(m, e):" in df.source
    assert "import tests" not in df.source
    assert df(1.0) == pytest.approx(python_function(df.source)(1.0), rel=1e-15)


def test_a_function_of_numba_is_imported_and_called():
    df = derivative(lambda x: compiled(x) * x)
    assert link(df).way == "compiled"
    assert "from tests.rules.functions import compiled" in df.source
    assert "objmode" not in df.source
    exact = 2 * 0.5 * (math.cos(0.5) - 1) - 0.25 * math.sin(0.5)
    assert df(0.5) == pytest.approx(exact, rel=1e-14)
    assert python_function(df.source)(0.5) == pytest.approx(exact, rel=1e-14)


def test_a_local_function_of_numba_is_handed_over():
    @numba.njit
    def local(x):
        return x * x

    rule(local, "2*x")
    df = derivative(lambda x: local(x) * x)
    assert df(2.0) == 12.0
    assert "# local must be defined here" in df.source
    with pytest.raises(NameError, match="local"):
        python_function(df.source)(2.0)


@pytest.mark.parametrize("compile_by_hand", [False, True])
def test_exceptions_of_a_function_that_is_called_back_reach_the_caller(compile_by_hand):
    df = derivative(lambda x: complains(x) ** 2)
    assert link(df).way == "called back"
    assert "Numba does not compile it" in link(df).reason
    if compile_by_hand:
        df.compile(1.0)
    assert df(3.0) == 4 * 27.0
    for call in (df, lambda x: df([1.0, x]), lambda x: value_and_grad(lambda y: complains(y))(x)):
        with pytest.raises(KeyError, match="too large"):
            call(60.0)
    assert df(3.0) == 4 * 27.0
    with pytest.raises(KeyError, match="too large"):
        python_function(df.source)(60.0)


def test_exceptions_of_an_included_function_reach_the_caller():
    @rule(partials="2*x")
    def careful(x):
        if x > 50:
            raise ValueError("too large")
        return x * x

    df = derivative(lambda x: careful(x) ** 2)
    assert link(df).way == "included"
    assert df(3.0) == 4 * 27.0
    with pytest.raises(ValueError, match="too large"):
        df(60.0)


def test_a_function_that_counts_its_calls_is_called_back_each_time():
    calls = []

    @rule(partials="2*x")
    def counted(x):
        calls.append(x)
        return x * x

    f = read(lambda x: counted(x) + counted(x) * counted(2 * x))
    f.compile(1.0)
    calls.clear()
    assert f(3.0) == 9.0 + 9.0 * 36.0
    assert calls == [3.0, 6.0]  # equal calls are one


def test_outside_values_of_the_function_itself_are_honoured(monkeypatch):
    @rule(partials="2*x")
    def shifted(x):
        return x * x + functions.RATE

    f = read(lambda x: shifted(x))
    monkeypatch.setattr(functions, "RATE", 10.0)
    assert f(1.0) == 11.0
    monkeypatch.setattr(functions, "RATE", 20.0)
    assert f(1.0) == 21.0
    assert link(f).reason == "it reads functions from its module"


def test_what_compiled_code_would_compute_otherwise_is_called_back():
    @rule(partials="0")
    def digits(x):
        total = 1
        for k in range(1, 26):
            total *= k
        return 1e-25 * total

    assert link(read(lambda x: digits(x) * x)).way == "called back"
    assert "compiled by Numba it gives" in link(read(lambda x: digits(x) * x)).reason
    assert derivative(lambda x: digits(x) * x)(2.0) == pytest.approx(1.5511210043330986)


@pytest.mark.parametrize("name", ["math", "polygamma", "gradient_both", "call_f"])
def test_names_never_collide(name):
    def f(x):
        return x**3 + len("")

    def g(x):
        return math.fsum([x * x])

    for function in (f, g):
        function.__name__ = function.__qualname__ = name
    rule(f, "3*x*x", name=name)
    rule(g, "2*x", name=name)

    def both(x, sin):
        return f(x) * g(x) * math.sin(sin) * abs(x) + math.lgamma(x)

    exact = 6 * 2.0**5 * math.sin(1.0) + 0.42278433509846713
    assert grad(both)(2.0, 1.0) == pytest.approx(exact, rel=1e-14)


def test_defaults_and_lambdas_in_included_text():
    f = rule(lambda x, n=2: x**n, "2*x")

    def g(x, scale: float = 2.0) -> float:
        """Scaled."""
        return scale * x

    rule(g, "2")
    df = derivative(lambda x: f(x) * g(x))
    assert {link_of(row).way for row in own_rows(df.graph)} == {"included"}
    assert df(2.0) == 24.0
    assert "Scaled" not in df.source


def test_a_literal_operand_is_a_float():
    @rule(partials="2*x")
    def halved(x):
        return x * x + 1 / 2 * (x // 1 - x // 1)

    assert read(lambda x: halved(3) * x)(1.0) == 9.0
    assert "halved(3.0)" in read(lambda x: halved(3) * x).source


def test_broadcasting_over_arrays():
    df = derivative(lambda x, k: complains(x) * k)
    assert df(np.array([1.0, 2.0, 3.0]), 2.0).tolist() == [4.0, 8.0, 12.0]
    de = derivative(lambda x: kepler(x, 0.3))
    assert de(np.array([1.0, 2.0])).tolist() == [de(1.0), de(2.0)]


def test_compiled_code_of_the_user_calls_it():
    df = derivative(lambda x: complains(x) * x)

    @numba.njit
    def twice(x):
        return 2 * df(x)

    assert twice(3.0) == 2 * 27.0


MODULE = """
import math
from symdiff import derivative, rule

@rule(partials="{0}*x")
def scaled(x):
    return {0} / 2 * x * x

@rule(partials="2*x")
def called_back(x):
    return math.fsum([x * x])

df, dg = derivative(lambda x: scaled(x) * x), derivative(lambda x: called_back(x) * x)
print(df(1.0), dg(1.0), df.explain().compiled, dg.explain().compiled.partition(";")[0], sep="; ")
"""


def test_later_processes_find_included_functions_on_disk_and_never_an_old_one(tmp_path):
    def run(factor):
        (tmp_path / "module.py").write_text(MODULE.format(factor))
        environment = {**os.environ, "SYMDIFF_CACHE_DIR": str(tmp_path / "cache"), "SYMDIFF_CACHE": "1"}
        command = [sys.executable, str(tmp_path / "module.py")]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)  # noqa: S603
        return done.stdout.strip().split("; ")

    assert run(2.0) == ["3.0", "3.0", "in this process", "in this process"]
    assert run(2.0) == ["3.0", "3.0", "found on disk", "in this process"]
    assert run(4.0) == ["6.0", "3.0", "in this process", "in this process"]
