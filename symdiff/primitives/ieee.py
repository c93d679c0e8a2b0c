"""Kernels as references: the same code over NumPy's functions, which give inf and NaN where those of ``math`` raise."""

from __future__ import annotations

import math
import types
from collections.abc import Callable
from typing import Any

import numpy as np

_MATH = types.SimpleNamespace(
    erf=math.erf, pi=np.float64(math.pi), inf=np.float64(math.inf), nan=np.float64(math.nan),
    **{name: getattr(np, name) for name in ("exp", "log", "expm1", "log1p", "sqrt", "sinh", "cosh", "isnan", "isfinite")},
)  # fmt: skip


def _of_scipy(name: str) -> Callable[..., Any]:
    def function(*operands: Any) -> Any:
        from scipy import special

        return getattr(special, name)(*operands)

    return function


def ieee(kernel: Callable[..., Any], *scipy: str) -> Callable[..., Any]:
    """A kernel as it computes when it is compiled; ``scipy`` names the functions of SciPy that it calls."""
    names = {"math": _MATH, **{name: _of_scipy(name) for name in scipy}}
    return types.FunctionType(kernel.__code__, names, kernel.__name__)
