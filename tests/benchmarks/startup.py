"""What a new process pays: imports, the first formula, the first number; with compiled code on disk and without."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from tests.benchmarks.peers import PEERS
from tests.benchmarks.table import show

SINE = "from symdiff import grad; df = grad(source='import math\\ndef f(x): return x**2*math.sin(x)')\n"
ARM = "from symdiff import jacobian; from tests.benchmarks.subjects import arm; jacobian(arm)((0.1, 0.2, 0.3, 0.4, 0.5, 0.6))"
PROGRAMS = {
    "python alone": "",
    "import numpy": "import numpy",
    "import sympy": "import sympy",
    "import numba": "import numba",
    "import symdiff": "import symdiff",
    "formula of a derivative": f"{SINE}str(df)",
    "source of a derivative": f"{SINE}df.source",
}
CALLS = {"x**2*sin(x)": f"{SINE}df(2.0)", "Jacobian of a robot arm": ARM}
CALLS |= {
    f"Black-Scholes, {name}": f"from tests.benchmarks.peers import PEERS, POINT\nfor x in PEERS[{name!r}]()(*POINT): float(x)"
    for name in PEERS
}
ENDING = """
import sys
print(time.perf_counter() - start, time.process_time() - used, *(m for m in ('numpy', 'sympy', 'numba') if m in sys.modules))
"""
ROUNDS = 5
JAX = {"JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "0", "JAX_PERSISTENT_CACHE_MIN_ENTRY_SIZE_BYTES": "-1"}


def startup() -> None:
    """Print times of new processes, in turn, and what they have imported; then those of first calls."""
    with tempfile.TemporaryDirectory() as folder:
        first = {name: run(text, folder) for name, text in PROGRAMS.items()}  # writes Python's bytecode
        times = {name: [run(text, folder)[:2] for _ in range(ROUNDS)] for name, text in PROGRAMS.items()}
    rows = [(name, *medians(values), ", ".join(first[name][2]) or "none of them") for name, values in times.items()]
    show("In a new process", ("what", "seconds", "CPU seconds", "imported of numpy, sympy, numba"), rows)
    rows = []
    for name, text in CALLS.items():
        try:
            rows.append((name.replace("numba", "symdiff"), *cold_and_warm(text)))
        except subprocess.CalledProcessError as error:
            rows.append((name, "failed", error.stderr.strip().splitlines()[-1][:40], "", ""))
    heads = ("first gradient in a new process", "cold s", "cold CPU s", "warm s", "warm CPU s")
    note = "Cold: nothing compiled is on disk. Warm: the second process (symdiff and JAX keep compiled code on disk)."
    show("Cold and warm start", heads, rows, note)


def cold_and_warm(text: str) -> list[float]:
    """Medians of elapsed and CPU seconds, with an empty cache folder and with the folder of the process before."""
    with tempfile.TemporaryDirectory() as folder:
        run(text, folder)  # writes Python's bytecode
    cold, warm = [], []
    for _ in range(ROUNDS):
        with tempfile.TemporaryDirectory() as folder:
            cold.append(run(text, folder)[:2])
            warm.append(run(text, folder)[:2])
    return [*medians(cold), *medians(warm)]


def medians(values: list[tuple[float, float]]) -> list[float]:
    """The median of each of the two."""
    return [statistics.median(column) for column in zip(*values, strict=True)]


def run(text: str, folder: str) -> tuple[float, float, list[str]]:
    """Run a text in a new process whose caches are in a folder: its elapsed and CPU seconds, and what it imported."""
    code = f"import time; start, used = time.perf_counter(), time.process_time()\n{text}\n{ENDING}"
    env = environment(folder)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=env)  # noqa: S603
    elapsed, used, *modules = done.stdout.split()
    return float(elapsed), float(used), modules


def environment(folder: str) -> Mapping[str, str]:
    """Settings under which all caches are on, and in one folder."""
    kept = {name: value for name, value in os.environ.items() if name not in ("PYTHONDONTWRITEBYTECODE", "SYMDIFF_CACHE")}
    caches = {"SYMDIFF_CACHE_DIR": str(Path(folder) / "symdiff"), "JAX_COMPILATION_CACHE_DIR": str(Path(folder) / "jax")}
    return {**kept, **JAX, **caches}
