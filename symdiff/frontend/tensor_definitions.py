"""Functions of NumPy that are read as Python: ``numpy_definitions``, and methods of ufuncs, ``np.add.reduce``."""

from __future__ import annotations

import ast
from collections.abc import Callable
from functools import cache
from typing import Any

from symdiff.frontend import calls, numpy_arrays, numpy_definitions, numpy_indices
from symdiff.frontend.binding import own_defaults
from symdiff.frontend.conditions import are_truths
from symdiff.frontend.gaps import GapError
from symdiff.frontend.library import Args, Form, Keywords
from symdiff.frontend.loop_values import SeriesValue
from symdiff.frontend.lower import Frame, Reader
from symdiff.frontend.source import from_function
from symdiff.frontend.tensor_functions import FUNCTIONS
from symdiff.frontend.values import Known, ListValue, TupleValue, Value, number

PLAIN = (
    "cov", "corrcoef", "cumprod", "vander", "gradient", "pad", "convolve", "tile", "repeat", "kron", "meshgrid", "split", "ptp",
    "nansum", "nanmean", "cross", "tensordot", "quantile", "percentile", "take", "select", "diagonal", "moveaxis", "ediff1d",
    "rot90", "fliplr", "flipud", "atleast_2d", "isclose", "allclose", "array_equal", "hsplit", "vsplit",
)  # fmt: skip
INDICES = (
    "searchsorted", "digitize", "triu_indices", "tril_indices", "triu_indices_from", "tril_indices_from", "diag_indices",
    "diag_indices_from", "ix_", "unravel_index",
)  # fmt: skip
ARRAYS = (
    "dstack", "block", "insert", "tri", "diagflat", "matrix_transpose", "logspace", "geomspace", "polyder", "polyint",
    "correlate", "vecdot", "matvec", "fill_diagonal", "piecewise", "nan_to_num", "nanprod", "nanmax", "nanmin", "nanvar",
    "nanstd", "nancumsum", "unwrap", "cumulative_sum",
)  # fmt: skip
LINALG = ("matrix_power", "multi_dot")
LINALG_ARRAYS = ("vector_norm", "matrix_norm", "outer", "cross", "trace", "diagonal", "vecdot", "matrix_transpose")
INTEGRALS = ("trapezoid", "cumulative_trapezoid", "simpson", "dblquad")
METHODS = ("argmax", "argmin", "argsort", "diagonal", "take", "repeat", "searchsorted", "cumprod", "trace")
REDUCED = {"add": "sum", "multiply": "prod", "maximum": "max", "minimum": "min", "logical_or": "any", "logical_and": "all"}


def _read(definition: Callable[..., Any]) -> Form:
    """The form that reads a definition in place of the function, with arrays for the lists where it takes arrays."""
    names = list(definition.__annotations__)
    arrays = {name for name, kind in definition.__annotations__.items() if kind == "ArrayLike"}

    listed = TupleValue | ListValue | SeriesValue

    def as_array(reader: Reader, value: Value, node: ast.AST) -> Value:
        import numpy as np

        return calls.call(reader, Known(np.array), [value], {}, node, "t") if isinstance(value, listed) else value

    def form(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
        source = from_function(definition)
        given = [*zip(names, args, strict=False)]  # fewer, if some are left out or all are one *parts
        args = [*(as_array(reader, value, node) if name in arrays else value for name, value in given), *args[len(given) :]]
        keywords = {name: as_array(reader, value, node) if name in arrays else value for name, value in keywords.items()}
        if any(name == "indices" and isinstance(value, TupleValue | ListValue) and are_truths(value) for name, value in given):
            raise GapError(node, "truth values as integers", "index with a mask: a[mask]", "not yet")
        before = len(reader.gaps)
        result = calls.inline(reader, source, args, keywords, own_defaults(reader, source, node), None, node)
        if len(reader.gaps) > before:  # said of the user's line, not of ours
            gap = reader.gaps[before]
            del reader.gaps[before:]
            raise GapError(node, f"np.{definition.__name__.replace('_', '.', 1)}: {gap.reason}", gap.rewrite, "not yet")
        return result

    return form


def _refused(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
    """What a definition says that it does not do."""
    reason, rewrite = (str(arg.value) for arg in args if isinstance(arg, Known))
    raise GapError(node, reason, rewrite, "not yet")


def _reduced(name: str) -> Form:
    """``np.add.reduce(a)``: along the first axis, where ``np.sum`` is over all of them."""

    def form(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
        if len(args) == 1:
            keywords = {"axis": number(0), **keywords}
        return FUNCTIONS[name](reader, args, keywords, node)

    return form


def _method(name: str) -> Form:
    """A method of arrays as the function of that name."""

    def form(reader: Reader, args: Args, keywords: Keywords, node: ast.AST) -> Value:
        import numpy as np

        return calls.call(reader, Known(getattr(np, name)), args, keywords, node, name)

    return form


def methods() -> dict[str, Form]:
    """The methods of arrays of any size that are read as functions, or as Python."""
    found = {name: _method(name) for name in METHODS}
    return found | {name: _read(getattr(numpy_arrays, name)) for name in ("compress", "fill", "sort")}


def put_together(reader: Reader, owner: Known, index: ast.expr, frame: Frame, node: ast.AST) -> Value:
    """``np.r_[...]`` and ``np.c_[...]``."""
    import numpy as np

    found = "r_" if owner.value is np.r_ else "c_"
    items = index.elts if isinstance(index, ast.Tuple) else [index]
    if any(isinstance(item, ast.Slice | ast.Starred) for item in items):
        raise GapError(node, f"a slice in np.{found}", "use np.arange or np.linspace", "not yet")
    return _read(getattr(numpy_arrays, found))(reader, [reader.operand(item, frame) for item in items], {}, node)


@cache
def definitions() -> dict[Any, Form]:
    """The functions by themselves, with the forms that read them."""
    import numpy as np

    found = {getattr(np, name): _read(getattr(numpy_definitions, name)) for name in PLAIN}
    found |= {getattr(np, name): _read(getattr(numpy_indices, name)) for name in INDICES}
    found |= {getattr(np, name): _read(getattr(numpy_arrays, name)) for name in ARRAYS if hasattr(np, name)}
    found |= {getattr(np.linalg, name): _read(getattr(numpy_definitions, name)) for name in LINALG}
    found |= {getattr(np.linalg, name): _read(getattr(numpy_arrays, name)) for name in LINALG_ARRAYS if hasattr(np.linalg, name)}
    found |= {getattr(np, ufunc).reduce: _reduced(name) for ufunc, name in REDUCED.items()}
    found |= {np.add.accumulate: FUNCTIONS["cumsum"], np.multiply.accumulate: found[np.cumprod]}
    found |= {
        getattr(np, name).accumulate: _read(getattr(numpy_definitions, f"{name}_accumulate")) for name in ("maximum", "minimum")
    }
    found[numpy_definitions.refused] = _refused
    outer = ("add", "subtract", "multiply", "divide")
    return found | {getattr(np, name).outer: _read(getattr(numpy_definitions, f"{name}_outer")) for name in outer}


def integrals() -> dict[Any, Form]:
    """Quadrature of SciPy, which is there already."""
    import scipy.integrate

    from symdiff.frontend import scipy_integrals

    return {getattr(scipy.integrate, name): _read(getattr(scipy_integrals, name)) for name in INTEGRALS}


def names() -> list[str]:
    """What users write for them."""
    return [
        *(f"np.{name}" for name in PLAIN + INDICES + ARRAYS),
        *(f"np.linalg.{name}" for name in LINALG + LINALG_ARRAYS),
        "np.r_",
        "np.c_",
        *(f"scipy.integrate.{name}" for name in INTEGRALS),
        "np.add.reduce",
        "np.subtract.outer",
    ]
