"""The cache across processes: what the first one compiles, the next ones load."""

import json
import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

HELPER = """
def square(x):
    return x * x
"""
FUNCTIONS = """
import math
import numpy as np
import symdiff
import helper
import scipy.special

scale = 1.5

def scalar(x):
    return x**2 * math.sin(x)

def inlined(x):
    return helper.square(x) + x

def branches(x):
    if x > 1:
        return math.log(x)
    return math.exp(x) if x > 0 else -x

def captured(x):
    return scale * x**2

def vector(p):
    return p[0] * math.exp(p[1]) + max(p[0], p[1])

def guarded(x):
    if x < 0:
        raise ValueError("x is negative")
    return math.sqrt(x)

def special(x):
    return scipy.special.gammainc(2.5, x) * x

def long(x):
    for k in range(12):
        x = x + 0.001 * math.sin(x) / (1 + x * x)
    return x

point = np.array([2.0, 3.0])
CASES = {
    "scalar": (symdiff.grad(scalar), 2.0),
    "same name": (symdiff.grad(lambda x: x**5), 2.0),
    "value and gradient": (symdiff.value_and_grad(scalar), 2.0),
    "third": (symdiff.derivative(scalar, order=3), 2.0),
    "inlined": (symdiff.grad(inlined), 2.0),
    "branches": (symdiff.grad(branches), 0.5),
    "captured": (symdiff.grad(captured), 2.0),
    "vector": (symdiff.grad(vector), point),
    "hessian": (symdiff.hessian(vector), point),
    "tuple": (symdiff.grad(vector), (2.0, 3.0)),
    "guarded": (symdiff.grad(guarded), 4.0),
    "elements": (symdiff.derivative(scalar), point),
    "special": (symdiff.grad(special), 4.0),
    "long": (symdiff.grad(long), 1.0),
}
"""
DRIVER = """
import json, sys, warnings
warnings.simplefilter("error")
import functions
from numba.core import event
names = sys.argv[1].split(",")
with event.install_recorder("numba:compile") as recorder:
    results = {}
    for name in names:
        derivative, argument = functions.CASES[name]
        results[name] = repr(derivative(argument))
compiled = sum(1 for _, item in recorder.buffer if item.is_start)
print(json.dumps({"results": results, "compiled": compiled, "modules": sorted(sys.modules)}))
"""
ALL = "scalar,same name,value and gradient,third,inlined,branches,captured,vector,hessian,tuple,guarded,special,elements"


@pytest.fixture
def place(tmp_path):
    (tmp_path / "helper.py").write_text(HELPER)
    (tmp_path / "functions.py").write_text(FUNCTIONS)
    (tmp_path / "driver.py").write_text(DRIVER)
    return tmp_path


def start(place, cases=ALL, **settings):
    paths = os.pathsep.join([str(Path.cwd()), *filter(None, [os.environ.get("PYTHONPATH")])])
    # Bytecode would be taken for that of a file which is edited within the same second.
    own = {"SYMDIFF_CACHE_DIR": str(place / "cache"), "PYTHONPATH": paths, "PYTHONDONTWRITEBYTECODE": "1"}
    env = {**os.environ, **own, **settings}
    command = [sys.executable, "-W", "error", "driver.py", cases]
    return subprocess.Popen(command, cwd=place, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)  # noqa: S603


def finish(process):
    out, err = process.communicate(timeout=300)
    assert process.returncode == 0, err
    return json.loads(out)


def run(place, cases=ALL, **settings):
    return finish(start(place, cases, **settings))


def files(place):
    return sorted(path.name for path in (place / "cache").rglob("*") if path.is_file())


def test_a_second_process_compiles_nothing(place):
    first = run(place)
    assert first["compiled"] >= 11
    second = run(place)
    assert second["compiled"] == 0
    assert second["results"] == first["results"] == run(place, SYMDIFF_CACHE="0")["results"]
    assert "scipy.linalg" not in second["modules"]  # nor are Numba's type rules loaded, which take longer than all else


def test_functions_in_several_parts(place):
    (place / "driver.py").write_text(f"from symdiff.codegen import split\nsplit.LONGEST = 40\nsplit.PART = 20\n{DRIVER}")
    first = run(place, "long")
    assert first["compiled"] > 3
    second = run(place, "long")
    assert second["compiled"] == 0
    assert second["results"] == first["results"]


def test_a_new_value_of_a_captured_number_compiles_nothing(place):
    run(place, "captured")
    (place / "functions.py").write_text(FUNCTIONS.replace("scale = 1.5", "scale = 2.5"))
    later = run(place, "captured")
    assert later == {**later, "compiled": 0, "results": {"captured": "10.0"}}


def test_a_helper_edited_in_another_module_is_noticed(place):
    assert run(place, "inlined")["results"] == {"inlined": "5.0"}
    (place / "helper.py").write_text(HELPER.replace("x * x", "x * x * x"))
    later = run(place, "inlined")
    assert later["results"] == {"inlined": "13.0"}
    assert later["compiled"] == 1
    (place / "helper.py").write_text(HELPER)
    again = run(place, "inlined")
    assert again == {**again, "results": {"inlined": "5.0"}, "compiled": 0}


def test_functions_from_disk_and_new_ones_of_the_same_name_are_told_apart(place):
    """Machine code of all of them defines ``df_dx``, numbered anew in each process."""
    expected = run(place, "scalar,same name,branches", SYMDIFF_CACHE="0")["results"]
    run(place, "scalar")
    assert run(place, "same name,scalar,branches")["results"] == expected
    assert run(place, "branches,scalar,same name")["results"] == expected


def test_processes_that_write_at_the_same_time(place):
    expected = run(place, "scalar,vector", SYMDIFF_CACHE="0")["results"]
    processes = [start(place, "scalar,vector") for _ in range(4)]
    assert all(finish(process)["results"] == expected for process in processes)
    assert len(files(place)) == 2
    assert run(place, "scalar,vector")["compiled"] == 0


def test_a_damaged_entry_is_made_again(place):
    expected = run(place, "vector")["results"]
    (entry,) = (path for path in (place / "cache").rglob("*") if path.is_file())
    for damage in (lambda data: data[: len(data) // 2], lambda data: data[:-200] + bytes(200), lambda _: b""):
        entry.write_bytes(damage(entry.read_bytes()))
        again = run(place, "vector")
        assert again["compiled"] > 0
        assert again["results"] == expected
    assert run(place, "vector")["compiled"] == 0


def test_formula_and_source_do_not_touch_the_disk(place):
    (place / "driver.py").write_text("import functions\nfor f, _ in functions.CASES.values():\n    f.source\nstr(f)\nprint('{}')")
    run(place)
    assert not (place / "cache").exists()
    run(place, SYMDIFF_CACHE="0")
    assert not (place / "cache").exists()


def test_without_a_cache_nothing_is_written(place):
    assert run(place, "scalar", SYMDIFF_CACHE="0")["compiled"] == 1
    assert not (place / "cache").exists()


@pytest.mark.skipif(os.name == "nt", reason="limits of POSIX")
def test_a_disk_that_is_full(place):
    limit = "import resource, signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN); "
    limit += "resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))\n"
    text = DRIVER.replace('warnings.simplefilter("error")', 'warnings.simplefilter("always")')
    (place / "driver.py").write_text(limit + text)
    process = start(place, "scalar,vector", PYTHONDONTWRITEBYTECODE="1")
    out, err = process.communicate(timeout=300)
    assert process.returncode == 0, err
    assert json.loads(out)["compiled"] > 0
    assert err.count("CacheWarning: symdiff keeps no compiled code") == 1
    assert "File too large" in err
    assert files(place) == []


def test_a_numba_with_other_internals_still_compiles(place):
    text = textwrap.dedent("""
    import numba.core.compiler
    del numba.core.compiler.CompileResult._rebuild
    """)
    (place / "driver.py").write_text(text + DRIVER)
    assert run(place, "scalar")["compiled"] == 1
    assert not (place / "cache").exists()


THREADS = """
import json, sys, threading
import functions
from numba.core import event

names = sys.argv[1].split(",")
barrier = threading.Barrier(4 * len(names))
results = []

def work(name):
    derivative, argument = functions.CASES[name]
    barrier.wait()
    results.append((name, repr(derivative(argument))))

with event.install_recorder("numba:compile") as recorder:
    threads = [threading.Thread(target=work, args=(name,)) for name in names * 4]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
compiled = sum(1 for _, item in recorder.buffer if item.is_start)
print(json.dumps({"results": dict(results), "different": len(set(results)), "all": len(results), "compiled": compiled}))
"""


def test_threads_that_all_call_first(place):
    names = "scalar,same name,branches,captured,vector"
    expected = run(place, names, SYMDIFF_CACHE="0")["results"]
    (place / "driver.py").write_text(THREADS)
    for is_cold in (True, False):
        done = run(place, names)
        assert done["results"] == expected
        assert (done["different"], done["all"]) == (5, 20)
        assert (done["compiled"] > 0) is is_cold
