"""Sequential loops under plain Python, compiled, and in the interpreter, for trips from 0 on."""

import pytest

from .array_graphs import agree
from .loop_graphs import CASES
from .test_array_agreement import points


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_values(case):
    agree(case.graph(), points(case))
