"""Functions of NumPy that give indices, as plain Python for the reader, like ``numpy_definitions``: read, and never run."""

from __future__ import annotations

from typing import Any

import numpy as np

from symdiff.frontend.numpy_definitions import ArrayLike, refused


def searchsorted(a: ArrayLike, v: ArrayLike, side: Any = "left") -> Any:
    """``np.searchsorted``: how many elements of a sorted vector stand before a number, or each element of a vector."""
    if np.ndim(v) == 0:
        return np.sum(~(v <= a)) if side == "left" else np.sum(~(v < a))
    if np.ndim(v) != 1 or np.ndim(a) != 1:
        return refused("a matrix", "search for its rows in a loop")
    before = ~(v[:, None] <= a[None, :]) if side == "left" else ~(v[:, None] < a[None, :])
    return np.sum(before, axis=1)


def digitize(x: ArrayLike, bins: Any, right: Any = False) -> Any:
    """``np.digitize`` with bins that increase."""
    if bins[0] > bins[-1]:
        raise ValueError("np.digitize with bins that decrease: give them in increasing order")
    return np.searchsorted(bins, x, side="left" if right else "right")


def triu_indices(n: Any, k: Any = 0, m: Any = None) -> Any:
    """``np.triu_indices``."""
    return np.nonzero(np.arange(n)[:, None] + k <= np.arange(n if m is None else m)[None, :])


def tril_indices(n: Any, k: Any = 0, m: Any = None) -> Any:
    """``np.tril_indices``."""
    return np.nonzero(np.arange(n)[:, None] + k >= np.arange(n if m is None else m)[None, :])


def triu_indices_from(arr: ArrayLike, k: Any = 0) -> Any:
    """``np.triu_indices_from``."""
    return np.triu_indices(arr.shape[0], k, arr.shape[1])


def tril_indices_from(arr: ArrayLike, k: Any = 0) -> Any:
    """``np.tril_indices_from``."""
    return np.tril_indices(arr.shape[0], k, arr.shape[1])


def diag_indices(n: Any, ndim: Any = 2) -> Any:
    """``np.diag_indices``."""
    return tuple(np.arange(n) for _ in range(ndim))


def diag_indices_from(arr: ArrayLike) -> Any:
    """``np.diag_indices_from`` of a square matrix."""
    return np.diag_indices(arr.shape[0], arr.ndim)


def ix_(a: ArrayLike, b: ArrayLike) -> Any:
    """``np.ix_`` of two vectors of indices."""
    return np.asarray(a)[:, None], np.asarray(b)[None, :]


def unravel_index(indices: Any, shape: Any) -> Any:
    """``np.unravel_index`` for vectors and matrices."""
    if len(shape) == 1:
        return (indices,)
    if len(shape) > 2:
        raise ValueError("np.unravel_index for more than two axes")
    return indices // shape[1], indices % shape[1]
