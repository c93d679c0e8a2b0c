"""The delicate cases of ``tests.stability`` hold their bounds: errors of value and two derivatives, and no spurious NaN.

``python -m tests.test_stability`` prints the bounds that the present state would hold.
"""

from __future__ import annotations

import math

import pytest

from symdiff import derivative, value_and_grad
from symdiff.graph.evaluate import evaluate
from tests.jets import taylor
from tests.stability import CASES, Case, written
from tests.stability_bounds import BOUNDS
from tests.ulp import Score


def scores(case: Case) -> list[Score]:
    """The errors of the graphs in double precision; those of compiled code are in the benchmarks."""
    graphs = value_and_grad(source=case.source).graph, derivative(source=case.source, order=2).graph
    make, found = written(case.source), [Score(), Score(), Score()]
    for x, others in case.inputs():
        results = [float(part) for graph in graphs for part in evaluate(graph, [x, *others.values()])]
        for score, result, truth in zip(found, results, taylor(make, x, others, case.digits), strict=True):
            score.add(result, truth, (x, others))
    return found


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_errors_and_nan(case: Case) -> None:
    *bounds, spurious = BOUNDS[case.name]
    found = scores(case)
    for score, bound in zip(found, bounds, strict=True):
        assert score.worst <= bound, score
    assert sum(score.spurious for score in found) <= spurious, found


def test_every_bound_has_a_case() -> None:
    assert BOUNDS.keys() == {case.name for case in CASES}


def test_compiled_code_never_raises() -> None:
    """An integer power of Numba's would, where its reciprocal underflows."""
    (case,) = (case for case in CASES if case.name == "annuity factor")
    assert value_and_grad(source=case.source)(-0.999999)[0] == math.inf


def _rounded_up(error: float) -> float:
    """Some room for another library's last bit; of what is lost altogether the order of magnitude."""
    return math.ceil(1.2 * error + 1) if error < 1000 else 10.0 ** math.ceil(math.log10(1.2 * error))


if __name__ == "__main__":
    for one in CASES:
        made = scores(one)
        cells = [f"{_rounded_up(score.worst):g}" for score in made]
        print(f'    "{one.name}": ({", ".join(cells)}, {sum(score.spurious for score in made)}),', flush=True)  # noqa: T201
