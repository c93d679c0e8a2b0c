"""Arrays that nobody has written yet hold NaN: what reads them shows, where NumPy's ``empty`` gives whatever was in memory."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock

import numpy as np

_EMPTY = np.empty


def _poisoned(shape: Any, dtype: Any = float, **keywords: Any) -> Any:
    made = _EMPTY(shape, dtype, **keywords)
    made.fill({"f": np.nan, "i": -(2**31) + 7, "b": True}.get(made.dtype.kind, 0))
    return made


@contextmanager
def poisoned() -> Iterator[None]:
    """Generated source that runs inside, as plain Python, allocates no zeros by chance."""
    with mock.patch.object(np, "empty", _poisoned):
        yield
