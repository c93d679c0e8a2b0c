"""``python -m tests.benchmarks [figure ...]`` prints one table for each of the figures named, or for all."""

from __future__ import annotations

import argparse
import importlib.metadata
import os
import platform

from tests.benchmarks import arrays
from tests.benchmarks.array_peers import array_peers
from tests.benchmarks.peers import peers
from tests.benchmarks.size import growth, size_law
from tests.benchmarks.special import special
from tests.benchmarks.speed import calls, kernels
from tests.benchmarks.startup import startup

FIGURES = {
    "size": size_law,
    "growth": growth,
    "calls": calls,
    "kernels": kernels,
    "arrays": arrays.kernels,
    "peers": peers,
    "array_peers": array_peers,
    "startup": startup,
    "special": special,
}


def main() -> None:
    """Print the figures that were asked for, or all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("figures", nargs="*", metavar="figure", choices=[[], *FIGURES], help=", ".join(FIGURES))
    chosen = parser.parse_args().figures or list(FIGURES)
    versions = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in ("symdiff", "numba", "sympy", "numpy"))
    print(f"Python {platform.python_version()}, {versions}, {platform.machine()}, {os.cpu_count()} cores")
    for name in chosen:
        FIGURES[name]()


if __name__ == "__main__":
    main()
