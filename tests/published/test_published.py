"""Published functions are differentiated correctly or refused; the whole table: ``python -m tests.benchmarks.published``."""

from __future__ import annotations

import warnings

import pytest

from tests.published.calls import Call
from tests.published.lists import CALLS
from tests.published.outcome import outcome


@pytest.mark.parametrize("call", [call for call in CALLS if call.is_installed], ids=str)
def test_supported_or_refused(call: Call) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the packages
        found = outcome(call, compiled=False)
    assert found.status in ("supported", "refused"), found.reason
