"""How functions of scipy.special are found: by object, under every way to import them, and in text."""

import subprocess
import sys

import pytest
import scipy
import scipy.constants
import scipy.special
import scipy.special as sc
from scipy import special
from scipy.special import gammainc
from scipy.special import gammainc as regularized

from symdiff import SourceError, SymdiffError, UnsupportedError, derivative, read
from symdiff.primitives import TABLE, resolve

WAYS = [
    lambda x: special.gammainc(2.5, x),
    lambda x: sc.gammainc(2.5, x),
    lambda x: gammainc(2.5, x),
    lambda x: regularized(2.5, x),
    lambda x: scipy.special.gammainc(2.5, x),
]


@pytest.mark.parametrize("function", WAYS, ids=range(len(WAYS)))
def test_every_spelling_is_the_same_row(function):
    assert read(function)(1.3) == special.gammainc(2.5, 1.3)
    assert str(derivative(function)).startswith("f'(x) = 4*x**(3/2)*exp(-x)")


TEXTS = [
    "from scipy import special\nlambda x: special.gammainc(2.5, x)",
    "import scipy.special as sp\nlambda x: sp.gammainc(2.5, x)",
    "import scipy.special\nlambda x: scipy.special.gammainc(2.5, x)",
    "import scipy\nlambda x: scipy.special.gammainc(2.5, x)",
    "from scipy.special import gammainc\nlambda x: gammainc(2.5, x)",
    "from scipy.special import gammainc as g\nimport math, scipy.special as s\nlambda x: g(2.5, x) + math.sin(0) * s.erf(x)",
]


@pytest.mark.parametrize("text", TEXTS, ids=range(len(TEXTS)))
def test_text_may_import_it(text):
    assert read(source=text)(1.3) == special.gammainc(2.5, 1.3)


BAD_TOPS = [
    "import scipy.linalg", "import scipy.special.cython_special", "from scipy import linalg", "from scipy import _lib",
    "from scipy.special import cython_special", "from scipy.special import _ufuncs", "from scipy.special import np",
    "from scipy.special import __loader__", "from scipy.special import test", "from .special import erf",
    "from math import __loader__",
    "import os.path as math", "from scipy.special import *", "from scipy import *", "import scipy.io as special",
]  # fmt: skip


@pytest.mark.parametrize("top", BAD_TOPS)
def test_text_reaches_nothing_else_by_imports(top):
    with pytest.raises(SourceError):
        read(source=f"{top}\ndef f(x):\n    return x")


BAD_CALLS = [
    "scipy.linalg.det(x)", "scipy.io.loadmat(x)", "scipy.__path__", "scipy.special._ufuncs.erf(x)", "scipy.special.np.load(x)",
    "scipy.special.test(x)", "scipy.special.cython_special.erf(x)", "scipy.special.seterr(all='raise')", "scipy.special(x)",
    "scipy.special.erf.__class__(x)", "scipy.special.__dict__", "scipy.special.softmax",
]  # fmt: skip


@pytest.mark.parametrize("call", BAD_CALLS)
def test_text_reaches_nothing_else_by_attributes(call):
    script = f"""
import sys
from symdiff import read, SymdiffError
before = set(sys.modules)
try:
    read(source="import scipy.special\\ndef f(x):\\n    return " + {call!r})(1.0)
except SymdiffError:
    print(sorted(name for name in set(sys.modules) - before if name.startswith(("scipy.linalg", "scipy.io"))))
"""
    if call == BAD_CALLS[0]:
        done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)  # noqa: S603
        assert done.stdout.splitlines()[-1] == "[]"
    with pytest.raises(SymdiffError):
        read(source=f"import scipy.special\ndef f(x):\n    return {call}")(1.0)


def test_a_function_that_is_not_there_is_refused_with_its_place():
    with pytest.raises(UnsupportedError, match="wofz is not in the table of primitives"):
        read(lambda x: special.wofz(x))


def test_constants_of_scipy_are_constants():
    assert str(read(lambda x: x * scipy.constants.pi)) == "f(x) = pi*x"
    assert read(lambda x: x * scipy.constants.c)(1.0) == 299792458.0


def test_the_table_finds_functions_of_scipy_only_once_it_is_loaded():
    script = "import sys\nfrom symdiff.primitives import resolve\nresolve(print)\nassert 'scipy' not in sys.modules\n"
    script += "from scipy import special\nprint(resolve(special.gammainc).name)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)  # noqa: S603
    assert done.stdout == "gammainc\n"
    assert resolve(special.gammaincc) is TABLE["gammaincc"]
