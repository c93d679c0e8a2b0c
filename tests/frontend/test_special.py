"""How functions of scipy.special are found: by object, under every way to import them, and in text."""

import subprocess
import sys

import numpy as np
import pytest
import scipy
import scipy.constants
import scipy.special
import scipy.special as sc
from scipy import special
from scipy.special import gammainc
from scipy.special import gammainc as regularized

from symdiff import SourceError, SymdiffError, UnsupportedError, check_grads, derivative, grad, jacobian, read
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


def total(x, y, z):
    return special.logsumexp([x, y, 2 * z])


def weighted(x, y, z):
    return special.logsumexp(np.array([x, y, z]), b=[1.0, 2.0, 0.5], axis=-1)


def chosen(x, y, z):
    p = special.softmax(np.array([x, y, z]))
    return p[0] * x + p[1] * y + special.log_softmax((x, z))[1]


def integrals(x, y, z):
    s, c = special.fresnel(x)
    si, ci = special.sici(y)
    shi, chi = special.shichi(z)
    return s * c + si * ci + shi * chi


@pytest.mark.parametrize("function", [total, weighted, chosen, integrals])
def test_functions_of_containers(function):
    assert read(function)(0.3, 1.2, 0.7) == pytest.approx(float(function(0.3, 1.2, 0.7)), rel=1e-14)
    assert check_grads(function, 0.3, 1.2, 0.7)


def test_logsumexp_is_a_textbook_formula():
    assert str(read(total)) == "total(x, y, z) = log(exp(x) + exp(y) + exp(2*z))"
    assert str(derivative(total)) == "∂total/∂x = exp(x)/(exp(x) + exp(y) + exp(2*z))"


@pytest.mark.parametrize(
    "point", [[1e300, 1.0], [-1e300, -1e300], [-np.inf, 1.0], [np.inf, 1.0], [-np.inf, -np.inf], [710.0, 709.0]]
)
def test_logsumexp_of_large_numbers(point):
    value = read(lambda v: special.logsumexp(v))(point)
    assert value == pytest.approx(special.logsumexp(point), rel=1e-15)
    if np.isfinite(value):
        assert grad(lambda v: special.logsumexp(v))(point) == pytest.approx(special.softmax(point), abs=1e-15)


REFUSED = [
    lambda a: special.logsumexp([[a, 1.0], [2.0, 3.0]], axis=0),
    lambda a: special.logsumexp([a, 1.0], keepdims=True),
    lambda a: special.logsumexp([a, 1.0], b=[1.0]),
    lambda a: special.softmax([]),
    lambda a: special.sici(a, a),
    lambda a: special.expn(a, 2.0),
    lambda a: special.gammainc(a),
    lambda a: special.erf(a, out=None),
]


@pytest.mark.parametrize("function", REFUSED, ids=range(len(REFUSED)))
def test_what_is_not_read_is_refused(function):
    with pytest.raises(UnsupportedError):
        read(function)(1.0)


def test_an_order_is_an_integer_known_before_the_code_is_made():
    def f(n, x):
        return special.expn(n, x) + special.polygamma(n - 1, x)

    assert derivative(f, argnums="x")(2, 1.5) == pytest.approx(-special.exp1(1.5) + special.polygamma(2, 1.5), rel=1e-14)
    assert derivative(f, argnums="x")(3, 1.5) == pytest.approx(-special.expn(2, 1.5) + special.polygamma(3, 1.5), rel=1e-14)


def test_functions_are_applied_to_each_element():
    found = jacobian(lambda v: special.expit(v))([0.5, -1.0])
    assert found == pytest.approx(np.diag(special.expit([0.5, -1.0]) * special.expit([-0.5, 1.0])))
