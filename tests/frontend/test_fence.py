"""The fence: everything that is refused, with its line, a caret, the reason and a rewrite; and nothing else is."""

import ast
import textwrap

import numpy as np
import pytest

from symdiff import NameUnboundError, SymdiffError, UnsupportedError, grad, read
from symdiff.frontend.fence import FENCE

# (body of f(x, y), the text under the caret, verdict, a word of the reason)
REFUSED = [
    ("while True:\n    x = x + 1\nreturn x", "while True:", "never", "never ends"),
    ("while x < 3:\n    x = (x, x)\nreturn x", "x = (x, x)", "never", "starts as a number and becomes a tuple"),
    ("try:\n    return x\nexcept* ValueError:\n    y = 2", "try:", "never", "except*"),
    ("with open('f') as f:\n    return x", None, "never", "open"),
    ("with np.errstate(all='raise'):\n    return x", "'raise'", "never", "raises"),
    ("with np.errstate(all='ignore') as e:\n    return x", "e", "never", "as"),
    ("with np.array([x]):\n    return x", "np.array([x])", "never", "with"),
    ("with x:\n    return x", "x", "not yet", "with"),
    ("global k\nreturn x", "global k", "never", "global"),
    ("def g():\n    nonlocal x\n    x = 2\ng()\nreturn x", "nonlocal x", "never", "outer"),
    ("import os\nreturn x", "import os", "never", "import"),
    ("from numpy import fft\nreturn x", "from numpy import fft", "never", "import"),
    ("del y\nreturn x * y", "y", "never", "no value"),
    ("a = (x, y)\ndel a[0]\nreturn a[0]", "a[0]", "not yet", "del"),
    ("z = 1\nprint(z := x)\nreturn z", "z := x", "never", "change"),
    ("a = [x, y]\nassert a.pop() > 0\nreturn a[-1]", "a.pop()", "never", "change"),
    ("class A: pass\nreturn x", "class A: pass", "never", "class"),
    ("match x:\n    case math.floor():\n        return x\nreturn y", "math.floor()", "not yet", "pattern of this class"),
    ("match [x]:\n    case [1 as a] | [a]:\n        return x\nreturn y", "[1 as a]", "not yet", "alternatives"),
    ("yield x", "yield x", "never", "generator"),
    ("return {'a': x}['b']", "{'a': x}['b']", "never", "'b' is not in the dict"),
    ("return {x: 1}[x]", "x", "not yet", "key"),
    ("return {(x, 1): 1}", "(x, 1)", "never", "as the key"),
    ("return {x, y}", "{x, y}", "never", "set"),
    ("s = 0\nfor k in {1, 2}:\n    s += k * x\nreturn s", "{1, 2}", "never", "no order"),
    ("a, b = [x], [y]\nc = a if x > 0 else b\nc.append(1)\nreturn len(a)*x", "c.append(1)", "not yet", "a may show, too"),
    ("return np.array([x]) @ np.array([x, y])", "np.array([x]) @ np.array([x, y])", "never", "shapes (1,) and (2,)"),
    ("return x & y", "x & y", "never", "bitwise"),
    ("return x ^ y", "x ^ y", "never", "no power"),
    ("return x << 2", "x << 2", "never", "bitwise"),
    ("return ~x", "~x", "never", "bitwise"),
    ("return x + 1j", "1j", "never", "complex"),
    ("return x.real_part", "x.real_part", "not yet", "attribute"),
    ("return x.foo()", "x.foo()", "not yet", "method"),
    ("return 'a' * x", "'a' * x", "never", "arithmetic"),
    ("return x + None", "x + None", "never", "None"),
    ("return 9**9**9 * x", "9**9**9", "never", "too large"),
    ("return x * 10**400", "x * 10**400", "never", "too large"),
    ("return z\nz = 1", "z", "never", "no value"),
    ("if x > 0:\n    z = x\nelse:\n    z = None\nreturn z * 2", "z * 2", "never", "arithmetic on None"),
    ("a, b, c = x, y\nreturn a", "a, b, c", "never", "2 values for 3"),
    ("return (x, y)[2]", "(x, y)[2]", "never", "out of range"),
    ("return abs(x, y)", "abs(x, y)", "never", "takes 1"),
    ("return math.sin(x, y)", "math.sin(x, y)", "never", "takes 1"),
    ("return math.factorial(x)", "math.factorial(x)", "not yet", "factorial"),
    ("return np.fft.fft(x)", "np.fft", "never", "not available"),
    ("return np.sin(x, out=y)", "np.sin(x, out=y)", "not yet", "keyword out"),
    ("return x if x > 0 else None", "def f(x, y):", "never", "None on another"),
    ("pass", "def f(x, y):", "never", "returns nothing"),
    ("return 'text'", "def f(x, y):", "never", "text"),
    ("return f'bad {x}'", "def f(x, y):", "never", "a text that depends"),
    ("if f'{x}' == '1.0':\n    return x\nreturn y", None, "never", "text"),
    ("raise 3", "raise 3", "not yet", "no exception class"),
    ("raise", "raise", "never", "bare raise"),
    ("return x if x > 0 else (y := 2) * y", "x if x > 0 else (y := 2) * y", "never", "may not happen"),
    ("return x < y < (z := 2)", "x < y < (z := 2)", "never", "may not happen"),
    (
        "try:\n    if x > 0:\n        y = 1 / x\nexcept ZeroDivisionError:\n    y = 2\nreturn y",
        None,
        "not yet",
        "a branch or a loop inside try",
    ),
    ("try:\n    y = 1 / x\nexcept ZeroDivisionError as e:\n    y = e\nreturn y", None, "never", "exception"),
    ("try:\n    y = 1 / x\nexcept x:\n    y = 2\nreturn y", "x", "never", "no exception class"),
    ("try:\n    y = 1 / x\nfinally:\n    return x", "return x", "never", "finally"),
    ("return x is y", "x is y", "never", "identity"),
    ("return len({v for v in (x, y) if v > 0})", "{v for v in (x, y) if v > 0}", "not yet", "filter"),
    ("return [x, y] < [y, x]", "[x, y] < [y, x]", "not yet", "containers"),
    ("return max([])", "max([])", "never", "nothing"),
    ("return round(x, 40)", "round(x, 40)", "never", "decimals"),
    ("return round(x, int(y))", "round(x, int(y))", "not yet", "decimals"),
    ("return math.isclose(x, y, abs_tol='a')", "math.isclose(x, y, abs_tol='a')", "never", "arithmetic"),
    ("g = (v for v in (x, y))\nreturn sum(g)", "g", "not yet", "generator"),
    ("g = zip((x, y), (1, 2))\nreturn len(list(g)) * x + len(list(g))", "list(g)", "never", "twice"),
    ("p = {'a': x}\nv = p.values()\np['b'] = y\nreturn sum(v)", "sum(v)", "not yet", "changed"),
    ("p = [x]\nfor v in p:\n    p.append(v)\nreturn sum(p)", "p", "not yet", "loops over"),
    ("return sorted([x, y], key=abs)[0]", "sorted([x, y], key=abs)", "not yet", "keyword key"),
    ("return max([x, y], key=abs)", "max([x, y], key=abs)", "not yet", "keyword key"),
    ("return sorted([x * k for k in range(9)])[0]", "sorted([x * k for k in range(9)])", "not yet", "sorting 9"),
    ("return np.interp(x, [1, 0], [1, 2])", "np.interp(x, [1, 0], [1, 2])", "never", "increase"),
    ("return math.frexp(x)[0]", "math.frexp(x)", "not yet", "frexp"),
    ("return math.ldexp(x, int(y))", "math.ldexp(x, int(y))", "not yet", "exponent"),
    ("return 1 << 100000", "1 << 100000", "never", "bitwise"),
    ("return complex(x)", None, "never", "complex"),
    ("return f(x, y)", "f(x, y)", "not yet", "whose end depends"),
    ("return x if x < 1 else f(x / 2, y) + f(x / 3, y)", "f(x / 2, y)", "not yet", "whose end depends"),
    ("def g(n):\n    return x * g(n + 1)\nreturn g(0)", "g(n + 1)", "not yet", "nested more than"),
    ("return (-8.0)**(1/3) * x", "(-8.0)**(1/3)", "never", "complex"),
    ("return 1 // 0 * x", "1 // 0", "never", "zero"),
]


def text(body: str) -> str:
    return "def f(x, y):\n" + textwrap.indent(body, "    ")


def _shown(body, *, called):
    """Read a function. ``called``: until a call says that it is none, an argument may be an array of truth values."""
    derivative = grad(source=text(body))
    return derivative.at(0.5, 1.5) if called else derivative.formula


@pytest.mark.parametrize(
    ("body", "marked", "verdict", "reason"), REFUSED, ids=[row[0].replace("\n", "; ")[:40] for row in REFUSED]
)
def test_refused(body, marked, verdict, reason):
    with pytest.raises(SymdiffError) as caught:
        _shown(body, called=marked in ("x & y", "x ^ y", "~x"))
    message = str(caught.value)
    assert reason in message
    if marked is None:
        return
    assert isinstance(caught.value, UnsupportedError)
    assert isinstance(caught.value, SyntaxError)
    gaps = caught.value.gaps
    assert any(marked == gap.place.text[gap.place.column : gap.place.end_column] for gap in gaps), message
    if verdict is not None:
        assert any(gap.verdict == verdict and reason in gap.reason for gap in gaps), message
    for gap in gaps:
        shown = str(gap).splitlines()
        assert shown[0] == f'  File "<source>", line {gap.place.line}'
        assert shown[2].strip("^ ") == ""
        assert "^" in shown[2]
        assert shown[4].startswith("  instead: ")
        assert gap.rewrite


def test_every_row_of_the_fence_has_a_reason_and_a_rewrite():
    for node, row in FENCE.items():
        assert issubclass(node, ast.AST)
        assert row.reason
        assert row.rewrite
        assert row.verdict in ("not yet", "never")


def test_all_gaps_at_once():
    body = "a = yield\nb = x << y\nfor v in (1, 2):\n    c = x ^ v\nreturn math.factorial(x) + x.foo"
    with pytest.raises(UnsupportedError) as caught:
        grad(source=text(body))
    assert len(caught.value.gaps) == 5
    assert [gap.place.line for gap in caught.value.gaps] == [2, 3, 5, 6, 6]


def test_refused_at_decoration():
    with pytest.raises(UnsupportedError, match="generator"):

        @grad
        def f(x):
            yield x


def test_a_gap_in_a_helper_names_the_helper(tmp_path):
    def helper(x):
        return x & 1

    with pytest.raises(UnsupportedError) as caught:
        grad(lambda x: helper(x) + 1)
    (gap,) = caught.value.gaps
    assert gap.place.text.strip() == "return x & 1"
    assert gap.place.file == __file__


def test_dead_code_is_not_refused():
    assert grad(source=text("if False:\n    return {}\nreturn x * y"))(2.0, 3.0) == 3.0


def test_names_bound_later():
    @grad
    def f(x):
        return defined_later(x)  # noqa: F821 - that is the test

    with pytest.raises(NameUnboundError, match="defined_later"):
        f(1.0)
    with pytest.raises(NameError):
        _ = f.formula
    try:
        globals()["defined_later"] = square
        assert f(3.0) == 6.0
    finally:
        del globals()["defined_later"]


def square(x):
    return x * x


def test_decorated_function_that_uses_its_own_name():
    @grad
    def recursive(x):
        return x if x < 1 else recursive(x / 2)

    with pytest.raises(UnsupportedError, match=r"df = grad\(f\)"):
        recursive(3.0)


def test_text_is_never_executed(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    attacks = [
        "__import__('os').system('touch pwned')",
        "open('pwned', 'w')",
        "().__class__.__bases__[0].__subclasses__()",
        "np.save('pwned', x)",
        "np.linalg.linalg.np.save('pwned', x)",
        "np.linalg._linalg.np.save('pwned', x)",
        "np.linalg.test()",
        "np.linalg.__loader__.load_module('os')",
        "np.lib.format.open_memmap('pwned')",
        "math.__loader__",
        "eval('x')",
        '(lambda: exec(\'open("pwned", "w")\'))()',
        "f.__globals__",
        "print.__self__.open('pwned', 'w')",
    ]
    for attack in attacks:
        with pytest.raises(SymdiffError):
            read(source=f"def f(x):\n    return {attack}")(1.0)
    for top in (
        "import os",
        "from numpy.linalg import test",
        "from numpy import lib",
        "import numpy.lib",
        "open('pwned', 'w')",
        "from os import system",
        "k = open('pwned', 'w')",
        "x: int = exec('1')",
    ):
        with pytest.raises(SymdiffError):
            read(source=f"{top}\ndef f(x):\n    return x")(1.0)
    with pytest.raises(SymdiffError):
        read(source="def f(x, y=open('pwned', 'w')):\n    return x")
    with pytest.raises(SymdiffError):
        read(source="@open\ndef f(x):\n    return x")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("top", "norm"),
    [
        ("", "np.linalg.norm"),
        ("import numpy.linalg", "numpy.linalg.norm"),
        ("import numpy.linalg as la", "la.norm"),
        ("from numpy import linalg", "linalg.norm"),
        ("from numpy.linalg import norm", "norm"),
    ],
)
def test_text_may_use_linear_algebra(top, norm):
    df = grad(source=f"{top}\ndef f(x):\n    return {norm}(x)")
    assert df(np.array([0.0, 2.0])).tolist() == [0.0, 1.0]


def test_text_that_is_no_python():
    for bad in ("def f(x:", "", "x + 1", "1 +", "def f(x):\n\treturn x\n        return 2", "\x00", "(" * 5000 + ")" * 5000):
        with pytest.raises(SymdiffError):
            read(source=bad)


def test_text_with_helpers_and_constants():
    source = """
    import math
    import numpy as np
    from math import sin as s
    k = 3.0
    def helper(x, n=2):
        return x**n
    g = lambda t: 2*t
    def f(x, y=2.0):
        return k*helper(x) + s(g(x)) + np.cos(y)
    """
    df = grad(source=source)
    import math

    assert df(1.5) == pytest.approx(9.0 + 2 * math.cos(3.0), rel=1e-15)
