"""Functions of NumPy by others, as plain Python for the reader: they are read like a user's function, and never run.

Each takes what NumPy takes, as far as it goes; what does not fit is refused at the user's line (``tensor_definitions``).
"""

from __future__ import annotations

from typing import Any

import numpy as np

ArrayLike = Any  # what a list is made an array for, before the definition is read


def refused(reason: str, rewrite: str) -> Any:
    """What a definition does not do is refused at the user's line, for this reason (see ``tensor_definitions``)."""
    raise NotImplementedError(f"{reason}: {rewrite}")


def cov(m: ArrayLike, y: ArrayLike = None, rowvar: Any = True, bias: Any = False, ddof: Any = None) -> Any:
    """``np.cov``: of the rows of a matrix, or of its columns; the variance of a vector."""
    if y is not None:
        return refused("two arrays", "stack them: np.cov(np.stack([x, y]))")
    less = ddof if ddof is not None else (0 if bias else 1)
    if m.ndim == 1:
        return np.var(m, ddof=less)
    if m.ndim > 2:
        raise ValueError("np.cov of an array with more than two axes")
    rows = m if rowvar else m.T
    if len(rows) == 1:
        return np.var(rows[0], ddof=less)
    apart = rows - np.mean(rows, axis=1, keepdims=True)
    return apart @ apart.T / max(rows.shape[1] - less, 0)


def corrcoef(x: ArrayLike, y: ArrayLike = None) -> Any:
    """``np.corrcoef``: of the rows of a matrix, or of two vectors."""
    if y is None:
        apart = x - np.mean(x, axis=1, keepdims=True)
        size = np.sqrt(np.sum(apart**2, axis=1))
        if len(x) == 1:
            return apart[0] @ apart[0] / size[0] / size[0]
        return apart @ apart.T / size[:, None] / size[None, :]
    if x.ndim != 1 or y.ndim != 1:
        return refused("two matrices", "put their rows into one: np.concatenate([x, y])")
    if len(x) != len(y):
        raise ValueError("np.corrcoef of vectors of different lengths")
    dx, dy = x - np.mean(x), y - np.mean(y)
    r = np.sum(dx * dy) / np.sqrt(np.sum(dx**2) * np.sum(dy**2))
    return np.array([[1.0, r], [r, 1.0]])


def cumprod(a: ArrayLike, axis: Any = None) -> Any:
    """``np.cumprod`` of a vector, or of a matrix along an axis."""
    if axis is None and a.ndim != 1:
        return np.cumprod(np.ravel(a))
    if a.ndim > 2:
        return refused("an array of more than two axes", "multiply its parts in a loop")
    if axis is not None and not -a.ndim <= axis < a.ndim:
        raise ValueError("np.cumprod along an axis that the array has not")
    if a.ndim == 2:
        rows = a if axis % 2 == 0 else a.T
        table, product = np.ones(rows.shape), np.ones(rows.shape[1])
        for k in range(len(rows)):
            product = product * rows[k]
            table[k] = product
        return table if axis % 2 == 0 else table.T
    y = np.ones(len(a))
    so_far = 1.0
    for k in range(len(a)):
        so_far = so_far * a[k]
        y[k] = so_far
    return y


def maximum_accumulate(a: ArrayLike) -> Any:
    """``np.maximum.accumulate`` of a vector."""
    y = a * 1.0
    for k in range(1, len(a)):
        y[k] = max(y[k - 1], a[k])
    return y


def minimum_accumulate(a: ArrayLike) -> Any:
    """``np.minimum.accumulate`` of a vector."""
    y = a * 1.0
    for k in range(1, len(a)):
        y[k] = min(y[k - 1], a[k])
    return y


def vander(x: ArrayLike, N: Any = None, increasing: Any = False) -> Any:  # noqa: N803 - NumPy's name
    """``np.vander``: the powers of a vector, as columns."""
    if np.ndim(x) != 1:
        raise ValueError("np.vander of an array that is no vector")
    count = len(x) if N is None else N
    powers = np.arange(count) if increasing else np.arange(count)[::-1]
    return x[:, None] ** powers


def gradient(f: ArrayLike, h: Any = 1.0) -> Any:
    """``np.gradient`` of a vector: central differences, one-sided at the ends; h is the distance, or the places."""
    y = np.zeros(len(f))
    if np.ndim(h) == 0:
        y[1:-1] = (f[2:] - f[:-2]) / (2.0 * h)
        y[0] = (f[1] - f[0]) / h
        y[-1] = (f[-1] - f[-2]) / h
        return y
    before, after = h[1:-1] - h[:-2], h[2:] - h[1:-1]
    low = -after / (before * (before + after))
    high = before / (after * (before + after))
    y[1:-1] = low * f[:-2] + (after - before) / (before * after) * f[1:-1] + high * f[2:]
    y[0] = (f[1] - f[0]) / (h[1] - h[0])
    y[-1] = (f[-1] - f[-2]) / (h[-1] - h[-2])
    return y


def pad(array: ArrayLike, pad_width: Any, mode: Any = "constant", constant_values: Any = 0.0) -> Any:
    """``np.pad``: of a vector in the usual modes, by less than NumPy repeats it for; of a matrix by a constant."""
    if array.ndim == 2 and mode == "constant":
        if isinstance(pad_width, tuple):
            (top, bottom), (left, right) = pad_width
        else:
            top = bottom = left = right = pad_width
        m, n = array.shape
        y = np.full((m + top + bottom, n + left + right), constant_values * 1.0)
        y[top : top + m, left : left + n] = array
        return y
    if array.ndim != 1:
        return refused("a matrix in this mode", "pad it along each axis by np.concatenate")
    before, behind = pad_width if isinstance(pad_width, tuple) else (pad_width, pad_width)
    if mode == "constant":
        ends = np.full(before, constant_values * 1.0), np.full(behind, constant_values * 1.0)
    elif mode == "edge":
        ends = array[0] * np.ones(before), array[-1] * np.ones(behind)
    elif mode not in ("wrap", "reflect", "symmetric"):
        return refused("this mode", "use constant, edge, wrap, reflect or symmetric")
    elif max(before, behind) > len(array) - (1 if mode == "reflect" else 0):
        raise ValueError("np.pad by more elements than there are")
    elif mode == "wrap":
        ends = array[len(array) - before :], array[:behind]
    elif mode == "reflect":
        ends = array[before:0:-1], array[-2 : -2 - behind : -1]
    else:
        ends = array[:before][::-1], array[len(array) - behind :][::-1]
    return np.concatenate([ends[0], array, ends[1]])


def convolve(a: ArrayLike, v: ArrayLike, mode: Any = "full") -> Any:
    """``np.convolve`` of two vectors, the first one not shorter."""
    if np.ndim(a) != 1 or np.ndim(v) != 1:
        raise ValueError("np.convolve of arrays that are no vectors")
    n, m = len(a), len(v)
    if n == 0 or m == 0:
        raise ValueError("np.convolve of nothing")
    if mode != "full" and m > n:
        raise ValueError("np.convolve of a longer second array: give it first")
    if mode == "valid":
        return np.array([np.sum(a[i : i + m] * v[::-1]) for i in range(n - m + 1)])
    whole = np.zeros(n + m - 1)
    for j in range(m):
        whole[j : j + n] += v[j] * a
    return whole if mode == "full" else whole[(m - 1) // 2 : (m - 1) // 2 + n]


def matrix_power(a: ArrayLike, n: Any) -> Any:
    """``np.linalg.matrix_power`` for a known power."""
    if np.ndim(a) != 2:
        return refused("an array that is no matrix", "write the products out")
    if n in (0, 1) and a.shape[0] != a.shape[1]:
        raise ValueError("np.linalg.matrix_power of a matrix that is not square")
    base = np.linalg.inv(a) if n < 0 else a
    made = np.eye(len(a)) if n == 0 else base
    for _ in range(abs(n) - 1):
        made = made @ base
    return made


def multi_dot(arrays: Any) -> Any:
    """``np.linalg.multi_dot``."""
    if any(array.ndim > 2 for array in arrays):
        return refused("arrays that are no matrices", "use @")
    made = arrays[0]
    for array in arrays[1:]:
        made = made @ array
    return made


def tile(A: ArrayLike, reps: Any) -> Any:  # noqa: N803 - NumPy's name
    """``np.tile``: side by side, along the last axis."""
    return np.concatenate([A for _ in range(reps)], axis=A.ndim - 1)


def repeat(a: ArrayLike, repeats: Any, axis: Any = None) -> Any:
    """``np.repeat`` of a vector: each element so often, or as often as a list says."""
    if axis is not None and np.ndim(a) != 1:
        return refused("an axis of a matrix", "use np.tile and reshape")
    if axis not in (None, 0, -1):
        raise ValueError("np.repeat along an axis that the array has not")
    if isinstance(repeats, (list, tuple)):
        if len(repeats) != np.size(a):
            raise ValueError("np.repeat with a list that is not as long as the array")
        return np.ravel(a)[[place for place in range(len(repeats)) for _ in range(repeats[place])]]
    return np.outer(a, np.ones(repeats)).ravel()


def kron(a: ArrayLike, b: ArrayLike) -> Any:
    """``np.kron`` of two vectors or two matrices."""
    if a.ndim != b.ndim or a.ndim > 2:
        return refused("arrays with these axes", "give two vectors or two matrices")
    if a.ndim == 1:
        return np.outer(a, b).ravel()
    m, n = a.shape
    p, q = b.shape
    return (a[:, None, :, None] * b[None, :, None, :]).reshape(m * p, n * q)


def meshgrid(x: ArrayLike, y: ArrayLike, *, indexing: Any = "xy") -> Any:
    """``np.meshgrid`` of two vectors."""
    x, y = np.ravel(x), np.ravel(y)
    if indexing == "xy":
        return [np.outer(np.ones(len(y)), x), np.outer(y, np.ones(len(x)))]
    return [np.outer(x, np.ones(len(y))), np.outer(np.ones(len(x)), y)]


def split(ary: Any, indices_or_sections: Any, axis: Any = 0) -> Any:
    """``np.split`` into equal parts."""
    turned = ary if axis in (0, -ary.ndim) else np.swapaxes(ary, 0, axis)
    size = turned.shape[0] // indices_or_sections
    if size * indices_or_sections != turned.shape[0]:
        raise ValueError("array split does not result in an equal division")
    parts = [turned[k * size : (k + 1) * size] for k in range(indices_or_sections)]
    return parts if axis in (0, -ary.ndim) else [np.swapaxes(part, 0, axis) for part in parts]


def ptp(a: ArrayLike, axis: Any = None) -> Any:
    """``np.ptp``."""
    return np.max(a) - np.min(a) if axis is None else np.max(a, axis=axis) - np.min(a, axis=axis)


def nansum(a: ArrayLike, axis: Any = None) -> Any:
    """``np.nansum``."""
    found = np.where(np.isnan(a), 0.0, a)
    return np.sum(found) if axis is None else np.sum(found, axis=axis)


def nanmean(a: ArrayLike, axis: Any = None) -> Any:
    """``np.nanmean``."""
    there, found = np.where(np.isnan(a), 0.0, 1.0), np.where(np.isnan(a), 0.0, a)
    return np.sum(found) / np.sum(there) if axis is None else np.sum(found, axis=axis) / np.sum(there, axis=axis)


def cross(a: ArrayLike, b: ArrayLike) -> Any:
    """``np.cross`` of the rows of two matrices with three columns."""
    if a.ndim != 2 or b.ndim != 2:
        return refused("arrays with these axes", "give two matrices with three columns")
    if a.shape[1] != 3 or b.shape[1] != 3:
        raise ValueError("np.cross of matrices that have not three columns")
    columns = [a[:, 1] * b[:, 2] - a[:, 2] * b[:, 1], a[:, 2] * b[:, 0] - a[:, 0] * b[:, 2]]
    return np.stack([*columns, a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]], axis=1)


def tensordot(a: ArrayLike, b: ArrayLike, axes: Any = 2) -> Any:
    """``np.tensordot``: over so many axes where the arrays meet, or over given ones."""
    if isinstance(axes, int):
        of_a, of_b = [a.ndim - axes + k for k in range(axes)], list(range(axes))
    else:
        of_a, of_b = [[part] if isinstance(part, int) else part for part in axes]
    if len(of_a) != len(of_b) or any(not -a.ndim <= k < a.ndim for k in of_a) or any(not -b.ndim <= k < b.ndim for k in of_b):
        return refused("axes that the arrays have not", "give as many of each, as in axes=([1], [0])")
    of_a, of_b = [k % a.ndim for k in of_a], [k % b.ndim for k in of_b]
    for k in range(len(of_a)):
        if a.shape[of_a[k]] != b.shape[of_b[k]]:
            raise ValueError("np.tensordot over axes of different lengths")
    first = ["abcdefgh"[k] for k in range(a.ndim)]
    second = [first[of_a[of_b.index(k)]] if k in of_b else "ijklmnop"[k] for k in range(b.ndim)]
    kept = [first[k] for k in range(a.ndim) if k not in of_a] + [second[k] for k in range(b.ndim) if k not in of_b]
    return np.einsum("".join(first) + "," + "".join(second) + "->" + "".join(kept), a, b)


def quantile(a: ArrayLike, q: Any) -> Any:
    """``np.quantile`` of all elements, linear between them."""
    x, at = np.ravel(a), np.asarray(q)
    if len(x) == 1:
        return x[0] + 0.0 * at
    return np.interp(at * (len(x) - 1), np.arange(len(x)), np.sort(x))


def percentile(a: ArrayLike, q: Any) -> Any:
    """``np.percentile`` of all elements, linear between them."""
    return np.quantile(a, np.asarray(q) / 100.0)


def take(a: ArrayLike, indices: Any, axis: Any = None, *, mode: Any = "raise") -> Any:
    """``np.take`` along an axis: a copy."""
    if axis is None and a.ndim > 1:
        return refused("a matrix as one vector", "give the axis")
    if axis is not None and not -a.ndim <= axis < a.ndim:
        raise ValueError("np.take along an axis that the array has not")
    before = (0 if axis is None else axis) % a.ndim
    if before > 2:
        return refused("this axis", "index it with brackets")
    places = list(indices) if isinstance(indices, tuple) else indices
    if mode != "raise":
        length = a.shape[before]
        places = np.asarray(places) % length if mode == "wrap" else np.clip(np.asarray(places), 0, length - 1)
    found = a[places] if before == 0 else a[:, places] if before == 1 else a[:, :, places]
    return found if np.ndim(found) == 0 else found.copy()


def select(condlist: Any, choicelist: Any, default: Any = 0.0) -> Any:
    """``np.select``: the first choice whose condition holds."""
    made = default
    for k in range(len(condlist)):
        made = np.where(condlist[len(condlist) - 1 - k], choicelist[len(condlist) - 1 - k], made)
    return made


def diagonal(a: ArrayLike, offset: Any = 0) -> Any:
    """``np.diagonal`` of a matrix."""
    return np.diag(a, offset) if a.ndim == 2 else refused("an array that is no matrix", "write x[i, i] in a loop")


def hsplit(ary: ArrayLike, indices_or_sections: Any) -> Any:
    """``np.hsplit`` into equal parts, side by side."""
    return np.split(ary, indices_or_sections, axis=0 if ary.ndim == 1 else 1)


def vsplit(ary: ArrayLike, indices_or_sections: Any) -> Any:
    """``np.vsplit`` into equal parts, one above the other."""
    if ary.ndim < 2:
        raise ValueError("np.vsplit of a vector")
    return np.split(ary, indices_or_sections)


def moveaxis(a: ArrayLike, source: Any, destination: Any) -> Any:
    """``np.moveaxis`` of one axis."""
    if not (-a.ndim <= source < a.ndim and -a.ndim <= destination < a.ndim):
        raise ValueError("np.moveaxis of an axis that the array has not")
    order = [axis for axis in range(a.ndim) if axis != source % a.ndim]
    order.insert(destination % a.ndim, source % a.ndim)
    return np.transpose(a, order)


def ediff1d(ary: ArrayLike) -> Any:
    """``np.ediff1d`` of a vector."""
    if ary.ndim != 1:
        return refused("a matrix as one vector", "use np.diff along an axis")
    return np.diff(ary)


def rot90(m: ArrayLike, k: Any = 1) -> Any:
    """``np.rot90`` of the first two axes: a view."""
    if m.ndim < 2:
        raise ValueError("np.rot90 of a vector")
    turns = k % 4
    if turns == 0:
        return m[:]
    if turns == 2:
        return m[::-1, ::-1]
    return np.swapaxes(m, 0, 1)[::-1] if turns == 1 else np.swapaxes(m[::-1], 0, 1)


def fliplr(m: ArrayLike) -> Any:
    """``np.fliplr``."""
    return m[:, ::-1]


def flipud(m: ArrayLike) -> Any:
    """``np.flipud``."""
    return m[::-1]


def atleast_2d(a: ArrayLike) -> Any:
    """``np.atleast_2d``."""
    return a[None, :] if a.ndim == 1 else a[None, None] if a.ndim == 0 else a


def column(a: ArrayLike) -> Any:
    """A vector that goes down, beside another one."""
    return a[:, None] if a.ndim == 1 else refused("arrays that are no vectors", "put new axes into them: a[:, None]")


def row(b: ArrayLike) -> Any:
    """A vector that goes across."""
    return b[None, :] if b.ndim == 1 else refused("arrays that are no vectors", "put new axes into them: b[None, :]")


def add_outer(a: ArrayLike, b: ArrayLike) -> Any:
    """``np.add.outer`` of vectors."""
    return column(a) + row(b)


def subtract_outer(a: ArrayLike, b: ArrayLike) -> Any:
    """``np.subtract.outer`` of vectors."""
    return column(a) - row(b)


def multiply_outer(a: ArrayLike, b: ArrayLike) -> Any:
    """``np.multiply.outer`` of vectors."""
    return column(a) * row(b)


def divide_outer(a: ArrayLike, b: ArrayLike) -> Any:
    """``np.divide.outer`` of vectors."""
    return column(a) / row(b)


def isclose(a: ArrayLike, b: ArrayLike, rtol: Any = 1e-5, atol: Any = 1e-8) -> Any:
    """``np.isclose`` of arrays."""
    return (a == b) | ((np.abs(a - b) <= atol + rtol * np.abs(b)) & np.isfinite(b + 0.0 * a))


def allclose(a: ArrayLike, b: ArrayLike, rtol: Any = 1e-5, atol: Any = 1e-8) -> Any:
    """``np.allclose`` of arrays."""
    return np.all(np.isclose(a, b, rtol, atol))


def array_equal(a1: ArrayLike, a2: ArrayLike) -> Any:
    """``np.array_equal`` of arrays."""
    return np.shape(a1) == np.shape(a2) and np.all(a1 == a2)
