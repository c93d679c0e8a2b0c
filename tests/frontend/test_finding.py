"""Finding the source: notebook cells, prompts, edited files, and what stands before or behind a function."""

import functools
import importlib
import linecache
import sys
import textwrap
import types

import pytest

from symdiff import SourceError, grad


class Notebook:
    """Runs cells as IPython does: the text goes to linecache under a name of its own and is compiled with it."""

    def __init__(self, pattern="<ipython-input-{}-0123456789ab>"):
        self.pattern = pattern
        self.names = {"__name__": "__main__"}
        self.count = 0

    def run(self, text):
        self.count += 1
        name = self.pattern.format(self.count)
        text = textwrap.dedent(text)
        linecache.cache[name] = (len(text), None, text.splitlines(keepends=True), name)
        exec(compile(text, name, "exec"), self.names)  # noqa: S102 - what a notebook does
        return self.names


PATTERNS = ["<ipython-input-{}-0123456789ab>", "/tmp/ipykernel_12/34{}.py", "<python-input-{}>"]  # noqa: S108 - not opened


@pytest.mark.parametrize("pattern", PATTERNS)
def test_functions_in_cells(pattern):
    notebook = Notebook(pattern)
    names = notebook.run("k = 2.0\ndef f(x):\n    return k * x**2\n")
    first = grad(names["f"])
    assert first(3.0) == 12.0
    names = notebook.run("def f(x):\n    return k * x**3\n\ng = lambda x: f(x) * 2\n")
    second = grad(names["f"])
    assert (first(3.0), second(3.0)) == (12.0, 54.0)
    assert grad(names["g"])(1.0) == 12.0
    notebook.run("k = 5.0")
    assert (first(3.0), second(3.0)) == (30.0, 135.0)


def test_a_helper_that_another_cell_redefines():
    notebook = Notebook()
    names = notebook.run("def helper(x):\n    return x**2\n")
    names = notebook.run("def f(x):\n    return helper(x) * 3\n")
    df = grad(names["f"])
    assert df(2.0) == 12.0
    notebook.run("def helper(x):\n    return x**3\n")
    for _ in range(2):
        assert df(2.0) == 36.0


def test_classes_in_cells():
    notebook = Notebook()
    text = """
        from symdiff import grad
        class Spring:
            def __init__(self, k):
                self.k = k
            @grad(argnums="x")
            def force(self, x):
                return self.k * x**{power}
        spring = Spring(2.0)
        """
    names = notebook.run(text.format(power=2))
    old = names["spring"]
    assert old.force(3.0) == 12.0
    names = notebook.run(text.format(power=3))
    assert (old.force(3.0), names["spring"].force(3.0)) == (12.0, 54.0)


def test_a_cell_whose_text_is_another_now():
    notebook = Notebook()
    names = notebook.run("def f(x):\n    return x**2\n")
    name = notebook.pattern.format(1)
    text = "def f(x):\n    return x**7\n"
    linecache.cache[name] = (len(text), None, text.splitlines(keepends=True), name)
    with pytest.raises(SourceError, match="not the code that is running"):
        grad(names["f"])
    del linecache.cache[name]
    with pytest.raises(SourceError, match="source="):
        grad(names["f"])


MODULE = """
import functools

def doubled(func):
    @functools.wraps(func)
    def wrapper(*args):
        return 2 * func(*args)
    return wrapper

@doubled
def wrapped(x):
    return x**{power}

class Model:
    def __init__(self):
        self.k = 2.0
    def f(self, x):
        return self.k * x**{power}
    def __call__(self, x):
        return self.k * x**{power}
    @property
    def p(self):
        return self.k * {power}
    def uses(self, x):
        return self.p * x

def helper(x):
    return x**{power}
"""


@pytest.fixture
def module(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "a_module_of_objects", raising=False)
    path = tmp_path / "a_module_of_objects.py"
    path.write_text(MODULE.format(power=2))
    importlib.invalidate_caches()
    found = importlib.import_module("a_module_of_objects")
    found.edit = lambda: (path.write_text("\n" + MODULE.format(power=345)), linecache.checkcache())
    return found


def test_source_of_methods_and_wrappers_that_has_changed(module):
    model = module.Model()
    called = [model.f, model, module.wrapped, functools.partial(model.f), model.uses, lambda x: model.f(x)]
    assert [grad(function)(3.0) for function in called] == [12.0, 12.0, 12.0, 12.0, 4.0, 12.0]
    module.edit()
    for function in called[:-1]:
        with pytest.raises((SourceError, SyntaxError), match="not the code that is running"):
            grad(function)
    with pytest.raises(SyntaxError, match="not the code that is running"):
        grad(called[-1])


def test_a_helper_that_is_rebound_in_another_module(module, monkeypatch):
    df = grad(lambda x: module.helper(x))
    assert df(3.0) == 6.0
    monkeypatch.setattr(module, "helper", lambda x: x**3)
    for _ in range(2):
        assert df(3.0) == 27.0
    through = grad(lambda x: module.wrapped(x))
    assert through(3.0) == 12.0
    monkeypatch.setattr(module, "wrapped", module.helper)
    assert through(3.0) == 27.0


def test_a_module_that_is_replaced(monkeypatch):
    metric = types.ModuleType("metric")
    imperial = types.ModuleType("imperial")
    metric.scale, imperial.scale = 1.0, 2.5
    monkeypatch.setitem(globals(), "units", metric)
    df = grad(lambda x: units.scale * x)  # noqa: F821 - set above
    assert df(1.0) == 1.0
    metric.scale = 3.0
    assert df(1.0) == 3.0
    monkeypatch.setitem(globals(), "units", imperial)
    for _ in range(2):
        assert df(1.0) == 2.5


def test_modules_that_make_attributes_are_not_run():
    lazy = types.ModuleType("lazy")
    lazy.__getattr__ = lambda name: (_ for _ in ()).throw(AssertionError("run"))
    with pytest.raises(SyntaxError, match="has no k"):
        grad(lambda x: lazy.k * x)
