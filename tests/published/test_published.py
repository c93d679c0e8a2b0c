"""Published functions are differentiated correctly or refused: those of the packages that the tests install.

``python -m tests.benchmarks.published`` shows all of them.
"""

from __future__ import annotations

import re
import warnings
from pathlib import Path

import pytest

from tests.published.calls import Call
from tests.published.lists import CALLS
from tests.published.outcome import outcome
from tests.published.refused import WORDS, words_of_refusal

PACKAGES = ("psychrolib", "fluids", "meteocalc", "haversine", "py_lets_be_rational", "scipy")
SLOW = "operations after unrolling"  # some 20 s until they are refused
LONG = (  # minutes: some thousand operations in each of their derivatives
    "fluids.friction.Colebrook(1e5, 1e-4)",
    "py_lets_be_rational.lets_be_rational.black(100.0, 90.0, 0.2, 0.5, 1.0)",
    "py_lets_be_rational.lets_be_rational.normalised_black_call(-0.1, 0.3)",
)
README = Path(__file__).parents[2] / "README.md"


TESTED = [call for call in CALLS if call.package in PACKAGES and words_of_refusal(call) != SLOW and str(call) not in LONG]


@pytest.mark.parametrize("call", TESTED, ids=str)
def test_supported_or_refused(call: Call) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the packages
        found = outcome(call, compiled=False)
    words = words_of_refusal(call)
    if words is None:
        assert found.status == "supported", found.reason
    else:
        assert found.status == "supported" or (found.status == "refused" and words in found.reason), found.reason


def test_the_counts_of_the_readme() -> None:
    found = re.search(r"Of (\d+) functions of (\d+) published packages[^.]*?(\d+) are", README.read_text(encoding="utf-8"))
    assert found
    refused = sum(words_of_refusal(call) is not None for call in CALLS)
    assert [int(number) for number in found.groups()] == [len(CALLS), len({call.package for call in CALLS}), len(CALLS) - refused]
    assert refused == len(WORDS)
