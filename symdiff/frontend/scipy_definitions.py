"""Functions of SciPy on arrays, as plain Python for the reader, like ``numpy_definitions``: read, and never run.

Import it where it is needed only: SciPy is large.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from scipy import special


def normal(name: Any, x: Any, loc: Any, scale: Any) -> Any:
    """``norm.pdf`` and its kin as Python for the reader: never run. NaN where a scale is not positive, in derivatives, too."""
    z = x if loc is None else x - loc
    z = z if scale is None else z / scale
    if name == "pdf":
        found = np.exp(-(z * z) / 2.0) / math.sqrt(2.0 * math.pi)
        found = found if scale is None else found / scale
    elif name == "logpdf":
        found = -(z * z) / 2.0 - math.log(2.0 * math.pi) / 2.0
        found = found if scale is None else found - np.log(scale)
    elif name in ("cdf", "sf"):
        found = special.ndtr(z if name == "cdf" else -z)
    else:
        found = special.log_ndtr(z if name == "logcdf" else -z)
    return found if scale is None else np.where(scale > 0, found, math.nan * z)


def normal_quantile(name: Any, q: Any, loc: Any, scale: Any) -> Any:
    """``norm.ppf`` and ``norm.isf`` as Python for the reader: never run."""
    z = special.ndtri(q) if name == "ppf" else -special.ndtri(q)
    z = z if scale is None else np.where(scale > 0, scale * z, math.nan * z)
    return z if loc is None else loc + z
