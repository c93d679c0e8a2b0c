"""Compiling: dispatch, keywords, threads, callers in compiled code, ufuncs, errors."""

import gc
import linecache
import subprocess
import sys
import threading
import traceback

import numpy as np
import pytest

from symdiff.codegen import compile as compiler
from symdiff.codegen import (
    compile_source,
    dispatch,
    elementwise,
    fast_dispatcher,
    plain_dispatcher,
    python_function,
    register,
    with_defaults,
)
from symdiff.errors import CompileWarning, InternalError

SOURCE = '''"""Test."""

import numba


@numba.njit("float64(float64, float64)", error_model="numpy")
def _df(x, k):
    return 3*x**2/k


@numba.njit(error_model="numpy")
def df(x, k=2.0):
    return _df(x, k)
'''

VECTOR = """import numba


@numba.njit("float64(float64[::1])", error_model="numpy")
def df(p):
    if p.shape[0] != 2:
        raise ValueError("p must have length 2")
    return p[0]*p[1]
"""


@pytest.fixture(scope="module")
def kernel():
    return compile_source(SOURCE, "df")


def slow(*args, **kwargs):
    return "slow", args, kwargs


@pytest.fixture(params=[fast_dispatcher, plain_dispatcher])
def front(request, kernel):
    return request.param(kernel, slow)


def test_plain_floats_run_the_compiled_code(front, kernel):
    assert front(2.0, 4.0) == kernel(2.0, 4.0) == 3.0
    assert np.isnan(front(float("nan"), 1.0))


@pytest.mark.parametrize(
    "argument",
    [
        *(2, True, 2**70, 1j, "a", b"a", None, [1.0], (1.0,), {}, object(), len, float, memoryview(b"a")),
        *(np.float32(2), np.longdouble(2), np.int64(2), np.array(2.0), np.arange(3.0), np.ma.array([1.0])),
        np.array([1], dtype=object),
    ],
    ids=lambda value: type(value).__name__,
)
def test_everything_else_goes_the_slow_way(front, argument):
    said, args, kwargs = front(argument, 1.0)
    assert said == "slow"
    assert args[0] is argument
    assert kwargs == {}


def test_keywords_and_missing_arguments(kernel):
    front = fast_dispatcher(kernel, slow)
    assert front(k=4.0, x=2.0) == front(2.0, k=4.0) == 3.0
    assert front(2.0) == ("slow", (2.0,), {})
    assert front() == ("slow", (), {})
    assert front(k=4.0) == ("slow", (), {"k": 4.0})
    assert front(2, k=4.0) == ("slow", (2, 4.0), {})
    with pytest.raises(TypeError, match="too many arguments"):
        front(1.0, 2.0, 3.0)
    with pytest.raises(TypeError, match="keyword"):
        front(1.0, z=2.0)


def test_defaults(kernel):
    front = fast_dispatcher(kernel, slow, {"k": 4})
    assert front(2.0) == front(x=2.0) == 3.0
    assert front(2) == ("slow", (2, 4.0), {})


def test_arrays_match_exactly():
    front = fast_dispatcher(compile_source(VECTOR, "df"), slow)
    assert front(np.array([2.0, 3.0])) == 6.0
    for other in (np.array([2, 3]), np.arange(4.0)[::2], np.ones((2, 2)), np.ones(2, np.float32), (1.0, 2.0)):
        assert front(other)[0] == "slow"
    with pytest.raises(ValueError, match="length 2"):
        front(np.ones(3))


def test_errors_of_the_slow_way_are_the_callers(kernel):
    def refuse(*_args):
        raise TypeError("argument x is a str")

    with pytest.raises(TypeError, match="argument x is a str"):
        fast_dispatcher(kernel, refuse)("a", 1.0)


def test_a_numba_without_what_the_front_needs(kernel, monkeypatch):
    class Front:
        def __init__(self, *_args):
            raise AttributeError("_tm")

    monkeypatch.setattr(dispatch, "_front_class", lambda: Front)
    front = fast_dispatcher(kernel, slow)
    assert front(2.0, 4.0) == 3.0
    assert front(2, 4.0) == ("slow", (2, 4.0), {})


def test_a_numba_that_does_not_ask_the_front(kernel, monkeypatch):
    front_class = dispatch._front_class()

    class Deaf(front_class):
        def _compile_for_args(self, *_args, **_kwargs):
            return lambda *_args: "something else"

    monkeypatch.setattr(dispatch, "_front_class", lambda: Deaf)
    assert type(fast_dispatcher(kernel, slow)).__name__ == "function"


def test_the_kernel_has_one_signature_and_converts(kernel):
    assert len(kernel.signatures) == 1
    assert kernel(2**31, 1.0) == 3 * 2.0**62  # not an overflowed integer
    with pytest.raises(TypeError):
        kernel("a", 1.0)


def test_callers_in_compiled_code(kernel):
    numba = pytest.importorskip("numba")

    class Derivative:
        pass

    callee = with_defaults(kernel, SOURCE)
    register(Derivative, lambda _value: callee)
    df = Derivative()

    @numba.njit
    def user(x):
        return df(x) + df(x, 4.0)

    assert user(2.0) == 6.0 + 3.0


def test_elements_of_arrays(kernel):
    x, k, out = np.array([1.0, 2.0]), np.array([1.0, 4.0]), np.empty(2)
    elementwise(kernel, [True, True])(x, k, out)
    np.testing.assert_array_equal(out, [3.0, 3.0])
    loop = elementwise(kernel, [True, False])
    loop(x, 2.0, out)
    np.testing.assert_array_equal(out, [1.5, 6.0])
    loop(np.empty(0), 2.0, np.empty(0))
    assert elementwise(kernel, [True, False]) is loop


def test_threads_may_all_compile_first():
    results, barrier = [], threading.Barrier(4)

    def work(number):
        barrier.wait()
        own = compile_source(SOURCE.replace("3*x", f"{number}*x"), "df")
        results.append((number, own(2.0, 4.0), with_defaults(own, SOURCE)(2.0)))

    threads = [threading.Thread(target=work, args=(number,)) for number in range(1, 5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == [(n, float(n), 2.0 * n) for n in range(1, 5)]


def test_tracebacks_show_the_source_while_the_function_lives():
    kernel = compile_source(VECTOR, "df")
    filename = kernel.py_func.__code__.co_filename
    with pytest.raises(ValueError, match="length 2") as caught:
        kernel.py_func(np.ones(3))
    assert 'raise ValueError("p must have length 2")' in "".join(traceback.format_exception(caught.value))
    linecache.checkcache()
    assert filename in linecache.cache
    del kernel, caught
    gc.collect()
    assert filename not in linecache.cache


def test_code_that_does_not_compile_is_an_error_of_ours():
    with pytest.raises(InternalError, match="does not compile") as caught:
        compile_source(VECTOR.replace("p[1]", "unknown(p)"), "df")
    assert "unknown(p)" in "".join(caught.value.__notes__)
    with pytest.raises(InternalError, match="does not compile"):
        compile_source("def df(:", "df")


def test_plain_python_needs_no_numba():
    assert python_function(SOURCE)(2.0) == 6.0
    script = (
        "import sys; from symdiff.codegen import python_function\n"
        f"assert python_function({SOURCE!r})(2.0) == 6.0; assert 'numba' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", script], check=True, timeout=60)  # noqa: S603 - a script of this test


def test_long_code_is_announced(monkeypatch):
    monkeypatch.setattr(compiler, "LONG", 3)
    with pytest.warns(CompileWarning, match=r"compiling announced: \d+ lines"):
        compile_source(VECTOR.replace("p[0]*p[1]", "p[0]*p[1]*17.25"), "announced")
