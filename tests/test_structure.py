"""Structural facts behind the figures: what is imported when, and how graphs and sources grow."""

from __future__ import annotations

import subprocess
import sys

import pytest

from symdiff import grad, hessian, read
from symdiff.graph.graph import Graph, Let, walk, walk_all

STEPS = (10, 20, 40, 80)


def composition(steps: int) -> str:
    step = "    x = math.sin(x)*x + 1/(1 + x**2)\n"
    return f"import math\ndef f(x):\n{step * steps}    return x\n"


def iterated(steps: int) -> str:
    return f"import math\ndef f(x):\n    for _ in range({steps}):\n        x = math.sin(x)*x + 1/(1 + x**2)\n    return x\n"


def lets(graph: Graph) -> int:
    return sum(isinstance(statement, Let) for statement in walk(graph.body))


def modules_after(text: str) -> set[str]:
    """The packages that a new process has imported after running a text."""
    code = f"{text}\nimport sys\nprint(*sorted({{name.split('.')[0] for name in sys.modules}}))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)  # noqa: S603
    return set(done.stdout.splitlines()[-1].split())


SQUARE = "from symdiff import grad, jacobian\ndf = grad(source='def f(x): return x**2')\n"


@pytest.mark.parametrize(
    ("text", "absent"),
    [
        ("import symdiff", {"sympy", "numba", "mpmath", "scipy"}),
        (SQUARE, {"sympy", "numba"}),
        (SQUARE + "df.graph; df.source; df.at(2.0).source", {"sympy", "numba"}),
        (SQUARE + "print(df); df.formula; df.latex()", {"numba"}),
        (SQUARE + "df(2.0)", {"sympy"}),
    ],
)
def test_imports_are_lazy(text: str, absent: set[str]) -> None:
    assert not absent & modules_after(text)


@pytest.mark.parametrize("transform", [read, grad])
def test_graph_and_source_grow_linearly(transform: object) -> None:
    made = [transform(source=composition(steps)) for steps in STEPS]  # type: ignore[operator]
    _is_linear([lets(function.graph) for function in made])
    _is_linear([len(function.source.encode()) for function in made])


@pytest.mark.parametrize("transform", [read, grad, hessian])
def test_graph_and_source_of_a_long_loop_do_not_grow(transform: object) -> None:
    made = [transform(source=iterated(steps)) for steps in (200, 1000, 10**6)]  # type: ignore[operator]
    assert len({sum(1 for _ in walk_all(function.graph.body)) for function in made}) == 1
    sizes = [len(function.source.encode()) for function in made]
    assert max(sizes) - min(sizes) <= 4 * len(str(10**6))  # the number of steps itself


def test_hessian_of_one_argument_grows_linearly() -> None:
    _is_linear([lets(hessian(source=composition(steps)).graph) for steps in STEPS])


def test_formula_of_a_long_composition_is_bounded() -> None:
    short, long = (grad(source=composition(steps)) for steps in (40, 80))
    assert long.where
    assert len(str(long)) < 2.5 * len(str(short))


def _is_linear(sizes: list[int]) -> None:
    """Growth for each step is the same in the second half as in the first, within a tenth."""
    slopes = [(b - a) / (n - m) for a, b, m, n in zip(sizes, sizes[1:], STEPS, STEPS[1:], strict=False)]
    assert max(slopes) <= 1.1 * min(slopes), sizes
