"""High precision for every test of the sweeps."""

import mpmath
import pytest
from random_graphs import DIGITS


@pytest.fixture(autouse=True)
def high_precision():
    with mpmath.workdps(DIGITS):
        yield
