"""SciPy's C functions in generated code: plain Python, compiled, cached on disk, called from a user's compiled code."""

import math
import re
import subprocess
import sys

import numba
import pytest
from scipy import special

from symdiff import derivative, grad, value_and_grad
from symdiff.codegen import python_function
from symdiff.primitives import TABLE


def f(x, y):
    return special.gammainc(2.5, x) * special.gammainc(2.5, x * 1.0) + special.gammaincc(1, y)


SOURCE = value_and_grad(f, argnums=("x", "y")).source


def test_the_source_runs_without_numba_and_returns_floats():
    value, slopes = python_function(SOURCE)(1.3, 0.5)
    assert value == special.gammainc(2.5, 1.3) ** 2 + special.gammaincc(1, 0.5)
    assert all(type(number) is float for number in (value, *slopes))
    script = f"import sys; from symdiff.codegen import python_function; python_function({SOURCE!r})(1.0, 1.0)"
    script += "; print({'numba', 'llvmlite'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)  # noqa: S603
    assert done.stdout == "set()\n"


def test_machine_code_is_cached_on_disk(tmp_path):
    """In the second process nothing is compiled; the symbols are registered before the cached code is loaded."""
    (tmp_path / "made.py").write_text(SOURCE.replace('error_model="numpy"', 'error_model="numpy", cache=True'))
    name = re.findall(r"^def (\w+)", SOURCE, re.MULTILINE)[-1]
    script = f"import made; k = made.{name}; print(sum(k.stats.cache_hits.values()), k(1.3, 0.5), k.py_func(1.3, 0.5))"
    lines = []
    for _ in range(2):
        done = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, check=True)  # noqa: S603
        lines.append(done.stdout)
    assert lines[0].startswith("0 ")
    assert lines[1].startswith("1 ")
    assert lines[0][1:] == lines[1][1:]


def test_a_function_of_the_user_that_numba_compiles_calls_the_derivative():
    df = grad(f)
    caller = numba.njit(lambda x: df(x, 2.0) + 1.0)
    assert caller(1.3) == pytest.approx(df(1.3, 2.0) + 1.0, rel=1e-15)


def test_equal_calls_are_merged_by_the_compiler():
    kernel = value_and_grad(f, argnums=("x", "y")).at(1.0, 1.0).kernel
    (code,) = kernel.inspect_llvm().values()
    assert len(re.findall(r"call double @scipy\.special\.gammainc\(", code)) == 1


def test_an_integer_is_a_float_for_the_c_function():
    assert derivative(lambda x: special.gammainc(1, x))(2) == pytest.approx(math.exp(-2), rel=1e-15)


def test_what_a_row_names_is_split():
    assert TABLE["gammainc"].external == ("gammainc", "gammainc", None)
    for row in TABLE.values():
        if row.scipy:
            function, name, output = row.external
            assert name.endswith(function)
            assert callable(getattr(special, function))
            assert output is None or output >= 0


def test_another_signature_is_refused():
    wrong = SOURCE.replace('special.gammainc, "gammainc"', 'special.gammainc, "ellipj"')
    assert wrong != SOURCE
    with pytest.raises(ImportError, match="another ellipj"):
        exec(wrong, {"__name__": "made"})  # noqa: S102 - our own source
    wrong = SOURCE.replace('special.gammainc, "gammainc"', 'special.gammainc, "__pyx_fuse_0erf"')
    with pytest.raises((ImportError, KeyError)):
        exec(wrong, {"__name__": "made"})  # noqa: S102 - our own source
