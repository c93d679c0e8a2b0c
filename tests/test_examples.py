"""Each example runs as a user runs it, in a process of its own; it ends with checks of its own.

The processes come from one that has imported what the examples do: that is half of what an example takes otherwise.
"""

import contextlib
import multiprocessing
import os
import runpy
import warnings
from pathlib import Path

import pytest

EXAMPLES = sorted((Path(__file__).parents[1] / "examples").glob("*.py"))
PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(["symdiff", "sympy", "numba", "scipy.optimize", "scipy.integrate"])


def run(path: Path, folder: Path) -> None:
    """Run an example in a folder, with warnings as errors, and keep what it writes."""
    os.chdir(folder)
    with (
        (folder / "stdout").open("w", encoding="utf-8") as out,
        (folder / "stderr").open("w", encoding="utf-8") as err,
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
        warnings.catch_warnings(),
    ):
        warnings.simplefilter("error")
        runpy.run_path(str(path), run_name="__main__")


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_example_runs_and_its_checks_hold(path, tmp_path):
    process = PROCESSES.Process(target=run, args=(path, tmp_path))
    process.start()
    process.join(300)
    written = [(tmp_path / name).read_text(encoding="utf-8") for name in ("stdout", "stderr")]
    assert process.exitcode == 0, written
    assert written[0].strip()
    assert not written[1]


def test_the_examples_are_those_of_the_readme():
    readme = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")
    for path in EXAMPLES:
        assert f"examples/{path.name}" in readme
