"""Imports go one way (DESIGN section 11), heavy packages are loaded late, and nothing of the user's is executed."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1] / "symdiff"
SIBLINGS = {"frontend", "calculus", "simplify", "codegen", "printing"}
TOP = {
    "pickling",
    "transforms",
    "pipeline",
    "function",
    "testing",
    "specialization",
    "arguments",
    "methods",
    "rules",
    "differences",
    "explain",
    "explain_loops",
    "views",
    "elements",
    "computed_patterns",
    "sparse",
    "outputs",
}
BELOW = {
    "errors": set(),
    "primitives": {"errors"},
    "graph": {"errors", "primitives"},
    **{name: {"errors", "primitives", "graph"} for name in SIBLINGS},
    **{name: {"errors", "primitives", "graph"} | SIBLINGS | TOP for name in TOP},
}
NUMBA = {f"codegen/{name}.py" for name in ("compile", "dispatch", "machine_code")}  # that may import it, and only when asked
FILES = sorted(ROOT.rglob("*.py"))


def layer(path):
    return path.relative_to(ROOT).parts[0].removesuffix(".py")


def imported(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            if node.module == "symdiff":
                yield from ((f"symdiff.{alias.name}", node) for alias in node.names)
            else:
                yield node.module, node


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_go_one_way(path):
    own = layer(path)
    if own == "__init__":
        return
    for name, _ in imported(path):
        if name.startswith("symdiff."):
            other = name.split(".")[1]
            assert other == own or other in BELOW[own], f"{path.name} imports {name}"
        if name.split(".")[0] in ("numba", "llvmlite"):
            assert path.relative_to(ROOT).as_posix() in NUMBA


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_files_and_functions_are_short(path):
    text = path.read_text()
    assert text.count("\n") <= 450
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef):
            assert node.end_lineno - node.lineno <= 60, node.name


def loaded_after(code):
    script = f"{code}\nimport sys\nprint(*[name for name in ('sympy', 'numba', 'scipy', 'mpmath') if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)  # noqa: S603
    return set(done.stdout.split("\n")[-2].split())


def test_heavy_packages_are_loaded_late():
    assert loaded_after("import symdiff") == set()
    text = "import symdiff\ndf = symdiff.grad(source='lambda x: x**2')\n"
    assert loaded_after(text) == set()
    assert loaded_after(text + "df.source") == set()
    assert "numba" not in loaded_after(text + "print(df)\ndf.latex()")
    assert "sympy" not in loaded_after(text + "df(1.0)")
