"""Functions of NumPy that arrange arrays, write to them, or leave NaNs out, as plain Python for the reader: never run.

They are read like those of ``numpy_definitions``.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from symdiff.frontend.numpy_definitions import ArrayLike, refused

# -- arranged -----------------------------------------------------------------------------------------------------


def dstack(tup: Any) -> Any:
    """``np.dstack``: behind each other along the third axis."""
    if tup[0].ndim > 2:
        return np.concatenate(tup, axis=2)
    stacked = np.stack(tup, axis=tup[0].ndim)
    return stacked[None] if tup[0].ndim == 1 else stacked


def block(arrays: Any) -> Any:
    """``np.block`` of a list of vectors, or of rows of matrices."""
    if isinstance(arrays[0], list):
        return np.concatenate([np.concatenate(row, axis=-1) for row in arrays], axis=-2)
    return np.concatenate(arrays, axis=-1)


def insert(arr: ArrayLike, obj: Any, values: Any) -> Any:
    """``np.insert`` at one place of a vector."""
    if arr.ndim != 1 or np.ndim(obj) != 0:
        return refused("a matrix, or several places", "put the parts together by np.concatenate")
    if obj > len(arr) or obj < -len(arr):
        raise IndexError("np.insert at a place that is out of range")
    nothing = np.zeros(0, dtype=arr.dtype)  # an array of integers, into which NumPy rounds, is refused here
    return np.concatenate([arr[:obj], np.full(1, values * 1.0) if np.ndim(values) == 0 else values, nothing, arr[obj:]])


def tri(N: Any, M: Any = None, k: Any = 0) -> Any:  # noqa: N803 - NumPy's names
    """``np.tri``: ones at and below a diagonal."""
    columns = np.arange(N if M is None else M)
    return np.where(columns[None, :] <= np.arange(N)[:, None] + k, 1.0, 0.0)


def diagflat(v: ArrayLike) -> Any:
    """``np.diagflat``."""
    return np.diag(np.ravel(v))


def matrix_transpose(x: ArrayLike) -> Any:
    """``np.matrix_transpose``."""
    if x.ndim < 2:
        raise ValueError("np.matrix_transpose of a vector")
    return np.swapaxes(x, x.ndim - 2, x.ndim - 1)


def logspace(start: Any, stop: Any, num: Any = 50, *, base: Any = 10.0) -> Any:
    """``np.logspace``."""
    return base ** np.linspace(start, stop, num)


def geomspace(start: Any, stop: Any, num: Any = 50) -> Any:
    """``np.geomspace``."""
    return start * (stop / start) ** np.linspace(0.0, 1.0, num)


def polyder(p: ArrayLike, m: Any = 1) -> Any:
    """``np.polyder`` of a vector of coefficients, the highest power first."""
    made = p
    for _ in range(m):
        made = made[:-1] * np.arange(len(made) - 1, 0, -1)
    return made


def polyint(p: ArrayLike, m: Any = 1) -> Any:
    """``np.polyint`` of a vector of coefficients, with zeros as constants of integration."""
    made = p
    for _ in range(m):
        made = np.append(made / np.arange(len(made), 0, -1), 0.0)
    return made


def correlate(a: ArrayLike, v: ArrayLike, mode: Any = "valid") -> Any:
    """``np.correlate`` of two vectors, the first one not shorter."""
    if np.ndim(v) != 1:
        raise ValueError("np.correlate of arrays that are no vectors")
    return np.convolve(a, v[::-1], mode)


def vecdot(x1: ArrayLike, x2: ArrayLike) -> Any:
    """``np.vecdot``: dot products along the last axis, of vectors and matrices."""
    if x1.shape[-1] != x2.shape[-1]:
        raise ValueError("np.vecdot along axes of different lengths")
    if x1.ndim == 2 and x2.ndim == 2:
        return np.einsum("ij,ij->i", x1, x2)
    if x1.ndim > 2 or x2.ndim > 2:
        return refused("arrays with more axes", "use np.einsum")
    return x1 @ x2 if x2.ndim == 1 else x2 @ x1


def matvec(x1: ArrayLike, x2: ArrayLike) -> Any:
    """``np.matvec`` of one matrix and one vector."""
    return x1 @ x2 if x1.ndim == 2 and x2.ndim == 1 else refused("stacks of matrices or vectors", "use np.einsum")


def vector_norm(x: ArrayLike) -> Any:
    """``np.linalg.vector_norm`` of all elements."""
    return np.linalg.norm(np.ravel(x))


def matrix_norm(x: ArrayLike) -> Any:
    """``np.linalg.matrix_norm``: that of Frobenius."""
    return np.linalg.norm(x, axis=(-2, -1))


def outer(x1: ArrayLike, x2: ArrayLike) -> Any:
    """``np.linalg.outer``, of vectors only."""
    if np.ndim(x1) != 1 or np.ndim(x2) != 1:
        raise ValueError("np.linalg.outer of arrays that are no vectors")
    return np.outer(x1, x2)


def cross(x1: ArrayLike, x2: ArrayLike) -> Any:
    """``np.linalg.cross``."""
    return np.cross(x1, x2)


def trace(x: ArrayLike) -> Any:
    """``np.linalg.trace``."""
    return np.trace(x)


def diagonal(x: ArrayLike) -> Any:
    """``np.linalg.diagonal``."""
    return np.diagonal(x)


def cumulative_sum(x: ArrayLike, axis: Any = None) -> Any:
    """``np.cumulative_sum``, which wants the axis of a matrix."""
    return np.cumsum(x) if axis is None and x.ndim == 1 else np.cumsum(x, axis=axis)


def r_(*parts: Any) -> Any:
    """``np.r_[...]``: numbers and arrays behind each other."""
    return np.concatenate([np.full(1, part * 1.0) if np.ndim(part) == 0 else part for part in parts])


def c_(*parts: Any) -> Any:
    """``np.c_[...]``: vectors as columns, beside each other."""
    return np.concatenate([np.array(part)[:, None] if np.ndim(part) == 1 else part for part in parts], axis=-1)


# -- written to ---------------------------------------------------------------------------------------------------


def fill_diagonal(a: Any, val: Any) -> Any:
    """``np.fill_diagonal`` of a matrix."""
    if a.ndim != 2:
        return refused("an array that is no matrix", "write to a[i, i, ...] in a loop")
    k = np.arange(len(a) if a.shape[0] == a.shape[1] else min(a.shape))
    a[k, k] = val
    return None


def fill(a: Any, value: Any) -> None:
    """``a.fill``."""
    a[...] = value


def compress(a: ArrayLike, condition: Any) -> Any:
    """``a.compress``: the function has its arguments the other way round."""
    return np.compress(condition, a)


def sort(a: Any) -> None:
    """``a.sort``."""
    a[...] = np.sort(a)


def piecewise(x: Any, condlist: Any, funclist: Any) -> Any:
    """``np.piecewise``: each function is called with those elements for which its condition holds."""
    y = np.zeros_like(x)
    conditions = list(condlist)
    if len(funclist) == len(conditions) + 1:
        some = conditions[0]
        for k in range(1, len(condlist)):
            some = some | conditions[k]
        conditions.append(~some)
    for k in range(len(conditions)):
        y[conditions[k]] = funclist[k](x[conditions[k]]) if callable(funclist[k]) else funclist[k]
    return y


# -- without NaNs -------------------------------------------------------------------------------------------------


def nan_to_num(x: ArrayLike, copy: Any = True, nan: Any = 0.0, posinf: Any = None, neginf: Any = None) -> Any:
    """``np.nan_to_num``: infinite elements become the largest numbers, or what is given."""
    if not copy:
        return refused("copy=False", "assign the result: x = np.nan_to_num(x)")
    largest = 1.7976931348623157e308
    y = np.where(np.isnan(x), nan, x)
    y = np.where(y == np.inf, largest if posinf is None else posinf, y)
    return np.where(y == -np.inf, -largest if neginf is None else neginf, y)


def nanprod(a: ArrayLike, axis: Any = None) -> Any:
    """``np.nanprod``."""
    found = np.where(np.isnan(a), 1.0, a)
    return np.prod(found) if axis is None else np.prod(found, axis=axis)


def nanmax(a: ArrayLike, axis: Any = None) -> Any:
    """``np.nanmax``; NaN where there is nothing else."""
    found, there = np.where(np.isnan(a), -np.inf, a), np.where(np.isnan(a), 0.0, 1.0)
    if axis is None:
        return np.where(np.sum(there) == 0, np.nan, np.max(found))
    return np.where(np.sum(there, axis=axis) == 0, np.nan, np.max(found, axis=axis))


def nanmin(a: ArrayLike, axis: Any = None) -> Any:
    """``np.nanmin``; NaN where there is nothing else."""
    found, there = np.where(np.isnan(a), np.inf, a), np.where(np.isnan(a), 0.0, 1.0)
    if axis is None:
        return np.where(np.sum(there) == 0, np.nan, np.min(found))
    return np.where(np.sum(there, axis=axis) == 0, np.nan, np.min(found, axis=axis))


def nanvar(a: ArrayLike, axis: Any = None, *, ddof: Any = 0) -> Any:
    """``np.nanvar``."""
    there, found = np.where(np.isnan(a), 0.0, 1.0), np.where(np.isnan(a), 0.0, a)
    if axis is None:
        apart = there * (found - np.sum(found) / np.sum(there))
        return np.sum(apart**2) / (np.sum(there) - ddof)
    count = np.sum(there, axis=axis, keepdims=True)
    apart = there * (found - np.sum(found, axis=axis, keepdims=True) / count)
    return np.sum(apart**2, axis=axis) / (np.sum(there, axis=axis) - ddof)


def nanstd(a: ArrayLike, axis: Any = None, *, ddof: Any = 0) -> Any:
    """``np.nanstd``."""
    return np.sqrt(np.nanvar(a, axis, ddof=ddof))


def nancumsum(a: ArrayLike) -> Any:
    """``np.nancumsum`` of a vector."""
    return np.cumsum(np.where(np.isnan(a), 0.0, a))


def unwrap(p: ArrayLike, discont: Any = None, *, period: Any = 2.0 * np.pi) -> Any:
    """``np.unwrap`` of a vector."""
    steps = np.diff(p)
    least = period / 2.0
    short = (steps + least) % period - least
    short = np.where((short == -least) & (steps > 0), least, short)
    jumps = np.where(np.abs(steps) < (least if discont is None else max(discont, least)), 0.0, short - steps)
    return p + np.append(0.0, np.cumsum(jumps))
