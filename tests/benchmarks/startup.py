"""What a new process pays: imports, the first formula, the first number."""

from __future__ import annotations

import statistics
import subprocess
import sys

from tests.benchmarks.table import show

PROGRAMS = {
    "python alone": "",
    "import numpy": "import numpy",
    "import sympy": "import sympy",
    "import numba": "import numba",
    "import symdiff": "import symdiff",
    "formula of a derivative": "from symdiff import grad; str(grad(source='import math\\ndef f(x): return x**2*math.sin(x)'))",
    "source of a derivative": "from symdiff import grad; grad(source='import math\\ndef f(x): return x**2*math.sin(x)').source",
    "value of a derivative": "from symdiff import grad; grad(source='import math\\ndef f(x): return x**2*math.sin(x)')(2.0)",
}
ENDING = "import sys; print(time.perf_counter() - start, *(m for m in ('numpy', 'sympy', 'numba') if m in sys.modules))"
ROUNDS = 5


def startup() -> None:
    """Print times of new processes, in turn, and what they have imported."""
    times: dict[str, list[float]] = {name: [] for name in PROGRAMS}
    loaded = {}
    for _ in range(ROUNDS):
        for name, text in PROGRAMS.items():
            code = f"import time; start = time.perf_counter()\n{text}\n{ENDING}"
            done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)  # noqa: S603
            seconds, *modules = done.stdout.split()
            times[name].append(float(seconds))
            loaded[name] = ", ".join(modules) or "none of them"
    rows = [(name, statistics.median(values), loaded[name]) for name, values in times.items()]
    show("In a new process", ("what", "seconds", "imported of numpy, sympy, numba"), rows)
