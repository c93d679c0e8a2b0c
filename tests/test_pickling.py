"""Derivatives in other processes: pickle, copy, multiprocessing, joblib."""

import copy
import functools
import json
import math
import os
import pickle
import subprocess
import sys
from pathlib import Path

import numba
import numpy as np
import pytest

from symdiff import UnsupportedError, derivative, grad, hessian, jvp, read, rule, value_and_grad
from symdiff.pickling import Pickled
from tests import pickled


def there_and_back(derivative):
    data = pickle.dumps(derivative)
    return pickle.loads(data)  # noqa: S301 - made in the line above


def parts(derivative):
    """What a pickle holds."""
    (held,) = derivative.__reduce__()[1]
    assert isinstance(held, Pickled)
    return held


def same(derivative, *args, **kwargs):
    """The derivative that comes back shows and computes the same."""
    back = there_and_back(derivative)
    assert str(back) == str(derivative)
    assert back.__name__ == derivative.__name__
    assert list(back.__signature__.parameters) == list(derivative.__signature__.parameters)
    np.testing.assert_array_equal(back(*args, **kwargs), derivative(*args, **kwargs))
    again = there_and_back(back)
    np.testing.assert_array_equal(again(*args, **kwargs), derivative(*args, **kwargs))
    return back


# -- by name ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["slope", "second", "third", "decorated"])
def test_functions_of_modules(name):
    derivative = getattr(pickled, name)
    same(derivative, 0.5)
    assert parts(derivative).definitions == []


def test_a_decorated_function_is_the_one_of_its_module():
    assert there_and_back(pickled.decorated) is pickled.decorated
    assert there_and_back(pickled.decorated_by_name) is pickled.decorated_by_name
    back = there_and_back(grad(pickled.decorated))
    assert back.__wrapped__ is pickled.decorated
    assert back(2.0) == 12.0
    assert there_and_back(derivative(pickled.decorated.__wrapped__)).__wrapped__ is pickled.decorated.__wrapped__


def test_options_come_back():
    same(value_and_grad(pickled.wave), 0.5)
    same(jvp(pickled.wave), 0.5, tangent=2.0)
    same(derivative(lambda x, y: x**3 * y**2, argnums=("x", "y"), order=(2, 1)), 2.0, 3.0)
    same(grad(lambda x, y: x * y**2, argnums=("y", "x")), 2.0, 3.0)
    same(hessian(grad(lambda x: x**5)), 2.0)


def test_text():
    back = same(pickled.of_text, 0.5)
    assert back.__wrapped__ is None


# -- by text ------------------------------------------------------------------------------------------------------


def test_lambdas_and_what_they_use():
    k, table = 3.0, [1.0, 2.0]
    same(pickled.both, (2.0, 3.0))
    same(grad(lambda x: k * x**2 + table[1] * x), 2.0)
    same(grad(lambda x, k=2.0: k * x**2), 2.0)
    same(grad(lambda x, *, k=2.0, m=(lambda y: 3 * y): m(k * x**2)), 2.0)
    same(
        grad(
            lambda x: (
                k * x**2  # a comment
                + math.sin(x)
            )
        ),
        2.0,
    )
    assert str(there_and_back(grad(lambda x: k * x**2))) == "f'(x) = 2*k*x"


def test_closures():
    derivative = grad(pickled.scaled(3.0))
    back = same(derivative, 2.0)
    assert back(2.0) == 13.5
    assert back.__wrapped__(2.0) == derivative.__wrapped__(2.0) == 15.0
    assert back.__wrapped__.__qualname__ == "scaled.<locals>.inner"


def test_values_are_those_at_the_time_of_pickling():
    k = 2.0
    derivative = grad(lambda x: k * x**2)
    data = pickle.dumps(derivative)
    k = 5.0
    assert derivative(1.0) == 10.0
    assert pickle.loads(data)(1.0) == 4.0  # noqa: S301
    assert there_and_back(derivative)(1.0) == 10.0


def test_a_name_that_is_shared_stays_one_parameter():
    k = 2.0

    def inner(x):
        return k * x

    assert str(same(grad(lambda x: k * inner(x)), 1.0)) == "f'(x) = k**2"


def test_helpers_of_all_kinds():
    def power(x, n):
        return 1.0 if n == 0 else x * power(x, n - 1)

    cached = functools.lru_cache(lambda x: 2 * x)
    compiled = numba.njit(lambda x: x + 1)
    options = {"mode": "a", "functions": (math.sin, lambda x: 3 * x), "module": np}
    slope = grad(lambda y: y**3)
    same(grad(lambda x: power(x, 3)), 2.0)
    same(grad(lambda x: cached(x) * compiled(x)), 2.0)
    same(grad(lambda x: slope(x) * pickled.SCALE), 2.0)
    same(grad(lambda x: pickled.wave(x) if options["mode"] == "a" else x), 2.0)
    same(grad(lambda x: x * pickled.TABLE[1]), 2.0)


def test_methods_and_objects():
    spring = pickled.Spring(3.0)
    assert str(same(grad(spring.energy), 2.0)) == "energy'(x) = k*x"
    assert str(same(grad(spring.private()), 2.0)) == "f'(x) = 3*hidden*x**2"
    assert there_and_back(grad(pickled.Spring.energy, argnums="x"))(spring, 2.0) == 6.0
    same(grad(spring), 2.0)
    same(pickled.Spring.cube, 2.0)
    assert there_and_back(pickled.Spring.force) is pickled.Spring.force
    bound = there_and_back(spring.force)
    assert bound(2.0) == spring.force(2.0) == 12.0
    assert bound.__self__ is not spring


class _Inner:
    """A class whose functions no module holds."""

    scale = 2.0

    def scaled(self, x):
        return self.scale * x**2

    @staticmethod
    def plain(x):
        return x**2


def test_functions_of_a_class_by_text():
    scaled, plain = _Inner.scaled, _Inner.__dict__["plain"].__func__
    del _Inner.scaled, _Inner.plain
    derivative = grad(scaled, argnums="x")
    assert parts(derivative).definitions
    assert there_and_back(derivative)(_Inner(), 3.0) == 12.0
    same(grad(plain), 3.0)


def test_partials_and_wrappers():
    def wrap(function):
        @functools.wraps(function)
        def wrapper(*args, **kwargs):
            return 2 * function(*args, **kwargs)

        return wrapper

    @wrap
    def wrapped(x, y):
        return x**2 * y

    same(grad(functools.partial(lambda k, x: k * x**2, 3.0)), 2.0)
    same(grad(functools.partial(lambda x, k: k * x**2, k=3.0)), 2.0)
    same(grad(wrapped), 2.0, 3.0)
    same(grad(pickled.vectorized), 2.0)


def test_functions_with_rules():
    same(grad(pickled.square), 3.0)
    same(grad(lambda x: pickled.square(x) + 1), 3.0)

    @rule(partials="3*x**2")
    def cube(x):
        return x * x * x

    with pytest.raises(pickle.PicklingError, match="cube has a rule of its own"):
        pickle.dumps(grad(cube))


def test_functions_that_call_each_other():
    def outer(x):
        return inner(x) + 1.0

    def inner(x):
        return slope(x) * x

    slope = grad(lambda y: y**2)
    same(grad(outer), 2.0)


def test_nothing_is_executed_when_a_pickle_is_loaded():
    happened = []

    def f(x, k=happened.append("default") or 2.0):  # noqa: B008
        return k * x**2

    data = pickle.dumps(grad(f))
    assert happened == ["default"]
    back = pickle.loads(data)  # noqa: S301
    assert back(1.0) == 4.0
    assert happened == ["default"]


def test_a_name_that_is_not_bound_yet():
    derivative = grad(lambda x: later * x**2)
    back = there_and_back(derivative)
    later = 3.0
    assert derivative(1.0) == 6.0
    with pytest.raises(NameError, match="later"):
        back(1.0)
    assert there_and_back(derivative)(1.0) == 6.0


def test_text_of_an_unpickled_function_is_forgotten_with_it():
    import gc
    import linecache

    back = there_and_back(grad(lambda x: x**4))
    filename = back.__wrapped__.__code__.co_filename
    assert filename in linecache.cache
    del back
    gc.collect()
    assert filename not in linecache.cache


# -- copies -------------------------------------------------------------------------------------------------------


def test_copies_are_the_object_as_for_functions():
    derivative = grad(lambda x: x**2)
    for made in (copy.copy(derivative), copy.deepcopy(derivative), copy.deepcopy({"f": [derivative]})["f"][0]):
        assert made is derivative
    assert hash(derivative) == hash(derivative)
    assert derivative != there_and_back(derivative)


# -- other processes ----------------------------------------------------------------------------------------------

MODULE = "import math\nimport symdiff\n\nk = 2.0\n\ndef f(x):\n    return k * x**2\n\nslope = symdiff.grad(f)\n"


def run(place, text, *args):
    """Run a script in a process of its own; it prints JSON."""
    (place / "script.py").write_text(text)
    # Bytecode would be taken for that of a file which is edited within the same second.
    paths = os.pathsep.join([str(place), str(Path.cwd())])
    env = {**os.environ, "PYTHONPATH": paths, "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-W", "error", "script.py", *args]
    done = subprocess.run(command, cwd=place, env=env, capture_output=True, text=True, timeout=120, check=False)  # noqa: S603
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


LOAD = """
import json, pickle
from pathlib import Path
try:
    result = pickle.loads(Path("pickle").read_bytes())(3.0)
except Exception as error:
    result = f"{type(error).__name__}: {error}"
print(json.dumps(result))
"""


def saved(place, module=MODULE):
    (place / "held.py").write_text(module)
    run(place, "import held, pickle; from pathlib import Path; Path('pickle').write_bytes(pickle.dumps(held.slope)); print(0)")


def test_another_process_finds_the_function(tmp_path):
    saved(tmp_path)
    assert run(tmp_path, LOAD) == 12.0


def test_another_value_is_honoured_another_text_is_refused(tmp_path):
    saved(tmp_path)
    (tmp_path / "held.py").write_text(MODULE.replace("k = 2.0", "k = 5.0"))
    assert run(tmp_path, LOAD) == 30.0
    (tmp_path / "held.py").write_text(MODULE.replace("x**2", "x**3"))
    assert run(tmp_path, LOAD).startswith("SourceError: f of the module held has changed since")


@pytest.mark.parametrize("text", [MODULE.replace("f(x)", "g(x)").replace("grad(f)", "grad(g)"), None])
def test_a_function_that_is_gone(tmp_path, text):
    saved(tmp_path)
    if text is None:
        (tmp_path / "held.py").unlink()
    else:
        (tmp_path / "held.py").write_text(text)
    assert "SourceError: a pickled derivative refers to f of the module held, which cannot be found" in run(tmp_path, LOAD)


POOLS = """
import concurrent.futures, json, math, multiprocessing, sys
import symdiff

k = 2.0

@symdiff.grad
def decorated(x):
    return k * x**3

slope = symdiff.grad(lambda x: math.sin(x) * k)
points = [0.5, 1.0, 2.0]

def call(function, x):
    return function(x)

if __name__ == "__main__":
    method = sys.argv[1]
    context = multiprocessing.get_context(method)
    with context.Pool(2) as pool:
        one = pool.map(decorated, points)
        two = pool.map(slope, points)
    with concurrent.futures.ProcessPoolExecutor(2, mp_context=context) as pool:
        three = list(pool.map(call, [slope] * 3, points))
    assert one == [6 * x**2 for x in points]
    assert two == three == [slope(x) for x in points]
    print(json.dumps("well"))
"""
JOBLIB = """
import json, math
from joblib import Parallel, delayed
import symdiff

k = 2.0
slope = symdiff.grad(lambda x: math.sin(x) * k)

@symdiff.grad
def decorated(x):
    return k * x**3

points = [0.5, 1.0, 2.0]
for backend in ("loky", "threading"):
    for function in (slope, decorated):
        values = Parallel(n_jobs=2, backend=backend)(delayed(function)(x) for x in points)
        assert values == [function(x) for x in points]
    values = Parallel(n_jobs=2, backend=backend)(delayed(lambda x: slope(x) + decorated(x))(x) for x in points)
    assert values == [slope(x) + decorated(x) for x in points]
print(json.dumps("well"))
"""


@pytest.mark.parametrize("method", ["spawn", pytest.param("fork", marks=pytest.mark.skipif(os.name == "nt", reason="POSIX"))])
def test_pools(tmp_path, method):
    assert run(tmp_path, POOLS, method) == "well"


def test_joblib(tmp_path):
    pytest.importorskip("joblib")
    assert run(tmp_path, JOBLIB) == "well"


def test_read_comes_back_too():
    same(read(lambda x: x**2 + 1), 2.0)


# -- refusals ----------------------------------------------------------------------------------------------------


def refused():
    try:
        grad(source="def f(x):\n    yield x\n")(1.0)
    except UnsupportedError as error:
        return error
    raise AssertionError


def test_a_refusal_comes_back_from_another_process():
    """A pool unpickles what its workers raise; what cannot be unpickled breaks the pool."""
    error = refused()
    back = there_and_back(error)
    assert type(back) is UnsupportedError
    assert (str(back), back.gaps, back.function) == (str(error), error.gaps, error.function)
